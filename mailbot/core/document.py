"""A document made neutral: lines, tables and boxes as they stand there, each with its place.

Readers in `documents/` say only what is there, in reading order. What it means - which words are a
label, which an answer, which row a header - is decided once, in `core/forms`, for every file
format alike.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from mailbot.core.model import Problem

TICKED = "☒"
UNTICKED = "☐"
#: A box of which cannot be told whether it is ticked: it was read by OCR, or the file does not say.
UNKNOWN_BOX = "⬚"


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """One thing to fill in: a content control of Word, a form field, a field of a PDF form.

    What was filled in stands also in the text of the line or cell around it, a box as ☒ or ☐.
    """

    name: str = ""  # its tag or field name, for machines: "child.name"
    title: str = ""  # what it says of itself to people: alias, tooltip
    text: str = ""  # as filled in; "" when only its prompt shows, and for a box
    ticked: bool | None = None  # of a box
    placeholder: bool = False  # it shows its prompt: nothing was filled in
    options: tuple[str, ...] = ()  # of a drop-down list


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A paragraph of a document with flow, or a printed line of one without."""

    place: str  # "paragraph 3", "page 2, line 7", "line 4"
    text: str  # a line break inside it is "\n"; a gap as wide as a column is "\t"
    heading: bool = False  # its style or size says so
    strong: bool = False  # bold or shaded as a whole
    #: Words picked out among others of the line by bold, colour, highlight, underline or a ring.
    marked: tuple[str, ...] = ()
    struck: tuple[str, ...] = ()  # words struck out; they do not stand in `text`
    controls: tuple[Control, ...] = ()
    unsure: bool = False  # read by OCR, and not all of its words with confidence
    quoted: bool = False  # quoted from an earlier mail
    margin: bool = False  # from a header or footer of the page


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One cell of a table; its text has a line for each paragraph."""

    text: str = ""
    strong: bool = False
    marked: tuple[str, ...] = ()
    struck: tuple[str, ...] = ()
    controls: tuple[Control, ...] = ()
    unsure: bool = False
    columns: int = 1  # how many columns of the table's grid it covers
    continues: bool = False  # it is the lower part of a cell merged downwards; its text is ""
    tables: tuple["Table", ...] = ()  # nested in it


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table: rows of cells. Rows are numbered from `first_row` ("table 2, row 4")."""

    place: str  # "table 2", "sheet 1", "page 3, table 1"
    rows: tuple[tuple[Cell, ...], ...]
    header: bool = False  # the first row is marked as a header in the file itself
    first_row: int = 1
    #: Where each row stands, if not at "place, row n": rows that are printed lines of their own.
    rows_at: tuple[str, ...] = ()

    def place_of(self, index: int) -> str:
        """Given a row's index from 0, return its place."""
        if index < len(self.rows_at):
            return self.rows_at[index]
        return f"{self.place}, row {self.first_row + index}"


Block = Line | Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """Any file format, made neutral."""

    format: str  # "Word", "PDF", "text"
    blocks: tuple[Block, ...] = ()
    properties: Mapping[str, str] = field(default_factory=dict)  # custom document properties
    problems: tuple[Problem, ...] = ()
    #: Read by OCR: words may be taken from it, a tick never (design, section 4).
    scanned: bool = False
    comments: tuple[Line, ...] = ()  # reviewers' comments, apart from the text
