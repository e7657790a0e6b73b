"""By what a form says what it is: titles, ticks and headings, as forms.toml lists them.

Stands under forms and papers. It tells how a case begins with a notification (process, section 2),
and holds what tells another process's form, a health report and an ordinary paper from a form of
ours. Only what is printed as a title or a label, or chosen among a form's own answers, counts;
running text never does.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mailbot.core.forms.items import Item, ItemKind
from mailbot.core.forms.labels import meaning
from mailbot.core.model import Beginning

#: A title stands among the first things of a document, and is no sentence.
_HEAD = 12
_LONGEST_TITLE = 14  # words
_TITLE_CHARS = 200
_DASH = re.compile(r"\s[–—-]\s|\n")
_SENTENCE = frozenset(
    "please we i attached find this is our see was were has have been dear here you your if "
    "they he she did will can could am not no nor do use".split()
)
_KEYS = frozenset({"titles", "answers", "sections", "fields"})
_PAPER_KEYS = frozenset({"titles", "titles_with_a_label", "labels"})
_LOOK_ALIKE_KEYS = _PAPER_KEYS | {"what", "urgent"}
_ORDINARY_KEYS = frozenset({"begins", "ends", "holds"})
#: Shorter ones begin labels of any kind.
_LONG_LABEL = 3  # words
HEALTH_REPORTS = frozenset({"72-hour", "30-day", "60-day", "psirf"})

Normal = Callable[[str], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class BeginningSigns:
    """By what a form says that a case begins in one way; all words in normal form."""

    titles: tuple[str, ...] = ()
    answers: frozenset[str] = frozenset()
    sections: tuple[str, ...] = ()
    fields: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperSigns:
    """By what a paper is known: titles, vaguer titles, and labels that only it has."""

    titles: tuple[str, ...] = ()
    #: Titles that are not enough alone: one of the labels stands beside.
    vague: tuple[str, ...] = ()
    labels: frozenset[str] = frozenset()
    #: The words that carry the labels' meanings; a single word is only taken as it stands.
    meanings: frozenset[tuple[str, ...]] = frozenset()
    #: Labels of which others may be longer: "cdop identifier number".
    beginnings: tuple[str, ...] = ()

    def is_titled(self, titles: Iterable[str]) -> bool:
        """Given a document's titles in normal form, return whether one of them is enough."""
        return _stands_in(self.titles, titles)

    def is_vaguely_titled(self, titles: Iterable[str]) -> bool:
        """Given the same, return whether one of them is enough beside a label."""
        return _stands_in(self.vague, titles)

    def how_many(self, printed: Iterable[Sequence[str]]) -> int:
        """Given the normal forms of every label of a document, return how many only it has."""
        return sum(any(map(self._is_own, forms)) for forms in printed)

    def _is_own(self, label: str) -> bool:
        if label in self.labels or meaning(label) in self.meanings:
            return True
        return label.startswith(self.beginnings)


@dataclass(frozen=True, slots=True, kw_only=True)
class LookAlike:
    """Another process's form: by what it is known, and what staff are told."""

    name: str
    signs: PaperSigns
    what: str
    urgent: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Signs:
    """What forms.toml says of the kinds of document, beside their fields."""

    beginnings: Mapping[str, BeginningSigns] = field(default_factory=dict)
    look_alikes: tuple[LookAlike, ...] = ()
    health_reports: Mapping[str, PaperSigns] = field(default_factory=dict)
    #: Words of the titles of our own process, beside those of the beginnings.
    own_titles: tuple[str, ...] = ()
    #: How the titles of ordinary papers begin and end, and words in them where none of ours stand.
    ordinary: tuple[str, ...] = ()
    ordinary_ends: tuple[str, ...] = ()
    ordinary_words: tuple[str, ...] = ()

    def titled(self, line: str) -> set[str]:
        """Given a title in normal form, return the beginnings it names."""
        return _named(line, ((t, n) for n, signs in self.beginnings.items() for t in signs.titles))

    def answered(self, words: str) -> str:
        """Given an answer or a ticked box in normal form, return the beginning it names, or ""."""
        return next((n for n, signs in self.beginnings.items() if words in signs.answers), "")

    def headed(self, heading: str) -> set[str]:
        """Given a heading in normal form under which something is filled in, return the same."""
        named = ((t, n) for n, signs in self.beginnings.items() for t in signs.sections)
        return _named(heading, named)

    def is_own_title(self, *lines: str) -> bool:
        """Given titles in normal form, return whether one of them is of our own process."""
        begun = (title for signs in self.beginnings.values() for title in signs.titles)
        return _stands_in(begun, lines) or _stands_in(self.own_titles, lines)

    def is_ordinary(self, line: str) -> bool:
        """Given a title in normal form, return whether minutes, invoices and the like bear it."""
        if any(f"{line} ".startswith(f"{words} ") for words in self.ordinary):
            return True
        if any(f" {line}".endswith(f" {words}") for words in self.ordinary_ends):
            return True
        return not self.is_own_title(line) and _stands_in(self.ordinary_words, (line,))


@dataclass(slots=True)
class Said:
    """What one document has said of how a case begins, by title and by answer."""

    titles: set[str] = field(default_factory=set)
    answers: set[str] = field(default_factory=set)

    @property
    def anything(self) -> bool:
        """Whether it says more than that it is a notification like any other."""
        return bool((self.titles | self.answers) - {"", Beginning.SERIOUS, Beginning.NON_SERIOUS})

    def beginnings(self, nature: str) -> tuple[str, ...]:
        """Given the nature of the incident as read, or "", return every beginning it may be.

        None when the form does not say. An answer outweighs no title that says otherwise, but
        one: the serious form has "not serious" among its own answers.
        """
        titles, answers = self.titles - {""}, self.answers - {""}
        if answers == {Beginning.NON_SERIOUS} and titles <= {Beginning.SERIOUS}:
            titles = set()
        found = titles | answers
        deaths = {Beginning.LOOKED_AFTER_CHILD_DEATH, Beginning.CARE_LEAVER_DEATH}
        is_denied = (found == {Beginning.NON_SERIOUS} and nature) or (
            found & deaths and nature == "serious_harm"
        )
        if is_denied:
            found = found | {Beginning.SERIOUS}
        return tuple(str(one) for one in Beginning if one in found)


def titles_in(items: Iterable[Item], normal: Normal) -> tuple[str, ...]:
    """Given a document's items in order, return what may be its titles, in normal form."""
    found = (title_in(item, normal) for item in tuple(items)[:_HEAD])
    return tuple(title for title in found if title)


def title_in(item: Item, normal: Normal) -> str:
    """Given an item, return it in normal form if it may be a title, or ""."""
    is_cell = item.kind is ItemKind.VALUE and not item.value.strip()
    text = item.label if is_cell else item.value if item.kind is ItemKind.PARAGRAPH else ""
    # "Referral to social care - please complete all sections": what is before the dash.
    for piece in (text[:_TITLE_CHARS], _DASH.split(text[:_TITLE_CHARS])[0]):
        words = normal(piece).split()
        if 0 < len(words) <= _LONGEST_TITLE and not _SENTENCE & set(words):
            return " ".join(words)
    return ""


def _stands_in(words: Iterable[str], titles: Iterable[str]) -> bool:
    # A bar stands in no normal form: one search finds the words in any of the titles.
    padded = "|".join(f" {title} " for title in titles)
    return bool(padded) and any(f" {one} " in padded for one in words)


def _named(line: str, named: Iterable[tuple[str, str]]) -> set[str]:
    """Return what the titles in a line name, from its beginning: "non serious" is not "serious"."""
    padded = f" {line} "
    places = ((padded.find(f" {title} "), -len(title), name) for title, name in named)
    found, end = set(), 0
    for start, length, name in sorted(place for place in places if place[0] >= 0):
        if start >= end:
            found.add(name)
            end = start - length
    return found


# --- forms.toml -------------------------------------------------------------------------------


def signs_from(toml: Mapping[str, Any], normal: Normal, faults: list[str]) -> Signs:
    """Given forms.toml as parsed, return its signs; faults are added to the list."""
    beginnings = {}
    for name, raw in _tables(toml, "beginning", _KEYS, faults):
        where = f"[beginning.{name}]"
        if name not in set(Beginning):
            faults.append(f"forms.toml {where}: no case begins so; {', '.join(Beginning)}.")
        beginnings[name] = BeginningSigns(
            titles=tuple(_words(raw, "titles", where, normal, faults)),
            answers=frozenset(_words(raw, "answers", where, normal, faults)),
            sections=tuple(_words(raw, "sections", where, normal, faults)),
            fields=frozenset(_words(raw, "fields", where, str, faults)),
        )
    health = {}
    for name, raw in _tables(toml, "health_report", _PAPER_KEYS, faults):
        where = f"[health_report.{name}]"
        if name not in HEALTH_REPORTS:
            faults.append(f"forms.toml {where}: is none of {', '.join(sorted(HEALTH_REPORTS))}.")
        health[name] = _paper(raw, where, normal, faults)
    others = tuple(
        LookAlike(
            name=name,
            signs=_paper(raw, f"[look_alike.{name}]", normal, faults),
            what=str(raw.get("what", "It is another process's form.")),
            urgent=raw.get("urgent") is True,
        )
        for name, raw in _tables(toml, "look_alike", _LOOK_ALIKE_KEYS, faults)
    )
    own = _one_table(toml, "own", frozenset({"titles"}), faults)
    ordinary = _one_table(toml, "ordinary", _ORDINARY_KEYS, faults)
    return Signs(
        beginnings=beginnings,
        look_alikes=others,
        health_reports=health,
        own_titles=tuple(_words(own, "titles", "[own]", normal, faults)),
        ordinary=tuple(_words(ordinary, "begins", "[ordinary]", normal, faults)),
        ordinary_ends=tuple(_words(ordinary, "ends", "[ordinary]", normal, faults)),
        ordinary_words=tuple(_words(ordinary, "holds", "[ordinary]", normal, faults)),
    )


def _paper(raw: Mapping[str, Any], where: str, normal: Normal, faults: list[str]) -> PaperSigns:
    labels = _words(raw, "labels", where, normal, faults)
    meanings = (meaning(label) for label in labels)
    return PaperSigns(
        titles=tuple(_words(raw, "titles", where, normal, faults)),
        vague=tuple(_words(raw, "titles_with_a_label", where, normal, faults)),
        labels=frozenset(labels),
        meanings=frozenset(words for words in meanings if len(words) > 1),
        beginnings=tuple(f"{one} " for one in labels if len(one.split()) >= _LONG_LABEL),
    )


def _one_table(
    toml: Mapping[str, Any], key: str, keys: frozenset[str], faults: list[str]
) -> Mapping[str, Any]:
    raw = toml.get(key, {})
    if not isinstance(raw, Mapping):
        faults.append(f'forms.toml: "{key}" must be a table.')
        return {}
    faults += [
        f'forms.toml [{key}]: "{word}" is not a key mailbot knows.'
        for word in raw
        if word not in keys
    ]
    return raw


def _tables(
    toml: Mapping[str, Any], key: str, keys: frozenset[str], faults: list[str]
) -> Iterable[tuple[str, Mapping[str, Any]]]:
    raw = toml.get(key, {})
    if not isinstance(raw, Mapping) or not all(isinstance(one, Mapping) for one in raw.values()):
        faults.append(f'forms.toml: "{key}" must be a table of tables.')
        return
    for name, one in raw.items():
        faults += [
            f'forms.toml [{key}.{name}]: "{word}" is not a key mailbot knows.'
            for word in one
            if word not in keys
        ]
        yield name, one


def _words(
    raw: Mapping[str, Any], key: str, where: str, normal: Normal, faults: list[str]
) -> list[str]:
    found = raw.get(key, [])
    if isinstance(found, list) and all(isinstance(word, str) for word in found):
        return [normal(word) for word in found]
    faults.append(f'forms.toml {where}: "{key}" must be a list of texts.')
    return []
