"""One label and what stands beside or below it, as items: a value, or boxes with their options.

Stands under pairing. A choice may be made by a box, by a mark on one of the printed options (bold,
colour, highlight, a ring), or by striking out the others; where none of it decides, the printed
options stay the value, and `fields` says that it cannot tell.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from mailbot.core.document import UNKNOWN_BOX, Cell, Control, Line
from mailbot.core.forms.items import Item, ItemKind
from mailbot.core.forms.labels import normal
from mailbot.core.forms.layouts import FormLayouts
from mailbot.core.forms.ticks import has_box, options_in

_PARTED = re.compile(r"\s*(?:/|\||\n|\t|;|,|\bor\b|\s{2,})\s*")
_BARE_YES_NO = re.compile(
    r"^(?:yes|no|n/?a|not known|unknown|nk|unsure|don'?t know|[\s/|,;\[\]-])+$", re.I
)
_TOKENS = re.compile(r"not known|unknown|unsure|don'?t know|yes|no|n/?a|nk", re.I)
_TO_WRITE_ON = re.compile(r"_{2,}")
_BARE_BOX = re.compile(r"^\s*(?:[☒☐☑✓✔✗✘]|\[ {0,3}\]|\[ ?[xX✓✔] ?\])\s*$")
_SIGN = re.compile(r"^\s*(?:[xX✓✔√☒☑✗✘]|\[ ?[xX✓✔] ?\]|\(?tick(?:ed)?\)?)\s*$", re.I)
#: One letter or sign that people put into an empty square.
_MARK = re.compile(r"^\s*(?:[xX✓✔√☒☑✗✘]|\[ ?[xX✓✔] ?\]|tick|ticked|\(tick\)|yes|y)\s*$", re.I)


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What stands in a line or a cell, or in several cells taken together."""

    text: str = ""
    marked: tuple[str, ...] = ()
    struck: tuple[str, ...] = ()
    controls: tuple[Control, ...] = ()
    unsure: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """Where something stands, and by which layouts it is read."""

    layouts: FormLayouts = field(repr=False)
    place: str
    section: str = ""
    scanned: bool = False


def written(*pieces: Line | Cell) -> Written:
    """Given a line or cells, return what stands in them together."""
    if len(pieces) == 1:
        one = pieces[0]
        return Written(
            text=one.text,
            marked=one.marked,
            struck=one.struck,
            controls=one.controls,
            unsure=one.unsure,
        )
    # A cell that is wholly bold among others that are not is a choice too: | YES | no |.
    strong = [p for p in pieces if p.strong and p.text]
    picked = [p.text for p in strong] if 0 < len(strong) < len(pieces) else []
    return Written(
        text=" ".join(p.text for p in pieces if p.text),
        marked=(*(m for p in pieces for m in p.marked), *picked),
        struck=tuple(s for p in pieces for s in p.struck),
        controls=tuple(c for p in pieces for c in p.controls),
        unsure=any(p.unsure for p in pieces),
    )


def answers(label: str, beside: Written, at: Spot) -> Iterator[Item]:
    """Given a label and what stands beside it, return its items: a value, or ticks."""
    named = [c for c in beside.controls if c.name in at.layouts.fields or "." in c.name]
    if len(named) > 1:
        yield from _named_answers(label, named, at)
        if not all(control.ticked is not None for control in named):
            return
    tag = named[0].name if len(named) == 1 else ""
    text = beside.text
    label = _label_or_title(label, beside.controls, at)
    if _BARE_BOX.match(label) and not has_box(text):
        label, text = "", f"{label} {text}"
    if UNKNOWN_BOX in text or UNKNOWN_BOX in label:
        yield _untold(label, text, at, tag)
        return
    if has_box(text):
        yield from _ticked(text, at, label=label, tag=tag)
        return
    text = _TO_WRITE_ON.sub(" ", text).strip() if "__" in text else text
    choice = _chosen(text, beside.marked)
    struck_whole = bool(beside.struck) and not text.strip()
    yield Item(
        kind=ItemKind.VALUE,
        place=at.place,
        label=label,
        value=text if choice is None else choice,
        tag=tag,
        section=at.section,
        placeholder=bool(beside.controls)
        and not text
        and any(c.placeholder for c in beside.controls),
        unsure=beside.unsure or struck_whole,
    )


def _label_or_title(label: str, controls: Sequence[Control], at: Spot) -> str:
    """What a form field says of itself counts where the words beside it say nothing."""
    if len(controls) != 1 or not controls[0].title or at.layouts.knows(label, at.section):
        return label
    title = controls[0].title
    return title if not label or at.layouts.knows(title, at.section) else label


def _untold(label: str, text: str, at: Spot, tag: str) -> Item:
    """A box whose tick nobody can tell: a person looks at the form."""
    words = (label or text).replace(UNKNOWN_BOX, " ").strip()
    is_question = bool(label.replace(UNKNOWN_BOX, "").strip()) and text.count(UNKNOWN_BOX) > 1
    return Item(
        kind=ItemKind.VALUE if is_question else ItemKind.TICK,
        place=at.place,
        label=words,
        value=text.replace(UNKNOWN_BOX, " ").strip(),
        ticked=None if is_question else False,
        section=at.section,
        tag=tag,
        unsure=True,
    )


def _ticked(text: str, at: Spot, *, label: str, tag: str) -> Iterator[Item]:
    for item in tick_items(text, at, label=label, tag=tag):
        # A scan never decides a box (design, section 4).
        yield replace(item, unsure=True) if at.scanned else item
        is_question = item.kind is ItemKind.VALUE and not item.tag
        if is_question and not at.layouts.knows(item.label, at.section):
            yield from _as_single_boxes(text, at)


def _as_single_boxes(text: str, at: Spot) -> Iterator[Item]:
    """The boxes below a question that no field has may each be one that a field knows."""
    for option, ticked in options_in(text)[1]:
        if normal(option) in at.layouts.ticks:
            yield Item(
                kind=ItemKind.TICK,
                place=at.place,
                label=option,
                value=option,
                ticked=ticked,
                section=at.section,
                unsure=at.scanned,
            )


def tick_items(text: str, at: Spot, *, label: str = "", tag: str = "") -> Iterator[Item]:
    """Given a text with boxes, return one value for a question with options, else its ticks.

    A question's value is the option ticked; none ticked is blank, and two are both named.
    """
    question, options = options_in(text)
    if label and question and options:
        question = f"{label} {question}" if len(options) > 1 else label
    question = question or label
    if question and len(options) > 1:
        known = label if at.layouts.knows(label, at.section) else question
        yield Item(
            kind=ItemKind.VALUE,
            place=at.place,
            label=known,
            value=" / ".join(option for option, ticked in options if ticked),
            section=at.section,
            tag=tag,
        )
        return
    for option, ticked in options:
        yield Item(
            kind=ItemKind.TICK,
            place=at.place,
            label=label or option or question,
            value=option,
            ticked=ticked,
            section=at.section,
            tag=tag,
        )


def _named_answers(label: str, named: Sequence[Control], at: Spot) -> Iterator[Item]:
    for control in named:
        is_tick = control.ticked is not None
        yield Item(
            kind=ItemKind.TICK if is_tick else ItemKind.VALUE,
            place=at.place,
            label=control.title or label,
            value="" if is_tick else control.text,
            ticked=control.ticked,
            tag=control.name,
            section=at.section,
            placeholder=control.placeholder,
        )


def is_mark(text: str) -> bool:
    """Given what stands in a square of its own, return whether somebody marked it."""
    return bool(_MARK.match(text))


def is_sign(text: str) -> bool:
    """Given what stands in a square of its own, return whether it is a cross or a tick."""
    return bool(_SIGN.match(text))


def is_bare_box(text: str) -> bool:
    """Given a cell's text, return whether it is one box and nothing else."""
    return bool(_BARE_BOX.match(text))


def _chosen(text: str, marked: Sequence[str]) -> str | None:
    """Given printed options and the words marked among them, return the one option marked."""
    if not marked:
        return None
    options = printed_options(text)
    if len(options) < 2:
        return None
    # A label and the option behind it may be marked in one: "**Known to us? Yes** / No".
    tails = [re.split(r"[?:]", mark)[-1].strip() for mark in marked]
    words = [word for mark in (*marked, *tails) for word in (mark, *printed_options(mark))]
    picked = {normal(word) for word in words}
    found = [option for option in options if normal(option) in picked]
    return found[0] if len(found) == 1 else None


def printed_options(text: str) -> list[str]:
    """Given an answer, return the options printed in it: "Yes / No" has two."""
    if len(text) > 200:
        return []
    if _BARE_YES_NO.match(text):
        return [match[0] for match in _TOKENS.finditer(text)]
    bare = text.replace("[", " ").replace("]", "/").strip(" /")
    return [piece.strip() for piece in _PARTED.split(bare) if piece.strip()]
