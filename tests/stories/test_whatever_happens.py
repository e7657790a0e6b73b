"""Whatever happens in whatever order: no promise is broken, and no case is in trouble.

People do things at random for some weeks: the stories' own events, at any hour, sensible or not.
Nothing is expected but what must hold of every story.
"""

from datetime import datetime, time, timedelta
from pathlib import Path
from random import Random

import pytest

from mailbot.core.clocks.workdays import LONDON
from tests.stories.scenes import FIRST_AREA, Scene, Script, StoryError, script_in
from tests.stories.telling import Telling

BEGINS = "Chance\n\nMon 14 Dec 2026 08:55: mailbot begins\n"

#: What staff write; {day} is a day near by, {agency} an agency.
LINES = (
    "criteria: met / present: council, icb, police / chair consulted: yes",
    "criteria: not met / present: council, icb, police",
    "criteria: no agreement / present: council, icb, police",
    "correct: criteria, a slip of the pen",
    "agencies: police, hospital, gp, education",
    "agencies: {agency}, police",
    "ask again: {agency}",
    "excuse: {agency}, not involved",
    "extend: {agency} until {day}, they asked for it",
    "panel notified: {day} / reference: SI-1",
    "correct: panel notified, another case",
    "meeting: {day} 10:00",
    "meeting: cancelled",
    "held: yes / present: council, icb, police, chair",
    "held: yes / present: council, police",
    "decision: review / scope: local / reasons: a pattern",
    "decision: no review / next: audit / criteria found: not met / reasons: sound",
    "correct: decision, a slip of the pen",
    "confirm: the ICB's nurse, she agrees",
    "view: police not met, an accident",
    "nhs: hospital",
    "nhs: hospital, community-health / framework: psirf / until: {day}",
    "nhs: none",
    "report: hospital 72-hour",
    "hold: {agency} until {day}, a trial",
    "hold: case, the coroner",
    "hold: mailbox, moving",
    "release: {agency}, over",
    "release: case, over",
    "release: mailbox, over",
    "count: submission from {day}, agreed",
    "incident: {day}",
    "authority aware: {day}",
    "stop: requests",
    "dealt with: {agency}",
    "panel answer: agrees",
    "panel answer: asks for more / until: {day}",
    "safety: all safe",
    "beginning: looked-after child death",
    "beginning: serious",
    "report circulated: {day}",
    "signed off: {day}",
    "commissioning: author, {day}",
    "explain: all",
)
#: What ends a case comes seldom, and is mostly taken back.
ENDINGS = ("withdraw: an accident", "close: audit", "reopen: it was none", "reopen: not yet")
EVENTS = (
    "findings from {agency}",
    "nil return from {agency}",
    "partial return from {agency}",
    "question from {agency}",
    "out of office from {agency}",
    "the information-request to {agency} comes back undelivered",
    "staff send what lies in Drafts",
    "everybody accepts the invitation",
    "Nadia Featherstone declines the invitation",
    "the 72 hour report from hospital",
    "the Panel asks for more",
    "the Panel agrees",
    "the chair writes",
    "mailbot falls asleep",
    "mailbot wakes",
    "non-serious notification from education, incident on Mon 14 Dec 2026, about the 2nd child",
    "notification from hospital, incident on Fri 11 Dec 2026, about the 4th child",
)
AGENCIES = ("police", "hospital", "gp", "education")


class Chance(Telling):
    """A story that chance tells: it expects nothing."""

    def play_by_chance(self, chance: Random, happenings: int) -> None:
        """Let so many things happen, one after another, and see that every promise was kept."""
        at = self.scene.at + timedelta(minutes=35)
        first = "notification from childrens-social-care, incident on Fri 11 Dec 2026"
        self._now_happens(first, at)
        for _ in range(happenings):
            at = _later(at, chance)
            number = len(self.here.refs)
            self._now_happens(*_something(at, chance), case=chance.randint(1, max(number, 1)))
        self._now_happens("mailbot wakes", at + timedelta(hours=1))
        for _ in range(3):
            at = _later(at + timedelta(days=1), chance)
            self._now_happens("nothing arrives", at)
        for place in self.places.values():
            place.unlisted.clear()
            self._check_the_end(place)

    def _now_happens(
        self, event: str, at: datetime, words: tuple[str, ...] = (), *, case: int = 1
    ) -> None:
        scene = Scene(0, at, event, FIRST_AREA, case, list(words))
        self.script = Script(scenes=[scene])
        try:
            self.play_scene(scene)
        except StoryError as error:
            # Chance may let somebody answer what they never got; no more than that.
            if not any(words in str(error) for words in _NOT_POSSIBLE):
                raise


_NOT_POSSIBLE = (" got no ", "was not asked", "no draft to", "was not invited")


def _later(at: datetime, chance: Random) -> datetime:
    """A moment some hours on: mostly in office hours, now and then at night."""
    later = at + timedelta(minutes=chance.choice((10, 40, 120, 300, 900, 1500)))
    if 8 <= later.hour < 18 or chance.random() < 0.1:
        return later
    return datetime.combine(later.date() + timedelta(days=1), time(9, 30), LONDON)


def _something(at: datetime, chance: Random) -> tuple[str, datetime, tuple[str, ...]]:
    def filled(text: str) -> str:
        day = at.date() + timedelta(days=chance.choice((-3, -1, 0, 1, 2, 5, 9)))
        return text.format(day=f"{day.day} {day:%B %Y}", agency=chance.choice(AGENCIES))

    if chance.random() < 0.6:
        ends = [chance.choice(ENDINGS)] if chance.random() < 0.1 else []
        lines = [*chance.sample(LINES, chance.randint(1, 3)), *ends]
        return "staff write in answer to new-case", at, tuple(filled(line) for line in lines)
    event = filled(chance.choice(EVENTS))
    return event, at, ("criteria: not met",)


@pytest.mark.parametrize("seed", range(3))
def test_no_promise_is_broken(seed: int, tmp_path: Path) -> None:
    story = tmp_path / "chance.txt"
    story.write_text(BEGINS, "utf-8")
    assert script_in(BEGINS).scenes
    telling = Chance(tmp_path / "home", story)
    try:
        telling.play_by_chance(Random(seed), 30)
    finally:
        telling.close()
