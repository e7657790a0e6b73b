"""What the authority's notifier and the partners are asked to do, and when they are to stop.

The worksheet asks the notifier to notify the Panel online. Whoever was told to act hears it when
there is nothing to do any more (process, section 2, "Withdrawal"), and when there is again.
"""

from collections.abc import Iterator
from dataclasses import replace

from mailbot.core.cases.beginnings import DEATHS, said_by_staff
from mailbot.core.cases.standing import reopened_after_withdrawal
from mailbot.core.cases.told import days_told
from mailbot.core.clocks.workdays import format_day
from mailbot.core.letters.desk import (
    Desk,
    delegates_of,
    each_once,
    found_met,
    notifier_of,
    partners_of,
)
from mailbot.core.model import (
    Beginning,
    Case,
    Delivery,
    Fact,
    FactKind,
    Letter,
    LetterKind,
    Outcome,
    Person,
)
from mailbot.core.wording import short_day

DECIDED = frozenset({Outcome.MET, Outcome.NOT_MET})
#: Ends the key of the note that asks the notifier to tell the Panel of criteria not met after all.
NOT_MET_AFTER_ALL = "/notifier-not-met"


def worksheet(desk: Desk) -> Iterator[Letter]:
    """Given a desk, yield the worksheet for the online notification while it is still to be made.

    It is made anew when a withdrawn case is opened again: its reader had been told to stop. No
    day is named once it has passed: the reader was never given it.
    """
    met = found_met(desk.case)
    clock = desk.clock("notify-panel")
    if met is None or desk.case.first(FactKind.PANEL_NOTIFIED):
        return
    reopened = reopened_after_withdrawal(desk.case.facts)
    late = clock is not None and clock.due_on < desk.today
    due = None if late or clock is None else clock.due_on
    words = {
        "due": format_day(due) if due else "",
        "due_short": short_day(due) if due else "",
        "late": late,
    }
    cause = max(met.number, reopened.number if reopened else 0)
    letter = desk.letter(LetterKind.WORKSHEET, cause, to=notifier_of(desk.area), words=words)
    told = () if late else days_told((clock,))
    yield replace(letter, enclosures=("worksheet",), told=told)


def stop_notes(desk: Desk) -> Iterator[Letter]:
    """Given a desk, yield what tells the notifier and the partners that nothing is to be done."""
    yield from _not_to_notify(desk)
    yield from _death_not_to_notify(desk)
    withdrawn = desk.case.last(FactKind.WITHDRAWN)
    if not desk.case.withdrawn:
        yield from _not_called_after_all(desk)
        yield from _not_met_after_all(desk)
    if withdrawn is None:
        return
    if desk.case.withdrawn:
        yield from _panel_to_be_told(desk, withdrawn)
        yield from _dfe_to_be_told(desk, withdrawn)
        if _sent(desk.case, LetterKind.CALL_OF_PARTNERS):
            yield _to_partners(desk, withdrawn, change="call-off")
        return
    reopened = reopened_after_withdrawal(desk.case.facts)
    told = _sent(desk.case, LetterKind.CALL_OF_PARTNERS)
    if reopened and told and desk.case.criteria in DECIDED and told.number < reopened.number:
        yield _to_partners(desk, reopened, change="reopened")


def _sent(case: Case, kind: LetterKind) -> Fact | None:
    """Return the newest record that a letter of this kind was sent, or None."""
    sent = (f for f in case.all(FactKind.LETTER_SENT) if f.detail.get("kind") == kind.value)
    return max(sent, key=lambda fact: fact.number, default=None)


def _not_to_notify(desk: Desk) -> Iterator[Letter]:
    """Yield a note to the notifier whose worksheet holds no longer: once for each worksheet."""
    case = desk.case
    asked = _sent(case, LetterKind.WORKSHEET)
    stands = case.criteria is Outcome.MET and not case.withdrawn
    if asked is None or stands or case.first(FactKind.PANEL_NOTIFIED):
        return
    yield _note(desk, f"{asked.number}/do-not-notify", to=notifier_of(desk.area), change="do-not")


def _death_not_to_notify(desk: Desk) -> Iterator[Letter]:
    """Yield a note to the notifier when a death is none to be notified after all."""
    case = desk.case
    asked = _sent(case, LetterKind.DEATH_WORKSHEET)
    stands = case.beginning in DEATHS and not case.withdrawn
    if asked is None or stands or case.first(FactKind.DFE_NOTIFIED):
        return
    place = f"{asked.number}/do-not-notify"
    yield _note(desk, place, to=notifier_of(desk.area), change="do-not-dfe")


def _not_called_after_all(desk: Desk) -> Iterator[Letter]:
    """Yield a note to the partners when staff say, after the call went, that it is non-serious."""
    called, restated = _sent(desk.case, LetterKind.CALL_OF_PARTNERS), said_by_staff(desk.case)
    if called is None or restated is None or called.number > restated.number:
        return
    if desk.case.beginning == Beginning.NON_SERIOUS:
        yield _to_partners(desk, restated, change="not-called")


def _dfe_to_be_told(desk: Desk, withdrawn: Fact) -> Iterator[Letter]:
    """Yield a draft that asks the notifier to take back a death that was notified."""
    if desk.case.first(FactKind.DFE_NOTIFIED):
        place = f"{withdrawn.number}/notifier-dfe"
        letter = _note(desk, place, to=notifier_of(desk.area), change="dfe")
        yield replace(letter, delivery=Delivery.DRAFT)


def _panel_to_be_told(desk: Desk, withdrawn: Fact) -> Iterator[Letter]:
    """Yield a draft that asks the authority's notifier to tell the Panel, if it was notified."""
    if not desk.case.first(FactKind.PANEL_NOTIFIED):
        return
    place = f"{withdrawn.number}/notifier"
    letter = _note(desk, place, to=notifier_of(desk.area), change="panel")
    yield replace(letter, delivery=Delivery.DRAFT)


def panel_to_hear_not_met(case: Case) -> bool:
    """Given a case, return whether the Panel holds a notification that does not meet the criteria.

    "A notification may later be found not to meet the criteria" (process, section 2, "Withdrawal").
    """
    notified = case.first(FactKind.PANEL_NOTIFIED) is not None
    return notified and case.criteria is Outcome.NOT_MET and not case.withdrawn


def _not_met_after_all(desk: Desk) -> Iterator[Letter]:
    """Yield a draft that asks the authority's notifier to tell the Panel so."""
    case = desk.case
    if not panel_to_hear_not_met(case):
        return
    decided = [
        fact
        for fact in case.all(FactKind.CRITERIA_DECIDED, FactKind.REVIEW_DECIDED)
        if Outcome.NOT_MET in (fact.detail.get("outcome"), fact.detail.get("criteria_found"))
    ]
    cause = decided[-1].number if decided else 0
    place = f"{cause}{NOT_MET_AFTER_ALL}"
    letter = _note(desk, place, to=notifier_of(desk.area), change="panel")
    yield replace(letter, delivery=Delivery.DRAFT)


def _to_partners(desk: Desk, cause: Fact, *, change: str) -> Letter:
    people = partners_and_chair(desk)
    return _note(desk, f"{cause.number}/partners", to=people, change=change)


def partners_and_chair(desk: Desk) -> tuple[Person, ...]:
    """Given a desk, return who takes part in the call of the partners: they are one party."""
    people = [person for agency in partners_of(desk.area) for person in delegates_of(agency)]
    return each_once([*people, *([desk.area.chair] if desk.area.chair else [])])


def _note(desk: Desk, place: str, *, to: tuple[Person, ...], change: str) -> Letter:
    empty = {"agency": "", "until": "", "due": ""}
    words = {**empty, "change": change, "withdrawn": desk.case.withdrawn}
    return desk.letter(LetterKind.CHANGE_NOTE, place, to=to, words=words)
