"""The files of a Maildir: names of folders, listing, and delivery that survives a power cut.

Layout: https://cr.yp.to/proto/maildir.html, with Maildir++ sub-folders (".mailbot.Cases.X" beside
new/, cur/ and tmp/). Other programs may deliver, flag and move at any time, without locks.
"""

import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import unquote

from mailbot.errors import MailboxError, MailboxRefusedError
from mailbot.mailboxes import DRAFTS, INBOX, SENT

_ROLE_DIRECTORIES = {DRAFTS: ".Drafts", SENT: ".Sent"}
_SUBDIRECTORIES = ("tmp", "new", "cur")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Entry:
    """One message file. `id` is its unique base name, which flags and moves do not change."""

    id: str
    path: Path
    size: int
    modified_ns: int

    @property
    def received_at(self) -> datetime:
        """When it arrived: the time of the file."""
        return _EPOCH + timedelta(microseconds=self.modified_ns // 1000)


@contextmanager
def touching(root: Path) -> Iterator[None]:
    """Turn what the file system refuses into `MailboxRefusedError` or `MailboxError`."""
    try:
        yield
    except PermissionError as error:
        raise MailboxRefusedError(
            f"The Maildir {root} may not be read or written: give this user the right to."
        ) from error
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise MailboxError(f"The Maildir {root} cannot be used ({why}).") from error


def directory_name(folder: str) -> str:
    """Given a folder of ours, return its Maildir++ directory beside new/ and cur/.

    Levels are parted by "."; a dot inside a name, "%" and control characters are written as
    "%2E" and so on, so that `folder_name` gives back exactly what went in.
    """
    if folder in _ROLE_DIRECTORIES:
        return _ROLE_DIRECTORIES[folder]
    escaped = "".join(_escaped(character) for character in folder)
    return "." + escaped.replace("/", ".")


def _escaped(character: str) -> str:
    if character in ".%" or ord(character) < 32 or ord(character) == 127:
        return f"%{ord(character):02X}"
    return character


def folder_name(directory: str) -> str:
    """Given the name of a Maildir++ directory, return our name of the folder."""
    for role, name in _ROLE_DIRECTORIES.items():
        if directory == name:
            return role
    return unquote(directory.removeprefix(".").replace(".", "/"))


def folder_path(root: Path, folder: str) -> Path:
    """Given the Maildir's root, return the directory of one of its folders."""
    return root if folder == INBOX else root / directory_name(folder)


def make_folder(directory: Path) -> None:
    """Create a Maildir folder unless it is there."""
    if all((directory / name).is_dir() for name in _SUBDIRECTORIES):
        return
    for name in _SUBDIRECTORIES:
        (directory / name).mkdir(mode=0o700, parents=True, exist_ok=True)
    if directory.name.startswith("."):
        (directory / "maildirfolder").touch(exist_ok=True)  # Maildir++: marks a sub-folder


def entries(directory: Path) -> dict[str, Entry]:
    """Given a folder's directory, return its messages by id, oldest first.

    Hidden files, links and what is no file are passed over; so is what vanishes meanwhile.
    """
    found: list[Entry] = []
    for name in ("new", "cur"):
        with suppress(FileNotFoundError), os.scandir(directory / name) as listing:
            found.extend(entry for item in listing if (entry := _entry(item)))
    found.sort(key=lambda entry: (entry.modified_ns, entry.id))
    return {entry.id: entry for entry in found}


def _entry(item: os.DirEntry[str]) -> Entry | None:
    if item.name.startswith("."):
        return None
    try:
        status = item.stat(follow_symlinks=False)
    except OSError:
        return None
    if not stat.S_ISREG(status.st_mode):
        return None
    base = item.name.partition(":")[0]
    # A name need not be UTF-8, an id must be: it is kept in the store.
    readable = os.fsencode(base).decode("utf-8", "backslashreplace")
    return Entry(readable, Path(item.path), status.st_size, status.st_mtime_ns)


def deliver(
    directory: Path,
    mime: bytes,
    received_at: datetime,
    *,
    flags: str | None = None,
    name: str | None = None,
) -> str:
    """Write a message into a folder, whole or not at all, and return its unique base name.

    Without flags it is new; with flags ("" too) it goes to cur/. It is on the disk on return.
    `name` is that of another copy of the same letter, elsewhere.
    """
    make_folder(directory)
    moment = (received_at - _EPOCH) // timedelta(microseconds=1)
    seconds, microseconds = divmod(moment, 1_000_000)
    unique = f"M{microseconds:06d}P{os.getpid()}R{secrets.token_hex(8)}"
    name = name or f"{seconds}.{unique}.mailbot"
    draft = directory / "tmp" / name
    try:
        with draft.open("xb") as file:
            file.write(mime)
            file.flush()
            os.fsync(file.fileno())
        os.utime(draft, ns=(moment * 1000, moment * 1000))
        target = directory / ("new" if flags is None else "cur")
        draft.rename(target / (name if flags is None else f"{name}:2,{flags}"))
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    sync_directory(target)
    return name


def sync_directory(directory: Path) -> None:
    """Make renames in a directory survive a power cut."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def beginning(path: Path, most_bytes: int) -> bytes:
    """Given a file, return at most so many of its first bytes."""
    with path.open("rb") as file:
        return file.read(most_bytes)


def snapshot(directory: Path) -> tuple[tuple[int, int], ...]:
    """Given a folder's directory, return what changes whenever a message comes or goes."""
    return tuple(
        ((directory / name).stat().st_mtime_ns, len(os.listdir(directory / name)))
        for name in ("new", "cur")
    )
