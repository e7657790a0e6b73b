"""Days in an area's config that are allowed and likely slips. Used by mailbot.settings alone."""

from collections.abc import Iterator

from mailbot.core.clocks.workdays import english_calendar
from mailbot.core.model import Area, Role
from mailbot.core.moments import day_of


def days_warnings(area: Area) -> Iterator[str]:
    """Given an area, yield a sentence for each of its days that deserves a second look."""
    yield from _partner_warnings(area)
    yield from _group_warnings(area)


def _partner_warnings(area: Area) -> Iterator[str]:
    """A partner that ends and has no successor: no meeting could be quorate after it."""
    for role in (Role.LOCAL_AUTHORITY, Role.ICB, Role.POLICE):
        ends = [agency.until for agency in area.agencies if agency.partner is role]
        last = max((day for day in ends if day), default=None)
        if last and None not in ends:
            yield (
                f'after {last} no agency is the partner "{role.value}": add the one that follows '
                f'it, with partner = "{role.value}" and since.'
            )


def _group_warnings(area: Area) -> Iterator[str]:
    """Single Case Review Groups on a day off are likely slips; long calendars are told in brief."""
    days = dict.fromkeys(day_of(group.at) for group in area.review_groups)
    if not days:
        return
    calendar = english_calendar(min(days), max(days))
    off = [(day, why) for day in days if (why := calendar.why_off(day))]
    if off:
        day, why = off[0]
        more = f", and {len(off) - 1} more" if len(off) > 1 else ""
        yield (
            f"the Case Review Group of {day} falls on a day that is no working day ({why}){more}; "
            "correct the day if it is a slip."
        )
