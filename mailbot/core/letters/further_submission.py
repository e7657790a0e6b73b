"""What the Panel asks for besides: a task with a date for staff, and a second draft to the Panel.

Like the submission it is a draft always, with the report as it then stands (process, section 5);
the Panel may ask more than once.
"""

from collections.abc import Iterator
from dataclasses import replace

from mailbot.core.clocks.workdays import format_day
from mailbot.core.letters.checklist import newest_entry
from mailbot.core.letters.desk import PANEL_NAME, Desk, key_of
from mailbot.core.model import Case, Fact, FactKind, Letter, LetterKey, LetterKind, Person
from mailbot.core.wording import day_words, short_day


def asked_for_more(case: Case) -> Fact | None:
    """Given a case, return the Panel's answer that asks for more and is not satisfied, or None."""
    read = [f for f in case.all(FactKind.PANEL_ANSWERED) if f.detail.get("answer") != "unread"]
    if not read or read[-1].detail.get("answer") != "asks-for-more":
        return None
    sent = case.last(FactKind.FURTHER_INFORMATION_SENT)
    return None if sent and sent.number > read[-1].number else read[-1]


def further_key(case: Case) -> LetterKey | None:
    """Given a case, return the key under which the second draft would be written now, or None."""
    asked = asked_for_more(case)
    if asked is None:
        return None
    return key_of(LetterKind.FURTHER_SUBMISSION, case.ref, f"{asked.number}/{newest_entry(case)}")


def further_submission(desk: Desk) -> Iterator[Letter]:
    """Given a desk, yield the draft of what the Panel asked for besides, with the report."""
    asked, key = asked_for_more(desk.case), further_key(desk.case)
    if asked is None or key is None:
        return
    clock = desk.clock("panel-further-information")
    sent = desk.case.last(FactKind.SUBMISSION_SENT)
    words = {
        "asked": day_words(asked.happened),
        "submitted": day_words(sent.happened) if sent else "",
        "due": format_day(clock.due_on) if clock else "",
        "due_short": short_day(clock.due_on) if clock else "",
    }
    panel = Person(name=PANEL_NAME, email=desk.area.panel_address)
    letter = desk.letter(LetterKind.FURTHER_SUBMISSION, "", to=(panel,), words=words)
    yield replace(letter, key=key, enclosures=("report",))
