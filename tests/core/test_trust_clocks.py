"""An NHS Serious Incident: the clocks of each provider trust, in hours and in working days."""

from datetime import date, timedelta
from typing import Any

import pytest

from mailbot.core.clocks.clocks import clocks_for, pressing, reminder_steps
from mailbot.core.clocks.workdays import format_day
from mailbot.core.model import AgencyCode, Case, Clock, Fact, FactKind, NhsIncident
from tests.core.cases import a_case, a_meeting, at, day, decided, fact
from tests.core.test_clocks import CALENDAR, OVER, RULES, RUNNING, STOPPED, WAITING, clocks_of

HOSPITAL, COMMUNITY = AgencyCode("hospital"), AgencyCode("community-health")
FLAGGED = "Tue 24 Nov 2026 10:00"


def flagged(on: str, *trusts: AgencyCode, framework: str = "sif", **detail: Any) -> Fact:
    detail |= {"framework": framework, "trusts": list(trusts)}
    return fact(FactKind.NHS_INCIDENT_FLAGGED, on, **detail)


def nhs_case(*facts: Fact, nhs: dict[str, Any] | None = None, **changes: Any) -> Case:
    """A case whose incident staff flagged on Tuesday morning for the hospital."""
    facts = (
        facts
        if any(f.kind is FactKind.NHS_INCIDENT_FLAGGED for f in facts)
        else (flagged(FLAGGED, HOSPITAL), *facts)
    )
    newest = [f for f in facts if f.kind is FactKind.NHS_INCIDENT_FLAGGED]
    values: dict[str, Any] = {
        "framework": newest[-1].detail["framework"],
        "trusts": tuple(newest[-1].detail["trusts"]),
        "flagged_at": newest[0].happened,
        **(nhs or {}),
    }
    return a_case(*facts, nhs=NhsIncident(**values), **changes)


def clock(case: Case, name: str, trust: AgencyCode = HOSPITAL) -> Clock:
    return clocks_of(case)[f"{name} {trust}"]


def report(kind: FactKind, on: str, trust: AgencyCode = HOSPITAL) -> Fact:
    return fact(kind, on, agency=trust)


def test_each_trust_owes_three_reports_counted_from_the_flagging() -> None:
    case = nhs_case(flagged(FLAGGED, HOSPITAL, COMMUNITY))
    shown = [
        (c.rule.name, c.agency, format_day(c.due_on))
        for c in clocks_for(case, RULES, CALENDAR, today=day("Wed 25 Nov 2026"))
        if c.agency
    ]
    # Thirty working days over Christmas and New Year, sixty more into February.
    assert shown == [
        ("nhs-72-hour-report", HOSPITAL, "Fri 27 Nov 2026"),
        ("nhs-72-hour-report", COMMUNITY, "Fri 27 Nov 2026"),
        ("nhs-30-day-report", HOSPITAL, "Fri 8 Jan 2027"),
        ("nhs-30-day-report", COMMUNITY, "Fri 8 Jan 2027"),
        ("nhs-60-day-report", HOSPITAL, "Fri 19 Feb 2027"),
        ("nhs-60-day-report", COMMUNITY, "Fri 19 Feb 2027"),
    ]


def test_the_earliest_reading_of_thirty_and_sixty_days_is_in_calendar_days() -> None:
    for name, earliest in (
        ("nhs-30-day-report", "Thu 24 Dec 2026"),
        ("nhs-60-day-report", "Sat 23 Jan 2027"),
    ):
        found = clock(nhs_case(), name)
        assert found.earliest_on == day(earliest)
        assert found.earliest_why == "calendar days"


def test_a_trust_named_later_has_its_days_from_then() -> None:
    case = nhs_case(
        flagged(FLAGGED, HOSPITAL), flagged("Mon 30 Nov 2026 12:00", HOSPITAL, COMMUNITY)
    )
    assert clock(case, "nhs-72-hour-report").due_at == at("Fri 27 Nov 2026 10:00")
    assert clock(case, "nhs-72-hour-report", COMMUNITY).due_at == at("Thu 3 Dec 2026 12:00")


def test_a_trust_no_longer_named_owes_nothing() -> None:
    case = nhs_case(
        flagged(FLAGGED, HOSPITAL, COMMUNITY), flagged("Mon 30 Nov 2026 12:00", COMMUNITY)
    )
    assert {c.agency for c in clocks_of(case).values() if c.agency} == {COMMUNITY}


def test_under_psirf_one_response_on_the_day_agreed_takes_their_place() -> None:
    case = nhs_case(
        flagged(FLAGGED, HOSPITAL, framework="psirf"), nhs={"until": day("Fri 12 Mar 2027")}
    )
    found = {name: c for name, c in clocks_of(case).items() if c.agency}
    assert list(found) == ["health-learning-response hospital"]
    (response,) = found.values()
    assert (response.state, response.due_on) == (RUNNING, day("Fri 12 Mar 2027"))
    came = report(FactKind.HEALTH_RESPONSE_RECEIVED, "Thu 10 Dec 2026")
    case = nhs_case(flagged(FLAGGED, HOSPITAL, framework="psirf"), came)
    assert clock(case, "health-learning-response").state is STOPPED


def test_without_an_agreed_day_the_response_waits_for_one() -> None:
    found = clock(
        nhs_case(flagged(FLAGGED, HOSPITAL, framework="psirf")), "health-learning-response"
    )
    assert (found.state, found.note) == (WAITING, "no date has been agreed yet: record one")


@pytest.mark.parametrize(
    "beginning",
    ["serious", "non-serious", "need-to-know", "authority-copy", "care-leaver-death"],
)
def test_they_run_however_the_case_began(beginning: str) -> None:
    case = nhs_case(beginning=beginning)
    assert clock(case, "nhs-60-day-report").state is RUNNING


def test_they_outlive_the_decision_and_the_submission() -> None:
    sent = fact(FactKind.SUBMISSION_SENT, "Mon 14 Dec 2026 11:00")
    review = fact(FactKind.REVIEW_DECIDED, "Mon 7 Dec 2026", review=True)
    case = nhs_case(flagged(FLAGGED, HOSPITAL), decided("met", "Tue 24 Nov 2026"), review, sent)
    assert clock(case, "nhs-60-day-report").state is RUNNING
    case = nhs_case(flagged(FLAGGED, HOSPITAL), decided("not-met", "Tue 24 Nov 2026"), review)
    assert clock(case, "nhs-30-day-report").state is RUNNING


@pytest.mark.parametrize("end", ["withdrawn", "closed"])
def test_they_end_with_the_case(end: str) -> None:
    found = clocks_of(nhs_case(**{end: True}))
    assert "nhs-30-day-report hospital" in found
    assert all(clock.state in (STOPPED, OVER) for clock in found.values())


def test_a_report_stops_the_clock_of_its_own_trust_alone() -> None:
    came = report(FactKind.SEVENTY_TWO_HOUR_REPORT_RECEIVED, "Thu 26 Nov 2026 16:00")
    case = nhs_case(flagged(FLAGGED, HOSPITAL, COMMUNITY), came)
    assert clock(case, "nhs-72-hour-report").stopped_on == day("Thu 26 Nov 2026")
    assert clock(case, "nhs-72-hour-report", COMMUNITY).state is RUNNING
    assert clock(case, "nhs-30-day-report").state is RUNNING


def test_reminders_wait_while_a_mail_of_the_trust_waits_for_a_person() -> None:
    found = clock(nhs_case(nhs={"waiting": (HOSPITAL,)}), "nhs-30-day-report")
    assert (found.state, found.note) == (WAITING, "a message from the trust waits for a person")
    held = fact(FactKind.HELD, "Wed 25 Nov 2026", agency=HOSPITAL)
    assert clock(nhs_case(flagged(FLAGGED, HOSPITAL), held), "nhs-30-day-report").state is WAITING


def test_a_meeting_that_is_near_presses_no_trust_for_its_report() -> None:
    case = nhs_case(meeting=a_meeting("Thu 26 Nov 2026 10:00"))
    assert not pressing(clock(case, "nhs-72-hour-report"), case, CALENDAR, day("Wed 25 Nov 2026"))


# --- hours ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("flagged_at", "due_at"),
    [
        ("Tue 24 Nov 2026 10:00", "Fri 27 Nov 2026 10:00"),
        # Over a weekend: hours are counted by the clock.
        ("Fri 27 Nov 2026 16:30", "Mon 30 Nov 2026 16:30"),
        # Over Christmas, which stops no clock in hours.
        ("Thu 24 Dec 2026 09:00", "Sun 27 Dec 2026 09:00"),
        # The clocks go back on Sunday 25 October: the 72nd hour is shown one hour earlier.
        ("Fri 23 Oct 2026 10:00", "Mon 26 Oct 2026 09:00"),
        # They go forward on Sunday 28 March.
        ("Fri 26 Mar 2027 10:00", "Mon 29 Mar 2027 11:00"),
    ],
)
def test_seventy_two_hours_are_elapsed_hours(flagged_at: str, due_at: str) -> None:
    case = nhs_case(flagged(flagged_at, HOSPITAL), received="Thu 22 Oct 2026 09:00", incident="")
    found = clock(case, "nhs-72-hour-report")
    assert found.due_at == at(due_at)
    assert found.due_on == day(due_at[:-6])


def test_the_working_says_that_the_clocks_changed() -> None:
    case = nhs_case(flagged("Fri 23 Oct 2026 10:00", HOSPITAL), received="Thu 22 Oct 2026 09:00")
    working = clock(case, "nhs-72-hour-report").working
    assert "Mon 26 Oct 2026, 09:00: 72 hours later, due (the clocks go back" in working[1]


def steps_at(found: Clock, now: str, due_hour: str) -> list[str]:
    moment = at(now)
    steps = reminder_steps(
        found, CALENDAR, CALENDAR.day_of(moment), now=moment, due_hour=at(due_hour)
    )
    return [step.step for step in steps]


def test_the_nurse_is_told_in_the_hour_it_is_due_then_the_day_after_then_staff() -> None:
    found = clock(nhs_case(), "nhs-72-hour-report")  # due on Friday at ten
    due_hour = "Fri 27 Nov 2026 10:00"
    shown = {
        now: steps_at(found, now, due_hour)
        for now in (
            "Fri 27 Nov 2026 09:59",
            "Fri 27 Nov 2026 10:00",
            "Mon 30 Nov 2026 09:00",
            "Tue 1 Dec 2026 09:00",
        )
    }
    assert list(shown.values()) == [[], ["0"], ["+1"], ["+1", "+2 staff"]]


def test_what_is_due_on_a_day_off_is_told_of_in_the_next_working_hour() -> None:
    # Flagged on Christmas Eve at nine, due on Sunday; Monday is off in lieu of Boxing Day.
    case = nhs_case(flagged("Thu 24 Dec 2026 09:00", HOSPITAL), incident="")
    found = clock(case, "nhs-72-hour-report")
    due_hour = "Tue 29 Dec 2026 09:00"
    assert steps_at(found, "Tue 29 Dec 2026 08:59", due_hour) == []
    # Tuesday is the first working day after the request: within one working day of it.
    assert steps_at(found, "Tue 29 Dec 2026 09:00", due_hour) == []
    assert steps_at(found, "Wed 30 Dec 2026 09:00", due_hour) == ["+1"]
    assert steps_at(found, "Thu 31 Dec 2026 09:00", due_hour) == ["+1", "+2 staff"]


def test_the_thirty_day_report_is_reminded_of_five_days_before() -> None:
    found = clock(nhs_case(), "nhs-30-day-report")  # due on Friday 8 January
    begins = day("Mon 21 Dec 2026")
    days: dict[str, str] = {}
    for today in (begins + timedelta(days=n) for n in range(60)):
        if steps := reminder_steps(found, CALENDAR, today):
            days.setdefault(steps[-1].step, format_day(today)[:-5])
    assert [(when, step) for step, when in days.items()] == [
        ("Thu 31 Dec", "-5"),
        ("Fri 8 Jan", "0"),
        ("Wed 13 Jan", "+3"),
        ("Thu 14 Jan", "+4 staff"),
    ]


def test_staff_can_count_one_trusts_report_from_another_day() -> None:
    again = fact(
        FactKind.CLOCK_REANCHORED,
        "Wed 25 Nov 2026",
        agency=HOSPITAL,
        clock="nhs-30-day-report",
        anchor="2026-11-20",
        reason="the trust had known since Friday",
    )
    case = nhs_case(flagged(FLAGGED, HOSPITAL, COMMUNITY), again)
    found = clock(case, "nhs-30-day-report")
    assert found.started_on == day("Fri 20 Nov 2026")
    assert found.note.endswith("re-anchored by staff")
    assert clock(case, "nhs-30-day-report", COMMUNITY).started_on == date(2026, 11, 24)


def test_a_case_that_no_one_flagged_has_none() -> None:
    assert not [c for c in clocks_of(a_case()).values() if c.agency]
