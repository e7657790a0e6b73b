"""The office of one case: today's people, with the rules and days off of the day it opened."""

from mailbot.core.clocks.pins import count_otherwise, pin_name, pin_text, unpinned
from mailbot.core.letters.desk import Office
from mailbot.core.model import CaseRef
from mailbot.unit import Unit

COUNTED_OTHERWISE = (
    "Its days are counted by the rules and days off of the day it opened, which have changed since."
)


def pin_case(unit: Unit, ref: CaseRef) -> str:
    """Given a case, pin the rules and days off now in force to it; return the pin's name."""
    known = unit.pinned_now
    same = known is not None and known[0] is unit.rules and known[1] is unit.calendar
    if known and same and unit.store.cases.share_pin(ref, known[2]):
        return known[2]
    text = pin_text(unit.rules, unit.calendar)
    name = pin_name(text)
    unit.store.cases.pin(ref, name, text)
    unit.pinned_now = (unit.rules, unit.calendar, name)
    return name


def office_of(unit: Unit, ref: CaseRef) -> Office:
    """Given a case, return the office by which its clocks are counted and its letters written.

    A case of an older store that has no pin yet gets one now.
    """
    name = unit.store.cases.pin_of(ref) or pin_case(unit, ref)
    if name not in unit.pins:
        unit.pins[name] = unpinned(unit.store.cases.pinned(name), unit.calendar)
    rules, calendar = unit.pins[name]
    return Office(area=unit.area, calendar=calendar, rules=rules)


def counted_otherwise(unit: Unit, ref: CaseRef) -> str:
    """Given a case, return a sentence for staff if config counts otherwise today, or ""."""
    office = office_of(unit, ref)
    pinned = (tuple(office.rules), office.calendar)
    return COUNTED_OTHERWISE if count_otherwise(pinned, unit.rules, unit.calendar) else ""
