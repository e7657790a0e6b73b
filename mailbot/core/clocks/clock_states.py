"""Where a clock stands: running, waiting for a person, stopped, or not applicable (process, 3).

Only what has happened stops a clock or ends it; what waits for a person makes its reminders wait,
while the clock itself runs on.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from mailbot.core.cases.beginnings import could_be
from mailbot.core.cases.holds import held_reason
from mailbot.core.clocks.anchors import DECIDED, ENDED_BY_NOT_MET, Start, View, decided, iso_day
from mailbot.core.clocks.rules import AS_AGREED
from mailbot.core.clocks.workdays import format_day
from mailbot.core.model import (
    AgencyCode,
    AgencyInCase,
    Beginning,
    Case,
    ClockRule,
    ClockState,
    Fact,
    FactKind,
    Outcome,
)

#: What leads up to the submission; once that is sent, nobody is asked for it any more.
_BEFORE_SUBMISSION = frozenset({"report-circulated", "partners-signed-off"})
#: There is something to sign off only after one of these.
_MEETING_OVER = (FactKind.MEETING_HELD, FactKind.REVIEW_DECIDED)
#: Of a copy of the authority's own notification staff confirm both in one step; where the form
#: says two things about how the case begins, nobody else is asked before staff have said which.
_TO_CONFIRM = frozenset({"partners-decide", "notify-panel"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where a clock stands."""

    state: ClockState
    stopped_on: date | None = None
    notes: tuple[str, ...] = ()


def standing_of(view: View, rule: ClockRule, start: Start) -> Standing:
    """Given a clock of the case's own and what started it, return where it stands."""
    stopped_on = _stopped_on(view, rule, start)
    if stopped_on is not None:
        return Standing(state=ClockState.STOPPED, stopped_on=stopped_on)
    over = _why_over(view.case) or _why_not(view.case, rule)
    if over:
        return Standing(state=ClockState.NOT_APPLICABLE, notes=(over,))
    notes = _notes_while_running(view, rule)
    if first := _asked_of_staff_first(view.case, rule):
        return Standing(state=ClockState.WAITING, notes=(*notes, first))
    if view.case.held_reason:
        return Standing(state=ClockState.WAITING, notes=(*notes, "held: no letters go out"))
    if rule.unit == AS_AGREED and iso_day(start.until) is None:
        return Standing(state=ClockState.WAITING, notes=notes)
    if rule.name == "partners-signed-off" and not view.case.first(*_MEETING_OVER):
        return Standing(state=ClockState.WAITING, notes=(*notes, "no meeting has been held yet"))
    return Standing(state=ClockState.RUNNING, notes=notes)


def _asked_of_staff_first(case: Case, rule: ClockRule) -> str:
    """What only staff have to say before anybody else has something to do, or ""."""
    if rule.name not in _TO_CONFIRM or case.criteria is not Outcome.UNDECIDED:
        return ""
    if case.beginning == Beginning.AUTHORITY_COPY:
        return "staff confirm that the criteria are met and the Panel notified"
    return "staff say how the case begins" if could_be(case) else ""


def standing_of_trust(view: View, rule: ClockRule, start: Start, trust: AgencyCode) -> Standing:
    """Given a trust's clock, return where it stands.

    Whatever is decided, a trust's report is asked for until the case ends (process, section 2).
    """
    came = [view.day(f.happened) for f in view.case.all(*rule.stops_on) if f.agency == trust]
    stopped_on = min((day for day in came if day <= view.today), default=None)
    if stopped_on is not None:
        return Standing(state=ClockState.STOPPED, stopped_on=stopped_on)
    over = _why_over(view.case)
    if over:
        return Standing(state=ClockState.NOT_APPLICABLE, notes=(over,))
    waits = view.case.nhs is not None and trust in view.case.nhs.waiting
    notes = ["a message from the trust waits for a person"] if waits else []
    if held_reason(view.case, trust):
        notes.append("held: no letters go out")
    no_day = rule.unit == AS_AGREED and iso_day(start.until) is None
    state = ClockState.WAITING if notes or no_day else ClockState.RUNNING
    return Standing(state=state, notes=tuple(notes))


def _stopped_on(view: View, rule: ClockRule, start: Start) -> date | None:
    days = [view.day(f.happened) for f in view.case.all(*rule.stops_on) if _stops(view, f)]
    if FactKind.CRITERIA_DECIDED in rule.stops_on and view.case.criteria in DECIDED:
        days += [view.day(f.happened) for f in decided(view.case, *DECIDED)]
    if {FactKind.SUBMISSION_SENT, FactKind.PANEL_ANSWERED} & set(rule.starts_on):
        # An answer to something else, earlier, answers nothing that began later.
        days = [day for day in days if day >= view.day(start.at)]
    return min((day for day in days if day <= view.today), default=None)


def _stops(view: View, fact: Fact) -> bool:
    if fact.kind is FactKind.MEETING_HELD:
        return fact.detail.get("quorate") is True
    # The criteria count as they stand now: no agreement leaves the clock running.
    return fact.kind is not FactKind.CRITERIA_DECIDED


def _why_over(case: Case) -> str:
    if case.withdrawn:
        return "the notification was withdrawn"
    return "the case is closed" if case.closed else ""


def _why_not(case: Case, rule: ClockRule) -> str:
    if rule.name in ENDED_BY_NOT_MET and case.criteria is Outcome.NOT_MET:
        return "the criteria are not met"
    if rule.name == "outcome-recorded" and case.criteria is Outcome.MET:
        return "the criteria are met"
    if rule.name in _BEFORE_SUBMISSION and case.first(FactKind.SUBMISSION_SENT):
        return "the submission has been sent"
    return ""


def _notes_while_running(view: View, rule: ClockRule) -> tuple[str, ...]:
    if rule.name == "partners-decide":
        return _panel_besides(view)
    if view.case.criteria in DECIDED:
        return ()
    if rule.name == "notify-panel":
        return ("if the criteria are met",)
    if rule.name == "submission":
        return ("at risk: the criteria are not decided",)
    return ()


def _panel_besides(view: View) -> tuple[str, ...]:
    panel = view.clocks.get("notify-panel")
    if panel is None or panel.state is not ClockState.RUNNING:
        return ()
    told = f"if the criteria are met, the Panel must be notified by {format_day(panel.due_on)}"
    return (told,)


def standing_of_agency(view: View, agency: AgencyInCase) -> Standing:
    """Given an agency that was asked, return where the clock of its return stands."""
    stopped_on = _returned_on(view, agency)
    if stopped_on is not None:
        return Standing(state=ClockState.STOPPED, stopped_on=stopped_on)
    over = _why_over(view.case) or ("the agency is excused" if agency.excused else "")
    if over:
        return Standing(state=ClockState.NOT_APPLICABLE, notes=(over,))
    waits = tuple(_why_waiting(view.case, agency))
    notes = ("only a partial return has come",) if agency.partial else ()
    return Standing(
        state=ClockState.WAITING if waits else ClockState.RUNNING, notes=(*waits, *notes)
    )


def _returned_on(view: View, agency: AgencyInCase) -> date | None:
    """Given an agency, return the day its first full or nil return came, or None."""
    if not agency.answered:
        return None
    full = [f for f in agency.returns if f.detail.get("return") != "partial"] or agency.returns
    if not full:
        return view.today
    asked_on = view.day(agency.requested_at) if agency.requested_at else date.min
    days = [view.day(fact.happened) for fact in full]
    return min((day for day in days if day >= asked_on), default=max(days))


def _why_waiting(case: Case, agency: AgencyInCase) -> Iterator[str]:
    if agency.undelivered:
        yield "the request was not delivered: ring the agency"
    if agency.waiting:
        yield "a message from the agency waits for a person"
    if held_reason(case, agency.code):
        yield "held: no letters go out"
