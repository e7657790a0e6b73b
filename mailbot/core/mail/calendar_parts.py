"""iCalendar parts of a mail -> CalendarItems: invitations, answers to them, cancellations.

Only what a meeting needs is read (RFC 5545, RFC 5546), by hand and line by line: what calendar
programs send is often not quite iCalendar, and nothing here may raise, whatever the bytes are.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from mailbot.core.mail.charsets import decoded
from mailbot.core.mail.mime import Part
from mailbot.core.model import Attachment, CalendarItem
from mailbot.core.moments import LONDON

CALENDAR = "text/calendar"
#: What an answer or an invitation to one meeting never comes near.
CALENDAR_BYTES = 200_000
EVENTS = 20
ATTENDEES = 200
VALUE_CHARS = 2_000

_PROPERTY = re.compile(r"([A-Za-z0-9-]{1,60})((?:;[^:\"]*(?:\"[^\"]*\"[^:\"]*)*)?):(.*)", re.DOTALL)
_PARAMETER = re.compile(r";([A-Za-z0-9-]{1,60})=(\"[^\"]*\"|[^;\"]*)")
_STAMP = re.compile(r"(\d{4})(\d{2})(\d{2})(?:T(\d{2})(\d{2})(\d{2})?(Z)?)?$")
_ESCAPED = re.compile(r"\\([\\;,nN])")


@dataclass(frozen=True, slots=True)
class _Line:
    """One property: its name, its parameters and its value, as they stand."""

    name: str
    parameters: Mapping[str, str]
    value: str


@dataclass(slots=True)
class _Event:
    """What has been read of one event; the first of each property counts, attendees all."""

    lines: dict[str, _Line] = field(default_factory=dict)
    attendees: list[_Line] = field(default_factory=list)

    def text(self, name: str) -> str:
        line = self.lines.get(name)
        return _unescaped(line.value)[:VALUE_CHARS].strip() if line else ""


def calendar_items(root: Part, attachments: Sequence[Attachment]) -> tuple[CalendarItem, ...]:
    """Given a message's parts and its attachments, return its calendar events, each once.

    Those of mails that are attached to it are not its own. Most programs send one event twice, as
    an alternative of the body and as a file.
    """
    found: list[CalendarItem] = []
    for attachment in attachments:
        if attachment.content_type == CALENDAR and ": " not in attachment.place:
            text = decoded(attachment.content[:CALENDAR_BYTES], "utf-8")
            found += _items(text, attachment.place)
    if not found and root.kind == CALENDAR:
        found += _items(root.text(CALENDAR_BYTES), "message")
    unique: dict[tuple[object, ...], CalendarItem] = {}
    for item in found:
        unique.setdefault((item.method, item.uid, item.sequence, item.attendees), item)
    return tuple(unique.values())[:EVENTS]


def items_in(text: str) -> tuple[CalendarItem, ...]:
    """Given the text of an iCalendar file, return its events; nothing for what is none."""
    return tuple(_items(text, "message"))


def _items(text: str, place: str) -> Iterator[CalendarItem]:
    method = ""
    within: list[str] = []
    event: _Event | None = None
    count = 0
    for line in _lines(text):
        value = line.value.strip().upper()
        if line.name == "BEGIN":
            within.append(value)
            event = _Event() if value == "VEVENT" else event
        elif line.name == "END":
            if value == "VEVENT" and event is not None and count < EVENTS:
                count += 1
                yield _item(event, method, place)
            event = None if value == "VEVENT" else event
            del within[-1:]
        elif event is not None and within[-1:] == ["VEVENT"]:
            _keep(event, line)
        elif line.name == "METHOD":
            method = value


def _keep(event: _Event, line: _Line) -> None:
    if line.name == "ATTENDEE":
        if len(event.attendees) < ATTENDEES:
            event.attendees.append(line)
    else:
        event.lines.setdefault(line.name, line)


def _item(event: _Event, method: str, place: str) -> CalendarItem:
    sequence = event.text("SEQUENCE")
    organizer = event.lines.get("ORGANIZER")
    pairs = ((_address(a), a.parameters.get("PARTSTAT", "").lower()) for a in event.attendees)
    cancelled = event.text("STATUS").upper() == "CANCELLED"
    return CalendarItem(
        method="CANCEL" if cancelled and method in ("", "REQUEST") else method,
        uid=event.text("UID"),
        sequence=int(sequence) if re.fullmatch(r"[0-9]{1,9}", sequence) else 0,
        organizer=_address(organizer) if organizer else "",
        starts_at=_starts_at(event.lines.get("DTSTART")),
        attendees=tuple((address, status) for address, status in pairs if address),
        place=place,
        location=event.text("LOCATION"),
        summary=event.text("SUMMARY"),
        note=bool(event.text("COMMENT")),
    )


def _address(line: _Line) -> str:
    """The address of an attendee or organizer; Exchange may name it in a parameter alone."""
    value = line.value.strip()
    scheme, _, address = value.partition(":")
    if scheme.lower() != "mailto" or "@" not in address:
        address = line.parameters.get("EMAIL", "")
    return address.strip().strip("<>").lower()[:320] if "@" in address else ""


def _starts_at(line: _Line | None) -> date | datetime | None:
    """When an event begins: aware UTC, a day, or None. Times of no zone are London's."""
    found = _STAMP.match(line.value.strip()) if line else None
    if line is None or found is None:
        return None
    year, month, day, hour, minute, second, utc = found.groups()
    try:
        if hour is None:
            return date(int(year), int(month), int(day))
        wall = datetime(
            int(year), int(month), int(day), int(hour), int(minute), int(second or 0), tzinfo=UTC
        )
        zone = UTC if utc else _zone(line.parameters.get("TZID", ""))
        return wall.replace(tzinfo=zone).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _zone(name: str) -> ZoneInfo:
    """A time zone by its name; Outlook's own names ("GMT Standard Time") are known."""
    name = name.strip("\"' ")
    # Others write a path of their own before it: "/freeassociation.sourceforge.net/Europe/London".
    name = "/".join(name.split("/")[-2:]) if name.startswith("/") else name
    if not re.fullmatch(r"[A-Za-z0-9_+/.() -]{1,60}", name):
        return LONDON
    try:
        return ZoneInfo(WINDOWS_TO_OLSON.get(name, name))
    except (ValueError, OSError, ZoneInfoNotFoundError):
        return LONDON


def _lines(text: str) -> Iterator[_Line]:
    """The properties of a calendar, with folded lines joined (RFC 5545, 3.1)."""
    joined: list[list[str]] = []
    for raw in text[:CALENDAR_BYTES].replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        if raw[:1] in (" ", "\t") and joined:
            joined[-1].append(raw[1:])
        elif raw.strip():
            joined.append([raw.lstrip("\ufeff")])
    for pieces in joined:
        found = _PROPERTY.match("".join(pieces))
        if found:
            pairs = _PARAMETER.findall(found[2])
            parameters = {name.upper(): value.strip('"') for name, value in pairs}
            yield _Line(found[1].upper(), parameters, found[3])


def _unescaped(value: str) -> str:
    return _ESCAPED.sub(lambda m: "\n" if m[1] in "nN" else m[1], value)
