"""What a person does to a case or a message, by mail or from the command line.

A person's act wins over mailbot's reading and is undone the same way (design, promise 9): facts
are voided, letters not yet sent are withdrawn, and letters that had gone are listed.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from mailbot.answered import letter_answered, mail_it_was_about, waiting_mails
from mailbot.area_lines import settled_without_case
from mailbot.brake import is_told_already, may_be_answered
from mailbot.casework import case_of, clocks_of, queue, refresh
from mailbot.core.cases.links import link_by_staff
from mailbot.core.letters.digest import KIND_WORDS
from mailbot.core.letters.letters import cause_of
from mailbot.core.letters.moved_days import moved_days
from mailbot.core.letters.notices import Understood, instruction_answer
from mailbot.core.model import (
    Area,
    Basis,
    Case,
    CaseRef,
    Fact,
    FactKind,
    LetterKind,
    Link,
    Message,
    MessageKey,
    Person,
)
from mailbot.core.record.early_lines import tells_early
from mailbot.core.record.instructions import AtHand, Instructions, read_instructions
from mailbot.core.record.labelled_lines import blocks_in, looks_like_lines
from mailbot.core.record.returns import contents_of, forms_of
from mailbot.core.record.settling import KEY_SHOWN
from mailbot.core.wording import full_moment
from mailbot.errors import UsageError
from mailbot.holding import HELD, act_on_mailbox, mailbox_hold
from mailbot.lookup import Lookup
from mailbot.merging import act_on, current
from mailbot.recording import (
    CASES,
    NOTIFICATIONS,
    Read,
    for_its_trust,
    open_case,
    read_mail,
    record_link,
)
from mailbot.store import Kept, Posted, Reading
from mailbot.unit import Unit, log
from mailbot.withdrawal import withdraw

#: The labels that move a case; shown as examples when nothing was understood.
FIVE = ("criteria", "agencies", "meeting", "held", "decision")
NOTHING_FOUND = (
    "There was no labelled line above the quoted letter, so nothing was recorded; your mail is "
    "filed."
)
WHICH_CASE = (
    "Nothing was recorded, because it is not plain which case is meant: answer a letter about that "
    "case, or write its one reference beside the lines."
)
NO_CASE_YET = (
    "Nothing was recorded yet, because your mail names no case that this mailbox holds. It is kept "
    "and waits. When the notification has come, put your mail into its case (mailbot link {mail} "
    "and the case), and the lines are recorded; or write them again in answer to a letter about it."
)
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
    mail: Message | None = None,
) -> Instructions:
    """Given labelled lines about a case, record what they say and look at the case anew.

    `by` is an address of staff or "command line"; `mail` is what brought the lines.
    """
    with unit.store.transaction():
        ref = current(unit, ref)
        case = case_of(unit, ref)
        at_hand = _at_hand(unit, case, mail, now)
        read = read_instructions(text, now=now, by=by, area=unit.area, case=case, at_hand=at_hand)
        read = replace(read, facts=tuple(_with_its_words(unit, fact) for fact in read.facts))
        unit.store.cases.add(read.facts)
        if read.stop_requests:
            _stop_requests(unit, ref, by, now)
        if read.mailbox:
            act_on_mailbox(unit, read.mailbox, by=by, now=now)
        for key in read.settles:
            settle_message(unit, key, ref)
        if read.facts or read.settles:
            refresh(unit, ref, now)
            read = _with_consequences(unit, read, at_hand, case_of(unit, ref), now)
        read = _joined(unit, ref, read, by=by, now=now)
    log.info("instructions recorded", case=ref, facts=len(read.facts))
    return read


def _with_its_words(unit: Unit, fact: Fact) -> Fact:
    """A return that a person took for one, with what mailbot reads in the mail that brought it."""
    kept = unit.store.messages.get(fact.message) if fact.message else None
    found = fact.kind is FactKind.RETURN_RECEIVED and fact.detail.get("says") != "nil"
    if not found or kept is None or fact.agency is None or kept.truncated:
        return fact
    forms = _read(unit, kept.key, kept.received_at).forms
    if kept.key == fact.detail.get("said_in"):  # staff's own mail: what they enclosed
        forms = tuple(form for form in forms if form.place != "message")
    theirs = forms_of(forms, fact.agency, unit.area)
    return replace(fact, detail={**fact.detail, **contents_of(theirs)}) if theirs else fact


def _with_consequences(
    unit: Unit, read: Instructions, at_hand: AtHand, case: Case, now: datetime
) -> Instructions:
    """What was recorded, with the due days that it moves and the letters that had gone before."""
    after = clocks_of(unit, case, now)
    moved = moved_days(read.facts, at_hand.clocks, after, case=case, area=unit.area)
    voided = {int(f.detail["voids"]) for f in read.facts if f.kind is FactKind.CORRECTION}
    gone = [_gone_words(letter) for letter in _gone_because_of(unit, case.ref, voided)]
    said = list(moved)
    if gone:
        said.append(
            f"Letters that had gone because of what is void now: {'; '.join(gone)}. See whether "
            "whoever got them must be told."
        )
    return replace(read, recorded=(*read.recorded, *said))


def _gone_words(letter: Posted) -> str:
    return f"{KIND_WORDS[letter.kind]} of {full_moment(letter.changed_at)}"


def _joined(
    unit: Unit, ref: CaseRef, read: Instructions, *, by: str, now: datetime
) -> Instructions:
    """Merge and separate as was asked, and say what came of it."""
    for asked in read.joins:
        try:
            said = act_on(unit, ref, asked, by=by, now=now)
        except UsageError as error:
            why = f"not understood: “{'separate' if asked.apart else 'merge'}”: {error}"
            read = replace(read, not_understood=(*read.not_understood, why))
        else:
            read = replace(read, recorded=(*read.recorded, *(f"recorded: {s}" for s in said)))
    return read


def _at_hand(unit: Unit, case: Case, mail: Message | None, now: datetime) -> AtHand:
    found = AtHand(
        waiting=waiting_mails(unit, case.ref, Lookup(unit).parties(case.ref)),
        mailbox_held=mailbox_hold(unit) is not None,
        clocks=clocks_of(unit, case, now),
    )
    if mail is None:
        return found
    about = mail_it_was_about(unit, letter_answered(unit, mail))
    return replace(found, message=mail.key, about=about)


def answer_by_mail(unit: Unit, read: Read, linked: Link | None, *, now: datetime) -> None:
    """Given a mail of vouched-for staff, record its labelled lines and answer it.

    Only in answer to a letter of ours: anywhere else the lines are refused, with what to do; so
    are those of which nobody can say which case they are about. A word of thanks is filed.
    """
    message = read.message
    understood = _understood(unit, message, linked, now)
    case = linked.case if linked else None
    if understood is None or not may_be_answered(unit, message.sender or "", case, now):
        return
    letter = instruction_answer(
        unit.area,
        to=_member_of_staff(unit.area, message.sender or ""),
        message=message.key,
        understood=understood,
        now=now,
        case=case,
    )
    queue(unit, letter, now)


def _understood(
    unit: Unit, message: Message, linked: Link | None, now: datetime
) -> Understood | None:
    """What was made of a mail of staff, or None when it asks for nothing."""
    if linked is None:
        early = tells_early(message) and letter_answered(unit, message) is None
        told = NO_CASE_YET.format(mail=message.key[:KEY_SHOWN]) if early else WHICH_CASE
        return settled_without_case(unit, message) or Understood(not_understood=(told,))
    if linked.basis is not Basis.TOKEN and not linked.answers:
        lines = blocks_in(message.own_text).blocks
        return Understood(not_understood=(NOT_AN_ANSWER,)) if lines else None
    by = message.sender or ""
    # A quoted or forwarded line is nobody's word: only what is typed above it is recorded.
    done = record_lines(unit, linked.case, message.typed_text, by=by, now=now, mail=message)
    if not done.found and not looks_like_lines(message.own_text):
        return None
    if not done.found and is_told_already(unit, by, linked.case, now):
        return None
    return Understood(
        recorded=done.recorded,
        not_understood=done.not_understood or (() if done.found else (NOTHING_FOUND,)),
        examples=() if done.found else FIVE,
        explained=done.explained,
    )


def _member_of_staff(area: Area, address: str) -> Person:
    people = (*area.staff, area.manager, area.duty)
    return next(p for p in people if p.email == address)


def link_message(unit: Unit, key: MessageKey, ref: CaseRef, *, by: str, now: datetime) -> list[str]:
    """Given a message and a case, put it there and return sentences saying what that recorded.

    A message that waits in this very case waits no longer: a person has looked at it.
    """
    read = _read_ahead(unit, key)
    with unit.store.transaction():
        ref = current(unit, ref)
        kept = _kept(unit, key)
        if kept.case == ref and not _unrecorded_notification(unit, kept, read):
            settle_message(unit, key, ref)
            refresh(unit, ref, now)
            return [f"The message stays in {ref} and waits no longer."]
        elsewhere = kept.case if kept.case != ref else None
        said = _unlinked(unit, key, elsewhere, by=by, now=now) if elsewhere else []
        parties = Lookup(unit).parties(ref)
        linked = link_by_staff(read.message, ref, by=by, area=unit.area, parties=parties)
        letter = letter_answered(unit, read.message)
        linked = for_its_trust(unit, read, linked, case_of(unit, ref), letter)
        said += _recorded(unit, read, linked, by=by, now=now)
    return said


def _kept(unit: Unit, key: MessageKey) -> Kept:
    kept = unit.store.messages.get(key)
    if kept is None:
        raise UsageError("There is no such message; `mailbot queue` names those that wait.")
    return kept


def _read_ahead(unit: Unit, key: MessageKey) -> Read:
    """Read a message before the transaction begins: scans take their time, and others wait."""
    kept = _kept(unit, key)
    mime = unit.store.messages.mime(key)
    return read_mail(unit, mime, kept.received_at, truncated=kept.truncated)


def _unrecorded_notification(unit: Unit, kept: Kept, read: Read) -> bool:
    """Whether a mail of a case holds a further notification that only a person's word records."""
    facts = unit.store.cases.facts_of_message(kept.key)
    if not kept.waits or any(fact.kind is FactKind.NOTIFICATION_RECEIVED for fact in facts):
        return False
    return any(form.kind in NOTIFICATIONS for form in read.forms)


def open_from_message(unit: Unit, key: MessageKey, *, by: str, now: datetime) -> list[str]:
    """Given a notification that waits, open a case with it; its receipt is day 0 (promise 4)."""
    read = _read_ahead(unit, key)
    with unit.store.transaction():
        kept = _kept(unit, key)
        if kept.case:
            raise UsageError(f"The message is in {kept.case} already; unlink it there first.")
        ref = open_case(unit, kept.received_at)
        linked = Link(case=ref, basis=Basis.NEW_CASE, evidence=f"Opened by {by}.", party="notifier")
        return [f"{ref} is open.", *_recorded(unit, read, linked, by=by, now=now)]


def unlink_message(unit: Unit, key: MessageKey, *, by: str, now: datetime) -> list[str]:
    """Given a message, take it out of its case and let it wait no longer; it goes to the inbox.

    Facts drawn from it are voided; letters that had gone out because of it are listed.
    """
    with unit.store.transaction():
        kept = _kept(unit, key)
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
    """Given a message that a person has dealt with in a case, link it to the case and file it."""
    kept = unit.store.messages.get(key)
    if kept is None:
        return
    target = f"{CASES}/{ref}" if unit.area.filing == "move" else None
    if kept.case == ref:
        unit.store.messages.settle(key)
        if target:
            unit.store.messages.file_again(key, target)
        return
    message = _read(unit, key, kept.received_at).message
    reading = Reading(
        key=key,
        sender=kept.sender,
        vouched_for=message.vouched_for,
        message_class=kept.message_class,
        case=ref,
        agency=kept.agency,
        file_to=target,
    )
    unit.store.messages.record([reading])


def _read(unit: Unit, key: MessageKey, received_at: datetime) -> Read:
    return read_mail(unit, unit.store.messages.mime(key), received_at)


def _recorded(unit: Unit, read: Read, linked: Link, *, by: str, now: datetime) -> list[str]:
    handled = record_link(unit, read, linked, now=now, by=by)
    unit.store.messages.record([handled.reading])
    refresh(unit, linked.case, now)
    facts = unit.store.cases.facts_of_message(read.message.key)
    what = ", ".join(fact.kind.value for fact in facts if fact.case == linked.case)
    said = [f"The message is in {linked.case}. Recorded: {what}."]
    if handled.from_staff:
        said += _lines_of_staff(unit, read.message, linked.case, now)
    if handled.reading.waits:
        said.append(f"It still waits for a person: {handled.reading.reason}")
    return said


def _lines_of_staff(unit: Unit, message: Message, ref: CaseRef, now: datetime) -> list[str]:
    """Record the lines of a colleague's mail that a person has put into a case."""
    by = message.sender or ""
    done = record_lines(unit, ref, message.typed_text, by=by, now=now, mail=message)
    return [*done.recorded, *done.not_understood]


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
    gone = [letter.key for letter in _gone_because_of(unit, ref, voided)]
    said = [f"The message is no longer in {ref}; {len(voided)} entries that rest on it are void."]
    if gone:
        said.append(
            f"Letters that had gone because of it: {', '.join(gone)}. Correct them by hand."
        )
        unit.store.outbox.notice(
            f"unlinked/{key}", f"Sent because of an unlinked message: {', '.join(gone)}.", now, ref
        )
    return said


def _gone_because_of(unit: Unit, ref: CaseRef, numbers: set[int]) -> Iterator[Posted]:
    for letter in unit.store.outbox.of_case(ref):
        number = cause_of(letter.key)
        if letter.state in GONE and number in numbers:
            yield letter


def _stop_requests(unit: Unit, ref: CaseRef, by: str, now: datetime) -> None:
    queued = [
        letter.key
        for letter in unit.store.outbox.of_case(ref)
        if letter.state in ("queued", HELD) and letter.kind is LetterKind.INFORMATION_REQUEST
    ]
    withdraw(unit, queued, f"Stopped by {by}.", now)
