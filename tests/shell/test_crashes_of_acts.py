"""Killed in the middle of what people ask for: merging, separating, holding, opening a case.

Each of these writes in many places at once. Wherever the process is killed and started again, the
end is that of the undisturbed run (design, promises 1 and 2).
"""

import json
import os
import re
import shutil
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from mailbot.core.model import CaseRef, LetterKind
from mailbot.daemon import one_pass
from mailbot.unit import Unit
from tests.shell.test_crashes import START, Trials, opened
from tests.shell.world import (
    CHILD,
    NOTIFICATION,
    STAFF,
    Mail,
    a_home,
    case_under_way,
    letter_to,
    notification,
    put,
)

#: A sibling of the case under way, and another child: a case that may be merged, and a new one.
OF_THE_SIBLING = NOTIFICATION.replace(CHILD, "Orlando Quill").replace("2019", "2021")
OF_ANOTHER = (
    NOTIFICATION.replace(CHILD, "Hal Umber").replace("2019", "2020").replace("1 Larch", "7 Elm")
)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A home with two cases of one incident, and in its inbox what staff want done with them."""
    memory = Path("/dev/shm")
    directory = tmp_path_factory.mktemp("acts")
    if os.access(memory, os.W_OK):
        directory = memory / f"mailbot-acts-{os.getpid()}"
    home = directory / "home"
    unit, older = case_under_way(a_home(home))
    unit.store.close()
    settings, unit = opened(home)
    at = START - timedelta(minutes=60)
    put(settings, notification(at, number="n2", text=OF_THE_SIBLING).mime, at)
    one_pass(unit, at)
    (younger,) = set(unit.store.cases.refs()) - {older}
    for mail in what_is_asked(unit, older, younger, START - timedelta(minutes=20)):
        put(settings, mail.mime, mail.at)
    unit.store.close()
    yield home
    shutil.rmtree(directory, ignore_errors=True)


def what_is_asked(unit: Unit, older: CaseRef, younger: CaseRef, at: datetime) -> list[Mail]:
    """One mail a minute: lines of staff in answer to letters, and another child's notification."""
    newest = letter_to(unit, STAFF, LetterKind.NEW_CASE)
    lines = (
        f"hold: case, the police ask for it / until: {at + timedelta(days=3):%d %B %Y}",
        "release: case, they agree",
        f"merge: {older}, one incident",
        f"separate: {younger}, two incidents after all",
        f"merge: {older}, one incident in the end",
        "hold: mailbox, the server moves",
    )
    mails = [
        Mail(
            sender=STAFF,
            subject=f"RE: [{younger}] New case",
            text=text,
            number=f"act-{number}",
            at=at + timedelta(minutes=number),
            answers=newest,
        )
        for number, text in enumerate(lines)
    ]
    later = at + timedelta(minutes=len(lines))
    return [*mails, notification(later, number="n3", text=OF_ANOTHER)]


@pytest.fixture(scope="module")
def trials(template: Path) -> Trials:
    """Every point there is, each in a home of its own."""
    return Trials(template, "soon")


def test_the_undisturbed_run_does_all_that_was_asked(trials: Trials) -> None:
    kinds = Counter(json.loads(fact)[1] for fact in trials.expected["facts"])
    assert kinds["cases-merged"] == 4
    assert kinds["cases-separated"] == 2
    assert kinds["held"] == kinds["released"] == 1
    assert trials.expected["unfinished"] == []
    assert len({json.loads(fact)[0] for fact in trials.expected["facts"]}) == 3


def test_wherever_it_is_killed_every_act_is_done_once(trials: Trials) -> None:
    assert sorted(one["at"] for one in trials.killed) == list(range(len(trials.points)))
    # What staff write is recorded by the clock of the pass that reads it: the hour may differ.
    of_the_day = re.compile(r"T[0-9:]{8}[+]00:00|\"voids\": [0-9]+")
    for one in trials.killed:
        one["found"]["facts"] = [of_the_day.sub("", fact) for fact in one["found"]["facts"]]
    trials.expected["facts"] = [of_the_day.sub("", fact) for fact in trials.expected["facts"]]
    assert trials.differing("facts", "waiting", "notices", "unfinished", "folders") == []


def test_wherever_it_is_killed_each_letter_arrives_exactly_once(trials: Trials) -> None:
    assert trials.differing("letters", "outbox") == []
