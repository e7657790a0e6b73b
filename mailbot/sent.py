"""Watching Sent: drafts that a person has sent are recognised, and their clocks stop.

Outlook gives an edited draft a new Message-ID, so three things are looked for: our Message-ID,
our signed token in the text, and for a submission the case reference in the subject with the
Panel among the recipients, or the signed property of the report (design, promise 9). A draft that
was deleted is never taken for one that was sent.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from mailbot.answered import how_to_read
from mailbot.casework import case_of, queue
from mailbot.core.letters.desk import TO_THE_PANEL
from mailbot.core.letters.digest import KIND_WORDS
from mailbot.core.letters.notices import alert
from mailbot.core.letters.sent_letters import RECORDED_BY
from mailbot.core.mail.messages import read_message
from mailbot.core.model import CaseRef, FactKind, Letter, LetterKind, Message
from mailbot.core.references import message_id_for, references_in, tokens_in
from mailbot.dispatch import record_sent, record_sent_though_withdrawn
from mailbot.drafts import STALE, drafts_lying, is_draft_of, reports_in, withdraw_stale_drafts
from mailbot.invited import take_invitation
from mailbot.mailboxes import SENT, RawMessage
from mailbot.store import Posted
from mailbot.unit import Unit, log
from mailbot.withdrawal import Reason, reason_against

_LAY_IN_DRAFTS = ("drafted", "withdrawn")
#: A submission's draft that is gone, with no copy in Sent, is asked about after this time.
ASK_AFTER = timedelta(hours=1)
DRAFT_IS_GONE = (
    "The draft of the {what} is no longer in Drafts, and no copy of it is in Sent. If it was "
    "sent, record it with “{line}: today”, or with the day; if not, it must be sent by hand."
)
#: The lines with which staff record that what is for the Panel has gone, and what that records.
_LINES = {
    LetterKind.SUBMISSION: "submission sent",
    LetterKind.FURTHER_SUBMISSION: "further information sent",
}
_WHAT = {
    LetterKind.SUBMISSION: "submission",
    LetterKind.FURTHER_SUBMISSION: "further information",
}
_SENT_AS = {
    LetterKind.SUBMISSION: FactKind.SUBMISSION_SENT,
    LetterKind.FURTHER_SUBMISSION: FactKind.FURTHER_INFORMATION_SENT,
}
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
    withdraw_stale_drafts(unit, now)
    _missing_drafts(unit, now)


def _recognise(unit: Unit, raw: RawMessage, now: datetime) -> None:
    message = read_message(raw.mime, raw.received_at, reading=how_to_read(unit.area))
    letter, evidence = _letter_of(unit, message)
    if letter is None:
        take_invitation(unit, message, now)
        return
    if letter.state == "sent":
        unit.store.outbox.confirm(letter.key)
        return
    reason = reason_against(unit, letter, now) if letter.state in _LAY_IN_DRAFTS else None
    if reason is None or reason.anew:
        proof = {"message_id": message.message_id or "", "evidence": evidence}
        record_sent(unit, letter, now, at=raw.received_at, proof=proof)
    else:
        record_sent_though_withdrawn(unit, letter, reason.why, now, at=raw.received_at)
    unit.store.outbox.confirm(letter.key)
    for waiting in (f"draft/{letter.key}", f"letter/{letter.key}", f"{STALE}{letter.key}"):
        unit.store.outbox.settle_notice(waiting, now)
    if reason is not None and not _is_proof_of_what_staff_said(unit, letter):
        queue(unit, _alert(unit, letter, reason, now), now)
    log.info("draft was sent", letter=letter.key, case=letter.case, evidence=evidence)


def _is_proof_of_what_staff_said(unit: Unit, letter: Posted) -> bool:
    """Whether staff recorded the submission as sent before its copy was seen in Sent."""
    if letter.kind not in TO_THE_PANEL or letter.case is None:
        return False
    sent = case_of(unit, letter.case).last(_SENT_AS[letter.kind])
    return sent is not None and sent.recorded_by != RECORDED_BY


def _alert(unit: Unit, letter: Posted, reason: Reason, now: datetime) -> Letter:
    """The letter to staff about a draft that was sent although it no longer held."""
    if reason.anew:
        what = "An older draft was sent"
        do = "It counts as sent. Tell whoever received it what has changed since."
    else:
        what = "A draft that no longer held was sent"
        do = "It counts for nothing here. Tell whoever received it that it does not hold."
        if letter.kind in TO_THE_PANEL:
            line = _LINES[letter.kind]
            do += f" If it is right after all, answer this mail with “{line}: today”, or the day."
    return alert(
        unit.area,
        cause=f"{STALE}{letter.key}",
        what=f"{what}: {KIND_WORDS[letter.kind]}",
        do=f"{reason.why} {do}",
        now=now,
        case=letter.case,
    )


def _letter_of(unit: Unit, message: Message) -> tuple[Posted | None, str]:
    """The letter of ours that a sent mail is, and on what evidence."""
    found = unit.store.outbox.by_message_id(message.message_id or "")
    if found:
        return found, "message-id"
    return next(_matches(unit, message), (None, ""))


def _matches(unit: Unit, message: Message) -> Iterator[tuple[Posted, str]]:
    for token in tokens_in(message.text, unit.key):
        letter = unit.store.outbox.by_message_id(message_id_for(token.text, unit.domain))
        # A mail that only quotes the draft goes to somebody else.
        to_them = letter and set(letter.recipients) & {*message.to, *message.cc}
        if letter and letter.case and to_them and letter.state in _LAY_IN_DRAFTS:
            yield letter, "token"
    if unit.area.panel_address not in (*message.to, *message.cc):
        return
    named = references_in(message.subject)
    reports = reports_in(unit, message)
    for ref in dict.fromkeys((*named, *reports)):
        letter = _submission_of(unit, CaseRef(ref))
        if letter:
            yield letter, "reference" if ref in named else "document"


def _submission_of(unit: Unit, ref: CaseRef) -> Posted | None:
    """The submission of a case that a mail to the Panel can be: the draft, else a withdrawn one."""
    letters = [x for x in unit.store.outbox.of_case(ref) if x.kind in TO_THE_PANEL]
    drafted = [x for x in letters if x.state == "drafted"]
    withdrawn = [x for x in letters if x.state == "withdrawn" and x.attempts]
    return next(iter(drafted[-1:] or withdrawn[-1:]), None)


def _missing_drafts(unit: Unit, now: datetime) -> None:
    """Ask staff about a submission whose draft is gone and of which no copy came into Sent."""
    outbox = unit.store.outbox
    submissions = [x for x in outbox.in_state("drafted") if x.kind in TO_THE_PANEL]
    looked = outbox.mark("drafts-looked-at")
    if not submissions or (looked and now - datetime.fromisoformat(looked) < LOOK_EVERY):
        return
    outbox.set_mark("drafts-looked-at", now.isoformat())
    lying = drafts_lying(unit)
    for letter in submissions:
        since = outbox.mark(f"gone/{letter.key}")
        if any(is_draft_of(unit, message, letter) for message in lying):
            if since:
                outbox.set_mark(f"gone/{letter.key}", "")
        elif not since:
            outbox.set_mark(f"gone/{letter.key}", now.isoformat())
        elif now - datetime.fromisoformat(since) >= ASK_AFTER and _somebody_works(unit, now):
            gone = DRAFT_IS_GONE.format(what=_WHAT[letter.kind], line=_LINES[letter.kind])
            outbox.notice(f"draft/{letter.key}", gone, now, letter.case)


def _somebody_works(unit: Unit, now: datetime) -> bool:
    today = unit.calendar.day_of(now)
    begins = unit.calendar.moment(today, unit.area.digest_at)
    return unit.calendar.is_working_day(today) and now >= begins
