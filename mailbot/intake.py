"""Taking mail in: bytes made durable, read, linked, recorded, and only then moved.

The order is the promise (design, promise 1). Whatever stops the process between two steps, the
next pass finds the message kept and not read, or read and not filed, and goes on from there.

Scans and old formats take seconds each, so mail is read before the transaction that records it,
and a pass that has read for a minute leaves the rest to the next one: meanwhile commands work, and
letters go out.
"""

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from mailbot.by_hand import answer_by_mail
from mailbot.casework import refresh
from mailbot.core.mail.messages import headers_of, message_key
from mailbot.core.model import CaseRef, MessageKey
from mailbot.core.parties import who_is
from mailbot.errors import MailboxError, MailboxGoneError, StoreBusyError
from mailbot.mailboxes import INBOX, SENT, Locator, RawMessage
from mailbot.mailboxes.message_ids import message_id_of
from mailbot.recording import NEEDS_A_PERSON, Handled, Read, read_ahead, record_one
from mailbot.sent import watch_sent
from mailbot.store import Arrival
from mailbot.unit import Unit, fault_of, log
from mailbot.urgent import URGENT

#: A message that failed so often is set aside (design, promise 6).
TRIES = 3

#: A pass reads no further message after so many seconds of reading (of the machine's clock).
READING_SECONDS = 60.0
#: A file that the computer could not read just then is tried again for so long.
PUT_OFF = timedelta(minutes=15)

GO_LIVE = "go-live"


@dataclass(frozen=True, slots=True)
class _Kept:
    """A message whose bytes are durable, to be read now."""

    key: MessageKey
    mime: bytes
    received_at: datetime
    truncated: bool


@dataclass(slots=True)
class Taken:
    """What came in a pass; `more` says that messages are kept and not read yet for want of time."""

    count: int = 0
    more: bool = False


@dataclass(slots=True)
class _Patience:
    """How long a pass may read on. The first message is always read."""

    ends: float
    begun: bool = False
    over: bool = False

    def is_over(self) -> bool:
        """Asked before each message."""
        self.over = self.over or (self.begun and time.monotonic() > self.ends)
        self.begun = True
        return self.over

    def lasts(self, kept: Iterable[_Kept]) -> Iterator[_Kept]:
        """Given messages, return them as far as time goes."""
        for message in kept:
            if self.is_over():
                return
            yield message


def take_in(unit: Unit, now: datetime) -> Taken:
    """Take in what has come, file what is read, watch Sent."""
    if not unit.store.outbox.mark(GO_LIVE):
        _go_live(unit, now)
    live_since = datetime.fromisoformat(unit.store.outbox.mark(GO_LIVE))
    patience = _Patience(time.monotonic() + READING_SECONDS)
    _try_again(unit, now, patience)
    file_messages(unit, now)
    found, cursor = unit.inbox.arrivals(INBOX, unit.store.outbox.mark("cursor/inbox"))
    count = 0
    for batch in unit.inbox.fetch(_unknown(unit, found)):
        new = _made_durable(unit, batch, live_since)
        count += len(new)
        _handle(unit, patience.lasts(new), now)
    file_messages(unit, now)  # once: in a backlog many messages go into the same folder
    unit.store.outbox.set_mark("cursor/inbox", cursor)
    watch_sent(unit, now)
    return Taken(count, patience.over)


def _go_live(unit: Unit, now: datetime) -> None:
    """What lay in the mailbox before is recorded, not touched, not answered (process 2)."""
    found, inbox_cursor = unit.inbox.arrivals(INBOX, "")
    sent, sent_cursor = unit.inbox.arrivals(SENT, "")
    identities = dict(unit.inbox.identities(INBOX))
    # Only what was listed above: a mail that came since is news.
    before = [(locator.id, identities.get(locator, "")) for locator in found]
    with unit.store.transaction():
        count = unit.store.messages.record_before_go_live(INBOX, before)
        unit.store.messages.record_before_go_live(SENT, [(locator.id, "") for locator in sent])
        for raw in _without_identity(unit, found, identities):
            unit.store.messages.note_before_go_live(message_key(raw.mime))
        unit.store.outbox.set_mark("cursor/inbox", inbox_cursor)
        unit.store.outbox.set_mark("cursor/sent", sent_cursor)
        unit.store.outbox.set_mark(GO_LIVE, now.isoformat())
    log.info("go-live", area=unit.area.slug, before=count)


def _without_identity(
    unit: Unit, found: Sequence[Locator], identities: Mapping[Locator, str]
) -> Iterator[RawMessage]:
    """Mails without a Message-ID are known again by their content."""
    nameless = [locator for locator in found if not identities.get(locator)]
    for batch in unit.inbox.fetch(nameless):
        yield from batch


def _unknown(unit: Unit, found: Sequence[Locator]) -> list[Locator]:
    ids = [locator.id for locator in found]
    new = set(unit.store.messages.unknown(INBOX, ids))
    return [locator for locator in found if locator.id in new]


def _made_durable(unit: Unit, batch: Sequence[RawMessage], live_since: datetime) -> list[_Kept]:
    """Make the bytes of a batch durable, and return what is new in it."""
    with unit.store.transaction():  # a copy that is located is not asked about again
        arrivals = [a for raw in batch if (a := _arrival(unit, raw, live_since)) is not None]
        new = unit.store.messages.keep(arrivals)
        _copies(unit, arrivals, {a.key for a in new})
    return [_Kept(a.key, a.mime, a.received_at, a.truncated) for a in new]


def _arrival(unit: Unit, raw: RawMessage, live_since: datetime) -> Arrival | None:
    message_id = message_id_of(raw.mime)
    key = message_key(raw.mime)
    # Received before then as well: machines use one Message-ID for many mails.
    is_old = raw.received_at <= live_since
    if is_old and unit.store.messages.was_before_go_live(message_id or key):
        unit.store.messages.locate(INBOX, raw.locator.id, None)
        return None
    return Arrival(
        key=key,
        message_id=message_id,
        received_at=raw.received_at,
        mime=raw.mime,
        folder=INBOX,
        id=raw.locator.id,
        truncated=raw.truncated,
    )


def _copies(unit: Unit, arrivals: Iterable[Arrival], new: set[MessageKey]) -> None:
    """A second delivery is filed with the first; a message that a person moved back stays."""
    seen: set[MessageKey] = set()
    for arrival in arrivals:
        first = arrival.key in new and arrival.key not in seen
        seen.add(arrival.key)
        if first:
            continue
        known = unit.store.messages.get(arrival.key)
        if known is None or not known.file_to:
            continue
        if arrival.key in new or unit.inbox.find(known.file_to, known.message_id or ""):
            unit.store.messages.file_again(arrival.key, known.file_to)
        else:
            unit.store.messages.leave_alone(arrival.folder, arrival.id)


def _handle(unit: Unit, kept: Iterable[_Kept], now: datetime) -> None:
    """Read messages, then record what follows, all in one transaction."""
    read = []
    for message in kept:
        try:
            read.append((message, _read(unit, message, now)))
        except _NotNowError:
            log.warning("message read later", message=message.key[:8])
        except StoreBusyError:
            raise
        except Exception as error:  # noqa: BLE001 - the next message must be handled
            log.error("message failed", message=message.key[:8], error=fault_of(error))
    if not read:
        return
    with unit.store.transaction():
        touched: dict[CaseRef, None] = {}
        for message, ahead in read:
            handled = _guarded(unit, message, ahead, now)
            if handled is None:
                continue
            touched.update(dict.fromkeys(handled.touched))
        for ref in touched:
            refresh(unit, ref, now)


class _NotNowError(Exception):
    """A file of the message could not be read just now, through no fault of the file."""


def _read(unit: Unit, kept: _Kept, now: datetime) -> Read | None:
    """Read a message. Raises `_NotNowError` when it is better read again in a while."""
    ahead = read_ahead(
        unit, kept.key, kept.mime, received_at=kept.received_at, truncated=kept.truncated
    )
    if ahead is None or not any(p.passing for form in ahead.forms for p in form.problems):
        return ahead
    cannot_wait = ahead.message.message_class in URGENT or any(f.urgent for f in ahead.forms)
    if not cannot_wait and _may_be_put_off(unit, kept.key, now):
        unit.store.messages.not_tried(kept.key)
        raise _NotNowError
    return ahead


def _may_be_put_off(unit: Unit, key: MessageKey, now: datetime) -> bool:
    mark = f"put-off/{key}"
    since = unit.store.outbox.mark(mark)
    if not since:
        unit.store.outbox.set_mark(mark, now.isoformat())
    return not since or now - datetime.fromisoformat(since) < PUT_OFF


def _guarded(unit: Unit, kept: _Kept, ahead: Read | None, now: datetime) -> Handled | None:
    """One message that cannot be handled stops only itself (design, promise 6)."""
    try:
        with unit.store.savepoint():
            handled = record_one(unit, kept.key, kept.mime, ahead, now=now)
            # Before what staff say is done: it may be about this mail, or others of the batch.
            unit.store.messages.record([handled.reading])
            if handled.from_staff:
                read, linked = handled.from_staff
                answer_by_mail(unit, read, linked, now=now)
            return handled
    except StoreBusyError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever it is, the next message must be handled
        log.error("message failed", message=kept.key[:8], error=fault_of(error))
        return None


def _try_again(unit: Unit, now: datetime, patience: _Patience) -> None:
    """Messages that are kept and not read: a crash, a fault that may have passed, want of time."""
    for key in unit.store.messages.unread():
        if patience.is_over():
            return
        # Counted before it is tried: a message that kills the process must not do so for ever.
        if unit.store.messages.try_again(key) >= TRIES:
            _set_aside(unit, key)
            continue
        kept = unit.store.messages.get(key)
        if kept is not None:
            mime = unit.store.messages.mime(key)
            whole = _Kept(key, mime, kept.received_at, kept.truncated)
            _handle(unit, [whole], now)


def _set_aside(unit: Unit, key: MessageKey) -> None:
    sender = headers_of(unit.store.messages.mime(key)).sender
    party = who_is(sender, unit.area)
    unit.store.messages.set_aside(
        key,
        "This message could not be read in three tries; the original is kept.",
        file_to=_target(unit, NEEDS_A_PERSON),
        sender=sender,
        agency=party.agency if party else None,
    )
    log.error("message set aside", message=key[:8])


def _target(unit: Unit, folder: str) -> str | None:
    return folder if unit.area.filing == "move" else None


def file_messages(unit: Unit, now: datetime) -> None:
    """Move every copy that is read to where it belongs; a repeat after a crash is harmless.

    A folder that the server refuses stops only itself: staff are told, and it is tried again.
    """
    messages = unit.store.messages
    for target, copies in _by_target(messages.to_file()):
        with _filing(unit, target, now):
            unit.inbox.move([Locator(folder, id_) for folder, id_, _ in copies], target)
            messages.filed(copies)
    for folder, message_id, target, key in messages.to_refile():
        with _filing(unit, target, now):
            unit.inbox.move(_copies_of(unit, folder, message_id, key), target)
            messages.filed([(folder, "", key)])


@contextmanager
def _filing(unit: Unit, target: str, now: datetime) -> Iterator[None]:
    try:
        yield
    except MailboxGoneError:
        raise
    except MailboxError as error:
        log.error("filing failed", folder=target, why=str(error))
        reason = f"Mail could not be moved into the folder {target}: {error}"
        unit.store.outbox.notice(f"filing/{target}", reason, now)
    else:
        unit.store.outbox.settle_notice(f"filing/{target}", now)


def _copies_of(unit: Unit, folder: str, message_id: str | None, key: MessageKey) -> list[Locator]:
    """Copies of one very message: others may carry the same Message-ID, or none."""
    found = unit.inbox.find(folder, message_id) if message_id else None
    if found is None:
        found, _ = unit.inbox.arrivals(folder, "")
    batches = unit.inbox.fetch(found)
    return [raw.locator for batch in batches for raw in batch if message_key(raw.mime) == key]


def _by_target(
    found: Iterable[tuple[str, str, str, MessageKey]],
) -> Iterator[tuple[str, list[tuple[str, str, MessageKey]]]]:
    targets: dict[str, list[tuple[str, str, MessageKey]]] = {}
    for folder, id_, target, key in found:
        targets.setdefault(target, []).append((folder, id_, key))
    yield from targets.items()
