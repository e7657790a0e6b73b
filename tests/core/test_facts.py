"""A case is the fold of its facts; a message becomes only the facts that it proves."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.core.cases.facts import case_from
from mailbot.core.cases.standing import effective
from mailbot.core.model import (
    AgencyCode,
    Basis,
    Bounced,
    Case,
    Certainty,
    DocumentKind,
    Fact,
    FactKind,
    Form,
    LetterKey,
    LetterKind,
    Link,
    Message,
    MessageClass,
    MessageKey,
    Outcome,
    Problem,
)
from mailbot.core.record.reading import Effects, facts_from_message
from mailbot.core.references import nonce_for
from tests.core.builders import (
    CASE,
    COUNCIL,
    HOSPITAL,
    MONDAY,
    POLICE,
    PROBATION,
    a_fact,
    a_field,
    a_form,
    a_message,
    a_notification,
    an_area,
    day,
    moment,
    opening_facts,
)

LINK = Link(case=CASE, basis=Basis.TOKEN, evidence="A token.", agency=HOSPITAL, party="agency")
RETURN = a_form(values={"known_to_agency": True, "involvement_summary": "Seen in clinic."})
NIL = a_form(DocumentKind.NIL_RETURN, place="message")


def asked(agency: AgencyCode = HOSPITAL, number: int = 4, round_: int = 1) -> Fact:
    return a_fact(FactKind.INFORMATION_REQUESTED, number, agency=agency, round=round_)


def chosen(*codes: str, number: int = 3) -> Fact:
    return a_fact(FactKind.AGENCIES_CHOSEN, number, agencies=list(codes))


def a_return(number: int, said: str = "findings", round_: int = 1, **changes: Any) -> Fact:
    detail = {"return": said, "round": round_}
    return a_fact(
        FactKind.RETURN_RECEIVED, number, detail=detail, **({"agency": HOSPITAL} | changes)
    )


BASE = (*opening_facts(), chosen("hospital", "police"), asked(), asked(POLICE, 5))


# --- the fold ---


def test_a_case_that_has_just_opened() -> None:
    case = case_from(opening_facts(blank=["child.school"], unknown_agencies=["Riverside Club"]))
    assert (case.ref, case.beginning, case.opened_at) == (CASE, "serious", MONDAY)
    assert case.incident_on == date(2026, 11, 20)
    assert case.criteria is Outcome.UNDECIDED
    assert case.proposed == ("council", "icb", "police", "hospital")
    assert case.agencies == {}
    assert (case.blank, case.unknown_agencies) == (("child.school",), ("Riverside Club",))
    assert case.notifier_address == "chris.vale@hospital.example"


def test_what_staff_dispute_is_not_used() -> None:
    case = case_from(opening_facts(disputed=["child.date_of_birth"]))
    assert "child.name" in case.fields
    assert "child.date_of_birth" not in case.fields


def test_a_case_has_at_least_one_fact() -> None:
    with pytest.raises(ValueError, match="at least one"):
        case_from([])


@pytest.mark.parametrize(
    ("returns", "answered", "partial"),
    [
        ((), False, False),
        (("partial",), False, True),
        (("nil",), True, False),
        (("findings",), True, False),
        (("partial", "findings"), True, False),
        (("findings", "corrected"), True, False),
    ],
)
def test_only_a_full_or_nil_return_answers(
    returns: tuple[str, ...], answered: bool, partial: bool
) -> None:
    facts = [a_return(10 + n, said) for n, said in enumerate(returns)]
    agency = case_from((*BASE, *facts)).agencies[HOSPITAL]
    assert (agency.answered, agency.partial) == (answered, partial)


def test_a_second_round_must_be_answered_anew() -> None:
    case = case_from((*BASE, a_return(10), asked(number=11, round_=2)))
    assert not case.agencies[HOSPITAL].answered
    assert case.agencies[HOSPITAL].round == 2
    again = case_from((*BASE, a_return(10), asked(number=11, round_=2), a_return(12, round_=2)))
    assert again.agencies[HOSPITAL].answered


def test_an_answer_before_the_request_answers_the_first_request() -> None:
    case = case_from((*opening_facts(), chosen("hospital"), a_return(4, round_=0), asked(number=5)))
    assert case.agencies[HOSPITAL].answered


def test_one_of_two_addresses_that_bounces_does_not_undo_the_delivery() -> None:
    to = ["safeguarding@hospital.example", "lead@hospital.example"]
    sent = a_fact(
        FactKind.LETTER_SENT, 6, agency=HOSPITAL, detail={"kind": "information-request", "to": to}
    )
    bounces = [
        a_fact(FactKind.REQUEST_NOT_DELIVERED, 7 + n, agency=HOSPITAL, round=1, address=address)
        for n, address in enumerate(to)
    ]
    assert not case_from((*BASE, sent, bounces[0])).agencies[HOSPITAL].undelivered
    assert case_from((*BASE, sent, *bounces)).agencies[HOSPITAL].undelivered
    assert case_from((*BASE, bounces[0])).agencies[HOSPITAL].undelivered


def test_a_new_request_forgets_the_bounce_and_the_extension_of_the_old_one() -> None:
    bounce = a_fact(FactKind.REQUEST_NOT_DELIVERED, 6, agency=HOSPITAL, round=1, address="x@y.z")
    more = a_fact(FactKind.EXTENSION_GRANTED, 7, agency=HOSPITAL, until="2026-12-09")
    before = case_from((*BASE, bounce, more)).agencies[HOSPITAL]
    after = case_from((*BASE, bounce, more, asked(number=8, round_=2))).agencies[HOSPITAL]
    assert (before.undelivered, before.extended_until) == (True, date(2026, 12, 9))
    assert (after.undelivered, after.extended_until) == (False, None)


def test_an_agency_left_out_after_it_was_asked_counts_as_excused() -> None:
    agencies = case_from((*BASE, chosen("police", number=9))).agencies
    assert list(agencies) == [POLICE, HOSPITAL]
    assert agencies[HOSPITAL].excused
    assert not agencies[POLICE].excused


def test_an_agency_is_added_excused_and_added_again() -> None:
    added = a_fact(FactKind.AGENCY_ADDED, 10, agency=PROBATION)
    excused = a_fact(FactKind.AGENCY_EXCUSED, 11, agency=PROBATION, why="closed")
    assert case_from((*BASE, added)).agencies[PROBATION].round == 0
    assert case_from((*BASE, added, excused)).agencies[PROBATION].excused
    again = replace(added, number=12)
    assert not case_from((*BASE, added, excused, again)).agencies[PROBATION].excused


def test_messages_that_wait_and_absences_are_shown_with_their_agency() -> None:
    away = a_fact(FactKind.MESSAGE_LINKED, 9, agency=HOSPITAL, message_class="auto_reply")
    case = case_from((*BASE, away), waiting={HOSPITAL: (MessageKey("q1"),)})
    assert case.agencies[HOSPITAL].waiting == ("q1",)
    assert case.agencies[HOSPITAL].away == MONDAY.isoformat()
    assert case.agencies[POLICE].waiting == ()


def test_a_meeting_is_arranged_moved_held_and_cancelled() -> None:
    arranged = a_fact(
        FactKind.MEETING_ARRANGED,
        10,
        label="CRG",
        at="2026-12-07T10:00:00+00:00",
        where="Town hall",
        invited=["a@b.example"],
    )
    moved = a_fact(FactKind.MEETING_MOVED, 11, at="2026-12-08")
    held = a_fact(
        FactKind.MEETING_HELD,
        12,
        happened=day("Tue 2026-12-08"),
        present=["police"],
        quorate=False,
    )
    first = case_from((*BASE, arranged)).meeting
    second = case_from((*BASE, arranged, moved)).meeting
    third = case_from((*BASE, arranged, moved, held)).meeting
    assert first is not None
    assert second is not None
    assert third is not None
    assert first.at == datetime(2026, 12, 7, 10, tzinfo=UTC)
    assert (second.at, second.where, second.label) == (date(2026, 12, 8), "Town hall", "CRG")
    assert (second.fact, second.invited) == (11, ("a@b.example",))
    assert (third.held, third.quorate, third.present) == (True, False, ("police",))
    assert case_from((*BASE, arranged, a_fact(FactKind.MEETING_CANCELLED, 13))).meeting is None


def criteria(outcome: str, number: int = 10) -> Fact:
    return a_fact(FactKind.CRITERIA_DECIDED, number, outcome=outcome)


def decision(number: int = 20, *, quorate: bool = True, found: str = "") -> Fact:
    return a_fact(
        FactKind.REVIEW_DECIDED, number, review=True, quorate=quorate, criteria_found=found
    )


CONFIRMED = a_fact(FactKind.DECISION_CONFIRMED, 21, who="chair", why="met by phone")


@pytest.mark.parametrize(
    ("facts", "outcome"),
    [
        ((criteria("met"),), Outcome.MET),
        ((criteria("no-agreement"),), Outcome.NO_AGREEMENT),
        ((criteria("no-agreement"), criteria("not-met", 11)), Outcome.NOT_MET),
        ((criteria("not-met"), decision(found="met")), Outcome.MET),
        ((criteria("not-met"), decision(found="not-met")), Outcome.NOT_MET),
        ((criteria("not-met"), decision(quorate=False, found="met")), Outcome.NOT_MET),
        ((criteria("not-met"), decision(quorate=False, found="met"), CONFIRMED), Outcome.MET),
        ((criteria("met"), decision()), Outcome.MET),
    ],
)
def test_where_the_criteria_stand(facts: tuple[Fact, ...], outcome: Outcome) -> None:
    assert case_from((*BASE, *facts)).criteria is outcome


def test_a_decision_stands_when_quorate_or_confirmed() -> None:
    assert case_from((*BASE, decision())).decision_stands
    loose = decision(quorate=False)
    assert not case_from((*BASE, loose)).decision_stands
    assert case_from((*BASE, loose, CONFIRMED)).decision_stands
    # Confirming the first says nothing about a second decision.
    assert not case_from((*BASE, loose, CONFIRMED, decision(22, quorate=False))).decision_stands


def test_a_case_is_withdrawn_closed_and_reopened() -> None:
    gone, done = a_fact(FactKind.WITHDRAWN, 10, why="x"), a_fact(FactKind.CASE_CLOSED, 11)
    back = a_fact(FactKind.CASE_REOPENED, 12)
    assert case_from((*BASE, gone)).withdrawn
    assert case_from((*BASE, done)).closed
    reopened = case_from((*BASE, gone, done, back))
    assert not reopened.withdrawn
    assert not reopened.closed


def test_a_hold_shows_its_reason_until_it_is_released() -> None:
    held = a_fact(FactKind.HELD, 10, reason="police asked")
    assert case_from((*BASE, held)).held_reason == "police asked"
    assert case_from((*BASE, held, a_fact(FactKind.RELEASED, 11))).held_reason == ""


def test_unlinking_a_message_voids_what_was_drawn_from_it_but_not_what_we_sent() -> None:
    key = MessageKey("m7")
    facts = (
        *BASE,
        a_return(10, message=key),
        a_fact(FactKind.MESSAGE_LINKED, 11, message=key),
        a_fact(FactKind.LETTER_SENT, 12, message=key, detail={"kind": "return-acknowledged"}),
        a_fact(FactKind.MESSAGE_UNLINKED, 13, detail={"message": key}),
    )
    case = case_from(facts)
    assert not case.agencies[HOSPITAL].answered
    assert [fact.number for fact in case.facts if fact.message == key] == [12]
    relinked = case_from((*facts, a_return(14, message=key)))
    assert relinked.agencies[HOSPITAL].answered


def test_a_case_whose_notification_was_unlinked_counts_as_withdrawn() -> None:
    unlinked = a_fact(FactKind.MESSAGE_UNLINKED, 10, detail={"message": "n1"})
    assert case_from((*BASE, unlinked)).withdrawn


def test_a_correction_can_be_corrected() -> None:
    facts = (*BASE, criteria("met"), a_fact(FactKind.CORRECTION, 11, voids=10))
    assert case_from(facts).criteria is Outcome.UNDECIDED
    undone = (*facts, a_fact(FactKind.CORRECTION, 12, voids=11))
    assert case_from(undone).criteria is Outcome.MET


def test_no_fact_voids_a_later_one() -> None:
    facts = (*BASE, a_fact(FactKind.CORRECTION, 10, voids=11), criteria("met", 11))
    assert case_from(facts).criteria is Outcome.MET


LATER = (
    criteria("not-met"),
    criteria("met"),
    decision(found="met"),
    decision(quorate=False),
    CONFIRMED,
    a_return(0),
    a_return(0, "partial"),
    a_fact(FactKind.AGENCY_EXCUSED, agency=POLICE, why="x"),
    a_fact(FactKind.EXTENSION_GRANTED, agency=HOSPITAL, until="2026-12-09"),
    a_fact(FactKind.MEETING_ARRANGED, at="2026-12-07"),
    a_fact(FactKind.MEETING_MOVED, at="2026-12-08"),
    a_fact(FactKind.MEETING_CANCELLED),
    a_fact(FactKind.MEETING_HELD, present=["police"], quorate=False),
    a_fact(FactKind.CASE_CLOSED),
    a_fact(FactKind.CASE_REOPENED),
    chosen("police", "probation"),
    asked(round_=2),
    a_fact(FactKind.AGENCY_ADDED, agency=PROBATION),
)
histories = st.lists(st.sampled_from(LATER), max_size=12).map(
    lambda facts: [*BASE, *(replace(f, number=10 + n) for n, f in enumerate(facts))]
)


@given(histories, st.randoms(use_true_random=False))
def test_the_order_in_which_facts_are_handed_over_does_not_matter(
    facts: list[Fact], random: Any
) -> None:
    shuffled = list(facts)
    random.shuffle(shuffled)
    assert case_from(shuffled) == case_from(facts)


@given(histories, st.data())
def test_a_corrected_fact_is_as_if_it_had_never_been(
    facts: list[Fact], data: st.DataObject
) -> None:
    victim = data.draw(st.sampled_from(facts[2:]))
    correction = a_fact(FactKind.CORRECTION, 99, voids=victim.number)
    with_correction = case_from([*facts, correction])
    without = case_from([fact for fact in facts if fact is not victim])
    assert replace(with_correction, facts=without.facts) == without
    assert [f for f in with_correction.facts if f.number != 99] == list(without.facts)


@given(histories)
def test_folding_what_stands_gives_the_same_case(facts: list[Fact]) -> None:
    assert case_from(effective(facts)) == case_from(facts)


# --- messages ---


def case_now(*more: Fact) -> Case:
    return case_from((*BASE, *more))


def effects(
    message: Message | None = None,
    *forms: Form,
    link: Link = LINK,
    case: Case | None = None,
    opens: bool = False,
) -> Effects:
    return facts_from_message(
        message or a_message(),
        forms,
        link,
        case=None if opens else case or case_now(),
        area=an_area(),
        now=moment("Mon 2026-11-23 10:05"),
    )


def only(found: Effects, kind: FactKind) -> Fact:
    (fact,) = (fact for fact in found.facts if fact.kind is kind)
    return fact


def kinds(found: Effects) -> list[str]:
    return [fact.kind.value for fact in found.facts]


OPENING = replace(LINK, basis=Basis.NEW_CASE)


def test_a_notification_opens_a_case() -> None:
    found = effects(None, a_notification(), link=OPENING, opens=True)
    assert kinds(found) == ["incident-occurred", "notification-received", "message-linked"]
    assert not found.waits
    incident = only(found, FactKind.INCIDENT_OCCURRED)
    notified = only(found, FactKind.NOTIFICATION_RECEIVED)
    assert (incident.happened, incident.detail["nature"]) == (date(2026, 11, 20), "serious_harm")
    assert notified.happened == MONDAY
    assert notified.detail["agencies"] == ["council", "icb", "police", "hospital", "probation"]
    assert notified.detail["named_agencies"] == ["hospital", "probation"]
    assert notified.detail["unknown_agencies"] == ["Riverside Club"]
    assert notified.detail["blank"] == [
        "child.gender",
        "child.ethnicity",
        "child.disability",
        "incident.summary",
        "child.school",
    ]
    assert notified.detail["children"] == [{"name": "Robyn Ashdown", "date_of_birth": "2019-04-02"}]
    assert notified.detail["notifier"]["address"] == "safeguarding@hospital.example"
    case = case_from(replace(fact, number=n + 1) for n, fact in enumerate(found.facts))
    assert case.fields["child.name"] == "Robyn Ashdown"
    assert case.proposed[-1] == "probation"


@pytest.mark.parametrize("written", ["2026-11", "2026-02-30", "2026-11-24", None])
def test_an_incident_without_a_full_and_possible_date_is_not_dated(written: str | None) -> None:
    found = effects(None, a_notification(incident__date=written), link=OPENING, opens=True)
    assert "incident-occurred" not in kinds(found)
    assert len(found.problems) == (1 if written == "2026-11-24" else 0)


def test_an_unsure_date_is_not_a_date() -> None:
    form = a_notification()
    fields = dict(form.fields) | {
        "incident.date": a_field("2026-11-20", certainty=Certainty.CANNOT_TELL)
    }
    found = effects(None, replace(form, fields=fields), link=OPENING, opens=True)
    assert "incident-occurred" not in kinds(found)
    assert "incident.date" in only(found, FactKind.NOTIFICATION_RECEIVED).detail["blank"]


def test_the_websites_machine_is_not_a_notifier_to_write_to() -> None:
    link = replace(OPENING, party="web-form", agency=None)
    found = effects(None, a_notification(), link=link, opens=True)
    assert only(found, FactKind.NOTIFICATION_RECEIVED).detail["notifier"]["address"] == ""


def test_a_return_is_the_senders_and_counts_from_receipt() -> None:
    found = effects(None, RETURN)
    fact = only(found, FactKind.RETURN_RECEIVED)
    assert (fact.agency, fact.happened, fact.detail["return"]) == (HOSPITAL, MONDAY, "findings")
    assert (fact.detail["from"], fact.detail["vouched"]) == ("safeguarding@hospital.example", True)
    assert fact.detail["document"]["involvement_summary"] == "Seen in clinic."
    assert not found.waits


def test_a_nil_return_in_the_body_is_a_return() -> None:
    assert only(effects(None, NIL), FactKind.RETURN_RECEIVED).detail["return"] == "nil"


@pytest.mark.parametrize(
    ("first", "form", "says"),
    [
        ("findings", RETURN, "findings"),
        ("nil", RETURN, "findings"),
        ("corrected", RETURN, "findings"),
        ("nil", NIL, "nil"),
    ],
)
def test_a_second_full_return_is_a_corrected_one(first: str, form: Form, says: str) -> None:
    fact = only(effects(None, form, case=case_now(a_return(10, first))), FactKind.RETURN_RECEIVED)
    assert (fact.detail["return"], fact.detail["says"]) == ("corrected", says)


@pytest.mark.parametrize(
    ("first", "says"), [("findings", "findings"), ("partial", "partial"), ("corrected", "findings")]
)
def test_one_line_of_nil_replaces_no_findings_without_a_person(first: str, says: str) -> None:
    found = effects(None, NIL, case=case_now(a_return(10, first, says=says)))
    assert kinds(found) == ["message-linked"]
    assert "contradicts" in found.reason
    after_nil = case_now(a_return(10, "corrected", says="nil"))
    assert "return-received" in kinds(effects(None, NIL, case=after_nil))


def test_a_line_that_is_not_there_at_all_is_missing_too() -> None:
    short = a_form(DocumentKind.NOTIFICATION, values={"child.name": "Robyn Ashdown"})
    found = effects(a_message(sender_name=""), short, link=OPENING, opens=True)
    blank = only(found, FactKind.NOTIFICATION_RECEIVED).detail["blank"]
    assert blank == [
        "child.date_of_birth",
        "child.gender",
        "child.ethnicity",
        "child.disability",
        "incident.date",
        "incident.nature",
        "incident.summary",
        "notifier.name",
    ]
    named = effects(a_message(sender_name="Chris Vale"), short, link=OPENING, opens=True)
    assert "notifier.name" not in only(named, FactKind.NOTIFICATION_RECEIVED).detail["blank"]


def test_a_notifier_whom_nobody_vouches_for_is_not_written_to() -> None:
    message = a_message(vouched_for=False)
    found = effects(message, a_notification(), link=OPENING, opens=True)
    notifier = only(found, FactKind.NOTIFICATION_RECEIVED).detail["notifier"]
    assert (notifier["address"], notifier["vouched"]) == ("", False)
    assert notifier["claimed"] == message.sender


def test_a_second_notification_is_recorded_when_a_person_puts_it_into_the_case() -> None:
    by_itself = effects(None, a_notification())
    assert by_itself.waits
    assert "notification-received" not in kinds(by_itself)
    later = a_message(received_at=moment("Tue 2026-11-24 10:00"))
    other = a_notification(incident__date="2026-11-19")
    by_hand = effects(later, other, link=replace(LINK, basis=Basis.STAFF))
    assert kinds(by_hand) == ["notification-received", "message-linked"]
    assert not by_hand.waits
    facts = (*case_now().facts, *by_hand.facts)
    case = case_from(replace(fact, number=n + 1) for n, fact in enumerate(facts))
    assert case.opened_at == MONDAY  # the first one stays day 0
    assert case.incident_on == date(2026, 11, 20)


@pytest.mark.parametrize("kind", [LetterKind.CALL_OF_PARTNERS, LetterKind.WORKSHEET])
def test_an_answer_to_the_call_or_the_worksheet_holds_no_reminders_up(kind: LetterKind) -> None:
    link = replace(LINK, answers=kind.value)
    found = effects(a_message(text="Wednesday at ten suits me."), link=link)
    assert found.waits
    assert not found.holds_up
    assert only(found, FactKind.MESSAGE_LINKED).detail["answers"] == kind
    assert effects(a_message(text="Wednesday at ten suits me.")).holds_up
    assert effects(None, a_form(DocumentKind.UNREADABLE), link=link).holds_up
    asks = a_message(message_class=MessageClass.EXTENSION_REQUEST)
    assert effects(asks, link=link).holds_up
    unread = a_message(problems=(Problem(place="1st attachment, PDF", what="Open it."),))
    assert effects(unread, link=link).holds_up


def test_a_nil_in_answer_to_the_call_is_a_return_all_the_same() -> None:
    link = replace(LINK, answers=LetterKind.CALL_OF_PARTNERS.value)
    assert "return-received" in kinds(effects(None, NIL, link=link))


def test_thanks_go_to_vouched_for_senders_alone() -> None:
    link = replace(LINK, basis=Basis.STAFF)
    fact = only(effects(a_message(vouched_for=False), RETURN, link=link), FactKind.RETURN_RECEIVED)
    assert (fact.detail["from"], fact.detail["vouched"]) == ("", False)
    sent = only(effects(None, RETURN), FactKind.RETURN_RECEIVED)
    assert sent.detail["from"] == "safeguarding@hospital.example"


def test_a_full_return_after_a_partial_one_is_the_return() -> None:
    found = effects(None, RETURN, case=case_now(a_return(10, "partial")))
    assert only(found, FactKind.RETURN_RECEIVED).detail["return"] == "findings"


def test_a_form_that_names_another_agency_is_no_return_of_either() -> None:
    found = effects(None, a_form(values={"agency": "Police"}))
    assert kinds(found) == ["message-linked"]
    assert found.waits
    own = effects(None, a_form(values={"agency": "Bedford General Hospital"}))
    assert "return-received" in kinds(own)


@pytest.mark.parametrize(
    ("message", "forms", "link"),
    [
        (a_message(vouched_for=False), (RETURN,), LINK),
        (a_message(), (RETURN,), replace(LINK, agency=PROBATION)),
        (a_message(), (RETURN,), replace(LINK, agency=None, party="chair")),
        (a_message(), (RETURN,), replace(LINK, agency=None, party="staff")),
        (a_message(), (RETURN, NIL), LINK),
        (a_message(), (), LINK),
        (a_message(), (a_form(DocumentKind.BLANK_FORM),), LINK),
        (a_message(), (a_notification(),), LINK),
        (a_message(message_class=MessageClass.ENCRYPTED_PLACEHOLDER), (), LINK),
        (a_message(message_class=MessageClass.EXTENSION_REQUEST), (RETURN,), LINK),
        (a_message(message_class=MessageClass.AUTO_REPLY), (RETURN,), LINK),
    ],
)
def test_what_is_not_plainly_a_return_waits_for_a_person(
    message: Message, forms: tuple[Form, ...], link: Link
) -> None:
    found = effects(message, *forms, link=link)
    assert kinds(found) == ["message-linked"]
    assert found.waits
    assert found.reason
    assert found.facts[0].detail["waits"] is True


def test_a_person_can_make_an_unverified_return_count() -> None:
    link = replace(LINK, basis=Basis.STAFF)
    fact = only(effects(a_message(vouched_for=False), RETURN, link=link), FactKind.RETURN_RECEIVED)
    assert fact.detail["vouched"] is False


def test_a_return_for_a_closed_case_is_kept_and_waits() -> None:
    found = effects(None, RETURN, case=case_now(a_fact(FactKind.CASE_CLOSED, 10)))
    assert "return-received" in kinds(found)
    assert found.waits


def test_an_absence_note_informs_and_nothing_else() -> None:
    found = effects(a_message(message_class=MessageClass.AUTO_REPLY))
    assert kinds(found) == ["message-linked"]
    assert not found.waits
    assert found.facts[0].detail["message_class"] == "auto_reply"


BOUNCE = a_message(message_class=MessageClass.BOUNCE, vouched_for=False)
MACHINE = replace(LINK, agency=None, party="")


REQUESTS = {
    "request/hospital": (HOSPITAL, ["old.address@nowhere.example"]),
    "request/police": (POLICE, ["safeguarding@police.example"]),
}


@pytest.mark.parametrize(
    ("letter", "address", "permanent", "agency"),
    [
        ("request/police", "Safeguarding@police.example", True, POLICE),
        ("request/police", "safeguarding@police.example", False, None),
        ("request/hospital", "old.address@nowhere.example", True, HOSPITAL),
        # Whoever holds one agency's letter cannot say that another's did not arrive.
        ("request/hospital", "safeguarding@police.example", True, None),
        ("request/police", "old.address@nowhere.example", True, None),
        ("request/police", "sasha.field@board.example", True, None),
        ("", "safeguarding@police.example", True, None),
    ],
)
def test_a_bounce_counts_for_those_alone_to_whom_the_letter_went_that_it_is_about(
    letter: str, address: str, permanent: bool, agency: str | None
) -> None:
    sent = [
        a_fact(
            FactKind.LETTER_SENT,
            10 + number,
            agency=code,
            detail={"kind": "information-request", "letter": key, "to": to},
        )
        for number, (key, (code, to)) in enumerate(REQUESTS.items())
    ]
    bounce = replace(BOUNCE, bounced=(Bounced(address=address, permanent=permanent),))
    link = replace(MACHINE, nonces=(nonce_for(LetterKey(letter)),) if letter else ())
    found = effects(bounce, link=link, case=case_now(*sent))
    failed = [f for f in found.facts if f.kind is FactKind.REQUEST_NOT_DELIVERED]
    assert [fact.agency for fact in failed] == ([agency] if agency else [])
    assert found.waits == (permanent and agency is None)


def test_a_bounce_that_a_person_has_put_into_a_case_counts_for_whom_it_names() -> None:
    bounced = (Bounced(address="safeguarding@police.example", permanent=True),)
    by_staff = replace(MACHINE, basis=Basis.STAFF)
    found = effects(replace(BOUNCE, bounced=bounced), link=by_staff)
    assert only(found, FactKind.REQUEST_NOT_DELIVERED).agency == POLICE


UNREAD = a_form(
    DocumentKind.UNREADABLE, problems=(Problem(place="1st attachment, PDF", what="A person."),)
)


def test_a_nil_return_with_an_attachment_that_was_not_read_is_not_recorded() -> None:
    nil = a_form(DocumentKind.NIL_RETURN, values={"known_to_agency": False}, place="message")
    assert "return-received" in kinds(effects(None, nil))
    found = effects(None, nil, UNREAD)
    assert kinds(found) == ["message-linked"]
    assert found.waits


def test_a_return_with_an_attachment_that_was_not_read_is_recorded_and_looked_at() -> None:
    found = effects(None, RETURN, UNREAD)
    assert "return-received" in kinds(found)
    assert found.waits


def test_a_message_of_which_only_the_beginning_is_kept_proves_nothing() -> None:
    found = effects(a_message(truncated=True), RETURN)
    assert kinds(found) == ["message-linked"]
    assert found.waits


def test_a_bounce_that_cannot_be_read_waits() -> None:
    assert effects(BOUNCE, link=MACHINE).waits


def test_the_panels_answer_is_recorded_unread_once_a_submission_was_sent() -> None:
    panel = replace(LINK, agency=None, party="panel")
    early = effects(link=panel)
    assert kinds(early) == ["message-linked"]
    assert early.waits
    sent = a_fact(FactKind.SUBMISSION_SENT, 10)
    found = effects(link=panel, case=case_now(sent))
    assert only(found, FactKind.PANEL_ANSWERED).detail == {"answer": "unread"}
    unread = a_fact(FactKind.PANEL_ANSWERED, 11, answer="unread")
    again = effects(link=panel, case=case_now(sent, unread))
    assert only(again, FactKind.PANEL_ANSWERED).detail == {"answer": "unread"}
    answered = a_fact(FactKind.PANEL_ANSWERED, 11, answer="agrees")
    assert kinds(effects(link=panel, case=case_now(sent, answered))) == ["message-linked"]


def test_a_plain_mail_of_staff_does_not_wait() -> None:
    assert not effects(link=replace(LINK, agency=None, party="staff")).waits


def test_the_agency_is_never_taken_from_the_forms_words() -> None:
    link = replace(LINK, agency=COUNCIL)
    case = case_now(a_fact(FactKind.AGENCY_ADDED, 10, agency=COUNCIL))
    fact = only(effects(None, RETURN, link=link, case=case), FactKind.RETURN_RECEIVED)
    assert fact.agency == COUNCIL
