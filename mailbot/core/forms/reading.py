"""What was read from one document so far, and what happens when something is said twice.

Shared by fields, which fills it item by item, and gathering, which puts together what belongs
together.
"""

from dataclasses import dataclass, field

from mailbot.core.forms.items import Item
from mailbot.core.forms.layouts import normal
from mailbot.core.forms.signs import Said
from mailbot.core.model import Certainty, Field, Json, Problem

#: Two different answers to these are a doubt; elsewhere the first one filled in counts.
_IDENTITY = frozenset(
    {"child.name", "child.forename", "child.surname", "child.date_of_birth"}
    | {"incident.date", "known_to_agency"}
)


@dataclass(slots=True)
class Reading:
    """What was read from one document so far."""

    place: str  # of the whole document
    fields: dict[str, Field] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    #: Names of fields whose label is there, filled or not.
    seen: set[str] = field(default_factory=set)
    #: Fields where only the printed "Yes / No" stands: a doubt, but nobody filled it in.
    untouched: set[str] = field(default_factory=set)
    lists: dict[str, list[Json]] = field(default_factory=dict)
    list_places: dict[str, str] = field(default_factory=dict)
    more_children: dict[str, dict[str, Json]] = field(default_factory=dict)
    said: Said = field(default_factory=Said)
    titles: tuple[str, ...] = ()
    #: How the form itself calls its fields, where forms.toml knows the label word for word.
    printed: dict[str, str] = field(default_factory=dict)
    labels: set[str] = field(default_factory=set)
    not_understood: list[tuple[str, str]] = field(default_factory=list)
    #: Names as they were written, with what stood beside them.
    written: dict[str, str] = field(default_factory=dict)
    #: Whose field was read last: "child", "notifier", "incident".
    near: str = "start"
    section: str = ""  # of the item read last
    #: All that was said in it, labels and answers paired.
    items: tuple[Item, ...] = ()


def keep(reading: Reading, name: str, found: Field) -> None:
    """Given a field as read, keep it: the first filled in counts; two that differ are a doubt."""
    reading.seen.add(name)
    known = reading.fields.get(name)
    empty = (Certainty.BLANK, Certainty.NOT_KNOWN)
    if (
        known is None
        or (known.certainty is Certainty.BLANK and found.certainty is not Certainty.BLANK)
        or (known.certainty in empty and found.certainty not in empty)
    ):
        reading.fields[name] = found
        return
    both_read = known.certainty is found.certainty is Certainty.READ
    if name in _IDENTITY and both_read and not _agree(known.value, found.value):
        reading.fields[name] = Field(
            value=known.value, place=known.place, certainty=Certainty.CANNOT_TELL
        )
        places = f"{known.place}; {found.place}"
        what = f'"{name}" is given twice, in two ways ({places}): please say which is right.'
        reading.problems.append(Problem(place=reading.place, what=what))


def _agree(one: Json, other: Json) -> bool:
    if isinstance(one, str) and isinstance(other, str):
        return sorted(normal(one).split()) == sorted(normal(other).split())
    return bool(one == other)


def add(reading: Reading, name: str, value: Json, place: str) -> None:
    """Given a value that was surely read, keep it; nothing where it is empty."""
    if value:
        keep(reading, name, Field(value=value, place=place, certainty=Certainty.READ))
