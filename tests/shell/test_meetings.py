"""Meetings through the real pass: invitations out, answers in, staff's own calendar, the doubt.

Everybody is invented; times are UTC, which is London's time in November and December.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from icalendar import Calendar, Event

from mailbot.by_hand import record_lines
from mailbot.casework import case_of
from mailbot.core.model import CaseRef, FactKind, LetterKind
from mailbot.daemon import one_pass
from mailbot.mailboxes.maildir_files import deliver, folder_path
from mailbot.rehearsal import Rehearsal
from tests.calendar_kit import PROGRAMS, Answer, OwnInvitation, apple, google, outlook
from tests.shell.world import (
    ADDRESS,
    CRITERIA,
    a_home,
    moment,
    notification,
    parsed,
)

RUTH = "ruth.penhallow@bedfordshire-police.example"
NADIA = "nadia.featherstone@bedfordshire-icb.example"
ANTHONY = "anthony.mbeki-lowe@children.bedford-council.example"
VERITY = "verity.langdale@independent-chair.example"
TEN = moment("Thu 2026-12-03 10:00")
Program = Callable[[Answer], bytes]


def event_in(mime: bytes) -> tuple[str, Event]:
    """The method and the one event of an invitation, parsed as any calendar program would."""
    part = next(p for p in parsed(mime).walk() if p.get_content_type() == "text/calendar")
    calendar = Calendar.from_ical(part.get_payload(decode=True))
    (event,) = calendar.walk("VEVENT")
    assert part.get_param("method") == calendar["METHOD"]
    return str(calendar["METHOD"]), event  # type: ignore[return-value]


class Play:
    """A case whose criteria are met, played on a Maildir."""

    def __init__(self, directory: Path) -> None:
        """Begin with a notification on Mon 23 November and the criteria an hour later."""
        self.rehearsal = Rehearsal(a_home(directory), begins=moment("Mon 2026-11-23 08:55"))
        self.unit = self.rehearsal.unit
        at = moment("Mon 2026-11-23 09:30")
        self.rehearsal.receive(notification(at).mime, at)
        self.ref: CaseRef = self.unit.store.cases.refs()[0]
        self.says("Mon 2026-11-23 10:00", CRITERIA)

    def says(self, when: str, lines: str) -> None:
        """Staff record lines at a moment."""
        self.rehearsal.until(moment(when))
        said = record_lines(self.unit, self.ref, lines, by="command line", now=self.rehearsal.now)
        assert said.recorded, said.not_understood
        one_pass(self.unit, self.rehearsal.now)

    def invitations(self) -> dict[str, bytes]:
        """The newest invitation to each, as it lies in Drafts or has gone."""
        letters = reversed(self.unit.store.outbox.all())
        return {
            letter.recipients[0]: self.unit.store.outbox.mime(letter.key)
            for letter in letters
            if letter.kind is LetterKind.INVITATION and letter.state != "withdrawn"
        }

    def answers(self, program: Program, answer: Answer) -> None:
        """Somebody's calendar program answers."""
        self.rehearsal.receive(program(answer), answer.sent)

    def sends(self, mime: bytes, when: str) -> None:
        """A copy comes into Sent: a person has sent it."""
        at = moment(when)
        self.rehearsal.until(at)
        deliver(folder_path(self.rehearsal.mailbox, "Sent"), mime, at)
        one_pass(self.unit, at)

    def letters(self, kind: LetterKind) -> list[str]:
        """The texts of the letters of a kind, oldest first."""
        found = [x for x in reversed(self.unit.store.outbox.all()) if x.kind is kind]
        return [text(self.unit.store.outbox.mime(letter.key)) for letter in found]

    def replies(self) -> list[tuple[str, str, str]]:
        """Who has answered, how, and for which role, as recorded."""
        facts = case_of(self.unit, self.ref).all(FactKind.ATTENDANCE_REPLIED)
        return [(f.detail["address"], f.detail["answer"], f.detail["role"]) for f in facts]


def text(mime: bytes) -> str:
    body = parsed(mime).get_body(("plain",))
    return " ".join(str(body.get_content()).split()) if body else ""


@pytest.fixture
def play(tmp_path: Path) -> Play:
    """A case whose criteria are met, and whose meeting is on Thu 3 December at ten."""
    play = Play(tmp_path)
    play.says("Mon 2026-11-23 11:00", "meeting: Thu 3 December 2026 10:00 / where: Room 4")
    return play


def answer_of(play: Play, address: str, word: str, when: str) -> Answer:
    _, event = event_in(play.invitations()[address])
    begins = event.decoded("DTSTART")
    return Answer(
        uid=str(event["UID"]),
        sender=address,
        to=ADDRESS,
        answer=word,
        at=begins,
        sent=moment(when),
        sequence=int(event["SEQUENCE"]),
    )


# --- out --------------------------------------------------------------------------------------


def test_an_invitation_is_a_request_that_calendar_programs_take(play: Play) -> None:
    invitations = play.invitations()
    assert {RUTH, NADIA, ANTHONY, VERITY} <= set(invitations)
    mime = invitations[RUTH]
    method, event = event_in(mime)
    assert method == "REQUEST"
    assert event.decoded("DTSTART") == TEN
    assert event.decoded("DTEND") == TEN + timedelta(hours=2)
    assert str(event["ORGANIZER"]) == f"mailto:{ADDRESS}"
    assert str(event["ATTENDEE"]) == f"mailto:{RUTH}"
    parameters = event["ATTENDEE"].params
    assert (parameters["RSVP"], parameters["PARTSTAT"]) == ("TRUE", "NEEDS-ACTION")
    assert (int(event["SEQUENCE"]), str(event["LOCATION"])) == (0, "Room 4")
    assert str(event["SUMMARY"]) == f"OFFICIAL-SENSITIVE: [{play.ref}] Rapid review meeting"
    # Where mail programs look for it: beside the text, as the last alternative; and as a file.
    mail = parsed(mime)
    body = next(part for part in mail.walk() if part.get_content_type() == "multipart/alternative")
    kinds = [part.get_content_type() for part in body.iter_parts()]  # type: ignore[attr-defined]
    assert kinds == ["text/plain", "text/html", "text/calendar"]
    (file,) = mail.iter_attachments()
    assert file.get_filename() == f"{play.ref}-meeting.ics"
    assert file.get_content_type() == "application/ics"


def test_each_is_invited_alone_to_one_event_of_no_childs_name(play: Play) -> None:
    events = {to: event_in(mime)[1] for to, mime in play.invitations().items()}
    assert len({str(event["UID"]) for event in events.values()}) == 1
    for to, event in events.items():
        assert str(event["ATTENDEE"]) == f"mailto:{to}"
        assert b"Zephyrine" not in event.to_ical()


def test_a_move_is_the_same_event_in_a_higher_revision_and_an_end_cancels_it(play: Play) -> None:
    first = event_in(play.invitations()[RUTH])[1]
    play.sends(play.invitations()[RUTH], "Mon 2026-11-23 12:00")
    play.says("Tue 2026-11-24 10:00", "meeting: Fri 4 December 2026 14:00")
    method, moved = event_in(play.invitations()[RUTH])
    assert (method, moved["UID"], int(moved["SEQUENCE"])) == ("REQUEST", first["UID"], 1)
    assert moved.decoded("DTSTART") == moment("Fri 2026-12-04 14:00")
    play.says("Wed 2026-11-25 10:00", "meeting: cancelled")
    found = {to: event_in(mime) for to, mime in play.invitations().items()}
    assert set(found) == {RUTH}  # nobody else had been invited
    method, off = found[RUTH]
    assert (method, off["UID"], int(off["SEQUENCE"])) == ("CANCEL", first["UID"], 2)
    assert str(off["STATUS"]) == "CANCELLED"


def test_a_meeting_without_an_hour_keeps_the_day_free_and_guesses_none(tmp_path: Path) -> None:
    play = Play(tmp_path)
    play.says("Mon 2026-11-23 11:00", "meeting: Thu 3 December 2026")
    _, event = event_in(play.invitations()[RUTH])
    assert event.decoded("DTSTART") == date(2026, 12, 3)
    assert event.decoded("DTEND") == date(2026, 12, 4)
    assert "The hour follows" in text(play.invitations()[RUTH])


# --- in ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("program", PROGRAMS)
def test_the_answer_of_each_program_is_counted_and_filed_in_the_case(
    play: Play, program: Program
) -> None:
    play.answers(program, answer_of(play, RUTH, "ACCEPTED", "Tue 2026-11-24 10:00"))
    assert play.replies() == [(RUTH, "accepted", "police")]
    assert len(play.rehearsal.folder(f"mailbot/Cases/{play.ref}")) == 2  # the notification too
    assert not play.unit.store.messages.waiting()


def test_an_answer_that_nobody_vouches_for_counts_for_nothing(play: Play) -> None:
    answer = answer_of(play, RUTH, "ACCEPTED", "Tue 2026-11-24 10:00")
    play.answers(outlook, replace(answer, verdict="fail"))
    assert play.replies() == []
    assert not play.unit.store.messages.waiting()


def test_an_answer_to_an_unknown_event_is_left_where_it_is(play: Play) -> None:
    answer = answer_of(play, RUTH, "ACCEPTED", "Tue 2026-11-24 10:00")
    play.answers(google, replace(answer, uid="somebody-elses@event.example"))
    assert play.replies() == []
    assert not play.unit.store.messages.waiting()


def test_another_time_that_is_proposed_waits_for_a_person_and_reminders_go_on(play: Play) -> None:
    answer = answer_of(play, RUTH, "TENTATIVE", "Tue 2026-11-24 10:00")
    play.answers(outlook, replace(answer, method="COUNTER"))
    (waiting,) = play.unit.store.messages.waiting()
    assert "proposes another time" in waiting.reason
    assert waiting.agency is None
    assert case_of(play.unit, play.ref).agencies["police"].waiting == ()


def test_invited_answered_counted_doubted_and_asked_for_after(play: Play) -> None:
    play.answers(outlook, answer_of(play, RUTH, "ACCEPTED", "Tue 2026-11-24 10:00"))
    play.answers(google, answer_of(play, NADIA, "DECLINED", "Tue 2026-11-24 10:05"))
    play.answers(apple, answer_of(play, VERITY, "ACCEPTED", "Tue 2026-11-24 10:10"))
    play.rehearsal.until(moment("Wed 2026-11-25 09:00"))
    digest = play.letters(LetterKind.DIGEST)[-1]
    line = "Meeting (rapid review), 10:00: accepted police, chair; declined ICB; no answer council"
    assert line in digest
    play.rehearsal.until(moment("Wed 2026-12-02 08:30"))
    assert play.letters(LetterKind.QUORUM_IN_DOUBT) == []
    play.rehearsal.until(moment("Wed 2026-12-02 09:30"))
    (doubt,) = play.letters(LetterKind.QUORUM_IN_DOUBT)
    assert "Please ring the council and the ICB today" in doubt
    play.rehearsal.until(moment("Fri 2026-12-04 09:00"))
    assert len(play.letters(LetterKind.QUORUM_IN_DOUBT)) == 1
    assert "is not recorded as held" in play.letters(LetterKind.DIGEST)[-1]
    play.says("Fri 2026-12-04 10:00", "held: yes / present: council, police, chair")
    play.rehearsal.until(moment("Mon 2026-12-07 09:00"))
    assert "is not recorded as held" not in play.letters(LetterKind.DIGEST)[-1]


# --- what staff do in their own calendar ------------------------------------------------------


def an_invitation(subject: str, at: datetime, when: str, method: str = "REQUEST") -> OwnInvitation:
    return OwnInvitation(
        uid="040000008200E00074C5B7101A82E008",
        own=ADDRESS,
        subject=subject,
        to=(RUTH, NADIA, ANTHONY, VERITY),
        at=at,
        sent=moment(when),
        method=method,
    )


def test_staff_invite_from_outlook_and_the_answers_are_read_all_the_same(tmp_path: Path) -> None:
    play = Play(tmp_path)
    asked = play.letters(LetterKind.MEETING_TO_ARRANGE)
    assert "these days satisfy every clock" in asked[0]
    title = f"[{play.ref}] Rapid review meeting"
    own = an_invitation(title, TEN, "Mon 2026-11-23 14:00")
    play.sends(own.mime, "Mon 2026-11-23 14:00")
    meeting = case_of(play.unit, play.ref).meeting
    assert meeting is not None
    assert (meeting.at, meeting.label, meeting.where) == (TEN, "rapid review", "Room 4")
    assert play.invitations() == {}
    answer = Answer(
        uid=own.uid, sender=RUTH, to=ADDRESS, answer="DECLINED", at=TEN,
        sent=moment("Tue 2026-11-24 10:00"), subject="Declined: see you there",
    )  # fmt: skip
    play.answers(outlook, answer)
    assert play.replies() == [(RUTH, "declined", "police")]
    play.rehearsal.until(moment("Wed 2026-11-25 08:30"))
    digest = play.letters(LetterKind.DIGEST)[-1]
    assert "declined police; no answer council, ICB, chair" in digest
    later = moment("Fri 2026-12-04 14:00")
    play.sends(an_invitation(title, later, "Wed 2026-11-25 10:00").mime, "Wed 2026-11-25 10:00")
    moved = case_of(play.unit, play.ref).meeting
    assert moved is not None
    assert (moved.at, moved.replies) == (later, {})
    play.answers(outlook, replace(answer, sent=moment("Wed 2026-11-25 11:00")))  # to the old time
    assert case_of(play.unit, play.ref).meeting == moved
    gone = an_invitation(title, later, "Thu 2026-11-26 10:00", "CANCEL")
    play.sends(gone.mime, "Thu 2026-11-26 10:00")
    assert case_of(play.unit, play.ref).meeting is None
    assert len(play.letters(LetterKind.MEETING_TO_ARRANGE)) == 2


def test_staffs_own_invitation_takes_the_place_of_the_drafts(play: Play) -> None:
    assert len(play.invitations()) > 3
    own = an_invitation("see you there", TEN, "Mon 2026-11-23 14:00")  # names no case
    play.sends(own.mime, "Mon 2026-11-23 14:00")
    play.rehearsal.until(moment("Mon 2026-11-23 15:00"))
    meeting = case_of(play.unit, play.ref).meeting
    assert meeting is not None
    assert meeting.uid == own.uid
    assert play.invitations() == {}


def test_an_invitation_of_our_own_that_staff_send_is_not_taken_for_theirs(play: Play) -> None:
    play.sends(play.invitations()[RUTH], "Mon 2026-11-23 14:00")
    meeting = case_of(play.unit, play.ref).meeting
    assert meeting is not None
    assert meeting.uid == ""
    assert RUTH in play.invitations()
