"""Reminder steps that have come, gathered into at most one letter per person, case and day.

Process, section 3, "Reminders". `core.clocks.clocks` says which step of a ladder has come; this
says who owes it, and puts all that one person owes in the case into one letter.
"""

import hashlib
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from mailbot.core.cases.nhs import (
    NURSE,
    REPORT_WORDS,
    goes_through_nurse,
    nurse_of,
    nurse_protection,
)
from mailbot.core.cases.told import agency_was_given, clock_name, days_given, days_told
from mailbot.core.clocks.clocks import (
    STAFF_STEP,
    clocks_for,
    pressing,
    reminder_steps,
    step_of,
)
from mailbot.core.clocks.hours import may_go_at
from mailbot.core.clocks.workdays import WorkingDays, format_day
from mailbot.core.letters.desk import (
    MORE,
    Desk,
    contacts_of,
    delegates_of,
    each_once,
    notifier_of,
    partners_of,
    protection_for,
    staff_of,
)
from mailbot.core.letters.nhs_letters import clocks_in_charge
from mailbot.core.model import (
    AgencyCode,
    Clock,
    FactKind,
    Letter,
    LetterKind,
    Outcome,
    Per,
    Person,
    Protection,
    Step,
)
from mailbot.core.moments import (
    LONDON,
    day_of,
)
from mailbot.core.record.instructions import example
from mailbot.core.wording import (
    SHORT_TITLES,
    counted,
    name_of,
    short_day,
    with_day_ahead,
)

#: Of these together a person gets one a day in a case.
_ONE_A_DAY = frozenset({LetterKind.REMINDER.value, LetterKind.HEALTH_SUMMARY.value})

#: Steps when the meeting is two working days away or less.
MEETING_STEP = "meeting"
LEAD_STEP = f"{MEETING_STEP} lead"  # to the lead alone: the agency's own letter is still to come

#: What a clock waits for -> the label with which staff record it by mail.
RECORDED_WITH = {
    "partners-decide": "criteria",
    "review-meeting": "held",
    "submission": "submission sent",
    "panel-answer": "panel answer",
    "agency-return": "extend",
} | dict.fromkeys(REPORT_WORDS, "report")


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One thing that a party owes, with the steps that its mention covers."""

    clock: Clock
    steps: tuple[Step, ...]
    party: str  # an agency's code, "partners", "notifier" or "staff"
    to: tuple[Person, ...]
    cc: tuple[Person, ...] = ()
    ring: bool = False  # staff are to ring

    @property
    def is_agencys_own(self) -> bool:
        """Whether an agency is told what it owes itself."""
        return self.clock.rule.per is Per.AGENCY and not self.ring

    @property
    def ends(self) -> bool:
        """Whether the ladder has ended with it."""
        return self.ring and not any(s.step.startswith(MEETING_STEP) for s in self.steps)


def reminders_due(desk: Desk) -> Iterator[Letter]:
    """Given a desk, yield the reminders whose hour has come, each person in at most one of them.

    None on a day off, before the area's hour, or to anybody reminded in this case today.
    """
    local = desk.now.astimezone(LONDON).time()
    if not desk.calendar.is_working_day(desk.today) or local < desk.area.reminders_at:
        return
    reached = reached_today(desk)
    items = [item for clock in desk.clocks for item in items_of(desk, clock)]
    items += _leads_at_once(desk, items, reached)
    owed: dict[str, list[Item]] = {}
    people: dict[str, Person] = {}
    for item in items:
        for person in item.to:
            if person.email not in reached:
                people.setdefault(person.email, person)
                owed.setdefault(person.email, []).append(item)
    _nhs_besides(desk, items, owed, people)
    _escalated(items, owed)
    covered: Counter[Step] = Counter()
    for emails, theirs in _grouped(owed):
        letter = _reminder(desk, [people[email] for email in emails], theirs)
        copied = [p for p in letter.cc if p.email not in owed and p.email not in reached]
        letter = replace(letter, cc=tuple(copied), steps=_told_apart(letter.steps, covered))
        if letter.key not in desk.written.keys:
            reached |= {person.email for person in (*letter.to, *letter.cc)}
            yield letter


def _leads_at_once(desk: Desk, items: Iterable[Item], reached: Collection[str]) -> Iterator[Item]:
    """Yield what a lead hears alone: the meeting is near, and the agency had its letter today."""
    for item in items:
        if not item.is_agencys_own or not all(person.email in reached for person in item.to):
            continue
        near = (replace(s, step=LEAD_STEP) for s in item.steps if s.step == MEETING_STEP)
        steps = tuple(step for step in near if step not in desk.written.steps)
        if steps:
            yield replace(item, steps=steps, to=item.cc, cc=())


def _nhs_besides(
    desk: Desk, items: Sequence[Item], owed: dict[str, list[Item]], people: dict[str, Person]
) -> None:
    """Put what the trusts owe into the letter of the designated nurse, if she is to get one today.

    On every other day it stands in her morning's summary, which leaves such a case out.
    """
    reached = reached_today(desk)
    for nurse in nurse_of(desk.area):
        if nurse.email in reached or not is_reminded(nurse, items):
            continue
        theirs = [
            Item(clock=clock, steps=(), party=NURSE, to=(nurse,))
            for clock in clocks_in_charge(desk)
        ]
        if theirs:
            people.setdefault(nurse.email, nurse)
            owed.setdefault(nurse.email, []).extend(theirs)


def is_reminded(person: Person, items: Iterable[Item]) -> bool:
    """Given the items of a day, say whether a reminder with one of them goes to a person."""
    return any(person.email in {p.email for p in (*item.to, *item.cc)} for item in items)


def _escalated(items: Sequence[Item], owed: dict[str, list[Item]]) -> None:
    """Put what an agency owes into the letter of a lead who owes anything else that day.

    She would have had a copy of the agency's letter, and gets one letter a day.
    """
    for item in items:
        if item.is_agencys_own:
            for person in item.cc:
                theirs = owed.get(person.email, [])
                if theirs and all(own.clock is not item.clock for own in theirs):
                    theirs.append(item)


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
    due_hour = clock.due_at and may_go_at(
        LetterKind.REMINDER, clock.due_at, area=desk.area, calendar=desk.calendar
    )
    calendar, today = desk.calendar, desk.today
    yield from reminder_steps(clock, calendar, today, now=desk.now, due_hour=due_hour)
    if not pressing(clock, desk.case, desk.calendar, desk.today):
        return
    step = step_of(clock, MEETING_STEP)
    # Counted from the request: a meeting that was arranged since is what this step tells of.
    agency = desk.case.agencies.get(clock.agency) if clock.agency else None
    asked = agency.requested_at if agency else None
    if asked is None or desk.today >= desk.calendar.add(
        desk.calendar.day_of(asked), WorkingDays(2)
    ):
        yield step
    yield replace(step, step=MEETING_STEP + STAFF_STEP)


def _owner(desk: Desk, clock: Clock) -> tuple[str, tuple[Person, ...], tuple[Person, ...]]:
    """Return the party that owes it, to whom the reminder goes, and who gets a copy."""
    area = desk.area
    match clock.rule.owner:
        case "agency":
            return _agency_as_owner(desk, clock)
        case "partners":
            silent = _partners_without_view(desk)
            return ("partners", silent, ()) if silent else ("staff", staff_of(area), ())
        case "partners-and-staff":
            to = each_once([p for a in partners_of(area) for p in delegates_of(a)])
            return "partners", to, tuple(p for p in staff_of(area) if p not in to)
        case "notifier":
            to = notifier_of(area)
            return "notifier", to, tuple(p for p in staff_of(area) if p not in to)
        case "manager":
            return "manager", (area.manager,), ()
        case "designated-nurse":
            return NURSE, (), ()  # reminded by the morning's summary alone
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
    if goes_through_nurse(desk.case, agency.code):
        return agency.code, lead, ()  # its contact's part is the nurse's, in her summary
    to = contacts_of(agency)
    return agency.code, to, tuple(p for p in lead if p.email not in {t.email for t in to})


def _partners_without_view(desk: Desk) -> tuple[Person, ...]:
    """Return who takes part for those partners whose view is not recorded.

    Nobody when all have told theirs: what is still to come is for staff to record, or to arrange.
    """
    heard = {fact.detail.get("role") for fact in desk.case.all(FactKind.PARTNER_VIEW)}
    silent = [a for a in partners_of(desk.area) if a.partner and a.partner.value not in heard]
    return each_once([person for agency in silent for person in delegates_of(agency)])


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
        if fact.detail.get("kind") in _ONE_A_DAY and fact.recorded_at >= start
        for address in fact.detail.get("to") or ()
    }


def _reminder(desk: Desk, to: Sequence[Person], items: Sequence[Item]) -> Letter:
    """Return one letter that covers everything these people owe in the case."""
    codes = {item.clock.agency for item in items}
    code = codes.pop() if len(codes) == 1 else None
    person = hashlib.sha256(to[0].email.encode()).hexdigest()[:8]
    entries = sorted(items, key=lambda item: item.clock.due_on)
    listed = [_item_words(desk, item) for item in entries]
    dated = [i.clock.due_on for i, w in zip(entries, listed, strict=True) if not w["as_soon"]]
    earliest = min(dated, default=None)
    subjects = dict.fromkeys(SHORT_TITLES.get(item.clock.rule.name, "") for item in entries)
    words = {
        "items": listed,
        "late": any(entry["late"] for entry in listed),
        "ring": all(item.ring for item in items),
        "last": all(item.ends for item in items),
        "by_agency": all(item.is_agencys_own for item in items),
        "due": format_day(earliest) if earliest and len(items) == 1 else "",
        "due_short": short_day(earliest) if earliest else "",
        "agency": name_of(desk.area, code) if code and _is_about_it(items) else "",
        "about": "".join(subjects) if len(subjects) == 1 else counted(len(items), "thing"),
        "examples": list(_examples(desk, items)),
    }
    key = f"{desk.today.isoformat()}/{person}"
    letter = desk.letter(LetterKind.REMINDER, key, to=to, words=words)
    return replace(
        letter,
        cc=each_once([p for item in items for p in item.cc]),
        agency=code,
        round=items[0].clock.round if code else 0,
        steps=tuple(dict.fromkeys(step for item in items for step in item.steps)),
        told=days_told(i.clock for i, w in zip(entries, listed, strict=True) if not w["as_soon"]),
        protection=_protection(desk, items),
    )


def _is_about_it(items: Sequence[Item]) -> bool:
    """Return whether the subject names the agency: it owes information, or is to be rung."""
    return all(item.ring or item.clock.rule.per is Per.AGENCY for item in items)


def _examples(desk: Desk, items: Sequence[Item]) -> Iterator[str]:
    """Yield the lines with which staff record what they are reminded of, each kind once."""
    seen: set[str] = set()
    for item in items:
        head = RECORDED_WITH.get(item.clock.rule.name)
        if head is None or head in seen or item.party not in {"staff", "manager"}:
            continue
        seen.add(head)
        if head == "report":
            yield f"report: {item.clock.agency} {REPORT_WORDS[item.clock.rule.name]}"
            continue
        if head == "extend":  # what staff hear when they ring: nothing known, or when it comes
            yield f"return: {item.clock.agency} nil"
        ahead = desk.calendar.add(desk.today, MORE) if head == "extend" else desk.later
        line = with_day_ahead(example(head), ahead)
        yield line.replace("police", item.clock.agency) if item.clock.agency else line


def _protection(desk: Desk, items: Sequence[Item]) -> Protection:
    """Return how the mail of the agency that is reminded is protected; staff's own is not."""
    if any(item.party == NURSE for item in items):
        return nurse_protection(desk.area)
    own = {item.clock.agency for item in items if item.is_agencys_own}
    found = [protection_for(desk.area, code) for code in own if code]
    return next((p for p in found if p is not Protection.TLS), Protection.TLS)


def _item_words(desk: Desk, item: Item) -> dict[str, Any]:
    clock = item.clock
    late_by = desk.calendar.working_days_between(clock.due_on, desk.today)
    near = any(step.step.startswith(MEETING_STEP) for step in item.steps)
    undecided = desk.case.criteria not in {Outcome.MET, Outcome.NOT_MET}
    late = clock.due_on < desk.today
    as_soon = late and _was_never_given(desk, item)
    meeting = _meeting_moved_it(desk, clock) if item.is_agencys_own else ""
    return {
        "clock": clock.rule.name,
        "title": clock.rule.title,
        "agency": name_of(desk.area, clock.agency) if clock.agency else "",
        "what": REPORT_WORDS.get(clock.rule.name, "information"),
        "contact": _to_ring(desk, clock) if item.ring else "",
        "due": format_day(clock.due_on),
        "by": f"{clock.due_at.astimezone(LONDON):%H:%M}" if clock.due_at else "17:00",
        "today": clock.due_on == desk.today,
        "late": late and not as_soon,
        "late_by": counted(late_by, "working day") if late_by > 0 else "",
        "as_soon": as_soon,
        "ring": item.ring,
        "meeting_near": near,
        "meeting": meeting,
        "after_panel": clock.rule.name == "submission" and not _panel_is_notified(desk),
        "if_met": clock.rule.name == "notify-panel" and undecided,
        "partial": item.is_agencys_own and _has_partial(desk, clock.agency),
    }


def _was_never_given(desk: Desk, item: Item) -> bool:
    """Return whether the due day has passed, and its owner, outside the unit, never knew of it.

    Nobody is told that they missed a date they were never given; its lateness is for staff.
    """
    clock = item.clock
    if item.ring or item.party in {"staff", "manager"}:
        return False
    if clock.first_told_on is not None and clock.due_on < clock.first_told_on:
        return True
    if clock.rule.per is Per.TRUST:
        return False  # the request gave it, and every morning's summary since
    name = clock_name(clock.rule.name, clock.agency)
    given = days_given(desk.case, name, {person.email for person in item.to})
    return clock.due_on not in given and not agency_was_given(desk.case, clock)


def _panel_is_notified(desk: Desk) -> bool:
    return desk.case.first(FactKind.PANEL_NOTIFIED) is not None


def _meeting_moved_it(desk: Desk, clock: Clock) -> str:
    """Return the day of a meeting arranged since the request that brought the due day forward."""
    meeting = desk.case.meeting
    requests = desk.case.all(FactKind.INFORMATION_REQUESTED)
    asked = max((f.number for f in requests if f.agency == clock.agency), default=0)
    if meeting is None or meeting.held or meeting.fact <= asked:
        return ""
    without = replace(desk.case, meeting=None)
    clocks = clocks_for(without, desk.office.rules, desk.calendar, today=desk.today)
    same = (clock.rule.name, clock.agency)
    before = next((c for c in clocks if (c.rule.name, c.agency) == same), None)
    if before is None or before.due_on <= clock.due_on:
        return ""
    return format_day(day_of(meeting.at))


def _to_ring(desk: Desk, clock: Clock) -> str:
    """Return whom staff ring: the designated nurse about a trust's report, else the lead."""
    agency = desk.area.agency(clock.agency) if clock.agency else None
    nurse = desk.area.designated_nurse
    if clock.rule.per is Per.TRUST and nurse is not None:
        return ", ".join(filter(None, ("the designated nurse", nurse.name, nurse.phone)))
    if agency is None or agency.lead is None:
        return ""
    return ", ".join(filter(None, ("its safeguarding lead", agency.lead.name, agency.lead.phone)))


def _has_partial(desk: Desk, code: AgencyCode | None) -> bool:
    agency = desk.case.agencies.get(code) if code else None
    return agency is not None and agency.partial
