"""Documents and text become Forms: what kind each is, its fields, its doubts.

Stands between messages and links. What a document is follows from which of its sections are
filled, never from its title: the whole form comes back with one section written in, and criteria
are printed on every blank.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from mailbot.core.document import Document, Table
from mailbot.core.forms.fields import MESSAGE, fields_from
from mailbot.core.forms.items import ItemKind
from mailbot.core.forms.layouts import FormLayouts, layouts_from
from mailbot.core.forms.papers import face_of, is_enough, is_ordinary, other_paper
from mailbot.core.forms.reading import Reading
from mailbot.core.forms.words import own_statement, says_corrected, says_nil, says_partial
from mailbot.core.forms.writers import settle_roles
from mailbot.core.model import Beginning, Certainty, DocumentKind, Field, Form, Problem

__all__ = [
    "FormLayouts",
    "blank_fields",
    "blank_names",
    "forms_from",
    "layouts_from",
    "not_understood",
]

FORM_PROPERTY = "mailbot-form"
#: The fields that matter, with the words of our own forms: asked for again when left blank.
_NOTIFICATION = {
    "child.name": "Name of child",
    "child.date_of_birth": "Date of birth",
    # What a rapid review must hold; "not known" is an answer here too.
    "child.gender": "Gender",
    "child.ethnicity": "Ethnicity",
    "child.disability": "Disability",
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
#: No notification asks for these; chronologies, authors and actions stand on both.
_ONLY_A_RETURN = frozenset(
    {"known_to_agency", "involvement_summary", "good_practice", "learning", "partial_return"}
)
_WHO_WRITES = frozenset(
    {"notifier.name", "notifier.role", "notifier.agency", "notifier.email", "notifier.phone"}
)
#: A notification may ask for these too.
_ALSO_ON_NOTIFICATIONS = frozenset(
    {"author.name", "author.role", "immediate_actions", "immediate_risk", "chronology"}
    | {"signed_off_by", "disclosure_conditions"}
)
#: A return repeats when and where the incident was, and who takes part.
_ALSO_ON_RETURNS = _WHO_WRITES | {"incident.date", "incident.place", "referral.date"}
_FINDINGS = (
    "involvement_summary",
    "good_practice",
    "learning",
    "immediate_actions",
    "immediate_risk",
    "chronology",
)
NOTIFICATIONS = frozenset({DocumentKind.NOTIFICATION, DocumentKind.NOTIFICATION_NON_SERIOUS})
_RETURNS = frozenset(
    {
        DocumentKind.RETURN,
        DocumentKind.NIL_RETURN,
        DocumentKind.PARTIAL_RETURN,
        DocumentKind.CHRONOLOGY,
    }
)
_OTHER_PAPERS = frozenset({DocumentKind.LOOK_ALIKE, DocumentKind.HEALTH_REPORT})
_FEW_LABELS = 4
_FEW_WORDS = 16
_MORE_THAN_A_MENTION = 40  # words
_TOP = 600  # characters of a mail in which it says what it is
_VERSION = re.compile(r"\bv(?:ersion)? ?\d\b")
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
        and (form := _file(document, place, layouts, partial=partial)).kind
        is not DocumentKind.NOT_A_FORM
    ]
    typed = own_text if typed_text is None else typed_text
    body = _body(bodies[0] if bodies else None, typed, layouts, partial=partial)
    found = (*([body] if body else []), *forms)
    if not says_corrected(own_statement(own_text)[:_TOP], layouts.corrected):
        return found
    return tuple(replace(f, corrects=True) if f.kind in _RETURNS else f for f in found)


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


def _file(document: Document, place: str, layouts: FormLayouts, *, partial: bool) -> Form:
    form = _form(document, place, layouts, partial=partial)
    if form.kind is DocumentKind.NOT_A_FORM and document.problems:
        # No form as far as it was read; the rest may be one, and a person looks.
        return Form(kind=DocumentKind.UNREADABLE, place=place, problems=document.problems)
    return form


def _form(document: Document, place: str, layouts: FormLayouts, *, partial: bool) -> Form:
    if not document.blocks and document.problems:
        return Form(kind=DocumentKind.UNREADABLE, place=place, problems=document.problems)
    reading = fields_from(document, place, layouts)
    # A body is heard in the sender's own words, where question marks and quotations still stand.
    is_file = place != MESSAGE
    face = face_of(document, reading, layouts)
    is_ours = _is_marked_as_ours(document, reading, layouts)
    other = None if is_ours else other_paper(face, reading, layouts)
    if other is not None:
        return other
    if not is_ours and is_file and is_ordinary(face, layouts):
        return Form(kind=DocumentKind.NOT_A_FORM, place=place)
    kind = _kind(reading, layouts)
    if not is_ours and not is_enough(face, reading):
        kind = DocumentKind.NOT_A_FORM
    if kind is DocumentKind.NOT_A_FORM and is_file and says_nil(_words(document), layouts.nil):
        return _nil_in_words(place, document)
    if kind is DocumentKind.BLANK_FORM and is_file and _says_nil_across(reading, layouts):
        known = Field(value=False, place="title", certainty=Certainty.READ)
        reading.fields["known_to_agency"] = known
        kind = DocumentKind.NIL_RETURN
    if kind is DocumentKind.RETURN:
        kind = _return_kind(reading, layouts, partial=partial)
    if kind in NOTIFICATIONS or kind in _RETURNS:
        settle_roles(reading, is_return=kind in _RETURNS)
    begins = _beginnings(reading) if kind in NOTIFICATIONS else ()
    if begins and set(begins) <= _SAY_THE_NATURE and not _is_filled(reading, "incident.nature"):
        # The title says what has happened.
        read = Certainty.READ
        reading.fields["incident.nature"] = Field(value="death", place="title", certainty=read)
    return Form(
        kind=kind,
        beginning=begins[0] if len(begins) == 1 else "",
        could_begin=begins if len(begins) > 1 else (),
        place=place,
        fields=reading.fields,
        problems=tuple(reading.problems),
        token=document.properties.get(FORM_PROPERTY, ""),
        corrects=kind in _RETURNS and _titled_corrected(reading, layouts),
        printed=reading.printed,
    )


def _is_marked_as_ours(document: Document, reading: Reading, layouts: FormLayouts) -> bool:
    """Whether the tags of its controls, or its mark, are those of our own forms."""
    tagged = any(item.tag in layouts.fields for item in reading.items)
    return tagged or bool(document.properties.get(FORM_PROPERTY))


def _titled_corrected(reading: Reading, layouts: FormLayouts) -> bool:
    """Whether a title says so; "version 2" there is the template's."""
    titles = (_VERSION.sub(" ", title) for title in reading.titles)
    return any(says_corrected(title, layouts.corrected) for title in titles)


def _says_nil_across(reading: Reading, layouts: FormLayouts) -> bool:
    """Whether "not known to us" is written across a form that only names its agency."""
    if not any(_is_filled(reading, name) for name in ("agency", "author.name", "child.name")):
        return False
    lines = [item.value for item in reading.items if item.kind is ItemKind.PARAGRAPH]
    return any(len(line.split()) < _FEW_WORDS and says_nil(line, layouts.nil) for line in lines)


def _said(reading: Reading, name: str) -> bool:
    found = reading.fields.get(name)
    return found is not None and found.certainty is Certainty.READ and found.value is True


def _is_filled(reading: Reading, name: str) -> bool:
    found = reading.fields.get(name)
    return found is not None and found.certainty in _FILLED


def _body(
    document: Document | None, typed: str, layouts: FormLayouts, *, partial: bool
) -> Form | None:
    """Given the body of a message, return it as a form, or None when it is an ordinary mail."""
    if document is not None:
        form = _form(document, MESSAGE, layouts, partial=partial)
        filled = [name for name, found in form.fields.items() if found.certainty in _FILLED]
        own = [name for name in filled if _part(name, layouts) != "both"]
        is_one = form.kind is not DocumentKind.NOT_A_FORM and own and len(filled) > 1
        if form.kind is DocumentKind.NIL_RETURN or is_one:
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
    """Return a document's own words, without what it quotes."""
    lines: list[str] = []
    for block in document.blocks:
        if isinstance(block, Table):
            lines += [" ".join(cell.text for cell in row if cell.text) for row in block.rows]
        elif not block.quoted and not block.margin:
            lines.append(block.text)
    return "\n".join(lines)


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
    parts = {name: _part(name, layouts) for name in filled}
    findings = {name for name, part in parts.items() if part == "return"}
    if findings & _ONLY_A_RETURN and not _tells_more_than_it_returns(filled):
        return DocumentKind.RETURN
    if not findings and not told - _WHO_WRITES and not _names_child(filled):
        told = set()  # a signature below a letter names who writes, and is no form
        parts = {name: part for name, part in parts.items() if name not in _WHO_WRITES}
    weak = findings <= _ALSO_ON_NOTIFICATIONS
    if told and (weak or told - _ALSO_ON_RETURNS):
        return _notification(reading)
    if findings:
        return DocumentKind.CHRONOLOGY if findings == {"chronology"} else DocumentKind.RETURN
    if "notification" in parts.values():
        return _notification(reading)
    return _empty_kind(reading, filled, layouts)


def _tells_more_than_it_returns(filled: set[str]) -> bool:
    """Whether a notification only asks, among much else, if the child is known to the agency."""
    tells = {"incident.summary", "incident.nature"} & filled and {"incident.date"} & filled
    return bool(tells) and not filled & (_ONLY_A_RETURN - {"known_to_agency"})


def _notification(reading: Reading) -> DocumentKind:
    if _said(reading, "notification.for_learning") and not _said(
        reading, "notification.for_review"
    ):
        reading.said.answers.add(Beginning.NON_SERIOUS)
    if _beginnings(reading) == (Beginning.NON_SERIOUS,):
        return DocumentKind.NOTIFICATION_NON_SERIOUS
    return DocumentKind.NOTIFICATION


def _beginnings(reading: Reading) -> tuple[str, ...]:
    nature = reading.fields.get("incident.nature")
    is_read = nature is not None and nature.certainty is Certainty.READ
    return reading.said.beginnings(str(nature.value) if nature and is_read else "")


def _names_child(filled: set[str]) -> bool:
    return any(name.startswith("child.") for name in filled)


def _empty_kind(reading: Reading, filled: set[str], layouts: FormLayouts) -> DocumentKind:
    """Given a document in which at most the child is named, return what it is."""
    seen = {name for name in reading.seen if _part(name, layouts) != "both"} - _WHO_WRITES
    if _names_child(filled) and seen and not any(_part(name, layouts) == "return" for name in seen):
        return DocumentKind.NOTIFICATION
    is_form = len(seen) > 2 or (seen and len(reading.seen) > _FEW_LABELS)
    return DocumentKind.BLANK_FORM if is_form else DocumentKind.NOT_A_FORM


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
