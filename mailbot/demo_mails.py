"""The demo's mails as usual mail programs write them, and its Word forms as people fill them in."""

import email
import html
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from email.message import EmailMessage
from email.policy import SMTP, default
from email.utils import format_datetime, parseaddr

from lxml import etree

from mailbot.demo_story import Answer
from mailbot.word_package import MAIN, packed, parts_of

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_W14 = "{http://schemas.microsoft.com/office/word/2010/wordml}"
_BOUNCE = """\
Return-Path: <>
From: Mail Delivery System <MAILER-DAEMON@{host}>
To: {to}
Subject: Undelivered Mail Returned to Sender
Message-ID: <{number}@{host}>
Date: {date}
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="=_report"

--=_report
Content-Type: text/plain; charset=us-ascii

Your message could not be delivered to one recipient. Its mailbox is full.

--=_report
Content-Type: message/delivery-status

Reporting-MTA: dns; {host}

Final-Recipient: rfc822; {recipient}
Action: failed
Status: 5.2.2

--=_report
Content-Type: message/rfc822

{headers}

--=_report--
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A mail as its sender wrote it: who, to whom, what, when."""

    sender: str  # "Name <address>"
    to: str
    subject: str
    words: str
    at: datetime
    number: int  # makes its Message-ID
    headers: Mapping[str, str] = field(default_factory=dict)
    page: str = ""
    files: Mapping[str, bytes] = field(default_factory=dict)


def mail(written: Written) -> bytes:
    """Given what somebody wrote, return the mail as it leaves its sender."""
    message = EmailMessage(policy=SMTP)
    message["From"] = written.sender
    message["To"] = written.to
    message["Subject"] = written.subject
    domain = parseaddr(written.sender)[1].partition("@")[2]
    message["Message-ID"] = f"<{written.at:%Y%m%d%H%M}.{written.number}@{domain}>"
    message["Date"] = format_datetime(written.at)
    for name, value in written.headers.items():
        message[name] = value
    message.set_content(written.words)
    if written.page:
        message.add_alternative(written.page, subtype="html")
    for name, content in written.files.items():
        main, _, sub = WORD.partition("/")
        message.add_attachment(content, maintype=main, subtype=sub, filename=name)
    return message.as_bytes()


def stamped(mime: bytes, authserv_id: str) -> bytes:
    """Given a mail, return it as the receiving server hands it on: it vouches for the sender."""
    domain = parseaddr(str(parsed(mime)["From"]))[1].partition("@")[2]
    verdict = f"Authentication-Results: {authserv_id}; dmarc=pass header.from={domain}\r\n"
    return verdict.encode() + mime


def parsed(mime: bytes) -> EmailMessage:
    """Given a mail's bytes, return it as the standard library reads it."""
    found = email.message_from_bytes(mime, policy=default)
    if not isinstance(found, EmailMessage):
        raise TypeError("the default policy makes an EmailMessage")
    return found


def word_file_of(mime: bytes) -> bytes:
    """Given a letter with one Word file, return the file."""
    files = (p for p in parsed(mime).iter_attachments() if p.get_content_type() == WORD)
    content = next(files).get_content()
    return content if isinstance(content, bytes) else b""


# --- answers ----------------------------------------------------------------------------------


def answer(letter: bytes, written: Written) -> bytes:
    """Given a letter and what somebody writes below "reply", return it as Outlook sends it.

    The subject's prefix and the thread are Outlook's; the letter is quoted below a ruled line.
    """
    answered = parsed(letter)
    quoted = _plain(answered)
    head = {
        "From": str(answered["From"]),
        "Sent": str(answered["Date"]),
        "To": str(answered["To"]),
        "Subject": str(answered["Subject"]),
    }
    block = "\n".join(f"{name}: {value}" for name, value in head.items())
    return mail(
        Written(
            sender=written.sender,
            to=str(answered["From"]),
            subject=f"RE: {written.subject}{answered['Subject']}",
            words=f"{written.words}\n\n________________________________\n{block}\n\n{quoted}\n",
            page=_outlook_page(written.words, head, quoted),
            at=written.at,
            number=written.number,
            headers={
                "In-Reply-To": str(answered["Message-ID"]),
                "References": f"{answered['References'] or ''} {answered['Message-ID']}".strip(),
            },
            files=written.files,
        )
    )


def absence(letter: bytes, written: Written) -> bytes:
    """Given a letter and the words of somebody who is away, return what Exchange answers."""
    answered = parsed(letter)
    return mail(
        Written(
            sender=written.sender,
            to=str(answered["From"]),
            subject=f"Automatic reply: {answered['Subject']}",
            words=written.words,
            at=written.at,
            number=written.number,
            headers={
                "In-Reply-To": str(answered["Message-ID"]),
                "Auto-Submitted": "auto-generated",
                "X-Auto-Response-Suppress": "All",
            },
        )
    )


def bounce(letter: bytes, *, host: str, recipient: str, at: datetime, number: int) -> bytes:
    """Given a letter that could not be delivered, return the report (RFC 3464)."""
    answered = parsed(letter)
    kept = ("From", "To", "Subject", "Message-ID", "Date")
    text = _BOUNCE.format(
        host=host,
        to=answered["From"],
        recipient=recipient,
        number=number,
        date=format_datetime(at),
        headers="\n".join(f"{name}: {answered[name]}" for name in kept),
    )
    return text.replace("\n", "\r\n").encode()


def edited(draft: bytes, *, greeting: str, at: datetime) -> bytes:
    """Given a draft, return it as Outlook sends it: a new Message-ID, and a greeting if given."""
    message = parsed(draft)
    domain = parseaddr(str(message["From"]))[1].partition("@")[2]
    number = re.sub(r"\W", "", str(message["Message-ID"]))[:24]
    for name, value in (
        ("Message-ID", f"<{at:%Y%m%d%H%M}.{number}@{domain}>"),
        ("Date", format_datetime(at)),
    ):
        del message[name]
        message[name] = value
    body, page = message.get_body(("plain",)), message.get_body(("html",))
    if greeting and body is not None and page is not None:
        body.set_content(f"{greeting}\n\n{body.get_content()}")
        opening = f'<div class="letter"><p>{html.escape(greeting)}</p>'
        words = re.sub(r'<div class="letter"[^>]*>', opening, str(page.get_content()), count=1)
        page.set_content(words, subtype="html")
    return message.as_bytes(policy=SMTP)


def _plain(answered: EmailMessage) -> str:
    body = answered.get_body(("plain",))
    return str(body.get_content()).replace("\r\n", "\n").strip() if body else ""


def _outlook_page(words: str, head: Mapping[str, str], quoted: str) -> str:
    block = "".join(f"<b>{name}:</b> {html.escape(value)}<br>" for name, value in head.items())
    rule = "border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm"
    return (
        '<html xmlns:o="urn:schemas-microsoft-com:office:office"><head>'
        "<style><!-- p.MsoNormal {margin:0cm} --></style></head>"
        f"<body lang=EN-GB><div class=WordSection1>{_paragraphs(words)}"
        "<p class=MsoNormal><o:p>&nbsp;</o:p></p><div>"
        f"<div style='{rule}'><p class=MsoNormal>{block}<o:p></o:p></p></div></div>"
        f"{_paragraphs(quoted)}</div></body></html>"
    )


def _paragraphs(text: str) -> str:
    return "".join(
        f"<p class=MsoNormal>{html.escape(line) or '&nbsp;'}<o:p></o:p></p>"
        for line in text.splitlines()
    )


# --- Word forms -------------------------------------------------------------------------------


def filled(form: bytes, answers: Mapping[str, Answer]) -> bytes:
    """Given one of our forms, return it as Word saves it with these fields filled in."""
    parts = parts_of(form)
    root = etree.fromstring(parts[MAIN])
    for control in root.iter(f"{_W}sdt"):
        tag = control.find(f"{_W}sdtPr/{_W}tag")
        name = "" if tag is None else tag.get(f"{_W}val", "")
        if name in answers:
            _enter(control, answers[name])
    xml = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
    parts[MAIN] = bytes(xml)
    return packed(parts)


def _enter(control: etree._Element, value: Answer) -> None:
    """Type a text into a field, choose a day, or tick a box."""
    properties, content = control.find(f"{_W}sdtPr"), control.find(f"{_W}sdtContent")
    run = next(content.iter(f"{_W}r"))
    for old in (properties.find(f"{_W}showingPlcHdr"), run.find(f"{_W}rPr/{_W}rStyle")):
        if old is not None:
            old.getparent().remove(old)
    for old in run.findall(f"{_W}t"):
        run.remove(old)
    text = str(value)
    if isinstance(value, bool):
        properties.find(f"{_W14}checkbox/{_W14}checked").set(f"{_W14}val", str(int(value)))
        text = "☒" if value else "☐"
    elif isinstance(value, date):
        properties.find(f"{_W}date").set(f"{_W}fullDate", f"{value.isoformat()}T00:00:00Z")
        text = f"{value.day} {value:%B %Y}"
    for number, line in enumerate(text.split("\n")):
        if number:
            etree.SubElement(run, f"{_W}br")
        etree.SubElement(run, f"{_W}t").text = line
