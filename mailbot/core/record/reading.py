"""What a linked message proves: message, forms and link become facts, or the reason to wait.

Nothing here decides anything about a child or a case. It records what arrived, from whom and
when; whatever is not plainly one thing waits for a person.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain

from mailbot.core.cases.attendance import answers_in
from mailbot.core.forms.forms import NOTIFICATIONS
from mailbot.core.mail.machine_mail import holds_an_answer
from mailbot.core.mail.outside_mail import wish_in
from mailbot.core.model import (
    MACHINE_CLASSES,
    AgencyCode,
    Area,
    Basis,
    Beginning,
    Case,
    DocumentKind,
    Fact,
    FactKind,
    Form,
    LetterKind,
    Link,
    Message,
    MessageClass,
    Problem,
)
from mailbot.core.moments import day_of
from mailbot.core.parties import who_is
from mailbot.core.record.lines_of_others import lines_of_others, why_not_recorded
from mailbot.core.record.nhs_reports import holds_health_report, reports_in
from mailbot.core.record.notified import doubts_of, full_date, notes_on_areas, notified
from mailbot.core.record.returns import OF_A_RETURN, OTHERS_FORM, returns_in
from mailbot.core.record.sheets import Found, Sheet
from mailbot.core.references import nonce_for

_DEATHS = frozenset({Beginning.LOOKED_AFTER_CHILD_DEATH, Beginning.CARE_LEAVER_DEATH})
#: Letters of ours to which agencies' people answer something else than a return.
_ASK_FOR_NO_RETURN = frozenset(
    {
        LetterKind.ACKNOWLEDGEMENT,
        LetterKind.MISSING_FIELDS,
        LetterKind.CALL_OF_PARTNERS,
        LetterKind.BOARD_TOLD,
        LetterKind.WORKSHEET,
        LetterKind.INVITATION,
        LetterKind.REMINDER,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Effects:
    """What a message does to a case: facts to record, and whether a person must still look.

    `reason` is a sentence for staff without personal data, "" when nothing waits. `holds_up` says
    whether the reminders of the sender's agency wait with it.
    """

    facts: tuple[Fact, ...]
    waits: bool = False
    reason: str = ""
    holds_up: bool = True
    problems: tuple[Problem, ...] = ()


def facts_from_message(
    message: Message,
    forms: Sequence[Form],
    link: Link,
    *,
    case: Case | None,
    area: Area,
    now: datetime,
) -> Effects:
    """Given a linked message, return the facts it proves and whether a person must look.

    `case` is None only when the message opens it. Always among the facts is that the message was
    linked; things happened when the server received it.
    """
    sheet = Sheet(message, tuple(forms), link, case, area, now)
    found = _found(sheet)
    reason = found.reason
    unopened = [p for p in chain(message.problems, _not_read(sheet)) if p.place]
    if not reason and message.message_class not in MACHINE_CLASSES and unopened:
        reason = "Part of it could not be read: open it and see whether it matters."
    calendar = message.message_class is MessageClass.CALENDAR_REPLY
    over = case is not None and (case.closed or case.withdrawn)
    if not reason and over and not calendar and link.party != "staff":
        reason = "It came for a case that is closed or withdrawn."
    lines = lines_of_others(message, link.party) if case else []
    if message.message_class is MessageClass.EXTENSION_REQUEST:
        reason = "It asks for more time: grant it, or ring them."
    if lines and message.message_class is not MessageClass.URGENT_REFERRAL:
        reason = why_not_recorded(lines)
    linked = sheet.fact(
        FactKind.MESSAGE_LINKED,
        {
            "basis": link.basis.value,
            "evidence": link.evidence,
            "message_class": message.message_class.value,
            "waits": bool(reason),
            "party": link.party,
            "answers": link.answers,
            **({"why": reason} if reason else {}),
            **({"lines": lines} if lines else {}),
            **({"holds_for": list(found.holds_for)} if found.holds_for else {}),
            **wish_in(message),
        },
        agency=link.agency,
    )
    problems = (*message.problems, *chain.from_iterable(f.problems for f in forms))
    return Effects(
        facts=(*found.facts, linked),
        waits=bool(reason),
        reason=reason,
        holds_up=may_be_a_return(message, forms, link.answers),
        problems=(*problems, *found.problems),
    )


def _not_read(sheet: Sheet) -> tuple[Problem, ...]:
    """Problems of forms for which a person must look: of what could not be read at all.

    When a case opens, those of its notification too: nobody has looked at the case yet.
    """
    return tuple(
        problem
        for form in sheet.forms
        for problem in form.problems
        if form.kind is DocumentKind.UNREADABLE or sheet.case is None
    )


def may_be_a_return(message: Message, forms: Sequence[Form], answers: str) -> bool:
    """Given a mail and the kind of our letter that it answers, say whether it may be a return.

    Then its agency's reminders wait while it does (process, section 3). "Wednesday suits me", in
    answer to the call of the partners, is none; with a form or anything unreadable it may be.
    """
    if message.message_class is MessageClass.CALENDAR_REPLY:
        return False
    plain = message.message_class is MessageClass.PERSONAL and not message.problems
    return not (plain and not forms and answers in _ASK_FOR_NO_RETURN)


def _found(sheet: Sheet) -> Found:
    if sheet.case is None:
        return _opening(sheet)
    if sheet.message.truncated:
        return Found(reason="It is too big: nothing was recorded from what was kept of it.")
    if sheet.message.message_class in MACHINE_CLASSES:
        return _from_machine(sheet, sheet.case)
    if sheet.message.message_class is MessageClass.URGENT_REFERRAL:
        return Found(reason="It may be a child protection referral: act on it at once.")
    if not sheet.message.vouched_for and sheet.link.basis is not Basis.STAFF:
        return Found(reason="The receiving server does not vouch for its sender.")
    if any(form.kind in NOTIFICATIONS for form in sheet.forms):
        return _another_notification(sheet, sheet.case)
    if sheet.link.party == "panel":
        return _from_panel(sheet, sheet.case)
    if sheet.link.party == "staff":
        return Found(reason=_why_staff_say(sheet))
    if holds_health_report(sheet.forms):
        return _health_reports(sheet, sheet.case)
    return returns_in(sheet, sheet.case)


def _why_staff_say(sheet: Sheet) -> str:
    """What staff are asked about papers of others that they sent themselves, or ""."""
    if holds_health_report(sheet.forms):
        return "Staff sent a health report: say which, and of which trust."
    returned = any(form.kind in OF_A_RETURN for form in sheet.forms)
    return "Staff sent an agency's form: say whose return it is." if returned else ""


# --- a case opens -----------------------------------------------------------------------------


def _opening(sheet: Sheet) -> Found:
    """The facts of a notification that opens a case."""
    forms = [form for form in sheet.forms if form.kind in NOTIFICATIONS]
    if not forms:
        return Found(reason="It was to open a case but holds no notification form.")
    found = _notification(sheet, forms[0], with_incident=True)
    reasons = [found.reason] if found.reason else []
    if forms[1:]:
        reasons.append("It holds more than one notification form.")
    if any(form.kind is DocumentKind.LOOK_ALIKE for form in sheet.forms):
        reasons.append(OTHERS_FORM)
    return replace(found, reason=" ".join(reasons))


def _another_notification(sheet: Sheet, case: Case) -> Found:
    """A further notification of a case: recorded once a person says that it belongs there.

    The first one's receipt stays day 0; what it left open is filled in.
    """
    if sheet.link.basis is not Basis.STAFF:
        return Found(reason="It holds another notification form for a case that is open.")
    form = next(form for form in sheet.forms if form.kind in NOTIFICATIONS)
    found = _notification(sheet, form, with_incident=case.incident_on is None)
    return replace(found, reason="")


def _notification(sheet: Sheet, form: Form, *, with_incident: bool) -> Found:
    """What one notification proves, and what in it a person must look at."""
    detail = notified(form, sheet.message, sheet.link, sheet.area)
    fact = sheet.fact(FactKind.NOTIFICATION_RECEIVED, detail, words=form.place)
    incident, problems = _incident(sheet, form) if with_incident else ((), ())
    notes = [
        sheet.fact(FactKind.NOTE, {"text": text, "about": "another-area"}, words=form.place)
        for text in notes_on_areas(detail["other_areas"])
    ]
    problems = (*problems, *doubts_of(form, day_of(sheet.message.received_at)))
    reasons = {
        "It may begin a case in more than one way: a person says in which.": detail["could_be"],
        "It names another area: a person says whose case it is.": notes,
        "Something in it does not fit: read it.": problems,
    }
    reason = " ".join(why for why, holds in reasons.items() if holds)
    return Found((*incident, fact, *notes), reason, problems)


def _incident(sheet: Sheet, form: Form) -> tuple[tuple[Fact, ...], tuple[Problem, ...]]:
    """When the incident occurred, if a full date was read that is not after its notification."""
    day = full_date(form.value("incident.date"))
    if day is None:
        return (), ()
    place = f"{form.place}, {form.fields['incident.date'].place}"
    if day > day_of(sheet.message.received_at):
        what = "The date of the incident is later than its notification: ask the notifier."
        return (), (Problem(place=place, what=what),)
    nature = form.value("incident.nature") or ("death" if form.beginning in _DEATHS else "")
    detail = {"nature": nature, "place": form.value("incident.place") or ""}
    fact = sheet.fact(FactKind.INCIDENT_OCCURRED, detail, happened=day, words=place)
    return (fact,), ()


# --- automatic mail ---------------------------------------------------------------------------


def _from_machine(sheet: Sheet, case: Case) -> Found:
    """Automatic mail informs; what looks like a return in it waits for a person."""
    if sheet.message.message_class is MessageClass.CALENDAR_REPLY:
        return _attendance(sheet, case)
    if holds_an_answer(sheet.message, sheet.forms):
        return Found(reason="It was sent automatically but holds a form.")
    if sheet.message.message_class is not MessageClass.BOUNCE:
        return Found()
    failed = [bounced.address for bounced in sheet.message.bounced if bounced.permanent]
    if not sheet.message.bounced:
        return Found(reason="A letter may not have arrived: the report could not be read.")
    owners = {address: _asked_at(address, sheet, case) for address in failed}
    facts = tuple(
        sheet.fact(
            FactKind.REQUEST_NOT_DELIVERED,
            {"round": case.agencies[code].round, "address": address},
            agency=code,
        )
        for address, code in owners.items()
        if code
    )
    if None in owners.values():
        reason = "A report says that a letter did not arrive, and names an address that the letter "
        reason += "did not go to, or at which no agency was asked."
        return Found(facts, reason)
    return Found(facts)


def _attendance(sheet: Sheet, case: Case) -> Found:
    """Who answers an invitation to the meeting, and how; it stops no clock."""
    answered = answers_in(sheet.message, sheet.link, case=case, area=sheet.area)
    facts = (sheet.fact(FactKind.ATTENDANCE_REPLIED, d) for d in answered.details)
    return Found(tuple(facts), answered.reason)


def _asked_at(address: str, sheet: Sheet, case: Case) -> AgencyCode | None:
    """The agency that was asked at an address to which the very letter of the report went.

    Whoever holds a letter of ours can write a report with its token, about anybody's address: it
    counts for those that got that letter. A person who links the report vouches for it.
    """
    address = address.lower()
    by_person = sheet.link.basis is Basis.STAFF
    found = [
        letter
        for letter in case.all(FactKind.LETTER_SENT)
        if address in letter.detail.get("to", ())
        and (by_person or nonce_for(letter.detail["letter"]) in sheet.link.nonces)
    ]
    codes = [letter.agency for letter in found if letter.agency in case.agencies]
    if codes or not (found or by_person):
        return codes[0] if codes else None
    party = who_is(address, sheet.area)
    return party.agency if party and party.agency in case.agencies else None


def _from_panel(sheet: Sheet, case: Case) -> Found:
    """The Panel's answer, which a person then reads and records."""
    submitted = case.last(FactKind.SUBMISSION_SENT, FactKind.FURTHER_INFORMATION_SENT)
    answered = case.last(FactKind.PANEL_ANSWERED)
    if submitted is None:
        return Found(reason="The Panel wrote, but no submission is recorded as sent.")
    later = answered is not None and answered.number > submitted.number
    if answered and later and answered.detail.get("answer") != "unread":
        # A person has recorded an answer: an unread one does not take its place.
        return Found(reason="The Panel wrote again: read it.")
    fact = sheet.fact(FactKind.PANEL_ANSWERED, {"answer": "unread"})
    return Found((fact,), "The Panel has answered: read it and record what it said.")


# --- health reports ---------------------------------------------------------------------------


def _health_reports(sheet: Sheet, case: Case) -> Found:
    """The reports of an NHS incident's trusts, and the return beside them if there is one."""
    if sheet.message.message_class is not MessageClass.PERSONAL:
        return Found(reason="It holds a health report, but something else in it needs a person.")
    came, reason = reports_in(sheet.forms, sheet.link, case, sheet.area)
    facts = tuple(
        sheet.fact(one.kind, one.detail(sheet.message), agency=one.trust, words=one.form.place)
        for one in came
    )
    if not any(form.kind in OF_A_RETURN for form in sheet.forms):
        return Found(facts, reason)
    returned = returns_in(sheet, case)
    reasons = " ".join(filter(None, (reason, returned.reason)))
    return replace(returned, facts=(*facts, *returned.facts), reason=reasons)
