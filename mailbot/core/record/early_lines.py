"""Decisions that staff tell before the notification they are about has arrived."""

import re

from mailbot.core.model import Message
from mailbot.core.record.five_instructions import outcome_in
from mailbot.core.record.labelled_lines import Block, blocks_in
from mailbot.core.written_days import read_day

_REVIEW = re.compile(r"\b(?:no )?(?:practice )?review\b|\bl?cspr\b", re.IGNORECASE)


def tells_early(message: Message) -> bool:
    """Given a mail of staff that answers nothing and names no case, say whether it decides one.

    Staff use the mailbox for much else: only a line that says the whole thing counts.
    """
    return any(_decides(block, message) for block in blocks_in(message.typed_text).blocks)


def _decides(block: Block, message: Message) -> bool:
    match block.head:
        case "criteria":
            return outcome_in(block.value) is not None
        case "decision":
            return bool(_REVIEW.search(block.value))
        case "panel notified":
            return read_day(block.value, today=message.received_at.date()).day is not None
        case _:
            return False
