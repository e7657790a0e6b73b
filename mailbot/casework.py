"""Looking at a case: facts to clocks, clocks to letters, letters into the outbox."""

from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Any, TypeVar

from mailbot.core.clocks import clocks_for
from mailbot.core.desk import Written
from mailbot.core.facts import case_from
from mailbot.core.letters import letters_due
from mailbot.core.messages import headers_of
from mailbot.core.model import AgencyCode, Case, CaseRef, Clock, Letter, MessageKey
from mailbot.core.references import letter_token, message_id_for, nonce_for, token_line
from mailbot.errors import StoreBusyError
from mailbot.outgoing import files_for
from mailbot.rendering import Envelope, render
from mailbot.unit import Unit, fault_of, log

Result = TypeVar("Result")

#: A case whose look failed is looked at again after this time (design, promise 6).
AFTER_TROUBLE = timedelta(hours=1)
#: Shortly after midnight in London every open case is looked at.
DAILY_LOOK = time(0, 5)


def case_of(unit: Unit, ref: CaseRef) -> Case:
    """Given a reference, return the case as its facts stand now."""
    facts = unit.store.cases.facts(ref)
    return case_from(facts, waiting=_waiting_for(unit, ref))


def clocks_of(unit: Unit, case: Case, now: datetime) -> tuple[Clock, ...]:
    """Given a case, return its clocks today."""
    today = unit.calendar.day_of(now)
    return clocks_for(case, unit.rules, unit.calendar, today=today)


def _look_at(unit: Unit, ref: CaseRef, now: datetime) -> None:
    case = case_of(unit, ref)
    clocks = clocks_of(unit, case, now)
    outbox = unit.store.outbox
    letters = letters_due(
        case,
        clocks,
        office=unit.office,
        written=Written(
            keys=outbox.written(ref), steps=outbox.steps(ref), replaced=outbox.replaced(ref)
        ),
        now=now,
    )
    for letter in letters:
        _queue_guarded(unit, letter, case, now)
    is_open = not (case.closed or case.withdrawn)
    unit.store.cases.look_again(ref, _next_look(unit, now), is_open=is_open)


def _queue_guarded(unit: Unit, letter: Letter, case: Case, now: datetime) -> None:
    """A letter that cannot be written stops only itself (design, promise 6)."""
    try:
        with unit.store.savepoint():
            queue(unit, letter, now, case=case)
    except StoreBusyError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever it is, the other letters must be written
        log.error("letter not written", letter=letter.key, error=fault_of(error))
        reason = f"A letter could not be written ({letter.kind.value}): {type(error).__name__}."
        unit.store.outbox.notice(f"letter/{letter.key}", reason, now, case.ref)


def refresh(unit: Unit, ref: CaseRef, now: datetime) -> None:
    """Given a case whose facts or day changed, queue the letters due and set its next look."""
    guarded(unit, ref, now, lambda: _look_at(unit, ref, now))


def guarded(unit: Unit, ref: CaseRef, now: datetime, work: Callable[[], Result]) -> Result | None:
    """Given work on the store for one case, do it; None when it failed and was undone.

    A case that cannot be looked at stops only itself (design, promise 6).
    """
    try:
        with unit.store.transaction(), unit.store.savepoint():
            return work()
    except StoreBusyError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever it is, the other cases must go on
        why = f"This case could not be looked at ({type(error).__name__}); see the log."
        log.error("case in trouble", case=ref, error=fault_of(error))
        unit.store.cases.in_trouble(ref, why, now + AFTER_TROUBLE)
        return None


def look_at_cases(unit: Unit, now: datetime) -> None:
    """Look at every case whose time has come."""
    for ref in unit.store.cases.to_look_at(now):
        refresh(unit, ref, now)


def queue(
    unit: Unit,
    letter: Letter,
    now: datetime,
    *,
    case: Case | None = None,
) -> bool:
    """Given a letter that is due, render it and queue it. False when its key is known.

    Its identity follows from its key: made anew after a crash it is the same letter.
    """
    if unit.store.outbox.has(letter.key):
        return False
    token = letter_token(unit.key, letter.case or unit.area.code, nonce_for(letter.key))
    message_id = message_id_for(token, unit.domain)
    mime = render(
        letter,
        area=unit.area,
        templates=unit.templates,
        envelope=Envelope(
            message_id=message_id,
            token_line=token_line(token),
            **_thread(unit, letter.reply_to_message),
        ),
        now=max(now, letter.not_before),  # its date is the day it goes, not the day it was written
        enclosures=files_for(unit, letter, case, now=now),
    )
    return unit.store.outbox.queue(letter, message_id=message_id, mime=mime, now=now)


def _waiting_for(unit: Unit, ref: CaseRef) -> dict[AgencyCode, tuple[MessageKey, ...]]:
    """Messages that wait for a person, by agency: linked, suspected, or of unknown case."""
    found: dict[AgencyCode, tuple[MessageKey, ...]] = {}
    for agency, key in unit.store.messages.waiting_for(ref):
        found[agency] = (*found.get(agency, ()), key)
    return found


def _next_look(unit: Unit, now: datetime) -> datetime:
    """The hour of reminders if it is still ahead today, else shortly after midnight."""
    today = unit.calendar.day_of(now)
    reminders = unit.calendar.moment(today, unit.area.reminders_at)
    if now < reminders:
        return reminders
    return unit.calendar.moment(today + timedelta(days=1), DAILY_LOOK)


def _thread(unit: Unit, answered: MessageKey | None) -> dict[str, Any]:
    """The threading of a letter that answers a message: RFC 5322, 3.6.4."""
    if answered is None:
        return {}
    headers = headers_of(unit.store.messages.mime(answered))
    if not headers.message_id:
        return {}
    references = (*headers.references, headers.message_id)
    return {"in_reply_to": headers.message_id, "references": references}
