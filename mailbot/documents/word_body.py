"""What stands in a story of a Word file: lines and tables, in reading order, each with its place.

A story is the body, a header, a note, a comment (ISO/IEC 29500-1, 17.2). What a line or cell means
is not decided here.
"""

from dataclasses import dataclass, field, replace

from lxml import etree

from mailbot.core.document import Block, Cell, Line, Table
from mailbot.documents.word_controls import facts_of, is_contents_list, settled
from mailbot.documents.word_runs import (
    Passage,
    Reading,
    close_control,
    read_inline,
    said,
)
from mailbot.documents.word_styles import PLAIN, Look, is_shaded
from mailbot.documents.word_tables import (
    WIDEST,
    Strong,
    cell_before,
    cell_elements,
    lines_of,
    rows_of,
    strong_parts,
)
from mailbot.documents.word_tags import (
    ALTERNATIVES,
    CONTENT,
    CONTROL,
    PARAGRAPH,
    PARAGRAPH_FACTS,
    RUN_FACTS,
    TABLE,
    THROUGH,
    W,
    chosen,
    is_on,
    number_of,
    value_of,
)

_STYLE, _LEVEL, _SHADE = W + "pStyle", W + "outlineLvl", W + "shd"
_ROW_FACTS, _HEADER, _BEFORE = W + "trPr", W + "tblHeader", W + "gridBefore"
_CELL_FACTS, _SPAN, _ACROSS, _DOWN = W + "tcPr", W + "gridSpan", W + "hMerge", W + "vMerge"
_HIDDEN, _CELL_DELETED = W + "hidden", W + "cellDel"
_DELETED = W + "del"
_GONE = (_DELETED, W + "moveFrom")
_INSERTED_FILES = frozenset({W + "altChunk", W + "subDoc"})
_DEEPEST = 20
_MOST_CELLS = 200_000  # and rows
_MOST_LINES = 200_000  # empty ones and those in cells too
_LONGEST_FIELD = 300  # paragraphs
_USUAL_SIZE = 24  # half points, where nothing is said
_LARGER_BY = 4
_LONGEST_HEADING = 120


@dataclass(slots=True)
class Walk:
    """Where we are in a file, and what it shares."""

    reading: Reading
    cells: int = 0
    lines: int = 0
    text_boxes: int = 0


@dataclass(slots=True)
class _Flow:
    """What is being read: a story, whose paragraphs are lines, or a cell, which is one passage."""

    in_cell: bool = False
    prefix: str = ""
    depth: int = 0
    passage: Passage = field(default_factory=Passage)
    blocks: list[Block] = field(default_factory=list)
    sizes: list[tuple[int, int, int]] = field(default_factory=list)
    paragraphs: int = 0
    tables: int = 0
    held: int = 0  # inside how many controls that are one answer
    heading: bool = False  # of the line being put together
    shaded: bool = False
    kept: int = 0  # its paragraphs so far


def read_story(walk: Walk, story: etree._Element, prefix: str = "") -> tuple[Block, ...]:
    """Given the element around a story, return its blocks; `prefix` stands before their places."""
    flow = _Flow(prefix=prefix)
    _blocks(walk, story, flow)
    _flush(walk, flow)
    _mark_larger(flow)
    if flow.blocks and flow.blocks[-1] == Line(place=flow.blocks[-1].place, text=""):
        flow.blocks.pop()
    return tuple(flow.blocks)


def _blocks(walk: Walk, parent: etree._Element, flow: _Flow) -> None:
    for child in parent:
        tag = child.tag
        if tag == PARAGRAPH:
            _paragraph(walk, child, flow)
        elif tag == TABLE:
            _add_table(walk, child, flow)
        elif tag == CONTROL:
            _block_control(walk, child, flow)
        elif tag in THROUGH:
            _blocks(walk, child, flow)
        elif tag == ALTERNATIVES:
            inner = chosen(child)
            if inner is not None:
                _blocks(walk, inner, flow)
        elif tag in _INSERTED_FILES:
            walk.reading.seen.add("inserted")


# --- paragraphs -------------------------------------------------------------------------------


@dataclass(slots=True)
class _Facts:
    look: Look = PLAIN
    heading: bool = False
    shaded: bool = False
    contents: bool = False
    joined: bool = False  # its end was deleted: it goes on in the next paragraph


_NO_FACTS = _Facts()


def _facts_of(walk: Walk, paragraph: etree._Element) -> _Facts:
    element = paragraph.find(PARAGRAPH_FACTS)
    if element is None:
        return _NO_FACTS
    facts = _Facts()
    for fact in element:
        tag = fact.tag
        if tag == _STYLE:
            style = walk.reading.styles.of(value_of(fact))
            facts.look, facts.heading, facts.contents = style.look, style.heading, style.contents
        elif tag == _LEVEL:
            facts.heading = number_of(fact) < 9
        elif tag == _SHADE:
            facts.shaded = is_shaded(fact)
        elif tag == RUN_FACTS:
            facts.joined = any(fact.find(gone) is not None for gone in _GONE)
    return facts


def _paragraph(walk: Walk, paragraph: etree._Element, flow: _Flow) -> None:
    facts = _facts_of(walk, paragraph)
    walk.lines += 1
    if walk.lines > _MOST_LINES:
        walk.reading.seen.add("long")
        return
    if facts.contents:
        return
    passage = flow.passage
    read_inline(paragraph, passage, facts.look, walk.reading)
    flow.heading = flow.heading or facts.heading
    flow.shaded = facts.shaded and (flow.shaded or not flow.kept)
    if not facts.joined:
        passage.end_paragraph()
        flow.kept += 1
        typing = passage.is_typing() and flow.kept < _LONGEST_FIELD
        if flow.in_cell or flow.held or typing:
            passage.pieces.append(("\n", PLAIN))
        else:
            _close_line(walk, flow)
    boxes, passage.boxes = passage.boxes, []
    for box in boxes:
        _text_box(walk, box, flow)


def _flush(walk: Walk, flow: _Flow) -> None:
    if flow.passage.pieces or flow.passage.controls:
        _close_line(walk, flow)


def _close_line(walk: Walk, flow: _Flow) -> None:
    """What was put together becomes a line; many empty ones in a row become one."""
    passage, flow.passage, heading = flow.passage, Passage(), flow.heading
    shaded = flow.shaded
    flow.heading, flow.shaded, flow.kept = False, False, 0
    what = said(passage)
    if not what.text and not passage.controls and not what.struck:
        last = flow.blocks[-1] if flow.blocks else None
        if isinstance(last, Line) and (last.text or last.controls):
            flow.blocks.append(Line(place=last.place, text=""))
        return
    flow.paragraphs += 1
    flow.sizes.append((len(flow.blocks), what.size, len(what.text)))
    flow.blocks.append(
        Line(
            place=f"{flow.prefix}paragraph {flow.paragraphs}",
            text=what.text,
            heading=heading and bool(what.text),
            strong=(what.strong or shaded) and bool(what.text),
            marked=what.marked,
            struck=what.struck,
            controls=tuple(passage.controls),
            unsure=passage.unsure,
        )
    )


def _mark_larger(flow: _Flow) -> None:
    """A lone line in larger letters than most of the text is a heading that nobody styled."""
    weights: dict[int, int] = {}
    for _, size, length in flow.sizes:
        weights[size] = weights.get(size, 0) + length
    if len(weights) < 2:
        return
    usual = max(weights, key=lambda size: weights[size]) or _USUAL_SIZE
    for index, size, length in flow.sizes:
        line = flow.blocks[index]
        if size >= usual + _LARGER_BY and length < _LONGEST_HEADING and isinstance(line, Line):
            flow.blocks[index] = replace(line, strong=True)


def _text_box(walk: Walk, box: etree._Element, flow: _Flow) -> None:
    """A text box is read where it is anchored: after its paragraph, or in the same cell."""
    if flow.depth > _DEEPEST:
        walk.reading.seen.add("deep")
        return
    if flow.in_cell:
        _blocks(walk, box, flow)
        return
    walk.text_boxes += 1
    inner = _Flow(prefix=f"{flow.prefix}text box {walk.text_boxes}, ", depth=flow.depth + 1)
    _blocks(walk, box, inner)
    _flush(walk, inner)
    flow.blocks += inner.blocks


# --- content controls around paragraphs -------------------------------------------------------


def _block_control(walk: Walk, element: etree._Element, flow: _Flow) -> None:
    content = element.find(CONTENT)
    if content is None or is_contents_list(element):
        return
    facts = facts_of(element)
    if not facts:
        _blocks(walk, content, flow)
    elif not flow.in_cell and _has_parts(walk, content):
        _control_around_parts(walk, facts, content, flow)
    else:
        start = len(flow.passage.pieces), len(flow.passage.controls)
        flow.held += 1
        _blocks(walk, content, flow)
        flow.held -= 1
        close_control(element, flow.passage, start, walk.reading)
        if flow.in_cell:
            flow.passage.pieces.append(("\n", PLAIN))
        elif not flow.held:
            _close_line(walk, flow)


def _has_parts(walk: Walk, content: etree._Element) -> bool:
    """Given what a control holds, return whether it is more than one answer: tables, headings."""
    if next(content.iter(TABLE), None) is not None:
        return True
    paragraphs = content.findall(PARAGRAPH)
    return len(paragraphs) > 1 and any(_facts_of(walk, p).heading for p in paragraphs)


def _control_around_parts(
    walk: Walk, facts: dict[str, etree._Element], content: etree._Element, flow: _Flow
) -> None:
    """A control around tables stays a line that says its name, before what it holds."""
    start, counted = len(flow.blocks), len(flow.sizes)
    _blocks(walk, content, flow)
    inner = flow.blocks[start:]
    text = "\n".join(line.text for block in inner for line in lines_of(block) if line.text)
    control, words, _ = settled(facts, text, walk.reading.bound)
    if words == "":
        # Its prompt was a table.
        del flow.blocks[start:], flow.sizes[counted:]
        inner = []
    if not control.name and not control.title:
        return
    if inner and isinstance(inner[0], Line):
        flow.blocks[start] = replace(inner[0], controls=(control, *inner[0].controls))
        return
    place = inner[0].place if inner else f"{flow.prefix}paragraph {flow.paragraphs + 1}"
    flow.blocks.insert(start, Line(place=place, text="", controls=(control,)))
    flow.sizes[counted:] = [(index + 1, size, n) for index, size, n in flow.sizes[counted:]]


# --- tables -----------------------------------------------------------------------------------


def _add_table(walk: Walk, element: etree._Element, flow: _Flow) -> None:
    if flow.depth >= _DEEPEST:
        walk.reading.seen.add("deep")
        return
    if not flow.in_cell:
        _flush(walk, flow)
    flow.tables += 1
    table = _table(walk, element, f"{flow.prefix}table {flow.tables}", flow.depth)
    flow.blocks.append(table)


def _table(walk: Walk, element: etree._Element, place: str, depth: int) -> Table:
    strong = strong_parts(walk.reading.styles, element)
    rows: list[tuple[Cell, ...]] = []
    header = False
    for row in rows_of(element):
        walk.cells += 1
        if walk.cells >= _MOST_CELLS:
            walk.reading.seen.add("long")
            break
        element_facts = row.find(_ROW_FACTS)
        facts = {} if element_facts is None else {fact.tag: fact for fact in element_facts}
        if _DELETED in facts or is_on(facts.get(_HIDDEN)):
            continue
        header = header or (not rows and is_on(facts.get(_HEADER)))
        before = cell_before(facts) if _BEFORE in facts else None
        where = f"{place}, row {len(rows) + 1}, "
        cells = _cells(walk, row, _Flow(in_cell=True, prefix=where, depth=depth + 1), strong)
        if strong.row:
            strong = replace(strong, row=False)
        rows.append(tuple([before, *cells] if before else cells))
    return Table(place=place, rows=tuple(rows), header=header)


def _cells(walk: Walk, row: etree._Element, flow: _Flow, strong: Strong) -> list[Cell]:
    """Given a row, return its cells; `flow` says where we are, and counts the tables nested."""
    cells: list[Cell] = []
    for element, around in cell_elements(row, ()):
        facts = element.find(_CELL_FACTS)
        found = {} if facts is None else {fact.tag: fact for fact in facts}
        if _CELL_DELETED in found:
            continue
        walk.cells += 1
        if walk.cells >= _MOST_CELLS:
            walk.reading.seen.add("long")
            break
        columns = min(number_of(found.get(_SPAN)) or 1, WIDEST)
        across, down = found.get(_ACROSS), found.get(_DOWN)
        if across is not None and value_of(across) != "restart" and cells:
            cells[-1] = replace(cells[-1], columns=cells[-1].columns + columns)
        elif down is not None and value_of(down) != "restart":
            cells.append(Cell(columns=columns, continues=True))
        else:
            by_style = strong.row or (strong.column and not cells)
            inner = _Flow(in_cell=True, prefix=flow.prefix, depth=flow.depth, tables=flow.tables)
            strong_anyway = by_style or is_shaded(found.get(_SHADE))
            cells.append(_cell(walk, (element, around), inner, columns, strong_anyway))
            flow.tables = inner.tables
    return cells


def _cell(
    walk: Walk,
    source: tuple[etree._Element, tuple[etree._Element, ...]],
    flow: _Flow,
    columns: int,
    strong: bool,
) -> Cell:
    """Given a cell with the controls around it, and what its row says of it, return it read."""
    element, around = source
    _blocks(walk, element, flow)
    passage = flow.passage
    for control in around:
        close_control(control, passage, (0, 0), walk.reading)
    what = said(passage)
    return Cell(
        text=what.text,
        strong=strong or what.strong,
        marked=what.marked,
        struck=what.struck,
        controls=tuple(passage.controls),
        unsure=passage.unsure,
        columns=columns,
        tables=tuple([block for block in flow.blocks if isinstance(block, Table)]),
    )
