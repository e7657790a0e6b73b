"""The package of a Word file: its parts, found by their relationships, unpacked within limits.

Open Packaging Conventions (ISO/IEC 29500-2): a zip archive whose parts name each other. Limits are
checked before anything is unpacked or parsed.
"""

import re
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from posixpath import dirname, normpath
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from lxml import etree

from mailbot.documents.strange_xml import StrangeXmlError, root_of

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
LOCKED = "is locked with a password: ask the sender for a copy without one."
DAMAGED = "is damaged: ask the sender to send it again."
HUGE = "unpacks to more than mailbot accepts: a person opens it, with care."
OLD = "is in an old format that mailbot cannot read yet: a person reads it."
NOT_WORD = "is damaged, or no Word document: it holds no Word text. A person opens it."
_LONGEST_FILE = 60_000_000
_LONGEST_BODY = 20_000_000
_LONGEST_OTHER = 2_000_000
_LARGE = 3_000_000
_MOST_ENTRIES = 2_000
_MOST_UNPACKED = 400_000_000
_STEEPEST = 150  # times; forms pack 10 to 30 times, a bomb a thousand
_RATIO_MATTERS = 2_000_000
#: The strict variant of the format has other names for the same things (ISO/IEC 29500-4, part A).
_STRICT = {
    b"http://purl.oclc.org/ooxml/wordprocessingml/main": (
        b"http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    ),
    b"http://purl.oclc.org/ooxml/officeDocument/relationships": (
        b"http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    ),
    b"http://purl.oclc.org/ooxml/drawingml/main": (
        b"http://schemas.openxmlformats.org/drawingml/2006/main"
    ),
    b"http://purl.oclc.org/ooxml/officeDocument/math": (
        b"http://schemas.openxmlformats.org/officeDocument/2006/math"
    ),
}
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_ENCODING = re.compile(r"""\sencoding=["'][^"']{1,40}["']""")
#: All that the zip reader lets out for torn or forged archives.
_ZIP_ERRORS = (
    BadZipFile,
    zlib.error,
    EOFError,
    OSError,
    ValueError,
    NotImplementedError,
    RuntimeError,
    IndexError,
    UnicodeError,
)


class RefusedError(Exception):
    """A package or part will not be read; the text is the end of the sentence for the problem."""


@dataclass(frozen=True, slots=True)
class Relation:
    """That one part names another: by its id, for a purpose."""

    kind: str  # the last word of its type: "header", "footnotes"
    target: str  # the name of the part in the package


@dataclass(frozen=True, slots=True)
class Package:
    """An open package and the parts in it."""

    archive: ZipFile
    entries: Mapping[str, ZipInfo]

    def has(self, name: str) -> bool:
        """Whether there is a part of this name."""
        return name in self.entries

    def xml(self, name: str, *, limit: int = _LONGEST_OTHER) -> etree._Element:
        """Given the name of a part, return the root of its XML; else RefusedError."""
        return parsed(self._unpacked(name, limit))

    def body(self, name: str) -> etree._Element:
        """Given the name of the main part, return the root of its XML; else RefusedError."""
        return self.xml(name, limit=_LONGEST_BODY)

    def relations(self, name: str) -> dict[str, Relation]:
        """Given the name of a part ("" for the package), return what it names, by id.

        What stands outside the package is left out: nothing is ever fetched.
        """
        folder = dirname(name)
        listed = f"{folder}/_rels/{name[len(folder) :].lstrip('/')}.rels".lstrip("/")
        if listed not in self.entries:
            return {}
        found = {}
        for node in self.xml(listed):
            if node.get("TargetMode") == "External":
                continue
            target = node.get("Target", "")
            path = target if target.startswith("/") else f"/{folder}/{target}"
            found[node.get("Id", "")] = Relation(
                kind=node.get("Type", "").rpartition("/")[2], target=normpath(path).lstrip("/")
            )
        return found

    def _unpacked(self, name: str, limit: int) -> bytes:
        entry = self.entries.get(name)
        if entry is None:
            raise RefusedError(DAMAGED)
        if entry.flag_bits & 1:
            raise RefusedError(LOCKED)
        if entry.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
            raise RefusedError(DAMAGED)
        if entry.file_size > limit:
            raise RefusedError(HUGE)
        try:
            with self.archive.open(entry) as part:
                return part.read(limit)
        except _ZIP_ERRORS as error:
            raise RefusedError(DAMAGED) from error


def is_locked_office(content: bytes) -> bool:
    """Given an OLE container, return whether it holds an encrypted Office document."""
    return content.startswith(OLE) and "EncryptedPackage".encode("utf-16-le") in content


def is_large(content: bytes) -> bool:
    """Given the bytes of a Word file, return whether its text is as long as no form's is.

    Such a file is read with more memory and time than a form; pictures in it do not count.
    """
    try:
        with ZipFile(BytesIO(content)) as archive:
            return any(
                entry.file_size > _LARGE and entry.filename.endswith(".xml")
                for entry in archive.infolist()
            )
    except _ZIP_ERRORS:
        return False


@contextmanager
def opened(content: bytes) -> Iterator[Package]:
    """Given the bytes of a file, return it as a package; else RefusedError."""
    if content.startswith(OLE):
        raise RefusedError(LOCKED if is_locked_office(content) else OLD)
    if len(content) > _LONGEST_FILE:
        raise RefusedError(HUGE)
    try:
        archive = ZipFile(BytesIO(content))
    except _ZIP_ERRORS as error:
        raise RefusedError(DAMAGED) from error
    with archive:
        entries = archive.infolist()
        _check(entries)
        yield Package(archive, {entry.filename.lstrip("/"): entry for entry in entries})


def _check(entries: list[ZipInfo]) -> None:
    if len(entries) > _MOST_ENTRIES or sum(e.file_size for e in entries) > _MOST_UNPACKED:
        raise RefusedError(HUGE)
    for entry in entries:
        steep = entry.file_size > _STEEPEST * max(entry.compress_size, 1)
        if steep and entry.file_size > _RATIO_MATTERS:
            raise RefusedError(HUGE)


def main_part(package: Package) -> str:
    """Given a package, return the name of its main part, whatever it is called."""
    for relation in package.relations("").values():
        if relation.kind == "officeDocument" and package.has(relation.target):
            return relation.target
    usual = "word/document.xml"
    if package.has(usual):
        return usual
    # Word for the web now and then names it document2.xml.
    for name in package.entries:
        if name.startswith("word/document") and name.endswith(".xml"):
            return name
    raise RefusedError(NOT_WORD if package.entries else DAMAGED)


def parsed(xml: bytes) -> etree._Element:
    """Given the XML of a part, return its root; else RefusedError."""
    if xml.startswith(_UTF_16):
        text = xml.decode("utf-16", errors="replace")
        xml = _ENCODING.sub("", text[:200], count=1).encode() + text[200:].encode()
    if b"http://purl.oclc.org/ooxml/" in xml[:8_000]:
        for strict, transitional in _STRICT.items():
            xml = xml.replace(strict, transitional)
    try:
        return root_of(xml)
    except StrangeXmlError as error:
        raise RefusedError(DAMAGED) from error
