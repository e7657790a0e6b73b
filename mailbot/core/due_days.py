"""When a clock is due: its period, the days it must come before, and the working (process, 3)."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from mailbot.core.anchors import DECIDED, WHILE_MET, Start, View, decided, iso_day
from mailbot.core.model import ClockRule, Outcome
from mailbot.core.rules import AS_AGREED, MEETING, within_of
from mailbot.core.workdays import Hours, WorkingDays, deadline, format_day, parse_within

#: Due before another clock only if that day still lies ahead when the clock starts.
_ONLY_IF_AHEAD = frozenset({"partners-decide"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A due day with its working."""

    on: date
    lines: tuple[str, ...]
    notes: tuple[str, ...] = ()
    at: datetime | None = None
    known_on: date | None = None  # since when this day can be known, if a meeting made it


def due_of(view: View, rule: ClockRule, start: Start) -> Due | None:
    """Given what starts a clock, return its due day; None when no day can be said.

    The earliest of the rule's own period and the days it must come before.
    """
    if rule.unit == AS_AGREED:
        return _agreed(view, start)
    due = _due_by_period(view, rule, start)
    for bound, line, known_on in _bounds(view, rule, start):
        if due is None or bound < due.on:
            due = Due(on=bound, lines=(*(due.lines if due else ()), line), known_on=known_on)
    if due is not None and due.on < view.day(start.at):
        due = replace(due, notes=("the day it was due had passed when it began",), at=None)
    return due


def _due_by_period(view: View, rule: ClockRule, start: Start) -> Due | None:
    within = within_of(rule)
    if within is None:
        return None
    due_on, lines = deadline(
        start.at,
        within,
        view.calendar,
        event=start.event,
        roll_forward=rule.roll_forward,
        cut_off=rule.cut_off,
    )
    at = None
    if isinstance(within, Hours) and isinstance(start.at, datetime):
        at = start.at + timedelta(hours=within.n)
    return Due(on=due_on, lines=lines, at=at)


def _bounds(view: View, rule: ClockRule, start: Start) -> Iterator[tuple[date, str, date | None]]:
    """Given a rule, yield the days before which it is also due, each with its line.

    Last, the day since which a meeting is known that a return must come before.
    """
    for name, count in rule.also_before:
        if name == MEETING:
            event_on, title, floor = _meeting_bound(view, start)
        else:
            event_on, title, floor = _clock_bound(view, rule, name)
        if event_on is None:
            continue
        bound = max(view.calendar.add(event_on, WorkingDays(-count)), floor)
        if rule.name in _ONLY_IF_AHEAD and bound <= view.day(start.at):
            continue
        told = f"at the latest {WorkingDays(count)} before {format_day(event_on)} ({title})"
        known_on = floor if name == MEETING else None
        yield bound, f"{format_day(bound)}: due, {told}; the earlier day counts", known_on


def _clock_bound(view: View, rule: ClockRule, name: str) -> tuple[date | None, str, date]:
    clock = view.clocks.get(name)
    first = next(iter(decided(view.case, *DECIDED)), None)
    not_met = first is not None and first.detail.get("outcome") == Outcome.NOT_MET
    if clock is None or (name == "submission" and rule.name not in WHILE_MET and not_met):
        # Not met at the call: no submission is in sight that the meeting must leave time for.
        return None, "", date.min
    return clock.due_on, clock.rule.title, date.min


def _meeting_bound(view: View, start: Start) -> tuple[date | None, str, date]:
    """Given what an agency was asked, return the meeting that its return must come before.

    A meeting that was arranged at short notice never makes a return due before it was arranged:
    nobody is told that they missed a date they were never given.
    """
    meeting = view.case.meeting
    if meeting is None:
        return None, "", date.min
    arranged = next((f for f in view.case.facts if f.number == meeting.fact and f.number), None)
    known_on = view.day(start.at)
    if arranged is not None:
        known_on = max(known_on, view.day(arranged.recorded_at))
    meeting_on = view.day(meeting.at)
    return (meeting_on if meeting_on > known_on else None), meeting.label, known_on


def as_told(due: Due, told: date | None) -> Due:
    """Given a return's due day, honour a later day that the request named (process, section 2).

    A meeting that was arranged since may still bring it forward.
    """
    if told is None or told <= due.on or due.known_on is not None:
        return due
    line = f"{format_day(told)}: due, because the request named this day"
    return replace(due, on=told, lines=(*due.lines, line))


def extended(view: View, due: Due, until: date) -> Due:
    """Given a return's due day, return it as extended; what was granted counts as it is."""
    meeting = view.case.meeting
    late = meeting is not None and view.day(meeting.at) <= until
    return Due(
        on=until,
        lines=(*due.lines, f"{format_day(until)}: due, extended from {format_day(due.on)}"),
        notes=("the extension ends on or after the day of the meeting",) if late else (),
    )


def _agreed(view: View, start: Start) -> Due:
    begun = view.day(start.at)
    until = iso_day(start.until)
    line = f"{format_day(begun)}: {start.event}"
    if until is None:
        return Due(on=begun, lines=(line,), notes=("no date has been agreed yet: record one",))
    return Due(on=until, lines=(line, f"{format_day(until)}: due, as agreed"))


def earliest_reading(view: View, rule: ClockRule, started_on: date, due_on: date) -> date | None:
    """Given a clock's days, return the earliest other plausible due day, if it is earlier."""
    if not rule.earliest_reading:
        return None
    earliest, _ = deadline(started_on, parse_within(rule.earliest_reading), view.calendar)
    return earliest if earliest < due_on else None
