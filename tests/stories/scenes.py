"""The text of a story: dated lines, each with what stands below it."""

import re
from dataclasses import dataclass, field
from datetime import date, datetime

from mailbot.core.workdays import LONDON

_MOMENT = re.compile(r"(\w{3} \d{1,2} \w{3} \d{4}) (\d{2}:\d{2}): (.+)")
_EXPECTED = re.compile(r"(out|drafts|due|ended|waiting): *(.*)")


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
    words: list[str] = field(default_factory=list)
    expected: list[tuple[int, str, list[str]]] = field(default_factory=list)


def scenes_in(text: str) -> list[Scene]:
    """Given a story's text, return its scenes; what stands before the first is its title."""
    scenes: list[Scene] = []
    for number, line in enumerate(text.splitlines(), 1):
        found = _MOMENT.fullmatch(line.rstrip())
        if found:
            day, hour = day_in(found[1]), datetime.strptime(found[2], "%H:%M").time()  # noqa: DTZ007
            scenes.append(Scene(number, datetime.combine(day, hour, LONDON), found[3]))
        elif scenes and line.startswith(" ") and line.strip():
            says = _EXPECTED.fullmatch(line.strip())
            if says:
                entries_ = [e.strip() for e in says[2].split(";") if e.strip()]
                scenes[-1].expected.append((number, says[1], entries_))
            else:
                scenes[-1].words.append(line.strip())
        elif scenes and line.strip():
            raise StoryError(f"line {number} is neither a day nor indented: {line}")
    return scenes
