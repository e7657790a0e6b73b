"""Word files: what is read of them, block by block, and every way in which they can be broken.

What a line or cell means for a form is not decided here, but in `tests/core`.
"""

from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import docx
import pytest
from docx.enum.text import WD_COLOR_INDEX
from docx.shared import Pt, RGBColor
from hypothesis import given
from hypothesis import strategies as st

from mailbot.core.document import Line, Table
from mailbot.documents.word import is_large, read_word
from tests import forms_kit as kit
from tests.documents import word_kit as word
from tests.documents.word_kit import cell, control, paragraph, read, row, run, table


def saved(document: docx.document.Document) -> bytes:
    target = BytesIO()
    document.save(target)
    return target.getvalue()


# --- lines ------------------------------------------------------------------------------------


def test_paragraphs_are_lines_with_their_places() -> None:
    document = read_word(kit.paragraphs("# The child", "Name: Wren", "", "Girl"), place=word.PLACE)
    assert document.blocks == (
        Line(place="paragraph 1", text="The child", heading=True, strong=True),
        Line(place="paragraph 2", text="Name: Wren"),
        Line(place="paragraph 2", text=""),
        Line(place="paragraph 3", text="Girl"),
    )


def test_odd_blanks_are_made_plain_and_gaps_as_wide_as_a_column_are_tabs() -> None:
    assert word.line_of("Name\u00a0of\u200b child \u2002 x\u00ady").text == "Name of child xy"
    assert word.line_of("Name: Wren        DOB: 3/4/19").text == "Name: Wren\tDOB: 3/4/19"
    tabs = "<w:r><w:tab/><w:t>Wren</w:t><w:tab/><w:tab/><w:t>Girl</w:t><w:br/><w:t>Next</w:t></w:r>"
    assert word.line_of(tabs).text == "Wren\tGirl\nNext"
    hyphen = "<w:r><w:t>one</w:t><w:noBreakHyphen/><w:t>two</w:t><w:softHyphen/></w:r>"
    assert word.line_of(hyphen).text == "one-two"


def test_a_heading_is_known_by_its_style_its_level_or_the_style_it_is_based_on() -> None:
    document = docx.Document()
    document.styles.add_style("Form Section", 1).base_style = document.styles["Heading 2"]
    document.add_paragraph("Section 1: Referral", style="Form Section")
    document.add_paragraph("plain", style="List Bullet")
    first, second = word.lines(read_word(saved(document), place=word.PLACE))
    assert (first.heading, second.heading) == (True, False)
    level = paragraph("Part 2", properties='<w:outlineLvl w:val="0"/>')
    body_text = paragraph("Not so", properties='<w:outlineLvl w:val="9"/>')
    assert [line.heading for line in word.lines(read(level + body_text))] == [True, False]


def test_a_line_wholly_bold_shaded_or_in_larger_letters_is_strong() -> None:
    document = docx.Document()
    document.add_paragraph().add_run("Bold").bold = True
    document.add_paragraph().add_run("Larger").font.size = Pt(16)
    document.add_paragraph("The answer, in letters of the usual size, and longer.")
    half = document.add_paragraph("Half ")
    half.add_run("bold").bold = True
    found = word.lines(read_word(saved(document), place=word.PLACE))
    assert [line.strong for line in found] == [True, True, False, False]
    shade = '<w:shd w:val="clear" w:fill="D9E2F3"/>'
    assert word.lines(read(paragraph("x", properties=shade)))[0].strong


def test_a_form_in_large_print_is_not_all_headings() -> None:
    document = docx.Document()
    for words in ("Name of child: Wren Alderby", "Gender: Girl", "School: Larkspur Primary"):
        document.add_paragraph().add_run(words).font.size = Pt(18)
    found = word.lines(read_word(saved(document), place=word.PLACE))
    assert not any(line.strong for line in found)
    document.add_paragraph().add_run("Section 2").font.size = Pt(24)
    document.add_paragraph().add_run("Notes").font.size = Pt(10)
    found = word.lines(read_word(saved(document), place=word.PLACE))
    assert [line.text for line in found if line.strong] == ["Section 2"]


def test_the_list_of_contents_and_numbering_are_no_text() -> None:
    contents = control(
        paragraph("Contents") + paragraph("1. The child\t3"),
        '<w:docPartObj><w:docPartGallery w:val="Table of Contents"/></w:docPartObj>',
    )
    listed = paragraph("2. Parents\t4", properties='<w:pStyle w:val="TOC1"/>')
    assert word.texts(read(contents + listed + paragraph("The child"))) == ["The child"]


# --- what was picked out or struck out --------------------------------------------------------

PICKED_OUT = {
    "bold": "<w:b/>",
    "coloured": '<w:color w:val="FF0000"/>',
    "highlighted": '<w:highlight w:val="yellow"/>',
    "shaded": '<w:shd w:val="clear" w:fill="FFFF00"/>',
    "underlined": '<w:u w:val="single"/>',
    "in a border": '<w:bdr w:val="single" w:sz="4"/>',
    "strong by its style": '<w:rStyle w:val="Strong"/>',
}


@pytest.mark.parametrize("how", PICKED_OUT)
def test_a_choice_picked_out_among_others_is_marked(how: str) -> None:
    line = word.line_of("Known to agency: ", run("Yes", PICKED_OUT[how]), " / No")
    assert (line.text, line.marked) == ("Known to agency: Yes / No", ("Yes",))
    in_cell = word.table_of(read(table(row(cell(paragraph(run("Yes", PICKED_OUT[how]), " No"))))))
    assert in_cell.rows[0][0].marked == ("Yes",)


NOT_PICKED_OUT = {
    "grey steps back": ['<w:color w:val="A6A6A6"/>'],
    "black": ['<w:color w:val="000000"/>'],
    "bold switched off": ['<w:b w:val="0"/>'],
    "no underline": ['<w:u w:val="none"/>'],
    "no highlight": ['<w:highlight w:val="none"/>'],
    "italic": ["<w:i/>"],
    "a link": ['<w:rStyle w:val="Hyperlink"/><w:color w:val="0000FF"/><w:u w:val="single"/>'],
    "a format of before": ["<w:rPrChange><w:rPr><w:b/></w:rPr></w:rPrChange>"],
}


@pytest.mark.parametrize("how", NOT_PICKED_OUT)
def test_what_picks_out_nothing_is_no_mark(how: str) -> None:
    assert word.line_of(run("Yes", NOT_PICKED_OUT[how][0]), " / No").marked == ()


def test_what_all_words_have_picks_out_none_of_them() -> None:
    bold = "<w:b/>"
    line = word.line_of(
        run("Yes", f'{bold}<w:highlight w:val="green"/>'), run(" / ", bold), run("No", bold)
    )
    assert (line.marked, line.strong) == (("Yes",), True)
    blue = '<w:color w:val="0000FF"/>'
    answers = word.line_of(
        run("Yes ", blue), run("No", '<w:color w:val="FF0000"/>'), run(" Not known", blue)
    )
    assert answers.marked == ("No",)


def test_marks_of_different_kinds_are_kept_apart_and_broken_runs_joined() -> None:
    line = word.line_of(
        run("Known?", "<w:b/>"),
        " ",
        run("Y", '<w:highlight w:val="yellow"/>'),
        run("es", '<w:highlight w:val="yellow"/>'),
        run(" / No / Not known"),
    )
    assert line.marked == ("Known?", "Yes")
    assert word.line_of("Signed: ", run("          ", '<w:u w:val="single"/>')).marked == ()


def test_what_is_struck_out_was_not_said() -> None:
    for mark in ("<w:strike/>", "<w:dstrike/>"):
        line = word.line_of("Known: ", run("Yes", mark), " / No")
        assert (line.text, line.struck) == ("Known: / No", ("Yes",))
    kept = word.line_of(run("Yes", '<w:strike w:val="0"/>'))
    assert (kept.text, kept.struck) == ("Yes", ())
    whole = word.line_of(run("[not recommended]", "<w:strike/>"))
    assert (whole.text, whole.struck) == ("", ("[not recommended]",))


def test_marks_made_with_a_library_are_seen() -> None:
    document = docx.Document()
    line = document.add_paragraph("Gender: ")
    line.add_run("Boy").font.strike = True
    line.add_run(" / ")
    line.add_run("Girl").font.highlight_color = WD_COLOR_INDEX.YELLOW
    line.add_run(" / ")
    line.add_run("Not known").font.color.rgb = RGBColor(0x80, 0x80, 0x80)
    (found,) = word.lines(read_word(saved(document), place=word.PLACE))
    assert (found.text, found.marked, found.struck) == (
        "Gender: / Girl / Not known",
        ("Girl",),
        ("Boy",),
    )


def test_hidden_text_is_not_read() -> None:
    assert word.line_of(run("template note", "<w:vanish/>"), "Wren").text == "Wren"


# --- tracked changes --------------------------------------------------------------------------


def test_tracked_changes_are_read_as_if_accepted() -> None:
    line = word.line_of(
        "Seen on ",
        "<w:del><w:r><w:delText>Monday</w:delText></w:r></w:del>",
        f"<w:ins>{run('Tuesday')}</w:ins>",
        f"<w:moveFrom>{run(' away')}</w:moveFrom>",
        f"<w:moveTo>{run(' here')}</w:moveTo>",
    )
    assert line.text == "Seen on Tuesday here"


def test_a_paragraph_whose_end_was_deleted_goes_on_in_the_next() -> None:
    gone = "<w:rPr><w:del/></w:rPr>"
    document = read(paragraph("Seen ", properties=gone) + paragraph("twice.") + paragraph("End"))
    assert word.texts(document) == ["Seen twice.", "End"]
    in_cell = read(table(row(cell(paragraph("Seen ", properties=gone), paragraph("twice.")))))
    assert word.grid(word.table_of(in_cell)) == [["Seen twice."]]


def test_rows_and_cells_deleted_are_gone_and_those_inserted_are_there() -> None:
    document = read(
        table(
            row("old", properties="<w:del/>"),
            row("new", cell("gone", properties="<w:cellDel/>"), properties="<w:ins/>"),
        )
    )
    assert word.grid(word.table_of(document)) == [["new"]]


def test_comments_stand_apart_from_the_text() -> None:
    comment = word.part("comments", f"<w:comment>{paragraph('Is this the mother?')}</w:comment>")
    content = word.package(
        paragraph("Seen with", "<w:r><w:commentReference/></w:r>"),
        {"comments.xml": comment},
        {"comments.xml": "comments"},
    )
    document = read_word(content, place=word.PLACE)
    assert word.texts(document) == ["Seen with"]
    assert document.comments == (Line(place="comment 1", text="Is this the mother?"),)


# --- tables -----------------------------------------------------------------------------------


def test_merged_cells_say_how_many_columns_they_cover_and_where_they_go_on() -> None:
    document = docx.Document()
    made = document.add_table(rows=3, cols=3)
    made.cell(0, 0).merge(made.cell(0, 1)).text = "Wide"
    made.cell(1, 0).merge(made.cell(2, 0)).text = "High"
    made.cell(2, 2).text = "Last"
    found = word.table_of(read_word(saved(document), place=word.PLACE))
    shape = [[(c.text, c.columns, c.continues) for c in cells] for cells in found.rows]
    assert shape == [
        [("Wide", 2, False), ("", 1, False)],
        [("High", 1, False), ("", 1, False), ("", 1, False)],
        [("", 1, True), ("", 1, False), ("Last", 1, False)],
    ]


def test_cells_merged_the_old_way_are_one_cell() -> None:
    first = cell("Wide", properties='<w:hMerge w:val="restart"/>')
    found = word.table_of(read(table(row(first, cell("", properties="<w:hMerge/>"), "Last"))))
    assert [(c.text, c.columns) for c in found.rows[0]] == [("Wide", 2), ("Last", 1)]


def test_a_row_that_begins_further_right_keeps_its_cells_under_their_headers() -> None:
    late = row("Wren", properties='<w:gridBefore w:val="1"/><w:wBefore w:w="2000"/>')
    ragged = row("Wren", properties='<w:gridBefore w:val="1"/><w:wBefore w:w="15"/>')
    found = word.table_of(read(table(row("A", "B"), late, ragged)))
    assert word.grid(found) == [["A", "B"], ["", "Wren"], ["Wren"]]


def test_tables_in_tables_stand_in_their_cell_with_their_place() -> None:
    inner = table(row("Gender", "Girl"))
    document = read(table(row("Child", cell(paragraph("Wren"), inner, paragraph("x"), inner))))
    found = word.table_of(document)
    assert word.grid(found) == [["Child", "Wren\nx"]]
    nested = found.rows[0][1].tables
    assert [t.place for t in nested] == ["table 1, row 1, table 1", "table 1, row 1, table 2"]
    assert word.grid(nested[1]) == [["Gender", "Girl"]]


def test_a_header_row_is_one_that_the_file_calls_so() -> None:
    rows = [["Date", "Event"], ["1/3/26", "First call"]]
    for header in (True, False):
        document = read_word(kit.a_table(rows, header=header), place=word.PLACE)
        assert word.table_of(document).header is header


def test_cells_are_strong_that_are_bold_or_shaded_as_a_whole() -> None:
    shade = '<w:shd w:val="clear" w:fill="E9ECEF"/>'
    white = '<w:shd w:val="clear" w:fill="FFFFFF"/>'
    found = word.table_of(
        read(
            table(
                row(
                    cell(paragraph(run("bold", "<w:b/>"))),
                    cell("shaded", properties=shade),
                    cell("white", properties=white),
                    cell(paragraph(run("half", "<w:b/>"), " bold")),
                )
            )
        )
    )
    assert [c.strong for c in found.rows[0]] == [True, True, False, False]


def test_the_style_of_a_table_may_make_its_first_row_and_column_strong() -> None:
    document = docx.Document()
    made = document.add_table(rows=2, cols=2, style="Light Grid Accent 1")
    for each in made._cells:
        each.text = "x"
    found = word.table_of(read_word(saved(document), place=word.PLACE))
    assert [[c.strong for c in cells] for cells in found.rows] == [[True, True], [True, False]]


# --- text boxes, headers, notes ---------------------------------------------------------------

BOX = f"<w:txbxContent>{paragraph('Gender: Girl')}</w:txbxContent>"
TWICE = (
    f"<w:r><mc:AlternateContent><mc:Choice><w:drawing>{BOX}</w:drawing></mc:Choice>"
    f"<mc:Fallback><w:pict>{BOX}</w:pict></mc:Fallback></mc:AlternateContent></w:r>"
)


def test_a_text_box_is_read_once_where_it_is_anchored_though_the_file_holds_it_twice() -> None:
    document = read(paragraph("Before", TWICE) + paragraph("After"))
    assert word.texts(document) == ["Before", "Gender: Girl", "After"]
    assert word.lines(document)[1].place == "text box 1, paragraph 1"
    in_cell = read(table(row(cell(paragraph("Child", TWICE)))))
    assert word.grid(word.table_of(in_cell)) == [["Child\nGender: Girl"]]


def test_an_old_text_box_and_a_shape_without_words_are_read_as_they_are() -> None:
    old = f"<w:r><w:pict><v:shape><v:textbox>{BOX}</v:textbox></v:shape></w:pict></w:r>"
    ring = "<w:r><w:pict><v:oval/></w:pict></w:r>"
    assert word.texts(read(paragraph(old, ring, "YES/NO"))) == ["YES/NO", "Gender: Girl"]


def test_headers_and_footers_are_read_once_each_and_told_from_the_text() -> None:
    document = docx.Document()
    first = document.sections[0]
    first.header.paragraphs[0].text = "RESTRICTED"
    made = first.header.add_table(1, 2, Pt(300))
    made.cell(0, 0).text, made.cell(0, 1).text = "Name of child:", "Wren Alderby"
    first.footer.paragraphs[0].text = "Review due August 2026"
    document.add_paragraph("The text")
    document.add_section().header.is_linked_to_previous = False
    document.sections[1].header.paragraphs[0].text = "RESTRICTED"
    found = word.lines(read_word(saved(document), place=word.PLACE))
    assert [(line.text, line.margin) for line in found] == [
        ("RESTRICTED", True),
        ("Name of child:\tWren Alderby", True),
        ("RESTRICTED", True),
        ("The text", False),
        ("Review due August 2026", True),
    ]
    assert found[1].place == "header 1, table 1, row 1"


def test_a_header_of_the_first_page_counts_only_while_it_is_switched_on() -> None:
    document = docx.Document()
    document.sections[0].different_first_page_header_footer = True
    document.sections[0].first_page_header.paragraphs[0].text = "Form A"
    assert word.texts(read_word(saved(document), place=word.PLACE)) == ["Form A"]
    document.sections[0].different_first_page_header_footer = False
    assert word.texts(read_word(saved(document), place=word.PLACE)) == []


def test_notes_are_lines_after_the_text() -> None:
    notes = (
        f'<w:footnote w:type="separator">{paragraph("x")}</w:footnote>'
        f"<w:footnote>{paragraph('Records held since 2019.')}</w:footnote>"
    )
    content = word.package(
        paragraph("Seen often.", "<w:r><w:footnoteReference/></w:r>"),
        {
            "footnotes.xml": word.part("footnotes", notes),
            "endnotes.xml": word.part("endnotes", f"<w:endnote>{paragraph('End.')}</w:endnote>"),
        },
        {"footnotes.xml": "footnotes", "endnotes.xml": "endnotes"},
    )
    found = word.lines(read_word(content, place=word.PLACE))
    assert [(line.place, line.text) for line in found] == [
        ("paragraph 1", "Seen often."),
        ("note 1", "Records held since 2019."),
        ("note 2", "End."),
    ]


# --- packages that are made differently -------------------------------------------------------


def with_body(content: bytes, old: bytes, new: bytes, times: int = -1) -> bytes:
    with ZipFile(BytesIO(content)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    main = next(name for name in parts if name.endswith("ocument.xml"))
    parts[main] = parts[main].replace(old, new, times)
    return kit.zipped(parts)


def test_the_strict_variant_of_the_format_is_read() -> None:
    content = with_body(
        kit.paragraphs("Name: Wren"),
        word.W_NAMESPACE.encode(),
        b"http://purl.oclc.org/ooxml/wordprocessingml/main",
    )
    assert word.texts(read_word(content, place=word.PLACE)) == ["Name: Wren"]


def test_prefixes_other_than_the_usual_ones_are_read() -> None:
    content = word.package(paragraph("Known: ", run("Yes", "<w:strike/>"), " No"))
    other = with_body(content, b"<w:", b"<ns0:")
    other = with_body(other, b"</w:", b"</ns0:")
    other = with_body(other, b"xmlns:w=", b"xmlns:ns0=")
    (line,) = word.lines(read_word(other, place=word.PLACE))
    assert (line.text, line.struck) == ("Known: No", ("Yes",))


def test_the_main_part_may_have_any_name_and_be_coded_in_utf_16() -> None:
    content = word.package(paragraph("Name: Wren"), main="word/document2.xml")
    assert word.texts(read_word(content, place=word.PLACE)) == ["Name: Wren"]
    body = word.part("document", f"<w:body>{paragraph('Name: Wren – girl')}</w:body>").decode()
    coded = ('<?xml version="1.0" encoding="UTF-16"?>' + body).encode("utf-16")
    strict = coded.decode("utf-16").replace(
        word.W_NAMESPACE, "http://purl.oclc.org/ooxml/wordprocessingml/main"
    )
    for written in (coded, strict.encode("utf-16")):
        content = kit.zipped({"word/document.xml": written})
        assert word.texts(read_word(content, place=word.PLACE)) == ["Name: Wren – girl"]


def test_custom_properties_are_read() -> None:
    properties = (
        b'<p:Properties xmlns:p="urn:p" xmlns:v="urn:v"><p:property name="mailbot">'
        b"<v:lpwstr>BB-2026-014-K</v:lpwstr></p:property></p:Properties>"
    )
    content = kit.zipped(
        {
            "word/document.xml": word.part("document", "<w:body/>"),
            "docProps/custom.xml": properties,
        }
    )
    assert read_word(content, place=word.PLACE).properties == {"mailbot": "BB-2026-014-K"}


def test_a_file_with_macros_is_read_and_nothing_is_run() -> None:
    content = word.package(paragraph("Name: Wren"), {"vbaProject.bin": b"macro"})
    document = read_word(content, place=word.PLACE)
    assert (word.texts(document), document.problems) == (["Name: Wren"], ())


# --- what a person must look at ---------------------------------------------------------------

DIAGRAM = '<d:relIds xmlns:d="http://schemas.openxmlformats.org/drawingml/2006/diagram"/>'
PARTLY = {
    "an embedded file": (
        '<w:r><w:object><o:OLEObject ProgID="Package"/></w:object></w:r>',
        "embedded",
    ),
    "a diagram": (f"<w:r><w:drawing>{DIAGRAM}</w:drawing></w:r>", "diagram"),
    "fields of ActiveX": (
        '<w:r><w:object><w:control w:name="CheckBox1"/></w:object></w:r>',
        "ActiveX",
    ),
}


@pytest.mark.parametrize("what", PARTLY)
def test_what_cannot_be_read_in_a_file_is_said_beside_what_can(what: str) -> None:
    xml, words = PARTLY[what]
    document = read_word(word.package(paragraph("Name: Wren", xml)), place=word.PLACE)
    assert word.texts(document) == ["Name: Wren"]
    (problem,) = document.problems
    assert words in problem.what
    assert problem.place == word.PLACE


def test_a_document_inserted_whole_and_one_of_pictures_alone_are_for_a_person() -> None:
    inserted = read_word(word.package('<w:altChunk r:id="x"/>'), place=word.PLACE)
    assert "inserted whole" in inserted.problems[0].what
    picture = '<w:r><w:drawing><a:blip r:embed="x"/></w:drawing></w:r>'
    scanned = read_word(word.package(paragraph(picture)), place=word.PLACE)
    assert "pictures and no text" in scanned.problems[0].what
    assert read(paragraph("Dear all", picture)).problems == ()


def test_a_damaged_header_does_not_cost_the_text() -> None:
    section = '<w:sectPr><w:headerReference w:type="default" r:id="header1"/></w:sectPr>'
    content = word.package(
        paragraph("Name: Wren") + section, {"header1.xml": b"<w:hdr"}, {"header1.xml": "header"}
    )
    document = read_word(content, place=word.PLACE)
    assert word.texts(document) == ["Name: Wren"]
    assert "damaged in part" in document.problems[0].what


# --- bad input --------------------------------------------------------------------------------

NOT_WORD = {
    "locked": (kit.locked(), "locked with a password"),
    "a bomb": (kit.bomb(), "unpacks to more"),
    "torn": (kit.template("agency-return")[:9000], "damaged"),
    "not a zip at all": (b"hello there", "damaged"),
    "a zip without a document": (kit.zipped({"word/other.xml": b"<a/>"}), "no Word text"),
    "a workbook": (kit.zipped({"word/document.xml": b"<workbook/>"}), "no Word text"),
    "broken inside": (kit.zipped({"word/document.xml": b"<w:document><oops"}), "damaged"),
    "with entities": (
        kit.zipped({"word/document.xml": b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'}),
        "damaged",
    ),
    "nested without end": (
        kit.zipped({"word/document.xml": b"<a>" * 20_000 + b"</a>" * 20_000}),
        "damaged",
    ),
    "of very many parts": (kit.zipped({f"{n}.xml": b"" for n in range(2_500)}), "unpacks to more"),
    "an old container": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000), "old format"),
}


@pytest.mark.parametrize("what", NOT_WORD)
def test_a_file_that_cannot_be_read_is_one_problem_that_says_what_to_do(what: str) -> None:
    content, words = NOT_WORD[what]
    document = read_word(content, place=word.PLACE)
    assert document.blocks == ()
    (problem,) = document.problems
    assert words in problem.what
    assert problem.place == word.PLACE


def test_relations_that_lead_out_of_the_package_lead_nowhere(tmp_path: Path) -> None:
    outside = tmp_path / "secret.xml"
    outside.write_bytes(word.part("hdr", paragraph("secret")))
    section = '<w:sectPr><w:headerReference r:id="header1"/></w:sectPr>'
    kinds = {"header1.xml": "header"}
    content = word.package(paragraph("Name: Wren") + section, {}, kinds)
    with ZipFile(BytesIO(content)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    relations = "word/_rels/document.xml.rels"
    for target in (f"../../../..{outside}", f"file://{outside}"):
        changed = parts[relations].replace(b"header1.xml", target.encode())
        document = read_word(kit.zipped({**parts, relations: changed}), place=word.PLACE)
        assert word.texts(document) == ["Name: Wren"]


def test_tables_nested_too_deep_and_files_too_long_are_read_as_far_as_it_goes() -> None:
    depth = 25
    deep = "<w:tbl><w:tr><w:tc>" * depth + paragraph("bottom") + "</w:tc></w:tr></w:tbl>" * depth
    document = read_word(word.package(deep), place=word.PLACE)
    assert isinstance(document.blocks[0], Table)
    assert "nested deeper" in document.problems[0].what
    many = read_word(word.package("<w:p/>" * 200_001), place=word.PLACE)
    assert "longer than mailbot reads" in many.problems[0].what


def test_a_file_is_large_by_the_length_of_its_text_not_of_its_pictures() -> None:
    assert not is_large(kit.template("agency-return"))
    assert is_large(kit.zipped({"word/document.xml": b"<a/>" * 1_000_000}))
    assert not is_large(kit.zipped({"word/media/image1.png": bytes(4_000_000)}))
    assert not is_large(b"no zip")


@given(st.data())
def test_no_damage_to_a_form_ever_raises(data: st.DataObject) -> None:
    content = bytearray(kit.template("agency-return"))
    for _ in range(data.draw(st.integers(1, 12))):
        at = data.draw(st.integers(0, len(content) - 1))
        content[at] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(content)))
    read_word(bytes(content), place=word.PLACE)
    read_word(bytes(content[:cut]), place=word.PLACE)


_TAGS = (
    "p r rPr pPr t tbl tr trPr tc tcPr sdt sdtPr sdtContent tag date strike b color shd u bdr sz"
    " highlight rFonts rStyle pStyle fldChar ffData checkBox ddList listEntry result textInput sym"
    " ins del moveTo txbxContent drawing pict object ruby gridSpan vMerge hMerge gridBefore tblPr"
    " tblLook sectPr headerReference dropDownList listItem dataBinding showingPlcHdr hyperlink"
).split()
_VALUES = [
    "",
    "0",
    "1",
    "-3",
    "99999999999",
    "²",
    "x",
    "Wingdings",
    "F0FE",
    "restart",
    "begin",
    "end",
]
_ATTRIBUTES = st.lists(
    st.tuples(
        st.sampled_from(
            ["val", "fldCharType", "char", "font", "fill", "ascii", "xpath", "fullDate"]
        ),
        st.sampled_from(_VALUES),
    ),
    max_size=2,
    unique_by=lambda pair: pair[0],
)
_TREES = st.recursive(
    st.text("ab:?☒☐\uf0fe «» \n", max_size=8),
    lambda inner: st.tuples(st.sampled_from(_TAGS), _ATTRIBUTES, st.lists(inner, max_size=4)).map(
        lambda t: "<w:{0}{1}>{2}</w:{0}>".format(
            t[0], "".join(f' w:{name}="{words}"' for name, words in t[1]), "".join(t[2])
        )
    ),
    max_leaves=25,
)


@given(st.lists(_TREES, max_size=5))
def test_no_arrangement_of_word_elements_ever_raises(trees: list[str]) -> None:
    read_word(word.package("".join(trees)), place=word.PLACE)
