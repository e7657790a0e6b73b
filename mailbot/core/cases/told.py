"""Due days as told: what letters have named, kept on record whatever changes later.

Every due date that somebody was told stays on record (process, section 2, "Working days").
"""

from collections.abc import Collection, Iterable
from datetime import date

from mailbot.core.model import AgencyCode, Case, Clock, FactKind

Told = tuple[tuple[str, date], ...]


def clock_name(rule: str, agency: AgencyCode | None) -> str:
    """Given a rule's name and perhaps an agency, return the clock's name on record.

    Example: "submission", "agency-return/police".
    """
    return f"{rule}/{agency}" if agency else rule


def days_told(clocks: Iterable[Clock | None]) -> Told:
    """Given the clocks whose due days a letter names, return what is kept of it on record."""
    return tuple(
        (clock_name(clock.rule.name, clock.agency), clock.due_on)
        for clock in clocks
        if clock is not None
    )


def days_given(case: Case, name: str, emails: Collection[str]) -> frozenset[date]:
    """Given a clock's name and addresses, return the due days that letters to them have named."""
    return frozenset(
        date.fromisoformat(fact.detail["told"][name])
        for fact in case.all(FactKind.LETTER_SENT)
        if name in (fact.detail.get("told") or {})
        and not set(emails).isdisjoint(fact.detail.get("to") or ())
    )


def agency_was_given(case: Case, clock: Clock) -> bool:
    """Given an agency's clock, return whether its request, or more time since, gave the day."""
    agency = case.agencies.get(clock.agency) if clock.agency else None
    if agency is None:
        return False
    requests = [f for f in case.all(FactKind.INFORMATION_REQUESTED) if f.agency == agency.code]
    named = requests[-1].detail.get("due_on") if requests else None
    return named in {None, clock.due_on.isoformat()} or agency.extended_until == clock.due_on


def last_told(case: Case) -> dict[str, date]:
    """Given a case, return the day that was last told of each clock, by the clock's name."""
    found: dict[str, date] = {}
    for fact in case.facts:
        if fact.kind is FactKind.LETTER_SENT:
            for name, day in (fact.detail.get("told") or {}).items():
                found[name] = date.fromisoformat(day)
    return found
