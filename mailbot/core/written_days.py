"""Days and times as people in England write them: 3 December, Mon 7 Dec 10:00, 3/12/2026, tomorrow.

Day before month, always. A day without a year is the one nearest to today, so that a slip shows
(a decision "in the future" is refused) and is never read as a year ago.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from mailbot.core.moments import LONDON

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH_NAMES = (
    "January February March April May June July August September October November December"
).split()
_FEBRUARY = 2
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_NEAR = {"today": 0, "tomorrow": 1, "yesterday": -1}

_MONTH = r"(?P<month>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.?"
_DAY = r"(?P<day>[0-9]{1,2})(?:st|nd|rd|th)?"
_YEAR = r"(?:,? ?(?P<year>20[0-9]{2})(?![0-9:]))?"
_FORMS = (
    re.compile(r"(?<![0-9])(?P<year>20[0-9]{2})-(?P<number>[0-9]{1,2})-(?P<day>[0-9]{1,2})\b"),
    re.compile(
        r"(?<![0-9:./-])(?P<day>[0-9]{1,2})(?P<mark>[/.-])(?P<number>[0-9]{1,2})"
        r"(?:(?P=mark)(?P<year>(?:20)?[0-9]{2}))\b"
    ),
    re.compile(r"(?<![0-9:./-])(?P<day>[0-9]{1,2})/(?P<number>[0-9]{1,2})(?![0-9/])"),
    re.compile(rf"(?<![0-9]){_DAY} ?(?:of )?{_MONTH}{_YEAR}", re.IGNORECASE),
    re.compile(rf"\b{_MONTH} {_DAY}(?![0-9:]){_YEAR}", re.IGNORECASE),
)
_WEEKDAY_NAME = r"\b(mon|tue|wed|thu|fri|sat|sun)(?:day|s|sday|nesday|r|rs|rsday|urday)?\b\.?"
_WEEKDAY = re.compile(_WEEKDAY_NAME, re.IGNORECASE)
_WEEKDAY_ENDS = re.compile(rf"{_WEEKDAY_NAME}(?:,? the)?$", re.IGNORECASE)
_NEAR_DAY = re.compile(r"\b(today|tomorrow|yesterday)\b", re.IGNORECASE)
_TIME = re.compile(
    r"\b(?:at )?(?P<hour>[0-9]{1,2})(?:[:.](?P<minute>[0-9]{2}))? ?(?P<half>am|pm)\b"
    r"|\b(?:at )?(?P<hour24>[0-9]{1,2})[:.](?P<minute24>[0-9]{2})\b|\b(?P<noon>noon|midday)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class WrittenDay:
    """A day as read, or `fault`, which says in half a sentence why it could not be."""

    day: date | None
    rest: str = ""  # what stands around it
    fault: str = ""


def read_day(text: str, *, today: date) -> WrittenDay:
    """Given text with one day in it, return the day and the rest of the text.

    Faults: no day, a day that does not exist, a weekday that is not that day's.
    """
    plain = " ".join(text.split())
    near = _NEAR_DAY.search(plain)
    if near:
        day = today + timedelta(days=_NEAR[near[1].casefold()])
        return _checked(day, plain, near)
    for form in _FORMS:
        match = form.search(plain)
        if match:
            day_or_none = _day_of(match.groupdict(), today)
            if day_or_none is None:
                return WrittenDay(None, fault=_no_such_day(match.groupdict(), today))
            return _checked(day_or_none, plain, match)
    return _by_weekday(plain, today)


def read_time(text: str) -> tuple[time | None, str]:
    """Given text, return the time of day in it, or None, and the rest of the text."""
    match = _TIME.search(text)
    if not match:
        return None, text
    rest = _cut(text, match)
    if match["noon"]:
        return time(12), rest
    hour = int(match["hour"] or match["hour24"])
    minute = int(match["minute"] or match["minute24"] or 0)
    if match["half"]:
        if not 1 <= hour <= 12:
            return None, text
        hour = hour % 12 + (12 if match["half"].casefold() == "pm" else 0)
    return (time(hour, minute), rest) if hour < 24 and minute < 60 else (None, text)


def at_in_london(day: date, at: time) -> datetime:
    """Given a day and a time of day in London, return the aware moment."""
    return datetime.combine(day, at, LONDON)


def _day_of(found: dict[str, str | None], today: date) -> date | None:
    day = int(found["day"] or 0)
    month = _month_of(found)
    written = found.get("year")
    if written:
        return _existing(int(written) % 100 + 2000, month, day)
    years = (today.year - 1, today.year, today.year + 1)
    days = [found_day for year in years if (found_day := _existing(year, month, day))]
    return min(days, key=lambda d: abs((d - today).days), default=None)


def _no_such_day(found: dict[str, str | None], today: date) -> str:
    """Why a day does not exist, in figures and the calendar's own words alone."""
    month = _month_of(found)
    if not 1 <= month <= 12:
        return "that day does not exist: there are twelve months, and the day comes first"
    year = int(found.get("year") or today.year) % 100 + 2000
    last = (date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)).day
    name = _MONTH_NAMES[month - 1]
    of_year = f" {year}" if month == _FEBRUARY else ""
    return f"{int(found['day'] or 0)} {name} does not exist: {name}{of_year} has {last} days"


def _month_of(found: dict[str, str | None]) -> int:
    number = found.get("number")
    return int(number) if number else _MONTHS.index(str(found["month"]).casefold()) + 1


def _existing(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _checked(day: date, text: str, match: re.Match[str]) -> WrittenDay:
    """A day whose weekday, if one stands directly before or after it, is its own."""
    before, after = text[: match.start()].rstrip(" ,("), text[match.end() :].lstrip(" ,(")
    ends, begins = _WEEKDAY_ENDS.search(before), _WEEKDAY.match(after)
    weekday = ends or begins
    if weekday and _WEEKDAYS.index(weekday[1].casefold()) != day.weekday():
        return WrittenDay(None, fault=f"{day.day} {day:%B %Y} is a {day:%A}")
    before = before[: ends.start()] if ends else before
    after = after[begins.end() :] if begins and not ends else after
    return WrittenDay(day, f"{before} {after}".strip(" ,()"))


def _by_weekday(plain: str, today: date) -> WrittenDay:
    """A weekday alone says too little: last Thursday, or the next?"""
    if _WEEKDAY.search(plain):
        return WrittenDay(
            None, fault=f"a weekday alone is not enough, as in “{today.day} {today:%B}”"
        )
    return WrittenDay(None, fault="there is no date that can be read")


def _cut(text: str, match: re.Match[str]) -> str:
    return f"{text[: match.start()].rstrip()} {text[match.end() :].lstrip()}".strip()
