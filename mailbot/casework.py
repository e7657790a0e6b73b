"""Looking at a case: facts to clocks, clocks to letters, letters into the outbox."""

import hashlib
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any, TypeVar

from mailbot.core.areas import tagged
from mailbot.core.cases.facts import case_from
from mailbot.core.clocks.clocks import clocks_for
from mailbot.core.letters.desk import Written
from mailbot.core.letters.forecast import next_look, soon
from mailbot.core.letters.letters import letters_due
from mailbot.core.mail.messages import headers_of
from mailbot.core.model import AgencyCode, Case, CaseRef, Clock, Fact, Letter, MessageKey
from mailbot.core.references import letter_token, message_id_for, nonce_for, token_line
from mailbot.errors import CalendarHorizonError, StoreBusyError
from mailbot.holding import end_holds, let_go, mailbox_hold
from mailbot.outgoing import files_for
from mailbot.pinning import office_of
from mailbot.rendering import Envelope, render
from mailbot.unit import Unit, fault_of, log

Result = TypeVar("Result")

#: A case whose look failed is looked at again after this time (design, promise 6).
AFTER_TROUBLE = timedelta(hours=1)
#: The mark that holds what config was when all cases were last looked at for it.
CONFIG_SEEN = "config-seen"


def case_of(unit: Unit, ref: CaseRef) -> Case:
    """Given a reference, return the case as its facts stand now."""
    facts = unit.store.cases.facts(ref)
    hold = mailbox_hold(unit)
    held = (hold.reason or "on hold") if hold else ""
    waiting = waiting_for(unit, ref, facts)
    return case_from(facts, waiting=waiting, mailbox_held=held)


def written_of(unit: Unit, ref: CaseRef) -> Written:
    """Given a case, return what has been written about it already."""
    outbox = unit.store.outbox
    return Written(keys=outbox.written(ref), steps=outbox.steps(ref), replaced=outbox.replaced(ref))


def clocks_of(unit: Unit, case: Case, now: datetime) -> tuple[Clock, ...]:
    """Given a case, return its clocks today, by the rules and days off pinned to it."""
    office = office_of(unit, case.ref)
    return clocks_for(case, office.rules, office.calendar, today=office.calendar.day_of(now))


def _look_at(unit: Unit, ref: CaseRef, now: datetime, *, far: bool = False) -> None:
    """Queue the letters that are due; then set when the case is looked at next.

    With `far` that is when the next letter will be due. A case whose facts have just changed is
    looked at once more soon: finding the day takes longer than a look. So is one whose letters
    wait for what is no fact of its own: mail that a person must deal with, a hold of the mailbox.
    """
    case = case_of(unit, ref)
    if end_holds(unit, case, now):
        case = case_of(unit, ref)
    let_go(unit, case, now)
    clocks = clocks_of(unit, case, now)
    written, office = written_of(unit, ref), office_of(unit, ref)
    letters = letters_due(case, clocks, office=office, written=written, now=now)
    for letter in letters:
        _queue_guarded(unit, letter, case, now)
    is_open = not (case.closed or case.withdrawn)
    waits = bool(case.held_reason) or any(one.waiting for one in case.agencies.values())
    waits = waits or bool(case.nhs and case.nhs.waiting)
    if far and not (letters or waits):
        again = next_look(case, clocks, office=office, written=written, now=now)
    else:
        again = soon(case, clocks, office=office, now=now)
    unit.store.cases.look_again(ref, again, is_open=is_open)


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
        if isinstance(error, CalendarHorizonError):
            why = f"This case could not be looked at. {error}"  # it speaks of days alone
        log.error("case in trouble", case=ref, error=fault_of(error))
        unit.store.cases.in_trouble(ref, why, now + AFTER_TROUBLE)
        return None


def look_at_cases(unit: Unit, now: datetime) -> None:
    """Look at every case whose time has come; at all of them once config has changed."""
    _notice_new_config(unit, now)
    for ref in unit.store.cases.to_look_at(now):
        guarded(unit, ref, now, partial(_look_at, unit, ref, now, far=True))


def _notice_new_config(unit: Unit, now: datetime) -> None:
    """What was to be looked at when may have changed with who is who, rules and working days."""
    calendar = unit.calendar
    days = (calendar.first, calendar.last, sorted(calendar.days_off), sorted(calendar.exceptions))
    seen = hashlib.sha256(repr((unit.area, unit.rules, days)).encode()).hexdigest()
    if unit.store.outbox.mark(CONFIG_SEEN) == seen:
        return
    with unit.store.transaction():
        unit.store.cases.look_at_all(now)
        unit.store.outbox.set_mark(CONFIG_SEEN, seen)


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
    letter = tagged(letter, unit.area)
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


def waiting_for(
    unit: Unit, ref: CaseRef, facts: Sequence[Fact]
) -> dict[AgencyCode, tuple[MessageKey, ...]]:
    """Return messages that wait for a person, by agency: linked, suspected, or of unknown case.

    One that holds other agencies' returns besides the sender's is theirs too.
    """
    found: dict[AgencyCode, tuple[MessageKey, ...]] = {}
    for agency, key in unit.store.messages.waiting_for(ref):
        found[agency] = (*found.get(agency, ()), key)
    waiting = {key for keys in found.values() for key in keys}
    for fact in facts:
        if fact.message and fact.message in waiting:
            for code in map(AgencyCode, fact.detail.get("holds_for") or ()):
                found[code] = (*found.get(code, ()), fact.message)
    return found


def _thread(unit: Unit, answered: MessageKey | None) -> dict[str, Any]:
    """The threading of a letter that answers a message: RFC 5322, 3.6.4."""
    if answered is None:
        return {}
    headers = headers_of(unit.store.messages.mime(answered))
    if not headers.message_id:
        return {}
    references = (*headers.references, headers.message_id)
    return {"in_reply_to": headers.message_id, "references": references}
