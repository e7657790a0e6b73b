"""The NHS side of a case as `mailbot case` shows it: a row for `--json`, lines for people."""

from collections.abc import Iterator
from typing import Any

from mailbot.core.cases.nhs import expected_reports
from mailbot.core.model import Case
from mailbot.core.moments import day_of

Row = dict[str, Any]


def nhs_row(case: Case) -> Row | None:
    """Given a case, return its NHS incident and which reports have come, or None."""
    if case.nhs is None:
        return None
    return {
        "framework": case.nhs.framework,
        "trusts": list(case.nhs.trusts),
        "until": case.nhs.until.isoformat() if case.nhs.until else None,
        "reports": [
            {
                "report": report.name,
                "trust": report.trust,
                "received_on": day_of(report.came.happened).isoformat() if report.came else None,
            }
            for report in expected_reports(case)
        ],
    }


def nhs_lines(row: Row | None) -> Iterator[str]:
    """Given that row, yield it as lines for a person; nothing where no incident is flagged."""
    if row is None:
        return
    yield f"NHS Serious Incident ({row['framework']}, {', '.join(row['trusts'])}):"
    for report in row["reports"]:
        came = report["received_on"]
        said = f"received {came}" if came else "outstanding"
        yield f"  {report['report']} of {report['trust']}: {said}"
