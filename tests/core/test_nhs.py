"""The NHS side of a case: flagged by staff, asked for through the designated nurse, told daily."""

from dataclasses import replace
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import docx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.core.cases.facts import case_from
from mailbot.core.cases.links import link_by_staff
from mailbot.core.cases.nhs import nhs_questions, nurse_of, nurse_protection, outstanding_reports
from mailbot.core.letters.desk import Desk, Written
from mailbot.core.letters.letters import no_longer_wanted
from mailbot.core.letters.nhs_letters import InCharge, health_summary, in_charge
from mailbot.core.letters.reminders import items_of
from mailbot.core.letters.sent_letters import facts_when_summed_up
from mailbot.core.model import (
    AgencyCode,
    Area,
    Basis,
    Case,
    ClockState,
    Delivery,
    DocumentKind,
    FactKind,
    Letter,
    LetterKind,
    Link,
    MessageKey,
    Protection,
)
from mailbot.core.parties import Asked, CaseParties, who_is
from mailbot.core.record.instructions import Instructions, read_instructions
from mailbot.core.record.nhs_reports import on_behalf
from mailbot.core.record.reading import Effects, facts_from_message
from mailbot.core.references import form_token
from mailbot.core.wording import arrival_words
from mailbot.markdown_text import text_from
from mailbot.paperwork import report
from mailbot.rendering import load_templates, words_of
from tests.core.builders import CASE, KEY, a_form, a_message, a_person, an_agency
from tests.core.cases import at, day
from tests.core.letter_stories import (
    BORN,
    CHILD,
    Story,
    a_busy_area,
    addresses,
    kinds,
    of_kind,
    queued,
)

K = LetterKind
F = FactKind
TEMPLATES = load_templates(Path(__file__).parents[2] / "templates")
NURSE = "nadia.vale@icb.example"
HOSPITAL, COMMUNITY = AgencyCode("hospital"), AgencyCode("community")


def an_nhs_area(**changes: Any) -> Area:
    """A busy area with two provider trusts and a designated nurse at the ICB."""
    plain = a_busy_area()
    agencies = [replace(a, provider_trust=a.code == "hospital") for a in plain.agencies]
    community = an_agency("community", provider_trust=True, name="Community Health")
    nurse = a_person("Nadia Vale", NURSE, phone="01632 960150")
    area = replace(plain, agencies=(*agencies, community), designated_nurse=nurse)
    return replace(area, **changes)


def a_story(**changes: Any) -> Story:
    """A serious case of Mon 23 November whose opening letters are written."""
    story = Story(area=an_nhs_area(**changes)).opens()
    story.due("Mon 23 Nov 2026 10:01")
    return story


def flagged(
    *trusts: str, when: str = "Mon 23 Nov 2026 11:00", framework: str = "sif", until: str = ""
) -> Story:
    """A case that staff have flagged as an NHS incident of these trusts; nothing written yet."""
    story = a_story()
    story.fact(
        F.NHS_INCIDENT_FLAGGED,
        when,
        framework=framework,
        trusts=list(trusts or ("hospital",)),
        until=until,
    )
    return story


def lines(text: str, story: Story, when: str = "Mon 23 Nov 2026 11:00") -> Instructions:
    """What staff record with these labelled lines."""
    return read_instructions(
        text, now=at(when), by="robin.hale@bedford.example", area=story.area, case=story.case()
    )


def the_desk(story: Story, when: str) -> Desk:
    """The desk of a story's case at a moment."""
    written = Written(keys=story.keys, steps=story.steps)
    now = at(when)
    return Desk(
        case=story.case(), clocks=story.clocks(now), office=story.office, now=now, written=written
    )


def said(letter: Letter, area: Area) -> str:
    """A letter's subject and body as they are read."""
    subject, body = words_of(letter, area=area, templates=TEMPLATES)
    return f"{subject}\n{text_from(body)}"


# --- staff flag it ------------------------------------------------------------------------------


def test_staff_flag_an_nhs_incident_by_naming_its_provider_trusts() -> None:
    read = lines("nhs: hospital, Community Health", a_story())
    assert not read.not_understood
    (fact,) = read.facts
    assert fact.kind is F.NHS_INCIDENT_FLAGGED
    assert fact.detail == {"framework": "sif", "trusts": ["hospital", "community"], "until": ""}


def test_the_framework_is_the_areas_unless_the_line_says_otherwise() -> None:
    psirf = a_story(health_reports="psirf")
    assert lines("nhs: hospital", psirf).facts[0].detail["framework"] == "psirf"
    text = "nhs: hospital / framework: psirf / until: Fri 12 March 2027"
    assert lines(text, a_story()).facts[0].detail == {
        "framework": "psirf",
        "trusts": ["hospital"],
        "until": day("Fri 12 Mar 2027").isoformat(),
    }
    text = "nhs: hospital / framework: the old one, sif"
    assert lines(text, psirf).facts[0].detail["framework"] == "sif"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("nhs: police", "Police is not an NHS provider trust"),
        ("nhs: moon base", "the 1st agency named is not in config"),
        ("nhs:", "name the provider trusts"),
        ("nhs: hospital / framework: mine", "sif (the old one) or psirf"),
        ("nhs: hospital / until: 12 March 2027", "only under PSIRF"),
        ("nhs: hospital / framework: psirf / until: 31 June 2027", "does not exist"),
        ("nhs: hospital / framework: psirf / until: 2 November 2026", "has passed"),
        ("report: hospital 72-hour", "no NHS incident is flagged"),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence(text: str, why: str) -> None:
    read = lines(text, a_story())
    assert not read.facts
    assert why in " ".join(read.not_understood)


def test_an_area_that_follows_no_health_reports_refuses_the_flag() -> None:
    read = lines("nhs: hospital", a_story(health_reports="off"))
    assert not read.facts
    assert "switched off for this area" in read.not_understood[0]


def test_none_takes_the_flag_back_and_answers_a_notifications_tick() -> None:
    story = flagged()
    read = lines("nhs: none", story)
    assert "the clocks of its reports end" in read.recorded[0]
    story.facts += [replace(f, number=len(story.facts) + 1) for f in read.facts]
    assert story.case().nhs is None
    assert "already" in lines("nhs: none", story).not_understood[0]
    assert lines("nhs: none", a_story()).facts[0].detail["trusts"] == []


def test_saying_the_same_again_is_refused_and_a_new_list_keeps_the_agreed_day() -> None:
    story = flagged(framework="psirf", until="2027-03-12")
    assert "exactly this is recorded" in lines("nhs: hospital", story).not_understood[0]
    more = lines("nhs: hospital, community", story)
    assert more.facts[0].detail["until"] == "2027-03-12"


def test_a_flag_that_was_a_mistake_can_be_corrected() -> None:
    story = flagged()
    read = lines("correct: nhs, wrong case", story)
    assert read.facts[0].detail["voids"] == story.facts[-1].number


def test_an_incident_flagged_anew_counts_from_then() -> None:
    story = flagged()
    story.fact(F.NHS_INCIDENT_FLAGGED, "Tue 24 Nov 2026 09:00", framework="", trusts=[], until="")
    again = "Wed 25 Nov 2026 09:00"
    story.fact(F.NHS_INCIDENT_FLAGGED, again, framework="sif", trusts=["hospital"], until="")
    incident = story.case().nhs
    assert incident is not None
    assert incident.flagged_at == at(again)


# --- the reports are asked for ------------------------------------------------------------------


def test_the_reports_are_asked_for_at_once_from_the_designated_nurse_alone() -> None:
    story = flagged("hospital", "community", when="Sat 28 Nov 2026 20:00")
    (letter,) = of_kind(story.due("Sat 28 Nov 2026 20:00"), K.HEALTH_REPORT_REQUEST)
    assert addresses(letter) == [NURSE]
    assert not letter.cc
    assert letter.not_before == at("Sat 28 Nov 2026 20:00")
    assert letter.delivery is Delivery.SEND
    text = said(letter, story.area)
    assert "20:00 on Tue 1 Dec 2026" in text  # 72 hours later
    assert text.count("Hospital") >= 3
    assert text.count("Community Health") >= 3
    assert dict(letter.told)["nhs-72-hour-report/hospital"] == day("Tue 1 Dec 2026")


def test_each_report_carries_its_one_date_and_no_name() -> None:
    story = flagged()
    (letter,) = of_kind(story.due("Mon 23 Nov 2026 11:00"), K.HEALTH_REPORT_REQUEST)
    text = said(letter, story.area)
    # 30 and 60 working days after Mon 23 Nov, over Christmas, New Year and no Easter.
    assert [item["due"] for item in letter.words["items"]] == [
        "11:00 on Thu 26 Nov 2026",
        "Thu 7 Jan 2027",
        "Thu 18 Feb 2027",
    ]
    assert "calendar days" not in text
    assert CHILD not in text
    assert BORN not in text


def test_under_psirf_there_is_one_task_with_its_agreed_day() -> None:
    story = flagged(framework="psirf", until="2027-03-12")
    (letter,) = of_kind(story.due("Mon 23 Nov 2026 11:00"), K.HEALTH_REPORT_REQUEST)
    assert len(letter.words["items"]) == 1
    text = said(letter, story.area)
    assert "health learning response of Hospital" in text
    assert "Fri 12 Mar 2027" in text
    assert "72-hour" not in text


def test_under_psirf_without_a_day_the_nurse_is_asked_to_agree_one_and_then_told_it() -> None:
    story = flagged(framework="psirf")
    (letter,) = of_kind(story.due("Mon 23 Nov 2026 11:00"), K.HEALTH_REPORT_REQUEST)
    assert "Please agree a day" in said(letter, story.area)
    assert not any(item["due"] for item in letter.words["items"])
    assert in_charge(the_desk(story, "Wed 25 Nov 2026 09:00")) is None
    when = "Thu 26 Nov 2026 10:00"
    agreed = {"framework": "psirf", "trusts": ["hospital"], "until": "2027-03-12"}
    story.fact(F.NHS_INCIDENT_FLAGGED, when, **agreed)
    (letter,) = of_kind(story.due(when), K.HEALTH_REPORT_REQUEST)
    assert "Fri 12 Mar 2027" in said(letter, story.area)


def test_only_days_that_differ_have_a_first_among_them() -> None:
    agreed = flagged("hospital", "community", framework="psirf", until="2027-03-12")
    (letter,) = of_kind(agreed.due("Mon 23 Nov 2026 11:00"), K.HEALTH_REPORT_REQUEST)
    text = said(letter, agreed.area)
    assert ", due Fri 12 Mar" in text.splitlines()[0]
    assert "first due" not in text
    assert "The health learning response of Hospital by Fri 12 Mar 2027" in text
    under_sif = flagged("hospital")
    (letter,) = of_kind(under_sif.due("Mon 23 Nov 2026 11:00"), K.HEALTH_REPORT_REQUEST)
    assert ", first due Thu 26 Nov" in said(letter, under_sif.area).splitlines()[0]


def test_a_trust_named_later_is_asked_for_alone_and_counts_from_then() -> None:
    story = flagged()
    story.due("Mon 23 Nov 2026 11:00")
    both = {"framework": "sif", "trusts": ["hospital", "community"], "until": ""}
    when = "Fri 27 Nov 2026 11:00"
    story.fact(F.NHS_INCIDENT_FLAGGED, when, **both)
    (letter,) = of_kind(story.due(when), K.HEALTH_REPORT_REQUEST)
    assert {item["trust"] for item in letter.words["items"]} == {"Community Health"}
    assert letter.words["items"][0]["due"] == "11:00 on Mon 30 Nov 2026"


def test_nothing_is_asked_twice_when_a_trust_is_left_out() -> None:
    story = flagged("hospital", "community")
    story.send(story.due("Mon 23 Nov 2026 11:00"), "Mon 23 Nov 2026 11:00")
    one = {"framework": "sif", "trusts": ["hospital"], "until": ""}
    story.fact(F.NHS_INCIDENT_FLAGGED, "Tue 24 Nov 2026 11:00", **one)
    letters = story.due("Tue 24 Nov 2026 11:00")
    assert not of_kind(letters, K.HEALTH_REPORT_REQUEST)
    (note,) = of_kind(letters, K.CHANGE_NOTE)
    assert addresses(note) == [NURSE]
    text = said(note, story.area)
    assert "Community Health" in text
    assert "Hospital" not in text


@pytest.mark.parametrize("ending", ["none", "correction", "withdrawn"])
def test_the_nurse_is_told_when_the_reports_are_not_needed_any_more(ending: str) -> None:
    story = flagged()
    story.send(story.due("Mon 23 Nov 2026 11:00"), "Mon 23 Nov 2026 11:00")
    when = "Tue 24 Nov 2026 11:00"
    if ending == "none":
        story.fact(F.NHS_INCIDENT_FLAGGED, when, framework="", trusts=[], until="")
    elif ending == "correction":
        number = next(f.number for f in story.facts if f.kind is F.NHS_INCIDENT_FLAGGED)
        story.fact(F.CORRECTION, when, voids=number, why="wrong case")
    else:
        story.fact(F.WITHDRAWN, when, why="a mistake")
    notes = [n for n in of_kind(story.due(when), K.CHANGE_NOTE) if addresses(n) == [NURSE]]
    (note,) = [n for n in notes if n.words["change"] == "nhs"]
    assert "no further health report" in said(note, story.area)
    assert not of_kind(story.due("Tue 24 Nov 2026 11:05"), K.CHANGE_NOTE)


def test_a_request_that_has_not_gone_is_withdrawn_with_the_flag() -> None:
    story = flagged()
    (letter,) = of_kind(story.due("Mon 23 Nov 2026 11:00"), K.HEALTH_REPORT_REQUEST)
    when = "Mon 23 Nov 2026 11:01"
    story.fact(F.NHS_INCIDENT_FLAGGED, when, framework="", trusts=[], until="")
    why = no_longer_wanted(queued(letter), story.case(), story.clocks(at(when)))
    assert why == "No NHS incident is flagged any more."


def test_without_a_designated_nurse_the_icbs_contacts_are_asked() -> None:
    area = an_nhs_area(designated_nurse=None)
    assert [person.email for person in nurse_of(area)] == ["safeguarding@icb.example"]


def test_mail_to_the_nurse_is_protected_as_config_says_of_her_domain() -> None:
    area = an_nhs_area()
    icb = [replace(a, protection=Protection.TLS) if a.code == "icb" else a for a in area.agencies]
    assert nurse_protection(replace(area, agencies=tuple(icb))) is Protection.TLS
    elsewhere = an_nhs_area(designated_nurse=a_person("Nadia Vale", "nadia@nurses.example"))
    assert nurse_protection(elsewhere) is Protection.BY_PHONE
    known = replace(elsewhere, protected_domains={"nurses.example": Protection.TLS})
    assert nurse_protection(known) is Protection.TLS


# --- returns through the nurse ------------------------------------------------------------------


def asked_of(story: Story, *codes: str) -> list[Letter]:
    """The information requests once the criteria are met and these agencies are chosen."""
    story.decides().chooses(*codes)
    return of_kind(story.due("Tue 24 Nov 2026 11:05"), K.INFORMATION_REQUEST)


def test_a_flagged_trusts_return_is_asked_for_through_the_nurse() -> None:
    story = flagged()
    letters = asked_of(story, "police", "hospital", "community")
    to = {letter.agency: addresses(letter) for letter in letters}
    assert to == {
        "police": ["safeguarding@police.example"],
        "hospital": [NURSE],
        "community": ["safeguarding@community.example"],
    }
    text = said(next(x for x in letters if x.agency == "hospital"), story.area)
    assert "This comes to you as the designated nurse" in text


def test_what_was_asked_before_the_flag_is_not_asked_twice() -> None:
    story = a_story()
    story.send(asked_of(story, "hospital"), "Tue 24 Nov 2026 11:20")
    when = "Wed 25 Nov 2026 11:00"
    story.fact(F.NHS_INCIDENT_FLAGGED, when, framework="sif", trusts=["hospital"], until="")
    assert K.INFORMATION_REQUEST not in kinds(story.due(when))


def test_a_note_about_a_return_goes_to_whoever_was_asked_for_it() -> None:
    story = flagged()
    story.send(asked_of(story, "hospital"), "Tue 24 Nov 2026 11:20")
    when = "Wed 25 Nov 2026 11:00"
    story.fact(F.AGENCY_EXCUSED, when, agency="hospital", why="records elsewhere")
    (note,) = of_kind(story.due(when), K.CHANGE_NOTE)
    assert addresses(note) == [NURSE]


# --- reports arrive -----------------------------------------------------------------------------


def a_report(which: str, **values: Any) -> Any:
    """A health report as a form."""
    return a_form(DocumentKind.HEALTH_REPORT, values=values, health_report=which)


def arrives(
    story: Story, *forms: Any, sender: str = "hospital", basis: Basis = Basis.TOKEN, **message: Any
) -> Effects:
    """What a mail from an agency with these forms does to the case."""
    link = Link(
        case=CASE,
        basis=basis,
        evidence="",
        agency=AgencyCode(sender) if sender else None,
        party="agency",
    )
    mail = a_message(sender=f"safeguarding@{sender}.example", **message)
    return facts_from_message(
        mail, forms, link, case=story.case(), area=story.area, now=at("Wed 25 Nov 2026 10:00")
    )


@pytest.mark.parametrize(
    ("which", "kind"),
    [
        ("72-hour", F.SEVENTY_TWO_HOUR_REPORT_RECEIVED),
        ("30-day", F.THIRTY_DAY_REPORT_RECEIVED),
        ("60-day", F.SIXTY_DAY_REPORT_RECEIVED),
    ],
)
def test_a_trusts_report_is_recorded_as_its_own(which: str, kind: FactKind) -> None:
    effects = arrives(flagged(), a_report(which))
    fact = effects.facts[0]
    assert (fact.kind, fact.agency) == (kind, HOSPITAL)
    assert fact.detail["from"] == "safeguarding@hospital.example"
    assert not effects.waits


def test_the_icb_hands_in_the_report_of_the_only_trust_or_of_the_one_named() -> None:
    one = arrives(flagged(), a_report("72-hour"), sender="icb")
    assert one.facts[0].agency == HOSPITAL
    two = flagged("hospital", "community")
    named = arrives(two, a_report("30-day", agency="Community Health"), sender="icb")
    assert named.facts[0].agency == COMMUNITY
    unnamed = arrives(two, a_report("30-day"), sender="icb")
    assert unnamed.waits
    assert "does not say of which trust" in unnamed.reason


@pytest.mark.parametrize(
    ("story", "which", "sender", "why"),
    [
        (a_story(), "72-hour", "hospital", "no NHS incident is flagged"),
        (flagged(), "72-hour", "police", "neither a trust of this NHS incident nor the ICB"),
        (flagged(), "72-hour", "community", "neither a trust"),
        (flagged(), "", "hospital", "does not say which"),
        (flagged(), "psirf", "hospital", "runs under the old framework"),
        (flagged(framework="psirf"), "30-day", "hospital", "runs under PSIRF"),
    ],
)
def test_a_report_that_is_not_plainly_one_trusts_waits(
    story: Story, which: str, sender: str, why: str
) -> None:
    effects = arrives(story, a_report(which), sender=sender)
    assert effects.waits
    assert why in effects.reason
    assert {fact.kind for fact in effects.facts} == {F.MESSAGE_LINKED}


def test_a_report_naming_another_trust_than_its_senders_waits() -> None:
    story = flagged("hospital", "community")
    effects = arrives(story, a_report("72-hour", agency="Community Health"))
    assert effects.waits
    assert "another trust than the sender's" in effects.reason


def test_under_psirf_whatever_the_trust_calls_it_is_the_response() -> None:
    for which in ("psirf", ""):
        effects = arrives(flagged(framework="psirf"), a_report(which))
        assert effects.facts[0].kind is F.HEALTH_RESPONSE_RECEIVED


def test_a_report_is_never_a_return_and_a_return_never_a_report() -> None:
    story = flagged()
    story.send(asked_of(story, "hospital"), "Tue 24 Nov 2026 11:20")
    report = arrives(story, a_report("72-hour"))
    assert F.RETURN_RECEIVED not in {f.kind for f in report.facts}
    returned = arrives(story, a_form(values={"agency": "Hospital"}))
    assert {f.kind for f in returned.facts} == {F.RETURN_RECEIVED, F.MESSAGE_LINKED}
    both = arrives(story, a_form(values={"agency": "Hospital"}), a_report("72-hour"))
    assert {f.kind for f in both.facts} == {
        F.RETURN_RECEIVED,
        F.SEVENTY_TWO_HOUR_REPORT_RECEIVED,
        F.MESSAGE_LINKED,
    }


def test_a_report_nobody_vouches_for_waits() -> None:
    effects = arrives(flagged(), a_report("72-hour"), vouched_for=False)
    assert effects.waits
    assert len(effects.facts) == 1


def test_staff_record_a_report_by_hand_and_take_it_back() -> None:
    story = flagged()
    read = lines(
        "report: hospital 72-hour / received on: 24 November 2026",
        story,
        when="Wed 25 Nov 2026 10:00",
    )
    (fact,) = read.facts
    assert fact.kind is F.SEVENTY_TWO_HOUR_REPORT_RECEIVED
    assert (fact.agency, fact.happened) == (HOSPITAL, day("Tue 24 Nov 2026"))
    story.facts.append(replace(fact, number=len(story.facts) + 1))
    assert len(outstanding_reports(story.case())) == 2
    undone = lines("correct: report hospital, wrong trust", story, when="Wed 25 Nov 2026 10:00")
    assert undone.facts[0].detail["voids"] == story.facts[-1].number


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("report: 30 day", F.THIRTY_DAY_REPORT_RECEIVED),
        ("report: Hospital, 60-day report", F.SIXTY_DAY_REPORT_RECEIVED),
        ("health report: hospital 72hr report.", F.SEVENTY_TWO_HOUR_REPORT_RECEIVED),
    ],
)
def test_reports_are_named_as_people_name_them(text: str, kind: FactKind) -> None:
    read = lines(text, flagged())
    assert not read.not_understood
    assert (read.facts[0].kind, read.facts[0].agency) == (kind, HOSPITAL)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("report: community 72-hour", "not among the trusts flagged"),
        ("report: hospital", "say which report"),
        ("report: hospital psirf", "there is only: 72-hour report, 30-day report"),
        ("report: hospital 72-hour / received on: 24 December 2026", "lies ahead"),
    ],
)
def test_a_report_that_cannot_be_is_refused(text: str, why: str) -> None:
    read = lines(text, flagged())
    assert not read.facts
    assert why in read.not_understood[0]


def test_thanks_go_to_the_vouched_for_sender_of_a_report() -> None:
    story = flagged()
    when = "Wed 25 Nov 2026 10:00"
    story.fact(
        F.SEVENTY_TWO_HOUR_REPORT_RECEIVED,
        when,
        agency="hospital",
        message="h1",
        document={"summary": CHILD},
        **{"from": "named.nurse@hospital.example"},
    )
    (letter,) = of_kind(story.due(when), K.RETURN_ACKNOWLEDGED)
    assert addresses(letter) == ["named.nurse@hospital.example"]
    assert letter.reply_to_message == "h1"
    text = said(letter, story.area)
    assert "the 72-hour report of Hospital has reached us" in text
    assert CHILD not in text
    assert not of_kind(story.due(when), K.HEALTH_REPORT_ARRIVED)


def _met_and_submitted(story: Story) -> None:
    story.decides().meets()
    story.fact(F.SUBMISSION_SENT, "Fri 11 Dec 2026 10:00", message_id="", evidence="staff")


def _not_met_and_decided(story: Story) -> None:
    story.decides("not-met").meets(criteria_found="not-met")


@pytest.mark.parametrize("so_far", [lambda _story: None, _met_and_submitted, _not_met_and_decided])
@pytest.mark.parametrize("kind", [F.THIRTY_DAY_REPORT_RECEIVED, F.SIXTY_DAY_REPORT_RECEIVED])
def test_a_later_report_is_put_before_the_group_whatever_was_decided(
    so_far: Any, kind: FactKind
) -> None:
    story = flagged()
    so_far(story)
    when = "Thu 7 Jan 2027 10:00"
    story.due("Wed 6 Jan 2027 10:00")
    story.fact(kind, when, agency="hospital")
    (letter,) = of_kind(story.due(when), K.HEALTH_REPORT_ARRIVED)
    assert letter.delivery is Delivery.DRAFT
    assert addresses(letter)[0] == "lee.marlow@chair.example"
    assert "robin.hale@bedford.example" in addresses(letter)
    assert "before the Case Review Group" in said(letter, story.area)
    assert "It reached us at 10:00 on Thu 7 Jan 2027." in said(letter, story.area)
    assert not of_kind(story.due(when), K.HEALTH_REPORT_ARRIVED)


def test_a_report_whose_hour_is_not_known_reached_us_on_a_day() -> None:
    assert arrival_words(day("Thu 7 Jan 2027")) == "on Thu 7 Jan 2027"
    assert arrival_words(at("Thu 7 Jan 2027 10:00")) == "at 10:00 on Thu 7 Jan 2027"


# --- what the nurse hands in for a trust --------------------------------------------------------


def nurses_link() -> Link:
    """A mail of the designated nurse, as linking gives it."""
    return Link(case=CASE, basis=Basis.TOKEN, evidence="", agency=AgencyCode("icb"), party="agency")


def test_the_designated_nurse_speaks_for_the_icb_wherever_her_address_is() -> None:
    area = an_nhs_area(designated_nurse=a_person("Nadia Vale", "nadia@nurses.example"))
    party = who_is("nadia@nurses.example", area)
    assert party is not None
    assert party.agency == "icb"


@pytest.mark.parametrize(
    ("form", "answered", "whose"),
    [
        (None, "hospital", "hospital"),
        (None, "icb", "icb"),
        (None, None, "icb"),
        (a_form(values={"agency": "Hospital"}), "icb", "hospital"),
        (a_form(values={"agency": "Icb"}), "hospital", "icb"),
        (a_form(token=form_token(KEY, CASE, HOSPITAL, 1)), None, "hospital"),
        (a_form(values={"agency": "Community Health"}), "hospital", "icb"),
    ],
)
def test_whose_return_the_nurse_hands_in_follows_from_the_form_then_the_letter(
    form: Any, answered: str | None, whose: str
) -> None:
    story = flagged()
    forms = (form,) if form else ()
    link = on_behalf(
        nurses_link(),
        forms,
        answered=AgencyCode(answered) if answered else None,
        case=story.case(),
        area=story.area,
        key=KEY,
    )
    assert link.agency == whose


def test_only_the_icb_hands_in_for_a_trust_and_only_in_an_nhs_incident() -> None:
    story = flagged()
    police = replace(nurses_link(), agency=AgencyCode("police"))
    asked = {"answered": HOSPITAL, "area": story.area, "key": KEY}
    assert on_behalf(police, (), case=story.case(), **asked) == police
    assert on_behalf(nurses_link(), (), case=a_story().case(), **asked) == nurses_link()


def test_staff_may_link_the_mail_of_a_flagged_trust_that_was_asked_for_no_return() -> None:
    message = a_message(sender="safeguarding@community.example")
    parties = CaseParties(agencies={HOSPITAL: Asked(round=1)}, trusts=(COMMUNITY,))
    area = an_nhs_area()
    link = link_by_staff(message, CASE, by="robin", area=area, parties=parties)
    assert link.agency == COMMUNITY
    unflagged = replace(parties, trusts=())
    link = link_by_staff(message, CASE, by="robin", area=area, parties=unflagged)
    assert link.agency is None


# --- the daily summary --------------------------------------------------------------------------


def listed_on(story: Story, when: str) -> list[str]:
    """What the summary of that morning says of the case."""
    found = in_charge(the_desk(story, when))
    return [f"{entry['what']} of {entry['trust']}" for entry in found.entries] if found else []


def test_the_summary_lists_what_is_outstanding_from_the_next_morning_on() -> None:
    story = flagged()
    assert listed_on(story, "Mon 23 Nov 2026 12:00") == []
    assert listed_on(story, "Tue 24 Nov 2026 08:00") == [
        "72-hour report of Hospital",
        "30-day report of Hospital",
        "60-day report of Hospital",
    ]
    story.fact(F.SEVENTY_TWO_HOUR_REPORT_RECEIVED, "Tue 24 Nov 2026 09:00", agency="hospital")
    assert listed_on(story, "Wed 25 Nov 2026 08:00") == [
        "30-day report of Hospital",
        "60-day report of Hospital",
    ]


def test_the_summary_lists_the_return_that_was_asked_for_through_the_nurse() -> None:
    story = flagged()
    story.send(asked_of(story, "hospital", "police"), "Tue 24 Nov 2026 11:20")
    assert "information of Hospital" in listed_on(story, "Wed 25 Nov 2026 08:00")
    assert "information of Police" not in listed_on(story, "Wed 25 Nov 2026 08:00")


def test_the_summary_is_one_letter_for_all_cases_with_references_and_no_names() -> None:
    story = flagged()
    found = in_charge(the_desk(story, "Thu 26 Nov 2026 08:00"))
    assert found is not None
    other = replace(found, case=type(found.case)("BB-2026-015-H"))
    now = at("Thu 26 Nov 2026 08:00")
    letter = health_summary([found, other], office=story.office, now=now)
    assert letter is not None
    assert addresses(letter) == [NURSE]
    assert letter.case is None
    text = said(letter, story.area)
    assert "BB-2026-014-K" in text
    assert "BB-2026-015-H" in text
    assert "is due today, 11:00 on Thu 26 Nov 2026" in text
    assert CHILD not in text
    assert health_summary([], office=story.office, now=now) is None


def test_a_summary_that_went_is_on_record_in_each_case_with_the_days_it_told() -> None:
    story = flagged()
    found = in_charge(the_desk(story, "Tue 24 Nov 2026 08:00"))
    assert found is not None
    now = at("Tue 24 Nov 2026 08:00")
    letter = health_summary([found], office=story.office, now=now)
    assert letter is not None
    (fact,) = facts_when_summed_up(queued(letter), at=now, now=now)
    assert (fact.case, fact.detail["kind"]) == (CASE, "health-summary")
    assert fact.detail["told"]["nhs-72-hour-report/hospital"] == "2026-11-26"


@pytest.mark.parametrize("agency", ["hospital", "icb"])
def test_nothing_is_listed_while_a_mail_of_the_trust_or_the_nurses_waits(agency: str) -> None:
    story = flagged()
    story.waiting = {AgencyCode(agency): (MessageKey("w1"),)}
    assert listed_on(story, "Wed 25 Nov 2026 08:00") == []


def test_a_waiting_mail_of_a_trust_that_was_never_asked_holds_its_clocks_reminders() -> None:
    story = flagged()
    story.waiting = {HOSPITAL: (MessageKey("w1"),)}
    clocks = [c for c in story.clocks(at("Wed 25 Nov 2026 08:00")) if c.agency == "hospital"]
    assert clocks
    assert {clock.state for clock in clocks} == {ClockState.WAITING}


def test_the_nurse_gets_no_reminder_of_her_own_and_staff_are_told_to_ring() -> None:
    story = flagged()
    found: list[Letter] = []
    moment = at("Tue 24 Nov 2026 09:05")
    for _ in range(8):
        found += [
            x
            for x in of_kind(story.due(moment.strftime("%a %-d %b %Y %H:%M")), K.REMINDER)
            if any(step.clock.startswith("nhs-") for step in x.steps)
        ]
        moment += timedelta(days=1)
    assert NURSE not in {address for letter in found for address in addresses(letter)}
    (ring,) = found
    # Due Thu 26 Nov, told again on Fri 27; staff ring on the working day after.
    assert ring.key.split("/")[2] == "2026-11-30"
    assert "robin.hale@bedford.example" in addresses(ring)
    assert "72-hour report" in said(ring, story.area)


def test_a_trusts_lead_hears_of_a_late_return_that_was_asked_for_through_the_nurse() -> None:
    story = flagged()
    story.send(asked_of(story, "hospital"), "Tue 24 Nov 2026 11:20")
    when = "Wed 2 Dec 2026 09:05"  # due Tue 1 Dec
    reminders = of_kind(story.due(when), K.REMINDER)
    own = [x for x in reminders if x.agency == "hospital" and x.words["by_agency"]]
    assert [addresses(letter) for letter in own] == [["lead@hospital.example"]]


def test_what_the_nurse_is_reminded_of_otherwise_and_the_trusts_debts_make_one_letter() -> None:
    story = flagged()
    nurse = story.area.designated_nurse
    assert nurse is not None
    agencies = tuple(
        replace(a, delegates=(nurse,)) if a.code == "icb" else a for a in story.area.agencies
    )
    story.area = replace(story.area, agencies=agencies)
    # The criteria are due on Mon 30 Nov, and the three partners are reminded the day before.
    when = "Fri 27 Nov 2026 09:05"
    mine = [x for x in of_kind(story.due(when), K.REMINDER) if NURSE in addresses(x)]
    (letter,) = mine
    assert addresses(letter) == [NURSE]
    clocks = [item["clock"] for item in letter.words["items"]]
    assert "partners-decide" in clocks
    assert "nhs-30-day-report" in clocks


@given(
    days=st.lists(st.integers(0, 20), min_size=1, max_size=8, unique=True),
    delegate=st.booleans(),
    asked=st.booleans(),
)
def test_the_nurse_gets_at_most_one_reminder_or_summary_per_case_and_day(
    days: list[int], delegate: bool, asked: bool
) -> None:
    story = flagged("hospital", "community")
    nurse = story.area.designated_nurse
    assert nurse is not None
    if delegate:
        agencies = tuple(
            replace(a, delegates=(nurse,)) if a.code == "icb" else a for a in story.area.agencies
        )
        story.area = replace(story.area, agencies=agencies)
    if asked:
        story.send(asked_of(story, "icb", "hospital"), "Tue 24 Nov 2026 11:20")
    for after in sorted(days):
        morning = at("Wed 25 Nov 2026 08:00") + timedelta(days=after)
        reached = _morning(story, morning)
        assert reached <= 1


def _morning(story: Story, morning: datetime) -> int:
    """How many letters of one day remind the nurse of the case: the summary's, and reminders."""
    hour = morning + timedelta(hours=1)
    desk = the_desk(story, hour.strftime("%a %-d %b %Y %H:%M"))
    items = [item for clock in desk.clocks for item in items_of(desk, clock)]
    otherwise = any(NURSE in {p.email for p in (*i.to, *i.cc)} for i in items)
    found: InCharge | None = None if otherwise else in_charge(desk)
    working = desk.calendar.is_working_day(desk.today)
    letters = of_kind(story.due(hour.strftime("%a %-d %b %Y %H:%M")), K.REMINDER)
    theirs = [x for x in letters if NURSE in {p.email for p in (*x.to, *x.cc)}]
    return len(theirs) + (1 if found and working else 0)


# --- what staff are asked -----------------------------------------------------------------------


def test_the_notifications_tick_is_a_prompt_in_the_new_case_letter_and_flags_nothing() -> None:
    ticked = Story(area=an_nhs_area()).opens(fields={"incident.nhs": True})
    plain = Story(area=an_nhs_area()).opens()
    off = Story(area=an_nhs_area(health_reports="off")).opens(fields={"incident.nhs": True})
    texts = [
        said(of_kind(story.due("Mon 23 Nov 2026 10:01"), K.NEW_CASE)[0], story.area)
        for story in (ticked, plain, off)
    ]
    assert "Is it an NHS Serious Incident?" in texts[0]
    assert "nhs: hospital, community" in texts[0]
    assert "Is it an NHS Serious Incident?" not in texts[1]
    assert "nhs: hospital, community" in texts[1]
    assert "NHS Serious Incident" not in texts[2]
    assert ticked.case().nhs is None


def test_staff_are_asked_until_they_have_answered_the_tick_or_agreed_a_day() -> None:
    ticked = Story(area=an_nhs_area()).opens(fields={"incident.nhs": True})
    ((what, line),) = nhs_questions(ticked.case(), ticked.area)
    assert what.startswith("The notification says")
    assert line == "nhs: hospital, community"
    no = {"framework": "", "trusts": [], "until": ""}
    ticked.fact(F.NHS_INCIDENT_FLAGGED, "Mon 23 Nov 2026 12:00", **no)
    assert nhs_questions(ticked.case(), ticked.area) == ()
    undated = flagged(framework="psirf")
    ((what, _),) = nhs_questions(undated.case(), undated.area)
    assert "No day is agreed" in what
    dated = flagged(framework="psirf", until="2027-03-12")
    assert nhs_questions(dated.case(), dated.area) == ()


def test_staff_hear_at_once_of_a_waiting_mail_of_a_trust_that_owes_a_report_alone() -> None:
    story = flagged()
    story.due("Mon 23 Nov 2026 11:00")
    when = "Wed 25 Nov 2026 10:00"
    story.fact(F.MESSAGE_LINKED, when, agency="hospital", message="w1", waits=True)
    story.waiting = {HOSPITAL: (MessageKey("w1"),)}
    (alert,) = of_kind(story.due(when), K.ALERT)
    text = said(alert, story.area)
    assert "A mail from Hospital waits for a person" in text
    assert "report: hospital 72-hour report" in text


def test_the_report_says_which_health_reports_came_and_which_are_outstanding() -> None:
    story = flagged()
    story.fact(F.SEVENTY_TWO_HOUR_REPORT_RECEIVED, "Wed 25 Nov 2026 10:00", agency="hospital")
    content = report(story.case(), story.area, token="t", now=at("Thu 26 Nov 2026 10:00"))
    cells = [
        [cell.text for cell in row.cells]
        for table in docx.Document(BytesIO(content)).tables
        for row in table.rows
    ]
    said_of = {row[0]: row[1] for row in cells if len(row) > 1}
    assert said_of["72-hour report, Hospital"].startswith("received ")
    assert said_of["60-day report, Hospital"] == "outstanding"


def test_the_case_says_which_reports_are_outstanding() -> None:
    case: Case = case_from(flagged("hospital", "community").facts)
    assert len(outstanding_reports(case)) == 6
