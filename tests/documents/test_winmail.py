"""winmail.dat: what Exchange wraps for other Outlooks is opened, body, files and mails alike."""

from datetime import UTC, datetime
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.core.document import Document, Line
from mailbot.core.mail.messages import Reading, read_message
from mailbot.core.model import Message, TrustMode
from mailbot.documents import documents_in, documents_of
from mailbot.documents.containers import message_from
from mailbot.documents.kinds import FileKind, kind_of
from tests.documents.container_kit import BODY, HTML, RTF, SUBJECT, File, Mail, winmail
from tests.documents.container_kit import compressed_rtf as packed
from tests.forms_kit import notification

PLACE = "1st attachment, winmail.dat"
FORM = "Name of child: Wren Alderby\r\nGender: Girl\r\n"


def found(content: bytes) -> dict[str, Document]:
    return dict(documents_in(content, name="winmail.dat", content_type="", place=PLACE))


def texts(document: Document) -> list[str]:
    return [block.text for block in document.blocks if isinstance(block, Line)]


@pytest.mark.parametrize("checksums", [True, False])
def test_body_and_files_are_read_also_with_wrong_checksums(checksums: bool) -> None:
    mail = Mail(
        {SUBJECT: "Return", BODY: FORM},
        files=[File("A long name of a form.docx", notification()), File("a.txt", b"x: y")],
    )
    documents = found(winmail(mail, checksums=checksums))
    assert list(documents) == [
        PLACE,
        f"{PLACE}: 1st attachment, Word",
        f"{PLACE}: 2nd attachment, text",
    ]
    assert texts(documents[PLACE]) == ["Name of child: Wren Alderby", "Gender: Girl"]
    assert documents[f"{PLACE}: 1st attachment, Word"].blocks


def test_names_come_whole_not_as_dos_had_them() -> None:
    content = winmail(Mail({BODY: "x"}, files=[File("A long name of a form.docx", b"PK")]))
    message = message_from(content, FileKind.WINMAIL)
    assert isinstance(message, Message)
    assert [part.name for part in message.attachments] == ["A long name of a form.docx"]


def test_a_body_of_rich_text_is_read() -> None:
    rtf = rb"{\rtf1\ansi\ansicpg1252\trowd\intbl Name of child\cell Wren Alderby\cell\row\pard}"
    documents = found(winmail(Mail({RTF: packed(rtf)})))
    assert texts(documents[PLACE]) == ["Name of child\tWren Alderby"]


def test_a_body_of_html_is_read() -> None:
    documents = found(
        winmail(Mail({HTML: "<p>Gender: Zo\u00eb</p>".encode("cp1252"), 0x3FDE: 1252}))
    )
    assert texts(documents[PLACE]) == ["Gender: Zoë"]


def test_a_mail_within_is_read_with_its_files() -> None:
    inner = Mail({SUBJECT: "inner", BODY: FORM}, files=[File("b.txt", b"Role: Nurse")])
    documents = found(winmail(Mail({BODY: "see"}, files=[File("Fwd", message=inner)])))
    place = f"{PLACE}: 1st attachment, mail"
    assert texts(documents[place])[0] == "Name of child: Wren Alderby"
    assert texts(documents[f"{place}: 1st attachment, text"]) == ["Role: Nurse"]


def test_what_the_mail_around_it_says_too_is_not_read_twice() -> None:
    mail = EmailMessage()
    mail["From"] = "ines.carrow@school.example"
    mail.set_content("Name of child: Wren Alderby\nGender: Girl\n")
    inner = Mail({BODY: FORM}, files=[File("a.txt", b"Role: Nurse")])
    mail.add_attachment(
        winmail(inner), maintype="application", subtype="ms-tnef", filename="winmail.dat"
    )
    reading = Reading(own_address="", trust=TrustMode.NONE)
    message = read_message(mail.as_bytes(), datetime(2026, 11, 23, tzinfo=UTC), reading=reading)
    documents = dict(documents_of(message))
    assert list(documents) == ["message", f"{PLACE}: 1st attachment, text"]


def test_one_that_only_says_how_the_mail_should_look_is_nothing() -> None:
    assert not found(winmail(Mail({SUBJECT: "Return"})))


@pytest.mark.parametrize("content", [b"\x78\x9f\x3e\x22\x01\x00", b"\x78\x9f\x3e\x22"])
def test_one_without_anything_is_damaged(content: bytes) -> None:
    assert "damaged" in found(content)[PLACE].problems[0].what


def test_a_torn_one_gives_what_came_before_the_tear() -> None:
    whole = winmail(Mail({BODY: FORM}, files=[File("a.txt", b"x: y" * 500)]))
    documents = found(whole[:-900])
    assert texts(documents[PLACE])[0] == "Name of child: Wren Alderby"


def test_one_cut_short_before_anything_could_be_read_is_damaged_and_not_nothing() -> None:
    whole = winmail(Mail({SUBJECT: "Return", BODY: FORM}, files=[]))
    short = b"\x78\x9f\x3e\x22\x01\x00\x02\x0f\x80\x06\x00\xff\xff\xff\x7f" + b"x" * 50
    assert not found(whole)[PLACE].problems
    assert "damaged" in found(short)[PLACE].problems[0].what


def test_it_is_known_by_its_bytes_under_any_name() -> None:
    content = winmail(Mail({BODY: FORM}))
    assert kind_of(content, "ATT00001.bin", "application/octet-stream") is FileKind.WINMAIL


def test_what_only_bears_the_name_is_a_problem() -> None:
    ((_, document),) = found(b"\x01\x02\x03nothing").items()
    assert not document.blocks
    assert len(document.problems) == 1


@given(at=st.integers(0, 1_200), junk=st.binary(min_size=1, max_size=8))
def test_no_bytes_make_it_raise(at: int, junk: bytes) -> None:
    inner = Mail({BODY: FORM}, files=[File("a.txt", b"x: y")])
    content = bytearray(winmail(Mail({BODY: FORM}, files=[File("m", message=inner)])))
    content[at : at + len(junk)] = junk
    message_from(bytes(content), FileKind.WINMAIL)
