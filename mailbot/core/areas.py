"""An area as it is on one day: who is there, under which name, and how mail to them is protected.

Partnerships and agencies merge, move and are renamed; a case from before still knows whom it
asked. So nobody is ever taken out: who is not there on the day keeps its name and its addresses,
and is only no longer proposed or asked.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date

from mailbot.core.model import Agency, Area, Letter, Protection

#: From the weakest, because the weakest of several addresses counts.
_WEAKEST_FIRST = (Protection.BY_PHONE, Protection.SUBJECT_TAG, Protection.TLS)


def area_on(area: Area, day: date) -> Area:
    """Given an area as config has it and a day, return it as it is on that day.

    An agency before `since` or after `until` is not in force: it is no partner and is not
    proposed, and what another has now (a name, a domain, an address) is the other's, save in the
    cases that had asked it.
    """
    return replace(area, agencies=tuple(_on(agency, day) for agency in area.agencies))


def _on(agency: Agency, day: date) -> Agency:
    for change in agency.changes:
        if change.day <= day:
            agency = _changed(agency, change.name, change.contacts, change.protection)
    begun = agency.since is None or agency.since <= day
    ended = agency.until is not None and agency.until < day
    if begun and not ended:
        return replace(agency, in_force=True)
    return replace(agency, in_force=False, ask_by_default=False, partner=None)


def _changed(
    agency: Agency,
    name: str | None,
    contacts: tuple[str, ...] | None,
    protection: Protection | None,
) -> Agency:
    """The agency after a change; its old name is still understood, its old addresses its own."""
    if name is not None and name != agency.name:
        agency = replace(agency, name=name, known_as=(*agency.known_as, agency.name))
    if contacts is not None:
        old = tuple(address for address in agency.contacts if address not in contacts)
        agency = replace(agency, contacts=contacts, also_from=(*agency.also_from, *old))
    return replace(agency, protection=protection) if protection else agency


def addresses_of(agency: Agency) -> frozenset[str]:
    """Given an agency, return every address that belongs to it, to be written to or to answer."""
    leads = (agency.lead,) if agency.lead else ()
    people = (*leads, *agency.delegates, *agency.deputies)
    return frozenset((*agency.contacts, *agency.also_from, *(p.email.lower() for p in people)))


def everybody_in(area: Area) -> frozenset[str]:
    """Given an area, return every address in its config, those that begin to hold later too."""
    people = (*area.staff, *area.board, area.manager, area.duty, area.chair, area.notifier)
    nurse = (area.designated_nurse,) if area.designated_nurse else ()
    found = {person.email for person in (*people, *nurse) if person}
    for agency in area.agencies:
        found |= addresses_of(agency)
        found.update(address for change in agency.changes for address in change.contacts or ())
    return frozenset(found)


def protection_of(addresses: Iterable[str], domains: Mapping[str, Protection]) -> Protection:
    """Given addresses, return how mail to the least protected is protected (process, section 5).

    A domain also speaks for those below it, the longest first; a domain of which nothing is
    known is `by-phone`.
    """
    found = [_of_domain(address.rpartition("@")[2].lower(), domains) for address in addresses]
    return min(found, key=_WEAKEST_FIRST.index, default=Protection.BY_PHONE)


def _of_domain(domain: str, domains: Mapping[str, Protection]) -> Protection:
    while domain:
        if domain in domains:
            return domains[domain]
        domain = domain.partition(".")[2]
    return Protection.BY_PHONE


def tagged(letter: Letter, area: Area) -> Letter:
    """Given a letter, return it with the subject's tag where a recipient's domain asks for one.

    A letter to an agency follows what was said of that agency.
    """
    if letter.agency or letter.protection is not Protection.TLS:
        return letter
    domains = area.protected_domains
    named = [protection_of([p.email], domains) for p in (*letter.to, *letter.cc)]
    if Protection.SUBJECT_TAG not in named:
        return letter
    return replace(letter, protection=Protection.SUBJECT_TAG)
