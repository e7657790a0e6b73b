"""Delivery reports by the standard, and the letter that any report is about.

RFC 3464 says what became of a letter, recipient by recipient: the Action decides, never the
class of the status. Reports that follow no standard are read by unlabelled.py.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from mailbot.core.mail.headers import message_ids_in
from mailbot.core.mail.mime import ENCLOSED, Part, own_parts
from mailbot.core.model import Bounced, MessageClass

#: So much of a report is looked at; so many recipients are listed.
TEXT_BYTES = 200_000
RECIPIENTS = 2_000


@dataclass(frozen=True, slots=True)
class Report:
    """What a delivery report says."""

    message_class: MessageClass
    bounced: tuple[Bounced, ...] = ()


_STATUS_KINDS = frozenset({"message/delivery-status", "message/global-delivery-status"})
ADDRESS = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8}"
)
STATUS = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])")

# --- by the standard --------------------------------------------------------------------------


def status_report(root: Part, *, by_daemon: bool = False) -> Report | None:
    """Given a message, return what its RFC 3464 part says, or None when it has none of its own.

    A person who attaches a delivery report to a mail of theirs has written that mail; a gateway
    that wraps one leaves it the mail of a daemon.
    """
    wrapped = by_daemon or root.parameter("report-type").lower() == "delivery-status"
    blocks = _status_blocks(root, root.walk() if wrapped else own_parts(root))
    entries = [entry for entry in map(recipient_in_block, blocks) if entry]
    if not entries:
        return None
    actions = {action for action, _ in entries}
    if "failed" in actions:
        chosen, kind = "failed", MessageClass.BOUNCE
    elif "delayed" in actions:
        chosen, kind = "delayed", MessageClass.DELAY_NOTICE
    else:
        return Report(MessageClass.DELIVERY_RECEIPT)
    bounced = [one for action, found in entries if action == chosen for one in found]
    return Report(kind, tuple(dict.fromkeys(bounced))[:RECIPIENTS])


def _status_blocks(root: Part, parts: Iterable[Part]) -> list[str]:
    for part in parts:
        if part.kind in _STATUS_KINDS:
            return re.split(r"\n[ \t]*\n", part.text(TEXT_BYTES))
    if root.kind == "multipart/report":  # some label the part as text
        for part in root.children:
            text = "" if part.children else part.text(TEXT_BYTES)
            if re.search(r"^Final-Recipient:", text, re.I | re.M) and re.search(
                r"^Action:", text, re.I | re.M
            ):
                return re.split(r"\n[ \t]*\n", text)
    return []


def recipient_in_block(block: str) -> tuple[str, list[Bounced]] | None:
    """Given one block of fields, return its action and the addresses it is about."""
    fields = _fields(block)
    addresses = [
        address
        for name in ("original-recipient", "final-recipient", "x-actual-recipient")
        if (address := _field_address(fields.get(name, "")))
    ]
    if not addresses and "action" not in fields:
        return None
    found = STATUS.search(fields.get("status", ""))
    status = found[1] if found else ""
    words = fields.get("action", "").split()
    action = words[0].strip(";.,()").lower() if words else ""
    if action not in {"failed", "delayed", "delivered", "relayed", "expanded"}:
        by_class = {"2": "delivered", "4": "delayed"}
        action = "failed" if action.startswith("fail") else by_class.get(status[:1], "failed")
    permanent = action == "failed"
    return action, [Bounced(address=a, permanent=permanent, status=status) for a in addresses]


def _fields(block: str) -> dict[str, str]:
    fields: dict[str, str] = {}
    name = ""
    for line in block.split("\n"):
        if line[:1] in {" ", "\t"} and name:
            fields[name] += f" {line.strip()}"
        elif ":" in line:
            name, _, value = line.partition(":")
            name = name.strip().lower()
            fields.setdefault(name, value.strip())
    return fields


def _field_address(value: str) -> str:
    value = value.split(";", 1)[-1].strip()
    found = ADDRESS.search(value)
    return found[0].lower() if found else ""


# --- the letter it is about -------------------------------------------------------------------

_ID_LINE = re.compile(r"^[ \t>|]*Message-ID:[ \t\n>|]*(<[^<>\s]{1,900}>)", re.I | re.M)
_ORIGINAL_ID = re.compile(r"^(?:X-)?Original-Message-ID:[ \t]*(<[^<>\s]{1,900}>)", re.I | re.M)
_HEADER_KINDS = frozenset(
    {"text/rfc822-headers", "message/rfc822-headers", "message/global-headers"}
)


COPY_BELOW = re.compile(
    r"^[ \t>|*=_-]{0,100}(?:below (?:this line )?is (?:a |the )?(?:copy|original)"
    r"|a copy of the (?:original )?message"
    r"|(?:the )?original (?:message|mail)(?: follows| headers?| text)?\b|unsent message"
    r"|returned (?:message|mail)\b"
    r"|this is a copy of (?:the|your)|here is (?:a copy|your|the|some)|(?:message"
    r"|mail) headers? follow|original message text"
    r"|(?:message|mail) header|start of (?:returned|original)"
    r"|your (?:original )?message (?:follows|is (?:below|attached|included))"
    r"|the (?:following|body|header|text) (?:is|of) (?:a copy|the (?:original|message|mail)|your)"
    r"|message log|mensaje original|text of (?:the )?(?:original )?message|undelivered message"
    r"|old message"
    r"|(?:return|received): ?(?:-path|from|by)|return-path:)",
    re.IGNORECASE | re.MULTILINE,
)


def original_ids_in(root: Part, text: str) -> tuple[str, ...]:
    """Given a report or automatic reply, return the Message-IDs of the letter enclosed in it."""
    found: list[str] = []
    for part in root.walk():
        if part is not root and part.within in ENCLOSED:
            found += message_ids_in(part.headers.first("message-id"))
        elif part.kind in _HEADER_KINDS:
            found += _ID_LINE.findall(part.text(TEXT_BYTES))
        elif part.kind in _STATUS_KINDS or part.kind == "message/disposition-notification":
            found += _ORIGINAL_ID.findall(part.text(TEXT_BYTES))
    found += _ID_LINE.findall(text[:TEXT_BYTES])
    return tuple(dict.fromkeys(found))[:50]


def original_text_in(root: Part, text: str) -> str:
    """Given a report or automatic reply, return the text of the letter enclosed in it."""
    pieces = [
        part.text(TEXT_BYTES)
        for part in root.walk()
        if not part.children
        and part.kind in {"text/plain", "text/html", *_HEADER_KINDS}
        and _is_enclosed(root, part)
    ]
    return "\n\n".join(pieces)[:TEXT_BYTES] or copy_in(text)


def _is_enclosed(root: Part, part: Part) -> bool:
    if part.kind in _HEADER_KINDS:
        return True
    letters = [p for p in root.walk() if p.kind in ENCLOSED]
    return any(part is inner for letter in letters for inner in letter.walk())


def report_text(text: str) -> str:
    """Given a report's text, return it up to the copy of the letter it is about."""
    text = text[:TEXT_BYTES]
    found = COPY_BELOW.search(text)
    while found and not text[: found.start()].strip():
        found = COPY_BELOW.search(text, found.end())
    return text[: found.start()] if found else text


def copy_in(text: str) -> str:
    """Given a report's text, return the copy of the letter under it, or ""."""
    return text[len(report_text(text)) :]
