"""Rules and days off as text: the same gives the same, and what comes back counts the same."""

import json
from dataclasses import replace
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from mailbot.core.clocks.clocks import clocks_for
from mailbot.core.clocks.pins import count_otherwise, pin_name, pin_text, unpinned
from mailbot.core.clocks.workdays import WorkingDays, english_calendar
from tests.core.cases import a_case, an_agency, day, decided
from tests.core.test_clocks import CALENDAR, RULES

EXTRA = day("Tue 1 Dec 2026")


def test_rules_and_days_off_come_back_as_they_were() -> None:
    rules, calendar = unpinned(pin_text(RULES, CALENDAR), CALENDAR)
    assert rules == RULES
    assert (calendar.first, calendar.last) == (CALENDAR.first, CALENDAR.last)
    assert (calendar.days_off, calendar.exceptions) == (CALENDAR.days_off, CALENDAR.exceptions)


def test_the_same_rules_and_days_have_one_name_and_any_change_another() -> None:
    name = pin_name(pin_text(RULES, CALENDAR))
    again = english_calendar(CALENDAR.first, CALENDAR.last)
    assert pin_name(pin_text(tuple(RULES), again)) == name
    changed = tuple(replace(r, within=r.within + 1) for r in RULES)
    closed = english_calendar(CALENDAR.first, CALENDAR.last, closures=[EXTRA])
    worked = english_calendar(CALENDAR.first, CALENDAR.last, exceptions=[day("Sat 5 Dec 2026")])
    others = {pin_name(pin_text(*one)) for one in ((changed, CALENDAR), (RULES, closed))}
    assert len(others | {name, pin_name(pin_text(RULES, worked))}) == 4


def test_a_bank_holiday_proclaimed_later_moves_no_due_day_of_a_case_that_is_open() -> None:
    proclaimed = english_calendar(CALENDAR.first, CALENDAR.last, closures=[EXTRA])
    rules, calendar = unpinned(pin_text(RULES, CALENDAR), proclaimed)
    case = a_case(decided("met", "Tue 24 Nov 2026"), agencies=(an_agency("Tue 24 Nov 2026 10:00"),))
    today = day("Wed 25 Nov 2026")
    assert clocks_for(case, rules, calendar, today=today) == clocks_for(
        case, RULES, CALENDAR, today=today
    )
    # A case that opens afterwards counts it.
    later = clocks_for(case, RULES, proclaimed, today=today)
    assert {c.due_on for c in later if c.rule.name == "agency-return"} == {day("Wed 2 Dec 2026")}


def test_days_that_the_pinned_calendar_did_not_know_are_those_of_today() -> None:
    short = english_calendar(date(2025, 1, 1), date(2026, 12, 31))
    new_year = day("Mon 4 Jan 2027")
    today = english_calendar(
        date(2025, 1, 1), date(2028, 12, 31), closures=[EXTRA, new_year], exceptions=[]
    )
    _, calendar = unpinned(pin_text(RULES, short), today)
    assert calendar.last == date(2028, 12, 31)
    assert calendar.is_working_day(EXTRA)
    assert not calendar.is_working_day(new_year)
    assert not calendar.is_working_day(day("Fri 25 Dec 2026"))


def test_a_calendar_that_only_reaches_further_counts_no_otherwise() -> None:
    pinned = unpinned(pin_text(RULES, CALENDAR), CALENDAR)
    further = english_calendar(date(2020, 1, 1), date(2030, 12, 31))
    assert not count_otherwise(pinned, RULES, further)
    assert count_otherwise(pinned, RULES[1:], CALENDAR)
    closed = english_calendar(CALENDAR.first, CALENDAR.last, closures=[EXTRA])
    assert count_otherwise(pinned, RULES, closed)
    worked = english_calendar(CALENDAR.first, CALENDAR.last, exceptions=[day("Sat 5 Dec 2026")])
    assert count_otherwise(pinned, RULES, worked)


def test_a_pin_of_an_older_mailbot_lacks_keys_and_one_of_a_newer_has_more() -> None:
    kept = json.loads(pin_text(RULES, CALENDAR))
    for table in kept["rules"]:
        del table["readings"], table["told_by"], table["framework"]
        table["colour"] = "none"
    rules, _ = unpinned(json.dumps(kept), CALENDAR)
    assert [r.name for r in rules] == [r.name for r in RULES]
    assert all(not r.readings for r in rules)


@given(
    closures=st.frozensets(st.dates(date(2026, 1, 1), date(2027, 12, 31)), max_size=6),
    exceptions=st.frozensets(st.dates(date(2026, 1, 1), date(2027, 12, 31)), max_size=6),
    start=st.dates(date(2026, 1, 1), date(2027, 6, 1)),
    n=st.integers(0, 60),
)
def test_a_pinned_calendar_counts_as_the_one_it_was_made_of(
    closures: frozenset[date], exceptions: frozenset[date], start: date, n: int
) -> None:
    own = english_calendar(CALENDAR.first, CALENDAR.last, closures=closures, exceptions=exceptions)
    text = pin_text((), own)
    _, calendar = unpinned(text, CALENDAR)
    assert calendar.add(start, WorkingDays(n)) == own.add(start, WorkingDays(n))
    assert pin_text((), calendar) == text
