"""The fold of each agency's part in a case: asked, answered, excused, extended, away."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from mailbot.core.cases.standing import reopened_after_withdrawal
from mailbot.core.model import (
    AgencyCode,
    AgencyInCase,
    Fact,
    FactKind,
    LetterKind,
    MessageClass,
    MessageKey,
)
from mailbot.core.moments import moment_of

#: Answers with which a request of information is done; a partial return is not among them.
FULL_RETURNS = frozenset({"findings", "nil", "corrected"})


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


def agencies_of(
    facts: tuple[Fact, ...], waiting: Mapping[AgencyCode, tuple[MessageKey, ...]]
) -> dict[AgencyCode, AgencyInCase]:
    """Given facts that stand, in order, return each agency's part, in the order chosen.

    `waiting` names, by agency, the messages that wait for a person.
    """
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
