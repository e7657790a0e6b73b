"""To which case a message belongs, on what evidence, or why it waits for a person.

Evidence is gathered in the order of design, section 3, and all of it is gathered: two cases are
a conflict. Evidence only *finds* a case. What makes it count is a sender who belongs to that
case and for whom the receiving server vouches (promise 4). A delivery report about a letter of
ours needs neither, because it can only inform.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from mailbot.core.cases.calendar_links import events_of
from mailbot.core.cases.link_evidence import (
    CaseIndex,
    Finding,
    LinkDesk,
    findings_of,
    from_tokens,
    not_genuine,
    not_held,
)
from mailbot.core.mail.machine_mail import (
    DELIVERY_REPORTS,
    holds_an_answer,
    is_away_note,
    may_hold_a_form,
)
from mailbot.core.mail.outside_mail import OPENS_ANOTHER, brings_password
from mailbot.core.mail.referrals import why_aside
from mailbot.core.model import (
    MACHINE_CLASSES,
    AgencyCode,
    Area,
    Basis,
    CaseRef,
    DocumentKind,
    Form,
    Link,
    Message,
    MessageClass,
    TrustMode,
    Unlinked,
)
from mailbot.core.parties import (
    NOBODY_YET,
    Asked,
    CaseParties,
    Child,
    Party,
    PartyKind,
    agency_named,
    belongs,
    children_in,
    is_same_child,
    may_answer,
    may_hand_in,
    who_is,
)
from mailbot.core.references import references_in
from mailbot.core.wording import name_of

__all__ = ["Asked", "CaseIndex", "CaseParties", "Child", "Opening", "link", "link_by_staff"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """A complete notification, vouched for and from somebody known: a case is to be opened."""

    evidence: str
    agency: AgencyCode | None = None
    party: str = ""

    def as_link(self, case: CaseRef) -> Link:
        """Given the new case's reference, return the link of the notification to it."""
        return Link(
            case=case,
            basis=Basis.NEW_CASE,
            evidence=self.evidence,
            agency=self.agency,
            party=self.party,
        )


_STRENGTH = (Basis.TOKEN, Basis.FORM, Basis.REFERENCE)
_NOTIFICATIONS = frozenset({DocumentKind.NOTIFICATION, DocumentKind.NOTIFICATION_NON_SERIOUS})
_NOT_OURS = frozenset({DocumentKind.NOT_A_FORM, DocumentKind.UNREADABLE})

_SEALED = "It is encrypted and may be a return: open it by hand."
#: What waits for a person whoever sent it, though nothing says which case it is about.
_ALWAYS_LOOKED_AT = {
    MessageClass.URGENT_REFERRAL: "It may be a child protection referral: act on it at once.",
    MessageClass.ENCRYPTED_PLACEHOLDER: _SEALED,
    MessageClass.PUBLIC_OR_MEDIA: "It may come from family, solicitors or the press: read it.",
}


def link(
    message: Message, forms: Sequence[Form], *, area: Area, cases: CaseIndex, key: bytes
) -> Link | Opening | Unlinked:
    """Given a message and its forms, return the case it belongs to, or why it is not linked.

    An Opening asks for a new case; `Unlinked.waits` says whether a person must look.
    """
    desk = LinkDesk(message, tuple(forms), area, cases, key)
    if message.sender == area.address:
        return Unlinked(reason="It bears our own address.", waits=False)
    if message.message_class in MACHINE_CLASSES:
        return _automatic(desk)
    findings = findings_of(desk)
    held: dict[CaseRef, list[Finding]] = {}
    for finding in findings:
        if cases.exists(finding.case):
            held.setdefault(cases.current(finding.case), []).append(finding)
    if len(held) > 1:
        return _waits(desk, "It points to more than one case.", tuple(held))
    if held:
        case = next(iter(held))
        return _to_case(desk, case, held[case])
    return _without_case(desk, findings)


def link_by_staff(
    message: Message, case: CaseRef, *, by: str, area: Area, parties: CaseParties
) -> Link:
    """Given a message that a member of staff put into a case, return its link.

    A person's act stands whether or not the sender is vouched for (promise 9). The sender's
    agency is kept only when the case asked it.
    """
    party = who_is(message.sender, area, parties)
    agency = party.agency if party else None
    return Link(
        case=case,
        basis=Basis.STAFF,
        evidence=f"Linked by {by}.",
        agency=agency if may_answer(agency, area, parties) else None,
        party=_party_word(party, message, parties) if party else "",
    )


# --- judging it -------------------------------------------------------------------------------


def _automatic(desk: LinkDesk) -> Link | Unlinked:
    """Automatic mail informs about a letter of ours, and does nothing else.

    A delivery report needs no voucher: it comes from anybody's server. All else does.
    """
    held = [f for f in from_tokens(desk) if desk.cases.exists(f.case)]
    if desk.message.message_class is MessageClass.CALENDAR_REPLY:
        events = events_of(desk.message, key=desk.key, by_uid=desk.cases.by_calendar_uid)
        held = [Finding(*e) for e in events if desk.cases.exists(e.case)] or held
    cases = tuple(dict.fromkeys(desk.cases.current(f.case) for f in held))
    parties = desk.cases.parties(cases[0]) if cases else NOBODY_YET
    party = who_is(desk.message.sender, desk.area, parties)
    report = desk.message.message_class in DELIVERY_REPORTS
    if not cases or not (report or (party and desk.vouched)):
        return _automatic_aside(desk, cases, party)
    if len(cases) > 1:
        return _waits(desk, "Automatic mail about letters in more than one case.", cases)
    return Link(
        case=cases[0],
        basis=held[0].basis,
        evidence=f"Automatic mail. {held[0].sentence}",
        agency=party.agency if party else None,
        party=_party_word(party, desk.message, parties) if party else "",
        nonces=tuple(dict.fromkeys(f.nonce for f in held)),
    )


def _automatic_aside(desk: LinkDesk, cases: tuple[CaseRef, ...], party: Party | None) -> Unlinked:
    """Automatic mail that is linked to no case: it stays where it is unless it may matter."""
    message = desk.message
    words = f"{message.subject}\n{message.own_text}\n{message.original_text}"
    found = (desk.cases.current(r) for r in references_in(words) if desk.cases.exists(r))
    named = tuple(dict.fromkeys(found))
    if message.message_class is MessageClass.BOUNCE:
        return _undelivered(desk, named)
    if holds_an_answer(message, desk.forms):
        reason = "It was sent automatically but holds a form or a nil return: read it."
        return _waits(desk, reason, cases or named, party)
    if named and not cases and may_hold_a_form(message) and not is_away_note(message):
        reason = "It was sent automatically and names a case: read it."
        return _waits(desk, reason, named, party)
    return Unlinked(reason="Automatic mail that is not about a letter of ours.", waits=False)


def _undelivered(desk: LinkDesk, named: tuple[CaseRef, ...]) -> Unlinked:
    """A bounce that does not say of which letter: it may be a request that nobody received."""
    for bounced in desk.message.bounced:
        asked = desk.cases.asked_at(bounced.address) if bounced.permanent else ()
        if asked:
            party = who_is(bounced.address, desk.area, desk.cases.parties(asked[0]))
            reason = "A letter may not have arrived: an address that was asked has failed."
            agency = party.agency if party else None
            return Unlinked(reason=reason, waits=True, candidates=asked, agency=agency)
    if named:
        return _waits(desk, "A letter about this case may not have arrived.", named)
    return Unlinked(reason="Automatic mail that is not about a letter of ours.", waits=False)


def _to_case(desk: LinkDesk, case: CaseRef, findings: list[Finding]) -> Link | Unlinked:
    """One case is found: link the message to it if nothing speaks against it."""
    parties = desk.cases.parties(case)
    sender = desk.message.sender or ""
    party = who_is(sender, desk.area, parties)
    if party is None and desk.message.message_class is MessageClass.ENCRYPTED_PLACEHOLDER:
        held_by = who_is(_address_of(desk), desk.area, parties)
        return _waits(desk, _SEALED, (case,), held_by)
    if party is None or not belongs(party, sender, desk.area, parties):
        reason = "It points to this case, but its sender does not belong to the case."
        return _waits(desk, reason, (case,), party)
    objection = _trust_objection(desk) or _form_objection(desk, case, party)
    if objection:
        return _waits(desk, objection, (case,), party)
    best = min(findings, key=lambda finding: _STRENGTH.index(finding.basis))
    sentences = dict.fromkeys(finding.sentence for finding in (best, *findings))
    return Link(
        case=case,
        basis=best.basis,
        evidence=" ".join((*sentences, "Its sender belongs to the case and is vouched for.")),
        agency=party.agency,
        party=_party_word(party, desk.message, parties),
    )


def _trust_objection(desk: LinkDesk) -> str:
    if desk.area.trust is TrustMode.NONE:
        return "This area has no way to check senders, so a person decides."
    if not desk.message.vouched_for:
        return "The receiving server does not vouch for its sender."
    if desk.message.message_class is MessageClass.SUSPICIOUS:
        return "It looks suspicious: check with the sender by phone before you use it."
    return ""


def _form_objection(desk: LinkDesk, case: CaseRef, party: Party) -> str:
    """Why an enclosed form speaks against the link: agencies reuse last year's form."""
    parties = desk.cases.parties(case)
    if desk.forged_form:
        return not_genuine(desk)
    for identity in desk.identities:
        asked = parties.agencies.get(identity.agency)
        if desk.cases.current(identity.case) != case:
            return "Its form was made for another case; an old form may have been used again."
        if not may_hand_in(identity.agency, party.agency, desk.area, parties) and (
            identity.agency not in _named_in(desk)
        ):
            name = name_of(desk.area, identity.agency)
            return f"Its form was made for {name}, and its sender does not answer for {name}."
        if not desk.cases.is_open(case):
            return "Its form belongs to a case that is closed."
        if asked is None or (identity.case == case and asked.round != identity.round):
            return "Its form was made for an earlier request in this case."
    for form in desk.forms:
        named = children_in((form,))
        fits = any(is_same_child(one, other) for one in named for other in parties.children)
        if named and parties.children and not fits:
            return "The child on its form is not a child of this case."
    return ""


def _named_in(desk: LinkDesk) -> set[AgencyCode | None]:
    """The agencies that the forms name: whose return counts is judged when it is recorded."""
    return {agency_named(str(form.value("agency") or ""), desk.area) for form in desk.forms}


# --- when no case is found --------------------------------------------------------------------


def _without_case(desk: LinkDesk, findings: list[Finding]) -> Opening | Unlinked:
    party = who_is(_address_of(desk), desk.area)
    if findings:
        return _waits(desk, not_held(desk, findings), (), party)
    if desk.forged_form:
        return _waits(desk, not_genuine(desk), (), party)
    suggested = _suggestions(desk)
    if aside := why_aside(desk.message, desk.forms):
        return _waits(desk, aside, suggested, party)
    if suggested:
        reason = "Its form names a child of an open case; nothing else says where it belongs."
        return _waits(desk, reason, suggested, party)
    if _is_notification(desk):
        return _notification(desk, party)
    if state := _state_of(desk, party):
        asked = desk.cases.asked_at(_address_of(desk))
        return _waits(desk, state, asked, party)
    reason = _reason_to_look(desk, party)
    if reason:
        return _waits(desk, reason, (), party)
    return Unlinked(reason="Nothing in it is about a case.", waits=False)


def _address_of(desk: LinkDesk) -> str:
    """Whom a mail is from; a gateway that holds an encrypted one says it in Reply-To."""
    message = desk.message
    sealed = message.message_class is MessageClass.ENCRYPTED_PLACEHOLDER
    if sealed and message.reply_to and who_is(message.sender, desk.area) is None:
        return message.reply_to[0]
    return message.sender or ""


def _state_of(desk: LinkDesk, party: Party | None) -> str:
    """Why a mail waits that only leads to what may be a return, or ""."""
    if desk.message.message_class is MessageClass.ENCRYPTED_PLACEHOLDER:
        return _SEALED
    from_agency = party is not None and party.agency is not None
    return OPENS_ANOTHER if from_agency and brings_password(desk.message) else ""


def _suggestions(desk: LinkDesk) -> tuple[CaseRef, ...]:
    found: dict[CaseRef, None] = {}
    for child in children_in(desk.forms):
        if child.born and _is_day(child.born):
            found |= dict.fromkeys(desk.cases.by_child(child.name, child.born))
    return tuple(found)


def _is_notification(desk: LinkDesk) -> bool:
    web_form = desk.message.message_class is MessageClass.WEB_FORM
    return web_form or any(form.kind in _NOTIFICATIONS for form in desk.forms)


def _notification(desk: LinkDesk, party: Party | None) -> Opening | Unlinked:
    """A notification about no known case: open one only for a known and vouched-for sender."""
    filled = [f for f in desk.forms if f.kind in _NOTIFICATIONS and any(map(f.value, f.fields))]
    website = desk.message.sender in desk.area.web_form_senders
    if not filled:
        return _waits(desk, "A notification in which nothing could be read.", (), party)
    if desk.area.trust is TrustMode.NONE:
        return _waits(desk, f"A complete notification. {_trust_objection(desk)}", (), party)
    if party is None and not website:
        known = "is vouched for but not in config" if desk.vouched else "is not vouched for"
        return _waits(desk, f"A complete notification from a sender who {known}.", (), None)
    objection = _trust_objection(desk)
    if objection:
        return _waits(desk, f"A complete notification. {objection}", (), party)
    if party and party.kind is PartyKind.PANEL:
        return _waits(desk, "A notification form from the Panel's address.", (), party)
    return Opening(
        evidence="A complete notification from a sender whom config knows, vouched for.",
        agency=party.agency if party else None,
        party=_party_word(party, desk.message, NOBODY_YET) if party else "web-form",
    )


def _reason_to_look(desk: LinkDesk, party: Party | None) -> str:
    """Why a person must look at a message that points to no case, or "" if nobody need."""
    form = any(form.kind not in _NOT_OURS for form in desk.forms)
    unfilled = [f.kind is DocumentKind.BLANK_FORM for f in desk.forms if f.kind not in _NOT_OURS]
    if party and party.kind is PartyKind.PANEL:
        return "It comes from the Panel's address and names no case."
    if unfilled and all(unfilled) and not (party and party.unit):
        return "Its form is blank, and it points to no case: ask whether they meant to send it."
    if party and not party.unit and party.kind is not PartyKind.BOARD:
        vouched = "" if desk.vouched else " and is not vouched for"
        what = "A form" if form else "A mail"
        return f"{what} from somebody we work with that points to no case{vouched}."
    if party and desk.message.message_class is MessageClass.INSTRUCTION:
        return "It looks like an instruction but names no case: answer one of our letters."
    if form:
        return "It holds a form that points to no case."
    personal = desk.message.message_class is MessageClass.PERSONAL
    if personal and party is None and _holds_an_unread_file(desk):
        return "A stranger sent a file that could not be read: see whether it is a notification."
    if not desk.message.sender and personal:
        return "Its sender cannot be read: open it and see what it is."
    return _ALWAYS_LOOKED_AT.get(desk.message.message_class, "")


def _holds_an_unread_file(desk: LinkDesk) -> bool:
    """Whether a file that may be a notification was not read; what nobody vouches for is spam."""
    trusted = desk.vouched or desk.area.trust is TrustMode.NONE
    return trusted and any(form.kind is DocumentKind.UNREADABLE for form in desk.forms)


# --- small things -----------------------------------------------------------------------------


def _waits(
    desk: LinkDesk, reason: str, candidates: tuple[CaseRef, ...], party: Party | None = None
) -> Unlinked:
    """A message that waits; its agency's reminders wait with it, forged or not."""
    if party is None:
        one = len(candidates) == 1
        parties = desk.cases.parties(candidates[0]) if one else NOBODY_YET
        party = who_is(desk.message.sender, desk.area, parties)
    agency = party.agency if party else None
    return Unlinked(reason=reason, waits=True, candidates=candidates, agency=agency)


def _party_word(party: Party, message: Message, parties: CaseParties) -> str:
    if party.unit:
        return PartyKind.STAFF.value
    if party.kind is PartyKind.AGENCY and party.agency not in parties.agencies:
        is_notifier = parties.has_notified(message.sender or "")
        return PartyKind.NOTIFIER.value if is_notifier else PartyKind.AGENCY.value
    return party.kind.value


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
