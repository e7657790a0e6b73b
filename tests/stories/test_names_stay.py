"""Names stay in the case: a child planted everywhere is found nowhere else (design, promise 8).

A whole case is played, with faults of every kind: a corrupt attachment, a message and a case on
which our own code raises an error that quotes the child, a letter that cannot be handed over. Then
everything that leaves the case is searched.
"""

import json
import logging
import os
import sys
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
import structlog

from mailbot import casework, recording
from mailbot.cli import main
from mailbot.console import start_log
from mailbot.mailboxes.maildir import address_directory
from mailbot.rehearsal import Rehearsal
from mailbot.settings import init, load
from mailbot.word_package import MAIN, parts_of
from tests.forms_kit import FINDINGS, WORD, filled, notification
from tests.stories.mails import File, a_mail, an_answer, moment, parsed, stamped, word_files

CHILD = "Zephyrine Quillfeather"
#: Whatever says who the child is, folded: names, date of birth, address, and a private remark.
SECRETS = ("zephyrine", "quillfeather", "2019-05-03", "3 may 2019", "foxglove", "whistling kettle")
SHARED = "rapidreview@bedford-safeguarding.example"
NOTIFIER = "gwendolyn.pryce@children.bedford-council.example"
STAFF = "rosalind.ashdown@bedford-safeguarding.example"
POLICE = "case.reviews@bedfordshire-police.example"
GP = "named.gp@bedford-primary-care.example"
HOSPITAL = "safeguarding.children@bedford-hospitals.example"
PLANTED = {
    "child__name": CHILD,
    "child__date_of_birth": date(2019, 5, 3),
    "child__address": "9 Foxglove Mews, Bedford",
    "incident__date": date(2026, 11, 20),
    "incident__summary": f"{CHILD} was hurt by a whistling kettle.",
    "siblings__1__name": "Ambrose Quillfeather",
    "agencies__1__agency": "Zephyrine's nursery",
    "agencies__2__agency": "Police",
}


@pytest.fixture(autouse=True)
def _log_is_as_before() -> Iterator[None]:
    """What a command configures ends with its test, as it ends with its process."""
    yield
    structlog.reset_defaults()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    directory = tmp_path / "home"
    init(directory)
    return directory


def letter_to(rehearsal: Rehearsal, sent: list[bytes], address: str) -> bytes:
    """The newest letter about the case that somebody got."""
    sent += [letter.mime for letter in rehearsal.letters()]
    return next(m for m in reversed(sent) if address in str(parsed(m)["To"]) and b"[BB-" in m)


def raises(child: str) -> Any:
    """What our own code may do at its worst: raise an error that quotes what it read."""

    def raising(*_: object, **__: object) -> None:
        raise ValueError(f"cannot handle {child}")

    return raising


def play(home: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[list[bytes], list[bytes]]:
    """A case from its notification to the draft of its submission. Letters sent, and drafts."""
    rehearsal = Rehearsal(load(home, os.environ), begins=moment("Mon 23 Nov 2026 08:55"))
    sent: list[bytes] = []
    # In the hospital's Maildir a file is in the way: letters to it cannot be handed over.
    for name in ("new", "cur"):
        (rehearsal.outgoing / address_directory(HOSPITAL) / name).mkdir(parents=True)
    (rehearsal.outgoing / address_directory(HOSPITAL) / "tmp").write_text("in the way")

    def receive(mime: bytes, when: datetime) -> None:
        rehearsal.receive(stamped(mime), when)

    def answer(address: str, words: str, when: str, *files: File) -> None:
        rehearsal.until(moment(when))
        letter = letter_to(rehearsal, sent, address)
        mime = an_answer(
            letter, f'"{CHILD}" <{address}>', words, at=moment(when), files=files,
            prefix=f"RE: {CHILD} ",
        )  # fmt: skip
        receive(mime, moment(when))

    form = File(f"{CHILD}.docx", notification(**PLANTED))
    for sender, hour in ((NOTIFIER, "09:30"), ("unknown@larkspur.example", "09:40")):
        when = moment(f"Mon 23 Nov 2026 {hour}")
        subject = f"Serious incident: {CHILD}, 3 May 2019"
        mime = a_mail(
            f'"{CHILD}" <{sender}>', SHARED, subject=subject, text=CHILD, at=when, files=[form]
        )
        receive(mime, when)
    lines = (
        f"meeting: for {CHILD}\n{CHILD}: is with her aunt\n"
        f"criteria: met / reasons: {CHILD} was hurt\n"
        f"agencies: police, gp, hospital\nnote: {CHILD} likes tea\nexcuse: {CHILD}, why"
    )
    answer(STAFF, lines, "Mon 23 Nov 2026 11:00")
    with monkeypatch.context() as broken:
        broken.setattr(recording, "facts_from_message", raises(CHILD))
        answer(POLICE, f"About {CHILD}.", "Tue 24 Nov 2026 10:00")
        for minute in range(1, 5):
            rehearsal.until(moment(f"Tue 24 Nov 2026 10:0{minute}"))
    with monkeypatch.context() as broken:
        broken.setattr(casework, "letters_due", raises(CHILD))
        rehearsal.until(moment("Wed 25 Nov 2026 09:30"))
    corrupt = File(f"{CHILD} return.docx", b"PK\x03\x04" + CHILD.encode())
    answer(POLICE, "Attached.", "Wed 25 Nov 2026 12:00", corrupt)
    returned = word_files(letter_to(rehearsal, sent, GP))[0]
    findings = File(f"{CHILD}.docx", filled(returned, {**FINDINGS, "learning": CHILD}))
    answer(GP, f"This is what we know of {CHILD}.", "Wed 25 Nov 2026 14:00", findings)
    decided = (
        f"held: today / present: council, icb, police, chair\n"
        f"decision: review / scope: local / reasons: {CHILD} / learning: a whistling kettle"
    )
    answer(STAFF, decided, "Fri 4 Dec 2026 10:00")
    rehearsal.until(moment("Mon 7 Dec 2026 10:00"))
    letter_to(rehearsal, sent, STAFF)
    drafts = rehearsal.folder("Drafts")
    rehearsal.unit.store.close()
    return sent, drafts


def leaks_in(text: str) -> list[str]:
    """Which of the secrets a text gives away."""
    folded = " ".join(text.lower().split())
    return [secret for secret in SECRETS if secret in folded]


def words_of(mime: bytes) -> str:
    """All of a letter but the inside of its files: headers, bodies, names of files."""
    mail = parsed(mime)
    parts = [f"{name}: {value}" for name, value in mail.items()]
    for part in mail.walk():
        parts += [str(part.get_filename() or ""), *map(str, part.values())]
        if part.get_content_type() in {"text/plain", "text/html", "text/calendar"}:
            parts.append(str(part.get_content()))
    return "\n".join(parts)


def files_in(mimes: list[bytes]) -> Iterator[bytes]:
    """Every Word file in these letters."""
    for mime in mimes:
        for part in parsed(mime).iter_attachments():
            if part.get_content_type() == WORD:
                yield part.get_content()


def test_a_childs_name_is_found_nowhere_but_in_its_case(
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    start_log("debug")
    caplog.set_level(logging.DEBUG)
    sent, drafts = play(home, monkeypatch)
    out, log = capsys.readouterr()
    assert "message failed" in log
    assert "message set aside" in log
    assert "case in trouble" in log
    assert "letter later" in log
    assert leaks_in(out + log + caplog.text) == []

    kinds = {str(parsed(mime)["Subject"]) for mime in (*sent, *drafts)}
    assert len(kinds) > 12, "the case was played"
    for mime in (*sent, *drafts):
        assert leaks_in(words_of(mime)) == [], parsed(mime)["Subject"]

    ref = commands_tell_nothing(monkeypatch, capsys, home)
    shown = typed(monkeypatch, capsys, "case", ref, "--json", "--home", home)
    assert CHILD in shown, "and in its case it is found"
    forms = [parts_of(content)[MAIN] for content in files_in(sent)]
    assert any(CHILD.encode() in form for form in forms), "and in the form that partners get"
    folders = [path.name for path in (home / "data" / "bedford-mailbox").iterdir()]
    assert leaks_in(" ".join(folders)) == []


def commands_tell_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], home: Path
) -> str:
    """Type every command but `read` and `case`; return the reference of the case."""
    (row,) = json.loads(typed(monkeypatch, capsys, "cases", "--json", "--home", home))
    ref = str(row["reference"])
    for words in (("cases",), ("due",), ("queue",), ("letters",), ("timeline", ref)):
        for more in ((), ("--json",)):
            said = typed(monkeypatch, capsys, *words, *more, "--home", home)
            assert leaks_in(said) == [], words
    queue = json.loads(typed(monkeypatch, capsys, "queue", "--json", "--home", home))
    assert len(queue) >= 3, "a stranger's notification, what failed, what is corrupt"
    said = typed(monkeypatch, capsys, "once", "--dry-run", "--home", home)
    said += typed(monkeypatch, capsys, "link", queue[0]["id"], ref, "--home", home)
    said += typed(monkeypatch, capsys, "unlink", queue[0]["id"], "--home", home)
    said += typed(monkeypatch, capsys, "record", ref, f"criteria: {CHILD}", "--home", home)
    assert leaks_in(said) == []
    return ref


def typed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *words: object
) -> str:
    """Type a command and return all that it wrote."""
    monkeypatch.setenv("COLUMNS", "300")
    monkeypatch.setattr(sys, "argv", ["mailbot", *map(str, words)])
    try:
        main()
    except SystemExit as end:
        assert end.code in {0, 1, 2}  # noqa: PT017 - how commands end
    out, err = capsys.readouterr()
    return out + err
