"""What is painted on one page of a PDF: glyphs, lines and shapes, pictures, each with its box.

PDFium (ISO 32000 in C++, fuzzed for years) interprets the page; here its answers become plain
data. Points count from the top left corner of the page as a reader sees it, so that everything
after this module knows neither rotation nor crop boxes.
"""

import ctypes
import math
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium

from mailbot.core.document import Control

_MOST_GLYPHS = 60_000
_MOST_OBJECTS = 40_000
_MOST_POINTS = 200_000
_DEEPEST = 8
_BOLD_NAMES = ("bold", "black", "heavy", "semibold", "demi")
_BOLD_WEIGHT = 600
_FILLED_AND_STROKED = 2  # text render mode: how programs without the bold font fake it
_INVISIBLE = (3, 7)
FARTHEST = 50_000.0  # points: PDF itself ends at 14,400
_OPAQUE = 10  # of 255: what is fainter is not seen

Point = tuple[float, float]
Colour = tuple[int, int, int]
Matrix = tuple[float, float, float, float, float, float]
BLACK: Colour = (0, 0, 0)
_UNMOVED: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on the page; y grows downwards."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        """From left to right."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """From top to bottom."""
        return self.bottom - self.top

    @property
    def middle(self) -> Point:
        """Its centre."""
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2

    def holds(self, point: Point, slack: float = 0.0) -> bool:
        """Given a point, return whether it lies in the box."""
        x, y = point
        across = self.left - slack <= x <= self.right + slack
        return across and self.top - slack <= y <= self.bottom + slack


@dataclass(slots=True)
class Glyph:
    """One character as painted; the marks are filled in by `pdf_marks`."""

    text: str
    box: Box
    base: float  # y of the line it stands on
    size: float
    font: str
    bold: bool
    colour: Colour
    invisible: bool = False
    garbled: bool = False  # the file does not say which character it is
    struck: bool = False
    picked: bool = False  # ringed, highlighted, underlined
    shaded: bool = False
    control: Control | None = None  # it stands for a field of the form
    lone: bool = False  # a word of its own, however near its neighbours
    run: int = 0  # glyphs painted one after the other without a gap have the same number; 0: none


@dataclass(frozen=True, slots=True)
class Shape:
    """One run of lines or curves, stroked, filled or both."""

    points: tuple[Point, ...]
    box: Box
    curved: bool
    closed: bool
    fill: Colour | None
    stroke: Colour | None
    width: float  # of the stroke
    straight: float = 0.0  # length of its longest straight piece
    reviewer: bool = False  # from an annotation
    clipped: bool = False  # only a part of it may be seen


@dataclass(slots=True)
class Painted:
    """Everything painted on one page."""

    width: float
    height: float
    glyphs: list[Glyph] = field(default_factory=list)
    shapes: list[Shape] = field(default_factory=list)
    pictures: list[Box] = field(default_factory=list)
    cut: bool = False  # there was more than mailbot reads of one page


@dataclass(frozen=True, slots=True)
class Sight:
    """From the page's own points to the page as seen: its visible box and how it is turned."""

    visible: Box  # in the page's own points: top is the larger y
    turned: int  # clockwise, in degrees

    def point(self, x: float, y: float) -> Point:
        """Given a point of the page's own, return it as seen."""
        seen = self.visible
        if self.turned == 90:
            return y - seen.bottom, x - seen.left
        if self.turned == 180:
            return seen.right - x, y - seen.bottom
        if self.turned == 270:
            return seen.top - y, seen.right - x
        return x - seen.left, seen.top - y

    def box(self, left: float, bottom: float, right: float, top: float) -> Box:
        """Given a rectangle of the page's own, return it as seen."""
        return box_of([self.point(left, bottom), self.point(right, top)])

    @property
    def size(self) -> Point:
        """Width and height as seen."""
        wide, high = self.visible.width, self.visible.top - self.visible.bottom
        return (high, wide) if self.turned in (90, 270) else (wide, high)


def box_of(points: list[Point]) -> Box:
    """Given points, return the box around them."""
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return Box(min(xs), min(ys), max(xs), max(ys))


def around(boxes: list[Box]) -> Box:
    """Given boxes, return the box around all of them."""
    return Box(
        min(box.left for box in boxes),
        min(box.top for box in boxes),
        max(box.right for box in boxes),
        max(box.bottom for box in boxes),
    )


def sight_of(page: pypdfium2.PdfPage) -> Sight:
    """Given a page, return how it is seen; text that lies on its side turns the page with it."""
    left, bottom, right, top = page.get_cropbox()
    seen = Box(min(left, right), max(top, bottom), max(left, right), min(top, bottom))
    return Sight(visible=seen, turned=int(page.get_rotation()) % 360)


def painted_on(page: pypdfium2.PdfPage) -> tuple[Painted, Sight]:
    """Given a page, return what is painted on it and how it is seen."""
    sight = sight_of(page)
    text = page.get_textpage()
    try:
        chars, cut = _characters(text)
    finally:
        text.close()
    sideways = Counter(char.direction for char in chars).most_common(1)
    if sideways and sideways[0][0] in (0, 90, 180, 270):
        sight = Sight(visible=sight.visible, turned=sideways[0][0])
    wide, high = sight.size
    page_seen = Painted(width=wide, height=high, cut=cut)
    before: _Character | None = None
    for char in chars:
        same = before and (before.origin, before.loose) == (char.origin, char.loose)
        if same and before and before.look is char.look and page_seen.glyphs:
            page_seen.glyphs[-1].text += char.text  # "ff", "fi": one glyph, two letters
            continue
        glyph = _glyph(char, sight)
        glyph.run = _run_after(before, char, page_seen.glyphs)
        before = char
        if char.direction == sight.turned and Box(0, 0, wide, high).holds(glyph.box.middle, 1):
            page_seen.glyphs.append(glyph)
    _Painting(page_seen, sight).objects(page.raw, _UNMOVED, 0)
    return page_seen, sight


# --- characters -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Look:
    """What the characters of one text object have in common."""

    size: float
    font: str
    bold: bool
    colour: Colour
    invisible: bool
    direction: int  # where the text runs, counter-clockwise in degrees; -1: aslant


@dataclass(frozen=True, slots=True)
class _Character:
    text: str
    loose: tuple[float, float, float, float]  # left, bottom, right, top
    origin: Point
    look: _Look
    garbled: bool

    @property
    def direction(self) -> int:
        return self.look.direction


def _characters(text: pypdfium2.PdfTextPage) -> tuple[list[_Character], bool]:
    """Given the text of a page, return its characters in the order of the file.

    Blanks and line ends that PDFium makes up are left out: gaps are judged by `pdf_words`.
    """
    raw = text.raw
    total = pdfium.FPDFText_CountChars(raw)
    looks: dict[int, _Look] = {}
    fonts: dict[int, tuple[str, bool]] = {}
    found = []
    rect, x, y = pdfium.FS_RECTF(), ctypes.c_double(), ctypes.c_double()
    for index in range(min(total, _MOST_GLYPHS)):
        code = pdfium.FPDFText_GetUnicode(raw, index)
        if pdfium.FPDFText_IsGenerated(raw, index) == 1:
            continue
        owner = pdfium.FPDFText_GetTextObject(raw, index)
        if not owner or not pdfium.FPDFText_GetLooseCharBox(raw, index, rect):
            continue
        key = ctypes.cast(owner, ctypes.c_void_p).value or 0
        if key not in looks:
            looks[key] = _look(raw, index, owner, fonts)
        pdfium.FPDFText_GetCharOrigin(raw, index, x, y)
        found.append(
            _Character(
                text=_character(code),
                loose=(rect.left, rect.bottom, rect.right, rect.top),
                origin=(x.value, y.value),
                look=looks[key],
                garbled=pdfium.FPDFText_HasUnicodeMapError(raw, index) == 1,
            )
        )
    return found, total > _MOST_GLYPHS


def _character(code: int) -> str:
    if code in (2, 0xFFFE):  # PDFium's sign for a hyphen at the end of a line
        return "-"
    if code in (0xAD, 0x200B, 0xFEFF):
        return ""
    if code < 0x20 or code == 0xA0:
        return " "
    if 0xD800 <= code <= 0xDFFF or code > 0x10FFFF:
        return "\ufffd"
    return chr(code)


def _look(raw: Any, index: int, owner: Any, fonts: dict[int, tuple[str, bool]]) -> _Look:
    font = pdfium.FPDFTextObj_GetFont(owner)
    key = ctypes.cast(font, ctypes.c_void_p).value or 0
    if key not in fonts:
        fonts[key] = _font(font)
    called, bold = fonts[key]
    mode = pdfium.FPDFTextObj_GetTextRenderMode(owner)
    colour = _colour(pdfium.FPDFPageObj_GetFillColor, owner)
    matrix = pdfium.FS_MATRIX()
    pdfium.FPDFText_GetMatrix(raw, index, matrix)
    return _Look(
        size=max(pdfium.FPDFText_GetFontSize(raw, index) * math.hypot(matrix.c, matrix.d), 1.0),
        font=called,
        bold=bold or mode == _FILLED_AND_STROKED,
        colour=colour or BLACK,
        invisible=mode in _INVISIBLE or colour is None,
        direction=_direction(matrix.a, matrix.b),
    )


def _font(font: Any) -> tuple[str, bool]:
    """Given a font of PDFium, return its name and whether it is bold."""
    name = ctypes.create_string_buffer(128)
    pdfium.FPDFFont_GetBaseFontName(font, name, len(name))
    called = name.value.decode("latin-1").rpartition("+")[2]
    bold = any(word in called.lower() for word in _BOLD_NAMES)
    return called, bold or pdfium.FPDFFont_GetWeight(font) >= _BOLD_WEIGHT


def _direction(a: float, b: float) -> int:
    if abs(b) <= abs(a) * 0.1:
        return 0 if a >= 0 else 180
    if abs(a) <= abs(b) * 0.1:
        return 90 if b > 0 else 270
    return -1


def _glyph(char: _Character, sight: Sight) -> Glyph:
    left, bottom, right, top = char.loose
    seen = sight.box(left, bottom, right, top)
    base, size = sight.point(*char.origin)[1], char.look.size
    # The same height for every letter of a font: what is "at mid height" then means one thing.
    return Glyph(
        text=char.text,
        box=Box(seen.left, base - 0.75 * size, seen.right, base + 0.25 * size),
        base=base,
        size=size,
        font=char.look.font,
        bold=char.look.bold,
        colour=char.look.colour,
        invisible=char.look.invisible,
        garbled=char.garbled,
    )


def _run_after(before: _Character | None, char: _Character, glyphs: list[Glyph]) -> int:
    """Given a character and the one before it, return the number of its run."""
    last = glyphs[-1].run if glyphs else 1
    if before is None or before.look is not char.look:
        return last + 1
    moved = math.dist(before.origin, char.origin)
    width = math.dist(before.loose[:2], before.loose[2:])
    return last if moved <= width + char.look.size else last + 1


def _colour(ask: Any, owner: Any) -> Colour | None:
    """Given a function of PDFium and an object, return its colour; None when it is not seen."""
    red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
    if not ask(owner, red, green, blue, alpha):
        return BLACK
    return None if alpha.value < _OPAQUE else (red.value, green.value, blue.value)


# --- lines, shapes and pictures -----------------------------------------------------------------


@dataclass(slots=True)
class _Run:
    """A path, or that part of it that the pen draws without being lifted."""

    points: list[Point]
    curved: bool = False
    closed: bool = False
    straight: float = 0.0


class _Painting:
    """One walk over the objects of a page, and over the forms (groups of objects) within it."""

    def __init__(self, page: Painted, sight: Sight) -> None:
        self.page, self.sight = page, sight
        self.objects_left, self.points_left = _MOST_OBJECTS, _MOST_POINTS

    def objects(self, parent: Any, matrix: Matrix, depth: int) -> None:
        """Given a page or a form in it, take in all of its objects."""
        count = pdfium.FPDFFormObj_CountObjects if depth else pdfium.FPDFPage_CountObjects
        get = pdfium.FPDFFormObj_GetObject if depth else pdfium.FPDFPage_GetObject
        for index in range(count(parent)):
            if self.objects_left <= 0 or self.points_left <= 0:
                self.page.cut = True
                return
            self.objects_left -= 1
            item = get(parent, index)
            kind = pdfium.FPDFPageObj_GetType(item)
            if kind == pdfium.FPDF_PAGEOBJ_PATH:
                self._path(item, matrix)
            elif kind == pdfium.FPDF_PAGEOBJ_IMAGE:
                moved = _times(_matrix_of(item), matrix)
                corners = [self._seen(moved, x, y) for x, y in ((0, 0), (0, 1), (1, 0), (1, 1))]
                if all(map(_is_sane, corners)):
                    self.page.pictures.append(box_of(corners))
            elif kind == pdfium.FPDF_PAGEOBJ_FORM and depth < _DEEPEST:
                self.objects(item, _times(_matrix_of(item), matrix), depth + 1)

    def _seen(self, matrix: Matrix, x: float, y: float) -> Point:
        a, b, c, d, e, f = matrix
        return self.sight.point(a * x + c * y + e, b * x + d * y + f)

    def _path(self, item: Any, outer: Matrix) -> None:
        mode, stroked = ctypes.c_int(), ctypes.c_int()
        pdfium.FPDFPath_GetDrawMode(item, mode, stroked)
        fill = _colour(pdfium.FPDFPageObj_GetFillColor, item) if mode.value else None
        stroke = _colour(pdfium.FPDFPageObj_GetStrokeColor, item) if stroked.value else None
        if fill is None and stroke is None:
            return
        width = ctypes.c_float()
        pdfium.FPDFPageObj_GetStrokeWidth(item, width)
        matrix = _times(_matrix_of(item), outer)
        clip = pdfium.FPDFPageObj_GetClipPath(item) if fill else None
        clipped = bool(clip) and pdfium.FPDFClipPath_CountPaths(clip) > 0
        runs = self._runs(item, matrix)
        for run in runs:
            if len(run.points) > 1 and all(map(_is_sane, run.points)):
                self.page.shapes.append(
                    Shape(
                        points=tuple(run.points),
                        box=box_of(run.points),
                        curved=run.curved,
                        closed=run.closed or run.points[0] == run.points[-1],
                        fill=fill,
                        stroke=stroke,
                        width=width.value,
                        straight=run.straight,
                        clipped=clipped or len(runs) > 1,
                    )
                )

    def _runs(self, item: Any, matrix: Matrix) -> list[_Run]:
        runs: list[_Run] = []
        x, y = ctypes.c_float(), ctypes.c_float()
        for index in range(pdfium.FPDFPath_CountSegments(item)):
            self.points_left -= 1
            if self.points_left <= 0:
                break
            segment = pdfium.FPDFPath_GetPathSegment(item, index)
            pdfium.FPDFPathSegment_GetPoint(segment, x, y)
            kind = pdfium.FPDFPathSegment_GetType(segment)
            if kind == pdfium.FPDF_SEGMENT_MOVETO or not runs:
                runs.append(_Run(points=[]))
            run, point = runs[-1], self._seen(matrix, x.value, y.value)
            if kind == pdfium.FPDF_SEGMENT_LINETO and run.points:
                run.straight = max(run.straight, math.dist(run.points[-1], point))
            run.points.append(point)
            run.curved = run.curved or kind == pdfium.FPDF_SEGMENT_BEZIERTO
            run.closed = run.closed or bool(pdfium.FPDFPathSegment_GetClose(segment))
        return runs


def _is_sane(point: Point) -> bool:
    """Whether a point is a number on a page; forged ones are neither."""
    return all(abs(value) < FARTHEST for value in point)  # false for "not a number" too


def _matrix_of(item: Any) -> Matrix:
    matrix = pdfium.FS_MATRIX()
    if not pdfium.FPDFPageObj_GetMatrix(item, matrix):
        return _UNMOVED
    return matrix.a, matrix.b, matrix.c, matrix.d, matrix.e, matrix.f


def _times(inner: Matrix, outer: Matrix) -> Matrix:
    a, b, c, d, e, f = inner
    g, h, i, j, k, m = outer
    return (
        a * g + b * i,
        a * h + b * j,
        c * g + d * i,
        c * h + d * j,
        e * g + f * i + k,
        e * h + f * j + m,
    )
