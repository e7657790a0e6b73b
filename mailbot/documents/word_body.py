"""What stands in the body of a Word file: headings, paragraphs, tables, in reading order.

`word_controls` has settled content controls, boxes and old form fields before the walk, so that
here everything is text. Tables come in three manners: label beside answer (one or two pairs in a
row), label above answer, and a header row with rows below it.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from lxml import etree

from mailbot.core.model import Item, ItemKind
from mailbot.documents.plaintext import items_from_lines, label_and_value, tick_items
from mailbot.documents.ticks import has_box
from mailbot.documents.word_controls import (
    CELL,
    CONTENT,
    CONTROL,
    PARAGRAPH,
    TABLE,
    Control,
    W,
    controls_in,
    is_emphasised,
    is_header_row,
    settle,
    text_of,
)

_BODY, _ROW, _STYLE = W + "body", W + "tr", W + "pStyle"
_PASS_THROUGH = frozenset({W + "customXml", W + "ins", W + "smartTag", W + "moveTo"})
_HEADING = re.compile(r"heading|title|^berschrift|^titre", re.IGNORECASE)
_NUMBERING = re.compile(r"^\(?(?:\d{1,2}|[a-zA-Z])(?:\.\d{1,2})*[.)]?$")
_DATE_LIKE = re.compile(r"\d{1,2}[./ -]\w{1,9}[./ -]\d{2}|\d{4}")
_DEEPEST = 20


@dataclass(slots=True)
class _Cell:
    """One cell as read, without the tables nested in it."""

    element: etree._Element
    text: str
    controls: list[Control]
    nested: list[etree._Element]


@dataclass(slots=True)
class _Walk:
    """Where we are in the document, and what was read so far."""

    controls: dict[etree._Element, Control]
    items: list[Item] = field(default_factory=list)
    lines: list[tuple[str, str]] = field(default_factory=list)
    section: str = ""
    paragraphs: int = 0
    tables: int = 0


def items_from_body(root: etree._Element, xml: bytes) -> tuple[Item, ...]:
    """Given the parsed main part and its bytes, return its items in reading order."""
    body = root.find(_BODY)
    if body is None:
        return ()
    walk = _Walk(controls=settle(body, xml))
    _blocks(walk, body, 0)
    _flush(walk)
    return tuple(walk.items)


# --- paragraphs -------------------------------------------------------------------------------


def _blocks(walk: _Walk, parent: etree._Element, depth: int) -> None:
    if depth > _DEEPEST:
        return
    for child in parent:
        if child.tag == PARAGRAPH:
            _paragraph(walk, child)
        elif child.tag == TABLE:
            _flush(walk)
            walk.tables += 1
            _table(walk, child, f"table {walk.tables}", depth)
        elif child.tag == CONTROL:
            _block_control(walk, child, depth)
        elif child.tag in _PASS_THROUGH:
            _blocks(walk, child, depth + 1)


def _paragraph(walk: _Walk, paragraph: etree._Element) -> None:
    text = text_of(paragraph)
    controls = controls_in(paragraph, walk.controls)
    if not text and not controls:
        walk.lines.append((f"paragraph {walk.paragraphs}", ""))
        return
    walk.paragraphs += 1
    place = f"paragraph {walk.paragraphs}"
    style = paragraph.find(f"{W}pPr/{_STYLE}")
    if style is not None and _HEADING.search(style.get(W + "val", "")) and not controls:
        _flush(walk)
        walk.section = text
        walk.items.append(
            Item(kind=ItemKind.PARAGRAPH, place=place, value=text, section=walk.section)
        )
    elif controls:
        _paragraph_controls(walk, text, controls, place)
    else:
        walk.lines.extend((place, line) for line in text.split("\n"))


def _paragraph_controls(walk: _Walk, text: str, controls: list[Control], place: str) -> None:
    pair = label_and_value(text)
    if pair and pair[0] and not text.startswith(controls[0].text or "\0"):
        _flush(walk)
        label, value = pair
    else:
        label, value = _label_above(walk, controls[0]), text
    walk.items += _answers(label, value, controls=controls, place=place, section=walk.section)


def _block_control(walk: _Walk, element: etree._Element, depth: int) -> None:
    content = element.find(CONTENT)
    if content is None:
        return
    control = walk.controls[element]
    if next(content.iter(TABLE), None) is not None:
        _blocks(walk, content, depth + 1)
        return
    walk.paragraphs += 1
    place = f"paragraph {walk.paragraphs}"
    inner = [control, *controls_in(content, walk.controls)]
    label = _label_above(walk, control)
    walk.items += _answers(
        label, text_of(content), controls=inner[:1], place=place, section=walk.section
    )


def _label_above(walk: _Walk, control: Control) -> str:
    """Given a control that stands alone, return the question above it, or its own title."""
    while walk.lines and not walk.lines[-1][1]:
        walk.lines.pop()
    label = ""
    if walk.lines and len(walk.lines[-1][1]) < 200:
        label = walk.lines.pop()[1].rstrip(" :")
    _flush(walk)
    return label or control.alias or walk.section


def _flush(walk: _Walk) -> None:
    walk.items += items_from_lines(walk.lines, walk.section)
    walk.lines = []


# --- tables -----------------------------------------------------------------------------------


def _table(walk: _Walk, table: etree._Element, place: str, depth: int) -> None:
    rows = [(row, _cells(walk, row)) for row in _rows(table)]
    cells = [row_cells for _, row_cells in rows]
    if len(rows) > 1 and _has_header(rows):
        _header_table(walk, cells, place)
    else:
        _label_table(walk, cells, place)
    for number, row in enumerate(cells, start=1):
        for index, nested in enumerate((t for cell in row for t in cell.nested), start=1):
            if depth < _DEEPEST:
                _table(walk, nested, f"{place}, row {number}, table {index}", depth + 1)


def _rows(table: etree._Element) -> Iterator[etree._Element]:
    for child in table:
        if child.tag == _ROW:
            yield child
        elif child.tag == CONTROL:
            # A repeating section, or a control around whole rows.
            for row in child.iter(_ROW):
                if next(row.iterancestors(TABLE)) is table:
                    yield row


def _cells(walk: _Walk, row: etree._Element) -> list[_Cell]:
    cells = []
    for child in row:
        if child.tag == CELL:
            cells.append(_cell(walk, child, []))
        elif child.tag == CONTROL:
            around = walk.controls[child]
            cells += [_cell(walk, cell, [around]) for cell in child.findall(f"{CONTENT}/{CELL}")]
    return cells


def _cell(walk: _Walk, cell: etree._Element, around: list[Control]) -> _Cell:
    nested = [t for t in cell.iter(TABLE) if next(t.iterancestors(CELL)) is cell]
    for inner in nested:
        parent = inner.getparent()
        if parent is not None:
            parent.remove(inner)
    controls = around + controls_in(cell, walk.controls)
    return _Cell(element=cell, text=text_of(cell), controls=controls, nested=nested)


def _has_header(rows: Sequence[tuple[etree._Element, list[_Cell]]]) -> bool:
    first, below = rows[0][1], [cells for _, cells in rows[1:]]
    width = len(first)
    if width < 2 or is_header_row(rows[0][0]):
        return width >= 2
    words = [cell.text for cell in first]
    if any(cell.controls for cell in first) or not all(words):
        return False
    if any(len(w) > 60 or w.endswith(":") or any(c.isdigit() for c in w) for w in words):
        return False
    same = [cells for cells in below if len(cells) == width]
    if len(same) < len(below):
        return False
    if width == 2:
        dated = [cells for cells in same if _DATE_LIKE.search(cells[0].text)]
        return "date" in words[0].lower() and (bool(dated) or not any(c[0].text for c in same))
    strong = all(is_emphasised(cell.element) for cell in first)
    plain_below = not any(is_emphasised(cells[0].element) for cells in same)
    empty_row = any(not any(cell.text for cell in cells) for cells in same)
    return empty_row or (strong and plain_below)


def _header_table(walk: _Walk, rows: list[list[_Cell]], place: str) -> None:
    headers = [cell.text for cell in rows[0]]
    for number, cells in enumerate(rows[1:], start=2):
        controls = [control for cell in cells for control in cell.controls]
        by_header = {
            header or f"column {index}": cell.text
            for index, (header, cell) in enumerate(zip(headers, cells, strict=False), start=1)
        }
        walk.items.append(
            Item(
                kind=ItemKind.TABLE_ROW,
                place=f"{place}, row {number}",
                label=" / ".join(headers),
                tag=controls[0].tag if controls else "",
                section=walk.section,
                placeholder=bool(controls) and not any(by_header.values()),
                cells=by_header,
            )
        )


def _label_table(walk: _Walk, rows: list[list[_Cell]], place: str) -> None:
    above = ""  # a label in a row of its own, whose answer stands in the row below
    for number, cells in enumerate(rows, start=1):
        where = f"{place}, row {number}"
        if len(cells) > 2 and (_NUMBERING.match(cells[0].text) or not cells[0].text):
            cells = cells[1:]
        if len(cells) == 1:
            following = rows[number] if number < len(rows) else []
            above = _lone_cell(walk, cells[0], above, following, where)
            continue
        above = ""
        for label, answer in _pairs(cells):
            walk.items += _answers(
                label.text.rstrip(" :"),
                answer.text,
                controls=answer.controls or label.controls,
                place=where,
                section=walk.section,
            )


def _lone_cell(walk: _Walk, cell: _Cell, above: str, following: list[_Cell], place: str) -> str:
    """Given the only cell of a row, read it, and return the label it is for the row below."""
    text = cell.text
    if above:
        walk.items += _answers(
            above, text, controls=cell.controls, place=place, section=walk.section
        )
        return ""
    first, _, rest = text.partition("\n")
    if cell.controls or has_box(text):
        pair = label_and_value(first)
        label = pair[0] if pair else (first if rest else "")
        value = (pair[1] + "\n" + rest if pair else rest or text).strip()
        walk.items += _answers(
            label, value, controls=cell.controls, place=place, section=walk.section
        )
        return ""
    if rest or (label_and_value(text) or ("", ""))[1]:
        lines = [(place, line) for line in text.split("\n")]
        if not label_and_value(first) and len(first) < 120:
            lines[0] = (place, first + ":")
        walk.items += items_from_lines(lines, walk.section)
        return ""
    if len(text) >= 160 or not text:
        return ""
    is_answer = len(following) == 1 and (
        bool(following[0].controls) or not is_emphasised(following[0].element)
    )
    if is_answer:
        return text.rstrip(" :")
    walk.section = text
    walk.items.append(Item(kind=ItemKind.PARAGRAPH, place=place, value=text, section=text))
    return ""


def _pairs(cells: list[_Cell]) -> Iterator[tuple[_Cell, _Cell]]:
    if len(cells) == 2 or len(cells) % 2 == 0:
        for index in range(0, len(cells), 2):
            yield cells[index], cells[index + 1]
        return
    rest = cells[1:]
    text = " ".join(cell.text for cell in rest if cell.text)
    joined = _Cell(
        element=rest[0].element,
        text=text,
        controls=[control for cell in rest for control in cell.controls],
        nested=[],
    )
    yield cells[0], joined


# --- answers ----------------------------------------------------------------------------------


def _answers(
    label: str, text: str, *, controls: list[Control], place: str, section: str
) -> Iterator[Item]:
    """Given a label and what stands beside it, return its items: a value, or ticks."""
    tagged = [control for control in controls if control.tag]
    if len(tagged) > 1:
        yield from _tagged_answers(label, tagged, place, section)
        if not all(control.ticked is not None for control in tagged):
            return
    tag = tagged[0].tag if len(tagged) == 1 else ""
    if has_box(label) and not has_box(text):
        # The box stands before its words: ☒ | Death of a looked-after child | explanation.
        words = text if label.strip(" []xX☒☐☑✓✔") == "" else label
        label, text = "", f"{label} {words}" if words is text else label
    if has_box(text):
        yield from tick_items(text, place=place, section=section, label=label, tag=tag)
        return
    yield Item(
        kind=ItemKind.VALUE,
        place=place,
        label=label,
        value=text,
        tag=tag,
        section=section,
        placeholder=bool(controls) and not text and any(c.placeholder for c in controls),
    )


def _tagged_answers(label: str, tagged: list[Control], place: str, section: str) -> Iterator[Item]:
    for control in tagged:
        is_tick = control.ticked is not None
        yield Item(
            kind=ItemKind.TICK if is_tick else ItemKind.VALUE,
            place=place,
            label=control.alias or label,
            value="" if is_tick else control.text,
            ticked=control.ticked,
            tag=control.tag,
            section=section,
            placeholder=control.placeholder,
        )
