"""What staff write freely stays in its case: reasons, comments and answers may name a child.

Every label that takes words of their own is given a child's name, understood or not; then every
letter, every draft and every command but `case` and `read` is searched (design, promise 8).
"""

import contextlib
import io
import sys
from pathlib import Path

import pytest
import structlog

from mailbot.by_hand import record_lines
from mailbot.cli import main
from mailbot.core.record.labelled_lines import HEADS
from mailbot.mailboxes.maildir import rehearsed_letters
from mailbot.rehearsal import Rehearsal
from tests.shell.world import NOTIFICATION, NOTIFIER, STAFF, Mail, a_home, moment, notification
from tests.stories.mails import parsed

NAME = "Zebedee"
OTHER = NOTIFICATION.replace("2019", "2021").replace("Zephyrine", "Orlando")

SAID = (
    (
        "Mon 2026-11-23 14:00",
        1,
        (
            f"call: Tue 24 November 2026 14:00 / where: by phone\nview: police not met, {NAME}\n"
            f"safety: no, {NAME} has none\nlateness reason: notify-business-unit, {NAME}"
        ),
    ),
    ("Mon 2026-11-23 15:00", 2, f"criteria: no agreement / reasons: {NAME}"),
    (
        "Tue 2026-11-24 11:00",
        1,
        (
            f"criteria: met / present: council, icb, police / reasons: {NAME}\n"
            f"chair consulted: yes / comment: {NAME}\nagencies: police, gp, hospital\n"
            f"count: submission from 24 November, {NAME}\nnote: {NAME}\nlearning: {NAME}\n"
            f"nhs: hospital\nno further action: {NAME}\nhold: gp, {NAME}"
        ),
    ),
    (
        "Thu 2026-11-26 11:00",
        1,
        (
            "meeting: Thu 3 December 2026 10:00 / where: Room 2\n"
            f"extend: police until Wed 9 December 2026, {NAME} / who: {NAME}\nexcuse: gp, {NAME}"
        ),
    ),
    ("Thu 2026-11-26 15:00", 1, f"hold: case, {NAME} / until: 30 November 2026"),
    ("Thu 2026-11-26 16:00", 1, f"hold: mailbox, {NAME} / until: 27 November 2026"),
    ("Mon 2026-11-30 15:00", 2, "merge: {first}, " + NAME),
    ("Tue 2026-12-01 15:00", 1, "separate: {second}, " + NAME),
    (
        "Thu 2026-12-03 15:00",
        1,
        (
            "held: 3 December / present: council, icb, police, chair\n"
            f"decision: review / scope: local / reasons: {NAME} / learning: {NAME}\n"
            f"commissioning: author, {NAME}"
        ),
    ),
    ("Thu 2026-12-03 15:30", 2, f"withdraw: {NAME}"),
    ("Thu 2026-12-03 16:00", 2, f"reopen: {NAME}"),
    ("Fri 2026-12-04 10:00", 1, f"correct: decision / why: {NAME}"),
    ("Fri 2026-12-04 11:00", 2, f"close: {NAME}"),
)


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str], list[str]]:
    """Two cases in which staff have said all that: the home, the answers, and the letters."""
    home = tmp_path_factory.mktemp("free") / "home"
    play = Rehearsal(a_home(home), begins=moment("Mon 2026-11-23 08:55"))
    begun = moment("Mon 2026-11-23 09:30")
    play.receive(notification(begun).mime, begun)
    at = moment("Mon 2026-11-23 10:30")
    mail = Mail(sender=NOTIFIER, subject="Incident", text=OTHER, number="n2", at=at)
    play.receive(mail.mime, at)
    first, second = play.unit.store.cases.refs()
    answers: list[str] = []
    for when, case, text in SAID:
        play.until(moment(when))
        ref = (first, second)[case - 1]
        lines = text.replace("{first}", first).replace("{second}", second)
        done = record_lines(play.unit, ref, lines, by=STAFF, now=play.now)
        assert done.recorded, (lines, done.not_understood)
        answers += [*done.recorded, *done.not_understood]
    for head in HEADS:  # and what no label understands
        done = record_lines(play.unit, second, f"{head}: {NAME} Quill", by=STAFF, now=play.now)
        answers += [*done.recorded, *done.not_understood]
    play.until(moment("Tue 2026-12-08 10:00"))
    play.unit.store.close()
    out = [letter.mime for letter in rehearsed_letters(play.outgoing)]
    return home, answers, [text_in(mime) for mime in (*out, *play.folder("Drafts"))]


def text_in(mime: bytes) -> str:
    """All of a letter but the inside of its Word files."""
    mail = parsed(mime)
    found = [f"{name}: {value}" for name, value in mail.items()]
    for part in mail.walk():
        found.append(str(part.get_filename() or ""))
        if part.get_content_type() in {"text/plain", "text/html", "text/calendar"}:
            found.append(str(part.get_content()))
    return "\n".join(found)


def typed(*words: object) -> str:
    """Type a command; all that it wrote."""
    told = io.StringIO()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COLUMNS", "400")
        patch.setattr(sys, "argv", ["mailbot", *map(str, words)])
        with contextlib.redirect_stdout(told), contextlib.redirect_stderr(told):
            try:
                main()
            except SystemExit as end:
                assert end.code in {0, 1, 2, None}  # noqa: PT017 - how commands end
    structlog.reset_defaults()
    return told.getvalue()


def test_no_answer_to_staff_repeats_their_free_words(
    played: tuple[Path, list[str], list[str]],
) -> None:
    assert [said for said in played[1] if NAME in said] == []


def test_no_letter_digest_or_draft_repeats_their_free_words(
    played: tuple[Path, list[str], list[str]],
) -> None:
    assert len(played[2]) > 60
    assert [text for text in played[2] if NAME in text] == []


@pytest.mark.parametrize("command", ["cases", "due", "queue", "letters", "timeline", "forecast"])
@pytest.mark.parametrize("more", [(), ("--json",)])
def test_no_command_but_case_shows_their_free_words(
    played: tuple[Path, list[str], list[str]], command: str, more: tuple[str, ...]
) -> None:
    home = played[0]
    of_a_case = command in {"timeline", "forecast"}
    for ref in ("BB-2026-001-V", "BB-2026-002-T") if of_a_case else (None,):
        said = typed(command, *([ref] if ref else []), *more, "--home", home)
        assert "Traceback" not in said
        assert said.strip()
        assert NAME not in said


def test_the_case_itself_shows_why_its_clock_counts_from_another_day(
    played: tuple[Path, list[str], list[str]],
) -> None:
    said = " ".join(typed("case", "BB-2026-001-V", "--home", played[0]).split())
    assert f"submission counted from 2026-11-24: {NAME}" in said
