"""One message, from bytes to facts: read, linked, and recorded on its case.

Called by intake inside the transaction that intake commits; also by what a person does with a
message later, whose link then stands in place of the evidence.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from mailbot.casework import case_of, queue
from mailbot.core.desk import name_of
from mailbot.core.forms import blank_names, forms_from
from mailbot.core.links import Opening, link
from mailbot.core.messages import Reading as HowToRead
from mailbot.core.messages import headers_of, message_key, read_message
from mailbot.core.model import (
    MACHINE_CLASSES,
    Area,
    Basis,
    CaseRef,
    DocumentKind,
    Form,
    Link,
    Message,
    MessageClass,
    MessageKey,
    Problem,
    Unlinked,
)
from mailbot.core.notices import alert, notification_waits
from mailbot.core.parties import PartyKind, children_in
from mailbot.core.reading import Effects, facts_from_message
from mailbot.core.references import new_reference
from mailbot.dispatch import record_sent
from mailbot.documents import documents_of
from mailbot.lookup import Lookup
from mailbot.mailboxes import SENT
from mailbot.store import Reading
from mailbot.unit import Unit, log

_NOTIFICATIONS = (DocumentKind.NOTIFICATION, DocumentKind.NOTIFICATION_NON_SERIOUS)
_URGENT = (MessageClass.URGENT_REFERRAL, MessageClass.PUBLIC_OR_MEDIA)

#: Mail that waits for a decision about a case, and mail that belongs to one (design, promise 9).
NEEDS_A_PERSON = "mailbot/Needs a person"
CASES = "mailbot/Cases"


@dataclass(frozen=True, slots=True)
class Read:
    """A message with its forms, as read today."""

    message: Message
    forms: tuple[Form, ...]


@dataclass(frozen=True, slots=True)
class Handled:
    """What was recorded of a message, and which cases it touched."""

    reading: Reading
    touched: tuple[CaseRef, ...] = ()
    #: Set when vouched-for staff wrote about a case: their lines are still to be recorded.
    from_staff: tuple[Read, Link] | None = None


def read_one(
    unit: Unit, key: MessageKey, mime: bytes, *, received_at: datetime, now: datetime
) -> Handled:
    """Given a kept message, read it, link it and record what it proves."""
    copy = _own_letter(unit, key, mime, now)
    if copy is not None:
        return copy
    read = read_mail(unit, mime, received_at)
    result = link(read.message, read.forms, area=unit.area, cases=Lookup(unit), key=unit.key)
    if isinstance(result, Unlinked):
        if result.waits:
            _tell_staff(unit, read, result, now)
        return Handled(_unlinked(unit, read, result))
    if isinstance(result, Opening):
        result = result.as_link(open_case(unit, received_at))
    return record_link(unit, read, result, now=now)


def read_mail(unit: Unit, mime: bytes, received_at: datetime) -> Read:
    """Given a mail's bytes, return it with its forms."""
    message = read_message(mime, received_at, reading=how_to_read(unit.area))
    forms = forms_from(documents_of(message), message.own_text, unit.layouts)
    return Read(message, tuple(forms))


def how_to_read(area: Area) -> HowToRead:
    """Given an area, return what reading must know of it."""
    return HowToRead(
        own_address=area.address,
        trust=area.trust,
        authserv_id=area.authserv_id,
        web_form_senders=area.web_form_senders,
        panel_address=area.panel_address,
    )


def open_case(unit: Unit, received_at: datetime) -> CaseRef:
    """Given when its notification was received, make a new case and return its reference."""
    year = unit.calendar.day_of(received_at).year
    serial = unit.store.cases.next_serial(year)
    ref = new_reference(unit.area.code, year, serial)
    unit.store.cases.open(ref, year=year, serial=serial, opened_at=received_at)
    return ref


def record_link(
    unit: Unit, read: Read, linked: Link, *, now: datetime, by: str = "mailbot"
) -> Handled:
    """Given a message and the case it belongs to, record what it proves there."""
    new = linked.basis is Basis.NEW_CASE
    case = None if new else case_of(unit, linked.case)
    effects = facts_from_message(
        read.message, read.forms, linked, case=case, area=unit.area, now=now
    )
    facts = [replace(fact, recorded_by=by) for fact in effects.facts]
    unit.store.cases.add(facts)
    if new:
        found = [(child.name, child.born) for child in children_in(read.forms)]
        unit.store.cases.index_children(linked.case, found)
    reading = _linked(unit, read, linked, effects)
    log.info(
        "message linked",
        message=read.message.key[:8],
        case=linked.case,
        basis=linked.basis.value,
        waits=effects.waits,
    )
    speaks = linked.party == PartyKind.STAFF and read.message.vouched_for
    person_writes = read.message.message_class not in MACHINE_CLASSES
    told = (read, linked) if speaks and person_writes else None
    return Handled(reading, (linked.case,), told)


def _own_letter(unit: Unit, key: MessageKey, mime: bytes, now: datetime) -> Handled | None:
    """A copy of a letter of ours: the proof that it was handed over (design, promise 2)."""
    glance = headers_of(mime)
    letter = unit.store.outbox.by_message_id(glance.message_id or "")
    if letter is None or glance.sender != unit.area.address:
        return None
    if message_key(unit.store.outbox.mime(letter.key)) != key:
        # Our Message-ID on other words: a gateway's footer, if the server vouches for it.
        message = read_message(mime, now, reading=how_to_read(unit.area))
        if not message.vouched_for:
            return None
    unit.store.outbox.confirm(letter.key)
    if letter.state in ("sending", "uncertain"):
        record_sent(unit, letter, now)
    filed = SENT if unit.area.filing == "move" else None
    return Handled(Reading(key=key, sender=glance.sender, file_to=filed))


def _linked(unit: Unit, read: Read, linked: Link, effects: Effects) -> Reading:
    target = NEEDS_A_PERSON if effects.waits else f"{CASES}/{linked.case}"
    return Reading(
        key=read.message.key,
        sender=read.message.sender,
        vouched_for=read.message.vouched_for,
        message_class=read.message.message_class.value,
        case=linked.case,
        agency=linked.agency,
        waits=effects.waits,
        reason=_with_places(effects.reason, effects.problems),
        file_to=target if unit.area.filing == "move" else None,
    )


def _unlinked(unit: Unit, read: Read, result: Unlinked) -> Reading:
    problems = [p for form in read.forms for p in form.problems] if result.waits else []
    waits_here = result.waits and unit.area.filing == "move"
    log.info("message not linked", message=read.message.key[:8], waits=result.waits)
    return Reading(
        key=read.message.key,
        sender=read.message.sender,
        vouched_for=read.message.vouched_for,
        message_class=read.message.message_class.value,
        agency=result.agency,
        candidates=result.candidates,
        waits=result.waits,
        reason=_with_places(result.reason, (*read.message.problems, *problems)),
        file_to=NEEDS_A_PERSON if waits_here else None,
    )


def _tell_staff(unit: Unit, read: Read, result: Unlinked, now: datetime) -> None:
    """What waits and cannot wait for the digest: a notification, or mail of somebody who owes."""
    message = read.message
    notified = next((f for f in read.forms if f.kind in _NOTIFICATIONS), None)
    if notified and any(map(notified.value, notified.fields)):
        letter = notification_waits(
            unit.area,
            message=message.key,
            received_at=message.received_at,
            blank=blank_names(notified),
            how=f"Check who sent it, then open the case: mailbot link {message.key[:8]} new.",
            now=now,
        )
        queue(unit, letter, now)
    elif result.agency or message.message_class in _URGENT:
        name = name_of(unit.area, result.agency) if result.agency else "an outside sender"
        case = result.candidates[0] if len(result.candidates) == 1 else None
        letter = alert(
            unit.area,
            cause=message.key,
            what=f"A mail from {name} waits for a person",
            do=f"{result.reason} It lies in the folder “Needs a person”. Reminders to that agency "
            "wait until somebody has dealt with it; the clock runs on.",
            now=now,
            case=case,
        )
        queue(unit, letter, now)


def _with_places(reason: str, problems: Sequence[Problem]) -> str:
    """The reason to wait with what could not be read, by place; never a name or a content."""
    sentences = dict.fromkeys(
        f"{problem.place}: {problem.what}" if problem.place else problem.what
        for problem in problems
    )
    return " ".join((reason, *sentences)).strip()
