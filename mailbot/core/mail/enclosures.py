"""A message's parts -> its attachments, each with the place by which letters and logs call it.

Mails attached to the mail are listed, and what is attached to them. Pictures that decorate an
HTML body are not; large ones are, since people paste scans into mails.
"""

from dataclasses import dataclass, field

from mailbot.core.mail.bodies import Body
from mailbot.core.mail.mime import Part
from mailbot.core.model import Attachment, Problem

ATTACHMENTS = 200
#: A picture shown in the body counts as an attachment from this size on (encoded bytes).
DECORATION_BYTES = 80_000
SEARCHED_BYTES = 4_000_000

_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"

#: Content type -> the word that people are shown.
WORDS = {
    _DOCX: "Word",
    "application/msword": "Word",
    "application/vnd.ms-word.document.macroenabled.12": "Word",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.template": "Word",
    "application/rtf": "Word",
    "text/rtf": "Word",
    "application/vnd.oasis.opendocument.text": "OpenDocument",
    "application/pdf": "PDF",
    _XLSX: "spreadsheet",
    "application/vnd.ms-excel": "spreadsheet",
    "text/csv": "spreadsheet",
    _PPTX: "presentation",
    "application/vnd.ms-powerpoint": "presentation",
    "message/rfc822": "mail",
    "application/vnd.ms-outlook": "Outlook mail",
    "application/ms-tnef": "winmail.dat",
    "text/calendar": "calendar entry",
    "text/html": "web page",
    "text/plain": "text",
    "application/zip": "zip archive",
    "application/x-7z-compressed": "archive",
    "application/gzip": "archive",
    "application/pkcs7-signature": "signature",
    "application/pgp-signature": "signature",
    "application/pkcs7-mime": "encrypted mail",
    "text/vcard": "contact",
}
#: What a file name's end says when the label says nothing.
ENDINGS = {
    "docx": _DOCX,
    "docm": "application/vnd.ms-word.document.macroenabled.12",
    "dotx": "application/vnd.openxmlformats-officedocument.wordprocessingml.template",
    "doc": "application/msword",
    "rtf": "application/rtf",
    "odt": "application/vnd.oasis.opendocument.text",
    "pdf": "application/pdf",
    "xlsx": _XLSX,
    "xls": "application/vnd.ms-excel",
    "csv": "text/csv",
    "pptx": _PPTX,
    "ppt": "application/vnd.ms-powerpoint",
    "eml": "message/rfc822",
    "msg": "application/vnd.ms-outlook",
    "ics": "text/calendar",
    "htm": "text/html",
    "html": "text/html",
    "txt": "text/plain",
    "zip": "application/zip",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "png": "image/png",
    "gif": "image/gif",
    "tif": "image/tiff",
    "tiff": "image/tiff",
    "heic": "image/heic",
    "p7m": "application/pkcs7-mime",
    "p7s": "application/pkcs7-signature",
    "vcf": "text/vcard",
}
_MAGIC = (
    (b"%PDF", "application/pdf"),
    (b"{\\rtf", "application/rtf"),
    (b"\x89PNG", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"\x78\x9f\x3e\x22", "application/ms-tnef"),
)
_ALIASES = {
    "application/vnd.ms-tnef": "application/ms-tnef",
    "application/x-pdf": "application/pdf",
    "application/x-zip-compressed": "application/zip",
    "application/x-pkcs7-mime": "application/pkcs7-mime",
    "application/x-pkcs7-signature": "application/pkcs7-signature",
    "message/global": "message/rfc822",
    "text/x-vcard": "text/vcard",
}
#: Parts of a report that are about a letter, not sent with it.
_OF_REPORTS = frozenset(
    "message/delivery-status message/global-delivery-status message/disposition-notification "
    "message/rfc822 message/global text/rfc822-headers message/rfc822-headers "
    "message/global-headers message/feedback-report".split()
)


@dataclass(slots=True)
class Enclosures:
    """Attachments in the order in which they were written, and what is wrong with them."""

    attachments: list[Attachment] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def enclosures_of(root: Part, body: Body) -> Enclosures:
    """Given a message's parts and what its body was read from, return its attachments."""
    found = Enclosures()
    leaves = _leaves(root, body)
    _list(leaves, body, found, before="")
    first = sum(1 for attachment in found.attachments if ": " not in attachment.place)
    for number, loose in enumerate(body.loose[:ATTACHMENTS], first + 1):
        kind = real_type("application/octet-stream", loose.name, loose.content)
        place = f"{ordinal(number)} attachment, {word_for(kind)}"
        found.attachments.append(
            Attachment(place=place, name=loose.name, content_type=kind, content=loose.content)
        )
    return found


def _leaves(root: Part, body: Body) -> list[Part]:
    """Return the parts that are files: neither containers nor body, nor a report's own."""
    leaves: list[Part] = []
    waiting = [root]
    while waiting:
        part = waiting.pop()
        if part.children and part.kind.startswith("multipart/"):
            waiting.extend(reversed(part.children))
        elif _is_passed_over(part, root):
            continue
        elif not any(part is used for used in body.parts) and not _is_decoration(part, body):
            leaves.append(part)
    return [part for part in leaves if part.size or part.name]


def _is_passed_over(part: Part, root: Part) -> bool:
    """Say whether a part is about a letter, or the message's own text."""
    if part.within == "multipart/report" and part.kind in _OF_REPORTS:
        return True
    return part is root and part.kind.startswith("text/") and not part.name


def _is_decoration(part: Part, body: Body) -> bool:
    if part.name or part.kind.startswith("image/"):
        content_id = part.headers.first("content-id").strip("<> ")
        shown = content_id and any(f"cid:{content_id}" in source for source in body.html)
        return bool(shown and part.kind.startswith("image/") and part.size < DECORATION_BYTES)
    # Without a name, a second text of the same body: an alternative that was not chosen.
    return (
        part.within == "multipart/alternative"
        and part.kind.startswith("text/")
        and (part.kind != "text/calendar")
    )


def _list(leaves: list[Part], body: Body, found: Enclosures, *, before: str) -> None:
    for number, part in enumerate(leaves, 1):
        if len(found.attachments) >= ATTACHMENTS:
            found.problems.append(
                Problem(
                    place="message", what="It has very many attachments: a person opens the rest."
                )
            )
            return
        content = part.content()
        kind = real_type(part.kind, part.name, content)
        place = f"{before}{ordinal(number)} attachment, {word_for(kind)}"
        found.attachments.append(
            Attachment(place=place, name=_name(part), content_type=kind, content=content)
        )
        if problem := _problem(kind, part.kind):
            found.problems.append(Problem(place=place, what=problem))
        if part.children:
            inner = Body(html=body.html)
            _list(_enclosed_leaves(part), inner, found, before=f"{place}: ")


def _enclosed_leaves(letter: Part) -> list[Part]:
    """Return the files of an attached mail; its own text stays in the mail."""
    head = letter.children[0]
    inner = Body()
    return [part for part in _leaves(head, inner) if part.name or not part.kind.startswith("text/")]


def _name(part: Part) -> str:
    if part.name or part.kind != "message/rfc822":
        return part.name
    return "mail.eml"


def _problem(kind: str, label: str) -> str:
    if label in {"message/partial", "message/external-body"}:
        return "It is only a piece of a mail, or lies elsewhere: a person asks for it again."
    if kind == "application/pkcs7-mime":
        return "It is encrypted or sealed and cannot be read here: a person opens it."
    return ""


def real_type(label: str, name: str, content: bytes) -> str:
    """Given a part's label, file name and content, return the content type it really has."""
    label = _ALIASES.get(label, label)
    for magic, kind in _MAGIC:
        if content.startswith(magic):
            return kind
    ending = name.rpartition(".")[2].lower() if "." in name else ""
    if content.startswith(b"PK\x03\x04"):
        return _zipped(content, ENDINGS.get(ending, "application/zip"))
    if content.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return _compound(content, ENDINGS.get(ending, ""), label)
    if label in WORDS or label.startswith("image/"):
        return label
    return ENDINGS.get(ending, label)


def _zipped(content: bytes, by_name: str) -> str:
    for folder, kind in ((b"word/", _DOCX), (b"xl/", _XLSX), (b"ppt/", _PPTX)):
        # Names of members stand in the directory at the end of the archive.
        if content.find(folder, max(0, len(content) - 100_000)) >= 0:
            return by_name if WORDS.get(by_name) == WORDS[kind] else kind
    return by_name


def _compound(content: bytes, by_name: str, label: str) -> str:
    """Tell old Word, Excel and Outlook files apart by the names of their streams."""
    if by_name:
        return by_name
    for stream, kind in (
        ("WordDocument", "application/msword"),
        ("Workbook", "application/vnd.ms-excel"),
        ("__nameid_version1.0", "application/vnd.ms-outlook"),
        ("PowerPoint Document", "application/vnd.ms-powerpoint"),
    ):
        if content.find(stream.encode("utf-16-le"), 0, SEARCHED_BYTES) >= 0:
            return kind
    return label


def word_for(kind: str) -> str:
    """Given a content type, return the word that people are shown for it."""
    if kind.startswith("image/"):
        return "picture"
    if kind.startswith(("audio/", "video/")):
        return "recording"
    return WORDS.get(kind, "file")


def ordinal(number: int) -> str:
    """Given a number from 1, return it as "1st", "2nd", "11th"."""
    if 10 <= number % 100 <= 20:
        return f"{number}th"
    return f"{number}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th') }"
