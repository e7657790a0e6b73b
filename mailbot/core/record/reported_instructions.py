"""What staff report that was said or done outside mailbot, in a line each."""

import re
from collections.abc import Mapping

from mailbot.core.model import FactKind, Role
from mailbot.core.moments import day_of
from mailbot.core.record.clock_words import clock_named, not_a_clock
from mailbot.core.record.five_instructions import outcome_in
from mailbot.core.record.instruction_words import (
    ROLE_WORDS,
    Answer,
    Desk,
    Entry,
    Unclear,
    before_the_incident,
    present_in,
)
from mailbot.core.record.labelled_lines import Block
from mailbot.core.record.small_instructions import dated
from mailbot.core.wording import listed

_VIEW = re.compile(
    r"^(?P<who>.+?)[\s:,]+(?P<view>(?:criteria )?(?:are |is )?(?:not )?met)\b[\s,.;:]*"
)


def further_information_sent(block: Block, desk: Desk) -> Answer | Unclear:
    """Record that what the Panel asked for in addition has gone to it."""
    said = "further information sent to the Panel on {}"
    return dated(FactKind.FURTHER_INFORMATION_SENT, block, desk, said=said, detail={})


def board_informed(block: Block, desk: Desk) -> Answer | Unclear:
    """Record that the Board was told otherwise than by mailbot's letters."""
    return dated(FactKind.BOARD_INFORMED, block, desk, said="Board informed on {}", detail={})


def authority_aware(block: Block, desk: Desk) -> Answer | Unclear:
    """Record when the authority became aware of the incident."""
    said = "authority aware since {}"
    answer = dated(FactKind.AUTHORITY_AWARE, block, desk, said=said, detail={})
    if isinstance(answer, Unclear):
        return answer
    day = day_of(answer.facts[0].happened)
    return Answer(answer.facts, answer.said + before_the_incident(day, desk))


def safety(block: Block, desk: Desk) -> Answer | Unclear:
    """Record the answer to the question whether any child is at risk now."""
    if not block.value:
        return Unclear("say what was found out about the safety of other children")
    fact = desk.fact(FactKind.SAFETY_PROMPT_ANSWERED, {"answer": block.value}, words=block.words)
    return Answer((fact,), "your answer to the safety question")


def lateness_reason(block: Block, desk: Desk) -> Answer | Unclear:
    """Record why something was late: which clock, and the reason."""
    name, _, reason = (part.strip() for part in block.value.partition(","))
    clock = clock_named(name)
    if clock is None:
        return Unclear(f"name what was late, and why: {not_a_clock(name)}")
    if not reason:
        return Unclear("say why it was late, after a comma")
    detail = {"clock": clock, "reason": reason}
    fact = desk.fact(FactKind.LATENESS_REASON, detail, words=block.words)
    return Answer((fact,), f"the reason for lateness ({name.casefold()})")


def view(block: Block, desk: Desk) -> Answer | Unclear:
    """Record whether one partner holds the criteria to be met: a disagreement is kept."""
    match = _VIEW.match(block.value.casefold())
    if match is None:
        return Unclear("say which partner, and met or not met")
    present = present_in(match["who"], desk.area)
    outcome = outcome_in(match["view"])
    if present.fault or len(present.roles) != 1 or present.others or outcome is None:
        return Unclear(present.fault or "name one partner, or the chair")
    role = present.roles[0]
    reasons = block.value[match.end() :].strip()
    detail = {"role": role.value, "view": outcome, "reasons": reasons}
    fact = desk.fact(FactKind.PARTNER_VIEW, detail, words=block.words)
    words = outcome.replace("-", " ")
    said = f"view of the {ROLE_WORDS[Role(role)]}: criteria {words}"
    return Answer((fact,), said + _disagreement(role, outcome, desk))


def _disagreement(role: Role, outcome: str, desk: Desk) -> str:
    """What is said when the newest views of the partners differ: nothing is decided by it."""
    newest = {
        f.detail.get("role"): f.detail.get("view") for f in desk.case.all(FactKind.PARTNER_VIEW)
    }
    newest[role.value] = outcome
    others = [
        f"the {ROLE_WORDS[Role(str(r))]}"
        for r, seen in newest.items()
        if r != role.value and seen != outcome
    ]
    if not others:
        return ""
    return (
        f"; it differs from the view of {listed(others)}. The criteria stay as recorded; when "
        "the partners cannot agree, write “criteria: no agreement”"
    )


TABLE: Mapping[str, Entry] = {
    "further information sent": Entry(
        read=further_information_sent,
        example="further information sent: {past}",
        records=(FactKind.FURTHER_INFORMATION_SENT,),
    ),
    "board informed": Entry(
        read=board_informed,
        example="board informed: {past}",
        records=(FactKind.BOARD_INFORMED,),
    ),
    "authority aware": Entry(
        read=authority_aware,
        example="authority aware: {past}",
        records=(FactKind.AUTHORITY_AWARE,),
    ),
    "view": Entry(
        read=view,
        example="view: police not met, reasons",
        records=(FactKind.PARTNER_VIEW,),
    ),
    "safety": Entry(
        read=safety,
        example="safety: the other children are safe; a referral was made",
        records=(FactKind.SAFETY_PROMPT_ANSWERED,),
    ),
    "lateness reason": Entry(
        read=lateness_reason,
        example="lateness reason: panel notified, why",
        records=(FactKind.LATENESS_REASON,),
    ),
}
