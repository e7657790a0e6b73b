"""winmail.dat: mails as Exchange wraps them for other Outlooks (TNEF, MS-OXTNEF), made into MIME.

A TNEF stream is a list of attributes; in two of them stand MAPI properties, of the message and of
an attachment. Checksums are not held against anybody: some programs get them wrong.
"""

import struct
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field

from mailbot.documents.compound import DamagedError
from mailbot.documents.mapi import (
    ATTACHED,
    MESSAGE_CLASS,
    SUBJECT,
    TEXT,
    MapiFile,
    Properties,
    Value,
    charset_for,
    mime_from,
)

SIGNATURE = b"\x78\x9f\x3e\x22"
#: Attributes, by the lower half of their number.
_CLASS, _SUBJECT, _BODY, _PROPERTIES, _RECIPIENTS = 0x8008, 0x8004, 0x800C, 0x9003, 0x9004
_NEXT_FILE, _FILE_TITLE, _FILE_DATA, _FILE_PROPERTIES = 0x9002, 0x8010, 0x800F, 0x9005
_CODEPAGE = 0x9007
_SHORT_NAME = 0x3704
#: A mail attached to a mail (IID_IMessage); before it stand these 16 bytes.
_MAIL = bytes.fromhex("0703020000000000c000000000000046")
_ANSI, _UNICODE, _BINARY, _OBJECT = 0x1E, 0x1F, 0x102, 0x0D
_VARIABLE = frozenset({_ANSI, _UNICODE, _BINARY, _OBJECT})
#: Fixed types: how they are written, and how many bytes they take.
_FIXED = {
    0x02: ("<h", 4),
    0x03: ("<i", 4),
    0x04: ("<i", 4),
    0x05: ("<q", 8),
    0x06: ("<q", 8),
    0x07: ("<q", 8),
    0x0A: ("<i", 4),
    0x0B: ("<H", 4),
    0x14: ("<q", 8),
    0x40: ("<Q", 8),
    0x48: ("<q", 16),
}
_SEVERAL = 0x1000
_NAMED = 0x8000
_MOST = 10_000
_FILES = 200
_DEEPEST = 6


@dataclass(slots=True)
class _Open:
    """An attachment while its attributes come."""

    properties: dict[int, Value] = field(default_factory=dict)
    content: bytes = b""


@dataclass(slots=True)
class _Stream:
    """A message while its attributes come."""

    charset: str = "cp1252"
    properties: dict[int, Value] = field(default_factory=dict)
    recipients: list[Properties] = field(default_factory=list)
    files: list[_Open] = field(default_factory=list)


def mail_from_winmail(content: bytes) -> bytes:
    """Given the bytes of a winmail.dat, return the mail as MIME. Raises DamagedError."""
    return _mail(content, depth=0)


def _mail(content: bytes, depth: int) -> bytes:
    if not content.startswith(SIGNATURE):
        raise DamagedError
    stream = _Stream()
    attributes = list(_attributes(content))
    if not attributes:
        raise DamagedError
    for name, data in attributes:
        _take(stream, name, data)
    if not stream.properties and not stream.files and _is_cut_short(content):
        raise DamagedError
    files = [_file(found, depth) for found in stream.files]
    return mime_from(stream.properties, stream.recipients, files)


def _attributes(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the attributes; one that is cut short, with what there is of it, is the last."""
    at = 6
    while at + 9 <= len(content):
        name, length = struct.unpack_from("<II", content, at + 1)
        yield name & 0xFFFF, content[at + 9 : at + 9 + length]
        at += 9 + length + 2


def _is_cut_short(content: bytes) -> bool:
    """Whether the last attribute claims more than there is."""
    at = 6
    while at + 9 <= len(content):
        at += 9 + struct.unpack_from("<I", content, at + 5)[0] + 2
    return at > len(content)


def _take(stream: _Stream, name: int, data: bytes) -> None:
    if name == _CODEPAGE and len(data) >= 4:
        stream.charset = charset_for(struct.unpack_from("<I", data)[0])
    elif name == _PROPERTIES:
        stream.properties |= _properties(data, stream.charset)
    elif name == _RECIPIENTS:
        stream.recipients = _rows(data, stream.charset)
    elif name == _NEXT_FILE and len(stream.files) < _FILES:
        stream.files.append(_Open())
    elif name in _OF_MESSAGES:
        stream.properties.setdefault(_OF_MESSAGES[name], _text(data, stream.charset))
    elif stream.files:
        _take_of_file(stream.files[-1], name, data, stream.charset)


_OF_MESSAGES = {_CLASS: MESSAGE_CLASS, _SUBJECT: SUBJECT, _BODY: TEXT}


def _take_of_file(file: _Open, name: int, data: bytes, charset: str) -> None:
    if name == _FILE_TITLE:
        file.properties.setdefault(_SHORT_NAME, _text(data, charset))
    elif name == _FILE_DATA:
        file.content = data
    elif name == _FILE_PROPERTIES:
        file.properties |= _properties(data, charset)


def _file(found: _Open, depth: int) -> MapiFile:
    value = found.properties.get(ATTACHED)
    content = found.content or (value if isinstance(value, bytes) else b"")
    if isinstance(value, bytes) and value.startswith(_MAIL) and depth < _DEEPEST:
        try:
            return MapiFile(found.properties, _mail(value[16:], depth + 1), is_mail=True)
        except DamagedError:
            content = value[16:]
    return MapiFile(found.properties, content)


# --- MAPI properties (MS-OXTNEF 2.1.3.4) --------------------------------------------------------


@dataclass(slots=True)
class _Cursor:
    data: bytes
    at: int = 0

    def number(self) -> int:
        if self.at + 4 > len(self.data):
            raise DamagedError
        self.at += 4
        return int(struct.unpack_from("<I", self.data, self.at - 4)[0])

    def piece(self, length: int) -> bytes:
        """The next bytes; what follows stands at the next multiple of four."""
        if length > len(self.data) - self.at:
            raise DamagedError
        found = self.data[self.at : self.at + length]
        self.at += length + -length % 4
        return found


def _properties(data: bytes, charset: str) -> dict[int, Value]:
    cursor = _Cursor(data)
    found: dict[int, Value] = {}
    with suppress(DamagedError):  # cut short: what came before the cut is good
        _into(found, cursor, charset)
    return found


def _rows(data: bytes, charset: str) -> list[Properties]:
    cursor = _Cursor(data)
    rows: list[Properties] = []
    with suppress(DamagedError):  # as above
        for _ in range(min(cursor.number(), _MOST)):
            row: dict[int, Value] = {}
            rows.append(row)
            _into(row, cursor, charset)
    return rows


def _into(found: dict[int, Value], cursor: _Cursor, charset: str) -> None:
    for _ in range(min(cursor.number(), _MOST)):
        both = cursor.number()
        kind, tag = both & 0xFFFF, both >> 16
        if tag >= _NAMED:
            cursor.piece(16)
            if cursor.number():
                cursor.piece(cursor.number())
            else:
                cursor.number()
        values = _values(kind, cursor, charset)
        if values and tag < _NAMED:
            found[tag] = values[0]


def _values(kind: int, cursor: _Cursor, charset: str) -> list[Value]:
    base = kind & ~_SEVERAL
    several = base in _VARIABLE or kind & _SEVERAL
    count = cursor.number() if several else 1
    if count > _MOST:
        raise DamagedError
    if base in _VARIABLE:
        return [_variable(base, cursor.piece(cursor.number()), charset) for _ in range(count)]
    if base not in _FIXED:
        raise DamagedError
    form, size = _FIXED[base]
    if base == 0x02 and kind & _SEVERAL:
        size = 2
    pieces = [cursor.piece(size) for _ in range(count)]
    return [struct.unpack_from(form, piece)[0] for piece in pieces]


def _variable(kind: int, data: bytes, charset: str) -> Value:
    if kind == _UNICODE:
        return data.decode("utf-16-le", "replace").rstrip("\0")
    return _text(data, charset) if kind == _ANSI else data


def _text(data: bytes, charset: str) -> str:
    try:
        return data.decode(charset, "replace").rstrip("\0")
    except LookupError:
        return data.decode("cp1252", "replace").rstrip("\0")
