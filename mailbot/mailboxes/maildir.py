"""The embedded default: a mailbox that is a plain Maildir directory, and sending into Maildirs.

Nothing here needs a server. A message keeps its place in new/ or cur/ and its flags: mailbot
never marks anything as read.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import quote, unquote

from mailbot.errors import MailboxError, SendLaterError
from mailbot.mailboxes import (
    DRAFTS,
    FIRST_PART_BYTES,
    INBOX,
    LARGEST_MESSAGE,
    Handover,
    Locator,
    RawMessage,
)
from mailbot.mailboxes.batches import batches_by_size
from mailbot.mailboxes.maildir_files import (
    Entry,
    beginning,
    deliver,
    entries,
    folder_path,
    make_folder,
    snapshot,
    sync_directory,
    touching,
)
from mailbot.mailboxes.message_ids import HEADER_BYTES, message_id_of

RESCAN_SECONDS = 1.0

log = logging.getLogger(__name__)


class MaildirInbox:
    """A Maildir++ directory as an `Inbox`. It has no cursor: every sweep lists everything."""

    def __init__(self, root: Path, *, largest: int = LARGEST_MESSAGE) -> None:
        self._root = root
        self._largest = largest
        self._swept: tuple[tuple[int, int], ...] | None = None

    def open(self) -> None:
        """Create the directory if need be."""
        with touching(self._root):
            make_folder(self._root)

    def close(self) -> None:
        """Forget what was swept."""
        self._swept = None

    def arrivals(self, folder: str, cursor: str) -> tuple[tuple[Locator, ...], str]:
        """Given any cursor, return all messages of the folder, oldest first, and ""."""
        with touching(self._root):
            if folder == INBOX:
                self._swept = snapshot(self._root)
            return tuple(Locator(folder, name) for name in self._entries(folder)), ""

    def identities(self, folder: str) -> Iterator[tuple[Locator, str]]:
        """Given a folder, return each message's Message-ID ("" when none)."""
        for entry in self._entries(folder).values():
            header = _read(entry, HEADER_BYTES)
            if header is not None:
                yield Locator(folder, entry.id), message_id_of(header)

    def fetch(self, locators: Sequence[Locator]) -> Iterator[tuple[RawMessage, ...]]:
        """Given locators, return their messages in batches, in the order given."""
        listed = {folder: self._entries(folder) for folder in {one.folder for one in locators}}
        sized = (
            (locator, listed[locator.folder][locator.id].size)
            for locator in locators
            if locator.id in listed[locator.folder]
        )
        for batch in batches_by_size(sized, self._largest):
            read = (self._message(locator, listed) for locator in batch)
            messages = tuple(message for message in read if message)
            if messages:
                yield messages

    def move(self, locators: Sequence[Locator], folder: str) -> None:
        """Move messages by renaming: flags, the time of the file and its name stay."""
        target = folder_path(self._root, folder)
        with touching(self._root):
            make_folder(target)
            for source in sorted({one.folder for one in locators} - {folder}):
                wanted = {one.id for one in locators if one.folder == source}
                # Twice: a mail program may change a file's flags, and so its name, meanwhile.
                if not self._rename(source, wanted, target):
                    self._rename(source, wanted, target)

    def append(self, folder: str, mime: bytes, received_at: datetime) -> None:
        """Save a message of our own: as a draft in `DRAFTS`, as read elsewhere."""
        with touching(self._root):
            deliver(
                folder_path(self._root, folder),
                mime,
                received_at,
                flags="DS" if folder == DRAFTS else "S",
            )

    def find(self, folder: str, message_id: str) -> tuple[Locator, ...]:
        """Given a Message-ID with its angle brackets, return the messages that have it."""
        return tuple(locator for locator, found in self.identities(folder) if found == message_id)

    def folder_exists(self, folder: str) -> bool:
        """Given a folder or a role, tell whether it is there."""
        return (folder_path(self._root, folder) / "cur").is_dir()

    def wait(self, timeout: float) -> bool:
        """Look every second whether a message came or went since the last sweep of the inbox."""
        ends = time.monotonic() + timeout
        with touching(self._root):
            known = self._swept or snapshot(self._root)
            while (now := snapshot(self._root)) == known:
                left = ends - time.monotonic()
                if left <= 0:
                    return False
                time.sleep(min(RESCAN_SECONDS, left))
        self._swept = now
        return True

    def _entries(self, folder: str) -> dict[str, Entry]:
        with touching(self._root):
            return entries(folder_path(self._root, folder))

    def _message(self, locator: Locator, listed: dict[str, dict[str, Entry]]) -> RawMessage | None:
        entry = listed[locator.folder][locator.id]
        truncated = entry.size > self._largest
        mime = _read(entry, FIRST_PART_BYTES if truncated else None)
        if mime is None:  # renamed since it was listed: look once more
            listed[locator.folder] = {**listed[locator.folder], **self._entries(locator.folder)}
            entry = listed[locator.folder][locator.id]
            mime = _read(entry, FIRST_PART_BYTES if truncated else None)
        if mime is None:
            return None
        return RawMessage(
            locator=locator,
            received_at=entry.received_at,
            mime=mime,
            size=entry.size,
            truncated=truncated,
        )

    def _rename(self, source: str, wanted: set[str], target: Path) -> bool:
        """Rename what is there; False when something vanished between listing and renaming."""
        complete = True
        touched: set[Path] = set()
        for entry in entries(folder_path(self._root, source)).values():
            if entry.id not in wanted:
                continue
            try:
                entry.path.rename(target / entry.path.parent.name / entry.path.name)
            except FileNotFoundError:
                complete = False
                continue
            touched |= {entry.path.parent, target / entry.path.parent.name}
        # The target first: after a power cut a message may be in both places, never in none.
        for directory in sorted(touched, key=lambda path: path.parent != target):
            sync_directory(directory)
        return complete


def _read(entry: Entry, most_bytes: int | None) -> bytes | None:
    """Given an entry, return its (first) bytes, or None when it is gone or may not be read."""
    try:
        return beginning(entry.path, -1 if most_bytes is None else most_bytes)
    except FileNotFoundError:
        return None
    except PermissionError:
        log.warning("a message in the Maildir may not be read", extra={"id": entry.id})
        return None


class MaildirWatcher:
    """Looks every second, in its own thread, whether a Maildir's inbox has changed."""

    def __init__(
        self, root: Path, notify: Callable[[], object], *, every: float = RESCAN_SECONDS
    ) -> None:
        self.trouble = ""
        self._root = root
        self._notify = notify
        self._every = every
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="maildir-watcher", daemon=True)

    def start(self) -> None:
        """Begin to watch."""
        self._thread.start()

    def stop(self) -> None:
        """End the thread."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        known: object = None
        while True:
            try:
                with touching(self._root):
                    now = snapshot(self._root)
                self.trouble = ""
            except MailboxError as error:
                self.trouble, now = str(error), ()
            if now and now != known:
                self._notify()
            known = now
            if self._stopping.wait(self._every):
                return


@dataclass(frozen=True, slots=True)
class RehearsedLetter:
    """A letter as a rehearsal handed it over: the envelope, the moment, the bytes, its files."""

    recipients: tuple[str, ...]
    sent_at: datetime
    mime: bytes
    paths: tuple[Path, ...]


class MaildirSender:
    """ "Sends" for a rehearsal: nothing leaves this machine.

    Below the outgoing directory each recipient has a Maildir of their own, named by the address
    as on a mail host: that is where the envelope is kept, and the bytes stay as they are. The
    copies of one letter share their file's name. What goes to the shared mailbox itself arrives
    in its inbox, as by SMTP. `clock` gives the moment, which a rehearsal may simulate.
    """

    def __init__(
        self, outgoing: Path, *, own_address: str, own_inbox: Path, clock: Callable[[], datetime]
    ) -> None:
        self._outgoing = outgoing
        self._own_address = own_address.casefold()
        self._own_inbox = own_inbox
        self._clock = clock

    def open(self) -> None:
        """Create the directory if need be."""
        self.check()

    def close(self) -> None:
        """Nothing to do."""

    def check(self) -> None:
        """Create the directory if need be. Raises as any `Sender`."""
        with touching(self._outgoing):
            self._outgoing.mkdir(mode=0o700, parents=True, exist_ok=True)

    def send(
        self, mime: bytes, *, sender: str, recipients: tuple[str, ...], copy_to: str | None
    ) -> Handover:
        """Put the letter into each recipient's Maildir, and the copy into its own."""
        del sender  # it stands in the letter
        now = self._clock()
        everyone = tuple(dict.fromkeys((*recipients, *((copy_to,) if copy_to else ()))))
        try:
            with touching(self._outgoing):
                self._deliver(mime, everyone, now)
        except MailboxError as error:
            raise SendLaterError(str(error)) from error
        return Handover(copied=copy_to is not None)

    def _deliver(self, mime: bytes, everyone: tuple[str, ...], now: datetime) -> None:
        name: str | None = None
        for address in everyone:
            if address.casefold() == self._own_address:
                deliver(self._own_inbox, mime, now)
            else:
                directory = self._outgoing / address_directory(address)
                name = deliver(directory, mime, now, name=name)


def address_directory(address: str) -> str:
    """Given an address, return the name of its Maildir; `unquote` gives the address back."""
    quoted = quote(address, safe="@+=")
    return "%2E" + quoted[1:] if quoted.startswith(".") else quoted


def rehearsed_letters(outgoing: Path) -> tuple[RehearsedLetter, ...]:
    """Given a rehearsal's outgoing directory, return what was handed over, oldest first.

    The copy in the shared mailbox is not among the recipients.
    """
    letters: dict[str, RehearsedLetter] = {}
    for directory in sorted(outgoing.iterdir()) if outgoing.is_dir() else ():
        for entry in entries(directory).values():
            address = unquote(directory.name)
            earlier = letters.get(entry.id)
            letters[entry.id] = RehearsedLetter(
                recipients=(*(earlier.recipients if earlier else ()), address),
                sent_at=entry.received_at,
                mime=earlier.mime if earlier else beginning(entry.path, -1),
                paths=(*(earlier.paths if earlier else ()), entry.path),
            )
    return tuple(sorted(letters.values(), key=lambda letter: letter.sent_at))
