"""Outlook messages saved as files (.msg, MS-OXMSG), made into MIME.

A .msg is a compound file: a stream for each long property, one for the short ones, a folder for
each recipient and each attachment. A mail attached to it is a folder of the same shape.
"""

import struct
from collections.abc import Iterator

from mailbot.documents.compound import DamagedError, Storage, storage_from
from mailbot.documents.mapi import (
    AS_MAIL,
    AS_OBJECT,
    ATTACHED,
    CODEPAGE,
    MESSAGE_CODEPAGE,
    METHOD,
    MapiFile,
    Properties,
    Value,
    charset_for,
    mime_from,
)

_SHORT = "__properties_version1.0"
_LONG = "__substg1.0_"
_RECIPIENT, _ATTACHMENT = "__recip_version1.0_", "__attach_version1.0_"
_UNICODE, _ANSI, _BINARY = 0x001F, 0x001E, 0x0102
#: Fixed types and how they are written: numbers, booleans, moments.
_FIXED = {0x0002: "<h", 0x0003: "<i", 0x000B: "<H", 0x0014: "<q", 0x0040: "<Q"}
#: How many bytes stand before the short properties, by whose they are.
_HEAD_OF_FILE, _HEAD_OF_ENCLOSED, _HEAD_OF_PART = 32, 24, 8
_DEEPEST = 6
_FILES = 200
_RECIPIENTS = 500


def mail_from_outlook(content: bytes) -> bytes:
    """Given the bytes of a .msg file, return the mail as MIME. Raises DamagedError."""
    root = storage_from(content)
    if _SHORT not in root.streams:
        raise DamagedError
    return _mail(root, head=_HEAD_OF_FILE, depth=0)


def _mail(folder: Storage, *, head: int, depth: int) -> bytes:
    properties = _properties(folder, head)
    recipients = [
        _properties(inner, _HEAD_OF_PART) for inner in _folders(folder, _RECIPIENT, _RECIPIENTS)
    ]
    files = [_file(inner, depth) for inner in _folders(folder, _ATTACHMENT, _FILES)]
    return mime_from(properties, recipients, files)


def _folders(folder: Storage, prefix: str, most: int) -> Iterator[Storage]:
    names = sorted(name for name in folder.storages if name.startswith(prefix))
    return (folder.storages[name] for name in names[:most])


def _file(folder: Storage, depth: int) -> MapiFile:
    properties = _properties(folder, _HEAD_OF_PART)
    enclosed = folder.storages.get(f"{_LONG}{ATTACHED:04X}000D")
    if enclosed is not None and properties.get(METHOD) != AS_OBJECT and depth < _DEEPEST:
        mime = _mail(enclosed, head=_HEAD_OF_ENCLOSED, depth=depth + 1)
        return MapiFile({**properties, METHOD: AS_MAIL}, mime, is_mail=True)
    content = properties.get(ATTACHED)
    return MapiFile(properties, content if isinstance(content, bytes) else b"")


def _properties(folder: Storage, head: int) -> Properties:
    found: dict[int, Value] = dict(_short(folder.streams.get(_SHORT, b""), head))
    codepage = found.get(MESSAGE_CODEPAGE, found.get(CODEPAGE))
    for name, data in folder.streams.items():
        if not name.startswith(_LONG) or len(name) != len(_LONG) + 8:
            continue
        try:
            tag, kind = int(name[-8:-4], 16), int(name[-4:], 16)
        except ValueError:
            continue
        if kind == _UNICODE:
            found[tag] = data.decode("utf-16-le", "replace")
        elif kind == _ANSI:
            found.setdefault(tag, _decoded(data, codepage))
        elif kind == _BINARY:
            found[tag] = data
    return found


def _short(stream: bytes, head: int) -> Iterator[tuple[int, Value]]:
    for at in range(head, len(stream) - 15, 16):
        kind, tag = struct.unpack_from("<HH", stream, at)
        if form := _FIXED.get(kind):
            yield tag, struct.unpack_from(form, stream, at + 8)[0]


def _decoded(data: bytes, codepage: Value | None) -> str:
    try:
        return data.decode(charset_for(codepage), "replace")
    except LookupError:
        return data.decode("cp1252", "replace")
