"""The death of a looked-after child or a care leaver: the authority's notifier notifies it online.

It is notifiable whether or not abuse or neglect is known, and by itself begins no rapid review
(process, sections 2 and 3: notify-dfe).
"""

from collections.abc import Iterator
from dataclasses import replace

from mailbot.core.cases.beginnings import DEATHS, opening_of, said_by_staff
from mailbot.core.cases.standing import reopened_after_withdrawal
from mailbot.core.cases.told import days_told
from mailbot.core.clocks.workdays import format_day
from mailbot.core.letters.desk import Desk, notifier_of
from mailbot.core.model import Beginning, Case, FactKind, Letter, LetterKind
from mailbot.core.wording import short_day


def death_worksheet(desk: Desk) -> Iterator[Letter]:
    """Given a desk, yield the worksheet for the online notification of a death still to be made.

    No day is named once it has passed: the reader was never given it.
    """
    case, opening = desk.case, opening_of(desk.case)
    if opening is None or not is_to_be_notified(case):
        return
    clock = desk.clock("notify-dfe")
    late = clock is not None and clock.due_on < desk.today
    due = None if late or clock is None else clock.due_on
    words = {
        "due": format_day(due) if due else "",
        "due_short": short_day(due) if due else "",
        "late": late,
        "care_leaver": case.beginning == Beginning.CARE_LEAVER_DEATH,
    }
    causes = [opening, said_by_staff(case), reopened_after_withdrawal(case.facts)]
    cause = max(fact.number for fact in causes if fact)
    letter = desk.letter(LetterKind.DEATH_WORKSHEET, cause, to=notifier_of(desk.area), words=words)
    yield replace(letter, enclosures=("worksheet",), told=days_told([clock] if due else []))


def is_to_be_notified(case: Case) -> bool:
    """Given a case, return whether it is a death that the authority has still to notify."""
    return case.beginning in DEATHS and case.first(FactKind.DFE_NOTIFIED) is None
