"""Plain text made neutral: how people answer questions in the body of a mail."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.core.model import ItemKind
from mailbot.documents import document_from_text, read_document
from mailbot.documents.ticks import options_in


def values(text: str) -> dict[str, str]:
    items = document_from_text(text).items
    return {i.label: i.value for i in items if i.kind is ItemKind.VALUE}


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
    items = document_from_text("[x] Death of a child\n[ ] Serious harm").items
    assert [(i.label, i.ticked) for i in items] == [
        ("Death of a child", True),
        ("Serious harm", False),
    ]


def test_quoted_lines_are_kept_apart() -> None:
    items = document_from_text(
        "Gender: Girl\n> Gender: Boy\n> # Other\n> Name: X\nRole: Nurse"
    ).items
    assert [(i.label, i.section) for i in items if i.label] == [
        ("Gender", ""),
        ("Gender", "quoted"),
        ("Name", "quoted"),
        ("Role", ""),
    ]


def test_headings_are_sections_and_places_are_lines() -> None:
    items = document_from_text("1. Your details\nName: Sol\nTHE CHILD\nName: Wren").items
    found = [(i.value, i.section, i.place) for i in items if i.label == "Name"]
    assert found == [("Sol", "Your details", "line 2"), ("Wren", "THE CHILD", "line 4")]


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


def test_a_text_file_is_read_like_a_body() -> None:
    document = read_document(
        "Name of child: Zoë".encode("cp1252"), name="a.txt", content_type="text/plain", place="1st"
    )
    assert document.items[0].value == "Zoë"
    assert document.items[0].place == "1st, line 1"


@given(st.text())
def test_no_text_ever_raises(text: str) -> None:
    document_from_text(text)


@given(st.text("ab:?>#[]x☒☐ -=\n1.", max_size=200))
def test_no_text_made_of_what_forms_are_made_of_ever_raises(text: str) -> None:
    document_from_text(text)


def test_a_table_of_an_html_mail_is_read_by_its_cells() -> None:
    text = "Name of child\tRowan Ellery\nDate of birth:\t3 May 2019\tGender\tfemale"
    found = {item.label: item.value for item in document_from_text(text).items}
    assert found == {
        "Name of child": "Rowan Ellery",
        "Date of birth": "3 May 2019",
        "Gender": "female",
    }
