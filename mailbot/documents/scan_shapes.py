"""Ruled lines and small squares in the picture of a page, found without reading a word.

Lines make the tables of a scanned form; a small square is a box to tick. Whether it is ticked is
not looked at: a smudge, a fold or a stray stroke of the pen looks like a tick.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from PIL import Image, ImageChops, ImageFilter

_DARKER = 28  # than what is around it: ink, also in the shadow of a photograph
_LINE = 2.2  # times as long as letters are high
_SQUARE = (0.78, 1.9)
_MOST_RUNS = 60_000


@dataclass(frozen=True, slots=True)
class Stroke:
    """A straight stroke: where it lies, and from where to where it goes."""

    at: int  # y of a horizontal one, x of a vertical one
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Square:
    """A small square."""

    left: int
    top: int
    right: int
    bottom: int


@dataclass(frozen=True, slots=True)
class Shapes:
    """What was found in a picture."""

    across: tuple[Stroke, ...] = ()
    down: tuple[Stroke, ...] = ()
    squares: tuple[Square, ...] = ()


def shapes_in(picture: Image.Image, letter: float) -> Shapes:
    """Given a grey picture and how high its letters are, return its lines and small squares."""
    blur = picture.filter(ImageFilter.BoxBlur(max(4, int(letter))))
    darker = ImageChops.subtract(blur, picture)
    ink = darker.point([255 if value > _DARKER else 0 for value in range(256)])
    # Scanners leave gaps of a point in a thin line.
    bold = ink.filter(ImageFilter.MaxFilter(3))
    shortest, longest = int(letter * _LINE), max(picture.size)
    rows = _runs(bold, shortest, longest)
    columns = _runs(bold.transpose(Image.Transpose.TRANSPOSE), shortest, longest)
    return Shapes(
        across=_strokes(rows, letter),
        down=_strokes(columns, letter),
        squares=tuple(_squares(bold, letter)),
    )


def _runs(ink: Image.Image, shortest: int, longest: int) -> list[Stroke]:
    """Return every unbroken run of ink along the rows that is at least so long."""
    width = ink.width
    # A blank column, so that no run goes on in the next row.
    framed = Image.new("L", (width + 1, ink.height))
    framed.paste(ink)
    found = []
    for match in re.finditer(rb"\xff{%d,%d}" % (shortest, longest), framed.tobytes()):
        row, column = divmod(match.start(), width + 1)
        found.append(Stroke(row, column, column + match.end() - match.start()))
        if len(found) >= _MOST_RUNS:
            break
    return found


def _strokes(runs: list[Stroke], letter: float) -> tuple[Stroke, ...]:
    """Given runs, row by row, return the lines that they make: thick, broken, a little slanted."""
    near, gap = max(2, int(letter * 0.2)), int(letter)
    open_ones: list[list[Stroke]] = []
    closed: list[list[Stroke]] = []
    for run in runs:
        still = []
        home = None
        for group in open_ones:
            last = group[-1]
            if run.at - last.at > near:
                closed.append(group)
                continue
            still.append(group)
            if home is None and run.start <= last.end + gap and run.end >= last.start - gap:
                home = group
        open_ones = still
        if home is None:
            open_ones.append([run])
        else:
            home.append(run)
    found = [_stroke(group, letter) for group in (*closed, *open_ones)]
    return tuple(stroke for stroke in found if stroke)


def _stroke(group: list[Stroke], letter: float) -> Stroke | None:
    first, last = group[0].at, group[-1].at
    if last - first > letter * 0.8:  # an area of colour, a picture
        return None
    start, end = min(run.start for run in group), max(run.end for run in group)
    return Stroke((first + last) // 2, start, end) if end - start > letter * _LINE else None


def _squares(ink: Image.Image, letter: float) -> Iterator[Square]:
    shortest, longest = (int(letter * times) for times in _SQUARE)
    turned = ink.transpose(Image.Transpose.TRANSPOSE)
    tops = [run for run in _runs(ink, shortest, max(ink.size)) if run.end - run.start <= longest]
    sides: dict[int, list[Stroke]] = {}
    for run in _runs(turned, shortest, max(ink.size)):
        if run.end - run.start <= longest:
            sides.setdefault(run.at, []).append(run)
    by_row: dict[int, list[Stroke]] = {}
    for run in tops:
        by_row.setdefault(run.at, []).append(run)
    found: list[Square] = []
    for top in tops:
        if any(_is_in(top, square) for square in found[-40:]):
            continue
        square = _square_below(top, by_row, sides)
        if square:
            found.append(square)
            yield square


def _is_in(run: Stroke, square: Square) -> bool:
    is_across = run.start < square.right and run.end > square.left
    return is_across and square.top - 2 <= run.at <= square.bottom + 2


def _square_below(
    top: Stroke, by_row: dict[int, list[Stroke]], sides: dict[int, list[Stroke]]
) -> Square | None:
    size = top.end - top.start
    slack = max(2, size // 5)
    for height in range(size + slack, size - slack - 1, -1):
        for bottom in by_row.get(top.at + height, ()):
            if abs(bottom.start - top.start) > slack or abs(bottom.end - top.end) > slack:
                continue
            square = Square(top.start, top.at, top.end, bottom.at)
            ends = (square.left, square.right - 1)
            if all(_has_side(sides, end, square, slack) for end in ends):
                return square
    return None


def _has_side(sides: dict[int, list[Stroke]], x: int, square: Square, slack: int) -> bool:
    return any(
        run.start <= square.top + slack
        and run.end >= square.bottom - slack
        and run.end - run.start <= (square.bottom - square.top) + 2 * slack + 2
        for at in range(x - slack, x + slack + 1)
        for run in sides.get(at, ())
    )


# --- tables ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class GridCell:
    """A cell of a ruled table: its place in the picture, and how many columns it covers."""

    left: int
    top: int
    right: int
    bottom: int
    columns: int
    continues: bool  # no line parts it from the cell above


Grid = tuple[tuple[GridCell, ...], ...]


def grids_in(shapes: Shapes, letter: float) -> tuple[Grid, ...]:
    """Given lines, return the tables they make, each as rows of cells. One cell is no table."""
    grids = []
    for across, down in _connected(shapes, int(letter * 0.6)):
        rows = tuple(_rows(across, down, letter))
        if sum(map(len, rows)) > 1:
            grids.append(rows)
    return tuple(sorted(grids, key=lambda rows: (rows[0][0].top, rows[0][0].left)))


def _connected(shapes: Shapes, slack: int) -> Iterator[tuple[list[Stroke], list[Stroke]]]:
    """Return lines that meet, group by group."""
    left = set(shapes.down)
    waiting = set(shapes.across)
    while waiting:
        across, down, new = [], [], [waiting.pop()]
        while new:
            line = new.pop()
            across.append(line)
            met = [d for d in left if _meet(line, d, slack)]
            left.difference_update(met)
            down += met
            others = [a for a in waiting if any(_meet(a, d, slack) for d in met)]
            waiting.difference_update(others)
            new += others
        # A line that ends in the open underlines, strikes out or waits to be written on.
        across = [a for a in across if _ends_at(a, down, slack)]
        if len(across) > 1 and len(down) > 1:
            yield across, down


def _ends_at(line: Stroke, others: list[Stroke], slack: int) -> bool:
    return all(any(abs(o.at - end) <= slack for o in others) for end in (line.start, line.end))


def _meet(across: Stroke, down: Stroke, slack: int) -> bool:
    return (
        across.start - slack <= down.at <= across.end + slack
        and down.start - slack <= across.at <= down.end + slack
    )


def _rows(
    across: list[Stroke], down: list[Stroke], letter: float
) -> Iterator[tuple[GridCell, ...]]:
    slack = max(3, int(letter * 0.5))
    heights = _levels([stroke.at for stroke in across], slack)
    edges = _levels([stroke.at for stroke in down], slack)
    for number, (top, bottom) in enumerate(pairwise(heights)):
        middle = (top + bottom) // 2
        here = [
            edge
            for edge in edges
            if any(abs(d.at - edge) <= slack and d.start <= middle <= d.end for d in down)
        ]
        cells = tuple(
            GridCell(
                left,
                top,
                right,
                bottom,
                sum(left < edge <= right for edge in edges),
                number > 0 and not _has_line(across, top, (left + right) // 2, slack),
            )
            for left, right in pairwise(here)
        )
        if cells:
            yield cells


def _has_line(across: list[Stroke], at: int, middle: int, slack: int) -> bool:
    return any(abs(a.at - at) <= slack and a.start <= middle <= a.end for a in across)


def _levels(places: list[int], slack: int) -> list[int]:
    """Given where lines lie, return each place once."""
    found: list[int] = []
    for place in sorted(places):
        if not found or place - found[-1] > slack:
            found.append(place)
    return found
