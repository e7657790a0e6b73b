"""The morning over a whole area: gathers what the digest says and queues it when it is due."""

from collections.abc import Iterator
from datetime import datetime
from functools import partial

from mailbot.casework import case_of, clocks_of, guarded, queue
from mailbot.core.desk import Written, key_of, name_of
from mailbot.core.digest import Mention, Morning, Overview, Waiting, addressed, digest, mentioned
from mailbot.core.letters import letters_due
from mailbot.core.model import AgencyCode, CaseRef, Delivery, LetterKind
from mailbot.core.workdays import WorkingDays
from mailbot.store import Posted
from mailbot.unit import Unit

ON_ITS_WAY = ("queued", "sending", "uncertain", "drafting", "drafted")
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
        sent=tuple(_mention(unit, letter) for letter in _sent_lately(unit, now)),
        drafts=tuple(_mention(unit, letter) for letter in unit.store.outbox.in_state("drafted")),
        problems=(*_undelivered(unit, now), *_problems(unit)),
    )


def _key(unit: Unit, now: datetime) -> str:
    day = unit.calendar.day_of(now).isoformat()
    return key_of(LetterKind.DIGEST, unit.area.slug, day)


def _overviews(unit: Unit, now: datetime) -> Iterator[Overview]:
    for ref in unit.store.cases.refs(only_open=True):
        if found := guarded(unit, ref, now, partial(_overview, unit, ref, now)):
            yield found


def _overview(unit: Unit, ref: CaseRef, now: datetime) -> Overview:
    case = case_of(unit, ref)
    return Overview(case=case, clocks=clocks_of(unit, case, now), asking=_asking(unit, ref))


def _asking(unit: Unit, ref: CaseRef) -> frozenset[AgencyCode]:
    """Agencies of a case whose information request is on its way: queued, or in Drafts."""
    return frozenset(
        letter.agency
        for letter in unit.store.outbox.in_state(*ON_ITS_WAY)
        if letter.agency and (letter.case, letter.kind) == (ref, LetterKind.INFORMATION_REQUEST)
    )


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
            yield _mention(unit, letter)
    hour = max(now, unit.calendar.moment(today, unit.area.reminders_at))
    for view in _overviews(unit, now):
        outbox = unit.store.outbox
        ref = view.case.ref
        written = Written(
            keys=outbox.written(ref), steps=outbox.steps(ref), replaced=outbox.replaced(ref)
        )
        letters = letters_due(view.case, view.clocks, office=unit.office, written=written, now=hour)
        going = (letter for letter in letters if letter.delivery is Delivery.SEND)
        yield from (mentioned(letter, unit.area) for letter in going)


def _sent_lately(unit: Unit, now: datetime) -> list[Posted]:
    """Letters sent since the last working day began."""
    before = unit.calendar.add(unit.calendar.day_of(now), WorkingDays(-1))
    start = unit.calendar.moment(before, unit.area.digest_at)
    sent = unit.store.outbox.sent_between(start, now)
    return [letter for letter in sent if letter.kind is not LetterKind.DIGEST]


def _mention(unit: Unit, letter: Posted) -> Mention:
    at = letter.not_before if letter.state == "queued" else letter.changed_at
    found = Mention(kind=letter.kind, case=letter.case, agency=letter.agency, at=at)
    return addressed(found, letter.recipients, unit.area)


def _undelivered(unit: Unit, now: datetime) -> Iterator[str]:
    """Requests that bounced and have not been made again."""
    for view in _overviews(unit, now):
        for agency in view.case.agencies.values():
            if agency.undelivered and not (agency.answered or agency.excused):
                name = name_of(unit.area, agency.code)
                yield (
                    f"{view.case.ref}: the request to {name} was not delivered. Ring them; then "
                    f"answer a letter of the case with “ask again: {agency.code}”."
                )


def _problems(unit: Unit) -> Iterator[str]:
    for _, ref, reason, _ in unit.store.outbox.notices():
        yield f"{ref}: {reason}" if ref else reason
    for ref, why in unit.store.cases.troubles():
        yield f"{ref}: {why}"
    for letter in unit.store.outbox.in_state("uncertain"):
        yield f"{letter.case or 'The area'}: nobody knows yet whether a letter arrived."
