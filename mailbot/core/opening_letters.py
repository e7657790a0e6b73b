"""Letters that a new case brings: to its notifier, to staff, and to the three partners."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import time

from mailbot.core.desk import (
    AUTHORITY_COPY,
    NON_SERIOUS,
    Desk,
    name_of,
    staff_of,
)
from mailbot.core.instructions import example
from mailbot.core.model import (
    Clock,
    ClockState,
    Fact,
    FactKind,
    Letter,
    LetterKind,
    Outcome,
    Person,
)
from mailbot.core.panel_notes import partners_and_chair
from mailbot.core.standing import reopened_after_withdrawal
from mailbot.core.wording import counted, field_words, short_day, when_words, with_day_ahead
from mailbot.core.workdays import WorkingDays, format_day

CALL_AT = time(10, 0)
#: What staff record after the criteria and the agencies, in the order of the process.
LATER = ("meeting", "held", "decision")
#: The proposed call leaves a working day to find three people, and two where there is time.
CALL_AFTER = WorkingDays(2)
#: In which a notifier is asked to send what is missing.
MISSING_WITHIN = WorkingDays(2)


def opening_letters(desk: Desk) -> Iterator[Letter]:
    """Given a desk, yield the letters that the case's notifications justify."""
    notifications = desk.case.all(FactKind.NOTIFICATION_RECEIVED)
    for fact in notifications:
        yield from _to_the_notifier(desk, fact)
    for fact in notifications[:1]:
        yield _new_case(desk, fact)
        yield from _call_of_partners(desk, fact)


def _to_the_notifier(desk: Desk, fact: Fact) -> Iterator[Letter]:
    """Yield acknowledgement and missing fields, if the receiving server vouched for the sender."""
    notifier = fact.detail.get("notifier") or {}
    address = str(notifier.get("address") or "")
    if not address:
        return
    to = (Person(name="", email=address),)
    received = when_words(fact.happened)
    thanked = desk.letter(
        LetterKind.ACKNOWLEDGEMENT, fact.number, to=to, words={"received": received}
    )
    yield replace(thanked, reply_to_message=fact.message)
    blank = field_words(fact.detail.get("blank") or ())
    unclear = [w for w in field_words(fact.detail.get("disputed") or ()) if w not in blank]
    if not blank and not unclear:
        return
    cause = _asks_for_missing(desk, fact)
    morning = desk.next_morning(cause.recorded_at)
    due = desk.calendar.add(desk.calendar.day_of(morning), MISSING_WITHIN)
    words = {"due": format_day(due), "blank": blank, "unclear": unclear}
    place = f"{cause.number}" if cause is fact else f"{cause.number}/{fact.number}"
    asked = desk.letter(LetterKind.MISSING_FIELDS, place, to=to, words=words)
    yield replace(asked, not_before=morning, reply_to_message=fact.message)


def _asks_for_missing(desk: Desk, fact: Fact) -> Fact:
    """Return the notification, or the reopening of its case if nothing had been asked for yet."""
    reopened = reopened_after_withdrawal(desk.case.facts)
    sent = desk.case.all(FactKind.LETTER_SENT)
    asked = any(f.detail.get("kind") == LetterKind.MISSING_FIELDS.value for f in sent)
    return fact if reopened is None or asked or fact.number > reopened.number else reopened


def _new_case(desk: Desk, fact: Fact) -> Letter:
    case = desk.case
    decide = desk.clock("partners-decide")
    words = {
        "due": format_day(decide.due_on) if decide else "",
        "received": when_words(fact.happened),
        "beginning": case.beginning,
        "serious": case.beginning != NON_SERIOUS,
        "decide_by": format_day(decide.due_on) if decide else "",
        "decided_on": "today",  # which holds on whatever day it is answered
        "clocks": [_clock_words(desk, clock) for clock in _running(desk)],
        "proposed": [name_of(desk.area, code) for code in case.proposed],
        "unknown": len(case.unknown_agencies),
        "incomplete": field_words(case.blank),
        "requests_until": f"{desk.area.requests_until:%H:%M}",
        "later": [with_day_ahead(example(head), desk.later) for head in LATER],
    }
    return desk.letter(LetterKind.NEW_CASE, fact.number, to=staff_of(desk.area), words=words)


def _running(desk: Desk) -> list[Clock]:
    running = (c for c in desk.clocks if c.state in {ClockState.RUNNING, ClockState.WAITING})
    return sorted(running, key=lambda clock: clock.due_on)


def _clock_words(desk: Desk, clock: Clock) -> dict[str, str]:
    """Return a clock for staff, who are shown its days gone and its earliest other reading."""
    gone = max(0, desk.calendar.working_days_between(clock.started_on, desk.today))
    return {
        "title": clock.rule.title,
        "due": format_day(clock.due_on),
        "counted_from": format_day(clock.started_on),
        "gone": counted(gone, "working day"),
        "overdue": "yes" if clock.due_on < desk.today else "",
        "earliest": format_day(clock.earliest_on) if clock.earliest_on else "",
        "note": clock.note,
    }


def _call_of_partners(desk: Desk, fact: Fact) -> Iterator[Letter]:
    """Yield the call of the three partners and the chair, who are one party.

    Anew when a withdrawn case is opened again: they had been told that the call was off.
    """
    case, decide = desk.case, desk.clock("partners-decide")
    decided = case.criteria in {Outcome.MET, Outcome.NOT_MET}
    if decided or decide is None or case.beginning in {NON_SERIOUS, AUTHORITY_COPY}:
        return
    reopened = reopened_after_withdrawal(case.facts)
    first = desk.calendar.add(desk.today, WorkingDays(1))
    proposed = max(first, min(desk.calendar.add(desk.today, CALL_AFTER), decide.due_on))
    words = {
        "due": format_day(decide.due_on),
        "due_short": short_day(decide.due_on),
        "proposed": f"{format_day(proposed)} at {CALL_AT:%H:%M}",
        "chair": desk.area.chair is not None,
    }
    yield desk.letter(
        LetterKind.CALL_OF_PARTNERS,
        max(fact.number, reopened.number if reopened else 0),
        to=partners_and_chair(desk),
        words=words,
    )
