"""The morning digest: when it is due, what leads it, and what it never says."""

from dataclasses import replace
from pathlib import Path

import pytest

from mailbot.core.letters.digest import Mention, Morning, Waiting, addressed, digest
from mailbot.core.letters.digest_lists import Overview
from mailbot.core.letters.notices import (
    NotificationAside,
    Understood,
    alert,
    instruction_answer,
    notification_waits,
)
from mailbot.core.model import AgencyCode, CaseRef, FactKind, Letter, LetterKind, MessageKey
from mailbot.core.references import new_reference
from mailbot.rendering import load_templates, words_of
from tests.core.builders import CASE
from tests.core.cases import at
from tests.core.letter_stories import BORN, CHILD, Story, a_busy_area, of_kind

TEMPLATES = load_templates(Path(__file__).parents[2] / "templates")
WAITS = Waiting(message="3fa81c22", since=at("Wed 2 Dec 2026 16:05"), reason="It asks a question.")


def on(when: str, morning: Morning, story: Story | None = None) -> Letter | None:
    """The digest of that moment."""
    return digest(morning, office=(story or Story()).office, now=at(when))


def an_open_case(when: str) -> tuple[Story, Overview]:
    """A case in which four agencies were asked on Tue 24 Nov, and how it stands then."""
    story = Story().opens()
    story.due("Mon 23 Nov 2026 10:01")
    story.decides().chooses("icb", "police", "hospital", "school")
    story.asks("icb", "police", "hospital", "school")
    story.answers("school", "nil", "Wed 25 Nov 2026 10:00")
    story.answers("icb", "partial", "Wed 25 Nov 2026 10:00")
    story.fact(FactKind.SAFETY_PROMPT_ANSWERED, "Wed 25 Nov 2026 11:00")
    return story, Overview(case=story.case(), clocks=story.clocks(at(when)))


def said(letter: Letter | None) -> str:
    """Subject and body as they are read."""
    assert letter is not None
    return "\n".join(words_of(letter, area=a_busy_area(), templates=TEMPLATES)).replace("\\", "")


def test_with_nothing_open_it_is_one_line_on_mondays_only() -> None:
    assert on("Tue 24 Nov 2026 08:00", Morning()) is None
    letter = on("Mon 23 Nov 2026 08:00", Morning())
    assert "Nothing is open" in said(letter)
    assert "##" not in said(letter)


def test_what_went_out_yesterday_alone_does_not_open_the_day() -> None:
    sent = (Mention(kind=LetterKind.OUTCOME, case=CASE),)
    assert on("Tue 24 Nov 2026 08:00", Morning(sent=sent)) is None


@pytest.mark.parametrize("when", ["Sat 28 Nov 2026 08:00", "Fri 25 Dec 2026 08:00"])
def test_there_is_none_on_a_day_off(when: str) -> None:
    assert on(when, Morning(waiting=(WAITS,))) is None


def test_it_goes_to_staff_once_a_day() -> None:
    letter = on("Tue 24 Nov 2026 08:00", Morning(waiting=(WAITS,)))
    assert letter is not None
    assert letter.key == "digest/bedford/2026-11-24"
    assert [p.email for p in letter.to] == [
        "robin.hale@bedford.example",
        "kim.archer@bedford.example",
    ]


def test_mail_from_an_agency_whose_reminders_wait_leads_it() -> None:
    agencys = replace(
        WAITS, case=CASE, agency=AgencyCode("police"), since=at("Wed 2 Dec 2026 17:00")
    )
    text = said(on("Thu 3 Dec 2026 08:00", Morning(waiting=(WAITS, agencys))))
    assert text.index("Police") < text.index("No case yet")
    assert "Its reminders wait until this is dealt with." in text


def test_criteria_decided_and_no_agencies_chosen_needs_a_person() -> None:
    story = Story().opens().decides()
    view = Overview(case=story.case(), clocks=story.clocks(at("Wed 25 Nov 2026 08:00")))
    text = said(on("Wed 25 Nov 2026 08:00", Morning(overviews=(view,)), story))
    assert "no agencies are chosen: nobody is being asked" in text
    assert "“agencies: as proposed”" in text[: text.index("## Who owes what")]


def test_agencies_chosen_and_neither_asked_nor_queued_need_a_person() -> None:
    story = Story().opens().decides().chooses("icb", "police", "school")
    requests = of_kind(story.due("Tue 24 Nov 2026 11:01"), LetterKind.INFORMATION_REQUEST)
    story.send([x for x in requests if x.agency == "icb"], "Tue 24 Nov 2026 11:20")
    story.fact(FactKind.SAFETY_PROMPT_ANSWERED, "Tue 24 Nov 2026 12:00")
    story.fact(FactKind.MEETING_ARRANGED, "Tue 24 Nov 2026 12:00", at="2026-12-07T10:00:00+00:00")
    clocks = story.clocks(at("Wed 25 Nov 2026 08:00"))
    on_their_way = [AgencyCode("police")]
    view = Overview(case=story.case(), clocks=clocks, asking=on_their_way)
    morning = Morning(overviews=(view,))
    letter = on("Wed 25 Nov 2026 08:00", morning, story)
    assert letter is not None
    assert [entry["what"] for entry in letter.words["to_decide"]] == [
        "School is chosen and not asked. To ask, name all that are to be asked"
    ]
    assert "“agencies: icb, police, school”" in said(letter)


def test_nothing_stands_still_where_everybody_was_asked_or_nothing_is_decided() -> None:
    story, _ = an_open_case("Fri 27 Nov 2026 08:00")
    story.fact(FactKind.MEETING_ARRANGED, "Tue 24 Nov 2026 12:00", at="2026-12-07T10:00:00+00:00")
    clocks = story.clocks(at("Fri 27 Nov 2026 08:00"))
    overview = Overview(case=story.case(), clocks=clocks)
    undecided = Story().opens()
    undecided.fact(FactKind.SAFETY_PROMPT_ANSWERED, "Mon 23 Nov 2026 12:00")
    clocks = undecided.clocks(at("Fri 27 Nov 2026 08:00"))
    other = Overview(case=undecided.case(), clocks=clocks)
    letter = on("Fri 27 Nov 2026 08:00", Morning(overviews=(overview, other)), story)
    assert letter is not None
    assert letter.words["to_decide"] == []


def test_partners_who_do_not_agree_lead_to_a_line_every_morning() -> None:
    story = Story().opens().decides("no-agreement")
    story.fact(FactKind.SAFETY_PROMPT_ANSWERED, "Tue 24 Nov 2026 12:00")
    view = Overview(case=story.case(), clocks=story.clocks(at("Wed 25 Nov 2026 08:00")))
    letter = on("Wed 25 Nov 2026 08:00", Morning(overviews=(view,)), story)
    text = said(letter)
    assert "1 thing for you" in text
    assert "The partners do not agree on the criteria" in text


def test_it_says_that_a_letter_of_the_case_is_to_be_answered_and_not_it() -> None:
    story, overview = an_open_case("Fri 27 Nov 2026 08:00")
    text = said(on("Fri 27 Nov 2026 08:00", Morning(overviews=(overview,)), story))
    assert "answer a letter of the case, not this mail" in text


def test_it_says_how_to_settle_mail_and_names_no_folder_where_mail_is_left() -> None:
    text = said(on("Thu 3 Dec 2026 08:00", Morning(waiting=(WAITS,))))
    assert "in the folder “Needs a person”" in text
    assert "“dealt with: police” if nothing is to be recorded" in text
    story = Story(area=a_busy_area(filing="leave"))
    text = said(on("Thu 3 Dec 2026 08:00", Morning(waiting=(WAITS,)), story))
    assert "folder" not in text


def test_the_day_in_its_examples_lies_ahead() -> None:
    hour, agency = at("Mon 15 Feb 2027 09:00"), AgencyCode("hospital")
    mention = Mention(kind=LetterKind.REMINDER, case=CASE, agency=agency, at=hour)
    text = said(on("Mon 15 Feb 2027 08:00", Morning(going=(mention,))))
    assert "extend: hospital until 18 February 2027, why" in text  # a Thursday


def test_how_to_stop_an_agencys_reminder_is_told_only_when_one_goes_to_an_agency() -> None:
    hour = at("Mon 15 Feb 2027 09:00")
    mention = Mention(kind=LetterKind.REMINDER, case=CASE, at=hour, whom="the partners")
    text = said(on("Mon 15 Feb 2027 08:00", Morning(going=(mention,))))
    assert "To stop a reminder" not in text
    assert "hold: case, why" in text


@pytest.mark.parametrize(
    ("kind", "line"),
    [
        (LetterKind.HEALTH_REPORT_ARRIVED, "A health report for the Case Review Group (Hospital)"),
        (LetterKind.HEALTH_REPORT_REQUEST, "Request for health reports (Hospital)"),
    ],
)
def test_a_letter_about_a_trust_that_goes_to_others_is_not_said_to_go_to_it(
    kind: LetterKind, line: str
) -> None:
    """The draft for the chair would otherwise read as one for the trust, and be sent to it."""
    mention = Mention(kind=kind, case=CASE, agency=AgencyCode("hospital"))
    text = said(on("Mon 15 Feb 2027 08:00", Morning(drafts=(mention,))))
    assert line in text
    assert "to Hospital" not in text


def test_its_parts_come_in_the_order_of_the_process() -> None:
    _, overview = an_open_case("Thu 3 Dec 2026 08:00")
    hour, police = at("Thu 3 Dec 2026 09:00"), AgencyCode("police")
    mention = Mention(kind=LetterKind.REMINDER, case=CASE, agency=police, at=hour)
    morning = Morning(
        overviews=(overview,),
        waiting=(WAITS,),
        going=(mention,),
        sent=(mention,),
        drafts=(mention,),
        problems=("A letter was refused.",),
    )
    text = said(on("Thu 3 Dec 2026 08:00", morning))
    heads = [line.lstrip("# ") for line in text.splitlines() if line.startswith("## ")]
    assert heads == [
        "Needs a person",
        "Goes out today in your name",
        "Went out since the last working day",
        "Who owes what",
        "Dates ahead",
    ]
    assert "excuse: police, why" in text
    assert "stop: requests" not in text  # no request goes out today


def test_agencies_that_owe_the_same_stand_together_and_those_that_answered_do_not() -> None:
    story, overview = an_open_case("Fri 27 Nov 2026 08:00")
    text = said(on("Fri 27 Nov 2026 08:00", Morning(overviews=(overview,)), story))
    assert "**Tue 1 Dec**: Information from Icb, Police and Hospital" in text
    assert "Icb has answered in part" in text
    assert "School" not in text


def test_staff_see_the_earliest_other_reading_of_a_day_and_how_to_have_it_explained() -> None:
    story = Story().opens("Mon 23 Nov 2026 10:00").decides()
    now = "Tue 8 Dec 2026 08:00"
    view = Overview(case=story.case(), clocks=story.clocks(at(now)))
    text = said(on(now, Morning(overviews=(view,)), story))
    assert "**Mon 14 Dec**: The decision and the rapid review report go to the Panel" in text
    assert "Earliest other reading: Tue 8 Dec, calendar days" in text
    assert "“explain: all”" in text
    before = "Tue 1 Dec 2026 08:00"  # still among the dates ahead
    view = Overview(case=story.case(), clocks=story.clocks(at(before)))
    ahead = said(on(before, Morning(overviews=(view,)), story))
    assert "(earliest other reading: Tue 8 Dec, calendar days)" in ahead


def test_once_a_decision_stands_nobody_is_told_to_choose_agencies() -> None:
    story = Story().opens("Mon 23 Nov 2026 10:00").decides()
    before = Overview(case=story.case(), clocks=story.clocks(at("Tue 8 Dec 2026 08:00")))
    assert "no agencies are chosen" in said(
        on("Tue 8 Dec 2026 08:00", Morning(overviews=(before,)), story)
    )
    story.meets("Tue 8 Dec 2026 10:00")
    after = Overview(case=story.case(), clocks=story.clocks(at("Wed 9 Dec 2026 08:00")))
    assert "no agencies are chosen" not in said(
        on("Wed 9 Dec 2026 08:00", Morning(overviews=(after,)), story)
    )


def test_what_is_late_needs_a_person() -> None:
    story, overview = an_open_case("Thu 3 Dec 2026 08:00")
    text = said(on("Thu 3 Dec 2026 08:00", Morning(overviews=(overview,)), story))
    late = "Information from Icb, Police and Hospital. Due Tue 1 Dec, 2 working days late."
    assert late in text[: text.index("## Who owes what")]


def test_reminders_that_wait_are_said_to() -> None:
    story, _ = an_open_case("Fri 27 Nov 2026 08:00")
    story.waiting = {AgencyCode("police"): (MessageKey("q1"),)}
    view = Overview(case=story.case(), clocks=story.clocks(at("Fri 27 Nov 2026 08:00")))
    text = said(on("Fri 27 Nov 2026 08:00", Morning(overviews=(view,)), story))
    assert "reminders wait for Police" in text


def test_the_meeting_and_the_due_days_of_ten_working_days_are_shown() -> None:
    story, _ = an_open_case("Thu 3 Dec 2026 08:00")
    story.fact(FactKind.MEETING_ARRANGED, "Wed 2 Dec 2026 10:00", at="2026-12-07T10:00:00+00:00")
    view = Overview(case=story.case(), clocks=story.clocks(at("Thu 3 Dec 2026 08:00")))
    letter = on("Thu 3 Dec 2026 08:00", Morning(overviews=(view,)), story)
    assert letter is not None
    ahead = {d["day"]: [e["what"] for e in d["entries"]] for d in letter.words["ahead"]}
    assert "Meeting (rapid review), 10:00: no answer yet" in ahead["Mon 7 Dec"]
    what = "The decision and the rapid review report go to the Panel"
    assert f"{what} (earliest other reading: Tue 8 Dec, calendar days)" in ahead["Mon 14 Dec"]
    assert all(day.startswith(("Mon", "Tue", "Wed", "Thu", "Fri")) for day in ahead)


def test_letters_to_several_agencies_are_one_line() -> None:
    letters = [
        Mention(kind=LetterKind.REMINDER, case=CASE, agency=AgencyCode(code), at=at(when))
        for code, when in (
            ("police", "Thu 3 Dec 2026 09:00"),
            ("icb", "Thu 3 Dec 2026 09:00"),
        )
    ]
    text = said(on("Thu 3 Dec 2026 08:00", Morning(going=tuple(letters))))
    assert f"**09:00** {CASE}: Reminder to Police and Icb" in text


def test_a_letter_is_mentioned_by_kind_and_reference_alone() -> None:
    letters = Story().opens().due("Mon 23 Nov 2026 10:01")
    mentions = tuple(
        addressed(
            Mention(kind=letter.kind, case=letter.case, agency=letter.agency, at=letter.not_before),
            [person.email for person in letter.to],
            a_busy_area(),
        )
        for letter in letters
    )
    assert "nurse@hospital.example" not in said(
        on("Mon 23 Nov 2026 10:05", Morning(going=mentions, sent=mentions, drafts=mentions))
    )


def test_no_name_is_in_a_digest() -> None:
    story, overview = an_open_case("Thu 3 Dec 2026 08:00")
    letter = on("Thu 3 Dec 2026 08:00", Morning(overviews=(overview,)), story)
    text = f"{letter} {said(letter)}"
    assert not [secret for secret in (*CHILD.split(), BORN) if secret in text]


def test_an_alert_goes_to_duty_and_staff_and_says_what_to_do() -> None:
    letter = alert(
        a_busy_area(),
        cause="m1",
        what="A mail from the press has arrived",
        do="Read it in the inbox.",
        now=at("Thu 3 Dec 2026 08:00"),
        case=CaseRef(CASE),
    )
    assert letter.key == f"alert/{CASE}/m1"
    assert letter.to[0].email == "duty@bedford.example"
    assert "Needs you now: A mail from the press has arrived" in said(letter)


def test_a_notification_from_an_unknown_sender_is_put_before_staff() -> None:
    aside = NotificationAside(
        message=MessageKey("77ab01ff12345678"),
        received_at=at("Thu 3 Dec 2026 08:00"),
        vouched_for=True,
        reason="It comes from a sender who is vouched for but not in config.",
        blank=["child.school"],
        how="Open the case.",
    )
    letter = notification_waits(a_busy_area(), aside, now=at("Thu 3 Dec 2026 08:01"))
    text = said(letter)
    assert "the child's school or nursery" in text
    assert "77ab01ff" in text
    assert aside.reason in text
    assert "Ring the sender" not in text


def test_a_notification_that_waits_says_why_and_to_which_case_it_may_belong() -> None:
    aside = NotificationAside(
        message=MessageKey("77ab01ff12345678"),
        received_at=at("Thu 3 Dec 2026 08:00"),
        vouched_for=False,
        reason="Its form names a child of an open case.",
        candidates=(CASE,),
        how="Open the case.",
    )
    area = replace(a_busy_area(), filing="leave")
    text = said(notification_waits(area, aside, now=at("Thu 3 Dec 2026 08:01")))
    assert "Its form names a child of an open case. Ring the sender" in text
    assert "not in the configuration" not in text
    assert "vouches" not in text
    assert f"It may belong to {CASE}" in text
    assert "It lies in the inbox" in text


def test_an_instruction_is_answered_to_its_sender_with_what_was_recorded_and_what_was_not() -> None:
    area = a_busy_area()
    letter = instruction_answer(
        area,
        to=area.staff[0],
        message=MessageKey("i1"),
        understood=Understood(
            recorded=("recorded: the criteria are met.",),
            not_understood=("not understood: “held”: the day is no day.",),
            examples=("held",),
        ),
        now=at("Thu 3 Dec 2026 08:01"),
        case=CASE,
    )
    assert letter.to == (area.staff[0],)
    assert letter.reply_to_message == "i1"
    text = said(letter)
    assert "- The criteria are met." in text
    assert "- “held”: the day is no day." in text
    assert "> held: " in text


# --- an area with many open cases -------------------------------------------------------------


def many_cases(number: int, when: str, *, meeting: str = "") -> tuple[Overview, ...]:
    """That many cases which stand as one does, under references of their own."""
    story, _ = an_open_case(when)
    if meeting:
        story.fact(FactKind.MEETING_ARRANGED, "Wed 25 Nov 2026 10:00", at=meeting)
    case, clocks = story.case(), story.clocks(at(when))
    refs = [new_reference("BB", 2026, serial) for serial in range(1, number + 1)]
    return tuple(
        Overview(case=replace(case, ref=ref), clocks=[replace(clock, case=ref) for clock in clocks])
        for ref in refs
    )


def test_a_digest_of_two_hundred_cases_is_no_longer_than_a_person_reads() -> None:
    views = many_cases(200, "Thu 3 Dec 2026 08:00")
    hour, police = at("Thu 3 Dec 2026 09:00"), AgencyCode("police")
    going = tuple(
        Mention(kind=LetterKind.REMINDER, case=v.case.ref, agency=police, at=hour) for v in views
    )
    text = said(on("Thu 3 Dec 2026 08:00", Morning(overviews=views, going=going, sent=going)))
    assert len(text.splitlines()) < 100
    assert "200 cases (" in text
    assert "and 196 more" in text
    assert "Reminder, 200 letters in 200 cases" in text
    assert text.count("stop a reminder") == 1


def test_what_differs_from_case_to_case_is_capped_and_says_where_the_rest_stands() -> None:
    waiting = tuple(
        replace(WAITS, message=f"{number:08x}", reason=f"It is mail {number}.")
        for number in range(29)
    )
    letter = on("Thu 3 Dec 2026 08:00", Morning(waiting=waiting))
    assert letter is not None
    assert len(letter.words["waiting"]) == 15
    text = said(letter)
    assert "And 14 more: mailbot queue" in text
    assert "29 things for you" in text


def test_with_few_cases_who_owes_what_is_told_by_case_and_with_many_by_day() -> None:
    few = said(on("Fri 27 Nov 2026 08:00", Morning(overviews=many_cases(3, WHEN_OWED))))
    many = said(on("Fri 27 Nov 2026 08:00", Morning(overviews=many_cases(30, WHEN_OWED))))
    owed = many[many.index("## Who owes what") : many.index("## Dates ahead")]
    assert "### BB-2026-001" in few[few.index("## Who owes what") :]
    assert "### Tue 1 Dec 2026" in owed
    assert "### BB-" not in owed
    assert "Wed 9 Dec" not in owed


WHEN_OWED = "Fri 27 Nov 2026 08:00"


def test_a_meeting_that_is_arranged_in_time_is_shown_once() -> None:
    views = many_cases(1, WHEN_OWED, meeting="2026-12-04T10:00:00+00:00")
    text = said(on(WHEN_OWED, Morning(overviews=views)))
    late = text[text.index("## Who owes what") :]
    assert "Meeting (rapid review), 10:00" in late
    assert "The rapid review meeting is held" not in late
    without = said(on(WHEN_OWED, Morning(overviews=many_cases(1, WHEN_OWED))))
    assert "The rapid review meeting is held" in without


def test_each_kind_of_letter_that_goes_today_is_told_how_to_stop_once() -> None:
    letters = tuple(
        Mention(kind=kind, case=CASE, agency=AgencyCode(code), at=at("Thu 3 Dec 2026 09:00"))
        for kind in (LetterKind.REMINDER, LetterKind.INFORMATION_REQUEST)
        for code in ("police", "icb", "school")
    )
    text = said(on("Thu 3 Dec 2026 08:00", Morning(going=letters)))
    for line in ("“stop: requests”", "“return: police nil”", "“hold: case, why”"):
        assert text.count(line) == 1, line
