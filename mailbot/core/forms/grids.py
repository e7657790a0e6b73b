"""One table as items: labels beside, above or around their answers, boxes, header rows.

Stands under pairing. Forms mix manners within one table: a title over the whole width, two pairs in
a row, a header row with people below it. So each row is looked at by itself, with what the layouts
know of labels; only where nobody knows a label does its position decide.
"""

import re
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, replace

from mailbot.core.document import Cell, Line, Table
from mailbot.core.forms.answers import Spot, answers, is_bare_box, is_mark, written
from mailbot.core.forms.box_rows import box_row, is_row_of_boxes, tick, with_marks_as_boxes
from mailbot.core.forms.cards import are_cards
from mailbot.core.forms.columns import Header, header_at
from mailbot.core.forms.items import Item, ItemKind
from mailbot.core.forms.layouts import FormLayouts, normal
from mailbot.core.forms.running import items_from_lines, label_and_value
from mailbot.core.forms.ticks import has_box

_NUMBERING = re.compile(
    r"^\(?(?:\d{1,2}[a-h]?|[A-Z]\d{1,2}|[a-zA-Z]|[ivx]{1,4})(?:\.\d{1,2})*[.):]?$"
)
_PART_TITLE = re.compile(r"^(?:section|part)\s+(?:\d{1,2}|[A-Z])\b|^\d{1,2}\.\s+\S", re.IGNORECASE)
_IN_BRACKETS = re.compile(r"^\s*[(\[].*[)\]]\s*$", re.DOTALL)
_LONGEST_TITLE = 160
_LONGEST_LABEL = 60  # of an unknown one that only a colon shows
_DEEPEST = 6
Row = tuple[Cell, ...]
#: Items, and at the end how many rows were taken for them.
Taken = Generator[Item, None, int]


@dataclass(slots=True)
class _Grid:
    """Where in the table we are."""

    layouts: FormLayouts
    table: Table
    section: str
    scanned: bool = False
    header: Header | None = None
    above_strong: bool = False
    above: str = ""  # a label in a row of its own, whose answer stands in the row below
    beside: str = ""  # a heading in the first column, over several rows

    def spot(self, index: int) -> Spot:
        return Spot(
            layouts=self.layouts,
            place=self.table.place_of(index),
            section=self.beside or self.section,
            scanned=self.scanned,
        )

    def knows(self, text: str) -> bool:
        return self.layouts.knows(text.rstrip(" :"), self.beside or self.section)

    def knows_word_for_word(self, text: str) -> bool:
        return self.layouts.knows_exactly(text, self.section)


def items_from_table(
    table: Table, section: str, layouts: FormLayouts, *, scanned: bool = False, depth: int = 0
) -> Iterator[Item]:
    """Given a table and the heading above it, return its items, those of nested tables too."""
    grid = _Grid(layouts=layouts, table=table, section=section, scanned=scanned)
    rows = _with_lines_joined(grid, _without_number_column(table.rows))
    index = 0
    while index < len(rows):
        used = yield from _row(grid, rows, index)
        for number in range(index, index + used):
            inner = (t for cell in rows[number] for t in cell.tables)
            for nested in inner if depth < _DEEPEST else ():
                section = _heading_in(rows[number]) or grid.beside or grid.section
                yield from items_from_table(
                    nested, section, layouts, scanned=scanned, depth=depth + 1
                )
        index += used
    if grid.above:
        yield from answers(grid.above, written(Cell()), grid.spot(len(rows) - 1))


def _row(grid: _Grid, rows: Sequence[Row], index: int) -> Taken:
    """Read the row and return how many rows were taken with it."""
    row = rows[index]
    if not any(cell.text or cell.controls for cell in row):
        if grid.above and len(row) == 1:
            yield from answers(grid.above, written(row[0]), grid.spot(index))
            grid.above = ""
        return 1
    if grid.header is not None:
        if not grid.header.ends_with(row, grid.knows):
            yield from grid.header.items(row, grid.spot(index))
            return 1
        grid.header = None
    if are_cards(row, grid.table, grid.knows_word_for_word):
        for cell in filter(_is_filled, row):
            first, _, rest = cell.text.partition("\n")
            yield from answers(
                first.rstrip(" :"), replace(written(cell), text=rest), grid.spot(index)
            )
        return 1
    grid.header = header_at(rows, index, grid.table, grid.layouts, grid.section)
    if grid.header is not None:
        grid.above = grid.beside = ""
        return 1
    cells = _without_numbering(row)
    if len(cells) > 1 and _PART_TITLE.match(cells[0].text) and not any(map(_is_filled, cells[1:])):
        cells = cells[:1]
    if len(cells) == 1:
        yield from _lone_cell(grid, cells[0], rows[index + 1 : index + 2], index)
        return 1
    grid.above = ""
    return (yield from _several_cells(grid, cells, rows, index))


def _without_number_column(rows: Sequence[Row]) -> Sequence[Row]:
    """Return the rows without a first column that only counts them."""
    firsts = [row[0] for row in rows if len(row) > 1]
    numbered = [bool(_NUMBERING.match(cell.text.strip())) for cell in firsts]
    only_counts = all(
        is_number or not (cell.text.strip() or cell.controls or cell.tables)
        for is_number, cell in zip(numbered, firsts, strict=True)
    )
    if not any(numbered) or not only_counts:
        return rows
    return [row[1:] if len(row) > 1 else row for row in rows]


def _with_lines_joined(grid: _Grid, rows: Sequence[Row]) -> Sequence[Row]:
    """Put together what a page broke into two rows: labels and answers that go on below."""
    joined: list[Row] = []
    for row in rows:
        if joined and _goes_on(grid, joined[-1], row):
            joined[-1] = tuple(_joined(a, b) for a, b in zip(joined[-1], row, strict=True))
            # The row stays, empty, so that places still count.
            joined.append(tuple(Cell() for _ in row))
        else:
            joined.append(row)
    return joined


def _goes_on(grid: _Grid, above: Row, row: Row) -> bool:
    if len(above) != len(row) or len(row) % 2 or any(c.controls or c.tables for c in row):
        return False
    labels, answers_below = row[::2], row[1::2]
    if not any(cell.text for cell in answers_below):
        return False
    if any(cell.text for cell in labels):
        whole = f"{above[0].text} {row[0].text}"
        is_rest = len(row) == 2 and row[0].text[:1].islower() and not grid.knows(row[0].text)
        return is_rest and grid.layouts.knows_exactly(whole, grid.section)
    return len(row) > 2 and all(grid.knows(cell.text) for cell in above[::2])


def _joined(above: Cell, below: Cell) -> Cell:
    text = f"{above.text} {below.text}".strip()
    return replace(above, text=text, marked=(*above.marked, *below.marked))


def _heading_in(row: Row) -> str:
    """Return the words beside a nested table that say what it is about."""
    texts = [cell.text for cell in row if cell.text and not cell.tables]
    return texts[0] if texts and len(texts[0]) < _LONGEST_LABEL else ""


def _without_numbering(row: Row) -> Row:
    if len(row) > 1 and (_NUMBERING.match(row[0].text.strip()) or row[0].continues):
        return row[1:]
    if len(row) > 2 and not row[0].text and not row[0].controls:
        return row[1:]
    return row


# --- one cell over the whole width ------------------------------------------------------------


def _lone_cell(grid: _Grid, cell: Cell, below: Sequence[Row], index: int) -> Iterator[Item]:
    text, at = cell.text.strip(), grid.spot(index)
    grid.beside = ""
    first, _, rest = text.partition("\n")
    own_answer = bool(rest) and not _IN_BRACKETS.match(rest) and grid.knows(first)
    is_label = grid.knows(text) and not own_answer and not _is_answered(grid, cell)
    if grid.above and grid.above_strong and not cell.strong:
        is_label = False
    if grid.above and not is_label and not _is_title(grid, cell):
        yield from answers(grid.above, written(cell), at)
        grid.above = ""
        return
    if grid.above:
        yield from answers(grid.above, written(Cell()), at)
        grid.above = ""
    if cell.controls or has_box(text):
        yield from _lone_with_controls(grid, cell, at)
        return
    if is_label and below and len(below[0]) == 1:
        grid.above, grid.above_strong = text.rstrip(" :"), cell.strong
        return
    if not is_label and _PART_TITLE.match(text) and not rest and len(text) < _LONGEST_TITLE:
        grid.section = text
        yield Item(kind=ItemKind.PARAGRAPH, place=at.place, value=text, section=text)
        return
    if not is_label and (rest or (label_and_value(text) or ("", ""))[1]):
        yield from _as_lines(grid, cell, at)
        return
    if len(text) >= _LONGEST_TITLE or not text:
        yield Item(kind=ItemKind.PARAGRAPH, place=at.place, value=text, section=grid.section)
        return
    if _awaits_answer(cell, below):
        grid.above, grid.above_strong = text.rstrip(" :"), cell.strong
        return
    grid.section = first.rstrip(" :")
    yield Item(kind=ItemKind.PARAGRAPH, place=at.place, value=text, section=grid.section)


def _is_title(grid: _Grid, cell: Cell) -> bool:
    is_bold = cell.strong and len(cell.text) < _LONGEST_TITLE
    return is_bold and (grid.above_strong or not grid.knows(grid.above))


def _awaits_answer(cell: Cell, below: Sequence[Row]) -> bool:
    """Whether an unknown title is a question whose answer stands in the row below."""
    if not below or len(below[0]) != 1:
        return False
    answer = below[0][0]
    asks = cell.text.rstrip().endswith((":", "?")) or cell.strong
    return bool(answer.controls) or not answer.text or (asks and not answer.strong)


def _lone_with_controls(grid: _Grid, cell: Cell, at: Spot) -> Iterator[Item]:
    first, _, rest = cell.text.strip().partition("\n")
    pair = label_and_value(first)
    if pair and not has_box(pair[0]):
        label, value = pair[0], f"{pair[1]}\n{rest}".strip()
    elif rest and not has_box(first):
        label, value = first, rest
    elif grid.knows(first) and not has_box(first):
        label, value = first, ""
    else:
        label, value = "", cell.text.strip()
    yield from answers(label, replace(written(cell), text=value), at)


def _as_lines(grid: _Grid, cell: Cell, at: Spot) -> Iterator[Item]:
    """Read a cell that holds labels and answers of its own, as running text."""
    first, _, rest = cell.text.strip().partition("\n")
    if rest and not label_and_value(first) and len(first) < 120:
        first += ":"
    text = f"{first}\n{rest}" if rest else first
    line = Line(place=at.place, text=text, marked=cell.marked, struck=cell.struck)
    yield from items_from_lines([replace(line, unsure=cell.unsure)], at.section, grid.layouts)


# --- several cells ----------------------------------------------------------------------------


def _several_cells(grid: _Grid, cells: Row, rows: Sequence[Row], index: int) -> Taken:
    following = rows[index + 1 : index + 2]
    if grid.beside and rows[index][0].text:
        grid.beside = ""
    if len(cells) > 2 and _heads_its_row(grid, cells, following):
        grid.beside = cells[0].text.rstrip(" :")
        cells = cells[1:]
    at = grid.spot(index)
    if is_row_of_boxes(cells) and not grid.knows(cells[0].text):
        yield from box_row(cells, at)
        return 1
    more = _rows_that_go_on(grid, rows, index, cells)
    if more:
        joined = [cell for row in rows[index : index + 1 + more] for cell in row[1:]]
        text = "\n".join(cell.text for cell in joined if cell.text)
        label = cells[0].text.rstrip(" :")
        yield from answers(label, replace(written(*joined), text=text), at)
        return 1 + more
    yield from _pairs(grid, cells, at)
    return 1


def _heads_its_row(grid: _Grid, cells: Row, below: Sequence[Row]) -> bool:
    """Whether the first cell is a heading for the pairs beside it: | Referrer | Name | Sol |."""
    heading = cells[0].text.rstrip(" :")
    if not heading or len(heading) > _LONGEST_TITLE or has_box(heading):
        return False
    if _is_answered(grid, cells[0]):
        return False
    if below and len(below[0]) > 2 and below[0][0].continues:
        return True
    inner = cells[1].text.rstrip(" :")
    if not grid.layouts.knows(inner, heading) or grid.layouts.knows(cells[2].text, heading):
        return False
    goes_on = bool(below) and len(below[0]) > 1 and (below[0][0].continues or not below[0][0].text)
    return goes_on or not grid.knows(heading)


def _rows_that_go_on(grid: _Grid, rows: Sequence[Row], index: int, cells: Row) -> int:
    """Return how many rows below only continue the answer of this one."""
    if len(rows[index]) != 2 or cells is not rows[index] or not cells[0].text:
        return 0
    count = 0
    for row in rows[index + 1 :]:
        lead = len(row) == 2 and (row[0].continues or not (row[0].text or row[0].controls))
        if not lead or not row[1].text or grid.knows(row[1].text):
            break
        if (label_and_value(row[1].text) or ("", ""))[1] and row[0].continues:
            break
        count += 1
    return count


def _pairs(grid: _Grid, cells: Row, at: Spot) -> Iterator[Item]:
    """Read labels with the cells beside them, up to the next label."""
    index = 0
    while index < len(cells):
        cell = cells[index]
        end = index + 1
        paired = index % 2 == 0 and _are_pairs(grid, cells) and _is_filled(cells[end])
        if not paired and _holds_own_answer(grid, cell, cells[end : end + 1]):
            yield from _own_answer(grid, cell, at)
        elif has_box(cell.text) and not is_bare_box(cell.text):
            yield from _lone_with_controls(grid, cell, at)
        elif not cell.text and not cell.controls:
            pass
        else:
            end = _end_of_answer(grid, cells, index)
            beside = cells[index + 1 : end] or (Cell(),)
            yield from _pair(grid, cell, beside, at)
        index = end


def _is_filled(cell: Cell) -> bool:
    return bool(cell.text or cell.controls)


def _end_of_answer(grid: _Grid, cells: Row, start: int) -> int:
    """Return where the answer that follows the label at `start` ends."""
    if start % 2 == 0 and _are_pairs(grid, cells):
        return start + 2
    end = start + 1
    is_other = end < len(cells) and (
        _is_answered(grid, cells[end]) or (len(cells) > 2 and _is_next_label(grid, cells, end))
    )
    if end < len(cells) and not is_other:
        end += 1
    while end < len(cells) and not _is_next_label(grid, cells, end):
        if has_box(cells[end].text) and not is_bare_box(cells[end].text):
            beside = cells[end - 1].text
            if beside and not has_box(beside):
                break  # boxes with their own words, beside an answer that is there already
        end += 1
    return end


def _are_pairs(grid: _Grid, cells: Row) -> bool:
    """Whether labels stand in the first, third ... cell, and their answers between them."""
    if len(cells) % 2:
        return False
    labels, beside = cells[::2], cells[1::2]
    if any(not normal(cell.text).strip("0123456789 ") or has_box(cell.text) for cell in labels):
        return False
    if any(_is_answered(grid, cell) for cell in beside):
        return False
    if all(grid.knows(cell.text) for cell in labels):
        return True
    return not any(grid.layouts.knows_exactly(cell.text, grid.section) for cell in beside)


def _is_answered(grid: _Grid, cell: Cell) -> bool:
    """Whether a cell reads "Name: Wren", with a label that the layouts know."""
    pair = label_and_value(cell.text.partition("\n")[0])
    is_own = pair is not None and bool(pair[1]) and not _IN_BRACKETS.match(pair[1])
    return is_own and pair is not None and grid.knows(pair[0])


def _is_next_label(grid: _Grid, cells: Row, at: int) -> bool:
    text = cells[at].text
    if not text or has_box(text):
        return False
    if text.endswith(":") and len(text) < _LONGEST_LABEL and at + 1 < len(cells):
        return True
    if grid.layouts.knows_exactly(text, grid.beside or grid.section):
        return True
    return _holds_own_answer(grid, cells[at], cells[at + 1 : at + 2])


def _pair(grid: _Grid, label: Cell, beside: Sequence[Cell], at: Spot) -> Iterator[Item]:
    words, answer = label.text.rstrip(" :"), written(*with_marks_as_boxes(beside))
    if any(cell.tables for cell in beside) and not answer.text:
        return
    if label.controls and not answer.controls:
        answer = replace(answer, controls=label.controls)
    is_option = normal(words) in grid.layouts.ticks and not grid.knows(words)
    if is_option and (is_mark(answer.text) or not answer.text.strip()):
        yield tick(words, ticked=bool(answer.text.strip()), at=at)
        return
    yield from answers(words, answer, at)


def _holds_own_answer(grid: _Grid, cell: Cell, beside: Sequence[Cell]) -> bool:
    """Whether a cell holds a label and its answer: "Name: Wren", or the answer below its label."""
    first, _, rest = cell.text.partition("\n")
    if _is_answered(grid, cell):
        return True
    if not rest or _IN_BRACKETS.match(rest) or not grid.knows(first):
        return False
    empty_beside = not beside or not (beside[0].text or beside[0].controls)
    if empty_beside or _is_answered(grid, beside[0]):
        return True
    return grid.knows(beside[0].text.partition("\n")[0])


def _own_answer(grid: _Grid, cell: Cell, at: Spot) -> Iterator[Item]:
    if cell.controls or has_box(cell.text):
        yield from _lone_with_controls(grid, cell, at)
    else:
        yield from _as_lines(grid, cell, at)
