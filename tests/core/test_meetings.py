"""Meetings: proposed on days that satisfy every clock, answered, moved, called off, in doubt."""

from dataclasses import replace
from datetime import date, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.core.cases.attendance import (
    Answered,
    answers_by_role,
    answers_in,
    attendance_words,
    event_key,
    in_doubt,
)
from mailbot.core.letters.desk import Desk
from mailbot.core.letters.letters import no_longer_wanted
from mailbot.core.letters.meeting_days import limits_of, proposal_for, satisfies, wants_a_meeting
from mailbot.core.letters.meeting_letters import meeting_questions, upcoming
from mailbot.core.model import (
    Basis,
    CalendarItem,
    ClockState,
    FactKind,
    LetterKind,
    Link,
    Message,
    MessageClass,
    Period,
    Role,
    Scheduled,
)
from mailbot.core.record.instructions import read_instructions
from mailbot.core.record.own_invitations import fact_of_invitation
from mailbot.core.references import nonce_for
from tests.core.builders import CASE, a_message
from tests.core.cases import at, day
from tests.core.letter_stories import CALENDAR, Story, a_busy_area, addresses, of_kind, queued

K = LetterKind
TEN = "2026-12-03T10:00:00+00:00"  # Thu 3 December
ALL = ("council", "icb", "police", "hospital", "school")
POLICE = "delegate@police.example"


def decided(outcome: str = "met", **area: Any) -> Story:
    """A case whose criteria are decided on Tue 24 November, and whose agencies are asked."""
    story = Story(area=a_busy_area(**area)).opens()
    story.due("Mon 23 Nov 2026 10:01")
    story.decides(outcome).chooses(*ALL)
    return story


def arranged(when: str = TEN) -> Story:
    """The same, with a meeting arranged on Wed 25 November."""
    story = decided()
    story.fact(FactKind.MEETING_ARRANGED, "Wed 25 Nov 2026 10:00", at=when, label="rapid review")
    return story


def desk_of(story: Story, when: str) -> Desk:
    now = at(when)
    return Desk(case=story.case(), clocks=story.clocks(now), office=story.office, now=now)


# --- proposals --------------------------------------------------------------------------------


def test_once_the_criteria_are_decided_staff_get_three_days_that_satisfy_every_clock() -> None:
    (letter,) = of_kind(decided().due("Tue 24 Nov 2026 11:00"), K.MEETING_TO_ARRANGE)
    # Asked on Tue 24 Nov, information is due on Tue 1 Dec; the submission on Mon 14 Dec, so the
    # meeting by Mon 7 Dec, five working days before.
    assert letter.words["due"] == "Mon 7 Dec 2026"
    assert [d["day"] for d in letter.words["days"]] == [
        "Wed 2 Dec 2026",
        "Thu 3 Dec 2026",
        "Fri 4 Dec 2026",
    ]
    assert letter.words["lines"][0] == "meeting: Wed 2 December 2026 10:00 / kind: rapid review"


@pytest.mark.parametrize("outcome", ["met", "not-met"])
def test_every_line_it_offers_is_accepted(outcome: str) -> None:
    story = decided(outcome)
    (letter,) = of_kind(story.due("Tue 24 Nov 2026 11:00"), K.MEETING_TO_ARRANGE)
    for line in letter.words["lines"]:
        read = read_instructions(
            line, now=at("Tue 24 Nov 2026 12:00"), by="x", area=story.area, case=story.case()
        )
        (fact,) = read.facts
        assert fact.kind is FactKind.MEETING_ARRANGED


def test_nobody_is_asked_to_arrange_what_is_arranged_or_undecided() -> None:
    story = Story().opens()
    assert not of_kind(story.due("Mon 23 Nov 2026 10:01"), K.MEETING_TO_ARRANGE)
    story.decides("no-agreement")
    assert not of_kind(story.due("Tue 24 Nov 2026 11:00"), K.MEETING_TO_ARRANGE)
    assert not of_kind(arranged().due("Wed 25 Nov 2026 10:01"), K.MEETING_TO_ARRANGE)


def test_a_cancelled_meeting_is_to_be_arranged_anew_and_each_time_is_said_once() -> None:
    story = decided()
    assert of_kind(story.due("Tue 24 Nov 2026 11:00"), K.MEETING_TO_ARRANGE)
    assert not of_kind(story.due("Tue 24 Nov 2026 12:00"), K.MEETING_TO_ARRANGE)
    story.fact(FactKind.MEETING_ARRANGED, "Wed 25 Nov 2026 10:00", at=TEN)
    story.fact(FactKind.MEETING_CANCELLED, "Thu 26 Nov 2026 10:00")
    (letter,) = of_kind(story.due("Thu 26 Nov 2026 10:01"), K.MEETING_TO_ARRANGE)
    assert letter.words["days"]


def test_a_group_within_ten_working_days_that_leaves_time_for_the_report_is_used() -> None:
    early, fit, late = (
        Scheduled(at=at("Thu 26 Nov 2026 10:00"), where="Room 1"),
        Scheduled(at=at("Thu 3 Dec 2026 14:00"), where="Room 2"),
        Scheduled(at=at("Thu 10 Dec 2026 10:00")),
    )
    story = decided(review_groups=(early, fit, late))
    (letter,) = of_kind(story.due("Tue 24 Nov 2026 11:00"), K.MEETING_TO_ARRANGE)
    assert letter.words["lines"] == [
        "meeting: Thu 3 December 2026 14:00 / where: Room 2 / kind: CRG"
    ]
    only_early = decided(review_groups=(early, late))
    (letter,) = of_kind(only_early.due("Tue 24 Nov 2026 11:00"), K.MEETING_TO_ARRANGE)
    assert letter.words["before_returns"]
    too_late = decided(review_groups=(late,))
    (letter,) = of_kind(too_late.due("Tue 24 Nov 2026 11:00"), K.MEETING_TO_ARRANGE)
    assert (letter.words["group"], len(letter.words["days"])) == ("", 3)


def test_where_no_day_satisfies_everything_it_says_which_clock_and_the_least_bad_day() -> None:
    story = Story(area=a_busy_area()).opens()
    story.due("Mon 23 Nov 2026 10:01")
    story.decides(when="Mon 30 Nov 2026 11:00").chooses(*ALL, when="Mon 30 Nov 2026 11:00")
    (letter,) = of_kind(story.due("Mon 30 Nov 2026 11:00"), K.MEETING_TO_ARRANGE)
    # Asked on Mon 30 Nov, information is due on Mon 7 Dec: the very day of the last meeting.
    assert letter.words["days"] == []
    assert "by Mon 7 Dec 2026" in letter.words["why_not"]
    assert "is due only on Mon 7 Dec 2026" in letter.words["why_not"]
    assert letter.words["least_bad"] == "Mon 7 Dec 2026"
    assert letter.words["lines"] == ["meeting: Mon 7 December 2026 10:00 / kind: rapid review"]


def test_a_meeting_that_is_overdue_is_proposed_for_the_next_working_day() -> None:
    story = Story(area=a_busy_area()).opens()
    story.decides(when="Fri 11 Dec 2026 11:00")
    (letter,) = of_kind(story.due("Fri 11 Dec 2026 11:00"), K.MEETING_TO_ARRANGE)
    assert "can no longer be met" in letter.words["why_not"]
    assert letter.words["least_bad"] == "Mon 14 Dec 2026"


def test_days_on_which_an_agency_is_closed_are_said() -> None:
    away = Period(first=day("Wed 2 Dec 2026"), last=day("Thu 3 Dec 2026"), why="inset days")
    area = a_busy_area()
    agencies = tuple(replace(a, closed=(away,)) if a.code == "school" else a for a in area.agencies)
    story = decided(agencies=agencies)
    (letter,) = of_kind(story.due("Tue 24 Nov 2026 11:00"), K.MEETING_TO_ARRANGE)
    assert [bool(d["closed"]) for d in letter.words["days"]] == [True, True, False]


def test_a_non_serious_case_is_put_before_the_next_group() -> None:
    group = Scheduled(at=at("Thu 21 Jan 2027 10:00"), where="Room 1")
    story = Story(area=a_busy_area(review_groups=(group,))).opens(beginning="non-serious")
    (letter,) = of_kind(story.due("Mon 23 Nov 2026 10:01"), K.MEETING_TO_ARRANGE)
    assert letter.words["group"] == "10:00 on Thu 21 Jan 2027"
    assert letter.words["due"] == ""
    assert not wants_a_meeting(
        desk_of(Story().opens(beginning="non-serious"), "Mon 23 Nov 2026 10:01")
    )


STARTS = st.dates(date(2026, 2, 1), date(2027, 8, 31))


@given(
    STARTS,
    st.integers(0, 6),
    st.sampled_from(["met", "not-met"]),
    st.lists(st.tuples(st.integers(0, 30), st.integers(8, 17)), max_size=4),
    st.integers(8, 18),
)
def test_every_day_proposed_satisfies_every_clock_of_the_case(
    start: date, wait: int, outcome: str, groups: list[tuple[int, int]], hour: int
) -> None:
    opened = CALENDAR.moment(CALENDAR.next_working_day(start), time(10))
    then = CALENDAR.moment(CALENDAR.next_working_day(start + timedelta(days=wait)), time(hour))
    scheduled = tuple(
        Scheduled(at=CALENDAR.moment(start + timedelta(days=n), time(h))) for n, h in groups
    )
    story = Story(area=a_busy_area(review_groups=scheduled))
    words = f"{opened:%a} {opened.day} {opened:%b %Y} 10:00"
    story.opens(words)
    local = CALENDAR.day_of(then)
    decided_at = f"{local:%a} {local.day} {local:%b %Y} {hour:02}:00"
    story.decides(outcome, when=decided_at).chooses(*ALL, when=decided_at)
    desk = desk_of(story, decided_at)
    if not wants_a_meeting(desk):
        return
    limits, proposal = limits_of(desk), proposal_for(desk)
    returns = [c.due_on for c in desk.clocks if c.agency and c.state is ClockState.RUNNING]
    meeting = desk.clock("review-meeting")
    submission = desk.clock("submission")
    assert meeting is not None
    for proposed in proposal.days:
        assert CALENDAR.is_working_day(proposed)
        assert desk.today < proposed <= meeting.due_on
        assert satisfies(proposed, limits)
        assert all(proposed > due for due in returns)
        if outcome == "met" and submission:
            assert CALENDAR.working_days_between(proposed, submission.due_on) >= 5
    assert len(proposal.days) <= 3
    ways = (proposal.group, proposal.days, proposal.least_bad)
    assert sum(bool(way) for way in ways) == 1
    if proposal.group:
        on = CALENDAR.day_of(proposal.group.at)  # type: ignore[arg-type]
        assert desk.today < on <= meeting.due_on
    assert bool(proposal.why_not) == bool(proposal.least_bad)


# --- answers ----------------------------------------------------------------------------------


def an_answer(story: Story, **changes: Any) -> tuple[Message, Link]:
    """A calendar program's answer to our invitation, of the police unless said otherwise."""
    meeting = story.case().meeting
    assert meeting is not None
    plain: dict[str, Any] = {
        "method": "REPLY",
        "uid": "ours",
        "sequence": meeting.sequence,
        "organizer": "",
        "starts_at": meeting.at,
        "attendees": ((POLICE, "accepted"),),
    }
    sender = changes.pop("sender", POLICE)
    nonces = changes.pop("nonces", (nonce_for(event_key(CASE, meeting.began)),))
    item = CalendarItem(**(plain | changes))
    message = a_message(sender=sender, message_class=MessageClass.CALENDAR_REPLY, calendar=(item,))
    return message, Link(case=CASE, basis=Basis.TOKEN, evidence="", nonces=nonces)


def answered(story: Story, **changes: Any) -> Answered:
    message, link = an_answer(story, **changes)
    return answers_in(message, link, case=story.case(), area=story.area)


def test_an_answer_counts_for_the_role_of_whoever_gave_it() -> None:
    (detail,) = answered(arranged()).details
    assert (detail["address"], detail["answer"], detail["role"]) == (POLICE, "accepted", "police")
    (detail,) = answered(
        arranged(), sender="lead@icb.example", attendees=(("lead@icb.example", "declined"),)
    ).details
    assert (detail["answer"], detail["role"]) == ("declined", "icb")


def test_a_colleague_may_answer_for_an_attendee_and_a_stranger_may_not() -> None:
    assert answered(arranged(), sender="safeguarding@police.example").details
    assert not answered(arranged(), sender="lead@icb.example").details
    assert not answered(arranged(), sender="somebody@elsewhere.example").details


def test_an_answer_that_nobody_vouches_for_counts_only_if_a_person_put_it_there() -> None:
    story = arranged()
    message, link = an_answer(story)
    doubtful = replace(message, vouched_for=False)
    case, area = story.case(), story.area
    assert not answers_in(doubtful, link, case=case, area=area).details
    assert answers_in(doubtful, replace(link, basis=Basis.STAFF), case=case, area=area).details


def test_an_answer_to_an_earlier_time_does_not_count_for_the_new_one() -> None:
    story = arranged()
    old_message, old_link = an_answer(story)
    story.fact(FactKind.MEETING_MOVED, "Thu 26 Nov 2026 10:00", at="2026-12-04T10:00:00+00:00")
    assert not answers_in(old_message, old_link, case=story.case(), area=story.area).details
    assert not answered(story, sequence=0, starts_at=None).details
    assert not answered(story, starts_at=at("Thu 3 Dec 2026 10:00")).details
    assert answered(story).details


def test_an_answer_to_another_event_counts_only_at_the_very_time() -> None:
    story = arranged()
    assert answered(story, nonces=(), uid="another").details
    later = at("Fri 4 Dec 2026 10:00")
    assert not answered(story, nonces=(), uid="another", starts_at=later).details
    assert not answered(story, nonces=(), uid="another", starts_at=None).details
    assert not answered(story, nonces=("OTHERNON",)).details


def test_another_time_or_somebody_else_proposed_waits_for_a_person() -> None:
    assert "another time" in answered(arranged(), method="COUNTER").reason
    assert answered(arranged(), attendees=((POLICE, "delegated"),)).reason
    assert answered(decided_without_meeting(), nonces=()) == Answered()


def decided_without_meeting() -> Story:
    story = arranged()
    story.fact(FactKind.MEETING_HELD, "Thu 3 Dec 2026 12:00", present=[], quorate=False)
    return story


def replies(story: Story, *pairs: tuple[str, str], when: str = "Thu 26 Nov 2026 10:00") -> Story:
    for who, answer in pairs:
        story.fact(FactKind.ATTENDANCE_REPLIED, when, address=who, answer=answer)
    return story


def test_the_best_answer_of_a_role_counts_and_the_newest_of_a_person() -> None:
    story = replies(
        arranged(),
        (POLICE, "declined"),
        ("lead@police.example", "accepted"),
        ("delegate@icb.example", "accepted"),
        ("delegate@icb.example", "declined"),
        ("delegate@council.example", "tentative"),
    )
    meeting = story.case().meeting
    assert meeting is not None
    assert dict(answers_by_role(meeting, story.area)) == {
        Role.LOCAL_AUTHORITY: "tentative",
        Role.ICB: "declined",
        Role.POLICE: "accepted",
        Role.CHAIR: "no answer",
    }
    assert attendance_words(meeting, story.area) == (
        "accepted police; tentative council; declined ICB; no answer chair"
    )
    assert in_doubt(meeting, story.area) == (Role.LOCAL_AUTHORITY, Role.ICB, Role.CHAIR)


def test_a_new_time_asks_everybody_anew_and_another_room_does_not() -> None:
    story = replies(arranged(), (POLICE, "accepted"))
    story.fact(FactKind.MEETING_MOVED, "Thu 26 Nov 2026 11:00", at=TEN, where="Room 9")
    meeting = story.case().meeting
    assert meeting is not None
    assert (meeting.replies, meeting.sequence, meeting.where) == ({POLICE: "accepted"}, 1, "Room 9")
    story.fact(FactKind.MEETING_MOVED, "Thu 26 Nov 2026 12:00", at="2026-12-04T10:00:00+00:00")
    moved = story.case().meeting
    assert moved is not None
    assert (moved.replies, moved.sequence, moved.began) == ({}, 2, meeting.began)


def test_a_second_meeting_is_another_event_to_which_earlier_answers_do_not_count() -> None:
    story = replies(arranged(), (POLICE, "accepted"))
    message, link = an_answer(story)
    held = {"present": ["police"], "quorate": False}
    story.fact(FactKind.MEETING_HELD, "Thu 3 Dec 2026 12:00", **held)
    first = story.case().meeting
    story.fact(FactKind.MEETING_ARRANGED, "Fri 4 Dec 2026 10:00", at="2026-12-07T10:00:00+00:00")
    second = story.case().meeting
    assert first is not None
    assert second is not None
    assert second.began != first.began
    assert (second.held, second.replies, second.sequence) == (False, {}, 0)
    assert not answers_in(message, link, case=story.case(), area=story.area).details
    assert of_kind(story.due("Fri 4 Dec 2026 10:01"), K.INVITATION)


def test_no_answer_changes_a_clock() -> None:
    story = arranged()
    story.asks(*ALL, when="Wed 25 Nov 2026 11:20")
    before = story.clocks(at("Fri 27 Nov 2026 09:00"))
    replies(story, *((f"delegate@{code}.example", "accepted") for code in ALL))
    assert story.clocks(at("Fri 27 Nov 2026 09:00")) == before


def test_staff_may_say_who_comes_when_somebody_rang() -> None:
    story = arranged()
    read = read_instructions(
        "attendance: police accepted, ICB is not coming",
        now=at("Thu 26 Nov 2026 10:00"),
        by="x",
        area=story.area,
        case=story.case(),
    )
    assert read.not_understood == ()
    story.facts += [replace(fact, number=50 + n) for n, fact in enumerate(read.facts)]
    meeting = story.case().meeting
    assert meeting is not None
    by_role = answers_by_role(meeting, story.area)
    assert (by_role[Role.POLICE], by_role[Role.ICB]) == ("accepted", "declined")


# --- the quorum in doubt ----------------------------------------------------------------------


def test_the_working_day_before_staff_hear_who_has_not_accepted() -> None:
    story = replies(arranged("2026-12-07T10:00:00+00:00"), (POLICE, "accepted"))
    assert not of_kind(story.due("Thu 3 Dec 2026 09:00"), K.QUORUM_IN_DOUBT)
    assert not of_kind(story.due("Fri 4 Dec 2026 08:30"), K.QUORUM_IN_DOUBT)
    (letter,) = of_kind(story.due("Fri 4 Dec 2026 09:00"), K.QUORUM_IN_DOUBT)  # Mon 7 is next
    assert [m["role"] for m in letter.words["missing"]] == ["the council", "the ICB", "the chair"]
    assert set(addresses(letter)) <= {person.email for person in story.area.staff}
    assert not of_kind(story.due("Fri 4 Dec 2026 15:00"), K.QUORUM_IN_DOUBT)


def test_no_doubt_where_everybody_needed_accepts_or_the_meeting_was_arranged_today() -> None:
    story = arranged()
    chair = story.area.chair
    assert chair is not None
    replies(story, (POLICE, "accepted"), ("delegate@icb.example", "accepted"))
    replies(story, ("delegate@council.example", "accepted"), (chair.email, "accepted"))
    assert not of_kind(story.due("Wed 2 Dec 2026 09:00"), K.QUORUM_IN_DOUBT)
    late = decided()
    late.fact(FactKind.MEETING_ARRANGED, "Wed 2 Dec 2026 08:30", at=TEN)
    assert not of_kind(late.due("Wed 2 Dec 2026 09:00"), K.QUORUM_IN_DOUBT)
    assert of_kind(late.due("Thu 3 Dec 2026 08:00"), K.QUORUM_IN_DOUBT)


def test_which_chair_is_needed_is_a_setting() -> None:
    story = replies(arranged(), (POLICE, "accepted"))
    meeting = story.case().meeting
    assert meeting is not None
    area = replace(story.area, chair_for_quorum=Role.POLICE)
    assert Role.CHAIR not in answers_by_role(meeting, area)


# --- invitations ------------------------------------------------------------------------------


def test_a_meeting_called_off_is_told_to_those_whose_invitation_has_gone() -> None:
    story = arranged()
    letters = of_kind(story.due("Wed 25 Nov 2026 10:01"), K.INVITATION)
    story.send(letters[:2], "Wed 25 Nov 2026 11:00")
    story.fact(FactKind.MEETING_CANCELLED, "Thu 26 Nov 2026 10:00")
    assert no_longer_wanted(queued(letters[2]), story.case(), ())
    off = of_kind(story.due("Thu 26 Nov 2026 10:01"), K.INVITATION)
    assert [addresses(x) for x in off] == [addresses(x) for x in letters[:2]]
    assert all(x.words["cancelled"] and x.enclosures == ("calendar",) for x in off)
    assert no_longer_wanted(queued(off[0]), story.case(), ()) is None
    assert not of_kind(story.due("Thu 26 Nov 2026 11:00"), K.INVITATION)


def test_a_withdrawn_case_calls_its_meeting_off() -> None:
    story = arranged()
    letters = of_kind(story.due("Wed 25 Nov 2026 10:01"), K.INVITATION)
    story.send(letters, "Wed 25 Nov 2026 11:00")
    story.fact(FactKind.WITHDRAWN, "Thu 26 Nov 2026 10:00", why="not met after all")
    off = of_kind(story.due("Thu 26 Nov 2026 10:01"), K.INVITATION)
    assert len(off) == len(letters)
    assert no_longer_wanted(queued(off[0]), story.case(), ()) is None


# --- staff's own invitation -------------------------------------------------------------------


def own(story: Story, subject: str, **changes: Any) -> Any:
    plain: dict[str, Any] = {
        "method": "REQUEST",
        "uid": "outlook-1",
        "sequence": 0,
        "organizer": story.area.address,
        "starts_at": at("Thu 3 Dec 2026 10:00"),
        "attendees": ((POLICE, "needs-action"), (story.area.address, "accepted")),
        "summary": subject,
        "location": "Room 4",
    }
    event = CalendarItem(**(plain | changes))
    message = a_message(sender=story.area.address, subject=subject, calendar=(event,))
    now = at("Wed 25 Nov 2026 12:00")
    fact = fact_of_invitation(event, message, story.case(), area=story.area, now=now)
    if fact is not None:
        story.facts.append(replace(fact, number=len(story.facts) + 1))
    return fact


def test_staffs_own_invitation_records_the_meeting_and_mailbot_invites_nobody_besides() -> None:
    story = decided()
    story.due("Tue 24 Nov 2026 11:00")
    fact = own(story, f"[{CASE}] Rapid review meeting")
    assert fact.kind is FactKind.MEETING_ARRANGED
    meeting = story.case().meeting
    assert meeting is not None
    assert (meeting.at, meeting.uid, meeting.invited) == (
        at("Thu 3 Dec 2026 10:00"),
        "outlook-1",
        (POLICE,),
    )
    assert not of_kind(story.due("Wed 25 Nov 2026 12:01"), K.INVITATION)
    questions = list(
        meeting_questions(story.case(), (), office=story.office, now=at("Thu 26 Nov 2026 08:00"))
    )
    assert ") was recorded from the invitation" in questions[0]["what"]


def test_an_invitation_to_the_meeting_recorded_already_is_noted_with_it() -> None:
    story = arranged()
    drafts = of_kind(story.due("Wed 25 Nov 2026 10:01"), K.INVITATION)
    before = story.case().meeting
    assert before is not None
    assert own(story, f"[{CASE}] see you there") is not None
    meeting = story.case().meeting
    assert meeting is not None
    assert (meeting.fact, meeting.sequence, meeting.uid) == (before.fact, 0, "outlook-1")
    why = no_longer_wanted(queued(drafts[0]), story.case(), ())
    assert why == "Staff have sent an invitation of their own."
    assert own(story, f"[{CASE}] see you there") is None


def test_a_call_of_the_partners_about_the_case_is_no_meeting() -> None:
    story = decided()
    assert own(story, f"[{CASE}] Call on the criteria") is None


def test_staff_move_and_cancel_in_their_calendar_and_it_is_recorded() -> None:
    story = decided()
    own(story, "Rapid review")
    moved = own(story, "see you there", starts_at=at("Fri 4 Dec 2026 10:00"))
    assert moved.kind is FactKind.MEETING_MOVED
    assert own(story, "x", uid="another", method="CANCEL") is None
    assert own(story, "x", method="CANCEL").kind is FactKind.MEETING_CANCELLED
    assert story.case().meeting is None


def test_a_meeting_moved_by_a_line_says_that_staffs_own_invitation_is_to_be_moved() -> None:
    story = decided()
    own(story, "Rapid review")
    story.fact(FactKind.MEETING_MOVED, "Thu 26 Nov 2026 10:00", at="2026-12-04T10:00:00+00:00")
    meeting = story.case().meeting
    assert meeting is not None
    assert "still says 10:00 on Thu 3 Dec 2026: move it too" in upcoming(meeting, story.area)
    stale = answered(story, nonces=(), uid="outlook-1", starts_at=at("Thu 3 Dec 2026 10:00"))
    assert not stale.details


# --- what the digest asks ---------------------------------------------------------------------


def test_the_digest_proposes_days_until_a_meeting_is_arranged_and_asks_after_it() -> None:
    story = decided()
    now = at("Wed 25 Nov 2026 08:00")
    (asked,) = meeting_questions(story.case(), story.clocks(now), office=story.office, now=now)
    assert "No meeting is arranged; it must be held by Mon 7 Dec 2026" in asked["what"]
    assert asked["line"].startswith("meeting: ")
    story = arranged()
    then = at("Fri 4 Dec 2026 08:00")
    (asked,) = meeting_questions(story.case(), story.clocks(then), office=story.office, now=then)
    assert "is not recorded as held" in asked["what"]
    read = read_instructions(asked["line"], now=then, by="x", area=story.area, case=story.case())
    (fact,) = read.facts
    assert (fact.kind, fact.detail["quorate"]) == (FactKind.MEETING_HELD, True)


def test_a_meeting_in_the_past_is_refused_with_what_is_recorded() -> None:
    story = arranged()
    read = read_instructions(
        "meeting: Mon 23 November 2026 10:00",
        now=at("Thu 26 Nov 2026 10:00"),
        by="x",
        area=story.area,
        case=story.case(),
    )
    (why,) = read.not_understood
    assert "has passed" in why
    assert "Thu 3 December 2026 at 10:00" in why
    assert "held:" in why
