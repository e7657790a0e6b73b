"""An agency that is asked while nobody is there: alerted the same day, and no date moves."""

from dataclasses import replace

import pytest

from mailbot.core.clocks.workdays import format_day
from mailbot.core.letters.closed_periods import away_notes, closed_on
from mailbot.core.model import FactKind, Letter, LetterKind, MessageClass, Period
from tests.core.builders import a_person, day
from tests.core.letter_stories import Story, a_busy_area, of_kind

CHRISTMAS = Period(first=day("Sat 2026-12-19"), last=day("Sun 2027-01-03"), why="school holidays")
DEPUTY = a_person("Callum Arkwright", role="Deputy head", phone="01632 960171")


def story(*, deputies: bool = True, closed: bool = True) -> Story:
    """A case whose school is closed over Christmas."""
    area = a_busy_area()
    agencies = tuple(
        replace(
            agency,
            closed=(CHRISTMAS,) if closed else (),
            deputies=(DEPUTY,) if deputies else (),
        )
        if agency.code == "school"
        else agency
        for agency in area.agencies
    )
    return Story(area=replace(area, agencies=agencies)).opens("Mon 14 Dec 2026 10:00")


def alerts(told: Story, when: str) -> list[Letter]:
    return [x for x in of_kind(told.due(when), LetterKind.ALERT) if x.agency == "school"]


def asked(told: Story, when: str) -> Story:
    on = f"{when[:-5]}11:00"
    told.decides(when=on)
    told.chooses("school", "police", when=on)
    return told.asks("school", "police", when=f"{when[:-5]}11:20")


def test_a_school_asked_on_the_last_day_of_term_alerts_staff_the_same_day() -> None:
    told = asked(story(), "Fri 18 Dec 2026 11:20")
    (alert,) = alerts(told, "Fri 18 Dec 2026 11:30")
    assert "closed until Sun 3 Jan 2027" in alert.words["what"]
    assert "(school holidays)" in alert.words["do"]
    assert "Callum Arkwright, Deputy head, on 01632 960171" in alert.words["do"]
    assert "the date does not move" in alert.words["do"]
    assert "“extend: school until Wed 6 Jan 2027, why”" in alert.words["do"]
    assert alerts(told, "Mon 21 Dec 2026 09:00") == []


def test_the_due_day_is_that_of_everybody_else() -> None:
    told = asked(story(), "Fri 18 Dec 2026 11:20")
    (alert,) = alerts(told, "Fri 18 Dec 2026 11:30")
    clocks = {c.agency: c for c in told.clocks(alert.not_before) if c.agency}
    assert clocks["school"].due_on == clocks["police"].due_on
    assert format_day(clocks["school"].due_on) in alert.words["do"]


def test_a_request_that_falls_in_the_period_alerts_even_if_it_is_due_after_it() -> None:
    told = asked(story(), "Thu 31 Dec 2026 11:20")
    assert len(alerts(told, "Thu 31 Dec 2026 11:30")) == 1


def test_an_agency_that_is_there_alerts_nobody() -> None:
    early = asked(story(), "Tue 15 Dec 2026 11:20")
    # Asked and due on days on which it is open.
    assert early.clocks(early.facts[-1].recorded_at)
    open_all_year = asked(story(closed=False), "Fri 18 Dec 2026 11:20")
    assert alerts(open_all_year, "Fri 18 Dec 2026 11:30") == []


def test_without_a_deputy_the_lead_is_named_and_that_config_names_none() -> None:
    told = asked(story(deputies=False), "Fri 18 Dec 2026 11:20")
    (alert,) = alerts(told, "Fri 18 Dec 2026 11:30")
    assert "names no deputy: ring Lead school on 01632 960900" in alert.words["do"]


def test_who_has_answered_is_not_looked_for() -> None:
    told = asked(story(), "Fri 18 Dec 2026 11:20")
    told.answers("school", "nil", "Fri 18 Dec 2026 11:25")
    assert alerts(told, "Fri 18 Dec 2026 11:30") == []


@pytest.mark.parametrize(
    ("text", "inside"),
    [
        ("Fri 2026-12-18", False),
        ("Sat 2026-12-19", True),
        ("Sun 2027-01-03", True),
        ("Mon 2027-01-04", False),
    ],
)
def test_the_first_and_the_last_day_are_inside(text: str, inside: bool) -> None:
    school = story().area.agency("school")
    assert school
    assert (closed_on(school, day(text)) is not None) is inside


def test_an_automatic_reply_is_noted_with_the_deputy() -> None:
    told = asked(story(), "Tue 15 Dec 2026 11:20")
    told.fact(
        FactKind.MESSAGE_LINKED,
        "Tue 15 Dec 2026 12:00",
        agency="school",
        message="a1",
        message_class=MessageClass.AUTO_REPLY.value,
    )
    case = told.case()
    (note,) = away_notes(case, told.area, case.agencies)
    assert "has sent an automatic reply" in note
    assert "Callum Arkwright" in note
