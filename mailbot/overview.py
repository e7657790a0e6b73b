"""The morning over a whole area: gathers what the digest says and queues it when it is due."""

from collections.abc import Iterable, Iterator
from datetime import datetime, time
from functools import partial

from mailbot.casework import case_of, clocks_of, guarded, queue
from mailbot.core.clocks.workdays import WorkingDays, horizon_warning
from mailbot.core.letters.desk import key_of
from mailbot.core.letters.digest import Mention, Morning, Waiting, addressed, digest, foreseen
from mailbot.core.letters.digest_lists import Overview
from mailbot.core.model import AgencyCode, CaseRef, Delivery, LetterKind
from mailbot.core.wording import name_of
from mailbot.forecasting import forecast_of
from mailbot.holding import lines_of_all
from mailbot.store import Posted
from mailbot.unit import Unit

ON_ITS_WAY = ("queued", "held", "sending", "uncertain", "drafting", "drafted")
MESSAGE_SHOWN = 8  # characters of a message's key, as `mailbot queue` shows them


def write_digest(unit: Unit, now: datetime) -> bool:
    """Queue today's digest once its hour has come on a working day. True when it was queued."""
    today = unit.calendar.day_of(now)
    due = unit.calendar.moment(today, unit.area.digest_at)
    over = unit.calendar.moment(today, unit.area.office_until)
    if not due <= now <= over or unit.store.outbox.has(_key(unit, now)):
        return False  # one that was slept through: the next morning's covers it
    if not unit.calendar.is_working_day(today):
        return False
    letter = digest(morning_of(unit, now), office=unit.office, now=now)
    return letter is not None and queue(unit, letter, now)


def morning_of(unit: Unit, now: datetime) -> Morning:
    """Return all that today's digest is made from."""
    views = tuple(_overviews(unit, now))
    return Morning(
        overviews=views,
        waiting=tuple(_waiting(unit)),
        going=tuple(_going(unit, now)),
        sent=tuple(_mention(unit, letter) for letter in _sent_lately(unit, now)),
        drafts=tuple(_mention(unit, letter) for letter in unit.store.outbox.in_state("drafted")),
        problems=(
            *_held(unit, views, now),
            *_undelivered(unit, views),
            *_problems(unit),
            *_horizon(unit, now),
        ),
    )


def _key(unit: Unit, now: datetime) -> str:
    day = unit.calendar.day_of(now).isoformat()
    return key_of(LetterKind.DIGEST, unit.area.slug, day)


def _overviews(unit: Unit, now: datetime) -> Iterator[Overview]:
    asking = _asking(unit)
    for ref in unit.store.cases.refs(only_open=True):
        asked = frozenset(asking.get(ref, ()))
        if found := guarded(unit, ref, now, partial(_overview, unit, ref, asked, now)):
            yield found


def _overview(unit: Unit, ref: CaseRef, asking: frozenset[AgencyCode], now: datetime) -> Overview:
    case = case_of(unit, ref)
    return Overview(case=case, clocks=clocks_of(unit, case, now), asking=asking)


def _asking(unit: Unit) -> dict[CaseRef, set[AgencyCode]]:
    """By case, the agencies whose information request is on its way: queued, or in Drafts."""
    found: dict[CaseRef, set[AgencyCode]] = {}
    for letter in unit.store.outbox.in_state(*ON_ITS_WAY):
        if letter.case and letter.agency and letter.kind is LetterKind.INFORMATION_REQUEST:
            found.setdefault(letter.case, set()).add(letter.agency)
    return found


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
    """What goes out today if nothing else happens: the forecast for one day, of every case."""
    end = unit.calendar.moment(unit.calendar.day_of(now), time.max)
    queued = [x for x in unit.store.outbox.in_state("queued") if x.not_before <= end]
    for letter in queued:
        if letter.case is None and letter.delivery is Delivery.SEND:
            yield _mention(unit, letter)
    refs = {*unit.store.cases.to_look_at(end), *(x.case for x in queued if x.case)}
    for ref in sorted(refs):
        found = guarded(unit, ref, now, partial(forecast_of, unit, ref, now, until=end))
        for expected in found.letters if found else ():
            if expected.delivery is Delivery.SEND:
                yield foreseen(expected, unit.area)


def _sent_lately(unit: Unit, now: datetime) -> list[Posted]:
    """Letters sent since the last working day began."""
    sent = unit.store.outbox.sent_between(_last_morning(unit, now), now)
    return [letter for letter in sent if letter.kind is not LetterKind.DIGEST]


def _last_morning(unit: Unit, now: datetime) -> datetime:
    before = unit.calendar.add(unit.calendar.day_of(now), WorkingDays(-1))
    return unit.calendar.moment(before, unit.area.digest_at)


def _mention(unit: Unit, letter: Posted) -> Mention:
    at = letter.not_before if letter.state == "queued" else letter.changed_at
    found = Mention(kind=letter.kind, case=letter.case, agency=letter.agency, at=at)
    return addressed(found, letter.recipients, unit.area)


def _held(unit: Unit, views: Iterable[Overview], now: datetime) -> Iterator[str]:
    """What is on hold, and what goes again since the last working day began."""
    yield from lines_of_all(unit, (view.case for view in views), since=_last_morning(unit, now))


def _undelivered(unit: Unit, views: Iterable[Overview]) -> Iterator[str]:
    """Requests that bounced and have not been made again."""
    for view in views:
        for agency in view.case.agencies.values():
            if agency.undelivered and not (agency.answered or agency.excused):
                name = name_of(unit.area, agency.code)
                yield (
                    f"{view.case.ref}: the request to {name} was not delivered. Ring them; then "
                    f"answer a letter of the case with “ask again: {agency.code}”."
                )


def _horizon(unit: Unit, now: datetime) -> Iterator[str]:
    """That the calendar of working days ends before long."""
    if warning := horizon_warning(unit.calendar, unit.calendar.day_of(now)):
        yield warning


def _problems(unit: Unit) -> Iterator[str]:
    for _, ref, reason, _ in unit.store.outbox.notices():
        yield f"{ref}: {reason}" if ref else reason
    for ref, why in unit.store.cases.troubles():
        yield f"{ref}: {why}"
    for letter in unit.store.outbox.in_state("uncertain"):
        yield f"{letter.case or 'The area'}: nobody knows yet whether a letter arrived."
