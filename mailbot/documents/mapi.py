"""Mails as Outlook and Exchange keep them (MAPI properties), made into MIME.

.msg files and winmail.dat hold the same properties in different wrappings (MS-OXPROPS names them).
Made into MIME, such a mail is read by the same code as every other (`core/mail`).
"""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from mailbot.documents.rtf_bodies import RtfBody, body_from, decompressed

Value = str | bytes | int
Properties = Mapping[int, Value]

SUBJECT, TEXT, HTML, RTF = 0x0037, 0x1000, 0x1013, 0x1009
HEADERS, MESSAGE_CLASS, MESSAGE_ID = 0x007D, 0x001A, 0x1035
_IN_REPLY_TO, _REFERENCES = 0x1042, 0x1039
_SENDER = ((0x5D01, 0x0C1F, 0x0065, 0x5D02), (0x0C1A, 0x0042))  # addresses, names
_RECIPIENT = ((0x39FE, 0x3003), (0x3001,))
_RECIPIENT_TYPE = 0x0C15
_SHOWN_TO, _SHOWN_CC = 0x0E04, 0x0E03
_SUBMITTED, _DELIVERED = 0x0039, 0x0E06
CODEPAGE, MESSAGE_CODEPAGE = 0x3FDE, 0x3FFD
ATTACHED, METHOD = 0x3701, 0x3705
_LONG_NAME, _SHORT_NAME, _SHOWN_NAME = 0x3707, 0x3704, 0x3001
_MIME_TYPE, _CONTENT_ID, _HIDDEN = 0x370E, 0x3712, 0x7FFE
#: The last moment that is believed: a FILETIME may say the year 60000.
_LATEST = 2_650_467_744_000_000_000 // 10
_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)
_CHARSETS = {
    65001: "utf-8",
    1200: "utf-16-le",
    20127: "us-ascii",
    50220: "iso-2022-jp",
    20866: "koi8-r",
    **{28590 + part: f"iso-8859-{part}" for part in (1, 2, 3, 4, 5, 6, 7, 8, 9, 13, 15)},
}
#: Of the headers that came over the network, those that describe a body which is no longer there.
_OF_THE_BODY = ("content-", "mime-version")
_ENVELOPED = "ipm.note.smime.multipartsigned"
#: How a file is attached: by value, or as a mail; else it lies elsewhere (MS-OXCMSG 2.2.2.9).
BY_VALUE, AS_MAIL, AS_OBJECT = 1, 5, 6
_ELSEWHERE = (2, 3, 4, 7)


@dataclass(frozen=True, slots=True)
class MapiFile:
    """One attachment: its properties, and its bytes; a mail that is attached comes as MIME."""

    properties: Properties
    content: bytes
    is_mail: bool = False


def text_of(properties: Properties, *names: int) -> str:
    """Given properties, return the first of those named that is a text which says something."""
    for name in names:
        value = properties.get(name)
        if isinstance(value, str) and (text := value.replace("\0", "").strip()):
            return text
    return ""


def charset_for(codepage: Value | None) -> str:
    """Given a Windows code page's number, return the name of its character set."""
    if not isinstance(codepage, int):
        return "cp1252"
    return _CHARSETS.get(codepage, f"cp{codepage}" if 0 < codepage < 20_000 else "cp1252")


def mime_from(
    properties: Properties, recipients: Sequence[Properties], files: Sequence[MapiFile]
) -> bytes:
    """Given a mail's properties, return it as MIME; nothing in it is believed, as in any mail."""
    parts = [*_bodies(properties), *(_file_part(file, properties) for file in files)]
    if not parts:  # a mail of parts without any is none
        parts = [_part("text/plain", b"")]
    # Every part is base64, in which no boundary can stand.
    boundary = b"=_part"
    lines = [
        *_headers(properties, recipients),
        b"MIME-Version: 1.0",
        b'Content-Type: multipart/mixed; boundary="' + boundary + b'"',
        b"",
    ]
    for part in parts:
        lines += [b"--" + boundary, part]
    lines += [b"--" + boundary + b"--", b""]
    return b"\r\n".join(lines)


# --- the head -----------------------------------------------------------------------------------


def _headers(properties: Properties, recipients: Sequence[Properties]) -> list[bytes]:
    kept = _as_sent(text_of(properties, HEADERS))
    names = {line.partition(b":")[0].lower() for line in kept}
    sender = _mailbox(properties, *_SENDER)
    own = {
        "From": sender,
        "To": _mailboxes(recipients, 1) or _word(text_of(properties, _SHOWN_TO)),
        "Cc": _mailboxes(recipients, 2) or _word(text_of(properties, _SHOWN_CC)),
        "Subject": _word(text_of(properties, SUBJECT)),
        "Date": _moment(properties),
        "Message-ID": _plain(text_of(properties, MESSAGE_ID)),
        "In-Reply-To": _plain(text_of(properties, _IN_REPLY_TO)),
        "References": _plain(text_of(properties, _REFERENCES)),
    }
    return kept + [
        f"{name}: {value}".encode()
        for name, value in own.items()
        if value and name.lower().encode() not in names
    ]


def _as_sent(headers: str) -> list[bytes]:
    """Given the headers as they came over the network, return them without those of the body."""
    kept: list[bytes] = []
    wanted = False
    for line in headers.splitlines():
        if line[:1] in {" ", "\t"}:
            if wanted and line.strip():
                kept[-1] += b"\r\n" + line.encode("utf-8", "replace")
            continue
        name, colon, _ = line.partition(":")
        wanted = bool(colon) and name.isascii() and name.replace("-", "").isalnum()
        wanted = wanted and not name.lower().startswith(_OF_THE_BODY)
        if wanted:
            kept.append(line.encode("utf-8", "replace"))
    return kept


def _mailbox(properties: Properties, addresses: Sequence[int], names: Sequence[int]) -> str:
    found = (text_of(properties, name) for name in addresses)
    # Within Exchange, an address may be a path of its directory ("/O=...").
    address = next((_plain(text) for text in found if "@" in text), "")
    name = _word(text_of(properties, *names))
    return f"{name} <{address}>".strip() if address else name


def _mailboxes(recipients: Sequence[Properties], kind: int) -> str:
    meant = (person for person in recipients if person.get(_RECIPIENT_TYPE, 1) == kind)
    return ", ".join(filter(None, (_mailbox(person, *_RECIPIENT) for person in meant)))


def _moment(properties: Properties) -> str:
    value = properties.get(_SUBMITTED, properties.get(_DELIVERED))
    if not isinstance(value, int) or not 0 < value < _LATEST * 10:
        return ""
    return format_datetime(_EPOCH + timedelta(microseconds=value // 10))


def _plain(text: str) -> str:
    return " ".join(text.split()).encode("ascii", "ignore").decode()


def _word(text: str) -> str:
    """Given any text, return it as an encoded word (RFC 2047): no line of it ends a header."""
    text = " ".join(text.split())
    if not text:
        return ""
    return f"=?utf-8?b?{base64.b64encode(text.encode('utf-8', 'replace')).decode()}?="


# --- bodies and files ---------------------------------------------------------------------------


def _bodies(properties: Properties) -> list[bytes]:
    html, charset = _html(properties)
    text = text_of(properties, TEXT)
    rtf = properties.get(RTF)
    if not html and isinstance(rtf, bytes):
        found = body_from(decompressed(rtf))
        html, charset = found.html.encode("utf-8", "replace"), "utf-8"
        text = _better(text, found)
    written = []
    if text:
        written.append(_part("text/plain; charset=utf-8", text.encode("utf-8", "replace")))
    if html:
        written.append(_part(f"text/html; charset={charset}", html))
    if len(written) < 2:
        return written
    inner = b"=_alternative"
    joined = b"".join(b"--" + inner + b"\r\n" + part + b"\r\n" for part in written)
    head = b'Content-Type: multipart/alternative; boundary="' + inner + b'"\r\n\r\n'
    return [head + joined + b"--" + inner + b"--\r\n"]


def _html(properties: Properties) -> tuple[bytes, str]:
    value = properties.get(HTML)
    if isinstance(value, str):
        return value.encode("utf-8", "replace"), "utf-8"
    if isinstance(value, bytes):
        return value, charset_for(properties.get(CODEPAGE, 65001))
    return b"", "utf-8"


def _better(text: str, found: RtfBody) -> str:
    """The plain text that Outlook makes of its rich text loses which cells stand in one row."""
    return found.text if found.text and (not text or found.has_tables) else text


def _part(content_type: str, content: bytes, more: Sequence[str] = ()) -> bytes:
    head = [f"Content-Type: {content_type}", "Content-Transfer-Encoding: base64", *more, "", ""]
    return "\r\n".join(head).encode() + base64.encodebytes(content)


def _file_part(file: MapiFile, message: Properties) -> bytes:
    properties = file.properties
    kind = _type_of(file, message)
    hidden = bool(properties.get(_HIDDEN)) and kind.startswith("image/")
    name = text_of(properties, _LONG_NAME, _SHORT_NAME, _SHOWN_NAME)
    if file.is_mail and not name.lower().endswith((".eml", ".msg")):
        name = ""  # the subject of the mail, which is no file's name
    disposition = "inline" if hidden else "attachment"
    if name:
        disposition += f'; filename="{_word(name[:200])}"'
    more = [f"Content-Disposition: {disposition}"]
    if content_id := _plain(text_of(properties, _CONTENT_ID)):
        more.append(f"Content-ID: <{content_id.strip('<>')}>")
    return _part(kind, file.content, more)


def _type_of(file: MapiFile, message: Properties) -> str:
    signed = text_of(message, MESSAGE_CLASS).lower() == _ENVELOPED
    if file.is_mail or signed:
        return "message/rfc822"  # a signed mail is one file: the mail itself, with its signature
    if file.properties.get(METHOD) in _ELSEWHERE and not file.content:
        return "message/external-body"
    said = _plain(text_of(file.properties, _MIME_TYPE)).lower()
    first, _, second = said.partition("/")
    usable = first.isalnum() and second.replace("-", "").replace(".", "").replace("+", "").isalnum()
    # A part that says it is a container of parts would be opened as one.
    return said if usable and first not in {"multipart", "message"} else "application/octet-stream"
