"""Letters around an agency's information: the request, thanks for the return, short notes."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from mailbot.core.cases.holds import held_reason
from mailbot.core.cases.nhs import goes_through_nurse, nurse_of, nurse_protection
from mailbot.core.cases.told import days_told
from mailbot.core.clocks.clocks import clocks_for
from mailbot.core.clocks.workdays import format_day
from mailbot.core.letters.closed_periods import closed_alerts
from mailbot.core.letters.desk import (
    NON_SERIOUS,
    Desk,
    agency_alert,
    asked_agencies,
    contacts_of,
    key_of,
    thanks,
)
from mailbot.core.letters.held_letters import held_notes
from mailbot.core.letters.panel_notes import stop_notes, worksheet
from mailbot.core.letters.waiting_alerts import waiting_alert
from mailbot.core.model import (
    AgencyInCase,
    Case,
    Clock,
    Fact,
    FactKind,
    Letter,
    LetterKind,
    Outcome,
    Protection,
)
from mailbot.core.moments import LONDON
from mailbot.core.wording import (
    asked_words,
    name_of,
    short_day,
)

AGENCY_RETURN = "agency-return"
_ENDS_OF_A_STOP = (FactKind.CASE_REOPENED,)
CHOOSING = (FactKind.AGENCIES_CHOSEN, FactKind.AGENCY_ADDED)


def request_letters(desk: Desk) -> Iterator[Letter]:
    """Given a desk, yield requests, worksheet, thanks, and alerts about requests and returns."""
    if may_be_asked(desk.case):
        for agency in desk.case.agencies.values():
            yield from _information_request(desk, agency)
    yield from worksheet(desk)
    for fact in desk.case.all(FactKind.RETURN_RECEIVED):
        yield from _return_acknowledged(desk, fact)
    for fact in desk.case.all(FactKind.REQUEST_NOT_DELIVERED):
        yield from _not_delivered(desk, fact)
    for fact in desk.case.all(FactKind.MESSAGE_LINKED):
        yield from waiting_alert(desk, fact)
    yield from closed_alerts(desk)


def may_be_asked(case: Case) -> bool:
    """Given a case, return whether its agencies may be asked at all.

    The criteria are decided, met or not; a non-serious case needs staff's word alone
    (process, sections 4 and 5).
    """
    return case.beginning == NON_SERIOUS or case.criteria in {Outcome.MET, Outcome.NOT_MET}


def cause_of_request(case: Case, agency: AgencyInCase) -> tuple[int, int] | None:
    """Given a chosen agency, return the fact that asks it and the round, or None.

    It is asked once: anew only when staff add it again, name it again after the last request
    bounced, or want it again after it was told to stop (left out, excused, withdrawn). What staff
    chose last counts, so that a new choice cancels letters not yet gone; so does the opening anew
    of a case, whose letters were withdrawn.
    """
    naming = [f for f in case.all(*CHOOSING) if _names(f, agency)]
    if not naming or agency.excused:
        return None
    ends = [f for f in case.all(*_ENDS_OF_A_STOP) if f.agency in {None, agency.code}]
    if agency.requested_at is None:  # never asked, or the request was taken back
        answered = agency.round > 0 and agency.answered
        newest = max(f.number for f in (naming[-1], *ends))
        return None if answered else (newest, agency.round + 1)
    asked = [f for f in case.all(FactKind.INFORMATION_REQUESTED) if f.agency == agency.code]
    kinds = CHOOSING if agency.undelivered else (FactKind.AGENCY_ADDED,)
    since = asked[-1].number if asked else 0
    bounced = [f for f in case.all(FactKind.REQUEST_NOT_DELIVERED) if f.agency == agency.code]
    if agency.undelivered and bounced:
        since = max(since, bounced[-1].number)
    anew = [f for f in naming if f.kind in kinds and f.number > since]
    return (max(f.number for f in (anew[-1], *ends)), agency.round + 1) if anew else None


def _names(fact: Fact, agency: AgencyInCase) -> bool:
    if fact.kind is FactKind.AGENCY_ADDED:
        return fact.agency == agency.code
    return agency.code in (fact.detail.get("agencies") or ())


def _information_request(desk: Desk, agency: AgencyInCase) -> Iterator[Letter]:
    """Yield the request to one agency alone, if one is due; it may be stopped until it goes."""
    known = desk.area.agency(agency.code)
    cause = cause_of_request(desk.case, agency)
    if known is None or not cause or held_reason(desk.case, agency.code):
        return
    fact, number = cause
    place = _not_yet_replaced(desk, f"{fact}/{agency.code}")
    if key_of(LetterKind.INFORMATION_REQUEST, desk.case.ref, place) in desk.written.keys:
        return  # before the due day is worked out, which takes time
    goes = request_moment(desk)
    clock = return_clock_if_asked(desk, agency, at=goes, number=number)
    through_nurse = goes_through_nurse(desk.case, agency.code)
    protection = nurse_protection(desk.area) if through_nurse else known.protection
    by_phone = desk.area.identify == "by-phone" or protection is Protection.BY_PHONE
    words = {
        "agency": known.name,
        "due": format_day(clock.due_on) if clock else "",
        "due_short": short_day(clock.due_on) if clock else "",
        "due_on": clock.due_on.isoformat() if clock else None,
        "met": desk.case.criteria is Outcome.MET,
        "by_phone": by_phone,
        "children": len(desk.case.children) if len(desk.case.children) > 1 else 0,
        "round": number,
        "again": _asked_again(desk.case, agency),
        "through_nurse": through_nurse,
    }
    letter = desk.letter(
        LetterKind.INFORMATION_REQUEST,
        place,
        to=nurse_of(desk.area) if through_nurse else contacts_of(known),
        words=words,
    )
    yield replace(
        letter,
        agency=agency.code,
        round=number,
        not_before=goes,
        told=days_told((clock,)),
        enclosures=("return-form",),
        protection=protection,
    )


def _not_yet_replaced(desk: Desk, place: str) -> str:
    """Return the end of a request's key, told apart from those whose text no longer fitted."""
    again, number = place, 0
    while key_of(LetterKind.INFORMATION_REQUEST, desk.case.ref, again) in desk.written.replaced:
        number += 1
        again = f"{place}/again-{number}"
    return again


def _asked_again(case: Case, agency: AgencyInCase) -> str:
    """Return how a request follows an earlier one: "", "further", or "after all".

    An earlier one that was not delivered asked for nothing; one that was taken back is asked for
    after all.
    """
    returned = case.all(FactKind.REQUEST_NOT_DELIVERED)
    if agency.round == 0 or any(
        (f.agency, f.detail.get("round", agency.round)) == (agency.code, agency.round)
        for f in returned
    ):
        return ""
    return "after all" if agency.requested_at is None else "further"


def request_moment(desk: Desk) -> datetime:
    """Given a desk, return when a request written now goes out (process, section 5).

    After the minutes in which a "stop" cancels it; after 15:00 or on a day off, the next working
    morning.
    """
    in_time = desk.now.astimezone(LONDON).time() <= desk.area.requests_until
    if in_time and desk.calendar.is_working_day(desk.today):
        return desk.now + timedelta(minutes=desk.area.requests_wait_minutes)
    return desk.next_morning(desk.now)


def return_clock_if_asked(
    desk: Desk, agency: AgencyInCase, *, at: datetime, number: int
) -> Clock | None:
    """Given an agency, return the clock that will run once its request has gone at `at`.

    The clock proper starts when the letter is sent; the letter must name its due day before.
    """
    asked = Fact(
        case=desk.case.ref,
        kind=FactKind.INFORMATION_REQUESTED,
        happened=at,
        recorded_at=at,
        recorded_by="mailbot",
        detail={"round": number},
        agency=agency.code,
        number=max((f.number for f in desk.case.facts), default=0) + 1,
    )
    then = replace(
        agency,
        round=number,
        requested_at=at,
        undelivered=False,
        answered=False,
        extended_until=None,
    )
    case = replace(
        desk.case,
        facts=(*desk.case.facts, asked),
        agencies={**desk.case.agencies, agency.code: then},
    )
    today = desk.calendar.day_of(at)
    clocks = clocks_for(case, desk.office.rules, desk.calendar, today=today)
    found = (c for c in clocks if c.rule.name == AGENCY_RETURN and c.agency == agency.code)
    return next(found, None)


def _return_acknowledged(desk: Desk, fact: Fact) -> Iterator[Letter]:
    """Yield thanks to the vouched-for sender of a return."""
    clock = desk.clock(AGENCY_RETURN, fact.agency)
    words = {
        "kind": str(fact.detail.get("return") or "findings"),
        "blank": asked_words(fact.detail.get("blank") or (), fact.detail.get("printed") or {}),
        "unclear": asked_words(
            fact.detail.get("cannot_tell") or (), fact.detail.get("printed") or {}
        ),
        "expected_by": format_day(clock.due_on) if clock else "",
        "late": bool(clock and clock.due_on < desk.today),
    }
    # A chronology that follows a full return leaves nothing to come.
    after = fact.detail.get("says") == "chronology" and not (clock and clock.runs)
    yield from thanks(desk, fact, {**words, "kind": "chronology"} if after else words)


# --- alerts about agencies --------------------------------------------------------------------


def _not_delivered(desk: Desk, fact: Fact) -> Iterator[Letter]:
    agency = desk.case.agencies.get(fact.agency) if fact.agency else None
    if agency is None or not agency.undelivered:
        return
    name = name_of(desk.area, agency.code)
    yield agency_alert(
        desk,
        fact,
        what=f"The information request to {name} was not delivered",
        do=f"Ring {name}. If its address is wrong, have the right one put into the configuration. "
        f"Then answer this mail with the line “ask again: {fact.agency}”. Until then the request "
        "counts as not delivered, and no reminder goes.",
    )


# --- short notes ------------------------------------------------------------------------------


def change_notes(desk: Desk) -> Iterator[Letter]:
    """Given a desk, yield the short note to each agency that a withdrawal or change concerns.

    Withdrawn goes to everybody asked; excused, extended and held to those concerned (process,
    section 5).
    """
    withdrawn = desk.case.last(FactKind.WITHDRAWN)
    if desk.case.withdrawn and withdrawn:
        for code in asked_agencies(desk.case):
            yield from _note(desk, withdrawn, desk.case.agencies[code], change="withdrawn")
        yield from stop_notes(desk)
        return
    yield from stop_notes(desk)
    yield from held_notes(desk)
    yield from _merged_notes(desk)
    for code in asked_agencies(desk.case):
        agency = desk.case.agencies[code]
        if agency.excused:
            for fact in _stopped_by(desk.case, agency):
                yield from _note(desk, fact, agency, change="excused")
            continue
        granted = [f for f in desk.case.all(FactKind.EXTENSION_GRANTED) if f.agency == code]
        for fact in granted[-1:]:
            yield from _note(desk, fact, agency, change="extended")


def _merged_notes(desk: Desk) -> Iterator[Letter]:
    """Yield a note to each agency that was asked about a case that is now part of this one."""
    for fact in desk.case.all(FactKind.CASES_MERGED):
        if fact.detail.get("from") not in desk.case.took_in:
            continue
        for code in fact.detail.get("asked") or ():
            agency = desk.case.agencies.get(code)
            if agency and agency.requested_at and not (agency.answered or agency.excused):
                yield from _note(desk, fact, agency, change="merged")


def _stopped_by(case: Case, agency: AgencyInCase) -> list[Fact]:
    """Return the first fact since the last request that excused the agency or left it out.

    The first, so that it is told once, however often the list changes afterwards. An agency that
    has answered owed nothing more when it was left out.
    """
    asked = [f for f in case.all(FactKind.INFORMATION_REQUESTED) if f.agency == agency.code]
    stops = [
        fact
        for fact in case.all(FactKind.AGENCY_EXCUSED, FactKind.AGENCIES_CHOSEN)
        if (
            fact.agency == agency.code
            if fact.kind is FactKind.AGENCY_EXCUSED
            else not (agency.answered or _names(fact, agency))
        )
    ]
    since = [fact for fact in stops if fact.number > asked[-1].number] if asked else stops
    return since[:1] or stops[-1:]


def _note(desk: Desk, fact: Fact, agency: AgencyInCase, *, change: str) -> Iterator[Letter]:
    known = desk.area.agency(agency.code)
    until = agency.extended_until
    newest = until is not None and str(fact.detail.get("until")) == until.isoformat()
    if known is None or (change == "extended" and (agency.answered or not newest)):
        return
    clock = desk.clock(AGENCY_RETURN, agency.code)
    words = {
        "agency": known.name,
        "change": change,
        "until": format_day(until) if until and change == "extended" else "",
        "due": format_day(clock.due_on) if clock and change == "merged" else "",
        "withdrawn": change == "withdrawn",
    }
    letter = desk.letter(
        LetterKind.CHANGE_NOTE, f"{fact.number}/{agency.code}", to=contacts_of(known), words=words
    )
    letter = replace(letter, agency=agency.code, protection=known.protection)
    if change in ("extended", "merged"):
        letter = replace(letter, told=days_told((clock,)))
    yield as_it_was_asked(desk, letter)


def as_it_was_asked(desk: Desk, letter: Letter) -> Letter:
    """Given a note to an agency, return it to the designated nurse if she was asked instead."""
    sent = [
        fact.detail.get("to") or ()
        for fact in desk.case.all(FactKind.LETTER_SENT)
        if fact.agency == letter.agency
        and fact.detail.get("kind") == LetterKind.INFORMATION_REQUEST.value
    ]
    nurse = nurse_of(desk.area)
    if not sent or not {person.email for person in nurse} & set(sent[-1]):
        return letter
    return replace(letter, to=nurse, protection=nurse_protection(desk.area))


def replaced_choice(case: Case, agency: AgencyInCase, key: str) -> bool:
    """Given a queued request's key, return whether staff have chosen anew since it was written."""
    cause = cause_of_request(case, agency)
    if cause is None:
        return True
    base = key_of(LetterKind.INFORMATION_REQUEST, case.ref, f"{cause[0]}/{agency.code}")
    return key != base and not key.startswith(f"{base}/")
