"""What is read of calendar parts: three programs' answers, and rubbish that looks like one."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.core.mail.calendar_parts import items_in
from mailbot.core.mail.messages import Reading, read_message
from mailbot.core.model import CalendarItem, Message, MessageClass, TrustMode
from tests.calendar_kit import AUTHSERV_ID, PROGRAMS, Answer, OwnInvitation, google, outlook

AT = datetime(2026, 12, 10, 10, 0, tzinfo=UTC)  # a Thursday, in London's winter
UID = "BB-2026-014-K.4F7Q2M9A.9XKTJ3WQ5B7ZC@bedford-safeguarding.example"
OWN = "rapidreview@bedford-safeguarding.example"
RUTH = "ruth.penhallow@bedfordshire-police.example"
ANSWER = Answer(uid=UID, sender=RUTH, to=OWN, answer="ACCEPTED", at=AT, sent=AT)
READING = Reading(own_address=OWN, trust=TrustMode.AUTHSERV_ID, authserv_id=AUTHSERV_ID)

Program = Callable[[Answer], bytes]


def read(mime: bytes) -> Message:
    return read_message(mime, AT, reading=READING)


def item(mime: bytes) -> CalendarItem:
    (found,) = read(mime).calendar
    return found


@pytest.mark.parametrize("program", PROGRAMS)
@pytest.mark.parametrize("word", ["ACCEPTED", "DECLINED", "TENTATIVE"])
def test_the_answer_of_each_program_is_read(program: Program, word: str) -> None:
    message = read(program(replace(ANSWER, answer=word, sequence=2)))
    assert message.message_class is MessageClass.CALENDAR_REPLY
    assert message.vouched_for
    (found,) = message.calendar
    assert (found.method, found.uid, found.sequence) == ("REPLY", UID, 2)
    assert found.attendees == ((RUTH, word.lower()),)
    assert found.starts_at == AT
    assert not found.note


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_time_in_summer_is_londons(program: Program) -> None:
    summer = datetime(2027, 6, 10, 9, 0, tzinfo=UTC)  # a Thursday; ten o'clock in London
    assert item(program(replace(ANSWER, at=summer))).starts_at == summer


@pytest.mark.parametrize("program", PROGRAMS)
def test_words_that_come_with_an_answer_are_noticed_and_not_kept(program: Program) -> None:
    found = item(program(replace(ANSWER, note="My deputy will come")))
    assert found.note
    assert "deputy" not in repr(found)


def test_a_whole_day_is_a_day_except_in_exchange() -> None:
    day = date(2026, 12, 10)
    assert item(google(replace(ANSWER, at=day))).starts_at == day
    midnight = datetime(2026, 12, 10, 0, 0, tzinfo=UTC)
    assert item(outlook(replace(ANSWER, at=day))).starts_at == midnight


def test_an_invitation_of_staff_is_read_with_those_invited() -> None:
    mail = OwnInvitation(
        uid="040000008200E0",
        own=OWN,
        subject="Rapid review",
        to=(RUTH, "b@x.example"),
        at=AT,
        sent=AT,
    )
    found = item(mail.mime)
    assert (found.method, found.organizer, found.location) == ("REQUEST", OWN, "Room 4")
    assert [address for address, _ in found.attendees] == [RUTH, "b@x.example"]
    assert found.starts_at == AT


def test_an_answer_in_a_mail_that_is_only_forwarded_is_not_its_own() -> None:
    inner = outlook(ANSWER).decode()
    mail = (
        f"From: a@b.example\r\nSubject: FW\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/mixed; boundary="F"\r\n\r\n'
        "--F\r\nContent-Type: text/plain\r\n\r\nSee below.\r\n"
        f"--F\r\nContent-Type: message/rfc822\r\n\r\n{inner}\r\n--F--\r\n"
    )
    message = read(mail.encode())
    assert message.calendar == ()
    assert message.message_class is MessageClass.PERSONAL


def test_a_mail_that_is_nothing_but_a_calendar_is_read() -> None:
    text = "BEGIN:VCALENDAR\nMETHOD:REPLY\nBEGIN:VEVENT\nUID:u\nEND:VEVENT\nEND:VCALENDAR\n"
    found = item(f"From: a@b.example\nContent-Type: text/calendar; method=REPLY\n\n{text}".encode())
    assert (found.uid, found.starts_at, found.attendees) == ("u", None, ())


PIECES = st.sampled_from(
    [
        "BEGIN:VCALENDAR", "BEGIN:VEVENT", "END:VEVENT", "END:VCALENDAR", "METHOD:REPLY",
        "UID:x", "SEQUENCE:9999999999999999999", "SEQUENCE:-1", "DTSTART:00000000T999999Z",
        "DTSTART;TZID=../../etc/passwd:20261210T100000", "DTSTART;TZID=:20261210",
        "DTSTART;TZID=Europe:20261210T100000", "DTSTART:00010101T000000", "DTSTART:99991231T235959",
        "ATTENDEE;PARTSTAT=ACCEPTED:mailto:", "ATTENDEE;CN=\"a:b;c\";PARTSTAT=x:mailto:a@b",
        "ATTENDEE;EMAIL=q@r:urn:uuid:1", " folded", "\tfolded", ";;;:::", "\"\"\":", "\ufeffUID:y",
    ]
)  # fmt: skip


@given(st.lists(st.one_of(PIECES, st.text(max_size=40)), max_size=40))
def test_rubbish_is_read_without_a_fault(lines: list[str]) -> None:
    for found in items_in("\r\n".join(lines)):
        assert found.sequence >= 0
        assert all("@" in address for address, _ in found.attendees)
        if isinstance(found.starts_at, datetime):
            assert found.starts_at.tzinfo is UTC


@given(st.binary(max_size=400))
def test_a_mail_with_any_bytes_as_its_calendar_is_read(rubbish: bytes) -> None:
    head = b"From: a@b.example\r\nContent-Type: text/calendar; method=REPLY\r\n\r\n"
    read(head + b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n" + rubbish + b"\r\nEND:VEVENT")


def test_a_calendar_of_sixty_thousand_folded_lines_is_read_at_once() -> None:
    assert items_in("BEGIN:VEVENT\nUID:x" + "\n y" * 60_000 + "\nEND:VEVENT")[0].uid[:3] == "xyy"
