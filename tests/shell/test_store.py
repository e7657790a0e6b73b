"""The memory: what is durable, what is unique, what is refused, and that look-ups stay quick."""

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, event
from sqlalchemy.exc import IntegrityError

import mailbot.store
from mailbot.core.model import (
    CaseRef,
    Delivery,
    FactKind,
    Letter,
    LetterKey,
    LetterKind,
    MessageKey,
    Step,
)
from mailbot.daemon import one_pass
from mailbot.errors import StoreBusyError, StoreError, StoreTakenError
from mailbot.mailboxes import INBOX
from mailbot.store import Arrival, Lock, Store
from mailbot.store.database import HEAD, Database, moment_of, text_of
from mailbot.store.schema import metadata
from tests.core.builders import CASE, HOSPITAL, MONDAY, a_fact, a_person, day
from tests.shell.world import a_home, case_under_way, mixed_inbox, moment, put

MIGRATIONS = Path(mailbot.store.__file__).parent / "migrations"


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """A new store's file, open."""
    made = Database(tmp_path / "bedford.db")
    yield made
    made.close()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A new store."""
    made = Store(tmp_path / "bedford.db")
    yield made
    made.close()


def an_arrival(number: int = 1, *, id_: str = "", size: int = 10) -> Arrival:
    """A message whose content follows from its number."""
    return Arrival(
        key=MessageKey(f"{number:064x}"),
        message_id=f"<m{number}@police.example>",
        received_at=MONDAY,
        mime=b"x" * size,
        folder=INBOX,
        id=id_ or f"id-{number}",
    )


def a_letter(key: str = "reminder/1", **changes: Any) -> Letter:
    """A reminder to the hospital that covers one step."""
    step = Step(
        case=CASE,
        clock="agency-return",
        agency=HOSPITAL,
        round=1,
        due_on=day("Fri 2026-11-27"),
        step="-2",
    )
    plain: dict[str, Any] = {
        "key": LetterKey(key),
        "kind": LetterKind.REMINDER,
        "case": CASE,
        "to": (a_person(),),
        "not_before": MONDAY,
        "delivery": Delivery.SEND,
        "steps": (step,),
    }
    return Letter(**(plain | changes))


# --- migrations -------------------------------------------------------------------------------


def test_a_migrated_store_has_exactly_the_tables_of_the_schema(database: Database) -> None:
    with database.transaction() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_the_newest_migration_is_the_one_the_program_expects(database: Database) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    assert ScriptDirectory.from_config(config).get_heads() == [HEAD]
    with database.transaction() as connection:
        version = connection.exec_driver_sql("select version_num from alembic_version").scalar()
    assert version == HEAD


def test_a_store_of_a_newer_mailbot_is_refused_and_left_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "bedford.db"
    Database(path).close()
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("update alembic_version set version_num = '9999'")
    with pytest.raises(StoreError, match="newer mailbot"):
        Database(path)
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("select version_num from alembic_version").fetchone() == ("9999",)


def test_a_file_that_is_no_database_is_called_damaged(tmp_path: Path) -> None:
    path = tmp_path / "bedford.db"
    path.write_bytes(b"this is a letter, not a store. " * 400)
    with pytest.raises(StoreError, match="damaged"):
        Database(path)


def test_a_store_whose_pages_were_overwritten_is_called_damaged(tmp_path: Path) -> None:
    path = tmp_path / "bedford.db"
    store = Store(path)
    store.messages.keep([an_arrival(n, size=2000) for n in range(200)])
    store.close()
    content = bytearray(path.read_bytes())
    content[4096:] = b"\x5a" * (len(content) - 4096)
    path.write_bytes(content)
    with pytest.raises(StoreError, match="damaged"):
        Store(path).messages.all()


def test_a_store_that_was_opened_before_keeps_what_it_holds(tmp_path: Path) -> None:
    first = Store(tmp_path / "bedford.db")
    first.messages.keep([an_arrival()])
    first.close()
    second = Store(tmp_path / "bedford.db")
    assert second.messages.mime(an_arrival().key) == an_arrival().mime
    second.close()


# --- durable ----------------------------------------------------------------------------------


def test_every_commit_is_on_the_disk_before_it_returns(database: Database) -> None:
    with database.transaction() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2, "2 is FULL"
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1


def test_what_fails_in_a_savepoint_is_undone_and_the_rest_stays(store: Store) -> None:
    def fail() -> None:
        with store.savepoint():
            store.outbox.set_mark("within", "1")
            raise ZeroDivisionError

    with store.transaction():
        store.outbox.set_mark("before", "1")
        with pytest.raises(ZeroDivisionError):
            fail()
        store.outbox.set_mark("after", "1")
    assert [store.outbox.mark(name) for name in ("before", "within", "after")] == ["1", "", "1"]


def test_what_fails_in_a_transaction_leaves_nothing(store: Store) -> None:
    def fail() -> None:
        with store.transaction():
            store.messages.keep([an_arrival()])
            store.cases.add([a_fact()])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert store.messages.all() == []
    assert store.cases.facts(CASE) == []


def test_a_transaction_in_a_transaction_is_a_part_of_it(store: Store) -> None:
    def fail() -> None:
        with store.transaction():
            with store.transaction():
                store.outbox.set_mark("inner", "1")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert store.outbox.mark("inner") == ""


def test_a_savepoint_outside_a_transaction_is_refused(store: Store) -> None:
    with pytest.raises(StoreError, match="outside a transaction"), store.savepoint():
        pass


def test_a_number_of_a_fact_is_never_given_twice(store: Store) -> None:
    """An acknowledgement is keyed by the number of its fact: a number used again would mute it."""
    numbers = [fact.number for fact in store.cases.add([a_fact(), a_fact(FactKind.NOTE)])]
    assert numbers == sorted(set(numbers))

    def fail() -> None:
        with store.transaction():
            store.cases.add([a_fact()])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert store.cases.add([a_fact()])[0].number > numbers[-1]


@given(st.lists(st.datetimes(timezones=st.just(UTC)), min_size=2, max_size=5))
def test_moments_come_back_as_they_were_and_sort_as_text(moments: list[datetime]) -> None:
    moments = [at for at in moments if at.year >= 1000]
    assert [moment_of(text_of(at)) for at in moments] == moments
    assert sorted(map(text_of, moments)) == [text_of(at) for at in sorted(moments)]


# --- unique -----------------------------------------------------------------------------------


def queued(store: Store, letter: Letter, mime: bytes = b"a letter") -> bool:
    """Queue a letter whose Message-ID follows from its key."""
    return store.outbox.queue(letter, message_id=f"<{letter.key}@x>", mime=mime, now=MONDAY)


def test_a_letter_is_queued_once_and_its_first_words_stand(store: Store) -> None:
    assert queued(store, a_letter())
    assert not queued(store, a_letter(), b"other words")
    assert [letter.key for letter in store.outbox.all()] == ["reminder/1"]
    assert store.outbox.mime(LetterKey("reminder/1")) == b"a letter"


def test_a_step_that_one_letter_covers_cannot_be_told_by_another(store: Store) -> None:
    queued(store, a_letter())
    with pytest.raises(IntegrityError):
        queued(store, a_letter("reminder/2"))
    assert [letter.key for letter in store.outbox.all()] == ["reminder/1"]
    assert len(store.outbox.steps(CASE)) == 1


def test_the_step_of_a_letter_taken_back_may_be_told_anew(store: Store) -> None:
    queued(store, a_letter())
    store.outbox.set_state(LetterKey("reminder/1"), "withdrawn", MONDAY)
    assert queued(store, a_letter("reminder/2"))


def test_no_two_letters_have_one_message_id(store: Store) -> None:
    queued(store, a_letter())
    other = a_letter("reminder/2", steps=())
    queued_again = store.outbox.queue(other, message_id="<reminder/1@x>", mime=b"", now=MONDAY)
    assert not queued_again
    assert len(store.outbox.all()) == 1


def test_a_message_is_kept_once_and_all_its_copies_are_known(store: Store) -> None:
    first, copy = an_arrival(id_="a"), an_arrival(id_="b")
    assert store.messages.keep([first, copy]) == [first]
    assert store.messages.keep([an_arrival(id_="c")]) == []
    assert store.messages.unknown(INBOX, ["a", "z", "b", "c"]) == ["z"]
    assert len(store.messages.all()) == 1


def test_what_is_unknown_among_many_keeps_its_order(store: Store) -> None:
    store.messages.keep([an_arrival(n) for n in range(0, 1200, 2)])
    unknown = store.messages.unknown(INBOX, [f"id-{n}" for n in range(1200)])
    assert unknown == [f"id-{n}" for n in range(1, 1200, 2)]


def test_a_message_is_found_by_the_beginning_of_its_key_if_only_one_has_it(store: Store) -> None:
    keys = ["ab" + "0" * 62, "ab" + "1" * 62, "c%" + "0" * 62]
    store.messages.keep([replace(an_arrival(), key=MessageKey(k), id=k) for k in keys])
    found = store.messages.get("ab1")
    assert found is not None
    assert found.key == keys[1]
    assert store.messages.get("ab") is None, "two messages begin so"
    assert store.messages.get(keys[0]) is not None
    assert store.messages.get("%") is None
    assert store.messages.get("AB1") is None
    assert store.messages.get("abf") is None


def test_two_cases_cannot_have_one_number(store: Store) -> None:
    store.cases.open(CASE, year=2026, serial=14, opened_at=MONDAY)
    with pytest.raises(IntegrityError):
        store.cases.open(CaseRef("BB-2026-015-H"), year=2026, serial=14, opened_at=MONDAY)


# --- busy, full, taken ------------------------------------------------------------------------


@contextmanager
def pragma(store: Store, words: str) -> Iterator[None]:
    """Say something to the store's own connection, through the statement it executes first."""

    def say(connection: Any, *_: object) -> None:
        cursor = connection.connection.cursor()
        cursor.execute(f"PRAGMA {words}")
        cursor.close()

    event.listen(Engine, "begin", say)
    try:
        yield
    finally:
        event.remove(Engine, "begin", say)


def pages_of(path: Path) -> int:
    """How many pages the store's file has."""
    with closing(sqlite3.connect(path)) as connection:
        return int(connection.execute("PRAGMA page_count").fetchone()[0])


def test_a_store_that_another_process_writes_is_busy_and_then_is_not(store: Store) -> None:
    with closing(sqlite3.connect(store.path)) as other, pragma(store, "busy_timeout=50"):
        store.outbox.mark("so that the short time holds")
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreBusyError, match="locked"):
            store.outbox.set_mark("a", "1")
        with pytest.raises(StoreBusyError, match="locked"), store.transaction():
            pytest.fail("nothing may be begun")
        other.rollback()
        store.outbox.set_mark("a", "2")
    assert store.outbox.mark("a") == "2"


def test_a_full_disk_makes_the_store_busy_and_nothing_half_written(store: Store) -> None:
    def write() -> None:
        with store.transaction():
            store.outbox.set_mark("written", "1")
            store.messages.keep([an_arrival(2, size=1_000_000)])

    store.messages.keep([an_arrival(1)])
    full = pragma(store, f"max_page_count={pages_of(store.path) + 2}")
    with full, pytest.raises(StoreBusyError, match="full"):
        write()
    with pragma(store, "max_page_count=1000000"):
        assert store.outbox.mark("written") == ""
        assert [m.key for m in store.messages.all()] == [an_arrival(1).key]
        write()
    assert len(store.messages.all()) == 2


def test_a_full_disk_is_never_taken_for_a_fault_of_one_message(store: Store) -> None:
    """Nor does what follows run: SQLite has taken back the whole transaction by then."""

    def write_guarded() -> None:
        with store.transaction():
            store.outbox.set_mark("written", "1")
            try:
                with store.savepoint():
                    store.messages.keep([an_arrival(2, size=1_000_000)])
            except StoreBusyError:  # as the guard of a message does
                raise
            except Exception:  # noqa: BLE001
                store.outbox.set_mark("went on", "1")

    full = pragma(store, f"max_page_count={pages_of(store.path) + 2}")
    with full, pytest.raises(StoreBusyError, match="full"):
        write_guarded()
    with pragma(store, "max_page_count=1000000"):
        assert [store.outbox.mark(name) for name in ("written", "went on")] == ["", ""]
        assert store.messages.all() == []


HOLDER = """
import sys, time
from pathlib import Path
from mailbot.store import Lock
lock = Lock(Path(sys.argv[1]))
print("held", flush=True)
time.sleep(60)
"""


def test_a_second_daemon_is_refused_by_name_until_the_first_is_killed(tmp_path: Path) -> None:
    path = tmp_path / "bedford.lock"
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(path)],
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[2],
    )
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(StoreTakenError, match=f"process {holder.pid} on "):
            Lock(path)
        os.kill(holder.pid, signal.SIGKILL)
        holder.wait(10)
        Lock(path).release()
    finally:
        holder.kill()
        holder.communicate()


def test_a_lock_that_was_released_can_be_taken_again(tmp_path: Path) -> None:
    Lock(tmp_path / "bedford.lock").release()
    again = Lock(tmp_path / "bedford.lock")
    with pytest.raises(StoreTakenError):
        Lock(tmp_path / "bedford.lock")
    again.release()


# --- quick ------------------------------------------------------------------------------------

LARGE_TABLES = ("messages", "facts", "outbox", "locations", "raw_messages", "letter_bodies")


@contextmanager
def statements_heard() -> Iterator[dict[str, Any]]:
    """Every statement executed meanwhile, with the parameters it had first."""
    heard: dict[str, Any] = {}

    def hear(_c: object, _cursor: object, statement: str, parameters: Any, *_: object) -> None:
        many = isinstance(parameters, list)
        heard.setdefault(statement, parameters[0] if many and parameters else parameters)

    event.listen(Engine, "before_cursor_execute", hear)
    try:
        yield heard
    finally:
        event.remove(Engine, "before_cursor_execute", hear)


def scans(path: Path, heard: dict[str, Any]) -> list[tuple[str, str]]:
    """(plan, statement) of each statement that reads a large table from end to end."""
    found = []
    with closing(sqlite3.connect(path)) as connection:
        for statement, parameters in heard.items():
            if statement.split(maxsplit=1)[0].upper() not in ("SELECT", "UPDATE", "DELETE"):
                continue
            plan = connection.execute(f"EXPLAIN QUERY PLAN {statement}", parameters).fetchall()
            for *_, words in plan:
                if words.startswith("SCAN") and words.split()[1] in LARGE_TABLES:
                    found.append((words, statement))
    return found


@pytest.fixture(scope="module")
def a_day(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """The statements of passes over a mixed inbox and of the digest next morning."""
    settings = a_home(tmp_path_factory.mktemp("quick") / "home")
    unit, ref = case_under_way(settings)
    start = moment("Tue 2026-12-01 10:00")
    for mime, at in mixed_inbox(unit, ref, start):
        put(settings, mime, at)
    with statements_heard() as heard:
        for now in (start + timedelta(minutes=20), moment("Wed 2026-12-02 09:05")):
            one_pass(unit, now)
            one_pass(unit, now + timedelta(minutes=1))
    unit.store.close()
    return settings.areas[0].store, heard


def test_every_look_up_of_a_pass_uses_an_index(a_day: tuple[Path, dict[str, Any]]) -> None:
    path, heard = a_day
    assert len(heard) > 30, "the passes did hardly anything"
    assert scans(path, heard) == []


def test_a_look_up_without_an_index_would_be_noticed(store: Store) -> None:
    with statements_heard() as heard:
        store.messages.all()
    assert scans(store.path, heard) != []


def test_facts_and_raw_messages_are_only_ever_added(a_day: tuple[Path, dict[str, Any]]) -> None:
    _, heard = a_day
    changing = [s for s in heard if s.split(maxsplit=1)[0].upper() in ("UPDATE", "DELETE")]
    changed = {
        words[1] if words[0].upper() == "UPDATE" else words[2] for words in map(str.split, changing)
    }
    assert "messages" in changed
    assert not changed & {"facts", "raw_messages", "letter_bodies"}
