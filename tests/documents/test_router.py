"""Which reader reads which file: the bytes decide, then the name; nothing raises."""

from email.message import EmailMessage
from io import BytesIO
from zipfile import ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from mailbot.core.document import Line
from mailbot.documents import FileKind, documents_in, kind_named, kind_of, read_document
from tests.documents.container_kit import BODY, Mail, compound_file, outlook_file, winmail
from tests.forms_kit import locked, notification

PLACE = "1st attachment, file"


def zipped(*names: str) -> bytes:
    target = BytesIO()
    with ZipFile(target, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return target.getvalue()


def workbook() -> bytes:
    target = BytesIO()
    Workbook().save(target)
    return target.getvalue()


def mail() -> bytes:
    found = EmailMessage()
    found["From"] = "ines.carrow@school.example"
    found["To"] = "unit@lscp.example"
    found.set_content("Gender: Girl")
    return found.as_bytes()


STORED_DOCX = zipped("other.txt")


@pytest.mark.parametrize(
    ("content", "name", "kind"),
    [
        (notification(), "form.docx", FileKind.WORD),
        (notification(), "form.doc", FileKind.WORD),
        (notification(), "form.zip", FileKind.WORD),
        (notification(), "ATT0001", FileKind.WORD),
        (b"PK\x03\x04torn", "form.docx", FileKind.WORD),
        (zipped("a.txt", "b.docx"), "form.docx", FileKind.ZIP),
        (zipped("a.txt"), "", FileKind.ZIP),
        (zipped("word/a.txt", "xl/b.txt"), "a.zip", FileKind.ZIP),
        (workbook(), "form.docx", FileKind.WORKBOOK),
        (zipped("[Content_Types].xml", "xl/workbook.bin"), "a.xlsx", FileKind.BINARY_WORKBOOK),
        (zipped("[Content_Types].xml", "ppt/presentation.xml"), "a.docx", FileKind.PRESENTATION),
        (zipped("mimetype", "content.xml"), "a.docx", FileKind.OFFICE),
        (zipped("Index/Document.iwa"), "a.pages", FileKind.PAGES),
        (b"{\\rtf1 x}", "form.doc", FileKind.OFFICE),
        (b"\xef\xbb\xbf\r\n{\\rtf1 x}", "form.doc", FileKind.OFFICE),
        (compound_file({"WordDocument": b"x"}), "form.docx", FileKind.OFFICE),
        (compound_file({"Workbook": b"x"}), "form.xlsx", FileKind.OFFICE),
        (compound_file({"EncryptedPackage": b"x"}), "form.docx", FileKind.LOCKED),
        (compound_file({"\tDRMContent": b"x"}), "form.doc", FileKind.RIGHTS),
        (outlook_file(Mail({BODY: "x"})), "form.doc", FileKind.OUTLOOK),
        (winmail(Mail({BODY: "x"})), "ATT1.bin", FileKind.WINMAIL),
        (b"%PDF-1.7", "scan.jpg", FileKind.PDF),
        (b"junk before it\n%PDF-1.4\n", "form.pdf", FileKind.PDF),
        (b"\xff\xd8\xff\xe0", "form.pdf", FileKind.PICTURE),
        (b"\x89PNG\r\n", "form.docx", FileKind.PICTURE),
        (b"\0\0\0\x18ftypheic", "IMG_0001.jpg", FileKind.PICTURE),
        (b"BM\x36\0\0\0\0\0\0\0\x36", "a", FileKind.PICTURE),
        (b"<html><body>x", "form.doc", FileKind.WEB_PAGE),
        (b"<?xml version='1.0'?><!DOCTYPE html><html>", "form.xls", FileKind.WEB_PAGE),
        (b"<!-- saved from url=1 --><html>", "form.txt", FileKind.WEB_PAGE),
        (b"<?xml version='1.0'?><w:wordDocument>", "form.doc", FileKind.OFFICE),
        (mail(), "forwarded.eml", FileKind.MAIL),
        (mail(), "", FileKind.MAIL),
        (mail(), "form.txt", FileKind.MAIL),
        (b"From: Ines\nTo: Unit\nSubject: Return\n\nGender: Girl", "form.txt", FileKind.TEXT),
        (b"From: Ines\nGender: Girl", "form.eml", FileKind.MAIL),
        (b"Gender: Girl", "form.txt", FileKind.TEXT),
        (b"Gender: Girl", "form.docx", FileKind.TEXT),
        (b"Gender: Girl", "form", FileKind.TEXT),
        ("Gender: Girl".encode("utf-16"), "form.txt", FileKind.TEXT),
        ("Gender: Girl".encode("utf-16-le"), "form.bin", FileKind.TEXT),
        (b"Date,Event", "a.csv", FileKind.TABLE_OF_TEXT),
        (b"", "form.docx", FileKind.EMPTY),
        (b"\0" * 4_000, "form.docx", FileKind.ZEROS),
        (b"\x01\x02\x03", "form.docx", FileKind.WORD),
        (b"\x01\x02\x03", "form.pdf", FileKind.PDF),
        (b"\x01\x02\x03", "a.dat", FileKind.OTHER),
        (b"\x76\xe8\x04\x60\xc4\x11\xe3\x86x", "message_v2.rpmsg", FileKind.SEALED),
        (b"\x30\x82\x01\x01", "smime.p7m", FileKind.SEALED),
        (b"-----BEGIN PGP MESSAGE-----\n", "form.docx", FileKind.SEALED),
        (b"MZ\x90\0", "form.docx", FileKind.PROGRAM),
        (b"var a = 1;", "form.js", FileKind.PROGRAM),
        (b"7z\xbc\xaf\x27\x1c", "form.zip", FileKind.PACKED),
    ],
)
def test_a_file_is_what_its_bytes_say(content: bytes, name: str, kind: FileKind) -> None:
    assert kind_of(content, name) is kind


def test_a_docx_stored_in_a_zip_does_not_make_the_zip_a_docx() -> None:
    target = BytesIO()
    with ZipFile(target, "w") as archive:
        archive.writestr("form.docx", notification())
    assert kind_of(target.getvalue(), "form.docx") is FileKind.ZIP


@pytest.mark.parametrize(
    ("name", "content_type", "kind"),
    [
        ("FORM.DOCX", "", FileKind.WORD),
        ("form.docx.", "", FileKind.WORD),
        ("", "application/pdf", FileKind.PDF),
        ("form", "application/vnd.ms-excel", FileKind.OFFICE),
        ("form.pdf", "application/msword", FileKind.PDF),
        ("", "", FileKind.OTHER),
    ],
)
def test_what_a_file_is_said_to_be(name: str, content_type: str, kind: FileKind) -> None:
    assert kind_named(name, content_type) is kind


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"", "a.docx", "empty"),
        (b"\0" * 500, "a.docx", "nothing but zeros"),
        (locked(), "a.docx", "locked with a password"),
        (compound_file({"\tDRMContent": b""}), "a.doc", "rights management"),
        (b"Rar!\x1a\x07\0", "a.rar", "one by one"),
        (b"MZ", "a.exe", "program"),
        (b"\x01\x02", "a.dat", "format that cannot be read"),
        (b"\x30\x82", "smime.p7m", "encrypted"),
        (zipped("[Content_Types].xml", "xl/workbook.bin"), "a.xlsb", "as .xlsx"),
        (zipped("Index/Document.iwa"), "a.pages", "Apple"),
        (b"ID3\x03", "a.mp3", "listens"),
        (b"\x01\x02\x03", "a.docx", "damaged"),
    ],
)
def test_what_cannot_be_read_is_a_sentence_at_its_place(
    content: bytes, name: str, words: str
) -> None:
    document = read_document(content, name=name, content_type="", place=PLACE)
    assert not document.blocks
    ((where, what),) = [(problem.place, problem.what) for problem in document.problems]
    assert where == PLACE
    assert words in what
    assert name not in what


@pytest.mark.parametrize("name", ["a.txt", "a.doc", "a", "a.pdf"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
def test_text_is_read_whatever_it_is_called_and_however_it_is_encoded(
    name: str, encoding: str
) -> None:
    content = "Child’s name: Zoë\r\nGender: Girl".encode(encoding)
    document = read_document(content, name=name, content_type="", place=PLACE)
    lines = [block.text for block in document.blocks if isinstance(block, Line)]
    assert lines == ["Child’s name: Zoë", "Gender: Girl"]


def test_places_of_lines_do_not_name_the_file_twice() -> None:
    document = read_document(b"Gender: Girl", name="a.txt", content_type="", place=PLACE)
    assert [block.place for block in document.blocks] == ["line 1"]


STARTS = [b"", b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"<html>", b"\x78\x9f\x3e\x22"]
STARTS += [b"From: a\nMIME-Version: 1.0\n\n", b"\xff\xfe", b"<?xml version='1.0'?>", b"sep=;\n"]
NAMES = ["a.docx", "a.zip", "a.msg", "a.eml", "a.htm", "a.mht", "a.csv", "a.txt", "winmail.dat", ""]


@given(start=st.sampled_from(STARTS), rest=st.binary(max_size=600), name=st.sampled_from(NAMES))
def test_no_bytes_make_it_raise(start: bytes, rest: bytes, name: str) -> None:
    found = documents_in(start + rest, name=name, content_type="", place=PLACE)
    for place, document in found:
        assert place.startswith(PLACE)
        assert document.blocks or document.problems
