"""Documents and text become Forms: what kind each is, its fields, its doubts.

Stands between messages and links. What a document is follows from which of its sections are
filled, never from its title: the whole form comes back with one section written in, and criteria
are printed on every blank.
"""

from collections.abc import Iterator, Sequence

from mailbot.core.forms.fields import QUOTED, Reading, fields_from
from mailbot.core.forms.layouts import FormLayouts, layouts_from
from mailbot.core.forms.words import own_statement, says_nil, says_partial
from mailbot.core.model import Beginning, Certainty, Document, DocumentKind, Field, Form, Problem

__all__ = [
    "FormLayouts",
    "blank_fields",
    "blank_names",
    "forms_from",
    "layouts_from",
    "not_understood",
]

FORM_PROPERTY = "mailbot-form"
MESSAGE = "message"
#: The fields that matter, with the words of our own forms: asked for again when left blank.
_NOTIFICATION = {
    "child.name": "Name of child",
    "child.date_of_birth": "Date of birth",
    "incident.date": "Date of incident",
    "incident.nature": "Nature of incident",
    "incident.summary": "Summary of the incident",
    "notifier.name": "Name of notifier",
}
_RETURN = {
    "author.name": "Author",
    "known_to_agency": "Is the child or family known to your agency?",
    "involvement_summary": "Summary of involvement",
    "learning": "Learning and what could be better",
}
_WITHOUT_NATURE = {n: title for n, title in _NOTIFICATION.items() if n != "incident.nature"}
#: These say by their title what has happened.
_SAY_THE_NATURE = frozenset({Beginning.LOOKED_AFTER_CHILD_DEATH, Beginning.CARE_LEAVER_DEATH})
_MATTERS = {
    DocumentKind.NOTIFICATION: _NOTIFICATION,
    DocumentKind.NOTIFICATION_NON_SERIOUS: _WITHOUT_NATURE,
    DocumentKind.RETURN: _RETURN,
    DocumentKind.PARTIAL_RETURN: _RETURN,
}
_SAYS_RETURN = frozenset(
    {"known_to_agency", "involvement_summary", "author.name", "author.role", "partial_return"}
)
_FINDINGS = (
    "involvement_summary",
    "good_practice",
    "learning",
    "immediate_actions",
    "immediate_risk",
    "chronology",
)
NOTIFICATIONS = frozenset({DocumentKind.NOTIFICATION, DocumentKind.NOTIFICATION_NON_SERIOUS})
_OTHER_PAPERS = frozenset({DocumentKind.LOOK_ALIKE, DocumentKind.HEALTH_REPORT})
_MORE_THAN_A_MENTION = 40  # words
_FILLED = frozenset({Certainty.READ, Certainty.NOT_KNOWN, Certainty.CANNOT_TELL})


def forms_from(
    documents: Sequence[tuple[str, Document]],
    own_text: str,
    layouts: FormLayouts,
    *,
    typed_text: str | None = None,
) -> tuple[Form, ...]:
    """Given a message's documents and the sender's own words, return every form found.

    The body as a Document stands among `documents` with the place "message" (documents_of gives
    it so); a nil return in plain words is read also without it, from what is surely typed
    (`typed_text`, without which `own_text` stands for it). What is no form
    at all is left out; what cannot be read or came back blank is not.
    """
    bodies = [document for place, document in documents if place == MESSAGE]
    partial = says_partial(own_statement(own_text), layouts.partial)
    forms = [
        form
        for place, document in documents
        if place != MESSAGE
        and (form := _form(document, place, layouts, partial=partial)).kind
        is not DocumentKind.NOT_A_FORM
    ]
    typed = own_text if typed_text is None else typed_text
    body = _body(bodies[0] if bodies else None, typed, layouts, partial=partial)
    return (*([body] if body else []), *forms)


def blank_names(form: Form, kind: DocumentKind | None = None) -> tuple[str, ...]:
    """Given a form, return the dotted names of fields that matter and are blank or unreadable.

    "Not known" is an answer. A nil return lacks nothing.
    """
    return tuple(name for name, _ in _lacking(form, kind or form.kind))


def blank_fields(form: Form, kind: DocumentKind | None = None) -> tuple[str, ...]:
    """Given a form, return in words which fields that matter are blank or unreadable."""
    return tuple(title for _, title in _lacking(form, kind or form.kind))


def not_understood(document: Document, layouts: FormLayouts) -> tuple[tuple[str, str], ...]:
    """Given a document, return (place, label) of every label that forms.toml does not know."""
    return tuple(fields_from(document, "", layouts).not_understood)


def _lacking(form: Form, kind: DocumentKind) -> Iterator[tuple[str, str]]:
    matters = _MATTERS.get(kind, {})
    matters = _WITHOUT_NATURE if form.beginning in _SAY_THE_NATURE else matters
    for name, title in matters.items():
        found = form.fields.get(name)
        if found is None or found.certainty in (Certainty.BLANK, Certainty.CANNOT_TELL):
            yield name, title


# --- one document -----------------------------------------------------------------------------


def _form(document: Document, place: str, layouts: FormLayouts, *, partial: bool) -> Form:
    if not document.items and document.problems:
        return Form(kind=DocumentKind.UNREADABLE, place=place, problems=document.problems)
    reading = fields_from(document, place, layouts)
    other = _other_paper(document, reading, layouts)
    if other is not None:
        return other
    kind = _kind(reading, layouts)
    # A body is heard in the sender's own words, where question marks and quotations still stand.
    is_file = place != MESSAGE
    if kind is DocumentKind.NOT_A_FORM and is_file and says_nil(_words(document), layouts.nil):
        return _nil_in_words(place, document)
    if kind is DocumentKind.RETURN:
        kind = _return_kind(reading, layouts, partial=partial)
    begins = _beginnings(reading) if kind in NOTIFICATIONS else ()
    return Form(
        kind=kind,
        beginning=begins[0] if len(begins) == 1 else "",
        could_begin=begins if len(begins) > 1 else (),
        place=place,
        fields=reading.fields,
        problems=tuple(reading.problems),
        token=document.properties.get(FORM_PROPERTY, ""),
    )


def _body(
    document: Document | None, typed: str, layouts: FormLayouts, *, partial: bool
) -> Form | None:
    """Given the body of a message, return it as a form, or None when it is an ordinary mail."""
    if document is not None:
        form = _form(document, MESSAGE, layouts, partial=partial)
        filled = [name for name, found in form.fields.items() if found.certainty in _FILLED]
        own = [name for name in filled if _part(name, layouts) != "both"]
        if form.kind is DocumentKind.NIL_RETURN or (own and len(filled) > 1):
            return form
        if form.kind in _OTHER_PAPERS and len(_words(document).split()) > _MORE_THAN_A_MENTION:
            return form
    if says_nil(typed, layouts.nil):
        return _nil_in_words(MESSAGE, document)
    return None


def _nil_in_words(place: str, document: Document | None) -> Form:
    where = "paragraph 1" if place != MESSAGE else MESSAGE
    known = Field(value=False, place=where, certainty=Certainty.READ)
    token = document.properties.get(FORM_PROPERTY, "") if document else ""
    fields = {"known_to_agency": known}
    return Form(kind=DocumentKind.NIL_RETURN, place=place, fields=fields, token=token)


def _words(document: Document) -> str:
    return "\n".join(
        f"{item.label}: {item.value}" if item.label else item.value
        for item in document.items
        if item.section != QUOTED
    )


# --- what kind --------------------------------------------------------------------------------


def _part(name: str, layouts: FormLayouts) -> str:
    rule = layouts.fields.get(name)
    if rule:
        return rule.part
    return next((rule.part for rule in layouts.lists if rule.name == name), "both")


def _kind(reading: Reading, layouts: FormLayouts) -> DocumentKind:
    filled = {
        name
        for name, found in reading.fields.items()
        if found.certainty in _FILLED and name not in reading.untouched
    }
    told = {name for name in filled if name.startswith(("incident.", "notifier.", "referral."))}
    if filled and reading.said.beginnings("") not in ((), (Beginning.SERIOUS,)):
        told.add("incident")
    if reading.said.anything and filled - {"author.name", "author.role"}:
        return _notification(reading)  # no return bears such a title
    returned = filled & _SAYS_RETURN
    parts = {name: _part(name, layouts) for name in filled}
    if returned - {"author.role"} or (returned and not told):
        return DocumentKind.RETURN
    if told:
        return _notification(reading)
    findings = {name for name, part in parts.items() if part == "return"}
    if findings:
        return DocumentKind.CHRONOLOGY if findings == {"chronology"} else DocumentKind.RETURN
    if "notification" in parts.values():
        return _notification(reading)
    return _empty_kind(reading, filled, layouts)


def _notification(reading: Reading) -> DocumentKind:
    if _beginnings(reading) == (Beginning.NON_SERIOUS,):
        return DocumentKind.NOTIFICATION_NON_SERIOUS
    return DocumentKind.NOTIFICATION


def _beginnings(reading: Reading) -> tuple[str, ...]:
    nature = reading.fields.get("incident.nature")
    is_read = nature is not None and nature.certainty is Certainty.READ
    return reading.said.beginnings(str(nature.value) if nature and is_read else "")


def _other_paper(document: Document, reading: Reading, layouts: FormLayouts) -> Form | None:
    """Given a document, return it as another process's form or a health report, or None.

    A form of ours is known by its tags, its mark or its title, and is neither.
    """
    ours = any(item.tag in layouts.fields for item in document.items)
    named = reading.said.titles - {""}
    if ours or named or document.properties.get(FORM_PROPERTY):
        return None
    other = layouts.signs.look_alike(reading.titles, reading.labels)
    if other is not None:
        problem = Problem(place=reading.place, what=other.what)
        return Form(
            kind=DocumentKind.LOOK_ALIKE,
            place=reading.place,
            fields=reading.fields,
            problems=(problem,),
            urgent=other.urgent,
        )
    report = layouts.signs.health_report(reading.titles)
    if not report:
        return None
    return Form(
        kind=DocumentKind.HEALTH_REPORT,
        place=reading.place,
        fields=reading.fields,
        problems=tuple(reading.problems),
        health_report=report,
    )


def _empty_kind(reading: Reading, filled: set[str], layouts: FormLayouts) -> DocumentKind:
    """Given a document in which at most the child is named, return what it is."""
    seen = {name for name in reading.seen if _part(name, layouts) != "both"}
    names_child = any(name.startswith("child.") for name in filled)
    if names_child and seen and not any(_part(name, layouts) == "return" for name in seen):
        return DocumentKind.NOTIFICATION
    return DocumentKind.BLANK_FORM if len(seen) > 2 else DocumentKind.NOT_A_FORM


def _return_kind(reading: Reading, layouts: FormLayouts, *, partial: bool) -> DocumentKind:
    findings = [name for name in _FINDINGS if _holds_findings(reading, name, layouts)]
    known = reading.fields.get("known_to_agency")
    is_read = known is not None and known.certainty is Certainty.READ
    says_no = is_read and known is not None and known.value is False
    tick = reading.fields.get("partial_return")
    marked = tick is not None and tick.certainty is Certainty.READ and tick.value is True
    if marked or partial or _mentions_more(reading, layouts):
        return DocumentKind.PARTIAL_RETURN
    if says_no and not findings:
        return DocumentKind.NIL_RETURN
    if says_no:
        what = (
            "The return says that the child is not known to the agency, and describes "
            "involvement all the same: ask the agency which is right."
        )
        reading.problems.append(Problem(place=reading.place, what=what))
    summary = reading.fields.get("involvement_summary")
    if not findings and not is_read and summary and summary.certainty is Certainty.READ:
        return DocumentKind.NIL_RETURN
    return DocumentKind.RETURN


def _holds_findings(reading: Reading, name: str, layouts: FormLayouts) -> bool:
    found = reading.fields.get(name)
    if found is None or found.certainty not in (Certainty.READ, Certainty.CANNOT_TELL):
        return False
    if not isinstance(found.value, str):
        return bool(found.value)
    words = found.value.strip(" .-").lower()
    return words not in ("none", "no", "nil", "nothing", "") and not says_nil(
        found.value, layouts.nil
    )


def _mentions_more(reading: Reading, layouts: FormLayouts) -> bool:
    return any(
        says_partial(found.value, layouts.partial)
        for name in ("involvement_summary", "learning", "immediate_actions", "good_practice")
        if (found := reading.fields.get(name)) and isinstance(found.value, str)
    )
