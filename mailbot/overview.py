"""The morning over a whole area: gathers what the digest says and queues it when it is due."""

from collections.abc import Iterator
from datetime import datetime

from mailbot.casework import case_of, clocks_of, queue
from mailbot.core.desk import Written, key_of
from mailbot.core.digest import Mention, Morning, Overview, Waiting, digest, mentioned
from mailbot.core.letters import letters_due
from mailbot.core.model import Delivery, LetterKind
from mailbot.core.workdays import WorkingDays
from mailbot.store import Posted
from mailbot.unit import Unit

MESSAGE_SHOWN = 8  # characters of a message's key, as `mailbot queue` shows them


def write_digest(unit: Unit, now: datetime) -> bool:
    """Queue today's digest once its hour has come on a working day. True when it was queued."""
    today = unit.calendar.day_of(now)
    due = unit.calendar.moment(today, unit.area.digest_at)
    if now < due or unit.store.outbox.has(_key(unit, now)):
        return False
    if not unit.calendar.is_working_day(today):
        return False
    letter = digest(morning_of(unit, now), office=unit.office, now=now)
    return letter is not None and queue(unit, letter, now)


def morning_of(unit: Unit, now: datetime) -> Morning:
    """Return all that today's digest is made from."""
    return Morning(
        overviews=tuple(_overviews(unit, now)),
        waiting=tuple(_waiting(unit)),
        going=tuple(_going(unit, now)),
        sent=tuple(_mention(letter) for letter in _sent_lately(unit, now)),
        drafts=tuple(_mention(letter) for letter in unit.store.outbox.in_state("drafted")),
        problems=tuple(_problems(unit)),
    )


def _key(unit: Unit, now: datetime) -> str:
    day = unit.calendar.day_of(now).isoformat()
    return key_of(LetterKind.DIGEST, unit.area.slug, day)


def _overviews(unit: Unit, now: datetime) -> Iterator[Overview]:
    for ref in unit.store.cases.refs(only_open=True):
        case = case_of(unit, ref)
        yield Overview(case=case, clocks=clocks_of(unit, case, now))


def _waiting(unit: Unit) -> Iterator[Waiting]:
    for message in unit.store.messages.waiting():
        only = message.candidates[0] if len(message.candidates) == 1 else None
        yield Waiting(
            message=message.key[:MESSAGE_SHOWN],
            since=message.received_at,
            reason=message.reason,
            case=message.case or only,
            agency=message.agency,
        )


def _going(unit: Unit, now: datetime) -> Iterator[Mention]:
    """Letters queued for today, and the reminders of today's hour, which are not written yet."""
    today = unit.calendar.day_of(now)
    for letter in unit.store.outbox.in_state("queued"):
        if unit.calendar.day_of(letter.not_before) <= today and letter.delivery is Delivery.SEND:
            yield _mention(letter)
    hour = max(now, unit.calendar.moment(today, unit.area.reminders_at))
    for view in _overviews(unit, now):
        outbox = unit.store.outbox
        ref = view.case.ref
        written = Written(keys=outbox.written(ref), steps=outbox.steps(ref))
        letters = letters_due(view.case, view.clocks, office=unit.office, written=written, now=hour)
        going = (letter for letter in letters if letter.delivery is Delivery.SEND)
        yield from map(mentioned, going)


def _sent_lately(unit: Unit, now: datetime) -> list[Posted]:
    """Letters sent since the last working day began."""
    before = unit.calendar.add(unit.calendar.day_of(now), WorkingDays(-1))
    start = unit.calendar.moment(before, unit.area.digest_at)
    sent = unit.store.outbox.sent_between(start, now)
    return [letter for letter in sent if letter.kind is not LetterKind.DIGEST]


def _mention(letter: Posted) -> Mention:
    at = letter.not_before if letter.state == "queued" else letter.changed_at
    return Mention(kind=letter.kind, case=letter.case, agency=letter.agency, at=at)


def _problems(unit: Unit) -> Iterator[str]:
    for _, ref, reason, _ in unit.store.outbox.notices():
        yield f"{ref}: {reason}" if ref else reason
    for ref, why in unit.store.cases.troubles():
        yield f"{ref}: {why}"
    for letter in unit.store.outbox.in_state("uncertain"):
        yield f"{letter.case or 'The area'}: nobody knows yet whether a letter arrived."
