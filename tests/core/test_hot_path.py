"""Reading a form takes few steps: counted, so that no clock and no other program decides."""

import sys
from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from mailbot.core.document import Cell, Document, Line, Table
from mailbot.core.forms.forms import forms_from
from mailbot.core.forms.labels import is_slip
from tests.core.test_pairing import layouts

LETTERS = "abc"
ORDINARY = """Hello

Thank you for having us last Thursday. The minutes are with the printer.
The training on the new system is full; there is another one in March.
We would like the large room again, if nobody else has asked for it.
Please bring your own cup.

Kind regards
Orrin
Facilities"""
FORM = (
    ("Name of child", "Wren Alderby"),
    ("Date of birth", "12/03/2019"),
    ("Gender", "Female"),
    ("Ethnicity", "White British"),
    ("Home address", "1 Mill Lane, Bedford"),
    ("Date of incident", "20/11/2026"),
    ("Place of incident", "At home"),
    ("Name of notifier", "Sol Harker"),
    ("Agency", "Police"),
    ("Telephone", "01632 960001"),
)


def steps(work: Callable[[], object]) -> int:
    """How many functions of Python's are called for it, once everything was seen before."""
    work()
    count = 0

    def called(_frame: object, event: str, _argument: object) -> None:
        nonlocal count
        count += event == "call"

    before = sys.getprofile()
    sys.setprofile(called)
    try:
        work()
    finally:
        sys.setprofile(before)
    return count


def table(*rows: tuple[str, ...]) -> Document:
    cells = tuple(tuple(Cell(text=text) for text in row) for row in rows)
    return Document(format="Word", blocks=(Table(place="table 1", rows=cells),))


def test_a_form_takes_few_steps_a_label() -> None:
    document = table(*FORM)
    count = steps(lambda: forms_from([("document", document)], "", layouts()))
    assert count / len(FORM) < 650


def test_an_ordinary_mail_takes_few_steps() -> None:
    lines = tuple(Line(place="message", text=text) for text in ORDINARY.splitlines())
    body = Document(format="text", blocks=lines)
    assert not forms_from([("message", body)], ORDINARY, layouts())
    assert steps(lambda: forms_from([("message", body)], ORDINARY, layouts())) < 3_000


def test_the_rows_of_a_table_do_not_look_up_again_which_list_it_is() -> None:
    head = ("Name", "Date of birth", "Relationship to child")
    assert steps(lambda: layouts().list_for(head, "Family composition")) < 20


def test_which_list_it_is_depends_on_its_heading_and_its_tag_too() -> None:
    found, head = layouts(), ("Name", "Date of birth")
    lists = [found.list_for(head, heading) for heading in ("Siblings", "Invoices", "Siblings")]
    names = [rule and rule.name for rule in lists]
    assert names == ["siblings", None, "siblings"]
    assert (rule := found.list_for(head, "Siblings", "children.1.name")) is not None
    assert rule.name == "children"


@given(st.text(LETTERS, max_size=6), st.text(LETTERS, max_size=6))
def test_a_slip_is_one_letter_more_less_or_other_or_two_exchanged(one: str, other: str) -> None:
    near = {one[:i] + one[i + 1 :] for i in range(len(one))}
    near |= {one[:i] + letter + one[i:] for i in range(len(one) + 1) for letter in LETTERS}
    near |= {one[:i] + letter + one[i + 1 :] for i in range(len(one)) for letter in LETTERS}
    near |= {one[:i] + one[i + 1] + one[i] + one[i + 2 :] for i in range(len(one) - 1)}
    assert is_slip(one, other) is (other in near - {one})


def test_a_slip_is_found_among_all_labels() -> None:
    found = layouts()
    assert found.field_for("Date of incidnet", "") == "incident.date"
    assert found.field_for("Name of chlid", "") == "child.name"
