"""Ways to damage a file, by chance: as networks, disks, editors and ill will do.

A package (Word, Excel, OpenDocument, zip) is also damaged from within and packed again, so that
the damage reaches the readers of its parts and not only the unpacking. The same chance damages a
file in the same way.
"""

import base64
import binascii
import re
import struct
import warnings
import zlib
from collections.abc import Callable, Sequence
from io import BytesIO
from random import Random
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile

#: Numbers that programs stumble over.
_NUMBERS = (
    *(b"0", b"-1", b"1", b"255", b"65536", b"2147483647", b"2147483648", b"-2147483648"),
    *(b"4294967296", b"999999999999999999999999", b"0.0000001", b"1e308", b"NaN"),
)
#: Words that readers give a meaning.
_WORDS = (
    *("☒", "☐", "\uf0fe", "\uf0a8", "[x]", "[ ]", "YES/NO", "\t", "\n", "\x0b", "\u202e", "\u0000"),
    *("A" * 5000, "( " * 2000, "not known", "31/02/2019", "?22 may 2016", "EDD", "(((((((("),
    *("é" * 300, "\ud800".encode("utf-8", "surrogatepass").decode("utf-8", "replace"), ":" * 900),
)
_UNPACKED = 20_000_000


def damaged(content: bytes, random: Random, others: Sequence[bytes] = ()) -> bytes:
    """Given a file and chance, return it damaged in one to four ways; `others` may be mixed in."""
    for _ in range(random.choice((1, 1, 2, 4))):
        ways: list[Callable[[bytes, Random], bytes]] = [random.choice(_ANYWHERE)]
        if content.startswith(b"PK"):
            ways += [_within_package, _within_package, _members_moved]
        if b"base64" in content[:200_000]:
            ways += [_within_base64, _within_base64]
        if content.lstrip()[:1] in {b"<", b"{"} or b"Subject:" in content[:4000]:
            ways += [_markup]
        way = random.choice(ways)
        content = way(content, random)
        if others and random.random() < 0.1:
            content = _spliced(content, random.choice(others), random)
    return content


# --- anywhere ------------------------------------------------------------------------------------


def _flipped(content: bytes, random: Random) -> bytes:
    changed = bytearray(content)
    for _ in range(random.choice((1, 3, 20)) if changed else 0):
        changed[random.randrange(len(changed))] ^= 1 << random.randrange(8)
    return bytes(changed)


def _overwritten(content: bytes, random: Random) -> bytes:
    at = random.randrange(len(content) + 1)
    length = random.choice((1, 4, 64, 1024))
    filling = random.choice((bytes(length), b"\xff" * length, random.randbytes(length)))
    return content[:at] + filling + content[at + length :]


def _truncated(content: bytes, random: Random) -> bytes:
    return content[: random.randrange(len(content) + 1)]


def _beheaded(content: bytes, random: Random) -> bytes:
    return content[random.randrange(min(len(content), 4096) + 1) :]


def _cut_out(content: bytes, random: Random) -> bytes:
    at, length = random.randrange(len(content) + 1), random.choice((1, 16, 300, 5000))
    return content[:at] + content[at + length :]


def _repeated(content: bytes, random: Random) -> bytes:
    at, length = random.randrange(len(content) + 1), random.choice((1, 16, 300, 5000))
    piece = content[at : at + length]
    return content[:at] + piece * random.choice((2, 3, 50)) + content[at + length :]


def _numbers(content: bytes, random: Random) -> bytes:
    found = list(re.finditer(rb"\d+", content[:300_000]))
    if not found:
        return content
    for match in sorted(random.sample(found, min(3, len(found))), key=lambda m: -m.start()):
        content = content[: match.start()] + random.choice(_NUMBERS) + content[match.end() :]
    return content


def _spliced(content: bytes, other: bytes, random: Random) -> bytes:
    return content[: random.randrange(len(content) + 1)] + other[random.randrange(len(other) + 1) :]


_ANYWHERE = (_flipped, _overwritten, _truncated, _beheaded, _cut_out, _repeated, _numbers)


# --- markup --------------------------------------------------------------------------------------

_TAG = re.compile(rb"<[^<>]{1,400}>")
_TEXT = re.compile(rb">[^<>]{1,400}<")


def _markup(content: bytes, random: Random) -> bytes:
    """XML or HTML with an element lost, doubled, nested deep, or another word in it."""
    way = random.randrange(6)
    if way == 0:
        return _numbers(content, random)
    found = list((_TEXT if way in {1, 2} else _TAG).finditer(content[:400_000]))
    if not found:
        return _flipped(content, random)
    match = random.choice(found)
    before, piece, after = content[: match.start()], match[0], content[match.end() :]
    if way == 1:
        return before + b">" + random.choice(_WORDS).encode() + b"<" + after
    if way == 2:
        return before + b"><" + after
    if way == 3:  # an element deep in itself
        name = re.match(rb"</?([\w:.-]+)", piece)
        if not name:
            return before + after
        deep = random.choice((3, 40, 400))
        tag = b"<" + name[1] + b">"
        return before + tag * deep + b"</" + name[1] + b">" * 1 + after
    if way == 4:
        return before + piece * random.choice((2, 2, 30)) + after
    other = random.choice(found)
    return content[: match.start()] + other[0] + content[match.end() :]


# --- packages ------------------------------------------------------------------------------------


def _members(content: bytes) -> list[tuple[str, bytes]]:
    try:
        with ZipFile(BytesIO(content)) as package:
            if sum(entry.file_size for entry in package.infolist()) > _UNPACKED:
                return []
            return [(entry.filename, package.read(entry)) for entry in package.infolist()]
    except _PACKAGE_FAULTS:
        return []


#: What zipfile lets out for a damaged archive.
_PACKAGE_FAULTS = (
    *(BadZipFile, ValueError, OSError, EOFError, RuntimeError, NotImplementedError),
    *(binascii.Error, KeyError, zlib.error, struct.error),
)


def _packed(members: Sequence[tuple[str, bytes]]) -> bytes:
    target = BytesIO()
    with ZipFile(target, "w", ZIP_DEFLATED) as package, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the same name twice is what we mean
        for name, part in members:
            package.writestr(name, part)
    return target.getvalue()


def _within_package(content: bytes, random: Random) -> bytes:
    members = _members(content)
    if not members:
        return _flipped(content, random)
    # Most of what is read stands in the parts with the most markup.
    weights = [1 + 30 * (name in _READ) for name, _ in members]
    [index] = random.choices(range(len(members)), weights)
    name, part = members[index]
    for _ in range(random.choice((1, 2, 5))):
        way = _markup if part.lstrip().startswith(b"<") else random.choice(_ANYWHERE)
        part = (
            way(part, random) if random.random() < 0.9 else random.choice(_ANYWHERE)(part, random)
        )
    members[index] = (name, part)
    return _packed(members)


_READ = frozenset(
    (
        *("word/document.xml", "word/styles.xml", "word/header1.xml", "word/footer1.xml"),
        *("content.xml", "styles.xml", "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"),
        *("xl/workbook.xml", "xl/styles.xml", "[Content_Types].xml", "docProps/custom.xml"),
    )
)


def _members_moved(content: bytes, random: Random) -> bytes:
    """Parts lost, doubled, swapped, or under names that point elsewhere."""
    members = _members(content)
    if not members:
        return _overwritten(content, random)
    index = random.randrange(len(members))
    name, part = members[index]
    way = random.randrange(4)
    if way == 0:
        del members[index]
    elif way == 1:
        members.insert(random.randrange(len(members) + 1), (name, _flipped(part, random)))
    elif way == 2:
        other = random.randrange(len(members))
        members[index], members[other] = (name, members[other][1]), (members[other][0], part)
    else:
        members[index] = (random.choice(("../../etc/passwd", "/a", "a" * 300, name.upper())), part)
    return _packed(members)


# --- mails ---------------------------------------------------------------------------------------

_ENCODED = re.compile(rb"(?:[A-Za-z0-9+/]{60,76}\r?\n){3,}[A-Za-z0-9+/=]*")


def _within_base64(content: bytes, random: Random) -> bytes:
    """An enclosed file damaged from within, and encoded again."""
    found = list(_ENCODED.finditer(content))
    if not found:
        return _flipped(content, random)
    match = random.choice(found)
    try:
        inner = base64.b64decode(match[0])
    except binascii.Error:
        return _flipped(content, random)
    within = _within_package if inner.startswith(b"PK") else random.choice(_ANYWHERE)
    again = base64.encodebytes(within(inner, random))
    return content[: match.start()] + again + content[match.end() :]
