"""Running text as items: "Label: value" lines, answers below questions, boxes, headings.

Stands under pairing; lines come from paragraphs of a document, from printed lines of a page, or
from a mail. Which words are a label, the layouts know; a colon or a question mark only suggests it.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from mailbot.core.document import Line, Table
from mailbot.core.forms.answers import Spot, Written, answers, written
from mailbot.core.forms.items import Item, ItemKind
from mailbot.core.forms.labels import without_courtesy
from mailbot.core.forms.layouts import FormLayouts, normal
from mailbot.core.forms.ticks import has_box

_LONGEST_LABEL = 160
_LONGEST_KNOWN = 400
_SHORT_ANSWER = 3  # words
_MOST_BLANKS = 11  # in a label before a colon; what is longer is a sentence
_NUMBER = re.compile(r"^\(?(?:\d{1,2}(?:\.\d{1,2}){0,3}|[a-zA-Z])[.)]\s+(?=\S)")
_HEADED = re.compile(r"^\(?\d{1,2}[.)]\s+[A-Z][^.?:!]{2,70}$")
_RULE = re.compile(r"^[-=_*~]{3,}$")
_FAREWELL = re.compile(
    r"^(?:kind(?:est)? regards|many thanks|thanks|thank you|best wishes|best|regards"
    r"|yours (?:sincerely|faithfully)|with best wishes|sent from my .*|--)[,.! ]*$",
    re.IGNORECASE,
)
#: What is printed to be written on.
_DOTTED = re.compile(r"_{2,}|\.{5,}|…{2,}")
_WITH_HINT = re.compile(r"^([^()]{2,80}\([^()]{2,80}\))\s+(\S.*)$")
_NAMES_A_FORM = re.compile(
    r"\b(?:form|notification|referral|return|report|briefing|record|review|appendix|template)\b",
    re.IGNORECASE,
)
#: Headings of plain text, where no style shows them.
_HEADS = re.compile(
    r"^(?:about (?:the|you|your)\b[^.:?]{0,50}|your details|(?:details|information) (?:of|about)"
    r" (?:the )?(?:child|incident|referrer|notifier|family|person)[^.:?]{0,40}"
    r"|the (?:child|incident|notifier|referrer|family)"
    r"|(?:child|incident|notifier|referrer|family|agency|author) (?:details|information))$",
    re.IGNORECASE,
)
_PART = re.compile(r"^(?:section|part)(?:\s+\w{1,3})?$", re.IGNORECASE)
#: What a letter is about: "Re: Wren Alderby, date of birth 3 April 2019".
_ABOUT_CHILD = re.compile(
    r"^(?:re|child|rapid review|regarding|concerning|request for information|subject)\s*:\s*"
    r"([A-Z][\w'’-]+(?: [A-Z][\w'’-]+){1,3})[\s,(–-]+(?i:d\.?\s?o\.?\s?b\.?|date of birth|born)"
    r"[\s:]*(\d[\w ./-]{5,20}?)[).\s]*$",
    re.IGNORECASE,
)
#: Words of web pages beside each answer, by which it could be changed.
_LINKS = frozenset({"Change", "Edit", "(Change)", "(Edit)", "Amend", "Required", "(required)", "*"})
_GUIDES = re.compile(r"^(?:how to|guidance|notes|instructions)\b", re.IGNORECASE)
_DASHED = re.compile(r"^([A-Za-z][A-Za-z /'’]{2,40}?)\s+[-–—]\s+(\S.*)$")
_INNER_LABEL = re.compile(r"(?:(?<=\s)|^)([^:?\n]{2,60}?):")
_WIDE_GAP = re.compile(r"\t+| {3,}")
#: Fields whose answers go on over blank lines where a heading asked for them.
_LONG = frozenset({"text"})
#: Fields whose answer ends with its line.
_ONE_LINE = frozenset({"date", "choice", "yes-no", "email", "phone", "name"})
_FEWEST_WORDS = 6  # of a paragraph that answers the heading far above it
#: Fields that people answer in several paragraphs.
_TOLD_AT_LENGTH = frozenset(
    {"incident.summary", "involvement_summary", "good_practice", "learning", "immediate_actions"}
    | {"immediate_risk", "notification.learning"}
)
#: Fields of which a table below the heading tells, row by row.
_IN_TABLES = frozenset({"people", "list", "names", "name", "date", "choice", "yes-no"})


def label_and_value(line: str) -> tuple[str, str] | None:
    """Given "Label: value" or "Question? answer", return both, or None when it is neither."""
    head = line[:_LONGEST_LABEL]
    found = [at for at in (head.find(":"), head.find("?")) if at > 0]
    if not found:
        return None
    at = min(found)
    label = _NUMBER.sub("", line[:at].strip())
    value = line[at + 1 :]
    if label.lower().endswith(" of"):
        return None  # "Name of: next of kin" goes on behind its colon
    is_clock = label[-1:].isdigit() and value[:1].isdigit()
    if is_clock or value.startswith("//") or not any(c.isalpha() for c in label):
        return None
    if line[at] == "?" and value.rstrip().endswith("?") and len(value.split()) > _SHORT_ANSWER:
        return _NUMBER.sub("", line.strip()), ""  # a question in two sentences
    is_prose = ". " in label or (line[at] == ":" and label.count(" ") > _MOST_BLANKS)
    if is_prose:
        return None
    return label, value.strip().lstrip(":").strip()


@dataclass(slots=True)
class Running:
    """Where in the lines we are: under which heading, and which label waits for its answer."""

    layouts: FormLayouts
    section: str = ""
    is_mail: bool = False
    scanned: bool = False
    label: str = ""
    place: str = ""
    answer: list[str] = field(default_factory=list)
    beside: Written = field(default_factory=Written)
    gap: bool = False  # a blank line since the last answer
    last: str = ""  # the line before, which an underline would make a heading
    from_heading: bool = False
    numbered: bool = False  # the last label had a number
    asked: bool = False  # the label that waits is a question
    begun: bool = False  # something stood before
    beside_label: bool = False  # the answer began in the line of its label

    def take(self, line: Line) -> Iterator[Item]:
        """Given the next line, return the items that are complete with it."""
        if "__" in line.text and not _RULE.match(line.text.strip()):
            line = replace(line, text=_DOTTED.sub(" ", line.text).strip())
        texts = line.text.split("\n") if line.text else [""]
        whole = written(line)
        for text in texts:
            own = replace(whole, text=text.strip()) if len(texts) > 1 else whole
            yield from self._piece(line, own)

    def finish(self) -> Iterator[Item]:
        """Return what is still open."""
        if self.label and (self.answer or self.label != self.section):
            beside = replace(self.beside, text="\n".join(self.answer))
            yield from answers(self.label, beside, self._at(self.place))
        elif self.label and not self.from_heading:
            yield Item(kind=ItemKind.PARAGRAPH, place=self.place, value=self.label)
        self.label, self.answer, self.gap = "", [], False
        self.from_heading = self.beside_label = False
        self.beside = Written()

    @property
    def waits_for_more(self) -> bool:
        """Whether a label waits whose answer has not begun beside it."""
        return bool(self.label) and not self.beside_label

    def finish_before_table(self, table: Table) -> Iterator[Item]:
        """Return what is still open; what explains a table below a heading is no answer."""
        if self.from_heading and self.answer and self._is_told_in(table):
            yield self._paragraph(self.place, "\n".join(self.answer))
            self.answer = []
            self.label = ""
        yield from self.finish()

    def _is_told_in(self, table: Table) -> bool:
        """Whether the table, and not the words above it, answers the heading."""
        name = self.layouts.field_for(self.label, self.section)
        if name is None:
            return False
        cells = (cell.text.rstrip(" :") for row in table.rows for cell in row)
        return self.layouts.fields[name].type in _IN_TABLES or any(
            len(text) < _LONGEST_LABEL and self.layouts.field_for(text, self.section) == name
            for text in cells
        )

    def answer_with(self, line: Line) -> Iterator[Item]:
        """Given what answers the label that waits, return the items that are complete with it."""
        self.answer = [line.text] if line.text else []
        self.beside = written(line)
        yield from self.finish()

    def _at(self, place: str, section: str | None = None) -> Spot:
        section = self.section if section is None else section
        return Spot(layouts=self.layouts, place=place, section=section, scanned=self.scanned)

    def _knows(self, text: str) -> bool:
        return self.layouts.knows(text, self.section)

    def _piece(self, line: Line, own: Written) -> Iterator[Item]:
        text = own.text.strip()
        if not text and not own.controls:
            self.gap = True
        elif _RULE.match(text):
            if self.last and not self.gap and len(self.last) < _LONGEST_LABEL:
                self.section = self.last.rstrip(":")
        elif text not in _LINKS:
            self.last = text
            yield from self._said(line, text, own)

    def _said(self, line: Line, text: str, own: Written) -> Iterator[Item]:
        about = _ABOUT_CHILD.match(text)
        if own.controls and not self._is_open_for(own):
            yield from self.finish()
            yield from self._controls(line.place, own)
        elif has_box(text):
            yield from self._boxes(line.place, own)
        elif about:
            yield from self.finish()
            for label, value in (("Name of child", about[1]), ("Date of birth", about[2])):
                yield from answers(label, replace(own, text=value), self._at(line.place, "child"))
        elif several := self._several(text):
            for label, value in several:
                yield from self.finish()
                self._open(line.place, label, value, own)
        else:
            yield from self._labels(line, text, own)

    def _is_open_for(self, own: Written) -> bool:
        """Whether a control answers the label that waits above it."""
        return bool(self.label and not self.answer and not label_and_value(own.text))

    def _labels(self, line: Line, text: str, own: Written) -> Iterator[Item]:
        pair = label_and_value(text) or self._long_pair(text)
        knows_pair = pair is not None and self._knows(pair[0])
        if _FAREWELL.match(text):
            yield from self.finish()
            yield self._paragraph(line.place, text)
        elif pair and not knows_pair and (_names_part(pair) or self._is_heading(line, text)):
            yield from self._heading(line, text, pair[1] if _PART.match(pair[0]) else text)
        elif pair and (knows_pair or not self._goes_on(pair[0])):
            yield from self.finish()
            self._open(line.place, pair[0], pair[1], own)
            if line.heading and not pair[1]:
                self.section, self.from_heading = pair[0], True
        elif self._is_answer_to_question(line, text):
            yield from self._goes_on_or_stands(line.place, text, own)
        elif self._is_heading(line, text):
            heading = _NUMBER.sub("", text.lstrip("# ")).strip().rstrip(":")
            yield from self._heading(line, heading, heading)
        else:
            yield from self._labels_without_colon(line, text, own)

    def _labels_without_colon(self, line: Line, text: str, own: Written) -> Iterator[Item]:
        if _NUMBER.match(text) and self.numbered and self._is_question(text):
            yield from self.finish()
            self._open(line.place, _NUMBER.sub("", text), "", own)
        elif self._knows(text):
            yield from self.finish()
            self._open(line.place, text, "", own)
            self.from_heading = line.strong
        elif (begun := self._begins_with_label(text)) is not None:
            yield from self.finish()
            self._open(line.place, *begun, own)
        else:
            yield from self._goes_on_or_stands(line.place, text, own)

    def _heading(self, line: Line, text: str, section: str) -> Iterator[Item]:
        yield from self.finish()
        self.section = self.label = section
        self.place, self.gap, self.from_heading = line.place, False, True
        self.asked = False
        is_title = _NAMES_A_FORM.search(text) and not _GUIDES.match(text)
        if not self.begun and is_title and normal(text) not in self.layouts.labels:
            self.section = self.label = ""  # the title of the whole, no heading of a part
        self.begun = True
        yield self._paragraph(line.place, text)

    def _long_pair(self, text: str) -> tuple[str, str] | None:
        """Given a long line, return a label that the layouts know and the answer behind it."""
        hinted = _WITH_HINT.match(text)
        if hinted and self.layouts.knows_exactly(hinted[1], self.section):
            return hinted[1], hinted[2]
        head, colon, rest = text.partition(":")
        is_one = colon and rest.strip() and len(head) < _LONGEST_KNOWN and self._knows(head)
        return (head, rest.strip()) if is_one else None

    def _is_question(self, text: str) -> bool:
        is_short = len(text) < _LONGEST_LABEL
        return is_short or (len(text) < _LONGEST_KNOWN and text.rstrip().endswith((":", "?", ")")))

    def _is_answer_to_question(self, line: Line, text: str) -> bool:
        """Whether a line that could be a label is the answer to the question right above it."""
        waits = bool(self.label) and not self.answer and not self.gap
        return waits and self.asked and not line.strong and not text.endswith((":", "?"))

    def _is_heading(self, line: Line, text: str) -> bool:
        short = len(text) < 120
        if _HEADS.match(text) and short:
            return True
        if line.strong and not line.heading and text.endswith((":", "?")):
            return False
        if line.strong and _NUMBER.match(text) and len(text) < _LONGEST_KNOWN:
            return True
        if (line.heading or (line.strong and len(text.split()) < 12)) and short:
            return not text.endswith(".")
        return bool(_HEADED.match(text)) or _looks_like_heading(text)

    def _goes_on(self, label: str) -> bool:
        """Whether a colon inside a long answer only looks like a label."""
        name = self.layouts.field_for(self.label, self.section) if self.label else None
        if name is None or not self.answer or self.is_mail:
            return False
        is_long = self.layouts.fields[name].type in _LONG
        return is_long and not self.beside_label

    def _open(self, place: str, label: str, value: str, own: Written) -> None:
        self.label, self.place = label, place
        self.answer = [value] if value else []
        self.beside = replace(own, controls=())
        self.beside_label, self.begun = bool(value), True
        self.asked = own.text.rstrip().endswith("?")
        self.numbered = bool(_NUMBER.match(own.text))
        self.gap = self.from_heading = False

    def _goes_on_or_stands(self, place: str, text: str, own: Written) -> Iterator[Item]:
        # An answer may start after a blank line; once begun, a blank line ends it, but not where
        # a heading asked and paragraphs follow.
        if self.label and self._may_go_on():
            self.answer.append(text)
            self.beside = _together(self.beside, own)
            self.gap = False
            return
        yield from self.finish()
        if self._answers_heading(text):
            self._open(place, self.section, "", own)
            self.answer, self.from_heading = [text], True
            return
        yield self._paragraph(place, text)

    def _answers_heading(self, text: str) -> bool:
        """Whether a paragraph without a label tells what the heading above it asks for."""
        if self.is_mail or len(text.split()) < _FEWEST_WORDS or not self.section:
            return False
        name = self.layouts.field_for(self.section, "")
        return name is not None and self.layouts.fields[name].type in _LONG

    def _may_go_on(self) -> bool:
        if self.answer and self.gap and not self._is_long_answer():
            return False
        name = self.layouts.field_for(self.label, self.section) if self.label else None
        is_short = name is not None and self.layouts.fields[name].type in _ONE_LINE
        return not (self.answer and is_short and self.beside_label)

    def _is_long_answer(self) -> bool:
        if self.is_mail and not self.from_heading:
            return False
        name = self.layouts.field_for(self.label, self.section) or ""
        return name in _TOLD_AT_LENGTH

    def _paragraph(self, place: str, text: str) -> Item:
        return Item(kind=ItemKind.PARAGRAPH, place=place, value=text, section=self.section)

    def _controls(self, place: str, own: Written) -> Iterator[Item]:
        pair = label_and_value(own.text)
        first = own.controls[0].text or "\0"
        if pair and pair[0] and not own.text.startswith(first):
            yield from answers(pair[0], replace(own, text=pair[1]), self._at(place))
            return
        filled = next((c.text for c in own.controls if c.text and c.text in own.text), "")
        printed = own.text.partition(filled)[0] if filled else own.text
        label = printed.strip(" :\t") or own.controls[0].title or self.section
        if any(control.ticked is not None for control in own.controls):
            label, value = own.controls[0].title or self.section, own.text
        else:
            value = own.text[len(printed) :].strip() if filled else ""
        yield from answers(label, replace(own, text=value), self._at(place))

    def _boxes(self, place: str, own: Written) -> Iterator[Item]:
        """Boxes answer the question above them, if one waits; else they stand for themselves."""
        pair = label_and_value(own.text)
        asks = pair is not None and not has_box(pair[0]) and has_box(pair[1])
        waits = bool(self.label) and (not self.answer or has_box(self.answer[-1]))
        if waits and not asks and (self._knows(self.label) or not self.from_heading):
            self.answer.append(own.text)
            self.beside = _together(self.beside, own)
            return
        yield from self.finish()
        if asks and pair is not None:
            self._open(place, pair[0], pair[1], own)
            return
        yield from answers("", own, self._at(place))

    def _several(self, text: str) -> list[tuple[str, str]]:
        """Return the pairs of a line in which several known labels stand, else nothing."""
        found: list[tuple[int, int, str]] = []
        for match in _INNER_LABEL.finditer(text):
            label, start = self._known_end_of(match[1])
            if label:
                found.append((match.start(1) + start, match.end(), label))
        if len(found) < 2 or found[0][0] > 4:
            return []
        ends = [*(start for start, _, _ in found[1:]), len(text)]
        return [
            (label, text[begin:end].strip(" \t;,|"))
            for (_, begin, label), end in zip(found, ends, strict=True)
        ]

    def _known_end_of(self, words: str) -> tuple[str, int]:
        """Return the longest known label at the end of some words, and where it starts."""
        starts = [0, *(m.end() for m in re.finditer(r"\s+", words))][-8:]
        for start in starts:
            if self._knows(words[start:].strip()):
                return words[start:].strip(), start
        return "", 0

    def _begins_with_label(self, text: str) -> tuple[str, str] | None:
        """Given "Name of child  Wren Alderby", return both; only where a wide gap parts them."""
        dashed = _DASHED.match(text)
        if dashed and self.layouts.knows_exactly(dashed[1], self.section):
            return dashed[1], dashed[2]
        head, gap, rest = text.partition("\t")
        if not gap:
            match = _WIDE_GAP.search(text)
            head, rest = (text[: match.start()], text[match.end() :]) if match else (text, "")
        if rest and self._knows(head.rstrip(" :")):
            return head.rstrip(" :"), " ".join(rest.split("\t")).strip()
        return None


def items_from_lines(
    lines: Iterable[Line], section: str, layouts: FormLayouts, *, is_mail: bool = False
) -> Iterator[Item]:
    """Given lines, return what they say: values, ticks, paragraphs."""
    reading = Running(layouts=layouts, section=section, is_mail=is_mail)
    for line in lines:
        yield from reading.take(line)
    yield from reading.finish()


def _together(one: Written, other: Written) -> Written:
    return replace(
        one,
        marked=(*one.marked, *other.marked),
        struck=(*one.struck, *other.struck),
        controls=(*one.controls, *other.controls),
        unsure=one.unsure or other.unsure,
    )


def _names_part(pair: tuple[str, str]) -> bool:
    """Whether a line of a website's form says where a part begins: "SECTION: Your details"."""
    return normal(pair[0]) in ("section", "part") and 0 < len(pair[1].split()) < 8


def _looks_like_heading(line: str) -> bool:
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


def is_label_like(text: str) -> bool:
    """Given a text, return whether it is printed as a question or label is, known or not."""
    bare = without_courtesy(normal(text[:_LONGEST_LABEL]))
    return bool(bare) and len(text) < _LONGEST_LABEL and text.rstrip().endswith((":", "?"))
