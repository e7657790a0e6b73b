"""What people fill in with in Word: content controls, older form fields, boxes drawn as signs."""

import subprocess
from pathlib import Path

import pytest

from mailbot.core.document import Control, Line
from mailbot.documents.word import read_word
from tests import forms_kit as kit
from tests.documents import word_kit as word
from tests.documents.word_kit import cell, control, field, paragraph, read, row, run, table

# --- content controls -------------------------------------------------------------------------


def test_what_is_typed_in_a_control_stands_in_the_text_and_in_the_control() -> None:
    names = '<w:alias w:val="Name of child"/><w:tag w:val="child.name"/><w:text/>'
    line = word.line_of("Name: ", control(run("Wren Alderby"), names), ".")
    assert line.text == "Name: Wren Alderby."
    assert line.controls == (
        Control(name="child.name", title="Name of child", text="Wren Alderby"),
    )


@pytest.mark.parametrize(
    ("properties", "content"),
    [
        ("<w:showingPlcHdr/><w:text/>", "Whatever the prompt says"),
        ("<w:text/>", "Click or tap here to enter text."),
        ("<w:text/>", "Click here to enter text."),
        ("<w:date/>", "Click or tap to enter a date."),
        ("<w:text/>", ""),
        ('<w:comboBox><w:listItem w:displayText="Which?" w:value=""/></w:comboBox>', "Which?"),
        ("<w:dropDownList/>", "Choose an item."),
        ("<w:dropDownList/>", "Please select"),
    ],
)
def test_a_prompt_is_no_answer(properties: str, content: str) -> None:
    found = word.control_of(content, f'<w:tag w:val="x"/>{properties}')
    assert (found.name, found.text, found.placeholder) == ("x", "", True)
    line = word.line_of("Name: ", control(run(content), properties))
    assert line.text == "Name:"


def test_a_prompt_left_as_plain_text_is_no_answer_either() -> None:
    for left in ("Click or tap here to enter text.", "Choose an item.", "[Type text]"):
        line = word.line_of(f"Name of child: {left}")
        assert (line.text, line.controls) == ("Name of child:", (Control(placeholder=True),))
    said = "We asked them to choose an item of clothing and click on it."
    assert word.line_of(said).text == said


def test_a_prompt_of_the_form_itself_is_known_by_its_style_where_its_control_is_gone() -> None:
    style = '<w:rStyle w:val="PlaceholderText"/>'
    line = word.line_of("Name: ", run("Enter the full ", style), run("name of the child", style))
    assert (line.text, line.controls[0]) == ("Name:", Control(placeholder=True))
    # A program that fills in forms may leave the style.
    kept = word.line_of("Name: ", run("Wren Alderby", style))
    assert (kept.text, kept.controls) == ("Name: Wren Alderby", ())


def test_the_options_of_a_list_are_known_without_its_prompt() -> None:
    items = "".join(
        f'<w:listItem w:displayText="{shown}" w:value="{value}"/>'
        for shown, value in (("Choose an item.", ""), ("Boy", "b"), ("Girl", "g"))
    )
    for kind in ("dropDownList", "comboBox"):
        found = word.control_of("Girl", f"<w:{kind}>{items}</w:{kind}>")
        assert (found.text, found.options, found.placeholder) == ("Girl", ("Boy", "Girl"), False)
    typed = word.control_of("Not said", f"<w:comboBox>{items}</w:comboBox>")
    assert typed.text == "Not said"


def test_a_date_control_gives_the_date_picked_unless_somebody_typed_over_it() -> None:
    date = '<w:date w:fullDate="2026-11-20T00:00:00Z"/>'
    assert word.control_of("20 November 2026", date).text == "2026-11-20"
    assert word.control_of("20/11/26", date).text == "2026-11-20"
    assert word.control_of("21 November 2026", date).text == "21 November 2026"
    assert word.control_of("20/11/26", "<w:date/>").text == "20/11/26"


@pytest.mark.parametrize(("checked", "ticked"), [("1", True), ("0", False), ("true", True)])
def test_a_box_is_ticked_as_its_control_says(checked: str, ticked: bool) -> None:
    box = f'<w14:checkbox><w14:checked w14:val="{checked}"/></w14:checkbox>'
    line = word.line_of(control(run("?"), box), " More to follow")
    assert line.text == f"{'☒' if ticked else '☐'} More to follow"
    (found,) = line.controls
    assert (found.ticked, found.text, found.placeholder) == (ticked, "", False)
    assert not line.unsure


def test_a_box_that_shows_another_state_than_it_has_is_unsure() -> None:
    for checked, shown in (("1", "☐"), ("0", "☒")):
        box = f'<w14:checkbox><w14:checked w14:val="{checked}"/></w14:checkbox>'
        found = word.table_of(read(table(row(cell(paragraph(control(run(shown), box), " Yes"))))))
        assert found.rows[0][0].unsure
    agreed = '<w14:checkbox><w14:checked w14:val="1"/></w14:checkbox>'
    assert not word.line_of(control(run("þ", WINGDINGS), agreed)).unsure


def test_a_control_around_paragraphs_is_one_answer() -> None:
    tag = '<w:tag w:val="good_practice"/>'
    body = control(paragraph("One.") + paragraph("") + paragraph("Two."), tag)
    assert word.lines(read(body)) == [
        Line(
            place="paragraph 1",
            text="One.\nTwo.",
            controls=(Control(name="good_practice", text="One.\nTwo."),),
        )
    ]
    in_cell = read(table(row("Good practice", cell(body))))
    found = word.table_of(in_cell).rows[0][1]
    assert (found.text, found.controls[0].text) == ("One.\nTwo.", "One.\nTwo.")
    empty = control(paragraph("prompt"), f"{tag}<w:showingPlcHdr/>")
    (line,) = word.lines(read(empty))
    assert (line.text, line.controls) == ("", (Control(name="good_practice", placeholder=True),))


def test_a_control_around_a_cell_or_rows_is_read() -> None:
    tag = '<w:tag w:val="child.name"/>'
    around_cell = read(table(row("Name", control(cell("Wren"), tag))))
    found = word.table_of(around_cell).rows[0][1]
    assert (found.text, found.controls) == ("Wren", (Control(name="child.name", text="Wren"),))
    empty = read(table(row("Name", control(cell("prompt"), f"{tag}<w:showingPlcHdr/>"))))
    assert word.table_of(empty).rows[0][1].text == ""
    repeated = control(
        control(row("Finch", "2022"), "<w15:repeatingSectionItem/>")
        + control(row("Robin", "2024"), "<w15:repeatingSectionItem/>"),
        "<w15:repeatingSection/>",
    )
    rows = word.grid(word.table_of(read(table(row("Name", "Born"), repeated))))
    assert rows == [["Name", "Born"], ["Finch", "2022"], ["Robin", "2024"]]


def test_a_control_around_a_table_says_its_name_before_it() -> None:
    body = control(table(row("1/3/26", "First call")), '<w:tag w:val="chronology"/>')
    document = read(body)
    assert word.lines(document)[0].controls == (
        Control(name="chronology", text="1/3/26\tFirst call"),
    )
    assert word.grid(word.table_of(document)) == [["1/3/26", "First call"]]
    headed = control(
        paragraph("Part 1", properties='<w:pStyle w:val="Heading1"/>') + paragraph("Text"),
        '<w:alias w:val="Part"/>',
    )
    first, second = word.lines(read(headed))
    assert (first.heading, first.controls[0].title, second.text) == (True, "Part", "Text")


def test_controls_in_controls_come_in_reading_order() -> None:
    inner = control(run("Wren"), '<w:tag w:val="inner"/>')
    line = word.line_of(control(run("Name: ") + inner, '<w:tag w:val="outer"/>'))
    assert [(c.name, c.text) for c in line.controls] == [("outer", "Name: Wren"), ("inner", "Wren")]


def test_a_control_bound_to_data_shows_the_data_as_word_would() -> None:
    bound = (
        '<w:tag w:val="child.name"/><w:dataBinding w:prefixMappings="xmlns:f=\'urn:form\'"'
        ' w:xpath="/f:form[1]/f:name[1]" w:storeItemID="{0A}"/>'
    )
    searching = bound.replace("/f:form[1]/f:name[1]", "//f:name")
    parts = {
        "item1.xml": b'<form xmlns="urn:form"><name>Wren Alderby</name></form>',
        "_rels/item1.xml.rels": (
            b'<Relationships><Relationship Id="p" Target="props.xml"'
            b' Type="x/customXmlProps"/></Relationships>'
        ),
        "props.xml": b'<ds:datastoreItem xmlns:ds="urn:ds" ds:itemID="{0a}"/>',
    }
    for facts, expected in (
        (f"{bound}<w:showingPlcHdr/>", "Wren Alderby"),
        (f"{searching}<w:showingPlcHdr/>", ""),
        (bound.replace("f:name", "f:other") + "<w:showingPlcHdr/>", ""),
        (bound.replace("f:name", "g:name") + "<w:showingPlcHdr/>", ""),
        (bound.replace("{0A}", "{0B}") + "<w:showingPlcHdr/>", ""),
    ):
        content = word.package(
            paragraph(control(run("prompt"), facts)), parts, {"item1.xml": "customXml"}
        )
        (line,) = word.lines(read_word(content, place=word.PLACE))
        assert (line.text, line.controls[0].text) == (expected, expected)


def test_data_bound_to_a_date_or_a_list_is_shown_as_the_control_shows_it() -> None:
    def shown(facts: str, kept: str) -> str:
        binding = '<w:dataBinding w:xpath="/form/x" w:storeItemID="{0A}"/><w:showingPlcHdr/>'
        parts = {
            "item1.xml": f"<form><x>{kept}</x></form>".encode(),
            "_rels/item1.xml.rels": (
                b'<Relationships><Relationship Id="p" Target="props.xml"'
                b' Type="x/customXmlProps"/></Relationships>'
            ),
            "props.xml": b'<ds:datastoreItem xmlns:ds="urn:ds" ds:itemID="{0A}"/>',
        }
        body = paragraph(control(run("prompt"), facts + binding))
        content = word.package(body, parts, {"item1.xml": "customXml"})
        return word.lines(read_word(content, place=word.PLACE))[0].text

    assert shown("<w:date/>", "2019-04-03T00:00:00") == "2019-04-03"
    girl = '<w:listItem w:displayText="Girl" w:value="g"/>'
    assert shown(f"<w:dropDownList>{girl}</w:dropDownList>", "g") == "Girl"


def test_our_own_form_is_read_with_its_tags_and_nothing_filled_in() -> None:
    document = read_word(kit.template("agency-return"), place=word.PLACE)
    blank = [c for each in word.cells_of(document.blocks) for c in each.controls]
    assert len(blank) > 40
    assert all(c.name and c.title and not c.text for c in blank)
    assert all(c.placeholder for c in blank if c.ticked is None)


# --- form fields of older Word ----------------------------------------------------------------


def test_a_text_field_is_read_by_its_result() -> None:
    line = word.line_of("Agency: ", field("Agency", "<w:textInput/>", run("Larkspur School")))
    assert line.text == "Agency: Larkspur School"
    assert line.controls == (Control(name="Agency", text="Larkspur School"),)
    help_text = '<w:helpText w:type="text" w:val="Who answers?"/><w:textInput/>'
    blank = word.line_of("Agency: ", field("Text1", help_text, run("\u2002" * 5)))
    assert blank.text == "Agency:"
    assert blank.controls == (Control(name="Text1", title="Who answers?", placeholder=True),)
    default = '<w:textInput><w:default w:val="[your name]"/></w:textInput>'
    prompted = word.line_of(field("Text2", default, run("[your name]")))
    assert (prompted.text, prompted.controls[0].placeholder) == ("", True)


def test_a_text_field_of_several_paragraphs_is_one_answer() -> None:
    result = f"{run('One.')}</w:p><w:p>{run('Two.')}"
    document = read(paragraph(field("Text1", "<w:textInput/>", result)) + paragraph("After"))
    assert word.texts(document) == ["One.\nTwo.", "After"]
    assert word.lines(document)[0].controls[0].text == "One.\nTwo."


@pytest.mark.parametrize(
    ("state", "ticked"),
    [
        ("<w:checked/>", True),
        ('<w:default w:val="0"/><w:checked w:val="1"/>', True),
        ('<w:default w:val="1"/><w:checked w:val="0"/>', False),
        ('<w:default w:val="1"/>', True),
        ("", False),
    ],
)
def test_a_box_of_older_word_is_a_box(state: str, ticked: bool) -> None:
    box = field("Check1", f"<w:checkBox>{state}</w:checkBox>", kind="FORMCHECKBOX")
    line = word.line_of(box, " Serious harm")
    assert line.text == f"{'☒' if ticked else '☐'} Serious harm"
    assert line.controls == (Control(name="Check1", ticked=ticked),)


def old_list(chosen: str, *entries: str) -> str:
    listed = "".join(f'<w:listEntry w:val="{entry}"/>' for entry in entries)
    return field("Dropdown1", f"<w:ddList>{chosen}{listed}</w:ddList>", kind="FORMDROPDOWN")


def test_an_entry_of_an_old_list_counts_only_when_somebody_chose_it() -> None:
    chosen = word.line_of("Gender: ", old_list('<w:result w:val="2"/>', "Select...", "Boy", "Girl"))
    assert chosen.text == "Gender: Girl"
    assert chosen.controls[0].options == ("Boy", "Girl")
    assert not chosen.unsure
    untouched = word.line_of("Gender: ", old_list("", "Select...", "Boy", "Girl"))
    assert (untouched.text, untouched.controls[0].placeholder) == ("Gender:", True)
    shown_anyway = word.line_of("Gender: ", old_list("", "Boy", "Girl"))
    assert (shown_anyway.text, shown_anyway.unsure) == ("Gender: Boy", True)
    first = word.line_of("Gender: ", old_list('<w:result w:val="0"/>', "Boy", "Girl"))
    assert (first.text, first.unsure) == ("Gender: Boy", False)
    torn = word.line_of("Gender: ", old_list('<w:result w:val="9"/>', "Boy", "Girl"))
    assert torn.text == "Gender:"


def test_other_fields_are_read_by_their_result_never_by_their_code() -> None:
    def plain(code: str, result: str) -> str:
        return field("x", "", result, kind=code).replace(
            '<w:ffData><w:name w:val="x"/></w:ffData>', ""
        )

    line = word.line_of("Page ", plain("PAGE", run("2")), " of ", plain("NUMPAGES", run("14")))
    assert line.text == "Page 2 of 14"
    nested = plain("IF " + "</w:instrText></w:r>" + run("inner") + "<w:r><w:instrText>", run("out"))
    assert word.line_of(nested).text == "out"
    simple = f'<w:fldSimple w:instr=" MERGEFIELD Name ">{run("Wren")}</w:fldSimple>'
    assert word.line_of("Name: ", simple).text == "Name: Wren"


def test_a_field_not_merged_shows_its_own_name_and_says_nothing() -> None:
    simple = f'<w:fldSimple w:instr=" MERGEFIELD Name ">{run("«Name»")}</w:fldSimple>'
    assert word.line_of("Name: ", simple).text == "Name:"
    prompt = (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> MACROBUTTON NoMacro'
        ' [Click here]</w:instrText></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )
    assert word.line_of("Name: ", prompt).text == "Name:"


def test_fields_in_fields_without_end_are_read_as_far_as_anybody_nests_them() -> None:
    begin = (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:fldChar w:fldCharType="{}"/></w:r>'
    )
    end = '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    many = 3_000
    opened = begin.format("separate") * many
    assert word.line_of(opened, run("Wren"), end * many, run(" Alderby")).text == "Wren Alderby"


def test_a_field_that_never_ends_costs_no_text() -> None:
    torn = '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
    document = read(paragraph(torn, "Name: Wren") + paragraph("Gender: Girl"))
    assert word.texts(document) == ["Name: Wren", "Gender: Girl"]


# --- signs ------------------------------------------------------------------------------------

WINGDINGS = '<w:rFonts w:ascii="Wingdings" w:hAnsi="Wingdings"/>'


def symbol(font: str, code: str) -> str:
    return f'<w:r><w:sym w:font="{font}" w:char="{code}"/></w:r>'


@pytest.mark.parametrize(
    ("drawn", "sign"),
    [
        (symbol("Wingdings", "F0FE"), "☒"),
        (symbol("Wingdings", "F0FD"), "☒"),
        (symbol("Wingdings", "00A8"), "☐"),
        (symbol("Wingdings", "F06F"), "☐"),
        (symbol("Wingdings", "F0FC"), "✓"),
        (symbol("Wingdings", "F04A"), ""),
        (symbol("Wingdings 2", "F052"), "☒"),
        (symbol("Wingdings 2", "F0A3"), "☐"),
        (symbol("Webdings", "F063"), "☐"),
        (symbol("Webdings", "F061"), "✓"),
        (symbol("MS Gothic", "2612"), "☒"),
        (symbol("Segoe UI Symbol", "2610"), "☐"),
        (symbol("Segoe MDL2 Assets", "E73A"), "☒"),
        (symbol("Wingdings", "ZZ"), ""),
        (run("þ", WINGDINGS), "☒"),
        (run("o", WINGDINGS), "☐"),
        (run("x", WINGDINGS), "☒"),
        (run("¨", WINGDINGS), "☐"),
        (run("ü", WINGDINGS), "✓"),
        (run("\uf0fe", WINGDINGS), "☒"),
        (run("R", '<w:rFonts w:ascii="Wingdings 2"/>'), "☒"),
        (run("c", '<w:rFonts w:ascii="Webdings"/>'), "☐"),
        (run("\uf0fe"), "☒"),
        (run("\uf06f"), "☐"),
        (run("☑\ufe0f"), "☒"),
        (run("□"), "☐"),
        (run("[x]"), "[x]"),
    ],
)
def test_boxes_are_boxes_whatever_draws_them(drawn: str, sign: str) -> None:
    assert word.line_of(drawn, " Yes").text == f"{sign} Yes".strip()


def test_the_same_letters_in_a_font_of_letters_are_letters() -> None:
    arial = '<w:rFonts w:ascii="Arial" w:hAnsi="Arial" w:cs="Wingdings"/>'
    assert word.line_of(run("o x c", arial)).text == "o x c"
    assert word.line_of(run("Alderby", WINGDINGS)).text == "Alderby"


def test_a_sign_of_newer_word_is_read_as_it_shows_it() -> None:
    newer = (
        '<w:r><mc:AlternateContent><mc:Choice><w16se:symEx w16se:font="Segoe UI Emoji"'
        ' w16se:char="2611"/></mc:Choice><mc:Fallback><w:t>x</w:t></mc:Fallback>'
        "</mc:AlternateContent></w:r>"
    )
    assert word.line_of(newer, " Yes").text == "☒ Yes"


# --- as other programs write it ---------------------------------------------------------------


def by_libreoffice(content: bytes, folder: Path, ending: str) -> bytes:
    """The same document after LibreOffice wrote it in another format and in Word's again."""
    source = folder / "form.docx"
    source.write_bytes(content)
    for step, way in enumerate((ending, "docx")):
        target = folder / str(step)
        command = ["soffice", f"-env:UserInstallation=file://{folder}/profile", "--headless"]
        command += ["--convert-to", way, "--outdir", str(target), str(source)]
        subprocess.run(command, check=True, capture_output=True, timeout=120)
        source = target / f"form.{way}"
    return source.read_bytes()


@pytest.mark.needs("libreoffice")
@pytest.mark.parametrize("ending", ["odt", "doc"])
def test_what_libreoffice_makes_of_a_form_says_the_same(ending: str, tmp_path: Path) -> None:
    boxes = "".join(
        control(run(sign), f'<w14:checkbox><w14:checked w14:val="{state}"/></w14:checkbox>')
        + run(f" {words} ")
        for sign, state, words in (("☒", "1", "Yes"), ("☐", "0", "No"))
    )
    old = "<w:checkBox><w:sizeAuto/><w:checked/></w:checkBox>"
    rows = {
        "Name of child": paragraph(control(run("Wren Alderby"), "<w:text/>")),
        "Known": paragraph(boxes),
        "Risk": paragraph(field("Check1", old, kind="FORMCHECKBOX"), " Yes"),
        "Agency": paragraph(field("Text1", "<w:textInput/>", run("Police"))),
        "Author": paragraph(field("Text2", "<w:textInput/>", run("\u2002" * 5))),
        "Choice": paragraph(run("Yes", "<w:strike/>"), " / No"),
        "Mark": paragraph(symbol("Wingdings", "F0FE"), " Death"),
    }
    content = by_libreoffice(word.saved_with(rows), tmp_path, ending)
    document = read_word(content, place=word.PLACE)
    found = word.table_of(document)
    assert word.grid(found) == [
        ["Name of child", "Wren Alderby"],
        ["Known", "☒ Yes ☐ No"],
        ["Risk", "☒ Yes"],
        ["Agency", "Police"],
        ["Author", ""],
        ["Choice", "/ No"],
        ["Mark", "☒ Death"],
    ]
    assert found.rows[5][1].struck == ("Yes",)
