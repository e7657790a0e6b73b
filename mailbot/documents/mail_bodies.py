"""The body of a message as a Document: the sender's own words, as they were laid out.

A form pasted into a mail is a table in its HTML; one that was sent as text comes back with answers
typed under the quoted questions.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from mailbot.core.document import Block, Document, Line, Table
from mailbot.core.mail.trimming import holds_our_letter
from mailbot.core.model import Message
from mailbot.documents.plaintext import document_from_text
from mailbot.documents.web_page import blocks_from

#: No form that is pasted into a mail is longer.
_LONGEST_LAID_OUT = 200_000
#: So much of the sender's own words must stand in a mail's HTML for it to be read in its place.
_ENOUGH = 0.9
#: Fewer answers under quoted questions are a remark below a quote.
_FEWEST_ANSWERS = 2
_QUESTION = re.compile(r"^.{2,300}[:?]\s*$")
_NO_LETTERS = re.compile(r"[\W_]+")


def body_document(message: Message) -> Document:
    """Given a message, return the sender's own words as a Document.

    Where its HTML holds tables or boxes, they are read as such. A letter of ours that stands in it
    unmarked is quoted: it is nobody's answer.
    """
    document = _laid_out(message) or _answered(message) or document_from_text(message.own_text)
    if not message.own_text.strip():
        return replace(document, blocks=())
    if not holds_our_letter(message.own_text):
        return document
    quoted = (replace(b, quoted=True) for b in document.blocks if isinstance(b, Line))
    return replace(document, blocks=tuple(quoted))


def _laid_out(message: Message) -> Document | None:
    """Return the body as its HTML lays it out, where that says what the own words say."""
    if len(message.own_text) > _LONGEST_LAID_OUT:
        return None
    own = squashed(message.own_text)
    blocks: list[Block] = []
    for source in message.pages:
        blocks += (block for block in blocks_from(source, own=True) or () if _is_own(block, own))
    if not any(isinstance(block, Table) or block.controls or block.struck for block in blocks):
        return None
    said = sum(len(squashed(text)) for text in texts_in(blocks))
    return Document(format="text", blocks=tuple(blocks)) if said >= _ENOUGH * len(own) else None


def _is_own(block: Block, own: str) -> bool:
    """Say whether a block stands in the sender's own words; of a table, most of its cells."""
    if isinstance(block, Line):
        words = block.text
        for control in block.controls:  # what was typed into a page stands in no plain text
            words = words.replace(control.text, "") if control.text else words
        if block.struck:  # what is left are pieces of what the plain text has whole
            return all(squashed(word) in own for word in words.split())
        return squashed(words) in own
    texts = [words for text in texts_in((block,)) if (words := squashed(text))]
    inside = sum(words in own for words in texts)
    return inside * 2 > len(texts) or not texts


def texts_in(blocks: Sequence[Block]) -> Iterator[str]:
    """Given blocks, yield all texts in them, also what is struck out."""
    for block in blocks:
        if isinstance(block, Line):
            yield block.text
            yield from block.struck
            continue
        for row in block.rows:
            for cell in row:
                yield from cell.text.split("\n")
                yield from cell.struck
                yield from texts_in(cell.tables)


# --- answers under quoted questions --------------------------------------------------------------


def _answered(message: Message) -> Document | None:
    """Return the body with the quoted questions that are answered below them, if there are some.

    Such a question is part of what the sender says; everything else that is quoted is not.
    """
    if len(message.text) > _LONGEST_LAID_OUT:
        return None
    own = {text.strip() for text in texts_in(document_from_text(message.own_text).blocks)}
    document = document_from_text(message.text)
    lines = [
        block
        for block in document.blocks
        if isinstance(block, Line) and (block.quoted or block.text.strip() in own)
    ]
    told = [line for line in lines if line.text.strip()]
    asked = {
        line.place
        for line, below in pairwise(told)
        if line.quoted and not below.quoted and _QUESTION.match(line.text.strip())
    }
    if len(asked) < _FEWEST_ANSWERS:
        return None
    blocks = (replace(line, quoted=line.quoted and line.place not in asked) for line in lines)
    return replace(document, blocks=tuple(blocks))


# --- words of any layout -------------------------------------------------------------------------


def squashed(text: str) -> str:
    """Given a text, return only its letters and digits: layouts differ in everything else."""
    return _NO_LETTERS.sub("", text.casefold())
