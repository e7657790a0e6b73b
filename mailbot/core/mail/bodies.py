"""A message's parts -> its text and the sender's own words.

Plain text is preferred to HTML unless it is empty or only says "this message is HTML".
"""

import re
from dataclasses import dataclass, field

from mailbot.core.mail.html_text import Page, has_marks, page_from
from mailbot.core.mail.mime import Part, from_uuencode
from mailbot.core.mail.trimming import is_marked, own_words, typed_words
from mailbot.core.model import Problem

#: So many encoded bytes of one body part are read.
TEXT_BYTES = 2_000_000
BODY_PARTS = 50

_STUB = re.compile(
    r"(?:this|your|the) (?:is an? )?(?:message|e-?mail|mail)?.{0,60}\b"
    r"(?:HTML|MIME|rich text)\b"
    r"|(?:view|read) (?:this|the) (?:message|e-?mail) (?:in|with) (?:a|an|your) "
    r".{0,20}(?:browser|HTML)"
    r"|HTML (?:only|version|e-?mail|message)|please enable HTML",
    re.IGNORECASE,
)
_UU_BEGIN = re.compile(r"^begin [0-7]{3,4} (\S.{0,250})$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Loose:
    """A file written into the text itself (uuencode)."""

    name: str
    content: bytes


@dataclass(slots=True)
class Body:
    """What there is to read in a message, and which parts it was read from."""

    text: str = ""
    own_text: str = ""
    typed_text: str = ""
    parts: list[Part] = field(default_factory=list)
    html: list[str] = field(default_factory=list)
    loose: list[Loose] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Piece:
    """One stretch of the body: as plain text, as HTML, or both."""

    plain: Part | None
    html: Part | None


@dataclass(frozen=True, slots=True)
class _Views:
    """What stands in one piece: all of it, the sender's own words, and what is surely typed."""

    text: str
    own: str
    typed: str


def body_of(root: Part) -> Body:
    """Given a message's parts, return its text, whole and own, with what could not be read."""
    body = Body()
    pieces = _pieces(root, named=False) or _pieces(root, named=True)
    if len(pieces) > BODY_PARTS:
        body.problems.append(
            Problem(place="message", what="It has very many texts: a person reads the rest.")
        )
    views = []
    for piece in pieces[:BODY_PARTS]:
        body.parts += [part for part in (piece.plain, piece.html) if part]
        views.append(_read(piece, body))
    body.text = "\n\n".join(view.text for view in views if view.text.strip())
    # A signed-off first piece and a list's footer in the next: each is trimmed by itself.
    body.own_text = "\n\n".join(view.own for view in views if view.own) or body.text.strip()
    # In a later piece stands what a forward or a gateway has added.
    body.typed_text = next((view.typed for view in views if view.text.strip()), "")
    return body


def _pieces(part: Part, *, named: bool) -> list[_Piece]:
    """Given a part, return the body's pieces in it; `named` takes those with file names too."""
    if part.disposition == "attachment":
        return []
    if part.kind == "multipart/alternative":
        inner = [piece for child in part.children for piece in _pieces(child, named=named)]
        plain = next((piece.plain for piece in inner if piece.plain), None)
        html = next((piece.html for piece in reversed(inner) if piece.html), None)
        return [_Piece(plain, html)] if inner else []
    if part.kind in {"multipart/report", "multipart/related", "multipart/signed"}:
        return _pieces(part.children[0], named=named)
    if part.kind.startswith("multipart/"):
        return [piece for child in part.children for piece in _pieces(child, named=named)]
    if part.kind not in {"text/plain", "text/html", "text/enriched", "text"}:
        return []
    if part.name and not named:
        return []
    return [_Piece(None, part) if part.kind == "text/html" else _Piece(part, None)]


def _read(piece: _Piece, body: Body) -> _Views:
    """Given a piece, return its text, the own words in it and those that were typed."""
    source = _source(piece.html, body) if piece.html else ""
    plain = _plain(piece.plain, body) if piece.plain else ""
    if not plain.strip() or (source and _is_stub(plain)):
        page = page_from(source)
        if page.too_deep:
            body.problems.append(
                Problem(place="message", what="Its layout could not be read: a person compares it.")
            )
        text = page.text or plain
        return _Views(text, own_words(page.own or text), _typed(page, text))
    if source and has_marks(source) and not is_marked(plain):
        page = page_from(source)
        own = page.own if page.own.strip() else plain
        return _Views(plain, own_words(own), _typed(page, plain))
    return _Views(plain, own_words(plain), typed_words(plain))


def _typed(page: Page, text: str) -> str:
    """Where a page marks its quotes, what is not marked is typed, be it nothing."""
    return typed_words(page.own if page.is_marked else text)


def _source(part: Part, body: Body) -> str:
    source = _text(part, body)
    body.html.append(source)
    return source


def _plain(part: Part, body: Body) -> str:
    text = _text(part, body)
    if part.parameter("format").lower() == "flowed":
        text = unflowed(text, delete_space=part.parameter("delsp").lower() == "yes")
    return _without_uuencode(text, body)


def _text(part: Part, body: Body) -> str:
    if part.size > TEXT_BYTES:
        body.problems.append(
            Problem(
                place="message", what="Its text is too long to be read: a person reads the end."
            )
        )
    return part.text(TEXT_BYTES)


def _is_stub(plain: str) -> bool:
    return len(plain) < 400 and bool(_STUB.search(plain))


def unflowed(text: str, *, delete_space: bool = False) -> str:
    """Given format=flowed text (RFC 3676), return it with its soft line breaks undone."""
    lines: list[str] = []
    pieces: list[str] = []
    depth = 0
    for line in text.split("\n"):
        quotes = len(line) - len(line.lstrip(">"))
        rest = line[quotes:].removeprefix(" ")
        if pieces and quotes != depth:
            lines.append(_flowed_line(depth, pieces))
            pieces = []
        depth = quotes
        soft = rest.endswith(" ") and rest != "-- "
        pieces.append(rest[:-1] if soft and delete_space else rest)
        if not soft:
            lines.append(_flowed_line(depth, pieces))
            pieces = []
    if pieces:
        lines.append(_flowed_line(depth, pieces))
    return "\n".join(lines)


def _flowed_line(depth: int, pieces: list[str]) -> str:
    return (">" * depth + " " if depth else "") + "".join(pieces)


def _without_uuencode(text: str, body: Body) -> str:
    """Take uuencoded files out of a text and keep them as files."""
    kept: list[str] = []
    position = 0
    while begin := _UU_BEGIN.search(text, position):
        end = text.find("\nend", begin.end())
        content = None
        if end >= 0:
            lines = text[begin.end() : end].encode("ascii", "replace").split(b"\n")
            content = from_uuencode(lines)
        if content is None or end < 0:
            break
        kept.append(text[position : begin.start()])
        body.loose.append(Loose(begin[1].strip(), content))
        position = end + len("\nend")
    return "".join([*kept, text[position:]])
