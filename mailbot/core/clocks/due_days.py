"""When a clock is due: its period, the days it must come before, and the working (process, 3)."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from mailbot.core.clocks.anchors import DECIDED, Start, View, decided, iso_day, moment_of_fact
from mailbot.core.clocks.rule_checks import MEETING, WHILE_MET
from mailbot.core.clocks.rules import AS_AGREED, within_of
from mailbot.core.clocks.workdays import (
    Hours,
    WorkingCalendar,
    WorkingDays,
    deadline,
    due_day,
    format_day,
    parse_within,
)
from mailbot.core.model import ClockRule, FactKind, Outcome, Reading
from mailbot.errors import UsageError

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
    because: str = ""  # why it is another than the period alone would say
    granted: bool = False  # agreed by people: no other reading of the rule matters


def due_of(view: View, rule: ClockRule, start: Start) -> Due | None:
    """Given what starts a clock, return its due day; None when no day can be said.

    The earliest of the rule's own period and the days it must come before.
    """
    if rule.unit == AS_AGREED:
        return _agreed(view, start)
    due = _due_by_period(view, rule, start)
    for bound in _bounds(view, rule, start):
        if due is None or bound.on < due.on:
            due = replace(bound, lines=(*(due.lines if due else ()), *bound.lines))
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
    if isinstance(within, Hours):
        begun = (
            start.at if isinstance(start.at, datetime) else view.calendar.moment(start.at, time())
        )
        at = begun + timedelta(hours=within.n)
    return Due(on=due_on, lines=lines, at=at)


def _bounds(view: View, rule: ClockRule, start: Start) -> Iterator[Due]:
    """Given a rule, yield the days before which it is also due, each with its line.

    A meeting's says since when it is known.
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
        other = view.clocks.get(name)
        yield Due(
            on=bound,
            lines=(f"{format_day(bound)}: due, {told}; the earlier day counts",),
            known_on=None if other else floor,
            because="another clock is due earlier" if other else "a meeting was arranged",
        )


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
        because="the time was extended",
        granted=True,
    )


def _agreed(view: View, start: Start) -> Due:
    begun = view.day(start.at)
    until = iso_day(start.until)
    line = f"{format_day(begun)}: {start.event}"
    if until is None:
        return Due(on=begun, lines=(line,), notes=("no date has been agreed yet: record one",))
    lines = (line, f"{format_day(until)}: due, as agreed")
    return Due(on=until, lines=lines, because="another day was agreed", granted=True)


def why_another(view: View, rule: ClockRule, start: Start, due: Due) -> str:
    """Given a due day that is another than was told, return what has changed it, for staff."""
    corrected = len(view.case.all(FactKind.INCIDENT_OCCURRED)) > 1
    if due.granted or due.known_on:
        return due.because
    if not start.because and corrected and FactKind.INCIDENT_OCCURRED in rule.starts_on:
        return "the day of the incident was corrected"
    return start.because or due.because or "the record has changed"


def earliest_reading(
    view: View, rule: ClockRule, start: Start, due: Due
) -> tuple[date | None, str]:
    """Given a due day, return the earliest other plausible reading with its why, if it is earlier.

    The first of those that say the same day; none of a day that people have agreed.
    """
    readings = () if due.granted else rule.readings
    days = [
        (_as_read(rule, reading, at, view.calendar), reading.why)
        for reading in readings
        if (at := moment_of_fact(view, reading.anchor) if reading.anchor else start.at)
    ]
    earlier = [(day, why) for day, why in days if day is not None and day < due.on]
    return min(earlier, key=lambda found: found[0], default=(None, ""))


def by_rule(
    rule: ClockRule, start: date | datetime, calendar: WorkingCalendar
) -> tuple[date, tuple[str, ...]]:
    """Given a rule with a period, and a start without any case, return the due day explained.

    The working, the source, and the earliest reading that needs no other fact. Raises UsageError
    for a rule that is due only before something else, or as agreed.
    """
    within = within_of(rule)
    if within is None:
        raise UsageError(f"'{rule.name}' has no period of its own; only a case says its day.")
    due, lines = deadline(
        start, within, calendar, roll_forward=rule.roll_forward, cut_off=rule.cut_off
    )
    plain = [reading for reading in rule.readings if reading.anchor is None]
    days = [(_as_read(rule, reading, start, calendar), reading.why) for reading in plain]
    earlier = min(((day, why) for day, why in days if day and day < due), default=None)
    also = (f"Earliest other reading: {format_day(earlier[0])}, {earlier[1]}",) if earlier else ()
    return due, (*lines, f"Source: {rule.source}", *also)


def _as_read(
    rule: ClockRule, reading: Reading, start: date | datetime, calendar: WorkingCalendar
) -> date | None:
    within = parse_within(f"{reading.within} {reading.unit}") if reading.unit else within_of(rule)
    if within is None:
        return None
    return due_day(
        start,
        within,
        calendar,
        roll_forward=rule.roll_forward and not reading.as_it_came,
        cut_off=None if reading.as_it_came else rule.cut_off,
    )
