"""Header rows: the columns of a table whose rows each tell of one person, agency or event.

Stands under grids. A header row is known by what stands in it: columns of a list that the layouts
know, labels of fields, "Yes" and "No" as columns, or several children side by side; a row that the
file itself marks as a header is believed too.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto

from mailbot.core.document import Cell, Table
from mailbot.core.forms.answers import Spot, answers, is_mark, is_sign, written
from mailbot.core.forms.items import Item, ItemKind
from mailbot.core.forms.labels import label_forms
from mailbot.core.forms.layouts import FormLayouts, normal
from mailbot.core.forms.ticks import has_box

Row = tuple[Cell, ...]
_OPTIONS = frozenset(
    {
        "yes",
        "no",
        "not known",
        "nk",
        "n a",
        "na",
        "unknown",
        "dont know",
        "unsure",
        "not applicable",
    }
)
_RESPONSES = frozenset(
    {"response", "answer", "your response", "your answer", "agency response", "reply", "details"}
    | {"information", "your reply", "agency answer", "response from agency", "entry", "value"}
)
_CHILD = re.compile(
    r"^(?:(?:subject|index) )?"
    r"(?:child|subject|sibling|young person|parent|carer|parent (?:or )?carer)"
    r" (?:no )?([1-9])$|^(?:mother|father)$"
)
_DATE_LIKE = re.compile(r"\d{1,2}[./ -]\w{1,9}[./ -]\d{2}|\d{4}")
_FIGURES = re.compile(r"\d.*\d|\d\s*$")
_MOST_MISSES = 2  # columns of a wide header that nobody knows
_ROWS_LOOKED_AT = 40  # below a header row
_LONGEST_HEADER = 80


class Manner(Enum):
    """What the rows below a header row are."""

    LIST = auto()  # people, agencies, events
    LABELS = auto()  # each column is a field
    OPTIONS = auto()  # a question, then a column for each option
    CHILDREN = auto()  # a field in each row, a child in each column
    RESPONSES = auto()  # a question, perhaps with guidance beside it, and its response


def _is_label(filled: Sequence[Cell], knows: Callable[[str], bool]) -> bool:
    return len(filled) > 1 and knows(filled[0].text)


@dataclass(slots=True)
class Header:
    """A header row that was found, and how many rows it has had."""

    manner: Manner
    headers: tuple[str, ...]
    label: str
    tag: str = ""
    count: int = 0
    asked: int = 0  # of the manner of responses: the column of the questions

    def ends_with(self, row: Row, knows: Callable[[str], bool]) -> bool:
        """Given the next row, return whether the table goes on in another manner with it."""
        filled = [cell for cell in row if cell.text]
        asks = len(filled) > 1 and filled[0].text.rstrip().endswith((":", "?"))
        if self.manner is Manner.LABELS and self.count and (asks or _is_label(filled, knows)):
            return True
        if len(row) == 1 and len(self.headers) > 1:
            return True
        if len(row) == len(self.headers):
            return False
        is_pair = len(filled) in (1, 2) and knows(filled[0].text)
        return is_pair or len(row) < len(self.headers) - 1

    def items(self, row: Row, at: Spot) -> Iterator[Item]:
        """Given a row, return its items."""
        if [normal(c.text) for c in row] == [normal(h) for h in self.headers]:
            return  # the header, printed again on the next page
        self.count += 1
        if self.manner is Manner.LIST:
            yield self._list_item(row, at)
        elif self.manner is Manner.OPTIONS:
            yield from self._option_items(row, at)
        elif self.manner is Manner.RESPONSES:
            column = next(i for i, h in enumerate(self.headers) if normal(h) in _RESPONSES)
            asked = self.asked
            if max(column, asked) < len(row) and row[asked].text:
                yield from answers(row[asked].text.rstrip(" :"), written(row[column]), at)
        else:
            yield from self._field_items(row, at)

    def _list_item(self, row: Row, at: Spot) -> Item:
        controls = [control for cell in row for control in cell.controls]
        cells = {
            header or f"column {index}": cell.text
            for index, (header, cell) in enumerate(zip(self.headers, row, strict=False), start=1)
        }
        return Item(
            kind=ItemKind.TABLE_ROW,
            place=at.place,
            label=self.label,
            tag=next((c.name for c in controls if c.name), ""),
            section=at.section,
            placeholder=bool(controls) and not any(cells.values()),
            unsure=any(cell.unsure for cell in row),
            cells=cells,
        )

    def _option_items(self, row: Row, at: Spot) -> Iterator[Item]:
        pairs = list(zip(self.headers, row, strict=False))
        question = next((c.text for h, c in pairs if c.text and normal(h) not in _OPTIONS), "")
        options = [(h, c) for h, c in pairs if normal(h) in _OPTIONS]
        chosen = [h for h, c in options if is_mark(c.text)]
        said = [c.text for h, c in options if c.text and not has_box(c.text)]
        text = " / ".join(chosen) if chosen else " ".join(said)
        if question:
            yield Item(
                kind=ItemKind.VALUE,
                place=at.place,
                label=question.rstrip(" :"),
                value=text,
                section=at.section,
                unsure=at.scanned and bool(text),
            )

    def _field_items(self, row: Row, at: Spot) -> Iterator[Item]:
        for column, (header, cell) in enumerate(zip(self.headers, row, strict=False)):
            if self.manner is Manner.CHILDREN:
                if column == 0:
                    continue
                label, section = row[0].text.rstrip(" :"), header
            elif self.count == 1:
                label, section = header, at.section
            else:
                label, section = header, f"{at.section} child {self.count}".strip()
            spot = Spot(layouts=at.layouts, place=at.place, section=section, scanned=at.scanned)
            yield from answers(label, written(cell), spot)


def header_at(
    rows: Sequence[Row], index: int, table: Table, layouts: FormLayouts, section: str
) -> Header | None:
    """Given a table and a row in it, return the header that the row is, or None."""
    row = rows[index]
    if len(row) < 2:
        return None
    below = [
        cells
        for cells in rows[index + 1 : index + 1 + _ROWS_LOOKED_AT]
        if any(cell.text or cell.controls for cell in cells)
    ]
    texts = tuple(cell.text.strip() for cell in row)
    filled = [text for text in texts if text]
    if len(filled) < 2 or not _could_be_header(row) or len(rows) == index + 1:
        return None
    bare = tuple(text.rstrip(" :") for text in texts)
    label = " / ".join(texts)
    if any(is_sign(text) for text in filled):
        return None
    if sum(normal(text) in _OPTIONS for text in filled) > 1 and len(row) > 2:
        return Header(manner=Manner.OPTIONS, headers=bare, label=label)
    asked = _asked_column(texts, below, layouts, section)
    if asked is not None:
        return Header(manner=Manner.RESPONSES, headers=bare, label=label, asked=asked)
    if all(_CHILD.match(normal(text)) for text in texts[1:]) and len(row) > 2:
        return Header(manner=Manner.CHILDREN, headers=bare, label=label)
    marked = table.header and index == 0
    first_below = below[0] if below else ()
    if _is_list(texts, first_below, layouts, section, marked=marked or _all_strong(row, below)):
        tag = next((c.name for cell in first_below for c in cell.controls if c.name), "")
        return Header(manner=Manner.LIST, headers=texts, label=label, tag=tag)
    if _are_labels(row, first_below, layouts, section):
        return Header(manner=Manner.LABELS, headers=bare, label=label)
    if len(row) > 2 and index == 0 and (marked or _all_strong(row, below)):
        return Header(manner=Manner.LIST, headers=texts, label=label)
    return None


def _asked_column(
    texts: Sequence[str], below: Sequence[Row], layouts: FormLayouts, section: str
) -> int | None:
    """Return the column of the questions, if another is for their responses."""
    names = [normal(text) for text in texts]
    if len(texts) < 3 or not set(names) & _RESPONSES:
        return None
    counts = [
        sum(layouts.knows(row[i].text.rstrip(" :"), section) for row in below if i < len(row))
        for i in range(len(texts))
    ]
    best = max(range(len(counts)), key=lambda i: counts[i])
    if names[best] in _RESPONSES or counts[best] * 3 < len(below) or not counts[best]:
        return None
    return best


def _could_be_header(row: Row) -> bool:
    ends = [cell.text.rstrip().endswith(":") for cell in row if cell.text]
    if any(ends) and not all(ends):
        return False
    return not any(
        cell.controls or has_box(cell.text) or len(cell.text) > _LONGEST_HEADER for cell in row
    )


def _all_strong(row: Row, below: Sequence[Row]) -> bool:
    """Whether a row is bold or shaded, and the rows below it are not."""
    same = [cells for cells in below if len(cells) == len(row)]
    plain = bool(same) and not any(cells[0].strong for cells in same)
    return plain and len(same) == len(below) and all(cell.strong for cell in row if cell.text)


def _is_list(
    texts: tuple[str, ...], below: Row, layouts: FormLayouts, section: str, *, marked: bool
) -> bool:
    """Whether the texts are the columns of a list that the layouts know."""
    tag = next((c.name for cell in below for c in cell.controls if c.name), "")
    rule = layouts.list_for(texts, section, tag)
    keys = rule.keys_of(texts) if rule else {}
    if rule is None or not keys:
        return False
    if not marked and len(below) > 1 and _is_pair_row(texts, below, layouts, section):
        return False
    filled = [text for text in texts if text]
    exact = sum(1 for header in keys if any(f in rule.columns for f in label_forms(header)))
    if not marked and not tag and (not exact or any(_FIGURES.search(text) for text in filled)):
        return False
    if len(texts) == 2 and "date" in keys.values() and exact < 2 and not marked:
        return bool(below) and bool(_DATE_LIKE.search(below[0].text))
    first_date = next((i for i, text in enumerate(texts) if keys.get(text) == "date"), len(below))
    if first_date < len(below) and len(keys) > 1 and _DATE_LIKE.search(below[first_date].text):
        return True
    known = [text for text in filled if text in keys or layouts.knows_exactly(text, section)]
    return marked or bool(tag) or (len(keys) > 1 and len(known) * 2 >= len(filled))


def _is_pair_row(texts: tuple[str, ...], below: Row, layouts: FormLayouts, section: str) -> bool:
    """Whether the row below is a label with its answer: then no header stands above it."""
    if len(below) != len(texts) or len(texts) not in (2, 4):
        return False
    asks = layouts.knows(below[0].text.rstrip(" :"), section) or below[0].text.endswith((":", "?"))
    return asks and not layouts.knows(below[1].text.rstrip(" :"), section)


def _are_labels(row: Row, below: Row, layouts: FormLayouts, section: str) -> bool:
    """Whether every cell is the label of a field, and their answers stand below."""
    texts = [cell.text.strip().rstrip(" :") for cell in row]
    if not all(texts) or len(below) != len(row) or (row[0].strong and not row[-1].strong):
        return False
    fields = {layouts.field_for(text, section) for text in texts if layouts.knows(text, section)}
    is_wide = len(row) > 3 and (all(cell.strong for cell in row) or len(row) > 5)
    needed = max(len(row) * 2 // 3, len(row) - _MOST_MISSES) if is_wide else len(row)
    needed = len(row) * 2 // 3 if len(row) > 2 and all(c.strong for c in row) else needed
    if len(fields - {None}) < max(2, needed):
        return False
    first = below[0].text.strip().rstrip(" :")
    return not (layouts.knows(first, section) and normal(first) != normal(texts[0]))
