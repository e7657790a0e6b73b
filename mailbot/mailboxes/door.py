"""The sending door: the last lock before a letter leaves, whatever config and letters say.

The Panel is written to by a person, never by mailbot (process, section 5): its address is refused
here in every place and spelling. Everybody else is written to only if allowed. The door does not
trust one parser: it looks at the raw header block, at the decoded words, and at what the standard
library reads, and refuses when any of them finds an address that may not be written to.
"""

import base64
import binascii
import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Iterator
from email.utils import getaddresses

from mailbot.errors import SendRefusedError
from mailbot.mailboxes import Handover, Sender

PANEL_ADDRESS = "mailbox.nationalreviewpanel@education.gov.uk"

_RECIPIENT_HEADERS = frozenset(
    prefix + name for prefix in ("", "resent-") for name in ("to", "cc", "bcc")
) | {"apparently-to", "envelope-to", "x-envelope-to", "delivered-to", "x-original-to"}
_FIELD = re.compile(r"([!-9;-~]+)[ \t]*:(.*)", re.DOTALL)
_ENCODED_WORD = re.compile(r"=\?([^?\s]*)\?([bq])\?(.*?)\?=", re.IGNORECASE)
_BETWEEN_ENCODED_WORDS = re.compile(r"(?<=\?=)\s+(?==\?)")
_COMMENT = re.compile(r"\((?:[^()\\]|\\.)*\)", re.DOTALL)
_ADDRESS_LIKE = re.compile(r"[^\s<>,;:()\"\[\]\\]*@[^\s<>,;:()\"\[\]\\]*")
_PLAIN_ADDRESS = re.compile(
    r"[^\s<>,;:()\"\[\]\\@%!\x00-\x1f\x7f]+@[^\s<>,;:()\"\[\]\\@%!\x00-\x1f\x7f]+"
)
_NO_RECIPIENTS = re.compile(r"[^@:;,<>]*:;")  # an empty group: "undisclosed-recipients:;"
_DEEPEST_NESTING = 20


class Door:
    """A `Sender` that passes on only letters which may go out.

    `allowed` knows every address that may be written to, the shared mailbox among them; it is
    asked in lower case. `refused` and the Panel's address win over it.
    """

    def __init__(
        self,
        sender: Sender,
        *,
        allowed: Callable[[str], bool] | Collection[str],
        refused: Iterable[str] = (),
    ) -> None:
        self._sender = sender
        self._refused = tuple(_pattern(address) for address in {PANEL_ADDRESS, *refused})
        if callable(allowed):
            self._allows = allowed
        else:
            known = frozenset(_canonical(address) for address in allowed)
            self._allows = known.__contains__

    def open(self) -> None:
        """Open the sender behind the door."""
        self._sender.open()

    def close(self) -> None:
        """Close the sender behind the door."""
        self._sender.close()

    def check(self) -> None:
        """Check the sender behind the door."""
        self._sender.check()

    def send(
        self, mime: bytes, *, sender: str, recipients: tuple[str, ...], copy_to: str | None
    ) -> Handover:
        """Send the letter if everybody in it may be written to, else raise `SendRefusedError`."""
        for address in (*recipients, *((copy_to,) if copy_to is not None else ())):
            self._judge_envelope(address)
        self._refuse_hidden(sender, "the sender")
        for name, value in _header_fields(mime):
            self._refuse_hidden(value, "a header")
            if name in _RECIPIENT_HEADERS:
                self._judge_header(value)
        return self._sender.send(mime, sender=sender, recipients=recipients, copy_to=copy_to)

    def _judge_envelope(self, address: str) -> None:
        self._refuse_hidden(address, "the envelope")
        if not _PLAIN_ADDRESS.fullmatch(address) or not self._allows(_canonical(address)):
            raise SendRefusedError(
                "The sending door refused the letter: a recipient in the envelope is not among "
                "those mailbot may write to."
            )

    def _judge_header(self, value: str) -> None:
        for address in _addresses_in(value):
            if not _PLAIN_ADDRESS.fullmatch(address) or not self._allows(_canonical(address)):
                raise SendRefusedError(
                    "The sending door refused the letter: a recipient in To, Cc or Bcc is not "
                    "among those mailbot may write to, or cannot be read."
                )

    def _refuse_hidden(self, text: str, place: str) -> None:
        for reading in _readings(text):
            if any(pattern.search(reading) for pattern in self._refused):
                raise SendRefusedError(
                    f"The sending door refused the letter: an address that mailbot never writes "
                    f"to stands in {place}. Letters to the Panel are sent by a person."
                )


def _pattern(address: str) -> re.Pattern[str]:
    """Given an address, return what finds it in a squeezed text, with any plus-tag."""
    local, _, domain = _squeezed(address).rpartition("@")
    return re.compile(rf"{re.escape(local.partition('+')[0])}(?:\+[^@]*)?[@%]{re.escape(domain)}")


def _canonical(address: str) -> str:
    return _normalised(address).strip().rstrip(".")


def _normalised(text: str) -> str:
    """Fold what looks or counts the same: case, width, invisible characters, full stops."""
    folded = unicodedata.normalize("NFKC", text).replace("\u3002", ".").casefold()
    return "".join(one for one in folded if unicodedata.category(one) not in {"Cf", "Cc"})


def _squeezed(text: str) -> str:
    """Leave out what may stand inside an address without changing whose it is (RFC 5322)."""
    return re.sub(r"[\s\"'\\]", "", _normalised(text))


def _readings(text: str) -> Iterator[str]:
    """Given a header's value, return it squeezed, as it stands and as others may read it."""
    for version in {text, _decoded(text)}:
        yield _squeezed(version)
        yield _squeezed(_without_comments(version))
        # An escaped or quoted parenthesis opens no comment, whatever it looks like.
        yield _squeezed(_without_comments(re.sub(r"\\.|\"", "", version)))
        yield re.sub(r"[()]", "", _squeezed(version))


def _without_comments(text: str) -> str:
    for _ in range(_DEEPEST_NESTING):
        shorter = _COMMENT.sub("", text)
        if shorter == text:
            break
        text = shorter
    return text


def _decoded(text: str) -> str:
    """Decode encoded words wherever they stand, also where RFC 2047 would not have them."""
    for _ in range(3):  # some readers decode what they have decoded
        if not _ENCODED_WORD.search(text):
            break
        text = _ENCODED_WORD.sub(_decoded_word, _BETWEEN_ENCODED_WORDS.sub("", text))
    return text


def _decoded_word(found: re.Match[str]) -> str:
    """Decode one encoded word as leniently as the most lenient reader would."""
    charset, encoding, content = found.groups()
    raw = content.encode("ascii", "ignore")
    if encoding in "bB":
        raw = re.sub(rb"[^A-Za-z0-9+/]", b"", raw)
        octets = base64.b64decode(raw[: len(raw) - (len(raw) % 4 == 1)] + b"==")
    else:
        octets = binascii.a2b_qp(raw, header=True)
    try:
        return octets.decode(charset.partition("*")[0] or "ascii", "replace")
    except (LookupError, ValueError):
        return octets.decode("latin-1")


def _addresses_in(value: str) -> Iterator[str]:
    """Given the value of a recipients' header, return every address any reader may find in it.

    A value in which nobody finds an address, though something is there, is returned as it stands.
    """
    # Decoded names are searched, but not parsed: a comma in a name would part it wrongly.
    candidates = (
        *_ADDRESS_LIKE.findall(value),
        *_ADDRESS_LIKE.findall(_decoded(value)),
        *(address for _, address in getaddresses([value])),
    )
    found = {address.strip() for address in candidates} - {""}
    if found or not value.strip() or _NO_RECIPIENTS.fullmatch(value.strip()):
        yield from sorted(found)
    else:
        yield value


def _header_fields(mime: bytes) -> Iterator[tuple[str, str]]:
    """Return name (lower case) and unfolded value of each header, of malformed ones too.

    Every kind of line end counts, and the header ends at the first empty line only, so that no
    other reader sees more of it.
    """
    folded: list[str] = []
    for line in _header_text(mime).split("\n"):
        if line[:1] in {" ", "\t"} and folded:
            folded[-1] += line
        else:
            folded.append(line)
    for text in folded:
        field = _FIELD.fullmatch(text)
        yield (field.group(1).lower(), field.group(2)) if field else ("", text)


def _header_text(mime: bytes) -> str:
    one_line_end = mime.replace(b"\r\n", b"\n").replace(b"\r", b"\n").lstrip(b"\n")
    header, _, _ = one_line_end.partition(b"\n\n")
    try:
        return header.decode("utf-8")
    except UnicodeDecodeError:
        return header.decode("latin-1")
