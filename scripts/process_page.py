"""Writes docs/process.md: the clocks and the flow as they are shipped, from the data that run.

Run by `make docs`; a test fails when the page is not up to date.
"""

import sys
import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from mailbot.assembly import area_rules, calendar_from
from mailbot.core.letters.desk import Office
from mailbot.core.letters.process_flow import clock_table, flow, page
from mailbot.settings import load
from mailbot.shipped import init

PAGE = Path(__file__).resolve().parent.parent / "docs" / "process.md"
#: The page names no day; the calendar is only there for the small cases that are tried out.
SOME_DAY = date(2026, 11, 23)
HEAD = """\
# The process as it runs

Written by `make docs` from `config/process.toml` and the code that runs; `mailbot process` prints
the same for an installation, with what its areas do otherwise. Days are working days unless said
otherwise; in “told when” they count from the due day. “Cases that begin as” and “criteria” were
found by playing a small case by the rules: blank where a clock runs whatever was decided, or begins
only later in the process.
"""
SOURCES = "## Where the figures come from"


def shipped_office() -> Office:
    """Return the office of the area that is shipped as an example."""
    with tempfile.TemporaryDirectory() as name:
        home = Path(name) / "home"
        init(home)
        settings = load(home, {}, with_secrets=False)
    area = settings.areas[0]
    return Office(
        area=area.area, calendar=calendar_from(area, SOME_DAY), rules=area_rules(settings, area)
    )


def lines_of(office: Office) -> Iterator[str]:
    """Given an office, yield the lines of the page."""
    table = clock_table(office)
    yield from HEAD.splitlines()
    yield ""
    yield from page(table, list(flow(office)))
    yield ""
    yield SOURCES
    yield ""
    for row in table:
        yield f"- **{row['clock']}** ({row['title']}): {row['source']}"


def main() -> None:
    """Write the page."""
    PAGE.write_text("\n".join(lines_of(shipped_office())) + "\n", "utf-8")
    sys.stdout.write(f"{PAGE.name} is written.\n")


if __name__ == "__main__":
    main()
