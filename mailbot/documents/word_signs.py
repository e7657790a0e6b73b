"""Signs in the text of a Word file: boxes and ticks, whatever font draws them, and odd blanks.

Word draws boxes with fonts of symbols (Wingdings and its kin), where a letter is a picture: an "o"
in Wingdings is an empty box, a "þ" a ticked one. The tables say what each picture shows. Anything
a table does not name is left out: an arrow or a smiley says nothing about a child.
"""

import re

from mailbot.core.document import TICKED, UNTICKED

_TICK, _CROSS = "✓", "✗"

#: Fonts of symbols -> the code of a character, and what it shows there.
_WINGDINGS = {
    **dict.fromkeys((0x6F, 0x70, 0x71, 0x72, 0xA8), UNTICKED),
    **dict.fromkeys((0x78, 0xFD, 0xFE), TICKED),
    **dict.fromkeys((0x6D, 0xA1, 0xA2), "○"),
    **dict.fromkeys((0xE0, 0xE8, 0xF0), "→"),
    0x6C: "●",
    0xA4: "◉",
    0xFB: _CROSS,
    0xFC: _TICK,
}
_WINGDINGS_2 = {
    **dict.fromkeys((0x51, 0x52, 0x53, 0x54), TICKED),
    0x4F: _CROSS,
    0x50: _TICK,
    0xA3: UNTICKED,
}
_WEBDINGS = {0x61: _TICK, 0x63: UNTICKED, 0x6E: "●", 0x72: _CROSS}
_DINGBATS = {
    **dict.fromkeys((0x6F, 0x70, 0x71, 0x72), UNTICKED),
    **dict.fromkeys((0x33, 0x34), _TICK),
    **dict.fromkeys((0x35, 0x36, 0x37, 0x38), _CROSS),
    0x6C: "●",
    0x6D: "○",
}
_SEGOE = {
    **dict.fromkeys((0xE001, 0xE0E7, 0xE10B, 0xE73E, 0xE8FB), _TICK),
    **dict.fromkeys((0xE0A2, 0xE73A), TICKED),
    **dict.fromkeys((0xE106, 0xE10A, 0xE711), _CROSS),
    0xE739: UNTICKED,
}
_FONTS = {
    "wingdings": _WINGDINGS,
    "wingdings 2": _WINGDINGS_2,
    "wingdings 3": {},
    "webdings": _WEBDINGS,
    "marlett": {0x61: _TICK, 0x62: _TICK},
    "zapfdingbats": _DINGBATS,
    "zapf dingbats": _DINGBATS,
    "itc zapf dingbats": _DINGBATS,
    "monotype sorts": _DINGBATS,
    "segoe mdl2 assets": _SEGOE,
    "segoe fluent icons": _SEGOE,
}

#: Boxes of Unicode, and what is left of Wingdings where the name of the font was lost.
_BOXES = {
    **dict.fromkeys("☑🗹🗷🗵⮽⊠⌧❎", TICKED),
    **dict.fromkeys("□❏❐❑❒◻◽⬜🞎🞏▢", UNTICKED),
    **dict.fromkeys("\uf0fe\uf0fd\uf052\uf053\uf054\uf078", TICKED),
    **dict.fromkeys("\uf0a8\uf06f\uf071\uf072\uf0a3", UNTICKED),
    **dict.fromkeys("\uf0fc\uf050", _TICK),
    **dict.fromkeys("\uf0fb\uf04f", _CROSS),
}
#: What is there for line breaking, direction and looks alone.
_UNSEEN = dict.fromkeys("\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufe0e\ufe0f\ufeff", "")
_EMBEDDINGS = dict.fromkeys("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069", "")
_TRANSLATION = str.maketrans({**_BOXES, **_UNSEEN, **_EMBEDDINGS, "\u2011": "-"})
_GAP = re.compile(r"[ \u00a0\u2000-\u200a\u3000]*\t\s*|[ \u00a0\u2000-\u200a\u3000]{4,}")


def tidy(text: str) -> str:
    """Given text, return it with boxes as ☒ or ☐, blanks made single, and empty lines left out.

    A tab, or blanks as wide as one, stay as one "\\t" between words: they part columns.
    """
    if text.isascii():
        if "\n" not in text and "\t" not in text and "    " not in text:
            return " ".join(text.split())
    else:
        text = text.translate(_TRANSLATION)
    if "\n" not in text:
        return _line(text)
    return "\n".join(line for line in map(_line, text.split("\n")) if line)


def _line(text: str) -> str:
    if "\t" not in text and "    " not in text and text.isascii():
        return " ".join(text.split())
    pieces = (" ".join(piece.split()) for piece in _GAP.split(text))
    return "\t".join(piece for piece in pieces if piece)


def is_symbol_font(font: str) -> bool:
    """Given the name of a font, return whether its letters are pictures."""
    return font.lower() in _FONTS


def sign(font: str, code: int) -> str:
    """Given a font and the code of a character (`w:sym`), return what it shows, "" if nothing.

    Codes of symbol fonts stand in the private use area from F000 on, or without that offset.
    """
    table = _FONTS.get(font.lower())
    if table is not None:
        return table.get(code & 0xFF if 0xF000 <= code <= 0xF0FF else code, "")
    if 0xE000 <= code < 0xF000:
        return _SEGOE.get(code, "")
    if not 0x20 <= code <= 0x10FFFF or 0xD800 <= code < 0xE000:
        return ""
    return chr(code)


def signs(font: str, text: str) -> str:
    """Given text typed in a symbol font, return what it shows.

    A whole word in such a font is an accident of formatting, and stays as it was typed.
    """
    shown = [" " if c.isspace() else sign(font, ord(c)) for c in text]
    if len(text) > 3 and text.isalpha() and not all(shown):
        return text
    return "".join(shown)
