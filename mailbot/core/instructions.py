"""What staff record by answering one of our letters with labelled lines (design, promise 9).

Whether the sender may do so (vouched-for staff of the area) is decided before: this module only
reads what they say. What was understood becomes facts with the words as written; what was not is
answered with why and an example, and stops nothing else in the same mail.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from mailbot.core import five_instructions as five
from mailbot.core import reported_instructions as reported
from mailbot.core import small_instructions as small
from mailbot.core.facts import case_from
from mailbot.core.instruction_words import Answer, Desk, Unclear, WaitingMail, day_words
from mailbot.core.labelled_lines import Block, blocks_in
from mailbot.core.model import Area, Case, Fact, FactKind, MessageKey
from mailbot.core.settling import dealt_with

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
    "dealt with": dealt_with,
    "ask again": small.ask_again,
    "excuse": small.excuse,
    "extend": small.extend,
    "withdraw": small.withdraw,
    "close": small.close,
    "reopen": small.reopen,
    "note": small.note,
    "report circulated": small.report_circulated,
    "signed off": small.signed_off,
    "further information sent": reported.further_information_sent,
    "board informed": reported.board_informed,
    "authority aware": reported.authority_aware,
    "view": reported.view,
    "safety": reported.safety,
    "lateness reason": reported.lateness_reason,
    "correct": small.correct,
}

#: {past} is a day that has come, {ahead} one that has not: what is copied is accepted.
_EXAMPLES: Mapping[str, str] = {
    "criteria": (
        "criteria: met / decided on: {past} / present: council, ICB, police / "
        "chair consulted: yes / reasons: ..."
    ),
    "agencies": "agencies: as proposed / add: probation / without: icb",
    "meeting": "meeting: {ahead} 10:00 / where: ... / kind: rapid review",
    "held": "held: {past} / present: council, ICB, police, chair",
    "decision": (
        "decision: no review / next: audit / criteria found: not met / "
        "decided on: {past} / reasons: ... / learning: ..."
    ),
    "panel notified": "panel notified: {past} / reference: ...",
    "confirm": "confirm: name and role of who confirms, why",
    "submission sent": "submission sent: {past}",
    "panel answer": "panel answer: asks for more / until: {ahead}",
    "return": "return: police nil",
    "dealt with": "dealt with: police",
    "ask again": "ask again: police",
    "excuse": "excuse: police, why",
    "extend": "extend: police until {ahead}, why",
    "withdraw": "withdraw: why",
    "close": "close: outcome",
    "reopen": "reopen: why",
    "stop": "stop: requests",
    "note": "note: text",
    "report circulated": "report circulated: {past}",
    "signed off": "signed off: {past}",
    "further information sent": "further information sent: {past}",
    "board informed": "board informed: {past}",
    "authority aware": "authority aware: {past}",
    "view": "view: police not met, reasons",
    "safety": "safety: the other children are safe; a referral was made",
    "lateness reason": "lateness reason: panel notified, why",
    "correct": "correct: decision / why: ...",
}
#: How far the days of examples lie ahead: there is time to invite people.
_AHEAD = timedelta(days=7)
_SATURDAY = 5

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
    FactKind.FURTHER_INFORMATION_SENT: "further information sent",
    FactKind.BOARD_INFORMED: "board informed",
    FactKind.AUTHORITY_AWARE: "authority aware",
    FactKind.PARTNER_VIEW: "view",
    FactKind.SAFETY_PROMPT_ANSWERED: "safety",
    FactKind.LATENESS_REASON: "lateness reason",
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


@dataclass(frozen=True, slots=True, kw_only=True)
class AtHand:
    """The mails that an instruction came in or may be about.

    `message` is the mail that brought it, as evidence. `waiting` wait for a person and are, or
    may be, about the case, oldest first; `about` is the one that our letter was about which staff
    answer.
    """

    message: MessageKey | None = None
    waiting: Sequence[WaitingMail] = ()
    about: MessageKey | None = None


NOTHING_AT_HAND = AtHand()


def read_instructions(
    text: str,
    *,
    now: datetime,
    by: str,
    area: Area,
    case: Case,
    at_hand: AtHand = NOTHING_AT_HAND,
) -> Instructions:
    """Given a staff member's own text about a case, return what it records.

    `now` gives today in Europe/London and stands as the time of recording; `by` is the sender's
    address or "command line". Each block is judged by the case as the blocks before it leave it.
    """
    labelled = blocks_in(text)
    desk = Desk(
        case=case,
        area=area,
        by=by,
        now=now,
        message=at_hand.message,
        mails=tuple(at_hand.waiting),
        about=at_hand.about,
    )
    read = Instructions(not_understood=tuple(f"not understood: {s}" for s in labelled.unknown))
    for block in labelled.blocks:
        if block.head == "stop":
            read = _stopped(block, read, desk)
            continue
        answer = _HANDLERS[block.head](block, desk)
        read = _with(read, block.head, answer, desk)
        if isinstance(answer, Answer) and answer.facts:
            desk = _after(desk, answer)
    return read


def example(kind: FactKind | str, today: date | None = None) -> str:
    """Given a label ("criteria") or a kind of fact, return the line that records it, for letters.

    Its days fit `today`, so that what is copied is accepted; without it they are words. Raises
    KeyError when staff cannot record that kind by mail.
    """
    head = _HEAD_OF_KIND[kind] if isinstance(kind, FactKind) else kind
    if today is None:
        return _EXAMPLES[head].format(past="today", ahead="tomorrow")
    ahead = today + _AHEAD
    ahead += timedelta(days=max(0, 7 - ahead.weekday()) if ahead.weekday() >= _SATURDAY else 0)
    return _EXAMPLES[head].format(past=day_words(today), ahead=day_words(ahead))


def _with(read: Instructions, head: str, answer: Answer | Unclear, desk: Desk) -> Instructions:
    if isinstance(answer, Unclear):
        shown = example(head, desk.today)
        sentence = f"not understood: “{head}”: {answer.why}. For example: {shown}"
        return replace(read, not_understood=(*read.not_understood, sentence))
    return replace(
        read,
        facts=(*read.facts, *answer.facts),
        recorded=(*read.recorded, f"recorded: {answer.said}."),
        settles=(*read.settles, *answer.settles),
    )


def _stopped(block: Block, read: Instructions, desk: Desk) -> Instructions:
    if not block.value.casefold().startswith(("request", "all request", "the request")):
        why = Unclear("only the information requests that wait to go can be stopped")
        return _with(read, "stop", why, desk)
    said = "recorded: the information requests that have not gone yet are stopped."
    return replace(read, stop_requests=True, recorded=(*read.recorded, said))


def _after(desk: Desk, answer: Answer) -> Desk:
    """The desk once an answer is recorded: the case with its facts, less the mails it settles."""
    waiting = {code: one.waiting for code, one in desk.case.agencies.items()}
    case = case_from((*desk.case.facts, *answer.facts), waiting=waiting)
    mails = tuple(mail for mail in desk.mails if mail.key not in answer.settles)
    return replace(desk, case=case, mails=mails)
