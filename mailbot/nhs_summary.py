"""The designated nurse's morning letter: what the provider trusts still owe, over all open cases.

It goes at the digest's hour of a working day on which anything is outstanding (process, section
2, "NHS Serious Incident"). A case in which the nurse is sent a reminder that day for something
else is left out: the reminder says it all, and nobody gets two about one case.
"""

from datetime import datetime
from functools import partial

from mailbot.casework import case_of, clocks_of, guarded, queue, written_of
from mailbot.core.cases.nhs import nurse_of
from mailbot.core.letters.desk import Desk
from mailbot.core.letters.nhs_letters import InCharge, health_summary, in_charge
from mailbot.core.letters.reminders import is_reminded, items_of
from mailbot.core.model import CaseRef, FactKind, LetterKind
from mailbot.pinning import office_of
from mailbot.unit import Unit

#: The mark that holds the day for which the summary was last considered.
SUMMED_UP = "health-summary"


def write_health_summary(unit: Unit, now: datetime) -> bool:
    """Queue today's summary once its hour has come on a working day. True when it was queued.

    Once a day: what comes to be outstanding later in the day is in the next morning's.
    """
    today = unit.calendar.day_of(now)
    due = unit.calendar.moment(today, unit.area.digest_at)
    over = unit.calendar.moment(today, unit.area.office_until)
    if not due <= now <= over or not unit.calendar.is_working_day(today):
        return False
    if unit.store.outbox.mark(SUMMED_UP) == today.isoformat():
        return False
    found = [
        one
        for ref in unit.store.cases.with_fact(FactKind.NHS_INCIDENT_FLAGGED)
        if (one := guarded(unit, ref, now, partial(_of_case, unit, ref, now)))
    ]
    letter = health_summary(found, office=unit.office, now=now)
    with unit.store.transaction():
        unit.store.outbox.set_mark(SUMMED_UP, today.isoformat())
        return letter is not None and queue(unit, letter, now)


def _of_case(unit: Unit, ref: CaseRef, now: datetime) -> InCharge | None:
    case = case_of(unit, ref)
    if case.nhs is None or case.closed or case.withdrawn:
        return None
    hour = unit.calendar.moment(unit.calendar.day_of(now), unit.area.reminders_at)
    desk = Desk(
        case=case,
        clocks=clocks_of(unit, case, now),
        office=office_of(unit, ref),
        now=max(now, hour),
        written=written_of(unit, ref),
    )
    return None if _is_reminded_today(unit, desk) else in_charge(desk)


def _is_reminded_today(unit: Unit, desk: Desk) -> bool:
    """Whether a reminder of this case goes to the nurse today, or is written already."""
    nurses = nurse_of(desk.area)
    addresses = {nurse.email for nurse in nurses}
    for letter in unit.store.outbox.of_case(desk.case.ref):
        of_today = unit.calendar.day_of(letter.queued_at) == desk.today
        if letter.kind is LetterKind.REMINDER and of_today and addresses & set(letter.recipients):
            return True
    items = [item for clock in desk.clocks for item in items_of(desk, clock)]
    return any(is_reminded(nurse, items) for nurse in nurses)
