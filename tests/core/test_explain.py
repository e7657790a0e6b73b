"""Asking by mail why a day is the day: `explain: submission`."""

from mailbot.core.model import Area
from mailbot.core.record.instructions import AtHand, Instructions, read_instructions
from tests.core.cases import at
from tests.core.letter_stories import Story, a_busy_area

AREA: Area = a_busy_area()
NOW = "Fri 27 Nov 2026 09:30"


def explained(line: str) -> Instructions:
    """What a line of staff brings in a case in which three agencies were asked on Tue 24 Nov."""
    story = Story().opens()
    story.due("Mon 23 Nov 2026 10:01")
    story.decides().chooses("icb", "police", "school")
    story.asks("icb", "police", "school")
    return read_instructions(
        line,
        now=at(NOW),
        by="robin.hale@bedford.example",
        area=AREA,
        case=story.case(),
        at_hand=AtHand(clocks=story.clocks(at(NOW))),
    )


def test_a_due_day_is_explained_day_by_day_with_its_source_and_the_earliest_other_reading() -> None:
    (found,) = explained("explain: submission").explained
    assert found.what.endswith("due Mon 14 December 2026")
    assert found.lines[0] == "Mon 23 Nov 2026: day 0 (notification received)"
    assert "Mon 14 Dec 2026: working day 15, due" in found.lines
    assert any("within 15 days of original notification" in line for line in found.lines)
    # The 15th calendar day after Mon 23 Nov is Tue 8 Dec.
    assert any("Tue 8 Dec 2026" in line for line in found.lines)


def test_nothing_is_recorded_by_it() -> None:
    read = explained("explain: submission")
    assert read.facts == ()
    assert read.recorded == ()
    assert read.found


def test_one_agency_or_all_clocks_can_be_asked_about() -> None:
    (police,) = explained("explain: police").explained
    assert "Police" in police.what
    assert police.what.endswith("due Tue 1 December 2026")
    assert len(explained("explain: agency return").explained) == 3
    every = explained("explain: all").explained
    assert {e.what.rpartition(": due ")[2] for e in every} >= {
        "Mon 14 December 2026",
        "Tue 1 December 2026",
    }


def test_a_clock_that_is_not_known_is_answered_with_those_that_run() -> None:
    read = explained("explain: nonsense")
    assert read.explained == ()
    (why,) = read.not_understood
    assert "submission" in why
    assert "“all”" in why
