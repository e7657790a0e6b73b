"""The clocks by the words that staff have for them."""

import re
from collections.abc import Mapping
from difflib import get_close_matches

_CLOCKS: Mapping[str, str] = {
    "business unit": "notify-business-unit",
    "notification": "notify-business-unit",
    "criteria": "partners-decide",
    "partners": "partners-decide",
    "partners decide": "partners-decide",
    "call": "partners-decide",
    "panel": "notify-panel",
    "panel notified": "notify-panel",
    "notify panel": "notify-panel",
    "online notification": "notify-panel",
    "dfe": "notify-dfe",
    "dfe notified": "notify-dfe",
    "notify dfe": "notify-dfe",
    "board": "inform-board",
    "board informed": "inform-board",
    "return": "agency-return",
    "returns": "agency-return",
    "meeting": "review-meeting",
    "rapid review meeting": "review-meeting",
    "held": "review-meeting",
    "report circulated": "report-circulated",
    "signed off": "partners-signed-off",
    "sign off": "partners-signed-off",
    "submission": "submission",
    "submission sent": "submission",
    "report": "submission",
    "decision": "outcome-recorded",
    "outcome": "outcome-recorded",
    "panel answer": "panel-answer",
    "answer of panel": "panel-answer",
    "further information": "panel-further-information",
    "further information sent": "panel-further-information",
    "72 hour report": "nhs-72-hour-report",
    "30 day report": "nhs-30-day-report",
    "60 day report": "nhs-60-day-report",
    "health learning response": "health-learning-response",
}
#: What a person is shown who names one that there is not.
KNOWN = "criteria, panel notified, meeting, report circulated, signed off, submission, outcome"


def clock_named(text: str) -> str | None:
    """Given a clock as staff call it, return the name of its rule, or None."""
    plain = " ".join(re.sub(r"[^a-z0-9]+", " ", text.casefold()).split()).removeprefix("the ")
    plain = plain.removesuffix(" clock").replace(" the ", " ")
    if not plain:
        return None
    named = plain.replace(" ", "-")
    return _CLOCKS.get(plain) or (named if named in _CLOCKS.values() else None)


def not_a_clock(text: str) -> str:
    """Given a name that is no clock's, return why, with the nearest that is one."""
    close = get_close_matches(text.casefold().strip(), _CLOCKS, n=1, cutoff=0.7)
    nearest = f"the nearest is “{close[0]}”; " if close else ""
    return f"there is no clock of that name ({nearest}known are: {KNOWN})"
