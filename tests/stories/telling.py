"""Plays a story: cases told day by day in a text file that a business manager can read.

    Mon 23 Nov 2026 09:30: notification from childrens-social-care, incident on Fri 20 Nov 2026
        out: acknowledgement to childrens-social-care; new-case to staff

A line with a day says what happens then, in London's time, its weekday checked; `events.py` lists
what can. "[luton]" before the day is the area where it happens, ", case 2" after the hour the case
it is about, in the order in which they were opened. Below it stand, indented, the words of a mail,
and what must be true:

    out:            every letter that went out since the last such line, and on that very day
    drafts:         every letter laid into Drafts since the last such line
    lying:          every draft that lies in Drafts now
    due:            clocks that run, each with its due day ("all due": there are no others)
    ended:          clocks that have stopped or do not apply
    reminders wait: clocks that run, and whose reminders wait for a person
    working:        a clock, and words that stand in its working or its note
    waiting:        how many mails wait for a person
    because:        words that stand in why they wait
    digest:         words that stand in the area's newest digest ("without ...": they do not)
    answer:         words that stand in the newest answer to staff
    says:           a kind of letter, and words that stand in the newest of that kind
    form:           the same, for the Word files attached to it
    the report:     words that stand in the newest report for the Panel

Digests are not listed: one goes to staff on each working day while a case is open, and the story
fails when one is missing or goes at another time; nor are the designated nurse's summaries. What
must hold of every story besides is in `promises.py`. Above the first day a story may name its areas
("areas: bedford, luton") and, below "settings:" and indented, lines of its first area's file that
differ from what is shipped.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from mailbot.assembly import unit_from
from mailbot.casework import case_of, clocks_of
from mailbot.core.clocks.workdays import LONDON, format_day
from mailbot.core.model import Agency, CaseRef, Clock, ClockState, LetterKind
from mailbot.daemon import one_pass
from mailbot.mailboxes import DRAFTS
from mailbot.mailboxes.maildir import RehearsedLetter, rehearsed_letters
from mailbot.mailboxes.maildir_files import deliver, entries, folder_path
from mailbot.rehearsal import Rehearsal
from mailbot.settings import Settings
from mailbot.store import Posted
from mailbot.views import is_running
from tests.stories.events import act
from tests.stories.mails import parsed, stamped, text_of, word_files, words_of
from tests.stories.people import party
from tests.stories.promises import broken_promises
from tests.stories.scenes import Scene, Script, StoryError, entries_in, script_in
from tests.stories.stage import a_stage, change

#: Letters of every working morning: a story need not list them.
DAILY = {LetterKind.DIGEST, LetterKind.HEALTH_SUMMARY}
#: When the story looks whether something is due, besides when a letter or a case asks for it.
HOURS = tuple(time(hour) for hour in (8, 9, 13, 20))
HOURS_OFF = (time(9), time(20))


@dataclass(frozen=True)
class Sent:
    """A letter that went out: what the outbox says of it, its recipients, bytes and moment."""

    posted: Posted
    to: frozenset[str]
    mime: bytes
    at: datetime

    @property
    def kind(self) -> str:
        """Its kind."""
        return self.posted.kind.value


class Place:
    """One area of the story: its rehearsal, and what came out of it so far."""

    def __init__(self, settings: Settings, slug: str, begins: datetime) -> None:
        self.slug, self.settings = slug, settings
        self.rehearsal = Rehearsal(settings, begins=begins, slug=slug)
        self.sent: list[Sent] = []
        self._seen: set[RehearsedLetter] = set()
        self.unlisted: list[tuple[str, datetime]] = []
        self.drafted: set[str] = set()
        self.open_days: set[date] = set()

    @property
    def unit(self):
        """The area's unit."""
        return self.rehearsal.unit

    @property
    def area(self):
        """The area as config describes it."""
        return self.rehearsal.unit.area

    def until(self, moment: datetime) -> None:
        """Let time pass up to a moment, working as the daemon does."""
        while self.rehearsal.now < moment:
            self.rehearsal.now = min(self._next(), moment)
            self.work()

    def work(self) -> None:
        """One pass of the daemon."""
        one_pass(self.unit, self.rehearsal.now)
        local = self.rehearsal.now.astimezone(LONDON)
        in_hours = self.area.digest_at <= local.time() <= self.area.office_until
        if in_hours and self.unit.store.cases.refs(only_open=True):
            self.open_days.add(local.date())

    def _next(self) -> datetime:
        now = self.rehearsal.now
        today = now.astimezone(LONDON).date()
        days = (today, today + timedelta(days=1))
        calendar = self.unit.calendar
        moments = [
            datetime.combine(day, hour, LONDON).astimezone(UTC)
            for day in days
            for hour in (HOURS if calendar.is_working_day(day) else HOURS_OFF)
        ]
        letter = self.unit.store.outbox.next_due()
        return min(m for m in [*moments, *([letter] if letter else [])] if m > now)

    def changed(self, settings: Settings) -> None:
        """Go on with other settings, as after a restart."""
        now = self.rehearsal.now
        self.close()
        found = settings.area(self.slug)
        assert found is not None
        self.settings = settings
        self.rehearsal.unit = unit_from(settings, found, clock=lambda: self.rehearsal.now)
        self.unit.inbox.open()
        self.rehearsal.now = now

    def close(self) -> None:
        """End."""
        self.unit.inbox.close()
        self.unit.store.close()

    @property
    def refs(self) -> list[CaseRef]:
        """The area's cases in the order in which they were opened."""
        return sorted(self.unit.store.cases.refs(), key=lambda ref: ref.split("-")[1:3])

    def collect(self) -> None:
        """Take up the letters that went out since the last time."""
        for letter in rehearsed_letters(self.rehearsal.outgoing):
            if letter in self._seen:
                continue
            self._seen.add(letter)
            posted = self.unit.store.outbox.by_message_id(str(parsed(letter.mime)["Message-ID"]))
            assert posted is not None, "a letter that is not in the outbox"
            to = frozenset(letter.recipients)
            self.sent.append(Sent(posted, to, letter.mime, letter.sent_at.astimezone(LONDON)))
            if posted.kind not in DAILY:
                self.unlisted.append((self.called(posted, to), self.sent[-1].at))

    def called(self, posted: Posted, to: frozenset[str]) -> str:
        """A letter as the story names it; one about another case than the first says so."""
        number = self.refs.index(posted.case) + 1 if posted.case in self.refs else 1
        case = f" in case {number}" if number > 1 else ""
        return f"{posted.kind.value} to {party(to, self.area)}{case}"


class Telling:
    """One story being played in a new home."""

    def __init__(self, home: Path, story: Path) -> None:
        self.home, self.story = home, story
        self.script: Script = script_in(story.read_text("utf-8"))
        settings = a_stage(home, self.script.areas, self.script.settings)
        begins = self.script.scenes[0].at.astimezone(UTC)
        self.places = {slug: Place(settings, slug, begins) for slug in self.script.areas}
        self.scene = self.script.scenes[0]
        self.asleep = False

    def play(self) -> None:
        """Play every scene; see that nothing is left untold, and that no promise was broken."""
        for scene in self.script.scenes:
            self.play_scene(scene)
            for number, what, said in scene.expected:
                self._check(f"{self.story.name}, line {number}", what, said)
        for place in self.places.values():
            self._check_the_end(place)

    def play_scene(self, scene: Scene) -> None:
        """Let the time until a scene pass, and happen what it says."""
        self.scene = scene
        self.here.collect()
        self._pass_time(scene.at)
        act(self, scene)
        for place in self.places.values():
            place.collect()
        self._see_that_all_is_well()

    def close(self) -> None:
        """End."""
        for place in self.places.values():
            place.close()

    # --- where and when -------------------------------------------------------------------------

    @property
    def here(self) -> Place:
        """The area in which the scene plays."""
        if self.scene.area not in self.places:
            raise StoryError(f"{self.story.name}: there is no area {self.scene.area}")
        return self.places[self.scene.area]

    @property
    def case(self) -> CaseRef:
        """The case that the scene is about."""
        if len(self.here.refs) < self.scene.case:
            raise StoryError(f"{self.story.name}: there is no case {self.scene.case}")
        return self.here.refs[self.scene.case - 1]

    @property
    def now(self) -> datetime:
        """The moment of the scene, in UTC."""
        return self.scene.at.astimezone(UTC)

    def _pass_time(self, at: datetime) -> None:
        if not self.asleep:
            for place in self.places.values():
                place.until(at.astimezone(UTC))

    def arrive(self, mime: bytes, *, vouched: bool = True) -> None:
        """Let a mail arrive, stamped by the area's own mail host."""
        place = self.here
        verdict = "pass" if vouched else "fail"
        mime = stamped(mime, place.area.authserv_id, verdict=verdict)
        deliver(place.rehearsal.mailbox, mime, self.now)
        if not self.asleep:
            self.work()

    def work(self) -> None:
        """Let the area work now, awake or just woken."""
        self.here.rehearsal.now = self.now
        self.here.work()

    def change_settings(self, lines: list[str]) -> None:
        """Change the file of the scene's area and restart."""
        self.here.changed(change(self.home, self.here.slug, lines))

    # --- what is true ---------------------------------------------------------------------------

    def _see_that_all_is_well(self) -> None:
        """No case is in trouble, and no letter could not be written."""
        for place in self.places.values():
            store = place.unit.store
            faults = [why for _, why in store.cases.troubles()]
            faults += [why for key, _, why, _ in store.outbox.notices() if key[:6] == "letter"]
            reasons = [message.reason for message in store.messages.waiting()]
            faults += [reason for reason in reasons if "in three tries" in reason]
            if faults:
                raise StoryError(f"{self.story.name}, {told_scene(self.scene)}: {faults}")

    def _check(self, line: str, what: str, said: str) -> None:
        name = f"_{what.replace(' ', '_')}"
        if what in {"working", "because", "digest", "answer", "says", "form", "the report"}:
            self._check_words(line, what, getattr(self, name)(said), said)
            return
        wanted = Counter(entry for entry in entries_in(said) if entry != "nothing")
        found = Counter(getattr(self, name)(wanted))
        if wanted != found:
            missing, extra = wanted - found, found - wanted
            raise StoryError(
                f"{line}, {what}:\n  told and did not happen: {sorted(missing.elements())}"
                f"\n  happened and is not told: {sorted(extra.elements())}"
            )

    @staticmethod
    def _check_words(line: str, what: str, text: str, said: str) -> None:
        found = " ".join(text.split()).casefold()
        for words in entries_in(said):
            looked_for = words.removeprefix("without ").strip("“”").casefold()
            if (looked_for in found) is words.startswith("without "):
                raise StoryError(f"{line}, {what}: “{words}” is not so in:\n{text}")

    def _out(self, _wanted: Counter[str]) -> list[str]:
        listed, self.here.unlisted = self.here.unlisted, []
        today = self.scene.at.date()
        return [
            what if when.date() == today else f"{what} on {when:%a %d %b %H:%M}"
            for what, when in listed
        ]

    def _drafts(self, _wanted: Counter[str]) -> list[str]:
        place = self.here
        letters = place.unit.store.outbox.in_state("drafted", "sent")
        laid = [x for x in letters if x.delivery == "draft" and x.key not in place.drafted]
        place.drafted |= {letter.key for letter in laid}
        return [place.called(x, frozenset(x.recipients)) for x in laid]

    def _lying(self, _wanted: Counter[str]) -> Iterator[str]:
        drafts = folder_path(self.here.rehearsal.mailbox, DRAFTS)
        for entry in entries(drafts).values():
            mail = parsed(entry.path.read_bytes())
            posted = self.here.unit.store.outbox.by_message_id(str(mail["Message-ID"]))
            assert posted is not None, "a draft that is not in the outbox"
            yield self.here.called(posted, frozenset(posted.recipients))

    def clocks(self) -> dict[str, Clock]:
        """The clocks of the scene's case by name: "submission", "agency-return of police"."""
        unit = self.here.unit
        found = clocks_of(unit, case_of(unit, self.case), self.now)
        return {f"{c.rule.name} of {c.agency}" if c.agency else c.rule.name: c for c in found}

    def _all_due(self, _wanted: Counter[str]) -> Iterator[str]:
        for name, clock in self.clocks().items():
            if is_running(clock):
                yield f"{name} by {format_day(clock.due_on)}"

    def _due(self, wanted: Counter[str]) -> list[str]:
        names = {entry.partition(" by ")[0] for entry in wanted}
        return [entry for entry in self._all_due(wanted) if entry.partition(" by ")[0] in names]

    def _ended(self, wanted: Counter[str]) -> list[str]:
        return [n for n, c in self.clocks().items() if n in wanted and not is_running(c)]

    def _reminders_wait(self, wanted: Counter[str]) -> list[str]:
        states = {name: clock.state for name, clock in self.clocks().items()}
        return [n for n, state in states.items() if n in wanted and state is ClockState.WAITING]

    def _waiting(self, _wanted: Counter[str]) -> list[str]:
        number = len(self.here.unit.store.messages.waiting())
        return [str(number)] if number else []

    def _because(self, _said: str) -> str:
        return "\n".join(message.reason for message in self.here.unit.store.messages.waiting())

    def _working(self, said: str) -> str:
        name = entries_in(said)[0]
        clock = self.clocks()[name]
        earliest = format_day(clock.earliest_on) if clock.earliest_on else "none"
        return "\n".join([name, *clock.working, clock.note, f"earliest reading: {earliest}"])

    def _digest(self, _said: str) -> str:
        return self._newest("digest")

    def _answer(self, _said: str) -> str:
        return self._newest("instruction-answer")

    def _says(self, said: str) -> str:
        return self._newest(entries_in(said)[0])

    def _form(self, said: str) -> str:
        called = entries_in(said)[0]
        files = word_files(self._newest_letter(called).mime)
        return "\n".join([called, *(words_of(file) for file in files)])

    def _the_report(self, _said: str) -> str:
        outbox = self.here.unit.store.outbox
        drafts = [x for x in outbox.of_case(self.case) if x.kind is LetterKind.SUBMISSION]
        return "\n".join(words_of(file) for file in word_files(outbox.mime(drafts[-1].key)))

    def _newest(self, called: str) -> str:
        mime = self._newest_letter(called).mime
        return f"{called}\n{parsed(mime)['Subject']}\n{text_of(mime)}"

    def _newest_letter(self, called: str) -> Sent:
        """The newest letter of a kind ("reminder", "reminder to police")."""
        for letter in reversed(self.here.sent):
            if called in (self.here.called(letter.posted, letter.to), letter.kind):
                return letter
        raise StoryError(f"{self.story.name}: there is no {called}")

    def _check_the_end(self, place: Place) -> None:
        untold = [f"{what} on {format_day(at.date())}" for what, at in place.unlisted]
        if untold:
            raise StoryError(f"{self.story.name}: went out and is not told: {'; '.join(untold)}")
        days = [letter.at.date() for letter in place.sent if letter.kind == "digest"]
        working = {day for day in place.open_days if place.unit.calendar.is_working_day(day)}
        if working - set(days) or len(days) != len(set(days)):
            missing = sorted(map(str, working - set(days)))
            raise StoryError(f"{self.story.name}: digests missing on {missing}, in all {days}")
        broken = broken_promises(place.sent, place.unit)
        if broken:
            raise StoryError(f"{self.story.name}: {'; '.join(broken)}")

    # --- what people have in hand ---------------------------------------------------------------

    def agency(self, code: str) -> Agency:
        """An agency of the scene's area by its code."""
        found = self.here.area.agency(code)
        assert found is not None, f"there is no agency {code}"
        return found

    def letters_to(self, address: str, kind: str = "") -> list[bytes]:
        """The letters about the scene's case that somebody got; digests are nobody's."""
        return [
            letter.mime
            for letter in self.here.sent
            if address in letter.to
            and letter.kind != "digest"
            and letter.kind.startswith(kind)
            and letter.posted.case in (self.case, None)
        ]

    def last_letter(self, address: str, kind: str = "") -> bytes:
        """The newest of them."""
        self.here.collect()
        found = self.letters_to(address, kind)
        if not found:
            raise StoryError(f"{self.story.name}: {address} got no {kind or 'letter'}")
        return found[-1]


def told_scene(scene: Scene) -> str:
    """A scene as failures name it."""
    return f"line {scene.number}, {scene.at:%a %d %b %H:%M}: {scene.event}"
