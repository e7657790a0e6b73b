"""What points from a message to a case, gathered whole before any of it is judged.

Tokens of our letters, our own forms, threads and references (design, section 3); all of it only
*finds* a case, and `core.cases.links` judges it.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from mailbot.core.model import Area, Basis, CaseRef, Form, Message, TrustMode
from mailbot.core.parties import CaseParties
from mailbot.core.references import (
    FormIdentity,
    area_of,
    read_form_token,
    references_in,
    tokens_in,
)


class CaseIndex(Protocol):
    """What linking asks the store."""

    def exists(self, ref: CaseRef) -> bool:
        """Say whether the case is in this store, open or closed."""

    def current(self, ref: CaseRef) -> CaseRef:
        """Return the case that goes on in its place, if it was merged; else itself."""

    def is_open(self, ref: CaseRef) -> bool:
        """Say whether the case is neither closed nor withdrawn."""

    def parties(self, ref: CaseRef) -> CaseParties:
        """Return who belongs to the case; it exists."""

    def by_child(self, name_key: str, date_of_birth: str) -> tuple[CaseRef, ...]:
        """Return the open cases of a child: `parties.name_key` and ISO date."""

    def by_message_ids(self, ids: Sequence[str]) -> tuple[CaseRef, ...]:
        """Return the cases that hold a mail with one of these Message-IDs, each once."""

    def asked_at(self, address: str) -> tuple[CaseRef, ...]:
        """Return the open cases in which an agency was asked at this address."""

    def by_calendar_uid(self, uid: str) -> tuple[CaseRef, ...]:
        """Return the cases to whose meeting staff invited people by this calendar event."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One piece of evidence that points to a case."""

    case: CaseRef
    basis: Basis
    sentence: str
    nonce: str = ""  # of the letter of ours whose token it is


@dataclass(frozen=True, slots=True)
class LinkDesk:
    """Everything that lies on the table while one message is linked."""

    message: Message
    forms: tuple[Form, ...]
    area: Area
    cases: CaseIndex
    key: bytes

    @property
    def vouched(self) -> bool:
        """Return whether the receiving server vouches for the sender, where it is trusted to."""
        return self.message.vouched_for and self.area.trust is not TrustMode.NONE

    @property
    def identities(self) -> tuple[FormIdentity, ...]:
        """Return which requests the genuine forms of ours in it went out with."""
        found = (read_form_token(self.key, form.token) for form in self.forms if form.token)
        return tuple(identity for identity in found if identity)

    @property
    def forged_form(self) -> bool:
        """Return whether a form bears a mark like ours that this area did not make."""
        return sum(bool(form.token) for form in self.forms) > len(self.identities)


#: Lines of staff that name another case than the one they are about.
_OTHER_CASE = re.compile(
    r"^\W*(?:merged?|same incident as|separated?)\b.*$", re.IGNORECASE | re.MULTILINE
)


def findings_of(desk: LinkDesk) -> list[Finding]:
    """Given a desk, return all evidence, strongest first."""
    findings = [*from_tokens(desk), *_from_forms(desk), *_from_threads(desk)]
    message = desk.message
    findings += _from_words(f"{message.subject}\n{_OTHER_CASE.sub('', message.own_text)}")
    if not findings and not _answers_a_digest(desk):
        # Quoted text is the last resort: a quoted digest names many cases.
        findings += _from_words(message.text)
    return findings


def from_tokens(desk: LinkDesk) -> Iterator[Finding]:
    """Given a desk, yield what the genuine tokens of our letters point to."""
    message = desk.message
    sources = (
        ("Answers a letter of ours", (*message.in_reply_to, *message.references)),
        ("Quotes a letter of ours", (message.text,)),
        ("Encloses a letter of ours", (*message.original_ids, message.original_text)),
    )
    for sentence, texts in sources:
        for token in tokens_in("\n\n".join(texts), desk.key):
            if token.case:
                said = f"{sentence} (its signed token)."
                yield Finding(token.case, Basis.TOKEN, said, token.nonce)


def _answers_a_digest(desk: LinkDesk) -> bool:
    texts = (*desk.message.in_reply_to, *desk.message.references, desk.message.text)
    return any(token.case is None for token in tokens_in("\n".join(texts), desk.key))


def _from_forms(desk: LinkDesk) -> Iterator[Finding]:
    for identity in desk.identities:
        yield Finding(identity.case, Basis.FORM, "Carries the return form that we sent out.")
    for form in desk.forms:
        for ref in references_in(str(form.value("case_reference") or "")):
            yield Finding(ref, Basis.REFERENCE, "Its form names the case's reference.")


def _from_threads(desk: LinkDesk) -> Iterator[Finding]:
    ids = (*desk.message.in_reply_to, *desk.message.references)
    for case in desk.cases.by_message_ids(ids) if ids else ():
        yield Finding(case, Basis.REFERENCE, "Answers a mail that the case holds.")


def _from_words(text: str) -> Iterator[Finding]:
    for ref in references_in(text):
        yield Finding(ref, Basis.REFERENCE, "Names the case's reference.")


def not_held(desk: LinkDesk, findings: Sequence[Finding]) -> str:
    """Given references that lead nowhere here, return why, as a sentence.

    Of another area's case nothing is known here, and nothing is told.
    """
    if all(area_of(finding.case) == desk.area.code for finding in findings):
        return "It names a case that this mailbox does not hold."
    return (
        "It names a case of another area, which this mailbox does not hold: see whether it was "
        "meant for that area's mailbox."
    )


def not_genuine(desk: LinkDesk) -> str:
    """Given a desk with a form that is not ours, return what it is instead, as a sentence."""
    named = [ref for form in desk.forms for ref in references_in(form.token)]
    if any(area_of(ref) != desk.area.code for ref in named):
        return "A form in it is another area's: see whether it was meant for that area's mailbox."
    return "A form in it carries a mark like ours that is not genuine."
