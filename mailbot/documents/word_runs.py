"""Runs of a Word file become text: what counts of it, what was struck out, what was picked out.

A passage is the text of one line or one cell being put together. Tracked changes are read as if
accepted, fields by their result, symbols by what they show, and hidden text not at all.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from string import hexdigits
from typing import NamedTuple

from lxml import etree

from mailbot.core.document import Control
from mailbot.documents import word_controls
from mailbot.documents.word_controls import BIDDING, PROMPTS, Bound
from mailbot.documents.word_signs import sign, signs, tidy
from mailbot.documents.word_styles import (
    BOLD,
    COLOURED,
    HIDDEN,
    LINKED,
    MARKS,
    PLAIN,
    PROMPTING,
    STRUCK,
    Look,
    Styles,
    look_over,
)
from mailbot.documents.word_tags import (
    ALTERNATIVES,
    CONTENT,
    CONTROL,
    RUN,
    RUN_FACTS,
    TEXT,
    TEXT_BOX,
    THROUGH,
    W,
    chosen,
    value_of,
)

_LINK, _SIMPLE_FIELD = W + "hyperlink", W + "fldSimple"
_FIELD = W + "fldChar"
_SYMBOLS = frozenset(
    {W + "sym", "{http://schemas.microsoft.com/office/word/2015/wordml/symex}symEx"}
)
_SPOKEN = {
    W + "tab": "\t",
    W + "ptab": "\t",
    W + "br": "\n",
    W + "cr": "\n",
    W + "noBreakHyphen": "-",
}
_DRAWN = frozenset({W + "drawing", W + "pict", W + "object"})
_DIAGRAM = "{http://schemas.openxmlformats.org/drawingml/2006/diagram}relIds"
_OBJECT, _ACTIVE = "OLEObject", W + "control"
_PICTURES = ("{http://schemas.openxmlformats.org/drawingml/2006/main}blip", "imagedata")
_MATHS = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
#: A field not filled by mail merge shows its own name: «Child_name».
_UNMERGED = ("«", "»")

_MOST_FIELDS = 40  # one in another
#: A prompt that was left as plain text, its control gone.
_PROMPTED = Control(placeholder=True)

Piece = tuple[str, Look]


@dataclass(slots=True)
class Reading:
    """What all passages of one file share."""

    styles: Styles
    bound: Bound
    seen: set[str] = field(default_factory=set)  # "embedded", "active", "picture": for problems


@dataclass(slots=True)
class _Field:
    """A field that has begun: its code is not text, its result is."""

    start: int  # where its result starts among the pieces
    in_code: bool = True
    silent: bool = False  # its result was said already, as a box or an entry of a list
    control: Control | None = None
    controls: int = 0  # where its control goes
    default: str = ""
    withheld: list[Piece] = field(default_factory=list)  # text in its code


@dataclass(slots=True)
class Passage:
    """The text of one line or cell, being put together."""

    pieces: list[Piece] = field(default_factory=list)
    controls: list[Control] = field(default_factory=list)
    fields: list[_Field] = field(default_factory=list)
    boxes: list[etree._Element] = field(default_factory=list)  # text boxes anchored in it
    unsure: bool = False  # what a box or list says cannot be told
    prompting: bool = False  # a prompt has begun, and may go on in the next run
    unread: int = 0  # fields that began inside too many others

    def is_silent(self) -> bool:
        """Whether what comes now is the code of a field, not text."""
        return any(f.in_code or f.silent for f in self.fields)

    def is_typing(self) -> bool:
        """Whether an old text field has begun and not yet ended."""
        return any(f.control is not None and not f.silent for f in self.fields)

    def end_paragraph(self) -> None:
        """A field without a result ends with its paragraph: torn files lose no text."""
        for begun in self.fields:
            if begun.in_code and not begun.silent:
                self.pieces += begun.withheld
            begun.in_code = begun.silent = False


class Said(NamedTuple):
    """What a passage says."""

    text: str = ""
    strong: bool = False
    size: int = 0
    marked: tuple[str, ...] = ()
    struck: tuple[str, ...] = ()


_NOTHING = Said()


def said(passage: Passage) -> Said:
    """Given a passage, return its text, and which words of it were picked out or struck out."""
    pieces = passage.pieces
    if not pieces:
        return _NOTHING
    first = pieces[0][1]
    for _, look in pieces:
        if look != first or look.flags & STRUCK:
            return _said_in_looks(pieces)
    text = tidy("".join([words for words, _ in pieces]))
    return Said(text, bool(first.flags & BOLD) and bool(text), first.size, (), ())


def _said_in_looks(pieces: list[Piece]) -> Said:
    text = tidy("".join(words for words, look in pieces if not look.flags & STRUCK))
    struck = _groups(pieces, {look: bool(look.flags & STRUCK) for _, look in pieces})
    looks: dict[Look, int] = {}
    for words, look in pieces:
        if not look.flags & STRUCK and words and not words.isspace():
            looks[look] = looks.get(look, 0) + len(words)
    strong = bool(looks) and all(look.flags & BOLD for look in looks)
    size = min((look.size for look in looks), default=0)
    marked = _groups(pieces, _marks(looks)) if len(looks) > 1 else ()
    return Said(text, strong, size, marked, struck)


def _marks(looks: dict[Look, int]) -> dict[Look, object]:
    """Given the looks in a passage, return those that stand out, and by what.

    What all words have picks out none of them; nor does the colour most of them have.
    """
    common = MARKS
    colours: dict[str, int] = {}
    for look, length in looks.items():
        common &= look.flags
        colours[look.colour] = colours.get(look.colour, 0) + length
    usual = "" if "" in colours else max(colours, key=lambda colour: colours[colour])
    marks: dict[Look, object] = {}
    for look in looks:
        flags = look.flags & MARKS & ~common & ~COLOURED
        colour = look.colour if look.colour != usual else ""
        if flags or colour:
            marks[look] = (flags, colour)
    return marks


def _groups(pieces: list[Piece], keys: Mapping[Look, object]) -> tuple[str, ...]:
    """Given pieces and the looks that count, return the words that have them."""
    groups: list[str] = []
    open_key: object = None
    for words, look in pieces:
        if words.isspace() and "\n" not in words:
            if open_key and groups:
                groups[-1] += words
            continue
        key = keys.get(look)
        if not key or key != open_key or words.startswith("\n"):
            groups.append("")
        open_key = key
        if key and groups:
            head, *rest = words.split("\n")
            groups[-1] += head
            groups += rest
    found = (tidy(group).strip(" \t/|,;") for group in groups)
    return tuple(group for group in found if group)


def read_inline(parent: etree._Element, passage: Passage, base: Look, reading: Reading) -> None:
    """Given a paragraph or what stands around runs in it, add its text to the passage."""
    for child in parent:
        tag = child.tag
        if tag == RUN:
            _run(child, passage, base, reading)
        elif tag == CONTROL:
            _inline_control(child, passage, base, reading)
        elif tag == _LINK:
            read_inline(child, passage, base._replace(flags=base.flags | LINKED), reading)
        elif tag in THROUGH:
            read_inline(child, passage, base, reading)
        elif tag == _SIMPLE_FIELD:
            start = len(passage.pieces)
            read_inline(child, passage, base, reading)
            _drop_unmerged(passage, start)
        elif tag == ALTERNATIVES:
            inner = chosen(child)
            if inner is not None:
                read_inline(inner, passage, base, reading)
        elif isinstance(tag, str) and tag.startswith(_MATHS):
            text = "".join(node.text or "" for node in child.iter(_MATHS + "t"))
            passage.pieces.append((text, base))


def _inline_control(
    element: etree._Element, passage: Passage, base: Look, reading: Reading
) -> None:
    content = element.find(CONTENT)
    if content is not None:
        start = len(passage.pieces), len(passage.controls)
        read_inline(content, passage, base, reading)
        close_control(element, passage, start, reading)


def close_control(
    element: etree._Element, passage: Passage, start: tuple[int, int], reading: Reading
) -> None:
    """Given a control whose content was read since `start`, add it, and correct the text by it.

    `start` is how many pieces and controls the passage had before.
    """
    facts = word_controls.facts_of(element)
    if not facts:
        return
    pieces, controls = start
    shown = text_of(passage.pieces[pieces:])
    if len(passage.controls) > controls:
        inner = passage.controls[controls:]
        passage.controls[controls:] = [c for c in inner if c != _PROMPTED]
    control, words, unsure = word_controls.settled(facts, shown, reading.bound)
    passage.unsure = passage.unsure or unsure
    if words is not None:
        look = passage.pieces[pieces][1] if len(passage.pieces) > pieces else PLAIN
        # A box drawn in a symbol font was made a sign by now.
        passage.pieces[pieces:] = [(words, look._replace(font=""))] if words else []
    passage.controls.insert(controls, control)


def text_of(pieces: list[Piece]) -> str:
    """Given pieces, return their text without what was struck out."""
    return tidy("".join(words for words, look in pieces if not look.flags & STRUCK))


def _run(run: etree._Element, passage: Passage, base: Look, reading: Reading) -> None:
    look = base
    for child in run:
        tag = child.tag
        if tag == RUN_FACTS:
            if len(run) > 1:
                look = look_over(base, child, reading.styles)
        elif tag == _FIELD:
            _field(child, passage, look)
        elif look.flags & HIDDEN:
            continue
        elif passage.fields and passage.is_silent():
            if tag == TEXT:
                passage.fields[-1].withheld.append((child.text or "", look))
        elif tag == TEXT:
            _text(child.text or "", look, passage)
        elif tag in _SPOKEN:
            passage.pieces.append((_SPOKEN[tag], look))
        else:
            _other(child, passage, look, reading)


def _other(child: etree._Element, passage: Passage, look: Look, reading: Reading) -> None:
    """Given what in a run is neither text nor a field, read it."""
    tag = child.tag
    if tag in _SYMBOLS:
        passage.pieces.append((_shown(child), look))
    elif tag in _DRAWN:
        _drawn(child, passage, reading)
    elif tag == ALTERNATIVES:
        inner = chosen(child)
        if inner is not None:
            _run(inner, passage, look, reading)
    elif tag in THROUGH:
        read_inline(child, passage, look, reading)


def _text(text: str, look: Look, passage: Passage) -> None:
    if look.flags & PROMPTING and (passage.prompting or BIDDING.match(text)):
        # Word takes this style away from what is typed: it is a prompt whose control is gone.
        passage.prompting = True
        passage.controls.append(_PROMPTED)
        return
    passage.prompting = passage.prompting and not text.strip()
    if look.font:
        text = signs(look.font, text)
    elif ("lick " in text or "hoose " in text or "[Type" in text) and PROMPTS.search(text):
        text = PROMPTS.sub("", text)
        passage.controls.append(_PROMPTED)
    passage.pieces.append((text, look))


def _shown(symbol: etree._Element) -> str:
    facts = {etree.QName(name).localname: words for name, words in symbol.attrib.items()}
    code = facts.get("char", "")
    is_code = 0 < len(code) < 7 and all(c in hexdigits for c in code)
    return sign(facts.get("font", ""), int(code, 16)) if is_code else ""


# --- fields -----------------------------------------------------------------------------------


def _field(mark: etree._Element, passage: Passage, look: Look) -> None:
    """Given where a field begins, where its code ends or where it ends, keep count (17.16.18)."""
    kind = mark.get(W + "fldCharType", "")
    data = mark.find(W + "ffData")
    if kind == "begin" and len(passage.fields) >= _MOST_FIELDS:
        passage.unread += 1
    elif kind == "end" and passage.unread:
        passage.unread -= 1
    elif kind == "begin" or data is not None:
        is_hidden = bool(look.flags & HIDDEN) or passage.is_silent()
        begun = _Field(start=len(passage.pieces), controls=len(passage.controls))
        if data is not None and not is_hidden:
            _begin_form_field(begun, data, passage, look)
        passage.fields.append(begun)
    elif passage.fields and kind == "separate":
        passage.fields[-1].in_code = False
        passage.fields[-1].start = len(passage.pieces)
    elif passage.fields and kind == "end":
        _end_field(passage)


def _begin_form_field(begun: _Field, data: etree._Element, passage: Passage, look: Look) -> None:
    control, words, is_unsure = word_controls.old_field(data)
    passage.unsure = passage.unsure or is_unsure
    if words is None:
        begun.control = control
        begun.default = tidy(value_of(data.find(f"{W}textInput/{W}default")))
        return
    begun.silent = True
    passage.controls.append(control)
    passage.pieces.append((words, look))


def _end_field(passage: Passage) -> None:
    ended = passage.fields.pop()
    if ended.silent:
        return
    if ended.control is None:
        _drop_unmerged(passage, ended.start)
        return
    shown = text_of(passage.pieces[ended.start :])
    control = word_controls.typed(ended.control, shown, ended.default)
    if control.placeholder:
        del passage.pieces[ended.start :]
    passage.controls.insert(ended.controls, control)


def _drop_unmerged(passage: Passage, start: int) -> None:
    shown = text_of(passage.pieces[start:])
    if shown.startswith(_UNMERGED[0]) and shown.endswith(_UNMERGED[1]) and "\n" not in shown:
        del passage.pieces[start:]


# --- what is drawn ----------------------------------------------------------------------------


def _drawn(element: etree._Element, passage: Passage, reading: Reading) -> None:
    """Given a drawing, keep its text boxes for after the paragraph, and note what else it holds."""
    passage.boxes += _text_boxes(element)
    for node in element.iter(etree.Element):
        name = node.tag
        if name.endswith(_PICTURES):
            reading.seen.add("picture")
        elif name.endswith(_OBJECT):
            reading.seen.add("embedded")
        elif name == _DIAGRAM:
            reading.seen.add("diagram")
        elif name == _ACTIVE:
            reading.seen.add("active")


def _text_boxes(element: etree._Element) -> Iterator[etree._Element]:
    if element.tag == ALTERNATIVES:
        inner = chosen(element)
        if inner is not None:
            yield from _text_boxes(inner)
        return
    for child in element:
        if child.tag == TEXT_BOX:
            yield child
        elif child.tag == TEXT:
            continue
        else:
            yield from _text_boxes(child)
