"""What the tests of the whole share: a case played by mail, and a log that ends with its test."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from tests.shell.by_mail import CRITERIA, NOTIFIED, Play
from tests.shell.world import STAFF


@pytest.fixture(autouse=True)
def _log_is_as_before() -> Iterator[None]:
    """What a command configures ends with its test, as it ends with its process."""
    yield
    structlog.reset_defaults()


@pytest.fixture
def play(tmp_path: Path) -> Play:
    """A case opened at 09:30."""
    found = Play(tmp_path / "home")
    found.notified("Mon 2026-11-23 09:30")
    return found


@pytest.fixture
def asked(play: Play) -> Play:
    """Police and GP were asked at 11:30; the Panel is notified."""
    play.answers(STAFF, "New case", f"{CRITERIA}\n{NOTIFIED}", "Mon 2026-11-23 11:00")
    play.until("Mon 2026-11-23 12:00")
    return play
