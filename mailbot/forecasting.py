"""What will go out, from the store: the case as it stands, given to the forecast of the core."""

from datetime import datetime
from typing import Any

from mailbot.casework import waiting_for, written_of
from mailbot.core.clocks.workdays import format_day
from mailbot.core.letters.digest import KIND_WORDS
from mailbot.core.letters.forecast import (
    Expected,
    Forecast,
    OnItsWay,
    Standing,
    forecast,
    told_once,
)
from mailbot.core.model import CaseRef, Delivery
from mailbot.core.moments import LONDON
from mailbot.core.wording import name_of
from mailbot.holding import HELD, mailbox_hold
from mailbot.pinning import office_of
from mailbot.unit import Unit
from mailbot.withdrawal import queued_letter

_NOT_GONE = ("queued", "drafting", "drafted", HELD)


def standing_of(unit: Unit, ref: CaseRef) -> Standing:
    """Given a case, return how it stands, with the letters that have not gone."""
    ways = [
        OnItsWay(
            letter=queued_letter(unit, letter),
            delivery=letter.delivery,
            not_before=letter.not_before,
        )
        for letter in unit.store.outbox.of_case(ref)
        if letter.state in _NOT_GONE
    ]
    facts = unit.store.cases.facts(ref)
    return Standing(
        facts=facts,
        written=written_of(unit, ref),
        on_their_way=ways,
        waiting=waiting_for(unit, ref, facts),
        mailbox_hold=mailbox_hold(unit),
    )


def forecast_of(
    unit: Unit, ref: CaseRef, now: datetime, *, until: datetime | None = None
) -> Forecast:
    """Given a case, return every letter that will go or be drafted if nothing else happens."""
    return forecast(standing_of(unit, ref), office=office_of(unit, ref), now=now, until=until)


def forecast_row(unit: Unit, ref: CaseRef, now: datetime) -> dict[str, Any]:
    """Given a case, return its forecast as it is shown: to people and to machines."""
    found = forecast_of(unit, ref, now)
    letters = told_once(found, office=office_of(unit, ref))
    return {
        "reference": ref,
        "until": format_day(found.ends),
        "cut_short": found.cut_short,
        "letters": [_letter_row(letter, unit) for letter in letters],
    }


def _letter_row(letter: Expected, unit: Unit) -> dict[str, Any]:
    local = letter.at.astimezone(LONDON)
    how = "sent" if letter.delivery is Delivery.SEND else "laid into Drafts"
    daily = ", then each working day until it is done" if letter.repeats else ""
    return {
        "at": letter.at.isoformat(),
        "when": f"{format_day(local.date())} {local:%H:%M}",
        "kind": letter.kind.value,
        "what": KIND_WORDS[letter.kind],
        "agency": letter.agency,
        "agency_name": name_of(unit.area, letter.agency) if letter.agency else None,
        "to": list(letter.to),
        "delivery": letter.delivery.value,
        "how": how + daily,
        "each_working_day": letter.repeats,
        "clocks": sorted({step.clock for step in letter.steps}),
    }
