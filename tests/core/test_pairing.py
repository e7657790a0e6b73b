"""Labels find their answers, however a form is laid out and whatever file it came from."""

import tomllib
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.core.document import UNKNOWN_BOX, Cell, Control, Document, Line, Table
from mailbot.core.forms.forms import FormLayouts, forms_from, layouts_from
from mailbot.core.forms.items import ItemKind
from mailbot.core.forms.labels import meaning, normal
from mailbot.core.forms.pairing import items_of
from mailbot.core.model import Certainty, Form

ROOT = Path(__file__).resolve().parents[2]
ABOUT = (("Name of child", "Wren Alderby"), ("Date of incident", "20/11/2026"))
STRONG = {"strong": True}


@cache
def layouts() -> FormLayouts:
    return layouts_from(tomllib.loads((ROOT / "config/forms.toml").read_text("utf-8")))


def table(*rows: tuple[str | Cell, ...], place: str = "table 1", header: bool = False) -> Table:
    cells = (tuple(c if isinstance(c, Cell) else Cell(text=c) for c in row) for row in rows)
    return Table(place=place, rows=tuple(cells), header=header)


def line(text: str, **more: object) -> Line:
    return Line(place="paragraph 1", text=text, **more)  # type: ignore[arg-type]


def read(*blocks: Line | Table, scanned: bool = False) -> Form:
    """The one form in a document of these blocks."""
    document = Document(format="Word", blocks=blocks, scanned=scanned)
    (form,) = forms_from([("document", document)], "", layouts())
    return form


def values(*blocks: Line | Table) -> dict[str, object]:
    form = read(*blocks)
    return {n: f.value for n, f in form.fields.items() if f.certainty is Certainty.READ}


def doubts(form: Form) -> list[str]:
    return form.named(Certainty.CANNOT_TELL)


# --- labels and answers in tables -------------------------------------------------------------


def test_two_pairs_in_a_row_are_two_answers_even_where_an_answer_sounds_like_a_label() -> None:
    found = values(
        table(
            ("Name of child", "Wren Alderby", "Disability", "No disability"),
            ("Date of incident", "20/11/2026", "Place of incident", "Home address"),
        )
    )
    assert found["child.disability"] == "No disability"
    assert found["incident.place"] == "Home address"
    assert "child.address" not in found


def test_a_column_of_numbers_counts_the_questions_and_is_no_label() -> None:
    found = values(
        table(
            ("1.", "Referrer"),
            ("", "Name:", "Sol Winter", "Role:", "Named Nurse"),
            ("2.", "Case outline"),
            ("", "Please include\n• details of the referral\n• status\nTaken to hospital."),
            ("3.", "Subject's details"),
            ("", "Last name:", "Alderby", "Forename:", "Wren"),
        )
    )
    assert found["notifier.name"] == "Sol Winter"
    assert found["notifier.role"] == "Named Nurse"
    assert found["incident.summary"] == "Taken to hospital."
    assert found["child.name"] == "Wren Alderby"


def test_labels_and_answers_stacked_in_one_column_are_told_apart_by_their_looks() -> None:
    found = values(
        table(
            *((Cell(text=label, **STRONG),) for label in ("Child's name/identifier:",)),
            ("Wren Alderby",),
            (Cell(text="Child's current legal status:", **STRONG),),
            ("Child protection plan (neglect)",),
            (Cell(text="Date of incident:", **STRONG),),
            ("20/11/26",),
        )
    )
    assert found["child.legal_status"] == "Child protection plan (neglect)"
    assert found["incident.date"] == "2026-11-20"


def test_a_label_and_its_answer_may_share_a_cell() -> None:
    found = values(
        table(
            ("Child's full name: Wren Alderby", "DoB or EDD: 03/04/2019"),
            ("What happened\nTaken to hospital.",),
            ("Agencies involved\nPolice, School", "Date of incident: 20/11/2026"),
        )
    )
    assert found["child.name"] == "Wren Alderby"
    assert found["child.date_of_birth"] == "2019-04-03"
    assert found["incident.summary"] == "Taken to hospital."
    assert found["agencies"] == ["Police", "School"]
    assert found["incident.date"] == "2026-11-20"


def test_a_heading_merged_down_the_first_column_says_whose_the_answers_are() -> None:
    lower = Cell(continues=True)
    found = values(
        table(
            ("CHILD", "Surname", "Alderby"),
            (lower, "Forename", "Wren"),
            (lower, "Date of birth", "03/04/2019"),
            ("MOTHER", "Surname", "Reeth"),
            (lower, "Forename", "Ida"),
            (lower, "Date of birth", "01/02/1990"),
            ("INCIDENT", "Date", "20/11/2026"),
            (lower, "Details", "Taken to hospital."),
        )
    )
    assert found["child.name"] == "Wren Alderby"
    assert found["child.date_of_birth"] == "2019-04-03"
    assert found["parents"] == ["Ida Reeth"]
    assert found["incident.date"] == "2026-11-20"


def test_a_response_stands_in_the_column_that_says_so_and_guidance_is_no_answer() -> None:
    found = values(
        table(
            ("Question", "Guidance", "Response"),
            ("Child's full name", "Do not use initials.", "Wren Alderby"),
            ("Date of incident", "If it is uncertain say so.", "20/11/2026"),
        )
    )
    assert found["child.name"] == "Wren Alderby"
    assert found["incident.date"] == "2026-11-20"


def test_a_page_that_ends_within_an_answer_does_not_cut_it() -> None:
    found = values(
        table(
            *ABOUT,
            ("Ethnicity", "Mixed White and Black", "Disability", "Autism (diagnosed"),
            ("", "Caribbean", "", "2023)"),
        )
    )
    assert found["child.ethnicity"] == "Mixed White and Black Caribbean"
    assert found["child.disability"] == "Autism (diagnosed 2023)"


def test_a_question_at_the_end_of_a_page_is_answered_on_the_next() -> None:
    asks = (Cell(text="Education establishment details:", **STRONG),)
    found = values(
        table(*ABOUT, asks), table(("",), ("Larkspur Primary School",), place="page 2, table 1")
    )
    assert found["child.school"] == "Larkspur Primary School"


@pytest.mark.parametrize(
    "answer",
    [
        "[Enter full name] Wren Alderby",
        "(forename and surname)\nWren Alderby",
        "Name: Wren Alderby",
        "Please give the full name:\n- forename\n- surname\nWren Alderby",
    ],
)
def test_a_prompt_left_before_an_answer_is_no_part_of_it(answer: str) -> None:
    assert values(table(("Child's name", answer), ABOUT[1]))["child.name"] == "Wren Alderby"


@pytest.mark.parametrize("prompt", ["[Enter name]", "Please state", "Enter the child's name", "…"])
def test_a_prompt_alone_is_a_blank(prompt: str) -> None:
    form = read(table(*ABOUT, ("Ethnicity", prompt)))
    assert "child.ethnicity" in form.named(Certainty.BLANK)


def test_a_date_in_three_squares_is_one_date() -> None:
    found = values(table(*ABOUT, ("Date of birth (DD/MM/YYYY)", "03", "04", "2019")))
    assert found["child.date_of_birth"] == "2019-04-03"


# --- tables of people -------------------------------------------------------------------------


def test_a_family_table_gives_parents_siblings_and_the_child_itself() -> None:
    found = values(
        line("Family composition", heading=True),
        table(
            ("Name", "Relationship to child", "DOB", "Address", "Are they still involved?"),
            ("Wren Alderby", "Subject child", "3/4/19", "", ""),
            ("Ida Alderby", "Mother", "1/2/1990", "as above", ""),
            ("Finch Alderby", "Half brother", "1/9/22", "as above", ""),
            ("Robin Reeth", "Stepbrother", "", "", ""),
            ("Colm Reeth", "Stepfather", "", "", ""),
            ("Gran Poole", "Grandmother", "", "", ""),
            ("Derek Plume", "Mother's partner", "", "", ""),
        ),
        table(*ABOUT[1:]),
    )
    assert found["child.name"] == "Wren Alderby"
    assert found["child.date_of_birth"] == "2019-04-03"
    assert found["parents"] == ["Ida Alderby", "Colm Reeth"]
    assert found["siblings"] == [
        {"name": "Finch Alderby", "date_of_birth": "2022-09-01"},
        {"name": "Robin Reeth"},
    ]


def test_a_columns_own_child_is_a_child() -> None:
    found = values(
        table(
            ("", "Child 1", "Child 2"),
            ("Surname", "Alderby", "Alderby"),
            ("Forename(s)", "Wren", "Finch"),
            ("Date of birth", "03/04/19", "01/09/22"),
        ),
        table(*ABOUT[1:]),
    )
    assert found["children"] == [
        {"name": "Wren Alderby", "date_of_birth": "2019-04-03"},
        {"name": "Finch Alderby", "date_of_birth": "2022-09-01"},
    ]


def test_who_was_consulted_is_neither_the_notifier_nor_the_child() -> None:
    head = ("NAME", "AGENCY & DESIGNATION/TITLE", "CONTACT DETAILS")
    found = values(
        table(*ABOUT),
        table(
            ("REFERRER",), head, ("Sol Winter", "Oakshire ICB\nNamed Nurse", "01632 960111"),
            ("DESIGNATED SAFEGUARDING LEAD CONSULTED",), head, ("Jo Pell", "Oakshire ICB", "01632"),
        ),
    )  # fmt: skip
    assert found["notifier.name"] == "Sol Winter"
    assert found["notifier.role"] == "Named Nurse"
    assert found["notifier.agency"] == "Oakshire ICB"
    assert found["child.name"] == "Wren Alderby"


def test_a_chronology_is_known_by_its_days_even_with_columns_of_its_own() -> None:
    found = values(
        line("Chronology", heading=True),
        table(
            (
                "Date",
                "Time",
                "Source/Agency",
                "Event or contact",
                "Child seen",
                "Outcome",
                "Comment",
            ),
            ("12/6/25", "14:05", "School log", "Bruise noticed", "Yes", "", ""),
        ),
    )
    assert found["chronology"] == [
        {"date": "2025-06-12", "source": "School log", "event": "Bruise noticed"}
    ]


# --- boxes and choices ------------------------------------------------------------------------


def test_a_box_stands_before_its_words_and_a_long_explanation_behind_them() -> None:
    found = values(
        table(*ABOUT),
        table(
            ("☐", "Death of a child", "The Secretary of State must be told where a child dies."),
            ("☒", "Serious harm to a child where abuse is known or suspected", "Serious harm is"),
        ),
    )
    assert found["incident.nature"] == "serious_harm"


@pytest.mark.parametrize(
    "cells",
    [
        ("☒ Yes ☐ No",),
        ("Yes", "x", "No", ""),
        ("☒ Yes", "☐ No"),
        (Cell(text="Yes / No", marked=("Yes",)),),
        (Cell(text="Yes", struck=("No",)),),
        (Cell(text="YES", **STRONG), Cell(text="no")),
    ],
)
def test_a_choice_is_read_however_it_was_made(cells: tuple[str | Cell, ...]) -> None:
    found = values(table(("Agency", "Police"), ("Is the child known to your agency?", *cells)))
    assert found["known_to_agency"] is True


@pytest.mark.parametrize(
    "cell",
    [
        Cell(text="Yes / No"),
        Cell(text="☒ Yes ☒ No"),
        Cell(text="", struck=("Yes", "No")),
        Cell(text="☒ Yes ☐ No".replace("☒", UNKNOWN_BOX).replace("☐", UNKNOWN_BOX)),
    ],
)
def test_a_choice_that_nobody_made_or_that_excludes_itself_cannot_be_told(cell: Cell) -> None:
    form = read(
        table(
            ("Agency", "Police"),
            ("Is the child known to your agency?", cell),
            ("Summary of involvement", "Seen twice."),
        )
    )
    assert doubts(form) == ["known_to_agency"]


def test_questions_with_a_column_for_each_option_are_answered_by_a_cross() -> None:
    found = values(
        table(
            ("Question", "Yes", "No"),
            ("Is the child known to your agency?", "", "X"),
        ),
        line("Agency: Police"),
    )
    assert found["known_to_agency"] is False


def test_a_scan_never_decides_a_box() -> None:
    form = read(
        table(*ABOUT, ("Nature of incident", f"{UNKNOWN_BOX} Death {UNKNOWN_BOX} Serious harm")),
        scanned=True,
    )
    assert form.value("child.name") == "Wren Alderby"
    assert "incident.nature" in doubts(form)


def test_boxes_below_a_heading_name_the_agencies() -> None:
    found = values(
        table(*ABOUT),
        line("Agencies known to be involved (please tick)", heading=True),
        table(("Oakshire Police", "☒"), ("Oakshire Housing", "☐"), ("Larkspur School", "☒")),
    )
    assert found["agencies"] == ["Oakshire Police", "Larkspur School"]


# --- running text -----------------------------------------------------------------------------


def test_an_answer_that_sounds_like_a_label_still_answers_the_question_above_it() -> None:
    found = values(
        *(line(f"{n}. {q}?", **STRONG) if q else line(a) for n, q, a in (
            (1, "What is the name of the child", ""), (0, "", "Wren Alderby"),
            (2, "Where did the incident happen", ""), (0, "", "Home address"),
            (3, "When did the incident happen", ""), (0, "", "4 May 2026"),
        )),
    )  # fmt: skip
    assert found["incident.place"] == "Home address"
    assert found["incident.date"] == "2026-05-04"


def test_what_explains_the_form_is_not_its_answers() -> None:
    found = values(
        line("How to complete this form", heading=True),
        line("Date of birth: use the format dd/mm/yyyy, for example 01/01/2015."),
        line("The form", heading=True),
        table(*ABOUT, ("Date of birth", "03/04/2019")),
    )
    assert found["child.date_of_birth"] == "2019-04-03"


def test_several_paragraphs_below_a_heading_are_one_answer_up_to_the_next_heading() -> None:
    found = values(
        line("Agency: Police"),
        line("1. Summary of involvement", **STRONG),
        line("Seen twice."),
        line(""),
        line("And once more: at home."),
        line("2. Background (include relevant issues such as health)", **STRONG),
        line("The family moved in 2023."),
    )
    assert found["involvement_summary"] == "Seen twice.\nAnd once more: at home."


def test_lines_parted_into_columns_are_read_as_a_table() -> None:
    found = values(
        line("Name of child:\t__Wren Alderby____"),
        line("DOB: 3.4.19Gender:\tGirl"),
        line("Home address\t4 Larkspur Row"),
        line("\tBedford MK40 0AA"),
        line("Date of incident:\t20.11.26\tDeath ☐ Serious harm ☒"),
    )
    assert found["child.name"] == "Wren Alderby"
    assert found["child.date_of_birth"] == "2019-04-03"
    assert found["child.gender"] == "Girl"
    assert found["child.address"] == "4 Larkspur Row, Bedford MK40 0AA"
    assert found["incident.nature"] == "serious_harm"


def test_an_empty_field_of_a_pdf_form_is_blank_and_its_label_no_answer() -> None:
    empty = Control(name="Text3", placeholder=True)
    form = read(table(*ABOUT), line("Ethnic origin", controls=(empty,)))
    assert "child.ethnicity" in form.named(Certainty.BLANK)


def test_two_children_named_in_two_ways_are_a_doubt_and_one_name_turned_round_is_none() -> None:
    assert "child.name" in values(table(*ABOUT), line("Child's name: Alderby, Wren"))
    assert doubts(read(table(*ABOUT), line("Child's name: Tom Reeth"))) == ["child.name"]


# --- labels -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("label", "field"),
    [
        ("3.1 CHILD'S D.O.B. (dd/mm/yyyy):", "child.date_of_birth"),
        ("Please give the full name of the child", "child.name"),
        ("Ethnicty", "child.ethnicity"),
        ("What went well / good practice", "good_practice"),
        ("Grounds on which the criteria for a review may have been met", "incident.summary"),
        ("Please summarise your agency's involvement with the family", "involvement_summary"),
        ("Date of birth of mother", None),
        ("Parent/carer address if different to child", None),
        ("Name of GP", None),
    ],
)
def test_a_label_is_known_by_its_words_and_not_by_likeness(label: str, field: str | None) -> None:
    assert layouts().field_for(label, "") == field


@given(st.text(max_size=60))
def test_any_label_has_one_normal_form_that_means_the_same(label: str) -> None:
    assert normal(normal(label)) == normal(label) or normal(label)[:1].isalnum()
    assert meaning(normal(label)) == meaning(normal(label).upper().lower())


TEXT = st.text(alphabet="ab:?☒☐/ \n_Y1", max_size=12) | st.sampled_from(
    ["Name of child", "Date of birth", "Yes", "No", "x", "Summary", "1.", "Child 1", "Agency:"]
)
CELLS = st.builds(
    Cell,
    text=TEXT,
    strong=st.booleans(),
    continues=st.booleans(),
    columns=st.integers(1, 3),
    marked=st.lists(TEXT, max_size=1).map(tuple),
    controls=st.lists(st.builds(Control, text=TEXT, placeholder=st.booleans()), max_size=1).map(
        tuple
    ),
)
TABLES = st.builds(
    Table,
    place=st.just("table 1"),
    rows=st.lists(st.lists(CELLS, min_size=1, max_size=5).map(tuple), max_size=5).map(tuple),
    header=st.booleans(),
)
LINES = st.builds(
    Line, place=st.just("line 1"), text=TEXT, strong=st.booleans(), heading=st.booleans()
)


@given(st.lists(LINES | TABLES, max_size=6).map(tuple))
def test_nothing_that_stands_in_a_document_makes_the_pairing_fail(
    blocks: tuple[Line | Table, ...],
) -> None:
    document = Document(format="Word", blocks=blocks)
    for item in items_of(document, layouts()):
        assert item.place
        assert item.kind is not ItemKind.TICK or item.ticked is not None


# --- more manners -----------------------------------------------------------------------------


def test_cards_name_their_heading_in_each_label() -> None:
    found = values(
        table(("Child details - name",), ("Wren Alderby",)),
        table(("Child details - DOB",), ("03/04/2019",)),
        table(("Incident details - date",), ("20/11/2026",)),
        table(("Referrer details - name",), ("Sol Winter",)),
    )
    assert found["child.name"] == "Wren Alderby"
    assert found["child.date_of_birth"] == "2019-04-03"
    assert found["incident.date"] == "2026-11-20"
    assert found["notifier.name"] == "Sol Winter"
    assert "incident.summary" not in found


def test_dots_lead_from_a_label_to_its_answer() -> None:
    found = values(
        line("Name of child/young person ............ Wren Alderby"),
        line("D.o.B ............ 03/04/2019"),
        line("Date of incident ............ 20/11/2026"),
    )
    assert found["child.name"] == "Wren Alderby"
    assert found["incident.date"] == "2026-11-20"


def test_a_spreadsheet_row_across_has_its_labels_above() -> None:
    found = values(
        table(
            ("Child forename", "Child surname", "Child DOB", "Address", "Date of incident", "Town"),
            ("Wren", "Alderby", "2019-04-03", "4 Larkspur Row", "2026-11-20", "Bedford"),
        )
    )
    assert found["child.name"] == "Wren Alderby"
    assert found["incident.date"] == "2026-11-20"


def test_a_family_table_may_part_names_and_say_who_somebody_is_first() -> None:
    found = values(
        table(
            ("1. People",),
            *(tuple(Cell(text=t, **STRONG) for t in ("Who", "Surname", "First name", "Born")),),
            ("Subject child", "Alderby", "Wren", "03/04/2019"),
            ("Mother", "Alderby", "Ida", ""),
            ("Sibling", "Alderby", "Finch", "01/09/2022"),
        ),
        table(*ABOUT[1:]),
    )
    assert found["child.name"] == "Wren Alderby"
    assert found["parents"] == ["Ida Alderby"]
    assert found["siblings"] == [{"name": "Finch Alderby", "date_of_birth": "2022-09-01"}]


def test_a_letter_says_in_its_first_line_about_whom_it_is() -> None:
    found = values(
        line("Re: Wren Alderby, date of birth 3 April 2019", **STRONG),
        line("Date of incident: 20 November 2026"),
        line("Summary of incident: Taken to hospital."),
    )
    assert found["child.name"] == "Wren Alderby"
    assert found["child.date_of_birth"] == "2019-04-03"


def test_the_words_by_which_a_page_lets_change_an_answer_are_no_part_of_it() -> None:
    found = values(
        *(line(t) for t in ("Child's full name", "Wren Alderby", "Change")),
        *(line(t) for t in ("Date of incident", "20 November 2026", "Change")),
        *(line(t) for t in ("Where did the incident take place?", "At home", "Change")),
    )
    assert found["child.name"] == "Wren Alderby"
    assert found["incident.place"] == "At home"


def test_a_website_names_its_parts_so_two_people_with_first_names_stay_two() -> None:
    said = (
        "Form: Serious incident notification",
        "SECTION: Your details",
        "First name: Imelda",
        "Last name: Sharrock",
        "SECTION: Child",
        "First name: Wren",
        "Last name: Alderby",
        "SECTION: Incident",
        "Date of incident: 08/03/2026",
        "Description: Wren was hurt badly.",
    )
    assert values(*map(line, said))["child.name"] == "Wren Alderby"


def test_two_first_names_that_nothing_tells_apart_are_a_doubt() -> None:
    said = ("First name: Imelda", "Last name: Sharrock", "First name: Wren", "Last name: Alderby")
    form = read(*map(line, (*said, "Date of birth: 11/07/2011", "Date of incident: 08/03/2026")))
    assert "child.name" in doubts(form)


def test_cards_side_by_side_hold_a_label_and_its_answer_each() -> None:
    found = values(
        line("CHILD", **STRONG),
        table(
            ("Name\nWren Alderby", "To be known as\nChild A"),
            ("Ethnicity\nWhite Irish", "NHS number\n999 000 1234"),
            ("Address\n3 Sexton Lane", "Legal status\nChild in Need plan"),
        ),
        line("Date of incident: 08/03/2026"),
    )
    assert found["child.name"] == "Wren Alderby"
    assert found["child.ethnicity"] == "White Irish"
    assert found["child.legal_status"] == "Child in Need plan"
