"""The clocks as shipped: every figure quotes the flowchart, every fault is told at once."""

import copy
import re
import tomllib
from datetime import time
from pathlib import Path
from typing import Any

import pytest

from mailbot.core.clocks.rules import in_dependency_order, rules_from
from mailbot.core.model import FactKind, Per
from mailbot.errors import SettingsError

ROOT = Path(__file__).parents[2]
SHIPPED: dict[str, Any] = tomllib.loads((ROOT / "config/process.toml").read_text("utf-8"))
CLOCKS: list[dict[str, Any]] = SHIPPED["clock"]


def folded(text: str) -> str:
    """The text without bold marks, links' targets and line ends."""
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text.replace("**", ""))
    return " ".join(text.split())


FLOWCHART = folded((ROOT / "tests/flowchart.txt").read_text("utf-8"))


def quotes_of(table: dict[str, Any]) -> list[str]:
    source = table.get("source", [])
    return [source] if isinstance(source, str) else source


def changed(name: str, **keys: Any) -> dict[str, Any]:
    """What is shipped, with keys of one clock changed; None takes a key away."""
    toml = copy.deepcopy(SHIPPED)
    table = next(table for table in toml["clock"] if table["name"] == name)
    for key, value in keys.items():
        if value is None:
            del table[key]
        else:
            table[key] = value
    return toml


def faults_of(toml: dict[str, Any]) -> tuple[str, ...]:
    with pytest.raises(SettingsError) as raised:
        rules_from(toml)
    return raised.value.faults


@pytest.mark.parametrize("table", CLOCKS, ids=[table["name"] for table in CLOCKS])
def test_every_source_is_found_in_the_flowchart(table: dict[str, Any]) -> None:
    assert quotes_of(table) or table["source_note"]
    for quote in quotes_of(table):
        assert folded(quote) in FLOWCHART


@pytest.mark.parametrize("table", CLOCKS, ids=[table["name"] for table in CLOCKS])
def test_a_figure_of_the_flowchart_stands_in_its_quote(table: dict[str, Any]) -> None:
    if "source" in table and not table.get("source_note") and table["within"] != "as agreed":
        assert re.search(rf"\b{table['within']}\b", " ".join(quotes_of(table)))


def test_the_clocks_of_the_process_are_shipped_with_its_figures() -> None:
    shown = {
        r.name: (r.within, r.unit, r.told_when, r.then, dict(r.also_before), r.owner)
        for r in rules_from(SHIPPED)
    }
    days, each, nurse = "working days", "each working day", "designated-nurse"
    assert shown == {
        "notify-business-unit": (5, days, (), "", {}, "notifier"),
        "partners-decide": (5, days, (-1, 0), "staff", {"notify-panel": 1}, "partners"),
        "notify-panel": (5, days, (-3, -1, 0), each, {}, "notifier"),
        "notify-dfe": (5, days, (-3, -1, 0), each, {}, "notifier"),
        "inform-board": (1, days, (), "", {}, "staff"),
        "agency-return": (5, days, (-2, 0, 1), "staff", {"meeting": 1}, "agency"),
        "review-meeting": (10, days, (0,), "", {"submission": 5}, "staff"),
        "report-circulated": (0, "", (), "", {"submission": 3}, "staff"),
        "partners-signed-off": (0, "", (-1, 0), "", {"submission": 1}, "partners-and-staff"),
        "submission": (15, days, (-3, 0, 1), "", {}, "manager"),
        "outcome-recorded": (15, days, (), "", {}, "staff"),
        "panel-answer": (15, days, (1, 5), "", {}, "panel"),
        "panel-further-information": (0, "as agreed", (-2, 0, 1), "", {}, "staff"),
        "nhs-72-hour-report": (72, "hours", (0, 1), "staff", {}, nurse),
        "nhs-30-day-report": (30, days, (-5, 0, 3), "staff", {}, nurse),
        "nhs-60-day-report": (60, days, (-5, 0, 3), "staff", {}, nurse),
        "health-learning-response": (0, "as agreed", (-5, 0, 3), "staff", {}, nurse),
    }


def test_only_what_partners_are_asked_for_rolls_forward() -> None:
    rules = {rule.name: rule for rule in rules_from(SHIPPED)}
    assert [name for name, rule in rules.items() if rule.roll_forward] == ["agency-return"]
    assert [name for name, rule in rules.items() if rule.cut_off] == ["agency-return"]
    assert rules["agency-return"].cut_off == time(17, 0)
    assert rules["agency-return"].per is Per.AGENCY


def test_an_area_may_count_from_another_fact() -> None:
    rules = rules_from(changed("notify-panel", anchor="authority-aware"))
    rule = next(rule for rule in rules if rule.name == "notify-panel")
    assert rule.starts_on[:2] == (FactKind.AUTHORITY_AWARE, FactKind.INCIDENT_OCCURRED)


def test_a_clock_comes_after_those_it_is_due_before() -> None:
    names = [rule.name for rule in in_dependency_order(rules_from(SHIPPED))]
    assert len(names) == len(CLOCKS)
    assert names.index("notify-panel") < names.index("partners-decide")
    assert names.index("submission") < names.index("review-meeting")


@pytest.mark.parametrize(
    ("name", "keys", "said"),
    [
        ("submission", {"withn": "5 working days"}, "key 'withn': is not known"),
        ("submission", {"within": "15 days"}, "key 'within': '15 days' is not a period"),
        ("submission", {"within": 15}, "key 'within': must be text in quotes"),
        ("submission", {"within": "-1 working days"}, "key 'within': must not be negative"),
        ("submission", {"within": "9000 working days"}, "key 'within': is longer than a year"),
        ("submission", {"told_when": [-15, 0]}, "key 'told_when': -15 can never come"),
        ("submission", {"within": None}, "key 'within': is missing"),
        ("submission", {"title": None}, "key 'title': is missing"),
        ("submission", {"starts_on": ["notified"]}, "key 'starts_on': there is no fact 'notified'"),
        ("submission", {"stops_on": []}, "key 'stops_on': names no fact"),
        ("submission", {"anchor": "dawn"}, "key 'anchor': there is no fact 'dawn'"),
        ("submission", {"per": "child"}, "key 'per': 'child' is not known"),
        ("submission", {"owner": "everybody"}, "key 'owner': 'everybody' is not known"),
        ("submission", {"told_when": [0, -3]}, "key 'told_when': must be whole numbers"),
        ("submission", {"told_when": ["0"]}, "key 'told_when': must be whole numbers"),
        ("submission", {"then": "shout"}, "key 'then': 'shout' is not known"),
        ("submission", {"digest_from": True}, "key 'digest_from': must be a whole number"),
        ("submission", {"cut_off": "17:00"}, "key 'cut_off': must be a time such as 17:00:00"),
        ("submission", {"roll_forward": "yes"}, "key 'roll_forward': must be true or false"),
        (
            "submission",
            {"readings": [{"within": "72 hours", "why": "hours"}]},
            "key 'readings', number 1, 'within': must be working days or calendar days",
        ),
        ("submission", {"readings": [{"within": "15 calendar days"}]}, "number 1: needs a why"),
        ("submission", {"readings": [{"why": "nothing"}]}, "number 1: must say one of"),
        (
            "submission",
            {"readings": [{"anchor": "dawn", "why": "from dawn"}]},
            "number 1, 'anchor': there is no fact 'dawn'",
        ),
        ("submission", {"told_by": "pigeon"}, "key 'told_by': there is no letter 'pigeon'"),
        ("submission", {"digest_from": -1}, "key 'digest_from': counts working days before"),
        ("inform-board", {"stops_on": ["criteria-decided"]}, "so that it can never run"),
        ("submission", {"stops_on": ["letter-sent"]}, "what mailbot notes for itself"),
        ("submission", {"within": "as agreed"}, "key 'within': a day is agreed only in"),
        ("submission", {"owner": "agency"}, "owns only clocks with per = 'agency'"),
        ("submission", {"framework": "sif"}, "only a clock one per trust has one"),
        ("nhs-30-day-report", {"framework": "nrls"}, "key 'framework': 'nrls' is not known"),
        ("nhs-30-day-report", {"owner": "staff"}, "is owned by 'designated-nurse'"),
        ("nhs-72-hour-report", {"roll_forward": True}, "hours are counted by the clock"),
        ("agency-return", {"starts_on": ["criteria-decided"]}, "'information-requested' alone"),
        ("agency-return", {"stops_on": ["criteria-decided"]}, "'return-received' alone"),
        ("notify-business-unit", {"told_when": [0]}, "key 'told_when': nobody can be told"),
        (
            "report-circulated",
            {"also_before": {"panel-answer": "1 working day"}, "stops_on": ["submission-sent"]},
            "'panel-answer' begins only when this clock has stopped",
        ),
        (
            "report-circulated",
            {"also_before": {"outcome-recorded": "1 working day"}},
            "'outcome-recorded' and this clock never run in the same case",
        ),
        ("submission", {"source": None, "source_note": None}, "key 'source': is missing"),
        ("inform-board", {"then": "staff"}, "key 'then': follows the last of 'told_when'"),
        (
            "report-circulated",
            {"also_before": {"submision": "3 working days"}},
            "key 'also_before': there is no clock 'submision'",
        ),
        (
            "report-circulated",
            {"also_before": {"submission": "3 calendar days"}},
            "key 'also_before', 'submission': must be working days",
        ),
        (
            "report-circulated",
            {"also_before": {"agency-return": "3 working days"}},
            "'agency-return' is one per agency",
        ),
    ],
)
def test_a_fault_is_told_with_file_clock_key_and_remedy(
    name: str, keys: dict[str, Any], said: str
) -> None:
    (fault,) = faults_of(changed(name, **keys))
    assert fault.startswith(f"config/process.toml, clock '{name}'")
    assert said in fault


def test_clocks_that_are_due_before_each_other_are_a_fault() -> None:
    faults = faults_of(changed("submission", also_before={"review-meeting": "1 working day"}))
    assert len(faults) == 2
    assert all("in a circle" in fault for fault in faults)


def test_clocks_that_start_only_with_what_stops_each_other_are_a_fault() -> None:
    toml = changed("panel-answer", starts_on=["further-information-sent"])
    faults = faults_of(toml)
    assert len(faults) == 2
    assert all("waits for a clock that waits for it" in fault for fault in faults)


def test_every_fault_of_every_clock_is_told_at_once() -> None:
    toml = changed("submission", within="15 days", owner="everybody", source=3)
    toml["clock"].append({"title": "no name"})
    toml["clock"].append(dict(toml["clock"][0]))
    toml["clocks"] = []
    told = "\n".join(faults_of(toml))
    assert "key 'clocks': is not known" in told
    assert "clock 'submission', key 'source': must be text" in told
    assert "clock 'submission', key 'within': '15 days' is not a period" in told
    assert "clock 'submission', key 'owner': 'everybody' is not known" in told
    assert f"clock number {len(CLOCKS) + 1}: needs a name" in told
    assert "clock 'notify-business-unit': is there more than once" in told


def test_a_file_without_clocks_is_a_fault() -> None:
    assert faults_of({}) == (
        "config/process.toml: has no clocks; each is a table headed [[clock]].",
    )
