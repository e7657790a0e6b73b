"""The children of one incident: up to four in one notification (process, section 2).

Stands between forms and facts. A child is told from another by name and date of birth alone, and
two readings are of one child only where neither contradicts the other.
"""

from collections.abc import Iterable, Mapping, Sequence

from mailbot.core.model import Form, Json
from mailbot.core.parties import name_key

#: One notification names no more; for more, a person sees to the rest.
MOST_CHILDREN = 4
_OF_THE_FIRST = ("name", "date_of_birth")
#: What agencies need in order to search their records, asked for of every child.
_NEEDED = ("name", "date_of_birth")

Row = dict[str, Json]


def children_of(form: Form) -> list[Row]:
    """Given a notification, return its children: the child of its own section, then the others."""
    first = {key: form.value(f"child.{key}") for key in _OF_THE_FIRST}
    listed = form.value("children")
    rows = [row for row in listed if isinstance(row, Mapping)] if isinstance(listed, list) else []
    return merged_children([first, *rows])


def merged_children(rows: Iterable[Mapping[str, Json]]) -> list[Row]:
    """Given readings of children in order, return each child once, with all that was read."""
    found: list[Row] = []
    for row in rows:
        read = {key: value for key, value in row.items() if value}
        if not read:
            continue
        known = next((child for child in found if _is_the_same(child, read)), None)
        if known is None:
            found.append(read)
        else:
            known |= {key: value for key, value in read.items() if key not in known}
    return found


def others_of(fields: Mapping[str, Json]) -> list[Mapping[str, Json]]:
    """Given a case's fields, return its children but the one whose fields are `child.*`."""
    listed = fields.get("children")
    rows = [row for row in listed if isinstance(row, Mapping)] if isinstance(listed, list) else []
    return rows[1:] if fields.get("child.name") or fields.get("child.date_of_birth") else rows


def missing_of_others(children: Sequence[Mapping[str, Json]]) -> list[str]:
    """Given the children of a notification, return what is missing of all but the first.

    As names of fields, counted from 1: "children.2.date_of_birth".
    """
    return [
        f"children.{number}.{key}"
        for number, child in enumerate(children, start=1)
        for key in _NEEDED
        if number > 1 and not child.get(key)
    ]


def is_filled_in(name: str, children: Sequence[Mapping[str, Json]]) -> bool:
    """Given such a name, return whether the child has since been told that of."""
    parts = name.split(".")
    if len(parts) != 3 or parts[0] != "children" or not parts[1].isdigit():
        return False
    number = int(parts[1])
    return 0 < number <= len(children) and bool(children[number - 1].get(parts[2]))


def _is_the_same(one: Mapping[str, Json], other: Mapping[str, Json]) -> bool:
    names = [name_key(str(row.get("name") or "")) for row in (one, other)]
    born = [row.get("date_of_birth") for row in (one, other)]
    return bool(names[0]) and names[0] == names[1] and (born[0] == born[1] or None in born)
