"""The process that is killed, and what is compared afterwards.

Run as a module, by the tests only. A process for each way of being killed is forked from one that
has imported everything; it works on a copy of a prepared home, and SIGKILL takes it at the point
named. Another one then works undisturbed until nothing more happens, and says what it found.
"""

import hashlib
import json
import logging
import os
import re
import shutil
import signal
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import Engine, event
from sqlalchemy.engine.default import DefaultDialect

import mailbot.casework
import mailbot.daemon
import mailbot.intake
from mailbot.assembly import unit_from, watcher_from
from mailbot.console import start_log
from mailbot.core.model import Case, Fact, FactKind, MessageKey
from mailbot.daemon import one_pass
from mailbot.mailboxes import Handover, Inbox, Locator, Sender
from mailbot.mailboxes.maildir import rehearsed_letters
from mailbot.mailboxes.maildir_files import entries, folder_name
from mailbot.mailboxes.message_ids import message_id_of
from mailbot.settings import Settings, load
from mailbot.unit import Unit
from tests.shell.world import CHILD, as_json

#: After a kill the process is started again so much later, and then works at these minutes.
SOON, LATE = timedelta(minutes=5), timedelta(minutes=20)
FIRST_PASSES = tuple(timedelta(minutes=m) for m in (0, 1, 2))
LATER_PASSES = tuple(timedelta(minutes=m) for m in (0, 1, 5, 11, 16, 17, 25))

#: What happened when depends on the kill, for facts that a letter of ours makes.
_OF_OUR_LETTERS = frozenset(
    {
        FactKind.LETTER_SENT,
        FactKind.INFORMATION_REQUESTED,
        FactKind.BOARD_INFORMED,
        FactKind.SUBMISSION_DRAFTED,
    }
)


class Points:
    """Counts the points at which a process can be killed, and kills this one at the N-th."""

    def __init__(self, kill_at: int = 0) -> None:
        self.passed: list[str] = []
        self._kill_at = kill_at

    def passing(self, what: str) -> None:
        """Say that a point is reached; at the one chosen nothing comes after this line."""
        self.passed.append(what)
        if len(self.passed) == self._kill_at:
            os.kill(os.getpid(), signal.SIGKILL)

    def watch_commits(self) -> None:
        """Make each commit that writes two points: just before it and just after."""
        commit = DefaultDialect.do_commit
        written = [0]

        def counted(dialect: DefaultDialect, connection: Any) -> None:
            wrote = connection.total_changes != written[0]
            written[0] = connection.total_changes
            if wrote:
                self.passing("before commit")
            commit(dialect, connection)
            if wrote:
                self.passing("after commit")

        DefaultDialect.do_commit = counted  # type: ignore[method-assign]

    def watch_renames(self) -> None:
        """Make each file that a move renames a point: a batch can be half moved."""
        rename = Path.rename

        def counted(path: Path, target: str | os.PathLike[str]) -> Path:
            moved = rename(path, target)
            if path.parent.name != "tmp":
                self.passing("after moving one message")
            return moved

        Path.rename = counted  # type: ignore[method-assign,assignment]


class WatchedInbox:
    """An inbox whose moves and appends are points."""

    def __init__(self, inbox: Inbox, points: Points) -> None:
        self._inbox = inbox
        self._points = points

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inbox, name)

    def move(self, locators: Sequence[Locator], folder: str) -> None:
        """Move, then pass a point."""
        self._inbox.move(locators, folder)
        self._points.passing("after move")

    def append(self, folder: str, mime: bytes, received_at: datetime) -> None:
        """Append, then pass a point."""
        self._inbox.append(folder, mime, received_at)
        self._points.passing("after append")


class WatchedSender:
    """A sender whose hand-overs are points. The copy for the shared mailbox may be lost."""

    def __init__(self, sender: Sender, points: Points, *, loses_copies: bool = False) -> None:
        self._sender = sender
        self._points = points
        self._loses_copies = loses_copies

    def __getattr__(self, name: str) -> Any:
        return getattr(self._sender, name)

    def send(
        self, mime: bytes, *, sender: str, recipients: tuple[str, ...], copy_to: str | None
    ) -> Handover:
        """Hand over, then pass a point."""
        copied = None if self._loses_copies else copy_to
        self._sender.send(mime, sender=sender, recipients=recipients, copy_to=copied)
        self._points.passing(f"after hand-over of {message_id_of(mime)}")
        return Handover(copied=True)


@dataclass(frozen=True, slots=True)
class Crash:
    """One way of being killed: at which point, and how the world is meanwhile."""

    point: int
    restart_after: timedelta = SOON
    loses_copies: bool = False


def forked(work: Callable[[], object]) -> int:
    """Do work in a process of its own and return how it ended, as `os.waitpid` says it."""
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            work()
            status = 0
        finally:
            if status:
                traceback.print_exc()
            sys.stderr.flush()
            os._exit(status)
    return os.waitpid(child, 0)[1]


def play(
    settings: Settings,
    points: Points,
    moments: Sequence[datetime],
    *,
    loses_copies: bool = False,
) -> Unit:
    """Do a pass at each of the moments, telling `points` of every step that can be seen."""
    now = moments[0]
    unit = unit_from(settings, settings.areas[0], clock=lambda: now)
    unit.inbox.open()
    points.watch_commits()
    points.watch_renames()
    unit.inbox = WatchedInbox(unit.inbox, points)
    unit.sender = WatchedSender(unit.sender, points, loses_copies=loses_copies)
    for moment in moments:
        now = moment
        one_pass(unit, now)
    return unit


# --- what is compared -------------------------------------------------------------------------


def found_in(unit: Unit, settings: Settings) -> dict[str, Any]:
    """Everything that must be the same whether or not the process was killed."""
    causes = causes_in(unit)
    letters = {
        letter.message_id: cause_named(letter.key, causes) for letter in unit.store.outbox.all()
    }

    def named(mime: bytes) -> str:
        """Ours by their key, since a letter made later has a later date; others by content."""
        return letters.get(message_id_of(mime)) or hashlib.sha256(mime).hexdigest()[:12]

    at_the_end = rehearsed_letters(settings.areas[0].sender.path)
    return {
        "facts": facts_in(unit, causes),
        "folders": folders_in(settings.areas[0].mailbox.path, named),
        "letters": sorted(as_json((named(one.mime), one.recipients)) for one in at_the_end),
        "outbox": outbox_in(unit, causes),
        "handed_over": [
            (message_id_of(one.mime), one.sent_at.isoformat(), named(one.mime))
            for one in at_the_end
        ],
        "waiting": sorted((m.key, m.reason) for m in unit.store.messages.waiting()),
        "notices": sorted(
            (cause_named(key, causes), reason) for key, _, reason, _ in unit.store.outbox.notices()
        ),
        "unfinished": [m.key for m in unit.store.messages.all() if m.state == "kept"],
    }


def outbox_in(unit: Unit, causes: dict[str, str]) -> list[str]:
    """Every letter with the state it came to; those never sent because overtaken left out."""
    return sorted(
        as_json((cause_named(one.key, causes), one.state))
        for one in unit.store.outbox.all()
        if one.state != "withdrawn"
    )


def facts_in(unit: Unit, causes: dict[str, str]) -> list[str]:
    """All facts of all cases, without what numbers and clocks on the wall make of them."""
    return sorted(
        as_json(_fact(fact, causes))
        for ref in unit.store.cases.refs()
        for fact in unit.store.cases.facts(ref)
    )


def _fact(fact: Fact, causes: dict[str, str]) -> list[object]:
    detail = dict(fact.detail)
    if "letter" in detail:
        detail["letter"] = cause_named(detail["letter"], causes)
    day = f"{fact.happened:%Y-%m-%d}"
    when = day if fact.kind in _OF_OUR_LETTERS else fact.happened.isoformat()
    return [fact.case, fact.kind.value, fact.agency, detail, fact.message, fact.words, when]


def causes_in(unit: Unit) -> dict[str, str]:
    """Number of each fact -> what it is, whatever its number."""
    return {
        str(fact.number): f"{fact.kind.value}:{fact.agency}:{(fact.message or '')[:8]}"
        for ref in unit.store.cases.refs()
        for fact in unit.store.cases.facts(ref)
    }


def cause_named(key: str, causes: dict[str, str]) -> str:
    """A letter's key with the number of the fact that caused it replaced by what that is."""
    return re.sub(r"(?<=/)\d+(?=/|$)", lambda number: causes.get(number[0], number[0]), key)


def folders_in(mailbox: Path, named: Callable[[bytes], str]) -> dict[str, dict[str, int]]:
    """Folder -> mail in it -> how many copies."""
    directories = [mailbox, *(path for path in mailbox.iterdir() if path.name.startswith("."))]
    return {
        "INBOX" if path == mailbox else folder_name(path.name): dict(
            Counter(sorted(named(entry.path.read_bytes()) for entry in entries(path).values()))
        )
        for path in directories
    }


# --- every way of being killed ----------------------------------------------------------------


class Laboratory:
    """A place where the prepared home is copied to, killed in, and looked at."""

    def __init__(self, template: Path, directory: Path, start: datetime) -> None:
        self._template = template
        self._home = directory / "home"
        self._results = directory / "results.json"
        self._start = start
        self._fresh()
        self._settings = load(self._home, os.environ)
        self._warm_up()

    def _warm_up(self) -> None:
        """Import and compile everything once, so that a forked process starts at once."""
        unit = unit_from(self._settings, self._settings.areas[0], clock=lambda: self._start)
        unit.inbox.open()
        one_pass(unit, self._start)
        unit.store.close()

    def _fresh(self) -> None:
        shutil.rmtree(self._home, ignore_errors=True)
        shutil.copytree(self._template, self._home)

    def undisturbed(self, *, loses_copies: bool = False) -> tuple[list[str], dict[str, Any]]:
        """Let it work to its end; return the points it passed, and what was found."""
        self._fresh()
        points = Points()
        first = [self._start + after for after in FIRST_PASSES]

        def work() -> None:
            play(self._settings, points, first, loses_copies=loses_copies)
            self._results.write_text(json.dumps(points.passed))

        assert forked(work) == 0
        passed = json.loads(self._results.read_text())
        return passed, self._to_the_end(SOON, loses_copies=loses_copies)

    def killed(self, crash: Crash) -> dict[str, Any]:
        """Kill it, start it again, and return what was found."""
        self._fresh()
        first = [self._start + after for after in FIRST_PASSES]
        points = Points(crash.point)
        status = forked(
            lambda: play(self._settings, points, first, loses_copies=crash.loses_copies)
        )
        assert os.WIFSIGNALED(status), f"it was not killed at point {crash.point}"
        assert os.WTERMSIG(status) == signal.SIGKILL
        return self._to_the_end(crash.restart_after, loses_copies=crash.loses_copies)

    def _to_the_end(self, after: timedelta, *, loses_copies: bool) -> dict[str, Any]:
        later = [self._start + after + more for more in LATER_PASSES]

        def work() -> None:
            unit = play(self._settings, Points(), later, loses_copies=loses_copies)
            self._results.write_text(json.dumps(found_in(unit, self._settings)))

        assert forked(work) == 0, "it did not work to its end"
        found: dict[str, Any] = json.loads(self._results.read_text())
        return found


def try_points(template: str, directory: str, start: str, share: str, way: str) -> None:
    """Given a home, a directory, a moment, a share "0/2" and a way, try that share of points."""
    quiet()
    number, _, shares = share.partition("/")
    laboratory = Laboratory(Path(template), Path(directory), datetime.fromisoformat(start))
    loses, after = way.startswith("copies are lost"), LATE if way.endswith("late") else SOON
    points, expected = laboratory.undisturbed(loses_copies=loses)
    tell({"points": points, "found": expected})
    wanted = [n for n, one in enumerate(points) if not loses or one.startswith("after hand-over")]
    for place in wanted[int(number) :: int(shares)]:
        crash = Crash(place + 1, restart_after=after, loses_copies=loses)
        found = laboratory.killed(crash)
        tell({"at": place, "point": points[place], "found": found})


def work(home: str, start: str) -> None:
    """Given a home on real servers and a moment, do passes until nothing more happens."""
    quiet()
    settings = load(Path(home), os.environ)
    now = datetime.fromisoformat(start)
    unit = unit_from(settings, settings.areas[0], clock=lambda: now)
    unit.inbox.open()
    tell("at work")
    idle = 0
    while idle < 2:
        done = one_pass(unit, now)
        idle = 0 if done.taken_in or done.letters else idle + 1
        now += timedelta(minutes=1)
    tell("done")


# --- a daemon in trouble ----------------------------------------------------------------------


def run_daemon(home: str, start: str, faults: str = "{}") -> None:
    """Given a home, a moment and faults to plant, run the daemon with a clock that starts there."""
    settings = load(Path(home), os.environ)
    start_log("info")
    begun, ticking = datetime.fromisoformat(start), time.monotonic()

    def clock() -> datetime:
        return begun + timedelta(seconds=time.monotonic() - ticking)

    mailbot.daemon.LOOK_AT_LEAST_EVERY = timedelta(seconds=1)
    mailbot.daemon.PAUSES = tuple(timedelta(seconds=s) for s in (1, 2, 3))
    event.listen(Engine, "connect", _hurry)
    _plant(**json.loads(faults))
    area = settings.areas[0]
    unit = unit_from(settings, area, clock=clock)
    mailbot.daemon.Daemon(
        [(unit, lambda notify: watcher_from(area, settings, notify))], clock
    ).run()


def _hurry(connection: Any, _record: object) -> None:
    """Wait a moment for a store that is locked, not the usual ten seconds."""
    connection.execute("PRAGMA busy_timeout=200")


def _plant(*, poison: str = "", kills: bool = False, broken: str = "", case: str = "") -> None:
    """Break what the tests want broken. What is raised quotes the child, as parsers do."""
    read_ahead, broken_part = mailbot.intake.read_ahead, getattr(mailbot.casework, broken or "log")

    def reading(unit: Unit, key: MessageKey, mime: bytes, **words: Any) -> Any:
        if poison and poison.encode() in mime:
            if kills:
                os._exit(9)
            raise ValueError(f"cannot understand {CHILD}")
        return read_ahead(unit, key, mime, **words)

    def breaking(subject: Any, *rest: Any, **words: Any) -> Any:
        facts = [subject] if isinstance(subject, Case) else list(subject)
        if any(str(getattr(one, "ref", getattr(one, "case", ""))) == case for one in facts):
            raise ValueError(f"cannot think of {CHILD}")
        return broken_part(subject, *rest, **words)

    mailbot.intake.read_ahead = reading
    if broken:
        setattr(mailbot.casework, broken, breaking)


# --- starting ---------------------------------------------------------------------------------


def tell(value: object) -> None:
    """Say something to the test that started this process."""
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()


def quiet() -> None:
    """Keep the log of what is expected out of the test's output."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))


if __name__ == "__main__":
    {"points": try_points, "work": work, "daemon": run_daemon}[sys.argv[1]](*sys.argv[2:])
