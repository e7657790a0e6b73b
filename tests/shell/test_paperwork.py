"""The documents that go out: what stands in them, and that they come back readable."""

import csv
import shutil
import subprocess
import tomllib
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cache
from io import BytesIO, StringIO
from pathlib import Path

import docx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.chronology_files import chronology_csv, chronology_document
from mailbot.core.cases.facts import case_from
from mailbot.core.forms.forms import FormLayouts, forms_from, layouts_from
from mailbot.core.letters.checklist import checklist
from mailbot.core.model import AgencyCode, Case, Fact, FactKind, Form, MessageKey
from mailbot.documents import read_document
from mailbot.paperwork import marked, report, return_form, worksheet
from mailbot.word_package import parts_of
from scripts import make_word_forms
from tests import forms_kit as kit
from tests.core.builders import CASE, a_fact, an_area, day, moment

ROOT = Path(__file__).resolve().parents[2]
NOW = moment("Mon 2026-12-14 09:00")
KNOWN = {
    "child.name": "Wren Alderby",
    "child.date_of_birth": "2019-04-03",
    "child.address": "4 Larkspur Row, Bedford MK40 0AA",
}


@cache
def layouts() -> FormLayouts:
    return layouts_from(tomllib.loads((ROOT / "config/forms.toml").read_text("utf-8")))


def read(content: bytes, name: str = "form.docx") -> Form:
    """The one form in these bytes."""
    document = read_document(content, name=name, content_type=kit.WORD, place="1st attachment")
    (form,) = forms_from([("1st attachment", document)], "", layouts())
    return form


def a_return_form(**changes: object) -> bytes:
    given = {
        "reference": CASE,
        "agency_name": "Bedfordshire Police",
        "due_on": day("Tue 2026-12-01"),
        "known": KNOWN,
        "token": "t0k.en",
    }
    return return_form(kit.template("agency-return"), **(given | changes))


# --- the return form --------------------------------------------------------------------------


def test_the_forms_shipped_are_those_that_the_script_makes() -> None:
    for name, make in make_word_forms.FORMS.items():
        assert parts_of((ROOT / "templates" / name).read_bytes()) == parts_of(make()), name


def test_a_return_form_goes_out_filled_in_and_says_which_one_it_is() -> None:
    form = read(a_return_form())
    assert form.kind == "blank_form", "nobody has answered it yet"
    assert form.token == "t0k.en"
    assert {name: form.value(name) for name in KNOWN} == KNOWN
    assert form.value("case_reference") == CASE
    assert form.value("agency") == "Bedfordshire Police"
    assert form.value("due_on") == "2026-12-01"


OTHERS = [
    {"name": "Finch Alderby", "date_of_birth": "2022-09-01", "address": "9 Rowan Close"},
    {"name": "Lark Alderby"},
]


def test_every_child_of_the_incident_has_a_row_of_its_own_in_the_return_form() -> None:
    first = {"name": KNOWN["child.name"], "date_of_birth": KNOWN["child.date_of_birth"]}
    form = read(a_return_form(known={**KNOWN, "children": [first, *OTHERS]}))
    assert form.kind == "blank_form"
    assert form.value("children") == [first, *OTHERS]
    answered = kit.filled(
        a_return_form(known={**KNOWN, "children": [first, *OTHERS]}), kit.FINDINGS
    )
    assert read(answered).kind == "return"


def test_a_request_about_one_child_has_no_section_on_others() -> None:
    assert b"Other children" in parts_of(kit.template("agency-return"))["word/document.xml"]
    for known in (KNOWN, {}, {**KNOWN, "children": [{"name": KNOWN["child.name"]}]}):
        content = parts_of(a_return_form(known=known))["word/document.xml"]
        assert b"Other children" not in content
        assert b"Please search your records for each" not in content
        assert b"children." not in content


def test_details_given_by_telephone_stand_nowhere_in_the_form() -> None:
    content = a_return_form(known={})
    form = read(content)
    assert not [name for name in KNOWN if form.value(name)]
    assert b"Given to you by telephone" in parts_of(content)["word/document.xml"]


def test_a_partial_date_of_birth_goes_out_as_it_was_read() -> None:
    assert read(a_return_form(known={"child.date_of_birth": "2019-04"})).value(
        "child.date_of_birth"
    ) == ("2019-04")


def test_a_return_form_leaves_everything_else_as_it_was() -> None:
    before, after = parts_of(kit.template("agency-return")), parts_of(a_return_form())
    changed = {name for name in after if before.get(name) != after[name]}
    assert changed == {
        "word/document.xml",
        "docProps/custom.xml",
        "[Content_Types].xml",
        "_rels/.rels",
    }
    docx.Document(BytesIO(a_return_form()))  # another reader opens it


def test_the_same_request_makes_the_same_bytes() -> None:
    assert a_return_form() == a_return_form()


def test_a_second_token_replaces_the_first() -> None:
    again = return_form(
        a_return_form(),
        reference=CASE,
        agency_name="Hospital",
        due_on=day("Wed 2026-12-02"),
        known={},
        token="n3w",
    )
    assert read(again).token == "n3w"
    assert read(again).value("agency") == "Hospital"


def test_a_form_filled_in_by_an_agency_comes_back_with_its_token_and_its_answers() -> None:
    form = read(kit.filled(a_return_form(), kit.FINDINGS))
    assert (form.kind, form.token) == ("return", "t0k.en")
    assert form.value("author.name") == "Sol Winter"
    assert form.value("known_to_agency") is True
    assert form.value("chronology")[0] == {
        "date": "2026-03-05",
        "event": "Home visit; weight below the expected line",
        "source": "Health visitor record",
    }


def test_a_marking_of_the_areas_own_replaces_the_shipped_one() -> None:
    parts = parts_of(marked(a_return_form(), "OFFICIAL"))
    headers = b"".join(parts[name] for name in parts if name.startswith("word/header"))
    assert b"OFFICIAL when completed" in headers
    assert b"SENSITIVE" not in headers


@pytest.mark.needs("libreoffice")
def test_a_form_saved_anew_by_libreoffice_is_still_read(tmp_path: Path) -> None:
    # Writer 7.4 drops the tags and the marks of prompts, and keeps texts, tables and properties.
    form = read(through_libreoffice(kit.filled(a_return_form(known={}), kit.FINDINGS), tmp_path))
    assert (form.kind, form.token) == ("return", "t0k.en")
    plain = read(kit.filled(a_return_form(known={}), kit.FINDINGS))
    read_by = {name: (found.value, found.certainty) for name, found in form.fields.items()}
    assert read_by == {name: (found.value, found.certainty) for name, found in plain.fields.items()}


@pytest.mark.needs("libreoffice")
def test_a_form_saved_anew_by_libreoffice_and_not_filled_in_is_still_blank(tmp_path: Path) -> None:
    assert read(through_libreoffice(a_return_form(), tmp_path)).kind == "blank_form"
    for name in ("serious-notification", "non-serious-notification", "agency-return"):
        assert read(through_libreoffice(kit.template(name), tmp_path)).kind == "blank_form"


def through_libreoffice(content: bytes, folder: Path) -> bytes:
    """The document as LibreOffice Writer saves it."""
    (folder / "in.docx").write_bytes(content)
    command = [
        shutil.which("soffice") or "soffice",
        f"-env:UserInstallation=file://{folder}/profile",
        "--headless",
        "--convert-to",
        "docx:MS Word 2007 XML",
        "--outdir",
        str(folder / "out"),
        str(folder / "in.docx"),
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    return (folder / "out" / "in.docx").read_bytes()


# --- the report -------------------------------------------------------------------------------


def a_return(number: int, agency: str, on: str, what: str, **document: object) -> Fact:
    chronology = document.pop("chronology", [])
    fields = {name.replace("__", "."): value for name, value in document.items()}
    detail = {"return": what, "document": fields, "chronology": chronology}
    return a_fact(
        FactKind.RETURN_RECEIVED, number, happened=moment(on), agency=agency, detail=detail
    )


def a_case(*more: Fact) -> Case:
    """A case in which the police returned findings, the council part, probation nothing yet."""
    fields = {
        "child.name": "Wren Alderby",
        "child.date_of_birth": "2019-04-03",
        "child.gender": "Girl",
        "child.address": "4 Larkspur Row, Bedford MK40 0AA",
        "incident.date": "2026-11-20",
        "incident.nature": "serious_harm",
        "incident.place": "At home",
        "incident.summary": "Taken to hospital with injuries that were not explained.",
        "parents": ["Ida Alderby", "Colm Reeth"],
        "siblings": [{"name": "Finch Alderby", "date_of_birth": "2022-09-01"}],
    }
    opened = {
        "beginning": "serious",
        "fields": fields,
        "children": [{"name": "Wren Alderby", "date_of_birth": "2019-04-03"}],
        "notifier": {"address": "x@council.example", "name": "Morgan Tew", "agency": "Council"},
    }
    asked = ("council", "icb", "police", "hospital", "probation")
    facts = [
        a_fact(FactKind.INCIDENT_OCCURRED, 1, happened=day("Fri 2026-11-20")),
        a_fact(FactKind.NOTIFICATION_RECEIVED, 2, detail=opened),
        a_fact(
            FactKind.CRITERIA_DECIDED,
            3,
            happened=day("Wed 2026-11-25"),
            outcome="met",
            present=["local-authority", "icb", "police"],
            chair_consulted=True,
            reasons="Serious harm; neglect is suspected.",
        ),
        a_fact(FactKind.AGENCIES_CHOSEN, 4, agencies=list(asked)),
    ]
    facts += [
        a_fact(
            FactKind.INFORMATION_REQUESTED,
            5 + i,
            happened=moment("Wed 2026-11-25 14:00"),
            agency=agency,
            round=1,
        )
        for i, agency in enumerate(asked)
    ]
    facts += [
        a_return(
            10, "police", "Mon 2026-11-30 11:00", "findings",
            involvement_summary="Two calls to the address in 2026.",
            author__name="Vic Sorrel", author__role="Detective inspector",
            learning="The second call was not passed on.",
            good_practice="Officers spoke to both children alone.",
            disclosure_conditions="Not to be shown to the family while enquiries go on.",
            chronology=[
                {"date": "2026-06-02", "event": "Second call", "source": "Police log"},
                {"date": "2026-03-01", "event": "First call", "source": "Police log"},
            ],
        ),
        a_return(
            11, "hospital", "Tue 2026-12-01 09:30", "findings",
            involvement_summary="Admitted on 20 November 2026.",
            immediate_actions="Records have been secured.",
            chronology=[{"date": "2026-03-05", "event": "Weight below the line", "source": ""}],
        ),
        a_return(12, "icb", "Tue 2026-12-01 15:00", "nil", known_to_agency=False),
        a_return(13, "council", "Wed 2026-12-02 16:00", "partial", involvement_summary="A plan."),
    ]  # fmt: skip
    case = case_from([*facts, *more])
    assert case is not None
    return case


def a_decided_case(*, quorate: bool = True) -> Case:
    present = ["local-authority", "icb", "police"] + (["chair"] if quorate else [])
    return a_case(
        a_fact(
            FactKind.MEETING_ARRANGED, 20, happened=moment("Thu 2026-11-26 09:00"),
            label="rapid review", at="2026-12-08", where="", invited=[],
        ),
        a_fact(
            FactKind.MEETING_HELD, 21, happened=day("Tue 2026-12-08"), present=present,
            others=["head teacher"], quorate=quorate,
        ),
        a_fact(
            FactKind.REVIEW_DECIDED, 22, happened=day("Tue 2026-12-08"), review=True,
            scope="local", next="practice-review", reasons="The agencies did not speak.",
            learning="Tell each other about missed appointments.", quorate=quorate,
            criteria_found="met",
        ),
    )  # fmt: skip


def words_of(content: bytes) -> list[str]:
    """Every line and row of a document in reading order, rows with bars between their cells."""
    document = docx.Document(BytesIO(content))
    lines = []
    for block in document.iter_inner_content():
        if isinstance(block, docx.table.Table):
            lines += [" | ".join(cell.text for cell in row.cells) for row in block.rows]
        else:
            lines.append(block.text)
    return lines


def test_the_report_follows_the_four_aims_of_the_process() -> None:
    document = docx.Document(BytesIO(report(a_decided_case(), an_area(), token="r", now=NOW)))
    headings = [p.text for p in document.paragraphs if p.style.name == "Heading 1"]
    assert headings == [
        "1. The facts of the case",
        "2. Immediate action and learning to share",
        "3. Potential for improvements",
        "4. Next steps",
        "Appendix: chronology",
    ]


def test_the_report_says_who_was_asked_and_who_answered_what() -> None:
    lines = words_of(report(a_decided_case(), an_area(), token="r", now=NOW))
    assert "Police | 25 Nov 2026 | return with findings | 30 Nov 2026" in lines
    assert "Icb | 25 Nov 2026 | not known to this agency | 1 Dec 2026" in lines
    assert "Council | 25 Nov 2026 | partial return, more to follow | 2 Dec 2026" in lines
    assert "Probation | 25 Nov 2026 | no answer | –" in lines


def test_an_agency_whose_mail_waits_is_not_said_to_have_given_no_answer() -> None:
    case = a_decided_case()
    part = replace(case.agencies[AgencyCode("probation")], waiting=(MessageKey("a1"),))
    case = replace(case, agencies={**case.agencies, part.code: part})
    lines = words_of(report(case, an_area(), token="r", now=NOW))
    assert "Probation | 25 Nov 2026 | a mail came and was not yet looked at | –" in lines
    assert lines[lines.index("Probation") + 1].startswith("No return is recorded. A mail from them")
    listed = checklist(case, (), an_area(), today=NOW.date())
    assert "Mail from Probation that waits for you: it may hold their return" in listed["check"]
    assert any(what.endswith("Probation, and why") for what in listed["missing"])


def test_what_an_agency_said_stands_with_its_source_and_its_conditions() -> None:
    lines = words_of(report(a_decided_case(), an_area(), token="r", now=NOW))
    said = lines.index("Two calls to the address in 2026.")
    assert lines[said + 1] == (
        "Source: return with findings, received Monday 30 November 2026, "
        "by Vic Sorrel, Detective inspector."
    )
    assert lines[said + 2].startswith("Condition on sharing: Not to be shown")
    assert "Police: The second call was not passed on." in lines


def test_the_reports_last_part_is_the_chronology_merged_by_date() -> None:
    lines = words_of(report(a_decided_case(), an_area(), token="r", now=NOW))
    start = lines.index(HEADERS)
    condition = "Not to be shown to the family while enquiries go on."
    assert lines[start + 1 :] == [
        f"1 Mar 2026 | First call | Police | Police log | {condition}",
        "5 Mar 2026 | Weight below the line | Hospital | – | –",
        f"2 Jun 2026 | Second call | Police | Police log | {condition}",
    ]


def test_the_report_says_who_was_present_and_whether_that_was_quorate() -> None:
    lines = words_of(report(a_decided_case(), an_area(), token="r", now=NOW))
    roles = "the local authority, the integrated care board, the police"
    assert f"Present | {roles}, the independent chair" in lines
    assert "Quorate | yes" in lines
    assert "Chair consulted | yes" in lines
    assert "Child safeguarding practice review | yes, local" in lines
    lines = words_of(report(a_decided_case(quorate=False), an_area(), token="r", now=NOW))
    assert "Quorate | no: a partner or the chair was not present" in lines
    assert "Standing | not confirmed: the meeting was not quorate" in lines


def test_a_section_about_which_nobody_said_anything_says_so() -> None:
    case = case_from(
        [a_fact(FactKind.NOTIFICATION_RECEIVED, 1, detail={"beginning": "serious", "fields": {}})]
    )
    assert case is not None
    lines = words_of(report(case, an_area(), token="r", now=NOW))
    headings = {"The decision", "The meeting", "Good practice", "The incident"}
    for heading in headings:
        assert lines[lines.index(heading) + 1] == "Nothing recorded.", heading
    assert lines[-1] == "Nothing recorded.", "the chronology"


def test_the_report_carries_its_token_for_the_day_it_is_found_in_sent() -> None:
    content = report(a_decided_case(), an_area(), token="rep.0rt", now=NOW)
    found = read_document(content, name="r.docx", content_type=kit.WORD, place="1st attachment")
    assert found.properties == {"mailbot-report": "rep.0rt"}


def test_a_corrected_return_replaces_what_the_agency_said_before() -> None:
    corrected = a_return(
        30, "police", "Thu 2026-12-03 10:00", "corrected", involvement_summary="Three calls."
    )
    lines = words_of(report(a_case(corrected), an_area(), token="r", now=NOW))
    assert "Three calls." in lines
    assert "Two calls to the address in 2026." not in lines


def test_the_report_survives_whatever_an_agency_wrote() -> None:
    odd = a_return(
        30, "police", "Thu 2026-12-03 10:00", "corrected",
        involvement_summary="a\x0bb\x00c \ud800 <w:p>&amp;",
        chronology=[{"date": "2026-13-99"}, "no event", {"event": "undated"}],
    )  # fmt: skip
    assert report(a_case(odd), an_area(), token="r", now=NOW)


# --- the chronology on its own ------------------------------------------------------------------

HEADERS = "Date | Event | Agency | Source | Conditions on sharing"


def a_doubtful_case() -> Case:
    """The council's chronology has every doubt, and what a spreadsheet takes for a formula."""
    council = a_return(
        30, "council", "Thu 2026-12-03 10:00", "findings",
        chronology=[
            {"date": "?1 March 2026", "event": "Police: first call", "source": "=1+1"},
            {"date": "31/06/2026", "event": "@SUM(A1)", "source": " +44 1632", "outcome": "None"},
            {"event": "undated"},
        ],
        disclosure_conditions="-",
    )  # fmt: skip
    return a_case(council)


def test_the_chronology_as_a_word_file_says_what_is_doubtful() -> None:
    content = chronology_document(a_doubtful_case(), an_area(), now=NOW)
    lines = words_of(content)
    start = lines.index(HEADERS)
    condition = "Not to be shown to the family while enquiries go on."
    council = "Council | =1+1 | -"
    assert [line.replace("\n", " / ") for line in lines[start + 1 :]] == [
        f"1 Mar 2026 | First call / Told also by: Council | Police | Police log | {condition}",
        f"?1 March 2026 / (uncertain) | Police: first call / Told also by: Police | {council}",
        "5 Mar 2026 | Weight below the line | Hospital | – | –",
        f"2 Jun 2026 | Second call | Police | Police log | {condition}",
        "31/06/2026 / (not read as a day) | @SUM(A1) / Outcome: None | Council | +44 1632 | -",
        "no date | undated | Council | – | -",
    ]
    assert content == chronology_document(a_doubtful_case(), an_area(), now=NOW)


def test_the_chronology_as_a_table_opens_in_excel_and_holds_no_formula() -> None:
    content = chronology_csv(a_doubtful_case(), an_area())
    assert content.startswith(b"\xef\xbb\xbf"), "Excel reads UTF-8 only behind a mark"
    rows = list(csv.DictReader(StringIO(content.decode("utf-8-sig"), newline="")))
    assert [row["Sorted by"] for row in rows] == [
        *("2026-03-01", "2026-03-01", "2026-03-05", "2026-06-02", "", ""),
    ]
    assert [row["Date is"] for row in rows] == [
        *("day", "uncertain", "day", "day", "no date", "no date"),
    ]
    assert rows[1]["Source"] == "'=1+1"
    assert rows[4]["Event"] == "'@SUM(A1)\noutcome: None"
    assert rows[4]["Source"] == "'+44 1632"
    assert rows[4]["Conditions on sharing"] == "'-"
    assert rows[0]["Also told by"] == "Council"
    assert rows[0]["Return received"] == "30 Nov 2026"


@given(st.text(max_size=40))
def test_no_cell_of_the_table_is_a_formula_whatever_was_written(written: str) -> None:
    odd = a_return(
        30, "council", "Thu 2026-12-03 10:00", "findings",
        chronology=[{"date": written, "event": written, "source": written, written: written}],
    )  # fmt: skip
    content = chronology_csv(a_case(odd), an_area()).decode("utf-8-sig")
    cells = [cell for row in csv.reader(StringIO(content, newline="")) for cell in row]
    assert not [c for c in cells if c.lstrip().startswith(tuple("=+-@＝＋－＠"))]


# --- the worksheet ----------------------------------------------------------------------------


def test_the_worksheet_says_first_that_it_notifies_nobody() -> None:
    lines = words_of(worksheet(a_decided_case(), an_area()))
    assert lines[1].startswith("This document does not notify anybody.")


def test_the_worksheet_gives_what_was_read_and_marks_what_was_not() -> None:
    lines = words_of(worksheet(a_decided_case(), an_area()))
    assert "Name of child | Wren Alderby" in lines
    assert "Date of birth | 3 April 2019" in lines
    assert "Nature of incident | serious harm to a child" in lines
    assert "Ethnicity | not given" in lines
    assert "Brothers and sisters | Finch Alderby, born 1 September 2022" in lines


def test_dates_of_this_suite_are_what_they_seem() -> None:
    assert datetime(2026, 12, 14, 9, tzinfo=UTC) == NOW
    assert day("Tue 2026-12-01") == date(2026, 12, 1)
