"""The worksheet of answers for the local authority's own online notification.

The Panel is notified through the online service, by the local authority alone (process, section
2); so is the death of a looked-after child or a care leaver. This document only saves its
notifier the looking up.
"""

from datetime import date

from docx.document import Document as WordDocument

from mailbot.core.cases.beginnings import DEATHS
from mailbot.core.cases.children import others_of
from mailbot.core.mail.enclosures import ordinal
from mailbot.core.model import Area, Case, FactKind
from mailbot.core.record.notified import age_on, full_date
from mailbot.report_words import CHILD, OUTCOMES, as_text, day_words, each_of, shown_date
from mailbot.word_pages import label_table, new_page, paragraph, saved

NOT_GIVEN = "not given"
_INCIDENT = (
    ("incident.date", "Date of incident"),
    ("incident.place", "Place of incident"),
    ("incident.nature", "Nature of incident"),
    ("incident.summary", "Summary of the incident"),
    ("referral.date", "Date of referral"),
)
#: What the service asks of a child besides, where the notification has it.
_BESIDES = (
    ("child.looked_after", "Looked after"),
    ("child.placement", "Placement"),
    ("child.plan", "Child protection or child in need plan"),
)
_NOTIFIER = (
    ("notifier.name", "Name of notifier"),
    ("notifier.role", "Role of notifier"),
    ("notifier.agency", "Agency of notifier"),
    ("notifier.email", "Email of notifier"),
    ("notifier.phone", "Telephone of notifier"),
)


def worksheet(case: Case, area: Area) -> bytes:
    """Given a case that the authority is to notify online, return the worksheet as a Word file.

    It is for the Panel where the criteria are met, and for a death that is notified in any case
    (process, section 2). What was not read, or is disputed by staff, says "not given".
    """
    document = new_page(
        title=f"Worksheet for the online notification {case.ref}",
        marking=area.marking,
        footer=f"{case.ref}   ·   worksheet, notifies nobody",
        now=case.opened_at,
    )
    document.add_paragraph("Worksheet for the online notification", style="Title")
    lead = paragraph(document, "")
    what = "The death" if case.beginning in DEATHS else "The Panel"
    lead.add_run(
        f"This document does not notify anybody. {what} is notified when the local authority's "
        "registered notifier has sent the notification in the online service."
    ).bold = True
    paragraph(
        document,
        "The answers below are as read from the notification that the business unit received. "
        "Please check each before you type it in, and then tell the business unit the date and "
        "the reference that the service gives you.",
    )
    _case_table(document, case, area)
    document.add_heading("The child and the family", level=1)
    _table(document, case, CHILD)
    known = [(label, as_text(case.fields.get(name))) for name, label in _BESIDES]
    label_table(
        document,
        [("Age on the day of the incident", _age(case)), *[row for row in known if row[1]]],
    )
    _other_children(document, case)
    document.add_heading("The incident", level=1)
    _table(document, case, _INCIDENT)
    document.add_heading("Who told the business unit", level=1)
    _table(document, case, _NOTIFIER)
    document.add_heading("Agencies known to be involved", level=1)
    label_table(document, [("Agencies", _agencies(case, area) or NOT_GIVEN)])
    return saved(document)


def _case_table(document: WordDocument, case: Case, area: Area) -> None:
    decided = case.last(FactKind.CRITERIA_DECIDED)
    rows = [
        ("Our case reference", case.ref),
        ("Partnership", area.name),
        ("Criteria", OUTCOMES[case.criteria]),
        ("Reasons", as_text(decided.detail.get("reasons")) if decided else ""),
        ("Incident", day_words(case.incident_on) if case.incident_on else ""),
    ]
    label_table(document, [(label, value or NOT_GIVEN) for label, value in rows])


def _table(document: WordDocument, case: Case, fields: tuple[tuple[str, str], ...]) -> None:
    rows = [(label, shown_date(case.fields.get(name)) or NOT_GIVEN) for name, label in fields]
    label_table(document, rows)


def _age(case: Case) -> str:
    """Return the first child's age in years on the day of the incident, where both are known."""
    born = full_date(case.fields.get("child.date_of_birth"))
    on: date | None = case.incident_on
    return str(age_on(born, on)) if born and on and born <= on else NOT_GIVEN


def _other_children(document: WordDocument, case: Case) -> None:
    for number, child in enumerate(others_of(case.fields), start=2):
        document.add_heading(f"The {ordinal(number)} child", level=2)
        label_table(document, [(label, said or NOT_GIVEN) for label, said in each_of(child)])


def _agencies(case: Case, area: Area) -> str:
    known = [agency.name for code in case.proposed if (agency := area.agency(code))]
    named = as_text(case.fields.get("agencies"))
    return named or "\n".join([*known, *case.unknown_agencies])
