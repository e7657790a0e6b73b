"""The specification in examples: each story in this folder is played, day by day, as it is told."""

from pathlib import Path

import pytest

from tests.stories.scenes import StoryError, day_in
from tests.stories.telling import Telling

HERE = Path(__file__).parent
STORIES = sorted(HERE.glob("*.txt"))


def play(story: Path, home: Path) -> None:
    """Play a story in a new home."""
    telling = Telling(home, story)
    try:
        telling.play()
    finally:
        telling.close()


@pytest.mark.parametrize("story", STORIES, ids=lambda path: path.stem)
def test_a_case_goes_as_its_story_tells(story: Path, tmp_path: Path) -> None:
    play(story, tmp_path / "home")


def test_there_are_stories() -> None:
    assert len(STORIES) >= 20


BEGINNING = """A story that is told wrongly

Mon 23 Nov 2026 08:55: mailbot begins
Mon 23 Nov 2026 09:30: notification from hospital, incident on Fri 20 Nov 2026
"""


@pytest.mark.parametrize(
    ("told", "fault"),
    [
        ("    out: acknowledgement to hospital", "not told.*new-case to staff"),
        ("    due: submission by Tue 15 Dec 2026", "submission by Mon 14 Dec 2026"),
        ("    all due: nothing", "happened and is not told: .*submission by Mon 14 Dec 2026"),
        ("    ended: submission", "did not happen: .'submission'"),
        ("    reminders wait: submission", "did not happen: .'submission'"),
        ("    waiting: 1", "did not happen: .'1'"),
        ("    says: new-case; pigs", "“pigs” is not so"),
        ("    says: new-case; without agencies", "“without agencies” is not so"),
        ("    says: outcome; pigs", "there is no outcome"),
        ("    working: submission; pigs", "“pigs” is not so"),
        ("", "went out and is not told: .*call-of-partners"),
        ("Tue 25 Nov 2026 09:00: nothing arrives", "Wednesday"),
        ("Tue 24 Nov 2026 09:00: findings from nobody", "there is no agency nobody"),
        ("Tue 24 Nov 2026 09:00, case 2: staff write", "there is no case 2"),
        ("[luton] Tue 24 Nov 2026 09:00: nothing arrives", "there is no area luton"),
        ("Tue 24 Nov 2026 09:00: pigs fly", "nobody knows “pigs fly”"),
        ("Tuesday: nothing arrives", "neither a day nor indented"),
        ("Tue 24 Nov 2026 09:00: nothing arrives\n    out: nothing", r"on Mon 23 Nov 09:30"),
    ],
)
def test_a_story_that_is_told_wrongly_is_noticed(tmp_path: Path, told: str, fault: str) -> None:
    story = tmp_path / "story.txt"
    story.write_text(f"{BEGINNING}{told}\n", "utf-8")
    with pytest.raises(AssertionError, match=rf"(?s){fault}"):
        play(story, tmp_path / "home")


def test_a_wrong_weekday_in_a_story_is_noticed() -> None:
    with pytest.raises(StoryError, match="Monday"):
        day_in("Tue 23 Nov 2026")
