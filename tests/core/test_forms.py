"""What a document says and what kind it is."""

import copy
import tomllib
from datetime import date
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.core.forms.forms import (
    FormLayouts,
    blank_fields,
    blank_names,
    forms_from,
    layouts_from,
    not_understood,
)
from mailbot.core.forms.values import date_from, name_from, names_from, people_from, yes_or_no
from mailbot.core.model import Certainty, Form
from mailbot.documents import document_from_text, read_document
from tests import forms_kit as kit

ROOT = Path(__file__).resolve().parents[2]
PLACE = "1st attachment, Word"


@cache
def toml() -> dict[str, object]:
    return tomllib.loads((ROOT / "config/forms.toml").read_text("utf-8"))


@cache
def layouts() -> FormLayouts:
    return layouts_from(toml())


def word(content: bytes, own_text: str = "") -> tuple[Form, ...]:
    """The forms in a mail with one Word attachment."""
    document = read_document(content, name="a.docx", content_type=kit.WORD, place=PLACE)
    return forms_from([(PLACE, document)], own_text, layouts())


def mail(text: str) -> tuple[Form, ...]:
    """The forms in a mail without attachments."""
    return forms_from([("message", document_from_text(text))], text, layouts())


def fields(form: Form) -> dict[str, object]:
    return {n: f.value for n, f in form.fields.items() if f.certainty is Certainty.READ}


# --- our own forms ----------------------------------------------------------------------------


def test_our_notification_is_read_in_full() -> None:
    (form,) = word(kit.notification())
    assert form.kind == "notification"
    assert form.problems == ()
    assert fields(form) == {
        "notifier.name": "Morgan Tew",
        "notifier.role": "Head of Safeguarding",
        "notifier.agency": "Bedford Borough Council",
        "notifier.email": "morgan.tew@council.example",
        "notifier.phone": "01632 960200",
        "child.name": "Wren Alderby",
        "child.date_of_birth": "2019-04-03",
        "child.gender": "Girl",
        "child.ethnicity": "White British",
        "child.disability": "None",
        "child.address": "4 Larkspur Row, Bedford MK40 0AA",
        "child.legal_status": "Child protection plan since March 2026",
        "child.school": "Larkspur Primary School",
        "incident.date": "2026-11-20",
        "incident.place": "At home",
        "incident.nature": "serious_harm",
        "incident.summary": kit.NOTIFICATION["incident.summary"],
        "referral.made": True,
        "referral.date": "2026-11-20",
        "parents": ["Ida Alderby", "Colm Reeth"],
        "siblings": [{"name": "Finch Alderby", "date_of_birth": "2022-09-01"}],
        "agencies": ["Bedfordshire Police", "Larkspur Primary School"],
    }
    assert form.fields["incident.date"].place == "table 4, row 1"


def test_several_children_stand_in_one_notification() -> None:
    (form,) = word(kit.notification(children__1__name="Finch Alderby", children__1__gender="Boy"))
    assert form.value("children") == [
        {"name": "Wren Alderby", "date_of_birth": "2019-04-03"},
        {"name": "Finch Alderby", "gender": "Boy"},
    ]
    assert form.value("child.name") == "Wren Alderby"


def test_a_notification_that_says_not_serious_is_one_of_a_non_serious_incident() -> None:
    (form,) = word(kit.notification(incident__nature="Not serious, but there may be learning"))
    assert form.kind == "notification_non_serious"
    assert "incident.nature" not in blank_names(form)


def test_a_return_with_findings_a_nil_one_and_a_partial_one() -> None:
    form = kit.template("agency-return")
    assert word(kit.filled(form, kit.FINDINGS))[0].kind == "return"
    assert word(kit.filled(form, kit.NIL))[0].kind == "nil_return"
    assert (
        word(kit.filled(form, kit.FINDINGS | {"partial_return": True}))[0].kind == "partial_return"
    )


def test_a_covering_mail_that_says_more_will_follow_makes_the_return_partial() -> None:
    content = kit.filled(kit.template("agency-return"), kit.FINDINGS)
    (form,) = word(content, "Please find attached our return, chronology to follow.")
    assert form.kind == "partial_return"


def test_a_return_that_says_no_and_describes_involvement_is_not_taken_for_nil() -> None:
    answers = kit.FINDINGS | {"known_to_agency": "No"}
    (form,) = word(kit.filled(kit.template("agency-return"), answers))
    assert form.kind == "return"
    assert "ask the agency which is right" in form.problems[0].what


@pytest.mark.parametrize(
    "name", ["serious-notification", "non-serious-notification", "agency-return"]
)
def test_a_form_with_nothing_filled_in_is_blank(name: str) -> None:
    assert word(kit.template(name))[0].kind == "blank_form"


def test_what_is_blank_or_unreadable_is_named_in_the_forms_words() -> None:
    (form,) = word(kit.notification(child__date_of_birth="31 June 2019", incident__summary=""))
    assert blank_names(form) == ("child.date_of_birth", "incident.summary")
    assert blank_fields(form) == ("Date of birth", "Summary of the incident")
    (nil,) = word(kit.filled(kit.template("agency-return"), kit.NIL))
    assert blank_fields(nil) == ()


def test_not_known_is_an_answer() -> None:
    (form,) = word(kit.notification(incident__date="Not known", child__ethnicity="N/K"))
    assert form.fields["incident.date"].certainty is Certainty.NOT_KNOWN
    assert form.fields["child.ethnicity"].certainty is Certainty.NOT_KNOWN
    assert blank_names(form) == ()


def test_an_impossible_date_is_a_problem_that_names_label_and_place_and_no_value() -> None:
    (form,) = word(kit.notification(incident__date="31 June 2026"))
    assert form.fields["incident.date"].certainty is Certainty.CANNOT_TELL
    (problem,) = form.problems
    assert problem.place == f"{PLACE}, table 4, row 1"
    assert "Date of incident" in problem.what
    assert "June" not in problem.what


# --- other people's forms ---------------------------------------------------------------------


def test_surname_and_forename_of_another_form_make_one_name() -> None:
    (form,) = word(
        kit.a_table(
            [
                ["Child’s last name(s)", "ALDERBY", "Child’s forename(s)", "Wren"],
                ["Child’s date of birth (dd/mm/yyyy)", "03/04/2019", "Gender", "F"],
                ["Date of critical incident", "20.11.26", "Home Address", "4 Larkspur Row"],
            ]
        )
    )
    assert form.kind == "notification"
    assert fields(form) == {
        "child.name": "Wren Alderby",
        "child.date_of_birth": "2019-04-03",
        "child.gender": "Female",
        "incident.date": "2026-11-20",
        "child.address": "4 Larkspur Row",
    }


def test_a_parents_date_of_birth_is_not_taken_for_the_childs() -> None:
    (form,) = word(
        kit.paragraphs(
            *("# The child", "Name: Wren Alderby"),
            *("# The incident", "What happened: A fall.", "# Parents", "DOB: 1/2/1990"),
        )
    )
    assert "child.date_of_birth" not in form.fields


def test_a_family_table_gives_parents_and_siblings() -> None:
    rows = [
        ["Name", "Relationship to child", "DOB"],
        ["Ida Alderby", "Mother", "1/2/1990"],
        ["Finch Alderby", "Half-brother", "1/9/2022"],
    ]
    (form,) = word(
        kit.a_table(rows, heading="Serious incident: 3. Family composition", header=True)
    )
    assert form.value("parents") == ["Ida Alderby"]
    assert form.value("siblings") == [{"name": "Finch Alderby", "date_of_birth": "2022-09-01"}]


def test_what_an_office_writes_for_itself_is_not_read() -> None:
    lines = ("# Serious incident", "Case outline: A fall.", "# Office use only", "Name of child: X")
    (form,) = word(kit.paragraphs(*lines))
    assert "child.name" not in form.fields


def test_two_different_names_for_the_child_are_a_doubt() -> None:
    (form,) = word(
        kit.a_table(
            [["Name of child", "Wren"], ["Child's name", "Robin"], ["Case outline", "A fall"]]
        )
    )
    assert form.fields["child.name"].certainty is Certainty.CANNOT_TELL
    assert "Wren" not in form.problems[0].what


def test_yes_and_no_that_nobody_struck_out_cannot_be_told_and_count_as_unfilled() -> None:
    rows = [["Known to your agency", "YES/NO"], ["Summary of involvement", ""], ["Author", ""]]
    (form,) = word(kit.a_table(rows))
    assert form.kind == "blank_form"
    assert form.fields["known_to_agency"].certainty is Certainty.CANNOT_TELL


def test_a_chronology_alone_is_a_chronology() -> None:
    rows = [["Date", "Event", "Source"], ["1/3/26", "First call", "Log"]]
    assert word(kit.a_table(rows, header=True))[0].kind == "chronology"


def test_a_letter_is_no_form_and_an_unreadable_file_is_said_to_be_one() -> None:
    assert word(kit.paragraphs("Dear all", "Please see below.")) == ()
    (form,) = word(kit.locked())
    assert form.kind == "unreadable"
    assert "password" in form.problems[0].what


def test_labels_that_are_not_understood_are_listed_with_their_places() -> None:
    document = document_from_text("Name of child: Wren\nFavourite colour: green")
    assert not_understood(document, layouts()) == (("line 2", "Favourite colour"),)


# --- plain text -------------------------------------------------------------------------------


def test_a_notification_typed_into_a_mail_is_read() -> None:
    (form,) = mail(kit.PLAIN_NOTIFICATION)
    assert (form.kind, form.place) == ("notification", "message")
    assert form.value("child.name") == "Wren Alderby"
    assert form.value("child.date_of_birth") == "2019-04-03"
    assert form.value("incident.date") == "2026-11-20"
    assert form.value("incident.nature") == "serious_harm"
    assert form.value("notifier.name") == "Morgan Tew"
    assert form.value("agencies") == ["Bedfordshire Police", "Larkspur Primary School"]
    assert form.fields["incident.date"].place == "line 17"


def test_a_return_typed_into_a_mail_is_read() -> None:
    (form,) = mail(kit.PLAIN_RETURN)
    assert form.kind == "return"
    assert form.value("known_to_agency") is True


def test_a_form_that_is_only_quoted_is_not_the_senders() -> None:
    quoted = "".join(f"> {line}\n" for line in kit.PLAIN_RETURN.splitlines())
    assert mail(f"Thank you, we will look.\n\n{quoted}") == ()


@pytest.mark.parametrize(
    "text",
    [
        "Thank you, received.",
        "Name: Sol\nTel: 01632 960200\nEmail: a@b.example",
        "",
        "Date: Monday",
    ],
)
def test_an_ordinary_mail_is_no_form(text: str) -> None:
    assert mail(text) == ()


# --- nil returns in words ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "Not known to us",
        "not known to us.",
        "Nil return",
        "NIL RETURN - thanks",
        "Hi Robin,\n\nThis child is not known to our service.\n\nKind regards\nSol\nNurse",
        "No records held.",
        "We have no record of this child.",
        "We've checked our systems and have no record of this child or family.",
        "No involvement with this family",
        "The family is unknown to Bedford CAMHS.",
        "We do not hold any records for this child.",
        "I can confirm that we had no involvement with the family; they are not known to us.",
        "Nil",
        "Not known to us\n\nOn Mon, 23 Nov 2026 at 10:00, Reviews wrote:\n> reply in one line",
        "Thank you for your email. Unfortunately this child has never been known to our service.",
        "Not known.",
    ],
)
def test_a_nil_return_in_words(text: str) -> None:
    (form,) = mail(text)
    assert (form.kind, form.place) == ("nil_return", "message")
    assert form.value("known_to_agency") is False


@pytest.mark.parametrize(
    "text",
    [
        "We do not know yet.",
        "Not known to us under that name, please confirm the spelling.",
        "Not known to us under that name",
        "If this child is not known to your agency, just reply in one line: not known to us",
        "> Not known to us",
        "Thanks, will do.\n\n> If not known, reply: not known to us",
        "This child is not known to us but the mother is.",
        "The child is known to us. No involvement with the father.",
        "No longer known to us.",
        "Not currently known to us",
        "Is this child not known to you?",
        "It is not known to what extent we were involved, more will follow.",
        "We have no record of receiving your request, could you send it again",
        "An initial search shows no records.",
        "No record so far.",
        "We have no information to share until the police agree.",
        "Thank you",
        "There is no record of any concerns.",
        "We have no record of this child being on a plan.",
        "The father is not known to us.",
        "The child is registered with us, no involvement.",
        "He attends our school; no records of absence.",
        "We have no information to share.",
        "We had no contact with the child on the day.",
        "On Mon, 23 Nov 2026, Reviews wrote:\nnot known to us",
    ],
)
def test_words_that_are_no_nil_return(text: str) -> None:
    assert not [form for form in mail(text) if form.kind == "nil_return"]


def test_a_nil_return_is_understood_without_a_document_of_the_body() -> None:
    assert forms_from([], "Not known to us", layouts())[0].kind == "nil_return"


# --- values -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("22/05/2016", "2016-05-22"),
        ("22.5.16", "2016-05-22"),
        ("22nd May 2016", "2016-05-22"),
        ("Sunday 22 May, 2016 at 10:30", "2016-05-22"),
        ("22 May 2016 about 10.30pm", "2016-05-22"),
        ("May 22, 2016", "2016-05-22"),
        ("2016-05-22", "2016-05-22"),
        ("3 Dec 2026", "2026-12-03"),
        ("3rd of December '26", "2026-12-03"),
        ("1/2/85", "1985-02-01"),
        ("29/02/2024", "2024-02-29"),
        ("September 2016", "2016-09"),
        ("09/2016", "2016-09"),
        ("2016-09", "2016-09"),
        ("2016", "2016"),
    ],
)
def test_dates_are_read_in_british_order(text: str, iso: str) -> None:
    assert date_from(text).iso == iso


@pytest.mark.parametrize(
    ("text", "doubt"),
    [
        ("31 June 2026", "not a day that exists"),
        ("29/02/2026", "not a day that exists"),
        ("05/22/2016", "not a day that exists"),  # American order is never meant
        ("3 Dec", "gives no year"),
        ("?22 May 2016", "not certain"),
        ("approx 22 May 2016", "not certain"),
        ("EDD 3/12/2026", "child is expected"),
        ("3/12/2026 or 4/12/2026", "more than one date"),
        ("last Tuesday", "cannot be read"),
        ("13/2016", "not certain"),
    ],
)
def test_a_date_in_doubt_is_not_guessed(text: str, doubt: str) -> None:
    found = date_from(text)
    assert found.iso == ""
    assert doubt in found.doubt


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Wren Alderby", "Wren Alderby"),
        ("ALDERBY, Wren", "Wren Alderby"),
        ("Wren ALDERBY", "Wren Alderby"),
        ("Wren Alderby (also known as Birdie)", "Wren Alderby"),
        ("Wren Alderby aka Birdie", "Wren Alderby"),
        ("Mrs Ida O'BRIEN-REETH", "Ida O'Brien-Reeth"),
        ("Baby Alderby", "Baby Alderby"),
    ],
)
def test_names_are_forename_and_surname(text: str, name: str) -> None:
    assert name_from(text) == name


def test_several_names_and_brothers_and_sisters_in_one_answer() -> None:
    both = ["Ida Alderby", "Colm Reeth"]
    assert names_from("Ida Alderby (mother), Colm Reeth (father)") == both
    assert names_from("Mother: Ida Alderby\nFather: Colm Reeth") == both
    assert names_from("Ida Alderby and Colm Reeth") == both
    assert names_from("Alderby, Ida") == ["Ida Alderby"]
    assert people_from("Finch Alderby, dob 1/9/2022; Lark Alderby (aged 9)") == [
        {"name": "Finch Alderby", "date_of_birth": "2022-09-01"},
        {"name": "Lark Alderby"},
    ]


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("Yes", True),
        ("Y", True),
        ("No", False),
        ("No.", False),
        ("Yes / No", None),
        ("maybe", None),
    ],
)
def test_yes_and_no(text: str, answer: bool | None) -> None:
    assert yes_or_no(text) is answer


@given(st.text(max_size=300))
def test_no_answer_ever_raises(text: str) -> None:
    date_from(text)
    name_from(text)
    names_from(text)
    people_from(text)
    yes_or_no(text)


@given(st.dates())
def test_a_date_written_in_full_is_read_back(day: date) -> None:
    expected = day.isoformat() if 1900 <= day.year <= 2099 else ""
    assert date_from(f"{day.day}/{day.month}/{day.year:04d}").iso == expected
    assert date_from(f"{day.day} {day:%B} {day.year:04d}").iso == expected


@given(st.text("Name of childYesNo:?\n☒☐[x] 0123456789/>", max_size=300))
def test_no_mail_ever_raises(text: str) -> None:
    mail(text)


# --- forms.toml -------------------------------------------------------------------------------


def test_a_new_partnerships_form_is_a_table_and_not_code() -> None:
    more = copy.deepcopy(toml())
    more["form"] = {"ours-2019": {"fields": {"child.name": {"labels": ["Who is it about"]}}}}
    document = document_from_text("Who is it about? Wren Alderby\nCase outline: A fall")
    (form,) = forms_from([("message", document)], "", layouts_from(more))
    assert form.value("child.name") == "Wren Alderby"


def test_all_faults_of_forms_toml_are_said_at_once() -> None:
    bad = copy.deepcopy(toml())
    bad["fields"]["child.name"]["type"] = "nickname"
    bad["fields"]["child.gender"]["labels"].append("Date of birth")
    bad["fields"]["child.school"]["lables"] = []
    bad["form"] = {"x": {"fields": {"child.shoe_size": {"labels": []}}}}
    bad["not_known"] = "nk"
    bad["surprise"] = 1
    with pytest.raises(ValueError, match=r"forms\.toml") as raised:
        layouts_from(bad)
    said = str(raised.value)
    for words in (
        "nickname",
        "already means",
        "lables",
        "child.shoe_size",
        "not_known",
        "surprise",
    ):
        assert words in said
