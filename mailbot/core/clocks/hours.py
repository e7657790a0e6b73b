"""The hours in which letters go that can wait until somebody is at work.

Reminders, requests, invitations and digests go on working days within the area's hours alone;
acknowledgements, calls, new-case letters, alerts, answers and the safety reply go at once
(process, section 3, "Reminders", and section 5).
"""

from datetime import datetime

from mailbot.core.clocks.workdays import WorkingCalendar, WorkingDays
from mailbot.core.model import Area, LetterKind

#: What reminds of something or asks for it: never on a day off or outside the area's hours.
IN_HOURS_ONLY = frozenset(
    {
        LetterKind.DIGEST,
        LetterKind.HEALTH_SUMMARY,
        LetterKind.INFORMATION_REQUEST,
        LetterKind.INVITATION,
        LetterKind.MISSING_FIELDS,
        LetterKind.QUORUM_IN_DOUBT,
        LetterKind.REMINDER,
    }
)


def may_go_at(
    kind: LetterKind, moment: datetime, *, area: Area, calendar: WorkingCalendar
) -> datetime:
    """Given a kind of letter and a moment, return the first moment from then on for such a letter.

    That is the moment itself for a letter that waits for no hour. Reminders go from the area's
    hour for them, the others from the first hour of its day, all until `office_until`.
    """
    if kind not in IN_HOURS_ONLY:
        return moment
    begins = min(area.digest_at, area.reminders_at)
    opens = area.reminders_at if kind is LetterKind.REMINDER else begins
    day = calendar.day_of(moment)
    if calendar.is_working_day(day):
        opening = calendar.moment(day, opens)
        if moment <= opening:
            return opening
        if moment <= calendar.moment(day, area.office_until):
            return moment
    return calendar.moment(calendar.add(day, WorkingDays(1)), opens)
