"""Working days over Christmas, Easter and the clock changes, compared with a second opinion."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from holidays import country_holidays
from hypothesis import given
from hypothesis import strategies as st

from mailbot.core.clocks.workdays import (
    CalendarDays,
    Hours,
    WorkingDays,
    deadline,
    english_calendar,
    format_day,
    horizon_warning,
    parse_day,
    parse_start,
    parse_within,
)
from mailbot.errors import CalendarHorizonError, UsageError
from tests.core.cases import at, day

CALENDAR = english_calendar(date(2025, 1, 1), date(2028, 12, 31))
SECOND_OPINION = country_holidays("GB", subdiv="ENG", years=range(2024, 2030))
DAYS = st.dates(date(2025, 3, 1), date(2028, 10, 1))

VECTORS = [
    # An ordinary fortnight.
    ("Mon 23 Nov 2026", "Mon 30 Nov 2026", "Mon 14 Dec 2026"),
    # Notified on the Friday before the Summer bank holiday.
    ("Fri 28 Aug 2026", "Mon 7 Sep 2026", "Mon 21 Sep 2026"),
    # Over Christmas, with 28 December in lieu of Boxing Day.
    ("Fri 18 Dec 2026", "Tue 29 Dec 2026", "Wed 13 Jan 2027"),
    # The authority learns of it on the Saturday: no roll, so the same days as the Friday.
    ("Sat 19 Dec 2026", "Tue 29 Dec 2026", "Wed 13 Jan 2027"),
    # Christmas Eve.
    ("Thu 24 Dec 2026", "Tue 5 Jan 2027", "Tue 19 Jan 2027"),
    # The last working day before Easter.
    ("Thu 25 Mar 2027", "Mon 5 Apr 2027", "Mon 19 Apr 2027"),
    # Easter Saturday.
    ("Sat 27 Mar 2027", "Mon 5 Apr 2027", "Mon 19 Apr 2027"),
]


@pytest.mark.parametrize(("start", "five", "fifteen"), VECTORS)
def test_five_and_fifteen_working_days_after_day_zero(start: str, five: str, fifteen: str) -> None:
    assert format_day(CALENDAR.add(day(start), WorkingDays(5))) == five
    assert format_day(CALENDAR.add(day(start), WorkingDays(15))) == fifteen


@pytest.mark.parametrize(
    ("start", "five", "fifteen"),
    [
        ("Mon 23 Nov 2026", "Mon 30 Nov 2026", "Mon 14 Dec 2026"),
        ("Sat 19 Dec 2026", "Wed 30 Dec 2026", "Thu 14 Jan 2027"),
        ("Sat 27 Mar 2027", "Tue 6 Apr 2027", "Tue 20 Apr 2027"),
    ],
)
def test_a_request_on_a_day_off_counts_as_the_next_working_day(
    start: str, five: str, fifteen: str
) -> None:
    assert deadline(day(start), WorkingDays(5), CALENDAR, roll_forward=True)[0] == day(five)
    assert deadline(day(start), WorkingDays(15), CALENDAR, roll_forward=True)[0] == day(fifteen)


def test_the_rapid_review_timetable_from_the_last_of_november() -> None:
    sent = day("Mon 30 Nov 2026")
    assert CALENDAR.add(day("Tue 1 Dec 2026"), WorkingDays(5)) == day("Tue 8 Dec 2026")
    assert CALENDAR.add(sent, WorkingDays(10)) == day("Mon 14 Dec 2026")
    assert CALENDAR.add(sent, WorkingDays(15)) == day("Mon 21 Dec 2026")
    assert deadline(sent, CalendarDays(15), CALENDAR)[0] == day("Tue 15 Dec 2026")


@given(start=DAYS, n=st.integers(-30, 30).filter(bool))
def test_adding_agrees_with_the_library_of_holidays(start: date, n: int) -> None:
    assert CALENDAR.add(start, WorkingDays(n)) == SECOND_OPINION.get_nth_working_day(start, n)


@given(start=DAYS)
def test_the_next_working_day_agrees_with_the_library_of_holidays(start: date) -> None:
    assert CALENDAR.next_working_day(start) == SECOND_OPINION.get_nth_working_day(start, 0)
    assert CALENDAR.is_working_day(start) == SECOND_OPINION.is_working_day(start)


@given(start=DAYS, n=st.integers(-30, 30))
def test_working_days_between_undoes_adding(start: date, n: int) -> None:
    end = CALENDAR.add(start, WorkingDays(n))
    assert CALENDAR.working_days_between(start, end) == n


def test_no_working_days_added_is_the_day_itself_even_on_a_sunday() -> None:
    assert CALENDAR.add(day("Sun 22 Nov 2026"), WorkingDays(0)) == day("Sun 22 Nov 2026")


def test_counting_back_from_the_tuesday_after_easter_skips_the_bank_holidays() -> None:
    assert CALENDAR.add(day("Tue 30 Mar 2027"), WorkingDays(-1)) == day("Thu 25 Mar 2027")


def test_the_working_days_around_christmas() -> None:
    christmas = day("Fri 25 Dec 2026")
    assert CALENDAR.next_working_day(christmas) == day("Tue 29 Dec 2026")
    assert CALENDAR.previous_working_day(christmas) == day("Thu 24 Dec 2026")
    assert CALENDAR.next_working_day(day("Thu 24 Dec 2026")) == day("Thu 24 Dec 2026")


def test_england_keeps_easter_monday_but_not_scotlands_second_of_january() -> None:
    assert CALENDAR.why_off(day("Mon 6 Apr 2026")) == "Easter Monday"
    assert CALENDAR.is_working_day(day("Fri 2 Jan 2026"))


def test_every_year_of_the_calendar_has_its_bank_holidays() -> None:
    years = [d.year for d in CALENDAR.days_off]
    assert all(years.count(year) >= 8 for year in range(2025, 2029))


def test_closures_are_days_off_and_exceptions_are_worked() -> None:
    calendar = english_calendar(
        date(2026, 1, 1),
        date(2027, 12, 31),
        closures=[day("Tue 29 Dec 2026"), day("Wed 30 Dec 2026")],
        exceptions=[day("Mon 28 Dec 2026"), day("Sat 2 Jan 2027"), day("Wed 30 Dec 2026")],
    )
    assert calendar.why_off(day("Tue 29 Dec 2026")) == "closed"
    assert calendar.is_working_day(day("Mon 28 Dec 2026"))
    assert calendar.is_working_day(day("Sat 2 Jan 2027"))
    assert calendar.is_working_day(day("Wed 30 Dec 2026"))
    assert calendar.add(day("Thu 24 Dec 2026"), WorkingDays(1)) == day("Mon 28 Dec 2026")


# --- the horizon ------------------------------------------------------------------------------


def test_a_due_day_beyond_the_calendar_is_refused_with_its_horizon() -> None:
    with pytest.raises(CalendarHorizonError, match="until 31 December 2028, and 1 January 2029"):
        CALENDAR.add(day("Fri 29 Dec 2028"), WorkingDays(1))


@pytest.mark.parametrize("outside", [date(2024, 12, 31), date(2029, 1, 1)])
def test_no_question_about_a_day_outside_is_answered_by_a_guess(outside: date) -> None:
    inside = date(2026, 6, 1)
    questions = [
        lambda: CALENDAR.is_working_day(outside),
        lambda: CALENDAR.add(outside, WorkingDays(0)),
        lambda: CALENDAR.next_working_day(outside),
        lambda: CALENDAR.working_days_between(inside, outside),
        lambda: CALENDAR.working_days_between(outside, inside),
        lambda: CALENDAR.explain(outside, CalendarDays(0)),
    ]
    for question in questions:
        with pytest.raises(CalendarHorizonError):
            question()


# --- days and moments -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("moment", "london_day"),
    [
        # Winter: London is UTC.
        (datetime(2026, 11, 23, 23, 59, tzinfo=UTC), "Mon 23 Nov 2026"),
        # Summer: half past eleven in UTC is already tomorrow in London.
        (datetime(2026, 6, 30, 23, 30, tzinfo=UTC), "Wed 1 Jul 2026"),
    ],
)
def test_a_moment_belongs_to_the_day_it_is_in_london(moment: datetime, london_day: str) -> None:
    assert CALENDAR.day_of(moment) == day(london_day)


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="aware"):
        CALENDAR.day_of(datetime(2026, 11, 23, 9, 0))


@pytest.mark.parametrize(
    ("on", "wall", "utc"),
    [
        ("Mon 23 Nov 2026", time(9, 0), datetime(2026, 11, 23, 9, 0, tzinfo=UTC)),
        ("Wed 1 Jul 2026", time(9, 0), datetime(2026, 7, 1, 8, 0, tzinfo=UTC)),
        # The clocks go forward: from 01:00 to 02:00 there is no time; 02:00 BST is 01:00 UTC.
        ("Sun 28 Mar 2027", time(1, 30, 15), datetime(2027, 3, 28, 1, 0, tzinfo=UTC)),
        ("Sun 28 Mar 2027", time(1, 0), datetime(2027, 3, 28, 1, 0, tzinfo=UTC)),
        ("Sun 28 Mar 2027", time(2, 0), datetime(2027, 3, 28, 1, 0, tzinfo=UTC)),
        ("Sun 28 Mar 2027", time(0, 59), datetime(2027, 3, 28, 0, 59, tzinfo=UTC)),
        # The clocks go back: half past one comes twice, and the first is still summer time.
        ("Sun 25 Oct 2026", time(1, 30), datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        ("Sun 25 Oct 2026", time(2, 0), datetime(2026, 10, 25, 2, 0, tzinfo=UTC)),
    ],
)
def test_wall_time_becomes_a_moment_on_both_clock_changes(
    on: str, wall: time, utc: datetime
) -> None:
    assert CALENDAR.moment(day(on), wall) == utc
    assert CALENDAR.moment(day(on), wall).tzinfo is UTC


@given(on=DAYS, wall=st.times().map(lambda t: t.replace(microsecond=0)))
def test_a_moment_lies_on_the_day_it_was_made_from(on: date, wall: time) -> None:
    assert CALENDAR.day_of(CALENDAR.moment(on, wall)) == on


def test_five_working_days_over_a_clock_change_are_still_five_days() -> None:
    due, _ = deadline(at("Fri 23 Oct 2026 23:30"), WorkingDays(5), CALENDAR)
    assert due == day("Fri 30 Oct 2026")
    due, _ = deadline(at("Thu 25 Mar 2027 23:30"), WorkingDays(1), CALENDAR)
    assert due == day("Tue 30 Mar 2027")


# --- the working ------------------------------------------------------------------------------


def test_a_due_day_shows_its_working_day_by_day() -> None:
    lines = CALENDAR.explain(day("Mon 23 Nov 2026"), WorkingDays(5), event="notification received")
    assert lines == (
        "Mon 23 Nov 2026: day 0 (notification received)",
        "Tue 24 Nov 2026: working day 1",
        "Wed 25 Nov 2026: working day 2",
        "Thu 26 Nov 2026: working day 3",
        "Fri 27 Nov 2026: working day 4",
        "Sat 28 Nov 2026: weekend",
        "Sun 29 Nov 2026: weekend",
        "Mon 30 Nov 2026: working day 5, due",
    )


def test_the_working_names_the_holidays_it_skips() -> None:
    _, lines = deadline(day("Thu 24 Dec 2026"), WorkingDays(1), CALENDAR)
    assert lines == (
        "Thu 24 Dec 2026: day 0",
        "Fri 25 Dec 2026: Christmas Day",
        "Sat 26 Dec 2026: weekend",
        "Sun 27 Dec 2026: weekend",
        "Mon 28 Dec 2026: Boxing Day (observed)",
        "Tue 29 Dec 2026: working day 1, due",
    )


@given(start=DAYS, n=st.integers(-20, 20))
def test_the_working_ends_on_the_due_day(start: date, n: int) -> None:
    due, lines = deadline(start, WorkingDays(n), CALENDAR)
    assert due == CALENDAR.add(start, WorkingDays(n))
    assert lines[-1].startswith(format_day(due))
    assert lines[-1].endswith(", due")
    assert [line.endswith(", due") for line in lines].count(True) == 1


def test_a_request_after_the_cut_off_on_a_friday_counts_from_monday() -> None:
    due, lines = deadline(
        at("Fri 27 Nov 2026 17:01"),
        WorkingDays(5),
        CALENDAR,
        event="information requested",
        roll_forward=True,
        cut_off=time(17, 0),
    )
    assert due == day("Mon 7 Dec 2026")
    assert lines[:2] == (
        "Fri 27 Nov 2026: information requested, after 17:00",
        "Mon 30 Nov 2026: day 0 (counts as this day)",
    )


def test_the_cut_off_is_read_on_londons_clocks() -> None:
    # 16:30 in UTC is 17:30 in July.
    due, _ = deadline(
        datetime(2026, 7, 1, 16, 30, tzinfo=UTC), WorkingDays(1), CALENDAR, cut_off=time(17, 0)
    )
    assert due == day("Fri 3 Jul 2026")
    due, _ = deadline(at("Wed 1 Jul 2026 17:00"), WorkingDays(1), CALENDAR, cut_off=time(17, 0))
    assert due == day("Thu 2 Jul 2026")


def test_a_saturday_that_is_rolled_forward_says_why() -> None:
    _, lines = deadline(day("Sat 19 Dec 2026"), WorkingDays(1), CALENDAR, roll_forward=True)
    assert lines == (
        "Sat 19 Dec 2026: received, weekend",
        "Mon 21 Dec 2026: day 0 (counts as this day)",
        "Tue 22 Dec 2026: working day 1, due",
    )


def test_seventy_two_hours_run_over_the_weekend_and_the_clock_change() -> None:
    due, lines = deadline(at("Fri 23 Oct 2026 15:00"), Hours(72), CALENDAR)
    assert due == day("Mon 26 Oct 2026")
    assert lines == (
        "Fri 23 Oct 2026, 15:00: hour 0",
        "Mon 26 Oct 2026, 14:00: 72 hours later, due (the clocks go back an hour in between)",
    )


# --- words ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "within"),
    [
        ("5 working days", WorkingDays(5)),
        (" 1  Working day ", WorkingDays(1)),
        ("-2 working days", WorkingDays(-2)),
        ("15 calendar days", CalendarDays(15)),
        ("72 hours", Hours(72)),
    ],
)
def test_a_period_is_read_as_its_type(text: str, within: object) -> None:
    assert parse_within(text) == within


@pytest.mark.parametrize(
    "text", ["5 days", "working days", "5", "", "five working days", "٥ hours"]
)
def test_a_period_that_does_not_say_which_days_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="5 working days"):
        parse_within(text)


@given(within=st.builds(WorkingDays, st.integers(-99, 99)) | st.builds(Hours, st.integers(0, 99)))
def test_a_period_reads_back_from_its_words(within: WorkingDays | Hours) -> None:
    assert parse_within(str(within)) == within


@pytest.mark.parametrize(
    "text", ["24 Dec 2026", "Thu 24 Dec 2026", "Thursday, 24 december 2026", "2026-12-24"]
)
def test_a_day_is_read_as_people_write_it(text: str) -> None:
    assert parse_day(text) == day("Thu 24 Dec 2026")


@pytest.mark.parametrize(
    "text", ["Fri 24 Dec 2026", "31 Feb 2026", "24 Dezember", "24/12/2026", ""]
)
def test_a_day_that_is_none_or_has_the_wrong_weekday_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        parse_day(text)


@given(on=st.dates(date(1900, 1, 1), date(2100, 1, 1)))
def test_a_day_reads_back_from_its_words(on: date) -> None:
    assert parse_day(format_day(on)) == on
    assert format_day(on + timedelta(days=7))[:3] == format_day(on)[:3]


def test_seventy_two_hours_in_march_say_that_the_clocks_go_forward() -> None:
    due, lines = deadline(at("Fri 26 Mar 2027 15:00"), Hours(72), CALENDAR)
    assert due == day("Mon 29 Mar 2027")
    assert lines[-1] == (
        "Mon 29 Mar 2027, 16:00: 72 hours later, due (the clocks go forward an hour in between)"
    )


def test_staff_are_warned_a_year_before_the_calendar_of_bank_holidays_ends() -> None:
    assert horizon_warning(CALENDAR, day("Fri 31 Dec 2027")) == ""
    warning = horizon_warning(CALENDAR, day("Sun 2 Jan 2028"))
    assert warning.startswith("The calendar of bank holidays ends on 31 December 2028")


def test_a_deadline_may_start_at_an_hour_of_a_day() -> None:
    moment = parse_start("24 Dec 2026 16:30", CALENDAR)
    assert moment == at("Thu 24 Dec 2026 16:30")
    assert deadline(moment, Hours(72), CALENDAR)[0] == day("Sun 27 Dec 2026")
    assert parse_start("Thu 24 Dec 2026 at 16:30", CALENDAR) == moment
    assert parse_start("2026-12-24T16:30", CALENDAR) == moment
    assert parse_start("24 Dec 2026", CALENDAR) == day("Thu 24 Dec 2026")


@pytest.mark.parametrize("text", ["24 Dec 2026 25:30", "28 Mar 2027 01:30", "31 Jun 2026 10:00"])
def test_an_hour_that_no_clock_shows_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        parse_start(text, CALENDAR)
