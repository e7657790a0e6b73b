"""What a document says, once labels and answers have found each other.

`pairing` makes these from a document's lines and tables; `fields` gives them meaning.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class ItemKind(StrEnum):
    """What one readable thing in a document is."""

    VALUE = "value"  # a label with its answer
    TICK = "tick"  # a label with a box
    PARAGRAPH = "paragraph"
    TABLE_ROW = "table-row"  # one row of a table with a header row


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One labelled value, tick, paragraph or table row, with its place in the document."""

    kind: ItemKind
    place: str  # "table 2, row 4"
    label: str = ""
    value: str = ""
    ticked: bool | None = None
    tag: str = ""  # of a content control or a PDF form field
    section: str = ""  # nearest heading above
    placeholder: bool = False  # the control shows its prompt: nothing was filled in
    #: Nobody can tell what was meant: a choice that was struck out whole, a doubtful scan.
    unsure: bool = False
    #: A table row's cells by header.
    cells: Mapping[str, str] = field(default_factory=dict)
