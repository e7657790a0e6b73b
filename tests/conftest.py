"""What holds for every suite: what it needs to run, and that with CI=true nothing is left out."""

import os
import shutil
from collections.abc import Sequence

import pytest
from hypothesis import settings as hypothesis_settings

CI = os.environ.get("CI") == "true"

#: What a suite may need -> the program that must be there.
PROGRAMS = {
    "dovecot": "dovecot",
    "postfix": "postfix",
    "openssl": "openssl",
    "libreoffice": "soffice",
    "poppler": "pdftotext",
    "tesseract": "tesseract",
}
_PATH = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/sbin"])

# A shared computer may take its time; and a run that decides about a change is repeatable.
hypothesis_settings.register_profile("here", deadline=None)
hypothesis_settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
hypothesis_settings.load_profile("ci" if CI else "here")


def missing(names: Sequence[str]) -> list[str]:
    """Given what a suite needs, return what of it is not installed."""
    return [name for name in names if shutil.which(PROGRAMS[name], path=_PATH) is None]


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Leave out a test marked `needs("dovecot")` where that is not installed."""
    needed = [name for marker in item.iter_markers("needs") for name in marker.args]
    lacking = missing(needed)
    if lacking:
        pytest.skip(f"needs {', '.join(lacking)}")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]):
    """With CI=true, a test that did not run has failed."""
    report = yield
    if CI and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} did not run: {_reason(report)}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector: pytest.Collector):
    """With CI=true, a file that leaves itself out has failed."""
    report = yield
    if CI and report.skipped:
        report.outcome = "failed"
        report.longrepr = f"{collector.nodeid} did not run: {_reason(report)}"
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say at the end which suites did not run, and why."""
    left_out = {
        (report.nodeid.partition("::")[0], _reason(report))
        for report in terminalreporter.stats.get("skipped", [])
    }
    if left_out:
        terminalreporter.section("suites that did not run, in whole or in part")
        for suite, reason in sorted(left_out):
            terminalreporter.line(f"{suite}: {reason}")


def _reason(report: pytest.TestReport | pytest.CollectReport) -> str:
    longrepr = report.longrepr
    text = longrepr[2] if isinstance(longrepr, tuple) else str(longrepr)
    return text.removeprefix("Skipped: ")
