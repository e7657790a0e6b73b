"""One SQLite file: opening, migrating, locking, and transactions that survive a power cut."""

import fcntl
import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.exc import DatabaseError, OperationalError
from sqlalchemy.pool import StaticPool

from mailbot.errors import StoreBusyError, StoreError, StoreTakenError

#: The newest migration; a test compares it with the folder of migrations.
HEAD = "0002"

#: What SQLite says when the fault is the disk's or another process's, and passes by itself.
_PASSING = ("locked", "busy", "full", "disk i/o", "readonly", "unable to open")


class Database:
    """The connection to one area's store. Used from one thread."""

    def __init__(self, path: Path) -> None:
        """Given the store's path, open it, made if missing, migrated if old.

        Raises StoreError when the file is no store or of a newer mailbot.
        """
        self.path = path
        self._engine = _engine(path)
        self._connection: Connection | None = None
        self._depth = 0
        with _told_apart():
            self._migrate()

    def _migrate(self) -> None:
        with self._engine.connect() as connection:
            found = ""
            if inspect(connection).has_table("alembic_version"):
                version = connection.execute(text("select version_num from alembic_version"))
                found = str(version.scalar() or "")
        if found == HEAD:
            return
        if found > HEAD:
            raise StoreError(f"{self.path.name} was written by a newer mailbot: update this one.")
        from alembic import command  # here: 0.2 s that only a migration should pay
        from alembic.config import Config

        config = Config()
        config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
        config.attributes["engine"] = self._engine
        command.upgrade(config, "head")

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """One durable transaction; inside another one, a part of it.

        Raises StoreBusyError when the disk is full or the database locked: nothing was written.
        """
        if self._connection is not None:
            # Told apart here too: a guard within must not take a full disk for a bad message.
            with _told_apart():
                yield self._connection
            return
        with _told_apart(), self._engine.begin() as connection:
            self._connection = connection
            try:
                yield connection
            finally:
                self._connection = None

    @contextmanager
    def savepoint(self) -> Iterator[Connection]:
        """A part of the transaction under way that can fail alone (design, promise 6)."""
        if self._connection is None:
            raise StoreError("A savepoint was asked for outside a transaction.")
        try:
            with _told_apart(), self._connection.begin_nested():
                yield self._connection
        except OperationalError as error:
            if "no such savepoint" not in str(error.orig):
                raise
            # On a full disk SQLite takes the whole transaction back: what follows must not run.
            raise StoreBusyError("The store cannot be written now: the disk is full.") from error

    def close(self) -> None:
        """Close the file; a store that is closed is of no further use."""
        self._engine.dispose()


def _private(path: Path) -> None:
    """The store holds names: only its owner may read it. SQLite's side files take its rights."""
    try:
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        if path.stat().st_mode & 0o077:
            path.chmod(0o600)
    except OSError as error:
        raise StoreError(f"The store {path} cannot be opened: {error.strerror}.") from error


def _engine(path: Path) -> Engine:
    _private(path)
    # IMMEDIATE: two writers meet at the start, where waiting helps, not in the middle.
    engine = create_engine(
        f"sqlite:///{path}",
        poolclass=StaticPool,
        hide_parameters=True,  # an error's text must not quote a name
        connect_args={"timeout": 10, "isolation_level": None, "check_same_thread": False},
    )

    @event.listens_for(engine, "connect")
    def _configure(connection: object, _record: object) -> None:
        cursor = connection.cursor()  # type: ignore[attr-defined]
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


@contextmanager
def _told_apart() -> Iterator[None]:
    """Faults of the disk or of a neighbour become StoreBusyError; ours stay what they are."""
    try:
        yield
    except OperationalError as error:
        if any(word in str(error.orig).lower() for word in _PASSING):
            raise StoreBusyError(f"The store cannot be written now: {error.orig}.") from error
        raise
    except DatabaseError as error:
        if "not a database" in str(error.orig) or "malformed" in str(error.orig):
            raise StoreError(f"The store is damaged: {error.orig}. Restore a copy.") from error
        raise


class Lock:
    """Keeps a second daemon off a store; it falls with the process that holds it."""

    def __init__(self, path: Path) -> None:
        """Given the lock file's path, take it. Raises StoreTakenError naming the holder."""
        self._file: IO[str] = path.open("a+", encoding="utf-8")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            self._file.seek(0)
            holder = self._file.read().strip()
            self._file.close()
            raise StoreTakenError(_taken(holder, path)) from error
        self._file.truncate(0)
        self._file.write(json.dumps({"pid": os.getpid(), "host": socket.gethostname()}))
        self._file.flush()

    def release(self) -> None:
        """Let the store go."""
        self._file.close()


def _taken(holder: str, path: Path) -> str:
    try:
        who = json.loads(holder)
        name = f"process {who['pid']} on {who['host']}"
    except (ValueError, KeyError):
        name = "another process"
    return f"The store of {path.stem} is already worked on by {name}. Stop that one first."


def text_of(moment: datetime) -> str:
    """Given an aware moment, return the text the store keeps: UTC, fixed width."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def moment_of(kept: str) -> datetime:
    """Given text of the store, return the aware moment in UTC."""
    return datetime.fromisoformat(kept)
