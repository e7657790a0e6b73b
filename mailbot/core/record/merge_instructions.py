"""“merge:” and “separate:”: which two cases a person means, and why.

The line names the other case; it is answered in a letter of either. What it does touches both, so
it is asked for here and done by `mailbot.merging`.
"""

from collections.abc import Mapping

from mailbot.core.record.instruction_words import Answer, Desk, Entry, Joining, Unclear
from mailbot.core.record.labelled_lines import Block
from mailbot.core.references import area_of, references_in


def merge(block: Block, desk: Desk) -> Answer | Unclear:
    """Ask that this case and another become one."""
    return _joining(block, desk, apart=False)


def separate(block: Block, desk: Desk) -> Answer | Unclear:
    """Ask that two cases that were merged become two again."""
    return _joining(block, desk, apart=True)


def _joining(block: Block, desk: Desk, *, apart: bool) -> Answer | Unclear:
    named, _, inline_why = block.value.partition(",")
    why = (block.details.get("why") or inline_why).strip()
    found = references_in(named)
    if len(found) != 1:
        return Unclear("name the one other case by its reference")
    if area_of(found[0]) != desk.area.code:
        return Unclear(f"{found[0]} is a case of another area, which shares nothing with this one")
    if found[0] == desk.case.ref and not apart:
        return Unclear(f"{found[0]} is this very case: name the other one")
    if not why:
        return Unclear("say why, after a comma")
    return Answer((), "", joins=(Joining(other=found[0], why=why, apart=apart, words=block.words),))


TABLE: Mapping[str, Entry] = {
    "merge": Entry(merge, "merge: BB-2026-015-X, why"),
    "separate": Entry(separate, "separate: BB-2026-015-X, why"),
}
