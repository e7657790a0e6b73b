"""OpenDocument files: text, tables, boxes, form controls, spreadsheets, without LibreOffice."""

import hashlib
import zipfile
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailbot.core.document import Cell, Control, Document, Line, Table
from mailbot.documents.opendocument import read_opendocument
from tests.documents.office_kit import turned

PLACE = "1st attachment, OpenDocument"
_URN = "urn:oasis:names:tc:opendocument:xmlns"
SPACES = " ".join(
    f'xmlns:{name}="{_URN}:{urn}:1.0"'
    for name, urn in {
        **{n: n for n in ("office", "text", "table", "style", "form", "meta", "manifest")},
        "draw": "drawing",
        "fo": "xsl-fo-compatible",
    }.items()
)
SPACES += ' xmlns:xlink="http://www.w3.org/1999/xlink"'


def content_of(body: str, styles: str = "", kind: str = "text") -> str:
    return (
        f'<?xml version="1.0"?><office:document-content {SPACES}>'
        f"<office:automatic-styles>{styles}</office:automatic-styles>"
        f"<office:body><office:{kind}>{body}</office:{kind}></office:body>"
        "</office:document-content>"
    )


def packed(body: str, styles: str = "", kind: str = "text", **parts: str) -> bytes:
    written = BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("mimetype", f"application/vnd.oasis.opendocument.{kind}")
        package.writestr("content.xml", content_of(body, styles, kind))
        for name, text in parts.items():
            package.writestr(name.replace("__", "/") + ".xml", text)
    return written.getvalue()


def read(body: str, styles: str = "", kind: str = "text", **parts: str) -> Document:
    return read_opendocument(packed(body, styles, kind, **parts), place=PLACE)


def line(document: Document) -> Line:
    (block,) = document.blocks
    assert isinstance(block, Line)
    return block


def table(document: Document) -> tuple[tuple[Cell, ...], ...]:
    (block,) = document.blocks
    assert isinstance(block, Table)
    return block.rows


def sentence(document: Document) -> str:
    (problem,) = document.problems
    assert not document.blocks
    assert problem.place == PLACE
    return problem.what


def style(name: str, facts: str, family: str = "text") -> str:
    return (
        f'<style:style style:name="{name}" style:family="{family}">'
        f"<style:text-properties {facts}/></style:style>"
    )


def cell(text: str, facts: str = "") -> str:
    return f"<table:table-cell {facts}><text:p>{text}</text:p></table:table-cell>"


# --- a form as LibreOffice saves it ------------------------------------------------------------


@pytest.mark.needs("libreoffice")
def test_a_form_saved_by_libreoffice_is_read_whole() -> None:
    document = read_opendocument(turned("odt"), place=PLACE)
    (found,) = (block for block in document.blocks if isinstance(block, Table))
    answers = {row[0].text: row[1] for row in found.rows if len(row) == 2}

    assert document.format == "OpenDocument"
    assert not document.problems
    assert document.blocks[0] == Line(place="header", text="CONFIDENTIAL", margin=True)
    assert document.blocks[1].heading
    assert {label: answer.text for label, answer in answers.items()} == {
        "Child's name": "Robin Example",
        "Address": "1 High Street\nLuton",
        "Nature": "☒ Death ☐ Serious harm",
        "Known to agency": "☒ Yes ☐ No",
        "Consent": "☒ Yes ☐ No",
        "Referred": "☐ Yes ☒ No",
        "Notifier": "Alex Example",
        "Area": "Bedford",
        "School": "",
        "Twins": "/ No",
        "In care": "Yes / No",
    }
    assert answers["Notifier"].controls == (Control(name="notifier", text="Alex Example"),)
    assert answers["Area"].controls[0].options == ("Luton", "Bedford")
    assert answers["School"].controls[0].placeholder
    assert [box.ticked for box in answers["Nature"].controls] == [True, False]
    assert answers["Twins"].struck == ("Yes",)
    assert answers["In care"].marked == ("Yes",)
    assert found.rows[-1] == (Cell(text="For office use", columns=2),)


# --- text -----------------------------------------------------------------------------------------


def test_blanks_tabs_and_line_breaks_are_kept_as_they_show() -> None:
    body = '<text:p>one<text:s text:c="2"/>two<text:tab/>three<text:line-break/>four\n  </text:p>'
    assert line(read(body)).text == "one two\tthree\nfour"


def test_hidden_and_deleted_words_are_not_read() -> None:
    body = (
        "<text:tracked-changes><text:changed-region><text:deletion><text:p>deleted</text:p>"
        "</text:deletion></text:changed-region></text:tracked-changes>"
        '<text:p>kept <text:change text:change-id="1"/>'
        '<text:span text:style-name="H">hidden</text:span></text:p>'
    )
    assert line(read(body, style("H", 'text:display="none"'))).text == "kept"


def test_a_style_takes_from_the_style_it_is_made_of() -> None:
    styles = style("A", 'fo:font-weight="bold"') + style("B", 'fo:color="#ff0000"').replace(
        'style:name="B"', 'style:name="B" style:parent-style-name="A"'
    )
    found = line(read('<text:p>Yes <text:span text:style-name="B">No</text:span></text:p>', styles))
    assert found.marked == ("No",)


@pytest.mark.parametrize(
    "facts",
    [
        'fo:font-weight="bold"',
        'fo:color="#c00000"',
        'fo:background-color="#ffff00"',
        'style:text-underline-style="solid"',
        'fo:border="0.5pt solid #000000"',
    ],
)
def test_a_choice_marked_by_how_it_looks_is_told(facts: str) -> None:
    body = '<text:p><text:span text:style-name="M">Yes</text:span> / No</text:p>'
    assert line(read(body, style("M", facts))).marked == ("Yes",)


def test_letters_of_wingdings_are_boxes() -> None:
    body = '<text:p><text:span text:style-name="W">þ</text:span> Yes</text:p>'
    assert line(read(body, style("W", 'style:font-name="Wingdings"'))).text == "☒ Yes"


def test_a_text_box_is_read_once_after_its_paragraph_and_notes_and_comments_apart() -> None:
    body = (
        "<text:p>Name<draw:frame><draw:text-box><text:p>in a box</text:p></draw:text-box>"
        "</draw:frame><text:note><text:note-citation>1</text:note-citation><text:note-body>"
        "<text:p>a note</text:p></text:note-body></text:note>"
        "<office:annotation><text:p>a comment</text:p></office:annotation></text:p>"
    )
    document = read(body)
    assert [block.text for block in document.blocks] == ["Name", "in a box", "a note"]
    assert [comment.text for comment in document.comments] == ["a comment"]


def test_lists_and_sections_are_read_in_their_order() -> None:
    body = (
        "<text:section><text:h>One</text:h><text:list><text:list-item><text:p>two</text:p>"
        "</text:list-item></text:list></text:section><text:p>three</text:p>"
    )
    assert [block.text for block in read(body).blocks] == ["One", "two", "three"]


# --- what is filled in --------------------------------------------------------------------------


def test_controls_of_a_form_say_what_was_filled_in() -> None:
    body = (
        "<office:forms><form:form>"
        '<form:checkbox form:id="c1" form:name="death" form:label="Death"'
        ' form:current-state="checked"/>'
        '<form:checkbox form:id="c2" form:label="Harm" form:state="unchecked"/>'
        '<form:radio form:id="c3" form:label="Yes" form:current-selected="true"/>'
        '<form:text form:id="c4" form:name="name" form:current-value="Robin Example"/>'
        '<form:listbox form:id="c5"><form:option form:label="Luton"/>'
        '<form:option form:label="Bedford" form:current-selected="true"/></form:listbox>'
        '<form:text form:id="c6"/></form:form></office:forms><text:p>'
        + "".join(f'<draw:control draw:control="c{n}"/> ' for n in range(1, 7))
        + "</text:p>"
    )
    found = line(read(body))
    assert found.text == "☒ Death ☐ Harm ☒ Yes Robin Example Bedford"
    assert [control.ticked for control in found.controls[:3]] == [True, False, True]
    assert found.controls[0].name == "death"
    assert found.controls[4].options == ("Luton", "Bedford")
    assert found.controls[5].placeholder


def test_a_prompt_is_no_answer() -> None:
    body = "<text:p>Name: <text:text-input>Click here to enter text</text:text-input></text:p>"
    found = line(read(body))
    assert found.text == "Name:"
    assert found.controls[0].placeholder


# --- tables ---------------------------------------------------------------------------------------


def test_merged_cells_and_nested_tables_keep_their_shape() -> None:
    body = (
        "<table:table><table:table-header-rows><table:table-row>"
        + cell("wide", 'table:number-columns-spanned="2"')
        + "<table:covered-table-cell/></table:table-row></table:table-header-rows>"
        + "<table:table-row>"
        + cell("tall", 'table:number-rows-spanned="2"')
        + cell("a")
        + "</table:table-row><table:table-row><table:covered-table-cell/>"
        + "<table:table-cell><table:table><table:table-row>"
        + cell("inner")
        + "</table:table-row></table:table></table:table-cell></table:table-row></table:table>"
    )
    document = read(body)
    (found,) = document.blocks
    assert isinstance(found, Table)
    assert found.header
    assert found.rows[0] == (Cell(text="wide", columns=2),)
    assert found.rows[1] == (Cell(text="tall"), Cell(text="a"))
    assert found.rows[2][0].continues
    assert found.rows[2][1].tables[0].place == "table 1, row 3, table 1"
    assert found.rows[2][1].tables[0].rows == ((Cell(text="inner"),),)


def test_a_shaded_cell_is_strong() -> None:
    shade = (
        '<style:style style:name="S" style:family="table-cell">'
        '<style:table-cell-properties fo:background-color="#dddddd"/></style:style>'
    )
    row = cell("Name", 'table:style-name="S"') + cell("Robin Example")
    rows = table(
        read(f"<table:table><table:table-row>{row}</table:table-row></table:table>", shade)
    )
    assert [c.strong for c in rows[0]] == [True, False]


def test_a_spreadsheet_keeps_its_row_numbers_and_its_days() -> None:
    body = (
        "<table:table>"
        '<table:table-row table:number-rows-repeated="2"><table:table-cell/></table:table-row>'
        "<table:table-row>"
        + cell("20/11/26", 'office:value-type="date" office:date-value="2026-11-20"')
        + '<table:table-cell table:number-columns-repeated="1000"/></table:table-row>'
        '<table:table-row table:number-rows-repeated="1048000"><table:table-cell/>'
        "</table:table-row></table:table>"
    )
    rows = table(read(body, kind="spreadsheet"))
    assert rows == ((), (), (Cell(text="2026-11-20"),))


def test_the_name_of_a_sheet_is_its_heading_and_hidden_sheets_are_left_out() -> None:
    styles = (
        '<style:style style:name="H" style:family="table">'
        '<style:table-properties table:display="false"/></style:style>'
    )
    true = 'office:boolean-value="true"'
    row = f"<table:table-row>{cell('x', true)}</table:table-row>"
    body = (
        f'<table:table table:name="Sheet1">{row}</table:table>'
        f'<table:table table:name="Secret" table:style-name="H">{row}</table:table>'
        f'<table:table table:name="Chronology">{row}</table:table>'
    )
    yes = ((Cell(text="Yes"),),)
    assert read(body, styles, kind="spreadsheet").blocks == (
        Table(place="sheet 1", rows=yes),
        Line(place="sheet 3", text="Chronology", heading=True),
        Table(place="sheet 3", rows=yes),
    )


# --- named states and limits -------------------------------------------------------------------


def test_a_locked_file_is_named() -> None:
    manifest = (
        f"<manifest:manifest {SPACES}><manifest:file-entry><manifest:encryption-data/>"
        "</manifest:file-entry></manifest:manifest>"
    )
    assert "locked with a password" in sentence(read("", **{"META-INF__manifest": manifest}))


def test_properties_that_people_gave_it_are_kept() -> None:
    meta = (
        f'<office:document-meta {SPACES}><office:meta><meta:user-defined meta:name="form">7'
        "</meta:user-defined></office:meta></office:document-meta>"
    )
    assert read("<text:p>x</text:p>", meta=meta).properties == {"form": "7"}


def test_a_file_that_is_one_xml_is_read_too() -> None:
    flat = content_of("<text:p>Name: Robin Example</text:p>").replace(
        "office:document-content", "office:document"
    )
    assert line(read_opendocument(flat.encode(), place=PLACE)).text == "Name: Robin Example"


def test_a_file_that_wants_entities_expanded_is_refused() -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>'
    flat = content_of("<text:p>&b;</text:p>").replace("?>", f"?>{bomb}", 1)
    assert "damaged" in sentence(read_opendocument(flat.encode(), place=PLACE))


def test_a_bomb_is_refused() -> None:
    body = "<text:p>x</text:p>" + " " * 80_000_000
    assert "unpacks to more" in sentence(read(body))


@pytest.mark.parametrize("depth", [300, 20_000])
def test_what_is_nested_too_deeply_ends_somewhere(depth: int) -> None:
    body = "<text:p>" + "<text:span>" * depth + "x" + "</text:span>" * depth + "</text:p>"
    assert read(body) is not None
    body = "<text:section>" * depth + "<text:p>x</text:p>" + "</text:section>" * depth
    assert read(body) is not None


def test_a_table_without_end_is_cut_and_says_so() -> None:
    texts = (hashlib.sha256(str(n).encode()).hexdigest() for n in range(120_000))
    rows = (f"<table:table-row>{cell(text)}{cell('y')}</table:table-row>" for text in texts)
    body = f"<table:table>{''.join(rows)}</table:table>"
    document = read(body)
    assert "longer than mailbot reads" in document.problems[0].what
    assert len(table(document)) == 100_000


def test_only_a_picture_is_not_silently_nothing() -> None:
    body = '<text:p><draw:frame><draw:image xlink:href="Pictures/1.png"/></draw:frame></text:p>'
    assert "pictures" in sentence(read(body))


@settings(max_examples=200)
@given(data=st.data())
def test_no_torn_file_lets_an_exception_out(data: st.DataObject) -> None:
    content = bytearray(packed("<text:p>Name: Robin Example</text:p>" * 20))
    for _ in range(data.draw(st.integers(1, 6))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    del content[data.draw(st.integers(1, len(content))) :]
    read_opendocument(bytes(content), place=PLACE)


_TAGS = ("text:p", "text:span", "table:table", "table:table-row", "table:table-cell", "text:list")
_more = ("draw:frame", "draw:text-box", "text:note", "text:note-body", "table:covered-table-cell")


@settings(max_examples=200)
@given(
    st.recursive(
        st.text(st.characters(codec="utf-8", exclude_characters="<&", exclude_categories=["Cc"])),
        lambda inner: st.builds(
            lambda tag, parts: f"<{tag}>{''.join(parts)}</{tag}>",
            st.sampled_from(_TAGS + _more),
            st.lists(inner, max_size=4),
        ),
        max_leaves=30,
    )
)
def test_no_order_of_elements_lets_an_exception_out(body: str) -> None:
    document = read(body)
    assert all(block.place for block in document.blocks)
