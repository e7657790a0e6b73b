"""Watching Sent: drafts that a person has sent are recognised, and their clocks stop.

Outlook gives an edited draft a new Message-ID, so three things are looked for: our Message-ID,
our signed token in the text, and for a submission the case reference in the subject with the
Panel among the recipients, or the signed property of the report (design, promise 9). A draft that
was deleted is never taken for one that was sent.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from mailbot.core.messages import read_message
from mailbot.core.model import LetterKind, Message
from mailbot.core.references import (
    message_id_for,
    read_report_token,
    references_in,
    tokens_in,
)
from mailbot.dispatch import record_sent
from mailbot.documents import documents_of
from mailbot.mailboxes import DRAFTS, SENT, RawMessage
from mailbot.recording import how_to_read
from mailbot.store import Posted
from mailbot.unit import Unit, log

REPORT_PROPERTY = "mailbot-report"
#: A submission's draft that is gone, with no copy in Sent, is asked about after this time.
ASK_AFTER = timedelta(hours=1)
DRAFT_IS_GONE = (
    "The draft of the submission is no longer in Drafts, and no copy of it is in Sent. If it was "
    'sent, record it with "submission sent: <date>"; if not, it must be sent by hand.'
)
MANY_DRAFTS = 100
#: How often Drafts is looked at for a submission that is gone.
LOOK_EVERY = timedelta(minutes=10)


def watch_sent(unit: Unit, now: datetime) -> None:
    """Look through what came into Sent since the last time, then after missing drafts."""
    store = unit.store
    found, cursor = unit.inbox.arrivals(SENT, store.outbox.mark("cursor/sent"))
    new = set(store.messages.unknown(SENT, [locator.id for locator in found]))
    fresh = [locator for locator in found if locator.id in new]
    for batch in unit.inbox.fetch(fresh):
        with store.transaction():
            for raw in batch:
                _recognise(unit, raw, now)
                store.messages.locate(SENT, raw.locator.id, None)
    if cursor != store.outbox.mark("cursor/sent"):
        store.outbox.set_mark("cursor/sent", cursor)
    _missing_drafts(unit, now)


def _recognise(unit: Unit, raw: RawMessage, now: datetime) -> None:
    message = read_message(raw.mime, raw.received_at, reading=how_to_read(unit.area))
    letter, evidence = _letter_of(unit, message)
    if letter is None:
        return
    if letter.state == "sent":
        unit.store.outbox.confirm(letter.key)
        return
    proof = {"message_id": message.message_id or "", "evidence": evidence}
    record_sent(unit, letter, now, at=raw.received_at, proof=proof)
    unit.store.outbox.confirm(letter.key)
    for waiting in (f"draft/{letter.key}", f"letter/{letter.key}"):
        unit.store.outbox.settle_notice(waiting, now)
    log.info("draft was sent", letter=letter.key, case=letter.case, evidence=evidence)


def _letter_of(unit: Unit, message: Message) -> tuple[Posted | None, str]:
    """The letter of ours that a sent mail is, and on what evidence."""
    outbox = unit.store.outbox
    found = outbox.by_message_id(message.message_id or "")
    if found:
        return found, "message-id"
    drafts = [letter for letter in outbox.in_state("drafted") if letter.case]
    if not drafts:
        return None, ""
    return next(_matches(unit, message, drafts), (None, ""))


def _matches(unit: Unit, message: Message, drafts: list[Posted]) -> Iterator[tuple[Posted, str]]:
    to_panel = unit.area.panel_address in (*message.to, *message.cc)
    named = references_in(message.subject)
    reports = set(_reports_in(unit, message)) if to_panel else set()
    by_id = {letter.message_id: letter for letter in drafts}
    for token in tokens_in(message.text, unit.key):
        letter = by_id.get(_message_id(unit, token.text))
        # A mail that only quotes the draft goes to somebody else.
        if letter and set(letter.recipients) & {*message.to, *message.cc}:
            yield letter, "token"
    for letter in drafts:
        if letter.kind is not LetterKind.SUBMISSION or not to_panel:
            continue
        if letter.case in named:
            yield letter, "reference"
        if letter.case in reports:
            yield letter, "document"


def _message_id(unit: Unit, token: str) -> str:
    return message_id_for(token, unit.domain)


def _reports_in(unit: Unit, message: Message) -> Iterator[str]:
    for _, document in documents_of(message):
        ref = read_report_token(unit.key, document.properties.get(REPORT_PROPERTY, ""))
        if ref:
            yield ref


def _missing_drafts(unit: Unit, now: datetime) -> None:
    """Ask staff about a submission whose draft is gone and of which no copy came into Sent."""
    outbox = unit.store.outbox
    submissions = [x for x in outbox.in_state("drafted") if x.kind is LetterKind.SUBMISSION]
    looked = outbox.mark("drafts-looked-at")
    if not submissions or (looked and now - datetime.fromisoformat(looked) < LOOK_EVERY):
        return
    outbox.set_mark("drafts-looked-at", now.isoformat())
    for letter in submissions:
        since = outbox.mark(f"gone/{letter.key}")
        if _lies_in_drafts(unit, letter):
            if since:
                outbox.set_mark(f"gone/{letter.key}", "")
        elif not since:
            outbox.set_mark(f"gone/{letter.key}", now.isoformat())
        elif now - datetime.fromisoformat(since) >= ASK_AFTER and _somebody_works(unit, now):
            outbox.notice(f"draft/{letter.key}", DRAFT_IS_GONE, now, letter.case)


def _somebody_works(unit: Unit, now: datetime) -> bool:
    today = unit.calendar.day_of(now)
    begins = unit.calendar.moment(today, unit.area.digest_at)
    return unit.calendar.is_working_day(today) and now >= begins


def _lies_in_drafts(unit: Unit, letter: Posted) -> bool:
    """Whether the draft is there, edited or not: by Message-ID, else by token or reference."""
    if unit.inbox.find(DRAFTS, letter.message_id):
        return True
    found, _ = unit.inbox.arrivals(DRAFTS, "")
    for batch in unit.inbox.fetch(found[-MANY_DRAFTS:]):
        for raw in batch:
            message = read_message(raw.mime, raw.received_at, reading=how_to_read(unit.area))
            tokens = [_message_id(unit, t.text) for t in tokens_in(message.text, unit.key)]
            if letter.message_id in tokens or letter.case in references_in(message.subject):
                return True
    return False
