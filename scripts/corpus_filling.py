"""Filling in: a label gets its answer in somebody's hand, and the answer is noted as expected."""

from dataclasses import dataclass, field
from random import Random
from typing import Any

from scripts.corpus_people import Case, Hand, Person, a_case, a_hand
from scripts.corpus_sheets import Answer, Choice, Part, yes_no

NOT_KNOWN = ("Not known", "NK", "N/K", "Unknown", "not known", "Not known at this time")


def chance(seed: int, name: str) -> Random:
    """The chance by which one file is made: its own, so that one more file changes no other."""
    return Random(f"{seed}/{name}")  # noqa: S311 - it invents forms, and keeps no secret


@dataclass
class Filler:
    """One form being filled in about one case."""

    random: Random
    case: Case
    hand: Hand
    part: Part
    #: Fields that this person leaves blank, and those answered with "not known".
    blank: frozenset[str] = frozenset()
    unknown: frozenset[str] = frozenset()
    _written: dict[str, tuple[str, Any]] = field(default_factory=dict)

    def row(self, label: str, name: str) -> tuple[str, str]:
        """A label and its answer, which is noted under the field's name."""
        label = self.hand.label(label)
        if name in self.blank:
            return label, ""
        if name in self.unknown:
            self.part.not_known.append(name)
            return label, self.random.choice(NOT_KNOWN)
        written, expected = self.value(name)
        self.part.fields[name] = expected
        return label, written

    def empty(self, label: str) -> tuple[str, str]:
        """A label that nobody answered."""
        return self.hand.label(label), ""

    def other(self, label: str, answer: Answer) -> tuple[str, Answer]:
        """A label whose answer is no field of the list, or a trap."""
        return self.hand.label(label), answer

    def choice(self, label: str, name: str, choice: Choice, expected: Any) -> tuple[str, Answer]:
        """A label answered by a mark; None is expected where nobody can tell."""
        if expected is None:
            self.part.cannot_tell.append(name)
        elif expected != "":
            self.part.fields[name] = expected
        return self.hand.label(label), choice

    def note(self, name: str, expected: Any) -> None:
        """Note what must be read, of an answer that was written otherwise."""
        self.part.fields[name] = expected

    def may(self, name: str, *values: Any) -> None:
        """Note what a reader may give, or leave out."""
        self.part.may[name] = list(values)

    def ignore(self, *names: str) -> None:
        """Note fields that are not judged in this file."""
        self.part.ignored.extend(names)

    def value(self, name: str) -> tuple[str, Any]:
        """A field's answer as written in this hand, and as a reader must give it."""
        case, hand = self.case, self.hand
        values: dict[str, tuple[str, Any]] = {
            "child.name": (hand.name(case.child), case.child.name),
            "child.gender": (case.gender, case.gender),
            "child.ethnicity": (case.ethnicity, case.ethnicity),
            "child.disability": (case.disability, case.disability),
            "child.address": (case.address, case.address),
            "child.legal_status": (case.status, case.status),
            "child.school": (case.school, case.school),
            "incident.date": self._day(case.incident),
            "incident.place": (case.place, case.place),
            "incident.summary": (case.summary, case.summary),
            "notifier.name": (case.notifier.name, case.notifier.name),
            "notifier.role": (case.notifier.role, case.notifier.role),
            "notifier.agency": (case.notifier.agency, case.notifier.agency),
            "notifier.email": (case.notifier.email, case.notifier.email),
            "notifier.phone": (case.notifier.phone, case.notifier.phone),
            "referral.date": self._day(case.referred),
            "parents": (hand.parents(case), [case.mother.name, case.father.name]),
            "siblings": (hand.people(case.siblings), [case.person(p) for p in case.siblings]),
            "agencies": (hand.agencies(case.agencies), list(case.agencies)),
            "agency": (case.agency, case.agency),
            "author.name": (case.author.name, case.author.name),
            "author.role": (case.author.role, case.author.role),
            "involvement_summary": (case.involvement, case.involvement),
            "good_practice": (case.good, case.good),
            "learning": (case.learning, case.learning),
            "immediate_actions": (case.actions, case.actions),
            "signed_off_by": (case.approver, case.approver),
            "case_reference": (case.reference, case.reference),
        }
        if name == "child.date_of_birth":
            return self._day(case.child.born)
        return values[name]

    def _day(self, day: Any) -> tuple[str, str]:
        return self.hand.date(day), day.isoformat()


def begin(random: Random, kind: str, *, nature: str = "", plain: bool = False) -> Filler:
    """Somebody begins to fill in a form of a kind about a new case."""
    return Filler(random, a_case(random, nature=nature), a_hand(random, plain=plain), Part(kind))


def gender_boxes(filler: Filler, how: str) -> tuple[str, Answer]:
    """Male and female as boxes."""
    choice = Choice(("Male", "Female"), (filler.case.gender,), how)
    return filler.choice("Gender", "child.gender", choice, filler.case.gender)


def known(filler: Filler, answer: str, how: str, label: str = "") -> tuple[str, Answer]:
    """Whether the agency knows the family, as a marked choice; "" untouched, "both" both ticked."""
    label = label or filler.random.choice(
        (
            "Is the child or family known to your agency?",
            "Is the child/family known to your service?",
            "Was the family known to your organisation?",
        )
    )
    expected = {"Yes": True, "No": False}.get(answer)
    options = ("YES", "NO") if answer == "" else ("Yes", "No")
    return filler.choice(label, "known_to_agency", yes_no(answer, how, options), expected)


def person_row(filler: Filler, person: Person) -> str:
    """A date of birth in this hand, "" when unknown."""
    return filler.hand.date(person.born) if person.born else ""
