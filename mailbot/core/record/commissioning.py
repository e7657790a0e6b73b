"""What follows a decision: commissioning an author, a panel, a methodology; or nothing further.

The flowchart ends there: review author commissioned, review panel selected, methodology and terms
of reference agreed; or no further action taken.
"""

import re
from collections.abc import Mapping

from mailbot.core.model import Case, FactKind
from mailbot.core.moments import day_of
from mailbot.core.record.instruction_words import Answer, Desk, Entry, Unclear, day_or_fault
from mailbot.core.record.labelled_lines import Block
from mailbot.core.wording import full_day

#: The steps, by what their words begin with.
STEPS: Mapping[str, str] = {
    "author": "author",
    "panel": "panel",
    "methodology": "methodology",
    "terms-of-reference": "terms of reference",
}
_STEP = (
    (re.compile(r"\b(?:author|reviewer)\b", re.IGNORECASE), "author"),
    (re.compile(r"\bpanel\b", re.IGNORECASE), "panel"),
    (re.compile(r"\b(?:methodology|method|process)\b", re.IGNORECASE), "methodology"),
    (re.compile(r"\b(?:terms of reference|tor|terms)\b", re.IGNORECASE), "terms-of-reference"),
)
#: What is commissioned; an audit has an owner, not an author.
COMMISSIONED = frozenset({"practice-review", "learning-review"})
_NEXT_WORDS = {
    "practice-review": "a practice review",
    "learning-review": "a learning review",
    "audit": "an audit",
    "no-further-action": "no further action",
}
_HAS_DAY = re.compile(r"[0-9]|\b(?:today|yesterday)\b", re.IGNORECASE)


def commissioning(block: Block, desk: Desk) -> Answer | Unclear:
    """Record the steps by which a review is commissioned, each with its day."""
    steps = [name for pattern, name in _STEP if pattern.search(block.value)]
    if not steps:
        return Unclear(f"say which step: {', '.join(STEPS.values())}")
    day = day_or_fault(block.value, desk, ahead=False) if _has_day(block.value) else desk.today
    if isinstance(day, Unclear):
        return day
    following = _following(desk.case)
    if following and following not in COMMISSIONED:
        return Unclear(
            f"the decision recorded is {_NEXT_WORDS.get(following, 'another')}, which commissions "
            "nothing; to change it, write “correct: decision / why: …” and then the decision again"
        )
    facts = tuple(
        desk.fact(FactKind.COMMISSIONING_STEP, {"step": s}, happened=day, words=block.words)
        for s in steps
    )
    named = ", ".join(STEPS[step] for step in steps)
    early = "" if following else "; no decision is recorded yet that commissions it"
    return Answer(facts, f"commissioning: {named}, on {full_day(day)}{early}")


def no_further_action(block: Block, desk: Desk) -> Answer | Unclear:
    """Record that nothing further is done, and on which day that was said."""
    day = day_or_fault(block.value, desk, ahead=False) if _has_day(block.value) else desk.today
    if isinstance(day, Unclear):
        return day
    following = _following(desk.case)
    if following in COMMISSIONED:
        return Unclear(
            f"the decision recorded is {_NEXT_WORDS[following]}; to change it, write "
            "“correct: decision / why: …” and then the decision again"
        )
    done = desk.case.last(FactKind.NO_FURTHER_ACTION)
    if done and day_of(done.happened) == day:
        return Answer((), f"no further action, on {full_day(day)} (recorded already)")
    detail = {"why": block.details.get("why", "")}
    fact = desk.fact(FactKind.NO_FURTHER_ACTION, detail, happened=day, words=block.words)
    early = "" if following else "; no decision is recorded yet"
    return Answer((fact,), f"no further action, on {full_day(day)}{early}")


def steps_missing(case: Case) -> list[str]:
    """Given a case, return the steps that are still to be recorded, in words.

    None while no decision stands that commissions a review.
    """
    if not case.decision_stands or _following(case) not in COMMISSIONED:
        return []
    done = {fact.detail.get("step") for fact in case.all(FactKind.COMMISSIONING_STEP)}
    return [words for step, words in STEPS.items() if step not in done]


def _following(case: Case) -> str:
    return str(case.decision.detail.get("next") or "") if case.decision else ""


def _has_day(text: str) -> bool:
    return _HAS_DAY.search(text) is not None


TABLE: Mapping[str, Entry] = {
    "commissioning": Entry(
        read=commissioning,
        example="commissioning: author, {past}",
        records=(FactKind.COMMISSIONING_STEP,),
    ),
    "no further action": Entry(
        read=no_further_action,
        example="no further action: {past}",
        records=(FactKind.NO_FURTHER_ACTION,),
    ),
}
