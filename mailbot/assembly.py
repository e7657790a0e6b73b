"""From settings to areas at work: stores, mailboxes, the sending door, rules and templates."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from mailbot.core.areas import area_on, everybody_in
from mailbot.core.clocks.rules import rules_from
from mailbot.core.clocks.workdays import WorkingCalendar, english_calendar
from mailbot.core.forms.forms import FormLayouts, layouts_from
from mailbot.core.model import ClockRule
from mailbot.errors import SettingsError
from mailbot.mailboxes import DRAFTS, SENT, Inbox, Sender, Watcher
from mailbot.mailboxes.door import Door
from mailbot.mailboxes.imap import ImapInbox
from mailbot.mailboxes.imap_login import ImapAccount
from mailbot.mailboxes.imap_watcher import ImapWatcher
from mailbot.mailboxes.maildir import MaildirInbox, MaildirSender, MaildirWatcher
from mailbot.mailboxes.smtp import SmtpAccount, SmtpSender
from mailbot.rendering import load_templates
from mailbot.settings import AreaSettings, ImapPlace, MaildirPlace, Settings, signing_key
from mailbot.store import Store
from mailbot.unit import Unit

_ROLES = {"drafts": DRAFTS, "sent": SENT}
#: Bank holidays are known from the first year of cases that may be on record.
FIRST_DAY = date(2020, 1, 1)
YEARS_AHEAD = 3


def unit_from(
    settings: Settings, area_settings: AreaSettings, *, clock: Callable[[], datetime]
) -> Unit:
    """Given an area's settings, return it ready to work; no connection is opened.

    `clock` sets the far end of the calendar of working days and stamps a rehearsal's letters.
    Raises SettingsError for rules or layouts that cannot be used, StoreError for the store.
    """
    area, today = area_settings.area, clock().date()
    store = Store(area_settings.store)
    _key_is_not_lost(area_settings, store)
    sender = Door(
        sender_from(area_settings, clock=clock),
        allowed=_may_be_written_to(area_settings, store),
        refused=(area.panel_address,),
    )
    return Unit(
        area=area_on(area, today),
        configured=area,
        key=signing_key(area_settings),
        store=store,
        inbox=inbox_from(area_settings, settings),
        sender=sender,
        second_ways=(*_second_way(area_settings, store, clock=clock), (sender, area.address)),
        second_emails=area_settings.second_emails,
        calendar=calendar_from(area_settings, today),
        rules=area_rules(settings, area_settings),
        layouts=form_layouts(settings),
        templates=load_templates(settings.templates),
        word_forms=word_forms(settings.templates),
        server_saves_sent=getattr(area_settings.sender, "server_saves_sent", False),
    )


def _key_is_not_lost(area_settings: AreaSettings, store: Store) -> None:
    """A new key in place of a lost one would make every letter that has gone look forged."""
    if not area_settings.key.exists() and store.cases.refs():
        lost = (
            f"{area_settings.key}: the signing key is missing, but there are cases signed with "
            "it. Restore it from the same backup as the store."
        )
        raise SettingsError((lost,))


def inbox_from(area_settings: AreaSettings, settings: Settings) -> Inbox:
    """Given an area's settings, return its mailbox, not yet open."""
    place = area_settings.mailbox
    if isinstance(place, MaildirPlace):
        return MaildirInbox(place.path, largest=settings.limits.message_bytes)
    return ImapInbox(_account(place, settings))


def watcher_from(
    area_settings: AreaSettings, settings: Settings, notify: Callable[[], None]
) -> Watcher:
    """Given an area's settings, return what watches its mailbox and calls `notify`."""
    place = area_settings.mailbox
    if isinstance(place, MaildirPlace):
        return MaildirWatcher(place.path, notify)
    return ImapWatcher(_account(place, settings), notify)


def sender_from(area_settings: AreaSettings, *, clock: Callable[[], datetime]) -> Sender:
    """Given an area's settings, return its way out, without the door before it."""
    place, mailbox = area_settings.sender, area_settings.mailbox
    if not isinstance(place, MaildirPlace):
        return SmtpSender(
            SmtpAccount(
                host=place.host,
                port=place.port,
                security=place.security,
                user=place.user or "",
                password=_open(place.password),
                ca_file=_text(place.ca_file),
            )
        )
    own_inbox = mailbox.path if isinstance(mailbox, MaildirPlace) else place.path / "own"
    return MaildirSender(
        place.path, own_address=area_settings.area.address, own_inbox=own_inbox, clock=clock
    )


def second_sender_from(
    area_settings: AreaSettings, *, clock: Callable[[], datetime]
) -> Sender | None:
    """Given an area's settings, return the way out of its [second_route], or None."""
    if area_settings.second_route is None:
        return None
    return sender_from(replace(area_settings, sender=area_settings.second_route), clock=clock)


def _second_way(
    area_settings: AreaSettings, store: Store, *, clock: Callable[[], datetime]
) -> Iterator[tuple[Sender, str]]:
    """The way out of [second_route] behind a door, with the address from which it sends."""
    area, sender = area_settings.area, second_sender_from(area_settings, clock=clock)
    if sender is not None:
        allowed = _may_be_written_to(area_settings, store)
        door = Door(sender, allowed=allowed, refused=(area.panel_address,))
        yield door, area_settings.second_address or area.address


def calendar_from(area_settings: AreaSettings, today: date) -> WorkingCalendar:
    """Given an area and the day, return its working days up to some years ahead."""
    return english_calendar(
        FIRST_DAY,
        date(today.year + YEARS_AHEAD, 12, 31),
        closures=area_settings.closures,
        exceptions=area_settings.exceptions,
    )


def area_rules(settings: Settings, area_settings: AreaSettings) -> tuple[ClockRule, ...]:
    """Given an area, return the clocks of process.toml as the area has changed them.

    Raises SettingsError with every fault at once.
    """
    place = f"config/areas/{area_settings.area.slug}.toml, [clocks]"
    tables = settings.process_toml.get("clock", [])
    known = {t.get("name") for t in tables if isinstance(t, Mapping)}
    unknown = [name for name in area_settings.clocks if name not in known]
    if unknown:
        raise SettingsError(
            tuple(
                f"{place}, '{n}': there is no such clock in config/process.toml." for n in unknown
            )
        )
    renamed = [name for name, table in area_settings.clocks.items() if "name" in table]
    if renamed:
        raise SettingsError(
            tuple(
                f"{place}, '{n}', key 'name': a clock keeps its name; take this line out."
                for n in renamed
            )
        )
    if not area_settings.clocks:
        return rules_from(settings.process_toml)
    merged: dict[str, Any] = {
        **settings.process_toml,
        "clock": [{**t, **area_settings.clocks.get(t.get("name", ""), {})} for t in tables],
    }
    return rules_from(merged, place=f"config/process.toml as changed by {place}")


def form_layouts(settings: Settings) -> FormLayouts:
    """Given settings, return the layouts of forms.toml. Raises SettingsError with every fault."""
    try:
        return layouts_from(settings.forms_toml)
    except ValueError as error:
        faults = tuple(f"config/forms.toml: {line}" for line in str(error).splitlines())
        raise SettingsError(faults) from error


def word_forms(templates: Path) -> dict[str, bytes]:
    """Given the folder of templates, return the Word forms in it by file name."""
    return {path.name: path.read_bytes() for path in sorted(templates.glob("*.docx"))}


def _account(place: ImapPlace, settings: Settings) -> ImapAccount:
    return ImapAccount(
        host=place.host,
        port=place.port,
        security=place.security,
        user=place.user,
        password=_open(place.password),
        ca_file=_text(place.ca_file),
        largest=settings.limits.message_bytes,
        folders={_ROLES[name]: folder for name, folder in place.folders.items()},
    )


def _may_be_written_to(area_settings: AreaSettings, store: Store) -> Callable[[str], bool]:
    """Addresses of config, and senders who were vouched for: they get acknowledgements."""
    area = area_settings.area
    known = everybody_in(area) | {area.address, *area_settings.second_emails}
    return lambda address: address in known or store.messages.is_vouched_sender(address)


def _open(secret: SecretStr | None) -> str:
    return secret.get_secret_value() if secret else ""


def _text(path: Path | None) -> str | None:
    return str(path) if path else None
