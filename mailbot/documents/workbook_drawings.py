"""What lies over the cells of a workbook: boxes to tick, text boxes, comments.

A box of Excel is a drawing with a state of its own (ECMA-376 part 4 and Microsoft's control
properties); it is told at the cell in which its upper left corner lies.
"""

import re
from collections.abc import Iterator
from typing import Protocol

from lxml import etree

from mailbot.core.document import TICKED, UNTICKED, Control, Line
from mailbot.documents.packages import RefusedError
from mailbot.documents.word_signs import tidy
from mailbot.documents.workbook_cells import children, local

_MOST_CONTROLS = 500
_MOST_WORDS = 200
_PLAIN_CAPTION = re.compile(r"^(?:check box|option button|kontrollkästchen) \d+$", re.IGNORECASE)
_BOXES = frozenset({"CheckBox", "Radio"})
_SHAPE_NUMBER = re.compile(r"(\d+)$")


class Package(Protocol):
    """An open workbook, as far as drawings need it."""

    names: frozenset[str]

    def tree(self, name: str) -> etree._Element | None:
        """Return a part as a tree, None when it is not there. Raises RefusedError."""

    def related(self, name: str) -> dict[str, tuple[str, str]]:
        """Return what a part refers to: id -> (what it is, its name)."""

    def part(self, name: str) -> bytes:
        """Return the bytes of a part. Raises RefusedError."""


def boxes_in(package: Package, part: str) -> dict[tuple[int, int], tuple[str, Control]]:
    """Given a sheet, return its boxes to tick by row and column, each as text and as a control."""
    related = package.related(part)
    if not any(kind == "ctrlProp" for kind, _ in related.values()):
        return {}
    root = package.tree(part)
    captions = _captions(package, related)
    found: dict[tuple[int, int], tuple[str, Control]] = {}
    nodes = [node for node in (root.iter() if root is not None else ()) if local(node) == "control"]
    for node in nodes[:_MOST_CONTROLS]:
        kind, name = related.get(_relation(node), ("", ""))
        spot = _corner(node)
        state = package.tree(name) if kind == "ctrlProp" else None
        if spot is None or state is None or state.get("objectType") not in _BOXES:
            continue
        ticked = state.get("checked", "") == "Checked"
        caption = captions.get(node.get("shapeId", ""), "")
        text = f"{TICKED if ticked else UNTICKED} {caption}".strip()
        control = Control(name=node.get("name", ""), title=caption, ticked=ticked)
        if spot in found:  # several boxes in one cell stand beside each other
            text = f"{found[spot][0]} {text}"
        found[spot] = (text, control)
    return found


def _relation(node: etree._Element) -> str:
    return next((v for name, v in node.attrib.items() if name.endswith("}id")), "")


def _corner(node: etree._Element) -> tuple[int, int] | None:
    """Return row and column, from 1, of the upper left corner of a drawing."""
    origin = next((n for n in node.iter() if local(n) == "from"), None)
    if origin is None:
        return None
    at = {local(n): (n.text or "").strip() for n in origin}
    row, column = at.get("row", ""), at.get("col", "")
    if not (row.isdigit() and column.isdigit() and len(row) < 8 and len(column) < 8):
        return None
    return int(row) + 1, int(column) + 1


def _captions(package: Package, related: dict[str, tuple[str, str]]) -> dict[str, str]:
    """Return the words beside boxes by the numbers of their shapes; they stand in old drawings."""
    found: dict[str, str] = {}
    for kind, name in related.values():
        if kind != "vmlDrawing" or name not in package.names:
            continue
        # Such drawings are not always well-formed XML.
        parser = etree.HTMLParser(no_network=True, recover=True)
        try:
            root = etree.fromstring(package.part(name), parser)
        except (etree.LxmlError, ValueError):
            continue
        for shape in root.iter() if root is not None else ():
            if not isinstance(shape.tag, str) or not shape.tag.endswith("shape"):
                continue
            number = _SHAPE_NUMBER.search(shape.get("id") or "")
            words = " ".join(" ".join(_text_boxes(shape)).split())
            if number and words and not _PLAIN_CAPTION.match(words):
                found[number[1]] = words
    return found


def _text_boxes(shape: etree._Element) -> Iterator[str]:
    for node in shape.iter():
        if isinstance(node.tag, str) and node.tag.endswith("textbox"):
            yield "".join(node.itertext())


def words_in_drawing(package: Package, part: str, place: str) -> Iterator[Line]:
    """Given a sheet, yield what stands in text boxes over it, in the order they were drawn."""
    for kind, name in package.related(part).values():
        root = package.tree(name) if kind == "drawing" else None
        bodies = [n for n in (root.iter() if root is not None else ()) if local(n) == "txBody"]
        for number, body in enumerate(bodies[:_MOST_WORDS], 1):
            lines = (
                "".join(n.text or "" for n in paragraph.iter() if local(n) == "t")
                for paragraph in children(body, "p")
            )
            for line in filter(None, map(tidy, lines)):
                yield Line(place=f"{place}, text box {number}", text=line)


def comments_in(package: Package, part: str, place: str) -> Iterator[Line]:
    """Given a sheet, yield the comments on its cells."""
    for kind, name in package.related(part).values():
        if kind != "comments":
            continue
        try:
            root = package.tree(name)
        except RefusedError:
            continue  # comments are beside the matter: the sheet counts
        for node in root.iter() if root is not None else ():
            if local(node) == "comment":
                text = tidy("".join(n.text or "" for n in node.iter() if local(n) == "t"))
                if text:
                    yield Line(place=f"{place}, {node.get('ref', '')}", text=text)
