"""What staff record by answering one of our letters with labelled lines (design, promise 9).

Whether the sender may do so (vouched-for staff of the area) is decided before: this module only
reads what they say. What was understood becomes facts with the words as written; what was not is
answered with why and an example, and stops nothing else in the same mail.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from mailbot.core import five_instructions as five
from mailbot.core import small_instructions as small
from mailbot.core.facts import case_from
from mailbot.core.instruction_words import Answer, Desk, Unclear
from mailbot.core.labelled_lines import Block, blocks_in
from mailbot.core.model import Area, Case, Fact, FactKind, MessageKey

_Handler = Callable[[Block, Desk], Answer | Unclear]

_HANDLERS: Mapping[str, _Handler] = {
    "criteria": five.criteria,
    "agencies": five.agencies,
    "meeting": five.meeting,
    "held": five.held,
    "decision": five.decision,
    "panel notified": small.panel_notified,
    "confirm": small.confirm,
    "submission sent": small.submission_sent,
    "panel answer": small.panel_answer,
    "return": small.return_read,
    "ask again": small.ask_again,
    "excuse": small.excuse,
    "extend": small.extend,
    "withdraw": small.withdraw,
    "close": small.close,
    "reopen": small.reopen,
    "note": small.note,
    "report circulated": small.report_circulated,
    "signed off": small.signed_off,
    "correct": small.correct,
}

_EXAMPLES: Mapping[str, str] = {
    "criteria": (
        "criteria: met / decided on: 3 December / present: council, ICB, police / "
        "chair consulted: yes / reasons: ..."
    ),
    "agencies": "agencies: as proposed / add: probation / without: icb",
    "meeting": "meeting: Mon 7 December 2026 10:00 / where: ... / kind: rapid review",
    "held": "held: 7 December / present: council, ICB, police, chair",
    "decision": (
        "decision: no review / next: audit / criteria found: not met / "
        "decided on: 7 December / reasons: ... / learning: ..."
    ),
    "panel notified": "panel notified: 4 December / reference: ...",
    "confirm": "confirm: name and role of who confirms, why",
    "submission sent": "submission sent: 14 December",
    "panel answer": "panel answer: asks for more / until: 15 January",
    "return": "return: police nil",
    "ask again": "ask again: police",
    "excuse": "excuse: police, why",
    "extend": "extend: police until 15 January, why",
    "withdraw": "withdraw: why",
    "close": "close: outcome",
    "reopen": "reopen: why",
    "stop": "stop: requests",
    "note": "note: text",
    "report circulated": "report circulated: 9 December",
    "signed off": "signed off: 11 December",
    "correct": "correct: decision / why: ...",
}

_HEAD_OF_KIND: Mapping[FactKind, str] = {
    FactKind.CRITERIA_DECIDED: "criteria",
    FactKind.AGENCIES_CHOSEN: "agencies",
    FactKind.MEETING_ARRANGED: "meeting",
    FactKind.MEETING_MOVED: "meeting",
    FactKind.MEETING_HELD: "held",
    FactKind.REVIEW_DECIDED: "decision",
    FactKind.PANEL_NOTIFIED: "panel notified",
    FactKind.DECISION_CONFIRMED: "confirm",
    FactKind.SUBMISSION_SENT: "submission sent",
    FactKind.PANEL_ANSWERED: "panel answer",
    FactKind.RETURN_RECEIVED: "return",
    FactKind.AGENCY_ADDED: "ask again",
    FactKind.AGENCY_EXCUSED: "excuse",
    FactKind.EXTENSION_GRANTED: "extend",
    FactKind.WITHDRAWN: "withdraw",
    FactKind.CASE_CLOSED: "close",
    FactKind.CASE_REOPENED: "reopen",
    FactKind.NOTE: "note",
    FactKind.REPORT_CIRCULATED: "report circulated",
    FactKind.PARTNERS_SIGNED_OFF: "signed off",
    FactKind.CORRECTION: "correct",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Instructions:
    """What a mail of staff said: facts to record and sentences for the answer.

    No sentence repeats free text. `settles` are messages that wait no longer; `stop_requests`
    asks to withdraw the information requests that have not gone yet.
    """

    facts: tuple[Fact, ...] = ()
    recorded: tuple[str, ...] = ()
    not_understood: tuple[str, ...] = ()
    stop_requests: bool = False
    settles: tuple[MessageKey, ...] = ()

    @property
    def found(self) -> bool:
        """Whether the text held anything that looks like an instruction."""
        return bool(self.recorded or self.not_understood)


def read_instructions(
    text: str,
    *,
    now: datetime,
    by: str,
    area: Area,
    case: Case,
    message: MessageKey | None = None,
) -> Instructions:
    """Given a staff member's own text about a case, return what it records.

    `now` gives today in Europe/London and stands as the time of recording; `by` is the sender's
    address or "command line"; `message` is the mail, as evidence. Each block is judged by the
    case as the blocks before it leave it.
    """
    labelled = blocks_in(text)
    desk = Desk(case=case, area=area, by=by, now=now, message=message)
    read = Instructions(not_understood=tuple(f"not understood: {s}" for s in labelled.unknown))
    for block in labelled.blocks:
        if block.head == "stop":
            read = _stopped(block, read)
            continue
        answer = _HANDLERS[block.head](block, desk)
        read = _with(read, block.head, answer)
        if isinstance(answer, Answer) and answer.facts:
            desk = replace(desk, case=_later(desk.case, answer.facts))
    return read


def example(kind: FactKind | str) -> str:
    """Given a label ("criteria") or a kind of fact, return the line that records it, for letters.

    Raises KeyError when staff cannot record that kind by mail.
    """
    head = _HEAD_OF_KIND[kind] if isinstance(kind, FactKind) else kind
    return _EXAMPLES[head]


def _with(read: Instructions, head: str, answer: Answer | Unclear) -> Instructions:
    if isinstance(answer, Unclear):
        sentence = f"not understood: “{head}”: {answer.why}. For example: {_EXAMPLES[head]}"
        return replace(read, not_understood=(*read.not_understood, sentence))
    return replace(
        read,
        facts=(*read.facts, *answer.facts),
        recorded=(*read.recorded, f"recorded: {answer.said}."),
        settles=(*read.settles, *answer.settles),
    )


def _stopped(block: Block, read: Instructions) -> Instructions:
    if not block.value.casefold().startswith(("request", "all request", "the request")):
        why = Unclear("only the information requests that wait to go can be stopped")
        return _with(read, "stop", why)
    said = "recorded: the information requests that have not gone yet are stopped."
    return replace(read, stop_requests=True, recorded=(*read.recorded, said))


def _later(case: Case, new: tuple[Fact, ...]) -> Case:
    """The case as it will stand once new facts are recorded."""
    waiting = {code: one.waiting for code, one in case.agencies.items()}
    return case_from((*case.facts, *new), waiting=waiting)
