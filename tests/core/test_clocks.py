"""The clocks of the process, rule by rule: when they start, are due, stop, and who is reminded."""

import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.core.clocks.clocks import clocks_for, pressing, reminder_steps
from mailbot.core.clocks.rules import rules_from
from mailbot.core.clocks.workdays import english_calendar, format_day
from mailbot.core.model import (
    AgencyCode,
    Case,
    Clock,
    ClockState,
    Fact,
    FactKind,
    LetterKind,
    Outcome,
)
from mailbot.errors import CalendarHorizonError
from tests.core.cases import (
    POLICE,
    a_case,
    a_meeting,
    an_agency,
    day,
    decided,
    fact,
    is_late,
    waiting,
)

ROOT = Path(__file__).parents[2]
RULES = rules_from(tomllib.loads((ROOT / "config/process.toml").read_text("utf-8")))
CALENDAR = english_calendar(date(2025, 1, 1), date(2028, 12, 31))
ICB = AgencyCode("icb")
RUNNING, STOPPED = ClockState.RUNNING, ClockState.STOPPED
WAITING, OVER = ClockState.WAITING, ClockState.NOT_APPLICABLE


def clocks_of(case: Case, today: str = "Fri 1 Jan 2027") -> dict[str, Clock]:
    """The clocks of a case by name; an agency's by the rule's name and its own."""
    clocks = clocks_for(case, RULES, CALENDAR, today=day(today))
    return {f"{c.rule.name} {c.agency}" if c.agency else c.rule.name: c for c in clocks}


def due(case: Case, name: str, today: str = "Fri 1 Jan 2027") -> str:
    return format_day(clocks_of(case, today)[name].due_on)


def police(case: Case, today: str = "Fri 1 Jan 2027") -> Clock:
    return clocks_of(case, today)["agency-return police"]


def returned(kind: str, on: str) -> Fact:
    return fact(FactKind.RETURN_RECEIVED, on, agency=POLICE, **{"return": kind})


def steps_of(clock: Clock, first: str, last: str) -> dict[str, str]:
    """The steps that come on each day from first to last, and had not come the day before."""
    found: dict[str, str] = {}
    before: set[str] = set()
    for ordinal in range(day(first).toordinal(), day(last).toordinal() + 1):
        today = date.fromordinal(ordinal)
        steps = {step.step for step in reminder_steps(clock, CALENDAR, today)}
        if new := steps - before:
            found[format_day(today)[:-5]] = ", ".join(sorted(new))
        before = steps or before
    return found


# --- the shape of it --------------------------------------------------------------------------


def test_a_serious_notification_starts_the_clocks_that_need_no_decision() -> None:
    # The incident on Sunday, the notification on Monday 23 November.
    shown = {
        name: (format_day(c.started_on), format_day(c.due_on), c.state)
        for name, c in clocks_of(a_case(), "Mon 23 Nov 2026").items()
    }
    assert shown == {
        "notify-business-unit": ("Sun 22 Nov 2026", "Fri 27 Nov 2026", STOPPED),
        "partners-decide": ("Mon 23 Nov 2026", "Thu 26 Nov 2026", RUNNING),
        "notify-panel": ("Sun 22 Nov 2026", "Fri 27 Nov 2026", RUNNING),
        "submission": ("Mon 23 Nov 2026", "Mon 14 Dec 2026", RUNNING),
    }


def test_a_non_serious_case_has_only_the_clocks_of_the_agencies_asked() -> None:
    case = a_case(
        decided("not-met", "Tue 24 Nov 2026"),
        beginning="non-serious",
        agencies=(an_agency("Tue 24 Nov 2026 10:00"), an_agency(code=ICB)),
    )
    assert list(clocks_of(case)) == ["agency-return police"]


def test_clocks_come_in_the_order_of_the_rules_and_agencies_in_the_order_chosen() -> None:
    asked = "Tue 24 Nov 2026 10:00"
    case = a_case(
        decided("met", "Tue 24 Nov 2026"),
        agencies=(an_agency(asked), an_agency(asked, code=ICB)),
    )
    assert list(clocks_of(case)) == [
        "notify-business-unit",
        "partners-decide",
        "notify-panel",
        "inform-board",
        "agency-return police",
        "agency-return icb",
        "review-meeting",
        "report-circulated",
        "partners-signed-off",
        "submission",
    ]


def test_the_working_counts_day_by_day_and_quotes_the_source() -> None:
    working = clocks_of(a_case())["submission"].working
    assert working[0] == "Mon 23 Nov 2026: day 0 (notification received)"
    assert working[1] == "Tue 24 Nov 2026: working day 1"
    assert working[-3] == "Mon 14 Dec 2026: working day 15, due"
    assert working[-2] == "Earliest other reading: Tue 8 Dec 2026, calendar days"
    assert "This must take place within 15 days of original notification" in working[-1]


def test_a_late_agency_is_late_by_its_own_clock() -> None:
    # The agency took eight working days to notify the business unit.
    clock = clocks_of(a_case(incident="Wed 11 Nov 2026"))["notify-business-unit"]
    assert clock.due_on == day("Wed 18 Nov 2026")
    assert clock.stopped_on == day("Mon 23 Nov 2026")
    assert is_late(clock, day("Mon 23 Nov 2026"))


def test_a_due_day_beyond_the_calendar_is_an_error_that_says_so() -> None:
    case = a_case(received="Fri 15 Dec 2028 09:00", incident="Thu 14 Dec 2028")
    with pytest.raises(CalendarHorizonError, match="31 December 2028"):
        clocks_of(case)


# --- notify-panel -----------------------------------------------------------------------------


def test_the_panel_is_notified_within_five_working_days_of_the_incident() -> None:
    clock = clocks_of(a_case(incident="Fri 20 Nov 2026"))["notify-panel"]
    assert clock.due_on == day("Fri 27 Nov 2026")
    assert clock.note == "if the criteria are met"


def test_without_a_full_incident_date_it_counts_from_receipt_and_says_so() -> None:
    clock = clocks_of(a_case(incident=""))["notify-panel"]
    assert clock.started_on == day("Mon 23 Nov 2026")
    assert clock.due_on == day("Mon 30 Nov 2026")
    assert clock.note.startswith("counted from receipt: the incident has no full date")


def test_an_incident_long_before_receipt_shows_both_readings() -> None:
    # Six working days before receipt.
    clock = clocks_of(a_case(incident="Fri 13 Nov 2026"))["notify-panel"]
    assert clock.due_on == day("Fri 20 Nov 2026")
    assert "6 working days before receipt: ask when the authority became aware" in clock.note
    assert "was due Fri 20 Nov 2026, counted from receipt Mon 30 Nov 2026" in clock.note


def test_an_incident_five_working_days_before_receipt_has_one_reading() -> None:
    note = clocks_of(a_case(incident="Mon 16 Nov 2026"))["notify-panel"].note
    assert note == "if the criteria are met"


def test_the_second_reading_is_the_day_the_authority_became_aware_once_known() -> None:
    aware = fact(FactKind.AUTHORITY_AWARE, "Thu 19 Nov 2026", recorded="Tue 24 Nov 2026 09:00")
    note = clocks_of(a_case(aware, incident="Fri 13 Nov 2026"))["notify-panel"].note
    assert "counted from the day the authority became aware Thu 26 Nov 2026" in note


@pytest.mark.parametrize(
    ("incident", "why"),
    [("Sat 1 Mar 2014", "dated before Wed 1 Jan 2025"), ("Tue 24 Nov 2026", "dated after receipt")],
)
def test_an_incident_that_cannot_be_counted_from_stops_no_other_clock(
    incident: str, why: str
) -> None:
    clocks = clocks_of(a_case(incident=incident))
    assert clocks["notify-panel"].due_on == day("Mon 30 Nov 2026")
    assert why in clocks["notify-panel"].note
    assert "notify-business-unit" not in clocks
    assert clocks["submission"].due_on == day("Mon 14 Dec 2026")


def test_criteria_not_met_end_the_authoritys_clock() -> None:
    case = a_case(decided("not-met", "Wed 25 Nov 2026"))
    assert clocks_of(case)["notify-panel"].state is OVER


def test_no_agreement_leaves_the_authoritys_clock_running() -> None:
    clocks = clocks_of(a_case(decided("no-agreement", "Wed 25 Nov 2026")))
    assert clocks["notify-panel"].state is RUNNING
    assert clocks["notify-panel"].note == "if the criteria are met"
    assert clocks["partners-decide"].state is RUNNING
    assert "inform-board" not in clocks


def test_the_authoritys_notification_stops_it_also_when_the_criteria_fall_away_later() -> None:
    notified = fact(FactKind.PANEL_NOTIFIED, "Wed 25 Nov 2026")
    case = a_case(decided("met", "Tue 24 Nov 2026"), notified, decided("not-met", "Wed 2 Dec 2026"))
    clock = clocks_of(case)["notify-panel"]
    assert (clock.state, clock.stopped_on) == (STOPPED, day("Wed 25 Nov 2026"))
    assert not is_late(clock, day("Fri 1 Jan 2027"))


def test_a_fact_dated_after_today_stops_nothing_yet() -> None:
    case = a_case(
        fact(FactKind.PANEL_NOTIFIED, "Fri 27 Nov 2026", recorded="Wed 25 Nov 2026 09:00")
    )
    assert clocks_of(case, "Thu 26 Nov 2026")["notify-panel"].state is RUNNING
    assert clocks_of(case, "Fri 27 Nov 2026")["notify-panel"].state is STOPPED


# --- partners-decide --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("incident", "received", "expected"),
    [
        # Received on the day of the incident: the call comes before day five.
        ("Mon 23 Nov 2026", "Mon 23 Nov 2026 10:00", "Fri 27 Nov 2026"),
        # Received on day two.
        ("Mon 23 Nov 2026", "Wed 25 Nov 2026 10:00", "Fri 27 Nov 2026"),
        # The working day before day five is the day of receipt, and no longer ahead.
        ("Mon 23 Nov 2026", "Fri 27 Nov 2026 10:00", "Fri 4 Dec 2026"),
        # The agency used up all five days of the authority (domain, A1 and A3).
        ("Mon 23 Nov 2026", "Mon 30 Nov 2026 10:00", "Mon 7 Dec 2026"),
        # No incident date: the working day before day five from receipt.
        ("", "Mon 23 Nov 2026 10:00", "Fri 27 Nov 2026"),
        # Over Christmas: notify-panel is due on Tuesday 5 January.
        ("Thu 24 Dec 2026", "Thu 24 Dec 2026 10:00", "Mon 4 Jan 2027"),
    ],
)
def test_the_partners_decide_in_five_days_and_before_the_panel_must_be_notified(
    incident: str, received: str, expected: str
) -> None:
    assert due(a_case(incident=incident, received=received), "partners-decide") == expected


def test_the_working_says_why_the_call_is_earlier() -> None:
    clock = clocks_of(a_case(), "Mon 23 Nov 2026")["partners-decide"]
    assert clock.working[-2] == (
        "Thu 26 Nov 2026: due, at the latest 1 working day before Fri 27 Nov 2026 "
        "(The local authority notifies the Panel of the incident); the earlier day counts"
    )
    assert "the Panel must be notified by Fri 27 Nov 2026" in clock.note


def test_the_decision_stops_the_partners_clock_on_its_day() -> None:
    case = a_case(decided("no-agreement", "Tue 24 Nov 2026"), decided("met", "Thu 26 Nov 2026"))
    clock = clocks_of(case)["partners-decide"]
    assert (clock.state, clock.stopped_on) == (STOPPED, day("Thu 26 Nov 2026"))


# --- agency-return ----------------------------------------------------------------------------

ASKED = "Tue 24 Nov 2026 10:00"


@pytest.mark.parametrize(
    ("asked", "started", "expected"),
    [
        ("Tue 24 Nov 2026 10:00", "Tue 24 Nov 2026", "Tue 1 Dec 2026"),
        ("Tue 24 Nov 2026 17:00", "Tue 24 Nov 2026", "Tue 1 Dec 2026"),
        # After five o'clock: as if it had come the next morning.
        ("Tue 24 Nov 2026 17:01", "Wed 25 Nov 2026", "Wed 2 Dec 2026"),
        ("Fri 27 Nov 2026 18:00", "Mon 30 Nov 2026", "Mon 7 Dec 2026"),
        # On a Saturday before Christmas.
        ("Sat 19 Dec 2026 09:00", "Mon 21 Dec 2026", "Wed 30 Dec 2026"),
        # In summer five o'clock is four in UTC.
        ("Wed 1 Jul 2026 16:59", "Wed 1 Jul 2026", "Wed 8 Jul 2026"),
    ],
)
def test_a_return_is_due_five_working_days_after_the_request(
    asked: str, started: str, expected: str
) -> None:
    case = a_case(received="Wed 1 Jul 2026 09:00", incident="", agencies=(an_agency(asked),))
    clock = police(case)
    assert format_day(clock.started_on) == started
    assert format_day(clock.due_on) == expected
    assert clock.first_told_on == day(asked[:-6])


@pytest.mark.parametrize(
    ("meeting", "expected"),
    [
        # After the five days: they count.
        ("Wed 2 Dec 2026 10:00", "Tue 1 Dec 2026"),
        # The meeting on the fifth day: the return is due the working day before.
        ("Tue 1 Dec 2026", "Mon 30 Nov 2026"),
        ("Mon 30 Nov 2026 14:00", "Fri 27 Nov 2026"),
        # The day after the request: the same day.
        ("Wed 25 Nov 2026 14:00", "Tue 24 Nov 2026"),
        # A meeting that was over when the agency was asked binds nobody.
        ("Tue 24 Nov 2026 14:00", "Tue 1 Dec 2026"),
        ("Fri 20 Nov 2026", "Tue 1 Dec 2026"),
    ],
)
def test_a_return_is_due_before_the_meeting_if_that_is_earlier(meeting: str, expected: str) -> None:
    case = a_case(agencies=(an_agency(ASKED),), meeting=a_meeting(meeting))
    assert format_day(police(case).due_on) == expected


def test_a_meeting_at_short_notice_makes_no_return_due_before_it_was_arranged() -> None:
    # On Thursday staff arrange a meeting for Friday; the return was due on Tuesday.
    arranged = fact(FactKind.MEETING_ARRANGED, "Thu 26 Nov 2026", number=7)
    case = a_case(arranged, agencies=(an_agency(ASKED),), meeting=a_meeting("Fri 27 Nov 2026"))
    assert police(case).due_on == day("Thu 26 Nov 2026")
    # A meeting that is put on record on its own day changes no due day after the event.
    same_day = a_meeting("Thu 26 Nov 2026", held=True)
    case = a_case(arranged, agencies=(an_agency(ASKED),), meeting=same_day)
    assert police(case).due_on == day("Tue 1 Dec 2026")


@pytest.mark.parametrize("kind", ["findings", "nil"])
def test_a_full_or_nil_return_stops_the_clock_on_the_day_it_was_received(kind: str) -> None:
    case = a_case(agencies=(an_agency(ASKED, returned(kind, "Tue 1 Dec 2026 23:50")),))
    clock = police(case)
    assert (clock.state, clock.stopped_on) == (STOPPED, day("Tue 1 Dec 2026"))
    assert not is_late(clock, day("Fri 1 Jan 2027"))


def test_a_return_on_the_day_after_is_late() -> None:
    case = a_case(agencies=(an_agency(ASKED, returned("nil", "Wed 2 Dec 2026 00:10")),))
    assert is_late(police(case), day("Wed 2 Dec 2026"))


def test_a_partial_return_does_not_stop_the_clock() -> None:
    clock = police(a_case(agencies=(an_agency(ASKED, returned("partial", "Fri 27 Nov 2026")),)))
    assert clock.state is RUNNING
    assert clock.note == "only a partial return has come"


def test_the_return_that_completes_a_partial_one_stops_the_clock_on_its_own_day() -> None:
    returns = (returned("partial", "Fri 27 Nov 2026"), returned("findings", "Mon 30 Nov 2026"))
    clock = police(a_case(agencies=(an_agency(ASKED, *returns),)))
    assert clock.stopped_on == day("Mon 30 Nov 2026")


def test_a_corrected_return_restarts_nothing() -> None:
    returns = (returned("findings", "Mon 30 Nov 2026"), returned("corrected", "Thu 3 Dec 2026"))
    clock = police(a_case(agencies=(an_agency(ASKED, *returns),)))
    assert (clock.state, clock.stopped_on) == (STOPPED, day("Mon 30 Nov 2026"))


def test_a_second_request_runs_a_clock_of_its_own_round() -> None:
    earlier = returned("findings", "Fri 27 Nov 2026")
    again = an_agency("Thu 3 Dec 2026 10:00", earlier, round=2, answered=False)
    clock = police(a_case(agencies=(again,)))
    assert (clock.state, clock.round, clock.due_on) == (RUNNING, 2, day("Thu 10 Dec 2026"))
    answered = an_agency(
        "Thu 3 Dec 2026 10:00", earlier, returned("nil", "Fri 4 Dec 2026"), round=2
    )
    assert police(a_case(agencies=(answered,))).stopped_on == day("Fri 4 Dec 2026")


def test_an_excused_agency_owes_nothing() -> None:
    clock = police(a_case(agencies=(an_agency(ASKED, excused=True),)))
    assert (clock.state, clock.note) == (OVER, "the agency is excused")
    assert not is_late(clock, day("Fri 1 Jan 2027"))


def test_an_extension_moves_the_due_day_and_its_steps_count_anew() -> None:
    granted = fact(FactKind.EXTENSION_GRANTED, "Mon 30 Nov 2026", agency=POLICE)
    case = a_case(granted, agencies=(an_agency(ASKED, extended_until=day("Fri 4 Dec 2026")),))
    clock = police(case)
    assert clock.due_on == day("Fri 4 Dec 2026")
    assert clock.first_told_on == day("Mon 30 Nov 2026")
    assert clock.working[-2] == "Fri 4 Dec 2026: due, extended from Tue 1 Dec 2026"
    assert steps_of(clock, "Tue 24 Nov 2026", "Wed 9 Dec 2026") == {
        "Wed 2 Dec": "-2",
        "Fri 4 Dec": "0",
        "Mon 7 Dec": "+1",
        "Tue 8 Dec": "+2 staff",
    }


def test_an_extension_never_moves_the_submission_and_warns_of_the_meeting() -> None:
    extended = an_agency(ASKED, extended_until=day("Mon 7 Dec 2026"))
    case = a_case(agencies=(extended,), meeting=a_meeting("Fri 4 Dec 2026"))
    assert due(case, "submission") == "Mon 14 Dec 2026"
    assert "the extension ends on or after the day of the meeting" in police(case).note


@pytest.mark.parametrize(
    ("agency", "note"),
    [
        (an_agency(ASKED, undelivered=True), "the request was not delivered: ring the agency"),
        (waiting(ASKED), "a message from the agency waits for a person"),
    ],
)
def test_reminders_wait_while_something_from_the_agency_waits_for_a_person(
    agency: Any, note: str
) -> None:
    clock = police(a_case(agencies=(agency,)))
    assert (clock.state, clock.note) == (WAITING, note)
    # The clock itself runs on.
    assert is_late(clock, day("Wed 2 Dec 2026"))
    assert steps_of(clock, "Tue 24 Nov 2026", "Wed 9 Dec 2026") == {}


def test_a_case_or_an_agency_that_is_held_gets_no_reminders_and_its_clock_shows() -> None:
    case = a_case(agencies=(an_agency(ASKED),), held_reason="at the request of the police")
    assert {c.state for c in clocks_of(case).values()} == {STOPPED, WAITING}
    held = fact(FactKind.HELD, "Wed 25 Nov 2026", agency=POLICE)
    released = fact(FactKind.RELEASED, "Thu 26 Nov 2026", agency=POLICE)
    assert police(a_case(held, agencies=(an_agency(ASKED),))).state is WAITING
    assert police(a_case(held, released, agencies=(an_agency(ASKED),))).state is RUNNING


# --- the meeting, the report, the submission --------------------------------------------------


@pytest.mark.parametrize(
    ("decided_on", "outcome", "expected"),
    [
        # Submission Monday 14 December; five working days before it is Monday the 7th.
        ("Tue 24 Nov 2026", "met", "Mon 7 Dec 2026"),
        # Ten working days would be Monday the 14th.
        ("Mon 30 Nov 2026", "met", "Mon 7 Dec 2026"),
        # Not met: no submission is in sight.
        ("Mon 30 Nov 2026", "not-met", "Mon 14 Dec 2026"),
    ],
)
def test_the_meeting_is_due_in_ten_days_and_leaves_five_for_the_report(
    decided_on: str, outcome: str, expected: str
) -> None:
    assert due(a_case(decided(outcome, decided_on)), "review-meeting") == expected


def test_a_meeting_that_could_not_be_in_time_says_so() -> None:
    clock = clocks_of(a_case(decided("met", "Wed 9 Dec 2026")))["review-meeting"]
    assert clock.due_on == day("Mon 7 Dec 2026")
    assert clock.note == "the day it was due had passed when it began"


def test_only_a_quorate_meeting_or_a_confirmed_decision_stops_the_meetings_clock() -> None:
    met = decided("met", "Tue 24 Nov 2026")
    held = fact(FactKind.MEETING_HELD, "Thu 3 Dec 2026", quorate=False)
    assert clocks_of(a_case(met, held))["review-meeting"].state is RUNNING
    confirmed = fact(FactKind.DECISION_CONFIRMED, "Mon 7 Dec 2026")
    clock = clocks_of(a_case(met, held, confirmed))["review-meeting"]
    assert (clock.state, clock.stopped_on) == (STOPPED, day("Mon 7 Dec 2026"))
    quorate = fact(FactKind.MEETING_HELD, "Fri 4 Dec 2026", quorate=True)
    assert clocks_of(a_case(met, quorate))["review-meeting"].stopped_on == day("Fri 4 Dec 2026")


def test_the_board_is_told_one_working_day_after_the_decision_in_both_branches() -> None:
    for outcome in ("met", "not-met"):
        case = a_case(decided(outcome, "Fri 27 Nov 2026"))
        assert due(case, "inform-board") == "Mon 30 Nov 2026"
    told = fact(FactKind.BOARD_INFORMED, "Mon 30 Nov 2026")
    case = a_case(decided("met", "Fri 27 Nov 2026"), told)
    assert clocks_of(case)["inform-board"].state is STOPPED


def test_the_report_and_its_signing_off_are_due_before_the_submission() -> None:
    case = a_case(decided("met", "Tue 24 Nov 2026"))
    assert due(case, "submission") == "Mon 14 Dec 2026"
    assert due(case, "report-circulated") == "Wed 9 Dec 2026"
    assert due(case, "partners-signed-off") == "Fri 11 Dec 2026"
    sent = fact(FactKind.SUBMISSION_SENT, "Fri 11 Dec 2026 11:00")
    clocks = clocks_of(a_case(decided("met", "Tue 24 Nov 2026"), sent))
    assert clocks["report-circulated"].state is OVER
    assert clocks["partners-signed-off"].note == "the submission has been sent"


def test_the_submission_shows_its_earliest_reading_in_calendar_days() -> None:
    clock = clocks_of(a_case())["submission"]
    assert (clock.due_on, clock.earliest_on) == (day("Mon 14 Dec 2026"), day("Tue 8 Dec 2026"))
    assert clocks_of(a_case())["notify-panel"].earliest_on is None


def test_the_submission_is_at_risk_while_undecided_and_falls_away_when_not_met() -> None:
    assert clocks_of(a_case())["submission"].note == "at risk: the criteria are not decided"
    assert clocks_of(a_case(decided("met", "Tue 24 Nov 2026")))["submission"].note == ""
    clocks = clocks_of(a_case(decided("not-met", "Tue 24 Nov 2026")))
    assert clocks["submission"].state is OVER
    assert "report-circulated" not in clocks


def test_the_submission_stops_when_it_was_sent() -> None:
    sent = fact(FactKind.SUBMISSION_SENT, "Tue 15 Dec 2026 11:00")
    clock = clocks_of(a_case(decided("met", "Tue 24 Nov 2026"), sent))["submission"]
    assert (clock.state, clock.stopped_on) == (STOPPED, day("Tue 15 Dec 2026"))
    assert is_late(clock, day("Fri 1 Jan 2027"))


def test_an_outcome_is_recorded_only_when_the_criteria_are_not_met() -> None:
    assert "outcome-recorded" not in clocks_of(a_case())
    assert "outcome-recorded" not in clocks_of(a_case(decided("met", "Tue 24 Nov 2026")))
    not_met = decided("not-met", "Tue 24 Nov 2026")
    clock = clocks_of(a_case(not_met))["outcome-recorded"]
    assert (clock.state, clock.due_on) == (RUNNING, day("Mon 14 Dec 2026"))
    review = fact(FactKind.REVIEW_DECIDED, "Thu 3 Dec 2026", review=False)
    assert clocks_of(a_case(not_met, review))["outcome-recorded"].state is STOPPED


def late_path(*more: Fact) -> Case:
    """Not met at the call on 24 November, found met at the quorate meeting on 3 December."""
    review = fact(FactKind.REVIEW_DECIDED, "Thu 3 Dec 2026", criteria_found="met", number=9)
    return a_case(
        decided("not-met", "Tue 24 Nov 2026"),
        review,
        *more,
        criteria=Outcome.MET,
        decision=review,
        decision_stands=True,
    )


def test_on_the_late_path_the_authority_notifies_first_and_then_fifteen_days_begin() -> None:
    case = late_path()
    clocks = clocks_of(case)
    assert clocks["notify-panel"].state is RUNNING
    assert clocks["notify-panel"].first_told_on == day("Thu 3 Dec 2026")
    assert clocks["submission"].due_on == day("Mon 14 Dec 2026")
    assert "begin anew when the authority has notified" in clocks["submission"].note
    assert clocks["outcome-recorded"].state is STOPPED
    clocks = clocks_of(late_path(fact(FactKind.PANEL_NOTIFIED, "Fri 4 Dec 2026")))
    assert clocks["submission"].started_on == day("Fri 4 Dec 2026")
    assert clocks["submission"].due_on == day("Tue 29 Dec 2026")
    assert "from the original notification it was due Mon 14 Dec 2026" in clocks["submission"].note
    assert is_late(clocks["notify-panel"], day("Fri 1 Jan 2027"))


def test_what_was_due_at_the_call_is_not_due_earlier_because_of_the_late_path() -> None:
    before = a_case(decided("not-met", "Tue 24 Nov 2026"))
    assert due(before, "review-meeting") == due(late_path(), "review-meeting") == "Tue 8 Dec 2026"


# --- the Panel's answer -----------------------------------------------------------------------


def test_the_panel_answers_within_fifteen_working_days_of_submission() -> None:
    sent = fact(FactKind.SUBMISSION_SENT, "Mon 14 Dec 2026 11:00")
    earlier = fact(FactKind.PANEL_ANSWERED, "Mon 30 Nov 2026 11:00", answer="unread")
    case = a_case(decided("met", "Tue 24 Nov 2026"), earlier, sent)
    clock = clocks_of(case)["panel-answer"]
    # Christmas, Boxing Day in lieu and New Year's Day lie between.
    assert (clock.state, clock.due_on) == (RUNNING, day("Thu 7 Jan 2027"))
    answered = fact(FactKind.PANEL_ANSWERED, "Tue 5 Jan 2027 11:00", answer="agrees")
    clocks = clocks_of(a_case(decided("met", "Tue 24 Nov 2026"), sent, answered), "Tue 5 Jan 2027")
    assert clocks["panel-answer"].state is STOPPED
    assert "panel-further-information" not in clocks


def test_what_the_panel_asks_for_is_due_on_the_day_agreed() -> None:
    asked = fact(
        FactKind.PANEL_ANSWERED, "Tue 5 Jan 2027 11:00", answer="asks-for-more", until="2027-01-15"
    )
    clock = clocks_of(a_case(asked), "Wed 6 Jan 2027")["panel-further-information"]
    assert (clock.state, clock.due_on) == (RUNNING, day("Fri 15 Jan 2027"))
    sent = fact(FactKind.FURTHER_INFORMATION_SENT, "Thu 14 Jan 2027 11:00")
    clock = clocks_of(a_case(asked, sent), "Fri 15 Jan 2027")["panel-further-information"]
    assert clock.state is STOPPED


def test_what_the_panel_asks_for_without_a_date_waits_for_one() -> None:
    asked = fact(FactKind.PANEL_ANSWERED, "Tue 5 Jan 2027 11:00", answer="asks-for-more")
    clock = clocks_of(a_case(asked), "Wed 6 Jan 2027")["panel-further-information"]
    assert (clock.state, clock.note) == (WAITING, "no date has been agreed yet: record one")


# --- ends and other beginnings ----------------------------------------------------------------


@pytest.mark.parametrize("end", ["withdrawn", "closed"])
def test_a_case_that_is_withdrawn_or_closed_has_no_running_clock(end: str) -> None:
    asked = (an_agency(ASKED), an_agency(ASKED, returned("nil", "Wed 25 Nov 2026"), code=ICB))
    clocks = clocks_of(a_case(decided("met", "Tue 24 Nov 2026"), agencies=asked, **{end: True}))
    assert {c.state for c in clocks.values()} == {STOPPED, OVER}
    assert clocks["agency-return icb"].state is STOPPED
    for clock in clocks.values():
        assert steps_of(clock, "Mon 23 Nov 2026", "Fri 8 Jan 2027") == {}


def test_the_death_of_a_looked_after_child_has_a_clock_for_the_dfe() -> None:
    assert "notify-dfe" not in clocks_of(a_case())
    aware = fact(FactKind.AUTHORITY_AWARE, "Thu 19 Nov 2026", recorded="Mon 23 Nov 2026 12:00")
    case = a_case(aware, beginning="looked-after-child-death")
    assert due(case, "notify-dfe") == "Thu 26 Nov 2026"
    assert due(a_case(beginning="care-leaver-death"), "notify-dfe") == "Mon 30 Nov 2026"


def test_staff_can_count_a_clock_from_another_day() -> None:
    day_given = fact(
        FactKind.CLOCK_REANCHORED, "Tue 24 Nov 2026", clock="notify-panel", anchor="2026-11-24"
    )
    clock = clocks_of(a_case(day_given))["notify-panel"]
    assert clock.due_on == day("Tue 1 Dec 2026")
    assert "counted from Tue 24 Nov 2026: re-anchored by staff" in clock.note
    aware = fact(FactKind.AUTHORITY_AWARE, "Wed 25 Nov 2026")
    named = fact(
        FactKind.CLOCK_REANCHORED, "Thu 26 Nov 2026", clock="notify-panel", anchor="authority-aware"
    )
    assert due(a_case(aware, day_given, named), "notify-panel") == "Wed 2 Dec 2026"


# --- reminders --------------------------------------------------------------------------------


def test_an_agency_is_reminded_by_the_ladder_and_then_staff_ring() -> None:
    clock = police(a_case(agencies=(an_agency(ASKED),)))
    assert steps_of(clock, "Tue 24 Nov 2026", "Fri 8 Jan 2027") == {
        "Fri 27 Nov": "-2",
        "Tue 1 Dec": "0",
        "Wed 2 Dec": "+1",
        "Thu 3 Dec": "+2 staff",
    }


def test_a_step_names_all_that_makes_it_unique() -> None:
    clock = police(a_case(agencies=(an_agency(ASKED, round=2),)))
    (step,) = reminder_steps(clock, CALENDAR, day("Tue 1 Dec 2026"))
    assert (step.case, step.clock, step.agency) == (clock.case, "agency-return", POLICE)
    assert (step.round, step.due_on, step.step) == (2, day("Tue 1 Dec 2026"), "0")


def test_a_server_that_slept_through_three_steps_sends_the_latest_of_each_ladder() -> None:
    clock = police(a_case(agencies=(an_agency(ASKED),)))
    assert [s.step for s in reminder_steps(clock, CALENDAR, day("Wed 2 Dec 2026"))] == ["+1"]
    # The agency and its lead are told all the same, when staff are to ring already.
    both = reminder_steps(clock, CALENDAR, day("Mon 14 Dec 2026"))
    assert [s.step for s in both] == ["+1", "+2 staff"]


def test_nobody_is_reminded_on_a_day_that_is_no_working_day() -> None:
    clock = police(a_case(agencies=(an_agency("Mon 21 Dec 2026 10:00"),)))
    assert clock.due_on == day("Wed 30 Dec 2026")
    for off in ("Fri 25 Dec 2026", "Sat 26 Dec 2026", "Mon 28 Dec 2026", "Fri 1 Jan 2027"):
        assert reminder_steps(clock, CALENDAR, day(off)) == ()
    assert steps_of(clock, "Mon 21 Dec 2026", "Fri 8 Jan 2027") == {
        "Thu 24 Dec": "-2",
        "Wed 30 Dec": "0",
        "Thu 31 Dec": "+1",
        "Mon 4 Jan": "+2 staff",
    }


def test_nobody_is_reminded_within_one_working_day_of_the_request() -> None:
    # Asked on Tuesday for Thursday's meeting: due on Wednesday, the working day after.
    case = a_case(agencies=(an_agency(ASKED),), meeting=a_meeting("Thu 26 Nov 2026"))
    clock = police(case)
    assert clock.due_on == day("Wed 25 Nov 2026")
    assert steps_of(clock, "Tue 24 Nov 2026", "Mon 30 Nov 2026") == {
        "Thu 26 Nov": "+1",
        "Fri 27 Nov": "+2 staff",
    }


def test_nobody_missed_a_day_that_a_meeting_at_short_notice_made_theirs() -> None:
    # Asked on Tuesday for the Tuesday after; on Wednesday a meeting is arranged for Thursday.
    arranged = fact(
        FactKind.MEETING_ARRANGED, "Wed 25 Nov 2026 10:00", number=7, at="2026-11-26T10:00+00:00"
    )
    meeting = a_meeting("Thu 26 Nov 2026 10:00", fact=7)
    clock = police(a_case(arranged, agencies=(an_agency(ASKED),), meeting=meeting))
    assert clock.due_on == day("Wed 25 Nov 2026")
    assert clock.first_told_on == day("Wed 25 Nov 2026")
    assert steps_of(clock, "Tue 24 Nov 2026", "Mon 30 Nov 2026") == {"Fri 27 Nov": "+2 staff"}


def test_who_had_been_told_to_stop_is_told_anew_when_the_case_is_opened_again() -> None:
    reopened = fact(FactKind.CASE_REOPENED, "Wed 25 Nov 2026 13:00")
    facts = (decided("met", "Mon 23 Nov 2026"), reopened)
    clocks = clocks_of(a_case(*facts, agencies=(an_agency(ASKED),)))
    for name in ("agency-return police", "notify-panel", "partners-decide"):
        assert clocks[name].first_told_on == day("Wed 25 Nov 2026")


def test_the_partners_sign_nothing_off_before_a_meeting_was_held() -> None:
    met = decided("met", "Mon 23 Nov 2026")
    clock = clocks_of(a_case(met))["partners-signed-off"]
    assert (clock.state, clock.note) == (WAITING, "no meeting has been held yet")
    held = fact(FactKind.MEETING_HELD, "Mon 7 Dec 2026", quorate=True, present=[])
    assert clocks_of(a_case(met, held))["partners-signed-off"].state is RUNNING


def test_the_step_for_staff_is_put_off_and_never_dropped() -> None:
    # Asked on Tuesday for Wednesday's meeting: due at once, and no reminder can be fair.
    case = a_case(agencies=(an_agency(ASKED),), meeting=a_meeting("Wed 25 Nov 2026"))
    assert steps_of(police(case), "Tue 24 Nov 2026", "Mon 30 Nov 2026") == {
        "Thu 26 Nov": "+2 staff"
    }


def test_the_authority_is_reminded_each_working_day_until_it_has_notified() -> None:
    clock = clocks_of(a_case(incident="Mon 23 Nov 2026"))["notify-panel"]
    assert steps_of(clock, "Mon 23 Nov 2026", "Thu 3 Dec 2026") == {
        "Wed 25 Nov": "-3",
        "Fri 27 Nov": "-1",
        "Mon 30 Nov": "0",
        "Tue 1 Dec": "+1",
        "Wed 2 Dec": "+2",
        "Thu 3 Dec": "+3",
    }


def test_an_owner_who_learns_of_it_late_is_first_reminded_two_working_days_later() -> None:
    # The agency's notification came nine working days after the incident.
    clock = clocks_of(a_case(incident="Tue 10 Nov 2026"))["notify-panel"]
    assert clock.due_on == day("Tue 17 Nov 2026")
    assert steps_of(clock, "Mon 23 Nov 2026", "Thu 26 Nov 2026") == {
        "Wed 25 Nov": "+6",
        "Thu 26 Nov": "+7",
    }


def test_the_partners_are_reminded_and_then_staff_ring() -> None:
    clock = clocks_of(a_case(incident=""))["partners-decide"]
    assert steps_of(clock, "Mon 23 Nov 2026", "Fri 4 Dec 2026") == {
        "Thu 26 Nov": "-1",
        "Fri 27 Nov": "0",
        "Mon 30 Nov": "+1 staff",
    }


def test_partners_whose_call_was_sent_late_are_told_before_they_are_reminded() -> None:
    sent = fact(FactKind.LETTER_SENT, "Thu 26 Nov 2026 09:00", kind=LetterKind.CALL_OF_PARTNERS)
    clock = clocks_of(a_case(sent, incident=""))["partners-decide"]
    assert clock.first_told_on == day("Thu 26 Nov 2026")
    assert steps_of(clock, "Mon 23 Nov 2026", "Fri 4 Dec 2026") == {"Mon 30 Nov": "+1 staff"}


def test_the_manager_is_told_of_the_submission() -> None:
    clock = clocks_of(a_case(decided("met", "Tue 24 Nov 2026")))["submission"]
    assert steps_of(clock, "Mon 23 Nov 2026", "Fri 18 Dec 2026") == {
        "Wed 9 Dec": "-3",
        "Mon 14 Dec": "0",
        "Tue 15 Dec": "+1",
    }


def test_a_clock_that_is_only_in_the_digest_has_no_steps() -> None:
    clock = clocks_of(a_case(decided("met", "Tue 24 Nov 2026")))["inform-board"]
    assert steps_of(clock, "Mon 23 Nov 2026", "Fri 18 Dec 2026") == {}


def test_a_due_day_that_was_agreed_for_a_saturday_is_reminded_of_before_it() -> None:
    clock = police(a_case(agencies=(an_agency(ASKED, extended_until=day("Sat 5 Dec 2026")),)))
    assert steps_of(clock, "Wed 2 Dec 2026", "Wed 9 Dec 2026") == {
        "Thu 3 Dec": "-2",
        "Fri 4 Dec": "0",
        "Mon 7 Dec": "+1",
        "Tue 8 Dec": "+2 staff",
    }


@given(
    asked=st.dates(date(2026, 1, 5), date(2028, 10, 1)),
    ahead=st.integers(0, 20),
    later=st.integers(0, 40),
)
def test_no_reminder_ever_comes_within_one_working_day_or_on_a_day_off(
    asked: date, ahead: int, later: int
) -> None:
    request = f"{format_day(asked)} 10:00"
    meeting = a_meeting(format_day(date.fromordinal(asked.toordinal() + ahead)))
    case = a_case(received=request, incident="", agencies=(an_agency(request),), meeting=meeting)
    today = date.fromordinal(asked.toordinal() + later)
    for clock in clocks_for(case, RULES, CALENDAR, today=today):
        steps = reminder_steps(clock, CALENDAR, today)
        assert [s.step.endswith("staff") for s in steps] in ([], [False], [True], [False, True])
        if steps:
            assert CALENDAR.is_working_day(today)
            assert CALENDAR.working_days_between(asked, today) > 1


# --- pressing ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("meeting", "expected"),
    [
        ("Tue 1 Dec 2026", False),  # three working days from Thursday
        ("Mon 30 Nov 2026 09:00", True),
        ("Thu 26 Nov 2026 15:00", True),
        ("Wed 25 Nov 2026 15:00", False),  # over
    ],
)
def test_it_presses_when_the_meeting_is_two_working_days_away_or_less(
    meeting: str, expected: bool
) -> None:
    case = a_case(
        decided("met", "Tue 24 Nov 2026"),
        agencies=(an_agency("Mon 23 Nov 2026 10:00"),),
        meeting=a_meeting(meeting),
    )
    today = day("Thu 26 Nov 2026")
    assert pressing(police(case), case, CALENDAR, today) is expected
    assert not pressing(clocks_of(case)["submission"], case, CALENDAR, today)


def test_nothing_presses_once_the_meeting_was_held_or_the_agency_has_answered() -> None:
    today = day("Thu 26 Nov 2026")
    held = a_meeting("Thu 26 Nov 2026 09:00", held=True)
    case = a_case(agencies=(an_agency(ASKED),), meeting=held)
    assert not pressing(police(case), case, CALENDAR, today)
    answered = an_agency(ASKED, returned("nil", "Wed 25 Nov 2026"))
    case = a_case(agencies=(answered,), meeting=a_meeting("Fri 27 Nov 2026"))
    assert not pressing(police(case), case, CALENDAR, today)
