"""Days for a case's meeting that satisfy every clock of the case (process, section 2).

A Case Review Group of the area's calendar comes first; where none fits, working days for a rapid
review meeting; where no day satisfies everything, what stands in the way and the least bad day.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, time, timedelta

from mailbot.core.cases.meetings import standing_meeting
from mailbot.core.clocks.workdays import WorkingDays, format_day
from mailbot.core.letters.closed_periods import closed_on
from mailbot.core.letters.desk import NON_SERIOUS, Desk, criteria_decided
from mailbot.core.letters.request_letters import return_clock_if_asked
from mailbot.core.model import (
    AgencyCode,
    AgencyInCase,
    FactKind,
    Outcome,
    Scheduled,
)
from mailbot.core.moments import day_of
from mailbot.core.wording import name_of

#: "A Case Review Group (CRG) is already scheduled within the next 10 working days."
WITHIN = WorkingDays(10)
PROPOSED = 3
BEGINS = time(10, 0)
REVIEW_MEETING = "review-meeting"
AGENCY_RETURN = "agency-return"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a meeting's day must satisfy. `latest` is None where no clock says a last day."""

    earliest: date  # the first working day on which people can be asked to come
    latest: date | None  # the day on which the clock of the meeting is due
    returns_by: date | None  # the last day on which an agency's information is due
    latest_of: tuple[AgencyCode, ...] = ()  # whose information is due then


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """Where a meeting could be. Either a Case Review Group or days; `why_not` where none fits."""

    group: Scheduled | None = None
    before_returns: bool = False  # the group meets before all information is due
    days: tuple[date, ...] = ()
    least_bad: date | None = None
    why_not: str = ""


def wants_a_meeting(desk: Desk) -> bool:
    """Given a desk, return whether its case needs a meeting and none is arranged or was held."""
    case = desk.case
    if case.held_reason or case.withdrawn or case.closed or standing_meeting(case):
        return False
    if case.decision is not None or case.meeting is not None:
        return False
    if case.beginning == NON_SERIOUS:
        return any(day_of(group.at) > desk.today for group in desk.area.review_groups)
    clock = desk.clock(REVIEW_MEETING)
    decided = case.criteria in (Outcome.MET, Outcome.NOT_MET)
    return decided and clock is not None and clock.runs


def proposal_for(desk: Desk) -> Proposal:
    """Given a desk whose case wants a meeting, return where it could be."""
    limits = limits_of(desk)
    groups = [g for g in desk.area.review_groups if day_of(g.at) >= limits.earliest]
    if limits.latest is None:
        return Proposal(group=min(groups, key=lambda g: day_of(g.at), default=None))
    if group := _group_within(desk, groups, limits):
        late = not _after_returns(day_of(group.at), limits)
        return Proposal(group=group, before_returns=late)
    days = tuple(d for d in _workdays(desk, limits) if satisfies(d, limits))
    if days:
        return Proposal(days=days[:PROPOSED])
    last = max(limits.earliest, desk.calendar.previous_working_day(limits.latest))
    return Proposal(least_bad=last, why_not=_why_not(desk, limits))


def satisfies(day: date, limits: Limits) -> bool:
    """Given a working day, return whether a meeting on it leaves every clock in order."""
    in_time = limits.latest is None or day <= limits.latest
    return day >= limits.earliest and in_time and _after_returns(day, limits)


def limits_of(desk: Desk) -> Limits:
    """Given a desk, return what a day for its meeting must satisfy today."""
    clock = desk.clock(REVIEW_MEETING)
    due = dict(_returns_due(desk))
    last = max(due.values(), default=None)
    latest = clock.due_on if clock and desk.case.beginning != NON_SERIOUS else None
    # The report and the signatures come after the meeting: their days bound it too.
    others = [desk.clock(name) for name in ("report-circulated", "partners-signed-off")]
    bounds = [c.due_on for c in others if c and c.runs]
    if latest is not None:
        latest = min((latest, *bounds))
    return Limits(
        earliest=desk.calendar.add(desk.today, WorkingDays(1)),
        latest=latest,
        returns_by=last,
        latest_of=tuple(code for code, day in due.items() if day == last),
    )


def names_closed_on(desk: Desk, day: date) -> tuple[str, ...]:
    """Given a day, return the names of the case's agencies that are closed on it."""
    found = ((code, desk.area.agency(code)) for code in desk.case.agencies)
    return tuple(
        name_of(desk.area, code) for code, agency in found if agency and closed_on(agency, day)
    )


def cause_to_arrange(desk: Desk) -> int:
    """Given a desk, return the fact since which a meeting is to be arranged: decided, cancelled."""
    case = desk.case
    facts = (
        criteria_decided(case),
        case.last(FactKind.MEETING_CANCELLED),
        case.first(FactKind.NOTIFICATION_RECEIVED) if case.beginning == NON_SERIOUS else None,
    )
    return max((fact.number for fact in facts if fact), default=0)


def _returns_due(desk: Desk) -> Iterator[tuple[AgencyCode, date]]:
    """Yield when each agency's information is due: as asked, or as it would be if asked now."""
    for clock in desk.clocks:
        if clock.rule.name == AGENCY_RETURN and clock.runs and clock.agency:
            yield clock.agency, clock.due_on
    due = _due_if_asked_now(desk)
    for agency in _still_to_ask(desk) if due else ():
        yield agency.code, due or desk.today


def _still_to_ask(desk: Desk) -> list[AgencyInCase]:
    """Agencies chosen and not asked; before they are chosen, those that mailbot proposes."""
    chosen = desk.case.agencies.values()
    if not chosen:
        return [_not_asked(code) for code in desk.case.proposed]
    return [a for a in chosen if not (a.round or a.excused or a.answered)]


def _due_if_asked_now(desk: Desk) -> date | None:
    """When information is due that is asked for as soon as requests go: the same for each."""
    to_ask = _still_to_ask(desk)
    if not to_ask:
        return None
    first = to_ask[0]
    wait = timedelta(minutes=desk.area.requests_wait_minutes)
    goes = desk.now + wait
    until = desk.calendar.moment(desk.today, desk.area.requests_until)
    if goes > until or not desk.calendar.is_working_day(desk.today):
        goes = desk.next_morning(desk.now)
    asked = replace(desk.case, agencies={first.code: first})
    clock = return_clock_if_asked(replace(desk, case=asked), first, at=goes, number=1)
    return clock.due_on if clock else None


def _not_asked(code: AgencyCode) -> AgencyInCase:
    return AgencyInCase(
        code=code,
        round=0,
        requested_at=None,
        undelivered=False,
        returns=(),
        answered=False,
        partial=False,
        excused=False,
        extended_until=None,
    )


def _group_within(desk: Desk, groups: Sequence[Scheduled], limits: Limits) -> Scheduled | None:
    """The Case Review Group to use: one after the information is due, if that can be had."""
    decided = desk.case.last(FactKind.CRITERIA_DECIDED)
    begins = max(day_of(decided.happened), desk.calendar.first) if decided else desk.today
    last = desk.calendar.add(begins, WITHIN)
    if limits.latest is not None:
        last = min(last, limits.latest)
    near = sorted((g for g in groups if day_of(g.at) <= last), key=lambda g: day_of(g.at))
    ready = [g for g in near if _after_returns(day_of(g.at), limits)]
    return next(iter(ready or near), None)


def _after_returns(day: date, limits: Limits) -> bool:
    return limits.returns_by is None or day > limits.returns_by


def _workdays(desk: Desk, limits: Limits) -> Iterator[date]:
    day, last = limits.earliest, limits.latest or limits.earliest
    while day <= last:
        yield day
        day = desk.calendar.add(day, WorkingDays(1))


def _why_not(desk: Desk, limits: Limits) -> str:
    """Which clock cannot be met, as a sentence for staff."""
    latest = limits.latest or limits.earliest
    if latest < limits.earliest:
        return f"The meeting was to be held by {format_day(latest)}, which can no longer be met"
    names = " and ".join(name_of(desk.area, code) for code in limits.latest_of[:3])
    several = len(limits.latest_of) > 3
    who = f"{len(limits.latest_of)} agencies" if several else names
    due = format_day(limits.returns_by) if limits.returns_by else ""
    return (
        f"The meeting must be held by {format_day(latest)}, and information from {who} is due "
        f"only on {due}"
    )
