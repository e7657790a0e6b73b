"""The working thread: for each area in turn take in, run clocks, send out, and sleep until woken.

One thread does all work. A watcher for each mailbox and a scheduler for the hours that matter
only wake it. There is no other state than the stores: killed at any line and started again, it
comes to the same end.
"""

import signal
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import FrameType
from typing import Protocol

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.cron import CronTrigger

from mailbot.casework import look_at_cases
from mailbot.core.wording import full_moment
from mailbot.dispatch import send_out
from mailbot.errors import MailboxError, StoreBusyError
from mailbot.holding import end_mailbox_hold
from mailbot.intake import take_in
from mailbot.mailboxes import Watcher
from mailbot.nhs_summary import write_health_summary
from mailbot.overview import write_digest
from mailbot.second_route import (
    has_told,
    outage_noted,
    outage_since,
    tell_of_outage,
    tell_of_recovery,
)
from mailbot.unit import Unit, fault_of, log

#: Facts that a command wrote beside the daemon are noticed within this time.
LOOK_AT_LEAST_EVERY = timedelta(seconds=60)
#: Pauses after a mailbox or a disk failed; the last one is repeated.
PAUSES = tuple(timedelta(seconds=s) for s in (5, 15, 30, 60, 120, 300))
#: When nothing could be taken in for so long, staff are told afterwards.
SILENCE = timedelta(hours=1)


class Clock(Protocol):
    """Tells the time; the daemon's own reads the wall."""

    def __call__(self) -> datetime: ...


@dataclass(frozen=True, slots=True)
class Done:
    """What one pass did."""

    taken_in: int
    letters: int
    more: bool = False  # messages are left for the next pass, for want of time


def one_pass(unit: Unit, now: datetime) -> Done:
    """Given an area and the time, do everything that is to be done now.

    Raises MailboxError when the mailbox cannot be used and StoreBusyError when the store cannot
    be written; nothing is lost by either, and the next pass goes on.
    """
    unit.be_today(now)
    taken = take_in(unit, now)
    end_mailbox_hold(unit, now)
    look_at_cases(unit, now)
    _written(unit, now, "health summary", write_health_summary)
    _written(unit, now, "digest", write_digest)
    sent = send_out(unit, now)
    return Done(taken.count, sent, taken.more)


def whole_pass(unit: Unit, now: datetime) -> Done:
    """Given an area and the time, do passes until no message is left for want of time."""
    done = one_pass(unit, now)
    while done.more:
        then = one_pass(unit, now)
        done = Done(done.taken_in + then.taken_in, done.letters + then.letters, then.more)
    return done


def _written(unit: Unit, now: datetime, name: str, write: Callable[[Unit, datetime], bool]) -> None:
    """Write a letter of the whole area; one that fails stops no other (design, promise 6)."""
    try:
        write(unit, now)
    except (MailboxError, StoreBusyError):
        raise
    except Exception as error:  # noqa: BLE001 - whatever it is, letters must go out
        log.error("letter of the area not written", area=unit.area.slug, error=fault_of(error))
        reason = f"The {name} could not be written through a fault of mailbot's; see the log."
        unit.store.outbox.notice(name, reason, now)
    else:
        unit.store.outbox.settle_notice(name, now)


@dataclass(slots=True)
class Desk:
    """One area within the daemon: its unit, its watcher, and how long it must pause."""

    unit: Unit
    watcher: Watcher
    failures: int = 0
    failing_since: datetime | None = None
    not_before: datetime | None = None
    told_of: datetime | None = None  # when the outage began of which staff have been told
    is_open: bool = field(default=False)


class Daemon:
    """Runs the areas until told to stop."""

    def __init__(
        self, units: Sequence[tuple[Unit, Callable[[Callable[[], None]], Watcher]]], clock: Clock
    ) -> None:
        """Given each area's unit and how to make its watcher, prepare; nothing starts yet."""
        self._clock = clock
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._desks = [
            Desk(unit, watcher(self._wake.set), failing_since=outage_noted(unit))
            for unit, watcher in units
        ]

    def run(self) -> None:
        """Work until `stop` is called or SIGTERM or SIGINT comes."""
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, self._on_signal)
        scheduler = self._alarms()
        scheduler.start()
        for desk in self._desks:
            desk.watcher.start()
        try:
            while not self._stopping.is_set():
                self._wake.clear()
                for desk in self._desks:
                    self._work(desk)
                self._wake.wait(self._pause().total_seconds())
        finally:
            scheduler.shutdown(wait=False)
            for desk in self._desks:
                desk.watcher.stop()
                _close(desk)
        log.info("daemon stopped")

    def stop(self) -> None:
        """End after the work under way."""
        self._stopping.set()
        self._wake.set()

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self.stop()

    def _alarms(self) -> BackgroundScheduler:
        scheduler = BackgroundScheduler(timezone="Europe/London")
        for desk in self._desks:
            area = desk.unit.area
            for at in (area.digest_at, area.reminders_at):
                scheduler.add_job(
                    self._wake.set,
                    CronTrigger(hour=at.hour, minute=at.minute, timezone="Europe/London"),
                    coalesce=True,
                    max_instances=1,
                )
        return scheduler

    def _work(self, desk: Desk) -> None:
        now = self._clock()
        if desk.not_before and now < desk.not_before:
            return
        try:
            if not desk.is_open:
                desk.unit.inbox.open()
                desk.is_open = True
            done = one_pass(desk.unit, now)
            self._recovered(desk, now)
            if done.more:
                self._wake.set()
        except (MailboxError, StoreBusyError) as error:
            self._failed(desk, str(error), now)
            if isinstance(error, MailboxError):
                _close(desk)
            return
        except Exception as error:  # noqa: BLE001 - a fault of ours must not end the daemon
            self._failed(desk, f"A fault of mailbot's: {fault_of(error)}", now)
            _close(desk)
            return
        if done.taken_in or done.letters:
            log.info("pass", area=desk.unit.area.slug, taken=done.taken_in, sent=done.letters)

    def _recovered(self, desk: Desk, now: datetime) -> None:
        since = desk.failing_since
        if since is None:
            return
        if now - since > SILENCE:
            reason = f"Nothing could be taken in from {full_moment(since)} to {full_moment(now)}."
            desk.unit.store.outbox.notice(f"silence/{since.isoformat()}", reason, now)
        _guarded_telling(desk, lambda: tell_of_recovery(desk.unit, since, now))
        desk.failures, desk.not_before, desk.failing_since = 0, None, None
        log.info("working again", area=desk.unit.area.slug)

    def _failed(self, desk: Desk, why: str, now: datetime) -> None:
        pause = PAUSES[min(desk.failures, len(PAUSES) - 1)]
        desk.failures += 1
        desk.failing_since = desk.failing_since or outage_since(desk.unit, now)
        desk.not_before = now + pause
        log.error(
            "cannot work now",
            area=desk.unit.area.slug,
            why=why,
            again_in_seconds=int(pause.total_seconds()),
        )
        since = desk.failing_since
        if now - since >= SILENCE and since not in (desk.told_of, _told(desk.unit, since)):
            _guarded_telling(desk, lambda: _tell(desk, since, why, now))

    def _pause(self) -> timedelta:
        """How long to sleep when nobody wakes us: to the next letter, retry or look."""
        now = self._clock()
        moments = [now + LOOK_AT_LEAST_EVERY]
        for desk in self._desks:
            if desk.not_before:
                moments.append(desk.not_before)
            else:
                moments.append(_next_letter(desk.unit) or moments[0])
        return max(min(moments) - now, timedelta(seconds=1))


def _next_letter(unit: Unit) -> datetime | None:
    try:
        return unit.store.outbox.next_due()
    except StoreBusyError:
        return None  # the next pass meets the same fault and tells it


def _told(unit: Unit, since: datetime) -> datetime | None:
    return since if has_told(unit, since) else None


def _tell(desk: Desk, since: datetime, why: str, now: datetime) -> None:
    if tell_of_outage(desk.unit, since, why, now):
        desk.told_of = since


def _guarded_telling(desk: Desk, work: Callable[[], None]) -> None:
    """That staff cannot be told must not end the daemon either."""
    try:
        work()
    except Exception as error:  # noqa: BLE001 - a fault of ours in the middle of an outage
        log.error("staff not told", area=desk.unit.area.slug, error=fault_of(error))


def _close(desk: Desk) -> None:
    desk.unit.inbox.close()
    desk.unit.sender.close()
    desk.is_open = False
