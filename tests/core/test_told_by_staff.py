"""What staff record around the five instructions, and what is refused with the reason.

Fri 4 December 2026, 11:00, in a case whose notification came on Mon 23 November.
"""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.core.cases.facts import case_from
from mailbot.core.cases.holds import holds_of, releases_due
from mailbot.core.letters.checklist import checklist
from mailbot.core.letters.further_submission import asked_for_more
from mailbot.core.mail.outside_mail import asks_for_time, wished_for
from mailbot.core.model import AgencyCode, Case, Fact, FactKind
from mailbot.core.record.clock_words import clock_named
from mailbot.core.record.commissioning import steps_missing
from mailbot.core.record.consulted import chair_consulted
from mailbot.core.written_days import read_day
from tests.core.builders import POLICE, a_fact, a_message, an_area, day, moment
from tests.core.test_instructions import ASKED, NOW, TODAY, one, refused, said

MET = a_fact(FactKind.CRITERIA_DECIDED, 10, outcome="met", present=[], chair_consulted=None)
NOT_MET = a_fact(FactKind.CRITERIA_DECIDED, 10, outcome="not-met", present=[])
REVIEW = a_fact(
    FactKind.REVIEW_DECIDED, 20, review=True, next="practice-review", quorate=True, reasons=""
)
NO_REVIEW = a_fact(FactKind.REVIEW_DECIDED, 20, review=False, next="no-further-action")


def a_case(*more: Fact) -> Case:
    return case_from((*ASKED, *more))


# --- clocks -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "clock", "anchor"),
    [
        ("count: submission from 20 November, the copy came late", "submission", "2026-11-20"),
        (
            "count: panel notified from notification received, agreed",
            "notify-panel",
            "notification-received",
        ),
        (
            "count: the outcome clock / from: incident occurred / why: agreed",
            "outcome-recorded",
            "incident-occurred",
        ),
    ],
)
def test_a_clock_is_counted_from_another_day_or_fact_with_the_reason(
    line: str, clock: str, anchor: str
) -> None:
    fact = one(line)
    assert fact.kind is FactKind.CLOCK_REANCHORED
    assert (fact.detail["clock"], fact.detail["anchor"]) == (clock, anchor)
    assert fact.detail["reason"]


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("count: submision from 20 November, why", "the nearest is “submission”"),
        ("count: teatime from 20 November, why", "there is no clock of that name"),
        ("count: returns from 20 November, why", "“extend:”"),
        ("count: submission from panel notified, why", "nothing is recorded as “panel notified”"),
        ("count: submission from 31 June, why", "31 June does not exist: June has 30 days"),
        ("count: submission from 20 November", "say why"),
        ("lateness reason: submision, why", "the nearest is “submission”"),
    ],
)
def test_an_unknown_clock_or_day_is_refused_with_what_there_is(line: str, why: str) -> None:
    assert why in refused(line)


@given(st.text(max_size=60))
def test_any_words_can_be_asked_for_a_clock(text: str) -> None:
    found = clock_named(text)
    assert found is None or found == found.strip()


# --- the incident -----------------------------------------------------------------------------


def test_a_corrected_day_of_the_incident_is_accepted_and_says_what_was_recorded() -> None:
    read = said("incident: 18 November")
    (fact,) = read.facts
    assert (fact.kind, fact.happened) == (FactKind.INCIDENT_OCCURRED, day("Wed 2026-11-18"))
    assert "not on Fri 20 November 2026 as was recorded before" in read.recorded[0]
    assert case_from((*ASKED, replace(fact, number=30))).incident_on == day("Wed 2026-11-18")


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("incident: 9 December", "lies ahead; the incident is recorded as Fri 20 November 2026"),
        ("incident: 25 November", "the notification came on Mon 23 November 2026"),
        ("incident: 31 June", "31 June does not exist"),
        ("incident: 29 February 2027", "February 2027 has 28 days"),
    ],
)
def test_an_impossible_day_of_the_incident_is_refused_with_what_is_recorded(
    line: str, why: str
) -> None:
    assert why in refused(line)


# --- the Panel --------------------------------------------------------------------------------


def test_a_panel_notified_before_the_criteria_are_decided_is_recorded_and_flagged() -> None:
    read = said("panel notified: 24 November")
    assert len(read.facts) == 1
    assert "the criteria are not decided yet" in read.recorded[0]
    assert "criteria" not in said("panel notified: 24 November", MET).recorded[0]
    assert "recorded as not met" in said("panel notified: 24 November", NOT_MET).recorded[0]


def test_a_panel_notified_before_the_incident_is_recorded_and_flagged() -> None:
    read = said("panel notified: 19 November", MET)
    assert len(read.facts) == 1
    assert "before the incident, recorded as Fri 20 November 2026" in read.recorded[0]


def test_the_panel_asks_more_than_once_and_each_is_settled_by_what_is_sent_after_it() -> None:
    first = a_fact(FactKind.PANEL_ANSWERED, 30, answer="asks-for-more")
    unread = a_fact(FactKind.PANEL_ANSWERED, 31, answer="unread")
    sent = a_fact(FactKind.FURTHER_INFORMATION_SENT, 32)
    second = a_fact(FactKind.PANEL_ANSWERED, 33, answer="asks-for-more")
    final = a_fact(FactKind.PANEL_ANSWERED, 34, answer="agrees")
    assert asked_for_more(a_case(first)) == first
    assert asked_for_more(a_case(first, unread)) == first
    assert asked_for_more(a_case(first, sent)) is None
    assert asked_for_more(a_case(first, sent, second)) == second
    assert asked_for_more(a_case(first, final)) is None


# --- after the decision -----------------------------------------------------------------------


def test_steps_of_commissioning_are_recorded_and_the_rest_is_asked_for() -> None:
    facts = said("commissioning: author and panel / 3 December", REVIEW).facts
    assert [f.detail["step"] for f in facts] == ["author", "panel"]
    assert {f.happened for f in facts} == {day("Thu 2026-12-03")}
    done = [replace(f, number=40 + n) for n, f in enumerate(facts)]
    assert steps_missing(a_case(REVIEW)) == [
        "author",
        "panel",
        "methodology",
        "terms of reference",
    ]
    assert steps_missing(a_case(REVIEW, *done)) == ["methodology", "terms of reference"]
    assert steps_missing(a_case(NO_REVIEW)) == []


def test_nothing_is_commissioned_after_no_further_action_and_the_other_way_round() -> None:
    assert "the decision recorded is no further action" in refused(
        "commissioning: author", NO_REVIEW
    )
    assert "the decision recorded is a practice review" in refused(
        "no further action: today", REVIEW
    )
    assert one("no further action: 3 December", NO_REVIEW).happened == day("Thu 2026-12-03")
    assert "correct: decision" in refused("commissioning: author", NO_REVIEW)


def test_the_chairs_consultation_may_be_told_after_the_decision_and_decides_nothing_anew() -> None:
    fact = one("chair consulted: yes / comment: agrees with the partners", MET)
    assert fact.kind is FactKind.NOTE
    case = a_case(MET, replace(fact, number=30))
    assert chair_consulted(case).known is True
    assert chair_consulted(case).comment == "agrees with the partners"
    assert case.last(FactKind.CRITERIA_DECIDED) == MET
    listed = checklist(case, (), an_area(), today=TODAY)
    assert "Whether the chair was consulted on the criteria" in listed["there"]
    assert "not decided yet" in refused("chair consulted: yes")


@pytest.mark.parametrize(
    ("line", "about"),
    [
        ("note: coroner: the inquest is opened", "coroner"),
        ("note: police: they ask us to wait", "police"),
        ("note: another area: the family moved", "another-area"),
        ("note: disclosure: not to the family", "disclosure"),
        ("learning: ring back the same day", "learning"),
        ("note: we will ring at ten: then write", ""),
    ],
)
def test_a_note_says_what_it_is_about(line: str, about: str) -> None:
    fact = one(line)
    assert (fact.kind, fact.detail["about"]) == (FactKind.NOTE, about)
    assert fact.detail["text"]


# --- views, extensions, closing ---------------------------------------------------------------


def test_that_the_partners_do_not_agree_is_confirmed_in_a_sentence() -> None:
    read = said("criteria: no agreement / decided on: today / present: council, icb, police")
    assert read.recorded[0].startswith("recorded: no agreement on the criteria; decided on")


def test_two_partners_who_differ_are_said_to_and_decide_nothing() -> None:
    first = a_fact(FactKind.PARTNER_VIEW, 10, role="icb", view="met")
    read = said("view: police not met, too little known", first)
    assert "it differs from the view of the ICB" in read.recorded[0]
    assert "criteria: no agreement" in read.recorded[0]
    assert "differs" not in said("view: police met", first).recorded[0]


def test_an_extension_says_who_granted_it_and_what_lies_before_it() -> None:
    meeting = a_fact(FactKind.MEETING_ARRANGED, 20, at="2026-12-08", label="rapid review")
    read = said("extend: police until 10 December, short of people / who: Kim Archer", meeting)
    (fact,) = read.facts
    assert (fact.detail["who"], fact.agency) == ("Kim Archer", POLICE)
    assert "the meeting is before that, on Tue 8 December 2026" in read.recorded[0]
    assert one("extend: police until 7 December, why").detail["who"] == "robin.hale@bedford.example"
    assert "has passed" in refused("extend: police until 3 December, why")


def test_an_unknown_agency_is_answered_with_the_nearest_names() -> None:
    sentence = refused("excuse: bedford generl hospital, why")
    assert "the nearest: Hospital (hospital)" in sentence
    assert "generl" not in sentence


def test_a_return_that_came_before_the_request_is_recorded_and_flagged() -> None:
    asked = a_fact(
        FactKind.INFORMATION_REQUESTED,
        12,
        agency=POLICE,
        round=1,
        happened=moment("Wed 2026-12-02 10:00"),
    )
    read = said("return: police nil / received on: 1 December", asked)
    assert len(read.facts) == 1
    assert "before we asked on Wed 2 December 2026" in read.recorded[0]


# --- holds ------------------------------------------------------------------------------------


def test_a_hold_ends_on_its_day_and_only_its_own() -> None:
    whole = a_fact(FactKind.HELD, 30, reason="why", until="2026-12-07")
    police = a_fact(FactKind.HELD, 31, reason="why", until="", agency=POLICE)
    case = a_case(whole, police)
    assert [h.agency for h in holds_of(case)] == [None, POLICE]
    assert releases_due(case, now=NOW, today=day("Sun 2026-12-06")) == ()
    (released,) = releases_due(case, now=NOW, today=day("Mon 2026-12-07"))
    assert (released.kind, released.agency) == (FactKind.RELEASED, None)
    after = a_case(whole, police, replace(released, number=32))
    assert [h.agency for h in holds_of(after)] == [POLICE]


@given(
    st.lists(st.tuples(st.booleans(), st.sampled_from([None, "police", "hospital"])), max_size=8)
)
def test_what_is_held_is_what_was_last_said_of_it(acts: list[tuple[bool, str | None]]) -> None:
    facts = [
        a_fact(
            FactKind.HELD if held else FactKind.RELEASED,
            30 + number,
            agency=AgencyCode(code) if code else None,
            reason="why",
        )
        for number, (held, code) in enumerate(acts)
    ]
    last = {code: held for held, code in acts}
    expected = {code for code, held in last.items() if held}
    case = a_case(*facts)
    assert {hold.agency for hold in holds_of(case)} == expected
    assert bool(case.held_reason) == (None in expected)


# --- agencies that ask for more time ----------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "until"),
    [
        ("Could we have until Friday 11 December, please?", "Fri 2026-12-11"),
        ("Can we have an extension until Friday?", "Fri 2026-12-11"),
        ("Can we have more time?", None),
        ("Could we have until today?", None),
        ("We cannot return it in time; the child was born on 2 April 2019.", None),
    ],
)
def test_the_day_an_agency_asks_for_is_read_if_it_lies_ahead_and_is_near(
    text: str, until: str | None
) -> None:
    message = a_message(text=text, typed_text=text)
    assert asks_for_time(message)
    assert wished_for(message, TODAY) == (day(until) if until else None)


@given(st.text(max_size=200), st.dates(date(2026, 1, 1), date(2027, 12, 1)))
def test_a_day_that_is_wished_for_is_always_near_and_ahead(text: str, today: date) -> None:
    found = wished_for(a_message(text=text, typed_text=text), today)
    assert found is None or today < found <= today + timedelta(days=60)


@given(st.text(max_size=80), st.dates(date(2026, 1, 1), date(2027, 12, 1)))
def test_a_day_that_is_not_there_always_has_a_reason(text: str, today: date) -> None:
    written = read_day(text, today=today)
    assert (written.day is None) == bool(written.fault)


# --- what is recorded and flagged -------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "flag"),
    [
        (
            "criteria: met / decided on: 1 November 2026 / present: council, ICB, police",
            "that is before the incident, recorded as",
        ),
        ("criteria: met / present: council, ICB", "not recorded as present: police"),
        ("authority aware: 1 November 2026", "that is before the incident, recorded as"),
        ("submission sent: 4 December 2026", "no decision of the meeting is recorded yet"),
        ("meeting: Sun 6 December 2026 10:00", "that is no working day (weekend)"),
        ("meeting: Fri 25 December 2026 10:00", "that is no working day (Christmas Day)"),
    ],
)
def test_what_is_odd_is_recorded_and_flagged(line: str, flag: str) -> None:
    read = said(line)
    assert len(read.facts) == 1
    assert flag in " ".join(read.recorded)


@pytest.mark.parametrize(
    "line",
    [
        "criteria: met / decided on: 24 November 2026 / present: council, ICB, police",
        "authority aware: 24 November 2026",
        "meeting: Mon 7 December 2026 10:00",
    ],
)
def test_what_is_not_odd_is_not_flagged(line: str) -> None:
    words = " ".join(said(line).recorded)
    assert "before the incident" not in words
    assert "not recorded as present" not in words
    assert "no working day" not in words


def test_a_meeting_held_on_a_day_ahead_is_refused_with_what_is_recorded() -> None:
    assert "lies ahead; no meeting is arranged" in refused("held: 8 December 2026 / present: chair")
