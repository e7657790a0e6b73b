"""What cannot wait: referrals in the wrong mailbox, the public and the press, forged senders.

The week of Mon 23 November 2026; times are UTC, which is London's time in November.
"""

import pytest

from mailbot.core.model import AgencyCode, FactKind, LetterKind
from tests.forms_kit import a_table
from tests.shell.by_mail import CRITERIA, NOTIFIED, Play
from tests.shell.world import GP, POLICE, STAFF, moment

POLICE_CODE = AgencyCode("police")
REFERRAL = """\
Child protection referral

I am worried about a child who came to us today. We are making a child protection referral now.
"""
MARF = (
    ("Date of referral", "28 November 2026"),
    ("Name of child", "Juniper Hallam"),
    ("Is the child at immediate risk?", "Yes"),
)
SCHOOL = "head@larch-road-school.example"


def replies(play: Play, to: str) -> int:
    return play.count("No referral has been made", to)


def in_the_inbox(play: Play) -> bool:
    """Whether the stranger's mail lies in the inbox, beside the copies of our own letters."""
    return any(b"From: somebody@elsewhere.example" in x for x in play.stage.folder("INBOX"))


def alerts(play: Play) -> list[str]:
    """Subjects of alerts, without reference and marking."""
    found = [str(m["subject"]) for m in play.outgoing() if "Needs you now" in str(m["subject"])]
    return [subject.partition("Needs you now: ")[2] for subject in found]


def test_a_referral_from_a_stranger_is_answered_and_told_at_once_also_at_night(play: Play) -> None:
    key = play.writes(SCHOOL, "Child protection referral", REFERRAL, "Sat 2026-11-28 22:40")
    assert replies(play, SCHOOL) == 1
    text = play.letter("No referral has been made", SCHOOL)
    assert "ring 999" in text
    assert "No referral has been made by your mail" in text
    assert alerts(play) == ["A mail may be a child protection referral"]
    evening = moment("Sat 2026-11-28 22:30")
    sent = play.unit.store.outbox.sent_between(evening, moment("Sat 2026-11-28 22:45"))
    assert {letter.kind for letter in sent} >= {LetterKind.SAFETY_REPLY, LetterKind.ALERT}
    assert play.kept(key).waits


def test_a_second_referral_within_twelve_hours_is_told_of_and_not_answered_again(
    play: Play,
) -> None:
    for at in ("Mon 2026-11-23 10:00", "Mon 2026-11-23 20:00", "Mon 2026-11-23 23:00"):
        play.writes(SCHOOL, "Child protection referral", REFERRAL, at)
    assert replies(play, SCHOOL) == 2
    assert len(alerts(play)) == 3


def test_a_referral_that_nobody_vouches_for_is_told_of_and_never_answered(play: Play) -> None:
    subject = "Child protection referral"
    play.writes(SCHOOL, subject, REFERRAL, "Mon 2026-11-23 10:00", verdict="fail")
    assert replies(play, SCHOOL) == 0
    assert alerts(play) == ["A mail may be a child protection referral"]
    assert "has not been told anything" in play.letter("Needs you now")


def test_a_referral_in_answer_to_a_request_is_no_return_and_waits(play: Play) -> None:
    play.answers(STAFF, "New case", f"{CRITERIA}\n{NOTIFIED}", "Mon 2026-11-23 11:00")
    play.until("Mon 2026-11-23 12:00")
    key = play.answers(POLICE, "request for Bed", REFERRAL, "Mon 2026-11-23 13:00")
    assert play.kept(key).waits
    assert play.waiting(POLICE_CODE)
    assert play.facts(FactKind.RETURN_RECEIVED) == []
    assert alerts(play) == ["A mail may be a child protection referral"]
    play.answers(STAFF, "may be a child", f"dealt with: {key[:8]}", "Mon 2026-11-23 14:00")
    assert not play.kept(key).waits


def test_a_referral_as_a_form_in_the_wrong_mailbox_is_answered_and_told_at_once(play: Play) -> None:
    at = "Sat 2026-11-28 22:40"
    form = a_table(MARF, heading="Multi-agency referral form")
    files = (("marf.docx", form),)
    play.writes(SCHOOL, "For your attention", "Please see attached.", at, files=files)
    assert replies(play, SCHOOL) == 1
    assert alerts(play) == ["A mail may be a child protection referral"]


@pytest.mark.parametrize(
    "text",
    [
        "We act for the father. Please find our letter attached.",
        "I am a reporter at the Larch Times; my questions are attached.",
        "This is a subject access request. Proof of identity is attached.",
    ],
)
def test_the_public_is_told_of_also_when_what_they_enclose_cannot_be_read(
    play: Play, text: str
) -> None:
    files = (("letter.pdf", b"%PDF-1.7 nothing in it"),)
    at = "Mon 2026-11-23 10:00"
    play.writes("somebody@elsewhere.example", "A letter", text, at, files=files)
    assert alerts(play) == ["A mail may come from family, a solicitor or the press"]
    assert in_the_inbox(play)


def test_a_colleague_who_speaks_of_a_referral_gets_no_safety_reply(play: Play) -> None:
    text = "safety: a child protection referral was made for the brother"
    play.answers(STAFF, "New case", text, "Mon 2026-11-23 10:00")
    assert replies(play, STAFF) == 0
    assert alerts(play) == []
    assert len(play.facts(FactKind.SAFETY_PROMPT_ANSWERED)) == 1


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("Our client", "We act for the mother and write under the pre-action protocol."),
        ("Your review", "I am a journalist at the Bedford Mercury. We print tonight."),
        ("Request", "This is a subject access request under the Data Protection Act."),
        ("Freedom of information", "How many reviews were there last year?"),
        ("What happened", "I am his grandmother. Nobody has told us what happened."),
    ],
)
def test_family_solicitors_and_the_press_are_never_answered_or_moved(
    play: Play, subject: str, text: str
) -> None:
    key = play.writes("somebody@elsewhere.example", subject, text, "Mon 2026-11-23 10:00")
    assert alerts(play) == ["A mail may come from family, a solicitor or the press"]
    assert play.kept(key).waits
    assert in_the_inbox(play)
    assert [m for m in play.outgoing() if "elsewhere" in str(m["to"])] == []
    play.answers(STAFF, "may come from", "dealt with: this mail", "Mon 2026-11-23 11:00")
    assert not play.kept(key).waits
    assert play.kept(key).case is None
    assert in_the_inbox(play)


@pytest.mark.parametrize(
    "text",
    [
        "Please find our return attached. The solicitor for the trust has seen it.",
        "The mother asked about the press release.",
        "Freedom of information is not affected.",
    ],
)
def test_agencies_may_speak_of_solicitors_and_the_press(play: Play, text: str) -> None:
    play.writes(GP, "Our return", text, "Mon 2026-11-23 10:00")
    assert not any("press" in subject for subject in alerts(play))


@pytest.mark.parametrize(
    ("sender", "name"),
    [(STAFF, "the business unit"), (POLICE, "Bedfordshire Police")],
)
def test_a_forged_sender_is_told_of_once_a_day(play: Play, sender: str, name: str) -> None:
    for at in ("Mon 2026-11-23 10:00", "Mon 2026-11-23 10:30"):
        play.writes(sender, "Please pay", "Open this link.", at, verdict="fail")
    found = [subject for subject in alerts(play) if name in subject]
    assert found
    if sender == STAFF:
        assert found == [f"A mail says it is from {name}, and nobody vouches for it"]
        assert "Ring the person whose name it bears" in play.letter("nobody vouches")


# --- more time, and lines of those who cannot record ---


def test_an_agency_that_asks_for_more_time_is_told_of_with_the_line_that_grants_it(
    asked: Play,
) -> None:
    text = "Our reviewing officer is away. Could we have until Friday 4 December, please?"
    key = asked.answers(POLICE, "request for Bed", text, "Wed 2026-11-25 10:00")
    assert alerts(asked) == ["Bedfordshire Police asks for more time"]
    told = asked.letter("asks for more time")
    assert "“extend: police until Fri 4 Dec 2026, why”" in told
    assert "due on Mon 30 Nov 2026" in told
    assert asked.waiting(POLICE_CODE)
    asked.until("Fri 2026-11-27 08:00")
    assert asked.count("Reminder", POLICE) == 0
    line = "extend: police until Fri 4 Dec 2026, they are short of people"
    asked.answers(STAFF, "asks for more time", line, "Fri 2026-11-27 08:30")
    assert not asked.kept(key).waits
    (fact,) = asked.facts(FactKind.EXTENSION_GRANTED)
    assert (fact.detail["until"], fact.detail["who"]) == ("2026-12-04", STAFF)
    assert asked.count("New due day, Fri 4 Dec 2026", POLICE) == 1


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("Can we have more time?", "until Wed 2 Dec 2026"),
        ("We will not be able to return this by Monday.", "until Mon 30 Nov 2026"),
        ("May we send it on Thursday 3 December instead?", "until Thu 3 Dec 2026"),
    ],
)
def test_a_request_for_time_names_its_day_or_gets_one_proposed(
    asked: Play, text: str, line: str
) -> None:
    asked.answers(POLICE, "request for Bed", text, "Thu 2026-11-26 10:00")
    assert line in asked.letter("asks for more time")


@pytest.mark.parametrize(
    "text",
    [
        "Which period do you mean?",
        "Thank you for the extension. Our findings follow.",
        "Ring me on extension 4411.",
    ],
)
def test_an_ordinary_question_is_no_request_for_time(asked: Play, text: str) -> None:
    asked.answers(POLICE, "request for Bed", text, "Thu 2026-11-26 10:00")
    assert alerts(asked) == ["A mail from Bedfordshire Police waits for a person"]


@pytest.mark.parametrize("sender", [POLICE, "ruth.penhallow@bedfordshire-police.example"])
def test_a_partners_line_records_nothing_and_is_put_before_staff(play: Play, sender: str) -> None:
    letter = "Decision of the" if sender != POLICE else "request for Bed"
    if sender == POLICE:
        play.answers(
            STAFF,
            "New case",
            "criteria: met / present: all partners\nagencies: police",
            "Mon 2026-11-23 09:40",
        )
        play.until("Mon 2026-11-23 10:00")
    key = play.answers(sender, letter, "decision: review\nview: police met", "Mon 2026-11-23 10:10")
    assert play.kept(key).waits
    assert "only the business unit can record (“decision” and “view”)" in play.kept(key).reason
    assert play.facts(FactKind.REVIEW_DECIDED) == []
    assert play.facts(FactKind.PARTNER_VIEW) == []
    assert "decision" in play.letter("A mail from Bedfordshire Police waits")
    assert play.count("ecorded", sender) == 0


@pytest.mark.parametrize(
    "line",
    [
        "hold: case, we ask for it",
        "release: police, why",
        "merge: BB-2026-015-X, the same incident",
        "separate: BB-2026-015-X, why",
        "count: submission from today, why",
        "dfe notified: today / reference: D-1",
        "confirm copy: today / reference: S-1",
        "reopen: there is more",
    ],
)
def test_no_partner_can_hold_merge_or_count_anew_and_staff_hear_that_one_tried(
    play: Play, line: str
) -> None:
    staff_say = "criteria: met / present: all partners\nagencies: police"
    play.answers(STAFF, "New case", staff_say, "Mon 2026-11-23 09:40")
    play.until("Mon 2026-11-23 10:00")
    before = play.unit.store.cases.facts(play.ref)
    key = play.answers(POLICE, "request for Bed", line, "Mon 2026-11-23 10:10")
    assert play.kept(key).waits
    assert f"only the business unit can record (“{line.partition(':')[0]}”)" in (
        play.kept(key).reason
    )
    after = play.unit.store.cases.facts(play.ref)[len(before) :]
    assert {fact.kind for fact in after} == {FactKind.MESSAGE_LINKED, FactKind.LETTER_SENT}
    assert "which only you can record" in play.letter("A mail from Bedfordshire Police")
