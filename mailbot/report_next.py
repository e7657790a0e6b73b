"""The fourth part of the rapid review report: criteria, meeting, decision, conditions.

Who was present in which role stands here, and whether that made the meeting quorate (process,
section 2); a decision that is not confirmed says so.
"""

from collections.abc import Mapping, Sequence

from docx.document import Document as WordDocument

from mailbot.core.cases.chronology import conditions_of, standing_returns
from mailbot.core.cases.nhs import expected_reports
from mailbot.core.model import AgencyCode, Area, Case, FactKind, Json
from mailbot.core.record.consulted import chair_consulted
from mailbot.core.wording import name_of
from mailbot.report_words import (
    CLOCKS,
    NEXT_STEPS,
    NOTHING,
    OUTCOMES,
    VIEWS,
    as_text,
    joined,
    roles,
    texts,
    when,
    yes_no,
)
from mailbot.word_pages import label_table, paragraph

#: Notes of staff that the report carries here; learning stands with the learning to share.
NOTES_ABOUT: Mapping[str, str] = {
    "police": "Police",
    "coroner": "Coroner",
    "disclosure": "Conditions on disclosure",
    "another-area": "Another area",
    "safety": "Safety",
}


def next_steps(document: WordDocument, case: Case, area: Area) -> None:
    """Given the report so far, add its fourth part."""
    document.add_heading("4. Next steps", level=1)
    document.add_heading("Do the criteria for notification apply?", level=2)
    _facts_table(document, _criteria_rows(case))
    document.add_heading("The meeting", level=2)
    _facts_table(document, _meeting_rows(case, area))
    document.add_heading("The decision", level=2)
    _facts_table(document, _decision_rows(case))
    late = [
        (
            _clock(as_text(fact.detail.get("clock"))),
            as_text(fact.detail.get("reason")) or fact.words,
        )
        for fact in case.all(FactKind.LATENESS_REASON)
    ]
    if late:
        document.add_heading("Reasons for lateness", level=2)
        label_table(document, late)
    if health := _health_rows(case, area):
        document.add_heading("Reports of the NHS provider trusts", level=2)
        label_table(document, health)
    _notes(document, case)
    document.add_heading("Conditions on what agencies returned", level=2)
    set_conditions = [
        (name_of(area, code), condition)
        for code in case.agencies
        for fact in standing_returns(case, code)
        for condition in conditions_of(fact)
    ]
    _facts_table(document, set_conditions)


def _health_rows(case: Case, area: Area) -> list[tuple[str, str]]:
    """Which health reports of an NHS incident have come, and which are outstanding."""
    return [
        (
            f"{report.name[:1].upper()}{report.name[1:]}, {name_of(area, report.trust)}",
            f"received {when(report.came.happened)}" if report.came else "outstanding",
        )
        for report in expected_reports(case)
    ]


def _notes(document: WordDocument, case: Case) -> None:
    """What staff noted about other proceedings, each under whom or what it is about."""
    rows = [
        (NOTES_ABOUT[about], f"{fact.detail.get('text')} (recorded {when(fact.happened)})")
        for fact in case.all(FactKind.NOTE)
        if (about := as_text(fact.detail.get("about"))) in NOTES_ABOUT
    ]
    if rows:
        document.add_heading("Other proceedings and conditions", level=2)
        label_table(document, rows)


def _facts_table(document: WordDocument, rows: Sequence[tuple[str, str]]) -> None:
    if rows:
        label_table(document, rows)
    else:
        paragraph(document, NOTHING)


def _criteria_rows(case: Case) -> list[tuple[str, str]]:
    fact = case.last(FactKind.CRITERIA_DECIDED)
    if fact is None:
        return []
    rows = [
        ("Criteria", OUTCOMES[case.criteria]),
        ("Decided on", when(fact.happened)),
        ("Who took part", roles(fact.detail.get("present"))),
        ("Chair consulted", _chair(case)),
        ("Reasons", as_text(fact.detail.get("reasons")) or "not recorded"),
    ]
    return [*rows, *_view_rows(case)]


def _chair(case: Case) -> str:
    said = chair_consulted(case)
    return joined([yes_no(said.known), said.comment])


def _view_rows(case: Case) -> list[tuple[str, str]]:
    """Each partner's newest view of the criteria: a disagreement stands in the report."""
    newest = {
        as_text(view.detail.get("role")): view.detail for view in case.all(FactKind.PARTNER_VIEW)
    }
    return [
        (f"View of {roles([role])}", joined([_view(detail), as_text(detail.get("reasons"))]))
        for role, detail in newest.items()
    ]


def _view(detail: Mapping[str, Json]) -> str:
    view = as_text(detail.get("view"))
    return VIEWS.get(view, view.replace("-", " "))


def _clock(name: str) -> str:
    return CLOCKS.get(name, name.replace("-", " ").capitalize()) or "Late"


def _meeting_rows(case: Case, area: Area) -> list[tuple[str, str]]:
    held = case.last(FactKind.MEETING_HELD)
    meeting = case.meeting
    rows = []
    if meeting:
        rows += [("Kind of meeting", meeting.label), ("Date", when(meeting.at))]
    if held is None:
        return [*rows, ("Held", "not yet")] if rows else []
    if not meeting:
        rows.append(("Date", when(held.happened)))
    is_quorate = bool(held.detail.get("quorate"))
    others = [name_of(area, AgencyCode(code)) for code in texts(held.detail.get("others"))]
    rows += [
        ("Present", roles(held.detail.get("present"))),
        ("Also present", joined(others) or "nobody recorded"),
        ("Quorate", "yes" if is_quorate else "no: a partner or the chair was not present"),
    ]
    return rows


def _decision_rows(case: Case) -> list[tuple[str, str]]:
    fact = case.decision
    if fact is None:
        return []
    detail = fact.detail
    scope = as_text(detail.get("scope"))
    review = yes_no(detail.get("review")) + (f", {scope}" if scope else "")
    following = as_text(detail.get("next"))
    rows = [
        ("Child safeguarding practice review", review),
        ("Decided on", when(fact.happened)),
        ("What happens next", NEXT_STEPS.get(following, following) or "not recorded"),
        ("Reasons", as_text(detail.get("reasons")) or "not recorded"),
        ("Made by a quorate meeting", yes_no(detail.get("quorate"))),
    ]
    confirmed = case.last(FactKind.DECISION_CONFIRMED)
    if confirmed:
        who, why = (as_text(confirmed.detail.get(key)) for key in ("who", "why"))
        rows.append(("Confirmed", joined([when(confirmed.happened), who, why])))
    elif not case.decision_stands:
        rows.append(("Standing", "not confirmed: the meeting was not quorate"))
    return rows
