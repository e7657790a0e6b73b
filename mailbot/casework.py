"""Looking at a case: facts to clocks, clocks to letters, letters into the outbox."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Any

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
        written=Written(keys=outbox.written(ref), steps=outbox.steps(ref)),
        now=now,
    )
    for letter in letters:
        queue(unit, letter, now, case=case)
    unit.store.cases.look_again(ref, _next_look(unit, now), is_open=not case.closed)


def refresh(unit: Unit, ref: CaseRef, now: datetime) -> None:
    """Given a case whose facts or day changed, queue the letters due and set its next look.

    A case that cannot be looked at stops only itself (design, promise 6).
    """
    try:
        with unit.store.transaction(), unit.store.savepoint():
            _look_at(unit, ref, now)
    except StoreBusyError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever it is, the other cases must go on
        why = f"This case could not be looked at ({type(error).__name__}); see the log."
        log.error("case in trouble", case=ref, error=fault_of(error))
        unit.store.cases.in_trouble(ref, why, now + AFTER_TROUBLE)


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
        now=now,
        enclosures=files_for(unit, letter, case, now=now),
    )
    return unit.store.outbox.queue(letter, message_id=message_id, mime=mime, now=now)


def _waiting_for(unit: Unit, ref: CaseRef) -> dict[AgencyCode, tuple[MessageKey, ...]]:
    """Messages that wait for a person, by agency: linked, suspected, or of unknown case."""
    found: dict[AgencyCode, tuple[MessageKey, ...]] = {}
    for message in unit.store.messages.waiting_from_agencies():
        if message.agency and _may_concern(message.case, message.candidates, ref):
            found[message.agency] = (*found.get(message.agency, ()), message.key)
    return found


def _may_concern(case: CaseRef | None, candidates: Sequence[CaseRef], ref: CaseRef) -> bool:
    return case == ref or ref in candidates or (case is None and not candidates)


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
