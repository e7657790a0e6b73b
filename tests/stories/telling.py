"""Plays a story: a case told day by day in a text file that a business manager can read.

    Mon 23 Nov 2026 09:30: notification from childrens-social-care, incident on Fri 20 Nov 2026
        out: acknowledgement to childrens-social-care; new-case to staff

A line with a day says what happens then, in London's time, its weekday checked; `EVENTS` lists
what can. Below it stand, indented, the words of a mail, and what must be true:

    out:     every letter that went out since the last such line, and on that very day
    drafts:  every letter laid into Drafts since the last such line
    due:     clocks that run, each with its due day
    ended:   clocks that have stopped or do not apply
    waiting: how many mails wait for a person

Digests are not listed: one goes to staff on each working day while a case is open, and the story
fails when one is missing or goes at another time.
"""

from collections import Counter
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from mailbot.casework import case_of, clocks_of
from mailbot.core.model import Agency, CaseRef, LetterKind
from mailbot.core.workdays import LONDON, format_day
from mailbot.mailboxes.maildir_files import deliver
from mailbot.rehearsal import Rehearsal
from mailbot.settings import Settings
from mailbot.views import is_running
from tests.stories.events import act, party
from tests.stories.mails import parsed, stamped
from tests.stories.scenes import StoryError, scenes_in


class Telling:
    """One story being played."""

    def __init__(self, settings: Settings, story: Path) -> None:
        self.story, self.settings = story, settings
        self.scenes = scenes_in(story.read_text("utf-8"))
        self.rehearsal = Rehearsal(settings, begins=self.scenes[0].at.astimezone(UTC))
        self.unit, self.area = self.rehearsal.unit, self.rehearsal.unit.area
        self.asleep = False
        self.sent: list[tuple[str, frozenset[str], bytes, datetime]] = []  # every letter so far
        self.unlisted: list[tuple[str, datetime]] = []
        self.drafted: set[str] = set()
        self.digests: list[datetime] = []
        self.open_days: set[date] = set()

    def play(self) -> None:
        """Play every scene, and see that nothing is left that the story does not tell."""
        for scene in self.scenes:
            self._pass_time(scene.at)
            act(self, scene)
            self._collect()
            for number, what, said in scene.expected:
                self._check(f"{self.story.name}, line {number}", what, said, scene.at)
        left = [f"{what} on {format_day(at.date())}" for what, at in self.unlisted]
        if left:
            raise StoryError(f"{self.story.name}: went out and is not told: {'; '.join(left)}")
        self._check_digests()

    # --- time ---------------------------------------------------------------------------------

    def _pass_time(self, at: datetime) -> None:
        moment = at.astimezone(UTC)
        while not self.asleep and self.rehearsal.now < moment:
            morning = datetime.combine(self.rehearsal.now.date() + timedelta(days=1), time(), UTC)
            self.rehearsal.until(min(moment, morning))
            if self.unit.store.cases.refs(only_open=True):
                self.open_days.add(self.unit.calendar.day_of(self.rehearsal.now))

    def arrive(self, mime: bytes, at: datetime) -> None:
        """Let a mail arrive, stamped by the area's own mail host."""
        if self.asleep:
            deliver(self.rehearsal.mailbox, stamped(mime), at.astimezone(UTC))
        else:
            self.rehearsal.receive(stamped(mime), at.astimezone(UTC))

    # --- what is true ---------------------------------------------------------------------------

    def _collect(self) -> None:
        for letter in self.rehearsal.letters():
            posted = self.unit.store.outbox.by_message_id(str(parsed(letter.mime)["Message-ID"]))
            assert posted is not None, "a letter that is not in the outbox"
            to = frozenset(letter.recipients)
            self.sent.append((posted.kind.value, to, letter.mime, letter.sent_at))
            local = letter.sent_at.astimezone(LONDON)
            if posted.kind is LetterKind.DIGEST:
                self.digests.append(local)
            else:
                self.unlisted.append((f"{posted.kind.value} to {party(to, self.area)}", local))

    def _check(self, place: str, what: str, said: list[str], at: datetime) -> None:
        wanted = Counter(entry for entry in said if entry != "nothing")
        found = Counter(getattr(self, f"_{what}")(at, wanted))
        if wanted != found:
            missing, extra = wanted - found, found - wanted
            raise StoryError(
                f"{place}, {what}:\n  told and did not happen: {sorted(missing.elements())}"
                f"\n  happened and is not told: {sorted(extra.elements())}"
            )

    def _out(self, at: datetime, _wanted: Counter[str]) -> list[str]:
        listed, self.unlisted = self.unlisted, []
        return [
            what if when.date() == at.date() else f"{what} on {when:%a %d %b %H:%M}"
            for what, when in listed
        ]

    def _drafts(self, _at: datetime, _wanted: Counter[str]) -> list[str]:
        letters = self.unit.store.outbox.in_state("drafted", "sent")
        laid = [x for x in letters if x.delivery == "draft" and x.key not in self.drafted]
        self.drafted |= {letter.key for letter in laid}
        return [f"{x.kind.value} to {party(frozenset(x.recipients), self.area)}" for x in laid]

    def _clocks(self, *, running: bool) -> Mapping[str, date]:
        case = case_of(self.unit, self.case)
        return {
            f"{c.rule.name} of {c.agency}" if c.agency else c.rule.name: c.due_on
            for c in clocks_of(self.unit, case, self.rehearsal.now)
            if is_running(c) is running
        }

    def _due(self, _at: datetime, wanted: Counter[str]) -> list[str]:
        names = {entry.partition(" by ")[0] for entry in wanted}
        found = self._clocks(running=True)
        return [f"{name} by {format_day(day)}" for name, day in found.items() if name in names]

    def _ended(self, _at: datetime, wanted: Counter[str]) -> list[str]:
        return [name for name in self._clocks(running=False) if name in wanted]

    def _waiting(self, _at: datetime, _wanted: Counter[str]) -> list[str]:
        number = len(self.unit.store.messages.waiting())
        return [str(number)] if number else []

    def _check_digests(self) -> None:
        days = [moment.date() for moment in self.digests]
        missing = {d for d in self.open_days if self.unit.calendar.is_working_day(d)} - set(days)
        if missing or len(days) != len(set(days)):
            raise StoryError(f"digests: missing {sorted(missing)}, in all {days}")

    # --- what people do -------------------------------------------------------------------------

    @property
    def case(self) -> CaseRef:
        """The story's only case."""
        return self.unit.store.cases.refs()[0]

    def agency(self, code: str) -> Agency:
        """An agency of the area by its code."""
        found = self.area.agency(code)
        assert found is not None, f"there is no agency {code}"
        return found

    def last_letter(self, address: str, kind: str = "") -> bytes:
        """The newest letter about the case that somebody got; digests are nobody's."""
        found = [
            mime
            for sort, to, mime, _ in self.sent
            if address in to and sort != "digest" and sort.startswith(kind)
        ]
        assert found, f"{address} got no {kind or 'letter'}"
        return found[-1]
