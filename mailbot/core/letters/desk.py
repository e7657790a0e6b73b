"""The desk at which letters are written: what they are written from, and to whom.

`core.letters.letters` sets a desk up for one case and one moment; each family of letters has a
module.
Recipients come from config alone, or are the vouched-for sender of the mail that is answered
(design, promise 3).
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from mailbot.core.clocks.workdays import WorkingCalendar, WorkingDays
from mailbot.core.model import (
    Agency,
    AgencyCode,
    Area,
    Case,
    Clock,
    ClockRule,
    Delivery,
    Fact,
    FactKind,
    Letter,
    LetterKey,
    LetterKind,
    Outcome,
    Person,
    Protection,
    Step,
)
from mailbot.core.wording import name_of

#: As shipped (process, section 5); all others are sent.
DRAFTED = frozenset(
    {
        LetterKind.BOARD_TOLD,
        LetterKind.HEALTH_REPORT_ARRIVED,
        LetterKind.INVITATION,
        LetterKind.OUTCOME,
        LetterKind.SUBMISSION,
        LetterKind.FURTHER_SUBMISSION,
    }
)

#: A person sends these, and nobody else; the sending door refuses the Panel's address.
TO_THE_PANEL = frozenset({LetterKind.SUBMISSION, LetterKind.FURTHER_SUBMISSION})
PANEL_NAME = "Child Safeguarding Practice Review Panel"

#: How far ahead the days lie that examples name.
LATER = WorkingDays(10)
#: How far an extension goes that examples grant: short, because the meeting comes.
MORE = WorkingDays(3)

NON_SERIOUS = "non-serious"
AUTHORITY_COPY = "authority-copy"


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """What an area brings to every letter: who is who, its working days, its clocks' rules."""

    area: Area
    calendar: WorkingCalendar
    rules: Sequence[ClockRule] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What has been written already and is never written again (design, promise 2)."""

    keys: Collection[LetterKey] = ()
    steps: Collection[Step] = ()
    #: Of these keys, those whose text no longer fitted before they went: they are written anew.
    replaced: Collection[LetterKey] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """One case at one moment, with all that its letters are written from."""

    case: Case
    clocks: Sequence[Clock]
    office: Office
    now: datetime
    written: Written = field(default_factory=Written)

    @property
    def area(self) -> Area:
        """Return the area whose case it is."""
        return self.office.area

    @property
    def calendar(self) -> WorkingCalendar:
        """Return the area's working days."""
        return self.office.calendar

    @property
    def today(self) -> date:
        """Return the day it is in London."""
        return self.calendar.day_of(self.now)

    @property
    def later(self) -> date:
        """Return a working day that examples may name as one that lies ahead."""
        return self.calendar.add(self.today, LATER)

    def clock(self, name: str, agency: AgencyCode | None = None) -> Clock | None:
        """Given a clock's name, and an agency if it has one each, return that clock or None."""
        found = (c for c in self.clocks if c.rule.name == name and c.agency == agency)
        return next(found, None)

    def has_begun(self, kind: LetterKind, cause: object) -> bool:
        """Given a kind and a cause with several letters, return whether they were written.

        They are written together or not at all; so somebody who joins the Board next month is
        not told of every old case.
        """
        start = f"{key_of(kind, self.case.ref, cause)}/"
        return any(key.startswith(start) for key in self.written.keys)

    def letter(
        self,
        kind: LetterKind,
        cause: object,
        *,
        to: Sequence[Person],
        words: Mapping[str, Any],
    ) -> Letter:
        """Given what a letter is and says, return it for this case, due now, as config sends it."""
        return Letter(
            key=key_of(kind, self.case.ref, cause),
            kind=kind,
            case=self.case.ref,
            to=tuple(to),
            delivery=delivery_of(kind, self.area),
            not_before=self.now,
            words=dict(words),
        )

    def next_morning(self, after: datetime) -> datetime:
        """Given a moment, return when letters go on the working day after it."""
        day = self.calendar.add(self.calendar.day_of(after), WorkingDays(1))
        return self.calendar.moment(day, self.area.reminders_at)


def key_of(kind: LetterKind, place: object, cause: object) -> LetterKey:
    """Given a kind, a case or area, and what caused it, return the letter's unique key."""
    return LetterKey(f"{kind.value}/{place}/{cause}")


def area_letter(
    kind: LetterKind,
    office: Office,
    *,
    now: datetime,
    to: Sequence[Person],
    words: Mapping[str, Any],
) -> Letter:
    """Given a letter of the whole area, return it as the day's one of its kind, due now."""
    area, today = office.area, office.calendar.day_of(now)
    return Letter(
        key=key_of(kind, area.slug, today.isoformat()),
        kind=kind,
        case=None,
        to=tuple(to),
        delivery=delivery_of(kind, area),
        not_before=now,
        words=words,
    )


def agency_alert(desk: Desk, fact: Fact, *, what: str, do: str) -> Letter:
    """Given what happened with an agency, return the alert that tells staff what to do."""
    letter = desk.letter(
        LetterKind.ALERT,
        f"{fact.number}/{fact.agency}",
        to=each_once([desk.area.duty, *staff_of(desk.area)]),
        words={"what": what, "do": do},
    )
    return replace(letter, agency=fact.agency)


def thanks(desk: Desk, fact: Fact, words: Mapping[str, Any]) -> Iterator[Letter]:
    """Given what arrived from an agency, yield thanks to its sender, if somebody vouched for it."""
    address = str(fact.detail.get("from") or "")
    if not address or fact.agency is None:
        return
    letter = desk.letter(
        LetterKind.RETURN_ACKNOWLEDGED,
        f"{fact.number}/{fact.agency}",
        to=(Person(name="", email=address),),
        words={"agency": name_of(desk.area, fact.agency), **words},
    )
    yield replace(
        letter,
        agency=fact.agency,
        reply_to_message=fact.message,
        protection=protection_for(desk.area, fact.agency),
    )


def delivery_of(kind: LetterKind, area: Area) -> Delivery:
    """Given a kind of letter, return whether the area sends it or has it drafted.

    What is for the Panel is always a draft, whatever config says (process, section 5).
    """
    if kind in TO_THE_PANEL:
        return Delivery.DRAFT
    shipped = Delivery.DRAFT if kind in DRAFTED else Delivery.SEND
    return Delivery(area.delivery.get(kind.value, shipped))


# --- to whom ----------------------------------------------------------------------------------


def each_once(people: Sequence[Person]) -> tuple[Person, ...]:
    """Given people, return them without those whose address came before."""
    unique: dict[str, Person] = {}
    for person in people:
        unique.setdefault(person.email, person)
    return tuple(unique.values())


def staff_of(area: Area) -> tuple[Person, ...]:
    """Given an area, return its staff, who are one party."""
    return each_once(area.staff or (area.manager, area.duty))


def contacts_of(agency: Agency) -> tuple[Person, ...]:
    """Given an agency, return whom its letters go to."""
    return each_once([Person(name=agency.name, email=address) for address in agency.contacts])


def delegates_of(agency: Agency) -> tuple[Person, ...]:
    """Given a partner's agency, return who takes part for it in the call and the meeting."""
    if agency.delegates:
        return each_once(agency.delegates)
    return (agency.lead,) if agency.lead else contacts_of(agency)[:1]


def partners_of(area: Area) -> tuple[Agency, ...]:
    """Given an area, return the agencies of its three safeguarding partners."""
    return tuple(agency for agency in area.agencies if agency.partner is not None)


def notifier_of(area: Area) -> tuple[Person, ...]:
    """Given an area, return the authority's notifier, or staff where config names none."""
    return (area.notifier,) if area.notifier else staff_of(area)


def protection_for(area: Area, code: AgencyCode) -> Protection:
    """Given an agency's code, return how mail to it is protected; by telephone if not known."""
    agency = area.agency(code)
    return agency.protection if agency else Protection.BY_PHONE


# --- what stands ------------------------------------------------------------------------------


def criteria_decided(case: Case) -> Fact | None:
    """Given a case, return the fact that decided the criteria as they were last decided, or None.

    What was decided once and recorded again with more said about it is one decision, the first.
    """
    decided = None
    for fact in case.all(FactKind.CRITERIA_DECIDED):
        if decided is None or decided.detail.get("outcome") != fact.detail.get("outcome"):
            decided = fact
    return decided


def found_met(case: Case) -> Fact | None:
    """Given a case, return the fact by which its criteria stand as met, or None.

    That is the decision at the call, or the meeting's on the late path (process, section 2).
    """
    if case.criteria is not Outcome.MET:
        return None
    decided = criteria_decided(case)
    if decided is not None and decided.detail.get("outcome") == Outcome.MET.value:
        return decided
    found = [f for f in case.all(FactKind.REVIEW_DECIDED) if f.detail.get("criteria_found")]
    return next(iter(found[-1:]), None)


def asked_agencies(case: Case) -> tuple[AgencyCode, ...]:
    """Given a case, return the agencies that were sent a request, in the order chosen."""
    return tuple(code for code, agency in case.agencies.items() if agency.round > 0)
