"""Who is who in a story: recipients by the names that a business manager has for them."""

from collections.abc import Iterator

from mailbot.core.model import Agency, Area, Person


def party(to: frozenset[str], area: Area) -> str:
    """The recipients of a letter as a story names them: "staff", "police with its lead"."""
    names, rest = [], set(to)
    for name, members in _groups(area):
        if members and members <= rest:
            names.append(name)
            rest -= members
    return " and ".join([*names, *sorted(rest)])


def address_of(who: str, area: Area) -> str:
    """Where somebody writes from whom a story calls by an agency's code or by a name or office."""
    offices = {
        "the notifier": area.notifier,
        "the chair": area.chair,
        "the duty desk": area.duty,
        "the designated nurse": area.designated_nurse,
    }
    person = offices.get(who) or next((p for p in _people(area) if p.name == who), None)
    if person:
        return person.email
    agency = area.agency(who)
    assert agency is not None, f"there is no agency {who}"
    return agency.contacts[0]


def agency_of(who: str, area: Area) -> Agency:
    """The agency that a code names, or to which a deputy or a lead belongs."""
    for agency in area.agencies:
        people = (*agency.deputies, *((agency.lead,) if agency.lead else ()))
        if agency.code == who or who in {person.name for person in people}:
            return agency
    raise AssertionError(f"there is no agency {who}")


def _groups(area: Area) -> Iterator[tuple[str, set[str]]]:
    partners = [agency for agency in area.agencies if agency.partner]
    delegates = {person.email for agency in partners for person in agency.delegates}
    yield "staff", {person.email for person in area.staff}
    if area.chair:
        yield "partners and chair", delegates | {area.chair.email}
    yield "partners", delegates
    for one in area.agencies:
        lead = {one.lead.email} if one.lead else set()
        yield f"{one.code} with its lead", {*one.contacts, *lead}
        yield one.code, {*one.contacts}
    for person in _people(area):
        yield person.name, {person.email}
    yield "the Panel", {area.panel_address}


def _people(area: Area) -> Iterator[Person]:
    for person in (area.manager, area.notifier, area.chair, area.designated_nurse):
        if person:
            yield person
    yield from area.staff
    yield from area.board
    for agency in area.agencies:
        yield from agency.delegates
        yield from agency.deputies
        if agency.lead:
            yield agency.lead
