"""Due days that a person's word has moved, and which of them letters had named before."""

from collections.abc import Iterator, Sequence

from mailbot.core.cases.told import clock_name, last_told
from mailbot.core.clocks.workdays import format_day
from mailbot.core.model import Area, Case, Clock, Fact, FactKind
from mailbot.core.wording import name_of

#: What staff record about the days from which clocks count.
MOVES_DAYS = frozenset(
    {
        FactKind.INCIDENT_OCCURRED,
        FactKind.AUTHORITY_AWARE,
        FactKind.CLOCK_REANCHORED,
        FactKind.CORRECTION,
        FactKind.NOTIFICATION_RECEIVED,
    }
)


def moved_days(
    facts: Sequence[Fact],
    before: Sequence[Clock],
    after: Sequence[Clock],
    *,
    case: Case,
    area: Area,
) -> Iterator[str]:
    """Given what was recorded and the clocks before and after, yield a sentence for each new day.

    It says which day letters have named: whoever was told it is to be told the new one.
    """
    if not any(fact.kind in MOVES_DAYS for fact in facts):
        return
    told = last_told(case)
    was = {clock_name(c.rule.name, c.agency): c for c in before if c.runs}
    for clock in after:
        name = clock_name(clock.rule.name, clock.agency)
        old = was.get(name)
        if not clock.runs or old is None or old.due_on == clock.due_on:
            continue
        whose = f" ({name_of(area, clock.agency)})" if clock.agency else ""
        said = f"“{clock.rule.title}”{whose} is now due on {format_day(clock.due_on)}, "
        said += f"not on {format_day(old.due_on)}"
        named = told.get(name)
        if named and named != clock.due_on:
            said += f"; letters that have gone named {format_day(named)}"
        yield f"{said}."
