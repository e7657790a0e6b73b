"""By what a form says what it is: titles, ticks and headings, as forms.toml lists them.

Stands under forms. It tells how a case begins with a notification (process, section 2), another
process's form from one of ours, and a health report. Only what is printed as a title, or chosen
among a form's own answers, counts; running text never does.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from mailbot.core.model import Beginning, Item, ItemKind

#: A title stands among the first things of a document, and is no sentence.
_HEAD = 12
_LONGEST_TITLE = 14  # words
_SENTENCE = frozenset(
    "please we i attached find this is our see was were has have been dear here you your if for "
    "they he she did will can could am not no nor".split()
)
_KEYS = frozenset({"titles", "answers", "sections", "fields"})
_LOOK_ALIKE_KEYS = frozenset({"titles", "labels", "what", "urgent"})
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
class LookAlike:
    """Another process's form: its titles, labels that only it has, and what staff are told."""

    name: str
    titles: tuple[str, ...]
    labels: frozenset[str]
    what: str
    urgent: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Signs:
    """What forms.toml says of the kinds of document, beside their fields."""

    beginnings: Mapping[str, BeginningSigns] = field(default_factory=dict)
    look_alikes: tuple[LookAlike, ...] = ()
    health_reports: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

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

    def look_alike(self, titles: Iterable[str], labels: set[str]) -> LookAlike | None:
        """Given a document's titles and labels in normal form, return what it looks like."""
        lines = tuple(titles)
        for other in self.look_alikes:
            named = any(_named(line, ((t, t) for t in other.titles)) for line in lines)
            if named or len(other.labels & labels) > 1:
                return other
        return None

    def health_report(self, titles: Iterable[str]) -> str:
        """Given a document's titles in normal form, return which health report it is, or ""."""
        named = [(t, name) for name, words in self.health_reports.items() for t in words]
        found = {name for line in titles for name in _named(line, named)}
        return found.pop() if len(found) == 1 else ""


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
    found = []
    for item in tuple(items)[:_HEAD]:
        is_cell = item.kind is ItemKind.VALUE and not item.value.strip()
        text = item.label if is_cell else item.value if item.kind is ItemKind.PARAGRAPH else ""
        words = normal(text[:200]).split()
        if 0 < len(words) <= _LONGEST_TITLE and not _SENTENCE & set(words):
            found.append(" ".join(words))
    return tuple(found)


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
    for name, raw in _tables(toml, "health_report", frozenset({"titles"}), faults):
        where = f"[health_report.{name}]"
        if name not in HEALTH_REPORTS:
            faults.append(f"forms.toml {where}: is none of {', '.join(sorted(HEALTH_REPORTS))}.")
        health[name] = tuple(_words(raw, "titles", where, normal, faults))
    others = tuple(
        LookAlike(
            name=name,
            titles=tuple(_words(raw, "titles", f"[look_alike.{name}]", normal, faults)),
            labels=frozenset(_words(raw, "labels", f"[look_alike.{name}]", normal, faults)),
            what=str(raw.get("what", "It is another process's form.")),
            urgent=raw.get("urgent") is True,
        )
        for name, raw in _tables(toml, "look_alike", _LOOK_ALIKE_KEYS, faults)
    )
    return Signs(beginnings=beginnings, look_alikes=others, health_reports=health)


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
