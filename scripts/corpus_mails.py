"""Mails of the corpus: forms typed into the body or attached, nil returns in words, other mail."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

from scripts.corpus_sheets import Part

UNIT = "unit@partnership.example"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_TYPES = {
    "docx": WORD,
    "pdf": "application/pdf",
    "zip": "application/zip",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "htm": "text/html",
    "eml": "message/rfc822",
}


@dataclass
class Mail:
    """A mail and what must be read from it."""

    name: str
    content: bytes
    message_class: str = "personal"
    parts: list[Part] = field(default_factory=list)
    layout: str = "mail"

    def as_json(self) -> dict[str, Any]:
        """Its line of expected.jsonl, without the file's name."""
        return {"class": self.message_class, "parts": [part.as_json() for part in self.parts]}


def mail(
    body: str,
    *,
    subject: str = "Rapid review",
    files: Sequence[tuple[str, bytes]] = (),
    page: str = "",
    headers: Sequence[tuple[str, str]] = (),
) -> bytes:
    """A mail from somebody of an agency, with files and, where given, the body as HTML too."""
    return _message(body, subject, files, page, headers).as_bytes(policy=SMTP)


def _message(
    body: str,
    subject: str,
    files: Sequence[tuple[str, bytes]],
    page: str,
    headers: Sequence[tuple[str, str]],
) -> EmailMessage:
    message = EmailMessage(policy=SMTP)
    given = {name.lower() for name, _ in headers}
    rest = {
        "From": "Sol Winter <sol.winter@agency.example>",
        "To": UNIT,
        "Subject": subject,
        "Date": "Mon, 23 Nov 2026 10:15:00 +0000",
        "Message-ID": f"<{abs(_stable(body + subject)):x}@agency.example>",
    }
    for name, value in rest.items():
        if name.lower() not in given:
            message[name] = value
    for name, value in headers:
        message[name] = value
    message.set_content(body)
    if page:
        message.add_alternative(page, subtype="html")
    for name, content in files:
        kind = _TYPES.get(name.rpartition(".")[2], "application/octet-stream")
        if kind == "message/rfc822":
            continue
        main, _, sub = kind.partition("/")
        message.add_attachment(content, maintype=main, subtype=sub, filename=name)
    for index, part in enumerate(message.walk()):
        if part.is_multipart():
            part.set_boundary(f"=_part_{index}_corpus")
    return message


def with_mail(body: str, enclosed: bytes, *, subject: str = "FW: Return") -> bytes:
    """A mail that encloses another one as message/rfc822."""
    boundary = f"=_enclosing_{abs(_stable(body)):x}"
    head = (
        "From: Ida Lowe <ida.lowe@council.example>\r\n"
        f"To: {UNIT}\r\nSubject: {subject}\r\nDate: Mon, 23 Nov 2026 11:00:00 +0000\r\n"
        f"Message-ID: <{abs(_stable(body + subject)):x}@council.example>\r\nMIME-Version: 1.0\r\n"
        f'Content-Type: multipart/mixed; boundary="{boundary}"\r\n\r\n'
        f"--{boundary}\r\nContent-Type: text/plain; charset=utf-8\r\n"
        f"Content-Transfer-Encoding: 8bit\r\n\r\n{body}\r\n"
        f"--{boundary}\r\nContent-Type: message/rfc822\r\n"
        "Content-Disposition: attachment; filename=forwarded.eml\r\n\r\n"
    )
    return head.encode() + enclosed + f"\r\n--{boundary}--\r\n".encode()


def _stable(words: str) -> int:
    """A number for a text that is the same on every run."""
    value = 7
    for char in words:
        value = (value * 31 + ord(char)) % (1 << 61)
    return value


#: Nil returns in words. Each is the whole mail; the reference stands in the subject.
NIL_WORDS = (
    (
        "Good morning\n\nNil return from the Probation Service. The child and the "
        "family are not known "
        "to us.\n\nKind regards\nAsh Lorne"
    ),
    (
        "Hello,\n\nWe have checked our records and have no record of this child or "
        "family.\n\nThanks\n"
        "Gwen"
    ),
    (
        "Dear team\n\nThis family is not known to Luton Council Housing, so this is a "
        "nil return.\n\n"
        "Best wishes\nDeclan Marrick"
    ),
    "Not known to us.",
    (
        "Hi\n\nI can confirm that the child and parents are not known to our service "
        "and we hold no "
        "records.\n\nRegards\nJoyce"
    ),
    "Nil return, no involvement.\n\nSent from my iPhone",
)
#: Answers that only look like nil returns.
NOT_NIL_WORDS = (
    (
        "Dear team\n\nThe father is not known to us, but the child was seen twice "
        "this year. Our return "
        "will follow on Thursday.\n\nRegards\nSol Winter"
    ),
    (
        "Hi\n\nCould you tell us the dates of birth? We have no record under that "
        "spelling and want to "
        "look again.\n\nThanks\nPerry"
    ),
    (
        "Good morning\n\nThank you for the request. I have passed it to our "
        "safeguarding lead, who will "
        "reply.\n\nKind regards\nFarah"
    ),
)

EGRESS = (
    "You have received a secure message from Tam Bridger, sent using Egress Protect.\n\n"
    "Click to read this secure email online: https://reader.egress.example/abc\n"
)
NHS_MAIL = "You have received an encrypted message. Open the attachment.\n"
NHS_PAGE = b"<html><body><form><p>Open to read your message.</p></form></body></html>"
AWAY = (
    "I am out of the office until Monday 30 November 2026. For anything urgent please write to "
    "duty@agency.example.\n"
)
BOUNCE = b"""\
From: Mail Delivery System <MAILER-DAEMON@mx.agency.example>\r
To: unit@partnership.example\r
Subject: Undelivered Mail Returned to Sender\r
Date: Mon, 23 Nov 2026 10:15:00 +0000\r
Message-ID: <b1@mx.agency.example>\r
Auto-Submitted: auto-replied\r
MIME-Version: 1.0\r
Content-Type: multipart/report; report-type=delivery-status; boundary="B"\r
\r
--B\r
Content-Type: text/plain\r
\r
This is the mail system. Your message could not be delivered.\r
--B\r
Content-Type: message/delivery-status\r
\r
Reporting-MTA: dns; mx.agency.example\r
\r
Final-Recipient: rfc822; ash.lorne@agency.example\r
Action: failed\r
Status: 5.1.1\r
Diagnostic-Code: smtp; 550 5.1.1 unknown user\r
\r
--B\r
Content-Type: text/rfc822-headers\r
\r
From: unit@partnership.example\r
To: ash.lorne@agency.example\r
Subject: Information request\r
Message-ID: <r1@partnership.example>\r
\r
--B--\r
"""
REFERRAL = (
    "URGENT child protection referral\n\n"
    "I am worried about a child in my class. He came in today with a bruise on his face and says "
    "he is afraid to go home this afternoon. He is at immediate risk. Please send a social worker "
    "to the school before three o'clock.\n\nRuth Denholme, class teacher\n"
)
FAMILY = (
    "I am the grandmother of the little boy who died in October. Nobody tells us anything. I want "
    "to know what was written about my daughter and who will talk to us.\n\nJoyce Alderby\n"
)
PRESS = (
    "I am a reporter with the Bedford Courier and am writing about a child's death in the town. "
    "Can you confirm that a review is under way, and may we have a comment by 4pm today?\n"
)
RIGHTS = (
    "Under the Freedom of Information Act 2000 please send me the number of rapid reviews held by "
    "the partnership in each of the last five years.\n"
)
MORE_TIME = (
    "Dear team\n\nWe will not be able to complete the return by Friday. Could we have an extension "
    "until Wednesday 2 December 2026, please? The records are in storage.\n\nRegards\nHugh\n"
)
