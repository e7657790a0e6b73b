"""When nothing can be taken in for an hour, staff hear it at once by another way, once."""

import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from mailbot.assembly import unit_from
from mailbot.daemon import Daemon
from mailbot.mailboxes.maildir import rehearsed_letters
from mailbot.settings import Settings, load
from mailbot.unit import Unit
from tests.servers import free_port
from tests.servers.sink import Mood, Sink
from tests.shell.test_areas import Clock, _NoWatcher, a_round
from tests.shell.world import STAFF, a_home, moment

MONDAY = moment("Mon 2026-11-23 09:30")
DUTY = "duty@bedford-safeguarding.example"
SECOND = "bedford-duty@other-provider.example"
ALERTS = "bedford-alerts@other-provider.example"


def dead_mailbox() -> dict[str, str]:
    """The mailbox is an IMAP server at which nobody listens."""
    imap = f'kind = "imap"\nhost = "127.0.0.1"\nport = {free_port()}\nsecurity = "plain"\n'
    imap += 'user = "rapidreview"\npassword_env = "BEDFORD_PASSWORD"\n'
    return {
        'kind = "maildir"\npath = "data/bedford-mailbox"\n': imap,
        '# second_email = "bedford-duty@other-provider.example"': f'second_email = "{SECOND}"',
    }


def smtp(port: int, more: str = "") -> str:
    return f'kind = "smtp"\nhost = "127.0.0.1"\nport = {port}\nsecurity = "plain"\n{more}'


@pytest.fixture(autouse=True)
def password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BEDFORD_PASSWORD", "correct horse")


@pytest.fixture
def sink() -> Iterator[Sink]:
    with Sink() as sink:
        yield sink


class Outage:
    """A daemon whose mailbox is out of reach from the start, and the time going by."""

    def __init__(self, settings: Settings) -> None:
        self.settings, self.clock = settings, Clock(MONDAY)
        self.start()

    def start(self) -> None:
        """Start the daemon, anew if it ran."""
        (area,) = self.settings.areas
        area.store.parent.mkdir(exist_ok=True)
        self.unit: Unit = unit_from(self.settings, area, clock=self.clock)
        self.daemon = Daemon([(self.unit, lambda notify: _NoWatcher())], self.clock)

    def go_on(self, minutes: int) -> None:
        """Let so many minutes go by, a round each."""
        for _ in range(minutes):
            self.clock.now += timedelta(minutes=1)
            a_round(self.daemon)

    def mend(self, monkeypatch: pytest.MonkeyPatch, directory: Path) -> None:
        """Put a mailbox that works in place of the dead one."""
        from mailbot.mailboxes.maildir import MaildirInbox

        self.unit.inbox = MaildirInbox(directory / "mended", largest=10_000_000)


def test_duty_and_staff_are_told_after_an_hour_once_and_when_it_works_again(
    tmp_path: Path, sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    changes = dead_mailbox()
    route = smtp(sink.port, f'address = "{ALERTS}"\n')
    changes["# [second_route]\n"] = f"[second_route]\n{route}"
    outage = Outage(a_home(tmp_path, changes))
    outage.go_on(59)
    assert sink.received == ()
    outage.go_on(10)
    (told,) = sink.received
    assert told.sender == ALERTS
    assert {STAFF, DUTY, SECOND} <= set(told.recipients)
    text = told.mime.decode().replace("=\r\n", "")
    assert "Subject: OFFICIAL-SENSITIVE: Needs you now: No mail can be taken in" in text
    assert "Auto-Submitted: auto-generated" in text
    outage.go_on(180)
    assert len(sink.received) == 1
    outage.mend(monkeypatch, tmp_path)
    outage.go_on(10)
    assert len(sink.received) == 2
    assert "Mail is taken in again" in sink.received[1].mime.decode()
    outage.go_on(90)
    assert len(sink.received) == 2


def test_a_daemon_started_anew_counts_on_and_tells_nobody_twice(tmp_path: Path, sink: Sink) -> None:
    changes = dead_mailbox() | {"# [second_route]\n": f"[second_route]\n{smtp(sink.port)}"}
    outage = Outage(a_home(tmp_path, changes))
    outage.go_on(40)
    outage.start()
    outage.go_on(30)
    assert len(sink.received) == 1
    outage.start()
    outage.go_on(90)
    assert len(sink.received) == 1


def test_a_short_outage_is_told_to_nobody(
    tmp_path: Path, sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    changes = dead_mailbox() | {"# [second_route]\n": f"[second_route]\n{smtp(sink.port)}"}
    outage = Outage(a_home(tmp_path, changes))
    outage.go_on(40)
    outage.mend(monkeypatch, tmp_path)
    outage.go_on(120)
    assert sink.received == ()


def test_a_route_that_refuses_is_tried_again_until_somebody_hears(
    tmp_path: Path, sink: Sink
) -> None:
    changes = dead_mailbox() | {"# [second_route]\n": f"[second_route]\n{smtp(sink.port)}"}
    # The ordinary way out is dead as well.
    changes['kind = "maildir"\npath = "data/bedford-outgoing"\n'] = smtp(free_port())
    sink.moods[DUTY] = Mood.PUT_OFF
    outage = Outage(a_home(tmp_path, changes))
    outage.go_on(80)
    assert sink.received == ()
    sink.moods.clear()
    outage.go_on(10)
    assert len(sink.received) == 1


def test_without_a_second_route_the_ordinary_way_out_is_tried(tmp_path: Path) -> None:
    outage = Outage(a_home(tmp_path, dead_mailbox()))
    outage.go_on(90)
    outgoing = tmp_path / "data" / "bedford-outgoing"
    (told,) = rehearsed_letters(outgoing)
    assert SECOND in told.recipients
    assert outage.unit.store.outbox.all() == []


def test_what_nobody_could_be_told_by_is_said_by_check(tmp_path: Path) -> None:
    from mailbot.settings import warnings

    changes = dead_mailbox()
    changes.popitem()
    said = "\n".join(warnings(a_home(tmp_path, changes)))
    assert "there is no [second_route]" in said
    assert "[duty] has no second_email" in said
    assert load(tmp_path, os.environ).areas[0].second_route is None
