"""The demo's stage: a rehearsed area, people who write and send, and a line for each event."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta

from mailbot.core.letters.digest import KIND_WORDS
from mailbot.core.model import CaseRef, LetterKind
from mailbot.core.moments import LONDON
from mailbot.demo_mails import (
    Written,
    absence,
    answer,
    bounce,
    edited,
    filled,
    mail,
    stamped,
    word_file_of,
)
from mailbot.demo_pages import Shown
from mailbot.demo_story import Return
from mailbot.mailboxes import DRAFTS, SENT
from mailbot.mailboxes.maildir_files import entries, folder_path
from mailbot.rehearsal import Rehearsal
from mailbot.store import Posted

YEAR = 2026
EVENING = time(18, 0)
STAFF = "Tomasz Ellery <tomasz.ellery@bedford-safeguarding.example>"
#: More recipients than this are counted, not named.
NAMED = 2


@dataclass(slots=True)
class Stage:
    """Everything that the story needs to be told."""

    rehearsal: Rehearsal
    say: Callable[[str], None]
    shown: list[Shown] = field(default_factory=list)
    submission: bytes = b""  # as a person sent it
    draft: bytes = b""  # as mailbot drafted it
    _states: dict[str, str] = field(default_factory=dict)
    _mails: int = 0

    @property
    def ref(self) -> CaseRef:
        """The reference of the one case."""
        return self.rehearsal.unit.store.cases.refs()[0]

    def until(self, text: str) -> datetime:
        """Given "Mon 23 Nov 09:30", let time pass up to it, telling what goes out; return it."""
        end = moment(text)
        while self.rehearsal.now < end:
            here = self.rehearsal.now.astimezone(LONDON)
            evening = datetime.combine(here.date(), EVENING, LONDON)
            night = evening if here < evening else evening + timedelta(days=1)
            self.rehearsal.until(min(end, night.astimezone(end.tzinfo)))
            self._tell_letters()
        return end

    def arrives(self, mime: bytes, at: datetime, said: str) -> None:
        """Given a mail as it left its sender, let it arrive, vouched for by the mail server."""
        self.tell(at, "in", said)
        server = self.rehearsal.unit.area.authserv_id
        self.rehearsal.receive(stamped(mime, server), at)
        self._tell_letters()

    def writes(
        self,
        at: str,
        sender: str,
        *,
        subject: str,
        words: str,
        said: str,
        files: Mapping[str, bytes] | None = None,
    ) -> None:
        """Somebody writes a new mail to the shared mailbox."""
        when = self.until(at)
        address = self.rehearsal.unit.area.address
        written = self._written(sender, words, when, subject=subject, to=address, files=files)
        self.arrives(mail(written), when, said)

    def records(self, at: str, lines: str, *, on: LetterKind = LetterKind.NEW_CASE) -> None:
        """Staff answer the newest letter of a kind with labelled lines."""
        when = self.until(at)
        letter = self.newest(on, to=STAFF)
        first, *more = lines.splitlines()
        said = f"Tomasz Ellery answers “{KIND_WORDS[on]}”: {first}{' ...' if more else ''}"
        self.arrives(answer(self.mime(letter), self._written(STAFF, lines, when)), when, said)

    def returns(self, what: Return) -> None:
        """An agency answers its information request."""
        when = self.until(what.at)
        request = self.mime(self.newest(LetterKind.INFORMATION_REQUEST, of=what.agency))
        files = {"Return.docx": filled(word_file_of(request), what.form)} if what.form else {}
        written = self._written(what.sender, what.words, when, subject="[EXTERNAL] ", files=files)
        agency = self.rehearsal.unit.area.agency(what.agency)
        name = agency.name if agency else what.agency
        self.arrives(answer(request, written), when, f"{name}: {what.said}")

    def is_away(self, at: str, agency: str, sender: str, words: str) -> None:
        """Somebody's mail system says that they are away."""
        when = self.until(at)
        request = self.mime(self.newest(LetterKind.INFORMATION_REQUEST, of=agency))
        mime = absence(request, self._written(sender, words, when))
        self.arrives(mime, when, "automatic reply from the Named GP: on leave")

    def bounces(self, at: str, agency: str) -> None:
        """A mail server says that a request could not be delivered."""
        when = self.until(at)
        letter = self.newest(LetterKind.INFORMATION_REQUEST, of=agency)
        host = self.rehearsal.unit.area.authserv_id
        self._mails += 1
        mime = bounce(
            self.mime(letter),
            host=host,
            recipient=letter.recipients[0],
            at=when,
            number=self._mails,
        )
        self.arrives(mime, when, f"delivery report: the request to {agency} did not arrive")

    def sends_drafts(self, at: str, kind: LetterKind, *, greeting: str = "") -> None:
        """A person opens the drafts of a kind in Outlook and presses send."""
        when = self.until(at)
        inbox = self.rehearsal.unit.inbox
        drafts = [x for x in self.rehearsal.unit.store.outbox.in_state("drafted") if x.kind is kind]
        for letter in drafts:
            draft = self.mime(letter)
            sent = edited(draft, greeting=greeting, at=when)
            self._delete_draft(letter)
            inbox.append(SENT, sent, when)
            if kind is LetterKind.SUBMISSION:
                self.draft, self.submission = draft, sent
        how = "edits the draft and sends it" if greeting else "sends from Drafts"
        self.tell(when, "desk", f"a person {how}: {counted(KIND_WORDS[kind], len(drafts))}")
        self.rehearsal.until(when + timedelta(minutes=1))
        self._tell_letters()

    def tell(self, at: datetime, verb: str, what: str) -> None:
        """Say one event in one line."""
        self.say(f"{at.astimezone(LONDON):%a %d %b %H:%M}  {verb:<5} {what}")

    def newest(self, kind: LetterKind, *, of: str | None = None, to: str = "") -> Posted:
        """The newest letter of a kind to an agency or a person, sent or drafted."""
        address = to.partition("<")[2].rstrip(">")
        return next(
            letter
            for letter in self.rehearsal.unit.store.outbox.all()
            if letter.kind is kind
            and (of is None or letter.agency == of)
            and (not address or address in letter.recipients)
        )

    def mime(self, letter: Posted) -> bytes:
        """A letter's bytes."""
        return self.rehearsal.unit.store.outbox.mime(letter.key)

    def _written(
        self,
        sender: str,
        words: str,
        at: datetime,
        *,
        subject: str = "",
        to: str = "",
        files: Mapping[str, bytes] | None = None,
    ) -> Written:
        self._mails += 1
        return Written(
            sender=sender,
            to=to,
            subject=subject,
            words=words,
            at=at,
            number=self._mails,
            files=files or {},
        )

    def _delete_draft(self, letter: Posted) -> None:
        directory = folder_path(self.rehearsal.mailbox, DRAFTS)
        lying = entries(directory)
        for locator in self.rehearsal.unit.inbox.find(DRAFTS, letter.message_id):
            lying[locator.id].path.unlink()

    def _tell_letters(self) -> None:
        """Tell what became of letters since this was last done, alike ones in one line."""
        groups: dict[tuple[datetime, str, str], list[Posted]] = {}
        changed = [
            letter
            for letter in self.rehearsal.unit.store.outbox.all()
            if letter.state in ("sent", "drafted", "failed", "withdrawn")
            and self._states.get(letter.key) != letter.state
        ]
        for letter in sorted(changed, key=lambda x: (x.changed_at, x.key)):
            verb = self._verb(letter)
            self._states[letter.key] = letter.state
            if verb:
                groups.setdefault((letter.changed_at, verb, letter.kind.value), []).append(letter)
                self._show(letter, verb)
        for (at, verb, _), letters in groups.items():
            self.tell(at, verb, f"{KIND_WORDS[letters[0].kind]}, to {self._whom(letters)}")

    def _verb(self, letter: Posted) -> str:
        if letter.state == "sent":
            return "" if self._states.get(letter.key) == "drafted" else "out"
        return {"drafted": "draft", "failed": "fail", "withdrawn": "stop"}[letter.state]

    def _show(self, letter: Posted, verb: str) -> None:
        self.shown.append(
            Shown(
                at=letter.changed_at,
                verb=verb,
                kind=letter.kind,
                of=letter.agency or "",
                to=self._whom([letter]),
                mime=self.mime(letter),
            )
        )

    def _whom(self, letters: list[Posted]) -> str:
        agencies = [letter.agency for letter in letters if letter.agency]
        if len(agencies) > NAMED and len(agencies) == len(letters):
            return f"{len(agencies)} agencies, each alone"
        people = dict.fromkeys(address for letter in letters for address in letter.recipients)
        names = list(dict.fromkeys(self._name(address) for address in people))
        if len(names) > NAMED and all(len(x.recipients) == 1 for x in letters):
            return f"{len(names)} recipients, each alone"
        return ", ".join(names if len(names) == 1 else (n.partition(" (")[0] for n in names))

    def _name(self, address: str) -> str:
        """Whom an address belongs to, as people say it."""
        area = self.rehearsal.unit.area
        if address == area.panel_address:
            return "the Panel"
        if address in {person.email for person in area.staff}:
            return "staff"
        if area.chair and address == area.chair.email:
            return area.chair.name
        for agency in area.agencies:
            if address in agency.contacts:
                return agency.name
            people = (*agency.delegates, *((agency.lead,) if agency.lead else ()))
            found = next((p.name for p in people if p.email == address), "")
            if found:
                return f"{found} ({agency.name})"
        others = (*area.board, *((area.notifier,) if area.notifier else ()))
        return next((p.name for p in others if p.email == address), "the sender")


def moment(text: str) -> datetime:
    """Given "Mon 23 Nov 09:30" of the story's year, return it; the weekday must be right."""
    at = datetime.strptime(f"{text} {YEAR}", "%a %d %b %H:%M %Y").replace(tzinfo=LONDON)
    if f"{at:%a}" != text[:3]:
        raise ValueError(f"{text} is a {at:%a}")
    return at.astimezone(UTC)


def counted(what: str, number: int) -> str:
    """Given "letter" and 3, return "letter (3)"; one is not counted."""
    return what if number == 1 else f"{what} ({number})"
