"""Which documents are none of our forms, and which hold enough to be one.

Stands under forms. Minutes, invoices and curricula have dates and names too; forms of other
processes ask for a child and for what happened. They are told by titles and by labels that only
they have, never by criteria or running text; what is left must ask for what only our forms ask.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from mailbot.core.document import Document, Line
from mailbot.core.forms.items import Item, ItemKind
from mailbot.core.forms.labels import label_forms
from mailbot.core.forms.layouts import FormLayouts, normal
from mailbot.core.forms.reading import Reading
from mailbot.core.forms.signs import LookAlike, PaperSigns, title_in
from mailbot.core.model import DocumentKind, Form, Problem

#: Titles may stand below a letterhead and instructions, but before most of the answers.
_FAR_DOWN = 40  # items
_MOST_TITLES = 14
#: What a paper is called stands at its top; headings further down name what it speaks of.
_AT_THE_TOP = 5  # titles
_AT_THE_VERY_TOP = 3
_FIRST = 2  # items
_EMPTY_CELLS = 6  # items; further down an empty cell beside words is a question left blank
_LONGEST_ANSWER = 10  # words
_LONGEST_LABEL = 160  # characters
#: A question about what the form is for: "This referral is for a", "Type of review requested".
_ASKS_WHICH = re.compile(
    r"^(?:this|the|my|our) (?:referral|request|notification|form|submission) (?:is )?(?:for|a)\b"
    r"|^(?:type|kind|nature) of (?:referral|review|request|notification|form)\b"
    r"|^(?:referral|request|review)(?: type| kind)?(?: is)?(?: requested| for| sought)\b"
    r"|^(?:referral|request|review|notification) type\b"
    r"|^(?:which|what) (?:type of |kind of |sort of )?(?:referral|review|request)\b"
    r"|^(?:i am|we are) (?:referring|requesting|making)\b"
)
_FAMILY = frozenset(
    {"child.name", "child.forename", "child.surname", "child.date_of_birth"}
    | {"children", "parents", "siblings"}
)
_EVENT = ("incident.", "notification.", "panel.")
_FINDINGS = frozenset({"good_practice", "learning", "immediate_actions", "immediate_risk"})
_ASKED_BY_US = frozenset({"known_to_agency", "involvement_summary", "partial_return"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Face:
    """What a document shows of what it is: titles, labels, and answers to which form it is."""

    titles: tuple[str, ...]
    headings: tuple[str, ...]
    #: Every label once, in its normal forms.
    labels: tuple[tuple[str, ...], ...]
    answers: tuple[str, ...]
    ticked: tuple[str, ...]
    #: A title or an answer names our own process.
    own: bool


def face_of(document: Document, reading: Reading, layouts: FormLayouts) -> Face:
    """Given a document as read, return what it shows of what it is."""
    found = tuple(_titles_and_headings(reading.items))
    top = found[:_AT_THE_TOP]
    joined = (f"{one} {other}" for one, other in pairwise(top))
    margins = (_title(b.text) for b in document.blocks if isinstance(b, Line) and b.margin)
    titles = tuple(dict.fromkeys((*top, *joined, *(title for title in margins if title))))
    answers = tuple(_answers(reading.items))
    own = layouts.signs.is_own_title(*titles, *found, *answers)
    return Face(
        titles=titles,
        headings=found,
        labels=_labels(reading.items),
        answers=answers,
        ticked=tuple(normal(i.label) for i in reading.items if i.ticked),
        own=own or bool(reading.said.titles - {""}),
    )


def other_paper(face: Face, reading: Reading, layouts: FormLayouts) -> Form | None:
    """Given a document as read, return it as another process's form or a health report, or None.

    A form of ours, known by its tags or its mark, is neither and is not asked about.
    """
    other = _look_alike(face, layouts)
    if other is not None:
        return Form(
            kind=DocumentKind.LOOK_ALIKE,
            place=reading.place,
            fields=reading.fields,
            problems=(Problem(place=reading.place, what=other.what),),
            urgent=other.urgent,
        )
    report = _health_report(face, reading, layouts)
    if report is None:
        return None
    return Form(
        kind=DocumentKind.HEALTH_REPORT,
        place=reading.place,
        fields=reading.fields,
        problems=tuple(reading.problems),
        health_report=report,
    )


def is_ordinary(face: Face, layouts: FormLayouts) -> bool:
    """Whether it is titled as a paper that is no form: minutes, an invoice, a policy.

    A heading below a title of ours, or below a question, is no title.
    """
    for title in face.titles[:_AT_THE_VERY_TOP]:
        if layouts.signs.is_ordinary(title):
            return True
        if layouts.signs.is_own_title(title) or layouts.knows_exactly(title, ""):
            return False
    return False


def is_enough(face: Face, reading: Reading) -> bool:
    """Whether it asks for what only our forms ask for, or says itself that it is one.

    A child and an incident; or what an agency knows of a child.
    """
    if face.own:
        return True
    seen = reading.seen
    child = bool(_FAMILY & seen)
    if child and any(name.startswith(_EVENT) for name in seen):
        return True
    if _ASKED_BY_US & seen or "case_reference" in seen or "chronology" in seen:
        return True
    return len(_FINDINGS & seen) > 1 and (child or "agency" in seen)


# --- titles and labels ------------------------------------------------------------------------


def _titles_and_headings(items: tuple[Item, ...]) -> Iterator[str]:
    found: dict[str, None] = {}
    for at, item in enumerate(items[:_FAR_DOWN]):
        said = [normal(item.section)]
        if item.kind is ItemKind.PARAGRAPH or at < _EMPTY_CELLS:
            said.append(title_in(item, normal))
        if at < _FIRST:  # a letterhead with a title below it, or a title with a hint beside it
            below = _title(item.value) if item.label == item.section else ""
            said += [title_in(replace(item, value=""), normal), below]
        found |= dict.fromkeys(one for one in said if one)
    yield from list(found)[:_MOST_TITLES]


def _title(text: str) -> str:
    return title_in(Item(kind=ItemKind.PARAGRAPH, place="", value=text), normal)


def _labels(items: tuple[Item, ...]) -> tuple[tuple[str, ...], ...]:
    said = dict.fromkeys(text for item in items for text in (item.label, item.section, *item.cells))
    forms = (tuple(label_forms(one)) for one in said if 0 < len(one) <= _LONGEST_LABEL)
    return tuple({one[0]: one for one in forms}.values())


def _answers(items: tuple[Item, ...]) -> Iterator[str]:
    for item in items:
        words = normal(item.value[:200])
        short = 0 < len(words.split()) <= _LONGEST_ANSWER
        if item.kind is ItemKind.VALUE and short and _ASKS_WHICH.search(normal(item.label[:200])):
            yield words


# --- another process's form, a health report --------------------------------------------------


def _look_alike(face: Face, layouts: FormLayouts) -> LookAlike | None:
    best: tuple[tuple[bool, bool, int], LookAlike] | None = None
    for other in layouts.signs.look_alikes:
        strength = _strength(face, other.signs)
        if strength and (best is None or strength > best[0]):
            best = (strength, other)
    return best[1] if best else None


def _strength(face: Face, signs: PaperSigns) -> tuple[bool, bool, int] | None:
    """How plainly it is that other paper; None when it is not, or says that it is ours."""
    answered = signs.is_titled(face.answers)
    titled = signs.is_titled(face.titles)
    vaguely = signs.is_vaguely_titled(face.titles) or signs.is_titled(face.headings)
    own = signs.how_many(face.labels) + signs.is_titled(face.ticked)
    if face.own:
        is_one = answered or (own > 1 and (titled or vaguely))
    else:
        is_one = answered or titled or (vaguely and own > 0) or own > 1
    return (answered, titled, own) if is_one else None


def _health_report(face: Face, reading: Reading, layouts: FormLayouts) -> str | None:
    """Which health report it is, "" when it is one and does not say which, None when it is none."""
    if reading.said.titles - {""}:
        return None
    reports = layouts.signs.health_reports
    titled = [name for name, signs in reports.items() if signs.is_titled(face.titles)]
    if titled:
        return titled[0] if len(titled) == 1 else ""
    labels = max((signs.how_many(face.labels) for signs in reports.values()), default=0)
    vaguely = any(
        signs.is_vaguely_titled(face.titles) or signs.is_titled(face.headings)
        for signs in reports.values()
    )
    return "" if not face.own and (labels > 1 or (labels and vaguely)) else None
