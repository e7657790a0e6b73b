"""The lists of the digest: what is past its day, who owes what soon, and the days ahead.

With many cases open they say no more than a person reads in the morning: a case is one line, each
list ends after a number of them and says how many more there are, and where they stand.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from mailbot.core.cases.meetings import meeting_day
from mailbot.core.cases.nhs import REPORT_WORDS
from mailbot.core.clocks.workdays import WorkingDays, format_day
from mailbot.core.letters.closed_periods import away_notes
from mailbot.core.letters.desk import Office
from mailbot.core.letters.meeting_letters import upcoming
from mailbot.core.model import AgencyCode, Area, Case, Clock, ClockState
from mailbot.core.wording import (
    counted,
    listed,
    name_of,
    short_day,
)

#: How far the dates ahead reach.
AHEAD = WorkingDays(10)
#: With more open cases than that, only what is due by the day after tomorrow is listed as owed.
FEW = 10
MATTERS = WorkingDays(2)
#: So many entries of a list are told, and so many of one day.
SHOWN, SHOWN_A_DAY = 15, 4
AGENCY_RETURN = "agency-return"
REVIEW_MEETING = "review-meeting"

OWNER_WORDS = {
    "partners": "the partners",
    "partners-and-staff": "the partners and the business unit",
    "notifier": "the authority's notifier",
    "designated-nurse": "the designated nurse",
    "staff": "the business unit",
    "manager": "the business unit manager",
    "panel": "the Panel",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """An open case with its clocks, and the agencies whose request is queued or in Drafts."""

    case: Case
    clocks: Sequence[Clock]
    asking: Collection[AgencyCode] = ()


def told_together(entries: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Given entries of cases, return them with those that say the same of many cases as one."""
    same: dict[tuple[str, ...], list[Mapping[str, Any]]] = {}
    for entry in entries:
        said = tuple(f"{name} {value}" for name, value in entry.items() if name != "case")
        same.setdefault(said, []).append(entry)
    told: list[Mapping[str, Any]] = []
    for group in same.values():
        many = len(group) > SHOWN_A_DAY
        told += [{**group[0], "case": _cases([e["case"] for e in group])}] if many else group
    return told


def _cases(refs: Sequence[str]) -> str:
    if len(refs) <= SHOWN_A_DAY:
        return listed(refs)
    more = f"{len(refs) - SHOWN_A_DAY} more"
    return f"{len(refs)} cases ({listed([*refs[:SHOWN_A_DAY], more])})"


def late_of(views: Sequence[Overview], office: Office, today: date) -> list[dict[str, Any]]:
    """Given the open cases, return a line for each with what is past its due day, oldest first."""
    found = []
    for view in views:
        groups = list(_together(view, lambda clock: clock.due_on < today))
        if groups:
            said = " ".join(_late_words(group, office, today) for group in groups)
            found.append((groups[0][0].due_on, {"case": view.case.ref, "what": said}))
    return [entry for _, entry in sorted(found, key=lambda pair: pair[0])]


def _late_words(group: Sequence[Clock], office: Office, today: date) -> str:
    due = group[0].due_on
    days = office.calendar.working_days_between(due, today)
    by = f"{counted(days, 'working day')} late" if days else "late"
    return f"{_what(group, office.area)}. Due {short_day(due)}, {by}."


def owing_of(views: Sequence[Overview], office: Office, today: date) -> list[dict[str, Any]]:
    """Given the open cases, return who owes what soon: by case, or by day with many cases."""
    if len(views) > FEW:
        return _owing_by_day(views, office, today)
    found = [(view, list(_owed(view, office, today, None))) for view in views]
    return [
        {
            "of": view.case.ref,
            "entries": [
                {
                    "on": "Today" if group[0].due_on == today else short_day(group[0].due_on),
                    **_owed_words(group, view.case, office.area),
                }
                for group in groups
            ],
        }
        for view, groups in found
        if groups
    ]


def _owing_by_day(views: Sequence[Overview], office: Office, today: date) -> list[dict[str, Any]]:
    last = office.calendar.add(today, MATTERS)
    days: dict[date, list[dict[str, Any]]] = {}
    for view in views:
        for group in _owed(view, office, today, last):
            entry = {"case": view.case.ref, **_owed_words(group, view.case, office.area)}
            days.setdefault(group[0].due_on, []).append(entry)
    return [
        {
            "of": "Today" if day == today else format_day(day),
            "entries": [{**entry, "on": entry["case"]} for entry in told_together(days[day])][
                :SHOWN
            ],
        }
        for day in sorted(days)
    ]


def _owed(view: Overview, office: Office, today: date, last: date | None) -> Iterator[list[Clock]]:
    def is_shown(clock: Clock) -> bool:
        start = clock.rule.digest_from
        begins = office.calendar.add(clock.due_on, WorkingDays(-start)) if start else today
        return clock.due_on >= today >= begins and (last is None or clock.due_on <= last)

    yield from (group for group in _together(view, is_shown) if not _is_met(view, group))


def _owed_words(group: Sequence[Clock], case: Case, area: Area) -> dict[str, str]:
    return {
        "what": _what(group, area),
        "owner": "" if group[0].agency else OWNER_WORDS.get(group[0].rule.owner, ""),
        "earliest": _earliest(group),
        "note": _note(group, case, area),
    }


def _earliest(group: Sequence[Clock]) -> str:
    """Return the earliest other plausible reading of a day, with why; "" where there is none.

    An agency's day is the one it was told, and the only one that is ever asked of it.
    """
    clock = group[0]
    if clock.agency or clock.earliest_on is None:
        return ""
    return ", ".join(filter(None, (short_day(clock.earliest_on), clock.earliest_why)))


def _is_met(view: Overview, group: Sequence[Clock]) -> bool:
    """Return whether a meeting that lies ahead is in time: then it is shown and not its clock."""
    meeting = view.case.meeting
    if group[0].rule.name != REVIEW_MEETING or meeting is None or meeting.held:
        return False
    return meeting_day(meeting) <= group[0].due_on


def ahead_of(views: Sequence[Overview], office: Office, today: date) -> list[dict[str, Any]]:
    """Given the open cases, return the days until the horizon, each with what comes then.

    What is told as owed is not told again; what comes in several cases is told as one.
    """
    last = office.calendar.add(today, AHEAD)
    many = office.calendar.add(today, MATTERS) if len(views) > FEW else None
    dates: dict[date, dict[str, list[str]]] = {}
    for view in views:
        owed = {id(clock) for group in _owed(view, office, today, many) for clock in group}

        def is_shown(clock: Clock, told: set[int] = owed) -> bool:
            return today <= clock.due_on <= last and id(clock) not in told

        for group in _together(view, is_shown):
            if not _is_met(view, group):
                several = f"Information from {len(group)} agencies"
                are_returns = group[0].rule.name == AGENCY_RETURN
                what = several if len(group) > 1 and are_returns else _what(group, office.area)
                if many is None and (earliest := _earliest(group)):
                    what = f"{what} (earliest other reading: {earliest})"
                dates.setdefault(group[0].due_on, {}).setdefault(what, []).append(view.case.ref)
        for day, what in _meeting(view, office):
            if today <= day <= last:
                dates.setdefault(day, {}).setdefault(what, []).append(view.case.ref)
    return [_day_words(day, dates[day]) for day in sorted(dates)]


def _day_words(day: date, whats: dict[str, list[str]]) -> dict[str, Any]:
    entries = [
        {"case": refs[0] if len(refs) == 1 else f"{len(refs)} cases", "what": what}
        for what, refs in whats.items()
    ]
    return {
        "day": short_day(day),
        "entries": entries[:SHOWN_A_DAY],
        "more": max(0, len(entries) - SHOWN_A_DAY),
    }


def _together(view: Overview, is_wanted: Callable[[Clock], bool]) -> Iterator[list[Clock]]:
    """Yield the open clocks of a case by due day, those of several agencies together."""
    wanted = [clock for clock in view.clocks if clock.runs and is_wanted(clock)]
    wanted.sort(key=lambda clock: (clock.due_on, clock.rule.name))
    for _, group in groupby(wanted, key=lambda clock: (clock.due_on, clock.rule.name)):
        yield list(group)


def _what(group: Sequence[Clock], area: Area) -> str:
    names = [name_of(area, clock.agency) for clock in group if clock.agency]
    title = group[0].rule.title
    if group[0].rule.name == AGENCY_RETURN:
        title = "Information"
    elif report := REPORT_WORDS.get(group[0].rule.name):
        title = f"{report[:1].upper()}{report[1:]}"
    return f"{title} from {listed(names)}" if names else title


def _note(group: Sequence[Clock], case: Case, area: Area) -> str:
    """Return what else staff should know of those who owe: reminders that wait, part answers."""
    codes = {c.agency: c.state for c in group if c.agency}
    waits = [name_of(area, code) for code, s in codes.items() if s is ClockState.WAITING]
    parts = {code: case.agencies.get(code) for code in codes}
    partial = [name_of(area, code) for code, one in parts.items() if one and one.partial]
    notes = [f"reminders wait for {listed(waits)}"] if waits else []
    notes += [f"{listed(partial)} has answered in part"] if partial else []
    notes += away_notes(case, area, codes)
    notes += [group[0].note] if group[0].note and not codes else []
    return "; ".join(notes)


def _meeting(view: Overview, office: Office) -> Iterator[tuple[date, str]]:
    meeting = view.case.meeting
    if meeting is None or meeting.held:
        return
    yield meeting_day(meeting), upcoming(meeting, office.area)
