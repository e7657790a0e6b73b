"""Letters to staff about the meeting: that one is to be arranged, and that its quorum is in doubt.

What the digest says of meetings stands here too: the same words, a line each.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time

from mailbot.core.cases.attendance import answers_by_role, attendance_words, in_doubt, role_names
from mailbot.core.cases.meetings import STAFF_INVITATION, meeting_day, standing_meeting
from mailbot.core.clocks.workdays import WorkingDays, format_day
from mailbot.core.letters.desk import NON_SERIOUS, Desk, Office, key_of, staff_of
from mailbot.core.letters.meeting_days import (
    BEGINS,
    Proposal,
    cause_to_arrange,
    limits_of,
    names_closed_on,
    proposal_for,
    wants_a_meeting,
)
from mailbot.core.model import (
    Area,
    Case,
    Clock,
    Letter,
    LetterKey,
    LetterKind,
    Meeting,
    Role,
)
from mailbot.core.moments import LONDON, day_of
from mailbot.core.wording import (
    listed,
    short_day,
    spoken_day,
    when_words,
)


def meeting_letters(desk: Desk) -> Iterator[Letter]:
    """Given a desk, yield to staff what they are to do about the meeting."""
    yield from _to_arrange(desk)
    yield from _quorum_in_doubt(desk)


# --- a meeting is to be arranged --------------------------------------------------------------


def _to_arrange(desk: Desk) -> Iterator[Letter]:
    if not wants_a_meeting(desk):
        return
    cause = cause_to_arrange(desk)
    if key_of(LetterKind.MEETING_TO_ARRANGE, desk.case.ref, cause) in desk.written.keys:
        return
    words = _words_to_arrange(desk, proposal_for(desk))
    yield desk.letter(LetterKind.MEETING_TO_ARRANGE, cause, to=staff_of(desk.area), words=words)


def _words_to_arrange(desk: Desk, proposal: Proposal) -> dict[str, object]:
    latest = limits_of(desk).latest
    group = proposal.group
    return {
        "serious": desk.case.beginning != NON_SERIOUS,
        "due": format_day(latest) if latest else "",
        "due_short": short_day(latest) if latest else "",
        "group": when_words(group.at) if group else "",
        "group_short": short_day(day_of(group.at)) if group else "",
        "where": group.where if group else "",
        "before_returns": proposal.before_returns,
        "why_not": proposal.why_not,
        "least_bad": format_day(proposal.least_bad) if proposal.least_bad else "",
        "days": [
            {"day": format_day(day), "closed": listed(names_closed_on(desk, day))}
            for day in proposal.days
        ],
        "lines": _lines(proposal),
    }


def _lines(proposal: Proposal) -> list[str]:
    """The lines that record a meeting as proposed, ready to be copied."""
    if proposal.group:
        return [_line(proposal.group.at, "CRG", proposal.group.where)]
    days = proposal.days or ((proposal.least_bad,) if proposal.least_bad else ())
    return [_line(day, "rapid review", "", begins=BEGINS) for day in days]


def _line(at: date | datetime, kind: str, where: str, *, begins: time | None = None) -> str:
    hour = at.astimezone(LONDON).time() if isinstance(at, datetime) else begins
    day = day_of(at)
    clock = f" {hour:%H:%M}" if hour else ""
    place = f" / where: {where}" if where else ""
    return f"meeting: {format_day(day)[:3]} {spoken_day(day)}{clock}{place} / kind: {kind}"


# --- the quorum is in doubt -------------------------------------------------------------------


def _quorum_in_doubt(desk: Desk) -> Iterator[Letter]:
    """Yield, on the working day before the meeting, who is needed and has not accepted.

    At most once for each day of a meeting. Nobody can have answered a meeting arranged today.
    """
    meeting = standing_meeting(desk.case)
    if meeting is None or desk.case.beginning == NON_SERIOUS:
        return
    if not _is_the_day_before(desk, meeting) or _arranged_on(desk.case, meeting) >= desk.today:
        return
    missing = in_doubt(meeting, desk.area)
    if not missing:
        return
    cause = meeting_day(meeting).isoformat()
    words = _words_of_doubt(meeting, missing, desk.area)
    letter = desk.letter(LetterKind.QUORUM_IN_DOUBT, cause, to=staff_of(desk.area), words=words)
    yield replace(letter, not_before=max(desk.now, _hour_of_doubt(desk, meeting)))


def overtaken_by_the_meeting(kind: LetterKind, key: LetterKey, case: Case) -> str | None:
    """Given a letter to staff about a meeting, return what has happened since that makes it wrong.

    None for letters of any other kind.
    """
    meeting = standing_meeting(case)
    if kind is LetterKind.MEETING_TO_ARRANGE and (meeting or case.decision or case.meeting):
        return "A meeting is arranged."
    doubtful = kind is LetterKind.QUORUM_IN_DOUBT
    if doubtful and (meeting is None or meeting_day(meeting).isoformat() != key.split("/")[-1]):
        return "The meeting was moved, cancelled or held."
    return None


def _is_the_day_before(desk: Desk, meeting: Meeting) -> bool:
    """Whether it is the working day before the meeting, after its hour, or the morning itself."""
    day = meeting_day(meeting)
    if desk.today > day or desk.now < _hour_of_doubt(desk, meeting):
        return False
    return not isinstance(meeting.at, datetime) or desk.now < meeting.at


def _hour_of_doubt(desk: Desk, meeting: Meeting) -> datetime:
    before = desk.calendar.add(meeting_day(meeting), WorkingDays(-1))
    return desk.calendar.moment(before, desk.area.reminders_at)


def _arranged_on(case: Case, meeting: Meeting) -> date:
    fact = next((f for f in case.facts if f.number == meeting.fact), None)
    return day_of(fact.recorded_at) if fact else date.min


def _words_of_doubt(meeting: Meeting, missing: Sequence[Role], area: Area) -> dict[str, object]:
    answers: Mapping[Role, str] = answers_by_role(meeting, area)
    return {
        "label": meeting.label or "rapid review",
        "at": when_words(meeting.at),
        "due_short": short_day(meeting_day(meeting)),
        "missing": [
            {"role": name, "answer": answers[role]}
            for role, name in zip(missing, role_names(missing), strict=True)
        ],
        "who": listed(role_names(missing)),
        "first": role_names(missing[:1])[0].removeprefix("the "),
    }


# --- what the digest says ---------------------------------------------------------------------


def upcoming(meeting: Meeting, area: Area) -> str:
    """Given a meeting, return it in one line, without its day: its hour, and who comes."""
    label = meeting.label or "rapid review"
    hour = f", {meeting.at.astimezone(LONDON):%H:%M}" if isinstance(meeting.at, datetime) else ""
    said = f"Meeting ({label}){hour}: {attendance_words(meeting, area)}"
    if meeting.uid and meeting.invited_for and meeting.invited_for != meeting.at:
        said += f". Your own invitation still says {when_words(meeting.invited_for)}: move it too"
    return said


def meeting_questions(
    case: Case, clocks: Sequence[Clock], *, office: Office, now: datetime
) -> Iterator[dict[str, str]]:
    """Given a case, yield what staff are to say about its meeting, each with the line for it."""
    desk = Desk(case=case, clocks=clocks, office=office, now=now)
    if wants_a_meeting(desk):
        yield from _not_arranged(desk)
    meeting = standing_meeting(case)
    if meeting is None:
        return
    told = next((f for f in case.facts if f.number == meeting.fact), None)
    if meeting_day(meeting) < desk.today:
        yield {
            "case": case.ref,
            "what": f"The {meeting.label} meeting of {format_day(meeting_day(meeting))} is not "
            "recorded as held. Record who was there, or that it was cancelled",
            "line": "held: yes / present: council, ICB, police, chair",
        }
    elif told and told.detail.get("by") == STAFF_INVITATION and _is_new(told.recorded_at, desk):
        yield {
            "case": case.ref,
            "what": f"The {meeting.label} meeting ({when_words(meeting.at)}) was recorded from "
            "the invitation that you sent. If that is wrong, take it back",
            "line": "correct: meeting / why: ...",
        }


def _is_new(recorded_at: datetime, desk: Desk) -> bool:
    """Whether something was recorded since the last working day began."""
    return day_of(recorded_at) >= desk.calendar.add(desk.today, WorkingDays(-1))


def _not_arranged(desk: Desk) -> Iterator[dict[str, str]]:
    case = desk.case
    if desk.clock("review-meeting") is None:
        return  # a non-serious case waits for the next group, whenever that is
    proposal = proposal_for(desk)
    latest = limits_of(desk).latest
    by = f"; it must be held by {format_day(latest)}" if latest and not proposal.why_not else ""
    others = [format_day(day) for day in proposal.days[1:]]
    what = f"No meeting is arranged{by}"
    if proposal.group:
        what += ". The Case Review Group fits"
    elif proposal.why_not:
        what += f". {proposal.why_not}. The least bad day"
    elif others:
        what += f". Besides the day below, {listed(others)} would do"
    for line in _lines(proposal)[:1]:
        yield {"case": case.ref, "what": what, "line": line}
