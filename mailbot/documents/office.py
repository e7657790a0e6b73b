"""Old Word, RTF, old Excel, WordPerfect, OpenDocument: what is not Word of today, as Documents.

OpenDocument is read here itself. The rest is turned by LibreOffice into what is read here, which
keeps ticks and tables and drops the names of controls; without it RTF gives its bare text, and the
others are a named state.
"""

import re
import struct
from dataclasses import replace

from mailbot.core.document import UNKNOWN_BOX, Block, Control, Document, Line
from mailbot.core.model import Problem
from mailbot.documents import libreoffice
from mailbot.documents.compound import OLE, DamagedError, storage_from
from mailbot.documents.libreoffice import NotConvertedError, converted
from mailbot.documents.opendocument import read_opendocument
from mailbot.documents.rtf_bodies import body_from
from mailbot.documents.word import read_word
from mailbot.documents.word_signs import tidy
from mailbot.documents.workbook import read_workbook

_LARGEST = 60_000_000
_LOCKED = "is locked with a password: ask the sender for a copy without one."
_DAMAGED = "is damaged: ask the sender to send it again."
_OLDER = "was written by a Word of before 1997: ask the sender for a copy as .docx or PDF."
_NO_LAYOUT = "was read as bare text, without tables and boxes, because {why}: a person compares it."
_MISSING, _GAVE_UP = "LibreOffice is not installed", "LibreOffice could not open it"
_NO_STATE = "does not hold whether its boxes are ticked: a person looks at them."
#: FibBase (MS-DOC 2.5.2): flags at 10, of which bit 8 says that it is encrypted.
_FIB_FLAGS, _ENCRYPTED = 10, 0x0100
_FIRST_WORD_97 = 0x00C1
_FILEPASS, _END_OF_PART = 0x002F, 0x000A  # records of MS-XLS
_STREAMS = (("WordDocument", "old Word"), ("Workbook", "old Excel"), ("Book", "old Excel"))
_WORD_2 = (b"\xdb\xa5", b"\x9b\xa5", b"1\xbe\x00\x00")
_MADE_UP = re.compile(r"__Fieldmark__|(?:Unnamed|Bookmark)(?: Copy \d+)?$")
_BOX_WITHOUT_STATE = re.compile(
    rb"\\field\{\\\*\\fldinst\s*\{\s*FORMCHECKBOX\s*\}\s*\}(?:\{\\fldrslt\s*(?:\{\s*\})?\s*\})?"
)


class _RefusedError(Exception):
    """The file will not be read; the text is the end of a sentence that says why."""


def read_office(content: bytes, *, place: str) -> Document:
    """Given the bytes of a file of an older or another office program, return what stands in it.

    The bytes decide which. Never raises for its content.
    """
    if content.startswith(b"PK") or b"<office:document" in content[:4_096]:
        return read_opendocument(content, place=place)
    name = _name(content)
    if len(content) > _LARGEST:
        return _unread(name, place, "is larger than any file that is read: a person opens it.")
    if content.startswith(_WORD_2):
        return _unread(name, place, _OLDER)
    try:
        if name == "RTF":
            return _rtf(content, place)
        if content.startswith(OLE):
            return _compound(content, place)
        return _by_way_of_word(content, place, name, "wpd" if name == "WordPerfect" else "doc")
    except (_RefusedError, NotConvertedError) as refused:
        return _unread(name, place, str(refused))


def _name(content: bytes) -> str:
    """What a person calls such a file."""
    if content.lstrip().startswith(b"{\\rtf"):
        return "RTF"
    if content.startswith(b"\xffWPC"):
        return "WordPerfect"
    # A Word file may hold a workbook, and then names it too.
    for stream, name in _STREAMS:
        if stream.encode("utf-16-le") in content:
            return name
    return "old Word"


def _by_way_of_word(content: bytes, place: str, name: str, ending: str) -> Document:
    document = read_word(converted(content, ending=ending, to="docx"), place=place)
    problems = tuple(
        replace(p, what=p.what.replace("The Word document", f"The {name} file"))
        for p in document.problems
    )
    return replace(
        document,
        format=name,
        blocks=tuple(_without_made_up_names(block) for block in document.blocks),
        problems=problems,
    )


def _without_made_up_names(block: Block) -> Block:
    """LibreOffice gives every control a name; a name that nobody gave must not look like a tag."""
    if isinstance(block, Line):
        return replace(block, controls=_renamed(block.controls))
    rows = tuple(
        tuple(replace(cell, controls=_renamed(cell.controls)) for cell in row) for row in block.rows
    )
    return replace(block, rows=rows)


def _renamed(controls: tuple[Control, ...]) -> tuple[Control, ...]:
    return tuple(replace(c, name="" if _MADE_UP.match(c.name) else c.name) for c in controls)


# --- RTF -----------------------------------------------------------------------------------------


def _rtf(content: bytes, place: str) -> Document:
    content = content.lstrip()
    if not libreoffice.is_installed():
        return _bare_text(content, place, _MISSING)
    # LibreOffice itself writes boxes without their state. What is not there must not become "no".
    stateless = _BOX_WITHOUT_STATE.sub(rb"\\u%d?" % ord(UNKNOWN_BOX), content)
    try:
        document = _by_way_of_word(stateless, place, "RTF", "rtf")
    except NotConvertedError as error:
        try:
            return _bare_text(content, place, _GAVE_UP)
        except _RefusedError:
            raise error from None
    if stateless == content:
        return document
    problem = Problem(place=place, what=f"The RTF file {_NO_STATE}")
    return replace(document, problems=(*document.problems, problem))


def _bare_text(content: bytes, place: str, why: str) -> Document:
    lines = enumerate(body_from(content).text.split("\n"), start=1)
    blocks = tuple(
        Line(place=f"line {number}", text=text) for number, line in lines if (text := tidy(line))
    )
    if not blocks:
        raise _RefusedError(libreoffice.NOT_INSTALLED)
    problem = Problem(place=place, what=f"The RTF file {_NO_LAYOUT.format(why=why)}")
    return Document(format="RTF", blocks=blocks, problems=(problem,))


# --- compound files -------------------------------------------------------------------------------


def _compound(content: bytes, place: str) -> Document:
    try:
        streams = storage_from(content).streams
    except DamagedError as error:
        raise _RefusedError(_DAMAGED) from error
    if "EncryptedPackage" in streams:
        raise _RefusedError(_LOCKED)
    if "WordDocument" in streams:
        _check_word(streams["WordDocument"])
        return _by_way_of_word(content, place, "old Word", "doc")
    sheets = streams.get("Workbook", streams.get("Book"))
    if sheets is None:
        raise _RefusedError("is of a kind that mailbot does not know: a person opens it.")
    if _is_locked_workbook(sheets):
        raise _RefusedError(_LOCKED)
    document = read_workbook(converted(content, ending="xls", to="xlsx"), place=place)
    return replace(document, format="old Excel")


def _check_word(stream: bytes) -> None:
    if len(stream) < 32:
        raise _RefusedError(_DAMAGED)
    _, version = struct.unpack_from("<HH", stream)
    (flags,) = struct.unpack_from("<H", stream, _FIB_FLAGS)
    if flags & _ENCRYPTED:
        raise _RefusedError(_LOCKED)
    if version < _FIRST_WORD_97 and not libreoffice.is_installed():
        raise _RefusedError(_OLDER)


def _is_locked_workbook(stream: bytes) -> bool:
    """Whether a FILEPASS record stands among the first ones, before the first part ends."""
    at = 0
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        if kind == _FILEPASS:
            return True
        if kind == _END_OF_PART:
            return False
        at += 4 + length
    return False


def _unread(name: str, place: str, sentence: str) -> Document:
    problem = Problem(place=place, what=f"The {name} file {sentence}")
    return Document(format=name, problems=(problem,))
