"""Cases made by hand for rooms that only read them; days carry their weekday, and it is checked."""

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from mailbot.core.clocks.workdays import format_day
from mailbot.core.model import (
    AgencyCode,
    AgencyInCase,
    Case,
    CaseRef,
    Clock,
    ClockState,
    Fact,
    FactKind,
    Meeting,
    MessageKey,
    Outcome,
)

REF = CaseRef("BB-2026-014-K")
POLICE = AgencyCode("police")


def day(text: str) -> date:
    """Given "Mon 23 Nov 2026", return the day; fails when it is not that weekday."""
    found = datetime.strptime(text[4:], "%d %b %Y").date()  # noqa: DTZ007 - a day has no zone
    assert format_day(found) == text, f"{text} is {format_day(found)}"
    return found


def at(text: str) -> datetime:
    """Given "Mon 23 Nov 2026 17:30" on London's clocks, return the moment in UTC."""
    on, hour = text.rsplit(" ", 1)
    wall = datetime.combine(day(on), datetime.strptime(hour, "%H:%M").time())  # noqa: DTZ007
    return wall.replace(tzinfo=ZoneInfo("Europe/London")).astimezone(UTC)


def when(text: str) -> date | datetime:
    """Given a day or a moment as above, return it."""
    return at(text) if ":" in text else day(text)


def fact(
    kind: FactKind,
    happened: str,
    /,
    *,
    recorded: str = "",
    agency: AgencyCode | None = None,
    number: int = 0,
    **detail: Any,
) -> Fact:
    """A fact; unless said otherwise it was recorded at nine on the day that it happened."""
    on = recorded or (happened if ":" in happened else f"{happened} 09:00")
    return Fact(
        case=REF,
        kind=kind,
        happened=when(happened),
        recorded_at=at(on),
        recorded_by="staff@board.example",
        detail=detail,
        agency=agency,
        number=number,
    )


def an_agency(requested: str = "", *returns: Fact, **changes: Any) -> AgencyInCase:
    """An agency that was asked at `requested`; answered as its returns say."""
    given = {f.detail["return"] for f in returns}
    values: dict[str, Any] = {
        "code": POLICE,
        "round": 1 if requested else 0,
        "requested_at": at(requested) if requested else None,
        "undelivered": False,
        "returns": returns,
        "answered": bool(given - {"partial"}),
        "partial": given == {"partial"},
        "excused": False,
        "extended_until": None,
    }
    return AgencyInCase(**{**values, **changes})


def waiting(requested: str) -> AgencyInCase:
    """An agency from which a message waits for a person."""
    return an_agency(requested, waiting=(MessageKey("a1"),))


def a_meeting(text: str, **changes: Any) -> Meeting:
    """A meeting that was arranged by fact number 7."""
    values: dict[str, Any] = {
        "label": "rapid review",
        "at": when(text),
        "where": "",
        "invited": (),
        "held": False,
        "present": (),
        "quorate": False,
        "fact": 7,
    }
    return Meeting(**{**values, **changes})


def a_case(
    *facts: Fact,
    received: str = "Mon 23 Nov 2026 10:00",
    incident: str = "Sun 22 Nov 2026",
    agencies: tuple[AgencyInCase, ...] = (),
    **changes: Any,
) -> Case:
    """A serious case of a notification and these facts; `incident=""` for no full date."""
    criteria = Outcome.UNDECIDED
    for found in facts:
        if found.kind is FactKind.CRITERIA_DECIDED:
            outcome = found.detail["outcome"]
            criteria = Outcome(outcome)
    values: dict[str, Any] = {
        "ref": REF,
        "facts": (fact(FactKind.NOTIFICATION_RECEIVED, received), *facts),
        "beginning": "serious",
        "opened_at": at(received),
        "incident_on": day(incident) if incident else None,
        "criteria": criteria,
        "agencies": {agency.code: agency for agency in agencies},
        "meeting": None,
        "decision": None,
        "decision_stands": False,
        "withdrawn": False,
        "closed": False,
    }
    return Case(**{**values, **changes})


def decided(outcome: str, on: str, **more: Any) -> Fact:
    """The criteria were decided so on that day."""
    return fact(FactKind.CRITERIA_DECIDED, on, outcome=outcome, **more)


def is_late(clock: Clock, today: date) -> bool:
    """Whether a clock stopped after its due day, or runs and is past it."""
    if clock.state is ClockState.NOT_APPLICABLE:
        return False
    return (clock.stopped_on or today) > clock.due_on
