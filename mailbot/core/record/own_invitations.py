"""Invitations that staff send themselves from their calendar: what they say about a meeting.

Staff usually invite from Outlook as the shared mailbox (process, section 5). What they invited to
is recorded from that, and said to them; what is not plainly the case's meeting is not.
"""

from collections.abc import Sequence
from datetime import datetime

from mailbot.core.cases.attendance import same_moment
from mailbot.core.cases.meetings import STAFF_INVITATION, standing_meeting
from mailbot.core.model import Area, CalendarItem, Case, CaseRef, Fact, FactKind, Json, Message
from mailbot.core.moments import day_of
from mailbot.core.record.meeting_instructions import kind_of_meeting
from mailbot.core.references import references_in

_REQUEST, _CANCEL = "REQUEST", "CANCEL"


def event_of(message: Message) -> CalendarItem | None:
    """Given a mail from Sent, return the one event that it invites to or cancels, or None."""
    items = [item for item in message.calendar if item.method in (_REQUEST, _CANCEL) and item.uid]
    return items[0] if len({item.uid for item in items}) == 1 else None


def case_named(message: Message, event: CalendarItem) -> Sequence[CaseRef]:
    """Given an invitation, return the cases that its title names, or else its words."""
    return references_in(f"{message.subject}\n{event.summary}") or references_in(message.text)


def is_for_meeting(event: CalendarItem, case: Case, area: Area) -> bool:
    """Given an event that names no case, say whether it is the recorded meeting of this one.

    It is at the very time, and somebody is invited who belongs to the area.
    """
    meeting = standing_meeting(case)
    if meeting is None or not same_moment(event.starts_at, meeting.at):
        return False
    people = {person.email for agency in area.agencies for person in agency.delegates}
    people |= {area.chair.email} if area.chair else set()
    people |= {address for agency in area.agencies for address in agency.contacts}
    return bool(people & {address for address, _ in event.attendees})


def fact_of_invitation(
    event: CalendarItem, message: Message, case: Case, *, area: Area, now: datetime
) -> Fact | None:
    """Given staff's own invitation and its case, return the fact that it records, or None.

    A meeting recorded for that time keeps standing, with the event noted. Another time moves it
    only if it is the event already known, or its title says that it is the meeting: a call of
    the partners about the same case is none.
    """
    meeting = standing_meeting(case)
    known = meeting is not None and meeting.uid == event.uid
    if event.method == _CANCEL:
        return _fact(FactKind.MEETING_CANCELLED, event, message, case, {}, now) if known else None
    at = event.starts_at
    if at is None or day_of(at) < day_of(now):
        return None
    kind = kind_of_meeting(f"{message.subject}\n{event.summary}")
    same = meeting is not None and same_moment(at, meeting.at)
    if not (known or same or kind):
        return None
    if meeting and same:
        at = meeting.at
        if known and meeting.invited_for == meeting.at:
            return None
    detail: dict[str, Json] = {
        "label": kind or (meeting.label if meeting else "rapid review"),
        "at": at.isoformat(),
        "where": event.location or (meeting.where if meeting else ""),
        "invited": [address for address, _ in event.attendees if address != area.address],
    }
    moved = meeting is not None and not same
    kind_of_fact = FactKind.MEETING_MOVED if moved else FactKind.MEETING_ARRANGED
    return _fact(kind_of_fact, event, message, case, detail, now)


def _fact(
    kind: FactKind,
    event: CalendarItem,
    message: Message,
    case: Case,
    detail: dict[str, Json],
    now: datetime,
) -> Fact:
    return Fact(
        case=case.ref,
        kind=kind,
        happened=message.received_at,
        recorded_at=now,
        recorded_by="mailbot",
        detail={**detail, "uid": event.uid, "by": STAFF_INVITATION},
        words="the invitation that staff sent",
    )
