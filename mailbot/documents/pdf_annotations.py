"""What was put on top of the pages of a PDF: fields of its form, typed text, marks of reviewers.

Somebody without the right program types on top of a form ("fill and sign"), draws a ring, crosses
out: all of it becomes glyphs and shapes of the page, so that the page reads as it is seen.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from pypdf.generic import DictionaryObject

from mailbot.core.document import TICKED, UNTICKED, Line
from mailbot.documents.pdf_fields import (
    Rectangle,
    Widget,
    is_seen,
    items_of,
    numbers_of,
    rectangle_of,
    resolved,
    text_of,
    widget_of,
)
from mailbot.documents.pdf_page import Box, Glyph, Painted, Shape, Sight, box_of

_MOST = 4_000  # annotations of one page
_SIZE = 11.0  # points: of typed text that does not say its own
_PICKS = ("/Highlight", "/Underline", "/Squiggly")
_DRAWN = ("/Circle", "/Square", "/Ink", "/Line", "/Polygon", "/PolyLine")
_COMMENT_ONLY = ("/Text", "/Caret")
_LARGEST_TICK = 45.0
_RED = (200, 0, 0)


@dataclass(slots=True)
class OnTop:
    """What stands on top of one page."""

    glyphs: list[Glyph] = field(default_factory=list)
    widgets: list[Widget] = field(default_factory=list)
    shapes: list[Shape] = field(default_factory=list)
    picked: list[Box] = field(default_factory=list)
    struck: list[Box] = field(default_factory=list)
    comments: list[Line] = field(default_factory=list)
    files: bool = False  # something is attached to the page
    unclear: bool = False  # a box is ticked, and which one cannot be told


def on_top_of(page: DictionaryObject, sight: Sight, number: int) -> OnTop:
    """Given a page as its dictionary and how it is seen, return what stands on top of it."""
    top = OnTop()
    for index, annotation in enumerate(items_of(page.get("/Annots"))):
        if index >= _MOST or not isinstance(annotation, DictionaryObject):
            continue
        kind = str(resolved(annotation.get("/Subtype")))
        if kind == "/Widget":
            widget = widget_of(annotation)
            if widget and widget.unclear:
                top.unclear = True
            elif widget:
                top.widgets.append(widget)
        elif kind == "/FileAttachment":
            top.files = True
        elif is_seen(annotation):
            _take(annotation, kind, top, sight, number)
    return top


def put_on(page: Painted, top: OnTop, sight: Sight) -> None:
    """Given a page and what stands on top of it, make it one."""
    for box in top.picked:
        for glyph in page.glyphs:
            if box.holds(glyph.box.middle):
                glyph.picked = True
    for box in top.struck:
        for glyph in page.glyphs:
            if box.holds(glyph.box.middle):
                glyph.struck = True
    page.shapes += top.shapes
    printed = sorted((g for g in page.glyphs if g.text.strip()), key=lambda g: g.base)
    page.glyphs += top.glyphs
    page.glyphs += [_glyph_of(widget, sight, printed) for widget in top.widgets]


def _glyph_of(widget: Widget, sight: Sight, printed: Sequence[Glyph]) -> Glyph:
    box = sight.box(*widget.rectangle)
    ticked = widget.control.ticked
    beside = _base_beside(box, printed, to_the_right=ticked is not None)
    tall = widget.multiline and box.height > 2.4 * _SIZE
    own = box.top + _SIZE if tall else box.middle[1] + 0.3 * min(box.height, _SIZE)
    return Glyph(
        text=widget.text if ticked is None else (TICKED if ticked else UNTICKED),
        box=box,
        base=own if beside is None else beside,
        size=_SIZE,
        font="",
        bold=False,
        colour=(0, 0, 0),
        control=widget.control,
        lone=True,
    )


def _base_beside(box: Box, printed: Sequence[Glyph], *, to_the_right: bool) -> float | None:
    """On which line the words beside a field stand: the nearest ones; the first of several."""
    first = bisect_left(printed, box.top, key=lambda g: g.base)
    last = bisect_left(printed, box.bottom + 30, key=lambda g: g.base)
    level = [g for g in printed[first:last] if box.top - 1 <= g.box.middle[1] <= box.bottom + 1]
    left = [g for g in level if g.box.right <= box.left + 3]
    right = [g for g in level if g.box.left >= box.right - 3]
    sides = (right, left) if to_the_right else (left, right)
    for side in sides:
        if side:
            closest = min(_distance(glyph, box) for glyph in side)
            near = [glyph for glyph in side if _distance(glyph, box) <= closest + 150]
            return min(glyph.base for glyph in near)
    return None


def _distance(glyph: Glyph, box: Box) -> float:
    return max(glyph.box.left - box.right, box.left - glyph.box.right, 0.0)


# --- annotations that are no fields ---------------------------------------------------------------


def _take(annotation: DictionaryObject, kind: str, top: OnTop, sight: Sight, number: int) -> None:
    rectangle = rectangle_of(annotation)
    text = text_of(annotation.get("/Contents"))
    if kind == "/FreeText":
        if rectangle:
            top.glyphs += _typed(text, rectangle, annotation, sight)
        return
    if kind in _PICKS or kind == "/StrikeOut":
        (top.struck if kind == "/StrikeOut" else top.picked).extend(_quads(annotation, sight))
    elif kind in _DRAWN and rectangle:
        top.shapes += _drawn(annotation, kind, rectangle, sight)
    elif kind == "/Stamp" and rectangle:
        box = sight.box(*rectangle)
        if max(box.width, box.height) <= _LARGEST_TICK:
            # Aslant: what is stamped over a box is a tick or a cross.
            top.shapes.append(_shape([(box.left, box.top), (box.right, box.bottom)]))
    elif kind not in _COMMENT_ONLY:
        return
    if text:
        place = f"page {number}, comment {len(top.comments) + 1}"
        top.comments.append(Line(place=place, text=text))


def _typed(
    text: str, rectangle: Rectangle, annotation: DictionaryObject, sight: Sight
) -> Iterator[Glyph]:
    """Text typed on top of the page: a glyph for each of its lines."""
    box = sight.box(*rectangle)
    lines = text.split("\n")
    size = min(_font_size(annotation), box.height / len(lines))
    for index, line in enumerate(lines):
        top = box.top + (box.height - size * 1.15) / 2 if len(lines) == 1 else box.top
        base = top + size * (0.85 + 1.15 * index)
        right = min(box.right, box.left + 2 + 0.55 * size * len(line))
        left = box.left
        if len(line) == 1:  # a tick or a cross: where it is seen, in the middle
            left, right = box.middle[0] - size / 3, box.middle[0] + size / 3
        yield Glyph(
            text=line,
            box=Box(left, base - 0.75 * size, right, base + 0.25 * size),
            base=base,
            size=size,
            font="",
            bold=False,
            colour=(0, 0, 0),
            lone=True,
        )


def _font_size(annotation: DictionaryObject) -> float:
    """The size in the default appearance ("/Helv 12 Tf"); what is written for zero or nothing."""
    words = text_of(annotation.get("/DA")).split()
    for word, operator in pairwise(words):
        if operator == "Tf":
            try:
                return float(word) if 2 < float(word) < 100 else _SIZE
            except ValueError:
                return _SIZE
    return _SIZE


def _quads(annotation: DictionaryObject, sight: Sight) -> Iterator[Box]:
    """The quadrilaterals that a text mark covers."""
    numbers = numbers_of(annotation.get("/QuadPoints"))
    for start in range(0, len(numbers) - 7, 8):
        quad = numbers[start : start + 8]
        yield box_of([sight.point(x, y) for x, y in zip(quad[::2], quad[1::2], strict=True)])


def _drawn(
    annotation: DictionaryObject, kind: str, rectangle: Rectangle, sight: Sight
) -> Iterator[Shape]:
    box = sight.box(*rectangle)
    if kind in ("/Circle", "/Square"):
        corners = [(box.left, box.top), (box.right, box.top), (box.right, box.bottom)]
        yield _shape([*corners, (box.left, box.bottom), corners[0]], closed=True, curved=True)
        return
    if kind == "/Ink":
        runs: list[Any] = list(items_of(annotation.get("/InkList")))
    else:
        runs = [annotation.get("/L" if kind == "/Line" else "/Vertices")]
    for run in runs:
        numbers = numbers_of(run)
        points = [sight.point(x, y) for x, y in zip(numbers[::2], numbers[1::2], strict=False)]
        if len(points) > 1:
            yield _shape(points, closed=kind == "/Polygon")


def _shape(
    points: list[tuple[float, float]], *, closed: bool = False, curved: bool = False
) -> Shape:
    return Shape(
        points=tuple(points),
        box=box_of(points),
        curved=curved,
        closed=closed,
        fill=None,
        stroke=_RED,
        width=1.0,
        reviewer=True,
    )
