"""Which kind a document is, and which class a mail is by its words alone.

The papers of papers.txt are of many families: forms of other processes, reports of the NHS,
ordinary papers with dates and names in them, and forms of ours that speak of all of these.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from mailbot.core.document import Block, Cell, Document, Line, Table
from mailbot.core.forms.forms import forms_from
from mailbot.core.forms.layouts import layouts_from
from mailbot.core.mail.machine_mail import as_a_website_sent
from mailbot.core.mail.outside_mail import as_it_says
from mailbot.core.mail.referrals import as_referral
from mailbot.core.model import Form, MessageClass
from mailbot.documents import FileKind, document_from_text
from mailbot.documents import kind_of as file_kind_of
from tests.core.builders import a_message
from tests.core.test_forms import layouts

PAPERS = Path(__file__).with_name("papers.txt").read_text("utf-8")


def papers() -> Iterator[tuple[str, str]]:
    """Every paper's kind and its text."""
    for one in PAPERS.split("\n== ")[1:]:
        kind, _, text = one.partition("\n")
        yield kind, text.strip()


def paper(text: str) -> Document:
    """A paper in the notation of papers.txt as a document."""
    blocks: list[Block] = []
    rows: list[tuple[Cell, ...]] = []
    for number, line in enumerate([*text.splitlines(), ""], start=1):
        if "|" in line:
            rows.append(tuple(Cell(text=cell.strip()) for cell in line.split("|")))
            continue
        if rows:
            blocks.append(Table(place=f"table {len(blocks) + 1}", rows=tuple(rows)))
            rows = []
        words, place = line.removeprefix("# ").removeprefix("~ "), f"paragraph {number}"
        is_heading, is_margin = line.startswith("# "), line.startswith("~ ")
        if words:
            blocks.append(Line(place=place, text=words, heading=is_heading, margin=is_margin))
    return Document(format="Word", blocks=tuple(blocks))


def form_in(text: str) -> Form | None:
    found = forms_from([("1st attachment, Word", paper(text))], "", layouts())
    return found[0] if found else None


def kind_of(text: str) -> str:
    form = form_in(text)
    return form.kind.value if form else "not_a_form"


@pytest.mark.parametrize(
    ("kind", "text"), list(papers()), ids=[f"{k}: {t.splitlines()[0]}" for k, t in papers()]
)
def test_a_paper_is_taken_for_what_it_is(kind: str, text: str) -> None:
    assert kind_of(text) == kind


def test_there_are_papers_of_every_family() -> None:
    kinds = [kind for kind, _ in papers()]
    assert len(kinds) >= 75
    assert kinds.count("look_alike") >= 25
    assert kinds.count("not_a_form") >= 25


CHILD = "Name of child | Iris Holm\nDate of birth | 4/5/2020\n"


def test_a_child_protection_referral_is_urgent_and_a_review_of_an_adult_is_not() -> None:
    marf = form_in(f"# MARF\n{CHILD}Reason for referral | Bruising")
    adult = form_in("# SAR referral\nName of adult | George Holm\nSummary | Neglect")
    assert marf is not None
    assert marf.urgent
    assert adult is not None
    assert not adult.urgent


def test_one_label_of_another_process_makes_no_look_alike() -> None:
    text = f"{CHILD}Date of incident | 3/11/2026\nSummary of incident | A fall\n"
    assert kind_of(f"{text}Consent to share information | Yes") == "notification"
    assert kind_of(f"{text}Consent obtained | Yes\nThreshold level | 4") == "look_alike"


def test_the_same_label_twice_is_one_label() -> None:
    text = f"{CHILD}Date of incident | 3/11/2026\nSummary of incident | A fall\n"
    assert kind_of(f"{text}Threshold level | 4\nThreshold level: | 4") == "notification"


def test_criteria_printed_on_a_form_of_ours_make_no_look_alike() -> None:
    criteria = (
        "Use this form where a child has died or been seriously harmed and abuse or neglect is "
        "known or suspected. For a child at risk now make a multi-agency referral (MARF) instead; "
        "for an adult with care and support needs use the safeguarding adults review form."
    )
    text = f"# Serious incident notification\n{criteria}\n{CHILD}Date of incident | 3/11/2026"
    assert kind_of(text) == "notification"


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ("Safeguarding Adults Review (SAR)", "look_alike"),
        ("Domestic Homicide Review", "look_alike"),
        ("Child Safeguarding Practice Review", "notification"),
    ],
)
def test_a_joint_form_is_what_it_is_used_for(answer: str, kind: str) -> None:
    text = f"# Referral for a review\nThis referral is for a | {answer}\n{CHILD}"
    assert kind_of(f"{text}Date of incident | 3/11/2026\nWhat happened | A fall") == kind


def test_a_title_in_the_margin_of_the_page_counts() -> None:
    text = f"~ Vale Child Death Overview Panel\n{CHILD}Summary of involvement | Seen once"
    assert kind_of(text) == "look_alike"


def test_a_health_report_that_does_not_say_which_leaves_that_open() -> None:
    form = form_in("# Incident report\nStEIS number | 2026/1\nDuty of candour | Met\nSummary | x")
    assert form is not None
    assert (form.kind, form.health_report) == ("health_report", "")


def test_a_nil_return_may_be_written_on_paper_that_is_headed_as_a_letter() -> None:
    assert kind_of("Vale School\nIris Holm is not known to us.") == "nil_return"


@pytest.mark.parametrize("table", ["own", "ordinary"])
def test_a_key_that_is_not_known_is_a_fault_of_forms_toml(table: str) -> None:
    with pytest.raises(ValueError, match=rf'\[{table}\]: "begin" is not a key'):
        layouts_from({table: {"begin": ["minutes"]}})
    with pytest.raises(ValueError, match=f'"{table}" must be a table'):
        layouts_from({table: ["minutes"]})


# --- classes of mails -------------------------------------------------------------------------

FORM = """\
Your full name: Pat Lowe
Organisation: Vale School
Child's first name: Iris
Child's last name: Holm
Date of birth: 4/5/2020
Date of incident: 3/11/2026
Type of incident: Serious harm to a child
Describe the incident: Fell from a window.
"""


def class_of(sender: str, subject: str, text: str, kind: str = "personal", **more: object) -> str:
    """The class of a mail by its words alone, as `mailbot read` prints it."""
    message = a_message(
        sender=sender,
        subject=subject,
        text=text,
        own_text=text,
        typed_text=text,
        message_class=MessageClass(kind),
        **{"in_reply_to": (), "references": (), **more},
    )
    forms = forms_from([("message", document_from_text(text))], text, layouts())
    message = as_referral(as_a_website_sent(message, forms), forms)
    return as_it_says(message, forms).message_class.value


PERSON = "pat.lowe@vale.example"
WORDED = Path(__file__).with_name("worded_mails.txt").read_text("utf-8")


def worded_mails() -> Iterator[tuple[str, str, str]]:
    """Every mail's class, subject and text."""
    for one in WORDED.split("\n== ")[1:]:
        head, _, text = one.partition("\n")
        wanted, _, subject = head.partition(": ")
        yield wanted, subject, text.strip()


@pytest.mark.parametrize(("wanted", "subject", "text"), list(worded_mails()))
def test_a_mail_is_of_the_class_that_its_words_say(wanted: str, subject: str, text: str) -> None:
    assert class_of(PERSON, subject, text) == wanted


WEBSITES = [
    (
        "noreply@vale.example",
        "Website form",
        "A new form submission has been received.",
        "personal",
    ),
    ("wordpress@vale.example", "New entry: Serious incident", "You have a new entry.", "personal"),
    ("forms@vale.example", "Form", "The following form has been completed:", "auto_reply"),
    ("donotreply@eforms.vale.example", "Online form 2231", "Submitted on: 3/11/2026", "bulk"),
]


@pytest.mark.parametrize(("sender", "subject", "text", "kind"), WEBSITES)
def test_a_form_from_a_website_is_known_without_config(
    sender: str, subject: str, text: str, kind: str
) -> None:
    assert class_of(sender, subject, f"{text}\n\n{FORM}", kind) == "web_form"
    # Without a form in it, it is what it was; an answer to a mail comes from no website.
    assert class_of(sender, subject, text, kind) == kind
    assert class_of(sender, subject, f"{text}\n\n{FORM}", kind, in_reply_to=("<a@b>",)) == kind


def test_a_person_who_writes_of_a_form_is_no_website() -> None:
    text = f"The online form has been submitted, but I send it again here.\n\n{FORM}"
    assert class_of(PERSON, "Form", text) == "personal"


def test_what_answers_a_letter_of_ours_is_no_call_for_help() -> None:
    text = "He came in today with a burn and the child told us that he was hit."
    assert class_of(PERSON, "Pupil", text) == "urgent_referral"
    assert class_of(PERSON, "Pupil", text, in_reply_to=("<a@b>",)) == "personal"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("From VM Sat Jun 30 11:29:01 2001\nX-Any: 1\nReceived: from a\n\nGone.\n", FileKind.MAIL),
        ("From: <a@b.example>\nTo: c\nSubject: d\nDate: today\n\nGone.\n", FileKind.MAIL),
        ("Name: Iris Holm\nDate: 3/11/2026\n\nA fall.\n", FileKind.TEXT),
    ],
)
def test_a_mail_saved_as_text_is_a_mail(text: str, kind: FileKind) -> None:
    assert file_kind_of(text.encode(), "saved.txt") is kind
