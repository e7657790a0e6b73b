"""Raw MIME bytes -> Message: who, when, own text, attachments, class, trust.

First room of the core's line: nothing here raises, whatever the bytes are. What cannot be read
becomes a `Problem`, and the rest of the message is read all the same.
"""

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime

from mailbot.core.mail.automatic import Letterhead, classified
from mailbot.core.mail.bodies import Body, body_of
from mailbot.core.mail.bounces import original_ids_in, original_text_in
from mailbot.core.mail.calendar_parts import calendar_items
from mailbot.core.mail.enclosures import Enclosures, enclosures_of
from mailbot.core.mail.headers import (
    HEADER_BYTES,
    Headers,
    headers_end,
    headers_from,
    mailboxes_in,
    message_ids_in,
    moment_from,
    unworded,
)
from mailbot.core.mail.mime import Budget, Part, part_from, with_line_feeds
from mailbot.core.mail.senders import Sender, is_vouched_for, sender_of
from mailbot.core.model import (
    MACHINE_CLASSES,
    Message,
    MessageClass,
    MessageKey,
    Problem,
    TrustMode,
)

#: Longer messages are kept, and only their headers read.
MESSAGE_BYTES = 200_000_000
SUBJECT_CHARS = 10_000
_KEY_HEADERS = (b"message-id", b"date", b"from", b"subject")
_CHUNK = 1_048_576

#: What a form is made of in HTML, and how answers are struck out.
_FORM_LIKE = re.compile(
    r"<(?:table|input|select|textarea|dl|s|strike|del)\b|line-through", re.IGNORECASE
)

#: What is said of a mail that is encrypted.
SEALED = "It is encrypted: a person opens it where it can be read."
_EXCEEDED = {
    "headers": "Its headers are too long: what stands at their end was not read.",
    "parts": "It has too many parts: a person opens the rest.",
    "depth": "Mails are nested in it too deep: a person opens the innermost.",
    "size": "It is too big to be read: a person opens it.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What config says about reading an area's mail. All addresses are lower-case."""

    own_address: str
    trust: TrustMode
    authserv_id: str = ""
    web_form_senders: tuple[str, ...] = ()
    panel_address: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Glance:
    """A message's headers, read without its body: for copies of our own letters."""

    message_id: str | None
    in_reply_to: tuple[str, ...]
    references: tuple[str, ...]
    sender: str | None
    to: tuple[str, ...]
    cc: tuple[str, ...]
    subject: str
    sent_at: datetime | None


def message_key(mime: bytes) -> MessageKey:
    """Given raw MIME, return the key it is known by: SHA-256, in hex.

    Made of Message-ID, Date, From and Subject and the body with line ends as newlines, so that
    the same mail delivered twice, by other servers and with other trace headers, has one key.
    """
    end, body = headers_end(mime, 0, len(mime))
    digest = hashlib.sha256()
    for name, value in sorted(_raw_headers(mime[:end])):
        digest.update(name + b":" + b" ".join(value.split()) + b"\n")
    digest.update(b"\n")
    stop = len(mime)
    while stop > body and mime[stop - 1] in b"\r\n":
        stop -= 1  # servers add and take away the last line end
    view = memoryview(mime)
    while body < stop:
        until = min(body + _CHUNK, stop)
        if until < stop and mime[until - 1] == 13:
            until += 1  # never between the two halves of a line end
        digest.update(bytes(view[body:until]).replace(b"\r\n", b"\n"))
        body = until
    return MessageKey(digest.hexdigest())


def _raw_headers(block: bytes) -> list[tuple[bytes, bytes]]:
    found: list[tuple[bytes, bytes]] = []
    wanted = False
    for line in block.split(b"\n"):
        if line[:1] in {b" ", b"\t"}:
            if wanted:
                found[-1] = (found[-1][0], found[-1][1] + b" " + line)
            continue
        name, _, value = line.partition(b":")
        wanted = name.strip().lower() in _KEY_HEADERS
        if wanted:
            found.append((name.strip().lower(), value))
    return found


def headers_of(mime: bytes) -> Glance:
    """Given raw MIME, or only its headers, return what its headers say without reading on."""
    end, _ = headers_end(mime, 0, len(mime))
    headers, _ = headers_from(with_line_feeds(mime[: min(end, HEADER_BYTES)]))
    return _glance(headers, sender_of(headers))


def _glance(headers: Headers, sender: Sender) -> Glance:
    return Glance(
        message_id=_message_id(headers.first("message-id")),
        in_reply_to=message_ids_in(headers.first("in-reply-to")),
        references=message_ids_in(headers.first("references")),
        sender=sender.address,
        to=_addresses(headers, "to"),
        cc=_addresses(headers, "cc"),
        subject=" ".join(unworded(headers.first("subject")[:SUBJECT_CHARS]).split()),
        sent_at=moment_from(headers.first("date")),
    )


def _message_id(value: str) -> str | None:
    if found := message_ids_in(value):
        return found[0]
    bare = value.strip().strip("<>")
    return f"<{bare}>" if bare and len(bare) <= 900 and not set(bare) & set("<> \t") else None


def _addresses(headers: Headers, name: str) -> tuple[str, ...]:
    found = (mailbox.address for value in headers.all(name) for mailbox in mailboxes_in(value))
    return tuple(dict.fromkeys(found))


def read_message(
    mime: bytes, received_at: datetime, *, reading: Reading, key: MessageKey | None = None
) -> Message:
    """Given raw MIME and the server's receipt time (aware UTC), return the message as read.

    `key` is its `message_key` where the caller knows it. Never raises. The text is whole;
    `own_text` is a view of it, never empty when `text` is not.
    """
    budget = Budget()
    root = part_from(mime if len(mime) <= MESSAGE_BYTES else _headers_only(mime, budget), budget)
    sender = sender_of(root.headers)
    glance = _glance(root.headers, sender)
    body = body_of(root)
    report = classified(
        root,
        Letterhead(
            headers=root.headers,
            sender=sender.address,
            subject=glance.subject,
            text=body.text,
            own_address=reading.own_address,
            web_form_senders=reading.web_form_senders,
            panel_address=reading.panel_address,
        ),
    )
    enclosures = enclosures_of(root, body)
    original_ids, original_text = _original(root, body, report.message_class)
    return Message(
        key=key or message_key(mime),
        message_id=glance.message_id,
        in_reply_to=glance.in_reply_to,
        references=glance.references,
        sender=sender.address,
        sender_name=sender.name,
        reply_to=_addresses(root.headers, "reply-to"),
        to=glance.to,
        cc=glance.cc,
        subject=glance.subject,
        received_at=received_at,
        sent_at=glance.sent_at,
        text=body.text,
        own_text=body.own_text,
        typed_text=body.typed_text,
        attachments=tuple(enclosures.attachments),
        message_class=report.message_class,
        vouched_for=is_vouched_for(
            root.headers, sender.address, trust=reading.trust, authserv_id=reading.authserv_id
        ),
        bounced=report.bounced,
        original_ids=original_ids,
        original_text=original_text,
        problems=_problems(budget, body, enclosures, report.message_class, sender),
        calendar=calendar_items(root, enclosures.attachments),
        pages=tuple(source for source in body.html if _FORM_LIKE.search(source)),
    )


def _headers_only(mime: bytes, budget: Budget) -> bytes:
    budget.exceeded.add("size")
    end, _ = headers_end(mime, 0, len(mime))
    return mime[: min(end, HEADER_BYTES)]


def _original(root: Part, body: Body, kind: MessageClass) -> tuple[tuple[str, ...], str]:
    """Return the Message-IDs and text of the letter that a machine's answer is about."""
    if kind not in MACHINE_CLASSES - {MessageClass.BULK, MessageClass.CALENDAR_REPLY}:
        return (), ""
    return original_ids_in(root, body.text), original_text_in(root, body.text)


def _problems(
    budget: Budget,
    body: Body,
    enclosures: Enclosures,
    kind: MessageClass,
    sender: Sender,
) -> tuple[Problem, ...]:
    found = [Problem(place="message", what=_EXCEEDED[name]) for name in sorted(budget.exceeded)]
    found += body.problems + enclosures.problems
    if kind is MessageClass.ENCRYPTED_PLACEHOLDER:
        found.append(Problem(place="message", what=SEALED))
    if sender.address is None and kind not in MACHINE_CLASSES:
        found.append(
            Problem(place="sender", what="Who sent it cannot be told: a person looks at it.")
        )
    if not body.text.strip() and not enclosures.attachments:
        found.append(Problem(place="message", what="There is nothing to read in it."))
    return tuple(dict.fromkeys(found))
