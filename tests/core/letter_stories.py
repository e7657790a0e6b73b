"""A case told day by day, for tests of letters: facts go in, the letters due come out."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from mailbot.core.cases.facts import case_from
from mailbot.core.clocks.clocks import clocks_for
from mailbot.core.clocks.rules import rules_from
from mailbot.core.clocks.workdays import LONDON, english_calendar
from mailbot.core.letters.desk import Office, Written
from mailbot.core.letters.letters import QueuedLetter, letters_due
from mailbot.core.letters.sent_letters import facts_when_sent
from mailbot.core.model import (
    Agency,
    AgencyCode,
    Area,
    Case,
    Clock,
    Fact,
    FactKind,
    Letter,
    LetterKey,
    LetterKind,
    MessageKey,
    Role,
    Step,
)
from tests.core.builders import CASE, a_person, an_agency, an_area, day
from tests.core.cases import at

#: Planted in everything that a form or a person may have written; must be in no letter.
CHILD = "Robyn Ashdown"
BORN = "2019-04-02"

RULES = rules_from(
    tomllib.loads((Path(__file__).parents[2] / "config" / "process.toml").read_text("utf-8"))
)
CALENDAR = english_calendar(day("Thu 2026-01-01"), day("Fri 2027-12-31"))


def a_lead(code: str) -> Agency:
    """An agency with a safeguarding lead of its own, reached at lead@CODE.example."""
    lead = a_person(f"Lead {code}", f"lead@{code}.example", phone="01632 960900")
    return an_agency(code, lead=lead)


def a_busy_area(**changes: Any) -> Area:
    """An area with a lead for each agency, two on the Board and two staff."""
    partners = {"council": Role.LOCAL_AUTHORITY, "icb": Role.ICB, "police": Role.POLICE}
    agencies = [
        replace(
            a_lead(code),
            partner=role,
            delegates=(a_person(f"Delegate {code}", f"delegate@{code}.example"),),
        )
        for code, role in partners.items()
    ]
    staff = (
        a_person("Robin Hale", "robin.hale@bedford.example"),
        a_person("Kim Archer", "kim.archer@bedford.example"),
    )
    board = (
        a_person("Sasha Field", "sasha.field@board.example"),
        a_person("Toni Brook", "toni.brook@board.example"),
    )
    plain = an_area(
        agencies=(*agencies, a_lead("hospital"), a_lead("school")),
        staff=staff,
        board=board,
        front_door="the front door on 01632 960110, or 999",
    )
    return replace(plain, **changes)


@dataclass
class Story:
    """One case: facts are numbered as they come; letters that were due count as written."""

    area: Area = field(default_factory=a_busy_area)
    facts: list[Fact] = field(default_factory=list)
    keys: set[LetterKey] = field(default_factory=set)
    steps: set[Step] = field(default_factory=set)
    replaced: set[LetterKey] = field(default_factory=set)
    waiting: dict[AgencyCode, tuple[MessageKey, ...]] = field(default_factory=dict)

    @property
    def office(self) -> Office:
        """What the area brings to its letters."""
        return Office(area=self.area, calendar=CALENDAR, rules=RULES)

    def fact(
        self,
        kind: FactKind,
        when: str,
        /,
        *,
        agency: str | None = None,
        message: str | None = None,
        words: str = "",
        **detail: Any,
    ) -> Fact:
        """Record what happened at "Mon 23 Nov 2026 10:00"."""
        fact = Fact(
            case=CASE,
            kind=kind,
            happened=at(when),
            recorded_at=at(when),
            recorded_by="robin.hale@bedford.example",
            detail=detail,
            agency=AgencyCode(agency) if agency else None,
            message=MessageKey(message) if message else None,
            words=words,
            number=len(self.facts) + 1,
        )
        self.facts.append(fact)
        return fact

    def case(self) -> Case:
        """The case as its facts stand."""
        return case_from(self.facts, waiting=self.waiting)

    def clocks(self, now: datetime) -> tuple[Clock, ...]:
        """The case's clocks at that moment."""
        return clocks_for(self.case(), RULES, CALENDAR, today=CALENDAR.day_of(now))

    def due(self, when: str) -> tuple[Letter, ...]:
        """The letters due at that moment; they are then written, and not due again."""
        now = at(when)
        letters = letters_due(
            self.case(),
            self.clocks(now),
            office=self.office,
            written=Written(
                keys=frozenset(self.keys),
                steps=frozenset(self.steps),
                replaced=frozenset(self.replaced),
            ),
            now=now,
        )
        self.keys |= {letter.key for letter in letters}
        self.steps |= {step for letter in letters for step in letter.steps}
        return letters

    def send(self, letters: Sequence[Letter], when: str) -> None:
        """Record that letters went out."""
        for letter in letters:
            for fact in facts_when_sent(queued(letter), self.case(), at=at(when), now=at(when)):
                self.facts.append(replace(fact, number=len(self.facts) + 1))

    # --- chapters that many stories share ---

    def opens(self, when: str = "Mon 23 Nov 2026 10:00", **detail: Any) -> "Story":
        """A vouched-for serious notification arrives, with the child's name wherever it fits."""
        notification = {
            "beginning": "serious",
            "fields": {"child.name": CHILD, "child.date_of_birth": BORN, "child.gender": CHILD},
            "children": [{"name": CHILD, "date_of_birth": BORN}],
            "blank": ["child.ethnicity"],
            "disputed": ["incident.place"],
            "notifier": {"address": "nurse@hospital.example", "name": CHILD, "agency": "hospital"},
            "agencies": ["council", "icb", "police", "hospital"],
            "unknown_agencies": [f"{CHILD}'s club"],
        }
        self.fact(FactKind.INCIDENT_OCCURRED, "Fri 20 Nov 2026 00:00", nature=CHILD, place=CHILD)
        self.fact(
            FactKind.NOTIFICATION_RECEIVED, when, message="n1", words=CHILD, **notification | detail
        )
        return self

    def decides(self, outcome: str = "met", when: str = "Tue 24 Nov 2026 11:00") -> "Story":
        """The partners decide on the criteria."""
        self.fact(
            FactKind.CRITERIA_DECIDED, when, outcome=outcome, reasons=f"{CHILD} {BORN}", present=[]
        )
        return self

    def chooses(self, *codes: str, when: str = "Tue 24 Nov 2026 11:00") -> "Story":
        """Staff choose whom to ask."""
        self.fact(FactKind.AGENCIES_CHOSEN, when, agencies=list(codes))
        return self

    def asks(self, *codes: str, when: str = "Tue 24 Nov 2026 11:20") -> "Story":
        """All that is due is written, and the requests to these agencies have gone."""
        before = at(when).astimezone(LONDON) - timedelta(minutes=20)
        letters = self.due(f"{when[:-5]}{before:%H:%M}")
        self.send(of_kind(letters, LetterKind.INFORMATION_REQUEST), when)
        asked = of_kind(letters, LetterKind.INFORMATION_REQUEST)
        assert set(codes) <= {letter.agency for letter in asked}
        return self

    def answers(self, code: str, kind: str, when: str, **detail: Any) -> "Story":
        """An agency answers from its own address."""
        self.fact(
            FactKind.RETURN_RECEIVED,
            when,
            agency=code,
            message=f"r-{code}",
            **{"return": kind, "from": f"safeguarding@{code}.example"},
            document={"involvement_summary": f"{CHILD} was seen"},
            **detail,
        )
        return self

    def meets(self, when: str = "Mon 7 Dec 2026 10:00", **decision: Any) -> "Story":
        """A quorate meeting is held and decides."""
        roles = [role.value for role in Role]
        self.fact(FactKind.MEETING_HELD, when, present=roles, quorate=True)
        self.fact(
            FactKind.REVIEW_DECIDED,
            when,
            review=False,
            next="audit",
            reasons=f"Because of {CHILD}",
            quorate=True,
            **decision,
        )
        return self


def of_kind(letters: Sequence[Letter], kind: LetterKind) -> list[Letter]:
    """Those letters that are of a kind."""
    return [letter for letter in letters if letter.kind is kind]


def kinds(letters: Sequence[Letter]) -> list[LetterKind]:
    """The kinds of letters, in their order."""
    return [letter.kind for letter in letters]


def addresses(letter: Letter) -> list[str]:
    """To whom a letter goes."""
    return [person.email for person in letter.to]


def queued(letter: Letter) -> QueuedLetter:
    """What the outbox keeps of a letter."""
    due_on = letter.words.get("due_on")
    return QueuedLetter(
        key=letter.key,
        kind=letter.kind,
        case=letter.case,
        agency=letter.agency,
        round=letter.round,
        steps=letter.steps,
        to=tuple(p.email for p in (*letter.to, *letter.cc)),
        told=letter.told,
        due_on=date.fromisoformat(due_on) if due_on else None,
    )
