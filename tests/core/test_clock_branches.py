"""Which clocks a case has by how it began, other plausible readings, and days as they were told."""

from dataclasses import replace
from typing import Any

import pytest

from mailbot.core.clocks.clocks import clocks_for, reminder_steps
from mailbot.core.clocks.workdays import format_day
from mailbot.core.model import AgencyCode, Case, Clock, Fact, FactKind, LetterKind
from tests.core.cases import POLICE, a_case, a_meeting, an_agency, day, decided, fact
from tests.core.test_clocks import ASKED, CALENDAR, OVER, RULES, RUNNING, STOPPED, WAITING
from tests.core.test_clocks import clocks_of as by_name

DEATHS = ("looked-after-child-death", "care-leaver-death")
SERIOUS = ["notify-business-unit", "partners-decide", "notify-panel", "submission"]


def names(case: Case, today: str = "Fri 1 Jan 2027") -> list[str]:
    return list(by_name(case, today))


def told(clock: str, on: str, sent: str, **detail: Any) -> Fact:
    """A letter went that named this day."""
    days = {clock: day(on).isoformat()}
    return fact(FactKind.LETTER_SENT, sent, kind=LetterKind.REMINDER, told=days, **detail)


# --- how cases begin --------------------------------------------------------------------------


@pytest.mark.parametrize("beginning", ["serious", "need-to-know", "authority-copy"])
def test_a_case_that_may_meet_the_criteria_has_every_clock(beginning: str) -> None:
    assert names(a_case(beginning=beginning)) == SERIOUS


def test_a_non_serious_case_has_no_clock_of_its_own_whatever_is_recorded() -> None:
    facts = (decided("met", "Tue 24 Nov 2026"), fact(FactKind.SUBMISSION_SENT, "Mon 7 Dec 2026"))
    assert names(a_case(*facts, beginning="non-serious")) == []


@pytest.mark.parametrize("beginning", DEATHS)
def test_a_death_that_must_be_notified_starts_no_rapid_review_of_itself(beginning: str) -> None:
    asked = an_agency(ASKED)
    case = a_case(beginning=beginning, agencies=(asked,))
    assert names(case) == ["notify-dfe", "agency-return police"]
    not_met = a_case(decided("not-met", "Tue 24 Nov 2026"), beginning=beginning)
    assert names(not_met) == ["notify-dfe"]


@pytest.mark.parametrize("beginning", DEATHS)
def test_a_death_has_the_clocks_of_a_review_once_staff_record_the_criteria_as_met(
    beginning: str,
) -> None:
    met = decided("met", "Thu 3 Dec 2026")
    clocks = by_name(a_case(met, beginning=beginning))
    assert {"notify-dfe", "notify-panel", "inform-board", "submission"} <= set(clocks)
    assert clocks["submission"].due_on == day("Mon 14 Dec 2026")
    # The notifier first hears of it then, and missed no day before.
    assert clocks["notify-panel"].first_told_on == day("Thu 3 Dec 2026")
    assert clocks["partners-decide"].state is STOPPED


def test_the_dfe_is_notified_of_a_death_whatever_is_decided() -> None:
    case = a_case(decided("not-met", "Tue 24 Nov 2026"), beginning=DEATHS[0])
    assert by_name(case)["notify-dfe"].state is RUNNING
    done = fact(FactKind.DFE_NOTIFIED, "Fri 27 Nov 2026", reference="D-1")
    assert by_name(a_case(done, beginning=DEATHS[1]))["notify-dfe"].state is STOPPED


def test_a_copy_of_the_authoritys_notification_waits_for_staff_to_confirm_it() -> None:
    clocks = by_name(a_case(beginning="authority-copy"), "Mon 23 Nov 2026")
    for name in ("partners-decide", "notify-panel"):
        assert clocks[name].state is WAITING
        assert "staff confirm that the criteria are met" in clocks[name].note
    met = decided("met", "Mon 23 Nov 2026")
    clocks = by_name(a_case(met, beginning="authority-copy"))
    assert clocks["partners-decide"].state is STOPPED
    assert clocks["notify-panel"].state is RUNNING
    unsure = a_case(decided("no-agreement", "Mon 23 Nov 2026"), beginning="authority-copy")
    assert by_name(unsure)["partners-decide"].state is RUNNING


# --- readings ---------------------------------------------------------------------------------


def reading(clock: Clock) -> tuple[str, str]:
    earliest = format_day(clock.earliest_on) if clock.earliest_on else ""
    return earliest, clock.earliest_why


def test_the_submission_counted_from_an_earlier_notification_of_the_panel() -> None:
    # Fifteen working days from Friday 6 November are Friday 27 November.
    notified = fact(FactKind.PANEL_NOTIFIED, "Fri 6 Nov 2026", recorded="Mon 23 Nov 2026 12:00")
    clock = by_name(a_case(notified))["submission"]
    assert clock.due_on == day("Mon 14 Dec 2026")
    why = "counted from the authority's notification to the Panel"
    assert reading(clock) == ("Fri 27 Nov 2026", why)
    assert f"Earliest other reading: Fri 27 Nov 2026, {why}" in clock.working


def test_a_request_sent_in_the_evening_has_a_reading_from_that_same_day() -> None:
    clock = by_name(a_case(agencies=(an_agency("Tue 24 Nov 2026 18:00"),)))["agency-return police"]
    assert clock.due_on == day("Wed 2 Dec 2026")
    assert reading(clock) == (
        "Tue 1 Dec 2026",
        "counted from the day it was sent, whatever day and hour",
    )
    asked = by_name(a_case(agencies=(an_agency(ASKED),)))["agency-return police"]
    assert reading(asked) == ("", "")


def test_a_day_that_was_granted_has_no_other_reading() -> None:
    extended = an_agency("Tue 24 Nov 2026 18:00", extended_until=day("Fri 11 Dec 2026"))
    assert reading(by_name(a_case(agencies=(extended,)))["agency-return police"]) == ("", "")


def test_an_area_that_counts_from_awareness_is_shown_the_flowcharts_day() -> None:
    aware = fact(FactKind.AUTHORITY_AWARE, "Fri 20 Nov 2026", recorded="Mon 23 Nov 2026 12:00")
    starts = (FactKind.AUTHORITY_AWARE, FactKind.INCIDENT_OCCURRED)
    rules = [replace(r, starts_on=starts) if r.name == "notify-panel" else r for r in RULES]
    case = a_case(aware, incident="Mon 16 Nov 2026")
    clocks = clocks_for(case, rules, CALENDAR, today=day("Mon 23 Nov 2026"))
    clock = next(c for c in clocks if c.rule.name == "notify-panel")
    assert clock.due_on == day("Fri 27 Nov 2026")
    assert reading(clock) == (
        "Mon 23 Nov 2026",
        "counted from the incident, as the flowchart says",
    )


def test_the_newest_day_on_which_the_authority_became_aware_counts() -> None:
    first = fact(FactKind.AUTHORITY_AWARE, "Thu 19 Nov 2026", recorded="Mon 23 Nov 2026 12:00")
    later = fact(FactKind.AUTHORITY_AWARE, "Fri 20 Nov 2026", recorded="Tue 24 Nov 2026 12:00")
    case = a_case(first, later, beginning=DEATHS[0])
    assert by_name(case)["notify-dfe"].due_on == day("Fri 27 Nov 2026")


# --- counted from another day -----------------------------------------------------------------


def counted_from(clock: str, anchor: str, agency: AgencyCode | None = None) -> Fact:
    return fact(
        FactKind.CLOCK_REANCHORED,
        "Wed 25 Nov 2026",
        agency=agency,
        clock=clock,
        anchor=anchor,
        reason="the letter lay unread.",
    )


def test_any_clock_can_be_counted_from_another_day_and_no_free_text_stands_in_its_note() -> None:
    facts = (decided("met", "Tue 24 Nov 2026"), counted_from("inform-board", "2026-11-25"))
    clock = by_name(a_case(*facts))["inform-board"]
    assert clock.due_on == day("Thu 26 Nov 2026")
    # Staff's reason may name a child; a note stands in letters and digests (process, section 5).
    assert clock.note == "counted from Wed 25 Nov 2026: re-anchored by staff"
    assert "unread" not in " ".join((clock.note, *clock.working, clock.earliest_why))


def test_an_agencys_return_can_be_counted_from_another_day() -> None:
    again = counted_from("agency-return", "2026-11-26", POLICE)
    case = a_case(again, agencies=(an_agency(ASKED), an_agency(ASKED, code=AgencyCode("icb"))))
    clocks = by_name(case)
    assert clocks["agency-return police"].due_on == day("Thu 3 Dec 2026")
    assert clocks["agency-return icb"].due_on == day("Tue 1 Dec 2026")


def test_a_clock_counted_from_what_is_not_on_record_says_so_and_counts_as_before() -> None:
    clock = by_name(a_case(counted_from("submission", "panel-notified")))["submission"]
    assert clock.due_on == day("Mon 14 Dec 2026")
    assert "staff count it from “panel notified”, which is not on record yet" in clock.note
    notified = fact(FactKind.PANEL_NOTIFIED, "Fri 27 Nov 2026")
    case = a_case(notified, counted_from("submission", "panel-notified"))
    assert by_name(case)["submission"].due_on == day("Fri 18 Dec 2026")


# --- as told ----------------------------------------------------------------------------------


def test_a_day_that_was_told_and_has_changed_is_said_with_what_changed_it() -> None:
    asked = told("agency-return/police", "Tue 1 Dec 2026", ASKED)
    extended = an_agency(ASKED, extended_until=day("Fri 4 Dec 2026"))
    note = by_name(a_case(asked, agencies=(extended,)))["agency-return police"].note
    assert note == "told Tue 1 Dec 2026; now Fri 4 Dec 2026 because the time was extended"
    again = told("agency-return/police", "Fri 4 Dec 2026", "Wed 25 Nov 2026 11:00")
    assert by_name(a_case(asked, again, agencies=(extended,)))["agency-return police"].note == ""


def test_a_meeting_a_corrected_incident_or_another_day_of_staffs_is_named_as_the_cause() -> None:
    asked = told("agency-return/police", "Tue 1 Dec 2026", ASKED)
    case = a_case(asked, agencies=(an_agency(ASKED),), meeting=a_meeting("Mon 30 Nov 2026 14:00"))
    assert by_name(case)["agency-return police"].note == (
        "told Tue 1 Dec 2026; now Fri 27 Nov 2026 because a meeting was arranged"
    )
    days = [fact(FactKind.INCIDENT_OCCURRED, on) for on in ("Sun 22 Nov 2026", "Thu 19 Nov 2026")]
    panel = told("notify-panel", "Fri 27 Nov 2026", "Mon 23 Nov 2026 10:01")
    case = a_case(*days, panel, incident="Thu 19 Nov 2026")
    assert "told Fri 27 Nov 2026; now Thu 26 Nov 2026 because the day of the incident was" in (
        by_name(case)["notify-panel"].note
    )
    moved = counted_from("submission", "2026-11-25")
    submission = told("submission", "Mon 14 Dec 2026", "Mon 23 Nov 2026 10:01")
    assert by_name(a_case(submission, moved))["submission"].note.endswith(
        "told Mon 14 Dec 2026; now Wed 16 Dec 2026 because staff count it from another day"
    )


def test_what_is_done_or_over_is_compared_with_nothing() -> None:
    asked = told("agency-return/police", "Mon 30 Nov 2026", ASKED)
    clock = by_name(a_case(asked, agencies=(an_agency(ASKED, excused=True),)))[
        "agency-return police"
    ]
    assert (clock.state, clock.note) == (OVER, "the agency is excused")


def test_a_day_that_follows_from_a_correction_was_nobodys_before_it() -> None:
    first = fact(FactKind.INCIDENT_OCCURRED, "Sun 22 Nov 2026", recorded="Mon 23 Nov 2026 10:00")
    corrected = fact(
        FactKind.INCIDENT_OCCURRED, "Tue 17 Nov 2026", recorded="Thu 26 Nov 2026 09:00"
    )
    clocks = by_name(a_case(first, corrected, incident="Tue 17 Nov 2026"))
    assert clocks["notify-panel"].due_on == day("Tue 24 Nov 2026")
    # Nor was that of the partners, who decide the working day before while it lies ahead.
    for name in ("notify-panel", "partners-decide"):
        assert clocks[name].first_told_on == day("Thu 26 Nov 2026")
    assert reminder_steps(clocks["notify-panel"], CALENDAR, day("Fri 27 Nov 2026")) == ()
