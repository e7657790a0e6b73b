"""What the styles of a Word file mean: headings, lists of contents, bold, colour, struck out.

The style sheet is often ten times as long as the form. It is parsed only when the document names
a style that is not one of Word's own, whose meaning is known.
"""

import re
from collections.abc import Callable
from typing import NamedTuple

from lxml import etree

from mailbot.documents.word_signs import is_symbol_font
from mailbot.documents.word_tags import (
    OFF,
    PARAGRAPH_FACTS,
    RUN_FACTS,
    VALUE,
    W,
    is_on,
    number_of,
    value_of,
)

BOLD, COLOURED, HIGHLIGHTED, UNDERLINED, BORDERED = 1, 2, 4, 8, 16
STRUCK, HIDDEN, LINKED, PROMPTING = 32, 64, 128, 256
#: What picks words out among others.
MARKS = BOLD | COLOURED | HIGHLIGHTED | UNDERLINED | BORDERED
_HEADING = re.compile(r"(?:heading|title|subtitle|.?berschrift|titre|rubrik)[ _]?\d*\b", re.I)
_CONTENTS = re.compile(r"(?:toc|contents)[ _]?(?:heading|\d)", re.I)
_PLAIN_IDS = frozenset(
    "Normal Standard TableGrid TableNormal ListParagraph BodyText Textbody TextBody NoSpacing"
    " Header Footer DefaultParagraphFont PageNumber FootnoteText FootnoteReference"
    " EndnoteText EndnoteReference CommentText CommentReference CommentSubject BalloonText"
    " TableContents Emphasis Caption Default NormalWeb TextBoxContents FrameContents".split()
)
_PLAIN_FAMILY = re.compile(r"(?:ListBullet|ListNumber|ListContinue|BodyText|List)\d?$")
_BOLD_IDS = frozenset({"Strong", "TableHeading"})
_LINK_IDS = frozenset({"Hyperlink", "FollowedHyperlink", "InternetLink", "VisitedInternetLink"})
_NO_COLOURS = frozenset({"", "AUTO", "NONE", "WHITE", "BLACK", "LIGHTGRAY", "DARKGRAY"})
_LONGEST_CHAIN = 12


class Look(NamedTuple):
    """How a run of text looks."""

    flags: int = 0
    colour: str = ""  # "" for black, white and grey: a colour that says nothing
    font: str = ""  # of symbols; "" for a font of letters
    size: int = 0  # in half points, 0 where nothing is said


class Style(NamedTuple):
    """What a style means for reading."""

    look: Look = Look()
    heading: bool = False
    contents: bool = False  # a line of the list of contents, which Word makes by itself
    strong_row: bool = False  # of a table style: its first row is bold or shaded
    strong_column: bool = False


PLAIN = Look()
_NOTHING = Style()


class Styles:
    """The style sheet of one file: `of` answers what a style means, loading it when it must."""

    def __init__(self, load: Callable[[], etree._Element | None]) -> None:
        """`load` gives the root of the style sheet, None when there is none."""
        self._load = load
        self._known: dict[str, Style] = {"": _NOTHING}
        self._sheet: dict[str, etree._Element] | None = None

    def of(self, name: str) -> Style:
        """Given the id of a style, return what it means."""
        style = self._known.get(name)
        if style is None:
            style = self._known[name] = _known_by_name(name) or self._read(name)
        return style

    def _read(self, name: str) -> Style:
        if self._sheet is None:
            root = self._load()
            found = () if root is None else root.iter(W + "style")
            self._sheet = {style.get(W + "styleId", ""): style for style in found}
        chain: list[etree._Element] = []
        while name in self._sheet and len(chain) < _LONGEST_CHAIN:
            chain.append(self._sheet[name])
            name = value_of(chain[-1].find(W + "basedOn"))
        style = _NOTHING
        for element in reversed(chain):
            style = _over(style, element)
        return style


def _known_by_name(name: str) -> Style | None:
    if name in _PLAIN_IDS or _PLAIN_FAMILY.match(name):
        return _NOTHING
    if name in _LINK_IDS:
        return Style(look=Look(flags=LINKED))
    if name == "PlaceholderText":
        return Style(look=Look(flags=PROMPTING))
    if name in _BOLD_IDS:
        return Style(look=Look(flags=BOLD))
    if _CONTENTS.match(name):
        return Style(contents=True)
    if _HEADING.match(name):
        return Style(look=Look(flags=BOLD), heading=True)
    return None


def _over(style: Style, element: etree._Element) -> Style:
    """Given what a style inherits and its own element, return what both mean together."""
    called = value_of(element.find(W + "name"))
    if _CONTENTS.match(called):
        return Style(contents=True)
    level = element.find(f"{PARAGRAPH_FACTS}/{W}outlineLvl")
    heading = bool(_HEADING.match(called)) or (level is not None and number_of(level) < 9)
    facts = element.find(RUN_FACTS)
    return Style(
        look=style.look if facts is None else look_over(style.look, facts),
        heading=heading or (style.heading and level is None),
        contents=style.contents,
        strong_row=style.strong_row or _is_strong_part(element, "firstRow"),
        strong_column=style.strong_column or _is_strong_part(element, "firstCol"),
    )


def _is_strong_part(style: etree._Element, part: str) -> bool:
    for element in style.findall(W + "tblStylePr"):
        if element.get(W + "type") == part:
            bold = is_on(element.find(f"{RUN_FACTS}/{W}b"))
            return bold or is_shaded(element.find(f"{W}tcPr/{W}shd"))
    return False


def is_shaded(shade: etree._Element | None) -> bool:
    """Given the shading of a cell or paragraph, return whether it is not that of paper."""
    if shade is None:
        return False
    fill = shade.get(W + "fill", "auto").upper()
    return fill not in ("AUTO", "FFFFFF", "") or value_of(shade).startswith("pct")


_STYLE = W + "rStyle"
_TOGGLES = {W + "strike": STRUCK, W + "dstrike": STRUCK, W + "vanish": HIDDEN}


def look_over(base: Look, facts: etree._Element, styles: Styles | None = None) -> Look:
    """Given how text looks by its style and what a run says of its own (`w:rPr`), return the sum.

    Colours of links and their underline are no choice of anybody's, and are left out.
    """
    look = base
    for fact in facts:
        tag = fact.tag
        change = _CHANGES.get(tag)
        if change is not None:
            look = change(look, fact)
        elif tag in _TOGGLES:
            look = _switched(look, _TOGGLES[tag], is_on(fact))
        elif tag == _STYLE and styles is not None:
            flags, colour, font, _ = styles.of(value_of(fact)).look
            look = Look(look.flags | flags, colour or look.colour, font or look.font, look.size)
    if look.flags & LINKED:
        look = look._replace(flags=look.flags & ~(COLOURED | UNDERLINED), colour="")
    return look


def _switched(look: Look, flag: int, is_set: bool) -> Look:
    flags = look.flags | flag if is_set else look.flags & ~flag
    return look if flags == look.flags else Look(flags, look.colour, look.font, look.size)


def _bold(look: Look, fact: etree._Element) -> Look:
    if fact.get(VALUE) in OFF:
        return _switched(look, BOLD, False)
    return Look(look.flags | BOLD, look.colour, look.font, look.size)


def _sized(look: Look, fact: etree._Element) -> Look:
    digits = fact.get(VALUE, "")
    size = int(digits) if digits.isdecimal() and len(digits) < 5 else 0
    return Look(look.flags, look.colour, look.font, size)


def _in_font(look: Look, fact: etree._Element) -> Look:
    named = fact.get(W + "ascii") or fact.get(W + "hAnsi") or look.font
    return look._replace(font=named if is_symbol_font(named) else "")


def _coloured(look: Look, fact: etree._Element) -> Look:
    colour = told_apart(value_of(fact))
    return _switched(look, COLOURED, bool(colour))._replace(colour=colour)


def _underlined(look: Look, fact: etree._Element) -> Look:
    return _switched(look, UNDERLINED, is_on(fact))


def _highlighted(look: Look, fact: etree._Element) -> Look:
    return _switched(look, HIGHLIGHTED, value_of(fact).upper() not in _NO_COLOURS)


def _shaded(look: Look, fact: etree._Element) -> Look:
    is_mark = bool(told_apart(fact.get(W + "fill", "")))
    return _switched(look, HIGHLIGHTED, is_mark or bool(look.flags & HIGHLIGHTED))


def _bordered(look: Look, fact: etree._Element) -> Look:
    return _switched(look, BORDERED, value_of(fact) not in ("nil", "none", ""))


_CHANGES = {
    W + "b": _bold,
    W + "sz": _sized,
    W + "rFonts": _in_font,
    W + "color": _coloured,
    W + "u": _underlined,
    W + "highlight": _highlighted,
    W + "shd": _shaded,
    W + "bdr": _bordered,
}


def told_apart(colour: str) -> str:
    """Given a colour as RRGGBB, return it, or "" for black, white and all greys.

    Grey makes words step back as often as stand out; so it is never a mark.
    """
    colour = colour.upper().lstrip("#")
    if colour in _NO_COLOURS or len(colour) != 6:
        return ""
    try:
        parts = [int(colour[i : i + 2], 16) for i in (0, 2, 4)]
    except ValueError:
        return ""
    return colour if max(parts) - min(parts) > 24 and max(parts) > 0x40 else ""
