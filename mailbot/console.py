"""How commands speak: tables for people, JSON for machines, sentences for errors."""

import json
import logging
import re
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import structlog
from rich.console import Console
from rich.table import Table

from mailbot.core.moments import LONDON

out = Console(soft_wrap=True, highlight=False)
err = Console(stderr=True, soft_wrap=True, highlight=False)

Row = Mapping[str, Any]

#: Moments are ISO for machines; people see them in London's time.
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")


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
    """Log one JSON object a line to standard error; never names, subjects or contents.

    What libraries and waiting threads say goes through the same handler, so that no two lines mix.
    """
    number = logging.getLevelNamesMapping()[level.upper()]
    each: list[structlog.typing.Processor] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=each,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(sort_keys=True),
            ],
        )
    )
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    logging.getLogger("mailbot").setLevel(number)
    structlog.configure(
        processors=[*each, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )


def _cell(value: object) -> str:
    if value is None or value == []:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    text = str(value)
    if _MOMENT.match(text):
        return f"{datetime.fromisoformat(text).astimezone(LONDON):%a %d %b %Y %H:%M}"
    return text.replace("[", "\\[")
