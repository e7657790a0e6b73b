"""What it means for a case that a letter was sent, drafted or refused.

A letter counts when it is sent or, in draft mode, when it is seen in Sent; never when it is
queued (process, section 4).
"""

from collections.abc import Mapping
from datetime import datetime

from mailbot.core.cases.told import clock_name
from mailbot.core.letters.letters import QueuedLetter, cause_of
from mailbot.core.model import Case, CaseRef, Fact, FactKind, Json, LetterKind

RECORDED_BY = "mailbot"


def facts_when_sent(
    letter: QueuedLetter,
    case: Case,
    *,
    at: datetime,
    now: datetime,
    proof: Mapping[str, Json] | None = None,
) -> tuple[Fact, ...]:
    """Given a letter that went out at `at`, return letter-sent and what else that means.

    A request starts its agency's clock and puts on record the due day it named; the last of the
    Board's letters informs the Board; a submission stops its clock, with `proof` as the detail
    (message_id, evidence).
    """
    facts = list(facts_when_sent_though_withdrawn(letter, case, at=at, now=now))
    match letter.kind:
        case LetterKind.INFORMATION_REQUEST:
            kind = FactKind.INFORMATION_REQUESTED
            detail: dict[str, Json] = {"round": letter.round}
            if letter.due_on:
                detail["due_on"] = letter.due_on.isoformat()
            facts.append(_fact(letter, case, kind, at=at, now=now, detail=detail))
        case LetterKind.BOARD_TOLD if _board_is_told(letter, case):
            facts.append(_fact(letter, case, FactKind.BOARD_INFORMED, at=at, now=now))
        case LetterKind.SUBMISSION:
            kind = FactKind.SUBMISSION_SENT
            facts.append(_fact(letter, case, kind, at=at, now=now, detail=proof))
        case LetterKind.FURTHER_SUBMISSION:
            kind = FactKind.FURTHER_INFORMATION_SENT
            facts.append(_fact(letter, case, kind, at=at, now=now, detail=proof))
        case _:
            pass
    return tuple(facts)


def facts_when_sent_though_withdrawn(
    letter: QueuedLetter, case: Case, *, at: datetime, now: datetime
) -> tuple[Fact, ...]:
    """Given a letter that a person sent although it no longer held, return letter-sent alone."""
    detail: dict[str, Json] = {"letter": letter.key, "kind": letter.kind.value}
    detail["to"] = list(letter.to)
    if letter.told:
        detail["told"] = {clock: day.isoformat() for clock, day in letter.told}
    return (_fact(letter, case, FactKind.LETTER_SENT, at=at, now=now, detail=detail),)


def facts_when_drafted(
    letter: QueuedLetter, case: Case, *, at: datetime, now: datetime
) -> tuple[Fact, ...]:
    """Given a letter that now lies in Drafts, return what that means: only a submission counts."""
    if letter.kind is not LetterKind.SUBMISSION:
        return ()
    detail = {"letter": letter.key}
    return (_fact(letter, case, FactKind.SUBMISSION_DRAFTED, at=at, now=now, detail=detail),)


def facts_when_failed(
    letter: QueuedLetter, case: Case, *, why: str, now: datetime
) -> tuple[Fact, ...]:
    """Given a letter that will never be accepted, return letter-failed; `why` names no person."""
    detail = {"letter": letter.key, "kind": letter.kind.value, "why": why}
    return (_fact(letter, case, FactKind.LETTER_FAILED, at=now, now=now, detail=detail),)


def _board_is_told(letter: QueuedLetter, case: Case) -> bool:
    """Return whether, with this letter, each member of the Board has been written to.

    The key of each ends in its place among them: "3-of-5".
    """
    cause, _, size = letter.key.rpartition("-of-")
    start = cause.rpartition("/")[0]
    sent = {str(f.detail.get("letter")) for f in case.all(FactKind.LETTER_SENT)} | {letter.key}
    told = [key for key in sent if key.startswith(f"{start}/")]
    return cause_of(letter.key) is not None and size.isdigit() and len(told) >= int(size)


def _fact(
    letter: QueuedLetter,
    case: Case,
    kind: FactKind,
    *,
    at: datetime,
    now: datetime,
    detail: Mapping[str, Json] | None = None,
) -> Fact:
    return Fact(
        case=case.ref,
        kind=kind,
        happened=at,
        recorded_at=now,
        recorded_by=RECORDED_BY,
        detail=dict(detail or {}),
        agency=letter.agency,
    )


def facts_when_summed_up(letter: QueuedLetter, *, at: datetime, now: datetime) -> tuple[Fact, ...]:
    """Given a summary over several cases that went out, return letter-sent for each of them.

    Its steps name the cases and the due days that it told.
    """
    told: dict[CaseRef, dict[str, Json]] = {}
    for step in letter.steps:
        told.setdefault(step.case, {})[clock_name(step.clock, step.agency)] = (
            step.due_on.isoformat()
        )
    return tuple(
        Fact(
            case=ref,
            kind=FactKind.LETTER_SENT,
            happened=at,
            recorded_at=now,
            recorded_by=RECORDED_BY,
            detail={
                "letter": letter.key,
                "kind": letter.kind.value,
                "to": list(letter.to),
                "told": days,
            },
        )
        for ref, days in told.items()
    )
