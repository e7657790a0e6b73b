"""A case, the rules and the calendar become clocks; clocks become reminder steps (process, 3).

The numbers are the rules'; the branches that no number says are functions. What starts a clock is
in `anchors`, when it is due in `due_days`, where it stands in `clock_states`; here they are put
together, and it is said when a reminder comes.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime

from mailbot.core.cases.told import clock_name, last_told
from mailbot.core.clocks.anchors import (
    Start,
    View,
    reanchored,
    start_for_trust,
    start_of,
    told_again,
)
from mailbot.core.clocks.clock_states import (
    Standing,
    standing_of,
    standing_of_agency,
    standing_of_trust,
)
from mailbot.core.clocks.due_days import (
    Due,
    as_told,
    due_of,
    earliest_reading,
    extended,
    why_another,
)
from mailbot.core.clocks.rules import in_dependency_order
from mailbot.core.clocks.workdays import WorkingCalendar, WorkingDays, day_zero, format_day
from mailbot.core.model import (
    AgencyCode,
    AgencyInCase,
    Case,
    Clock,
    ClockRule,
    ClockState,
    FactKind,
    Per,
    Step,
)
from mailbot.core.moments import day_of

STAFF_STEP = " staff"  # ends the name of the step by which staff are told to ring


def clocks_for(
    case: Case, rules: Sequence[ClockRule], calendar: WorkingCalendar, *, today: date
) -> tuple[Clock, ...]:
    """Given a case, return its clocks in the order of the rules, those per agency in case order.

    A clock that has not started is not there. A fact dated after `today` stops nothing yet. A
    non-serious case has only the clocks of agencies asked and of provider trusts. Raises
    `CalendarHorizonError` when a due day lies beyond the calendar.
    """
    view = View(case=case, calendar=calendar, today=today, clocks={}, told=last_told(case))
    for rule in in_dependency_order(r for r in rules if r.per is Per.CASE):
        clock = _clock_of_case(view, rule)
        if clock is not None:
            view.clocks[rule.name] = clock
    return tuple(_in_order(view, rules))


def reminder_steps(
    clock: Clock,
    calendar: WorkingCalendar,
    today: date,
    *,
    now: datetime | None = None,
    due_hour: datetime | None = None,
) -> tuple[Step, ...]:
    """Given a clock, return the latest step of each ladder that has come by `today`.

    A clock in hours is reminded of when it is due: `due_hour` is the working hour after that
    moment, and until then nothing comes. Other clocks are asked by the day alone.

    The owner's ladder comes before that of staff, who ring: a server that slept through both
    tells both. None unless the clock is running and today is a working day; none on or before the
    first working day after its owner was first told (process, section 3, "Reminders"). Which of
    them has been written before is the store's to know.
    """
    if clock.state is not ClockState.RUNNING or not calendar.is_working_day(today):
        return ()
    if clock.due_at is not None and now is not None and now < (due_hour or clock.due_at):
        return ()
    due_on = calendar.day_of(due_hour) if due_hour and clock.due_at else None
    come = [(day, name) for day, name in _steps(clock, calendar, due_on) if day <= today]
    days_over = calendar.working_days_between(clock.due_on, today)
    if _repeats_after(clock, days_over) and today >= _not_before(clock, calendar):
        come.append((today, f"{days_over:+d}"))
    own = [(day, name) for day, name in come if not name.endswith(STAFF_STEP)]
    ring = [(day, name) for day, name in come if name.endswith(STAFF_STEP)]
    return tuple(step_of(clock, _furthest(ladder)) for ladder in (own, ring) if ladder)


def _furthest(come: Sequence[tuple[date, str]]) -> str:
    # Among steps of the same day the last is the furthest along the ladder.
    latest = max(day for day, _ in come)
    return [name for day, name in come if day == latest][-1]


def step_of(clock: Clock, name: str) -> Step:
    """Given a clock and a step's name, return the step as the store keeps it."""
    return Step(
        case=clock.case,
        clock=clock.rule.name,
        agency=clock.agency,
        round=clock.round,
        due_on=clock.due_on,
        step=name,
    )


def pressing(clock: Clock, case: Case, calendar: WorkingCalendar, today: date) -> bool:
    """Given an agency's clock, return whether its safeguarding lead and staff are told at once.

    So when the meeting is two working days away or less, and still ahead.
    """
    meeting = case.meeting
    asked = clock.rule.per is Per.AGENCY and clock.state is ClockState.RUNNING
    if not asked or meeting is None:
        return False
    day = day_of(meeting.at)
    return not meeting.held and day >= today and calendar.working_days_between(today, day) <= 2


# --- one clock --------------------------------------------------------------------------------


def _in_order(view: View, rules: Iterable[ClockRule]) -> Iterator[Clock]:
    for rule in rules:
        if rule.per is Per.AGENCY:
            for agency in view.case.agencies.values():
                if agency.requested_at is not None and agency.round:
                    yield _clock_of_agency(view, rule, agency)
        elif rule.per is Per.TRUST:
            for trust in view.case.nhs.trusts if view.case.nhs else ():
                clock = _clock_of_trust(view, rule, trust)
                if clock is not None:
                    yield clock
        elif rule.name in view.clocks:
            yield view.clocks[rule.name]


def _clock_of_case(view: View, rule: ClockRule) -> Clock | None:
    start = start_of(view, rule)
    due = due_of(view, rule, start) if start else None
    if start is None or due is None:
        return None
    # A day that hangs on another clock's is known since that one is, and changes with it.
    others = (view.clocks[name] for name, _ in rule.also_before if name in view.clocks)
    known = [other.first_told_on for other in others if other.first_told_on]
    start = replace(start, told_on=max([start.told_on, *known]))
    standing = standing_of(view, rule, start)
    return _clock(view, rule, start=start, due=due, standing=standing)


def _clock_of_trust(view: View, rule: ClockRule, trust: AgencyCode) -> Clock | None:
    start = start_for_trust(view, rule, trust)
    due = due_of(view, rule, start) if start else None
    if start is None or due is None:
        return None
    standing = standing_of_trust(view, rule, start, trust)
    return _clock(view, rule, start=start, due=due, standing=standing, whose=(trust, 0))


def _clock_of_agency(view: View, rule: ClockRule, agency: AgencyInCase) -> Clock:
    requested_at = agency.requested_at or view.case.opened_at
    start = Start(
        at=requested_at,
        event="information requested",
        told_on=view.calendar.day_of(requested_at),
    )
    asked_at = start.at
    start = reanchored(view, rule, told_again(view, rule, start), agency.code)
    due = due_of(view, rule, start) or Due(on=start.told_on, lines=())
    if start.at == asked_at:  # staff's own day stands against what the request had named
        due = as_told(due, _told_day(view, agency))
    if due.known_on is not None:  # nobody missed a day before the meeting made it theirs
        start = replace(start, told_on=max(start.told_on, due.known_on))
    extension = next(
        (f for f in reversed(view.case.all(FactKind.EXTENSION_GRANTED)) if f.agency == agency.code),
        None,
    )
    if agency.extended_until is not None:
        due = extended(view, due, agency.extended_until)
        granted_on = view.day(extension.recorded_at) if extension else start.told_on
        start = replace(start, told_on=max(start.told_on, granted_on))
    standing = standing_of_agency(view, agency)
    whose = (agency.code, agency.round)
    return _clock(view, rule, start=start, due=due, standing=standing, whose=whose)


def _told_day(view: View, agency: AgencyInCase) -> date | None:
    """The day that the request named, if it was kept on record."""
    for fact in reversed(view.case.all(FactKind.INFORMATION_REQUESTED)):
        if fact.agency == agency.code and fact.detail.get("round", agency.round) == agency.round:
            named = fact.detail.get("due_on")
            return date.fromisoformat(named) if named else None
    return None


def _clock(
    view: View,
    rule: ClockRule,
    *,
    start: Start,
    due: Due,
    standing: Standing,
    whose: tuple[AgencyCode | None, int] = (None, 0),
) -> Clock:
    agency, round_ = whose
    started_on = day_zero(
        start.at, view.calendar, roll_forward=rule.roll_forward, cut_off=rule.cut_off
    )
    earliest_on, why = earliest_reading(view, rule, start, due)
    other = (f"Earliest other reading: {format_day(earliest_on)}, {why}",) if earliest_on else ()
    told = _told_otherwise(view, rule, agency, start=start, due=due)
    runs = standing.state in (ClockState.RUNNING, ClockState.WAITING)
    return Clock(
        rule=rule,
        case=view.case.ref,
        agency=agency,
        round=round_,
        started_on=started_on,
        due_on=due.on,
        due_at=due.at,
        state=standing.state,
        stopped_on=standing.stopped_on,
        first_told_on=start.told_on,
        working=(*due.lines, *other, f"Source: {rule.source}"),
        earliest_on=earliest_on,
        earliest_why=why,
        note="; ".join(
            filter(None, (*start.notes, *due.notes, *standing.notes, told if runs else ""))
        ),
    )


def _told_otherwise(
    view: View, rule: ClockRule, agency: AgencyCode | None, *, start: Start, due: Due
) -> str:
    """Return, for staff, which day was last told where it is another than the clock shows now."""
    told = view.told.get(clock_name(rule.name, agency))
    if told is None or told == due.on:
        return ""
    why = why_another(view, rule, start, due)
    return f"told {format_day(told)}; now {format_day(due.on)} because {why}"


# --- reminder steps ---------------------------------------------------------------------------


def _steps(
    clock: Clock, calendar: WorkingCalendar, due_on: date | None = None
) -> Iterator[tuple[date, str]]:
    """Given a clock, yield the days and names of its reminder steps, in the ladder's order.

    `due_on` is the day of the working hour after a clock in hours is due.
    """
    told_when = clock.rule.told_when
    not_before = _not_before(clock, calendar)
    if due_on is None:
        due_on = calendar.next_working_day(clock.due_on) if clock.due_at else clock.due_on
    for offset in told_when:
        day = calendar.add(due_on, WorkingDays(offset))
        # A day that was agreed may be a Saturday: its reminder goes before it, not after.
        day = calendar.previous_working_day(day)
        if day >= not_before:
            yield day, f"{offset:+d}" if offset else "0"
    if told_when and clock.rule.then == "staff":
        # This one is a task for staff: it is put off until they may ring, never dropped.
        after = told_when[-1] + 1
        yield (
            max(calendar.add(due_on, WorkingDays(after)), not_before),
            f"{after:+d}{STAFF_STEP}",
        )


def _not_before(clock: Clock, calendar: WorkingCalendar) -> date:
    """Given a clock, return the first day that is not within one working day of being told."""
    if clock.first_told_on is None:
        return calendar.first
    return calendar.add(clock.first_told_on, WorkingDays(2))


def _repeats_after(clock: Clock, days_over: int) -> bool:
    told_when = clock.rule.told_when
    repeats = clock.rule.then == "each working day" and bool(told_when)
    return repeats and days_over > told_when[-1]
