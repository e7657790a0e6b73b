"""The far end: takes in whatever Postfix or mailbot sends to the world, and records it.

Per recipient it can refuse, put off, or fall silent once the text is there.
"""

import asyncio
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from typing import Any

from aiosmtpd.controller import Controller

from tests.servers import free_port


class Mood(Enum):
    """How the far end treats a recipient."""

    REFUSE = "550 5.1.1 no such user"
    PUT_OFF = "451 4.7.1 try again later"
    REFUSE_TEXT = "554 5.7.1 not wanted"
    PUT_OFF_TEXT = "452 4.2.2 mailbox full"
    #: Records the letter and never answers.
    HANG = "hang"
    #: Records the letter and closes the connection without an answer.
    DROP = "drop"
    #: Closes the connection at RCPT.
    DROP_EARLY = "drop early"


@dataclass(frozen=True)
class Received:
    """A letter as it came over the wire."""

    sender: str
    recipients: tuple[str, ...]
    mime: bytes
    at: datetime


class Sink:
    """An SMTP server as a context manager. `moods` may be changed at any time."""

    def __init__(self, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self.port = free_port()
        self.moods: dict[str, Mood] = {}
        self._clock = clock
        self._received: list[Received] = []
        self._changed = threading.Condition()
        self._silence: asyncio.Event | None = None
        self._controller = Controller(
            self, hostname="127.0.0.1", port=self.port, enable_SMTPUTF8=True, data_size_limit=0
        )

    def __enter__(self) -> "Sink":
        self._controller.start()
        return self

    def __exit__(self, *_: object) -> None:
        silence = self._silence
        if silence is not None:
            self._controller.loop.call_soon_threadsafe(silence.set)
            time.sleep(0.05)
        self._controller.stop()

    @property
    def received(self) -> tuple[Received, ...]:
        """Everything that arrived, oldest first."""
        with self._changed:
            return tuple(self._received)

    def clear(self) -> None:
        """Forget what arrived and how recipients are treated."""
        with self._changed:
            self._received.clear()
            self.moods.clear()

    def wait_for(self, number: int, *, seconds: float = 20) -> tuple[Received, ...]:
        """Wait until so many letters have arrived, and return all."""
        with self._changed:
            if not self._changed.wait_for(lambda: len(self._received) >= number, seconds):
                raise TimeoutError(f"{len(self._received)} letters arrived, {number} expected")
            return tuple(self._received)

    def _mood(self, recipients: list[str], moods: set[Mood]) -> Mood | None:
        found = (self.moods.get(recipient.lower()) for recipient in recipients)
        return next((mood for mood in found if mood in moods), None)

    async def handle_RCPT(  # noqa: N802  (aiosmtpd's names)
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        """Take a recipient or not."""
        mood = self._mood([address], {Mood.REFUSE, Mood.PUT_OFF, Mood.DROP_EARLY})
        if mood is Mood.DROP_EARLY:
            server.transport.abort()
        if mood is not None:
            return mood.value
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        """Take a letter, or not, or say nothing."""
        mood = self._mood(envelope.rcpt_tos, {Mood.REFUSE_TEXT, Mood.PUT_OFF_TEXT})
        if mood is not None:
            return mood.value
        letter = Received(
            envelope.mail_from or "", tuple(envelope.rcpt_tos), envelope.content, self._clock()
        )
        with self._changed:
            self._received.append(letter)
            self._changed.notify_all()
        mood = self._mood(envelope.rcpt_tos, {Mood.HANG, Mood.DROP})
        if mood is Mood.DROP:
            server.transport.abort()
        if mood is Mood.HANG:
            self._silence = self._silence or asyncio.Event()
            await self._silence.wait()
        return "250 2.0.0 taken"
