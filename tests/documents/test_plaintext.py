"""Plain text made neutral: its lines at their places, whoever typed or quoted them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.core.document import Line
from mailbot.documents import document_from_text


def lines(text: str) -> list[Line]:
    blocks = document_from_text(text).blocks
    assert all(isinstance(block, Line) for block in blocks)
    return [block for block in blocks if isinstance(block, Line)]


def test_places_are_lines() -> None:
    assert [(line.place, line.text) for line in lines("Gender: Girl\n\nRole: Nurse")] == [
        ("line 1", "Gender: Girl"),
        ("line 2", ""),
        ("line 3", "Role: Nurse"),
    ]


def test_quoted_lines_are_kept_apart() -> None:
    found = [(line.text, line.quoted) for line in lines("Gender: Girl\n> Gender: Boy\n>> x\nRole")]
    assert found == [("Gender: Girl", False), ("Gender: Boy", True), ("x", True), ("Role", False)]


def test_gaps_stay_since_they_may_part_columns() -> None:
    assert lines("Name:   Zoë\tBorn")[0].text == "Name:   Zoë\tBorn"


@pytest.mark.parametrize("box", ["☑", "\uf0fe", "🗹"])
def test_boxes_are_boxes_however_they_are_written(box: str) -> None:
    assert lines(f"{box} Yes  □ No [x] Maybe")[0].text == "☒ Yes  ☐ No [x] Maybe"


@pytest.mark.parametrize(
    ("text", "shown", "marked", "strong"),
    [
        ("*Name of child:* Wren", "Name of child: Wren", ("Name of child:",), False),
        ("YES / *NO*", "YES / NO", ("NO",), False),
        ("*The child*", "The child", (), True),
        ("* a bullet", "* a bullet", (), False),
        ("2*3*4", "2*3*4", (), False),
        ("*required field", "*required field", (), False),
        ("***", "***", (), False),
        ("(*delete one) and (*tick)", "(*delete one) and (*tick)", (), False),
    ],
)
def test_words_between_stars_were_bold(
    text: str, shown: str, marked: tuple[str, ...], strong: bool
) -> None:
    (line,) = lines(text)
    assert (line.text, line.marked, line.strong) == (shown, marked, strong)


@given(st.text())
def test_no_text_ever_raises(text: str) -> None:
    document_from_text(text)


@given(st.text("ab:?>#[]x☒☐*_ -=\n1.\t", max_size=200))
def test_no_text_made_of_what_forms_are_made_of_ever_raises(text: str) -> None:
    document_from_text(text)
