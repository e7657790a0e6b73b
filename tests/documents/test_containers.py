"""Archives and mails that are attached: everything in them is read, within what may be opened."""

import struct
import zlib
from collections.abc import Mapping
from datetime import UTC, datetime
from email.message import EmailMessage
from io import BytesIO
from zipfile import ZIP_BZIP2, ZIP_DEFLATED, ZIP_STORED, ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.core.document import Document, Line, Table
from mailbot.core.mail.messages import Reading, read_message
from mailbot.core.model import Message, TrustMode
from mailbot.documents import containers, documents_in, documents_of
from mailbot.documents.containers import Allowance, archive_from
from tests.documents.container_kit import BODY, File, Mail, outlook_file
from tests.forms_kit import locked, notification

PLACE = "2nd attachment, zip archive"
READING = Reading(own_address="", trust=TrustMode.NONE)


def packed(files: Mapping[str, bytes], method: int = ZIP_DEFLATED) -> bytes:
    target = BytesIO()
    with ZipFile(target, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return target.getvalue()


def locked_zip(files: Mapping[str, bytes]) -> bytes:
    """An archive whose every part says that it is encrypted, as those with a password do."""
    content = bytearray(packed(files, ZIP_STORED))
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        position = content.find(mark)
        while position >= 0:
            content[position + at] |= 1
            position = content.find(mark, position + 4)
    return bytes(content)


def found(content: bytes, name: str = "a.zip", place: str = PLACE) -> dict[str, Document]:
    documents = documents_in(content, name=name, content_type="", place=place)
    assert len(dict(documents)) == len(documents), "a place stands twice"
    return dict(documents)


def texts(document: Document) -> list[str]:
    return [block.text for block in document.blocks if isinstance(block, Line)]


def problems(documents: Mapping[str, Document]) -> dict[str, list[str]]:
    return {
        place: [problem.what for problem in document.problems]
        for place, document in documents.items()
        if document.problems
    }


def message(mail: EmailMessage) -> Message:
    return read_message(mail.as_bytes(), datetime(2026, 11, 23, tzinfo=UTC), reading=READING)


def a_mail(text: str, *files: tuple[str, bytes] | EmailMessage) -> EmailMessage:
    mail = EmailMessage()
    mail["From"] = "ines.carrow@school.example"
    mail["Subject"] = "Fwd: return"
    mail.set_content(text)
    for file in files:
        if isinstance(file, EmailMessage):
            mail.add_attachment(file)
        else:
            name, content = file
            mail.add_attachment(
                content, maintype="application", subtype="octet-stream", filename=name
            )
    return mail


# --- zip archives ---------------------------------------------------------------------------------


def test_every_file_of_an_archive_is_read_at_its_place() -> None:
    documents = found(packed({"a/form.docx": notification(), "b.txt": b"Role: Nurse"}))
    assert list(documents) == [f"{PLACE}: 1st file, Word", f"{PLACE}: 2nd file, text"]
    assert documents[f"{PLACE}: 1st file, Word"].blocks
    assert not problems(documents)


def test_what_computers_add_is_no_file() -> None:
    files = {"__MACOSX/._form.txt": b"x", ".DS_Store": b"x", "a/": b"", "form.txt": b"Role: Nurse"}
    assert list(found(packed(files))) == [f"{PLACE}: 1st file, text"]


def test_an_archive_in_an_archive_is_opened() -> None:
    inner = packed({"form.txt": b"Role: Nurse"})
    documents = found(packed({"inner.zip": inner}))
    place = f"{PLACE}: 1st file, zip archive: 1st file, text"
    assert {place: texts(documents[place])} == {place: ["Role: Nurse"]}


def test_archives_nested_without_end_are_left_at_some_depth() -> None:
    content = b"Role: Nurse"
    for _ in range(12):
        content = packed({"a.zip": content})
    ((where, document),) = found(content).items()
    assert where.count(": ") == containers.DEPTH
    assert "too deep" in document.problems[0].what


def test_a_path_out_of_the_archive_is_only_a_name(tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    documents = found(packed({"../../../etc/form.txt": b"Role: Nurse", "C:\\x\\y.txt": b"a: b"}))
    assert list(documents) == [f"{PLACE}: 1st file, text", f"{PLACE}: 2nd file, text"]
    assert not list(tmp_path.iterdir())


def test_a_locked_archive_is_said_once() -> None:
    documents = found(locked_zip({"a.docx": b"1", "b.docx": b"2"}))
    (what,) = problems(documents)[PLACE]
    assert list(documents) == [PLACE]
    assert "locked with a password" in what
    assert "telephone" in what


def test_one_locked_file_leaves_the_others_readable() -> None:
    content = bytearray(packed({"a.docx": b"1", "b.txt": b"Role: Nurse"}, ZIP_STORED))
    content[6] |= 1
    content[content.find(b"PK\x01\x02") + 8] |= 1
    documents = found(bytes(content))
    assert "locked" in problems(documents)[f"{PLACE}: 1st file, Word"][0]
    assert texts(documents[f"{PLACE}: 2nd file, text"]) == ["Role: Nurse"]


def test_a_bomb_is_left_packed_and_what_is_beside_it_is_read() -> None:
    bomb = packed({"zeros.txt": b"\0" * 300_000_000, "form.txt": b"Role: Nurse"})
    documents = found(bomb)
    assert "more than mailbot accepts" in problems(documents)[f"{PLACE}: 1st file, text"][0]
    assert texts(documents[f"{PLACE}: 2nd file, text"]) == ["Role: Nurse"]


def test_a_size_that_lies_does_not_help_a_bomb() -> None:
    content = bytearray(packed({"zeros.txt": b"\0" * 100_000_000}))
    at = content.find(b"PK\x01\x02")
    content[at + 24 : at + 28] = struct.pack("<I", 10)
    content[22:26] = struct.pack("<I", 10)
    documents = found(bytes(content))
    assert sum(map(len, problems(documents).values())) == 1
    assert not any(document.blocks for document in documents.values())


def test_thousands_of_files_are_not_opened() -> None:
    documents = found(packed({f"{n}.txt": b"a: b" for n in range(1_000)}, ZIP_STORED))
    assert len(documents) == containers.FILES + 1
    assert "too many files" in problems(documents)[PLACE][0]


def test_tens_of_thousands_of_files_are_not_even_listed() -> None:
    documents = found(packed({f"{n}": b"" for n in range(11_000)}, ZIP_STORED))
    assert list(documents) == [PLACE]
    assert "too many files" in problems(documents)[PLACE][0]


def test_what_may_be_unpacked_is_for_all_files_together() -> None:
    content = packed({f"{n}.txt": b"x" * 400 for n in range(3)})
    archive = archive_from(content, Allowance(bytes=1_000))
    assert [bool(file.content) for file in archive.files] == [True, True, False]
    assert "more than mailbot accepts" in archive.files[2].problem


def test_files_of_one_name_are_two_files() -> None:
    target = BytesIO()
    with ZipFile(target, "w") as archive:
        archive.writestr("form.txt", "Role: Nurse")
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("form.txt", "Role: Midwife")
    documents = found(target.getvalue())
    assert [texts(document) for document in documents.values()] == [
        ["Role: Nurse"],
        ["Role: Midwife"],
    ]


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (packed({"a.txt": b"x" * 2_000})[:-30], "damaged"),
        (packed({}), "holds no file"),
        (b"PK\x03\x04" + b"\0" * 300, "damaged"),
    ],
)
def test_a_torn_or_empty_archive_is_a_sentence(content: bytes, word: str) -> None:
    documents = found(content)
    assert word in problems(documents)[PLACE][0]


def test_a_method_of_packing_that_bombs_like_is_left_alone() -> None:
    documents = found(packed({"a.txt": b"x" * 500}, ZIP_BZIP2))
    assert "packed in a way" in problems(documents)[f"{PLACE}: 1st file, text"][0]


def test_a_checksum_that_is_wrong_is_damage() -> None:
    content = packed({"a.txt": b"Role: Nurse"}, ZIP_STORED).replace(b"Nurse", b"Other")
    assert zlib.crc32(b"Role: Nurse") != zlib.crc32(b"Role: Other")
    assert "damaged" in problems(found(content))[f"{PLACE}: 1st file, text"][0]


@pytest.mark.parametrize(
    ("name", "content"),
    [("a.7z", b"7z\xbc\xaf\x27\x1c\0\4"), ("a.rar", b"Rar!\x1a\7\0"), ("a.gz", b"\x1f\x8b\x08\0")],
)
def test_other_archives_are_a_named_state(name: str, content: bytes) -> None:
    documents = found(content, name)
    assert "packed in a way that mailbot does not open" in problems(documents)[PLACE][0]


# --- mails ----------------------------------------------------------------------------------------


def test_a_form_two_mails_deep_is_read() -> None:
    inner = a_mail("Here it is.", ("form.docx", notification()))
    outer = message(a_mail("See below.", a_mail("FYI", inner)))
    documents = dict(documents_of(outer))
    mail = "1st attachment, mail"
    assert [place for place, _ in documents_of(outer)] == [
        *("message", mail, f"{mail}: {mail}"),
        f"{mail}: {mail}: 1st attachment, Word",
    ]
    assert documents[f"{mail}: {mail}: 1st attachment, Word"].blocks
    assert texts(documents[mail]) == ["FYI"]


def test_headers_of_an_enclosed_mail_are_no_answers() -> None:
    documents = dict(documents_of(message(a_mail("See.", a_mail("Name of child: Wren Alderby")))))
    assert texts(documents["1st attachment, mail"]) == ["Name of child: Wren Alderby"]


def test_an_eml_that_is_called_a_file_is_a_mail() -> None:
    inner = a_mail("Gender: Girl", ("a.txt", b"Role: Nurse")).as_bytes()
    documents = dict(documents_of(message(a_mail("See.", ("forwarded.eml", inner)))))
    assert texts(documents["1st attachment, mail"]) == ["Gender: Girl"]
    assert texts(documents["1st attachment, mail: 1st attachment, text"]) == ["Role: Nurse"]


def test_a_mail_saved_by_apples_program_is_a_mail() -> None:
    mail = a_mail("Gender: Girl").as_bytes()
    documents = found(b"%d \n" % len(mail) + mail, "1234.emlx", "1st attachment, mail")
    assert texts(documents["1st attachment, mail"]) == ["Gender: Girl"]


def test_containers_of_every_kind_nest_in_each_other() -> None:
    archive = packed({"form.txt": b"Role: Nurse"})
    msg = outlook_file(Mail({BODY: "see"}, files=[File("forms.zip", archive)]))
    documents = dict(documents_of(message(a_mail("See.", a_mail("FYI", ("a.msg", msg))))))
    place = (
        "1st attachment, mail: 1st attachment, Outlook mail: 1st attachment, zip archive: "
        "1st file, text"
    )
    assert texts(documents[place]) == ["Role: Nurse"]


def test_mails_nested_without_end_are_left_at_some_depth() -> None:
    mail = a_mail("innermost")
    for _ in range(9):
        mail = a_mail("FYI", ("forwarded.eml", mail.as_bytes()))
    documents = dict(documents_of(message(mail)))
    assert "too deep" in list(problems(documents).values())[-1][0]


@pytest.mark.parametrize(
    ("name", "content", "read"),
    [
        ("ATT00001.htm", b"<html><body><br>&nbsp;\r\n</body></html>", False),
        ("ATT00001.htm", b"<html><body>Role: Nurse</body></html>", True),
        ("form.htm", b"<html><body></body></html>", True),
        ("logo.png", b"\x89PNG", False),
    ],
)
def test_what_mail_programs_cut_off_is_left_out(name: str, content: bytes, read: bool) -> None:
    documents = documents_of(message(a_mail("See.", (name, content))))
    assert (len(documents) == 2) is read


def test_a_cover_of_encrypted_mail_is_a_named_state() -> None:
    sealed = a_mail(
        "You have received a secure message from Egress. To read this secure message click here "
        "and sign in."
    )
    documents = dict(documents_of(message(a_mail("See.", sealed))))
    assert "encrypted" in problems(documents)["1st attachment, mail"][0]


def test_an_enclosed_letter_of_ours_is_nobodys_answer() -> None:
    ours = a_mail("Name of child: Wren Alderby\nOur reference: BB-2026-014-K/abcd\n")
    documents = dict(documents_of(message(a_mail("See.", ours))))
    blocks = documents["1st attachment, mail"].blocks
    assert blocks
    assert all(isinstance(block, Line) and block.quoted for block in blocks)


def test_one_locked_file_of_a_message_leaves_the_rest_readable() -> None:
    mail = a_mail(
        "See.", ("a.docx", locked()), ("b.zip", locked_zip({"x": b"1"})), ("c.txt", b"Role: Nurse")
    )
    documents = dict(documents_of(message(mail)))
    found_problems = problems(documents)
    assert set(found_problems) == {"1st attachment, Word", "2nd attachment, zip archive"}
    assert all("locked" in what for (what,) in found_problems.values())
    assert texts(documents["3rd attachment, text"]) == ["Role: Nurse"]


def test_all_containers_of_a_message_share_what_may_be_opened() -> None:
    archive = packed({f"{n}.txt": b"a: b" for n in range(90)}, ZIP_STORED)
    documents = dict(
        documents_of(message(a_mail("See.", *((f"{n}.zip", archive) for n in range(3)))))
    )
    assert len([d for d in documents.values() if d.blocks]) == containers.FILES + 1
    assert "too many files" in problems(documents)["3rd attachment, zip archive"][0]


def test_tables_in_the_html_of_an_enclosed_mail_are_tables() -> None:
    inner = a_mail("Gender\nGirl")
    inner.add_alternative("<table><tr><td>Gender</td><td>Girl</td></tr></table>", subtype="html")
    documents = dict(documents_of(message(a_mail("See.", inner))))
    (table,) = documents["1st attachment, mail"].blocks
    assert isinstance(table, Table)


@given(at=st.integers(0, 700), junk=st.binary(min_size=1, max_size=12))
def test_no_bytes_make_it_raise(at: int, junk: bytes) -> None:
    inner = packed({"b.txt": b"a: b"})
    content = bytearray(packed({"a.zip": inner, "c.eml": a_mail("x").as_bytes()}))
    content[at : at + len(junk)] = junk
    found(bytes(content))
