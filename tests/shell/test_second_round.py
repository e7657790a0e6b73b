"""What follows the first round: the Panel asks for more, a case is opened again, a letter retried.

The week of Mon 23 November 2026 and after; times are UTC, which is London's time in November.
"""

from pathlib import Path

import pytest

from mailbot.by_hand import link_message
from mailbot.casework import case_of
from mailbot.core.model import Delivery, FactKind, LetterKind
from mailbot.daemon import one_pass
from mailbot.errors import SendRefusedError, UsageError
from mailbot.letters_by_hand import retry
from mailbot.mailboxes import SENT
from tests.shell import by_mail
from tests.shell.by_mail import said_to_staff
from tests.shell.test_by_hand import DECIDED
from tests.shell.test_commands import Run, at_work, home, run  # noqa: F401 - fixtures
from tests.shell.test_drafts import (
    CRITERIA,
    DECISION,
    HELD,
    PANEL,
    WITHDRAWN,
    Play,
    report_in,
)
from tests.shell.world import POLICE, STAFF, moment, text_of

MORE = "panel answer: asks for more / until: 18 December 2026"


@pytest.fixture
def submitted(tmp_path: Path) -> Play:
    """A case whose submission was sent on Fri 27 November, as a person sends it."""
    play = Play(tmp_path / "home")
    play.staff_say("Mon 2026-11-23 11:00", CRITERIA)
    play.staff_say("Thu 2026-11-26 14:00", HELD + DECISION)
    _send(play, "Fri 2026-11-27 10:00")
    assert len(play.facts(FactKind.SUBMISSION_SENT)) == 1
    return play


def _send(play: Play, when: str) -> None:
    """A person sends the only draft to the Panel, as it lies there."""
    (file,) = play.files()
    mime = file.read_bytes()
    file.unlink()
    play.send_from_outlook(mime, when)


def further(play: Play) -> list[str]:
    return [str(m["Subject"]) for m in play.drafts() if "further information" in str(m["Subject"])]


# --- the Panel asks for more ------------------------------------------------------------------


def test_the_panel_asks_for_more_staff_get_a_task_with_its_date_and_a_draft_lies_ready(
    submitted: Play,
) -> None:
    submitted.staff_say("Mon 2026-11-30 10:00", MORE)
    assert len(further(submitted)) == 1
    (draft,) = submitted.drafts()
    assert "what you asked us for on Mon 30 Nov 2026" in text_of(draft)
    assert "the decision and report that we sent on Fri 27 Nov 2026" in text_of(draft)
    assert report_in(draft)
    (task,) = submitted.letters(LetterKind.PANEL_ANSWER)
    assert "Fri 18 Dec 2026" in text_of(task)
    assert all(x.delivery is Delivery.DRAFT for x in _to_panel(submitted))


def _to_panel(play: Play) -> list[object]:
    return [x for x in play.unit.store.outbox.all() if PANEL in x.recipients]


def test_what_a_person_sent_is_seen_in_sent_and_the_panel_may_ask_again(submitted: Play) -> None:
    submitted.staff_say("Mon 2026-11-30 10:00", MORE)
    _send(submitted, "Tue 2026-12-01 10:00")
    assert len(submitted.facts(FactKind.FURTHER_INFORMATION_SENT)) == 1
    assert len(submitted.facts(FactKind.SUBMISSION_SENT)) == 1
    submitted.staff_say("Mon 2026-12-07 10:00", MORE)
    assert len(further(submitted)) == 1
    _send(submitted, "Tue 2026-12-08 10:00")
    assert len(submitted.facts(FactKind.FURTHER_INFORMATION_SENT)) == 2
    submitted.staff_say("Mon 2026-12-14 10:00", "panel answer: agrees")
    assert submitted.drafts() == []


def test_the_second_draft_is_written_anew_when_the_record_goes_on_and_withdrawn_when_settled(
    submitted: Play,
) -> None:
    submitted.staff_say("Mon 2026-11-30 10:00", MORE)
    submitted.staff_say("Mon 2026-11-30 11:00", "note: coroner: the inquest is opened")
    submitted.rehearsal.until(moment("Mon 2026-11-30 12:00"))
    (draft,) = submitted.drafts()
    assert "the inquest is opened" in report_in(draft)
    submitted.staff_say("Mon 2026-11-30 14:00", "further information sent: today")
    submitted.rehearsal.until(moment("Mon 2026-11-30 16:00"))
    assert submitted.drafts() == []


def test_the_panels_second_answer_is_told_of_as_the_first_was(tmp_path: Path) -> None:
    play = by_mail.Play(tmp_path / "home")
    play.notified("Mon 2026-11-23 09:30")
    play.answers(STAFF, "New case", by_mail.CRITERIA, "Mon 2026-11-23 11:00")
    play.answers(STAFF, "New case", DECIDED, "Tue 2026-11-24 10:00")
    subject = f"RE: [{play.ref}] Our report"
    play.writes(PANEL, subject, "We want more.", "Wed 2026-11-25 10:00")
    play.answers(STAFF, "Panel has answered", MORE, "Wed 2026-11-25 11:00")
    play.answers(STAFF, "asks for more", "further information sent: today", "Thu 2026-11-26 10:00")
    key = play.writes(PANEL, subject, "Thank you. We agree.", "Fri 2026-11-27 10:00")
    assert play.facts(FactKind.PANEL_ANSWERED)[-1].detail["answer"] == "unread"
    assert play.kept(key).waits
    play.answers(STAFF, "Panel has answered", "panel answer: agrees", "Fri 2026-11-27 11:00")
    assert not play.kept(key).waits


# --- a withdrawn case is opened again ---------------------------------------------------------


def test_opening_a_case_again_takes_the_note_to_the_panel_back_and_brings_the_boards_drafts(
    tmp_path: Path,
) -> None:
    play = Play(tmp_path / "home")
    play.staff_say("Mon 2026-11-23 11:00", CRITERIA)
    board = [m for m in play.drafts("") if "Board" in text_of(m)]
    assert board
    play.staff_say("Mon 2026-11-23 12:00", "withdraw: a mistake")
    play.rehearsal.until(moment("Mon 2026-11-23 13:00"))
    note = [m for m in play.drafts("") if "is withdrawn" in str(m["Subject"])]
    assert len(note) == 1
    play.staff_say("Mon 2026-11-23 14:00", "reopen: it was right after all")
    play.rehearsal.until(moment("Mon 2026-11-23 15:00"))
    assert [m for m in play.drafts("") if "is withdrawn" in str(m["Subject"])] == []
    again = [m for m in play.drafts("") if "Board" in text_of(m)]
    assert len(again) == len(board)
    assert play.drafts("", folder=WITHDRAWN)
    for mail in again:
        play.unit.inbox.append(SENT, mail.as_bytes(), play.rehearsal.now)
    one_pass(play.unit, play.rehearsal.now)
    assert len(play.facts(FactKind.BOARD_INFORMED)) == 1


# --- told before it was there; corrected after letters had gone ---------------------------------


def test_a_decision_told_before_its_notification_waits_and_counts_once_it_is_put_there(
    tmp_path: Path,
) -> None:
    play = by_mail.Play(tmp_path / "home")
    text = "criteria: met / decided on: today / present: all partners"
    key = play.writes(STAFF, "The case of this morning", text, "Mon 2026-11-23 09:00")
    assert play.kept(key).waits
    assert "It is kept and waits" in said_to_staff(play)
    play.notified("Mon 2026-11-23 10:00")
    said = link_message(play.unit, key, play.ref, by="command line", now=play.stage.now)
    assert any("criteria met" in sentence for sentence in said)
    (fact,) = play.facts(FactKind.CRITERIA_DECIDED)
    assert fact.recorded_by == STAFF
    assert not play.kept(key).waits


@pytest.mark.parametrize("text", ["criteria for the new form: see attached", "Meeting: Thursday?"])
def test_ordinary_mail_of_staff_waits_for_nobody(tmp_path: Path, text: str) -> None:
    play = by_mail.Play(tmp_path / "home")
    key = play.writes(STAFF, "For you", text, "Mon 2026-11-23 09:00")
    assert not play.kept(key).waits
    assert said_to_staff(play) == ""


def test_a_correction_lists_the_letters_that_had_gone_and_the_days_that_move(
    tmp_path: Path,
) -> None:
    play = by_mail.Play(tmp_path / "home")
    play.notified("Mon 2026-11-23 09:30")
    play.answers(STAFF, "New case", by_mail.CRITERIA, "Mon 2026-11-23 11:00")
    play.until("Mon 2026-11-23 12:00")
    line = "correct: agencies / why: not these"
    play.answers(STAFF, "New case", line, "Mon 2026-11-23 13:00")
    assert "Letters that had gone because of what is void now: Information request" in (
        said_to_staff(play)
    )
    play.answers(STAFF, "New case", "incident: 16 November", "Mon 2026-11-23 14:00")
    text = said_to_staff(play)
    assert "is now due on" in text
    assert "not on Fri 27 Nov 2026" in text


# --- a letter is tried again --------------------------------------------------------------------


def test_a_letter_that_was_refused_goes_when_a_person_tries_it_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    play = by_mail.Play(tmp_path / "home")
    play.notified("Mon 2026-11-23 09:30")
    sends = play.unit.sender.send

    def refuses(mime: bytes, **words: object) -> object:
        if POLICE in words["recipients"]:  # type: ignore[operator]
            raise SendRefusedError("no such mailbox")
        return sends(mime, **words)  # type: ignore[arg-type]

    monkeypatch.setattr(play.unit.sender, "send", refuses)
    play.answers(STAFF, "New case", by_mail.CRITERIA, "Mon 2026-11-23 11:00")
    play.until("Mon 2026-11-23 12:00")
    (failed,) = play.unit.store.outbox.in_state("failed")
    assert case_of(play.unit, play.ref).agencies[failed.agency].requested_at is None
    monkeypatch.undo()
    assert "It goes within" in retry([play.unit], failed.key, play.stage.now)
    play.until("Mon 2026-11-23 12:05")
    assert play.count("request for Bedfordshire Police", POLICE) == 1
    assert [n for n, *_ in play.unit.store.outbox.notices() if failed.key in n] == []
    with pytest.raises(UsageError, match="it has gone"):
        retry([play.unit], failed.key, play.stage.now)
    with pytest.raises(UsageError, match="no such letter"):
        retry([play.unit], "no-letter", play.stage.now)
    with pytest.raises(UsageError, match="Several letters"):
        retry([play.unit], "information-request/", play.stage.now)


# --- the commands -------------------------------------------------------------------------------


def test_letters_are_held_and_released_by_command(
    run: Run,  # noqa: F811
    at_work: tuple[Path, str],  # noqa: F811
) -> None:
    directory, ref = at_work

    def typed(*words: str) -> tuple[int, str]:
        ran = run(*words, "--home", directory)
        return ran.code, ran.out + ran.err

    code, said = typed("hold", ref, "--why", "the coroner asked")
    assert (code, "all letters of this case are on hold" in said) == (0, True)
    assert typed("hold", ref, "police", "--why", "they rang")[0] == 0
    assert "held" in typed("cases")[1]
    assert typed("release", ref)[0] == 0
    assert typed("release", ref, "police")[0] == 0
    code, said = typed("release", ref)
    assert (code, "nothing of this case is on hold" in said) == (2, True)
    assert typed("hold", "bedford", "--why", "we move", "--until", "yesterday")[0] == 2
    assert typed("hold", "bedford", "--why", "we move")[0] == 0
    assert typed("release", "bedford")[0] == 0
    code, said = typed("release", "bedford")
    assert (code, "is not on hold" in said) == (2, True)
    code, said = typed("hold", "atlantis", "--why", "we move")
    assert (code, "areas are: bedford" in said) == (2, True)
