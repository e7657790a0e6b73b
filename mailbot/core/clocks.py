"""A case, the rules and the calendar become clocks; clocks become reminder steps (process, 3).

The numbers are the rules'; the branches that no number says are functions. What starts a clock is
in `anchors`, when it is due in `due_days`; here is where it stands, and who is reminded when.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from mailbot.core.anchors import (
    DECIDED,
    ENDED_BY_NOT_MET,
    Start,
    View,
    decided,
    iso_day,
    start_of,
    told_again,
)
from mailbot.core.due_days import Due, as_told, due_of, earliest_reading, extended
from mailbot.core.model import (
    AgencyInCase,
    Case,
    Clock,
    ClockRule,
    ClockState,
    Fact,
    FactKind,
    Outcome,
    Per,
    Step,
)
from mailbot.core.rules import AS_AGREED, in_dependency_order
from mailbot.core.workdays import WorkingCalendar, WorkingDays, day_zero, format_day

#: What leads up to the submission; once that is sent, nobody is asked for it any more.
_BEFORE_SUBMISSION = frozenset({"report-circulated", "partners-signed-off"})
#: There is something to sign off only after one of these.
_MEETING_OVER = (FactKind.MEETING_HELD, FactKind.REVIEW_DECIDED)
STAFF_STEP = " staff"  # ends the name of the step by which staff are told to ring


@dataclass(frozen=True, slots=True, kw_only=True)
class _Standing:
    """Where a clock stands."""

    state: ClockState
    stopped_on: date | None = None
    notes: tuple[str, ...] = ()


def clocks_for(
    case: Case, rules: Sequence[ClockRule], calendar: WorkingCalendar, *, today: date
) -> tuple[Clock, ...]:
    """Given a case, return its clocks in the order of the rules, those per agency in case order.

    A clock that has not started is not there. A fact dated after `today` stops nothing yet. A
    non-serious case has only the clocks of the agencies asked. Raises `CalendarHorizonError`
    when a due day lies beyond the calendar.
    """
    view = View(case=case, calendar=calendar, today=today, clocks={})
    if case.beginning != "non-serious":
        for rule in in_dependency_order(r for r in rules if r.per is Per.CASE):
            clock = _clock_of_case(view, rule)
            if clock is not None:
                view.clocks[rule.name] = clock
    return tuple(_in_order(view, rules))


def reminder_steps(clock: Clock, calendar: WorkingCalendar, today: date) -> tuple[Step, ...]:
    """Given a clock, return the latest step of each ladder that has come by `today`.

    The owner's ladder comes before that of staff, who ring: a server that slept through both
    tells both. None unless the clock is running and today is a working day; none on or before the
    first working day after its owner was first told (process, section 3, "Reminders"). Which of
    them has been written before is the store's to know.
    """
    if clock.state is not ClockState.RUNNING or not calendar.is_working_day(today):
        return ()
    come = [(day, name) for day, name in _steps(clock, calendar) if day <= today]
    days_over = calendar.working_days_between(clock.due_on, today)
    if _repeats_after(clock, days_over) and today >= _not_before(clock, calendar):
        come.append((today, f"{days_over:+d}"))
    own = [(day, name) for day, name in come if not name.endswith(STAFF_STEP)]
    ring = [(day, name) for day, name in come if name.endswith(STAFF_STEP)]
    return tuple(_step(clock, _furthest(ladder)) for ladder in (own, ring) if ladder)


def _furthest(come: Sequence[tuple[date, str]]) -> str:
    # Among steps of the same day the last is the furthest along the ladder.
    latest = max(day for day, _ in come)
    return [name for day, name in come if day == latest][-1]


def _step(clock: Clock, name: str) -> Step:
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
    if clock.agency is None or clock.state is not ClockState.RUNNING or meeting is None:
        return False
    day = calendar.day_of(meeting.at) if isinstance(meeting.at, datetime) else meeting.at
    return not meeting.held and day >= today and calendar.working_days_between(today, day) <= 2


def is_late(clock: Clock, today: date) -> bool:
    """Given a clock, return whether it stopped after its due day, or runs and is past it."""
    if clock.state is ClockState.NOT_APPLICABLE:
        return False
    return (clock.stopped_on or today) > clock.due_on


def next_change_on(clocks: Iterable[Clock], calendar: WorkingCalendar, today: date) -> date | None:
    """Given a case's clocks, return the next day after `today` on which one of them asks for more.

    That is a reminder step, a due day, the day after it, or the first day in the digest.
    """
    days = (day for clock in clocks for day in _days_of(clock, calendar, today))
    return min((day for day in days if day > today), default=None)


# --- one clock --------------------------------------------------------------------------------


def _in_order(view: View, rules: Iterable[ClockRule]) -> Iterator[Clock]:
    for rule in rules:
        if rule.per is Per.AGENCY:
            for agency in view.case.agencies.values():
                if agency.requested_at is not None and agency.round:
                    yield _clock_of_agency(view, rule, agency)
        elif rule.name in view.clocks:
            yield view.clocks[rule.name]


def _clock_of_case(view: View, rule: ClockRule) -> Clock | None:
    start = start_of(view, rule)
    due = due_of(view, rule, start) if start else None
    if start is None or due is None:
        return None
    standing = _standing(view, rule, start)
    return _clock(view, rule, start=start, due=due, standing=standing)


def _clock_of_agency(view: View, rule: ClockRule, agency: AgencyInCase) -> Clock:
    requested_at = agency.requested_at or view.case.opened_at
    start = Start(
        at=requested_at,
        event="information requested",
        told_on=view.calendar.day_of(requested_at),
    )
    start = told_again(view, rule, start)
    due = due_of(view, rule, start) or Due(on=start.told_on, lines=())
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
    standing = _standing_of_agency(view, agency)
    return _clock(view, rule, start=start, due=due, standing=standing, agency=agency)


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
    standing: _Standing,
    agency: AgencyInCase | None = None,
) -> Clock:
    started_on = day_zero(
        start.at, view.calendar, roll_forward=rule.roll_forward, cut_off=rule.cut_off
    )
    return Clock(
        rule=rule,
        case=view.case.ref,
        agency=agency.code if agency else None,
        round=agency.round if agency else 0,
        started_on=started_on,
        due_on=due.on,
        due_at=due.at,
        state=standing.state,
        stopped_on=standing.stopped_on,
        first_told_on=start.told_on,
        working=(*due.lines, f"Source: {rule.source}"),
        earliest_on=earliest_reading(view, rule, started_on, due.on),
        note="; ".join(filter(None, (*start.notes, *due.notes, *standing.notes))),
    )


# --- where it stands --------------------------------------------------------------------------


def _standing(view: View, rule: ClockRule, start: Start) -> _Standing:
    stopped_on = _stopped_on(view, rule, start)
    if stopped_on is not None:
        return _Standing(state=ClockState.STOPPED, stopped_on=stopped_on)
    over = _why_over(view.case) or _why_not(view.case, rule)
    if over:
        return _Standing(state=ClockState.NOT_APPLICABLE, notes=(over,))
    notes = _notes_while_running(view, rule)
    if view.case.held_reason:
        return _Standing(state=ClockState.WAITING, notes=(*notes, "held: no letters go out"))
    if rule.unit == AS_AGREED and iso_day(start.until) is None:
        return _Standing(state=ClockState.WAITING, notes=notes)
    if rule.name == "partners-signed-off" and not view.case.first(*_MEETING_OVER):
        return _Standing(state=ClockState.WAITING, notes=(*notes, "no meeting has been held yet"))
    return _Standing(state=ClockState.RUNNING, notes=notes)


def _stopped_on(view: View, rule: ClockRule, start: Start) -> date | None:
    days = [view.day(f.happened) for f in view.case.all(*rule.stops_on) if _stops(view, f)]
    if FactKind.CRITERIA_DECIDED in rule.stops_on and view.case.criteria in DECIDED:
        days += [view.day(f.happened) for f in decided(view.case, *DECIDED)]
    if {FactKind.SUBMISSION_SENT, FactKind.PANEL_ANSWERED} & set(rule.starts_on):
        # An answer to something else, earlier, answers nothing that began later.
        days = [day for day in days if day >= view.day(start.at)]
    return min((day for day in days if day <= view.today), default=None)


def _stops(view: View, fact: Fact) -> bool:
    if fact.kind is FactKind.MEETING_HELD:
        return fact.detail.get("quorate") is True
    # The criteria count as they stand now: no agreement leaves the clock running.
    return fact.kind is not FactKind.CRITERIA_DECIDED


def _why_over(case: Case) -> str:
    if case.withdrawn:
        return "the notification was withdrawn"
    return "the case is closed" if case.closed else ""


def _why_not(case: Case, rule: ClockRule) -> str:
    if rule.name in ENDED_BY_NOT_MET and case.criteria is Outcome.NOT_MET:
        return "the criteria are not met"
    if rule.name == "outcome-recorded" and case.criteria is Outcome.MET:
        return "the criteria are met"
    if rule.name in _BEFORE_SUBMISSION and case.first(FactKind.SUBMISSION_SENT):
        return "the submission has been sent"
    return ""


def _notes_while_running(view: View, rule: ClockRule) -> tuple[str, ...]:
    if rule.name == "partners-decide":
        return _panel_besides(view)
    if view.case.criteria in DECIDED:
        return ()
    if rule.name == "notify-panel":
        return ("if the criteria are met",)
    if rule.name == "submission":
        return ("at risk: the criteria are not decided",)
    return ()


def _panel_besides(view: View) -> tuple[str, ...]:
    panel = view.clocks.get("notify-panel")
    if panel is None or panel.state is not ClockState.RUNNING:
        return ()
    told = f"if the criteria are met, the Panel must be notified by {format_day(panel.due_on)}"
    return (told,)


def _standing_of_agency(view: View, agency: AgencyInCase) -> _Standing:
    stopped_on = _returned_on(view, agency)
    if stopped_on is not None:
        return _Standing(state=ClockState.STOPPED, stopped_on=stopped_on)
    over = _why_over(view.case) or ("the agency is excused" if agency.excused else "")
    if over:
        return _Standing(state=ClockState.NOT_APPLICABLE, notes=(over,))
    waits = tuple(_why_waiting(view.case, agency))
    notes = ("only a partial return has come",) if agency.partial else ()
    return _Standing(
        state=ClockState.WAITING if waits else ClockState.RUNNING, notes=(*waits, *notes)
    )


def _returned_on(view: View, agency: AgencyInCase) -> date | None:
    """Given an agency, return the day its first full or nil return came, or None."""
    if not agency.answered:
        return None
    full = [f for f in agency.returns if f.detail.get("return") != "partial"] or agency.returns
    if not full:
        return view.today
    asked_on = view.day(agency.requested_at) if agency.requested_at else date.min
    days = [view.day(fact.happened) for fact in full]
    return min((day for day in days if day >= asked_on), default=max(days))


def _why_waiting(case: Case, agency: AgencyInCase) -> Iterator[str]:
    if agency.undelivered:
        yield "the request was not delivered: ring the agency"
    if agency.waiting:
        yield "a message from the agency waits for a person"
    held = [f for f in case.all(FactKind.HELD, FactKind.RELEASED) if f.agency == agency.code]
    if case.held_reason or (held and held[-1].kind is FactKind.HELD):
        yield "held: no letters go out"


# --- reminder steps ---------------------------------------------------------------------------


def _steps(clock: Clock, calendar: WorkingCalendar) -> Iterator[tuple[date, str]]:
    """Given a clock, yield the days and names of its reminder steps, in the ladder's order."""
    told_when = clock.rule.told_when
    not_before = _not_before(clock, calendar)
    for offset in told_when:
        day = calendar.add(clock.due_on, WorkingDays(offset))
        # A day that was agreed may be a Saturday: its reminder goes before it, not after.
        day = calendar.previous_working_day(day)
        if day >= not_before:
            yield day, f"{offset:+d}" if offset else "0"
    if told_when and clock.rule.then == "staff":
        # This one is a task for staff: it is put off until they may ring, never dropped.
        after = told_when[-1] + 1
        yield (
            max(calendar.add(clock.due_on, WorkingDays(after)), not_before),
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


def _days_of(clock: Clock, calendar: WorkingCalendar, today: date) -> Iterator[date]:
    if clock.state not in (ClockState.RUNNING, ClockState.WAITING):
        return
    yield clock.due_on
    yield clock.due_on + timedelta(days=1)
    if clock.rule.digest_from is not None:
        yield calendar.add(clock.due_on, WorkingDays(-clock.rule.digest_from))
    if clock.state is not ClockState.RUNNING:
        return
    yield from (day for day, _ in _steps(clock, calendar))
    if clock.rule.then == "each working day":
        tomorrow = calendar.add(max(today, clock.due_on), WorkingDays(1))
        yield max(tomorrow, _not_before(clock, calendar))
