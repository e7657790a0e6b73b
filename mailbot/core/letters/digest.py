"""The morning digest: what needs a person, what goes out, who owes what, which days come.

Sent at 08:00 on working days to the staff of the area (process, section 5). It carries
references, dates, agencies and kinds of letter, never a name (design, promise 8).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import groupby
from typing import Any

from mailbot.core.cases.holds import held_reason
from mailbot.core.cases.nhs import nhs_questions
from mailbot.core.clocks.workdays import format_day
from mailbot.core.letters.beginning_questions import beginning_questions
from mailbot.core.letters.desk import (
    MORE,
    NON_SERIOUS,
    Office,
    area_letter,
    notifier_of,
    staff_of,
)
from mailbot.core.letters.digest_lists import (
    SHOWN,
    Overview,
    ahead_of,
    late_of,
    owing_of,
    told_together,
)
from mailbot.core.letters.forecast import Expected
from mailbot.core.letters.meeting_letters import meeting_questions
from mailbot.core.letters.request_letters import may_be_asked
from mailbot.core.model import (
    AgencyCode,
    Area,
    CaseRef,
    Letter,
    LetterKind,
    Outcome,
)
from mailbot.core.moments import LONDON
from mailbot.core.record.commissioning import steps_missing
from mailbot.core.wording import (
    counted,
    full_moment,
    listed,
    name_of,
    short_day,
    spoken_day,
)

_MONDAY = 0

KIND_WORDS = {
    LetterKind.ACKNOWLEDGEMENT: "Acknowledgement of a notification",
    LetterKind.MISSING_FIELDS: "Request for what is missing in a notification",
    LetterKind.NEW_CASE: "New case",
    LetterKind.NOTIFICATION_WAITS: "A notification waits",
    LetterKind.CALL_OF_PARTNERS: "Call of the three partners",
    LetterKind.BOARD_TOLD: "Letter to a Board member",
    LetterKind.INFORMATION_REQUEST: "Information request",
    LetterKind.WORKSHEET: "Worksheet for the online notification",
    LetterKind.DEATH_WORKSHEET: "Worksheet for the notification of a death",
    LetterKind.RETURN_ACKNOWLEDGED: "Acknowledgement of a return",
    LetterKind.HEALTH_REPORT_REQUEST: "Request for health reports",
    LetterKind.HEALTH_SUMMARY: "Summary for the designated nurse",
    LetterKind.HEALTH_REPORT_ARRIVED: "A health report for the Case Review Group",
    LetterKind.REMINDER: "Reminder",
    LetterKind.INVITATION: "Invitation to a meeting",
    LetterKind.MEETING_TO_ARRANGE: "A meeting is to be arranged",
    LetterKind.QUORUM_IN_DOUBT: "The quorum of a meeting is in doubt",
    LetterKind.DIGEST: "Digest",
    LetterKind.ALERT: "Alert",
    LetterKind.SUBMISSION: "Submission to the Panel",
    LetterKind.CHECKLIST: "Checklist for the submission",
    LetterKind.PANEL_ANSWER: "The Panel has answered",
    LetterKind.OUTCOME: "Outcome",
    LetterKind.CHANGE_NOTE: "Note of a change",
    LetterKind.INSTRUCTION_ANSWER: "Answer to an instruction",
    LetterKind.SAFETY_REPLY: "Safety reply to a referral",
    LetterKind.FURTHER_SUBMISSION: "Further information for the Panel",
    LetterKind.SAME_INCIDENT: "Perhaps one incident",
}


#: Letters about a trust that do not go to it: they say of which trust, and not "to".
_ABOUT_A_TRUST = frozenset({LetterKind.HEALTH_REPORT_REQUEST, LetterKind.HEALTH_REPORT_ARRIVED})


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


def foreseen(letter: Expected, area: Area) -> Mention:
    """Given a letter that is to go today, return how a digest mentions it."""
    found = Mention(kind=letter.kind, case=letter.case, agency=letter.agency, at=letter.at)
    return addressed(found, letter.to, area)


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
    words = _words(morning, office, today)
    return area_letter(LetterKind.DIGEST, office, now=now, to=staff_of(area), words=words)


def _words(morning: Morning, office: Office, today: date) -> dict[str, Any]:
    area = office.area
    lists = _lists(morning, office, today)
    drafts = _mentions(morning.drafts, area, today)
    needs = (lists["waiting"], lists["to_decide"], lists["late"], morning.problems, drafts)
    number = sum(map(len, needs))
    sent = _mentions(morning.sent, area, today)
    goes = {letter.kind for letter in morning.going}
    reminded = [m.agency for m in morning.going if m.kind is LetterKind.REMINDER and m.agency]
    return {
        "today": format_day(today),
        "quiet": morning.is_quiet,
        "open_cases": counted(len(morning.overviews), "open case"),
        "needs": counted(number, "thing") if number else "",
        "number": number,
        "filed": area.filing == "move",
        "later": spoken_day(office.calendar.add(today, MORE)),
        "stops": {
            "requests": LetterKind.INFORMATION_REQUEST in goes,
            "reminder_to": next(iter(reminded), ""),
            "all": any(letter.case for letter in morning.going),
        },
        "drafts": drafts if len(drafts) <= SHOWN else _by_kind(morning.drafts),
        "sent": sent if len(sent) <= SHOWN else _by_kind(morning.sent),
        "ahead": ahead_of(morning.overviews, office, today),
        **{name: list(entries[:SHOWN]) for name, entries in lists.items()},
        "more": {name: max(0, len(entries) - SHOWN) for name, entries in lists.items()},
    }


def _lists(morning: Morning, office: Office, today: date) -> dict[str, Sequence[Any]]:
    """Return what is told in full up to a number of entries; how many more there are is said."""
    area = office.area
    waiting = sorted(morning.waiting, key=lambda w: (w.agency is None, w.since))
    undecided = [
        line
        for view in morning.overviews
        for line in (*_to_decide(view, area), *beginning_questions(view.case, office, today))
    ]
    undecided += [line for view in morning.overviews for line in _on_meetings(view, office, today)]
    going: Sequence[Mapping[str, Any]] = _mentions(morning.going, area, today)
    going = going if len(going) <= SHOWN else told_together(going)
    return {
        "waiting": [_waiting_words(entry, area) for entry in waiting],
        "to_decide": told_together(undecided),
        "problems": morning.problems,
        "late": told_together(late_of(morning.overviews, office, today)),
        "going": sorted(going, key=lambda entry: str(entry["at"])),
        "owing": owing_of(morning.overviews, office, today),
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
    if missing := steps_missing(case):
        yield {
            "case": case.ref,
            "what": f"The review is to be commissioned; still to be recorded: {listed(missing)}",
            "line": f"commissioning: {missing[0]}, today",
        }
    for what, line in nhs_questions(case, area):
        yield {"case": case.ref, "what": what, "line": line}
    if case.held_reason or not may_be_asked(case):
        return
    if not case.agencies and case.beginning != NON_SERIOUS and not case.decision_stands:
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


def _mentions(letters: Sequence[Mention], area: Area, today: date) -> list[dict[str, Any]]:
    """Return letters by case and kind, with the agencies they go to and their hours."""

    def place(letter: Mention) -> tuple[str, str]:
        return letter.case or "", letter.kind.value

    ordered = sorted(letters, key=place)
    return [_mention_words(list(group), area, today) for _, group in groupby(ordered, key=place)]


def _by_kind(letters: Sequence[Mention]) -> list[dict[str, Any]]:
    """Return a line for each kind of letter, for a morning after many."""
    found: dict[LetterKind, list[Mention]] = {}
    for letter in letters:
        found.setdefault(letter.kind, []).append(letter)
    return [
        {
            "case": "",
            "what": KIND_WORDS[kind],
            "to": "",
            "count": f"{counted(len(them), 'letter')} in "
            f"{counted(len({letter.case for letter in them}), 'case')}",
            "at": "",
        }
        for kind, them in found.items()
    ]


def _mention_words(group: Sequence[Mention], area: Area, today: date) -> dict[str, Any]:
    whom = [name_of(area, m.agency) if m.agency else m.whom for m in group]
    names = list(dict.fromkeys(filter(None, whom)))
    times = sorted(m.at for m in group if m.at)
    first = times[0].astimezone(LONDON) if times else None
    on_another_day = first is not None and first.date() != today
    day = f"{short_day(first.date())}, " if first and on_another_day else ""
    about = group[0].kind in _ABOUT_A_TRUST
    return {
        "case": group[0].case or "",
        "what": f"{KIND_WORDS[group[0].kind]}{f' ({listed(names)})' if about and names else ''}",
        "to": "" if about else listed(names),
        "count": counted(len(group), "letter") if len(group) > 1 and not names else "",
        "at": f"{day}{first:%H:%M}" if first else "",
    }


def _on_meetings(view: Overview, office: Office, today: date) -> Iterator[dict[str, str]]:
    now = office.calendar.moment(today, office.area.digest_at)
    yield from meeting_questions(view.case, view.clocks, office=office, now=now)
