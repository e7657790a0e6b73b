"""Who was told to act is told to stop, once; and told anew when it is wanted after all."""

from dataclasses import replace
from pathlib import Path

import pytest

from mailbot.core.letters.letters import no_longer_wanted
from mailbot.core.model import AgencyCode, Delivery, FactKind, Letter, LetterKind, MessageKey
from mailbot.rendering import load_templates, words_of
from tests.core.cases import at
from tests.core.letter_stories import Story, a_busy_area, addresses, of_kind, queued

K = LetterKind
TEMPLATES = load_templates(Path(__file__).parents[2] / "templates")
PARTNERS = [
    "delegate@council.example",
    "delegate@icb.example",
    "delegate@police.example",
    "lee.marlow@chair.example",
]
NOTIFIER = ["jo.penn@la-notify.example"]


def said(letter: Letter) -> str:
    """Subject and body as they are read."""
    return "\n".join(words_of(letter, area=a_busy_area(), templates=TEMPLATES)).replace("\\", "")


def notes(letters: tuple[Letter, ...]) -> dict[str, list[str]]:
    """The notes of a change among these letters: what each says, and to whom."""
    return {n.words["change"]: addresses(n) for n in of_kind(letters, K.CHANGE_NOTE)}


def a_case(*codes: str) -> Story:
    """A case whose criteria are met; worksheet and call have gone, and these agencies are asked."""
    story = Story().opens()
    story.send(story.due("Mon 23 Nov 2026 10:01"), "Mon 23 Nov 2026 10:01")
    story.decides(when="Tue 24 Nov 2026 11:00").chooses(*codes)
    due = story.due("Tue 24 Nov 2026 11:01")
    sent = [n for n in due if n.delivery is Delivery.SEND]
    story.send(sent, "Tue 24 Nov 2026 11:20")
    return story


# --- the authority's notifier and the partners ------------------------------------------------


def test_a_withdrawal_tells_the_notifier_not_to_notify_and_the_partners_that_the_call_is_off() -> (
    None
):
    story = a_case("police")
    story.fact(FactKind.WITHDRAWN, "Wed 25 Nov 2026 10:00", why="mistaken")
    letters = story.due("Wed 25 Nov 2026 10:01")
    assert notes(letters) == {
        "withdrawn": ["safeguarding@police.example"],
        "do-not": NOTIFIER,
        "call-off": PARTNERS,
    }
    first, off = (n for n in of_kind(letters, K.CHANGE_NOTE) if not n.agency)
    assert "Please do not notify the Child Safeguarding Practice Review Panel" in said(first)
    assert "the notification was withdrawn" in said(first)
    assert "is off" in said(off)
    assert {n.delivery for n in (first, off)} == {Delivery.SEND}
    assert story.due("Thu 26 Nov 2026 09:00") == ()


def test_criteria_corrected_to_not_met_tell_the_notifier_once_for_each_worksheet() -> None:
    story = a_case("police")
    story.decides("not-met", "Wed 25 Nov 2026 10:00")
    letters = story.due("Wed 25 Nov 2026 10:01")
    assert notes(letters) == {"do-not": NOTIFIER}
    assert "the criteria no longer stand as met" in said(of_kind(letters, K.CHANGE_NOTE)[0])
    story.fact(FactKind.WITHDRAWN, "Wed 25 Nov 2026 11:00")
    assert "do-not" not in notes(story.due("Wed 25 Nov 2026 11:01"))


def test_who_was_not_asked_to_notify_is_not_told_to_stop() -> None:
    story = Story().opens()
    story.send(story.due("Mon 23 Nov 2026 10:01"), "Mon 23 Nov 2026 10:01")
    story.decides("not-met")
    assert notes(story.due("Tue 24 Nov 2026 11:01")) == {}


def test_once_the_panel_was_notified_the_notifier_is_asked_to_tell_it_and_nothing_else() -> None:
    story = a_case("police")
    story.fact(FactKind.PANEL_NOTIFIED, "Wed 25 Nov 2026 09:00", reference="1")
    story.fact(FactKind.WITHDRAWN, "Wed 25 Nov 2026 10:00")
    found = notes(story.due("Wed 25 Nov 2026 10:01"))
    assert (found.get("panel"), found.get("do-not")) == (NOTIFIER, None)


def test_criteria_not_met_after_all_ask_the_notifier_to_tell_the_panel_that_was_notified() -> None:
    story = a_case("police")
    story.fact(FactKind.PANEL_NOTIFIED, "Wed 25 Nov 2026 09:00", reference="1")
    assert "panel" not in notes(story.due("Wed 25 Nov 2026 10:01"))
    story.meets("Fri 4 Dec 2026 10:00", criteria_found="not-met")
    (note,) = [
        letter
        for letter in of_kind(story.due("Fri 4 Dec 2026 10:01"), K.CHANGE_NOTE)
        if letter.words["change"] == "panel"
    ]
    assert (addresses(note), note.delivery) == (NOTIFIER, Delivery.DRAFT)
    assert "the criteria were found not to be met" in said(note)
    lying = replace(queued(note), drafted=True)
    clocks = story.clocks(at("Fri 4 Dec 2026 11:00"))
    assert no_longer_wanted(lying, story.case(), clocks) is None
    story.meets("Mon 7 Dec 2026 10:00", criteria_found="met")
    clocks = story.clocks(at("Mon 7 Dec 2026 11:00"))
    assert no_longer_wanted(lying, story.case(), clocks) == "The criteria were decided anew."


def test_partners_who_were_never_called_hear_of_no_withdrawal() -> None:
    story = Story().opens(beginning="authority-copy")
    story.due("Mon 23 Nov 2026 10:01")
    story.fact(FactKind.WITHDRAWN, "Mon 23 Nov 2026 11:00")
    assert notes(story.due("Mon 23 Nov 2026 11:01")) == {}


# --- opened again -----------------------------------------------------------------------------


def test_a_case_that_is_opened_again_asks_anew_and_gives_a_new_day() -> None:
    story = a_case("police", "hospital")
    story.answers("hospital", "nil", "Tue 24 Nov 2026 16:00")
    story.fact(FactKind.WITHDRAWN, "Wed 25 Nov 2026 10:00")
    story.due("Wed 25 Nov 2026 10:01")
    story.fact(FactKind.CASE_REOPENED, "Thu 26 Nov 2026 10:00", why="it was right")
    letters = story.due("Thu 26 Nov 2026 10:01")
    (request,) = of_kind(letters, K.INFORMATION_REQUEST)
    assert (request.agency, request.round) == ("police", 2)
    assert request.words["due"] == "Thu 3 Dec 2026"
    assert "We had told you that nothing more was needed" in said(request)
    (worksheet,) = of_kind(letters, K.WORKSHEET)
    assert addresses(worksheet) == NOTIFIER
    assert notes(letters) == {"reopened": PARTNERS}
    # Until it has gone, no clock runs, and nobody is reminded of the day that no longer counts.
    running = [c.agency for c in story.clocks(at("Thu 26 Nov 2026 10:02")) if c.agency]
    assert running == ["hospital"]  # its clock has stopped: it had answered
    story.send([request], "Thu 26 Nov 2026 10:20")
    assert story.case().agencies[AgencyCode("police")].round == 2


def test_requests_that_a_withdrawal_had_stopped_go_when_the_case_is_opened_again() -> None:
    story = Story().opens().decides().chooses("police")
    (first,) = of_kind(story.due("Tue 24 Nov 2026 11:01"), K.INFORMATION_REQUEST)
    story.fact(FactKind.WITHDRAWN, "Tue 24 Nov 2026 11:05")
    story.due("Tue 24 Nov 2026 11:06")
    story.fact(FactKind.CASE_REOPENED, "Wed 25 Nov 2026 11:05")
    (again,) = of_kind(story.due("Wed 25 Nov 2026 11:06"), K.INFORMATION_REQUEST)
    assert (again.agency, again.round) == (first.agency, 1)
    assert again.key != first.key


def test_partners_who_had_not_decided_are_called_anew() -> None:
    story = Story().opens()
    story.send(story.due("Mon 23 Nov 2026 10:01"), "Mon 23 Nov 2026 10:01")
    story.fact(FactKind.WITHDRAWN, "Mon 23 Nov 2026 11:00")
    story.due("Mon 23 Nov 2026 11:01")
    story.fact(FactKind.CASE_REOPENED, "Tue 24 Nov 2026 11:00")
    letters = story.due("Tue 24 Nov 2026 11:01")
    (call,) = of_kind(letters, K.CALL_OF_PARTNERS)
    assert addresses(call) == PARTNERS
    assert notes(letters) == {}


def test_partners_who_are_called_anew_are_not_asked_to_decide_by_a_day_that_has_passed() -> None:
    story = Story().opens()
    story.send(story.due("Mon 23 Nov 2026 10:01"), "Mon 23 Nov 2026 10:01")
    story.fact(FactKind.WITHDRAWN, "Mon 23 Nov 2026 11:00")
    story.due("Mon 23 Nov 2026 11:01")
    story.fact(FactKind.CASE_REOPENED, "Mon 30 Nov 2026 11:00")
    (call,) = of_kind(story.due("Mon 30 Nov 2026 11:01"), K.CALL_OF_PARTNERS)
    assert (call.words["due"], call.told) == ("", ())
    assert "take part in a call on **Tue 1 Dec 2026 at 10:00**" in said(call)
    assert "26 Nov" not in said(call)


def test_what_was_missing_is_asked_for_after_the_reopening_if_it_never_was() -> None:
    story = Story().opens()
    (before,) = of_kind(story.due("Mon 23 Nov 2026 10:01"), K.MISSING_FIELDS)
    story.fact(FactKind.WITHDRAWN, "Mon 23 Nov 2026 11:00")
    story.due("Mon 23 Nov 2026 11:01")
    story.fact(FactKind.CASE_REOPENED, "Tue 24 Nov 2026 11:00")
    (after,) = of_kind(story.due("Tue 24 Nov 2026 11:01"), K.MISSING_FIELDS)
    assert after.key != before.key
    assert after.not_before == at("Wed 25 Nov 2026 09:00")


# --- agencies left out and named again --------------------------------------------------------


def test_an_agency_left_out_is_told_once_however_often_the_list_changes() -> None:
    story = a_case("police", "hospital")
    story.chooses("police", when="Wed 25 Nov 2026 10:00")
    (note,) = of_kind(story.due("Wed 25 Nov 2026 10:01"), K.CHANGE_NOTE)
    assert (note.agency, note.words["change"]) == ("hospital", "excused")
    story.chooses("police", "school", when="Wed 25 Nov 2026 12:00")
    assert of_kind(story.due("Wed 25 Nov 2026 12:01"), K.CHANGE_NOTE) == []


def test_an_agency_that_has_answered_is_not_told_that_it_was_left_out() -> None:
    story = a_case("police", "hospital")
    story.answers("hospital", "findings", "Tue 24 Nov 2026 16:00")
    story.due("Tue 24 Nov 2026 16:01")
    story.chooses("police", when="Wed 25 Nov 2026 10:00")
    assert of_kind(story.due("Wed 25 Nov 2026 10:01"), K.CHANGE_NOTE) == []
    story.chooses("police", "hospital", when="Wed 25 Nov 2026 11:00")
    assert of_kind(story.due("Wed 25 Nov 2026 11:01"), K.INFORMATION_REQUEST) == []


@pytest.mark.parametrize("how", ["left out", "excused"])
def test_an_agency_that_is_named_again_is_asked_anew(how: str) -> None:
    story = a_case("police", "hospital")
    if how == "excused":
        story.fact(FactKind.AGENCY_EXCUSED, "Wed 25 Nov 2026 10:00", agency="hospital", why="x")
    else:
        story.chooses("police", when="Wed 25 Nov 2026 10:00")
    story.due("Wed 25 Nov 2026 10:01")
    story.chooses("police", "hospital", when="Thu 26 Nov 2026 10:00")
    (request,) = of_kind(story.due("Thu 26 Nov 2026 10:01"), K.INFORMATION_REQUEST)
    assert (request.agency, request.round) == ("hospital", 2)
    assert "this request takes its place" in said(request)
    # No clock runs, and nobody is reminded, before the new request has gone.
    assert [c.agency for c in story.clocks(at("Thu 26 Nov 2026 10:02")) if c.agency] == ["police"]
    story.send([request], "Thu 26 Nov 2026 10:20")
    (clock,) = (c for c in story.clocks(at("Fri 27 Nov 2026 09:00")) if c.agency == "hospital")
    assert (clock.round, clock.due_on) == (2, at("Thu 3 Dec 2026 12:00").date())


def test_left_out_twice_before_the_new_request_has_gone_it_is_not_told_twice() -> None:
    story = a_case("police", "hospital")
    story.chooses("police", when="Wed 25 Nov 2026 10:00")
    story.due("Wed 25 Nov 2026 10:01")
    story.chooses("police", "hospital", when="Wed 25 Nov 2026 10:05")
    story.due("Wed 25 Nov 2026 10:06")
    story.chooses("police", when="Wed 25 Nov 2026 10:10")
    assert of_kind(story.due("Wed 25 Nov 2026 10:11"), K.CHANGE_NOTE) == []


def test_a_request_that_bounced_asked_for_nothing_so_the_next_is_not_a_further_one() -> None:
    story = a_case("police")
    story.fact(
        FactKind.REQUEST_NOT_DELIVERED,
        "Tue 24 Nov 2026 11:30",
        agency="police",
        round=1,
        address="safeguarding@police.example",
    )
    story.fact(FactKind.AGENCY_ADDED, "Wed 25 Nov 2026 10:00", agency="police")
    (request,) = of_kind(story.due("Wed 25 Nov 2026 10:01"), K.INFORMATION_REQUEST)
    assert request.round == 2
    assert "Anything you have sent us" not in said(request)


def test_a_request_that_was_delivered_is_followed_by_a_further_one() -> None:
    story = a_case("police")
    story.fact(FactKind.AGENCY_ADDED, "Wed 25 Nov 2026 10:00", agency="police")
    (request,) = of_kind(story.due("Wed 25 Nov 2026 10:01"), K.INFORMATION_REQUEST)
    assert "This is a further request." in said(request)


# --- mail that waits --------------------------------------------------------------------------


def test_the_alert_says_how_mail_that_waits_is_settled_and_where_it_lies() -> None:
    for filing in ("move", "leave"):
        story = a_case("police")
        story.area = a_busy_area(filing=filing)
        story.waiting = {AgencyCode("police"): (MessageKey("q1"),)}
        story.fact(
            FactKind.MESSAGE_LINKED,
            "Wed 25 Nov 2026 10:00",
            agency="police",
            message="q1",
            waits=True,
            party="agency",
        )
        (alert,) = of_kind(story.due("Wed 25 Nov 2026 10:01"), K.ALERT)
        assert "“dealt with: police” if nothing is to be recorded" in said(alert)
        assert ("in the folder" in said(alert)) == (filing == "move")
