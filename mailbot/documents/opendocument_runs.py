"""Text of an OpenDocument file with its looks: spans, fields and boxes become one passage.

Names are those of OpenDocument 1.3, part 3 (OASIS); `loext` and `field` are what LibreOffice adds
for content controls and for the form fields of older Word.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from lxml import etree

from mailbot.core.document import TICKED, UNTICKED, Control
from mailbot.documents.word_controls import typed
from mailbot.documents.word_runs import Passage, text_of
from mailbot.documents.word_signs import is_symbol_font, signs
from mailbot.documents.word_styles import (
    BOLD,
    BORDERED,
    COLOURED,
    HIDDEN,
    HIGHLIGHTED,
    LINKED,
    PLAIN,
    STRUCK,
    UNDERLINED,
    Look,
    told_apart,
)

_OASIS = "{urn:oasis:names:tc:opendocument:xmlns:"
OFFICE, TEXT, DRAW = f"{_OASIS}office:1.0}}", f"{_OASIS}text:1.0}}", f"{_OASIS}drawing:1.0}}"
TABLE, STYLE, FORM = f"{_OASIS}table:1.0}}", f"{_OASIS}style:1.0}}", f"{_OASIS}form:1.0}}"
FORMAT = f"{_OASIS}xsl-fo-compatible:1.0}}"
LOEXT = "{urn:org:documentfoundation:names:experimental:office:xmlns:loext:1.0}"
FIELD = "{urn:openoffice:names:experimental:ooo-ms-interop:xmlns:field:1.0}"
XML_ID = "{http://www.w3.org/XML/1998/namespace}id"

_DEEPEST = 60
#: What stands in a paragraph and is no part of its text.
_SILENT = frozenset(
    {
        *(OFFICE + name for name in ("annotation-end", "event-listeners")),
        *(TEXT + name for name in ("tracked-changes", "ruby-text", "hidden-text")),
        *(FIELD + "param", STYLE + "default-style"),
    }
)
_BLANKS = {TEXT + "s": " ", TEXT + "tab": "\t", TEXT + "line-break": "\n"}
NOTE, COMMENT = TEXT + "note", OFFICE + "annotation"
#: What is read apart from the text that it stands in.
_APART = (NOTE, COMMENT)
_CHECK, _LIST = "FORMCHECKBOX", "FORMDROPDOWN"


@dataclass(slots=True)
class Styles:
    """The styles of one file by name: how text in them looks."""

    sheets: Mapping[str, etree._Element]  # "family name" -> the style
    known: dict[str, Look] = field(default_factory=dict)

    def look(self, family: str, name: str, base: Look = PLAIN) -> Look:
        """Given a style's name, return how text in it looks where the text around looks so."""
        for style in reversed(list(self._chain(family, name))):
            facts = style.find(STYLE + "text-properties")
            if facts is not None:
                base = _look_over(base, facts)
        return base

    def _chain(self, family: str, name: str) -> Iterator[etree._Element]:
        for _ in range(_DEEPEST):
            style = self.sheets.get(f"{family} {name}")
            if style is None:
                return
            yield style
            name = style.get(STYLE + "parent-style-name", "")

    def is_shaded(self, name: str) -> bool:
        """Given the style of a cell, return whether it has a colour behind it."""
        style = self.sheets.get(f"table-cell {name}")
        facts = None if style is None else style.find(STYLE + "table-cell-properties")
        colour = "" if facts is None else facts.get(FORMAT + "background-color", "")
        return colour.lower() not in ("", "transparent", "#ffffff")

    def is_hidden_sheet(self, name: str) -> bool:
        """Given the style of a sheet, return whether the sheet is hidden."""
        style = self.sheets.get(f"table {name}")
        facts = None if style is None else style.find(STYLE + "table-properties")
        return facts is not None and facts.get(TABLE + "display") == "false"


@dataclass(slots=True)
class Reading:
    """What all passages of one file share."""

    styles: Styles
    forms: Mapping[str, etree._Element]  # controls that stand outside the text, by their id
    apart: dict[str, list[etree._Element]] = field(
        default_factory=lambda: {tag: [] for tag in _APART}
    )
    begun: list[tuple[str, int]] = field(default_factory=list)  # old text fields: name, start
    has_pictures: bool = False


def read_inline(
    parent: etree._Element, passage: Passage, look: Look, reading: Reading, depth: int = 0
) -> None:
    """Given a paragraph or a span in it, add its text to the passage."""
    _words(parent.text, passage, look)
    for child in parent:
        if depth < _DEEPEST:
            _element(child, passage, look, reading, depth + 1)
        _words(child.tail, passage, look)


def _words(text: str | None, passage: Passage, look: Look) -> None:
    if not text or look.flags & HIDDEN:
        return
    # White space in the file is a blank; what shows as more has elements of its own.
    plain = "".join(" " if c in "\r\n\t" else c for c in text)
    passage.pieces.append((signs(look.font, plain) if look.font else plain, look))


def _element(
    child: etree._Element, passage: Passage, look: Look, reading: Reading, depth: int
) -> None:
    tag = str(child.tag)
    if tag in _SILENT:
        return
    if tag == TEXT + "span":
        name = child.get(TEXT + "style-name", "")
        read_inline(child, passage, reading.styles.look("text", name, look), reading, depth)
    elif tag == TEXT + "a":
        read_inline(child, passage, look._replace(flags=look.flags | LINKED), reading, depth)
    elif tag in _BLANKS:
        passage.pieces.append((_BLANKS[tag] * min(_count(child, TEXT + "c"), 100), look))
    elif tag in _APART:
        reading.apart[tag].append(child)
    elif tag.startswith(DRAW):
        read_drawn(child, passage, look, reading)
    elif tag.startswith(FIELD):
        _old_field(child, passage, look, reading)
    elif tag in _INPUTS:
        _INPUTS[tag](child, passage, look, reading, depth)
    else:
        read_inline(child, passage, look, reading, depth)


def _content_control(
    element: etree._Element, passage: Passage, look: Look, reading: Reading, depth: int
) -> None:
    start = len(passage.pieces)
    read_inline(element, passage, look, reading, depth)
    shown = text_of(passage.pieces[start:])
    names = {"name": element.get(LOEXT + "tag", ""), "title": element.get(LOEXT + "alias", "")}
    options = tuple(
        item.get(LOEXT + "display-text", "") for item in element.findall(LOEXT + "list-item")
    )
    if element.get(LOEXT + "checkbox") == "true":
        ticked = element.get(LOEXT + "checked") == "true"
        passage.pieces[start:] = [(TICKED if ticked else UNTICKED, look)]
        passage.controls.append(Control(**names, ticked=ticked))
    elif element.get(LOEXT + "showing-place-holder") == "true":
        del passage.pieces[start:]
        passage.controls.append(Control(**names, placeholder=True, options=options))
    else:
        picked = element.get(LOEXT + "current-date", "")[:10]
        if picked and shown and element.get(LOEXT + "date") == "true":
            shown = picked
            passage.pieces[start:] = [(shown, look)]
        passage.controls.append(Control(**names, text=shown, options=options))


# --- form fields as older Word has them -----------------------------------------------------------


def _old_field(element: etree._Element, passage: Passage, look: Look, reading: Reading) -> None:
    if element.tag in (FIELD + "fieldmark-start", FIELD + "fieldmark-end"):
        _old_text(element, passage, reading)
        return
    kind = element.get(FIELD + "type", "").rpartition(".")[2]
    name = element.get(TEXT + "name", "")
    name = "" if name.startswith("__") else name  # made up by LibreOffice
    entries = [(p.get(FIELD + "name"), p.get(FIELD + "value", "")) for p in element]
    if kind == _CHECK:
        ticked = ("Checkbox_Checked", "true") in entries
        passage.pieces.append((TICKED if ticked else UNTICKED, look))
        passage.controls.append(Control(name=name, ticked=ticked))
    elif kind == _LIST:
        options = tuple(value for entry, value in entries if entry == "Dropdown_ListEntry")
        chosen = next((value for entry, value in entries if entry == "Dropdown_Selected"), "")
        is_one = chosen.isdecimal() and int(chosen) < len(options)
        text = options[int(chosen)] if is_one else ""
        passage.pieces.append((text, look))
        passage.controls.append(
            Control(name=name, text=text, options=options, placeholder=not text)
        )


def _old_text(element: etree._Element, passage: Passage, reading: Reading) -> None:
    """A text field of older Word: what stands between its two marks was typed into it."""
    if element.tag == FIELD + "fieldmark-start":
        is_text = element.get(FIELD + "type", "").endswith("FORMTEXT")
        name = element.get(TEXT + "name", "") if is_text else "-"
        reading.begun.append((name, len(passage.pieces)))
    elif reading.begun:
        name, start = reading.begun.pop()
        if name != "-":
            shown = text_of(passage.pieces[start:])
            name = "" if name.startswith("__") else name
            passage.controls.append(_typed(Control(name=name), shown, passage, start))


def _typed(control: Control, shown: str, passage: Passage, start: int) -> Control:
    """Given what a text field shows, return it filled in, or empty with its prompt taken away."""
    control = typed(control, shown, control.title)
    if control.placeholder:
        del passage.pieces[start:]
    return control


def _old_input(
    element: etree._Element, passage: Passage, look: Look, reading: Reading, depth: int
) -> None:
    start = len(passage.pieces)
    read_inline(element, passage, look, reading, depth)
    shown = text_of(passage.pieces[start:])
    control = Control(
        name=element.get(TEXT + "name", ""), title=element.get(TEXT + "description", "")
    )
    control = _typed(control, shown, passage, start)
    if element.tag == TEXT + "placeholder":
        del passage.pieces[start:]
        control = replace(control, text="", placeholder=True)
    labels = element.findall(TEXT + "label")
    options = tuple(label.get(TEXT + "value", "") for label in labels)
    passage.controls.append(replace(control, options=options))


_INPUTS = {
    LOEXT + "content-control": _content_control,
    **dict.fromkeys((TEXT + "text-input", TEXT + "drop-down", TEXT + "placeholder"), _old_input),
}


# --- controls of a form beside the text ----------------------------------------------------------


def _form_control(element: etree._Element, passage: Passage, look: Look, reading: Reading) -> None:
    found = reading.forms.get(element.get(DRAW + "control", ""))
    if found is None:
        return
    kind = str(found.tag).removeprefix(FORM)
    label = found.get(FORM + "label", "")
    names = {"name": found.get(FORM + "name", ""), "title": found.get(FORM + "title", "")}
    if kind in ("checkbox", "radio"):
        ticked = _is_ticked(found)
        passage.pieces.append((f"{TICKED if ticked else UNTICKED} {label} ", look))
        passage.controls.append(Control(**names, ticked=ticked))
    elif kind in ("text", "textarea", "formatted-text", "date", "time", "number", "combobox"):
        text = _value(found)
        passage.pieces.append((text, look))
        passage.controls.append(Control(**names, text=text, placeholder=not text))
    elif kind == "listbox":
        options = found.findall(FORM + "option")
        chosen = [o for o in options if _says(o, "current-selected", "selected") == "true"]
        text = ", ".join(o.get(FORM + "label", "") for o in chosen)
        passage.pieces.append((text, look))
        labels = tuple(o.get(FORM + "label", "") for o in options)
        passage.controls.append(Control(**names, text=text, placeholder=not text, options=labels))
    elif kind == "fixed-text":
        passage.pieces.append((label, look))


def _is_ticked(found: etree._Element) -> bool:
    if found.tag == FORM + "radio":
        return _says(found, "current-selected", "selected") == "true"
    return _says(found, "current-state", "state") == "checked"


def _value(found: etree._Element) -> str:
    lines = ["".join(map(str, p.itertext())) for p in found.findall(TEXT + "p")]
    return "\n".join(lines) or _says(found, "current-value", "value")


def _says(found: etree._Element, now: str, first: str) -> str:
    """What a control says now, or said when it was made."""
    return str(found.get(FORM + now, found.get(FORM + first, "")))


# --- drawings, looks ------------------------------------------------------------------------------


def read_drawn(
    element: etree._Element, passage: Passage, look: Look, reading: Reading, depth: int = 0
) -> None:
    """Given a drawing, add what it says: form controls at once, text boxes when the line ends."""
    if element.tag == DRAW + "control":
        _form_control(element, passage, look, reading)
    elif element.tag == DRAW + "image":
        reading.has_pictures = True
    elif element.tag == DRAW + "text-box" or element.find(TEXT + "p") is not None:
        passage.boxes.append(element)
    elif depth < _DEEPEST:
        for child in element:
            if str(child.tag).startswith(DRAW):
                read_drawn(child, passage, look, reading, depth + 1)


def _look_over(base: Look, facts: etree._Element) -> Look:
    flags, colour, font, size = base
    switches = (
        (BOLD, FORMAT + "font-weight", ("", "normal", "400", "300", "200", "100")),
        (STRUCK, STYLE + "text-line-through-style", ("", "none")),
        (UNDERLINED, STYLE + "text-underline-style", ("", "none")),
        (HIDDEN, TEXT + "display", ("", "true", "condition")),
        (BORDERED, FORMAT + "border", ("", "none")),
    )
    for flag, name, off in switches:
        value = facts.get(name)
        if value is not None:
            flags = flags & ~flag if value in off else flags | flag
    if (value := facts.get(FORMAT + "color")) is not None:
        colour = told_apart(value)
        flags = flags | COLOURED if colour else flags & ~COLOURED
    if (value := facts.get(FORMAT + "background-color")) is not None:
        flags = flags | HIGHLIGHTED if told_apart(value) else flags & ~HIGHLIGHTED
    if value := facts.get(STYLE + "font-name", facts.get(FORMAT + "font-family")):
        name = value.strip("'\"").rstrip("0123456789") if not is_symbol_font(value) else value
        font = name if is_symbol_font(name) else ""
    if (value := facts.get(FORMAT + "font-size", "")).endswith("pt"):
        points = value.removesuffix("pt").partition(".")[0]
        size = int(points) * 2 if points.isdecimal() and len(points) < 4 else size
    return Look(flags, colour, font, size)


def _count(element: etree._Element, name: str) -> int:
    value = element.get(name, "1")
    return int(value) if value.isdecimal() and len(value) < 6 else 1
