"""Invitations to a case's meeting: to each person alone, again when it moves, and its end.

While staff invite people themselves from their calendar, mailbot writes none (process, section 5:
"staff usually invite from Outlook as the shared mailbox").
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from mailbot.core.cases.meetings import called_off, meeting_day, standing_meeting
from mailbot.core.letters.desk import (
    Desk,
    contacts_of,
    delegates_of,
    each_once,
    key_of,
    partners_of,
)
from mailbot.core.model import (
    Case,
    FactKind,
    Letter,
    LetterKey,
    LetterKind,
    Meeting,
    Person,
)
from mailbot.core.wording import (
    short_day,
    when_words,
)


def invitations(desk: Desk) -> Iterator[Letter]:
    """Given a desk, yield a letter to each of those invited to a meeting that lies ahead.

    And one that calls it off, to each whose invitation has gone.
    """
    yield from calling_off(desk)
    meeting = standing_meeting(desk.case)
    if meeting is None or meeting.uid or meeting_day(meeting) < desk.today:
        return
    people = _invited(desk, meeting.invited)
    words = _words(meeting, moved=_has_moved(desk.case, meeting), cancelled=False)
    for letter in each_alone(desk, LetterKind.INVITATION, meeting.fact, to=people, words=words):
        yield replace(letter, enclosures=("calendar",))


def calling_off(desk: Desk) -> Iterator[Letter]:
    """Given a desk, yield a letter to each who was invited to a meeting that is called off."""
    off = called_off(desk.case)
    if off is None or meeting_day(off[1]) < desk.today:
        return
    cause, meeting = off
    people = _were_invited(desk.case, meeting)
    words = _words(meeting, moved=False, cancelled=True)
    for letter in each_alone(desk, LetterKind.INVITATION, cause, to=people, words=words):
        yield replace(letter, enclosures=("calendar",))


def calls_off(key: LetterKey, case: Case) -> bool:
    """Given an invitation's key, return whether it is one that calls a meeting off."""
    if not key.startswith(f"{LetterKind.INVITATION.value}/"):
        return False
    off = called_off(case)
    return off is not None and key.startswith(f"{key_of(LetterKind.INVITATION, case.ref, off[0])}/")


def each_alone(
    desk: Desk,
    kind: LetterKind,
    cause: int | str,
    *,
    to: Sequence[Person],
    words: Mapping[str, object],
) -> Iterator[Letter]:
    """Yield one letter to each person; the key says "3-of-5", so that the last is known."""
    if desk.has_begun(kind, cause):
        return
    for number, person in enumerate(to, 1):
        place = f"{cause}/{number}-of-{len(to)}"
        yield desk.letter(kind, place, to=(person,), words=words)


def _words(meeting: Meeting, *, moved: bool, cancelled: bool) -> dict[str, object]:
    return {
        "label": meeting.label or "rapid review",
        "due_short": short_day(meeting_day(meeting)),
        "at": when_words(meeting.at),
        "hour": isinstance(meeting.at, datetime),
        "where": meeting.where,
        "moved": moved,
        "cancelled": cancelled,
    }


def _has_moved(case: Case, meeting: Meeting) -> bool:
    arranged = next((f for f in case.facts if f.number == meeting.fact), None)
    return arranged is not None and arranged.kind is FactKind.MEETING_MOVED


def _were_invited(case: Case, meeting: Meeting) -> tuple[Person, ...]:
    """Return those to whom an invitation to this meeting has gone."""
    causes = {
        f"{key_of(LetterKind.INVITATION, case.ref, fact.number)}/"
        for fact in case.all(FactKind.MEETING_ARRANGED, FactKind.MEETING_MOVED)
        if meeting.began <= fact.number <= meeting.fact
    }
    gone = [
        address
        for fact in case.all(FactKind.LETTER_SENT)
        if any(str(fact.detail.get("letter", "")).startswith(cause) for cause in causes)
        for address in fact.detail.get("to", ())
    ]
    return each_once([Person(name="", email=str(address)) for address in gone])


def _invited(desk: Desk, addresses: Sequence[str]) -> tuple[Person, ...]:
    """Return whom staff named, or else the partners, the chair and the agencies asked."""
    if addresses:
        return each_once([Person(name="", email=address.lower()) for address in addresses])
    area = desk.area
    partners = [person for agency in partners_of(area) for person in delegates_of(agency)]
    chair = [area.chair] if area.chair else []
    asked = [area.agency(code) for code in desk.case.agencies]
    others = [contacts_of(agency)[0] for agency in asked if agency and not agency.partner]
    return each_once([*partners, *chair, *others])
