"""The chronologies of all agencies as one: in order, nothing lost, doubts and conditions kept."""

from collections import Counter
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.core.cases.chronology import (
    Entry,
    chronology_of,
    conditions_of,
    standing_returns,
)
from mailbot.core.cases.event_days import Sureness, event_day
from mailbot.core.cases.facts import case_from
from mailbot.core.model import Case, Fact, FactKind
from tests.core.builders import a_fact, moment, opening_facts

ASKED = ("police", "hospital", "council", "icb")
Row = dict[str, Any]


def a_return(agency: str, *rows: Row, said: str = "findings", number: int, **more: Any) -> Fact:
    """A return with these rows as its chronology, received on the day of its number."""
    return a_fact(
        FactKind.RETURN_RECEIVED,
        number,
        agency=agency,
        happened=moment("Mon 2026-11-30 10:00").replace(minute=number),
        detail={"return": said, "round": 1, "document": {"learning": "x"}, "chronology": list(rows)}
        | more,
    )


def a_case(*returns: Fact) -> Case:
    """A case in which four agencies were asked, with these returns."""
    case = case_from(
        [*opening_facts(), a_fact(FactKind.AGENCIES_CHOSEN, 3, agencies=list(ASKED)), *returns]
    )
    assert case is not None
    return case


def event(on: str, what: str = "Home visit", source: str = "Record") -> Row:
    return {"date": on, "event": what, "source": source}


def told(case: Case) -> list[tuple[str, str, str]]:
    """What people see: day, event, agency."""
    return [(e.day.shown, e.event, e.agency) for e in chronology_of(case)]


# --- days as they are written -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "shown", "begins", "sureness"),
    [
        ("2026-03-05", "5 Mar 2026", "2026-03-05", Sureness.DAY),
        ("2026-03-05T00:00:00", "5 Mar 2026", "2026-03-05", Sureness.DAY),
        ("22/05/2016", "22/05/2016", "2016-05-22", Sureness.DAY),
        ("22.5.16", "22.5.16", "2016-05-22", Sureness.DAY),
        ("22nd May 2016", "22nd May 2016", "2016-05-22", Sureness.DAY),
        ("05-MAR-26", "05-MAR-26", "2026-03-05", Sureness.DAY),
        ("?22 may 2016", "?22 may 2016", "2016-05-22", Sureness.UNSURE),
        ("approx. March 2016", "approx. March 2016", "2016-03-01", Sureness.UNSURE),
        ("c. 2014", "c. 2014", "2014-01-01", Sureness.UNSURE),
        ("22 or 23 May 2016", "22 or 23 May 2016", "2016-05-22", Sureness.UNSURE),
        ("22.05/16", "22.05/16", "2016-05-22", Sureness.UNSURE),
        ("2016-09", "September 2016", "2016-09-01", Sureness.PART),
        ("2016", "2016", "2016-01-01", Sureness.PART),
        ("Sept 2016", "Sept 2016", "2016-09-01", Sureness.PART),
        ("3-7 March 2016", "3-7 March 2016", "2016-03-03", Sureness.RANGE),
        ("28 Dec to 3 Jan 2016", "28 Dec to 3 Jan 2016", "2015-12-28", Sureness.RANGE),
        ("22/05/2016 - 24/05/2016", "22/05/2016 - 24/05/2016", "2016-05-22", Sureness.RANGE),
        ("March 2016 to 22 May 2016", "March 2016 to 22 May 2016", "2016-03-01", Sureness.RANGE),
        ("2014/15", "2014/15", "2014-01-01", Sureness.RANGE),
        ("w/c 5 March 2026", "w/c 5 March 2026", "2026-03-05", Sureness.RANGE),
        ("31/06/2016", "31/06/2016", None, Sureness.NONE),
        ("05/22/2016", "05/22/2016", None, Sureness.NONE),  # US order is never meant
        ("22nd May", "22nd May", None, Sureness.NONE),
        ("May 16", "May 16", None, Sureness.NONE),  # a month, or a day of one
        ("", "", None, Sureness.NONE),
    ],
)
def test_a_written_day_is_shown_as_it_stands_and_sorted_by_where_it_may_begin(
    written: str, shown: str, begins: str | None, sureness: Sureness
) -> None:
    found = event_day(written)
    assert (found.shown, found.sureness) == (shown, sureness)
    assert found.begins == (date.fromisoformat(begins) if begins else None)


@pytest.mark.parametrize(
    ("written", "hour", "at"),
    [
        ("2026-03-05T14:30", "", "14:30"),
        ("2026-03-05", "1430hrs", "14:30"),
        ("2026-03-05", "2.30pm", "14:30"),
        ("22.05.16", "", None),  # no hour, though five past ten at night looks so
        ("22.05.16 14:30", "", "14:30"),
    ],
)
def test_the_hour_sorts_within_a_day(written: str, hour: str, at: str | None) -> None:
    found = event_day(written, hour).at
    assert (found.isoformat("minutes") if found else None) == at


@given(st.text(max_size=80), st.text(max_size=20))
def test_no_written_day_is_refused_or_changed(written: str, hour: str) -> None:
    found = event_day(written, hour)
    assert (found.begins is None) == (found.sureness is Sureness.NONE)


@given(st.dates(min_value=date(1950, 1, 1), max_value=date(2049, 12, 31)))
def test_every_way_of_writing_a_day_is_that_day(day: date) -> None:
    for written in (
        day.isoformat(),
        f"{day.day}/{day.month}/{day.year}",
        f"{day.day:02}.{day.month:02}.{day:%y}",
        f"?{day.day} {day:%B %Y}",
        f"{day:%A} {day.day}th of {day:%b}, {day.year}",
        f"{day:%B} {day.day}, {day.year}",
    ):
        assert event_day(written).begins == day, written


# --- all agencies' events as one ------------------------------------------------------------------


def test_events_of_all_agencies_stand_in_order_of_time_and_undated_ones_at_the_end() -> None:
    police = a_return(
        "police",
        event("no idea", "Call"),
        event("2026-06-02", "Second call"),
        event("2026-03-01", "First call"),
        number=10,
    )
    hospital = a_return(
        "hospital",
        event("?2 April 2026", "Weight below the line"),
        event("2026-03", "Clinic"),
        number=11,
    )
    assert told(a_case(police, hospital)) == [
        ("1 Mar 2026", "First call", "police"),
        ("March 2026", "Clinic", "hospital"),
        ("?2 April 2026", "Weight below the line", "hospital"),
        ("2 Jun 2026", "Second call", "police"),
        ("no idea", "Call", "police"),
    ]


def test_what_two_agencies_tell_of_one_day_stands_beside_each_other_and_both_stay() -> None:
    police = a_return(
        "police",
        event("2026-03-01", "Referral made to social care after a call"),
        event("2026-03-01", "Officer attended the address"),
        number=10,
    )
    council = a_return(
        "council",
        event("2026-03-01", "Strategy meeting"),
        event("?1 March 2026", "Referral from police after call to the address"),
        number=11,
    )
    found = chronology_of(a_case(police, council))
    assert [(e.agency, e.event[:8], e.also) for e in found[:2]] == [
        ("police", "Referral", ("council",)),
        ("council", "Referral", ("police",)),
    ]
    assert len(found) == 4
    assert [e.also for e in found[2:]] == [(), ()]


def test_like_words_on_other_days_or_of_one_agency_are_not_marked() -> None:
    police = a_return("police", event("2026-03-01"), event("2026-03-01"), number=10)
    council = a_return("council", event("2026-03-02"), event("2026-03"), number=11)
    found = chronology_of(a_case(police, council))
    assert [(e.day.shown, e.also) for e in found] == [
        ("1 Mar 2026", ()),
        ("1 Mar 2026", ()),
        ("March 2026", ()),
        ("2 Mar 2026", ()),
    ]


def test_source_conditions_and_further_columns_stay_with_their_event() -> None:
    row = {**event("2026-03-01"), "time": "14:30", "outcome": "No further action"}
    case = a_case(a_return("police", row, number=10, conditions="Not to the family"))
    (entry,) = chronology_of(case)
    assert (entry.source, entry.conditions) == ("Record", ("Not to the family",))
    assert (entry.day.shown, entry.further) == (
        "1 Mar 2026, 14:30",
        (("outcome", "No further action"),),
    )


def test_the_chronology_of_a_second_document_in_a_return_belongs_to_it() -> None:
    separate = {"chronology": [event("2026-03-01")], "disclosure_conditions": "Ask us first"}
    case = a_case(a_return("police", event("2026-04-01"), number=10, further=[separate]))
    found = chronology_of(case)
    assert [e.day.shown for e in found] == ["1 Mar 2026", "1 Apr 2026"]
    assert {e.conditions for e in found} == {("Ask us first",)}


def test_a_partial_return_adds_and_a_correction_replaces() -> None:
    first = a_return("police", event("2026-03-01", "First"), said="partial", number=10)
    rest = a_return("police", event("2026-03-02", "Second"), number=11)
    assert [e for _, e, _ in told(a_case(first, rest))] == ["First", "Second"]
    corrected = a_return("police", event("2026-03-02", "Third"), said="corrected", number=12)
    late = a_return("police", event("2026-03-09", "Fourth"), said="partial", number=13)
    case = a_case(first, rest, corrected, late)
    assert [e for _, e, _ in told(case)] == ["Third", "Fourth"]
    assert [f.number for f in standing_returns(case, case.facts[-1].agency)] == [12, 13]


def test_the_answer_to_a_further_request_replaces_nothing() -> None:
    first = a_return("police", event("2026-03-01", "First"), number=10)
    second = a_return("police", event("2026-03-02", "Second"), number=11, round=2)
    again = a_return("police", event("2026-03-03", "Third"), said="corrected", number=12, round=2)
    assert [e for _, e, _ in told(a_case(first, second, again))] == ["First", "Third"]


def test_a_correction_without_a_chronology_does_not_empty_it_and_that_is_said() -> None:
    first = a_return("police", event("2026-03-01"), number=10)
    corrected = a_return("police", said="corrected", number=11, document={})
    case = a_case(first, corrected)
    (entry,) = chronology_of(case)
    assert entry.before_correction
    assert len(standing_returns(case, entry.agency)) == 2


@pytest.mark.parametrize("notifier", ["hospital", "school", ""])
def test_the_key_dates_of_the_notification_stand_among_the_others(notifier: str) -> None:
    rows = [{"date": "3 March 2026", "event": "Key date"}, event("2026-03-01", "Call")]
    fields = {"child.name": "Robyn Ashdown", "chronology": rows}
    told = {"beginning": "serious", "fields": fields, "notifier": {"agency": notifier}}
    facts = [
        a_fact(FactKind.NOTIFICATION_RECEIVED, 1, detail=told),
        a_fact(FactKind.AGENCIES_CHOSEN, 3, agencies=list(ASKED)),
        a_return("hospital", event("2026-03-01", "Call"), event("2026-03-02", "B"), number=10),
    ]
    case = case_from(facts)
    assert case is not None
    found = [(e.event, e.source, e.agency) for e in chronology_of(case)]
    # What the agency that notified repeats in its return is told once.
    once = [("Call", "Record", "hospital"), ("B", "Record", "hospital")]
    twice = [("Call", "Record", notifier)] if notifier != "hospital" else []
    assert sorted(found) == sorted([*once, *twice, ("Key date", "Notification", notifier)])
    assert found[-1][0] == "Key date"


def test_what_a_full_return_repeats_of_a_partial_one_stands_once_with_all_conditions() -> None:
    first = a_return("police", event("2026-03-01"), said="partial", number=10, conditions="One")
    full = a_return("police", event("2026-03-01"), number=11, conditions="Two")
    (entry,) = chronology_of(a_case(first, full))
    assert entry.conditions == ("One", "Two")


@pytest.mark.parametrize("odd", [None, "", "a text", 7, [None, 3, "an event", {}, {"date": None}]])
def test_whatever_an_agency_wrote_in_its_place_is_no_obstacle(odd: object) -> None:
    chronology_of(a_case(a_return("police", number=10, detail={"return": "x", "chronology": odd})))


# --- rules that hold of every chronology ----------------------------------------------------------

_days = st.one_of(
    st.dates(min_value=date(2016, 3, 1), max_value=date(2016, 3, 4)).map(date.isoformat),
    st.sampled_from(["", "?2 March 2016", "2016-03", "2016", "31/02/2016", "1-3 March 2016"]),
)
_events = st.sampled_from(
    ["Home visit made", "Visited at home", "Referral made", "Seen at school", "", "Visit home late"]
)
_rows = st.lists(
    st.builds(lambda d, e, s: event(d, e, s), _days, _events, st.sampled_from(["", "A", "B"])),
    max_size=6,
)


@given(st.lists(st.tuples(st.sampled_from(ASKED), _rows), max_size=4, unique_by=lambda r: r[0]))
def test_nothing_is_lost_nothing_is_added_and_the_order_is_that_of_time(
    given_rows: list[tuple[str, list[Row]]],
) -> None:
    returns = [
        a_return(agency, *rows, number=10 + i, conditions=f"of {agency}")
        for i, (agency, rows) in enumerate(given_rows)
    ]
    found = chronology_of(a_case(*returns))
    wanted = Counter(
        (agency, event_day(row["date"]), row["event"], row["source"])
        for agency, rows in given_rows
        for row in rows
        if any(row.values())
    )
    assert Counter((e.agency, e.day, e.event, e.source) for e in found) == wanted
    assert all(e.conditions == (f"of {e.agency}",) for e in found)
    begins = [e.day.begins or date.max for e in found]
    assert begins == sorted(begins)
    assert found == chronology_of(a_case(*returns))
    assert all(_stands_beside(i, found) for i, e in enumerate(found) if e.also)


def _stands_beside(i: int, found: tuple[Entry, ...]) -> bool:
    """Whether one that is marked stands next to another that is."""
    near = [found[j] for j in (i - 1, i + 1) if 0 <= j < len(found)]
    return any(e.also and e.day.begins == found[i].day.begins for e in near)


def test_conditions_of_a_return_are_each_told_once() -> None:
    fact = a_return("police", number=10, conditions=["A", "B", "A"], further=[{"a": 1}])
    assert conditions_of(fact) == ("A", "B")
