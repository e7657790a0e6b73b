"""The forecast of a case, the next look it needs, and the hours in which letters go."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.core.clocks.clocks import clocks_for
from mailbot.core.clocks.hours import IN_HOURS_ONLY, may_go_at
from mailbot.core.clocks.workdays import LONDON
from mailbot.core.letters.desk import Office, Written
from mailbot.core.letters.forecast import (
    SWEEP_DAYS,
    Forecast,
    OnItsWay,
    Standing,
    forecast,
    next_look,
    told_once,
)
from mailbot.core.letters.letters import QueuedLetter, letters_due
from mailbot.core.model import AgencyCode, Delivery, FactKind, LetterKind, MessageKey
from tests.core.builders import CASE
from tests.core.cases import at
from tests.core.letter_stories import CALENDAR, RULES, Story, a_busy_area, of_kind, queued

AREA = a_busy_area()
OFFICE = Office(area=AREA, calendar=CALENDAR, rules=RULES)
MOMENTS = st.datetimes(datetime(2026, 2, 1), datetime(2027, 11, 30), timezones=st.just(UTC))
EVERY = timedelta(minutes=30)


# --- hours ------------------------------------------------------------------------------------


@given(st.sampled_from(sorted(IN_HOURS_ONLY)), MOMENTS)
def test_what_can_wait_goes_on_a_working_day_within_the_hours_and_no_later_than_it_must(
    kind: LetterKind, moment: datetime
) -> None:
    goes = may_go_at(kind, moment, area=AREA, calendar=CALENDAR)
    local = goes.astimezone(LONDON)
    assert goes >= moment
    assert CALENDAR.is_working_day(local.date())
    assert AREA.digest_at <= local.time() <= AREA.office_until
    if kind is LetterKind.REMINDER:
        assert local.time() >= AREA.reminders_at
    assert may_go_at(kind, goes, area=AREA, calendar=CALENDAR) == goes
    assert goes - moment < timedelta(days=6)


@given(st.sampled_from(sorted(set(LetterKind) - IN_HOURS_ONLY)), MOMENTS)
def test_what_cannot_wait_goes_at_once(kind: LetterKind, moment: datetime) -> None:
    assert may_go_at(kind, moment, area=AREA, calendar=CALENDAR) == moment


def test_what_goes_at_once_is_what_the_process_says() -> None:
    at_once = {
        LetterKind.ACKNOWLEDGEMENT,
        LetterKind.ALERT,
        LetterKind.CALL_OF_PARTNERS,
        LetterKind.INSTRUCTION_ANSWER,
        LetterKind.NEW_CASE,
        LetterKind.SAFETY_REPLY,
    }
    assert not at_once & IN_HOURS_ONLY
    wait = {LetterKind.DIGEST, LetterKind.INFORMATION_REQUEST, LetterKind.REMINDER}
    assert wait | {LetterKind.INVITATION} <= IN_HOURS_ONLY


# --- the forecast -----------------------------------------------------------------------------


def standing(story: Story) -> Standing:
    """The story's case, all of whose letters so far have gone."""
    return Standing(
        facts=tuple(story.facts),
        written=Written(keys=set(story.keys), steps=set(story.steps)),
        waiting=story.waiting,
    )


def foretold(story: Story, now: str, until: str = "") -> Forecast:
    """What is forecast for a story's case from a moment on."""
    end = at(until) if until else None
    return forecast(standing(story), office=OFFICE, now=at(now), until=end)


def asked() -> Story:
    """A case whose criteria are met and whose three agencies were asked on Tue 24 Nov."""
    story = Story().opens()
    story.due("Mon 23 Nov 2026 10:01")
    story.decides().chooses("icb", "police", "school")
    return story.asks("icb", "police", "school")


def test_an_agency_that_does_not_answer_is_reminded_on_the_days_of_its_ladder() -> None:
    found = foretold(asked(), "Tue 24 Nov 2026 12:00", "Fri 4 Dec 2026 18:00")
    to_school = [x for x in found.letters if "safeguarding@school.example" in x.to]
    days = [f"{x.at.astimezone(LONDON):%a %d %b %H:%M}" for x in to_school]
    # Due Tue 1 Dec; told two days before, on the day, and the day after with the lead in copy.
    assert days == ["Fri 27 Nov 09:00", "Tue 01 Dec 09:00", "Wed 02 Dec 09:00"]
    assert "lead@school.example" in to_school[-1].to


def test_what_was_sent_is_not_forecast_again_and_what_is_done_no_more() -> None:
    story = asked()
    story.answers("school", "findings", "Wed 25 Nov 2026 10:00")
    story.due("Wed 25 Nov 2026 10:01")
    found = foretold(story, "Wed 25 Nov 2026 12:00", "Fri 4 Dec 2026 18:00")
    assert [x for x in found.letters if "safeguarding@school.example" in x.to] == []


def test_a_reminder_that_goes_each_working_day_is_told_once() -> None:
    found = foretold(asked(), "Tue 24 Nov 2026 12:00")
    raw = [x for x in found.letters if "notify-panel" in {s.clock for s in x.steps}]
    shown = told_once(found, office=OFFICE)
    daily = [x for x in shown if x.repeats]
    assert len(raw) > 20
    assert {s.clock for x in daily for s in x.steps} == {"notify-panel"}
    assert len([x for x in shown if "notify-panel" in {s.clock for s in x.steps}]) < 6


def test_a_hold_with_a_last_day_silences_the_days_before_it() -> None:
    story = asked()
    story.fact(FactKind.HELD, "Wed 25 Nov 2026 10:00", reason="why", until="2026-12-02")
    story.due("Wed 25 Nov 2026 10:01")
    found = foretold(story, "Wed 25 Nov 2026 10:02", "Fri 4 Dec 2026 18:00")
    reminders = [x for x in found.letters if x.kind is LetterKind.REMINDER]
    assert reminders
    assert min(x.at for x in reminders) == at("Wed 2 Dec 2026 09:00")


def test_a_request_that_a_hold_keeps_back_goes_when_the_hold_is_over() -> None:
    story = Story().opens()
    story.due("Mon 23 Nov 2026 10:01")
    story.decides().chooses("police")
    story.due("Tue 24 Nov 2026 11:01")
    (key,) = [key for key in story.keys if "information-request" in key]
    story.fact(FactKind.HELD, "Tue 24 Nov 2026 11:05", reason="why", until="2026-12-02")
    lying = OnItsWay(
        letter=QueuedLetter(
            key=key,
            kind=LetterKind.INFORMATION_REQUEST,
            case=CASE,
            agency=AgencyCode("police"),
            round=1,
            to=("safeguarding@police.example",),
            queued_at=at("Tue 24 Nov 2026 11:01"),
        ),
        delivery=Delivery.SEND,
        not_before=at("Tue 24 Nov 2026 11:16"),
    )
    found = forecast(
        replace(standing(story), on_their_way=(lying,)),
        office=OFFICE,
        now=at("Tue 24 Nov 2026 11:06"),
        until=at("Thu 3 Dec 2026 18:00"),
    )
    asked = [x for x in found.letters if x.kind is LetterKind.INFORMATION_REQUEST]
    assert [f"{x.at.astimezone(LONDON):%a %d %b %H:%M}" for x in asked] == ["Wed 02 Dec 08:00"]


def test_an_agency_whose_mail_waits_is_not_forecast_to_be_reminded() -> None:
    story = asked()
    story.waiting = {AgencyCode("school"): (MessageKey("m9"),)}
    found = foretold(story, "Wed 25 Nov 2026 12:00", "Fri 4 Dec 2026 18:00")
    assert [x for x in found.letters if "safeguarding@school.example" in x.to] == []


def test_a_request_that_lies_at_night_waits_for_the_morning_and_is_written_anew_if_stale() -> None:
    story = Story().opens()
    story.due("Mon 23 Nov 2026 10:01")
    story.decides().chooses("police")
    written = of_kind(story.due("Tue 24 Nov 2026 11:01"), LetterKind.INFORMATION_REQUEST)
    night = at("Tue 24 Nov 2026 22:00")
    lying = [
        OnItsWay(
            letter=replace(
                queued(x), queued_at=at("Tue 24 Nov 2026 11:01"), due_on=date(2026, 12, 1)
            ),
            delivery=Delivery.SEND,
            not_before=at("Tue 24 Nov 2026 11:16"),
        )
        for x in written
    ]
    found = forecast(
        replace(standing(story), on_their_way=lying),
        office=OFFICE,
        now=night,
        until=at("Wed 25 Nov 2026 18:00"),
    )
    gone = [x for x in found.letters if x.kind is LetterKind.INFORMATION_REQUEST]
    assert [f"{x.at.astimezone(LONDON):%a %H:%M}" for x in gone] == ["Wed 09:00"]
    assert "again-1" in gone[0].key


# --- the next look ----------------------------------------------------------------------------


def opened() -> Story:
    """A case just opened."""
    story = Story().opens()
    story.due("Mon 23 Nov 2026 10:01")
    return story


def submitted() -> Story:
    """A case that waits for the Panel's answer."""
    story = asked().meets()
    story.fact(FactKind.SUBMISSION_SENT, "Mon 7 Dec 2026 15:00")
    story.due("Mon 7 Dec 2026 15:01")
    return story


@pytest.mark.parametrize(
    ("told", "now"),
    [
        (opened, "Mon 23 Nov 2026 10:02"),
        (opened, "Fri 27 Nov 2026 17:00"),
        (asked, "Tue 24 Nov 2026 12:00"),
        (asked, "Tue 22 Dec 2026 17:00"),
        (submitted, "Mon 7 Dec 2026 15:02"),
    ],
)
def test_the_next_look_is_the_first_half_hour_at_which_anything_is_due(
    told: Callable[[], Story], now: str
) -> None:
    story = told()
    start = at(now)
    story.due(now)
    written = Written(keys=story.keys, steps=story.steps)
    case, clocks = story.case(), story.clocks(start)
    found = next_look(case, clocks, office=OFFICE, written=written, now=start)
    moment, last = start, start + timedelta(days=SWEEP_DAYS)
    while moment <= last:
        moment += EVERY
        today = CALENDAR.day_of(moment)
        if letters_due(
            case,
            clocks_for(case, RULES, CALENDAR, today=today),
            office=OFFICE,
            written=written,
            now=moment,
        ):
            break
    else:
        assert last - timedelta(days=1) < found
        return
    assert moment - EVERY < found <= moment


def test_a_case_from_which_nothing_is_expected_is_looked_at_after_a_fortnight() -> None:
    story = opened().decides("not-met").meets()
    story.due("Mon 7 Dec 2026 15:01")
    now = at("Mon 7 Dec 2026 15:02")
    written = Written(keys=story.keys, steps=story.steps)
    found = next_look(story.case(), story.clocks(now), office=OFFICE, written=written, now=now)
    assert CALENDAR.day_of(found) - CALENDAR.day_of(now) == timedelta(days=SWEEP_DAYS)
    assert found.astimezone(LONDON).time() <= time(18)
