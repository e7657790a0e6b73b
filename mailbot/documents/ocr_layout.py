"""Words with places become printed lines and cells, as an eye would group them."""

import re
import statistics
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from mailbot.core.document import UNKNOWN_BOX, Block, Cell, Line, Table
from mailbot.documents.scan_shapes import Grid, GridCell, Square

_SURE = 60  # percent of confidence, below which a word that matters makes its line unsure
_WELL = 85
_GUESSED = 20  # below it a sign without letters is dirt
_COLUMN = 1.8  # times as wide as letters are high: a gap between columns
#: Pieces of ruled lines that were read as words.
_RULE = re.compile(r"[|_\-—–=~.'‘’`{}\\/]+$")
_LOOSE = re.compile(r"(?<!\S)[\[\]()](?!\S) ?")
_KEPT = frozenset({"-", "–", "—", "/", ".", "..."})
#: What a box was read as, when it was typed or drawn with signs.
_BOX = re.compile(r"[\[(]\s?[xX✓✔_]?\s?[\])]|[☐☑☒□■▢▣✓✔✗✘⊠❑❏]")


_OVER_THE_EDGE = re.compile(UNKNOWN_BOX + r" ?[“”\"'‘’`,./\\]+ ?(?=\w)")
_LIKE_A_BOX = re.compile(r"(?<!\S)[O0oDM](?=[ \t][A-Z])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """A printed word and its place in the picture, in points of the picture."""

    left: int
    top: int
    right: int
    bottom: int
    text: str
    confidence: float = 100.0
    line: str = ""  # what Tesseract took for one line

    @property
    def middle(self) -> tuple[float, float]:
        """The point in its middle."""
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2


def blocks_from(
    words: Iterable[Word], squares: Iterable[Square], grids: Iterable[Grid], *, page: int = 0
) -> tuple[Block, ...]:
    """Given what was found on a page, return its lines and tables from top to bottom."""
    prefix = f"page {page}, " if page else ""
    left = _with_boxes([word for word in words if not _is_dirt(word)], squares)
    placed: list[tuple[float, Block]] = []
    tables = 0
    for grid in grids:
        inside = [word for word in left if _is_within(word, grid)]
        if not inside:
            continue
        left = [word for word in left if not _is_within(word, grid)]
        tables += 1
        rows = tuple(_cells(grid, inside))
        placed.append((grid[0][0].top, Table(place=f"{prefix}table {tables}", rows=rows)))
    for number, (row, text) in enumerate(_with_columns(_rows(left)), start=1):
        line = Line(place=f"{prefix}line {number}", text=text, unsure=not _are_sure(row))
        if text:
            placed.append((row[0].top, line))
    return tuple(block for _, block in sorted(placed, key=lambda pair: pair[0]))


def _is_dirt(word: Word) -> bool:
    if _RULE.match(word.text) and word.text not in _KEPT:
        return True
    return word.confidence < _GUESSED and not any(c.isalnum() for c in word.text)


def _with_boxes(words: list[Word], squares: Iterable[Square]) -> list[Word]:
    """Put boxes among the words, in the place of what they were read as."""
    for square in squares:
        words = [word for word in words if not _is_read_as(word, square)]
        box = Word(
            left=square.left,
            top=square.top,
            right=square.right,
            bottom=square.bottom,
            text=UNKNOWN_BOX,
        )
        words.append(box)
    return words


def is_letter(square: Square, words: Iterable[Word]) -> bool:
    """Whether what looks like a square stands in the midst of a word that was read well."""
    across, down = (square.left + square.right) / 2, (square.top + square.bottom) / 2
    return any(
        word.left < across < word.right
        and word.top < down < word.bottom
        and word.right - word.left > (square.right - square.left) * 2
        and word.confidence >= _WELL
        for word in words
    )


def _is_read_as(word: Word, square: Square) -> bool:
    across, down = word.middle
    slack = (square.right - square.left) / 2
    return (
        square.left - slack <= across <= square.right + slack
        and square.top - slack <= down <= square.bottom + slack
        and word.right - word.left <= (square.right - square.left) * 2
    )


# --- lines ----------------------------------------------------------------------------------------


def _rows(words: Iterable[Word]) -> list[list[Word]]:
    """Return words in rows from top to bottom, each from left to right."""
    rows: list[list[Word]] = []
    for word in sorted(words, key=lambda word: word.middle[1]):
        # Only the last rows can still take a word in.
        home = next((row for row in reversed(rows[-3:]) if _stands_in(word, row)), None)
        if home is None:
            rows.append([word])
        else:
            home.append(word)
    return [sorted(row, key=lambda word: word.left) for row in rows]


def _stands_in(word: Word, row: list[Word]) -> bool:
    top = statistics.median(other.top for other in row)
    bottom = statistics.median(other.bottom for other in row)
    shared = min(bottom, word.bottom) - max(top, word.top)
    return shared > 0.5 * min(bottom - top, word.bottom - word.top)


def _with_columns(rows: list[list[Word]]) -> Iterator[tuple[list[Word], str]]:
    """Return rows with their text; one that goes on in a column on the right begins with a tab."""
    second = 0  # where the second column began, in the last row that had two
    for row in rows:
        text = _text_of(row)
        height = _height(row)
        gap = next((w for before, w in pairwise(row) if _is_gap(before, w, height)), None)
        if gap:
            second = gap.left
        elif second and abs(row[0].left - second) < height:
            text = f"\t{text}"
        else:
            second = 0
        yield row, text


def _height(row: Sequence[Word]) -> float:
    return statistics.median(word.bottom - word.top for word in row)


def _is_gap(before: Word, word: Word, height: float) -> bool:
    return word.left - before.right > height * _COLUMN


def _text_of(row: Sequence[Word]) -> str:
    height = _height(row)
    pieces = [row[0].text]
    for before, word in pairwise(row):
        pieces += ["\t" if _is_gap(before, word, height) else " ", word.text]
    text = _LOOSE.sub("", _BOX.sub(UNKNOWN_BOX, "".join(pieces))).rstrip()
    if UNKNOWN_BOX not in text:
        return text
    # Beside a box, a lone letter that looks like one is another; and a tick runs over its edge.
    return _OVER_THE_EDGE.sub(UNKNOWN_BOX + " ", _LIKE_A_BOX.sub(UNKNOWN_BOX, text))


def _are_sure(words: Iterable[Word]) -> bool:
    return all(
        word.confidence >= _SURE
        for word in words
        if sum(c.isalnum() for c in word.text) > 1 or word.text.isdigit()
    )


# --- cells ----------------------------------------------------------------------------------------


def _is_within(word: Word, grid: Grid) -> bool:
    across, down = word.middle
    return (
        min(row[0].left for row in grid) <= across <= max(row[-1].right for row in grid)
        and grid[0][0].top <= down <= grid[-1][0].bottom
    )


def _cells(grid: Grid, words: list[Word]) -> Iterator[tuple[Cell, ...]]:
    for number, row in enumerate(grid):
        yield tuple(
            Cell(columns=cell.columns, continues=True)
            if cell.continues
            else _cell(cell, _bottom(grid, number, cell), words)
            for cell in row
        )


def _bottom(grid: Grid, number: int, cell: GridCell) -> int:
    """Return where a cell ends that goes on over the rows below it."""
    bottom = cell.bottom
    for row in grid[number + 1 :]:
        below = next((c for c in row if c.continues and c.left <= cell.left < c.right), None)
        if below is None:
            break
        bottom = below.bottom
    return bottom


def _cell(cell: GridCell, bottom: int, words: list[Word]) -> Cell:
    inside = [
        word
        for word in words
        if cell.left <= word.middle[0] < cell.right and cell.top <= word.middle[1] < bottom
    ]
    rows = _rows(inside)
    text = ""
    for before, row in zip([None, *rows], rows, strict=False):
        if before:
            text += " " if _is_full(before, row, cell.right) else "\n"
        text += _text_of(row)
    return Cell(text=text, columns=cell.columns, unsure=not _are_sure(inside))


def _is_full(row: list[Word], below: list[Word], right: int) -> bool:
    """Whether a row was broken for want of room: the first word below would not have fitted in."""
    return row[-1].right + (below[0].right - below[0].left) + _height(row) > right
