"""What a submission to the Panel still lacks, as far as a case's facts can tell.

The purposes of a rapid review set the list; mailbot marks each entry as there, missing, or for a
person to check, judges nothing, and never blocks the sending.
"""

from collections.abc import Iterator, Sequence
from datetime import date

from mailbot.core.model import Area, Case, Clock, ClockState, Fact, FactKind, Role
from mailbot.core.record.consulted import chair_consulted
from mailbot.core.wording import (
    ROLE_WORDS,
    field_words,
    listed,
    name_of,
)

THERE, MISSING, CHECK = "there", "missing", "check"
_CHILD = ("child.gender", "child.ethnicity", "child.disability", "child.legal_status")

FOR_A_PERSON = (
    "The child's voice and lived experience",
    "What race, culture, disability and other protected characteristics meant for the child",
    "Criminal, coroner's, care, health and child death review processes under way",
    "Links to earlier local or national reviews on the same theme",
)

#: What the report and the submission are made from: when any of it is recorded anew, or taken
#: back, a draft written before is out of date. With the words by which staff are told.
_RECORD_WORDS = {
    FactKind.NOTIFICATION_RECEIVED: "a further notification",
    FactKind.INCIDENT_OCCURRED: "the day of the incident",
    FactKind.SAFETY_PROMPT_ANSWERED: "whether brothers and sisters are safe",
    FactKind.PARTNER_VIEW: "a partner's view",
    FactKind.CRITERIA_DECIDED: "the criteria",
    FactKind.PANEL_NOTIFIED: "that the Panel was notified",
    FactKind.AGENCIES_CHOSEN: "the agencies to ask",
    FactKind.AGENCY_ADDED: "a further agency to ask",
    FactKind.INFORMATION_REQUESTED: "an information request",
    FactKind.REQUEST_NOT_DELIVERED: "a request that was not delivered",
    FactKind.RETURN_RECEIVED: "a return",
    FactKind.AGENCY_EXCUSED: "that an agency is excused",
    FactKind.EXTENSION_GRANTED: "more time for an agency",
    FactKind.MEETING_HELD: "the meeting",
    FactKind.REVIEW_DECIDED: "the decision",
    FactKind.DECISION_CONFIRMED: "that the decision is confirmed",
    FactKind.LATENESS_REASON: "why something was late",
    FactKind.NOTE: "a note",
    FactKind.COMMISSIONING_STEP: "a step of the commissioning",
    FactKind.CORRECTION: "a correction",
    FactKind.MESSAGE_UNLINKED: "that a mail belongs elsewhere",
}

Entry = tuple[str, str]  # where it stands, and what it is


def checklist(
    case: Case, clocks: Sequence[Clock], area: Area, *, today: date
) -> dict[str, list[str]]:
    """Given a case, return its list: what is there, what is missing, what a person must check."""
    entries = [
        *_notification(case),
        *_child_and_incident(case),
        *_returns(case, area),
        *_decision(case),
        *_lateness(case, clocks, today),
        *((CHECK, what) for what in FOR_A_PERSON),
    ]
    return {
        "there": [what for state, what in entries if state == THERE],
        "missing": [what for state, what in entries if state == MISSING],
        "check": [what for state, what in entries if state == CHECK],
    }


def newest_entry(case: Case) -> int:
    """Given a case, return the number of the newest fact that a submission rests on."""
    return max((fact.number for fact in case.all(*_RECORD_WORDS)), default=0)


def recorded_since(case: Case, number: int, area: Area) -> list[str]:
    """Given the newest fact that a draft knew, return what was recorded since, in words."""
    said = []
    for fact in case.all(*_RECORD_WORDS):
        if fact.number > number:
            whom = f" ({name_of(area, fact.agency)})" if fact.agency else ""
            said.append(f"{_RECORD_WORDS[fact.kind]}{whom}")
    return list(dict.fromkeys(said))


def _state(present: object) -> str:
    return THERE if present else MISSING


def _notification(case: Case) -> Iterator[Entry]:
    notified = case.last(FactKind.PANEL_NOTIFIED)
    yield _state(notified), "The date on which the Panel was notified online"
    reference = notified is not None and notified.detail.get("reference")
    yield _state(reference), "The reference that the online service gave"


def _child_and_incident(case: Case) -> Iterator[Entry]:
    lacking = [name for name in _CHILD if name not in case.fields]
    there = [name for name in _CHILD if name in case.fields]
    if there:
        yield THERE, f"About the child: {listed(field_words(there))}"
    if lacking:
        yield MISSING, f"About the child: {listed(field_words(lacking))}"
    yield _state(case.incident_on), "The full date of the incident"
    family = "siblings" in case.fields or "parents" in case.fields
    yield (CHECK if family else MISSING), "The family, and a genogram"
    asked = case.last(FactKind.SAFETY_PROMPT_ANSWERED)
    yield _state(asked), "Whether brothers and sisters are safe now"


def _returns(case: Case, area: Area) -> Iterator[Entry]:
    """Yield who has answered and who has not, by name of agency, and what the returns hold."""
    agencies = case.agencies.values()
    answered = [a.code for a in agencies if a.answered]
    owing = [a.code for a in agencies if not a.answered and not a.excused]
    if answered:
        yield THERE, f"Returns from {listed([name_of(area, code) for code in answered])}"
    if owing:
        yield MISSING, f"Returns from {listed([name_of(area, code) for code in owing])}, and why"
    unseen = [name_of(area, code) for code in owing if case.agencies[code].waiting]
    if unseen:
        yield CHECK, f"Mail from {listed(unseen)} that waits for you: it may hold their return"
    held = [f.detail.get("document") or {} for a in agencies for f in a.returns]
    for field, what in (
        ("involvement_summary", "Summaries of involvement in the returns"),
        ("immediate_actions", "Immediate actions in the returns"),
        ("learning", "Learning in the returns"),
        ("good_practice", "Good practice in the returns"),
    ):
        yield _state(any(document.get(field) for document in held)), what


def _decision(case: Case) -> Iterator[Entry]:
    decision = case.decision
    detail = decision.detail if decision else {}
    yield _state(decision), "The decision"
    yield _state(detail.get("reasons")), "The reasons for the decision"
    yield _state(detail.get("next")), "What happens next"
    present = set(case.meeting.present) if case.meeting else set()
    absent = [ROLE_WORDS[role] for role in Role if role.value not in present]
    if absent and not case.decision_stands:
        yield MISSING, f"At the meeting: {listed(absent)}; or a confirmation of the decision"
    else:
        yield THERE, "A quorate meeting, or a confirmation of its decision"
    consulted = chair_consulted(case).known is not None
    yield _state(consulted), "Whether the chair was consulted on the criteria"


def _lateness(case: Case, clocks: Sequence[Clock], today: date) -> Iterator[Entry]:
    """Yield, for each statutory clock that is or was late, whether its reason is recorded."""
    reasons = {f.detail.get("clock") for f in _reasons(case)}
    for clock in clocks:
        ended = clock.stopped_on or today
        counts = clock.state is not ClockState.NOT_APPLICABLE
        if clock.rule.name in {"notify-panel", "submission"} and counts and ended > clock.due_on:
            what = f"Why this was late: {clock.rule.title}"
            yield _state(clock.rule.name in reasons), what


def _reasons(case: Case) -> tuple[Fact, ...]:
    return case.all(FactKind.LATENESS_REASON)
