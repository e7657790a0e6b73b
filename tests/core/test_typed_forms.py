"""How people answer questions in the body of a mail, and what is paired with what."""

from pathlib import Path

import pytest

from mailbot.core.forms.items import ItemKind
from mailbot.core.forms.pairing import QUOTED, items_of
from mailbot.core.forms.ticks import options_in
from mailbot.documents import document_from_text
from mailbot.reader import layouts_at

LAYOUTS = layouts_at(Path(__file__).parent)


def items(text: str):
    return items_of(document_from_text(text), LAYOUTS, is_mail=True)


def values(text: str) -> dict[str, str]:
    return {i.label: i.value for i in items(text) if i.kind is ItemKind.VALUE}


def test_a_label_a_colon_and_an_answer() -> None:
    assert values("1. Name of child: Wren Alderby\n(b) Gender : Girl") == {
        "Name of child": "Wren Alderby",
        "Gender": "Girl",
    }


def test_the_answer_may_stand_on_the_lines_below() -> None:
    assert values("What happened?\n\nA fall\nat home.\n\nThank you") == {
        "What happened": "A fall\nat home."
    }


def test_a_farewell_is_no_answer() -> None:
    assert values("Learning:\n\nKind regards\nMorgan") == {"Learning": ""}


@pytest.mark.parametrize(
    "text",
    ["See https://example.org/x", "We met at 10:30 today", "I looked. There is more: nothing"],
)
def test_a_colon_alone_makes_no_label(text: str) -> None:
    assert not values(text)


def test_boxes_are_ticks() -> None:
    found = items("[x] Death of a child\n[ ] Serious harm")
    assert [(i.label, i.ticked) for i in found] == [
        ("Death of a child", True),
        ("Serious harm", False),
    ]


def test_quoted_lines_are_kept_apart() -> None:
    found = items("Gender: Girl\n> Gender: Boy\n> # Other\n> Name: X\nRole: Nurse")
    assert [(i.label, i.section == QUOTED) for i in found if i.label] == [
        ("Gender", False),
        ("Gender", True),
        ("Name", True),
        ("Role", False),
    ]


def test_headings_are_sections_and_places_are_lines() -> None:
    found = items("1. Your details\nName: Sol\nTHE CHILD\nName: Wren")
    named = [(i.value, i.section, i.place) for i in found if i.label == "Name"]
    assert named == [("Sol", "Your details", "line 2"), ("Wren", "THE CHILD", "line 4")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("☐ Yes ☒ No", ("", (("Yes", False), ("No", True)))),
        ("Yes ☐ No ☒", ("", (("Yes", False), ("No", True)))),
        ("Known: Yes ☒ No ☐", ("Known", (("Yes", True), ("No", False)))),
        ("Known? [x] Yes [ ] No", ("Known?", (("Yes", True), ("No", False)))),
        ("☒", ("", (("", True),))),
        ("no box", ("no box", ())),
    ],
)
def test_options_are_told_from_where_their_boxes_stand(text: str, expected: object) -> None:
    assert options_in(text) == expected


def test_a_table_of_an_html_mail_is_read_by_its_cells() -> None:
    text = "Name of child\tRowan Ellery\nDate of birth:\t3 May 2019\tGender\tfemale"
    found = {label.rstrip(":"): value for label, value in values(text).items()}
    assert found == {
        "Name of child": "Rowan Ellery",
        "Date of birth": "3 May 2019",
        "Gender": "female",
    }
