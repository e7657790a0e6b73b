"""A letter as a mail: headers, two bodies of one source, enclosures; nothing breaks out."""

import shutil
from dataclasses import replace
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import lxml.html
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.core.letters.desk import Office
from mailbot.core.letters.digest import Morning, Waiting, digest
from mailbot.core.letters.digest_lists import Overview
from mailbot.core.letters.nhs_letters import InCharge, health_summary
from mailbot.core.letters.notices import (
    NotificationAside,
    Understood,
    alert,
    instruction_answer,
    notification_waits,
    safety_reply,
)
from mailbot.core.letters.same_incident import Likeness, same_incident
from mailbot.core.model import Area, Delivery, FactKind, Letter, LetterKind, Person, Protection
from mailbot.markdown_text import escaped, html_from, line_from, text_from
from mailbot.rendering import Enclosure, Envelope, load_templates, render, words_of
from mailbot.template_check import SAMPLES, check_templates
from tests.core.builders import CASE, OTHER_CASE
from tests.core.cases import at
from tests.core.letter_stories import CALENDAR, Story, a_busy_area, of_kind

FOLDER = Path(__file__).parents[2] / "templates"
TEMPLATES = load_templates(FOLDER)
NOW = at("Mon 23 Nov 2026 10:01")
TOKEN = "mailbot BB-2026-014-K.4F7Q2M9A.9XKTJ3WQ5B7ZC"
ENVELOPE = Envelope(message_id="<BB-2026-014-K.4F7Q2M9A@bedford.example>", token_line=TOKEN)


def a_letter(**changes: Any) -> Letter:
    """An information request to one agency."""
    story = Story().opens().decides().chooses("police")
    (request,) = of_kind(story.due("Tue 24 Nov 2026 11:00"), LetterKind.INFORMATION_REQUEST)
    return replace(request, **changes)


def mail_of(letter: Letter, **changes: Any) -> EmailMessage:
    """The letter as a receiving program reads it."""
    area = changes.pop("area", a_busy_area())
    enclosures = changes.pop("enclosures", ())
    mime = render(
        letter,
        area=area,
        templates=TEMPLATES,
        envelope=replace(ENVELOPE, **changes),
        now=NOW,
        enclosures=enclosures,
    )
    mail = message_from_bytes(mime, policy=policy.default)
    assert isinstance(mail, EmailMessage)
    return mail


def bodies(mail: EmailMessage) -> tuple[str, str]:
    """Its plain text and its page."""
    plain, page = mail.get_body(("plain",)), mail.get_body(("html",))
    assert plain is not None
    assert page is not None
    return plain.get_content().replace("\r\n", "\n"), page.get_content()


# --- headers ----------------------------------------------------------------------------------


def test_the_subject_has_marking_reference_agency_and_due_day() -> None:
    expected = "OFFICIAL-SENSITIVE: [BB-2026-014-K] Information request for Police, due Tue 1 Dec"
    assert mail_of(a_letter())["Subject"] == expected


def test_a_domain_that_wants_secure_gets_it_and_an_area_without_marking_none() -> None:
    letter = a_letter(protection=Protection.SUBJECT_TAG)
    subject = str(mail_of(letter, area=a_busy_area(marking=""))["Subject"])
    assert subject.startswith("[secure] [BB-2026-014-K] ")


def test_it_says_that_it_is_automatic_and_asks_for_no_receipt_but_not_to_hide_absences() -> None:
    mail = mail_of(a_letter())
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["X-Auto-Response-Suppress"] == "DR, RN, NRN, AutoReply"


def test_a_draft_that_a_person_sends_does_not_claim_to_be_automatic() -> None:
    mail = mail_of(a_letter(delivery=Delivery.DRAFT))
    assert mail["Auto-Submitted"] is None
    assert mail["X-Auto-Response-Suppress"] is None
    assert "Sent automatically" not in bodies(mail)[0]


def test_it_comes_from_the_shared_mailbox_and_names_its_recipients() -> None:
    mail = mail_of(a_letter(cc=(Person(name="Lead\r\nBcc: x@y.example", email="l@p.example"),)))
    assert mail["From"].addresses[0].addr_spec == "reviews@bedford.example"
    assert [a.addr_spec for a in mail["To"].addresses] == ["safeguarding@police.example"]
    assert [a.addr_spec for a in mail["Cc"].addresses] == ["l@p.example"]
    assert mail["Bcc"] is None
    assert mail["Message-ID"] == ENVELOPE.message_id


def test_a_long_thread_keeps_its_first_mail_and_the_newest_ones() -> None:
    ids = tuple(f"<{number:04}.{'x' * 60}@police.example>" for number in range(60))
    mime = render(
        a_letter(),
        area=a_busy_area(),
        templates=TEMPLATES,
        envelope=replace(ENVELOPE, references=ids[:-1], in_reply_to=ids[-1]),
        now=NOW,
    )
    assert max(map(len, mime.split(b"\r\n"))) <= 998
    mail = message_from_bytes(mime, policy=policy.default)
    kept = str(mail["References"]).split()
    assert kept[0] == ids[0]
    assert kept[-1] == ids[-1] == mail["In-Reply-To"]
    assert set(kept) <= set(ids)
    assert len(" ".join(kept)) <= 900


def test_the_same_letter_gives_the_same_bytes() -> None:
    enclosure = Enclosure(name="a.docx", content_type="application/x-a", content=b"--=_\r\n")
    assert (
        mail_of(a_letter(), enclosures=[enclosure]).as_bytes()
        == mail_of(a_letter(), enclosures=[enclosure]).as_bytes()
    )


# --- bodies and enclosures --------------------------------------------------------------------


def test_it_is_seven_bit_clean_with_both_bodies_and_the_token_last() -> None:
    mime = render(
        a_letter(),
        area=a_busy_area(name="Bédford"),
        templates=TEMPLATES,
        envelope=ENVELOPE,
        now=NOW,
    )
    assert mime.isascii()
    assert max(map(len, mime.split(b"\r\n"))) <= 998
    assert b"\n" not in mime.replace(b"\r\n", b"")
    plain, page = bodies(mail_of(a_letter()))
    assert plain.rstrip().splitlines()[-1] == TOKEN
    assert lxml.html.fromstring(page).text_content().strip().endswith(TOKEN)


def test_both_bodies_say_the_same() -> None:
    plain, page = bodies(mail_of(a_letter()))
    seen = "".join(lxml.html.fromstring(page).xpath("string(//body)").split())
    for line in plain.splitlines():
        words = "".join(line.lstrip("- ").split())
        if words.strip("-") and "|" not in words:
            assert words in seen


def test_reference_and_due_day_stand_above_the_text() -> None:
    plain, page = bodies(mail_of(a_letter()))
    assert plain.startswith("BB-2026-014-K  |  Due Tue 1 Dec 2026\n")
    (strip,) = lxml.html.fromstring(page).find_class("strip")
    assert "BB-2026-014-K" in strip.text_content()


def test_reference_and_due_day_may_stand_on_two_lines_of_a_telephone() -> None:
    """Each part keeps together; without a space outside them the year is cut off at 390 pixels."""
    (strip,) = lxml.html.fromstring(bodies(mail_of(a_letter()))[1]).find_class("strip")
    assert any((part.tail or "").startswith(" ") for part in strip)


def test_a_late_reminder_does_not_say_that_something_is_due() -> None:
    sample = SAMPLES[LetterKind.REMINDER]
    late = a_letter(kind=LetterKind.REMINDER, words={**sample, "due": "Tue 1 Dec 2026"})
    assert bodies(mail_of(late))[0].startswith("BB-2026-014-K  |  Was due Tue 1 Dec 2026\n")
    early = replace(late, words={**late.words, "late": False})
    assert bodies(mail_of(early))[0].startswith("BB-2026-014-K  |  Due Tue 1 Dec 2026\n")


def test_the_page_asks_for_nothing_from_outside() -> None:
    for letter in every_letter():
        page = bodies(mail_of(letter))[1]
        tree = lxml.html.fromstring(page)
        assert not tree.xpath("//script | //img | //link | //iframe | //a | //object")
        assert "url(" not in page
        assert "@import" not in page
        assert "style=" in page


def test_enclosures_keep_their_bytes_their_type_and_our_name_for_them() -> None:
    form = Enclosure(
        name="BB-2026-014-K-police-return.docx",
        content_type="application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        content=bytes(range(256)),
    )
    invitation = Enclosure(
        name="BB-2026-014-K-meeting.ics",
        content_type="text/calendar; method=REQUEST; charset=utf-8",
        content="SUMMARY:Träffen\r\n".encode(),
    )
    mail = mail_of(a_letter(), enclosures=[form, invitation])
    first, second = mail.iter_attachments()
    assert first.get_filename() == form.name
    assert first.get_content() == form.content
    assert second.get_content_type() == "application/ics"
    assert second.get_payload(decode=True) == invitation.content
    body = next(part for part in mail.walk() if part.get_content_type() == "text/calendar")
    assert body.get_param("method") == "REQUEST"
    assert body.get_payload(decode=True) == invitation.content
    assert bodies(mail)[0]


# --- nothing breaks out -----------------------------------------------------------------------

NASTY = st.text(
    st.one_of(
        st.sampled_from("\\`*_{}[]()#+-.!|<>&\"'~:/=\n\r\t \u2028\u0085\u202e"),
        st.characters(codec="utf-8"),
    ),
    max_size=60,
)


@given(NASTY)
def test_a_value_adds_no_markup(value: str) -> None:
    for source in (f"a {escaped(value)} b", f"{escaped(value)}", f"- {escaped(value)}\n- z"):
        tree = lxml.html.fromstring(f"<div>{html_from(source)}</div>")
        assert {element.tag for element in tree.iter()} <= {"div", "p", "ul", "li"}


@given(NASTY)
def test_a_value_reads_in_both_bodies_as_it_was_given(value: str) -> None:
    marks = "".join(c for c in value if c in "\\`*_{}[]()#+-.!|<>&\"'~:/=")
    source = f"a {escaped(value)} b"
    page = lxml.html.fromstring(f"<div>{html_from(source)}</div>").text_content()
    for body in (text_from(source), page, line_from(source)):
        assert "".join(c for c in body if c in "\\`*_{}[]()#+-.!|<>&\"'~:/=") == marks


@given(NASTY)
def test_a_value_stays_on_its_line_of_subject_and_body(value: str) -> None:
    letter = alert(a_busy_area(), cause="m", what=f"What {value}", do="Do it.", now=NOW)
    mail = mail_of(letter)
    assert "\n" not in str(mail["Subject"])
    assert {"Bcc", "X-Injected"} & set(mail.keys()) == set()
    plain, page = bodies(mail)
    assert plain.rstrip().splitlines()[-1] == TOKEN
    tags = {e.tag for e in lxml.html.fromstring(page).iter() if isinstance(e.tag, str)}
    assert tags <= {"html", "head", "meta", "title", "style", "body", "div", "p", "span", "strong"}


def test_html_and_markdown_in_a_word_are_read_as_they_stand() -> None:
    nasty = "<b>x</b> [click](http://evil.example) **bold** &amp;\n# Heading\n\nBcc: a@b.example"
    letter = alert(a_busy_area(), cause="m", what=nasty, do="Do it.", now=NOW)
    plain, page = bodies(mail_of(letter))
    flat = "<b>x</b> [click](http://evil.example) **bold** &amp; # Heading Bcc: a@b.example"
    assert flat in plain
    assert flat in lxml.html.fromstring(page).text_content()
    assert "<b>" not in page


# --- templates --------------------------------------------------------------------------------


def a_health_summary(area: Area, now: datetime) -> Letter:
    """The designated nurse's morning letter about one case."""
    entry = dict(SAMPLES[LetterKind.HEALTH_SUMMARY]["cases"][0]["entries"][0])
    outstanding = InCharge(case=CASE, entries=(entry,), steps=())
    office = Office(area=area, calendar=CALENDAR)
    letter = health_summary([outstanding], office=office, now=now)
    assert letter is not None
    return letter


def every_letter() -> list[Letter]:
    """One letter of each kind at least, as the core writes them."""
    area = a_busy_area()
    story = Story(area=area).opens()
    letters = list(story.due("Mon 23 Nov 2026 10:01"))
    flagged = {"framework": "sif", "trusts": ["hospital"], "until": ""}
    story.fact(FactKind.NHS_INCIDENT_FLAGGED, "Mon 23 Nov 2026 10:05", **flagged)
    story.decides().chooses("police", "school")
    first = story.due("Tue 24 Nov 2026 11:00")
    letters += first
    story.send([x for x in first if x.delivery is Delivery.SEND], "Tue 24 Nov 2026 11:20")
    story.answers("school", "partial", "Wed 25 Nov 2026 10:00", blank=["learning"])
    letters += story.due("Wed 2 Dec 2026 09:00")
    when = "Wed 2 Dec 2026 10:00"
    story.fact(FactKind.THIRTY_DAY_REPORT_RECEIVED, when, agency="hospital")
    story.fact(FactKind.MEETING_ARRANGED, "Wed 2 Dec 2026 10:00", at="2026-12-07T10:00:00+00:00")
    letters += story.due("Wed 2 Dec 2026 10:01")
    letters += story.due("Fri 4 Dec 2026 09:00")
    story.meets()
    letters += story.due("Mon 7 Dec 2026 14:00")
    story.fact(FactKind.SUBMISSION_SENT, "Tue 8 Dec 2026 10:00")
    story.fact(FactKind.PANEL_ANSWERED, "Mon 14 Dec 2026 10:00", answer="unread")
    letters += story.due("Mon 14 Dec 2026 10:01")
    more = {"answer": "asks-for-more", "until": "2026-12-18"}
    story.fact(FactKind.PANEL_ANSWERED, "Mon 14 Dec 2026 10:30", **more)
    letters += story.due("Mon 14 Dec 2026 10:31")
    story.fact(FactKind.PANEL_ANSWERED, "Mon 14 Dec 2026 11:00", answer="agrees")
    letters += story.due("Mon 14 Dec 2026 11:01")
    now = at("Thu 3 Dec 2026 08:00")
    waiting = Waiting(message="3fa81c22", since=now, reason="It asks.", case=CASE)
    view = Overview(case=story.case(), clocks=story.clocks(now))
    morning = Morning(overviews=(view,), waiting=(waiting,), problems=("One letter failed.",))
    found = digest(morning, office=story.office, now=now)
    assert found is not None
    story.fact(FactKind.WITHDRAWN, "Tue 15 Dec 2026 10:00")
    death = Story(area=area).opens(beginning="care-leaver-death").due("Mon 23 Nov 2026 10:01")
    return [
        *(letter for letter in death if letter.kind is LetterKind.DEATH_WORKSHEET),
        *letters,
        *story.due("Tue 15 Dec 2026 10:01"),
        found,
        alert(area, cause="m", what="It happened", do="Do it.", now=now),
        *same_incident(
            story.case(),
            [(replace(story.case(), ref=OTHER_CASE), Likeness(evidence=("the same day",)))],
            area=area,
            now=now,
        ),
        notification_waits(
            area,
            NotificationAside(
                message="m1",
                received_at=now,
                vouched_for=True,
                reason="It is complete.",
                blank=["child.school"],
                how="Open it.",
            ),
            now=now,
        ),
        a_health_summary(area, now),
        safety_reply(area, to="head@school.example", message="m3", now=now),
        instruction_answer(
            area,
            to=area.staff[0],
            message="m2",
            understood=Understood(recorded=("recorded: it.",), examples=("held",)),
            now=now,
        ),
    ]


def test_every_kind_of_letter_is_rendered_with_the_words_that_core_gives_it() -> None:
    letters = every_letter()
    assert {letter.kind for letter in letters} == set(LetterKind)
    for letter in letters:
        assert set(letter.words) == set(SAMPLES[letter.kind]), letter.kind
        subject, body = words_of(letter, area=a_busy_area(), templates=TEMPLATES)
        assert subject
        assert not subject.startswith("Subject")
        assert "{" not in body
        mail = mail_of(letter)
        assert mail["To"].addresses


def test_the_shipped_templates_are_without_fault() -> None:
    assert check_templates(TEMPLATES) == []


@pytest.mark.parametrize(
    ("name", "text", "fault"),
    [
        ("alert.md.j2", "Subject: x\n\n{% if %}", "line 3"),
        ("alert.md.j2", "Subject: x\n\n{{ child_name }}", "no word “child_name”"),
        ("alert.md.j2", "Subject: x\n\n{% if not what %}{{ nobody }}{% endif %}y", "“nobody”"),
        ("alert.md.j2", "Subject: x\n\n{{ what | safe }}", "“safe”"),
        ("alert.md.j2", "What happened: {{ what }}", "Subject:"),
        ("alert.md.j2", None, "templates/alert.md.j2: is missing."),
        ("layout.html.j2", "{{ nothing }}", "layout.html.j2"),
        ("_closing.md.j2", "{{ nothing }}", "nothing"),
    ],
)
def test_each_fault_of_a_template_is_named(
    name: str, text: str | None, fault: str, tmp_path: Path
) -> None:
    folder = tmp_path / "templates"
    shutil.copytree(FOLDER, folder)
    if text is None:
        (folder / name).unlink()
    else:
        (folder / name).write_text(text, "utf-8")
    faults = check_templates(load_templates(folder))
    assert any(fault in sentence for sentence in faults), faults


def test_a_line_of_tags_alone_leaves_no_line_and_one_that_ends_in_a_tag_keeps_its_end(
    tmp_path: Path,
) -> None:
    (tmp_path / "x.md.j2").write_text("{% if true %}\na{% if true %}b{% endif %}\nc\n{% endif %}\n")
    assert load_templates(tmp_path).get_template("x.md.j2").render() == "ab\nc\n"
