"""What holds for every clock and every day, against a calendar written from the statute.

England's bank holidays are worked out here from the rules alone: the Banking and Financial
Dealings Act 1971, schedule 1, New Year's Day and the first Monday in May by proclamation, the
substitute days, and the single days of 2020, 2022 and 2023. No library of holidays is asked.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from mailbot.core.cases.facts import case_from
from mailbot.core.clocks.clocks import clocks_for, reminder_steps
from mailbot.core.clocks.hours import may_go_at
from mailbot.core.clocks.workdays import (
    LONDON,
    CalendarDays,
    Hours,
    WorkingDays,
    deadline,
    due_day,
    english_calendar,
    parse_day,
)
from mailbot.core.letters.desk import Desk, Office
from mailbot.core.letters.reminders import reminders_due
from mailbot.core.model import (
    AgencyCode,
    Clock,
    ClockState,
    Fact,
    FactKind,
    Letter,
    LetterKind,
    MessageKey,
)
from mailbot.core.moments import day_of
from mailbot.core.wording import name_of
from tests.core.builders import an_area
from tests.core.cases import REF, at
from tests.core.test_clocks import RULES

FIRST, LAST = date(2020, 1, 1), date(2029, 12, 31)
CALENDAR = english_calendar(date(2019, 1, 1), date(2031, 12, 31))
ONE = timedelta(days=1)
AREA = an_area()
OFFICE = Office(area=AREA, calendar=CALENDAR, rules=RULES)
NAMES = {agency.code: name_of(AREA, agency.code) for agency in AREA.agencies}


# --- an independent calendar ------------------------------------------------------------------


def easter(year: int) -> date:
    """Easter Sunday by the anonymous Gregorian computus (Meeus, Jones and Butcher)."""
    a, (b, c) = year % 19, divmod(year, 100)
    (d, e), f = divmod(b, 4), (b + 8) // 25
    h = (19 * a + b - d - (b - f + 1) // 3 + 15) % 30
    i, k = divmod(c, 4)
    l = (32 + 2 * e + 2 * i - h - k) % 7  # noqa: E741 - its letters are the computus' own
    m = (a + 11 * h + 22 * l) // 451
    month, day = divmod(h + l - 7 * m + 114, 31)
    return date(year, month, day + 1)


def monday_on_or_after(day: date) -> date:
    return day + timedelta(days=-day.weekday() % 7)


def last_monday(year: int, month: int) -> date:
    last = date(year, month, 31)
    return last - timedelta(days=last.weekday())


@cache
def bank_holidays(year: int) -> frozenset[date]:
    sunday = easter(year)
    early_may = monday_on_or_after(date(year, 5, 1)) if year != 2020 else date(2020, 5, 8)
    spring = last_monday(year, 5) if year != 2022 else date(2022, 6, 2)
    new_year = date(year, 1, 1)
    if new_year.weekday() > 4:
        new_year = monday_on_or_after(new_year)
    found = {new_year, sunday - 2 * ONE, sunday + ONE, early_may, spring, last_monday(year, 8)}
    taken: set[date] = set()
    for day in (date(year, 12, 25), date(year, 12, 26)):
        if day.weekday() <= 4:
            taken.add(day)
    for day in (date(year, 12, 25), date(year, 12, 26)):
        substitute = day
        while substitute.weekday() > 4 or (substitute != day and substitute in taken):
            substitute += ONE
        taken.add(substitute)
    single = {2022: {date(2022, 6, 3), date(2022, 9, 19)}, 2023: {date(2023, 5, 8)}}
    return frozenset(found | taken | single.get(year, set()))


def works(day: date) -> bool:
    return day.weekday() < 5 and day not in bank_holidays(day.year)


def all_days(first: date, last: date) -> Iterator[date]:
    return (first + n * ONE for n in range((last - first).days + 1))


@cache
def working_days() -> Sequence[date]:
    return tuple(day for day in all_days(CALENDAR.first, CALENDAR.last) if works(day))


@cache
def place_of() -> dict[date, int]:
    """How many working days lie before each day."""
    found, count = {}, 0
    for day in all_days(CALENDAR.first, CALENDAR.last):
        found[day] = count
        count += works(day)
    return found


def counted(start: date, n: int) -> date:
    """So many working days after a day, or before it: by looking it up in the list of them."""
    if n == 0:
        return start
    before = place_of()[start]
    return working_days()[before + n + (works(start) if n > 0 else 0) - (1 if n > 0 else 0)]


def test_every_day_of_twelve_years_is_a_working_day_by_the_statute_or_none() -> None:
    wrong = [d for d in all_days(FIRST, LAST) if CALENDAR.is_working_day(d) is not works(d)]
    assert wrong == []


def test_the_statutes_days_of_a_year_that_is_known_by_heart() -> None:
    days = [(d.month, d.day) for d in sorted(bank_holidays(2026))]
    assert days == [(1, 1), (4, 3), (4, 6), (5, 4), (5, 25), (8, 31), (12, 25), (12, 28)]
    assert easter(2027) == date(2027, 3, 28)


def test_ten_years_of_starts_and_every_offset_up_to_sixty_agree_with_the_second_count() -> None:
    wrong = [
        (start, n)
        for start in all_days(FIRST, LAST)
        for n in range(-60, 61)
        if CALENDAR.add(start, WorkingDays(n)) != counted(start, n)
    ]
    assert wrong == []


STARTS = st.dates(FIRST, LAST)


@given(start=STARTS, n=st.integers(0, 60), roll=st.booleans(), hour=st.integers(0, 23))
def test_a_deadline_agrees_with_the_second_count(
    start: date, n: int, roll: bool, hour: int
) -> None:
    moment = CALENDAR.moment(start, time(hour))
    day = day_of(moment)
    cut_off = time(17)
    zero = day + ONE if hour > 17 else day
    while roll and not works(zero):
        zero += ONE
    found, lines = deadline(
        moment, WorkingDays(n), CALENDAR, roll_forward=roll, cut_off=cut_off, event="it happened"
    )
    assert found == counted(zero, n)
    assert found == due_day(moment, WorkingDays(n), CALENDAR, roll_forward=roll, cut_off=cut_off)
    assert lines[-1].endswith("due")


@given(start=STARTS, n=st.integers(1, 60))
def test_the_working_counts_right_and_ends_on_the_due_day(start: date, n: int) -> None:
    due, lines = deadline(start, WorkingDays(n), CALENDAR)
    counts = [
        int(line.split("working day ")[1].split(",")[0]) for line in lines if "g day " in line
    ]
    assert counts == list(range(1, n + 1))
    assert len(lines) == (due - start).days + 1
    assert lines[-1].startswith(f"{due:%a} {due.day} {due:%b} {due.year}:")
    _, calendar = deadline(start, CalendarDays(n), CALENDAR)
    assert len(calendar) == n + 1


@given(start=STARTS, hour=st.integers(0, 23), n=st.integers(1, 200))
def test_hours_are_elapsed_hours_whatever_the_clocks_do(start: date, hour: int, n: int) -> None:
    moment = CALENDAR.moment(start, time(hour))
    due, lines = deadline(moment, Hours(n), CALENDAR)
    assert due == day_of(moment + timedelta(hours=n))
    changed = (
        moment.astimezone(LONDON).utcoffset()
        != (moment + timedelta(hours=n)).astimezone(LONDON).utcoffset()
    )
    assert ("the clocks go" in lines[-1]) is changed


# --- clocks of cases made of facts ------------------------------------------------------------

POLICE, HOSPITAL = AgencyCode("police"), AgencyCode("hospital")
START = at("Mon 23 Nov 2026 10:00")
#: How far a case is played: over Christmas and New Year.
DAYS = 60

#: What may be put on record, in groups: within a group the order matters, because the newest says
#: how things stand or one thing follows the other; between groups it does not.
Group = Sequence[tuple[FactKind, AgencyCode | None, dict[str, Any]]]
GROUPS: Sequence[Group] = (
    ((FactKind.AUTHORITY_AWARE, None, {}),),
    (
        (FactKind.CRITERIA_DECIDED, None, {"outcome": "no-agreement"}),
        (FactKind.CRITERIA_DECIDED, None, {"outcome": "not-met"}),
        (FactKind.CRITERIA_DECIDED, None, {"outcome": "met"}),
        (
            FactKind.REVIEW_DECIDED,
            None,
            {"review": True, "quorate": True, "criteria_found": "met"},
        ),
    ),
    ((FactKind.PANEL_NOTIFIED, None, {"reference": "P-1"}),),
    ((FactKind.DFE_NOTIFIED, None, {"reference": "D-1"}),),
    ((FactKind.BOARD_INFORMED, None, {}),),
    (
        (FactKind.AGENCIES_CHOSEN, None, {"agencies": ["police"]}),
        (FactKind.INFORMATION_REQUESTED, POLICE, {"round": 1}),
        (FactKind.RETURN_RECEIVED, POLICE, {"return": "partial"}),
        (FactKind.EXTENSION_GRANTED, POLICE, {"until": "2026-12-11"}),
        (FactKind.RETURN_RECEIVED, POLICE, {"return": "findings"}),
        (FactKind.AGENCY_EXCUSED, POLICE, {}),
    ),
    (
        (FactKind.NHS_INCIDENT_FLAGGED, None, {"framework": "sif", "trusts": ["hospital"]}),
        (FactKind.SEVENTY_TWO_HOUR_REPORT_RECEIVED, HOSPITAL, {}),
        (FactKind.THIRTY_DAY_REPORT_RECEIVED, HOSPITAL, {}),
    ),
    (
        (FactKind.MEETING_ARRANGED, None, {"at": "2026-12-04T10:00:00+00:00"}),
        (FactKind.MEETING_MOVED, None, {"at": "2026-12-08T10:00:00+00:00"}),
        (FactKind.MEETING_HELD, None, {"quorate": True, "present": []}),
    ),
    ((FactKind.HELD, None, {"reason": "asked"}), (FactKind.RELEASED, None, {})),
    ((FactKind.HELD, HOSPITAL, {}), (FactKind.RELEASED, HOSPITAL, {})),
    ((FactKind.CLOCK_REANCHORED, None, {"clock": "submission", "anchor": "2026-11-20"}),),
    ((FactKind.CLOCK_REANCHORED, POLICE, {"clock": "agency-return", "anchor": "2026-11-23"}),),
    ((FactKind.INCIDENT_OCCURRED, None, {"on": 2}), (FactKind.INCIDENT_OCCURRED, None, {"on": 9})),
    # Reopening is in no group of its own: it takes back the requests that came before it.
    ((FactKind.WITHDRAWN, None, {}),),
)
BEGINNINGS = ("serious", "need-to-know", "authority-copy", "looked-after-child-death")


def a_fact(kind: FactKind, after: timedelta, agency: AgencyCode | None, detail: Any) -> Fact:
    """Something put on record so long after the start; an incident lies days before it."""
    recorded = START + after
    happened: date | datetime = recorded
    if kind is FactKind.INCIDENT_OCCURRED:
        happened = day_of(START) - detail["on"] * ONE
    return Fact(
        case=REF,
        kind=kind,
        happened=happened,
        recorded_at=recorded,
        recorded_by="staff@board.example",
        detail=detail,
        agency=agency,
    )


@st.composite
def histories(draw: st.DrawFn) -> list[list[Fact]]:
    """The facts of a case by group, the notification first; each group in order of time."""
    beginning = draw(st.sampled_from(BEGINNINGS))
    opened = a_fact(FactKind.NOTIFICATION_RECEIVED, timedelta(), None, {"beginning": beginning})
    groups = [[opened]]
    for group in GROUPS:
        taken = [entry for entry in group if draw(st.booleans())]
        size = len(taken)
        hours = draw(st.lists(st.integers(1, 24 * 30), min_size=size, max_size=size))
        pairs = zip(taken, sorted(hours), strict=True)
        groups.append([a_fact(k, timedelta(hours=h), a, d) for (k, a, d), h in pairs])
    return groups


def numbered(facts: Sequence[Fact]) -> tuple[Fact, ...]:
    return tuple(replace(fact, number=number) for number, fact in enumerate(facts, 1))


def by_time(groups: list[list[Fact]]) -> tuple[Fact, ...]:
    return numbered(sorted((f for group in groups for f in group), key=lambda f: f.recorded_at))


def clocks_at(facts: Sequence[Fact], today: date, waiting: bool = False) -> tuple[Clock, ...]:
    mail = {POLICE: (MessageKey("m1"),), HOSPITAL: (MessageKey("m2"),)} if waiting else {}
    return clocks_for(case_from(facts, waiting=mail), RULES, CALENDAR, today=today)


@given(groups=histories(), later=st.integers(0, DAYS), data=st.data())
def test_the_same_facts_in_any_admissible_order_give_the_same_clocks(
    groups: list[list[Fact]], later: int, data: st.DataObject
) -> None:
    first, *others = groups
    labels = [place for place, group in enumerate(others) for _ in group]
    order = data.draw(st.permutations(labels))
    rest = [iter(group) for group in others]
    shuffled = numbered([*first, *(next(rest[place]) for place in order)])
    straight = numbered([*first, *(fact for group in others for fact in group)])
    today = day_of(START) + later * ONE
    assert clocks_at(shuffled, today) == clocks_at(straight, today)


@given(groups=histories(), later=st.integers(0, DAYS), waiting=st.booleans())
def test_a_clock_that_is_stopped_held_waiting_or_over_reminds_nobody(
    groups: list[list[Fact]], later: int, waiting: bool
) -> None:
    facts, today = by_time(groups), day_of(START) + later * ONE
    case = case_from(facts)
    for clock in clocks_at(facts, today, waiting):
        steps = reminder_steps(clock, CALENDAR, today)
        still = clock.state is not ClockState.RUNNING
        stopped = clock.stopped_on is not None and clock.stopped_on <= today
        asked = clock.agency is not None and waiting
        over = case.withdrawn or case.closed or bool(case.held_reason)
        if still or stopped or asked or over or not works(today):
            assert steps == ()


@given(groups=histories())
@settings(max_examples=40, deadline=None)
def test_nobody_is_told_that_they_missed_a_day_they_were_never_given(
    groups: list[list[Fact]],
) -> None:
    facts = by_time(groups)
    known: dict[tuple[str, str | None, date], date] = {}  # since when each due day was the clock's
    for later in range(DAYS):
        today = day_of(START) + later * ONE
        nine = CALENDAR.moment(today, time(9))
        so_far = [fact for fact in facts if fact.recorded_at <= nine]
        if not so_far:
            continue
        case = case_from(so_far)
        clocks = clocks_for(case, RULES, CALENDAR, today=today)
        desk = Desk(case=case, clocks=clocks, office=OFFICE, now=nine)
        for letter in reminders_due(desk):
            assert works(today)
            for item in letter.words["items"]:
                if item["late"] and not item["ring"] and not to_the_unit(letter):
                    code = next((c for c in (POLICE, HOSPITAL) if NAMES[c] == item["agency"]), None)
                    was_given = known.get((item["clock"], code, parse_day(item["due"])))
                    assert was_given is not None, (item["clock"], item["due"], today)
                    assert was_given <= parse_day(item["due"])
        evening = CALENDAR.moment(today, time(23, 59))
        told = [fact for fact in facts if fact.recorded_at <= evening]
        for clock in clocks_at(told, today):
            known.setdefault((clock.rule.name, clock.agency, clock.due_on), today)


def to_the_unit(letter: Letter) -> bool:
    staff = {person.email for person in (*AREA.staff, AREA.manager)}
    return all(person.email in staff for person in letter.to)


@given(groups=histories())
@settings(max_examples=40, deadline=None)
def test_nobody_is_reminded_twice_in_a_case_on_one_day(groups: list[list[Fact]]) -> None:
    facts = by_time(groups)
    for later in range(DAYS):
        today = day_of(START) + later * ONE
        case = case_from(facts)
        clocks = clocks_for(case, RULES, CALENDAR, today=today)
        desk = Desk(case=case, clocks=clocks, office=OFFICE, now=CALENDAR.moment(today, time(9)))
        letters = list(reminders_due(desk))
        reached = [p.email for letter in letters for p in (*letter.to, *letter.cc)]
        assert len(reached) == len(set(reached))


@given(start=STARTS, hour=st.integers(0, 23), offset=st.integers(0, 9))
def test_a_clock_in_hours_is_told_of_in_the_next_working_hour_and_not_before(
    start: date, hour: int, offset: int
) -> None:
    flagged = CALENDAR.moment(start, time(hour))
    nhs = {"framework": "sif", "trusts": ["hospital"]}
    opened = replace(
        a_fact(FactKind.NOTIFICATION_RECEIVED, timedelta(), None, {"beginning": "non-serious"}),
        happened=flagged,
        recorded_at=flagged,
    )
    fact = replace(opened, kind=FactKind.NHS_INCIDENT_FLAGGED, detail=nhs)
    today = start + offset * ONE
    clock = next(
        c for c in clocks_at(numbered([opened, fact]), today) if c.rule.name == "nhs-72-hour-report"
    )
    assert clock.due_at == flagged + timedelta(hours=72)
    due_hour = may_go_at(LetterKind.REMINDER, clock.due_at, area=AREA, calendar=CALENDAR)
    for at_hour in range(24):
        now = CALENDAR.moment(today, time(at_hour))
        steps = reminder_steps(clock, CALENDAR, today, now=now, due_hour=due_hour)
        if steps:
            assert now >= due_hour >= clock.due_at
            assert works(today)
            assert CALENDAR.working_days_between(start, today) > 1
