"""A shared mailbox on an IMAP server, as an `Inbox` (RFC 9051, 3501).

mailbot reads with BODY.PEEK and never marks a message as read: staff work in the same mailbox.
Messages are named by UIDVALIDITY and UID; where UIDVALIDITY changes, old locators count as
vanished and everything is reported anew.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientAbortError, IMAPClientError

from mailbot.errors import MailboxError, MailboxGoneError
from mailbot.mailboxes import DRAFTS, FIRST_PART_BYTES, INBOX, Locator, RawMessage
from mailbot.mailboxes.batches import batches_by_size
from mailbot.mailboxes.imap_folders import Folders, ensure, folders_of
from mailbot.mailboxes.imap_login import ImapAccount, logged_in, shut, talking
from mailbot.mailboxes.imap_watcher import IDLE_SECONDS, watched
from mailbot.mailboxes.message_ids import message_id_of

#: So many sizes or Message-IDs are asked for at once.
_ASKED_AT_ONCE = 500
#: A search covers so many UIDs: imaplib reads no answer line of more than a million bytes.
_SEARCHED_AT_ONCE = 100_000

#: A message of more bytes is read in pieces of so many.
_PIECE_BYTES = 4 * 1024 * 1024

_MESSAGE_ID_ITEM = "BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)]"
_MESSAGE_ID_ANSWER = b"BODY[HEADER.FIELDS (MESSAGE-ID)]"


class ImapInbox:
    """A mailbox on an IMAP server. One attempt each: the daemon decides when to try again."""

    def __init__(self, account: ImapAccount) -> None:
        self._account = account
        self._client: IMAPClient | None = None
        self._folders = Folders("", "/", {}, set())
        #: UIDNEXT of the inbox at the last sweep: what came later is news.
        self._swept_to = 0
        #: The folder that is open and its UIDVALIDITY.
        self._selected: tuple[str, int] | None = None

    def open(self) -> None:
        """Connect, log in, and learn what the folders are called."""
        self.close()
        client = logged_in(self._account)
        try:
            with talking(self._account.endpoint, "list the folders"):
                self._folders = folders_of(client, self._account.folders)
        except MailboxError:
            shut(client)
            raise
        self._client = client
        self._swept_to = 0
        self._selected = None

    def close(self) -> None:
        """Log out; a connection that is broken is dropped."""
        client, self._client = self._client, None
        if client is None:
            return
        try:
            client.logout()
        except (IMAPClientError, OSError, EOFError):
            shut(client)

    def arrivals(self, folder: str, cursor: str) -> tuple[tuple[Locator, ...], str]:
        """Given the cursor "uidvalidity:uidnext", return what arrived since, and the new cursor."""
        with self._talking("look for new mail") as client:
            selected = self._select(client, folder)
            if selected is None:
                return (), ""
            uidvalidity, uidnext = selected
            if folder == INBOX:
                self._swept_to = uidnext
            known, _, since = cursor.partition(":")
            first = int(since) if known == str(uidvalidity) and since.isdigit() else 1
            uids = _uids(client, first, uidnext)
        located = tuple(Locator(folder, f"{uidvalidity}/{uid}") for uid in uids)
        return located, f"{uidvalidity}:{uidnext}"

    def identities(self, folder: str) -> Iterator[tuple[Locator, str]]:
        """Given a folder, return each message's Message-ID ("" when none), reading no bodies."""
        locators, _ = self.arrivals(folder, "")
        for group in _groups(locators, _ASKED_AT_ONCE):
            with self._talking("read Message-IDs") as client:
                present = self._present(client, folder, group)
                headers = client.fetch([uid for uid, _ in present], [_MESSAGE_ID_ITEM])
            for uid, locator in present:
                if uid in headers:
                    yield locator, message_id_of(headers[uid].get(_MESSAGE_ID_ANSWER) or b"")

    def fetch(self, locators: Sequence[Locator]) -> Iterator[tuple[RawMessage, ...]]:
        """Given locators, return their messages in batches; one more round trip per 500."""
        for group in _groups(locators, _ASKED_AT_ONCE):
            for run in _runs(group):
                yield from self._fetch_run(run)

    def move(self, locators: Sequence[Locator], folder: str) -> None:
        """Move by MOVE (RFC 6851), else by COPY, STORE and UID EXPUNGE (RFC 4315).

        A server without UIDPLUS cannot expunge our messages alone: there they stay behind,
        marked \\Deleted, until a person's mail program clears them away. What a crash left
        half done is recognised by Message-ID and size, and not copied again.
        """
        for group in _groups(locators, _ASKED_AT_ONCE):
            for source in dict.fromkeys(one.folder for one in group):
                if source != folder:
                    self._move_from(source, [one for one in group if one.folder == source], folder)

    def append(self, folder: str, mime: bytes, received_at: datetime) -> None:
        """Save a message of our own: \\Draft and \\Seen in `DRAFTS`, \\Seen elsewhere."""
        flags = (b"\\Draft", b"\\Seen") if folder == DRAFTS else (b"\\Seen",)

        def append(client: IMAPClient, name: str) -> None:
            client.append(name, mime, flags, received_at)

        with self._talking("save a message") as client:
            self._into(client, folder, append)

    def find(self, folder: str, message_id: str) -> tuple[Locator, ...]:
        """Given a Message-ID, return the messages that have exactly it: servers search in parts."""
        if not message_id or any(ord(character) < 32 for character in message_id):
            return ()
        charset = None if message_id.isascii() else "UTF-8"
        with self._talking("look for a Message-ID") as client:
            uidvalidity = self._uidvalidity(client, folder)
            if uidvalidity is None:
                return ()
            uids = sorted(client.search(["HEADER", "Message-ID", message_id], charset))
            headers = client.fetch(uids, [_MESSAGE_ID_ITEM])
        return tuple(
            Locator(folder, f"{uidvalidity}/{uid}")
            for uid in uids
            if uid in headers
            and message_id_of(headers[uid].get(_MESSAGE_ID_ANSWER) or b"") == message_id
        )

    def folder_exists(self, folder: str) -> bool:
        """Given a folder or a role, ask the server whether it is there."""
        with self._talking("look for a folder") as client:
            return folder == INBOX or bool(client.folder_exists(self._folders.server_name(folder)))

    def wait(self, timeout: float) -> bool:
        """Wait by IDLE; a server without it is asked now and then. See also `ImapWatcher`."""
        ends = time.monotonic() + timeout
        with self._talking("wait for mail") as client:
            selected = self._select(client, INBOX)
            if selected and self._swept_to and selected[1] > self._swept_to:
                return True
            while (left := ends - time.monotonic()) > 0:
                if watched(client, min(left, IDLE_SECONDS)):
                    return True
        return False

    @contextmanager
    def _talking(self, doing: str) -> Iterator[IMAPClient]:
        client = self._client
        if client is None:
            raise MailboxGoneError(f"There is no connection to {self._account.endpoint}.")
        try:
            with talking(self._account.endpoint, doing):
                yield client
        except MailboxGoneError:
            self._client = None
            shut(client)
            raise

    def _select(self, client: IMAPClient, folder: str) -> tuple[int, int] | None:
        """Open a folder for reading and writing; return its UIDVALIDITY and UIDNEXT.

        None when there is no such folder.
        """
        name = self._folders.server_name(folder)
        self._selected = None
        try:
            answer = client.select_folder(name)
        except IMAPClientAbortError:
            raise
        except IMAPClientError:
            if client.folder_exists(name):
                raise
            self._folders.existing.discard(name)
            return None
        if not {b"UIDVALIDITY", b"UIDNEXT"} <= answer.keys():
            raise MailboxError(
                f"{self._account.endpoint} gives no lasting numbers to messages (UIDVALIDITY, "
                "UIDNEXT), which mailbot needs."
            )
        self._selected = folder, int(answer[b"UIDVALIDITY"])
        return int(answer[b"UIDVALIDITY"]), int(answer[b"UIDNEXT"])

    def _uidvalidity(self, client: IMAPClient, folder: str) -> int | None:
        """Open a folder unless it is open; None when there is no such folder."""
        if self._selected and self._selected[0] == folder:
            return self._selected[1]
        selected = self._select(client, folder)
        return selected[0] if selected else None

    def _present(
        self, client: IMAPClient, folder: str, locators: Iterable[Locator]
    ) -> list[tuple[int, Locator]]:
        """Open a folder; return the UIDs of those locators that its UIDVALIDITY still covers."""
        uidvalidity = str(self._uidvalidity(client, folder))
        numbered = ((one.id.partition("/"), one) for one in locators)
        return [(int(uid), one) for (known, _, uid), one in numbered if known == uidvalidity]

    def _fetch_run(self, locators: Sequence[Locator]) -> Iterator[tuple[RawMessage, ...]]:
        folder = locators[0].folder
        with self._talking("ask for the size of messages") as client:
            present = self._present(client, folder, locators)
            sizes = client.fetch([uid for uid, _ in present], ["RFC822.SIZE", "INTERNALDATE"])
        sized = (
            ((uid, locator, sizes[uid]), int(sizes[uid][b"RFC822.SIZE"]))
            for uid, locator in present
            if b"RFC822.SIZE" in sizes.get(uid, ())
        )
        for batch in batches_by_size(sized, self._account.largest):
            messages = self._read_batch(folder, batch)
            if messages:
                yield messages

    def _read_batch(
        self, folder: str, batch: Sequence[tuple[int, Locator, Any]]
    ) -> tuple[RawMessage, ...]:
        truncated = batch[0][2][b"RFC822.SIZE"] > self._account.largest
        alone = len(batch) == 1 and not truncated and batch[0][2][b"RFC822.SIZE"] > _PIECE_BYTES
        part = f"<0.{FIRST_PART_BYTES}>" if truncated else ""
        with self._talking("read messages") as client:
            present = {uid for uid, _ in self._present(client, folder, [one[1] for one in batch])}
            if alone:
                answers = {uid: {b"BODY[]": _in_pieces(client, uid)} for uid in present}
            else:
                answers = client.fetch(sorted(present), [f"BODY.PEEK[]{part}"])
        item = b"BODY[]<0>" if truncated else b"BODY[]"
        return tuple(
            RawMessage(
                locator=locator,
                received_at=known[b"INTERNALDATE"].astimezone(UTC),
                mime=mime,
                size=int(known[b"RFC822.SIZE"]),
                truncated=truncated,
            )
            for uid, locator, known in batch
            if (mime := answers.get(uid, {}).get(item)) is not None
        )

    def _move_from(self, source: str, locators: Sequence[Locator], folder: str) -> None:
        with self._talking("move messages") as client:
            uids = [uid for uid, _ in self._present(client, source, locators)]
            if not uids:
                return
            if client.has_capability("MOVE"):
                self._into(client, folder, lambda client, name: client.move(uids, name))
            else:
                self._copy_and_expunge(client, source, uids, folder)

    def _copy_and_expunge(
        self, client: IMAPClient, source: str, uids: Sequence[int], folder: str
    ) -> None:
        wanted = _signatures(client, uids)
        if not wanted:
            return
        self._into(client, folder, lambda client, name: client.select_folder(name))
        self._selected = None
        there = _already_there(client, {identity for identity, _ in wanted.values() if identity})
        self._uidvalidity(client, source)
        missing = [uid for uid, signature in wanted.items() if signature not in there]
        if missing:
            self._into(client, folder, lambda client, name: client.copy(missing, name))
        client.add_flags(list(wanted), [b"\\Deleted"], silent=True)
        if client.has_capability("UIDPLUS"):
            client.uid_expunge(list(wanted))

    def _into(
        self, client: IMAPClient, folder: str, act: Callable[[IMAPClient, str], object]
    ) -> None:
        """Do something with a folder that is created first; once more if staff removed it."""
        name = ensure(client, self._folders, folder)
        try:
            act(client, name)
        except IMAPClientAbortError:
            raise
        except IMAPClientError:
            self._folders.existing.discard(name)
            if client.folder_exists(name):
                raise
            act(client, ensure(client, self._folders, folder))


def _in_pieces(client: IMAPClient, uid: int) -> bytes | None:
    """Read one large message piece by piece: whole, it would be held three times in memory."""
    read = BytesIO()
    while True:
        start = read.tell()
        answer = client.fetch([uid], [f"BODY.PEEK[]<{start}.{_PIECE_BYTES}>"])
        piece = answer.get(uid, {}).get(f"BODY[]<{start}>".encode())
        if piece is None:
            return None  # it has vanished meanwhile
        read.write(piece)
        if len(piece) < _PIECE_BYTES:
            return read.getvalue()


def _uids(client: IMAPClient, first: int, uidnext: int) -> list[int]:
    """Return the UIDs from `first` up to `uidnext` without it, ascending: that is by arrival."""
    found: list[int] = []
    for start in range(first, uidnext, _SEARCHED_AT_ONCE):
        last = min(start + _SEARCHED_AT_ONCE, uidnext) - 1
        found += client.search(["UID", f"{start}:{last}"])
    return sorted(uid for uid in found if first <= uid < uidnext)


def _signatures(client: IMAPClient, uids: Iterable[int]) -> dict[int, tuple[str, int]]:
    """Given UIDs of the open folder, return Message-ID and size of those that are there."""
    answers = client.fetch(list(uids), ["RFC822.SIZE", _MESSAGE_ID_ITEM])
    return {
        uid: (message_id_of(answer.get(_MESSAGE_ID_ANSWER) or b""), int(answer[b"RFC822.SIZE"]))
        for uid, answer in answers.items()
        if b"RFC822.SIZE" in answer
    }


def _already_there(client: IMAPClient, message_ids: set[str]) -> set[tuple[str, int]]:
    """Given Message-IDs, return Message-ID and size of those messages of the open folder."""
    uids: set[int] = set()
    for message_id in sorted(message_ids):
        charset = None if message_id.isascii() else "UTF-8"
        uids |= set(client.search(["HEADER", "Message-ID", message_id], charset))
    return {found for found in _signatures(client, uids).values() if found[0] in message_ids}


def _groups(locators: Sequence[Locator], most: int) -> Iterator[Sequence[Locator]]:
    for start in range(0, len(locators), most):
        yield locators[start : start + most]


def _runs(locators: Sequence[Locator]) -> Iterator[list[Locator]]:
    """Return neighbours of the same folder together, in order."""
    run: list[Locator] = []
    for locator in locators:
        if run and run[-1].folder != locator.folder:
            yield run
            run = []
        run.append(locator)
    if run:
        yield run
