"""The config of one home, from its TOML files and its secrets to one frozen `Settings`.

A home is a folder with config/mailbot.toml, config/areas/<slug>.toml, config/process.toml,
config/forms.toml, templates/ and data/. Every fault in it is told at once, with its place and a
remedy. What process.toml and forms.toml mean is known by the core, which is handed them as read.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from mailbot.core.areas import addresses_of
from mailbot.core.model import AgencyCode, Area, Protection, Role, Scheduled, TrustMode
from mailbot.errors import SettingsError
from mailbot.review_groups import groups_faults, review_groups_of
from mailbot.secrets import SOURCES, PasswordSource, password, signing_key_at
from mailbot.settings_checks import area_faults, areas_faults, stores_faults
from mailbot.settings_days import days_warnings
from mailbot.settings_people import agency_from, person_from
from mailbot.settings_tables import (
    AreaTable,
    ImapTable,
    MailbotTable,
    MaildirTable,
    Security,
    SmtpTable,
    faults_in,
)
from mailbot.shipped import init as init  # settings begin with it

_Passwords = Mapping[tuple[str, str], SecretStr | None]

_PORTS: Mapping[tuple[str, Security], int] = {
    ("imap", "tls"): 993,
    ("imap", "starttls"): 143,
    ("imap", "plain"): 143,
    ("smtp", "tls"): 465,
    ("smtp", "starttls"): 587,
    ("smtp", "plain"): 25,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class MaildirPlace:
    """A mailbox, or a way out, that is a Maildir on this computer."""

    path: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class ImapPlace:
    """A mailbox on an IMAP server. `password` is None only when secrets were not asked for."""

    host: str
    port: int
    security: Security
    user: str
    password: SecretStr | None
    ca_file: Path | None
    #: Folders that config names because the server does not: "drafts" and "sent".
    folders: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpPlace:
    """A way out through an SMTP server. Without `user`, mailbot does not sign in."""

    host: str
    port: int
    security: Security
    user: str | None
    password: SecretStr | None
    ca_file: Path | None
    server_saves_sent: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaSettings:
    """One area: its mailbox, its way out, its store, and where its calendar and clocks differ."""

    area: Area
    mailbox: MaildirPlace | ImapPlace
    sender: MaildirPlace | SmtpPlace
    store: Path
    key: Path  # of the signing key; `signing_key` reads it
    closures: frozenset[date]  # working days on which the office is shut
    exceptions: frozenset[date]  # days off on which it works
    #: Clock name -> keys of process.toml that differ in this area.
    clocks: Mapping[str, Mapping[str, Any]]
    #: By which, and to whom, staff are told that the mailbox cannot be reached.
    second_route: MaildirPlace | SmtpPlace | None = None
    second_emails: tuple[str, ...] = ()
    second_address: str = ""  # from which it sends, where that is not the shared mailbox's


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one message may weigh before a person must look at it."""

    message_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The whole config. Paths are absolute."""

    home: Path
    data: Path
    templates: Path
    log_level: str
    limits: Limits
    areas: tuple[AreaSettings, ...]  # by slug
    process_toml: Mapping[str, Any]
    forms_toml: Mapping[str, Any]

    def area(self, slug: str) -> AreaSettings | None:
        """Given an area's slug, return its settings, or None when there is no such area."""
        return next((a for a in self.areas if a.area.slug == slug), None)


def load(home: Path, environ: Mapping[str, str], *, with_secrets: bool = True) -> Settings:
    """Given a home and the environment, return its settings.

    With `with_secrets` off no password is looked for: for commands that only read the store.
    Raises `SettingsError` with one sentence for each fault in all of the files.
    """
    return _Reading(home.resolve(), environ, with_secrets=with_secrets).settings()


def signing_key(area: AreaSettings) -> bytes:
    """Given an area, return the 32 bytes with which it signs; they are made when first asked for.

    Raises `SettingsError` when the key's file is unreadable, open to others or no key.
    """
    return signing_key_at(area.key)


def warnings(settings: Settings) -> tuple[str, ...]:
    """Given sound settings, return a sentence for everything in them that is allowed but risky."""
    return tuple(
        f"config/areas/{area.area.slug}.toml: {sentence}"
        for area in settings.areas
        for sentence in (*_people_warnings(area.area), *_server_warnings(area))
    )


def _people_warnings(area: Area) -> Iterator[str]:
    if area.trust is TrustMode.NONE:
        yield (
            'trust is "none": nobody vouches for senders, so every effect of a message waits for '
            "a person."
        )
    by_phone = [a.code for a in area.agencies if a.protection is Protection.BY_PHONE]
    if by_phone and area.identify == "form":
        yield (
            f"mail to {', '.join(by_phone)} is not known to be protected (by-phone): their forms "
            "go out without the child's details, and they must ring for them."
        )
    if len(area.staff) == 1:
        yield "there is one member of staff: while that person is away, nobody decides."
    if area.chair is None and area.chair_for_quorum is Role.CHAIR:
        yield "there is no [chair]: nobody is called to make a meeting quorate."
    if area.notifier is None:
        yield "there is no [notifier]: the worksheet for the Panel's online service goes to nobody."
    yield from _nhs_warnings(area)
    yield from days_warnings(area)
    if not area.board:
        yield "there is no [[board]]: nobody on the Board is told of an incident."
    if area.panel_address in set(_everybodys_addresses(area)):
        yield (
            "the Panel's address stands among the people or agencies: no letter to it is ever sent."
        )


def _nhs_warnings(area: Area) -> Iterator[str]:
    if area.health_reports == "off":
        return
    if not any(agency.provider_trust for agency in area.agencies):
        yield (
            "no agency has provider_trust = true: nobody can be named in an NHS Serious Incident; "
            'where none is followed here, set health_reports = "off".'
        )
    elif area.designated_nurse is None:
        yield (
            "there is no [designated_nurse]: in an NHS Serious Incident the ICB's contacts are "
            "asked for what the provider trusts owe."
        )


def _everybodys_addresses(area: Area) -> Iterator[str]:
    named = (area.manager, area.duty, area.chair, area.notifier, area.designated_nurse)
    for person in (*area.staff, *area.board, *named):
        if person:
            yield person.email
    yield from (address for agency in area.agencies for address in addresses_of(agency))


def _server_warnings(area: AreaSettings) -> Iterator[str]:
    for name, place in (("mailbox", area.mailbox), ("sender", area.sender)):
        if isinstance(place, ImapPlace | SmtpPlace) and place.security == "plain":
            yield (
                f"[{name}] is unencrypted, which is allowed because {place.host} is this same "
                "computer."
            )
    if isinstance(area.sender, MaildirPlace):
        yield f"[sender] is a folder: letters are put into {area.sender.path} and leave nowhere."
    if not isinstance(area.mailbox, ImapPlace):
        return  # a folder on this computer is never out of reach
    if area.second_route is None:
        yield (
            "there is no [second_route]: if the mailbox cannot be reached, staff are told through "
            "[sender], which may be gone with it."
        )
    if not area.second_emails:
        yield (
            "[duty] has no second_email: if the mailbox cannot be reached, staff are told at "
            "addresses that may be out of reach with it."
        )


class _Reading:
    """One reading of a home: collects faults while it goes, and builds only when there are none."""

    def __init__(self, home: Path, environ: Mapping[str, str], *, with_secrets: bool) -> None:
        self.home = home
        self.environ = environ
        self.with_secrets = with_secrets
        self.faults: list[str] = []

    def settings(self) -> Settings:
        """Read everything there is to read, then raise all faults or build."""
        main = self.toml("config/mailbot.toml")
        process, forms = self.toml("config/process.toml"), self.toml("config/forms.toml")
        self.faults += faults_in(MailbotTable, main or {}, file="config/mailbot.toml")
        if not (self.home / "templates").is_dir():
            self.faults.append("templates: the folder is missing; copy it from a fresh init.")
        areas = self.area_files()
        passwords = {
            (slug, name): self.password(raw.get(name), f"config/areas/{slug}.toml, [{name}]")
            for slug, raw in areas.items()
            for name in ("mailbox", "sender", "second_route")
        }
        data = self.home / str((main or {}).get("data") or "data")
        self.faults += stores_faults(areas, home=self.home, data=data)
        if self.faults or main is None or process is None or forms is None:
            raise SettingsError(tuple(self.faults))
        table = MailbotTable.model_validate(main)
        data = self.home / table.data
        return Settings(
            home=self.home,
            data=data,
            templates=self.home / "templates",
            log_level=table.log_level,
            limits=Limits(
                message_bytes=table.limits.message_megabytes * 1024 * 1024,
            ),
            areas=tuple(
                _area_settings(
                    AreaTable.model_validate(raw),
                    slug,
                    home=self.home,
                    data=data,
                    passwords=passwords,
                    groups=review_groups_of(raw, self.home),
                )
                for slug, raw in areas.items()
            ),
            process_toml=process,
            forms_toml=forms,
        )

    def toml(self, name: str) -> dict[str, Any] | None:
        """Read one file; None, with its fault noted, when that cannot be done."""
        try:
            # Editors on Windows begin a file with a byte order mark, which TOML does not know.
            return tomllib.loads((self.home / name).read_bytes().decode("utf-8-sig"))
        except FileNotFoundError:
            self.faults.append(f"{name}: the file is missing; copy it from a fresh init.")
        except OSError as error:
            self.faults.append(f"{name}: cannot be read ({error.strerror}); mend its rights.")
        except UnicodeDecodeError as error:
            line = error.object[: error.start].count(b"\n") + 1
            self.faults.append(f"{name}, line {line}: is not UTF-8; save the file as UTF-8.")
        except tomllib.TOMLDecodeError as error:
            self.faults.append(f"{name}: is not TOML: {_syntax(str(error))}; correct that line.")
        return None

    def area_files(self) -> dict[str, dict[str, Any]]:
        """Read all areas' files, by slug, and note what is wrong in and between them."""
        files = sorted((self.home / "config" / "areas").glob("*.toml"))
        if not files:
            self.faults.append("config/areas: there is no area; add a file such as bedford.toml.")
        areas: dict[str, dict[str, Any]] = {}
        for path in files:
            file = f"config/areas/{path.name}"
            if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", path.stem):
                self.faults.append(
                    f"{file}: an area's file is named in small letters, digits and hyphens; "
                    'rename it, as "bedford.toml".'
                )
            raw = self.toml(file)
            if raw is not None:
                areas[path.stem] = raw
                self.faults += faults_in(AreaTable, raw, file=file)
                self.faults += area_faults(raw, file)
                self.faults += groups_faults(raw, self.home, file)
        by_file = {f"config/areas/{slug}.toml": raw for slug, raw in areas.items()}
        self.faults += areas_faults(by_file, self.home)
        return areas

    def password(self, table: object, place: str) -> SecretStr | None:
        """Look up the password of one [mailbox] or [sender], and see that its ca_file is there."""
        if not isinstance(table, dict) or table.get("kind") not in {"imap", "smtp"}:
            return None
        ca_file = table.get("ca_file")
        if isinstance(ca_file, str) and not (self.home / ca_file).is_file():
            self.faults.append(f"{place}, ca_file: there is no file {ca_file}; correct the path.")
        named = [(key, table[key]) for key in SOURCES if isinstance(table.get(key), str)]
        if not self.with_secrets or len(named) != 1 or not named[0][1]:
            return None
        key, value = named[0]
        try:
            return password(self.source(key, value), self.environ)
        except SettingsError as error:
            self.faults.append(f"{place}, {key}: {error}.")
            return None

    def source(self, key: str, value: str) -> PasswordSource:
        if key == "password_file":
            return PasswordSource(password_file=self.home / value)
        if key == "password_env":
            return PasswordSource(password_env=value)
        return PasswordSource(password_credential=value)


def _syntax(error: str) -> str:
    """Turn "Expected x (at line 3, column 5)" round, so that the line comes first."""
    found = re.fullmatch(r"(?P<what>.*) \(at (?P<where>line \d+, column \d+)\)", error)
    return f"{found['where']}: {found['what']}" if found else error


# --- from tables that are known to be sound to frozen settings ----------------------------------


def _area_settings(
    table: AreaTable,
    slug: str,
    *,
    home: Path,
    data: Path,
    passwords: _Passwords,
    groups: tuple[Scheduled, ...] = (),
) -> AreaSettings:
    return AreaSettings(
        area=replace(_area(table, slug), review_groups=groups),
        mailbox=_mailbox(table.mailbox, home=home, secret=passwords[slug, "mailbox"]),
        sender=_sender(table.sender, home=home, secret=passwords[slug, "sender"]),
        store=home / table.store if table.store else data / f"{slug}.db",
        key=data / f"{slug}.key",
        closures=frozenset(table.calendar.closed),
        exceptions=frozenset(table.calendar.open),
        clocks=table.clocks,
        second_route=_second_route(table, home=home, secret=passwords[slug, "second_route"]),
        second_emails=(table.duty.second_email,) if table.duty.second_email else (),
        second_address=getattr(table.second_route, "address", None) or "",
    )


def _area(table: AreaTable, slug: str) -> Area:
    domains = {name: Protection(value) for name, value in table.protection.items()}
    return Area(
        slug=slug,
        code=table.code,
        name=table.name,
        address=table.address,
        phone=table.phone,
        staff=tuple(map(person_from, table.staff)),
        manager=person_from(table.manager),
        duty=person_from(table.duty),
        chair=person_from(table.chair) if table.chair else None,
        board=tuple(map(person_from, table.board)),
        authority=AgencyCode(table.authority),
        notifier=person_from(table.notifier) if table.notifier else None,
        designated_nurse=person_from(table.designated_nurse) if table.designated_nurse else None,
        health_reports=table.health_reports,
        agencies=tuple(agency_from(agency, domains) for agency in table.agency),
        panel_address=table.panel_address,
        web_form_senders=tuple(table.web_form_senders),
        trust=TrustMode(table.trust),
        authserv_id=table.authserv_id.strip().lower(),
        identify=table.identify,
        marking=table.marking,
        front_door=table.front_door,
        filing=table.filing,
        chair_for_quorum=Role(table.chair_for_quorum),
        delivery=dict(table.letters),
        digest_at=table.times.digest_at,
        reminders_at=table.times.reminders_at,
        requests_until=table.times.requests_until,
        office_until=table.times.office_until,
        requests_wait_minutes=table.times.requests_wait_minutes,
        letters_per_person_and_day=table.limits.letters_per_person_and_day,
        protected_domains=domains,
        known_as=tuple(table.known_as),
        other_areas=tuple(table.other_areas),
        signature=tuple(line.strip() for line in table.signature.splitlines() if line.strip()),
    )


def _second_route(
    table: AreaTable, *, home: Path, secret: SecretStr | None
) -> MaildirPlace | SmtpPlace | None:
    if table.second_route is None:
        return None
    return _sender(table.second_route, home=home, secret=secret)


def _mailbox(
    table: MaildirTable | ImapTable, *, home: Path, secret: SecretStr | None
) -> MaildirPlace | ImapPlace:
    if isinstance(table, MaildirTable):
        return MaildirPlace(path=home / table.path)
    return ImapPlace(
        host=table.host,
        port=table.port or _PORTS["imap", table.security],
        security=table.security,
        user=table.user,
        password=secret,
        ca_file=home / table.ca_file if table.ca_file else None,
        folders={str(use): name for use, name in table.folders.items()},
    )


def _sender(
    table: MaildirTable | SmtpTable, *, home: Path, secret: SecretStr | None
) -> MaildirPlace | SmtpPlace:
    if isinstance(table, MaildirTable):
        return MaildirPlace(path=home / table.path)
    return SmtpPlace(
        host=table.host,
        port=table.port or _PORTS["smtp", table.security],
        security=table.security,
        user=table.user,
        password=secret,
        ca_file=home / table.ca_file if table.ca_file else None,
        server_saves_sent=table.server_saves_sent,
    )
