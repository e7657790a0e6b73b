"""What staff record about one agency: a return they read, one asked again, excused, extended."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from mailbot.core.cases.agency_parts import FULL_RETURNS
from mailbot.core.model import AgencyCode, Fact, FactKind, Json
from mailbot.core.moments import day_of
from mailbot.core.record.instruction_words import (
    Answer,
    Desk,
    Entry,
    Unclear,
    WaitingMail,
    agencies_in,
    day_or_fault,
    two_parts,
)
from mailbot.core.record.labelled_lines import Block
from mailbot.core.record.settling import answer_with, of_agency, still_waiting, the_one_meant
from mailbot.core.wording import (
    full_day,
    name_of,
)

_RETURN = re.compile(r"[\s,;:-]*\b(nil|findings|full|partial)\b(?: return)?\W*$", re.IGNORECASE)


def return_read(block: Block, desk: Desk) -> Answer | Unclear:
    """Record a return that a person read: it counts from the receipt of the mail it came in."""
    match = _RETURN.search(block.value)
    if not match:
        return Unclear("say nil, findings or partial after the agency")
    code = _agency(block.value[: match.start()], desk)
    if isinstance(code, Unclear):
        return code
    said = {"full": "findings"}.get(match[1].casefold(), match[1].casefold())
    mail = the_one_meant(code, block, desk)
    received = _received(block, desk)
    if isinstance(mail, Unclear):
        return mail
    if isinstance(received, Unclear):
        return received
    happened = received or (mail.received_at if mail else None)
    fact = _returned(code, said, desk, mail=mail)
    fact = replace(fact, happened=happened or desk.now, words=block.words)
    settled = (mail,) if mail else ()
    others = [one for one in of_agency(code, desk) if one not in settled]
    text = f"{said} return of {name_of(desk.area, code)}{_before_asked(code, fact, desk)}"
    text += still_waiting(others)
    return answer_with((fact,), text, settled, desk)


def _before_asked(code: AgencyCode, fact: Fact, desk: Desk) -> str:
    asked = desk.case.agencies[code].requested_at
    if asked is None or day_of(fact.happened) >= day_of(asked):
        return ""
    came, was = full_day(day_of(fact.happened)), full_day(day_of(asked))
    return f"; note: it came on {came}, before we asked on {was}: it counts as the answer"


def _returned(code: AgencyCode, said: str, desk: Desk, *, mail: WaitingMail | None) -> Fact:
    """The fact of a return that a person read, in a mail or on another way."""
    agency = desk.case.agencies[code]
    full_before = any(
        fact.detail["return"] in FULL_RETURNS and fact.detail.get("round") == agency.round
        for fact in agency.returns
    )
    detail: dict[str, Json] = {
        "return": "corrected" if full_before and said in FULL_RETURNS else said,
        "says": said,
        "round": agency.round,
        "document": {},
        "blank": [],
        "chronology": [],
        "conditions": "",
        "said_in": desk.message or "",
        # Thanks go only to a sender for whom the receiving server vouches; never to the gateway of
        # a provider that holds somebody's encrypted mail.
        "from": mail.sender if mail and mail.vouched_for and not mail.from_gateway else "",
        "vouched": bool(mail and mail.vouched_for),
    }
    fact = desk.fact(FactKind.RETURN_RECEIVED, detail, agency=code)
    # The agency's mail is the evidence: when it is unlinked, this return is void.
    return replace(fact, message=mail.key) if mail else fact


def ask_again(block: Block, desk: Desk) -> Answer | Unclear:
    """Record that an agency is to be asked once more, or in addition."""
    named = agencies_in(block.value, desk.area)
    if named.fault or not named.codes:
        return Unclear(named.fault or "name the agency")
    facts = tuple(
        desk.fact(FactKind.AGENCY_ADDED, {"again": True}, agency=code, words=block.words)
        for code in named.codes
    )
    names = ", ".join(name_of(desk.area, code) for code in named.codes)
    return Answer(facts, f"asked again: {names}")


def excuse(block: Block, desk: Desk) -> Answer | Unclear:
    """Record that an agency need not answer, and why."""
    name, why = two_parts(block, "")
    code = _agency(name, desk)
    if isinstance(code, Unclear):
        return code
    if not why:
        return Unclear("say why, after a comma")
    fact = desk.fact(FactKind.AGENCY_EXCUSED, {"why": why}, agency=code, words=block.words)
    said = f"{name_of(desk.area, code)} is excused"
    return answer_with((fact,), said, of_agency(code, desk), desk)


def extend(block: Block, desk: Desk) -> Answer | Unclear:
    """Record an extension for one agency: until when, who granted it, and why."""
    name, _, rest = re.sub(r"\buntil\b", "\0", block.value, flags=re.IGNORECASE).partition("\0")
    until, _, inline_why = rest.partition(",")
    until, why = block.details.get("until") or until, block.details.get("why") or inline_why.strip()
    code = _agency(name, desk)
    day = day_or_fault(until, desk, ahead=True)
    if isinstance(code, Unclear):
        return code
    if isinstance(day, Unclear):
        due = _due(code, desk)
        return Unclear(f"{day.why}; it is due on {full_day(due)}" if due else day.why)
    if not why:
        return Unclear("say why, after a comma")
    who = block.details.get("who") or desk.by
    detail = {"until": day.isoformat(), "who": who, "why": why}
    fact = desk.fact(FactKind.EXTENSION_GRANTED, detail, agency=code, words=block.words)
    said = f"{name_of(desk.area, code)} has until {full_day(day)}"
    said += ", with who granted it" if block.details.get("who") else ""
    return answer_with((fact,), said + _odd_for_it(code, day, desk), of_agency(code, desk), desk)


def _due(code: AgencyCode, desk: Desk) -> date | None:
    """The day by which an agency's return is due as things stand."""
    found = (c for c in desk.clocks if c.agency == code and c.rule.name == "agency-return")
    return next((clock.due_on for clock in found), None)


def _odd_for_it(code: AgencyCode, day: date, desk: Desk) -> str:
    """What staff should know of a day that they grant: nothing else moves with it."""
    due, meeting = _due(code, desk), desk.case.meeting
    submission = next((c for c in desk.clocks if c.rule.name == "submission"), None)
    said = []
    if desk.case.agencies[code].answered:
        said.append("it has answered already")
    elif due and day < due:
        said.append(f"that is earlier than before ({full_day(due)})")
    if meeting and not meeting.held and day > day_of(meeting.at):
        said.append(f"the meeting is before that, on {full_day(day_of(meeting.at))}")
    if submission and submission.runs and day > submission.due_on:
        said.append(f"the submission stays due on {full_day(submission.due_on)}, before that")
    return f"; note: {'; '.join(said)}" if said else ""


def _agency(text: str, desk: Desk) -> AgencyCode | Unclear:
    """One agency that was chosen in this case."""
    named = agencies_in(text.strip(" ,"), desk.area)
    if named.fault or len(named.codes) != 1:
        return Unclear(named.fault or "name one agency")
    code = named.codes[0]
    if code not in desk.case.agencies:
        return Unclear(f"{name_of(desk.area, code)} has not been asked in this case")
    return code


def _received(block: Block, desk: Desk) -> date | Unclear | None:
    text = block.details.get("received on", "")
    return day_or_fault(text, desk, ahead=False) if text else None


TABLE: Mapping[str, Entry] = {
    "return": Entry(
        read=return_read, example="return: police nil", records=(FactKind.RETURN_RECEIVED,)
    ),
    "ask again": Entry(
        read=ask_again, example="ask again: police", records=(FactKind.AGENCY_ADDED,)
    ),
    "excuse": Entry(read=excuse, example="excuse: police, why", records=(FactKind.AGENCY_EXCUSED,)),
    "extend": Entry(
        read=extend,
        example="extend: police until {ahead}, why",
        records=(FactKind.EXTENSION_GRANTED,),
    ),
}
