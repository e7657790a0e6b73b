"""Drafts and letters on their way out, after the case behind them has changed."""

import csv
import email
import email.policy
import io
from datetime import datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import docx
import pytest

from mailbot.by_hand import record_lines
from mailbot.core.model import CaseRef, FactKind, LetterKind
from mailbot.daemon import one_pass
from mailbot.errors import MailboxError, SendLaterError
from mailbot.mailboxes import DRAFTS, SENT
from mailbot.mailboxes.maildir_files import folder_path
from mailbot.overview import morning_of
from mailbot.rehearsal import Rehearsal
from mailbot.sent import ASK_AFTER
from tests.forms_kit import FINDINGS, filled, template
from tests.shell.world import (
    GP,
    POLICE,
    RETURN,
    Mail,
    a_home,
    letter_to,
    moment,
    notification,
    text_of,
)

PANEL = "mailbox.nationalreviewpanel@education.gov.uk"
WITHDRAWN = "mailbot/Withdrawn drafts"
CRITERIA = """\
criteria: met
decided on: 23 November 2026
present: council, icb, police
chair consulted: yes

agencies: police, gp

panel notified: 23 November 2026
"""
HELD = "held: 26 November 2026\npresent: council, icb, police, chair\n\n"
DECISION = "decision: review\nscope: local\nnext: practice review\nreasons: learning\n"
CORRECTED = (
    "correct: decision / why: a slip\n\n"
    "decision: no review\nnext: audit\nreasons: learning\ndecided on: 26 November 2026\n"
)
CAUTIOUS = "[letters]\n" + "".join(
    f'{kind.value} = "draft"\n'
    for kind in LetterKind
    if kind not in (LetterKind.SUBMISSION, LetterKind.BOARD_TOLD, LetterKind.INVITATION)
)


class Play:
    """One case from Mon 23 November, played by its staff."""

    def __init__(self, home: Path, changes: dict[str, str] | None = None) -> None:
        self.rehearsal = Rehearsal(a_home(home, changes), begins=moment("Mon 2026-11-23 08:55"))
        self.unit = self.rehearsal.unit
        at = moment("Mon 2026-11-23 09:30")
        self.rehearsal.receive(notification(at).mime, at)
        self.ref: CaseRef = self.unit.store.cases.refs()[0]

    def staff_say(self, when: str, lines: str) -> None:
        """Staff record lines on the command line, and mailbot makes a pass."""
        self.rehearsal.until(moment(when))
        said = record_lines(self.unit, self.ref, lines, by="command line", now=self.rehearsal.now)
        assert said.recorded, said.not_understood
        assert not said.not_understood
        one_pass(self.unit, self.rehearsal.now)
        one_pass(self.unit, self.rehearsal.now)

    def drafts(self, to: str = PANEL, folder: str = DRAFTS) -> list[EmailMessage]:
        """The drafts to an address that lie in a folder."""
        every = (
            email.message_from_bytes(mime, policy=email.policy.default)
            for mime in self.rehearsal.folder(folder)
        )
        return [mail for mail in every if to in str(mail["To"]).lower()]

    def files(self, to: str = PANEL) -> list[Path]:
        """The files of the drafts to an address."""
        folder = folder_path(self.rehearsal.mailbox, DRAFTS)
        return [file for file in folder.glob("*/*") if to in file.read_text("utf-8").lower()]

    def send_from_outlook(self, mime: bytes, when: str) -> None:
        """A person sends a mail of the shared mailbox: it appears in Sent."""
        self.rehearsal.until(moment(when))
        self.unit.inbox.append(SENT, mime, self.rehearsal.now)
        one_pass(self.unit, self.rehearsal.now)

    def letters(self, kind: LetterKind, to: str = "") -> list[EmailMessage]:
        """The letters of a kind that went out to an address, oldest first."""
        outbox = self.unit.store.outbox
        gone = [x for x in reversed(outbox.all()) if x.kind is kind and x.state == "sent"]
        return [
            email.message_from_bytes(outbox.mime(x.key), policy=email.policy.default)
            for x in gone
            if not to or to in x.recipients
        ]

    def facts(self, kind: FactKind) -> list[object]:
        """The facts of a kind on record."""
        return [fact for fact in self.unit.store.cases.facts(self.ref) if fact.kind is kind]

    def problems(self) -> str:
        """What the digest says of letters and mailbox."""
        return "\n".join(morning_of(self.unit, self.rehearsal.now).problems)

    def submissions_to_send(self) -> int:
        """How many submissions the digest asks staff to send."""
        listed = morning_of(self.unit, self.rehearsal.now).drafts
        return sum(mention.kind is LetterKind.SUBMISSION for mention in listed)


@pytest.fixture
def decided(tmp_path: Path) -> Play:
    """A case whose meeting was quorate and decided on a review; its submission is drafted."""
    play = Play(tmp_path / "home")
    play.staff_say("Mon 2026-11-23 11:00", CRITERIA)
    play.staff_say("Thu 2026-11-26 14:00", HELD + DECISION)
    assert len(play.drafts()) == 1
    return play


def report_in(mail: EmailMessage) -> str:
    """All words of the report that is attached to a submission."""
    (report,) = mail.iter_attachments()
    document = docx.Document(io.BytesIO(report.get_content()))
    return "\n".join(
        node.text or "" for node in document.element.body.iter() if node.tag.endswith("}t")
    )


# --- a draft that no longer holds ---------------------------------------------------------------


def test_a_corrected_decision_leaves_one_submission_in_drafts(decided: Play) -> None:
    decided.staff_say("Thu 2026-11-26 15:00", CORRECTED)
    (submission,) = decided.drafts()
    assert "not to carry out" in text_of(submission)
    assert len(decided.drafts(folder=WITHDRAWN)) == 1
    assert decided.submissions_to_send() == 1
    assert decided.problems() == ""


def test_a_draft_that_a_person_has_changed_is_left_and_staff_delete_it(decided: Play) -> None:
    (file,) = decided.files()
    edited = file.read_bytes().replace(b"Please find attached", b"Dear all, find attached")
    file.write_bytes(edited)
    decided.staff_say("Thu 2026-11-26 15:00", CORRECTED)
    assert len(decided.drafts()) == 2
    assert decided.submissions_to_send() == 1
    assert "Delete this draft from Drafts" in decided.problems()
    assert "Submission to the Panel" in decided.problems()
    file.unlink()
    decided.rehearsal.until(moment("Thu 2026-11-26 16:00"))
    assert decided.problems() == ""
    assert len(decided.drafts()) == 1


def test_an_edited_draft_under_a_new_message_id_is_found_by_its_token(decided: Play) -> None:
    (file,) = decided.files()
    mail = email.message_from_bytes(file.read_bytes(), policy=email.policy.SMTP)
    mail.replace_header("Message-ID", "<saved-anew@outlook.example>")
    file.write_bytes(mail.as_bytes())
    decided.staff_say("Thu 2026-11-26 15:00", CORRECTED)
    assert "Delete this draft from Drafts" in decided.problems()


def test_where_nothing_may_be_moved_staff_are_told_to_delete_the_draft(tmp_path: Path) -> None:
    play = Play(tmp_path / "home", {'filing = "move"': 'filing = "leave"'})
    play.staff_say("Mon 2026-11-23 11:00", CRITERIA)
    play.staff_say("Thu 2026-11-26 14:00", HELD + DECISION)
    play.staff_say("Thu 2026-11-26 15:00", CORRECTED)
    assert len(play.drafts()) == 2
    assert "Delete this draft from Drafts" in play.problems()


def test_a_mailbox_that_refuses_the_move_leaves_the_notice_standing(
    decided: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise MailboxError("No rights to move.")

    with monkeypatch.context() as patched:
        patched.setattr(type(decided.unit.inbox), "move", refuse)
        decided.staff_say("Thu 2026-11-26 15:00", CORRECTED)
        assert "Delete this draft from Drafts" in decided.problems()
    decided.rehearsal.until(moment("Thu 2026-11-26 16:00"))
    assert decided.problems() == ""
    assert len(decided.drafts()) == 1


def test_an_old_submission_that_is_sent_all_the_same_stops_no_clock(decided: Play) -> None:
    (old,) = [file.read_bytes() for file in decided.files()]
    decided.staff_say("Thu 2026-11-26 15:00", CORRECTED)
    decided.send_from_outlook(old, "Fri 2026-11-27 10:00")
    assert decided.facts(FactKind.SUBMISSION_SENT) == []
    (alert,) = decided.letters(LetterKind.ALERT)
    assert "A draft that no longer held was sent: Submission to the Panel" in str(alert["Subject"])
    assert decided.submissions_to_send() == 1


def test_a_submission_sent_before_the_correction_was_read_stops_no_clock_silently(
    decided: Play,
) -> None:
    (old,) = [file.read_bytes() for file in decided.files()]
    decided.rehearsal.until(moment("Thu 2026-11-26 15:00"))
    said = record_lines(
        decided.unit, decided.ref, CORRECTED, by="command line", now=decided.rehearsal.now
    )
    assert said.recorded
    decided.send_from_outlook(old, "Thu 2026-11-26 15:00")
    one_pass(decided.unit, decided.rehearsal.now)
    assert decided.facts(FactKind.SUBMISSION_SENT) == []
    assert decided.letters(LetterKind.ALERT)


def test_withdrawal_empties_the_drafts_of_a_cautious_unit(tmp_path: Path) -> None:
    play = Play(tmp_path / "home", {"[letters]\n": CAUTIOUS})
    play.staff_say("Mon 2026-11-23 11:00", CRITERIA)
    play.rehearsal.until(moment("Mon 2026-11-23 12:00"))
    assert len(play.drafts(POLICE)) == 1
    play.staff_say("Thu 2026-11-26 14:00", "withdraw: another child")
    assert play.drafts(POLICE) == []
    asked_to_send = morning_of(play.unit, play.rehearsal.now).drafts
    assert {m.kind for m in asked_to_send if m.case} <= {LetterKind.CHANGE_NOTE}


def test_letters_to_the_board_go_with_the_criteria_they_told_of(tmp_path: Path) -> None:
    play = Play(tmp_path / "home")
    play.staff_say("Mon 2026-11-23 11:00", CRITERIA)
    board = play.unit.area.board[0].email
    assert len(play.drafts(board)) == 1
    play.staff_say(
        "Mon 2026-11-23 12:00",
        "correct: criteria / why: a slip\n\ncriteria: not met\ndecided on: 23 November 2026",
    )
    assert len(play.drafts(board)) == 1
    assert len(play.drafts(board, WITHDRAWN)) == 1


# --- a draft that lacks what came since ---------------------------------------------------------


def test_a_return_after_the_decision_comes_into_the_report(decided: Play) -> None:
    assert "Seen eleven times" not in report_in(decided.drafts()[0])
    at = moment("Thu 2026-11-26 15:00")
    asked = letter_to(decided.unit, POLICE, LetterKind.INFORMATION_REQUEST)
    reply = Mail(
        sender=POLICE,
        subject=f"RE: [{decided.ref}]",
        text=RETURN,
        number="r1",
        at=at,
        answers=asked,
    )
    decided.rehearsal.receive(reply.mime, at)
    (submission,) = decided.drafts()
    assert "Seen eleven times" in report_in(submission)
    checklist = decided.letters(LetterKind.CHECKLIST)[-1]
    assert "a return (Bedfordshire Police)" in text_of(checklist)


def test_the_merged_chronology_goes_to_staff_in_files_named_by_the_reference(
    decided: Play,
) -> None:
    at = moment("Thu 2026-11-26 15:00")
    form = filled(template("agency-return"), FINDINGS)
    mail = Mail(
        sender=POLICE,
        subject=f"[{decided.ref}] Our return",
        text="Our return is attached.",
        number="r1",
        at=at,
        files=[("return.docx", form)],
    )
    decided.rehearsal.receive(mail.mime, at)
    checklist = decided.letters(LetterKind.CHECKLIST)[-1]
    files = {str(part.get_filename()): part for part in checklist.iter_attachments()}
    assert set(files) == {f"{decided.ref}-chronology.docx", f"{decided.ref}-chronology.csv"}
    table = files[f"{decided.ref}-chronology.csv"].get_payload(decode=True).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(table, newline="")))
    assert [row["Date"] for row in rows] == ["5 Mar 2026", "?22 June 2026"]
    assert {row["Conditions on sharing"] for row in rows} == {"Not to be shown to the family"}
    assert "Home visit" in report_in(decided.drafts()[-1])


def test_a_draft_that_lacks_a_return_counts_when_sent_and_staff_are_told(decided: Play) -> None:
    (old,) = [file.read_bytes() for file in decided.files()]
    decided.staff_say("Thu 2026-11-26 15:00", "return: police nil")
    decided.send_from_outlook(old, "Thu 2026-11-26 16:00")
    assert len(decided.facts(FactKind.SUBMISSION_SENT)) == 1
    alert = decided.letters(LetterKind.ALERT)[-1]
    assert "An older draft was sent" in str(alert["Subject"])
    assert "a return (Bedfordshire Police)" in text_of(alert)
    one_pass(decided.unit, decided.rehearsal.now)
    assert decided.submissions_to_send() == 0


# --- a submission that is gone, or was recorded by hand -----------------------------------------


def test_a_deleted_submission_is_noticed_beside_other_drafts_of_the_case(decided: Play) -> None:
    (file,) = decided.files()
    file.unlink()
    assert decided.rehearsal.folder(DRAFTS)
    decided.rehearsal.until(decided.rehearsal.now + ASK_AFTER + timedelta(hours=1))
    assert "The draft of the submission is no longer in Drafts" in decided.problems()
    assert "record it with “submission sent: today”, or with the day" in decided.problems()


def test_a_submission_recorded_as_sent_settles_draft_and_notice(decided: Play) -> None:
    (file,) = decided.files()
    file.unlink()
    decided.rehearsal.until(moment("Thu 2026-11-26 17:00"))
    assert decided.problems()
    decided.staff_say("Fri 2026-11-27 10:00", "submission sent: today")
    assert decided.problems() == ""
    assert decided.submissions_to_send() == 0


def test_a_submission_whose_copy_comes_after_staff_recorded_it_alarms_nobody(
    decided: Play,
) -> None:
    (mime,) = [file.read_bytes() for file in decided.files()]
    decided.staff_say("Fri 2026-11-27 10:00", "submission sent: today")
    decided.send_from_outlook(mime, "Fri 2026-11-27 10:30")
    assert len(decided.facts(FactKind.SUBMISSION_SENT)) == 1
    assert decided.letters(LetterKind.ALERT) == []


# --- letters kept back --------------------------------------------------------------------------


def test_a_request_kept_back_for_a_week_goes_with_the_day_its_clock_shows(tmp_path: Path) -> None:
    play = Play(tmp_path / "home")
    play.staff_say("Mon 2026-11-23 11:00", CRITERIA)
    late = moment("Tue 2026-12-01 10:00")
    play.rehearsal.now = late
    one_pass(play.unit, late)
    assert play.letters(LetterKind.INFORMATION_REQUEST) == []
    play.rehearsal.until(moment("Tue 2026-12-01 11:00"))
    (request,) = play.letters(LetterKind.INFORMATION_REQUEST, POLICE)
    assert str(request["Subject"]).endswith("due Tue 8 Dec")
    asked = play.facts(FactKind.INFORMATION_REQUESTED)
    assert {fact.detail["due_on"] for fact in asked} == {"2026-12-08"}


def test_a_request_in_drafts_whose_day_has_come_is_written_anew(tmp_path: Path) -> None:
    play = Play(tmp_path / "home", {"[letters]\n": CAUTIOUS})
    play.staff_say("Mon 2026-11-23 11:00", CRITERIA)
    play.rehearsal.until(moment("Fri 2026-11-27 17:00"))
    (request,) = [x for x in play.drafts(GP) if "Information request" in str(x["Subject"])]
    assert str(request["Subject"]).endswith("due Mon 30 Nov")
    play.rehearsal.until(moment("Mon 2026-11-30 12:00"))
    (request,) = [x for x in play.drafts(GP) if "Information request" in str(x["Subject"])]
    assert str(request["Subject"]).endswith("due Mon 7 Dec")


def test_a_reminder_kept_back_overnight_is_written_anew_and_reaches_the_lead(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    play = Play(tmp_path / "home")
    play.staff_say("Mon 2026-11-23 11:00", CRITERIA)
    play.rehearsal.until(moment("Mon 2026-11-30 08:30"))

    def later(*_: object, **__: object) -> None:
        raise SendLaterError("The server says later.")

    with monkeypatch.context() as patched:
        patched.setattr(type(play.unit.sender), "send", later)
        play.rehearsal.until(moment("Mon 2026-11-30 17:30"))
    play.rehearsal.until(moment("Tue 2026-12-01 08:55"))
    assert not [x for x in sent_on(play, moment("Mon 2026-11-30 09:00")) if POLICE in x]
    play.rehearsal.until(moment("Tue 2026-12-01 10:00"))
    lead = next(a.lead for a in play.unit.area.agencies if POLICE in a.contacts)
    assert lead is not None
    assert [x for x in sent_on(play, moment("Tue 2026-12-01 09:00")) if POLICE in x] == [
        (POLICE, lead.email)
    ]


def sent_on(play: Play, since: datetime) -> list[tuple[str, ...]]:
    """To whom reminders went since a moment."""
    gone = play.unit.store.outbox.sent_between(since, play.rehearsal.now + timedelta(seconds=1))
    return [letter.recipients for letter in gone if letter.kind is LetterKind.REMINDER]


def test_criteria_corrected_within_the_fifteen_minutes_change_what_the_request_says(
    tmp_path: Path,
) -> None:
    play = Play(tmp_path / "home")
    play.staff_say("Mon 2026-11-23 11:00", CRITERIA.partition("panel notified")[0])
    play.staff_say(
        "Mon 2026-11-23 11:07",
        "correct: criteria / why: a slip\n\ncriteria: not met\ndecided on: 23 November 2026",
    )
    play.rehearsal.until(moment("Mon 2026-11-23 13:00"))
    (request,) = play.letters(LetterKind.INFORMATION_REQUEST, POLICE)
    assert "to carry out a rapid review" not in text_of(request)


def test_more_said_about_one_decision_brings_no_letter_again(tmp_path: Path) -> None:
    play = Play(tmp_path / "home")
    play.staff_say("Mon 2026-11-23 11:00", CRITERIA.partition("panel notified")[0])
    play.staff_say(
        "Mon 2026-11-23 11:07",
        "criteria: met\ndecided on: 23 November 2026\npresent: council, icb, police\n"
        "chair consulted: yes",
    )
    play.rehearsal.until(moment("Mon 2026-11-23 13:00"))
    outbox = play.unit.store.outbox
    withdrawn = [x for x in outbox.all(200) if x.state == "withdrawn"]
    assert not withdrawn
    (request,) = [
        x
        for x in outbox.all(200)
        if x.kind is LetterKind.INFORMATION_REQUEST and POLICE in x.recipients
    ]
    assert request.not_before == moment("Mon 2026-11-23 11:15")  # as first promised
    for kind in (LetterKind.BOARD_TOLD, LetterKind.WORKSHEET, LetterKind.MEETING_TO_ARRANGE):
        told = [x.recipients for x in outbox.all(200) if x.kind is kind]
        assert len(told) == len(set(told)), kind
