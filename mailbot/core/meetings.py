"""The fold of a case's meetings: arranged, moved, cancelled, held, and who replied."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime

from mailbot.core.model import Fact, FactKind, Meeting
from mailbot.core.moments import LONDON


def meeting_of(facts: Iterable[Fact]) -> Meeting | None:
    """Given facts that stand, in order, return the newest meeting that was not cancelled."""
    meetings: list[Meeting] = []
    for fact in facts:
        if fact.kind is FactKind.MEETING_ARRANGED:
            meetings.append(_arranged(fact, None))
        elif fact.kind is FactKind.MEETING_MOVED:
            meetings[-1:] = [_arranged(fact, meetings[-1] if meetings else None)]
        elif fact.kind is FactKind.MEETING_CANCELLED:
            meetings[-1:] = []
        elif fact.kind is FactKind.MEETING_HELD:
            meetings[-1:] = [_held(fact, meetings[-1] if meetings else None)]
    return meetings[-1] if meetings else None


def _arranged(fact: Fact, before: Meeting | None) -> Meeting:
    detail = fact.detail
    return Meeting(
        label=detail.get("label") or (before.label if before else "rapid review"),
        at=_when(str(detail["at"])) if detail.get("at") else fact.happened,
        where=detail.get("where") or (before.where if before else ""),
        invited=tuple(detail.get("invited") or (before.invited if before else ())),
        held=False,
        present=(),
        quorate=False,
        fact=fact.number,
    )


def _held(fact: Fact, before: Meeting | None) -> Meeting:
    meeting = before or _arranged(replace(fact, detail={}), None)
    present = (*fact.detail.get("present", ()), *fact.detail.get("others", ()))
    quorate = bool(fact.detail.get("quorate"))
    return replace(meeting, held=True, present=present, quorate=quorate)


def _when(text: str) -> date | datetime:
    if len(text) == len("2026-12-03"):
        return date.fromisoformat(text)
    at = datetime.fromisoformat(text)
    return (at if at.tzinfo else at.replace(tzinfo=LONDON)).astimezone(UTC)
