"""Whether the chair or scrutineer was consulted on the criteria (process, section 2).

It is said with the decision or later by itself; the newest word counts. It never blocks the
authority's notification.
"""

from dataclasses import dataclass
from datetime import date

from mailbot.core.model import Case, FactKind
from mailbot.core.moments import day_of

#: What a note is about that says it alone.
CHAIR = "chair"


@dataclass(frozen=True, slots=True, kw_only=True)
class Consulted:
    """Whether the chair was consulted, when that was said, and the comment; None is not said."""

    known: bool | None = None
    on: date | None = None
    comment: str = ""


def chair_consulted(case: Case) -> Consulted:
    """Given a case, return the newest word on the chair's consultation."""
    found = Consulted()
    for fact in case.all(FactKind.CRITERIA_DECIDED, FactKind.NOTE):
        said = fact.detail.get("chair_consulted")
        if said is None:
            continue
        comment = str(fact.detail.get("text") or "") if fact.kind is FactKind.NOTE else ""
        found = Consulted(known=bool(said), on=day_of(fact.happened), comment=comment)
    return found
