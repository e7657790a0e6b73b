"""The documents that go out with letters: the return form filled in, the report, the worksheet.

Stands at the shell's edge, after letters and before rendering. Nothing is sent from here.
"""

from collections.abc import Mapping
from datetime import date
from typing import TypeGuard

from lxml import etree

from mailbot.core.cases.children import others_of
from mailbot.core.model import Json
from mailbot.report import report
from mailbot.word_package import MAIN, packed, parts_of, with_property
from mailbot.word_pages import printable
from mailbot.worksheet import worksheet

__all__ = ["FORM_PROPERTY", "REPORT_PROPERTY", "marked", "report", "return_form", "worksheet"]

#: Custom document properties that carry our signed tokens (design, section 3).
FORM_PROPERTY = "mailbot-form"
REPORT_PROPERTY = "mailbot-report"
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
#: What a partner needs in order to search its records; left out where `known` lacks it.
IDENTIFYING = ("child.name", "child.date_of_birth", "child.address")
_OF_EACH_CHILD = ("name", "date_of_birth", "address")
_SHIPPED_MARKING = "OFFICIAL-SENSITIVE when completed"
_BY_PHONE = "Given to you by telephone"


def return_form(
    template: bytes,
    *,
    reference: str,
    agency_name: str,
    due_on: date,
    known: Mapping[str, Json],
    token: str,
) -> bytes:
    """Given the template of the return form, return it filled in for one agency.

    `known` holds the child's fields as read and not disputed, by dotted name; an empty mapping
    leaves prompts that they will be given by telephone. Every further child has a row of its own,
    and rows for children who are not there go. Everything else in the template is left as it is,
    and stays editable. `token` goes into a custom document property.
    """
    parts = parts_of(template)
    root = etree.fromstring(parts[MAIN])
    words: dict[str, str] = {"case_reference": reference, "agency": agency_name}
    dates: dict[str, date] = {"due_on": due_on}
    for name in IDENTIFYING:
        value = known.get(name)
        born = _day(value)
        if born:
            dates[name] = born
        elif _is_said(value):
            words[name] = value
    others = others_of(known)
    for number, child in enumerate(others, start=1):
        for key in _OF_EACH_CHILD:
            value = child.get(key)
            day = _day(value)
            if day:
                dates[f"children.{number}.{key}"] = day
            elif _is_said(value):
                words[f"children.{number}.{key}"] = value
    for control in root.iter(f"{_W}sdt"):
        _fill(control, words, dates)
    _drop_rows(root, len(others))
    xml = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
    parts[MAIN] = bytes(xml)
    return with_property(packed(parts), name=FORM_PROPERTY, value=token)


def _drop_rows(root: etree._Element, filled: int) -> None:
    """Take out the rows for children who are not there; without any, the whole section."""
    tables: dict[etree._Element, None] = {}
    for control in list(root.iter(f"{_W}sdt")):
        parts = _tag_of(control).split(".")
        if len(parts) != 3 or parts[0] != "children" or not parts[1].isdigit():
            continue
        row = next(control.iterancestors(f"{_W}tr"), None)
        table = next(control.iterancestors(f"{_W}tbl"), None)
        if row is None or table is None or int(parts[1]) <= filled:
            continue
        table.remove(row)
        tables[table] = None
    for table in tables if not filled else ():
        _drop_section(table)


def _drop_section(table: etree._Element) -> None:
    """Take out a table with the hint and the heading that stand directly above it."""
    above = table.getprevious()
    while above is not None and above.tag == f"{_W}p":
        style = above.find(f"{_W}pPr/{_W}pStyle")
        further = above.getprevious()
        if (parent := above.getparent()) is not None:
            parent.remove(above)
        if style is not None and style.get(f"{_W}val", "").startswith("Heading"):
            break
        above = further
    if (parent := table.getparent()) is not None:
        parent.remove(table)


def _tag_of(control: etree._Element) -> str:
    tag = control.find(f"{_W}sdtPr/{_W}tag")
    return "" if tag is None else str(tag.get(f"{_W}val", ""))


def _fill(control: etree._Element, words: Mapping[str, str], dates: Mapping[str, date]) -> None:
    properties = control.find(f"{_W}sdtPr")
    content = control.find(f"{_W}sdtContent")
    tag = None if properties is None else properties.find(f"{_W}tag")
    if properties is None or content is None or tag is None:
        return
    name = tag.get(f"{_W}val", "")
    picker = properties.find(f"{_W}date")
    if name in dates:
        day = dates[name]
        if picker is not None:
            picker.set(f"{_W}fullDate", f"{day.isoformat()}T00:00:00Z")
        _write(properties, content, f"{day.day} {day:%B %Y}", is_prompt=False)
    elif name in words:
        _write(properties, content, words[name], is_prompt=False)
    elif name in IDENTIFYING:
        _write(properties, content, _BY_PHONE, is_prompt=True)


def _write(
    properties: etree._Element, content: etree._Element, text: str, *, is_prompt: bool
) -> None:
    first = _emptied(content)
    if first is None:
        return
    for number, line in enumerate(printable(text).split("\n")):
        if number:
            etree.SubElement(first, f"{_W}br")
        written = etree.SubElement(first, f"{_W}t")
        written.text = line
        written.set(_SPACE, "preserve")
    if is_prompt:
        return
    prompt = properties.find(f"{_W}showingPlcHdr")
    if prompt is not None:
        properties.remove(prompt)
    style = first.find(f"{_W}rPr/{_W}rStyle")
    if style is not None and style.getparent() is not None:
        style.getparent().remove(style)


def _emptied(content: etree._Element) -> etree._Element | None:
    """Given a control's content, leave one empty run in it, with its look, and return it."""
    first, *others = list(content.iter(f"{_W}r")) or [None]
    for run in others:
        if run is not None and (parent := run.getparent()) is not None:
            parent.remove(run)
    for old in list(first) if first is not None else ():
        if first is not None and old.tag != f"{_W}rPr":
            first.remove(old)
    return first


def marked(form: bytes, marking: str) -> bytes:
    """Given a form we ship, filled in or not, return it with the area's own marking."""
    parts = parts_of(form)
    wanted = f"{marking} when completed"
    for name in parts:
        if not name.startswith("word/header"):
            continue
        root = etree.fromstring(parts[name])
        for text in root.iter(f"{_W}t"):
            if text.text == _SHIPPED_MARKING:
                text.text = wanted
                xml = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
                parts[name] = bytes(xml)
    return packed(parts)


def _is_said(value: Json) -> TypeGuard[str]:
    return isinstance(value, str) and bool(value.strip())


def _day(value: Json) -> date | None:
    if not _is_said(value):
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        # A partial date ("2016-09") is given as it was read.
        return None
