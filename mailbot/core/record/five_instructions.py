"""Three of the instructions that move a case: criteria, agencies, decision."""

import re
from collections.abc import Mapping
from datetime import date

from mailbot.core.model import AgencyCode, Beginning, Fact, FactKind, Json, Outcome, Role
from mailbot.core.moments import day_of
from mailbot.core.record.instruction_words import (
    PARTNERS,
    ROLE_WORDS,
    Answer,
    Desk,
    Entry,
    Unclear,
    agencies_in,
    before_the_incident,
    day_or_fault,
    present_in,
    yes_or_no,
)
from mailbot.core.record.labelled_lines import Block
from mailbot.core.wording import (
    full_day,
    name_of,
)

_OUTCOME_WORDS = {"met": "met", "not-met": "not met", "no-agreement": "no agreement"}
_NEXT = (
    (re.compile(r"\b(no further action|nfa|nothing)\b"), "no-further-action"),
    (re.compile(r"\baudit\b"), "audit"),
    (re.compile(r"\blearning( review)?\b"), "learning-review"),
    (re.compile(r"\b(practice review|l?cspr|review)\b"), "practice-review"),
)
_NO_REVIEW = re.compile(r"^(no|not|none)\b|\b(no|not to|without a?) ?(practice )?review\b")
_NEGATION = re.compile(r"\b(no|not|never|without|unsure|maybe|perhaps)\b|n't")
_PROPOSED = re.compile(r"^(as (you )?proposed?|proposed|the proposed list|yes|ok)\b", re.IGNORECASE)
_DEFAULT = re.compile(r"^(the )?default( list)?\b", re.IGNORECASE)
_EXCEPT = re.compile(r"\b(?:without|except(?: for)?|but not|minus)\b", re.IGNORECASE)


_IS_NON_SERIOUS = (
    "the case is recorded as non-serious; if it is serious, say “beginning: serious” first"
)

# --- criteria ---------------------------------------------------------------------------------


def criteria(block: Block, desk: Desk) -> Answer | Unclear:
    """Record whether the criteria are met, as the partners decided."""
    outcome = outcome_in(block.value)
    day = _day(block, "decided on", desk)
    present = present_in(block.details.get("present", ""), desk.area)
    chair = yes_or_no(block.details.get("chair consulted", ""))
    if outcome is None:
        return Unclear("say met, not met or no agreement")
    if desk.case.beginning == Beginning.NON_SERIOUS:
        return Unclear(_IS_NON_SERIOUS)
    if isinstance(day, Unclear):
        return day
    if present.fault:
        return Unclear(present.fault)
    if block.details.get("chair consulted") and chair is None:
        return Unclear("say yes or no after “chair consulted”")
    old = desk.case.last(FactKind.CRITERIA_DECIDED)
    if old and old.detail["outcome"] not in ("no-agreement", outcome):
        words = _OUTCOME_WORDS[old.detail["outcome"]]
        decided = f"decided on {full_day(day_of(old.happened))}"
        return contradiction("criteria", f"the criteria are recorded as {words}, {decided}")
    detail = {
        "outcome": outcome,
        "reasons": block.details.get("reasons", ""),
        "present": [role.value for role in present.roles],
        "chair_consulted": chair,
    }
    same = old if old and old.detail["outcome"] == outcome else None
    on_it = "no agreement on the criteria"
    said = [on_it if outcome == "no-agreement" else f"criteria {_OUTCOME_WORDS[outcome]}"]
    answer = _supplemented(FactKind.CRITERIA_DECIDED, detail, day, old=same, desk=desk, block=block)
    return _say_criteria(answer, said, desk)


def _say_criteria(answer: Answer, said: list[str], desk: Desk) -> Answer:
    for fact in answer.facts:
        roles = ", ".join(ROLE_WORDS[Role(role)] for role in fact.detail["present"])
        chair = fact.detail["chair_consulted"]
        said.append(f"decided on {full_day(day_of(fact.happened))}")
        said += [f"present: {roles}"] if roles else []
        said += [f"chair consulted: {'yes' if chair else 'no'}"] if chair is not None else []
        said += ["with your reasons"] if fact.detail["reasons"] else []
    odd = "".join(_odd_for_the_criteria(fact, desk) for fact in answer.facts)
    return Answer(answer.facts, "; ".join(said) + answer.said + odd)


def _odd_for_the_criteria(fact: Fact, desk: Desk) -> str:
    """What does not fit a decision on the criteria: a partner missing, a day too early."""
    there = set(fact.detail["present"])
    missing = [ROLE_WORDS[role] for role in PARTNERS if role.value not in there] if there else []
    flags = f"; not recorded as present: {', '.join(missing)}" if missing else ""
    return flags + before_the_incident(day_of(fact.happened), desk)


def outcome_in(text: str) -> str | None:
    """Given words on the criteria, return met, not-met or no-agreement; None when not plain."""
    plain = re.sub(r"[^a-z]+", " ", text.casefold()).strip()
    if len(re.findall(r"\bmet\b", plain)) > 1 or ("met" in plain.split() and "agree" in plain):
        return None
    if re.search(r"\b(no agreement|not agreed?|disagree\w*|undecided)\b", plain):
        return "no-agreement"
    if plain == "no" or re.match(r"(criteria )?(are |is )?not met\b", plain):
        return "not-met"
    met = plain == "yes" or re.match(r"(criteria )?(are |is )?met\b", plain)
    return "met" if met and not _NEGATION.search(plain) else None


# --- agencies ---------------------------------------------------------------------------------


def agencies(block: Block, desk: Desk) -> Answer | Unclear:
    """Record the whole list of agencies to ask, as it now stands."""
    value, *excepted = _EXCEPT.split(block.value, maxsplit=1)
    base = _base_list(value.strip(" ,;."), desk)
    added = agencies_in(block.details.get("add", ""), desk.area)
    removed = agencies_in(
        ", ".join((*excepted, block.details.get("without", ""))).strip(" ,"), desk.area
    )
    if isinstance(base, Unclear):
        return base
    for fault in (added.fault, removed.fault):
        if fault:
            return Unclear(fault)
    wanted = dict.fromkeys((*base, *added.codes))
    if not set(removed.codes) <= set(wanted):
        return Unclear("one of the agencies to leave out is not on the list")
    codes = [code for code in wanted if code not in removed.codes]
    if not codes:
        return Unclear("no agency would be left on the list")
    if gone := [code for code in codes if not _is_there(code, desk)]:
        return Unclear(f"{name_of(desk.area, gone[0])} is not there any more, or not yet")
    fact = desk.fact(FactKind.AGENCIES_CHOSEN, {"agencies": codes}, words=block.words)
    names = ", ".join(name_of(desk.area, code) for code in codes)
    return Answer((fact,), f"agencies to ask: {names}")


def _is_there(code: AgencyCode, desk: Desk) -> bool:
    """Whether an agency can be asked today; one that was asked before it ended stays chosen."""
    agency, part = desk.area.agency(code), desk.case.agencies.get(code)
    return agency is None or agency.in_force or (part is not None and part.round > 0)


def _base_list(value: str, desk: Desk) -> tuple[AgencyCode, ...] | Unclear:
    """The list that "add" and "without" change: as named, as proposed, by default, or as it is."""
    proposed = desk.case.proposed
    for pattern, codes in (
        (_PROPOSED, proposed),
        (_DEFAULT, tuple(a.code for a in desk.area.agencies if a.ask_by_default)),
    ):
        match = pattern.match(value)
        if match:
            rest = re.sub(r"^\W*(plus|and|with|add)?\b", "", value[match.end() :])
            more = agencies_in(rest, desk.area)
            return Unclear(more.fault) if more.fault else (*codes, *more.codes)
    if not value:
        chosen = tuple(c for c, one in desk.case.agencies.items() if not one.excused)
        return chosen or proposed
    named = agencies_in(value, desk.area)
    return Unclear(named.fault) if named.fault else named.codes


# --- decision ---------------------------------------------------------------------------------


def decision(block: Block, desk: Desk) -> Answer | Unclear:
    """Record what the meeting decided; whether it was quorate comes from who was present."""
    read = _decided(block)
    if not isinstance(read, Unclear) and _criteria_unsaid(read, desk):
        read = Unclear(
            "the criteria are recorded as not met: say whether the meeting found them met, with "
            "“criteria found: met” or “criteria found: not met”"
        )
    if isinstance(read, Unclear):
        return read
    if desk.case.beginning == Beginning.NON_SERIOUS and read["criteria_found"] == "met":
        return Unclear(_IS_NON_SERIOUS)
    day = _day(block, "decided on", desk)
    present = present_in(block.details.get("present", ""), desk.area)
    if isinstance(day, Unclear) or present.fault:
        return day if isinstance(day, Unclear) else Unclear(present.fault)
    old = desk.case.decision
    if old and bool(old.detail.get("review")) != read["review"]:
        words = "a review" if old.detail.get("review") else "no review"
        decided = f"decided on {full_day(day_of(old.happened))}"
        return contradiction("decision", f"the decision recorded is {words}, {decided}")
    last = desk.case.meeting if desk.case.meeting and desk.case.meeting.held else None
    named = bool(present.roles)
    quorate = present.quorate(desk.area) if named else bool(last and last.quorate)
    if day is None and not old and last:
        day = day_of(_held_on(desk) or last.at)
    answer = _supplemented(
        FactKind.REVIEW_DECIDED, {**read, "quorate": quorate}, day, old=old, desk=desk, block=block
    )
    said = _say_decision(answer, read, quorum=desk.case.beginning != Beginning.NON_SERIOUS)
    return Answer(answer.facts, said)


def _criteria_unsaid(read: Mapping[str, Json], desk: Desk) -> bool:
    """Whether a review is decided in a case whose criteria are not met, and nobody says why."""
    old = desk.case.decision
    found = read["criteria_found"] or (old.detail.get("criteria_found") if old else "")
    return bool(read["review"]) and not found and desk.case.criteria is Outcome.NOT_MET


def _say_decision(answer: Answer, read: Mapping[str, Json], *, quorum: bool) -> str:
    said = ["review" if read["review"] else "no review"]
    for fact in answer.facts:
        detail = fact.detail
        said += [str(detail["scope"])] if detail["scope"] else []
        said.append(f"decided on {full_day(day_of(fact.happened))}")
        following = str(detail["next"]).replace("-", " ")
        said.append(f"next: {following}" if following else "what happens next is still missing")
        found = detail["criteria_found"]
        said += [f"criteria found {_OUTCOME_WORDS[found]}"] if found else []
        said += [f"with your {name}" for name in ("reasons", "learning") if detail[name]]
        if quorum and not detail["quorate"]:
            said.append(
                "no quorate meeting is recorded for it, so it is kept and marked, and nothing is "
                "drafted to the Panel until somebody confirms it (confirm: who, why)"
            )
    return "decision: " + "; ".join(said) + answer.said


def _decided(block: Block) -> dict[str, Json] | Unclear:
    """What was decided, as far as the words agree with each other."""
    plain = block.value.casefold()
    following = _next_step(block.details.get("next", ""))
    in_value = _next_step(plain)
    if following == "?" or (in_value == "?" and not _NO_REVIEW.search(plain)):
        return Unclear("say review or no review, and what comes next")
    if _NEGATION.search(_NEXT[0][0].sub("", plain)) and not _NO_REVIEW.search(plain):
        return Unclear("say just review or no review, and the rest under reasons")
    no_review = bool(_NO_REVIEW.search(plain)) or in_value != "practice-review"
    if no_review and in_value not in ("practice-review", "?"):
        following = following or in_value
    if not no_review:
        following = following or "practice-review"
    if no_review == (following == "practice-review"):
        return Unclear("the decision and what comes next contradict each other")
    scope_words = f"{plain} {block.details.get('scope', '').casefold()}"
    scopes = [scope for scope in ("local", "national") if re.search(rf"\b{scope}\b", scope_words)]
    found_words = block.details.get("criteria found", "")
    found = outcome_in(found_words) if found_words else ""
    if len(scopes) > 1 or found is None or found == "no-agreement":
        return Unclear("say local or national, and criteria found met or not met")
    return {
        "review": not no_review,
        "scope": scopes[0] if scopes and not no_review else "",
        "next": following,
        "reasons": block.details.get("reasons", ""),
        "learning": block.details.get("learning", ""),
        "criteria_found": found,
    }


def _next_step(text: str) -> str:
    """The step a text names; "" for no text, "?" when it names none."""
    plain = text.casefold().strip()
    if not plain:
        return ""
    return next((name for pattern, name in _NEXT if pattern.search(plain)), "?")


def _held_on(desk: Desk) -> date | None:
    fact = desk.case.last(FactKind.MEETING_HELD)
    return day_of(fact.happened) if fact else None


# --- what criteria and decision share ---------------------------------------------------------


def _day(block: Block, name: str, desk: Desk) -> date | Unclear | None:
    text = block.details.get(name, "")
    return day_or_fault(text, desk, ahead=False) if text else None


def contradiction(head: str, state: str) -> Unclear:
    """Given a label and what is recorded under it, return how staff correct it first."""
    return Unclear(
        f"{state}; to change that, write “correct: {head} / why: …” and then the line again"
    )


def _supplemented(
    kind: FactKind,
    detail: Mapping[str, Json],
    day: date | None,
    *,
    old: Fact | None,
    desk: Desk,
    block: Block,
) -> Answer:
    """A fact that keeps what an earlier, agreeing one said and this one leaves open."""
    before = old.detail if old else {}
    whole = {k: before.get(k) if v in ("", None, []) else v for k, v in detail.items()}
    whole = {k: detail[k] if v is None else v for k, v in whole.items()}
    if kind is FactKind.REVIEW_DECIDED:
        whole["quorate"] = bool(detail["quorate"] or before.get("quorate"))
    happened = day or (day_of(old.happened) if old else desk.today)
    if old and whole == {k: before.get(k) for k in whole} and happened == day_of(old.happened):
        return Answer((), " (recorded already)")
    return Answer((desk.fact(kind, whole, happened=happened, words=block.words),), "")


TABLE: Mapping[str, Entry] = {
    "criteria": Entry(
        read=criteria,
        example="criteria: met / decided on: {past} / present: council, ICB, police / "
        "chair consulted: yes / reasons: ...",
        records=(FactKind.CRITERIA_DECIDED,),
    ),
    "agencies": Entry(
        read=agencies,
        example="agencies: as proposed / add: probation / without: icb",
        records=(FactKind.AGENCIES_CHOSEN,),
    ),
    "decision": Entry(
        read=decision,
        example="decision: no review / next: audit / criteria found: not met / "
        "decided on: {past} / reasons: ... / learning: ...",
        records=(FactKind.REVIEW_DECIDED,),
    ),
}
