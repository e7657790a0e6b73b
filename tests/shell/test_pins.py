"""A change of config reaches the cases that open afterwards, and none that runs already."""

from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

from mailbot import views
from mailbot.casework import case_of, clocks_of
from mailbot.core.clocks.workdays import english_calendar, format_day
from mailbot.core.model import CaseRef, Clock, FactKind
from mailbot.rehearsal import Rehearsal
from mailbot.store.schema import cases as cases_table
from mailbot.unit import Unit
from tests.shell.world import NOTIFICATION, a_home, moment, notification

BEGINS = moment("Mon 2026-11-23 08:55")
NOTIFIED = moment("Mon 2026-11-23 09:30")
OTHER = NOTIFICATION.replace("Zephyrine Quill", "Osric Pell").replace("3 May 2019", "4 June 2020")
#: Proclaimed while the case runs.
EXTRA = date(2026, 12, 1)


def begun(home: Path) -> tuple[Rehearsal, CaseRef]:
    rehearsal = Rehearsal(a_home(home), begins=BEGINS)
    rehearsal.receive(notification(NOTIFIED).mime, NOTIFIED)
    return rehearsal, rehearsal.unit.store.cases.refs()[0]


def config_changes(unit: Unit) -> None:
    """What a restart brings after the files were edited: a day off more, a clock a day longer."""
    unit.calendar = english_calendar(unit.calendar.first, unit.calendar.last, closures=[EXTRA])
    unit.rules = tuple(replace(r, within=r.within + 1) if r.within else r for r in unit.rules)
    unit.pins.clear()


def clock(unit: Unit, ref: CaseRef, name: str, now: datetime) -> Clock:
    return next(c for c in clocks_of(unit, case_of(unit, ref), now) if c.rule.name == name)


def due(unit: Unit, ref: CaseRef, name: str, now: datetime) -> str:
    return format_day(clock(unit, ref, name, now).due_on)


def test_a_running_case_is_counted_by_the_config_of_the_day_it_opened(tmp_path: Path) -> None:
    rehearsal, ref = begun(tmp_path)
    unit, now = rehearsal.unit, rehearsal.now
    before = clocks_of(unit, case_of(unit, ref), now)
    assert due(unit, ref, "submission", now) == "Mon 14 Dec 2026"
    assert views.case(unit, ref, now)["counted"] == ""
    config_changes(unit)
    assert clocks_of(unit, case_of(unit, ref), now) == before
    shown = views.case(unit, ref, now)
    assert "counted by the rules and days off of the day it opened" in shown["counted"]
    assert any(shown["counted"] in line for line in views.lines_of_case(shown))
    assert all(row["counted"] for row in views.due(unit, now))


def test_a_case_that_opens_afterwards_is_counted_by_the_new_config(tmp_path: Path) -> None:
    rehearsal, old = begun(tmp_path)
    config_changes(rehearsal.unit)
    at = moment("Mon 2026-11-23 11:00")
    rehearsal.receive(notification(at, number="n2", text=OTHER).mime, at)
    new = next(ref for ref in rehearsal.unit.store.cases.refs() if ref != old)
    # Sixteen working days, and 1 December is none.
    assert due(rehearsal.unit, new, "submission", rehearsal.now) == "Wed 16 Dec 2026"
    assert due(rehearsal.unit, old, "submission", rehearsal.now) == "Mon 14 Dec 2026"


def test_a_store_without_pins_is_pinned_at_the_first_look(tmp_path: Path) -> None:
    rehearsal, ref = begun(tmp_path)
    unit = rehearsal.unit
    with unit.store.cases._database.transaction() as t:
        t.execute(cases_table.update().values(pin=None))
    unit.pins.clear()
    assert due(unit, ref, "submission", rehearsal.now) == "Mon 14 Dec 2026"
    assert unit.store.cases.pin_of(ref) is not None
    config_changes(unit)
    assert due(unit, ref, "submission", rehearsal.now) == "Mon 14 Dec 2026"


def test_cases_of_one_config_share_one_pin(tmp_path: Path) -> None:
    rehearsal, _ = begun(tmp_path)
    at = moment("Mon 2026-11-23 11:00")
    rehearsal.receive(notification(at, number="n2", text=OTHER).mime, at)
    pins = {rehearsal.unit.store.cases.pin_of(ref) for ref in rehearsal.unit.store.cases.refs()}
    assert len(pins) == 1


def test_the_day_that_a_letter_named_is_on_record_with_it(tmp_path: Path) -> None:
    rehearsal, ref = begun(tmp_path)
    sent = case_of(rehearsal.unit, ref).all(FactKind.LETTER_SENT)
    told = {str(f.detail["kind"]): f.detail.get("told") for f in sent}
    assert told["call-of-partners"] == {"partners-decide": "2026-11-26"}
    assert told["new-case"]["submission"] == "2026-12-14"
    assert told["acknowledgement"] is None


def test_a_due_day_beyond_the_calendar_leaves_the_case_in_trouble_with_a_plain_sentence(
    tmp_path: Path,
) -> None:
    rehearsal, ref = begun(tmp_path)
    unit = rehearsal.unit
    unit.calendar = english_calendar(unit.calendar.first, date(2026, 12, 4))
    at = moment("Mon 2026-11-23 11:00")
    rehearsal.receive(notification(at, number="n2", text=OTHER).mime, at)
    (trouble,) = unit.store.cases.troubles()
    assert trouble[0] != ref
    assert "The calendar of bank holidays is known from" in trouble[1]
    assert "until 4 December 2026" in trouble[1]
