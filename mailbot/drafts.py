"""Drafts that no longer hold: withdrawn, taken out of Drafts, or named to staff for deletion.

A draft is a person's to send, so it is judged for as long as it lies there. One that no longer
holds is withdrawn and staff are told to delete it; where nobody has changed it, mailbot takes it
out of Drafts by itself. The notice is the memory: it stands until the draft is gone.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial

from mailbot.answered import how_to_read
from mailbot.casework import case_of, clocks_of, guarded, refresh
from mailbot.core.letters.desk import TO_THE_PANEL
from mailbot.core.letters.digest import KIND_WORDS
from mailbot.core.mail.messages import read_message
from mailbot.core.model import CaseRef, Message
from mailbot.core.references import message_id_for, read_report_token, references_in, tokens_in
from mailbot.core.wording import full_moment
from mailbot.documents import documents_of
from mailbot.errors import MailboxError, MailboxGoneError
from mailbot.mailboxes import DRAFTS, Locator
from mailbot.store import Posted
from mailbot.unit import Unit, log
from mailbot.withdrawal import Reason, reason_in, withdraw

REPORT_PROPERTY = "mailbot-report"
#: Where drafts go that no longer hold and that nobody has changed.
WITHDRAWN_DRAFTS = "mailbot/Withdrawn drafts"
#: Start of the key of a notice that a draft must be deleted; the letter's key follows.
STALE = "stale/"
#: How often it is looked whether staff have deleted it.
LOOK_EVERY = timedelta(minutes=10)
MANY_DRAFTS = 100


def withdraw_stale_drafts(unit: Unit, now: datetime) -> None:
    """Judge every draft whose case has changed, once an hour besides; then tidy Drafts."""
    outbox = unit.store.outbox
    before = _stale_notices(unit)
    for ref, newest in outbox.drafts_by_case().items():
        seen = f"{newest} {now:%Y-%m-%dT%H}"
        if outbox.mark(f"drafts/{ref}") == seen:
            continue
        with unit.store.transaction():
            guarded(unit, ref, now, partial(_judge_drafts, unit, ref, now))
            outbox.set_mark(f"drafts/{ref}", seen)
    waiting = _stale_notices(unit)
    looked = outbox.mark("stale-drafts-looked-at")
    lately = bool(looked) and now - datetime.fromisoformat(looked) < LOOK_EVERY
    if waiting and (waiting != before or not lately):
        outbox.set_mark("stale-drafts-looked-at", now.isoformat())
        _tidy(unit, waiting, now)


def _stale_notices(unit: Unit) -> list[str]:
    keys = (key for key, *_ in unit.store.outbox.notices())
    return [key.removeprefix(STALE) for key in keys if key.startswith(STALE)]


def _judge_drafts(unit: Unit, ref: CaseRef, now: datetime) -> None:
    case = case_of(unit, ref)
    clocks = clocks_of(unit, case, now)
    anew = False
    for letter in unit.store.outbox.of_case(ref):
        if letter.state != "drafted":
            continue
        reason = reason_in(unit, letter, case, clocks, now=now)
        if reason is not None:
            withdraw(unit, [letter.key], reason.why, now, anew=reason.anew)
            unit.store.outbox.settle_notice(f"draft/{letter.key}", now)
            unit.store.outbox.notice(f"{STALE}{letter.key}", _to_delete(letter, reason), now, ref)
            anew = anew or reason.anew
    if anew:
        refresh(unit, ref, now)


def _to_delete(letter: Posted, reason: Reason) -> str:
    what = f"“{KIND_WORDS[letter.kind]}” of {full_moment(letter.changed_at)}"
    beside = " A newer one is written in its place, without what you changed." * reason.anew
    return f"Delete this draft from Drafts, and do not send it: {what}. {reason.why}{beside}"


def _tidy(unit: Unit, waiting: Sequence[str], now: datetime) -> None:
    """Take out of Drafts what nobody changed; forget what staff have deleted."""
    edited: list[Message] | None = None
    for key in waiting:
        letter = unit.store.outbox.get(key)
        if letter is not None:
            if not _taken_out(unit, letter):
                continue
            edited = drafts_lying(unit) if edited is None else edited
            if any(is_draft_of(unit, message, letter) for message in edited):
                continue
        unit.store.outbox.settle_notice(f"{STALE}{key}", now)


def _taken_out(unit: Unit, letter: Posted) -> bool:
    """Whether no draft with the letter's Message-ID lies in Drafts, after taking out our own."""
    found = unit.inbox.find(DRAFTS, letter.message_id)
    ours = _plain(unit.store.outbox.mime(letter.key))
    untouched = [
        raw.locator
        for batch in unit.inbox.fetch(found)
        for raw in batch
        if _plain(raw.mime) == ours
    ]
    if not untouched or unit.area.filing != "move":
        return not found
    return _moved(unit, untouched) and len(untouched) == len(found)


def _moved(unit: Unit, locators: Sequence[Locator]) -> bool:
    try:
        unit.inbox.move(locators, WITHDRAWN_DRAFTS)
    except MailboxGoneError:
        raise
    except MailboxError as error:
        log.warning("draft not taken out", why=str(error))  # staff are asked to delete it
        return False
    return True


def _plain(mime: bytes) -> bytes:
    return mime.replace(b"\r\n", b"\n").strip()


def drafts_lying(unit: Unit) -> list[Message]:
    """Return what lies in Drafts now, the newest of it."""
    found, _ = unit.inbox.arrivals(DRAFTS, "")
    return [
        read_message(raw.mime, raw.received_at, reading=how_to_read(unit.area))
        for batch in unit.inbox.fetch(found[-MANY_DRAFTS:])
        for raw in batch
    ]


def is_draft_of(unit: Unit, message: Message, letter: Posted) -> bool:
    """Given a draft, edited or not, return whether it is the letter's.

    Our token says whose it is; without one, a submission is known by the Panel among the
    recipients and the reference, or by the signed report.
    """
    if message.message_id == letter.message_id:
        return True
    tokens = [message_id_for(t.text, unit.domain) for t in tokens_in(message.text, unit.key)]
    if tokens or letter.kind not in TO_THE_PANEL:
        return letter.message_id in tokens
    to_panel = unit.area.panel_address in (*message.to, *message.cc)
    named = to_panel and letter.case in references_in(message.subject)
    return named or letter.case in reports_in(unit, message)


def reports_in(unit: Unit, message: Message) -> list[str]:
    """Given a mail, return the cases whose signed report is attached to it."""
    found = (
        read_report_token(unit.key, document.properties.get(REPORT_PROPERTY, ""))
        for _, document in documents_of(message)
    )
    return [ref for ref in found if ref]
