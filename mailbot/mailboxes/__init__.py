"""Where mail comes from and goes to: one file per mail system behind two small Protocols.

`Inbox` takes mail in, files it and saves drafts; `Sender` hands letters over. First in the flow
(bytes come in) and last (bytes go out); everything between knows neither IMAP nor SMTP. Names of
folders are ours: levels parted by "/", whatever the server uses. Adapters make one attempt and
say what went wrong; when to try again is the daemon's business.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

INBOX = "INBOX"
#: Roles (RFC 6154), which adapters resolve to the folder that has them: by the server's mark,
#: else by the usual names, else the folder is created.
DRAFTS = "\\Drafts"
SENT = "\\Sent"

#: A batch holds at most so many messages, and so many bytes unless it is a single message.
BATCH_MESSAGES = 50
BATCH_BYTES = 32 * 1024 * 1024
#: A message over this size is not read whole.
LARGEST_MESSAGE = 64 * 1024 * 1024
#: What is read of one that is too large: its header and, as mail is written, its own text.
FIRST_PART_BYTES = 256 * 1024


@dataclass(frozen=True, slots=True, order=True)
class Locator:
    """Where a message lies. `id` is opaque outside its adapter."""

    folder: str
    #: IMAP: "uidvalidity/uid"; Maildir: the unique base name.
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RawMessage:
    """A message as the server has it: bytes, and nothing believed about them."""

    locator: Locator
    received_at: datetime  # the server's time: INTERNALDATE, or the file's
    mime: bytes
    size: int  # of the whole message, also when `mime` is only its beginning
    truncated: bool = False


@dataclass(frozen=True, slots=True)
class Handover:
    """What became of a letter that was accepted for all its recipients."""

    #: The copy to the shared mailbox was accepted too, so that it will come as proof.
    copied: bool


class Inbox(Protocol):
    """A mailbox that mail is taken from and filed in.

    Every method raises `MailboxGoneError` when the connection breaks; the caller opens anew and
    sweeps. Any other `MailboxError` leaves the connection usable.
    """

    def open(self) -> None:
        """Connect and log in.

        Raises `MailboxRefusedError` when a person must act (password, certificate, name of the
        host, rights) and `MailboxError` when the server cannot be reached just now.
        """

    def close(self) -> None:
        """Log out. Does nothing when not open, and never raises."""

    def arrivals(self, folder: str, cursor: str) -> tuple[tuple[Locator, ...], str]:
        """Given a cursor, return what arrived since, oldest first, and the new cursor.

        The cursor "" means everything. More than what is new may be returned (a folder that was
        made anew, a Maildir always): the caller passes over what it knows already. What staff
        have read counts like anything else: "unseen" is never the to-do list.
        """

    def identities(self, folder: str) -> Iterator[tuple[Locator, str]]:
        """Given a folder, return each message's Message-ID ("" when none), reading no bodies."""

    def fetch(self, locators: Sequence[Locator]) -> Iterator[tuple[RawMessage, ...]]:
        """Given locators, return their messages in batches, in the order given.

        A batch is at most `BATCH_MESSAGES` messages or `BATCH_BYTES`. Messages that have
        vanished are left out. One that is too large comes alone and `truncated`.
        """

    def move(self, locators: Sequence[Locator], folder: str) -> None:
        """Move messages into a folder, which is created if need be.

        May be called again after a crash in its middle. Messages that have vanished are ignored.
        """

    def append(self, folder: str, mime: bytes, received_at: datetime) -> None:
        """Save a message of our own: as a draft in `DRAFTS`, as read elsewhere."""

    def find(self, folder: str, message_id: str) -> tuple[Locator, ...]:
        """Given a Message-ID with its angle brackets, return the messages that have exactly it."""

    def folder_exists(self, folder: str) -> bool:
        """Given a folder or a role, tell whether the mailbox has it. Creates nothing."""

    def wait(self, timeout: float) -> bool:
        """Wait up to so many seconds for mail in the inbox; True when some may have come."""


class Watcher(Protocol):
    """Waits for mail in a thread of its own and calls a given callable, from that thread.

    It only ever says "look": after new mail, and after every (re)connection, since what came
    meanwhile was not announced. The callable sets an event and returns.
    """

    #: Why nothing is watched just now, in a sentence; "" while all is well.
    trouble: str

    def start(self) -> None:
        """Begin to watch."""

    def stop(self) -> None:
        """End the thread. Returns within a few seconds, also while the server is away."""


class Sender(Protocol):
    """A way out for letters. A batch of them goes over one connection."""

    def open(self) -> None:
        """Connect now rather than at the first letter. Raises as `check` does."""

    def close(self) -> None:
        """End the connection. Does nothing when there is none, and never raises."""

    def check(self) -> None:
        """Connect and log in without sending.

        Raises `MailboxRefusedError` or `MailboxError`, as `Inbox.open` does.
        """

    def send(
        self, mime: bytes, *, sender: str, recipients: tuple[str, ...], copy_to: str | None
    ) -> Handover:
        """Hand a letter over for all recipients or for none.

        A refused `copy_to` alone does not stop the letter. Raises `SendRefusedError`,
        `SendLaterError` or `SendUncertainError`.
        """
