"""What staff record about the NHS by labelled lines: the incident flagged, a report received."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from mailbot.core.cases.nhs import (
    OFF,
    PSIRF,
    RECEIVED,
    REPORT_OF,
    REPORT_WORDS,
    SIF,
    STOPPED_BY,
    clocks_of_framework,
)
from mailbot.core.model import AgencyCode, FactKind, NhsIncident, Role
from mailbot.core.record.instruction_words import (
    Answer,
    Desk,
    Entry,
    Unclear,
    WaitingMail,
    agencies_in,
    day_or_fault,
)
from mailbot.core.record.labelled_lines import Block
from mailbot.core.record.settling import answer_with, still_waiting, the_one_meant
from mailbot.core.wording import (
    full_day,
    name_of,
)

_NONE = re.compile(r"\W*(none|no|nothing|not an? nhs\b.*)\W*$", re.IGNORECASE)
_FRAMEWORKS = (
    (re.compile(r"psirf|patient safety", re.IGNORECASE), PSIRF),
    (re.compile(r"\bsif\b|serious incident|old|legacy", re.IGNORECASE), SIF),
)
_REPORT = re.compile(
    r"\b(?:(?P<days>72|30|60)[ -]*(?:hours?|hrs?|days?|h|d)?"
    r"|psirf|psii|(?:health )?(?:learning )?response)\b(?: report)?\W*$",
    re.IGNORECASE,
)
_CLOCK_OF_DAYS = {
    "72": "nhs-72-hour-report",
    "30": "nhs-30-day-report",
    "60": "nhs-60-day-report",
}
_FRAMEWORK_WORDS = {
    SIF: "the 72-hour, 30-day and 60-day reports are",
    PSIRF: "one health learning response is",
}


def nhs(block: Block, desk: Desk) -> Answer | Unclear:
    """Record whether this is an NHS incident: which provider trusts, under which framework.

    Each line states the whole list as it now stands; what it leaves out of framework and agreed
    day stays as it was.
    """
    before = desk.case.nhs
    if _NONE.match(block.value):
        return _taken_back(block, desk)
    framework = _framework(block, desk)
    trusts = _trusts(block.value, desk)
    if isinstance(framework, Unclear):
        return framework
    if isinstance(trusts, Unclear):
        return trusts
    until = _until(block, desk, framework)
    if isinstance(until, Unclear):
        return until
    if before and (before.framework, before.trusts, before.until) == (framework, trusts, until):
        return Unclear("exactly this is recorded already; to take it back, write “nhs: none”")
    detail = {
        "framework": framework,
        "trusts": list(trusts),
        "until": until.isoformat() if until else "",
    }
    fact = desk.fact(FactKind.NHS_INCIDENT_FLAGGED, detail, words=block.words)
    return Answer((fact,), _flagged_words(framework, trusts, until, desk))


def _taken_back(block: Block, desk: Desk) -> Answer | Unclear:
    """No NHS incident: what was flagged is taken back, or the notification's tick answered."""
    flagged = desk.case.last(FactKind.NHS_INCIDENT_FLAGGED)
    if flagged and desk.case.nhs is None:
        return Unclear("it is recorded already that this is no NHS incident")
    detail = {"framework": "", "trusts": [], "until": ""}
    fact = desk.fact(FactKind.NHS_INCIDENT_FLAGGED, detail, words=block.words)
    ended = "; the clocks of its reports end" if desk.case.nhs else ""
    return Answer((fact,), f"no NHS incident{ended}")


def _framework(block: Block, desk: Desk) -> str | Unclear:
    if desk.area.health_reports == OFF:
        return Unclear("health reports are switched off for this area (health_reports in config)")
    written = block.details.get("framework", "")
    if written:
        found = next((name for pattern, name in _FRAMEWORKS if pattern.search(written)), None)
        return found or Unclear("the framework is sif (the old one) or psirf")
    return desk.case.nhs.framework if desk.case.nhs else desk.area.health_reports


def _trusts(text: str, desk: Desk) -> tuple[AgencyCode, ...] | Unclear:
    named = agencies_in(text, desk.area)
    trusts = [agency.code for agency in desk.area.agencies if agency.provider_trust]
    known = f"provider trusts in config are: {', '.join(trusts) or 'none'}"
    if named.fault or not named.codes:
        return Unclear(f"{named.fault or 'name the provider trusts, or none'}; {known}")
    others = [code for code in named.codes if code not in trusts]
    if others:
        name = name_of(desk.area, others[0])
        return Unclear(f"{name} is not an NHS provider trust; {known}")
    return named.codes


def _until(block: Block, desk: Desk, framework: str) -> date | Unclear | None:
    """The day agreed for the response under PSIRF; the old framework has none."""
    before = desk.case.nhs
    written = block.details.get("until", "")
    if framework != PSIRF:
        return Unclear("only under PSIRF is a day agreed; leave “until” out") if written else None
    if written:
        return day_or_fault(written, desk, ahead=True)
    return before.until if before and before.framework == PSIRF else None


def _flagged_words(
    framework: str, trusts: tuple[AgencyCode, ...], until: date | None, desk: Desk
) -> str:
    names = ", ".join(name_of(desk.area, code) for code in trusts)
    said = f"NHS incident: {_FRAMEWORK_WORDS[framework]} asked of {names}"
    if framework == PSIRF:
        return f"{said}{f' by {full_day(until)}' if until else '; no day is agreed yet'}"
    return said


# --- a report that staff received -------------------------------------------------------------


def report(block: Block, desk: Desk) -> Answer | Unclear:
    """Record a health report that a person read: it counts from the receipt of its mail."""
    incident = desk.case.nhs
    if incident is None:
        return Unclear("no NHS incident is flagged in this case; write “nhs:” first")
    match = _REPORT.search(block.value)
    if match is None:
        return Unclear(f"say which report: {_choice(incident)}")
    clock = _CLOCK_OF_DAYS.get(match["days"] or "", "health-learning-response")
    if clock not in clocks_of_framework(incident.framework):
        return Unclear(f"under the framework that is flagged there is only: {_choice(incident)}")
    trust = _trust(block.value[: match.start()], desk, incident)
    if isinstance(trust, Unclear):
        return trust
    return _received(block, desk, trust, STOPPED_BY[clock])


def _received(block: Block, desk: Desk, trust: AgencyCode, kind: FactKind) -> Answer | Unclear:
    mail = _mail(trust, block, desk)
    if isinstance(mail, Unclear):
        return mail
    written = block.details.get("received on", "")
    day = day_or_fault(written, desk, ahead=False) if written else None
    if isinstance(day, Unclear):
        return day
    vouched = bool(mail and mail.vouched_for)
    # Thanks go only to a sender for whom the receiving server vouches.
    detail = {"document": {}, "from": mail.sender if mail and vouched else "", "vouched": vouched}
    happened = day or (mail.received_at if mail else desk.now)
    fact = desk.fact(kind, detail, happened=happened, agency=trust, words=block.words)
    if mail:
        fact = replace(fact, message=mail.key)
    settled = (mail,) if mail else ()
    others = [m for m in desk.mails if m.agency == trust and m.only_here and m not in settled]
    said = f"{REPORT_OF[kind]} of {name_of(desk.area, trust)}{still_waiting(others)}"
    return answer_with((fact,), said, settled, desk)


def _mail(trust: AgencyCode, block: Block, desk: Desk) -> WaitingMail | Unclear | None:
    """The mail that the report came in: the trust's, or else one of the ICB's that is meant."""
    found = the_one_meant(trust, block, desk)
    if found is not None:
        return found
    icb = next((a.code for a in desk.area.agencies if a.partner is Role.ICB), None)
    about = next((m for m in desk.mails if m.key == desk.about and m.agency == icb), None)
    return about if icb else None


def _trust(text: str, desk: Desk, incident: NhsIncident) -> AgencyCode | Unclear:
    name = text.strip(" ,:-–")
    if not name and len(incident.trusts) == 1:
        return incident.trusts[0]
    flagged = ", ".join(incident.trusts)
    named = agencies_in(name, desk.area)
    if named.fault or len(named.codes) != 1:
        return Unclear(named.fault or f"name one of the trusts flagged: {flagged}")
    if named.codes[0] not in incident.trusts:
        other = name_of(desk.area, named.codes[0])
        return Unclear(f"{other} is not among the trusts flagged: {flagged}")
    return named.codes[0]


def _choice(incident: NhsIncident) -> str:
    return ", ".join(REPORT_WORDS[name] for name in clocks_of_framework(incident.framework))


TABLE: Mapping[str, Entry] = {
    "nhs": Entry(
        read=nhs,
        example="nhs: hospital",
        records=(FactKind.NHS_INCIDENT_FLAGGED,),
    ),
    "report": Entry(
        read=report, example="report: hospital 72-hour / received on: {past}", records=RECEIVED
    ),
}
