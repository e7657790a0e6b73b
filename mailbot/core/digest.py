"""The morning digest: what needs a person, what goes out, who owes what, which days come.

Sent at 08:00 on working days to the staff of the area (process, section 5). It carries
references, dates, agencies and kinds of letter, never a name (design, promise 8).
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import groupby
from typing import Any

from mailbot.core.desk import (
    LATER,
    NON_SERIOUS,
    Office,
    delivery_of,
    held_reason,
    key_of,
    name_of,
    notifier_of,
    staff_of,
)
from mailbot.core.model import (
    AgencyCode,
    Area,
    Case,
    CaseRef,
    Clock,
    ClockState,
    Letter,
    LetterKind,
    Outcome,
)
from mailbot.core.request_letters import may_be_asked
from mailbot.core.wording import counted, full_moment, listed, short_day, spoken_day
from mailbot.core.workdays import LONDON, WorkingDays, format_day

#: How far the dates ahead reach.
AHEAD = WorkingDays(10)
AGENCY_RETURN = "agency-return"
_MONDAY = 0
_OPEN = frozenset({ClockState.RUNNING, ClockState.WAITING})

OWNER_WORDS = {
    "partners": "the partners",
    "notifier": "the authority's notifier",
    "staff": "the business unit",
    "manager": "the business unit manager",
    "panel": "the Panel",
}

KIND_WORDS = {
    LetterKind.ACKNOWLEDGEMENT: "Acknowledgement of a notification",
    LetterKind.MISSING_FIELDS: "Request for what is missing in a notification",
    LetterKind.NEW_CASE: "New case",
    LetterKind.NOTIFICATION_WAITS: "A notification waits",
    LetterKind.CALL_OF_PARTNERS: "Call of the three partners",
    LetterKind.BOARD_TOLD: "Letter to a Board member",
    LetterKind.INFORMATION_REQUEST: "Information request",
    LetterKind.WORKSHEET: "Worksheet for the online notification",
    LetterKind.RETURN_ACKNOWLEDGED: "Acknowledgement of a return",
    LetterKind.REMINDER: "Reminder",
    LetterKind.INVITATION: "Invitation to a meeting",
    LetterKind.DIGEST: "Digest",
    LetterKind.ALERT: "Alert",
    LetterKind.SUBMISSION: "Submission to the Panel",
    LetterKind.CHECKLIST: "Checklist for the submission",
    LetterKind.PANEL_ANSWER: "The Panel has answered",
    LetterKind.OUTCOME: "Outcome",
    LetterKind.CHANGE_NOTE: "Note of a change",
    LetterKind.INSTRUCTION_ANSWER: "Answer to an instruction",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """An open case with its clocks, and the agencies whose request is queued or in Drafts."""

    case: Case
    clocks: Sequence[Clock]
    asking: Collection[AgencyCode] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A message that waits for a person. `reason` is a sentence without personal data."""

    message: str  # the beginning of its key, as `mailbot queue` shows it
    since: datetime
    reason: str
    case: CaseRef | None = None
    agency: AgencyCode | None = None  # whose reminders wait meanwhile


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """A letter, as the digest mentions it: one going today, sent yesterday, or lying in Drafts."""

    kind: LetterKind
    case: CaseRef | None
    agency: AgencyCode | None = None  # it goes to; None when it goes to anybody else
    at: datetime | None = None  # when it goes, went, or was drafted
    whom: str = ""  # it goes to, where that is no agency and the kind does not say it


@dataclass(frozen=True, slots=True, kw_only=True)
class Morning:
    """All that a digest is made from; each in the order in which it is to be shown.

    `going` are the queued letters and the reminders due today; `problems` are sentences about
    letters that failed or are uncertain, and about the mailbox.
    """

    overviews: Sequence[Overview] = ()
    waiting: Sequence[Waiting] = ()
    going: Sequence[Mention] = ()
    sent: Sequence[Mention] = ()  # since the last working day began
    drafts: Sequence[Mention] = ()
    problems: Sequence[str] = ()

    @property
    def is_quiet(self) -> bool:
        """Return whether nothing is open, so that only Monday's one line is due."""
        return not (self.overviews or self.waiting or self.going or self.drafts or self.problems)


def mentioned(letter: Letter, area: Area) -> Mention:
    """Given a letter, return how a digest mentions it."""
    addresses = [person.email for person in letter.to]
    found = Mention(kind=letter.kind, case=letter.case, agency=letter.agency, at=letter.not_before)
    return addressed(found, addresses, area)


def addressed(mention: Mention, addresses: Sequence[str], area: Area) -> Mention:
    """Given a mention and its letter's addresses, return it saying to whom a reminder goes.

    A letter to staff about an agency is not a letter to that agency.
    """
    own = {person.email for person in (*area.staff, area.manager, area.duty)}
    if set(addresses) <= own:
        mention = replace(mention, agency=None)
    if mention.agency or mention.kind is not LetterKind.REMINDER:
        return mention
    notifier = {person.email for person in notifier_of(area)}
    if set(addresses) <= own:
        return replace(mention, whom="the business unit")
    return replace(
        mention, whom="the authority's notifier" if notifier & set(addresses) else "the partners"
    )


def digest(morning: Morning, *, office: Office, now: datetime) -> Letter | None:
    """Given the state of the area, return today's digest, or None when none is due.

    None on a day off, and when nothing is open on any day but a Monday. The hour is the
    caller's to keep.
    """
    area, calendar = office.area, office.calendar
    today = calendar.day_of(now)
    if not calendar.is_working_day(today) or (morning.is_quiet and today.weekday() != _MONDAY):
        return None
    return Letter(
        key=key_of(LetterKind.DIGEST, area.slug, today.isoformat()),
        kind=LetterKind.DIGEST,
        case=None,
        to=staff_of(area),
        delivery=delivery_of(LetterKind.DIGEST, area),
        not_before=now,
        words=_words(morning, office, today),
    )


def _words(morning: Morning, office: Office, today: date) -> dict[str, Any]:
    area = office.area
    waiting = sorted(morning.waiting, key=lambda w: (w.agency is None, w.since))
    late = [entry for view in morning.overviews for entry in _late(view, office, today)]
    drafts = _mentions(morning.drafts, area, today)
    undecided = [line for view in morning.overviews for line in _to_decide(view, area)]
    number = len(waiting) + len(undecided) + len(late) + len(morning.problems) + len(drafts)
    return {
        "today": format_day(today),
        "quiet": morning.is_quiet,
        "open_cases": counted(len(morning.overviews), "open case"),
        "needs": counted(number, "thing") if number else "",
        "number": number,
        "waiting": [_waiting_words(entry, area) for entry in waiting],
        "to_decide": undecided,
        "filed": area.filing == "move",
        "later": spoken_day(office.calendar.add(today, LATER)),
        "problems": list(morning.problems),
        "late": late,
        "drafts": drafts,
        "going": _mentions(morning.going, area, today),
        "sent": _mentions(morning.sent, area, today),
        "owing": [owed for view in morning.overviews if (owed := _owing(view, office, today))],
        "ahead": list(_ahead(morning.overviews, office, today)),
    }


def _waiting_words(entry: Waiting, area: Area) -> dict[str, str]:
    return {
        "case": entry.case or "",
        "agency": name_of(area, entry.agency) if entry.agency else "",
        "since": full_moment(entry.since),
        "reason": entry.reason,
        "message": entry.message,
    }


def _to_decide(view: Overview, area: Area) -> Iterator[dict[str, str]]:
    """Yield what stands still until staff say how it goes on, each with the line that says it."""
    case = view.case
    if case.criteria is Outcome.NO_AGREEMENT:
        yield {
            "case": case.ref,
            "what": "The partners do not agree on the criteria; the statutory clocks run on. Once "
            "they do, record their decision, met or not met",
            "line": "criteria: met / decided on: today / present: council, icb, police",
        }
    if case.held_reason or not may_be_asked(case):
        return
    if not case.agencies and case.beginning != NON_SERIOUS:
        yield {
            "case": case.ref,
            "what": "The criteria are decided and no agencies are chosen: nobody is being asked. "
            "Choose them",
            "line": "agencies: as proposed",
        }
    if idle := _not_asked(view):
        names = listed([name_of(area, code) for code in idle])
        verb = "is" if len(idle) == 1 else "are"
        yield {
            "case": case.ref,
            "what": f"{names} {verb} chosen and not asked. To ask, name all that are to be asked",
            "line": f"agencies: {', '.join(c for c, a in case.agencies.items() if not a.excused)}",
        }


def _not_asked(view: Overview) -> list[AgencyCode]:
    """Return the agencies that are to be asked and have no request gone, queued or drafted."""
    return [
        code
        for code, agency in view.case.agencies.items()
        if agency.requested_at is None
        and not (agency.excused or agency.answered or held_reason(view.case, code))
        and code not in view.asking
    ]


def _late(view: Overview, office: Office, today: date) -> Iterator[dict[str, Any]]:
    """Yield what is past its due day; agencies late for the same day together."""
    for group in _together(view, lambda clock: clock.due_on < today):
        due = group[0].due_on
        days = office.calendar.working_days_between(due, today)
        yield {
            "case": view.case.ref,
            "what": _what(group, office.area),
            "due": short_day(due),
            "by": f"{counted(days, 'working day')} late" if days else "late",
        }


def _owing(view: Overview, office: Office, today: date) -> dict[str, Any] | None:
    """Return who owes what in a case, first due first, or None when nobody owes anything yet."""

    def is_shown(clock: Clock) -> bool:
        start = clock.rule.digest_from
        begins = office.calendar.add(clock.due_on, WorkingDays(-start)) if start else today
        return clock.due_on >= today >= begins

    entries = [
        {
            "due": short_day(group[0].due_on),
            "today": group[0].due_on == today,
            "what": _what(group, office.area),
            "owner": "" if group[0].agency else OWNER_WORDS.get(group[0].rule.owner, ""),
            "note": _note(group, view.case, office.area),
        }
        for group in _together(view, is_shown)
    ]
    return {"case": view.case.ref, "entries": entries} if entries else None


def _together(view: Overview, is_wanted: Callable[[Clock], bool]) -> Iterator[list[Clock]]:
    """Yield the open clocks of a case by due day, those of several agencies together."""
    wanted = [clock for clock in view.clocks if clock.state in _OPEN and is_wanted(clock)]
    wanted.sort(key=lambda clock: (clock.due_on, clock.rule.name))
    for _, group in groupby(wanted, key=lambda clock: (clock.due_on, clock.rule.name)):
        yield list(group)


def _what(group: Sequence[Clock], area: Area) -> str:
    names = [name_of(area, clock.agency) for clock in group if clock.agency]
    title = group[0].rule.title
    if group[0].rule.name == AGENCY_RETURN:
        title = "Information"
    return f"{title} from {listed(names)}" if names else title


def _note(group: Sequence[Clock], case: Case, area: Area) -> str:
    """Return what else staff should know of those who owe: reminders that wait, part answers."""
    codes = {c.agency: c.state for c in group if c.agency}
    waits = [name_of(area, code) for code, s in codes.items() if s is ClockState.WAITING]
    partial = [name_of(area, code) for code in codes if case.agencies[code].partial]
    notes = [f"reminders wait for {listed(waits)}"] if waits else []
    notes += [f"{listed(partial)} has answered in part"] if partial else []
    notes += [group[0].note] if group[0].note and not codes else []
    return "; ".join(notes)


def _mentions(letters: Sequence[Mention], area: Area, today: date) -> list[dict[str, Any]]:
    """Return letters by case and kind, with the agencies they go to and their hours."""

    def place(letter: Mention) -> tuple[str, str]:
        return letter.case or "", letter.kind.value

    ordered = sorted(letters, key=place)
    return [_mention_words(list(group), area, today) for _, group in groupby(ordered, key=place)]


def _mention_words(group: Sequence[Mention], area: Area, today: date) -> dict[str, Any]:
    whom = [name_of(area, m.agency) if m.agency else m.whom for m in group]
    names = list(dict.fromkeys(filter(None, whom)))
    times = sorted(m.at for m in group if m.at)
    first = times[0].astimezone(LONDON) if times else None
    on_another_day = first is not None and first.date() != today
    day = f"{short_day(first.date())}, " if first and on_another_day else ""
    return {
        "case": group[0].case or "",
        "what": KIND_WORDS[group[0].kind],
        "to": listed(names),
        "count": counted(len(group), "letter") if len(group) > 1 and not names else "",
        "at": f"{day}{first:%H:%M}" if first else "",
    }


def _ahead(overviews: Sequence[Overview], office: Office, today: date) -> Iterator[dict[str, Any]]:
    """Yield the days until the horizon on which something is due or a meeting is held."""
    last = office.calendar.add(today, AHEAD)
    dates: dict[date, list[dict[str, str]]] = {}
    for view in overviews:
        for group in _together(view, lambda clock: today <= clock.due_on <= last):
            several = f"Information from {len(group)} agencies"
            what = several if len(group) > 1 else _what(group, office.area)
            dates.setdefault(group[0].due_on, []).append({"case": view.case.ref, "what": what})
        for day, what in _meeting(view, office):
            if today <= day <= last:
                dates.setdefault(day, []).append({"case": view.case.ref, "what": what})
    for day in sorted(dates):
        yield {"day": short_day(day), "entries": dates[day]}


def _meeting(view: Overview, office: Office) -> Iterator[tuple[date, str]]:
    meeting = view.case.meeting
    if meeting is None or meeting.held:
        return
    label = meeting.label or "rapid review"
    if isinstance(meeting.at, datetime):
        local = meeting.at.astimezone(LONDON)
        yield office.calendar.day_of(meeting.at), f"Meeting ({label}), {local:%H:%M}"
    else:
        yield meeting.at, f"Meeting ({label})"
