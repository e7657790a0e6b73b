"""How tables stand in a Word file: their rows and cells, and which of them stand out.

Rows and cells may stand in content controls (ISO/IEC 29500-1, 17.4 and 17.5.2). `word_body` reads
what is in a cell.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from string import hexdigits

from lxml import etree

from mailbot.core.document import Block, Cell, Line
from mailbot.documents.word_styles import Styles
from mailbot.documents.word_tags import (
    CELL,
    CONTENT,
    CONTROL,
    ROW,
    THROUGH,
    VALUE,
    W,
    number_of,
    value_of,
)

_TABLE_FACTS, _BEFORE = W + "tblPr", W + "gridBefore"
#: How many columns one cell may be said to cover.
WIDEST = 100
_NARROW = 400  # twentieths of a point; a row that begins so little inside has no cell there


@dataclass(frozen=True, slots=True)
class Strong:
    """Which cells of a table its style makes bold or shaded."""

    row: bool = False
    column: bool = False


def strong_parts(styles: Styles, table: etree._Element) -> Strong:
    """Given a table, return which of its cells its style makes bold or shaded (17.7.6)."""
    facts = table.find(_TABLE_FACTS)
    if facts is None:
        return Strong()
    style = styles.of(value_of(facts.find(W + "tblStyle")))
    if not style.strong_row and not style.strong_column:
        return Strong()
    look = facts.find(W + "tblLook")
    if look is None:
        return Strong(row=style.strong_row)
    digits = look.get(VALUE, "")
    bits = int(digits, 16) if 0 < len(digits) < 9 and set(digits) <= set(hexdigits) else 0

    def is_used(part: str, bit: int) -> bool:
        said_so = look.get(W + part)
        return bool(bits & bit) if said_so is None else said_so not in ("0", "false", "off")

    return Strong(
        row=style.strong_row and is_used("firstRow", 0x20),
        column=style.strong_column and is_used("firstColumn", 0x80),
    )


def cell_before(facts: dict[str, etree._Element]) -> Cell | None:
    """Given the facts of a row, return the gap before its cells as a cell, None without one.

    A row may begin further right than its table: the gap keeps its cells under their headers.
    """
    columns = number_of(facts.get(_BEFORE))
    width = facts.get(W + "wBefore")
    digits = "" if width is None else width.get(W + "w", "")
    if not columns or (digits.isdecimal() and int(digits[:9]) < _NARROW):
        return None
    return Cell(columns=min(columns, WIDEST))


def rows_of(parent: etree._Element) -> Iterator[etree._Element]:
    """Given a table, return its rows, also those in controls and those inserted."""
    for child in parent:
        if child.tag == ROW:
            yield child
        elif child.tag == CONTROL:
            content = child.find(CONTENT)
            if content is not None:
                yield from rows_of(content)
        elif child.tag in THROUGH:
            yield from rows_of(child)


def cell_elements(
    parent: etree._Element, around: tuple[etree._Element, ...]
) -> Iterator[tuple[etree._Element, tuple[etree._Element, ...]]]:
    """Given a row, return its cells, each with the controls around it, the innermost first."""
    for child in parent:
        if child.tag == CELL:
            yield child, around
        elif child.tag == CONTROL:
            content = child.find(CONTENT)
            if content is not None:
                yield from cell_elements(content, (child, *around))
        elif child.tag in THROUGH:
            yield from cell_elements(child, around)


def lines_of(block: Block) -> Iterator[Line]:
    """Given a block, return it as lines: of a table one for each row, its cells parted by tabs."""
    if isinstance(block, Line):
        yield block
        return
    for number, row in enumerate(block.rows, start=block.first_row):
        texts = (" ".join(cell.text.split("\n")) for cell in row if not cell.continues)
        yield Line(
            place=f"{block.place}, row {number}",
            text="\t".join(text for text in texts if text),
            controls=tuple(control for cell in row for control in cell.controls),
            marked=tuple(words for cell in row for words in cell.marked),
            struck=tuple(words for cell in row for words in cell.struck),
        )
        for cell in row:
            for table in cell.tables:
                yield from lines_of(table)
