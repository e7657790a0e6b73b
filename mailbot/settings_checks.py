"""What must fit together in the config: between keys of one area's file, and between areas.

Used by mailbot.settings alone. These checks read the files as TOML gave them and pass over what
has the wrong shape (mailbot.settings_tables tells that), so that one look at a broken config
shows every fault in it.
"""

import difflib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from mailbot.core.clocks.workdays import english_calendar
from mailbot.core.model import Delivery, LetterKind
from mailbot.mailboxes.connections import is_loopback
from mailbot.secrets import SOURCES
from mailbot.settings_tables import label

Raw = Mapping[str, Any]

PARTNERS = ("local-authority", "icb", "police")

#: Mail domains that many organisations or everybody share: an address there proves no agency.
SHARED_DOMAINS = frozenset(
    {
        *("nhs.net", "cjsm.net", "gmail.com", "googlemail.com", "outlook.com", "hotmail.com"),
        *("hotmail.co.uk", "live.com", "live.co.uk", "yahoo.com", "yahoo.co.uk", "icloud.com"),
        *("aol.com", "btinternet.com", "sky.com"),
    }
)


def area_faults(raw: Raw, file: str) -> Iterator[str]:
    """Given one area's file as read, yield a sentence for everything that does not fit together.

    `file` is the place as shown to people ("config/areas/bedford.toml").
    """
    checks = (
        _codes,
        _owners,
        _domains,
        _own_address,
        _partners,
        _authority,
        _trust,
        _twice,
        _letters,
        _calendar,
        _changes,
        _neighbours,
    )
    for check in checks:
        yield from (f"{file}, {sentence}" for sentence in check(raw))
    for name in ("mailbox", "sender", "second_route"):
        yield from (f"{file}, [{name}], {sentence}" for sentence in _server(_table(raw, name)))


def areas_faults(areas: Mapping[str, Raw], home: Path) -> Iterator[str]:
    """Given all areas' files as read, by place, yield a sentence for each thing that two share.

    Areas share nothing but the program (process, section 2).
    """
    shared: tuple[tuple[str, Callable[[Raw], str], str], ...] = (
        ("code", lambda raw: _text(raw, "code").upper(), "give each area a code of its own"),
        ("address", lambda raw: _lower(raw, "address"), "an area has a mailbox of its own"),
        ("[mailbox]", lambda raw: _where(raw, home), "an area has a mailbox of its own"),
        (
            "[sender]",
            lambda raw: _path(_table(raw, "sender"), "path", home),
            "an area has a folder of its own for what goes out",
        ),
    )
    for key, of, remedy in shared:
        first: dict[str, str] = {}
        for file, raw in areas.items():
            value = of(raw)
            if value and value in first:
                yield f"{file}, {key}: is the same as in {first[value]}; {remedy}."
            elif value:
                first[value] = file


def stores_faults(areas: Mapping[str, Raw], *, home: Path, data: Path) -> Iterator[str]:
    """Given all areas' files by slug, yield a sentence for each store that two of them share.

    An area that names none has its own in the folder `data`.
    """
    first: dict[str, str] = {}
    for slug, raw in areas.items():
        file = f"config/areas/{slug}.toml"
        store = _path(raw, "store", home) or str((data / f"{slug}.db").resolve())
        if store in first:
            yield (
                f"{file}, store: is the same as in {first[store]}; an area has a store of its own."
            )
        first.setdefault(store, file)


def _text(raw: Raw, key: str) -> str:
    value = raw.get(key)
    return value.strip() if isinstance(value, str) else ""


def _lower(raw: Raw, key: str) -> str:
    return _text(raw, key).lower()


def _texts(raw: Raw, key: str) -> list[str]:
    value = raw.get(key)
    return (
        [v.strip().lower() for v in value if isinstance(v, str)] if isinstance(value, list) else []
    )


def _table(raw: Raw, key: str) -> Raw:
    value = raw.get(key)
    return value if isinstance(value, dict) else {}


def _tables(raw: Raw, key: str) -> list[Raw]:
    value = raw.get(key)
    return [v for v in value if isinstance(v, dict)] if isinstance(value, list) else []


def _path(raw: Raw, key: str, home: Path) -> str:
    value = _text(raw, key)
    return str((home / value).resolve()) if value else ""


def _where(raw: Raw, home: Path) -> str:
    mailbox = _table(raw, "mailbox")
    if mailbox.get("kind") == "imap":
        host, user = _lower(mailbox, "host"), _lower(mailbox, "user")
        return f"{user} at {host}" if host and user else ""
    return _path(mailbox, "path", home)


def _agencies(raw: Raw) -> list[tuple[str, Raw]]:
    """Every agency with its place as people see it."""
    return [
        (f"[[agency]] {label(agency, number)}", agency)
        for number, agency in enumerate(_tables(raw, "agency"))
    ]


def _addresses(agency: Raw) -> Iterator[tuple[str, str]]:
    """Every address of an agency with its key, each address once."""
    seen: set[str] = set()
    people = [("lead", _table(agency, "lead"))]
    people += [("delegates", delegate) for delegate in _tables(agency, "delegates")]
    people += [("deputies", deputy) for deputy in _tables(agency, "deputies")]
    pairs = [("contacts", a) for a in _texts(agency, "contacts")]
    pairs += [("also_from", a) for a in _texts(agency, "also_from")]
    pairs += [("change", a) for c in _tables(agency, "change") for a in _texts(c, "contacts")]
    pairs += [(key, _lower(person, "email")) for key, person in people]
    for key, address in pairs:
        if address and address not in seen:
            seen.add(address)
            yield key, address


# --- who is who --------------------------------------------------------------------------------


def _codes(raw: Raw) -> Iterator[str]:
    seen: set[str] = set()
    for place, agency in _agencies(raw):
        code = _text(agency, "code")
        if code and code in seen:
            yield f"{place}, code: two agencies have this code; give each a code of its own."
        seen.add(code)


def _owners(raw: Raw) -> Iterator[str]:
    """An address, a domain or a name that belongs to two agencies would decide by chance."""
    owners: dict[tuple[str, str], list[tuple[str, Raw]]] = {}
    for place, agency in _agencies(raw):
        mine = [(key, "address", value) for key, value in _addresses(agency)]
        mine += [("domains", "domain", value) for value in _texts(agency, "domains")]
        names = {*_texts(agency, "known_as"), _lower(agency, "name")} - {""}
        mine += [("known_as", "name", value) for value in sorted(names)]
        for key, what, value in mine:
            others = owners.setdefault((what, value), [])
            owner = next((p for p, other in others if _at_one_time(agency, other)), place)
            others.append((place, agency))
            if owner != place:
                yield (
                    f'{place}, {key}: "{value}" already belongs to {owner}; '
                    f"leave this {what} with one of them."
                )


def _domains(raw: Raw) -> Iterator[str]:
    agencies = _agencies(raw)
    for place, agency in agencies:
        for domain in _texts(agency, "domains"):
            if domain in SHARED_DOMAINS:
                yield (
                    f'{place}, domains: "{domain}" is shared by many organisations; '
                    "list the agency's addresses under also_from instead."
                )
                continue
            for other, owner in agencies:
                inside = [pair for pair in _addresses(owner) if _lies_in(pair[1], domain)]
                if inside and other != place and _at_one_time(agency, owner):
                    key, address = inside[0]
                    yield (
                        f'{other}, {key}: "{address}" lies in the domain "{domain}", which '
                        f"{place} has for itself alone; take the domain out there."
                    )


def _lies_in(address: str, domain: str) -> bool:
    return f".{address.partition('@')[2]}".endswith(f".{domain}")


def _people(raw: Raw) -> Iterator[tuple[str, str]]:
    """Every address of a person or an agency, with its place."""
    for key in ("manager", "duty", "chair", "notifier", "designated_nurse"):
        yield f"[{key}], email", _lower(_table(raw, key), "email")
    for key in ("staff", "board"):
        for number, person in enumerate(_tables(raw, key)):
            yield f"[[{key}]] number {number + 1}, email", _lower(person, "email")
    yield "[duty], second_email", _lower(_table(raw, "duty"), "second_email")
    for place, agency in _agencies(raw):
        for key, address in _addresses(agency):
            yield f"{place}, {key}", address


def _own_address(raw: Raw) -> Iterator[str]:
    own = _lower(raw, "address")
    for place, address in _people(raw):
        if own and address == own:
            yield (
                f"{place}: is the shared mailbox itself, which would write to itself; "
                "name the person's or the agency's own address."
            )


def _partners(raw: Raw) -> Iterator[str]:
    for role in PARTNERS:
        found = [(p, agency) for p, agency in _agencies(raw) if agency.get("partner") == role]
        if not found:
            yield f'[[agency]]: no agency is the partner "{role}"; add partner = "{role}" to it.'
        for number, (place, agency) in enumerate(found):
            before = [p for p, other in found[:number] if _at_one_time(agency, other)]
            if before:
                yield (
                    f'{place}, partner: {before[0]} is already the partner "{role}"; '
                    "there is one; take it out of the other."
                )


def _authority(raw: Raw) -> Iterator[str]:
    authority = _text(raw, "authority")
    if not authority:
        return
    found = [a for _, a in _agencies(raw) if _text(a, "code") == authority]
    codes = [_text(a, "code") for _, a in _agencies(raw)]
    if not found:
        yield f'authority: no agency has the code "{authority}"; {_choice(authority, codes)}'
    elif found[0].get("partner") != "local-authority":
        yield (
            f'authority: the agency "{authority}" is not the partner "local-authority"; '
            "name the local authority, or give that agency this partner."
        )


def _trust(raw: Raw) -> Iterator[str]:
    if raw.get("trust") == "authserv-id" and not _text(raw, "authserv_id"):
        yield (
            'authserv_id: is missing, and trust is "authserv-id"; add the name that your mail '
            'server writes first in Authentication-Results, or set trust = "none".'
        )


def _twice(raw: Raw) -> Iterator[str]:
    for key in ("staff", "board"):
        seen: set[str] = set()
        for number, person in enumerate(_tables(raw, key)):
            email = _lower(person, "email")
            if email and email in seen:
                yield (
                    f"[[{key}]] number {number + 1}, email: stands there twice, and would get "
                    "every letter twice; take one entry out."
                )
            seen.add(email)


# --- how the area works ------------------------------------------------------------------------


def _letters(raw: Raw) -> Iterator[str]:
    kinds = [kind.value for kind in LetterKind]
    letters = _table(raw, "letters")
    for kind in letters:
        if kind not in kinds:
            yield f"[letters], {kind}: mailbot writes no such letter; {_choice(kind, kinds)}"
    for kind in (LetterKind.SUBMISSION, LetterKind.FURTHER_SUBMISSION):
        if letters.get(kind) == Delivery.SEND:
            yield (
                f"[letters], {kind}: the submission to the Panel is always a draft that a person "
                "sends; take this line out."
            )


def _calendar(raw: Raw) -> Iterator[str]:
    calendar = _table(raw, "calendar")
    days = [calendar.get(key) for key in ("closed", "open")]
    closed, opened = ([*map(str, d)] if isinstance(d, list) else [] for d in days)
    for day in sorted(set(closed) & set(opened)):
        yield f"[calendar]: {day} is both closed and open; take it out of one of them."
    for day in days[1] if isinstance(days[1], list) else []:
        if type(day) is date and _is_working_day(day):
            yield (
                f"[calendar], open: {day} is a working day in any case; correct the day, or take "
                "it out."
            )
    for day in days[0] if isinstance(days[0], list) else []:
        if type(day) is date and (why := _why_off(day)):
            yield (
                f"[calendar], closed: {day} is no working day in any case ({why}); correct the "
                "day, or take it out."
            )


def _is_working_day(day: date) -> bool:
    """Whether a day is neither a weekend nor a bank holiday of England."""
    return not _why_off(day)


def _why_off(day: date) -> str:
    """Why a day is no working day in England ("weekend", "Christmas Day"), or ""."""
    return english_calendar(day, day).why_off(day)


def _neighbours(raw: Raw) -> Iterator[str]:
    own = {*_texts(raw, "known_as"), _lower(raw, "name")} - {""}
    for name in _texts(raw, "other_areas"):
        if name in own:
            yield f'other_areas: "{name}" is a name of this very area; take it out there.'


# --- who is there when -------------------------------------------------------------------------


def _day(raw: Raw, key: str) -> date | None:
    value = raw.get(key)
    return value if type(value) is date else None


def _at_one_time(one: Raw, other: Raw) -> bool:
    """Whether two agencies are in force on any same day, as far as their days can be read."""
    return not (_ends_before(one, other) or _ends_before(other, one))


def _ends_before(one: Raw, other: Raw) -> bool:
    until, since = _day(one, "until"), _day(other, "since")
    return until is not None and since is not None and until < since


def _changes(raw: Raw) -> Iterator[str]:
    """What is said of an agency's days, and what changes on them."""
    for place, agency in _agencies(raw):
        since, until = _day(agency, "since"), _day(agency, "until")
        if since and until and until < since:
            yield f"{place}, until: lies before since; exchange them or correct one."
        seen: set[date] = set()
        for number, change in enumerate(_tables(agency, "change")):
            day, here = _day(change, "day"), f"{place}, [[change]] number {number + 1}"
            if "name" not in change and "contacts" not in change:
                yield f"{here}: changes nothing; add name or contacts, or take it out."
            if day and day in seen:
                yield f"{here}, day: another change is on that day; make them one."
            if day:
                seen.add(day)


def _server(table: Raw) -> Iterator[str]:
    kind = table.get("kind")
    if kind not in {"imap", "smtp"}:
        return
    host = _text(table, "host")
    if table.get("security") == "plain" and host and not is_loopback(host):
        yield (
            f'security: "plain" would send mail and password unprotected to {host}; '
            'use "tls" or "starttls". Plain is only for this same computer.'
        )
    named = [key for key in SOURCES if key in table]
    if len(named) > 1:
        yield f"{named[1]}: {named[0]} is there as well; leave one of them."
    if not named and (kind == "imap" or "user" in table):
        yield (
            "password_file: is missing; say where the password is, with password_file, "
            "password_env or password_credential."
        )
    if named and kind == "smtp" and "user" not in table:
        yield f"user: is missing, and {named[0]} is there; add the name to sign in with."


def _choice(given: str, known: Sequence[str] | Iterable[str]) -> str:
    known = list(known)
    close = difflib.get_close_matches(given, known, n=1)
    return f'did you mean "{close[0]}"?' if close else f"known here are {', '.join(known)}."
