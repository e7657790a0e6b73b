"""Staff answer a letter with labelled lines; what is plain is recorded, what is not is answered."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.core.cases.facts import case_from
from mailbot.core.model import AgencyCode, Case, Fact, FactKind, MessageKey
from mailbot.core.record.instruction_words import WaitingMail
from mailbot.core.record.instructions import AtHand, Instructions, example, read_instructions
from mailbot.core.record.labelled_lines import HEADS, looks_like_lines
from mailbot.core.written_days import read_day
from tests.core.builders import (
    HOSPITAL,
    POLICE,
    a_fact,
    an_area,
    day,
    moment,
    opening_facts,
)

NOW = moment("Fri 2026-12-04 11:00")
TODAY = NOW.date()
ASKED = (
    *opening_facts(),
    a_fact(FactKind.AGENCIES_CHOSEN, 3, agencies=["hospital", "police"]),
    a_fact(FactKind.INFORMATION_REQUESTED, 4, agency=HOSPITAL, round=1),
)
HELD = a_fact(
    FactKind.MEETING_HELD,
    20,
    happened=date(2026, 12, 3),
    present=["local-authority", "icb", "police", "chair"],
    quorate=True,
)


def a_case(*more: Fact, waiting: dict[AgencyCode, tuple[MessageKey, ...]] | None = None) -> Case:
    return case_from((*ASKED, *more), waiting=waiting or {})


def said(text: str, *more: Fact, **area: Any) -> Instructions:
    return read_instructions(
        text, now=NOW, by="robin.hale@bedford.example", area=an_area(**area), case=a_case(*more)
    )


def one(text: str, *more: Fact) -> Fact:
    read = said(text, *more)
    assert read.not_understood == ()
    (fact,) = read.facts
    return fact


def refused(text: str, *more: Fact) -> str:
    read = said(text, *more)
    assert read.facts == ()
    (sentence,) = read.not_understood
    return sentence


# --- criteria ---


CRITERIA = (
    "criteria: not met / decided on: 3 December / present: council, icb, police / "
    "chair consulted: yes / reasons: No sign of neglect."
)


@pytest.mark.parametrize(
    "text",
    [
        CRITERIA,
        CRITERIA.replace(" / ", "\n"),
        CRITERIA.replace(" / ", "\r\n").upper().replace("NO SIGN OF NEGLECT", "No sign of neglect"),
        "- " + CRITERIA.replace(" / ", "\n- "),
        (
            "• **Criteria:** not met\n• **Decided on:** 3/12/2026\n• Present: BBC, CCG and police\n"
            "• Chair consulted - Yes\n• Reasons – No sign of neglect."
        ),
        CRITERIA.replace(": ", ":\xa0").replace(" / ", "\xa0/\xa0"),
        f"Hi,\n\n{CRITERIA}\n\nThanks\nRobin",
        CRITERIA.replace("3 December", "yesterday"),
        CRITERIA.replace("3 December", "Thursday 3rd December"),
        CRITERIA.replace("No sign of", "No sign\nof"),
        (
            "* 1. criteria: not met\n2) decided on: 03.12.2026\n3) present: all three partners\n"
            "chair consulted: y\nreasons: No sign of neglect."
        ),
    ],
)
def test_criteria_in_the_forms_people_write(text: str) -> None:
    fact = one(text)
    assert fact.kind is FactKind.CRITERIA_DECIDED
    assert fact.happened == date(2026, 12, 3)
    assert fact.detail == {
        "outcome": "not-met",
        "reasons": "No sign of neglect.",
        "present": ["local-authority", "icb", "police"],
        "chair_consulted": True,
    }
    assert fact.recorded_by == "robin.hale@bedford.example"


def test_the_words_are_kept_and_the_answer_repeats_no_free_text() -> None:
    read = said(CRITERIA)
    assert "No sign of neglect." in read.facts[0].words
    assert read.recorded == (
        (
            "recorded: criteria not met; decided on Thu 3 December 2026; present: local authority, "
            "ICB, police; chair consulted: yes; with your reasons."
        ),
    )


@pytest.mark.parametrize(
    ("value", "outcome"),
    [
        ("met", "met"),
        ("Met.", "met"),
        ("are not met", "not-met"),
        ("No agreement", "no-agreement"),
        ("not agreed", "no-agreement"),
        ("yes", "met"),
        ("no", "not-met"),
    ],
)
def test_the_outcome_of_the_call(value: str, outcome: str) -> None:
    assert one(f"criteria: {value}").detail["outcome"] == outcome


@pytest.mark.parametrize(
    "text",
    [
        "criteria: met | not met | no agreement",
        "criteria: perhaps",
        "criteria: not sure",
        "criteria: met? not sure",
        "criteria: not yet met",
        "criteria: met / decided on: 31 November",
        "criteria: met / decided on: 12/25/2026",
        "criteria: met / decided on: Monday 3 December",
        "criteria: met / decided on: Thursday",
        "criteria: met / decided on: 7 December",
        "criteria: met / present: council, postman",
        "criteria: met / chair consulted: perhaps",
    ],
)
def test_what_is_not_plain_is_answered_with_an_example(text: str) -> None:
    assert example("criteria", TODAY) in refused(text)


def test_a_second_and_contradictory_decision_is_refused_and_says_how_to_correct_it() -> None:
    met = a_fact(FactKind.CRITERIA_DECIDED, 10, happened=date(2026, 12, 2), outcome="met")
    sentence = refused("criteria: not met", met)
    assert "recorded as met, decided on Wed 2 December 2026" in sentence
    assert "correct: criteria" in sentence


def test_a_correction_in_the_same_mail_makes_room_for_the_new_line() -> None:
    met = a_fact(FactKind.CRITERIA_DECIDED, 10, outcome="met")
    read = said("correct: criteria / why: a slip\ncriteria: not met", met)
    assert [fact.kind.value for fact in read.facts] == ["correction", "criteria-decided"]
    assert read.facts[0].detail == {"voids": 10, "why": "a slip"}


def test_saying_the_same_again_adds_what_was_left_open_and_nothing_else() -> None:
    met = one("criteria: met / decided on: 3 December")
    again = one("criteria: met / reasons: neglect", replace(met, number=10))
    assert (again.happened, again.detail["reasons"]) == (date(2026, 12, 3), "neglect")
    same = said("criteria: met", replace(met, number=10))
    assert (same.facts, same.not_understood) == ((), ())
    assert "already" in same.recorded[0]


def test_a_decision_follows_no_agreement() -> None:
    open_ = a_fact(FactKind.CRITERIA_DECIDED, 10, outcome="no-agreement")
    assert one("criteria: met", open_).detail["outcome"] == "met"


# --- agencies ---


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("agencies: as proposed", "council icb police hospital"),
        ("agencies: default", "council icb police hospital"),
        ("agencies: police, the Bedford General Hospital and CCG", "police hospital icb"),
        ("agencies: as proposed / add: Probation Service", "council icb police hospital probation"),
        ("agencies: as proposed / without: icb, police", "council hospital"),
        ("agencies: as proposed plus probation", "council icb police hospital probation"),
        ("agencies: as proposed without icb", "council police hospital"),
        ("add: probation", "hospital police probation"),
        ("without: police", "hospital"),
        ("agencies: police,\nhospital", "police hospital"),
        ("criteria: met\nadd: probation\nwithout: police", "hospital probation"),
    ],
)
def test_the_list_of_agencies_as_it_now_stands(text: str, codes: str) -> None:
    read = said(text)
    assert read.not_understood == ()
    assert read.facts[-1].detail["agencies"] == codes.split()


@pytest.mark.parametrize(
    "text",
    [
        "agencies: police, postman",
        "add: postman",
        "without: postman",
        "without: probation",
        "agencies: police / without: police",
    ],
)
def test_an_unknown_agency_stops_the_whole_list(text: str) -> None:
    sentence = refused(text)
    assert "postman" not in sentence


# --- meeting and held ---


@pytest.mark.parametrize(
    "text",
    [
        "meeting: Mon 7 December 10:00, Sun Inn, Bedford, CRG",
        "meeting: 7/12/2026 at 10am / where: Sun Inn, Bedford / kind: case review group",
        "meeting: Monday, 7th of December 2026, 10.00 / where: Sun Inn, Bedford / kind: CRG",
        "Meeting - 10:00 on December 7 at Sun Inn, Bedford (CRG)",
    ],
)
def test_a_meeting_is_arranged(text: str) -> None:
    fact = one(text)
    assert fact.kind is FactKind.MEETING_ARRANGED
    assert fact.detail["at"] == "2026-12-07T10:00:00+00:00"
    assert fact.detail["label"] == "CRG"
    assert "Sun Inn" in fact.detail["where"]


def test_a_meeting_in_summer_time_is_stored_in_utc() -> None:
    assert one("meeting: 1 April 2027 10:00").detail["at"] == "2027-04-01T09:00:00+00:00"


def test_a_second_date_moves_the_meeting_and_keeps_its_place() -> None:
    first = one("meeting: 7 December 10:00 / where: Town hall")
    moved = one("meeting: 8 December 14:00", replace(first, number=10))
    assert (moved.kind, moved.detail["where"]) == (FactKind.MEETING_MOVED, "Town hall")
    gone = one("meeting: cancelled", replace(first, number=10))
    assert gone.kind is FactKind.MEETING_CANCELLED


@pytest.mark.parametrize(
    "text",
    [
        "meeting: 3 December 10:00",
        "meeting: today 10:00",
        "meeting: Tue 7 December",
        "meeting: soon",
        "meeting: cancelled",
        "meeting: 30 February",
    ],
)
def test_a_meeting_that_cannot_be_is_not_recorded(text: str) -> None:
    assert example("meeting", TODAY) in refused(text)


@pytest.mark.parametrize(
    ("present", "quorate"),
    [
        ("council, icb, police, chair", True),
        ("local authority, health, police and the independent chair", True),
        ("Bedford Borough Council (deputy), CCG, police; scrutineer, hospital", True),
        ("council, icb, police", False),
        ("council, icb, chair, hospital", False),
    ],
)
def test_a_meeting_is_quorate_with_three_partners_and_the_chair(
    present: str, quorate: bool
) -> None:
    fact = one(f"held: 3 December / present: {present}")
    assert (fact.kind, fact.detail["quorate"]) == (FactKind.MEETING_HELD, quorate)
    assert fact.happened == date(2026, 12, 3)


def test_a_meeting_that_is_not_quorate_says_who_was_missing() -> None:
    assert "missing: chair" in said("held: today / present: council, icb, police").recorded[0]


@pytest.mark.parametrize(
    "text",
    ["held: 7 December / present: police", "held: 3 December", "held: yes / present: police"],
)
def test_a_meeting_that_has_not_been_is_not_recorded_as_held(text: str) -> None:
    assert example("held", TODAY) in refused(text)


# --- decision ---


def test_a_decision_takes_day_and_quorum_from_the_meeting() -> None:
    fact = one("decision: review / local / criteria found: met / reasons: a / learning: b", HELD)
    assert fact.happened == date(2026, 12, 3)
    assert fact.detail == {
        "review": True,
        "scope": "local",
        "next": "practice-review",
        "reasons": "a",
        "learning": "b",
        "criteria_found": "met",
        "quorate": True,
    }


@pytest.mark.parametrize(
    ("text", "review", "following"),
    [
        ("decision: no review / next: audit", False, "audit"),
        ("decision: no further action", False, "no-further-action"),
        ("decision: no review, NFA", False, "no-further-action"),
        ("decision: learning review", False, "learning-review"),
        ("decision: local child safeguarding practice review", True, "practice-review"),
        ("decision: national review", True, "practice-review"),
        ("decision: no review", False, ""),
    ],
)
def test_what_was_decided(text: str, review: bool, following: str) -> None:
    detail = one(text, HELD).detail
    assert (detail["review"], detail["next"]) == (review, following)


@pytest.mark.parametrize(
    "text",
    [
        "decision: review / next: no further action",
        "decision: no review / next: practice review",
        "decision: review not needed",
        "decision: review / local / national",
        "decision: later",
        "decision: review / criteria found: perhaps",
        "decision: review / decided on: 9 December",
    ],
)
def test_a_decision_that_contradicts_itself_is_not_recorded(text: str) -> None:
    assert example("decision", TODAY) in refused(text, HELD)


def test_a_decision_without_a_quorate_meeting_is_kept_and_marked() -> None:
    read = said("decision: review")
    assert read.facts[0].detail["quorate"] is False
    assert "confirm" in read.recorded[0]
    both = said("held: 3 December / present: council, icb, police, chair\ndecision: review")
    assert both.facts[1].detail["quorate"] is True


def test_a_contradictory_second_decision_is_refused() -> None:
    first = replace(one("decision: review", HELD), number=21)
    assert "correct: decision" in refused("decision: no review", HELD, first)


# --- the small ones ---


def test_the_small_instructions() -> None:
    loose = a_fact(FactKind.REVIEW_DECIDED, 20, review=True, quorate=False)
    table = {
        "panel notified: 3 December / reference: SIN 12": ("panel-notified", "reference", "SIN 12"),
        "confirm: Lee Marlow, rang all three": ("decision-confirmed", "why", "rang all three"),
        "panel answer: agrees, no further questions": ("panel-answered", "answer", "agrees"),
        "panel answer: disagrees": ("panel-answered", "answer", "disagrees"),
        "panel answer: asks for more / until: 15 January": (
            "panel-answered",
            "until",
            "2027-01-15",
        ),
        "submission sent: today": ("submission-sent", "evidence", "staff"),
        "ask again: police": ("agency-added", "again", True),
        "excuse: police, no records": ("agency-excused", "why", "no records"),
        "extend: police until 9 December, sick": ("extension-granted", "until", "2026-12-09"),
        "extend: police / until: 9 December / why: sick": ("extension-granted", "why", "sick"),
        "withdraw: not this child": ("withdrawn", "why", "not this child"),
        "close: learning shared": ("case-closed", "outcome", "learning shared"),
        "note: rang the school": ("note", "text", "rang the school"),
    }
    for text, (kind, key, value) in table.items():
        fact = one(text, loose)
        assert (fact.kind.value, fact.detail[key]) == (kind, value), text
    assert one("report circulated: 3 December").kind is FactKind.REPORT_CIRCULATED
    assert one("signed off: 3/12").kind is FactKind.PARTNERS_SIGNED_OFF


@pytest.mark.parametrize(
    ("text", "kind", "detail"),
    [
        ("further information sent: 3 December", "further-information-sent", {}),
        ("board informed: 3 December", "board-informed", {}),
        ("authority aware: 3 December", "authority-aware", {}),
        ("safety: all are safe", "safety-prompt-answered", {"answer": "all are safe"}),
        (
            "lateness reason: panel notified, the service was down, twice",
            "lateness-reason",
            {"clock": "notify-panel", "reason": "the service was down, twice"},
        ),
        (
            "lateness reason: the submission, leave",
            "lateness-reason",
            {"clock": "submission", "reason": "leave"},
        ),
        (
            "view: police not met, too little known",
            "partner-view",
            {"role": "police", "view": "not-met", "reasons": "too little known"},
        ),
        (
            "view: council: met",
            "partner-view",
            {"role": "local-authority", "view": "met", "reasons": ""},
        ),
    ],
)
def test_what_staff_report_in_a_line(text: str, kind: str, detail: dict[str, str]) -> None:
    fact = one(text)
    assert (fact.kind.value, fact.detail) == (kind, detail)
    if "3 December" in text:
        assert fact.happened == date(2026, 12, 3)


def test_every_partners_view_is_kept_and_each_can_be_corrected() -> None:
    read = said("view: police not met\nview: icb met\nview: chair met")
    assert [f.detail["role"] for f in read.facts] == ["police", "icb", "chair"]
    old = a_fact(FactKind.PARTNER_VIEW, 30, role="police", view="met")
    assert one("correct: view / why: a slip", old).detail == {"voids": 30, "why": "a slip"}


@pytest.mark.parametrize("found", ["", "not-met"])
def test_a_review_in_a_case_whose_criteria_are_not_met_needs_a_word_on_them(found: str) -> None:
    not_met = a_fact(FactKind.CRITERIA_DECIDED, 10, outcome="not-met")
    sentence = refused("decision: review / reasons: r", not_met, HELD)
    assert "criteria found: met" in sentence
    assert one("decision: review / criteria found: met", not_met, HELD).detail["review"] is True
    assert one("decision: no review / next: audit", not_met, HELD).detail["review"] is False
    before = a_fact(FactKind.REVIEW_DECIDED, 21, review=True, criteria_found=found, quorate=False)
    again = said("decision: review / reasons: r", not_met, HELD, before)
    assert bool(again.facts) == bool(found)


@pytest.mark.parametrize(
    ("text", "tries"),
    [
        ("Thanks, will do.", False),
        ("", False),
        ("I shall ring the police about the criteria", False),
        ("criteria not met", True),
        ("Hello,\n\n> * Agencies as proposed\nRobin", True),
        ("closing time is at five", False),
    ],
)
def test_a_line_that_begins_like_one_of_ours_was_meant_as_one(text: str, tries: bool) -> None:
    assert looks_like_lines(text) is tries


@pytest.mark.parametrize(
    "text",
    [
        "view: police",
        "view: police, icb not met",
        "view: postman met",
        "view: hospital met",
        "safety:",
        "lateness reason: submission",
        "lateness reason: the weather, rain",
        "board informed: tomorrow",
        "dealt with: police",
        "dealt with: postman",
        "dealt with: 0123abcd",
        "extend: police until 3 December, sick",
        "extend: police until 9 December",
        "extend: probation until 9 December, sick",
        "excuse: police",
        "confirm: somebody, why",
        "return: police",
        "return: probation nil",
        "withdraw:",
        "panel notified: 9 December",
        "stop: everything",
        "reopen: why not",
        "correct: decision / why: x",
        "correct: decision",
        "panel answer: hm",
    ],
)
def test_a_small_instruction_that_is_not_plain_is_refused(text: str) -> None:
    assert "For example" in refused(text)


def test_stop_is_a_flag() -> None:
    for text in ("stop: requests", "STOP", "Stop requests.\n\nThanks"):
        read = said(text)
        assert (read.stop_requests, read.facts, read.not_understood) == (True, (), ())


# --- many lines, and none ---


def test_one_bad_line_does_not_stop_the_others() -> None:
    read = said("criterai: met\nnote: one\nmeeting: never\nnote: two")
    assert [fact.detail["text"] for fact in read.facts] == ["one", "two"]
    assert len(read.not_understood) == 2


def test_a_detail_that_stands_nowhere_is_named() -> None:
    assert "where" in refused("where: Town hall")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Thanks, I will look tomorrow.",
        "Hi Lee,\n\nTel: 01234 000000\nRobin",
        "See https://x.example",
    ],
)
def test_ordinary_mail_is_no_instruction(text: str) -> None:
    assert not said(text).found


def test_sentences_never_repeat_what_was_written() -> None:
    secret = "Robyn Ashdown"
    lines = [f"{head}: {secret}" for head in HEADS if head != "note"]
    read = said("\n\n".join([*lines, f"note: {secret}", f"criteria: met / present: {secret}"]))
    assert not any(
        secret.casefold() in s.casefold() for s in (*read.recorded, *read.not_understood)
    )


#: Their examples name what only a whole area has: another case, a clock that runs.
OF_MORE_THAN_A_CASE = {"merge", "separate", "explain"}


@pytest.mark.parametrize("today", ["Mon 2026-12-14", "Sat 2026-12-26", "Fri 2027-07-30"])
@pytest.mark.parametrize("head", sorted(HEADS.keys() - OF_MORE_THAN_A_CASE))
def test_every_example_is_accepted_on_the_day_it_is_read(head: str, today: str) -> None:
    read = _copied(example(head, day(today)), head, moment(f"{today} 09:00"))
    assert read.not_understood == ()
    assert read.found


@pytest.mark.parametrize("head", sorted(HEADS.keys() - OF_MORE_THAN_A_CASE))
def test_an_example_without_a_day_is_accepted_on_any(head: str) -> None:
    assert _copied(example(head), head, moment("Wed 2027-03-31 16:00")).not_understood == ()


def test_an_example_proposes_no_meeting_at_a_weekend() -> None:
    assert "Mon 4 January 2027" in example("meeting", day("Sat 2026-12-26"))
    assert "Mon 21 December 2026" in example("meeting", day("Mon 2026-12-14"))


def _copied(text: str, head: str, now: datetime) -> Instructions:
    """What an example records when it is copied into an answer, in a case for which it fits."""
    received = (
        [replace(f, happened=now) for f in opening_facts()[-1:]] if head == "incident" else ()
    )
    facts = (*opening_facts()[:-1], *received) if received else opening_facts()
    mail = WaitingMail(key=MessageKey("a1"), received_at=now, agency=POLICE, only_here=True)
    area = an_area()
    trusts = [replace(a, provider_trust=a.code == HOSPITAL) for a in area.agencies]
    return read_instructions(
        text,
        now=now,
        by="x@y.example",
        area=replace(area, agencies=tuple(trusts)),
        case=case_from((*facts, *ASKED[len(facts) :], *_fitting(head, now))),
        at_hand=AtHand(waiting=(mail,)),
    )


def _fitting(head: str, now: datetime) -> tuple[Fact, ...]:
    """What a case must have for an example to say something about it."""
    loose = a_fact(FactKind.REVIEW_DECIDED, 20, review=False, quorate=False)
    note = a_fact(FactKind.NOTE, 30)
    first = a_case().first(FactKind.NOTIFICATION_RECEIVED)
    again: dict[str, Any] = {"restates": first.number if first else 0}
    began = FactKind.NOTIFICATION_RECEIVED
    ahead = (now + timedelta(days=7)).isoformat()
    return {
        "reopen": (a_fact(FactKind.CASE_CLOSED, 30),),
        "confirm": (note, loose),
        "correct": (note, loose),
        "dfe notified": (a_fact(began, 21, beginning="care-leaver-death", **again),),
        "confirm copy": (a_fact(began, 21, beginning="authority-copy", **again),),
        "attendance": (a_fact(FactKind.MEETING_ARRANGED, 22, at=ahead),),
        "chair consulted": (a_fact(FactKind.CRITERIA_DECIDED, 20, outcome="met", present=[]),),
        "release": (a_fact(FactKind.HELD, 20, agency=POLICE, reason="why"),),
        "report": (
            a_fact(FactKind.NHS_INCIDENT_FLAGGED, 20, framework="sif", trusts=["hospital"]),
        ),
    }.get(head, (note,))


@given(st.text())
def test_any_text_can_be_read(text: str) -> None:
    said(text)


@given(st.sampled_from(sorted(HEADS)), st.text(max_size=60))
def test_any_value_can_be_read(head: str, value: str) -> None:
    said(f"{head}: {value}")


# --- days ---


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("3 December", date(2026, 12, 3)),
        ("Thu 3rd Dec 2026", date(2026, 12, 3)),
        ("3.12.26", date(2026, 12, 3)),
        ("3/12", date(2026, 12, 3)),
        ("2026-12-03", date(2026, 12, 3)),
        ("December 3, 2026", date(2026, 12, 3)),
        ("5 January", date(2027, 1, 5)),
        ("today", date(2026, 12, 4)),
        ("tomorrow (Saturday)", date(2026, 12, 5)),
        ("29 February", None),
        ("29/2/2027", None),
        ("13/13/2026", None),
        ("Friday", None),
        ("", None),
        ("Wednesday 3 December", None),
        ("3 December (Wed)", None),
    ],
)
def test_days_as_people_write_them(text: str, day: date | None) -> None:
    read = read_day(text, today=TODAY)
    assert read.day == day
    assert bool(read.fault) == (day is None)


@given(st.dates(date(2001, 1, 1), date(2098, 12, 31)))
def test_every_day_is_read_back_in_each_form(day: date) -> None:
    for written in (
        f"{day:%d/%m/%Y}",
        f"{day:%A} {day.day} {day:%B %Y}",
        f"{day:%a} {day.day}/{day.month}/{day:%y}",
        day.isoformat(),
    ):
        assert read_day(written, today=TODAY).day == day
