"""The sheet on which one linked message is read, and what is found on it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from mailbot.core.model import (
    AgencyCode,
    Area,
    Case,
    CaseRef,
    Fact,
    FactKind,
    Form,
    Json,
    Link,
    Message,
    Problem,
)


@dataclass(frozen=True, slots=True)
class Found:
    """What one kind of message yields, before the fact that it was linked is added."""

    facts: tuple[Fact, ...] = ()
    reason: str = ""  # why it waits; "" when it does not
    problems: tuple[Problem, ...] = ()
    #: Agencies whose returns lie in it and wait, besides the sender's.
    holds_for: tuple[AgencyCode, ...] = ()


@dataclass(frozen=True, slots=True)
class Sheet:
    """The message on the table, and how to write a fact about it."""

    message: Message
    forms: tuple[Form, ...]
    link: Link
    case: Case | None
    area: Area
    now: datetime

    def fact(
        self,
        kind: FactKind,
        detail: Mapping[str, Json],
        *,
        happened: date | datetime | None = None,
        agency: AgencyCode | None = None,
        words: str = "",
    ) -> Fact:
        """Return a fact of the case, which happened when the server received the message."""
        return Fact(
            case=CaseRef(self.link.case),
            kind=kind,
            happened=happened or self.message.received_at,
            recorded_at=self.now,
            recorded_by="mailbot",
            detail=detail,
            agency=agency,
            message=self.message.key,
            words=words,
        )
