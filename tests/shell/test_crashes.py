"""Promises 1 and 2, attacked: the process is killed, started again, and nothing shows.

First on a Maildir, at every point there is: before and after each commit, after each move, each
hand-over and each draft. Then at random moments, in a pass over a hundred mails through Dovecot
and Postfix, counted at the receiving server.
"""

import json
import os
import random
import shutil
import signal
import ssl
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pytest
from imapclient import IMAPClient

from mailbot.assembly import unit_from
from mailbot.casework import look_at_cases
from mailbot.core.model import LetterKind
from mailbot.daemon import one_pass
from mailbot.dispatch import COPY_COMES_WITHIN
from mailbot.intake import take_in
from mailbot.mailboxes.maildir import rehearsed_letters
from mailbot.mailboxes.message_ids import message_id_of
from mailbot.settings import Settings, load
from mailbot.unit import Unit
from tests.servers.dovecot import PASSWORD, Dovecot
from tests.servers.postfix import Postfix
from tests.servers.sink import Sink
from tests.shell import crash_process
from tests.shell.world import (
    ADDRESS,
    EDUCATION,
    GP,
    HOSPITAL,
    ICB,
    NOTIFICATION,
    NOTIFIER,
    POLICE,
    RETURN,
    SOCIAL_CARE,
    STAFF,
    Mail,
    a_home,
    case_under_way,
    letter_to,
    mixed_inbox,
    moment,
    put,
)

pytest_plugins = ("tests.servers.fixtures",)

REPOSITORY = Path(__file__).parents[2]
START = moment("Tue 2026-12-01 10:20")
SHARES = 2


@pytest.fixture(scope="module")
def under_way(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """A home with a case under way and nothing new in its mailbox; never worked on itself."""
    # In memory where there is such a place: what is on the disk is asked by other tests.
    memory = Path("/dev/shm")
    directory = tmp_path_factory.mktemp("crashes")
    if os.access(memory, os.W_OK):
        directory = memory / f"mailbot-crashes-{os.getpid()}"
    settings = a_home(directory / "home")
    unit, _ = case_under_way(settings)
    unit.store.close()
    yield settings
    shutil.rmtree(directory, ignore_errors=True)


@pytest.fixture(scope="module")
def template(under_way: Settings) -> Path:
    """The home with a dozen mails of every sort in its inbox."""
    home = under_way.home.with_name("template")
    shutil.copytree(under_way.home, home)
    settings, unit = opened(home)
    ref = unit.store.cases.refs()[0]
    for mime, at in mixed_inbox(unit, ref, START - timedelta(minutes=20)):
        put(settings, mime, at)
    unit.store.close()
    return home


def opened(home: Path) -> tuple[Settings, Unit]:
    """A home at work; its letters are stamped with START."""
    settings = load(home, os.environ)
    unit = unit_from(settings, settings.areas[0], clock=lambda: START)
    unit.inbox.open()
    return settings, unit


class Trials:
    """What came of every way of being killed, beside the undisturbed run."""

    def __init__(self, template: Path, way: str) -> None:
        """Kill in `SHARES` processes at once, each its share of the points."""
        running = [self._begun(template, f"{n}/{SHARES}", way) for n in range(SHARES)]
        said = [one.communicate()[0] for one in running]
        assert [one.returncode for one in running] == [0] * SHARES, "a trial could not be held"
        lines = [[json.loads(line) for line in text.splitlines()] for text in said]
        self.points: list[str] = lines[0][0]["points"]
        self.expected: dict[str, Any] = lines[0][0]["found"]
        self.killed: list[dict[str, Any]] = [one for share in lines for one in share[1:]]

    @staticmethod
    def _begun(template: Path, share: str, way: str) -> subprocess.Popen[bytes]:
        directory = Path(mkdtemp(prefix="trial-", dir=template.parent))
        module = "tests.shell.crash_process"
        return subprocess.Popen(
            [
                sys.executable,
                "-m",
                module,
                "points",
                template,
                directory,
                START.isoformat(),
                share,
                way,
            ],
            cwd=REPOSITORY,
            stdout=subprocess.PIPE,
        )

    def differing(self, *parts: str) -> list[str]:
        """Say for every kill in which of the parts its end differed from the undisturbed one."""
        return [
            f"killed {one['point']} (no. {one['at']}): {part} differ:\n{told}"
            for one in self.killed
            for part in parts
            if (told := difference(self.expected[part], one["found"][part]))
        ]


def difference(expected: Any, found: Any) -> str:
    """Say what is missing and what is too much, "" when nothing is."""
    if expected == found:
        return ""
    before, after = (Counter(json.dumps(x) for x in pieces(one)) for one in (expected, found))
    missing, extra = list((before - after).elements()), list((after - before).elements())
    return f"  missing: {missing}\n  too much: {extra}"


def pieces(value: Any) -> list[Any]:
    """A list as it is; a folder's mails one by one."""
    if isinstance(value, list):
        return value
    return [
        [folder, mail]
        for folder, mails in value.items()
        for mail, count in mails.items()
        for _ in range(count)
    ]


@pytest.fixture(scope="module")
def trials(template: Path) -> Trials:
    """Every point, copies of our letters coming back."""
    return Trials(template, "soon")


def test_the_undisturbed_run_does_something_of_every_sort(trials: Trials) -> None:
    happened = Counter(point.split(" of ")[0] for point in trials.points)
    assert happened["before commit"] == happened["after commit"] > 30
    assert happened["after hand-over"] > 8
    assert happened["after move"] > 2
    assert happened["after moving one message"] > 15
    assert happened["after append"] == 1, "the submission is put into Drafts"
    kinds = {json.loads(fact)[1] for fact in trials.expected["facts"]}
    assert {
        "return-received",
        "request-not-delivered",
        "review-decided",
        "submission-drafted",
        "letter-sent",
    } <= kinds
    assert trials.expected["unfinished"] == []


def test_the_process_was_killed_at_every_point(trials: Trials) -> None:
    assert sorted(one["at"] for one in trials.killed) == list(range(len(trials.points)))


def test_wherever_it_is_killed_the_facts_are_the_same(trials: Trials) -> None:
    assert trials.differing("facts", "waiting", "notices", "unfinished") == []


def test_wherever_it_is_killed_every_message_lies_in_its_one_folder(trials: Trials) -> None:
    assert trials.differing("folders") == []


def test_wherever_it_is_killed_each_letter_arrives_exactly_once(trials: Trials) -> None:
    assert trials.differing("letters", "outbox") == []


@pytest.mark.parametrize("way", ["copies are lost", "copies are lost, late"])
def test_a_letter_of_unknown_fate_goes_once_more_only_after_a_quarter_of_an_hour(
    template: Path, way: str
) -> None:
    trials = Trials(template, way)
    assert len(trials.killed) > 8
    assert trials.differing("facts", "outbox") == []
    for one in trials.killed:
        first = one["point"].removeprefix("after hand-over of ")
        times: dict[str, list[datetime]] = {}
        for message_id, at, _ in one["found"]["handed_over"]:
            times.setdefault(message_id, []).append(datetime.fromisoformat(at))
        twice = {message_id: at for message_id, at in times.items() if len(at) > 1}
        assert list(twice) == [first], "the one that was under way, under the same Message-ID"
        assert len(twice[first]) == 2
        assert twice[first][1] - twice[first][0] >= COPY_COMES_WITHIN
        lacking = Counter(trials.expected["letters"]) - Counter(one["found"]["letters"])
        assert not lacking, "a letter was lost"


# --- letters that time overtakes --------------------------------------------------------------


def test_a_reminder_that_was_queued_before_the_return_came_does_not_go_out(tmp_path: Path) -> None:
    settings = a_home(tmp_path / "home")
    unit, ref = case_under_way(settings, until="Wed 2026-11-25 08:45")
    nine = moment("Wed 2026-11-25 09:01")
    take_in(unit, nine)
    look_at_cases(unit, nine)  # and here the process is killed, before it sends
    queued = {one.recipients: one.key for one in unit.store.outbox.in_state("queued")}
    assert (POLICE,) in queued
    assert (HOSPITAL,) in queued
    asked = letter_to(unit, POLICE, LetterKind.INFORMATION_REQUEST)
    answer = Mail(
        sender=POLICE, subject=f"[{ref}]", text=RETURN, number="late", at=nine, answers=asked
    )
    put(settings, answer.mime, nine + timedelta(minutes=5))
    one_pass(unit, nine + timedelta(minutes=10))
    states = {address: unit.store.outbox.get(key) for address, key in queued.items()}
    assert states[POLICE,].state == "withdrawn"
    assert states[HOSPITAL,].state == "sent", "the others are reminded all the same"
    sent = [one.recipients for one in rehearsed_letters(settings.areas[0].sender.path)]
    assert sent.count((HOSPITAL,)) == sent.count((POLICE,)), "request and acknowledgement; reminder"
    unit.store.close()


# --- at random moments, through real servers --------------------------------------------------

MAILS = 100
KILLS = 8
SEED = 20201201
WORKS_FROM = START.replace(year=2020)  # a Tuesday too, and past: servers take no mail from later


def a_hundred(unit: Unit, ref: str) -> list[bytes]:
    """A hundred mails of every sort; every seventh is there twice."""
    at = WORKS_FROM - timedelta(minutes=20)
    asked = {
        address: letter_to(unit, address, LetterKind.INFORMATION_REQUEST)
        for address in (POLICE, GP, HOSPITAL, ICB, EDUCATION, SOCIAL_CARE)
    }
    answering = list(asked)
    found: list[bytes] = []
    while len(found) < MAILS:
        number = len(found)
        agency = answering[number % len(answering)]
        plain = {"number": f"hundred-{number}", "at": at}
        answer = {"subject": f"RE: [{ref}]", "answers": asked[agency], "sender": agency}
        child = NOTIFICATION.replace("Zephyrine", f"Child{number}").replace("2026", "2020")
        mail = (
            Mail(sender=NOTIFIER, subject="Serious incident", text=child, **plain),
            Mail(text=f"{RETURN}\nPage {number}", **answer, **plain),
            Mail(sender=f"shop{number}@elsewhere.example", subject="Offers", text="Buy.", **plain),
            Mail(text="I am away.", headers={"Auto-Submitted": "auto-replied"}, **answer, **plain),
            Mail(sender="who@elsewhere.example", subject=f"[{ref}]", text=RETURN, **plain),
            Mail(sender=STAFF, subject="Lunch", text="Who comes along?", **plain),
        )[min(number % 16, 2) if number % 16 < 3 else 1 + number % 5]
        found += [mail.mime] * (2 if number % 7 == 0 else 1)
    return found[:MAILS]


@dataclass
class Office:
    """A home on real servers, with an address of its own."""

    home: Path
    address: str
    dovecot: Dovecot
    postfix: Postfix
    sink: Sink

    def fill(self, mails: Sequence[bytes]) -> None:
        """Let mails lie in the inbox as if they had just come."""
        with self.client() as client:
            for number, mime in enumerate(mails):
                client.append("INBOX", mime, (), WORKS_FROM - timedelta(seconds=MAILS - number))

    @contextmanager
    def client(self) -> Iterator[IMAPClient]:
        """Another mail program at the same mailbox."""
        context = ssl.create_default_context(cafile=str(self.dovecot.certificate.ca_file))
        client = IMAPClient("127.0.0.1", self.dovecot.imaps, ssl_context=context)
        client.login(self.address, PASSWORD)
        try:
            yield client
        finally:
            client.logout()

    def begin(self, now: datetime) -> subprocess.Popen[str]:
        """Start the process, and return once it is about to begin its first pass."""
        module = "tests.shell.crash_process"
        process = subprocess.Popen(
            [sys.executable, "-m", module, "work", str(self.home), now.isoformat()],
            cwd=REPOSITORY,
            stdout=subprocess.PIPE,
            env={**os.environ, "MAILBOT_TEST": PASSWORD},
            text=True,
        )
        assert process.stdout is not None
        assert process.stdout.readline() == '"at work"\n'
        return process

    def settle(self) -> None:
        """Wait until Postfix has nothing left to deliver."""
        spool = self.postfix.home / "spool"
        ends = time.monotonic() + 20
        while any(
            path.is_file() for queue in QUEUES for path in (spool / queue).rglob("*") if path.name
        ):
            assert time.monotonic() < ends, "Postfix did not deliver"
            time.sleep(0.02)

    def letters_arrived(self) -> int:
        """How many letters have come to the far end."""
        return sum(one.sender == self.address for one in self.sink.received)

    def found(self) -> dict[str, Any]:
        """What is recorded, where every message lies, and what arrived in the world."""
        os.environ["MAILBOT_TEST"] = PASSWORD
        _, unit = opened(self.home)
        del os.environ["MAILBOT_TEST"]
        causes = crash_process.causes_in(unit)
        letters = {
            one.message_id: crash_process.cause_named(one.key, causes)
            for one in unit.store.outbox.all()
        }
        mine = [one for one in self.sink.received if one.sender == self.address]
        arrived = Counter(letters[message_id_of(one.mime)] for one in mine)
        facts = [
            fact.replace(self.address, "ours") for fact in crash_process.facts_in(unit, causes)
        ]
        unfinished = [m.key for m in unit.store.messages.all() if m.state == "kept"]
        unit.inbox.close()
        unit.store.close()
        return {
            "facts": facts,
            "arrived": sorted(arrived.elements()),
            "folders": self._folders(letters),
            "unfinished": unfinished,
        }

    def _folders(self, letters: dict[str, str]) -> dict[str, dict[str, int]]:
        folders: dict[str, dict[str, int]] = {}
        with self.client() as client:
            for flags, _, name in client.list_folders():
                if b"\\Noselect" in flags:
                    continue
                client.select_folder(name, readonly=True)
                uids = client.search()
                headers = client.fetch(uids, [MESSAGE_ID]) if uids else {}
                ids = [message_id_of(one[MESSAGE_ID_ANSWER]) for one in headers.values()]
                folders[name] = dict(Counter(sorted(letters.get(i, i) for i in ids)))
        return folders


MESSAGE_ID = "BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)]"
MESSAGE_ID_ANSWER = b"BODY[HEADER.FIELDS (MESSAGE-ID)]"
QUEUES = ("maildrop", "incoming", "active", "deferred")


def office(template: Path, home: Path, address: str, servers: tuple[Any, ...]) -> Office:
    """A copy of a home that works on real servers from now on."""
    dovecot, postfix, sink = servers
    shutil.copytree(template, home)
    file = home / "config" / "areas" / "bedford.toml"
    text = file.read_text("utf-8").replace(f'address = "{ADDRESS}"', f'address = "{address}"')
    login = f'user = "{address}"\npassword_env = "MAILBOT_TEST"\nhost = "127.0.0.1"'
    text = text.replace(
        'kind = "maildir"\npath = "data/bedford-mailbox"',
        f'kind = "imap"\nport = {dovecot.imaps}\nsecurity = "tls"\n{login}\n'
        f'ca_file = "{dovecot.certificate.ca_file}"',
    ).replace(
        'kind = "maildir"\npath = "data/bedford-outgoing"',
        f'kind = "smtp"\nport = {postfix.submission}\nsecurity = "starttls"\n{login}\n'
        f'ca_file = "{postfix.certificate.ca_file}"',
    )
    file.write_text(text, "utf-8")
    return Office(home, address, dovecot, postfix, sink)


def test_killed_at_random_moments_on_real_servers_it_comes_to_the_same_end(
    tmp_path: Path, dovecot: Dovecot, postfix: Postfix, sink: Sink
) -> None:
    settings = a_home(tmp_path / "template")
    unit, ref = case_under_way(settings, year=2020)
    mails = a_hundred(unit, ref)
    unit.store.close()
    servers = (dovecot, postfix, sink)
    ends: list[dict[str, Any]] = []
    hit = 0
    rng = random.Random(SEED)
    for name, kills in (("calm", 0), ("killed", KILLS)):
        one = office(settings.home, tmp_path / name, f"{name}-{os.getpid()}@example.test", servers)
        one.fill(mails)
        now = WORKS_FROM
        for _ in range(kills):
            process = one.begin(now)
            time.sleep(rng.uniform(0.02, 0.8))
            process.send_signal(signal.SIGKILL)
            process.communicate()
            one.settle()
            hit += one.letters_arrived() < len(ends[0]["arrived"])
            now += timedelta(minutes=5)
        for _ in range(2):  # once more, past the time that a copy has to come back
            process = one.begin(now)
            assert process.communicate(timeout=120)[0] == '"done"\n'
            one.settle()
            now += timedelta(minutes=20)
        ends.append(one.found())
    calm, killed = ends
    assert len(calm["arrived"]) > 20
    assert hit >= 2, "most kills came when all was done already"
    assert calm["unfinished"] == []
    told = {part: difference(calm[part], killed[part]) for part in calm}
    assert told == dict.fromkeys(calm, "")
