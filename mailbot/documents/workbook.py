"""Excel workbooks (.xlsx, .xlsm, ECMA-376) as Documents: each sheet a table.

Cells show values, not formulas; hidden sheets, rows and columns are left out, and so are macros.
Read part by part within limits: a sheet is never held in memory whole.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from io import BytesIO
from posixpath import join, normpath
from zipfile import ZipFile

from lxml import etree

from mailbot.core.document import Block, Cell, Control, Document, Line, Table
from mailbot.core.model import Problem
from mailbot.documents.packages import DAMAGED, HUGE, RefusedError, opened, unpacked
from mailbot.documents.strange_xml import StrangeXmlError, root_of
from mailbot.documents.workbook_cells import Book, cell_from, child, children, local, styles_from
from mailbot.documents.workbook_drawings import boxes_in, comments_in, words_in_drawing

FORMAT = "Excel"
SHEETS, ROWS, COLUMNS = 50, 5_000, 60
_LONGEST_PART = 80_000_000
_LONGEST_SMALL_PART = 20_000_000
_MOST_STRINGS = 400_000
_MOST_MERGED = 5_000
_MOST_LISTED = 2_000
_MAIN = re.compile(r"^xl/workbook\d*\.xml$", re.IGNORECASE)
_USUAL_NAMES = ("sheet", "table", "tabelle", "feuil")
_MANY_SHEETS = "The workbook has more than 50 sheets: a person reads the rest."
_MANY_ROWS = "The workbook has more than 5,000 rows in a sheet: a person reads the rest."
_HIDDEN_ROWS = (
    "Some rows of the workbook are hidden, and were not read: a person looks whether they matter."
)
_NOT_SAVED = (
    "Some cells of the workbook hold formulas whose results are not saved in it: a person opens "
    "it and compares."
)
_NOTHING = "The workbook holds nothing to read: ask the sender for it in another form."
_HUGE_SHEET = "A sheet of the workbook is too large to be read: a person opens it."
_UNREADABLE_SHEET = "A sheet of the workbook is damaged: a person opens it and compares."


@dataclass(slots=True)
class _Package:
    """An open workbook."""

    file: ZipFile
    names: frozenset[str]

    def part(self, name: str, limit: int = _LONGEST_SMALL_PART) -> bytes:
        return unpacked(self.file, self.file.getinfo(name), limit)

    def tree(self, name: str) -> etree._Element | None:
        """A part as a tree, None when it is not there. Raises RefusedError."""
        return _parsed(self.part(name)) if name in self.names else None

    def related(self, name: str) -> dict[str, tuple[str, str]]:
        """What a part refers to: id -> (what it is, its name)."""
        folder, _, last = name.rpartition("/")
        root = self.tree(f"{folder}/_rels/{last}.rels")
        return {
            node.get("Id", ""): (
                node.get("Type", "").rpartition("/")[2],
                _resolved(folder, node.get("Target", "")),
            )
            for node in (root if root is not None else ())
            if node.get("TargetMode") != "External"
        }


@dataclass(slots=True)
class _Sheet:
    """What was read of a sheet: rows by their numbers, of each the cells by their columns."""

    rows: dict[int, dict[int, Cell]] = field(default_factory=dict)
    hidden: set[int] = field(default_factory=set)  # columns
    hidden_rows: set[int] = field(default_factory=set)  # such as hold something
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    lists: dict[int, dict[int, tuple[str, ...]]] = field(default_factory=dict)  # by row, column
    is_whole: bool = True


def read_workbook(content: bytes, *, place: str) -> Document:
    """Given the bytes of a workbook, return what stands in it; never raises for its content."""
    try:
        with opened(content) as file:
            return _read(_Package(file, frozenset(file.namelist())), place)
    except RefusedError as refused:
        problem = Problem(place=place, what=f"The workbook {refused}")
        return Document(format=FORMAT, problems=(problem,))


def _read(package: _Package, place: str) -> Document:
    main = next((n for n in sorted(package.names) if _MAIN.match(n)), "")
    root = package.tree(main)
    if root is None:
        raise RefusedError(DAMAGED)
    related = package.related(main)
    book = _book(package, root, dict(related.values()))
    blocks: list[Block] = []
    comments: list[Line] = []
    told: list[str] = []
    sheets = [related.get(_relation(node), ("", "")) for node in _shown_sheets(root)]
    names = [node.get("name", "") for node in _shown_sheets(root)]
    if len(sheets) > SHEETS:
        told.append(_MANY_SHEETS)
    for number, (_, part) in enumerate(sheets[:SHEETS], 1):
        if part not in package.names:
            continue
        try:
            found = list(_blocks(package, part, book, f"sheet {number}", told))
            comments += comments_in(package, part, f"sheet {number}")
        except RefusedError as refused:
            told.append(_HUGE_SHEET if str(refused) == HUGE else _UNREADABLE_SHEET)
            continue
        if found and not names[number - 1].lower().startswith(_USUAL_NAMES):
            blocks.append(Line(place=f"sheet {number}", text=names[number - 1], heading=True))
        blocks += found
    if book.unsaved:
        told.append(_NOT_SAVED)
    if not blocks and not told:
        told.append(_NOTHING)
    problems = tuple(Problem(place=place, what=what) for what in dict.fromkeys(told))
    return Document(
        format=FORMAT, blocks=tuple(blocks), problems=problems, comments=tuple(comments)
    )


def _shown_sheets(root: etree._Element) -> list[etree._Element]:
    return [
        node
        for group in children(root, "sheets")
        for node in group
        if node.get("state", "visible") == "visible"
    ]


def _relation(node: etree._Element) -> str:
    return next((v for name, v in node.attrib.items() if name.endswith("}id")), "")


def _book(package: _Package, root: etree._Element, parts: dict[str, str]) -> Book:
    strings = package.tree(parts.get("sharedStrings", ""))
    styles = package.tree(parts.get("styles", ""))
    about = child(root, "workbookPr")
    book = Book(
        strings=list(strings)[:_MOST_STRINGS] if strings is not None else (),
        styles=styles_from(styles) if styles is not None else (),
    )
    if about is not None and about.get("date1904", "0") in ("1", "true"):
        book.epoch = datetime(1904, 1, 1)  # noqa: DTZ001 - as above
    return book


def _resolved(folder: str, target: str) -> str:
    return normpath(target.lstrip("/") if target.startswith("/") else join(folder, target))


def _parsed(xml: bytes) -> etree._Element:
    try:
        return root_of(xml)
    except StrangeXmlError as error:
        raise RefusedError(DAMAGED) from error


# --- one sheet ------------------------------------------------------------------------------------


def _blocks(
    package: _Package, part: str, book: Book, place: str, told: list[str]
) -> Iterator[Block]:
    sheet = _sheet(package.part(part, _LONGEST_PART), book)
    if not sheet.is_whole:
        told.append(_MANY_ROWS)
    for (row, column), (text, control) in boxes_in(package, part).items():
        if row <= ROWS and column <= COLUMNS:
            cells = sheet.rows.setdefault(row, {})
            cell = cells.get(column, Cell())
            said = f"{cell.text}\n{text}".strip()
            cells[column] = replace(cell, text=said, controls=(*cell.controls, control))
    if sheet.hidden_rows:
        told.append(_HIDDEN_ROWS)
    yield from _laid_out(sheet, place)
    yield from words_in_drawing(package, part, place)


def _sheet(xml: bytes, book: Book) -> _Sheet:
    sheet = _Sheet()
    names = ("row", "col", "mergeCell", "dataValidation")
    events = etree.iterparse(
        BytesIO(xml),
        tag=[f"{{*}}{name}" for name in names],
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        remove_comments=True,
    )
    at = 0
    try:
        for _, node in events:
            kind = local(node)
            if kind == "row":
                at = _number(node.get("r"), at + 1)
                _take_row(sheet, node, at, book)
            elif kind == "col":
                _take_column(sheet, node)
            elif kind == "mergeCell" and len(sheet.merged) < _MOST_MERGED:
                sheet.merged += _areas(node.get("ref", ""))
            elif kind == "dataValidation":
                _take_list(sheet, node)
            node.clear()
    except (etree.XMLSyntaxError, ValueError) as error:
        raise RefusedError(DAMAGED) from error
    return sheet


def _take_row(sheet: _Sheet, node: etree._Element, number: int, book: Book) -> None:
    if node.get("hidden", "0") in ("1", "true"):
        if any(local(value) in ("v", "is") for value in node.iter()):
            sheet.hidden_rows.add(number)
        return
    cells: dict[int, Cell] = {}
    column = 0
    for element in node:
        if local(element) != "c":
            continue
        column = _column(element.get("r", "")) or column + 1
        if column <= COLUMNS:
            cell = cell_from(element, book)
            if cell.text or cell.struck:
                cells[column] = cell
    if not cells:
        return
    if number > ROWS or len(sheet.rows) >= ROWS:
        sheet.is_whole = False
        return
    sheet.rows[number] = cells


def _take_column(sheet: _Sheet, node: etree._Element) -> None:
    if node.get("hidden", "0") in ("1", "true"):
        first, last = _number(node.get("min"), 1), _number(node.get("max"), 1)
        sheet.hidden |= set(range(first, min(last, COLUMNS) + 1))


def _take_list(sheet: _Sheet, node: etree._Element) -> None:
    """A drop-down list whose choices stand in the rule itself; others lie in cells elsewhere."""
    formula = child(node, "formula1")
    text = (formula.text or "").strip() if formula is not None else ""
    if node.get("type") != "list" or not text.startswith('"'):
        return
    options = tuple(option.strip() for option in text.strip('"').split(",")[:50])
    for top, left, bottom, right in _areas(node.get("sqref", "")):
        for row in range(top, min(bottom, ROWS) + 1):
            for column in range(left, min(right, COLUMNS) + 1):
                if len(sheet.lists) >= _MOST_LISTED:
                    return
                sheet.lists.setdefault(row, {})[column] = options


def _areas(references: str) -> Iterator[tuple[int, int, int, int]]:
    """Given "A1:B2 C3", return top, left, bottom, right of each."""
    for reference in references.split()[:_MOST_LISTED]:
        first, _, last = reference.partition(":")
        yield _row(first), _column(first), _row(last or first), _column(last or first)


def _number(text: str | None, default: int) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 9 else default


def _row(reference: str) -> int:
    return _number(reference.lstrip("$ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"), 0)


def _column(reference: str) -> int:
    letters = reference.replace("$", "").rstrip("0123456789").upper()[:3]
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64 if "A" <= letter <= "Z" else number
    return number


# --- the grid -------------------------------------------------------------------------------------


def _laid_out(sheet: _Sheet, place: str) -> Iterator[Block]:
    """Yield what stands in the cells, parted where rows are empty.

    Cells that stand alone in their rows, apart from others, are lines: titles, headings, remarks.
    All else is one grid as long as it goes on, also after an empty row.
    """
    grid: list[int] = []
    for group in _groups(sheet):
        if len(_columns(sheet, group)) > 1:
            grid += group
            continue
        yield from _grid(sheet, grid, place)
        grid = []
        yield from _lines(sheet, group, place)
    yield from _grid(sheet, grid, place)


def _groups(sheet: _Sheet) -> Iterator[list[int]]:
    """Yield the rows in groups, between which rows are empty; hidden ones part nothing."""
    joined = set(sheet.hidden_rows)
    for top, _, bottom, _ in sheet.merged:
        joined |= set(range(top + 1, min(bottom, top + ROWS) + 1))
    group: list[int] = []
    for number in sorted(sheet.rows):
        if group and set(range(group[-1] + 1, min(number, group[-1] + 50))) - joined:
            yield group
            group = []
        group.append(number)
    if group:
        yield group


def _columns(sheet: _Sheet, numbers: list[int]) -> list[int]:
    """Return the columns in which something stands, or could be chosen, in these rows."""
    found = {column for number in numbers for column in sheet.rows[number]}
    found |= {column for number in numbers for column in sheet.lists.get(number, ())}
    return sorted(found - sheet.hidden)


def _lines(sheet: _Sheet, numbers: list[int], place: str) -> Iterator[Line]:
    for number in numbers:
        for column, cell in sheet.rows[number].items():
            if column not in sheet.hidden:
                yield Line(
                    place=f"{place}, row {number}",
                    text=cell.text,
                    strong=cell.strong,
                    marked=cell.marked,
                    struck=cell.struck,
                    controls=cell.controls,
                )


def _grid(sheet: _Sheet, numbers: list[int], place: str) -> Iterator[Table]:
    """Yield a table of these rows, if there are any; columns without anything are left out."""
    columns = _columns(sheet, numbers)
    spans, below = _merged(sheet, columns)
    rows: list[tuple[Cell, ...]] = []
    at: list[str] = []
    shown = {number: sheet.rows[number] for number in numbers}
    for group in _groups(replace(sheet, rows=shown)):
        if rows:
            rows.append(tuple(Cell() for _ in columns))
            at.append(f"{place}, row {group[0] - 1}")
        for number in group:
            rows.append(_one_row(sheet, number, columns, spans, below))
            at.append(f"{place}, row {number}")
    if rows:
        yield Table(place=place, rows=tuple(rows), rows_at=tuple(at))


def _one_row(
    sheet: _Sheet,
    number: int,
    columns: list[int],
    spans: dict[tuple[int, int], int],
    below: set[tuple[int, int]],
) -> tuple[Cell, ...]:
    row = []
    for column in columns:
        spot = (number, column)
        if spans.get(spot) == 0:
            continue  # the right part of a merged cell
        known = sheet.rows[number].get(column, Cell())
        cell = replace(Cell(continues=True) if spot in below else known, columns=spans.get(spot, 1))
        row.append(_with_list(cell, sheet.lists.get(number, {}).get(column)))
    return tuple(row)


def _merged(
    sheet: _Sheet, columns: list[int]
) -> tuple[dict[tuple[int, int], int], set[tuple[int, int]]]:
    """Return how many columns merged cells cover, 0 for what is covered; and their lower parts."""
    spans: dict[tuple[int, int], int] = {}
    below: set[tuple[int, int]] = set()
    for top, left, bottom, right in sheet.merged:
        inside = [column for column in columns if left <= column <= right]
        if not inside or bottom - top > ROWS:
            continue
        for row in range(top, bottom + 1):
            if row not in sheet.rows:
                continue
            spans[row, inside[0]] = len(inside)
            spans |= {(row, column): 0 for column in inside[1:]}
            if row > top:
                below.add((row, inside[0]))
    return spans, below


def _with_list(cell: Cell, options: tuple[str, ...] | None) -> Cell:
    if options is None:
        return cell
    control = Control(text=cell.text, placeholder=not cell.text, options=options)
    return replace(cell, controls=(*cell.controls, control))
