"""Subjects -> what mail systems put in front of them taken off, and their markings."""

import re

_PREFIX = re.compile(
    r"^[\s:–-]*(?:"
    r"(?:RE|FW|FWD|AW|SV|VS|WG|TR|RV|RIF|I|R|ANTW|ATB|YNT|PD|ODP|VB|TRANS|ENC)(?:\s?\[\d{1,3}\]"
    r"|\(\d{1,3}\))?\s?:"
    r"|\[\s*(?:EXT|EXTERNAL|EXTERNAL (?:E-?MAIL|SENDER)|EXT SENDER|SECURE|SECURE EMAIL|ENCRYPT"
    r"|ENCRYPTED"
    r"|RW4ENCRYPT|EGRESS|CAUTION|WARNING|SUSPICIOUS|SPAM\??|BULK|MARKETING|NOT ENCRYPTED"
    r"|UNCLASSIFIED)\s*\]"
    r"|(?:EXT|EXTERNAL|EXTERNAL (?:E-?MAIL|SENDER)|SECURE|ENCRYPTED|CAUTION|WARNING|SPAM)\s?:"
    r"|CAUTION:? EXTERNAL(?: E-?MAIL)?\s?:?"
    r"|(?:Automatic reply|Auto(?:matic)?[ -]?reply|Auto(?:matic)? response|Autosvar|Automatisk svar"
    r"|Automatische Antwort|Réponse automatique|Out of (?:the )?Office(?: AutoReply| Reply)?"
    r"|Abwesenheitsnotiz|Ateb awtomatig)\s?:"
    r"|(?:Accepted|Declined|Tentative|Tentatively Accepted|Cancell?ed|Updated|New Time Proposed"
    r"|Read|Not read|Delivered|Undeliverable|Recall)\s?:"
    r"|[\[({]?\s*(?:OFFICIAL[ -]{1,3}SENSITIVE(?:[ :-]{1,3}(?:PERSONAL(?: DATA)?|COMMERCIAL"
    r"|LOCSEN))?"
    r"|OFFICIAL(?:[ -]PROTECT)?|RESTRICTED|CONFIDENTIAL|PROTECT|PRIVATE AND CONFIDENTIAL"
    r"|SENSITIVE)\s*(?:[\])}]|[:–-](?=\s|$)|(?=\s*\[)|$|(?-i:(?<=[A-Z])(?=\s)))"
    r")\s*",
    re.IGNORECASE,
)
_MARKING = re.compile(
    r"\bOFFICIAL[ -]{1,3}SENSITIVE(?:[ :-]{1,3}(?:PERSONAL(?: DATA)?|COMMERCIAL|LOCSEN))?\b"
    r"|\bOFFICIAL(?:-PROTECT)?\b|\bRESTRICTED\b|\bCONFIDENTIAL\b"
    r"|\[\s*(?:SECURE|ENCRYPT|ENCRYPTED|RW4ENCRYPT)\s*\]",
)
_BRACKETED = re.compile(r"[\[({][^\[\](){}]{1,60}[\])}]")

#: Longer subjects are no subjects.
CHARS = 2_000


def stripped_subject(subject: str) -> str:
    """Given a decoded subject, return it without reply marks, warnings and protective markings.

    They are taken off the front, repeatedly; a case reference in brackets stays (design,
    section 3).
    """
    rest = " ".join(subject[:CHARS].split())
    while match := _PREFIX.match(rest):
        if not match.end():
            break
        rest = rest[match.end() :]
    return rest.strip()


def markings_in(subject: str) -> tuple[str, ...]:
    """Given a decoded subject, return its protective markings as written in capitals, in order.

    "Official" as a common word is not a marking: it counts in capitals, in brackets, or with
    "sensitive" behind it.
    """
    subject = subject[:CHARS]
    upper = _BRACKETED.sub(lambda match: match[0].upper(), subject)
    upper = re.sub(r"official[ -]{1,3}sensitive", lambda m: m[0].upper(), upper, flags=re.I)
    found = (" ".join(match.strip("[]").split()) for match in _MARKING.findall(upper))
    named = (re.sub(r"^OFFICIAL[ -]+SENSITIVE", "OFFICIAL-SENSITIVE", name) for name in found)
    return tuple(dict.fromkeys(f"[{n}]" if n in _TAGS else n for n in named))


_TAGS = frozenset({"SECURE", "ENCRYPT", "ENCRYPTED", "RW4ENCRYPT"})
