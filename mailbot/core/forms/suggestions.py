"""Labels that were not understood, with the fields they may mean: what a person adds to forms.toml.

Stands under forms. Nothing here is ever taken as understood: it only says which known labels are
closest, by their words and their letters, so that a business manager can decide.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from mailbot.core.forms.labels import meaning, without_courtesy
from mailbot.core.forms.layouts import FormLayouts, normal

_MOST = 3  # fields for one label
_LONGEST = 120  # characters of a label; what is longer is a sentence
_ENOUGH = 0.5  # of 1: how alike a label must be
_CLOSE = 0.8  # from here on a slip of typing is likelier than another word
_SURE = 0.81  # from here on a label is proposed for a field outright
_APART = 0.1  # and only if no other field is nearly as close
_ELSEWHERE = 0.8  # a known label that holds only below a heading counts for less
_FAMILY = "unknown-form"  # the form's name in the lines that are proposed


@dataclass(frozen=True, slots=True)
class Likeness:
    """A field that a label may mean: the closest label known of it, and how alike they are."""

    field: str
    title: str  # of the field, for people
    label: str  # the known label, in normal form
    under: str  # the words of a heading below which it holds, "" anywhere
    score: float  # 0 to 1


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One label that was not understood, and which fields it may mean, the likeliest first."""

    place: str
    label: str
    may_mean: tuple[Likeness, ...]


def suggestions_for(
    labels: Iterable[tuple[str, str]], layouts: FormLayouts
) -> tuple[Suggestion, ...]:
    """Given (place, label) of labels not understood, return each once with the closest fields."""
    seen: dict[str, Suggestion] = {}
    known = {label: frozenset(meaning(label)) for label in layouts.labels}
    for place, label in labels:
        words = normal(label[:_LONGEST])
        if words and words not in seen:
            printed = " ".join(label.split())[:_LONGEST]
            seen[words] = Suggestion(place, printed, _closest(words, known, layouts))
    return tuple(seen.values())


def toml_lines(suggestions: Sequence[Suggestion]) -> tuple[str, ...]:
    """Given suggestions, return lines for forms.toml that would make their labels understood.

    One table for each field that some labels are plainly closest to; a label that is like several
    fields, or like none, stands in a comment, for a person to place.
    """
    by_field: dict[str, list[str]] = {}
    comments = []
    for one in suggestions:
        words = normal(one.label)
        if _is_plain(words, one.may_mean):
            by_field.setdefault(one.may_mean[0].field, []).append(words)
        elif one.may_mean:
            fields = " or ".join(likely.field for likely in one.may_mean)
            comments.append(f'# perhaps {fields}: "{words}"')
        else:
            comments.append(f'# like no field that mailbot knows: "{words}"')
    lines = []
    for name, labels in by_field.items():
        quoted = ", ".join(f'"{label}"' for label in dict.fromkeys(labels))
        lines += [f'[form.{_FAMILY}.fields."{name}"]', f"labels = [{quoted}]", ""]
    return (*lines, *dict.fromkeys(comments))


def _is_plain(words: str, likely: Sequence[Likeness]) -> bool:
    if not likely or likely[0].score < _SURE:
        return False
    # "Rapid review" is a title, and only "rapid review no" is the label of a number.
    if likely[0].label.startswith(f"{words} "):
        return False
    # What is known already below one heading, as "name" is, means something else below another.
    if any(one.label == words for one in likely):
        return False
    return len(likely) == 1 or likely[0].score - likely[1].score >= _APART


def _closest(
    words: str, known: Mapping[str, frozenset[str]], layouts: FormLayouts
) -> tuple[Likeness, ...]:
    best: dict[str, Likeness] = {}
    bare = without_courtesy(words)
    means = frozenset(meaning(bare))
    letters = SequenceMatcher(None, "", bare, autojunk=False)
    for label, meanings in layouts.labels.items():
        letters.set_seq1(label)
        alike = _alike(means, known[label], letters)
        for under, name in meanings:
            score = alike * (_ELSEWHERE if under else 1)
            if score < _ENOUGH:
                continue
            if name not in best or best[name].score < score:
                title = layouts.fields[name].title
                best[name] = Likeness(name, title, label, under, round(score, 2))
    ranked = sorted(best.values(), key=lambda one: (-one.score, bool(one.under), one.field))
    return tuple(ranked[:_MOST])


def _alike(mine: frozenset[str], theirs: frozenset[str], letters: SequenceMatcher[str]) -> float:
    """How alike two labels are: by the words that carry their meaning, or letter by letter."""
    shared = mine & theirs
    by_words = 2 * len(shared) / (len(mine) + len(theirs)) if shared else 0.0
    if letters.real_quick_ratio() < _CLOSE or letters.quick_ratio() < _CLOSE:
        return by_words
    by_letters = letters.ratio()
    return max(by_words, by_letters if by_letters >= _CLOSE else 0.0)
