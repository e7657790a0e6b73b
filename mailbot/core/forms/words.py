"""What a short message says without a form: "not known to us", "more to follow", "please ignore my
earlier one".

Stands under forms. A nil return stops a clock, so it is only taken when every sentence of the
message is one of four things: a courtesy, a word about where was looked, a nil return, or nothing
but the plain words of these. Anything else in it, and a person reads it.
"""

import re

from mailbot.core.forms.layouts import Phrases, normal
from mailbot.core.forms.plain_words import (
    AGENCIES,
    CHILD_OR_FAMILY,
    COURTESIES,
    LOOKED,
    OF_THE_FAMILY,
    PERSONS,
    PLAIN,
    VERBS,
)

_LONGEST_NIL = 90  # words without courtesies; whoever writes more has more to say
_LONGEST_COURTESY = 300  # characters
_QUOTE_BEGINS = re.compile(
    r"^(?:-{2,} ?(?:original|forwarded) message|from: |on .{4,200} wrote:?$|_{8,}|sent: )", re.I
)
_FAREWELL = re.compile(
    r"^(?:kind(?:est)? regards|many thanks|thanks|thank you|best wishes|warm regards|regards"
    r"|yours (?:sincerely|faithfully)|with best wishes|best|cheers|kr|--|sent from my .*)[,.! ]*$",
    re.IGNORECASE,
)
_HELLO = r"(?:dear|hi|hello|hiya|good (?:morning|afternoon|evening)|morning|afternoon)\b"
_NAMES = r"(?: (?!not\b|nil\b|no\b|we\b|i\b|the\b)[\w.'’&/-]+){0,5}"
_GREETING = re.compile(rf"^{_HELLO}{_NAMES}\s*[,!.:–-]*$", re.IGNORECASE)
_GREETED = re.compile(rf"^{_HELLO}{_NAMES}\s*[,!–-]\s+", re.IGNORECASE)
_CONTACT = re.compile(
    r"^(?:tel|telephone|t|m|mob|mobile|phone|e|email|e-mail|w|web|ext|direct|fax)\b\s*[:.]"
    r"|^\S+@\S+$|https?://|\bwww\.|^[+\d][\d ()-]{6,}$",
    re.IGNORECASE,
)
_OUR_REQUEST = re.compile(r"\b(?:just )?reply\b.{0,60}\b(?:in )?one line\b", re.I)
_SENTENCE_ENDS = re.compile(r"(?<=[.!;])\s+|;\s*|\s+[-–—]+\s+|\n")
_CLAUSE_ENDS = re.compile(
    r"\s*[:]\s+|(?<=thanks),\s+|(?<=thank you),\s+|(?<=sorry),\s+"
    r"|,\s+(?=(?:please|thank|kind|many|sorry|apolog|best|if you)\b)",
    re.IGNORECASE,
)
_BARE = frozenset({"nil", "not known", "unknown", "no record", "no records", "none", "no trace"})
_NOT_NIL = re.compile(
    r"\b(?:not|never|nor|cannot|no) (?:(?:be|being|treat|treated|take|taken|accept|consider"
    r"|this|it|give"
    r"|send|to|sent|count|as|a|an|our|the|any) )*nil\b"
    # what was tried, or a detail that is missing, and not the child
    r"|\bcontacts? (?:from|made)\b"
    r"|\b(?:date|birth|dob|address|name|number|details|postcode|gp|school|team|service) (?:is"
    r"|are|was|were)"
    r" (?:not known|unknown)\b"
)
#: What an agency did or has after all.
_INVOLVED = re.compile(
    r"\b(?:patients?|pupils?|clients?|tenants?|customers?|users?|supported|treated|seen"
    r"|attend\w*|known"
    r"|registered|enrolled|roll|received(?! your)|offered|referred|open|works?|worked|working"
    r"|involved"
    r"|(?:hold|holds|held|have|has|had|find|found) (?!no |checked|searched|reviewed|looked)"
    r"(?:\w+ )?(?:records?|contacts?|involvement|information|history|dealings|knowledge|evidence"
    r"|trace))\b"
)
_NOBODY = re.compile(
    r" (?:neither|nobody|no one|none|no (?:family "
    r"|household )?members?)(?: (?!known )[a-z]+){0,12} known to"
)
_BIRTH = re.compile(r"\b(?:dob|d o b|born|birth|nhs|ref|reference|case|no|number)\b")
_ONES = frozenset(
    "us our my me you them teams services names name contact involvement here".split()
)
#: Of what there is no record: of a person it is a nil return, of anything else it is not.
_OF_WHAT = re.compile(
    r"\b((?:known|unknown) to|(?:records?|trace|knowledge|history|contact|involvement"
    r"|dealings|involved"
    r"|information|anything|match(?:es)?|details|working|worked|work) (?:of|with|about|for"
    r"|regarding"
    r"|concerning)) ((?:(?:a|an|the|this|that|these|those|any|either|both|neither|named|above"
    r"|said|other|member|members|of|one|all) )*)(\w+)"
)


def says_nil(text: str, nil: Phrases) -> bool:
    """Given the sender's own words, return whether they are a nil return and nothing else.

    Lines quoted from our request never count, nor anything below a farewell.
    """
    words = _in_full(own_statement(text))
    sentences = [s for s in _sentences(words) if s and not _is_courtesy(s)]
    if not sentences or any("?" in sentence for sentence in sentences):
        return False
    if sum(len(sentence.split()) for sentence in sentences) > _LONGEST_NIL:
        return False
    plain = f" {' . '.join(normal(sentence) for sentence in sentences)} "
    said = _nil_phrases(plain, nil)
    if not said or _NOT_NIL.search(plain) or _affirms(plain):
        return False
    rest = plain
    for phrase in said:
        rest = rest.replace(f" {phrase} ", " | ")
    if any(f" {phrase} " in rest for phrase in nil.not_when) or _tells_more(rest):
        return False
    return _is_about_the_child(plain) and all(map(_is_plain, sentences))


def says_partial(text: str, partial: Phrases) -> bool:
    """Given some words, return whether they say that more will come."""
    return _says(text, partial)


def says_corrected(text: str, corrected: Phrases) -> bool:
    """Given some words, return whether they say that it takes the place of an earlier one."""
    return _says(text, corrected)


def own_statement(text: str) -> str:
    """Given the sender's own words, return them without greeting, farewell and quotations."""
    kept: list[str] = []
    for line in text.splitlines():
        line = line.strip()
        if _QUOTE_BEGINS.match(line):
            break
        if line.startswith(">") or not line or _GREETING.match(line):
            continue
        if _FAREWELL.match(line) or (kept and _CONTACT.search(line)):
            if kept:
                break
            continue
        kept.append(line if kept else _GREETED.sub("", line))
    words = " ".join(kept)
    # Our own request says how to answer; a client that drops the quotation marks repeats it.
    return "" if _OUR_REQUEST.search(words) else words


def _says(text: str, phrases: Phrases) -> bool:
    plain = f" {normal(text)} "
    if any(f" {phrase} " in plain for phrase in phrases.not_when):
        return False
    return any(f" {phrase} " in plain for phrase in phrases.says)


# --- a nil return, sentence by sentence -------------------------------------------------------


def _sentences(words: str) -> list[str]:
    return [
        clause.strip()
        for sentence in _SENTENCE_ENDS.split(words)
        for clause in _CLAUSE_ENDS.split(sentence)
    ]


def _in_full(words: str) -> str:
    """The words with "isn't" as "is not"."""
    words = re.sub(r"\b(ca)n['’]t\b|\bcant\b", "cannot", words, flags=re.IGNORECASE)
    return re.sub(r"(?<=[a-z])n['’]t\b", " not", words)


def _is_courtesy(sentence: str) -> bool:
    plain = normal(sentence[:_LONGEST_COURTESY])
    whole = len(sentence) < _LONGEST_COURTESY
    return not plain or (whole and bool(COURTESIES.fullmatch(plain)))


def _nil_phrases(plain: str, nil: Phrases) -> list[str]:
    """The phrases of a nil return in a statement, the longest first."""
    bare = [part.strip() for part in plain.split(" . ") if part.strip() in _BARE]
    found = [phrase for phrase in nil.says if f" {phrase} " in plain]
    found += [match[0].strip() for match in _NOBODY.finditer(plain)]
    return sorted({*found, *bare}, key=len, reverse=True)


def _affirms(plain: str) -> bool:
    """Whether it also says that somebody is known ("the mother is known to our service")."""
    known = re.sub(
        r"\b(?:neither|nobody|no one|none|no)\b[^.]{0,60}? known to|\bnot (?:\w+ ){0,4}known to",
        "",
        plain,
    )
    return bool(re.search(r"(?<! not)(?<! never)(?<! never been)(?<! been) known to ", known))


def _tells_more(rest: str) -> bool:
    """Whether what is left beside the nil return tells of somebody's involvement all the same."""
    if _INVOLVED.search(rest):
        return True
    alone = (part.split() for part in rest.split(" . ") if "|" not in part)
    return any(
        OF_THE_FAMILY & set(words) or (VERBS & set(words) and not LOOKED & set(words))
        for words in alone
    )


def _is_about_the_child(plain: str) -> bool:
    """Whether a person named by a relationship is not the only one it speaks of."""
    words = set(plain.split())
    return not words & OF_THE_FAMILY or bool(words & CHILD_OR_FAMILY)


def _is_plain(sentence: str) -> bool:
    """Whether a sentence has only plain words and names, and denies nothing but a person."""
    tokens = re.findall(r"[^\W_]+(?:['’-][^\W_]+)*", sentence)
    plain = f" {normal(sentence)} "
    born = bool(_BIRTH.search(plain))
    for i, token in enumerate(tokens):
        known = set(normal(token).split()) <= PLAIN
        if not (known or (born and token.isdigit()) or _is_proper(tokens, i)):
            return False
    return all(
        _is_somebody(said, before.split(), word, sentence)
        for said, before, word in _OF_WHAT.findall(plain)
    )


def _is_proper(tokens: list[str], i: int) -> bool:
    """Whether a word is written as a name; the first of a sentence only beside another name."""
    token = tokens[i]
    if not token[:1].isupper():
        return False
    beside = tokens[i + 1 : i + 2]
    return bool(i or (len(token) > 1 and token.isupper()) or (beside and beside[0][:1].isupper()))


def _is_somebody(said: str, before: list[str], word: str, sentence: str) -> bool:
    """Whether that of which there is no record is a person; nobody is known to an agency."""
    if "this" in before and word in AGENCIES:
        return True
    written = re.search(rf"\b{re.escape(word)}\b", sentence, re.IGNORECASE)
    is_name = bool(written and written[0][:1].isupper() and word not in PLAIN)
    allowed = PERSONS | OF_THE_FAMILY | _ONES | (AGENCIES if "known to" in said else frozenset())
    return is_name or word in allowed
