"""Who is who: addresses, names and words of mail matched with the people whom config knows."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from mailbot.core.areas import addresses_of
from mailbot.core.cases.nhs import speaks_for_trusts
from mailbot.core.model import AgencyCode, Area, Case, Form, Person, Role


class PartyKind(StrEnum):
    """In which capacity somebody writes to the shared mailbox."""

    STAFF = "staff"
    DUTY = "duty"
    PANEL = "panel"
    PARTNER = "partner"  # a delegate of one of the three safeguarding partners
    AGENCY = "agency"
    NOTIFIER = "notifier"
    CHAIR = "chair"
    BOARD = "board"


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """Somebody whom config or the case knows; `agency` is on whose behalf they may answer."""

    kind: PartyKind
    agency: AgencyCode | None = None

    @property
    def unit(self) -> bool:
        """Whether this is somebody of the business unit, whose word moves a case."""
        return self.kind in (PartyKind.STAFF, PartyKind.DUTY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """An agency chosen in a case: the addresses written to and the newest round, 0 before."""

    addresses: tuple[str, ...] = ()
    round: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Child:
    """A child of a case as far as it is known: `name` is a name_key, `born` an ISO date or ""."""

    name: str
    born: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseParties:
    """Who belongs to a case: its notifier's address, the agencies chosen, and the children."""

    notifier: str = ""
    #: Who else has notified it: several notifications may be of one case.
    also_notified: tuple[str, ...] = ()
    agencies: Mapping[AgencyCode, Asked] = field(default_factory=dict)
    children: tuple[Child, ...] = ()
    trusts: tuple[AgencyCode, ...] = ()  # the provider trusts of its NHS incident, asked or not

    def has_notified(self, address: str) -> bool:
        """Given an address, say whether a notification of this case came from it."""
        return bool(address) and address in (self.notifier, *self.also_notified)


NOBODY_YET = CaseParties()


# --- addresses --------------------------------------------------------------------------------


def who_is(address: str | None, area: Area, parties: CaseParties = NOBODY_YET) -> Party | None:
    """Given a sender's address, say who in the area or the case that is, or None for a stranger.

    Staff come before agencies and agencies before everybody else, because a reply from an
    agency's lead who also sits on the Board is the agency's. An address of several agencies is
    that of the one which the case asked, else of the one that has not ended; if that does not
    settle it, the party has no agency.
    """
    if not address:
        return None
    address = address.lower()
    if address in _emails((*area.staff, area.manager)):
        return Party(kind=PartyKind.STAFF)
    if address == area.duty.email:
        return Party(kind=PartyKind.DUTY)
    if address == area.panel_address.lower():
        return Party(kind=PartyKind.PANEL)
    return _of_an_agency(address, area, parties) or _of_the_case(address, area, parties)


def belongs(party: Party, address: str, area: Area, parties: CaseParties) -> bool:
    """Given a party and its address, say whether it belongs to a case (design, promise 4).

    An agency belongs when it was chosen in that case, is a provider trust of its NHS incident, is
    one of the three partners, or is the notifier of that case; whom config knows for the whole
    area belongs to every case.
    """
    if party.kind is PartyKind.AGENCY:
        chosen = party.agency is not None and party.agency in {*parties.agencies, *parties.trusts}
        return chosen or is_partner(party.agency, area) or parties.has_notified(address)
    return True


def may_answer(agency: AgencyCode | None, area: Area, parties: CaseParties) -> bool:
    """Given an agency, say whether a case waits for something of it: a return, a trust's report."""
    if agency in parties.agencies or agency in parties.trusts:
        return True
    return bool(parties.trusts) and speaks_for_trusts(agency, area)


def may_hand_in(
    whose: AgencyCode, sender: AgencyCode | None, area: Area, parties: CaseParties
) -> bool:
    """Given whose form it is and its sender's agency, say whether that agency may hand it in.

    Its own; and the ICB, whose designated nurse coordinates, those of an NHS incident's trusts.
    """
    return whose == sender or (whose in parties.trusts and speaks_for_trusts(sender, area))


def is_partner(code: AgencyCode | None, area: Area) -> bool:
    """Given an agency's code, say whether it is one of the three safeguarding partners."""
    agency = area.agency(code) if code else None
    return agency is not None and agency.partner is not None


def _of_an_agency(address: str, area: Area, parties: CaseParties) -> Party | None:
    asked = [code for code, one in parties.agencies.items() if address in one.addresses]
    by_address = [a.code for a in area.agencies if address in addresses_of(a)]
    nurse = area.designated_nurse
    if not by_address and nurse and address == nurse.email:
        by_address = [a.code for a in area.agencies if a.partner is Role.ICB]
    domain = address.rpartition("@")[2]
    by_domain = [a.code for a in area.agencies if domain in a.domains]
    if sum(_is_there(code, area) for code in by_domain) > 1:
        by_domain = []  # not its own alone: the domain proves nothing
    for codes in (by_address, asked, by_domain):
        code = _the_one(codes, area, parties)
        if code:
            agency = area.agency(code)
            delegate = agency is not None and address in _emails(agency.delegates)
            partner = delegate and is_partner(code, area)
            kind = PartyKind.PARTNER if partner else PartyKind.AGENCY
            return Party(kind=kind, agency=code)
        if codes:
            return Party(kind=PartyKind.AGENCY)
    return None


def _the_one(codes: list[AgencyCode], area: Area, parties: CaseParties) -> AgencyCode | None:
    """Of several agencies, the one that the case asked; else the one that is there today."""
    if len(codes) > 1:
        asked = [code for code in codes if code in parties.agencies]
        there = [code for code in codes if _is_there(code, area)]
        gone = len(there) < len(codes)
        codes = asked or (there if gone else [])
    return codes[0] if len(codes) == 1 else None


def _is_there(code: AgencyCode, area: Area) -> bool:
    agency = area.agency(code)
    return agency is not None and agency.in_force


def _of_the_case(address: str, area: Area, parties: CaseParties) -> Party | None:
    if parties.has_notified(address):
        return Party(kind=PartyKind.NOTIFIER)
    if area.notifier and address == area.notifier.email:
        return Party(kind=PartyKind.NOTIFIER, agency=area.authority)
    if area.chair and address == area.chair.email:
        return Party(kind=PartyKind.CHAIR)
    if address in _emails(area.board):
        return Party(kind=PartyKind.BOARD)
    return None


def _emails(people: Iterable[Person]) -> set[str]:
    return {person.email.lower() for person in people}


# --- names ------------------------------------------------------------------------------------


def name_key(name: str) -> str:
    """Given a person's name, return a key that ignores case, accents, punctuation and order."""
    return " ".join(sorted(_words(name)))


def agency_named(name: str, area: Area) -> AgencyCode | None:
    """Given an agency's name as somebody wrote it, return its code, or None.

    Matched are its code, its name and what else it is known as, without regard to case and
    punctuation; a name that fits two agencies fits none, unless only one of them is there today.
    """
    wanted = _plain_name(name)
    found = [
        agency
        for agency in area.agencies
        if wanted in {_plain_name(n) for n in (agency.code, agency.name, *agency.known_as)}
    ]
    if len(found) > 1:
        found = [agency for agency in found if agency.in_force]
    return found[0].code if wanted and len(found) == 1 else None


def children_in(forms: Iterable[Form]) -> tuple[Child, ...]:
    """Given the forms of a message, return the children whose names could be read in them."""
    found: dict[Child, None] = {}
    for form in forms:
        listed = form.value("children")
        rows = [row for row in listed if isinstance(row, Mapping)] if listed else []
        first = {
            "name": form.value("child.name"),
            "date_of_birth": form.value("child.date_of_birth"),
        }
        for row in (first, *rows):
            name = name_key(str(row.get("name") or ""))
            if name:
                found[Child(name=name, born=str(row.get("date_of_birth") or ""))] = None
    return tuple(found)


def children_of(case: Case) -> tuple[Child, ...]:
    """Given a case, return its children as far as they are known, each once."""
    listed = case.fields.get("children") or ()
    first = {
        "name": case.fields.get("child.name"),
        "date_of_birth": case.fields.get("child.date_of_birth"),
    }
    rows = [*listed, *case.children, first]
    found = (
        Child(name=name_key(str(row.get("name") or "")), born=str(row.get("date_of_birth") or ""))
        for row in rows
        if isinstance(row, Mapping)
    )
    return tuple(dict.fromkeys(child for child in found if child.name))


def is_same_child(one: Child, other: Child) -> bool:
    """Given two readings of a child, say whether they agree: dates where both have one, names.

    A date of birth makes up for a name that agrees only in part (Sam and Samuel).
    """
    both_born = bool(one.born and other.born)
    if both_born and one.born != other.born:
        return False
    shared = set(one.name.split()) & set(other.name.split())
    return one.name == other.name or (both_born and bool(shared))


def _words(text: str) -> list[str]:
    decomposed = unicodedata.normalize("NFKD", text.casefold().replace("'", "").replace("’", ""))
    return re.findall(r"[^\W_]+", "".join(c for c in decomposed if not unicodedata.combining(c)))


def _plain_name(text: str) -> str:
    return " ".join(w for w in _words(text.replace("&", " and ")) if w != "the")
