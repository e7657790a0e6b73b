"""Whose return is whose when a mail brings several, and what waits for a person by name."""

from dataclasses import replace
from typing import Any

import pytest

from mailbot.core.cases.chronology import chronology_of
from mailbot.core.cases.facts import case_from
from mailbot.core.mail.outside_mail import brings_password
from mailbot.core.model import (
    AgencyCode,
    Basis,
    Case,
    DocumentKind,
    Fact,
    FactKind,
    Form,
    Link,
    Message,
    MessageClass,
)
from mailbot.core.record.reading import Effects, facts_from_message
from mailbot.core.record.returns import contents_of, forms_of
from tests.core.builders import (
    CASE,
    HOSPITAL,
    ICB,
    MONDAY,
    POLICE,
    a_fact,
    a_form,
    a_message,
    an_agency,
    an_area,
    moment,
    opening_facts,
)

PROVIDERS = tuple(
    replace(an_agency(code, known_as=(name,)), provider_trust=True)
    for code, name in (("hospital", "Bedford General Hospital"), ("community", "Ouse Community"))
)
AREA = an_area(
    agencies=(*(a for a in an_area().agencies if a.code != "hospital"), *PROVIDERS),
)
COMMUNITY = AgencyCode("community")
ROWS = [{"date": "?22 may 2016", "event": "Home visit", "source": "Record"}]
FROM_ICB = Link(case=CASE, basis=Basis.TOKEN, evidence="A token.", agency=ICB, party="agency")
FROM_POLICE = replace(FROM_ICB, agency=POLICE)


def returned(agency: str = "", kind: DocumentKind = DocumentKind.RETURN, **values: Any) -> Form:
    named = {"agency": agency} if agency else {}
    said = {"known_to_agency": True, "involvement_summary": "Seen in clinic."}
    return a_form(kind, values=said | named | {k.replace("__", "."): v for k, v in values.items()})


def chronology(agency: str = "", **values: Any) -> Form:
    named = {"agency": agency} if agency else {}
    place = "2nd attachment, Excel"
    rows = {"chronology": ROWS}
    return a_form(DocumentKind.CHRONOLOGY, values=rows | named | values, place=place)


def a_case(*more: Fact, nhs: bool = False) -> Case:
    flagged = a_fact(
        FactKind.NHS_INCIDENT_FLAGGED, 9, framework="sif", trusts=["hospital", "community"]
    )
    asked = ("icb", "police", "hospital", "community")
    facts = [*opening_facts(siblings=[]), a_fact(FactKind.AGENCIES_CHOSEN, 3, agencies=list(asked))]
    facts += [
        a_fact(FactKind.INFORMATION_REQUESTED, 4 + i, agency=code, round=1)
        for i, code in enumerate(asked)
    ]
    case = case_from([*facts, *([flagged] if nhs else []), *more])
    assert case is not None
    return case


def read(
    *forms: Form,
    link: Link = FROM_ICB,
    case: Case | None = None,
    message: Message | None = None,
) -> Effects:
    return facts_from_message(
        message or a_message(),
        forms,
        link,
        case=case or a_case(),
        area=AREA,
        now=moment("Mon 2026-11-23 10:05"),
    )


def whose(found: Effects) -> list[tuple[str, str]]:
    """Whose returns were recorded, and which."""
    return [
        (str(f.agency), f.detail["return"])
        for f in found.facts
        if f.kind is FactKind.RETURN_RECEIVED
    ]


def held_for(found: Effects) -> list[str]:
    (linked,) = (f for f in found.facts if f.kind is FactKind.MESSAGE_LINKED)
    return list(linked.detail.get("holds_for") or ())


# --- several agencies in one mail ---------------------------------------------------------------


def test_the_icb_hands_in_what_the_trusts_of_an_nhs_incident_return_with_its_own() -> None:
    forms = (
        returned("Integrated Care Board"),
        returned("Bedford General Hospital"),
        returned("Ouse Community", DocumentKind.PARTIAL_RETURN),
    )
    found = read(*forms, case=a_case(nhs=True))
    assert whose(found) == [
        ("icb", "findings"),
        ("hospital", "findings"),
        ("community", "partial"),
    ]
    assert not found.waits
    assert all(f.happened == MONDAY for f in found.facts)


def test_outside_an_nhs_incident_another_agencys_return_waits_by_name() -> None:
    found = read(returned("ICB"), returned("Bedford General Hospital"))
    assert whose(found) == [("icb", "findings")]
    assert found.waits
    assert "a return of Hospital, and its sender does not answer for Hospital" in found.reason
    assert held_for(found) == ["hospital"]


def test_nobody_but_the_icb_hands_in_for_a_trust() -> None:
    found = read(returned("Bedford General Hospital"), link=FROM_POLICE, case=a_case(nhs=True))
    assert whose(found) == []
    assert held_for(found) == ["hospital"]


def test_beside_another_agencys_return_one_that_names_nobody_is_nobodys() -> None:
    found = read(returned("Bedford General Hospital"), returned(), case=a_case(nhs=True))
    assert whose(found) == []
    assert "a form that does not say whose it is" in found.reason


def test_an_agency_that_was_not_asked_is_named() -> None:
    found = read(returned("Probation Service"), returned("ICB"))
    assert whose(found) == [("icb", "findings")]
    assert "a return of Probation, which was not asked in this case" in found.reason
    assert held_for(found) == []


def test_a_name_that_config_does_not_know_is_the_senders_own() -> None:
    assert whose(read(returned("Ward 7"), link=FROM_POLICE)) == [("police", "findings")]


# --- chronologies in documents of their own -----------------------------------------------------


def test_a_summary_and_a_separate_chronology_are_one_return() -> None:
    form = replace(returned(), fields=dict(returned(disclosure_conditions="Ask us").fields))
    found = read(form, chronology(), link=FROM_POLICE)
    assert whose(found) == [("police", "findings")]
    case = a_case(*(replace(f, number=20 + i) for i, f in enumerate(found.facts)))
    (entry,) = chronology_of(case)
    assert (entry.day.shown, entry.conditions) == ("?22 may 2016", ("Ask us",))


def test_a_blank_chronology_in_the_form_is_not_asked_for_when_it_came_apart() -> None:
    form = a_form(values={"known_to_agency": True}, blank=("chronology", "learning"))
    (fact, _) = read(form, chronology(), link=FROM_POLICE).facts
    assert fact.detail["blank"] == ["learning"]


def test_a_chronology_alone_is_a_part_of_a_return() -> None:
    found = read(chronology(), link=FROM_POLICE)
    assert whose(found) == [("police", "partial")]
    assert not found.waits


def test_a_chronology_after_a_partial_return_waits_for_the_word_that_it_is_all() -> None:
    before = a_fact(FactKind.RETURN_RECEIVED, 20, agency=POLICE, detail={"return": "partial"})
    before = replace(before, detail={**before.detail, "round": 1})
    found = read(chronology(), link=FROM_POLICE, case=a_case(before))
    assert whose(found) == [("police", "partial")]
    assert "say whether that is all" in found.reason


def test_each_agencys_chronology_goes_with_its_return() -> None:
    forms = (
        returned("ICB"),
        returned("Bedford General Hospital"),
        chronology("Bedford General Hospital"),
    )
    found = read(*forms, case=a_case(nhs=True))
    rows = {f.agency: f.detail.get("chronology") for f in found.facts[:2]}
    assert rows == {"icb": [], "hospital": ROWS}


def test_what_says_that_it_replaces_a_return_replaces_a_part_of_one_too() -> None:
    part = a_fact(
        FactKind.RETURN_RECEIVED, 20, agency=POLICE, detail={"return": "partial", "round": 1}
    )
    again = replace(returned(), corrects=True)
    found = read(again, link=FROM_POLICE, case=a_case(part))
    assert whose(found) == [("police", "corrected")]
    assert not found.waits
    first = read(again, link=FROM_POLICE)
    assert whose(first) == [("police", "findings")]
    assert "look for the earlier one" in first.reason


def test_a_chronology_that_replaces_another_waits() -> None:
    found = read(replace(chronology(), corrects=True), link=FROM_POLICE)
    assert whose(found) == []
    assert "replace an earlier one" in found.reason


def test_a_nil_return_with_a_chronology_contradicts_itself() -> None:
    nil = a_form(DocumentKind.NIL_RETURN, place="message")
    found = read(nil, chronology(), link=FROM_POLICE)
    assert whose(found) == []
    assert "different things" in found.reason


def test_a_health_report_and_several_returns_in_one_mail_are_all_told_apart() -> None:
    report = a_form(DocumentKind.HEALTH_REPORT, health_report="72-hour")
    report = replace(report, fields=returned("Bedford General Hospital").fields)
    forms = (report, returned("Bedford General Hospital"), returned("Police"))
    found = read(*forms, case=a_case(nhs=True))
    assert whose(found) == [("hospital", "findings")]
    assert FactKind.SEVENTY_TWO_HOUR_REPORT_RECEIVED in {f.kind for f in found.facts}
    assert held_for(found) == ["police"]


# --- children -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("others", "counts"),
    [
        ([{"name": "Robyn Ashdown", "date_of_birth": "2019-04-02"}], True),
        ([{"name": "Finch Ashdown", "date_of_birth": "2022-09-01"}], True),
        ([{"name": "Finch Ashdown"}], True),
        ([{"name": "Tobiah Marchbank"}], False),
        ([{"name": "Finch Ashdown", "date_of_birth": "2011-01-01"}], False),
    ],
)
def test_one_return_covers_brothers_and_sisters_of_the_case_and_nobody_else(
    others: list[dict[str, str]], counts: bool
) -> None:
    fields = {
        "child.name": "Robyn Ashdown",
        "child.date_of_birth": "2019-04-02",
        "siblings": [{"name": "Finch Ashdown", "date_of_birth": "2022-09-01"}],
    }
    told = a_fact(FactKind.NOTIFICATION_RECEIVED, 20, beginning="serious", fields=fields)
    children = [{"name": "Robyn Ashdown", "date_of_birth": "2019-04-02"}, *others]
    form = returned(child__name="Robyn Ashdown", children=children)
    found = read(form, link=FROM_POLICE, case=a_case(told))
    assert bool(whose(found)) is counts
    assert found.waits is not counts
    put_there = replace(FROM_POLICE, basis=Basis.STAFF)
    assert whose(read(form, link=put_there, case=a_case(told))), "staff have put it into the case"


# --- states that are named ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("message", "forms", "why"),
    [
        (a_message(message_class=MessageClass.ENCRYPTED_PLACEHOLDER), (), "encrypted"),
        (a_message(), (a_form(DocumentKind.UNREADABLE),), "could not be read"),
        (a_message(), (a_form(DocumentKind.BLANK_FORM),), "Its form is blank"),
        (a_message(), (a_form(DocumentKind.LOOK_ALIKE),), "another process's form"),
        (a_message(text="The password is Larkspur-42."), (), "password of another mail"),
        (a_message(text="Which period do you mean?"), (), "no form and no nil return"),
    ],
)
def test_what_waits_says_its_state_and_repeats_nothing(
    message: Message, forms: tuple[Form, ...], why: str
) -> None:
    found = read(*forms, link=FROM_POLICE, message=message)
    assert found.waits
    assert found.holds_up
    assert why in found.reason
    assert "Larkspur" not in repr(found.facts)


def test_a_look_alike_beside_a_return_is_left_alone_and_shown() -> None:
    found = read(returned(), a_form(DocumentKind.LOOK_ALIKE), link=FROM_POLICE)
    assert whose(found) == [("police", "findings")]
    assert "another process's form too" in found.reason


@pytest.mark.parametrize(
    ("text", "brings"),
    [
        ("Password: Larkspur-42", True),
        ("The passcode for the file is 4711", True),
        ("Pass phrase to follow by phone", True),
        ("The PIN is 4711", True),
        ("The child was passed to the next ward", False),
        ("He was in a pinafore", False),
    ],
)
def test_a_mail_that_may_bring_a_password(text: str, brings: bool) -> None:
    assert brings_password(a_message(text=text)) is brings


# --- a return that a person took for one --------------------------------------------------------


def test_what_was_read_of_a_return_stays_with_the_one_that_staff_record() -> None:
    icb, hospital = returned("ICB"), returned("Bedford General Hospital")
    assert forms_of((icb, hospital, chronology()), HOSPITAL, AREA) == [hospital]
    assert forms_of((icb, hospital), POLICE, AREA) == []
    assert forms_of((returned(), chronology()), POLICE, AREA) == [returned(), chronology()]
    assert forms_of((returned(), returned()), POLICE, AREA) == []
    assert contents_of([chronology()])["chronology"] == ROWS
