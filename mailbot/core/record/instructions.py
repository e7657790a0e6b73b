"""What staff record by answering one of our letters with labelled lines (design, promise 9).

Whether the sender may do so (vouched-for staff of the area) is decided before: this module only
reads what they say. What was understood becomes facts with the words as written; what was not is
answered with why and an example, and stops nothing else in the same mail.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from mailbot.core.cases.facts import case_from
from mailbot.core.cases.holds import MailboxAct
from mailbot.core.model import Area, Case, Clock, Fact, FactKind, MessageKey
from mailbot.core.record.corrections import CORRECTIONS
from mailbot.core.record.instruction_table import TABLE
from mailbot.core.record.instruction_words import (
    Answer,
    Desk,
    Entry,
    Explained,
    Joining,
    Unclear,
    WaitingMail,
)
from mailbot.core.record.labelled_lines import Block, blocks_in
from mailbot.core.wording import full_day

_STOP = "stop"
_TABLE: Mapping[str, Entry] = {**TABLE, **CORRECTIONS}
_EXAMPLES: Mapping[str, str] = {head: entry.example for head, entry in _TABLE.items()} | {
    _STOP: "stop: requests"
}
#: How far the days of examples lie ahead: there is time to invite people.
_AHEAD = timedelta(days=7)
_SATURDAY = 5

#: The first label that records a kind of fact gives its example.
_HEAD_OF_KIND: Mapping[FactKind, str] = {
    kind: head for head, entry in reversed(tuple(_TABLE.items())) for kind in entry.records
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Instructions:
    """What a mail of staff said: facts to record and sentences for the answer.

    No sentence repeats free text. `settles` are messages that wait no longer; `stop_requests`
    asks to withdraw the information requests that have not gone yet, `mailbox` to hold or release
    the whole mailbox.
    """

    facts: tuple[Fact, ...] = ()
    recorded: tuple[str, ...] = ()
    not_understood: tuple[str, ...] = ()
    stop_requests: bool = False
    settles: tuple[MessageKey, ...] = ()
    mailbox: MailboxAct | None = None
    joins: tuple[Joining, ...] = ()  # what is to be done to this case and another
    explained: tuple[Explained, ...] = ()

    @property
    def found(self) -> bool:
        """Whether the text held anything that looks like an instruction."""
        return bool(self.recorded or self.not_understood or self.joins or self.explained)


@dataclass(frozen=True, slots=True, kw_only=True)
class AtHand:
    """The mails that an instruction came in or may be about.

    `message` is the mail that brought it, as evidence. `waiting` wait for a person and are, or
    may be, about the case, oldest first; `about` is the one that our letter was about which staff
    answer. `clocks` are the case's as they stand.
    """

    message: MessageKey | None = None
    waiting: Sequence[WaitingMail] = ()
    about: MessageKey | None = None
    mailbox_held: bool = False
    clocks: Sequence[Clock] = ()


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
        mailbox_held=at_hand.mailbox_held,
        clocks=tuple(at_hand.clocks),
    )
    read = Instructions(not_understood=tuple(f"not understood: {s}" for s in labelled.unknown))
    for block in labelled.blocks:
        if block.head == _STOP:
            read = _stopped(block, read, desk)
            continue
        answer = _TABLE[block.head].read(block, desk)
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
    return _EXAMPLES[head].format(past=full_day(today), ahead=full_day(ahead))


def _with(read: Instructions, head: str, answer: Answer | Unclear, desk: Desk) -> Instructions:
    if isinstance(answer, Unclear):
        shown = example(head, desk.today)
        sentence = f"not understood: “{head}”: {answer.why}. For example: {shown}"
        return replace(read, not_understood=(*read.not_understood, sentence))
    return replace(
        read,
        facts=(*read.facts, *answer.facts),
        # What two cases become is said by whoever does it.
        recorded=(*read.recorded, *([f"recorded: {answer.said}."] if answer.said else [])),
        settles=(*read.settles, *answer.settles),
        mailbox=answer.mailbox or read.mailbox,
        joins=(*read.joins, *answer.joins),
        explained=(*read.explained, *answer.explained),
    )


def _stopped(block: Block, read: Instructions, desk: Desk) -> Instructions:
    if not block.value.casefold().startswith(("request", "all request", "the request")):
        why = Unclear("only the information requests that wait to go can be stopped")
        return _with(read, _STOP, why, desk)
    said = "recorded: the information requests that have not gone yet are stopped."
    return replace(read, stop_requests=True, recorded=(*read.recorded, said))


def _after(desk: Desk, answer: Answer) -> Desk:
    """The desk once an answer is recorded: the case with its facts, less the mails it settles."""
    waiting = {code: one.waiting for code, one in desk.case.agencies.items()}
    case = case_from((*desk.case.facts, *answer.facts), waiting=waiting)
    mails = tuple(mail for mail in desk.mails if mail.key not in answer.settles)
    return replace(desk, case=case, mails=mails)
