"""Who fills in a form: name, role, agency and how to reach them, parted where they stand together.

Stands under forms, after `fields`. "Sol Winter, Named Nurse, Oakshire ICB" is three answers; and
"completed by" is the author of a return and the notifier of a notification.
"""

import re
from collections.abc import Mapping

from mailbot.core.forms.names import is_role
from mailbot.core.forms.reading import Reading, add
from mailbot.core.forms.values import name_from
from mailbot.core.model import Certainty, Field, Json

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


def notifier_from(reading: Reading, row: Mapping[str, Json], place: str) -> None:
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
    add(reading, "notifier.name", row.get("name"), place)
    add(reading, "notifier.role", role, place)
    add(reading, "notifier.agency", agency, place)
    add(
        reading,
        "notifier.email",
        str(row.get("email") or (email and email[0]) or "").lower(),
        place,
    )
    add(reading, "notifier.phone", row.get("phone") or (phone and phone[0].strip()), place)


def part_who(reading: Reading) -> None:
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
        add(reading, "notifier.email", email and email[0].lower(), both.place)
        add(reading, "notifier.phone", phone and phone[0].strip(), both.place)


def _take_parts(reading: Reading, whose: str, text: str, place: str) -> None:
    pieces = [piece.strip(" .()") for piece in _PARTED.split(text) if piece.strip(" .()")]
    add(reading, f"{whose}.name", name_from(pieces[0]), place)
    roles = [index for index, piece in enumerate(pieces) if index and _is_role(piece)]
    if not roles:
        return
    # A role may go on after its comma: "Detective Inspector, Protecting Vulnerable People".
    last = next((i for i in range(roles[0], len(pieces)) if is_agency(pieces[i])), len(pieces))
    if whose != "writer":
        add(reading, f"{whose}.role", ", ".join(pieces[1:last]), place)
    if whose == "writer":
        add(reading, "author.role", ", ".join(pieces[1:last]), place)
    agency = "notifier.agency" if whose == "notifier" else "agency"
    add(reading, agency, ", ".join(pieces[last:]), place)


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
