"""Each mail in tests/mail beside what must be read from it. Adding a case is adding two files."""

import tomllib
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from mailbot.core.mail.messages import Reading, read_message
from mailbot.core.model import Bounced, Message, TrustMode

FOLDER = Path(__file__).resolve().parent.parent / "mail"
MAILS = sorted(FOLDER.glob("*.eml"))
RECEIVED = datetime(2026, 11, 23, 10, 16, tzinfo=UTC)  # a Monday
READING = Reading(
    own_address="unit@lscp.example.org",
    trust=TrustMode.AUTHSERV_ID,
    authserv_id="mx.lscp.example.org",
    web_form_senders=("forms@website.example.org",),
    panel_address="panel@panel.example.org",
)


def _bounced(one: Bounced) -> str:
    return f"{one.address} {'permanent' if one.permanent else 'temporary'} {one.status}".strip()


#: A key of the .toml -> what the message says; "" stands for None.
READERS: Mapping[str, Callable[[Message], Any]] = {
    "class": lambda m: m.message_class.value,
    "message_id": lambda m: m.message_id or "",
    "sender": lambda m: m.sender or "",
    "sender_name": lambda m: m.sender_name,
    "reply_to": lambda m: list(m.reply_to),
    "subject": lambda m: m.subject,
    "in_reply_to": lambda m: list(m.in_reply_to),
    "references": lambda m: list(m.references),
    "own_text": lambda m: m.own_text,
    "text": lambda m: m.text,
    "sent_at": lambda m: m.sent_at.isoformat() if m.sent_at else "",
    "attachments": lambda m: [a.place for a in m.attachments],
    "names": lambda m: [a.name for a in m.attachments],
    "bounced": lambda m: [_bounced(b) for b in m.bounced],
    "original_ids": lambda m: list(m.original_ids),
    "vouched_for": lambda m: m.vouched_for,
    "problems": lambda m: [p.place for p in m.problems],
}


@pytest.mark.parametrize("path", MAILS, ids=[path.stem for path in MAILS])
def test_each_mail_is_read_as_written_beside_it(path: Path) -> None:
    wanted = tomllib.loads(path.with_suffix(".toml").read_text("utf-8"))
    message = read_message(path.read_bytes(), RECEIVED, reading=READING)
    for words in wanted.pop("text_holds", []):
        assert words in message.text
    for words in wanted.pop("original_holds", []):
        assert words in message.original_text
    assert {key: READERS[key](message) for key in wanted} == wanted


def test_every_mail_has_its_expectation() -> None:
    assert {p.stem for p in MAILS} == {p.stem for p in FOLDER.glob("*.toml")}
    assert len(MAILS) >= 40
