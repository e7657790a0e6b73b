"""One answer as a value of its field's type, and how sure it is.

Stands under fields. What cannot be told is never guessed: the rest of a sentence says why, for the
person who will be asked.
"""

import re

from mailbot.core.forms.answers import printed_options
from mailbot.core.forms.items import Item
from mailbot.core.forms.layouts import FieldRule, FormLayouts, normal
from mailbot.core.forms.values import (
    date_from,
    list_from,
    name_from,
    names_from,
    people_from,
    says_none,
    yes_or_no,
)
from mailbot.core.forms.words import says_nil
from mailbot.core.model import Certainty, Field, Json

_MARKED = "cannot be told from what was marked: please say it in words."
_NOTHING = re.compile(r"^[\s_.…/\\|:*-]*$")
#: What forms print beside each other for one of them to be struck out, ringed or underlined.
_PRINTED = frozenset(
    "yes no n y male female m f boy girl man woman other unborn unknown na nk trans transgender "
    "intersex recommended he she they".split()
) | {"not known", "n a", "not recommended", "non binary", "prefer not to say", "do not know"}
_BULLET = re.compile(r"^\s*(?:[•●▪◦·*–-]|o\s|\(?[a-z0-9]{1,2}[.)])\s*")
#: A hint above the answer: "(forename and surname)", "House number, street, town, postcode".
_IS_HINT = re.compile(
    r"^\s*(?:\([^()]{2,80}\)|\[[^\[\]]{2,80}\]|house (?:name|number)[a-z, /]{4,60}"
    r"|dd/mm/yy(?:yy)?)\s*:?$",
    re.IGNORECASE,
)
#: A label printed once more inside the cell of its answer.
_OWN_LABEL = re.compile(
    r"^(?:name|agency|role|date|address|dd/mm/yyyy)\s*:\s+(?=\S)", re.IGNORECASE
)
#: A prompt in brackets that was left before the answer: "[Enter full name] Wren Alderby".
_BEFORE = re.compile(
    r"^\s*[\[<(«]\s*(?:enter|insert|type|click|add|your|please|full)\b[^\]>)»]*[\]>)»]\s*(?=\S)",
    re.IGNORECASE,
)
_PLACEHOLDER = re.compile(
    r"^[\[<(«]\s*(?:enter|insert|type|click|select|choose|add|your|please)\b[^\]>)»]*[\]>)»]$", re.I
)
#: What is left of printed options when the others were struck out: "/Female".
_SLASHED = re.compile(r"^(?:/\s*[^/]{1,40}|[^/]{1,40}/)$")
_REPORTED = re.compile(r"\s*\((?:reported|notified|we were told|known)[^()]{0,40}\)", re.I)
#: Options printed above the answer: "a) a child has died".
_LETTERED = re.compile(r"^\s*\(?[a-h][.)]\s+\S")
_ASKS = re.compile(
    r"^(?:please|include|including|details? of|describe|give|state|summary of|provide|outline"
    r"|consider|what|how|why|when|where|who|was|were|is|are|did|does|has|have|status|other|any"
    r"|e\.?g\.?|i\.?e\.?|such as|note)\b",
    re.IGNORECASE,
)
#: Instructions printed where the answer goes. "Please see attached" is an answer.
_GUIDES = re.compile(
    r"[–-]\s*(?:please )?delete\b|^\W*(?:please (?!see|refer|note that|find)\w+|guidance\b"
    r"|(?:enter|insert|type|add) (?:the|a|an|your|child|name|date|details|full)\b"
    r"|e\.g\.|leave (?:empty|blank)\b|do not leave\b|give the\b|use the format\b"
    r"|to be completed\b|this section\b|use this section\b|you should\b|continue on\b"
    r"|(?:briefly )?(?:describe|include|state|specify|summarise|outline|give) (?:the|any|your|a|how"
    r"|details|what|brief|all|here|which|where|when|whether)\b"
    r"|click (?:or tap )?(?:here )?to (?:enter|choose|add|select)\b"
    r"|(?:enter|insert|type|select|choose|tick|circle) (?:the|your|a|an|any|all|here|details|one"
    r"|full|name|date|from)\b|include details\b|delete as appropriate|tick (?:all|as|one)"
    r"|if (?:yes|no|known|not known), (?:please|give|state|provide))",
    re.IGNORECASE,
)


def answer(rule: FieldRule, item: Item, layouts: FormLayouts) -> tuple[Field, str]:
    """Given a rule and an item, return its field and, when in doubt, the rest of a sentence."""
    text = item.value.strip()
    if item.unsure:
        why = "was not read surely" if text else "was struck out"
        return _cannot_tell(text, item), f"{why}: please say it in words."
    said = _said_outright(rule, item, layouts)
    if said is not None:
        return said, ""
    value, doubt = _value(rule, text)
    if doubt or (value == [] and not says_none(text)):
        return _cannot_tell(text, item), doubt
    if value == "":
        return _blank(item), ""
    return Field(value=value, place=item.place, certainty=Certainty.READ), ""


def _said_outright(rule: FieldRule, item: Item, layouts: FormLayouts) -> Field | None:
    """Return the field of an answer whose words the layouts know, or None."""
    text, words = item.value.strip(), normal(item.value)
    if item.placeholder or _NOTHING.match(text) or words in layouts.prompts:
        return _blank(item)
    if _PLACEHOLDER.match(text):
        return _blank(item)
    more = rule.name == "partial_return" and len(words.split()) > 2 and yes_or_no(text) is None
    if more or words in rule.yes or words in rule.no:
        value = more or words in rule.yes
        return Field(value=value, place=item.place, certainty=Certainty.READ)
    if rule.name == "known_to_agency" and yes_or_no(text) is None and says_nil(text, layouts.nil):
        return Field(value=False, place=item.place, certainty=Certainty.READ)
    parts = [normal(piece) for piece in text.split("/")]
    if words in layouts.not_known or all(part in layouts.not_known for part in parts):
        return Field(value=None, place=item.place, certainty=Certainty.NOT_KNOWN)
    return None


def _value(rule: FieldRule, text: str) -> tuple[Json, str]:
    """Return an answer as a value of the field's type, or the rest of a sentence why not."""
    if rule.type == "date":
        date = date_from(text)
        if date.doubt and not date.iso:
            # "21/03/2026 (reported 22/03/2026)": what is in brackets is said besides.
            bare = _REPORTED.sub("", text)
            date = date_from(bare) if bare != text else date
        return date.iso, date.doubt and f"{date.doubt}: please give the date in full."
    if rule.type == "yes-no":
        known = yes_or_no(text)
        return known, "" if known is not None else "is neither yes nor no: please say which."
    if rule.type == "choice":
        text = without_prompts(text) or text
        value = _choice(rule, normal(text))
        return value, "" if value else _MARKED
    if are_printed_options(text):
        return "", "was not chosen among what is printed: please say which."
    text = without_prompts(text).strip(" /|") if rule.type != "text" else without_prompts(text)
    if _SLASHED.match(text):
        text = text.strip(" /")
    return (_plain(rule.type, text) if text else ""), ""


def _plain(kind: str, text: str) -> Json:
    if kind == "name":
        return name_from(text)
    if kind == "names":
        return names_from(text)
    if kind == "people":
        return people_from(text)
    if kind == "list":
        return list_from(text)
    if kind == "address":
        return ", ".join(part.strip(" ,") for part in text.splitlines() if part.strip(" ,"))
    if kind == "email":
        found = re.search(r"[\w.+'-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,6}", text)
        return found[0].lower() if found else text
    return text


def _choice(rule: FieldRule, words: str) -> str:
    exact = rule.ticks.get(words)
    if exact:
        return exact
    found = {value for phrase, value in rule.ticks.items() if f" {phrase} " in f" {words} "}
    return found.pop() if len(found) == 1 else ""


def _blank(item: Item) -> Field:
    return Field(value=None, place=item.place, certainty=Certainty.BLANK)


def _cannot_tell(text: str, item: Item) -> Field:
    return Field(value=text, place=item.place, certainty=Certainty.CANNOT_TELL)


def are_printed_options(text: str, rule: FieldRule | None = None) -> bool:
    """Given an answer, return whether it is only what the form prints: "Male / Female".

    Of a field with boxes these may be the words beside them: "Death / serious harm".
    """
    options = [normal(option) for option in printed_options(text)]
    if len(options) < 2:
        return False
    chosen = {rule.ticks.get(option, "") for option in options} if rule else set()
    return (len(chosen) > 1 and all(chosen)) or all(option in _PRINTED for option in options)


def without_prompts(text: str) -> str:
    """Given an answer, return it without the questions that the form prints inside its cell.

    Questions are bullets that ask for something, or lines that end with a question mark or a
    colon, while something else stands there too.
    """
    lines = [_OWN_LABEL.sub("", _BEFORE.sub("", line)) for line in text.split("\n")]
    while lines and (_GUIDES.search(lines[0]) or (len(lines) > 1 and _IS_HINT.match(lines[0]))):
        asked = lines.pop(0).rstrip().endswith(":")
        while asked and lines and _BULLET.match(lines[0]) and len(lines) > 1:
            del lines[0]
    if len(lines) < 2:
        return "\n".join(lines)
    lines = _without_questions(lines)
    lettered = [line for line in lines if _LETTERED.match(line)]
    if 1 < len(lettered) < len(lines):
        lines = [line for line in lines if line not in lettered]
    kept = [line for line in lines if not _is_prompt(line)]
    return "\n".join(kept).strip()


def _without_questions(lines: list[str]) -> list[str]:
    """Drop several short lines at the top that only ask: the bullets before them were lost."""
    count = 0
    while count < len(lines) - 1 and _only_asks(lines[count], after=count > 0):
        count += 1
    if count == len(lines) - 1 > 1 and _only_asks(lines[-1], after=True):
        return []  # nothing was written below them
    if count > 0 and count == len(lines) - 1 and _only_asks(lines[-1], after=True):
        return []
    return lines[count:] if count > 1 else lines


def _only_asks(line: str, *, after: bool) -> bool:
    words = line.strip()
    if not words or words.endswith(".") or len(words.split()) > 13:
        return False
    return bool(_ASKS.match(words)) or (after and words[0].islower() and len(words.split()) < 4)


def _is_prompt(line: str) -> bool:
    bullet = _BULLET.match(line)
    words = line[bullet.end() :].strip() if bullet else line.strip()
    if words.endswith(("?", ":")):
        return True
    is_short = len(words.split()) < 14 and not words.endswith(".")
    return bool(bullet) and is_short and bool(_ASKS.match(words))
