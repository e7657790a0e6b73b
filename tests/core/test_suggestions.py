"""A label that was not understood is shown with the fields it may mean, and taken for none."""

import tomllib
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.core.forms.layouts import FormLayouts, layouts_from
from mailbot.core.forms.suggestions import suggestions_for, toml_lines

SHIPPED = (Path(__file__).resolve().parents[2] / "config/forms.toml").read_text("utf-8")


@cache
def layouts() -> FormLayouts:
    return layouts_from(tomllib.loads(SHIPPED))


@pytest.mark.parametrize(
    ("label", "field"),
    [
        ("Date when incident happend", "incident.date"),
        ("Summry of involvment", "involvement_summary"),
        ("Ethnicty of the kid", "child.ethnicity"),
        ("Home adress", "child.address"),
    ],
)
def test_the_closest_field_comes_first(label: str, field: str) -> None:
    (suggestion,) = suggestions_for([("table 1, row 2", label)], layouts())
    assert suggestion.place == "table 1, row 2"
    assert suggestion.may_mean[0].field == field


def test_a_label_like_nothing_has_no_field() -> None:
    (suggestion,) = suggestions_for([("line 1", "Colour of the front door")], layouts())
    assert suggestion.may_mean == ()
    assert toml_lines([suggestion]) == (
        '# like no field that mailbot knows: "colour of the front door"',
    )


def test_a_label_is_shown_once_wherever_it_stands() -> None:
    found = suggestions_for([("line 1", "Home adress:"), ("line 9", "home adress")], layouts())
    assert [one.place for one in found] == ["line 1"]


def test_a_label_like_several_fields_is_left_for_a_person_to_place() -> None:
    lines = toml_lines(suggestions_for([("line 1", "Kiddie's full name")], layouts()))
    assert len(lines) == 1
    assert lines[0].startswith("# perhaps ")
    assert "child.name" in lines[0]


def test_the_beginning_of_a_label_is_not_proposed_outright() -> None:
    # The title of a form; "rapid review no" is the label of a number.
    lines = toml_lines(suggestions_for([("line 1", "Rapid Review")], layouts()))
    assert [line[:9] for line in lines] == ["# perhaps"]


def test_a_label_that_holds_below_a_heading_is_not_proposed_for_everywhere() -> None:
    lines = toml_lines(suggestions_for([("table 2, row 2", "NAME")], layouts()))
    assert [line[:9] for line in lines] == ["# perhaps"]


@given(st.lists(st.text(max_size=80), max_size=6))
def test_the_lines_proposed_are_sound_whatever_was_printed(labels: list[str]) -> None:
    lines = toml_lines(suggestions_for([("line 1", label) for label in labels], layouts()))
    assert tomllib.loads("\n".join(lines)).keys() <= {"form"}


def test_the_lines_proposed_make_the_labels_understood() -> None:
    suggestions = suggestions_for([("", "Ethnicty of the kid"), ("", "Home adress")], layouts())
    together = SHIPPED + "\n" + "\n".join(toml_lines(suggestions))
    mended = layouts_from(tomllib.loads(together))
    assert mended.field_for("Ethnicty of the kid:", "") == "child.ethnicity"
