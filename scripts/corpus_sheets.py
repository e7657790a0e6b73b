"""A form before it has a file format: headings, label/answer pairs, grids, boxes.

The layouts write sheets; the writers of each format put them on paper in their own way. What a
reader must find stands beside the sheet, as a Part.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

TICKED, UNTICKED = "☒", "☐"
#: A label that begins so is the heading of a section, in a row over the whole width.
SECTION = "§"


@dataclass(frozen=True)
class Choice:
    """An answer that is picked among printed options.

    `how` is how the pick was made: "box", "after" (the box stands behind its words), "bracket",
    "wingdings", "private" (their characters in the private use area), "sdt", "legacy", "glyph"
    (a letter in a Wingdings font), "bold", "highlight", "colour", "underline", "strike" (the
    others struck out), "delete" (the others deleted), "cells" ("x" in a cell beside it),
    "letter" (an "x" or a blank before each), "tick" (✓ before it).
    """

    options: tuple[str, ...]
    chosen: tuple[str, ...] = ()
    how: str = "box"
    joint: str = "  "

    def text(self) -> str:
        """The choice in characters alone."""
        if self.how == "delete" and self.chosen:
            return self.joint.join(self.chosen)
        if self.how in PICKED_OUT or self.how in {"delete", "untouched"}:
            return "/".join(self.options)
        on, off = _SIGNS.get(self.how, (TICKED, UNTICKED))
        signs = [on if option in self.chosen else off for option in self.options]
        if self.how == "after":
            return self.joint.join(f"{o} {s}" for o, s in zip(self.options, signs, strict=True))
        return self.joint.join(f"{s} {o}" for o, s in zip(self.options, signs, strict=True))


#: The choice is made by how the words look.
PICKED_OUT = ("bold", "highlight", "colour", "underline", "strike")
_SIGNS = {
    "bracket": ("[x]", "[ ]"),
    "private": ("\uf0fe", "\uf0a8"),
    "tick": ("✓", UNTICKED),
    "letter": ("X", "_"),
}

Answer = str | Choice


@dataclass(frozen=True)
class Heading:
    """A heading of a section."""

    text: str
    level: int = 2


@dataclass(frozen=True)
class Text:
    """A paragraph: instructions, small print, an answer typed under a heading."""

    text: str
    bold: bool = False


@dataclass(frozen=True)
class Pairs:
    """Labels and their answers.

    `style`: "table" (two columns), "wide" (two pairs in a row), "numbered" (number, label, answer),
    "one cell" (label and answer in one cell), "under" (a paragraph under the label), "below" (the
    answer in the row below its label), "lines" (label: answer), "tabs" (label, tab, answer),
    "prompted" (label and answer in one cell, the prompts between).
    """

    rows: tuple[tuple[str, Answer], ...]
    style: str = "table"
    number: int = 1
    widths: tuple[float, float] = (6.0, 10.0)


@dataclass(frozen=True)
class Grid:
    """A table with a header row."""

    header: tuple[str, ...]
    rows: tuple[tuple[Answer, ...], ...]
    marked: bool = True  # in the file itself, as a header row
    caption: str = ""  # a first row over the whole width


@dataclass(frozen=True)
class Boxes:
    """Reasons to tick, each with a long explanation in the cell beside it."""

    rows: tuple[tuple[str, bool, str], ...]
    how: str = "box"


@dataclass(frozen=True)
class Prompts:
    """What is printed as bullets: questions to think of, never an answer."""

    items: tuple[str, ...]


Block = Heading | Text | Pairs | Grid | Boxes | Prompts


@dataclass(frozen=True)
class Sheet:
    """One form, filled in or not."""

    blocks: tuple[Block, ...]
    top: str = ""  # at the head of each page
    foot: str = ""  # at the foot of each page
    font: str = "Calibri"
    landscape: bool = False


@dataclass
class Part:
    """What must be read in one document of a file.

    `may` are values that a reader may give or leave out; `ignored` are fields that are not judged.
    """

    document: str
    fields: dict[str, Any] = field(default_factory=dict)
    cannot_tell: list[str] = field(default_factory=list)
    not_known: list[str] = field(default_factory=list)
    may: dict[str, list[Any]] = field(default_factory=dict)
    ignored: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """As it stands in expected.jsonl; what does not apply is left out."""
        rest: Mapping[str, Any] = {
            "fields": self.fields,
            "cannot_tell": sorted(self.cannot_tell),
            "not_known": sorted(self.not_known),
            "may": self.may,
            "ignored": sorted(self.ignored),
        }
        return {"document": self.document} | {k: v for k, v in rest.items() if v}


@dataclass(frozen=True)
class Made:
    """A filled-in form and what must be read in it."""

    sheet: Sheet
    part: Part
    title: str = ""


def pairs(*rows: tuple[str, Answer], style: str = "table", number: int = 1) -> Pairs:
    """A block of labels and answers."""
    return Pairs(rows, style, number)


def yes_no(answer: str, how: str, options: Sequence[str] = ("Yes", "No")) -> Choice:
    """A question with two printed answers; "" for nobody touched it, "both" for both ticked."""
    if answer == "both":
        return Choice(tuple(options), tuple(options), how)
    return Choice(tuple(options), (answer,) if answer else (), how)
