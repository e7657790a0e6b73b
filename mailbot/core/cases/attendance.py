"""Who comes to a meeting: answers of calendar programs, counted towards the quorum (process, 5).

An answer counts for the role of whoever gave it, and only for the time that it was given for. It
informs: no answer stops a clock, and a quorum is what is recorded after the meeting.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from mailbot.core.cases.meetings import standing_meeting
from mailbot.core.model import (
    Area,
    Basis,
    CalendarItem,
    Case,
    CaseRef,
    Json,
    LetterKey,
    Link,
    Meeting,
    Message,
    Role,
)
from mailbot.core.moments import LONDON
from mailbot.core.parties import who_is
from mailbot.core.references import letter_token, nonce_for

ACCEPTED, TENTATIVE, DECLINED, NO_ANSWER = "accepted", "tentative", "declined", "no answer"
#: The best answer of several people counts for their role.
_BEST_FIRST = (ACCEPTED, TENTATIVE, DECLINED)
_REPLY, _COUNTER = "REPLY", "COUNTER"

ROLE_NAMES: Mapping[Role, str] = {
    Role.LOCAL_AUTHORITY: "council",
    Role.ICB: "ICB",
    Role.POLICE: "police",
    Role.CHAIR: "chair",
}


@dataclass(frozen=True, slots=True)
class Answered:
    """What a calendar program's answer says: details of facts, or why a person must look."""

    details: tuple[Mapping[str, Json], ...] = ()
    reason: str = ""


def event_key(case: CaseRef, began: int) -> LetterKey:
    """Given a case and the fact that first arranged its meeting, return its event's own key."""
    return LetterKey(f"meeting/{case}/{began}")


def event_uid(key: bytes, case: CaseRef, began: int, domain: str) -> str:
    """Given the area's key and a meeting, return the identity of the event that we send out.

    It stays the same however often the meeting is moved (RFC 5545, 3.8.4.7), and is signed, so
    that an answer finds its case.
    """
    return f"{letter_token(key, case, nonce_for(event_key(case, began)))}@{domain}"


def answers_in(message: Message, link: Link, *, case: Case, area: Area) -> Answered:
    """Given a calendar program's answer in a case, return what it says about the meeting.

    Nothing for another meeting, an earlier time of this one, an answer that is not the sender's
    own, or a sender for whom the receiving server does not vouch.
    """
    meeting = standing_meeting(case)
    items = [item for item in message.calendar if item.method in (_REPLY, _COUNTER)]
    vouched = message.vouched_for or link.basis is Basis.STAFF
    if meeting is None or not items or not vouched:
        return Answered()
    about = [item for item in items if _is_about(item, meeting, link, case)]
    if any(item.method == _COUNTER for item in items):
        return Answered(
            reason="Its sender proposes another time for the meeting. If it is moved, record the "
            "new time with “meeting: …”; if not, tell them."
        )
    details = [d for item in about for d in _details(item, message, area)]
    if any(status == "delegated" for item in about for _, status in item.attendees):
        return Answered(reason="Its sender passes the invitation on: see who comes instead.")
    return Answered(tuple(details))


def _is_about(item: CalendarItem, meeting: Meeting, link: Link, case: Case) -> bool:
    """Whether an answer is one to the meeting as it now stands.

    To our event: not to an earlier revision. To one of staff's own: at the time recorded.
    """
    ours = nonce_for(event_key(case.ref, meeting.began)) in link.nonces
    same_time = item.starts_at is None or same_moment(item.starts_at, meeting.at)
    if ours:
        return same_time and item.sequence >= meeting.sequence
    if meeting.uid and item.uid == meeting.uid:
        return same_time and same_moment(meeting.invited_for, meeting.at)
    # Another event that names the case: only if it says the very time of the meeting.
    return item.starts_at is not None and same_time and not link.nonces


def same_moment(one: date | datetime | None, other: date | datetime) -> bool:
    """Given two times, say whether they are the same.

    Exchange writes a whole day as one that begins at midnight; any other hour of it is not it.
    """
    return one is not None and _plain(one) == _plain(other)


def _plain(at: date | datetime) -> date | datetime:
    if not isinstance(at, datetime):
        return at
    local = at.astimezone(LONDON)
    return local.date() if local.time() == time() else at.astimezone(UTC)


def _details(item: CalendarItem, message: Message, area: Area) -> Iterator[Mapping[str, Json]]:
    sender = message.sender or ""
    for address, status in item.attendees:
        if status not in _BEST_FIRST or not _speaks_for(sender, address, area):
            continue
        role = role_of(address, area) or role_of(sender, area)
        yield {
            "address": address,
            "answer": status,
            "uid": item.uid,
            "sequence": item.sequence,
            "role": role.value if role else "",
            "note": item.note,
        }


def _speaks_for(sender: str, attendee: str, area: Area) -> bool:
    """Whether a sender may answer for an attendee: oneself, or a colleague of the same agency."""
    if sender == attendee:
        return True
    one, other = who_is(sender, area), who_is(attendee, area)
    return bool(one and other and one.agency and one.agency == other.agency)


def role_of(address: str, area: Area) -> Role | None:
    """Given an address, return the role that whoever has it fills at a meeting, or None.

    Everybody who belongs to a partner's agency may come for it: deputies by role (process, 2).
    """
    if area.chair and address == area.chair.email.lower():
        return Role.CHAIR
    party = who_is(address, area)
    agency = area.agency(party.agency) if party and party.agency else None
    return agency.partner if agency else None


def needed_roles(area: Area) -> tuple[Role, ...]:
    """Given an area, return the roles without which no meeting is quorate."""
    roles = (Role.LOCAL_AUTHORITY, Role.ICB, Role.POLICE, area.chair_for_quorum)
    return tuple(dict.fromkeys(roles))


def answers_by_role(meeting: Meeting, area: Area) -> Mapping[Role, str]:
    """Given a meeting, return how each needed role has answered: the best of its people's."""
    given: dict[Role, set[str]] = {}
    for who, answer in meeting.replies.items():
        role = Role(who) if who in set(Role) else role_of(who, area)
        if role is not None:
            given.setdefault(role, set()).add(answer)
    return {role: _best(given.get(role, set())) for role in needed_roles(area)}


def _best(answers: set[str]) -> str:
    return next((answer for answer in _BEST_FIRST if answer in answers), NO_ANSWER)


def in_doubt(meeting: Meeting, area: Area) -> tuple[Role, ...]:
    """Given a meeting, return the needed roles that have declined or not accepted."""
    return tuple(r for r, answer in answers_by_role(meeting, area).items() if answer != ACCEPTED)


def attendance_words(meeting: Meeting, area: Area) -> str:
    """Given a meeting, return in one line who comes: "accepted council, police; declined ICB"."""
    by_role = answers_by_role(meeting, area)
    if set(by_role.values()) == {NO_ANSWER}:
        return "no answer yet"
    said = [
        f"{answer} {', '.join(ROLE_NAMES[role] for role in roles)}"
        for answer in (*_BEST_FIRST, NO_ANSWER)
        if (roles := [role for role, given in by_role.items() if given == answer])
    ]
    if meeting.noted:
        said.append("some wrote words of their own, in the folder of the case")
    return "; ".join(said)


def role_names(roles: Sequence[Role]) -> list[str]:
    """Given roles, return them as a sentence has them: "the council", "the ICB"."""
    return [f"the {ROLE_NAMES[role]}" for role in roles]
