"""Answers to invitations and invitations of staff, as three calendar programs write them.

Everybody and everything in them is invented; the shapes are those of Outlook and Exchange, of
Google's calendar and of Apple's.
"""

import base64
import quopri
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from mailbot.core.moments import LONDON

AUTHSERV_ID = "mx.bedford-safeguarding.example"


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What somebody answers to an invitation, and to which one."""

    uid: str
    sender: str
    to: str
    answer: str  # ACCEPTED, DECLINED or TENTATIVE
    at: datetime | date  # of the meeting
    sent: datetime
    sequence: int = 0
    method: str = "REPLY"
    note: str = ""
    subject: str = ""
    attendee: str = ""
    verdict: str = "pass"

    @property
    def who(self) -> str:
        """The attendee's address: the sender's own unless said otherwise."""
        return self.attendee or self.sender

    @property
    def head(self) -> str:
        """The headers that every program writes, as the receiving server hands them on."""
        word = {"ACCEPTED": "Accepted", "DECLINED": "Declined"}.get(self.answer, "Tentative")
        domain = self.sender.partition("@")[2]
        subject = self.subject or f"{word}: Rapid review meeting"
        return (
            f"Authentication-Results: {AUTHSERV_ID}; dmarc={self.verdict} header.from={domain}\r\n"
            f"From: <{self.sender}>\r\nTo: {self.to}\r\nSubject: {subject}\r\n"
            f"Message-ID: <{self.sent:%Y%m%d%H%M%S}.{self.answer.lower()}@{domain}>\r\n"
            f"Date: {self.sent:%a, %d %b %Y %H:%M:%S} +0000\r\nMIME-Version: 1.0\r\n"
        )


def outlook(answer: Answer) -> bytes:
    """Outlook with Exchange: its own names of time zones, base64, long folded lines."""
    text = (
        f"BEGIN:VCALENDAR\r\nMETHOD:{answer.method}\r\n"
        "PRODID:Microsoft Exchange Server 2010\r\nVERSION:2.0\r\n"
        "BEGIN:VTIMEZONE\r\nTZID:GMT Standard Time\r\nBEGIN:STANDARD\r\n"
        "DTSTART:16010101T020000\r\nTZOFFSETFROM:+0100\r\nTZOFFSETTO:+0000\r\n"
        "RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=10\r\nEND:STANDARD\r\n"
        "END:VTIMEZONE\r\nBEGIN:VEVENT\r\n"
        f'ATTENDEE;PARTSTAT={answer.answer};CN="Penhallow, Ruth: Police":mailto:\r\n'
        f" {answer.who}\r\n"
        + (f"COMMENT;LANGUAGE=en-GB:{answer.note}\\n\r\n" if answer.note else "")
        + f"UID:{answer.uid[:40]}\r\n {answer.uid[40:]}\r\n"
        "SUMMARY;LANGUAGE=en-GB:Accepted: Rapid review meeting\r\n"
        f"{_zoned('DTSTART', answer.at)}{_zoned('DTEND', _later(answer.at))}"
        "CLASS:PUBLIC\r\nPRIORITY:5\r\nDTSTAMP:20261126T093000Z\r\nTRANSP:OPAQUE\r\n"
        f"STATUS:CONFIRMED\r\nSEQUENCE:{answer.sequence}\r\nLOCATION;LANGUAGE=en-GB:\r\n"
        "X-MICROSOFT-CDO-APPT-SEQUENCE:0\r\nX-MICROSOFT-CDO-BUSYSTATUS:BUSY\r\n"
        "END:VEVENT\r\nEND:VCALENDAR\r\n"
    )
    body = base64.encodebytes(text.encode()).decode().replace("\n", "\r\n")
    return (
        f"{answer.head}"
        'Content-Type: multipart/alternative; boundary="_000_OUT_"\r\n\r\n'
        '--_000_OUT_\r\nContent-Type: text/plain; charset="us-ascii"\r\n'
        f"Content-Transfer-Encoding: quoted-printable\r\n\r\n{answer.note}\r\n"
        f'--_000_OUT_\r\nContent-Type: text/calendar; charset="utf-8"; method={answer.method}\r\n'
        f"Content-Transfer-Encoding: base64\r\n\r\n{body}\r\n--_000_OUT_--\r\n"
    ).encode()


def google(answer: Answer) -> bytes:
    """Google: words of its own in the body, times in UTC, the same again as a file."""
    comment = f"COMMENT:{answer.note}\r\n" if answer.note else ""
    text = (
        "BEGIN:VCALENDAR\r\nPRODID:-//Google Inc//Google Calendar 70.9054//EN\r\nVERSION:2.0\r\n"
        f"CALSCALE:GREGORIAN\r\nMETHOD:{answer.method}\r\nBEGIN:VEVENT\r\n"
        f"{_in_utc('DTSTART', answer.at)}{_in_utc('DTEND', _later(answer.at))}"
        "DTSTAMP:20261126T093000Z\r\n"
        "ORGANIZER;CN=Reviews:mailto:rapidreview@bedford-safeguarding.example\r\n"
        f"UID:{answer.uid}\r\n"
        "ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT="
        f"{answer.answer};CN={answer.who}\r\n ;X-NUM-GUESTS=0:mailto:{answer.who}\r\n{comment}"
        "CREATED:20261126T093000Z\r\nDESCRIPTION:Rapid review\\, by video\r\n"
        f"LAST-MODIFIED:20261126T093000Z\r\nSEQUENCE:{answer.sequence}\r\nSTATUS:CONFIRMED\r\n"
        "SUMMARY:Rapid review meeting\r\nTRANSP:OPAQUE\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )
    plain = base64.encodebytes(b"Somebody has answered this invitation.\n").decode()
    part = quopri.encodestring(text.replace("\r\n", "\n").encode()).decode().replace("\n", "\r\n")
    file = base64.encodebytes(text.encode()).decode().replace("\n", "\r\n")
    return (
        f"{answer.head}Sender: Google Calendar <calendar-notification@google.example>\r\n"
        'Content-Type: multipart/mixed; boundary="000M"\r\n\r\n'
        '--000M\r\nContent-Type: multipart/alternative; boundary="000A"\r\n\r\n'
        '--000A\r\nContent-Type: text/plain; charset="UTF-8"; format=flowed; delsp=yes\r\n'
        f"Content-Transfer-Encoding: base64\r\n\r\n{plain}\r\n"
        f'--000A\r\nContent-Type: text/calendar; charset="UTF-8"; method={answer.method}\r\n'
        f"Content-Transfer-Encoding: quoted-printable\r\n\r\n{part}\r\n--000A--\r\n"
        '--000M\r\nContent-Type: application/ics; name="invite.ics"\r\n'
        'Content-Disposition: attachment; filename="invite.ics"\r\n'
        f"Content-Transfer-Encoding: base64\r\n\r\n{file}\r\n--000M--\r\n"
    ).encode()


def apple(answer: Answer) -> bytes:
    """Apple: an empty text, the calendar in clear, parameters in capitals and in quotes."""
    text = (
        "BEGIN:VCALENDAR\r\nCALSCALE:GREGORIAN\r\nVERSION:2.0\r\n"
        f"METHOD:{answer.method}\r\nPRODID:-//Apple Inc.//macOS 14.6//EN\r\n"
        "BEGIN:VTIMEZONE\r\nTZID:Europe/London\r\nEND:VTIMEZONE\r\nBEGIN:VEVENT\r\n"
        f"UID:{answer.uid}\r\n{_named('DTSTART', answer.at)}{_named('DTEND', _later(answer.at))}"
        f"SUMMARY:Rapid review meeting\r\nSEQUENCE:{answer.sequence}\r\n"
        "ORGANIZER;CN=Reviews:mailto:rapidreview@bedford-safeguarding.example\r\n"
        f'ATTENDEE;CN="Verity Langdale";CUTYPE=INDIVIDUAL;EMAIL="{answer.who}";\r\n'
        f" PARTSTAT={answer.answer};ROLE=REQ-PARTICIPANT:MAILTO:{answer.who.upper()}\r\n"
        + (f"COMMENT:{answer.note}\r\n" if answer.note else "")
        + "DTSTAMP:20261126T093000Z\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )
    return (
        f"{answer.head}"
        'Content-Type: multipart/alternative; boundary="Apple-Mail-1"\r\n\r\n'
        "--Apple-Mail-1\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n\r\n"
        f"--Apple-Mail-1\r\nContent-Type: text/calendar; charset=utf-8; method={answer.method}\r\n"
        f"Content-Transfer-Encoding: 7bit\r\n\r\n{text}\r\n--Apple-Mail-1--\r\n"
    ).encode()


PROGRAMS = (outlook, google, apple)


@dataclass(frozen=True, kw_only=True)
class OwnInvitation:
    """An invitation that staff send from Outlook as the shared mailbox."""

    uid: str
    own: str
    subject: str
    to: tuple[str, ...]
    at: datetime
    sent: datetime
    method: str = "REQUEST"
    where: str = "Room 4"

    @property
    def mime(self) -> bytes:
        """Its copy in Sent."""
        people = "".join(
            f"ATTENDEE;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=TRUE;CN={a}:mailto:{a}\r\n"
            for a in self.to
        )
        text = (
            f"BEGIN:VCALENDAR\r\nMETHOD:{self.method}\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\n"
            f"ORGANIZER;CN=Reviews:mailto:{self.own}\r\n{people}UID:{self.uid}\r\n"
            f"SUMMARY;LANGUAGE=en-GB:{self.subject}\r\n{_zoned('DTSTART', self.at)}"
            f"LOCATION;LANGUAGE=en-GB:{self.where}\r\nSEQUENCE:0\r\n"
            "END:VEVENT\r\nEND:VCALENDAR\r\n"
        )
        body = base64.encodebytes(text.encode()).decode().replace("\n", "\r\n")
        return (
            f"From: <{self.own}>\r\nTo: {', '.join(self.to)}\r\nSubject: {self.subject}\r\n"
            f"Message-ID: <{self.sent:%Y%m%d%H%M%S}@outlook.example>\r\n"
            f"Date: {self.sent:%a, %d %b %Y %H:%M:%S} +0000\r\nMIME-Version: 1.0\r\n"
            'Content-Type: multipart/alternative; boundary="OWN"\r\n\r\n'
            "--OWN\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nPlease come.\r\n"
            f"--OWN\r\nContent-Type: text/calendar; charset=utf-8; method={self.method}\r\n"
            f"Content-Transfer-Encoding: base64\r\n\r\n{body}\r\n--OWN--\r\n"
        ).encode()


def _later(at: datetime | date) -> datetime | date:
    return at + (timedelta(hours=2) if isinstance(at, datetime) else timedelta(days=1))


def _zoned(name: str, at: datetime | date) -> str:
    """Exchange writes a whole day as one that begins at midnight."""
    wall = at.astimezone(LONDON) if isinstance(at, datetime) else None
    text = f"{wall:%Y%m%dT%H%M%S}" if wall else f"{at:%Y%m%d}T000000"
    return f"{name};TZID=GMT Standard Time:{text}\r\n"


def _in_utc(name: str, at: datetime | date) -> str:
    if isinstance(at, datetime):
        return f"{name}:{at.astimezone(UTC):%Y%m%dT%H%M%SZ}\r\n"
    return f"{name};VALUE=DATE:{at:%Y%m%d}\r\n"


def _named(name: str, at: datetime | date) -> str:
    if isinstance(at, datetime):
        return f"{name};TZID=Europe/London:{at.astimezone(LONDON):%Y%m%dT%H%M%S}\r\n"
    return f"{name};VALUE=DATE:{at:%Y%m%d}\r\n"
