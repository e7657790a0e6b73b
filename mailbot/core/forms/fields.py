"""One Document as fields: every label that means something, with its value and how sure it is.

Stands under forms, which decides what kind of document it is. A control's tag that is a dotted
field name wins over the printed label.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from mailbot.core.forms.layouts import FieldRule, FormLayouts, ListRule, normal
from mailbot.core.forms.signs import Said, titles_in
from mailbot.core.forms.values import (
    date_from,
    is_undecided,
    list_from,
    name_from,
    names_from,
    people_from,
    yes_or_no,
)
from mailbot.core.model import Beginning, Certainty, Document, Field, Item, ItemKind, Json, Problem

QUOTED = "quoted"
_BRACKETS = re.compile(r"\s*\([^()]{0,200}\)|\s*\[[^\[\]]{0,200}\]")
_SEVERAL = re.compile(r"\bchild (?:no )?([2-9])\b")
_ORDINALS = {"second child": "2", "third child": "3", "fourth child": "4"}
_SOMEBODY_ELSE = re.compile(
    r"\b(?:parent|carer|mother|father|sibling|brother|sister|notifier|referrer|author|next of kin)"
)
_NOTHING = re.compile(r"^[\s_.…/\\|:*-]*$")
#: Two different answers to these are a doubt; elsewhere the first one filled in counts.
_IDENTITY = frozenset({"child.name", "child.date_of_birth", "incident.date", "known_to_agency"})
_DATES = frozenset({"date", "date_of_birth"})
#: Whose answers may say how a case begins.
_SAY_HOW_IT_BEGINS = frozenset({"incident.nature", "notification.kind"})


@dataclass(slots=True)
class Reading:
    """What was read from one document so far."""

    place: str  # of the whole document
    fields: dict[str, Field] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    #: Names of fields whose label is there, filled or not.
    seen: set[str] = field(default_factory=set)
    #: Fields where only the printed "Yes / No" stands: a doubt, but nobody filled it in.
    untouched: set[str] = field(default_factory=set)
    lists: dict[str, list[Json]] = field(default_factory=dict)
    list_places: dict[str, str] = field(default_factory=dict)
    more_children: dict[str, dict[str, Json]] = field(default_factory=dict)
    said: Said = field(default_factory=Said)
    titles: tuple[str, ...] = ()
    labels: set[str] = field(default_factory=set)
    not_understood: list[tuple[str, str]] = field(default_factory=list)


def fields_from(document: Document, place: str, layouts: FormLayouts) -> Reading:
    """Given a document, return its fields, their problems, and which labels were there."""
    own = [i for i in document.items if i.section != QUOTED]
    items = [i for i in own if not _is_office_only(i.section, layouts)]
    reading = Reading(place=place, problems=list(document.problems))
    reading.titles = titles_in(items, normal)
    reading.said.titles = {name for t in reading.titles for name in layouts.signs.titled(t)}
    for item in items:
        reading.labels.add(normal(item.label))
        if item.kind is ItemKind.VALUE:
            _take_value(reading, item, layouts)
        elif item.kind is ItemKind.TICK:
            _take_tick(reading, item, layouts)
        elif item.kind is ItemKind.TABLE_ROW:
            _take_row(reading, item, layouts)
    beginnings = layouts.signs.beginnings.items()
    reading.said.titles |= {name for name, signs in beginnings if signs.fields & reading.seen}
    _gather_lists(reading)
    _join_names(reading)
    _gather_children(reading)
    return reading


def _is_office_only(section: str, layouts: FormLayouts) -> bool:
    if not section:
        return False
    heading = normal(section)
    return any(words in heading for words in layouts.office_only)


# --- values -----------------------------------------------------------------------------------


def _take_value(reading: Reading, item: Item, layouts: FormLayouts) -> None:
    name = item.tag if item.tag in layouts.fields else None
    name = name or layouts.field_for(item.label, item.section)
    if name is None or (name != item.tag and _is_about_somebody_else(name, item)):
        if item.label:
            reading.not_understood.append((item.place, item.label))
        return
    rule = layouts.fields[name]
    found, doubt = _answer(rule, item, layouts)
    said = _beginning_said(reading, name, found, item, layouts)
    if name == "incident.nature" and said == Beginning.NON_SERIOUS:
        reading.seen.add(name)
        return
    number = _child_number(item)
    if number and name.startswith("child."):
        if found.certainty is Certainty.READ:
            reading.more_children.setdefault(number, {})[name.removeprefix("child.")] = found.value
        return
    if is_undecided(item.value) and rule.type == "yes-no":
        reading.untouched.add(name)
    _keep(reading, name, found)
    if doubt:
        _doubt(reading, item, f'The answer to "{_printed(item, rule)}" {doubt}')


def _beginning_said(
    reading: Reading, name: str, found: Field, item: Item, layouts: FormLayouts
) -> str:
    """Note how the case begins, if an answer says so, and return what the answer says."""
    if found.certainty not in (Certainty.READ, Certainty.CANNOT_TELL):
        return ""
    signs = layouts.signs
    said = signs.answered(normal(item.value)) if name in _SAY_HOW_IT_BEGINS else ""
    reading.said.answers.add(said)
    reading.said.titles |= signs.headed(normal(item.section))
    return said


def _answer(rule: FieldRule, item: Item, layouts: FormLayouts) -> tuple[Field, str]:
    """Given a rule and an item, return its field and, when in doubt, the rest of a sentence."""
    text, words = item.value.strip(), normal(item.value)
    sure = Certainty.READ
    value: Json = text
    doubt = ""
    if item.placeholder or _NOTHING.match(text) or words in layouts.prompts:
        return Field(value=None, place=item.place, certainty=Certainty.BLANK), ""
    if words in rule.yes or words in rule.no:
        return Field(value=words in rule.yes, place=item.place, certainty=sure), ""
    if words in layouts.not_known:
        return Field(value=None, place=item.place, certainty=Certainty.NOT_KNOWN), ""
    if rule.type == "date":
        date = date_from(text)
        value, doubt = date.iso, date.doubt and f"{date.doubt}: please give the date in full."
    elif rule.type == "yes-no":
        value = yes_or_no(text)
        doubt = "" if value is not None else "is neither yes nor no: please say which."
    elif rule.type == "choice":
        value = _choice(rule, words)
        doubt = "" if value else "cannot be told from what was marked: please say it in words."
    else:
        value = _plain(rule.type, text)
    if doubt or value in ("", []):
        return Field(value=text, place=item.place, certainty=Certainty.CANNOT_TELL), doubt
    return Field(value=value, place=item.place, certainty=sure), ""


def _plain(kind: str, text: str) -> Json:
    if kind == "name":
        return name_from(text)
    if kind == "names":
        return names_from(text)
    if kind == "people":
        return people_from(text)
    if kind == "list":
        return list_from(text)
    if kind == "address":
        return ", ".join(part.strip(" ,") for part in text.splitlines() if part.strip(" ,"))
    if kind == "email":
        found = re.search(r"[\w.+'-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,6}", text)
        return found[0].lower() if found else text
    return text


def _choice(rule: FieldRule, words: str) -> str:
    exact = rule.ticks.get(words)
    if exact:
        return exact
    found = {value for phrase, value in rule.ticks.items() if f" {phrase} " in f" {words} "}
    return found.pop() if len(found) == 1 else ""


def _keep(reading: Reading, name: str, found: Field) -> None:
    reading.seen.add(name)
    known = reading.fields.get(name)
    if known is None or (
        known.certainty is Certainty.BLANK and found.certainty is not Certainty.BLANK
    ):
        reading.fields[name] = found
        return
    both_read = known.certainty is found.certainty is Certainty.READ
    if name in _IDENTITY and both_read and not _agree(known.value, found.value):
        reading.fields[name] = Field(
            value=known.value, place=known.place, certainty=Certainty.CANNOT_TELL
        )
        places = f"{known.place}; {found.place}"
        what = f'"{name}" is given twice, in two ways ({places}): please say which is right.'
        reading.problems.append(Problem(place=reading.place, what=what))


def _agree(one: Json, other: Json) -> bool:
    if isinstance(one, str) and isinstance(other, str):
        return sorted(normal(one).split()) == sorted(normal(other).split())
    return bool(one == other)


def _doubt(reading: Reading, item: Item, sentence: str) -> None:
    place = item.place if reading.place == "message" else f"{reading.place}, {item.place}"
    reading.problems.append(Problem(place=place, what=sentence))


def _printed(item: Item, rule: FieldRule) -> str:
    # Only a label that matched forms.toml comes here, and brackets could hold anything.
    label = " ".join(_BRACKETS.sub("", item.label).split()).strip(" :?*")
    return label if 0 < len(label) <= 100 and item.tag != rule.name else rule.title


def _child_number(item: Item) -> str:
    heading = f"{normal(item.section)} {normal(item.label)}"
    found = _SEVERAL.search(heading)
    if found:
        return found[1]
    return next((number for words, number in _ORDINALS.items() if words in heading), "")


def _is_about_somebody_else(name: str, item: Item) -> bool:
    """Whether a label like "Date of birth" stands under "Parents": then it is not the child's."""
    if not name.startswith("child.") or "child" in normal(item.label):
        return False
    heading = normal(item.section)
    return bool(_SOMEBODY_ELSE.search(heading)) and "child" not in heading


# --- boxes ------------------------------------------------------------------------------------


def _take_tick(reading: Reading, item: Item, layouts: FormLayouts) -> None:
    if item.tag in layouts.fields:
        name = item.tag
    else:
        meant = layouts.ticks.get(normal(item.label)) or layouts.ticks.get(normal(item.value))
        said = {layouts.signs.answered(normal(item.label))} - {""}
        said = said or layouts.signs.titled(normal(item.label))
        if item.ticked:
            reading.said.answers |= said
        if meant:
            _tick_of_choice(reading, item, meant)
            return
        if said:
            return
        found = layouts.field_for(item.label, item.section)
        if found is None or layouts.fields[found].type != "yes-no":
            reading.not_understood.append((item.place, item.label))
            return
        name = found
    # A box left empty is a blank, not a "no".
    sure = Certainty.READ if item.ticked else Certainty.BLANK
    value = True if item.ticked else None
    _keep(reading, name, Field(value=value, place=item.place, certainty=sure))


def _tick_of_choice(reading: Reading, item: Item, meant: tuple[str, str]) -> None:
    name, value = meant
    reading.seen.add(name)
    known = reading.fields.get(name)
    if not item.ticked:
        blank = Field(value=None, place=item.place, certainty=Certainty.BLANK)
        reading.fields.setdefault(name, blank)
    elif known and known.certainty is Certainty.READ and known.value != value:
        reading.fields[name] = Field(
            value=known.value, place=known.place, certainty=Certainty.CANNOT_TELL
        )
        _doubt(reading, item, f'Two boxes that exclude each other are ticked for "{name}".')
    else:
        reading.fields[name] = Field(value=value, place=item.place, certainty=Certainty.READ)


# --- tables -----------------------------------------------------------------------------------


def _take_row(reading: Reading, item: Item, layouts: FormLayouts) -> None:
    rule = _list_for(item, layouts)
    if rule is None:
        reading.not_understood.append((item.place, item.label))
        return
    reading.seen.add(rule.name)
    row: dict[str, Json] = {}
    for header, text in item.cells.items():
        key = _column(rule, header)
        if key and text.strip() and normal(text) not in layouts.prompts and key not in row:
            row[key] = _cell(reading, item, key, text.strip(), layouts)
    if any(row.values()):
        reading.lists.setdefault(rule.name, []).append({k: v for k, v in row.items() if v})
        reading.list_places.setdefault(rule.name, item.place)


def _cell(reading: Reading, item: Item, key: str, text: str, layouts: FormLayouts) -> str:
    if normal(text) in layouts.not_known:
        return ""
    if key not in _DATES:
        return name_from(text) if key == "name" else text
    date = date_from(text)
    if date.iso or key == "date":
        # A chronology keeps what was written: an event with a doubtful date is still an event.
        return date.iso or text
    if not re.search(r"\d", text):
        return ""
    _doubt(reading, item, f"A date of birth in this row {date.doubt}.")
    return ""


def _column(rule: ListRule, header: str) -> str | None:
    return rule.columns.get(normal(header)) or rule.columns.get(normal(_BRACKETS.sub("", header)))


def _list_for(item: Item, layouts: FormLayouts) -> ListRule | None:
    first = item.tag.partition(".")[0]
    heading = normal(item.section)
    best: tuple[int, ListRule] | None = None
    for rule in layouts.lists:
        if rule.name == first:
            return rule
        keys = {key for header in item.cells if (key := _column(rule, header))}
        if not keys.issuperset(rule.needs):
            continue
        headed = any(words in heading for words in rule.sections)
        if headed or len(rule.needs) > 1:
            score = len(keys) + (10 if headed else 0)
            if best is None or score > best[0]:
                best = (score, rule)
    return best[1] if best else None


def _gather_lists(reading: Reading) -> None:
    for name, rows in reading.lists.items():
        place = reading.list_places[name]
        if name == "household":
            _sort_household(reading, rows, place)
        elif name == "notifier":
            _add(reading, "notifier.name", rows[0].get("name"), place)
            _add(reading, "notifier.role", rows[0].get("agency and designation title"), place)
        elif name == "parents":
            _add(reading, name, [row["name"] for row in rows if "name" in row], place)
        elif name == "agencies":
            _add(reading, name, [row["agency"] for row in rows if "agency" in row], place)
        elif name == "children":
            reading.more_children |= {f"row {i}": row for i, row in enumerate(rows)}
        elif name == "siblings":
            keys = ("name", "date_of_birth")
            _add(reading, name, [{k: r[k] for k in keys if k in r} for r in rows], place)
        else:
            _add(reading, name, rows, place)


def _sort_household(reading: Reading, rows: list[Json], place: str) -> None:
    parents, siblings = [], []
    for row in rows:
        who = normal(str(row.get("relationship", "")))
        if re.search(r"\b(?:mother|father|mum|dad|parent|carer|step\w*)\b", who):
            parents.append(row.get("name"))
        elif re.search(r"\b(?:sister|brother|sibling|half\w*)\b", who):
            siblings.append({k: row[k] for k in ("name", "date_of_birth") if k in row})
    _add(reading, "parents", [name for name in parents if name], place)
    _add(reading, "siblings", siblings, place)


def _add(reading: Reading, name: str, value: Json, place: str) -> None:
    if value:
        _keep(reading, name, Field(value=value, place=place, certainty=Certainty.READ))


# --- what belongs together --------------------------------------------------------------------


def _join_names(reading: Reading) -> None:
    forename = reading.fields.pop("child.forename", None)
    surname = reading.fields.pop("child.surname", None)
    parts = [part for part in (forename, surname) if part]
    if parts and "child.name" not in reading.fields:
        reading.seen.add("child.name")
        read = [part for part in parts if part.certainty is Certainty.READ]
        name = name_from(" ".join(str(part.value) for part in read))
        sure = Certainty.READ if read else parts[0].certainty
        reading.fields["child.name"] = Field(
            value=name or None, place=parts[0].place, certainty=sure
        )
    for extra in reading.more_children.values():
        both = [extra.pop(key, "") for key in ("forename", "surname")]
        if any(both):
            extra.setdefault("name", name_from(" ".join(part for part in both if part)))
    carers = [reading.fields.pop(key, None) for key in ("mother", "father")]
    names = [carer.value for carer in carers if carer and carer.certainty is Certainty.READ]
    if names and "parents" not in reading.fields:
        place = next(carer.place for carer in carers if carer)
        _add(reading, "parents", names, place)


def _gather_children(reading: Reading) -> None:
    others = [child for _, child in sorted(reading.more_children.items()) if any(child.values())]
    listed = reading.fields.pop("children", None)
    if listed and listed.certainty is Certainty.READ and isinstance(listed.value, list):
        others += listed.value
    if not others:
        return
    first: Mapping[str, Json] = {
        key: found.value
        for key in ("name", "date_of_birth")
        if (found := reading.fields.get(f"child.{key}")) and found.certainty is Certainty.READ
    }
    place = reading.list_places.get("children") or reading.place
    children = [dict(first), *others] if first else others
    reading.fields["children"] = Field(value=children, place=place, certainty=Certainty.READ)
