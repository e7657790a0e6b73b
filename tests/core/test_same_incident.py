"""When two cases are suggested as one incident, and what is said about it."""

from dataclasses import replace

import pytest

from mailbot.core.letters.same_incident import likeness, same_incident
from mailbot.core.model import Case
from tests.core.builders import CASE, OTHER_CASE, an_area, day, moment
from tests.core.cases import a_case

FRIDAY, THURSDAY = day("Fri 2026-11-20"), day("Thu 2026-11-19")
ROBYN = {"child.name": "Robyn Ashdown", "child.date_of_birth": "2019-03-04"}
ELLIS = {"child.name": "Ellis Ashdown", "child.date_of_birth": "2021-06-07"}


def case(ref: str = CASE, incident: object = FRIDAY, **fields: object) -> Case:
    named = {name.replace("__", "."): value for name, value in fields.items()}
    opened = moment("Mon 2026-11-23 10:00" if ref == CASE else "Mon 2026-11-23 11:00")
    return replace(
        a_case(),
        ref=ref,
        incident_on=incident,
        fields=named,
        children=(),
        opened_at=opened,
    )


def test_the_same_child_and_day_is_one_incident() -> None:
    found = likeness(case(**ROBYN), case(OTHER_CASE, **ROBYN))
    assert found
    assert not found.against
    assert found.evidence == (
        "the same child, by name and date of birth",
        "the same day of the incident",
    )


def test_the_same_child_on_another_day_is_said_to_be_another_incident() -> None:
    found = likeness(case(**ROBYN), case(OTHER_CASE, THURSDAY, **ROBYN))
    assert found
    assert found.against


def test_a_day_that_is_not_known_speaks_neither_way() -> None:
    found = likeness(case(**ROBYN), case(OTHER_CASE, None, **ROBYN))
    assert found
    assert not found.against
    assert found.evidence == ("the same child, by name and date of birth",)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"child__address": "1 Larch Road, Bedford"}, "the same home address"),
        ({"incident__place": "Priory Park boathouse"}, "the same place of the incident"),
        ({"parents": ["Jo Ashdown"]}, "a parent in common"),
    ],
)
def test_siblings_of_one_day_are_suggested_by_what_they_have_in_common(
    fields: dict[str, object], expected: str
) -> None:
    found = likeness(case(**ROBYN, **fields), case(OTHER_CASE, **ELLIS, **fields))
    assert found
    assert found.evidence == ("the same day of the incident", expected)
    # On another day nothing is suggested: one family may be struck twice.
    assert likeness(case(**ROBYN, **fields), case(OTHER_CASE, THURSDAY, **ELLIS, **fields)) is None


def test_a_sibling_named_in_the_others_form_counts() -> None:
    ellis = case(OTHER_CASE, **ELLIS)
    found = likeness(case(**ROBYN, siblings=[{"name": "Ellis ASHDOWN"}]), ellis)
    assert found
    assert "a child of the one is a sibling in the other" in found.evidence


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"incident__place": "at home"},
        {"incident__place": "Home address"},
        {"incident__place": "Hospital"},
        {"parents": ["Mum"]},
        {"siblings": [{"name": "Ellis"}]},
    ],
)
def test_what_half_of_all_incidents_have_in_common_suggests_nothing(
    fields: dict[str, object],
) -> None:
    stranger = {"child.name": "Hal Umber", "child.date_of_birth": "2020-01-02"}
    assert likeness(case(**ROBYN, **fields), case(OTHER_CASE, **stranger, **fields)) is None


def test_the_letter_names_neither_child_nor_place_and_says_which_goes_on() -> None:
    fields = {"child__address": "1 Larch Road, Bedford"}
    new, other = case(OTHER_CASE, **ELLIS, **fields), case(CASE, **ROBYN, **fields)
    like = likeness(new, other)
    assert like
    (letter,) = same_incident(
        new, [(other, like)], area=an_area(), now=moment("Mon 2026-11-23 12:00")
    )
    said = str(dict(letter.words))
    assert letter.words["goes_on"] == CASE
    assert letter.words["example"] == f"merge: {CASE}, why"
    for word in ("Ashdown", "Larch", "2019"):
        assert word not in said
