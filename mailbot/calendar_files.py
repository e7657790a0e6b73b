"""Invitations as iCalendar (RFC 5545, RFC 5546): a request, its newer revision, its end.

They name the reference and nobody but the one who is invited; the event's identity is signed, so
that answers find their case.
"""

from datetime import UTC, date, datetime, timedelta

from icalendar import Calendar, Event, vCalAddress

from mailbot.core.cases.attendance import event_uid
from mailbot.core.cases.meetings import meeting_told_of
from mailbot.core.letters.invitations import calls_off
from mailbot.core.letters.letters import cause_of
from mailbot.core.model import Area, Case, Letter, Meeting, Person
from mailbot.rendering import Enclosure
from mailbot.unit import Unit

MEETING_LASTS = timedelta(hours=2)
PRODUCT = "-//mailbot//rapid review//EN"


def calendar_file(unit: Unit, letter: Letter, case: Case, *, now: datetime) -> Enclosure:
    """Given an invitation that is due, return it as an iCalendar request or cancellation.

    Raises ValueError when the case has no such meeting.
    """
    meeting = meeting_told_of(case, cause_of(letter.key) or 0)
    if meeting is None:
        raise ValueError("an invitation is made for a meeting")
    off = calls_off(letter.key, case)
    method = "CANCEL" if off else "REQUEST"
    event = _event(unit.area, case, meeting, letter.to, now=now)
    event.add("uid", event_uid(unit.key, case.ref, meeting.began, unit.domain))
    event.add("status", "CANCELLED" if off else "CONFIRMED")
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method)
    calendar.add_component(event)
    return Enclosure(
        name=f"{case.ref}-meeting.ics",
        content_type=f"text/calendar; method={method}; charset=utf-8",
        content=calendar.to_ical(),
    )


def _event(
    area: Area, case: Case, meeting: Meeting, to: tuple[Person, ...], *, now: datetime
) -> Event:
    label = meeting.label or "rapid review"
    marking = f"{area.marking}: " if area.marking else ""
    event = Event()
    event.add("dtstamp", now.astimezone(UTC))
    event.add("sequence", meeting.sequence)
    event.add("summary", f"{marking}[{case.ref}] {label[:1].upper()}{label[1:]} meeting")
    event.add(
        "description",
        f"{label[:1].upper()}{label[1:]} meeting on case {case.ref}. If anything is unclear, ring "
        f"the business unit on {area.phone}. Answers are counted automatically.",
    )
    begins, ends = _span(meeting.at)
    event.add("dtstart", begins)
    event.add("dtend", ends)
    if meeting.where:
        event.add("location", meeting.where)
    event.add("class", "CONFIDENTIAL")
    event.add("organizer", _calendar_user(Person(name=area.name, email=area.address)))
    for person in to:
        event.add("attendee", _attendee(person))
    return event


def _span(at: date | datetime) -> tuple[date, date]:
    """From when until when: without an hour the whole day is kept free, and no hour is guessed."""
    if isinstance(at, datetime):
        begins = at.astimezone(UTC)
        return begins, begins + MEETING_LASTS
    return at, at + timedelta(days=1)


def _attendee(person: Person) -> vCalAddress:
    found = _calendar_user(person)
    found.params["CUTYPE"] = "INDIVIDUAL"
    found.params["ROLE"] = "REQ-PARTICIPANT"
    found.params["PARTSTAT"] = "NEEDS-ACTION"
    found.params["RSVP"] = "TRUE"
    return found


def _calendar_user(person: Person) -> vCalAddress:
    found = vCalAddress(f"mailto:{person.email}")
    if person.name:
        found.params["CN"] = " ".join(person.name.split())
    return found
