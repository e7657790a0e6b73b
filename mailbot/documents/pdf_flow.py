"""One page of a PDF as blocks in reading order: tables, and lines with their columns.

Text in a ruled grid is read cell by cell. Around the grids, two columns of prose are read one
after the other; labels with answers beside them are read row by row, with a tab between.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median

from mailbot.core.document import Cell, Line, Table
from mailbot.documents.pdf_page import Box, Glyph, Painted
from mailbot.documents.pdf_rows import Row, between, rows_of
from mailbot.documents.pdf_shapes import Drawn, Edge
from mailbot.documents.pdf_tables import Grid, Region
from mailbot.documents.pdf_words import Written, composed, printed_lines, wrapped

_PADDING = 8.0  # points: what cells keep free at most on either side
_NARROWEST = 4.5  # points: a cell narrower or flatter is the gap of a double line
_LETTER_BOX = 26.0
_HEADING = 1.15  # times the size of most of the text
_LONGEST_HEADING = 120


@dataclass(slots=True)
class Laid:
    """A block and where it stands on its page; `xs` are the borders of a table's columns."""

    block: Line | Table
    box: Box
    xs: tuple[float, ...] = ()


@dataclass(slots=True)
class _Contents:
    """What stands in one cell of a grid."""

    glyphs: list[Glyph] = field(default_factory=list)
    grids: list[Grid] = field(default_factory=list)


def laid_out(page: Painted, drawn: Drawn, grids: Sequence[Grid], number: int) -> list[Laid]:
    """Given a page, its shapes and its grids, return its blocks in reading order."""
    real = [grid for grid in grids if not _is_dissolved(grid, page.glyphs)]
    free, inside, top_grids = _placed(page.glyphs, real)
    blocks = [
        _table(grid, inside, f"page {number}, table {index}")
        for index, grid in enumerate(sorted(top_grids, key=lambda g: g.box.top), start=1)
    ]
    sides = [
        Edge(y, s.box.left, s.box.right) for s in drawn.shades for y in (s.box.top, s.box.bottom)
    ]
    rules = [edge for edge in (*drawn.across, *sides) if not _in_a_grid(edge, real)]
    lines = printed_lines(free)
    rows = rows_of(lines, page, rules)
    body = median(glyph.size for glyph in page.glyphs) if page.glyphs else 0.0
    flow = [laid for row in rows if (laid := _line(row, number, body))]
    return _merged(flow, blocks)


def _merged(flow: list[Laid], tables: list[Laid]) -> list[Laid]:
    """Put tables between the lines, without disturbing the order of the lines."""
    merged: list[Laid] = []
    waiting = sorted(tables, key=lambda laid: laid.box.top)
    for laid in flow:
        while waiting and waiting[0].box.middle[1] < laid.box.middle[1]:
            merged.append(waiting.pop(0))
        merged.append(laid)
    return merged + waiting


# --- grids --------------------------------------------------------------------------------------


def _is_dissolved(grid: Grid, glyphs: Sequence[Glyph]) -> bool:
    """Whether a grid is only a frame, or boxes for single letters, whose text flows freely."""
    spaces = (len(grid.xs) - 1) * (len(grid.ys) - 1)
    loose = len(grid.cells) < spaces and len(grid.regions) <= 3
    if len(grid.regions) <= 1 or loose or (grid.is_shading and _is_part(grid, glyphs)):
        return True
    flat = len(grid.ys) == 2 and grid.box.height <= _LETTER_BOX
    if not flat or any(region.box.width > _LETTER_BOX for region in grid.regions):
        return False
    for glyph in glyphs:
        region = grid.region_at(glyph.box.middle)
        if region and glyph.text.strip():
            # Wide as its box: so that the letters of a date stand together.
            box = region.box
            glyph.box = Box(box.left, glyph.box.top, box.right, glyph.box.bottom)
    return True


def _is_part(grid: Grid, glyphs: Sequence[Glyph]) -> bool:
    """Whether coloured cells are only the labels or the header of what stands beside or below."""
    if len(grid.ys) == 2:
        return True
    level = (g for g in glyphs if grid.box.top < g.base < grid.box.bottom and g.text.strip())
    return any(not grid.box.left < g.box.middle[0] < grid.box.right for g in level)


def _placed(
    glyphs: Sequence[Glyph], grids: Sequence[Grid]
) -> tuple[list[Glyph], dict[int, _Contents], list[Grid]]:
    """Which glyphs stand free, which in which cell (by the id of its region), which grids in none.

    Grids come with outer before inner ones.
    """
    inner_first = list(reversed(grids))
    inside: dict[int, _Contents] = {
        id(region): _Contents() for grid in grids for region in grid.regions
    }
    free: list[Glyph] = []
    run, home = 0, free
    for glyph in glyphs:
        # Text longer than its cell runs on over the next ones: it belongs where it begins.
        if not glyph.run or glyph.run != run:
            found = (grid.region_at(glyph.box.middle) for grid in inner_first)
            region = next(filter(None, found), None)
            home = inside[id(region)].glyphs if region else free
            run = glyph.run
        home.append(glyph)
    top = []
    for index, grid in enumerate(inner_first):
        for outer in inner_first[index + 1 :]:
            region = outer.region_at(grid.box.middle)
            if region and outer is not grid and region.box.holds((grid.box.left, grid.box.top), 2):
                inside[id(region)].grids.append(grid)
                break
        else:
            top.append(grid)
    return free, inside, top


def _table(grid: Grid, inside: dict[int, _Contents], place: str) -> Laid:
    rows: list[tuple[Cell, ...]] = []
    for row in range(len(grid.ys) - 1):
        regions = _regions_of(grid, row)
        starting = [region for region in regions if region.row == row]
        if all(_is_gap(region, inside) for region in starting):
            continue
        number = len(rows) + 1
        rows.append(
            tuple(
                _cell(region, inside, f"{place}, row {number}", is_open=grid.is_open)
                if region.row == row
                else Cell(columns=region.columns, continues=True)
                for region in regions
                if not _is_gap(region, inside)
            )
        )
    return Laid(Table(place=place, rows=tuple(rows)), grid.box, tuple(grid.xs))


def _regions_of(grid: Grid, row: int) -> list[Region]:
    regions: list[Region] = []
    for column in range(len(grid.xs) - 1):
        region = grid.cells.get((row, column))
        if region and not (regions and regions[-1] is region):
            regions.append(region)
    return regions


def _is_gap(region: Region, inside: dict[int, _Contents]) -> bool:
    small = region.box.width < _NARROWEST or region.box.height < _NARROWEST
    return small and not inside[id(region)].glyphs


def _cell(region: Region, inside: dict[int, _Contents], place: str, *, is_open: bool) -> Cell:
    contents = inside[id(region)]
    lines = printed_lines(contents.glyphs)
    gap = min((line.box.left - region.box.left for line in lines), default=0.0)
    padding = min(max(gap, 1.0), _PADDING)
    # Where the border is drawn, a larger gap means that the lines are centred.
    room = region.box.width - padding - (gap if is_open else padding)
    written = composed(lines, wrapped(region.box.left + min(gap, padding), room))
    nested = tuple(
        table
        for number, grid in enumerate(contents.grids, start=1)
        if isinstance(table := _table(grid, inside, f"{place}, table {number}").block, Table)
    )
    return Cell(
        text=written.text,
        strong=written.strong,
        marked=written.marked,
        struck=written.struck,
        controls=written.controls,
        columns=region.columns,
        tables=nested,
    )


def _in_a_grid(edge: Edge, grids: Sequence[Grid]) -> bool:
    middle = ((edge.start + edge.end) / 2, edge.at)
    return any(grid.box.holds(middle, 3) for grid in grids)


# --- lines around the grids -----------------------------------------------------------------------


def _line(row: Row, page: int, body: float) -> Laid | None:
    parts: list[Written] = [
        composed(column, between(row, index)) for index, column in enumerate(row.columns)
    ]
    text = "\t".join(part.text for part in parts).rstrip("\t")
    controls = tuple(control for part in parts for control in part.controls)
    if not text.strip() and not controls:
        return None
    largest = max(line.size for column in row.columns for line in column)
    short = len(text) <= _LONGEST_HEADING and "\t" not in text and not controls
    line = Line(
        place=f"page {page}, line {row.number}",
        text=text,
        heading=short and largest >= _HEADING * body,
        strong=all(part.strong for part in parts if part.text) and any(p.text for p in parts),
        marked=tuple(words for part in parts for words in part.marked),
        struck=tuple(words for part in parts for words in part.struck),
        controls=controls,
    )
    return Laid(line, row.box)
