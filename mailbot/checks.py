"""`mailbot check`: everything that could stop the daemon, found before it starts, all at once."""

import tomllib
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from pathlib import Path

from mailbot.assembly import area_rules, form_layouts, inbox_from, second_sender_from, sender_from
from mailbot.core.model import LetterKind
from mailbot.documents.programs import programs_missing
from mailbot.errors import MailbotError, MailboxError, SettingsError
from mailbot.mailboxes import DRAFTS, INBOX, SENT
from mailbot.rendering import load_templates
from mailbot.settings import AreaSettings, Settings, load, signing_key, warnings
from mailbot.shipped import shipped
from mailbot.store import Store
from mailbot.template_check import check_templates

WORD_FORMS = (
    "serious-notification.docx",
    "non-serious-notification.docx",
    "agency-return.docx",
)

Say = Callable[[str], None]


def faults_of(
    home: Path, environ: Mapping[str, str], *, say: Say, clock: Callable[[], datetime]
) -> list[str]:
    """Given a home, return a sentence for every fault; `say` hears what is well and warnings."""
    try:
        settings = load(home, environ)
    except SettingsError as error:
        return list(error.faults)
    say(f"Config: {len(settings.areas)} area(s).")
    for warning in warnings(settings):
        say(f"Warning: {warning}")
    if missing := _clocks_missing(settings):
        say(f"Warning: config/process.toml: mailbot ships clocks that stand not there: {missing}.")
    for sentence in programs_missing():
        say(f"Warning: {sentence}")
    faults = list(_shared(settings))
    for area in settings.areas:
        faults += _of_area(settings, area, say, clock)
    return faults


def _clocks_missing(settings: Settings) -> str:
    """Return the names of the clocks that are shipped and that this home's config lacks."""
    ours = {table.get("name") for table in settings.process_toml.get("clock", ())}
    toml = tomllib.loads(shipped("config/process.toml").read_text("utf-8"))
    return ", ".join(table["name"] for table in toml["clock"] if table["name"] not in ours)


def _shared(settings: Settings) -> Iterator[str]:
    try:
        form_layouts(settings)
    except SettingsError as error:
        yield from error.faults
    yield from check_templates(load_templates(settings.templates))
    for name in WORD_FORMS:
        if not (settings.templates / name).is_file():
            yield f"templates/{name}: the Word form is missing; copy it from a fresh init."
    written = {path.name for path in settings.templates.glob("*.md.j2")}
    for kind in LetterKind:
        if f"{kind.value}.md.j2" not in written:
            yield f"templates/{kind.value}.md.j2: the letter is missing; copy it from a fresh init."


def _of_area(
    settings: Settings, area: AreaSettings, say: Say, clock: Callable[[], datetime]
) -> Iterator[str]:
    name = area.area.name
    try:
        area_rules(settings, area)
        signing_key(area)
        area.store.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        Store(area.store).close()
        say(f"{name}: rules, key and store are sound.")
    except SettingsError as error:
        yield from error.faults
    except (MailbotError, OSError) as error:
        yield f"{name}, store: {error}"
    yield from _mailbox(settings, area, say)
    yield from _sender(area, say, clock)
    yield from _second_route(area, say, clock)


def _mailbox(settings: Settings, area: AreaSettings, say: Say) -> Iterator[str]:
    inbox = inbox_from(area, settings)
    try:
        inbox.open()
        found, _ = inbox.arrivals(INBOX, "")
        say(f"{area.area.name}: the mailbox answers; {len(found)} message(s) are in the inbox.")
        for folder, what in ((DRAFTS, "Drafts"), (SENT, "Sent")):
            if not inbox.folder_exists(folder):
                say(f"Warning: {area.area.name} has no folder for {what}; mailbot will make one.")
    except MailboxError as error:
        yield f"{area.area.name}, mailbox: {error}"
    finally:
        inbox.close()


def _second_route(area: AreaSettings, say: Say, clock: Callable[[], datetime]) -> Iterator[str]:
    sender = second_sender_from(area, clock=clock)
    if sender is None:
        return
    try:
        sender.check()
        say(f"{area.area.name}: staff can be told by the second route.")
    except MailbotError as error:
        yield f"{area.area.name}, second_route: {error}"
    finally:
        sender.close()


def _sender(area: AreaSettings, say: Say, clock: Callable[[], datetime]) -> Iterator[str]:
    sender = sender_from(area, clock=clock)
    try:
        sender.check()
        say(f"{area.area.name}: letters can be handed over.")
    except MailbotError as error:
        yield f"{area.area.name}, sender: {error}"
    finally:
        sender.close()
