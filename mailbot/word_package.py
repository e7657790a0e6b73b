"""A Word file as a package: its parts replaced, its custom document properties set.

Everything that is not named is carried over byte for byte, so that a form that staff have
changed in Word keeps its look. The same input gives the same bytes.
"""

from collections.abc import Mapping
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from lxml import etree

MAIN = "word/document.xml"
_CUSTOM = "docProps/custom.xml"
_TYPES = "[Content_Types].xml"
_RELATIONS = "_rels/.rels"
_PROPERTIES = "http://schemas.openxmlformats.org/officeDocument/2006/custom-properties"
_VARIANT = "http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes"
_CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.custom-properties+xml"
_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/custom-properties"
_PACKAGE_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_PACKAGE_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
_FORMAT_ID = "{D5CDD505-2E9C-101B-9397-08002B2CF9AE}"
_LONG_AGO = (2020, 1, 1, 0, 0, 0)


def parts_of(content: bytes) -> dict[str, bytes]:
    """Given the bytes of a Word file we made ourselves, return its parts by name, in order."""
    with ZipFile(BytesIO(content)) as package:
        return {entry.filename: package.read(entry) for entry in package.infolist()}


def packed(parts: Mapping[str, bytes]) -> bytes:
    """Given parts by name, return the Word file; its dates are fixed, so it can be compared."""
    target = BytesIO()
    with ZipFile(target, "w", ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(ZipInfo(name, date_time=_LONG_AGO), content, ZIP_DEFLATED)
    return target.getvalue()


def with_property(content: bytes, *, name: str, value: str) -> bytes:
    """Given a Word file, return it with one custom document property set to a text."""
    parts = parts_of(content)
    old = parts.get(_CUSTOM)
    root = etree.fromstring(old) if old else _empty_properties()
    for node in root.findall(f"{{{_PROPERTIES}}}property"):
        if node.get("name") == name:
            root.remove(node)
    # Numbers below 2 are reserved.
    taken = [int(node.get("pid", "1")) for node in root]
    added = etree.SubElement(root, f"{{{_PROPERTIES}}}property")
    added.set("fmtid", _FORMAT_ID)
    added.set("pid", str(max([1, *taken]) + 1))
    added.set("name", name)
    etree.SubElement(added, f"{{{_VARIANT}}}lpwstr").text = value
    parts[_CUSTOM] = _bytes(root)
    if old is None:
        parts[_TYPES] = _with_type(parts[_TYPES])
        parts[_RELATIONS] = _with_relation(parts[_RELATIONS])
    return packed(parts)


def _empty_properties() -> etree._Element:
    return etree.Element(f"{{{_PROPERTIES}}}Properties", nsmap={None: _PROPERTIES, "vt": _VARIANT})


def _with_type(xml: bytes) -> bytes:
    root = etree.fromstring(xml)
    if not any(node.get("PartName") == f"/{_CUSTOM}" for node in root):
        added = etree.SubElement(root, f"{{{_PACKAGE_TYPES}}}Override")
        added.set("PartName", f"/{_CUSTOM}")
        added.set("ContentType", _CONTENT_TYPE)
    return _bytes(root)


def _with_relation(xml: bytes) -> bytes:
    root = etree.fromstring(xml)
    if not any(node.get("Type") == _RELATION for node in root):
        taken = {node.get("Id") for node in root}
        number = next(n for n in range(1, len(taken) + 2) if f"rId{n}" not in taken)
        added = etree.SubElement(root, f"{{{_PACKAGE_RELATIONS}}}Relationship")
        added.set("Id", f"rId{number}")
        added.set("Type", _RELATION)
        added.set("Target", _CUSTOM)
    return _bytes(root)


def _bytes(root: etree._Element) -> bytes:
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True))
