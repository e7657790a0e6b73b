"""The commands as a person types them: what they say, their `--json`, their exit codes.

0 is fine, 1 needs a person, 2 is wrong config or usage; whatever happens, nobody is shown a
traceback.
"""

import json
import os
import re
import sqlite3
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from mailbot.cli import main
from mailbot.mailboxes.maildir_files import deliver
from mailbot.store import Lock
from tests.forms_kit import FINDINGS, PLAIN_RETURN, filled, notification, template
from tests.servers.dovecot import PASSWORD, Dovecot
from tests.stories.mails import File, a_mail

pytest_plugins = ("tests.servers.fixtures",)

STAMP = "Authentication-Results: mx.bedford-safeguarding.example; dmarc=pass header.from="
SHARED = "rapidreview@bedford-safeguarding.example"
NOTIFIER = "gwendolyn.pryce@children.bedford-council.example"
UNKNOWN = "head@larkspur-school.example"


@dataclass(frozen=True)
class Ran:
    """What a command ended with and what it wrote."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Its standard output, which is one JSON value."""
        return json.loads(self.out)


Run = Callable[..., Ran]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Type a command; no exception but SystemExit may come out, and no traceback be printed."""
    monkeypatch.setenv("COLUMNS", "200")

    def typed(*words: object) -> Ran:
        capsys.readouterr()
        monkeypatch.setattr(sys, "argv", ["mailbot", *map(str, words)])
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
def home(tmp_path: Path, run: Run) -> Path:
    """A home as `init` makes it."""
    directory = tmp_path / "home"
    assert run("init", directory).code == 0
    return directory


def a_notification(sender: str = NOTIFIER) -> bytes:
    """A notification by Word form, stamped by the area's mail host."""
    mime = a_mail(
        sender,
        SHARED,
        subject="Notification",
        text="Please see the form.",
        at=datetime.now(UTC),
        files=[File("form.docx", notification(incident__date=datetime.now(UTC).date()))],
    )
    return f"{STAMP}{sender.partition('@')[2]}\r\n".encode() + mime


def arrives(home: Path, mime: bytes) -> None:
    """Put a mail into the shared mailbox, received now."""
    deliver(home / "data" / "bedford-mailbox", mime, datetime.now(UTC))


@pytest.fixture
def at_work(home: Path, run: Run) -> tuple[Path, str]:
    """A home that has gone live and holds one open case, with that case's reference."""
    assert run("once", "--home", home).code == 0
    arrives(home, a_notification())
    assert run("once", "--home", home).code == 0
    (row,) = run("cases", "--json", "--home", home).json
    return home, row["reference"]


def files_below(directory: Path) -> dict[str, object]:
    """Every file below a directory with its bytes; of a store, what is recorded in it."""
    return {
        str(path.relative_to(directory)): _content(path)
        for path in sorted(directory.rglob("*"))
        if path.is_file() and path.suffix not in {".lock", ".db-shm", ".db-wal"}
    }


def _content(path: Path) -> object:
    if path.suffix != ".db":
        return path.read_bytes()
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as store:
        return list(store.iterdump())


# --- starting ---------------------------------------------------------------------------------


def test_a_fresh_home_is_sound(home: Path, run: Run) -> None:
    checked = run("check", "--home", home)
    assert checked.code == 0
    assert "Everything is as it should be." in checked.out


def test_init_overwrites_nothing(home: Path, run: Run) -> None:
    before = files_below(home)
    again = run("init", home)
    assert again.code == 2
    assert "already there" in again.err
    assert files_below(home) == before


@pytest.mark.parametrize("command", ["check", "once", "run", "cases", "queue"])
def test_a_broken_config_lists_every_fault_and_starts_nothing(
    home: Path, run: Run, command: str
) -> None:
    area = home / "config" / "areas" / "bedford.toml"
    text = area.read_text("utf-8")
    text = text.replace('code = "BB"', 'code = "bedford"').replace('identify = "form"', "")
    text = text.replace('phone = "01632 960100"\n# Where', 'phone = 5\ntelephone = "x"\n# Where', 1)
    area.write_text(text.replace('filing = "move"', 'filing = "throw away"'), "utf-8")
    main_file = home / "config" / "mailbot.toml"
    main_file.write_text(main_file.read_text("utf-8").replace('"info"', '"loud"'), "utf-8")
    broken = run(command, "--home", home)
    assert broken.code == 2
    faults = (broken.err + broken.out).splitlines()
    for file, key in (
        ("config/areas/bedford.toml", "code"),
        ("config/areas/bedford.toml", "phone"),
        ("config/areas/bedford.toml", "telephone"),
        ("config/areas/bedford.toml", "filing"),
        ("config/mailbot.toml", "log_level"),
    ):
        (fault,) = (line for line in faults if file in line and f" {key}:" in line)
        assert fault.rstrip().endswith((".", "?")), f"no sentence with a remedy: {fault}"
    assert not list((home / "data").glob("*.db"))
    assert not (home / "data" / "bedford-mailbox").exists()


def test_toml_that_cannot_be_read_is_told_with_its_line(home: Path, run: Run) -> None:
    (home / "config" / "process.toml").write_text("[[clock]\n", "utf-8")
    broken = run("check", "--home", home)
    assert broken.code == 2
    assert "config/process.toml" in broken.err
    assert "line 1" in broken.err


def test_a_folder_that_is_no_home_is_told(tmp_path: Path, run: Run) -> None:
    for command in ("check", "once", "cases", "due", "queue", "letters"):
        found = run(command, "--home", tmp_path)
        assert found.code == 2
        assert "config/mailbot.toml" in found.err


@pytest.mark.parametrize(
    "words",
    [
        ("nonsense",),
        ("record",),
        ("case",),
        ("deadline", "24 Dec 2026"),
        ("deadline", "24 December", "5 working days"),
        ("deadline", "24 Dec 2026", "soon"),
        ("deadline", "24 Dec 2090", "5 working days"),
        ("read", "/no/such/file"),
        ("once", "--when", "now"),
    ],
)
def test_wrong_usage_is_a_sentence_and_exit_code_2(run: Run, words: tuple[str, ...]) -> None:
    ran = run(*words)
    assert ran.code == 2
    assert ran.err.strip()


def test_a_data_folder_that_is_a_file_is_a_sentence(home: Path, run: Run) -> None:
    for path in (home / "data").iterdir():
        path.unlink()
    (home / "data").rmdir()
    (home / "data").write_text("not a folder")
    for command in ("check", "once", "cases"):
        ran = run(command, "--home", home)
        assert ran.code == 2
        assert ran.err.strip()


def test_a_damaged_store_is_a_sentence(home: Path, run: Run) -> None:
    (home / "data" / "bedford.db").write_bytes(b"this is no database, " * 500)
    for command in ("check", "once", "cases"):
        ran = run(command, "--home", home)
        assert ran.code == 2
        assert ran.err.strip()


# --- a pass -----------------------------------------------------------------------------------


def test_a_pass_takes_in_what_came_and_says_so(home: Path, run: Run) -> None:
    run("once", "--home", home)
    arrives(home, a_notification())
    done = run("once", "--home", home)
    assert done.code == 0
    # On a Monday morning the copy of the digest comes in with it.
    assert re.search(r"\b[12] taken in", done.out)


def test_a_dry_run_says_what_would_happen_and_changes_nothing(home: Path, run: Run) -> None:
    run("once", "--home", home)
    arrives(home, a_notification())
    before = files_below(home)
    dry = run("once", "--dry-run", "--home", home)
    assert dry.code == 0
    assert "acknowledgement" in dry.out
    assert NOTIFIER in "".join(dry.out.split())  # a narrow table breaks addresses
    assert files_below(home) == before
    assert run("cases", "--json", "--home", home).json == []


def test_a_pass_can_be_rehearsed_for_any_moment(home: Path, run: Run) -> None:
    assert run("once", "--now", "2026-11-23T08:05", "--home", home).code == 0
    (letter,) = run("letters", "--json", "--home", home).json
    assert letter["letter"] == "digest/bedford/2026-11-23"
    wrong = run("once", "--now", "next Monday", "--home", home)
    assert wrong.code == 2
    assert "2026-11-23T10:00" in wrong.err


def test_a_real_mailbox_is_never_rehearsed(home: Path, run: Run, monkeypatch) -> None:
    with_imap(home, port=9)
    monkeypatch.setenv("UNIT_PASSWORD", "x")
    ran = run("once", "--now", "2026-11-23T08:05", "--home", home)
    assert ran.code == 2
    assert "real" in ran.err
    assert not list((home / "data").glob("*.db"))


def test_a_second_one_on_the_same_store_is_refused_and_told_of_the_first(
    home: Path, run: Run
) -> None:
    lock = Lock(home / "data" / "bedford.lock")
    try:
        for command in ("once", "run"):
            refused = run(command, "--home", home)
            assert refused.code == 2
            assert f"process {os.getpid()}" in refused.err
    finally:
        lock.release()
    assert run("once", "--home", home).code == 0


# --- looking ----------------------------------------------------------------------------------


def test_cases_and_their_clocks_as_json(at_work: tuple[Path, str], run: Run) -> None:
    home, ref = at_work
    (row,) = run("cases", "--json", "--home", home).json
    assert row.keys() == {
        *("reference", "beginning", "opened_on", "criteria", "state", "next", "late")
    }
    assert (row["beginning"], row["criteria"], row["state"]) == ("serious", "undecided", "open")
    rows = run("due", "--json", "--home", home).json
    assert rows
    for one in rows:
        assert one.keys() >= {
            *("reference", "clock", "title", "agency", "due_on", "due", "state"),
            *("earliest_on", "note", "working", "source", "late"),
        }
        assert one["reference"] == ref
    assert [one["due_on"] for one in rows] == sorted(one["due_on"] for one in rows)


def test_one_case_and_its_timeline_as_json(at_work: tuple[Path, str], run: Run) -> None:
    home, ref = at_work
    row = run("case", ref, "--json", "--home", home).json
    assert row.keys() >= {
        *("reference", "state", "opened_at", "incident_on", "criteria", "fields", "blank"),
        *("proposed", "unknown_agencies", "agencies", "meeting", "decision", "clocks"),
        *("letters", "messages", "decision_stands", "beginning"),
    }
    assert row["fields"]["child.name"] == "Wren Alderby"
    facts = run("timeline", ref, "--json", "--home", home).json
    assert {one["kind"] for one in facts} >= {"notification-received", "message-linked"}
    for one in facts:
        assert one.keys() == {
            *("number", "happened", "recorded_at", "recorded_by", "kind", "agency"),
            *("detail", "summary", "message", "voided_by"),
        }


def test_people_see_a_case_in_words_and_lists_in_no_brackets(
    at_work: tuple[Path, str], run: Run
) -> None:
    home, reference = at_work
    shown = run("case", reference, "--home", home).out
    assert "  siblings: Finch Alderby, 2022-09-01" in shown
    assert "  parents: Ida Alderby; Colm Reeth" in shown
    assert not set("[]{}") & set(shown)


def test_the_chronology_of_a_case_is_shown_and_written_to_files(
    at_work: tuple[Path, str], run: Run, tmp_path: Path
) -> None:
    home, ref = at_work
    lines = ("criteria: met", "present: council, icb, police", "agencies: police")
    assert run("record", ref, *lines, "--home", home).code == 0
    assert run("chronology", ref, "--home", home).out.strip() == "No agency has told of any event."
    answer = a_mail(
        "case.reviews@bedfordshire-police.example",
        SHARED,
        subject=f"[{ref}] Our return",
        text="Our return is attached.",
        at=datetime.now(UTC),
        files=[File("return.docx", filled(template("agency-return"), FINDINGS))],
    )
    arrives(home, f"{STAMP}bedfordshire-police.example\r\n".encode() + answer)
    assert run("once", "--home", home).code == 0
    rows = run("chronology", ref, "--json", "--home", home).json
    assert [(row["date"], row["date_is"], row["sorted_by"]) for row in rows] == [
        ("5 Mar 2026", "day", "2026-03-05"),
        ("?22 June 2026", "uncertain", "2026-06-22"),
    ]
    assert {row["agency"] for row in rows} == {"police"}
    assert "Appointment missed" in run("chronology", ref, "--home", home).out
    word, table = tmp_path / "c.docx", tmp_path / "c.csv"
    ran = run("chronology", ref, "--docx", word, "--csv", table, "--home", home)
    assert (ran.code, ran.out.count("Written: ")) == (0, 2)
    assert word.read_bytes().startswith(b"PK")
    assert "Appointment missed" in table.read_text("utf-8-sig")
    assert word.stat().st_mode & 0o077 == 0
    assert run("chronology", ref, "--csv", tmp_path, "--home", home).code == 2


def test_letters_as_json(at_work: tuple[Path, str], run: Run) -> None:
    home, ref = at_work
    rows = run("letters", "--json", "--home", home).json
    assert {row["kind"] for row in rows} >= {"acknowledgement", "new-case", "call-of-partners"}
    for row in rows:
        assert row.keys() >= {
            *("letter", "kind", "reference", "agency", "to", "delivery", "state"),
            *("not_before", "changed_at", "copy_seen", "why"),
        }
        assert row["reference"] in {ref, None}


@pytest.mark.parametrize(
    "words",
    [
        *(("cases",), ("due",), ("letters",), ("queue",), ("case", "REF"), ("timeline", "REF")),
        *(("due", "--explain"), ("forecast", "REF"), ("process",), ("process", "--mermaid")),
    ],
)
def test_people_get_a_table(at_work: tuple[Path, str], run: Run, words: tuple[str, ...]) -> None:
    home, ref = at_work
    ran = run(*(ref if word == "REF" else word for word in words), "--home", home)
    assert ran.code == 0
    assert ran.out.strip()
    assert not ran.out.lstrip().startswith(("[", "{"))


def test_the_forecast_as_json_says_what_goes_to_whom_and_when(
    at_work: tuple[Path, str], run: Run
) -> None:
    home, ref = at_work
    row = run("forecast", ref, "--json", "--home", home).json
    assert row.keys() == {*("reference", "until", "cut_short", "letters")}
    assert row["reference"] == ref
    assert "reminder" in {letter["kind"] for letter in row["letters"]}
    for letter in row["letters"]:
        assert letter.keys() == {
            *("at", "when", "kind", "what", "agency", "agency_name", "to", "delivery", "how"),
            *("each_working_day", "clocks"),
        }
    moments = [letter["at"] for letter in row["letters"]]
    assert moments == sorted(moments)
    assert any(letter["each_working_day"] for letter in row["letters"])


def test_each_due_day_can_be_explained(at_work: tuple[Path, str], run: Run) -> None:
    home, _ = at_work
    said = run("due", "--explain", "--home", home).out
    assert "day 0 (notification received)" in said
    assert "working day 15, due" in said
    assert "Source: This must take place within 15 days of original notification" in said


def test_the_process_as_json_has_every_clock_with_its_columns(
    at_work: tuple[Path, str], run: Run
) -> None:
    home, _ = at_work
    (row,) = run("process", "--json", "--home", home).json
    assert row.keys() == {*("area", "clocks", "mermaid")}
    assert {"submission", "agency-return", "nhs-72-hour-report"} <= {
        clock["clock"] for clock in row["clocks"]
    }
    for clock in row["clocks"]:
        assert clock.keys() >= {
            *("clock", "title", "starts on", "stops on", "within", "one per", "owner"),
            *("told when", "source"),
        }
    assert row["mermaid"].startswith("flowchart TD")


@pytest.mark.parametrize("command", ["case", "timeline", "forecast", "chronology"])
@pytest.mark.parametrize("reference", ["BB-2026-014-K", "nonsense", "BB-2020-001-Z", ""])
def test_an_unknown_case_is_a_sentence(
    at_work: tuple[Path, str], run: Run, command: str, reference: str
) -> None:
    ran = run(command, reference, "--home", at_work[0])
    assert ran.code == 2
    assert "case" in ran.err


def test_the_queue_ends_with_1_when_something_waits(home: Path, run: Run) -> None:
    run("once", "--home", home)
    assert run("queue", "--home", home).code == 0
    arrives(home, a_notification(UNKNOWN))
    run("once", "--home", home)
    ran = run("queue", "--json", "--home", home)
    assert ran.code == 1
    (row,) = ran.json
    assert row.keys() == {*("kind", "id", "reference", "candidates", "agency", "since", "reason")}
    assert row["kind"] == "message"
    assert row["reason"].endswith(".")


def test_a_due_date_shows_its_working(run: Run, tmp_path: Path) -> None:
    ran = run("deadline", "24 Dec 2026", "5 working days", "--json", "--home", tmp_path)
    assert ran.code == 0
    assert ran.json["due_on"] == "2027-01-05"
    assert ran.json["due"] == "Tue 5 Jan 2027"
    assert "Fri 25 Dec 2026: Christmas Day" in ran.json["working"]
    told = run("deadline", "24 Dec 2026", "5 working days", "--home", tmp_path)
    assert told.out.splitlines() == ran.json["working"]


def test_a_due_date_by_a_clocks_name_quotes_its_source_and_the_earliest_other_reading(
    run: Run, tmp_path: Path
) -> None:
    ran = run("deadline", "Mon 23 Nov 2026", "submission", "--json", "--home", tmp_path)
    assert (ran.code, ran.json["due"]) == (0, "Mon 14 Dec 2026")
    assert ran.json["working"][-2].startswith("Source: This must take place within 15 days")
    assert ran.json["working"][-1] == "Earliest other reading: Tue 8 Dec 2026, calendar days"
    asked = run("deadline", "Fri 27 Nov 2026 17:30", "agency-return", "--json", "--home", tmp_path)
    assert asked.json["due"] == "Mon 7 Dec 2026"  # after 17:00: counts from Monday
    assert "Earliest other reading: Fri 4 Dec 2026" in asked.json["working"][-1]
    none = run("deadline", "Mon 23 Nov 2026", "report-circulated", "--home", tmp_path)
    assert none.code == 2
    assert "has no period of its own" in none.err


def test_check_names_the_shipped_clocks_that_a_home_lacks(home: Path, run: Run) -> None:
    rules = home / "config" / "process.toml"
    text = rules.read_text("utf-8")
    rules.write_text(text[: text.index('[[clock]]\nname = "nhs-30-day-report"')], "utf-8")
    told = run("check", "--home", home)
    assert "nhs-30-day-report, nhs-60-day-report, health-learning-response" in told.out


def test_check_says_which_programs_are_missing_and_what_that_means(
    home: Path, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("soffice", "tesseract"):
        (tmp_path / name).write_text("#!/bin/sh\n", "ascii")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "is not installed" not in run("check", "--home", home).out
    (tmp_path / "soffice").unlink()
    (tmp_path / "tesseract").unlink()
    told = run("check", "--home", home)
    assert told.code == 0  # a person reads those files: nothing else is wrong
    assert "LibreOffice is not installed: old Word and Excel files" in told.out
    assert "Tesseract is not installed: forms that come as a scan" in told.out


def test_reading_files_gives_one_object_a_line(home: Path, run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "mail"
    folder.mkdir()
    (folder / "1-notification.eml").write_bytes(a_notification())
    (folder / "2-return.docx").write_bytes(filled(template("agency-return"), FINDINGS))
    ran = run("read", folder, "--json", "--home", home)
    assert ran.code in {0, 1}
    mail, document = map(json.loads, ran.out.splitlines())
    assert mail["file"].endswith("1-notification.eml")
    assert mail.keys() >= {"class", "message_id", "from", "subject", "attachments", "parts"}
    assert mail["parts"][0]["document"] == "notification"
    assert mail["fields"]["child.name"] == "Wren Alderby"
    assert mail["places"].keys() == mail["fields"].keys() | mail["further"].keys()
    assert document["document"] == "return"
    text = tmp_path / "return.txt"
    text.write_text(PLAIN_RETURN, "utf-8")
    bare = run("read", "--text", text, "--json", "--home", home)
    assert json.loads(bare.out)["document"] == "return"
    shown = run("read", folder, "--explain", "--home", home)
    assert "1-notification.eml" in shown.out


def test_reading_something_broken_needs_a_person(home: Path, run: Run, tmp_path: Path) -> None:
    broken = tmp_path / "broken.docx"
    broken.write_bytes(b"PK\x03\x04 and no more")
    ran = run("read", broken, "--json", "--home", home)
    assert ran.code == 1
    assert json.loads(ran.out)["problems"]


# --- recording --------------------------------------------------------------------------------


def test_recording_says_what_was_recorded(at_work: tuple[Path, str], run: Run) -> None:
    home, ref = at_work
    ran = run("record", ref, "criteria: met", "agencies: police", "--home", home)
    assert ran.code == 0
    assert "criteria met" in ran.out
    (row,) = run("cases", "--json", "--home", home).json
    assert row["criteria"] == "met"


def test_what_is_not_understood_is_said_with_an_example(
    at_work: tuple[Path, str], run: Run
) -> None:
    home, ref = at_work
    ran = run("record", ref, "criteria: perhaps", "--home", home)
    assert ran.code == 2
    assert "For example: criteria: met" in ran.err


def test_a_notification_that_waits_is_opened_unlinked_and_linked(home: Path, run: Run) -> None:
    run("once", "--home", home)
    arrives(home, a_notification(UNKNOWN))
    run("once", "--home", home)
    (row,) = run("queue", "--json", "--home", home).json
    opened = run("link", row["id"], "new", "--home", home)
    assert opened.code == 0
    (case,) = run("cases", "--json", "--home", home).json
    assert case["reference"] in opened.out
    assert run("queue", "--home", home).code == 0
    again = run("link", row["id"], "new", "--home", home)
    assert again.code == 2
    assert case["reference"] in again.err
    assert run("unlink", row["id"], "--home", home).code == 0
    assert run("link", row["id"], case["reference"], "--home", home).code == 0
    for words in (("link", "ffffffff", case["reference"]), ("unlink", "ffffffff")):
        unknown = run(*words, "--home", home)
        assert unknown.code == 2
        assert "mailbot queue" in unknown.err


# --- real servers -----------------------------------------------------------------------------


def with_imap(
    home: Path, *, port: int, host: str = "127.0.0.1", ca_file: Path | None = None
) -> None:
    """Point the area at an IMAP server."""
    area = home / "config" / "areas" / "bedford.toml"
    trusted = f'ca_file = "{ca_file}"\n' if ca_file else ""
    place = (
        f'[mailbox]\nkind = "imap"\nhost = "{host}"\nport = {port}\nsecurity = "tls"\n'
        f'user = "{SHARED}"\npassword_env = "UNIT_PASSWORD"\n{trusted}'
    )
    old = '[mailbox]\nkind = "maildir"\npath = "data/bedford-mailbox"\n'
    text = area.read_text("utf-8")
    assert old in text
    area.write_text(text.replace(old, place), "utf-8")


@pytest.fixture
def password(monkeypatch: pytest.MonkeyPatch) -> str:
    """The right password, in the environment."""
    monkeypatch.setenv("UNIT_PASSWORD", PASSWORD)
    return PASSWORD


def the_fault(ran: Ran) -> str:
    """The one sentence that `check` says about the mailbox."""
    assert ran.code == 2
    faults = [line for line in ran.err.splitlines() if line.startswith("Fault: ")]
    assert len(faults) == 1, ran.err
    assert faults[0].endswith(".")
    assert PASSWORD not in ran.err + ran.out
    return faults[0]


@pytest.mark.needs("dovecot", "openssl")
def test_a_sound_mailbox_is_said_to_answer(
    home: Path, run: Run, dovecot: Dovecot, password: str
) -> None:
    with_imap(home, port=dovecot.imaps, ca_file=dovecot.certificate.ca_file)
    ran = run("check", "--home", home)
    assert ran.code == 0, ran.err
    assert "the mailbox answers" in ran.out


@pytest.mark.needs("dovecot", "openssl")
def test_a_wrong_password_is_one_sentence(
    home: Path, run: Run, dovecot: Dovecot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UNIT_PASSWORD", "wrong")
    with_imap(home, port=dovecot.imaps, ca_file=dovecot.certificate.ca_file)
    fault = the_fault(run("check", "--home", home))
    assert "password" in fault
    assert "wrong" not in fault
    assert run("once", "--home", home).code == 2


@pytest.mark.needs("dovecot", "openssl")
def test_an_untrusted_certificate_is_one_sentence(
    home: Path, run: Run, dovecot: Dovecot, password: str
) -> None:
    with_imap(home, port=dovecot.imaps)
    fault = the_fault(run("check", "--home", home))
    assert "certificate" in fault
    assert "not trusted" in fault


def test_an_unknown_host_is_one_sentence(home: Path, run: Run, password: str) -> None:
    with_imap(home, port=993, host="no-such-host.invalid")
    fault = the_fault(run("check", "--home", home))
    assert "no-such-host.invalid is unknown" in fault


def test_a_missing_password_is_told_before_anything_starts(
    home: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("UNIT_PASSWORD", raising=False)
    with_imap(home, port=993)
    ran = run("once", "--home", home)
    assert ran.code == 2
    assert "UNIT_PASSWORD" in ran.err
    assert not list((home / "data").glob("*.db"))
