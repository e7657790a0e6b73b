"""The promises that are checked after every story are noticed when they are broken."""

import os
from datetime import date, datetime
from types import SimpleNamespace

import pytest

from mailbot.assembly import calendar_from
from mailbot.core.clocks.workdays import LONDON
from mailbot.core.model import CaseRef, LetterKey, LetterKind, Step
from mailbot.settings import init, load
from tests.stories.mails import a_mail, moment
from tests.stories.promises import broken_promises

REF = CaseRef("BB-2026-001-V")
POLICE = "case.reviews@bedfordshire-police.example"
TEXT = "The information is due by 17:00 on Mon 30 November 2026."


@pytest.fixture(scope="module")
def unit(tmp_path_factory: pytest.TempPathFactory) -> SimpleNamespace:
    home = tmp_path_factory.mktemp("home") / "home"
    init(home)
    settings = load(home, os.environ).areas[0]
    steps = {
        "late": Step(
            case=REF,
            clock="agency-return",
            agency="police",
            round=1,
            due_on=date(2026, 11, 30),
            step="+1",
        )
    }
    outbox = SimpleNamespace(steps_of=lambda key: tuple(s for n, s in steps.items() if n in key))
    calendar = calendar_from(settings, date(2026, 11, 23))
    return SimpleNamespace(
        area=settings.area, calendar=calendar, store=SimpleNamespace(outbox=outbox)
    )


def sent(
    kind: str, at: str, *, to: str = POLICE, text: str = TEXT, key: str = "", subject: str = "A"
) -> SimpleNamespace:
    when: datetime = moment(at).astimezone(LONDON)
    mime = a_mail("rapidreview@b.example", to, subject=subject, text=text, at=when)
    posted = SimpleNamespace(kind=LetterKind(kind), case=REF, key=LetterKey(key or kind))
    return SimpleNamespace(kind=kind, posted=posted, to=frozenset({to}), mime=mime, at=when)


ASKED = ("information-request", "Mon 23 Nov 2026 11:15")


@pytest.mark.parametrize(
    ("letters", "said"),
    [
        ([("reminder", "Sat 28 Nov 2026 09:00")], "a reminder went out on Sat 28 Nov"),
        ([("reminder", "Fri 25 Dec 2026 09:00")], "a reminder went out on Fri 25 Dec"),
        ([("reminder", "Mon 30 Nov 2026 08:59")], "a reminder went out"),
        ([("digest", "Mon 30 Nov 2026 19:00")], "a digest went out"),
        ([("information-request", "Sun 29 Nov 2026 11:00")], "request went out on Sun 29 Nov"),
        (
            [("reminder", "Mon 30 Nov 2026 09:00"), ("reminder", "Mon 30 Nov 2026 17:00")],
            "got 2 letters",
        ),
    ],
)
def test_hours_and_numbers(
    unit: SimpleNamespace, letters: list[tuple[str, str]], said: str
) -> None:
    assert any(said in one for one in broken_promises([sent(*x) for x in letters], unit))


def test_who_missed_a_day_that_was_never_given(unit: SimpleNamespace) -> None:
    late = sent("reminder", "Tue 1 Dec 2026 09:00", key="late")
    assert any("never given" in one for one in broken_promises([late], unit))
    assert not broken_promises([sent(*ASKED), late], unit)


def test_a_name_in_a_subject_or_a_text(unit: SimpleNamespace) -> None:
    named = sent("acknowledgement", "Mon 23 Nov 2026 09:30", text="About Wren.")
    titled = sent("acknowledgement", "Mon 23 Nov 2026 09:30", subject="Alderby, W")
    assert all(any("names" in x for x in broken_promises([one], unit)) for one in (named, titled))


def test_a_letter_to_the_panel(unit: SimpleNamespace) -> None:
    letter = sent("submission", "Mon 30 Nov 2026 10:00", to=unit.area.panel_address)
    assert any("went to the Panel" in one for one in broken_promises([letter], unit))


def test_what_is_as_it_should_be_breaks_nothing(unit: SimpleNamespace) -> None:
    letters = [
        sent("acknowledgement", "Sat 21 Nov 2026 23:30"),
        sent("digest", "Mon 23 Nov 2026 08:00"),
        sent(*ASKED),
        sent("reminder", "Thu 26 Nov 2026 09:00"),
    ]
    assert broken_promises(letters, unit) == []
