"""Rules that can never run are told by `check`, all at once; `deadline` counts days and hours."""

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from mailbot.cli import main

Run = Callable[..., tuple[int, str]]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Type a command; return its code and all that it printed."""
    monkeypatch.setenv("COLUMNS", "400")

    def typed(*words: object) -> tuple[int, str]:
        capsys.readouterr()
        monkeypatch.setattr(sys, "argv", ["mailbot", *map(str, words)])
        code = 0
        try:
            main()
        except SystemExit as end:
            code = int(end.code or 0)
        out, err = capsys.readouterr()
        return code, out + err

    return typed


def test_check_tells_every_rule_that_can_never_run_with_its_place(run: Run, tmp_path: Path) -> None:
    assert run("init", tmp_path)[0] == 0
    file = tmp_path / "config" / "areas" / "bedford.toml"
    file.write_text(
        file.read_text("utf-8")
        + '\n[clocks.inform-board]\nstops_on = ["criteria-decided"]\n'
        + '\n[clocks.submission]\nowner = "the mayor"\ndigest_from = -2\n'
        + '\n[clocks.report-circulated]\nalso_before = { outcome-recorded = "1 working day" }\n'
        + '\n[clocks.panel-answer]\nstarts_on = ["further-information-sent"]\n',
        "utf-8",
    )
    code, told = run("check", "--home", tmp_path)
    assert code != 0
    place = "config/process.toml as changed by config/areas/bedford.toml, [clocks], clock"
    for said in (
        f"{place} 'inform-board', key 'stops_on': names what starts the clock",
        f"{place} 'submission', key 'owner': 'the mayor' is not known",
        f"{place} 'submission', key 'digest_from': counts working days before the due day",
        f"{place} 'panel-answer', key 'starts_on': waits for a clock that waits for it",
        "'outcome-recorded' and this clock never run in the same case",
    ):
        assert said in told


def test_an_area_may_count_from_the_day_the_authority_became_aware(
    run: Run, tmp_path: Path
) -> None:
    assert run("init", tmp_path)[0] == 0
    file = tmp_path / "config" / "areas" / "bedford.toml"
    anchor = '\n[clocks.notify-panel]\nanchor = "authority-aware"\n'
    file.write_text(file.read_text("utf-8") + anchor, "utf-8")
    assert "notify-panel" not in run("check", "--home", tmp_path)[1]


@pytest.mark.parametrize(
    ("start", "within", "last"),
    [
        ("24 Dec 2026", "5 working days", "Tue 5 Jan 2027: working day 5, due"),
        ("24 Dec 2026 16:30", "5 working days", "Tue 5 Jan 2027: working day 5, due"),
        ("24 Dec 2026 16:30", "72 hours", "Sun 27 Dec 2026, 16:30: 72 hours later, due"),
        (
            "26 Mar 2027 10:00",
            "72 hours",
            (
                "Mon 29 Mar 2027, 11:00: 72 hours later, due "
                "(the clocks go forward an hour in between)"
            ),
        ),
    ],
)
def test_a_deadline_is_counted_from_a_day_or_an_hour(
    run: Run, tmp_path: Path, start: str, within: str, last: str
) -> None:
    code, told = run("deadline", start, within, "--json", "--home", tmp_path)
    assert code == 0
    assert json.loads(told)["working"][-1] == last


def test_a_moment_that_is_none_is_refused_with_a_sentence(run: Run, tmp_path: Path) -> None:
    code, told = run("deadline", "24 Dec 2026 25:00", "72 hours", "--home", tmp_path)
    assert code != 0
    assert "is not a moment: write for instance '24 Dec 2026 16:30'" in told
