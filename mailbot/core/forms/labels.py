"""When two printed labels mean the same: normal forms, words that say nothing, slips of typing.

Stands under layouts. Forms print "Child's D.O.B.", "Date of Birth of Child (dd/mm/yyyy)" and
"1.2 date of birth:" for one thing; nothing here guesses beyond words that are interchangeable.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

_LABEL_SIZE = 80
_NUMBER = re.compile(
    r"^\s*\(?(?:\d{1,2}(?:\.\d{1,2}){0,3}[.):]\s*|\d{1,2}[a-h][.):]?\s+|[a-zA-Z][.)]\s+"
    r"|[ivx]{1,4}[.)]\s+)(?=\S\S)"
    r"|^\s*(?:Q|q)\.?\s?\d{1,2}[.):]?\s+|^\s*\d{1,2}(?:\.\d{1,2})+\s+|^\s*[•●▪*–-]\s+"
)
_POSSESSIVE = re.compile(r"'(?=s\b)|(?<=s)'")
_NO_WORD = re.compile(r"[^a-z0-9]+")
_DASH = re.compile(r"\s[–—-]\s")
_BRACKETS = re.compile(r"\([^()]{0,200}\)|\[[^\[\]]{0,200}\]")
_DASH = re.compile(r"\s+[–—-]\s+|\s*[–—]\s*")
_FEWEST_WORDS = 2  # after a dash, of what only explains
_POLITE = re.compile(
    r"^(?:please |if (?:yes|so|known|applicable) "
    r"|(?:give|provide|state|enter|specify|describe|tick|confirm|list|indicate|insert)"
    r" (?:us )?|can you |could you |what (?:is|was|are|were) |full details of |brief |a |the "
    r"|details of the |details of (?=name|date))"
)
#: Words that carry no meaning in a label.
_EMPTY = frozenset(
    "the a an of for to in on at and or is are was were be been has have had do does did any if "
    "your our their this that these please give provide state enter specify describe full brief "
    "available applicable relevant current currently etc eg ie e g i delete as appropriate "
    "where possible what which usual postcode serious critical significant inc including print "
    "block capitals his her "
    "dd mm yyyy yy following below section per main s n y nk tick one".split()
)
_PHRASES = (
    (" yes no ", " "),
    (" y n ", " "),
    (" post code ", " "),
    (" d o b ", " date birth "),
    (" dob ", " date birth "),
    (" birth date ", " date birth "),
    (" birthdate ", " date birth "),
    (" young persons ", " child "),
    (" young person ", " child "),
    (" young people ", " children "),
    (" subject child ", " child "),
    (" index child ", " child "),
    (" child child ", " child "),
    (" last name ", " surname "),
    (" last names ", " surname "),
    (" family name ", " surname "),
    (" first name ", " forename "),
    (" first names ", " forename "),
    (" given name ", " forename "),
    (" given names ", " forename "),
    (" christian name ", " forename "),
    (" fore name ", " forename "),
    (" forename s ", " forename "),
    (" surname s ", " surname "),
    (" name s ", " name "),
    (" e mail ", " email "),
    (" contact number ", " phone "),
    (" contact no ", " phone "),
    (" job title ", " role "),
    (" job role ", " role "),
    (" role title ", " role "),
    (" agency and designation title ", " agency role "),
    (" person making referral ", " notifier "),
    (" person making the referral ", " notifier "),
    (" person making this referral ", " notifier "),
    (" person making notification ", " notifier "),
    (" person making the notification ", " notifier "),
    (" person making this notification ", " notifier "),
    (" notifying professional ", " notifier "),
    (" referring professional ", " notifier "),
    (" reporting professional ", " notifier "),
    (" reporting officer ", " notifier "),
    (" notifying officer ", " notifier "),
    (" notifying person ", " notifier "),
    (" referring person ", " notifier "),
    (" reporting person ", " notifier "),
    (" person referring ", " notifier "),
    (" person notifying ", " notifier "),
    (" person reporting ", " notifier "),
    (" ethnic origin ", " ethnicity "),
    (" ethnic group ", " ethnicity "),
    (" ethnic background ", " ethnicity "),
    (" took place ", " happened "),
    (" signed off ", " signedoff "),
    (" sign off ", " signedoff "),
    (" local authority ", " localauthority "),
)
_SAME = {
    "referrer": "notifier",
    "referrers": "notifier",
    "notifiers": "notifier",
    "informant": "notifier",
    "organisation": "agency",
    "organization": "agency",
    "organisations": "agencies",
    "organizations": "agencies",
    "service": "agency",
    "services": "agencies",
    "telephone": "phone",
    "tel": "phone",
    "mobile": "phone",
    "designation": "role",
    "position": "role",
    "occupation": "role",
    "job": "role",
    "ethnic": "ethnicity",
    "location": "place",
    "venue": "place",
    "happen": "happened",
    "occur": "happened",
    "occurred": "happened",
    "mum": "mother",
    "dad": "father",
    "strength": "strengths",
    "nursery": "school",
    "synopsis": "summary",
    "overview": "summary",
    "outline": "summary",
    "carer": "parent",
    "carers": "parent",
    "guardian": "parent",
    "guardians": "parent",
    "writer": "author",
    "sex": "gender",
    "involvements": "involvement",
    "outcomes": "outcome",
}
_SUPERFLUOUS = (
    ("phone", "number"),
    ("email", "address"),
    ("role", "title"),
    ("gender", "identity"),
)
#: Words after which a long label only goes on explaining itself.
_GOES_ON = frozenset(
    "with over in during including include includes for from at and eg please if who what this "
    "that where as when which on is are give describe has should inc i e ie covering up within "
    "since using such".split()
)


def normal(text: str) -> str:
    """Given a label, return its normal form: "3. Child's name:" is "childs name"."""
    return _normal_label(text) if len(text) <= _LABEL_SIZE else _normal(text)


def _normal(text: str) -> str:
    text = _NUMBER.sub("", text.strip()).lower().replace("\u2019", "'").replace("&", " and ")
    if "'" in text:
        text = _POSSESSIVE.sub("", text).replace("'", "")
    return _NO_WORD.sub(" ", text).strip()


# The same few hundred labels stand on every form.
_normal_label = lru_cache(maxsize=4096)(_normal)


def label_forms(label: str) -> tuple[str, ...]:
    """Given a printed label, return the normal forms to look up, closest first."""
    if len(label) <= _LABEL_SIZE:
        return _forms_of_label(label)
    return tuple(dict.fromkeys(_forms(label[:300])))


def _forms(label: str) -> Iterator[str]:
    yield normal(label)
    bare = normal(_BRACKETS.sub(" ", label))
    yield bare
    yield without_courtesy(bare)
    first = label.partition("\n")[0]
    if first != label:
        yield normal(first)
        yield normal(_BRACKETS.sub(" ", first))
    head, dash, _ = _DASH.sub("\x00", label).partition("\x00")
    if dash and len(head.split()) > 1:
        yield normal(head)


@lru_cache(maxsize=4096)
def _forms_of_label(label: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_forms(label)))


def parted(label: str) -> tuple[str, str, str]:
    """Given "Child details - date of birth", return what stands before, at and after the dash."""
    head, dash, tail = _DASH.sub("\x00", label, count=1).partition("\x00")
    return head.strip(), dash, tail.strip()


def without_courtesy(words: str) -> str:
    """Given a label in normal form, return it without "please give" and its like."""
    while (shorter := _POLITE.sub("", words)) != words:
        words = shorter
    return words


def meaning(label: str) -> tuple[str, ...]:
    """Given a label in normal form, return the set of words that carry its meaning, in order."""
    return _meaning_of_label(label) if len(label) <= _LABEL_SIZE else _meaning(label)


def _meaning(label: str) -> tuple[str, ...]:
    text = f" {label} "
    for phrase, other in _PHRASES:
        if phrase in text:
            text = text.replace(phrase, other)
    words = {_singular(_SAME.get(word, word)) for word in text.split() if word not in _EMPTY}
    for kept, dropped in _SUPERFLUOUS:
        if kept in words:
            words.discard(dropped)
    return tuple(sorted(words))


_meaning_of_label = lru_cache(maxsize=4096)(_meaning)


def _singular(word: str) -> str:
    if word in ("agencies", "children"):
        return word
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def beginnings(label: str) -> Iterator[str]:
    """Given a long label in normal form, return its beginnings after which it only explains."""
    words = without_courtesy(label).split()
    for end in range(min(len(words) - 1, 12), 1, -1):
        head = " ".join(words[:end])
        if words[end] in _GOES_ON and (end > 2 or len(head) > 11):
            yield head


def is_slip(one: str, other: str) -> bool:
    """Given two labels in normal form, return whether one letter or one swap parts them."""
    if abs(len(one) - len(other)) > 1 or one == other:
        return False
    if len(one) > 2 and one[0] != other[:1] and one[-1] != other[-1:]:
        return False  # one slip is not at both ends
    at = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), None)
    if at is None:
        return True
    swapped = one[at : at + 2] == other[at : at + 2][::-1]
    return (
        one[at + 1 :] == other[at + 1 :]
        or one[at:] == other[at + 1 :]
        or one[at + 1 :] == other[at:]
        or (swapped and one[at + 2 :] == other[at + 2 :])
    )
