"""What a person does to letters from the command line: try one again, hold them, let them go."""

from collections.abc import Sequence
from datetime import datetime

from mailbot.by_hand import record_lines
from mailbot.core.cases.holds import MailboxAct
from mailbot.core.model import CaseRef
from mailbot.core.written_days import read_day
from mailbot.dispatch import PAUSES
from mailbot.errors import UsageError
from mailbot.holding import HELD, act_on_mailbox, mailbox_hold
from mailbot.unit import Unit, log
from mailbot.withdrawal import reason_against

BY = "command line"
_STATES = {
    "sent": "it has gone",
    "sending": "it is being handed over now",
    "uncertain": "nobody knows whether it arrived: look in Sent; if it did not, run "
    "“mailbot settle letter/{key}” first",
    "drafting": "it is being laid into Drafts now",
    "drafted": "it lies in Drafts, for a person to send",
    "withdrawn": "it was taken back",
    HELD: "it is on hold; release it",
}


def retry(units: Sequence[Unit], name: str, now: datetime) -> str:
    """Given a letter's name or its beginning, have it sent again and return what is said of it.

    Only one that failed, or that waits for another try. Raises UsageError with the reason why not.
    """
    found = [(unit, x) for unit in units for x in unit.store.outbox.beginning_with(name)]
    exact = [(unit, x) for unit, x in found if x.key == name]
    if len(exact or found) != 1:
        many = "Several letters begin so" if found else "There is no such letter"
        raise UsageError(f"{many}; `mailbot letters --json` names them.")
    unit, letter = (exact or found)[0]
    if letter.state not in ("failed", "queued"):
        why = _STATES.get(letter.state, letter.state).format(key=letter.key)
        raise UsageError(f"It cannot be tried again: {why}.")
    reason = reason_against(unit, letter, now)
    if reason and not reason.anew:
        raise UsageError(f"It must not go any more: {reason.why}")
    with unit.store.transaction():
        unit.store.outbox.retry(letter.key, now)
        unit.store.outbox.settle_notice(f"letter/{letter.key}", now)
        unit.store.outbox.settle_notice(f"cap/{letter.key}", now)
    log.info("letter tried again", letter=letter.key)
    within = int(PAUSES[0].total_seconds() // 60)
    return (
        f"It goes within {within} minute, to the address it was written for; a wrong address is "
        "put right in config and asked anew with “ask again:”."
    )


def hold_case(
    unit: Unit, ref: CaseRef, agency: str, *, why: str, until: str, now: datetime
) -> tuple[str, ...]:
    """Given a case and perhaps an agency of it, hold their letters; return what is said of it."""
    end = f" / until: {until}" if until else ""
    return _recorded(unit, ref, f"hold: {agency or 'case'}, {why}{end}", now)


def release_case(
    unit: Unit, ref: CaseRef, agency: str, *, why: str, now: datetime
) -> tuple[str, ...]:
    """Given a case and perhaps an agency of it, let their letters go again."""
    return _recorded(unit, ref, f"release: {agency or 'case'}{f', {why}' if why else ''}", now)


def _recorded(unit: Unit, ref: CaseRef, line: str, now: datetime) -> tuple[str, ...]:
    answer = record_lines(unit, ref, line, by=BY, now=now)
    if answer.not_understood:
        raise UsageError(" ".join(answer.not_understood).removeprefix("not understood: "))
    return answer.recorded


def hold_area(unit: Unit, *, why: str, until: str, now: datetime) -> str:
    """Given an area, hold the letters of its whole mailbox."""
    today = unit.calendar.day_of(now)
    day = read_day(until, today=today) if until else None
    if day and (day.day is None or day.day <= today):
        raise UsageError(f"--until is a day ahead: {day.fault or 'that day has come already'}.")
    act = MailboxAct(held=True, reason=why, until=day.day if day else None)
    act_on_mailbox(unit, act, by=BY, now=now)
    return f"All letters of {unit.area.name} are on hold; clocks run on."


def release_area(unit: Unit, *, why: str, now: datetime) -> str:
    """Given an area, let the letters of its mailbox go again."""
    if mailbox_hold(unit) is None:
        raise UsageError(f"The mailbox of {unit.area.name} is not on hold: its letters go.")
    act_on_mailbox(unit, MailboxAct(held=False, reason=why), by=BY, now=now)
    return f"Letters of {unit.area.name} go again."
