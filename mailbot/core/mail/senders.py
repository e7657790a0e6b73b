"""Whom a message is from, and whether the receiving server vouches for it (design, promise 4).

Only Authentication-Results (RFC 8601) of the configured server count, and of these only the
topmost: every server writes above what it received, and must strip forgeries of its own name
from mail that comes in (RFC 8601, section 5). `check` tells the operator to see to that.
"""

import re
from dataclasses import dataclass

from mailbot.core.mail.headers import Headers, comments_removed, only_mailbox
from mailbot.core.model import TrustMode

#: Under these anybody may have a name: the owner of one says nothing about another below it.
PUBLIC_SUFFIXES = frozenset(
    "gov.uk nhs.uk co.uk sch.uk police.uk org.uk ac.uk ltd.uk plc.uk me.uk net.uk mod.uk "
    "parliament.uk gov.scot gov.wales llyw.cymru nhs.scot nhs.wales pnn.police.uk cjsm.net "
    "gsi.gov.uk gcsx.gov.uk gsx.gov.uk uk.com eu.com us.com gb.net com.au co.nz co.za com.br "
    "onmicrosoft.com mail.onmicrosoft.com sharepoint.com azurewebsites.net herokuapp.com "
    "github.io appspot.com blogspot.com amazonaws.com cloudfront.net web.app pages.dev "
    "eu.org dyndns.org no-ip.org ddns.net".split()
)
_RESULT = re.compile(r"^\s*([A-Za-z][\w-]*)\s*(?:/\s*\d+\s*)?=\s*([A-Za-z]+)(?=\s|$)")
_PROPERTY = re.compile(
    r'\b(smtp|header)\s*\.\s*([\w-]+)\s*=\s*((?:"(?:[^"\\]|\\.)*"|[^\s;"])+)', re.I
)
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')
#: Longer ones are nobody's.
CHARS = 8_000


@dataclass(frozen=True, slots=True)
class Sender:
    """Who wrote a message, as far as its From header can be taken literally."""

    address: str | None  # lower-case; None when none, several or unreadable
    name: str


def sender_of(headers: Headers) -> Sender:
    """Given a message's headers, return its one author; Reply-To and Sender name nobody."""
    mailbox = only_mailbox(headers.all("from"))
    return Sender(mailbox.address, mailbox.name) if mailbox else Sender(None, "")


def is_vouched_for(
    headers: Headers, sender: str | None, *, trust: TrustMode, authserv_id: str
) -> bool:
    """Given a message's headers and its sender, say whether our server vouches for the domain.

    DMARC decides where it has passed once, or failed; otherwise a DKIM signature or SPF whose
    domain is the sender's or a parent of it. A sender who is None is never vouched for.
    """
    if trust is TrustMode.NONE or not authserv_id or not sender:
        return False
    ours = _topmost_of_ours(headers, authserv_id)
    if ours is None:
        return False
    domain = sender.rpartition("@")[2].rstrip(".")
    results = _results(ours)
    dmarc = [result for result in results if result.method == "dmarc"]
    if any(result.verdict in {"fail", "reject", "quarantine"} for result in dmarc):
        return False
    passed = [result for result in results if result.verdict == "pass"]
    if any(result.method == "dmarc" for result in passed):
        return len(dmarc) == 1 and dmarc[0].is_for(domain, "header.from")
    spf = [result for result in results if result.method == "spf"]
    return any(
        (r.method == "dkim" and r.is_for(domain, "header.d", "header.i"))
        or (r.method == "spf" and len(spf) == 1 and r.is_for(domain, "smtp.mailfrom"))
        for r in passed
    )


def _results(pieces: list[str]) -> list["_Result"]:
    """Given what stands between semicolons, return the results, or none at all if one is bent.

    An envelope sender may hold semicolons; a server that writes it without quotation marks would
    let a stranger write results. What is left of the address then is no result.
    """
    written = [piece for piece in pieces if piece.strip() and piece.strip().lower() != "none"]
    results = [_result(piece) for piece in written]
    return results if all(result.method for result in results) else []


@dataclass(frozen=True, slots=True)
class _Result:
    """One method's verdict with the properties it was reached on."""

    method: str
    verdict: str
    properties: tuple[tuple[str, str], ...]

    def is_for(self, domain: str, *names: str) -> bool:
        """Say whether the verdict is about this domain. Contradicting properties say no."""
        found = [_domain(value) for name, value in self.properties if name in names]
        return bool(found) and all(aligned(domain, value) for value in found)


def aligned(domain: str, vouched: str) -> bool:
    """Given a sender's domain and the one that was verified, say whether one covers the other.

    Equal, or the verified one is a parent of at least two labels and no public suffix.
    """
    if not domain or not vouched:
        return False
    if domain == vouched:
        return True
    return "." in vouched and vouched not in PUBLIC_SUFFIXES and domain.endswith(f".{vouched}")


def _domain(value: str) -> str:
    value = value.strip('"').strip("<>")
    return value.rpartition("@")[2].rstrip(".").lower()


def _topmost_of_ours(headers: Headers, authserv_id: str) -> list[str] | None:
    """Given our server's name, return the results in its topmost header, or None.

    A header that cannot be read ends the search: it may be ours, bent by what a stranger wrote
    into an address, and the one below it a forgery.
    """
    for value in headers.all("authentication-results"):
        bare = comments_removed(value) if len(value) <= CHARS else None
        if bare is None:
            return None
        pieces = _pieces(bare)
        words = pieces[0].split()
        # A version may follow the name: "mx.example.org 1".
        if words and len(words) <= 2 and words[0].strip('"').lower() == authserv_id.lower():
            return pieces[1:]
    return None


def _pieces(value: str) -> list[str]:
    """Given a value without comments, return what its semicolons separate, quotes respected."""
    pieces: list[str] = []
    current: list[str] = []
    quoted = escaped = False
    for char in value:
        if escaped:
            escaped = False
        elif char == "\\":
            escaped = True
        elif char == '"':
            quoted = not quoted
        elif char == ";" and not quoted:
            pieces.append("".join(current))
            current.clear()
            continue
        current.append(char)
    return [*pieces, "".join(current)]


def _result(piece: str) -> _Result:
    match = _RESULT.match(piece)
    if match is None:
        return _Result("", "", ())
    rest = piece[match.end() :]
    # What stands inside a quoted reason is prose, not a property; a property's own value may
    # be quoted, and only that.
    hidden = [span.span() for span in _QUOTED.finditer(rest)]
    properties = tuple(
        (f"{m[1]}.{m[2]}".lower(), m[3])
        for m in _PROPERTY.finditer(rest)
        if not any(begin < m.start() < end for begin, end in hidden)
    )
    return _Result(match[1].lower(), match[2].lower(), properties)
