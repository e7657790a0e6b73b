"""Bytes -> a tree of parts, within limits, without copying what is inside.

Header parameters are read by the standard library (compat32); the bodies are only cut at their
boundaries: a 50 MB attachment is decoded once, straight from the bytes that came in.
"""

import binascii
import quopri
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from email.message import Message as Parameters
from email.utils import collapse_rfc2231_value

from mailbot.core.mail.charsets import cleaned, decoded
from mailbot.core.mail.headers import HEADER_BYTES, Headers, headers_end, headers_from, unworded

DEPTH = 20
PARTS = 500
#: Headers of a single part; the message's own may be longer.
PART_HEADER_BYTES = 65_536
PARAMETER_CHARS = 4_000
#: Mails within a mail.
ENCLOSED = frozenset({"message/rfc822", "message/global"})

_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/\s]")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Part:
    """One part of a message. `data[start:end]` is its body, still encoded."""

    headers: Headers
    kind: str  # "text/plain", lower-case
    data: bytes
    start: int
    end: int
    parameters: Parameters
    disposition: str  # "attachment", "inline" or "", as Content-Disposition has it
    name: str  # the file name it goes by, decoded, without folders; "" when it has none
    children: tuple["Part", ...] = ()
    within: str = ""  # kind of the part around it

    @property
    def size(self) -> int:
        """Return how many bytes the body takes as it came in."""
        return self.end - self.start

    def parameter(self, name: str) -> str:
        """Given a parameter's name, return its value in Content-Type, or ""."""
        return _parameter(self.parameters, name, "content-type")

    def content(self, limit: int | None = None) -> bytes:
        """Return the body with its transfer encoding undone; `limit` cuts before decoding."""
        end = self.end if limit is None else min(self.end, self.start + limit)
        return _undone(memoryview(self.data)[self.start : end], _encoding(self.headers))

    def text(self, limit: int) -> str:
        """Return at most `limit` bytes of the body as text, line ends as newlines."""
        text = decoded(self.content(limit), self.parameter("charset"))
        return text.replace("\r\n", "\n").replace("\r", "\n")

    def walk(self) -> Iterator["Part"]:
        """Yield this part and all within it, in the order they were written."""
        yield self
        for child in self.children:
            yield from child.walk()


@dataclass(slots=True)
class Budget:
    """What may still be opened in one message; `exceeded` says in words what ran out."""

    parts: int = PARTS
    exceeded: set[str] = field(default_factory=set)


def part_from(data: bytes, budget: Budget) -> Part:
    """Given a whole message, return its tree of parts; what lies beyond the limits stays closed."""
    data = with_line_feeds(data)
    return _part(data, (0, len(data)), budget=budget, depth=0, within="")


def with_line_feeds(data: bytes) -> bytes:
    """Given a whole message, return it with the line ends of old Macintoshes made line feeds."""
    if b"\n" not in data[:4_000] and b"\r" in data[:4_000]:
        return data.replace(b"\r", b"\n")
    return data


def own_parts(root: Part) -> list[Part]:
    """Given a message's parts, return those of the message itself, not of mails attached to it."""
    found: list[Part] = [root]
    for part in found:
        if part is root or part.kind not in ENCLOSED:
            found.extend(part.children)
    return found


def _part(data: bytes, span: tuple[int, int], *, budget: Budget, depth: int, within: str) -> Part:
    start, end = span
    header_end, body = headers_end(data, start, end)
    limit = HEADER_BYTES if depth == 0 else PART_HEADER_BYTES
    if header_end - start > limit:
        budget.exceeded.add("headers")
    block = data[start : min(header_end, start + limit)]
    headers, used = headers_from(block)
    if used < len(block):  # no blank line: the body begins where the headers stop
        body = start + used
    default = "message/rfc822" if within == "multipart/digest" else "text/plain"
    parameters = _parameters(headers, default)
    kind = parameters.get_content_type().split()[0]  # a lost semicolon: "text/plain charset=x"
    part = Part(
        headers=headers,
        kind=kind,
        data=data,
        start=min(body, end),
        end=end,
        parameters=parameters,
        disposition=headers.first("content-disposition").split(";")[0].strip().lower(),
        name=_file_name(parameters),
        within=within,
    )
    return _opened(part, budget, depth)


def _opened(part: Part, budget: Budget, depth: int) -> Part:
    """Given a part just cut, return it with what is inside."""
    budget.parts -= 1
    inner = part.kind.startswith("multipart/")
    enclosed = part.kind in ENCLOSED
    if not inner and not enclosed:
        return part
    if depth >= DEPTH or budget.parts <= 0:
        budget.exceeded.add("depth" if depth >= DEPTH else "parts")
        return part
    data, spans = part.data, [(part.start, part.end)]
    if inner:
        spans = _spans(part, budget)
    elif _encoding(part.headers) in {"base64", "quoted-printable"}:
        data = part.content()
        spans = [(0, len(data))]
    children = tuple(
        _part(data, span, budget=budget, depth=depth + 1, within=part.kind) for span in spans
    )
    if inner and not children:
        return replace(part, kind="text/plain")  # no boundary in it: the text it then is
    return replace(part, children=children)


def _spans(part: Part, budget: Budget) -> list[tuple[int, int]]:
    """Given a multipart, return where its parts begin and end."""
    boundary = part.parameter("boundary").rstrip() or _guessed_boundary(part)
    mark = b"--" + boundary.encode("utf-8", "replace")
    spans: list[tuple[int, int]] = []
    begun: int | None = None
    position = part.start
    while boundary and (found := part.data.find(mark, position, part.end)) >= 0:
        position = found + len(mark)
        if found > part.start and part.data[found - 1 : found] not in {b"\n", b"\r"}:
            continue
        line_end = part.data.find(b"\n", position, part.end)
        line_end = part.end if line_end < 0 else line_end
        rest = part.data[position : min(line_end, position + 200)].strip()
        if rest not in {b"", b"--"}:
            continue  # another boundary that begins with the same letters
        if begun is not None:
            spans.append((begun, _line_before(part.data, begun, found)))
        begun = min(line_end + 1, part.end)
        if rest == b"--":
            return spans
        if len(spans) >= budget.parts:
            budget.exceeded.add("parts")
            return spans
    if begun is not None:
        spans.append((begun, part.end))
    return spans


def _guessed_boundary(part: Part) -> str:
    first = part.data[part.start : part.start + 2_000].lstrip().split(b"\n", 1)[0].strip()
    return first[2:].decode("ascii", "ignore") if first.startswith(b"--") else ""


def _line_before(data: bytes, begun: int, found: int) -> int:
    """The line end before a boundary belongs to the boundary (RFC 2046, 5.1.1)."""
    end = found - 1 if data[found - 1 : found] == b"\n" else found
    end = end - 1 if data[end - 1 : end] == b"\r" else end
    return max(begun, end)


# --- parameters -------------------------------------------------------------------------------


def _parameters(headers: Headers, default: str) -> Parameters:
    """Given a part's headers, return those with parameters in the standard library's keeping."""
    parameters = Parameters()
    parameters.set_default_type(default)
    for name in ("content-type", "content-disposition"):
        value = headers.first(name)[:PARAMETER_CHARS]
        if value:
            parameters[name] = value.replace("\r", " ").replace("\n", " ")
    return parameters


def _parameter(parameters: Parameters, name: str, header: str) -> str:
    if header not in parameters:
        return ""
    try:
        value = parameters.get_param(name, "", header)
        return cleaned(collapse_rfc2231_value(value)) if value else ""
    except (ValueError, LookupError, TypeError):  # broken RFC 2231 pieces
        return ""


def _file_name(parameters: Parameters) -> str:
    name = _parameter(parameters, "filename", "content-disposition") or _parameter(
        parameters, "name", "content-type"
    )
    name = " ".join(unworded(name).split())
    return re.split(r"[/\\]", name)[-1].strip()[:255]


# --- transfer encodings -----------------------------------------------------------------------


def _encoding(headers: Headers) -> str:
    value = headers.first("content-transfer-encoding").lower()
    for known in ("base64", "quoted-printable", "uuencode"):
        if known in value:
            return known
    return ""


def _undone(data: memoryview, encoding: str) -> bytes:
    if encoding == "base64":
        return from_base64(data)
    if encoding == "quoted-printable":
        return quopri.decodestring(bytes(data))
    if encoding == "uuencode":
        found = from_uuencode(bytes(data).splitlines())
        return found if found is not None else bytes(data)
    return bytes(data)


def from_base64(data: bytes | memoryview) -> bytes:
    """Given base64 however broken, return what it says, up to the last whole group."""
    try:
        return binascii.a2b_base64(data)
    except ValueError:
        pass  # one digit too many or padding lost: below, what can be had
    digits = _NOT_BASE64.sub(b"", bytes(data).split(b"=")[0])
    digits = b"".join(digits.split())
    digits = digits[: len(digits) - 1] if len(digits) % 4 == 1 else digits
    return binascii.a2b_base64(digits + b"=" * (-len(digits) % 4))


def from_uuencode(lines: list[bytes]) -> bytes | None:
    """Given lines of uuencode (with or without `begin` and `end`), return the file, or None."""
    pieces: list[bytes] = []
    for line in lines:
        if line.startswith(b"begin ") or not line.strip():
            continue
        if line.strip() in {b"end", b"`"}:
            break
        try:
            pieces.append(binascii.a2b_uu(line))
        except ValueError:
            # Encoders that cut trailing spaces, or pad too much: the length is in the first byte.
            length = (((line[0] - 32) & 63) * 4 + 5) // 3
            try:
                pieces.append(binascii.a2b_uu(line[:length]))
            except ValueError:
                return None
    return b"".join(pieces)
