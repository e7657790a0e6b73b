"""Web pages (.html, .htm, .mht) and HTML bodies of mails as Documents.

Tables keep their cells, also nested and merged ones; what was ticked, chosen or typed on a page
that was saved is there. Tables that only lay out a page are taken apart. Nothing is fetched, and
no script is run.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from lxml import etree

from mailbot.core.document import Block, Cell, Document, Line, Table
from mailbot.core.mail.charsets import decoded
from mailbot.core.mail.html_text import stripped, tree_from
from mailbot.core.mail.mime import Budget, Part, part_from
from mailbot.core.model import Problem
from mailbot.documents.html_words import (
    Look,
    Words,
    look_at,
    say_control,
    say_picture,
    say_word_control,
)

FORMAT = "web page"
_LONGEST = 6_000_000
_MOST_LINES = 20_000
_MOST_COLUMNS = 60
_MOST_SPANNED = 200
_BLOCKS = frozenset(
    "address article aside blockquote center dd div dl dt fieldset figure figcaption footer form "
    "header hr li main nav ol p pre section tr ul body html details summary optgroup td th".split()
)
_HEADINGS = frozenset("h1 h2 h3 h4 h5 h6 legend caption".split())
_CONTROLS = frozenset({"input", "select", "textarea"})
_CHARSET = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?([\w-]{2,30})""", re.IGNORECASE)
#: What wrappers for encrypted mail say of themselves: what matters lies elsewhere.
_SEALED = re.compile(
    r"(?:secure|encrypted|protected) (?:e-?mail|message|package)|message encryption|egress"
    r"|encrypted_message|securedoc|NHSmail encryption",
    re.IGNORECASE,
)
_READ_ELSEWHERE = re.compile(
    r"(?:click|log ?in|sign ?in|register|open|read|view|access)\b.{0,80}"
    r"(?:message|e-?mail|passcode|password|attachment|package|online)",
    re.IGNORECASE | re.DOTALL,
)
_NOTICE_CHARS = 3_000
_SEALED_PAGE = (
    "The web page is only the cover of an encrypted message: a person opens it where it can be "
    "read."
)
_TOO_BIG = (
    "The web page is too big or too nested to be read as it is laid out: a person compares what "
    "was read with it."
)
_TOO_LONG = "The web page has very many lines: a person reads those beyond the 20,000th."
_NOTHING = (
    "The web page holds nothing to read, or is nested too deep: ask the sender for it in another "
    "form."
)
_NO_PAGE = "The web archive holds no page that can be read: ask the sender for it in another form."


def read_web_page(content: bytes, *, place: str) -> Document:
    """Given the bytes of a web page, return what stands in it; never raises for its content."""
    said = _CHARSET.search(content[:4_000])
    label = said[1].decode("ascii") if said else ""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        label = "utf-16"
    return _document(decoded(content[:_LONGEST], label), place)


def read_web_archive(content: bytes, *, place: str) -> Document:
    """Given the bytes of a web archive (.mht, RFC 2557), return what stands in its first page."""
    page = next(_pages(part_from(content, Budget())), None)
    if page is None:
        problem = Problem(place=place, what=_NO_PAGE)
        return Document(format=FORMAT, problems=(problem,))
    return _document(page.text(_LONGEST), place)


def _pages(root: Part) -> Iterator[Part]:
    return (part for part in root.walk() if part.kind == "text/html" and part.size)


def _document(source: str, place: str) -> Document:
    blocks = blocks_from(source)
    problems = []
    if blocks is None:
        blocks = _stripped(source)
        problems.append(_TOO_BIG)
    elif sum(isinstance(block, Line) for block in blocks) >= _MOST_LINES:
        problems.append(_TOO_LONG)
    text = "\n".join(block.text for block in blocks if isinstance(block, Line))
    tables = any(isinstance(block, Table) for block in blocks)
    if not any(isinstance(block, Table) or block.text for block in blocks):
        return Document(format=FORMAT, problems=(Problem(place=place, what=_NOTHING),))
    short = len(text) < _NOTICE_CHARS and not tables
    if short and _SEALED.search(text) and _READ_ELSEWHERE.search(text):
        return Document(format=FORMAT, problems=(Problem(place=place, what=_SEALED_PAGE),))
    found = tuple(Problem(place=place, what=what) for what in problems)
    return Document(format=FORMAT, blocks=blocks, problems=found)


def _stripped(source: str) -> tuple[Block, ...]:
    lines = stripped(source).splitlines()[:_MOST_LINES]
    texts = [" ".join(line.split()) for line in lines]
    return tuple(
        Line(place=f"line {n}", text=text) for n, text in enumerate(filter(None, texts), 1)
    )


def blocks_from(source: str, *, own: bool = False) -> tuple[Block, ...] | None:
    """Given HTML, return its lines and tables; None where it is too big or too deeply nested.

    With `own`, what a mail client marks as quoted from an earlier mail is left out.
    """
    tree = tree_from(source, own=own)
    if tree is None:
        return None
    page = _Page(titles=_titles(tree))
    _walk(page, tree, Look())
    page.end_line()
    return tuple(page.blocks)


def _titles(tree: etree._Element) -> dict[str, str]:
    """What labels say of the elements that they are for."""
    return {
        label.get("for") or "": " ".join("".join(label.itertext()).split())[:200]
        for label in tree.iter("label")
        if label.get("for")
    }


@dataclass(slots=True)
class _Page:
    """The lines and tables so far, and the words of the line that is being gathered."""

    titles: dict[str, str]
    blocks: list[Block] = field(default_factory=list)
    words: Words = field(default_factory=Words)
    heading: bool = False
    lines: int = 0
    tables: int = 0

    def end_line(self, *, blank: bool = False) -> None:
        """End a line; an empty one counts only where the page shows it."""
        words, self.words = self.words, Words()
        text = words.text
        if not (text or words.struck or words.controls or blank) or self.lines >= _MOST_LINES:
            return
        self.lines += 1
        self.blocks.append(
            Line(
                place=f"line {self.lines}",
                text=text,
                heading=self.heading,
                strong=words.strong,
                marked=words.marked,
                struck=words.struck,
                controls=tuple(words.controls),
            )
        )


def _walk(page: _Page, element: etree._Element, look: Look) -> None:
    tag = element.tag if isinstance(element.tag, str) else ""
    if tag in _CONTROLS:
        say_control(page.words, element, look, page.titles.get(element.get("id") or "", ""))
        return
    if tag == "img":
        say_picture(page.words, element, look)
        return
    if tag == "br":
        page.end_line(blank=True)
        return
    if tag == "table" or (tag == "dl" and element.find("dt") is not None):
        _take_table(page, element, look)
        return
    if tag in {"button", "option"} or (tag == "w:sdt" and say_word_control(page.words, element)):
        return
    is_block = tag in _BLOCKS or tag in _HEADINGS
    if is_block:
        page.end_line()
    page.heading = tag in _HEADINGS or (page.heading and not is_block)
    before = len(page.blocks)
    _walk_inside(page, element, look_at(element, look))
    if is_block:
        shown_empty = tag == "p" and before == len(page.blocks)
        page.end_line(blank=shown_empty)
        page.heading = False


def _walk_inside(page: _Page, element: etree._Element, look: Look) -> None:
    _say(page, element.text, look)
    for child in element:
        _walk(page, child, look)
        _say(page, child.tail, look)


def _say(page: _Page, text: str | None, look: Look) -> None:
    if not text or not look.verbatim:
        page.words.say(text, look)
        return
    first, *rest = text.split("\n")
    page.words.say(first, look)
    for line in rest:
        page.end_line(blank=True)
        page.words.say(line, look)


# --- tables -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Found:
    """A table of the page: its rows of elements, and whether the first one is a header."""

    rows: Sequence[Sequence[etree._Element]]
    header: bool


def _take_table(page: _Page, element: etree._Element, look: Look) -> None:
    page.end_line()
    look = look_at(element, look)
    for caption in element.findall("caption"):
        _walk(page, caption, look)
    found = _found(element)
    if element.tag == "table" and _only_lays_out(found):
        for row in found.rows:
            for cell in row:
                page.end_line()
                _walk_inside(page, cell, look_at(cell, look))
                page.end_line()
        return
    page.tables += 1
    table = _table(found, look, page.titles, f"table {page.tables}")
    if table.rows:
        page.blocks.append(table)


def _found(element: etree._Element) -> _Found:
    if element.tag == "dl":
        return _Found(tuple(_terms(element)), header=False)
    rows = list(_rows(element))
    header = bool(rows) and (
        element.find("thead/tr") is not None
        or (len(rows) > 1 and len(rows[0][1]) > 1 and all(c.tag == "th" for c in rows[0][1]))
    )
    return _Found([cells for _, cells in rows], header=header)


def _rows(element: etree._Element) -> Iterator[tuple[etree._Element, list[etree._Element]]]:
    for child in element:
        if child.tag == "tr":
            yield child, [cell for cell in child if cell.tag in ("td", "th")]
        elif child.tag in ("thead", "tbody", "tfoot"):
            yield from _rows(child)


def _terms(element: etree._Element) -> Iterator[list[etree._Element]]:
    row: list[etree._Element] = []
    for child in element.iter("dt", "dd"):
        if child.tag == "dt" and row:
            yield row
            row = []
        row.append(child)
    if row:
        yield row


def _only_lays_out(found: _Found) -> bool:
    """A table of one column, or with one cell that says something in each row, is no grid.

    But a column of plain short cells is: a form may be one.
    """
    told = [[cell for cell in row if _says_something(cell)] for row in found.rows]
    if any(len(cells) > 1 for cells in told):
        return False
    width = max((len(row) for row in found.rows), default=0)
    nested = any(cell.find(".//table") is not None for row in told for cell in row)
    return nested or width <= 1 or len(found.rows) == 1


def _says_something(cell: etree._Element) -> bool:
    if any(text.strip("\xa0 \t\r\n") for text in cell.itertext()):
        return True
    return any(True for _ in cell.iter("input", "select", "textarea"))


def _table(found: _Found, look: Look, titles: dict[str, str], place: str) -> Table:
    rows: list[tuple[Cell, ...]] = []
    covered: dict[int, int] = {}  # column -> for how many more rows a cell from above covers it
    for row in found.rows[:_MOST_LINES]:
        cells: list[Cell] = []
        column = 0
        for element in row[:_MOST_COLUMNS]:
            column = _under(covered, cells, column)
            cell = _cell(element, look, titles, f"{place}, row {len(rows) + 1}")
            deep = _span(element, "rowspan")
            if deep > 1:
                covered |= dict.fromkeys(range(column, column + cell.columns), deep)
            column += cell.columns
            cells.append(cell)
        _under(covered, cells, column)
        covered = {at: left - 1 for at, left in covered.items() if left > 1}
        if cells:
            rows.append(tuple(cells))
    return Table(place=place, rows=tuple(rows), header=found.header)


def _under(covered: dict[int, int], cells: list[Cell], column: int) -> int:
    """Put in the lower parts of cells from above; those of this row are not below themselves."""
    while column in covered and len(cells) < _MOST_COLUMNS:
        cells.append(Cell(continues=True))
        column += 1
    return column


def _span(element: etree._Element, name: str) -> int:
    value = (element.get(name) or "1").strip()
    return min(max(int(value), 1), _MOST_SPANNED) if value.isascii() and value.isdigit() else 1


def _cell(element: etree._Element, look: Look, titles: dict[str, str], place: str) -> Cell:
    page = _Page(titles=titles)
    inside = look_at(element, look)
    if element.tag in ("th", "dt"):
        inside = replace(inside, bold=True)
    shaded = inside.marked and not look.marked
    # The background of a cell is how labels look; it picks no words out.
    _walk_inside(page, element, replace(inside, marked=look.marked))
    page.end_line()
    lines = [block for block in page.blocks if isinstance(block, Line)]
    spoken = [line for line in lines if line.text]
    return Cell(
        text="\n".join(line.text for line in spoken),
        strong=bool(spoken) and (shaded or all(line.strong for line in spoken)),
        marked=_marked(spoken),
        struck=tuple(word for line in lines for word in line.struck),
        controls=tuple(control for line in lines for control in line.controls),
        columns=min(_span(element, "colspan"), _MOST_COLUMNS),
        tables=tuple(
            replace(block, place=f"{place}, {block.place}")
            for block in page.blocks
            if isinstance(block, Table)
        ),
    )


def _marked(lines: Sequence[Line]) -> tuple[str, ...]:
    """A line that is bold as a whole is picked out, too, where the cell's other lines are not."""
    some = any(line.strong for line in lines) and not all(line.strong for line in lines)
    return tuple(
        word for line in lines for word in ((line.text,) if some and line.strong else line.marked)
    )
