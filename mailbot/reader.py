"""`mailbot read`: what mailbot reads in files, as one object a file (design, section 5).

Nothing is kept, and no mailbox or store is opened.
"""

import os
import tomllib
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from mailbot.core.document import Document
from mailbot.core.forms.fields import MESSAGE
from mailbot.core.forms.forms import FormLayouts, forms_from, layouts_from, not_understood
from mailbot.core.forms.suggestions import suggestions_for, toml_lines
from mailbot.core.mail.machine_mail import as_a_website_sent
from mailbot.core.mail.messages import Reading, read_message
from mailbot.core.mail.outside_mail import as_it_says
from mailbot.core.mail.referrals import as_referral
from mailbot.core.mail.trimming import own_words
from mailbot.core.model import (
    Certainty,
    DocumentKind,
    Form,
    Message,
    MessageClass,
    TrustMode,
)
from mailbot.documents import (
    FileKind,
    document_from_text,
    documents_in,
    documents_of,
    kind_named,
    kind_of,
    mail_of,
)
from mailbot.errors import SettingsError, UsageError
from mailbot.shipped import shipped

Line = dict[str, Any]
Documents = tuple[tuple[str, Document], ...]

_MAILS = frozenset({FileKind.MAIL, FileKind.OUTLOOK, FileKind.WINMAIL})
#: What is neither named nor begins like a document is a mail, which may begin with anything.
_NO_DOCUMENTS = frozenset({FileKind.TEXT, FileKind.OTHER, FileKind.EMPTY, FileKind.ZEROS})
_PEOPLE = frozenset({"children", "siblings"})
#: The names that a reader of the JSON may count on (design, section 4); others stand apart.
FIELDS = frozenset(
    "child.name child.date_of_birth child.gender child.ethnicity child.disability child.address "
    "child.legal_status child.school children incident.date incident.place incident.nature "
    "incident.summary notifier.name notifier.role notifier.agency notifier.email notifier.phone "
    "referral.date parents siblings agencies agency author.name author.role known_to_agency "
    "involvement_summary good_practice learning immediate_actions signed_off_by chronology "
    "case_reference".split()
)
#: Of the first of several children, who all stand in `children`.
_OF_ONE_CHILD = frozenset({"child.name", "child.date_of_birth"})
#: Receipt is unknown for a file; no clock is started by reading one.
_NO_RECEIPT = datetime(1970, 1, 1, tzinfo=UTC)


def layouts_at(home: Path) -> FormLayouts:
    """Given a home, return its form layouts; outside of a home, those that mailbot ships.

    Raises SettingsError with every fault of the file.
    """
    own = home / "config" / "forms.toml"
    path = own if own.is_file() else shipped("config") / "forms.toml"
    try:
        return layouts_from(tomllib.loads(path.read_text(encoding="utf-8")))
    except ValueError as error:  # no TOML, no UTF-8, or no form layouts
        lines = str(error).splitlines()
        faults = [line if line.startswith("forms.toml") else f"{path}: {line}" for line in lines]
        raise SettingsError(tuple(faults)) from error


def readings_of(
    paths: Sequence[Path], home: Path, *, as_text: bool = False, explain: bool = False
) -> Iterator[Line]:
    """Given files and folders, return one object for each file, folders walked in order.

    With `as_text` each file is the bare text of a mail; with `explain` labels that were not
    understood are listed, with the fields they may mean. A file that cannot be read has a problem.
    Raises UsageError where nothing of what was named is there.
    """
    layouts = layouts_at(home)
    files, missing = files_to_read(paths)
    yield from missing
    for path in files:
        yield reading_of(path, layouts, as_text=as_text, explain=explain)


def files_to_read(paths: Sequence[Path]) -> tuple[list[Path], list[Line]]:
    """Given files and folders, return every file, and an object for each that cannot be opened.

    Folders are walked in order; what programs leave lying in them is passed over. Raises
    UsageError where nothing of what was named is there.
    """
    files: list[Path] = []
    missing: list[Line] = []
    there = 0
    for path in paths:
        try:
            is_there = path.exists()
            found = _in_folder(path, missing) if path.is_dir() else iter((path,))
        except OSError as error:  # a folder above it may not be entered
            missing.append(_unread(path, f"It cannot be opened: {error.strerror}."))
            there += 1
            continue
        there += is_there
        if is_there:
            files += found
        else:
            missing.append(_unread(path, "There is no such file or folder."))
    if not there:
        raise UsageError(f"There is no file or folder {paths[0]}.")
    return files, missing


def reading_of(path: Path, layouts: FormLayouts, *, as_text: bool, explain: bool) -> Line:
    """Given a file, return what is read in it; why not, when it cannot be opened."""
    try:
        if not path.is_file():
            return _unread(path, "It is no file that can be read.")
        if path.stat().st_size > _BIGGEST:
            return _unread(path, "The file is bigger than any mail: a person opens it.")
        content = path.read_bytes()
    except OSError as error:  # gone meanwhile, not allowed, a disk that fails
        return _unread(path, f"The file cannot be opened: {error.strerror}.")
    documents, line, forms = _read(content, path, layouts, as_text=as_text)
    line = _with_parts(line, forms, explain=explain)
    if explain:
        line |= explained(documents, layouts)
    return {"file": str(path), **line}


def explained(documents: Documents, layouts: FormLayouts) -> Line:
    """Given documents, return which labels were not understood, and what they may mean."""
    strangers = []
    suggested = []
    for part, document in documents:
        for one in suggestions_for(not_understood(document, layouts), layouts):
            suggested.append(one)
            likely = [{"field": m.field, "label": m.label, "score": m.score} for m in one.may_mean]
            label = {"part": part, "place": one.place, "label": one.label}
            strangers.append(label | ({"may_mean": likely} if likely else {}))
    lines = toml_lines(suggested)
    return {"labels_not_understood": strangers} | (
        {"forms_toml": "\n".join(lines)} if lines else {}
    )


_READING = Reading(own_address="", trust=TrustMode.NONE)
#: What programs leave in folders; nobody sent it.
_LITTER = frozenset({".DS_Store", "Thumbs.db", "desktop.ini"})
_BIGGEST = 200_000_000  # bytes; no mail system carries a mail as big


def _in_folder(folder: Path, missing: list[Line]) -> Iterator[Path]:
    def not_listed(error: OSError) -> None:
        missing.append(_unread(Path(error.filename), f"It cannot be opened: {error.strerror}."))

    for place, folders, names in os.walk(folder, onerror=not_listed):
        folders.sort()
        found = (Path(place) / name for name in sorted(names))
        yield from (f for f in found if f.name not in _LITTER and not f.name.startswith("~$"))


def _unread(path: Path, sentence: str) -> Line:
    return {"file": str(path), "parts": [], "problems": [sentence]}


def _read(
    content: bytes, path: Path, layouts: FormLayouts, *, as_text: bool
) -> tuple[Documents, Line, tuple[Form, ...]]:
    if as_text:
        own = own_words(content.decode("utf-8", "replace"))
        documents: Documents = (("message", document_from_text(own)),)
        return documents, {"reply_text": own}, forms_from(documents, own, layouts)
    if mime := _mail_in(content, path):
        message = read_message(mime, _NO_RECEIPT, reading=_READING)
        documents = documents_of(message)
        own, typed = message.own_text, message.typed_text
        forms = forms_from(documents, own, layouts, typed_text=typed)
        message = as_it_says(as_referral(as_a_website_sent(message, forms), forms), forms)
        return documents, _of_mail(message), forms or _unread_mail(message)
    documents = documents_in(content, name=path.name, content_type="", place="document")
    return documents, {}, forms_from(documents, "", layouts)


def _mail_in(content: bytes, path: Path) -> bytes | None:
    """Given a file, return it as MIME when it is a mail, of whatever program, else None."""
    kind = kind_of(content, path.name)
    if kind in _MAILS:
        return mail_of(content, kind)
    says_nothing = kind in _NO_DOCUMENTS and kind_named(path.name) is FileKind.OTHER
    return content if says_nothing else None


def _of_mail(message: Message) -> Line:
    line: Line = {
        "class": message.message_class.value,
        "message_id": message.message_id,
        "from": message.sender,
        "subject": message.subject,
        "reply_text": message.own_text,
        "attachments": [attachment.name for attachment in message.attachments],
        "bounced_recipients": [bounced.address for bounced in message.bounced],
        "problems": [f"{p.place}: {p.what}" if p.place else p.what for p in message.problems],
    }
    return {key: value for key, value in line.items() if value or key == "attachments"}


def _unread_mail(message: Message) -> tuple[Form, ...]:
    """What stands for a mail of which only a notice came: it may have met a deadline."""
    if message.message_class is not MessageClass.ENCRYPTED_PLACEHOLDER:
        return ()
    said = tuple(problem for problem in message.problems if problem.place == MESSAGE)
    return (Form(kind=DocumentKind.UNREADABLE, place=MESSAGE, problems=said),)


def _with_parts(line: Line, forms: Sequence[Form], *, explain: bool) -> Line:
    parts = [_part(form, explain=explain) for form in forms]
    found = {**line, "parts": parts}
    if len(parts) == 1:
        found.update(parts[0])
        problems = [*line.get("problems", []), *parts[0].get("problems", [])]
        found |= {"problems": list(dict.fromkeys(problems))} if problems else {}
    return found


def _shown(name: str, value: Any) -> Any:
    """Return a value in the shape that docs/json.md promises: of people, names and birth dates."""
    if not isinstance(value, list):
        return value
    if name in _PEOPLE:
        return [{key: one[key] for key in ("name", "date_of_birth") if key in one} for one in value]
    return value


def _part(form: Form, *, explain: bool) -> Line:
    part: Line = {"place": form.place, "document": form.kind.value}
    read = {
        name: found
        for name, found in form.fields.items()
        if found.certainty is Certainty.READ and found.value != []
    }
    promised = FIELDS - _OF_ONE_CHILD if len(form.value("children") or ()) > 1 else FIELDS
    begins = (form.beginning,) if form.beginning else form.could_begin
    lists: Line = {
        "beginnings": list(begins),
        "health_report": form.health_report,
        "fields": {n: _shown(n, f.value) for n, f in read.items() if n in promised},
        "further": {n: _shown(n, f.value) for n, f in read.items() if n not in promised},
        "places": {name: field.place for name, field in read.items()},
        "cannot_tell": form.named(Certainty.CANNOT_TELL),
        "not_known": form.named(Certainty.NOT_KNOWN),
        "blank": form.named(Certainty.BLANK) if explain else [],
        "problems": [f"{p.place}: {p.what}" if p.place else p.what for p in form.problems],
    }
    return part | {key: value for key, value in lists.items() if value}
