"""Mail that looks like something else than it is: quoted, automatic, forged, cut off, too much.

The week of Mon 23 November 2026; times are UTC, which is London's time in November.
"""

import email
import email.policy
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from mailbot.by_hand import link_message, record_lines
from mailbot.casework import case_of
from mailbot.core.mail.messages import message_key
from mailbot.core.model import AgencyInCase, CaseRef, FactKind, LetterKind
from mailbot.recording import read_ahead, record_one
from mailbot.rehearsal import Rehearsal
from mailbot.store import Arrival, Kept
from tests.shell.world import (
    CRITERIA,
    HOSPITAL,
    NOTIFICATION,
    NOTIFIER,
    POLICE,
    RETURN,
    STAFF,
    Mail,
    a_home,
    letter_to,
    moment,
    notification,
    text_of,
)

DUTY = "duty@bedford-safeguarding.example"
STRANGER = "someone@elsewhere.example"


class Office:
    """The unit at work, with every letter that went out."""

    def __init__(self, directory: Path) -> None:
        self.stage = Rehearsal(a_home(directory), begins=moment("Mon 2026-11-23 08:55"))
        self.unit = self.stage.unit
        self.went: list[EmailMessage] = []
        self.numbers: Iterator[int] = iter(range(1_000))

    def take(self, mail: Mail, change: Callable[[bytes], bytes] = bytes) -> Kept:
        """Let a mail arrive and be read."""
        mime = change(mail.mime)
        self.stage.receive(mime, mail.at)
        self.collect()
        kept = self.unit.store.messages.get(message_key(mime))
        assert kept is not None
        return kept

    def writes(self, sender: str, text: str, at: datetime, **words: Any) -> Kept:
        """Let somebody write."""
        plain: dict[str, Any] = {"subject": "A mail", "number": f"odd-{next(self.numbers)}"}
        return self.take(Mail(sender=sender, text=text, at=at, **(plain | words)))

    def collect(self) -> None:
        """Take the letters that went out since the last time."""
        for letter in self.stage.letters():
            self.went.append(email.message_from_bytes(letter.mime, policy=email.policy.default))

    def newest(self, words: str) -> EmailMessage:
        """The newest letter whose subject holds some words."""
        return next(m for m in reversed(self.went) if words in str(m["subject"]))

    def count(self, words: str, to: str = "") -> int:
        """How many letters went whose subject holds some words."""
        return sum(words in str(m["subject"]) and to in str(m["to"]) for m in self.went)

    @property
    def ref(self) -> CaseRef:
        """The first case."""
        return self.unit.store.cases.refs()[0]

    def by_people(self) -> list[str]:
        """What anybody else than mailbot has recorded on the case by mail."""
        mine = ("mailbot", "command line")
        found = self.unit.store.cases.facts(self.ref)
        return [fact.kind.value for fact in found if fact.recorded_by not in mine]

    def agency(self, code: str) -> AgencyInCase:
        """An agency in the case as it stands."""
        return next(a for a in case_of(self.unit, self.ref).agencies.values() if a.code == code)


@pytest.fixture
def office(tmp_path: Path) -> Office:
    """An office with nothing open."""
    return Office(tmp_path)


@pytest.fixture
def opened(office: Office) -> Office:
    """An office with one case, opened on Monday at half past nine."""
    office.take(notification(moment("Mon 2026-11-23 09:30")))
    return office


@pytest.fixture
def asked(opened: Office) -> Office:
    """The agencies of that case were asked on Monday before noon."""
    record_lines(opened.unit, opened.ref, CRITERIA, by="command line", now=opened.stage.now)
    opened.stage.until(moment("Mon 2026-11-23 12:00"))
    opened.collect()
    return opened


def token_line(office: Office, agency: str) -> str:
    """The last line of an agency's request."""
    return text_of(office.newest(f"Information request for {agency}")).strip().splitlines()[-1]


# --- what is quoted is nobody's word -----------------------------------------------------------


def outlook_reply(letter: EmailMessage, above: str) -> str:
    """A reply in which the letter stands as Outlook quotes it: with no marks but its head."""
    head = f"From: {letter['from']}\nSent: 23 November 2026 09:30\nTo: {STAFF}\n"
    return f"{above}\n\n{head}Subject: {letter['subject']}\n\n{text_of(letter)}"


@pytest.mark.parametrize("above", ["", "Sent from my iPhone", "Get Outlook for iOS"])
def test_an_empty_answer_to_a_letter_with_examples_records_none_of_them(
    opened: Office, above: str
) -> None:
    letter = opened.newest("New case")
    at = moment("Thu 2026-11-26 11:00")
    text = outlook_reply(letter, above)
    opened.writes(STAFF, text, at, answers=str(letter["message-id"]))
    assert opened.by_people() == []
    assert "above the quoted letter" in text_of(opened.newest("Not recorded"))


def test_what_is_typed_above_the_quote_is_recorded(opened: Office) -> None:
    letter = opened.newest("New case")
    text = outlook_reply(letter, "note: rang the ward")
    opened.writes(STAFF, text, moment("Mon 2026-11-23 11:00"), answers=str(letter["message-id"]))
    assert opened.by_people() == ["note"]


def test_a_forward_without_a_comment_records_nothing(opened: Office) -> None:
    quoted = text_of(opened.newest("New case")).strip().splitlines()[-1]
    text = (
        "---------- Forwarded message ---------\nFrom: Somebody <anyone@agency.example>\n"
        f"Date: Mon, 23 Nov 2026 at 10:00\nSubject: Re: [{opened.ref}]\nTo: Tomasz Ellery\n\n"
        f"withdraw: it was the wrong child\ncriteria: not met\n\n> {quoted}\n"
    )
    opened.writes(STAFF, text, moment("Mon 2026-11-23 11:00"))
    assert opened.by_people() == []


def test_a_forwarded_nil_return_is_not_the_forwarders(asked: Office) -> None:
    text = (
        "From: Somebody <named.gp@bedford-primary-care.example>\nSent: 23 November 2026 12:30\n"
        "To: Case reviews\nSubject: RE: request\n\nNil return.\n"
    )
    kept = asked.writes(POLICE, text, moment("Mon 2026-11-23 13:00"), subject=f"FW: [{asked.ref}]")
    assert kept.waits
    assert not asked.agency("police").answered


# --- what looks automatic ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "header",
    [
        {"List-Id": "<safeguarding.bedford-council.example>"},
        {"Precedence": "bulk"},
        {"List-Unsubscribe": "<mailto:u@bedford-council.example>"},
    ],
)
def test_a_notification_that_came_through_a_list_opens_a_case(
    office: Office, header: dict[str, str]
) -> None:
    at = moment("Mon 2026-11-23 09:30")
    kept = office.writes(NOTIFIER, NOTIFICATION, at, headers=header)
    assert kept.case == office.ref


def test_a_notification_that_a_portal_sent_waits_and_staff_are_told(office: Office) -> None:
    header = {"Auto-Submitted": "auto-generated"}
    at = moment("Mon 2026-11-23 09:30")
    kept = office.writes(NOTIFIER, NOTIFICATION, at, headers=header)
    assert (kept.waits, kept.case) == (True, None)
    assert office.unit.store.cases.refs() == []
    assert office.count("A notification waits") == 1


def test_a_strangers_newsletter_and_a_forged_one_do_nothing(office: Office) -> None:
    at = moment("Mon 2026-11-23 09:30")
    header = {"List-Unsubscribe": "<mailto:u@elsewhere.example>"}
    assert not office.writes(STRANGER, "Autumn offers.", at, headers=header).waits
    forged = office.writes(NOTIFIER, NOTIFICATION, at, headers=header, verdict="fail")
    assert (forged.waits, forged.case) == (True, None)


def test_a_nil_return_with_a_lists_marks_counts(asked: Office) -> None:
    header = {"Precedence": "bulk", "List-Unsubscribe": "<mailto:u@police.example>"}
    at = moment("Mon 2026-11-23 13:00")
    subject = f"[{asked.ref}] Our return"
    asked.writes(POLICE, "The child is not known to us.", at, subject=subject, headers=header)
    assert asked.agency("police").answered


def report(recipient: str, words: str = "") -> Callable[[bytes], bytes]:
    """Make a mail a delivery report about a recipient (RFC 3464)."""
    body = (
        f"--R\r\nContent-Type: text/plain\r\n\r\nNo such user.\r\n{words}\r\n--R\r\n"
        "Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\n"
        f"Final-Recipient: rfc822; {recipient}\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n--R--\r\n"
    )
    kind = "Content-Type: multipart/report; report-type=delivery-status; boundary=R"

    def change(mime: bytes) -> bytes:
        head = mime.partition(b"\r\n\r\n")[0].split(b"\r\n")
        kept = [line for line in head if not line.lower().startswith(b"content-")]
        return b"\r\n".join([*kept, kind.encode(), b"", body.encode()])

    return change


def a_report_from(sender: str, *, verdict: str = "pass") -> Mail:
    """A mail to be made a report."""
    at = moment("Mon 2026-11-23 13:00")
    return Mail(
        sender=sender, subject="Undeliverable", text="", number="dsn", at=at, verdict=verdict
    )


def test_a_bounce_without_our_message_id_makes_the_agencys_reminders_wait(asked: Office) -> None:
    mail = a_report_from("mailer-daemon@bedford-hospitals.example")
    kept = asked.take(mail, report(HOSPITAL))
    assert (kept.waits, kept.agency, kept.candidates) == (True, "hospital", (asked.ref,))
    assert asked.agency("hospital").waiting


def test_a_forged_bounce_does_not_halt_another_agencys_reminders(asked: Office) -> None:
    words = token_line(asked, "Bedfordshire Police")
    kept = asked.take(a_report_from(STRANGER, verdict="fail"), report(HOSPITAL, words))
    assert kept.waits
    hospital = asked.agency("hospital")
    assert (hospital.undelivered, hospital.waiting) == (False, ())
    asked.stage.until(moment("Tue 2026-12-01 12:00"))
    asked.collect()
    assert asked.count("Reminder", HOSPITAL) > 0


def test_a_bounce_of_the_agencys_own_letter_counts(asked: Office) -> None:
    words = token_line(asked, "Bedford General")
    mail = a_report_from("mailer-daemon@bedford-hospitals.example", verdict="fail")
    kept = asked.take(mail, report(HOSPITAL, words))
    assert (kept.waits, kept.case) == (False, asked.ref)
    assert asked.agency("hospital").undelivered


@pytest.mark.parametrize("sender", [HOSPITAL, STRANGER])
def test_a_forged_absence_note_neither_tells_nor_lies_in_the_case(
    asked: Office, sender: str
) -> None:
    text = "I am away. " + token_line(asked, "Bedfordshire Police")
    kept = asked.writes(
        sender,
        text,
        moment("Mon 2026-11-23 13:00"),
        subject="Automatic reply: your letter",
        headers={"Auto-Submitted": "auto-replied"},
        verdict="fail",
    )
    assert (kept.waits, kept.case, kept.file_to) == (False, None, None)
    assert asked.agency("hospital").away == ""


def test_a_person_who_attaches_a_bounce_has_written_a_mail(asked: Office) -> None:
    inner = report("a@b.example")(b"Subject: x\r\n\r\n").decode()
    body = (
        "--b\r\nContent-Type: text/plain\r\n\r\nYesterday's mail came back, see below.\r\n--b\r\n"
        f"Content-Type: message/rfc822\r\n\r\n{inner}\r\n--b--\r\n"
    )

    def attach(mime: bytes) -> bytes:
        head = mime.partition(b"\r\n\r\n")[0].split(b"\r\n")
        kept = [line for line in head if not line.lower().startswith(b"content-")]
        kind = b"Content-Type: multipart/mixed; boundary=b"
        return b"\r\n".join([*kept, kind, b"", body.encode()])

    at = moment("Mon 2026-11-23 13:00")
    subject = f"Our return [{asked.ref}]"
    mail = Mail(sender=POLICE, subject=subject, text="", number="attached", at=at)
    kept = asked.take(mail, attach)
    assert (kept.message_class, kept.waits, kept.agency) == ("personal", True, "police")


# --- what was not read ---------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["return.pdf", "return.docx"])
def test_a_nil_return_with_a_file_that_was_not_read_waits(asked: Office, name: str) -> None:
    locked = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le")
    content = b"%PDF-1.4 scan" if name.endswith(".pdf") else locked
    answers = letter_to(asked.unit, POLICE, LetterKind.INFORMATION_REQUEST)
    at = moment("Mon 2026-11-23 13:00")
    kept = asked.writes(POLICE, "Nil return.", at, answers=answers, files=[(name, content)])
    assert (kept.waits, kept.agency) == (True, "police")
    assert not asked.agency("police").answered


def test_a_notification_with_a_file_that_was_not_read_opens_a_case_and_is_looked_at(
    office: Office,
) -> None:
    at = moment("Mon 2026-11-23 09:30")
    kept = office.writes(NOTIFIER, NOTIFICATION, at, files=[("more.pdf", b"%PDF-1.4 scan")])
    assert kept.case == office.ref
    assert kept.waits


def keep_cut_off(office: Office, mail: Mail) -> Kept:
    """Keep and read a mail of which only the beginning came."""
    key = message_key(mail.mime)
    arrival = Arrival(
        key=key,
        message_id=None,
        received_at=mail.at,
        mime=mail.mime,
        folder="INBOX",
        id=mail.number,
        truncated=True,
    )
    office.unit.store.messages.keep([arrival])
    ahead = read_ahead(office.unit, key, mail.mime, received_at=mail.at, truncated=True)
    handled = record_one(office.unit, key, mail.mime, ahead, now=office.stage.now)
    assert handled.from_staff is None
    office.unit.store.messages.record([handled.reading])
    kept = office.unit.store.messages.get(key)
    assert kept is not None
    return kept


def test_a_return_of_which_only_the_beginning_is_kept_is_linked_and_no_more(
    asked: Office,
) -> None:
    at = moment("Mon 2026-11-23 13:00")
    answers = letter_to(asked.unit, POLICE, LetterKind.INFORMATION_REQUEST)
    mail = Mail(sender=POLICE, subject="x", text=RETURN, number="big", at=at, answers=answers)
    kept = keep_cut_off(asked, mail)
    assert (kept.case, kept.waits, kept.agency) == (asked.ref, True, "police")
    assert "only its beginning" in kept.reason
    assert not asked.agency("police").answered


def test_a_notification_of_which_only_the_beginning_is_kept_opens_no_case(office: Office) -> None:
    mail = notification(moment("Mon 2026-11-23 09:30"))
    kept = keep_cut_off(office, mail)
    assert (kept.case, kept.waits) == (None, True)
    assert office.unit.store.cases.refs() == []


def test_a_strangers_mail_of_which_only_the_beginning_is_kept_waits(office: Office) -> None:
    at = moment("Mon 2026-11-23 09:30")
    mail = Mail(sender=STRANGER, subject="x", text="Hello.", number="big", at=at)
    assert keep_cut_off(office, mail).waits


def test_staffs_lines_of_which_only_the_beginning_is_kept_are_not_recorded(
    opened: Office,
) -> None:
    at = moment("Mon 2026-11-23 11:00")
    answers = letter_to(opened.unit, STAFF, LetterKind.NEW_CASE)
    text = "criteria: met\ndecided on: today"
    mail = Mail(sender=STAFF, subject="x", text=text, number="big", at=at, answers=answers)
    assert keep_cut_off(opened, mail).waits
    assert opened.by_people() == []


def test_a_person_who_links_what_was_cut_off_records_nothing_from_it(asked: Office) -> None:
    at = moment("Mon 2026-11-23 13:00")
    mail = Mail(sender=POLICE, subject="x", text=RETURN, number="big", at=at)
    kept = keep_cut_off(asked, mail)
    assert kept.case is None
    link_message(asked.unit, kept.key, asked.ref, by=STAFF, now=asked.stage.now)
    facts = asked.unit.store.cases.facts_of_message(kept.key)
    assert [fact.kind for fact in facts] == [FactKind.MESSAGE_LINKED]


# --- too much of it ----------------------------------------------------------------------------


def test_a_machine_that_answers_our_answers_gets_one(opened: Office) -> None:
    start = moment("Mon 2026-11-23 11:00")
    answers = letter_to(opened.unit, STAFF, LetterKind.NEW_CASE)
    for minute in range(20):
        at = start + timedelta(minutes=minute)
        text = "criteria not met by this ticket"
        opened.writes(DUTY, text, at, answers=answers, subject=f"[Ticket {minute}]")
    assert opened.count("Not recorded", DUTY) == 1
    opened.writes(DUTY, text, moment("Tue 2026-11-24 11:00"), answers=answers)
    assert opened.count("Not recorded", DUTY) == 2


def test_one_person_gets_ten_answers_in_an_hour_and_all_is_recorded(opened: Office) -> None:
    start = moment("Mon 2026-11-23 11:00")
    answers = letter_to(opened.unit, STAFF, LetterKind.NEW_CASE)
    for minute in range(13):
        at = start + timedelta(minutes=minute)
        opened.writes(STAFF, f"note: number {minute}", at, answers=answers)
    assert opened.by_people() == ["note"] * 13
    outbox = opened.unit.store.outbox
    sent = [x for x in outbox.all() if x.kind is LetterKind.INSTRUCTION_ANSWER]
    assert len(sent) == 10
    assert [case for _, case, _, _ in outbox.notices()] == [opened.ref]
    opened.writes(STAFF, "note: later", start + timedelta(hours=2), answers=answers)
    assert len([x for x in outbox.all() if x.kind is LetterKind.INSTRUCTION_ANSWER]) == 11


def another_child(number: int) -> str:
    """A notification about somebody else."""
    names = ["Ada", "Bea", "Cleo", "Dora", "Enid", "Flora", "Greta", "Hope"]
    text = NOTIFICATION.replace("Zephyrine", names[number])
    return text.replace("3 May 2019", f"{number + 3} May 2019")


def test_after_five_openings_of_one_sender_in_a_day_a_person_opens_the_next(
    office: Office,
) -> None:
    start = moment("Mon 2026-11-23 10:00")
    kept = [
        office.writes(NOTIFIER, another_child(n), start + timedelta(minutes=n)) for n in range(8)
    ]
    assert len(office.unit.store.cases.refs()) == 5
    assert [one.waits for one in kept] == [False] * 5 + [True] * 3
    assert office.count("Many notifications") == 1
    assert office.count("A notification waits") == 0
    next_day = moment("Tue 2026-11-24 10:00")
    assert office.writes(NOTIFIER, another_child(5), next_day).case


def test_a_second_notification_in_a_day_without_a_childs_name_waits(office: Office) -> None:
    nameless = "\n".join(
        line for line in NOTIFICATION.splitlines() if not line.startswith("Name of child")
    )
    start = moment("Mon 2026-11-23 10:00")
    first = office.writes(NOTIFIER, nameless, start)
    second = office.writes(NOTIFIER, nameless, start + timedelta(minutes=1))
    named = office.writes(NOTIFIER, another_child(1), start + timedelta(minutes=2))
    assert (bool(first.case), second.waits, second.case, bool(named.case)) == (
        True,
        True,
        None,
        True,
    )


def test_why_a_mail_waits_is_said_once(office: Office) -> None:
    form = Path(__file__).resolve().parents[1] / "documents" / "corpus" / "lado-01.docx"
    kept = office.writes(
        HOSPITAL,
        "Please find our form attached.",
        moment("Mon 2026-11-23 09:00"),
        files=[("form.docx", form.read_bytes())],
    )
    assert kept.waits
    assert kept.reason.count("an allegation against somebody") == 1
