"""forms.toml as a look-up: which printed label, heading, box or column means which field.

Stands under forms. A label is compared in its normal form: small letters, no punctuation, no
numbering, no hint in brackets.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from mailbot.core.forms.signs import Signs, signs_from

_LABEL_SIZE = 80
TYPES = frozenset(
    [
        "text",
        "name",
        "names",
        "date",
        "yes-no",
        "choice",
        "address",
        "email",
        "phone",
        "people",
        "list",
    ]
)
PARTS = frozenset({"notification", "return", "both"})
_NUMBER = re.compile(
    r"^\s*\(?(?:\d{1,2}(?:\.\d{1,2}){0,3}[.)]\s*|[a-zA-Z][.)]\s+)(?=\S\S)|^\s*\d{1,2}(?:\.\d{1,2})+\s+"
)
_BRACKETS = re.compile(r"\([^()]{0,200}\)|\[[^\[\]]{0,200}\]")
_POLITE = re.compile(
    r"^(?:please (?:give|provide|state|enter|specify|describe|tick)|what (?:is|was|are)|the"
    r"|full details of) (?:the )?"
)
_FIELD_KEYS = frozenset(["title", "type", "part", "labels", "under", "ticks", "yes", "no"])
_LIST_KEYS = frozenset(["title", "part", "sections", "needs", "columns"])
_TABLES = frozenset(
    [
        "fields",
        "lists",
        "form",
        "not_known",
        "prompts",
        "office_only",
        "beginning",
        "look_alike",
        "health_report",
        "partial",
        "nil",
    ]
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldRule:
    """How one field is found and read."""

    name: str
    title: str
    type: str
    part: str
    yes: frozenset[str] = frozenset()
    no: frozenset[str] = frozenset()
    #: Words of a box or an answer, in normal form, with the value they give.
    ticks: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListRule:
    """How one table with a header row is recognised and read."""

    name: str
    part: str
    sections: tuple[str, ...]
    needs: tuple[str, ...]
    #: A header in normal form, with the key it stands for.
    columns: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrases:
    """Words that say something, unless any of the others stand beside them."""

    says: tuple[str, ...]
    not_when: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FormLayouts:
    """All of forms.toml, checked and turned into look-ups."""

    fields: Mapping[str, FieldRule]
    lists: tuple[ListRule, ...]
    #: A label in normal form, with (heading words or "", field name) for each meaning.
    labels: Mapping[str, tuple[tuple[str, str], ...]]
    #: A box's words in normal form, with (field name, value).
    ticks: Mapping[str, tuple[str, str]]
    not_known: frozenset[str]
    prompts: frozenset[str]
    office_only: tuple[str, ...]
    signs: Signs
    nil: Phrases
    partial: Phrases

    def field_for(self, label: str, section: str) -> str | None:
        """Given a printed label and the heading above it, return the field it means, or None."""
        heading = normal(section)
        for form in label_forms(label):
            found = self.labels.get(form, ())
            for under, name in found:
                if under and f" {under}" in f" {heading}":
                    return name
            for under, name in found:
                if not under:
                    return name
        return None


def normal(text: str) -> str:
    """Given a label, return its normal form: "3. Child's name:" is "childs name"."""
    return _normal_label(text) if len(text) <= _LABEL_SIZE else _normal(text)


def _normal(text: str) -> str:
    text = _NUMBER.sub("", text.strip()).lower().replace("\u2019", "'").replace("&", " and ")
    text = re.sub(r"'(?=s\b)|(?<=s)'", "", text).replace("'", "")
    return " ".join(re.sub(r"[^a-z0-9]+", " ", text).split())


# The same few hundred labels stand on every form.
_normal_label = lru_cache(maxsize=4096)(_normal)


def label_forms(label: str) -> Iterator[str]:
    """Given a printed label, return the normal forms to look up, closest first."""
    label = label[:300]
    yield normal(label)
    bare = normal(_BRACKETS.sub(" ", label))
    yield bare
    yield _POLITE.sub("", bare)
    first = label.partition("\n")[0]
    if first != label:
        yield normal(_BRACKETS.sub(" ", first))


def layouts_from(toml: Mapping[str, Any]) -> FormLayouts:
    """Given forms.toml as parsed, return it checked and ready for look-up.

    Raises ValueError with one sentence a line for every fault in it.
    """
    faults: list[str] = []
    faults += [
        f'forms.toml: "{key}" is not a table mailbot knows.' for key in toml if key not in _TABLES
    ]
    fields, labels, ticks = _fields(toml, faults)
    lists = _lists(toml, faults)
    layouts = FormLayouts(
        fields=fields,
        lists=lists,
        labels={label: tuple(meanings) for label, meanings in labels.items()},
        ticks=ticks,
        not_known=frozenset(normal(w) for w in _words(toml, "not_known", faults)),
        prompts=frozenset(normal(w) for w in _words(toml, "prompts", faults)),
        office_only=tuple(normal(w) for w in _words(toml, "office_only", faults)),
        signs=signs_from(toml, normal, faults),
        nil=_phrases(toml, "nil", faults),
        partial=_phrases(toml, "partial", faults),
    )
    if faults:
        raise ValueError("\n".join(faults))
    return layouts


_Labels = dict[str, list[tuple[str, str]]]


def _fields(
    toml: Mapping[str, Any], faults: list[str]
) -> tuple[dict[str, FieldRule], _Labels, dict[str, tuple[str, str]]]:
    rules: dict[str, FieldRule] = {}
    labels: _Labels = {}
    ticks: dict[str, tuple[str, str]] = {}
    for name, raw in _table(toml, "fields", faults).items():
        where = f'[fields."{name}"]'
        if not _is_sound(raw, where, faults):
            continue
        rules[name] = _field_rule(name, raw, where, faults)
        _add_labels(labels, name, raw, where, faults)
        ticks |= {words: (name, value) for words, value in rules[name].ticks.items()}
    for form, raw in _table(toml, "form", faults).items():
        for name, extra in _table(raw, "fields", faults).items():
            where = f'[form.{form}.fields."{name}"]'
            if name not in rules:
                faults.append(f"forms.toml {where}: there is no such field; see [fields].")
            elif _is_sound(extra, where, faults):
                _add_labels(labels, name, extra, where, faults)
    return rules, labels, ticks


def _is_sound(raw: Any, where: str, faults: list[str]) -> bool:
    if not isinstance(raw, Mapping):
        faults.append(f"forms.toml {where}: must be a table.")
        return False
    faults += [
        f'forms.toml {where}: "{key}" is not a key mailbot knows.'
        for key in raw
        if key not in _FIELD_KEYS
    ]
    return True


def _field_rule(name: str, raw: Mapping[str, Any], where: str, faults: list[str]) -> FieldRule:
    kind, part = raw.get("type", "text"), raw.get("part", "both")
    if kind not in TYPES:
        faults.append(f'forms.toml {where}: type "{kind}" is none of {", ".join(sorted(TYPES))}.')
    if part not in PARTS:
        faults.append(f'forms.toml {where}: part "{part}" is none of {", ".join(sorted(PARTS))}.')
    given = _table(raw, "ticks", faults)
    ticks = {normal(w): value for value in given for w in _words(given, value, faults)}
    return FieldRule(
        name=name,
        title=str(raw.get("title", name)),
        type=str(kind),
        part=str(part),
        yes=frozenset(normal(w) for w in _words(raw, "yes", faults)),
        no=frozenset(normal(w) for w in _words(raw, "no", faults)),
        ticks=ticks,
    )


def _add_labels(
    labels: _Labels, name: str, raw: Mapping[str, Any], where: str, faults: list[str]
) -> None:
    meanings = [("", label) for label in _words(raw, "labels", faults)]
    under = _table(raw, "under", faults)
    meanings += [(normal(key), label) for key in under for label in _words(under, key, faults)]
    for heading, label in meanings:
        known = labels.setdefault(normal(label), [])
        other = next((n for h, n in known if h == heading and n != name), None)
        if other:
            faults.append(f'forms.toml {where}: label "{label}" already means "{other}".')
        elif (heading, name) not in known:
            known.append((heading, name))


def _lists(toml: Mapping[str, Any], faults: list[str]) -> tuple[ListRule, ...]:
    rules = []
    for name, raw in _table(toml, "lists", faults).items():
        if not isinstance(raw, Mapping):
            faults.append(f"forms.toml [lists.{name}]: must be a table.")
            continue
        faults += [
            f'forms.toml [lists.{name}]: "{key}" is not a key mailbot knows.'
            for key in raw
            if key not in _LIST_KEYS
        ]
        given = _table(raw, "columns", faults)
        columns = {normal(w): key for key in given for w in _words(given, key, faults)}
        needs = tuple(_words(raw, "needs", faults))
        faults += [
            f'forms.toml [lists.{name}]: needs "{key}", which is not one of its columns.'
            for key in needs
            if key not in given
        ]
        rules.append(
            ListRule(
                name=name,
                part=str(raw.get("part", "both")),
                sections=tuple(normal(w) for w in _words(raw, "sections", faults)),
                needs=needs,
                columns=columns,
            )
        )
    return tuple(rules)


def _phrases(toml: Mapping[str, Any], key: str, faults: list[str]) -> Phrases:
    raw = _table(toml, key, faults)
    return Phrases(
        says=tuple(normal(w) for w in _words(raw, "says", faults)),
        not_when=tuple(normal(w) for w in _words(raw, "not_when", faults)),
    )


def _table(raw: Any, key: str, faults: list[str]) -> Mapping[str, Any]:
    found = raw.get(key, {}) if isinstance(raw, Mapping) else {}
    if isinstance(found, Mapping):
        return found
    faults.append(f'forms.toml: "{key}" must be a table.')
    return {}


def _words(raw: Mapping[str, Any], key: str, faults: list[str]) -> list[str]:
    found = raw.get(key, [])
    if isinstance(found, list) and all(isinstance(word, str) for word in found):
        return list(found)
    faults.append(f'forms.toml: "{key}" must be a list of texts.')
    return []
