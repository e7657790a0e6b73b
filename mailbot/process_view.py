"""The process of an area as `mailbot process` shows it."""

from collections.abc import Iterator
from typing import Any

from mailbot.core.letters.desk import Office
from mailbot.core.letters.process_flow import clock_table, flow, page


def process_row(office: Office) -> dict[str, Any]:
    """Given an area's office, return its clocks and its flow."""
    return {
        "area": office.area.name,
        "clocks": clock_table(office),
        "mermaid": "\n".join(flow(office)),
    }


def process_lines(row: dict[str, Any], *, flow_alone: bool) -> Iterator[str]:
    """Given an area's process, return it as Markdown, or its diagram alone."""
    if flow_alone:
        yield row["mermaid"]
        return
    yield f"# {row['area']}"
    yield ""
    yield from page(row["clocks"], row["mermaid"].splitlines())
