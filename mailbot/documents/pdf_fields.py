"""The fields of a PDF form (AcroForm, ISO 32000-2, 12.7), each with its place on its page.

Values are taken from the form's data, never from how they are drawn: programs that fill in forms
often leave the drawing to the reader (/NeedAppearances). A field inherits what it does not say
itself from its parents.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, StreamObject

from mailbot.core.document import Control
from mailbot.documents.pdf_page import FARTHEST
from mailbot.documents.strange_xml import StrangeXmlError, root_of

_DEEPEST = 24
_LONGEST_VALUE = 200_000
_MOST_OPTIONS = 500
_HIDDEN, _NO_VIEW = 1 << 1, 1 << 5
_RADIO, _PUSH = 1 << 15, 1 << 16
_MULTILINE, _PASSWORD = 1 << 12, 1 << 13
_OFF = frozenset({"", "/Off", "Off"})
#: What drop-down lists show before anybody chose.
_PROMPT = re.compile(
    r"^\W*(?:(?:please )?(?:select|choose|pick)(?: (?:an?|one|from|your|the|here)\b.*)?"
    r"|please select.*|click .{0,60})?\W*$",
    re.IGNORECASE,
)

Rectangle = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Widget:
    """One field where it is shown; a field may be shown in several places."""

    control: Control
    text: str  # as it reads on the page; "" for a box
    rectangle: Rectangle  # left, bottom, right, top, in the page's own points
    multiline: bool = False
    unclear: bool = False  # a box is ticked, and which one cannot be told


def resolved(thing: Any) -> Any:
    """Given an object of a PDF or a reference to one, return the object; None for a loose end."""
    for _ in range(_DEEPEST):
        if not isinstance(thing, IndirectObject):
            return thing
        thing = thing.get_object()
    return None


def items_of(thing: Any) -> Iterator[Any]:
    """Given an array or a reference to one, return what stands in it; nothing for anything else."""
    array = resolved(thing)
    if isinstance(array, ArrayObject):
        for item in list(array):
            yield resolved(item)


def numbers_of(thing: Any) -> list[float]:
    """Given an array, return its numbers; what is none is left out."""
    found = []
    for item in items_of(thing):
        try:
            found.append(float(item))
        except (TypeError, ValueError):
            continue
    return found


def rectangle_of(annotation: DictionaryObject) -> Rectangle | None:
    """Given an annotation, return where it stands; None when it takes no room."""
    corners = numbers_of(annotation.get("/Rect"))
    if len(corners) != 4 or not all(abs(corner) < FARTHEST for corner in corners):
        return None
    left, right = sorted((corners[0], corners[2]))
    bottom, top = sorted((corners[1], corners[3]))
    return (left, bottom, right, top) if right - left > 1 and top - bottom > 1 else None


def text_of(thing: Any) -> str:
    """Given a text of a PDF (a string, or a stream with one), return it with plain line ends."""
    found = resolved(thing)
    if isinstance(found, StreamObject):
        found = found.get_data()[:_LONGEST_VALUE]
    if isinstance(found, bytes):
        wide = found.startswith((b"\xfe\xff", b"\xff\xfe"))
        found = found.decode("utf-16" if wide else "latin-1", errors="replace")
    if not isinstance(found, str):
        return ""
    text = found[:_LONGEST_VALUE].replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")
    lines = (" ".join(line.split()) for line in text.split("\n"))
    return "\n".join(line for line in lines if line)


def is_seen(annotation: DictionaryObject) -> bool:
    """Given an annotation, return whether a reader shows it."""
    return not _flags(annotation, "/F") & (_HIDDEN | _NO_VIEW)


def widget_of(annotation: DictionaryObject) -> Widget | None:
    """Given a widget annotation, return its field as filled in; None for what nobody fills in."""
    rectangle = rectangle_of(annotation)
    line = _line_of(annotation)
    if rectangle is None or not is_seen(annotation):
        return None
    kind, flags = str(_inherited(line, "/FT")), _number(_inherited(line, "/Ff"))
    name, title = _full_name(line), text_of(_inherited(line, "/TU"))
    if kind == "/Btn":
        if flags & _PUSH:
            return None
        ticked = _is_ticked(annotation, line, radio=bool(flags & _RADIO))
        return Widget(
            Control(name=name, title=title, ticked=ticked), "", rectangle, unclear=ticked is None
        )
    text, options = _filled_in(kind, flags, line)
    if kind not in ("/Tx", "/Ch", "/Sig"):
        return None
    control = Control(name=name, title=title, text=text, placeholder=not text, options=options)
    return Widget(control, text, rectangle, multiline=bool(flags & _MULTILINE))


def _line_of(annotation: DictionaryObject) -> list[DictionaryObject]:
    """A widget, its field, and the fields above it."""
    line = [annotation]
    while len(line) < _DEEPEST:
        parent = resolved(line[-1].get("/Parent"))
        if not isinstance(parent, DictionaryObject) or any(parent is known for known in line):
            break
        line.append(parent)
    return line


def _inherited(line: list[DictionaryObject], key: str) -> Any:
    for holder in line:
        found = resolved(holder.get(key))
        if found is not None:
            return found
    return None


def _number(thing: Any) -> int:
    try:
        return int(thing)
    except (TypeError, ValueError):
        return 0


def _flags(holder: DictionaryObject, key: str) -> int:
    return _number(resolved(holder.get(key)))


def _full_name(line: list[DictionaryObject]) -> str:
    names = [text_of(holder.get("/T")) for holder in reversed(line)]
    return ".".join(name for name in names if name)


def _filled_in(kind: str, flags: int, line: list[DictionaryObject]) -> tuple[str, tuple[str, ...]]:
    value = _inherited(line, "/V")
    if kind == "/Ch":
        shown = _options(line)
        chosen = [text_of(one) for one in items_of(value)] or [text_of(value)]
        text = "\n".join(shown.get(one, one) for one in chosen if one)
        return ("" if _PROMPT.match(text) else text), tuple(dict.fromkeys(shown.values()))
    if kind == "/Sig":
        if not isinstance(value, DictionaryObject):
            return "", ()
        return text_of(value.get("/Name")) or "signed", ()
    if flags & _PASSWORD:
        return "", ()
    return text_of(value) or _plain(text_of(_inherited(line, "/RV"))), ()


def _options(line: list[DictionaryObject]) -> Mapping[str, str]:
    """Of a list: what is stored -> what is shown."""
    shown = {}
    for option in list(items_of(_inherited(line, "/Opt")))[:_MOST_OPTIONS]:
        pair = [text_of(part) for part in items_of(option)] or [text_of(option)]
        shown[pair[0]] = pair[-1]
    return shown


def _plain(rich: str) -> str:
    """A rich text value (a piece of XHTML) as plain text."""
    if not rich:
        return ""
    try:
        root = root_of(rich.encode("utf-8"))
    except StrangeXmlError:
        return ""
    paragraphs = [p for p in root.iter() if isinstance(p.tag, str) and p.tag.endswith("}p")]
    texts = [" ".join("".join(p.itertext()).split()) for p in paragraphs or [root]]
    return "\n".join(text for text in texts if text)


# --- boxes --------------------------------------------------------------------------------------


def _is_ticked(
    widget: DictionaryObject, line: list[DictionaryObject], *, radio: bool
) -> bool | None:
    """Whether a box or radio button is on: by the state it shows, else by the field's value.

    The state for "on" has any name; only "Off" is fixed. Where no box of the field shows a state
    (the program left it to the reader), the value of the field names the one that is on; None when
    no box of the field has that name.
    """
    value = _state(_inherited(line, "/V"))
    kids = items_of(line[1].get("/Kids")) if len(line) > 1 else ()
    family = [kid for kid in kids if isinstance(kid, DictionaryObject)] or [widget]
    if any(_state(kid.get("/AS")) not in _OFF for kid in family):
        return _state(widget.get("/AS")) not in _OFF
    if value in _OFF:
        return False
    named = [_on_states(kid) for kid in family]
    if any(value in names for names in named):
        return value in _on_states(widget)
    alone = len(family) == 1 and not radio and not named[0]
    return True if alone else None


def _state(thing: Any) -> str:
    found = resolved(thing)
    return str(found) if isinstance(found, str) else ""


def _on_states(widget: DictionaryObject) -> set[str]:
    appearance = resolved(widget.get("/AP"))
    normal = resolved(appearance.get("/N")) if isinstance(appearance, DictionaryObject) else None
    if not isinstance(normal, DictionaryObject) or isinstance(normal, StreamObject):
        return set()
    names = {str(name) for name in normal} - _OFF
    return names | {name.lstrip("/") for name in names}
