"""Word documents made neutral: every layout that forms come in, and every way to be broken."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.core.model import Attachment, Document, Item, ItemKind
from mailbot.documents import documents_of, read_document
from tests import forms_kit as kit
from tests.core.builders import a_message

PLACE = "1st attachment, Word"


def read(content: bytes, name: str = "form.docx") -> Document:
    return read_document(content, name=name, content_type=kit.WORD, place=PLACE)


def values(document: Document) -> dict[str, str]:
    return {i.label: i.value for i in document.items if i.kind is ItemKind.VALUE}


def only(document: Document) -> Item:
    (item,) = document.items
    return item


def a_control(properties: str, content: str, label: str = "Name of child") -> bytes:
    """One row of a form: a label and a content control."""
    return kit.body(
        f"<w:tbl><w:tr><w:tc><w:p><w:r><w:t>{label}</w:t></w:r></w:p></w:tc><w:tc><w:p><w:sdt>"
        f"<w:sdtPr>{properties}</w:sdtPr><w:sdtContent><w:r><w:t>{content}</w:t></w:r>"
        "</w:sdtContent></w:sdt></w:p></w:tc></w:tr></w:tbl>"
    )


# --- layouts ----------------------------------------------------------------------------------


def test_a_label_stands_beside_its_answer() -> None:
    document = read(kit.a_table([["Name of child:", "Wren Alderby"], ["Gender", ""]]))
    assert values(document) == {"Name of child": "Wren Alderby", "Gender": ""}
    assert [item.place for item in document.items] == ["table 1, row 1", "table 1, row 2"]


def test_two_pairs_stand_in_one_row() -> None:
    document = read(kit.a_table([["Forename:", "Wren", "Last name:", "Alderby"]]))
    assert values(document) == {"Forename": "Wren", "Last name": "Alderby"}


def test_a_column_of_numbers_before_the_labels_is_left_out() -> None:
    document = read(kit.a_table([["1.", "Name of child", "Wren"], ["", "Gender", "Girl"]]))
    assert values(document) == {"Name of child": "Wren", "Gender": "Girl"}


def test_a_table_with_a_header_row_gives_a_row_for_each_event() -> None:
    rows = [["Date", "Event"], ["1/3/26", "First call"], ["2/6/26", "Second call"]]
    for header in (True, False):  # a column of dates shows it even where nobody marked it
        document = read(kit.a_table(rows, heading="Chronology", header=header))
        found = [item for item in document.items if item.kind is ItemKind.TABLE_ROW]
        assert [dict(item.cells) for item in found] == [
            {"Date": "1/3/26", "Event": "First call"},
            {"Date": "2/6/26", "Event": "Second call"},
        ]
        assert found[1].place == "table 1, row 3"
        assert found[0].section == "Chronology"


def test_a_label_over_the_whole_width_has_its_answer_in_the_row_below() -> None:
    document = read(kit.a_table([["Summary of involvement"], ["Seen twice."]]))
    assert values(document) == {"Summary of involvement": "Seen twice."}


def test_an_answer_typed_under_its_prompt_in_one_cell_is_found() -> None:
    document = read(kit.a_table([["Case outline\nTaken to hospital."]]))
    assert values(document) == {"Case outline": "Taken to hospital."}


def test_paragraphs_with_colons_and_answers_below_are_read() -> None:
    document = read(
        kit.paragraphs("# The child", "Name of child: Wren", "What happened?", "A fall.")
    )
    assert values(document) == {"Name of child": "Wren", "What happened": "A fall."}
    assert {item.section for item in document.items} == {"The child"}


def test_tables_inside_tables_are_read_with_their_place() -> None:
    inner = "<w:tbl><w:tr>{}</w:tr></w:tbl>".format(
        "".join(f"<w:tc><w:p><w:r><w:t>{t}</w:t></w:r></w:p></w:tc>" for t in ("Gender", "Girl"))
    )
    outer = f"<w:tbl><w:tr><w:tc><w:p/></w:tc><w:tc>{inner}<w:p/></w:tc></w:tr></w:tbl>"
    (item,) = [i for i in read(kit.body(outer)).items if i.label]
    assert (item.label, item.value, item.place) == (
        "Gender",
        "Girl",
        "table 1, row 1, table 1, row 1",
    )


# --- content controls -------------------------------------------------------------------------


def test_a_prompt_is_no_answer() -> None:
    tag = '<w:tag w:val="child.name"/>'
    shown = only(read(a_control(f"{tag}<w:showingPlcHdr/><w:text/>", "Whatever the prompt says")))
    assert (shown.value, shown.placeholder, shown.tag) == ("", True, "child.name")
    left = only(read(a_control(f"{tag}<w:text/>", "Click or tap here to enter text.")))
    assert (left.value, left.placeholder) == ("", True)
    typed = only(read(a_control(f"{tag}<w:text/>", "Wren")))
    assert (typed.value, typed.placeholder) == ("Wren", False)


def test_a_date_control_gives_the_date_picked_unless_somebody_typed_over_it() -> None:
    date = '<w:date w:fullDate="2026-11-20T00:00:00Z"/>'
    assert only(read(a_control(date, "20 November 2026"))).value == "2026-11-20"
    assert only(read(a_control(date, "20/11/26"))).value == "2026-11-20"
    assert only(read(a_control(date, "21 November 2026"))).value == "21 November 2026"


@pytest.mark.parametrize(("checked", "ticked"), [("1", True), ("0", False), ("true", True)])
def test_a_box_is_ticked_as_its_control_says(checked: str, ticked: bool) -> None:
    box = f'<w14:checkbox><w14:checked w14:val="{checked}"/></w14:checkbox>'
    item = only(read(a_control(box, "?", label="This is a partial return")))
    assert (item.kind, item.ticked, item.label) == (
        ItemKind.TICK,
        ticked,
        "This is a partial return",
    )


def test_a_control_around_a_whole_answer_takes_its_label_from_above() -> None:
    xml = (
        "<w:p><w:r><w:t>Good practice:</w:t></w:r></w:p><w:sdt><w:sdtPr>"
        '<w:tag w:val="good_practice"/></w:sdtPr><w:sdtContent><w:p><w:r><w:t>One.</w:t></w:r>'
        "</w:p>"
        "<w:p><w:r><w:t>Two.</w:t></w:r></w:p></w:sdtContent></w:sdt>"
    )
    item = only(read(kit.body(xml)))
    assert (item.label, item.value, item.tag) == ("Good practice", "One.\nTwo.", "good_practice")


def test_boxes_drawn_as_signs_are_ticks_and_questions_with_options_are_answers() -> None:
    document = read(kit.paragraphs("☒ Death of a child", "☐ Serious harm", "Known: ☐ Yes ☒ No"))
    ticks = {i.label: i.ticked for i in document.items if i.kind is ItemKind.TICK}
    assert ticks == {"Death of a child": True, "Serious harm": False}
    assert values(document) == {"Known": "No"}


def test_what_is_struck_out_was_not_said() -> None:
    xml = (
        "<w:p><w:r><w:t xml:space='preserve'>Known to agency: </w:t></w:r>"
        "<w:r><w:rPr><w:strike/></w:rPr>"
        "<w:t>Yes</w:t></w:r><w:r><w:t xml:space='preserve'> No</w:t></w:r></w:p>"
    )
    assert values(read(kit.body(xml))) == {"Known to agency": "No"}


def test_the_boxes_and_lists_of_older_word_are_read() -> None:
    xml = (
        "<w:p><w:r><w:t xml:space='preserve'>Gender: </w:t></w:r>"
        "<w:r><w:fldChar><w:ffData><w:ddList>"
        '<w:result w:val="1"/><w:listEntry w:val="Boy"/><w:listEntry w:val="Girl"/></w:ddList>'
        "</w:ffData></w:fldChar></w:r></w:p><w:p><w:r><w:fldChar><w:ffData><w:checkBox><w:checked/>"
        "</w:checkBox></w:ffData></w:fldChar></w:r><w:r><w:t> Serious harm</w:t></w:r></w:p>"
    )
    document = read(kit.body(xml))
    assert values(document) == {"Gender": "Girl"}
    assert document.items[1].ticked is True


def test_a_text_box_is_read_once_though_the_file_holds_it_twice() -> None:
    box = "<w:txbxContent><w:p><w:r><w:t>Gender: Girl</w:t></w:r></w:p></w:txbxContent>"
    xml = (
        f"<w:p><w:r><mc:AlternateContent><mc:Choice>{box}</mc:Choice>"
        f"<mc:Fallback>{box}</mc:Fallback></mc:AlternateContent></w:r></w:p>"
    )
    assert [(i.label, i.value) for i in read(kit.body(xml)).items] == [("Gender", "Girl")]


# --- bad input --------------------------------------------------------------------------------

NOT_WORD = {
    "locked": (kit.locked(), "locked with a password"),
    "a bomb": (kit.bomb(), "unpacks to more"),
    "torn": (kit.template("agency-return")[:9000], "damaged"),
    "not a zip at all": (b"hello there", "damaged"),
    "a zip without a document": (kit.zipped({"word/other.xml": b"<a/>"}), "damaged"),
    "broken inside": (kit.zipped({"word/document.xml": b"<w:document><oops"}), "damaged"),
    "with entities": (
        kit.zipped({"word/document.xml": b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'}),
        "damaged",
    ),
    "an old container": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000), "old format"),
}


@pytest.mark.parametrize("what", NOT_WORD)
def test_a_file_that_cannot_be_read_is_one_problem_that_says_what_to_do(what: str) -> None:
    content, words = NOT_WORD[what]
    document = read(content)
    assert document.items == ()
    (problem,) = document.problems
    assert words in problem.what
    assert problem.place == PLACE


def test_deep_nesting_is_refused_and_not_followed() -> None:
    depth = 3000
    xml = "<w:sdt><w:sdtContent>" * depth + "</w:sdtContent></w:sdt>" * depth
    assert read(kit.body(xml)).items == ()


@pytest.mark.parametrize(
    ("content", "name", "kind"),
    [
        (b"%PDF-1.7 ...", "form.pdf", "PDF"),
        (b"%PDF-1.7 ...", "form.docx", "PDF"),
        (b"\xff\xd8\xff\xe0", "scan.jpg", "picture"),
        (b"PK\x03\x04....xl/workbook.xml", "list.xlsx", "Excel"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "form.doc", "old Word"),
        (b"\x00\x01\x02", "thing", "other"),
    ],
)
def test_other_formats_wait_for_a_person(content: bytes, name: str, kind: str) -> None:
    document = read_document(content, name=name, content_type="", place=PLACE)
    assert document.format == kind
    assert "a person reads it" in document.problems[0].what


def test_problems_never_name_the_file() -> None:
    document = read_document(b"%PDF", name="Wren Alderby.pdf", content_type="", place=PLACE)
    assert "Wren" not in repr(document)


def test_a_logo_in_a_signature_is_no_document() -> None:
    def part(name: str, content_type: str, content: bytes) -> object:
        return Attachment(place=name, name=name, content_type=content_type, content=content)

    message = a_message(
        attachments=(
            part("logo", "image/png", b"\x89PNG" + bytes(3000)),
            part("scan", "image/jpeg", b"\xff\xd8\xff" + bytes(300_000)),
            part("invitation", "text/calendar", b"BEGIN:VCALENDAR"),
        )
    )
    assert [place for place, _ in documents_of(message)] == ["message", "scan"]


@given(st.data())
def test_no_damage_to_a_form_ever_raises(data: st.DataObject) -> None:
    content = bytearray(kit.template("agency-return"))
    for _ in range(data.draw(st.integers(1, 12))):
        at = data.draw(st.integers(0, len(content) - 1))
        content[at] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(content)))
    read(bytes(content))
    read(bytes(content[:cut]))


_TAGS = ["p", "r", "t", "tbl", "tr", "tc", "sdt", "sdtPr", "sdtContent", "tag", "date", "strike"]
_TREES = st.recursive(
    st.text("ab:?☒☐ \n", max_size=8),
    lambda inner: st.tuples(st.sampled_from(_TAGS), st.lists(inner, max_size=4)).map(
        lambda t: f"<w:{t[0]}>{''.join(t[1])}</w:{t[0]}>"
    ),
    max_leaves=25,
)


@given(st.lists(_TREES, max_size=5))
def test_no_arrangement_of_word_elements_ever_raises(trees: list[str]) -> None:
    read(kit.body("".join(trees)))
