"""Sending: the outbox goes out, each letter once, and what was handed over is a fact.

The states of a letter: queued -> sending -> sent for one that goes out by itself; queued ->
drafting -> drafted -> sent for a draft that a person sends. Each arrow is a commit of its own, so
that a crash leaves at most one letter whose fate must be looked up (design, promise 2).
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from mailbot.casework import case_of, refresh
from mailbot.core.clocks.hours import may_go_at
from mailbot.core.letters.desk import TO_THE_PANEL
from mailbot.core.letters.sent_letters import (
    facts_when_drafted,
    facts_when_failed,
    facts_when_sent,
    facts_when_sent_though_withdrawn,
    facts_when_summed_up,
)
from mailbot.core.model import Delivery, Json, LetterKind
from mailbot.errors import (
    MailboxError,
    MailboxGoneError,
    SendLaterError,
    SendRefusedError,
    SendUncertainError,
    StoreBusyError,
)
from mailbot.holding import keep_back
from mailbot.mailboxes import DRAFTS, INBOX, SENT
from mailbot.mailboxes.door import PANEL_ADDRESS
from mailbot.store import Posted
from mailbot.unit import Unit, fault_of, log
from mailbot.withdrawal import queued_letter, withdrawn_before_sending

#: How long a copy may take to come back before a letter is sent once more.
COPY_COMES_WITHIN = timedelta(minutes=15)
#: A letter that failed through a fault of ours so often is given up (design, promise 6).
TRIES = 3
#: The notice that stands while the mail server takes no letters.
NOT_GOING = "sending"
#: Pauses before a letter is offered again to a server that said "later".
PAUSES = tuple(timedelta(minutes=m) for m in (1, 5, 15, 60, 240))


def send_out(unit: Unit, now: datetime) -> int:
    """Settle what a crash left half done, then send what is due. Return how many letters went."""
    settle(unit, now)
    return sum(_guarded(unit, letter, now, _send) for letter in unit.store.outbox.due(now))


def _guarded(
    unit: Unit, letter: Posted, now: datetime, work: Callable[[Unit, Posted, datetime], bool]
) -> bool:
    """One letter that cannot be sent stops only itself (design, promise 6)."""
    try:
        return work(unit, letter, now)
    except (MailboxGoneError, StoreBusyError):
        raise
    except MailboxError as error:
        _folder_refused(unit, letter, error, now)
        return False
    except Exception as error:  # noqa: BLE001 - whatever it is, the next letter must go
        log.error("letter in trouble", letter=letter.key, error=fault_of(error))
        found = unit.store.outbox.get(letter.key)
        if found is None or found.state != "queued":
            return False  # it may have gone: what became of it is looked up
        if found.attempts >= TRIES:
            _give_up(unit, found, now)
        else:
            unit.store.outbox.put_off(letter.key, now + PAUSES[0])
        return False


def _folder_refused(unit: Unit, letter: Posted, error: MailboxError, now: datetime) -> None:
    """A folder that the server refuses stops only the letters that go into it."""
    log.error("folder refused", letter=letter.key, why=str(error))
    found = unit.store.outbox.get(letter.key)
    if found is None or found.state != "drafting":
        return  # it may have gone: what became of it is looked up
    pause = PAUSES[min(found.attempts, len(PAUSES) - 1)]
    unit.store.outbox.set_state(letter.key, "queued", now, why=str(error), again_at=now + pause)
    if found.attempts >= TRIES:
        reason = f"A letter could not be put into Drafts: {error}"
        unit.store.outbox.notice(f"letter/{letter.key}", reason, now, letter.case)


def _give_up(unit: Unit, letter: Posted, now: datetime) -> None:
    """Nothing is recorded on the case: it may be the case that cannot be read."""
    why = "mailbot failed on it three times; see the log."
    with unit.store.transaction():
        unit.store.outbox.set_state(letter.key, "failed", now, why=why)
        unit.store.outbox.notice(f"letter/{letter.key}", f"Not sent: {why}", now, letter.case)


def _send(unit: Unit, letter: Posted, now: datetime) -> bool:
    if withdrawn_before_sending(unit, letter, now):
        return False
    if letter.case and keep_back(unit, letter, case_of(unit, letter.case), now):
        return False
    if letter.delivery is Delivery.DRAFT:
        _draft_unless_to_the_panel(unit, letter, now)
        return False
    goes = may_go_at(letter.kind, now, area=unit.area, calendar=unit.calendar)
    if goes > now:  # a server that slept: nobody is reminded at night
        unit.store.outbox.wait_until(letter.key, goes)
        return False
    return _within_cap(unit, letter, now) and hand_over(unit, letter, now)


def settle(unit: Unit, now: datetime) -> None:
    """Find out what became of letters whose hand-over was not confirmed (design, promise 2)."""
    outbox = unit.store.outbox
    for letter in outbox.in_state("sending"):
        # A crash, or a server that fell silent, after the text may have gone.
        outbox.set_state(letter.key, "uncertain", letter.changed_at, why="not confirmed")
    for letter in outbox.in_state("uncertain"):
        _guarded(unit, letter, now, _settle_sent)
    for letter in outbox.in_state("drafting"):
        _guarded(unit, letter, now, _settle_drafted)


def _settle_sent(unit: Unit, letter: Posted, now: datetime) -> bool:
    if letter.confirmed or _copy_exists(unit, letter):
        record_sent(unit, letter, now, at=letter.changed_at)
        return True
    if now - letter.changed_at >= COPY_COMES_WITHIN:
        _once_more(unit, letter, now)
    return False


def _settle_drafted(unit: Unit, letter: Posted, now: datetime) -> bool:
    if unit.inbox.find(DRAFTS, letter.message_id):
        _record_drafted(unit, letter, now)
    else:
        draft(unit, letter, now)
    return False


def hand_over(unit: Unit, letter: Posted, now: datetime, *, once_more: bool = False) -> bool:
    """Given a letter, hand it to the mail server. True when the server took it."""
    outbox = unit.store.outbox
    mime = outbox.mime(letter.key)
    copy_to = None if unit.server_saves_sent else unit.area.address
    with unit.store.transaction():
        if once_more:
            outbox.resend(letter.key)
        outbox.set_state(letter.key, "sending", now)
    try:
        handover = unit.sender.send(
            mime,
            sender=unit.area.address,
            recipients=letter.recipients,
            copy_to=copy_to,
        )
    except SendRefusedError as error:
        record_failed(unit, letter, str(error), now)
        return False
    except SendLaterError as error:
        _later(unit, letter, str(error), now)
        return False
    except SendUncertainError as error:
        outbox.set_state(letter.key, "uncertain", now, why=str(error))
        log.warning("letter uncertain", letter=letter.key, why=str(error))
        return False
    record_sent(unit, letter, now)
    outbox.settle_notice(NOT_GOING, now)
    if copy_to and not handover.copied:
        unit.inbox.append(SENT, mime, now)
    return True


def _later(unit: Unit, letter: Posted, why: str, now: datetime) -> None:
    pause = PAUSES[min(letter.attempts, len(PAUSES) - 1)]
    unit.store.outbox.set_state(letter.key, "queued", now, why=why, again_at=now + pause)
    log.warning("letter later", letter=letter.key, why=why)
    if letter.attempts + 1 >= TRIES:
        unit.store.outbox.notice(NOT_GOING, f"Letters do not go out: {why}", now)


def _draft_unless_to_the_panel(unit: Unit, letter: Posted, now: datetime) -> None:
    """Only what is meant for the Panel may lie ready for it, wherever config has its address."""
    panel = {PANEL_ADDRESS, unit.area.panel_address}
    if letter.kind not in TO_THE_PANEL and panel & set(letter.recipients):
        record_failed(unit, letter, "The Panel's address stands among its recipients.", now)
    else:
        draft(unit, letter, now)


def draft(unit: Unit, letter: Posted, now: datetime) -> None:
    """Given a letter for a person to send, put it into the mailbox's Drafts."""
    outbox = unit.store.outbox
    mime = outbox.mime(letter.key)
    outbox.set_state(letter.key, "drafting", now)
    unit.inbox.append(DRAFTS, mime, now)
    _record_drafted(unit, letter, now)


def _record_drafted(unit: Unit, letter: Posted, now: datetime) -> None:
    with unit.store.transaction():
        unit.store.outbox.set_state(letter.key, "drafted", now)
        unit.store.outbox.settle_notice(f"letter/{letter.key}", now)
        if letter.case:
            case = case_of(unit, letter.case)
            queued = queued_letter(unit, letter)
            unit.store.cases.add(facts_when_drafted(queued, case, at=now, now=now))
            refresh(unit, letter.case, now)
    log.info("letter drafted", letter=letter.key, case=letter.case)


def record_sent(
    unit: Unit,
    letter: Posted,
    now: datetime,
    *,
    at: datetime | None = None,
    proof: Mapping[str, Json] | None = None,
) -> None:
    """Given a letter that has gone, record it and what it means for its case.

    `at` is when it went, if not now; `proof` is by what a draft was recognised in Sent.
    """
    store = unit.store
    with store.transaction():
        store.outbox.set_state(letter.key, "sent", at or now)
        store.outbox.settle_notice(f"cap/{letter.key}", now)
        if letter.case:
            case = case_of(unit, letter.case)
            queued = queued_letter(unit, letter)
            store.cases.add(facts_when_sent(queued, case, at=at or now, now=now, proof=proof))
            refresh(unit, letter.case, now)
        elif letter.kind is LetterKind.HEALTH_SUMMARY:
            summed_up = queued_letter(unit, letter)
            store.cases.add(facts_when_summed_up(summed_up, at=at or now, now=now))
    log.info("letter sent", letter=letter.key, case=letter.case)


def record_sent_though_withdrawn(
    unit: Unit, letter: Posted, why: str, now: datetime, *, at: datetime
) -> None:
    """Given a letter that a person sent at `at` although it no longer held, record that alone."""
    store = unit.store
    with store.transaction():
        store.outbox.set_state(letter.key, "sent", at, why=why)
        if letter.case:
            case = case_of(unit, letter.case)
            queued = queued_letter(unit, letter)
            store.cases.add(facts_when_sent_though_withdrawn(queued, case, at=at, now=now))
            refresh(unit, letter.case, now)
    log.warning("withdrawn letter sent by a person", letter=letter.key, why=why)


def record_failed(unit: Unit, letter: Posted, why: str, now: datetime) -> None:
    """Given a letter that was refused for good, let a person know."""
    store = unit.store
    with store.transaction():
        store.outbox.set_state(letter.key, "failed", now, why=why)
        store.outbox.notice(f"letter/{letter.key}", f"Not sent: {why}", now, letter.case)
        if letter.case:
            case = case_of(unit, letter.case)
            queued = queued_letter(unit, letter)
            store.cases.add(facts_when_failed(queued, case, why=why, now=now))
            refresh(unit, letter.case, now)
    log.error("letter failed", letter=letter.key, why=why)


def _within_cap(unit: Unit, letter: Posted, now: datetime) -> bool:
    """Promise 5: even if all else fails, nobody outside gets a flood."""
    inside = {person.email for person in (*unit.area.staff, unit.area.duty)}
    day_ago = now - timedelta(days=1)
    for address in letter.recipients:
        if address in inside:
            continue
        sent = unit.store.outbox.sent_to_since(address, day_ago)
        if sent >= unit.area.letters_per_person_and_day:
            why = "More letters than usual went to this correspondent today; it waits for a person."
            unit.store.outbox.notice(f"cap/{letter.key}", why, now, letter.case)
            again_at = now + PAUSES[-1]  # else the daemon would ask every second
            unit.store.outbox.set_state(letter.key, "queued", now, why=why, again_at=again_at)
            return False
    return True


def _copy_exists(unit: Unit, letter: Posted) -> bool:
    return any(unit.inbox.find(folder, letter.message_id) for folder in (SENT, INBOX))


def _once_more(unit: Unit, letter: Posted, now: datetime) -> None:
    if letter.resent:
        reason = "Nobody knows whether this letter arrived: look in Sent, and ring if in doubt."
        unit.store.outbox.notice(f"letter/{letter.key}", reason, now, letter.case)
        return
    if withdrawn_before_sending(unit, letter, now):
        return  # it may have arrived; what it asked for is no longer wanted either way
    log.warning("letter sent once more", letter=letter.key, message_id=letter.message_id)
    hand_over(unit, letter, now, once_more=True)
