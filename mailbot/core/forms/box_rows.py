"""Boxes in cells of their own: beside their words, before a long explanation, as a cross or a tick.

Stands under grids.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from mailbot.core.document import TICKED, UNTICKED, Cell
from mailbot.core.forms.answers import Spot, is_bare_box, is_mark, is_sign
from mailbot.core.forms.items import Item, ItemKind
from mailbot.core.forms.layouts import normal


def with_marks_as_boxes(beside: Sequence[Cell]) -> Sequence[Cell]:
    """Read | Male | | Female | x | as options, each with the box in the cell behind it."""
    words = [cell for cell in beside if cell.text and not is_sign(cell.text)]
    marks = [cell for cell in beside if cell.text and is_sign(cell.text)]
    if len(words) < 2 or len(marks) != 1 or len(words) + len(marks) == len(beside) == 2:
        return beside
    return [
        replace(cell, text=UNTICKED if not cell.text else TICKED)
        if not cell.text or cell is marks[0]
        else cell
        for cell in beside
    ]


def is_row_of_boxes(cells: Sequence[Cell]) -> bool:
    """Given a row, return whether a cell of it holds a box and nothing else."""
    return any(is_bare_box(cell.text) for cell in cells)


def box_row(cells: Sequence[Cell], at: Spot) -> Iterator[Item]:
    """Read | ☒ | Death of a child | what the law says | and the like, box first or box last."""
    filled = [cell for cell in cells if cell.text]
    box_first = is_bare_box(filled[0].text)
    words: list[str] = []
    ticked: bool | None = None
    for cell in filled:
        if not is_bare_box(cell.text):
            words.append(cell.text)
            continue
        if box_first and words and ticked is not None:
            yield tick(_option(words, at), ticked=ticked, at=at)
            words = []
        ticked = is_mark(cell.text)
        if not box_first and words:
            yield tick(_option(words, at), ticked=ticked, at=at)
            words = []
    if box_first and words and ticked is not None:
        yield tick(_option(words, at), ticked=ticked, at=at)


def _option(words: Sequence[str], at: Spot) -> str:
    firsts = [text.partition("\n")[0] for text in words]
    known = [w for w in firsts if normal(w) in at.layouts.ticks or at.layouts.knows(w, at.section)]
    return (known or firsts)[0]


def tick(words: str, *, ticked: bool, at: Spot) -> Item:
    """Given the words beside a box, return them as an item; a scan decides no box."""
    return Item(
        kind=ItemKind.TICK,
        place=at.place,
        label=words,
        value=words,
        ticked=ticked,
        section=at.section,
        unsure=at.scanned,
    )
