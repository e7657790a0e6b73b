"""The fold: facts become a case. Nothing about a case is stored but its facts.

Facts are folded in the order of their numbers, which is the order of recording. A correction
voids the fact it names; a message that was unlinked voids what was drawn from it. A later fact of
the same kind replaces an earlier one where it states how things now stand (criteria, agencies,
meeting, decision), and adds to it where things happen more than once (requests, returns).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from mailbot.core.cases.agency_parts import agencies_of
from mailbot.core.cases.children import is_filled_in, merged_children
from mailbot.core.cases.meetings import meeting_of
from mailbot.core.cases.standing import effective, first_of, in_order, is_on, last_of
from mailbot.core.model import (
    AgencyCode,
    Beginning,
    Case,
    CaseRef,
    Fact,
    FactKind,
    Json,
    MessageKey,
    NhsIncident,
    Outcome,
)
from mailbot.core.moments import day_of, moment_of

_NOTHING_WAITS: Mapping[AgencyCode, tuple[MessageKey, ...]] = {}


def case_from(
    facts: Iterable[Fact],
    *,
    waiting: Mapping[AgencyCode, tuple[MessageKey, ...]] = _NOTHING_WAITS,
    mailbox_held: str = "",
) -> Case:
    """Given all facts of one case in any order, return the case as they stand.

    `waiting` names, by agency, the messages that wait for a person; `mailbox_held` is why the
    whole mailbox is on hold, or "". A case whose notification was voided counts as withdrawn, one
    that was merged into another as closed. Raises ValueError when there are no facts.
    """
    recorded = in_order(facts)
    if not recorded:
        raise ValueError("a case has at least one fact")
    standing = effective(recorded)
    opening = next((fact for fact in standing if is_notification(fact)), None)
    voided = opening is None and first_of(recorded, FactKind.NOTIFICATION_RECEIVED) is not None
    decision = last_of(standing, FactKind.REVIEW_DECIDED)
    read = _as_notified(standing)
    merged_into, took_in = _merged(standing)
    return Case(
        ref=recorded[0].case,
        facts=standing,
        opened_at=moment_of((opening or recorded[0]).happened),
        incident_on=_incident_on(standing),
        criteria=_criteria(standing),
        agencies=agencies_of(standing, waiting),
        meeting=meeting_of(standing),
        decision=decision,
        # A quorum is asked for where the Panel is to be told; a non-serious case never is.
        decision_stands=decision is not None
        and (read.beginning == Beginning.NON_SERIOUS or _stands(decision, standing)),
        withdrawn=voided or is_on(standing, FactKind.WITHDRAWN, FactKind.CASE_REOPENED),
        closed=merged_into is not None
        or is_on(standing, FactKind.CASE_CLOSED, FactKind.CASE_REOPENED),
        held_reason=mailbox_held or _held_reason(standing),
        beginning=read.beginning,
        fields=read.fields,
        blank=read.blank,
        proposed=read.proposed,
        unknown_agencies=read.unknown_agencies,
        notifier_address=read.notifier_address,
        children=read.children,
        nhs=_nhs(standing, waiting),
        merged_into=merged_into,
        took_in=took_in,
    )


def is_notification(fact: Fact) -> bool:
    """Given a fact, return whether a notification came: staff's word on how it begins is none."""
    return fact.kind is FactKind.NOTIFICATION_RECEIVED and not fact.detail.get("restates")


def _nhs(
    facts: tuple[Fact, ...], waiting: Mapping[AgencyCode, tuple[MessageKey, ...]]
) -> NhsIncident | None:
    """The NHS incident as last flagged; flagging no trust takes it back, and it may begin anew."""
    first: Fact | None = None
    flagged: Fact | None = None
    for fact in facts:
        if fact.kind is FactKind.NHS_INCIDENT_FLAGGED:
            flagged = fact if fact.detail.get("trusts") else None
            first = (first or flagged) if flagged else None
    if first is None or flagged is None:
        return None
    until = flagged.detail.get("until")
    return NhsIncident(
        framework=str(flagged.detail.get("framework") or "sif"),
        trusts=tuple(AgencyCode(code) for code in flagged.detail["trusts"]),
        flagged_at=first.happened,
        until=date.fromisoformat(until) if until else None,
        waiting={code: keys for code, keys in waiting.items() if keys},
    )


def _merged(facts: tuple[Fact, ...]) -> tuple[CaseRef | None, tuple[CaseRef, ...]]:
    """Into which case this one was merged, and which were merged into it, as it now stands."""
    into: CaseRef | None = None
    took: dict[CaseRef, None] = {}
    for fact in facts:
        if fact.kind not in (FactKind.CASES_MERGED, FactKind.CASES_SEPARATED):
            continue
        joins = fact.kind is FactKind.CASES_MERGED
        if fact.detail.get("into"):
            into = CaseRef(fact.detail["into"]) if joins else None
        elif joins:
            took[CaseRef(fact.detail["from"])] = None
        else:
            took.pop(CaseRef(fact.detail["from"]), None)
    return into, tuple(took)


# --- the notification -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Notified:
    beginning: str = ""
    fields: Mapping[str, Json] = field(default_factory=dict)
    blank: tuple[str, ...] = ()
    proposed: tuple[AgencyCode, ...] = ()
    unknown_agencies: tuple[str, ...] = ()
    notifier_address: str = ""
    children: tuple[Mapping[str, Json], ...] = ()


def _as_notified(facts: tuple[Fact, ...]) -> _Notified:
    """What the first notification said; later ones fill in what it left open."""
    notified = [fact.detail for fact in facts if fact.kind is FactKind.NOTIFICATION_RECEIVED]
    if not notified:
        return _Notified()
    first = notified[0]
    children = merged_children(c for detail in notified for c in detail.get("children") or ())
    fields: dict[str, Json] = {}
    disputed: set[str] = set()
    for detail in notified:
        disputed |= set(detail.get("disputed", ()))
        read = dict(detail.get("fields", {}))
        fields = read | fields
    if children:
        fields["children"] = children
    blank = [
        name
        for name in first.get("blank", ())
        if name not in fields and not is_filled_in(name, children)
    ]
    restated = [str(detail["beginning"]) for detail in notified if detail.get("restates")]
    return _Notified(
        beginning=[str(first.get("beginning", "")), *restated][-1],
        fields={name: value for name, value in fields.items() if name not in disputed},
        blank=tuple(blank),
        proposed=tuple(AgencyCode(code) for code in first.get("agencies", ())),
        unknown_agencies=tuple(first.get("unknown_agencies", ())),
        notifier_address=str((first.get("notifier") or {}).get("address", "")),
        children=tuple(children),
    )


def _incident_on(facts: tuple[Fact, ...]) -> date | None:
    incident = last_of(facts, FactKind.INCIDENT_OCCURRED)
    return day_of(incident.happened) if incident else None


# --- criteria, meeting, decision --------------------------------------------------------------


def _criteria(facts: tuple[Fact, ...]) -> Outcome:
    """Where the criteria stand: the newest word of the call or of a meeting whose decision stands.

    A meeting may find them met that were not (the late path), or confirm that they are not met.
    """
    outcome = Outcome.UNDECIDED
    for fact in facts:
        if fact.kind is FactKind.CRITERIA_DECIDED:
            outcome = Outcome(fact.detail["outcome"])
        elif fact.kind is FactKind.REVIEW_DECIDED and _stands(fact, facts):
            found = fact.detail.get("criteria_found")
            outcome = Outcome(found) if found else outcome
    return outcome


def _stands(decision: Fact, facts: tuple[Fact, ...]) -> bool:
    """Whether a decision was made by a quorate meeting, or confirmed before the next decision."""
    if decision.detail.get("quorate"):
        return True
    for later in facts[facts.index(decision) + 1 :]:
        if later.kind is FactKind.REVIEW_DECIDED:
            return False
        if later.kind is FactKind.DECISION_CONFIRMED:
            return True
    return False


def _held_reason(facts: tuple[Fact, ...]) -> str:
    reason = ""
    for fact in facts:
        if fact.agency is None and fact.kind is FactKind.HELD:
            reason = str(fact.detail.get("reason") or fact.words or "held")
        elif fact.agency is None and fact.kind is FactKind.RELEASED:
            reason = ""
    return reason
