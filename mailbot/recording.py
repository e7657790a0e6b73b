"""One message, from bytes to facts: read, linked, and recorded on its case.

Reading can take minutes, so intake calls it before the transaction in which it has the message
recorded; recording is called also by what a person does with a message later, whose link then
stands in place of the evidence.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from mailbot.answered import how_to_read, kind_answered, letter_answered, letter_copied
from mailbot.brake import opens_too_many, tell_of_many
from mailbot.casework import case_of, guarded, queue
from mailbot.core.cases.links import Opening, link
from mailbot.core.forms.forms import blank_names, forms_from
from mailbot.core.letters.notices import NotificationAside, alert, notification_waits
from mailbot.core.mail.machine_mail import as_from_a_person, may_hold_a_form
from mailbot.core.mail.messages import SEALED, message_key, read_message
from mailbot.core.mail.outside_mail import as_it_turns_out
from mailbot.core.mail.referrals import as_referral
from mailbot.core.mail.trimming import holds_our_letter
from mailbot.core.model import (
    MACHINE_CLASSES,
    AgencyCode,
    Area,
    Basis,
    Case,
    CaseRef,
    DocumentKind,
    FactKind,
    Form,
    Link,
    Message,
    MessageClass,
    MessageKey,
    Problem,
    Unlinked,
)
from mailbot.core.parties import PartyKind, children_in, who_is
from mailbot.core.record.early_lines import tells_early
from mailbot.core.record.instructions import example
from mailbot.core.record.labelled_lines import blocks_in, looks_like_lines
from mailbot.core.record.nhs_reports import on_behalf
from mailbot.core.record.reading import Effects, facts_from_message, may_be_a_return
from mailbot.core.record.settling import KEY_SHOWN
from mailbot.core.references import new_reference
from mailbot.core.wording import full_moment, name_of
from mailbot.dispatch import record_sent
from mailbot.documents import documents_of
from mailbot.lookup import Lookup
from mailbot.mailboxes import SENT
from mailbot.merging import suggest
from mailbot.pinning import pin_case
from mailbot.store import Posted, Reading
from mailbot.unit import Unit, log
from mailbot.urgent import URGENT, tell_at_once

NOTIFICATIONS = (DocumentKind.NOTIFICATION, DocumentKind.NOTIFICATION_NON_SERIOUS)
_ONLY_ITS_BEGINNING = Problem(
    place="message",
    what="It is bigger than this mailbox takes in, and only its beginning was kept: a person "
    "opens it in the mailbox.",
)

_REMINDERS_WAIT = (
    "Reminders to that agency wait until somebody has dealt with it; the clock runs on."
)
_ITS_SENDER_IS_A_GATEWAY = (
    "Its sender is only a machine that holds it: open it there and see whose it is; until then all "
    "reminders go on."
)
TOLD_EARLY = (
    "Staff have told a decision about a case that this mailbox does not hold yet: put the mail "
    "into the case when it is there; its lines are recorded then."
)

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
    #: Set when vouched-for staff wrote: their lines are still to be recorded, or, without a
    #: case, answered.
    from_staff: tuple[Read, Link | None] | None = None


def read_ahead(
    unit: Unit, key: MessageKey, mime: bytes, *, received_at: datetime, truncated: bool = False
) -> Read | None:
    """Given a kept message, read it: outside of any transaction, for scans take their time.

    Of a `truncated` one only the beginning was kept. A copy of a letter of ours is None: nothing
    is to be read in it.
    """
    letter = letter_copied(unit, mime)
    if letter is not None and message_key(unit.store.outbox.mime(letter.key)) == key:
        return None
    message = _read_message(unit, mime, received_at, key=key, truncated=truncated)
    # Most automatic mail is about nothing of ours: only what may hold one is searched for forms.
    forms = forms_of(unit, message) if may_hold_a_form(message) else ()
    return Read(as_it_turns_out(as_referral(message, forms), forms, unit.area), forms)


def record_one(
    unit: Unit, key: MessageKey, mime: bytes, ahead: Read | None, *, now: datetime
) -> Handled:
    """Given a kept message and what `read_ahead` read, link it and record what it proves.

    Of a message that is cut off nothing but its link is recorded, and it waits.
    """
    copy = _own_letter(unit, key, mime, now)
    if copy is not None:
        return copy
    if ahead is None:
        raise LookupError("a copy of a letter of ours, without the letter")
    read, message, forms = ahead, ahead.message, ahead.forms
    cases = Lookup(unit)
    result = link(read.message, read.forms, area=unit.area, cases=cases, key=unit.key)
    found = None if isinstance(result, Opening) else result
    tell_at_once(unit, message, found, now=now, encloses_referral=any(f.urgent for f in forms))
    if isinstance(result, Unlinked):
        return _without_case(unit, read, result, now)
    if isinstance(result, Opening):
        return _opened(unit, read, result, now)
    if message.message_class not in MACHINE_CLASSES:
        letter = letter_answered(unit, message)
        result = replace(result, answers=kind_answered(letter))
        result = for_its_trust(unit, read, result, cases.case(result.case), letter)
    return record_link(unit, read, result, now=now, case=cases.case(result.case))


def for_its_trust(unit: Unit, read: Read, linked: Link, case: Case, letter: Posted | None) -> Link:
    """Given the link of a mail and the letter that it answers, return it for the trust it is for.

    The designated nurse is asked in a trust's place, and hands in what is the trust's.
    """
    answered = letter.agency if letter else None
    return on_behalf(linked, read.forms, answered=answered, case=case, area=unit.area, key=unit.key)


def _opened(unit: Unit, read: Read, opening: Opening, now: datetime) -> Handled:
    """A notification opens a case, unless its sender has opened too many today."""
    message = read.message
    if opens_too_many(unit, message, read.forms):
        tell_of_many(unit, message, now)
        reason = "A complete notification, one of many from this sender today: check that it is so."
        return Handled(_unlinked(unit, read, Unlinked(reason=reason, waits=True)))
    linked = opening.as_link(open_case(unit, message.received_at))
    return record_link(unit, read, linked, now=now)


def _without_case(unit: Unit, read: Read, result: Unlinked, now: datetime) -> Handled:
    """A message of no case: it waits or not, and staff who wrote lines in it are answered."""
    if read.message.truncated and not result.waits:
        result = replace(result, waits=True, reason="Nobody can say what it is about.")
    letter = letter_answered(unit, read.message) if result.waits or _by_staff(unit, read) else None
    by_staff = _by_staff(unit, read) and not read.message.truncated
    if by_staff and _meant_for_us(read.message, letter):
        # The answer says what to do; nothing in the mail waits for another person.
        answered = replace(result, waits=False)
        return Handled(_unlinked(unit, read, answered), from_staff=(read, None))
    if by_staff and letter is None and tells_early(read.message):
        told = replace(result, waits=True, reason=TOLD_EARLY)
        return Handled(_unlinked(unit, read, told), from_staff=(read, None))
    if result.waits and not may_be_a_return(read.message, read.forms, kind_answered(letter)):
        result = replace(result, agency=None)
    if result.waits:
        _tell_staff(unit, read, result, now)
    return Handled(_unlinked(unit, read, result))


def _by_staff(unit: Unit, read: Read) -> bool:
    party = who_is(read.message.sender, unit.area)
    person = read.message.message_class not in MACHINE_CLASSES
    return bool(party and party.unit) and read.message.vouched_for and person


def _meant_for_us(message: Message, letter: Posted | None) -> bool:
    """Whether a mail of staff wants something recorded: they use the mailbox for much else."""
    if letter is None and message.message_class is not MessageClass.INSTRUCTION:
        return False
    return bool(blocks_in(message.own_text).blocks) or looks_like_lines(message.own_text)


def read_mail(unit: Unit, mime: bytes, received_at: datetime, *, truncated: bool = False) -> Read:
    """Given a mail's bytes, return it with its forms."""
    message = _read_message(unit, mime, received_at, truncated=truncated)
    return Read(message, forms_of(unit, message))


def _read_message(
    unit: Unit,
    mime: bytes,
    received_at: datetime,
    *,
    key: MessageKey | None = None,
    truncated: bool,
) -> Message:
    message = read_message(mime, received_at, reading=how_to_read(unit.area), key=key)
    message = as_from_a_person(message, unit.area)
    if not truncated:
        return message
    return replace(message, truncated=True, problems=(*message.problems, _ONLY_ITS_BEGINNING))


def forms_of(unit: Unit, message: Message) -> tuple[Form, ...]:
    """Given a message, return every form in its attachments and in its words.

    What is cut off proves nothing, so a message that is not whole has none.
    """
    if message.truncated:
        return ()
    if holds_our_letter(message.own_text):  # quoted, with nothing above: it is no form of theirs
        message = replace(message, own_text=message.typed_text)
    documents = documents_of(message)
    return forms_from(documents, message.own_text, unit.layouts, typed_text=message.typed_text)


def open_case(unit: Unit, received_at: datetime) -> CaseRef:
    """Given when its notification was received, make a new case and return its reference."""
    year = unit.calendar.day_of(received_at).year
    serial = unit.store.cases.next_serial(year)
    ref = new_reference(unit.area.code, year, serial)
    unit.store.cases.open(ref, year=year, serial=serial, opened_at=received_at)
    pin_case(unit, ref)
    return ref


def record_link(
    unit: Unit,
    read: Read,
    linked: Link,
    *,
    now: datetime,
    by: str = "mailbot",
    case: Case | None = None,
) -> Handled:
    """Given a message and the case it belongs to, record what it proves there.

    `case` is that case as it stands, where the caller knows it already.
    """
    new = linked.basis is Basis.NEW_CASE
    if not new:
        case = case or case_of(unit, linked.case)
    effects = facts_from_message(
        read.message, read.forms, linked, case=case, area=unit.area, now=now
    )
    facts = [replace(fact, recorded_by=by) for fact in effects.facts]
    unit.store.cases.add(facts)
    if any(fact.kind is FactKind.NOTIFICATION_RECEIVED for fact in facts):
        found = [(child.name, child.born) for child in children_in(read.forms)]
        unit.store.cases.index_children(linked.case, found)
        if new:
            suggest(unit, linked.case, now)
    if effects.waits:
        _tell_of_linked(unit, read, linked, effects, now)
    reading = _linked(unit, read, linked, effects)
    log.info(
        "message linked",
        message=read.message.key[:8],
        case=linked.case,
        basis=linked.basis.value,
        waits=effects.waits,
    )
    speaks = linked.party == PartyKind.STAFF and read.message.vouched_for
    person_writes = read.message.message_class not in MACHINE_CLASSES and not read.message.truncated
    told = (read, linked) if speaks and person_writes else None
    return Handled(reading, (linked.case,), told)


def _own_letter(unit: Unit, key: MessageKey, mime: bytes, now: datetime) -> Handled | None:
    """A copy of a letter of ours: the proof that it was handed over (design, promise 2)."""
    letter = letter_copied(unit, mime)
    if letter is None:
        return None
    if message_key(unit.store.outbox.mime(letter.key)) != key:
        # Our Message-ID on other words: a gateway's footer, if the server vouches for it.
        message = read_message(mime, now, reading=how_to_read(unit.area))
        if not message.vouched_for:
            return None
    unit.store.outbox.confirm(letter.key)
    if letter.state in ("sending", "uncertain"):
        # It went when it was handed over, however late its copy is read.
        went = partial(record_sent, unit, letter, now, at=letter.changed_at)
        # The proof stays even if the case cannot be looked at: dispatch records it later.
        if letter.case:
            guarded(unit, letter.case, now, went)
        else:
            went()
    filed = SENT if unit.area.filing == "move" else None
    return Handled(Reading(key=key, sender=unit.area.address, file_to=filed))


def _linked(unit: Unit, read: Read, linked: Link, effects: Effects) -> Reading:
    target = NEEDS_A_PERSON if effects.waits else f"{CASES}/{linked.case}"
    return Reading(
        key=read.message.key,
        sender=read.message.sender,
        vouched_for=read.message.vouched_for,
        message_class=read.message.message_class.value,
        case=linked.case,
        # Only what may be a return makes its agency's reminders wait.
        agency=linked.agency if effects.holds_up or not effects.waits else None,
        waits=effects.waits,
        reason=_with_places(effects.reason, effects.problems),
        file_to=target if unit.area.filing == "move" else None,
    )


def _unlinked(unit: Unit, read: Read, result: Unlinked) -> Reading:
    problems = [p for form in read.forms for p in form.problems] if result.waits else []
    # Mail of family, solicitors and the press is never moved.
    public = read.message.message_class is MessageClass.PUBLIC_OR_MEDIA
    waits_here = result.waits and unit.area.filing == "move" and not public
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
    notified = next((f for f in read.forms if f.kind in NOTIFICATIONS), None)
    if notified and any(map(notified.value, notified.fields)):
        aside = NotificationAside(
            message=message.key,
            received_at=message.received_at,
            vouched_for=message.vouched_for,
            reason=result.reason,
            candidates=result.candidates,
            blank=blank_names(notified),
            how=_how_to_open(message.key[:KEY_SHOWN], result.candidates),
        )
        queue(unit, notification_waits(unit.area, aside, now=now), now)
    elif _concerns_an_agency(message, result):
        name = name_of(unit.area, result.agency) if result.agency else "somebody"
        case = result.candidates[0] if len(result.candidates) == 1 else None
        settled = _how_to_settle(message.key[:KEY_SHOWN], result.agency, case)
        waits = _REMINDERS_WAIT if result.agency else _ITS_SENDER_IS_A_GATEWAY
        letter = alert(
            unit.area,
            cause=message.key,
            what=f"A mail from {name} waits for a person",
            do=f"{result.reason} It reached us at {full_moment(message.received_at)}. "
            f"{where_it_lies(unit.area)} {waits}{settled}",
            now=now,
            case=case,
        )
        queue(unit, letter, now)


def _concerns_an_agency(message: Message, result: Unlinked) -> bool:
    """Whether a mail is of an agency, or encrypted by nobody knows whom and about a case."""
    sealed = message.message_class is MessageClass.ENCRYPTED_PLACEHOLDER
    known = result.agency is not None or (sealed and bool(result.candidates))
    return known and message.message_class not in URGENT


def _how_to_open(shown: str, candidates: Sequence[CaseRef]) -> str:
    if not candidates:
        return f"Check who sent it, then open the case: mailbot link {shown} new."
    links = " or ".join(f"mailbot link {shown} {ref}" for ref in candidates)
    return (
        f"Check who sent it. If it is about the same incident, put it into that case: {links}. "
        f"If not, open a case of its own: mailbot link {shown} new."
    )


def _how_to_settle(shown: str, agency: AgencyCode | None, case: CaseRef | None) -> str:
    if agency is None:
        return ""
    if case is None:
        return (
            " When it is clear which case it is about, answer a letter about that case with "
            f"“dealt with: {shown}”, or with “return: {agency} nil” and “mail: {shown}” if it is "
            "the return."
        )
    return (
        f" If it is no return, answer this mail with “dealt with: {agency}”; if it is, with "
        f"“return: {agency} nil” or “return: {agency} findings”."
    )


def _tell_of_linked(unit: Unit, read: Read, linked: Link, effects: Effects, now: datetime) -> None:
    """A mail of a case that waits and of which no letter of the case tells staff."""
    if any(fact.kind is FactKind.PANEL_ANSWERED for fact in effects.facts):
        return
    lies = where_it_lies(unit.area)
    if linked.party == PartyKind.PANEL:
        what = "The Panel has written"
        do = f"{effects.reason} {lies} If it is an answer, record it by answering this mail, for "
        do += f"example with “{example('panel answer', now.date())}”; if not, answer “dealt with: "
        do += "Panel”."
    elif not effects.holds_up:
        shown = read.message.key[:KEY_SHOWN]
        name, called = _as_staff_call(unit.area, linked, shown)
        what = f"A mail from {name} waits for a person"
        do = f"{effects.reason} It answers a letter that asked for no return, so reminders go on. "
        do += f"{lies} "
        do += f"When you have read it, answer this mail with “dealt with: {called}”."
    else:
        return
    letter = alert(unit.area, cause=read.message.key, what=what, do=do, now=now, case=linked.case)
    queue(unit, letter, now)


def _as_staff_call(area: Area, linked: Link, shown: str) -> tuple[str, str]:
    """A sender's name for staff, and the word by which they say that his mail is dealt with."""
    if linked.agency:
        return name_of(area, linked.agency), linked.agency
    if linked.party in (PartyKind.CHAIR, PartyKind.NOTIFIER):
        return f"the {linked.party}", linked.party
    return "somebody in this case", shown


def where_it_lies(area: Area) -> str:
    """Given an area, return where staff find a mail that waits, as a sentence."""
    if area.filing == "move":
        return "It lies in the folder “Needs a person”."
    return "It lies in the inbox."


def _with_places(reason: str, problems: Sequence[Problem]) -> str:
    """The reason to wait with what could not be read, by place; never a name or a content.

    What the reason says already is not said again.
    """
    sentences = dict.fromkeys(
        f"{problem.place}: {problem.what}" if problem.place else problem.what
        for problem in problems
        if problem.what not in reason and (problem.what != SEALED or "encrypted" not in reason)
    )
    return " ".join((reason, *sentences)).strip()
