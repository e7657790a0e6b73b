"""Pages put together: headers and footers told apart, tables continued over the page."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from mailbot.core.document import Block, Cell, Line, Table
from mailbot.documents.pdf_flow import Laid

_ZONE = 0.12  # of the page's height, at the top and at the bottom
_PAGE_NUMBER = re.compile(
    r"^(?:[-–— ]*\d{1,3}[-–— ]*|(?:(?:page|p\.?)\s*\d{1,3}(?:\s*(?:of|/)\s*\d{1,3})?\s*)+"
    r"|\d{1,3}\s*(?:of|/)\s*\d{1,3}"
    # What browsers print around a page: the time, the address.
    r"|\d{1,2}/\d{1,2}/\d{2,4}, \d{1,2}:\d{2}(?: [ap]m)?\b.*|(?:https?|file)://.*)$",
    re.IGNORECASE,
)
_NUMBERED = re.compile(r"\bpage \d{1,3}(?: (?:of|/) \d{1,3})?\b|\t\d{1,3}$")
_SAME_BORDER = 3.0  # points
_SENTENCE_END = (".", "!", "?", ":", ";")

#: The blocks of one page, with its height.
Page = tuple[Sequence[Laid], float]


def joined(pages: Sequence[Page]) -> list[Block]:
    """Given the blocks of the pages, return those of the document."""
    repeated = _repeated(pages)
    margins: list[Block] = []
    blocks: list[Block] = []
    seen: set[str] = set()
    borders: tuple[float, ...] = ()  # of the table that the page before ended with
    for laid, height in pages:
        first = True
        for one in laid:
            block = one.block
            if isinstance(block, Line) and _is_margin(one, height, repeated):
                if _key(one)[0] not in seen:
                    seen.add(_key(one)[0])
                    margins.append(replace(block, margin=True))
                continue
            last = blocks[-1] if blocks else None
            if (
                first
                and isinstance(block, Table)
                and isinstance(last, Table)
                and _same_borders(borders, one.xs)
            ):
                blocks[-1] = _continued(last, block)
            else:
                blocks.append(block)
            first = False
            borders = one.xs
    return margins + blocks


# --- headers and footers --------------------------------------------------------------------------


def _key(one: Laid) -> tuple[str, int]:
    """What makes two lines the same header: the words, but for page numbers, and the height."""
    text = one.block.text.lower() if isinstance(one.block, Line) else ""
    return " ".join(_NUMBERED.sub("page 0", text).split()), round(one.box.top / 6)


def _in_zone(one: Laid, height: float) -> bool:
    return one.box.bottom <= height * _ZONE or one.box.top >= height * (1 - _ZONE)


def _repeated(pages: Sequence[Page]) -> set[tuple[str, int]]:
    """Lines that stand at the top or bottom of more than one page."""
    counts: Counter[tuple[str, int]] = Counter()
    for laid, height in pages:
        counts.update({_key(one) for one in laid if _in_zone(one, height)})
    return {key for key, count in counts.items() if count > 1 and count * 3 > len(pages)}


def _is_margin(one: Laid, height: float, repeated: set[tuple[str, int]]) -> bool:
    if not isinstance(one.block, Line) or one.block.controls or not _in_zone(one, height):
        return False
    text = " ".join(one.block.text.split())
    return _key(one) in repeated or bool(_PAGE_NUMBER.match(text))


# --- tables over the page -------------------------------------------------------------------------


def _same_borders(above: Sequence[float], below: Sequence[float]) -> bool:
    if not above or not below:
        return False
    outer = zip((above[0], above[-1]), (below[0], below[-1]), strict=True)
    if any(abs(x - y) > _SAME_BORDER for x, y in outer):
        return False
    few, many = sorted((above, below), key=len)
    return len(few) > 2 and all(any(abs(x - y) <= _SAME_BORDER for y in many) for x in few)


def _continued(above: Table, below: Table) -> Table:
    rows = list(below.rows)
    headers = [[cell.text for cell in table.rows[0]] for table in (above, below) if table.rows]
    repeated = len(above.rows) > 1 and headers == [headers[0]] * 2 and all(headers[0])
    if repeated:
        rows = rows[1:]
    kept = list(above.rows)
    if rows and kept and _is_rest_of(kept[-1], rows[0]):
        kept[-1] = tuple(_together(u, w) for u, w in zip(kept[-1], rows[0], strict=True))
        rows = rows[1:]
    return replace(above, rows=(*kept, *rows), header=above.header or repeated)


def _is_rest_of(upper: tuple[Cell, ...], lower: tuple[Cell, ...]) -> bool:
    """Whether a row was broken by the page: its first cell empty, and its text goes on."""
    if len(upper) != len(lower) or len(upper) < 2 or lower[0].text or lower[0].controls:
        return False
    if not upper[0].text or any(u.columns != w.columns for u, w in zip(upper, lower, strict=True)):
        return False
    rest = [(u.text, w.text) for u, w in zip(upper, lower, strict=True) if w.text]
    if not rest:
        return False
    if len(upper) == 2:
        return True
    return all(u and (not u.endswith(_SENTENCE_END) or w[:1].islower()) for u, w in rest)


def _together(upper: Cell, lower: Cell) -> Cell:
    if not (lower.text or lower.controls or lower.tables):
        return upper
    apart = upper.text.endswith(_SENTENCE_END) and not lower.text[:1].islower()
    return replace(
        upper,
        text=(upper.text + ("\n" if apart else " ") + lower.text).strip(),
        marked=upper.marked + lower.marked,
        struck=upper.struck + lower.struck,
        controls=upper.controls + lower.controls,
        tables=upper.tables + lower.tables,
    )
