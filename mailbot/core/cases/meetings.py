"""The fold of a case's meetings: arranged, moved, cancelled, held, and who replied.

A meeting that is moved stays the same meeting, and its answers are asked for anew; one that is
arranged after another was held or cancelled is a new one.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime

from mailbot.core.model import Case, Fact, FactKind, Meeting
from mailbot.core.moments import LONDON, day_of

#: Who told of a meeting: staff's own invitation, seen in Sent.
STAFF_INVITATION = "staff-invitation"

_MEETING_FACTS = frozenset(
    {
        FactKind.MEETING_ARRANGED,
        FactKind.MEETING_MOVED,
        FactKind.MEETING_CANCELLED,
        FactKind.MEETING_HELD,
        FactKind.ATTENDANCE_REPLIED,
    }
)


def meeting_of(facts: Iterable[Fact]) -> Meeting | None:
    """Given facts that stand, in order, return the newest meeting that was not cancelled."""
    meetings: list[Meeting] = []
    for fact in facts:
        if fact.kind not in _MEETING_FACTS:
            continue
        last = meetings[-1] if meetings else None
        if fact.kind is FactKind.MEETING_ARRANGED:
            if last and not last.held and last.at == _at(fact):
                meetings[-1] = _told_again(last, fact)
            else:
                meetings.append(_arranged(fact, None))
        elif fact.kind is FactKind.MEETING_MOVED:
            meetings[-1:] = [_arranged(fact, last)]
        elif fact.kind is FactKind.MEETING_CANCELLED:
            meetings[-1:] = []
        elif fact.kind is FactKind.MEETING_HELD:
            meetings[-1:] = [_held(fact, last)]
        elif last is not None and not last.held:
            meetings[-1] = _replied(last, fact)
    return meetings[-1] if meetings else None


def standing_meeting(case: Case) -> Meeting | None:
    """Given a case, return the meeting that is arranged and not recorded as held, or None."""
    return case.meeting if case.meeting and not case.meeting.held else None


def meeting_day(meeting: Meeting) -> date:
    """Given a meeting, return its day in London."""
    return day_of(meeting.at)


def called_off(case: Case) -> tuple[int, Meeting] | None:
    """Given a case, return the meeting that was called off last, and by which fact, or None.

    Cancelled by staff, or still arranged when the notification was withdrawn. One that was
    arranged since is another meeting.
    """
    for number, fact in reversed(list(enumerate(case.facts))):
        cancelled = fact.kind is FactKind.MEETING_CANCELLED
        if not cancelled and not (fact.kind is FactKind.WITHDRAWN and case.withdrawn):
            continue
        meeting = meeting_of(case.facts[:number])
        if meeting and not meeting.held and (cancelled or meeting == case.meeting):
            return fact.number, replace(meeting, sequence=meeting.sequence + 1)
    return None


def meeting_told_of(case: Case, cause: int) -> Meeting | None:
    """Given a case and the fact that caused an invitation or its end, return its meeting."""
    off = called_off(case)
    if off and off[0] == cause:
        return off[1]
    if case.meeting and case.meeting.fact == cause:
        return case.meeting
    until = [fact for fact in case.facts if fact.number <= cause]
    return meeting_of(until)


def _arranged(fact: Fact, before: Meeting | None) -> Meeting:
    detail = fact.detail
    at = _at(fact)
    uid = str(detail.get("uid") or "")
    invited_for = at if uid else (before.invited_for if before else None)
    # A new time asks everybody anew; another room does not.
    stays = before if before and before.at == at else None
    return Meeting(
        label=detail.get("label") or (before.label if before else "rapid review"),
        at=at,
        where=detail.get("where") or (before.where if before else ""),
        invited=tuple(detail.get("invited") or (before.invited if before else ())),
        held=False,
        present=(),
        quorate=False,
        fact=fact.number,
        uid=uid or (before.uid if before else ""),
        invited_for=invited_for,
        sequence=before.sequence + 1 if before else 0,
        replies=stays.replies if stays else {},
        noted=stays.noted if stays else frozenset(),
        began=before.began if before else fact.number,
    )


def _told_again(before: Meeting, fact: Fact) -> Meeting:
    """The same meeting at the same time, as staff's own invitation tells it."""
    detail = fact.detail
    uid = str(detail.get("uid") or "")
    return replace(
        before,
        label=detail.get("label") or before.label,
        where=detail.get("where") or before.where,
        invited=tuple(detail.get("invited") or before.invited),
        uid=uid or before.uid,
        invited_for=before.at if uid else before.invited_for,
    )


def _replied(meeting: Meeting, fact: Fact) -> Meeting:
    who = str(fact.detail.get("address") or fact.detail.get("role") or "")
    answer = str(fact.detail.get("answer", ""))
    noted = meeting.noted | {who} if fact.detail.get("note") else meeting.noted - {who}
    return replace(meeting, replies={**meeting.replies, who: answer}, noted=noted)


def _held(fact: Fact, before: Meeting | None) -> Meeting:
    meeting = before or _arranged(replace(fact, detail={}), None)
    present = (*fact.detail.get("present", ()), *fact.detail.get("others", ()))
    quorate = bool(fact.detail.get("quorate"))
    return replace(meeting, held=True, present=present, quorate=quorate)


def _at(fact: Fact) -> date | datetime:
    return _when(str(fact.detail["at"])) if fact.detail.get("at") else fact.happened


def _when(text: str) -> date | datetime:
    if len(text) == len("2026-12-03"):
        return date.fromisoformat(text)
    at = datetime.fromisoformat(text)
    return (at if at.tzinfo else at.replace(tzinfo=LONDON)).astimezone(UTC)
