"""What people fill in with: content controls of today's Word, form fields of older Word.

No other reader tells a filled control from its prompt: only `w:showingPlcHdr` does. Here it is
decided what a control says; `word_runs` puts that into the text.
"""

import re
from collections.abc import Callable

from lxml import etree

from mailbot.core.document import TICKED, UNTICKED, Control
from mailbot.documents.word_signs import tidy
from mailbot.documents.word_tags import CONTROL_FACTS, W14, W15, W, is_on, number_of, value_of

#: Given `w:dataBinding`, the text that the file keeps for it in its own XML, "" if none.
Bound = Callable[[etree._Element], str]

_TAG, _ALIAS, _SHOWS_PROMPT = W + "tag", W + "alias", W + "showingPlcHdr"
_BOX, _BINDING, _DATE_PICKER = W14 + "checkbox", W + "dataBinding", W + "date"
_ITEM = W + "listItem"
_GALLERY = f"{CONTROL_FACTS}/{W}docPartObj/{W}docPartGallery"
_LIST, _COMBO = W + "dropDownList", W + "comboBox"

#: Controls that hold other content together; nobody answers in them.
_AROUND = frozenset(
    {
        *(W + n for n in ("docPartObj", "docPartList", "group", "citation", "bibliography")),
        *(W15 + n for n in ("repeatingSection", "repeatingSectionItem")),
    }
)
#: Prompts that Word and LibreOffice leave as plain text when a form is copied or saved anew.
_PROMPT = re.compile(
    r"^\W{0,2}(?:click or tap (?:here )?to enter .{0,60}|click here to enter .{0,60}"
    r"|(?:choose|select|pick) an? (?:item|option|date|value)|choose one|choose date|choose"
    r"|please (?:select|choose)(?: .{0,30})?|select(?: one)?|enter (?:text|date|a date)"
    r"|enter text here|type (?:text )?here|click to (?:enter|choose|select) .{0,60})\W{0,3}$",
    re.IGNORECASE,
)
#: The same inside other text; only what nobody would write.
PROMPTS = re.compile(
    r"\[?Click (?:or tap )?(?:here )?to enter (?:text|a date)\.?\]?"
    r"|Choose an item\.|\[Type (?:text|here)\]",
    re.IGNORECASE,
)
#: How a prompt begins; it counts only in text that has the style of prompts.
BIDDING = re.compile(
    r"\W{0,2}(?:click|tap|enter|type|choose|select|pick|insert|please|add|give|state|describe"
    r"|provide|write|complete|tick)\b",
    re.IGNORECASE,
)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_NONE: frozenset[str] = frozenset()
_NO_CHOICE = re.compile(r"^[\W_]*$")


def facts_of(element: etree._Element) -> dict[str, etree._Element]:
    """Given a control, return what it says of itself, by name; {} if it only holds others."""
    facts = element.find(CONTROL_FACTS)
    found = {} if facts is None else {node.tag: node for node in facts}
    return found if _AROUND.isdisjoint(found) else {}


def is_contents_list(element: etree._Element) -> bool:
    """Given a control, return whether it holds the list of contents that Word makes by itself."""
    gallery = element.find(_GALLERY)
    return "table of contents" in value_of(gallery).lower()


def settled(
    found: dict[str, etree._Element], shown: str, bound: Bound
) -> tuple[Control, str | None, bool]:
    """Given the facts of a control and what it shows, return it, and what to read instead.

    That is None where what is shown is right already. The last value says that a box and what is
    drawn for it contradict each other: then a person must look.
    """
    name, title = value_of(found.get(_TAG)), value_of(found.get(_ALIAS))
    box = found.get(_BOX)
    if box is not None:
        mark = box.find(W14 + "checked")
        ticked = mark is not None and mark.get(W14 + "val", "1") not in ("0", "false", "off")
        sign = TICKED if ticked else UNTICKED
        rest = shown[1:] if shown[:1] in (TICKED, UNTICKED) and len(shown) > 2 else ""
        contradicted = shown[:1] == (UNTICKED if ticked else TICKED)
        return Control(name=name, title=title, ticked=ticked), sign + rest, contradicted
    options, empty = _options(found)
    words: str | None = None
    if is_on(found.get(_SHOWS_PROMPT)) or shown in empty or (shown and _PROMPT.match(shown)):
        words = ""
    elif _DATE_PICKER in found:
        words = _picked(shown, found[_DATE_PICKER].get(W + "fullDate", "")[:10])
    if (words == "" or not shown) and _BINDING in found:
        words = _kept(found, tidy(bound(found[_BINDING]))) or words
    text = shown if words is None else words
    control = Control(name=name, title=title, text=text, placeholder=not text, options=options)
    return control, words, False


def _options(found: dict[str, etree._Element]) -> tuple[tuple[str, ...], frozenset[str]]:
    """Given the facts of a control, return its options, and the entries that choose nothing."""
    choices = found.get(_LIST)
    choices = found.get(_COMBO) if choices is None else choices
    if choices is None:
        return (), _NONE
    options, empty = [], set()
    for item in choices.findall(_ITEM):
        value = item.get(W + "value", "")
        shown = tidy(item.get(W + "displayText", "") or value)
        # Word keeps its "Choose an item." as an entry without a value.
        if not value or _is_no_choice(shown):
            empty.add(shown)
        else:
            options.append(shown)
    return tuple(options), frozenset(empty - {""})


def _kept(found: dict[str, etree._Element], kept: str) -> str:
    """Given the data that a control is bound to, return it as the control would show it."""
    if _DATE_PICKER in found and _DATE.match(kept):
        return kept[:10]
    choices = found.get(_LIST)
    for item in () if choices is None else choices.findall(_ITEM):
        if kept and item.get(W + "value") == kept:
            return tidy(item.get(W + "displayText", "") or kept)
    return kept


def _picked(shown: str, iso: str) -> str | None:
    """Given the date shown and the date picked, return the picked one if it is the one shown."""
    numbers = re.findall(r"\d+", shown)
    if not _DATE.fullmatch(iso) or not numbers:
        return None
    # Somebody may have typed over the date without the picker: what is seen counts.
    year, day = iso[:4], str(int(iso[8:]))
    seen = {number.lstrip("0") for number in numbers}
    if shown.startswith(iso) or (day in seen and numbers[-1] in (year, year[2:])):
        return iso
    return None


def old_field(data: etree._Element) -> tuple[Control, str | None, bool]:
    """Given `w:ffData`, return the form field, and what it says; None if its result says it.

    The last value says that nobody can tell whether that was chosen.
    """
    name = value_of(data.find(f"{W}name"))
    title = value_of(data.find(f"{W}helpText")) or value_of(data.find(f"{W}statusText"))
    box, choices = data.find(f"{W}checkBox"), data.find(f"{W}ddList")
    if box is not None:
        mark = box.find(f"{W}checked")
        ticked = is_on(box.find(f"{W}default") if mark is None else mark)
        control = Control(name=name, title=title, ticked=ticked)
        return control, TICKED if ticked else UNTICKED, False
    if choices is None:
        return Control(name=name, title=title), None, False
    entries = [tidy(value_of(entry)) for entry in choices.findall(f"{W}listEntry")]
    result = choices.find(f"{W}result")
    shown = entries[number_of(result)] if number_of(result) < len(entries) else ""
    text = "" if _is_no_choice(shown) else shown
    options = tuple(entry for entry in entries if not _is_no_choice(entry))
    control = Control(name=name, title=title, text=text, placeholder=not text, options=options)
    # Such a list always shows an entry, at first its first. Word says nothing of that one, and
    # LibreOffice, which makes up the names of fields, says the same whether it was chosen or not.
    is_first = result is None or (not number_of(result) and name.startswith("__Fieldmark"))
    return control, text, is_first and bool(text)


def _is_no_choice(entry: str) -> bool:
    return bool(_NO_CHOICE.match(entry) or _PROMPT.match(entry))


def typed(control: Control, shown: str, default: str) -> Control:
    """Given an old text field and what it shows, return it filled in, or as showing its prompt."""
    is_prompt = not shown or bool(_PROMPT.match(shown)) or (shown == default and "[" in default)
    text = "" if is_prompt else shown
    return Control(name=control.name, title=control.title, text=text, placeholder=is_prompt)
