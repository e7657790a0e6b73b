"""Opening a home for a command: its areas, locks, look-ups, and the time on the wall."""

import os
import tomllib
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TypeVar

from mailbot.assembly import (
    FIRST_DAY,
    YEARS_AHEAD,
    area_rules,
    calendar_from,
    unit_from,
    watcher_from,
)
from mailbot.console import complain
from mailbot.core.clocks.rules import rules_from
from mailbot.core.clocks.workdays import WorkingCalendar, english_calendar
from mailbot.core.model import CaseRef, ClockRule, MessageKey
from mailbot.core.moments import LONDON
from mailbot.core.references import area_of, references_in
from mailbot.errors import MailboxError, SettingsError, StoreError, UsageError
from mailbot.mailboxes import Watcher
from mailbot.settings import AreaSettings, MaildirPlace, Settings, load
from mailbot.shipped import shipped
from mailbot.store import Lock
from mailbot.unit import Unit, log


def wall_clock() -> datetime:
    """The time now, in UTC."""
    return datetime.now(UTC)


def seen_at(unit: Unit) -> datetime:
    """Now; or, in an area whose rehearsal has run ahead of the clock on the wall, where it is."""
    newest = unit.store.outbox.all(1)
    return max([wall_clock(), *(letter.changed_at for letter in newest)])


@contextmanager
def locked(settings: Settings) -> Iterator[None]:
    """Keep every other `run` and `once` off the stores. Raises StoreTakenError naming the first."""
    with ExitStack() as stack:
        for area in settings.areas:
            stack.callback(_lock(area.store).release)
        yield


def _lock(store: Path) -> Lock:
    try:
        store.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        return Lock(store.with_suffix(".lock"))
    except OSError as error:
        raise StoreError(
            f"The folder {store.parent} cannot be used ({error.strerror}): mend it, or name "
            "another in config/mailbot.toml, data."
        ) from error


@contextmanager
def opened(home: Path) -> Iterator[list[Unit]]:
    """Open every area for a command beside the daemon; no secret is asked for."""
    settings = load(home, os.environ, with_secrets=False)
    units = each_sound(
        settings, lambda area: unit_from(settings, area, clock=wall_clock), tell=complain
    )
    try:
        yield units
    finally:
        for unit in units:
            unit.store.close()


def calendar_at(home: Path) -> WorkingCalendar:
    """The working days of the first area, or of England when this is no home."""
    today = wall_clock().date()
    if not (home / "config").is_dir():
        return english_calendar(FIRST_DAY, date(today.year + YEARS_AHEAD, 12, 31))
    return calendar_from(load(home, os.environ, with_secrets=False).areas[0], today)


def rule_at(home: Path, name: str) -> ClockRule | None:
    """Given a clock's name, return its rule in the first area, or as shipped when this is no home.

    None when there is no such clock.
    """
    if (home / "config").is_dir():
        settings = load(home, os.environ, with_secrets=False)
        rules = area_rules(settings, settings.areas[0])
    else:
        rules = rules_from(tomllib.loads(shipped("config/process.toml").read_text("utf-8")))
    return next((rule for rule in rules if rule.name == name.strip().casefold()), None)


def daemon_desk(
    settings: Settings, area: AreaSettings
) -> tuple[Unit, Callable[[Callable[[], None]], Watcher]]:
    """Given an area, return it ready to work, and how to make what watches its mailbox."""
    unit = unit_from(settings, area, clock=wall_clock)
    return unit, lambda notify: watcher_from(area, settings, notify)


Started = TypeVar("Started")


def each_sound(
    settings: Settings, start: Callable[[AreaSettings], Started], *, tell: Callable[[str], None]
) -> list[Started]:
    """Given how an area is started, start each; one that cannot be stops only itself.

    `tell` hears its faults. Raises SettingsError with all faults when no area can be started.
    """
    started: list[Started] = []
    faults: list[str] = []
    for area in settings.areas:
        try:
            started.append(start(area))
        except (SettingsError, StoreError, MailboxError) as error:
            told = error.faults if isinstance(error, SettingsError) else (str(error),)
            faults += [f"{area.area.name}: {fault}" for fault in told]
            log.error("area left out", area=area.area.slug, why="; ".join(told))
    if not started:
        raise SettingsError(tuple(faults))
    for fault in faults:
        tell(fault)
    return started


def rehearsed_moment(text: str, settings: Settings) -> datetime:
    """The moment of a pass: now, or the one rehearsed, which no real mailbox may see."""
    if not text:
        return wall_clock()
    if not all(isinstance(area.mailbox, MaildirPlace) for area in settings.areas):
        raise UsageError("--now is only for rehearsing on a Maildir; this mailbox is a real one.")
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise UsageError("--now is a moment such as 2026-11-23T10:00.") from error
    return (moment if moment.tzinfo else moment.replace(tzinfo=LONDON)).astimezone(UTC)


def find_case(units: Sequence[Unit], reference: str) -> tuple[Unit, CaseRef]:
    """The area that holds a case. Raises UsageError for no reference and for no case."""
    found = references_in(reference)
    if len(found) != 1:
        raise UsageError(f"{reference!r} is no case reference; one looks like BB-2026-014-K.")
    unit = next((u for u in units if u.area.code == area_of(found[0])), None)
    if unit is None or not unit.store.cases.exists(found[0]):
        raise UsageError(f"There is no case {found[0]}; `mailbot cases` lists them.")
    return unit, found[0]


def has_notice(unit: Unit, name: str) -> bool:
    """Given an area and a notice's name, tell whether it waits there."""
    return any(key == name for key, _, _, _ in unit.store.outbox.notices())


def find_message(units: Sequence[Unit], name: str) -> tuple[Unit, MessageKey]:
    """The area that holds a message, and the message's key."""
    for unit in units:
        kept = unit.store.messages.get(name)
        if kept is not None:
            return unit, kept.key
    raise UsageError("No one message has that name; `mailbot queue` names those that wait.")
