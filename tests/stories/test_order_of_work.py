"""The order of the work is the promise: durable first, and only then moved (design, promise 1).

Each time the mailbox is about to be changed, another connection looks into the store's file: what
it sees there would survive a power cut at that moment.
"""

import os
import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from mailbot.mailboxes import INBOX, Inbox, Locator
from mailbot.rehearsal import Rehearsal
from mailbot.settings import init, load
from tests.forms_kit import notification
from tests.stories.mails import File, a_mail, an_answer, moment, stamped

NOTIFIER = "gwendolyn.pryce@children.bedford-council.example"
STAFF = "rosalind.ashdown@bedford-safeguarding.example"


#: Of a message at a place: is it read, where is it to lie, are its bytes kept, what facts prove it.
DURABLE = """
select messages.state, messages.file_to,
  (select count(*) from raw_messages where raw_messages.key = messages.key),
  (select group_concat(kind) from facts where facts.message = messages.key)
from locations join messages on messages.key = locations.key
where locations.folder = ? and locations.id = ?
"""


class Watched:
    """A mailbox that notes, for each message that leaves the inbox, what is durable by then."""

    def __init__(self, inbox: Inbox, store: Path) -> None:
        self._inbox, self._store = inbox, store
        self.seen: list[tuple[str, tuple[str, str, int, str] | None]] = []

    def __getattr__(self, name: str) -> object:
        return getattr(self._inbox, name)

    def move(self, locators: Sequence[Locator], folder: str) -> None:
        """Look into the store's file, then move."""
        with sqlite3.connect(f"file:{self._store}?mode=ro", uri=True) as other:
            for locator in locators:
                if locator.folder == INBOX:
                    row = other.execute(DURABLE, (INBOX, locator.id)).fetchone()
                    self.seen.append((folder, row))
        self._inbox.move(locators, folder)


@pytest.fixture
def rehearsal(tmp_path: Path) -> Iterator[Rehearsal]:
    home = tmp_path / "home"
    init(home)
    one = Rehearsal(load(home, os.environ), begins=moment("Mon 23 Nov 2026 09:00"))
    yield one
    one.unit.store.close()


def test_a_message_is_moved_only_once_what_it_proves_is_durable(rehearsal: Rehearsal) -> None:
    unit = rehearsal.unit
    watched = Watched(unit.inbox, unit.store.path)
    unit.inbox = watched  # type: ignore[assignment]
    for sender, words, minute in (
        (NOTIFIER, "Please see the form.", 30),
        ("stranger@larkspur.example", "Please see the form.", 31),
    ):
        at = moment(f"Mon 23 Nov 2026 09:{minute}")
        files = [File("form.docx", notification())]
        mime = a_mail(sender, unit.area.address, subject="New", text=words, at=at, files=files)
        rehearsal.receive(stamped(mime), at)
    (case,) = unit.store.cases.refs()
    letters = [letter.mime for letter in rehearsal.letters()]
    new_case = next(mime for mime in letters if b"New case" in mime)
    at = moment("Mon 23 Nov 2026 11:00")
    rehearsal.receive(stamped(an_answer(new_case, STAFF, "criteria: met", at=at)), at)
    moved = [(folder, row) for folder, row in watched.seen if "mailbot/" in folder]
    assert [folder for folder, _ in moved] == [
        f"mailbot/Cases/{case}",
        "mailbot/Needs a person",
        f"mailbot/Cases/{case}",
    ]
    for folder, row in watched.seen:
        assert row is not None, "it was moved before it was known"
        state, file_to, bodies, facts = row
        assert (state, file_to, bodies) == ("read", folder, 1)
        assert ("message-linked" in (facts or "")) == folder.startswith("mailbot/Cases/")
    assert "notification-received" in moved[0][1][3]
    assert "criteria-decided" in moved[2][1][3]
