"""An area's calendar of Case Review Groups: dates in its config, or an .ics file that it names.

Used by mailbot.settings alone. A file from a calendar program may repeat ("every second Tuesday"),
leave days out and move single ones; all of that is followed (RFC 5545, 3.8.5).
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time
from itertools import islice
from pathlib import Path
from typing import Any

from dateutil.rrule import rrulestr
from icalendar import Calendar, Component

from mailbot.core.model import Scheduled
from mailbot.core.moments import LONDON, moment_of
from mailbot.errors import SettingsError

#: What repeats without an end is followed this far, and no closer than about daily.
REPEATS = 2_000
LAST_YEAR = 2040
_EVERY = frozenset({"DAILY", "WEEKLY", "MONTHLY", "YEARLY"})

#: A repeating event by its UID: the times that are moved or cancelled one by one.
_Moved = dict[str, dict[datetime, Component]]


def review_groups_of(raw: Mapping[str, Any], home: Path) -> tuple[Scheduled, ...]:
    """Given an area's file as read, return its Case Review Groups in order of time.

    Raises SettingsError, with a sentence for each fault, for an .ics file that cannot be used.
    """
    groups = [
        Scheduled(at=in_utc(table["at"]), where=str(table.get("where", "")))
        for table in raw.get("review_group", [])
    ]
    if name := raw.get("review_groups_ics"):
        groups += _from_file(home / str(name), str(name))
    unique = {(moment_of(group.at), group.where): group for group in groups}
    return tuple(unique[key] for key in sorted(unique))


def groups_faults(raw: Mapping[str, Any], home: Path, file: str) -> Iterator[str]:
    """Given an area's file as read, yield a sentence for each fault of its .ics file."""
    if not isinstance(raw.get("review_groups_ics"), str):
        return
    try:
        review_groups_of({"review_groups_ics": raw["review_groups_ics"]}, home)
    except SettingsError as error:
        yield from (f"{file}, review_groups_ics: {fault}" for fault in error.faults)


def in_utc(at: date | datetime) -> date | datetime:
    """Given a time as config writes it, return it in UTC; without a zone it is London's."""
    if not isinstance(at, datetime):
        return at
    return (at if at.tzinfo else at.replace(tzinfo=LONDON)).astimezone(UTC)


def _from_file(path: Path, name: str) -> list[Scheduled]:
    try:
        calendars = Calendar.from_ical(path.read_bytes(), multiple=True)
    except FileNotFoundError:
        raise SettingsError((f"there is no file {name}; correct the path.",)) from None
    except OSError as error:
        raise SettingsError((f"{name} cannot be read ({error.strerror}).",)) from error
    except (ValueError, IndexError, KeyError) as error:
        fault = f"{name} is no calendar that can be read; export it again as .ics."
        raise SettingsError((fault,)) from error
    events = [event for calendar in calendars for event in calendar.walk("VEVENT")]
    faults: list[str] = []
    groups: list[Scheduled] = []
    try:
        moved = _moved_ones(events)
    except (ValueError, TypeError, AttributeError, KeyError):
        fault = f"{name}: which time of a repetition is moved or left out cannot be read."
        raise SettingsError((fault,)) from None
    for number, event in enumerate(events, 1):
        if "RECURRENCE-ID" in event or _is_cancelled(event):
            continue
        try:
            groups += _times_of(event, moved.get(str(event.get("UID", "")), {}))
        except (ValueError, TypeError, AttributeError, KeyError):
            faults.append(f"{name}, event {number}: its time or its repetition cannot be read.")
    if not events:
        faults.append(f"{name} has no event in it.")
    if faults:
        raise SettingsError(tuple(faults))
    return groups


def _moved_ones(events: list[Component]) -> _Moved:
    found: _Moved = {}
    for event in events:
        if "RECURRENCE-ID" in event:
            at = moment_of(in_utc(event.decoded("RECURRENCE-ID")))
            found.setdefault(str(event.get("UID", "")), {})[at] = event
    return found


def _times_of(event: Component, moved: Mapping[datetime, Component]) -> Iterator[Scheduled]:
    """Every time of one event: alone, or repeated, with its exceptions."""
    start = event.decoded("DTSTART")
    for at in _repeated(event, start):
        instead = moved.get(moment_of(at))
        if instead is None:
            yield Scheduled(at=at, where=_where(event))
        elif not _is_cancelled(instead):
            at = in_utc(instead.decoded("DTSTART"))
            yield Scheduled(at=at, where=_where(instead) or _where(event))


def _repeated(event: Component, start: date | datetime) -> Iterator[date | datetime]:
    left_out = {moment_of(in_utc(at)) for at in _listed(event, "EXDATE")}
    for at in (*_by_rule(event, start), *map(in_utc, _listed(event, "RDATE"))):
        if moment_of(at) not in left_out:
            yield at


def _by_rule(event: Component, start: date | datetime) -> Iterator[date | datetime]:
    if "RRULE" not in event:
        yield in_utc(start)
        return
    every: Any = event["RRULE"]
    if _within_a_day(every):
        raise ValueError("no group meets every hour")
    is_day = not isinstance(start, datetime)
    wall = start if isinstance(start, datetime) else datetime.combine(start, time())
    wall = wall.replace(tzinfo=None)
    text: Any = event["RRULE"].to_ical()
    rule = rrulestr(text.decode("ascii"), dtstart=wall, ignoretz=True)
    for found in islice(rule, REPEATS):
        if found.year > LAST_YEAR:
            return
        # Repeated by the clock on the wall: ten o'clock stays ten o'clock in summer.
        yield found.date() if is_day else found.replace(tzinfo=_zone(start)).astimezone(UTC)


def _within_a_day(rule: Mapping[str, Any]) -> bool:
    """Whether a rule repeats by the hour or oftener: following it could go on for ever."""
    return not {str(every).upper() for every in rule["FREQ"]} <= _EVERY


def _zone(start: date | datetime) -> Any:
    return (start.tzinfo if isinstance(start, datetime) else None) or LONDON


def _listed(event: Component, name: str) -> Iterator[date | datetime]:
    """The days that are added to a repetition (RDATE) or left out of it (EXDATE)."""
    lists = event.get(name, [])
    for entry in lists if isinstance(lists, list) else [lists]:
        yield from (value.dt for value in entry.dts)


def _is_cancelled(event: Component) -> bool:
    return str(event.get("STATUS", "")).upper() == "CANCELLED"


def _where(event: Component) -> str:
    return " ".join(str(event.get("LOCATION", "")).split())
