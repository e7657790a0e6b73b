"""Two notifications of one incident: suggested as one case, made one by a person, and undone.

Suggested with the evidence, never done by itself. Mail, forms and references of a case that was
taken in lead to the case that goes on (`current`).
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import partial

from mailbot.casework import case_of, guarded, queue, refresh
from mailbot.core.cases.merging import (
    Act,
    agencies_taken_over,
    came_since,
    carried_from,
    joining_facts,
    merged_away,
    merges_of,
    objection,
    separating_facts,
    stays_behind,
    which_goes_on,
)
from mailbot.core.letters.letters import cause_of
from mailbot.core.letters.same_incident import likeness, same_incident
from mailbot.core.model import Case, CaseRef, FactKind, LetterKind, MessageKey
from mailbot.core.parties import children_of
from mailbot.core.record.instruction_words import Joining
from mailbot.core.wording import (
    counted,
    listed,
    name_of,
)
from mailbot.errors import UsageError
from mailbot.holding import HELD
from mailbot.lookup import Lookup
from mailbot.store import Posted
from mailbot.unit import Unit, log

CASES = "mailbot/Cases"
MESSAGE_SHOWN = 8  # characters of a message's key, as `mailbot queue` shows them
#: So many cases with an incident on the same day are compared with a new one.
LOOKED_AT = 50
#: Letters in these states have gone, or may have: they cannot be taken back.
GONE = ("sent", "sending", "uncertain", "drafted")


def current(unit: Unit, ref: CaseRef) -> CaseRef:
    """Given a case, return the one that goes on in its place: itself, unless it was merged."""
    return Lookup(unit).current(ref)


def act_on(unit: Unit, ref: CaseRef, asked: Joining, *, by: str, now: datetime) -> list[str]:
    """Given a case and what was asked of it and another, do it and return what to say.

    Raises UsageError with a sentence when it cannot be done; then nothing is changed.
    """
    act = Act(by=by, why=asked.why, now=now, words=asked.words)
    if asked.apart:
        return separate(unit, ref, asked.other, act)
    return merge(unit, ref, asked.other, act)


# --- suggesting -------------------------------------------------------------------------------


def suggest(unit: Unit, ref: CaseRef, now: datetime) -> None:
    """Given a case that has just opened, tell staff of open cases that may be of one incident."""
    new = case_of(unit, ref)
    store = unit.store.cases
    alike = {r for child in children_of(new) for r in store.by_child(child.name, child.born)}
    if new.incident_on:
        alike |= set(store.of_incident_on(new.incident_on)[-LOOKED_AT:])
    # A case that cannot be looked at stops only itself (design, promise 6).
    cases = (
        guarded(unit, other, now, partial(case_of, unit, other)) for other in sorted(alike - {ref})
    )
    found = [(other, like) for other in cases if other and (like := likeness(new, other))]
    for letter in same_incident(new, found, area=unit.area, now=now):
        queue(unit, letter, now)


# --- joining ----------------------------------------------------------------------------------


def merge(unit: Unit, one: CaseRef, other: CaseRef, act: Act) -> list[str]:
    """Given two cases, make them one; the older goes on. Returns sentences about what was done.

    Raises UsageError when they cannot be one.
    """
    with unit.store.transaction():
        goes_on, taken_in = which_goes_on(_known(unit, one), _known(unit, other))
        if goes_on.ref == taken_in.ref:
            raise UsageError(f"{one} cannot be merged into itself.")
        if against := objection(goes_on, taken_in):
            raise UsageError(f"{against}.")
        before = taken_in
        facts = joining_facts(goes_on, taken_in, act, written=_written_about(unit, taken_in))
        unit.store.cases.add(facts)
        keys = [kept.key for kept in unit.store.messages.of_case(taken_in.ref)]
        _hand_over(unit, keys, taken_in.ref, goes_on.ref)
        _cover_steps(unit, goes_on, taken_in)
        _index_children(unit, goes_on.ref)
        _take_back(unit, case_of(unit, taken_in.ref), act.now)
        for ref in (taken_in.ref, goes_on.ref):
            refresh(unit, ref, act.now)
    log.info("cases merged", case=goes_on.ref, taken=taken_in.ref, messages=len(keys))
    return [*_what_was_done(unit, goes_on, before, len(keys)), *_what_to_look_at(goes_on, before)]


def _known(unit: Unit, ref: CaseRef) -> Case:
    if not unit.store.cases.exists(ref):
        raise UsageError(f"There is no case {ref}; `mailbot cases` lists them.")
    return case_of(unit, ref)


def _written_about(unit: Unit, case: Case) -> dict[int, tuple[LetterKind, ...]]:
    """By number of fact, the letters that rest on it and have gone."""
    found: dict[int, tuple[LetterKind, ...]] = {}
    for letter in unit.store.outbox.of_case(case.ref):
        number = cause_of(letter.key)
        if number and letter.state in GONE:
            found[number] = (*found.get(number, ()), letter.kind)
    return found


def _hand_over(unit: Unit, keys: Sequence[MessageKey], source: CaseRef, target: CaseRef) -> None:
    """Let messages be those of another case, in its folder; suggestions follow."""
    folder = f"{CASES}/{target}" if unit.area.filing == "move" else None
    unit.store.messages.hand_over(keys, target, folder)
    unit.store.messages.suggest_instead(source, target)


def _cover_steps(unit: Unit, goes_on: Case, taken_in: Case) -> None:
    """What an agency was reminded of in the one case it is not reminded of again in the other."""
    over = agencies_taken_over(goes_on, taken_in)
    steps = [step for step in unit.store.outbox.steps(taken_in.ref) if step.agency in over]
    unit.store.outbox.cover(steps, goes_on.ref)


def _index_children(unit: Unit, ref: CaseRef) -> None:
    found = [(child.name, child.born) for child in children_of(case_of(unit, ref))]
    unit.store.cases.index_children_anew(ref, found)


def _take_back(unit: Unit, taken_in: Case, now: datetime) -> None:
    """Withdraw what has not gone. Drafts are withdrawn by whoever looks after Drafts."""
    why = merged_away(taken_in) or ""
    for letter in unit.store.outbox.of_case(taken_in.ref):
        if letter.state in ("queued", HELD):
            unit.store.outbox.withdraw(letter.key, why, now)


def _what_was_done(unit: Unit, goes_on: Case, taken_in: Case, messages: int) -> list[str]:
    started = unit.calendar.day_of(goes_on.opened_at)
    day = f"{started:%a} {started.day} {started:%B %Y}"
    said = [
        f"{taken_in.ref} is part of {goes_on.ref} now, the older of the two: day 0 stays {day}.",
        f"{counted(messages, 'mail')} of it moved to {goes_on.ref}; so will what comes for it.",
        "Its letters that had not gone are withdrawn.",
    ]
    over = [
        name_of(unit.area, code)
        for code in agencies_taken_over(goes_on, taken_in)
        if taken_in.agencies[code].round
    ]
    if over:
        said.append(
            f"{listed(over)} had been asked there and need not be asked again; their due days "
            "stand."
        )
    both = [
        name_of(unit.area, code)
        for code, part in taken_in.agencies.items()
        if part.round and code in goes_on.agencies and goes_on.agencies[code].round
    ]
    if both:
        said.append(f"{listed(both)} had been asked in both: one answer is enough.")
    return said


def _what_to_look_at(goes_on: Case, taken_in: Case) -> list[str]:
    said = []
    if left := stays_behind(taken_in):
        said.append(
            f"{taken_in.ref} had also recorded {listed(list(left))}: that does not come along. "
            f"Record in {goes_on.ref} what is to count."
        )
    days = (goes_on.incident_on, taken_in.incident_on)
    if all(days) and days[0] != days[1]:
        said.append(
            "The two notifications give different days for the incident; that of "
            f"{goes_on.ref} stands until you correct it."
        )
    said.append(f"To undo this: “separate: {taken_in.ref}, why”.")
    return said


# --- separating -------------------------------------------------------------------------------


def separate(unit: Unit, ref: CaseRef, other: CaseRef, act: Act) -> list[str]:
    """Given two cases of which one was merged into the other, make them two again.

    Facts that the merge carried over are void, letters gone meanwhile are listed, and mail that
    came since stays where it is. Raises UsageError when they are not merged.
    """
    with unit.store.transaction():
        goes_on, taken_in = _merged_pair(unit, ref, other)
        carried = carried_from(goes_on, taken_in.ref)
        numbers = {fact.number for fact in (*carried, *merges_of(goes_on, taken_in.ref)[-1:])}
        later = came_since(goes_on, taken_in.ref)
        gone = _gone_because_of(unit, goes_on, numbers)
        unit.store.cases.add(separating_facts(goes_on, taken_in.ref, act))
        mails = {f.message for f in carried if f.kind is FactKind.MESSAGE_LINKED and f.message}
        here = [k.key for k in unit.store.messages.of_case(goes_on.ref) if k.key in mails]
        folder = f"{CASES}/{taken_in.ref}" if unit.area.filing == "move" else None
        unit.store.messages.hand_over(here, taken_in.ref, folder)
        _index_children(unit, goes_on.ref)
        _send_after_all(unit, taken_in, act.now)
        for one in (goes_on.ref, taken_in.ref):
            refresh(unit, one, act.now)
        if gone:
            why = f"Sent while {taken_in.ref} was merged into it: {', '.join(gone)}."
            name = f"separated/{taken_in.ref}"
            unit.store.outbox.notice(name, why, act.now, goes_on.ref)
    log.info("cases separated", case=goes_on.ref, taken=taken_in.ref)
    return [*_undone(goes_on, taken_in, len(here)), *_still_to_do(goes_on, taken_in, later, gone)]


def _merged_pair(unit: Unit, one: CaseRef, other: CaseRef) -> tuple[Case, Case]:
    """The case that goes on and the one it took in, however they are named."""
    first, second = _known(unit, one), _known(unit, other)
    taken_in = second if second.merged_into else first
    into = taken_in.merged_into
    if into is None:
        raise UsageError(f"{other} is not merged into another case.")
    goes_on = case_of(unit, into)
    if goes_on.merged_into:
        raise UsageError(
            f"{taken_in.ref} was merged into {into}, and that into {goes_on.merged_into}: "
            f"separate {into} first."
        )
    if one != other and {one, other} != {taken_in.ref, into}:
        raise UsageError(f"{taken_in.ref} was merged into {into}: name these two.")
    return goes_on, taken_in


def _gone_because_of(unit: Unit, case: Case, numbers: Iterable[int]) -> list[str]:
    causes = set(numbers)
    return [
        letter.key
        for letter in unit.store.outbox.of_case(case.ref)
        if letter.state in GONE and cause_of(letter.key) in causes
    ]


def _send_after_all(unit: Unit, taken_in: Case, now: datetime) -> None:
    """Queue again what was withdrawn by the merge: the case is as it was.

    Reminders are not among them: those of today are written as of today.
    """
    for letter in unit.store.outbox.of_case(taken_in.ref):
        if letter.state == "withdrawn" and _by_the_merge(unit, letter, taken_in):
            unit.store.outbox.set_state(letter.key, "queued", now)


def _by_the_merge(unit: Unit, letter: Posted, taken_in: Case) -> bool:
    why = merged_away(taken_in)
    return letter.kind is not LetterKind.REMINDER and letter.why == why


def _undone(goes_on: Case, taken_in: Case, messages: int) -> list[str]:
    back = counted(messages, "mail")
    return [
        f"{taken_in.ref} is a case of its own again, as it was; {back} went back to it.",
        f"What had come from it is void in {goes_on.ref}.",
    ]


def _still_to_do(
    goes_on: Case, taken_in: Case, later: Sequence[object], gone: Sequence[str]
) -> list[str]:
    said = []
    keys = [str(getattr(fact, "message", "") or "")[:MESSAGE_SHOWN] for fact in later]
    if shown := [key for key in dict.fromkeys(keys) if key]:
        said.append(
            f"These mails came while they were one case and stay in {goes_on.ref}: "
            f"{', '.join(shown)}. Move those that belong to {taken_in.ref} into its folder, or: "
            f"mailbot link <mail> {taken_in.ref}."
        )
    if gone:
        said.append(f"Letters that had gone meanwhile: {', '.join(gone)}. Correct them by hand.")
    return said
