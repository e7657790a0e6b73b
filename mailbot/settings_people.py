"""From the tables of people and agencies, known to be sound, to the nouns of the core.

Used by mailbot.settings alone.
"""

from collections.abc import Mapping

from mailbot.core.areas import protection_of
from mailbot.core.model import Agency, AgencyChange, AgencyCode, Period, Person, Protection, Role
from mailbot.settings_tables import AgencyTable, ChangeTable, PersonTable

_Domains = Mapping[str, Protection]


def person_from(table: PersonTable) -> Person:
    """Given a person's table, return the person."""
    return Person(name=table.name, email=table.email, role=table.role, phone=table.phone)


def agency_from(table: AgencyTable, domains: _Domains) -> Agency:
    """Given an agency's table and how mail to domains is protected, return the agency."""
    return Agency(
        code=AgencyCode(table.code),
        name=table.name,
        contacts=tuple(table.contacts),
        also_from=tuple(table.also_from),
        domains=tuple(table.domains),
        lead=person_from(table.lead) if table.lead else None,
        partner=Role(table.partner) if table.partner else None,
        delegates=tuple(map(person_from, table.delegates)),
        ask_by_default=table.ask_by_default,
        known_as=tuple(table.known_as),
        protection=_protection(table, table.contacts, domains),
        deputies=tuple(map(person_from, table.deputies)),
        closed=tuple(Period(first=p.first, last=p.last, why=p.why) for p in table.closed),
        provider_trust=table.provider_trust,
        since=table.since,
        until=table.until,
        changes=tuple(
            _change(table, change, domains) for change in sorted(table.change, key=_day_of)
        ),
    )


def _day_of(change: ChangeTable) -> int:
    return change.day.toordinal()


def _change(table: AgencyTable, change: ChangeTable, domains: _Domains) -> AgencyChange:
    contacts = change.contacts
    return AgencyChange(
        day=change.day,
        name=change.name,
        contacts=tuple(contacts) if contacts is not None else None,
        protection=_protection(table, contacts, domains) if contacts is not None else None,
    )


def _protection(table: AgencyTable, contacts: list[str], domains: _Domains) -> Protection:
    """What the agency's own table says wins over what is said of its domains."""
    if table.protection:
        return Protection(table.protection)
    return protection_of(contacts, domains)
