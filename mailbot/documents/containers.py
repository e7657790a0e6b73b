"""Files that hold files: zip archives and mails, opened within what one message may cost.

Mails are enclosed as .eml, as .msg of Outlook or as winmail.dat; each becomes a message of its own
and is read like any other (`core/mail`).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from zipfile import ZipInfo

from mailbot.core.mail.enclosures import ordinal, real_type, word_for
from mailbot.core.mail.messages import Reading, read_message
from mailbot.core.model import Message, TrustMode
from mailbot.documents.compound import DamagedError
from mailbot.documents.kinds import FileKind
from mailbot.documents.outlook import mail_from_outlook
from mailbot.documents.packages import (
    CROWDED,
    HUGE,
    LOCKED,
    RefusedError,
    is_locked,
    opened,
    unpacked,
)
from mailbot.documents.winmail import mail_from_winmail

#: Containers within containers.
DEPTH = 6
FILES = 200
UNPACKED_BYTES = 200_000_000
#: For reading all files of one message; the one under way when they are over is read to its end.
SECONDS = 240.0
#: Of all tables, and of all texts beside them: far more than forms and chronologies have.
ROWS = 6_000
LINES = 30_000

MAILS = frozenset({FileKind.MAIL, FileKind.OUTLOOK, FileKind.WINMAIL})
#: What computers add to archives by themselves.
_RUBBISH = ("__macosx/", ".ds_store", "thumbs.db", "desktop.ini", "._")
#: An enclosed mail is nobody's word yet, and its receipt is not known.
_NOBODYS = Reading(own_address="", trust=TrustMode.NONE)
_NO_RECEIPT = datetime(1970, 1, 1, tzinfo=UTC)
_EMPTY = "holds no file: ask the sender to send it again."
_BROKEN_MAIL = "is damaged: ask the sender to send it again, as a mail with attachments."


@dataclass(slots=True)
class Allowance:
    """What may still be opened and read in one message, over all its containers."""

    files: int = FILES
    bytes: int = UNPACKED_BYTES
    seconds: float = SECONDS
    rows: int = ROWS
    lines: int = LINES


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """One file in an archive; with a `problem` it was not taken out."""

    place: str  # "1st file, Word"
    name: str
    content_type: str
    content: bytes = b""
    problem: str = ""


@dataclass(slots=True)
class Archive:
    """What an archive holds, and what is wrong with the whole of it, as ends of sentences."""

    files: list[Held] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def archive_from(content: bytes, allowance: Allowance) -> Archive:
    """Given the bytes of a zip archive, return the files in it, as far as `allowance` goes."""
    found = Archive()
    try:
        package = opened(content)
    except RefusedError as refused:
        found.problems.append(str(refused))
        return found
    with package:
        entries = list(_files(package.infolist()))
        if not entries:
            found.problems.append(_EMPTY)
        elif all(is_locked(entry) for entry in entries):
            found.problems.append(LOCKED)
            return found
        for number, entry in enumerate(entries, 1):
            if allowance.files <= 0:
                found.problems.append(CROWDED)
                return found
            allowance.files -= 1
            try:
                inner = unpacked(package, entry, allowance.bytes)
            except RefusedError as refused:
                found.files.append(_held(number, entry.filename, problem=str(refused)))
                if str(refused) == HUGE:  # the attempt costs too: bombs come in hundreds
                    allowance.bytes -= allowance.bytes // 4
                continue
            allowance.bytes -= len(inner)
            found.files.append(_held(number, entry.filename, inner))
    return found


def _files(entries: list[ZipInfo]) -> Iterator[ZipInfo]:
    for entry in entries:
        name = entry.filename.lower().replace("\\", "/")
        last = name.rpartition("/")[2]
        rubbish = name.startswith(_RUBBISH[0]) or last.startswith(_RUBBISH[1:])
        if last and not rubbish and not entry.is_dir():
            yield entry


def _held(number: int, path: str, content: bytes = b"", problem: str = "") -> Held:
    name = path.replace("\\", "/").rpartition("/")[2]
    kind = real_type("application/octet-stream", name, content)
    place = f"{ordinal(number)} file, {word_for(kind)}"
    return Held(place=place, name=name, content_type=kind, content=content, problem=problem)


def message_from(content: bytes, kind: FileKind) -> Message | str:
    """Given an enclosed mail of one of `MAILS`, return it as a message.

    What cannot be read as a mail is the end of a sentence that says so.
    """
    mime = mail_of(content, kind)
    if mime is None:
        return _BROKEN_MAIL
    return read_message(mime, _NO_RECEIPT, reading=_NOBODYS)


def mail_of(content: bytes, kind: FileKind) -> bytes | None:
    """Given a mail as a file, return it as MIME, whatever program wrote it; None when damaged."""
    try:
        if kind is FileKind.OUTLOOK:
            return mail_from_outlook(content)
        if kind is FileKind.WINMAIL:
            return mail_from_winmail(content)
    except DamagedError:
        return None
    # Apple's .emlx begins with the length of the mail, on a line of its own.
    first, _, rest = content[:20].partition(b"\n")
    return content[len(first) + 1 :] if rest and first.strip().isdigit() else content
