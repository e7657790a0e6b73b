"""The command that writes a case's papers to files: the merged chronology."""

import os
from pathlib import Path
from typing import Annotated

import typer

from mailbot.casework import case_of
from mailbot.chronology_files import chronology_csv, chronology_document, chronology_row
from mailbot.cli_options import HERE, AsJson, Home, Reference
from mailbot.console import say, show_json, show_table
from mailbot.core.cases.chronology import chronology_of
from mailbot.errors import UsageError
from mailbot.homes import find_case, opened, seen_at

_OWN_EYES = 0o600  # it holds what agencies told of a child


def chronology(
    reference: Reference,
    docx: Annotated[
        Path | None, typer.Option("--docx", help="Write it into this Word file.")
    ] = None,
    csv: Annotated[
        Path | None, typer.Option("--csv", help="Write it into this table for Excel.")
    ] = None,
    home: Home = HERE,
    as_json: AsJson = False,
) -> None:
    """Show what all agencies told of a case, merged by date; or write it into files."""
    with opened(home) as units:
        unit, ref = find_case(units, reference)
        case = case_of(unit, ref)
        if docx:
            _write(docx, chronology_document(case, unit.area, now=seen_at(unit)))
        if csv:
            _write(csv, chronology_csv(case, unit.area))
        rows = [chronology_row(entry, unit.area) for entry in chronology_of(case)]
    if as_json:
        show_json(rows)
    elif not (docx or csv):
        columns = {"date": "date", "event": "event", "agency_name": "agency", "source": "source"}
        show_table(rows, columns, empty="No agency has told of any event.")


def _write(path: Path, content: bytes) -> None:
    if path.is_dir():
        raise UsageError(f"{path} is a folder: name a file to be written.")
    target = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _OWN_EYES)
    with os.fdopen(target, "wb") as file:
        file.write(content)
    say(f"Written: {path}.")
