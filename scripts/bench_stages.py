"""What each child process of the measurement does: one stage, its figures as JSON on one line.

A child of its own for every stage, because memory that a process once took is never given back.
"""

import json
import resource
import signal
import sqlite3
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event
from types import FrameType
from typing import Any

from imapclient import IMAPClient
from pydantic import SecretStr

from mailbot.assembly import unit_from, watcher_from
from mailbot.casework import case_of, clocks_of
from mailbot.console import start_log
from mailbot.core.letters.desk import Written
from mailbot.core.letters.letters import QueuedLetter, letters_due
from mailbot.core.letters.sent_letters import facts_when_sent
from mailbot.core.model import Fact, FactKind
from mailbot.core.parties import name_key
from mailbot.intake import GO_LIVE, take_in
from mailbot.mailboxes import INBOX
from mailbot.mailboxes.connections import Endpoint, tls_context
from mailbot.settings import AreaSettings, ImapPlace, Settings, load, signing_key
from mailbot.unit import Unit
from scripts.bench_corpus import ASKED, YEAR, Corpus, Known
from tests.servers.dovecot import PASSWORD

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)  # a Monday
HOST = "localhost"
#: So many bodies are asked for at once, by us and by the floors.
BATCH = 50
#: The wall clock is looked at so often when rooms are counted.
TICK = 0.002


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a stage works: a home of mailbot, a server, and a user there."""

    home: Path
    port: int
    ca_file: Path
    user: str
    work: Path

    @property
    def settings(self) -> Settings:
        """The home's config, with the area's mailbox on the server."""
        settings = load(self.home, {})
        mailbox = ImapPlace(
            host=HOST,
            port=self.port,
            security="tls",
            user=self.user,
            password=SecretStr(PASSWORD),
            ca_file=self.ca_file,
            folders={},
        )
        return replace(settings, areas=(replace(settings.areas[0], mailbox=mailbox),))


def corpus_of(area: AreaSettings) -> Corpus:
    """Given the area, return its cases and mails; the same for every process."""
    return Corpus(area.area, signing_key(area))


# --- the floors -------------------------------------------------------------------------------


def fetch(place: Place) -> dict[str, Any]:
    """The first floor: every mail is fetched with imapclient, and nothing else."""
    with measured() as figures:
        figures["mails"] = sum(len(batch) for batch in _fetched(place))
    return figures


def fetch_and_commit(place: Place) -> dict[str, Any]:
    """The second floor: each mail that is fetched is made durable in a transaction of its own."""
    store = sqlite3.connect(place.work / f"floor-{time.time_ns()}.db", isolation_level=None)
    store.execute("PRAGMA journal_mode=WAL")
    store.execute("PRAGMA synchronous=FULL")
    store.execute("CREATE TABLE mails (uid INTEGER PRIMARY KEY, mime BLOB NOT NULL)")
    with measured() as figures:
        count = 0
        for batch in _fetched(place):
            for uid, mime in batch.items():
                store.execute("BEGIN IMMEDIATE")
                store.execute("INSERT INTO mails VALUES (?, ?)", (uid, mime))
                store.execute("COMMIT")
                count += 1
        figures["mails"] = count
    return figures


def move(place: Place) -> dict[str, Any]:
    """What filing costs: the moves that mailbot made, by folder, and nothing else."""
    targets: dict[str, list[int]] = json.loads((place.work / "targets.json").read_text())
    client = _client(place)
    there = {name for _, _, name in client.list_folders()}
    with measured() as figures:
        client.select_folder("INBOX")
        for folder, uids in targets.items():
            if folder not in there:
                client.create_folder(folder)
                client.subscribe_folder(folder)
            client.move(uids, folder)
        figures["folders"] = len(targets)
    client.logout()
    return figures


def _fetched(place: Place) -> Iterator[dict[int, bytes]]:
    client = _client(place)
    client.select_folder("INBOX")
    uids = client.search("ALL")
    for start in range(0, len(uids), BATCH):
        answers = client.fetch(uids[start : start + BATCH], ["BODY.PEEK[]"])
        yield {uid: answer[b"BODY[]"] for uid, answer in answers.items()}
    client.logout()


def _client(place: Place) -> IMAPClient:
    context = tls_context(Endpoint(HOST, place.port, "tls", str(place.ca_file)))
    client = IMAPClient(HOST, port=place.port, ssl=True, ssl_context=context)
    client.login(place.user, PASSWORD)
    return client


# --- mailbot ----------------------------------------------------------------------------------


def seed(place: Place) -> dict[str, Any]:
    """Open the cases and write down as sent what was written about them before."""
    settings = place.settings
    unit = unit_from(settings, settings.areas[0], clock=lambda: NOW)
    cases = corpus_of(settings.areas[0]).cases
    with unit.store.transaction():
        unit.store.outbox.set_mark(GO_LIVE, ASKED.isoformat())
        for known in cases:
            _open(unit, known)
            for moment in (ASKED, ASKED + timedelta(days=1), NOW):
                _write(unit, known, moment)
    unit.store.close()
    return {"cases": len(cases)}


def _open(unit: Unit, known: Known) -> None:
    received = ASKED - timedelta(days=2)
    unit.store.cases.open(known.ref, year=YEAR, serial=known.serial, opened_at=received)
    unit.store.cases.index_children(known.ref, [(name_key(known.child), known.born.isoformat())])
    child = {"name": known.child, "date_of_birth": known.born.isoformat()}
    told = {
        "beginning": "serious",
        "fields": {f"child.{name}": value for name, value in child.items()},
        "children": [child],
        "disputed": [],
        "blank": [],
        "notifier": {"address": "", "name": "", "agency": ""},
        "agencies": list(known.asked),
        "unknown_agencies": [],
    }
    decided = {"outcome": "met", "reasons": "", "present": [], "chair_consulted": True}
    chosen = {"agencies": list(known.asked)}
    unit.store.cases.add(
        [
            _fact(known, FactKind.NOTIFICATION_RECEIVED, received, told),
            _fact(known, FactKind.CRITERIA_DECIDED, received + timedelta(days=1), decided),
            _fact(known, FactKind.AGENCIES_CHOSEN, received + timedelta(days=1), chosen),
        ]
    )


def _fact(known: Known, kind: FactKind, at: datetime, detail: dict[str, Any]) -> Fact:
    return Fact(
        case=known.ref, kind=kind, happened=at, recorded_at=at, recorded_by="seed", detail=detail
    )


def _write(unit: Unit, known: Known, now: datetime) -> None:
    """Whatever letters are due: queued by the product's rules, and sent without being rendered."""
    case, outbox = case_of(unit, known.ref), unit.store.outbox
    letters = letters_due(
        case,
        clocks_of(unit, case, now),
        office=unit.office,
        written=Written(keys=outbox.written(known.ref), steps=outbox.steps(known.ref)),
        now=now,
    )
    for letter in letters:
        addresses = tuple(person.email for person in (*letter.to, *letter.cc))
        outbox.queue(letter, message_id=f"<{letter.key}>", mime=b"", now=now)
        outbox.set_state(letter.key, "sent", now)
        sent = QueuedLetter(
            key=letter.key,
            kind=letter.kind,
            case=letter.case,
            agency=letter.agency,
            round=letter.round,
            steps=letter.steps,
            to=addresses,
        )
        unit.store.cases.add(facts_when_sent(sent, case, at=now, now=now))


def pipeline(place: Place) -> dict[str, Any]:
    """The whole way of every mail in the inbox: fetched, read, linked, committed, moved."""
    unit = _unit(place)
    with measured() as figures:
        unit.inbox.open()
        figures["mails"] = take_all_in(unit)
    return _outcome(unit, figures)


def take_all_in(unit: Unit) -> int:
    """Take in all that lies in the inbox, in as many passes as it needs; return how many came."""
    count, more = 0, True
    while more:
        taken = take_in(unit, NOW)
        count, more = count + taken.count, taken.more
    return count


def rooms(place: Place) -> dict[str, Any]:
    """As `pipeline`, counting in which room of the house the time goes."""
    unit = _unit(place)
    unit.inbox.open()
    with _counting() as (places, doing):
        take_all_in(unit)
    return {"rooms": doing.most_common(), "places": places.most_common(25)}


def live(place: Place) -> dict[str, Any]:
    """Wait for mails one by one; after each, tell on standard output how long it took.

    From the server's notice, as the watcher hands it on, to the mail recorded and moved.
    """
    settings, unit = place.settings, _unit(place)
    unit.inbox.open()
    take_all_in(unit)
    woken, moments = Event(), [0.0, 0.0]
    stamp, moved = _stamping(unit, moments)

    def notify() -> None:
        stamp()
        woken.set()

    watcher = watcher_from(settings.areas[0], settings, notify)
    watcher.start()
    taken: list[float] = []
    woken.wait()  # once connected, it says "look" by itself
    say({"ready": True})
    for line in sys.stdin:
        moments[0] = 0.0
        woken.clear()
        say({"waiting": line.strip()})
        while not (moved.is_set() and moments[0]):
            woken.wait()
            woken.clear()
            take_in(unit, NOW)
        moved.clear()
        taken.append(1000 * (moments[1] - moments[0]))
        say({"milliseconds": taken[-1]})
    watcher.stop()
    return _outcome(unit, {"milliseconds": taken})


def _stamping(unit: Unit, moments: list[float]) -> tuple[Callable[[], None], Event]:
    """Note when the first notice came and when a move was recorded."""
    moved, filed = Event(), unit.store.messages.filed

    def stamped(found: Any) -> None:
        filed(found)
        moments[1] = time.perf_counter()
        moved.set()

    unit.store.messages.filed = stamped  # type: ignore[method-assign]

    def stamp() -> None:
        moments[0] = moments[0] or time.perf_counter()

    return stamp, moved


def _unit(place: Place) -> Unit:
    start_log("critical")
    settings = place.settings
    return unit_from(settings, settings.areas[0], clock=lambda: NOW)


def _outcome(unit: Unit, figures: dict[str, Any]) -> dict[str, Any]:
    """What became of every mail, as the store has it."""
    figures["became"] = {
        kept.message_id: [
            kept.case,
            list(kept.candidates),
            kept.waits,
            kept.state,
            kept.file_to,
        ]
        for kept in unit.store.messages.all()
    }
    letters = unit.store.outbox.in_state("queued")
    figures["letters"] = Counter(letter.kind.value for letter in letters)
    left, _ = unit.inbox.arrivals(INBOX, "")
    figures["left in inbox"] = len(left)
    unit.inbox.close()
    return figures


# --- measuring --------------------------------------------------------------------------------


class measured:  # noqa: N801 - reads as a statement
    """Wall and processor seconds of what stands in it, and the most memory up to its end."""

    def __enter__(self) -> dict[str, Any]:
        self._figures: dict[str, Any] = {}
        self._cpu = resource.getrusage(resource.RUSAGE_SELF)
        self._wall = time.perf_counter()
        return self._figures

    def __exit__(self, *_: object) -> None:
        wall = time.perf_counter() - self._wall
        cpu = resource.getrusage(resource.RUSAGE_SELF)
        spent = cpu.ru_utime + cpu.ru_stime - self._cpu.ru_utime - self._cpu.ru_stime
        self._figures.update(wall=wall, cpu=spent, peak=_peak_megabytes())


def _peak_megabytes() -> float:
    """The most memory this process ever held. Not ru_maxrss: that begins with the parent's."""
    status = Path("/proc/self/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) / 1024


class _counting:  # noqa: N801 - reads as a statement
    """Looks at what runs, many times a second, and counts by room and by function."""

    def __enter__(self) -> tuple[Counter[str], Counter[str]]:
        self._places: Counter[str] = Counter()
        self._rooms: Counter[str] = Counter()
        signal.signal(signal.SIGALRM, self._look)
        signal.setitimer(signal.ITIMER_REAL, TICK, TICK)
        return self._places, self._rooms

    def __exit__(self, *_: object) -> None:
        signal.setitimer(signal.ITIMER_REAL, 0)

    def _look(self, _number: int, frame: FrameType | None) -> None:
        stack: list[tuple[str, str]] = []
        while frame:
            _, found, inside = frame.f_code.co_filename.rpartition("/mailbot/")
            if found:
                stack.append((inside.removesuffix(".py"), frame.f_code.co_name))
            frame = frame.f_back
        if stack:
            self._places[":".join(stack[0])] += 1
            self._rooms[_room(stack)] += 1


#: A room -> the modules whose time is its own, the first that stands deepest in the stack.
_ROOMS = {
    "fetch by IMAP": ("mailboxes/",),
    "letters: written and rendered": (
        "rendering",
        "markdown_text",
        "outgoing",
        "paperwork",
        "word_p",
        "core/letters/",
    ),
    "forms: Word and text": ("documents/", "core/forms/"),
    "read the mail": ("core/mail/",),
    "link": ("core/cases/link", "core/references", "core/parties", "lookup"),
    "case: facts and clocks": ("core/", "casework"),
    "store": ("store/",),
}


def _room(stack: list[tuple[str, str]]) -> str:
    """Given modules and functions, the innermost first, return whose time it is."""
    if any(function == "file_messages" for _, function in stack):
        return "file: MOVE by IMAP, recorded"
    for module, _ in stack:
        if module.startswith("store/"):
            return "store: SQLite"
        for room, modules in _ROOMS.items():
            if module.startswith(modules):
                return room
    return "the rest"


def say(figures: dict[str, Any]) -> None:
    """Tell the parent."""
    sys.stdout.write(json.dumps(figures) + "\n")
    sys.stdout.flush()


STAGES: dict[str, Callable[[Place], dict[str, Any]]] = {
    "fetch": fetch,
    "fetch and commit": fetch_and_commit,
    "move": move,
    "seed": seed,
    "pipeline": pipeline,
    "rooms": rooms,
    "live": live,
}


def main() -> None:
    """Run the stage that is named, in the place that is described."""
    name, described = sys.argv[1], json.loads(sys.argv[2])
    place = Place(
        home=Path(described["home"]),
        port=described["port"],
        ca_file=Path(described["ca_file"]),
        user=described["user"],
        work=Path(described["work"]),
    )
    say(STAGES[name](place))


if __name__ == "__main__":
    main()
