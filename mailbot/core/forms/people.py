"""Brothers and sisters in one answer: "1. Finch Alderby, female, dob 1.9.22; Lark (9)".

Stands under values. A date of birth is taken where it is plainly given; from an age none is made.
"""

import re
from collections.abc import Iterator

from mailbot.core.forms.dates import date_from, dates_in
from mailbot.core.forms.names import is_name, name_from, without_kin

_LONGEST = 4_000
_MOST = 30  # people in one answer
_LINES = re.compile(r"\n|;|\||•|\t(?=\s*\d?[A-Z])")
#: A comma, "and" or "&" that does not stand in brackets.
_COMMAS = re.compile(
    r",(?![^()\n]*\))|\s+and\s+(?![^()\n]*\))|\s+&\s+(?![^()\n]*\))", re.IGNORECASE
)
_NUMBER = re.compile(r"^\s*(?:\(?\d{1,2}[.)]|[-–—*·▪●])\s*|\s+\d{1,2}[.)]\s+(?=[A-Z])")
_BIRTH = re.compile(
    r"\b(?:d\.?\s?o\.?\s?b\b\.?|date of birth|born(?: on| in)?|b\.)\s*[:=–-]?\s*", re.IGNORECASE
)
_DETAIL = re.compile(
    r"^\s*(?:\(|aged?\b|d\.?\s?o\.?\s?b\b|date of birth|born\b|b\.\s?\d|edd\b|[?~]*\d|m$|f$|male\b"
    r"|female\b|boy\b|girl\b|(?:older|younger|half|step|full|twin|maternal|paternal)?[\s-]*"
    r"(?:brother|sister|sibling)s?\b(?! \d)|lives\b|living\b|same\b|also\b|address\b|at\b"
    r"|in\b|with\b"
    r"|no\b|not\b|year\b|reception\b|school\b|nursery\b|unborn$|deceased\b|approx\w*|about\b)",
    re.IGNORECASE,
)
_ONE_WORD = re.compile(r"\s*(?!\d)[\w'’-]+,")
_EXPECTED = re.compile(r"\b(?:edd|e\.d\.d|due|expected)\b", re.IGNORECASE)
_AGE_ALONE = re.compile(r"\s*(?:years?|yrs?|months?|mths?|weeks?|wks?|days?|y/?o)\b", re.IGNORECASE)


def people_from(text: str) -> list[dict[str, str]]:
    """Given brothers and sisters in one answer, return each `name` and its `date_of_birth`."""
    people: list[dict[str, str]] = []
    for line in _LINES.split(text[:_LONGEST].replace("\r", "\n")):
        for part in _NUMBER.split(line):
            for chunks in _persons(part.strip()):
                person = _person(chunks)
                if person and person not in people:
                    people.append(person)
    return people[:_MOST]


def _persons(line: str) -> Iterator[list[str]]:
    """The pieces of a line, those of each person together: a name, then what is said of them."""
    pieces = [piece.strip() for piece in _COMMAS.split(line) if piece.strip(" .")]
    if _is_inverted(line, pieces):
        pieces = [f"{pieces[0]}, {pieces[1]}", *pieces[2:]]
    current: list[str] = []
    for piece in pieces:
        begins = not _DETAIL.match(piece) or (_begins_with_kin(piece) and not current)
        if begins and current:
            yield current
            current = []
        current.append(piece)
    if current:
        yield current


def _is_inverted(line: str, pieces: list[str]) -> bool:
    """Whether a line begins with "Alderby, Finch", one person, surname first."""
    if len(pieces) < 2 or _DETAIL.match(pieces[1]) or not _ONE_WORD.match(line):
        return False
    others = [piece for piece in pieces[2:] if not _DETAIL.match(piece)]
    return not others and 0 < len(_words(pieces[1])) <= 2


def _words(piece: str) -> list[str]:
    head = re.split(r"[(\d]|\b(?:dob|born|aged?)\b", piece, maxsplit=1, flags=re.IGNORECASE)[0]
    return head.split()


def _begins_with_kin(piece: str) -> bool:
    return without_kin(piece) != piece.strip(" ,-–:")


def _person(chunks: list[str]) -> dict[str, str]:
    name = name_from(without_kin(chunks[0]))
    if not is_name(without_kin(chunks[0])) or not is_name(name):
        return {}
    born = _born(", ".join(chunks))
    return {"name": name} | ({"date_of_birth": born} if born else {})


def _born(text: str) -> str:
    """The date of birth in what is said of one person, or "" when none is plainly given."""
    if _EXPECTED.search(text):
        return ""
    said = _BIRTH.search(text)
    found = dates_in(text)
    if said:
        rest = re.split(r"[,)(]", text[said.end() :], maxsplit=1)[0].strip()
        return date_from(rest).iso if not _AGE_ALONE.match(rest.lstrip("0123456789 ")) else ""
    if len({iso for _, iso in found}) != 1:
        return ""
    (start, _), _ = found[0]
    begin = max(text.rfind(mark, 0, start) for mark in "(,") + 1
    rest = re.split(r"[,)]", text[begin:], maxsplit=1)[0]
    return date_from(
        re.sub(r"^[^\d?~]*?(?=(?:approx|about|circa|c\.|[\d?~]))", "", rest.lower())
    ).iso
