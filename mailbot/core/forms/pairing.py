"""A document's lines and tables as items: every label with its answer, whatever the file format.

Stands between documents and fields. Readers say only what stands where; here, once for all of
them, labels find their answers.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from mailbot.core.document import Cell, Document, Line, Table
from mailbot.core.forms.grids import items_from_table
from mailbot.core.forms.items import Item
from mailbot.core.forms.layouts import FormLayouts, normal
from mailbot.core.forms.running import Running, items_from_lines
from mailbot.core.forms.ticks import has_box

QUOTED = "quoted"
_MOST_COLUMNS = 12
#: Dots or lines that lead from a label to its answer.
_LEADERS = re.compile(r"\s*(?:\.{4,}|…{2,}|_{4,}|-{5,})\s*(?=\S)")
_WORD_BEGINS = re.compile(r"(?<=[\s\da-z])[A-Z]")
_NUMBERED = re.compile(r"^\s*\(?(?:\d{1,2}(?:\.\d{1,2})*|[a-zA-Z])[.):]?\s*$")


def items_of(
    document: Document, layouts: FormLayouts, *, is_mail: bool = False
) -> tuple[Item, ...]:
    """Given a document, return its items in reading order, page headers and footers last.

    Lines quoted from an earlier mail are in section "quoted", whatever headings they hold.
    """
    margins = [b for b in document.blocks if isinstance(b, Line) and b.margin]
    blocks = [b for b in document.blocks if not (isinstance(b, Line) and b.margin)]
    running = Running(layouts=layouts, is_mail=is_mail, scanned=document.scanned)
    items: list[Item] = []
    quoted: list[Line] = []
    for block in _with_tables_joined(_with_columns_as_tables(blocks, layouts)):
        if isinstance(block, Line) and block.quoted:
            items += running.finish()
            quoted.append(block)
            continue
        items += _as_quoted(quoted, layouts)
        quoted = []
        if isinstance(block, Line):
            items += running.take(block)
        else:
            items += _table_after(running, block, layouts)
    items += _as_quoted(quoted, layouts)
    items += running.finish()
    running.section = ""
    for block in _with_columns_as_tables(margins, layouts):
        items += running.finish()
        items += (
            running.take(block)
            if isinstance(block, Line)
            else _table_after(running, block, layouts)
        )
    items += running.finish()
    return tuple(items)


def _table_after(running: Running, table: Table, layouts: FormLayouts) -> Iterator[Item]:
    """Read a table; a frame of one cell below a question holds its answer."""
    answer = _framed_answer(running, table)
    if answer is not None:
        yield from running.answer_with(answer)
        return
    yield from running.finish_before_table(table)
    yield from items_from_table(table, running.section, layouts, scanned=running.scanned)


def _framed_answer(running: Running, table: Table) -> Line | None:
    """Return the answer in a frame: what stood between the question and it only explained."""
    if not running.waits_for_more or len(table.rows) != 1 or len(table.rows[0]) != 1:
        return None
    cell = table.rows[0][0]
    first = cell.text.partition("\n")[0]
    if cell.tables or running.layouts.knows(first.rstrip(" :"), running.section):
        return None
    return Line(
        place=table.place_of(0),
        text=cell.text,
        marked=cell.marked,
        struck=cell.struck,
        controls=cell.controls,
        unsure=cell.unsure,
    )


def _as_quoted(lines: Sequence[Line], layouts: FormLayouts) -> Iterator[Item]:
    # Sections inside a quotation are dropped: "quoted" must win, or a form quoted back to us
    # would be read as the sender's own words.
    for item in items_from_lines(lines, QUOTED, layouts, is_mail=True):
        yield replace(item, section=QUOTED)


def _with_tables_joined(blocks: Iterable[Line | Table]) -> Iterator[Line | Table]:
    """A table whose last row asks goes on, after the page's end, with the row that answers."""
    waiting: Table | None = None
    for block in blocks:
        if waiting is not None and isinstance(block, Table) and _answers_last(waiting, block):
            rows = [row for row in block.rows if any(c.text or c.controls for c in row)]
            places = [block.place_of(i) for i, row in enumerate(block.rows) if row in rows]
            block = Table(
                place=waiting.place,
                rows=(*waiting.rows, *rows),
                rows_at=(*map(waiting.place_of, range(len(waiting.rows))), *places),
            )
        elif waiting is not None:
            yield waiting
        waiting = block if isinstance(block, Table) else None
        if waiting is None:
            yield block
    if waiting is not None:
        yield waiting


def _answers_last(above: Table, below: Table) -> bool:
    last = above.rows[-1] if above.rows else ()
    rows = [row for row in below.rows if any(c.text or c.controls for c in row)]
    if len(last) != 1 or not rows or len(rows[0]) != 1 or not last[0].text:
        return False
    asks = last[0].strong or last[0].text.rstrip().endswith((":", "?"))
    return asks and not rows[0][0].strong


def _with_columns_as_tables(
    blocks: Sequence[Line | Table], layouts: FormLayouts
) -> Iterator[Line | Table]:
    """Lines that gaps part into columns are rows of a table without rules."""
    run: list[tuple[Line, tuple[str, ...]]] = []
    for block in blocks:
        pieces = _pieces(block, layouts)
        if isinstance(block, Line) and len(pieces) > 1:
            run.append((block, pieces))
            continue
        yield from _as_table(run)
        run = []
        yield block
    yield from _as_table(run)


def _pieces(block: Line | Table, layouts: FormLayouts) -> tuple[str, ...]:
    """Return the columns of a line; a bullet and its text are one."""
    if not isinstance(block, Line) or block.quoted:
        return ()
    text = _LEADERS.sub("\t", block.text) if _LEADERS.search(block.text) else block.text
    if "\t" not in text:
        return ()
    first, *rest = text.split("\t")
    is_bullet = first.strip() and not normal(first) and not has_box(first)
    pieces = tuple(rest) if is_bullet or _NUMBERED.match(first) else (first, *rest)
    pieces = tuple(part for piece in pieces for part in _parted(piece, layouts))
    return pieces if len(pieces) <= _MOST_COLUMNS else ()


def _parted(piece: str, layouts: FormLayouts) -> Iterator[str]:
    """Part "DOB: 6.1.26Gender:" where a known label stands at the end without a gap."""
    text = piece.strip()
    at = text.find(":")
    if not text.endswith(":") or at in (-1, len(text) - 1):
        yield piece
        return
    starts = (m.start() for m in _WORD_BEGINS.finditer(text, at + 1))
    found = next((s for s in starts if layouts.knows_exactly(text[s:-1], "")), -1)
    if found < 0:
        yield piece
    else:
        yield text[:found].strip()
        yield text[found:]


def _as_table(lines: Sequence[tuple[Line, tuple[str, ...]]]) -> Iterator[Table]:
    if lines:
        yield Table(
            place=lines[0][0].place,
            rows=tuple(tuple(_cell(line, piece) for piece in pieces) for line, pieces in lines),
            rows_at=tuple(line.place for line, _ in lines),
        )


def _cell(line: Line, piece: str) -> Cell:
    text = piece.strip()
    return Cell(
        text=text,
        strong=line.strong,
        marked=tuple(mark for mark in line.marked if mark in text),
        controls=tuple(c for c in line.controls if (c.text or "\0") in text or not text),
        unsure=line.unsure,
    )
