"""Tables as text (.csv, RFC 4180, and what Excel makes of it) as Documents."""

import csv
from collections import Counter
from io import StringIO

from mailbot.core.document import Cell, Document, Table
from mailbot.core.model import Problem
from mailbot.documents.kinds import text_in
from mailbot.documents.word_signs import tidy

FORMAT = "CSV"
_LONGEST = 5_000_000
_MOST_ROWS, _MOST_COLUMNS = 5_000, 60
_LONGEST_CELL = 100_000
_SEPARATORS = ",;\t|"
_TOO_LONG = "The table has very many rows: a person reads those beyond the 5,000th."
_NOTHING = "The table is empty: ask the sender to send it again."
_DAMAGED = "The table is damaged: ask the sender to send it again."


def read_csv(content: bytes, *, place: str) -> Document:
    """Given the bytes of a .csv file, return its rows as a table; never raises for its content."""
    separator, text = _separator(text_in(content, _LONGEST))
    try:
        rows, is_whole = _rows(text, separator)
    except csv.Error:  # a cell longer than any answer, or a quotation that never ends
        return Document(format=FORMAT, problems=(Problem(place=place, what=_DAMAGED),))
    if not any(cell.text for row in rows for cell in row):
        return Document(format=FORMAT, problems=(Problem(place=place, what=_NOTHING),))
    problems = () if is_whole else (Problem(place=place, what=_TOO_LONG),)
    return Document(format=FORMAT, blocks=(Table(place="table 1", rows=rows),), problems=problems)


def _separator(text: str) -> tuple[str, str]:
    """Return what parts the cells, and the text without Excel's line that says so."""
    first, _, rest = text.partition("\n")
    if first.lower().startswith("sep=") and len(first.strip()) == 5:
        return first[4], rest
    counted = Counter(c for c in text[:20_000] if c in _SEPARATORS)
    lines = text[:20_000].split("\n")
    # The one that stands in most lines; commas also stand in sentences.
    best = max(_SEPARATORS, key=lambda c: (sum(c in line for line in lines), counted[c]))
    return best, text


def _rows(text: str, separator: str) -> tuple[tuple[tuple[Cell, ...], ...], bool]:
    rows: list[tuple[Cell, ...]] = []
    reader = csv.reader(StringIO(text, newline=""), delimiter=separator)
    for row in reader:
        if len(rows) >= _MOST_ROWS:
            return _without_end(rows), False
        rows.append(tuple(Cell(text=tidy(cell[:_LONGEST_CELL])) for cell in row[:_MOST_COLUMNS]))
    return _without_end(rows), True


def _without_end(rows: list[tuple[Cell, ...]]) -> tuple[tuple[Cell, ...], ...]:
    while rows and not any(cell.text for cell in rows[-1]):
        rows.pop()
    return tuple(rows)
