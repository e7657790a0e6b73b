"""Tables laid out as cards: every cell holds a label and, on the lines below it, its answer."""

from collections.abc import Callable

from mailbot.core.document import Cell, Table
from mailbot.core.forms.ticks import has_box

_LONGEST_LABEL = 40
_FEWEST_CARDS = 4  # of a table that is nothing but cards


def are_cards(row: tuple[Cell, ...], table: Table, knows: Callable[[str], bool]) -> bool:
    """Given a row, its table and who knows a label word for word, return whether it is of cards.

    Cells that could be answers must begin with a known label; in a table that is nothing but
    cards one known label in the row is enough.
    """
    filled = [cell for cell in row if cell.text or cell.controls]
    parts = [cell.text.partition("\n") for cell in filled]
    if len(filled) < 2 or any(cell.controls or has_box(cell.text) for cell in filled):
        return False
    if any(not rest or len(first) > _LONGEST_LABEL for first, _, rest in parts):
        return False
    if any(rest.startswith("(") for _, _, rest in parts):
        return False
    known = [knows(first) for first, _, _ in parts]
    return all(known[1::2]) or (any(known) and _is_all_cards(table, knows))


def _is_all_cards(table: Table, knows: Callable[[str], bool]) -> bool:
    """Whether nearly every cell has two lines or more, and half of the first are known labels."""
    texts = [cell.text for row in table.rows for cell in row if cell.text]
    firsts = [first for first, _, rest in (text.partition("\n") for text in texts) if rest]
    known = sum(knows(first) for first in firsts)
    most = len(firsts) * 5 >= len(texts) * 4
    return len(firsts) >= _FEWEST_CARDS and most and known * 2 >= len(firsts)
