"""What people fill in, as values: dates, names, yes and no, lists.

Stands under fields. Every function takes the text of one answer and says what it means, or that
it cannot tell. Nothing is guessed: what is in doubt is left to a person.
"""

import re

from mailbot.core.forms.dates import ReadDate, date_from
from mailbot.core.forms.lists import list_from, says_none
from mailbot.core.forms.names import name_from, names_from
from mailbot.core.forms.people import people_from

__all__ = [
    "ReadDate",
    "date_from",
    "is_undecided",
    "list_from",
    "name_from",
    "names_from",
    "people_from",
    "says_none",
    "yes_or_no",
]

# --- yes and no -------------------------------------------------------------------------------

_TICK = "☒☑✓✔√"
_BOX = rf"(?:[{_TICK}☐□]|\[[xX✓✔ _]?\]|\([xX✓✔ _]?\))"
_OPTION = r"(?:yes|no|y|n|not known|unknown|don't know|n/?k|n/?a|not applicable|unsure)"
_FURTHER = r"(?:not known|unknown|don't know|n/?k|n/?a|not applicable|unsure)"
#: The choice as printed: "Yes / No / Not known (delete as appropriate)".
_PRINTED = re.compile(
    r"^\*?(?:(?:please )?(?:circle|tick|delete|select)[^a-z]{0,3})?"
    r"(?:(?:yes|y)\s*(?:/|\bor\b|\||\s)\s*(?:no|n)|(?:no|n)\s*(?:/|\bor\b|\|)\s*(?:yes|y))\b"
    rf"(?:\s*(?:/|\bor\b|\||,)\s*{_FURTHER}\b){{0,2}}\s*\*?"
    r"(?:\(?(?:please |\*)?(?:circle|tick|delete|select|highlight|mark|underline)[^()]{0,40}\)?)?"
)
_YES = re.compile(r"^(?:yes|y|true)\b")
_NO = re.compile(r"^(?:no|n|false|nil)\b")
#: What may stand after "no" without a stop: "no they are not" is an answer, "no concerns" is none.
_AFTER_NO = re.compile(
    r"^(?:\s*$|\s*[.,;:!(–-]|\s*\n|\s+(?:not|never|they|he|she|we|i|this|the|it|there|according|to"
    r"|as|none|nothing|thank|thanks|record|records|knowledge)\b)"
)
_AFTER_YES = re.compile(r"^(?:\s*$|\s*[.,;:!(–/-]|\s+\D|\s+\d)")
_SAID_NO = re.compile(
    r"^(?:to (?:our|my|the best of (?:our|my)) knowledge,? ?no\b|not (?:to|that) (?:our|my|we"
    r"|i)\b.{0,40}"
    r"|not as far as (?:we|i) (?:know|are aware|am aware)|definitely not|certainly not|never)[.]?$"
)
_SAID_YES = re.compile(r"^(?:to (?:our|my) knowledge,? ?yes\b|definitely yes|yes+)[.]?$")
_DOUBT = re.compile(
    r"\?|\b(?:possibl[ey]|probabl[ye]|maybe|may be|perhaps|unsure|not sure|think|believe|unclear"
    r"|unconfirmed|to be confirmed|tbc|partly|partially|sort of|not yet)\b"
)
_NO_LATER = re.compile(
    r"\band no$|[,;./(–-]\s*no\b(?=\s*(?:$|[.,;)]|for\b|to\b))|\bbut (?:no|not)\b(?=\s*(?:$"
    r"|[.,;)]|for\b))"
)
_YES_LATER = re.compile(
    r"\b(?:yes|but|although|however|except|apart from|other than|previously|unless"
    r"|(?:is|was|are|were) known)\b"
)


def yes_or_no(text: str) -> bool | None:
    """Given an answer, return True for yes, False for no, None when it is neither or both."""
    plain = _one_line(text)
    boxed = _boxed(plain)
    if boxed is not None:
        return {frozenset({"yes"}): True, frozenset({"no"}): False}.get(boxed)
    if re.fullmatch(rf"[{_TICK}]|\[[x✓✔]\]|tick(?:ed)?", plain):
        return True
    printed = _PRINTED.match(plain)
    if printed:
        plain = plain[printed.end() :].strip(" .:;,/*()-–")
    return _said(plain)


def is_undecided(text: str) -> bool:
    """Given an answer, return whether it is the printed "Yes / No" that nobody struck out."""
    plain = _one_line(text)
    boxed = _boxed(plain)
    if boxed is not None:
        return not boxed
    printed = _PRINTED.match(plain)
    return bool(printed) and not plain[printed.end() if printed else 0 :].strip(" .:;,/*()-–_")


def _said(plain: str) -> bool | None:
    if _DOUBT.search(plain):
        return None
    if _SAID_NO.match(plain):
        return False
    if _SAID_YES.match(plain):
        return True
    yes, no = _YES.match(plain), _NO.match(plain)
    if yes and _AFTER_YES.match(_after(plain, yes)):
        return None if _NO_LATER.search(plain) else True
    if no and _AFTER_NO.match(_after(plain, no)):
        return None if _YES_LATER.search(_after(plain, no)) else False
    return None


def _after(plain: str, word: re.Match[str]) -> str:
    """What follows a word; "n/a" and "y/n" are no "n" and no "y"."""
    rest = plain[word.end() :]
    is_letter = len(word[0]) == 1
    return "=" if is_letter and re.match(r"[/.']\w|\s\w", rest) else rest


def _boxed(plain: str) -> frozenset[str] | None:
    """Which of the options with a box are ticked, or None when there are no boxes."""
    before = list(re.finditer(rf"({_BOX})\s*({_OPTION})\b", plain))
    after = list(re.finditer(rf"\b({_OPTION})\s*[:-]?\s*({_BOX})", plain))
    if not before and not after:
        return None
    first_box = re.search(_BOX, plain)
    first_word = re.search(rf"\b{_OPTION}\b", plain)
    box_first = bool(first_box and first_word and first_box.start() < first_word.start())
    pairs = [(m[1], m[2]) for m in before] if box_first else [(m[2], m[1]) for m in after]
    ticked = {option for box, option in pairs if re.search(rf"[{_TICK}x]", box)}
    return frozenset({"y": "yes", "n": "no"}.get(option, option) for option in ticked)


def _one_line(text: str) -> str:
    plain = " ".join(text[:400].lower().replace("’", "'").split())
    return plain.strip(" .:;,/_*")
