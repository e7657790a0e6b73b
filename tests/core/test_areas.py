"""An area as it is on a day, and how mail to its people is protected."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.core.areas import area_on, everybody_in, protection_of, tagged
from mailbot.core.letters.desk import partners_of, protection_for
from mailbot.core.model import (
    Agency,
    AgencyChange,
    AgencyCode,
    Delivery,
    Letter,
    LetterKey,
    LetterKind,
    Person,
    Protection,
    Role,
)
from mailbot.core.parties import Asked, CaseParties, agency_named, who_is
from mailbot.core.wording import name_of
from tests.core.builders import a_person, an_agency, an_area, day

TLS, TAG, PHONE = Protection.TLS, Protection.SUBJECT_TAG, Protection.BY_PHONE
MERGER = day("Thu 2027-04-01")
BEFORE, AFTER = MERGER - timedelta(days=1), MERGER


def a_merger() -> tuple[Agency, Agency]:
    """The ICB of one county ends, and one of two counties takes its role, mailbox and name."""
    old = an_agency(
        "icb-old",
        name="Ouse ICB",
        contacts=("nurse@ouse-icb.example", "shared@icb.example"),
        domains=("ouse-icb.example",),
        known_as=("ICB",),
        partner=Role.ICB,
        until=BEFORE,
    )
    new = an_agency(
        "icb-new",
        name="Ouse and Ivel ICB",
        contacts=("shared@icb.example",),
        known_as=("ICB",),
        partner=Role.ICB,
        since=AFTER,
    )
    return old, new


def test_on_the_day_of_a_merger_the_role_the_name_and_the_mailbox_pass_on() -> None:
    area = an_area(agencies=a_merger())
    before, after = area_on(area, BEFORE), area_on(area, AFTER)
    assert [a.code for a in partners_of(before)] == ["icb-old"]
    assert [a.code for a in partners_of(after)] == ["icb-new"]
    assert (agency_named("ICB", before), agency_named("ICB", after)) == ("icb-old", "icb-new")
    for on_day, code in ((before, "icb-old"), (after, "icb-new")):
        party = who_is("shared@icb.example", on_day)
        assert party
        assert party.agency == code


def test_who_has_ended_keeps_its_name_for_old_cases_and_is_proposed_no_more() -> None:
    area = area_on(an_area(agencies=a_merger()), AFTER)
    old = area.agency("icb-old")
    assert old
    assert (old.in_force, old.ask_by_default, old.partner) == (False, False, None)
    assert name_of(area, AgencyCode("icb-old")) == "Ouse ICB"
    # A late return from its own mailbox is still its own.
    party = who_is("nurse@ouse-icb.example", area)
    assert party
    assert party.agency == "icb-old"
    # So is its answer from the mailbox that another has now, in a case that had asked it.
    asked = CaseParties(agencies={AgencyCode("icb-old"): Asked(round=1)})
    party = who_is("shared@icb.example", area, asked)
    assert party
    assert party.agency == "icb-old"


def test_a_change_of_name_and_contacts_holds_from_its_day_and_the_old_ones_are_understood() -> None:
    change = AgencyChange(
        day=MERGER, name="Ivel Schools", contacts=("new@ivel.example",), protection=TAG
    )
    school = an_agency(
        "education",
        name="Ouse Schools",
        contacts=("old@ouse.example",),
        protection=TLS,
        changes=(change,),
    )
    area = an_area(agencies=(school,))
    assert area_on(area, BEFORE).agency("education") == school
    after = area_on(area, AFTER)
    found = after.agency("education")
    assert found
    assert (found.name, found.contacts, found.protection) == (
        "Ivel Schools",
        ("new@ivel.example",),
        TAG,
    )
    assert agency_named("Ouse Schools", after) == "education"
    party = who_is("old@ouse.example", after)
    assert party
    assert party.agency == "education"
    assert {"old@ouse.example", "new@ivel.example"} <= everybody_in(area)


def test_a_deputy_answers_for_the_agency() -> None:
    deputy = a_person("Callum Arkwright", "callum@elsewhere.example")
    area = an_area(agencies=(an_agency("education", deputies=(deputy,)),))
    party = who_is("callum@elsewhere.example", area)
    assert party
    assert party.agency == "education"


@pytest.mark.parametrize(
    ("addresses", "expected"),
    [
        (["a@nhs.net"], TLS),
        (["a@trust.nhs.net"], TLS),
        (["a@secure.trust.nhs.net"], TAG),
        (["a@nhs.net", "b@secure.trust.nhs.net"], TAG),
        (["a@nhs.net", "b@elsewhere.example"], PHONE),
        (["a@notnhs.net"], PHONE),
        ([], PHONE),
    ],
)
def test_the_longest_known_domain_speaks_and_the_weakest_address_counts(
    addresses: list[str], expected: Protection
) -> None:
    domains = {"nhs.net": TLS, "secure.trust.nhs.net": TAG}
    assert protection_of(addresses, domains) is expected


@given(st.lists(st.sampled_from(["a@x.example", "b@y.example", "c@z.example"])))
def test_one_more_recipient_never_makes_mail_better_protected(addresses: list[str]) -> None:
    domains = {"x.example": TLS, "y.example": TAG}
    weakest = [PHONE, TAG, TLS]
    for number in range(1, len(addresses)):
        fewer, more = addresses[:number], addresses[: number + 1]
        one, two = protection_of(fewer, domains), protection_of(more, domains)
        assert weakest.index(two) <= weakest.index(one)


@given(st.dates(date(2027, 3, 1), date(2027, 5, 1)))
def test_on_every_day_there_is_one_partner_of_a_role_and_one_owner_of_an_address(
    on: date,
) -> None:
    area = area_on(an_area(agencies=a_merger()), on)
    assert len(partners_of(area)) == 1
    party = who_is("shared@icb.example", area)
    assert party
    assert party.agency == ("icb-old" if on < MERGER else "icb-new")
    assert protection_for(area, AgencyCode("nobody")) is PHONE


def a_letter(to: str, **changes: object) -> Letter:
    return Letter(
        key=LetterKey("acknowledgement/x/1"),
        kind=LetterKind.ACKNOWLEDGEMENT,
        case=None,
        to=(Person(name="", email=to),),
        delivery=Delivery.SEND,
        not_before=datetime(2026, 11, 23),
        **changes,
    )


def test_a_letter_to_a_domain_that_wants_a_tag_gets_it() -> None:
    area = an_area(protected_domains={"nhs.net": TAG})
    assert tagged(a_letter("a@nhs.net"), area).protection is TAG
    assert tagged(a_letter("a@elsewhere.example"), area).protection is TLS
    own = a_letter("a@nhs.net", agency=AgencyCode("hospital"))
    assert tagged(own, area).protection is TLS
