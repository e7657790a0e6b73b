"""`mailbot demo`: one invented case from its notification to its end, with a simulated calendar.

The rules, the store and the letters are the real ones; the mailbox is a private folder.
"""

import os
import shutil
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from mailbot.core.model import LetterKind
from mailbot.demo_mails import Written, answer, filled, word_file_of
from mailbot.demo_pages import write_letters
from mailbot.demo_stage import Stage, moment
from mailbot.demo_story import (
    ASK_AGAIN,
    CIRCULATED,
    CLOSE,
    CRITERIA,
    DECISION,
    FIRST_WEEK,
    HELD,
    MEETING,
    MISTYPED,
    NOTIFICATION,
    OUT_OF_OFFICE,
    PANEL_AGREES,
    PANEL_NOTIFIED,
    PANEL_SAYS,
    SECOND_WEEK,
    SIGNED_OFF,
    STRANGER,
)
from mailbot.errors import UsageError
from mailbot.rehearsal import Rehearsal
from mailbot.settings import init, load

#: Lies in a folder that the demo made, and may therefore be made anew.
MARK = ".mailbot-demo"
BEGINS = "Mon 23 Nov 09:00"


def play(directory: Path, *, say: Callable[[str], None]) -> None:
    """Given a folder to make, play the case into it, saying each event, and where to look.

    A folder of an earlier demo is made anew. Raises UsageError for any other that is not empty.
    """
    _made_anew(directory)
    init(directory)
    settings = load(directory, os.environ)
    rehearsal = Rehearsal(settings, begins=moment(BEGINS))
    stage = Stage(rehearsal, say)
    say("One invented case, played from its notification to its end. Nothing leaves this computer.")
    say("")
    _notified(stage, settings.templates)
    _asked(stage)
    _answered(stage)
    _met(stage)
    _submitted(stage)
    _ended(stage)
    rehearsal.unit.store.close()
    _leave(stage, directory)


def _made_anew(directory: Path) -> None:
    try:
        if directory.is_dir() and any(directory.iterdir()):
            if not (directory / MARK).is_file():
                raise UsageError(
                    f"{directory} holds something that is not a demo; it was left as it is. Name "
                    "a folder that is new or empty."
                )
            shutil.rmtree(directory)
        directory.mkdir(parents=True, exist_ok=True)
        (directory / MARK).touch()
    except OSError as error:
        raise UsageError(
            f"{directory} cannot be written: {error.strerror or 'it is a link'}."
        ) from error


# --- the story --------------------------------------------------------------------------------


def _notified(stage: Stage, templates: Path) -> None:
    form = (templates / "serious-notification.docx").read_bytes()
    stage.writes(
        "Mon 23 Nov 09:30",
        "Gwendolyn Pryce <gwendolyn.pryce@children.bedford-council.example>",
        subject="Serious incident notification",
        words="Please find a serious incident notification attached.\n\nGwendolyn Pryce",
        said="notification from Bedford Council Children's Social Care (Word form)",
        files={"Serious incident notification.docx": filled(form, NOTIFICATION)},
    )
    stage.records("Tue 24 Nov 10:05", CRITERIA)


def _asked(stage: Stage) -> None:
    stage.until("Tue 24 Nov 10:20")
    stage.is_away(
        "Tue 24 Nov 10:21",
        "gp",
        "Edmund Varley <named.gp@bedford-primary-care.example>",
        OUT_OF_OFFICE,
    )
    stage.bounces("Tue 24 Nov 10:24", "hospital")
    stage.sends_drafts("Tue 24 Nov 11:00", LetterKind.BOARD_TOLD)
    stage.records("Wed 25 Nov 09:10", ASK_AGAIN)
    stage.records("Wed 25 Nov 09:40", MEETING)
    stage.sends_drafts("Wed 25 Nov 10:00", LetterKind.INVITATION)
    stage.writes(
        "Wed 25 Nov 13:15",
        "R. Halloran <r.halloran@sunny-mail.example>",
        subject=f"[{stage.ref}] your review",
        words=STRANGER,
        said="a stranger writes with the right reference; it waits for a person",
    )
    stage.records("Thu 26 Nov 09:30", PANEL_NOTIFIED, on=LetterKind.INSTRUCTION_ANSWER)


def _answered(stage: Stage) -> None:
    for one in (*FIRST_WEEK, *SECOND_WEEK):
        stage.returns(one)


def _met(stage: Stage) -> None:
    stage.records("Mon 7 Dec 13:00", MISTYPED)
    stage.records("Mon 7 Dec 13:20", HELD)
    stage.records("Mon 7 Dec 13:40", DECISION)
    stage.records("Tue 8 Dec 15:00", CIRCULATED, on=LetterKind.CHECKLIST)
    stage.records("Thu 10 Dec 16:00", SIGNED_OFF, on=LetterKind.CHECKLIST)


def _submitted(stage: Stage) -> None:
    stage.sends_drafts("Fri 11 Dec 11:30", LetterKind.SUBMISSION, greeting="Dear colleagues,")
    when = stage.until("Fri 18 Dec 11:00")
    panel = stage.rehearsal.unit.area.panel_address
    reply = Written(
        sender=f"Child Safeguarding Practice Review Panel <{panel}>",
        to=stage.rehearsal.unit.area.address,
        subject="",
        words=PANEL_SAYS,
        at=when,
        number=1,
    )
    stage.arrives(answer(stage.submission, reply), when, "the Panel answers")
    stage.records("Fri 18 Dec 12:00", PANEL_AGREES, on=LetterKind.PANEL_ANSWER)


def _ended(stage: Stage) -> None:
    stage.sends_drafts("Mon 21 Dec 10:00", LetterKind.OUTCOME)
    stage.records("Mon 21 Dec 10:30", CLOSE, on=LetterKind.PANEL_ANSWER)
    stage.until("Tue 22 Dec 09:00")
    stage.rehearsal.until(stage.rehearsal.now + timedelta(minutes=1))


# --- what is left to look at -------------------------------------------------------------------


def _leave(stage: Stage, directory: Path) -> None:
    say, letters = stage.say, directory / "letters"
    write_letters(letters, stage.shown)
    report = directory / "rapid-review-report.docx"
    report.write_bytes(word_file_of(stage.draft))
    (directory / "submission-as-drafted.eml").write_bytes(stage.draft)
    (directory / "submission-as-sent.eml").write_bytes(stage.submission)
    say("")
    say(f"{len(stage.shown)} letters, as mail (.eml) and as pages: {letters}")
    say(f"    begin with {letters / 'index.html'}")
    say(f"The draft to the Panel: {directory / 'submission-as-drafted.eml'}")
    say(f"    and as a person sent it: {directory / 'submission-as-sent.eml'}")
    say(f"The rapid review report: {report}")
    say(f"The mailbox, as a mail program may open it: {stage.rehearsal.mailbox}")
    say("To look on:")
    of_case = (f"{name} {stage.ref}" for name in ("case", "timeline", "chronology"))
    for command in ("cases", *of_case, "queue", "letters"):
        say(f"    {_program()} {command} --home {directory}")


def _program() -> str:
    """How to call mailbot from here: by its name, or as this run was called."""
    if shutil.which("mailbot"):
        return "mailbot"
    called = Path(sys.argv[0])
    return "python -m mailbot" if called.name == "__main__.py" else str(called)
