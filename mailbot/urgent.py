"""What cannot wait: referrals in the wrong mailbox, the public and the press, forged senders.

Duty contact and staff hear of it at once, whoever sent it; a vouched-for sender of a child
protection referral gets the fixed safety reply, at most once in 12 hours (process, section 5).
"""

from datetime import datetime, timedelta
from hashlib import sha256

from mailbot.casework import queue
from mailbot.core.letters.notices import alert, safety_reply
from mailbot.core.model import (
    MACHINE_CLASSES,
    Area,
    CaseRef,
    LetterKind,
    Link,
    Message,
    MessageClass,
    TrustMode,
    Unlinked,
)
from mailbot.core.parties import Party, PartyKind, who_is
from mailbot.core.record.settling import KEY_SHOWN
from mailbot.core.wording import name_of
from mailbot.unit import Unit, log

#: One sender gets one safety reply in this time.
REPLY_AGAIN_AFTER = timedelta(hours=12)
URGENT = frozenset({MessageClass.URGENT_REFERRAL, MessageClass.PUBLIC_OR_MEDIA})
_PARTY_WORDS = {
    PartyKind.STAFF: "the business unit",
    PartyKind.DUTY: "the duty contact",
    PartyKind.PANEL: "the Panel",
    PartyKind.NOTIFIER: "the authority's notifier",
    PartyKind.CHAIR: "the chair",
    PartyKind.BOARD: "a Board member",
}


def tell_at_once(
    unit: Unit,
    message: Message,
    result: Link | Unlinked | None,
    *,
    now: datetime,
    encloses_referral: bool = False,
) -> None:
    """Given a mail as read and where it belongs, tell staff of what cannot wait.

    `result` is None for a mail that opens a case. `encloses_referral` says that a referral's form
    is enclosed: beside a form of ours, whoever sent both knows this mailbox and is not answered.
    """
    if message.message_class is MessageClass.URGENT_REFERRAL:
        _referral(unit, message, result, now)
    elif encloses_referral and message.message_class not in MACHINE_CLASSES:
        _enclosed(unit, message, result, now)
    elif message.message_class is MessageClass.PUBLIC_OR_MEDIA:
        _public(unit, message, result, now)
    elif _is_forged(unit, message, result):
        _forged(unit, message, result, now)


def _referral(unit: Unit, message: Message, result: Link | Unlinked | None, now: datetime) -> None:
    answered = _reply(unit, message, now)
    told = (
        "Its sender has been told that no referral has been made by it, and to ring the front door."
        if answered
        else "Its sender has not been told anything: ring whoever it is from."
    )
    door = unit.area.front_door or "at the front door, or 999 in danger"
    letter = alert(
        unit.area,
        cause=message.key,
        what="A mail may be a child protection referral",
        do=f"Read it now and see that the referral is made: {door}. {told} "
        f"{_lies(unit.area)} {_settled(message, result)}",
        now=now,
        case=_case(result),
    )
    queue(unit, letter, now)


def _enclosed(unit: Unit, message: Message, result: Link | Unlinked | None, now: datetime) -> None:
    party = who_is(message.sender, unit.area)
    if party and party.unit and message.vouched_for:
        return  # a colleague who passes one on knows what it is
    door = unit.area.front_door or "at the front door, or 999 in danger"
    letter = alert(
        unit.area,
        cause=f"enclosed/{message.key}",
        what="A mail encloses a form for child protection referrals",
        do=f"Read it now: it may be a copy, or a referral that is still to be made: {door}. Its "
        "sender has not been told anything. What else is in the mail was read as usual.",
        now=now,
        case=_case(result),
    )
    queue(unit, letter, now)


def _reply(unit: Unit, message: Message, now: datetime) -> bool:
    """Answer a vouched-for sender, unless that was done lately. True when the sender knows."""
    sender = message.sender
    if not sender or not message.vouched_for or unit.area.trust is TrustMode.NONE:
        return False
    lately = unit.store.outbox.written_since(LetterKind.SAFETY_REPLY, now - REPLY_AGAIN_AFTER)
    if any(sender in letter.recipients for letter in lately):
        return True
    queue(unit, safety_reply(unit.area, to=sender, message=message.key, now=now), now)
    log.info("safety reply", message=message.key[:KEY_SHOWN])
    return True


def _public(unit: Unit, message: Message, result: Link | Unlinked | None, now: datetime) -> None:
    letter = alert(
        unit.area,
        cause=message.key,
        what="A mail may come from family, a solicitor or the press",
        do="Read it today and pass it to whoever answers such mail; a request for information has "
        "a legal time limit that runs from now. It was not answered and not moved: it lies in the "
        f"inbox. {_settled(message, result)}",
        now=now,
        case=_case(result),
    )
    queue(unit, letter, now)


def _is_forged(unit: Unit, message: Message, result: Link | Unlinked | None) -> bool:
    """Whether a mail bears an address of config and nobody vouches for it, and nothing tells so."""
    if message.vouched_for or unit.area.trust is TrustMode.NONE:
        return False
    if message.message_class in MACHINE_CLASSES or who_is(message.sender, unit.area) is None:
        return False
    return not (isinstance(result, Unlinked) and result.waits and result.agency)


def _forged(unit: Unit, message: Message, result: Link | Unlinked | None, now: datetime) -> None:
    """Tell of it once a sender and day: whoever floods the mailbox shall not flood staff."""
    party = who_is(message.sender, unit.area)
    mark = f"forged/{sha256((message.sender or '').encode()).hexdigest()[:KEY_SHOWN]}"
    today = unit.calendar.day_of(now).isoformat()
    if party is None or unit.store.outbox.mark(mark) == today:
        return
    unit.store.outbox.set_mark(mark, today)
    letter = alert(
        unit.area,
        cause=message.key,
        what=f"A mail says it is from {_name(party, unit.area)}, and nobody vouches for it",
        do="The receiving server does not vouch for its sender, so nothing in it was recorded or "
        "answered. Do not open its links or attachments. Ring the person whose name it bears, on a "
        f"number that you know. {_lies(unit.area, result)} If more of them come today, "
        "they are treated in the same way, and no further alert is sent.",
        now=now,
        case=_case(result),
    )
    queue(unit, letter, now)


def _name(party: Party, area: Area) -> str:
    return name_of(area, party.agency) if party.agency else _PARTY_WORDS.get(party.kind, "somebody")


def _case(result: Link | Unlinked | None) -> CaseRef | None:
    if isinstance(result, Link):
        return result.case
    if isinstance(result, Unlinked) and len(result.candidates) == 1:
        return result.candidates[0]
    return None


def _lies(area: Area, result: Link | Unlinked | None = None) -> str:
    stays = isinstance(result, Unlinked) and not result.waits
    if area.filing != "move" or stays:
        return "It lies in the inbox."
    return "It lies in the folder “Needs a person”."


def _settled(message: Message, result: Link | Unlinked | None) -> str:
    """How staff say that they have dealt with it."""
    shown = message.key[:KEY_SHOWN]
    if _case(result):
        return f"When you have dealt with it, answer this mail with “dealt with: {shown}”."
    return "When you have dealt with it, answer this mail with “dealt with: this mail”."
