"""Holds: letters that wait because staff said so, for one agency, one case or the whole mailbox.

Clocks run on and show (process, section 3, "Reminders"). A hold with a last day is ended by
mailbot on that day.
"""

from dataclasses import dataclass
from datetime import date, datetime

from mailbot.core.model import AgencyCode, Case, Fact, FactKind
from mailbot.core.moments import moment_of

ITS_DAY_HAS_COME = "the day until which it was held has come"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """Letters that are held: of an agency in a case, of a case, or of the whole mailbox."""

    reason: str  # staff's own words: never for a letter or a digest
    since: datetime
    by: str
    until: date | None = None
    agency: AgencyCode | None = None
    fact: int = 0  # the number of the fact; 0 for the mailbox, whose hold belongs to no case


@dataclass(frozen=True, slots=True, kw_only=True)
class MailboxAct:
    """What staff say about the whole mailbox: to hold it, perhaps until a day, or to release it."""

    held: bool
    reason: str
    until: date | None = None


def holds_of(case: Case) -> tuple[Hold, ...]:
    """Given a case, return the holds that stand in it: its own first, then each agency's."""
    newest: dict[AgencyCode | None, Fact] = {}
    for fact in case.all(FactKind.HELD, FactKind.RELEASED):
        newest[fact.agency] = fact
    standing = [f for f in newest.values() if f.kind is FactKind.HELD]
    return tuple(_hold(fact) for fact in sorted(standing, key=lambda f: f.agency or ""))


def _hold(fact: Fact) -> Hold:
    until = str(fact.detail.get("until") or "")
    return Hold(
        reason=str(fact.detail.get("reason") or fact.words),
        since=moment_of(fact.happened),
        by=fact.recorded_by,
        until=date.fromisoformat(until) if until else None,
        agency=fact.agency,
        fact=fact.number,
    )


def held_reason(case: Case, agency: AgencyCode | None) -> str:
    """Given a case and perhaps an agency, return why letters to it are held, or ""."""
    if case.held_reason or agency is None:
        return case.held_reason
    own = [f for f in case.all(FactKind.HELD, FactKind.RELEASED) if f.agency == agency]
    if not own or own[-1].kind is FactKind.RELEASED:
        return ""
    return "the agency is on hold"


def is_over(hold: Hold, today: date) -> bool:
    """Given a hold, return whether the day on which it ends has come."""
    return hold.until is not None and hold.until <= today


def releases_due(case: Case, *, now: datetime, today: date) -> tuple[Fact, ...]:
    """Given a case, return the facts by which mailbot ends the holds whose day has come."""
    return tuple(
        Fact(
            case=case.ref,
            kind=FactKind.RELEASED,
            happened=now,
            recorded_at=now,
            recorded_by="mailbot",
            detail={"reason": ITS_DAY_HAS_COME},
            agency=hold.agency,
        )
        for hold in holds_of(case)
        if is_over(hold, today)
    )
