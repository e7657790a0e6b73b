"""The alert that a mail of an agency waits for a person: until then its reminders wait too.

Process, section 3, "Reminders". An agency that plainly asks for more time is told of with the line
that grants it.
"""

from collections.abc import Iterator
from datetime import date

from mailbot.core.cases.nhs import outstanding_reports
from mailbot.core.clocks.workdays import WorkingDays, format_day
from mailbot.core.letters.desk import Desk, agency_alert
from mailbot.core.model import (
    AgencyCode,
    Case,
    Fact,
    Letter,
    MessageClass,
    MessageKey,
)
from mailbot.core.moments import day_of
from mailbot.core.wording import arrival_words, listed, name_of

AGENCY_RETURN = "agency-return"
#: Told of at once, apart from the case's other letters.
_TOLD_ALREADY = frozenset({MessageClass.URGENT_REFERRAL, MessageClass.PUBLIC_OR_MEDIA})
#: So much more time is proposed where the mail names no day.
_MORE = WorkingDays(2)
_KEY_SHOWN = 8  # characters of a mail's key, as the queue shows them


def waiting_alert(desk: Desk, fact: Fact) -> Iterator[Letter]:
    """Given a linked mail of an agency, yield the alert to duty and staff while it waits."""
    kind = fact.detail.get("message_class")
    if fact.agency is None or fact.message not in _waiting_of(desk.case, fact.agency):
        return
    if kind in _TOLD_ALREADY:
        return
    name = name_of(desk.area, fact.agency)
    if kind == MessageClass.EXTENSION_REQUEST and fact.agency in desk.case.agencies:
        what, do = f"{name} asks for more time", _how_to_extend(desk, fact.agency, fact)
    else:
        what, do = f"A mail from {name} waits for a person", _how_to_settle(desk, fact)
    yield agency_alert(desk, fact, what=what, do=do)


def _waiting_of(case: Case, code: AgencyCode) -> tuple[MessageKey, ...]:
    """The messages of an agency that wait: a trust's too, that owes a report and no return."""
    agency = case.agencies.get(code)
    if agency is not None:
        return agency.waiting
    return case.nhs.waiting.get(code, ()) if case.nhs else ()


def _how_to_settle(desk: Desk, fact: Fact) -> str:
    lines = fact.detail.get("lines") or ()
    why = f"{fact.detail['why']} " if fact.detail.get("why") else ""
    if fact.detail.get("holds_for") and _is_recorded(desk.case, fact):
        return f"{why}{_of_others_alone(desk, fact)}"
    told = f"It also writes “{'”, “'.join(lines)}”, which only you can record. " if lines else ""
    return (
        f"{why}Read it{_where(desk)}: it may be the return, a question, or a request for more "
        f"time. {_if_in_time(desk, fact)}{told}Then answer this mail: “return: {fact.agency} "
        f"findings” if it is the return, {_if_a_report(desk.case, fact.agency)}"
        f"“dealt with: {fact.agency}” if nothing is to be recorded. Until then its reminders wait; "
        f"the clock runs on.{_of_others(desk, fact)}"
    )


def _if_in_time(desk: Desk, fact: Fact) -> str:
    """When it came and when the return is due: accepted later, it counts from its receipt."""
    clock = desk.clock(AGENCY_RETURN, fact.agency)
    if clock is None or not clock.runs:
        return ""
    came, due = arrival_words(fact.happened), format_day(clock.due_on)
    if day_of(fact.happened) <= clock.due_on:
        return f"It reached us {came}; the return is due on {due}, so it may be in time. "
    return f"It reached us {came}; the return was due on {due}. "


def _is_recorded(case: Case, fact: Fact) -> bool:
    """Whether the return of the agency that sent a mail was read in it and counts."""
    agency = case.agencies.get(fact.agency) if fact.agency else None
    return agency is not None and any(one.message == fact.message for one in agency.returns)


def _of_others_alone(desk: Desk, fact: Fact) -> str:
    """What staff write when nothing is left of a mail but the returns of others in it."""
    names, lines = _held_for(desk, fact)
    return (
        f"Its sender's own return is recorded. Read the rest{_where(desk)}, and record in one "
        f"answer to this mail what is theirs: {lines}. If nothing is, answer “dealt with: "
        f"{fact.agency}”. Until then reminders to {names} wait; the clock runs on."
    )


def _of_others(desk: Desk, fact: Fact) -> str:
    """What staff write of further agencies whose returns lie in the same mail."""
    if not fact.detail.get("holds_for"):
        return ""
    names, lines = _held_for(desk, fact)
    return f" Reminders to {names} wait too; record in one answer what is theirs: {lines}."


def _held_for(desk: Desk, fact: Fact) -> tuple[str, str]:
    """The further agencies whose returns lie in a mail, and the lines that record them."""
    codes = fact.detail.get("holds_for") or ()
    shown = str(fact.message or "")[:_KEY_SHOWN]
    lines = "; ".join(f"“return: {code} findings / mail: {shown}”" for code in codes)
    return listed([name_of(desk.area, code) for code in codes]), lines


def _if_a_report(case: Case, code: AgencyCode | None) -> str:
    """What staff write if the mail of a trust brings a health report."""
    waited_for = [r for r in outstanding_reports(case) if r.trust == code]
    return f"“report: {code} {waited_for[0].name}” if it is that, " if waited_for else ""


def _how_to_extend(desk: Desk, code: AgencyCode, fact: Fact) -> str:
    clock = desk.clock(AGENCY_RETURN, code)
    asked = str(fact.detail.get("asks_until") or "")
    day = date.fromisoformat(asked) if asked else None
    if day is None:
        day = desk.calendar.add(max(desk.today, clock.due_on if clock else desk.today), _MORE)
    due = f" It is due on {format_day(clock.due_on)}." if clock else ""
    submission = desk.clock("submission")
    last = f" The submission stays due on {format_day(submission.due_on)}." if submission else ""
    return (
        f"Read it{_where(desk)} and decide.{due}{last} To grant it, answer this mail with “extend: "
        f"{code} until {format_day(day)}, why”, with the day that you grant; to refuse, ring them "
        f"and answer “dealt with: {code}”. Until then its reminders wait; the clock runs on."
    )


def _where(desk: Desk) -> str:
    return " in the folder “Needs a person”" if desk.area.filing == "move" else ""
