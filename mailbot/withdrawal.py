"""Taking letters back before they go: what no longer holds, and what must be written anew."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from mailbot.casework import case_of, clocks_of, refresh
from mailbot.core.letters.letters import QueuedLetter, no_longer_wanted, out_of_date
from mailbot.core.model import Case, Clock, LetterKey, LetterKind
from mailbot.pinning import office_of
from mailbot.store import Posted
from mailbot.unit import Unit, log

#: Say how things stand on their day, and are worth nothing on the next.
_OF_ONE_DAY = frozenset({LetterKind.DIGEST, LetterKind.HEALTH_SUMMARY})


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a letter must not go, and whether another is written in its place."""

    why: str
    anew: bool


def queued_letter(unit: Unit, letter: Posted) -> QueuedLetter:
    """Given a letter of the outbox, return what the rules want to know of it."""
    return QueuedLetter(
        key=letter.key,
        kind=letter.kind,
        case=letter.case,
        agency=letter.agency,
        round=letter.round,
        to=letter.recipients,
        steps=unit.store.outbox.steps_of(letter.key),
        queued_at=letter.queued_at,
        due_on=letter.due_on,
        told=letter.told,
        drafted=letter.state in ("drafted", "withdrawn"),
    )


def reason_against(unit: Unit, letter: Posted, now: datetime) -> Reason | None:
    """Given a letter about a case, return why it must not go any more, or None."""
    if not letter.case:
        return None
    case = case_of(unit, letter.case)
    return reason_in(unit, letter, case, clocks_of(unit, case, now), now=now)


def reason_in(
    unit: Unit, letter: Posted, case: Case, clocks: Sequence[Clock], *, now: datetime
) -> Reason | None:
    """Given a letter and its case as it stands, return why it must not go any more, or None."""
    asked = queued_letter(unit, letter)
    if why := no_longer_wanted(asked, case, clocks):
        return Reason(why, anew=False)
    why = out_of_date(asked, case, office=office_of(unit, case.ref), now=now)
    return Reason(why, anew=True) if why else None


def withdraw(
    unit: Unit, keys: Iterable[LetterKey], why: str, now: datetime, *, anew: bool = False
) -> None:
    """Given letters not yet sent, take them back; `anew` when others are written instead."""
    for key in keys:
        unit.store.outbox.withdraw(key, why, now, replaced=anew)
        log.info("letter withdrawn", letter=key, why=why)


def withdrawn_before_sending(unit: Unit, letter: Posted, now: datetime) -> bool:
    """Given a letter that is about to go, take it back if it no longer holds. True when so."""
    days = [unit.calendar.day_of(moment) for moment in (letter.queued_at, now)]
    if letter.kind in _OF_ONE_DAY and days[0] != days[1]:
        withdraw(unit, [letter.key], "Its day has passed; a newer one says how things stand.", now)
        return True
    reason = reason_against(unit, letter, now)
    if reason is None or letter.case is None:
        return False
    with unit.store.transaction():
        withdraw(unit, [letter.key], reason.why, now, anew=reason.anew)
        if reason.anew:
            refresh(unit, letter.case, now)
    return True
