"""forms.toml as a look-up: which printed label, heading, box or column means which field.

Stands under forms. A label is compared in its normal form: small letters, no punctuation, no
numbering, no hint in brackets.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mailbot.core.forms.labels import (
    beginnings,
    is_slip,
    label_forms,
    meaning,
    normal,
    parted,
    without_courtesy,
)
from mailbot.core.forms.signs import Signs, signs_from

__all__ = ["FieldRule", "FormLayouts", "ListRule", "Phrases", "layouts_from", "normal"]

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
_LONGEST = 300
_LONGEST_EXACT = 100
_MOST_SEEN = 5_000
_MOST_LISTS_SEEN = 200
_MOST_WORDS = 10
_FEW_WORDS = 4
_SHORTEST_SLIP, _LONGEST_SLIP = 6, 60
_FIELD_KEYS = frozenset(["title", "type", "part", "labels", "under", "near", "ticks", "yes", "no"])
_LIST_KEYS = frozenset(["title", "part", "sections", "needs", "columns", "like", "only_headed"])
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
        "own",
        "ordinary",
        "health_report",
        "partial",
        "nil",
        "corrected",
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
    #: Words of a header that make it that key's column where no header fits exactly.
    like: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    #: Only under one of `sections`: its columns stand in other tables too.
    only_headed: bool = False

    def keys_of(self, headers: Sequence[str]) -> dict[str, str]:
        """Given a table's headers, return which of them stand for which key, each key once."""
        found: dict[str, str] = {}
        for header in headers:
            key = next((k for f in label_forms(header) if (k := self.columns.get(f))), "")
            if key and key not in found.values():
                found[header] = key
        missing = [key for key in self.like if key not in found.values()]
        named = [(header, f" {normal(header)} ") for header in headers] if missing else []
        for key in missing:
            for header, name in named:
                if header not in found and any(f" {word}" in name for word in self.like[key]):
                    found[header] = key
                    break
        return found


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
    corrected: Phrases

    #: The words that carry a label's meaning, with the same meanings; ambiguous ones left out.
    meant: Mapping[tuple[str, ...], tuple[tuple[str, str], ...]] = field(default_factory=dict)
    #: (whose field stands right before, label) with the field that it means there.
    near: Mapping[tuple[str, str], str] = field(default_factory=dict)
    #: Labels that end with an asterisk in forms.toml, without it: others may begin with them.
    starts: Mapping[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)
    #: What was looked up already: the same few hundred labels stand on every form.
    _seen: dict[str, tuple[tuple[tuple[str, str], ...], ...]] = field(
        default_factory=dict, compare=False, repr=False
    )
    #: The same of header rows: every row below one asks again which list it is.
    _lists_seen: dict[tuple[tuple[str, ...], str, str], ListRule | None] = field(
        default_factory=dict, compare=False, repr=False
    )

    _by_length: dict[int, list[str]] = field(default_factory=dict, compare=False, repr=False)

    def field_for(self, label: str, section: str) -> str | None:
        """Given a printed label and the heading above it, return the field it means, or None."""
        head, dash, tail = parted(label)
        if dash and 0 < len(tail.split()) < _MOST_WORDS and normal(label) not in self.labels:
            # "Child details - date of birth" has its heading in itself.
            name = self.field_for(tail, head)
            if name is not None:
                return name
        found = self._seen.get(label)
        if found is None:
            found = self._look_up(label)
            if len(self._seen) > _MOST_SEEN:
                self._seen.clear()
            self._seen[label] = found
        return _meant_under(found, section) if found else None

    def knows(self, label: str, section: str) -> bool:
        """Given a text and the heading above it, return whether it is the label of a field."""
        return bool(label) and len(label) < _LONGEST and self.field_for(label, section) is not None

    def knows_exactly(self, label: str, section: str) -> bool:
        """As `knows`, but not where a label only begins the text, or differs by a slip."""
        bare = label.rstrip(" :?")
        if not bare or len(bare) > _LONGEST_EXACT or not self.knows(bare, section):
            return False
        return any(
            form in self.labels or _sure_meaning(form) in self.meant for form in label_forms(bare)
        )

    def near_to(self, whose: str, label: str) -> str | None:
        """Given whose field stands right before and a printed label, return what it means there."""
        if not self.near:
            return None
        found = (self.near.get((whose, form)) for form in label_forms(label))
        return next((name for name in found if name), None)

    def prints(self, label: str) -> bool:
        """Given a label, return whether all its words are those of a label that is known.

        Then it holds nothing of anybody's, and may be repeated to whoever sent it.
        """
        forms = (normal(label), without_courtesy(normal(label)))
        return any(f in self.labels or (f and _sure_meaning(f) in self.meant) for f in forms)

    def tick_for(self, words: str) -> tuple[str, str] | None:
        """Given the words beside a box, return the field and the value that it gives, or None."""
        for form in label_forms(words):
            if form in self.ticks:
                return self.ticks[form]
        # "Serious harm to a child where abuse or neglect is known or suspected".
        said = normal(words[:_LONGEST]).split()
        for end in range(min(len(said), _MOST_WORDS), 2, -1):
            if found := self.ticks.get(" ".join(said[:end])):
                return found
        return None

    def list_for(self, headers: Sequence[str], section: str, tag: str = "") -> ListRule | None:
        """Given a table's headers and the heading above it, return which list it is, or None."""
        asked = (tuple(headers), section, tag)
        if asked not in self._lists_seen:
            if len(self._lists_seen) > _MOST_LISTS_SEEN:
                self._lists_seen.clear()
            self._lists_seen[asked] = self._list_for(headers, section, tag)
        return self._lists_seen[asked]

    def _list_for(self, headers: Sequence[str], section: str, tag: str) -> ListRule | None:
        first, heading = tag.partition(".")[0], normal(section)
        best: tuple[int, ListRule] | None = None
        for rule in self.lists:
            if tag and rule.name == first:
                return rule
            keys = set(rule.keys_of(headers).values())
            if keys & {"surname", "forename"}:
                keys.add("name")
            if not keys.issuperset(rule.needs):
                continue
            headed = any(words in heading for words in rule.sections)
            if headed or (len(rule.needs) > 1 and not rule.only_headed):
                score = len(keys) + (10 if headed else 0)
                if best is None or score > best[0]:
                    best = (score, rule)
        return best[1] if best else None

    def _of_length(self, size: int) -> Sequence[str]:
        """Return the labels of so many characters: few of them are compared letter by letter."""
        if not self._by_length:
            for label in self.labels:
                self._by_length.setdefault(len(label), []).append(label)
        return self._by_length.get(size, ())

    def _begun_by(self, form: str) -> Iterator[tuple[tuple[str, str], ...]]:
        """Return the meanings of labels that end with an asterisk and begin this one."""
        words = form.split()
        for end in range(min(len(words), _MOST_WORDS), 1, -1):
            if known := self.starts.get(" ".join(words[:end])):
                yield known

    def _look_up(self, label: str) -> tuple[tuple[tuple[str, str], ...], ...]:
        """Return all meanings of a label, the closest first."""
        forms = tuple(dict.fromkeys(form for form in label_forms(label) if form))
        found = [known for form in forms if (known := self.labels.get(form))]
        found += [m for form in forms if (m := self.meant.get(_sure_meaning(form)))]
        found += [m for form in forms for m in self._begun_by(form)]
        if not found:
            pieces = [normal(piece) for piece in label.split(" / ")]
            several = (self.labels.get(piece) for piece in pieces if len(piece.split()) > 1)
            found += [one for one in several if one][: 1 if len(pieces) > 1 else 0]
        if not found and forms:
            found += [m for head in beginnings(forms[0]) if (m := self.labels.get(head))]
        if not found and forms and _SHORTEST_SLIP <= len(forms[0]) < _LONGEST_SLIP:
            size = len(forms[0])
            close = (known for n in (size - 1, size, size + 1) for known in self._of_length(n))
            slips = [self.labels[known] for known in close if is_slip(forms[0], known)]
            found += slips[:1] if all(slip == slips[0] for slip in slips) else []
        return tuple(found)


def layouts_from(toml: Mapping[str, Any]) -> FormLayouts:
    """Given forms.toml as parsed, return it checked and ready for look-up.

    Raises ValueError with one sentence a line for every fault in it.
    """
    faults: list[str] = []
    faults += [
        f'forms.toml: "{key}" is not a table mailbot knows.' for key in toml if key not in _TABLES
    ]
    fields, labels, ticks = _fields(toml, faults)
    begun = [label for label in labels if label.endswith("*")]
    starts = {label.rstrip("* "): tuple(labels.pop(label)) for label in begun}
    lists = _lists(toml, faults)
    layouts = FormLayouts(
        fields=fields,
        lists=lists,
        labels={label: tuple(meanings) for label, meanings in labels.items()},
        starts=starts,
        near=_near(toml, faults),
        meant=_meant(labels),
        ticks=ticks,
        not_known=frozenset(normal(w) for w in _words(toml, "not_known", faults)),
        prompts=frozenset(normal(w) for w in _words(toml, "prompts", faults)),
        office_only=tuple(normal(w) for w in _words(toml, "office_only", faults)),
        signs=signs_from(toml, normal, faults),
        nil=_phrases(toml, "nil", faults),
        partial=_phrases(toml, "partial", faults),
        corrected=_phrases(toml, "corrected", faults),
    )
    if faults:
        raise ValueError("\n".join(faults))
    return layouts


_Labels = dict[str, list[tuple[str, str]]]
_Found = tuple[tuple[tuple[str, str], ...], ...]


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
        known = labels.setdefault(normal(label) + ("*" if label.endswith("*") else ""), [])
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
                like=_like(raw, faults),
                only_headed=raw.get("only_headed") is True,
            )
        )
    return tuple(rules)


def _near(toml: Mapping[str, Any], faults: list[str]) -> dict[tuple[str, str], str]:
    found: dict[tuple[str, str], str] = {}
    for name, raw in _table(toml, "fields", faults).items():
        given = _table(raw, "near", faults)
        for whose in given:
            for label in _words(given, whose, faults):
                other = found.setdefault((whose, normal(label)), name)
                if other != name:
                    where = f'[fields."{name}"]'
                    faults.append(
                        f'forms.toml {where}: label "{label}" near {whose} means "{other}".'
                    )
    return found


def _meant_under(found: _Found, section: str) -> str | None:
    """Return what a label means below a heading: by the heading first, then by itself."""
    heading = f" {normal(section)}".replace(" event", " incident")
    for meanings in found:
        for under, name in meanings:
            if under and f" {under}" in heading:
                return name
        for under, name in meanings:
            if not under:
                return name
    return None


def _sure_meaning(form: str) -> tuple[str, ...]:
    """Return a label's meaning, but not of a long one of which a single word is left."""
    words = meaning(form)
    return words if len(words) > 1 or len(form.split()) < _FEW_WORDS else ()


def _like(raw: Mapping[str, Any], faults: list[str]) -> dict[str, tuple[str, ...]]:
    given = _table(raw, "like", faults)
    return {key: tuple(normal(w) for w in _words(given, key, faults)) for key in given}


def _meant(labels: _Labels) -> dict[tuple[str, ...], tuple[tuple[str, str], ...]]:
    """Return the labels by their meaning; words that could mean two fields mean none."""
    by_meaning: dict[tuple[str, ...], dict[str, set[str]]] = {}
    for label, meanings in labels.items():
        words = meaning(label)
        if len(words) < 2 and len(label.split()) > 1:
            continue  # "your name" must not make every "name" the notifier's
        for under, name in meanings:
            by_meaning.setdefault(words, {}).setdefault(under, set()).add(name)
    return {
        words: tuple((u, next(iter(names))) for u, names in by_under.items() if len(names) == 1)
        for words, by_under in by_meaning.items()
        if words
    }


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
