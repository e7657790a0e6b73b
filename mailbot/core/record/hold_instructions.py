"""How staff hold letters and let them go again: for an agency, a case or the whole mailbox."""

import re
from collections.abc import Mapping
from datetime import date

from mailbot.core.cases.holds import Hold, MailboxAct, holds_of
from mailbot.core.model import AgencyCode, FactKind
from mailbot.core.moments import day_of
from mailbot.core.record.instruction_words import (
    Answer,
    Desk,
    Entry,
    Unclear,
    agencies_in,
    day_or_fault,
    two_parts,
)
from mailbot.core.record.labelled_lines import Block
from mailbot.core.wording import (
    full_day,
    name_of,
)

MAILBOX = "mailbox"
_CASE = re.compile(r"^(?:(?:this|the|whole|the whole) )?(?:case|letters|all letters)?$")
_MAILBOX = re.compile(r"^(?:(?:this|the|whole|the whole) )?(?:mailbox|area|everything)$")


def hold(block: Block, desk: Desk) -> Answer | Unclear:
    """Record that letters are held, why, and perhaps until when."""
    scope, why = two_parts(block, "")
    scope, _, inline = re.sub(r"\buntil\b", "\0", scope, flags=re.IGNORECASE).partition("\0")
    until = _end(block.details.get("until") or inline, desk)
    whose = _scope(scope, desk)
    if isinstance(whose, Unclear):
        return whose
    if isinstance(until, Unclear):
        return until
    if not why:
        return Unclear("say why, after a comma")
    last = f" until {full_day(until)}" if until else " until you release them"
    if whose == MAILBOX:
        act = MailboxAct(held=True, reason=why, until=until)
        said = "all letters of this mailbox are on hold" + last
        return Answer((), f"{said}; clocks run on, and alerts and digests still come", mailbox=act)
    standing = _standing(desk, whose)
    if standing and standing.until == until:
        return Unclear(f"{_already(standing, desk)}; to end it, write “release: {whose or 'case'}”")
    detail = {"reason": why, "until": until.isoformat() if until else ""}
    fact = desk.fact(FactKind.HELD, detail, agency=_code(whose), words=block.words)
    changed = f" ({_already(standing, desk)}; now this holds)" if standing else ""
    named = f"letters to {name_of(desk.area, whose)}" if whose else "all letters of this case"
    return Answer((fact,), f"{named} are on hold{last}; clocks run on{changed}")


def release(block: Block, desk: Desk) -> Answer | Unclear:
    """Record that letters go again."""
    scope, why = two_parts(block, "")
    whose = _scope(scope, desk)
    if isinstance(whose, Unclear):
        return whose
    if whose == MAILBOX:
        if not desk.mailbox_held:
            return Unclear("the mailbox is not on hold: its letters go")
        act = MailboxAct(held=False, reason=why)
        return Answer((), "letters of this mailbox go again", mailbox=act)
    if _standing(desk, whose) is None:
        return Unclear(_nothing_held(desk, whose))
    fact = desk.fact(FactKind.RELEASED, {"reason": why}, agency=_code(whose), words=block.words)
    whole = "" if whose is None else f" to {name_of(desk.area, whose)}"
    still = [
        "; the whole mailbox is still on hold" if desk.mailbox_held else "",
        "; the case itself is still on hold" if whose and _standing(desk, None) else "",
    ]
    return Answer((fact,), f"letters{whole} go again{''.join(still)}")


def _end(text: str, desk: Desk) -> date | Unclear | None:
    """The day on which a hold ends by itself, if one is given; it is not today."""
    if not text.strip():
        return None
    day = day_or_fault(text, desk, ahead=True)
    if day == desk.today:
        return Unclear("it would end today: name a later day, or none")
    return day


def _scope(text: str, desk: Desk) -> AgencyCode | str | Unclear | None:
    """Whose letters are meant: an agency's, MAILBOX, or None for the case."""
    plain = " ".join(re.sub(r"[^\w ]", " ", text.casefold()).split())
    if _MAILBOX.match(plain):
        return MAILBOX
    if _CASE.match(plain) and plain:
        return None
    named = agencies_in(text, desk.area)
    if named.fault or len(named.codes) != 1:
        why = named.fault or "say what: case, mailbox, or one agency"
        return Unclear(why)
    return named.codes[0]


def _code(whose: AgencyCode | str | None) -> AgencyCode | None:
    return AgencyCode(whose) if whose else None


def _standing(desk: Desk, whose: AgencyCode | str | None) -> Hold | None:
    return next((h for h in holds_of(desk.case) if h.agency == whose), None)


def _already(standing: Hold, desk: Desk) -> str:
    until = f" until {full_day(standing.until)}" if standing.until else ""
    return f"on hold already since {full_day(day_of(standing.since))}{until}"


def _nothing_held(desk: Desk, whose: AgencyCode | str | None) -> str:
    held = [name_of(desk.area, h.agency) if h.agency else "case" for h in holds_of(desk.case)]
    name = name_of(desk.area, whose) if whose else "this case"
    also = f"; on hold is: {', '.join(held)}" if held else ""
    mailbox = "; the whole mailbox is: “release: mailbox”" if desk.mailbox_held else ""
    return f"nothing of {name} is on hold{also}{mailbox}"


TABLE: Mapping[str, Entry] = {
    "hold": Entry(read=hold, example="hold: police until {ahead}, why", records=(FactKind.HELD,)),
    "release": Entry(read=release, example="release: police", records=(FactKind.RELEASED,)),
}
