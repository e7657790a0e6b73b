"""Reminder steps that have come, gathered into at most one letter per person, case and day.

Process, section 3, "Reminders". `core.clocks` says which step of a ladder has come; this says
who owes it, and puts all that one person owes in the case into one letter.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from mailbot.core.clocks import pressing, reminder_steps
from mailbot.core.desk import (
    Desk,
    contacts_of,
    delegates_of,
    each_once,
    name_of,
    notifier_of,
    partners_of,
    protection_for,
    staff_of,
)
from mailbot.core.instructions import example
from mailbot.core.model import (
    AgencyCode,
    Clock,
    FactKind,
    Letter,
    LetterKind,
    Outcome,
    Person,
    Protection,
    Step,
)
from mailbot.core.wording import counted, short_day
from mailbot.core.workdays import LONDON, WorkingDays, format_day

STAFF_STEP = " staff"  # ends the name of the step by which staff are told to ring
#: Steps when the meeting is two working days away or less.
MEETING_STEP = "meeting"

#: What a clock waits for -> the label with which staff record it by mail.
RECORDED_WITH = {
    "partners-decide": "criteria",
    "review-meeting": "held",
    "submission": "submission sent",
    "panel-answer": "panel answer",
    "agency-return": "extend",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One thing that a party owes, with the steps that its mention covers."""

    clock: Clock
    steps: tuple[Step, ...]
    party: str  # an agency's code, "partners", "notifier" or "staff"
    to: tuple[Person, ...]
    cc: tuple[Person, ...] = ()
    ring: bool = False  # staff are to ring: the ladder has ended


def reminders_due(desk: Desk) -> Iterator[Letter]:
    """Given a desk, yield the reminders whose hour has come, each person in at most one of them.

    None on a day off, before the area's hour, or to anybody reminded in this case today.
    """
    local = desk.now.astimezone(LONDON).time()
    if not desk.calendar.is_working_day(desk.today) or local < desk.area.reminders_at:
        return
    reached = reached_today(desk)
    items = [item for clock in desk.clocks for item in items_of(desk, clock)]
    owed: dict[str, list[Item]] = {}
    people: dict[str, Person] = {}
    for item in items:
        for person in item.to:
            if person.email not in reached:
                people.setdefault(person.email, person)
                owed.setdefault(person.email, []).append(item)
    covered: Counter[Step] = Counter()
    for emails, theirs in _grouped(owed):
        letter = _reminder(desk, [people[email] for email in emails], theirs)
        copied = [p for p in letter.cc if p.email not in owed and p.email not in reached]
        letter = replace(letter, cc=tuple(copied), steps=_told_apart(letter.steps, covered))
        if letter.key not in desk.written.keys:
            reached |= {person.email for person in (*letter.to, *letter.cc)}
            yield letter


def _told_apart(steps: Sequence[Step], covered: Counter[Step]) -> tuple[Step, ...]:
    """Return a letter's steps, unique among all letters: the second of a step is "+2 staff (2)".

    That happens when those who owe a thing together do not owe all else together. Each of their
    letters must carry the step, or it could not be withdrawn.
    """
    covered.update(steps)
    return tuple(
        replace(s, step=f"{s.step} ({covered[s]})") if covered[s] > 1 else s for s in steps
    )


def items_of(desk: Desk, clock: Clock) -> Iterator[Item]:
    """Given a clock, yield what is owed for it now and has not been written: owner, then staff."""
    steps = [s for s in _steps_come(desk, clock) if s not in desk.written.steps]
    own = tuple(step for step in steps if not step.step.endswith(STAFF_STEP))
    ring = tuple(step for step in steps if step.step.endswith(STAFF_STEP))
    if own:
        party, to, cc = _owner(desk, clock)
        yield Item(clock=clock, steps=own, party=party, to=to, cc=cc)
    if ring:
        yield Item(clock=clock, steps=ring, party="staff", to=staff_of(desk.area), ring=True)


def _steps_come(desk: Desk, clock: Clock) -> Iterator[Step]:
    yield from reminder_steps(clock, desk.calendar, desk.today)
    if not pressing(clock, desk.case, desk.calendar, desk.today):
        return
    step = Step(
        case=clock.case,
        clock=clock.rule.name,
        agency=clock.agency,
        round=clock.round,
        due_on=clock.due_on,
        step=MEETING_STEP,
    )
    told = clock.first_told_on
    if told is None or desk.today >= desk.calendar.add(told, WorkingDays(2)):
        yield step
    yield replace(step, step=MEETING_STEP + STAFF_STEP)


def _owner(desk: Desk, clock: Clock) -> tuple[str, tuple[Person, ...], tuple[Person, ...]]:
    """Return the party that owes it, to whom the reminder goes, and who gets a copy."""
    area = desk.area
    match clock.rule.owner:
        case "agency":
            return _agency_as_owner(desk, clock)
        case "partners":
            return "partners", _partners_without_view(desk), ()
        case "notifier":
            to = notifier_of(area)
            return "notifier", to, tuple(p for p in staff_of(area) if p not in to)
        case "manager":
            return "manager", (area.manager,), ()
        case _:  # staff, and the Panel's promise, of which staff are told
            return "staff", staff_of(area), ()


def _agency_as_owner(
    desk: Desk, clock: Clock
) -> tuple[str, tuple[Person, ...], tuple[Person, ...]]:
    """Return an agency's contact and, once it is late or the meeting is near, its lead."""
    agency = desk.area.agency(clock.agency or "")
    if agency is None:
        return "staff", staff_of(desk.area), ()
    near = pressing(clock, desk.case, desk.calendar, desk.today)
    escalated = near or desk.today > clock.due_on
    lead = (agency.lead,) if agency.lead and escalated else ()
    to = contacts_of(agency)
    return agency.code, to, tuple(p for p in lead if p.email not in {t.email for t in to})


def _partners_without_view(desk: Desk) -> tuple[Person, ...]:
    """Return who takes part for those partners whose view is not recorded."""
    heard = {fact.detail.get("role") for fact in desk.case.all(FactKind.PARTNER_VIEW)}
    silent = [a for a in partners_of(desk.area) if a.partner and a.partner.value not in heard]
    asked = silent or partners_of(desk.area)
    return each_once([person for agency in asked for person in delegates_of(agency)])


def _grouped(owed: dict[str, list[Item]]) -> Iterable[tuple[list[str], list[Item]]]:
    """Return those who owe exactly the same together, in the order in which they came."""
    groups: dict[tuple[int, ...], tuple[list[str], list[Item]]] = {}
    for email, items in owed.items():
        same = tuple(id(item) for item in items)
        groups.setdefault(same, ([], items))[0].append(email)
    return groups.values()


def reached_today(desk: Desk) -> set[str]:
    """Given a desk, return the addresses that a reminder of this case has reached today."""
    sent = desk.case.all(FactKind.LETTER_SENT)
    start = desk.calendar.moment(desk.today, desk.area.reminders_at.min)
    return {
        address
        for fact in sent
        if fact.detail.get("kind") == LetterKind.REMINDER.value and fact.recorded_at >= start
        for address in fact.detail.get("to") or ()
    }


def _reminder(desk: Desk, to: Sequence[Person], items: Sequence[Item]) -> Letter:
    """Return one letter that covers everything these people owe in the case."""
    codes = {item.clock.agency for item in items}
    code = codes.pop() if len(codes) == 1 else None
    person = hashlib.sha256(to[0].email.encode()).hexdigest()[:8]
    entries = sorted(items, key=lambda item: item.clock.due_on)
    earliest = entries[0].clock.due_on
    words = {
        "items": [_item_words(desk, item) for item in entries],
        "late": earliest < desk.today,
        "ring": all(item.ring for item in items),
        "by_agency": all(_is_agencys_own(item) for item in items),
        "due": format_day(earliest) if len(items) == 1 else "",
        "due_short": short_day(earliest),
        "agency": name_of(desk.area, code) if code else "",
        "examples": [example(head) for head in dict.fromkeys(_heads(items))],
    }
    key = f"{desk.today.isoformat()}/{person}"
    letter = desk.letter(LetterKind.REMINDER, key, to=to, words=words)
    return replace(
        letter,
        cc=each_once([p for item in items for p in item.cc]),
        agency=code,
        round=items[0].clock.round if code else 0,
        steps=tuple(dict.fromkeys(step for item in items for step in item.steps)),
        protection=_protection(desk, code),
    )


def _heads(items: Sequence[Item]) -> Iterator[str]:
    """Yield the labels with which staff record what they are reminded of."""
    for item in items:
        head = RECORDED_WITH.get(item.clock.rule.name)
        if head and item.party in {"staff", "manager"}:
            yield head


def _is_agencys_own(item: Item) -> bool:
    return item.clock.agency is not None and not item.ring


def _protection(desk: Desk, code: AgencyCode | None) -> Protection:
    return protection_for(desk.area, code) if code else Protection.TLS


def _item_words(desk: Desk, item: Item) -> dict[str, Any]:
    clock = item.clock
    late_by = desk.calendar.working_days_between(clock.due_on, desk.today)
    near = any(step.step.startswith(MEETING_STEP) for step in item.steps)
    undecided = desk.case.criteria not in {Outcome.MET, Outcome.NOT_MET}
    return {
        "clock": clock.rule.name,
        "title": clock.rule.title,
        "agency": name_of(desk.area, clock.agency) if clock.agency else "",
        "contact": _telephone(desk, clock.agency) if item.ring else "",
        "due": format_day(clock.due_on),
        "today": clock.due_on == desk.today,
        "late": clock.due_on < desk.today,
        "late_by": counted(late_by, "working day") if late_by > 0 else "",
        "ring": item.ring,
        "meeting_near": near,
        "if_met": clock.rule.name == "notify-panel" and undecided,
        "partial": _has_partial(desk, clock.agency),
    }


def _telephone(desk: Desk, code: AgencyCode | None) -> str:
    agency = desk.area.agency(code) if code else None
    return agency.lead.phone if agency and agency.lead else ""


def _has_partial(desk: Desk, code: AgencyCode | None) -> bool:
    agency = desk.case.agencies.get(code) if code else None
    return agency is not None and agency.partial
