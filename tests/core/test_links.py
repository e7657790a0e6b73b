"""Evidence finds a case; only a sender who belongs to it and is vouched for makes it count."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from mailbot.core.cases.links import Asked, CaseParties, Child, Opening, link, link_by_staff
from mailbot.core.mail.machine_mail import as_from_a_person
from mailbot.core.model import (
    AgencyCode,
    Basis,
    Bounced,
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
    PartyKind,
    agency_named,
    is_same_child,
    name_key,
    who_is,
)
from mailbot.core.references import form_token, letter_token, message_id_for, new_reference
from tests.core.builders import (
    CASE,
    HOSPITAL,
    KEY,
    OTHER_CASE,
    POLICE,
    PROBATION,
    a_field,
    a_form,
    a_message,
    a_notification,
    an_agency,
    an_area,
)

CHILD = Child(name=name_key("Robyn Ashdown"), born="2019-04-02")


@dataclass
class Cases:
    """Two open cases: CASE asked the hospital (twice) and the police, OTHER_CASE probation."""

    closed: set[CaseRef] = field(default_factory=set)
    held_ids: dict[str, CaseRef] = field(default_factory=dict)
    merged: dict[CaseRef, CaseRef] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.known = {
            CASE: CaseParties(
                notifier="chris.vale@school.example",
                agencies={
                    HOSPITAL: Asked(addresses=("safeguarding@hospital.example",), round=2),
                    POLICE: Asked(addresses=("safeguarding@police.example",), round=1),
                },
                children=(CHILD,),
            ),
            OTHER_CASE: CaseParties(
                notifier="sam@nursery.example",
                agencies={PROBATION: Asked(addresses=("safeguarding@probation.example",), round=1)},
                children=(Child(name=name_key("Ellis Moor"), born="2020-01-09"),),
            ),
        }

    def exists(self, ref: CaseRef) -> bool:
        return ref in self.known

    def current(self, ref: CaseRef) -> CaseRef:
        return self.merged.get(ref, ref)

    def is_open(self, ref: CaseRef) -> bool:
        return ref not in self.closed

    def parties(self, ref: CaseRef) -> CaseParties:
        return self.known[ref]

    def by_child(self, name: str, born: str) -> tuple[CaseRef, ...]:
        wanted = Child(name=name, born=born)
        return tuple(ref for ref, parties in self.known.items() if wanted in parties.children)

    def by_calendar_uid(self, uid: str) -> tuple[CaseRef, ...]:
        return ()

    def by_message_ids(self, ids: Sequence[str]) -> tuple[CaseRef, ...]:
        return tuple({self.held_ids[i]: None for i in ids if i in self.held_ids})

    def asked_at(self, address: str) -> tuple[CaseRef, ...]:
        return tuple(
            ref
            for ref, parties in self.known.items()
            if self.is_open(ref)
            and any(address in asked.addresses for asked in parties.agencies.values())
        )


TOKEN = letter_token(KEY, CASE, "4F7Q2M")
ANSWERS = (message_id_for(TOKEN, "bedford.example"),)
RETURN = a_form(values={"known_to_agency": True, "author.name": "Dana Wells"})


def linked(
    message: Message, *forms: Form, cases: Cases | None = None, **area: Any
) -> Link | Opening | Unlinked:
    return link(message, forms, area=an_area(**area), cases=cases or Cases(), key=KEY)


def waits(found: Link | Opening | Unlinked) -> Unlinked:
    assert isinstance(found, Unlinked)
    assert found.waits
    return found


# --- evidence that counts ---


def test_an_answer_to_our_letter_from_an_agency_that_was_asked_is_linked_to_the_case() -> None:
    found = linked(a_message(in_reply_to=ANSWERS), RETURN)
    assert isinstance(found, Link)
    assert (found.case, found.basis, found.agency) == (CASE, Basis.TOKEN, HOSPITAL)
    assert found.party == "agency"


def test_the_token_counts_in_quoted_text_when_the_headers_were_lost() -> None:
    text = f"Done.\n> Our reference: {TOKEN[:20]}\n> {TOKEN[20:]}"
    found = linked(a_message(text=text, own_text="Done."))
    assert isinstance(found, Link)
    assert found.basis is Basis.TOKEN


def test_a_reference_counts_when_its_sender_belongs_to_the_case() -> None:
    for message in (a_message(subject=f"RE: [{CASE}]"), a_message(text="bb 2026 014 k attached")):
        found = linked(message)
        assert isinstance(found, Link)
        assert found.basis is Basis.REFERENCE


def test_a_form_of_ours_counts_for_its_agency_case_and_round() -> None:
    form = replace(RETURN, token=form_token(KEY, CASE, HOSPITAL, 2))
    found = linked(a_message(), form)
    assert isinstance(found, Link)
    assert (found.case, found.basis) == (CASE, Basis.FORM)


def test_an_answer_to_a_mail_that_the_case_holds_is_linked_only_for_who_belongs_to_it() -> None:
    cases = Cases(held_ids={"<their@hospital.example>": CASE})
    answer = a_message(references=("<their@hospital.example>",))
    assert isinstance(linked(answer, cases=cases), Link)
    waits(linked(replace(answer, sender="someone@else.example"), cases=cases))


@pytest.mark.parametrize(
    ("sender", "party", "agency"),
    [
        ("robin.hale@bedford.example", "staff", None),
        ("kim.archer@bedford.example", "staff", None),
        ("duty@bedford.example", "staff", None),
        ("lee.marlow@chair.example", "chair", None),
        ("sasha.field@board.example", "board", None),
        ("panel@panel.example", "panel", None),
        ("pat.rowe@police-delegate.example", "partner", "police"),
        ("chris.vale@school.example", "notifier", None),
        ("jo.penn@la-notify.example", "notifier", "council"),
        ("someone.new@hospital.example", "agency", "hospital"),
        ("safeguarding@icb.example", "agency", "icb"),
    ],
)
def test_each_party_belongs_to_the_case(sender: str, party: str, agency: str | None) -> None:
    found = linked(a_message(sender=sender, in_reply_to=ANSWERS))
    assert isinstance(found, Link)
    assert (found.party, found.agency) == (party, agency)


# --- promises 3 and 4 attacked ---


@pytest.mark.parametrize("vouched", [True, False])
def test_a_stranger_with_the_right_reference_waits(vouched: bool) -> None:
    message = a_message(sender="a@stranger.example", subject=CASE, vouched_for=vouched)
    found = waits(linked(message, RETURN))
    assert found.candidates == (CASE,)
    assert "does not belong" in found.reason


def test_a_stranger_with_a_stolen_token_waits() -> None:
    waits(linked(a_message(sender="a@stranger.example", in_reply_to=ANSWERS), RETURN))


def test_an_agency_that_is_not_vouched_for_waits_and_its_reminders_with_it() -> None:
    found = waits(linked(a_message(in_reply_to=ANSWERS, vouched_for=False), RETURN))
    assert (found.candidates, found.agency) == ((CASE,), HOSPITAL)


def test_staff_that_are_not_vouched_for_wait() -> None:
    message = a_message(sender="robin.hale@bedford.example", in_reply_to=ANSWERS, vouched_for=False)
    waits(linked(message))


def test_an_agency_of_another_case_waits() -> None:
    found = waits(linked(a_message(sender="safeguarding@probation.example", in_reply_to=ANSWERS)))
    assert found.agency == PROBATION


def test_the_notifier_of_another_case_is_a_stranger_here() -> None:
    waits(linked(a_message(sender="sam@nursery.example", in_reply_to=ANSWERS)))


def test_a_forged_token_is_no_evidence() -> None:
    forged = letter_token(b"not our key", CASE, "4F7Q2M")
    message = a_message(sender="a@stranger.example", in_reply_to=(f"<{forged}@x.example>",))
    assert linked(message) == Unlinked(reason="Nothing in it is about a case.", waits=False)


def test_two_cases_are_a_conflict() -> None:
    found = waits(linked(a_message(in_reply_to=ANSWERS, subject=f"[{OTHER_CASE}]")))
    assert set(found.candidates) == {CASE, OTHER_CASE}


def test_a_form_of_another_case_is_a_conflict() -> None:
    form = replace(RETURN, token=form_token(KEY, OTHER_CASE, HOSPITAL, 1))
    assert set(waits(linked(a_message(in_reply_to=ANSWERS), form)).candidates) == {CASE, OTHER_CASE}


def test_last_years_form_waits_even_with_the_right_thread() -> None:
    form = replace(RETURN, token=form_token(KEY, CASE, HOSPITAL, 1))
    assert "earlier request" in waits(linked(a_message(in_reply_to=ANSWERS), form)).reason


def test_a_form_made_for_another_agency_waits() -> None:
    form = replace(RETURN, token=form_token(KEY, CASE, POLICE, 1))
    assert "made for Police, and its sender" in waits(linked(a_message(), form)).reason
    # Where the form says so itself, the mail belongs to the case; its return waits there.
    named = replace(form, fields={"agency": a_field("Police")})
    assert isinstance(linked(a_message(), named), Link)


def test_a_form_of_a_closed_case_waits() -> None:
    form = replace(RETURN, token=form_token(KEY, CASE, HOSPITAL, 2))
    assert "closed" in waits(linked(a_message(), form, cases=Cases(closed={CASE}))).reason


def test_a_form_with_a_forged_mark_waits() -> None:
    form = replace(RETURN, token=form_token(b"not our key", CASE, HOSPITAL, 2))
    assert "not genuine" in waits(linked(a_message(in_reply_to=ANSWERS), form)).reason
    assert "not genuine" in waits(linked(a_message(), form)).reason


def test_a_form_about_another_child_waits() -> None:
    form = a_form(values={"child.name": "Ellis Moor", "child.date_of_birth": "2020-01-09"})
    assert "child" in waits(linked(a_message(in_reply_to=ANSWERS), form)).reason


def test_a_child_whose_name_is_written_otherwise_is_still_that_child() -> None:
    form = a_form(values={"child.name": "ASHDOWN, Robyn", "child.date_of_birth": "2019-04-02"})
    assert isinstance(linked(a_message(in_reply_to=ANSWERS), form), Link)


def test_name_and_date_of_birth_are_a_suggestion_and_never_a_link() -> None:
    form = a_form(values={"child.name": "Robyn Ashdown", "child.date_of_birth": "2019-04-02"})
    assert waits(linked(a_message(), form)).candidates == (CASE,)


def test_a_shared_domain_belongs_to_no_agency() -> None:
    agencies = tuple(an_agency(code, domains=("shared.example",)) for code in ("one", "two"))
    assert who_is("x@shared.example", an_area(agencies=agencies)) is None


def test_an_area_without_trust_lets_every_effect_wait() -> None:
    found = waits(linked(a_message(in_reply_to=ANSWERS), RETURN, trust=TrustMode.NONE))
    assert (found.candidates, found.agency) == ((CASE,), HOSPITAL)
    waits(linked(a_message(), a_notification(), trust=TrustMode.NONE))


def test_a_suspicious_mail_waits() -> None:
    waits(linked(a_message(in_reply_to=ANSWERS, message_class=MessageClass.SUSPICIOUS)))


def test_a_mail_from_our_own_address_does_nothing() -> None:
    found = linked(a_message(sender="reviews@bedford.example", in_reply_to=ANSWERS))
    assert isinstance(found, Unlinked)
    assert not found.waits


# --- automatic mail ---


@pytest.mark.parametrize("trust", list(TrustMode))
def test_a_bounce_is_linked_by_the_letter_it_encloses_and_needs_no_voucher(
    trust: TrustMode,
) -> None:
    message = a_message(
        sender="mailer-daemon@mx.example",
        vouched_for=False,
        message_class=MessageClass.BOUNCE,
        original_ids=ANSWERS,
    )
    found = linked(message, trust=trust)
    assert isinstance(found, Link)
    assert (found.case, found.basis) == (CASE, Basis.TOKEN)


def test_a_bounce_says_of_which_letters_it_is() -> None:
    other = letter_token(KEY, CASE, "AAAAAA")
    message = a_message(message_class=MessageClass.BOUNCE, original_ids=ANSWERS, text=other)
    found = linked(message)
    assert isinstance(found, Link)
    assert set(found.nonces) == {"4F7Q2M", "AAAAAA"}


AWAY = a_message(
    message_class=MessageClass.AUTO_REPLY, subject="Automatic reply: x", in_reply_to=ANSWERS
)
FORGED = {"vouched_for": False}
STRANGE = {"sender": "a@stranger.example"}


def test_an_absence_note_tells_which_agency_is_away() -> None:
    found = linked(AWAY)
    assert isinstance(found, Link)
    assert found.agency == HOSPITAL


@pytest.mark.parametrize("changes", [FORGED, STRANGE, FORGED | STRANGE])
def test_automatic_mail_in_somebodys_name_stays_in_the_inbox(changes: dict[str, Any]) -> None:
    found = linked(replace(AWAY, **changes))
    assert isinstance(found, Unlinked)
    assert not found.waits


def test_an_absence_note_never_waits() -> None:
    note = replace(AWAY, in_reply_to=(), subject=f"Automatic reply: [{CASE}]")
    nil = a_form(DocumentKind.NIL_RETURN, values={"known_to_agency": False}, place="message")
    found = linked(note, nil)
    assert isinstance(found, Unlinked)
    assert not found.waits


PORTAL = a_message(message_class=MessageClass.AUTO_REPLY, subject="Form 7", vouched_for=False)


@pytest.mark.parametrize("kind", [MessageClass.AUTO_REPLY, MessageClass.BULK])
@pytest.mark.parametrize(
    "form",
    [
        a_notification(child__name="Noa Quill"),
        RETURN,
        a_form(DocumentKind.NIL_RETURN, values={"known_to_agency": False}, place="message"),
    ],
)
def test_automatic_mail_that_holds_an_answer_waits_and_its_agencys_reminders(
    kind: MessageClass, form: Form
) -> None:
    assert waits(linked(replace(PORTAL, message_class=kind), form)).agency == HOSPITAL
    waits(linked(replace(PORTAL, message_class=kind, in_reply_to=ANSWERS), form))


def test_automatic_mail_that_names_a_case_waits() -> None:
    found = waits(linked(replace(PORTAL, subject=f"[{CASE}] a message for you")))
    assert (found.candidates, found.agency) == ((CASE,), HOSPITAL)


def test_automatic_mail_that_names_no_case_of_ours_stays_in_the_inbox() -> None:
    found = linked(replace(PORTAL, subject="[CB-2026-007-6]"))
    assert isinstance(found, Unlinked)
    assert not found.waits


def test_a_bounce_of_no_known_letter_waits_if_the_address_was_asked() -> None:
    bounced = (Bounced(address="safeguarding@police.example", permanent=True),)
    message = a_message(
        sender="mailer-daemon@police.example", message_class=MessageClass.BOUNCE, bounced=bounced
    )
    found = waits(linked(message))
    assert (found.candidates, found.agency) == ((CASE,), POLICE)
    for other in (
        replace(message, message_class=MessageClass.DELAY_NOTICE),
        replace(message, bounced=(Bounced(address="a@elsewhere.example", permanent=True),)),
    ):
        quiet = linked(other)
        assert isinstance(quiet, Unlinked)
        assert not quiet.waits
    closed = linked(message, cases=Cases(closed={CASE}))
    assert isinstance(closed, Unlinked)
    assert not closed.waits


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({}, MessageClass.PERSONAL),
        ({"sender": "panel@panel.example"}, MessageClass.PANEL_REPLY),
        (FORGED, MessageClass.BULK),
        (STRANGE, MessageClass.BULK),
    ],
)
def test_mail_of_somebody_known_that_came_through_a_list_is_a_persons(
    changes: dict[str, Any], kind: MessageClass
) -> None:
    bulk = a_message(message_class=MessageClass.BULK, **changes)
    assert as_from_a_person(bulk, an_area()).message_class is kind
    trusting = as_from_a_person(bulk, an_area(trust=TrustMode.NONE))
    assert trusting.message_class is MessageClass.BULK


def test_a_newsletter_stays_in_the_inbox() -> None:
    found = linked(a_message(message_class=MessageClass.BULK))
    assert isinstance(found, Unlinked)
    assert not found.waits


# --- digests ---


def test_an_answer_to_a_digest_is_about_the_case_it_names_itself() -> None:
    digest = letter_token(KEY, "BB", "D1GEST")
    text = f"see {CASE}\n> {OTHER_CASE} is late\n> Our reference: {digest}"
    message = a_message(sender="robin.hale@bedford.example", text=text, own_text=f"see {CASE}")
    found = linked(message)
    assert isinstance(found, Link)
    assert found.case == CASE
    silent = linked(replace(message, own_text="thanks"))
    assert isinstance(silent, Unlinked)


# --- nothing points to a case ---


def test_a_notification_from_a_known_and_vouched_for_sender_opens_a_case() -> None:
    found = linked(a_message(), a_notification(child__name="Noa Quill"))
    assert isinstance(found, Opening)
    new = found.as_link(OTHER_CASE)
    assert (new.basis, new.agency, new.case) == (Basis.NEW_CASE, HOSPITAL, OTHER_CASE)


def test_the_website_opens_a_case_whatever_the_form_calls_its_sender() -> None:
    message = a_message(sender="forms@website.example", message_class=MessageClass.WEB_FORM)
    found = linked(message, a_notification(child__name="Noa Quill"))
    assert isinstance(found, Opening)
    assert found.party == "web-form"
    waits(linked(replace(message, vouched_for=False), a_notification(child__name="Noa Quill")))


def test_a_notification_about_a_child_of_an_open_case_is_only_a_suggestion() -> None:
    assert waits(linked(a_message(), a_notification())).candidates == (CASE,)


@pytest.mark.parametrize(
    ("vouched", "reason"), [(True, "not in config"), (False, "not vouched for")]
)
def test_a_notification_from_an_unknown_sender_waits(vouched: bool, reason: str) -> None:
    message = a_message(sender="new@clinic.example", vouched_for=vouched)
    assert reason in waits(linked(message, a_notification(child__name="Noa Quill"))).reason


def test_a_notification_with_nothing_filled_in_waits() -> None:
    empty = a_form(DocumentKind.NOTIFICATION, blank=("child.name",))
    assert "nothing could be read" in waits(linked(a_message(), empty)).reason
    waits(linked(a_message(sender="x@stranger.example"), a_form(DocumentKind.BLANK_FORM)))


def test_a_mail_of_an_agency_that_points_to_no_case_waits() -> None:
    assert waits(linked(a_message())).agency == HOSPITAL
    assert waits(linked(a_message(vouched_for=False))).agency == HOSPITAL


def test_a_case_that_is_not_here_makes_it_wait() -> None:
    assert "does not hold" in waits(linked(a_message(subject="CB-2026-007-6"))).reason


def test_mail_of_strangers_about_nothing_stays_in_the_inbox() -> None:
    found = linked(a_message(sender="x@stranger.example"))
    assert isinstance(found, Unlinked)
    assert not found.waits


def test_no_reason_or_evidence_names_a_person_or_repeats_a_subject() -> None:
    secret = "Robyn Ashdown"
    for sender in ("safeguarding@hospital.example", "x@stranger.example"):
        for vouched in (True, False):
            message = a_message(
                sender=sender, vouched_for=vouched, subject=f"{secret} {CASE}", text=secret
            )
            found = linked(message, a_notification())
            text = found.reason if isinstance(found, Unlinked) else found.evidence
            assert "Robyn" not in text
            assert "Ashdown" not in text


# --- staff decide ---


def test_a_person_may_link_what_is_not_vouched_for() -> None:
    message = a_message(vouched_for=False)
    parties = Cases().parties(CASE)
    found = link_by_staff(
        message, CASE, by="robin.hale@bedford.example", area=an_area(), parties=parties
    )
    assert (found.basis, found.agency, found.party) == (Basis.STAFF, HOSPITAL, "agency")


# --- cases that are one, and cases of another area ---


def test_a_merged_cases_token_form_and_reference_lead_to_the_case_that_goes_on() -> None:
    cases = Cases(merged={CASE: OTHER_CASE})
    cases.known[OTHER_CASE] = replace(cases.known[CASE], notifier="sam@nursery.example")
    hospital = "safeguarding@hospital.example"
    form = replace(RETURN, token=form_token(KEY, CASE, HOSPITAL, 1))
    for mail, forms in (
        (a_message(sender=hospital, in_reply_to=ANSWERS), ()),
        (a_message(sender=hospital, subject=f"[{CASE}] our answer"), ()),
        (a_message(sender=hospital, subject=f"[{CASE}] and [{OTHER_CASE}]"), (RETURN,)),
        (a_message(sender=hospital, subject="our answer"), (form,)),
    ):
        found = linked(mail, *forms, cases=cases)
        assert isinstance(found, Link), found
        assert (found.case, found.agency) == (OTHER_CASE, HOSPITAL)


def test_whoever_notified_either_belongs_to_the_case_that_goes_on() -> None:
    cases = Cases(merged={CASE: OTHER_CASE})
    both = replace(cases.known[OTHER_CASE], also_notified=("chris.vale@school.example",))
    cases.known[OTHER_CASE] = both
    for address in ("sam@nursery.example", "chris.vale@school.example"):
        found = linked(a_message(sender=address, subject=f"[{CASE}] what was blank"), cases=cases)
        assert isinstance(found, Link), found
        assert (found.case, found.party) == (OTHER_CASE, "notifier")


def test_another_areas_reference_and_form_are_put_before_staff_as_such() -> None:
    elsewhere = new_reference("LU", 2026, 7)
    hospital = "safeguarding@hospital.example"
    other_key = b"another area's key of 32 bytes.."
    theirs = replace(RETURN, token=form_token(other_key, elsewhere, HOSPITAL, 1))
    for mail, forms in (
        (a_message(sender=hospital, subject=f"[{elsewhere}] our answer"), (RETURN,)),
        (a_message(sender=hospital, subject="our answer"), (theirs,)),
    ):
        found = linked(mail, *forms)
        assert isinstance(found, Unlinked)
        assert found.waits
        assert not found.candidates
        assert "another area" in found.reason
        assert elsewhere not in found.reason


# --- who is who ---


def test_staff_come_before_agencies_and_agencies_before_the_board() -> None:
    area = an_area(
        staff=(an_area().staff[0], replace(an_area().staff[0], email="both@hospital.example")),
        board=(replace(an_area().staff[0], email="safeguarding@hospital.example"),),
    )
    first = who_is("both@hospital.example", area)
    second = who_is("Safeguarding@Hospital.Example", area)
    assert first is not None
    assert first.kind is PartyKind.STAFF
    assert second is not None
    assert (second.kind, second.agency) == (PartyKind.AGENCY, HOSPITAL)


def test_an_agency_is_known_by_code_name_and_what_else_it_is_called() -> None:
    area = an_area()
    for name in (
        "hospital",
        "Hospital",
        "the Bedford General Hospital",
        "bedford general hospital.",
    ):
        assert agency_named(name, area) == HOSPITAL
    assert agency_named("Riverside Club", area) is None
    assert agency_named("", area) is None
    assert agency_named("icb", area) == AgencyCode("icb")


def test_names_are_compared_without_case_accents_and_order() -> None:
    assert name_key("ASHDOWN, Róbyn") == name_key("Robyn Ashdown")
    assert name_key("O'Neil") == name_key("O’NEIL")
    assert not is_same_child(CHILD, replace(CHILD, born="2019-04-03"))
    assert is_same_child(CHILD, Child(name="ashdown rob", born=CHILD.born))
    assert not is_same_child(CHILD, Child(name="ashdown rob"))


# --- encrypted mail, and the password of another ---

SEALED = a_message(
    sender="noreply@gateway.example",
    reply_to=("safeguarding@hospital.example",),
    message_class=MessageClass.ENCRYPTED_PLACEHOLDER,
)


def test_an_encrypted_mail_that_a_gateway_holds_is_the_agencys_to_whom_one_answers() -> None:
    for message in (SEALED, replace(SEALED, in_reply_to=ANSWERS)):
        found = waits(linked(message))
        assert (found.agency, found.candidates) == (HOSPITAL, (CASE,))
        assert "encrypted and may be a return" in found.reason


def test_an_encrypted_mail_of_a_stranger_waits_and_is_nobodys() -> None:
    found = waits(linked(replace(SEALED, reply_to=("someone@else.example",))))
    assert (found.agency, found.candidates) == (None, ())
    about = waits(linked(replace(SEALED, reply_to=(), in_reply_to=ANSWERS)))
    assert (about.agency, about.candidates) == (None, (CASE,))


def test_the_reply_address_of_a_readable_mail_makes_nobody_an_agency() -> None:
    plain = replace(SEALED, message_class=MessageClass.PERSONAL)
    assert linked(plain).reason == "Nothing in it is about a case."


def test_a_password_that_comes_apart_is_shown_with_the_case_its_agency_was_asked_in() -> None:
    found = waits(linked(a_message(text="The password for our return is Larkspur-42.")))
    assert (found.agency, found.candidates) == (HOSPITAL, (CASE,))
    assert "password of another mail" in found.reason
    assert "Larkspur" not in found.reason
    assert not linked(a_message(sender="x@else.example", text="The password is x.")).waits


def test_a_file_of_a_stranger_that_was_not_read_may_be_a_notification() -> None:
    unread = a_form(DocumentKind.UNREADABLE)
    stranger = a_message(sender="head@school.example")
    assert "could not be read" in waits(linked(stranger, unread)).reason
    assert not linked(replace(stranger, vouched_for=False), unread).waits
    assert not linked(replace(stranger, message_class=MessageClass.BULK), unread).waits


def test_an_unfilled_form_that_points_to_no_case_says_that_it_is_unfilled() -> None:
    for sender in ("head@school.example", "safeguarding@hospital.example"):
        found = waits(linked(a_message(sender=sender), a_form(DocumentKind.BLANK_FORM)))
        assert "Its form is blank" in found.reason
