"""What staff do by answering letters, and what mail that waits does meanwhile, through real mail.

The week of Mon 23 November 2026; times are UTC, which is London's time in November.
"""

import io
from pathlib import Path

import docx
import pytest

from mailbot.by_hand import link_message, open_from_message
from mailbot.casework import case_of
from mailbot.core.model import AgencyCode, FactKind
from mailbot.report import report
from tests.shell.by_mail import CRITERIA, Play, said_to_staff
from tests.shell.world import (
    CHILD,
    GP,
    HOSPITAL,
    NOTIFICATION,
    NOTIFIER,
    POLICE,
    RETURN,
    STAFF,
    moment,
)

DELEGATE = "ruth.penhallow@bedfordshire-police.example"
ONLINE = "marcus.oyelaran@children.bedford-council.example"
PANEL = "mailbox.nationalreviewpanel@education.gov.uk"
DECIDED = """\
held: today
present: council, icb, police, chair, probation

decision: review
reasons: they agree

submission sent: today
"""
POLICE_CODE = AgencyCode("police")


# --- answers that are no return ---


def test_a_partners_word_on_the_call_holds_no_reminders_up_and_is_dealt_with(play: Play) -> None:
    key = play.answers(DELEGATE, "Decision of the", "Ten suits me.", "Mon 2026-11-23 10:00")
    assert play.kept(key).waits
    assert "dealt with: police" in play.letter("A mail from Bedfordshire Police waits")
    play.answers(STAFF, "New case", CRITERIA, "Mon 2026-11-23 11:00")
    assert not play.waiting(POLICE_CODE)
    play.until("Fri 2026-11-27 08:00")
    assert play.count("Reminder", POLICE) == 1
    play.answers(STAFF, "A mail from Bed", "dealt with: police", "Fri 2026-11-27 09:30")
    assert "no return is recorded" in said_to_staff(play)
    assert not play.kept(key).waits
    assert play.facts(FactKind.RETURN_RECEIVED) == []
    assert len(play.stage.folder(f"mailbot/Cases/{play.ref}")) == 4


def test_what_the_notifier_says_of_the_online_form_is_settled_by_recording_it(play: Play) -> None:
    play.answers(STAFF, "New case", CRITERIA, "Mon 2026-11-23 11:00")
    play.until("Mon 2026-11-23 12:00")
    key = play.answers(ONLINE, "Online", "Done today, SIN-1.", "Tue 2026-11-24 10:00")
    assert play.kept(key).waits
    play.answers(STAFF, "New case", "panel notified: today", "Tue 2026-11-24 11:00")
    assert not play.kept(key).waits


def test_a_question_still_holds_reminders_up_until_it_is_dealt_with(asked: Play) -> None:
    asked.answers(POLICE, "request for Bed", "Which period?", "Tue 2026-11-24 10:00")
    assert asked.waiting(POLICE_CODE)
    asked.until("Fri 2026-11-27 08:00")
    assert asked.count("Reminder", POLICE) == 0
    asked.answers(STAFF, "New case", "dealt with: police", "Fri 2026-11-27 08:30")
    assert not asked.waiting(POLICE_CODE)
    asked.until("Tue 2026-12-01 08:00")
    assert asked.count("Reminder", POLICE) > 0


def test_an_unvouched_word_on_the_call_holds_no_reminders_up_either(play: Play) -> None:
    key = play.answers(
        DELEGATE, "Decision of the", "Ten suits me.", "Mon 2026-11-23 10:00", verdict="fail"
    )
    play.answers(STAFF, "New case", CRITERIA, "Mon 2026-11-23 11:00")
    assert not play.waiting(POLICE_CODE)
    play.answers(STAFF, "New case", "dealt with: police", "Mon 2026-11-23 11:10")
    assert (play.kept(key).waits, play.kept(key).case) == (False, play.ref)


# --- returns that staff accept ---


def test_an_unvouched_return_counts_from_its_receipt_and_joins_the_case(asked: Play) -> None:
    key = asked.answers(
        POLICE, "request for Bed", "Not known to us.", "Tue 2026-11-24 10:00", verdict="fail"
    )
    assert "return: police nil" in asked.letter("A mail from Bedfordshire Police waits")
    asked.answers(STAFF, "A mail from Bed", "return: police nil", "Tue 2026-11-24 14:00")
    (fact,) = asked.facts(FactKind.RETURN_RECEIVED)
    assert (fact.happened, fact.message) == (moment("Tue 2026-11-24 10:00"), key)
    kept = asked.kept(key)
    assert (kept.case, kept.waits) == (asked.ref, False)
    assert kept.file_to == f"mailbot/Cases/{asked.ref}"
    assert asked.count("Received from Bedfordshire Police") == 0  # nobody vouches for the sender


def test_a_mail_that_names_no_case_is_asked_about_and_then_waits_in_none(asked: Play) -> None:
    other = NOTIFICATION.replace(CHILD, "Otto Marl").replace("3 May 2019", "4 June 2020")
    asked.notified("Mon 2026-11-23 12:10", text=other)
    first, second = asked.unit.store.cases.refs()
    asked.answers(STAFF, f"[{second}] New case", CRITERIA, "Mon 2026-11-23 12:20")
    asked.until("Mon 2026-11-23 13:00")
    key = asked.writes(POLICE, "That child", "Our findings: known.", "Wed 2026-11-25 10:00")
    asked.answers(STAFF, f"[{first}] New case", "return: police nil", "Wed 2026-11-25 11:00")
    assert f"mail: {key[:8]}" in said_to_staff(asked)
    assert asked.kept(key).waits
    assert asked.waiting(POLICE_CODE, first)
    assert asked.waiting(POLICE_CODE, second)
    line = f"return: police findings / mail: {key[:8]}"
    asked.answers(STAFF, f"[{second}] New case", line, "Wed 2026-11-25 12:00")
    assert asked.facts(FactKind.RETURN_RECEIVED, first) == []
    (fact,) = asked.facts(FactKind.RETURN_RECEIVED, second)
    assert fact.happened == moment("Wed 2026-11-25 10:00")
    assert (asked.kept(key).case, asked.kept(key).waits) == (second, False)
    assert not asked.waiting(POLICE_CODE, first)


def test_a_return_that_staff_read_is_thanked_for_and_named_in_the_report(asked: Play) -> None:
    asked.answers(GP, "request for Named", "We saw the child twice.", "Thu 2026-11-26 16:00")
    asked.answers(STAFF, "A mail from Named", "return: gp findings", "Fri 2026-11-27 10:00")
    assert asked.count("Received from Named GP", GP) == 1
    asked.answers(STAFF, "New case", DECIDED, "Mon 2026-11-30 10:00")
    text = _words(asked)
    assert "in their mail of 26 Nov 2026; to be added by hand" in text
    assert "No summary of involvement" not in text
    assert "Probation Service, Bedfordshire" in text
    assert "probation" not in text


def test_one_line_of_nil_does_not_replace_findings(asked: Play) -> None:
    asked.answers(POLICE, "request for Bed", RETURN, "Tue 2026-11-24 10:00")
    key = asked.answers(POLICE, "request for Bed", "Not known to us.", "Tue 2026-11-24 11:00")
    assert "contradicts" in asked.kept(key).reason
    (fact,) = asked.facts(FactKind.RETURN_RECEIVED)
    assert fact.detail["return"] == "findings"
    assert "Seen eleven times" in _words(asked)


def test_the_report_says_reasons_and_views_in_words(asked: Play) -> None:
    lines = "view: police not met, too little known\nlateness reason: panel notified, a fault"
    asked.answers(STAFF, "New case", lines, "Tue 2026-11-24 10:00")
    text = _words(asked)
    assert "View of the police" in text
    assert "criteria not met, too little known" in text
    assert "The local authority's notification to the Panel" in text
    assert "notify-panel" not in text
    assert "not-met" not in text


# --- notifications ---


def test_a_notification_nobody_vouches_for_is_described_so_and_never_answered(
    tmp_path: Path,
) -> None:
    play = Play(tmp_path / "home")
    key = play.notified("Mon 2026-11-23 09:30", verdict="fail")
    text = play.letter("A notification waits")
    assert "does not vouch for its sender" in text
    assert "not in the configuration" not in text
    open_from_message(play.unit, key, by=STAFF, now=play.stage.now)
    play.until("Tue 2026-11-24 12:00")
    assert play.count("New case") == 1
    assert [m for m in play.outgoing() if NOTIFIER in str(m["to"])] == []


def test_a_second_notification_of_a_child_names_the_case_and_is_acknowledged(play: Play) -> None:
    key = play.notified("Mon 2026-11-23 10:00", sender=HOSPITAL)
    text = play.letter("A notification waits")
    assert f"mailbot link {key[:8]} {play.ref}" in text
    link_message(play.unit, key, play.ref, by=STAFF, now=play.stage.now)
    play.until("Mon 2026-11-23 10:30")
    assert play.count("Notification received", HOSPITAL) == 1
    assert not play.kept(key).waits
    assert case_of(play.unit, play.ref).opened_at == moment("Mon 2026-11-23 09:30")
    assert len(play.facts(FactKind.NOTIFICATION_RECEIVED)) == 2


def test_a_second_notification_in_answer_to_a_letter_is_recorded_by_linking_it(play: Play) -> None:
    key = play.answers(NOTIFIER, "Notification received", NOTIFICATION, "Mon 2026-11-23 10:00")
    assert play.kept(key).waits
    link_message(play.unit, key, play.ref, by=STAFF, now=play.stage.now)
    assert len(play.facts(FactKind.NOTIFICATION_RECEIVED)) == 2
    assert not play.kept(key).waits


# --- what staff write ---


def test_a_word_of_thanks_is_filed_and_a_try_without_a_colon_is_answered(play: Play) -> None:
    play.answers(STAFF, "New case", "Thanks, will do.", "Mon 2026-11-23 10:00")
    assert said_to_staff(play) == ""
    play.answers(STAFF, "New case", "criteria not met", "Mon 2026-11-23 10:10")
    assert "no labelled line" in said_to_staff(play)
    assert "decided on: Mon 23 November 2026" in said_to_staff(play)


def test_what_is_recorded_says_how_it_is_corrected(play: Play) -> None:
    play.answers(STAFF, "New case", CRITERIA, "Mon 2026-11-23 10:00")
    assert "correct: criteria / why:" in said_to_staff(play)
    assert "counts" not in said_to_staff(play)


def test_an_answer_to_the_digest_needs_a_reference(play: Play) -> None:
    play.until("Tue 2026-11-24 08:30")
    key = play.answers(STAFF, "1 open case", "criteria: met", "Tue 2026-11-24 09:00")
    assert "which case is meant" in said_to_staff(play)
    assert not play.kept(key).waits
    assert play.facts(FactKind.CRITERIA_DECIDED) == []
    text = f"{play.ref}\ncriteria: met"
    play.answers(STAFF, "1 open case", text, "Tue 2026-11-24 09:10")
    assert len(play.facts(FactKind.CRITERIA_DECIDED)) == 1
    before = play.count("ecorded", "tomasz")
    play.answers(STAFF, "1 open case", "Thank you all.", "Tue 2026-11-24 09:20")
    assert play.count("ecorded", "tomasz") == before


@pytest.mark.parametrize("verdict", ["pass", "fail"])
def test_a_reference_alone_lets_nobody_record_anything(play: Play, verdict: str) -> None:
    subject = f"[{play.ref}]"
    play.writes(STAFF, subject, "criteria: met", "Mon 2026-11-23 10:00", verdict=verdict)
    assert play.facts(FactKind.CRITERIA_DECIDED) == []


def test_a_forged_answer_to_the_digest_is_neither_recorded_nor_answered(play: Play) -> None:
    play.until("Tue 2026-11-24 08:30")
    text = f"{play.ref}\ncriteria: met"
    play.answers(STAFF, "1 open case", text, "Tue 2026-11-24 09:00", verdict="fail")
    play.answers(STAFF, "1 open case", "criteria: met", "Tue 2026-11-24 09:10", verdict="fail")
    assert play.facts(FactKind.CRITERIA_DECIDED) == []
    assert said_to_staff(play) == ""


# --- the Panel ---


def test_each_mail_of_the_panel_is_told_of_and_none_is_settled_unread(asked: Play) -> None:
    asked.answers(STAFF, "New case", DECIDED, "Tue 2026-11-24 10:00")
    subject = f"RE: [{asked.ref}] Our report"
    first = asked.writes(PANEL, subject, "We agree.", "Wed 2026-11-25 10:00")
    assert asked.count("The Panel has answered") == 1
    assert "waits for you in the shared mailbox" in asked.letter("The Panel has answered")
    asked.answers(STAFF, "Panel has answered", "panel answer: agrees", "Wed 2026-11-25 11:00")
    assert not asked.kept(first).waits
    second = asked.writes(PANEL, subject, "One more thing.", "Thu 2026-11-26 10:00")
    assert asked.count("The Panel has written") == 1
    assert asked.facts(FactKind.PANEL_ANSWERED)[-1].detail["answer"] == "agrees"
    asked.answers(STAFF, "Panel has written", "dealt with: Panel", "Thu 2026-11-26 11:00")
    assert not asked.kept(second).waits


def test_an_answer_about_one_mail_of_the_panel_leaves_a_later_one_waiting(asked: Play) -> None:
    asked.answers(STAFF, "New case", DECIDED, "Tue 2026-11-24 10:00")
    subject = f"RE: [{asked.ref}] Our report"
    first = asked.writes(PANEL, subject, "We agree.", "Wed 2026-11-25 10:00")
    letter = next(
        str(m["message-id"]) for m in asked.outgoing() if "Panel has answered" in str(m["subject"])
    )
    second = asked.writes(PANEL, subject, "One more thing.", "Wed 2026-11-25 10:30")
    assert asked.count("The Panel has answered") == 2
    text = "panel answer: agrees"
    asked.writes(STAFF, "RE: yours", text, "Wed 2026-11-25 11:00", answers=letter)
    assert (asked.kept(first).waits, asked.kept(second).waits) == (False, True)
    assert f"1 mail still waits: {second[:8]}" in said_to_staff(asked)


# --- where mail lies ---


def test_an_area_that_files_nothing_is_sent_to_the_inbox(tmp_path: Path) -> None:
    play = Play(tmp_path / "home", {'filing = "move"': 'filing = "leave"'})
    play.notified("Mon 2026-11-23 09:30")
    play.answers(
        DELEGATE, "Decision of the", "Ten suits me.", "Mon 2026-11-23 10:00", verdict="fail"
    )
    play.writes(POLICE, "That child", "Known since 2020.", "Mon 2026-11-23 10:10")
    text = play.letter("A mail from Bedfordshire Police waits")
    assert "It lies in the inbox." in text
    assert "Needs a person" not in text


def _words(play: Play) -> str:
    """The words of the report as it stands now."""
    case = case_of(play.unit, play.ref)
    made = report(case, play.unit.area, token="t", now=play.stage.now)
    document = docx.Document(io.BytesIO(made))
    paragraphs = [paragraph.text for paragraph in document.paragraphs]
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join((*paragraphs, *cells))
