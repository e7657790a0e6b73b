"""OpenDocument files (.odt, .fodt, .ods) as Documents, without LibreOffice.

The package is a zip archive with `content.xml` (OpenDocument 1.3, part 2), or all of it is one XML
file. Tracked changes are read as if accepted: what was deleted stands apart from the text.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from zipfile import ZipFile

from lxml import etree

from mailbot.core.document import Block, Cell, Document, Line, Table
from mailbot.core.model import Problem
from mailbot.documents.opendocument_runs import (
    COMMENT,
    DRAW,
    FORM,
    NOTE,
    OFFICE,
    STYLE,
    TABLE,
    TEXT,
    XML_ID,
    Reading,
    Styles,
    read_drawn,
    read_inline,
)
from mailbot.documents.packages import DAMAGED, HUGE, LOCKED, RefusedError, opened, unpacked
from mailbot.documents.strange_xml import StrangeXmlError, root_of
from mailbot.documents.word_runs import Passage, said
from mailbot.documents.word_styles import PLAIN

_FORMAT = "OpenDocument"
_LONGEST_PART = 30_000_000
_MOST_BLOCKS = 20_000
_MOST_CELLS = 200_000
_DEEPEST = 6  # tables in cells of tables, boxes in boxes
_MOST_COLUMNS = 60
_MOST_SHEETS = 50
_USUAL_NAMES = ("sheet", "table")  # that nobody gave
_META = "{urn:oasis:names:tc:opendocument:xmlns:meta:1.0}"
_MASTER = f"{OFFICE}master-styles/{STYLE}master-page"
_AROUND = frozenset(
    {
        *(TEXT + name for name in ("section", "list", "list-item", "list-header", "index-body")),
        *(TEXT + name for name in ("numbered-paragraph", "user-index", "object-index")),
    }
)
_HEADED = f"{TABLE}table-header-rows"
_ROWS_IN = frozenset(
    TABLE + name for name in ("table-rows", "table-row-group", "table-header-rows")
)
_COVERED, _CELL, _ROW = TABLE + "covered-table-cell", TABLE + "table-cell", TABLE + "table-row"
_TOO_LONG = "is longer than mailbot reads; the rest was left: a person opens it."
_PICTURES = "holds pictures and hardly a word: a person opens it."


@dataclass(slots=True)
class _Walk:
    """What is being read, and how far it is."""

    reading: Reading
    blocks: list[Block] = field(default_factory=list)
    paragraphs: int = 0
    tables: int = 0
    cells: int = 0
    is_cut: bool = False


def read_opendocument(content: bytes, *, place: str) -> Document:
    """Given the bytes of an OpenDocument file, return what stands in it.

    Never raises for its content: locked, damaged and exploding files have one problem.
    """
    try:
        return _read(content, place)
    except RefusedError as refused:
        problem = Problem(place=place, what=f"The OpenDocument file {refused}")
        return Document(format=_FORMAT, problems=(problem,))


def _read(content: bytes, place: str) -> Document:
    root, sheets, properties = _parts(content)
    forms = {
        node.get(FORM + "id", node.get(XML_ID, "")): node
        for forms in root.iter(OFFICE + "forms")
        for node in forms.iter()
    }
    walk = _Walk(reading=Reading(styles=Styles(_styles(root, sheets)), forms=forms))
    body = root.find(OFFICE + "body")
    for part in () if body is None else body:
        if part.tag == OFFICE + "spreadsheet":
            _sheets(walk, part)
        else:
            _blocks(walk, part, 0)
    _notes(walk)
    margins = tuple(_margins(walk, sheets))
    blocks = (*margins, *walk.blocks)
    sentences = _problems(walk)
    return Document(
        format=_FORMAT,
        blocks=blocks,
        properties=properties,
        problems=tuple(Problem(place=place, what=what) for what in sentences),
        comments=tuple(_comments(walk)),
    )


def _problems(walk: _Walk) -> Iterator[str]:
    if walk.is_cut:
        yield f"The OpenDocument file {_TOO_LONG}"
    words = sum(len(block.text) if isinstance(block, Line) else 100 for block in walk.blocks)
    if walk.reading.has_pictures and words < 40:
        yield f"The OpenDocument file {_PICTURES}"


# --- the package ----------------------------------------------------------------------------------


def _parts(content: bytes) -> tuple[etree._Element, etree._Element, Mapping[str, str]]:
    """Return the roots of content and styles (the same one of a flat file), and properties."""
    if not content.startswith(b"PK"):
        if len(content) > _LONGEST_PART:
            raise RefusedError(HUGE)
        root = _parsed(content)
        return root, root, _properties(root)
    with opened(content) as package:
        manifest = _part(package, "META-INF/manifest.xml")
        if manifest is not None and next(manifest.iter("{*}encryption-data"), None) is not None:
            raise RefusedError(LOCKED)
        root = _part(package, "content.xml")
        if root is None:
            raise RefusedError(DAMAGED)
        sheets = _part(package, "styles.xml")
        about = _part(package, "meta.xml")
    return root, root if sheets is None else sheets, {} if about is None else _properties(about)


def _part(package: ZipFile, name: str) -> etree._Element | None:
    if name not in package.NameToInfo:
        return None
    return _parsed(unpacked(package, package.NameToInfo[name], _LONGEST_PART))


def _parsed(xml: bytes) -> etree._Element:
    try:
        return root_of(xml)
    except StrangeXmlError as error:
        raise RefusedError(DAMAGED) from error


def _properties(root: etree._Element) -> Mapping[str, str]:
    return {
        name: "".join(map(str, node.itertext()))
        for node in root.iter(_META + "user-defined")
        if (name := node.get(_META + "name"))
    }


def _styles(*roots: etree._Element) -> Mapping[str, etree._Element]:
    return {
        f"{style.get(STYLE + 'family', '')} {style.get(STYLE + 'name', '')}": style
        for root in reversed(roots)
        for style in root.iter(STYLE + "style")
    }


# --- blocks ---------------------------------------------------------------------------------------


def _blocks(walk: _Walk, parent: etree._Element, depth: int) -> None:
    for child in parent:
        if len(walk.blocks) >= _MOST_BLOCKS or walk.cells >= _MOST_CELLS:
            walk.is_cut = True
            return
        tag = child.tag
        if tag in (TEXT + "p", TEXT + "h"):
            _paragraph(walk, child, depth)
        elif tag == TABLE + "table":
            walk.tables += 1
            walk.blocks.append(_table(walk, child, f"table {walk.tables}", 0))
        elif tag in _AROUND and child.get(TEXT + "display") != "none" and depth < 100:
            _blocks(walk, child, depth + 1)
        elif isinstance(tag, str) and tag.startswith(DRAW) and depth < 100:
            passage = Passage()
            read_drawn(child, passage, PLAIN, walk.reading)
            _line(walk, passage, depth)


def _paragraph(walk: _Walk, element: etree._Element, depth: int) -> None:
    walk.paragraphs += 1
    _line(walk, _passage(walk, element), depth, heading=element.tag == TEXT + "h")


def _line(walk: _Walk, passage: Passage, depth: int, *, heading: bool = False) -> None:
    what = said(passage)
    if what.text or passage.controls or what.struck:
        walk.blocks.append(
            Line(
                place=f"paragraph {walk.paragraphs}",
                text=what.text,
                heading=heading,
                strong=what.strong,
                marked=what.marked,
                struck=what.struck,
                controls=tuple(passage.controls),
            )
        )
    _boxes(walk, passage.boxes, depth)


def _boxes(walk: _Walk, boxes: list[etree._Element], depth: int) -> None:
    for box in boxes:
        if depth < _DEEPEST:
            _blocks(walk, box, depth + 1)


def _passage(walk: _Walk, *elements: etree._Element) -> Passage:
    """Given paragraphs, return them as one passage with a line for each."""
    passage = Passage()
    styles = walk.reading.styles
    for element in elements:
        if passage.pieces:
            passage.pieces.append(("\n", PLAIN))
        look = styles.look("paragraph", element.get(TEXT + "style-name", ""))
        read_inline(element, passage, look, walk.reading)
    return passage


# --- tables ---------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Below:
    """A cell merged downwards, seen from the rows below it."""

    rows: int
    columns: int


def _table(walk: _Walk, element: etree._Element, place: str, depth: int) -> Table:
    rows: list[tuple[Cell, ...]] = []
    merged: dict[int, _Below] = {}
    for row in _rows(element):
        where = f"{place}, row {len(rows) + 1}"
        cells = tuple(_cells(walk, row, merged, (where, depth)))
        # Spreadsheets end with a million repeated empty rows.
        rows += [cells] * min(_number(row, "number-rows-repeated"), 100)
        if walk.cells >= _MOST_CELLS:
            walk.is_cut = True
            break
    while rows and not any(_is_filled(cell) for cell in rows[-1]):
        rows.pop()
    header = element.find(_HEADED) is not None
    return Table(place=place, rows=tuple(rows), header=header)


def _rows(element: etree._Element) -> Iterator[etree._Element]:
    for child in element:
        if child.tag == _ROW:
            if child.get(TABLE + "visibility") not in ("collapse", "filter"):
                yield child
        elif child.tag in _ROWS_IN:
            yield from _rows(child)


def _cells(
    walk: _Walk, row: etree._Element, merged: dict[int, _Below], where: tuple[str, int]
) -> Iterator[Cell]:
    column = 0
    for element in row:
        if element.tag not in (_CELL, _COVERED):
            continue
        for _ in range(min(_number(element, "number-columns-repeated"), _MOST_COLUMNS)):
            if column >= _MOST_COLUMNS:
                return
            walk.cells += 1
            below = merged.get(column)
            if element.tag == _COVERED:
                if below and below.rows > 0:
                    below.rows -= 1
                    yield Cell(continues=True, columns=below.columns)
                column += 1
                continue
            cell = _cell(walk, element, *where)
            merged[column] = _Below(_number(element, "number-rows-spanned") - 1, cell.columns)
            yield cell
            column += 1


def _cell(walk: _Walk, element: etree._Element, place: str, depth: int) -> Cell:
    inside = enumerate(_inner_tables(element) if depth < _DEEPEST else (), start=1)
    tables = [_table(walk, inner, f"{place}, table {n}", depth + 1) for n, inner in inside]
    passage = _passage(walk, *_paragraphs_of(element))
    waiting, passage.boxes = passage.boxes, []
    for box in waiting:
        inner = _passage(walk, *_paragraphs_of(box))
        passage.pieces += [("\n", PLAIN), *inner.pieces]
        passage.controls += inner.controls
    what = said(passage)
    name = element.get(TABLE + "style-name", "")
    return Cell(
        text=_kept(element) or what.text,
        strong=what.strong or bool(what.text and walk.reading.styles.is_shaded(name)),
        marked=what.marked,
        struck=what.struck,
        controls=tuple(passage.controls),
        columns=min(_number(element, "number-columns-spanned"), _MOST_COLUMNS),
        tables=tuple(tables),
    )


def _kept(element: etree._Element) -> str:
    """What a cell keeps apart from how it is shown, which depends on whose computer it was."""
    if day := element.get(OFFICE + "date-value"):
        return str(day)[:16].replace("T", " ").removesuffix(" 00:00")
    return {"true": "Yes", "false": "No"}.get(element.get(OFFICE + "boolean-value", ""), "")


def _inner_tables(cell: etree._Element) -> Iterator[etree._Element]:
    for table in cell.iter(TABLE + "table"):
        if next(table.iterancestors(_CELL), None) is cell:
            yield table


def _paragraphs_of(parent: etree._Element) -> Iterator[etree._Element]:
    for child in parent:
        if child.tag in (TEXT + "p", TEXT + "h"):
            yield child
        elif child.tag in _AROUND:
            yield from _paragraphs_of(child)


def _is_filled(cell: Cell) -> bool:
    return bool(cell.text or cell.controls or cell.tables or cell.struck)


def _number(element: etree._Element, name: str) -> int:
    value = element.get(TABLE + name, "1")
    return max(int(value), 1) if value.isdecimal() and len(value) < 8 else 1


def _sheets(walk: _Walk, part: etree._Element) -> None:
    sheets = part.findall(TABLE + "table")[:_MOST_SHEETS]
    for number, sheet in enumerate(sheets, start=1):
        if walk.reading.styles.is_hidden_sheet(sheet.get(TABLE + "style-name", "")):
            continue
        table = _table(walk, sheet, f"sheet {number}", 0)
        rows = tuple(_without_empty_end(row) for row in table.rows)
        name = str(sheet.get(TABLE + "name", ""))
        if rows and name and not name.lower().startswith(_USUAL_NAMES):
            walk.blocks.append(Line(place=table.place, text=name, heading=True))
        if rows:
            walk.blocks.append(replace(table, rows=rows))


def _without_empty_end(row: tuple[Cell, ...]) -> tuple[Cell, ...]:
    filled = [index for index, cell in enumerate(row) if _is_filled(cell)]
    return row[: filled[-1] + 1] if filled else ()


# --- what stands beside the text ------------------------------------------------------------------


def _notes(walk: _Walk) -> None:
    for number, note in enumerate(walk.reading.apart[NOTE], start=1):
        body = note.find(TEXT + "note-body")
        text = "" if body is None else said(_passage(walk, *_paragraphs_of(body))).text
        if text:
            walk.blocks.append(Line(place=f"note {number}", text=text))


def _comments(walk: _Walk) -> Iterator[Line]:
    for number, comment in enumerate(walk.reading.apart[COMMENT], start=1):
        text = said(_passage(walk, *_paragraphs_of(comment))).text
        if text:
            yield Line(place=f"comment {number}", text=text)


def _margins(walk: _Walk, sheets: etree._Element) -> Iterator[Line]:
    """Headers and footers, each distinct text once."""
    seen = set()
    for page in sheets.iterfind(_MASTER):
        for part in page:
            kind = "header" if "header" in str(part.tag) else "footer"
            margin = _Walk(reading=Reading(walk.reading.styles, walk.reading.forms))
            _blocks(margin, part, 0)
            for block in margin.blocks:
                lines = [block] if isinstance(block, Line) else []
                for line in lines:
                    if line.text and line.text not in seen:
                        seen.add(line.text)
                        yield replace(line, place=kind, margin=True)
