"""The command `mailbot read`: tables for people, an object a line for machines, progress beside."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn

from mailbot import reading_view
from mailbot.cli_options import HERE, AsJson, Home
from mailbot.console import err, say, show_line, show_table
from mailbot.core.forms.layouts import FormLayouts
from mailbot.reader import Line, files_to_read, layouts_at, reading_of
from mailbot.unit import fault_of

_FINE, _NEEDS_A_PERSON = 0, 1


def read(
    paths: Annotated[list[Path], typer.Argument(help="Messages, documents or folders.")],
    as_json: AsJson = False,
    explain: Annotated[
        bool,
        typer.Option(
            "--explain",
            help="Also which labels were not understood, and what they may mean.",
        ),
    ] = False,
    text: Annotated[
        bool, typer.Option("--text", help="The files are bare texts of mails.")
    ] = False,
    home: Home = HERE,
) -> None:
    """Show what mailbot reads in messages or documents. Nothing is kept."""
    layouts = layouts_at(home)
    files, missing = files_to_read(paths)
    with _progress(len(files)) as step:
        readings = [_shown(line, as_json=as_json, explain=explain) for line in missing]
        for path in files:
            line = _read_one(path, layouts, as_text=text, explain=explain)
            readings.append(_shown(line, as_json=as_json, explain=explain))
            step()
    if explain and not as_json:
        for words in reading_view.snippet(readings):
            say(words)
    trouble = any(map(reading_view.needs_a_person, readings))
    raise typer.Exit(_NEEDS_A_PERSON if trouble else _FINE)


def _read_one(path: Path, layouts: FormLayouts, *, as_text: bool, explain: bool) -> Line:
    try:
        return reading_of(path, layouts, as_text=as_text, explain=explain)
    except Exception as error:  # noqa: BLE001 - a fault of ours met in one file stops only that file
        sentence = f"This is a fault of mailbot's, please report it: {fault_of(error)}"
        return {"file": str(path), "parts": [], "problems": [sentence]}


def _shown(line: Line, *, as_json: bool, explain: bool) -> Line:
    """Show one file, and return of it what the end needs: a folder may hold thousands."""
    if as_json:
        show_line(line)
        sys.stdout.flush()
    elif explain:
        _explain(line)
    else:
        for words in reading_view.lines_of(line):
            say(words)
    kept: Line = {key: line[key] for key in ("forms_toml", "problems") if key in line}
    parts = [{"problems": part["problems"]} for part in line["parts"] if "problems" in part]
    return {**kept, "parts": parts}


def _explain(line: Line) -> None:
    for words in reading_view.heading(line):
        say(words)
    if not line["parts"] and not line.get("problems"):
        say("  no form was found in it")
    for part in line["parts"]:
        say(reading_view.part_line(part))
        show_table(reading_view.rows_of(part), reading_view.COLUMNS, empty="    nothing was read")
    for words in reading_view.problems_of(line):
        say(words)
    labels = reading_view.label_rows(line)
    if labels:
        show_table(labels, reading_view.LABELS, empty="")
    say()


@contextmanager
def _progress(files: int) -> Iterator[Callable[[], None]]:
    """Show on standard error how far it has come, if that is a terminal and there is much to do."""
    if files < 2 or not err.is_terminal:
        yield lambda: None
        return
    columns = (SpinnerColumn(), TextColumn("reading"), BarColumn(), MofNCompleteColumn())
    # Redirected only where both are the same terminal: a file gets what is read, and nothing else.
    both = sys.stdout.isatty()
    with Progress(
        *columns, console=err, transient=True, redirect_stdout=both, redirect_stderr=False
    ) as bar:
        task = bar.add_task("reading", total=files)
        yield lambda: bar.advance(task)
