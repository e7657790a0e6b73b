"""`mailbot read`: what mailbot reads in files, as one object a file (design, section 5).

Nothing is kept, and no mailbox or store is opened.
"""

import tomllib
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from mailbot.core.forms.forms import FormLayouts, forms_from, layouts_from, not_understood
from mailbot.core.mail.messages import Reading, read_message
from mailbot.core.mail.trimming import own_words
from mailbot.core.model import Certainty, Document, Form, Message, TrustMode
from mailbot.documents import document_from_text, documents_of, read_document
from mailbot.errors import UsageError
from mailbot.shipped import shipped

Line = dict[str, Any]

#: What is neither named nor begins like a document is a mail, which may begin with anything.
_MAGIC = (b"PK\x03\x04", b"%PDF", b"\xd0\xcf\x11\xe0", b"{\\rtf", b"\x89PNG", b"\xff\xd8\xff")
_DOCUMENTS = (".docx", ".docm", ".doc", ".pdf", ".odt", ".rtf", ".xlsx", ".xls", ".zip", ".html")
#: Receipt is unknown for a file; no clock is started by reading one.
_NO_RECEIPT = datetime(1970, 1, 1, tzinfo=UTC)


def layouts_at(home: Path) -> FormLayouts:
    """Given a home, return its form layouts; outside of a home, those that mailbot ships."""
    own = home / "config" / "forms.toml"
    path = own if own.is_file() else shipped("config") / "forms.toml"
    return layouts_from(tomllib.loads(path.read_text(encoding="utf-8")))


def readings_of(
    paths: Sequence[Path], home: Path, *, as_text: bool = False, explain: bool = False
) -> Iterator[Line]:
    """Given files and folders, return one object for each file, folders walked in order.

    With `as_text` each file is the bare text of a mail; with `explain` labels that were not
    understood are listed. Raises UsageError for a path that is not there.
    """
    layouts = layouts_at(home)
    for path in _files(paths):
        content = path.read_bytes()
        if as_text:
            text = content.decode("utf-8", "replace")
            documents = [("message", document_from_text(own_words(text)))]
            line = _of_text(text, layouts, documents)
        elif path.suffix.lower() not in _DOCUMENTS and not content.startswith(_MAGIC):
            message = read_message(content, _NO_RECEIPT, reading=_READING)
            documents = list(documents_of(message))
            line = _of_mail(message, layouts, documents)
        else:
            found = read_document(content, name=path.name, content_type="", place="document")
            documents = [("document", found)]
            line = _with_parts({}, forms_from(documents, "", layouts))
        if explain:
            line["labels_not_understood"] = _strangers(documents, layouts)
        yield {"file": str(path), **line}


_READING = Reading(own_address="", trust=TrustMode.NONE)


def _files(paths: Sequence[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from sorted(p for p in path.rglob("*") if p.is_file())
        elif path.is_file():
            yield path
        else:
            raise UsageError(f"There is no file or folder {path}.")


def _of_text(text: str, layouts: FormLayouts, documents: list[tuple[str, Document]]) -> Line:
    own = own_words(text)
    return _with_parts({"reply_text": own}, forms_from(documents, own, layouts))


def _of_mail(message: Message, layouts: FormLayouts, documents: list[tuple[str, Document]]) -> Line:
    line: Line = {
        "class": message.message_class.value,
        "message_id": message.message_id,
        "from": message.sender,
        "subject": message.subject,
        "reply_text": message.own_text,
        "attachments": [attachment.name for attachment in message.attachments],
        "bounced_recipients": [bounced.address for bounced in message.bounced],
    }
    problems = [f"{p.place}: {p.what}" if p.place else p.what for p in message.problems]
    line = {key: value for key, value in line.items() if value or key == "attachments"}
    typed = message.typed_text
    forms = forms_from(documents, message.own_text, layouts, typed_text=typed)
    found = _with_parts(line, forms)
    if problems:
        found["problems"] = [*problems, *found.get("problems", [])]
    return found


def _with_parts(line: Line, forms: Sequence[Form]) -> Line:
    parts = [_part(form) for form in forms]
    line = {**line, "parts": parts}
    if len(parts) == 1:
        line.update(parts[0])
    return line


def _part(form: Form) -> Line:
    part: Line = {"place": form.place, "document": form.kind.value}
    read = {n: f for n, f in form.fields.items() if f.certainty is Certainty.READ}
    begins = (form.beginning,) if form.beginning else form.could_begin
    lists: Line = {
        "beginnings": list(begins),
        "health_report": form.health_report,
        "fields": {name: field.value for name, field in read.items()},
        "places": {name: field.place for name, field in read.items()},
        "cannot_tell": form.named(Certainty.CANNOT_TELL),
        "not_known": form.named(Certainty.NOT_KNOWN),
        "problems": [f"{p.place}: {p.what}" if p.place else p.what for p in form.problems],
    }
    return part | {key: value for key, value in lists.items() if value}


def _strangers(documents: Sequence[tuple[str, Document]], layouts: FormLayouts) -> list[Line]:
    return [
        {"part": part, "place": place, "label": label}
        for part, document in documents
        for place, label in not_understood(document, layouts)
    ]
