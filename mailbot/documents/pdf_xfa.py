"""XFA: forms that only Adobe Reader shows; their pages say "Please wait", their data are XML.

The template names what a person sees beside each field, the datasets what was filled in. (XFA is
deprecated since ISO 32000-2, and councils still send such forms.)
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lxml import etree
from pypdf.generic import DictionaryObject, StreamObject

from mailbot.core.document import TICKED, UNTICKED, Cell, Control, Table
from mailbot.documents.pdf_fields import items_of, resolved
from mailbot.documents.strange_xml import StrangeXmlError, root_of

_LONGEST = 20_000_000
_MOST_FIELDS = 5_000
_OFF = frozenset({"", "0", "no", "off", "false"})


@dataclass(frozen=True, slots=True)
class _Asked:
    """A field of the template: its label, and for a box what it is worth when ticked."""

    label: str
    is_box: bool
    on: str


def table_of_xfa(form: DictionaryObject) -> Table | None:
    """Given the form dictionary of a PDF, return its XFA data, a row for each field.

    None when there are none, or when nothing can be made of them.
    """
    packets = _packets(form)
    datasets, template = _parsed(packets.get("datasets")), _parsed(packets.get("template"))
    if datasets is None:
        return None
    asked = _asked(template) if template is not None else {}
    rows: list[tuple[Cell, Cell]] = []
    for name, value in _answers(datasets):
        if len(rows) >= _MOST_FIELDS:
            break
        rows.append(_row(name, value, asked.get(name.rpartition(".")[2])))
    return Table(place="form data", rows=tuple(rows)) if rows else None


def _packets(form: DictionaryObject) -> Mapping[str, bytes]:
    parts = list(items_of(form.get("/XFA")))
    found = {}
    for name, stream in zip(parts[::2], parts[1::2], strict=False):
        if isinstance(stream, StreamObject):
            found[str(name)] = stream.get_data()
    whole = resolved(form.get("/XFA"))
    if isinstance(whole, StreamObject):
        found = dict.fromkeys(("datasets", "template"), whole.get_data())
    return found


def _parsed(xml: bytes | None) -> etree._Element | None:
    if not xml or len(xml) > _LONGEST:
        return None
    try:
        return root_of(xml, torn=True)
    except StrangeXmlError:
        return None


def _local(element: etree._Element) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _answers(root: etree._Element) -> Iterator[tuple[str, str]]:
    """The leaves of the data, each with its path from the form's own root."""
    data = next((node for node in root.iter() if _local(node) == "data"), None)
    for leaf in data.iter() if data is not None else ():
        if _local(leaf) and not any(_local(child) for child in leaf):
            path = [_local(node) for node in leaf.iterancestors() if node is not data]
            names = [*reversed(path[: _depth(leaf, data) - 1]), _local(leaf)]
            yield ".".join(names[1:] or names), " ".join((leaf.text or "").split())


def _depth(leaf: etree._Element, data: etree._Element | None) -> int:
    depth = 1
    for above in leaf.iterancestors():
        if above is data:
            break
        depth += 1
    return depth


def _asked(template: etree._Element) -> Mapping[str, _Asked]:
    asked: dict[str, _Asked] = {}
    for node in template.iter():
        name = node.get("name") if _local(node) in ("field", "exclGroup") else None
        if not name:
            continue
        parts = {_local(child): child for child in node}
        boxes = "ui" in parts and any(_local(n) == "checkButton" for n in parts["ui"].iter())
        worth = [" ".join("".join(i.itertext()).split()) for i in parts.get("items", ())]
        label = " ".join("".join(parts["caption"].itertext()).split()) if "caption" in parts else ""
        asked.setdefault(name, _Asked(label, boxes, worth[0] if worth else "1"))
    return asked


def _row(name: str, value: str, asked: _Asked | None) -> tuple[Cell, Cell]:
    last = name.rpartition(".")[2]
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", last).replace("_", " ").strip()
    label = (asked.label if asked else "") or spaced
    if asked and asked.is_box:
        ticked = value == asked.on and value.lower() not in _OFF
        control = Control(name=name, title=label, ticked=ticked)
        return Cell(text=label), Cell(text=TICKED if ticked else UNTICKED, controls=(control,))
    control = Control(name=name, title=label, text=value, placeholder=not value)
    return Cell(text=label), Cell(text=value, controls=(control,))
