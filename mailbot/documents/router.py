"""Which reader reads which file; messages and archives as the documents that are in them.

Nothing here raises for what a file contains: what cannot be read is a Document with a problem, and
everything else in the same message is read all the same. What can hang or explode is read apart,
in the worker process.
"""

import re
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial

from mailbot.core.document import Block, Cell, Document, Line, Table
from mailbot.core.model import Attachment, Message, Problem
from mailbot.documents.containers import (
    DEPTH,
    MAILS,
    Allowance,
    archive_from,
    message_from,
)
from mailbot.documents.csv_files import read_csv
from mailbot.documents.kinds import FileKind, kind_of, text_in
from mailbot.documents.mail_bodies import body_document, squashed, texts_in
from mailbot.documents.plaintext import document_from_text
from mailbot.documents.web_page import read_web_archive, read_web_page
from mailbot.documents.word import is_large, read_word
from mailbot.documents.worker import apart

Found = Iterator[tuple[str, Document]]
_Reader = Callable[..., Document]

#: The body of a message that stands in no other.
MESSAGE = "message"
#: Read apart -> the name of the reader there.
_APART = {
    FileKind.PDF: "pdf",
    FileKind.OFFICE: "office",
    FileKind.PICTURE: "picture",
    FileKind.WORKBOOK: "workbook",
}
#: A Word file is read at once, in milliseconds, unless it is as big as no form is.
_BIG_WORD = 1_000_000
_LONGEST_TEXT = 1_000_000
#: Things mail programs add by themselves: signatures, visiting cards, invitations.
_TRIMMINGS = ("text/calendar", "text/vcard", "text/x-vcard", "application/ics")
_SIGNATURES = ("pkcs7-signature", "pgp-signature")
_CUT_OFF = re.compile(r"^ATT\d{2,6}\.(?:html?|txt)$", re.IGNORECASE)
_TAGS = re.compile(rb"<[^<>]{0,2000}>|&nbsp;")
#: A logo is smaller than this; a photograph of a page is not.
_LOGO_BYTES = 24_000

_ASK_AGAIN = "ask the sender to send it again."
_ASK_ANOTHER = "ask the sender for it as Word or PDF."
_UNREAD: Mapping[FileKind, str] = {
    FileKind.EMPTY: f"The file is empty: {_ASK_AGAIN}",
    FileKind.ZEROS: f"The file holds nothing but zeros, it was damaged on its way: {_ASK_AGAIN}",
    FileKind.LOCKED: (
        "The document is locked with a password: ask the sender for a copy without one."
    ),
    FileKind.RIGHTS: (
        "The document is protected by its sender's rights management: a person opens it where it "
        "can be read, or asks for a copy without."
    ),
    FileKind.SEALED: "It is encrypted or sealed and cannot be read here: a person opens it.",
    FileKind.PACKED: (
        "The archive is packed in a way that mailbot does not open: a person opens it, or asks "
        "for the files one by one."
    ),
    FileKind.BINARY_WORKBOOK: (
        "The workbook is saved in Excel's binary format, which cannot be read here: ask the "
        "sender for it as .xlsx."
    ),
    FileKind.PRESENTATION: "The presentation cannot be read here: a person reads it.",
    FileKind.PAGES: f"The document was made with an Apple program and not exported: {_ASK_ANOTHER}",
    FileKind.RECORDING: "The recording cannot be read here: a person listens to it.",
    FileKind.PROGRAM: (
        "The file is not a form but a program, or looks like one: nobody opens it before whoever "
        "looks after the computers has seen it."
    ),
    FileKind.OTHER: "The file is in a format that cannot be read here: a person opens it.",
}
_TOO_DEEP = (
    "Files are packed in one another too deep: a person opens this one, or asks for the files one "
    "by one."
)
_TOO_MANY = "The message holds too many files, more than mailbot opens: a person opens this one."
_TOO_SLOW = (
    "The files before this one took all the time that mailbot gives one message: a person opens "
    "this one."
)
_TOO_MUCH = (
    "There are more rows or lines in the message than mailbot reads, too many for a form: a person "
    "reads the rest."
)
_NO_WORDS = f"The file holds no words: {_ASK_AGAIN}"
_NO_TEXT = "The file is not a text, whatever its name says: a person opens it, with care."
#: Control characters that no text has; now and then one is left over from a printer or a fax.
_NO_LETTERS = tuple(map(chr, (*range(7), *range(14, 26), *range(28, 32))))
_MOSTLY_TEXT = 0.02
_LONG_TEXT = "The text is too long to be read whole: a person reads its end."
_CONTAINER = "The file holds other files, which are read one by one."


def _read_text(content: bytes, *, place: str) -> Document:
    text = text_in(content, _LONGEST_TEXT)
    if sum(map(text.count, _NO_LETTERS)) > len(text) * _MOSTLY_TEXT:
        return _unread(FileKind.TEXT, place, _NO_TEXT)
    document = document_from_text(text)
    if not any(isinstance(block, Line) and block.text for block in document.blocks):
        return _unread(FileKind.TEXT, place, _NO_WORDS)
    if len(content) <= _LONGEST_TEXT:
        return document
    return replace(document, problems=(Problem(place=place, what=_LONG_TEXT),))


#: Read at once.
_READERS: Mapping[FileKind, _Reader] = {
    FileKind.WORD: read_word,
    FileKind.TEXT: _read_text,
    FileKind.TABLE_OF_TEXT: read_csv,
    FileKind.WEB_PAGE: read_web_page,
    FileKind.WEB_ARCHIVE: read_web_archive,
}


def read_document(content: bytes, *, name: str, content_type: str, place: str) -> Document:
    """Given a file's bytes, return what stands in it; what cannot be read has a problem.

    `place` is what logs and letters call it ("2nd attachment, Word"); `name` and `content_type`
    are only hints, the bytes decide. Files that hold files are for `documents_in`.
    """
    return _read(content, kind_of(content, name, content_type), place, Allowance())


def _read(content: bytes, kind: FileKind, place: str, allowance: Allowance) -> Document:
    reader = _READERS.get(kind)
    if kind in _APART:
        reader = partial(apart, _APART[kind])
    elif kind is FileKind.WORD and (len(content) > _BIG_WORD or is_large(content)):
        reader = partial(apart, "word")
    if reader is None:
        return _unread(kind, place, _UNREAD.get(kind, _CONTAINER))
    if allowance.seconds <= 0:
        return _unread(kind, place, _TOO_SLOW)
    begun = time.monotonic()
    document = reader(content, place=place)
    allowance.seconds -= time.monotonic() - begun
    return _within(document, allowance, place)


def _within(document: Document, allowance: Allowance, place: str) -> Document:
    """Given a Document, return as much of it as one message may hold; the rest is told of."""
    kept = tuple(_allowed(document.blocks, allowance))
    if allowance.rows >= 0 and allowance.lines >= 0:
        return document
    allowance.rows, allowance.lines = max(0, allowance.rows), max(0, allowance.lines)
    problem = Problem(place=place, what=_TOO_MUCH)
    return replace(document, blocks=kept, problems=(*document.problems, problem))


def _allowed(blocks: tuple[Block, ...], allowance: Allowance) -> Iterator[Block]:
    for block in blocks:
        if isinstance(block, Line):
            allowance.lines -= 1
        else:
            allowance.rows -= sum(map(_rows_of, block.rows))
        if allowance.lines < 0:
            return
        if isinstance(block, Table) and allowance.rows < 0:
            yield replace(block, rows=block.rows[: allowance.rows])
            return
        yield block


def _rows_of(row: tuple[Cell, ...]) -> int:
    """How many rows a row is, with those of tables in its cells."""
    return 1 + sum(_rows_of(inner) for cell in row for table in cell.tables for inner in table.rows)


def _unread(kind: FileKind, place: str, what: str) -> Document:
    return Document(format=kind.value, problems=(Problem(place=place, what=what),))


# --- messages and archives ----------------------------------------------------------------------


def documents_in(
    content: bytes, *, name: str, content_type: str, place: str
) -> tuple[tuple[str, Document], ...]:
    """Given a file's bytes, return every document in it, each with its place.

    Most files are one document; an archive or a mail is as many as it holds.
    """
    part = Attachment(place=place, name=name, content_type=content_type, content=content)
    return tuple(_in_file(part, place, Allowance(), depth=0))


def documents_of(message: Message) -> tuple[tuple[str, Document], ...]:
    """Given a message, return its body (place "message") and its attachments as Documents.

    Files in archives and in mails that are attached have places of their own ("1st attachment,
    mail: 2nd attachment, PDF"). Logos, visiting cards, invitations and signature files are left
    out: they are trimmings.
    """
    allowance = Allowance()
    body = (MESSAGE, _within(body_document(message), allowance, MESSAGE))
    return (body, *_in_attachments(message, "", allowance, depth=0))


def _in_attachments(message: Message, before: str, allowance: Allowance, depth: int) -> Found:
    said = {problem.place: problem.what for problem in message.problems}
    for part in message.attachments:
        # What lies in a mail that is attached is found again when that mail is opened.
        if ": " in part.place or is_trimming(part):
            continue
        place = f"{before}: {part.place}" if before else part.place
        if not part.content and part.place in said:
            yield place, _unread(FileKind.EMPTY, place, said[part.place])
            continue
        for where, document in _in_file(part, place, allowance, depth):
            # winmail.dat says again what the mail around it says.
            if where != place or not _says_the_same(document, message.text, part):
                yield where, document


def _says_the_same(document: Document, text: str, part: Attachment) -> bool:
    if kind_of(part.content[:64], part.name, part.content_type) is not FileKind.WINMAIL:
        return False
    words = squashed("\n".join(texts_in(document.blocks)))
    return not document.problems and words in squashed(text)


def is_trimming(part: Attachment) -> bool:
    """Given an attachment, say whether a mail program added it by itself."""
    mime = part.content_type.lower()
    if mime.startswith("image/") and len(part.content) < _LOGO_BYTES:
        return True
    if mime.startswith(_TRIMMINGS) or mime.endswith(_SIGNATURES):
        return True
    # What Exchange cuts off the end of a body: a file of tags without a word.
    return bool(_CUT_OFF.match(part.name)) and not _TAGS.sub(b"", part.content).strip()


def _in_file(part: Attachment, place: str, allowance: Allowance, depth: int) -> Found:
    kind = kind_of(part.content, part.name, part.content_type)
    if kind is not FileKind.ZIP and kind not in MAILS:
        yield place, _read(part.content, kind, place, allowance)
    elif depth >= DEPTH:
        yield place, _unread(kind, place, _TOO_DEEP)
    elif kind is FileKind.ZIP:
        yield from _in_archive(part.content, place, allowance, depth)
    else:
        yield from _in_mail(part.content, kind, place, allowance, depth)


def _in_archive(content: bytes, place: str, allowance: Allowance, depth: int) -> Found:
    archive = archive_from(content, allowance)
    for held in archive.files:
        where = f"{place}: {held.place}"
        part = Attachment(
            place=where, name=held.name, content_type=held.content_type, content=held.content
        )
        if held.problem:
            kind = kind_of(b"", held.name)
            yield where, _unread(kind, where, f"The file {held.problem}")
        elif not is_trimming(part):
            yield from _in_file(part, where, allowance, depth + 1)
    for problem in archive.problems:
        yield place, _unread(FileKind.ZIP, place, f"The zip archive {problem}")


def _in_mail(content: bytes, kind: FileKind, place: str, allowance: Allowance, depth: int) -> Found:
    if allowance.files <= 0 or len(content) > allowance.bytes:
        yield place, _unread(kind, place, _TOO_MANY)
        return
    allowance.files -= 1
    allowance.bytes -= len(content)
    message = message_from(content, kind)
    if isinstance(message, str):
        yield place, _unread(kind, place, f"The enclosed mail {message}")
        return
    if kind is FileKind.WINMAIL and not message.text.strip() and not message.attachments:
        return  # only how the mail around it should look
    body = _within(body_document(message), allowance, place)
    problems = tuple(
        Problem(place=place, what=problem.what)
        for problem in message.problems
        if problem.place == MESSAGE
    )
    if problems or body.blocks:
        yield place, replace(body, problems=(*problems, *body.problems))
    yield from _in_attachments(message, place, allowance, depth + 1)
