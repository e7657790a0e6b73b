"""Rehearsing: an area on a private Maildir with a simulated calendar; passes that only tell.

The demo, the stories and a careful person use it. The rules, the store and the letters are the
real ones; only the mailbox is a folder and the time is given.
"""

import sqlite3
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

from mailbot.assembly import unit_from
from mailbot.daemon import whole_pass
from mailbot.errors import UsageError
from mailbot.mailboxes import Handover, Inbox, Locator
from mailbot.mailboxes.maildir import RehearsedLetter, rehearsed_letters
from mailbot.mailboxes.maildir_files import deliver, entries, folder_path
from mailbot.settings import MaildirPlace, Settings
from mailbot.store import Store
from mailbot.unit import Unit

#: A working day is looked at this often while a rehearsal passes over it.
EVERY = timedelta(minutes=30)
WAKES, SLEEPS = time(7, 30), time(18, 0)


class Rehearsal:
    """One area played through time. Every moment given must be later than the one before."""

    def __init__(self, settings: Settings, *, begins: datetime, slug: str = "") -> None:
        """Given settings whose area works on a Maildir, begin; raises UsageError otherwise."""
        area = settings.area(slug) if slug else settings.areas[0]
        if area is None or not isinstance(area.mailbox, MaildirPlace):
            raise UsageError("A rehearsal needs an area whose mailbox and sender are Maildirs.")
        if not isinstance(area.sender, MaildirPlace):
            raise UsageError("A rehearsal needs an area whose mailbox and sender are Maildirs.")
        self.now = begins
        self.mailbox = area.mailbox.path
        self.outgoing = area.sender.path
        area.store.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.unit = unit_from(settings, area, clock=lambda: self.now)
        self.unit.inbox.open()
        self._seen = len(rehearsed_letters(self.outgoing))
        whole_pass(self.unit, self.now)

    def receive(self, mime: bytes, at: datetime) -> None:
        """Given a mail, let it arrive in the inbox at a moment, and take it in."""
        self.until(at)
        deliver(self.mailbox, mime, at)
        whole_pass(self.unit, at)

    def until(self, moment: datetime) -> None:
        """Let time pass up to a moment, working as the daemon does."""
        while self.now < moment:
            self.now = min(self._next(), moment)
            whole_pass(self.unit, self.now)

    def letters(self) -> Sequence[RehearsedLetter]:
        """Return the letters that went out since this was last asked, oldest first."""
        every = rehearsed_letters(self.outgoing)
        new, self._seen = every[self._seen :], len(every)
        return new

    def folder(self, name: str) -> list[bytes]:
        """Given a folder ("Drafts", "mailbot/Cases/..."), return its messages, oldest first."""
        directory = folder_path(self.mailbox, name)
        found = entries(directory) if directory.is_dir() else {}
        return [entry.path.read_bytes() for entry in found.values()]

    def _next(self) -> datetime:
        """The next moment at which something could be due: in the day, or the next morning."""
        calendar = self.unit.calendar
        today = calendar.day_of(self.now)
        if self.now < calendar.moment(today, WAKES):
            return calendar.moment(today, WAKES)
        if self.now + EVERY <= calendar.moment(today, SLEEPS):
            return self.now + EVERY
        return calendar.moment(today + timedelta(days=1), WAKES)


# --- a pass that changes nothing ----------------------------------------------------------------


def dry_pass(unit: Unit, now: datetime) -> list[dict[str, Any]]:
    """Given an area, return what a pass would do now: a row for each message and each letter.

    It works on a copy of the store, reads the mailbox, moves nothing and sends nothing.
    """
    with _copied_store(unit.store) as store:
        before = {letter.key: letter.state for letter in store.outbox.all()}
        dry = replace(unit, store=store, inbox=_Untouched(unit.inbox), sender=_Nowhere())
        whole_pass(dry, now)
        rows = [
            {
                "what": f"read a message ({kept.message_class or 'a letter of ours'})",
                "reference": kept.case,
                "detail": kept.reason or f"file in {kept.file_to or 'no folder'}",
            }
            for kept in store.messages.all()
            if unit.store.messages.get(kept.key) is None
        ]
        for letter in reversed(store.outbox.all()):
            if before.get(letter.key) != letter.state:
                to = ", ".join(letter.recipients)
                rows.append(
                    {
                        "what": f"{letter.kind.value}: {letter.state}",
                        "reference": letter.case,
                        "detail": f"to {to}",
                    }
                )
    return rows


@contextmanager
def _copied_store(store: Store) -> Iterator[Store]:
    with tempfile.TemporaryDirectory(prefix="mailbot-dry-") as directory:
        path = Path(directory) / "copy.db"
        source, target = sqlite3.connect(store.path), sqlite3.connect(path)
        with target:
            source.backup(target)
        source.close()
        target.close()
        copy = Store(path)
        try:
            yield copy
        finally:
            copy.close()


class _Untouched:
    """An inbox that is read and never changed."""

    def __init__(self, inbox: Inbox) -> None:
        self.open = inbox.open
        self.close = inbox.close
        self.arrivals = inbox.arrivals
        self.identities = inbox.identities
        self.fetch = inbox.fetch
        self.find = inbox.find
        self.folder_exists = inbox.folder_exists
        self.wait = inbox.wait

    def move(self, locators: Sequence[Locator], folder: str) -> None:
        """Move nothing."""

    def append(self, folder: str, mime: bytes, received_at: datetime) -> None:
        """Save nothing."""


class _Nowhere:
    """A sender that sends nothing and says that it did."""

    def open(self) -> None:
        """Nothing to open."""

    def close(self) -> None:
        """Nothing to close."""

    def check(self) -> None:
        """Nothing to check."""

    def send(
        self, mime: bytes, *, sender: str, recipients: tuple[str, ...], copy_to: str | None
    ) -> Handover:
        """Say that the letter was taken."""
        return Handover(copied=True)
