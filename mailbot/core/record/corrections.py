"""How staff take back what an instruction recorded: the fact is voided, never changed."""

from collections.abc import Mapping

from mailbot.core.model import FactKind
from mailbot.core.record.instruction_table import TABLE
from mailbot.core.record.instruction_words import (
    Answer,
    Desk,
    Entry,
    Unclear,
    agencies_in,
    two_parts,
)
from mailbot.core.record.labelled_lines import Block

#: The labels whose records can be taken back; the longest first, "panel notified" before "panel".
_HEADS = sorted((head for head, entry in TABLE.items() if entry.records), key=len, reverse=True)


def correct(block: Block, desk: Desk) -> Answer | Unclear:
    """Void the newest fact that another instruction recorded, and say why."""
    name, inline_why = two_parts(block, "")
    why = block.details.get("why") or inline_why
    plain = " ".join(name.casefold().split())
    head = next((h for h in _HEADS if plain == h or plain.startswith(f"{h} ")), None)
    if head is None or not why:
        return Unclear("name what is to be corrected, and why" if head is None else "say why")
    of_agency = plain.removeprefix(head).strip(" :-")
    named = agencies_in(of_agency, desk.area)
    if named.fault:
        return Unclear(named.fault)
    found = [
        fact
        for fact in desk.case.all(*TABLE[head].records)
        if fact.number and (not of_agency or fact.agency in named.codes)
    ]
    if not found:
        return Unclear(f"nothing is recorded under “{head}”")
    detail = {"voids": found[-1].number, "why": why}
    fact = desk.fact(FactKind.CORRECTION, detail, words=block.words)
    return Answer((fact,), f"the newest record under “{head}” is void")


CORRECTIONS: Mapping[str, Entry] = {
    "correct": Entry(
        read=correct, example="correct: decision / why: ...", records=(FactKind.CORRECTION,)
    ),
}
