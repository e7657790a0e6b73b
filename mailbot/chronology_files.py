"""The merged chronology as people get it: a table in the report, a Word file, a table for Excel.

All three hold the same rows in the same order. Agencies' conditions on sharing stand in every row
they are set on, because rows are copied out of tables.
"""

import csv
from collections.abc import Sequence
from datetime import datetime
from io import StringIO

from docx.document import Document as WordDocument

from mailbot.core.cases.chronology import Entry, chronology_of
from mailbot.core.cases.event_days import Sureness
from mailbot.core.model import Area, Case, Json
from mailbot.core.wording import listed, name_of
from mailbot.report_words import NOTHING, short
from mailbot.word_package import packed, parts_of
from mailbot.word_pages import header_table, landscape, new_page, paragraph, printable, saved

_HEADERS = ("Date", "Event", "Agency", "Source", "Conditions on sharing")
_WIDTHS = (3.4, 10.2, 3.8, 3.8, 4.5)  # centimetres of a page on its side
_COLUMNS = (
    *("Sorted by", "Date", "Time", "Date is", "Event", "Agency", "Source", "Conditions on sharing"),
    *("Also told by", "Return received", "Note"),
)
#: With what a spreadsheet takes a text for a formula, also where it is written in full width.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_BOM = "\ufeff"  # without it Excel takes UTF-8 for an old code page
_BEFORE_CORRECTION = "From before a correction that holds no chronology: check that it still holds."


def chronology_table(document: WordDocument, case: Case, area: Area) -> None:
    """Given a page on its side, add the merged chronology of a case as a table."""
    entries = chronology_of(case)
    if not entries:
        paragraph(document, NOTHING)
        return
    paragraph(
        document,
        "From the notification and all returns, in order of time. What is not plainly one day is "
        "shown as it was written, and stands where it may begin; events without a day stand at the "
        "end. What agencies tell of one day in like words stands beside each other: it may be one "
        "event or several.",
        quiet=True,
    )
    header_table(document, _HEADERS, [_row(one, area) for one in entries], widths=_WIDTHS)


def _row(entry: Entry, area: Area) -> Sequence[str]:
    return (
        "\n".join(filter(None, (entry.day.shown or "no date", _doubt(entry)))),
        "\n".join((entry.event or "–", *_notes(entry, area))),
        _agency(entry, area),
        entry.source or "–",
        "\n".join(entry.conditions) or "–",
    )


def _agency(entry: Entry, area: Area) -> str:
    return name_of(area, entry.agency) if entry.agency else "The notifier"


def _doubt(entry: Entry) -> str:
    """Return what is to be said of a written day beside it, or ""."""
    if entry.day.sureness is Sureness.UNSURE:
        return "(uncertain)"
    unread = entry.day.sureness is Sureness.NONE and entry.day.shown
    return "(not read as a day)" if unread else ""


def _notes(entry: Entry, area: Area) -> list[str]:
    notes = [f"{name[:1].upper()}{name[1:]}: {text}" for name, text in entry.further]
    notes += [f"Told also by: {_others(entry, area)}"] if entry.also else []
    return [*notes, *([_BEFORE_CORRECTION] if entry.before_correction else [])]


def _others(entry: Entry, area: Area) -> str:
    return listed([name_of(area, code) if code else "the notifier" for code in entry.also])


def chronology_document(case: Case, area: Area, *, now: datetime) -> bytes:
    """Given a case, return its merged chronology as a Word file of its own."""
    document = new_page(
        title=f"Chronology {case.ref}",
        marking=area.marking,
        footer=f"{case.ref}   ·   chronology",
        now=now,
    )
    landscape(document.sections[0])
    document.add_paragraph(f"Chronology {case.ref}", style="Title")
    paragraph(document, f"Put together on {short(now)} for {area.name}.", quiet=True)
    chronology_table(document, case, area)
    return packed(parts_of(saved(document)))


def chronology_csv(case: Case, area: Area) -> bytes:
    """Given a case, return its merged chronology as comma-separated values (RFC 4180) for Excel.

    No cell can be a formula: what would be taken for one has an apostrophe in front.
    """
    target = StringIO(newline="")
    rows = csv.writer(target)
    rows.writerow(_COLUMNS)
    for entry in chronology_of(case):
        day = entry.day
        also, note = _others(entry, area), _BEFORE_CORRECTION if entry.before_correction else ""
        further = [f"{name}: {text}" for name, text in entry.further]
        rows.writerow(
            _cell(text)
            for text in (
                day.begins.isoformat() if day.begins else "",
                day.shown,
                f"{day.at:%H:%M}" if day.at else "",
                day.sureness.value,
                "\n".join((entry.event, *further)),
                _agency(entry, area),
                entry.source,
                "\n".join(entry.conditions),
                also,
                short(entry.received),
                note,
            )
        )
    return (_BOM + target.getvalue()).encode("utf-8")


def chronology_row(entry: Entry, area: Area) -> dict[str, Json]:
    """Given an event, return it for machines: the sorting day in ISO, the day as it is shown."""
    return {
        "sorted_by": entry.day.begins.isoformat() if entry.day.begins else None,
        "date": entry.day.shown,
        "time": f"{entry.day.at:%H:%M}" if entry.day.at else None,
        "date_is": entry.day.sureness.value,
        "event": entry.event,
        "further": dict(entry.further),
        "agency": entry.agency,
        "agency_name": _agency(entry, area),
        "source": entry.source,
        "conditions": list(entry.conditions),
        "also_told_by": list(entry.also),
        "received": entry.received.isoformat(),
        "before_correction": entry.before_correction,
    }


def _cell(text: str) -> str:
    plain = printable(text)
    return f"'{plain}" if plain.lstrip(" \xa0").startswith(_FORMULA) else plain
