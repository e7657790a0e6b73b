"""What a reminder says: of what, by when, that the day has moved, and never what is not so."""

from dataclasses import replace
from pathlib import Path

from mailbot.core.model import FactKind, Letter, LetterKind, Person, Protection
from mailbot.core.record.instructions import read_instructions
from mailbot.core.wording import with_day_ahead
from mailbot.rendering import load_templates, words_of
from tests.core.builders import a_person
from tests.core.cases import at, day
from tests.core.letter_stories import Story, a_busy_area, addresses, of_kind

K = LetterKind
TEMPLATES = load_templates(Path(__file__).parents[2] / "templates")


def said(letter: Letter) -> str:
    """Subject and body as they are read."""
    return "\n".join(words_of(letter, area=a_busy_area(), templates=TEMPLATES)).replace("\\", "")


def subject(letter: Letter) -> str:
    """The subject alone."""
    return words_of(letter, area=a_busy_area(), templates=TEMPLATES)[0]


def asked(*codes: str, met: bool = True) -> Story:
    """A case in which these agencies were asked on Tue 24 Nov, for Tue 1 Dec."""
    story = Story().opens()
    story.due("Mon 23 Nov 2026 10:01")
    story.decides("met" if met else "not-met").chooses(*codes)
    story.fact(FactKind.PANEL_NOTIFIED, "Tue 24 Nov 2026 11:00", reference="1")
    return story.asks(*codes)


def reminders(story: Story, when: str) -> dict[str, Letter]:
    """The reminders of a moment, which then are sent, by their first address."""
    letters = of_kind(story.due(when), K.REMINDER)
    story.send(letters, when)
    return {addresses(letter)[0].partition("@")[2]: letter for letter in letters}


# --- of what ----------------------------------------------------------------------------------


def test_the_subject_says_of_what_it_reminds() -> None:
    story = Story().opens()
    story.send(story.due("Mon 23 Nov 2026 10:01"), "Mon 23 Nov 2026 10:01")
    found = reminders(story, "Wed 25 Nov 2026 09:00")
    assert subject(found["council.example"]) == (
        "Reminder, due Thu 26 Nov: decision on the criteria"
    )
    found = reminders(story, "Thu 26 Nov 2026 09:00")
    assert subject(found["la-notify.example"]) == (
        "Reminder, due Fri 27 Nov: online notification to the Panel"
    )


def test_examples_name_the_agency_and_a_day_that_is_accepted_when_copied() -> None:
    story = asked("school")
    reminders(story, "Wed 2 Dec 2026 09:00")
    ring = reminders(story, "Thu 3 Dec 2026 09:00")["bedford.example"]
    lines = [x for x in ring.words["examples"] if "school" in x]
    assert lines == ["return: school nil", "extend: school until Tue 8 December 2026, why"]
    for line in lines:
        read = read_instructions(
            line.replace("why", "staff sick"),
            now=at("Thu 3 Dec 2026 10:00"),
            by="x",
            area=story.area,
            case=story.case(),
        )
        assert (read.not_understood, len(read.facts)) == ((), 1)


def test_days_in_examples_are_today_or_lie_ahead() -> None:
    ahead = day("Thu 17 Dec 2026")
    assert with_day_ahead("meeting: tomorrow 10:00 / where: ...", ahead) == (
        "meeting: Thu 17 December 2026 10:00 / where: ..."
    )
    assert with_day_ahead("held: today", ahead) == "held: today"


def test_the_later_lines_of_the_new_case_letter_are_accepted_when_copied() -> None:
    story = Story().opens()
    (letter,) = of_kind(story.due("Mon 23 Nov 2026 10:01"), K.NEW_CASE)
    story.decides()
    for line in letter.words["later"]:
        read = read_instructions(
            line, now=at("Fri 4 Dec 2026 10:00"), by="x", area=story.area, case=story.case()
        )
        assert read.not_understood == (), line


NIL = {"return": "nil"}


# --- a meeting at short notice ----------------------------------------------------------------


def test_an_agency_is_told_that_the_meeting_has_moved_its_day_and_never_that_it_missed_it() -> None:
    story = asked("police", "hospital")
    story.fact(FactKind.MEETING_ARRANGED, "Thu 26 Nov 2026 10:00", at="2026-11-27T10:00:00+00:00")
    found = reminders(story, "Thu 26 Nov 2026 10:01")
    police = said(found["police.example"])
    assert "The meeting is now on Fri 27 Nov 2026, so the day we first gave no longer" in police
    assert "due **today, Thu 26 Nov 2026**" in police
    ring = found["bedford.example"]
    assert subject(ring) == "Please ring: still open (due Thu 26 Nov)"
    assert "no further reminders" not in said(ring)
    # The day after, which was given less than a working day before: no "was due".
    assert "police.example" not in reminders(story, "Fri 27 Nov 2026 09:00")


def test_an_agency_reminded_before_the_meeting_was_arranged_never_hears_that_it_missed_it() -> None:
    story = asked("police", "hospital")
    story.fact(FactKind.RETURN_RECEIVED, "Wed 25 Nov 2026 10:00", agency="hospital", **NIL)
    assert "Tue 1 Dec" in subject(reminders(story, "Fri 27 Nov 2026 09:00")["police.example"])
    story.fact(FactKind.MEETING_ARRANGED, "Fri 27 Nov 2026 10:00", at="2026-11-30T14:00:00+00:00")
    letters = of_kind(story.due("Fri 27 Nov 2026 10:01"), K.REMINDER)
    story.send(letters, "Fri 27 Nov 2026 10:01")
    # Lead and staff at once; the agency had its letter of the day.
    staff = [person.email for person in story.area.staff]
    assert [addresses(x) for x in letters] == [staff, ["lead@police.example"]]
    assert "due **today, Fri 27 Nov 2026**" in said(letters[1])
    police = said(reminders(story, "Mon 30 Nov 2026 09:00")["police.example"])
    assert "The meeting is now on Mon 30 Nov 2026" in police
    assert "is needed **as soon as you can**" in police
    assert "was due" not in police


def test_a_meeting_that_was_known_when_they_were_asked_has_moved_nothing() -> None:
    story = Story().opens()
    story.due("Mon 23 Nov 2026 10:01")
    story.fact(FactKind.MEETING_ARRANGED, "Tue 24 Nov 2026 10:00", at="2026-12-01T10:00:00+00:00")
    story.decides().chooses("police").asks("police")
    letter = reminders(story, "Fri 27 Nov 2026 09:00")["police.example"]
    assert "Mon 30 Nov" in subject(letter)
    assert "meeting is now" not in said(letter)


def test_only_the_last_letter_to_staff_says_that_no_further_reminder_goes() -> None:
    story = asked("school")
    reminders(story, "Wed 2 Dec 2026 09:00")
    ring = reminders(story, "Thu 3 Dec 2026 09:00")["bedford.example"]
    assert "mailbot sends no further reminders." in said(ring)
    assert "(was due Tue 1 Dec)" in subject(ring)


# --- the late path ----------------------------------------------------------------------------


def test_on_the_late_path_the_notifier_is_not_told_of_missing_a_day_never_given() -> None:
    story = Story().opens()
    story.send(story.due("Mon 23 Nov 2026 10:01"), "Mon 23 Nov 2026 10:01")
    story.decides("not-met", "Tue 24 Nov 2026 11:00")
    story.due("Tue 24 Nov 2026 11:01")
    story.meets("Mon 7 Dec 2026 10:00", criteria_found="met")
    (worksheet,) = of_kind(story.due("Mon 7 Dec 2026 10:01"), K.WORKSHEET)
    assert "as soon as you can" in said(worksheet)
    assert "27 Nov" not in said(worksheet)
    assert worksheet.words["due"] == ""
    letter = reminders(story, "Wed 9 Dec 2026 09:00")["la-notify.example"]
    assert subject(letter) == "Reminder: online notification to the Panel"
    assert "as soon as you can" in said(letter)
    assert "27 Nov" not in said(letter)
    assert "late" not in said(letter)


def test_the_notifier_who_was_written_to_of_no_day_is_not_told_that_it_was_missed() -> None:
    # Incident on Mon 16 November: five working days end on Mon 23, the day of receipt.
    story = Story()
    story.opens()
    story.fact(FactKind.INCIDENT_OCCURRED, "Mon 16 Nov 2026 12:00")
    story.send(story.due("Mon 23 Nov 2026 10:01"), "Mon 23 Nov 2026 10:01")
    letter = reminders(story, "Wed 25 Nov 2026 09:00")["la-notify.example"]
    assert subject(letter) == "Reminder: online notification to the Panel"
    assert "as soon as you can" in said(letter)
    assert "23 Nov" not in said(letter)


def test_the_notifier_who_was_given_the_day_is_told_that_it_was_missed() -> None:
    story = Story().opens()
    story.send(story.due("Mon 23 Nov 2026 10:01"), "Mon 23 Nov 2026 10:01")
    for when in ("Thu 26 Nov 2026 09:00", "Fri 27 Nov 2026 09:00"):
        story.send(story.due(when), when)
    letter = reminders(story, "Mon 30 Nov 2026 09:00")["la-notify.example"]
    assert subject(letter) == "Was due Fri 27 Nov: online notification to the Panel"


def test_the_manager_is_told_that_the_authority_notifies_before_the_report_goes() -> None:
    story = Story().opens()
    story.due("Mon 23 Nov 2026 10:01")
    story.decides()
    found = [x for x in of_kind(story.due("Wed 9 Dec 2026 09:00"), K.REMINDER) if "sub" in str(x)]
    text = "\n".join(said(letter) for letter in found)
    assert "The authority has not notified the Panel yet: that comes first." in text


# --- everybody hears --------------------------------------------------------------------------


def lead_who_takes_part(story: Story) -> Person:
    """Make the ICB's lead its delegate too."""
    lead = a_person("Nadia Field", "lead@icb.example", phone="01632 960900")
    agencies = [
        replace(a, lead=lead, delegates=(lead,)) if a.code == "icb" else a
        for a in story.area.agencies
    ]
    story.area = replace(story.area, agencies=tuple(agencies))
    return lead


def test_a_lead_who_owes_anything_else_hears_of_the_overdue_return_in_the_same_letter() -> None:
    story = Story()
    lead = lead_who_takes_part(story)
    story.opens()
    story.due("Mon 23 Nov 2026 10:01")
    story.decides().chooses("icb")
    story.fact(FactKind.PANEL_NOTIFIED, "Tue 24 Nov 2026 11:00", reference="1")
    story.asks("icb")
    story.fact(
        FactKind.EXTENSION_GRANTED, "Wed 25 Nov 2026 10:00", agency="icb", until="2026-12-09"
    )
    story.meets("Mon 7 Dec 2026 10:00")
    letters = of_kind(story.due("Thu 10 Dec 2026 09:00"), K.REMINDER)
    hers = [x for x in letters if lead.email in addresses(x)]
    assert len(hers) == 1
    assert subject(hers[0]) == "Was due Wed 9 Dec: 2 things"
    assert "sign the report off" in said(hers[0])
    assert "The information from **Icb** was due on **Wed 9 Dec 2026**" in said(hers[0])
    assert not any(lead in letter.cc for letter in letters)
    # It is withdrawn when the return comes: it carries the step, told apart from the agency's.
    steps = [s for letter in letters for s in letter.steps]
    assert sorted(s.step for s in steps if s.clock == "agency-return") == ["+1", "+1 (2)"]
    others = [x for x in letters if "delegate@police.example" in addresses(x)]
    assert "Icb" not in said(others[0])


def test_a_server_asleep_beyond_the_ladder_tells_agency_lead_and_staff() -> None:
    found = reminders(asked("police"), "Fri 4 Dec 2026 09:00")
    assert [p.email for p in found["police.example"].cc] == ["lead@police.example"]
    assert "Please ring" in subject(found["bedford.example"])


def test_staff_who_are_to_ring_and_owe_more_are_asked_for_both() -> None:
    letter = reminders(asked("police"), "Mon 7 Dec 2026 09:00")["bedford.example"]
    assert "Please ring about what an agency owes, and see to the rest." in said(letter)
    assert "If you have already sent this" not in said(letter)


def test_a_letter_to_staff_about_an_agency_is_not_protected_as_one_to_the_agency() -> None:
    story = Story()
    story.area = replace(
        story.area,
        agencies=tuple(replace(a, protection=Protection.SUBJECT_TAG) for a in story.area.agencies),
    )
    story.opens()
    story.due("Mon 23 Nov 2026 10:01")
    story.decides().chooses("school")
    story.fact(FactKind.PANEL_NOTIFIED, "Tue 24 Nov 2026 11:00", reference="1")
    story.asks("school")
    found = reminders(story, "Wed 2 Dec 2026 09:00")
    assert found["school.example"].protection is Protection.SUBJECT_TAG
    ring = reminders(story, "Thu 3 Dec 2026 09:00")["bedford.example"]
    assert ring.protection is Protection.TLS


def test_nobody_signs_a_report_off_before_a_meeting() -> None:
    story = asked("police")
    story.answers("police", "nil", "Wed 25 Nov 2026 10:00")
    letters = [x for when in ("Thu 10 Dec", "Fri 11 Dec") for x in story.due(f"{when} 2026 09:00")]
    assert not [x for x in of_kind(letters, K.REMINDER) if "delegate@icb.example" in addresses(x)]
