"""Zip archives, opened within limits: an archive that comes as a file, and workbooks.

Nothing is written to disk, so a name in an archive is only a name. What a directory claims about
sizes is not believed: unpacking counts what really comes out.
"""

import zlib
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

ENTRIES = 10_000
_STEEPEST = 200  # times; text packs 10 to 30 times, a bomb a thousand
_RATIO_MATTERS = 4_000_000
_CHUNK = 1 << 18
_ENCRYPTED = 1
_AES = 99
#: What the standard library's reader lets out for torn or forged archives.
_TORN = (
    *(BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError),
    *(RuntimeError, IndexError),
)


class RefusedError(Exception):
    """An archive or a part of it is not read; the text is the end of a sentence that says why."""


DAMAGED = "is damaged: ask the sender to send it again."
LOCKED = "is locked with a password: ask the sender for it by telephone, or for a copy without one."
HUGE = "unpacks to more than mailbot accepts: a person opens it, with care."
CROWDED = "holds too many files, more than mailbot opens: a person opens it."
FOREIGN = "is packed in a way that mailbot does not open: a person opens it."


def opened(content: bytes) -> ZipFile:
    """Given the bytes of an archive, return it open. Raises RefusedError."""
    # Reading the directory takes time and memory for every entry that is in it.
    if content.count(b"PK\x01\x02") > ENTRIES:
        raise RefusedError(CROWDED)
    try:
        return ZipFile(BytesIO(content))
    except _TORN as error:
        raise RefusedError(DAMAGED) from error


def is_locked(entry: ZipInfo) -> bool:
    """Given a part of an archive, say whether it is locked with a password."""
    return bool(entry.flag_bits & _ENCRYPTED) or entry.compress_type == _AES


def unpacked(package: ZipFile, entry: ZipInfo, limit: int) -> bytes:
    """Given a part of an archive, return its bytes. Raises RefusedError, also beyond `limit`."""
    if is_locked(entry):
        raise RefusedError(LOCKED)
    if entry.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
        raise RefusedError(FOREIGN)
    steepest = max(_RATIO_MATTERS, _STEEPEST * entry.compress_size)
    pieces: list[bytes] = []
    size = 0
    try:
        with package.open(entry) as part:
            while piece := part.read(_CHUNK):
                size += len(piece)
                if size > min(limit, steepest):
                    raise RefusedError(HUGE)
                pieces.append(piece)
    except _TORN as error:
        raise RefusedError(DAMAGED) from error
    return b"".join(pieces)
