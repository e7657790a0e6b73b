"""What people write in forms, as values: dates, names, yes and no.

Stands under forms: every function takes the text of one answer and says what it means, or that
it cannot tell. British order throughout; US order is never meant (process: nothing is guessed).
"""

import re
from calendar import monthrange
from dataclasses import dataclass

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan",
            "february feb febuary",
            "march mar",
            "april apr",
            "may",
            "june jun",
            "july jul",
            "august aug",
            "september sept sep",
            "october oct",
            "november nov",
            "december dec",
        ),
        start=1,
    )
    for name in names.split()
}
_MONTH = "(" + "|".join(sorted(_MONTHS, key=len, reverse=True)) + r")\.?"
_DAY = r"(\d{1,2})(?:st|nd|rd|th)?"
_YEAR = r"(\d{4}|'?\d{2})"
_ISO = re.compile(r"(?<!\d)(\d{4})-(\d{1,2})-(\d{1,2})(?!\d)")
_NUMBERS = re.compile(r"(?<!\d)(\d{1,2}) ?[./-] ?(\d{1,2}) ?[./-] ?(\d{4}|\d{2})(?!\d)")
_WORDS = re.compile(rf"(?<!\d){_DAY}[\s,.-]*(?:of )?{_MONTH}[\s,.-]*{_YEAR}(?![\d:])")
_WORDS_US = re.compile(rf"\b{_MONTH}\s+{_DAY}(?:,\s*|\s+){_YEAR}(?![\d:])")
_NO_YEAR = re.compile(rf"(?<!\d){_DAY}[\s.-]*(?:of )?{_MONTH}(?![a-z])")
_MONTH_YEAR = re.compile(rf"\b{_MONTH}[\s,.-]*(\d{{4}})(?!\d)")
_NUMBER_YEAR = re.compile(r"(?<![\d/.-])(\d{1,2})[/.-](\d{4})(?!\d)")
_ISO_MONTH = re.compile(r"(?<!\d)(\d{4})-(\d{2})(?![\d-])")
_ONLY_YEAR = re.compile(r"^(?:in |during )?((?:19|20)\d{2})$")
_DOUBTFUL = re.compile(
    r"\b(?:approx\w*|about|around|circa|c\.|edd|due|or|between|possibly|probably|believed|to)\b|\?"
)
_CLOCK = re.compile(
    r"(?:\bat\b\s*)?(?:\b(?:about|around|approx\w*)\b\s*)?"
    r"\b\d{1,2}(?:[:.]\d{2}(?::\d{2})?\s*(?:am|pm|hrs|hours)?|\s*(?:am|pm))\b|\b\d{4}\s?(?:hrs|hours)\b"
)
_TWO_DIGITS_TURN = 50  # "49" is 2049 and "50" is 1950: parents' and children's births both fit


@dataclass(frozen=True, slots=True)
class ReadDate:
    """A date as read: ISO, or partial ("2016-09", "2016"); else why it cannot be told."""

    iso: str = ""
    doubt: str = ""  # the rest of a sentence: "is not a day that exists"


def date_from(text: str) -> ReadDate:
    """Given the text of an answer, return the one date in it, or the doubt about it."""
    lower = " ".join(text.lower().replace("\u2019", "'").split())[:300]
    found = _full_dates(lower)
    rest = lower
    for span in sorted((span for span, _ in found), reverse=True):
        rest = rest[: span[0]] + " " + rest[span[1] :]
    dates = {iso for _, iso in found}
    if len(dates) > 1:
        return ReadDate(doubt="names more than one date")
    if dates:
        iso = dates.pop()
        if not iso:
            return ReadDate(doubt="is not a day that exists")
        rest = _CLOCK.sub(" ", rest)
        return ReadDate(doubt="is not certain") if _DOUBTFUL.search(rest) else ReadDate(iso=iso)
    return _partial_date(lower)


def _full_dates(text: str) -> list[tuple[tuple[int, int], str]]:
    found = []
    for pattern, order in (
        (_ISO, (1, 2, 3)),
        (_NUMBERS, (3, 2, 1)),
        (_WORDS, (3, 2, 1)),
        (_WORDS_US, (3, 1, 2)),
    ):
        for match in pattern.finditer(text):
            year, month, day = (match[group] for group in order)
            found.append((match.span(), _iso(year, month, day)))
    return found


def _iso(year: str, month: str, day: str) -> str:
    whole = _year(year)
    number = _MONTHS.get(month, 0) or (int(month) if month.isdigit() else 0)
    if not 1900 <= whole <= 2099 or not 1 <= number <= 12:
        return ""
    if not 1 <= int(day) <= monthrange(whole, number)[1]:
        return ""
    return f"{whole:04d}-{number:02d}-{int(day):02d}"


def _year(text: str) -> int:
    digits = int(text.lstrip("'"))
    if len(text) == 4:
        return digits
    return digits + (2000 if digits < _TWO_DIGITS_TURN else 1900)


def _partial_date(text: str) -> ReadDate:
    if _NO_YEAR.search(text) and not _MONTH_YEAR.search(text):
        return ReadDate(doubt="gives no year")
    for pattern, order in ((_MONTH_YEAR, (2, 1)), (_NUMBER_YEAR, (2, 1)), (_ISO_MONTH, (1, 2))):
        match = pattern.search(text)
        if match:
            year, month = (match[group] for group in order)
            number = _MONTHS.get(month, 0) or int(month)
            if _DOUBTFUL.search(text) or not 1 <= number <= 12:
                return ReadDate(doubt="is not certain")
            return ReadDate(iso=f"{int(year):04d}-{number:02d}")
    only = _ONLY_YEAR.match(text.strip(" .?"))
    if only and "?" not in text:
        return ReadDate(iso=only[1])
    return ReadDate(doubt="cannot be read as a date")


# --- names ------------------------------------------------------------------------------------

_ALSO = re.compile(
    r"\s*(?:\(|\b(?:aka|a\.k\.a\.?|also known as|known as|formerly|nee|née)\b).*$", re.I
)
_AFTER = re.compile(r"\s+[-–—]\s+.*$|\s*[:;]\s.*$")
_TITLES = re.compile(r"^(?:mr|mrs|ms|miss|mx|master)\.?\s+", re.I)


def name_from(text: str) -> str:
    """Given a name as written, return it as "Forename Surname": "SMITH, Tom" is "Tom Smith"."""
    line = " ".join(text.partition("\n")[0].split())
    line = _ALSO.sub("", line).strip(" ,.")
    surname, comma, forenames = line.partition(",")
    if comma and forenames.strip() and "," not in forenames and len(surname.split()) <= 3:
        line = f"{forenames.strip()} {surname.strip()}"
    line = _TITLES.sub("", line)
    return " ".join(_cased(word) for word in line.split())


def _cased(word: str) -> str:
    letters = [c for c in word if c.isalpha()]
    if len(letters) < 3 or not all(c.isupper() for c in letters):
        return word
    if word.startswith("MC") and len(word) > 4:
        return "Mc" + word[2:].title()
    return word.title()


def names_from(text: str) -> list[str]:
    """Given several names in one answer, return each, without the relationship in brackets."""
    pieces = re.split(r"\n|;|\s+and\s+|\s&\s|/", text)
    if len(pieces) == 1:
        parts = [p.strip() for p in text.split(",")]
        # "Smith, Anna" is one person; "Anna Smith, Ben Smith" are two.
        pieces = parts if all(" " in p or "(" in p for p in parts if p) else [text]
    else:
        pieces = [part for piece in pieces for part in _comma_parts(piece)]
    return [name for piece in pieces if (name := name_from(_AFTER.sub("", _role_off(piece))))]


def _comma_parts(text: str) -> list[str]:
    parts = [p.strip() for p in text.split(",") if p.strip()]
    return parts if all(" " in p for p in parts) else [text]


def _role_off(text: str) -> str:
    return re.sub(
        r"^\s*(?:[-•*]\s*)?(?:mother|father|mum|dad|step-?father|step-?mother|carer|parent)s?\s*[:–-]\s*",
        "",
        text,
        flags=re.I,
    ).strip(" -•*")


def people_from(text: str) -> list[dict[str, str]]:
    """Given brothers and sisters in one answer, return each `name` and its `date_of_birth`."""
    people = []
    for line in re.split(r"\n|;", text):
        found = _full_dates(line.lower())
        person: dict[str, str] = {}
        cut = min((span[0] for span, _ in found), default=len(line))
        head = re.sub(
            r"(?i)[\s,(–-]*(?:d\.?o\.?b\.?|date of birth|born|aged?)?[\s:.,(–-]*$", "", line[:cut]
        )
        name = name_from(_AFTER.sub("", _role_off(re.sub(r"(?i)[,(]\s*aged?\b.*$", "", head))))
        if name:
            person["name"] = name
        if len({iso for _, iso in found}) == 1 and found[0][1]:
            person["date_of_birth"] = found[0][1]
        if "name" in person:
            people.append(person)
    return people


def list_from(text: str) -> list[str]:
    """Given several things in one answer, a line each or between commas, return each."""
    pieces = re.split(r"\n|;", text)
    if len(pieces) == 1:
        pieces = text.split(",")
    return [cleaned for piece in pieces if (cleaned := piece.strip(" \t-•*.,"))]


# --- yes and no -------------------------------------------------------------------------------

_BOTH = re.compile(r"^(?:yes|y)\s*(?:/|or|\s)\s*(?:no|n)(?:\s*(?:/|or)\s*(?:not known|nk|n/?a))?$")


def yes_or_no(text: str) -> bool | None:
    """Given an answer, return True for yes, False for no, None when it is neither or both."""
    plain = " ".join(text.lower().split()).strip(" .:;,/")
    if _BOTH.match(plain):
        return None
    word = re.match(r"[a-z]+", plain)
    first = word[0] if word else ""
    if first in ("yes", "y", "true"):
        return True
    if first in ("no", "n", "false", "nil"):
        return False
    return None


def is_undecided(text: str) -> bool:
    """Given an answer, return whether it is the printed "Yes / No" that nobody struck out."""
    return bool(_BOTH.match(" ".join(text.lower().split()).strip(" .:;,/")))
