"""An agency that is asked while nobody is there: staff hear it the same day, with whom to try.

Closed periods move no date (process, section 3): a school that is asked on the last day of term
owes its answer all the same, and somebody must find the deputy in time.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date

from mailbot.core.clocks.workdays import format_day
from mailbot.core.letters.desk import MORE, Desk, each_once, staff_of
from mailbot.core.model import (
    Agency,
    AgencyCode,
    Area,
    Case,
    Fact,
    FactKind,
    Letter,
    LetterKind,
    Period,
    Person,
)
from mailbot.core.moments import day_of
from mailbot.core.wording import listed

AGENCY_RETURN = "agency-return"


def closed_on(agency: Agency, day: date) -> Period | None:
    """Given an agency and a day, return the period in which nobody is there, or None."""
    return next((p for p in agency.closed if p.first <= day <= p.last), None)


def whom_to_try(agency: Agency) -> str:
    """Given an agency, return its deputies for staff, each with a number or an address.

    Where config names none, its safeguarding lead; "" when there is nobody to name.
    """
    people = agency.deputies or ((agency.lead,) if agency.lead else ())
    return listed([_reached(person) for person in people])


def away_notes(case: Case, area: Area, codes: Iterable[AgencyCode]) -> list[str]:
    """Given agencies that owe, return a note for each that answered automatically, for staff."""
    notes = []
    for code in codes:
        part, agency = case.agencies.get(code), area.agency(code)
        if part and agency and part.away:
            whom = whom_to_try(agency)
            hint = f": if its contact is away, ring {whom}" if whom else ""
            notes.append(f"{agency.name} has sent an automatic reply{hint}")
    return notes


def closed_alerts(desk: Desk) -> Iterator[Letter]:
    """Given a desk, yield an alert for each request that nobody at the agency may see in time.

    So it is when it was made in a closed period of the agency, or is due in one.
    """
    newest = {f.agency: f for f in desk.case.all(FactKind.INFORMATION_REQUESTED) if f.agency}
    for code, fact in newest.items():
        agency, part = desk.area.agency(code or ""), desk.case.agencies.get(code) if code else None
        if agency is None or part is None or part.answered or part.excused:
            continue
        due = _due(desk, fact)
        period = closed_on(agency, day_of(fact.happened)) or (
            closed_on(agency, due) if due else None
        )
        if period and (due is None or due >= desk.today):
            yield _alert(desk, fact, agency, period=period, due=due)


def _due(desk: Desk, fact: Fact) -> date | None:
    clock = desk.clock(AGENCY_RETURN, fact.agency)
    if clock is not None:
        return clock.due_on
    told = fact.detail.get("due_on")
    return date.fromisoformat(str(told)) if told else None


def _alert(desk: Desk, fact: Fact, agency: Agency, *, period: Period, due: date | None) -> Letter:
    why = f" ({period.why})" if period.why else ""
    owed = f" Its answer is due on {format_day(due)}; the date does not move." if due else ""
    again = desk.calendar.add(max(period.last, due or period.last), MORE)
    whom = whom_to_try(agency)
    if agency.deputies:
        ring = f"Ring {whom} today, and ask who will answer."
    elif whom:
        ring = f"The configuration names no deputy: ring {whom} today, and ask who will answer."
    else:
        ring = "The configuration names neither a deputy nor a lead: find out today who answers."
    letter = desk.letter(
        LetterKind.ALERT,
        f"{fact.number}/{agency.code}",
        to=each_once([desk.area.duty, *staff_of(desk.area)]),
        words={
            "what": f"{agency.name} was asked, and is closed until {format_day(period.last)}",
            "do": f"{agency.name} is closed from {format_day(period.first)} to "
            f"{format_day(period.last)}{why}.{owed} {ring} If it cannot answer in time, answer "
            f"this mail with “extend: {agency.code} until {format_day(again)}, why” or "
            f"“excuse: {agency.code}, why”.",
        },
    )
    return replace(letter, agency=agency.code)


def _reached(person: Person) -> str:
    role = f", {person.role}," if person.role else ""
    return (
        f"{person.name}{role} on {person.phone}"
        if person.phone
        else (f"{person.name}{role} at {person.email}")
    )
