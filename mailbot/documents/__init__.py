"""Documents made neutral: bytes in any format become lines, tables and boxes with their places.

One file for each file format; the router picks it by what the bytes are, then by the name. Nothing
here raises for what a document contains: that becomes a `Problem`.
"""

from mailbot.documents.containers import mail_of
from mailbot.documents.kinds import FileKind, kind_named, kind_of
from mailbot.documents.plaintext import document_from_text
from mailbot.documents.router import documents_in, documents_of, read_document

__all__ = [
    "FileKind",
    "document_from_text",
    "documents_in",
    "documents_of",
    "kind_named",
    "kind_of",
    "mail_of",
    "read_document",
]
