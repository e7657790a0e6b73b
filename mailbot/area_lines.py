"""What staff say in answer to a letter that is about no case: that they dealt with a mail."""

import re

from mailbot.answered import letter_answered, mail_it_was_about
from mailbot.core.letters.notices import Understood
from mailbot.core.model import Message
from mailbot.core.record.labelled_lines import Block, blocks_in
from mailbot.unit import Unit, log

DEALT_WITH = "The mail waits no longer. It is in no case, and was not moved."
_THIS_MAIL = re.compile(r"^(?:it|this|that|this mail|that mail|this message|the mail)?[ .]*$", re.I)


def settled_without_case(unit: Unit, message: Message) -> Understood | None:
    """Given an answer of staff to a letter about a mail of no case, settle that mail.

    None when the answer says nothing of the kind.
    """
    letter = letter_answered(unit, message)
    if letter is None or letter.case is not None:
        return None
    about = mail_it_was_about(unit, letter)
    kept = unit.store.messages.get(about) if about else None
    if kept is None or kept.case or not any(map(_is_meant, blocks_in(message.typed_text).blocks)):
        return None
    unit.store.messages.unlink(kept.key, None)
    log.info("message dealt with", message=kept.key[:8])
    return Understood(recorded=(DEALT_WITH,))


def _is_meant(block: Block) -> bool:
    return block.head == "dealt with" and bool(_THIS_MAIL.match(block.value.strip()))
