"""Whatever a file contains, reading it ends, soon, with a Document: never with an exception.

`make fuzz` does the same for ten minutes (docs/accuracy.md).
"""

import json
from email.message import EmailMessage
from io import BytesIO
from pathlib import Path
from random import Random
from zipfile import ZipFile

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from mailbot.core.document import Document
from mailbot.core.model import Message
from mailbot.documents import FileKind, documents_in
from mailbot.documents.containers import MAILS, message_from
from mailbot.documents.office import read_office
from mailbot.documents.pdf import read_pdf
from mailbot.documents.pictures import read_picture
from mailbot.documents.web_page import read_web_archive, read_web_page
from mailbot.documents.word import read_word
from mailbot.documents.workbook import read_workbook
from mailbot.reader import readings_of
from scripts import fuzz
from scripts.accuracy import CORPUS, EXPECTED
from scripts.fuzz_damage import damaged

PLACE = "2nd attachment"
FILES = sorted(p for p in CORPUS.iterdir() if p.name != EXPECTED)
#: Those that need no other program, in this process: what raises, raises here.
HERE = {
    ".docx": read_word,
    ".docm": read_word,
    ".pdf": read_pdf,
    ".xlsx": read_workbook,
    ".html": read_web_page,
}
MAGIC = (
    *(b"PK\x03\x04", b"PK\x05\x06", b"%PDF-1.7\n", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
    *(b"{\\rtf1", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0", b"GIF89a", b"II*\x00", b"MM\x00*"),
    *(b"<html>", b"<!DOCTYPE html>", b"\xff\xfe", b"\xef\xbb\xbf", b"MIME-Version: 1.0\n"),
    *(b'x\x9f>"', b"From: a@b.example\nSubject: x\n\n", b"7z\xbc\xaf'\x1c", b"Rar!\x1a\x07", b""),
)
NAMES = tuple(
    f"form.{ending}"
    for ending in "docx docm doc pdf rtf odt xlsx xls html txt eml msg zip dat png csv".split()
)
_SLOWLY = settings(
    max_examples=60, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


@given(st.sampled_from(MAGIC), st.binary(max_size=2000), st.sampled_from(NAMES))
@_SLOWLY
def test_bytes_that_only_begin_like_a_file_are_a_document_with_a_sentence(
    magic: bytes, rest: bytes, name: str
) -> None:
    found = documents_in(magic + rest, name=name, content_type="", place=PLACE)
    assert all(isinstance(document, Document) for _, document in found)
    assert all("a fault of mailbot" not in p.what for _, d in found for p in d.problems)


@given(st.sampled_from(MAGIC), st.binary(max_size=4000))
@_SLOWLY
@pytest.mark.parametrize(
    "read", [read_word, read_pdf, read_workbook, read_web_page, read_web_archive, read_picture]
)
def test_a_reader_given_anything_answers(read, magic: bytes, rest: bytes) -> None:
    document = read(magic + rest, place=PLACE)
    assert document.blocks or document.problems or not rest.strip()
    assert all(len(problem.what) < 400 for problem in document.problems)


@given(st.binary(max_size=4000))
@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
def test_an_old_office_file_that_is_none_is_told_of(rest: bytes) -> None:
    document = read_office(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + rest, place=PLACE)
    assert document.problems


@given(st.sampled_from(sorted(MAILS)), st.sampled_from(MAGIC), st.binary(max_size=4000))
@_SLOWLY
def test_a_mail_of_outlook_that_is_none_is_a_mail_or_a_sentence(
    kind: FileKind, magic: bytes, rest: bytes
) -> None:
    assert isinstance(message_from(magic + rest, kind), Message | str)


@given(st.sampled_from([p for p in FILES if p.suffix in HERE]), st.integers(0, 2**32))
@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@example(CORPUS / "modern-notification-01.docx", 1)
def test_a_form_damaged_on_its_way_is_read_as_far_as_it_goes(path: Path, chance: int) -> None:
    content = damaged(path.read_bytes(), Random(chance))
    document = HERE[path.suffix](content, place=PLACE)
    assert document.blocks or document.problems or len(content) < 200


@given(st.sampled_from([p for p in FILES if p.suffix in {".eml", ".zip"}]), st.integers(0, 2**32))
@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
def test_a_mail_or_archive_damaged_on_its_way_does_not_stop_reading(
    tmp_path_factory: pytest.TempPathFactory, path: Path, chance: int
) -> None:
    damaged_file = tmp_path_factory.mktemp("damaged") / path.name
    damaged_file.write_bytes(damaged(path.read_bytes(), Random(chance)))
    [line] = readings_of([damaged_file], damaged_file.parent)
    assert "a fault of mailbot" not in json.dumps(line, default=str)


# --- things in things ----------------------------------------------------------------------------


def zipped(files: dict[str, bytes]) -> bytes:
    target = BytesIO()
    with ZipFile(target, "w") as package:
        for name, content in files.items():
            package.writestr(name, content)
    return target.getvalue()


def enclosed(name: str, content: bytes) -> bytes:
    mail = EmailMessage()
    mail["From"] = "sol@agency.example"
    mail.set_content("See attached.")
    mail.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    return mail.as_bytes()


INNER = (CORPUS / "modern-return-01.docx").read_bytes()
nests = st.lists(st.sampled_from(["zip", "eml"]), max_size=12)


@given(nests)
@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@example([])
@example(["zip"] * 12)
@example(["eml", "zip"] * 6)
def test_a_form_in_containers_is_read_or_said_to_be_too_deep(layers: list[str]) -> None:
    name, content = "form.docx", INNER
    for layer in layers:
        content = zipped({name: content}) if layer == "zip" else enclosed(name, content)
        name = f"next.{layer}"
    found = documents_in(content, name=name, content_type="", place=PLACE)
    read = [document for _, document in found if document.format == "Word" and document.blocks]
    said = [problem for _, document in found for problem in document.problems]
    assert read or said
    if len(layers) <= 3:
        assert len(read) == 1


# --- the fuzzer itself ---------------------------------------------------------------------------


def test_the_fuzzer_keeps_a_file_that_made_a_reader_raise(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> list[object]:
        raise IndexError

    monkeypatch.setattr(fuzz, "readings_of", broken)
    monkeypatch.setattr(fuzz, "SECONDS", 1000)
    run = fuzz.Fuzz(tmp_path, base=1e9)
    fuzz._one(run, "form.docx", b"PK")
    [what] = run.found
    assert what.startswith("IndexError in test_never_raises.py")
    assert run.found[what].read_bytes() == b"PK"


def test_the_fuzzer_keeps_a_file_whose_reader_raised_in_the_worker_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = f"document: could not be read, {fuzz.FAULT} (KeyError): a person opens it."
    part = {"document": "unreadable", "problems": [said]}
    monkeypatch.setattr(fuzz, "readings_of", lambda *_: [{"parts": [part]}])
    run = fuzz.Fuzz(tmp_path, base=1e9)
    fuzz._one(run, "form.pdf", b"%PDF")
    assert list(run.found) == [
        f".pdf: could not be read, {fuzz.FAULT} (KeyError): a person opens it."
    ]


def test_the_same_chance_damages_a_file_in_the_same_way() -> None:
    content = (CORPUS / "modern-return-01.docx").read_bytes()
    # What is packed again carries the time of packing, to two seconds.
    assert [len(damaged(content, Random(n))) for n in range(50)] == [
        len(damaged(content, Random(n))) for n in range(50)
    ]
    assert len({damaged(content, Random(n)) for n in range(50)}) > 40
