"""Two notifications of one incident: suggested as one case, merged by a person, and undone."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from mailbot import cli
from mailbot.by_hand import open_from_message, record_lines
from mailbot.casework import case_of, clocks_of
from mailbot.core.cases.merging import Act
from mailbot.core.model import Case, CaseRef, ClockState, FactKind, LetterKind
from mailbot.daemon import one_pass
from mailbot.errors import UsageError
from mailbot.mailboxes.maildir_files import deliver
from mailbot.merging import current, merge, separate
from mailbot.rehearsal import Rehearsal
from mailbot.views import is_running
from tests.shell.world import (
    CHILD,
    HOSPITAL,
    NOTIFICATION,
    NOTIFIER,
    POLICE,
    RETURN,
    STAFF,
    Mail,
    a_home,
    letter_to,
    moment,
    notification,
)

MONDAY = moment("Mon 2026-11-23 09:30")
LATER = moment("Mon 2026-11-23 11:00")
SIBLING = "Orlando Quill"
HOSPITAL_LEAD = "colette.brannigan@bedford-hospitals.example"
#: The hospital's own notification: a sibling, the same day and the same address.
OF_THE_SIBLING = (
    NOTIFICATION.replace(CHILD, SIBLING)
    .replace("2019", "2021")
    .replace("Gender: female", "Gender:")
)
#: Somebody else's child, on the same day elsewhere.
OF_A_STRANGER = (
    NOTIFICATION.replace(CHILD, "Hal Umber").replace("2019", "2020").replace("1 Larch", "7 Elm")
)


class Two:
    """A rehearsed area with two cases that may be one."""

    def __init__(self, directory: Path, second: str = OF_THE_SIBLING) -> None:
        self.play = Rehearsal(a_home(directory), begins=moment("Mon 2026-11-23 08:55"))
        self.unit = self.play.unit
        self.play.receive(notification(MONDAY).mime, MONDAY)
        mail = Mail(sender=HOSPITAL_LEAD, subject="Incident", text=second, number="n2", at=LATER)
        self.play.receive(mail.mime, LATER)
        self.older, self.younger = self.unit.store.cases.refs()

    def case(self, ref: CaseRef) -> Case:
        return case_of(self.unit, ref)

    def say(self, ref: CaseRef, text: str, at: str) -> tuple[str, ...]:
        """What staff record about a case at a moment, and what is answered."""
        self.play.until(moment(at))
        read = record_lines(self.unit, ref, text, by=STAFF, now=self.play.now)
        return (*read.recorded, *read.not_understood)

    def act(self, why: str = "one incident") -> Act:
        return Act(by=STAFF, why=why, now=self.play.now)

    def merge(self) -> list[str]:
        return merge(self.unit, self.older, self.younger, self.act())

    def kinds(self, ref: CaseRef, *states: str) -> list[str]:
        found = [x for x in self.unit.store.outbox.of_case(ref) if x.state in (states or ("sent",))]
        return sorted(letter.kind.value for letter in found)

    def answer(self, sender: str, letter: str, number: str, text: str = RETURN) -> str:
        """A return arrives in answer to a letter; in which case it ends up, or ''."""
        at = self.play.now
        mail = Mail(
            sender=sender, subject="RE: request", text=text, number=number, at=at, answers=letter
        )
        self.play.receive(mail.mime, at)
        kept = next(k for k in self.unit.store.messages.all() if number in (k.message_id or ""))
        return kept.case or ""


@pytest.fixture
def two(tmp_path: Path) -> Two:
    return Two(tmp_path)


# --- suggesting --------------------------------------------------------------------------------


def test_siblings_with_one_day_and_one_address_are_suggested_and_not_merged(two: Two) -> None:
    (key,) = [
        letter.key
        for letter in two.unit.store.outbox.all()
        if letter.kind is LetterKind.SAME_INCIDENT
    ]
    letter = two.unit.store.outbox.get(key)
    assert letter
    assert (letter.state, letter.case) == ("sent", two.younger)
    assert STAFF in letter.recipients
    text = two.unit.store.outbox.mime(letter.key).decode()
    plain = text.replace("=\r\n", "")
    assert "the same day of the incident and the same home address" in plain
    assert f"merge: {two.older}, why" in plain
    assert "Quill" not in text
    assert "Larch" not in text
    assert two.case(two.younger).merged_into is None


def test_another_childs_incident_on_the_same_day_is_not_suggested(tmp_path: Path) -> None:
    two = Two(tmp_path, second=OF_A_STRANGER)
    assert LetterKind.SAME_INCIDENT not in {x.kind for x in two.unit.store.outbox.all()}


def test_the_same_child_on_another_day_is_said_to_stay_two_cases(tmp_path: Path) -> None:
    play = Rehearsal(a_home(tmp_path), begins=moment("Mon 2026-11-23 08:55"))
    play.receive(notification(MONDAY).mime, MONDAY)
    second = NOTIFICATION.replace("20 November", "18 November")
    play.receive(notification(LATER, number="n2", text=second).mime, LATER)
    (waiting,) = play.unit.store.messages.waiting()
    open_from_message(play.unit, waiting.key, by=STAFF, now=play.now)
    (letter,) = [x for x in play.unit.store.outbox.all() if x.kind is LetterKind.SAME_INCIDENT]
    text = play.unit.store.outbox.mime(letter.key).decode().replace("=\r\n", "")
    assert "two incidents of one child" in text
    assert "give different days for the incident" in text
    assert len(play.unit.store.cases.refs(only_open=True)) == 2


# --- merging -----------------------------------------------------------------------------------


def test_a_line_in_a_letter_of_either_case_merges_into_the_older(two: Two) -> None:
    said = two.say(two.younger, f"merge: {two.older}, one incident", "Mon 2026-11-23 12:00")
    assert any(f"{two.younger} is part of {two.older} now" in line for line in said), said
    younger, older = two.case(two.younger), two.case(two.older)
    assert (younger.merged_into, younger.closed) == (two.older, True)
    assert older.took_in == (two.younger,)
    assert older.opened_at == MONDAY
    assert {str(child["name"]) for child in older.children} == {CHILD, SIBLING}
    assert two.unit.store.cases.refs(only_open=True) == [two.older]


def test_nobody_is_thanked_or_asked_for_missing_fields_twice(two: Two) -> None:
    before = two.kinds(two.younger).count("acknowledgement")
    assert before == 1
    two.merge()
    two.play.until(moment("Wed 2026-11-25 12:00"))
    assert two.kinds(two.older).count("acknowledgement") == 1
    # What had not gone yet for the younger goes once, from the case that goes on.
    asked = [
        x
        for x in two.unit.store.outbox.all()
        if x.kind is LetterKind.MISSING_FIELDS and x.state == "sent"
    ]
    assert [(x.case, x.recipients) for x in asked] == [(two.older, (HOSPITAL_LEAD,))]


def test_a_merged_cases_clocks_end_and_it_reminds_nobody(two: Two) -> None:
    two.merge()
    assert not any(
        is_running(clock) for clock in clocks_of(two.unit, two.case(two.younger), two.play.now)
    )
    sent = len(two.kinds(two.younger))
    two.play.until(moment("Fri 2026-12-04 12:00"))
    assert len(two.kinds(two.younger)) == sent


BOTH_ASKED = """\
criteria: met / decided on: 23 November 2026 / present: council, icb, police
chair consulted: yes
agencies: {}
"""


def with_requests(two: Two) -> None:
    """The older has asked the police; the younger has asked the police and the hospital."""
    two.say(two.older, BOTH_ASKED.format("police"), "Mon 2026-11-23 11:30")
    two.say(two.younger, BOTH_ASKED.format("police, hospital"), "Mon 2026-11-23 11:40")
    two.play.until(moment("Mon 2026-11-23 12:30"))


def test_an_agency_asked_only_in_the_younger_counts_as_asked_with_its_day(two: Two) -> None:
    with_requests(two)
    due = {c.agency: c.due_on for c in clocks_of(two.unit, two.case(two.younger), two.play.now)}
    said = two.merge()
    assert any("Bedford General Hospitals NHS Trust had been asked there" in s for s in said)
    assert any("Bedfordshire Police had been asked in both" in s for s in said)
    assert any("the decision on the criteria" in s for s in said)
    hospital = two.case(two.older).agencies["hospital"]
    assert (hospital.round, hospital.answered) == (1, False)
    clocks = {c.agency: c for c in clocks_of(two.unit, two.case(two.older), two.play.now)}
    assert clocks["hospital"].due_on == due["hospital"]
    assert clocks["hospital"].state is ClockState.RUNNING
    two.play.until(moment("Mon 2026-11-23 16:00"))
    requests = [
        x
        for x in two.unit.store.outbox.all()
        if x.kind is LetterKind.INFORMATION_REQUEST and HOSPITAL in x.recipients
    ]
    assert len(requests) == 1


def test_mail_for_the_younger_goes_to_the_case_that_goes_on(two: Two) -> None:
    with_requests(two)
    to_hospital = letter_to(two.unit, HOSPITAL, LetterKind.INFORMATION_REQUEST)
    two.merge()
    assert two.answer(HOSPITAL, to_hospital, "r1") == two.older
    assert two.case(two.older).agencies["hospital"].answered
    assert current(two.unit, two.younger) == two.older
    # A reference alone, too.
    at = two.play.now
    mail = Mail(
        sender=POLICE, subject=f"[{two.younger}] our answer", text=RETURN, number="r2", at=at
    )
    two.play.receive(mail.mime, at)
    assert two.case(two.older).agencies["police"].answered


def test_a_return_that_came_before_counts_in_the_case_that_goes_on(two: Two) -> None:
    with_requests(two)
    to_police = [
        x.message_id
        for x in two.unit.store.outbox.of_case(two.younger)
        if x.kind is LetterKind.INFORMATION_REQUEST and POLICE in x.recipients
    ]
    assert two.answer(POLICE, to_police[0], "r1") == two.younger
    thanks = two.kinds(two.younger).count("return-acknowledged")
    two.merge()
    two.play.until(moment("Mon 2026-11-23 16:00"))
    assert two.case(two.older).agencies["police"].answered
    assert (thanks, two.kinds(two.older).count("return-acknowledged")) == (1, 0)


# --- refused -----------------------------------------------------------------------------------


def test_what_cannot_be_one_is_refused_with_a_sentence(two: Two) -> None:
    (said,) = two.say(two.older, f"merge: {two.older}, why", "Mon 2026-11-23 12:00")
    assert "is this very case" in said
    (said,) = two.say(two.older, "merge: LU-2026-001-2, why", "Mon 2026-11-23 12:00")
    assert "not understood" in said
    (said,) = two.say(two.older, f"merge: {two.younger}", "Mon 2026-11-23 12:00")
    assert "say why" in said
    two.say(two.younger, "close: no case of ours", "Mon 2026-11-23 12:00")
    (said,) = two.say(two.older, f"merge: {two.younger}, why", "Mon 2026-11-23 12:00")
    assert f"{two.younger} is closed" in said
    assert two.case(two.younger).merged_into is None
    with pytest.raises(UsageError, match="is not merged"):
        separate(two.unit, two.older, two.younger, two.act())


@pytest.mark.parametrize("what", ["case", "police"])
def test_a_merge_never_lets_letters_go_that_a_hold_keeps_back(two: Two, what: str) -> None:
    with_requests(two)
    until = "" if what == "police" else " / until: 4 December 2026"
    assert two.say(two.younger, f"hold: {what}, the coroner asks{until}", "Mon 2026-11-23 15:00")
    (said,) = two.say(two.older, f"merge: {two.younger}, one incident", "Mon 2026-11-23 15:10")
    assert said.startswith("not understood: “merge”: ")
    assert f"“{what}” is on hold in {two.younger} and not in {two.older}" in said
    assert "coroner" not in said
    assert two.case(two.younger).merged_into is None
    two.say(two.older, f"hold: {what}, the coroner asks", "Mon 2026-11-23 15:20")
    said_now = two.say(two.older, f"merge: {two.younger}, one incident", "Mon 2026-11-23 15:30")
    assert "is part of" in said_now[0]


def test_a_case_merged_already_is_refused_and_says_into_which(two: Two) -> None:
    two.merge()
    with pytest.raises(UsageError, match=f"merged into {two.older} already"):
        two.merge()


# --- undoing -----------------------------------------------------------------------------------


def facts_that_stand(two: Two, ref: CaseRef) -> list[tuple[str, str]]:
    ours = {FactKind.CASES_MERGED, FactKind.CASES_SEPARATED, FactKind.LETTER_SENT}
    return [(f.kind.value, f.agency or "") for f in two.case(ref).facts if f.kind not in ours]


def test_separating_leaves_both_cases_as_they_were(two: Two) -> None:
    with_requests(two)
    before = {ref: facts_that_stand(two, ref) for ref in (two.older, two.younger)}
    children = two.case(two.older).children
    two.merge()
    said = separate(two.unit, two.older, two.younger, two.act("two incidents after all"))
    assert any("a case of its own again" in line for line in said)
    after = {
        ref: [pair for pair in facts_that_stand(two, ref) if pair[0] != "correction"]
        for ref in before
    }
    assert after == before
    younger = two.case(two.younger)
    assert (younger.merged_into, younger.closed) == (None, False)
    assert two.case(two.older).children == children
    assert two.unit.store.cases.refs(only_open=True) == [two.older, two.younger]
    assert {k.case for k in two.unit.store.messages.all() if k.case} == {two.older, two.younger}
    assert current(two.unit, two.younger) == two.younger


def test_a_letter_that_the_merge_withdrew_goes_after_all(two: Two) -> None:
    waits = two.kinds(two.younger, "queued")
    assert waits == ["missing-fields"]
    two.merge()
    assert two.kinds(two.younger, "queued") == []
    separate(two.unit, two.older, two.younger, two.act())
    assert two.kinds(two.younger, "queued") == ["missing-fields"]
    two.play.until(moment("Tue 2026-11-24 12:00"))
    asked = [x for x in two.unit.store.outbox.all() if x.kind is LetterKind.MISSING_FIELDS]
    assert [x.case for x in asked if x.state == "sent"] == [two.younger]


def test_letters_and_mail_from_meanwhile_are_listed_and_stay(two: Two) -> None:
    with_requests(two)
    to_hospital = letter_to(two.unit, HOSPITAL, LetterKind.INFORMATION_REQUEST)
    two.merge()
    two.play.until(moment("Tue 2026-11-24 10:00"))
    assert two.answer(HOSPITAL, to_hospital, "r1") == two.older
    said = separate(two.unit, two.younger, two.older, two.act())
    key = next(k.key for k in two.unit.store.messages.all() if "r1" in (k.message_id or ""))
    assert any(key[:8] in line and f"stay in {two.older}" in line for line in said)
    assert any("Letters that had gone meanwhile: missing-fields/" in line for line in said)
    assert next(k for k in two.unit.store.messages.all() if k.key == key).case == two.older


def test_a_chain_is_followed_and_undone_from_its_end(two: Two) -> None:
    third_at = moment("Mon 2026-11-23 12:00")
    third = OF_THE_SIBLING.replace(SIBLING, "Ottilie Quill").replace("2021", "2022")
    mail = Mail(sender=NOTIFIER, subject="Incident", text=third, number="n3", at=third_at)
    two.play.receive(mail.mime, third_at)
    youngest = two.unit.store.cases.refs()[-1]
    merge(two.unit, two.younger, youngest, two.act())
    two.merge()
    assert current(two.unit, youngest) == two.older
    names = {str(child["name"]) for child in two.case(two.older).children}
    assert names == {CHILD, SIBLING, "Ottilie Quill"}
    with pytest.raises(UsageError, match=f"separate {two.younger} first"):
        separate(two.unit, two.older, youngest, two.act())
    separate(two.unit, two.older, two.younger, two.act())
    separate(two.unit, two.younger, youngest, two.act())
    assert {str(child["name"]) for child in two.case(two.younger).children} == {SIBLING}
    assert two.unit.store.cases.refs(only_open=True) == [two.older, two.younger, youngest]


def test_merged_and_separated_again_and_again_ends_in_the_same_place(two: Two) -> None:
    two.merge()
    once = facts_that_stand(two, two.older)
    for _ in range(2):
        separate(two.unit, two.older, two.younger, two.act())
        two.merge()
    assert [p for p in facts_that_stand(two, two.older) if p[0] != "correction"] == once


def test_a_line_for_a_merged_case_is_recorded_where_it_goes_on(two: Two) -> None:
    two.merge()
    two.say(two.younger, "note: rung the ward", "Mon 2026-11-23 12:00")
    assert two.case(two.older).last(FactKind.NOTE)
    assert not two.case(two.younger).last(FactKind.NOTE)


def test_an_agency_that_owes_is_told_that_two_references_are_one_case(two: Two) -> None:
    with_requests(two)
    two.merge()
    two.play.until(moment("Mon 2026-11-23 16:00"))
    notes = [x for x in two.unit.store.outbox.all() if x.kind is LetterKind.CHANGE_NOTE]
    assert sorted((x.recipients[0], x.case, x.state) for x in notes) == [
        (POLICE, two.older, "sent"),
        (HOSPITAL, two.older, "sent"),
    ]
    text = two.unit.store.outbox.mime(notes[0].key).decode().replace("=\r\n", "")
    assert "Two of our references are one case" in text
    assert "Mon 30 Nov 2026" in text


def test_the_commands_merge_and_separate_and_the_list_of_cases_says_so(
    two: Two, tmp_path: Path
) -> None:
    def typed(*words: str) -> str:
        done = CliRunner().invoke(cli.app, [*words, "--home", str(tmp_path)])
        assert done.exit_code == 0, done.output
        return " ".join(done.output.split())

    said = typed("merge", two.younger, two.older, "--why", "one incident")
    assert f"{two.younger} is part of {two.older} now" in said
    assert f"merged into {two.older}" in json.loads(typed("cases", "--json"))[1]["state"]
    assert "cases-merged" in typed("timeline", two.older)
    assert "a case of its own again" in typed("separate", two.younger, "--why", "two after all")
    assert [row["state"] for row in json.loads(typed("cases", "--json"))] == ["open", "open"]


def test_staff_merge_by_answering_the_suggestion(two: Two) -> None:
    (asked,) = [x for x in two.unit.store.outbox.all() if x.kind is LetterKind.SAME_INCIDENT]
    at = moment("Mon 2026-11-23 12:00")
    mail = Mail(
        sender=STAFF,
        subject="RE: Perhaps the same incident",
        text=f"merge: {two.older}, siblings found together",
        number="m1",
        at=at,
        answers=asked.message_id,
    )
    two.play.receive(mail.mime, at)
    assert two.case(two.younger).merged_into == two.older
    (answer,) = [x for x in two.unit.store.outbox.all() if x.kind is LetterKind.INSTRUCTION_ANSWER]
    text = two.unit.store.outbox.mime(answer.key).decode().replace("=\r\n", "")
    assert f"{two.younger} is part of {two.older} now" in text
    assert "day 0 stays Mon 23 November 2026" in text
    # And undone by answering any letter of the case that goes on.
    at = moment("Mon 2026-11-23 14:00")
    undo = f"separate: {two.younger}, two after all"
    letter = letter_to(two.unit, STAFF, LetterKind.NEW_CASE)
    mail = Mail(sender=STAFF, subject="RE: New case", text=undo, number="m2", at=at, answers=letter)
    two.play.receive(mail.mime, at)
    assert two.case(two.younger).merged_into is None
    assert two.unit.store.cases.refs(only_open=True) == [two.older, two.younger]


# --- in one batch, as after a night --------------------------------------------------------------


def test_a_mail_that_came_in_one_batch_with_the_merge_is_in_the_case_that_goes_on(
    two: Two,
) -> None:
    with_requests(two)
    at = two.play.now
    request = letter_to(two.unit, HOSPITAL, LetterKind.INFORMATION_REQUEST)
    asks = Mail(
        sender=HOSPITAL, subject="RE: request", text="Which period?", number="q", at=at,
        answers=request,
    )  # fmt: skip
    says = Mail(
        sender=STAFF,
        subject="RE: New case",
        text=f"merge: {two.older}, one incident",
        number="m",
        at=at,
        answers=letter_to(two.unit, STAFF, LetterKind.NEW_CASE),
    )
    for mail in (asks, says):
        deliver(two.play.mailbox, mail.mime, at)
    one_pass(two.unit, at)
    assert two.case(two.younger).merged_into == two.older
    kept = [k for k in two.unit.store.messages.all() if k.received_at == at]
    assert {k.case for k in kept} == {two.older}
    assert two.case(two.older).agencies["hospital"].waiting, "its reminders wait there too"


def test_what_staff_dealt_with_in_one_batch_with_its_mail_waits_no_longer(two: Two) -> None:
    with_requests(two)
    at = two.play.now
    request = letter_to(two.unit, HOSPITAL, LetterKind.INFORMATION_REQUEST)
    asks = Mail(
        sender=HOSPITAL, subject="RE: request", text="Which period?", number="q", at=at,
        answers=request,
    )  # fmt: skip
    says = Mail(
        sender=STAFF,
        subject="RE: New case",
        text="dealt with: hospital",
        number="d",
        at=at,
        answers=letter_to(two.unit, STAFF, LetterKind.NEW_CASE),
    )
    answered_at = at + timedelta(minutes=5)
    deliver(two.play.mailbox, asks.mime, at)
    deliver(two.play.mailbox, says.mime, answered_at)
    one_pass(two.unit, answered_at)
    assert two.unit.store.messages.waiting() == []
    assert not two.case(two.younger).agencies["hospital"].waiting
