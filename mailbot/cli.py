"""The commands that a person types (design, section 5).

Exit codes: 0 fine, 1 something needs a person, 2 wrong config or usage. What is told here is a
sentence; a traceback never reaches a person.
"""

import os
import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from mailbot import cli_ahead, cli_letters, cli_merging, cli_papers, cli_reading, views
from mailbot.assembly import unit_from
from mailbot.by_hand import (
    link_message,
    open_from_message,
    record_lines,
    settle_notice,
    unlink_message,
)
from mailbot.checks import faults_of
from mailbot.cli_options import HERE, AsJson, Home, Reference
from mailbot.console import complain, say, show_json, show_table, start_log
from mailbot.core.clocks.due_days import by_rule
from mailbot.core.clocks.workdays import deadline as deadline_of
from mailbot.core.clocks.workdays import format_day, parse_start, parse_within
from mailbot.daemon import Daemon, whole_pass
from mailbot.errors import MailbotError, SettingsError, UsageError
from mailbot.homes import (
    calendar_at,
    daemon_desk,
    each_sound,
    find_case,
    find_message,
    has_notice,
    locked,
    opened,
    rehearsed_moment,
    rule_at,
    seen_at,
    wall_clock,
)
from mailbot.rehearsal import dry_pass
from mailbot.settings import AreaSettings, Settings, load
from mailbot.shipped import init
from mailbot.unit import fault_of

FINE, NEEDS_A_PERSON, WRONG = 0, 1, 2

app = typer.Typer(
    name="mailbot",
    help="Looks after a safeguarding partnership's shared mailbox.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

MessageName = Annotated[str, typer.Argument(help="A message, as `mailbot queue` names it.")]


def main() -> None:
    """Run the command that was typed; faults become sentences and exit code 2."""
    try:
        app()
    except SettingsError as error:
        for fault in error.faults:
            complain(fault)
        sys.exit(WRONG)
    except MailbotError as error:
        complain(str(error))
        sys.exit(WRONG)
    except OSError as error:  # a file that may not be read, a disk that is gone
        complain(f"{error.filename or 'A file'} cannot be used: {error.strerror}.")
        sys.exit(WRONG)
    except Exception as error:  # noqa: BLE001 - its text may quote a form, so only its place is told
        complain(f"This is a fault of mailbot's, please report it: {fault_of(error)}")
        sys.exit(WRONG)


# --- starting ---------------------------------------------------------------------------------


@app.command("init")
def init_home(
    directory: Annotated[Path, typer.Argument(help="A new or empty folder.")],
) -> None:
    """Make a working config and templates to start from."""
    made = init(directory)
    say(f"{len(made)} files are now in {directory}.")
    say("Next: put your own people, agencies and mailbox into config/areas, then run")
    say(f"    mailbot check --home {directory}")


@app.command()
def demo(
    directory: Annotated[
        Path, typer.Argument(help="Where the demo writes; made anew each time.")
    ] = Path("mailbot-demo"),
) -> None:
    """Play a whole case on a private Maildir with a simulated calendar."""
    from mailbot.demo import play  # here: no other command needs its invented people

    start_log("error")
    play(directory, say=say)


@app.command()
def check(home: Home = HERE) -> None:
    """Check config, stores, templates, mailboxes and senders, and say every fault at once."""
    faults = faults_of(home, os.environ, say=say, clock=wall_clock)
    for fault in faults:
        complain(f"Fault: {fault}")
    if faults:
        raise typer.Exit(WRONG)
    say("Everything is as it should be.")


# --- working ----------------------------------------------------------------------------------


@app.command()
def run(home: Home = HERE) -> None:
    """Look after the mailboxes until stopped."""
    settings = load(home, os.environ)
    start_log(settings.log_level)
    with locked(settings):
        desks = each_sound(settings, lambda area: daemon_desk(settings, area), tell=complain)
        Daemon(desks, wall_clock).run()


@app.command()
def once(
    home: Home = HERE,
    now: Annotated[
        str, typer.Option("--now", help="The moment to rehearse, ISO; only on a Maildir.")
    ] = "",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would happen and change nothing.")
    ] = False,
) -> None:
    """Do one pass: take in, run clocks, send."""
    settings = load(home, os.environ)
    start_log("warning")
    moment = rehearsed_moment(now, settings)
    with locked(settings):
        faults: list[str] = []
        each_sound(
            settings,
            lambda area: _one_pass(settings, area, moment, dry_run=dry_run),
            tell=faults.append,
        )
    for fault in faults:
        complain(fault)
    if faults:
        raise typer.Exit(WRONG)


def _one_pass(settings: Settings, area: AreaSettings, now: datetime, *, dry_run: bool) -> None:
    unit = unit_from(settings, area, clock=lambda: now)
    unit.inbox.open()
    try:
        if dry_run:
            rows = dry_pass(unit, now)
            columns = {"what": "what", "reference": "case", "detail": "detail"}
            show_table(rows, columns, empty=f"{area.area.name}: nothing to do.")
        else:
            done = whole_pass(unit, now)
            say(f"{area.area.name}: {done.taken_in} taken in, {done.letters} sent.")
    finally:
        unit.inbox.close()
        unit.sender.close()


# --- looking ----------------------------------------------------------------------------------


app.command()(cli_reading.read)


@app.command()
def cases(home: Home = HERE, as_json: AsJson = False) -> None:
    """List the cases, the oldest first."""
    with opened(home) as units:
        rows = [row for unit in units for row in views.cases(unit, seen_at(unit))]
    if as_json:
        show_json(rows)
        return
    for row in rows:
        row["next_due"] = f"{row['next']['due']}: {row['next']['title']}" if row["next"] else ""
    columns = {
        "reference": "case",
        "state": "state",
        "beginning": "began as",
        "criteria": "criteria",
        "late": "late",
        "next_due": "next due",
    }
    show_table(rows, columns, empty="There are no cases.")


@app.command("case")
def one_case(reference: Reference, home: Home = HERE, as_json: AsJson = False) -> None:
    """Show one case whole, the child's details too."""
    with opened(home) as units:
        unit, ref = find_case(units, reference)
        row = views.case(unit, ref, seen_at(unit))
    if as_json:
        show_json(row)
        return
    for line in views.lines_of_case(row):
        say(line)


for command in (cli_ahead.timeline, cli_ahead.due, cli_ahead.forecast, cli_ahead.process):
    app.command()(command)
app.command()(cli_merging.merge)
app.command()(cli_merging.separate)
app.command()(cli_papers.chronology)
app.command()(cli_letters.hold)
app.command()(cli_letters.release)
app.command()(cli_letters.retry)


@app.command()
def queue(home: Home = HERE, as_json: AsJson = False) -> None:
    """List what waits for a person. Exit code 1 when something does."""
    with opened(home) as units:
        rows = [row for unit in units for row in views.queue(unit)]
    columns = {
        "id": "name",
        "since": "since",
        "reference": "case",
        "candidates": "perhaps",
        "agency": "agency",
        "reason": "why",
    }
    show_json(rows) if as_json else show_table(rows, columns, empty="Nothing waits for a person.")
    raise typer.Exit(NEEDS_A_PERSON if rows else FINE)


@app.command()
def letters(home: Home = HERE, as_json: AsJson = False) -> None:
    """List the letters, the newest first."""
    with opened(home) as units:
        rows = [row for unit in units for row in views.letters(unit)]
    columns = {
        "kind": "letter",
        "reference": "case",
        "to": "to",
        "state": "state",
        "changed_at": "since",
        "why": "why",
    }
    show_json(rows) if as_json else show_table(rows, columns, empty="There are no letters.")


@app.command("deadline")
def show_deadline(
    day: Annotated[str, typer.Argument(help='As "24 Dec 2026", or "24 Dec 2026 16:30".')],
    within: Annotated[
        str, typer.Argument(help='As "5 working days", "72 hours", or a clock: "submission".')
    ],
    home: Home = HERE,
    as_json: AsJson = False,
) -> None:
    """Show a due date with its working; by a clock's name, also with its source."""
    calendar = calendar_at(home)
    rule = rule_at(home, within)
    try:
        start = parse_start(day, calendar)
        if rule is not None:
            due_on, lines = by_rule(rule, start, calendar)
        else:
            due_on, lines = deadline_of(start, parse_within(within), calendar)
    except ValueError as error:
        raise UsageError(str(error)) from error
    if as_json:
        show_json({"due_on": due_on.isoformat(), "due": format_day(due_on), "working": list(lines)})
        return
    for line in lines:
        say(line)


# --- recording --------------------------------------------------------------------------------


@app.command()
def record(
    reference: Reference,
    lines: Annotated[list[str], typer.Argument(help='As "criteria: met" "decided on: today".')],
    home: Home = HERE,
) -> None:
    """Record what staff can also say by answering a letter."""
    with opened(home) as units:
        unit, ref = find_case(units, reference)
        answer = record_lines(unit, ref, "\n".join(lines), by="command line", now=wall_clock())
    for line in answer.recorded:
        say(line)
    for line in answer.not_understood:
        complain(line)
    raise typer.Exit(WRONG if answer.not_understood else FINE)


@app.command()
def link(
    message: MessageName,
    reference: Annotated[str, typer.Argument(help='A case, or "new" to open one.')],
    home: Home = HERE,
) -> None:
    """Put a message that waits into a case, or open a case with it."""
    with opened(home) as units:
        unit, key = find_message(units, message)
        if reference == "new":
            lines = open_from_message(unit, key, by="command line", now=wall_clock())
        else:
            _, ref = find_case([unit], reference)
            lines = link_message(unit, key, ref, by="command line", now=wall_clock())
    for line in lines:
        say(line)


@app.command()
def unlink(message: MessageName, home: Home = HERE) -> None:
    """Take a message out of its case, with every fact that rests on it."""
    with opened(home) as units:
        unit, key = find_message(units, message)
        lines = unlink_message(unit, key, by="command line", now=wall_clock())
    for line in lines:
        say(line)


@app.command()
def settle(
    name: Annotated[str, typer.Argument(help="A notice, as `mailbot queue` names it.")],
    home: Home = HERE,
) -> None:
    """Say that a person has dealt with something that is not a message."""
    with opened(home) as units:
        unit = next((u for u in units if has_notice(u, name)), units[0])
        for line in settle_notice(unit, name, by="command line", now=wall_clock()):
            say(line)
