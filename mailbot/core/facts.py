"""The fold: facts become a case. Nothing about a case is stored but its facts.

Facts are folded in the order of their numbers, which is the order of recording. A correction
voids the fact it names; a message that was unlinked voids what was drawn from it. A later fact of
the same kind replaces an earlier one where it states how things now stand (criteria, agencies,
meeting, decision), and adds to it where things happen more than once (requests, returns).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from mailbot.core.model import (
    AgencyCode,
    AgencyInCase,
    Case,
    Fact,
    FactKind,
    Json,
    LetterKind,
    Meeting,
    MessageClass,
    MessageKey,
    Outcome,
)

LONDON = ZoneInfo("Europe/London")

#: Answers with which a request of information is done; a partial return is not among them.
FULL_RETURNS = frozenset({"findings", "nil", "corrected"})

#: What we did stays on record, whatever is later found to be wrong with the message behind it.
_NEVER_UNLINKED = frozenset(
    {FactKind.LETTER_SENT, FactKind.LETTER_FAILED, FactKind.INFORMATION_REQUESTED}
)
_NOTHING_WAITS: Mapping[AgencyCode, tuple[MessageKey, ...]] = {}


def case_from(
    facts: Iterable[Fact], *, waiting: Mapping[AgencyCode, tuple[MessageKey, ...]] = _NOTHING_WAITS
) -> Case:
    """Given all facts of one case in any order, return the case as they stand.

    `waiting` names, by agency, the messages that wait for a person. A case whose notification was
    voided counts as withdrawn. Raises ValueError when there are no facts.
    """
    recorded = _in_order(facts)
    if not recorded:
        raise ValueError("a case has at least one fact")
    standing = effective(recorded)
    opening = _first(standing, FactKind.NOTIFICATION_RECEIVED)
    voided = opening is None and _first(recorded, FactKind.NOTIFICATION_RECEIVED) is not None
    decision = _last(standing, FactKind.REVIEW_DECIDED)
    read = _as_notified(standing)
    return Case(
        ref=recorded[0].case,
        facts=standing,
        opened_at=moment_of((opening or recorded[0]).happened),
        incident_on=_incident_on(standing),
        criteria=_criteria(standing),
        agencies=_agencies(standing, waiting),
        meeting=_meeting(standing),
        decision=decision,
        decision_stands=decision is not None and _stands(decision, standing),
        withdrawn=voided or _is_on(standing, FactKind.WITHDRAWN, FactKind.CASE_REOPENED),
        closed=_is_on(standing, FactKind.CASE_CLOSED, FactKind.CASE_REOPENED),
        held_reason=_held_reason(standing),
        beginning=read.beginning,
        fields=read.fields,
        blank=read.blank,
        proposed=read.proposed,
        unknown_agencies=read.unknown_agencies,
        notifier_address=read.notifier_address,
    )


def reopened_after_withdrawal(facts: Iterable[Fact]) -> Fact | None:
    """Given facts in order, return the one that opened a withdrawn case again, or None."""
    withdrawn, found = False, None
    for fact in facts:
        if fact.kind is FactKind.WITHDRAWN:
            withdrawn, found = True, None
        elif fact.kind is FactKind.CASE_REOPENED and withdrawn:
            withdrawn, found = False, fact
    return found


def effective(facts: Iterable[Fact]) -> tuple[Fact, ...]:
    """Given facts of one case, return those that stand, in order of number.

    A correction can itself be corrected: then what it had voided stands again.
    """
    ordered = _in_order(facts)
    voided: set[int] = set()
    # Backwards, because a fact can only be voided by a later one.
    for place in reversed(range(len(ordered))):
        if place not in voided:
            voided |= _voided_by(ordered[place], ordered[:place])
    return tuple(fact for place, fact in enumerate(ordered) if place not in voided)


def moment_of(happened: date | datetime) -> datetime:
    """Given when a fact happened, return the moment in UTC; a day begins at midnight in London."""
    if isinstance(happened, datetime):
        return happened.astimezone(UTC)
    return datetime.combine(happened, time(), LONDON).astimezone(UTC)


def day_of(happened: date | datetime) -> date:
    """Given when a fact happened, return the day in Europe/London."""
    return happened.astimezone(LONDON).date() if isinstance(happened, datetime) else happened


def _in_order(facts: Iterable[Fact]) -> list[Fact]:
    # A fact that is not stored yet has number 0 and comes last.
    return sorted(facts, key=lambda fact: (fact.number == 0, fact.number))


def _voided_by(fact: Fact, earlier: list[Fact]) -> set[int]:
    if fact.kind is FactKind.CORRECTION:
        named = fact.detail.get("voids")
        return {i for i, old in enumerate(earlier) if old.number and old.number == named}
    if fact.kind is FactKind.MESSAGE_UNLINKED:
        key = fact.detail.get("message") or fact.message
        return {
            i
            for i, old in enumerate(earlier)
            if key and old.message == key and old.kind not in _NEVER_UNLINKED
        }
    return set()


def _first(facts: Iterable[Fact], kind: FactKind) -> Fact | None:
    return next((fact for fact in facts if fact.kind is kind), None)


def _last(facts: Iterable[Fact], kind: FactKind) -> Fact | None:
    return _first(reversed(list(facts)), kind)


def _is_on(facts: Iterable[Fact], on: FactKind, off: FactKind) -> bool:
    """Whether the newer of two opposite facts is the one that switches on."""
    state = False
    for fact in facts:
        state = fact.kind is on if fact.kind in (on, off) else state
    return state


# --- the notification -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Notified:
    beginning: str = ""
    fields: Mapping[str, Json] = field(default_factory=dict)
    blank: tuple[str, ...] = ()
    proposed: tuple[AgencyCode, ...] = ()
    unknown_agencies: tuple[str, ...] = ()
    notifier_address: str = ""


def _as_notified(facts: tuple[Fact, ...]) -> _Notified:
    """What the first notification said; later ones fill in what it left open."""
    notified = [fact.detail for fact in facts if fact.kind is FactKind.NOTIFICATION_RECEIVED]
    if not notified:
        return _Notified()
    first = notified[0]
    fields: dict[str, Json] = {}
    disputed: set[str] = set()
    for detail in notified:
        disputed |= set(detail.get("disputed", ()))
        read = dict(detail.get("fields", {}))
        if detail.get("children"):
            read.setdefault("children", detail["children"])
        fields = read | fields
    blank = [name for name in first.get("blank", ()) if name not in fields]
    return _Notified(
        beginning=str(first.get("beginning", "")),
        fields={name: value for name, value in fields.items() if name not in disputed},
        blank=tuple(blank),
        proposed=tuple(AgencyCode(code) for code in first.get("agencies", ())),
        unknown_agencies=tuple(first.get("unknown_agencies", ())),
        notifier_address=str((first.get("notifier") or {}).get("address", "")),
    )


def _incident_on(facts: tuple[Fact, ...]) -> date | None:
    incident = _last(facts, FactKind.INCIDENT_OCCURRED)
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


def _meeting(facts: tuple[Fact, ...]) -> Meeting | None:
    """The newest meeting that was not cancelled."""
    meetings: list[Meeting] = []
    for fact in facts:
        if fact.kind is FactKind.MEETING_ARRANGED:
            meetings.append(_arranged(fact, None))
        elif fact.kind is FactKind.MEETING_MOVED:
            meetings[-1:] = [_arranged(fact, meetings[-1] if meetings else None)]
        elif fact.kind is FactKind.MEETING_CANCELLED:
            meetings[-1:] = []
        elif fact.kind is FactKind.MEETING_HELD:
            meetings[-1:] = [_held(fact, meetings[-1] if meetings else None)]
    return meetings[-1] if meetings else None


def _arranged(fact: Fact, before: Meeting | None) -> Meeting:
    detail = fact.detail
    return Meeting(
        label=detail.get("label") or (before.label if before else "rapid review"),
        at=_when(str(detail["at"])) if detail.get("at") else fact.happened,
        where=detail.get("where") or (before.where if before else ""),
        invited=tuple(detail.get("invited") or (before.invited if before else ())),
        held=False,
        present=(),
        quorate=False,
        fact=fact.number,
    )


def _held(fact: Fact, before: Meeting | None) -> Meeting:
    meeting = before or _arranged(replace(fact, detail={}), None)
    present = (*fact.detail.get("present", ()), *fact.detail.get("others", ()))
    quorate = bool(fact.detail.get("quorate"))
    return replace(meeting, held=True, present=present, quorate=quorate)


def _when(text: str) -> date | datetime:
    if len(text) == len("2026-12-03"):
        return date.fromisoformat(text)
    at = datetime.fromisoformat(text)
    return (at if at.tzinfo else at.replace(tzinfo=LONDON)).astimezone(UTC)


def _held_reason(facts: tuple[Fact, ...]) -> str:
    reason = ""
    for fact in facts:
        if fact.agency is None and fact.kind is FactKind.HELD:
            reason = str(fact.detail.get("reason") or fact.words or "held")
        elif fact.agency is None and fact.kind is FactKind.RELEASED:
            reason = ""
    return reason


# --- agencies ---------------------------------------------------------------------------------


@dataclass(slots=True)
class _Tally:
    """One agency's part while its facts are counted."""

    round: int = 0
    requested_at: datetime | None = None
    returns: list[Fact] = field(default_factory=list)
    written_to: set[str] = field(default_factory=set)
    bounced: set[str] = field(default_factory=set)
    excused: bool = False
    left_out: bool = False  # of the newest list, after it was asked
    extended_until: date | None = None
    away: str = ""

    def count(self, fact: Fact) -> None:
        """Take one fact about this agency into account."""
        match fact.kind:
            case FactKind.INFORMATION_REQUESTED:
                self._asked(fact)
            case FactKind.REQUEST_NOT_DELIVERED:
                if fact.detail.get("round", self.round) == self.round:
                    self.bounced.add(fact.detail.get("address", ""))
            case FactKind.RETURN_RECEIVED:
                self.returns.append(fact)
            case FactKind.AGENCY_EXCUSED:
                self.excused = True
            case FactKind.AGENCY_ADDED:
                self.name(is_named=True)
            case FactKind.EXTENSION_GRANTED:
                self.extended_until = date.fromisoformat(fact.detail["until"])
            case FactKind.LETTER_SENT | FactKind.MESSAGE_LINKED:
                self._heard(fact)

    def name(self, *, is_named: bool) -> None:
        """Take a new list of agencies into account: who was told to stop owes nothing yet."""
        if not is_named:
            self.left_out = self.round > 0
            return
        if self.excused or self.left_out:
            self.stop_counting()
        self.excused = self.left_out = False

    def stop_counting(self) -> None:
        """Forget a request that was taken back; its clock runs again when it is made anew."""
        if not self.answered():
            self.requested_at = self.extended_until = None
            self.bounced.clear()

    def _heard(self, fact: Fact) -> None:
        if fact.detail.get("kind") == LetterKind.INFORMATION_REQUEST:
            self.written_to |= set(fact.detail.get("to", ()))
        elif fact.detail.get("message_class") == MessageClass.AUTO_REPLY:
            self.away = moment_of(fact.happened).isoformat()

    def _asked(self, fact: Fact) -> None:
        number = fact.detail.get("round", self.round + 1)
        if number != self.round:
            self.extended_until = None
        self.round = number
        self.requested_at = moment_of(fact.happened)
        self.bounced.clear()
        self.away = ""

    def answers(self) -> list[str]:
        """How this agency has answered its newest request; what came unasked answers the first."""
        asked = max(self.round, 1)
        return [
            fact.detail["return"]
            for fact in self.returns
            if max(fact.detail.get("round", asked), 1) == asked
        ]

    def answered(self) -> bool:
        """Whether a full or nil return to its newest request stands."""
        return any(answer in FULL_RETURNS for answer in self.answers())


def _agencies(
    facts: tuple[Fact, ...], waiting: Mapping[AgencyCode, tuple[MessageKey, ...]]
) -> dict[AgencyCode, AgencyInCase]:
    tallies: dict[AgencyCode, _Tally] = {}
    chosen: dict[AgencyCode, None] = {}
    reopened = reopened_after_withdrawal(facts)
    for fact in facts:
        if fact.kind is FactKind.AGENCIES_CHOSEN:
            chosen = dict.fromkeys(AgencyCode(code) for code in fact.detail["agencies"])
            for code in chosen.keys() | tallies.keys():
                tallies.setdefault(code, _Tally()).name(is_named=code in chosen)
        elif fact is reopened:
            for tally in (tallies[code] for code in chosen.keys() & tallies.keys()):
                if not tally.excused:
                    tally.stop_counting()
        elif fact.agency:
            tallies.setdefault(fact.agency, _Tally()).count(fact)
            if fact.kind is FactKind.AGENCY_ADDED:
                chosen.setdefault(fact.agency)
    # Who was asked and then left out of the list has been told something: it counts as excused.
    left_out = [code for code, one in tallies.items() if one.round and code not in chosen]
    result = {}
    for code in (*chosen, *left_out):
        one = _one_agency(code, tallies.get(code, _Tally()), waiting.get(code, ()))
        result[code] = replace(one, excused=True) if code in left_out else one
    return result


def _one_agency(code: AgencyCode, tally: _Tally, waiting: tuple[MessageKey, ...]) -> AgencyInCase:
    answers, answered = tally.answers(), tally.answered()
    # One of several addresses that bounced does not mean that nobody was reached.
    undelivered = bool(tally.bounced) and tally.written_to <= tally.bounced
    return AgencyInCase(
        code=code,
        round=tally.round,
        requested_at=tally.requested_at,
        undelivered=undelivered,
        returns=tuple(tally.returns),
        answered=answered,
        partial=not answered and "partial" in answers,
        excused=tally.excused,
        extended_until=tally.extended_until,
        waiting=waiting,
        away=tally.away,
    )
