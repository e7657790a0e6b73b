"""What is missing is asked for in the words of the form that came, and never in anybody else's."""

import tomllib
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from mailbot.core.forms.forms import FormLayouts, blank_names, forms_from, layouts_from
from mailbot.core.model import Certainty, DocumentKind, FactKind, Form
from mailbot.core.model import LetterKind as K
from mailbot.core.record.notified import notified
from mailbot.core.wording import asked_words
from mailbot.documents import document_from_text
from tests.core.builders import a_message, an_area
from tests.core.letter_stories import Story, a_busy_area, of_kind
from tests.core.test_facts import OPENING, RETURN, a_return, case_now, effects, only
from tests.core.test_letters import TEMPLATES, said, words_of

ROOT = Path(__file__).resolve().parents[2]

THEIRS = """\
Notification of a serious incident

Child's full name: Wren Alderby
Child's D.O.B: ?22 may 2016
Ethnic Origin:
Disabilities: not known
Sex: F
Date of critical incident: 3 May 2026
Nature of incident: serious harm
Circumstances: She was hurt at home.
Name of referrer: Sol Winter
"""


@cache
def layouts() -> FormLayouts:
    return layouts_from(tomllib.loads((ROOT / "config/forms.toml").read_text("utf-8")))


def in_body(text: str) -> Form:
    (form,) = forms_from([("message", document_from_text(text))], text, layouts())
    return form


def test_what_a_rapid_review_must_hold_counts_among_what_matters() -> None:
    form = Form(kind=DocumentKind.NOTIFICATION, place="message")
    assert {"child.ethnicity", "child.disability", "child.gender"} <= set(blank_names(form))


def test_not_known_is_an_answer_and_is_not_asked_for() -> None:
    assert "child.disability" not in blank_names(in_body(THEIRS))


def test_a_form_says_how_it_calls_its_fields() -> None:
    printed = in_body(THEIRS).printed
    assert printed["child.ethnicity"] == "Ethnic Origin"
    assert printed["child.date_of_birth"] == "Child's D.O.B"


def test_a_label_that_forms_toml_does_not_know_word_for_word_is_never_repeated() -> None:
    label = "Date of incident when Robyn Ashdown fell"
    form = in_body(THEIRS.replace("Date of critical incident", label))
    assert "Robyn" not in str(form.printed)
    assert "Robyn" not in str(form.problems)


def test_the_letter_asks_in_the_words_of_the_form_that_came() -> None:
    detail = notified(in_body(THEIRS), a_message(), OPENING, an_area())
    story = Story().opens(blank=detail["blank"], unclear=detail["unclear"], disputed=[])
    story.facts[-1] = replace(
        story.facts[-1], detail={**story.facts[-1].detail, "printed": detail["printed"]}
    )
    (letter,) = of_kind(story.due("Mon 23 Nov 2026 10:01"), K.MISSING_FIELDS)
    assert "“Ethnic Origin”" in letter.words["blank"]
    assert letter.words["unclear"] == ["“Child's D.O.B”"]
    assert "“Child's D.O.B”" not in letter.words["blank"]
    assert "“Ethnic Origin”" in said(letter)


def test_a_notifier_is_never_asked_for_our_own_number() -> None:
    form = in_body(f"{THEIRS}Ref No:\n")
    assert form.fields["case_reference"].certainty is Certainty.BLANK
    detail = notified(form, a_message(), OPENING, an_area())
    assert "case_reference" not in detail["blank"]


def test_what_is_not_on_the_form_is_asked_for_in_our_words() -> None:
    words = asked_words(["child.ethnicity", "child.disability"], {"child.disability": "Disability"})
    assert words == ["the child's ethnicity", "“Disability”"]


def test_thanks_for_a_return_name_what_is_blank_and_what_could_not_be_read() -> None:
    story = Story().opens().decides().chooses("hospital").asks("hospital")
    story.answers(
        "hospital",
        "findings",
        "Wed 25 Nov 2026 10:00",
        blank=["learning"],
        cannot_tell=["known_to_agency"],
        printed={"learning": "Lessons learned"},
    )
    (letter,) = of_kind(story.due("Wed 25 Nov 2026 10:01"), K.RETURN_ACKNOWLEDGED)
    text = "\n".join(words_of(letter, area=a_busy_area(), templates=TEMPLATES))
    assert "“Lessons learned”" in text
    assert "whether the child is known to you" in text
    assert "You need do nothing more" not in text


# --- corrected returns ------------------------------------------------------------------------


def test_a_return_that_replaces_nothing_on_record_counts_and_is_looked_at() -> None:
    found = effects(None, replace(RETURN, corrects=True))
    assert only(found, FactKind.RETURN_RECEIVED).detail["return"] == "findings"
    assert found.waits
    assert "replaces an earlier return" in found.reason


def test_a_return_that_replaces_one_on_record_needs_nobody() -> None:
    case = case_now(a_return(10, "findings"))
    found = effects(None, replace(RETURN, corrects=True), case=case)
    assert only(found, FactKind.RETURN_RECEIVED).detail["return"] == "corrected"
    assert not found.waits


RETURNED = """\
Agency: Larkspur Surgery
Author: Sol Winter
Is the child known to your agency? Yes
Summary of involvement: Seen twice in 2026.
"""


@pytest.mark.parametrize(
    ("before", "corrects"),
    [
        ("Corrected return below, please ignore my earlier email.\n\n", True),
        ("REVISED RETURN\n\n", True),
        ("", False),
        ("Our return is below.\n\n", False),
    ],
)
def test_a_return_says_itself_that_it_replaces_another(before: str, corrects: bool) -> None:
    form = in_body(before + RETURNED)
    assert (form.kind, form.corrects) == (DocumentKind.RETURN, corrects)
