"""Header bytes -> names and values, addresses, moments and Message-IDs.

Tolerant by hand: every scan is linear and nothing raises. An encoded word inside an address is
taken literally and never decoded (it could turn one mailbox into another).
"""

import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_tz

from mailbot.core.mail.charsets import cleaned, decoded

#: A header block longer than this is read up to here.
HEADER_BYTES = 1_048_576
#: No single header is believed to need more (10,000 recipients fit).
VALUE_CHARS = 600_000

#: Only its server may write this one, and never with a space before the colon.
_OF_SERVERS = "authentication-results"
_BLANK_LINE = re.compile(rb"\n\r?\n")
_NAME = re.compile(rb"^[!-9;-~]+[ \t]*:")
_ENCODED_WORD = re.compile(r"=\?([^?\s]{1,60})\?([BbQq])\?([^?]{0,4000})\?=")
_BETWEEN_WORDS = re.compile(r"(\?=)[ \t\r\n]+(?==\?)")
_MESSAGE_ID = re.compile(r"<[^<>\s]{1,900}>")
_ADDRESS = re.compile(
    r"""(?:[^\s<>()\[\],;:@"\\]+|"(?:[^"\\]|\\.)*")@(?:[^\s<>()\[\],;:@"\\]+|\[[0-9A-Fa-f.:IPv]+\])"""
)


@dataclass(frozen=True, slots=True)
class Headers:
    """The headers of a message or part, in order, names in lower case, values unfolded.

    Values are text with encoded words still in place.
    """

    fields: tuple[tuple[str, str], ...]
    topmost: Mapping[str, str]  # of each name, the first

    def first(self, name: str) -> str:
        """Given a lower-case name, return the value of its topmost header, or ""."""
        return self.topmost.get(name, "")

    def all(self, name: str) -> tuple[str, ...]:
        """Given a lower-case name, return the values of all its headers, topmost first."""
        return tuple(value for key, value in self.fields if key == name)

    def has(self, name: str) -> bool:
        """Given a lower-case name, say whether there is such a header."""
        return name in self.topmost


@dataclass(frozen=True, slots=True)
class Mailbox:
    """One address of a header with the name before it."""

    address: str  # lower-case
    name: str


def headers_end(data: bytes, start: int, end: int) -> tuple[int, int]:
    """Given where a message or part begins and ends, return where its headers end and its
    body begins (both `end` when there is no body)."""
    if data.startswith(b"\n", start, end):
        return start, start + 1
    if data.startswith(b"\r\n", start, end):
        return start, start + 2
    blank = _BLANK_LINE.search(data, start, end)
    return (blank.start() + 1, blank.end()) if blank else (end, end)


def headers_from(block: bytes) -> tuple[Headers, int]:
    """Given a header block, return its headers and the offset at which it stops being one.

    The offset is the block's length unless a line is neither header nor continuation: there
    the body begins, as a missing blank line is the commonest fault of generated mail. A line ends
    at its line feed alone: mail servers do not see a header after a bare carriage return.
    """
    fields: list[tuple[str, list[bytes]]] = []
    offset = 0
    for line in _lines(block):
        if line[:1] in b" \t" and fields:
            fields[-1][1].append(line.rstrip(b"\r\n"))
        elif match := _NAME.match(line):
            fields.append((_name(line[: match.end() - 1]), [line[match.end() :].strip()]))
        elif not (offset == 0 and line.startswith((b"From ", b">From "))) and line.strip():
            break
        offset += len(line)
    read = tuple((name, _value(lines)) for name, lines in fields)
    return Headers(read, dict(reversed(read))), offset


def _lines(block: bytes) -> list[bytes]:
    *lines, last = block.split(b"\n")
    return [*(line + b"\n" for line in lines), *([last] if last else [])]


def _name(written: bytes) -> str:
    """The name as it is looked for; a server that strips forgeries misses "Name :"."""
    name = written.lower().decode("ascii")
    bare = name.rstrip(" \t")
    return name if bare == _OF_SERVERS else bare


def _value(lines: list[bytes]) -> str:
    value = b"".join(lines) if len(lines) > 1 else lines[0]
    return decoded(value[:VALUE_CHARS]).strip()


# --- encoded words ----------------------------------------------------------------------------


def unworded(value: str) -> str:
    """Given a header value, return it with its encoded words (RFC 2047) decoded.

    Words of one charset that stand together are decoded together (a character may be split
    between them); a word that cannot be decoded stays as it is.
    """
    if "=?" not in value:
        return value
    value = _BETWEEN_WORDS.sub(r"\1", value)
    pieces: list[str] = []
    held, label, position = b"", "", 0
    for match in _ENCODED_WORD.finditer(value):
        data = _word_bytes(match[2], match[3])
        charset = match[1].split("*")[0]
        apart = match.start() != position or charset.lower() != label.lower()
        if apart or data is None:
            pieces.append(decoded(held, label))
            held = b""
        pieces.append(value[position : match.start()])
        if data is None:
            pieces.append(match[0])
        else:
            held, label = held + data, charset
        position = match.end()
    pieces += [decoded(held, label), value[position:]]
    return cleaned("".join(pieces))


def _word_bytes(encoding: str, body: str) -> bytes | None:
    raw = body.encode("utf-8", "surrogateescape")
    if encoding in "Qq":
        return binascii.a2b_qp(raw, header=True)
    try:
        return binascii.a2b_base64(raw + b"=" * (-len(raw.rstrip(b"=")) % 4))
    except ValueError:
        return None


# --- addresses --------------------------------------------------------------------------------


def without_comments(value: str) -> str:
    """Given a structured header value, return it with its comments (nested ones too) made spaces.

    A comment that is never closed would hide the rest: such a value is taken as it was written.
    """
    bare = comments_removed(value)
    return value if bare is None else bare


def comments_removed(value: str) -> str | None:
    """Given a structured header value, return it without comments, or None if one is not closed."""
    if "(" not in value:
        return value
    kept: list[str] = []
    depth, quoted, escaped = 0, False, False
    for char in value:
        if escaped:
            escaped = False
        elif char == "\\":
            escaped = True
        elif char == '"' and not depth:
            quoted = not quoted
        elif char == "(" and not quoted:
            depth += 1
        elif char == ")" and not quoted and depth:
            depth -= 1
            kept.append(" ")
            continue
        if not depth:
            kept.append(char)
    return None if depth else "".join(kept)


def _elements(value: str) -> tuple[list[str], bool]:
    """Given an address list, return its elements and whether group syntax was used."""
    elements: list[str] = []
    current: list[str] = []
    quoted = escaped = angled = grouped = False
    for char in value:
        if escaped:
            escaped = False
        elif char == "\\":
            escaped = True
        elif char == '"':
            quoted = not quoted
        elif not quoted:
            if char in "<>":
                angled = char == "<"
            elif char == ":" and not angled:
                grouped = True
                current.clear()
                continue
            elif char in ",;" and not angled:
                elements.append("".join(current))
                current.clear()
                continue
        current.append(char)
    elements.append("".join(current))
    return [element.strip() for element in elements if element.strip()], grouped


def _mailbox(element: str) -> Mailbox | None:
    name, address = "", element
    if len(element) > 2_000:  # nobody's address; a quoted string that long would take long
        return None
    if element.endswith(">") and not _ADDRESS.fullmatch(element):
        name, opened, rest = element.rpartition("<")
        address = rest[:-1].strip()
        outside = re.sub(r'"(?:[^"\\]|\\.)*"', "", name) if opened else "<"
        if "<" in outside or ">" in outside:
            return None
    if len(address) > 320 or not _ADDRESS.fullmatch(address):
        return None
    return Mailbox(address.lower(), _display_name(name))


def _display_name(name: str) -> str:
    name = name.strip()
    if name.startswith('"') and name.endswith('"') and len(name) > 1:
        name = name[1:-1].replace('\\"', '"').replace("\\\\", "\\")
    return " ".join(unworded(name).split())


def mailboxes_in(value: str) -> tuple[Mailbox, ...]:
    """Given an address header, return the addresses that can be read in it, in order."""
    found = (_mailbox(element) for element in _elements(without_comments(value))[0])
    return tuple(mailbox for mailbox in found if mailbox)


def only_mailbox(values: tuple[str, ...]) -> Mailbox | None:
    """Given all From headers, return the one author, or None when there is none, several, a
    group or one that is not written properly (nobody may choose which one was meant)."""
    if len(values) != 1:
        return None
    elements, grouped = _elements(without_comments(values[0]))
    return _mailbox(elements[0]) if len(elements) == 1 and not grouped else None


# --- Message-IDs and moments ------------------------------------------------------------------


def message_ids_in(value: str) -> tuple[str, ...]:
    """Given a header such as References, return its Message-IDs with angle brackets, in order."""
    return tuple(dict.fromkeys(_MESSAGE_ID.findall(value)))


def moment_from(value: str) -> datetime | None:
    """Given a Date header, return the moment in UTC, or None when it makes no sense.

    Years before 1980 or after 2100 are nobody's claim.
    """
    try:
        parts = parsedate_tz(without_comments(value[:200]))
        if parts is None or not 1980 <= parts[0] <= 2100:
            return None
        offset = timezone(timedelta(seconds=parts[9] or 0))
        return datetime(*parts[:6], tzinfo=offset).astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
