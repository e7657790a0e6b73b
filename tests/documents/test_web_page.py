"""Web pages and HTML bodies of mails: tables, boxes and marks as a person sees them."""

from datetime import UTC, datetime
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.core.document import Cell, Document, Line, Table
from mailbot.core.mail.messages import Reading, read_message
from mailbot.core.model import TrustMode
from mailbot.documents import documents_of, read_document
from mailbot.documents.web_page import read_web_archive, read_web_page

PLACE = "1st attachment, web page"


def page(source: str) -> Document:
    return read_web_page(source.encode(), place=PLACE)


def the_table(source: str) -> Table:
    (table,) = page(source).blocks
    assert isinstance(table, Table)
    return table


def the_line(source: str) -> Line:
    (line,) = page(source).blocks
    assert isinstance(line, Line)
    return line


def the_cell(inner: str) -> Cell:
    return the_table(f"<table><tr><td>Label</td><td>{inner}</td></tr></table>").rows[0][1]


def words(table: Table) -> list[list[str]]:
    return [[cell.text for cell in row] for row in table.rows]


def test_a_table_is_rows_of_cells() -> None:
    table = the_table(
        "<table><thead><tr><th>Name</th><th>Born</th></tr></thead><tbody>"
        "<tr><td>Wren<br>Alderby</td><td><p>3 April 2019</p></td></tr></tbody></table>"
    )
    assert words(table) == [["Name", "Born"], ["Wren\nAlderby", "3 April 2019"]]
    assert table.header
    assert table.place_of(1) == "table 1, row 2"


def test_cells_merged_across_and_down_keep_their_columns() -> None:
    table = the_table(
        "<table><tr><td colspan=3>Part A</td></tr>"
        "<tr><td rowspan=2>Child</td><td>Name</td><td>Wren</td></tr>"
        "<tr><td>Gender</td><td>Girl</td></tr></table>"
    )
    assert [[cell.columns for cell in row] for row in table.rows] == [[3], [1, 1, 1], [1, 1, 1]]
    assert [cell.continues for cell in table.rows[2]] == [True, False, False]
    assert words(table)[2] == ["", "Gender", "Girl"]


def test_a_table_in_a_cell_stays_in_it() -> None:
    cell = the_cell("Brothers<table><tr><td>Finch</td><td>2022</td></tr></table>")
    assert cell.text == "Brothers"
    assert [words(table) for table in cell.tables] == [[["Finch", "2022"]]]


def test_tables_that_only_lay_out_a_page_are_taken_apart() -> None:
    source = (
        "<table><tr><td></td><td><table><tr><td>Dear all</td></tr><tr><td><table>"
        "<tr><td>Gender</td><td>Girl</td></tr></table></td></tr></table></td></tr></table>"
    )
    line, table = page(source).blocks
    assert isinstance(line, Line)
    assert isinstance(table, Table)
    assert (line.text, words(table)) == ("Dear all", [["Gender", "Girl"]])


def test_a_list_of_terms_is_a_table() -> None:
    table = the_table("<dl><dt>Gender</dt><dd>Girl</dd><dt>School</dt><dd>Larkspur</dd></dl>")
    assert words(table) == [["Gender", "Girl"], ["School", "Larkspur"]]
    assert table.rows[0][0].strong


@pytest.mark.parametrize(
    ("inner", "text", "ticked"),
    [
        ("<input type=checkbox checked> Yes <input type=checkbox> No", "☒ Yes ☐ No", [True, False]),
        ("<input type=radio> Yes <input type=radio checked=''> No", "☐ Yes ☒ No", [False, True]),
        ("&#9746; Yes &#9744; No", "☒ Yes ☐ No", []),
        ("&#x2611; Yes", "☒ Yes", []),
        ("<span style='font-family:Wingdings'>þ</span> Yes", "☒ Yes", []),
        ("<font face='Wingdings'>o</font> Yes", "☐ Yes", []),
        ("<img src=x.gif alt='Checked'> Yes", "☒ Yes", []),
    ],
)
def test_boxes_are_boxes_however_they_are_drawn(inner: str, text: str, ticked: list[bool]) -> None:
    cell = the_cell(inner)
    assert cell.text == text
    assert [control.ticked for control in cell.controls] == ticked


def test_what_was_filled_in_on_a_saved_page_is_its_text() -> None:
    line = the_line("<label for=n>Name of child</label> <input id=n name=child value='Wren A'>")
    assert line.text == "Name of child Wren A"
    (control,) = line.controls
    assert (control.name, control.title, control.text) == ("child", "Name of child", "Wren A")


def test_a_text_area_keeps_its_lines() -> None:
    assert the_cell("<textarea name=x>One\nTwo</textarea>").text == "One\nTwo"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ("<option>Please select<option selected>Girl", "Girl"),
        ("<option>Girl<option>Boy", ""),
        ("<option selected>-- choose one --<option>Boy", ""),
    ],
)
def test_only_a_choice_that_was_made_is_an_answer(options: str, said: str) -> None:
    cell = the_cell(f"<select name=g>{options}</select>")
    assert cell.text == said
    assert cell.controls[0].placeholder is (not said)
    assert len(cell.controls[0].options) == 2


def test_the_prompt_of_a_control_of_word_is_no_answer() -> None:
    cell = the_cell(
        '<w:Sdt ShowingPlcHdr="t" SdtTag="child.gender" Title="Gender">Click to enter</w:Sdt>'
    )
    assert (cell.text, cell.controls[0].name) == ("", "child.gender")
    assert cell.controls[0].placeholder
    assert the_cell('<w:Sdt SdtTag="child.gender">Girl</w:Sdt>').text == "Girl"


@pytest.mark.parametrize("kind", ["hidden", "submit", "password", "button"])
def test_what_nobody_fills_in_is_left_out(kind: str) -> None:
    assert the_line(f"<p>Gender <input type={kind} value=secret></p>").text == "Gender"


@pytest.mark.parametrize(
    "choice",
    [
        "YES / <b>NO</b>",
        "YES / <u>NO</u>",
        "YES / <span style='color:#C00000'>NO</span>",
        "YES / <span style='background:yellow;mso-highlight:yellow'>NO</span>",
        "YES / <font color=red>NO</font>",
        "<p style='font-weight:bold'><span style='font-weight:normal'>YES /</span> NO</p>",
    ],
)
def test_words_that_look_other_than_the_rest_are_marked(choice: str) -> None:
    assert the_line(choice).marked == ("NO",)
    assert the_cell(choice).marked == ("NO",)


@pytest.mark.parametrize("look", ["color:#1F497D", "font-weight:bold", "color:black"])
def test_what_all_of_a_line_looks_like_picks_nothing_out(look: str) -> None:
    assert the_line(f"<p style='{look}'>YES / NO</p>").marked == ()


def test_one_bold_line_among_the_lines_of_a_cell_is_picked_out() -> None:
    assert the_cell("Yes<br><b>No</b>").marked == ("No",)
    assert the_cell("<b>Yes<br>No</b>").marked == ()


def test_an_empty_paragraph_is_an_empty_line() -> None:
    blocks = page("<p>One</p><p>&nbsp;</p><div></div><p>Two</p>").blocks
    assert [block.text for block in blocks if isinstance(block, Line)] == ["One", "", "Two"]


def test_a_link_is_not_picked_out() -> None:
    assert (
        the_line("See <a href=x style='color:blue;text-decoration:underline'>it</a>").marked == ()
    )


@pytest.mark.parametrize("tag", ["s", "strike", "del", "span style='text-decoration:line-through'"])
def test_what_is_struck_out_was_not_said(tag: str) -> None:
    cell = the_cell(f"Yes / <{tag}>No</{tag.split()[0]}>")
    assert (cell.text, cell.struck) == ("Yes /", ("No",))


def test_a_cell_with_a_background_is_strong_and_its_words_are_not_marked() -> None:
    table = the_table(
        "<table><tr><td style='background:#D9E2F3'>Gender</td><td>Girl</td></tr></table>"
    )
    assert [cell.strong for cell in table.rows[0]] == [True, False]
    assert table.rows[0][0].marked == ()


def test_headings_are_headings() -> None:
    blocks = page("<h2>The child</h2><fieldset><legend>School</legend>Larkspur</fieldset>").blocks
    assert [(b.text, b.heading) for b in blocks if isinstance(b, Line)] == [
        ("The child", True),
        ("School", True),
        ("Larkspur", False),
    ]


def test_what_is_hidden_is_not_there() -> None:
    source = (
        "<p>Seen<span style='display:none'>not</span></p><script>no()</script><!-- no -->"
        "<style>p {}</style><p hidden>no</p>"
    )
    assert the_line(source).text == "Seen"


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("<p>Zoë</p>".encode("utf-16"), "Zoë"),
        (b"<meta charset=windows-1250><p>Paw\xb3owska</p>", "Pawłowska"),
        (b"<p>Zo\xeb</p>", "Zoë"),
        ("\ufeff<p>Zoë</p>".encode(), "Zoë"),
    ],
)
def test_its_characters_are_read_whatever_their_set(content: bytes, text: str) -> None:
    document = read_document(content, name="a.htm", content_type="", place=PLACE)
    assert [block.text for block in document.blocks if isinstance(block, Line)] == [text]


def test_the_cover_of_an_encrypted_message_is_a_named_state() -> None:
    document = page(
        "<h1>You have received a secure message</h1><p>To read it, open the attachment and sign in "
        "to view the encrypted message.</p>"
    )
    assert not document.blocks
    assert "encrypted message" in document.problems[0].what


def test_a_page_that_is_nested_too_deeply_gives_its_words_and_says_so() -> None:
    document = page("<div>" * 5_000 + "Gender: Girl" + "</div>" * 5_000)
    assert [b.text for b in document.blocks if isinstance(b, Line)] == ["Gender: Girl"]
    assert "too nested" in document.problems[0].what


@pytest.mark.parametrize("source", ["", "<html></html>", "<p> </p>", "<!DOCTYPE html>"])
def test_an_empty_page_is_a_sentence(source: str) -> None:
    document = page(source)
    assert not document.blocks
    assert len(document.problems) == 1


def test_no_span_is_believed_beyond_reason() -> None:
    table = the_table("<table><tr><td colspan=99999999 rowspan=-3>a</td><td>b</td></tr></table>")
    assert table.rows[0][0].columns == 60


# --- web archives ---------------------------------------------------------------------------------


def archive(html: str) -> bytes:
    mail = EmailMessage()
    mail["From"] = "<Saved by Blink>"
    mail["Snapshot-Content-Location"] = "https://forms.example/return"
    mail.set_content(html, subtype="html")
    mail.add_related(b"\x89PNG", maintype="image", subtype="png", cid="<x>")
    return mail.as_bytes()


@pytest.mark.parametrize("name", ["return.mht", "return.doc", "return"])
def test_a_web_archive_is_read_under_any_name(name: str) -> None:
    content = archive("<table><tr><td>Gender</td><td>Girl</td></tr></table>")
    document = read_document(content, name=name, content_type="", place=PLACE)
    (table,) = document.blocks
    assert isinstance(table, Table)


def test_a_web_archive_without_a_page_is_a_sentence() -> None:
    document = read_web_archive(b"MIME-Version: 1.0\n\nnothing", place=PLACE)
    assert "holds no page" in document.problems[0].what


# --- bodies of mails ------------------------------------------------------------------------------


def body_of(plain: str, html: str) -> Document:
    mail = EmailMessage()
    mail["From"] = "ines.carrow@school.example"
    if plain and not html:
        mail.set_content(plain)
    elif plain:
        mail.set_content(plain)
        mail.add_alternative(html, subtype="html")
    else:
        mail.set_content(html, subtype="html")
    reading = Reading(own_address="", trust=TrustMode.NONE)
    message = read_message(mail.as_bytes(), datetime(2026, 11, 23, tzinfo=UTC), reading=reading)
    return documents_of(message)[0][1]


FORM = (
    "<p>Please find it below.</p><table><tr><td>Name of child</td><td>Wren Alderby</td></tr>"
    "<tr><td>Known?</td><td><input type=checkbox checked>Yes <input type=checkbox>No</td></tr>"
    "</table><p>Kind regards</p>"
)


@pytest.mark.parametrize(
    "plain",
    ["", "Please find it below.\n\nName of child\nWren Alderby\nKnown?\nYes No\n\nKind regards\n"],
)
def test_a_form_pasted_into_a_mail_is_read_as_the_table_it_is(plain: str) -> None:
    first, table, last = body_of(plain, FORM).blocks
    assert isinstance(first, Line)
    assert isinstance(table, Table)
    assert isinstance(last, Line)
    assert words(table) == [["Name of child", "Wren Alderby"], ["Known?", "☒ Yes ☐ No"]]


def test_a_form_in_what_is_quoted_is_not_the_senders() -> None:
    html = (
        "<p>Nothing known to us.</p><blockquote type=cite class=gmail_quote>"
        + FORM
        + "</blockquote>"
    )
    document = body_of("", html)
    assert [b.text for b in document.blocks if isinstance(b, Line)] == ["Nothing known to us."]


def test_a_form_below_a_copied_head_is_not_the_senders() -> None:
    html = (
        "<p>Nothing known to us.</p><p>From: Unit &lt;unit@lscp.example&gt;<br>Sent: Monday<br>"
        "To: Ines<br>Subject: Request</p>" + FORM
    )
    document = body_of("", html)
    assert not any(isinstance(block, Table) for block in document.blocks)


def test_what_is_struck_out_in_a_mail_was_not_said() -> None:
    document = body_of("Known to us? Yes / No\n", "<p>Known to us? <s>Yes</s> / No</p>")
    (line,) = document.blocks
    assert isinstance(line, Line)
    assert (line.text, line.struck) == ("Known to us? / No", ("Yes",))


def test_a_mail_without_a_table_is_its_plain_text() -> None:
    document = body_of("Gender: Girl\n", "<p>Gender: <b>Girl</b></p>")
    assert [b.text for b in document.blocks if isinstance(b, Line)] == ["Gender: Girl"]


def test_a_table_that_says_something_else_than_the_plain_text_does_not_replace_it() -> None:
    document = body_of(
        "Gender: Girl\nSchool: Larkspur Primary School\n",
        "<table><tr><td>View in</td><td>browser</td></tr></table>",
    )
    assert [b.text for b in document.blocks if isinstance(b, Line)] == [
        "Gender: Girl",
        "School: Larkspur Primary School",
    ]


def test_a_table_beside_other_words_than_the_plain_text_has_does_not_replace_it() -> None:
    plain = "Gender: Girl\nSchool: Larkspur Primary School, Bedford\n"
    document = body_of(plain, "<table><tr><td>Gender</td><td>Girl</td></tr></table>")
    assert [b.text for b in document.blocks if isinstance(b, Line)] == [
        "Gender: Girl",
        "School: Larkspur Primary School, Bedford",
    ]


ANSWERED = """Our answers are below.

On 20 Nov 2026, at 09:00, Unit <unit@partnership.example> wrote:
> Agency:
Riverside *Hospital*

> Please be brief.
> Summary of involvement?

Seen twice.

> Reference: BB-2026-014-K
"""


def test_questions_answered_below_them_in_a_quote_are_the_senders_too() -> None:
    lines = [b for b in body_of(ANSWERED, "").blocks if isinstance(b, Line) and b.text]
    assert [(line.text, line.quoted) for line in lines] == [
        ("Our answers are below.", False),
        ("Agency:", False),
        ("Riverside Hospital", False),
        ("Please be brief.", True),
        ("Summary of involvement?", False),
        ("Seen twice.", False),
        ("Reference: BB-2026-014-K", True),
    ]


def test_a_remark_below_a_quoted_form_answers_none_of_its_questions() -> None:
    text = "> Agency:\n> Learning:\n> Signed off by:\n\nWe will send it on Monday.\n"
    document = body_of(text, "")
    assert [b.text for b in document.blocks if isinstance(b, Line) and b.text] == [
        "We will send it on Monday."
    ]


TAGS = (
    "<table> <tr> <td> </td> </tr> </table> <p> <b> </b> x <dl> <dt> <dd> <input> <select> <br> "
    "<pre> </pre> <td_rowspan=3> <li> <h1> </p>"
).split()


@given(st.lists(st.sampled_from(TAGS), max_size=60))
def test_no_tags_make_it_raise(tags: list[str]) -> None:
    page("".join(tags).replace("_", " "))


@given(st.binary(max_size=300))
def test_no_bytes_make_it_raise(content: bytes) -> None:
    read_web_page(content, place=PLACE)
    read_web_archive(content, place=PLACE)
