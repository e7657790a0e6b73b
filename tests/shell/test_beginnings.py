"""Every way in which a case begins, by mail, through the real pass: letters, digest, documents."""

import email
import email.policy
from datetime import timedelta
from pathlib import Path

import pytest

from mailbot.answered import how_to_read
from mailbot.by_hand import open_from_message
from mailbot.casework import case_of
from mailbot.core.forms.forms import forms_from
from mailbot.core.mail.messages import read_message
from mailbot.core.model import Case, CaseRef, FactKind, LetterKind
from mailbot.documents import documents_of
from mailbot.rehearsal import Rehearsal
from mailbot.store import Posted
from tests import forms_kit as kit
from tests.shell.world import (
    CRITERIA,
    GP,
    NOTIFIER,
    POLICE,
    Mail,
    a_home,
    letter_to,
    moment,
)

K = LetterKind
ONLINE = "marcus.oyelaran@children.bedford-council.example"
WEBSITE = "webforms@bedford-safeguarding.example"
STAFF = "tomasz.ellery@bedford-safeguarding.example"
MORNING = moment("Mon 2026-11-23 08:55")
CAME = moment("Mon 2026-11-23 09:30")
NAME = "Zephyrine Quill"
BODY = f"""\
{{title}}

Name of child: {NAME}
Date of birth: 3 May 2007
Date of incident: 20 November 2026
Nature of incident: {{nature}}
Summary: Found at home.
Notifier: Gwendolyn Pryce
"""


@pytest.fixture
def play(tmp_path: Path) -> Rehearsal:
    return Rehearsal(a_home(tmp_path / "home"), begins=MORNING)


def comes(
    play: Rehearsal, text: str, *, sender: str = NOTIFIER, number: str = "n1", **more: object
) -> CaseRef | None:
    """A mail arrives at 09:30 on Mon 23 November; the case it opens, if it opens one."""
    before = set(play.unit.store.cases.refs())
    mail = Mail(sender=sender, subject="For you", text=text, number=number, at=CAME, **more)
    play.receive(mail.mime, play.now if play.now > CAME else CAME)
    return next((ref for ref in play.unit.store.cases.refs() if ref not in before), None)


def letters(play: Rehearsal, *, case: CaseRef | None = None) -> list[Posted]:
    """All letters written so far, newest first; those of one case if it is given."""
    return [x for x in play.unit.store.outbox.all() if case is None or x.case == case]


def kinds(play: Rehearsal, case: CaseRef | None) -> set[LetterKind]:
    return {letter.kind for letter in letters(play, case=case)}


def text_of(play: Rehearsal, kind: LetterKind) -> str:
    """Subject and plain text of the newest letter of a kind, in one line."""
    return text_of_key(play, next(x for x in play.unit.store.outbox.all() if x.kind is kind))


def text_of_key(play: Rehearsal, letter: Posted) -> str:
    """Subject and plain text of a letter, in one line."""
    mime = play.unit.store.outbox.mime(letter.key)
    message = email.message_from_bytes(mime, policy=email.policy.default)
    body = message.get_body(("plain",))
    assert body is not None
    return " ".join(f"{message['subject']} {body.get_content()}".replace(">", " ").split())


def staff_say(play: Rehearsal, case: CaseRef, text: str, kind: LetterKind = K.NEW_CASE) -> None:
    """Staff answer the newest letter of that kind to them; what they say is recorded."""
    before = len(case_of(play.unit, case).facts)
    mail = Mail(
        sender=STAFF,
        subject=f"RE: [{case}]",
        text=text,
        number=f"s{before}",
        at=play.now,
        answers=letter_to(play.unit, STAFF, kind),
    )
    play.receive(mail.mime, play.now + timedelta(minutes=1))
    assert len(case_of(play.unit, case).facts) > before, text_of(play, K.INSTRUCTION_ANSWER)


def the_case(play: Rehearsal, ref: CaseRef | None) -> Case:
    assert ref is not None
    return case_of(play.unit, ref)


# --- every beginning --------------------------------------------------------------------------


def test_a_non_serious_word_form_lives_its_short_life_from_mail_to_closing(
    play: Rehearsal,
) -> None:
    answers = {n: v for n, v in kit.NOTIFICATION.items() if n != "incident.nature"}
    answers["notification.learning"] = "Who rings whom."
    form = kit.filled(kit.template("non-serious-notification"), answers)
    ref = comes(play, "Please see attached.", files=[("form.docx", form)])
    case = the_case(play, ref)
    assert case.beginning == "non-serious"
    assert kinds(play, ref) >= {K.ACKNOWLEDGEMENT, K.NEW_CASE}
    assert "Please put this non-serious notification before the next Case Review Group" in text_of(
        play, K.NEW_CASE
    )
    play.until(moment("Tue 2026-11-24 08:30"))
    assert "put it before the next Case Review Group" in text_of(play, K.DIGEST)
    staff_say(play, case.ref, "agencies: police")
    play.until(moment("Tue 2026-11-24 09:30"))
    assert POLICE in [a for x in letters(play, case=ref) for a in x.recipients]
    staff_say(play, case.ref, "decision: no review / next: no further action / reasons: done")
    play.until(moment("Wed 2026-11-25 08:30"))
    assert "close it when nothing is left" in text_of(play, K.DIGEST)
    staff_say(play, case.ref, "close: no further action")
    play.until(moment("Mon 2026-12-21 12:00"))
    assert the_case(play, ref).closed
    serious = {K.CALL_OF_PARTNERS, K.WORKSHEET, K.SUBMISSION, K.CHECKLIST, K.BOARD_TOLD}
    assert not serious & kinds(play, ref)


def test_a_copy_of_the_authoritys_notification_is_confirmed_in_one_line(play: Rehearsal) -> None:
    text = BODY.format(title="Child safeguarding incident notification", nature="death")
    text += "Date notification submitted: 23 November 2026\nNotification reference: 2026-0471\n"
    ref = comes(play, text, sender=ONLINE)
    case = the_case(play, ref)
    assert case.beginning == "authority-copy"
    assert K.CALL_OF_PARTNERS not in kinds(play, ref)
    assert "confirm copy: 23 November 2026 / reference: ..." in text_of(play, K.NEW_CASE)
    assert "copy of your notification to the Panel" in text_of(play, K.ACKNOWLEDGEMENT)
    staff_say(play, case.ref, "confirm copy: 23 November 2026")
    case = the_case(play, ref)
    assert case.criteria == "met"
    notified = case.last(FactKind.PANEL_NOTIFIED)
    assert notified is not None
    assert notified.detail["reference"] == "2026-0471"
    play.until(moment("Tue 2026-12-01 12:00"))
    assert not {K.WORKSHEET, K.CALL_OF_PARTNERS} & kinds(play, ref)


def test_a_copy_from_anybody_else_is_put_before_staff_who_say_what_it_is(play: Rehearsal) -> None:
    text = BODY.format(title="Child safeguarding incident notification", nature="death")
    ref = comes(play, text, sender=POLICE)
    case = the_case(play, ref)
    assert case.beginning == ""
    assert K.CALL_OF_PARTNERS not in kinds(play, ref)
    asked = "both serious incident and copy of the authority's own notification"
    assert asked in text_of(play, K.NEW_CASE)
    play.until(moment("Tue 2026-11-24 08:30"))
    assert f"Its form says {asked}" in text_of(play, K.DIGEST)
    staff_say(play, case.ref, "beginning: serious")
    case = the_case(play, ref)
    assert case.beginning == "serious"
    assert case.opened_at == CAME
    play.until(moment("Tue 2026-11-24 09:30"))
    assert K.CALL_OF_PARTNERS in kinds(play, ref)
    acknowledged = [x for x in letters(play, case=ref) if x.kind is K.ACKNOWLEDGEMENT]
    assert len(acknowledged) == 1


def test_a_need_to_know_briefing_opens_a_case_and_calls_the_partners(play: Rehearsal) -> None:
    ref = comes(play, BODY.format(title="Need to know briefing", nature="serious harm"))
    assert the_case(play, ref).beginning == "need-to-know"
    assert "no notification form yet" in text_of(play, K.CALL_OF_PARTNERS)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Auto-Submitted": "auto-generated", "Precedence": "bulk"},
        {"List-Id": "<forms.bedford-safeguarding.example>", "X-Auto-Response-Suppress": "All"},
        {"Return-Path": "<>", "Reply-To": "parent@elsewhere.example"},
    ],
)
@pytest.mark.parametrize("kind", ["Serious incident", "Non-serious incident"])
def test_the_websites_form_is_a_notification_whatever_its_headers_say(
    play: Rehearsal, headers: dict[str, str], kind: str
) -> None:
    text = f"Kind of notification: {kind}\n" + BODY.format(title="", nature="").replace(
        "Nature of incident: \n", ""
    )
    text += "Email of notifier: gwendolyn.pryce@elsewhere.example\n"
    ref = comes(play, text, sender=WEBSITE, headers=headers)
    assert the_case(play, ref).beginning == kind.removesuffix(" incident").lower()
    play.until(moment("Wed 2026-11-25 12:00"))
    assert K.NEW_CASE in kinds(play, ref)
    assert not {K.ACKNOWLEDGEMENT, K.MISSING_FIELDS} & kinds(play, ref)
    written_to = {address for x in letters(play) for address in x.recipients}
    assert not [a for a in written_to if "webforms" in a or "elsewhere" in a]


@pytest.mark.parametrize(
    ("title", "beginning"),
    [
        ("Death of a looked-after child", "looked-after-child-death"),
        ("Notification of the death of a care leaver", "care-leaver-death"),
    ],
)
def test_a_death_is_notified_online_by_the_authority_and_nowhere_else(
    play: Rehearsal, title: str, beginning: str
) -> None:
    ref = comes(play, BODY.format(title=title, nature="death"))
    case = the_case(play, ref)
    assert case.beginning == beginning
    assert not {K.CALL_OF_PARTNERS, K.WORKSHEET} & kinds(play, ref)
    (sheet,) = [x for x in letters(play, case=ref) if x.kind is K.DEATH_WORKSHEET]
    assert list(sheet.recipients) == [ONLINE]
    mime = play.unit.store.outbox.mime(sheet.key)
    message = email.message_from_bytes(mime, policy=email.policy.default)
    (page,) = list(message.iter_attachments())
    assert page.get_filename() == f"{ref}-worksheet.docx"
    assert "does not notify the death" in text_of(play, K.ACKNOWLEDGEMENT)
    assert NAME not in text_of(play, K.DEATH_WORKSHEET)
    play.until(moment("Mon 2026-11-30 12:00"))  # Mon 23 Nov + 5 working days: due today
    reminders = [x for x in letters(play, case=ref) if x.kind is K.REMINDER]
    assert ONLINE in [address for x in reminders for address in x.recipients]
    staff_say(play, case.ref, "dfe notified: today / reference: 2026-0472")
    count = len([x for x in letters(play, case=ref) if x.kind is K.REMINDER])
    play.until(moment("Mon 2026-12-14 12:00"))
    assert len([x for x in letters(play, case=ref) if x.kind is K.REMINDER]) == count
    assert the_case(play, ref).first(FactKind.DFE_NOTIFIED) is not None


def test_about_a_death_the_partners_are_called_when_staff_say_so_and_may_decide(
    play: Rehearsal,
) -> None:
    ref = comes(play, BODY.format(title="Death of a looked-after child", nature="death"))
    case = the_case(play, ref)
    staff_say(play, case.ref, "call: Tue 24 November 2026 14:30 / where: by video")
    assert "Tue 24 Nov 2026 at 14:30" in text_of(play, K.CALL_OF_PARTNERS)
    play.until(moment("Tue 2026-11-24 15:00"))
    staff_say(play, case.ref, CRITERIA.replace("23 November", "24 November"))
    assert the_case(play, ref).criteria == "met"
    play.until(moment("Wed 2026-11-25 12:00"))
    assert K.INFORMATION_REQUEST in kinds(play, ref)


def test_a_form_that_could_be_two_kinds_waits_for_a_person_who_says_which(play: Rehearsal) -> None:
    ref = comes(play, BODY.format(title="Non-serious incident notification", nature="death"))
    case = the_case(play, ref)
    assert case.beginning == ""
    (waits,) = play.unit.store.messages.waiting()
    assert "a person says in which" in waits.reason
    assert NAME not in waits.reason
    staff_say(play, case.ref, "beginning: non-serious")
    assert the_case(play, ref).beginning == "non-serious"
    assert play.unit.store.messages.waiting() == []


def test_a_stranger_opens_a_case_only_by_staffs_hand_and_receipt_is_day_0(play: Rehearsal) -> None:
    text = BODY.format(title="Death of a care leaver", nature="death")
    assert comes(play, text, sender="someone@elsewhere.example") is None
    (waits,) = play.unit.store.messages.waiting()
    later = CAME + timedelta(days=2)
    play.until(later)
    open_from_message(play.unit, waits.key, by="command line", now=later)
    (ref,) = play.unit.store.cases.refs()
    case = the_case(play, ref)
    assert (case.beginning, case.opened_at) == ("care-leaver-death", CAME)


# --- several children, another area -----------------------------------------------------------


def test_agencies_are_asked_about_every_child_of_the_incident(play: Rehearsal) -> None:
    form = kit.notification(children__1__name="Finch Alderby", children__2__name="Lark Alderby")
    ref = comes(play, "Please see attached.", files=[("form.docx", form)])
    case = the_case(play, ref)
    assert [child["name"] for child in case.children] == [
        "Wren Alderby",
        "Finch Alderby",
        "Lark Alderby",
    ]
    for name in ("finch alderby", "alderby lark"):
        key = " ".join(sorted(name.split()))
        assert play.unit.store.cases.by_child(key, "") in ((), (case.ref,))
    staff_say(play, case.ref, CRITERIA)
    play.until(moment("Tue 2026-11-24 09:30"))
    asked = "the date of birth of the 2nd child"
    assert asked in text_of(play, K.MISSING_FIELDS)
    requests = [x for x in letters(play, case=ref) if x.kind is K.INFORMATION_REQUEST]
    request = next(x for x in requests if x.agency == "police")
    mime = play.unit.store.outbox.mime(request.key)
    read = read_message(mime, CAME, reading=how_to_read(play.unit.area))
    forms = forms_from(documents_of(read), "", play.unit.layouts)
    (form_out,) = [form for form in forms if form.token]
    listed = form_out.value("children")
    assert [child["name"] for child in listed] == ["Wren Alderby", "Finch Alderby", "Lark Alderby"]
    assert all("each of the 3 children" in text_of_key(play, x) for x in requests)


def test_staff_are_asked_whose_case_it_is_and_nothing_goes_to_the_other_area(
    play: Rehearsal,
) -> None:
    text = BODY.format(title="Serious incident notification", nature="death")
    ref = comes(play, text + "Place of incident: a park in Luton\n")
    case = the_case(play, ref)
    assert K.ACKNOWLEDGEMENT in kinds(play, ref)
    assert "Whose case is it?" in text_of(play, K.NEW_CASE)
    assert "The notification names Luton." in text_of(play, K.NEW_CASE)
    play.until(moment("Tue 2026-11-24 08:30"))
    assert "names Luton: say whose case it is" in text_of(play, K.DIGEST)
    staff_say(play, case.ref, "note: another area: ours, and Luton knows of it")
    play.until(moment("Wed 2026-11-25 08:30"))
    assert "say whose case it is" not in text_of(play, K.DIGEST)
    assert play.unit.store.messages.waiting() == []
    domains = {a.rpartition("@")[2] for x in letters(play) for a in x.recipients}
    assert not any("luton" in domain for domain in domains)


def test_the_safety_question_leads_the_digest_until_it_is_answered(play: Rehearsal) -> None:
    ref = comes(play, BODY.format(title="Need to know briefing", nature="death"))
    play.until(moment("Tue 2026-11-24 08:30"))
    assert "Are the other children safe" in text_of(play, K.DIGEST)
    staff_say(play, the_case(play, ref).ref, "safety: the brother is with an aunt, referral made")
    play.until(moment("Wed 2026-11-25 08:30"))
    assert "Are the other children safe" not in text_of(play, K.DIGEST)


# --- what is no notification ------------------------------------------------------------------


@pytest.mark.parametrize("sender", [POLICE, "teacher@elsewhere.example"])
def test_a_referral_in_the_wrong_mailbox_alerts_at_once_and_opens_nothing(
    play: Rehearsal, sender: str
) -> None:
    form = kit.paragraphs(
        "# Multi-agency referral form", f"Name of child: {NAME}", "What happened: Came with marks."
    )
    assert comes(play, "Please see attached.", sender=sender, files=[("a.docx", form)]) is None
    (waits,) = play.unit.store.messages.waiting()
    assert "act on it at once" in waits.reason
    (alert,) = [x for x in letters(play) if x.kind is K.ALERT]
    assert "duty@bedford-safeguarding.example" in alert.recipients
    assert NAME not in text_of(play, K.ALERT)


def test_a_child_death_review_form_opens_no_case_and_waits_with_what_it_is(
    play: Rehearsal,
) -> None:
    form = kit.paragraphs(
        "# CDOP Form B: agency report form", f"Name of child: {NAME}", "Date of death: 20/11/2026"
    )
    assert comes(play, "Please see attached.", sender=GP, files=[("b.docx", form)]) is None
    (waits,) = play.unit.store.messages.waiting()
    assert "child death review" in waits.reason


def test_a_notification_with_a_referral_form_beside_it_opens_its_case_and_is_looked_at(
    play: Rehearsal,
) -> None:
    other = kit.paragraphs("# MASH referral form", f"Name of child: {NAME}", "What happened: x.")
    files = [("a.docx", kit.notification()), ("b.docx", other)]
    ref = comes(play, "Please see both attached.", files=files)
    assert the_case(play, ref).beginning == "serious"
    (waits,) = play.unit.store.messages.waiting()
    assert "see that it reaches whom it is for" in waits.reason
