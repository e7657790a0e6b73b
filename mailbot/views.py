"""What the commands show, as plain rows: one shape for tables and for `--json`.

Only `case` carries what a form says about a child; everything else speaks in references, agencies
and dates (design, promise 8).
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from mailbot.casework import case_of, clocks_of, guarded
from mailbot.core.clocks.workdays import format_day
from mailbot.core.letters.held_letters import lines_of_holds
from mailbot.core.model import AgencyInCase, Case, CaseRef, Clock, Fact, FactKind
from mailbot.core.moments import day_of
from mailbot.nhs_view import nhs_lines, nhs_row
from mailbot.pinning import counted_otherwise
from mailbot.reading_view import in_words
from mailbot.store import Kept, Posted
from mailbot.unit import Unit

Row = dict[str, Any]

#: Details of facts that say how the process stands and nothing about a child.
SAFE_DETAILS = frozenset(
    {
        "beginning",
        "outcome",
        "present",
        "chair_consulted",
        "agencies",
        "round",
        "return",
        "blank",
        "label",
        "at",
        "quorate",
        "review",
        "scope",
        "next",
        "criteria_found",
        "evidence",
        "answer",
        "role",
        "letter",
        "kind",
        "clock",
        "into",
        "step",
        "anchor",
        "about",
        "from",
        "until",
        "framework",
        "trusts",
        "told",
        "voids",
        "basis",
        "message_class",
        "waits",
    }
)

#: Details of these names that staff write freely, so that a child may be named in them.
_IN_THEIR_OWN_WORDS = {
    FactKind.SAFETY_PROMPT_ANSWERED: "answer",
    FactKind.CASE_CLOSED: "outcome",
}

#: A case that cannot be looked at is listed all the same; `queue` says why.
_IN_TROUBLE: Row = {
    "beginning": "",
    "opened_on": "",
    "criteria": "",
    "state": "in trouble",
    "next": None,
    "late": 0,
}


def _folded(unit: Unit, ref: CaseRef, now: datetime) -> tuple[Case, tuple[Clock, ...]] | None:
    def fold() -> tuple[Case, tuple[Clock, ...]]:
        found = case_of(unit, ref)
        return found, clocks_of(unit, found, now)

    return guarded(unit, ref, now, fold)


def cases(unit: Unit, now: datetime) -> list[Row]:
    """Return a row for each case, oldest first."""
    rows: list[Row] = []
    for ref in unit.store.cases.refs():
        found = _folded(unit, ref, now)
        if found is None:
            rows.append({"reference": ref, **_IN_TROUBLE})
            continue
        case, clocks = found
        running = sorted((c for c in clocks if is_running(c)), key=lambda c: c.due_on)
        rows.append(
            {
                "reference": ref,
                "beginning": case.beginning,
                "opened_on": unit.calendar.day_of(case.opened_at).isoformat(),
                "criteria": case.criteria.value,
                "state": state_of(case),
                "next": clock_row(running[0]) if running else None,
                "late": sum(c.due_on < unit.calendar.day_of(now) for c in running),
            }
        )
    return rows


def case(unit: Unit, ref: CaseRef, now: datetime) -> Row:
    """Given a case, return everything about it, the child's details too."""
    found = case_of(unit, ref)
    return {
        "reference": ref,
        "beginning": found.beginning,
        "state": state_of(found),
        "opened_at": found.opened_at.isoformat(),
        "incident_on": found.incident_on.isoformat() if found.incident_on else None,
        "criteria": found.criteria.value,
        "fields": dict(found.fields),
        "children": [dict(child) for child in found.children],
        "held": list(lines_of_holds(found, unit.area)),
        "took_in": list(found.took_in),
        "blank": list(found.blank),
        "proposed": list(found.proposed),
        "unknown_agencies": list(found.unknown_agencies),
        "agencies": [_agency_row(a) for a in found.agencies.values()],
        "nhs": nhs_row(found),
        "notes": [_note_row(fact) for fact in found.all(FactKind.NOTE)],
        "reanchored": [_reanchored_row(f) for f in found.all(FactKind.CLOCK_REANCHORED)],
        "meeting": _meeting_row(found),
        "decision": _safe(found.decision) if found.decision else None,
        "decision_stands": found.decision_stands,
        "counted": counted_otherwise(unit, ref),
        "clocks": [clock_row(c) for c in clocks_of(unit, found, now)],
        "letters": [_letter_row(letter) for letter in unit.store.outbox.of_case(ref)],
        "messages": [_message_row(m) for m in unit.store.messages.of_case(ref)],
    }


def timeline(unit: Unit, ref: CaseRef) -> list[Row]:
    """Given a case, return its facts in order; a voided one says by which correction."""
    facts = unit.store.cases.facts(ref)
    voided = {f.detail.get("voids"): f.number for f in facts if f.kind.value == "correction"}
    return [
        {
            "number": fact.number,
            "happened": fact.happened.isoformat(),
            "recorded_at": fact.recorded_at.isoformat(),
            "recorded_by": fact.recorded_by,
            "kind": fact.kind.value,
            "agency": fact.agency,
            "detail": _safe(fact),
            "summary": _summary(fact),
            "message": fact.message[:8] if fact.message else None,
            "voided_by": voided.get(fact.number),
        }
        for fact in facts
    ]


def due(unit: Unit, now: datetime) -> list[Row]:
    """Return every running clock, the earliest due first, with its working."""
    rows = []
    for ref in unit.store.cases.refs(only_open=True):
        found = _folded(unit, ref, now)
        clocks = found[1] if found else ()
        counted = counted_otherwise(unit, ref) if found else ""
        rows += [
            {**clock_row(c, working=True), "counted": counted} for c in clocks if is_running(c)
        ]
    today = unit.calendar.day_of(now).isoformat()
    for row in rows:
        row["late"] = row["due_on"] < today
    return sorted(rows, key=lambda row: (row["due_on"], row["reference"], row["clock"]))


def running_clocks(unit: Unit, ref: CaseRef, now: datetime) -> list[Row]:
    """Given a case, return its running clocks, the earliest due first, with their working."""
    clocks = clocks_of(unit, case_of(unit, ref), now)
    rows = [clock_row(c, working=True) for c in clocks if is_running(c)]
    return sorted(rows, key=lambda row: (row["due_on"], row["clock"]))


def lines_explained(rows: Iterable[Row]) -> Iterator[str]:
    """Given rows of what is due, return each as lines that show how its day is counted."""
    for row in rows:
        whose = f", {row['agency']}" if row["agency"] else ""
        yield f"{row['due']}: {row['title']}{whose} ({row['reference']}, {row['clock']})"
        for line in row["working"]:
            yield f"  {line}"
        if row["note"]:
            yield f"  Note: {row['note']}"
        if row.get("counted"):
            yield f"  {row['counted']}"
        yield ""


def queue(unit: Unit) -> list[Row]:
    """Return what waits for a person, oldest first: messages, letters, cases in trouble."""
    rows = [
        {
            "kind": "message",
            "id": message.key[:8],
            "reference": message.case,
            "candidates": list(message.candidates),
            "agency": message.agency,
            "since": message.received_at.isoformat(),
            "reason": message.reason,
        }
        for message in unit.store.messages.waiting()
    ]
    rows += [
        _notice_row("notice", key, ref, since=since.isoformat(), reason=reason)
        for key, ref, reason, since in unit.store.outbox.notices()
    ]
    rows += [
        _notice_row("case", ref, ref, since="", reason=why)
        for ref, why in unit.store.cases.troubles()
    ]
    return sorted(rows, key=lambda row: row["since"])


def letters(unit: Unit, limit: int = 500) -> list[Row]:
    """Return the newest letters, newest first."""
    return [_letter_row(letter) for letter in unit.store.outbox.all(limit)]


def clock_row(clock: Clock, *, working: bool = False) -> Row:
    """Given a clock, return its row; with `working`, the due day explained day by day."""
    row: Row = {
        "reference": clock.case,
        "clock": clock.rule.name,
        "title": clock.rule.title,
        "agency": clock.agency,
        "due_on": clock.due_on.isoformat(),
        "due": format_day(clock.due_on),
        "state": clock.state.value,
        "stopped_on": clock.stopped_on.isoformat() if clock.stopped_on else None,
        "earliest_on": clock.earliest_on.isoformat() if clock.earliest_on else None,
        "earliest_why": clock.earliest_why,
        "note": clock.note,
    }
    if working:
        row["working"] = list(clock.working)
        row["source"] = clock.rule.source
    return row


def is_running(clock: Clock) -> bool:
    """Given a clock, tell whether somebody still owes something."""
    return clock.runs


def state_of(case: Case) -> str:
    """Given a case, return its state in a word or two."""
    if case.merged_into:
        return f"merged into {case.merged_into}"
    if case.closed:
        return "closed"
    if case.withdrawn:
        return "withdrawn"
    return "held" if case.held_reason else "open"


def lines_of_case(row: Row) -> Iterator[str]:
    """Given a case's row, return it as lines for a person."""
    yield f"{row['reference']}  {row['state']}, began as {row['beginning']}"
    yield f"Criteria: {row['criteria']}"
    for name, value in row["fields"].items():
        yield f"  {name}: {in_words(value)}"
    yield from _note_lines(row)
    yield from _lines_beside_the_form(row)
    yield "Agencies:" if row["agencies"] else "No agencies are chosen."
    for agency in row["agencies"]:
        yield f"  {agency['agency']}: {_agency_state(agency)}"
    yield from nhs_lines(row["nhs"])
    yield "Clocks:"
    if row["counted"]:
        yield f"  {row['counted']}"
    for again in row["reanchored"]:
        whose = f" ({again['agency']})" if again["agency"] else ""
        yield f"  {again['clock']}{whose} counted from {again['anchor']}: {again['reason']}"
    for clock in row["clocks"]:
        whose = f" ({clock['agency']})" if clock["agency"] else ""
        yield f"  {clock['due']}  {clock['title']}{whose}: {clock['state']}"
    if row["decision"]:
        stands = (
            "stands" if row["decision_stands"] else "does not stand: the meeting was not quorate"
        )
        said = "; ".join(_decision_words(row["decision"]))
        yield f"Decision: {said} ({stands})"


def _lines_beside_the_form(row: Row) -> Iterator[str]:
    for child in row["children"][1:]:
        yield f"  Another child: {', '.join(str(value) for value in child.values() if value)}"
    yield from row["held"]
    if row["took_in"]:
        yield f"Merged into it: {', '.join(row['took_in'])}"
    if row["meeting"] and row["meeting"]["replies"]:
        said = (f"{who} {answer}" for who, answer in row["meeting"]["replies"].items())
        yield f"Replies to the invitation: {', '.join(said)}"
    if row["blank"]:
        yield f"Blank in the notification: {', '.join(row['blank'])}"
    if row["unknown_agencies"]:
        yield f"Named in it and not in config: {', '.join(row['unknown_agencies'])}"


def _decision_words(decision: Row) -> Iterator[str]:
    yield "a review" if decision.get("review") else "no review"
    for name in ("scope", "next", "criteria_found"):
        if decision.get(name):
            yield f"{name.replace('_', ' ')}: {decision[name]}".replace("-", " ")


def _agency_state(agency: Row) -> str:
    if agency["excused"]:
        return "excused"
    if agency["answered"]:
        return "answered"
    if agency["undelivered"]:
        return "the request was not delivered"
    if not agency["requested_at"]:
        return "not asked yet"
    return "a part has come" if agency["partial"] else "asked"


def _summary(fact: Fact) -> str:
    shown = {k: v for k, v in _safe(fact).items() if k not in ("letter", "basis", "waits")}
    if told := shown.get("told"):
        shown["told"] = ", ".join(f"{clock} {day}" for clock, day in told.items())
    return "; ".join(f"{name}: {value}" for name, value in shown.items() if value not in ("", []))


def _safe(fact: Fact) -> Row:
    """What may stand outside a case."""
    shown = SAFE_DETAILS - {_IN_THEIR_OWN_WORDS.get(fact.kind)}
    return {name: value for name, value in fact.detail.items() if name in shown}


def _agency_row(agency: AgencyInCase) -> Row:
    return {
        "agency": agency.code,
        "round": agency.round,
        "requested_at": agency.requested_at.isoformat() if agency.requested_at else None,
        "undelivered": agency.undelivered,
        "answered": agency.answered,
        "partial": agency.partial,
        "excused": agency.excused,
        "extended_until": agency.extended_until.isoformat() if agency.extended_until else None,
        "waiting": len(agency.waiting),
        "away": agency.away,
        "returns": [fact.detail.get("return", "") for fact in agency.returns],
    }


def _note_row(fact: Fact) -> Row:
    about = str(fact.detail.get("about") or "")
    return {
        "on": day_of(fact.happened).isoformat(),
        "about": about,
        "text": str(fact.detail.get("text") or ""),
    }


def _reanchored_row(fact: Fact) -> Row:
    row: Row = {"agency": fact.agency}
    return row | {name: str(fact.detail.get(name) or "") for name in ("clock", "anchor", "reason")}


def _note_lines(row: Row) -> Iterator[str]:
    for note in row["notes"]:
        about = f" ({note['about']})" if note["about"] else ""
        yield f"Note of {note['on']}{about}: {note['text']}"


def _meeting_row(case: Case) -> Row | None:
    meeting = case.meeting
    if meeting is None:
        return None
    return {
        "label": meeting.label,
        "at": meeting.at.isoformat(),
        "held": meeting.held,
        "present": list(meeting.present),
        "quorate": meeting.quorate,
        "moved": meeting.sequence,
        "replies": dict(meeting.replies),
    }


def _letter_row(letter: Posted) -> Row:
    return {
        "letter": letter.key,
        "kind": letter.kind.value,
        "reference": letter.case,
        "agency": letter.agency,
        "to": list(letter.recipients),
        "delivery": letter.delivery.value,
        "state": letter.state,
        "not_before": letter.not_before.isoformat(),
        "changed_at": letter.changed_at.isoformat(),
        "copy_seen": letter.confirmed,
        "why": letter.why,
    }


def _message_row(message: Kept) -> Row:
    return {
        "id": message.key[:8],
        "received_at": message.received_at.isoformat(),
        "class": message.message_class,
        "agency": message.agency,
        "waits": message.waits,
        "reason": message.reason,
    }


def _notice_row(kind: str, id_: str, ref: str | None, *, since: str, reason: str) -> Row:
    return {
        "kind": kind,
        "id": id_,
        "reference": ref,
        "candidates": [],
        "agency": None,
        "since": since,
        "reason": reason,
    }
