"""Letters to staff that no clock and no case's fact asks for: alerts, and answers to staff.

Their sentences come from the caller, who keeps them free of form content, subjects and file
names (design, promise 8).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from mailbot.core.letters.desk import delivery_of, each_once, key_of, staff_of
from mailbot.core.model import Area, CaseRef, Letter, LetterKind, MessageKey, Person
from mailbot.core.moments import LONDON
from mailbot.core.record.instruction_words import Explained
from mailbot.core.record.instructions import example
from mailbot.core.wording import field_words, full_moment, listed

_MESSAGE_KEY_SHOWN = 8  # characters, as the queue shows them


@dataclass(frozen=True, slots=True, kw_only=True)
class Understood:
    """What was made of an instruction by mail.

    `recorded` and `not_understood` are sentences as `core.record.instructions` gives them;
    `examples` are labels ("criteria") whose lines are shown.
    """

    recorded: tuple[str, ...] = ()
    not_understood: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()
    explained: tuple[Explained, ...] = ()


def alert(
    area: Area, *, cause: str, what: str, do: str, now: datetime, case: CaseRef | None = None
) -> Letter:
    """Given what cannot wait and what to do about it, return a letter to duty contact and staff.

    `what` goes into the subject and has no full stop; `do` is one or more sentences. `cause`
    makes the key unique, for instance a message's key.
    """
    notice = _Notice(kind=LetterKind.ALERT, cause=cause, words={"what": what, "do": do})
    return _to_staff(area, notice, case=case, now=now)


def safety_reply(area: Area, *, to: str, message: MessageKey, now: datetime) -> Letter:
    """Given the vouched-for sender of a child protection referral, return the fixed reply.

    It is about no case of ours, and goes at any hour (process, section 5).
    """
    return Letter(
        key=key_of(LetterKind.SAFETY_REPLY, area.slug, message),
        kind=LetterKind.SAFETY_REPLY,
        case=None,
        to=(Person(name="", email=to),),
        delivery=delivery_of(LetterKind.SAFETY_REPLY, area),
        not_before=now,
        reply_to_message=message,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class NotificationAside:
    """A notification of which no case has come by itself.

    `reason` says why, in a sentence; `candidates` are cases that it may belong to; `blank` are
    dotted names of fields; `how` says, in a sentence, what a person does with it.
    """

    message: MessageKey
    received_at: datetime
    vouched_for: bool
    reason: str
    how: str
    candidates: tuple[CaseRef, ...] = ()
    blank: Sequence[str] = ()


def notification_waits(area: Area, aside: NotificationAside, *, now: datetime) -> Letter:
    """Given a notification that waits, return its letter to staff.

    Receipt is day 0 whenever a case is opened with it (promise 4).
    """
    words: dict[str, object] = {
        "received": full_moment(aside.received_at),
        "message": aside.message[:_MESSAGE_KEY_SHOWN],
        "vouched": aside.vouched_for,
        "reason": aside.reason,
        "candidates": listed(aside.candidates),
        "filed": area.filing == "move",
        "blank": field_words(aside.blank),
        "how": aside.how,
    }
    notice = _Notice(kind=LetterKind.NOTIFICATION_WAITS, cause=aside.message, words=words)
    return _to_staff(area, notice, case=None, now=now)


def instruction_answer(
    area: Area,
    *,
    to: Person,
    message: MessageKey,
    understood: Understood,
    now: datetime,
    case: CaseRef | None = None,
) -> Letter:
    """Given what was made of a staff member's instruction, return the answer to that person."""
    words: dict[str, object] = {
        "recorded": [_sentence(s, "recorded: ") for s in understood.recorded],
        "not_understood": [_sentence(s, "not understood: ") for s in understood.not_understood],
        "explained": [{"what": e.what, "lines": list(e.lines)} for e in understood.explained],
        "examples": [
            example(label, now.astimezone(LONDON).date()) for label in understood.examples
        ],
    }
    notice = _Notice(kind=LetterKind.INSTRUCTION_ANSWER, cause=message, words=words)
    letter = _to_staff(area, notice, case=case, now=now)
    return replace(letter, to=(to,), reply_to_message=message)


def _sentence(text: str, start: str) -> str:
    """Return a sentence without the words that the letter's heading says for all of them."""
    said = text.removeprefix(start)
    return said[:1].upper() + said[1:]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Notice:
    kind: LetterKind
    cause: str
    words: dict[str, object]


def _to_staff(area: Area, notice: _Notice, *, case: CaseRef | None, now: datetime) -> Letter:
    return Letter(
        key=key_of(notice.kind, case or area.slug, notice.cause),
        kind=notice.kind,
        case=case,
        to=each_once([area.duty, *staff_of(area)]),
        delivery=delivery_of(notice.kind, area),
        not_before=now,
        words=notice.words,
    )
