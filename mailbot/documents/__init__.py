"""Documents made neutral: bytes in any format become labelled values with their places.

One file for each file format; `read_document` picks it by what the bytes are, then by the name.
Nothing here raises for what a document contains: that becomes a `Problem`.
"""

from mailbot.core.model import Attachment, Document, Message, Problem
from mailbot.documents.plaintext import document_from_text
from mailbot.documents.word import OLE, is_locked_office, read_word

__all__ = ["document_from_text", "documents_of", "read_document"]

_ZIP = b"PK\x03\x04"
_EMPTY_ZIP = b"PK\x05\x06"
_WORD_NAMES = (".docx", ".docm", ".dotx", ".dotm")
_WORD_TYPES = ("wordprocessingml", "ms-word.document.macroenabled")
#: First bytes, then the name a person would use.
_MAGIC = (
    (b"%PDF", "PDF"),
    (b"\x89PNG", "picture"),
    (b"\xff\xd8\xff", "picture"),
    (b"GIF8", "picture"),
    (b"II*\x00", "picture"),
    (b"MM\x00*", "picture"),
    (b"{\\rtf", "RTF"),
)
_ENDINGS = {
    ".pdf": "PDF",
    ".rtf": "RTF",
    ".odt": "OpenDocument",
    ".xlsx": "Excel",
    ".xls": "Excel",
    ".doc": "old Word",
    ".msg": "Outlook message",
    ".eml": "enclosed message",
    ".zip": "zip archive",
    ".heic": "picture",
    ".htm": "web page",
    ".html": "web page",
}
#: Things mail programs add by themselves: signatures, visiting cards, invitations.
_TRIMMINGS = ("text/calendar", "text/vcard", "text/x-vcard", "application/ics")
_SIGNATURES = ("pkcs7-signature", "pgp-signature")
#: A logo is smaller than this; a photograph of a page is not.
_LOGO_BYTES = 24_000


def read_document(content: bytes, *, name: str, content_type: str, place: str) -> Document:
    """Given a file's bytes, return what stands in it; a format we cannot read has a problem.

    `place` is what logs and letters call it ("2nd attachment, Word"); `name` and `content_type`
    are only hints, the bytes decide.
    """
    lower, mime = name.lower(), content_type.lower()
    says_word = lower.endswith(_WORD_NAMES) or any(word in mime for word in _WORD_TYPES)
    if not content:
        return _unread("empty file", place, "is empty: ask the sender to send it again.")
    if content.startswith((_ZIP, _EMPTY_ZIP)) and (says_word or b"word/document" in content):
        return read_word(content, place=place)
    if content.startswith(OLE) and (says_word or is_locked_office(content)):
        return read_word(content, place=place)
    known = next((what for magic, what in _MAGIC if content.startswith(magic)), "")
    if says_word and not known:
        return read_word(content, place=place)
    if not known and (lower.endswith(".txt") or mime.startswith("text/plain")):
        return document_from_text(_decoded(content), place)
    ending = "." + lower.rpartition(".")[2]
    what = known or _ENDINGS.get(ending) or ("picture" if mime.startswith("image/") else "other")
    return _unread(what, place, "cannot be read by mailbot yet: a person reads it.")


def documents_of(message: Message) -> tuple[tuple[str, Document], ...]:
    """Given a message, return its body (place "message") and its attachments as Documents.

    Logos, visiting cards, invitations and signature files are left out: they are trimmings.
    """
    body = ("message", document_from_text(message.own_text))
    files = tuple(
        (
            part.place,
            read_document(
                part.content, name=part.name, content_type=part.content_type, place=part.place
            ),
        )
        for part in message.attachments
        if not _is_trimming(part)
    )
    return (body, *files)


def _is_trimming(part: Attachment) -> bool:
    mime = part.content_type.lower()
    if mime.startswith("image/") and len(part.content) < _LOGO_BYTES:
        return True
    return mime.startswith(_TRIMMINGS) or mime.endswith(_SIGNATURES)


def _unread(what: str, place: str, sentence: str) -> Document:
    problem = Problem(place=place, what=f"The attachment ({what}) {sentence}")
    return Document(format=what, items=(), problems=(problem,))


def _decoded(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")
