"""An area's calendar of Case Review Groups: in its config, and from a calendar program's file."""

import os
from datetime import date
from pathlib import Path

import pytest

from mailbot.core.model import Scheduled
from mailbot.errors import SettingsError
from mailbot.review_groups import review_groups_of
from mailbot.settings import load
from tests.shell.world import a_home, moment

HEAD = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//EN\r\n"
LONDON = "DTSTART;TZID=Europe/London:"


def an_event(*lines: str, uid: str = "crg") -> str:
    return "\r\n".join(
        ("BEGIN:VEVENT", f"UID:{uid}", "DTSTAMP:20260101T000000Z", *lines, "END:VEVENT\r\n")
    )


def groups(directory: Path, *events: str) -> tuple[Scheduled, ...]:
    (directory / "crg.ics").write_text(f"{HEAD}{''.join(events)}END:VCALENDAR\r\n", "utf-8")
    return review_groups_of({"review_groups_ics": "crg.ics"}, directory)


def test_dates_in_config_are_the_areas_groups_in_order(tmp_path: Path) -> None:
    settings = a_home(
        tmp_path,
        {
            "[times]": "[[review_group]]\nat = 2027-06-08T10:00:00\nwhere = 'Room 4'\n\n"
            "[[review_group]]\nat = 2026-12-08T10:00:00\n\n"
            "[[review_group]]\nat = 2027-01-12\n\n[times]"
        },
    )
    assert settings.areas[0].area.review_groups == (
        Scheduled(at=moment("Tue 2026-12-08 10:00")),
        Scheduled(at=date(2027, 1, 12)),
        Scheduled(at=moment("Tue 2027-06-08 09:00"), where="Room 4"),  # ten in London's summer
    )


def test_a_repeating_group_stays_at_its_hour_in_summer_and_winter(tmp_path: Path) -> None:
    found = groups(
        tmp_path,
        an_event(
            f"{LONDON}20261006T100000", "RRULE:FREQ=MONTHLY;BYDAY=1TU;COUNT=8", "LOCATION:Room 4"
        ),
    )
    assert [group.at for group in found] == [
        moment("Tue 2026-10-06 09:00"),
        moment("Tue 2026-11-03 10:00"),
        moment("Tue 2026-12-01 10:00"),
        moment("Tue 2027-01-05 10:00"),
        moment("Tue 2027-02-02 10:00"),
        moment("Tue 2027-03-02 10:00"),
        moment("Tue 2027-04-06 09:00"),
        moment("Tue 2027-05-04 09:00"),
    ]
    assert {group.where for group in found} == {"Room 4"}


def test_days_left_out_moved_and_cancelled_are_followed(tmp_path: Path) -> None:
    found = groups(
        tmp_path,
        an_event(
            f"{LONDON}20261201T100000",
            "RRULE:FREQ=WEEKLY;UNTIL=20261229T100000Z",
            "EXDATE;TZID=Europe/London:20261222T100000",
        ),
        an_event("RECURRENCE-ID;TZID=Europe/London:20261208T100000", f"{LONDON}20261209T140000"),
        an_event(
            "RECURRENCE-ID;TZID=Europe/London:20261215T100000",
            f"{LONDON}20261215T100000",
            "STATUS:CANCELLED",
        ),
        an_event("DTSTART;VALUE=DATE:20270112", uid="other"),
    )
    assert [group.at for group in found] == [
        moment("Tue 2026-12-01 10:00"),
        moment("Wed 2026-12-09 14:00"),
        moment("Tue 2026-12-29 10:00"),
        date(2027, 1, 12),
    ]


def test_days_that_are_added_to_a_repetition_are_groups_too(tmp_path: Path) -> None:
    found = groups(
        tmp_path,
        an_event(
            f"{LONDON}20261201T100000",
            "RRULE:FREQ=WEEKLY;COUNT=2",
            "RDATE;TZID=Europe/London:20261218T140000,20261222T100000",
            "EXDATE;TZID=Europe/London:20261222T100000",
        ),
    )
    assert [group.at for group in found] == [
        moment("Tue 2026-12-01 10:00"),
        moment("Tue 2026-12-08 10:00"),
        moment("Fri 2026-12-18 14:00"),
    ]


@pytest.mark.parametrize(
    "rule",
    [
        "RRULE:FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30",  # followed, it never comes to an end
        "RRULE:FREQ=MINUTELY",
        "RRULE:FREQ=HOURLY;INTERVAL=24",
    ],
)
def test_a_group_that_repeats_within_a_day_is_refused_and_not_followed(
    tmp_path: Path, rule: str
) -> None:
    with pytest.raises(SettingsError, match="event 1: its time or its repetition cannot be read"):
        groups(tmp_path, an_event(f"{LONDON}20261201T100000", rule))


@pytest.mark.parametrize("moved", ["RECURRENCE-ID:tomorrow", "RECURRENCE-ID:20261399T100000Z"])
def test_a_moved_group_that_cannot_be_read_is_told_and_raises_nothing_else(
    tmp_path: Path, moved: str
) -> None:
    with pytest.raises(SettingsError, match="which time of a repetition is moved"):
        groups(tmp_path, an_event(f"{LONDON}20261201T100000", moved))


def test_a_group_that_repeats_for_ever_ends_somewhere(tmp_path: Path) -> None:
    found = groups(tmp_path, an_event(f"{LONDON}20200107T100000", "RRULE:FREQ=WEEKLY"))
    assert 900 < len(found) < 2_000


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (None, "there is no file crg.ics"),
        ("nothing of the kind", "is no calendar"),
        (f"{HEAD}END:VCALENDAR\r\n", "has no event in it"),
        (f"{HEAD}{an_event('SUMMARY:x')}END:VCALENDAR\r\n", "event 1: its time"),
        (
            f"{HEAD}{an_event(LONDON + '20261201T100000', 'RRULE:FREQ=NEVER')}END:VCALENDAR\r\n",
            "crg",
        ),
    ],
)
def test_a_file_that_cannot_be_used_is_told_with_its_place(
    tmp_path: Path, content: str | None, fault: str
) -> None:
    settings = a_home(tmp_path)
    file = settings.home / "config" / "areas" / "bedford.toml"
    text = file.read_text("utf-8").replace("[times]", "[times]", 1)
    first, rest = text.split("\ncode = ", 1)
    file.write_text(f'{first}\nreview_groups_ics = "crg.ics"\ncode = {rest}', "utf-8")
    if content is not None:
        (settings.home / "crg.ics").write_text(content, "utf-8")
    with pytest.raises(SettingsError) as raised:
        load(settings.home, os.environ)
    (said,) = raised.value.faults
    assert said.startswith("config/areas/bedford.toml, review_groups_ics: ")
    assert fault in said


def test_a_group_without_a_day_is_a_fault_with_its_place(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as raised:
        a_home(tmp_path, {"[times]": "[[review_group]]\nat = 'Tuesday'\n\n[times]"})
    (said,) = raised.value.faults
    assert "[[review_group]] number 1, at" in said
    assert "2026-12-08T10:00:00" in said
