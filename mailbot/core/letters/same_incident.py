"""Whether two cases may be of one incident: suggested with the evidence, never decided.

The evidence names which entries agree and never what they say. The same child on another day is
said too, so that nobody merges two incidents of one child by mistake.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from mailbot.core.letters.desk import delivery_of, key_of, staff_of
from mailbot.core.model import Area, Case, FactKind, Letter, LetterKind
from mailbot.core.parties import children_of, is_same_child, name_key
from mailbot.core.record.instructions import example
from mailbot.core.wording import listed, when_words

#: Places that say nothing: half of all incidents happen there.
_ANYWHERE = frozenset(
    map(
        name_key,
        "|home|at home|home address|family home|the family home|own home|house|hospital|school|"
        "unknown|not known|community".split("|"),
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Likeness:
    """What speaks for one incident, and what against it, as sentences' parts."""

    evidence: tuple[str, ...]
    against: str = ""


def likeness(new: Case, other: Case) -> Likeness | None:
    """Given two cases, return what suggests that they are of one incident, or None.

    A child in common by name and date of birth; or the day of the incident with its place, an
    address, or a member of the family in common, as with siblings.
    """
    child = _child_in_common(new, other)
    days = (new.incident_on, other.incident_on)
    same_day = days[0] is not None and days[0] == days[1]
    around = _around(new, other)
    if not child and not (same_day and around):
        return None
    evidence = ["the same child, by name and date of birth"] if child else []
    evidence += ["the same day of the incident"] if same_day else []
    evidence += around
    against = ""
    if all(days) and not same_day:
        against = "the two forms give different days for the incident"
    return Likeness(evidence=tuple(evidence), against=against)


def _child_in_common(new: Case, other: Case) -> bool:
    return any(
        one.born and one.born == two.born and is_same_child(one, two)
        for one in children_of(new)
        for two in children_of(other)
    )


def _around(new: Case, other: Case) -> list[str]:
    """What two incidents have in common besides their day and their child."""
    found = []
    if _places(new) & _places(other):
        found.append("the same place of the incident")
    if _values(new, "child.address") & _values(other, "child.address"):
        found.append("the same home address")
    if _named(new, "parents") & _named(other, "parents"):
        found.append("a parent in common")
    theirs, ours = _names_of_children(other), _names_of_children(new)
    if (_named(new, "siblings") & theirs) or (_named(other, "siblings") & ours):
        found.append("a child of the one is a sibling in the other")
    return found


def _places(case: Case) -> set[str]:
    """Where it happened, as the facts and the forms say it; places that say nothing left out."""
    facts = case.all(FactKind.INCIDENT_OCCURRED)
    told = {name_key(str(fact.detail.get("place") or "")) for fact in facts}
    return (told | _values(case, "incident.place")) - _ANYWHERE


def _values(case: Case, name: str) -> set[str]:
    return {name_key(str(case.fields.get(name) or ""))} - {""}


def _named(case: Case, name: str) -> set[str]:
    rows = case.fields.get(name) or ()
    listed_names = rows if isinstance(rows, list | tuple) else [rows]
    keys = {name_key(_name_in(row)) for row in listed_names}
    return {key for key in keys if " " in key}  # a forename alone is nobody


def _name_in(row: object) -> str:
    return str(row.get("name") or "") if isinstance(row, Mapping) else str(row)


def _names_of_children(case: Case) -> set[str]:
    return {child.name for child in children_of(case) if " " in child.name}


def same_incident(
    new: Case, others: Iterable[tuple[Case, Likeness]], *, area: Area, now: datetime
) -> Iterable[Letter]:
    """Given a new case and those it is like, yield a letter to staff about each."""
    for other, like in others:
        older = min((new, other), key=lambda case: (case.opened_at, case.ref))
        yield Letter(
            key=key_of(LetterKind.SAME_INCIDENT, new.ref, other.ref),
            kind=LetterKind.SAME_INCIDENT,
            case=new.ref,
            to=staff_of(area),
            delivery=delivery_of(LetterKind.SAME_INCIDENT, area),
            not_before=now,
            words={
                "other": other.ref,
                "opened": when_words(other.opened_at),
                "evidence": listed(list(like.evidence)),
                "against": like.against,
                "goes_on": older.ref,
                "example": example("merge").replace(_SHOWN, other.ref),
            },
        )


#: The reference in the example of the line.
_SHOWN = "BB-2026-015-X"
