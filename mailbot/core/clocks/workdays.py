"""Working-day arithmetic that can show its working (process, section 2, "Working days").

The day on which an event happens is day 0; the n-th working day after it is the due day. All
rules speak `date`, a day in Europe/London; aware moments become days in one place, `day_of`.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from types import MappingProxyType

from holidays import country_holidays

from mailbot.core.moments import LONDON
from mailbot.errors import CalendarHorizonError, UsageError

#: How long before the calendar of bank holidays ends staff are told.
HORIZON_NOTICE = timedelta(days=365)

_ONE_DAY = timedelta(days=1)
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_WITHIN = re.compile(r"(-?\d{1,4}) (working|calendar) days?|(\d{1,4}) hours?", re.ASCII)
_MOMENT = re.compile(r"(.+?)(?:,? (?:at )?|T)(\d{1,2}):(\d{2})", re.ASCII)
_DAY = re.compile(r"(?:([a-z]{3,9}),? )?(\d{1,2}) ([a-z]{3,9}) (\d{4})", re.ASCII)


@dataclass(frozen=True, slots=True)
class WorkingDays:
    """So many working days; may be negative, to count back. Not a number of days."""

    n: int

    def __str__(self) -> str:
        return f"{self.n} working day{'' if abs(self.n) == 1 else 's'}"


@dataclass(frozen=True, slots=True)
class CalendarDays:
    """So many days, weekends and holidays counted."""

    n: int

    def __str__(self) -> str:
        return f"{self.n} calendar day{'' if abs(self.n) == 1 else 's'}"


@dataclass(frozen=True, slots=True)
class Hours:
    """So many hours by the clock, whatever the day."""

    n: int

    def __str__(self) -> str:
        return f"{self.n} hour{'' if self.n == 1 else 's'}"


Within = WorkingDays | CalendarDays | Hours


@lru_cache
def parse_within(text: str) -> Within:
    """Given "5 working days", "15 calendar days" or "72 hours", return it as its type.

    Raises `UsageError` for anything else: "5 days" does not say which days it means.
    """
    found = _WITHIN.fullmatch(" ".join(text.split()).lower())
    if found is None:
        raise UsageError(
            f"'{text}' is not a period: write for instance '5 working days', "
            "'15 calendar days' or '72 hours'."
        )
    days, kind, hours = found.groups()
    if hours is not None:
        return Hours(int(hours))
    return WorkingDays(int(days)) if kind == "working" else CalendarDays(int(days))


def parse_day(text: str) -> date:
    """Given "24 Dec 2026", "Thu 24 December 2026" or "2026-12-24", return the day.

    Raises `UsageError` when it is no day, or when the weekday written is not that day's.
    """
    folded = " ".join(text.split()).lower()
    found = _DAY.fullmatch(folded)
    try:
        if found is None:
            return date.fromisoformat(folded)
        weekday, day, month, year = found.groups()
        number = next(i for i, name in enumerate(_MONTHS, 1) if name.lower().startswith(month))
        parsed = date(int(year), number, int(day))
    except (ValueError, StopIteration):
        raise UsageError(f"'{text}' is not a day: write for instance '24 Dec 2026'.") from None
    if weekday and not weekday.startswith(_WEEKDAYS[parsed.weekday()].lower()):
        raise UsageError(f"'{text}' is not right: that day is {format_day(parsed)}.")
    return parsed


def parse_start(text: str, calendar: "WorkingCalendar") -> date | datetime:
    """Given a day as `parse_day` reads it, perhaps with an hour, return the day or the moment.

    "24 Dec 2026 16:30" is on London's clocks. Raises `UsageError` for an hour that is none, also
    for one that the clocks skip in March: no moment has that name.
    """
    found = _MOMENT.fullmatch(text.strip())
    if found is None:
        return parse_day(text)
    day = parse_day(found[1])
    try:
        at = time(int(found[2]), int(found[3]))
    except ValueError:
        raise UsageError(
            f"'{text}' is not a moment: write for instance '24 Dec 2026 16:30'."
        ) from None
    moment = calendar.moment(day, at)
    if moment.astimezone(LONDON).time() != at:
        raise UsageError(f"'{text}' is not a moment: the clocks go forward over that hour.")
    return moment


@lru_cache(maxsize=4096)  # the days of all working lines, again and again
def format_day(day: date) -> str:
    """Given a day, return it as people read it, in English wherever the server stands.

    Example: "Mon 30 Nov 2026".
    """
    return f"{_WEEKDAYS[day.weekday()]} {day.day} {_MONTHS[day.month - 1][:3]} {day.year}"


@dataclass(frozen=True, slots=True)
class WorkingCalendar:
    """Which days are working days, from `first` to `last`; beyond them it refuses to guess.

    Every question about a day outside raises `CalendarHorizonError`.
    """

    first: date
    last: date
    #: Bank holidays and closures, with the names that explanations give them.
    days_off: Mapping[date, str] = field(hash=False)
    #: Working days although they fall on a weekend, a bank holiday or a closure.
    exceptions: frozenset[date] = frozenset()
    #: The ordinals of all working days, so that counting takes no walk over them.
    _working: tuple[int, ...] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        days = _days(self.first, self.last)
        working = tuple(day.toordinal() for day in days if not self.why_off(day))
        object.__setattr__(self, "_working", working)

    def is_working_day(self, day: date) -> bool:
        """Given a day, return whether it is Monday to Friday, no holiday and no closure."""
        return not self.why_off(day)

    def why_off(self, day: date) -> str:
        """Given a day, return why it is no working day ("weekend", "Christmas Day"), or ""."""
        self._check(day)
        if day in self.exceptions:
            return ""
        return "weekend" if day.weekday() > 4 else self.days_off.get(day, "")

    def add(self, day: date, count: WorkingDays) -> date:
        """Given a day, return the working day so many after it, or before it if negative.

        The day itself is day 0 and not counted; for 0 it is returned as it is.
        """
        self._check(day)
        if count.n == 0:
            return day
        if count.n > 0:
            return self._nth(bisect_right(self._working, day.toordinal()) + count.n - 1)
        return self._nth(bisect_left(self._working, day.toordinal()) + count.n)

    def working_days_between(self, start: date, end: date) -> int:
        """Given two days, return the working days after the first up to and including the other.

        Undoes `add`: negative when `end` lies before `start`, then counted from `end` inclusive.
        """
        self._check(start)
        self._check(end)
        find = bisect_left if end < start else bisect_right
        return find(self._working, end.toordinal()) - find(self._working, start.toordinal())

    def next_working_day(self, day: date) -> date:
        """Given a day, return the first working day on or after it."""
        self._check(day)
        return self._nth(bisect_left(self._working, day.toordinal()))

    def previous_working_day(self, day: date) -> date:
        """Given a day, return the last working day on or before it."""
        self._check(day)
        return self._nth(bisect_right(self._working, day.toordinal()) - 1)

    def day_of(self, moment: datetime) -> date:
        """Given an aware moment, return the day it is then in London."""
        if moment.tzinfo is None:
            raise ValueError("A moment without a time zone has no day: pass aware moments.")
        return moment.astimezone(LONDON).date()

    def moment(self, day: date, at: time) -> datetime:
        """Given a day and a time on London's clocks, return the moment in UTC.

        A time that the clocks skip in March becomes the first moment after the gap; one that
        they show twice in October is the first of the two.
        """
        wall = datetime.combine(day, at.replace(tzinfo=None, fold=0))
        found = wall.replace(tzinfo=LONDON).astimezone(UTC)
        if found.astimezone(LONDON).replace(tzinfo=None) == wall:
            return found
        found = found.replace(second=0, microsecond=0)
        minute = timedelta(minutes=1)
        while _offset(found - minute) == _offset(found):
            found -= minute
        return found

    def explain(
        self, day: date, within: WorkingDays | CalendarDays, *, event: str = ""
    ) -> tuple[str, ...]:
        """Given day 0 and a period, return one line for each day until it is due, oldest last.

        Counting back, the lines go back too. `event` says what happened on day 0.
        """
        told = f" ({event})" if event else ""
        off = self.why_off(day)
        lines = [f"{format_day(day)}: day 0{told}{', ' + off if off else ''}"]
        step = _ONE_DAY if within.n > 0 else -_ONE_DAY
        count = 0
        while count != within.n:
            day += step
            off = self.why_off(day)
            counted = isinstance(within, CalendarDays) or not off
            count += counted * (1 if within.n > 0 else -1)
            unit = "working day" if isinstance(within, WorkingDays) else "calendar day"
            lines.append(f"{format_day(day)}: {f'{unit} {count}' if counted else off}")
        lines[-1] += ", due"
        return tuple(lines)

    def _nth(self, index: int) -> date:
        if index < 0:
            self._check(self.first - _ONE_DAY)
        if index >= len(self._working):
            self._check(self.last + _ONE_DAY)
        return date.fromordinal(self._working[index])

    def _check(self, day: date) -> None:
        if not self.first <= day <= self.last:
            raise CalendarHorizonError(
                f"The calendar of bank holidays is known from {_long_day(self.first)} until "
                f"{_long_day(self.last)}, and {_long_day(day)} lies outside it: check the dates "
                "on record; each start of mailbot extends the calendar to three years ahead."
            )


def horizon_warning(calendar: WorkingCalendar, today: date) -> str:
    """Given the working days as known, return a sentence for staff if they end within a year.

    Long before a due day can lie beyond them: sixty working days are the longest period.
    """
    if calendar.last - today >= HORIZON_NOTICE:
        return ""
    return (
        f"The calendar of bank holidays ends on {_long_day(calendar.last)}, and due days beyond it "
        "cannot be counted: have mailbot started again, which extends it to three years ahead."
    )


def english_calendar(
    first: date,
    last: date,
    *,
    closures: Iterable[date] = (),
    exceptions: Iterable[date] = (),
) -> WorkingCalendar:
    """Given the first and last day to be known, return England's calendar of working days.

    `closures` are days off besides the bank holidays; `exceptions` are working days although
    they are a weekend, a holiday or a closure.
    """
    # "GB" alone lacks Easter Monday. The library's table grows by itself when asked about another
    # year, so it is copied once, for just the years that the calendar answers for.
    holidays = country_holidays(
        "GB", subdiv="ENG", years=range(first.year, last.year + 1), language="en_GB"
    )
    days_off = dict.fromkeys(closures, "closed")
    days_off.update({day: name for day, name in holidays.items() if first <= day <= last})
    return WorkingCalendar(first, last, MappingProxyType(days_off), frozenset(exceptions))


def deadline(
    start: date | datetime,
    within: Within,
    calendar: WorkingCalendar,
    *,
    event: str = "",
    roll_forward: bool = False,
    cut_off: time | None = None,
) -> tuple[date, tuple[str, ...]]:
    """Given when something happened and a period, return the due day and its working.

    A moment after `cut_off` (London) counts as the next day; with `roll_forward` a day that is
    no working day counts as the next working day (process, section 2). Hours are counted by the
    clock and neither rolled nor cut off; from a bare day they count from its first moment.
    """
    if isinstance(within, Hours):
        return _deadline_in_hours(start, within, calendar, event)
    happened = calendar.day_of(start) if isinstance(start, datetime) else start
    day = day_zero(start, calendar, roll_forward=roll_forward, cut_off=cut_off)
    lines: list[str] = []
    if day != happened:
        late = isinstance(start, datetime) and _is_after(start, cut_off)
        why = f"after {cut_off:%H:%M}" if late else calendar.why_off(happened)
        lines.append(f"{format_day(happened)}: {event or 'received'}, {why}")
        event = "counts as this day"
    lines += calendar.explain(day, within, event=event)
    return _counted(day, within, calendar), tuple(lines)


def due_day(
    start: date | datetime,
    within: Within,
    calendar: WorkingCalendar,
    *,
    roll_forward: bool = False,
    cut_off: time | None = None,
) -> date:
    """Given what `deadline` is given, return its due day alone, without the working."""
    if isinstance(within, Hours):
        return calendar.day_of(_hours_later(start, within, calendar))
    day = day_zero(start, calendar, roll_forward=roll_forward, cut_off=cut_off)
    return _counted(day, within, calendar)


def day_zero(
    start: date | datetime,
    calendar: WorkingCalendar,
    *,
    roll_forward: bool = False,
    cut_off: time | None = None,
) -> date:
    """Given when something happened, return the day that is not counted, after the two rules.

    Returns the day itself unless it came after `cut_off` or `roll_forward` moves it.
    """
    if isinstance(start, datetime):
        day = calendar.day_of(start) + (_ONE_DAY if _is_after(start, cut_off) else timedelta())
    else:
        day = start
    return calendar.next_working_day(day) if roll_forward else day


def _deadline_in_hours(
    start: date | datetime, within: Hours, calendar: WorkingCalendar, event: str
) -> tuple[date, tuple[str, ...]]:
    begun = start if isinstance(start, datetime) else calendar.moment(start, time(0))
    due = _hours_later(start, within, calendar)
    told = f" ({event})" if event else ""
    changed = (_offset(due) or timedelta()) - (_offset(begun) or timedelta())
    clocks = ("back" if changed < timedelta() else "forward") if changed else ""
    between = f" (the clocks go {clocks} an hour in between)" if clocks else ""
    lines = (
        f"{_format_moment(begun)}: hour 0{told}",
        f"{_format_moment(due)}: {within} later, due{between}",
    )
    return calendar.day_of(due), lines


def _hours_later(start: date | datetime, within: Hours, calendar: WorkingCalendar) -> datetime:
    """Elapsed hours: a day on which the clocks change has 23 or 25 of them."""
    begun = start if isinstance(start, datetime) else calendar.moment(start, time(0))
    return begun.astimezone(UTC) + timedelta(hours=within.n)


def _is_after(moment: datetime, cut_off: time | None) -> bool:
    return cut_off is not None and moment.astimezone(LONDON).time() > cut_off


def _counted(day: date, within: WorkingDays | CalendarDays, calendar: WorkingCalendar) -> date:
    if isinstance(within, WorkingDays):
        return calendar.add(day, within)
    return day + timedelta(days=within.n)


def _days(first: date, last: date) -> Iterable[date]:
    return (first + timedelta(days=n) for n in range((last - first).days + 1))


def _offset(moment: datetime) -> timedelta | None:
    return moment.astimezone(LONDON).utcoffset()


def _format_moment(moment: datetime) -> str:
    local = moment.astimezone(LONDON)
    return f"{format_day(local.date())}, {local:%H:%M}"


def _long_day(day: date) -> str:
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"
