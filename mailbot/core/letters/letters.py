"""Clocks, letters already written and the time: which letters are due, which are withdrawn.

Each family of letters has its own module (opening, request, decision, reminders, digest); this
one brings them together, and is what the rest of mailbot calls.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from mailbot.core.cases.merging import is_written_already, merged_away
from mailbot.core.letters.call_letters import call_is_overtaken
from mailbot.core.letters.checklist import recorded_since
from mailbot.core.letters.death_letters import is_to_be_notified
from mailbot.core.letters.decision_letters import (
    decision_letters,
    known_to,
    outcome_letters,
    submission_key,
)
from mailbot.core.letters.desk import Desk, Office, Written, criteria_decided
from mailbot.core.letters.further_submission import asked_for_more, further_key
from mailbot.core.letters.held_letters import held_back
from mailbot.core.letters.invitations import calling_off, calls_off
from mailbot.core.letters.meeting_letters import overtaken_by_the_meeting
from mailbot.core.letters.nhs_letters import nhs_letters, nhs_stop_notes
from mailbot.core.letters.opening_letters import opening_letters
from mailbot.core.letters.panel_notes import NOT_MET_AFTER_ALL, panel_to_hear_not_met
from mailbot.core.letters.reminders import reminders_due
from mailbot.core.letters.request_letters import (
    change_notes,
    may_be_asked,
    replaced_choice,
    request_letters,
    return_clock_if_asked,
)
from mailbot.core.model import (
    AgencyCode,
    Case,
    CaseRef,
    Clock,
    ClockState,
    FactKind,
    Letter,
    LetterKey,
    LetterKind,
    Outcome,
    Step,
)
from mailbot.core.wording import listed

DAY = timedelta(days=1)
#: Mail for staff that only says what has happened: neither a hold nor the case's end stops it.
_ALWAYS_WANTED = frozenset(
    {
        LetterKind.ALERT,
        LetterKind.DIGEST,
        LetterKind.INSTRUCTION_ANSWER,
        LetterKind.NOTIFICATION_WAITS,
        LetterKind.SAFETY_REPLY,
    }
)
_AT_THE_END = frozenset({LetterKind.OUTCOME, LetterKind.CHANGE_NOTE})
_ON_THE_CRITERIA = frozenset({LetterKind.BOARD_TOLD})
_ON_THE_DECISION = frozenset({LetterKind.CHECKLIST, LetterKind.OUTCOME, LetterKind.SUBMISSION})
_WHILE_MET = frozenset({LetterKind.CHECKLIST, LetterKind.SUBMISSION, LetterKind.WORKSHEET})


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuedLetter:
    """What the outbox still knows of a letter: enough to withdraw it or to record it as sent."""

    key: LetterKey
    kind: LetterKind
    case: CaseRef | None
    agency: AgencyCode | None = None
    round: int = 0
    steps: tuple[Step, ...] = ()
    to: tuple[str, ...] = ()  # addresses, copies included
    queued_at: datetime | None = None
    due_on: date | None = None  # the day by which a request says it is to be answered
    drafted: bool = False  # it lies in Drafts for a person to send
    told: tuple[tuple[str, date], ...] = ()  # the due days it names, by clock


def letters_due(
    case: Case,
    clocks: Sequence[Clock],
    *,
    office: Office,
    written: Written,
    now: datetime,
) -> tuple[Letter, ...]:
    """Given a case and its clocks, return every letter they justify now and nobody has written.

    Letters caused by facts come first, then reminders. While the case is on hold only what nothing
    keeps back; once it is withdrawn or closed, only those that tell its end. Run again with what
    was returned as `written`, it returns nothing.
    """
    desk = Desk(case=case, clocks=clocks, office=office, now=now, written=written)
    return tuple(
        letter
        for letter in _justified(desk)
        if letter.key not in written.keys and not is_written_already(letter, case)
    )


def _justified(desk: Desk) -> Iterator[Letter]:
    for letter in _by_the_case(desk):
        if not held_back(letter.kind, desk.case, letter.agency, cause_of(letter.key)):
            yield letter


def _by_the_case(desk: Desk) -> Iterator[Letter]:
    if desk.case.merged_into:
        return
    if desk.case.withdrawn:
        yield from change_notes(desk)
        yield from nhs_stop_notes(desk)
        yield from calling_off(desk)
        return
    if desk.case.closed:
        yield from outcome_letters(desk)
        return
    yield from opening_letters(desk)
    yield from request_letters(desk)
    yield from decision_letters(desk)
    yield from nhs_letters(desk)
    yield from change_notes(desk)
    yield from reminders_due(desk)


# --- withdrawn before sending -----------------------------------------------------------------


def no_longer_wanted(letter: QueuedLetter, case: Case, clocks: Sequence[Clock]) -> str | None:
    """Given a letter that has not gone, return why it must not go any more, or None.

    Asked again at the moment of sending: the thing may have arrived since (process, section 3);
    and of a draft whenever its case has changed. What a hold keeps back is still wanted.
    """
    if letter.kind in _ALWAYS_WANTED:
        return None
    return (
        merged_away(case)
        or _case_is_over(letter, case)
        or _cause_is_gone(letter, case)
        or _overtaken(letter, case)
        or _step_is_stale(letter, clocks)
    )


def _case_is_over(letter: QueuedLetter, case: Case) -> str | None:
    if letter.kind in _AT_THE_END or calls_off(letter.key, case):
        return None
    if case.withdrawn:
        return "The notification was withdrawn."
    return "The case is closed." if case.closed else None


def cause_of(key: LetterKey) -> int | None:
    """Given a letter's key, return the number of the fact that caused it; None for a reminder."""
    parts = key.split("/")
    return int(parts[2]) if len(parts) > 2 and parts[2].isdigit() else None


def _cause_is_gone(letter: QueuedLetter, case: Case) -> str | None:
    cause = cause_of(letter.key)
    if cause is None or any(fact.number == cause for fact in case.facts):
        return None
    return "The entry it rests on was taken back."


def _overtaken(letter: QueuedLetter, case: Case) -> str | None:
    """Return what has happened since that makes a letter caused by a fact wrong."""
    cause = cause_of(letter.key)
    decided = criteria_decided(case)
    if letter.kind in _ON_THE_CRITERIA and (decided is None or decided.number != cause):
        return "The criteria were decided anew."
    if letter.kind in _WHILE_MET and case.criteria is not Outcome.MET:
        return "The criteria do not stand as met."
    if letter.kind in _ON_THE_DECISION and _decided_anew(letter, case, cause):
        return "The decision was recorded anew, or does not stand."
    return _about_the_panel(letter, case, cause) or _done_since(letter, case, cause)


def _about_the_panel(letter: QueuedLetter, case: Case, cause: int | None) -> str | None:
    """Return what has happened between the Panel and us that makes a letter wrong."""
    match letter.kind:
        case LetterKind.WORKSHEET if case.first(FactKind.PANEL_NOTIFIED):
            return "The Panel has been notified."
        case LetterKind.SUBMISSION if case.first(FactKind.SUBMISSION_SENT):
            return "A submission has been sent."
        case LetterKind.FURTHER_SUBMISSION | LetterKind.PANEL_ANSWER:
            answer = asked_for_more(case) or case.last(FactKind.PANEL_ANSWERED)
            settled = answer is None or answer.number != cause
            return "What the Panel wrote is settled." if settled else None
        case LetterKind.CHANGE_NOTE if not case.withdrawn:
            told = next((fact for fact in case.facts if fact.number == cause), None)
            withdrawn = told is not None and told.kind is FactKind.WITHDRAWN
            if letter.key.endswith(NOT_MET_AFTER_ALL) and not panel_to_hear_not_met(case):
                return "The criteria were decided anew."
            return "The case is open again." if withdrawn else None
        case _:
            return None


def _done_since(letter: QueuedLetter, case: Case, cause: int | None) -> str | None:
    """Return what has been done since that makes a letter wrong."""
    if letter.kind is LetterKind.CALL_OF_PARTNERS:
        return call_is_overtaken(case, cause)
    if letter.kind is LetterKind.DEATH_WORKSHEET and not is_to_be_notified(case):
        return "The death has been notified, or is none that is."
    if letter.kind is LetterKind.HEALTH_REPORT_REQUEST and case.nhs is None:
        return "No NHS incident is flagged any more."
    if letter.kind is LetterKind.INVITATION:
        return None if calls_off(letter.key, case) else _meeting_changed(case, cause)
    if why := overtaken_by_the_meeting(letter.kind, letter.key, case):
        return why
    if letter.kind is LetterKind.INFORMATION_REQUEST:
        return _not_to_be_asked(letter, case)
    return None


def _decided_anew(letter: QueuedLetter, case: Case, cause: int | None) -> bool:
    if case.decision is None or case.decision.number != cause:
        return True
    return letter.kind is not LetterKind.CHECKLIST and not case.decision_stands


def _meeting_changed(case: Case, cause: int | None) -> str | None:
    if case.meeting is None or case.meeting.fact != cause:
        return "The meeting was moved or cancelled."
    if case.meeting.uid:
        return "Staff have sent an invitation of their own."
    return "The meeting was held." if case.meeting.held else None


def _not_to_be_asked(letter: QueuedLetter, case: Case) -> str | None:
    agency = case.agencies.get(letter.agency) if letter.agency else None
    if agency is None:
        return "The agency is no longer among those to ask."
    if agency.excused:
        return "The agency was excused."
    if agency.round >= letter.round:
        return "The agency has been asked already."
    if agency.answered and letter.round <= 1:
        return "The agency has answered."
    if replaced_choice(case, agency, letter.key):
        return "The agencies were chosen anew."
    return None


def _step_is_stale(letter: QueuedLetter, clocks: Sequence[Clock]) -> str | None:
    """Return why a reminder no longer holds: one thing that is no longer owed is enough."""
    for step in letter.steps:
        found = (c for c in clocks if (c.rule.name, c.agency) == (step.clock, step.agency))
        clock = next(found, None)
        if clock is None or clock.state is ClockState.NOT_APPLICABLE:
            return "What it reminds of is no longer asked for."
        if clock.state is ClockState.STOPPED:
            return "What it reminds of has been done."
        if clock.state is ClockState.WAITING:
            return "Reminders wait for a person."
        if (clock.round, clock.due_on) != (step.round, step.due_on):
            return "The due day has changed."
    return None


# --- out of date ------------------------------------------------------------------------------


def out_of_date(letter: QueuedLetter, case: Case, *, office: Office, now: datetime) -> str | None:
    """Given a letter that has not gone, return why it must be written anew, or None.

    The letter itself is still wanted; what it says no longer fits: a reminder of another day, a
    request that names a due day its clock would not show, a report that lacks what came since.
    """
    desk = Desk(case=case, clocks=(), office=office, now=now)
    match letter.kind:
        case LetterKind.REMINDER:
            return _of_another_day(letter, desk)
        case LetterKind.INFORMATION_REQUEST:
            return _criteria_changed(letter, case) or _names_another_day(letter, desk)
        case LetterKind.SUBMISSION | LetterKind.CHECKLIST | LetterKind.FURTHER_SUBMISSION:
            return _record_went_on(letter, desk)
        case _:
            return None


def _of_another_day(letter: QueuedLetter, desk: Desk) -> str | None:
    """Return that a reminder is of an earlier day; in Drafts it lies until it is written anew."""
    if letter.queued_at is None or desk.calendar.day_of(letter.queued_at) >= desk.today:
        return None
    hour = desk.calendar.moment(desk.today, desk.area.reminders_at)
    if letter.drafted and (desk.now < hour or not desk.calendar.is_working_day(desk.today)):
        return None
    return "It was written for an earlier day."


def _criteria_changed(letter: QueuedLetter, case: Case) -> str | None:
    """Return whether a request may say what no longer stands: it tells the agency the criteria."""
    if not may_be_asked(case):
        return "The criteria are no longer decided."
    found = [f for f in case.all(FactKind.REVIEW_DECIDED) if f.detail.get("criteria_found")]
    decided = filter(None, (criteria_decided(case), *found))
    if letter.queued_at and any(fact.recorded_at > letter.queued_at for fact in decided):
        return "The criteria were decided anew."
    return None


def _names_another_day(letter: QueuedLetter, desk: Desk) -> str | None:
    """Return whether the due day that a request names is another than its clock would show.

    In Drafts it may lie a while: there the day is honoured as long as it lies ahead, and no
    later than it would be now.
    """
    agency = desk.case.agencies.get(letter.agency) if letter.agency else None
    if agency is None or letter.due_on is None:
        return None
    clock = return_clock_if_asked(desk, agency, at=desk.now, number=letter.round)
    would_be = clock.due_on if clock else letter.due_on
    first, last = (desk.today + DAY, would_be) if letter.drafted else (would_be, would_be)
    fits = first <= letter.due_on <= last
    return None if fits else "The due day that it names no longer fits."


def _record_went_on(letter: QueuedLetter, desk: Desk) -> str | None:
    further = letter.kind is LetterKind.FURTHER_SUBMISSION
    now = further_key(desk.case) if further else submission_key(letter.kind, desk.case)
    if letter.key == now:
        return None
    since = recorded_since(desk.case, known_to(letter.key), desk.area)
    what = f": {listed(since)}" if since else ""
    return f"The record has changed since it was written{what}."
