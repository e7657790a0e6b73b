"""The memory: one store per area. Raw messages, facts, reminder steps, the outbox."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mailbot.store.cases import Cases
from mailbot.store.database import Database, Lock
from mailbot.store.messages import Arrival, Kept, Messages, Reading
from mailbot.store.outbox import Outbox, Posted

__all__ = ["Arrival", "Kept", "Lock", "Posted", "Reading", "Store"]


class Store:
    """One area's memory. Everything inside one `transaction` is durable together or not at all."""

    def __init__(self, path: Path) -> None:
        """Given the store's path, open it; see Database for what is raised."""
        self.path = path
        self._database = Database(path)
        self.messages = Messages(self._database)
        self.cases = Cases(self._database)
        self.outbox = Outbox(self._database)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """One durable transaction; raises StoreBusyError when it cannot be written."""
        with self._database.transaction():
            yield

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """A part of the transaction that can fail alone."""
        with self._database.savepoint():
            yield

    def close(self) -> None:
        """Close the store's file."""
        self._database.close()
