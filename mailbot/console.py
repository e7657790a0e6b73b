"""How commands speak: tables for people, JSON for machines, sentences for errors."""

import json
import logging
import sys
from collections.abc import Mapping, Sequence
from typing import Any

import structlog
from rich.console import Console
from rich.table import Table

out = Console(soft_wrap=True, highlight=False)
err = Console(stderr=True, soft_wrap=True, highlight=False)

Row = Mapping[str, Any]


def say(line: str = "") -> None:
    """Print a line for a person."""
    out.print(line, markup=False)


def complain(line: str) -> None:
    """Print a line about a fault."""
    err.print(line, markup=False)


def show_json(value: object) -> None:
    """Print one JSON value; its shape is stable and documented."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2) + "\n")


def show_line(value: object) -> None:
    """Print one JSON value on a line of its own."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False) + "\n")


def show_table(rows: Sequence[Row], columns: Mapping[str, str], *, empty: str) -> None:
    """Given rows and the columns to show (key -> heading), print a table, or `empty`."""
    if not rows:
        say(empty)
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in columns.values():
        table.add_column(heading, overflow="fold")
    for row in rows:
        table.add_row(*(_cell(row.get(key)) for key in columns))
    out.print(table)


def start_log(level: str) -> None:
    """Log one JSON object a line to standard error; never names, subjects or contents."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(sort_keys=True),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(
            logging.getLevelNamesMapping()[level.upper()]
        ),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )


def _cell(value: object) -> str:
    if value is None or value == []:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    return str(value).replace("[", "\\[")
