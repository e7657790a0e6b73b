"""What in a Word file is not plain text, settled into text before the body is walked.

Content controls (their prompts emptied, dates made ISO, boxes made ☒ or ☐), the form fields of
older Word, boxes drawn as Wingdings, text boxes, struck-out and moved words. No other reader
tells a filled control from its prompt: only `w:showingPlcHdr` does.
"""

import re
from dataclasses import dataclass

from lxml import etree

from mailbot.documents.ticks import GLYPHS, TICKED, UNTICKED

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
W14 = "{http://schemas.microsoft.com/office/word/2010/wordml}"
MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
PARAGRAPH, TABLE, CELL = W + "p", W + "tbl", W + "tc"
CONTROL, CONTENT = W + "sdt", W + "sdtContent"
_TEXT, _TAB, _BREAK, _RETURN = W + "t", W + "tab", W + "br", W + "cr"
_HYPHEN, _VALUE, _RUN, _SYMBOL = W + "noBreakHyphen", W + "val", W + "r", W + "sym"
_PROPERTIES, _FONT = W + "sdtPr", W + "rPr"
_SPOKEN = {_TAB: "\t", _BREAK: "\n", _RETURN: "\n", _HYPHEN: "-", PARAGRAPH: "\n"}
_OFF = frozenset({"0", "false", "none", "off"})
#: Prompts that Word and LibreOffice leave as plain text when a form is copied or saved anew.
_PROMPT = re.compile(
    r"^(?:click or tap (?:here )?to enter (?:text|a date)|click here to enter (?:text|a date)"
    r"|choose an item|choose one|choose (?:a )?date|enter text|enter text here"
    r"|click to (?:enter|choose) .{0,60})\.?$",
    re.IGNORECASE,
)


@dataclass(slots=True)
class Control:
    """One content control: its names, and what a person filled in."""

    tag: str
    alias: str
    text: str
    ticked: bool | None
    placeholder: bool


def settle(body: etree._Element, xml: bytes) -> dict[etree._Element, Control]:
    """Given a body and its bytes, turn everything into text, and return its content controls.

    The bytes tell cheaply which of the rarer things are there at all.
    """
    if b"AlternateContent" in xml:
        # The same text box stands there twice, new and old; the new one is read.
        _drop(body, MC + "Fallback")
    if b"<w:moveFrom " in xml:
        _drop(body, W + "moveFrom")
    if b"<w:strike" in xml or b"<w:dstrike" in xml:
        _drop_struck(body)
    if b"<w:sym " in xml:
        for symbol in list(body.iter(_SYMBOL)):
            code = symbol.get(W + "char", "")
            symbol.tag = _TEXT
            symbol.text = GLYPHS.get(_glyph(code), "")
    if b"ffData" in xml:
        _settle_old_fields(body)
    if b"txbxContent" in xml:
        _hoist_text_boxes(body)
    return {element: _settled(element) for element in body.iter(CONTROL)}


def text_of(element: etree._Element) -> str:
    """Given an element, return its text: a line for each paragraph, blanks made single."""
    pieces: list[str] = []
    for node in element.iter(_TEXT, _TAB, _BREAK, _RETURN, _HYPHEN, PARAGRAPH):
        tag = node.tag
        pieces.append((node.text or "") if tag == _TEXT else _SPOKEN[tag])
    text = "".join(pieces)
    if "\n" not in text:
        return " ".join(text.split())
    lines = (" ".join(line.split()) for line in text.split("\n"))
    return "\n".join(line for line in lines if line)


def controls_in(element: etree._Element, controls: dict[etree._Element, Control]) -> list[Control]:
    """Given an element, return the content controls in it, in reading order."""
    if not controls:
        return []
    return [controls[node] for node in element.iter(CONTROL) if node in controls]


def is_header_row(row: etree._Element) -> bool:
    """Given a table row, return whether it is marked to repeat as the table's header."""
    mark = row.find(f"{W}trPr/{W}tblHeader")
    return mark is not None and mark.get(_VALUE, "1") not in _OFF


def is_emphasised(cell: etree._Element) -> bool:
    """Given a table cell, return whether it is shaded or bold, as labels and headers are."""
    shade = cell.find(f"{W}tcPr/{W}shd")
    if shade is not None and shade.get(W + "fill", "auto").upper() not in ("AUTO", "FFFFFF"):
        return True
    bold = cell.find(f".//{_RUN}/{_FONT}/{W}b")
    return bold is not None and bold.get(_VALUE, "1") not in _OFF


def _settled(element: etree._Element) -> Control:
    properties, content = element.find(_PROPERTIES), element.find(CONTENT)
    if properties is None or content is None:
        return Control(tag="", alias="", text="", ticked=None, placeholder=False)
    found = {node.tag: node for node in properties}
    box = found.get(W14 + "checkbox")
    prompt = found.get(W + "showingPlcHdr")
    placeholder = prompt is not None and prompt.get(_VALUE, "1") not in _OFF
    ticked = None
    if box is not None:
        mark = box.find(W14 + "checked")
        ticked = mark is not None and mark.get(W14 + "val", "1") not in _OFF
        _say(content, TICKED if ticked else UNTICKED)
    elif placeholder or _PROMPT.match(text_of(content)):
        placeholder = True
        _say(content, "")
    elif W + "date" in found:
        _say_date(content, found[W + "date"].get(W + "fullDate", "")[:10])
    return Control(
        tag=_named(found.get(W + "tag")),
        alias=_named(found.get(W + "alias")),
        text="" if placeholder else text_of(content),
        ticked=ticked,
        placeholder=placeholder and box is None,
    )


def _named(node: etree._Element | None) -> str:
    return "" if node is None else str(node.get(_VALUE, "")).strip()


def _say(content: etree._Element, words: str) -> None:
    texts = list(content.iter(_TEXT))
    for node in texts:
        node.text = ""
    if texts:
        texts[0].text = words
    elif words:
        run = next(content.iter(_RUN), None)
        if run is not None:
            etree.SubElement(run, _TEXT).text = words


def _say_date(content: etree._Element, iso: str) -> None:
    shown = text_of(content)
    numbers = re.findall(r"\d+", shown)
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", iso) or not numbers:
        return
    # Somebody may have typed over the date without the picker: what is seen counts.
    year, day = iso[:4], str(int(iso[8:]))
    seen = {number.lstrip("0") for number in numbers}
    if shown.startswith(iso) or (day in seen and numbers[-1] in (year, year[2:])):
        _say(content, iso)


def _drop(body: etree._Element, tag: str) -> None:
    for node in list(body.iter(tag)):
        parent = node.getparent()
        if parent is not None:
            parent.remove(node)


def _drop_struck(body: etree._Element) -> None:
    # "Yes / No, delete as appropriate": what is struck out was not said.
    for mark in list(body.iter(W + "strike", W + "dstrike")):
        font = mark.getparent()
        run = None if font is None else font.getparent()
        if run is not None and run.tag == _RUN and mark.get(_VALUE, "1") not in _OFF:
            for text in run.findall(_TEXT):
                text.text = ""


def _glyph(code: str) -> str:
    try:
        number = int(code, 16)
    except ValueError:
        return ""
    return chr(number if number >= 0xF000 else number + 0xF000) if number < 0xF900 else ""


def _settle_old_fields(body: etree._Element) -> None:
    for data in body.iter(W + "ffData"):
        run = next(data.iterancestors(_RUN), None)
        if run is None:
            continue
        box, choices = data.find(W + "checkBox"), data.find(W + "ddList")
        if box is not None:
            mark = box.find(W + "checked")
            mark = box.find(W + "default") if mark is None else mark
            on = mark is not None and mark.get(_VALUE, "1") not in _OFF
            etree.SubElement(run, _TEXT).text = TICKED if on else UNTICKED
        elif choices is not None:
            etree.SubElement(run, _TEXT).text = _chosen(choices)


def _chosen(choices: etree._Element) -> str:
    entries = [entry.get(_VALUE, "") for entry in choices.findall(W + "listEntry")]
    result = choices.find(W + "result")
    index = result.get(_VALUE, "0") if result is not None else "0"
    return entries[int(index)] if index.isdigit() and int(index) < len(entries) else ""


def _hoist_text_boxes(body: etree._Element) -> None:
    for box in list(body.iter(W + "txbxContent")):
        parent = box.getparent()
        holder = next(box.iterancestors(PARAGRAPH), None)
        if parent is None or holder is None:
            continue
        parent.remove(box)
        for block in reversed(list(box)):
            holder.addnext(block)
