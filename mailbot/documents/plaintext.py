"""Plain text as a Document: "Label: value" lines, answers below questions, boxes, quotes.

Also reads the running text of the other formats, so that a form typed as paragraphs is read alike
wherever it stands.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from mailbot.core.model import Document, Item, ItemKind
from mailbot.documents.ticks import has_box, options_in

QUOTED = "quoted"
_LONGEST_TEXT = 1_000_000
_LONGEST_LABEL = 160
_MOST_BLANKS = 11  # in a label before a colon; what is longer is a sentence
_NUMBER = re.compile(r"^\(?(?:\d{1,2}(?:\.\d{1,2}){0,3}|[a-zA-Z])[.)]\s+(?=\S)")
_HEADED = re.compile(r"^\(?\d{1,2}[.)]\s+[A-Z][^.?:!]{2,70}$")
_RULE = re.compile(r"^[-=_*~]{3,}$")
_FAREWELL = re.compile(
    r"^(?:kind(?:est)? regards|many thanks|thanks|thank you|best wishes|best|regards"
    r"|yours (?:sincerely|faithfully)|with best wishes|sent from my .*|--)[,.! ]*$",
    re.IGNORECASE,
)
_QUOTE = re.compile(r"^\s{0,3}>[> ]*")


def document_from_text(text: str, place: str = "message") -> Document:
    """Given plain text, return it as a Document; lines quoted with ">" go in section "quoted".

    Places are lines, counted from 1: "line 4"; `place` names the whole and stands before the line
    unless it is the message itself.
    """
    prefix = "" if place == "message" else f"{place}, "
    own: list[tuple[str, str]] = []
    items: list[Item] = []
    quoted: list[tuple[str, str]] = []
    for number, line in enumerate(text[:_LONGEST_TEXT].splitlines(), start=1):
        where = f"{prefix}line {number}"
        mark = _QUOTE.match(line)
        if mark:
            items += items_from_lines(own)
            own = []
            quoted.append((where, line[mark.end() :]))
            continue
        items += _as_quoted(quoted)
        quoted = []
        own += [(where, piece) for piece in _pairs(line)]
    items += items_from_lines(own)
    items += _as_quoted(quoted)
    return Document(format="text", items=tuple(items))


def items_from_lines(lines: Iterable[tuple[str, str]], section: str = "") -> Iterator[Item]:
    """Given lines with their places, return what they say: values, ticks, paragraphs."""
    reading = _Reading(section=section)
    for place, line in lines:
        yield from reading.take(place, line.strip())
    yield from reading.finish()


def _pairs(line: str) -> tuple[str, ...]:
    """A table row of an HTML mail comes as cells parted by tabs: one or two labels with answers."""
    cells = [cell.strip() for cell in line.split("\t")]
    labels = cells[::2]
    if len(cells) not in (2, 4) or not all(any(c.isalpha() for c in label) for label in labels):
        return (" ".join(cells),)
    pairs = zip(labels, cells[1::2], strict=True)
    return tuple(f"{label.rstrip(':')}: {value}" for label, value in pairs)


def label_and_value(line: str) -> tuple[str, str] | None:
    """Given "Label: value" or "Question? answer", return both, or None when it is neither."""
    head = line[:_LONGEST_LABEL]
    found = [at for at in (head.find(":"), head.find("?")) if at > 0]
    if not found:
        return None
    at = min(found)
    label = _NUMBER.sub("", line[:at].strip())
    value = line[at + 1 :]
    is_clock = label[-1:].isdigit() and value[:1].isdigit()
    if is_clock or value.startswith("//") or not any(c.isalpha() for c in label):
        return None
    is_prose = ". " in label or (line[at] == ":" and label.count(" ") > _MOST_BLANKS)
    if is_prose:
        return None
    return label, value.strip().lstrip(":").strip()


def _as_quoted(lines: list[tuple[str, str]]) -> list[Item]:
    # Sections inside a quotation are dropped: "quoted" must win, or a form quoted back to us
    # would be read as the sender's own words.
    return [
        Item(
            kind=item.kind,
            place=item.place,
            label=item.label,
            value=item.value,
            ticked=item.ticked,
            section=QUOTED,
        )
        for item in items_from_lines(lines)
    ]


@dataclass(slots=True)
class _Reading:
    """Where in the lines we are: under which heading, and which label waits for its answer."""

    section: str
    label: str = ""
    place: str = ""
    answer: list[str] = field(default_factory=list)
    gap: bool = False  # a blank line since the last answer
    last: str = ""  # the line before, which an underline would make a heading

    def take(self, place: str, line: str) -> Iterator[Item]:
        if not line:
            self.gap = True
            return
        if _RULE.match(line):
            if self.last and not self.gap and len(self.last) < _LONGEST_LABEL:
                self.section = self.last.rstrip(":")
            return
        self.last = line
        if has_box(line):
            yield from self.finish()
            yield from self._boxes(place, line)
            return
        pair = label_and_value(line)
        if _FAREWELL.match(line):
            yield from self.finish()
            yield self._paragraph(place, line)
        elif pair:
            yield from self.finish()
            self.label, self.place = pair[0], place
            self.answer = [pair[1]] if pair[1] else []
            self.gap = False
        elif _HEADED.match(line) or _is_heading(line):
            yield from self.finish()
            self.section = self.label = _NUMBER.sub("", line.lstrip("# ")).strip()
            self.place, self.gap = place, False
        else:
            yield from self._running(place, line)

    def _running(self, place: str, line: str) -> Iterator[Item]:
        # An answer may start after a blank line; once begun, a blank line ends it.
        if self.label and not (self.answer and self.gap):
            self.answer.append(line)
            self.gap = False
            return
        yield from self.finish()
        yield self._paragraph(place, line)

    def _paragraph(self, place: str, line: str) -> Item:
        return Item(kind=ItemKind.PARAGRAPH, place=place, value=line, section=self.section)

    def _boxes(self, place: str, line: str) -> Iterator[Item]:
        yield from tick_items(line, place=place, section=self.section)

    def finish(self) -> Iterator[Item]:
        if self.label and (self.answer or self.label != self.section):
            yield Item(
                kind=ItemKind.VALUE,
                place=self.place,
                label=self.label,
                value="\n".join(self.answer),
                section=self.section,
            )
        elif self.label:
            yield Item(kind=ItemKind.PARAGRAPH, place=self.place, value=self.label)
        self.label, self.answer, self.gap = "", [], False


def tick_items(
    text: str, *, place: str, section: str = "", label: str = "", tag: str = ""
) -> Iterator[Item]:
    """Given a text with boxes, return one value for a question with options, else its ticks.

    A question's value is the option ticked; none ticked is blank, and two are both named.
    """
    question, options = options_in(text)
    if label and question and options:
        question = f"{label} {question}" if len(options) > 1 else label
    question = question or label
    if question and len(options) > 1:
        yield Item(
            kind=ItemKind.VALUE,
            place=place,
            label=question,
            value=" / ".join(option for option, ticked in options if ticked),
            section=section,
            tag=tag,
        )
        return
    for option, ticked in options:
        yield Item(
            kind=ItemKind.TICK,
            place=place,
            label=label or option or question,
            value=option,
            ticked=ticked,
            section=section,
            tag=tag,
        )


def _is_heading(line: str) -> bool:
    if line.startswith("#"):
        return True
    letters = [c for c in line if c.isalpha()]
    return (
        len(letters) > 3
        and len(line) < 80
        and all(c.isupper() for c in letters)
        and " " in line.strip()
        and not any(c.isdigit() for c in line)
    )
