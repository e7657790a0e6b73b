"""How long a pass takes with many open cases, and a digest of an area with two hundred.

Part of `make bench`. The mailbox is a Maildir on the local disk, so that what is timed is mailbot's
own work: in each round ten cases have something due and all others nothing. A pass that looked at
more than what is due would take a hundred times longer with a hundred times the cases.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from mailbot.assembly import unit_from
from mailbot.casework import case_of, clocks_of, written_of
from mailbot.console import start_log
from mailbot.core.letters.digest import Morning, digest
from mailbot.core.letters.letters import QueuedLetter, letters_due
from mailbot.core.letters.sent_letters import facts_when_sent
from mailbot.core.model import AgencyCode, CaseRef, Fact, FactKind, LetterKind
from mailbot.core.references import new_reference
from mailbot.daemon import one_pass
from mailbot.overview import morning_of
from mailbot.rendering import words_of
from mailbot.settings import load
from mailbot.shipped import init
from mailbot.unit import Unit

SIZES = (100, 1_000, 10_000)
DUE = 10
#: Times as long as with the fewest cases, at most.
AIM_GROWTH = 1.5
AIM_DIGEST_SECONDS = 1.0
DIGEST_OF = 200
#: A year's references end at 999: with more cases than that, they say several years.
FIRST_YEAR, A_YEAR = 2001, 999
NOW = datetime(2026, 11, 25, 9, 30, tzinfo=UTC)  # a Wednesday
#: Opened then, the partners' decision falls due on the next working day: a reminder goes at NOW.
OPENED_SO_THAT_DUE = datetime(2026, 11, 19, 10, 0, tzinfo=UTC)
LIMIT = "letters_per_person_and_day = 20"
#: Nothing falls due at NOW; and longer ago than the day over which letters to one are counted.
OPENED_LATELY = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


@contextmanager
def a_unit() -> Iterator[Unit]:
    """Yield an area at work on an empty Maildir, its first pass made."""
    with tempfile.TemporaryDirectory(prefix="mailbot-bench-") as name:
        home = Path(name) / "home"
        init(home)
        file = home / "config" / "areas" / "bedford.toml"
        # Hundreds of cases write to the same few people: that is not what is timed.
        file.write_text(file.read_text("utf-8").replace(LIMIT, f"{LIMIT[:-2]}1000"), "utf-8")
        settings = load(home, {})
        area = settings.areas[0]
        area.store.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        unit = unit_from(settings, area, clock=lambda: NOW)
        unit.inbox.open()
        one_pass(unit, NOW - timedelta(days=30))
        yield unit
        unit.store.close()


def add_cases(unit: Unit, count: int, opened: datetime, look_at: datetime) -> list[CaseRef]:
    """Insert cases opened at a moment whose first letters have gone, to be looked at when said."""
    known = len(unit.store.cases.refs())
    refs = []
    with unit.store.transaction():
        for number in range(known, known + count):
            year, serial = FIRST_YEAR + number // A_YEAR, number % A_YEAR + 1
            ref = new_reference(unit.area.code, year, serial)
            unit.store.cases.open(ref, year=year, serial=serial, opened_at=opened)
            unit.store.cases.add(_opening(ref, opened))
            _first_letters_sent(unit, ref, opened)
            unit.store.cases.look_again(ref, look_at, is_open=True)
            refs.append(ref)
    return refs


def _opening(ref: CaseRef, opened: datetime) -> list[Fact]:
    def fact(kind: FactKind, happened: datetime, **detail: object) -> Fact:
        return Fact(
            case=ref,
            kind=kind,
            happened=happened,
            recorded_at=opened,
            recorded_by="mailbot",
            detail=detail,
        )

    codes = [AgencyCode(code) for code in ("police", "gp", "hospital")]
    return [
        fact(FactKind.INCIDENT_OCCURRED, opened),
        fact(FactKind.NOTIFICATION_RECEIVED, opened, beginning="serious", agencies=codes),
    ]


def _first_letters_sent(unit: Unit, ref: CaseRef, at: datetime) -> None:
    case = case_of(unit, ref)
    letters = letters_due(
        case,
        clocks_of(unit, case, at),
        office=unit.office,
        written=written_of(unit, ref),
        now=at,
    )
    for number, letter in enumerate(letters):
        identity = f"<{ref}.{number}@{unit.domain}>"
        unit.store.outbox.queue(letter, message_id=identity, mime=b"Subject: x\r\n\r\n", now=at)
        unit.store.outbox.set_state(letter.key, "sent", at)
        sent = QueuedLetter(key=letter.key, kind=letter.kind, case=ref)
        to = tuple(person.email for person in letter.to)
        unit.store.cases.add(facts_when_sent(replace(sent, to=to), case, at=at, now=at))


def timed(work: Callable[[], object]) -> float:
    """Return how many seconds some work took."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def passes(count: int, rounds: int) -> tuple[float, float]:
    """Return the median seconds of a pass with ten cases due, and of one with nothing due."""
    busy, idle = [], []
    with a_unit() as unit:
        add_cases(unit, count, OPENED_LATELY, NOW + timedelta(days=1))
        now = NOW
        one_pass(unit, now)  # today's digest, of which the figures below are to be free
        for _ in range(rounds):
            add_cases(unit, DUE, OPENED_SO_THAT_DUE, now)
            now += timedelta(minutes=1)
            before = len(_reminders(unit))
            busy.append(timed(lambda moment=now: one_pass(unit, moment)))  # type: ignore[misc]
            if len(_reminders(unit)) - before < DUE:
                raise SystemExit("Not all that was due has gone.")
            now += timedelta(minutes=1)
            one_pass(unit, now)
            now += timedelta(minutes=1)
            idle.append(timed(lambda moment=now: one_pass(unit, moment)))  # type: ignore[misc]
    return statistics.median(busy), statistics.median(idle)


def _reminders(unit: Unit) -> Sequence[object]:
    sent = unit.store.outbox.sent_between(NOW, NOW + timedelta(days=1))
    return [letter for letter in sent if letter.kind is LetterKind.REMINDER]


def digests(rounds: int) -> tuple[float, float]:
    """Return the median seconds of a digest of two hundred open cases, and of an empty one."""
    full, empty = [], []
    with a_unit() as unit:
        add_cases(unit, DIGEST_OF // 2, OPENED_LATELY, NOW + timedelta(days=1))
        add_cases(unit, DIGEST_OF // 2, OPENED_SO_THAT_DUE, NOW)
        morning = NOW.replace(hour=8, minute=0)
        for _ in range(rounds):
            full.append(timed(lambda: _write(unit, morning_of(unit, morning), morning)))
            monday = morning + timedelta(days=5)
            empty.append(timed(lambda at=monday: _write(unit, Morning(), at)))  # type: ignore[misc]
    return statistics.median(full), statistics.median(empty)


def _write(unit: Unit, morning: Morning, now: datetime) -> None:
    letter = digest(morning, office=unit.office, now=now)
    if letter is None:
        raise SystemExit("There was no digest.")
    words_of(letter, area=unit.area, templates=unit.templates)


def tell(line: str) -> None:
    """Print a line now."""
    print(line, flush=True)


def main() -> None:
    """Measure, and fail when a pass grows with the number of cases that have nothing due."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--rounds", type=int, default=5)
    asked.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    options = asked.parse_args()
    start_log("error")
    tell(f"one pass with {DUE} cases due; medians of {options.rounds} rounds")
    least = 0.0
    grown = 0.0
    for size in options.sizes:
        busy, idle = passes(size, options.rounds)
        least = least or busy
        grown = busy / least
        tell(
            f"  {size:>6} open cases{1000 * busy:8.0f} ms, {grown:.2f} times as long as with "
            f"{options.sizes[0]}{1000 * idle:8.1f} ms with nothing due"
        )
    full, empty = digests(options.rounds)
    tell(
        f"digest of {DIGEST_OF} open cases{1000 * full:8.0f} ms, {full / empty:.0f} times as long "
        f"as an empty one ({1000 * empty:.1f} ms)"
    )
    tell(f"aim: at most {AIM_GROWTH:.1f} times, and {AIM_DIGEST_SECONDS:.0f} s")
    if grown > AIM_GROWTH or full > AIM_DIGEST_SECONDS:
        raise SystemExit("The aim is not met.")


if __name__ == "__main__":
    main()
