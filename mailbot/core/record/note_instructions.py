"""What staff keep on a case in their own words: notes, learning, the chair's consultation.

A note says what it is about: police, coroner, disclosure conditions, another area, learning. The
report carries it under that heading (process, section 2).
"""

import re
from collections.abc import Mapping

from mailbot.core.model import FactKind, Json
from mailbot.core.record.consulted import CHAIR, chair_consulted
from mailbot.core.record.instruction_words import Answer, Desk, Entry, Unclear, yes_or_no
from mailbot.core.record.labelled_lines import Block
from mailbot.core.record.settling import answer_with
from mailbot.core.wording import full_day

#: What a note may be about, by the words that stand before its text.
_ABOUT: Mapping[str, str] = {
    "police": "police",
    "coroner": "coroner",
    "disclosure": "disclosure",
    "disclosure conditions": "disclosure",
    "conditions": "disclosure",
    "another area": "another-area",
    "other area": "another-area",
    "area": "another-area",
    "learning": "learning",
    "safety": "safety",
}
ABOUT_WORDS: Mapping[str, str] = {
    "police": "the police",
    "coroner": "the coroner",
    "disclosure": "conditions on disclosure",
    "another-area": "another area",
    "learning": "learning to share",
    "safety": "safety",
}
_PREFIX = re.compile(r"^([a-z ]{4,24}?)\s*[:,–-]\s*(?=\S)", re.IGNORECASE)


def note(block: Block, desk: Desk) -> Answer | Unclear:
    """Keep a note on the case, and what it is about."""
    match = _PREFIX.match(block.value)
    about = _ABOUT.get(" ".join(match[1].casefold().split()), "") if match else ""
    text = block.value[match.end() :] if match and about else block.value
    if not text.strip():
        return Unclear("the note is empty")
    fact = desk.fact(FactKind.NOTE, {"text": text, "about": about}, words=block.words)
    told = f" about {ABOUT_WORDS[about]}; the report carries it" if about else ""
    opening = desk.case.first(FactKind.NOTIFICATION_RECEIVED) if about == "another-area" else None
    waits = [mail for mail in desk.mails if opening and mail.key == opening.message]
    return answer_with((fact,), f"your note{told}", tuple(waits), desk)


def learning(block: Block, desk: Desk) -> Answer | Unclear:
    """Keep learning that is to be shared, whatever is decided."""
    if not block.value.strip():
        return Unclear("say what is to be shared")
    detail = {"text": block.value, "about": "learning"}
    fact = desk.fact(FactKind.NOTE, detail, words=block.words)
    return Answer((fact,), "learning to share; the report carries it")


def chair(block: Block, desk: Desk) -> Answer | Unclear:
    """Record that the chair was consulted on the criteria after they had been decided.

    The decision stands as it was recorded: nobody is told of it anew.
    """
    consulted = yes_or_no(block.value)
    if consulted is None:
        return Unclear("say yes or no, and the chair's comment after it")
    if desk.case.last(FactKind.CRITERIA_DECIDED) is None:
        return Unclear(
            "the criteria are not decided yet; say it with them, as in "
            "“criteria: met / chair consulted: yes”"
        )
    comment = re.sub(r"^\W*\w+\W*", "", block.value).strip()
    comment = " ".join(filter(None, (comment, block.details.get("comment", ""))))
    before = chair_consulted(desk.case)
    detail: dict[str, Json] = {"text": comment, "about": CHAIR, "chair_consulted": consulted}
    fact = desk.fact(FactKind.NOTE, detail, words=block.words)
    said = f"chair consulted on the criteria: {'yes' if consulted else 'no'}"
    said += ", with the comment" if comment else ""
    if before.known is not None and before.known != consulted and before.on:
        said += f"; on {full_day(before.on)} the contrary was recorded, and this replaces it"
    return Answer((fact,), said)


TABLE: Mapping[str, Entry] = {
    "note": Entry(read=note, example="note: coroner: text", records=(FactKind.NOTE,)),
    "learning": Entry(read=learning, example="learning: text"),
    "chair consulted": Entry(read=chair, example="chair consulted: yes / comment: text"),
}
