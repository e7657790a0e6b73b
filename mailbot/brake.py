"""Brakes: how many cases one sender opens in a day, and how many answers one person gets.

What is beyond is not lost: it waits for a person, or is noted in the queue. A portal that has gone
mad, or a ticket system that answers our answers, must not bury what matters (design, promise 5).
"""

from datetime import datetime, timedelta
from hashlib import sha256

from mailbot.casework import queue
from mailbot.core.letters.notices import alert
from mailbot.core.mail.messages import headers_of
from mailbot.core.model import CaseRef, Fact, FactKind, Form, LetterKind, Message
from mailbot.core.moments import day_of
from mailbot.core.parties import children_in
from mailbot.unit import Unit

#: So many cases are opened for one sender in a day.
OPENINGS_A_DAY = 5
#: So many instructions of one person are answered in an hour.
ANSWERS_AN_HOUR = 10
#: So many of the newest cases are looked at: several senders' full days.
_NEWEST = 50


def opens_too_many(unit: Unit, message: Message, forms: tuple[Form, ...]) -> bool:
    """Given a notification that would open a case, say whether a person is to open it.

    So it is after five of one sender in a day (London's), or after one, if no child is named in it.
    """
    day = day_of(message.received_at)
    refs = unit.store.cases.newest(_NEWEST)
    opened = [
        fact for ref in refs if (fact := _opening(unit, ref)) and day_of(fact.happened) == day
    ]
    count = sum(_sender(unit, fact) == message.sender for fact in opened)
    return count >= OPENINGS_A_DAY or (count > 0 and not children_in(forms))


def _opening(unit: Unit, ref: CaseRef) -> Fact | None:
    """The fact with which mailbot opened a case, or None if a person did."""
    facts = unit.store.cases.facts(ref)
    found = next((fact for fact in facts if fact.kind is FactKind.NOTIFICATION_RECEIVED), None)
    return found if found and found.recorded_by == "mailbot" else None


def _sender(unit: Unit, fact: Fact) -> str | None:
    """Who sent it, read from its bytes: in the batch under way nothing else is on record yet."""
    return headers_of(unit.store.messages.mime(fact.message)).sender if fact.message else None


def tell_of_many(unit: Unit, message: Message, now: datetime) -> None:
    """Given a notification that was put aside by the brake, alert staff once a sender and day."""
    day = day_of(message.received_at).isoformat()
    who = sha256((message.sender or "").encode()).hexdigest()[:8]  # keys name nobody
    letter = alert(
        unit.area,
        cause=f"openings-{day}-{who}",
        what="Many notifications have come from one sender",
        do="No more cases are opened for that sender today by themselves. Each further "
        "notification waits for a person, and its receipt stays day 0: `mailbot queue` lists them; "
        "open a case for each that is real.",
        now=now,
    )
    queue(unit, letter, now)


def may_be_answered(unit: Unit, address: str, case: CaseRef | None, now: datetime) -> bool:
    """Given a person whose instruction was read, say whether an answer may go; else note it."""
    since = now - timedelta(hours=1)
    lately = unit.store.outbox.written_since(LetterKind.INSTRUCTION_ANSWER, since)
    count = sum(address in letter.recipients for letter in lately)
    if count < ANSWERS_AN_HOUR:
        return True
    why = f"One person's mails got {ANSWERS_AN_HOUR} answers in an hour, and no more were sent: "
    why += "see that no ticket system answers in that person's name, and what the case records."
    unit.store.outbox.notice(f"answers/{case or unit.area.slug}", why, now, case)
    return False


def is_told_already(unit: Unit, address: str, case: CaseRef, now: datetime) -> bool:
    """Given somebody whose mail held no labelled line, say whether that was answered today.

    Asked once, it counts as answered.
    """
    name, today = f"no-line/{case}/{address}", unit.calendar.day_of(now).isoformat()
    if unit.store.outbox.mark(name) == today:
        return True
    unit.store.outbox.set_mark(name, today)
    return False
