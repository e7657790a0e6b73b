"""The process, clause by clause: every row of docs/process-coverage.md is true.

A row names what it is about, the rule that mailbot follows, the setting that changes it, and the
stories and tests that show it. What a row names must exist.
"""

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from mailbot.core.model import LetterKind

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "process-coverage.md"
CONFIG = ROOT / "config"
FILES = {
    "area": CONFIG / "areas" / "bedford.toml",
    "process.toml": CONFIG / "process.toml",
    "mailbot.toml": CONFIG / "mailbot.toml",
    "forms.toml": CONFIG / "forms.toml",
}
STORIES = ROOT / "tests" / "stories"

#: The paragraphs of the process that say how the flowchart is to be read.
PARAGRAPHS = (
    *("Areas", "Go-live", "Working days", "“15 days”", "Both branches", "The Panel is notified"),
    *("When there is a submission", "How cases begin", "Quorate", "One meeting, three labels"),
    *("Two deadlines on one return", "NHS Serious Incident", "One incident, several children"),
    *("Withdrawal", "Disagreement", "What follows the material", "Never a decision by the bot"),
    *("Staff can stop it", "Reminders", "Extensions and closed periods"),
    *("Non-serious notifications", "What a letter may say", "How a letter sounds"),
    "Send or draft",
)
_SPAN = re.compile(r"`([^`]+)`")
_QUOTED = re.compile(r"“([^”]+)”")


@dataclass(frozen=True)
class Row:
    """One row of the page, with the heading it stands under."""

    heading: str
    what: str
    rule: str
    setting: str
    shown: str


@cache
def rows() -> tuple[Row, ...]:
    found, heading = [], ""
    for line in PAGE.read_text("utf-8").splitlines():
        if line.startswith("## "):
            heading = line[3:]
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        is_row = line.startswith("|") and not set(line) <= set("|- ") and cells[1] != "rule"
        if is_row:
            assert len(cells) == 4, f"not four cells: {line}"
            found.append(Row(heading, *cells))
    return tuple(found)


def under(heading: str) -> list[Row]:
    found = [row for row in rows() if row.heading == heading]
    assert found, f"there is no table under “{heading}”"
    return found


def shows(reference: str) -> bool:
    """Whether a story or a test of this name exists."""
    if reference.endswith(".txt"):
        return (STORIES / reference).is_file()
    path, _, name = reference.partition("::")
    file = ROOT / path
    return file.is_file() and bool(name) and f"\ndef {name}(" in file.read_text("utf-8")


def setting_exists(name: str) -> bool:
    """Whether "area: table.key", "process.toml: clock.key" or the like is shipped.

    Keys that stand behind a remark sign, ready to be used, are shipped too.
    """
    place, _, key = name.partition(": ")
    if place not in FILES:
        return False
    text = FILES[place].read_text("utf-8")
    table, _, last = key.rpartition(".")
    if place == "process.toml":
        clocks = {clock["name"] for clock in tomllib.loads(text)["clock"]}
        explained = re.search(rf"^# +(\w+, )*{last}\b", text, re.MULTILINE)
        return (not table or table in clocks) and explained is not None
    header = not table or re.search(rf"^#? *\[+([\w.-]+\.)?{table}\]+", text, re.MULTILINE)
    as_table = re.search(rf"^#? *\[+([\w.-]+\.)?{last}\]+", text, re.MULTILINE)
    as_key = re.search(rf"^(?:# *)?{last} *=|^# +(\w+, )*{last}\b|^# *{last},", text, re.MULTILINE)
    return bool(header and (as_key or as_table))


def plain(text: str) -> str:
    """Text without its Markdown: "**5 working days**" is "5 working days"."""
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text)
    return " ".join(text.replace("*", "").split())


def clauses() -> list[str]:
    """The sentences of the partnership's flowchart, and its lines that are none."""
    found = []
    for line in (ROOT / "tests" / "flowchart.txt").read_text("utf-8").splitlines():
        bare = plain(line.lstrip("#- "))
        found += [part.strip() for part in re.split(r"(?<=[a-z]{3}\.) (?=[A-Z(])", bare)]
    return [clause for clause in found if clause]


@pytest.mark.parametrize("row", rows(), ids=lambda row: f"{row.heading}: {row.what[:40]}")
def test_what_a_row_names_exists(row: Row) -> None:
    assert row.rule, "a row without a rule"
    references = _SPAN.findall(row.shown)
    assert references, "nothing shows it"
    missing = [reference for reference in references if not shows(reference)]
    assert not missing, f"no such story or test: {missing}"
    settings = _SPAN.findall(row.setting)
    assert settings or row.setting.startswith(("none", "a line")), "no setting, and no reason why"
    unknown = [name for name in settings if not setting_exists(name)]
    assert not unknown, f"no such setting is shipped: {unknown}"


def test_every_clause_of_the_flowchart_has_a_row() -> None:
    quotes = [quote for row in under("The flowchart") for quote in _QUOTED.findall(row.what)]
    whole = " ".join(clauses())
    strange = [quote for quote in quotes if quote not in whole]
    assert not strange, f"not words of the flowchart: {strange}"
    bare = [c for c in clauses() if not any(quote in c or c in quote for quote in quotes)]
    assert not bare, f"clauses without a row: {bare}"


def test_every_paragraph_of_how_to_read_it_has_a_row() -> None:
    named = {match[1] for row in under("How to read it") if (match := _bold(row.what))}
    assert named == set(PARAGRAPHS)


def test_every_clock_that_is_shipped_has_a_row() -> None:
    shipped = {c["name"] for c in tomllib.loads(FILES["process.toml"].read_text("utf-8"))["clock"]}
    named = {name for row in under("The clocks") for name in _SPAN.findall(row.what)}
    assert named == shipped


def test_every_kind_of_letter_has_a_row() -> None:
    named = {name for row in under("The letters") for name in _SPAN.findall(row.what)}
    assert named == {kind.value for kind in LetterKind}


def test_every_ambiguity_has_one_row() -> None:
    named = [
        row.what.split(" ", 1)[0].strip("*:") for row in under("Where the flowchart is unclear")
    ]
    assert named == [f"A{number}" for number in range(1, 30)]


def test_every_story_is_named() -> None:
    named = {name for row in rows() for name in _SPAN.findall(row.shown)}
    unnamed = {story.name for story in STORIES.glob("*.txt")} - named
    assert not unnamed, f"stories that show nothing: {sorted(unnamed)}"


@pytest.mark.parametrize(
    "reference",
    ["pigs-fly.txt", "tests/core/test_clocks.py::test_nothing", "tests/core/test_clocks.py"],
)
def test_a_test_that_does_not_exist_is_noticed(reference: str) -> None:
    assert not shows(reference)


@pytest.mark.parametrize(
    "name", ["area: pigs", "area: nowhere.code", "process.toml: pigs.within", "nowhere: code"]
)
def test_a_setting_that_does_not_exist_is_noticed(name: str) -> None:
    assert not setting_exists(name)


def _bold(text: str) -> re.Match[str] | None:
    return re.match(r"\*\*(.+?)\*\*", text)
