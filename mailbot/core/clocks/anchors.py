"""What starts a clock: which fact, which day, and since when its owner knows (process, 3)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from mailbot.core.cases.beginnings import said_by_staff
from mailbot.core.clocks.rule_checks import WHILE_MET, WHILE_NOT_MET
from mailbot.core.clocks.rules import within_of
from mailbot.core.clocks.workdays import WorkingCalendar, WorkingDays, deadline, format_day
from mailbot.core.model import (
    AgencyCode,
    Beginning,
    Case,
    Clock,
    ClockRule,
    Fact,
    FactKind,
    Outcome,
)

ENDED_BY_NOT_MET = WHILE_MET | {"notify-panel"}
DECIDED = (Outcome.MET, Outcome.NOT_MET)

#: Owners outside the business unit.
_OUTSIDE = frozenset({"partners", "partners-and-staff", "notifier", "agency", "designated-nurse"})
#: Notifiable without abuse or neglect; neither starts a rapid review of itself.
DEATHS = frozenset({Beginning.LOOKED_AFTER_CHILD_DEATH, Beginning.CARE_LEAVER_DEATH})
#: Stands in a clock's note where staff are to ask (process, section 3, notify-panel).
ASK_WHEN_AWARE = "ask when the authority became aware"
#: Of these the newest fact says how it stands; of the others the first is what happened.
_NEWEST_COUNTS = frozenset(
    {FactKind.AUTHORITY_AWARE, FactKind.INCIDENT_OCCURRED, FactKind.PANEL_NOTIFIED}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What every question about a case's clocks is asked of."""

    case: Case
    calendar: WorkingCalendar
    today: date
    clocks: dict[str, Clock]  # of the case so far, by name
    told: Mapping[str, date]  # the day that was last told of each clock, by its name

    def day(self, happened: date | datetime) -> date:
        """Given a day or a moment, return the day it is in London."""
        return self.calendar.day_of(happened) if isinstance(happened, datetime) else happened

    @property
    def received_at(self) -> date | datetime:
        """When the notification was received."""
        received = self.case.first(FactKind.NOTIFICATION_RECEIVED)
        return received.happened if received else self.case.opened_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """What starts a clock, and when its owner could first know of it."""

    at: date | datetime
    event: str
    told_on: date
    notes: tuple[str, ...] = ()
    until: str = ""  # the agreed day, ISO, where the rule's period is "as agreed"
    because: str = ""  # why it is another than the first thought, where something changed it


def has_clock(case: Case, rule: ClockRule) -> bool:
    """Given a clock of the case's own, return whether a case that began so has it at all.

    A non-serious notification has none. Of the two deaths nobody decides whether to review, until
    staff record that the criteria are met (process, section 2, "How cases begin").
    """
    if case.beginning == Beginning.NON_SERIOUS:
        return False
    if rule.name == "notify-dfe":
        return case.beginning in DEATHS
    if case.beginning in DEATHS and not decided(case, Outcome.MET):
        return False
    return rule.name not in WHILE_NOT_MET or bool(decided(case, Outcome.NOT_MET))


def start_of(view: View, rule: ClockRule) -> Start | None:
    """Given a rule, return what starts its clock in this case, or None if nothing has yet.

    The first of the rule's facts that the case has counts, unless staff have re-anchored it.
    """
    if not has_clock(view.case, rule):
        return None
    found = next(filter(None, (_start_on(view, rule, kind) for kind in rule.starts_on)), None)
    if found is None:
        return None
    found = _late_path(view, rule, found) if rule.name in ENDED_BY_NOT_MET else found
    return reanchored(view, rule, told_again(view, rule, _taken_up(view, rule, found)))


def start_for_trust(view: View, rule: ClockRule, trust: AgencyCode) -> Start | None:
    """Given a rule of which each provider trust has a clock, return what starts this trust's.

    That is the day since which staff name it without a break; the framework says which rules run.
    """
    nhs = view.case.nhs
    if nhs is None or nhs.framework != rule.framework:
        return None
    named: Fact | None = None
    for fact in view.case.all(FactKind.NHS_INCIDENT_FLAGGED):
        stands = trust in (fact.detail.get("trusts") or ())
        named = (named or fact) if stands else None
    at = named.happened if named else nhs.flagged_at
    told_on = view.day(named.recorded_at if named else at)
    start = Start(
        at=at,
        event=FactKind.NHS_INCIDENT_FLAGGED.value.replace("-", " "),
        told_on=max(told_on, view.calendar.day_of(view.case.opened_at)),
        until=nhs.until.isoformat() if nhs.until else "",
    )
    return reanchored(view, rule, told_again(view, rule, start), trust)


def moment_of_fact(view: View, kind: FactKind) -> date | datetime | None:
    """Given a kind of fact, return when it happened in this case, as far as a clock may count."""
    if kind is FactKind.INCIDENT_OCCURRED:
        return None if _incident_is_unusable(view) else view.case.incident_on
    if kind is FactKind.NOTIFICATION_RECEIVED:
        return view.received_at
    found = view.case.last(kind) if kind in _NEWEST_COUNTS else view.case.first(kind)
    return found.happened if found else None


def _taken_up(view: View, rule: ClockRule, start: Start) -> Start:
    """Given the death of a child whose criteria were found met, return who knew it since then."""
    if view.case.beginning not in DEATHS or rule.name == "notify-dfe":
        return start
    met = decided(view.case, Outcome.MET)[0]
    return replace(start, told_on=max(start.told_on, view.calendar.day_of(met.recorded_at)))


def told_again(view: View, rule: ClockRule, start: Start) -> Start:
    """Given a start, return it as known since the case was opened again, if it was.

    Who stands outside the business unit had been told to stop, or had nothing more to do; nor had
    they anything to do before staff said how the case begins.
    """
    since = [f for f in (view.case.last(FactKind.CASE_REOPENED), said_by_staff(view.case)) if f]
    if not since or rule.owner not in _OUTSIDE:
        return start
    days = [view.day(fact.recorded_at) for fact in since]
    return replace(start, told_on=max(start.told_on, *days))


def _start_on(view: View, rule: ClockRule, kind: FactKind) -> Start | None:
    opened_on = view.calendar.day_of(view.case.opened_at)
    event = kind.value.replace("-", " ")
    if kind is FactKind.INCIDENT_OCCURRED:
        day = view.case.incident_on
        if day is None or _incident_is_unusable(view):
            return None
        dated = view.case.last(kind)
        # A day that was put on record, or corrected, later was nobody's before.
        known_on = view.day(dated.recorded_at) if dated else opened_on
        notes = _two_readings(view, rule, day)
        return Start(at=day, event=event, told_on=max(opened_on, known_on), notes=notes)
    if kind is FactKind.NOTIFICATION_RECEIVED:
        notes = _without_incident(view, rule)
        told_on = _told_by_letter(view, rule) or opened_on
        return Start(at=view.received_at, event=event, told_on=told_on, notes=notes)
    fact = _starting_fact(view.case, rule, kind)
    if fact is None:
        return None
    told_on = max(opened_on, view.calendar.day_of(fact.recorded_at))
    until = str(fact.detail.get("until", ""))
    return Start(at=fact.happened, event=event, told_on=told_on, until=until)


def _starting_fact(case: Case, rule: ClockRule, kind: FactKind) -> Fact | None:
    if kind is FactKind.CRITERIA_DECIDED:
        wanted = (Outcome.MET,) if rule.name in WHILE_MET else DECIDED
        return next(iter(decided(case, *wanted)), None)
    if kind is FactKind.PANEL_ANSWERED:
        answers = case.all(kind)
        return next(
            (f for f in reversed(answers) if f.detail.get("answer") == "asks-for-more"), None
        )
    return case.last(kind) if kind in _NEWEST_COUNTS else case.first(kind)


def decided(case: Case, *outcomes: Outcome) -> tuple[Fact, ...]:
    """Given a case, return the facts that decided the criteria so, at the call or the meeting.

    Oldest first. What a meeting found counts only while its decision stands.
    """
    standing = case.decision if case.decision_stands else None
    return tuple(
        fact
        for fact in case.all(FactKind.CRITERIA_DECIDED, FactKind.REVIEW_DECIDED)
        if (fact.kind is FactKind.CRITERIA_DECIDED and fact.detail.get("outcome") in outcomes)
        or (
            fact.kind is FactKind.REVIEW_DECIDED
            and (fact == standing or fact.detail.get("quorate") is True)
            and fact.detail.get("criteria_found") in outcomes
        )
    )


def _told_by_letter(view: View, rule: ClockRule) -> date | None:
    sent = view.case.all(FactKind.LETTER_SENT) if rule.told_by else ()
    told = (f for f in sent if f.detail.get("kind") == rule.told_by)
    return next((view.day(f.happened) for f in told), None)


def _incident_is_unusable(view: View) -> str:
    """Given a case, return why its incident's day cannot start a clock, or ""."""
    day = view.case.incident_on
    if day is None:
        return "the incident has no full date"
    if day < view.calendar.first:
        return (
            f"the incident is dated before {format_day(view.calendar.first)}, where the calendar "
            "of bank holidays begins"
        )
    return "the incident is dated after receipt" if day > view.day(view.received_at) else ""


def _without_incident(view: View, rule: ClockRule) -> tuple[str, ...]:
    why = _incident_is_unusable(view)
    if FactKind.INCIDENT_OCCURRED not in rule.starts_on or not why:
        return ()
    return (f"counted from receipt: {why}",)


def _two_readings(view: View, rule: ClockRule, incident_on: date) -> tuple[str, ...]:
    """Given an incident long before receipt, return both readings of notify-panel for staff."""
    within = within_of(rule)
    received_on = view.day(view.received_at)
    if rule.name != "notify-panel" or not isinstance(within, WorkingDays):
        return ()
    days = view.calendar.working_days_between(incident_on, received_on)
    if days <= within.n:
        return ()
    aware = view.case.last(FactKind.AUTHORITY_AWARE)
    other = view.day(aware.happened) if aware else received_on
    told = "the day the authority became aware" if aware else "receipt"
    ask = "" if aware else f": {ASK_WHEN_AWARE}"
    by_incident = format_day(view.calendar.add(incident_on, within))
    by_other = format_day(view.calendar.add(other, within))
    return (
        f"the incident lies {days} working days before receipt{ask}",
        f"counted from the incident it was due {by_incident}, counted from {told} {by_other}",
    )


def _late_path(view: View, rule: ClockRule, start: Start) -> Start:
    """Given criteria not met at first and met later, return the start as the late path has it.

    The authority's notification comes first; from that day the submission has its days anew.
    """
    at_first = next(iter(decided(view.case, *DECIDED)), None)
    turned = next(iter(decided(view.case, Outcome.MET)), None)
    if view.case.criteria is not Outcome.MET or turned is None or turned == at_first:
        return start
    told_on = max(start.told_on, view.calendar.day_of(turned.recorded_at))
    notes = (*start.notes, "late path: the criteria were found met after they had not been")
    start = replace(start, told_on=told_on, notes=notes)
    if rule.name != "submission":
        return start
    notified = view.case.last(FactKind.PANEL_NOTIFIED)
    if notified is None or view.day(notified.happened) < view.day(turned.happened):
        more = "its days begin anew when the authority has notified the Panel"
        return replace(start, notes=(*notes, more))
    within = within_of(rule)
    original = deadline(start.at, within, view.calendar)[0] if within else None
    more = f"from the original notification it was due {format_day(original)}" if original else ""
    return Start(
        at=notified.happened,
        event="authority notified the Panel",
        told_on=max(told_on, view.calendar.day_of(notified.recorded_at)),
        notes=(*notes, more),
        because="the criteria were found met after they had not been",
    )


def reanchored(
    view: View, rule: ClockRule, start: Start, agency: AgencyCode | None = None
) -> Start:
    """Given a start, return the day that staff have set in its place, if they have.

    Their `anchor` is a day (ISO) or the name of a fact that the case has. Where there is one clock
    for each agency, theirs may be for one of them or for all.
    """
    fact = next((f for f in reversed(view.case.facts) if _is_for(f, rule, agency)), None)
    if fact is None:
        return start
    anchor = str(fact.detail.get("anchor", ""))
    kind = next((kind for kind in FactKind if kind == anchor), None)
    at = moment_of_fact(view, kind) if kind else iso_day(anchor)
    if at is None:
        why = f"staff count it from “{anchor.replace('-', ' ')}”, which is not on record yet"
        return replace(start, notes=(*start.notes, why))
    # Their reason stays with the fact: a note of a clock stands in letters, and names in no letter.
    told = f"counted from {format_day(view.day(at))}: re-anchored by staff"
    return replace(
        start,
        at=at,
        event="re-anchored by staff",
        told_on=max(start.told_on, view.calendar.day_of(fact.recorded_at)),
        notes=(*start.notes, told),
        because="staff count it from another day",
    )


def _is_for(fact: Fact, rule: ClockRule, agency: AgencyCode | None) -> bool:
    return (
        fact.kind is FactKind.CLOCK_REANCHORED
        and fact.detail.get("clock") == rule.name
        and fact.agency in (None, agency)
    )


def iso_day(text: str) -> date | None:
    """Given what a fact's detail says, return the day it is, or None."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
