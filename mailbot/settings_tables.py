"""The tables of the config files, and how a fault in them is put into words.

Used by mailbot.settings alone. Pydantic stands here, at the edge; what leaves `mailbot.settings`
is frozen dataclasses. A field's description is the remedy that is shown when it is missing.
"""

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, time
from typing import Annotated, Any, Literal, get_args

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
)
from pydantic_core import ErrorDetails, PydanticCustomError

#: Domains of the old secure networks, switched off or renamed; mail to them is lost.
HISTORIC_DOMAINS = {
    "gsi.gov.uk": "gov.uk, as in name@bedford.gov.uk",
    "gcsx.gov.uk": "gov.uk, as in name@bedford.gov.uk",
    "pnn.police.uk": "police.uk, as in name@bedfordshire.police.uk",
}

_ADDRESS = re.compile(r"[a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?P<domain>[a-z0-9.-]{1,253})")
_DOMAIN = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)(\.(?!-)[a-z0-9-]{1,63}(?<!-))+")
_TIME = re.compile(r"(?P<hour>[01]\d|2[0-3]):(?P<minute>[0-5]\d)")


def _fault(sentence: str) -> PydanticCustomError:
    return PydanticCustomError("mailbot", "{sentence}", {"sentence": sentence})


def _domain(value: str) -> str:
    domain = value.strip().lower().removeprefix("@")
    if not _DOMAIN.fullmatch(domain):
        raise _fault(f'"{value}" is not a mail domain; write it as "example.org"')
    for old, new in HISTORIC_DOMAINS.items():
        if domain == old or domain.endswith("." + old):
            raise _fault(
                f'"{value}" is a historic domain that no longer takes mail; '
                f"ask for the address of today, which probably ends in {new}"
            )
    return domain


def _email(value: str) -> str:
    address = value.strip().lower()
    found = _ADDRESS.fullmatch(address)
    if not found:
        raise _fault(f'"{value}" is not an e-mail address; write it as "name@example.org"')
    _domain(found["domain"])
    return address


def _time(value: object) -> time:
    if isinstance(value, time):
        return value
    found = _TIME.fullmatch(value) if isinstance(value, str) else None
    if not found:
        raise _fault(f'"{value}" is not a time of day; write it in quotes, as "08:00"')
    return time(int(found["hour"]), int(found["minute"]))


def _scheduled(value: object) -> date:
    if not isinstance(value, date):  # a date with its hour is one too
        raise _fault("is no day or time; write it without quotes, as 2026-12-08T10:00:00")
    return value


def _filled(value: str) -> str:
    if not value.strip():
        raise _fault("is empty; write something between the quotes")
    return value.strip()


def _area_code(value: str) -> str:
    if not re.fullmatch(r"[A-Z]{2,3}", value):
        raise _fault(f'"{value}" is not an area code; write two or three capitals, as "BB"')
    return value


def _agency_code(value: str) -> str:
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", value):
        raise _fault(
            f'"{value}" is not an agency code; use small letters, digits and hyphens, '
            'as "community-health"'
        )
    return value


def _days_in_order(period: "PeriodTable") -> "PeriodTable":
    if period.last < period.first:
        raise _fault("ends before it begins; exchange first and last")
    return period


Text = Annotated[str, AfterValidator(_filled)]
Email = Annotated[str, AfterValidator(_email)]
Domain = Annotated[str, AfterValidator(_domain)]
TimeOfDay = Annotated[time, BeforeValidator(_time)]
Scheduled = Annotated[Any, BeforeValidator(_scheduled)]
Port = Annotated[int, Field(ge=1, le=65535)]
RoleName = Literal["local-authority", "icb", "police", "chair"]
Security = Literal["tls", "starttls", "plain"]
DeliveryName = Literal["send", "draft"]
ProtectionName = Literal["tls", "subject-tag", "by-phone"]


class Table(BaseModel):
    """A TOML table: exact types, no unknown keys."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, hide_input_in_errors=True)


class PersonTable(Table):
    """[manager], [duty], [chair], [notifier], [[staff]], [[board]], lead and delegates."""

    name: Text = Field(description="what this person is called in letters")
    email: Email = Field(description="the address that letters to this person go to")
    role: str = ""
    phone: str = ""


class DutyTable(PersonTable):
    """[duty]: whoever gets alerts, and by which other address when the mailbox is out of reach."""

    second_email: Email | None = None


class PeriodTable(Table):
    """An entry of an agency's `closed`: days, the first and the last included."""

    first: date = Field(description="the first day, as first = 2026-12-21")
    last: date = Field(description="the last day, as last = 2027-01-03")
    why: str = ""


class ChangeTable(Table):
    """[[agency.change]]: what becomes different on a day."""

    day: date = Field(description="the first day on which it holds, as day = 2027-04-01")
    name: Text | None = None
    contacts: list[Email] | None = Field(default=None, min_length=1)


class AgencyTable(Table):
    """[[agency]]: somebody who may be asked."""

    code: Annotated[str, AfterValidator(_agency_code)] = Field(
        description='a short name of your own, as "police"'
    )
    name: Text = Field(description="the agency's name as it stands in letters")
    contacts: list[Email] = Field(
        min_length=1, description="who is written to, the role mailbox first"
    )
    also_from: list[Email] = []
    domains: list[Domain] = []
    lead: PersonTable | None = None
    partner: Literal["local-authority", "icb", "police"] | None = None
    delegates: list[PersonTable] = []
    ask_by_default: bool = True
    known_as: list[Text] = []
    protection: ProtectionName | None = None
    deputies: list[PersonTable] = []
    closed: list[Annotated[PeriodTable, AfterValidator(_days_in_order)]] = []
    since: date | None = None
    until: date | None = None
    change: list[ChangeTable] = []
    provider_trust: bool = False


class MaildirTable(Table):
    """[mailbox] or [sender] with kind = "maildir"."""

    kind: Literal["maildir"]
    path: Text = Field(description="the folder, relative to the one that holds config/")


class ServerTable(Table):
    """What [mailbox] of kind "imap" and [sender] of kind "smtp" have in common."""

    host: Text = Field(description="the server's name, as its certificate has it")
    port: Port | None = None
    password_env: Text | None = None
    password_file: Text | None = None
    password_credential: Text | None = None
    ca_file: Text | None = None


class ImapTable(ServerTable):
    """[mailbox] with kind = "imap"."""

    kind: Literal["imap"]
    security: Security = "tls"
    user: Text = Field(description="the name with which mailbot signs in")
    folders: dict[Literal["drafts", "sent"], Text] = {}


class SmtpTable(ServerTable):
    """[sender] with kind = "smtp"."""

    kind: Literal["smtp"]
    security: Security = "starttls"
    user: Text | None = None
    server_saves_sent: bool = False


class SecondRouteTable(SmtpTable):
    """[second_route] with kind = "smtp"."""

    address: Email | None = None


SecondRoute = Annotated[MaildirTable | SecondRouteTable, Field(discriminator="kind")]


class TimesTable(Table):
    """[times]: local times of day, and the minutes in which a request can still be stopped."""

    digest_at: TimeOfDay = time(8)
    reminders_at: TimeOfDay = time(9)
    requests_until: TimeOfDay = time(15)
    office_until: TimeOfDay = time(18)
    requests_wait_minutes: Annotated[int, Field(ge=0, le=240)] = 15


class AreaLimitsTable(Table):
    """[limits] of an area."""

    letters_per_person_and_day: Annotated[int, Field(ge=1, le=1000)] = 20


class CalendarTable(Table):
    """[calendar]: days that differ from weekends and the bank holidays of England."""

    closed: list[date] = []
    open: list[date] = []


class GroupTable(Table):
    """[[review_group]]: a Case Review Group that is scheduled."""

    at: Scheduled = Field(description="when it meets, without quotes, as at = 2026-12-08T10:00:00")
    where: str = ""


class AreaTable(Table):
    """config/areas/<slug>.toml."""

    code: Annotated[str, AfterValidator(_area_code)] = Field(
        description='the first part of case references, two or three capitals, as "BB"'
    )
    name: Text = Field(description="what the partnership is called in letters")
    address: Email = Field(description="the shared mailbox")
    phone: Text = Field(description="the number of whoever is on duty; it stands in every letter")
    front_door: Text = Field(
        description="where a child at immediate risk is reported, with numbers"
    )
    known_as: list[Text] = []
    other_areas: list[Text] = []
    signature: str = ""
    marking: Text = "OFFICIAL-SENSITIVE"
    identify: Literal["form", "by-phone"] = "form"
    filing: Literal["move", "leave"] = "move"
    chair_for_quorum: RoleName = "chair"
    authority: Text = Field(description="the agency code of the local authority")
    panel_address: Email = Field(description="the Panel's mailbox, as config/areas shipped has it")
    web_form_senders: list[Email] = []
    trust: Literal["authserv-id", "none"] = "none"
    authserv_id: str = ""
    store: Text | None = None
    mailbox: Annotated[MaildirTable | ImapTable, Field(discriminator="kind")] = Field(
        description='a table [mailbox] with kind = "maildir" or "imap"'
    )
    sender: Annotated[MaildirTable | SmtpTable, Field(discriminator="kind")] = Field(
        description='a table [sender] with kind = "maildir" or "smtp"'
    )
    second_route: SecondRoute | None = None
    protection: dict[Domain, ProtectionName] = {}
    manager: PersonTable = Field(description="a table [manager] with the business unit manager")
    duty: DutyTable = Field(description="a table [duty] with whoever gets alerts")
    chair: PersonTable | None = None
    notifier: PersonTable | None = None
    designated_nurse: PersonTable | None = None
    health_reports: Literal["sif", "psirf", "off"] = "sif"
    staff: list[PersonTable] = Field(
        min_length=1, description="a table [[staff]] for each member of the business unit"
    )
    board: list[PersonTable] = []
    agency: list[AgencyTable] = Field(
        min_length=1, description="a table [[agency]] for each agency that may be asked"
    )
    times: TimesTable = TimesTable()
    limits: AreaLimitsTable = AreaLimitsTable()
    calendar: CalendarTable = CalendarTable()
    review_group: list[GroupTable] = []
    review_groups_ics: Text | None = None
    letters: dict[str, DeliveryName] = {}
    clocks: dict[str, dict[str, Any]] = {}


class LimitsTable(Table):
    """[limits] of mailbot.toml."""

    message_megabytes: Annotated[int, Field(ge=1, le=1024)] = 150


class MailbotTable(Table):
    """config/mailbot.toml."""

    data: Text = "data"
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    limits: LimitsTable = LimitsTable()


# --- faults in words ---------------------------------------------------------------------------

#: What pydantic calls an error -> what is wrong and what to do. `{...}` come from the error.
_SENTENCES = {
    "string_type": "must be text; put it between quotes",
    "int_type": "must be a whole number, without quotes",
    "int_from_float": "must be a whole number, without quotes",
    "bool_type": "must be true or false, in small letters and without quotes",
    "list_type": "must be a list; put it between square brackets, or write its table with [[ ]]",
    "dict_type": "must be a table",
    "model_type": "must be a table; write it as [name] on a line of its own",
    "date_type": "must be a day; write it without quotes, as 2026-12-24",
    "date_from_datetime_inexact": "must be a day; write it without quotes, as 2026-12-24",
    "too_short": "is empty; write at least one",
    "literal_error": "must be one of {expected}",
    "union_tag_invalid": "kind must be one of {expected_tags}",
    "union_tag_not_found": 'has no kind; add kind = "maildir", or the kind of your server',
    "greater_than_equal": "must be {ge} or more",
    "less_than_equal": "must be {le} or less",
    "mailbot": "{sentence}",
}


def faults_in(table: type[Table], raw: Mapping[str, Any], *, file: str) -> Iterator[str]:
    """Given what a file holds and the table it should be, yield a sentence for each fault.

    `file` is the place as shown to people ("config/areas/bedford.toml").
    """
    try:
        table.model_validate(raw)
    except ValidationError as error:
        for fault in error.errors(include_url=False, include_input=False):
            sentence = _sentence(fault, table)
            mark = "?" if "; did you mean" in sentence else "."
            yield f"{file}, {_place(fault['loc'], raw)}: {sentence}{mark}"


def _sentence(fault: ErrorDetails, table: type[Table]) -> str:
    kind, key = fault["type"], str(fault["loc"][-1])
    if kind == "missing":
        owner = _table_at(table, fault["loc"][:-1])
        remedy = owner.model_fields[key].description if owner else None
        return f"is missing; add {remedy or 'it'}"
    if kind == "extra_forbidden":
        return _unknown_key(key, _table_at(table, fault["loc"][:-1]))
    context: dict[str, Any] = dict(fault.get("ctx", {}))
    return _SENTENCES.get(kind, fault["msg"]).format(**context)


def _unknown_key(key: str, owner: type[Table] | None) -> str:
    if "password" in key or key in {"secret", "pass", "passwd"}:
        return (
            "a password does not belong in a config file, which is copied and backed up; put it "
            "into a file that only mailbot can read and name that with password_file, or use "
            "password_env or password_credential. If it was real, change it"
        )
    known = list(owner.model_fields) if owner else []
    close = difflib.get_close_matches(key, known, n=1)
    remedy = f'did you mean "{close[0]}"' if close else f"known here are {', '.join(known)}"
    return f"mailbot does not know this key; {remedy}"


def _table_at(table: type[Table], location: Sequence[str | int]) -> type[Table] | None:
    """Follow pydantic's location, in which a union's kind stands as a step, to its table."""
    tables = [table]
    for step in location:
        if isinstance(step, int):
            continue
        inner = [
            found
            for owner in tables
            if step in owner.model_fields
            for found in _tables_in(owner.model_fields[step].annotation)
        ]
        tables = [t for t in tables if step in _kinds(t)] or inner
    return tables[0] if tables else None


def _kinds(table: type[Table]) -> tuple[Any, ...]:
    kind = table.model_fields.get("kind")
    return get_args(kind.annotation) if kind else ()


def _tables_in(annotation: Any) -> Iterator[type[Table]]:
    if isinstance(annotation, type) and issubclass(annotation, Table):
        yield annotation
    for inner in get_args(annotation):
        yield from _tables_in(inner)


def _place(location: Sequence[str | int], raw: Mapping[str, Any]) -> str:
    """Say where a fault lies as its writer sees it: `[[agency]] "police", contacts, number 2`."""
    words: list[str] = []
    value: Any = raw
    for number, step in enumerate(location):
        if isinstance(step, int):
            value = value[step]
            if isinstance(value, dict):
                words[-1] = f"[[{words[-1]}]] {label(value, step)}"
            else:
                words.append(f"number {step + 1}")
        elif isinstance(value, dict) and step in value:
            value = value[step]
            words.append(f"[{step}]" if isinstance(value, dict) else step)
        elif number == len(location) - 1 and step != "[key]":
            words.append(step)
    return ", ".join(words)


def label(entry: Mapping[str, Any], position: int) -> str:
    """Given an entry of a list of tables, return how faults name it: by code, never by person."""
    code = entry.get("code")
    return f'"{code}"' if isinstance(code, str) and code else f"number {position + 1}"
