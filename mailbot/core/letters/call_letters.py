"""The call of the three partners and the chair, who are one party (process, section 5)."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, time

from mailbot.core.cases.beginnings import calls_partners, opening_of, said_by_staff
from mailbot.core.cases.standing import reopened_after_withdrawal
from mailbot.core.cases.told import days_told
from mailbot.core.clocks.workdays import WorkingDays, format_day
from mailbot.core.letters.desk import Desk
from mailbot.core.letters.panel_notes import partners_and_chair
from mailbot.core.model import Case, Fact, FactKind, Letter, LetterKind, Outcome
from mailbot.core.moments import LONDON
from mailbot.core.wording import short_day

CALL_AT = time(10, 0)
#: The proposed call leaves a working day to find three people, and two where there is time.
CALL_AFTER = WorkingDays(2)
_DECIDED = frozenset({Outcome.MET, Outcome.NOT_MET})


def call_of_partners(desk: Desk) -> Iterator[Letter]:
    """Given a desk, yield the call, with the time that is proposed or that staff have arranged.

    Anew when a withdrawn case is opened again: they had been told that the call was off. A death
    by itself begins no rapid review: then they are called only when staff arrange it.
    """
    case, opening = desk.case, opening_of(desk.case)
    if opening is None or case.criteria in _DECIDED:
        return
    arranged = case.last(FactKind.CRITERIA_CALL_ARRANGED)
    if arranged is not None:
        yield _letter(desk, arranged, at=_when(arranged))
    elif calls_partners(case):
        yield _letter(desk, _called_by(case, opening), at=None)


def call_is_overtaken(case: Case, cause: int | None) -> str | None:
    """Given the fact that a call rests on, return what has made it wrong since, or None."""
    if case.criteria in _DECIDED:
        return "The criteria are decided."
    arranged = case.last(FactKind.CRITERIA_CALL_ARRANGED)
    if arranged is not None:
        return None if arranged.number == cause else "The call was arranged for another time."
    return None if calls_partners(case) else "The partners are not called in such a case."


def _called_by(case: Case, opening: Fact) -> Fact:
    """Return what calls them: the notification, staff's word on how it began, or a reopening."""
    restated, reopened = said_by_staff(case), reopened_after_withdrawal(case.facts)
    was_called = opening.detail.get("beginning") == case.beginning
    causes = [opening] if was_called or restated is None else [restated]
    return max([*causes, *([reopened] if reopened else [])], key=lambda fact: fact.number)


def _when(arranged: Fact) -> datetime:
    return datetime.fromisoformat(str(arranged.detail["at"])).astimezone(LONDON)


def _letter(desk: Desk, cause: Fact, *, at: datetime | None) -> Letter:
    decide = desk.clock("partners-decide")
    # Nobody is asked to decide by a day that has passed: then on the next working day.
    due = decide.due_on if decide and decide.due_on >= desk.today else None
    if at is None:
        first = desk.calendar.add(desk.today, WorkingDays(1))
        proposed = desk.calendar.add(desk.today, CALL_AFTER)
        day = max(first, min(proposed, decide.due_on) if decide else proposed)
        words_at = f"{format_day(day)} at {CALL_AT:%H:%M}"
    else:
        day, words_at = at.date(), f"{format_day(at.date())} at {at:%H:%M}"
    words = {
        "due": format_day(due) if due else "",
        "due_short": short_day(due) if due else "",
        "proposed": words_at,
        "day_short": short_day(day),
        "arranged": at is not None,
        "chair": desk.area.chair is not None,
        "briefing": desk.case.beginning == "need-to-know",
    }
    letter = desk.letter(
        LetterKind.CALL_OF_PARTNERS, cause.number, to=partners_and_chair(desk), words=words
    )
    return replace(letter, told=days_told([decide] if due else []))
