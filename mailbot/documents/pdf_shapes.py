"""What the lines and shapes of a page are for: edges of tables, shading, boxes, rings, ticks.

A PDF says none of this: it only paints. Programs paint the same border as a stroked line, as a
thin filled rectangle, or as one side of a cell's own rectangle.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from mailbot.documents.pdf_page import Box, Colour, Painted, Shape, around

_THIN = 3.6  # points: a border; thicker is a shape
_STRAIGHT = 0.6  # how far a line may be off before it is aslant
_LIGHT = 235  # of 255 in every colour: paper
_SQUARE_FROM, _SQUARE_TO = 5.0, 22.0
_PEN_TO = 45.0
_RING_HIGH = 70.0
_SHADE_FROM = 4.0


@dataclass(frozen=True, slots=True)
class Edge:
    """A straight line across (`at` is y) or down (`at` is x) the page."""

    at: float
    start: float
    end: float

    @property
    def length(self) -> float:
        """From start to end."""
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Shade:
    """A rectangle of colour behind text."""

    box: Box
    colour: Colour
    whole: bool = True  # all of it is seen


@dataclass(frozen=True, slots=True)
class Square:
    """A small box or circle drawn to be ticked."""

    box: Box
    solid: bool = False  # filled with colour
    inner: bool = False  # something is drawn within it


@dataclass(slots=True)
class Drawn:
    """The shapes of a page, sorted by what they are for."""

    across: list[Edge] = field(default_factory=list)
    down: list[Edge] = field(default_factory=list)
    shades: list[Shade] = field(default_factory=list)
    squares: list[Square] = field(default_factory=list)
    rings: list[Box] = field(default_factory=list)
    pens: list[Box] = field(default_factory=list)  # small strokes aslant: ticks, crosses


def sorted_out(page: Painted) -> Drawn:
    """Given what is painted on a page, return its shapes by what they are for."""
    drawn = Drawn()
    small: list[Shape] = []
    rest: list[Shape] = []
    for shape in page.shapes:
        (small if _is_small_box(shape) else rest).append(shape)
    for shape in rest:
        _sort(shape, drawn, page)
    drawn.squares = _squares(small, drawn)
    return drawn


def is_paper(colour: Colour | None) -> bool:
    """Given a colour, return whether it is (nearly) white, or nothing at all."""
    return colour is None or min(colour) >= _LIGHT


def _seen(shape: Shape) -> bool:
    return not (is_paper(shape.fill) and is_paper(shape.stroke))


def _is_small_box(shape: Shape) -> bool:
    wide, high = shape.box.width, shape.box.height
    if not (_SQUARE_FROM <= wide <= _SQUARE_TO and _SQUARE_FROM <= high <= _SQUARE_TO):
        return False
    if not 0.7 <= wide / high <= 1.4 or not (shape.closed or shape.fill):
        return False
    return shape.curved or _is_upright(shape)


def _is_upright(shape: Shape) -> bool:
    """Whether every piece of it runs across or down: a rectangle, or a line."""
    pairs = zip(shape.points, shape.points[1:], strict=False)
    return all(abs(x - u) <= _STRAIGHT or abs(y - v) <= _STRAIGHT for (x, y), (u, v) in pairs)


def _sort(shape: Shape, drawn: Drawn, page: Painted) -> None:
    box = shape.box
    if box.height <= _THIN and box.width > max(box.height * 1.5, 1):
        if _seen(shape):
            drawn.across.append(Edge((box.top + box.bottom) / 2, box.left, box.right))
    elif box.width <= _THIN and box.height > max(box.width * 1.5, 1):
        if _seen(shape):
            drawn.down.append(Edge((box.left + box.right) / 2, box.top, box.bottom))
    elif _is_ring(shape):
        drawn.rings.append(box)
    elif _is_upright(shape) and not shape.curved:
        _upright(shape, drawn, page)
    elif max(box.width, box.height) <= _PEN_TO:
        drawn.pens.append(box)
    elif shape.curved and shape.closed and shape.straight > box.width * 0.4:
        _sides(box, drawn)  # a rectangle with round corners


def _is_ring(shape: Shape) -> bool:
    box = shape.box
    if is_paper(shape.stroke) or not is_paper(shape.fill) or box.height > _RING_HIGH:
        return False
    if shape.reviewer and shape.closed and box.width > 8:
        return True
    if not shape.curved and len(shape.points) < 9:
        return False
    (x, y), (u, v) = shape.points[0], shape.points[-1]
    ends_meet = shape.closed or (abs(x - u) < box.width * 0.35 and abs(y - v) < box.height * 0.6)
    large = box.width >= _SQUARE_FROM * 2 and box.height >= _SQUARE_FROM * 1.4
    return large and ends_meet and shape.straight < box.width * 0.3


def _upright(shape: Shape, drawn: Drawn, page: Painted) -> None:
    box = shape.box
    if not is_paper(shape.fill) and shape.fill is not None:
        if box.width * box.height > page.width * page.height * 0.7:
            return  # the colour of the page
        if min(box.width, box.height) >= _SHADE_FROM:
            drawn.shades.append(Shade(box, shape.fill, whole=not shape.clipped))
    if not is_paper(shape.stroke):
        for (x, y), (u, v) in zip(shape.points, shape.points[1:], strict=False):
            _edge(drawn, x, y, u, v)
        if shape.closed:
            _edge(drawn, *shape.points[-1], *shape.points[0])


def _edge(drawn: Drawn, x: float, y: float, u: float, v: float) -> None:
    if abs(y - v) <= _STRAIGHT and abs(x - u) > 1:
        drawn.across.append(Edge((y + v) / 2, min(x, u), max(x, u)))
    elif abs(x - u) <= _STRAIGHT and abs(y - v) > 1:
        drawn.down.append(Edge((x + u) / 2, min(y, v), max(y, v)))


def _sides(box: Box, drawn: Drawn) -> None:
    drawn.across += [Edge(y, box.left, box.right) for y in (box.top, box.bottom)]
    drawn.down += [Edge(x, box.top, box.bottom) for x in (box.left, box.right)]


# --- boxes to tick ------------------------------------------------------------------------------


def _squares(small: Sequence[Shape], drawn: Drawn) -> list[Square]:
    """Given small boxes and circles, put those together that are drawn in one another."""
    groups: list[list[Shape]] = []
    for shape in sorted(small, key=lambda s: -s.box.width * s.box.height):
        for group in groups:
            if group[0].box.holds(shape.box.middle):
                group.append(shape)
                break
        else:
            groups.append([shape])
    found = [square for group in groups if (square := _square(group))]
    apart = [square for square in found if not _touches_another(square, found)]
    for square in found:
        if square not in apart and not square.solid:
            _sides(square.box, drawn)  # boxes in a row: one for each letter or digit
    return apart


def _square(group: list[Shape]) -> Square | None:
    seen = [shape for shape in group if _seen(shape)]
    if not seen:
        return None
    outer = around([shape.box for shape in seen])
    frames = [shape for shape in seen if shape.box.width >= outer.width * 0.75]
    solid = any(not is_paper(shape.fill) for shape in frames)
    within = [shape for shape in group if shape.box.width < outer.width * 0.75]
    if solid:
        inner = any(is_paper(shape.fill) for shape in within)
    else:
        inner = any(not is_paper(shape.fill) for shape in within)
    return Square(outer, solid=solid, inner=inner)


def _touches_another(square: Square, others: list[Square]) -> bool:
    box = square.box
    for other in others:
        if other is square or abs(other.box.top - box.top) > 2:
            continue
        gap = max(other.box.left - box.right, box.left - other.box.right)
        if gap < 1.2:
            return True
    return False
