"""Which reader reads which file: the bytes decide, then the name; nothing raises."""

import time
from email.message import EmailMessage
from functools import partial
from io import BytesIO
from zipfile import ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from mailbot.core.document import Cell, Document, Line, Table
from mailbot.documents import (
    FileKind,
    containers,
    documents_in,
    kind_named,
    kind_of,
    read_document,
    router,
)
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


# --- how much of one message is read --------------------------------------------------------------


def archive(**files: bytes) -> bytes:
    """A zip archive of files; "a_csv" is named a.csv."""
    target = BytesIO()
    with ZipFile(target, "w") as package:
        for name, content in files.items():
            package.writestr(name.replace("_", "."), content)
    return target.getvalue()


def test_files_after_those_that_took_all_the_time_are_named_and_not_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def slow(_name: str, _content: bytes, *, place: str) -> Document:
        time.sleep(0.02)
        return Document(format="PDF", blocks=(Line(place=place, text="read"),))

    monkeypatch.setattr(router, "apart", slow)
    monkeypatch.setattr(router, "Allowance", partial(containers.Allowance, seconds=0.03))
    content = archive(a_pdf=b"%PDF-a", b_pdf=b"%PDF-b", c_pdf=b"%PDF-c", d_txt=b"Gender: Girl")

    found = documents_in(content, name="a.zip", content_type="", place=PLACE)

    assert [bool(document.blocks) for _, document in found] == [True, True, False, False]
    for place, document in found[2:]:
        (problem,) = document.problems
        assert problem.place == place
        assert "took all the time" in problem.what


def test_rows_beyond_what_one_message_may_hold_are_told_of_and_not_read() -> None:
    rows = b"Name,Date\n" + b"Robin,3 May 2019\n" * 4_000
    content = archive(a_csv=rows, b_csv=rows, c_csv=rows)

    found = documents_in(content, name="a.zip", content_type="", place=PLACE)

    tables = [b for _, d in found for b in d.blocks if isinstance(b, Table)]
    assert sum(len(table.rows) for table in tables) == containers.ROWS
    assert [len(d.problems) for _, d in found] == [0, 1, 1]
    assert "too many for a form" in found[1][1].problems[0].what


def test_lines_and_tables_in_cells_count_too() -> None:
    inner = Table(place="t", rows=((Cell(text="x"),),) * 10)
    table = Table(place="t", rows=((Cell(text="x", tables=(inner,)),),) * 20)
    document = Document(format="Word", blocks=(*(Line(place="", text="x"),) * 5, table))
    assert router._within(document, containers.Allowance(rows=220, lines=5), PLACE) is document
    assert len(router._within(document, containers.Allowance(lines=4), PLACE).blocks) == 4
    cut = router._within(document, containers.Allowance(rows=219), PLACE)
    assert len(cut.blocks[-1].rows) == 19  # type: ignore[union-attr]


def test_a_long_body_is_cut_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(router, "Allowance", partial(containers.Allowance, lines=10))
    found = EmailMessage()
    found["From"] = "ines.carrow@school.example"
    found.set_content("Gender: Girl\n" * 40)
    (_, body), *_ = documents_in(found.as_bytes(), name="a.eml", content_type="", place=PLACE)
    assert len(body.blocks) == 10
    assert body.problems


def test_bytes_that_are_no_text_are_not_read_as_text() -> None:
    for content in (bytes(range(1, 32)) * 40, bytes(range(256)) * 40):
        document = read_document(content, name="a.txt", content_type="text/plain", place=PLACE)
        assert not document.blocks
        assert document.problems
    document = read_document(b"Gender: Girl\x0c\n\x1a", name="a.txt", content_type="", place=PLACE)
    assert document.blocks
    assert not document.problems
