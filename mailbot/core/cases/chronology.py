"""The chronologies of all agencies as one, in order of time, each event with who told of it.

Nothing is merged away: what two agencies tell of one day in like words stands beside each other,
and every entry keeps its source and its agency's conditions on sharing. What was written without a
day that can be told stands at the end.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from itertools import groupby

from mailbot.core.cases.event_days import EventDay, Sureness, event_day
from mailbot.core.model import AgencyCode, Case, Fact, FactKind, Json

#: The source of an event that a notification tells of without naming one.
NOTIFICATION = "Notification"
#: Columns of a chronology that have a place of their own; others are kept beside the event.
_HOUR = ("time", "hour")
_KNOWN = frozenset({"date", "event", "source", *_HOUR})
_WORD = re.compile(r"[^\W_]+")
_STEM = 5  # letters: "visit", "visited" and "visits" are one word
_SAY_LITTLE = frozenset(
    "a an and as at be been by child for from had has have he her his in into is it its of on or "
    "she that the their they this to was were who with".split()
)
#: What an agency says of its own part, besides its chronology.
_FINDINGS = frozenset(
    {
        *("known_to_agency", "involvement_summary", "good_practice", "learning"),
        *("immediate_actions", "immediate_risk"),
    }
)
_LIKE = 0.6  # of the shorter one's words
#: On a day with more entries than that nothing is compared: it is a list of something else.
_MOST_A_DAY = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One event as one agency told of it."""

    day: EventDay
    event: str
    source: str  # as the agency's own column says; "" when it does not
    agency: AgencyCode  # "" when it is not known from whom a notification came
    conditions: tuple[str, ...]  # set by the agency on sharing it
    received: date | datetime  # when the return came that holds it
    #: What stood in further columns, by their names: ("outcome", "No further action").
    further: tuple[tuple[str, str], ...] = ()
    #: Other agencies that tell of the same day in like words.
    also: tuple[AgencyCode, ...] = ()
    #: The agency has corrected its return since, and the correction holds no chronology.
    before_correction: bool = False


def chronology_of(case: Case) -> tuple[Entry, ...]:
    """Given a case, return all events of the returns that stand, in order of time.

    Those of its notifications too: some forms ask for the key dates.
    """
    codes = dict.fromkeys([*case.agencies, *map(_notifier, _notifications(case))])
    told = [
        entry
        for code in codes
        for entry in _each_once((*_notified(case, code), *_told_by(case, code)))
    ]
    order = sorted(told, key=_place)
    by_day = groupby(order, key=_same_day)
    return tuple(entry for key, day in by_day for entry in (_beside(list(day)) if key else day))


def tells_of_events(case: Case) -> bool:
    """Given a case, say whether any return in it holds a chronology."""
    returns = (fact for part in case.agencies.values() for fact in part.returns)
    return any(map(_rows, (*_notifications(case), *returns)))


def standing_returns(case: Case, code: AgencyCode) -> tuple[Fact, ...]:
    """Given an agency, return its returns that stand, oldest first.

    A correction takes the place of what the agency said before in answer to the same request; a
    partial return, or the answer to a further request, adds to it. A correction that staff recorded
    without what it says takes the place of nothing: both are shown.
    """
    returns = case.agencies[code].returns
    return tuple(f for f in returns if not _corrected(f, returns, _says_anything))


def _says_anything(fact: Fact) -> bool:
    """Whether a return holds more than a chronology, or is a nil return, which says all."""
    said = {name for document in _documents(fact) for name in document}
    return fact.detail.get("says") == "nil" or bool(said & _FINDINGS)


def _notifications(case: Case) -> tuple[Fact, ...]:
    return case.all(FactKind.NOTIFICATION_RECEIVED)


def _notifier(notification: Fact) -> AgencyCode:
    """Return the agency from which a notification came, "" when config knows none."""
    known = notification.detail.get("notifier")
    return AgencyCode(_text(known.get("agency")) if isinstance(known, Mapping) else "")


def _notified(case: Case, code: AgencyCode) -> Iterator[Entry]:
    """Yield the events that an agency's notifications tell of."""
    for fact in _notifications(case):
        if _notifier(fact) == code:
            for row in _rows(fact):
                entry = _entry(row, fact, code)
                yield replace(entry, source=entry.source or NOTIFICATION)


def _told_by(case: Case, code: AgencyCode) -> Iterator[Entry]:
    """Yield an agency's events; a correction without a chronology does not empty it."""
    returns = case.agencies[code].returns if code in case.agencies else ()
    for fact in returns:
        if not _corrected(fact, returns, _rows):
            is_old = _corrected(fact, returns, lambda _: True)
            for row in _rows(fact):
                yield replace(_entry(row, fact, code), before_correction=is_old)


def _corrected(fact: Fact, returns: Sequence[Fact], holds: Callable[[Fact], object]) -> bool:
    """Whether a later answer to the same request, which holds something, corrects a return."""
    later = returns[returns.index(fact) + 1 :]
    return any(
        other.detail.get("return") == "corrected"
        and _request(other) == _request(fact)
        and bool(holds(other))
        for other in later
    )


def _request(fact: Fact) -> int:
    """Which request a return answers; what came unasked answers the first."""
    return max(int(fact.detail.get("round") or 0), 1)


def _entry(row: Mapping[str, Json], fact: Fact, code: AgencyCode) -> Entry:
    hour = next((text for name in _HOUR if (text := _text(row.get(name)))), "")
    return Entry(
        day=event_day(_text(row.get("date")), hour),
        event=_text(row.get("event")),
        source=_text(row.get("source")),
        agency=code,
        conditions=conditions_of(fact),
        received=fact.happened,
        further=tuple(
            (str(name).replace("_", " "), text)
            for name, value in row.items()
            if name not in _KNOWN and (text := _text(value))
        ),
    )


def conditions_of(fact: Fact) -> tuple[str, ...]:
    """Given a return, return the conditions that its agency set on sharing it, each once."""
    given = [fact.detail.get("conditions")]
    given += [document.get("disclosure_conditions") for document in _documents(fact)]
    each = (one for said in given for one in _listed(said))
    return tuple(dict.fromkeys(text for one in each if (text := _text(one))))


def _rows(fact: Fact) -> list[Mapping[str, Json]]:
    """Return the rows of a return's chronologies, wherever they stood, each once."""
    given = [fact.detail.get("chronology")]
    given += [document.get("chronology") for document in _documents(fact)]
    rows: list[Mapping[str, Json]] = []
    for table in given:
        before = list(rows)
        for row in _listed(table):
            known = row if isinstance(row, Mapping) else {"event": row}
            if known not in before and any(_text(value) for value in known.values()):
                rows.append(known)
    return rows


def _documents(fact: Fact) -> list[Mapping[str, Json]]:
    found = [fact.detail.get("document"), fact.detail.get("fields")]
    found += _listed(fact.detail.get("further"))
    return [document for document in found if isinstance(document, Mapping) and document]


# --- in order, and beside each other ------------------------------------------------------------


def _each_once(entries: Iterable[Entry]) -> list[Entry]:
    """Given one agency's entries, return those that it told twice once, with all conditions."""
    found: dict[tuple[object, ...], Entry] = {}
    for number, entry in enumerate(entries):
        key: tuple[object, ...] = (entry.day, entry.event, entry.source, entry.further)
        before = found.get(key)
        if before is not None and before.received == entry.received:
            key, before = (*key, number), None  # twice in one return: that is what it says
        conditions = (*(before.conditions if before else ()), *entry.conditions)
        found[key] = replace(entry, conditions=tuple(dict.fromkeys(conditions)))
    return list(found.values())


def _place(entry: Entry) -> tuple[date, bool, bool, time]:
    """Return what sorts an entry; of one day the certain come first, and those without an hour."""
    day = entry.day
    unsure = day.sureness is Sureness.UNSURE
    return day.begins or date.max, unsure, day.at is not None, day.at or time.min


def _same_day(entry: Entry) -> tuple[date] | None:
    return (entry.day.begins,) if entry.day.begins else None


def _beside(day: Sequence[Entry]) -> list[Entry]:
    """Given the entries of one day, return those that are alike beside each other, and marked."""
    if len(day) > _MOST_A_DAY:
        return list(day)
    words = [_words(entry.event) for entry in day]
    alike = [
        {
            j
            for j, other in enumerate(day)
            if entry.agency != other.agency
            and _is_part(entry) == _is_part(other)
            and _are_like(words[i], words[j])
        }
        for i, entry in enumerate(day)
    ]
    order: dict[int, None] = {}
    for i in range(len(day)):
        waiting = [i]
        while waiting:
            one = waiting.pop(0)
            if one not in order:
                order[one] = None
                waiting += sorted(alike[one])
    return [
        replace(day[i], also=tuple(dict.fromkeys(day[j].agency for j in sorted(alike[i]))))
        for i in order
    ]


def _is_part(entry: Entry) -> bool:
    return entry.day.sureness is Sureness.PART


def _words(text: str) -> frozenset[str]:
    words = (word for word in _WORD.findall(text.casefold()) if word not in _SAY_LITTLE)
    return frozenset(word[:_STEM] for word in words)


def _are_like(one: frozenset[str], other: frozenset[str]) -> bool:
    shared = len(one & other)
    return bool(one) and (
        one == other or (shared > 1 and shared >= _LIKE * min(len(one), len(other)))
    )


def _listed(value: Json) -> Sequence[Json]:
    """Return a value as a list of what it holds; nothing is none."""
    if isinstance(value, (list, tuple)):
        return value
    return () if value is None or value == "" else (value,)


def _text(value: Json) -> str:
    return str(value).strip() if value is not None else ""
