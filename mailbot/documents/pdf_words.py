"""Glyphs become words, words printed lines, lines one text with its marks.

A PDF has no blanks and no lines, only glyphs at places: gaps and baselines say what belongs
together.
"""

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from mailbot.core.document import TICKED, UNTICKED, Control
from mailbot.documents.pdf_page import Box, Glyph, around

_BLANK = 0.17  # of the size: a gap this wide is a blank
_COLUMN = 0.9  # of the size: a gap this wide is a column,
_WIDER = 2.5  # if it is this many times as wide as the blanks of its line are
_WIDEST_BLANK = 0.6  # of the size: in justified text
_SAME_LINE = 0.42  # of the size: a raised "nd" still stands on the line
_TOLERANCE = 1.0  # points: how exactly a line's room is known
_LEADING = 1.75  # of the size: lines further apart are paragraphs
_DIM, _VIVID = 90, 60
_ROUND_BULLETS = frozenset("•·▪●◦‣⁃○\uf0b7\uf0a7\uf0d8\uf076")
_BULLETS = (*_ROUND_BULLETS, "–", "-", "*", "o ")
_NARROW = 9.0  # of the size: a column in which words may have been broken


@dataclass(slots=True)
class Word:
    """Glyphs without a gap."""

    glyphs: list[Glyph]
    box: Box

    @property
    def text(self) -> str:
        """As printed, struck or not."""
        return "".join(glyph.text for glyph in self.glyphs)

    @property
    def field(self) -> Control | None:
        """The text field of the form that it stands for."""
        control = self.glyphs[0].control
        return control if control and control.ticked is None else None


@dataclass(slots=True)
class Printed:
    """One printed line."""

    words: list[Word]
    box: Box
    base: float
    size: float
    column: float = 0.0  # a gap this wide parts columns

    @property
    def text(self) -> str:
        """As printed, a blank between words."""
        return " ".join(word.text for word in self.words)

    @property
    def bold(self) -> bool:
        """Whether all of it is."""
        return all(glyph.bold for word in self.words for glyph in word.glyphs)


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """Some lines as one text, with everything the contract says of a line or a cell."""

    text: str
    strong: bool = False
    marked: tuple[str, ...] = ()
    struck: tuple[str, ...] = ()
    controls: tuple[Control, ...] = ()


def printed_lines(glyphs: Sequence[Glyph]) -> list[Printed]:
    """Given glyphs of one region, return its printed lines from top to bottom."""
    rows: list[list[Glyph]] = []
    for glyph in sorted(glyphs, key=lambda g: (g.base, g.box.left)):
        last = rows[-1] if rows else None
        if last and glyph.base - last[0].base <= _SAME_LINE * max(last[0].size, glyph.size):
            last.append(glyph)
        else:
            rows.append([glyph])
    lines = [_line(row) for row in rows]
    return [line for line in lines if line]


def _line(row: list[Glyph]) -> Printed | None:
    row.sort(key=lambda g: g.box.left)
    words: list[Word] = []
    open_word = False
    for glyph in row:
        if not glyph.text.strip() and not glyph.control:
            open_word = False
            continue
        last = words[-1] if words else None
        if last and _is_shadow(last.glyphs[-1], glyph):
            continue
        gap = glyph.box.left - last.box.right if last else 0.0
        near = open_word and gap <= _BLANK * glyph.size
        if last and near and not (glyph.lone or last.glyphs[-1].lone):
            last.glyphs.append(glyph)
            last.box = around([last.box, glyph.box])
        else:
            words.append(Word([glyph], glyph.box))
        open_word = True
    if not words:
        return None
    largest = max(row, key=lambda g: g.size)
    blanks = [after.box.left - before.box.right for before, after in pairwise(words)]
    # Of justified text all blanks are wide; of a row of columns only some.
    usual = sorted(blanks)[len(blanks) // 3] if len(blanks) > 2 else 0.0
    blank = min(usual, _WIDEST_BLANK * largest.size)
    column = max(_COLUMN * largest.size, _WIDER * blank)
    return Printed(words, around([w.box for w in words]), largest.base, largest.size, column)


def _is_shadow(earlier: Glyph, glyph: Glyph) -> bool:
    """Whether the same letter is painted once more, a little beside itself, to look bold."""
    if earlier.text != glyph.text or glyph.control:
        return False
    near = abs(glyph.box.left - earlier.box.left) < 0.18 * glyph.size
    return near and glyph.box.width > 0.2 * glyph.size


def gap_between(left: Word, right: Word, column: float) -> str:
    """Given two words side by side, return what a reader sees between them.

    `column` is how wide a gap parts columns on their line.
    """
    if left.field or right.field:
        short = all(len(w.text) <= 4 and not w.text.isalpha() for w in (left, right))
        filled = left.text and right.text
        return "" if short and filled and right.box.left - left.box.right < 14 else "\t"
    return "\t" if right.box.left - left.box.right > column else " "


def composed(lines: Sequence[Printed], between: Callable[[Printed, Printed], str]) -> Written:
    """Given lines, return them as one text; `between` says what joins two neighbours."""
    pieces: list[tuple[str, Glyph | None]] = []
    for index, line in enumerate(lines):
        if index:
            pieces.append((between(lines[index - 1], line), None))
        words = line.words[1:] if is_bullet(line.words[0]) else line.words
        for number, word in enumerate(words):
            if number:
                pieces.append((gap_between(words[number - 1], word, line.column), None))
            pieces += [(glyph.text, glyph) for glyph in word.glyphs]
    letters = [g for text, g in pieces if g and not g.control and text.strip("☒☐ \n")]
    return Written(
        text=_tidy("".join(text for text, glyph in pieces if not (glyph and glyph.struck))),
        strong=bool(letters) and (all(g.bold for g in letters) or all(g.shaded for g in letters)),
        marked=_runs(pieces, _picked_out(letters)),
        struck=_runs(pieces, {id(g) for g in letters if g.struck}),
        controls=tuple(g.control for _, g in pieces if g and g.control),
    )


def _tidy(text: str) -> str:
    lines = (_spaced(line) for line in unicodedata.normalize("NFC", text).split("\n"))
    return "\n".join(line for line in lines if line.strip())


def _spaced(line: str) -> str:
    cells = [" ".join(cell.split()) for cell in line.split("\t")]
    # A tab before the first words says that the first column is empty; two say nothing more.
    kept = [cell for index, cell in enumerate(cells) if cell or index == 0]
    return "\t".join(kept)


def _picked_out(letters: Sequence[Glyph]) -> set[int]:
    """Which glyphs stand out from their neighbours; what all of them share picks out none."""
    live = [glyph for glyph in letters if not glyph.struck]
    said = [glyph for glyph in live if any(map(str.isalnum, glyph.text))]
    picked: set[int] = set()
    for stands_out in (_is_bold, _is_coloured, _is_picked, _is_shaded):
        if not all(map(stands_out, said)):
            picked |= {id(glyph) for glyph in live if stands_out(glyph)}
    return picked


def _is_bold(glyph: Glyph) -> bool:
    return glyph.bold


def _is_picked(glyph: Glyph) -> bool:
    return glyph.picked


def _is_shaded(glyph: Glyph) -> bool:
    return glyph.shaded


def _is_coloured(glyph: Glyph) -> bool:
    return max(glyph.colour) > _DIM and max(glyph.colour) - min(glyph.colour) > _VIVID


def _runs(pieces: Sequence[tuple[str, Glyph | None]], chosen: set[int]) -> tuple[str, ...]:
    """The words that chosen glyphs make, each run of neighbours as one text."""
    if not chosen:
        return ()
    runs, run = [], ""
    for text, glyph in pieces:
        if (glyph and id(glyph) not in chosen) or text in ("\n", "\t"):
            runs.append(run)
            run = ""
        elif run or (glyph and id(glyph) in chosen):
            run += text
    runs.append(run)
    trimmed = (" ".join(run.split()).strip(" ,;/|") for run in runs)
    return tuple(run for run in trimmed if any(map(str.isalnum, run)))


# --- lines that are one paragraph ---------------------------------------------------------------


def wrapped(left: float, room: float) -> Callable[[Printed, Printed], str]:
    """Given where text begins and how much room it had, return what joins two lines of it.

    A blank where the first word of the lower line had no place on the upper one: then only the
    margin broke the line. A line break everywhere else.
    """

    def between(upper: Printed, lower: Printed) -> str:
        if not goes_on(upper, lower, left, room):
            return "\n"
        hyphen = upper.text.endswith("-") and upper.text[-2:-1].isalpha()
        return "" if hyphen or _is_broken_word(upper, lower, room) else " "

    return between


def _is_broken_word(upper: Printed, lower: Printed, room: float) -> bool:
    """Whether a word longer than its cell is wide was cut where the cell ended."""
    narrow = room < _NARROW * upper.size and lower.text[:1].islower()
    address = "@" in upper.text or (len(upper.text) > _NARROW and "." in upper.text[1:-1])
    if len(upper.words) > 1 or not upper.text[-1:].isalnum() or not (narrow or address):
        return False
    return upper.box.width + lower.words[0].glyphs[0].box.width > room - _TOLERANCE


def is_bullet(word: Word) -> bool:
    """Given a word, return whether it is the bullet of a list, which is no part of the text."""
    return word.text in _ROUND_BULLETS


def goes_on(upper: Printed, lower: Printed, left: float, room: float) -> bool:
    """Given two lines one above the other, return whether only the margin broke the line."""
    words = [*upper.words, *lower.words]
    if any(word.field for word in words) or "\n" in upper.text:
        return False
    if lower.base - upper.base > _LEADING * max(upper.size, lower.size):
        return False
    if abs(upper.size - lower.size) > 0.15 * upper.size or upper.bold != lower.bold:
        return False
    first = lower.words[0]
    if first.text[:1] in (TICKED, UNTICKED) or lower.text.startswith(_BULLETS):
        return False
    # Below a bullet both begin further in; centred lines begin anywhere.
    indented = abs(upper.box.left - lower.box.left) <= 1
    width = upper.box.right - left if indented else upper.box.width
    needed = width + 0.25 * upper.size + first.box.width
    return needed > room - _TOLERANCE
