"""Workbooks and tables of text: what the cells show, at the rows in which they stand."""

import re
from collections.abc import Callable
from datetime import date, datetime, time
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from mailbot.core.document import Cell, Document, Line, Table
from mailbot.documents import read_document
from mailbot.documents.csv_files import read_csv
from mailbot.documents.workbook import ROWS, SHEETS, read_workbook

PLACE = "1st attachment, spreadsheet"


def saved(fill: Callable[[Worksheet], object]) -> bytes:
    book = Workbook()
    fill(book.active)
    return as_bytes(book)


def as_bytes(book: Workbook) -> bytes:
    target = BytesIO()
    book.save(target)
    return target.getvalue()


def read(fill: Callable[[Worksheet], object]) -> Document:
    return read_workbook(saved(fill), place=PLACE)


def the_table(document: Document) -> Table:
    (table,) = document.blocks
    assert isinstance(table, Table)
    return table


def words(table: Table) -> list[list[str]]:
    return [[cell.text for cell in row] for row in table.rows]


def the_cell(value: object, number_format: str = "", **looks: object) -> Cell:
    def fill(sheet: Worksheet) -> None:
        sheet["A1"], sheet["B1"] = "Label", value
        if number_format:
            sheet["B1"].number_format = number_format
        for name, look in looks.items():
            setattr(sheet["B1"], name, look)

    return the_table(read(fill)).rows[0][1]


def rewritten(content: bytes, part: str, change: Callable[[bytes], bytes]) -> bytes:
    """The same workbook with one part changed, or added."""
    target = BytesIO()
    with ZipFile(BytesIO(content)) as old, ZipFile(target, "w", ZIP_DEFLATED) as new:
        for name in {*old.namelist(), part}:
            inner = old.read(name) if name in old.namelist() else b""
            new.writestr(name, change(inner) if name == part else inner)
    return target.getvalue()


# --- the two families -----------------------------------------------------------------------------


def test_a_form_of_labels_and_answers() -> None:
    def fill(sheet: Worksheet) -> None:
        sheet["B2"] = "Agency return"
        sheet.merge_cells("B2:D2")
        sheet["B4"], sheet["D4"] = "Name of child", "Wren Alderby"
        sheet["B5"], sheet["D5"] = "Date of birth", date(2019, 4, 3)

    title, table = read(fill).blocks
    assert isinstance(title, Line)
    assert isinstance(table, Table)
    assert (title.place, title.text) == ("sheet 1, row 2", "Agency return")
    assert words(table) == [["Name of child", "Wren Alderby"], ["Date of birth", "2019-04-03"]]
    assert table.place_of(1) == "sheet 1, row 5"


def test_a_title_right_above_its_table_covers_it() -> None:
    def fill(sheet: Worksheet) -> None:
        sheet["B2"] = "The child"
        sheet.merge_cells("B2:E2")
        sheet["B3"], sheet["D3"] = "Name of child", "Wren Alderby"

    table = the_table(read(fill))
    assert words(table) == [["The child"], ["Name of child", "Wren Alderby"]]
    assert table.rows[0][0].columns == 2


def test_an_empty_row_in_a_table_parts_nothing_but_is_there() -> None:
    def fill(sheet: Worksheet) -> None:
        sheet.append(["Date", "Event"])
        sheet.append(["2016", "Visit"])
        sheet["A5"], sheet["B5"] = "2017", "Call"

    table = the_table(read(fill))
    assert words(table) == [["Date", "Event"], ["2016", "Visit"], ["", ""], ["2017", "Call"]]
    assert table.place_of(3) == "sheet 1, row 5"


def test_a_chronology_with_a_header_row() -> None:
    def fill(sheet: Worksheet) -> None:
        sheet.title = "Chronology"
        sheet.append(["Date", "Time", "Event"])
        sheet.append([date(2016, 5, 22), time(14, 30), "Visit"])
        sheet.append(["?22 may 2016", None, "Call"])

    heading, table = read(fill).blocks
    assert isinstance(heading, Line)
    assert isinstance(table, Table)
    assert (heading.text, heading.heading) == ("Chronology", True)
    assert words(table) == [
        ["Date", "Time", "Event"],
        ["2016-05-22", "14:30", "Visit"],
        ["?22 may 2016", "", "Call"],
    ]


# --- what cells show ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "number_format", "shown"),
    [
        (date(2026, 11, 20), "", "2026-11-20"),
        (datetime(2026, 11, 20, 14, 30), "", "2026-11-20 14:30"),
        (datetime(2026, 11, 20), "dd/mm/yyyy hh:mm", "2026-11-20"),
        (46346, "dd/mm/yyyy", "2026-11-20"),
        (46346, "[$-809]dd mmmm yyyy;@", "2026-11-20"),
        (46346, "[$-F800]dddd, mmmm dd, yyyy", "2026-11-20"),
        (46346.5, "d/m/yy h:mm AM/PM", "2026-11-20 12:00"),
        (42614, "mmm-yy", "2016-09"),
        (42614, "yyyy", "2016"),
        (43558, "d-mmm", "3 April"),
        (0.6041666667, "hh:mm", "14:30"),
        (1, "dd/mm/yyyy", "1900-01-01"),
        (61, "dd/mm/yyyy", "1900-03-01"),
        (46346, "General", "46346"),
        (46346, '0 "days"', "46346"),
        (1632960200, "00000000000", "01632960200"),
        (7, "", "7"),
        (7.25, "0.00", "7.25"),
        (0.1, "0%", "0.1"),
        (True, "", "Yes"),
        (False, "", "No"),
        ("  Wren   Alderby ", "", "Wren Alderby"),
        ("One\nTwo", "", "One\nTwo"),
        ("☑ Yes □ No", "", "☒ Yes ☐ No"),
        (-5, "dd/mm/yyyy", "-5"),
        (9e9, "dd/mm/yyyy", "9000000000"),
    ],
)
def test_a_cell_is_what_it_shows(value: object, number_format: str, shown: str) -> None:
    assert the_cell(value, number_format).text == shown


def test_days_are_counted_from_where_the_workbook_says() -> None:
    content = saved(lambda sheet: sheet.append(["Born", date(2019, 4, 3)]))
    old_mac = rewritten(
        content,
        "xl/workbook.xml",
        lambda xml: re.sub(rb"<workbookPr[^>]*/>", b'<workbookPr date1904="1"/>', xml),
    )
    table = the_table(read_workbook(old_mac, place=PLACE))
    assert words(table) == [["Born", "2023-04-04"]]


def test_words_struck_out_or_picked_out_in_a_cell_are_told_apart() -> None:
    strike = TextBlock(InlineFont(strike=True), "No")
    bold = TextBlock(InlineFont(b=True), "NO")
    assert the_cell(CellRichText("Yes / ", strike)).struck == ("No",)
    assert the_cell(CellRichText("Yes / ", strike)).text == "Yes /"
    assert the_cell(CellRichText("YES / ", bold)).marked == ("NO",)


def test_a_cell_struck_out_whole_says_nothing() -> None:
    cell = the_cell("Boy", font=Font(strike=True))
    assert (cell.text, cell.struck) == ("", ("Boy",))


def test_bold_and_shaded_cells_are_strong() -> None:
    assert the_cell("Gender", font=Font(bold=True)).strong
    assert the_cell("Gender", fill=PatternFill("solid", fgColor="FFD9E2F3")).strong
    assert not the_cell("Girl", fill=PatternFill("solid", fgColor="FFFFFFFF")).strong
    assert not the_cell("Girl").strong


def test_letters_of_a_symbol_font_are_boxes() -> None:
    assert the_cell("þ", font=Font(name="Wingdings")).text == "☒"


def test_a_drop_down_list_is_a_control() -> None:
    def fill(sheet: Worksheet) -> None:
        rule = DataValidation(type="list", formula1='"Yes,No"')
        sheet.add_data_validation(rule)
        rule.add("B1:B2")
        sheet.append(["Known?", "Yes"])
        sheet.append(["Seen?"])

    known, seen = (row[1].controls[0] for row in the_table(read(fill)).rows)
    assert (known.text, known.placeholder, known.options) == ("Yes", False, ("Yes", "No"))
    assert (seen.text, seen.placeholder) == ("", True)


def test_cells_merged_downwards_go_on() -> None:
    def fill(sheet: Worksheet) -> None:
        sheet["A1"], sheet["B1"], sheet["B2"] = "Child", "Name", "Gender"
        sheet.merge_cells("A1:A2")

    table = the_table(read(fill))
    assert [[cell.continues for cell in row] for row in table.rows] == [
        [False, False],
        [True, False],
    ]


def test_a_formula_is_its_result_and_one_without_is_said() -> None:
    content = saved(lambda sheet: sheet.append(["Age", "=1+1"]))
    assert "formulas" in read_workbook(content, place=PLACE).problems[0].what
    with_result = rewritten(
        content,
        "xl/worksheets/sheet1.xml",
        lambda xml: re.sub(rb"<v ?/>|<v></v>", b"<v>2</v>", xml),
    )
    document = read_workbook(with_result, place=PLACE)
    assert words(the_table(document)) == [["Age", "2"]]
    assert not document.problems


def test_comments_stand_apart() -> None:
    def fill(sheet: Worksheet) -> None:
        sheet["A1"] = "Gender"
        sheet["A1"].comment = Comment("please check", "x")

    document = read(fill)
    assert [(c.place, c.text) for c in document.comments] == [("sheet 1, A1", "please check")]


def test_a_box_drawn_over_the_cells_is_in_the_cell_below_it() -> None:
    content = saved(lambda sheet: sheet.append(["Known?"]))
    sheet = (
        b'<controls xmlns:xdr="d" xmlns:r="r"><control shapeId="1025" r:id="rId9" name="Box 1">'
        b"<controlPr><anchor><from><xdr:col>1</xdr:col><xdr:row>0</xdr:row></from></anchor>"
        b"</controlPr></control></controls></worksheet>"
    )
    content = rewritten(
        content, "xl/worksheets/sheet1.xml", lambda xml: xml.replace(b"</worksheet>", sheet)
    )
    relations = (
        b'<Relationships><Relationship Id="rId9" Type="x/ctrlProp" Target="../ctrlProps/c.xml"/>'
        b'<Relationship Id="rId8" Type="x/vmlDrawing" Target="../drawings/v.vml"/></Relationships>'
    )
    content = rewritten(content, "xl/worksheets/_rels/sheet1.xml.rels", lambda _: relations)
    box = b'<formControlPr objectType="CheckBox" checked="Checked"/>'
    content = rewritten(content, "xl/ctrlProps/c.xml", lambda _: box)
    drawing = (
        b'<xml xmlns:v="v"><v:shape id="_x0000_s1025"><v:textbox><div>Yes<br></div></v:textbox>'
        b"</v:shape></xml>"
    )
    content = rewritten(content, "xl/drawings/v.vml", lambda _: drawing)
    table = the_table(read_workbook(content, place=PLACE))
    assert words(table) == [["Known?", "☒ Yes"]]
    assert table.rows[0][1].controls[0].ticked


# --- what is left out -----------------------------------------------------------------------------


def test_hidden_sheets_and_columns_are_left_out_and_hidden_rows_are_said() -> None:
    book = Workbook()
    sheet = book.active
    sheet.append(["Gender", "secret", "Girl"])
    sheet.append(["hidden", "x", "y"])
    sheet.append(["School", "", "Larkspur"])
    sheet.column_dimensions["B"].hidden = True
    sheet.row_dimensions[2].hidden = True
    lists = book.create_sheet("Lists")
    lists.append(["Boy"])
    lists.sheet_state = "hidden"
    document = read_workbook(as_bytes(book), place=PLACE)
    assert words(the_table(document)) == [["Gender", "Girl"], ["School", "Larkspur"]]
    assert "hidden" in document.problems[0].what


def test_rows_and_sheets_beyond_the_limit_are_said() -> None:
    book = Workbook()
    for _ in range(ROWS + 3):
        book.active.append(["x", "y"])
    for number in range(SHEETS + 1):
        book.create_sheet(f"Sheet{number + 2}").append(["y"])
    document = read_workbook(as_bytes(book), place=PLACE)
    assert len(document.blocks) == SHEETS
    assert isinstance(document.blocks[0], Table)
    assert len(document.blocks[0].rows) == ROWS
    assert len(document.problems) == 2


def test_an_empty_workbook_is_a_sentence() -> None:
    document = read(lambda sheet: None)
    assert not document.blocks
    assert "nothing to read" in document.problems[0].what


# --- what is damaged or hostile -------------------------------------------------------------------

GOOD = saved(lambda sheet: sheet.append(["Gender", "Girl"]))


@pytest.mark.parametrize(
    "content",
    [
        GOOD[: len(GOOD) // 2],
        rewritten(GOOD, "xl/workbook.xml", lambda xml: xml[:200]),
        rewritten(
            GOOD,
            "xl/workbook.xml",
            lambda xml: b'<!DOCTYPE a [<!ENTITY b "cc">]>' + xml[xml.find(b"<workbook") :],
        ),
    ],
)
def test_a_damaged_workbook_is_a_sentence(content: bytes) -> None:
    document = read_workbook(content, place=PLACE)
    assert not document.blocks
    assert [(p.place, "damaged" in p.what) for p in document.problems] == [(PLACE, True)]


def test_one_damaged_sheet_leaves_the_others_readable() -> None:
    book = Workbook()
    book.active.append(["x"])
    book.create_sheet("Sheet2").append(["Gender", "Girl"])
    content = rewritten(as_bytes(book), "xl/worksheets/sheet1.xml", lambda xml: xml[:300])
    document = read_workbook(content, place=PLACE)
    assert words(the_table(document)) == [["Gender", "Girl"]]
    assert "damaged" in document.problems[0].what


def test_a_sheet_that_unpacks_without_end_is_left() -> None:
    content = rewritten(GOOD, "xl/worksheets/sheet1.xml", lambda xml: xml + b" " * 100_000_000)
    document = read_workbook(content, place=PLACE)
    assert not document.blocks
    assert document.problems


def test_nothing_outside_the_workbook_is_read(tmp_path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("Wren Alderby")
    hostile = f'<!DOCTYPE x [<!ENTITY e SYSTEM "file://{secret}"><!ENTITY i "inner">]>'.encode()
    row = b'<row r="2"><c r="A2" t="str"><v>&e;&i;</v></c></row></sheetData>'
    content = rewritten(
        GOOD,
        "xl/worksheets/sheet1.xml",
        lambda xml: hostile + xml[xml.find(b"<worksheet") :].replace(b"</sheetData>", row),
    )
    found = str(read_workbook(content, place=PLACE))
    assert "Wren" not in found
    assert "inner" not in found


def test_a_formula_whose_result_is_no_word_is_saved() -> None:
    content = saved(lambda sheet: sheet.append(["Age", "=1+1"]))
    empty = rewritten(
        content,
        "xl/worksheets/sheet1.xml",
        lambda xml: re.sub(rb'(<c r="B1")', rb'\1 t="str"', xml),
    )
    assert not read_workbook(empty, place=PLACE).problems


def test_a_workbook_is_read_under_a_wrong_name() -> None:
    document = read_document(GOOD, name="return.doc", content_type="", place=PLACE)
    assert words(the_table(document)) == [["Gender", "Girl"]]


@given(
    part=st.sampled_from(
        [
            "xl/workbook.xml",
            "xl/styles.xml",
            "xl/worksheets/sheet1.xml",
            "xl/_rels/workbook.xml.rels",
        ]
    ),
    at=st.integers(0, 3_000),
    junk=st.binary(min_size=1, max_size=6),
)
def test_no_bytes_make_it_raise(part: str, at: int, junk: bytes) -> None:
    changed = rewritten(GOOD, part, lambda xml: xml[:at] + junk + xml[at + len(junk) :])
    read_workbook(changed, place=PLACE)


# --- tables of text -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content",
    [
        b'Date,Event\r\n2016-05-22,"Visit, seen"\r\n',
        b"\xef\xbb\xbfDate;Event\n2016-05-22;Visit, seen\n",
        b"Date\tEvent\n2016-05-22\tVisit, seen\n",
        b"sep=;\r\nDate;Event\r\n2016-05-22;Visit, seen\r\n",
        "Date\tEvent\n2016-05-22\tVisit, seen\n".encode("utf-16"),
    ],
)
def test_a_table_of_text_is_a_table_whatever_parts_its_cells(content: bytes) -> None:
    document = read_document(content, name="chronology.csv", content_type="", place=PLACE)
    assert words(the_table(document)) == [["Date", "Event"], ["2016-05-22", "Visit, seen"]]


def test_commas_in_sentences_part_no_cells() -> None:
    document = read_csv(b"Date;Event\n2016;Seen, told, called, left\n", place=PLACE)
    assert words(the_table(document))[1] == ["2016", "Seen, told, called, left"]


@pytest.mark.parametrize("content", [b"\n\n", b'"' + b"x" * 200_000 + b'"'])
def test_a_table_of_text_without_rows_or_end_is_a_sentence(content: bytes) -> None:
    document = read_csv(content, place=PLACE)
    assert not document.blocks
    assert len(document.problems) == 1


@given(st.binary(max_size=300))
def test_no_table_of_text_makes_it_raise(content: bytes) -> None:
    read_csv(content, place=PLACE)
