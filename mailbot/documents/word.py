"""Word files (.docx, .docm) as Documents: the package, its limits, its custom properties.

lxml works directly on `word/document.xml`, about a millisecond a form; `word_body` walks what
stands in it. Limits are checked before anything is parsed.
"""

import zlib
from collections.abc import Mapping
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from lxml import etree

from mailbot.core.model import Document, Problem
from mailbot.documents.word_body import items_from_body

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
FORMAT = "Word"
_LOCKED = "is locked with a password: ask the sender for a copy without one."
_DAMAGED = "is damaged: ask the sender to send it again."
_HUGE = "unpacks to more than mailbot accepts: a person opens it, with care."
_LONGEST_FILE = 60_000_000
_LONGEST_BODY = 20_000_000
_LONGEST_PROPERTIES = 200_000
_MOST_ENTRIES = 2_000
_MOST_UNPACKED = 400_000_000
_STEEPEST = 150  # times; forms pack 10 to 30 times, a bomb a thousand
_RATIO_MATTERS = 2_000_000
_STRICT = b"http://purl.oclc.org/ooxml/wordprocessingml/main"
_MAIN = b"http://schemas.openxmlformats.org/wordprocessingml/2006/main"


class _RefusedError(Exception):
    """The package will not be read; the text is the sentence for the problem."""


def read_word(content: bytes, *, place: str) -> Document:
    """Given the bytes of a Word file, return what stands in it; never raises for its content.

    A locked, damaged or exploding file is a Document without items and with one problem.
    """
    try:
        body, properties = _parts(content)
        items = items_from_body(_parsed(body), body)
    except _RefusedError as refused:
        problem = Problem(place=place, what=f"The Word document {refused}")
        return Document(format=FORMAT, items=(), problems=(problem,))
    return Document(format=FORMAT, items=items, properties=properties)


def is_locked_office(content: bytes) -> bool:
    """Given an OLE container, return whether it holds an encrypted Office document."""
    return content.startswith(OLE) and "EncryptedPackage".encode("utf-16-le") in content


def _parts(content: bytes) -> tuple[bytes, Mapping[str, str]]:
    if content.startswith(OLE):
        if is_locked_office(content):
            raise _RefusedError(_LOCKED)
        raise _RefusedError("is in an old format that mailbot cannot read yet: a person reads it.")
    if len(content) > _LONGEST_FILE:
        raise _RefusedError(_HUGE)
    try:
        with ZipFile(BytesIO(content)) as package:
            entries = package.infolist()
            _check(entries)
            by_name = {entry.filename: entry for entry in entries}
            main = _main_part(by_name)
            body = _unpacked(package, main, limit=_LONGEST_BODY)
            custom = by_name.get("docProps/custom.xml")
            properties = _properties(package, custom) if custom else {}
    except (
        BadZipFile,
        zlib.error,
        EOFError,
        OSError,
        ValueError,
        NotImplementedError,
        RuntimeError,
        IndexError,
    ) as error:
        # The zip reader lets all of these out for torn or forged archives.
        raise _RefusedError(_DAMAGED) from error
    return body, properties


def _check(entries: list[ZipInfo]) -> None:
    if len(entries) > _MOST_ENTRIES or sum(e.file_size for e in entries) > _MOST_UNPACKED:
        raise _RefusedError(_HUGE)
    for entry in entries:
        steep = entry.file_size > _STEEPEST * max(entry.compress_size, 1)
        if steep and entry.file_size > _RATIO_MATTERS:
            raise _RefusedError(_HUGE)


def _main_part(by_name: Mapping[str, ZipInfo]) -> ZipInfo:
    usual = by_name.get("word/document.xml")
    if usual:
        return usual
    # Word for the web now and then names it document2.xml.
    for name, entry in by_name.items():
        if name.startswith("word/document") and name.endswith(".xml"):
            return entry
    raise _RefusedError(_DAMAGED)


def _unpacked(package: ZipFile, entry: ZipInfo, *, limit: int) -> bytes:
    if entry.flag_bits & 1:
        raise _RefusedError(_LOCKED)
    if entry.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
        raise _RefusedError(_DAMAGED)
    if entry.file_size > limit:
        raise _RefusedError(_HUGE)
    with package.open(entry) as part:
        return part.read(limit)


def _parsed(xml: bytes) -> etree._Element:
    if _STRICT in xml:
        xml = xml.replace(_STRICT, _MAIN)
    # A parser of its own for each document: it keeps state, and costs microseconds.
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(xml, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise _RefusedError(_DAMAGED) from error
    if root.getroottree().docinfo.doctype:
        # Word never writes one; somebody who does wants entities expanded.
        raise _RefusedError(_DAMAGED)
    return root


def _properties(package: ZipFile, entry: ZipInfo) -> Mapping[str, str]:
    root = _parsed(_unpacked(package, entry, limit=_LONGEST_PROPERTIES))
    return {
        name: "".join(text for text in node.itertext() if isinstance(text, str))
        for node in root
        if (name := node.get("name"))
    }
