"""What kind of file it is: its bytes decide, then its name, then what the mail says of it.

A ".doc" may hold RTF, a web page or a .docx; a ".pdf" a photograph; a ".txt" UTF-16. Each is read
as what it is.
"""

import re
from enum import StrEnum
from io import BytesIO
from zipfile import BadZipFile, ZipFile

from mailbot.core.mail.charsets import decoded
from mailbot.documents.compound import OLE, names_in


class FileKind(StrEnum):
    """What a file is; the values are what people are told."""

    EMPTY = "empty file"
    ZEROS = "file of zeros"
    WORD = "Word"
    OFFICE = "old Office format"
    PDF = "PDF"
    PICTURE = "picture"
    WORKBOOK = "Excel"
    TABLE_OF_TEXT = "CSV"
    TEXT = "text"
    WEB_PAGE = "web page"
    WEB_ARCHIVE = "web archive"
    MAIL = "mail"
    OUTLOOK = "Outlook mail"
    WINMAIL = "winmail.dat"
    ZIP = "zip archive"
    LOCKED = "locked Office document"
    RIGHTS = "rights-protected file"
    SEALED = "encrypted mail"
    PACKED = "archive"
    BINARY_WORKBOOK = "Excel binary workbook"
    PRESENTATION = "presentation"
    PAGES = "Apple document"
    RECORDING = "recording"
    PROGRAM = "program"
    OTHER = "unknown format"


_STARTS = (
    (b"%PDF", FileKind.PDF),
    (b"\x89PNG", FileKind.PICTURE),
    (b"\xff\xd8\xff", FileKind.PICTURE),
    (b"GIF8", FileKind.PICTURE),
    (b"II*\x00", FileKind.PICTURE),
    (b"MM\x00*", FileKind.PICTURE),
    (b"{\\rtf", FileKind.OFFICE),
    (b"\x78\x9f\x3e\x22", FileKind.WINMAIL),
    (b"Rar!\x1a", FileKind.PACKED),
    (b"7z\xbc\xaf\x27\x1c", FileKind.PACKED),
    (b"\x1f\x8b\x08", FileKind.PACKED),
    (b"BZh", FileKind.PACKED),
    (b"\xfd7zXZ\x00", FileKind.PACKED),
    (b"MSCF", FileKind.PACKED),
    (b"MZ", FileKind.PROGRAM),
    (b"\x7fELF", FileKind.PROGRAM),
    (b"L\x00\x00\x00\x01\x14\x02\x00", FileKind.PROGRAM),
    (b"\x76\xe8\x04\x60\xc4\x11\xe3\x86", FileKind.SEALED),  # .rpmsg
    (b"-----BEGIN PGP MESSAGE", FileKind.SEALED),
    (b"-----BEGIN PKCS7", FileKind.SEALED),
    (b"OggS", FileKind.RECORDING),
    (b"ID3", FileKind.RECORDING),
    (b"\xdb\xa5", FileKind.OFFICE),  # Word 2, which reads no more than its name
)
#: What stands in a zip archive that is really a document; the first match counts.
_INSIDE = (
    ("word/", FileKind.WORD),
    ("xl/workbook.bin", FileKind.BINARY_WORKBOOK),
    ("xl/", FileKind.WORKBOOK),
    ("ppt/", FileKind.PRESENTATION),
    ("Index/Document.iwa", FileKind.PAGES),
    ("Index.zip", FileKind.PAGES),
)
#: What stands in the root of a compound file.
_STREAMS = (
    ("EncryptedPackage", FileKind.LOCKED),
    ("\tDRMContent", FileKind.RIGHTS),
    ("__properties_version1.0", FileKind.OUTLOOK),
    ("WordDocument", FileKind.OFFICE),
    ("Workbook", FileKind.OFFICE),
    ("Book", FileKind.OFFICE),
    ("PowerPoint Document", FileKind.PRESENTATION),
)
_ENDINGS = {
    **dict.fromkeys(("docx", "docm", "dotx", "dotm"), FileKind.WORD),
    **dict.fromkeys(("doc", "dot", "rtf", "odt", "ott", "fodt", "wps", "wpd"), FileKind.OFFICE),
    **dict.fromkeys(("xls", "xlt", "ods", "ots"), FileKind.OFFICE),
    "pdf": FileKind.PDF,
    **dict.fromkeys(("png", "jpg", "jpeg", "gif", "tif", "tiff", "bmp"), FileKind.PICTURE),
    **dict.fromkeys(("heic", "heif", "webp"), FileKind.PICTURE),
    **dict.fromkeys(("xlsx", "xlsm", "xltx", "xltm"), FileKind.WORKBOOK),
    "xlsb": FileKind.BINARY_WORKBOOK,
    **dict.fromkeys(("csv", "tsv"), FileKind.TABLE_OF_TEXT),
    **dict.fromkeys(("txt", "text", "md", "log"), FileKind.TEXT),
    **dict.fromkeys(("htm", "html", "xhtml", "shtml"), FileKind.WEB_PAGE),
    **dict.fromkeys(("mht", "mhtml"), FileKind.WEB_ARCHIVE),
    **dict.fromkeys(("eml", "emlx"), FileKind.MAIL),
    "msg": FileKind.OUTLOOK,
    "zip": FileKind.ZIP,
    **dict.fromkeys(("7z", "rar", "gz", "tgz", "tar", "bz2", "xz", "cab"), FileKind.PACKED),
    **dict.fromkeys(("ppt", "pptx", "pptm", "pps", "ppsx", "odp"), FileKind.PRESENTATION),
    **dict.fromkeys(("pages", "numbers", "key"), FileKind.PAGES),
    **dict.fromkeys(("p7m", "p7", "pgp", "gpg", "asc", "rpmsg", "switch"), FileKind.SEALED),
    **dict.fromkeys(("exe", "com", "scr", "msi", "lnk", "iso", "img", "jar"), FileKind.PROGRAM),
    **dict.fromkeys(("js", "vbs", "vbe", "wsf", "hta", "bat", "cmd", "ps1"), FileKind.PROGRAM),
    **dict.fromkeys(("mp3", "mp4", "m4a", "wav", "mov", "avi", "wmv"), FileKind.RECORDING),
}
#: Content types, by what their name begins with or contains.
_TYPES = (
    ("wordprocessingml", FileKind.WORD),
    ("ms-word.document.macroenabled", FileKind.WORD),
    ("application/msword", FileKind.OFFICE),
    ("opendocument.text", FileKind.OFFICE),
    ("opendocument.spreadsheet", FileKind.OFFICE),
    ("application/rtf", FileKind.OFFICE),
    ("text/rtf", FileKind.OFFICE),
    ("application/pdf", FileKind.PDF),
    ("spreadsheetml", FileKind.WORKBOOK),
    ("ms-excel.sheet.macroenabled", FileKind.WORKBOOK),
    ("ms-excel.sheet.binary", FileKind.BINARY_WORKBOOK),
    ("application/vnd.ms-excel", FileKind.OFFICE),
    ("presentationml", FileKind.PRESENTATION),
    ("application/vnd.ms-powerpoint", FileKind.PRESENTATION),
    ("application/vnd.ms-outlook", FileKind.OUTLOOK),
    ("ms-tnef", FileKind.WINMAIL),
    ("message/rfc822", FileKind.MAIL),
    ("message/global", FileKind.MAIL),
    ("multipart/related", FileKind.WEB_ARCHIVE),
    ("text/csv", FileKind.TABLE_OF_TEXT),
    ("text/html", FileKind.WEB_PAGE),
    ("application/xhtml", FileKind.WEB_PAGE),
    ("text/plain", FileKind.TEXT),
    ("zip", FileKind.ZIP),
    ("pkcs7-mime", FileKind.SEALED),
    ("pgp-encrypted", FileKind.SEALED),
    ("rpmsg", FileKind.SEALED),
    ("image/", FileKind.PICTURE),
    ("audio/", FileKind.RECORDING),
    ("video/", FileKind.RECORDING),
)
_PAGE = re.compile(
    rb"(?:<!doctype\s+html|<html|<head|<body|<table|<div|<meta|<form|<p[ >])"
    rb"|<\?xml[^>]{0,200}\?>\s*(?:<!doctype[^>]{0,300}>\s*)?<html",
    re.IGNORECASE | re.DOTALL,
)
_OFFICE_XML = re.compile(
    rb"<\?xml[^>]{0,200}\?>\s*(?:<\?mso-application[^>]{0,100}\?>\s*)?"
    rb"<(?:pkg:package|w:wordDocument|office:document|Workbook)\b"
)
#: RFC 5322, section 2.2: a name of printable characters, and what is folded below it.
_HEADER = re.compile(rb"([!-9;-~]{1,76}):[^\r\n]*\r?\n(?:[ \t][^\r\n]*\r?\n)*")
#: The line before a mail in a mailbox file (RFC 4155).
_MAILBOX_LINE = re.compile(rb"^>?From \S+ [^\r\n]{0,200}\r?\n")
_SURELY_MAIL = frozenset({b"mime-version", b"received", b"message-id", b"content-type"})
#: A mail saved as text by hand has these at least, and an address in the first.
_A_LETTERS = frozenset({b"from", b"to", b"subject", b"date"})
_FROM_SOMEBODY = re.compile(rb"^from:[^\r\n]*@", re.IGNORECASE | re.MULTILINE)
_CONTROLS = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_LOOKED_AT = 4_096
_SIGNS_OF_A_ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08PK")
#: Kinds that are text themselves: what reads as text and bears such a name is that.
_OF_TEXT = frozenset(
    {
        *(FileKind.TABLE_OF_TEXT, FileKind.WEB_PAGE, FileKind.WEB_ARCHIVE, FileKind.MAIL),
        *(FileKind.SEALED, FileKind.PROGRAM),
    }
)


def kind_of(content: bytes, name: str = "", content_type: str = "") -> FileKind:
    """Given a file's bytes, its name and what the mail calls it, return what it is."""
    if not content:
        return FileKind.EMPTY
    said = kind_named(name, content_type)
    head = content[:_LOOKED_AT].lstrip(b"\xef\xbb\xbf \t\r\n")
    if content.startswith(_SIGNS_OF_A_ZIP):
        return _zipped(content, said)
    if content.startswith(OLE):
        return _compound(content, said)
    for start, kind in _STARTS:
        if head.startswith(start):
            return kind
    if _is_picture(content):
        return FileKind.PICTURE
    if b"%PDF-" in head[:1_024]:
        return FileKind.PDF
    if not content.strip(b"\x00"):
        return FileKind.ZEROS
    return _of_text(content, head, said) or said


def kind_named(name: str, content_type: str = "") -> FileKind:
    """Given a file's name and what the mail calls it, return what it is said to be."""
    ending = name.lower().rstrip(". ").rpartition(".")[2] if "." in name else ""
    if ending in _ENDINGS:
        return _ENDINGS[ending]
    mime = content_type.lower()
    return next((kind for word, kind in _TYPES if word in mime), FileKind.OTHER)


def _zipped(content: bytes, said: FileKind) -> FileKind:
    """Tell documents that are zip archives from archives, by the names of what is in them."""
    try:
        with ZipFile(BytesIO(content)) as package:
            names = package.namelist()[:_LOOKED_AT]
    # The zip reader lets all of these out for torn or forged directories.
    except (BadZipFile, OSError, ValueError, NotImplementedError, IndexError):
        return FileKind.ZIP if said is FileKind.OTHER else said
    if "mimetype" in names and "content.xml" in names:
        return FileKind.OFFICE
    packaged = "[Content_Types].xml" in names or "word/document.xml" in names
    for start, kind in _INSIDE:
        if (packaged or kind is FileKind.PAGES) and any(n.startswith(start) for n in names):
            return kind
    return FileKind.WORD if packaged and said is FileKind.WORD else FileKind.ZIP


def _compound(content: bytes, said: FileKind) -> FileKind:
    names = names_in(content)
    return next((kind for stream, kind in _STREAMS if stream in names), said)


def _is_picture(content: bytes) -> bool:
    brand = content[4:12]
    if brand.startswith(b"ftyp"):
        return brand[4:] in {b"heic", b"heix", b"mif1", b"msf1", b"hevc", b"avif"}
    if content.startswith(b"RIFF"):
        return content[8:12] == b"WEBP"
    return content.startswith(b"BM") and content[6:10] == b"\x00\x00\x00\x00"


def _of_text(content: bytes, head: bytes, said: FileKind) -> FileKind | None:
    """Given bytes that begin like nothing else, return what kind of text they are, or None."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        head = content[:_LOOKED_AT].decode("utf-16", "ignore").encode().lstrip()
        if _is_page(head):
            return FileKind.WEB_PAGE
        return said if said in _OF_TEXT else FileKind.TEXT
    if is_utf16_without_mark(content):
        return said if said in _OF_TEXT else FileKind.TEXT
    if _OFFICE_XML.match(head):
        return FileKind.OFFICE
    if _is_page(head):
        return FileKind.WEB_PAGE
    if _begins_like_mail(head):
        return _kind_of_mail(content, head, said)
    if _CONTROLS.search(content[: _LOOKED_AT * 16]):
        return None
    return said if said in _OF_TEXT else FileKind.TEXT


def _is_page(head: bytes) -> bool:
    while head.startswith(b"<!--"):
        comment, end, rest = head.partition(b"-->")
        if not end or b"<html" in comment.lower():
            return True  # a comment so long, or for old browsers, stands only in web pages
        head = rest.lstrip()
    return bool(_PAGE.match(head))


def text_in(content: bytes, limit: int) -> str:
    """Given the bytes of a text and how many of them to read, return it, line ends as newlines."""
    label = "utf-16" if content.startswith((b"\xff\xfe", b"\xfe\xff")) else ""
    if not label and is_utf16_without_mark(content):
        label = "utf-16-le" if content[1:2] == b"\x00" else "utf-16-be"
    text = decoded(content[: limit - limit % 2], label).removeprefix("\ufeff")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def is_utf16_without_mark(content: bytes) -> bool:
    """Say whether bytes are English text in UTF-16 that lacks its byte order mark."""
    head = content[:400]
    if len(head) < 4 or len(content) % 2:
        return False
    low, high = head[1::2].count(0), head[::2].count(0)
    return max(low, high) > len(head) * 0.4 and min(low, high) == 0


def _begins_like_mail(head: bytes) -> bool:
    """Say whether the head of a mail stands here, with lines such as nobody types."""
    names: list[bytes] = []
    line = _MAILBOX_LINE.match(head)
    start = position = line.end() if line else 0
    while len(names) < 40 and (match := _HEADER.match(head, position)):
        position = match.end()
        names.append(match[1].lower())
    if len(names) < 2:
        return False
    typed = _A_LETTERS.issubset(names) and _FROM_SOMEBODY.search(head[start:position])
    return bool(typed) or not _SURELY_MAIL.isdisjoint(names)


def _kind_of_mail(content: bytes, head: bytes, said: FileKind) -> FileKind:
    if said is FileKind.MAIL or b"\nreceived:" in head.lower():
        return FileKind.MAIL
    lower = head.lower()
    if said is FileKind.WEB_ARCHIVE or b"snapshot-content-location" in lower:
        return FileKind.WEB_ARCHIVE
    saved_page = b"multipart/related" in lower and b"\nto:" not in lower
    saved_page = saved_page and (b"\nfrom:" not in b"\n" + lower or b"<saved by" in lower)
    return FileKind.WEB_ARCHIVE if saved_page else FileKind.MAIL
