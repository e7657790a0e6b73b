"""An NHS Serious Incident through the real pass: flagged by mail, asked for, summed up, reported.

Mon 23 November 2026 is the day of the notification; local time is UTC.
"""

from datetime import datetime
from io import BytesIO
from pathlib import Path

import docx
import pytest

from mailbot import views
from mailbot.by_hand import record_lines
from mailbot.casework import case_of
from mailbot.core.cases.nhs import outstanding_reports
from mailbot.core.model import AgencyCode, CaseRef, FactKind, LetterKind
from mailbot.nhs_summary import write_health_summary
from mailbot.overview import morning_of
from mailbot.rehearsal import Rehearsal, RehearsedLetter
from mailbot.settings import warnings
from tests.shell.world import (
    CHILD,
    HOSPITAL,
    ICB,
    NOTIFICATION,
    RETURN,
    STAFF,
    Mail,
    a_home,
    letter_to,
    moment,
    notification,
)

K = LetterKind
NURSE = "nadia.featherstone@bedfordshire-icb.example"
COMMUNITY = "safeguarding@ousevalley-health.example"
CHAIR = "verity.langdale@independent-chair.example"


class Play:
    """A case played on a Maildir, with what staff, nurse and trusts write by mail."""

    def __init__(self, directory: Path, *, text: str = NOTIFICATION) -> None:
        self.play = Rehearsal(a_home(directory), begins=moment("Mon 2026-11-23 08:55"))
        at = moment("Mon 2026-11-23 09:30")
        self.play.receive(notification(at, text=text).mime, at)
        self.unit = self.play.unit
        self.ref: CaseRef = self.unit.store.cases.refs()[0]
        self.number = 0

    def staff(self, text: str, when: str) -> None:
        """Staff answer the letter about the new case."""
        answers = letter_to(self.unit, STAFF, K.NEW_CASE)
        self.mail(STAFF, text, when, answers=answers)

    def mail(
        self,
        sender: str,
        text: str,
        when: str,
        *,
        answers: str = "",
        files: tuple[tuple[str, bytes], ...] = (),
    ) -> None:
        """Somebody writes to the shared mailbox."""
        self.number += 1
        at = moment(when)
        mail = Mail(
            sender=sender,
            subject=f"RE: [{self.ref}] a letter",
            text=text,
            number=f"play-{self.number}",
            at=at,
            answers=answers,
            files=files,
        )
        self.play.receive(mail.mime, at)

    def until(self, when: str) -> list[RehearsedLetter]:
        """Time passes; what went out meanwhile."""
        self.play.until(moment(when))
        return list(self.play.letters())

    def kinds(self, kind: LetterKind) -> list[tuple[datetime, tuple[str, ...]]]:
        """When letters of a kind went, and to whom; oldest first."""
        letters = [x for x in self.unit.store.outbox.all() if x.kind is kind and x.state == "sent"]
        return [(letter.changed_at, letter.recipients) for letter in reversed(letters)]

    def facts(self, kind: FactKind) -> list[tuple[AgencyCode | None, object]]:
        """Of which agency facts of a kind are, and when they happened."""
        case = case_of(self.unit, self.ref)
        return [(fact.agency, fact.happened) for fact in case.all(kind)]

    @property
    def waiting(self) -> list[str]:
        """Why mails wait for a person."""
        return [message.reason for message in self.unit.store.messages.waiting()]


def a_report(title: str, *, trust: str = "") -> tuple[str, bytes]:
    """A report of the NHS's own as a Word file that names the child."""
    document = docx.Document()
    document.add_heading(title, 0)
    if trust:
        document.add_paragraph(f"Agency: {trust}")
    document.add_paragraph(f"This concerns {CHILD}. " + "What was found is set out here. " * 12)
    file = BytesIO()
    document.save(file)
    return "report.docx", file.getvalue()


@pytest.fixture
def case(tmp_path: Path) -> Play:
    """A case that staff flagged on Mon 23 November at 10:00 by answering the new-case letter."""
    play = Play(tmp_path)
    play.staff("nhs: hospital", "Mon 2026-11-23 10:00")
    return play


def test_flagging_by_mail_asks_the_designated_nurse_at_once(case: Play) -> None:
    ((at, to),) = case.kinds(K.HEALTH_REPORT_REQUEST)
    assert at == moment("Mon 2026-11-23 10:00")
    assert to == (NURSE,)
    letter = next(x for x in case.until("Mon 2026-11-23 10:05") if NURSE in x.recipients)
    assert CHILD not in letter.mime.decode()
    told = [f.detail for f in case_of(case.unit, case.ref).all(FactKind.LETTER_SENT)]
    days = next(d["told"] for d in told if d["kind"] == "health-report-request")
    assert days["nhs-72-hour-report/hospital"] == "2026-11-26"


DECIDED = "criteria: not met / decided on: 23 November 2026 / present: council, icb, police"


def test_one_summary_goes_each_working_morning_until_nothing_is_outstanding(case: Play) -> None:
    case.staff(DECIDED, "Mon 2026-11-23 11:00")  # so that she is not reminded as a partner
    case.until("Fri 2026-11-27 12:00")
    mornings = [at.strftime("%a %H") for at, _ in case.kinds(K.HEALTH_SUMMARY)]
    assert mornings == ["Tue 08", "Wed 08", "Thu 08", "Fri 08"]
    lines = "report: hospital 72-hour\n\nreport: hospital 30-day\n\nreport: hospital 60-day"
    case.staff(lines, "Fri 2026-11-27 12:05")
    assert not outstanding_reports(case_of(case.unit, case.ref))
    case.until("Wed 2026-12-02 12:00")
    assert len(case.kinds(K.HEALTH_SUMMARY)) == 4


def test_the_nurse_is_never_written_to_twice_on_one_morning_about_the_case(case: Play) -> None:
    case.until("Wed 2026-12-16 12:00")  # the three partners, she among them, are reminded as well
    days: list[str] = []
    for kind in (K.REMINDER, K.HEALTH_SUMMARY):
        days += [f"{at:%d %b}" for at, to in case.kinds(kind) if NURSE in to]
    assert len(days) == len(set(days))
    assert [at for at, to in case.kinds(K.REMINDER) if NURSE in to]


def test_a_trusts_report_by_mail_stops_its_clock_and_is_thanked_for(case: Play) -> None:
    case.mail(HOSPITAL, "Attached.", "Wed 2026-11-25 11:00", files=(a_report("72 Hour Report"),))
    received = case.facts(FactKind.SEVENTY_TWO_HOUR_REPORT_RECEIVED)
    assert received == [("hospital", moment("Wed 2026-11-25 11:00"))]
    assert (moment("Wed 2026-11-25 11:00"), (HOSPITAL,)) in case.kinds(K.RETURN_ACKNOWLEDGED)
    assert not case.facts(FactKind.RETURN_RECEIVED)
    assert case.waiting == []


def test_the_nurse_hands_in_the_report_by_answering_our_request(case: Play) -> None:
    answers = letter_to(case.unit, NURSE, K.HEALTH_REPORT_REQUEST)
    files = (a_report("30 Day Report"),)
    case.mail(
        NURSE, "Please find it attached.", "Mon 2026-12-14 11:00", answers=answers, files=files
    )
    received = case.facts(FactKind.THIRTY_DAY_REPORT_RECEIVED)
    assert received == [("hospital", moment("Mon 2026-12-14 11:00"))]
    drafts = [x for x in case.unit.store.outbox.all() if x.kind is K.HEALTH_REPORT_ARRIVED]
    assert [(x.state, CHAIR in x.recipients) for x in drafts] == [("drafted", True)]
    mention = [m.kind for m in morning_of(case.unit, case.play.now).drafts]
    assert K.HEALTH_REPORT_ARRIVED in mention


def test_while_a_mail_of_the_trust_waits_the_nurse_is_not_reminded(case: Play) -> None:
    case.staff(DECIDED, "Mon 2026-11-23 11:00")
    case.mail(COMMUNITY, "Attached.", "Wed 2026-11-25 11:00", files=(a_report("72 Hour Report"),))
    assert len(case.waiting) == 1
    assert not case.facts(FactKind.SEVENTY_TWO_HOUR_REPORT_RECEIVED)
    case.mail(HOSPITAL, "May we have until Friday?", "Wed 2026-11-25 12:00")
    case.until("Tue 2026-12-01 12:00")
    assert max(at for at, _ in case.kinds(K.HEALTH_SUMMARY)) == moment("Wed 2026-11-25 08:00")
    case.staff("dealt with: hospital", "Tue 2026-12-01 12:05")
    case.until("Wed 2026-12-02 12:00")  # no summary at noon: the next morning's has it
    assert max(at for at, _ in case.kinds(K.HEALTH_SUMMARY)) == moment("Wed 2026-12-02 08:00")


def test_staff_say_which_report_a_waiting_mail_is(case: Play) -> None:
    case.mail(HOSPITAL, "The 72 hour report is in our portal.", "Wed 2026-11-25 11:00")
    assert len(case.waiting) == 1
    case.staff("report: hospital 72-hour", "Wed 2026-11-25 12:00")
    assert case.waiting == []
    received = case.facts(FactKind.SEVENTY_TWO_HOUR_REPORT_RECEIVED)
    assert received == [("hospital", moment("Wed 2026-11-25 11:00"))]


def test_a_trusts_return_is_asked_through_the_nurse_and_may_come_from_either(case: Play) -> None:
    case.staff(
        "criteria: met / decided on: 23 November 2026 / present: council, icb, police\n"
        "agencies: hospital, icb, police",
        "Mon 2026-11-23 11:00",
    )
    case.until("Mon 2026-11-23 12:00")
    asked = [to for _, to in case.kinds(K.INFORMATION_REQUEST)]
    assert (NURSE,) in asked
    assert (HOSPITAL,) not in asked
    answers = letter_to(case.unit, NURSE, K.INFORMATION_REQUEST)
    case.mail(NURSE, RETURN, "Wed 2026-11-25 11:00", answers=answers)
    assert case.facts(FactKind.RETURN_RECEIVED) == [("hospital", moment("Wed 2026-11-25 11:00"))]
    own = letter_to(case.unit, ICB, K.INFORMATION_REQUEST)
    case.mail(ICB, RETURN, "Wed 2026-11-25 12:00", answers=own)
    assert [code for code, _ in case.facts(FactKind.RETURN_RECEIVED)] == ["hospital", "icb"]


def test_closing_says_which_health_reports_are_outstanding(case: Play) -> None:
    said = record_lines(
        case.unit, case.ref, "close: no further action", by="command line", now=case.play.now
    )
    assert "60-day report of Bedford General Hospitals NHS Trust" in said.recorded[0]


def test_the_notifications_tick_is_a_prompt_in_the_digest_and_flags_nothing(
    tmp_path: Path,
) -> None:
    play = Play(tmp_path, text=f"{NOTIFICATION}NHS Serious Incident: yes\n")
    assert case_of(play.unit, play.ref).nhs is None
    assert play.kinds(K.HEALTH_REPORT_REQUEST) == []
    digest = next(x.mime for x in play.until("Tue 2026-11-24 08:30") if x.sent_at.day == 24)
    assert b"nhs: hospital, community-health" in digest


def test_the_case_shows_its_nhs_side(case: Play) -> None:
    case.staff("report: hospital 72-hour", "Mon 2026-11-23 12:05")
    row = views.case(case.unit, case.ref, case.play.now)
    assert row["nhs"]["framework"] == "sif"
    shown = "\n".join(views.lines_of_case(row))
    assert "72-hour report of hospital: received 2026-11-23" in shown
    assert "60-day report of hospital: outstanding" in shown
    due = [entry["clock"] for entry in views.due(case.unit, case.play.now)]
    assert "nhs-30-day-report" in due
    assert "nhs-72-hour-report" not in due


def test_nothing_is_written_on_a_day_off_or_after_hours(case: Play) -> None:
    for when in ("Sat 2026-11-28 09:00", "Fri 2026-11-27 19:00", "Fri 2026-11-27 07:30"):
        assert not write_health_summary(case.unit, moment(when))


def test_config_without_a_designated_nurse_or_a_trust_is_warned_of(tmp_path: Path) -> None:
    table = '[designated_nurse]\nname = "Nadia Featherstone"\n'
    table += 'email = "nadia.featherstone@bedfordshire-icb.example"\n'
    table += 'role = "Designated Nurse for Safeguarding Children"\nphone = "01632 960150"\n'
    nurseless = a_home(tmp_path / "a", {table: ""})
    assert any("no [designated_nurse]" in sentence for sentence in warnings(nurseless))
    trustless = a_home(tmp_path / "b", {"provider_trust = true\n": ""})
    assert any("provider_trust = true" in sentence for sentence in warnings(trustless))
    off = {"provider_trust = true\n": "", 'health_reports = "sif"': 'health_reports = "off"'}
    assert not any("provider_trust" in s for s in warnings(a_home(tmp_path / "c", off)))
