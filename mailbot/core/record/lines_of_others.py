"""Labelled lines in mail of somebody who is not of the business unit: they record nothing.

A partner, the chair, an agency or the notifier may answer with a line that staff are shown how to
write. Only the unit's own people record decisions (design, promise 4): staff are told what it
would have recorded, and record it themselves if it is right. A partner's view is no exception.
"""

from mailbot.core.model import MACHINE_CLASSES, Message
from mailbot.core.parties import PartyKind
from mailbot.core.record.labelled_lines import blocks_in
from mailbot.core.wording import listed

#: What would decide, end or move something; other labels stand in forms and in ordinary mail.
_DECIDING = frozenset(
    {
        "agencies",
        "close",
        "confirm",
        "confirm copy",
        "count",
        "criteria",
        "decision",
        "dfe notified",
        "excuse",
        "extend",
        "hold",
        "merge",
        "panel notified",
        "release",
        "reopen",
        "separate",
        "submission sent",
        "view",
        "withdraw",
    }
)


def lines_of_others(message: Message, party: str) -> list[str]:
    """Given a mail and its sender's party, return the deciding labels of one who may not decide."""
    if party == PartyKind.STAFF or message.message_class in MACHINE_CLASSES:
        return []
    heads = (block.head for block in blocks_in(message.typed_text).blocks)
    return list(dict.fromkeys(head for head in heads if head in _DECIDING))


def why_not_recorded(heads: list[str]) -> str:
    """Given such labels, return the reason why the mail waits, as a sentence for staff."""
    named = listed([f"“{head}”" for head in heads])
    return (
        f"It holds what only the business unit can record ({named}), so nothing of that was "
        "recorded: if it is right, record it yourselves."
    )
