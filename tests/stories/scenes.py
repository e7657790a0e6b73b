"""The text of a story: a title, what it shows, and dated lines with what stands below each."""

import re
from dataclasses import dataclass, field
from datetime import date, datetime

from mailbot.core.clocks.workdays import LONDON

FIRST_AREA = "bedford"
_MOMENT = re.compile(
    r"(?:\[([\w-]+)\] )?(\w{3} \d{1,2} \w{3} \d{4}) (\d{2}:\d{2})(?:, case (\d))?: (.+)"
)
_EXPECTED = re.compile(
    r"(out|drafts|lying|due|all due|ended|reminders wait|waiting|because|"
    r"digest|answer|says|form|the report|working): *(.*)"
)
_AREAS = re.compile(r"areas: *(.+)")


class StoryError(AssertionError):
    """What happened is not what the story says."""


def day_in(text: str) -> date:
    """Given "Mon 23 Nov 2026", return the day; the weekday must be right."""
    day = datetime.strptime(text, "%a %d %b %Y").date()  # noqa: DTZ007 - a day has no zone
    if f"{day:%a}" != text[:3]:
        raise StoryError(f"{text} is a {day:%A}")
    return day


@dataclass
class Scene:
    """One dated line of a story with what stands below it."""

    number: int
    at: datetime
    event: str
    area: str = FIRST_AREA
    case: int = 1  # the case it is about, counted in the order in which the area opened them
    words: list[str] = field(default_factory=list)
    expected: list[tuple[int, str, str]] = field(default_factory=list)


@dataclass
class Script:
    """A whole story: its title, what it shows, the areas that take part, and the scenes."""

    title: str = ""
    shows: list[str] = field(default_factory=list)
    areas: tuple[str, ...] = (FIRST_AREA,)
    settings: list[str] = field(default_factory=list)  # lines that differ from what is shipped
    scenes: list[Scene] = field(default_factory=list)


def script_in(text: str) -> Script:
    """Given a story's text, return its script."""
    script = Script()
    for number, line in enumerate(text.splitlines(), 1):
        found = _MOMENT.fullmatch(line.rstrip())
        if found:
            script.scenes.append(_scene(number, found))
        elif not script.scenes:
            _before_the_first_day(script, line)
        elif line.startswith(" ") and line.strip():
            _below(script.scenes[-1], number, line)
        elif line.strip():
            raise StoryError(f"line {number} is neither a day nor indented: {line}")
    return script


def entries_in(said: str) -> list[str]:
    """What a line tells, parted by semicolons."""
    return [entry.strip() for entry in said.split(";") if entry.strip()]


def _scene(number: int, found: re.Match[str]) -> Scene:
    day, hour = day_in(found[2]), datetime.strptime(found[3], "%H:%M").time()  # noqa: DTZ007
    at = datetime.combine(day, hour, LONDON)
    return Scene(number, at, found[5], found[1] or FIRST_AREA, int(found[4] or 1))


def _before_the_first_day(script: Script, line: str) -> None:
    plain = line.strip()
    areas = _AREAS.fullmatch(plain)
    if areas:
        script.areas = tuple(name.strip() for name in areas[1].split(","))
    elif line.startswith(" "):
        script.settings.append(plain)
    elif not script.title:
        script.title = plain
    elif plain and plain != "settings:":
        script.shows.append(plain)


def _below(scene: Scene, number: int, line: str) -> None:
    says = _EXPECTED.fullmatch(line.strip())
    if says:
        scene.expected.append((number, says[1], says[2]))
    elif scene.expected:
        number_, what, said = scene.expected.pop()
        scene.expected.append((number_, what, f"{said} {line.strip()}"))  # a long line goes on
    else:
        scene.words.append(line.strip())
