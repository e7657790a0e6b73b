"""Several partnerships in one installation share nothing but the program (process, section 2)."""

import os
from datetime import date, datetime, timedelta
from email import message_from_bytes
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from mailbot import cli, views
from mailbot.assembly import unit_from
from mailbot.by_hand import record_lines
from mailbot.casework import case_of
from mailbot.core.model import LetterKind
from mailbot.daemon import Daemon, one_pass
from mailbot.errors import MailboxGoneError, SettingsError, StoreBusyError
from mailbot.homes import daemon_desk, each_sound
from mailbot.mailboxes.maildir import rehearsed_letters
from mailbot.mailboxes.maildir_files import deliver
from mailbot.settings import Settings, load
from mailbot.unit import Unit
from tests.shell.areas import AREAS, three_areas
from tests.shell.world import CHILD, HOSPITAL, NOTIFICATION, RETURN, Mail, moment

MONDAY = moment("Mon 2026-11-23 09:30")
HOSPITAL_LEAD = "colette.brannigan@bedford-hospitals.example"


def address_of(slug: str) -> str:
    word = next(word for s, _, word, _ in AREAS if s == slug)
    return f"rapidreview@{word}-safeguarding.example"


def staff_of(slug: str) -> str:
    word = next(word for s, _, word, _ in AREAS if s == slug)
    return f"tomasz.ellery@{word}-safeguarding.example"


def to_area(slug: str, at: datetime, *, number: str, **more: Any) -> Mail:
    word = next(word for s, _, word, _ in AREAS if s == slug)
    kept = {"sender": HOSPITAL_LEAD, "subject": "Serious incident", "text": NOTIFICATION, **more}
    mx = f"mx.{word}-safeguarding.example"
    return Mail(number=number, at=at, to=address_of(slug), authserv_id=mx, **kept)


class Three:
    """Three areas, worked in turn as the daemon works them."""

    def __init__(self, directory: Path) -> None:
        self.now = MONDAY - timedelta(minutes=30)
        self.settings = three_areas(directory)
        self.units: dict[str, Unit] = {}
        for area in self.settings.areas:
            area.store.parent.mkdir(exist_ok=True)
            unit = unit_from(self.settings, area, clock=lambda: self.now)
            unit.inbox.open()
            self.units[area.area.slug] = unit
        self.work(self.now)

    def work(self, now: datetime) -> None:
        self.now = now
        for unit in self.units.values():
            one_pass(unit, now)

    def receive(self, slug: str, mail: Mail) -> None:
        area = self.settings.area(slug)
        assert area
        deliver(area.mailbox.path, mail.mime, mail.at)
        self.work(mail.at)

    def everything_of(self, slug: str) -> bytes:
        """All that an area keeps and has sent."""
        area = self.settings.area(slug)
        assert area
        files = [p for p in area.mailbox.path.rglob("*") if p.is_file()]
        files += [p for p in area.sender.path.rglob("*") if p.is_file()]
        files += area.store.parent.glob(f"{slug}.db*")
        return b"\n".join(path.read_bytes() for path in files)


@pytest.fixture
def three(tmp_path: Path) -> Three:
    return Three(tmp_path)


def test_each_area_has_its_own_mailbox_store_key_staff_and_references(three: Three) -> None:
    assert [unit.area.code for unit in three.units.values()] == ["BB", "CB", "LU"]
    assert len({unit.key for unit in three.units.values()}) == 3
    assert len({unit.store.path for unit in three.units.values()}) == 3
    for slug in three.units:
        three.receive(slug, to_area(slug, MONDAY, number=f"n-{slug}"))
    refs = {slug: unit.store.cases.refs() for slug, unit in three.units.items()}
    assert {slug: [ref[:2] for ref in found] for slug, found in refs.items()} == {
        "bedford": ["BB"],
        "central-bedfordshire": ["CB"],
        "luton": ["LU"],
    }
    for slug, unit in three.units.items():
        (letter,) = [x for x in unit.store.outbox.all() if x.kind is LetterKind.NEW_CASE]
        assert staff_of(slug) in letter.recipients
        others = {staff_of(s) for s in three.units if s != slug}
        assert not others & set(letter.recipients)


def test_the_same_child_in_two_areas_shares_nothing(three: Three) -> None:
    three.receive("luton", to_area("luton", MONDAY, number="n1"))
    three.receive("bedford", to_area("bedford", MONDAY + timedelta(hours=1), number="n2"))
    bedford, luton = three.units["bedford"], three.units["luton"]
    (ours,), (theirs,) = bedford.store.cases.refs(), luton.store.cases.refs()
    assert case_of(bedford, ours).children == case_of(luton, theirs).children
    assert theirs.encode() not in three.everything_of("bedford")
    assert ours.encode() not in three.everything_of("luton")
    kinds = {x.kind for unit in (bedford, luton) for x in unit.store.outbox.all()}
    assert LetterKind.SAME_INCIDENT not in kinds


def with_requests(three: Three, slug: str) -> str:
    """A case of an area whose hospital has been asked; the Message-ID of that request."""
    three.receive(slug, to_area(slug, MONDAY, number=f"n-{slug}"))
    unit = three.units[slug]
    (ref,) = unit.store.cases.refs()
    lines = "criteria: met / decided on: 23 November 2026 / present: council, icb, police\n"
    lines += "agencies: hospital, police"
    record_lines(unit, ref, lines, by=staff_of(slug), now=MONDAY + timedelta(minutes=30))
    three.work(MONDAY + timedelta(hours=1))
    return next(
        x.message_id
        for x in unit.store.outbox.all()
        if x.kind is LetterKind.INFORMATION_REQUEST and HOSPITAL in x.recipients
    )


LATER = MONDAY + timedelta(hours=2)


@pytest.mark.parametrize("by", ["token", "reference", "form"])
def test_a_return_for_another_areas_case_never_links_and_tells_nothing_of_it(
    three: Three, by: str
) -> None:
    request = with_requests(three, "luton")
    with_requests(three, "bedford")
    luton, bedford = three.units["luton"], three.units["bedford"]
    (theirs,) = luton.store.cases.refs()
    (ours,) = bedford.store.cases.refs()
    more: dict[str, Any] = {"text": RETURN, "subject": "RE: Information request"}
    if by == "token":
        line = luton.store.outbox.by_message_id(request)
        assert line
        text = luton.store.outbox.mime(line.key).decode()
        token = text.split("Our reference: ")[1].split()[0]
        more |= {"answers": request, "text": f"{RETURN}\n> Our reference: {token}\n"}
    elif by == "reference":
        more |= {"subject": f"RE: [{theirs}] Information request"}
    else:
        found = luton.store.outbox.by_message_id(request)
        assert found
        more |= {"files": [("return.docx", _form_in(luton.store.outbox.mime(found.key)))]}
    mail = to_area("bedford", LATER, number="stray", **{"sender": HOSPITAL, **more})
    three.receive("bedford", mail)
    kept = next(k for k in bedford.store.messages.all() if "stray" in (k.message_id or ""))
    assert (kept.case, kept.waits) == (None, True)
    assert "another area" in kept.reason
    assert not case_of(bedford, ours).agencies["hospital"].answered
    assert not case_of(luton, theirs).agencies["hospital"].answered
    said = [bedford.store.outbox.mime(x.key) for x in bedford.store.outbox.all()]
    assert not any(theirs.encode() in mime for mime in said)
    rows = views.queue(bedford)
    assert not any(theirs in str(row) or CHILD in str(row) for row in rows)


def _form_in(mime: bytes) -> bytes:
    parts = message_from_bytes(mime).walk()
    return next(p.get_payload(decode=True) for p in parts if p.get_filename())


# --- a fault of one area -----------------------------------------------------------------------


class Clock:
    """A clock that is set by hand."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


def working_daemon(settings: Settings, clock: Clock) -> tuple[Daemon, dict[str, Unit]]:
    pairs = []
    for area in settings.areas:
        area.store.parent.mkdir(exist_ok=True)
        unit = unit_from(settings, area, clock=clock)
        pairs.append((unit, lambda notify: _NoWatcher()))
    return Daemon(pairs, clock), {unit.area.slug: unit for unit, _ in pairs}


class _NoWatcher:
    trouble = ""

    def start(self) -> None: ...

    def stop(self) -> None: ...


def a_round(daemon: Daemon) -> None:
    for desk in daemon._desks:
        daemon._work(desk)


@pytest.mark.parametrize("fault", [MailboxGoneError("gone"), StoreBusyError("locked"), KeyError()])
def test_one_areas_fault_stops_only_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: Exception
) -> None:
    settings = three_areas(tmp_path)
    clock = Clock(MONDAY - timedelta(minutes=30))
    daemon, units = working_daemon(settings, clock)
    a_round(daemon)

    def broken(*_: object) -> None:
        raise fault

    monkeypatch.setattr(units["central-bedfordshire"].inbox, "arrivals", broken)
    for slug in units:
        area = settings.area(slug)
        assert area
        deliver(area.mailbox.path, to_area(slug, MONDAY, number=slug).mime, MONDAY)
    clock.now = MONDAY + timedelta(minutes=1)
    a_round(daemon)
    opened = {slug: len(unit.store.cases.refs()) for slug, unit in units.items()}
    assert opened == {"bedford": 1, "central-bedfordshire": 0, "luton": 1}
    monkeypatch.undo()
    clock.now = MONDAY + timedelta(minutes=10)
    a_round(daemon)
    assert len(units["central-bedfordshire"].store.cases.refs()) == 1


WRONG_RULES = {"luton": {"# [clocks.agency-return]": '[clocks.no-such-clock]\nwithin = "1"'}}


def test_an_area_whose_rules_are_wrong_is_left_out_and_the_others_work(tmp_path: Path) -> None:
    settings = three_areas(tmp_path, WRONG_RULES)
    told: list[str] = []
    desks = each_sound(settings, lambda area: daemon_desk(settings, area), tell=told.append)
    assert [unit.area.slug for unit, _ in desks] == ["bedford", "central-bedfordshire"]
    (fault,) = told
    assert "no-such-clock" in fault
    assert fault.startswith("Luton Safeguarding")
    every = {slug: WRONG_RULES["luton"] for slug, *_ in AREAS}
    wrong = three_areas(tmp_path / "all", every)
    with pytest.raises(SettingsError):
        each_sound(wrong, lambda area: daemon_desk(wrong, area), tell=told.append)


def test_one_pass_by_hand_works_the_sound_areas_and_says_which_is_not(tmp_path: Path) -> None:
    three_areas(tmp_path, WRONG_RULES)
    done = CliRunner().invoke(cli.app, ["once", "--home", str(tmp_path)])
    assert done.exit_code == 2
    assert "Bedford Borough Safeguarding Children Partnership: 0 taken in" in done.output
    assert "no-such-clock" in done.output


def test_cases_of_two_areas_are_never_merged(three: Three, tmp_path: Path) -> None:
    three.receive("luton", to_area("luton", MONDAY, number="n1"))
    three.receive("bedford", to_area("bedford", MONDAY, number="n2"))
    bedford = three.units["bedford"]
    (ours,), (theirs,) = bedford.store.cases.refs(), three.units["luton"].store.cases.refs()
    said = record_lines(bedford, ours, f"merge: {theirs}, why", by="command line", now=three.now)
    assert "a case of another area" in said.not_understood[0]
    words = ["merge", ours, theirs, "--why", "one", "--home", str(tmp_path)]
    done = CliRunner().invoke(cli.app, words)
    assert done.exit_code != 0
    assert case_of(bedford, ours).merged_into is None


def test_what_areas_share_by_mistake_is_refused(tmp_path: Path) -> None:
    same = {"luton": {'path = "data/luton-mailbox"': 'path = "data/bedford-mailbox"'}}
    with pytest.raises(SettingsError) as caught:
        three_areas(tmp_path, same)
    (fault,) = caught.value.faults
    assert fault.startswith("config/areas/luton.toml, [mailbox]: is the same as in ")


def test_an_areas_own_rules_closures_and_signature_are_its_own(tmp_path: Path) -> None:
    changes = {
        "luton": {
            "closed = []": "closed = [2026-11-25]",
            'signature = ""': 'signature = "Town Hall\\nLuton *LU1*"',
            "# [clocks.agency-return]": '[clocks.agency-return]\nwithin = "7 working days"',
        }
    }
    settings = three_areas(tmp_path, changes)
    units: dict[str, Unit] = {}
    for area in settings.areas:
        area.store.parent.mkdir(exist_ok=True)
        units[area.area.slug] = unit_from(settings, area, clock=lambda: MONDAY)
    wednesday = date(2026, 11, 25)
    works = {slug: unit.calendar.is_working_day(wednesday) for slug, unit in units.items()}
    assert works == {"bedford": True, "central-bedfordshire": True, "luton": False}
    within = {
        slug: next(r.within for r in unit.rules if r.name == "agency-return")
        for slug, unit in units.items()
    }
    assert within == {"bedford": 5, "central-bedfordshire": 5, "luton": 7}
    assert units["luton"].area.signature == ("Town Hall", "Luton *LU1*")


def test_a_letter_ends_with_the_areas_signature(tmp_path: Path) -> None:
    settings = three_areas(
        tmp_path, {"luton": {'signature = ""': 'signature = "Town Hall\\nLuton *LU1*"'}}
    )
    area = settings.area("luton")
    assert area
    area.store.parent.mkdir(exist_ok=True)
    unit = unit_from(settings, area, clock=lambda: MONDAY)
    unit.inbox.open()
    one_pass(unit, MONDAY - timedelta(minutes=5))
    deliver(area.mailbox.path, to_area("luton", MONDAY, number="n1").mime, MONDAY)
    one_pass(unit, MONDAY)
    letters = [x.mime.decode().replace("=\r\n", "") for x in rehearsed_letters(area.sender.path)]
    assert letters
    assert all("Town Hall\r\n\r\nLuton *LU1*" in letter for letter in letters)
    assert load(tmp_path, os.environ).area("bedford").area.signature == ()
