"""Taking mail in when the server, the sender or the disk is odd: nothing is lost, nothing stops."""

import os
import stat
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from mailbot.assembly import unit_from
from mailbot.by_hand import link_message
from mailbot.daemon import one_pass
from mailbot.errors import MailboxError, SettingsError
from mailbot.intake import GO_LIVE
from mailbot.mailboxes import INBOX, Locator
from mailbot.mailboxes.maildir import MaildirInbox
from mailbot.mailboxes.maildir_files import deliver
from mailbot.recording import NEEDS_A_PERSON
from mailbot.rehearsal import Rehearsal
from mailbot.settings import Settings
from tests.shell.world import HOSPITAL, POLICE, Mail, a_home, moment, notification

MORNING = moment("Mon 2026-11-23 08:55")
HALF_PAST_NINE = moment("Mon 2026-11-23 09:30")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return a_home(tmp_path / "home")


class Renumbered(MaildirInbox):
    """A mailbox whose server gave every message a new number (another UIDVALIDITY)."""

    def arrivals(self, folder: str, cursor: str) -> tuple[tuple[Locator, ...], str]:
        found, cursor = super().arrivals(folder, cursor)
        return tuple(Locator(at.folder, f"anew-{at.id}") for at in found), cursor

    def fetch(self, locators: Sequence[Locator]):  # type: ignore[no-untyped-def]
        plain = [Locator(at.folder, at.id.removeprefix("anew-")) for at in locators]
        for batch in super().fetch(plain):
            yield tuple(
                replace(raw, locator=Locator(raw.locator.folder, f"anew-{raw.locator.id}"))
                for raw in batch
            )

    def move(self, locators: Sequence[Locator], folder: str) -> None:
        super().move([Locator(at.folder, at.id.removeprefix("anew-")) for at in locators], folder)


def old_mail(number: int) -> bytes:
    return Mail(
        sender=POLICE,
        subject="An older matter",
        text="Nothing for mailbot.",
        number=f"old{number}",
        at=MORNING,
    ).mime


def test_old_mail_that_the_server_numbers_anew_stays_before_go_live_and_stops_nothing(
    settings: Settings,
) -> None:
    area = settings.areas[0]
    for number in range(120):
        deliver(area.mailbox.path, old_mail(number), MORNING - timedelta(days=30))  # type: ignore[union-attr]
    rehearsal = Rehearsal(settings, begins=MORNING)
    rehearsal.unit.inbox = Renumbered(rehearsal.mailbox)
    rehearsal.receive(notification(HALF_PAST_NINE).mime, HALF_PAST_NINE)
    rehearsal.until(HALF_PAST_NINE + timedelta(hours=1))
    assert len(rehearsal.unit.store.cases.refs()) == 1
    assert len(rehearsal.folder(INBOX)) == 120
    assert rehearsal.unit.store.messages.waiting() == []


def test_a_mail_that_comes_while_go_live_is_recorded_is_news(settings: Settings) -> None:
    rehearsal_settings = settings
    unit = unit_from(rehearsal_settings, settings.areas[0], clock=lambda: MORNING)
    path = settings.areas[0].mailbox.path  # type: ignore[union-attr]

    class Busy(MaildirInbox):
        def identities(self, folder: str):  # type: ignore[no-untyped-def]
            if folder == INBOX:
                deliver(path, notification(HALF_PAST_NINE).mime, HALF_PAST_NINE)
            return super().identities(folder)

    unit.inbox = Busy(path)
    unit.inbox.open()
    one_pass(unit, MORNING)
    one_pass(unit, HALF_PAST_NINE)
    assert unit.store.outbox.mark(GO_LIVE)
    assert len(unit.store.cases.refs()) == 1


def test_a_machine_that_uses_one_message_id_for_all_its_mails_is_still_heard(
    settings: Settings,
) -> None:
    again = notification(HALF_PAST_NINE, number="same")
    deliver(
        settings.areas[0].mailbox.path,  # type: ignore[union-attr]
        replace(again, text="An older matter, before mailbot.").mime,
        MORNING - timedelta(days=3),
    )
    rehearsal = Rehearsal(settings, begins=MORNING)
    rehearsal.receive(again.mime, HALF_PAST_NINE)
    assert len(rehearsal.unit.store.cases.refs()) == 1


def test_a_second_delivery_is_filed_with_the_first_and_what_a_person_moved_back_stays(
    settings: Settings,
) -> None:
    rehearsal = Rehearsal(settings, begins=MORNING)
    mime = notification(HALF_PAST_NINE).mime
    rehearsal.receive(mime, HALF_PAST_NINE)
    rehearsal.receive(
        b"Received: by another road\r\n" + mime, HALF_PAST_NINE + timedelta(seconds=1)
    )
    rehearsal.until(HALF_PAST_NINE + timedelta(minutes=20))
    assert rehearsal.folder(INBOX) == []
    ref = rehearsal.unit.store.cases.refs()[0]
    folder = f"mailbot/Cases/{ref}"
    assert len(rehearsal.folder(folder)) == 2
    inbox = rehearsal.unit.inbox
    inbox.move(inbox.find(folder, "<n1@children.bedford-council.example>"), INBOX)
    rehearsal.until(HALF_PAST_NINE + timedelta(hours=1))
    assert len(rehearsal.folder(INBOX)) == 2
    assert len(rehearsal.unit.store.cases.refs()) == 1


def without_message_id(sender: str, at: datetime) -> bytes:
    mime = Mail(sender=sender, subject="A line", text="Please ring me.", number="x", at=at).mime
    return b"".join(
        line for line in mime.splitlines(keepends=True) if not line.startswith(b"Message-ID")
    )


def test_linking_one_mail_never_moves_another_that_has_no_message_id_either(
    settings: Settings,
) -> None:
    rehearsal = Rehearsal(settings, begins=MORNING)
    rehearsal.receive(notification(HALF_PAST_NINE).mime, HALF_PAST_NINE)
    ref = rehearsal.unit.store.cases.refs()[0]
    ten = HALF_PAST_NINE + timedelta(minutes=30)
    rehearsal.receive(without_message_id(POLICE, ten), ten)
    rehearsal.receive(without_message_id(HOSPITAL, ten), ten + timedelta(minutes=5))
    of_police = next(m for m in rehearsal.unit.store.messages.waiting() if m.sender == POLICE)
    link_message(rehearsal.unit, of_police.key, ref, by="command line", now=rehearsal.now)
    link_message(rehearsal.unit, of_police.key, ref, by="command line", now=rehearsal.now)
    rehearsal.until(ten + timedelta(hours=1))
    assert len(rehearsal.folder(f"mailbot/Cases/{ref}")) == 2
    (left,) = rehearsal.folder(NEEDS_A_PERSON)
    assert HOSPITAL.encode() in left


def test_a_folder_that_the_server_refuses_stops_only_itself_and_staff_are_told(
    settings: Settings,
) -> None:
    rehearsal = Rehearsal(settings, begins=MORNING)

    class Refusing(MaildirInbox):
        def move(self, locators: Sequence[Locator], folder: str) -> None:
            if folder.startswith("mailbot/Cases"):
                raise MailboxError("The server says NO [OVERQUOTA].")
            super().move(locators, folder)

    rehearsal.unit.inbox = Refusing(rehearsal.mailbox)
    rehearsal.receive(notification(HALF_PAST_NINE).mime, HALF_PAST_NINE)
    later = HALF_PAST_NINE + timedelta(minutes=10)
    rehearsal.receive(notification(later, number="n2", text=OTHER_CHILD).mime, later)
    assert len(rehearsal.unit.store.cases.refs()) == 2
    assert any("OVERQUOTA" in reason for _, _, reason, _ in rehearsal.unit.store.outbox.notices())
    rehearsal.unit.inbox = MaildirInbox(rehearsal.mailbox)
    rehearsal.until(later + timedelta(hours=1))
    assert rehearsal.folder(INBOX) == []
    assert not any("OVERQUOTA" in why for _, _, why, _ in rehearsal.unit.store.outbox.notices())


OTHER_CHILD = """\
Serious incident notification
Name of child: Orlo Finch
Date of birth: 9 June 2021
Date of incident: 20 November 2026
Nature of incident: serious harm
Summary of incident: Found unwell at home.
"""


@pytest.mark.parametrize("local", ["first..last", ".x", "x."])
def test_an_address_as_it_is_found_in_the_wild_stops_no_other_letter(
    settings: Settings, local: str
) -> None:
    rehearsal = Rehearsal(settings, begins=MORNING)
    sender = f"{local}@children.bedford-council.example"
    mime = notification(HALF_PAST_NINE).mime.replace(
        b"From: gwendolyn.pryce@children.bedford-council.example", b"From: " + sender.encode()
    )
    rehearsal.receive(mime, HALF_PAST_NINE)
    kinds = {letter.kind.value for letter in rehearsal.unit.store.outbox.all()}
    assert {"new-case", "call-of-partners"} <= kinds


def test_the_store_and_its_side_files_are_readable_by_their_owner_alone(
    settings: Settings,
) -> None:
    old = os.umask(0)
    try:
        rehearsal = Rehearsal(settings, begins=MORNING)
        rehearsal.receive(notification(HALF_PAST_NINE).mime, HALF_PAST_NINE)
    finally:
        os.umask(old)
    store = settings.areas[0].store
    files = list(store.parent.glob(f"{store.name}*"))
    assert store in files
    for path in files:
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path.name


def test_a_lost_signing_key_is_never_replaced_while_there_are_cases(settings: Settings) -> None:
    rehearsal = Rehearsal(settings, begins=MORNING)
    rehearsal.receive(notification(HALF_PAST_NINE).mime, HALF_PAST_NINE)
    rehearsal.unit.store.close()
    settings.areas[0].key.unlink()
    with pytest.raises(SettingsError, match="Restore it"):
        unit_from(settings, settings.areas[0], clock=lambda: MORNING)
