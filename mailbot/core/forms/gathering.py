"""What belongs together in one document: people of a table, names in two columns, several children.

Stands under forms, after `fields` has read every item for itself.
"""

import re
from collections.abc import Mapping
from dataclasses import replace

from mailbot.core.forms.layouts import normal
from mailbot.core.forms.names import is_role
from mailbot.core.forms.reading import Reading, keep
from mailbot.core.forms.values import name_from
from mailbot.core.model import Certainty, Field, Json

#: What stands as relationship in the row of the child itself.
_THE_CHILD = frozenset({"subject child", "subject", "child", "self", "the child", "index child"})
_GENDERS = {"M": "Male", "F": "Female"}
_POST = re.compile(
    r"\b(?:nurse|doctor|officer|manager|head|headteacher|lead|worker|director|teacher|inspector"
    r"|sergeant|constable|advis[oe]r|paediatrician|midwife|consultant|practitioner|chief"
    r"|co-?ordinator|supervisor|detective|specialist|principal|deputy|assistant|visitor|gp"
    r"|solicitor|reviewer|clinician|psychologist|psychiatrist|therapist|dsl|dci|secretary)s?\b",
    re.IGNORECASE,
)
_AGENCY = re.compile(
    r"\b(?:police|constabulary|trust|council|nhs|school|academy|college|service|services|hospital"
    r"|partnership|icb|board|borough|surgery|practice|centre|association|cafcass|probation"
    r"|housing|camhs|charity|university|department|care)\b",
    re.IGNORECASE,
)
_EMAIL = re.compile(r"[\w.+'-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,6}")
_PHONE = re.compile(r"\+?\(?0?\d[\d ()-]{8,16}\d")
_PARTED = re.compile(r"\s*\n\s*|\s+[-–—/]\s+|\s*[,;]\s*")


def gather(reading: Reading) -> None:
    """Given what was read item by item, put together what makes one field."""
    _gather_lists(reading)
    _part_who(reading)
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
            _notifier(reading, rows[0], place)
        elif name == "parents":
            _add(reading, name, [row["name"] for row in rows if "name" in row], place)
        elif name == "agencies":
            _add(reading, name, [row["agency"] for row in rows if "agency" in row], place)
        elif name == "children":
            reading.more_children |= {f"row {i}": row for i, row in enumerate(rows)}
        elif name == "siblings":
            keys = ("name", "date_of_birth")
            _add(reading, name, [{k: r[k] for k in keys if k in r} for r in rows], place)
        else:
            _add(reading, name, rows, place)


def _notifier(reading: Reading, row: Mapping[str, Json], place: str) -> None:
    """Take who notifies from a row of a table, with what stands together in one cell parted."""
    role, agency = str(row.get("role") or ""), str(row.get("agency") or "")
    both = str(row.get("agency and role") or "")
    if both:
        pieces = [piece.strip() for piece in _PARTED.split(both, maxsplit=1)]
        roles = [is_post(piece) for piece in pieces]
        if len(pieces) == 2 and sum(roles) == 1:
            role, agency = (pieces[0], pieces[1]) if roles[0] else (pieces[1], pieces[0])
        else:
            role = both
    contact = str(row.get("contact") or "")
    email, phone = _EMAIL.search(contact), _PHONE.search(contact)
    _add(reading, "notifier.name", row.get("name"), place)
    _add(reading, "notifier.role", role, place)
    _add(reading, "notifier.agency", agency, place)
    _add(
        reading,
        "notifier.email",
        str(row.get("email") or (email and email[0]) or "").lower(),
        place,
    )
    _add(reading, "notifier.phone", row.get("phone") or (phone and phone[0].strip()), place)


def is_post(piece: str) -> bool:
    """Given a piece of an answer, return whether it is what somebody does for an agency."""
    return bool(_POST.search(piece))


def _is_role(piece: str) -> bool:
    return is_post(piece) or (is_role(piece) and not _AGENCY.search(piece))


def is_agency(piece: str) -> bool:
    """Given a piece of an answer, return whether it names an agency rather than a role."""
    return bool(_AGENCY.search(piece)) and not is_post(piece)


def settle_roles(reading: Reading, *, is_return: bool) -> None:
    """Given what kind it is, give who wrote it the name that goes with the kind.

    "Completed by" is the author of a return and the notifier of a notification.
    """
    fields = reading.fields
    writer = fields.pop("writer.name", None)
    target = "author.name" if is_return else "notifier.name"
    if writer and writer.certainty is not Certainty.BLANK and not _is_told(fields.get(target)):
        fields[target] = writer
    if is_return:
        _drop_notification(fields)
    pairs = [(f"notifier.{key}", f"author.{key}") for key in ("name", "role")]
    pairs.append(("notifier.agency", "agency"))
    for notifier, author in pairs:
        source, target = (notifier, author) if is_return else (author, notifier)
        found, known = fields.get(source), fields.get(target)
        if found is None:
            continue
        if known is None or known.certainty is Certainty.BLANK:
            fields[target] = found
        del fields[source]
    if is_return:
        for name in ("notifier.email", "notifier.phone", "referral.date"):
            fields.pop(name, None)


def _is_told(found: Field | None) -> bool:
    return found is not None and found.certainty is not Certainty.BLANK


def _drop_notification(fields: dict[str, Field]) -> None:
    """The whole form comes back with the part of whoever notified still in it: that is no news."""
    if not _is_told(fields.get("incident.summary")) or not _is_told(fields.get("notifier.name")):
        return
    for name in [name for name in fields if name.startswith(("notifier.", "incident."))]:
        del fields[name]


def _part_who(reading: Reading) -> None:
    """Part what stands in one answer: "Sol Winter, Named Nurse, Oakshire ICB"."""
    for whose in ("notifier", "author", "writer"):
        both = reading.fields.pop(f"{whose}.who", None)
        if both and both.certainty is Certainty.READ:
            _take_parts(reading, whose, str(both.value), both.place)
        named = reading.fields.get(f"{whose}.name")
        written = reading.written.get(f"{whose}.name", "")
        if named and named.certainty is Certainty.READ and _PARTED.search(written):
            _take_parts(reading, whose, written, named.place)
    both = reading.fields.pop("notifier.contact", None)
    if both and both.certainty is Certainty.READ:
        email, phone = _EMAIL.search(str(both.value)), _PHONE.search(str(both.value))
        _add(reading, "notifier.email", email and email[0].lower(), both.place)
        _add(reading, "notifier.phone", phone and phone[0].strip(), both.place)


def _take_parts(reading: Reading, whose: str, text: str, place: str) -> None:
    pieces = [piece.strip(" .()") for piece in _PARTED.split(text) if piece.strip(" .()")]
    _add(reading, f"{whose}.name", name_from(pieces[0]), place)
    roles = [
        index for index, piece in enumerate(pieces[1:], start=1) if is_post(piece) or is_role(piece)
    ]
    if not roles:
        return
    # A role may go on after its comma: "Detective Inspector, Protecting Vulnerable People".
    last = next((i for i in range(roles[0], len(pieces)) if is_agency(pieces[i])), len(pieces))
    if whose != "writer":
        _add(reading, f"{whose}.role", ", ".join(pieces[1:last]), place)
    if whose == "writer":
        _add(reading, "author.role", ", ".join(pieces[1:last]), place)
    agency = "notifier.agency" if whose == "notifier" else "agency"
    _add(reading, agency, ", ".join(pieces[last:]), place)


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
        who = normal(str(row.get("relationship", "")))
        if who in _THE_CHILD:
            for key in ("name", "date_of_birth"):
                _add(reading, f"child.{key}", row.get(key), place)
            continue
        if re.search(r"\b(?:mother|father|mum|dad|parent|carer|step\w*)\b", who):
            parents.append(row.get("name"))
        elif re.search(r"\b(?:sister|brother|sibling|half\w*)\b", who):
            siblings.append({k: row[k] for k in ("name", "date_of_birth") if k in row})
    _add(reading, "parents", [name for name in parents if name], place)
    _add(reading, "siblings", siblings, place)


def _add(reading: Reading, name: str, value: Json, place: str) -> None:
    if value:
        keep(reading, name, Field(value=value, place=place, certainty=Certainty.READ))


def _join_names(reading: Reading) -> None:
    forename = reading.fields.pop("child.forename", None)
    surname = reading.fields.pop("child.surname", None)
    parts = [part for part in (forename, surname) if part]
    if parts and "child.name" not in reading.fields:
        reading.seen.add("child.name")
        read = [part for part in parts if part.certainty is Certainty.READ]
        name = name_from(" ".join(str(part.value) for part in read))
        sure = Certainty.READ if read else parts[0].certainty
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
        _add(reading, "parents", names, place)


def _join_parent(reading: Reading, parent: str) -> None:
    parts = [reading.fields.pop(f"{parent}.{key}", None) for key in ("forename", "surname")]
    read = [part for part in parts if part and part.certainty is Certainty.READ]
    if read and parent not in reading.fields:
        name = name_from(" ".join(str(part.value) for part in read))
        _add(reading, parent, name, read[0].place)


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
