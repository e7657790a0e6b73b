"""What holds of every letter of every story, whatever the story is about (process, 3 and 5)."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING

from mailbot.core.model import Area
from mailbot.unit import Unit
from tests.stories.mails import NAMES, parsed, text_of

if TYPE_CHECKING:
    from tests.stories.telling import Sent

#: Letters that keep office hours; all others go when there is cause.
IN_OFFICE_HOURS = {
    *("reminder", "information-request", "invitation", "digest", "missing-fields"),
    *("health-summary", "quorum-in-doubt"),
}
_A_NAME = re.compile(rf"\b({'|'.join(map(re.escape, NAMES))})\b", re.IGNORECASE)


def broken_promises(sent: Sequence["Sent"], unit: Unit) -> list[str]:
    """Given all letters that an area sent in a story, return what was promised and not kept."""
    return [
        *_out_of_hours(sent, unit),
        *_too_many_reminders(sent),
        *_names(sent),
        *_never_told(sent, unit),
        *_to_the_panel(sent, unit.area),
    ]


def _out_of_hours(sent: Sequence["Sent"], unit: Unit) -> Iterator[str]:
    """Never a reminder, request, invitation or digest on a day off or outside office hours."""
    area = unit.area
    for letter in sent:
        if letter.kind not in IN_OFFICE_HOURS:
            continue
        begins = area.reminders_at if letter.kind == "reminder" else area.digest_at
        in_hours = begins <= letter.at.time() <= area.office_until
        if not (in_hours and unit.calendar.is_working_day(letter.at.date())):
            yield f"a {letter.kind} went out on {letter.at:%a %d %b %Y at %H:%M}"


def _too_many_reminders(sent: Sequence["Sent"]) -> Iterator[str]:
    """At most one reminder per person, case and day; at most one summary per person and day."""
    reminded = Counter(
        (address, letter.posted.case, letter.at.date(), letter.kind)
        for letter in sent
        if letter.kind in {"reminder", "health-summary"}
        for address in letter.to
    )
    for (address, case, day, kind), number in reminded.items():
        if number > 1:
            yield f"{address} got {number} letters ({kind}) on {day} in {case}"


def _names(sent: Sequence["Sent"]) -> Iterator[str]:
    """No name of a child or its family in a subject, a text, or the name of a file."""
    for letter in sent:
        mail = parsed(letter.mime)
        files = [part.get_filename() or "" for part in mail.iter_attachments()]
        page = mail.get_body(("html",))
        texts = (str(mail["Subject"]), text_of(letter.mime), *files)
        found = _A_NAME.search("\n".join((*texts, str(page.get_content()) if page else "")))
        if found:
            yield f"a {letter.kind} of {letter.at:%a %d %b} names {found[0]}"


def _never_told(sent: Sequence["Sent"], unit: Unit) -> Iterator[str]:
    """Nobody is told that they missed a day which they were never given before."""
    area = unit.area
    own = {person.email for person in (*area.staff, area.manager, area.duty)}
    for number, letter in enumerate(sent):
        if letter.kind != "reminder" or letter.to <= own:
            continue
        to = {address.addr_spec.casefold() for address in parsed(letter.mime)["To"].addresses}
        for step in unit.store.outbox.steps_of(letter.posted.key):
            if step.due_on >= letter.at.date() or not _in_words(step.due_on, letter):
                continue
            told = _told(sent[:number], letter, step.due_on)
            agency = area.agency(step.agency) if step.agency else None
            # A lead hears of it when it is late: that is the escalation.
            owing = ({*agency.contacts} & to if agency else set()) or to - own
            if owing - told:
                yield (
                    f"on {letter.at:%a %d %b} {', '.join(sorted(owing - told))} was told of "
                    f"{step.clock}, missed on {step.due_on}, a day never given"
                )


def _told(before: Sequence["Sent"], letter: "Sent", day: date) -> set[str]:
    """Who was written to about the case with that day in the text."""
    return {
        address
        for earlier in before
        if earlier.posted.case == letter.posted.case and _in_words(day, earlier)
        for address in earlier.to
    }


def _in_words(day: date, letter: "Sent") -> bool:
    return bool(re.search(rf"\b{day.day} {day:%b}", text_of(letter.mime)))


def _to_the_panel(sent: Sequence["Sent"], area: Area) -> Iterator[str]:
    """Nothing goes to the Panel by itself."""
    for letter in sent:
        if area.panel_address.casefold() in {address.casefold() for address in letter.to}:
            yield f"a {letter.kind} went to the Panel on {letter.at:%a %d %b}"
