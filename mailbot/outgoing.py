"""The files that go out with a letter, each named by reference, agency and kind alone."""

from collections.abc import Callable, Mapping
from datetime import datetime

from mailbot.calendar_files import calendar_file
from mailbot.chronology_files import chronology_csv, chronology_document
from mailbot.core.clocks.workdays import parse_day
from mailbot.core.model import Case, Letter
from mailbot.core.references import form_token, report_token
from mailbot.core.wording import name_of
from mailbot.paperwork import marked, report, return_form, worksheet
from mailbot.rendering import Enclosure
from mailbot.unit import Unit

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
CSV = "text/csv; charset=utf-8"
RETURN_TEMPLATE = "agency-return.docx"


def files_for(
    unit: Unit, letter: Letter, case: Case | None, *, now: datetime
) -> tuple[Enclosure, ...]:
    """Given a letter about a case, return the files it names, in that order."""
    if case is None:
        return ()
    return tuple(_MAKERS[name](unit, letter, case, now) for name in letter.enclosures)


def _return_form(unit: Unit, letter: Letter, case: Case, _now: datetime) -> Enclosure:
    code = letter.agency
    if code is None:
        raise ValueError("a return form is made for an agency")
    content = return_form(
        unit.word_forms[RETURN_TEMPLATE],
        reference=case.ref,
        agency_name=name_of(unit.area, code),
        due_on=parse_day(str(letter.words["due"])),
        known={} if letter.words.get("by_phone") else case.fields,
        token=form_token(unit.key, case.ref, code, letter.round),
    )
    form = marked(content, unit.area.marking)
    return Enclosure(name=f"{case.ref}-{code}-return.docx", content_type=WORD, content=form)


def _report(unit: Unit, _letter: Letter, case: Case, now: datetime) -> Enclosure:
    content = report(case, unit.area, token=report_token(unit.key, case.ref), now=now)
    return Enclosure(
        name=f"{case.ref}-rapid-review-report.docx", content_type=WORD, content=content
    )


def _worksheet(unit: Unit, _letter: Letter, case: Case, _now: datetime) -> Enclosure:
    content = worksheet(case, unit.area)
    return Enclosure(name=f"{case.ref}-worksheet.docx", content_type=WORD, content=content)


def _calendar(unit: Unit, letter: Letter, case: Case, now: datetime) -> Enclosure:
    return calendar_file(unit, letter, case, now=now)


def _chronology(unit: Unit, _letter: Letter, case: Case, now: datetime) -> Enclosure:
    content = chronology_document(case, unit.area, now=now)
    return Enclosure(name=f"{case.ref}-chronology.docx", content_type=WORD, content=content)


def _chronology_table(unit: Unit, _letter: Letter, case: Case, _now: datetime) -> Enclosure:
    content = chronology_csv(case, unit.area)
    return Enclosure(name=f"{case.ref}-chronology.csv", content_type=CSV, content=content)


_Maker = Callable[[Unit, Letter, Case, datetime], Enclosure]
_MAKERS: Mapping[str, _Maker] = {
    "return-form": _return_form,
    "report": _report,
    "worksheet": _worksheet,
    "calendar": _calendar,
    "chronology": _chronology,
    "chronology-table": _chronology_table,
}
