"""What staff say of the meeting: arranged, moved, cancelled; who comes; held, and who was there."""

import re
from collections.abc import Mapping
from datetime import date, datetime

from mailbot.core.cases.attendance import ACCEPTED, DECLINED, TENTATIVE
from mailbot.core.cases.meetings import standing_meeting
from mailbot.core.clocks.workdays import english_calendar
from mailbot.core.model import Fact, FactKind, Meeting, Role
from mailbot.core.moments import LONDON, day_of
from mailbot.core.record.five_instructions import contradiction
from mailbot.core.record.instruction_words import (
    ROLE_WORDS,
    Answer,
    Desk,
    Entry,
    Unclear,
    day_or_fault,
    present_in,
    yes_or_no,
)
from mailbot.core.record.labelled_lines import Block
from mailbot.core.wording import full_day
from mailbot.core.written_days import at_in_london, read_day, read_time

_KINDS = (
    (re.compile(r"\b(crg|case review group)\b", re.IGNORECASE), "CRG"),
    (re.compile(r"\b(maig|multi-agency information gathering)\b", re.IGNORECASE), "MAIG"),
    (re.compile(r"\brapid review( meeting)?\b", re.IGNORECASE), "rapid review"),
)
_ANSWERS = (
    (re.compile(r"\b(not coming|declin\w*|cannot come|can't come|no)\b", re.IGNORECASE), DECLINED),
    (re.compile(r"\b(tentativ\w*|perhaps|maybe)\b", re.IGNORECASE), TENTATIVE),
    (re.compile(r"\b(accept\w*|com(?:es|ing)|yes)\b", re.IGNORECASE), ACCEPTED),
)

_FILLERS = re.compile(r"\b(is|are|has|have|will|can|be|to|the)\b", re.IGNORECASE)


def kind_of_meeting(text: str) -> str:
    """Given words about a meeting, return its kind: rapid review, CRG or MAIG; "" for none."""
    return next((name for pattern, name in _KINDS if pattern.search(text)), "")


# --- arranged, moved, cancelled ---------------------------------------------------------------


def meeting(block: Block, desk: Desk) -> Answer | Unclear:
    """Record that the meeting is arranged, moved or cancelled."""
    standing = standing_meeting(desk.case)
    if re.match(r"cancel", block.value.strip(), re.IGNORECASE):
        if standing is None:
            return Unclear("no meeting is arranged that could be cancelled")
        return Answer((desk.fact(FactKind.MEETING_CANCELLED, words=block.words),), "no meeting now")
    at, rest = _when(block.value, desk)
    if isinstance(at, Unclear):
        return Unclear(f"{at.why}; {_recorded(desk)}")
    kind_text = block.details.get("kind", "")
    kind = kind_of_meeting(kind_text or rest)
    if kind_text and not kind:
        return Unclear("the kind is rapid review, CRG or MAIG")
    where = block.details.get("where") or _place(rest)
    if standing and standing.at == at and kind in ("", standing.label) and not where:
        return Answer((), _said_of(standing.label, at, "arranged for", "") + " (recorded already)")
    detail = {
        "label": kind or (standing.label if standing else "rapid review"),
        "at": at.isoformat(),
        "where": where or (standing.where if standing else ""),
        "invited": list(standing.invited) if standing else [],
    }
    moved = FactKind.MEETING_MOVED if standing else FactKind.MEETING_ARRANGED
    fact = desk.fact(moved, detail, words=block.words)
    verb = "moved to" if standing else "arranged for"
    told = _said_of(str(detail["label"]), at, verb, str(detail["where"]))
    return Answer((fact,), told + _odd_for_a_meeting(day_of(at), desk))


def _odd_for_a_meeting(day: date, desk: Desk) -> str:
    """What is odd about the day of a meeting: it is recorded all the same."""
    why = english_calendar(day, day).why_off(day)
    off = f"; that is no working day ({why})" if why else ""
    clocks = (c for c in desk.clocks if c.rule.name == "review-meeting" and c.runs)
    due = next((clock.due_on for clock in clocks), None)
    late = f"; it is due by {full_day(due)}, which is earlier" if due and day > due else ""
    return off + late


def _said_of(label: str, at: date | datetime, verb: str, where: str) -> str:
    clock = f" at {at.astimezone(LONDON):%H:%M}" if isinstance(at, datetime) else ""
    place = ", with its place" if where else ""
    hour = "" if clock else "; the invitation is for the whole day until you say the hour"
    return f"{label} meeting {verb} {full_day(day_of(at))}{clock}{place}{hour}"


def _recorded(desk: Desk) -> str:
    """What is recorded of the meeting already, and how a meeting that is over is told."""
    standing = standing_meeting(desk.case)
    if standing is None:
        return "no meeting is arranged; one that took place is told with “held:”"
    at = _said_of(standing.label, standing.at, "on", "").partition(";")[0]
    return f"recorded is the {at}; if it took place, say so with “held:”"


def _on_record(desk: Desk) -> str:
    """What is recorded of the meeting, for a day on which it cannot have been held."""
    standing = standing_meeting(desk.case)
    if standing is None:
        return "no meeting is arranged"
    said = _said_of(standing.label, standing.at, "on", "").partition(";")[0]
    return f"recorded is the {said}; to move it, write “meeting:” and the new day"


def _when(text: str, desk: Desk) -> tuple[date | datetime | Unclear, str]:
    """The day or moment (in UTC) a meeting is to be, and the rest of the text."""
    day = day_or_fault(text, desk, ahead=True)
    if isinstance(day, Unclear):
        return day, ""
    at, rest = read_time(read_day(text, today=desk.today).rest)
    if at is None:
        return day, rest
    moment = at_in_london(day, at).astimezone(desk.now.tzinfo)
    return (Unclear("that hour has passed") if moment < desk.now else moment), rest


def _place(rest: str) -> str:
    for pattern, _ in _KINDS:
        rest = pattern.sub(" ", rest)
    return re.sub(r"^\W*(at|in|on)\b", "", " ".join(rest.split()), flags=re.IGNORECASE).strip(
        " ,;.-"
    )


# --- who comes --------------------------------------------------------------------------------


def attendance(block: Block, desk: Desk) -> Answer | Unclear:
    """Record what somebody said by telephone: whether a role comes to the meeting."""
    standing = standing_meeting(desk.case)
    if standing is None:
        return Unclear("no meeting is arranged that somebody could come to")
    facts: list[Fact] = []
    said: list[str] = []
    for part in filter(None, (p.strip() for p in re.split(r"[;,]", block.value))):
        read = _one_answer(part, desk)
        if isinstance(read, Unclear):
            return read
        for role in read[0]:
            detail = {"address": "", "answer": read[1], "role": role.value, "uid": ""}
            facts.append(desk.fact(FactKind.ATTENDANCE_REPLIED, detail, words=block.words))
            said.append(f"{ROLE_WORDS[role]} {read[1]}")
    if not facts:
        return Unclear("say who, and whether they come")
    return Answer(tuple(facts), f"for the meeting: {', '.join(said)}")


def _one_answer(part: str, desk: Desk) -> tuple[tuple[Role, ...], str] | Unclear:
    for pattern, answer in _ANSWERS:
        if pattern.search(part):
            who = present_in(_FILLERS.sub(" ", pattern.sub(" ", part)).strip(" :-"), desk.area)
            if who.fault or not who.roles:
                return Unclear("name the council, the ICB, the police or the chair")
            return who.roles, answer
    return Unclear("say accepted, tentative or declined")


# --- held -------------------------------------------------------------------------------------


def held(block: Block, desk: Desk) -> Answer | Unclear:
    """Record that the meeting was held and who was present; whether it was quorate follows."""
    standing = desk.case.meeting
    if yes_or_no(block.value) and standing:
        day: date | Unclear = day_of(standing.at)
    else:
        day = day_or_fault(block.value, desk, ahead=False)
    if isinstance(day, Unclear):
        return Unclear(f"{day.why}; {_on_record(desk)}")
    if day > desk.today:
        return Unclear(f"{full_day(day)} lies ahead; {_on_record(desk)}")
    present = present_in(block.details.get("present", ""), desk.area)
    if present.fault or not (present.roles or present.others):
        return Unclear(present.fault or "say who was present")
    quorate = present.quorate(desk.area)
    old = desk.case.last(FactKind.MEETING_HELD)
    roles = [role.value for role in present.roles]
    if old and day_of(old.happened) == day and set(old.detail.get("present", ())) != set(roles):
        state = f"the meeting of {full_day(day)} is recorded with other people present"
        return contradiction("held", state)
    detail = {"present": roles, "others": list(present.others), "quorate": quorate}
    fact = desk.fact(FactKind.MEETING_HELD, detail, happened=day, words=block.words)
    needed = dict.fromkeys(
        (Role.LOCAL_AUTHORITY, Role.ICB, Role.POLICE, desk.area.chair_for_quorum)
    )
    missing = ", ".join(ROLE_WORDS[role] for role in needed if role not in present.roles)
    quorum = "quorate" if quorate else f"not quorate (missing: {missing})"
    said = f"meeting held on {full_day(day)}; present: {present.said(desk.area)}; {quorum}"
    return Answer((fact,), said + _before_it_was_arranged(standing, day))


def _before_it_was_arranged(standing: Meeting | None, day: date) -> str:
    """What is said of a meeting on another day than the one recorded: accepted, and flagged."""
    if standing is None or standing.held or day_of(standing.at) == day:
        return ""
    return f"; it was arranged for {full_day(day_of(standing.at))}"


TABLE: Mapping[str, Entry] = {
    "meeting": Entry(
        read=meeting,
        example="meeting: {ahead} 10:00 / where: ... / kind: rapid review",
        records=(FactKind.MEETING_ARRANGED, FactKind.MEETING_MOVED, FactKind.MEETING_CANCELLED),
    ),
    "attendance": Entry(
        read=attendance,
        example="attendance: police accepted, ICB declined",
        records=(FactKind.ATTENDANCE_REPLIED,),
    ),
    "held": Entry(
        read=held,
        example="held: {past} / present: council, ICB, police, chair",
        records=(FactKind.MEETING_HELD,),
    ),
}
