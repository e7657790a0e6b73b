"""Small builders for tests of the whole: a home, invented mails, and a case under way.

Everybody is invented. Moments are of the week of Mon 23 November 2026 unless a test says
otherwise; times are UTC, which is London's time in November.
"""

import email
import email.policy
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

from mailbot.by_hand import record_lines
from mailbot.core.model import CaseRef, LetterKind
from mailbot.mailboxes.maildir_files import deliver
from mailbot.rehearsal import Rehearsal
from mailbot.settings import Settings, init, load
from mailbot.unit import Unit

ADDRESS = "rapidreview@bedford-safeguarding.example"
AUTHSERV_ID = "mx.bedford-safeguarding.example"
STAFF = "tomasz.ellery@bedford-safeguarding.example"
NOTIFIER = "gwendolyn.pryce@children.bedford-council.example"
POLICE = "case.reviews@bedfordshire-police.example"
GP = "named.gp@bedford-primary-care.example"
HOSPITAL = "safeguarding.children@bedford-hospitals.example"
ICB = "designated.nurse@bedfordshire-icb.example"
EDUCATION = "education.safeguarding@schools.bedford-council.example"
PROBATION = "safeguarding@bedfordshire-probation.example"
SOCIAL_CARE = "rapidreviews@children.bedford-council.example"

#: The child of the case under way, and words that stand only in what was written about the child.
CHILD = "Zephyrine Quill"
NOTIFICATION = f"""\
Serious incident notification

Name of child: {CHILD}
Date of birth: 3 May 2019
Gender: female
Ethnicity: White British
Disability: none
Home address: 1 Larch Road, Bedford
Date of incident: 20 November 2026
Nature of incident: serious harm
Summary: Found injured at home.
Notifier: Gwendolyn Pryce
Role: Principal Social Worker
Agencies involved: Police, GP, Hospital
"""
RETURN = """\
Author: Sol Winter
Role of author: Named nurse
Is the child known to your agency? Yes
Summary of involvement: Seen eleven times since birth.
Good practice: The visitor called unannounced.
Learning: Two missed appointments were not told to the others.
Immediate actions: Records have been secured.
Signed off by: Dr Bryn Cole
"""


def moment(text: str) -> datetime:
    """Given "Mon 2026-11-23 10:00", return it in UTC; the weekday is checked."""
    weekday, _, rest = text.partition(" ")
    at = datetime.strptime(rest, "%Y-%m-%d %H:%M").replace(tzinfo=UTC)
    assert at.strftime("%a") == weekday, f"{rest} is a {at:%a}"
    return at


def parsed(mime: bytes) -> EmailMessage:
    """A mail's bytes as Python's own library reads them."""
    return email.message_from_bytes(mime, policy=email.policy.default)  # type: ignore[return-value]


def text_of(message: EmailMessage) -> str:
    """The plain text of a mail."""
    body = message.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def a_home(directory: Path, changes: Mapping[str, str] | None = None) -> Settings:
    """A home as `mailbot init` makes it, with pieces of its area's file replaced."""
    init(directory)
    file = directory / "config" / "areas" / "bedford.toml"
    text = file.read_text("utf-8")
    for old, new in (changes or {}).items():
        assert old in text, f"{old!r} is not in the area's file"
        text = text.replace(old, new)
    file.write_text(text, "utf-8")
    return load(directory, os.environ)


@dataclass(frozen=True, kw_only=True)
class Mail:
    """A mail to the shared mailbox. `verdict` is what its mail server says of the sender."""

    sender: str
    subject: str
    text: str
    number: str  # makes its Message-ID
    at: datetime
    answers: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    files: Sequence[tuple[str, bytes]] = ()
    verdict: str = "pass"
    authserv_id: str = AUTHSERV_ID
    to: str = ADDRESS

    @property
    def mime(self) -> bytes:
        """Its bytes: the same every time."""
        domain = self.sender.partition("@")[2]
        message = EmailMessage(policy=email.policy.SMTP)
        message["Authentication-Results"] = (
            f"{self.authserv_id}; dmarc={self.verdict} header.from={domain}"
        )
        message["From"] = self.sender
        message["To"] = self.to
        message["Subject"] = self.subject
        message["Message-ID"] = f"<{self.number}@{domain}>"
        message["Date"] = self.at
        if self.answers:
            message["In-Reply-To"] = message["References"] = self.answers
        for name, value in self.headers.items():
            message[name] = value
        message.set_content(self.text)
        for name, content in self.files:
            message.add_attachment(
                content, maintype="application", subtype="octet-stream", filename=name
            )
        if self.files:
            message.set_boundary(f"==={self.number}===")
        return message.as_bytes()


def notification(at: datetime, *, number: str = "n1", text: str = NOTIFICATION) -> Mail:
    """A notification in the body of a mail, from somebody the area knows."""
    return Mail(sender=NOTIFIER, subject="Serious incident", text=text, number=number, at=at)


def bounce(at: datetime, *, number: str, letter: str, recipient: str) -> bytes:
    """What a mail host says of a letter of ours that it could not deliver (RFC 3464)."""
    host = AUTHSERV_ID
    return (
        f"Return-Path: <>\r\nFrom: Mail Delivery System <MAILER-DAEMON@{host}>\r\nTo: {ADDRESS}\r\n"
        f"Subject: Undelivered Mail Returned to Sender\r\nMessage-ID: <{number}@{host}>\r\n"
        f"Date: {at:%a, %d %b %Y %H:%M:%S} +0000\r\nAuto-Submitted: auto-replied\r\n"
        "MIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="R"\r\n\r\n'
        "--R\r\nContent-Type: text/plain\r\n\r\nIt could not be delivered.\r\n"
        "--R\r\nContent-Type: message/delivery-status\r\n\r\n"
        f"Reporting-MTA: dns; {host}\r\n\r\nFinal-Recipient: rfc822; {recipient}\r\n"
        "Action: failed\r\nStatus: 5.1.1\r\n\r\n"
        f"--R\r\nContent-Type: message/rfc822\r\n\r\nFrom: {ADDRESS}\r\nTo: {recipient}\r\n"
        f"Subject: a letter\r\nMessage-ID: {letter}\r\n\r\nText.\r\n--R--\r\n"
    ).encode()


def put(settings: Settings, mime: bytes, at: datetime) -> str:
    """Deliver bytes into the Maildir of a home, and return the name of the file."""
    return deliver(settings.areas[0].mailbox.path, mime, at)


def letter_to(unit: Unit, address: str, kind: LetterKind) -> str:
    """The Message-ID of the newest letter of a kind to an address."""
    return next(
        letter.message_id
        for letter in unit.store.outbox.all()
        if letter.kind is kind and address in letter.recipients
    )


CRITERIA = """\
criteria: met
decided on: 23 November 2026
present: council, icb, police
chair consulted: yes

agencies: as proposed

panel notified: 23 November 2026
"""
MEETING = "meeting: Mon 30 November 2026 10:00\nwhere: Room 4"
HELD = "held: 30 November 2026\npresent: council, icb, police, chair"


def case_under_way(
    settings: Settings, *, year: int = 2026, until: str = "Mon 2026-11-30 12:30"
) -> tuple[Unit, CaseRef]:
    """A case whose meeting was held on Mon 30 November, and whose returns are still to come.

    In 2020, days had the same names: for servers that take no mail from the future.
    """
    end = moment(until).replace(year=year)

    def then(text: str) -> datetime:
        return moment(text.replace("2026", str(year)))

    play = Rehearsal(settings, begins=then("Mon 2026-11-23 08:55"))
    at = then("Mon 2026-11-23 09:30")
    play.receive(notification(at, text=NOTIFICATION.replace("2026", str(year))).mime, at)
    ref = play.unit.store.cases.refs()[0]
    for when, lines in (
        ("Mon 2026-11-23 10:00", CRITERIA),
        ("Mon 2026-11-23 12:00", MEETING),
        ("Mon 2026-11-30 12:00", HELD),
    ):
        if then(when) > end:
            break
        play.until(then(when))
        lines_then = lines.replace("2026", str(year))
        said = record_lines(play.unit, ref, lines_then, by="command line", now=play.now)
        assert said.recorded, said.not_understood
    play.until(end)
    return play.unit, ref


def mixed_inbox(unit: Unit, ref: CaseRef, start: datetime) -> list[tuple[bytes, datetime]]:
    """A dozen mails of every usual sort about a case under way, one a minute."""
    times = iter(start + timedelta(minutes=n) for n in range(30))
    subject = f"RE: [EXTERNAL] [{ref}] Information request"
    found: list[tuple[bytes, datetime]] = []

    def add(**words: object) -> bytes:
        at = next(times)
        mail = Mail(at=at, number=f"mixed-{len(found)}", **words)
        found.append((mail.mime, at))
        return mail.mime

    def asked(address: str) -> str:
        return letter_to(unit, address, LetterKind.INFORMATION_REQUEST)

    full = add(sender=POLICE, subject=subject, text=RETURN, answers=asked(POLICE))
    add(
        sender=GP,
        subject=subject,
        text="Nil return: the child is not known to us.",
        answers=asked(GP),
    )
    add(
        sender=HOSPITAL,
        subject=subject,
        text="Author: Ash Lorne\nIs the child known to your agency? Yes\n",
        answers=asked(HOSPITAL),
    )
    at = next(times)
    found.append((bounce(at, number="mixed-b", letter=asked(PROBATION), recipient=PROBATION), at))
    add(
        sender=EDUCATION,
        subject=f"Automatic reply: [{ref}] Information request",
        text="I am away until Monday 7 December.",
        answers=asked(EDUCATION),
        headers={"Auto-Submitted": "auto-replied"},
    )
    add(sender="nobody@elsewhere.example", subject=f"[{ref}]", text=RETURN)
    add(sender=STAFF, subject=f"RE: [{ref}] New case", text=DECISION, answers=_desk(unit))
    found.append((full, next(times)))  # the same mail, delivered twice
    first = notification(moment("Mon 2026-11-23 09:30")).mime
    found.append((first, next(times)))  # a mail that was filed a week ago, delivered again
    found.append((b"\xff\xfe\x00no header at all\x00\r\r\n\xe2\x28", next(times)))
    add(
        sender=NOTIFIER,
        subject="Serious incident",
        text=NOTIFICATION.replace(CHILD, "Osric Fennimore").replace("2019", "2021"),
    )
    add(sender="newsletter@elsewhere.example", subject="Autumn offers", text="Dear all, look here.")
    add(sender=ICB, subject=subject, text=RETURN, answers=asked(ICB), verdict="fail")
    return found


DECISION = """\
decision: no review
next: audit
criteria found: met
decided on: 30 November 2026
reasons: the partners agree
learning: appointments
"""


def _desk(unit: Unit) -> str:
    return letter_to(unit, STAFF, LetterKind.NEW_CASE)


def as_json(value: object) -> str:
    """JSON whose text is the same for the same value."""
    return json.dumps(value, sort_keys=True, default=str)
