"""What a hold does to letters: which it keeps back, who hears of it, and what staff are told."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from mailbot.core.cases.holds import Hold, holds_of
from mailbot.core.clocks.workdays import format_day
from mailbot.core.letters.desk import Desk, contacts_of, protection_for
from mailbot.core.model import AgencyCode, Area, Case, FactKind, Letter, LetterKind
from mailbot.core.wording import (
    day_words,
    name_of,
)

#: What tells staff alone of something that has come, and the safety reply: no hold keeps it back.
GOES_THROUGH = frozenset(
    {
        LetterKind.ALERT,
        LetterKind.DIGEST,
        LetterKind.INSTRUCTION_ANSWER,
        LetterKind.NEW_CASE,
        LetterKind.NOTIFICATION_WAITS,
        LetterKind.PANEL_ANSWER,
        LetterKind.SAFETY_REPLY,
        LetterKind.SAME_INCIDENT,
    }
)
AGENCY_RETURN = "agency-return"


def held_back(kind: LetterKind, case: Case, agency: AgencyCode | None, cause: int | None) -> bool:
    """Given a letter about a case, return whether a hold keeps it back for now.

    `cause` is the number of the fact it rests on: the note that tells of the hold itself goes.
    """
    if kind in GOES_THROUGH:
        return False
    holds = holds_of(case)
    if case.held_reason and not any(hold.agency is None for hold in holds):
        return True  # the whole mailbox
    concerned = [hold for hold in holds if hold.agency in (None, agency)]
    tells_of_it = kind is LetterKind.CHANGE_NOTE and cause in {hold.fact for hold in concerned}
    return bool(concerned) and not tells_of_it


def held_notes(desk: Desk) -> Iterator[Letter]:
    """Given a desk, yield a short note to each agency that a hold concerns: it still owes.

    What was asked stays due; none while the whole mailbox is held, and none to an agency that was
    never asked.
    """
    for hold in holds_of(desk.case):
        for code, agency in desk.case.agencies.items():
            clock = desk.clock(AGENCY_RETURN, code)
            known = desk.area.agency(code)
            owes = agency.requested_at is not None and not (agency.answered or agency.excused)
            if hold.agency not in (None, code) or known is None or clock is None or not owes:
                continue
            words = {
                "agency": known.name,
                "change": "held",
                "until": format_day(hold.until) if hold.until else "",
                "due": format_day(clock.due_on) if clock.due_on >= desk.today else "",
                "withdrawn": False,
            }
            letter = desk.letter(
                LetterKind.CHANGE_NOTE, f"{hold.fact}/{code}", to=contacts_of(known), words=words
            )
            yield replace(letter, agency=code, protection=protection_for(desk.area, code))


# --- what staff are told ----------------------------------------------------------------------


def hold_words(hold: Hold, area: Area) -> str:
    """Given a hold, return since when, by whom and until when, for staff."""
    who = next((p.name for p in (*area.staff, area.manager, area.duty) if p.email == hold.by), "")
    said = f"since {day_words(hold.since)}, by {who or hold.by}"
    return f"{said}, until {format_day(hold.until)}" if hold.until else f"{said}, with no end set"


def lines_of_holds(case: Case, area: Area) -> Iterator[str]:
    """Given a case, yield a sentence for staff for each hold in it, with how it is ended."""
    for hold in holds_of(case):
        whose = f"Letters to {name_of(area, hold.agency)}" if hold.agency else "All letters"
        yield (
            f"{whose} are on hold {hold_words(hold, area)}; clocks run on. To end it, answer a "
            f"letter of the case with “release: {hold.agency or 'case'}”."
        )


def line_of_mailbox(hold: Hold, area: Area) -> str:
    """Given a hold of the whole mailbox, return a sentence for staff, with how it is ended."""
    return (
        f"All letters of this mailbox are on hold {hold_words(hold, area)}; clocks run on. To end "
        "it, answer a letter of any case with “release: mailbox”."
    )


def ended_by_themselves(case: Case, area: Area, since: datetime) -> Iterator[str]:
    """Given a case, yield a sentence for each hold that mailbot has ended since a moment."""
    for fact in case.all(FactKind.RELEASED):
        if fact.recorded_by == "mailbot" and fact.recorded_at >= since:
            whose = f"to {name_of(area, fact.agency)}" if fact.agency else "of this case"
            yield f"Letters {whose} go again: the day until which they were held has come."
