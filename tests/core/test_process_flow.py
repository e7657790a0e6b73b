"""The process as a table and a diagram: from the rules that run, and with no letter left out."""

from dataclasses import replace
from pathlib import Path

from mailbot.core.letters.letters import cause_of
from mailbot.core.letters.process_flow import LETTERS_AFTER, clock_table, flow
from mailbot.core.model import FactKind, LetterKind
from scripts.process_page import PAGE, lines_of, shipped_office
from tests.core.letter_stories import RULES, Story

#: Letters that no fact of the process brings: they follow from the day, or from a mail.
OF_THE_DAY = {
    LetterKind.ALERT,
    LetterKind.DIGEST,
    LetterKind.INSTRUCTION_ANSWER,
    LetterKind.NOTIFICATION_WAITS,
    LetterKind.REMINDER,
    LetterKind.SAFETY_REPLY,
}


def test_the_page_in_the_docs_is_what_runs() -> None:
    assert Path(PAGE).read_text("utf-8") == "\n".join(lines_of(shipped_office())) + "\n"


def test_every_clock_and_every_kind_of_letter_is_in_the_diagram() -> None:
    drawn = "\n".join(flow(Story().office))
    assert all(f"clock_{rule.name.replace('-', '_')}[" in drawn for rule in RULES)
    shown = {kind for kinds in LETTERS_AFTER.values() for kind in kinds}
    assert shown | OF_THE_DAY == set(LetterKind)


def test_letters_hang_on_the_facts_that_bring_them() -> None:
    story = Story().opens()
    letters = [*story.due("Mon 23 Nov 2026 10:01")]
    story.decides().chooses("icb", "police", "school")
    letters += story.due("Tue 24 Nov 2026 11:01")
    story.answers("school", "findings", "Wed 25 Nov 2026 10:00").meets()
    letters += story.due("Mon 7 Dec 2026 12:00")
    kinds = {fact.number: fact.kind for fact in story.facts}
    wrong = [
        (kinds[cause], letter.kind)
        for letter in letters
        if (cause := cause_of(letter.key)) in kinds
        and letter.kind not in OF_THE_DAY
        and letter.kind not in LETTERS_AFTER.get(kinds[cause], ())
    ]
    assert len(letters) > 10
    assert wrong == []


def test_the_branches_are_tried_out_and_not_written_down() -> None:
    rows = {row["clock"]: row for row in clock_table(Story().office)}
    assert rows["submission"]["criteria"] == "undecided or met"
    assert rows["outcome-recorded"]["criteria"] == "not met"
    assert rows["partners-signed-off"]["criteria"] == "met"
    assert rows["agency-return"]["criteria"] == ""
    assert "non-serious" not in rows["submission"]["cases that begin as"]
    assert (
        rows["notify-dfe"]["cases that begin as"] == "looked-after-child-death, care-leaver-death"
    )


def test_an_override_of_an_area_shows_in_its_table() -> None:
    office = Story().office
    changed = tuple(replace(r, within=7) if r.name == "agency-return" else r for r in RULES)
    rows = {row["clock"]: row for row in clock_table(replace(office, rules=changed))}
    assert rows["agency-return"]["within"].startswith("7 working days, and at latest 1 working day")
    assert FactKind.RETURN_RECEIVED.value in rows["agency-return"]["stops on"]
