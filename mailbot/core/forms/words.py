"""What a short message says without a form: "not known to us", "more to follow".

Stands under forms. A nil return stops a clock, so it is only taken when nothing in the message
speaks against it; anything less plain waits for a person.
"""

import re

from mailbot.core.forms.layouts import Phrases, normal

_LONGEST_NIL = 70  # words; whoever writes more has more to say
_QUOTE_BEGINS = re.compile(
    r"^(?:-{2,} ?(?:original|forwarded) message|from: |on .{4,200} wrote:?$|_{8,}|sent: )", re.I
)
_FAREWELL = re.compile(
    r"^(?:kind(?:est)? regards|many thanks|thanks|thank you|best wishes|warm regards|regards"
    r"|yours (?:sincerely|faithfully)|with best wishes|best|cheers|--|sent from my .*)[,.! ]*$",
    re.IGNORECASE,
)
_GREETING = re.compile(
    r"^(?:dear|hi|hello|good (?:morning|afternoon|evening)|morning|afternoon)\b.{0,60}$", re.I
)
_OUR_REQUEST = re.compile(r"\b(?:just )?reply\b.{0,60}\b(?:in )?one line\b", re.I)


def says_nil(text: str, nil: Phrases) -> bool:
    """Given the sender's own words, return whether they are a nil return and nothing else.

    Lines quoted from our request never count, nor anything below a farewell.
    """
    words = own_statement(text)
    if not words or "?" in words or len(words.split()) > _LONGEST_NIL:
        return False
    plain = f" {normal(words)} "
    if plain.strip() in ("nil", "not known", "unknown", "no record", "none"):
        return True
    if any(f" {phrase} " in plain for phrase in nil.not_when):
        return False
    if _affirms(plain):
        return False
    return any(f" {phrase} " in plain for phrase in nil.says)


def says_partial(text: str, partial: Phrases) -> bool:
    """Given some words, return whether they say that more will come."""
    plain = f" {normal(text)} "
    if any(f" {phrase} " in plain for phrase in partial.not_when):
        return False
    return any(f" {phrase} " in plain for phrase in partial.says)


def own_statement(text: str) -> str:
    """Given the sender's own words, return them without greeting, farewell and quotations."""
    kept: list[str] = []
    for line in text.splitlines():
        line = line.strip()
        if _QUOTE_BEGINS.match(line):
            break
        if line.startswith(">") or not line or _GREETING.match(line):
            continue
        if _FAREWELL.match(line):
            if kept:
                break
            continue
        kept.append(line)
    words = " ".join(kept)
    # Our own request says how to answer; a client that drops the quotation marks repeats it.
    return "" if _OUR_REQUEST.search(words) else words


def _affirms(plain: str) -> bool:
    """Whether it also says that somebody is known ("the mother is known to our service")."""
    return bool(re.search(r"(?<! not)(?<! never)(?<! never been)(?<! been) known to ", plain))
