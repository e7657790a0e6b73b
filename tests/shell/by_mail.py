"""A case played by mail: an area lives through some days, with people who answer its letters."""

from collections.abc import Mapping
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path

from mailbot.casework import case_of
from mailbot.core.cases.standing import effective
from mailbot.core.model import AgencyCode, CaseRef, Fact, FactKind
from mailbot.rehearsal import Rehearsal
from mailbot.store import Kept
from tests.shell.world import NOTIFICATION, Mail, a_home, moment, notification, parsed, text_of

CRITERIA = """\
criteria: met
decided on: 23 November 2026
present: council, icb, police
chair consulted: yes

agencies: police, gp
"""
NOTIFIED = "panel notified: 23 November 2026"


class Play:
    """An area that lives through some days, with people who answer its letters."""

    def __init__(self, directory: Path, changes: Mapping[str, str] | None = None) -> None:
        settings = a_home(directory, changes)
        self.stage = Rehearsal(settings, begins=moment("Mon 2026-11-23 08:55"))
        self.unit = self.stage.unit
        self.mails = 0

    def notified(self, at: str, text: str = NOTIFICATION, **changes: str) -> str:
        """A notification arrives; return its message's key."""
        self.mails += 1
        mail = notification(moment(at), number=f"n{self.mails}", text=text)
        return self._take(mail, **changes)

    def answers(self, sender: str, letter: str, text: str, at: str, **changes: str) -> str:
        """Somebody answers the newest letter whose subject holds some words."""
        message_id, subject = next(
            (str(m["message-id"]), str(m["subject"]))
            for m in reversed(self.outgoing())
            if letter in str(m["subject"])
        )
        return self.writes(sender, f"RE: {subject}", text, at, answers=message_id, **changes)

    def writes(self, sender: str, subject: str, text: str, at: str, **changes: str) -> str:
        """Somebody writes; return the message's key."""
        self.mails += 1
        number = f"m{self.mails}"
        mail = Mail(sender=sender, subject=subject, text=text, number=number, at=moment(at))
        return self._take(mail, **changes)

    def until(self, at: str) -> None:
        """Let time pass."""
        self.stage.until(moment(at))

    def letter(self, words: str, to: str = "") -> str:
        """The text of the newest letter whose subject holds some words; "" when there is none."""
        for message in reversed(self.outgoing()):
            if words in str(message["subject"]) and to in str(message["to"]):
                return " ".join(text_of(message).split())
        return ""

    def count(self, words: str, to: str = "") -> int:
        """How many letters went whose subject holds some words."""
        return sum(words in str(m["subject"]) and to in str(m["to"]) for m in self.outgoing())

    @property
    def ref(self) -> CaseRef:
        """The first case."""
        return self.unit.store.cases.refs()[0]

    def facts(self, kind: FactKind, ref: CaseRef | None = None) -> list[Fact]:
        """A case's facts of a kind that stand."""
        return [
            f for f in effective(self.unit.store.cases.facts(ref or self.ref)) if f.kind is kind
        ]

    def kept(self, key: str) -> Kept:
        """A message as the store has it."""
        found = self.unit.store.messages.get(key)
        assert found is not None
        return found

    def waiting(self, code: AgencyCode, ref: CaseRef | None = None) -> bool:
        """Whether an agency's reminders wait."""
        return bool(case_of(self.unit, ref or self.ref).agencies[code].waiting)

    def outgoing(self) -> list[EmailMessage]:
        """The letters that went, oldest first."""
        sent = [letter for letter in self.unit.store.outbox.all() if letter.state == "sent"]
        ordered = sorted(sent, key=lambda letter: (letter.changed_at, letter.queued_at))
        return [parsed(self.unit.store.outbox.mime(letter.key)) for letter in ordered]

    def _take(self, mail: Mail, **changes: str) -> str:
        mail = replace(mail, **changes)
        before = {kept.key for kept in self.unit.store.messages.all()}
        self.stage.receive(mail.mime, mail.at)
        (key,) = {k.key for k in self.unit.store.messages.all() if k.sender == mail.sender} - before
        return key


def said_to_staff(play: Play) -> str:
    """What mailbot last answered staff that it had recorded."""
    return play.letter("ecorded", "tomasz")
