"""The process as it runs here, for people: its clocks as a table, its flow as a diagram.

Both come from the rules in force, and from playing a small case by them: which way of beginning a
clock runs for, and in which branch, is tried out and not written down a second time.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any

from mailbot.core.cases.facts import case_from
from mailbot.core.clocks.clocks import clocks_for
from mailbot.core.clocks.workdays import WorkingDays
from mailbot.core.letters.desk import Office, delivery_of
from mailbot.core.letters.digest import KIND_WORDS
from mailbot.core.model import (
    Area,
    Beginning,
    CaseRef,
    ClockRule,
    Delivery,
    Fact,
    FactKind,
    LetterKind,
    Outcome,
    Per,
)

#: Which facts bring which letters; a test compares it with the letters of whole cases.
LETTERS_AFTER: Mapping[FactKind, tuple[LetterKind, ...]] = {
    FactKind.NOTIFICATION_RECEIVED: (
        LetterKind.ACKNOWLEDGEMENT,
        LetterKind.MISSING_FIELDS,
        LetterKind.NEW_CASE,
        LetterKind.CALL_OF_PARTNERS,
        LetterKind.DEATH_WORKSHEET,
        LetterKind.SAME_INCIDENT,
    ),
    FactKind.CRITERIA_DECIDED: (
        LetterKind.BOARD_TOLD,
        LetterKind.WORKSHEET,
        LetterKind.MEETING_TO_ARRANGE,
    ),
    FactKind.AGENCIES_CHOSEN: (LetterKind.INFORMATION_REQUEST,),
    FactKind.NHS_INCIDENT_FLAGGED: (LetterKind.HEALTH_REPORT_REQUEST, LetterKind.HEALTH_SUMMARY),
    FactKind.RETURN_RECEIVED: (LetterKind.RETURN_ACKNOWLEDGED,),
    FactKind.REQUEST_NOT_DELIVERED: (LetterKind.ALERT,),
    FactKind.THIRTY_DAY_REPORT_RECEIVED: (LetterKind.HEALTH_REPORT_ARRIVED,),
    FactKind.MEETING_ARRANGED: (LetterKind.INVITATION, LetterKind.QUORUM_IN_DOUBT),
    FactKind.REVIEW_DECIDED: (LetterKind.CHECKLIST, LetterKind.SUBMISSION, LetterKind.OUTCOME),
    FactKind.PANEL_ANSWERED: (LetterKind.PANEL_ANSWER, LetterKind.FURTHER_SUBMISSION),
    FactKind.AGENCY_EXCUSED: (LetterKind.CHANGE_NOTE,),
    FactKind.EXTENSION_GRANTED: (LetterKind.CHANGE_NOTE,),
    FactKind.HELD: (LetterKind.CHANGE_NOTE,),
    FactKind.WITHDRAWN: (LetterKind.CHANGE_NOTE,),
}
_BRANCHES = (Outcome.MET, Outcome.NOT_MET)
_SMALL_CASE = CaseRef("XX-2000-001-A")
COLUMNS = (
    "clock",
    "starts on",
    "stops on",
    "within",
    "one per",
    "owner",
    "told when",
    "cases that begin as",
    "criteria",
)


def clock_table(office: Office) -> list[dict[str, str]]:
    """Given an area's office, return a row for each of its clocks."""
    tried = _tried(office)
    return [
        {
            "clock": rule.name,
            "title": rule.title,
            "starts on": ", else ".join(kind.value for kind in rule.starts_on),
            "stops on": " or ".join(kind.value for kind in rule.stops_on),
            "within": _within(rule),
            "one per": _per(rule),
            "owner": rule.owner,
            "told when": _told_when(rule),
            "cases that begin as": _begins(rule, tried),
            "criteria": _branch(rule, tried),
            "source": rule.source,
        }
        for rule in office.rules
    ]


def _within(rule: ClockRule) -> str:
    said = f"{rule.within} {rule.unit}" if rule.within else ""
    if rule.within == 1:
        said = said.removesuffix("s")
    if not said and not rule.also_before:
        return rule.unit
    before = [
        f"{WorkingDays(days)} before {event} is due"
        if event != "meeting"
        else f"{WorkingDays(days)} before the meeting"
        for event, days in rule.also_before
    ]
    joined = [said, *(f"at latest {words}" if said else words for words in before)]
    extra = ["an event on a day off counts from the next working day"] if rule.roll_forward else []
    extra += [f"after {rule.cut_off:%H:%M} counts as the next day"] if rule.cut_off else []
    return "; ".join(filter(None, [", and ".join(filter(None, joined)), *extra]))


def _per(rule: ClockRule) -> str:
    """Return what the clock runs once for, as people say it."""
    return {Per.CASE: "case", Per.AGENCY: "agency asked", Per.TRUST: "provider trust"}[rule.per]


def _told_when(rule: ClockRule) -> str:
    days = ", ".join(f"{day:+d}" if day else "0" for day in rule.told_when)
    then = {"staff": "then staff, who ring", "each working day": "then each working day"}
    digest = f"digest from {-rule.digest_from}" if rule.digest_from else ""
    if rule.digest_from == 0:
        digest = "digest on the day"
    return "; ".join(filter(None, [days, then.get(rule.then, ""), digest])) or "never"


# --- trying it out ----------------------------------------------------------------------------

Tried = Mapping[tuple[Beginning, Outcome], frozenset[str]]


def _tried(office: Office) -> Tried:
    """Return which clocks run when a small case of each beginning is played into each branch."""
    branches = (Outcome.UNDECIDED, *_BRANCHES)
    return {(b, o): _running(office, b, o) for b in Beginning for o in branches}


def _running(office: Office, beginning: Beginning, outcome: Outcome) -> frozenset[str]:
    """Return the clocks that run in a case of a day before which the calendar has a year."""
    start = office.calendar.next_working_day(office.calendar.first + timedelta(days=120))
    at = datetime.combine(start, time(10), UTC)
    agency = next((a for a in office.area.agencies if a.provider_trust), None)
    agency = agency or next(iter(office.area.agencies), None)
    code = agency.code if agency else None

    def fact(kind: FactKind, **detail: Any) -> Fact:
        return Fact(
            case=_SMALL_CASE,
            kind=kind,
            happened=at,
            recorded_at=at,
            recorded_by="mailbot",
            detail=detail,
            agency=code if kind is FactKind.INFORMATION_REQUESTED else None,
        )

    facts = [
        fact(FactKind.INCIDENT_OCCURRED),
        fact(FactKind.NOTIFICATION_RECEIVED, beginning=beginning.value),
    ]
    if outcome in _BRANCHES:
        facts.append(fact(FactKind.CRITERIA_DECIDED, outcome=outcome.value))
    if code:
        facts += [
            fact(FactKind.AGENCIES_CHOSEN, agencies=[code]),
            fact(FactKind.INFORMATION_REQUESTED, round=1),
            fact(FactKind.NHS_INCIDENT_FLAGGED, framework="sif", trusts=[code]),
        ]
    numbered = [replace(one, number=number) for number, one in enumerate(facts, 1)]
    case = case_from(numbered)
    clocks = clocks_for(case, office.rules, office.calendar, today=start)
    return frozenset(clock.rule.name for clock in clocks if clock.runs)


def _begins(rule: ClockRule, tried: Tried) -> str:
    found = [
        begins.value
        for begins in Beginning
        if any(rule.name in tried[begins, outcome] for outcome in (Outcome.UNDECIDED, *_BRANCHES))
    ]
    return "any" if len(found) == len(Beginning) else ", ".join(found)


def _branch(rule: ClockRule, tried: Tried) -> str:
    """Return in which branch a clock runs; nothing where it runs whatever was decided."""
    met, not_met = (
        any(rule.name in tried[begins, outcome] for begins in Beginning) for outcome in _BRANCHES
    )
    undecided = any(rule.name in tried[begins, Outcome.UNDECIDED] for begins in Beginning)
    words = {(True, False): "met", (False, True): "not met", (False, False): "until decided"}
    said = words.get((met, not_met), "")
    if said == "until decided":
        return said if undecided else ""
    return f"undecided or {said}" if said and undecided else said


# --- the diagram ------------------------------------------------------------------------------


def flow(office: Office) -> Iterator[str]:
    """Given an area's office, yield the lines of its flow as a Mermaid diagram."""
    tried = _tried(office)
    yield "flowchart TD"
    kinds = dict.fromkeys(
        kind for rule in office.rules for kind in (*rule.starts_on[:1], *rule.stops_on)
    )
    for kind in dict.fromkeys((*kinds, *LETTERS_AFTER)):
        yield f'  {_node(kind)}(["{kind.value.replace("-", " ")}"])'
    for rule in office.rules:
        node = f"clock_{rule.name.replace('-', '_')}"
        yield f'  {node}["{rule.title}<br>{_within(rule)}"]'
        branch = _branch(rule, tried)
        yield f"  {_node(rule.starts_on[0])} -->{f'|{branch}|' if branch else ''} {node}"
        for kind in rule.stops_on:
            yield f"  {node} --> {_node(kind)}"
    for letter in dict.fromkeys(kind for kinds in LETTERS_AFTER.values() for kind in kinds):
        drafted = _as_draft(letter, office.area)
        yield f'  {_letter_node(letter)}>"{KIND_WORDS[letter]}{drafted}"]'
    for fact, letters in LETTERS_AFTER.items():
        for letter in letters:
            yield f"  {_node(fact)} -.-> {_letter_node(letter)}"


def _letter_node(kind: LetterKind) -> str:
    return f"letter_{kind.value.replace('-', '_')}"


def _as_draft(kind: LetterKind, area: Area) -> str:
    return " (draft)" if delivery_of(kind, area) is Delivery.DRAFT else ""


def _node(kind: FactKind) -> str:
    return "fact_" + kind.value.replace("-", "_")


def page(table: Sequence[Mapping[str, str]], lines: Sequence[str]) -> Iterator[str]:
    """Given table and diagram, yield them as lines of Markdown."""
    yield f"| {' | '.join(COLUMNS)} |"
    yield f"|{'---|' * len(COLUMNS)}"
    for row in table:
        yield f"| {' | '.join(row[column].replace('|', '/') for column in COLUMNS)} |"
    yield ""
    yield "```mermaid"
    yield from lines
    yield "```"
