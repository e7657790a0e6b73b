"""Due days as told: what letters have named, kept on record whatever changes later.

Every due date that somebody was told stays on record (process, section 2, "Working days").
"""

from collections.abc import Iterable
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


def last_told(case: Case) -> dict[str, date]:
    """Given a case, return the day that was last told of each clock, by the clock's name."""
    found: dict[str, date] = {}
    for fact in case.facts:
        if fact.kind is FactKind.LETTER_SENT:
            for name, day in (fact.detail.get("told") or {}).items():
                found[name] = date.fromisoformat(day)
    return found
