"""Which waiting mails an instruction settles: those of this very case, and what is said of them.

A mail that only may be about the case is settled when staff name it: another case may wait for
it. What staff settle is linked to the case; its receipt stays what the server says.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from mailbot.core.model import AgencyCode, Basis, Fact, FactKind, LetterKind, Role
from mailbot.core.moments import LONDON
from mailbot.core.record.instruction_words import (
    Answer,
    Desk,
    Entry,
    Unclear,
    WaitingMail,
    agencies_in,
    present_in,
)
from mailbot.core.record.labelled_lines import Block
from mailbot.core.wording import (
    full_day,
    name_of,
)

#: How much of a message's key people are shown and write.
KEY_SHOWN = 8
_KEY = re.compile(r"\b[0-9a-f]{8,64}\b")
#: Parties that are no agency, by the words staff have for them.
_PARTIES = {
    "panel": "panel",
    "the panel": "panel",
    "chair": "chair",
    "the chair": "chair",
    "notifier": "notifier",
    "the notifier": "notifier",
    "board": "board",
    "the board": "board",
}
_PARTY_NAMES = {
    "panel": "the Panel",
    "chair": "the chair",
    "notifier": "the notifier",
    "board": "the Board",
}


def dealt_with(block: Block, desk: Desk) -> Answer | Unclear:
    """Settle the mails of somebody without recording a return: a harmless word ends no clock."""
    named = _key_in(block, desk)
    if isinstance(named, Unclear):
        return named
    if named:
        return _noted((named,), desk, block, who="")
    value = block.value.strip(" .")
    party = _PARTIES.get(value.casefold(), "")
    codes = () if party else _agencies_meant(value, desk)
    if isinstance(codes, Unclear):
        return codes
    who = _PARTY_NAMES[party] if party else ", ".join(name_of(desk.area, c) for c in codes)
    theirs = tuple(
        m for m in desk.mails if (m.party == party if party else any(map(m.is_of, codes)))
    )
    here = tuple(mail for mail in theirs if mail.only_here)
    if here:
        return _noted(here, desk, block, who=who)
    if theirs:
        return Unclear(f"it is not certain that it is about this case: {_choice(theirs)}")
    return Unclear(f"no mail of {who} waits in this case")


def answer_with(
    facts: tuple[Fact, ...], said: str, mails: Sequence[WaitingMail], desk: Desk
) -> Answer:
    """Given what an instruction records and the mails it settles, return its answer."""
    links = tuple(_linked(mail, desk) for mail in mails if not mail.linked)
    return Answer((*links, *facts), said, tuple(mail.key for mail in mails))


def of_agency(code: AgencyCode, desk: Desk) -> tuple[WaitingMail, ...]:
    """Given an agency, return its mails that wait for this very case."""
    return tuple(mail for mail in desk.mails if mail.is_of(code) and mail.only_here)


def of_the_notifier(desk: Desk) -> tuple[WaitingMail, ...]:
    """Return the mails in which the authority's notifier says what was done online."""
    address = desk.area.notifier.email if desk.area.notifier else ""
    return tuple(
        mail
        for mail in desk.mails
        if mail.only_here and (mail.answers == LetterKind.WORKSHEET or mail.sender == address)
    )


def of_the_panel(block: Block, desk: Desk) -> tuple[WaitingMail, ...] | Unclear:
    """Return the Panel's mails that were read: the one named or answered about, or the only."""
    named = _key_in(block, desk)
    if isinstance(named, Unclear):
        return named
    theirs = [mail for mail in desk.mails if mail.party == "panel" and mail.only_here]
    meant = next((mail for mail in theirs if mail.key == desk.about), None)
    if named:
        return (named,)
    if meant:
        # Whoever answers about a mail has seen those before it.
        return tuple(mail for mail in theirs if mail.received_at <= meant.received_at)
    return tuple(theirs if len(theirs) == 1 else ())


def the_one_meant(code: AgencyCode, block: Block, desk: Desk) -> WaitingMail | Unclear | None:
    """Given an agency, return its mail that an instruction is about; None when none waits.

    That is the mail named, else the one our letter was about that staff answer, else the only
    one of this case; several, or one that may belong to another case, must be named.
    """
    named = _key_in(block, desk)
    if named:
        return named
    theirs = [mail for mail in desk.mails if mail.is_of(code)]
    for mail in theirs:
        if mail.key == desk.about:
            return mail
    here = [mail for mail in theirs if mail.only_here]
    if len(here) == 1:
        return here[0]
    if not theirs or block.details.get("received on"):
        return None
    return Unclear(f"{_choice(theirs)}, or say with “received on:” when it came another way")


def still_waiting(mails: Sequence[WaitingMail]) -> str:
    """Given mails that still wait, return what the answer to staff says of them, or ""."""
    if not mails:
        return ""
    words = "mails still wait" if len(mails) > 1 else "mail still waits"
    return f"; {len(mails)} {words}: {_shown(mails)}"


# --- small things -----------------------------------------------------------------------------


def _noted(
    mails: tuple[WaitingMail, ...], desk: Desk, block: Block, *, who: str
) -> Answer | Unclear:
    """Keep on the case's timeline that somebody dealt with mails and how many."""
    who = who or (name_of(desk.area, mails[0].agency) if mails[0].agency else "a sender")
    what = f"{len(mails)} mails" if len(mails) > 1 else "a mail"
    text = f"Dealt with, no return recorded: {what} of {who}."
    fact = desk.fact(FactKind.NOTE, {"text": text}, agency=mails[0].agency, words=block.words)
    others = [m for m in desk.mails if m.agency == mails[0].agency and m not in mails and m.agency]
    said = f"{what} of {who} dealt with; no return is recorded{still_waiting(others)}"
    return answer_with((fact,), said, mails, desk)


def _agencies_meant(text: str, desk: Desk) -> tuple[AgencyCode, ...] | Unclear:
    """Agencies as staff call them, partners also by their role."""
    named = agencies_in(text, desk.area)
    if not named.fault and named.codes:
        return named.codes
    roles = present_in(text, desk.area).roles
    codes = tuple(a.code for a in desk.area.agencies if a.partner in roles and a.partner)
    if codes and Role.CHAIR not in roles:
        return codes
    return Unclear(named.fault or "name the agency whose mail was dealt with")


def _key_in(block: Block, desk: Desk) -> WaitingMail | Unclear | None:
    """The mail that a block names by the beginning of its key, as queue and letters show it."""
    written = block.details.get("mail", "") or (block.value if block.head == "dealt with" else "")
    found = _KEY.search(written.casefold())
    if found is None:
        return Unclear("that is no mail's number") if block.details.get("mail") else None
    mails = [mail for mail in desk.mails if mail.key.startswith(found[0])]
    return mails[0] if len(mails) == 1 else Unclear("no such mail waits for this case")


def _linked(mail: WaitingMail, desk: Desk) -> Fact:
    detail = {
        "basis": Basis.STAFF.value,
        "evidence": f"Settled by {desk.by}.",
        "message_class": mail.message_class,
        "waits": False,
        "party": mail.party,
    }
    fact = desk.fact(FactKind.MESSAGE_LINKED, detail, happened=mail.received_at, agency=mail.agency)
    return replace(fact, message=mail.key)


def _choice(mails: Sequence[WaitingMail]) -> str:
    return f"say which mail is meant (“mail: {mails[0].key[:KEY_SHOWN]}”): {_shown(mails)}"


def _shown(mails: Sequence[WaitingMail]) -> str:
    return ", ".join(f"{mail.key[:KEY_SHOWN]}, received {_moment(mail)}" for mail in mails)


def _moment(mail: WaitingMail) -> str:
    local = mail.received_at.astimezone(LONDON)
    return f"{local:%H:%M} on {full_day(local.date())}"


TABLE: Mapping[str, Entry] = {
    "dealt with": Entry(read=dealt_with, example="dealt with: police"),
}
