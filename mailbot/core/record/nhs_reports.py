"""Health reports and returns that come by way of the designated nurse: whose is what.

A health report comes from its trust, or is handed in by the ICB, whose designated nurse
coordinates (process, section 2). It is never taken for a return, and a return never for a report.
What is not plainly one trust's waits for a person.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from mailbot.core.cases.nhs import PSIRF, REPORT_WORDS, STOPPED_BY, speaks_for_trusts
from mailbot.core.model import (
    AgencyCode,
    Area,
    Case,
    DocumentKind,
    FactKind,
    Form,
    Json,
    Link,
    Message,
    NhsIncident,
)
from mailbot.core.parties import agency_named
from mailbot.core.references import read_form_token

#: `Form.health_report` -> the clock that the report stops under the old framework.
_CLOCK_OF = {
    "72-hour": "nhs-72-hour-report",
    "30-day": "nhs-30-day-report",
    "60-day": "nhs-60-day-report",
}
_RETURNS = frozenset({DocumentKind.RETURN, DocumentKind.NIL_RETURN, DocumentKind.PARTIAL_RETURN})


@dataclass(frozen=True, slots=True, kw_only=True)
class Came:
    """A health report that has come: which, of which trust, and the form it was read from."""

    kind: FactKind
    trust: AgencyCode
    form: Form

    def detail(self, message: Message) -> dict[str, Json]:
        """Given the mail that brought it, return what its fact keeps."""
        values = {name: self.form.value(name) for name in self.form.fields}
        return {
            "document": {name: value for name, value in values.items() if value is not None},
            # Thanks go only to a sender for whom the receiving server vouches.
            "from": message.sender if message.vouched_for else "",
            "vouched": message.vouched_for,
        }


def holds_health_report(forms: Sequence[Form]) -> bool:
    """Given the forms of a message, say whether one of them is a health report."""
    return any(form.kind is DocumentKind.HEALTH_REPORT for form in forms)


def reports_in(
    forms: Sequence[Form], link: Link, case: Case, area: Area
) -> tuple[tuple[Came, ...], str]:
    """Given the forms of a linked message, return the health reports in it, or why it waits."""
    incident = case.nhs
    if incident is None:
        reason = "It holds a health report, and no NHS incident is flagged in this case."
        return (), reason
    came: list[Came] = []
    for form in forms:
        if form.kind is not DocumentKind.HEALTH_REPORT:
            continue
        kind = _which(form, incident)
        trust = _whose(form, link, incident, area)
        fault = next((one.why for one in (kind, trust) if isinstance(one, _Fault)), "")
        if isinstance(kind, _Fault) or isinstance(trust, _Fault):
            return (), fault
        came.append(Came(kind=kind, trust=trust, form=form))
    return tuple(came), ""


@dataclass(frozen=True, slots=True)
class _Fault:
    why: str


def _which(form: Form, incident: NhsIncident) -> FactKind | _Fault:
    """Which report it is: under PSIRF there is one, whatever the trust calls it."""
    clock = _CLOCK_OF.get(form.health_report)
    if incident.framework == PSIRF:
        if clock is None:
            return FactKind.HEALTH_RESPONSE_RECEIVED
        return _Fault(f"It holds a {REPORT_WORDS[clock]}, and this incident runs under PSIRF.")
    if clock is not None:
        return STOPPED_BY[clock]
    if form.health_report == PSIRF:
        return _Fault("It holds a PSIRF report, and this incident runs under the old framework.")
    return _Fault("It holds a health report and does not say which: 72-hour, 30-day or 60-day.")


def _whose(form: Form, link: Link, incident: NhsIncident, area: Area) -> AgencyCode | _Fault:
    named = agency_named(str(form.value("agency") or ""), area)
    agency = area.agency(named) if named else None
    trust = named if agency and agency.provider_trust else None
    if trust and trust not in incident.trusts:
        return _Fault("It holds a health report of a trust that is not flagged in this case.")
    if link.agency in incident.trusts:
        if trust and trust != link.agency:
            return _Fault("It holds a health report that names another trust than the sender's.")
        return AgencyCode(str(link.agency))
    if not speaks_for_trusts(link.agency, area):
        return _Fault(
            "It holds a health report, and its sender is neither a trust of this NHS incident nor "
            "the ICB."
        )
    if trust:
        return trust
    if len(incident.trusts) == 1:
        return incident.trusts[0]
    return _Fault("It holds a health report and does not say of which trust.")


# --- what the designated nurse hands in for a trust ---------------------------------------------


def on_behalf(
    link: Link,
    forms: Sequence[Form],
    *,
    answered: AgencyCode | None,
    case: Case,
    area: Area,
    key: bytes,
) -> Link:
    """Given the link of a mail, return it on behalf of the trust whose it is.

    Only for the ICB, whose designated nurse was asked in the trust's place. What its form says
    counts first: our mark in it, then the agency it names; then the letter that it answers,
    which was about the agency `answered`.
    """
    if case.nhs is None or not speaks_for_trusts(link.agency, area):
        return link
    returns = [form for form in forms if form.kind in _RETURNS]
    marks = {identity.agency for form in returns if (identity := read_form_token(key, form.token))}
    names = {agency_named(str(form.value("agency") or ""), area) for form in returns} - {None}
    letter = {answered} - {None}
    said = next((group for group in (marks, names, letter) if group), set())
    trusts = [code for code in said if code in case.nhs.trusts]
    if len(said) != 1 or not trusts:
        return link
    evidence = f"{link.evidence} Handed in for a provider trust, which was asked through the ICB."
    return replace(link, agency=trusts[0], evidence=evidence)
