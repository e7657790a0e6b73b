"""Labelled lines in the words of a member of staff, cut into blocks: one head with its details.

    criteria: not met / decided on: 3 December
    present: council, icb, police

is one block with the head "criteria" and two details. Lines end a label's value, and so does
" / " before another label. Bullets, asterisks, non-breaking spaces, smart quotes and "Criteria -
met" are read like the plain form. Ordinary prose between the lines is left alone.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches

#: The heads that record something, each with what people write for it.
HEADS: Mapping[str, tuple[str, ...]] = {
    "criteria": ("criteria", "criterion", "criteria decided", "criteria decision"),
    "agencies": ("agencies", "agencies to ask", "agencies chosen", "ask agencies"),
    "meeting": ("meeting", "meeting arranged", "meeting moved", "rapid review meeting"),
    "attendance": ("attendance", "coming"),
    "held": ("held", "meeting held"),
    "decision": ("decision", "review decision", "decision of the meeting"),
    "panel notified": ("panel notified", "notified panel", "panel notified on"),
    "confirm": ("confirm", "confirmed", "decision confirmed", "confirm decision"),
    "submission sent": ("submission sent", "submitted"),
    "panel answer": ("panel answer", "panel answered", "panel's answer", "answer of the panel"),
    "return": ("return", "return received"),
    "dealt with": ("dealt with", "settled", "settle"),
    "ask again": ("ask again",),
    "excuse": ("excuse", "excused"),
    "extend": ("extend", "extended", "extension"),
    "withdraw": ("withdraw", "withdrawn"),
    "close": ("close", "close case", "closed"),
    "reopen": ("reopen", "reopened"),
    "stop": ("stop",),
    "hold": ("hold", "put on hold", "on hold"),
    "release": ("release", "released"),
    "note": ("note",),
    "report circulated": ("report circulated", "circulated"),
    "signed off": ("signed off", "partners signed off", "sign off"),
    "further information sent": ("further information sent", "further information"),
    "board informed": ("board informed", "board told"),
    "authority aware": ("authority aware", "authority aware on"),
    "view": ("view", "partner view", "view of"),
    "safety": ("safety", "safety question", "safety of siblings"),
    "lateness reason": ("lateness reason", "reason for lateness", "lateness"),
    "nhs": ("nhs", "nhs incident", "nhs serious incident"),
    "report": ("report", "health report", "nhs report"),
    "beginning": ("beginning", "begins with", "case begins with"),
    "confirm copy": ("confirm copy", "copy confirmed"),
    "dfe notified": ("dfe notified", "death notified", "notified dfe"),
    "call": ("call", "call of the partners", "call arranged"),
    "merge": ("merge", "merge with", "same incident as"),
    "separate": ("separate", "unmerge"),
    "explain": ("explain", "explain date", "why is it due"),
    "count": ("count", "count from", "re-anchor", "reanchor"),
    "incident": ("incident", "incident on", "date of incident", "incident occurred"),
    "commissioning": ("commissioning", "commissioned", "commission"),
    "no further action": ("no further action", "nfa"),
    "learning": ("learning", "learning to share"),
    "chair consulted": ("chair consulted", "chair was consulted", "scrutineer consulted"),
    "correct": ("correct", "correction"),
}

#: The details, what people write for them, and the heads they belong to.
DETAILS: Mapping[str, tuple[tuple[str, ...], frozenset[str]]] = {
    "decided on": (("decided on", "decided", "date"), frozenset({"criteria", "decision"})),
    "present": (
        ("present", "who was present", "took part", "attended"),
        frozenset({"criteria", "held", "decision"}),
    ),
    "chair consulted": (
        ("chair consulted", "chair was consulted", "scrutineer consulted"),
        frozenset({"criteria"}),
    ),
    "reasons": (("reasons", "reason", "because"), frozenset({"criteria", "decision"})),
    "add": (("add", "plus"), frozenset({"agencies"})),
    "without": (("without", "leave out", "remove"), frozenset({"agencies"})),
    "where": (("where", "place", "venue"), frozenset({"meeting", "call"})),
    "kind": (("kind", "kind of meeting"), frozenset({"meeting"})),
    "scope": (("scope", "local or national"), frozenset({"decision"})),
    "next": (("next", "what next", "next step"), frozenset({"decision"})),
    "learning": (("learning", "learning to share"), frozenset({"decision"})),
    "criteria found": (("criteria found", "criteria at the meeting"), frozenset({"decision"})),
    "reference": (
        ("reference", "ref", "panel reference"),
        frozenset({"panel notified", "confirm copy", "dfe notified"}),
    ),
    "until": (("until", "by"), frozenset({"panel answer", "extend", "nhs", "hold"})),
    "received on": (("received on", "received"), frozenset({"return", "report"})),
    "mail": (("mail", "message"), frozenset({"return", "report", "dealt with", "panel answer"})),
    "framework": (("framework",), frozenset({"nhs"})),
    "who": (("who", "granted by", "agreed by"), frozenset({"confirm", "extend"})),
    "from": (("from", "since"), frozenset({"count"})),
    "comment": (("comment", "comments"), frozenset({"chair consulted"})),
    "why": (
        ("why", "reason", "reasons"),
        frozenset({"confirm", "excuse", "extend", "withdraw", "reopen", "correct"})
        | frozenset({"hold", "release", "merge", "separate", "count", "no further action"}),
    ),
}

#: Values that mail programs may have wrapped over several lines.
_LONG = frozenset(
    {"reasons", "why", "learning", "note", "agencies", "present", "add", "without", "where"}
    | {"close", "withdraw", "who", "safety", "lateness reason", "merge", "separate"}
    | {"comment", "chair consulted"}
)
#: Details that say which head they mean, even on their own.
_STANDS_ALONE = {"add": "agencies", "without": "agencies"}

_HEAD_OF = {alias: head for head, aliases in HEADS.items() for alias in aliases}
_DETAIL_ALIASES = frozenset(alias for aliases, _ in DETAILS.values() for alias in aliases)
_BULLET = re.compile(r"^[\s>•·‣▪◦–—_#-]*(?:[0-9]{1,2}[.)]\s+)?")
_COLON = re.compile(r"^([^\W\d_][^\n:=]{0,40}?)\s*[:=]\s*(.*)$")
_DASH = re.compile(r"^([^\W\d_][^\n:=–—]{0,40}?)\s+[-–—]+\s+(.*)$")
_SLASH = re.compile(r"\s/\s")
_CLOSING = re.compile(
    r"^(many |with )?(thanks|thank you|regards|kind regards|best( wishes)?|yours)\b", re.IGNORECASE
)
_LONGEST_TRY = 120  # characters: what is longer is prose
_QUOTES = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "\xa0": " ", "\u202f": " "})
_HEAD_FIRST = re.compile(
    rf"({'|'.join(sorted(map(re.escape, _HEAD_OF), key=len, reverse=True))})(?![\w'])"
)


@dataclass(slots=True)
class Block:
    """One instruction: its head, the head's value, its details, and its words as written."""

    head: str
    value: str
    details: dict[str, str] = field(default_factory=dict)
    words: str = ""


@dataclass(frozen=True, slots=True)
class Labelled:
    """The blocks of a text in order, and a sentence for each label that was not understood."""

    blocks: tuple[Block, ...]
    unknown: tuple[str, ...]


def blocks_in(text: str) -> Labelled:
    """Given a sender's own text, return the instructions in it. One bad label stops only itself."""
    reader = _Reader()
    for line in text.splitlines():
        for piece, new_line in _pieces(line):
            reader.take(piece, new_line=new_line)
    return Labelled(tuple(reader.blocks), tuple(dict.fromkeys(reader.unknown)))


def looks_like_lines(text: str) -> bool:
    """Given a sender's own text, say whether a line of it begins like one of ours.

    So "criteria not met" is answered although its colon is missing; "Thanks, will do" is not.
    """
    for line in text.splitlines():
        plain = _BULLET.sub("", line.translate(_QUOTES), count=1).strip(" *").casefold()
        if len(plain) <= _LONGEST_TRY and _HEAD_FIRST.match(plain):
            return True
    return False


def _pieces(line: str) -> Iterator[tuple[str, bool]]:
    """The parts of a line between " / ", each with whether it begins the line."""
    for number, piece in enumerate(_SLASH.split(line.translate(_QUOTES))):
        yield piece, number == 0


def _label(piece: str) -> tuple[str, str] | None:
    """The label, in lower case, and the value of a piece; None when it has none."""
    plain = _BULLET.sub("", piece.replace("*", "").replace("`", "").replace("__", ""), count=1)
    plain = plain.strip()
    for pattern in (_DASH, _COLON):
        match = pattern.match(plain)
        if match:
            label = " ".join(match[1].casefold().split())
            if pattern is _COLON or label in _HEAD_OF or label in _DETAIL_ALIASES:
                return label, match[2].strip()
    bare = plain.casefold().rstrip(".!")
    return ("stop", "requests") if bare in ("stop", "stop requests") else None


class _Reader:
    """Takes pieces one after another and keeps the block that is being written."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self.unknown: list[str] = []
        self._open = ""  # the label whose value may go on in the next line

    def take(self, piece: str, *, new_line: bool) -> None:
        """Take the next piece of the text."""
        found = _label(piece)
        if found is None:
            self._go_on(piece, new_line=new_line)
        elif found[0] in _HEAD_OF and not self._is_detail_here(found[0]):
            self._begin(_HEAD_OF[found[0]], found[1], piece)
        elif found[0] in _DETAIL_ALIASES:
            self._detail(*found, piece)
        else:
            self._unknown(found[0], piece, new_line=new_line)

    def _is_detail_here(self, label: str) -> bool:
        """Whether a word that is a head and a detail ("reason") is meant as a detail."""
        return bool(self.blocks) and _detail_of(label, self.blocks[-1].head) is not None

    def _begin(self, head: str, value: str, piece: str) -> None:
        self.blocks.append(Block(head, value, words=piece.strip()))
        self._open = head

    def _detail(self, label: str, value: str, piece: str) -> None:
        alone = _STANDS_ALONE.get(label)
        if alone and (not self.blocks or self.blocks[-1].head != alone):
            self._begin(alone, "", "")
        name = _detail_of(label, self.blocks[-1].head) if self.blocks else None
        if name is None:
            self._open = ""
            where = f"“{self.blocks[-1].head}”" if self.blocks else "anything before it"
            self.unknown.append(f"“{label}” does not belong to {where}.")
            return
        block = self.blocks[-1]
        before = block.details.get(name)
        block.details[name] = f"{before}, {value}" if before else value
        block.words = f"{block.words} / {piece.strip()}".removeprefix(" / ")
        self._open = name

    def _go_on(self, piece: str, *, new_line: bool) -> None:
        """A piece without a label: the rest of the value before it, or prose."""
        plain = piece.strip()
        if not plain or (new_line and (self._open not in _LONG or _CLOSING.match(plain))):
            self._open = ""
        elif self._open:
            block = self.blocks[-1]
            gap = " " if new_line else " / "
            block.words += f"{gap}{plain}"
            if self._open == block.head:
                block.value = f"{block.value}{gap}{plain}".strip()
            else:
                block.details[self._open] = f"{block.details[self._open]}{gap}{plain}".strip()

    def _unknown(self, label: str, piece: str, *, new_line: bool) -> None:
        """A label nobody knows: a slip of the pen if it is close to one, otherwise prose."""
        close = get_close_matches(label, [*_HEAD_OF, *_DETAIL_ALIASES], n=1, cutoff=0.75)
        if close:
            self._open = ""
            self.unknown.append(f"a label like “{close[0]}” that is spelt differently.")
        elif self._open in _LONG:
            self._go_on(piece, new_line=new_line)
        elif not new_line:
            # Prose rarely has " / label:" in it; what stands there was meant as an instruction.
            self.unknown.append("a label that is not one of ours.")


def _detail_of(label: str, head: str) -> str | None:
    found = (n for n, (aliases, heads) in DETAILS.items() if label in aliases and head in heads)
    return next(found, None)
