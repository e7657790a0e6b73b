"""Tables with lines only between their rows: the columns are the empty strips between the words.

Web pages and many report templates draw them so. A page with a line under each heading is none:
between two lines there must be one row.
"""

from collections.abc import Sequence
from itertools import pairwise

from mailbot.documents.pdf_page import Box, Glyph
from mailbot.documents.pdf_shapes import Drawn, Edge
from mailbot.documents.pdf_tables import Grid, Region
from mailbot.documents.pdf_words import Printed, printed_lines

_SAME = 4.0  # points: lines that begin and end so near belong to one table
_STRIP = 7.0  # points: an empty strip this wide parts columns
_TALLEST = 260.0
_FEWEST_RULES = 3
_MOST_COLUMNS = 12
_MOST_LINES = 1_500
_MOST_LABEL_LINES = 4
_TIGHT = 1.5  # of the size: lines of one label
_HEADER_ABOVE = 2.0  # of the size: how far above the first rule a header row may stand


def ruled_grids(drawn: Drawn, grids: Sequence[Grid], glyphs: Sequence[Glyph]) -> list[Grid]:
    """Given a page's shapes, its closed grids and its glyphs, return the tables without sides."""
    groups: list[list[Edge]] = []
    for edge in sorted(_lines(drawn)[:_MOST_LINES], key=lambda e: e.at):
        middle = ((edge.start + edge.end) / 2, edge.at)
        if any(grid.box.holds(middle, _SAME) for grid in grids):
            continue
        for group in groups:
            last = group[-1]
            same = abs(last.start - edge.start) <= _SAME and abs(last.end - edge.end) <= _SAME
            if same and edge.at - last.at <= _TALLEST:
                group.append(edge)
                break
        else:
            groups.append([edge])
    found = [_grid(group, glyphs) for group in groups if len(group) >= _FEWEST_RULES - 1]
    return [grid for grid in found if grid]


def _lines(drawn: Drawn) -> list[Edge]:
    """Lines across, pieces side by side put together."""
    lines: list[Edge] = []
    for edge in sorted(drawn.across, key=lambda e: (round(e.at), e.start)):
        last = lines[-1] if lines else None
        if last and abs(last.at - edge.at) <= 1.5 and edge.start - last.end <= _SAME:
            lines[-1] = Edge(last.at, last.start, max(last.end, edge.end))
        else:
            lines.append(edge)
    return lines


def _grid(rules: Sequence[Edge], glyphs: Sequence[Glyph]) -> Grid | None:
    left, right = min(e.start for e in rules) - 2, max(e.end for e in rules) + 2
    across = [g for g in glyphs if left <= g.box.middle[0] <= right and g.text.strip()]
    ys = [rule.at for rule in rules]
    header = _header_top(across, ys[0])
    if header is not None:
        ys.insert(0, header)
    return _open_grid(across, left, right, ys) if len(ys) >= _FEWEST_RULES else None


def in_columns(grid: Grid, glyphs: Sequence[Glyph]) -> Grid:
    """Given a grid, return it with its columns, if it is one of whole rows (banded ones)."""
    box = grid.box
    if len(grid.xs) != 2 or len(grid.regions) < 2:
        return grid
    within = [g for g in glyphs if box.holds(g.box.middle) and g.text.strip()]
    return _open_grid(within, box.left, box.right, grid.ys) or grid


def _open_grid(across: Sequence[Glyph], left: float, right: float, ys: list[float]) -> Grid | None:
    """Given what stands between two sides, and borders of rows, return a grid if it is a table."""
    within = [g for g in across if ys[0] < g.base <= ys[-1]]
    xs = _columns(within, left, right)
    if not 2 < len(xs) <= _MOST_COLUMNS + 1:
        return None
    for top, bottom in pairwise(ys):
        first = [g for g in within if top < g.base <= bottom and g.box.middle[0] < xs[1]]
        if not _is_one_label(printed_lines(first)):
            return None
    return _closed(xs, ys)


def _header_top(across: Sequence[Glyph], first_rule: float) -> float | None:
    """Where the row above the first rule begins, if something stands close above it."""
    above = sorted((g for g in across if g.base < first_rule), key=lambda g: -g.base)
    if not above or first_rule - above[0].base > _HEADER_ABOVE * above[0].size:
        return None
    row, base = [above[0]], above[0].base
    for glyph in above:
        near = base - glyph.base <= _TIGHT * glyph.size
        if not near or abs(glyph.size - row[0].size) > 1:
            break
        row.append(glyph)
        base = glyph.base
    return min(glyph.box.top for glyph in row) - 1


def _columns(glyphs: Sequence[Glyph], left: float, right: float) -> list[float]:
    """The borders of columns: in the middle of strips that no word of any row touches."""
    xs = [left]
    reach = None
    for glyph in sorted(glyphs, key=lambda g: g.box.left):
        if reach is not None and glyph.box.left - reach >= _STRIP:
            xs.append((reach + glyph.box.left) / 2)
        reach = max(reach or glyph.box.right, glyph.box.right)
    return [*xs, right]


def _is_one_label(lines: Sequence[Printed]) -> bool:
    """Whether the lines in the first column of a row are one label, broken at most."""
    if len(lines) > _MOST_LABEL_LINES:
        return False
    for upper, lower in pairwise(lines):
        tight = lower.base - upper.base <= _TIGHT * max(upper.size, lower.size)
        if not tight or upper.text.endswith(":") or not lower.text[:1].islower():
            return False
    return True


def _closed(xs: list[float], ys: list[float]) -> Grid:
    grid = Grid(Box(xs[0], ys[0], xs[-1], ys[-1]), xs, ys, is_open=True)
    for row in range(len(ys) - 1):
        for column in range(len(xs) - 1):
            box = Box(xs[column], ys[row], xs[column + 1], ys[row + 1])
            region = Region(box, row, column)
            grid.regions.append(region)
            grid.cells[(row, column)] = region
    return grid
