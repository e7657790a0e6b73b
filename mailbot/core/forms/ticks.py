"""Boxes in text: which options stand there, and which of them are ticked.

Used by every format, since a box ends up as a character wherever it came from.
"""

import re

TICKED = "☒"
UNTICKED = "☐"

#: Wingdings and its kin, as Word keeps them (private use area), and what they show.
GLYPHS = {
    **dict.fromkeys("\uf0fe\uf0fd\uf0fc\uf0fb\uf052\uf053\uf054", TICKED),
    **dict.fromkeys("\uf0a8\uf06f\uf071\uf072\uf0a3\uf030", UNTICKED),
}
_GLYPH_TABLE = str.maketrans(GLYPHS)
_BOX = re.compile(r"([☒☑✓✔✗✘■🗹🗷]|\[ ?[xX✓✔] ?\])|([☐□❑❏]|\[ {0,3}\])")
_FIRST_BOX = re.compile(r"[☒☑✓✔✗✘■🗹🗷☐□❑❏\[\uf030-\uf0ff]")


def has_box(text: str) -> bool:
    """Given a text, return whether a box, ticked or not, stands in it."""
    if not _FIRST_BOX.search(text):
        return False
    return bool(_BOX.search(text.translate(_GLYPH_TABLE)))


def options_in(text: str) -> tuple[str, tuple[tuple[str, bool], ...]]:
    """Given a text with boxes, return its question and its options, each with whether ticked.

    Boxes stand before their words ("☐ Yes ☒ No") or after them ("Yes ☐ No ☒"); the text shows
    which by where it ends. The question is empty when the boxes stand alone.
    """
    text = text.translate(_GLYPH_TABLE)
    boxes = list(_BOX.finditer(text))
    if not boxes:
        return _plain(text), ()
    ticks = [bool(box[1]) for box in boxes]
    edges = [0, *(edge for box in boxes for edge in box.span()), len(text)]
    words = [_plain(text[edges[i] : edges[i + 1]]) for i in range(0, len(edges), 2)]
    head = text[: boxes[0].start()].rstrip()
    if words[-1] or not words[0] or head.endswith((":", "?")):
        return words[0], tuple(zip(words[1:], ticks, strict=True))
    question, mark, first = head.rpartition(":" if ":" in head else "?")
    before = [_plain(first), *words[1:-1]] if mark else words[:-1]
    return _plain(question), tuple(zip(before, ticks, strict=True))


def _plain(text: str) -> str:
    return " ".join(text.split()).strip(" :;,|/")
