"""What a person does to a case or a message, by mail or from the command line.

A person's act wins over mailbot's reading and is undone the same way (design, promise 9): facts
are voided, letters not yet sent are withdrawn, and letters that had gone are listed.
"""

from collections.abc import Iterator
from datetime import datetime

from mailbot.casework import case_of, queue, refresh
from mailbot.core.instructions import Instructions, read_instructions
from mailbot.core.labelled_lines import blocks_in
from mailbot.core.letters import cause_of
from mailbot.core.links import link_by_staff
from mailbot.core.model import (
    Area,
    Basis,
    CaseRef,
    Fact,
    FactKind,
    LetterKind,
    Link,
    MessageKey,
    Person,
)
from mailbot.core.notices import Understood, instruction_answer
from mailbot.dispatch import withdraw
from mailbot.errors import UsageError
from mailbot.lookup import Lookup
from mailbot.recording import CASES, Read, open_case, read_mail, record_link
from mailbot.unit import Unit, log

#: The labels that move a case; shown as examples when nothing was understood.
FIVE = ("criteria", "agencies", "meeting", "held", "decision")
NOTHING_FOUND = "There was no labelled line in it, so nothing was recorded; your mail is filed."
NOT_AN_ANSWER = (
    "Nothing was recorded: labelled lines count only in answer to a letter from this mailbox "
    "about the case."
)
#: Letters in these states have gone, or may have: they cannot be taken back.
GONE = ("sent", "sending", "uncertain")


def record_lines(
    unit: Unit,
    ref: CaseRef,
    text: str,
    *,
    by: str,
    now: datetime,
    message: MessageKey | None = None,
) -> Instructions:
    """Given labelled lines about a case, record what they say and look at the case anew.

    `by` is an address of staff or "command line"; `message` is the mail that brought the lines.
    """
    with unit.store.transaction():
        case = case_of(unit, ref)
        read = read_instructions(text, now=now, by=by, area=unit.area, case=case, message=message)
        unit.store.cases.add(read.facts)
        if read.stop_requests:
            _stop_requests(unit, ref, by, now)
        for key in read.settles:
            settle_message(unit, key, ref)
        if read.facts or read.settles:
            refresh(unit, ref, now)
    log.info("instructions recorded", case=ref, facts=len(read.facts))
    return read


def answer_by_mail(unit: Unit, read: Read, linked: Link, *, now: datetime) -> None:
    """Given a mail of vouched-for staff about a case, record its labelled lines and answer it.

    Only in answer to a letter of ours: anywhere else the lines are refused, with what to do.
    """
    message = read.message
    if linked.basis is Basis.TOKEN:
        by = message.sender or ""
        done = record_lines(
            unit, linked.case, message.own_text, by=by, now=now, message=message.key
        )
        understood = Understood(
            recorded=done.recorded,
            not_understood=done.not_understood or (() if done.found else (NOTHING_FOUND,)),
            examples=() if done.found else FIVE,
        )
    elif blocks_in(message.own_text).blocks:
        understood = Understood(not_understood=(NOT_AN_ANSWER,))
    else:
        return
    letter = instruction_answer(
        unit.area,
        to=_member_of_staff(unit.area, message.sender or ""),
        message=message.key,
        understood=understood,
        now=now,
        case=linked.case,
    )
    queue(unit, letter, now)


def _member_of_staff(area: Area, address: str) -> Person:
    people = (*area.staff, area.manager, area.duty)
    return next(p for p in people if p.email == address)


def link_message(unit: Unit, key: MessageKey, ref: CaseRef, *, by: str, now: datetime) -> list[str]:
    """Given a message and a case, put it there and return sentences saying what that recorded.

    A message that waits in this very case waits no longer: a person has looked at it.
    """
    with unit.store.transaction():
        kept = unit.store.messages.get(key)
        if kept is None:
            raise UsageError("There is no such message; `mailbot queue` names those that wait.")
        if kept.case == ref:
            settle_message(unit, key, ref)
            refresh(unit, ref, now)
            return [f"The message stays in {ref} and waits no longer."]
        said = _unlinked(unit, key, kept.case, by=by, now=now) if kept.case else []
        read = _read(unit, key, kept.received_at)
        parties = Lookup(unit).parties(ref)
        linked = link_by_staff(read.message, ref, by=by, area=unit.area, parties=parties)
        said += _recorded(unit, read, linked, by=by, now=now)
    return said


def open_from_message(unit: Unit, key: MessageKey, *, by: str, now: datetime) -> list[str]:
    """Given a notification that waits, open a case with it; its receipt is day 0 (promise 4)."""
    with unit.store.transaction():
        kept = unit.store.messages.get(key)
        if kept is None:
            raise UsageError("There is no such message; `mailbot queue` names those that wait.")
        if kept.case:
            raise UsageError(f"The message is in {kept.case} already; unlink it there first.")
        read = _read(unit, key, kept.received_at)
        ref = open_case(unit, kept.received_at)
        linked = Link(case=ref, basis=Basis.NEW_CASE, evidence=f"Opened by {by}.", party="notifier")
        return [f"{ref} is open.", *_recorded(unit, read, linked, by=by, now=now)]


def unlink_message(unit: Unit, key: MessageKey, *, by: str, now: datetime) -> list[str]:
    """Given a message, take it out of its case and let it wait no longer; it goes to the inbox.

    Facts drawn from it are voided; letters that had gone out because of it are listed.
    """
    with unit.store.transaction():
        kept = unit.store.messages.get(key)
        if kept is None:
            raise UsageError("There is no such message; `mailbot queue` names those that wait.")
        said = _unlinked(unit, key, kept.case, by=by, now=now) if kept.case else []
        unit.store.messages.unlink(key, "INBOX" if unit.area.filing == "move" else None)
        return [*said, "The message waits no longer and goes back to the inbox."]


def settle_notice(unit: Unit, name: str, *, by: str, now: datetime) -> list[str]:
    """Given a notice of the queue that a person has dealt with, let it wait no longer.

    A letter of which nobody knew whether it arrived is then no longer looked for.
    """
    known = {key for key, _, _, _ in unit.store.outbox.notices()}
    if name not in known:
        raise UsageError("There is no such notice; `mailbot queue` names those that wait.")
    with unit.store.transaction():
        letter = unit.store.outbox.get(name.removeprefix("letter/"))
        if letter and letter.state == "uncertain":
            why = f"Dealt with by {by}."
            unit.store.outbox.set_state(letter.key, "failed", now, why=why)
        unit.store.outbox.settle_notice(name, now)
    return ["It waits no longer."]


def settle_message(unit: Unit, key: MessageKey, ref: CaseRef) -> None:
    """Given a message of a case that a person has dealt with, file it there."""
    unit.store.messages.settle(key)
    if unit.area.filing == "move":
        unit.store.messages.file_again(key, f"{CASES}/{ref}")


def _read(unit: Unit, key: MessageKey, received_at: datetime) -> Read:
    return read_mail(unit, unit.store.messages.mime(key), received_at)


def _recorded(unit: Unit, read: Read, linked: Link, *, by: str, now: datetime) -> list[str]:
    handled = record_link(unit, read, linked, now=now, by=by)
    unit.store.messages.record([handled.reading])
    refresh(unit, linked.case, now)
    facts = unit.store.cases.facts_of_message(read.message.key)
    what = ", ".join(fact.kind.value for fact in facts if fact.case == linked.case)
    said = [f"The message is in {linked.case}. Recorded: {what}."]
    if handled.reading.waits:
        said.append(f"It still waits for a person: {handled.reading.reason}")
    return said


def _unlinked(unit: Unit, key: MessageKey, ref: CaseRef, *, by: str, now: datetime) -> list[str]:
    fact = Fact(
        case=ref,
        kind=FactKind.MESSAGE_UNLINKED,
        happened=now,
        recorded_at=now,
        recorded_by=by,
        detail={"message": key},
        message=key,
    )
    voided = {f.number for f in unit.store.cases.facts_of_message(key) if f.case == ref}
    unit.store.cases.add([fact])
    refresh(unit, ref, now)
    gone = list(_gone_because_of(unit, ref, voided))
    said = [f"The message is no longer in {ref}; {len(voided)} entries that rest on it are void."]
    if gone:
        said.append(
            f"Letters that had gone because of it: {', '.join(gone)}. Correct them by hand."
        )
        unit.store.outbox.notice(
            f"unlinked/{key}", f"Sent because of an unlinked message: {', '.join(gone)}.", now, ref
        )
    return said


def _gone_because_of(unit: Unit, ref: CaseRef, numbers: set[int]) -> Iterator[str]:
    for letter in unit.store.outbox.of_case(ref):
        number = cause_of(letter.key)
        if letter.state in GONE and number in numbers:
            yield letter.key


def _stop_requests(unit: Unit, ref: CaseRef, by: str, now: datetime) -> None:
    queued = [
        letter.key
        for letter in unit.store.outbox.of_case(ref)
        if letter.state == "queued" and letter.kind is LetterKind.INFORMATION_REQUEST
    ]
    withdraw(unit, queued, f"Stopped by {by}.", now)
