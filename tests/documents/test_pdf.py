"""PDF: forms printed, filled in, drawn on, locked, torn."""

import math
from io import BytesIO
from pathlib import Path

import pytest
from docx import Document as WordDocument
from docx.enum.text import WD_COLOR_INDEX
from docx.shared import RGBColor
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfWriter
from pypdf.annotations import FreeText, Highlight
from pypdf.generic import (
    ArrayObject,
    BooleanObject,
    DictionaryObject,
    FloatObject,
    NameObject,
    NumberObject,
    StreamObject,
    TextStringObject,
)
from reportlab.lib import colors
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer, TableStyle
from reportlab.platypus import Table as Grid

from tests.documents.pdf_kit import (
    cells,
    drawn,
    in_writer,
    line,
    lines,
    printed_by_libreoffice,
    problems,
    read,
    tables,
    without_appearances,
    word_table,
    written,
    xfa,
)

HERE = Path(__file__).parent
STORY = (
    "Wren was taken to hospital on 22nd May 2016 with injuries that did not fit with the account "
    "that was given. The hospital told children's social care the same evening. A strategy meeting "
    "was held on the following day."
)


def platypus(*story: object) -> bytes:
    file = BytesIO()
    SimpleDocTemplate(file).build(list(story))
    return file.getvalue()


def paragraph(text: str) -> Paragraph:
    return Paragraph(text, getSampleStyleSheet()["Normal"])


# --- printed by a word processor ------------------------------------------------------------------


@pytest.mark.needs("libreoffice")
def test_a_form_printed_from_word_has_the_cells_of_the_word_file(tmp_path: Path) -> None:
    rows = [
        ["Child's last name(s)", "Alderby", "Child's forename(s)", "Wren Isolde"],
        ["Other names used", "", "Child's date of birth (dd/mm/yyyy)", "03/04/2019"],
        ["Home", "4 Oak Way\nBath", "Known to your agency?", "☒ Yes ☐ No"],
        ["Circumstances that led to the offer of help", STORY, "Effect", "None"],
    ]
    document = read(printed_by_libreoffice(word_table(rows), tmp_path))
    assert [cells(table) for table in tables(document)] == [rows]
    assert not document.problems


@pytest.mark.needs("libreoffice")
def test_merged_cells_keep_the_columns_and_rows_that_they_cover(tmp_path: Path) -> None:
    word = WordDocument()
    table = word.add_table(rows=3, cols=3)
    table.style = "Table Grid"
    for index, cell in enumerate(table._cells):
        cell.text = f"cell {index}"
    for text, (first, last) in {"wide": (1, 2), "high": (3, 6)}.items():
        one, other = table._cells[first], table._cells[last]
        one.text, other.text = text, ""
        one.merge(other)
    file = BytesIO()
    word.save(file)
    rows = tables(read(printed_by_libreoffice(file.getvalue(), tmp_path)))[0].rows
    assert [(c.text, c.columns, c.continues) for c in rows[0]] == [
        ("cell 0", 1, False),
        ("wide", 2, False),
    ]
    assert [(c.text, c.continues) for c in rows[2]] == [
        ("", True),
        ("cell 7", False),
        ("cell 8", False),
    ]
    assert rows[1][0].text == "high"


@pytest.mark.needs("libreoffice")
def test_words_picked_out_and_struck_out_are_told_from_their_neighbours(tmp_path: Path) -> None:
    word = WordDocument()
    table = word.add_table(rows=1, cols=5)
    table.style = "Table Grid"
    looks = [table.cell(0, i).paragraphs[0].add_run("Yes").font for i in range(5)]
    looks[0].bold = True
    looks[1].strike = True
    looks[2].highlight_color = WD_COLOR_INDEX.YELLOW
    looks[3].underline = True
    looks[4].color.rgb = RGBColor(255, 0, 0)
    for cell in table._cells:
        cell.paragraphs[0].add_run(" / No")
    file = BytesIO()
    word.save(file)
    row = tables(read(printed_by_libreoffice(file.getvalue(), tmp_path)))[0].rows[0]
    assert [cell.marked for cell in row] == [("Yes",), (), ("Yes",), ("Yes",), ("Yes",)]
    assert [cell.struck for cell in row] == [(), ("Yes",), (), (), ()]
    assert [cell.text for cell in row][:2] == ["Yes / No", "/ No"]


@pytest.mark.needs("libreoffice")
def test_a_table_goes_on_over_the_pages_with_its_header_once(tmp_path: Path) -> None:
    events = [[f"{1 + i % 28:02}/05/2016", f"{STORY} {i}"] for i in range(40)]
    rows = [["Date", "Event"], *events]
    pdf = printed_by_libreoffice(word_table(rows, repeat_header=True), tmp_path)
    found = tables(read(pdf))
    assert [cells(table) for table in found] == [rows]
    assert found[0].header


def test_a_web_page_printed_by_chromium_is_read_with_its_boxes_and_marks() -> None:
    document = read((HERE / "pdf" / "web-form.pdf").read_bytes())
    ruled, grid = tables(document)
    assert cells(ruled) == [
        ["Name of child", "Wren Alderby"],
        ["Home address", "12 Larkspur Way\nBedford"],
        [
            "What happened, in a few words that say it plainly?",
            STORY.partition(".")[0] + " by those who cared for her then.",
        ],
        ["Ethnicity", ""],
    ]
    assert cells(grid)[:2] == [
        ["Known to your agency?", "☒ Yes ☐ No"],
        ["Nature", "☐ Death ☒ Serious harm"],
    ]
    assert [row[1].marked for row in grid.rows[2:]] == [("Girl",), (), ("Yes",)]
    assert grid.rows[3][1].struck == ("Yes",)
    assert lines(document) == ["Referral of a serious incident", "Role", "Named Nurse"]
    assert line(document).heading


# --- tables and columns made by report programs ---------------------------------------------------


def test_spans_shading_and_answers_over_several_lines() -> None:
    rows = [
        [paragraph("1."), paragraph("<b>Details of referral</b>"), ""],
        ["", paragraph("Name:"), paragraph("Sol Winter")],
        ["2.", paragraph("Case outline<br/>- status"), paragraph(STORY)],
    ]
    grid = Grid(rows, colWidths=[30, 150, 250])
    grid.setStyle(
        TableStyle(
            [
                ("GRID", (0, 0), (-1, -1), 0.5, colors.grey),
                ("SPAN", (1, 0), (2, 0)),
                ("BACKGROUND", (0, 0), (-1, 0), colors.lightblue),
            ]
        )
    )
    table = tables(read(platypus(grid)))[0]
    assert cells(table) == [
        ["1.", "Details of referral"],
        ["", "Name:", "Sol Winter"],
        ["2.", "Case outline\n- status", STORY],
    ]
    assert table.rows[0][1].columns == 2
    assert table.rows[0][1].strong
    assert not table.rows[1][1].strong


def test_tables_that_only_colour_tells_apart() -> None:
    def grid(*look: tuple[object, ...]) -> Grid:
        rows = [["Name", "DOB"], ["Jane Alderby", "01/02/1990"], ["Home", paragraph("A<br/>B")]]
        made = Grid(rows, colWidths=[160, 200])
        made.setStyle(TableStyle([("VALIGN", (0, 0), (-1, -1), "TOP"), *look]))
        return made

    labels = read(platypus(grid(("BACKGROUND", (0, 0), (0, -1), colors.lightgrey))))
    header = read(platypus(grid(("BACKGROUND", (0, 0), (-1, 0), colors.lightgrey))))
    bands = [colors.lightblue, colors.lightgrey]
    banded = read(platypus(grid(("ROWBACKGROUNDS", (0, 0), (-1, -1), bands))))
    read_by_row = ["Name\tDOB", "Jane Alderby\t01/02/1990", "Home\tA\nB"]
    assert lines(labels) == lines(header) == read_by_row
    assert [cells(table) for table in tables(banded)] == [
        [["Name", "DOB"], ["Jane Alderby", "01/02/1990"], ["Home", "A\nB"]]
    ]


def test_bullets_are_no_text_and_their_lines_hang_together() -> None:
    text = "<bullet>\u2022</bullet>Status such as child protection plan or looked after child"
    style = getSampleStyleSheet()["Bullet"]
    grid = Grid([["Case outline", [Paragraph(text, style), Paragraph(text, style)]]], [100, 160])
    grid.setStyle(TableStyle([("GRID", (0, 0), (-1, -1), 0.5, colors.black)]))
    line = "Status such as child protection plan or looked after child"
    assert cells(tables(read(platypus(grid)))[0]) == [["Case outline", f"{line}\n{line}"]]


def test_a_table_with_lines_only_below_its_rows() -> None:
    rows = [["Name", "Relationship", "DOB"], ["Jane Alderby", "Mother", "01/02/1990"], ["", "", ""]]
    grid = Grid(rows, colWidths=[160] * 3)
    grid.setStyle(TableStyle([("LINEBELOW", (0, 0), (-1, -1), 0.5, colors.black)]))
    assert [cells(table) for table in tables(read(platypus(grid)))] == [rows]


def test_lines_below_headings_make_no_table_of_what_stands_between_them() -> None:
    def draw(canvas: Canvas) -> None:
        written("Section 1", "Name:\tWren", "Gender:\tGirl", "Section 2", "Role:\tNurse", "X:\tY")(
            canvas
        )
        for y in (776, 716, 676):
            canvas.line(60, y, 500, y)

    assert not tables(read(drawn(draw)))


def test_headers_and_footers_of_every_page_are_margins_and_said_once() -> None:
    def on_page(canvas: Canvas, _: object) -> None:
        canvas.drawString(60, 820, "RESTRICTED")
        canvas.drawString(60, 20, f"Page {canvas.getPageNumber()} of 3")

    file = BytesIO()
    story = [paragraph(f"{STORY} {number}") for number in range(60)]
    SimpleDocTemplate(file).build(story, onFirstPage=on_page, onLaterPages=on_page)
    document = read(file.getvalue())
    margins = [b.text for b in document.blocks if not hasattr(b, "rows") and b.margin]
    assert margins == ["RESTRICTED", "Page 1 of 3"]
    assert lines(document)[2:] == [f"{STORY} {number}" for number in range(60)]


def test_two_columns_of_prose_are_read_one_after_the_other() -> None:
    left = ["Practice has moved on in the area,", "and staff say that they are heard", "by those"]
    left += ["who lead the work of the partners", "and that it helps them every day."] * 2
    right = ["Courses are offered to all staff,", "this spring and in the autumn too", "for all"]
    right += ["who work with children and babies", "in any of the agencies we support"] * 2

    def draw(canvas: Canvas) -> None:
        for number, (one, other) in enumerate(zip(left, right, strict=True)):
            canvas.drawString(60, 700 - 13 * number, one)
            canvas.drawString(310, 700 - 13 * number, other)

    text = " ".join(" ".join(lines(read(drawn(draw)))).split())
    assert text == " ".join([*left, *right])


def test_labels_beside_answers_are_read_row_by_row() -> None:
    document = read(
        drawn(
            written("Name of child:\tWren Alderby", "Gender:\tGirl", "Ethnicity:", "GP:\tDr Cole")
        )
    )
    assert lines(document) == [
        "Name of child:\tWren Alderby",
        "Gender:\tGirl",
        "Ethnicity:",
        "GP:\tDr Cole",
    ]


def test_an_answer_or_a_label_over_several_lines_stays_together() -> None:
    def draw(canvas: Canvas) -> None:
        for y, label, answer in (
            (700, "Home address", "12 Larkspur Way"),
            (687, "", "Bedford"),
            (660, "Child's current legal", "Looked after"),
            (647, "status", ""),
            (620, "Ethnicity", ""),
            (607, "Disability", "None known"),
        ):
            canvas.drawString(60, y, label)
            canvas.drawString(220, y, answer)

    assert lines(read(drawn(draw))) == [
        "Home address\t12 Larkspur Way\nBedford",
        "Child's current legal status\tLooked after",
        "Ethnicity",
        "Disability\tNone known",
    ]


def test_a_label_level_with_the_middle_of_its_answer_stands_beside_it() -> None:
    def draw(canvas: Canvas) -> None:
        for y, label, answer in (
            (700, "Name of child", "Wren Alderby"),
            (680, "", "12 Larkspur Way"),
            (673.5, "Home address", ""),
            (667, "", "Bedford"),
            (646, "", "Jane Alderby"),
            (633, "Parents", "Tom Alderby"),
            (620, "", "Sam Alderby"),
            (600, "What is the legal status", ""),
            (587, "of the child", "Looked after"),
            (574, "at present?", ""),
            (554, "GP", "Dr Cole"),
        ):
            canvas.drawString(60, y, label)
            canvas.drawString(220, y, answer)

    assert lines(read(drawn(draw))) == [
        "Name of child\tWren Alderby",
        "Home address\t12 Larkspur Way\nBedford",
        "Parents\tJane Alderby\nTom Alderby\nSam Alderby",
        "What is the legal status of the child at present?\tLooked after",
        "GP\tDr Cole",
    ]


def test_an_answer_s_last_line_is_not_given_to_the_label_below_it() -> None:
    def draw(canvas: Canvas) -> None:
        for y, label, answer in (
            (700, "Parents", "Jane Alderby"),
            (687, "", "Tom Alderby"),
            (674, "GP", "Dr Cole"),
        ):
            canvas.drawString(60, y, label)
            canvas.drawString(220, y, answer)

    assert lines(read(drawn(draw))) == ["Parents\tJane Alderby\nTom Alderby", "GP\tDr Cole"]


def test_a_page_on_its_side_reads_like_one_that_stands() -> None:
    def aside(canvas: Canvas) -> None:
        canvas.setPageRotation(90)
        canvas.rotate(90)
        written("Name:\tWren", "GP:\tDr Cole", left=60, top=-60)(canvas)

    assert lines(read(drawn(aside))) == ["Name:\tWren", "GP:\tDr Cole"]


def test_letters_written_into_boxes_are_one_word() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawString(60, 700, "Date of birth")
        for number, digit in enumerate("03042019"):
            canvas.rect(160 + 16 * number, 696, 16, 16)
            canvas.drawString(164 + 16 * number, 700, digit)

    assert lines(read(drawn(draw))) == ["Date of birth\t03042019"]


# --- boxes and marks that are drawn ---------------------------------------------------------------


def box(canvas: Canvas, x: float, y: float, how: str) -> None:
    canvas.rect(x, y - 1, 10, 10)
    if how == "cross":
        canvas.line(x + 1, y, x + 9, y + 8)
        canvas.line(x + 1, y + 8, x + 9, y)
    elif how == "tick":
        path = canvas.beginPath()
        path.moveTo(x + 2, y + 4)
        path.lineTo(x + 4, y + 1)
        path.lineTo(x + 9, y + 8)
        canvas.drawPath(path)
    elif how == "filled":
        canvas.rect(x + 2.5, y + 1.5, 5, 5, fill=1)
    elif how == "dingbat":
        canvas.setFont("ZapfDingbats", 10)
        canvas.drawString(x + 1, y, "\u2714")
        canvas.setFont("Helvetica", 11)
    elif how:
        canvas.drawString(x + 1.5, y, how)


@pytest.mark.parametrize("how", ["cross", "tick", "filled", "dingbat", "X", "x"])
def test_a_drawn_box_is_ticked_by_whatever_stands_in_it(how: str) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawString(60, 700, "Known?")
        box(canvas, 120, 700, how)
        canvas.drawString(135, 700, "Yes")
        box(canvas, 160, 700, "")
        canvas.drawString(175, 700, "No")

    assert "".join(lines(read(drawn(draw)))[0].split()) == "Known?☒Yes☐No"


def test_a_letter_in_a_box_is_an_answer_and_no_tick() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawString(60, 700, "Initial")
        box(canvas, 120, 700, "W")

    assert lines(read(drawn(draw))) == ["Initial\tW"]


def test_a_ring_a_stroke_and_a_line_below_mark_words() -> None:
    def draw(canvas: Canvas) -> None:
        written("Ring: Yes / No", "Struck: Yes / No", "Below: Yes / No")(canvas)
        canvas.ellipse(88, 776, 112, 792)
        canvas.line(96, 763.5, 118, 763.5)
        canvas.line(94, 738.5, 113, 738.5)

    document = read(drawn(draw))
    assert [line(document, i).marked for i in range(3)] == [("Yes",), (), ("Yes",)]
    assert line(document, 1).struck == ("Yes",)
    assert line(document, 1).text == "Struck: / No"


def test_a_marker_s_stroke_as_small_as_a_box_marks_the_word_on_it() -> None:
    def draw(canvas: Canvas) -> None:
        before = canvas.stringWidth("Known?   Yes / ")
        canvas.setFillColorRGB(1, 1, 0)
        canvas.rect(60 + before, 697, canvas.stringWidth("No"), 12, stroke=0, fill=1)
        canvas.setFillColorRGB(0, 0, 0)
        canvas.drawString(60, 700, "Known?   Yes / No")

    found = line(read(drawn(draw)))
    assert (found.text.split()[-1], found.marked) == ("No", ("No",))


def test_a_line_to_write_on_marks_nothing() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawString(60, 700, "Name:")
        canvas.drawString(110, 700, "Wren Alderby")
        canvas.line(100, 698, 400, 698)

    found = line(read(drawn(draw)))
    assert (found.text, found.marked) == ("Name:\tWren Alderby", ())


def test_what_nobody_can_see_is_not_read() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawString(60, 780, "Seen")
        canvas.setFillColorRGB(1, 1, 1)
        canvas.drawString(60, 760, "white on white")
        canvas.drawString(60, 2000, "above the page")
        canvas.setFillColorRGB(0, 0, 0)
        canvas.rect(58, 717, 120, 14, fill=1)
        canvas.drawString(60, 720, "blacked out")
        text = canvas.beginText(60, 700)
        text.setTextRenderMode(3)
        text.textLine("painted with nothing")
        canvas.drawText(text)

    assert lines(read(drawn(draw))) == ["Seen"]


def test_white_words_on_a_dark_cell_are_seen() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.rect(58, 717, 120, 14, fill=1)
        canvas.setFillColorRGB(1, 1, 1)
        canvas.drawString(60, 720, "Name of child")

    assert lines(read(drawn(draw))) == ["Name of child"]


# --- forms to fill in -----------------------------------------------------------------------------


def form(canvas: Canvas) -> None:
    fields = canvas.acroForm
    for number, label in enumerate(
        ["Name of child:", "Gender:", "Ethnicity:", "Known?", "Nature:", "Summary:"]
    ):
        canvas.drawString(60, 780 - 30 * number, label)
    fields.textfield(
        name="child.name", tooltip="Full name", x=200, y=775, width=250, height=20, value="Wren"
    )
    fields.choice(
        name="gender",
        value="Girl",
        options=["Please select", "Girl", "Boy"],
        x=200,
        y=745,
        width=100,
        height=20,
    )
    fields.textfield(name="ethnicity", x=200, y=715, width=250, height=20, value="")
    fields.checkbox(name="yes", x=200, y=688, size=14, checked=True)
    canvas.drawString(218, 690, "Yes")
    fields.checkbox(name="no", x=250, y=688, size=14, checked=False)
    canvas.drawString(268, 690, "No")
    fields.radio(name="nature", value="death", selected=False, x=200, y=658, size=14)
    canvas.drawString(218, 660, "Death")
    fields.radio(name="nature", value="harm", selected=True, x=270, y=658, size=14)
    canvas.drawString(288, 660, "Serious harm")
    fields.textfield(
        name="summary",
        x=200,
        y=560,
        width=250,
        height=80,
        fieldFlags="multiline",
        value="First line.\nSecond line.",
    )


FILLED = [
    "Name of child:\tWren",
    "Gender:\tGirl",
    "Ethnicity:",
    "Known?\t☒ Yes\t☐ No",
    "Nature:\t☐ Death\t☒ Serious harm",
    "Summary:\tFirst line.\nSecond line.",
]


def test_the_fields_of_a_form_stand_where_they_are_shown() -> None:
    document = read(drawn(form))
    assert lines(document) == FILLED
    name, gender, ethnicity = (line(document, i).controls[0] for i in range(3))
    assert (name.name, name.title, name.text) == ("child.name", "Full name", "Wren")
    assert gender.options == ("Please select", "Girl", "Boy")
    assert (ethnicity.text, ethnicity.placeholder) == ("", True)
    assert [control.ticked for control in line(document, 4).controls] == [False, True]


def test_values_are_read_where_no_program_has_drawn_them() -> None:
    assert lines(read(without_appearances(drawn(form))))[:4] == FILLED[:4]


def test_a_choice_whose_button_has_no_name_is_not_guessed() -> None:
    document = read(without_appearances(drawn(form), named=False))
    assert "☒" not in lines(document)[4]
    assert "☐" not in lines(document)[4]
    assert problems(document) == [
        "The PDF has boxes of which it cannot be told which is ticked: a person reads them."
    ]


def test_a_drop_down_that_shows_its_prompt_is_empty() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawString(60, 700, "Gender")
        canvas.acroForm.choice(
            name="gender",
            value="Please select",
            options=["Please select", "Girl"],
            x=200,
            y=695,
            width=90,
            height=20,
        )

    found = line(read(drawn(draw)))
    assert (found.text, found.controls[0].placeholder) == ("Gender", True)


def test_a_field_has_the_value_and_the_name_of_the_fields_above_it() -> None:
    def nest(writer: PdfWriter) -> None:
        widget = writer.pages[0]["/Annots"][0].get_object()
        value = widget.pop("/V")
        kind = widget.pop("/FT")
        above = writer._add_object(
            DictionaryObject(
                {
                    NameObject("/T"): TextStringObject("Schüler"),
                    NameObject("/FT"): kind,
                    NameObject("/V"): value,
                    NameObject("/Kids"): ArrayObject([widget.indirect_reference]),
                }
            )
        )
        widget[NameObject("/Parent")] = above

    found = line(read(in_writer(drawn(form), nest)))
    assert found.text == "Name of child:\tWren"
    assert found.controls[0].name == "Schüler.child.name"


def test_a_hidden_field_is_left_out() -> None:
    def hide(writer: PdfWriter) -> None:
        writer.pages[0]["/Annots"][0].get_object()[NameObject("/F")] = NumberObject(2)

    assert lines(read(in_writer(drawn(form), hide)))[0] == "Name of child:"


def test_parents_in_a_circle_end_somewhere() -> None:
    def turn(writer: PdfWriter) -> None:
        first = writer.pages[0]["/Annots"][0]
        first.get_object()[NameObject("/Parent")] = first

    assert lines(read(in_writer(drawn(form), turn)))[0] == "Name of child:\tWren"


def test_text_typed_on_top_of_a_page_stands_where_it_is_seen() -> None:
    def draw(canvas: Canvas) -> None:
        written("Name of child:", "Known?")(canvas)
        box(canvas, 120, 760, "")
        canvas.drawString(135, 760, "Yes")
        box(canvas, 160, 760, "")
        canvas.drawString(175, 760, "No")

    def type_over(writer: PdfWriter) -> None:
        for text, rectangle in {"Wren": (200, 775, 300, 793), "X": (118, 757, 132, 771)}.items():
            writer.add_annotation(0, FreeText(text=text, rect=rectangle, font_size="11pt"))

    document = read(in_writer(drawn(draw), type_over))
    assert lines(document)[0] == "Name of child:\tWren"
    assert "".join(lines(document)[1].split()) == "Known?☒Yes☐No"


def test_a_reviewer_s_marker_picks_words_out_and_a_note_is_a_comment() -> None:
    def mark(writer: PdfWriter) -> None:
        corners = [83, 792, 106, 792, 83, 777, 106, 777]
        annotation = Highlight(
            rect=(83, 777, 106, 792), quad_points=ArrayObject(map(FloatObject, corners))
        )
        annotation[NameObject("/Contents")] = TextStringObject("Checked by phone")
        writer.add_annotation(0, annotation)

    document = read(in_writer(drawn(written("Key: Yes / No")), mark))
    assert line(document).marked == ("Yes",)
    assert [comment.text for comment in document.comments] == ["Checked by phone"]


def test_what_a_pen_drew_on_top_rings_ticks_and_strikes() -> None:
    def draw(canvas: Canvas) -> None:
        written("Ink: Yes / No", "Oval: Yes / No", "Line: Yes / No", "Known?")(canvas)
        box(canvas, 120, 720, "")
        canvas.drawString(135, 720, "Yes")

    def pen(kind: str, rectangle: list[float], **more: list[object]) -> DictionaryObject:
        return DictionaryObject(
            {
                NameObject("/Type"): NameObject("/Annot"),
                NameObject("/Subtype"): NameObject(kind),
                NameObject("/Rect"): ArrayObject(map(FloatObject, rectangle)),
                **{NameObject(f"/{key}"): ArrayObject(value) for key, value in more.items()},
            }
        )

    def numbers(points: list[tuple[float, float]]) -> ArrayObject:
        return ArrayObject(FloatObject(value) for point in points for value in point)

    def draw_over(writer: PdfWriter) -> None:
        turn = [(94 + 14 * math.cos(a / 3), 784 + 9 * math.sin(a / 3)) for a in range(20)]
        annotations = [
            pen("/Ink", [80, 775, 108, 793], InkList=[numbers(turn)]),
            pen("/Circle", [86, 755, 112, 772]),
            pen("/Line", [86, 742, 106, 744], L=list(numbers([(87, 744), (107, 744)]))),
            pen(
                "/Ink",
                [121, 720, 130, 729],
                InkList=[numbers([(121, 724), (124, 720), (130, 729)])],
            ),
        ]
        for annotation in annotations:
            writer.add_annotation(0, annotation)

    document = read(in_writer(drawn(draw), draw_over))
    assert [line(document, i).marked for i in range(3)] == [("Yes",), ("Yes",), ()]
    assert line(document, 2).struck == ("Yes",)
    assert "".join(lines(document)[3].split()) == "Known?☒Yes"


@pytest.mark.parametrize("needed", [True, False])
def test_an_xfa_form_is_read_from_its_data(needed: bool) -> None:
    packets = xfa(
        '<subform name="form"><field name="ChildName"><caption><value><text>Name of child</text>'
        '</value></caption></field><field name="Known"><ui><checkButton/></ui><caption><value>'
        "<text>Known to us</text></value></caption><items><text>1</text><text>0</text></items>"
        "</field></subform>",
        "<form><ChildName>Wren Alderby</ChildName><Known>1</Known><DateOfBirth/></form>",
    )

    def add(writer: PdfWriter) -> None:
        parts = ArrayObject()
        for name, xml in packets.items():
            stream = StreamObject()
            stream.set_data(xml)
            parts += [TextStringObject(name), writer._add_object(stream)]
        writer.root_object[NameObject("/AcroForm")] = DictionaryObject(
            {NameObject("/XFA"): parts, NameObject("/Fields"): ArrayObject()}
        )
        writer.root_object[NameObject("/NeedsRendering")] = BooleanObject(needed)

    document = read(in_writer(drawn(written("Please wait...")), add))
    table = tables(document)[0]
    assert cells(table) == [
        ["Name of child", "Wren Alderby"],
        ["Known to us", "☒"],
        ["Date Of Birth", ""],
    ]
    assert table.rows[2][1].controls[0].placeholder
    assert not lines(document)


# --- locked, torn, scanned, hostile ---------------------------------------------------------------


@pytest.mark.parametrize("way", ["RC4-128", "AES-128", "AES-256"])
def test_a_password_to_open_is_a_named_state_and_one_to_change_is_no_obstacle(way: str) -> None:
    def lock(password: str) -> bytes:
        return in_writer(
            drawn(form),
            lambda writer: writer.encrypt(
                user_password=password, owner_password="only to change it", algorithm=way
            ),
        )

    assert lines(read(lock(""))) == FILLED
    document = read(lock("secret"))
    assert not document.blocks
    assert problems(document) == [
        "The PDF is locked with a password: ask the sender for a copy without one."
    ]
    assert document.problems[0].place == "1st attachment, PDF"


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7\n", b"%PDF-1.7\nno more than this\n%%EOF"])
def test_a_damaged_file_is_a_sentence(content: bytes) -> None:
    document = read(content)
    assert not document.blocks
    assert problems(document) == ["The PDF is damaged: ask the sender to send it again."]


def test_attached_files_are_named_and_left_alone() -> None:
    document = read(
        in_writer(
            drawn(written("Name:\tWren")),
            lambda writer: writer.add_attachment("more.docx", b"not for a reader"),
        )
    )
    assert lines(document) == ["Name:\tWren"]
    assert problems(document) == ["The PDF contains attached files: a person opens them."]


def test_pages_beyond_the_limit_are_said_to_be_unread() -> None:
    document = read(drawn(*[written(f"Name:\tchild {number}") for number in range(63)]))
    assert lines(document)[-1] == "Name:\tchild 59"
    assert problems(document) == ["The PDF has more than 60 pages: a person reads the rest."]


def test_words_that_an_earlier_ocr_laid_under_a_scan_are_no_more_than_ocr(tmp_path: Path) -> None:
    from PIL import Image

    Image.new("L", (400, 560), 230).save(tmp_path / "scan.png")

    def draw(canvas: Canvas) -> None:
        canvas.drawImage(str(tmp_path / "scan.png"), 0, 0, 595, 842)
        text = canvas.beginText(60, 700)
        text.setTextRenderMode(3)
        text.setFont("Helvetica", 11)
        text.textLine("Name: Wren")
        text.setFont("ZapfDingbats", 11)
        text.textLine("\u2714")
        canvas.drawText(text)

    document = read(drawn(draw))
    assert document.scanned
    assert lines(document) == ["Name: Wren"]


def test_a_scan_that_cannot_be_read_here_is_a_named_state(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from PIL import Image

    monkeypatch.setattr("mailbot.documents.pdf_scans.is_installed", lambda: False)
    Image.new("L", (400, 560), 230).save(tmp_path / "scan.png")
    unread = "were not read (Tesseract is not installed): a person reads them."
    document = read(
        drawn(
            lambda canvas: canvas.drawImage(str(tmp_path / "scan.png"), 0, 0, 595, 842),
            written("Name:\tWren", "A page of words, among pages that are pictures"),
        )
    )
    assert not document.scanned, "the page of text keeps what its boxes say"
    assert lines(document)[0] == "Name:\tWren"
    assert problems(document) == [f"The PDF has pages that are pictures, and they {unread}"]


def without_letters(content: bytes, *fonts: str) -> bytes:
    """The same file without the tables that say which letter a code of a font stands for."""

    def drop(writer: PdfWriter) -> None:
        for reference in writer.pages[0]["/Resources"]["/Font"].values():
            font = reference.get_object()
            if font["/BaseFont"].rpartition("+")[2] in fonts:
                font.pop("/ToUnicode")

    return in_writer(content, drop)


def test_codes_without_letters_are_not_read_as_letters(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mailbot.documents.pdf_scans.is_installed", lambda: False)
    web_form = (HERE / "pdf" / "web-form.pdf").read_bytes()
    every = without_letters(web_form, "LiberationSans", "LiberationSans-Bold")
    assert not read(every).blocks
    assert read(every).scanned
    monkeypatch.setattr("mailbot.documents.pdf_scans._GARBLED", 0.5)
    some = read(without_letters(web_form, "LiberationSans-Bold"))
    assert set(lines(some)[0]) == {"\ufffd", " "}
    assert tables(some)[1].rows[2][1].text == "\ufffd\ufffd\ufffd\ufffd / Boy"
    assert problems(some) == [
        "The PDF has words whose letters the file does not tell: a person reads them."
    ]


@pytest.mark.needs("tesseract")
def test_a_scanned_page_is_read_by_ocr_and_ticks_are_not(tmp_path: Path) -> None:
    import pypdfium2

    page = pypdfium2.PdfDocument(drawn(written("Name of child: Wren Alderby", "Gender: Girl")))[0]
    page.render(scale=200 / 72).to_pil().save(tmp_path / "scan.png")
    document = read(
        drawn(lambda canvas: canvas.drawImage(str(tmp_path / "scan.png"), 0, 0, 595, 842))
    )
    assert document.scanned
    assert any("Wren Alderby" in text for text in lines(document))
    assert not any(sign in text for text in lines(document) for sign in "☒☐")


WHOLE = drawn(form, written("Name:\tWren"))


@pytest.mark.needs("tesseract")
def test_answers_typed_on_the_picture_of_a_form_are_read_with_its_labels(tmp_path: Path) -> None:
    import pypdfium2

    labels = [f"{label}:" for label in ("Name of child", "Home address", "Legal status")]
    page = pypdfium2.PdfDocument(drawn(written(*labels)))[0]
    page.render(scale=200 / 72).to_pil().save(tmp_path / "scan.png")

    def draw(canvas: Canvas) -> None:
        canvas.drawImage(str(tmp_path / "scan.png"), 0, 0, 595, 842)
        written("Wren Alderby", "12 Larkspur Way, Bedford", "Looked after", left=200)(canvas)

    text = " ".join(" ".join(lines(read(drawn(draw)))).split())
    assert "Name of child: Wren Alderby Home address: 12 Larkspur Way" in text


@given(st.data())
@settings(max_examples=60)
def test_no_torn_or_forged_file_makes_the_reader_raise(data: st.DataObject) -> None:
    torn = bytearray(WHOLE)
    for _ in range(data.draw(st.integers(1, 12))):
        at = data.draw(st.integers(0, len(torn) - 1))
        torn[at] = data.draw(st.integers(0, 255))
    end = data.draw(st.one_of(st.just(len(torn)), st.integers(0, len(torn))))
    document = read(bytes(torn[:end]))
    assert document.format == "PDF"
    assert document.blocks or document.problems


@given(st.binary(max_size=2_000))
def test_no_bytes_make_the_reader_raise(content: bytes) -> None:
    assert read(b"%PDF-1.4\n" + content).format == "PDF"


@given(
    st.lists(
        st.tuples(
            st.text(alphabet="abcdefgh ABC-'", min_size=2, max_size=20),
            st.text(alphabet="abcdefgh ABC-'0123456789/", min_size=2, max_size=30),
        ),
        min_size=1,
        max_size=12,
    )
)
@settings(max_examples=40)
def test_whatever_stands_in_a_grid_is_read_cell_by_cell(rows: list[tuple[str, str]]) -> None:
    tidy = [[" ".join(text.split()) or "x" for text in row] for row in rows]
    grid = Grid([["Label", "Answer"], *tidy], colWidths=[200, 250])
    grid.setStyle(TableStyle([("GRID", (0, 0), (-1, -1), 0.5, colors.black)]))
    found = tables(read(platypus(Spacer(1, 10), grid)))
    assert [cells(table) for table in found] == [[["Label", "Answer"], *tidy]]
