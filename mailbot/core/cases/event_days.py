"""When an event of a chronology was, as agencies write it: where it is sorted, what is shown.

Stands under chronology. A day that is not plainly one day is shown as it was written and only
sorted by the earliest day it can mean: "?22 may 2016", "2016-09", "3-7 March 2016", "22.05/16".
British order throughout; what names no day that exists has no place in time and stands at the end.
"""

import re
from calendar import monthrange
from dataclasses import dataclass, field, replace
from datetime import date, time
from enum import StrEnum

from mailbot.core.wording import MONTHS
from mailbot.core.written_days import read_time

_SHORT = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_MONTH = (
    r"(?<![a-z])(?P<m>jan(?:uary)?|febr?(?:uary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)(?![a-z])\.?"
)
_LAST_MONTH = _MONTH.replace("?P<m>", "?P<last>")
_D = r"(?P<d>\d{1,2})(?:st|nd|rd|th)?"
_Y = r"(?P<y>(?:19|20)\d{2}|'?\d{2})(?![\d:]| ?[ap]m)"
_YYYY = r"(?P<y>(?:19|20)\d{2})(?!\d)"
_TO = r"(?P<to>\s*(?:-|–|—|/|&|\bto\b|\band\b|\bor\b|\buntil\b|\btill?\b)\s*)"
_S, _T = r" ?(?P<s>[./-]) ?", r" ?(?P<t>[./-]) ?"  # between figures: the same, twice
_GAP = r"[\s,.'/-]{0,3}"
#: Each way of writing a day, the most telling first. What one has read, the next does not see.
_DAYS = tuple(
    re.compile(pattern)
    for pattern in (
        r"(?<!\d)(?P<y>\d{4})[-/.](?P<n>\d{1,2})[-/.](?P<d>\d{1,2})(?!\d)",
        # 3-7 March 2016 begins on the 3rd; 28 March to 2 April 2016 in the year that follows.
        rf"(?<!\d){_D}{_TO}\d{{1,2}}(?:st|nd|rd|th)?{_GAP}(?:of )?{_MONTH}{_GAP}{_Y}",
        rf"(?<!\d){_D}{_GAP}{_MONTH}{_TO}\d{{1,2}}(?:st|nd|rd|th)?{_GAP}{_LAST_MONTH}{_GAP}{_Y}",
        rf"(?<!\d)(?P<d>\d{{1,2}}){_S}(?P<n>\d{{1,2}}){_T}(?P<y>\d{{4}}|'?\d{{2}})(?!\d)",
        rf"(?<!\d){_D}{_GAP}(?:of )?{_MONTH}{_GAP}{_Y}",
        rf"{_MONTH}{_GAP}{_D}(?!\d){_GAP}{_YYYY}",
        rf"(?<!\d){_YYYY}{_GAP}{_MONTH}{_GAP}{_D}(?!\d)",
    )
)
_MONTHS_OF_A_YEAR = tuple(
    re.compile(pattern)
    for pattern in (
        rf"{_MONTH}{_TO}{_LAST_MONTH}{_GAP}{_YYYY}",
        # "May 16" may be a day as well as a month: it has no place in time.
        rf"{_MONTH}{_GAP}(?:of )?(?P<y>(?:19|20)\d{{2}}|'\d{{2}})(?!\d)",
        rf"(?<!\d){_YYYY}{_GAP}{_MONTH}",
        rf"(?<![\d/.-])(?P<n>\d{{1,2}})[/.-]{_YYYY}(?![/.-]\d)",
        r"(?<!\d)(?P<y>(?:19|20)\d{2})[-/](?P<n>0[1-9]|1[0-2])(?![\d/-])",
    )
)
_YEAR = re.compile(
    r"(?<![\d./:-])(?P<y>(?:19|20)\d{2})(?!\d)(?P<to>\s*[-–/]\s*(?:\d{4}|\d{2})(?!\d))?"
)
_ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}(?:[T ](?P<hour>\d{2}):(?P<minute>\d{2})(?::[\d.+Z:]*)?)?")
_ISO_MONTH = re.compile(r"(?P<y>\d{4})-(?P<n>0[1-9]|1[0-2])")
_UNSURE = re.compile(
    r"\?|\b(?:approx\w*|about|around|circa|poss\w*|prob\w*|believed|thought|unsure|uncertain|unclear"
    r"|unconfirmed|or|between|early|mid|late|edd|due|tbc|unknown)\b|(?<![a-z/])ca?\.? ?(?=\d)"
)
_RANGE = re.compile(r"\b(?:to|from|until|till?|since|onwards?|week|w/[ce])\b")
_FOUR_DIGITS = re.compile(r"(?<!\d)([01]\d|2[0-3]):?([0-5]\d)(?!\d) ?(?:hrs?|hours|h)?\b")
_TWO_DIGITS_TURN = 50  # "49" is 2049 and "50" is 1950
_LONGEST = 200  # characters of an answer that are read as a day


class Sureness(StrEnum):
    """How far a written day says one day."""

    DAY = "day"
    PART = "part of a date"  # a month or a year
    RANGE = "range"
    UNSURE = "uncertain"
    NONE = "no date"  # or none that can be read


@dataclass(frozen=True, slots=True, kw_only=True)
class EventDay:
    """When an event was: `begins` sorts it, None at the end; `shown` is what people see."""

    shown: str
    begins: date | None
    at: time | None = None
    sureness: Sureness


def event_day(written: str, hour: str = "") -> EventDay:
    """Given a day as a chronology has it, and the hour where that has a column, return both read.

    Only a plain ISO day, month or year is put into words; everything else is shown as written.
    """
    plain, clock = " ".join(written.split()), " ".join(hour.split())
    iso = _ISO_DAY.fullmatch(plain)
    if iso and (day := _existing(plain[:4], plain[5:7], plain[8:10])):
        own = f"{iso['hour']}:{iso['minute']}" if iso["hour"] else ""
        clock = clock or (own if own != "00:00" else "")  # a spreadsheet's day has midnight
        return _at(f"{day.day} {MONTHS[day.month - 1][:3]} {day.year}", day, Sureness.DAY, clock)
    month = _ISO_MONTH.fullmatch(plain)
    if month and (begins := _existing(month["y"], month["n"], "1")):
        return _at(f"{MONTHS[begins.month - 1]} {begins.year}", begins, Sureness.PART, clock)
    read = _read(plain[:_LONGEST].casefold().replace("’", "'"))
    found = _at(plain, read.first, _sureness(plain.casefold(), read), clock)
    return found if found.at else replace(found, at=_hour(read.rest))


def _at(words: str, begins: date | None, sureness: Sureness, clock: str) -> EventDay:
    shown = ", ".join(filter(None, (words, clock)))
    return EventDay(shown=shown, begins=begins, at=_hour(clock), sureness=sureness)


def _hour(text: str) -> time | None:
    found = _FOUR_DIGITS.search(text.casefold())
    return read_time(f"{found[1]}:{found[2]}" if found else text)[0]


@dataclass(slots=True)
class _Read:
    """What is found in a written day; `rest` is the text without what has been read."""

    rest: str
    days: list[date] = field(default_factory=list)
    parts: list[date] = field(default_factory=list)  # beginnings of months and years
    ranged: bool = False
    mistyped: bool = False  # "22.05/16": its separators differ

    @property
    def first(self) -> date | None:
        """The earliest day that is named."""
        return min([*self.days, *self.parts], default=None)


def _sureness(plain: str, read: _Read) -> Sureness:
    if read.first is None:
        return Sureness.NONE
    if read.mistyped or _UNSURE.search(plain):
        return Sureness.UNSURE
    if read.ranged or len({*read.days, *read.parts}) > 1 or _RANGE.search(plain):
        return Sureness.RANGE
    return Sureness.DAY if read.days else Sureness.PART


def _read(text: str) -> _Read:
    read = _Read(rest=text)
    _find(_DAYS, read, read.days)
    _find(_MONTHS_OF_A_YEAR, read, read.parts)
    if read.first is None:
        _find((_YEAR,), read, read.parts)
    return read


def _find(patterns: tuple[re.Pattern[str], ...], read: _Read, days: list[date]) -> None:
    """Add the days that patterns find, and take out of the rest what they have read.

    What looks like a day and is none is taken out too: "31/06/2016" is not read as June 2016.
    """
    for pattern in patterns:
        for match in pattern.finditer(read.rest):
            groups = match.groupdict()
            read.ranged |= bool(groups.get("to"))
            read.mistyped |= groups.get("s") != groups.get("t")
            if day := _first_day(groups):
                days.append(day)
        read.rest = pattern.sub(" ", read.rest)


def _first_day(groups: dict[str, str | None]) -> date | None:
    name, last = groups.get("m"), groups.get("last")
    month = str(_number(name)) if name else groups.get("n") or "1"
    begins = _existing(str(groups["y"]), month, groups.get("d") or "1")
    if begins and last and _number(last) < begins.month:
        # "28 Dec to 3 Jan 2016" began the year before.
        return _existing(str(begins.year - 1), month, groups.get("d") or "1")
    return begins


def _number(name: str) -> int:
    return _SHORT.index(name[:3]) + 1


def _existing(year: str, month: str, day: str) -> date | None:
    """Return a day if there is such a day; a year of two figures is near to ours."""
    year = year.lstrip("'")
    whole, number, of_month = int(year), int(month), int(day)
    if len(year) < len("2016"):
        whole += 2000 if whole < _TWO_DIGITS_TURN else 1900
    if not (1900 <= whole <= 2099 and 1 <= number <= 12):
        return None
    return date(whole, number, of_month) if 1 <= of_month <= monthrange(whole, number)[1] else None
