"""Ruled tables: from edges to grids of cells, with what is merged across and down."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from mailbot.documents.pdf_page import Box, Point
from mailbot.documents.pdf_shapes import Drawn, Edge

_SNAP = 3.0  # points: edges this near are one
_SHORTEST = 3.0
_COVERED = 0.72  # of a side: with less, two cells are one
_MOST_EDGES = 3_000
_MOST_CELLS = 20_000
_TICK_BOX = 22.0


@dataclass(slots=True)
class Region:
    """One cell as drawn; `rows` and `columns` say how much of the grid it covers."""

    box: Box
    row: int
    column: int
    rows: int = 1
    columns: int = 1


@dataclass(slots=True)
class Grid:
    """One ruled table."""

    box: Box
    xs: list[float]
    ys: list[float]
    is_open: bool = False  # no lines between its columns: their borders are guessed
    is_shading: bool = False  # no lines at all, only coloured cells
    regions: list[Region] = field(default_factory=list)
    cells: dict[tuple[int, int], Region] = field(default_factory=dict)

    def region_at(self, point: Point) -> Region | None:
        """Given a point, return the cell that it lies in."""
        if not self.box.holds(point):
            return None
        row = min(max(bisect_right(self.ys, point[1]) - 1, 0), len(self.ys) - 2)
        column = min(max(bisect_right(self.xs, point[0]) - 1, 0), len(self.xs) - 2)
        return self.cells.get((row, column))


def grids_in(drawn: Drawn) -> list[Grid]:
    """Given the shapes of a page, return its ruled tables, outer before inner."""
    across, down = list(drawn.across), list(drawn.down)
    for shade in drawn.shades:  # coloured cells without lines
        box = shade.box
        across += [Edge(y, box.left, box.right) for y in (box.top, box.bottom)]
        down += [Edge(x, box.top, box.bottom) for x in (box.left, box.right)]
    if len(across) + len(down) > _MOST_EDGES:
        across, down = across[:_MOST_EDGES], down[:_MOST_EDGES]
    across, down = _joined(across), _joined(down)
    grids = [grid for group in _groups(across, down) if (grid := _grid(*group))]
    for grid in grids:
        grid.is_shading = not any(_lies_on(edge, grid) for edge in drawn.across)
    return sorted(grids, key=lambda g: -g.box.width * g.box.height)


def _lies_on(edge: Edge, grid: Grid) -> bool:
    return grid.box.holds(((edge.start + edge.end) / 2, edge.at), _SNAP)


def _joined(edges: Sequence[Edge]) -> list[Edge]:
    """Put edges on common lines, and pieces of one line together."""
    lines: list[list[Edge]] = []
    for edge in sorted(edges, key=lambda e: e.at):
        if lines and edge.at - lines[-1][0].at <= _SNAP:
            lines[-1].append(edge)
        else:
            lines.append([edge])
    joined = []
    for line in lines:
        at = sum(edge.at for edge in line) / len(line)
        start, end = 0.0, -1.0
        for edge in sorted(line, key=lambda e: e.start):
            if end < start or edge.start > end + _SNAP:
                if end - start >= _SHORTEST:
                    joined.append(Edge(at, start, end))
                start, end = edge.start, edge.end
            end = max(end, edge.end)
        if end - start >= _SHORTEST:
            joined.append(Edge(at, start, end))
    return joined


def _groups(across: Sequence[Edge], down: Sequence[Edge]) -> list[tuple[list[Edge], list[Edge]]]:
    """Which edges meet, directly or over others: those of one table."""
    parent = list(range(len(across) + len(down)))

    def root(index: int) -> int:
        while parent[index] != index:
            parent[index] = parent[parent[index]]
            index = parent[index]
        return index

    ys = [edge.at for edge in across]
    for number, edge in enumerate(down):
        first = bisect_left(ys, edge.start - _SNAP)
        for index in range(first, len(across)):
            other = across[index]
            if other.at > edge.end + _SNAP:
                break
            if other.start - _SNAP <= edge.at <= other.end + _SNAP:
                parent[root(len(across) + number)] = root(index)
    groups: dict[int, tuple[list[Edge], list[Edge]]] = {}
    for index, edge in enumerate((*across, *down)):
        group = groups.setdefault(root(index), ([], []))
        group[0 if index < len(across) else 1].append(edge)
    return [group for group in groups.values() if len(group[0]) > 1 or len(group[1]) > 1]


def _grid(across: list[Edge], down: list[Edge]) -> Grid | None:
    if not across or not down:
        return None
    # A table without its outermost lines is closed where its other lines end.
    left, right = min(e.start for e in across), max(e.end for e in across)
    top, bottom = min(e.start for e in down), max(e.end for e in down)
    xs = _places([e.at for e in down] + [left, right])
    ys = _places([e.at for e in across] + [top, bottom])
    if len(xs) < 2 or len(ys) < 2 or (len(xs) - 1) * (len(ys) - 1) > _MOST_CELLS:
        return None
    grid = Grid(Box(xs[0], ys[0], xs[-1], ys[-1]), xs, ys)
    walls_down = [_cover(x, down, ys) for x in xs]
    walls_across = [_cover(y, across, xs) for y in ys]
    grid.regions = _regions(grid, walls_down, walls_across)
    return grid


def _places(values: list[float]) -> list[float]:
    found: list[float] = []
    for value in sorted(values):
        if not found or value - found[-1] > _SNAP:
            found.append(value)
    return found


def _cover(at: float, edges: Sequence[Edge], stops: Sequence[float]) -> list[bool]:
    """For each piece of a line between two stops, whether an edge is drawn there."""
    near = [edge for edge in edges if abs(edge.at - at) <= _SNAP]
    drawn = []
    for start, end in pairwise(stops):
        length = sum(max(0.0, min(e.end, end) - max(e.start, start)) for e in near)
        drawn.append(length >= _COVERED * (end - start))
    return drawn


def _regions(
    grid: Grid, walls_down: list[list[bool]], walls_across: list[list[bool]]
) -> list[Region]:
    """Grow every cell to the right and down until a wall; what was taken is not a cell again."""
    columns, rows = len(grid.xs) - 1, len(grid.ys) - 1
    regions = []
    for row in range(rows):
        for column in range(columns):
            if (row, column) in grid.cells:
                continue
            wide = high = 1
            while (
                column + wide < columns
                and not walls_down[column + wide][row]
                and (row, column + wide) not in grid.cells
            ):
                wide += 1
            across = range(column, column + wide)
            while row + high < rows and not any(
                walls_across[row + high][c] or (row + high, c) in grid.cells for c in across
            ):
                high += 1
            xs, ys = grid.xs, grid.ys
            box = Box(xs[column], ys[row], xs[column + wide], ys[row + high])
            region = Region(box, row, column, high, wide)
            down = range(row, row + high)
            grid.cells |= {(r, c): region for r in down for c in across}
            sides = (
                _share([walls_down[column][r] for r in down]),
                _share([walls_down[column + wide][r] for r in down]),
                _share([walls_across[row][c] for c in across]),
                _share([walls_across[row + high][c] for c in across]),
            )
            if _is_closed(*sides):
                regions.append(region)
    real = {id(region) for region in regions}
    grid.cells = {at: region for at, region in grid.cells.items() if id(region) in real}
    return regions


def _share(walls: Sequence[bool]) -> float:
    return sum(walls) / len(walls)


def _is_closed(left: float, right: float, top: float, bottom: float) -> bool:
    """Whether enough is drawn round a cell: three sides, or what is above and below it."""
    drawn = sum(share >= 0.5 for share in (left, right, top, bottom))
    return drawn >= 3 or (top >= 0.5 and bottom >= 0.5)


def is_tick_box(grid: Grid) -> bool:
    """Given a grid, return whether it is one small square: a box to tick, drawn line by line."""
    small = grid.box.width <= _TICK_BOX and grid.box.height <= _TICK_BOX
    return len(grid.regions) == 1 and small and 0.7 <= grid.box.width / grid.box.height <= 1.4
