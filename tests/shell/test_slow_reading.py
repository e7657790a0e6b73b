"""Files that take long, that are bad, or that the computer cannot read just then.

None of them holds up the others, keeps a command waiting, or is called unreadable for ever because
the computer was ill.
"""

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from mailbot import intake, recording
from mailbot.core.document import Document, Line
from mailbot.core.model import FactKind, LetterKind, Message, Problem
from mailbot.daemon import one_pass, whole_pass
from mailbot.documents import documents_of
from mailbot.mailboxes.maildir_files import deliver
from mailbot.rehearsal import Rehearsal
from tests.forms_kit import FINDINGS, filled, locked, template
from tests.shell.by_mail import Play
from tests.shell.world import GP, POLICE, RETURN, Mail, a_home, letter_to, moment

AT = moment("Mon 2026-11-23 13:00")
ILL = Problem(place="1st attachment, PDF", what="It was not read just now.", passing=True)
Documents = tuple[tuple[str, Document], ...]
FORM = filled(template("agency-return"), FINDINGS)


def returned(asked: Play, number: str, *files: tuple[str, bytes], text: str = RETURN) -> Mail:
    """A mail of the police in answer to what they were asked."""
    answers = letter_to(asked.unit, POLICE, LetterKind.INFORMATION_REQUEST)
    subject = f"RE: [{asked.ref}] Information request"
    return Mail(
        sender=POLICE,
        subject=subject,
        text=text,
        number=number,
        at=AT,
        answers=answers,
        files=files,
    )


def arrives(asked: Play, mail: Mail) -> None:
    """It lies in the inbox, and nobody has looked yet."""
    deliver(asked.stage.mailbox, mail.mime, mail.at)


def has_returned(asked: Play) -> bool:
    """Whether the police's return is recorded."""
    return any(fact.agency == "police" for fact in asked.facts(FactKind.RETURN_RECEIVED))


# --- bad beside good -----------------------------------------------------------------------------


def test_bad_files_beside_a_good_form_are_named_by_place_and_reason_and_the_form_is_read(
    asked: Play,
) -> None:
    mail = returned(
        asked,
        "four",
        ("private name.docx", b"PK\x03\x04" + FORM[4:900]),
        ("private name 2.docx", locked()),
        ("return.docx", FORM),
        ("private name 3.pdf", b""),
        text="Dear all, please find our forms enclosed.",
    )

    asked.stage.receive(mail.mime, AT)

    found = next(k for k in asked.unit.store.messages.all() if k.sender == POLICE and k.waits)
    assert (found.case, found.received_at) == (asked.ref, AT)
    assert "1st attachment, Word: The Word document is damaged" in found.reason
    assert "2nd attachment, Word: The Word document is locked with a password" in found.reason
    assert "4th attachment, PDF: The file is empty" in found.reason
    assert "3rd attachment" not in found.reason
    assert "private name" not in found.reason
    assert asked.unit.store.messages.mime(found.key) == mail.mime, "the original is kept"
    assert has_returned(asked)


# --- slow ----------------------------------------------------------------------------------------


def test_a_command_can_write_while_a_file_is_read(
    asked: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = []

    def slow(message: Message) -> Documents:
        with closing(sqlite3.connect(asked.unit.store.path, timeout=0)) as other:
            other.execute("BEGIN IMMEDIATE")
            other.rollback()
        written.append(message.key)
        return documents_of(message)

    monkeypatch.setattr(recording, "documents_of", slow)
    asked.stage.receive(returned(asked, "slow").mime, AT)
    assert len(written) == 1
    assert has_returned(asked)


def test_a_pass_that_has_read_for_long_leaves_the_rest_to_the_next_one(
    asked: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "READING_SECONDS", -1.0)
    for number in range(5):
        arrives(asked, returned(asked, f"one-of-five-{number}", text=f"{RETURN}{number}"))
    before = len(asked.unit.store.messages.all())

    first = one_pass(asked.unit, AT)

    assert (first.taken_in, first.more) == (5, True)
    assert len(asked.unit.store.messages.all()) == before + 5, "all are kept"
    assert len(asked.unit.store.messages.unread()) == 4
    rest = whole_pass(asked.unit, AT)
    assert not rest.more
    assert not asked.unit.store.messages.unread()
    assert not [k for k in asked.unit.store.messages.all() if k.state == "aside"]


# --- the computer is ill -------------------------------------------------------------------------


@pytest.fixture
def ill(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Files cannot be read just now, until the list is emptied."""
    state = [True]

    def reading(message: Message) -> Documents:
        body, *files = documents_of(message)
        if not state:
            return (body, *files)
        return (body, *((place, Document(format="PDF", problems=(ILL,))) for place, _ in files))

    monkeypatch.setattr(recording, "documents_of", reading)
    return state


def test_a_file_that_could_not_be_read_just_then_is_read_when_the_computer_is_well(
    asked: Play, ill: list[bool]
) -> None:
    mail = returned(asked, "ill", ("return.docx", FORM), text="Please find it enclosed.")
    asked.stage.receive(mail.mime, AT)
    for minute in range(1, 6):
        one_pass(asked.unit, AT + timedelta(minutes=minute))
    assert len(asked.unit.store.messages.unread()) == 1, "not set aside, and not yet unreadable"

    ill.clear()
    one_pass(asked.unit, AT + timedelta(minutes=6))

    assert not asked.unit.store.messages.unread()
    assert has_returned(asked)
    assert not asked.unit.store.messages.waiting()


def test_when_the_computer_stays_ill_a_person_reads_the_file(asked: Play, ill: list[bool]) -> None:
    mail = returned(asked, "ill", ("return.docx", FORM), text="Please find it enclosed.")
    asked.stage.receive(mail.mime, AT)
    asked.stage.until(AT + timedelta(minutes=30))

    (found,) = asked.unit.store.messages.waiting()
    assert (found.case, found.agency, found.received_at) == (asked.ref, "police", AT)
    assert ILL.what in found.reason
    assert not has_returned(asked)


def test_other_mail_goes_on_meanwhile(asked: Play, ill: list[bool]) -> None:
    mail = returned(asked, "ill", ("return.docx", FORM), text="Enclosed.")
    asked.stage.receive(mail.mime, AT)
    text = "Nil return: the child is not known to us."
    asked.answers(GP, "Information request", text, "Mon 2026-11-23 13:01")
    assert any(fact.agency == "gp" for fact in asked.facts(FactKind.RETURN_RECEIVED))
    assert len(asked.unit.store.messages.unread()) == 1


def test_a_referral_of_a_child_in_danger_is_told_at_once_all_the_same(
    tmp_path: Path, ill: list[bool]
) -> None:
    stage = Rehearsal(a_home(tmp_path / "home"), begins=moment("Mon 2026-11-23 08:55"))
    mail = Mail(
        sender=GP,
        subject="URGENT child protection referral",
        text="This is a child protection referral. The child is at immediate risk of significant "
        "harm and needs to be seen today.",
        number="danger",
        at=AT,
        files=(("body map.pdf", b"%PDF-1.4 torn"),),
    )
    stage.receive(mail.mime, AT)
    assert not stage.unit.store.messages.unread()


def test_a_document_of_which_a_part_was_read_and_that_is_no_form_so_far_is_told_of(
    asked: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    what = "The PDF has more than 60 pages: a person reads the rest."
    place = "1st attachment, PDF"
    minutes = Document(
        format="PDF",
        blocks=(Line(place="page 1, line 1", text="Minutes of a meeting."),),
        problems=(Problem(place=place, what=what),),
    )
    monkeypatch.setattr(
        recording, "documents_of", lambda m: (*documents_of(m)[:1], (place, minutes))
    )
    mail = returned(asked, "long", ("long.pdf", b"%PDF-1.4"), text="See enclosed.")
    asked.stage.receive(mail.mime, AT)
    (found,) = asked.unit.store.messages.waiting()
    assert what in found.reason
