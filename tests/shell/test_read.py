"""`mailbot read`: every file is read whatever is in the others, and one sees how sure it is."""

import errno
import io
import json
import os
import sys
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import Mock

import pytest
from rich.console import Console

from mailbot import cli_reading
from mailbot.cli import main
from mailbot.core.forms.layouts import layouts_from
from tests.forms_kit import FINDINGS, NIL, PLAIN_RETURN, filled, template

MAIL = b"""From: Sol Winter <sol.winter@larkspur.example>
To: reviews@bedford.example
Subject: Return
Date: Mon, 23 Nov 2026 10:00:00 +0000
Message-ID: <1@larkspur.example>
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8

"""
STRANGE = """\
Notification of a serious incident

Kiddie's full name: Wren Alderby
Child's DOB: 22nd May 2016
Date of incident: 3 May 2026
Summary of incident: She was hurt at home.
Colour of the front door: green
Ethnicty of the kid: White British
Gender:
"""


@dataclass(frozen=True)
class Ran:
    """What the command ended with and what it wrote."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[dict[str, object]]:
        """Its standard output, one JSON value a line."""
        return [json.loads(line) for line in self.out.splitlines()]


Run = Callable[..., Ran]


@pytest.fixture
def read(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> Run:
    """Type `mailbot read`, outside of any home."""
    monkeypatch.setenv("COLUMNS", "220")

    def typed(*words: object) -> Ran:
        capsys.readouterr()
        home = str(tmp_path / "no-home")
        monkeypatch.setattr(sys, "argv", ["mailbot", "read", *map(str, words), "--home", home])
        code = 0
        try:
            main()
        except SystemExit as end:
            code = int(end.code or 0)
        out, err = capsys.readouterr()
        assert "Traceback" not in out + err
        return Ran(code, out, err)

    return typed


@pytest.fixture
def strange(tmp_path: Path) -> Path:
    """A mail with labels that no form of ours has."""
    path = tmp_path / "strange.eml"
    path.write_bytes(MAIL + STRANGE.encode())
    return path


def test_any_number_of_files_and_folders_are_read_in_order(read: Run, tmp_path: Path) -> None:
    folder = tmp_path / "papers"
    (folder / "deep" / "deeper").mkdir(parents=True)
    (folder / "1.docx").write_bytes(filled(template("agency-return"), FINDINGS))
    (folder / "deep" / "deeper" / "2.docx").write_bytes(filled(template("agency-return"), NIL))
    single = tmp_path / "0.eml"
    single.write_bytes(MAIL + b"Not known to us")
    ran = read(single, folder, "--json")
    kinds = [line["document"] for line in ran.lines]
    assert kinds == ["nil_return", "return", "nil_return"]
    assert [Path(str(line["file"])).name for line in ran.lines] == ["0.eml", "1.docx", "2.docx"]


def test_what_programs_leave_in_folders_is_passed_over(read: Run, tmp_path: Path) -> None:
    for name in (".DS_Store", "Thumbs.db", "~$return.docx"):
        (tmp_path / name).write_bytes(b"\x00\x01")
    (tmp_path / "return.txt").write_text(PLAIN_RETURN, "utf-8")
    assert [Path(str(line["file"])).name for line in read(tmp_path, "--json").lines] == [
        "return.txt"
    ]


def test_a_broken_file_stops_no_other(read: Run, tmp_path: Path) -> None:
    (tmp_path / "1.docx").write_bytes(b"PK\x03\x04 and no more")
    (tmp_path / "2.docx").write_bytes(filled(template("agency-return"), FINDINGS))
    ran = read(tmp_path, "--json")
    assert ran.code == 1
    assert ran.lines[0]["problems"]
    assert ran.lines[1]["document"] == "return"


def test_what_is_not_there_is_told_and_the_rest_read(read: Run, strange: Path) -> None:
    ran = read(strange.parent / "gone.docx", strange, "--json")
    assert ran.code == 1
    gone, there = ran.lines
    assert gone == {
        "file": str(strange.parent / "gone.docx"),
        "parts": [],
        "problems": ["There is no such file or folder."],
    }
    assert there["document"] == "notification"


def test_where_nothing_is_there_the_command_was_typed_wrongly(read: Run, tmp_path: Path) -> None:
    ran = read(tmp_path / "gone.docx")
    assert (ran.code, ran.out) == (2, "")
    assert "There is no file or folder" in ran.err


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="a file nobody can read whole")
def test_a_file_that_cannot_be_opened_is_a_sentence_and_stops_no_other(
    read: Run, strange: Path
) -> None:
    ran = read("/proc/self/mem", strange, "--json")
    assert ran.code == 1
    assert "cannot be opened" in str(ran.lines[0]["problems"])
    assert ran.lines[1]["document"] == "notification"


def test_a_file_that_may_not_be_read_is_a_sentence(
    read: Run, strange: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Whoever runs the tests may be allowed to read everything.
    closed = PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    monkeypatch.setattr(Path, "read_bytes", Mock(side_effect=closed))
    ran = read(strange, "--json")
    assert ran.code == 1
    assert "Permission denied" in str(ran.lines[0]["problems"])


def test_what_is_no_file_is_a_sentence(read: Run, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    ran = read(pipe, "--json")
    assert ran.code == 1
    assert ran.lines[0]["problems"] == ["It is no file that can be read."]


def test_a_fault_of_ours_met_in_one_file_stops_only_that_file(
    read: Run, strange: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "a.eml"
    other.write_bytes(MAIL + b"Not known to us")
    whole = cli_reading.reading_of

    def faulty(path: Path, *args: object, **options: object) -> object:
        if path == other:
            raise RecursionError("Wren Alderby")
        return whole(path, *args, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(cli_reading, "reading_of", faulty)
    ran = read(other, strange, "--json")
    assert ran.code == 1
    assert "a fault of mailbot's" in str(ran.lines[0]["problems"])
    assert "Wren" not in str(ran.lines[0])
    assert ran.lines[1]["document"] == "notification"


def test_a_problem_of_one_of_several_parts_needs_a_person(read: Run, tmp_path: Path) -> None:
    path = tmp_path / "two.eml"
    body = MAIL.replace(b"text/plain; charset=utf-8", b"multipart/mixed; boundary=b") + (
        b"--b\r\nContent-Type: text/plain\r\n\r\nNot known to us\r\n"
        b"--b\r\nContent-Type: application/octet-stream; name=a.docx\r\n"
        b"Content-Disposition: attachment; filename=a.docx\r\n\r\nPK\x03\x04 no more\r\n--b--\r\n"
    )
    path.write_bytes(body)
    ran = read(path)
    assert ran.code == 1
    assert "attachment" in ran.out


def test_people_see_what_was_read_from_where_and_how_sure(read: Run, strange: Path) -> None:
    ran = read(strange, "--explain")
    head = next(line for line in ran.out.splitlines() if "how sure" in line)
    born = next(line for line in ran.out.splitlines() if "child.date_of_birth" in line)
    assert head.split() == ["field", "value", "how", "sure", "from", "where"]
    assert "2016-05-22" in born
    assert "read" in born
    assert "line" in born
    assert any("child.gender" in line and "blank" in line for line in ran.out.splitlines())


def test_labels_that_were_not_understood_come_with_the_fields_they_may_mean(
    read: Run, strange: Path
) -> None:
    (line,) = read(strange, "--explain", "--json").lines
    strangers = {one["label"]: one for one in line["labels_not_understood"]}  # type: ignore[attr-defined]
    assert "Colour of the front door" in strangers
    assert "may_mean" not in strangers["Colour of the front door"]
    likely = strangers["Ethnicty of the kid"]["may_mean"]
    assert likely[0]["field"] == "child.ethnicity"
    assert "child.gender" in line["blank"]  # type: ignore[operator]


def test_the_lines_proposed_for_forms_toml_make_the_labels_understood(
    read: Run, strange: Path, tmp_path: Path
) -> None:
    (line,) = read(strange, "--explain", "--json").lines
    shown = read(strange, "--explain").out
    proposed = str(line["forms_toml"])
    assert '[form.unknown-form.fields."child.ethnicity"]' in shown
    assert '# like no field that mailbot knows: "colour of the front door"' in shown
    own = Path(__file__).resolve().parents[2] / "config" / "forms.toml"
    together = own.read_text("utf-8") + "\n" + proposed
    layouts = layouts_from(tomllib.loads(together))
    assert layouts.field_for("Ethnicty of the kid", "") == "child.ethnicity"


def test_whoever_follows_the_advice_to_the_letter_has_every_label_understood(
    read: Run, tmp_path: Path
) -> None:
    form = tmp_path / "alert.txt"
    form.write_text(
        "Critical incident alert\n\nName of child: Ottoline Greaves\n"
        "Date of birth: 14 March 2012\n"
        "Ethnic heritage: White British\nDwelling: 4 Quince Lane, Bedford\n"
        "Services working with the household: Bedfordshire Police\n"
        "Date of incident: 19 November 2026\nNature of incident: serious harm\n",
        "utf-8",
    )
    shown = read(form, "--explain").out
    advice = shown[shown.index("# To have these labels understood") :]
    # As it says: the two lines at its foot, once for each label in a comment.
    table, labels = (line.removeprefix("#     ") for line in advice.splitlines()[-2:])
    placed = {"dwelling": "child.address", "ethnic heritage": "child.ethnicity"}
    tables = [
        table.replace("FIELD", field) + "\n" + labels.replace(labels[11:-2], label)
        for label, field in placed.items()
    ]
    own = Path(__file__).resolve().parents[2] / "config" / "forms.toml"
    together = "\n".join((own.read_text("utf-8"), advice, *tables))
    layouts = layouts_from(tomllib.loads(together))
    assert layouts.field_for("Dwelling", "") == "child.address"
    assert layouts.field_for("Ethnic heritage", "") == "child.ethnicity"
    assert layouts.field_for("Services working with the household", "") == "agencies"


def test_without_explain_nothing_is_said_of_labels(read: Run, strange: Path) -> None:
    (line,) = read(strange, "--json").lines
    assert not {"labels_not_understood", "forms_toml", "blank"} & line.keys()


def test_machines_get_nothing_but_their_lines(read: Run, strange: Path) -> None:
    ran = read(strange, strange, strange, "--json")
    assert len(ran.lines) == 3
    assert ran.err == ""


@pytest.mark.parametrize("words", [(), ("--json",)])
def test_long_work_shows_its_progress_beside_what_is_read(
    read: Run, strange: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    beside = io.StringIO()
    terminal = Console(file=beside, force_terminal=True, width=80)
    monkeypatch.setattr(cli_reading, "err", terminal)
    ran = read(strange, strange, strange, *words)
    assert "3/3" in beside.getvalue()
    assert "reading" not in ran.out
    assert ran.out.count("strange.eml") == 3


def test_a_broken_forms_toml_is_told_with_its_place(
    tmp_path: Path, read: Run, strange: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = tmp_path / "no-home" / "config"
    config.mkdir(parents=True)
    (config / "forms.toml").write_text("not_known = [", "utf-8")
    ran = read(strange)
    assert (ran.code, ran.out) == (2, "")
    assert "forms.toml" in ran.err
    (config / "forms.toml").write_text("surprise = 1", "utf-8")
    assert "surprise" in read(strange).err
