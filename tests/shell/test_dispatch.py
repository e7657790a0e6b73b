"""Sending when something is in the way: one letter, one folder, one server stops only itself."""

from datetime import date, datetime, timedelta
from email import message_from_bytes
from pathlib import Path

import pytest

from mailbot import daemon
from mailbot.by_hand import record_lines
from mailbot.core.model import CaseRef, FactKind, LetterKind
from mailbot.daemon import one_pass
from mailbot.errors import MailboxError, SendLaterError
from mailbot.mailboxes import DRAFTS, Handover
from mailbot.mailboxes.maildir import MaildirInbox
from mailbot.rehearsal import Rehearsal
from mailbot.unit import Unit
from tests.shell.world import a_home, moment, notification

PANEL = "mailbox.nationalreviewpanel@education.gov.uk"
BEGINS = moment("Mon 2026-11-23 08:55")
NOTIFIED = moment("Mon 2026-11-23 09:30")
CRITERIA = "criteria: met\ndecided on: today\npresent: council, icb, police\nagencies: as proposed"


def a_case(home: Path, changes: dict[str, str] | None = None) -> tuple[Rehearsal, CaseRef]:
    rehearsal = Rehearsal(a_home(home, changes), begins=BEGINS)
    rehearsal.receive(notification(NOTIFIED).mime, NOTIFIED)
    return rehearsal, rehearsal.unit.store.cases.refs()[0]


def say(rehearsal: Rehearsal, ref: CaseRef, when: str, lines: str) -> tuple[str, ...]:
    rehearsal.until(moment(when))
    said = record_lines(rehearsal.unit, ref, lines, by="command line", now=rehearsal.now)
    return said.not_understood


class Down:
    """A mail server that takes no letters just now."""

    def open(self) -> None:
        """Nothing to open."""

    def close(self) -> None:
        """Nothing to close."""

    def check(self) -> None:
        """Nothing to check."""

    def send(
        self, mime: bytes, *, sender: str, recipients: tuple[str, ...], copy_to: str | None
    ) -> Handover:
        """Take nothing."""
        raise SendLaterError("smtp.example:587 is away.")


def reasons(unit: Unit) -> list[str]:
    return [reason for _, _, reason, _ in unit.store.outbox.notices()]


def test_a_person_is_told_that_letters_do_not_go_and_no_longer_once_they_do(
    tmp_path: Path,
) -> None:
    rehearsal, _ = a_case(tmp_path / "home")
    working = rehearsal.unit.sender
    rehearsal.unit.sender = Down()
    later = moment("Mon 2026-11-23 10:00")
    rehearsal.receive(notification(later, number="n2").mime.replace(b"Quill", b"Finch"), later)
    rehearsal.until(moment("Mon 2026-11-23 16:00"))
    assert any("Letters do not go out" in why for why in reasons(rehearsal.unit))
    rehearsal.unit.sender = working
    rehearsal.until(moment("Tue 2026-11-24 09:30"))
    assert not any("Letters do not go out" in why for why in reasons(rehearsal.unit))


def test_only_todays_digest_goes_when_the_server_takes_letters_again(tmp_path: Path) -> None:
    rehearsal, _ = a_case(tmp_path / "home")
    working = rehearsal.unit.sender
    rehearsal.unit.sender = Down()
    rehearsal.until(moment("Thu 2026-11-26 07:00"))
    rehearsal.unit.sender = working
    rehearsal.until(moment("Thu 2026-11-26 12:00"))
    states = {
        letter.key[-10:]: letter.state
        for letter in rehearsal.unit.store.outbox.all()
        if letter.kind is LetterKind.DIGEST
    }
    assert states["2026-11-24"] == states["2026-11-25"] == "withdrawn"
    assert states["2026-11-26"] == "sent"


@pytest.mark.parametrize(
    ("wakes", "morning"),
    [
        ("Thu 2026-11-26 22:00", "Fri 2026-11-27 09:00"),
        ("Fri 2026-11-27 18:30", "Mon 2026-11-30 09:00"),
        ("Sat 2026-11-28 11:00", "Mon 2026-11-30 09:00"),
    ],
)
def test_a_server_that_slept_reminds_nobody_at_night_or_on_a_day_off(
    wakes: str, morning: str, tmp_path: Path
) -> None:
    rehearsal, _ = a_case(tmp_path / "home")
    unit = rehearsal.unit
    rehearsal.until(moment("Tue 2026-11-24 17:00"))
    rehearsal.letters()
    rehearsal.now = moment(wakes)
    one_pass(unit, rehearsal.now)
    one_pass(unit, rehearsal.now + timedelta(minutes=1))
    kinds = {unit.store.outbox.by_message_id(_identity(x.mime)).kind for x in rehearsal.letters()}
    assert not kinds & {LetterKind.REMINDER, LetterKind.DIGEST, LetterKind.INFORMATION_REQUEST}
    assert not unit.store.outbox.has(f"digest/bedford/{wakes[4:14]}")
    rehearsal.until(moment(morning) + timedelta(minutes=60))
    sent = [unit.store.outbox.by_message_id(_identity(x.mime)) for x in rehearsal.letters()]
    reminders = [letter for letter in sent if letter.kind is LetterKind.REMINDER]
    assert reminders
    assert all(letter.key.split("/")[2] == morning[4:14] for letter in reminders)
    assert unit.store.outbox.get(f"digest/bedford/{morning[4:14]}").state == "sent"


def test_a_request_that_could_not_go_by_evening_waits_for_the_morning(tmp_path: Path) -> None:
    rehearsal, ref = a_case(tmp_path / "home")
    unit, working = rehearsal.unit, rehearsal.unit.sender
    unit.sender = Down()
    record_lines(unit, ref, CRITERIA, by="command line", now=rehearsal.now)
    rehearsal.until(moment("Mon 2026-11-23 18:00"))
    rehearsal.now = moment("Mon 2026-11-23 23:00")
    unit.sender = working
    one_pass(unit, rehearsal.now)
    requests = [
        x for x in unit.store.outbox.of_case(ref) if x.kind is LetterKind.INFORMATION_REQUEST
    ]
    assert requests
    assert {x.state for x in requests} <= {"queued", "withdrawn"}
    rehearsal.until(moment("Tue 2026-11-24 10:00"))
    again = [x for x in unit.store.outbox.of_case(ref) if x.kind is LetterKind.INFORMATION_REQUEST]
    sent = [x for x in again if x.state == "sent"]
    assert len(sent) == len({x.agency for x in requests})
    # Five working days after the day on which it went, not after the day it was written.
    assert {x.due_on for x in sent} == {date(2026, 12, 1)}


def _identity(mime: bytes) -> str:
    return str(message_from_bytes(mime)["Message-ID"]).strip()


def test_drafts_that_the_server_refuses_stop_no_other_letter_and_staff_are_told(
    tmp_path: Path,
) -> None:
    rehearsal, ref = a_case(tmp_path / "home")

    class NoDrafts(MaildirInbox):
        def append(self, folder: str, mime: bytes, received_at: datetime) -> None:
            if folder == DRAFTS:
                raise MailboxError("The server says NO [OVERQUOTA].")
            super().append(folder, mime, received_at)

    rehearsal.unit.inbox = NoDrafts(rehearsal.mailbox)
    assert say(rehearsal, ref, "Mon 2026-11-23 10:00", CRITERIA) == ()
    rehearsal.until(moment("Mon 2026-11-23 17:00"))
    asked = rehearsal.unit.store.cases.facts(ref)
    assert sum(fact.kind is FactKind.INFORMATION_REQUESTED for fact in asked) == 8
    assert any("OVERQUOTA" in why for why in reasons(rehearsal.unit))
    rehearsal.unit.inbox = MaildirInbox(rehearsal.mailbox)
    rehearsal.until(moment("Tue 2026-11-24 12:00"))
    assert len(rehearsal.folder(DRAFTS)) == 3
    assert not any("OVERQUOTA" in why for why in reasons(rehearsal.unit))


def test_no_draft_but_the_submission_is_ever_addressed_to_the_panel(tmp_path: Path) -> None:
    board = 'email = "helen.trevanion@bedford-council.example"'
    rehearsal, ref = a_case(tmp_path / "home", {board: f'email = "{PANEL}"'})
    assert say(rehearsal, ref, "Mon 2026-11-23 10:00", CRITERIA) == ()
    rehearsal.until(moment("Mon 2026-11-23 12:00"))
    assert len(rehearsal.folder(DRAFTS)) == 2
    assert not any(PANEL.encode() in mime.lower() for mime in rehearsal.folder(DRAFTS))
    assert any("Panel" in why for why in reasons(rehearsal.unit))


@pytest.mark.parametrize(
    "line", ["meeting: Mon 3 December 2035 10:00", "extend: police until 2031"]
)
def test_a_day_years_ahead_is_a_slip_of_the_pen_and_stops_no_clock(
    tmp_path: Path, line: str
) -> None:
    rehearsal, ref = a_case(tmp_path / "home")
    assert say(rehearsal, ref, "Mon 2026-11-23 10:00", line)
    rehearsal.until(moment("Tue 2026-11-24 09:30"))
    assert rehearsal.unit.store.cases.troubles() == []


def test_a_digest_that_cannot_be_written_stops_no_other_letter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rehearsal, ref = a_case(tmp_path / "home")

    def broken(_unit: Unit, _now: datetime) -> bool:
        raise KeyError("a fault of ours")

    monkeypatch.setattr(daemon, "write_digest", broken)
    assert say(rehearsal, ref, "Mon 2026-11-23 10:00", CRITERIA) == ()
    rehearsal.until(moment("Mon 2026-11-23 12:00"))
    asked = rehearsal.unit.store.cases.facts(ref)
    assert sum(fact.kind is FactKind.INFORMATION_REQUESTED for fact in asked) == 8
    assert any("digest could not be written" in why for why in reasons(rehearsal.unit))
