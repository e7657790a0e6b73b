"""What is pinned to a case when it opens: the clocks' rules and the days off then in force.

A later change of config never rewrites history (process, section 2, "Working days"). A pin is
text: the same rules and days give the same text, so that cases share it by its name.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from datetime import date, time
from types import MappingProxyType
from typing import Any

from mailbot.core.clocks.workdays import WorkingCalendar
from mailbot.core.model import ClockRule, FactKind, LetterKind, Per, Reading

Rules = tuple[ClockRule, ...]


def pin_text(rules: Sequence[ClockRule], calendar: WorkingCalendar) -> str:
    """Given the rules and working days in force, return them as the text that is kept."""
    return json.dumps(
        {
            "first": calendar.first.isoformat(),
            "last": calendar.last.isoformat(),
            "days_off": {day.isoformat(): why for day, why in calendar.days_off.items()},
            "exceptions": sorted(day.isoformat() for day in calendar.exceptions),
            "rules": [asdict(rule) for rule in rules],
        },
        default=time.isoformat,
        ensure_ascii=False,
        sort_keys=True,
        separators=(",", ":"),
    )


def pin_name(text: str) -> str:
    """Given a pin's text, return the name under which it is kept: a hash of what it says."""
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def unpinned(text: str, today: WorkingCalendar) -> tuple[Rules, WorkingCalendar]:
    """Given a pin's text and the working days as known today, return the case's rules and days.

    Days that the pinned calendar did not know yet are those of today's.
    """
    kept = json.loads(text)
    first, last = date.fromisoformat(kept["first"]), date.fromisoformat(kept["last"])
    days_off = {day: why for day, why in today.days_off.items() if not first <= day <= last}
    days_off |= {date.fromisoformat(day): why for day, why in kept["days_off"].items()}
    exceptions = {day for day in today.exceptions if not first <= day <= last}
    exceptions |= {date.fromisoformat(day) for day in kept["exceptions"]}
    calendar = WorkingCalendar(
        min(first, today.first),
        max(last, today.last),
        MappingProxyType(days_off),
        frozenset(exceptions),
    )
    return tuple(_rule(table) for table in kept["rules"]), calendar


def count_otherwise(
    pinned: tuple[Rules, WorkingCalendar], rules: Sequence[ClockRule], today: WorkingCalendar
) -> bool:
    """Given a case's rules and days and those of today, return whether they count otherwise.

    A calendar that merely reaches further is no other calendar.
    """
    own_rules, own = pinned
    return own_rules != tuple(rules) or _days(own, today) != _days(today, own)


def _days(calendar: WorkingCalendar, other: WorkingCalendar) -> tuple[frozenset[date], ...]:
    first, last = max(calendar.first, other.first), min(calendar.last, other.last)
    return tuple(
        frozenset(day for day in days if first <= day <= last)
        for days in (calendar.days_off, calendar.exceptions)
    )


def _rule(table: Mapping[str, Any]) -> ClockRule:
    known = {field.name for field in fields(ClockRule)}
    values = {name: value for name, value in table.items() if name in known}
    cut_off, told_by = values.get("cut_off"), values.get("told_by")
    values |= {
        "starts_on": tuple(FactKind(kind) for kind in values["starts_on"]),
        "stops_on": tuple(FactKind(kind) for kind in values["stops_on"]),
        "per": Per(values["per"]),
        "told_when": tuple(values["told_when"]),
        "also_before": tuple((name, days) for name, days in values["also_before"]),
        "readings": tuple(_reading(reading) for reading in values.get("readings", ())),
        "cut_off": time.fromisoformat(cut_off) if cut_off else None,
        "told_by": LetterKind(told_by) if told_by else None,
    }
    return ClockRule(**values)


def _reading(table: Mapping[str, Any]) -> Reading:
    known = {field.name for field in fields(Reading)}
    values = {name: value for name, value in table.items() if name in known}
    anchor = values.get("anchor")
    return Reading(**{**values, "anchor": FactKind(anchor) if anchor else None})
