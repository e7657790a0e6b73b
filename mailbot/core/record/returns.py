"""The returns in a mail: whose each is, what of it is recorded, and why one waits for a person.

A mail may bring several agencies' returns, as the ICB's covering mail does. Each counts for the
agency that it names, if the sender may hand it in (parties.may_hand_in, design promise 4); what
names nobody is the sender's own. A chronology in a document of its own belongs to its agency's
return.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from mailbot.core.cases.agency_parts import FULL_RETURNS
from mailbot.core.mail.outside_mail import OPENS_ANOTHER, brings_password
from mailbot.core.model import (
    AgencyCode,
    Area,
    Basis,
    Case,
    Certainty,
    DocumentKind,
    Fact,
    FactKind,
    Form,
    Json,
    MessageClass,
)
from mailbot.core.parties import (
    CaseParties,
    Child,
    agency_named,
    children_in,
    children_of,
    is_same_child,
    may_hand_in,
    name_key,
)
from mailbot.core.record.sheets import Found, Sheet
from mailbot.core.wording import listed, name_of

#: Kinds of document that answer a request -> how a return-received fact calls them.
ANSWERS = {
    DocumentKind.RETURN: "findings",
    DocumentKind.NIL_RETURN: "nil",
    DocumentKind.PARTIAL_RETURN: "partial",
}
#: What an agency answers with: a chronology of its own is a part of a return.
OF_A_RETURN = frozenset({*ANSWERS, DocumentKind.CHRONOLOGY})
#: Parts of a return that are rightly empty in most: nobody is asked to fill them in.
_OPTIONAL = frozenset({"partial_return", "disclosure_conditions", "case_reference"})

_NOTHING_TO_CORRECT = (
    "It says that it replaces an earlier return, and none is recorded: look for the earlier one."
)
OTHERS_FORM = "It holds another process's form too: see that it reaches whom it is for."


@dataclass(slots=True)
class _Parcel:
    """What a mail brings of one agency."""

    answers: list[Form] = field(default_factory=list)
    chronologies: list[Form] = field(default_factory=list)


def returns_in(sheet: Sheet, case: Case) -> Found:
    """Given a mail of somebody who may answer, return the returns in it, or why it waits."""
    objection = _objection(sheet, case)
    if objection:
        return Found(reason=objection)
    parcels = _parcels(sheet)
    if isinstance(parcels, str):
        return Found(reason=parcels)
    facts: list[Fact] = []
    reasons: list[str] = []
    held: list[AgencyCode] = []
    for code, parcel in parcels.items():
        why = _why_not(code, parcel, sheet, case)
        if why:
            reasons.append(why)
            held.append(code)
            continue
        facts.append(_returned(code, parcel, sheet, case))
        reasons += _doubts(code, parcel, case)
    if any(form.kind is DocumentKind.LOOK_ALIKE for form in sheet.forms):
        reasons.append(OTHERS_FORM)
    waiting = tuple(code for code in held if code != sheet.link.agency and code in case.agencies)
    return Found(tuple(facts), " ".join(dict.fromkeys(reasons)), holds_for=waiting)


# --- why nothing in it is recorded --------------------------------------------------------------


def _objection(sheet: Sheet, case: Case) -> str:
    """Why nothing in a mail can be recorded without a person, or ""."""
    code = sheet.link.agency
    if not any(form.kind in OF_A_RETURN for form in sheet.forms):
        return _without_a_return(sheet)
    if code is None:
        return "It holds a return, but its sender answers for no agency."
    if sheet.message.message_class is not MessageClass.PERSONAL:
        return "It holds a return, but something else in it needs a person."
    if sheet.link.basis is not Basis.STAFF and _strangers(sheet.forms, case):
        return "It holds a return that names a child who is not of this case: read it."
    return ""


def _without_a_return(sheet: Sheet) -> str:
    """Why a mail without a return waits: what is known of its state, in words."""
    kinds = {form.kind for form in sheet.forms}
    if sheet.message.message_class is MessageClass.ENCRYPTED_PLACEHOLDER:
        return "It is encrypted and may be the return: open it where it can be read."
    if DocumentKind.UNREADABLE in kinds:
        return "It holds a file that could not be read, which may be the return: open it."
    if DocumentKind.BLANK_FORM in kinds:
        return "Its form is blank: ask whether they meant to send it."
    if DocumentKind.LOOK_ALIKE in kinds:
        return "It holds another process's form and no return: see that it reaches whom it is for."
    if brings_password(sheet.message):
        return OPENS_ANOTHER
    return "It holds no form and no nil return: read it."


def _strangers(forms: Sequence[Form], case: Case) -> bool:
    """Whether a return names a child that is neither of the case nor a sibling known to it.

    One return often covers several children; of a child nobody told of, a person says.
    """
    siblings = case.fields.get("siblings") or ()
    rows = [row for row in siblings if isinstance(row, Mapping)]
    known = [
        *children_of(case),
        *(
            Child(
                name=name_key(str(row.get("name") or "")), born=str(row.get("date_of_birth") or "")
            )
            for row in rows
        ),
    ]
    named = children_in(form for form in forms if form.kind in OF_A_RETURN)
    return bool(children_of(case)) and not all(
        any(is_same_child(child, other) for other in known) for child in named
    )


# --- whose is what --------------------------------------------------------------------------------


def _parcels(sheet: Sheet) -> dict[AgencyCode, _Parcel] | str:
    """What a mail brings of each agency; or why that cannot be told."""
    own = AgencyCode(str(sheet.link.agency))
    forms = [form for form in sheet.forms if form.kind in OF_A_RETURN]
    named = [agency_named(str(form.value("agency") or ""), sheet.area) for form in forms]
    several = set(named) - {None, own}
    if several and None in named:
        names = listed([name_of(sheet.area, c) for c in dict.fromkeys(named) if c])
        return f"It holds the return of {names}, and a form that does not say whose it is: read it."
    parcels: dict[AgencyCode, _Parcel] = {}
    for form, code in zip(forms, named, strict=True):
        parcel = parcels.setdefault(code or own, _Parcel())
        is_answer = form.kind in ANSWERS
        (parcel.answers if is_answer else parcel.chronologies).append(form)
    return parcels


def _why_not(code: AgencyCode, parcel: _Parcel, sheet: Sheet, case: Case) -> str:
    """Why the return of one agency waits for a person, or ""."""
    name = name_of(sheet.area, code)
    if code not in case.agencies:
        return f"It holds a return of {name}, which was not asked in this case."
    trusts = CaseParties(trusts=case.nhs.trusts if case.nhs else ())
    if not may_hand_in(code, sheet.link.agency, sheet.area, trusts):
        return f"It holds a return of {name}, and its sender does not answer for {name}."
    said = {form.kind for form in parcel.answers}
    nil = DocumentKind.NIL_RETURN in said
    if len(said) > 1 or (nil and parcel.chronologies):
        return "It holds forms that say different things."
    if not parcel.answers and any(form.corrects for form in parcel.chronologies):
        return "It holds a chronology that is to replace an earlier one: read it."
    if nil and any(form.kind is DocumentKind.UNREADABLE for form in sheet.forms):
        return "It says that the agency holds nothing, and has an attachment that was not read."
    if nil and any(f.detail.get("says", f.detail["return"]) != "nil" for f in _before(code, case)):
        return "It says that nothing is known, and so contradicts an earlier return."
    return ""


def _doubts(code: AgencyCode, parcel: _Parcel, case: Case) -> Iterator[str]:
    """Yield what a person must still look at in a return that counts all the same."""
    if any(form.corrects for form in parcel.answers) and not _before(code, case):
        # The one that it replaces may lie somewhere unread.
        yield _NOTHING_TO_CORRECT
    if not parcel.answers and case.agencies[code].partial:
        yield "A chronology has come after a partial return: say whether that is all."


def _before(code: AgencyCode, case: Case) -> list[Fact]:
    """The agency's earlier answers to its newest request."""
    agency = case.agencies[code]
    return [fact for fact in agency.returns if fact.detail.get("round") == agency.round]


# --- what is recorded -----------------------------------------------------------------------------


def _returned(code: AgencyCode, parcel: _Parcel, sheet: Sheet, case: Case) -> Fact:
    """The fact of one agency's return; a chronology that comes alone is a part of one."""
    forms = [*parcel.answers, *parcel.chronologies]
    answer = ANSWERS[parcel.answers[0].kind] if parcel.answers else "partial"
    before = [f.detail["return"] in FULL_RETURNS for f in _before(code, case)]
    corrects = any(before) or (bool(before) and any(form.corrects for form in forms))
    vouched = sheet.message.vouched_for
    blank = [n for form in parcel.answers for n in form.named(Certainty.BLANK)]
    if parcel.chronologies:
        blank = [name for name in blank if name != "chronology"]
    detail = {
        "return": "corrected" if corrects and answer in FULL_RETURNS else answer,
        "says": answer if parcel.answers else "chronology",
        "round": case.agencies[code].round,
        **contents_of(forms),
        "blank": [name for name in dict.fromkeys(blank) if name not in _OPTIONAL],
        "cannot_tell": forms[0].named(Certainty.CANNOT_TELL),
        "printed": dict(forms[0].printed),
        # Thanks go only to a sender for whom the receiving server vouches.
        "from": sheet.message.sender if vouched else "",
        "vouched": vouched,
    }
    return sheet.fact(FactKind.RETURN_RECEIVED, detail, agency=code, words=forms[0].place)


def contents_of(forms: Sequence[Form]) -> dict[str, Json]:
    """Given the forms of one return, return what its fact keeps of their words."""
    rows = [row for form in forms for row in form.value("chronology") or []]
    conditions = [str(form.value("disclosure_conditions") or "") for form in forms]
    return {
        "document": _read(forms[0]),
        "further": [_read(form) for form in forms[1:]],
        "chronology": rows,
        "conditions": "\n".join(dict.fromkeys(filter(None, conditions))),
    }


def _read(form: Form) -> dict[str, Json]:
    return {name: form.value(name) for name in form.fields if form.value(name) is not None}


def forms_of(forms: Sequence[Form], code: AgencyCode, area: Area) -> list[Form]:
    """Given the forms of a mail that a person took for an agency's return, return its own.

    The answer comes first. None when more than one form could be it, or none: then only a person
    knows what was said.
    """
    theirs = [form for form in forms if form.kind in OF_A_RETURN]
    named = [agency_named(str(form.value("agency") or ""), area) for form in theirs]
    whose = code if code in named else None
    if whose is None and set(named) != {None}:
        return []
    theirs = [form for form, name in zip(theirs, named, strict=True) if name == whose]
    answers = [form for form in theirs if form.kind in ANSWERS]
    return [*answers, *(form for form in theirs if form not in answers)] if len(answers) < 2 else []
