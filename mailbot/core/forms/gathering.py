"""What belongs together in one document: people of a table, names in two columns, several children.

Stands under forms, after `fields` has read every item for itself.
"""

import re
from collections.abc import Mapping
from dataclasses import replace

from mailbot.core.forms.layouts import normal
from mailbot.core.forms.reading import Reading, add
from mailbot.core.forms.values import name_from
from mailbot.core.forms.writers import notifier_from, part_who
from mailbot.core.model import Certainty, Field, Json

#: What stands as relationship in the row of the child itself.
_THE_CHILD = frozenset({"subject child", "subject", "child", "self", "the child", "index child"})
_GENDERS = {"M": "Male", "F": "Female"}
_SIBLING = re.compile(r"\b(?:step|half)? ?(?:sister|brother|sibling)s?\b|\bhalf\b")
_PARENT = re.compile(r"\b(?:step ?)?(?:mother|father|mum|dad|parent)\b|\bcarer\b")


def gather(reading: Reading) -> None:
    """Given what was read item by item, put together what makes one field."""
    _gather_lists(reading)
    part_who(reading)
    _join_names(reading)
    _gather_children(reading)
    _settle_incident(reading)
    gender = reading.fields.get("child.gender")
    if gender and gender.certainty is Certainty.READ and str(gender.value).upper() in _GENDERS:
        reading.fields["child.gender"] = replace(gender, value=_GENDERS[str(gender.value).upper()])


def _gather_lists(reading: Reading) -> None:
    for name, rows in reading.lists.items():
        place = reading.list_places[name]
        if name == "household":
            _sort_household(reading, rows, place)
        elif name == "notifier":
            notifier_from(reading, rows[0], place)
        elif name == "parents":
            add(reading, name, [row["name"] for row in rows if "name" in row], place)
        elif name == "agencies":
            add(reading, name, [row["agency"] for row in rows if "agency" in row], place)
        elif name == "children":
            reading.more_children |= {f"row {i}": row for i, row in enumerate(rows)}
        elif name == "siblings":
            keys = ("name", "date_of_birth")
            add(reading, name, [{k: r[k] for k in keys if k in r} for r in rows], place)
        else:
            add(reading, name, rows, place)


def _settle_incident(reading: Reading) -> None:
    """A date of death is the incident's where no other is given."""
    fields = reading.fields
    died = fields.pop("incident.date_of_death", None)
    known = fields.get("incident.date")
    settled = known is not None and known.certainty in (Certainty.READ, Certainty.CANNOT_TELL)
    if died and not settled and (known is None or died.certainty is not Certainty.BLANK):
        fields["incident.date"] = died


def _sort_household(reading: Reading, rows: list[Json], place: str) -> None:
    parents, siblings = [], []
    for row in rows:
        if "name" not in row and ("surname" in row or "forename" in row):
            parts = (str(row.get("forename") or ""), str(row.get("surname") or ""))
            row["name"] = name_from(" ".join(part for part in parts if part))
        who = normal(str(row.get("relationship", "")))
        if who in _THE_CHILD:
            for key in ("name", "date_of_birth"):
                add(reading, f"child.{key}", row.get(key), place)
            continue
        if _SIBLING.search(who):
            siblings.append({k: row[k] for k in ("name", "date_of_birth") if k in row})
        elif _PARENT.search(who):
            parents.append(row.get("name"))
    add(reading, "parents", [name for name in parents if name], place)
    add(reading, "siblings", siblings, place)


def _join_names(reading: Reading) -> None:
    forename = reading.fields.pop("child.forename", None)
    surname = reading.fields.pop("child.surname", None)
    parts = [part for part in (forename, surname) if part]
    if parts and "child.name" not in reading.fields:
        reading.seen.add("child.name")
        read = [part for part in parts if part.certainty is Certainty.READ]
        name = name_from(" ".join(str(part.value) for part in read))
        sure = Certainty.READ if read else parts[0].certainty
        if any(part.certainty is Certainty.CANNOT_TELL for part in parts):
            sure = Certainty.CANNOT_TELL
        reading.fields["child.name"] = Field(
            value=name or None, place=parts[0].place, certainty=sure
        )
    for extra in reading.more_children.values():
        both = [extra.pop(key, "") for key in ("forename", "surname")]
        if any(both):
            extra.setdefault("name", name_from(" ".join(part for part in both if part)))
    for parent in ("mother", "father"):
        _join_parent(reading, parent)
    carers = [reading.fields.pop(key, None) for key in ("mother", "father")]
    names = [carer.value for carer in carers if carer and carer.certainty is Certainty.READ]
    if names and "parents" not in reading.fields:
        place = next(carer.place for carer in carers if carer)
        add(reading, "parents", names, place)


def _join_parent(reading: Reading, parent: str) -> None:
    parts = [reading.fields.pop(f"{parent}.{key}", None) for key in ("forename", "surname")]
    read = [part for part in parts if part and part.certainty is Certainty.READ]
    if read and parent not in reading.fields:
        name = name_from(" ".join(str(part.value) for part in read))
        add(reading, parent, name, read[0].place)


def _gather_children(reading: Reading) -> None:
    others = [child for _, child in sorted(reading.more_children.items()) if any(child.values())]
    listed = reading.fields.pop("children", None)
    if listed and listed.certainty is Certainty.READ and isinstance(listed.value, list):
        others += listed.value
    if not others:
        return
    first: Mapping[str, Json] = {
        key: found.value
        for key in ("name", "date_of_birth")
        if (found := reading.fields.get(f"child.{key}")) and found.certainty is Certainty.READ
    }
    place = reading.list_places.get("children") or reading.place
    children = [dict(first), *others] if first else others
    reading.fields["children"] = Field(value=children, place=place, certainty=Certainty.READ)
