"""Staff's own invitations, seen in Sent: the meeting they tell of is recorded in its case."""

from datetime import datetime
from functools import partial

from mailbot.casework import case_of, guarded, refresh
from mailbot.core.model import CalendarItem, CaseRef, Message
from mailbot.core.record.own_invitations import (
    case_named,
    event_of,
    fact_of_invitation,
    is_for_meeting,
)
from mailbot.core.references import tokens_in
from mailbot.lookup import uid_mark
from mailbot.unit import Unit, log


def take_invitation(unit: Unit, message: Message, now: datetime) -> bool:
    """Given a mail from Sent, record the meeting it invites to. True when it was about a case.

    One that names several cases, or none that is open, is left alone: staff then record the
    meeting themselves.
    """
    event = event_of(message)
    if event and tokens_in(event.uid, unit.key):
        return False  # an invitation of mailbot's own, that a person has sent
    ref = _case_of(unit, message, event) if event else None
    if event is None or ref is None:
        return False
    return bool(guarded(unit, ref, now, partial(_record, unit, message, event, ref, now)))


def _record(unit: Unit, message: Message, event: CalendarItem, ref: CaseRef, now: datetime) -> bool:
    fact = fact_of_invitation(event, message, case_of(unit, ref), area=unit.area, now=now)
    if fact is None:
        return False
    unit.store.cases.add([fact])
    unit.store.outbox.set_mark(uid_mark(event.uid), ref)
    refresh(unit, ref, now)
    log.info("meeting recorded from staff's invitation", case=ref, kind=fact.kind.value)
    return True


def _case_of(unit: Unit, message: Message, event: CalendarItem) -> CaseRef | None:
    """The open case that an invitation is about: by its event, its title, or its time."""
    known = unit.store.outbox.mark(uid_mark(event.uid))
    named = [CaseRef(known)] if known else list(case_named(message, event))
    found = [ref for ref in dict.fromkeys(named) if unit.store.cases.is_open(ref)]
    if not named:
        found = [
            ref
            for ref in unit.store.cases.refs(only_open=True)
            if is_for_meeting(event, case_of(unit, ref), unit.area)
        ]
    return found[0] if len(found) == 1 else None
