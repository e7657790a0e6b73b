"""Case references and the signed tokens by which our own letters, forms and reports come back.

A reference is area, year, number and a check character: `BB-2026-014-K`. The check character is
one of 31: the digits 2 to 9 and the letters without I, L and O. It makes the weighted sum of all
characters a multiple of 31. The weights are all different and none is a multiple of
31, and the values that can stand in one position are fewer than 31, so every single wrong
character and every swap of two neighbours is noticed.

A token is `subject.nonce.mac`, for instance `BB-2026-014-K.4F7Q2M9A.9XKTJ3WQ5B7ZC`: what it is
about (a case, or for a digest only the area's code: `BB.4F7Q2M9A.…`), a nonce that tells letters
apart, and 65 bits of HMAC-SHA256 in Crockford's base32, which knows no upper or lower case.
Tokens of letters, forms and reports are signed under different names, so that none can be cut
out of one place and used in another. A token only *finds* a case (design, promise 4).
"""

import hashlib
import hmac
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from mailbot.core.model import AgencyCode, CaseRef, LetterKey

CHECK_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # 31, a prime number
CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
MAC_CHARACTERS = 13  # 65 bits
NONCE_CHARACTERS = 8
LAST_NUMBER = 999

_AREA_CODE = re.compile(r"[A-Z]{2,4}")
_REFERENCE = re.compile(r"([A-Z]{2,4})-(20[0-9]{2})-([0-9]{3})-([2-9A-HJKMNP-Z])")
_NONCE = re.compile(rf"[{CROCKFORD}]{{6,12}}")

_DASHES = dict.fromkeys((0x2010, 0x2011, 0x2012, 0x2013, 0x2014, 0x2015, 0x2212), "-")
_INVISIBLE = dict.fromkeys((0xAD, 0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF))
_AS_WRITTEN = str.maketrans({**_DASHES, **_INVISIBLE})
_TO_LETTERS = str.maketrans("01", "OI")
_TO_DIGITS = str.maketrans("OIL", "011")

_GAP = r"[\s\-_./]{0,3}"
_YEAR_AND_NUMBER = rf"(2[0O][0-9OIL]{{2}}){_GAP}([0-9OIL]{{3}}){_GAP}([2-9A-HJKMNP-Z])(?![^\W_])"
_WRITTEN_REFERENCE = re.compile(
    rf"(?<![^\W_])(?=[01]*[A-Z])([A-Z01]{{2,4}}){_GAP}{_YEAR_AND_NUMBER}"
)
#: A long text without this holds no reference; looked for first, because it begins with a digit.
_WITHOUT_AREA = re.compile(_YEAR_AND_NUMBER)
# A look-ahead, so that candidates may overlap; every quantifier is bounded.
_NONCE_AND_MAC = re.compile(
    rf"(?=\.([0-9A-Z]{{6,12}})\.([0-9A-Z]{{{MAC_CHARACTERS}}}))",
)
_LONGEST_SUBJECT = len("ABCD-2026-014-K")
_REFERENCE_TAIL = re.compile(r"[A-Z]{0,4}-2[0O][0-9OIL]{2}-[0-9OIL]{3}-[2-9A-HJKMNP-Z]$")


# --- references -------------------------------------------------------------------------------


def new_reference(area_code: str, year: int, number: int) -> CaseRef:
    """Given an area's code, a year and the case's number in it, return the case's reference.

    Raises ValueError for a code that is not two to four capital letters, a year outside this
    century, or a number outside 1 to 999.
    """
    if not _AREA_CODE.fullmatch(area_code):
        raise ValueError("an area's code is two to four capital letters")
    if not 2000 <= year <= 2099 or not 1 <= number <= LAST_NUMBER:
        raise ValueError("a reference needs a year of this century and a number from 1 to 999")
    body = f"{area_code}-{year}-{number:03}"
    return CaseRef(f"{body}-{_check_character(body)}")


def is_reference(text: str) -> bool:
    """Given text, say whether it is a reference exactly as we write it, check character and all."""
    return bool(_REFERENCE.fullmatch(text)) and _check_character(text[:-2]) == text[-1]


def references_in(text: str) -> tuple[CaseRef, ...]:
    """Given a subject or body, return the references in it, each once, in order.

    Reads what people type: spaces or nothing for hyphens, lower case, no brackets, O for 0 and
    I for 1. The check character must fit, and a reference never stands inside a longer word.
    """
    found: dict[CaseRef, None] = {}
    plain = _plain(text)
    if not _WITHOUT_AREA.search(plain):
        return ()
    for match in _WRITTEN_REFERENCE.finditer(plain):
        reference = _normal(*match.groups())
        if is_reference(reference):
            found[CaseRef(reference)] = None
    return tuple(found)


def area_of(reference: CaseRef) -> str:
    """Given a reference, return the area's code in it."""
    return reference.partition("-")[0]


def _check_character(body: str) -> str:
    total = 0
    for weight, character in enumerate(reversed(body.replace("-", "")), start=2):
        value = int(character) if character.isdigit() else ord(character) - ord("A") + 1
        total += weight * value
    return CHECK_ALPHABET[-total % len(CHECK_ALPHABET)]


def _normal(area: str, year: str, number: str, check: str) -> str:
    digits = f"{year.translate(_TO_DIGITS)}-{number.translate(_TO_DIGITS)}"
    return f"{area.translate(_TO_LETTERS)}-{digits}-{check}"


def _plain(text: str) -> str:
    """Compatibility forms folded, dashes made hyphens, invisible characters gone, upper case."""
    return unicodedata.normalize("NFKC", text).translate(_AS_WRITTEN).upper()


# --- tokens of letters ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Token:
    """A token of one of our letters whose signature is genuine."""

    text: str
    case: CaseRef | None  # None for a letter about no one case: a digest
    area: str  # the area's code
    nonce: str


def nonce_for(letter: LetterKey) -> str:
    """Given a letter's key in the outbox, return the nonce that its token carries, always the same.

    So a letter that is made anew after a crash keeps its Message-ID (design, promise 2).
    """
    return _base32(hashlib.sha256(b"mailbot nonce\0" + letter.encode()).digest(), NONCE_CHARACTERS)


def letter_token(key: bytes, case: CaseRef | str, nonce: str) -> str:
    """Given an area's key, a case's reference and a nonce, return the signed token of a letter.

    A letter about no one case (a digest) has the area's code in the reference's place. Raises
    ValueError when the nonce is not 6 to 12 characters of Crockford's base32.
    """
    if not _NONCE.fullmatch(nonce):
        raise ValueError("a nonce is 6 to 12 characters of Crockford's base32")
    if not is_reference(case) and not _AREA_CODE.fullmatch(case):
        raise ValueError("a token is about a case reference or an area's code")
    return f"{case}.{nonce}.{_mac(key, 'letter', case, nonce)}"


def message_id_for(token: str, domain: str) -> str:
    """Given a token and the shared mailbox's domain, return the letter's Message-ID."""
    return f"<{token}@{domain}>"


def token_line(token: str) -> str:
    """Given a token, return the last line of the letter's body, which replies quote."""
    return f"Our reference: {token}"


def tokens_in(text: str, key: bytes) -> tuple[Token, ...]:
    """Given header values or a body and the area's key, return the genuine tokens, each once.

    Finds them quoted, in lower case, and broken across lines by mail programs. A token whose
    signature does not fit is as if it were not there.
    """
    joined = _joined(text)
    found: dict[str, Token] = {}
    for match in _NONCE_AND_MAC.finditer(joined):
        nonce, mac = (group.translate(_TO_DIGITS) for group in match.groups())
        before = joined[max(0, match.start() - _LONGEST_SUBJECT) : match.start()]
        for subject in _subjects_at_end(before):
            if hmac.compare_digest(_mac(key, "letter", subject, nonce).encode(), mac.encode()):
                case = CaseRef(subject) if "-" in subject else None
                whole = f"{subject}.{nonce}.{mac}"
                found[whole] = Token(whole, case, subject.partition("-")[0], nonce)
    return tuple(found.values())


def _joined(text: str) -> str:
    """All lines joined without line ends, quote marks and the spaces around them."""
    lines = _plain(text).splitlines()
    return "".join(line.rstrip(" \t").lstrip(" \t>|") for line in lines)


def _subjects_at_end(before: str) -> Iterator[str]:
    """Every reference or area code that the text may end with.

    A line end that was joined leaves the word before it glued on, so every length of area code
    is tried; the signature decides.
    """
    tail = _REFERENCE_TAIL.search(before)
    stem, rest = (tail[0].split("-", 1)[0], tail[0].split("-")[1:]) if tail else ("", [])
    if not tail:
        ending = re.search(r"[A-Z]{2,4}$", before)
        stem = ending[0] if ending else ""
    for length in range(2, len(stem) + 1):
        area = stem[-length:]
        if not tail:
            yield area
        elif is_reference(reference := _normal(area, *rest)):
            yield reference


# --- tokens of forms and reports --------------------------------------------------------------


class FormIdentity(NamedTuple):
    """Which request a return form of ours went out with."""

    case: CaseRef
    agency: AgencyCode
    round: int


def form_token(key: bytes, case: CaseRef, agency: AgencyCode, round: int) -> str:
    """Given the area's key and a request, return the signed property of its return form."""
    return f"{case}.{agency}.{round}.{_mac(key, 'form', case, agency, str(round))}"


def read_form_token(key: bytes, text: str) -> FormIdentity | None:
    """Given the area's key and a form's property, return the request, or None if not genuine."""
    parts = text.strip().split(".")
    if len(parts) != 4 or not is_reference(parts[0]) or not re.fullmatch(r"[0-9]{1,4}", parts[2]):
        return None
    case, agency, number, mac = parts
    if not hmac.compare_digest(_mac(key, "form", case, agency, number).encode(), mac.encode()):
        return None
    return FormIdentity(CaseRef(case), AgencyCode(agency), int(number))


def report_token(key: bytes, case: CaseRef) -> str:
    """Given the area's key and a case, return the signed property of its rapid review report."""
    return f"{case}.report.{_mac(key, 'report', case)}"


def read_report_token(key: bytes, text: str) -> CaseRef | None:
    """Given the area's key and a document's property, return the case whose report it is."""
    case, _, rest = text.strip().partition(".")
    if not is_reference(case):
        return None
    expected = f"report.{_mac(key, 'report', case)}"
    return CaseRef(case) if hmac.compare_digest(expected.encode(), rest.encode()) else None


def _mac(key: bytes, purpose: str, *parts: str) -> str:
    # The purpose separates the domains; parts never contain NUL, so they cannot run together.
    signed = "\0".join((f"mailbot {purpose}", *parts)).encode()
    return _base32(hmac.digest(key, signed, "sha256"), MAC_CHARACTERS)


def _base32(digest: bytes, length: int) -> str:
    number = int.from_bytes(digest) >> (len(digest) * 8 - length * 5)
    return "".join(CROCKFORD[(number >> 5 * i) & 31] for i in reversed(range(length)))
