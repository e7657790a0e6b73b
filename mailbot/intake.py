"""Taking mail in: bytes made durable, read, linked, recorded, and only then moved.

The order is the promise (design, promise 1). Whatever stops the process between two steps, the
next pass finds the message kept and not read, or read and not filed, and goes on from there.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from mailbot.by_hand import answer_by_mail
from mailbot.casework import refresh
from mailbot.core.messages import message_key
from mailbot.core.model import CaseRef, MessageKey
from mailbot.errors import StoreBusyError
from mailbot.mailboxes import INBOX, SENT, Locator, RawMessage
from mailbot.mailboxes.message_ids import message_id_of
from mailbot.recording import NEEDS_A_PERSON, Handled, read_one
from mailbot.sent import watch_sent
from mailbot.store import Arrival, Reading
from mailbot.unit import Unit, fault_of, log

#: A message that failed so often is set aside (design, promise 6).
TRIES = 3
#: Two copies of one mail received this close are one copy that a person moved.
SAME_COPY = timedelta(seconds=2)

GO_LIVE = "go-live"


def take_in(unit: Unit, now: datetime) -> int:
    """Take in what has come, file what is read, watch Sent. Return how many messages came."""
    if not unit.store.outbox.mark(GO_LIVE):
        _go_live(unit, now)
    _try_again(unit, now)
    file_messages(unit)
    found, cursor = unit.inbox.arrivals(INBOX, unit.store.outbox.mark("cursor/inbox"))
    count = 0
    for batch in unit.inbox.fetch(_unknown(unit, found)):
        count += _take_batch(unit, batch, now)
        file_messages(unit)
    unit.store.outbox.set_mark("cursor/inbox", cursor)
    watch_sent(unit, now)
    return count


def _go_live(unit: Unit, now: datetime) -> None:
    """What lay in the mailbox before is recorded, not touched, not answered (process 2)."""
    _, inbox_cursor = unit.inbox.arrivals(INBOX, "")
    _, sent_cursor = unit.inbox.arrivals(SENT, "")
    found = ((locator.id, message_id) for locator, message_id in unit.inbox.identities(INBOX))
    with unit.store.transaction():
        count = unit.store.messages.record_before_go_live(INBOX, found)
        sent = ((locator.id, i) for locator, i in unit.inbox.identities(SENT))
        unit.store.messages.record_before_go_live(SENT, sent)
        unit.store.outbox.set_mark("cursor/inbox", inbox_cursor)
        unit.store.outbox.set_mark("cursor/sent", sent_cursor)
        unit.store.outbox.set_mark(GO_LIVE, now.isoformat())
    log.info("go-live", area=unit.area.slug, before=count)


def _unknown(unit: Unit, found: Sequence[Locator]) -> list[Locator]:
    ids = [locator.id for locator in found]
    new = set(unit.store.messages.unknown(INBOX, ids))
    return [locator for locator in found if locator.id in new]


def _take_batch(unit: Unit, batch: Sequence[RawMessage], now: datetime) -> int:
    arrivals = [a for raw in batch if (a := _arrival(unit, raw)) is not None]
    new = unit.store.messages.keep(arrivals)
    _copies(unit, arrivals, {a.key for a in new})
    _handle(unit, [(a.key, a.mime, a.received_at) for a in new], now)
    return len(new)


def _arrival(unit: Unit, raw: RawMessage) -> Arrival | None:
    message_id = message_id_of(raw.mime)
    if unit.store.messages.was_before_go_live(message_id):
        unit.store.messages.locate(INBOX, raw.locator.id, None)
        return None
    return Arrival(
        key=message_key(raw.mime),
        message_id=message_id,
        received_at=raw.received_at,
        mime=raw.mime,
        folder=INBOX,
        id=raw.locator.id,
        truncated=raw.truncated,
    )


def _copies(unit: Unit, arrivals: Iterable[Arrival], new: set[MessageKey]) -> None:
    """A second delivery is filed with the first; a copy that a person moved back stays."""
    seen: set[MessageKey] = set()
    for arrival in arrivals:
        first = arrival.key in new and arrival.key not in seen
        seen.add(arrival.key)
        if first:
            continue
        known = unit.store.messages.get(arrival.key)
        if known is None or not known.file_to:
            continue
        if abs(known.received_at - arrival.received_at) <= SAME_COPY and arrival.key not in new:
            unit.store.messages.leave_alone(arrival.folder, arrival.id)
        else:
            unit.store.messages.file_again(arrival.key, known.file_to)


def _handle(unit: Unit, kept: Sequence[tuple[MessageKey, bytes, datetime]], now: datetime) -> None:
    """Read messages and record what follows, all in one transaction."""
    if not kept:
        return
    with unit.store.transaction():
        readings: list[Reading] = []
        touched: dict[CaseRef, None] = {}
        for key, mime, received_at in kept:
            handled = _guarded(unit, key, mime, received_at=received_at, now=now)
            if handled is None:
                continue
            readings.append(handled.reading)
            touched.update(dict.fromkeys(handled.touched))
        unit.store.messages.record(readings)
        for ref in touched:
            refresh(unit, ref, now)


def _guarded(
    unit: Unit, key: MessageKey, mime: bytes, *, received_at: datetime, now: datetime
) -> Handled | None:
    """One message that cannot be handled stops only itself (design, promise 6)."""
    try:
        with unit.store.savepoint():
            handled = read_one(unit, key, mime, received_at=received_at, now=now)
            if handled.from_staff:
                read, linked = handled.from_staff
                answer_by_mail(unit, read, linked, now=now)
            return handled
    except StoreBusyError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever it is, the next message must be handled
        log.error("message failed", message=key[:8], error=fault_of(error))
        return None


def _try_again(unit: Unit, now: datetime) -> None:
    """Messages that are kept and not read: a crash, or a fault that may have passed."""
    for key in unit.store.messages.unread():
        # Counted before it is tried: a message that kills the process must not do so for ever.
        if unit.store.messages.try_again(key) >= TRIES:
            reason = "This message could not be read in three tries; the original is kept."
            unit.store.messages.set_aside(key, reason, _target(unit, NEEDS_A_PERSON))
            log.error("message set aside", message=key[:8])
            continue
        kept = unit.store.messages.get(key)
        if kept is not None:
            mime = unit.store.messages.mime(key)
            _handle(unit, [(key, mime, kept.received_at)], now)


def _target(unit: Unit, folder: str) -> str | None:
    return folder if unit.area.filing == "move" else None


def file_messages(unit: Unit) -> None:
    """Move every copy that is read to where it belongs; a repeat after a crash is harmless."""
    messages = unit.store.messages
    while found := messages.to_file():
        for target, copies in _by_target(found):
            unit.inbox.move([Locator(folder, id_) for folder, id_, _ in copies], target)
            messages.filed(copies)
    for folder, message_id, target, key in messages.to_refile():
        unit.inbox.move(unit.inbox.find(folder, message_id), target)
        messages.filed([(folder, "", key)])


def _by_target(
    found: Iterable[tuple[str, str, str, MessageKey]],
) -> Iterator[tuple[str, list[tuple[str, str, MessageKey]]]]:
    targets: dict[str, list[tuple[str, str, MessageKey]]] = {}
    for folder, id_, target, key in found:
        targets.setdefault(target, []).append((folder, id_, key))
    yield from targets.items()
