"""The daemon: quick, patient, and stopped by nothing but a person (promises 6, 7 and 8)."""

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from mailbot import views
from mailbot.assembly import unit_from
from mailbot.core.model import LetterKind
from mailbot.daemon import one_pass
from mailbot.mailboxes.maildir import rehearsed_letters
from mailbot.settings import Settings, load
from mailbot.unit import Unit
from tests.servers import require
from tests.servers.dovecot import PASSWORD, Dovecot
from tests.shell.world import (
    CHILD,
    HOSPITAL,
    NOTIFICATION,
    NOTIFIER,
    POLICE,
    RETURN,
    STAFF,
    Mail,
    a_home,
    as_json,
    case_under_way,
    letter_to,
    moment,
    notification,
    put,
)

REPOSITORY = Path(__file__).parents[2]
MONDAY = moment("Mon 2026-11-23 09:30")
TUESDAY = moment("Tue 2026-12-01 09:30")
PATIENCE = 20.0  # seconds: a shared computer may take its time

Row = dict[str, Any]


class Running:
    """A daemon in a process of its own, and what it logs."""

    def __init__(
        self,
        settings: Settings,
        at: datetime,
        *,
        environ: dict[str, str] | None = None,
        **faults: object,
    ) -> None:
        """Start it with a clock that begins at a moment and goes on."""
        module = "tests.shell.crash_process"
        words = ["daemon", str(settings.home), at.isoformat(), json.dumps(faults)]
        self.process = subprocess.Popen(
            [sys.executable, "-m", module, *words],
            cwd=REPOSITORY,
            stderr=subprocess.PIPE,
            env={**os.environ, **(environ or {})},
            text=True,
        )
        self.said: list[str] = []
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    def _listen(self) -> None:
        assert self.process.stderr is not None
        self.said.extend(iter(self.process.stderr.readline, ""))

    @property
    def log(self) -> list[Row]:
        """Its log; each line must be one JSON object, whichever thread wrote it."""
        return [json.loads(line) for line in list(self.said)]

    def events(self, name: str) -> list[Row]:
        """The lines of the log that tell of an event."""
        return [line for line in self.log if line["event"] == name]

    def stop(self) -> int:
        """End it as a service manager does and return its exit code."""
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(10)
        self._listener.join(5)
        return code


@pytest.fixture
def running() -> Iterator[Callable[..., Running]]:
    """Starts daemons and ends them all."""
    started: list[Running] = []

    def start(*words: Any, **more: Any) -> Running:
        started.append(Running(*words, **more))
        return started[-1]

    yield start
    for one in started:
        with suppress(ProcessLookupError):
            one.process.kill()
        one.process.wait(5)


def until(holds: Callable[[], object], *, seconds: float = PATIENCE) -> None:
    """Wait until something holds."""
    ends = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < ends, "it did not come to hold in time"
        time.sleep(0.05)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A home whose mailbox is live and empty."""
    made = a_home(tmp_path / "home")
    unit = beside(made)
    one_pass(unit, MONDAY - timedelta(hours=1))
    unit.store.close()
    return made


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with a case whose returns are owed; copied, never worked on."""
    made = a_home(tmp_path_factory.mktemp("prepared") / "home")
    unit, _ = case_under_way(made)
    unit.store.close()
    return made.home


@pytest.fixture
def with_a_case(prepared: Path, tmp_path: Path) -> Settings:
    """A home of one's own with a case under way."""
    shutil.copytree(prepared, tmp_path / "home")
    return load(tmp_path / "home", os.environ)


def beside(settings: Settings) -> Unit:
    """The area as a command beside the daemon opens it."""
    settings.areas[0].store.parent.mkdir(parents=True, exist_ok=True)
    unit = unit_from(settings, settings.areas[0], clock=lambda: MONDAY)
    unit.inbox.open()
    return unit


def kinds_sent(settings: Settings, address: str) -> int:
    """How many letters went to an address."""
    letters = rehearsed_letters(settings.areas[0].sender.path)
    return sum(address in one.recipients for one in letters)


def state_of(unit: Unit, number: str) -> str:
    """The state of the message whose Message-ID begins with a number, "" before it is kept."""
    found = (m for m in unit.store.messages.all() if (m.message_id or "").startswith(f"<{number}@"))
    return next((m.state for m in found), "")


# --- at work ----------------------------------------------------------------------------------


def test_mail_is_taken_in_within_seconds_and_a_signal_ends_the_daemon_at_once(
    settings: Settings, running: Callable[..., Running]
) -> None:
    daemon = running(settings, MONDAY)
    unit = beside(settings)
    until(lambda: daemon.events("pass"))  # the digest of the morning
    put(settings, notification(MONDAY).mime, MONDAY)
    delivered = time.monotonic()
    until(lambda: kinds_sent(settings, NOTIFIER))
    assert time.monotonic() - delivered < 5
    assert len(unit.store.cases.refs()) == 1
    told = time.monotonic()
    assert daemon.stop() == 0
    assert time.monotonic() - told < 5
    assert daemon.events("daemon stopped")


def test_a_second_daemon_is_refused_naming_the_first(settings: Settings) -> None:
    command = [sys.executable, "-m", "mailbot", "run", "--home", str(settings.home)]
    first = subprocess.Popen(
        command, cwd=REPOSITORY, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        lock = settings.areas[0].store.with_suffix(".lock")
        until(lambda: lock.exists() and lock.read_text())
        for words in (command, [*command[:3], "once", *command[4:]]):
            second = subprocess.run(
                words, cwd=REPOSITORY, capture_output=True, text=True, timeout=20, check=False
            )
            assert second.returncode == 2
            assert f"process {first.pid} on " in second.stderr
            assert "Traceback" not in second.stderr
    finally:
        first.terminate()
        assert first.wait(10) == 0


# --- what passes by itself --------------------------------------------------------------------


def test_a_mailbox_that_is_away_is_waited_for_with_growing_pauses(
    settings: Settings, running: Callable[..., Running]
) -> None:
    mailbox = settings.areas[0].mailbox.path
    away = mailbox.with_name("away")
    mailbox.rename(away)
    mailbox.write_text("not a directory")
    daemon = running(settings, MONDAY)
    until(lambda: len(daemon.events("cannot work now")) >= 4)
    pauses = [line["again_in_seconds"] for line in daemon.events("cannot work now")]
    assert pauses[:4] == [1, 2, 3, 3]
    mailbox.unlink()
    away.rename(mailbox)
    put(settings, notification(MONDAY).mime, MONDAY)
    until(lambda: kinds_sent(settings, NOTIFIER))
    until(lambda: daemon.events("working again"))
    assert daemon.stop() == 0


def test_an_imap_server_that_is_away_is_waited_for_too(
    tmp_path: Path, running: Callable[..., Running]
) -> None:
    require("dovecot-imapd", "dovecot-lmtpd", "openssl")
    server, user = Dovecot(), "waiting@example.test"
    try:
        settings = imap_home(tmp_path / "home", server, user)
        daemon = running(settings, MONDAY, environ={"MAILBOT_TEST": PASSWORD})
        until(lambda: len(daemon.events("cannot work now")) >= 2)
        why = daemon.events("cannot work now")[0]["why"]
        assert "127.0.0.1" in why
        server.start()
        until(lambda: daemon.events("go-live"))
        append(server, user, notification(MONDAY).mime)
        until(lambda: kinds_sent(settings, NOTIFIER))
        server.stop()
        until(lambda: len(daemon.events("cannot work now")) >= 3)
        server.start()
        append(server, user, notification(MONDAY, number="n2", text=SECOND).mime)
        until(lambda: kinds_sent(settings, NOTIFIER) == 2)
        assert daemon.stop() == 0
    finally:
        server.__exit__()


SECOND = NOTIFICATION.replace(CHILD, "Osric Fennimore").replace("2019", "2021")


def imap_home(directory: Path, server: Dovecot, user: str) -> Settings:
    """A home whose mailbox is on an IMAP server, and whose letters stay on this computer."""
    mailbox = (
        f'kind = "imap"\nhost = "127.0.0.1"\nport = {server.imaps}\nsecurity = "tls"\n'
        f'user = "{user}"\npassword_env = "MAILBOT_TEST"\n'
        f'ca_file = "{server.certificate.ca_file}"'
    )
    os.environ["MAILBOT_TEST"] = PASSWORD
    old = 'kind = "maildir"\npath = "data/bedford-mailbox"'
    try:
        return a_home(directory, {old: mailbox})
    finally:
        del os.environ["MAILBOT_TEST"]


def append(server: Dovecot, user: str, mime: bytes) -> None:
    """Put a mail into a mailbox as another mail program does."""
    import imaplib
    import ssl

    context = ssl.create_default_context(cafile=str(server.certificate.ca_file))
    with imaplib.IMAP4_SSL("127.0.0.1", server.imaps, ssl_context=context) as client:
        client.login(user, PASSWORD)
        assert client.append("INBOX", "", "", mime)[0] == "OK"


def test_a_locked_store_stops_intake_says_so_and_loses_nothing(
    settings: Settings, running: Callable[..., Running]
) -> None:
    daemon = running(settings, MONDAY)
    until(lambda: daemon.events("pass"))
    with closing(sqlite3.connect(settings.areas[0].store, timeout=10)) as other:
        other.execute("BEGIN IMMEDIATE")
        name = put(settings, notification(MONDAY).mime, MONDAY)
        until(lambda: len(daemon.events("cannot work now")) >= 2)
        assert "locked" in daemon.events("cannot work now")[0]["why"]
        assert (settings.areas[0].mailbox.path / "new" / name).exists(), "not touched meanwhile"
        assert not kinds_sent(settings, NOTIFIER)
        other.rollback()
    until(lambda: kinds_sent(settings, NOTIFIER) == 1)
    until(lambda: daemon.events("working again"))
    assert daemon.stop() == 0


# --- what stops only itself -------------------------------------------------------------------


def poison(at: datetime) -> Mail:
    """A mail that mailbot fails on; the child's name is everywhere a mail can have it."""
    return Mail(
        sender=NOTIFIER,
        subject=f"About {CHILD}",
        text=f"arsenic for {CHILD}",
        number="poison",
        at=at,
        files=[(f"{CHILD}.docx", b"not a Word file at all")],
    )


def test_a_mail_that_cannot_be_handled_is_set_aside_after_three_tries(
    settings: Settings, running: Callable[..., Running]
) -> None:
    put(settings, poison(MONDAY).mime, MONDAY)
    put(settings, notification(MONDAY).mime, MONDAY + timedelta(seconds=1))
    daemon = running(settings, MONDAY, poison="arsenic")
    until(lambda: kinds_sent(settings, NOTIFIER) == 1)
    unit = beside(settings)
    until(lambda: state_of(unit, "poison") == "aside")
    assert len(daemon.events("message failed")) == 3
    assert len(daemon.events("message set aside")) == 1
    row = next(row for row in views.queue(unit) if row["kind"] == "message")
    assert "three tries" in row["reason"]
    folder = settings.areas[0].mailbox.path / ".mailbot.Needs a person" / "new"
    until(lambda: folder.is_dir() and len(list(folder.iterdir())) == 1)
    assert daemon.stop() == 0
    assert daemon.process.returncode == 0


def test_a_mail_that_kills_the_process_does_so_three_times_at_most(
    settings: Settings, running: Callable[..., Running]
) -> None:
    put(settings, poison(MONDAY).mime, MONDAY)
    put(settings, notification(MONDAY).mime, MONDAY + timedelta(seconds=1))
    for _ in range(3):
        dying = running(settings, MONDAY, poison="arsenic", kills=True)
        assert dying.process.wait(PATIENCE) == 9
    survivor = running(settings, MONDAY, poison="arsenic", kills=True)
    until(lambda: kinds_sent(settings, NOTIFIER) == 1)
    unit = beside(settings)
    assert state_of(unit, "poison") == "aside"
    assert survivor.stop() == 0


@pytest.mark.parametrize("broken", ["clocks_for", "case_from"])
def test_a_case_that_cannot_be_looked_at_stops_only_itself(
    with_a_case: Settings, running: Callable[..., Running], broken: str
) -> None:
    unit = beside(with_a_case)
    ref = unit.store.cases.refs()[0]
    asked = letter_to(unit, HOSPITAL, LetterKind.INFORMATION_REQUEST)
    answer = Mail(
        sender=HOSPITAL,
        subject=f"RE: [{ref}] {CHILD}",
        text=RETURN,
        number="answer",
        at=TUESDAY,
        answers=asked,
        files=[(f"{CHILD}.docx", b"not a Word file")],
    )
    put(with_a_case, answer.mime, TUESDAY)
    before = kinds_sent(with_a_case, NOTIFIER), kinds_sent(with_a_case, STAFF)
    daemon = running(with_a_case, TUESDAY, broken=broken, case=ref)
    until(lambda: daemon.events("case in trouble"))
    put(
        with_a_case,
        notification(TUESDAY, number="n2", text=SECOND).mime,
        TUESDAY + timedelta(minutes=1),
    )
    until(lambda: kinds_sent(with_a_case, NOTIFIER) > before[0])
    until(lambda: unit.store.outbox.has("digest/bedford/2026-12-01"))
    until(lambda: state_of(unit, "answer") in ("read", "aside"))
    assert daemon.process.poll() is None
    assert not daemon.events("cannot work now"), "the area works on"
    assert daemon.stop() == 0
    assert [row["reference"] for row in views.queue(unit) if row["kind"] == "case"] == [ref]
    digest = unit.store.outbox.mime("digest/bedford/2026-12-01").decode()
    assert ref in digest, "and staff are told which case it is"
    # Mended, the case goes on by itself.
    one_pass(unit, TUESDAY + timedelta(hours=2))
    assert not [row for row in views.queue(unit) if row["kind"] == "case"]


# --- names stay in the case -------------------------------------------------------------------


def test_after_a_run_with_failures_the_childs_name_is_nowhere_it_should_not_be(
    with_a_case: Settings, running: Callable[..., Running]
) -> None:
    unit = beside(with_a_case)
    ref = unit.store.cases.refs()[0]
    asked = letter_to(unit, POLICE, LetterKind.INFORMATION_REQUEST)
    report = f"{CHILD} chronology.docx"
    for number, mail in enumerate(
        (
            poison(TUESDAY),
            Mail(
                sender=POLICE,
                subject=f"RE: [{ref}] {CHILD}",
                text=f"About {CHILD}.\n\n{RETURN}",
                number="answer",
                at=TUESDAY,
                answers=asked,
                files=[(report, b"PK\x03\x04 broken")],
            ),
            Mail(
                sender="somebody@elsewhere.example",
                subject=f"{CHILD} [{ref}]",
                text=RETURN,
                number="stranger",
                at=TUESDAY,
                files=[(report, b"%PDF-1.4 broken")],
            ),
            Mail(
                sender=STAFF,
                subject=f"RE: [{ref}] {CHILD}",
                text=f"decision: {CHILD} is to be reviewed\n",
                number="staff",
                at=TUESDAY,
                answers=letter_to(unit, STAFF, LetterKind.NEW_CASE),
            ),
            notification(TUESDAY, number="again"),
        )
    ):
        put(with_a_case, mail.mime, TUESDAY + timedelta(seconds=number))
    daemon = running(with_a_case, TUESDAY, poison="arsenic", broken="clocks_for", case="no case")
    until(lambda: state_of(unit, "poison") == "aside" and state_of(unit, "again") == "read")
    one = daemon.events("message failed")
    assert one
    assert daemon.stop() == 0
    one_pass(unit, moment("Wed 2026-12-02 09:05"))
    now = moment("Wed 2026-12-02 09:10")
    tables = {
        "cases": views.cases(unit, now),
        "timeline": [views.timeline(unit, one) for one in unit.store.cases.refs()],
        "due": views.due(unit, now),
        "queue": views.queue(unit),
        "letters": views.letters(unit),
        "log": daemon.said,
        "notices": unit.store.outbox.notices(),
    }
    for name, rows in tables.items():
        assert not names_in(as_json(rows)), f"a name of the child stands in: {name}"
    for letter in unit.store.outbox.all():
        assert not names_in(words_of(unit.store.outbox.mime(letter.key))), letter.key


def names_in(text: str) -> list[str]:
    """Which names of children stand in a text, whole or in part."""
    names = (*CHILD.split(), "Osric", "Fennimore")
    return [name for name in names if name.casefold() in text.casefold()]


def words_of(mime: bytes) -> str:
    """Header and body of a letter, without its attachments but with what they are called."""
    import email
    import email.policy

    message = email.message_from_bytes(mime, policy=email.policy.default)
    texts = [f"{name}: {value}" for name, value in message.items()]
    for part in message.walk():
        texts.append(part.get_filename() or "")
        if part.get_content_maintype() == "text" and not part.is_attachment():
            texts.append(part.get_content())
    return "\n".join(texts)
