"""Which waiting mails an instruction settles, and what their receipt does to a return."""

from dataclasses import replace
from typing import Any

from mailbot.core.cases.facts import case_from
from mailbot.core.model import AgencyCode, Fact, FactKind, LetterKind, MessageKey
from mailbot.core.record.instruction_words import WaitingMail
from mailbot.core.record.instructions import AtHand, Instructions, read_instructions
from tests.core.builders import HOSPITAL, POLICE, a_fact, an_area, moment, opening_facts

NOW = moment("Fri 2026-12-04 11:00")
RECEIVED = moment("Wed 2026-12-02 09:00")
CASE_FACTS = (
    *opening_facts(),
    a_fact(FactKind.AGENCIES_CHOSEN, 3, agencies=["hospital", "police"]),
    a_fact(FactKind.INFORMATION_REQUESTED, 4, agency=HOSPITAL, round=1),
    a_fact(FactKind.INFORMATION_REQUESTED, 5, agency=POLICE, round=1),
)


def mail(key: str = "a" * 64, agency: AgencyCode | None = POLICE, **changes: Any) -> WaitingMail:
    """A mail of the police, vouched for, that waits linked to the case."""
    plain = WaitingMail(
        key=MessageKey(key),
        received_at=RECEIVED,
        agency=agency,
        party="agency",
        sender="safeguarding@police.example",
        vouched_for=True,
        linked=True,
        only_here=True,
    )
    return replace(plain, **changes)


SUSPECTED = {"linked": False, "only_here": True}
CASELESS = {"linked": False, "only_here": False}


def said(text: str, *mails: WaitingMail, about: str = "", facts: tuple[Fact, ...] = ()) -> Any:
    return read_instructions(
        text,
        now=NOW,
        by="robin.hale@bedford.example",
        area=an_area(),
        case=case_from((*CASE_FACTS, *facts)),
        at_hand=AtHand(waiting=mails, about=MessageKey(about) if about else None),
    )


def returned(read: Instructions) -> Fact:
    assert read.not_understood == ()
    return next(fact for fact in read.facts if fact.kind is FactKind.RETURN_RECEIVED)


def refused(read: Instructions) -> str:
    assert read.facts == ()
    assert read.settles == ()
    (sentence,) = read.not_understood
    return sentence


# --- returns ---


def test_a_return_counts_from_the_receipt_of_its_mail_and_is_thanked_for_there() -> None:
    read = said("return: police findings", mail())
    fact = returned(read)
    assert (fact.happened, fact.agency, fact.message) == (RECEIVED, POLICE, "a" * 64)
    assert (fact.detail["return"], fact.detail["round"]) == ("findings", 1)
    assert (fact.detail["from"], fact.detail["vouched"]) == ("safeguarding@police.example", True)
    assert read.settles == ("a" * 64,)


def test_a_mail_that_only_this_case_may_own_is_linked_to_it_with_its_receipt() -> None:
    read = said("return: police nil", mail(vouched_for=False, **SUSPECTED))
    linked = read.facts[0]
    assert (linked.kind, linked.happened, linked.message) == (
        FactKind.MESSAGE_LINKED,
        RECEIVED,
        "a" * 64,
    )
    assert linked.detail["waits"] is False
    fact = returned(read)
    assert (fact.happened, fact.message, fact.detail["from"]) == (RECEIVED, "a" * 64, "")


def test_a_mail_that_may_belong_to_another_case_is_asked_about() -> None:
    sentence = refused(said("return: police nil", mail(**CASELESS)))
    assert "aaaaaaaa, received 09:00 on Wed 2 December 2026" in sentence
    named = said("return: police nil / mail: aaaaaaaa", mail(**CASELESS))
    assert (returned(named).happened, named.settles) == (RECEIVED, ("a" * 64,))
    by_phone = said("return: police nil / received on: 3 December", mail(**CASELESS))
    assert by_phone.settles == ()
    assert returned(by_phone).message is None


def test_of_several_mails_the_one_named_or_answered_about_is_the_return() -> None:
    two = (mail(), mail("b" * 64, received_at=moment("Thu 2026-12-03 09:00")))
    assert "which mail is meant" in refused(said("return: police findings", *two))
    named = said("return: police findings / mail: bbbbbbbb", *two)
    assert (returned(named).message, named.settles) == ("b" * 64, ("b" * 64,))
    assert "1 mail still waits: aaaaaaaa" in named.recorded[0]
    about = said("return: police findings", *two, about="a" * 64)
    assert (returned(about).message, about.settles) == ("a" * 64, ("a" * 64,))
    assert refused(said("return: police findings / mail: cccccccc", *two))


def test_a_return_without_any_mail_counts_from_now() -> None:
    read = said("return: police nil", mail(agency=HOSPITAL))
    assert (returned(read).happened, read.settles) == (NOW, ())


def test_two_blocks_settle_a_mail_once() -> None:
    read = said("return: police nil\nreturn: police findings", mail())
    assert read.settles == ("a" * 64,)


def test_excusing_and_extending_settle_the_mails_of_this_case_alone() -> None:
    mails = (mail(), mail("b" * 64, **SUSPECTED), mail("c" * 64, **CASELESS))
    for text in ("excuse: police, no records", "extend: police until 9 December, sick"):
        assert said(text, *mails).settles == ("a" * 64, "b" * 64)


# --- dealt with ---


def test_a_harmless_word_is_dealt_with_and_no_return_is_recorded() -> None:
    mails = (mail(), mail("b" * 64, **SUSPECTED), mail("c" * 64, agency=HOSPITAL))
    for text in ("dealt with: police", "settled: Police", "Dealt with: police."):
        read = said(text, *mails)
        assert [f.kind.value for f in read.facts] == ["message-linked", "note"]
        assert read.settles == ("a" * 64, "b" * 64)
        assert "no return is recorded" in read.recorded[0]


def test_a_partner_is_known_by_its_role_and_the_chair_and_the_panel_by_their_names() -> None:
    council = mail("d" * 64, agency=AgencyCode("council"), party="partner")
    assert said("dealt with: local authority", council).settles == ("d" * 64,)
    chair = mail("e" * 64, agency=None, party="chair")
    panel = mail("f" * 64, agency=None, party="panel")
    assert said("dealt with: the chair", chair, panel).settles == ("e" * 64,)
    assert said("dealt with: Panel", chair, panel).settles == ("f" * 64,)


def test_a_mail_of_unknown_case_is_dealt_with_when_it_is_named() -> None:
    caseless = mail(**CASELESS)
    assert "mail: aaaaaaaa" in refused(said("dealt with: police", caseless))
    for text in ("dealt with: aaaaaaaa", "dealt with: police / mail: aaaaaaaa"):
        assert said(text, caseless).settles == ("a" * 64,)
    with_another = said("dealt with: police", mail("b" * 64), caseless)
    assert with_another.settles == ("b" * 64,)
    assert "1 mail still waits: aaaaaaaa" in with_another.recorded[0]


# --- the Panel and its notification ---


def test_the_authoritys_word_that_the_panel_is_notified_settles_its_mail() -> None:
    worksheet = mail(agency=AgencyCode("council"), answers=LetterKind.WORKSHEET.value)
    notifier = mail("b" * 64, agency=None, sender="jo.penn@la-notify.example")
    other = mail("c" * 64, agency=AgencyCode("council"))
    read = said("panel notified: today / reference: SIN 1", worksheet, notifier, other)
    assert read.settles == ("a" * 64, "b" * 64)


def test_what_the_panel_wrote_is_settled_as_far_as_it_was_read() -> None:
    first = mail(agency=None, party="panel")
    later = mail("b" * 64, agency=None, party="panel", received_at=NOW)
    assert said("panel answer: agrees", first).settles == ("a" * 64,)
    both = said("panel answer: agrees", first, later)
    assert both.settles == ()
    assert "2 mails still wait" in both.recorded[0]
    assert said("panel answer: agrees", first, later, about="a" * 64).settles == ("a" * 64,)
    assert said("panel answer: agrees", first, later, about="b" * 64).settles == (
        "a" * 64,
        "b" * 64,
    )
