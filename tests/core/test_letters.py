"""Which letters a case's facts and clocks justify, to whom, when, and which are withdrawn."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.core.letters.held_letters import held_back
from mailbot.core.letters.letters import QueuedLetter, cause_of, no_longer_wanted, out_of_date
from mailbot.core.letters.sent_letters import (
    facts_when_drafted,
    facts_when_sent,
)
from mailbot.core.model import (
    AgencyCode,
    Delivery,
    FactKind,
    Letter,
    LetterKind,
    MessageKey,
    Outcome,
    Person,
    Protection,
)
from mailbot.core.record.instructions import read_instructions
from mailbot.rendering import load_templates, words_of
from tests.core.cases import at
from tests.core.letter_stories import (
    BORN,
    CALENDAR,
    CHILD,
    Story,
    a_busy_area,
    addresses,
    kinds,
    of_kind,
    queued,
)

K = LetterKind
TEMPLATES = load_templates(Path(__file__).parents[2] / "templates")
ALL = ("council", "icb", "police", "hospital", "school")


def asked(*codes: str) -> Story:
    """A case whose criteria are met and whose requests to these agencies went on Tue 24 Nov."""
    story = Story().opens()
    story.due("Mon 23 Nov 2026 10:01")
    return story.decides().chooses(*codes).asks(*codes)


def said(letter: Letter) -> str:
    """A letter's subject and body as they are read."""
    return "\n".join(words_of(letter, area=a_busy_area(), templates=TEMPLATES))


# --- a case opens -----------------------------------------------------------------------------


def test_a_new_case_brings_acknowledgement_missing_fields_new_case_and_call() -> None:
    letters = Story().opens().due("Mon 23 Nov 2026 10:01")
    assert kinds(letters) == [K.ACKNOWLEDGEMENT, K.MISSING_FIELDS, K.NEW_CASE, K.CALL_OF_PARTNERS]
    thanks, missing, new_case, call = letters
    assert addresses(thanks) == ["nurse@hospital.example"]
    assert thanks.reply_to_message == "n1"
    assert missing.not_before == at("Tue 24 Nov 2026 09:00")
    assert missing.words["blank"] == ["the child's ethnicity"]
    assert missing.words["unclear"] == ["the place of the incident"]
    assert addresses(new_case) == ["robin.hale@bedford.example", "kim.archer@bedford.example"]
    assert addresses(call) == [
        "delegate@council.example",
        "delegate@icb.example",
        "delegate@police.example",
        "lee.marlow@chair.example",
    ]
    assert {letter.delivery for letter in letters} == {Delivery.SEND}


def test_nothing_is_written_twice() -> None:
    story = Story().opens()
    assert story.due("Mon 23 Nov 2026 10:01")
    assert story.due("Mon 23 Nov 2026 10:02") == ()


def test_a_sender_nobody_vouches_for_is_not_written_to() -> None:
    letters = Story().opens(notifier={"name": CHILD}).due("Mon 23 Nov 2026 10:01")
    assert kinds(letters) == [K.NEW_CASE, K.CALL_OF_PARTNERS]


def test_missing_fields_are_asked_for_on_the_morning_after_a_weekend() -> None:
    letters = Story().opens("Fri 27 Nov 2026 16:00").due("Fri 27 Nov 2026 16:01")
    assert of_kind(letters, K.MISSING_FIELDS)[0].not_before == at("Mon 30 Nov 2026 09:00")


def test_partners_are_shown_one_date_and_staff_the_earliest_other_reading() -> None:
    letters = Story().opens().due("Mon 23 Nov 2026 10:01")
    assert "Tue 8 Dec" in said(of_kind(letters, K.NEW_CASE)[0])
    assert "Tue 8 Dec" not in said(of_kind(letters, K.CALL_OF_PARTNERS)[0])


def test_agencies_that_config_does_not_know_are_counted_and_not_named() -> None:
    letter = of_kind(Story().opens().due("Mon 23 Nov 2026 10:01"), K.NEW_CASE)[0]
    assert letter.words["unknown"] == 1
    assert "club" not in said(letter)


def test_a_non_serious_case_calls_nobody_and_asks_when_staff_say_so() -> None:
    story = Story().opens(beginning="non-serious", notifier={})
    assert kinds(story.due("Mon 23 Nov 2026 10:01")) == [K.NEW_CASE]
    story.chooses("school")
    assert kinds(story.due("Tue 24 Nov 2026 11:01")) == [K.INFORMATION_REQUEST]


def test_the_ready_examples_of_the_new_case_letter_can_be_recorded() -> None:
    story = Story().opens()
    letter = of_kind(story.due("Mon 23 Nov 2026 10:01"), K.NEW_CASE)[0]
    words = f"criteria: met\ndecided on: {letter.words['decided_on']}\n"
    words += "present: council, icb, police\nchair consulted: yes\nagencies: as proposed\n"
    assert words.splitlines()[1] in said(letter).replace("\\", "")
    read = read_instructions(
        words, now=at("Thu 26 Nov 2026 12:00"), by="x", area=story.area, case=story.case()
    )
    assert read.not_understood == ()
    assert [f.kind for f in read.facts] == [FactKind.CRITERIA_DECIDED, FactKind.AGENCIES_CHOSEN]


def test_the_new_case_letter_asks_when_the_authority_became_aware_of_an_old_incident() -> None:
    story = Story().opens()
    story.fact(FactKind.INCIDENT_OCCURRED, "Mon 9 Nov 2026 00:00")
    letter = of_kind(story.due("Mon 23 Nov 2026 10:01"), K.NEW_CASE)[0]
    assert "Ask the authority when it became aware of it" in said(letter)
    line = letter.words["aware"]
    assert line == "authority aware: 23 November 2026"
    read = read_instructions(
        line, now=at("Mon 23 Nov 2026 12:00"), by="x", area=story.area, case=story.case()
    )
    assert [f.kind for f in read.facts] == [FactKind.AUTHORITY_AWARE]
    new = of_kind(Story().opens().due("Mon 23 Nov 2026 10:01"), K.NEW_CASE)[0]
    assert new.words["aware"] == ""
    assert "became aware" not in said(new)


# --- information requests ---------------------------------------------------------------------


def test_each_agency_is_asked_alone_after_criteria_and_choice() -> None:
    story = Story().opens()
    story.due("Mon 23 Nov 2026 10:01")
    story.chooses(*ALL)
    assert of_kind(story.due("Tue 24 Nov 2026 10:00"), K.INFORMATION_REQUEST) == []
    story.decides("not-met")
    requests = of_kind(story.due("Tue 24 Nov 2026 11:01"), K.INFORMATION_REQUEST)
    assert [r.agency for r in requests] == list(ALL)
    assert all(len(r.to) == 1 and r.cc == () and r.round == 1 for r in requests)
    assert {r.enclosures for r in requests} == {("return-form",)}


@pytest.mark.parametrize(
    ("decided", "goes"),
    [
        ("Tue 24 Nov 2026 11:00", "Tue 24 Nov 2026 11:15"),
        ("Tue 24 Nov 2026 15:00", "Tue 24 Nov 2026 15:15"),  # at three sharp is in time
        ("Tue 24 Nov 2026 15:01", "Wed 25 Nov 2026 09:00"),
        ("Fri 27 Nov 2026 16:00", "Mon 30 Nov 2026 09:00"),
        ("Sat 28 Nov 2026 10:00", "Mon 30 Nov 2026 09:00"),
        ("Thu 24 Dec 2026 15:30", "Tue 29 Dec 2026 09:00"),  # Christmas, and the 28th in lieu
    ],
)
def test_a_request_waits_fifteen_minutes_or_for_the_next_working_morning(
    decided: str, goes: str
) -> None:
    story = Story().opens().decides(when=decided).chooses("police", when=decided)
    (request,) = of_kind(story.due(decided), K.INFORMATION_REQUEST)
    assert request.not_before == at(goes)


def test_the_due_day_in_a_request_is_the_day_its_clock_will_show() -> None:
    story = Story().opens().decides(when="Fri 27 Nov 2026 16:00")
    story.chooses("police", when="Fri 27 Nov 2026 16:00")
    (request,) = of_kind(story.due("Fri 27 Nov 2026 16:00"), K.INFORMATION_REQUEST)
    assert request.words["due"] == "Mon 7 Dec 2026"
    story.send([request], "Mon 30 Nov 2026 09:00")
    clocks = story.clocks(at("Mon 30 Nov 2026 09:01"))
    assert [c.due_on for c in clocks if c.agency] == [CALENDAR.day_of(at("Mon 7 Dec 2026 12:00"))]


def test_an_agency_added_later_is_asked_and_nobody_else_again() -> None:
    story = asked("police", "icb")
    story.chooses("police", "icb", "school", when="Wed 25 Nov 2026 10:00")
    requests = of_kind(story.due("Wed 25 Nov 2026 10:00"), K.INFORMATION_REQUEST)
    assert [r.agency for r in requests] == ["school"]


def test_an_agency_that_is_added_again_is_asked_a_second_time() -> None:
    story = asked("police")
    story.answers("police", "findings", "Wed 25 Nov 2026 10:00")
    story.fact(FactKind.AGENCY_ADDED, "Thu 26 Nov 2026 10:00", agency="police")
    (request,) = of_kind(story.due("Thu 26 Nov 2026 10:00"), K.INFORMATION_REQUEST)
    assert request.round == 2
    assert no_longer_wanted(queued(request), story.case(), ()) is None


def test_a_bounced_request_alerts_staff_and_is_sent_anew_when_they_choose_again() -> None:
    story = asked("police")
    story.fact(
        FactKind.REQUEST_NOT_DELIVERED,
        "Tue 24 Nov 2026 11:30",
        agency="police",
        round=1,
        address="safeguarding@police.example",
    )
    letters = story.due("Tue 24 Nov 2026 11:31")
    (alert,) = of_kind(letters, K.ALERT)
    assert addresses(alert)[0] == "duty@bedford.example"
    assert of_kind(letters, K.INFORMATION_REQUEST) == []
    story.chooses("police", when="Tue 24 Nov 2026 12:00")
    (again,) = of_kind(story.due("Tue 24 Nov 2026 12:00"), K.INFORMATION_REQUEST)
    assert again.round == 2


def test_a_new_choice_cancels_the_requests_that_have_not_gone() -> None:
    story = Story().opens().decides().chooses("police", "school")
    first = of_kind(story.due("Tue 24 Nov 2026 11:00"), K.INFORMATION_REQUEST)
    story.chooses("police", when="Tue 24 Nov 2026 11:05")
    whys = [no_longer_wanted(queued(letter), story.case(), ()) for letter in first]
    assert whys == ["The agencies were chosen anew.", "The agency is no longer among those to ask."]
    (second,) = of_kind(story.due("Tue 24 Nov 2026 11:05"), K.INFORMATION_REQUEST)
    assert second.agency == "police"
    assert no_longer_wanted(queued(second), story.case(), ()) is None


def test_a_hold_keeps_requests_back_and_its_end_lets_them_go() -> None:
    story = Story().opens().decides().chooses("police")
    (first,) = of_kind(story.due("Tue 24 Nov 2026 11:00"), K.INFORMATION_REQUEST)
    story.fact(FactKind.HELD, "Tue 24 Nov 2026 11:05", reason=CHILD)
    number = cause_of(first.key)
    assert held_back(K.INFORMATION_REQUEST, story.case(), first.agency, number)
    assert no_longer_wanted(queued(first), story.case(), ()) is None
    assert story.due("Tue 24 Nov 2026 11:06") == ()
    story.fact(FactKind.RELEASED, "Tue 24 Nov 2026 11:10")
    assert not held_back(K.INFORMATION_REQUEST, story.case(), first.agency, number)
    assert no_longer_wanted(queued(first), story.case(), ()) is None
    assert of_kind(story.due("Tue 24 Nov 2026 11:11"), K.INFORMATION_REQUEST) == []


def test_a_request_by_telephone_says_to_ring_for_the_details() -> None:
    area = a_busy_area()
    tagged = [replace(a, protection=Protection.SUBJECT_TAG) for a in area.agencies]
    story = Story(area=replace(area, agencies=tuple(tagged)))
    story.opens().decides().chooses("police")
    (request,) = of_kind(story.due("Tue 24 Nov 2026 11:00"), K.INFORMATION_REQUEST)
    assert request.protection is Protection.SUBJECT_TAG
    assert not request.words["by_phone"]
    (by_phone,) = of_kind(
        Story().opens().decides().chooses("police").due("Tue 24 Nov 2026 11:00"),
        K.INFORMATION_REQUEST,
    )
    assert by_phone.words["by_phone"]


# --- returns ----------------------------------------------------------------------------------


def test_a_return_is_acknowledged_to_its_vouched_sender_alone() -> None:
    story = asked("police", "school")
    story.answers("police", "findings", "Wed 25 Nov 2026 10:00", blank=["learning"])
    story.fact(
        FactKind.RETURN_RECEIVED,
        "Wed 25 Nov 2026 10:00",
        agency="school",
        message="r2",
        **{"return": "nil"},
    )
    (thanks,) = of_kind(story.due("Wed 25 Nov 2026 10:01"), K.RETURN_ACKNOWLEDGED)
    assert addresses(thanks) == ["safeguarding@police.example"]
    assert thanks.reply_to_message == "r-police"
    assert thanks.words["blank"] == ["learning"]


def test_a_partial_return_is_told_what_is_still_expected_and_by_when() -> None:
    story = asked("police").answers("police", "partial", "Wed 25 Nov 2026 10:00")
    (thanks,) = of_kind(story.due("Wed 25 Nov 2026 10:01"), K.RETURN_ACKNOWLEDGED)
    assert "rest of your return by **Tue 1 Dec 2026**" in said(thanks).replace("\\", "")


def test_mail_that_waits_alerts_staff_until_it_is_dealt_with() -> None:
    story = asked("police")
    story.waiting = {AgencyCode("police"): (MessageKey("q1"),)}
    story.fact(
        FactKind.MESSAGE_LINKED,
        "Wed 25 Nov 2026 10:00",
        agency="police",
        message="q1",
        waits=True,
        party="agency",
    )
    assert kinds(story.due("Wed 25 Nov 2026 10:01")) == [K.ALERT]


# --- reminders --------------------------------------------------------------------------------


def reminders(story: Story, *mornings: str) -> dict[str, list[Letter]]:
    """What goes out at nine on each of these days."""
    return {day: of_kind(story.due(f"{day} 09:00"), K.REMINDER) for day in mornings}


def of_agency(letters: dict[str, list[Letter]], code: str) -> dict[str, list[str]]:
    """By day, the steps of the reminders about one agency."""
    return {
        day: [s.step for letter in found for s in letter.steps if s.agency == code]
        for day, found in letters.items()
        if any(s.agency == code for letter in found for s in letter.steps)
    }


WORKDAYS = (
    "Wed 25 Nov 2026",
    "Thu 26 Nov 2026",
    "Fri 27 Nov 2026",
    "Mon 30 Nov 2026",
    "Tue 1 Dec 2026",
    "Wed 2 Dec 2026",
    "Thu 3 Dec 2026",
    "Fri 4 Dec 2026",
)


def test_the_ladder_of_an_agency_is_two_before_on_the_day_one_after_then_staff() -> None:
    found = reminders(asked("police"), *WORKDAYS)
    assert of_agency(found, "police") == {
        "Fri 27 Nov 2026": ["-2"],
        "Tue 1 Dec 2026": ["0"],
        "Wed 2 Dec 2026": ["+1"],
        "Thu 3 Dec 2026": ["+2 staff"],
    }


def test_the_safeguarding_lead_is_copied_in_only_once_it_is_late() -> None:
    found = reminders(asked("police"), *WORKDAYS)
    copies = {
        day: [p.email for letter in letters if letter.agency == "police" for p in letter.cc]
        for day, letters in found.items()
    }
    assert copies["Tue 1 Dec 2026"] == []
    assert copies["Wed 2 Dec 2026"] == ["lead@police.example"]


def test_after_the_last_reminder_staff_are_told_to_ring_in_one_letter() -> None:
    found = reminders(asked("police", "icb", "school"), *WORKDAYS)
    ring = [letter for letter in found["Thu 3 Dec 2026"] if letter.words["ring"]]
    assert len(ring) == 1
    assert addresses(ring[0])[0] == "robin.hale@bedford.example"
    assert {step.agency for step in ring[0].steps} == {"police", "icb", "school"}


def test_nobody_is_reminded_before_nine_or_on_a_day_off() -> None:
    story = asked("police")
    assert of_kind(story.due("Fri 27 Nov 2026 08:59"), K.REMINDER) == []
    assert of_kind(story.due("Sat 28 Nov 2026 12:00"), K.REMINDER) == []
    assert of_agency(reminders(story, "Mon 30 Nov 2026"), "police") == {"Mon 30 Nov 2026": ["-2"]}


def test_a_server_that_slept_through_three_steps_sends_the_latest_alone() -> None:
    found = reminders(asked("police"), "Wed 2 Dec 2026", "Thu 3 Dec 2026")
    assert of_agency(found, "police")["Wed 2 Dec 2026"] == ["+1"]


def test_steps_before_the_agency_was_told_are_dropped() -> None:
    story = Story().opens().decides().chooses("police")
    story.fact(FactKind.MEETING_ARRANGED, "Tue 24 Nov 2026 11:00", at="2026-11-27T10:00:00+00:00")
    story.asks("police")
    assert of_agency(reminders(story, "Wed 25 Nov 2026"), "police") == {
        "Wed 25 Nov 2026": ["meeting staff"]  # staff at once; the agency not within a working day
    }


def test_a_meeting_two_working_days_away_brings_lead_and_staff_in_at_once() -> None:
    story = asked("police")
    story.fact(FactKind.MEETING_ARRANGED, "Wed 25 Nov 2026 11:00", at="2026-12-01T10:00:00+00:00")
    found = reminders(story, "Fri 27 Nov 2026")["Fri 27 Nov 2026"]
    to_police = [
        letter for letter in found if letter.agency == "police" and not letter.words["ring"]
    ]
    assert [p.email for p in to_police[0].cc] == ["lead@police.example"]
    assert any(letter.words["ring"] for letter in found)


def test_nobody_gets_two_reminders_in_one_case_on_one_day() -> None:
    area = a_busy_area()
    # The same person answers for the police and takes part for them in the call.
    shared = replace(
        area.agencies[2],
        contacts=("both@police.example",),
        delegates=(Person(name="Both", email="both@police.example"),),
    )
    area = replace(area, agencies=(*area.agencies[:2], shared, *area.agencies[3:]))
    story = Story(area=area).opens(beginning="serious")
    story.due("Mon 23 Nov 2026 10:01")
    story.decides().chooses(*ALL).asks(*ALL)
    days = (*WORKDAYS, "Mon 7 Dec 2026", "Tue 8 Dec 2026", "Wed 9 Dec 2026", "Mon 14 Dec 2026")
    for letters in reminders(story, *days).values():
        everybody = [p.email for letter in letters for p in (*letter.to, *letter.cc)]
        assert len(everybody) == len(set(everybody))


def test_whoever_was_reminded_this_morning_is_not_reminded_again_today() -> None:
    story = asked("police")
    (first,) = [r for r in reminders(story, "Fri 27 Nov 2026")["Fri 27 Nov 2026"] if r.agency]
    story.send([first], "Fri 27 Nov 2026 09:00")
    story.fact(
        FactKind.EXTENSION_GRANTED, "Fri 27 Nov 2026 10:00", agency="police", until="2026-11-30"
    )
    assert [r for r in of_kind(story.due("Fri 27 Nov 2026 11:00"), K.REMINDER) if r.agency] == []


def test_whoever_a_letter_of_this_morning_reached_in_copy_is_not_reminded_again_today() -> None:
    story = asked("police", "school")
    story.fact(
        FactKind.LETTER_SENT,
        "Fri 27 Nov 2026 09:00",
        letter="reminder/x",
        kind="reminder",
        to=["somebody@else.example", "safeguarding@police.example"],
    )
    found = reminders(story, "Fri 27 Nov 2026")
    assert of_agency(found, "police") == {}
    assert of_agency(found, "school") == {"Fri 27 Nov 2026": ["-2"]}


@pytest.mark.parametrize("how", ["nil", "findings", "excused", "waits", "held", "withdrawn"])
def test_no_reminder_after_it_arrived_was_excused_held_or_withdrawn_or_waits(how: str) -> None:
    story = asked("police")
    if how == "waits":
        story.waiting = {AgencyCode("police"): (MessageKey("q1"),)}
    elif how in {"nil", "findings"}:
        story.answers("police", how, "Thu 26 Nov 2026 10:00")
    else:
        kind = {"excused": FactKind.AGENCY_EXCUSED, "held": FactKind.HELD}.get(how)
        agency = None if how == "withdrawn" else "police"
        story.fact(kind or FactKind.WITHDRAWN, "Thu 26 Nov 2026 10:00", agency=agency)
    assert of_agency(reminders(story, *WORKDAYS), "police") == {}


def test_a_reminder_already_queued_is_withdrawn_when_the_return_comes() -> None:
    story = asked("police")
    (reminder,) = [r for r in reminders(story, "Fri 27 Nov 2026")["Fri 27 Nov 2026"] if r.agency]
    now = at("Fri 27 Nov 2026 09:01")
    assert no_longer_wanted(queued(reminder), story.case(), story.clocks(now)) is None
    story.answers("police", "nil", "Fri 27 Nov 2026 09:00")
    why = no_longer_wanted(queued(reminder), story.case(), story.clocks(now))
    assert why == "What it reminds of has been done."


def test_an_extension_withdraws_the_old_reminder_and_counts_anew() -> None:
    story = asked("police")
    (reminder,) = [r for r in reminders(story, "Fri 27 Nov 2026")["Fri 27 Nov 2026"] if r.agency]
    story.fact(
        FactKind.EXTENSION_GRANTED, "Fri 27 Nov 2026 10:00", agency="police", until="2026-12-08"
    )
    clocks = story.clocks(at("Fri 27 Nov 2026 10:01"))
    assert no_longer_wanted(queued(reminder), story.case(), clocks) == "The due day has changed."
    (note,) = of_kind(story.due("Fri 27 Nov 2026 10:01"), K.CHANGE_NOTE)
    assert note.words["until"] == "Tue 8 Dec 2026"
    found = reminders(story, "Tue 1 Dec 2026", "Fri 4 Dec 2026")
    assert of_agency(found, "police") == {"Fri 4 Dec 2026": ["-2"]}


def test_only_partners_whose_view_is_not_recorded_are_reminded() -> None:
    story = Story().opens()
    story.due("Mon 23 Nov 2026 10:01")
    story.fact(FactKind.PARTNER_VIEW, "Tue 24 Nov 2026 10:00", role="police", view="met")
    found = reminders(story, "Wed 25 Nov 2026")["Wed 25 Nov 2026"]
    partners = [r for r in found if any(s.clock == "partners-decide" for s in r.steps)]
    assert [addresses(r) for r in partners] == [
        ["delegate@council.example", "delegate@icb.example"]
    ]


def test_partners_who_have_all_told_their_view_are_left_alone_and_staff_are_reminded() -> None:
    story = Story().opens()
    story.due("Mon 23 Nov 2026 10:01")
    for role, view in (("police", "met"), ("icb", "not-met"), ("local-authority", "met")):
        story.fact(FactKind.PARTNER_VIEW, "Tue 24 Nov 2026 10:00", role=role, view=view)
    found = reminders(story, "Wed 25 Nov 2026")["Wed 25 Nov 2026"]
    mine = [r for r in found if any(s.clock == "partners-decide" for s in r.steps)]
    assert [addresses(r) for r in mine] == [[person.email for person in story.area.staff]]


def test_the_notifier_is_reminded_with_staff_in_copy_and_if_the_criteria_are_met() -> None:
    story = Story().opens()
    story.due("Mon 23 Nov 2026 10:01")
    found = reminders(story, "Wed 25 Nov 2026", "Thu 26 Nov 2026")
    mine = [r for r in found["Thu 26 Nov 2026"] if addresses(r) == ["jo.penn@la-notify.example"]]
    assert {p.email for p in mine[0].cc} == {p.email for p in story.area.staff}
    assert "If the criteria are met, the local authority notifies" in said(mine[0])


# --- decisions --------------------------------------------------------------------------------


def test_the_board_is_told_each_alone_in_drafts_and_informed_with_the_last() -> None:
    story = Story().opens().decides()
    board = of_kind(story.due("Tue 24 Nov 2026 11:00"), K.BOARD_TOLD)
    assert [(len(b.to), b.delivery) for b in board] == [(1, Delivery.DRAFT)] * 2
    story.send(board[:1], "Tue 24 Nov 2026 12:00")
    assert story.case().first(FactKind.BOARD_INFORMED) is None
    story.send(board[1:], "Tue 24 Nov 2026 12:10")
    assert story.case().first(FactKind.BOARD_INFORMED) is not None


def test_who_joins_the_board_later_is_not_told_of_old_cases() -> None:
    story = Story().opens().decides()
    story.due("Tue 24 Nov 2026 11:00")
    newcomer = Person(name="New", email="new@board.example")
    story.area = replace(story.area, board=(newcomer, *story.area.board))
    assert of_kind(story.due("Wed 25 Nov 2026 11:00"), K.BOARD_TOLD) == []


def test_the_worksheet_goes_to_the_authoritys_notifier_only_when_met() -> None:
    met = Story().opens().decides("met").due("Tue 24 Nov 2026 11:00")
    (worksheet,) = of_kind(met, K.WORKSHEET)
    assert addresses(worksheet) == ["jo.penn@la-notify.example"]
    assert worksheet.enclosures == ("worksheet",)
    not_met = Story().opens().decides("not-met").due("Tue 24 Nov 2026 11:00")
    assert of_kind(not_met, K.WORKSHEET) == []


def test_no_agreement_tells_and_asks_nobody() -> None:
    story = Story().opens()
    story.due("Mon 23 Nov 2026 10:01")
    story.decides("no-agreement").chooses("police")
    assert story.due("Tue 24 Nov 2026 11:00") == ()


def test_an_invitation_is_drafted_for_each_and_anew_when_the_meeting_moves() -> None:
    story = asked("police", "school")
    story.fact(FactKind.MEETING_ARRANGED, "Wed 25 Nov 2026 10:00", at="2026-12-07T10:00:00+00:00")
    first = of_kind(story.due("Wed 25 Nov 2026 10:01"), K.INVITATION)
    assert len(first) == len({p.email for letter in first for p in letter.to}) == 5
    assert {(i.delivery, i.enclosures) for i in first} == {(Delivery.DRAFT, ("calendar",))}
    story.fact(FactKind.MEETING_MOVED, "Thu 26 Nov 2026 10:00", at="2026-12-08T10:00:00+00:00")
    why = no_longer_wanted(queued(first[0]), story.case(), ())
    assert why == "The meeting was moved or cancelled."
    moved = of_kind(story.due("Thu 26 Nov 2026 10:01"), K.INVITATION)
    assert len(moved) == 5
    assert moved[0].words["moved"]


def test_the_submission_is_a_draft_whatever_config_says() -> None:
    every = dict.fromkeys((kind.value for kind in LetterKind), "send")
    story = Story(area=a_busy_area(delivery=every)).opens().decides().meets()
    letters = story.due("Mon 7 Dec 2026 14:00")
    (submission,) = of_kind(letters, K.SUBMISSION)
    assert submission.delivery is Delivery.DRAFT
    assert addresses(submission) == ["panel@panel.example"]
    assert submission.enclosures == ("report",)
    others = [letter for letter in letters if letter.kind is not K.SUBMISSION]
    assert {letter.delivery for letter in others} == {Delivery.SEND}
    assert all("panel@panel.example" not in addresses(letter) for letter in others)


def test_a_cautious_unit_has_everything_in_drafts() -> None:
    every = dict.fromkeys((kind.value for kind in LetterKind), "draft")
    letters = Story(area=a_busy_area(delivery=every)).opens().due("Mon 23 Nov 2026 10:01")
    assert {letter.delivery for letter in letters} == {Delivery.DRAFT}


def test_no_submission_from_a_meeting_that_was_not_quorate_until_it_is_confirmed() -> None:
    story = Story().opens().decides()
    story.fact(FactKind.MEETING_HELD, "Mon 7 Dec 2026 10:00", present=["police"], quorate=False)
    story.fact(FactKind.REVIEW_DECIDED, "Mon 7 Dec 2026 10:00", review=True, quorate=False)
    letters = story.due("Mon 7 Dec 2026 14:00")
    assert of_kind(letters, K.SUBMISSION) == []
    assert not of_kind(letters, K.CHECKLIST)[0].words["stands"]
    story.fact(FactKind.DECISION_CONFIRMED, "Tue 8 Dec 2026 10:00", who="a", why="b")
    assert len(of_kind(story.due("Tue 8 Dec 2026 10:01"), K.SUBMISSION)) == 1


def test_nothing_is_drafted_to_the_panel_when_the_criteria_are_not_met() -> None:
    story = asked("police")
    story.decides("not-met", when="Wed 25 Nov 2026 10:00").meets()
    letters = story.due("Mon 7 Dec 2026 14:00")
    assert of_kind(letters, K.SUBMISSION) == of_kind(letters, K.CHECKLIST) == []
    (outcome,) = of_kind(letters, K.OUTCOME)
    assert outcome.agency == "police"
    assert outcome.delivery is Delivery.DRAFT


def test_the_late_path_brings_worksheet_and_submission() -> None:
    story = Story().opens().decides("not-met")
    story.due("Tue 24 Nov 2026 11:00")
    story.meets(criteria_found="met")
    letters = story.due("Mon 7 Dec 2026 14:00")
    assert story.case().criteria is Outcome.MET
    assert {K.WORKSHEET, K.SUBMISSION, K.CHECKLIST} <= set(kinds(letters))


def test_a_decision_recorded_anew_withdraws_the_old_draft() -> None:
    story = Story().opens().decides().meets()
    (old,) = of_kind(story.due("Mon 7 Dec 2026 14:00"), K.SUBMISSION)
    story.fact(FactKind.REVIEW_DECIDED, "Mon 7 Dec 2026 15:00", review=True, quorate=True)
    assert no_longer_wanted(queued(old), story.case(), ()) is not None
    assert len(of_kind(story.due("Mon 7 Dec 2026 15:01"), K.SUBMISSION)) == 1


def test_agencies_hear_the_outcome_only_after_the_panels_answer_was_read() -> None:
    story = asked("police", "school").meets()
    story.due("Mon 7 Dec 2026 14:00")
    story.fact(FactKind.SUBMISSION_SENT, "Tue 8 Dec 2026 10:00")
    story.fact(FactKind.PANEL_ANSWERED, "Mon 14 Dec 2026 10:00", answer="unread")
    unread = story.due("Mon 14 Dec 2026 10:01")
    assert len(of_kind(unread, K.PANEL_ANSWER)) == 1
    assert of_kind(unread, K.OUTCOME) == []
    story.fact(FactKind.PANEL_ANSWERED, "Mon 14 Dec 2026 11:00", answer="agrees")
    outcomes = of_kind(story.due("Mon 14 Dec 2026 11:01"), K.OUTCOME)
    assert [letter.agency for letter in outcomes] == ["police", "school"]
    assert all(CHILD not in said(letter) for letter in outcomes)


def test_withdrawal_tells_everybody_asked_and_stops_everything_else() -> None:
    story = asked("police", "school")
    story.fact(FactKind.PANEL_NOTIFIED, "Wed 25 Nov 2026 10:00", reference="1")
    story.fact(FactKind.WITHDRAWN, "Thu 26 Nov 2026 10:00", why=CHILD)
    notes = story.due("Tue 1 Dec 2026 10:00")
    assert [(n.kind, n.agency, n.delivery) for n in notes] == [
        (K.CHANGE_NOTE, "police", Delivery.SEND),
        (K.CHANGE_NOTE, "school", Delivery.SEND),
        (K.CHANGE_NOTE, None, Delivery.DRAFT),  # the notifier, who tells the Panel
    ]


def test_an_agency_left_out_after_it_was_asked_is_told() -> None:
    story = asked("police", "school")
    story.chooses("police", when="Wed 25 Nov 2026 10:00")
    (note,) = story.due("Wed 25 Nov 2026 10:01")
    assert (note.kind, note.agency, note.words["change"]) == (K.CHANGE_NOTE, "school", "excused")


def test_a_letter_whose_fact_was_voided_is_withdrawn() -> None:
    story = Story().opens().decides()
    (worksheet,) = of_kind(story.due("Tue 24 Nov 2026 11:00"), K.WORKSHEET)
    assert no_longer_wanted(queued(worksheet), story.case(), ()) is None
    story.fact(FactKind.CORRECTION, "Tue 24 Nov 2026 11:05", voids=len(story.facts))
    assert no_longer_wanted(queued(worksheet), story.case(), ()) is not None


def test_a_closed_case_sends_no_more_than_its_outcome() -> None:
    story = asked("police")
    early = Story().opens().decides().chooses("police").due("Tue 24 Nov 2026 11:00")
    (request,) = of_kind(early, K.INFORMATION_REQUEST)
    story.fact(FactKind.CASE_CLOSED, "Wed 25 Nov 2026 10:00")
    assert story.due("Tue 1 Dec 2026 09:00") == ()
    assert no_longer_wanted(queued(request), story.case(), ()) == "The case is closed."


# --- what it means that a letter went ---------------------------------------------------------


def test_a_request_counts_when_it_is_sent() -> None:
    story = Story().opens().decides().chooses("police")
    (request,) = of_kind(story.due("Tue 24 Nov 2026 11:00"), K.INFORMATION_REQUEST)
    now = at("Tue 24 Nov 2026 11:20")
    facts = facts_when_sent(queued(request), story.case(), at=now, now=now + timedelta(minutes=1))
    assert [f.kind for f in facts] == [FactKind.LETTER_SENT, FactKind.INFORMATION_REQUESTED]
    assert facts[1].detail == {"round": 1, "due_on": "2026-12-01"}
    assert facts[1].happened == now


def test_a_submission_counts_as_drafted_then_as_sent_with_its_proof() -> None:
    story = Story().opens().decides().meets()
    (letter,) = of_kind(story.due("Mon 7 Dec 2026 14:00"), K.SUBMISSION)
    now = at("Mon 7 Dec 2026 14:01")
    (drafted,) = facts_when_drafted(queued(letter), story.case(), at=now, now=now)
    assert drafted.kind is FactKind.SUBMISSION_DRAFTED
    proof = {"evidence": "reference"}
    sent = facts_when_sent(queued(letter), story.case(), at=now, now=now, proof=proof)
    assert [f.kind for f in sent] == [FactKind.LETTER_SENT, FactKind.SUBMISSION_SENT]
    assert sent[1].detail == proof


# --- always -----------------------------------------------------------------------------------


def whole_story() -> list[Letter]:
    """Every letter of a case that goes all the way, with the child's name planted everywhere."""
    story = Story().opens()
    letters = list(story.due("Mon 23 Nov 2026 10:01"))
    flagged = {"framework": "sif", "trusts": ["hospital"], "until": ""}
    story.fact(FactKind.NHS_INCIDENT_FLAGGED, "Mon 23 Nov 2026 10:05", words=CHILD, **flagged)
    story.decides().chooses(*ALL)
    first = story.due("Tue 24 Nov 2026 11:00")
    sent = [letter for letter in first if letter.delivery is Delivery.SEND]
    story.send(sent, "Tue 24 Nov 2026 11:20")
    letters += first
    story.answers("school", "nil", "Wed 25 Nov 2026 10:00")
    story.answers("icb", "partial", "Wed 25 Nov 2026 10:00", blank=["learning"])
    story.answers("council", "corrected", "Wed 25 Nov 2026 10:00")
    report = {"from": "safeguarding@hospital.example", "document": {"summary": CHILD}}
    when = "Wed 25 Nov 2026 10:00"
    story.fact(FactKind.THIRTY_DAY_REPORT_RECEIVED, when, agency="hospital", **report)
    story.fact(FactKind.NOTE, "Wed 25 Nov 2026 10:00", words=CHILD, text=CHILD)
    story.fact(FactKind.MEETING_ARRANGED, "Wed 25 Nov 2026 10:00", at="2026-12-07T10:00:00+00:00")
    for day in (*WORKDAYS, "Mon 7 Dec 2026"):
        letters += story.due(f"{day} 09:00")
    story.meets()
    letters += story.due("Mon 7 Dec 2026 14:00")
    story.fact(FactKind.SUBMISSION_SENT, "Tue 8 Dec 2026 10:00")
    story.fact(FactKind.PANEL_ANSWERED, "Mon 14 Dec 2026 10:00", answer="unread", words=CHILD)
    letters += story.due("Mon 14 Dec 2026 10:01")
    more = {"answer": "asks-for-more", "until": "2026-12-18", "words": CHILD}
    story.fact(FactKind.PANEL_ANSWERED, "Mon 14 Dec 2026 10:30", **more)
    letters += story.due("Mon 14 Dec 2026 10:31")
    story.fact(FactKind.FURTHER_INFORMATION_SENT, "Mon 14 Dec 2026 10:40")
    story.fact(FactKind.PANEL_ANSWERED, "Mon 14 Dec 2026 11:00", answer="agrees", reasons=CHILD)
    letters += story.due("Mon 14 Dec 2026 11:01")
    story.fact(FactKind.WITHDRAWN, "Tue 15 Dec 2026 10:00", why=CHILD)
    # Of another case, which a death brings.
    death = Story().opens(beginning="looked-after-child-death").due("Mon 23 Nov 2026 10:01")
    return [*letters, *story.due("Tue 15 Dec 2026 10:01"), *of_kind(death, K.DEATH_WORKSHEET)]


def test_the_childs_name_is_in_no_letter_of_a_whole_case() -> None:
    letters = whole_story()
    of_notices = {K.HEALTH_SUMMARY, K.DIGEST, K.NOTIFICATION_WAITS, K.INSTRUCTION_ANSWER, K.ALERT}
    of_notices |= {K.SAFETY_REPLY, K.SAME_INCIDENT}
    assert {letter.kind for letter in letters} == set(LetterKind) - of_notices
    for letter in letters:
        text = f"{letter} {said(letter)}"
        for secret in (*CHILD.split(), BORN, "2 Apr", "02/04/2019"):
            assert secret not in text, letter.key


def test_every_letter_of_a_whole_case_sounds_as_it_should() -> None:
    for letter in whole_story():
        text = said(letter).replace("\\", "")
        lower = text.casefold()
        assert "!" not in text
        assert not any(word in lower for word in ("chaser", "friendly", "condolence", "sorry"))
        assert text.isprintable() or "\n" in text
        *_, ring, signed = [line for line in text.splitlines() if line.strip()]
        assert ring.startswith("If anything is unclear, ring the business unit on **01234 000000**")
        by_hand = letter.delivery is Delivery.DRAFT
        start = "The business unit, " if by_hand else "Sent automatically for the business unit, "
        assert signed.startswith(start)
        if letter.kind is K.REMINDER and not letter.words["ring"]:
            body = [line for line in text.splitlines() if line.strip()][1]
            assert body == "If you have already sent this, no action is needed."
            assert letter.words["late"] == ("tell us what would help" in text)


def test_letters_go_only_to_config_or_to_the_sender_that_is_answered() -> None:
    area = a_busy_area()
    people = [area.manager, area.duty, area.notifier, area.chair, *area.staff, *area.board]
    known = {person.email for person in people if person} | {area.panel_address}
    for agency in area.agencies:
        known |= {*agency.contacts, *(p.email for p in agency.delegates)}
        known |= {agency.lead.email} if agency.lead else set()
    for letter in whole_story():
        strangers = {p.email for p in (*letter.to, *letter.cc)} - known
        answers = letter.kind in {K.ACKNOWLEDGEMENT, K.MISSING_FIELDS}
        assert strangers == ({"nurse@hospital.example"} if answers else set())


def test_keys_and_steps_are_unique_over_a_whole_case() -> None:
    letters = whole_story()
    steps = [step for letter in letters for step in letter.steps]
    assert len({letter.key for letter in letters}) == len(letters)
    assert len(set(steps)) == len(steps)


@given(st.lists(st.integers(0, 40), min_size=1, max_size=6), st.sampled_from([9, 12, 23]))
def test_whatever_days_a_server_wakes_it_reminds_of_each_step_once_and_nobody_twice_a_day(
    sleeps: list[int], hour: int
) -> None:
    story = asked("police", "school")
    moment = at("Wed 25 Nov 2026 00:00").replace(hour=hour)
    seen: list[object] = []
    for days in sleeps:
        moment += timedelta(days=days)
        written = (frozenset(story.keys), frozenset(story.steps))
        letters = of_kind(story.due(f"{moment:%a} {moment.day} {moment:%b %Y %H:%M}"), K.REMINDER)
        assert all(letter.key not in written[0] for letter in letters)
        everybody = [p.email for letter in letters for p in (*letter.to, *letter.cc)]
        assert len(everybody) == len(set(everybody))
        seen += [step for letter in letters for step in letter.steps]
    assert len(seen) == len(set(seen))


# --- out of date before it goes ----------------------------------------------------------------


def kept(letter: Letter, queued_at: str, *, drafted: bool = False) -> QueuedLetter:
    """What the outbox keeps of a letter, with when it was queued and the due day it names."""
    due = letter.words.get("due_on")
    return replace(
        queued(letter),
        queued_at=at(queued_at),
        due_on=date.fromisoformat(due) if due else None,
        drafted=drafted,
    )


def judged(story: Story, letter: QueuedLetter, now: str) -> str | None:
    """Why a letter must be written anew at that moment."""
    return out_of_date(letter, story.case(), office=story.office, now=at(now))


def a_request(story: Story, when: str) -> Letter:
    """The one request that is due at that moment."""
    (request,) = of_kind(story.due(when), K.INFORMATION_REQUEST)
    return request


def test_a_request_that_was_kept_back_for_a_week_is_written_anew_with_its_new_due_day() -> None:
    story = Story().opens().decides().chooses("police")
    request = a_request(story, "Tue 24 Nov 2026 11:00")
    assert request.words["due"] == "Tue 1 Dec 2026"
    waiting = kept(request, "Tue 24 Nov 2026 11:00")
    assert judged(story, waiting, "Tue 24 Nov 2026 11:20") is None
    assert judged(story, waiting, "Wed 2 Dec 2026 10:00") == (
        "The due day that it names no longer fits."
    )
    story.replaced.add(request.key)
    again = a_request(story, "Wed 2 Dec 2026 10:00")
    assert again.key == f"{request.key}/again-1"
    assert again.words["due"] == "Wed 9 Dec 2026"
    assert no_longer_wanted(queued(again), story.case(), ()) is None
    assert not of_kind(story.due("Wed 2 Dec 2026 10:01"), K.INFORMATION_REQUEST)


def test_a_meeting_arranged_meanwhile_brings_a_request_with_the_earlier_day() -> None:
    story = Story().opens().decides().chooses("police")
    waiting = kept(a_request(story, "Tue 24 Nov 2026 11:00"), "Tue 24 Nov 2026 11:00")
    story.fact(FactKind.MEETING_ARRANGED, "Tue 24 Nov 2026 11:05", at="2026-11-30T10:00")
    assert judged(story, waiting, "Tue 24 Nov 2026 11:20") is not None


@pytest.mark.parametrize(
    ("now", "fits"),
    [
        ("Thu 26 Nov 2026 10:00", True),
        ("Mon 30 Nov 2026 10:00", True),
        ("Tue 1 Dec 2026 10:00", False),  # "by today" is no day to be asked by
        ("Thu 3 Dec 2026 10:00", False),
    ],
)
def test_a_request_in_drafts_holds_as_long_as_the_day_it_names_lies_ahead(
    now: str, fits: bool
) -> None:
    story = Story().opens().decides().chooses("police")
    request = a_request(story, "Tue 24 Nov 2026 11:00")
    draft = kept(request, "Tue 24 Nov 2026 11:00", drafted=True)
    assert (judged(story, draft, now) is None) is fits


def test_the_due_day_that_a_partner_was_told_is_on_record_with_the_request() -> None:
    story = Story().opens().decides().chooses("police")
    request = a_request(story, "Tue 24 Nov 2026 11:00")
    sent_at = at("Thu 26 Nov 2026 10:00")
    letter = kept(request, "Tue 24 Nov 2026 11:00", drafted=True)
    _, asked_for = facts_when_sent(letter, story.case(), at=sent_at, now=sent_at)
    assert asked_for.detail == {"round": 1, "due_on": "2026-12-01"}


@pytest.mark.parametrize("how", ["taken back", "decided anew"])
def test_a_request_that_tells_of_criteria_which_no_longer_stand_is_written_anew(how: str) -> None:
    story = Story().opens().decides().chooses("police")
    request = a_request(story, "Tue 24 Nov 2026 11:00")
    assert request.words["met"] is True
    waiting = kept(request, "Tue 24 Nov 2026 11:00")
    decided = next(f for f in story.facts if f.kind is FactKind.CRITERIA_DECIDED)
    story.fact(FactKind.CORRECTION, "Tue 24 Nov 2026 11:05", voids=decided.number, why="a slip")
    if how == "decided anew":
        story.decides("not-met", "Tue 24 Nov 2026 11:05")
    assert judged(story, waiting, "Tue 24 Nov 2026 11:16") is not None
    story.replaced.add(request.key)
    if how == "taken back":
        assert not of_kind(story.due("Tue 24 Nov 2026 11:16"), K.INFORMATION_REQUEST)
        story.decides("not-met", "Tue 24 Nov 2026 11:20")
    again = a_request(story, "Tue 24 Nov 2026 11:21")
    assert again.words["met"] is False
    assert judged(story, kept(again, "Tue 24 Nov 2026 11:21"), "Tue 24 Nov 2026 11:40") is None


def test_a_reminder_is_of_its_day_and_in_drafts_until_the_next_ones_hour() -> None:
    story = asked("police")
    (reminder,) = of_kind(story.due("Tue 1 Dec 2026 09:00"), K.REMINDER)[:1]
    waiting = kept(reminder, "Tue 1 Dec 2026 09:00")
    draft = kept(reminder, "Tue 1 Dec 2026 09:00", drafted=True)
    assert judged(story, waiting, "Tue 1 Dec 2026 23:00") is None
    assert judged(story, waiting, "Wed 2 Dec 2026 07:30") == "It was written for an earlier day."
    assert judged(story, draft, "Wed 2 Dec 2026 08:30") is None
    assert judged(story, draft, "Wed 2 Dec 2026 09:00") is not None
    weekend = kept(reminder, "Fri 4 Dec 2026 09:00", drafted=True)
    assert judged(story, weekend, "Sat 5 Dec 2026 12:00") is None


def test_a_return_after_the_decision_brings_a_fresh_submission_and_checklist() -> None:
    story = asked("police", "hospital").meets()
    first = story.due("Mon 7 Dec 2026 11:00")
    (old,) = of_kind(first, K.SUBMISSION)
    (listed,) = of_kind(first, K.CHECKLIST)
    assert listed.words["since"] == []
    assert judged(story, queued(old), "Mon 7 Dec 2026 11:01") is None
    story.answers("police", "findings", "Mon 7 Dec 2026 12:00")
    later = story.due("Mon 7 Dec 2026 12:01")
    assert len(of_kind(later, K.SUBMISSION)) == 1
    (again,) = of_kind(later, K.CHECKLIST)
    name = story.office.area.agency("police")
    assert name is not None
    assert again.words["since"] == [f"a return ({name.name})"]
    why = judged(story, queued(old), "Mon 7 Dec 2026 12:01")
    assert why == (f"The record has changed since it was written: a return ({name.name}).")
    assert no_longer_wanted(queued(old), story.case(), ()) is None


def test_the_checklist_brings_staff_the_chronology_and_the_submission_does_not() -> None:
    story = asked("police", "hospital").meets()
    (bare,) = of_kind(story.due("Mon 7 Dec 2026 11:00"), K.CHECKLIST)
    assert bare.enclosures == ()
    rows = [{"date": "2026-03-01", "event": "Call"}]
    story.answers("police", "findings", "Mon 7 Dec 2026 12:00", chronology=rows)
    later = story.due("Mon 7 Dec 2026 12:01")
    (listed,) = of_kind(later, K.CHECKLIST)
    assert listed.enclosures == ("chronology", "chronology-table")
    assert "chronology from all returns is attached" in said(listed)
    (submission,) = of_kind(later, K.SUBMISSION)
    assert submission.enclosures == ("report",)


def test_a_return_that_is_taken_back_brings_a_fresh_submission_too() -> None:
    story = asked("police").meets()
    story.due("Mon 7 Dec 2026 11:00")
    story.answers("police", "nil", "Mon 7 Dec 2026 12:00")
    story.due("Mon 7 Dec 2026 12:01")
    returned = story.facts[-1]
    story.fact(FactKind.CORRECTION, "Mon 7 Dec 2026 13:00", voids=returned.number, why="another")
    assert len(of_kind(story.due("Mon 7 Dec 2026 13:01"), K.SUBMISSION)) == 1


def test_the_panels_reference_comes_into_a_draft_that_was_written_before_it() -> None:
    story = asked("police").meets()
    story.due("Mon 7 Dec 2026 11:00")
    story.fact(FactKind.PANEL_NOTIFIED, "Mon 7 Dec 2026 12:00", reference="SIN123")
    (fresh,) = of_kind(story.due("Mon 7 Dec 2026 12:01"), K.SUBMISSION)
    assert "SIN123" in said(fresh)


def test_once_a_decision_is_confirmed_staff_are_told_of_the_draft() -> None:
    story = asked("police")
    roles = ["local-authority", "icb", "police"]
    story.fact(FactKind.MEETING_HELD, "Mon 7 Dec 2026 10:00", present=roles, quorate=False)
    story.fact(
        FactKind.REVIEW_DECIDED, "Mon 7 Dec 2026 10:00", review=False, next="audit", quorate=False
    )
    (before,) = of_kind(story.due("Mon 7 Dec 2026 11:00"), K.CHECKLIST)
    assert "leave the report attached" not in said(before)
    story.fact(FactKind.DECISION_CONFIRMED, "Mon 7 Dec 2026 12:00", who="the chair", why="agreed")
    (after,) = of_kind(story.due("Mon 7 Dec 2026 12:01"), K.CHECKLIST)
    assert "check the draft to the Panel in Drafts" in said(after)
    assert "leave the report attached" in said(after)


def test_the_checklist_says_that_the_authority_notifies_first() -> None:
    story = asked("police").meets()
    (early,) = of_kind(story.due("Mon 7 Dec 2026 11:00"), K.CHECKLIST)
    assert "after the local authority has notified the Panel online" in said(early)
    story.fact(FactKind.PANEL_NOTIFIED, "Mon 7 Dec 2026 12:00", reference="SIN-123")
    (later,) = of_kind(story.due("Mon 7 Dec 2026 12:01"), K.CHECKLIST)
    assert "has notified the Panel online" not in said(later)


def test_a_hold_keeps_back_what_is_sent_and_leaves_drafts_where_they_are() -> None:
    story = asked("police").meets()
    (submission,) = of_kind(story.due("Mon 7 Dec 2026 11:00"), K.SUBMISSION)
    story.fact(FactKind.HELD, "Mon 7 Dec 2026 12:00", reason="the coroner asked")
    draft = replace(queued(submission), drafted=True)
    assert held_back(K.SUBMISSION, story.case(), None, cause_of(submission.key))
    assert no_longer_wanted(draft, story.case(), ()) is None


def test_no_agency_hears_of_a_review_while_the_criteria_stand_as_not_met() -> None:
    story = Story().opens().decides("not-met").chooses("police").asks("police")
    story.fact(FactKind.REVIEW_DECIDED, "Mon 7 Dec 2026 10:00", review=True, quorate=True)
    assert not of_kind(story.due("Mon 7 Dec 2026 11:00"), K.OUTCOME)


def test_no_agency_hears_an_outcome_while_the_partners_do_not_agree() -> None:
    story = asked("police").decides("no-agreement", "Wed 25 Nov 2026 10:00").meets()
    assert story.case().criteria is Outcome.NO_AGREEMENT
    assert not of_kind(story.due("Mon 7 Dec 2026 11:00"), K.OUTCOME)


@given(st.lists(st.integers(min_value=0, max_value=14 * 24), min_size=1, max_size=5))
def test_what_is_due_is_wanted_and_up_to_date_at_that_moment(hours: list[int]) -> None:
    story = asked("police", "hospital")
    start = at("Tue 24 Nov 2026 12:00")
    for number, hour in enumerate(sorted(set(hours))):
        now = start + timedelta(hours=hour)
        if number == 1:
            story.meets(f"{now:%a} {now.day} {now:%b %Y %H:%M}")
        when = f"{now:%a} {now.day} {now:%b %Y %H:%M}"
        for letter in story.due(when):
            asks = kept(letter, when)
            assert no_longer_wanted(asks, story.case(), story.clocks(now)) is None
            assert judged(story, asks, when) is None
