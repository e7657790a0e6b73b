"""The names of WordprocessingML elements that the Word reader knows (ISO/IEC 29500-1, part 17)."""

from lxml import etree

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
W14 = "{http://schemas.microsoft.com/office/word/2010/wordml}"
W15 = "{http://schemas.microsoft.com/office/word/2012/wordml}"
MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"

PARAGRAPH, RUN, TEXT = W + "p", W + "r", W + "t"
TABLE, ROW, CELL = W + "tbl", W + "tr", W + "tc"
CONTROL, CONTENT, CONTROL_FACTS = W + "sdt", W + "sdtContent", W + "sdtPr"
PARAGRAPH_FACTS, RUN_FACTS = W + "pPr", W + "rPr"
ALTERNATIVES, CHOICE, FALLBACK = MC + "AlternateContent", MC + "Choice", MC + "Fallback"
TEXT_BOX = W + "txbxContent"
VALUE = W + "val"
#: Around content that counts; what was deleted or moved away has tags of its own.
THROUGH = frozenset(
    W + name
    for name in ("customXml", "ins", "moveTo", "smartTag", "dir", "bdo", "ruby", "rubyBase")
)
OFF = frozenset({"0", "false", "none", "off"})


def is_on(mark: etree._Element | None) -> bool:
    """Given an element that switches something on by being there, return whether it does."""
    return mark is not None and mark.get(VALUE, "1") not in OFF


def value_of(element: etree._Element | None) -> str:
    """Given an element, return its `w:val`, "" without one."""
    return "" if element is None else str(element.get(VALUE, "")).strip()


def number_of(element: etree._Element | None) -> int:
    """Given an element, return its `w:val` as a small number, 0 when it is none."""
    if element is None:
        return 0
    digits = value_of(element)
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 7 else 0


def chosen(alternatives: etree._Element) -> etree._Element | None:
    """Given content that stands there twice, new and old, return the new one."""
    for tag in (CHOICE, FALLBACK):
        found = alternatives.find(tag)
        if found is not None:
            return found
    return None
