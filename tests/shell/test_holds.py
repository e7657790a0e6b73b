"""Letters that staff hold and let go: what waits, what goes all the same, and what is written anew.

The week of Mon 23 November 2026; times are UTC, which is London's time in November.
"""

import pytest

from mailbot.casework import case_of, clocks_of
from mailbot.core.model import ClockState, FactKind
from mailbot.holding import mailbox_hold
from tests.shell.by_mail import CRITERIA, Play, said_to_staff
from tests.shell.world import GP, NOTIFICATION, NOTIFIER, POLICE, RETURN, STAFF

LATE = "Mon 2026-12-14 12:00"


def states(play: Play) -> set[str]:
    """The states of the letters of the area."""
    return {letter.state for letter in play.unit.store.outbox.all()}


def test_an_agency_on_hold_hears_so_once_and_gets_no_reminder_until_it_is_released(
    asked: Play,
) -> None:
    asked.answers(STAFF, "New case", "hold: police, they rang", "Tue 2026-11-24 10:00")
    assert "Letters to Bedfordshire Police are on hold until you release them" in said_to_staff(
        asked
    )
    asked.until("Thu 2026-12-03 12:00")
    assert asked.count("Letters paused", POLICE) == 1
    assert "still due by Mon 30 Nov 2026" in asked.letter("Letters paused", POLICE)
    assert asked.count("Reminder", POLICE) == 0
    assert asked.count("Reminder", GP) > 0
    asked.answers(STAFF, "New case", "release: police", "Thu 2026-12-03 12:30")
    asked.until("Fri 2026-12-04 12:00")
    assert asked.count("Reminder", POLICE) <= 1


def test_clocks_run_on_while_a_case_is_held_and_the_digest_says_who_holds_it(asked: Play) -> None:
    line = "hold: case, the coroner asked us / until: 7 December"
    before = len(asked.outgoing())
    asked.answers(STAFF, "New case", line, "Tue 2026-11-24 10:00")
    asked.until("Fri 2026-12-04 12:00")
    subjects = {str(m["subject"]) for m in asked.outgoing()[before:]}
    assert {s.rpartition("] ")[2] for s in subjects if "open case" not in s} == {
        "Letters paused",
        "Recorded",
    }
    digest = asked.letter("open case")
    assert "on hold since Tue 24 Nov 2026, by Tomasz Ellery, until Mon 7 Dec 2026" in digest
    assert "coroner" not in digest
    case = case_of(asked.unit, asked.ref)
    clocks = clocks_of(asked.unit, case, asked.stage.now)
    assert {c.state for c in clocks} <= {ClockState.WAITING, ClockState.STOPPED}


def test_mailbot_ends_a_hold_on_its_day_and_says_so(asked: Play) -> None:
    line = "hold: case until 7 December, the coroner asked us"
    asked.answers(STAFF, "New case", line, "Tue 2026-11-24 10:00")
    asked.until("Sun 2026-12-06 23:00")
    assert asked.facts(FactKind.RELEASED) == []
    asked.until("Mon 2026-12-07 12:00")
    (fact,) = asked.facts(FactKind.RELEASED)
    assert fact.recorded_by == "mailbot"
    assert "go again: the day until which they were held has come" in asked.letter("open case")
    asked.until("Mon 2026-12-14 12:00")
    assert asked.count("Reminder", POLICE) == 0  # staff ring: its steps lie long behind


def test_a_request_that_a_hold_keeps_back_goes_after_it_with_a_day_that_fits(play: Play) -> None:
    play.answers(STAFF, "New case", CRITERIA, "Mon 2026-11-23 11:00")
    play.answers(STAFF, "New case", "hold: case, wait", "Mon 2026-11-23 11:05")
    play.until("Wed 2026-11-25 10:00")
    assert play.count("Information request") == 0
    assert "held" in states(play)
    play.answers(STAFF, "New case", "release: case", "Wed 2026-11-25 10:00")
    play.until("Wed 2026-11-25 12:00")
    assert play.count("request for Bedfordshire Police", POLICE) == 1
    assert "Wed 2 Dec 2026" in play.letter("request for Bedfordshire Police", POLICE)
    assert "held" not in states(play)


def test_requests_that_were_stopped_do_not_go_when_a_hold_ends(play: Play) -> None:
    play.answers(STAFF, "New case", CRITERIA, "Mon 2026-11-23 11:00")
    play.answers(STAFF, "New case", "hold: case, wait", "Mon 2026-11-23 11:05")
    play.until("Mon 2026-11-23 12:00")
    play.answers(STAFF, "New case", "stop: requests", "Mon 2026-11-23 12:05")
    play.answers(STAFF, "New case", "release: case", "Mon 2026-11-23 12:10")
    play.until("Tue 2026-11-24 12:00")
    assert play.count("request for") == 0


def test_while_the_mailbox_is_held_only_staff_get_letters(asked: Play) -> None:
    asked.answers(STAFF, "New case", "hold: mailbox, we move office", "Tue 2026-11-24 10:00")
    assert mailbox_hold(asked.unit) is not None
    before = len(asked.outgoing())
    other = NOTIFICATION.replace("Zephyrine Quill", "Otto Marl").replace("3 May", "4 June")
    asked.notified("Tue 2026-11-24 11:00", text=other)
    asked.answers(POLICE, "request for Bed", RETURN, "Tue 2026-11-24 12:00")
    asked.until("Fri 2026-11-27 12:00")
    to = {str(m["to"]) for m in asked.outgoing()[before:]}
    assert to
    assert all("bedford-safeguarding.example" in address for address in to), to
    assert asked.count("New case") == 2
    assert "All letters of this mailbox are on hold" in asked.letter("open case")
    asked.answers(STAFF, "New case", "release: mailbox", "Fri 2026-11-27 13:00")
    asked.until("Fri 2026-11-27 14:00")
    assert asked.count("Notification received", NOTIFIER) == 2
    assert asked.count("Received from Bedfordshire Police", POLICE) == 1
    assert mailbox_hold(asked.unit) is None


def test_the_mailbox_is_released_on_its_day(asked: Play) -> None:
    line = "hold: mailbox until 26 November, we move office"
    asked.answers(STAFF, "New case", line, "Tue 2026-11-24 10:00")
    asked.until("Wed 2026-11-25 23:00")
    assert mailbox_hold(asked.unit) is not None
    asked.until("Thu 2026-11-26 12:00")
    assert mailbox_hold(asked.unit) is None
    assert "letters of this mailbox go again" in asked.letter("open case").casefold()


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("release: case", "nothing of this case is on hold"),
        ("release: mailbox", "the mailbox is not on hold"),
        ("hold: police", "say why"),
        ("hold: polce, why", "Bedfordshire Police"),
        ("hold: case until 1 October 2026, why", "has passed"),
        ("hold: case until today, why", "it would end today"),
    ],
)
def test_what_cannot_be_held_or_released_is_refused_with_the_reason(
    asked: Play, line: str, why: str
) -> None:
    asked.answers(STAFF, "New case", line, "Tue 2026-11-24 10:00")
    assert why in said_to_staff(asked)
    assert asked.facts(FactKind.HELD) == []


def test_a_second_hold_of_the_same_is_answered_with_the_first(asked: Play) -> None:
    asked.answers(STAFF, "New case", "hold: case, why", "Tue 2026-11-24 10:00")
    asked.answers(STAFF, "New case", "hold: case, why", "Wed 2026-11-25 10:00")
    assert "on hold already since Tue 24 November 2026" in said_to_staff(asked)
    assert len(asked.facts(FactKind.HELD)) == 1
