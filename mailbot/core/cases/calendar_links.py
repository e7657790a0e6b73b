"""Which cases a calendar program answers about: by the event's identity, or its title."""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from mailbot.core.model import Basis, CaseRef, Message
from mailbot.core.references import references_in, tokens_in


class EventOf(NamedTuple):
    """A case to whose meeting an event may belong, and why; `nonce` is that of an event of ours."""

    case: CaseRef
    basis: Basis
    sentence: str
    nonce: str = ""


def events_of(
    message: Message, *, key: bytes, by_uid: Callable[[str], Sequence[CaseRef]]
) -> Iterator[EventOf]:
    """Given a calendar program's answer, yield the cases whose meeting it may be about.

    Where nothing of the event is known, those that its title names.
    """
    known = False
    for item in message.calendar:
        for token in tokens_in(item.uid, key):
            if token.case:
                known = True
                said = "Answers our invitation to a meeting (its signed token)."
                yield EventOf(token.case, Basis.TOKEN, said, token.nonce)
        for case in by_uid(item.uid):
            known = True
            yield EventOf(case, Basis.REFERENCE, "Answers an invitation that staff sent.")
    if not known:
        for item in message.calendar[:1]:
            for case in references_in(f"{item.summary}\n{message.subject}"):
                yield EventOf(case, Basis.REFERENCE, "Names the case's reference.")
