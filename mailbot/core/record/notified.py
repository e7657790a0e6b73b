"""What a notification says, as the detail of its fact, and what of it a person must look at.

Stands under reading. How the case begins comes from the form itself, and from whom it came where
that matters; another area is known by the names that config lists, and by nothing else.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date

from mailbot.core.cases.children import MOST_CHILDREN, children_of, missing_of_others
from mailbot.core.forms.forms import blank_names
from mailbot.core.model import (
    Area,
    Beginning,
    Certainty,
    DocumentKind,
    Form,
    Json,
    Link,
    Message,
    Problem,
)
from mailbot.core.parties import agency_named, who_is
from mailbot.core.wording import field_words, listed

_BY_KIND = {
    DocumentKind.NOTIFICATION: Beginning.SERIOUS,
    DocumentKind.NOTIFICATION_NON_SERIOUS: Beginning.NON_SERIOUS,
}
#: Where a form may name another area.
_PLACES = ("incident.place", "child.address", "notifier.agency")
#: Printed on forms, and nothing that a notifier owes: the number is ours, the others may be blank.
_NOT_ASKED = frozenset({"case_reference", "partial_return", "disclosure_conditions"})
_OLDEST_CARE_LEAVER = 24  # years; up to and including


def notified(form: Form, message: Message, link: Link, area: Area) -> dict[str, Json]:
    """Given a notification and who sent it, return what its fact says."""
    fields = {name: form.value(name) for name in form.fields if form.value(name) is not None}
    known, unknown = _named_agencies(form, area)
    default = [agency.code for agency in area.agencies if agency.ask_by_default]
    # A web form comes from a machine's address, to which nobody answers.
    from_website = link.party == "web-form"
    sender, vouched = message.sender or "", message.vouched_for
    begins = beginnings_of(form, message, link, area)
    return {
        "beginning": begins[0] if len(begins) == 1 else "",
        "could_be": list(begins) if len(begins) > 1 else [],
        "fields": fields,
        "children": children_of(form),
        "disputed": [],
        "blank": _missing(form, message),
        "unclear": form.named(Certainty.CANNOT_TELL),
        "printed": dict(form.printed),
        "notifier": {
            # Where it is answered: nowhere if the receiving server does not vouch for it.
            "address": sender if vouched and not from_website else "",
            "claimed": "" if from_website else sender,
            "vouched": vouched,
            "name": fields.get("notifier.name") or message.sender_name,
            "agency": link.agency or "",
        },
        "agencies": list(dict.fromkeys((*default, *known))),
        "named_agencies": known,
        "unknown_agencies": unknown,
        "other_areas": named_elsewhere(form, link, area),
    }


def beginnings_of(form: Form, message: Message, link: Link, area: Area) -> tuple[str, ...]:
    """Given a notification, return how its case may begin: one way, or several in doubt.

    A copy of the authority's own notification is one only if the authority sent it.
    """
    if form.could_begin:
        return form.could_begin
    begins = form.beginning or _BY_KIND[form.kind].value
    if begins != Beginning.AUTHORITY_COPY:
        return (begins,)
    party = who_is(message.sender, area)
    senders = {link.agency, party.agency if party else None}
    if area.authority in senders:
        return (begins,)
    return (Beginning.SERIOUS.value, begins)


def named_elsewhere(form: Form, link: Link, area: Area) -> list[dict[str, Json]]:
    """Given a notification, return the other areas that it names, each with where it does."""
    texts = {name: _plain(str(form.value(name) or "")) for name in _PLACES}
    if link.agency or agency_named(str(form.value("notifier.agency") or ""), area):
        texts.pop("notifier.agency")  # one of ours, whatever is in its name
    found = []
    for other in area.other_areas:
        words = f" {_plain(other)} "
        places = [name for name, text in texts.items() if words in f" {text} "]
        if places:
            found.append({"name": other, "fields": places})
    return found


def notes_on_areas(named: Sequence[Mapping[str, Json]]) -> list[str]:
    """Given the other areas named, return what is noted on the case: which, and in which fields."""
    return [
        f"The notification names {one['name']} ({listed(field_words(one['fields']))})."
        for one in named
    ]


def doubts_of(form: Form, received_on: date) -> tuple[Problem, ...]:
    """Given a notification, return what a person must look at besides what could not be read."""
    found = []
    if len(children_of(form)) > MOST_CHILDREN:
        what = "It names more than four children; one notification has room for four: "
        found.append(what + "say to the authority how the others are notified.")
    on = full_date(form.value("incident.date")) or received_on
    born = full_date(form.value("child.date_of_birth"))
    leaver = form.beginning == Beginning.CARE_LEAVER_DEATH
    if leaver and born and age_on(born, on) > _OLDEST_CARE_LEAVER:
        what = "By the dates in it the care leaver was older than 24: "
        found.append(what + "check whether the death is to be notified.")
    return tuple(Problem(place=form.place, what=what) for what in found)


def full_date(value: Json) -> date | None:
    """Given a field's value, return it as a day if it is a whole date."""
    try:
        return date.fromisoformat(value) if isinstance(value, str) and len(value) == 10 else None
    except ValueError:
        return None


def age_on(born: date, on: date) -> int:
    """Given a date of birth and a later day, return the age in whole years on that day."""
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def _missing(form: Form, message: Message) -> list[str]:
    """What is blank or unreadable, and what matters and whose line is not there at all."""
    matters = [
        name
        for name in blank_names(form)
        if not (name == "notifier.name" and message.sender_name and name not in form.fields)
    ]
    unclear = (Certainty.BLANK, Certainty.CANNOT_TELL)
    empty = [n for sure in unclear for n, found in form.fields.items() if found.certainty is sure]
    empty = [name for name in empty if name not in _NOT_ASKED]
    others = missing_of_others(children_of(form))
    return list(dict.fromkeys((*matters, *empty, *others)))


def _named_agencies(form: Form, area: Area) -> tuple[list[str], list[str]]:
    """The agencies a form names: codes that config knows, and names that it does not."""
    named = form.value("agencies") or []
    rows = [named] if isinstance(named, str) else named
    names = [str(row.get("agency", "") if isinstance(row, Mapping) else row) for row in rows]
    codes = {name: agency_named(name, area) for name in names if name.strip()}
    known = [code for code in codes.values() if code]
    return list(dict.fromkeys(known)), [name for name, code in codes.items() if not code]


def _plain(text: str) -> str:
    return " ".join(re.findall(r"[^\W_]+", text.casefold()))
