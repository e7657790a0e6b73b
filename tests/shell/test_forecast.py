"""The forecast against what then really goes out, and looks that are made only when due."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from pathlib import Path

import pytest

from mailbot import casework
from mailbot.by_hand import record_lines
from mailbot.core.clocks.workdays import LONDON, WorkingDays
from mailbot.core.letters.forecast import Expected
from mailbot.core.model import CaseRef, Delivery
from mailbot.forecasting import forecast_of
from mailbot.rehearsal import EVERY, Rehearsal
from mailbot.settings import Settings
from mailbot.store import Posted
from mailbot.unit import Unit
from tests.shell.world import CRITERIA, DECISION, HELD, MEETING, a_home, moment, notification

START = "Mon 2026-11-23 08:55"
WEEKS = WorkingDays(11)
DRAFTS_OF_REMINDERS = {
    '# information-request = "draft"': 'reminder = "draft"\ninformation-request = "draft"'
}
NOT_MET = CRITERIA.replace("criteria: met", "criteria: not met").partition("panel notified")[0]
UNDECIDED: tuple[tuple[str, str], ...] = ()
MET = (("Mon 2026-11-23 10:00", CRITERIA),)
TO_BE_NOTIFIED = (("Mon 2026-11-23 10:00", CRITERIA.partition("panel notified")[0]),)
MEETING_AHEAD = (*MET, ("Mon 2026-11-23 12:00", MEETING))
MEETING_OVER = (*MEETING_AHEAD, ("Mon 2026-11-30 12:00", HELD))
DECIDED = (*MEETING_OVER, ("Mon 2026-11-30 12:30", DECISION))
NHS = (*MET, ("Mon 2026-11-23 11:00", "nhs: hospital, community-health"))
HELD_A_WHILE = (*MET, ("Tue 2026-11-24 11:00", "hold: case, why / until: 1 December 2026"))
ONE_AGENCY_HELD = (*MET, ("Tue 2026-11-24 11:00", "hold: police until 1 December 2026, why"))
MAILBOX_HELD = (*MET, ("Tue 2026-11-24 11:00", "hold: mailbox, why / until: 1 December 2026"))
EXTENDED = (*MET, ("Tue 2026-11-24 11:00", "extend: police until 4 December 2026, why"))
WITHDRAWN = (*MET, ("Tue 2026-11-24 11:00", "withdraw: why"))
LATE_IN_THE_DAY = (("Mon 2026-11-23 15:30", CRITERIA),)


def played(
    settings: Settings, said: Sequence[tuple[str, str]], until: str
) -> tuple[Rehearsal, CaseRef]:
    """A case to which these lines were said, up to a moment."""
    play = Rehearsal(settings, begins=moment(START))
    at = moment("Mon 2026-11-23 09:30")
    play.receive(notification(at).mime, at)
    ref = play.unit.store.cases.refs()[0]
    for when, lines in said:
        play.until(moment(when))
        answer = record_lines(play.unit, ref, lines, by="command line", now=play.now)
        assert answer.recorded, answer.not_understood
    play.until(moment(until))
    return play, ref


def passes_at(found: datetime, unit: Unit) -> datetime:
    """The first pass of a rehearsal at or after a moment: each half hour from 07:30 to 18:00."""
    local = found.astimezone(LONDON)
    opens = unit.calendar.moment(local.date(), time(7, 30))
    if found <= opens:
        return opens
    halves = -(-(found - opens) // EVERY)
    return opens + halves * EVERY


def gone(unit: Unit, ref: CaseRef, since: datetime) -> list[Posted]:
    """What has gone out or into Drafts of a case since then."""
    letters = unit.store.outbox.of_case(ref)
    states = {"sent", "drafted", "withdrawn"}
    return [x for x in letters if x.state in states and x.changed_at > since and x.attempts]


@pytest.mark.parametrize(
    ("said", "from_", "changes"),
    [
        (UNDECIDED, "Mon 2026-11-23 09:30", {}),
        (UNDECIDED, "Sat 2026-11-28 12:00", {}),
        (MET, "Mon 2026-11-23 10:00", {}),
        (TO_BE_NOTIFIED, "Wed 2026-11-25 08:30", {}),
        (LATE_IN_THE_DAY, "Mon 2026-11-23 15:30", {}),
        (MEETING_AHEAD, "Mon 2026-11-23 12:00", {}),
        (MEETING_OVER, "Mon 2026-11-30 12:00", {}),
        (DECIDED, "Mon 2026-11-30 12:30", {}),
        ((("Mon 2026-11-23 10:00", NOT_MET),), "Tue 2026-11-24 09:00", {}),
        (MET, "Mon 2026-11-23 10:00", DRAFTS_OF_REMINDERS),
        (NHS, "Mon 2026-11-23 11:00", {}),
        (HELD_A_WHILE, "Tue 2026-11-24 11:00", {}),
        (ONE_AGENCY_HELD, "Tue 2026-11-24 11:00", {}),
        (MAILBOX_HELD, "Tue 2026-11-24 11:00", {}),
        (EXTENDED, "Tue 2026-11-24 11:00", {}),
        (WITHDRAWN, "Tue 2026-11-24 11:00", {}),
    ],
    ids=[
        "undecided",
        "undecided-on-a-saturday",
        "met",
        "panel-not-notified",
        "requests-next-morning",
        "meeting-ahead",
        "meeting-over",
        "decided",
        "not-met",
        "reminders-and-requests-as-drafts",
        "nhs",
        "held-a-while",
        "one-agency-held",
        "mailbox-held",
        "extended",
        "withdrawn",
    ],
)
def test_what_is_forecast_is_what_then_goes_out(
    said: Sequence[tuple[str, str]], from_: str, changes: dict[str, str], tmp_path: Path
) -> None:
    play, ref = played(a_home(tmp_path, changes), said, from_)
    unit, now = play.unit, play.now
    last = unit.calendar.add(unit.calendar.day_of(now), WEEKS)
    end = unit.calendar.moment(last, time(18, 0))
    before = {letter.key for letter in gone(unit, ref, now - timedelta(days=99))}
    expected = forecast_of(unit, ref, now, until=end).letters
    play.until(end)
    after = [x for x in gone(unit, ref, now - timedelta(days=99)) if x.key not in before]
    assert expected
    assert sorted(x.key for x in expected) == sorted(x.key for x in after)
    by_key = {x.key: x for x in after}
    for letter in expected:
        _is_what_went(letter, by_key[letter.key], unit)


def _is_what_went(letter: Expected, went: Posted, unit: Unit) -> None:
    assert (letter.kind, letter.delivery) == (went.kind, went.delivery)
    assert set(letter.to) == set(went.recipients)
    if letter.delivery is Delivery.SEND:
        # What is written while others are sent goes in the pass after, half an hour later here.
        first = passes_at(letter.at, unit)
        assert first <= went.changed_at <= first + EVERY, letter


@pytest.mark.parametrize(
    "said",
    [TO_BE_NOTIFIED, DECIDED, NHS, HELD_A_WHILE],
    ids=["panel-not-notified", "decided", "nhs", "held"],
)
def test_looking_only_when_something_is_due_misses_nothing(
    said: Sequence[tuple[str, str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    last = "Fri 2026-12-11 18:00"
    sparing, ref = played(a_home(tmp_path / "sparing"), said, last)

    def look_at_all(unit: Unit, now: datetime) -> None:
        for each in unit.store.cases.refs(only_open=True):
            casework.refresh(unit, each, now)  # looks without asking when to look next

    monkeypatch.setattr("mailbot.daemon.look_at_cases", look_at_all)
    always, _ = played(a_home(tmp_path / "always"), said, last)

    def written(play: Rehearsal) -> list[tuple[str, str, datetime]]:
        letters = play.unit.store.outbox.of_case(ref)
        return sorted((x.key, x.state, x.queued_at) for x in letters)

    assert written(sparing) == written(always)


def test_a_quiet_case_is_looked_at_once_a_fortnight(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    end = (*DECIDED, ("Mon 2026-11-30 14:00", "submission sent: 30 November 2026"))
    play, _ = played(a_home(tmp_path), end, "Wed 2026-12-02 09:00")
    looks: list[datetime] = []
    letters_due = casework.letters_due

    def counted(*args: object, now: datetime, **words: object) -> object:
        looks.append(now)
        return letters_due(*args, now=now, **words)  # type: ignore[arg-type]

    monkeypatch.setattr(casework, "letters_due", counted)
    play.until(moment("Fri 2026-12-18 18:00"))
    days = sorted({f"{play.unit.calendar.day_of(look):%d %b}" for look in looks})
    assert len(looks) <= 12, days
