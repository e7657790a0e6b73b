"""The small instructions that a case's path needs beside the five that move it."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from mailbot.core.agency_parts import FULL_RETURNS
from mailbot.core.instruction_words import (
    Answer,
    Desk,
    Unclear,
    WaitingMail,
    agencies_in,
    agency_name,
    day_or_fault,
    day_words,
)
from mailbot.core.labelled_lines import Block
from mailbot.core.model import AgencyCode, Fact, FactKind, Json
from mailbot.core.settling import (
    answer_with,
    of_agency,
    of_the_notifier,
    of_the_panel,
    still_waiting,
    the_one_meant,
)

_ANSWERS = (
    (re.compile(r"\W*(the panel )?(asks?|wants|requests|more)\b", re.IGNORECASE), "asks-for-more"),
    (
        re.compile(r"\W*(the panel )?(disagree[sd]?|does not agree|not agreed?)\b", re.IGNORECASE),
        "disagrees",
    ),
    (re.compile(r"\W*(the panel )?agree[sd]?\b", re.IGNORECASE), "agrees"),
)
_RETURN = re.compile(r"[\s,;:-]*\b(nil|findings|full|partial)\b(?: return)?\W*$", re.IGNORECASE)

#: What "correct:" can undo: the kinds of fact that each head records.
_RECORDED_BY: Mapping[str, tuple[FactKind, ...]] = {
    "criteria": (FactKind.CRITERIA_DECIDED,),
    "agencies": (FactKind.AGENCIES_CHOSEN,),
    "meeting": (FactKind.MEETING_ARRANGED, FactKind.MEETING_MOVED, FactKind.MEETING_CANCELLED),
    "held": (FactKind.MEETING_HELD,),
    "decision": (FactKind.REVIEW_DECIDED,),
    "panel notified": (FactKind.PANEL_NOTIFIED,),
    "confirm": (FactKind.DECISION_CONFIRMED,),
    "submission sent": (FactKind.SUBMISSION_SENT,),
    "panel answer": (FactKind.PANEL_ANSWERED,),
    "return": (FactKind.RETURN_RECEIVED,),
    "ask again": (FactKind.AGENCY_ADDED,),
    "excuse": (FactKind.AGENCY_EXCUSED,),
    "extend": (FactKind.EXTENSION_GRANTED,),
    "withdraw": (FactKind.WITHDRAWN,),
    "close": (FactKind.CASE_CLOSED,),
    "note": (FactKind.NOTE,),
    "report circulated": (FactKind.REPORT_CIRCULATED,),
    "signed off": (FactKind.PARTNERS_SIGNED_OFF,),
    "further information sent": (FactKind.FURTHER_INFORMATION_SENT,),
    "board informed": (FactKind.BOARD_INFORMED,),
    "authority aware": (FactKind.AUTHORITY_AWARE,),
    "view": (FactKind.PARTNER_VIEW,),
    "safety": (FactKind.SAFETY_PROMPT_ANSWERED,),
    "lateness reason": (FactKind.LATENESS_REASON,),
}


# --- the Panel, the report, the decision ------------------------------------------------------


def panel_notified(block: Block, desk: Desk) -> Answer | Unclear:
    """Record that the authority has notified the Panel, with the reference it was given."""
    reference = block.details.get("reference", "")
    said = "Panel notified by the authority on {}" + (", with its reference" if reference else "")
    answer = dated(FactKind.PANEL_NOTIFIED, block, desk, said=said, detail={"reference": reference})
    if isinstance(answer, Unclear):
        return answer
    return answer_with(answer.facts, answer.said, of_the_notifier(desk), desk)


def submission_sent(block: Block, desk: Desk) -> Answer | Unclear:
    """Record that a person sent the submission, when no copy of it came by."""
    detail = {"message_id": "", "evidence": "staff"}
    said = "submission sent to the Panel on {}"
    return dated(FactKind.SUBMISSION_SENT, block, desk, said=said, detail=detail)


def report_circulated(block: Block, desk: Desk) -> Answer | Unclear:
    """Record that the report has gone round the partners."""
    said = "report circulated on {}"
    return dated(FactKind.REPORT_CIRCULATED, block, desk, said=said, detail={})


def signed_off(block: Block, desk: Desk) -> Answer | Unclear:
    """Record that the partners have signed the report off."""
    said = "partners signed off on {}"
    return dated(FactKind.PARTNERS_SIGNED_OFF, block, desk, said=said, detail={})


def confirm(block: Block, desk: Desk) -> Answer | Unclear:
    """Record who confirmed a decision that no quorate meeting made, and why."""
    who, why = _two(block, "who")
    if desk.case.decision is None:
        return Unclear("no decision is recorded that could be confirmed")
    if not who or not why:
        return Unclear("say who confirms the decision, and why")
    detail = {"who": who, "why": why}
    fact = desk.fact(FactKind.DECISION_CONFIRMED, detail, words=block.words)
    return Answer((fact,), "decision confirmed, with who and why")


def panel_answer(block: Block, desk: Desk) -> Answer | Unclear:
    """Record what the Panel answered."""
    answer = next((name for pattern, name in _ANSWERS if pattern.match(block.value)), "")
    if not answer:
        return Unclear("say agrees, disagrees or asks for more")
    detail = {"answer": answer}
    said = f"the Panel {answer.replace('-', ' ')}"
    until = block.details.get("until") or block.value.casefold().partition("until")[2].strip(" :")
    if until:
        day = day_or_fault(until, desk, ahead=True)
        if isinstance(day, Unclear):
            return day
        detail["until"] = day.isoformat()
        said += f", until {day_words(day)}"
    read = of_the_panel(block, desk)
    if isinstance(read, Unclear):
        return read
    others = [mail for mail in desk.mails if mail.party == "panel" and mail not in read]
    fact = desk.fact(FactKind.PANEL_ANSWERED, detail, words=block.words)
    return answer_with((fact,), said + still_waiting(others), read, desk)


# --- agencies ---------------------------------------------------------------------------------


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
    text = f"{said} return of {agency_name(code, desk.area)}{still_waiting(others)}"
    return answer_with((fact,), text, settled, desk)


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
        # Thanks go only to a sender for whom the receiving server vouches.
        "from": mail.sender if mail and mail.vouched_for else "",
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
    names = ", ".join(agency_name(code, desk.area) for code in named.codes)
    return Answer(facts, f"asked again: {names}")


def excuse(block: Block, desk: Desk) -> Answer | Unclear:
    """Record that an agency need not answer, and why."""
    name, why = _two(block, "")
    code = _agency(name, desk)
    if isinstance(code, Unclear):
        return code
    if not why:
        return Unclear("say why, after a comma")
    fact = desk.fact(FactKind.AGENCY_EXCUSED, {"why": why}, agency=code, words=block.words)
    said = f"{agency_name(code, desk.area)} is excused"
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
        return day
    if not why:
        return Unclear("say why, after a comma")
    detail = {"until": day.isoformat(), "who": desk.by, "why": why}
    fact = desk.fact(FactKind.EXTENSION_GRANTED, detail, agency=code, words=block.words)
    said = f"{agency_name(code, desk.area)} has until {day_words(day)}"
    return answer_with((fact,), said, of_agency(code, desk), desk)


def _agency(text: str, desk: Desk) -> AgencyCode | Unclear:
    """One agency that was chosen in this case."""
    named = agencies_in(text.strip(" ,"), desk.area)
    if named.fault or len(named.codes) != 1:
        return Unclear(named.fault or "name one agency")
    code = named.codes[0]
    if code not in desk.case.agencies:
        return Unclear(f"{agency_name(code, desk.area)} has not been asked in this case")
    return code


def _received(block: Block, desk: Desk) -> date | Unclear | None:
    text = block.details.get("received on", "")
    return day_or_fault(text, desk, ahead=False) if text else None


# --- the case ---------------------------------------------------------------------------------


def withdraw(block: Block, desk: Desk) -> Answer | Unclear:
    """Record that the notification is withdrawn, and why."""
    why = block.details.get("why") or block.value
    if desk.case.withdrawn or not why:
        return Unclear("the case is withdrawn already" if desk.case.withdrawn else "say why")
    fact = desk.fact(FactKind.WITHDRAWN, {"why": why}, words=block.words)
    return Answer((fact,), "the notification is withdrawn; clocks end")


def close(block: Block, desk: Desk) -> Answer | Unclear:
    """Record that the case is closed, with its outcome."""
    if desk.case.closed or not block.value:
        return Unclear("the case is closed already" if desk.case.closed else "say the outcome")
    fact = desk.fact(FactKind.CASE_CLOSED, {"outcome": block.value}, words=block.words)
    return Answer((fact,), "the case is closed, with your outcome")


def reopen(block: Block, desk: Desk) -> Answer | Unclear:
    """Record that a closed or withdrawn case is open again."""
    why = block.details.get("why") or block.value
    if not (desk.case.closed or desk.case.withdrawn) or not why:
        return Unclear("say why" if not why else "the case is open")
    fact = desk.fact(FactKind.CASE_REOPENED, {"why": why}, words=block.words)
    return Answer((fact,), "the case is open again")


def note(block: Block, desk: Desk) -> Answer | Unclear:
    """Keep a note on the case."""
    if not block.value:
        return Unclear("the note is empty")
    fact = desk.fact(FactKind.NOTE, {"text": block.value}, words=block.words)
    return Answer((fact,), "your note")


def correct(block: Block, desk: Desk) -> Answer | Unclear:
    """Void the newest fact that another instruction recorded, and say why."""
    name, inline_why = _two(block, "")
    why = block.details.get("why") or inline_why
    plain = " ".join(name.casefold().split())
    head = next((h for h in _RECORDED_BY if plain == h or plain.startswith(f"{h} ")), None)
    if head is None or not why:
        return Unclear("name what is to be corrected, and why" if head is None else "say why")
    of_agency = plain.removeprefix(head).strip(" :-")
    named = agencies_in(of_agency, desk.area)
    if named.fault:
        return Unclear(named.fault)
    found = [
        fact
        for fact in desk.case.all(*_RECORDED_BY[head])
        if fact.number and (not of_agency or fact.agency in named.codes)
    ]
    if not found:
        return Unclear(f"nothing is recorded under “{head}”")
    detail = {"voids": found[-1].number, "why": why}
    fact = desk.fact(FactKind.CORRECTION, detail, words=block.words)
    return Answer((fact,), f"the newest record under “{head}” is void")


# --- small things -----------------------------------------------------------------------------


def dated(
    kind: FactKind, block: Block, desk: Desk, *, said: str, detail: Mapping[str, str]
) -> Answer | Unclear:
    """Given what happened on the day that a block names, return its fact; the day lies not ahead.

    `said` is the sentence for the answer, with {} for the day.
    """
    day = day_or_fault(block.value, desk, ahead=False)
    if isinstance(day, Unclear):
        return day
    fact = desk.fact(kind, detail, happened=day, words=block.words)
    return Answer((fact,), said.format(day_words(day)))


def _two(block: Block, name: str) -> tuple[str, str]:
    """What stands before the first comma and after it; details by name come first."""
    first, _, second = block.value.partition(",")
    return (
        (block.details.get(name) or first).strip(),
        (block.details.get("why") or second).strip(),
    )
