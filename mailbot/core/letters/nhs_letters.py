"""Letters of the NHS side: reports asked for, thanked for, put before the Group, summed up daily.

What is asked of the provider trusts goes through the designated nurse (process, section 2), who
gets one summary each working morning of what is outstanding, and no copy of every letter.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from mailbot.core.cases.nhs import (
    FOR_THE_GROUP,
    NURSE,
    PSIRF,
    RECEIVED,
    REPORT_OF,
    REPORT_WORDS,
    Expected,
    goes_through_nurse,
    nurse_of,
    nurse_protection,
    outstanding_reports,
)
from mailbot.core.cases.standing import reopened_after_withdrawal
from mailbot.core.clocks.workdays import format_day
from mailbot.core.letters.beginning_questions import next_review_group
from mailbot.core.letters.desk import (
    Desk,
    Office,
    area_letter,
    each_once,
    key_of,
    staff_of,
    thanks,
)
from mailbot.core.model import (
    AgencyCode,
    Case,
    CaseRef,
    Clock,
    ClockState,
    Fact,
    FactKind,
    Letter,
    LetterKind,
    NhsIncident,
    Step,
)
from mailbot.core.parties import who_is
from mailbot.core.wording import (
    arrival_words,
    counted,
    full_moment,
    listed,
    name_of,
    short_day,
)

#: Begins the name of the step by which a summary is on record for each thing that it lists.
SUMMARY_STEP = "summary"


def nhs_letters(desk: Desk) -> Iterator[Letter]:
    """Given a desk, yield what the NHS incident of its case justifies."""
    yield from _report_request(desk)
    for fact in desk.case.all(*RECEIVED):
        yield from _thanks(desk, fact)
        if fact.kind in FOR_THE_GROUP:
            yield _arrived(desk, fact)
    yield from nhs_stop_notes(desk)


# --- the reports are asked for ------------------------------------------------------------------


def _report_request(desk: Desk) -> Iterator[Letter]:
    """Yield, to the designated nurse, which reports are asked for and by when each.

    At once, because the hours of the first run across nights and weekends. A trust that is named
    later, or a day that is agreed later, brings a letter about that alone.
    """
    incident = desk.case.nhs
    if incident is None:
        return
    cause = _cause_of_request(desk.case, incident)
    told = _asked_before(desk, incident, cause)
    asked = [r for r in outstanding_reports(desk.case) if r.trust not in told]
    if not asked:
        return
    clocks = [desk.clock(report.clock, report.trust) for report in asked]
    pairs = list(zip(asked, clocks, strict=True))
    trusts = list(dict.fromkeys(report.trust for report in asked))
    first = min((c.due_on for c in clocks if c), default=None)
    words = {
        "items": [_report_words(desk, report, clock) for report, clock in pairs],
        "trusts": listed([name_of(desk.area, code) for code in trusts]),
        "due_short": short_day(first) if first and not _no_day(incident) else "",
        "psirf": incident.framework == PSIRF,
        "agreed": not _no_day(incident),
    }
    letter = desk.letter(
        LetterKind.HEALTH_REPORT_REQUEST, cause, to=nurse_of(desk.area), words=words
    )
    yield replace(
        letter,
        agency=trusts[0] if len(trusts) == 1 else None,
        protection=nurse_protection(desk.area),
        told=tuple((f"{r.clock}/{r.trust}", c.due_on) for r, c in pairs if c),
    )


def _no_day(incident: NhsIncident) -> bool:
    return incident.framework == PSIRF and incident.until is None


def _cause_of_request(case: Case, incident: NhsIncident) -> int:
    """The number of the first fact that asks for all that is asked for now.

    A case that is opened again after a withdrawal is asked anew: its nurse was told to stop.
    """
    reopened = reopened_after_withdrawal(case.facts)
    numbers = [
        fact.number
        for fact in _flagged_since(case)
        if _same_terms(fact, incident) and set(incident.trusts) <= _trusts_of(fact)
    ]
    return max(numbers[0], reopened.number if reopened else 0)


def _asked_before(desk: Desk, incident: NhsIncident, cause: int) -> set[str]:
    """The trusts whose reports were asked for on the same terms in an earlier letter."""
    told: set[str] = set()
    reopened = reopened_after_withdrawal(desk.case.facts)
    for fact in _flagged_since(desk.case):
        key = key_of(LetterKind.HEALTH_REPORT_REQUEST, desk.case.ref, fact.number)
        before = fact.number < cause and (reopened is None or fact.number > reopened.number)
        if before and _same_terms(fact, incident) and key in desk.written.keys:
            told |= _trusts_of(fact)
    return told


def _flagged_since(case: Case) -> list[Fact]:
    """The facts that flagged the incident, since it was last taken back."""
    since: list[Fact] = []
    for fact in case.all(FactKind.NHS_INCIDENT_FLAGGED):
        since = [*since, fact] if fact.detail.get("trusts") else []
    return since


def _same_terms(fact: Fact, incident: NhsIncident) -> bool:
    until = incident.until.isoformat() if incident.until else ""
    return (fact.detail.get("framework"), fact.detail.get("until") or "") == (
        incident.framework,
        until,
    )


def _trusts_of(fact: Fact) -> set[str]:
    return set(fact.detail.get("trusts") or ())


def _report_words(desk: Desk, report: Expected, clock: Clock | None) -> dict[str, str]:
    return {
        "trust": name_of(desk.area, report.trust),
        "report": report.name,
        "due": _due_words(clock) if clock and not _waits_for_day(desk.case, clock) else "",
    }


def _waits_for_day(case: Case, clock: Clock) -> bool:
    return clock.rule.owner == NURSE and case.nhs is not None and _no_day(case.nhs)


def _due_words(clock: Clock) -> str:
    """The one day of a clock for its owner, with the hour where it is counted in hours."""
    return full_moment(clock.due_at) if clock.due_at else format_day(clock.due_on)


# --- a report has come ------------------------------------------------------------------------


def _thanks(desk: Desk, fact: Fact) -> Iterator[Letter]:
    """Yield thanks to the vouched-for sender of a report, in the shape of those for a return."""
    nothing = {"blank": [], "unclear": [], "expected_by": "", "late": False}
    yield from thanks(desk, fact, {"kind": REPORT_OF[fact.kind], **nothing})


def _arrived(desk: Desk, fact: Fact) -> Letter:
    """Return the draft that puts a report before the Case Review Group, whatever was decided."""
    area = desk.area
    group = next_review_group(desk.office, desk.today)
    words = {
        "trust": name_of(area, fact.agency or AgencyCode("")),
        "report": REPORT_OF[fact.kind],
        "received": arrival_words(fact.happened),
        "group": format_day(group) if group else "",
        "decided": desk.case.decision is not None,
    }
    chair = (area.chair,) if area.chair else ()
    letter = desk.letter(
        LetterKind.HEALTH_REPORT_ARRIVED,
        f"{fact.number}/{fact.agency}",
        to=each_once([*chair, *staff_of(area)]),
        words=words,
    )
    return replace(letter, agency=fact.agency)


# --- nothing more is asked for ------------------------------------------------------------------


def nhs_stop_notes(desk: Desk) -> Iterator[Letter]:
    """Given a desk, yield what tells the nurse that reports she was asked for are not needed.

    That is so when the notification was withdrawn, the flag taken back, or a trust left out.
    """
    case = desk.case
    sent = [
        fact
        for fact in case.all(FactKind.LETTER_SENT)
        if fact.detail.get("kind") == LetterKind.HEALTH_REPORT_REQUEST.value
    ]
    if not sent:
        return
    still = set() if case.withdrawn or case.nhs is None else set(case.nhs.trusts)
    asked = _trusts_told(case, sent)
    dropped = [code for code in asked if code not in still]
    if not dropped and (still or asked):
        return
    names = listed([name_of(desk.area, code) for code in dropped]) or "the provider trusts"
    words: dict[str, Any] = {"agency": names, "change": "nhs", "until": "", "due": ""}
    words |= {"withdrawn": case.withdrawn}
    place = f"{sent[-1].number}/nhs-{'-'.join(dropped) or 'all'}"
    letter = desk.letter(LetterKind.CHANGE_NOTE, place, to=nurse_of(desk.area), words=words)
    yield replace(letter, protection=nurse_protection(desk.area))


def _trusts_told(case: Case, sent: Sequence[Fact]) -> list[AgencyCode]:
    """The trusts whose reports the letters sent have asked for, as those letters say."""
    told = [name for fact in sent for name in fact.detail.get("told") or ()]
    named = [AgencyCode(name.partition("/")[2]) for name in told]
    flagged = [code for fact in _flagged_since(case) for code in sorted(_trusts_of(fact))]
    return list(dict.fromkeys([*named, *map(AgencyCode, flagged)]))


# --- the daily summary ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class InCharge:
    """What the designated nurse is to see to in one case."""

    case: CaseRef
    entries: tuple[dict[str, Any], ...]
    steps: tuple[Step, ...]


def clocks_in_charge(desk: Desk) -> tuple[Clock, ...]:
    """Given a desk, return the running clocks of what its case's trusts owe through the nurse.

    None on the day on which the nurse was first told, and none while a mail of the nurse's own
    agency waits for a person: it may be the very thing.
    """
    case = desk.case
    if case.nhs is None or _nurse_is_waited_for(desk, case.nhs):
        return ()
    return tuple(
        clock
        for clock in desk.clocks
        if clock.state is ClockState.RUNNING
        and (clock.rule.owner == NURSE or _is_return_through_nurse(case, clock))
        and (clock.first_told_on is None or clock.first_told_on < desk.today)
    )


def _is_return_through_nurse(case: Case, clock: Clock) -> bool:
    return clock.rule.owner == "agency" and goes_through_nurse(case, clock.agency)


def _nurse_is_waited_for(desk: Desk, incident: NhsIncident) -> bool:
    parties = [who_is(person.email, desk.area) for person in nurse_of(desk.area)]
    return any(party and party.agency in incident.waiting for party in parties)


def in_charge(desk: Desk) -> InCharge | None:
    """Given a desk, return what a summary says of its case today, or None for nothing."""
    clocks = sorted(clocks_in_charge(desk), key=lambda clock: (clock.due_on, clock.rule.name))
    if not clocks:
        return None
    return InCharge(
        case=desk.case.ref,
        entries=tuple(_entry(desk, clock) for clock in clocks),
        steps=tuple(
            Step(
                case=clock.case,
                clock=clock.rule.name,
                agency=clock.agency,
                round=clock.round,
                due_on=clock.due_on,
                step=f"{SUMMARY_STEP} {desk.today.isoformat()}",
            )
            for clock in clocks
        ),
    )


def _entry(desk: Desk, clock: Clock) -> dict[str, Any]:
    """Return a line of the summary; nobody is told that she missed a day she was never given."""
    late = clock.due_on < desk.today
    given = clock.first_told_on is None or clock.due_on >= clock.first_told_on
    return {
        "what": REPORT_WORDS.get(clock.rule.name, "information"),
        "trust": name_of(desk.area, clock.agency) if clock.agency else "",
        "due": _due_words(clock),
        "today": clock.due_on == desk.today,
        "late": late and given,
        "as_soon": late and not given,
    }


def health_summary(cases: Sequence[InCharge], *, office: Office, now: datetime) -> Letter | None:
    """Given what is outstanding by case, return the day's one letter to the designated nurse."""
    if not cases:
        return None
    area, today = office.area, office.calendar.day_of(now)
    number = sum(len(one.entries) for one in cases)
    words = {
        "today": format_day(today),
        "number": counted(number, "thing"),
        "cases": [{"case": one.case, "entries": list(one.entries)} for one in cases],
    }
    kind = LetterKind.HEALTH_SUMMARY
    letter = area_letter(kind, office, now=now, to=nurse_of(area), words=words)
    steps = tuple(step for one in cases for step in one.steps)
    return replace(letter, steps=steps, protection=nurse_protection(area))
