"""The mails that partners and staff write, as their usual mail programs write them.

Everybody and everything in them is invented.
"""

import email
import html
import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP, default
from email.utils import format_datetime
from functools import cache

from lxml import etree

from mailbot.core.clocks.workdays import LONDON
from mailbot.word_package import MAIN, parts_of
from tests.forms_kit import WORD, W

_numbers = itertools.count(1)

#: Names of children and their families in the stories: they stand in forms and nowhere else.
NAMES = (
    *("Wren", "Alderby", "Finch", "Colm", "Reeth", "Juniper", "Hallam", "Maud"),
    *("Tobiah", "Marchbank", "Hester", "Teal"),
)


@dataclass(frozen=True)
class File:
    """An attachment."""

    name: str
    content: bytes
    content_type: str = WORD


@dataclass(frozen=True)
class Text:
    """A mail's body as a mail program writes it: always plain, mostly HTML besides."""

    plain: str
    html: str = ""


def a_mail(
    sender: str,
    to: str | Sequence[str],
    *,
    subject: str,
    text: Text | str,
    at: datetime,
    files: Sequence[File] = (),
    headers: Mapping[str, str] | None = None,
) -> bytes:
    """A mail with its Message-ID, as it leaves its sender."""
    body = Text(text) if isinstance(text, str) else text
    mail = EmailMessage(policy=SMTP)
    mail["From"] = sender
    mail["To"] = to if isinstance(to, str) else ", ".join(to)
    mail["Subject"] = subject
    mail["Message-ID"] = (
        f"<{next(_numbers)}.{at:%Y%m%d%H%M}@{sender.rpartition('@')[2].strip('>')}>"
    )
    mail["Date"] = format_datetime(at)
    for name, value in (headers or {}).items():
        mail[name] = value
    mail.set_content(body.plain)
    if body.html:
        mail.add_alternative(body.html, subtype="html")
    for file in files:
        kind, _, subtype = file.content_type.partition("/")
        mail.add_attachment(file.content, maintype=kind, subtype=subtype, filename=file.name)
    return mail.as_bytes()


def parsed(mime: bytes) -> EmailMessage:
    """A mail as the standard library reads it."""
    return email.message_from_bytes(mime, policy=default)  # type: ignore[return-value]


@cache
def text_of(mime: bytes) -> str:
    """The plain text of a mail."""
    body = parsed(mime).get_body(("plain",))
    return str(body.get_content()) if body else ""


def word_files(mime: bytes) -> list[bytes]:
    """The Word files attached to a mail."""
    parts = parsed(mime).iter_attachments()
    return [part.get_content() for part in parts if part.get_content_type() == WORD]


def words_of(file: bytes) -> str:
    """All words of a Word file, a paragraph a line."""
    root = etree.fromstring(parts_of(file)[MAIN])
    lines = ("".join(run.text or "" for run in p.iter(f"{W}t")) for p in root.iter(f"{W}p"))
    return "\n".join(lines)


def stamped(
    mime: bytes, authserv_id: str = "mx.bedford-safeguarding.example", *, verdict: str = "pass"
) -> bytes:
    """A mail as its receiving server hands it on: with its verdict, which is mostly good."""
    domain = parsed(mime)["From"].addresses[0].domain
    header = f"Authentication-Results: {authserv_id}; dmarc={verdict} header.from={domain}\r\n"
    return header.encode() + mime


def moment(text: str) -> datetime:
    """Given "Mon 23 Nov 2026 09:30" in London, return it in UTC; the weekday must be right."""
    local = datetime.strptime(text, "%a %d %b %Y %H:%M").replace(tzinfo=LONDON)
    assert text.startswith(f"{local:%a}"), f"{text} is a {local:%A}"
    return local.astimezone(UTC)


# --- answers ----------------------------------------------------------------------------------

Program = Callable[[str, EmailMessage], Text]


def an_answer(
    letter: bytes,
    sender: str,
    words: str,
    *,
    at: datetime,
    program: Program | None = None,
    prefix: str = "RE: ",
    files: Sequence[File] = (),
) -> bytes:
    """What somebody writes who presses "reply" on a letter: quoted, threaded, prefixed."""
    answered = parsed(letter)
    return a_mail(
        sender,
        str(answered["Reply-To"] or answered["From"]),
        subject=f"{prefix}{answered['Subject']}",
        text=(program or outlook)(words, answered),
        at=at,
        files=files,
        headers={
            "In-Reply-To": str(answered["Message-ID"]),
            "References": f"{answered['References'] or ''} {answered['Message-ID']}".strip(),
        },
    )


def outlook(words: str, answered: EmailMessage) -> Text:
    """Outlook on a desk: the letter below a ruled block of its headers, text and HTML."""
    quoted = _plain(answered)
    head = (
        f"From: {answered['From']}\nSent: {answered['Date']}\n"
        f"To: {answered['To']}\nSubject: {answered['Subject']}"
    )
    block = "".join(
        f"<b>{name}:</b> {html.escape(str(answered[name] or ''))}<br>"
        for name in ("From", "Date", "To", "Subject")
    ).replace("<b>Date:", "<b>Sent:")
    page = (
        '<html xmlns:o="urn:schemas-microsoft-com:office:office"><head>'
        "<style><!-- p.MsoNormal {margin:0cm} --></style></head>"
        f"<body lang=EN-GB><div class=WordSection1>{_paragraphs(words)}"
        "<p class=MsoNormal><o:p>&nbsp;</o:p></p><div>"
        "<div style='border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm'>"
        f"<p class=MsoNormal>{block}<o:p></o:p></p></div></div>"
        f"{_paragraphs(quoted)}</div></body></html>"
    )
    return Text(f"{words}\n\n________________________________\n{head}\n\n{quoted}", page)


def gmail(words: str, answered: EmailMessage) -> Text:
    """Gmail in a browser: "On ... wrote:" and the letter behind angle brackets."""
    quoted = _plain(answered)
    lead = f"On {answered['Date']}, Rapid Review <{answered['From'].addresses[0].addr_spec}> wrote:"
    behind = "\n".join(f"> {line}" for line in quoted.splitlines())
    page = (
        f'<div dir="ltr">{_lines(words)}</div><br><div class="gmail_quote">'
        f'<div dir="ltr" class="gmail_attr">{html.escape(lead)}<br></div>'
        f'<blockquote class="gmail_quote">{_lines(quoted)}</blockquote></div>'
    )
    return Text(f"{words}\n\n{lead}\n\n{behind}\n", page)


def phone(words: str, answered: EmailMessage) -> Text:
    """A telephone: plain text, its own signature, the letter quoted."""
    behind = "\n".join(f"> {line}" for line in _plain(answered).splitlines())
    return Text(
        f"{words}\n\nSent from my iPhone\n\n> On 27 Nov 2026, at 09:00, "
        f"{answered['From'].addresses[0].addr_spec} wrote:\n> \n{behind}\n"
    )


def bare(words: str, _answered: EmailMessage) -> Text:
    """A mail program that quotes nothing."""
    return Text(words)


def an_absence(letter: bytes, sender: str, words: str, *, at: datetime) -> bytes:
    """What Exchange answers by itself for somebody who is away."""
    answered = parsed(letter)
    return a_mail(
        sender,
        str(answered["From"]),
        subject=f"Automatic reply: {answered['Subject']}",
        text=words,
        at=at,
        headers={
            "In-Reply-To": str(answered["Message-ID"]),
            "References": str(answered["Message-ID"]),
            "Auto-Submitted": "auto-generated",
            "X-Auto-Response-Suppress": "All",
        },
    )


def a_bounce(letter: bytes, recipient: str, *, host: str, at: datetime) -> bytes:
    """What a mail host says of a letter that it could not deliver (RFC 3464)."""
    answered = parsed(letter)
    return (
        f"Return-Path: <>\r\nFrom: Mail Delivery System <MAILER-DAEMON@{host}>\r\n"
        f"To: {answered['From'].addresses[0].addr_spec}\r\n"
        "Subject: Undelivered Mail Returned to Sender\r\n"
        f"Message-ID: <{next(_numbers)}.bounce@{host}>\r\nDate: {format_datetime(at)}\r\n"
        "Auto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="R"\r\n\r\n'
        "--R\r\nContent-Type: text/plain\r\n\r\nIt could not be delivered.\r\n"
        "--R\r\nContent-Type: message/delivery-status\r\n\r\n"
        f"Reporting-MTA: dns; {host}\r\n\r\nFinal-Recipient: rfc822; {recipient}\r\n"
        "Action: failed\r\nStatus: 5.1.1\r\n\r\n--R\r\nContent-Type: message/rfc822\r\n\r\n"
        f"From: {answered['From']}\r\nTo: {recipient}\r\nSubject: a letter\r\n"
        f"Message-ID: {answered['Message-ID']}\r\n\r\nText.\r\n--R--\r\n"
    ).encode()


def _plain(answered: EmailMessage) -> str:
    body = answered.get_body(("plain",))
    return str(body.get_content()).replace("\r\n", "\n").strip() if body else ""


def _paragraphs(text: str) -> str:
    return "".join(
        f"<p class=MsoNormal>{html.escape(line) or '&nbsp;'}<o:p></o:p></p>"
        for line in text.splitlines()
    )


def _lines(text: str) -> str:
    return "<br>".join(html.escape(line) for line in text.splitlines())
