"""How a case begins: what forms say of it, what staff say of it, and what follows."""

from dataclasses import replace
from datetime import date
from io import BytesIO

import docx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.core.cases.beginnings import BEGINNING_WORDS, beginning_in
from mailbot.core.cases.children import is_filled_in, merged_children, missing_of_others
from mailbot.core.cases.links import Opening, link
from mailbot.core.forms.forms import blank_names
from mailbot.core.letters.beginning_questions import beginning_questions
from mailbot.core.letters.letters import no_longer_wanted
from mailbot.core.mail.referrals import as_referral, why_aside
from mailbot.core.model import (
    Beginning,
    Form,
    Letter,
    LetterKind,
    Message,
    MessageClass,
    Person,
    Unlinked,
)
from mailbot.core.model import FactKind as F
from mailbot.core.record.instructions import Instructions, read_instructions
from mailbot.core.record.notified import age_on, doubts_of
from mailbot.core.record.reading import Effects, facts_from_message
from mailbot.core.wording import field_words
from tests import forms_kit as kit
from tests.core.builders import CASE, KEY, MONDAY, a_message, an_area, day
from tests.core.cases import at
from tests.core.letter_stories import Story, addresses, kinds, of_kind, queued
from tests.core.test_forms import fields, mail, word
from tests.core.test_letters import said as as_sent
from tests.core.test_links import Cases

K = LetterKind


def said(letter: Letter) -> str:
    """A letter's subject and body as they are read, without the marks of Markdown."""
    return as_sent(letter).replace("\\", "")


DEATH_FORM = """\
Notification of the {title}

Name of young person: Ellis Moor
Date of birth: 9 January 2005
Date of death: Friday 20 November 2026
Summary: Found by a support worker.
Notifier: Jo Penn
"""
COPY = """\
Child safeguarding incident notification

Notification reference: 2026-0471
Date notification submitted: 23 November 2026
Local authority: Bedford Borough
Name of child: Wren Alderby
Date of birth: 3 April 2019
Nature of incident: Serious harm
Date of incident: 20 November 2026
Placement type: Living with parents
Summary: Taken to hospital by ambulance.
Notifier: Jo Penn
"""
BRIEFING = """\
Need to know briefing

Name of child: Wren Alderby
Date of birth: 3 April 2019
Date of incident: 20 November 2026
What happened: Taken to hospital by ambulance.
Completed by: Jo Penn
"""


def opening(form: Form, **changes: object) -> Effects:
    """What a mail with this form proves when it opens a case."""
    area = an_area(other_areas=("Luton", "Central Bedfordshire"))
    message = a_message(**{"sender": "jo.penn@la-notify.example", **changes})
    linked = link(message, (form,), area=area, cases=Cases(), key=KEY)
    assert isinstance(linked, Opening)
    return facts_from_message(
        message, (form,), linked.as_link(CASE), case=None, area=area, now=MONDAY
    )


def notified(effects: Effects) -> dict[str, object]:
    """What the notification of a mail is recorded as."""
    return dict(next(f.detail for f in effects.facts if f.kind is F.NOTIFICATION_RECEIVED))


# --- what a form says -------------------------------------------------------------------------


def test_our_non_serious_form_is_known_by_its_tags_and_by_its_labels() -> None:
    answers = {n: v for n, v in kit.NOTIFICATION.items() if n != "incident.nature"}
    answers["notification.learning"] = "Three services each thought another one had called."
    content = kit.filled(kit.template("non-serious-notification"), answers)
    (form,) = word(content)
    assert (form.kind, form.beginning) == ("notification_non_serious", "non-serious")
    assert fields(form)["notification.learning"] == answers["notification.learning"]
    assert blank_names(form) == ()
    assert form.problems == ()
    labels = [
        ["Name of child", "Wren Alderby"],
        ["Date of incident", "20 November 2026"],
        ["What agencies may learn from it", "Who rings whom."],
    ]
    assert word(kit.a_table(labels))[0].beginning == "non-serious"
    assert word(kit.template("non-serious-notification"))[0].kind == "blank_form"


@pytest.mark.parametrize(
    ("text", "beginning"),
    [
        (kit.PLAIN_NOTIFICATION, ""),
        (f"Serious incident notification\n\n{kit.PLAIN_NOTIFICATION}", "serious"),
        (COPY, "authority-copy"),
        (BRIEFING, "need-to-know"),
        (DEATH_FORM.format(title="death of a looked-after child"), "looked-after-child-death"),
        (DEATH_FORM.format(title="death of a care leaver"), "care-leaver-death"),
        (BRIEFING.replace("Need to know briefing", "Non-serious incident"), "non-serious"),
        (
            (
                "Kind of notification: Death of a care leaver\n"
                "Name of child: Ellis Moor\nDate of death: 20 November 2026\n"
            ),
            "care-leaver-death",
        ),
        (
            (
                "[x] Death of a looked-after child\n[ ] Conduct of a member of staff\n"
                "Name of child: Ellis Moor\nDate of death: 20 November 2026\n"
            ),
            "looked-after-child-death",
        ),
    ],
)
def test_how_a_case_begins_comes_from_title_answer_or_tick(text: str, beginning: str) -> None:
    (form,) = mail(text)
    assert form.kind in ("notification", "notification_non_serious")
    assert (form.beginning, form.could_begin) == (beginning, ())


def test_a_sentence_that_mentions_a_beginning_says_nothing_of_it() -> None:
    text = "Please see below. This is not about the death of a care leaver.\n\n"
    (form,) = mail(text + kit.PLAIN_NOTIFICATION)
    assert (form.beginning, form.could_begin) == ("", ())
    (form,) = mail(kit.PLAIN_NOTIFICATION.replace("unexplained", "after the need to know briefing"))
    assert form.beginning == ""


@pytest.mark.parametrize(
    ("text", "both"),
    [
        (
            f"Death of a looked-after child\nNeed to know briefing\n\n{kit.PLAIN_NOTIFICATION}",
            ("serious", "need-to-know", "looked-after-child-death"),
        ),
        (
            f"Non-serious incident notification\n\n{kit.PLAIN_NOTIFICATION}",
            ("serious", "non-serious"),
        ),
        (
            (
                "Serious incident notification\n\nKind of notification: Death of a care leaver\n"
                "Name of child: Ellis Moor\nDate of death: 20 November 2026\n"
            ),
            ("serious", "care-leaver-death"),
        ),
    ],
)
def test_a_form_that_says_two_things_begins_in_neither_way(text: str, both: tuple[str]) -> None:
    (form,) = mail(text)
    assert (form.kind, form.beginning, form.could_begin) == ("notification", "", both)


def test_a_death_is_not_asked_again_what_happened() -> None:
    (form,) = mail(DEATH_FORM.format(title="death of a care leaver"))
    assert blank_names(form) == ("child.gender", "child.ethnicity", "child.disability")


# --- what a notification records --------------------------------------------------------------


def test_a_copy_of_the_authoritys_notification_is_one_only_from_the_authority() -> None:
    (form,) = mail(COPY)
    assert notified(opening(form))["beginning"] == "authority-copy"
    other = opening(form, sender="safeguarding@hospital.example")
    assert notified(other)["beginning"] == ""
    assert notified(other)["could_be"] == ["serious", "authority-copy"]
    assert other.waits
    assert "a person says in which" in other.reason


def test_a_death_of_a_care_leaver_over_24_is_looked_at_and_recorded_all_the_same() -> None:
    text = DEATH_FORM.format(title="death of a care leaver")
    (form,) = mail(text)
    assert not opening(form).waits  # 21 on that day
    (older,) = mail(text.replace("2005", "2001"))
    effects = opening(older)
    assert notified(effects)["beginning"] == "care-leaver-death"
    assert effects.waits
    assert "older than 24" in effects.problems[0].what
    (last_day,) = mail(text.replace("9 January 2005", "21 November 2001"))
    assert doubts_of(last_day, day("Mon 2026-11-23")) == ()
    assert age_on(date(2001, 11, 21), date(2026, 11, 20)) == 24


def test_an_incident_in_the_future_and_31_june_wait_for_a_person_and_date_nothing() -> None:
    for written, words in (("24 November 2026", "later than"), ("31 June 2026", "not a day")):
        (form,) = mail(COPY.replace("20 November 2026", written))
        effects = opening(form)
        assert effects.waits
        assert not [f for f in effects.facts if f.kind is F.INCIDENT_OCCURRED]
        assert any(words in problem.what for problem in effects.problems)


def test_another_area_is_known_by_the_names_in_config_alone() -> None:
    (form,) = mail(COPY + "Place of incident: a park in Luton\n")
    effects = opening(form)
    assert notified(effects)["other_areas"] == [{"name": "Luton", "fields": ["incident.place"]}]
    (note,) = [f for f in effects.facts if f.kind is F.NOTE]
    assert note.detail == {
        "about": "another-area",
        "text": "The notification names Luton (the place of the incident).",
    }
    assert effects.waits
    assert "whose case it is" in effects.reason
    (near,) = mail(COPY + "Place of incident: Lutonshire Road\n")
    assert notified(opening(near))["other_areas"] == []
    # An agency of ours says nothing by its name.
    (own,) = mail(COPY.replace("Bedford Borough", "Luton and Bedford Hospitals"))
    assert notified(opening(own))["other_areas"] == []
    (theirs,) = mail(COPY.replace("Bedford Borough", "Luton Borough Council"))
    effects = opening(theirs, sender="forms@website.example", message_class=MessageClass.WEB_FORM)
    assert notified(effects)["other_areas"] == [{"name": "Luton", "fields": ["notifier.agency"]}]


# --- several children -------------------------------------------------------------------------

FOUR = {
    "children__1__name": "Finch Alderby",
    "children__1__date_of_birth": date(2022, 9, 1),
    "children__1__address": "4 Larkspur Row",
    "children__2__name": "Lark Alderby",
    "children__3__date_of_birth": date(2024, 1, 5),
}


def test_every_child_is_recorded_and_what_is_missing_of_each_is_asked_for() -> None:
    (form,) = word(kit.notification(**FOUR))
    detail = notified(opening(form))
    assert detail["children"] == [
        {"name": "Wren Alderby", "date_of_birth": "2019-04-03"},
        {
            "name": "Finch Alderby",
            "date_of_birth": "2022-09-01",
            "address": "4 Larkspur Row",
        },
        {"name": "Lark Alderby"},
        {"date_of_birth": "2024-01-05"},
    ]
    assert field_words(detail["blank"]) == [  # type: ignore[arg-type]
        "the date of birth of the 3rd child",
        "the name of the 4th child",
    ]


def test_what_is_missing_of_the_second_child_is_asked_for_too() -> None:
    missing = missing_of_others([{"name": "Wren"}, {"name": "Finch"}, {}])
    assert field_words(missing) == [
        "the date of birth of the 2nd child",
        "the name of the 3rd child",
        "the date of birth of the 3rd child",
    ]


def test_more_than_four_children_are_a_problem_for_staff() -> None:
    names = "Ann Moor; Ben Moor; Cid Moor; Dan Moor"
    (form,) = mail(f"{COPY}Other children in this incident: {names}\n")
    effects = opening(form)
    assert effects.waits
    assert "more than four children" in effects.problems[0].what


def test_a_later_notification_fills_in_what_was_missing_of_a_child() -> None:
    (form,) = word(kit.notification(**FOUR))
    story = Story()
    first = notified(opening(form))
    story.fact(F.NOTIFICATION_RECEIVED, "Mon 23 Nov 2026 10:00", **first)
    (again,) = word(kit.notification(**FOUR, children__2__date_of_birth=date(2023, 2, 2)))
    story.fact(F.NOTIFICATION_RECEIVED, "Tue 24 Nov 2026 10:00", **notified(opening(again)))
    case = story.case()
    assert case.children[2] == {"name": "Lark Alderby", "date_of_birth": "2023-02-02"}
    assert field_words(case.blank) == ["the name of the 4th child"]


names = st.sampled_from(["Wren Alderby", "Finch Alderby", "ALDERBY Wren", ""])
births = st.sampled_from(["2019-04-03", "2022-09-01", ""])
rows = st.lists(st.fixed_dictionaries({"name": names, "date_of_birth": births}), max_size=8)


@given(rows)
def test_merging_children_loses_none_and_is_done_once(listed: list[dict[str, str]]) -> None:
    merged = merged_children(listed)
    assert merged_children(merged) == merged
    assert {row["date_of_birth"] for row in listed} - {""} == {
        row["date_of_birth"] for row in merged if "date_of_birth" in row
    }
    assert all(not is_filled_in(name, merged) for name in missing_of_others(merged))


# --- other processes' forms -------------------------------------------------------------------

REFERRAL = """\
Multi-agency referral form

Date of referral: 23 November 2026
Name of child: Wren Alderby
Date of birth: 3 April 2019
Home address: 4 Larkspur Row
Has consent been obtained: Yes
What happened: Came to school with marks that were not explained, and would not say why.
Name of referrer: Sol Winter
Action taken so far: The class teacher has told the designated lead, who has told nobody else yet.
"""
CDOP = REFERRAL.replace("Multi-agency referral form", "CDOP Form B: agency report form")


@pytest.mark.parametrize(
    ("title", "words"),
    [
        ("CDOP Form B", "child death review"),
        ("LADO referral form", "allegation"),
        ("Notification to Ofsted", "Ofsted"),
        ("Safeguarding Adults Review referral", "about an adult"),
        ("MASH referral form", "child protection referral"),
    ],
)
def test_another_processs_form_opens_no_case_and_waits_with_what_it_is(
    title: str, words: str
) -> None:
    content = kit.paragraphs(f"# {title}", *REFERRAL.splitlines()[2:])
    (form,) = word(content)
    assert form.kind == "look_alike"
    result = link(a_message(), (form,), area=an_area(), cases=Cases(), key=KEY)
    assert isinstance(result, Unlinked)
    assert result.waits
    assert words in result.reason


def test_two_labels_of_another_form_are_enough_where_the_title_is_missing() -> None:
    labels = [["CDOP identifier", "17"], ["Cause of death", "not known"], ["Name of child", "Wren"]]
    assert word(kit.a_table(labels))[0].kind == "look_alike"
    assert word(kit.a_table([*labels[1:], ["Date of death", "20/11/26"]]))[0].kind == "notification"


def test_our_own_forms_are_never_taken_for_another_processs() -> None:
    (form,) = word(kit.notification(incident__summary="A MASH referral was made.\nCDOP Form B"))
    assert form.kind == "notification"
    content = kit.filled(
        kit.template("agency-return"), kit.FINDINGS | {"learning": "72 hour report\nMASH referral"}
    )
    assert word(content)[0].kind == "return"


def test_our_own_form_stays_ours_whatever_is_written_above_it() -> None:
    document = docx.Document(BytesIO(kit.filled(kit.template("agency-return"), kit.FINDINGS)))
    for title in ("MASH referral", "72 hour report"):
        document.paragraphs[0].insert_paragraph_before(title)
    written = BytesIO()
    document.save(written)
    assert word(written.getvalue())[0].kind == "return"


def test_a_referral_form_is_urgent_whoever_sends_it() -> None:
    (form,) = word(kit.paragraphs("# MASH referral form", *REFERRAL.splitlines()[2:]))
    for sender in ("safeguarding@hospital.example", "teacher@elsewhere.example"):
        message = as_referral(a_message(sender=sender), (form,))
        assert message.message_class is MessageClass.URGENT_REFERRAL
        result = link(message, (form,), area=an_area(), cases=Cases(), key=KEY)
        assert isinstance(result, Unlinked)
        assert result.waits
        assert "act on it at once" in result.reason
    (other,) = word(kit.paragraphs("# CDOP Form B", *CDOP.splitlines()[2:]))
    assert as_referral(a_message(), (other,)).message_class is MessageClass.PERSONAL


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("Child protection referral", "Please see attached, it is about a pupil of ours."),
        ("URGENT: MASH referral", "Please ring me."),
        ("A pupil", "I would like to make a child protection referral about a pupil here."),
        ("Worried", "We need to refer this child to you today, he is afraid to go home."),
        ("Section 47", "The parents left the ward with the baby against advice."),
        ("Please help", "Please accept this as a child protection referral."),
    ],
)
def test_plain_words_of_a_referral_are_urgent(subject: str, text: str) -> None:
    message = as_referral(a_message(subject=subject, text=text), ())
    assert message.message_class is MessageClass.URGENT_REFERRAL
    assert "act on it at once" in why_aside(message, ())


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("RE: Information request", "A child protection referral was made in March 2025."),
        ("Our return", "There was one section 47 enquiry, which ended without further action."),
        ("Query", "Do you know whether a child protection referral has been made?"),
        ("Training: section 47 enquiries", "Places are left on our course."),
        ("Child protection referral pathway", "The new leaflet is out."),
        ("Minutes", "Referral to the MASH was discussed."),
        ("Thanks", "Thank you for your help yesterday."),
        (f"[{CASE}] Section 47", "The strategy discussion of that week is in our records."),
        ("Meeting", "We are referring the matter to our legal team."),
    ],
)
def test_words_about_referrals_are_no_referral(subject: str, text: str) -> None:
    message = as_referral(a_message(subject=subject, text=text), ())
    assert message.message_class is MessageClass.PERSONAL


def test_a_return_or_a_notification_that_speaks_of_referrals_is_none() -> None:
    content = kit.filled(kit.template("agency-return"), kit.FINDINGS)
    words = "Child protection referral: I want to make clear that we made a MASH referral."
    for forms in (word(content), word(kit.notification())):
        assert as_referral(a_message(subject=words, text=words), forms).message_class == "personal"


def test_automatic_mail_is_no_referral() -> None:
    bulk = a_message(subject="Child protection referral", message_class=MessageClass.BULK)
    assert as_referral(bulk, ()) == bulk


@given(st.text(max_size=200), st.text(max_size=400))
def test_no_words_of_a_mail_ever_raise(subject: str, text: str) -> None:
    as_referral(a_message(subject=subject, text=text), ())


# --- health reports ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("title", "report"),
    [
        ("72 hour report", "72-hour"),
        ("Bedford Hospitals 72-hr Report", "72-hour"),
        ("30 day report", "30-day"),
        ("60 Day Report", "60-day"),
        ("Patient Safety Incident Investigation (PSII)", "psirf"),
    ],
)
def test_a_health_report_is_known_by_its_title(title: str, report: str) -> None:
    (form,) = word(
        kit.paragraphs(f"# {title}", "Summary of involvement: Seen once.", "Learning: x")
    )
    assert (form.kind, form.health_report) == ("health_report", report)
    (other,) = word(
        kit.paragraphs("# Agency return", f"We attach our {title}.", "Author: Sol Winter")
    )
    assert other.kind == "return"


def test_a_mail_that_only_mentions_a_health_report_holds_none() -> None:
    assert mail("72 hour report\n\nPlease see attached.\n\nKind regards\nSol") == ()


# --- staff say how it begins ------------------------------------------------------------------


@pytest.mark.parametrize("beginning", list(Beginning))
def test_each_beginning_is_understood_as_letters_call_it_and_as_staff_do(
    beginning: Beginning,
) -> None:
    assert beginning_in(BEGINNING_WORDS[beginning]) is beginning
    assert beginning_in(beginning.value.replace("-", " ")) is beginning


@pytest.mark.parametrize("text", ["", "death", "serious or not", "a copy of the need to know"])
def test_what_is_not_plain_is_no_beginning(text: str) -> None:
    assert beginning_in(text) is None


def told(story: Story, text: str, when: str = "Mon 23 Nov 2026 12:00") -> Instructions:
    """What staff's lines record in a story; they are then part of it."""
    read = read_instructions(
        text, now=at(when), by="x@y.example", area=story.area, case=story.case()
    )
    for fact in read.facts:
        story.facts.append(replace(fact, number=len(story.facts) + 1))
    return read


def test_staff_correct_the_beginning_and_receipt_stays_day_0() -> None:
    story = Story().opens(beginning="non-serious", notifier={})
    story.due("Mon 23 Nov 2026 10:01")
    assert told(story, "beginning: serious", "Wed 25 Nov 2026 09:00").recorded
    case = story.case()
    assert case.beginning == "serious"
    assert case.opened_at == at("Mon 23 Nov 2026 10:00")
    letters = story.due("Wed 25 Nov 2026 09:01")
    assert {K.NEW_CASE, K.CALL_OF_PARTNERS} <= set(kinds(letters))
    assert K.ACKNOWLEDGEMENT not in kinds(letters)
    (new_case,) = of_kind(letters, K.NEW_CASE)
    assert "takes the place of the first one" in said(new_case)
    # The Panel's day is Fri 27 Nov (Fri 20 Nov + 5); the partners decide the working day before.
    assert "Thu 26 Nov 2026" in said(of_kind(letters, K.CALL_OF_PARTNERS)[0])
    assert story.due("Wed 25 Nov 2026 09:02") == ()
    refused = told(story, "beginning: serious", "Wed 25 Nov 2026 09:05")
    assert "already" in refused.not_understood[0]


def test_the_criteria_of_a_non_serious_case_are_not_decided_before_staff_call_it_serious() -> None:
    story = Story().opens(beginning="non-serious", notifier={})
    assert "beginning: serious" in told(story, "criteria: met").not_understood[0]
    assert "non-serious" in told(story, "call: Tue 24 November 2026 10:00").not_understood[0]
    late = told(story, "decision: no review / criteria found: met", "Mon 7 Dec 2026 12:00")
    assert "beginning: serious" in late.not_understood[0]
    assert story.case().criteria == "undecided"


def test_partners_who_were_called_hear_that_it_is_non_serious_after_all() -> None:
    story = Story().opens()
    call = of_kind(story.due("Mon 23 Nov 2026 10:01"), K.CALL_OF_PARTNERS)
    story.send(call, "Mon 23 Nov 2026 10:01")
    told(story, "beginning: non-serious", "Mon 23 Nov 2026 15:00")
    (note,) = of_kind(story.due("Mon 23 Nov 2026 15:01"), K.CHANGE_NOTE)
    assert addresses(note) == addresses(call[0])
    assert "You need not decide anything" in said(note)
    assert no_longer_wanted(queued(call[0]), story.case(), ()) is not None


def test_in_doubt_the_clocks_run_nobody_is_called_and_staff_are_asked() -> None:
    both = ["serious", "care-leaver-death"]
    story = Story().opens(beginning="", could_be=both)
    letters = story.due("Mon 23 Nov 2026 10:01")
    assert kinds(letters) == [K.ACKNOWLEDGEMENT, K.MISSING_FIELDS, K.NEW_CASE]
    text = said(of_kind(letters, K.NEW_CASE)[0])
    assert "both serious incident and death of a care leaver" in text
    clocks = {c.rule.name: c for c in story.clocks(at("Mon 23 Nov 2026 10:01"))}
    assert clocks["partners-decide"].due_on == day("Thu 2026-11-26")
    assert clocks["partners-decide"].state == "waiting"
    assert kinds(story.due("Thu 26 Nov 2026 09:30")) == []
    told(story, "beginning: care leaver death")
    assert of_kind(story.due("Mon 23 Nov 2026 12:01"), K.DEATH_WORKSHEET)


# --- a copy of the authority's own notification -----------------------------------------------


def test_staff_who_say_it_late_tell_nobody_of_a_day_that_was_never_theirs() -> None:
    story = Story().opens(beginning="", could_be=["serious", "non-serious"])
    story.due("Mon 23 Nov 2026 10:01")
    told(story, "beginning: serious", "Tue 1 Dec 2026 09:00")
    letters = story.due("Tue 1 Dec 2026 09:30")
    assert {K.NEW_CASE, K.CALL_OF_PARTNERS} <= set(kinds(letters))
    outside = [x for x in of_kind(letters, K.REMINDER) if "bedford.example" not in str(x.to)]
    assert outside == []


def test_every_line_of_a_new_case_letter_can_be_copied_and_is_recorded() -> None:
    for beginning in [*Beginning, ""]:
        both = [] if beginning else ["serious", "authority-copy"]
        story = Story().opens(beginning=beginning, could_be=both, fields={})
        (letter,) = of_kind(story.due("Mon 23 Nov 2026 10:01"), K.NEW_CASE)
        lines = [x for x in said(letter).splitlines() if x.startswith("> ")]
        assert lines, beginning
        for line in lines:
            alone = line.removeprefix("> ").strip()
            if alone.startswith(("decided on", "present", "chair consulted")):
                continue  # they belong to the line on the criteria
            fresh = Story().opens(beginning=beginning, could_be=both, fields={})
            if alone.startswith("held"):
                fresh.fact(F.MEETING_ARRANGED, "Mon 23 Nov 2026 11:00", at="2026-11-23", label="x")
            assert told(fresh, alone).not_understood == (), (beginning, alone)


def test_a_copy_is_confirmed_in_one_step_and_the_partners_are_not_called() -> None:
    story = Story().opens(beginning="authority-copy")
    letters = story.due("Mon 23 Nov 2026 10:01")
    assert K.CALL_OF_PARTNERS not in kinds(letters)
    new_case = said(of_kind(letters, K.NEW_CASE)[0])
    assert "Please confirm today, in one line" in new_case
    assert "confirm copy: today / reference:" in new_case
    read = told(story, "confirm copy: 23 November 2026 / reference: 2026-0471")
    assert [f.kind for f in read.facts] == [F.CRITERIA_DECIDED, F.PANEL_NOTIFIED]
    assert story.case().criteria == "met"
    after = kinds(story.due("Mon 23 Nov 2026 12:01"))
    assert K.WORKSHEET not in after
    assert K.BOARD_TOLD in after
    assert "recorded already" in told(story, "confirm copy: today").not_understood[0]


def test_the_copys_day_and_reference_need_not_be_typed_again() -> None:
    read = {"panel.notified_on": "2026-11-23", "panel.reference": "2026-0471"}
    story = Story().opens(beginning="authority-copy", fields=read)
    (new_case,) = of_kind(story.due("Mon 23 Nov 2026 10:01"), K.NEW_CASE)
    assert "confirm copy: 23 November 2026" in said(new_case)
    facts = told(story, "confirm copy: 23 November 2026").facts
    assert facts[1].detail["reference"] == "2026-0471"


@pytest.mark.parametrize("beginning", ["serious", "need-to-know", "care-leaver-death"])
def test_only_a_copy_can_be_confirmed(beginning: str) -> None:
    story = Story().opens(beginning=beginning)
    assert "beginning: copy" in told(story, "confirm copy: today").not_understood[0]


# --- deaths -----------------------------------------------------------------------------------

DEATHS = ["looked-after-child-death", "care-leaver-death"]


@pytest.mark.parametrize("beginning", DEATHS)
def test_a_death_brings_the_notifier_a_worksheet_and_calls_nobody(beginning: str) -> None:
    story = Story().opens(beginning=beginning)
    letters = story.due("Mon 23 Nov 2026 10:01")
    assert K.CALL_OF_PARTNERS not in kinds(letters)
    assert K.WORKSHEET not in kinds(letters)
    (sheet,) = of_kind(letters, K.DEATH_WORKSHEET)
    assert addresses(sheet) == [story.area.notifier.email if story.area.notifier else ""]
    assert sheet.enclosures == ("worksheet",)
    assert sheet.told == (("notify-dfe", day("Mon 2026-11-30")),)  # Mon 23 Nov + 5 working days
    text = said(sheet)
    assert "by **Mon 30 Nov 2026**" in text
    assert "no other mail" not in text
    assert "Neither this mail nor any other mail notifies the death" in text
    assert "the day and the reference" in text
    assert "confirmation" in text
    new_case = said(of_kind(letters, K.NEW_CASE)[0])
    assert "begins no rapid review" in new_case
    assert "dfe notified: today" in new_case


@pytest.mark.parametrize("beginning", DEATHS)
def test_the_proof_of_a_deaths_notification_stops_its_clock(beginning: str) -> None:
    story = Story().opens(beginning=beginning)
    sheet = of_kind(story.due("Mon 23 Nov 2026 10:01"), K.DEATH_WORKSHEET)[0]
    read = told(story, "dfe notified: 23 November 2026 / reference: 2026-0472")
    assert read.facts[0].detail == {"reference": "2026-0472"}
    clocks = {c.rule.name: c.state.value for c in story.clocks(at("Mon 23 Nov 2026 13:00"))}
    assert clocks["notify-dfe"] == "stopped"
    assert no_longer_wanted(queued(sheet), story.case(), ()) is not None


def test_staff_may_call_the_partners_about_a_death_and_they_are_told_when() -> None:
    story = Story().opens(beginning="looked-after-child-death")
    story.due("Mon 23 Nov 2026 10:01")
    read = told(story, "call: Tue 24 November 2026 14:30 / where: Teams")
    assert [f.kind for f in read.facts] == [F.CRITERIA_CALL_ARRANGED]
    (call,) = of_kind(story.due("Mon 23 Nov 2026 12:01"), K.CALL_OF_PARTNERS)
    assert "Tue 24 Nov 2026 at 14:30" in said(call)
    assert "## The call" in said(call)
    told(story, "call: Wed 25 November 2026 09:30", "Mon 23 Nov 2026 13:00")
    (moved,) = of_kind(story.due("Mon 23 Nov 2026 13:01"), K.CALL_OF_PARTNERS)
    assert "Wed 25 Nov 2026 at 09:30" in said(moved)
    assert no_longer_wanted(queued(call), story.case(), ()) == (
        "The call was arranged for another time."
    )


def test_a_call_in_the_past_or_without_an_hour_is_refused() -> None:
    story = Story().opens()
    for line, why in (
        ("call: Fri 20 November 2026 10:00", "has passed"),
        ("call: Tue 24 November 2026", "at what time"),
        ("call: today 08:00", "that hour has passed"),
    ):
        assert why in told(story, line).not_understood[0]


def test_a_death_that_is_withdrawn_is_not_to_be_notified_or_to_be_taken_back() -> None:
    story = Story().opens(beginning="care-leaver-death")
    story.send(
        of_kind(story.due("Mon 23 Nov 2026 10:01"), K.DEATH_WORKSHEET), "Mon 23 Nov 2026 10:01"
    )
    story.fact(F.WITHDRAWN, "Tue 24 Nov 2026 10:00", why="sent twice")
    (note,) = of_kind(story.due("Tue 24 Nov 2026 10:01"), K.CHANGE_NOTE)
    assert "Please do not notify the death" in said(note)
    other = Story().opens(beginning="care-leaver-death")
    told(other, "dfe notified: 23 November 2026")
    other.fact(F.WITHDRAWN, "Tue 24 Nov 2026 10:00", why="sent twice")
    (draft,) = of_kind(other.due("Tue 24 Nov 2026 10:01"), K.CHANGE_NOTE)
    assert draft.delivery == "draft"
    assert "is withdrawn" in said(draft)


def test_another_case_has_no_death_to_notify() -> None:
    story = Story().opens()
    assert "not recorded as the death" in told(story, "dfe notified: today").not_understood[0]


# --- need to know, non-serious ----------------------------------------------------------------


def test_a_need_to_know_briefing_calls_the_partners_as_a_serious_notification_does() -> None:
    letters = Story().opens(beginning="need-to-know").due("Mon 23 Nov 2026 10:01")
    (call,) = of_kind(letters, K.CALL_OF_PARTNERS)
    assert "no notification form yet" in said(call)
    assert "A need-to-know briefing reached us" in said(of_kind(letters, K.NEW_CASE)[0])


SERIOUS_PATH = {
    K.CALL_OF_PARTNERS,
    K.WORKSHEET,
    K.BOARD_TOLD,
    K.SUBMISSION,
    K.CHECKLIST,
    K.DEATH_WORKSHEET,
}


def test_the_short_life_of_a_non_serious_case_brings_no_letter_of_the_serious_path() -> None:
    story = Story().opens(beginning="non-serious")
    seen: list[Letter] = [*story.due("Mon 23 Nov 2026 10:01")]
    assert {K.ACKNOWLEDGEMENT, K.MISSING_FIELDS, K.NEW_CASE} <= set(kinds(seen))
    told(story, "agencies: school", "Tue 24 Nov 2026 11:00")
    asked = story.due("Tue 24 Nov 2026 11:01")
    assert K.INFORMATION_REQUEST in kinds(asked)
    story.send(of_kind(asked, K.INFORMATION_REQUEST), "Tue 24 Nov 2026 11:20")
    story.answers("school", "findings", "Thu 26 Nov 2026 10:00")
    lines = "decision: no review / next: no further action / reasons: nothing more to learn"
    read = told(story, f"{lines} / present: council, icb, police, chair", "Mon 7 Dec 2026 12:00")
    assert read.not_understood == ()
    seen += [*asked, *story.due("Mon 7 Dec 2026 12:01")]
    told(story, "close: no further action", "Tue 8 Dec 2026 09:00")
    seen += story.due("Tue 8 Dec 2026 09:01")
    assert not SERIOUS_PATH & set(kinds(seen))
    assert K.OUTCOME in kinds(seen)
    assert story.case().closed
    assert not any("rapid review" in said(x) for x in of_kind(seen, K.INFORMATION_REQUEST))


# --- what staff are asked ---------------------------------------------------------------------


def questions(story: Story, when: str = "Tue 24 Nov 2026 08:00") -> list[str]:
    """What the digest asks about how a case began."""
    today = at(when).date()
    return [q["what"] for q in beginning_questions(story.case(), story.office, today)]


@pytest.mark.parametrize("beginning", [*Beginning, ""])
def test_the_safety_question_stands_in_every_case_until_it_is_answered(beginning: str) -> None:
    story = Story().opens(beginning=beginning)
    (letter,) = of_kind(story.due("Mon 23 Nov 2026 10:01"), K.NEW_CASE)
    assert "Is every child safe now?" in said(letter)
    assert "Has a referral been made?" in said(letter)
    assert "has a referral been made" in questions(story)[0]
    told(story, "safety: the other children are safe; a referral was made")
    assert not [q for q in questions(story) if "referral" in q]


def test_a_copy_a_doubt_another_area_and_a_non_serious_case_are_asked_about_until_settled() -> None:
    copy = Story().opens(beginning="authority-copy")
    assert questions(copy)[1].startswith("Confirm that the criteria are met")
    told(copy, "confirm copy: 23 November 2026")
    assert len(questions(copy)) == 1
    mild = Story().opens(beginning="non-serious")
    assert questions(mild)[1].startswith("Non-serious: put it before the next Case Review Group")
    told(mild, "decision: no review / next: audit", "Mon 7 Dec 2026 12:00")
    assert questions(mild)[1].startswith("Its outcome is recorded")
    doubt = Story().opens(beginning="", could_be=["serious", "need-to-know"])
    assert "both serious incident and need-to-know briefing" in questions(doubt)[1]
    away = Story().opens(other_areas=[{"name": "Luton", "fields": ["incident.place"]}])
    (letter,) = of_kind(away.due("Mon 23 Nov 2026 10:01"), K.NEW_CASE)
    assert said(letter).index("Whose case is it?") < said(letter).index("Is every child safe now?")
    assert "names Luton" in questions(away)[1]
    away.fact(F.NOTE, "Mon 23 Nov 2026 11:00", about="another-area", text="ours")
    assert len(questions(away)) == 1


# --- who is answered --------------------------------------------------------------------------


def test_nobody_is_answered_at_a_machines_address() -> None:
    (form,) = mail(kit.PLAIN_NOTIFICATION + "\nEmail of notifier: morgan.tew@council.example\n")
    effects = opening(form, sender="forms@website.example", message_class=MessageClass.WEB_FORM)
    assert notified(effects)["notifier"]["address"] == ""  # type: ignore[index]
    story = Story()
    story.fact(F.NOTIFICATION_RECEIVED, "Mon 23 Nov 2026 10:00", message="n1", **notified(effects))
    letters = story.due("Mon 23 Nov 2026 10:01")
    assert not {K.ACKNOWLEDGEMENT, K.MISSING_FIELDS} & set(kinds(letters))
    everybody: set[Person] = {person for letter in letters for person in letter.to}
    assert not {p.email for p in everybody} & {
        "forms@website.example",
        "morgan.tew@council.example",
    }


def test_a_website_form_that_nobody_vouches_for_waits() -> None:
    message: Message = a_message(
        sender="forms@website.example", message_class=MessageClass.WEB_FORM, vouched_for=False
    )
    (form,) = mail(kit.PLAIN_NOTIFICATION)
    result = link(message, (form,), area=an_area(), cases=Cases(), key=KEY)
    assert isinstance(result, Unlinked)
    assert result.waits
