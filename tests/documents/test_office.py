"""Old Word, RTF, old Excel: files of other office programs, by way of LibreOffice or without it."""

import socket
import struct
import sys
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from mailbot.core.document import Cell, Document, Line, Table
from mailbot.documents import libreoffice, worker
from mailbot.documents.libreoffice import NotConvertedError, converted
from mailbot.documents.office import read_office
from tests.documents.container_kit import compound_file
from tests.documents.office_kit import form, turned

needs_libreoffice = pytest.mark.needs("libreoffice")
PLACE = "2nd attachment, Word"

WORD_RTF = rb"""{\rtf1\ansi\ansicpg1252\deff0{\fonttbl{\f0 Arial;}{\f1\fnil\fcharset2 Wingdings;}}
\pard Known: {\field{\*\fldinst { FORMCHECKBOX {\*\formfield{\fftype1\ffres1\ffdefres0
{\*\ffname Check1}}}}}{\fldrslt }} Yes {\field{\*\fldinst { FORMCHECKBOX {\*\formfield{\fftype1
\ffres25\ffdefres0{\*\ffname Check2}}}}}{\fldrslt }} No\par
Consent: {\f1 \'fe} Yes {\f1 \'a8} No\par
\trowd\cellx3000\cellx8000 Child's name\intbl\cell Robin {\strike not} Example\cell\row
\pard Signed: Sam Sample\par}"""


def rows(document: Document) -> dict[str, Cell]:
    """The rows of all tables with two columns: the first cell's text -> the second cell."""
    return {
        row[0].text: row[1]
        for block in document.blocks
        if isinstance(block, Table)
        for row in block.rows
        if len(row) == 2
    }


def lines(document: Document) -> list[str]:
    return [block.text for block in document.blocks if isinstance(block, Line) and block.text]


def sentence(document: Document) -> str:
    (problem,) = document.problems
    assert problem.place == PLACE
    return problem.what


def without_libreoffice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(libreoffice.shutil, "which", lambda _: None)


# --- with LibreOffice ---------------------------------------------------------------------------


@needs_libreoffice
@pytest.mark.parametrize(("ending", "name"), [("doc", "old Word"), ("rtf", "RTF")])
def test_what_was_filled_in_is_read_from_old_formats(ending: str, name: str) -> None:
    document = read_office(turned(ending), place=PLACE)
    answers = rows(document)

    assert document.format == name
    assert answers["Child's name"].text == "Robin Example"
    assert answers["Address"].text == "1 High Street\nLuton"
    assert answers["Notifier"].text == "Alex Example"
    assert answers["Area"].text == "Bedford"
    assert answers["School"].text == ""
    assert "Signed: Sam Sample" in lines(document)
    assert any(
        isinstance(block, Line) and block.margin and block.text == "CONFIDENTIAL"
        for block in document.blocks
    )


@needs_libreoffice
@pytest.mark.parametrize("ending", ["doc", "rtf"])
def test_ticks_survive_the_way_through_old_formats(ending: str) -> None:
    answers = rows(read_office(turned(ending), place=PLACE))

    assert answers["Nature"].text == "☒ Death ☐ Serious harm"
    assert answers["Consent"].text == "☒ Yes ☐ No"
    assert answers["Referred"].text == "☐ Yes ☒ No"
    if ending == "doc":
        assert answers["Known to agency"].text == "☒ Yes ☐ No"


@needs_libreoffice
@pytest.mark.parametrize("ending", ["doc", "rtf"])
def test_what_was_struck_out_or_picked_out_survives_too(ending: str) -> None:
    answers = rows(read_office(turned(ending), place=PLACE))

    assert answers["Twins"].struck == ("Yes",)
    assert "Yes" not in answers["Twins"].text
    assert answers["In care"].marked == ("Yes",)


@needs_libreoffice
def test_boxes_whose_state_the_file_does_not_hold_are_not_taken_for_empty_ones() -> None:
    # LibreOffice writes form fields of Word into RTF without saying whether they are ticked.
    document = read_office(turned("rtf"), place=PLACE)

    assert rows(document)["Known to agency"].text == "⬚ Yes ⬚ No"
    assert "a person looks" in sentence(document)


@needs_libreoffice
def test_boxes_of_rtf_that_word_wrote_keep_their_state() -> None:
    document = read_office(WORD_RTF, place=PLACE)

    assert lines(document)[:2] == ["Known: ☒ Yes ☐ No", "Consent: ☒ Yes ☐ No"]
    assert rows(document)["Child's name"].text == "Robin Example"
    assert rows(document)["Child's name"].struck == ("not",)
    assert not document.problems


@needs_libreoffice
def test_names_that_libreoffice_made_up_are_not_taken_for_tags() -> None:
    answers = rows(read_office(turned("doc"), place=PLACE))

    assert [control.name for control in answers["Notifier"].controls] == ["notifier"]
    assert all(not control.name for control in answers["Area"].controls)
    assert all(not control.name for control in answers["School"].controls)


@needs_libreoffice
def test_an_old_file_is_read_in_the_worker_process() -> None:
    reading = worker.Worker()
    document = reading.read("office", turned("doc"), place=PLACE)
    reading.close()

    assert rows(document)["Child's name"].text == "Robin Example"


@needs_libreoffice
@pytest.mark.parametrize(
    "content",
    [
        b"{\\rtf1",
        b"{\\rtf1 \\bin99999999999 ",
        b"{" * 5000 + b"\\rtf1",
        b"\xffWPC" + bytes(400),
        b'<?xml version="1.0"?><?mso-application progid="Word.Document"?><w:wordDocument',
    ],
)
def test_a_torn_file_is_read_as_far_as_it_goes_or_is_a_problem(content: bytes) -> None:
    document = read_office(content, place=PLACE)
    assert all(problem.place == PLACE for problem in document.problems)


@needs_libreoffice
def test_a_file_cannot_make_us_ask_another_computer() -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    address = f"http://127.0.0.1:{listener.getsockname()[1]}"
    page = f'<html><img src="{address}/a.png"><link rel=stylesheet href="{address}/b.css">hello'
    linked = rf'{{\rtf1 hello {{\field{{\*\fldinst INCLUDEPICTURE "{address}/c.png" \\d}}}}}}'
    converted(page.encode(), ending="html", to="docx")
    converted(linked.encode(), ending="rtf", to="docx")

    # Whoever connected waits to be let in.
    listener.settimeout(0.2)
    with listener, pytest.raises(TimeoutError):
        listener.accept()


@needs_libreoffice
def test_a_file_cannot_take_in_another_file_of_ours(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("the password", "utf-8")
    linked = rf'{{\rtf1 hello {{\field{{\*\fldinst INCLUDETEXT "{secret.as_uri()}"}}}} world}}'

    document = read_office(linked.encode(), place=PLACE)

    assert "hello" in " ".join(lines(document))
    assert "password" not in repr(document)


def test_an_old_workbook_is_read_as_a_workbook(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A LibreOffice of ours, since not every one has its Calc.
    book = Workbook()
    book.active.append(("Child's name", "Robin Example"))
    book.save(tmp_path / "made.xlsx")
    program = tmp_path / "soffice"
    program.write_text(
        "#!/bin/sh\n"
        'while [ "$1" != --outdir ]; do shift; done\n'
        f'mkdir -p "$2" && cp {tmp_path}/made.xlsx "$2/in.xlsx"\n',
        "utf-8",
    )
    program.chmod(0o700)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    content = compound_file({"Workbook": struct.pack("<HH", 0x0809, 16).ljust(5_000, b"\0")})

    document = read_office(content, place=PLACE)

    assert document.format == "old Excel"
    assert rows(document)["Child's name"].text == "Robin Example"


def test_a_conversion_that_hangs_is_ended_with_everything_it_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "soffice"
    program.write_text(f"#!/bin/sh\nsleep 600 &\necho $! $$ > {tmp_path}/pids\nwait\n", "utf-8")
    program.chmod(0o700)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")

    with pytest.raises(NotConvertedError, match="took too long"):
        converted(b"{\\rtf1 }", ending="rtf", to="docx", seconds=1)

    for pid in (tmp_path / "pids").read_text("utf-8").split():
        for _ in range(100):
            if not Path(f"/proc/{pid}").exists() or "Z" in _state(pid):
                break
            time.sleep(0.05)
        else:
            pytest.fail(f"{pid} still runs")


def test_what_one_of_its_threads_started_ends_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "soffice"
    program.write_text(
        f"#!{sys.executable}\n"
        "import os, subprocess, threading\n"
        "def start():\n"
        "    child = subprocess.Popen(['sleep', '600'])\n"
        f"    open('{tmp_path}/pids', 'w').write(str(child.pid))\n"
        "    child.wait()\n"
        "thread = threading.Thread(target=start)\nthread.start()\nthread.join()\n",
        "utf-8",
    )
    program.chmod(0o700)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")

    with pytest.raises(NotConvertedError, match="took too long"):
        converted(b"{\\rtf1 }", ending="rtf", to="docx", seconds=3)

    pid = (tmp_path / "pids").read_text("utf-8")
    for _ in range(100):
        if "Z" in _state(pid):
            return
        time.sleep(0.05)
    pytest.fail(f"{pid} still runs")


@pytest.mark.parametrize("how", ["kill -9 $$", "exit 137"])
def test_a_libreoffice_that_the_system_ended_is_asked_once_more_and_blames_no_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    program = tmp_path / "soffice"
    program.write_text(f"#!/bin/sh\necho once >> {tmp_path}/runs\n{how}\n", "utf-8")
    program.chmod(0o700)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")

    with pytest.raises(OSError, match="ended at work"):
        converted(b"{\\rtf1 }", ending="rtf", to="docx")

    assert (tmp_path / "runs").read_text("utf-8").split() == ["once", "once"]


def test_an_rtf_file_that_libreoffice_cannot_open_is_read_as_bare_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "soffice"
    program.write_text("#!/bin/sh\nexit 1\n", "utf-8")
    program.chmod(0o700)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")

    document = read_office(rb"{\rtf1\ansi Gender: Girl\par}", place=PLACE)
    assert [block.text for block in document.blocks if isinstance(block, Line)] == ["Gender: Girl"]
    assert "LibreOffice could not open it" in document.problems[0].what

    empty = read_office(rb"{\rtf1 }", place=PLACE)
    assert "not even by LibreOffice" in empty.problems[0].what


def _state(pid: str) -> str:
    try:
        return Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2][:3]
    except FileNotFoundError:
        return "Z"


# --- without it ----------------------------------------------------------------------------------


def test_without_libreoffice_rtf_gives_its_bare_text_and_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    without_libreoffice(monkeypatch)
    document = read_office(WORD_RTF, place=PLACE)

    assert document.format == "RTF"
    assert "Signed: Sam Sample" in lines(document)
    assert "Child's name\tRobin not Example" in lines(document)
    assert not any("☒" in line or "☐" in line for line in lines(document)[:1])
    assert "bare text" in sentence(document)


def test_without_libreoffice_old_word_is_a_named_state(monkeypatch: pytest.MonkeyPatch) -> None:
    without_libreoffice(monkeypatch)
    content = compound_file({"WordDocument": fib(0)})
    assert "LibreOffice is not installed: a person opens it" in sentence(
        read_office(content, place=PLACE)
    )


# --- named states ---------------------------------------------------------------------------------


def fib(flags: int, version: int = 0x00C1) -> bytes:
    """The beginning of a WordDocument stream."""
    return struct.pack("<HH6xH", 0xA5EC, version, flags).ljust(5_000, b"\0")


def test_a_locked_word_file_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    content = compound_file({"WordDocument": fib(0x0100)})
    document = read_office(content, place=PLACE)
    assert document.format == "old Word"
    assert "locked with a password" in sentence(document)


def test_a_locked_workbook_is_named() -> None:
    begin = struct.pack("<HH", 0x0809, 16) + bytes(16)
    locked = begin + struct.pack("<HH", 0x002F, 54) + bytes(54)
    document = read_office(compound_file({"Workbook": locked.ljust(5_000, b"\0")}), place=PLACE)
    assert document.format == "old Excel"
    assert "locked with a password" in sentence(document)


@pytest.mark.parametrize("start", [b"\xdb\xa5", b"\x9b\xa5"])
def test_word_of_before_1997_is_named(start: bytes) -> None:
    assert "before 1997" in sentence(read_office(start + bytes(600), place=PLACE))


def test_a_compound_file_of_another_kind_is_named() -> None:
    content = compound_file({"Something": b"x" * 5_000})
    assert "does not know" in sentence(read_office(content, place=PLACE))


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_torn_compound_file_lets_an_exception_out(
    monkeypatch: pytest.MonkeyPatch, data: st.DataObject
) -> None:
    without_libreoffice(monkeypatch)
    content = bytearray(compound_file({"WordDocument": fib(0), "Workbook": b"\x09\x08" * 2_500}))
    for _ in range(data.draw(st.integers(1, 8))):
        content[data.draw(st.integers(8, len(content) - 1))] = data.draw(st.integers(0, 255))
    del content[data.draw(st.integers(512, len(content))) :]
    assert sentence(read_office(bytes(content), place=PLACE))


def test_the_form_of_the_kit_is_what_it_says() -> None:
    assert form().startswith(b"PK")
