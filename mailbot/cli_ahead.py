"""Commands that look ahead and explain: what will go out, what is owed and why, the process."""

from typing import Annotated

import typer

from mailbot import views
from mailbot.cli_options import HERE, AsJson, Home, Reference
from mailbot.console import say, show_json, show_table
from mailbot.forecasting import forecast_row
from mailbot.homes import find_case, opened, seen_at
from mailbot.process_view import process_lines, process_row


def forecast(reference: Reference, home: Home = HERE, as_json: AsJson = False) -> None:
    """List every letter that will go out or be drafted, if nothing else happens."""
    with opened(home) as units:
        unit, ref = find_case(units, reference)
        found = forecast_row(unit, ref, seen_at(unit))
    if as_json:
        show_json(found)
        return
    columns = {"when": "when", "what": "letter", "to": "to", "how": "how"}
    show_table(found["letters"], columns, empty="Nothing will go out.")
    say(f"If nothing else happens, up to {found['until']}.")
    if found["cut_short"]:
        say(found["cut_short"])


def due(
    home: Home = HERE,
    as_json: AsJson = False,
    explain: Annotated[
        bool, typer.Option("--explain", help="Show the working of each day, with its source.")
    ] = False,
) -> None:
    """List what is owed, the earliest first; with --explain each due day, day by day."""
    with opened(home) as units:
        rows = [row for unit in units for row in views.due(unit, seen_at(unit))]
    if as_json:
        show_json(rows)
        return
    if explain:
        for line in views.lines_explained(rows):
            say(line)
        return
    columns = {
        "due": "due",
        "reference": "case",
        "title": "what",
        "agency": "agency",
        "state": "state",
        "earliest": "earliest reading",
        "note": "note",
    }
    show_table(rows, columns, empty="Nothing is owed.")


def timeline(reference: Reference, home: Home = HERE, as_json: AsJson = False) -> None:
    """Show a case's facts in the order they were recorded, then what is due and when."""
    with opened(home) as units:
        unit, ref = find_case(units, reference)
        rows = views.timeline(unit, ref)
        owed = views.running_clocks(unit, ref, seen_at(unit))
    if as_json:
        show_json(rows)
        return
    columns = {
        "number": "no.",
        "happened": "happened",
        "kind": "what",
        "agency": "agency",
        "recorded_by": "by",
        "summary": "",
    }
    show_table(rows, columns, empty="Nothing is recorded.")
    if owed:
        say()
        show_table(
            owed, {"due": "due", "title": "what", "agency": "agency", "note": "note"}, empty=""
        )
        say("`mailbot due --explain` shows how each day is counted.")


def process(
    home: Home = HERE,
    as_json: AsJson = False,
    mermaid: Annotated[
        bool, typer.Option("--mermaid", help="The flow alone, as a Mermaid diagram.")
    ] = False,
) -> None:
    """Print the clocks as a table and the flow as a diagram, as this installation runs them."""
    with opened(home) as units:
        rows = [process_row(unit.office) for unit in units]
    if as_json:
        show_json(rows)
        return
    for row in rows:
        for line in process_lines(row, flow_alone=mermaid):
            say(line)
