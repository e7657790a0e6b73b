"""The rapid review report in Word, built from a case's facts and the returns it holds.

In the order of the four aims of the process: the facts, immediate action and learning to share,
potential for improvements, next steps. It assembles what others said, each with its source, and
concludes nothing: a section about which nobody said anything says "Nothing recorded."
"""

from collections.abc import Mapping
from datetime import date, datetime

from docx.document import Document as WordDocument
from docx.enum.section import WD_SECTION

from mailbot.chronology_files import chronology_table
from mailbot.core.cases.children import others_of
from mailbot.core.cases.chronology import conditions_of, standing_returns
from mailbot.core.mail.enclosures import ordinal
from mailbot.core.model import AgencyCode, Area, Case, Fact, FactKind
from mailbot.core.wording import name_of
from mailbot.report_next import next_steps
from mailbot.report_words import (
    BEGINNINGS,
    CHILD,
    NOTHING,
    OUTCOMES,
    as_text,
    day_words,
    document_of,
    each_of,
    joined,
    short,
    shown_date,
    when,
)
from mailbot.word_package import with_property
from mailbot.word_pages import header_table, label_table, landscape, new_page, paragraph, saved

REPORT_PROPERTY = "mailbot-report"
_NO_SUMMARY = "No summary of involvement was found in it: look at the return."
_UNSEEN = "No return is recorded. A mail from them came and was not yet looked at: it may hold it."


def report(
    case: Case,
    area: Area,
    *,
    token: str,
    now: datetime,
    due_on: date | None = None,
) -> bytes:
    """Given a case and its area, return the rapid review report as a Word file.

    `due_on` is the day by which it goes to the Panel, if that is to stand in it. `token` goes
    into a custom document property, by which the sent report is recognised (design, promise 9).
    """
    document = new_page(
        title=f"Rapid review report {case.ref}",
        marking=area.marking,
        footer=f"{case.ref}   ·   {area.name}",
        now=now,
    )
    document.add_paragraph("Rapid review report", style="Title")
    _front(document, case, area, now=now, due_on=due_on)
    _facts(document, case, area)
    _immediate(document, case, area)
    _improvements(document, case, area)
    next_steps(document, case, area)
    _chronology(document, case, area)
    return with_property(saved(document), name=REPORT_PROPERTY, value=token)


# --- front page -------------------------------------------------------------------------------


def _front(
    document: WordDocument, case: Case, area: Area, *, now: datetime, due_on: date | None
) -> None:
    nature = _fact_or_field(case, "incident.nature")
    rows = [
        ("Case reference", case.ref),
        ("Partnership", area.name),
        ("Began with", BEGINNINGS.get(case.beginning, case.beginning)),
        ("Notification received", when(case.opened_at)),
        ("Date of incident", day_words(case.incident_on) if case.incident_on else "not given"),
        ("Nature of incident", nature or "not given"),
        ("Criteria", OUTCOMES[case.criteria]),
    ]
    notified = case.last(FactKind.PANEL_NOTIFIED)
    if notified:
        number = as_text(notified.detail.get("reference"))
        words = f"{when(notified.happened)}{f', reference {number}' if number else ''}"
        rows.append(("Panel notified by the local authority", words))
    if due_on:
        rows.append(("Due with the Panel", day_words(due_on)))
    label_table(document, rows)
    paragraph(
        document,
        f"Put together on {when(now)} from what agencies returned and what staff recorded. "
        "Each statement names its source. For the safeguarding partners to check and complete.",
        quiet=True,
    )


def _fact_or_field(case: Case, name: str) -> str:
    return as_text(case.fields.get(name))


# --- 1. the facts -----------------------------------------------------------------------------


def _facts(document: WordDocument, case: Case, area: Area) -> None:
    document.add_heading("1. The facts of the case", level=1)
    document.add_heading("The child and the family", level=2)
    _child(document, case, area)
    document.add_heading("The incident", level=2)
    place, summary = (_fact_or_field(case, f"incident.{key}") for key in ("place", "summary"))
    if place or summary:
        if place:
            paragraph(document, f"Place: {place}")
        if summary:
            paragraph(document, summary)
        paragraph(document, _notification_source(case, area), quiet=True)
    else:
        paragraph(document, NOTHING)
    document.add_heading("Who was asked, and who answered", level=2)
    _asked(document, case, area)
    document.add_heading("What each agency said", level=2)
    _said(document, case, area)


def _child(document: WordDocument, case: Case, area: Area) -> None:
    rows = [(label, shown_date(case.fields.get(name))) for name, label in CHILD]
    for number, child in enumerate(others_of(case.fields), start=2):
        rows += [(f"{label}, {ordinal(number)} child", said) for label, said in each_of(child)]
    rows = [(label, value) for label, value in rows if value]
    if not rows:
        paragraph(document, NOTHING)
        return
    label_table(document, rows)
    paragraph(document, _notification_source(case, area), quiet=True)


def _notification_source(case: Case, area: Area) -> str:
    received = case.first(FactKind.NOTIFICATION_RECEIVED)
    notifier = received.detail.get("notifier") if received else None
    named = notifier if isinstance(notifier, Mapping) else {}
    code = as_text(named.get("agency"))
    who = joined([as_text(named.get("name")), name_of(area, AgencyCode(code)) if code else ""])
    return f"Source: notification received {when(case.opened_at)}{f' from {who}' if who else ''}."


def _asked(document: WordDocument, case: Case, area: Area) -> None:
    if not case.agencies:
        paragraph(document, NOTHING)
        return
    rows = [_asked_row(case, area, code) for code in case.agencies]
    headers = ("Agency", "Asked on", "Answer", "Received on")
    header_table(document, headers, rows, widths=(5.6, 3.6, 4.2, 3.6))


def _asked_row(case: Case, area: Area, code: AgencyCode) -> tuple[str, str, str, str]:
    part = case.agencies[code]
    asked = short(part.requested_at) if part.requested_at else "not asked yet"
    standing = standing_returns(case, code)
    if part.excused:
        answer = "excused"
    elif standing:
        answer = _answer_words(standing[-1])
    else:
        answer = "no answer"
        if part.undelivered:
            answer = "no answer; the request could not be delivered"
        elif part.waiting:
            answer = "a mail came and was not yet looked at"
    received = short(standing[-1].happened) if standing else "–"
    return name_of(area, code), asked, answer, received


def _answer_words(fact: Fact) -> str:
    words = {
        "findings": "return with findings",
        "nil": "not known to this agency",
        "partial": "partial return, more to follow",
        "corrected": "corrected return",
    }
    return words.get(as_text(fact.detail.get("return")), "return")


def _said(document: WordDocument, case: Case, area: Area) -> None:
    for code in case.agencies:
        document.add_heading(name_of(area, code), level=3)
        standing = standing_returns(case, code)
        if not standing:
            paragraph(document, _UNSEEN if case.agencies[code].waiting else "No answer yet.")
        for fact in standing:
            summary = document_of(fact).get("involvement_summary")
            if fact.detail.get("return") == "nil":
                paragraph(document, "The child is not known to this agency.")
            elif as_text(summary):
                paragraph(document, as_text(summary))
            elif not document_of(fact):
                paragraph(document, _elsewhere(fact))
            else:
                paragraph(document, _NO_SUMMARY)
            paragraph(document, _source(fact), quiet=True)
            for condition in conditions_of(fact):
                paragraph(document, f"Condition on sharing: {condition}")
    if not case.agencies:
        paragraph(document, NOTHING)


def _elsewhere(fact: Fact) -> str:
    """Where a return stands that a person read and recorded: the report cannot hold its words."""
    where = f"in their mail of {short(fact.happened)}"
    if not fact.message or fact.message == fact.detail.get("said_in"):
        where = f"as staff recorded on {short(fact.recorded_at)}"
    return f"What they said stands {where}; to be added by hand."


def _source(fact: Fact) -> str:
    document = document_of(fact)
    author = joined([as_text(document.get("author.name")), as_text(document.get("author.role"))])
    signed = as_text(document.get("signed_off_by"))
    words = f"Source: {_answer_words(fact)}, received {when(fact.happened)}"
    words += f", by {author}" if author else ""
    words += f"; signed off by {signed}" if signed else ""
    return f"{words}."


def _chronology(document: WordDocument, case: Case, area: Area) -> None:
    """Add the merged chronology after the four parts, on pages of its own."""
    landscape(document.add_section(WD_SECTION.NEW_PAGE))
    document.add_heading("Appendix: chronology", level=1)
    paragraph(
        document,
        "For the safeguarding partners. The Panel asks for what mattered and not for a full "
        "chronology: shorten this appendix, or take it out, before the report goes to the Panel.",
        quiet=True,
    )
    chronology_table(document, case, area)


# --- 2. and 3. what the returns say -----------------------------------------------------------


def _immediate(document: WordDocument, case: Case, area: Area) -> None:
    document.add_heading("2. Immediate action and learning to share", level=1)
    document.add_heading("Is any child at immediate risk?", level=2)
    _by_agency(document, case, area, "immediate_risk")
    document.add_heading("Immediate action taken", level=2)
    _by_agency(document, case, area, "immediate_actions")
    prompts = case.all(FactKind.SAFETY_PROMPT_ANSWERED)
    for fact in prompts:
        words = as_text(fact.detail.get("answer")) or fact.words
        if words:
            paragraph(
                document, f"Safety of other children, recorded {when(fact.happened)}: {words}"
            )
    document.add_heading("Learning to share", level=2)
    learning = as_text(case.decision.detail.get("learning")) if case.decision else ""
    noted = [f for f in case.all(FactKind.NOTE) if f.detail.get("about") == "learning"]
    paragraph(document, learning or ("" if noted else NOTHING))
    if learning and case.decision:
        paragraph(document, f"Source: decision of {when(case.decision.happened)}.", quiet=True)
    for fact in noted:
        paragraph(document, as_text(fact.detail.get("text")))
        paragraph(document, f"Source: noted by staff on {when(fact.happened)}.", quiet=True)


def _improvements(document: WordDocument, case: Case, area: Area) -> None:
    document.add_heading("3. Potential for improvements", level=1)
    document.add_heading("Good practice", level=2)
    _by_agency(document, case, area, "good_practice")
    document.add_heading("Learning, and what could be better", level=2)
    _by_agency(document, case, area, "learning")


def _by_agency(document: WordDocument, case: Case, area: Area, name: str) -> None:
    said = [
        (name_of(area, code), words, fact)
        for code in case.agencies
        for fact in standing_returns(case, code)
        if (words := as_text(document_of(fact).get(name)))
    ]
    if not said:
        paragraph(document, NOTHING)
    for agency, words, fact in said:
        added = paragraph(document, "")
        added.add_run(f"{agency}: ").bold = True
        added.add_run(words)
        paragraph(document, f"Source: return received {when(fact.happened)}.", quiet=True)
