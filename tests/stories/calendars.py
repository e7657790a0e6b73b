"""What calendar programs do in a story: invitations are answered, and staff send their own."""

import re
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import TYPE_CHECKING

import icalendar

from mailbot.mailboxes import SENT
from mailbot.mailboxes.maildir_files import deliver, entries, folder_path
from tests.stories.mails import parsed
from tests.stories.people import address_of
from tests.stories.scenes import Scene, StoryError

if TYPE_CHECKING:
    from tests.stories.telling import Telling

ANSWERS = {"accepts": "ACCEPTED", "declines": "DECLINED", "may come to": "TENTATIVE"}


def answers(telling: "Telling", scene: Scene, who: str, what: str) -> None:
    """Somebody presses a button in the newest invitation that staff sent."""
    invited = _invited(telling)
    addresses = list(invited) if who == "everybody" else [address_of(who, telling.here.area)]
    for address in addresses:
        if address not in invited:
            raise StoryError(f"{telling.story.name}: {who} was not invited")
        telling.arrive(_reply(invited[address], address, ANSWERS[what], telling, scene.at))


def staff_invite(telling: "Telling", scene: Scene, day: str, hour: str) -> None:
    """Staff invite the partners from Outlook, as the shared mailbox, without mailbot's draft."""
    at = datetime.strptime(f"{day} {hour}", "%a %d %b %Y %H:%M").replace(tzinfo=scene.at.tzinfo)
    area = telling.here.area
    people = [p.email for a in area.agencies if a.partner for p in a.delegates]
    people += [area.chair.email] if area.chair else []
    event = icalendar.Event()
    event.add("uid", f"040000008200E00074C5B7101A82E008-{at:%Y%m%d%H%M}")
    event.add("dtstamp", scene.at.astimezone(UTC))
    event.add("dtstart", at.astimezone(UTC))
    event.add("dtend", at.astimezone(UTC) + timedelta(hours=2))
    event.add("summary", f"[{telling.case}] Rapid review meeting")
    event.add("sequence", 0)
    event.add("organizer", f"mailto:{area.address}")
    for address in people:
        event.add("attendee", f"mailto:{address}", parameters={"partstat": "NEEDS-ACTION"})
    subject = f"[{telling.case}] Rapid review meeting"
    mail = _calendar_mail("REQUEST", event, area.address, people, subject=subject, at=scene.at)
    sent = folder_path(telling.here.rehearsal.mailbox, SENT)
    deliver(sent, mail, scene.at.astimezone(UTC), flags="S")
    telling.work()


def _invited(telling: "Telling") -> dict[str, bytes]:
    """Who was invited to the case's meeting, each with the newest invitation in Sent."""
    found: dict[str, bytes] = {}
    sent = folder_path(telling.here.rehearsal.mailbox, SENT)
    for entry in entries(sent).values():
        mime = entry.path.read_bytes()
        if telling.case not in str(parsed(mime)["Subject"]) or _calendar_of(mime) is None:
            continue
        for attendee in _attendees(mime):
            found[attendee] = mime
    return found


def _attendees(mime: bytes) -> list[str]:
    return [a.addr_spec.casefold() for a in parsed(mime)["To"].addresses]


def _calendar_of(mime: bytes) -> icalendar.Calendar | None:
    for part in parsed(mime).walk():
        if part.get_content_type() == "text/calendar":
            content = part.get_content()
            text = content if isinstance(content, str) else content.decode("utf-8")
            return icalendar.Calendar.from_ical(text)
    return None


def _reply(
    invitation: bytes, address: str, partstat: str, telling: "Telling", at: datetime
) -> bytes:
    """What Exchange sends when somebody answers an invitation (RFC 5546, 3.2.3)."""
    calendar = _calendar_of(invitation)
    assert calendar is not None
    asked = calendar.walk("VEVENT")[0]
    event = icalendar.Event()
    for name in ("uid", "dtstart", "dtend", "sequence", "organizer", "summary"):
        if name in asked:
            event[name] = asked[name]
    event.add("dtstamp", at.astimezone(UTC))
    event.add("attendee", f"mailto:{address}", parameters={"partstat": partstat})
    subject = f"{partstat.title()}: {parsed(invitation)['Subject']}"
    to = [telling.here.area.address]
    return _calendar_mail("REPLY", event, address, to, subject=subject, at=at)


def _calendar_mail(
    method: str, event: icalendar.Event, sender: str, to: list[str], *, subject: str, at: datetime
) -> bytes:
    calendar = icalendar.Calendar()
    calendar.add("prodid", "Microsoft Exchange Server 2010")
    calendar.add("version", "2.0")
    calendar.add("method", method)
    calendar.add_component(event)
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["To"], mail["Subject"] = sender, ", ".join(to), subject
    number = re.sub(r"\W", "", f"{at.isoformat()}{sender}")
    mail["Message-ID"] = f"<{number}@{sender.rpartition('@')[2]}>"
    mail["Date"] = format_datetime(at)
    mail.set_content("\r\n")
    mail.add_alternative(calendar.to_ical().decode(), subtype="calendar", params={"method": method})
    return mail.as_bytes()
