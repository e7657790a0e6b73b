"""Letters that a new case brings: to its notifier, to staff, and to whoever is called on."""

from collections.abc import Iterator
from dataclasses import replace

from mailbot.core.cases.beginnings import (
    BEGINNING_WORDS,
    DEATHS,
    could_be,
    names_another_area,
    said_by_staff,
)
from mailbot.core.cases.facts import is_notification
from mailbot.core.cases.nhs import nhs_line, nhs_questions
from mailbot.core.cases.standing import reopened_after_withdrawal
from mailbot.core.cases.told import days_told
from mailbot.core.clocks.anchors import ASK_WHEN_AWARE
from mailbot.core.clocks.workdays import WorkingDays, format_day
from mailbot.core.letters.beginning_questions import next_review_group
from mailbot.core.letters.call_letters import call_of_partners
from mailbot.core.letters.death_letters import death_worksheet
from mailbot.core.letters.desk import Desk, staff_of
from mailbot.core.model import (
    Beginning,
    Clock,
    Fact,
    FactKind,
    Letter,
    LetterKind,
    Person,
)
from mailbot.core.moments import day_of
from mailbot.core.record.instructions import example
from mailbot.core.record.notified import full_date
from mailbot.core.wording import (
    asked_words,
    counted,
    field_words,
    listed,
    name_of,
    spoken_day,
    when_words,
    with_day_ahead,
)

#: What staff record after the criteria and the agencies, in the order of the process.
LATER = ("meeting", "held", "decision")
#: What a non-serious case needs before it is closed.
NON_SERIOUS_LATER = (
    "meeting: tomorrow 10:00 / where: ... / kind: CRG",
    "decision: no review / next: audit / decided on: today / reasons: ... / learning: ...",
    "close: outcome",
)
#: In which a notifier is asked to send what is missing.
MISSING_WITHIN = WorkingDays(2)


def opening_letters(desk: Desk) -> Iterator[Letter]:
    """Given a desk, yield the letters that the case's notifications justify."""
    notifications = [fact for fact in desk.case.facts if is_notification(fact)]
    for fact in notifications:
        yield from _to_the_notifier(desk, fact)
    for fact in notifications[:1]:
        yield _new_case(desk, fact)
        yield from call_of_partners(desk)
        yield from death_worksheet(desk)


def _to_the_notifier(desk: Desk, fact: Fact) -> Iterator[Letter]:
    """Yield acknowledgement and missing fields, if the receiving server vouched for the sender."""
    notifier = fact.detail.get("notifier") or {}
    address = str(notifier.get("address") or "")
    if not address:
        return
    to = (Person(name="", email=address),)
    received = when_words(fact.happened)
    thanked = desk.letter(
        LetterKind.ACKNOWLEDGEMENT,
        fact.number,
        to=to,
        words={"received": received, "death": fact.detail.get("beginning") in DEATHS}
        | {"copy": fact.detail.get("beginning") == Beginning.AUTHORITY_COPY},
    )
    yield replace(thanked, reply_to_message=fact.message)
    doubtful = (*(fact.detail.get("unclear") or ()), *(fact.detail.get("disputed") or ()))
    printed = fact.detail.get("printed") or {}
    left_out = [name for name in fact.detail.get("blank") or () if name not in doubtful]
    blank, unclear = asked_words(left_out, printed), asked_words(doubtful, printed)
    if not blank and not unclear:
        return
    cause = _asks_for_missing(desk, fact)
    morning = desk.next_morning(cause.recorded_at)
    due = desk.calendar.add(desk.calendar.day_of(morning), MISSING_WITHIN)
    words = {"due": format_day(due), "blank": blank, "unclear": unclear}
    place = f"{cause.number}" if cause is fact else f"{cause.number}/{fact.number}"
    asked = desk.letter(LetterKind.MISSING_FIELDS, place, to=to, words=words)
    yield replace(asked, not_before=morning, reply_to_message=fact.message)


def _asks_for_missing(desk: Desk, fact: Fact) -> Fact:
    """Return the notification, or the reopening of its case if nothing had been asked for yet."""
    reopened = reopened_after_withdrawal(desk.case.facts)
    sent = desk.case.all(FactKind.LETTER_SENT)
    asked = any(f.detail.get("kind") == LetterKind.MISSING_FIELDS.value for f in sent)
    return fact if reopened is None or asked or fact.number > reopened.number else reopened


def _new_case(desk: Desk, fact: Fact) -> Letter:
    """Return what staff are asked first; anew once they have said how the case begins."""
    case, restated = desk.case, said_by_staff(desk.case)
    decides = case.beginning not in {*DEATHS, Beginning.NON_SERIOUS, Beginning.AUTHORITY_COPY}
    decide, dfe = desk.clock("partners-decide"), desk.clock("notify-dfe")
    group = next_review_group(desk.office, desk.today)
    later = [example(head) for head in LATER]
    if case.beginning == Beginning.NON_SERIOUS:
        later = list(NON_SERIOUS_LATER)
    words = {
        "due": format_day(decide.due_on) if decide else "",
        "received": when_words(fact.happened),
        "beginning": case.beginning,
        "begins": BEGINNING_WORDS.get(case.beginning, ""),
        "could_be": list(could_be(case)),
        "restated": restated is not None,
        "serious": decides,
        "death": case.beginning in DEATHS,
        "elsewhere": listed(names_another_area(case)),
        "decide_by": format_day(decide.due_on) if decide and decides else "",
        "dfe_by": format_day(dfe.due_on) if dfe else "",
        "copy_day": _copy_day(desk),
        "next_group": format_day(group) if group else "",
        "decided_on": "today",  # which holds on whatever day it is answered
        "clocks": [_clock_words(desk, clock) for clock in _running(desk)],
        "proposed": [name_of(desk.area, code) for code in case.proposed],
        "unknown": len(case.unknown_agencies),
        "incomplete": field_words(case.blank),
        "requests_until": f"{desk.area.requests_until:%H:%M}",
        "later": [with_day_ahead(line, desk.later) for line in later],
        "call": with_day_ahead(example("call"), desk.calendar.add(desk.today, WorkingDays(2))),
        "aware": _aware_line(desk, fact),
        "nhs": nhs_line(desk.area),
        "nhs_ticked": bool(nhs_questions(case, desk.area)),
    }
    cause = restated.number if restated else fact.number
    letter = desk.letter(LetterKind.NEW_CASE, cause, to=staff_of(desk.area), words=words)
    return replace(letter, told=days_told(_running(desk)))


def _aware_line(desk: Desk, fact: Fact) -> str:
    """Return the line that says when the authority became aware, where that is to be asked."""
    clock = desk.clock("notify-panel")
    if clock is None or ASK_WHEN_AWARE not in clock.note:
        return ""
    return f"authority aware: {spoken_day(day_of(fact.happened))}"


def _copy_day(desk: Desk) -> str:
    """Return the day on which a copy says that the Panel was notified, as staff may copy it."""
    day = full_date(desk.case.fields.get("panel.notified_on"))
    return spoken_day(day) if day and day <= desk.today else "today"


def _running(desk: Desk) -> list[Clock]:
    running = (c for c in desk.clocks if c.runs)
    return sorted(running, key=lambda clock: clock.due_on)


def _clock_words(desk: Desk, clock: Clock) -> dict[str, str]:
    """Return a clock for staff, who are shown its days gone and its earliest other reading."""
    gone = max(0, desk.calendar.working_days_between(clock.started_on, desk.today))
    return {
        "title": clock.rule.title,
        "due": format_day(clock.due_on),
        "counted_from": format_day(clock.started_on),
        "gone": counted(gone, "working day"),
        "overdue": "yes" if clock.due_on < desk.today else "",
        "earliest": format_day(clock.earliest_on) if clock.earliest_on else "",
        "why": clock.earliest_why,
        "note": clock.note,
    }
