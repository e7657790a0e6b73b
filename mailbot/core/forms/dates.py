"""Dates as people write them: "22nd May", "d.m.yy", "approx", "EDD", "?22 may 2016".

Stands under values. British order throughout; US order is never meant. A date is taken only when
nothing beside it puts it in doubt: what is mistyped, a range, a week or a season is no day.
"""

import re
import unicodedata
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

MONTH_NAMES = (
    "january february march april may june july august september october november december"
).split()
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS = {name[:size]: i for i, name in enumerate(MONTH_NAMES, 1) for size in (3, len(name))}
_MONTHS |= {"sept": 9}
_ORDINALS = {
    word: number
    for number, word in enumerate(
        "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth "
        "thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth "
        "twenty-first twenty-second twenty-third twenty-fourth twenty-fifth twenty-sixth "
        "twenty-seventh twenty-eighth twenty-ninth thirtieth thirty-first".split(),
        start=1,
    )
}

_LONGEST = 300  # characters; who writes more tells a story, and which of its days is meant?
_TWO_DIGITS_TURN = 50  # "49" is 2049 and "50" is 1950: parents' and children's births both fit
_LATEST_AHEAD = 3  # years after `not_after` that two digits may still mean: a child not born yet

_MONTH = "(" + "|".join(sorted(_MONTHS, key=len, reverse=True)) + r")(?![a-z])\.?"
_NTH = r"(?:\s?(?:st|nd|rd|th)\b)?"
_DAY = rf"(\d{{1,2}}){_NTH}"
#: Two digits after a month may be an hour or an age.
_NO_YEAR_AFTER = (
    r"(?![\d:]|[.,/-]\d|\s?(?:am|pm|hrs?|hours?|o'clock|y/?o|years?|yrs?|months?|weeks?|wks?"
    r"|days?)\b)"
)
_YEAR = rf"(\d{{4}}|'?\d{{2}}){_NO_YEAR_AFTER}"
_GAP = r"[\s,./-]*"
_ISO = re.compile(
    r"(?<![\d/.-])((?:19|20)\d{2})([./-])(\d{1,2})\2(\d{1,2})(?=t\d{2}:|(?![\w]|[/.-]\d))"
)
_NUMBERS = re.compile(
    r"(?<![\d/.-])(\d{1,2})(?: ?([./-]) ?(\d{1,2}) ?\2 ?| (\d{1,2}) )(\d{4}|'?\d{2})(?![\d:]"
    r"|[./-]\d)"
)
_WORDS = re.compile(rf"(?<![\d/.-]){_DAY}{_GAP}(?:(?:day )?of\s)?{_MONTH}{_GAP}{_YEAR}")
_WORDS_US = re.compile(
    rf"\b{_MONTH}\s*(?:the )?{_DAY}(?:,\s*|\s+)(\d{{4}}|'\d{{2}}){_NO_YEAR_AFTER}"
)
_YEAR_FIRST = re.compile(rf"(?<![\d/.-])((?:19|20)\d{{2}})[\s,-]+{_MONTH}[\s,-]+{_DAY}(?![\d:])")
_SLIP = re.compile(rf"(?<![\d/.-])(?={_DAY}{_GAP}(?:(?:day )?of\s)?([a-z]{{4,10}})\b{_GAP}{_YEAR})")
_EIGHT = re.compile(r"(\d{2})(\d{2})(\d{4})")
_BOXES = re.compile(r"\d \d( ?[/.-] ?| )\d \d\1\d \d \d \d")

_TIME = (
    r"(?:\d{1,2}[:.]\d{2}(?:[:.]\d{2}(?:\.\d+)?)?\s?(?:am|pm|hrs?|hours?|h\b|z\b)?"
    r"|\d{1,2}\s?(?:am|pm)\b|\d{4}\s?(?:hrs?|hours?|h)\b|noon\b|midday\b|midnight\b)"
)
_ABOUT = r"(?:between|from|about|around|approx\w*\.?|circa|c(?:a|irca)?\.?|roughly|estimated)"
_CLOCK = re.compile(
    rf"(?:\bat\b|@)?\s*(?:\b(?:time|approx\w*\.?)\b:?\s*)*(?:{_ABOUT}\s*)?(?<![\d/.])"
    rf"{_TIME}(?:\s*(?:-|to|and|or)\s*{_TIME})?(?:\s?[+-]\d{{2}}:?\d{{2}})?(?:\s?\((?:{_ABOUT})\))?"
    r"|\btime (?:is |was )?(?:not known|unknown|unclear|uncertain|not recorded|tbc)\b"
)
#: Midnight of British Summer Time as a machine in Greenwich has it: the day before is named.
_EVE = re.compile(r"t23:00(?::00(?:\.0+)?)?(?:z|\+00:?00)")
_UNBORN = re.compile(
    r"\b(?:edd|edc|e\.d\.d\.?|expected|due(?: date| on)?"
    r"|est(?:imated)?\.? (?:date of )?(?:delivery|birth))\b"
)
_DOUBTFUL = re.compile(
    r"\?|~|\b(?:approx\w*|circa|c\.|ca\.|between|possibl[ey]|probabl[ye]|perhaps"
    r"|maybe|may (?:be|have)|might|could be|believed?|thought|think|roughly|estimated?|est\."
    r"|sometime|some time|unsure|uncertain|unconfirmed|unclear|unverified|provisional(?:ly)?"
    r"|guess(?:ed)?|thereabouts|tbc|to be confirmed|not (?:sure|certain|confirmed|clear|verified)"
    r"|(?:date|day|month|year|which) (?:is |was )?(?:not known|unknown))\b"
)
_NEAR = re.compile(
    r"\b(?:before|after|by|prior to|since|until|till|from|no later than|as of|early|mid|middle of"
    r"|late|end of|beginning of|start of|week(?:end)?(?: (?:of|commencing|beginning|ending"
    r"|starting))?"
    r"|w/?[cbe]|wk|month of|about|around|or|c)\s*[:-]?\s*(?:the )?§|§\s*(?:or\b|onwards?"
    r"|to (?:date|present)|- ?present|\+|ish\b)"
    r"|(?:\d{1,2}(?:st|nd|rd|th)?|§)\s*(?:-|/|to|and|&|until)\s*§"
)
_SPAN_OF_DAYS = re.compile(
    rf"\d{{1,2}}{_NTH}\s*(?:-|/|to|and|&|or|until)\s*\d{{1,2}}{_NTH}\s*(?:of )?{_MONTH}"
)
_WEEKDAY = re.compile(r"\b(mon|tue|wed|thu|fri|sat|sun)(?:s|r|rs|nes|ur)?(?:day)?\b")

_A_MONTH = re.compile(rf"\b{_MONTH}")
_NO_YEAR = re.compile(rf"(?<!\d){_DAY}[\s.-]*(?:of )?{_MONTH}|\b{_MONTH}\s*{_DAY}(?!\d)")
_MONTH_YEAR = re.compile(rf"\b{_MONTH}[\s,./-]*(?:of )?(\d{{4}}|'\d{{2}})(?![\d:]|[/-]\d)")
_NUMBER_YEAR = re.compile(r"(?<![\w/.-])(\d{1,2}) ?[/.-] ?(\d{4})(?![\d:]|[/-]\d)")
_ISO_MONTH = re.compile(r"(?<![\w/.-])(\d{4})([/-])(\d{2})(?![\d:]|[/-]\d)")
_ONLY_YEAR = re.compile(
    r"(?:in|during|year|the year|born(?: in)?|b\.?|d\.?o\.?b\.?)?:?\s*((?:19|20)\d{2})"
)
_DAY_ONLY = re.compile(r"(?<![\d/.-])\d{1,2}[/.]\d{1,2}(?![\d/.-])")
_DAY_OPEN = re.compile(
    r"\(?\b(?:exact|actual|precise) (?:date|day)s? (?:is |was )?(?:not known|unknown|unclear|nk"
    r"|not recorded|tbc)\b\)?"
)

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class ReadDate:
    """A date as read: ISO, or partial ("2016-09", "2016"); else why it cannot be told."""

    iso: str = ""
    doubt: str = ""  # the rest of a sentence: "is not a day that exists"


def date_from(text: str, *, not_after: date | None = None) -> ReadDate:
    """Given the text of an answer, return the one date in it, or the doubt about it.

    `not_after` is a day by which things told of had happened, if one is known: with it "31" in two
    digits is 1931 and not 2031.
    """
    plain = _plain(text)
    if len(plain) > _LONGEST:
        return ReadDate(doubt="says more than a date")
    found = list(_full_dates(plain, not_after))
    days = {iso for _, iso in found}
    if len(days) > 1:
        return ReadDate(doubt="names more than one date")
    if not days:
        return _partial_date(plain, not_after)
    (iso,) = days
    if not iso:
        return ReadDate(doubt="is not a day that exists")
    return _unless_doubtful(iso, plain, [span for span, _ in found])


def dates_in(text: str) -> list[tuple[Span, str]]:
    """Given text, return where in it whole dates stand, each as ISO, or "" if there is no such day.

    The places are those of the text only where it has no full-width characters.
    """
    return list(_full_dates(_plain_marks(text).lower(), None))


def _unless_doubtful(iso: str, plain: str, spans: list[Span]) -> ReadDate:
    if _EVE.search(plain):
        return ReadDate(doubt="is an hour before midnight, and may mean the next day")
    if any(_SPAN_OF_DAYS.match(plain, start) for start in _begins_of_spans(plain)):
        return ReadDate(doubt="names more than one date")
    rest = plain
    for start, end in sorted(spans, reverse=True):
        rest = f"{rest[:start]} § {rest[end:]}"
    rest = _CLOCK.sub(" ", rest.replace(" t", " ", 1) if "§ t" in rest else rest)
    rest = " ".join(rest.split())
    if _UNBORN.search(rest):
        return ReadDate(doubt="is the date on which a child is expected")
    weekdays = {_WEEKDAYS.index(_long(found[1])) for found in _WEEKDAY.finditer(rest)}
    if weekdays and date.fromisoformat(iso).weekday() not in weekdays:
        return ReadDate(doubt="names a weekday that is not that day's")
    without = _WEEKDAY.sub(" ", rest)
    if _NO_YEAR.search(without) or _MONTH_YEAR.search(without) or _NUMBER_YEAR.search(without):
        return ReadDate(doubt="names more than one date")
    if _DOUBTFUL.search(without) or _NEAR.search(" ".join(without.replace(",", " ").split())):
        return ReadDate(doubt="is not certain")
    return ReadDate(iso=iso)


def _long(weekday: str) -> str:
    return next(name for name in _WEEKDAYS if name.startswith(weekday))


def _begins_of_spans(plain: str) -> Iterator[int]:
    return (found.start() for found in re.finditer(r"(?<![\d/.-])\d", plain))


# --- whole dates ------------------------------------------------------------------------------


def _plain(text: str) -> str:
    """The text in one line of small letters, with plain digits, dashes and quotation marks."""
    plain = " ".join(_plain_marks(unicodedata.normalize("NFKC", text)).lower().split())
    if _BOXES.fullmatch(plain):  # a digit in each box of a printed form
        digits = re.sub(r"\D", "", plain)
        return f"{digits[:2]}/{digits[2:4]}/{digits[4:]}"
    for word, number in sorted(_ORDINALS.items(), key=lambda pair: -len(pair[0])):
        if word in plain.replace(" ", "-"):
            written = word.replace("-", "[- ]")
            plain = re.sub(rf"\b{written}(?= (?:day )?(?:of )?{_MONTH})", str(number), plain)
    return plain


def _plain_marks(text: str) -> str:
    return re.sub("[\u2010-\u2015\u2212]", "-", re.sub("[\u2018\u2019\u02bc`]", "'", text))


def _full_dates(text: str, not_after: date | None) -> Iterator[tuple[Span, str]]:
    whole = _EIGHT.fullmatch(text.strip(" ."))
    if whole:
        yield from _eight_digits(whole)
        return
    taken: list[Span] = []
    for pattern, order in (
        (_ISO, (1, 3, 4)),
        (_NUMBERS, (5, 3, 1)),
        (_WORDS, (3, 2, 1)),
        (_YEAR_FIRST, (1, 2, 3)),
        (_WORDS_US, (3, 1, 2)),
    ):
        for match in pattern.finditer(text):
            if any(start < match.end() and match.start() < end for start, end in taken):
                continue
            taken.append(match.span())
            year, month, day = (match[group] or match[4] for group in order)
            yield match.span(), _iso(_year(year, not_after), _month(month), int(day))
    if not taken:
        for match in _SLIP.finditer(text):
            month_number = _slipped(match[2])
            if month_number:
                yield (
                    (match.start(1), match.end(3)),
                    _iso(_year(match[3], not_after), month_number, int(match[1])),
                )


def _eight_digits(found: re.Match[str]) -> Iterator[tuple[Span, str]]:
    day, month, year = found.groups()
    digits = found[0]
    both = {_iso(int(year), int(month), int(day))}
    both.add(_iso(int(digits[:4]), int(digits[4:6]), int(digits[6:])))
    days = both - {""}
    for iso in days or {""}:
        yield found.span(), iso


def _iso(year: int, month: int, day: int) -> str:
    if not 1900 <= year <= 2099 or not 1 <= month <= 12:
        return ""
    if not 1 <= day <= monthrange(year, month)[1]:
        return ""
    return f"{year:04d}-{month:02d}-{day:02d}"


def _month(text: str) -> int:
    return _MONTHS.get(text, 0) or (int(text) if text.isdigit() else 0)


def _year(text: str, not_after: date | None) -> int:
    digits = int(text.lstrip("'"))
    if len(text.lstrip("'")) == 4:
        return digits
    if not_after is not None:
        return digits + (2000 if 2000 + digits <= not_after.year + _LATEST_AHEAD else 1900)
    return digits + (2000 if digits < _TWO_DIGITS_TURN else 1900)


def _slipped(word: str) -> int:
    """The month whose name a word is, but for one slip of the pen; 0 when it is none or two."""
    near = [
        number
        for number, name in enumerate(MONTH_NAMES, 1)
        if len(name) > 3 and _one_slip(word, name)
    ]
    return near[0] if len(near) == 1 else 0


def _one_slip(word: str, name: str) -> bool:
    """Whether one letter added, lost, changed or swapped with its neighbour makes them the same."""
    if word == name or abs(len(word) - len(name)) > 1:
        return False
    same = next((i for i, (a, b) in enumerate(zip(word, name, strict=False)) if a != b), None)
    at = min(len(word), len(name)) if same is None else same
    if len(word) != len(name):
        longer, shorter = sorted((word, name), key=len, reverse=True)
        return longer[:at] + longer[at + 1 :] == shorter
    swapped = word[:at] + word[at : at + 2][::-1] + word[at + 2 :]
    return word[at + 1 :] == name[at + 1 :] or swapped == name


# --- a month or a year ------------------------------------------------------------------------


def _partial_date(text: str, not_after: date | None) -> ReadDate:
    text = _DAY_OPEN.sub(" ", text).strip(" .,;()")
    if len({found.start() for found in _A_MONTH.finditer(text)}) > 1:
        return ReadDate(doubt="names more than one date")
    found = next(_months(text, not_after), None)
    if _UNBORN.search(text) and (found or re.search(r"\d", text)):
        return ReadDate(doubt="is the date on which a child is expected")
    if found is None and (_NO_YEAR.search(text) or _DAY_ONLY.fullmatch(text)):
        return ReadDate(doubt="gives no year")
    if found is not None:
        (start, end), iso = found
        rest = " ".join(f"{text[:start]} § {text[end:]}".split())
        sure = iso and not _DOUBTFUL.search(rest) and not _NEAR.search(rest.replace(",", " "))
        if not sure or re.search(r"\d", rest):
            return ReadDate(doubt="is not certain")
        return ReadDate(iso=iso)
    only = _ONLY_YEAR.fullmatch(text)
    return ReadDate(iso=only[1]) if only else ReadDate(doubt="cannot be read as a date")


def _months(text: str, not_after: date | None) -> Iterator[tuple[Span, str]]:
    for pattern, order in ((_MONTH_YEAR, (2, 1)), (_NUMBER_YEAR, (2, 1)), (_ISO_MONTH, (1, 3))):
        for match in pattern.finditer(text):
            year, number = _year(match[order[0]], not_after), _month(match[order[1]])
            # "2008/09" may be a financial year.
            is_span = pattern is _ISO_MONTH and match[2] == "/" and number == year % 100 + 1
            is_month = 1900 <= year <= 2099 and 1 <= number <= 12 and not is_span
            yield match.span(), f"{year:04d}-{number:02d}" if is_month else ""
    word = re.fullmatch(r"([a-z]{4,10}),? (\d{4})", text)
    if word and (number := _slipped(word[1])):
        yield word.span(), f"{int(word[2]):04d}-{number:02d}"
