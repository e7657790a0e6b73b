"""What staff report that was said or done outside mailbot, in a line each."""

import re
from collections.abc import Mapping

from mailbot.core.five_instructions import outcome_in
from mailbot.core.instruction_words import ROLE_WORDS, Answer, Desk, Unclear, present_in
from mailbot.core.labelled_lines import Block
from mailbot.core.model import FactKind, Role
from mailbot.core.small_instructions import dated

#: Clocks that may be late, by the words that staff have for them; the longest are tried first.
_CLOCKS: Mapping[str, str] = {
    "business unit": "notify-business-unit",
    "notification": "notify-business-unit",
    "criteria": "partners-decide",
    "partners decide": "partners-decide",
    "panel notified": "notify-panel",
    "notify panel": "notify-panel",
    "online notification": "notify-panel",
    "board": "inform-board",
    "board informed": "inform-board",
    "return": "agency-return",
    "returns": "agency-return",
    "meeting": "review-meeting",
    "held": "review-meeting",
    "report circulated": "report-circulated",
    "signed off": "partners-signed-off",
    "submission": "submission",
    "submission sent": "submission",
    "report": "submission",
    "decision": "outcome-recorded",
    "outcome": "outcome-recorded",
    "further information": "panel-further-information",
    "further information sent": "panel-further-information",
}
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
    return dated(FactKind.AUTHORITY_AWARE, block, desk, said=said, detail={})


def safety(block: Block, desk: Desk) -> Answer | Unclear:
    """Record the answer to the question whether any child is at risk now."""
    if not block.value:
        return Unclear("say what was found out about the safety of other children")
    fact = desk.fact(FactKind.SAFETY_PROMPT_ANSWERED, {"answer": block.value}, words=block.words)
    return Answer((fact,), "your answer to the safety question")


def lateness_reason(block: Block, desk: Desk) -> Answer | Unclear:
    """Record why something was late: which clock, and the reason."""
    name, _, reason = (part.strip() for part in block.value.partition(","))
    plain = " ".join(re.sub(r"[^a-z]+", " ", name.casefold()).split()).removeprefix("the ")
    clock = _CLOCKS.get(plain) or (plain.replace(" ", "-") if plain else "")
    if clock not in _CLOCKS.values() or not reason:
        return Unclear("name what was late (criteria, panel notified, submission), and why")
    detail = {"clock": clock, "reason": reason}
    fact = desk.fact(FactKind.LATENESS_REASON, detail, words=block.words)
    return Answer((fact,), f"the reason for lateness ({plain})")


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
    return Answer((fact,), f"view of the {ROLE_WORDS[Role(role)]}: criteria {words}")
