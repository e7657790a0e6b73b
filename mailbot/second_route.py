"""Telling staff by another way that nothing can be taken in: once when it is so, once when over.

An outage that only the log knows is mail that nobody reads. Told are the duty contact and staff,
and an address with another provider; through a server of its own where config names one, else
through the ordinary way out, which may still work (process, section 5).
"""

from dataclasses import replace
from datetime import datetime

from mailbot.core.letters.desk import each_once
from mailbot.core.letters.notices import alert
from mailbot.core.model import Letter, Person
from mailbot.core.references import letter_token, message_id_for, nonce_for, token_line
from mailbot.core.wording import full_moment
from mailbot.errors import SendError, SendUncertainError, StoreBusyError
from mailbot.rendering import Envelope, render
from mailbot.unit import Unit, log

#: Since when nothing could be taken in, and which such outage staff have heard of.
OUTAGE, TOLD = "outage/since", "outage/told"


def outage_since(unit: Unit, now: datetime) -> datetime:
    """Given that nothing could be taken in just now, return since when that is so.

    It is kept, so that a daemon that is started anew does not begin to count anew.
    """
    found = _mark(unit, OUTAGE)
    if found:
        return datetime.fromisoformat(found)
    _set_mark(unit, OUTAGE, now.isoformat())
    return now


def outage_noted(unit: Unit) -> datetime | None:
    """Return since when, before this daemon was started, nothing could be taken in, or None."""
    found = _mark(unit, OUTAGE)
    return datetime.fromisoformat(found) if found else None


def has_told(unit: Unit, since: datetime) -> bool:
    """Given when an outage began, say whether staff have heard of it."""
    return _mark(unit, TOLD) == since.isoformat()


def tell_of_outage(unit: Unit, since: datetime, why: str, now: datetime) -> bool:
    """Given an outage and what the fault is, tell staff. True when a server took the letter."""
    letter = alert(
        unit.area,
        cause=f"outage-{since.isoformat()}",
        what="No mail can be taken in",
        do=f"Since {full_moment(since)} nothing could be taken in from the shared mailbox. Tell "
        f"whoever looks after the server: {why} Until it works again, look into the mailbox by "
        "hand: what comes counts from its receipt, the clocks run, and no letter goes by itself. "
        "Nothing is lost: what has come meanwhile is taken in afterwards.",
        now=now,
    )
    if not _sent(unit, letter, now):
        return False
    _set_mark(unit, TOLD, since.isoformat())
    return True


def tell_of_recovery(unit: Unit, since: datetime, now: datetime) -> None:
    """Given an outage that is over, forget it, and tell staff if they had heard of it."""
    told = has_told(unit, since)
    _set_mark(unit, OUTAGE, "")
    if not told:
        return
    letter = alert(
        unit.area,
        cause=f"outage-over-{since.isoformat()}",
        what="Mail is taken in again",
        do=f"Nothing could be taken in from {full_moment(since)} to {full_moment(now)}. What came "
        "meanwhile is being taken in now, and counts from its receipt: see whether a day has "
        "passed that mattered.",
        now=now,
    )
    _sent(unit, letter, now)


def _sent(unit: Unit, letter: Letter, now: datetime) -> bool:
    """Hand a letter over by the first way that takes it. It never stands in the outbox."""
    others = [Person(name="Duty, second address", email=one) for one in unit.second_emails]
    letter = replace(letter, to=each_once([*letter.to, *others]))
    for sender, address in unit.second_ways:
        token = letter_token(unit.key, unit.area.code, nonce_for(letter.key))
        area = replace(unit.area, address=address)
        mime = render(
            letter,
            area=area,
            templates=unit.templates,
            envelope=Envelope(
                message_id=message_id_for(token, unit.domain), token_line=token_line(token)
            ),
            now=now,
        )
        recipients = tuple(person.email for person in letter.to)
        try:
            sender.send(mime, sender=address, recipients=recipients, copy_to=None)
        except SendUncertainError:
            return True  # it may have gone: better than telling the same all day
        except SendError as error:
            log.error("second route failed", area=unit.area.slug, why=str(error))
            continue
        finally:
            sender.close()
        log.warning("told by the second route", area=unit.area.slug)
        return True
    return False


def _mark(unit: Unit, name: str) -> str:
    try:
        return unit.store.outbox.mark(name)
    except StoreBusyError:
        return ""  # the store may be what fails; the daemon keeps the moment itself


def _set_mark(unit: Unit, name: str, value: str) -> None:
    try:
        unit.store.outbox.set_mark(name, value)
    except StoreBusyError:
        log.error("outage not noted", area=unit.area.slug)
