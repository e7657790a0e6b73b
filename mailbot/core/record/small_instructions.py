"""The small instructions that a case's path needs beside the five that move it."""

import re
from collections.abc import Iterator, Mapping
from datetime import date

from mailbot.core.cases.nhs import REPORT_WORDS
from mailbot.core.model import Clock, FactKind, Outcome
from mailbot.core.moments import day_of
from mailbot.core.record.instruction_words import (
    Answer,
    Desk,
    Entry,
    Unclear,
    before_the_incident,
    day_or_fault,
    two_parts,
)
from mailbot.core.record.labelled_lines import Block
from mailbot.core.record.settling import answer_with, of_the_notifier, of_the_panel, still_waiting
from mailbot.core.wording import (
    full_day,
    name_of,
)

_ANSWERS = (
    (re.compile(r"\W*(the panel )?(asks?|wants|requests|more)\b", re.IGNORECASE), "asks-for-more"),
    (
        re.compile(r"\W*(the panel )?(disagree[sd]?|does not agree|not agreed?)\b", re.IGNORECASE),
        "disagrees",
    ),
    (re.compile(r"\W*(the panel )?agree[sd]?\b", re.IGNORECASE), "agrees"),
)


# --- the Panel, the report, the decision ------------------------------------------------------


def panel_notified(block: Block, desk: Desk) -> Answer | Unclear:
    """Record that the authority has notified the Panel, with the reference it was given."""
    reference = block.details.get("reference", "")
    said = "Panel notified by the authority on {}" + (", with its reference" if reference else "")
    answer = dated(FactKind.PANEL_NOTIFIED, block, desk, said=said, detail={"reference": reference})
    if isinstance(answer, Unclear):
        return answer
    flags = "".join(_odd_for_the_panel(day_of(answer.facts[0].happened), desk))
    return answer_with(answer.facts, answer.said + flags, of_the_notifier(desk), desk)


def _odd_for_the_panel(day: date, desk: Desk) -> Iterator[str]:
    """What does not fit a notification of the Panel on that day: it is recorded all the same."""
    case = desk.case
    if case.criteria is Outcome.NOT_MET:
        yield "; the criteria are recorded as not met: correct one of the two"
    elif case.criteria is not Outcome.MET:
        yield "; the criteria are not decided yet: record them when they are"
    yield before_the_incident(day, desk)
    earlier = [f for f in case.all(FactKind.PANEL_NOTIFIED) if day_of(f.happened) != day]
    if earlier:
        yield (
            f"; {full_day(day_of(earlier[-1].happened))} was recorded before: if that is wrong, "
            "write “correct: panel notified / why: …” twice and then the right line"
        )


def submission_sent(block: Block, desk: Desk) -> Answer | Unclear:
    """Record that a person sent the submission, when no copy of it came by."""
    detail = {"message_id": "", "evidence": "staff"}
    said = "submission sent to the Panel on {}"
    if desk.case.decision is None:
        said += "; no decision of the meeting is recorded yet: record it with “decision:”"
    return dated(FactKind.SUBMISSION_SENT, block, desk, said=said, detail=detail)


def report_circulated(block: Block, desk: Desk) -> Answer | Unclear:
    """Record that the report has gone round the partners."""
    said = "report circulated on {}"
    return dated(FactKind.REPORT_CIRCULATED, block, desk, said=said, detail={})


def signed_off(block: Block, desk: Desk) -> Answer | Unclear:
    """Record that the partners have signed the report off."""
    said = "partners signed off on {}"
    return dated(FactKind.PARTNERS_SIGNED_OFF, block, desk, said=said, detail={})


def confirm(block: Block, desk: Desk) -> Answer | Unclear:
    """Record who confirmed a decision that no quorate meeting made, and why."""
    who, why = two_parts(block, "who")
    if desk.case.decision is None:
        return Unclear("no decision is recorded that could be confirmed")
    if not who or not why:
        return Unclear("say who confirms the decision, and why")
    detail = {"who": who, "why": why}
    fact = desk.fact(FactKind.DECISION_CONFIRMED, detail, words=block.words)
    return Answer((fact,), "decision confirmed, with who and why")


def panel_answer(block: Block, desk: Desk) -> Answer | Unclear:
    """Record what the Panel answered."""
    answer = next((name for pattern, name in _ANSWERS if pattern.match(block.value)), "")
    if not answer:
        return Unclear("say agrees, disagrees or asks for more")
    detail = {"answer": answer}
    said = f"the Panel {answer.replace('-', ' ')}"
    until = block.details.get("until") or block.value.casefold().partition("until")[2].strip(" :")
    if until:
        day = day_or_fault(until, desk, ahead=True)
        if isinstance(day, Unclear):
            return day
        detail["until"] = day.isoformat()
        said += f", until {full_day(day)}"
    read = of_the_panel(block, desk)
    if isinstance(read, Unclear):
        return read
    others = [mail for mail in desk.mails if mail.party == "panel" and mail not in read]
    fact = desk.fact(FactKind.PANEL_ANSWERED, detail, words=block.words)
    return answer_with((fact,), said + still_waiting(others), read, desk)


# --- the case ---------------------------------------------------------------------------------


def withdraw(block: Block, desk: Desk) -> Answer | Unclear:
    """Record that the notification is withdrawn, and why."""
    why = block.details.get("why") or block.value
    if desk.case.withdrawn or not why:
        return Unclear("the case is withdrawn already" if desk.case.withdrawn else "say why")
    fact = desk.fact(FactKind.WITHDRAWN, {"why": why}, words=block.words)
    return Answer((fact,), "the notification is withdrawn; clocks end")


def close(block: Block, desk: Desk) -> Answer | Unclear:
    """Record that the case is closed, with its outcome."""
    if desk.case.closed or not block.value:
        return Unclear("the case is closed already" if desk.case.closed else "say the outcome")
    fact = desk.fact(FactKind.CASE_CLOSED, {"outcome": block.value}, words=block.words)
    return Answer((fact,), f"the case is closed, with your outcome{_ends(desk)}")


def _ends(desk: Desk) -> str:
    """What still runs in a case that is being closed: it ends with it, and is said."""
    running = [c for c in desk.clocks if c.runs]
    titles = list(dict.fromkeys(_ending(clock, desk) for clock in running))
    if not titles:
        return ""
    return f"; what was still owed ends with it: {'; '.join(titles)}. To go on, write “reopen: why”"


def _ending(clock: Clock, desk: Desk) -> str:
    """A clock as the closing names it: of a health report, which and of which trust."""
    report = REPORT_WORDS.get(clock.rule.name)
    if report is None or clock.agency is None:
        return clock.rule.title
    return f"{report} of {name_of(desk.area, clock.agency)}"


def reopen(block: Block, desk: Desk) -> Answer | Unclear:
    """Record that a closed or withdrawn case is open again."""
    why = block.details.get("why") or block.value
    if not (desk.case.closed or desk.case.withdrawn) or not why:
        return Unclear("say why" if not why else "the case is open")
    fact = desk.fact(FactKind.CASE_REOPENED, {"why": why}, words=block.words)
    return Answer((fact,), "the case is open again")


# --- small things -----------------------------------------------------------------------------


def dated(
    kind: FactKind, block: Block, desk: Desk, *, said: str, detail: Mapping[str, str]
) -> Answer | Unclear:
    """Given what happened on the day that a block names, return its fact; the day lies not ahead.

    `said` is the sentence for the answer, with {} for the day.
    """
    day = day_or_fault(block.value, desk, ahead=False)
    if isinstance(day, Unclear):
        return day
    fact = desk.fact(kind, detail, happened=day, words=block.words)
    return Answer((fact,), said.format(full_day(day)))


TABLE: Mapping[str, Entry] = {
    "panel notified": Entry(
        read=panel_notified,
        example="panel notified: {past} / reference: ...",
        records=(FactKind.PANEL_NOTIFIED,),
    ),
    "confirm": Entry(
        read=confirm,
        example="confirm: name and role of who confirms, why",
        records=(FactKind.DECISION_CONFIRMED,),
    ),
    "submission sent": Entry(
        read=submission_sent,
        example="submission sent: {past}",
        records=(FactKind.SUBMISSION_SENT,),
    ),
    "panel answer": Entry(
        read=panel_answer,
        example="panel answer: asks for more / until: {ahead}",
        records=(FactKind.PANEL_ANSWERED,),
    ),
    "report circulated": Entry(
        read=report_circulated,
        example="report circulated: {past}",
        records=(FactKind.REPORT_CIRCULATED,),
    ),
    "signed off": Entry(
        read=signed_off,
        example="signed off: {past}",
        records=(FactKind.PARTNERS_SIGNED_OFF,),
    ),
    "withdraw": Entry(read=withdraw, example="withdraw: why", records=(FactKind.WITHDRAWN,)),
    "close": Entry(read=close, example="close: outcome", records=(FactKind.CASE_CLOSED,)),
    "reopen": Entry(read=reopen, example="reopen: why", records=(FactKind.CASE_REOPENED,)),
}
