"""A business unit among real servers, with a simulated calendar.

Partners' mail comes in through Postfix, which stamps it, into Dovecot; letters go out by submission
through Postfix to the far end. Only the time is given: mail is received, and letters arrive, at the
simulated moment.
"""

import os
import ssl
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from imapclient import IMAPClient

from mailbot.assembly import unit_from
from mailbot.core.clocks.workdays import LONDON
from mailbot.daemon import one_pass
from mailbot.mailboxes import Inbox, Locator, RawMessage
from mailbot.settings import init, load
from mailbot.unit import Unit
from tests.servers.dovecot import PASSWORD, Dovecot
from tests.servers.postfix import AUTHSERV_ID, Neighbours, Postfix
from tests.servers.sink import Mood, Sink
from tests.stories.mails import moment, parsed

#: The shared mailbox has a domain of its own, so that staff's letters go to the far end too.
DOMAIN = "reviews.bedford-safeguarding.example"
SHARED = f"rapidreview@{DOMAIN}"
#: Domains for whose mail Postfix vouches; of these the last is nobody's whom config knows.
VOUCHED_FOR = (
    *("bedford-safeguarding.example", "children.bedford-council.example"),
    *("bedfordshire-police.example", "bedfordshire-icb.example", "bedford-hospitals.example"),
    *("ousevalley-health.example", "bedford-primary-care.example", "riverside-homes.example"),
    *("schools.bedford-council.example", "bedfordshire-probation.example", "education.gov.uk"),
    *(DOMAIN, "private-mail.example"),
)
#: Hours at which something may be due: digest, reminders, and twice to see that nothing is.
_HOURS = tuple(timedelta(hours=hour) for hour in (8, 9, 12, 17))
_QUEUES = ("maildrop", "incoming", "active", "deferred")


class SimulatedReceipt:
    """A mailbox whose messages were received at the simulated moment at which they are fetched."""

    def __init__(self, inbox: Inbox, town: "Town") -> None:
        self._inbox, self._town = inbox, town

    def __getattr__(self, name: str) -> object:
        return getattr(self._inbox, name)

    def fetch(self, locators: Sequence[Locator]) -> Iterator[tuple[RawMessage, ...]]:
        """The same messages, with the time of day that the town has."""
        for batch in self._inbox.fetch(locators):
            yield tuple(replace(raw, received_at=self._town.now) for raw in batch)


@dataclass(frozen=True)
class Arrived:
    """A letter as it lies at the far end: Message-ID, recipients, day and hour in London, bytes."""

    message_id: str
    recipients: frozenset[str]
    at: datetime
    mime: bytes


class Town:
    """The servers, the unit that works with them, and what time it is."""

    def __init__(self, home: Path, dovecot: Dovecot, postfix: Postfix, sink: Sink) -> None:
        self.dovecot, self.postfix, self.sink = dovecot, postfix, sink
        self.now = datetime(2026, 11, 23, 8, 55, tzinfo=UTC)
        init(home)
        area = home / "config" / "areas" / "bedford.toml"
        area.write_text(_configured(area.read_text("utf-8"), dovecot, postfix), "utf-8")
        self.settings = load(home, {**os.environ, "UNIT_PASSWORD": PASSWORD})
        self.unit: Unit = unit_from(self.settings, self.settings.areas[0], clock=lambda: self.now)
        self.unit.inbox = SimulatedReceipt(self.unit.inbox, self)
        self.unit.inbox.open()

    def close(self) -> None:
        """End the unit's connections."""
        self.unit.inbox.close()
        self.unit.sender.close()
        self.unit.store.close()

    # --- time -----------------------------------------------------------------------------------

    def until(self, text: str) -> datetime:
        """Let time pass up to "Mon 23 Nov 2026 09:30" in London, working as the daemon does."""
        ends = moment(text)
        while self.now < ends:
            self.now = min(ends, self._next())
            self.work()
        return ends

    def work(self) -> None:
        """One pass; then all mail on its way arrives, before the clock moves on."""
        one_pass(self.unit, self.now)
        self.settle()

    def settle(self) -> None:
        """Wait until Postfix has nothing left to deliver."""
        ends = time.monotonic() + 30
        spool = self.postfix.home / "spool"
        while any(_files(spool / queue) for queue in _QUEUES):
            assert time.monotonic() < ends, f"mail is stuck:\n{self.postfix.log()[-3000:]}"
            time.sleep(0.01)

    def _next(self) -> datetime:
        """When the daemon would work next: at an hour that matters, or for the next letter."""
        local = self.now.astimezone(LONDON)
        midnight = local.replace(hour=0, minute=0)
        hours = [midnight + timedelta(days=n) + hour for n in (0, 1) for hour in _HOURS]
        moments = [hour.astimezone(UTC) for hour in hours if hour > local]
        letter = self.unit.store.outbox.next_due()
        return min([*moments, *([letter] if letter and letter > self.now else [])])

    # --- mail -----------------------------------------------------------------------------------

    def receive(self, mime: bytes, *, envelope_from: str | None = None) -> str:
        """Let a mail arrive from outside and be taken in; return its Message-ID."""
        mail = parsed(mime)
        sender = mail["From"].addresses[0].addr_spec if envelope_from is None else envelope_from
        self.postfix.deliver(mime, sender=sender, recipients=[SHARED])
        self.settle()
        self.work()
        return str(mail["Message-ID"])

    def at_the_far_end(self) -> list[Arrived]:
        """Every letter that reached the far end, each once, in the order of arrival."""
        letters: dict[str, Arrived] = {}
        for received in self.sink.received:
            message_id = str(parsed(received.mime)["Message-ID"])
            earlier = letters.get(message_id)
            letters[message_id] = Arrived(
                message_id,
                frozenset(received.recipients) | (earlier.recipients if earlier else frozenset()),
                earlier.at if earlier else received.at.astimezone(LONDON),
                received.mime,
            )
        return list(letters.values())

    @contextmanager
    def mail_program(self) -> Iterator[IMAPClient]:
        """A second IMAP client of the shared mailbox, as staff have it open on their desks."""
        trusted = ssl.create_default_context(cafile=str(self.dovecot.certificate.ca_file))
        client = IMAPClient("127.0.0.1", self.dovecot.imaps, ssl_context=trusted)
        try:
            client.login(SHARED, PASSWORD)
            yield client
        finally:
            client.logout()

    def folders(self) -> dict[str, set[str]]:
        """Every folder of the shared mailbox with the Message-IDs in it."""
        found: dict[str, set[str]] = {}
        with self.mail_program() as client:
            for flags, _, name in client.list_folders():
                if b"\\Noselect" in flags:
                    continue
                client.select_folder(name, readonly=True)
                headers = client.fetch(client.search("ALL"), [b"BODY.PEEK[HEADER]"])
                found[name] = {
                    str(parsed(data[b"BODY[HEADER]"])["Message-ID"]) for data in headers.values()
                }
        return found


@contextmanager
def a_town(home: Path) -> Iterator[Town]:
    """Start the servers and a unit that works with them."""
    town: Town | None = None

    def clock() -> datetime:
        assert town is not None
        return town.now

    with Dovecot() as dovecot, Sink(clock) as sink:
        neighbours = Neighbours(lmtp=dovecot.lmtp, sasl=dovecot.sasl, nexthop=sink.port)
        with Postfix(neighbours, domains=(DOMAIN,), vouched_for=VOUCHED_FOR) as postfix:
            town = Town(home, dovecot, postfix, sink)
            try:
                yield town
            finally:
                town.close()


def refuse(town: Town, address: str) -> None:
    """Let the far end refuse a recipient, so that Postfix writes a delivery report."""
    town.sink.moods[address] = Mood.REFUSE


def _configured(text: str, dovecot: Dovecot, postfix: Postfix) -> str:
    mailbox = f"""[mailbox]
kind = "imap"
host = "127.0.0.1"
port = {dovecot.imaps}
security = "tls"
user = "{SHARED}"
password_env = "UNIT_PASSWORD"
ca_file = "{dovecot.certificate.ca_file}"
"""
    sender = f"""[sender]
kind = "smtp"
host = "127.0.0.1"
port = {postfix.submission}
security = "starttls"
user = "{SHARED}"
password_env = "UNIT_PASSWORD"
ca_file = "{postfix.certificate.ca_file}"
"""
    for old, new in (
        ('[mailbox]\nkind = "maildir"\npath = "data/bedford-mailbox"\n', mailbox),
        ('[sender]\nkind = "maildir"\npath = "data/bedford-outgoing"\n', sender),
        ('"rapidreview@bedford-safeguarding.example"', f'"{SHARED}"'),
        ('"mx.bedford-safeguarding.example"', f'"{AUTHSERV_ID}"'),
    ):
        assert old in text, f"the shipped area has no {old!r}"
        text = text.replace(old, new)
    return text


def _files(directory: Path) -> bool:
    return any(files for _, _, files in os.walk(directory))
