"""Which letter of ours a mail answers, and which mails wait that staff may mean by their answer."""

from collections.abc import Iterator

from mailbot.core.letters.letters import cause_of
from mailbot.core.mail.messages import Reading as HowToRead
from mailbot.core.mail.messages import headers_of, read_message
from mailbot.core.model import Area, CaseRef, FactKind, Message, MessageKey
from mailbot.core.parties import CaseParties, who_is
from mailbot.core.record.instruction_words import WaitingMail
from mailbot.core.references import message_id_for, tokens_in
from mailbot.store import Kept, Posted
from mailbot.unit import Unit


def how_to_read(area: Area) -> HowToRead:
    """Given an area, return what reading must know of it."""
    return HowToRead(
        own_address=area.address,
        trust=area.trust,
        authserv_id=area.authserv_id,
        web_form_senders=area.web_form_senders,
        panel_address=area.panel_address,
    )


def letter_answered(unit: Unit, message: Message) -> Posted | None:
    """Given a mail, return the letter of ours that it answers, or None.

    By its headers, the newest first; else by the token that it quotes, where a mail program or
    the provider has changed the Message-ID.
    """
    for message_id in _message_ids(unit, message):
        if letter := unit.store.outbox.by_message_id(message_id):
            return letter
    return None


def _message_ids(unit: Unit, message: Message) -> Iterator[str]:
    yield from (*message.in_reply_to, *reversed(message.references))
    for token in tokens_in(message.text, unit.key):
        yield message_id_for(token.text, unit.domain)


def kind_answered(letter: Posted | None) -> str:
    """Given the letter that a mail answers, return what a Link says of it (`Link.answers`)."""
    return letter.kind.value if letter and not letter.agency else ""


def mail_it_was_about(unit: Unit, letter: Posted | None) -> MessageKey | None:
    """Given a letter of ours to staff, return the mail that it told them of, or None."""
    if letter is None:
        return None
    number = cause_of(letter.key)
    if number is None or letter.case is None:
        kept = unit.store.messages.get(letter.key.rpartition("/")[2])
        return kept.key if kept else None
    facts = unit.store.cases.facts(letter.case)
    return next((fact.message for fact in facts if fact.number == number), None)


def waiting_mails(unit: Unit, ref: CaseRef, parties: CaseParties) -> tuple[WaitingMail, ...]:
    """Given a case, return the mails that wait and are, or may be, about it; oldest first."""
    return tuple(
        _waiting_mail(unit, kept, ref, parties)
        for kept in unit.store.messages.waiting()
        if kept.case == ref
        or (kept.case is None and (ref in kept.candidates or not kept.candidates))
    )


def _waiting_mail(unit: Unit, kept: Kept, ref: CaseRef, parties: CaseParties) -> WaitingMail:
    linked = kept.case == ref
    fact = next(
        (
            f
            for f in unit.store.cases.facts_of_message(kept.key)
            if f.kind is FactKind.MESSAGE_LINKED and f.case == ref
        ),
        None,
    )
    party = who_is(kept.sender, unit.area, parties)
    agency = fact.agency if fact else kept.agency
    return WaitingMail(
        key=kept.key,
        received_at=kept.received_at,
        agency=agency or (party.agency if party else None),
        party=str(fact.detail.get("party", "")) if fact else (party.kind.value if party else ""),
        sender=kept.sender or "",
        vouched_for=_is_vouched_for(unit, kept),
        message_class=kept.message_class,
        answers=str(fact.detail.get("answers", "")) if fact else "",
        holds_for=tuple(fact.detail.get("holds_for") or ()) if fact else (),
        linked=linked,
        only_here=linked or kept.candidates == (ref,),
    )


def _is_vouched_for(unit: Unit, kept: Kept) -> bool:
    mime = unit.store.messages.mime(kept.key)
    return read_message(mime, kept.received_at, reading=how_to_read(unit.area)).vouched_for


def letter_copied(unit: Unit, mime: bytes) -> Posted | None:
    """Given a mail, return the letter of ours of which it says to be a copy."""
    glance = headers_of(mime)
    if glance.sender != unit.area.address:
        return None
    return unit.store.outbox.by_message_id(glance.message_id or "")
