"""What the cells of a workbook show: numbers that are dates, boxes, words in bold or struck out.

A workbook keeps a day as a number and shows it by a format. What a format does not show was not
said: "Sep-16" is a month, whatever day stands behind it.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from lxml import etree

from mailbot.core.document import TICKED, UNTICKED, Cell
from mailbot.documents.html_words import Look, Words
from mailbot.documents.word_signs import is_symbol_font

_T = TypeVar("_T")

#: Formats that every Excel knows by number (ECMA-376 part 1, 18.8.30).
_BUILT_IN = {
    **dict.fromkeys((14, 15), "d/m/y"),
    16: "d-mmm",
    17: "mmm-y",
    **dict.fromkeys((18, 19, 20, 21), "h:s"),
    22: "d/m/y h:s",
    **dict.fromkeys((27, 28, 29, 30, 31, 36, 50, 51, 52, 53, 54, 57, 58), "d/m/y"),
    **dict.fromkeys((45, 46, 47), "h:s"),
}
_NOT_TOKENS = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.')
_ELAPSED = re.compile(r"\[(?:h+|m+|s+)\]", re.IGNORECASE)
_OFF = frozenset({"0", "false"})
_LAST_DAY = 2_958_466  # 31 December 9999
_LONGEST_CELL = 100_000
_WHITES = frozenset({"FFFFFFFF", "00FFFFFF", "FFFFFF"})


_USUAL = Look(verbatim=True)


@dataclass(frozen=True, slots=True)
class Style:
    """How one style of cells looks, and what its format shows."""

    look: Look = _USUAL
    shaded: bool = False
    shows: str = ""  # of "dmyhs", what a format of days and times shows; "" for other numbers
    digits: int = 0  # how many digits it fills up with zeros
    box: bool = False  # TRUE is shown as a box


@dataclass(slots=True, kw_only=True)
class Book:
    """What all sheets of a workbook share."""

    strings: Sequence[etree._Element] = ()
    styles: Sequence[Style] = ()
    epoch: datetime = datetime(1899, 12, 30)  # noqa: DTZ001 - a workbook knows no time zones
    unsaved: bool = False  # a formula was met whose result is not in the file


def local(node: etree._Element) -> str:
    """Given a node, return its name without its namespace, of which Excel has two."""
    return node.tag.rpartition("}")[2] if isinstance(node.tag, str) else ""


def children(node: etree._Element, name: str) -> list[etree._Element]:
    """Given a node, return its children of that name."""
    return [child for child in node if local(child) == name]


def child(node: etree._Element | None, name: str) -> etree._Element | None:
    """Given a node, return its first child of that name, or None."""
    return next((c for c in node if local(c) == name), None) if node is not None else None


# --- styles ---------------------------------------------------------------------------------------


def styles_from(root: etree._Element) -> tuple[Style, ...]:
    """Given a workbook's styles, return those that cells name by number."""
    formats = {
        number.get("numFmtId", ""): number.get("formatCode", "")
        for group in children(root, "numFmts")
        for number in group
    }
    fonts = [_look(font) for group in children(root, "fonts") for font in group]
    fills = [_is_shaded(fill) for group in children(root, "fills") for fill in group]
    cells = child(root, "cellXfs")
    return tuple(_style(xf, formats, fonts, fills) for xf in (cells if cells is not None else ()))


def _style(
    xf: etree._Element, formats: Mapping[str, str], fonts: Sequence[Look], fills: Sequence[bool]
) -> Style:
    number = xf.get("numFmtId", "0")
    code = formats.get(number) or (_BUILT_IN.get(int(number), "") if number.isdigit() else "")
    bare = _NOT_TOKENS.sub("", code.split(";")[0])
    return Style(
        look=_at(fonts, xf.get("fontId"), _USUAL),
        shaded=_at(fills, xf.get("fillId"), False),
        shows=_shown_by(code, bare),
        digits=len(bare) if bare and not bare.strip("0") else 0,
        box=any(local(node) == "xfComplement" for node in xf.iter()),
    )


def _shown_by(code: str, bare: str) -> str:
    lower = bare.lower().replace("am/pm", "").replace("a/p", "")
    if _ELAPSED.search(code.split(";")[0]):
        return "hs"
    found = "".join(c for c in "dyhs" if c in lower)
    if "m" in lower and (not set("hs") & set(found) or set("dy") & set(found)):
        found += "m"
    return found if "general" not in lower else ""


def _at(items: Sequence[_T], number: str | None, default: _T) -> _T:
    index = int(number) if number and number.isdigit() else -1
    return items[index] if 0 <= index < len(items) else default


def _look(font: etree._Element) -> Look:
    said = {local(node): node for node in font}
    name = said.get("name", said.get("rFont"))
    return Look(
        bold=_is_on(said.get("b")),
        struck=_is_on(said.get("strike")),
        marked=_is_on(said.get("u")) or _is_coloured(said.get("color")),
        font=name.get("val", "") if name is not None else "",
        verbatim=True,
    )


def _is_on(node: etree._Element | None) -> bool:
    return node is not None and node.get("val", "1") not in _OFF | {"none"}


def _is_coloured(node: etree._Element | None) -> bool:
    if node is None:
        return False
    if node.get("rgb"):
        return node.get("rgb", "")[-6:].upper() not in ("000000", "FFFFFF")
    return int(node.get("theme", "1")) > 1 if node.get("theme", "1").isdigit() else False


def _is_shaded(fill: etree._Element) -> bool:
    pattern = child(fill, "patternFill")
    if pattern is None or pattern.get("patternType", "none") in ("none", "gray125"):
        return False
    colour = child(pattern, "fgColor")
    if colour is None or colour.get("rgb", "").upper() in _WHITES:
        return False
    return colour.get("theme") != "0" or bool(colour.get("tint"))


# --- cells ----------------------------------------------------------------------------------------


def cell_from(node: etree._Element, book: Book) -> Cell:
    """Given a cell of a sheet, return it with what it shows."""
    style = _at(book.styles, node.get("s", "0"), Style())
    kind = node.get("t", "n")
    words = Words()
    if kind == "inlineStr":
        _say_string(words, child(node, "is"), style.look)
    elif kind == "s":
        _say_string(words, _at(book.strings, _value(node), None), style.look)
    else:
        words.say(_shown(node, kind, style, book)[:_LONGEST_CELL], _readable(style.look))
    # What is struck out, and what the font's colour says, holds for a cell as for a word.
    text = words.text
    return Cell(
        text=text,
        strong=bool(text) and (words.strong or style.shaded),
        marked=words.marked,
        struck=words.struck,
    )


def _readable(look: Look) -> Look:
    """Numbers in a symbol font are an accident of formatting."""
    return Look(bold=look.bold, marked=look.marked, struck=look.struck, verbatim=True)


def _value(node: etree._Element) -> str:
    value = child(node, "v")
    return (value.text or "").strip() if value is not None else ""


def _say_string(words: Words, string: etree._Element | None, look: Look) -> None:
    """Take in a string: all of one look, or in runs; reading aids (phonetics) are no part of it."""
    if string is None:
        return
    left = _LONGEST_CELL
    for part in string:
        if local(part) == "t":
            words.say((part.text or "")[:left], look)
        elif local(part) == "r":
            properties, text = child(part, "rPr"), child(part, "t")
            own = _look(properties) if properties is not None else look
            if not own.font and is_symbol_font(look.font):
                own = Look(own.bold, own.marked, own.struck, look.font, verbatim=True)
            words.say(((text.text if text is not None else "") or "")[:left], own)


def _shown(node: etree._Element, kind: str, style: Style, book: Book) -> str:
    value = _value(node)
    if not value and kind != "str" and child(node, "f") is not None:
        book.unsaved = True
    if kind == "b" and value:
        on = value not in _OFF
        return (TICKED if on else UNTICKED) if style.box else ("Yes" if on else "No")
    if kind == "d":
        return value.replace("T00:00:00", "").replace("T", " ")
    return _number(value, style, book) if kind == "n" else value


def _number(value: str, style: Style, book: Book) -> str:
    try:
        number = float(value)
    except ValueError:
        return value
    if style.shows and 0 <= number < _LAST_DAY:
        return _moment(number, style.shows, book)
    if not number.is_integer() or abs(number) >= 1e15:
        return repr(number)
    return str(int(number)).zfill(style.digits)


def _moment(number: float, shows: str, book: Book) -> str:
    """What a format does not show, nobody said: the day of a month, the year of a day."""
    if number < 61 and book.epoch.year == 1899:
        number += 1  # Excel counts a 29 February 1900, as Lotus did
    # Moments are kept as parts of a day: a second is what survives.
    moment = book.epoch + timedelta(seconds=round(number * 86_400))
    hour = f"{moment:%H:%M}" if {"h", "s"} & set(shows) else ""
    if not {"d", "m", "y"} & set(shows):
        return hour
    if "y" not in shows:
        day = f"{moment.day} {moment:%B}" if "d" in shows else f"{moment:%B}"
    elif "d" in shows:
        day = moment.date().isoformat()
    else:
        day = f"{moment:%Y-%m}" if "m" in shows else f"{moment:%Y}"
    midnight = moment.hour == moment.minute == moment.second == 0
    return f"{day} {hour}" if hour and not midnight else day
