"""Outlook's .msg files: mails in their own right, whatever was mailed in them."""

from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.core.document import Document, Line, Table
from mailbot.core.model import Message
from mailbot.documents import documents_in
from mailbot.documents.compound import OLE, DamagedError, names_in, storage_from
from mailbot.documents.containers import message_from
from mailbot.documents.kinds import FileKind, kind_of
from mailbot.documents.outlook import mail_from_outlook
from mailbot.documents.rtf_bodies import body_from, decompressed
from mailbot.reader import readings_of
from tests.documents.container_kit import (
    BODY,
    DISPLAY_NAME,
    HEADERS,
    HTML,
    MESSAGE_ID,
    RECIPIENT_TYPE,
    RTF,
    SENDER_ADDRESS,
    SENDER_NAME,
    SMTP_ADDRESS,
    SUBJECT,
    SUBMITTED,
    File,
    Mail,
    compound_file,
    compressed_rtf,
    outlook_file,
    uncompressed_rtf,
)
from tests.forms_kit import notification

FORM = "Name of child: Wren Alderby\r\nGender: Girl\r\n"
COVER = Mail(
    {
        SUBJECT: "Return for the rapid review – fünf",
        BODY: FORM,
        SENDER_NAME: "Ines Carrow",
        SENDER_ADDRESS: "ines.carrow@school.example",
        MESSAGE_ID: "<one@school.example>",
        SUBMITTED: 134_083_917_000_000_000,
    },
    recipients=[
        {DISPLAY_NAME: "Unit", SMTP_ADDRESS: "unit@lscp.example", RECIPIENT_TYPE: 1},
        {DISPLAY_NAME: "Copy", SMTP_ADDRESS: "copy@lscp.example", RECIPIENT_TYPE: 2},
    ],
)


def read(mail: Mail) -> Message:
    content = outlook_file(mail)
    message = message_from(content, kind_of(content))
    assert isinstance(message, Message)
    return message


def found(mail: Mail) -> dict[str, Document]:
    place = "1st attachment, Outlook mail"
    content = outlook_file(mail)
    return dict(documents_in(content, name="a.msg", content_type="", place=place))


def texts(document: Document) -> list[str]:
    return [block.text for block in document.blocks if isinstance(block, Line)]


def test_a_msg_says_who_wrote_what_to_whom_and_when() -> None:
    message = read(COVER)
    assert message.sender == "ines.carrow@school.example"
    assert message.sender_name == "Ines Carrow"
    assert message.subject == "Return for the rapid review – fünf"
    assert message.to == ("unit@lscp.example",)
    assert message.cc == ("copy@lscp.example",)
    assert message.message_id == "<one@school.example>"
    assert f"{message.sent_at:%Y-%m-%d}" == "2025-11-23"
    assert message.own_text == "Name of child: Wren Alderby\nGender: Girl"


def test_the_headers_it_came_with_count_before_its_properties() -> None:
    headers = (
        "Received: from a.example\r\n\tby b.example; Mon, 23 Nov 2026 10:00:00 +0000\r\n"
        "From: Real Name <real@school.example>\r\nContent-Type: multipart/mixed; boundary=x\r\n"
        "MIME-Version: 1.0\r\nAuto-Submitted: auto-replied\r\n\r\nnot a header\r\n"
    )
    message = read(Mail({**COVER.properties, HEADERS: headers}))
    assert message.sender == "real@school.example"
    assert message.message_class == "auto_reply"
    assert message.own_text == "Name of child: Wren Alderby\nGender: Girl"


def test_no_property_can_forge_a_header() -> None:
    subject = "Return\r\nFrom: somebody@else.example\r\n\r\nNil return."
    message = read(Mail({**COVER.properties, SUBJECT: subject}))
    assert message.sender == "ines.carrow@school.example"
    assert message.own_text == "Name of child: Wren Alderby\nGender: Girl"


def test_its_files_are_read_each_at_its_place() -> None:
    word = notification()
    long_name = "The school’s answer to the request for information (final) v2.docx"
    documents = found(Mail(COVER.properties, files=[File(long_name, word), File("a.txt", b"x: y")]))
    assert list(documents) == [
        "1st attachment, Outlook mail",
        "1st attachment, Outlook mail: 1st attachment, Word",
        "1st attachment, Outlook mail: 2nd attachment, text",
    ]
    assert texts(documents["1st attachment, Outlook mail"])[0] == "Name of child: Wren Alderby"
    assert documents["1st attachment, Outlook mail: 1st attachment, Word"].blocks
    message = read(Mail(COVER.properties, files=[File(long_name, word)]))
    assert message.attachments[0].name == long_name
    assert message.attachments[0].content == word


def test_a_mail_in_a_mail_in_a_mail_is_read() -> None:
    inner = Mail({SUBJECT: "inner", BODY: FORM}, files=[File("b.txt", b"Role: Nurse")])
    middle = Mail({SUBJECT: "middle", BODY: "See below."}, files=[File("Fwd", message=inner)])
    documents = found(Mail({BODY: "Please see."}, files=[File("x", message=middle)]))
    place = "1st attachment, Outlook mail: 1st attachment, mail: 1st attachment, mail"
    assert texts(documents[place])[0] == "Name of child: Wren Alderby"
    assert texts(documents[f"{place}: 1st attachment, text"]) == ["Role: Nurse"]


def test_an_html_body_keeps_its_table() -> None:
    page = "<table><tr><td>Name of child</td><td>Wren Aldérby</td></tr></table>"
    documents = found(Mail({HTML: page.encode("cp1252"), 0x3FDE: 1252}))
    (document,) = documents.values()
    (table,) = document.blocks
    assert isinstance(table, Table)
    assert [cell.text for cell in table.rows[0]] == ["Name of child", "Wren Aldérby"]


WRAPPED = (
    rb"{\rtf1\ansi\ansicpg1252\fromhtml1 \deff0{\fonttbl{\f0\fswiss\fcharset0 Arial;}"
    rb"{\f1\fswiss\fcharset238 Arial CE;}}{\*\generator X;}"
    rb"{\*\htmltag19 <html>}{\*\htmltag64 <p>}\htmlrtf {\htmlrtf0 Name: Zo\'eb "
    rb"{\f1 Paw\'b3owska} \u8217?s {\*\htmltag84 <b>}\htmlrtf {\b\htmlrtf0 bold"
    rb"\htmlrtf }\htmlrtf0 {\*\htmltag92 </b>}\htmlrtf only rtf\par}\htmlrtf0 {\*\htmltag72 </p>}}"
)


@pytest.mark.parametrize("packed", [compressed_rtf, uncompressed_rtf])
def test_html_wrapped_in_rich_text_is_unwrapped(packed) -> None:
    assert decompressed(packed(WRAPPED)) == WRAPPED
    message = read(Mail({RTF: packed(WRAPPED)}))
    assert message.own_text == "Name: Zoë Pawłowska ’s bold"


def test_rich_text_keeps_which_cells_stand_in_a_row() -> None:
    rtf = (
        rb"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0 Arial;}}\pard Dear all\par "
        rb"\trowd\pard\intbl Name of child\cell Wren\par Alderby\cell\row "
        rb"\trowd\pard\intbl Gender\cell Girl\cell\row\pard Regards\par}"
    )
    message = read(Mail({BODY: "Name of child\r\nWren\r\n", RTF: compressed_rtf(rtf)}))
    assert message.text.splitlines() == [
        "Dear all",
        "Name of child\tWren Alderby",
        "Gender\tGirl",
        "Regards",
    ]


HELLO_WORLD = """
    2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af32068656c0900206277
    05b06c647d0a800fa0
"""


@pytest.mark.parametrize(
    ("packed", "plain"),
    [  # the two examples of the format's own document
        (
            HELLO_WORLD,
            rb"{\rtf1\ansi\ansicpg1252\pard hello world}" + b"\r\n",
        ),
        (
            "1a0000001c0000004c5a4675e2d44b51410004205758595a0d6e7d010eb0",
            rb"{\rtf1 WXYZWXYZWXYZWXYZWXYZ}",
        ),
    ],
)
def test_compressed_rich_text_as_its_format_describes_it(packed: str, plain: bytes) -> None:
    assert decompressed(bytes.fromhex(packed)) == plain


def test_a_file_that_was_only_linked_is_a_problem() -> None:
    documents = found(Mail(COVER.properties, files=[File("plan.docx", properties={0x3705: 7})]))
    problems = [p for document in documents.values() for p in document.problems]
    assert any("lies elsewhere" in p.what for p in problems)


def test_a_signed_mail_is_opened_with_its_files() -> None:
    mail = EmailMessage()
    mail.set_content("Name of child: Wren Alderby")
    documents = found(
        Mail(
            {SUBJECT: "s", 0x001A: "IPM.Note.SMIME.MultipartSigned"},
            files=[File("smime.p7m", mail.as_bytes())],
        )
    )
    words = [text for document in documents.values() for text in texts(document)]
    assert "Name of child: Wren Alderby" in words


def test_an_encrypted_mail_is_a_named_state() -> None:
    documents = found(
        Mail({SUBJECT: "s"}, files=[File("smime.p7m", b"\x30\x80\x06\x09\x2a\x86\x48")])
    )
    problems = [p.what for document in documents.values() for p in document.problems]
    assert any("encrypted" in what for what in problems)


def test_what_it_becomes_is_mime_that_others_read_too() -> None:
    files = [File("a.txt", b"hello")]
    mime = mail_from_outlook(outlook_file(Mail(COVER.properties, COVER.recipients, files)))
    message = message_from_bytes(mime, policy=policy.default)
    assert message["subject"] == "Return for the rapid review – fünf"
    assert [part.get_content_type() for part in message.iter_attachments()] == [
        "application/octet-stream"
    ]


# --- what is no message ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content",
    [OLE, OLE + b"\0" * 3_000, outlook_file(COVER)[:2_000], OLE + bytes(range(256)) * 40],
)
def test_a_damaged_msg_is_a_sentence(content: bytes) -> None:
    place = "2nd attachment, Outlook mail"
    ((where, document),) = documents_in(content, name="a.msg", content_type="", place=place)
    assert where == place
    assert [problem.place for problem in document.problems] == [place]
    assert "damaged" in document.problems[0].what


def test_a_file_that_points_in_circles_ends() -> None:
    content = bytearray(compound_file({"a": b"x" * 5_000}))
    table = int.from_bytes(content[76:80], "little")
    content[(table + 1) * 512 : (table + 1) * 512 + 4] = b"\0\0\0\0"  # sector 0 follows itself
    content[48:52] = b"\0\0\0\0"  # and holds the directory
    with pytest.raises(DamagedError):
        storage_from(bytes(content))


def test_a_folder_that_holds_itself_is_damage() -> None:
    content = bytearray(compound_file({"a": {"b": b"1"}}))
    directory = (int.from_bytes(content[48:52], "little") + 1) * 512
    folder = directory + 128
    content[folder + 76 : folder + 80] = (1).to_bytes(4, "little")
    with pytest.raises(DamagedError):
        storage_from(bytes(content))


def test_a_compound_file_gives_back_what_was_put_in() -> None:
    tree = {"small": b"1", "big": b"2" * 70_000, "folder": {"inner": b"3" * 4_096, "none": b""}}
    storage = storage_from(compound_file(tree))
    assert storage.streams == {"small": b"1", "big": b"2" * 70_000}
    assert storage.storages["folder"].streams == {"inner": b"3" * 4_096, "none": b""}
    assert names_in(compound_file(tree)) == {"small", "big", "folder"}


@given(at=st.integers(0, 6_000), junk=st.binary(min_size=1, max_size=8))
def test_no_bytes_make_it_raise(at: int, junk: bytes) -> None:
    content = bytearray(outlook_file(Mail(COVER.properties, files=[File("a.txt", b"x: y")])))
    content[at : at + len(junk)] = junk
    message_from(bytes(content), FileKind.OUTLOOK)


@given(st.binary(max_size=400))
def test_no_rich_text_makes_it_raise(junk: bytes) -> None:
    body_from(rb"{\rtf1\ansi " + junk)
    decompressed(b"\0\0\0\0\xff\xff\xff\xffLZFu\0\0\0\0" + junk)


def test_mailbot_read_shows_a_msg_as_the_mail_it_is(tmp_path) -> None:
    path = tmp_path / "return.msg"
    form = File("form.docx", notification())
    path.write_bytes(outlook_file(Mail({**COVER.properties, BODY: "Hello"}, files=[form])))
    (line,) = readings_of([path], tmp_path)
    assert line["class"] == "personal"
    assert line["from"] == "ines.carrow@school.example"
    assert line["subject"] == "Return for the rapid review – fünf"
    assert line["attachments"] == ["form.docx"]
    (part,) = line["parts"]
    assert part["place"] == "1st attachment, Word"
    assert part["fields"]["child.name"] == "Wren Alderby"


def test_mailbot_read_says_that_a_msg_is_damaged(tmp_path) -> None:
    path = tmp_path / "return.msg"
    path.write_bytes(outlook_file(COVER)[:1_500])
    (line,) = readings_of([path], tmp_path)
    assert line["document"] == "unreadable"
    assert "damaged" in line["problems"][0]
