"""Word files (.docx, .docm) as Documents: body, headers, footers, notes, comments, properties.

lxml works directly on the parts of the package, two milliseconds a form: `word_parts` unpacks
them, `word_body` reads what stands in them. Nothing in a file is executed, macros least of all.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from lxml import etree

from mailbot.core.document import Document, Line
from mailbot.core.model import Problem
from mailbot.documents.word_body import Walk, read_story
from mailbot.documents.word_parts import (
    NOT_WORD,
    OLE,
    Package,
    RefusedError,
    Relation,
    is_large,
    is_locked_office,
    main_part,
    opened,
)
from mailbot.documents.word_runs import Reading
from mailbot.documents.word_styles import Styles
from mailbot.documents.word_tables import lines_of
from mailbot.documents.word_tags import R, W, is_on

__all__ = ["OLE", "is_large", "is_locked_office", "read_word"]

FORMAT = "Word"
_NOT_NOTES = frozenset({"separator", "continuationSeparator", "continuationNotice"})
_MOST_MARGINS = 60
_MOST_NOTES = 2_000
#: A data binding as Word writes it: names of elements, one after the other, no search.
_PATH = re.compile(r"(?:/[\w:.-]{1,80}(?:\[\d{1,4}\])?){1,20}(?:/@[\w:.-]{1,80})?")
_PREFIXES = re.compile(r"xmlns:([\w.-]{1,40})\s?=\s?['\"]([^'\"]{1,300})['\"]")

#: The properties of the document itself, which controls on title pages are bound to.
_OWN_DATA = {
    "docProps/core.xml": "{6C3C8BC8-F283-45AE-878A-BAB7291924A1}",
    "docProps/app.xml": "{6668398D-A668-4E3E-A5EB-62B293D839F1}",
}

#: What may be seen in a file -> what a person is told about it.
_ABOUT = {
    "embedded": "contains an embedded file: a person opens it.",
    "active": "has boxes or fields of an old kind (ActiveX) that mailbot cannot read: "
    "a person opens it.",
    "diagram": "contains a diagram whose words mailbot cannot read: a person looks at it.",
    "inserted": "has another document inserted whole that mailbot cannot read: a person opens it.",
    "long": "is longer than mailbot reads: a person reads the rest.",
    "deep": "has tables nested deeper than mailbot reads: a person opens it.",
    "part": "is damaged in part: a person compares it with what was read.",
    "pictures": "holds pictures and no text: a person looks at them.",
}


def read_word(content: bytes, *, place: str) -> Document:
    """Given the bytes of a Word file, return what stands in it; never raises for its content.

    A locked, damaged or exploding file is a Document without blocks and with one problem.
    """
    try:
        with opened(content) as package:
            return _document(package, place)
    except RefusedError as refused:
        problem = Problem(place=place, what=f"The Word document {refused}")
        return Document(format=FORMAT, problems=(problem,))


@dataclass(slots=True)
class _File:
    """A Word file being read."""

    package: Package
    root: etree._Element
    relations: Mapping[str, Relation]
    seen: set[str] = field(default_factory=set)  # what there must be a problem about
    kept: dict[str, etree._Element] | None = None  # data that controls are bound to, by its id


def _document(package: Package, place: str) -> Document:
    name = main_part(package)
    root = package.body(name)
    if root.tag != W + "document":
        raise RefusedError(NOT_WORD)
    file = _File(package=package, root=root, relations=package.relations(name))
    styles = Styles(lambda: _part(file, "styles"))
    walk = Walk(Reading(styles, lambda binding: _bound(file, binding), file.seen))
    body = root.find(W + "body")
    blocks = () if body is None else read_story(walk, body)
    if "picture" in file.seen and not any(line.text for b in blocks for line in lines_of(b)):
        file.seen.add("pictures")
    above, below = _margins(file, walk)
    notes = _numbered(file, walk, ("footnotes", "endnotes"), "note")
    comments = _numbered(file, walk, ("comments",), "comment")
    properties = _properties(file)
    return Document(
        format=FORMAT,
        blocks=(*above, *blocks, *notes, *below),
        properties=properties,
        problems=tuple(
            Problem(place=place, what=f"The Word document {sentence}")
            for about, sentence in _ABOUT.items()
            if about in file.seen
        ),
        comments=comments,
    )


# --- beside the body --------------------------------------------------------------------------


def _part(file: _File, kind: str) -> etree._Element | None:
    """Given the kind of a part, return its root; None without one, or with a damaged one."""
    for relation in file.relations.values():
        if relation.kind == kind and file.package.has(relation.target):
            return _unharmed(file, relation.target)
    return None


def _unharmed(file: _File, name: str) -> etree._Element | None:
    try:
        return file.package.xml(name)
    except RefusedError:
        file.seen.add("part")
        return None


def _margins(file: _File, walk: Walk) -> tuple[tuple[Line, ...], tuple[Line, ...]]:
    """Given a file, return its headers and its footers as lines, each that differs once."""
    found: dict[str, dict[tuple[str, ...], list[Line]]] = {"header": {}, "footer": {}}
    names: set[str] = set()
    for kind, name in _margin_parts(file):
        if name in names or len(names) >= _MOST_MARGINS:
            continue
        names.add(name)
        root = _unharmed(file, name)
        if root is None:
            continue
        prefix = f"{kind} {len(found[kind]) + 1}, "
        lines = [line for block in read_story(walk, root, prefix) for line in lines_of(block)]
        lines = [replace(line, margin=True) for line in lines if line.text or line.controls]
        if lines:
            found[kind].setdefault(tuple(line.text for line in lines), lines)
    above, below = (
        tuple(line for each in texts.values() for line in each) for texts in found.values()
    )
    return above, below


def _margin_parts(file: _File) -> Iterator[tuple[str, str]]:
    """Given a file, return its headers and footers, in the order of its sections (17.10)."""
    for section in file.root.iter(W + "sectPr"):
        has_first = is_on(section.find(W + "titlePg"))
        for kind in ("header", "footer"):
            for reference in section.findall(f"{W}{kind}Reference"):
                relation = file.relations.get(reference.get(R + "id", ""))
                # Word keeps a header for the first page after it was switched off.
                is_shown = has_first or reference.get(W + "type") != "first"
                if relation and is_shown and file.package.has(relation.target):
                    yield kind, relation.target


def _numbered(file: _File, walk: Walk, kinds: tuple[str, ...], called: str) -> tuple[Line, ...]:
    """Given kinds of parts that hold notes or comments, return their lines: "note 2"."""
    lines: list[Line] = []
    number = 0
    for kind in kinds:
        root = _part(file, kind)
        for element in () if root is None else root:
            if element.get(W + "type") in _NOT_NOTES or number >= _MOST_NOTES:
                continue
            number += 1
            for block in read_story(walk, element):
                lines += [
                    replace(line, place=f"{called} {number}")
                    for line in lines_of(block)
                    if line.text or line.struck
                ]
    return tuple(lines)


def _properties(file: _File) -> Mapping[str, str]:
    name = "docProps/custom.xml"
    root = _unharmed(file, name) if file.package.has(name) else None
    return {
        name: "".join(text for text in node.itertext() if isinstance(text, str))
        for node in (() if root is None else root)
        if (name := node.get("name"))
    }


# --- data that controls are bound to ----------------------------------------------------------


def _bound(file: _File, binding: etree._Element) -> str:
    """Given `w:dataBinding`, return the text that the file keeps for it, "" without one (17.5.2.6).

    Word shows that text when it opens the file, though a program that filled it in left the prompt.
    """
    path = binding.get(W + "xpath", "")
    if not _PATH.fullmatch(path):
        return ""
    if file.kept is None:
        file.kept = _kept_data(file)
    root = file.kept.get(binding.get(W + "storeItemID", "").upper())
    if root is None:
        return ""
    prefixes = dict(_PREFIXES.findall(binding.get(W + "prefixMappings", "")[:4_000]))
    try:
        found = root.xpath(path, namespaces=prefixes)
    except (etree.XPathError, ValueError, TypeError):
        # The path names a prefix that nothing explains.
        return ""
    first = found[0] if isinstance(found, list) and found else ""
    if isinstance(first, etree._Element):
        return "".join(text for text in first.itertext() if isinstance(text, str))
    return str(first)


def _kept_data(file: _File) -> dict[str, etree._Element]:
    kept = {}
    targets = [r.target for r in file.relations.values() if r.kind == "customXml"]
    for name in targets[:_MOST_MARGINS]:
        for relation in _relations(file, name).values():
            facts = _unharmed(file, relation.target) if relation.kind == "customXmlProps" else None
            root = None if facts is None else _unharmed(file, name)
            if facts is not None and root is not None:
                kept[_item_id(facts)] = root
    for name, key in _OWN_DATA.items():
        root = _unharmed(file, name) if file.package.has(name) else None
        if root is not None:
            kept[key] = root
    return kept


def _relations(file: _File, name: str) -> Mapping[str, Relation]:
    try:
        return file.package.relations(name)
    except RefusedError:
        file.seen.add("part")
        return {}


def _item_id(facts: etree._Element) -> str:
    ids = (words for name, words in facts.attrib.items() if name.endswith("itemID"))
    return next(ids, "").upper()
