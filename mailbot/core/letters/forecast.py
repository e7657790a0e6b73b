"""What will go out if nothing else happens: a case played on from now, letter by letter.

The rules are those by which letters are written and sent, so that the forecast is no second
opinion: what is due is written, what no longer holds is taken back, what has gone becomes a fact,
and the case is folded anew. The next moment at which a case needs a look comes from here too.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from itertools import count

from mailbot.core.cases.facts import case_from
from mailbot.core.cases.holds import Hold, holds_of, is_over, releases_due
from mailbot.core.clocks.clocks import clocks_for
from mailbot.core.clocks.hours import may_go_at
from mailbot.core.clocks.workdays import WorkingDays
from mailbot.core.letters.desk import Office, Written
from mailbot.core.letters.held_letters import held_back
from mailbot.core.letters.letters import (
    QueuedLetter,
    cause_of,
    letters_due,
    no_longer_wanted,
    out_of_date,
)
from mailbot.core.letters.sent_letters import facts_when_drafted, facts_when_sent
from mailbot.core.model import (
    AgencyCode,
    Case,
    CaseRef,
    Clock,
    Delivery,
    Fact,
    Letter,
    LetterKey,
    LetterKind,
    MessageKey,
    Step,
)
from mailbot.errors import CalendarHorizonError

#: Shortly after midnight in London the day is a new one for every case.
DAY_BEGINS = time(0, 5)
#: How far a forecast reaches.
REACH = WorkingDays(40)
#: A case of which nothing is expected is looked at again after so many days all the same.
SWEEP_DAYS = 14
#: From so many letters on, on working days one after the other, they are told as one.
MANY = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class OnItsWay:
    """A letter that is written and has not gone, or lies in Drafts."""

    letter: QueuedLetter
    delivery: Delivery
    not_before: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A case as it stands now, with all that was written about it."""

    facts: Sequence[Fact]
    written: Written
    on_their_way: Sequence[OnItsWay] = ()
    waiting: Mapping[AgencyCode, tuple[MessageKey, ...]] = field(default_factory=dict)
    mailbox_hold: Hold | None = None

    def case_on(self, day: date) -> Case:
        """Given a day, return the case as its facts stand, under a hold that lasts until then."""
        hold = self.mailbox_hold
        held = "" if hold is None or is_over(hold, day) else hold.reason or "on hold"
        return case_from(self.facts, waiting=self.waiting, mailbox_held=held)


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """A letter that will go, or be laid into Drafts, if nothing else happens."""

    at: datetime
    key: LetterKey
    kind: LetterKind
    case: CaseRef
    agency: AgencyCode | None
    to: tuple[str, ...]  # addresses, copies included
    delivery: Delivery
    steps: tuple[Step, ...] = ()
    #: Told once for all the working days that follow, until what it asks for is done.
    repeats: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """What will go out, in order of time, and why it says no more, if it had to stop."""

    letters: tuple[Expected, ...]
    ends: date
    cut_short: str = ""


def forecast(
    standing: Standing, *, office: Office, now: datetime, until: datetime | None = None
) -> Forecast:
    """Given a case as it stands, return every letter that will go or be drafted until then.

    Without `until` it reaches forty working days. Nothing else happens meanwhile: nobody answers,
    no draft is sent.
    """
    end, cut_short = until, ""
    future = _Future(standing, office)
    try:
        if end is None:
            last_day = office.calendar.add(office.calendar.day_of(now), REACH)
            end = office.calendar.moment(last_day, time.max)
        for moment in future.moments(now, end):
            future.work(moment)
    except CalendarHorizonError as error:
        cut_short = str(error)
    return Forecast(
        letters=tuple(future.gone),
        ends=office.calendar.day_of(end or now),
        cut_short=cut_short,
    )


def told_once(found: Forecast, *, office: Office) -> tuple[Expected, ...]:
    """Given a forecast, return its letters, those that go each working day to its end as one."""
    begins = _daily_since(found, office)
    shown = []
    for letter in found.letters:
        day = office.calendar.day_of(letter.at)
        since = [begins.get((step.clock, step.agency), date.max) for step in letter.steps]
        daily = bool(since) and max(since) <= day
        if not daily:
            shown.append(letter)
        elif day in since:
            shown.append(replace(letter, repeats=True))
    return tuple(shown)


def _daily_since(found: Forecast, office: Office) -> dict[tuple[str, AgencyCode | None], date]:
    """Return, for clocks of which somebody is reminded every working day to the end, since when."""
    days: dict[tuple[str, AgencyCode | None], set[date]] = {}
    for letter in found.letters:
        for step in letter.steps:
            on = office.calendar.day_of(letter.at)
            days.setdefault((step.clock, step.agency), set()).add(on)
    begins = {}
    for clock, reminded in days.items():
        day, number = office.calendar.previous_working_day(found.ends), 0
        while day in reminded:
            begins[clock], number = day, number + 1
            day = office.calendar.add(day, WorkingDays(-1))
        if number < MANY:
            begins.pop(clock, None)
    return begins


def next_look(
    case: Case,
    clocks: Sequence[Clock],
    *,
    office: Office,
    written: Written,
    now: datetime,
) -> datetime:
    """Given a case from which nothing is due now, return the next moment at which something is.

    Found by asking what would be due then, so that no letter is missed whatever brings it; after
    fourteen days it is looked at all the same. Also when a hold is to end.
    """
    day = office.calendar.day_of(now)
    last = min(day + timedelta(days=SWEEP_DAYS), office.calendar.last)
    found = now
    then, then_day = clocks, day
    for found in moments_that_matter(case, clocks, office=office, now=now, last=last):
        day = office.calendar.day_of(found)
        if day != then_day:
            then = clocks_for(case, office.rules, office.calendar, today=day)
            then_day = day
        if any(is_over(hold, day) for hold in holds_of(case)):
            return found
        if letters_due(case, then, office=office, written=written, now=found):
            return found
    return found if found > now else now + timedelta(days=1)


def soon(case: Case, clocks: Sequence[Clock], *, office: Office, now: datetime) -> datetime:
    """Given a case, return the first moment after now at which time alone may bring a letter."""
    tomorrow = office.calendar.day_of(now) + timedelta(days=1)
    moments = moments_that_matter(case, clocks, office=office, now=now, last=tomorrow)
    return next(moments, now + timedelta(days=1))


def moments_that_matter(
    case: Case, clocks: Sequence[Clock], *, office: Office, now: datetime, last: date
) -> Iterator[datetime]:
    """Given a case, yield the moments after now at which time alone may bring a letter.

    They are the beginning of each day, the hours of digest and reminders on working days, and the
    working hour in which a clock that counts hours is due.
    """
    calendar, area = office.calendar, office.area
    by_hour = [
        may_go_at(LetterKind.REMINDER, clock.due_at, area=area, calendar=calendar)
        for clock in clocks
        if clock.due_at is not None and clock.runs
    ]
    day = calendar.day_of(now)
    while day <= last:
        hours = {DAY_BEGINS}
        if calendar.is_working_day(day):
            hours |= {area.digest_at, area.reminders_at}
        moments = {calendar.moment(day, hour) for hour in hours}
        moments |= {moment for moment in by_hour if calendar.day_of(moment) == day}
        yield from sorted(moment for moment in moments if moment > now)
        day += timedelta(days=1)


class _Future:
    """A case being played on: its facts and its letters grow as time passes."""

    def __init__(self, standing: Standing, office: Office) -> None:
        self._office = office
        self._standing = standing
        self._facts = list(standing.facts)
        self._keys = set(standing.written.keys)
        self._steps = set(standing.written.steps)
        self._replaced = set(standing.written.replaced)
        self._lying = {way.letter.key: way for way in standing.on_their_way}
        self._held: dict[LetterKey, OnItsWay] = {}  # a hold keeps them back
        self._numbers = count(max((fact.number for fact in standing.facts), default=0) + 1)
        self._folded: tuple[tuple[int, date], Case, tuple[Clock, ...]] | None = None
        self.gone: list[Expected] = []

    # --- time

    def moments(self, now: datetime, until: datetime) -> Iterator[datetime]:
        """Yield the moments at which something may happen, from now on."""
        moment: datetime | None = now
        while moment is not None and moment <= until:
            yield moment
            moment = self._next(moment, until)

    def _next(self, moment: datetime, until: datetime) -> datetime | None:
        ahead = [way.not_before for way in self._queued() if way.not_before > moment]
        case, clocks = self._now(moment)
        last = self._office.calendar.day_of(min([until, *ahead]))
        then, then_day = clocks, self._office.calendar.day_of(moment)
        for found in moments_that_matter(case, clocks, office=self._office, now=moment, last=last):
            day = self._office.calendar.day_of(found)
            if day != then_day:
                then = clocks_for(case, self._office.rules, self._office.calendar, today=day)
                then_day = day
            hold = self._standing.mailbox_hold
            if (
                (hold is not None and is_over(hold, day) and case.held_reason)
                or releases_due(case, now=found, today=day)
                or self._due(case, then, found)
                or self._stale(case, then, found)
            ):
                ahead.append(found)
                break
        return min(ahead, default=None)

    # --- what happens at one moment

    def work(self, moment: datetime) -> None:
        """Do what a pass does: judge drafts, write what is due, send what may go."""
        self._judge_drafts(moment)
        self._release(moment)
        self._look(moment)
        for _ in range(len(self._keys) + 1):
            due = [way for way in self._queued() if way.not_before <= moment]
            if not due:
                return
            for way in sorted(due, key=_order):
                self._send(way, moment)
            self._look(moment)

    def _release(self, moment: datetime) -> None:
        case, _ = self._now(moment)
        ended = releases_due(case, now=moment, today=self._office.calendar.day_of(moment))
        self._record(ended)

    def _record(self, new: Sequence[Fact]) -> None:
        self._facts += [replace(fact, number=next(self._numbers)) for fact in new]

    def _now(self, moment: datetime) -> tuple[Case, tuple[Clock, ...]]:
        """Return case and clocks, folded anew only when a fact or a day has been added."""
        today = self._office.calendar.day_of(moment)
        if self._folded is None or self._folded[0] != (len(self._facts), today):
            case = replace(self._standing, facts=tuple(self._facts)).case_on(today)
            clocks = clocks_for(case, self._office.rules, self._office.calendar, today=today)
            self._folded = ((len(self._facts), today), case, clocks)
        return self._folded[1:]

    def _due(self, case: Case, clocks: Sequence[Clock], moment: datetime) -> tuple[Letter, ...]:
        written = Written(keys=self._keys, steps=self._steps, replaced=self._replaced)
        return letters_due(case, clocks, office=self._office, written=written, now=moment)

    def _look(self, moment: datetime) -> None:
        case, clocks = self._now(moment)
        for way in [way for way in self._held.values() if not _is_held(way, case)]:
            del self._held[way.letter.key]
            self._lying[way.letter.key] = replace(way, not_before=max(way.not_before, moment))
        for letter in self._due(case, clocks, moment):
            self._keys.add(letter.key)
            self._steps.update(letter.steps)
            self._lying[letter.key] = OnItsWay(
                letter=_as_queued(letter, moment),
                delivery=letter.delivery,
                not_before=letter.not_before,
            )

    def _queued(self) -> list[OnItsWay]:
        return [way for way in self._lying.values() if not way.letter.drafted]

    def _send(self, way: OnItsWay, moment: datetime) -> None:
        case, clocks = self._now(moment)
        if self._taken_back(way, case, clocks, moment):
            return
        if _is_held(way, case):
            self._held[way.letter.key] = self._lying.pop(way.letter.key)
            return
        area, calendar = self._office.area, self._office.calendar
        if way.delivery is Delivery.SEND:
            goes = may_go_at(way.letter.kind, moment, area=area, calendar=calendar)
            if goes > moment:
                self._lying[way.letter.key] = replace(way, not_before=goes)
                return
            del self._lying[way.letter.key]
            new = facts_when_sent(way.letter, case, at=moment, now=moment)
        else:
            self._lying[way.letter.key] = replace(way, letter=replace(way.letter, drafted=True))
            new = facts_when_drafted(way.letter, case, at=moment, now=moment)
        self._record(new)
        self.gone.append(_expected(way, case.ref, moment))

    def _judge_drafts(self, moment: datetime) -> None:
        case, clocks = self._now(moment)
        drafts = [way for way in self._lying.values() if way.letter.drafted]
        for way in drafts:
            self._taken_back(way, case, clocks, moment)

    def _stale(self, case: Case, clocks: Sequence[Clock], moment: datetime) -> bool:
        drafts = [way.letter for way in self._lying.values() if way.letter.drafted]
        return any(
            no_longer_wanted(letter, case, clocks)
            or out_of_date(letter, case, office=self._office, now=moment)
            for letter in drafts
        )

    def _taken_back(
        self, way: OnItsWay, case: Case, clocks: Sequence[Clock], moment: datetime
    ) -> bool:
        """Take back a letter that no longer holds; where it is written anew, that is done."""
        letter = way.letter
        unwanted = no_longer_wanted(letter, case, clocks)
        stale = None if unwanted else out_of_date(letter, case, office=self._office, now=moment)
        if not unwanted and not stale:
            return False
        del self._lying[letter.key]
        self._steps.difference_update(letter.steps)
        if stale:
            self._replaced.add(letter.key)
            self._look(moment)
        return True


def _is_held(way: OnItsWay, case: Case) -> bool:
    letter = way.letter
    return held_back(letter.kind, case, letter.agency, cause_of(letter.key))


def _order(way: OnItsWay) -> tuple[datetime, str]:
    return way.letter.queued_at or way.not_before, way.letter.key


def _as_queued(letter: Letter, now: datetime) -> QueuedLetter:
    due_on = letter.words.get("due_on")
    return QueuedLetter(
        key=letter.key,
        kind=letter.kind,
        case=letter.case,
        agency=letter.agency,
        round=letter.round,
        to=tuple(dict.fromkeys(person.email for person in (*letter.to, *letter.cc))),
        steps=letter.steps,
        told=letter.told,
        queued_at=now,
        due_on=date.fromisoformat(due_on) if due_on else None,
    )


def _expected(way: OnItsWay, ref: CaseRef, moment: datetime) -> Expected:
    return Expected(
        at=moment,
        key=way.letter.key,
        kind=way.letter.kind,
        case=ref,
        agency=way.letter.agency,
        to=way.letter.to,
        delivery=way.delivery,
        steps=way.letter.steps,
    )
