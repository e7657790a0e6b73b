"""The demo: it plays to its end, tells no name, and sends exactly these letters."""

import re
import zipfile
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date
from io import BytesIO
from pathlib import Path

import pytest

from mailbot.core.model import LetterKind
from mailbot.demo import MARK, play
from mailbot.demo_mails import WORD
from mailbot.demo_story import CHILD
from mailbot.errors import UsageError
from mailbot.mailboxes.maildir import RehearsedLetter, rehearsed_letters
from mailbot.store import Store
from tests.shell.world import parsed

PANEL = "mailbox.nationalreviewpanel@education.gov.uk"
STAFF = {
    "rosalind.ashdown@bedford-safeguarding.example",
    "tomasz.ellery@bedford-safeguarding.example",
    "duty@bedford-safeguarding.example",
}

#: Every letter that goes out by itself: its day, its kind and to whom. Short names stand for
#: addresses; the digests of each working day are counted apart.
LETTERS = """
Mon 23 Nov  acknowledgement      gwendolyn.pryce
Mon 23 Nov  call-of-partners  anthony.mbeki-lowe ruth.penhallow nadia.featherstone verity.langdale
Mon 23 Nov  new-case             staff
Tue 24 Nov  missing-fields       gwendolyn.pryce
Tue 24 Nov  instruction-answer   tomasz.ellery
Tue 24 Nov  worksheet            marcus.oyelaran
Tue 24 Nov  meeting-to-arrange   staff
Tue 24 Nov  information-request  rapidreviews
Tue 24 Nov  information-request  case.reviews
Tue 24 Nov  information-request  designated.nurse
Tue 24 Nov  information-request  safeguarding.children
Tue 24 Nov  information-request  safeguarding@ousevalley-health.example
Tue 24 Nov  information-request  named.gp
Tue 24 Nov  information-request  education.safeguarding
Tue 24 Nov  information-request  safeguarding@bedfordshire-probation.example
Tue 24 Nov  alert                staff
Wed 25 Nov  instruction-answer   tomasz.ellery
Wed 25 Nov  information-request  safeguarding.children
Wed 25 Nov  instruction-answer   tomasz.ellery
Thu 26 Nov  reminder             marcus.oyelaran staff
Thu 26 Nov  instruction-answer   tomasz.ellery
Thu 26 Nov  return-acknowledged  safeguarding@ousevalley-health.example
Thu 26 Nov  return-acknowledged  desmond.achterberg
Fri 27 Nov  reminder             rapidreviews
Fri 27 Nov  reminder             case.reviews
Fri 27 Nov  reminder             designated.nurse
Fri 27 Nov  reminder             named.gp
Fri 27 Nov  reminder             education.safeguarding
Fri 27 Nov  return-acknowledged  lorna.whitcombe
Fri 27 Nov  return-acknowledged  rapidreviews
Fri 27 Nov  return-acknowledged  nadia.featherstone
Mon 30 Nov  reminder             safeguarding.children
Mon 30 Nov  return-acknowledged  nadia.featherstone
Mon 30 Nov  return-acknowledged  named.gp
Mon 30 Nov  return-acknowledged  lorna.whitcombe
Tue 1 Dec   reminder             case.reviews
Tue 1 Dec   return-acknowledged  safeguarding.children
Wed 2 Dec   reminder             case.reviews ian.calloway
Thu 3 Dec   reminder             case.reviews ian.calloway
Thu 3 Dec   reminder             staff
Thu 3 Dec   return-acknowledged  ian.calloway
Fri 4 Dec   quorum-in-doubt      staff
Mon 7 Dec   reminder             staff
Mon 7 Dec   instruction-answer   tomasz.ellery
Mon 7 Dec   instruction-answer   tomasz.ellery
Mon 7 Dec   instruction-answer   tomasz.ellery
Mon 7 Dec   checklist            staff
Tue 8 Dec   instruction-answer   tomasz.ellery
Wed 9 Dec   reminder             rosalind.ashdown
Thu 10 Dec  reminder             anthony.mbeki-lowe ruth.penhallow nadia.featherstone staff
Thu 10 Dec  instruction-answer   tomasz.ellery
Fri 18 Dec  panel-answer         staff
Fri 18 Dec  instruction-answer   tomasz.ellery
Mon 21 Dec  instruction-answer   tomasz.ellery
"""


class Played:
    """A demo that was played to its end."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.said: list[str] = []
        play(home, say=self.said.append)
        self.store = Store(home / "data" / "bedford.db")
        self.sent = rehearsed_letters(home / "data" / "bedford-outgoing")


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    demo = Played(tmp_path_factory.mktemp("demo") / "mailbot-demo")
    yield demo
    demo.store.close()


def kind_of(played: Played, letter: RehearsedLetter) -> LetterKind:
    posted = played.store.outbox.by_message_id(str(parsed(letter.mime)["Message-ID"]))
    assert posted is not None
    return posted.kind


def line_of(played: Played, letter: RehearsedLetter) -> str:
    """A letter as the table above has it."""
    people = set(letter.recipients)
    whom = {"staff"} if people >= STAFF else set()
    whom |= people - STAFF if whom else people
    at = letter.sent_at.astimezone(UTC)
    day = f"{at:%a} {at.day} {at:%b}"
    return f"{day} {kind_of(played, letter).value} {' '.join(sorted(map(short, whom)))}"


def short(address: str) -> str:
    local = address.partition("@")[0]
    return address if local == "safeguarding" else local


def test_exactly_these_letters_go_out(played: Played) -> None:
    expected = Counter()
    for line in LETTERS.strip().splitlines():
        weekday, number, month, kind, *whom = line.split()
        year = 2026
        day = date(year, {"Nov": 11, "Dec": 12}[month], int(number))
        assert f"{day:%a}" == weekday, line
        expected[f"{weekday} {number} {month} {kind} {' '.join(sorted(whom))}"] += 1
    found = Counter(
        line_of(played, letter)
        for letter in played.sent
        if kind_of(played, letter) is not LetterKind.DIGEST
    )
    assert found == expected


def test_staff_get_one_digest_each_working_day(played: Played) -> None:
    digests = [x for x in played.sent if kind_of(played, x) is LetterKind.DIGEST]
    days = [letter.sent_at.date() for letter in digests]
    assert len(days) == len(set(days)) == 22  # Mon 23 November to Tue 22 December
    assert not [day for day in days if day.weekday() >= 5]
    assert {frozenset(letter.recipients) for letter in digests} == {frozenset(STAFF)}


def test_the_drafts_are_these_and_a_person_has_sent_them_all(played: Played) -> None:
    drafted = [x for x in played.store.outbox.all() if x.delivery.value == "draft"]
    kinds = Counter(letter.kind for letter in drafted)
    assert kinds == {
        LetterKind.BOARD_TOLD: 3,
        LetterKind.INVITATION: 9,
        LetterKind.SUBMISSION: 1,
        LetterKind.OUTCOME: 8,
    }
    assert {letter.state for letter in drafted} == {"sent"}


def test_the_panel_is_never_written_to(played: Played) -> None:
    everyone = {address.casefold() for letter in played.sent for address in letter.recipients}
    assert everyone
    assert PANEL not in everyone
    headers = [
        str(parsed(letter.mime)[name] or "").casefold()
        for letter in played.sent
        for name in ("To", "Cc", "Bcc")
    ]
    assert not [text for text in headers if PANEL in text]


def test_the_case_ends_closed_and_only_the_strangers_mail_waits(played: Played) -> None:
    (ref,) = played.store.cases.refs()
    assert played.store.cases.refs(only_open=True) == []
    kinds = {fact.kind.value for fact in played.store.cases.facts(ref)}
    assert {"submission-sent", "panel-answered", "case-closed"} <= kinds
    waiting = played.store.messages.waiting()
    assert [message.sender for message in waiting] == ["r.halloran@sunny-mail.example"]
    assert played.store.outbox.notices() == []


def test_no_childs_name_stands_outside_an_attachment(played: Played) -> None:
    names = CHILD.split()
    assert not [line for line in played.said if any(name in line for name in names)]
    letters = played.home / "letters"
    assert not [p.name for p in letters.iterdir() if any(name in p.name for name in names)]
    for path in letters.glob("*.eml"):
        message = parsed(path.read_bytes())
        words = [str(value) for value in message.values()]
        words += [str(part.get_filename()) for part in message.iter_attachments()]
        for kind in ("plain", "html"):
            body = message.get_body((kind,))
            assert body is not None
            words.append(body.get_content())
        assert not [name for name in names for text in words if name in text], path.name
    for page in letters.glob("*.html"):
        assert not [name for name in names if name in page.read_text("utf-8")], page.name


def test_the_name_travels_in_the_forms_the_worksheet_and_the_report_alone(played: Played) -> None:
    carrying = set()
    for path in (played.home / "letters").glob("*.eml"):
        for part in parsed(path.read_bytes()).iter_attachments():
            content = part.get_content()
            if part.get_content_type() == WORD and CHILD in _words(content):
                carrying.add(re.sub(r"^[\d-]+", "", path.stem).partition("-request")[0])
    assert carrying == {"information", "worksheet", "submission-draft"}


def _words(content: bytes) -> str:
    with zipfile.ZipFile(BytesIO(content)) as package:
        return re.sub(r"<[^>]*>", "", package.read("word/document.xml").decode())


def test_it_says_where_to_look_and_everything_is_there(played: Played) -> None:
    end = "\n".join(played.said[-14:])
    for name in (
        "letters/index.html",
        "submission-as-drafted.eml",
        "submission-as-sent.eml",
        "rapid-review-report.docx",
    ):
        assert (played.home / name).is_file()
        assert str(played.home / name) in end
    assert len(list((played.home / "letters").glob("*.eml"))) == len(
        list((played.home / "letters").glob("2*.html"))
    )
    drafted, sent = (
        parsed((played.home / f"submission-as-{how}.eml").read_bytes())
        for how in ("drafted", "sent")
    )
    assert drafted["Message-ID"] != sent["Message-ID"]


def test_an_earlier_demo_is_made_anew_and_nothing_else_is_deleted(tmp_path: Path) -> None:
    (tmp_path / "letter to keep.txt").write_text("keep", "utf-8")
    with pytest.raises(UsageError, match="not a demo"):
        play(tmp_path, say=lambda _: None)
    assert (tmp_path / "letter to keep.txt").read_text("utf-8") == "keep"
    assert not (tmp_path / MARK).exists()


def text_on(played: Played, day: str, kind: LetterKind) -> str:
    """The subjects and texts of a day's letters of a kind."""
    found = [x for x in played.sent if x.sent_at.date().isoformat() == day]
    messages = [parsed(x.mime) for x in found if kind_of(played, x) is kind]
    assert messages
    bodies = [(message["Subject"], message.get_body(("plain",))) for message in messages]
    return "\n".join(f"{subject}\n{body.get_content() if body else ''}" for subject, body in bodies)


def test_the_digest_says_to_whom_reminders_go_and_that_a_request_bounced(played: Played) -> None:
    bounced = text_on(played, "2026-11-25", LetterKind.DIGEST)
    assert "the request to Bedford General Hospitals NHS Trust was not delivered" in bounced
    assert "Alert to Bedford General Hospitals" not in bounced
    assert "“ask again: hospital”" in bounced
    again = text_on(played, "2026-11-26", LetterKind.DIGEST)
    assert "was not delivered" not in again
    assert "Reminder to the authority's notifier" in again


def test_a_full_return_is_thanked_for_and_only_a_partial_one_lacks_something(
    played: Played,
) -> None:
    full = text_on(played, "2026-11-26", LetterKind.RETURN_ACKNOWLEDGED)
    assert "blank" not in full
    partial = text_on(played, "2026-11-27", LetterKind.RETURN_ACKNOWLEDGED)
    assert "- “Learning and what could be better”" in partial
    assert "partial return" not in partial


def test_the_desk_is_not_asked_to_tell_itself_when_it_can_do_something(played: Played) -> None:
    staff = text_on(played, "2026-12-07", LetterKind.REMINDER)
    assert "held: today" in staff
    assert "reply with the day on which you can" not in staff
    notifier = text_on(played, "2026-11-26", LetterKind.REMINDER)
    assert "the reference that the online service gave" in notifier
    ring = text_on(played, "2026-12-03", LetterKind.REMINDER)
    assert "Ian Calloway, 01632 960140" in ring
