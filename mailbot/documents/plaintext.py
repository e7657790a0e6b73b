"""Plain text as a Document: its lines, which of them are quoted, and words between stars."""

import re

from mailbot.core.document import Document, Line
from mailbot.documents.word_signs import tidy

_LONGEST_TEXT = 1_000_000
_QUOTE = re.compile(r"^\s{0,3}>[> ]*")
#: What was bold in HTML stands between stars in the plain text that mail programs make of it.
_STARRED = re.compile(r"(?<![\w*])\*([^\s*](?:[^*\n]{0,300}[^\s*])?)\*(?![\w*])")
_BLANKS = re.compile(r"(\s+)")


def document_from_text(text: str, place: str = "message") -> Document:
    """Given plain text, return it as a Document; lines that begin with ">" are quoted.

    Places are lines, counted from 1: "line 4"; `place` names the whole and stands before the line
    unless it is the message itself.
    """
    prefix = "" if place == "message" else f"{place}, "
    blocks = []
    for number, line in enumerate(text[:_LONGEST_TEXT].splitlines(), start=1):
        mark = _QUOTE.match(line)
        own = _with_signs(line[mark.end() :] if mark else line)
        starred = tuple(_STARRED.findall(own)) if "*" in own else ()
        text = _STARRED.sub(r"\1", own) if starred else own
        whole = len(starred) == 1 and text.strip() == starred[0]
        blocks.append(
            Line(
                place=f"{prefix}line {number}",
                text=text,
                strong=whole,
                marked=() if whole else starred,
                quoted=bool(mark),
            )
        )
    return Document(format="text", blocks=tuple(blocks))


def _with_signs(line: str) -> str:
    """Given a line, return it with boxes as ☒ or ☐; its blanks stay, which may part columns."""
    if line.isascii():
        return line
    pieces = _BLANKS.split(line.replace("\xa0", " "))
    return "".join(piece if piece.isspace() else tidy(piece) for piece in pieces)
