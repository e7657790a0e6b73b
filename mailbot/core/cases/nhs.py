"""The NHS side of a case: which reports are asked for, through whom, and which have come.

An NHS Serious Incident is flagged by staff and names the provider trusts (process, section 2).
The old framework has three reports with a clock each; under PSIRF one response with an agreed
day takes their place. What is asked of the trusts goes through the designated nurse.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from mailbot.core.areas import protection_of
from mailbot.core.model import (
    AgencyCode,
    Area,
    Case,
    Fact,
    FactKind,
    Person,
    Protection,
    Role,
)

SIF, PSIRF, OFF = "sif", "psirf", "off"
NURSE = "designated-nurse"  # the owner of the clocks below

#: The field of a notification in which its writer says that this is an NHS Serious Incident.
NHS_TICK = "incident.nhs"

#: A health clock -> what stops it.
STOPPED_BY: Mapping[str, FactKind] = {
    "nhs-72-hour-report": FactKind.SEVENTY_TWO_HOUR_REPORT_RECEIVED,
    "nhs-30-day-report": FactKind.THIRTY_DAY_REPORT_RECEIVED,
    "nhs-60-day-report": FactKind.SIXTY_DAY_REPORT_RECEIVED,
    "health-learning-response": FactKind.HEALTH_RESPONSE_RECEIVED,
}
#: What a health clock waits for, as letters call it.
REPORT_WORDS: Mapping[str, str] = {
    "nhs-72-hour-report": "72-hour report",
    "nhs-30-day-report": "30-day report",
    "nhs-60-day-report": "60-day report",
    "health-learning-response": "health learning response",
}
REPORT_OF: Mapping[FactKind, str] = {
    kind: REPORT_WORDS[clock] for clock, kind in STOPPED_BY.items()
}
RECEIVED = tuple(STOPPED_BY.values())
#: Reports that are put before the Case Review Group, whatever was decided.
FOR_THE_GROUP = frozenset(
    {
        FactKind.THIRTY_DAY_REPORT_RECEIVED,
        FactKind.SIXTY_DAY_REPORT_RECEIVED,
        FactKind.HEALTH_RESPONSE_RECEIVED,
    }
)
_CLOCKS_OF: Mapping[str, tuple[str, ...]] = {
    SIF: ("nhs-72-hour-report", "nhs-30-day-report", "nhs-60-day-report"),
    PSIRF: ("health-learning-response",),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """A report that a trust owes a case under its framework, and its newest copy, if it came."""

    clock: str
    trust: AgencyCode
    came: Fact | None

    @property
    def name(self) -> str:
        """How letters call it."""
        return REPORT_WORDS[self.clock]


def clocks_of_framework(framework: str) -> tuple[str, ...]:
    """Given a framework, return the names of its clocks, the first due first."""
    return _CLOCKS_OF.get(framework, ())


def expected_reports(case: Case) -> tuple[Expected, ...]:
    """Given a case, return every report that its NHS incident asks for, by trust."""
    if case.nhs is None:
        return ()
    return tuple(
        Expected(clock=clock, trust=trust, came=_came(case, clock, trust))
        for trust in case.nhs.trusts
        for clock in clocks_of_framework(case.nhs.framework)
    )


def outstanding_reports(case: Case) -> tuple[Expected, ...]:
    """Given a case, return the health reports that have not come."""
    return tuple(report for report in expected_reports(case) if report.came is None)


def _came(case: Case, clock: str, trust: AgencyCode) -> Fact | None:
    copies = [f for f in case.all(STOPPED_BY[clock]) if f.agency == trust]
    return copies[-1] if copies else None


# --- the designated nurse ---------------------------------------------------------------------


def nurse_of(area: Area) -> tuple[Person, ...]:
    """Given an area, return its designated nurse; where config names none, the ICB's contacts."""
    if area.designated_nurse:
        return (area.designated_nurse,)
    icb = next((a for a in area.agencies if a.partner is Role.ICB), None)
    if icb is None:
        return (area.manager,)
    return tuple(Person(name=icb.name, email=address) for address in icb.contacts)


def speaks_for_trusts(code: AgencyCode | None, area: Area) -> bool:
    """Given a sender's agency, say whether it may hand in what the trusts owe: the ICB does.

    The designated nurse counts as the ICB's (`parties.who_is`).
    """
    agency = area.agency(code) if code else None
    return agency is not None and agency.partner is Role.ICB


def goes_through_nurse(case: Case, code: AgencyCode | None) -> bool:
    """Given an agency's code, say whether what it owes the case is asked for through the nurse."""
    return case.nhs is not None and code in case.nhs.trusts


def nurse_protection(area: Area) -> Protection:
    """Given an area, return how mail to its designated nurse is protected.

    As mail to the agency is whose domain the address lies in; else as config says of the domain.
    """
    addresses = [person.email for person in nurse_of(area)]
    domains = {address.rpartition("@")[2] for address in addresses}
    for agency in area.agencies:
        theirs = {*agency.domains, *(a.rpartition("@")[2] for a in agency.contacts)}
        if domains <= theirs:
            return agency.protection
    return protection_of(addresses, area.protected_domains)


# --- what staff are asked -----------------------------------------------------------------------


def nhs_questions(case: Case, area: Area) -> tuple[tuple[str, str], ...]:
    """Given a case, return what only staff can say about its NHS side, each with the line for it.

    The notification's own tick is a prompt and flags nothing.
    """
    if area.health_reports == OFF or case.held_reason:
        return ()
    incident = case.nhs
    if incident is None:
        answered = case.last(FactKind.NHS_INCIDENT_FLAGGED) is not None
        if answered or case.fields.get(NHS_TICK) is not True:
            return ()
        what = "The notification says that this is an NHS Serious Incident. Name the provider "
        what += "trusts, so that their reports are asked for, or say “nhs: none”"
        return ((what, nhs_line(area) or "nhs: none"),)
    if incident.framework == PSIRF and incident.until is None and outstanding_reports(case):
        what = "No day is agreed for the health learning response: agree one with the designated "
        what += "nurse"
        return ((what, f"nhs: {', '.join(incident.trusts)} / until: 1 March"),)
    return ()


def nhs_line(area: Area) -> str:
    """Given an area, return the line that flags an NHS incident with all its trusts, or ""."""
    trusts = [agency.code for agency in area.agencies if agency.provider_trust and agency.in_force]
    return f"nhs: {', '.join(trusts)}" if trusts and area.health_reports != OFF else ""
