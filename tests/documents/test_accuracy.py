"""Forms as people send them: what mailbot reads in the corpus, and that the measure measures."""

import json
from io import BytesIO
from pathlib import Path
from zipfile import BadZipFile, ZipFile

import pytest

from scripts.accuracy import CORPUS, FIELDS, Count, Report, compare, lines_of, measured
from scripts.corpus import EXPECTED, entries

LINES = [json.loads(line) for line in (CORPUS / EXPECTED).read_text("utf-8").splitlines()]
F1 = KINDS = CLASSES = 0.98


@pytest.fixture(scope="module")
def report() -> Report:
    """What came of the whole corpus."""
    return measured(CORPUS)


@pytest.fixture(scope="module", autouse=True)
def _corpus_is_there() -> None:
    assert len(LINES) > 300


# --- what is promised ----------------------------------------------------------------------------


@pytest.mark.needs("libreoffice", "tesseract")
def test_nearly_every_field_is_read_right(report: Report) -> None:
    assert not report.left_out
    assert report.total.f1 >= F1, "\n".join(lines_of(report, worst=20))


@pytest.mark.needs("libreoffice", "tesseract")
def test_no_value_is_given_where_nobody_can_tell(report: Report) -> None:
    assert not [f"{fault.file}:{fault}" for fault in report.guessed]


@pytest.mark.needs("libreoffice", "tesseract")
def test_kinds_of_documents_are_told_apart(report: Report) -> None:
    assert report.kinds_right >= KINDS, report.confused


@pytest.mark.needs("libreoffice", "tesseract")
def test_classes_of_mails_are_told_apart(report: Report) -> None:
    assert report.classes_right >= CLASSES, report.confused


# --- the corpus ----------------------------------------------------------------------------------


def test_every_file_has_expectations_and_every_expectation_a_file() -> None:
    named = [line["file"] for line in LINES]
    assert sorted(named) == sorted(p.name for p in CORPUS.iterdir() if p.name != EXPECTED)
    assert len(named) == len(set(named))


def test_the_generator_expects_what_stands_beside_the_files() -> None:
    made = [json.loads(json.dumps(entry.line())) for entry in entries()]
    assert made == LINES


def test_a_form_that_needs_no_other_program_is_made_again_as_it_is() -> None:
    kept = {".docx", ".docm", ".txt", ".html", ".rtf", ".xlsx"}
    wrong = [
        entry.file
        for entry in entries()
        if not entry.needs and Path(entry.file).suffix in kept and entry.layout != "mislabelled"
        if parts_of(entry.make()) != parts_of((CORPUS / entry.file).read_bytes())
    ]
    assert not wrong


def parts_of(content: bytes) -> dict[str, bytes]:
    """What stands in a file; of a package its parts, however they were packed."""
    try:
        with ZipFile(BytesIO(content)) as package:
            return {name: package.read(name) for name in package.namelist()}
    except BadZipFile:
        return {"": content}


def test_only_fields_of_the_list_are_expected() -> None:
    parts = [part for line in LINES for part in line.get("parts", ())]
    named = {name for part in parts for name in part.get("fields", {})}
    assert named <= FIELDS
    assert named >= FIELDS


def test_there_are_many_layouts_formats_and_kinds() -> None:
    parts = [part for line in LINES for part in line.get("parts", ())]
    assert len({line["layout"] for line in LINES}) >= 30
    assert len({line["format"] for line in LINES}) >= 12
    assert {part["document"] for part in parts} == {
        *("notification", "notification_non_serious", "return", "nil_return", "partial_return"),
        *("health_report", "chronology", "blank_form", "look_alike", "unreadable", "not_a_form"),
    }


def test_the_corpus_stays_small() -> None:
    assert sum(p.stat().st_size for p in CORPUS.iterdir()) < 6_500_000


# --- the measure ---------------------------------------------------------------------------------


def counted(expected: dict[str, object], got: dict[str, object]) -> Report:
    """One document expected and one read, compared."""
    report = Report()
    line = {"file": "a.docx", "layout": "a", "parts": [{"document": "return"} | expected]}
    compare(line, {"parts": [{"document": "return"} | got]}, report)
    return report


def test_what_is_read_right_counts_once_and_what_is_missed_once() -> None:
    expected = {"agency": "Police", "author.name": "Sol Winter", "known_to_agency": True}
    read = {"agency": "police ", "author.name": "Sol  Winter"}
    assert counted({"fields": expected}, {"fields": read}).total == Count(right=2, missed=1)


def test_a_wrong_value_is_both_wrong_and_missed() -> None:
    report = counted({"fields": {"child.name": "Wren"}}, {"fields": {"child.name": "wren"}})
    assert report.total == Count(wrong=1, missed=1)


def test_a_value_where_nobody_could_tell_is_wrong_and_named() -> None:
    report = counted({"cannot_tell": ["known_to_agency"]}, {"fields": {"known_to_agency": False}})
    assert report.total == Count(wrong=1)
    assert [fault.name for fault in report.guessed] == ["known_to_agency"]


def test_false_is_a_value_and_no_blank() -> None:
    report = counted({"fields": {"known_to_agency": False}}, {"fields": {}})
    assert report.total == Count(missed=1)


def test_every_element_of_a_list_counts_as_a_field() -> None:
    expected = {"agencies": ["Police", "School", "GP"]}
    report = counted({"fields": expected}, {"fields": {"agencies": ["GP", "Police", "Bank"]}})
    assert report.total == Count(right=2, wrong=1, missed=1)


def test_a_row_of_a_chronology_is_right_when_all_of_it_is() -> None:
    row = {"date": "2026-03-05", "event": "Home visit", "source": "Log"}
    report = counted(
        {"fields": {"chronology": [row]}}, {"fields": {"chronology": [row | {"source": ""}]}}
    )
    assert report.total == Count(wrong=1, missed=1)


def test_what_a_reader_may_give_is_wrong_only_when_it_is_something_else() -> None:
    free = {"may": {"agency": ["Police", "The Police"]}}
    assert counted(free, {"fields": {"agency": "the police"}}).total == Count()
    assert counted(free, {"fields": {}}).total == Count()
    assert counted(free, {"fields": {"agency": "School"}}).total == Count(wrong=1)


def test_a_document_that_was_not_found_misses_all_its_fields() -> None:
    report = Report()
    part = {"document": "return", "fields": {"agency": "Police", "child.name": "Wren Alderby"}}
    compare({"file": "a.zip", "layout": "a", "parts": [part]}, {"parts": []}, report)
    assert report.total == Count(missed=2)
    assert report.kinds == {("return", "nothing"): 1}


def test_two_documents_are_compared_each_with_its_like() -> None:
    one = {"document": "return", "fields": {"agency": "Police"}}
    two = {"document": "return", "fields": {"agency": "School"}}
    report = Report()
    compare({"file": "a.eml", "layout": "a", "parts": [one, two]}, {"parts": [two, one]}, report)
    assert report.total == Count(right=2)


def test_a_file_whose_program_is_not_installed_is_named_and_not_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scripts.accuracy.shutil.which", lambda _name: None)
    line = {"file": "a.doc", "layout": "a", "needs": ["libreoffice"], "parts": []}
    (tmp_path / EXPECTED).write_text(json.dumps(line) + "\n", "utf-8")
    report = measured(tmp_path)
    assert report.files == 0
    assert any("libreoffice: a.doc" in said for said in lines_of(report))
