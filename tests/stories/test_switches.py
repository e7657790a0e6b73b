"""With every switch set to send and the Panel's address everywhere, the sending door holds."""

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from mailbot import views
from mailbot.by_hand import record_lines
from mailbot.core.letters.desk import TO_THE_PANEL
from mailbot.core.model import Agency, CaseRef, LetterKind
from mailbot.errors import SendRefusedError, SettingsError
from mailbot.mailboxes.maildir import address_directory
from mailbot.rehearsal import Rehearsal
from mailbot.settings import init, load
from tests.forms_kit import notification
from tests.stories.events import party
from tests.stories.mails import File, a_mail, moment, parsed, stamped

PANEL = "Mailbox.NationalReviewPanel@education.gov.uk"
NOTIFIER = "rapidreviews@children.bedford-council.example"
#: Where the Panel's address stands in this area's config: a contact, and a member of staff.
PLANTED = (
    ('contacts = ["case.reviews@bedfordshire-police.example"]', f'contacts = ["{PANEL}"]'),
    ('"tomasz.ellery@bedford-safeguarding.example"', f'"{PANEL}"'),
)
MAY_BE_SWITCHED = [kind.value for kind in LetterKind if kind not in TO_THE_PANEL]


def a_home(tmp_path: Path, *, switched: list[str]) -> Path:
    """A home in which kinds of letter are switched to send and the Panel stands everywhere."""
    home = tmp_path / "home"
    init(home)
    area = home / "config" / "areas" / "bedford.toml"
    text = area.read_text("utf-8")
    for old, new in PLANTED:
        assert old in text
        text = text.replace(old, new)
    switches = "".join(f'{kind} = "send"\n' for kind in switched)
    area.write_text(text.replace("\n[letters]\n", f"\n[letters]\n{switches}"), "utf-8")
    return home


def led_by_the_panel(agency: Agency) -> Agency:
    """An agency whose lead has the Panel's address; config lets an address belong to one alone."""
    assert agency.lead is not None
    return replace(agency, lead=replace(agency.lead, email=PANEL.lower()))


@pytest.fixture
def rehearsal(tmp_path: Path) -> Iterator[Rehearsal]:
    """The area at work, with even the one switch on that config refuses."""
    home = a_home(tmp_path, switched=MAY_BE_SWITCHED)
    played = Rehearsal(load(home, os.environ), begins=moment("Mon 23 Nov 2026 07:30"))
    every = dict.fromkeys([kind.value for kind in LetterKind], "send")
    area = played.unit.area
    agencies = tuple(led_by_the_panel(a) if a.code == "hospital" else a for a in area.agencies)
    played.unit.configured = replace(area, delivery=every, agencies=agencies)
    played.unit.be_today(played.now)
    yield played
    played.unit.store.close()


def test_config_cannot_switch_the_submission_to_send(tmp_path: Path) -> None:
    home = a_home(tmp_path, switched=["submission"])
    with pytest.raises(SettingsError) as caught:
        load(home, os.environ)
    assert any("submission" in fault and "draft" in fault for fault in caught.value.faults)


def test_nothing_reaches_the_panel_and_every_refused_letter_waits_for_a_person(
    rehearsal: Rehearsal,
) -> None:
    ref = play(rehearsal)
    unit, panel = rehearsal.unit, PANEL.lower()
    letters = unit.store.outbox.all(1000)
    to_panel = [x for x in letters if panel in x.recipients and x.kind != LetterKind.SUBMISSION]
    # To, among others and alone, and Cc: staff's letters, a contact's, and those a lead is told of.
    assert {(x.kind.value, x.agency) for x in to_panel} >= {
        ("new-case", None),
        ("information-request", "police"),
        ("reminder", "hospital"),
        ("digest", None),
        ("checklist", None),
    }
    assert {x.state for x in to_panel} == {"failed"}
    assert all("Panel" in x.why and x.why.endswith(".") for x in to_panel)
    reasons = {row["id"]: row["reason"] for row in views.queue(unit)}
    for letter in to_panel:
        assert letter.why in reasons[f"letter/{letter.key}"]
    assert not (rehearsal.outgoing / address_directory(panel)).exists()
    everything = rehearsal.letters()
    assert everything, "the others got theirs"
    assert all(panel not in letter.recipients for letter in everything)
    assert all(panel not in letter.mime.decode("ascii").lower() for letter in everything)
    (submission,) = (x for x in letters if x.kind is LetterKind.SUBMISSION)
    assert submission.state == "drafted"
    drafts = [parsed(mime) for mime in rehearsal.folder("Drafts")]
    assert [str(draft["To"].addresses[0].addr_spec).lower() for draft in drafts] == [panel]
    assert views.cases(unit, rehearsal.now)[0]["reference"] == ref


def test_what_goes_to_others_goes_out_all_the_same(rehearsal: Rehearsal) -> None:
    play(rehearsal)
    area = rehearsal.unit.area
    sent = Counter(
        (letter.kind.value, party(frozenset(letter.recipients), area))
        for letter in rehearsal.unit.store.outbox.in_state("sent")
    )
    assert sent[("acknowledgement", "childrens-social-care")] == 1
    assert sent[("information-request", "gp")] == 1
    assert sent[("information-request", "hospital")] == 1
    assert sent[("board-told", "Helen Trevanion")] == 1
    assert sent[("invitation", "gp")] == 1


@pytest.mark.parametrize("place", ["To", "Cc", "Bcc", "Resent-Bcc"])
def test_the_door_in_use_refuses_the_panel_in_every_header(
    rehearsal: Rehearsal, place: str
) -> None:
    gp = "named.gp@bedford-primary-care.example"
    headers = {place: f"The Panel <{PANEL}>"} if place != "To" else {}
    to = gp if place != "To" else [gp, PANEL]
    mime = a_mail(
        rehearsal.unit.area.address, to, subject="x", text="x", at=rehearsal.now, headers=headers
    )
    for recipients in ((gp,), (gp, PANEL.upper())):
        with pytest.raises(SendRefusedError, match="Panel"):
            hand_over(rehearsal, mime, recipients)
    assert not (rehearsal.outgoing / address_directory(gp)).exists()


def test_the_door_in_use_refuses_the_panel_in_the_envelope_and_as_the_copy(
    rehearsal: Rehearsal,
) -> None:
    gp = "named.gp@bedford-primary-care.example"
    mime = a_mail(rehearsal.unit.area.address, gp, subject="x", text="x", at=rehearsal.now)
    with pytest.raises(SendRefusedError):
        hand_over(rehearsal, mime, (gp, PANEL))
    with pytest.raises(SendRefusedError):
        hand_over(rehearsal, mime, (gp,), copy_to=PANEL)


def test_the_drafted_submission_itself_is_refused_at_the_door(rehearsal: Rehearsal) -> None:
    play(rehearsal)
    (draft,) = rehearsal.folder("Drafts")
    with pytest.raises(SendRefusedError, match="by a person"):
        hand_over(rehearsal, draft, (PANEL,))


# --- the path ---------------------------------------------------------------------------------


def play(rehearsal: Rehearsal) -> CaseRef:
    """One case up to the draft of its submission; hospital is late, so that its lead is told."""
    unit = rehearsal.unit
    at = moment("Mon 23 Nov 2026 09:30")
    form = File("notification.docx", notification())
    mime = a_mail(NOTIFIER, unit.area.address, subject="New", text="See.", at=at, files=[form])
    rehearsal.receive(stamped(mime), at)
    (ref,) = unit.store.cases.refs()
    for day, lines in (
        ("Mon 23 Nov 2026 11:00", "criteria: met / present: council, icb, police"),
        ("Mon 23 Nov 2026 11:05", "agencies: police, hospital, gp"),
        ("Tue 24 Nov 2026 11:00", "panel notified: 24 November / reference: SI-1"),
        ("Wed 25 Nov 2026 11:00", "meeting: Fri 4 December 2026 10:00"),
        ("Fri 4 Dec 2026 15:00", "held: yes / present: council, ICB, police, chair"),
        ("Fri 4 Dec 2026 15:05", "decision: review / scope: local"),
    ):
        rehearsal.until(moment(day))
        read = record_lines(unit, ref, lines, by="command line", now=rehearsal.now)
        assert not read.not_understood
    rehearsal.until(moment("Mon 7 Dec 2026 12:00"))
    return ref


def hand_over(
    rehearsal: Rehearsal, mime: bytes, recipients: tuple[str, ...], copy_to: str | None = None
) -> None:
    """Give a letter to the door as dispatch does."""
    address = rehearsal.unit.area.address
    rehearsal.unit.sender.send(mime, sender=address, recipients=recipients, copy_to=copy_to)
