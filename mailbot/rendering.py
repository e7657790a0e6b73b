"""A letter that is due becomes the bytes of a mail: words and templates in, MIME out.

Stands between `core.letters` and the mailboxes. Each body is written once, in Markdown, and
becomes plain text and a page (design, section 6); the page asks for nothing from outside.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage, Message
from email.policy import SMTP
from email.utils import format_datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import css_inline
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from jinja2.ext import Extension
from markupsafe import escape

from mailbot.core.model import Area, Delivery, Letter, LetterKind, Person, Protection
from mailbot.core.moments import LONDON
from mailbot.markdown_text import escaped, html_from, line_from, text_from

LAYOUT = "layout.html.j2"
#: Kept under the 998 bytes of a header line (RFC 5322, 2.1.1), whatever the thread's age.
REFERENCES_BYTES = 900
SUPPRESSED = "DR, RN, NRN, AutoReply"  # not OOF: we want to know who is away (design, promise 5)
SUBJECT_MARK = "Subject:"
CALENDAR, CALENDAR_FILE = "text/calendar", "application/ics"
_LONE_TAGS = re.compile(r"^[ \t]*((?:\{%(?:[^%\n]|%(?!\}))*%\}[ \t]*)+)\n", re.MULTILINE)

#: Lines as long as a References header may be: folding would cut or encode the ids in it.
_ID_POLICY = SMTP.clone(max_line_length=998)


@dataclass(frozen=True, slots=True, kw_only=True)
class Enclosure:
    """A file to attach. `name` is "<reference>-<agency>-<kind>.docx" and nothing else."""

    name: str
    content_type: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """What a mail carries beside its words: its identity, its thread and its token.

    `message_id` was made when the letter was queued (design, promise 2). `token_line` becomes
    the last line of both bodies. `references` are the thread's, oldest first.
    """

    message_id: str
    token_line: str
    in_reply_to: str | None = None
    references: tuple[str, ...] = ()


class LoneTags(Extension):
    """Drops a line that holds nothing but tags, so that templates read like the letters they make.

    Jinja's own `trim_blocks` also joins two lines of which the first ends in a tag.
    """

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        """Given a template, hide the ends of such lines in comments: line numbers stay right."""
        return _LONE_TAGS.sub(r"\1{#\n#}", source)


def load_templates(directory: Path) -> Environment:
    """Given the folder of templates, return them ready to be filled.

    A word that a template asks for and a letter lacks is an error, and every inserted value is
    escaped as Markdown, so that it reads as it stands and can add no markup.
    """
    return Environment(
        loader=FileSystemLoader(directory, encoding="utf-8"),
        autoescape=True,
        finalize=escaped,
        undefined=StrictUndefined,
        extensions=[LoneTags],
        keep_trailing_newline=True,
    )


def render(
    letter: Letter,
    *,
    area: Area,
    templates: Environment,
    envelope: Envelope,
    now: datetime,
    enclosures: Sequence[Enclosure] = (),
) -> bytes:
    """Given a letter and what it carries, return the mail as bytes, 7-bit clean, CRLF lines.

    The same arguments give the same bytes. There is no Bcc: whoever sends adds the copy for the
    shared mailbox.
    """
    subject, source = words_of(letter, area=area, templates=templates)
    mail = EmailMessage(policy=_ID_POLICY)
    for name, value in _headers(letter, area=area, envelope=envelope, now=now):
        mail[name] = value
    mail["Subject"] = full_subject(subject, letter=letter, area=area)
    token = envelope.token_line
    plain = f"{_plain(source, letter)}\n{token}\n" if token else _plain(source, letter)
    mail.set_content(plain, cte="quoted-printable")
    page = page_from(source, letter=letter, token=token, templates=templates)
    mail.add_alternative(page, subtype="html", cte="quoted-printable")
    for enclosure in enclosures:
        if enclosure.content_type.startswith(CALENDAR):
            _add_calendar(mail, enclosure)
    for enclosure in enclosures:
        _attach(mail, enclosure)
    _set_boundaries(mail, envelope.message_id)
    return mail.as_bytes()


def words_of(letter: Letter, *, area: Area, templates: Environment) -> tuple[str, str]:
    """Given a letter, return its own part of the subject and its body as Markdown.

    Raises jinja2.TemplateError when its template is missing, broken or asks for a word that the
    letter has not.
    """
    written = templates.get_template(f"{letter.kind.value}.md.j2").render(
        **common_words(letter, area), **letter.words
    )
    first, _, body = written.lstrip().partition("\n")
    return line_from(first.removeprefix(SUBJECT_MARK)), body.strip() + "\n"


def common_words(letter: Letter, area: Area) -> dict[str, Any]:
    """Given a letter, return the words that every template may use beside the letter's own."""
    return {
        "reference": letter.case or "",
        "area": area.name,
        "phone": area.phone,
        "front_door": area.front_door,
        "by_hand": letter.delivery is Delivery.DRAFT,
        "signature": area.signature,
    }


def full_subject(subject: str, *, letter: Letter, area: Area) -> str:
    """Given a letter's own subject, return it with marking, [secure] and [reference] in front."""
    marking = f"{area.marking}:" if area.marking else ""
    tag = "[secure]" if letter.protection is Protection.SUBJECT_TAG else ""
    reference = f"[{letter.case}]" if letter.case else ""
    return " ".join(part for part in (marking, tag, reference, subject) if part)


def page_from(source: str, *, letter: Letter, token: str, templates: Environment) -> str:
    """Given a body as Markdown, return the whole page with its styles inlined."""
    page = templates.get_template(LAYOUT).render(
        body=html_from(source),
        token=escape(token),
        strip=[escape(part) for part in _strip(letter)],
    )
    return _inliner().inline(page)


def _strip(letter: Letter) -> list[str]:
    """Return what stands above a letter: its reference and its one due day, where it has them."""
    due = letter.words.get("due", "")
    is_over = letter.kind is LetterKind.REMINDER and letter.words.get("late")
    said = f"{'Was due' if is_over else 'Due'} {due}" if due else ""
    return [part for part in (letter.case or "", said) if part]


def _plain(source: str, letter: Letter) -> str:
    strip = "  |  ".join(_strip(letter))
    return f"{strip}\n\n{text_from(source)}" if strip else text_from(source)


@lru_cache(maxsize=1)
def _inliner() -> css_inline.CSSInliner:
    return css_inline.CSSInliner(load_remote_stylesheets=False, keep_style_tags=True)


def _headers(
    letter: Letter, *, area: Area, envelope: Envelope, now: datetime
) -> Iterator[tuple[str, str | tuple[Address, ...]]]:
    yield "From", (Address(_one_line(area.name), addr_spec=area.address),)
    yield "To", _addresses(letter.to)
    if letter.cc:
        yield "Cc", _addresses(letter.cc)
    yield "Date", format_datetime(now.astimezone(LONDON))
    yield "Message-ID", envelope.message_id
    if envelope.in_reply_to:
        yield "In-Reply-To", envelope.in_reply_to
    if references := _thread(envelope):
        yield "References", references
    if letter.delivery is Delivery.SEND:
        yield "Auto-Submitted", "auto-generated"
        yield "X-Auto-Response-Suppress", SUPPRESSED


def _addresses(people: Sequence[Person]) -> tuple[Address, ...]:
    return tuple(_address(person) for person in people)


def _address(person: Person) -> Address:
    """Addresses as they are found in the wild: "first..last" is quoted, not refused."""
    local, _, domain = person.email.rpartition("@")
    return Address(_one_line(person.name), username=local, domain=domain)


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _thread(envelope: Envelope) -> str:
    """Return References (RFC 5322, 3.6.4): the thread's first mail and the newest that fit."""
    ids = list(dict.fromkeys((*envelope.references, envelope.in_reply_to or "")))
    ids = [i for i in ids if i and len(i) < REFERENCES_BYTES // 2 and i.isascii()]
    while len(" ".join(ids)) > REFERENCES_BYTES:
        del ids[1]
    return " ".join(ids)


def _add_calendar(mail: EmailMessage, enclosure: Enclosure) -> None:
    """Add an invitation as an alternative of the body, where mail programs look for it.

    That brings the buttons to accept or decline (RFC 6047, 2.4); the same file is attached besides
    for those that show none.
    """
    kind = Message()
    kind["Content-Type"] = enclosure.content_type
    mail.add_alternative(
        enclosure.content.decode("utf-8"),
        subtype="calendar",
        cte="base64",
        params={"method": str(kind.get_param("method", "REQUEST"))},
    )


def _attach(mail: EmailMessage, enclosure: Enclosure) -> None:
    """Attach a file; parameters of its type are kept.

    An invitation is a plain file here: it stands in the body already, and two of them with a
    method would be two invitations.
    """
    kind = Message()
    is_calendar = enclosure.content_type.startswith(CALENDAR)
    kind["Content-Type"] = CALENDAR_FILE if is_calendar else enclosure.content_type
    parameters: Mapping[str, str] = {
        name: value
        for name, value in kind.get_params(failobj=[])[1:]
        if name.lower() not in {"name", "charset"}
    }
    mail.add_attachment(
        enclosure.content,
        maintype=kind.get_content_maintype(),
        subtype=kind.get_content_subtype(),
        filename=enclosure.name,
        params=dict(parameters),
    )


def _set_boundaries(mail: EmailMessage, message_id: str) -> None:
    """Give each multipart a boundary that depends on the Message-ID alone.

    "=_" occurs in neither base64 nor quoted-printable (RFC 2045, 6.7), so none can be part of
    the content.
    """
    for number, part in enumerate(mail.walk()):
        if part.is_multipart():
            digest = hashlib.sha256(f"{message_id}/{number}".encode()).hexdigest()
            part.set_boundary(f"=_{digest[:32]}")
