"""The hold of a whole mailbox, and letters that lie back until a hold is over.

A hold of an agency or a case is a fact of the case. That of the mailbox belongs to none: it is
kept as a mark, with the holds before it, and every case is folded with it. A letter that a hold
keeps back has the state "held": it is neither lost nor taken back, and is judged anew when it goes.
"""

import json
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Any

from mailbot.core.cases.holds import ITS_DAY_HAS_COME, Hold, MailboxAct, is_over, releases_due
from mailbot.core.letters.held_letters import (
    ended_by_themselves,
    held_back,
    line_of_mailbox,
    lines_of_holds,
)
from mailbot.core.letters.letters import cause_of
from mailbot.core.model import Case
from mailbot.store import Posted
from mailbot.unit import Unit, log

#: The mark that holds every hold of the mailbox so far, the newest last.
MARK = "holds-of-the-mailbox"
HELD = "held"


def mailbox_hold(unit: Unit) -> Hold | None:
    """Return the hold under which the whole mailbox is, or None."""
    newest = _record(unit)[-1:]
    if not newest or newest[0].get("released_at"):
        return None
    found = newest[0]
    return Hold(
        reason=str(found["reason"]),
        since=datetime.fromisoformat(found["since"]),
        by=str(found["by"]),
        until=date.fromisoformat(found["until"]) if found["until"] else None,
    )


def _record(unit: Unit) -> list[dict[str, Any]]:
    kept = unit.store.outbox.mark(MARK)
    return list(json.loads(kept)) if kept else []


def act_on_mailbox(unit: Unit, act: MailboxAct, *, by: str, now: datetime) -> None:
    """Given what a person says about the whole mailbox, hold or release it.

    Whoever holds it anew, for another reason or until another day, ends the hold before.
    """
    record = _record(unit)
    if record and not record[-1].get("released_at"):
        record[-1] |= {"released_at": now.isoformat(), "released_by": by, "why": act.reason}
    if act.held:
        until = act.until.isoformat() if act.until else ""
        record.append({"reason": act.reason, "since": now.isoformat(), "by": by, "until": until})
    with unit.store.transaction():
        unit.store.outbox.set_mark(MARK, json.dumps(record, ensure_ascii=False))
        unit.store.cases.look_at_all(now)
        if not act.held:
            _let_go(unit, now)
    log.info("mailbox held" if act.held else "mailbox released", area=unit.area.slug)


def end_mailbox_hold(unit: Unit, now: datetime) -> None:
    """Release the mailbox on the day until which it was held."""
    found = mailbox_hold(unit)
    if found and is_over(found, unit.calendar.day_of(now)):
        act_on_mailbox(unit, MailboxAct(held=False, reason=ITS_DAY_HAS_COME), by="mailbot", now=now)


def lines_of_all(unit: Unit, cases: Iterable[Case], *, since: datetime) -> Iterator[str]:
    """Given open cases, yield a sentence for staff for each hold, and for each ended since then."""
    found = mailbox_hold(unit)
    if found:
        yield line_of_mailbox(found, unit.area)
    elif any(
        entry.get("released_by") == "mailbot"
        and datetime.fromisoformat(entry["released_at"]) >= since
        for entry in _record(unit)
    ):
        yield "Letters of this mailbox go again: the day until which they were held has come."
    for case in cases:
        said = (*lines_of_holds(case, unit.area), *ended_by_themselves(case, unit.area, since))
        yield from (f"{case.ref}: {sentence}" for sentence in said)


def end_holds(unit: Unit, case: Case, now: datetime) -> bool:
    """Given a case, record the end of its holds whose day has come. True when there were any."""
    over = releases_due(case, now=now, today=unit.calendar.day_of(now))
    unit.store.cases.add(over)
    return bool(over)


def keep_back(unit: Unit, letter: Posted, case: Case, now: datetime) -> bool:
    """Given a letter that is about to go, let it lie while a hold keeps it back. True when so."""
    if not held_back(letter.kind, case, letter.agency, cause_of(letter.key)):
        return False
    unit.store.outbox.set_state(letter.key, HELD, now, why="Letters are on hold.")
    log.info("letter held", letter=letter.key, case=letter.case)
    return True


def let_go(unit: Unit, case: Case, now: datetime) -> None:
    """Given a case as it stands, queue those of its letters again that no hold keeps back."""
    for letter in _lying(unit):
        if letter.case == case.ref and not held_back(
            letter.kind, case, letter.agency, cause_of(letter.key)
        ):
            _queue(unit, letter, now)


def _let_go(unit: Unit, now: datetime) -> None:
    """Queue all: what a hold of its own case still keeps back is held again when it is to go."""
    for letter in _lying(unit):
        _queue(unit, letter, now)


def _lying(unit: Unit) -> list[Posted]:
    return unit.store.outbox.in_state(HELD)


def _queue(unit: Unit, letter: Posted, now: datetime) -> None:
    again_at = max(letter.not_before, now)
    unit.store.outbox.set_state(letter.key, "queued", now, again_at=again_at)
