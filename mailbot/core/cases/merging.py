"""Two notifications of one incident become one case by a person's word, and two again.

The older case goes on, so day 0 is that of the earliest notification. What the other had
received is carried over as facts of the case that goes on; each says where it came from and which
letters had been written about it, so that nobody is thanked or asked twice, and so that separating
the cases can void exactly these. What partners decided is not carried: a decision about one case
is not a decision about another, and staff are told what to record anew (process, section 2).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from mailbot.core.cases.holds import holds_of
from mailbot.core.model import (
    AgencyCode,
    AgencyInCase,
    Basis,
    Beginning,
    Case,
    CaseRef,
    Fact,
    FactKind,
    Json,
    Letter,
    LetterKind,
)

#: Carried over whenever they stand: what was received, and what people noted.
_ALWAYS = frozenset(
    {
        FactKind.NOTIFICATION_RECEIVED,
        FactKind.MESSAGE_LINKED,
        FactKind.SEVENTY_TWO_HOUR_REPORT_RECEIVED,
        FactKind.THIRTY_DAY_REPORT_RECEIVED,
        FactKind.SIXTY_DAY_REPORT_RECEIVED,
        FactKind.HEALTH_RESPONSE_RECEIVED,
        FactKind.NOTE,
    }
)
#: Carried over where the case that goes on has none: what happened outside, whoever was told.
_IF_NONE = frozenset(
    {
        FactKind.INCIDENT_OCCURRED,
        FactKind.AUTHORITY_AWARE,
        FactKind.SAFETY_PROMPT_ANSWERED,
        FactKind.NHS_INCIDENT_FLAGGED,
        FactKind.PANEL_NOTIFIED,
        FactKind.DFE_NOTIFIED,
    }
)
#: How an agency that only the other case had asked stands.
_OF_AN_AGENCY = frozenset(
    {
        FactKind.INFORMATION_REQUESTED,
        FactKind.REQUEST_NOT_DELIVERED,
        FactKind.EXTENSION_GRANTED,
        FactKind.LETTER_SENT,
    }
)
#: What stays behind, as staff call it: they record it anew if it is to count.
_STAYS: Mapping[FactKind, str] = {
    FactKind.CRITERIA_DECIDED: "the decision on the criteria",
    FactKind.MEETING_ARRANGED: "the meeting",
    FactKind.MEETING_HELD: "that the meeting was held",
    FactKind.REVIEW_DECIDED: "the decision of the meeting",
    FactKind.SUBMISSION_SENT: "that a submission was sent",
    FactKind.PANEL_ANSWERED: "the Panel's answer",
}
CARRIED = "carried"


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """Who joins or separates two cases, why and when."""

    by: str
    why: str
    now: datetime
    words: str = ""


def which_goes_on(one: Case, other: Case) -> tuple[Case, Case]:
    """Given two cases, return first the older, which goes on, then the one that it takes in."""
    first, second = sorted((one, other), key=lambda case: (case.opened_at, case.ref))
    return first, second


def objection(goes_on: Case, taken_in: Case) -> str:
    """Given the case that would go on and the other, return why they cannot be one, or ""."""
    for case in (goes_on, taken_in):
        if case.merged_into:
            return f"{case.ref} was merged into {case.merged_into} already"
        if case.withdrawn:
            return f"{case.ref} is withdrawn: open it again first, with “reopen: why”"
        if case.closed:
            return f"{case.ref} is closed: open it again first, with “reopen: why”"
    if goes_on.beginning == Beginning.NON_SERIOUS != taken_in.beginning:
        return (
            f"{goes_on.ref} is the older and would go on, but it began as non-serious and "
            f"{taken_in.ref} did not, so no statutory clock would run: record first in "
            f"{goes_on.ref} how it began, with “beginning: {taken_in.beginning}”"
        )
    return _let_go_by_merging(goes_on, taken_in)


def _let_go_by_merging(goes_on: Case, taken_in: Case) -> str:
    """Why two cases cannot be one while the other is held: what was kept back would go, or ""."""
    same = {hold.agency for hold in holds_of(goes_on)}
    for hold in holds_of(taken_in):
        if None not in same and hold.agency not in same:
            what = hold.agency or "case"
            return (
                f"“{what}” is on hold in {taken_in.ref} and not in {goes_on.ref}, so letters would "
                f"go by the merge: say first “hold: {what}, why” in {goes_on.ref}, or “release: "
                f"{what}, why” in {taken_in.ref}"
            )
    return ""


# --- joining ----------------------------------------------------------------------------------


def joining_facts(
    goes_on: Case,
    taken_in: Case,
    act: Act,
    *,
    written: Mapping[int, tuple[LetterKind, ...]],
) -> tuple[Fact, ...]:
    """Given two cases that are to be one, return all facts that make them so.

    `written` says, by number of fact, which letters of the case taken in rest on it and have gone.
    """
    into: dict[str, Json] = {"into": goes_on.ref, "why": act.why}
    asked = [code for code, part in taken_in.agencies.items() if _owes(part)]
    taken: dict[str, Json] = {"from": taken_in.ref, "why": act.why, "asked": asked}
    return (
        _said(FactKind.CASES_MERGED, taken_in.ref, into, act),
        _said(FactKind.CASES_MERGED, goes_on.ref, taken, act),
        *(
            _carried(fact, goes_on, taken_in, act, written)
            for fact in _to_carry(goes_on, taken_in, act)
        ),
    )


def _owes(part: AgencyInCase) -> bool:
    return part.requested_at is not None and not part.answered and not part.excused


def agencies_taken_over(goes_on: Case, taken_in: Case) -> tuple[AgencyCode, ...]:
    """Given two cases, return the agencies that only the one taken in has chosen or asked."""
    return tuple(
        code
        for code, part in taken_in.agencies.items()
        if not part.excused and (code not in goes_on.agencies or not goes_on.agencies[code].round)
    )


def _to_carry(goes_on: Case, taken_in: Case, act: Act) -> Iterator[Fact]:
    """What the case that goes on takes over, in order; agencies are named before their facts."""
    taken_over = agencies_taken_over(goes_on, taken_in)
    has = {fact.kind for fact in goes_on.facts}
    for code in taken_over:
        yield replace(_said(FactKind.AGENCY_ADDED, taken_in.ref, {}, act), agency=code)
    for fact in taken_in.facts:
        if (
            fact.kind in _ALWAYS
            or (fact.kind in _IF_NONE and fact.kind not in has)
            or (fact.kind in _OF_AN_AGENCY and fact.agency in taken_over)
        ):
            yield fact
        elif fact.kind is FactKind.RETURN_RECEIVED and fact.agency:
            yield fact if fact.agency in taken_over else _as_answer_to(goes_on, fact)


def _as_answer_to(goes_on: Case, fact: Fact) -> Fact:
    """A return to the other case's request, which answers this case's own request as well."""
    asked = goes_on.agencies.get(fact.agency) if fact.agency else None
    return replace(fact, detail={**fact.detail, "round": asked.round if asked else 0})


def _carried(
    fact: Fact,
    goes_on: Case,
    taken_in: Case,
    act: Act,
    written: Mapping[int, tuple[LetterKind, ...]],
) -> Fact:
    detail = dict(fact.detail)
    if fact.kind is FactKind.MESSAGE_LINKED:
        detail["basis"] = Basis.STAFF.value
        detail["evidence"] = f"It came for {taken_in.ref}, which {act.by} merged into this case."
    letters = [kind.value for kind in written.get(fact.number, ())]
    detail[CARRIED] = {"from": taken_in.ref, "letters": letters}
    return replace(
        fact,
        case=goes_on.ref,
        detail=detail,
        recorded_at=act.now,
        recorded_by=act.by,
        number=0,
    )


def stays_behind(taken_in: Case) -> tuple[str, ...]:
    """Given a case that was taken in, return what it had recorded that does not come along."""
    return tuple(said for kind, said in _STAYS.items() if taken_in.first(kind))


# --- separating -------------------------------------------------------------------------------


def separating_facts(goes_on: Case, taken_in: CaseRef, act: Act) -> tuple[Fact, ...]:
    """Given a case and one that it took in, return the facts that make them two again."""
    apart: dict[str, Json] = {"from": taken_in, "why": act.why}
    back: dict[str, Json] = {"into": goes_on.ref, "why": act.why}
    why = f"{taken_in} was separated: {act.why}"
    voided = (
        _said(FactKind.CORRECTION, goes_on.ref, {"voids": fact.number, "why": why}, act)
        for fact in carried_from(goes_on, taken_in)
    )
    return (
        _said(FactKind.CASES_SEPARATED, goes_on.ref, apart, act),
        _said(FactKind.CASES_SEPARATED, taken_in, back, act),
        *voided,
    )


def carried_from(goes_on: Case, taken_in: CaseRef) -> tuple[Fact, ...]:
    """Given a case and one that it took in, return the facts that came from it and stand."""
    return tuple(
        fact
        for fact in goes_on.facts
        if (fact.detail.get(CARRIED) or {}).get("from") == taken_in and fact.number
    )


def merges_of(goes_on: Case, taken_in: CaseRef) -> tuple[Fact, ...]:
    """Given a case and one that it took in, return the facts that say so, oldest first."""
    found = goes_on.all(FactKind.CASES_MERGED)
    return tuple(fact for fact in found if fact.detail.get("from") == taken_in)


def came_since(goes_on: Case, taken_in: CaseRef) -> tuple[Fact, ...]:
    """Given a case and one that it took in, return the mails that came to it afterwards."""
    merged = merges_of(goes_on, taken_in)
    since = merged[-1].number if merged else 0
    return tuple(
        fact
        for fact in goes_on.all(FactKind.MESSAGE_LINKED)
        if fact.number > since and CARRIED not in fact.detail
    )


# --- letters ----------------------------------------------------------------------------------


def is_written_already(letter: Letter, case: Case) -> bool:
    """Given a letter that rests on a fact, say whether it had gone before the cases were one."""
    cause = letter.key.split("/")[2:3]
    number = int(cause[0]) if cause and cause[0].isdigit() else 0
    fact = next((f for f in case.facts if f.number == number), None) if number else None
    if fact is None or CARRIED not in fact.detail:
        return False
    return letter.kind.value in (fact.detail[CARRIED] or {}).get("letters", ())


def _said(kind: FactKind, case: CaseRef, detail: Mapping[str, Json], act: Act) -> Fact:
    return Fact(
        case=case,
        kind=kind,
        happened=act.now,
        recorded_at=act.now,
        recorded_by=act.by,
        detail=detail,
        words=act.words,
    )


def merged_away(case: Case) -> str | None:
    """Given a case, return why no letter of it goes any more since it was merged, or None."""
    return f"The case was merged into {case.merged_into}." if case.merged_into else None
