"""One Document as fields: every label that means something, with its value and how sure it is.

Stands under forms, which decides what kind of document it is. A control's tag that is a dotted
field name wins over the printed label.
"""

import re
from dataclasses import replace

from mailbot.core.document import Document
from mailbot.core.forms.gathering import gather
from mailbot.core.forms.items import Item, ItemKind
from mailbot.core.forms.layouts import FormLayouts, normal
from mailbot.core.forms.pairing import QUOTED, items_of
from mailbot.core.forms.reading import Reading, keep
from mailbot.core.forms.run_together import labels_run_together
from mailbot.core.forms.signs import titles_in
from mailbot.core.forms.typed_answers import answer, are_printed_options
from mailbot.core.forms.values import date_from, is_undecided, name_from
from mailbot.core.model import Beginning, Certainty, Field, Json, Problem

MESSAGE = "message"
_BRACKETS = re.compile(r"\s*\([^()]{0,200}\)|\s*\[[^\[\]]{0,200}\]")
_SEVERAL = re.compile(r"\b(?:child|subject) (?:no )?([2-9])\b")
_ORDINALS = {"second child": "2", "third child": "3", "fourth child": "4"}
_SOMEBODY_ELSE = re.compile(
    r"\b(?:parent|carer|mother|father|sibling|brother|sister|notifier|referrer|author|next of kin)"
)
#: Stands beside whoever writes, notifier or author.
_GENERIC = frozenset({"agency", "author.role"})
_DATES = frozenset({"date", "date_of_birth"})
_WHOLE_HOUSEHOLD = re.compile(
    r"\b(?:composition of (?:the )?family|family composition|who (?:else )?lives|household"
    r"|significant others?|family members|other adults|professionals|agencies)\b"
)
_THE_WRITER = re.compile(r"\b(?:your (?:contact )?details|about you)\b")
#: Whose answers may say how a case begins.
_SAY_HOW_IT_BEGINS = frozenset({"incident.nature", "notification.kind"})


def fields_from(document: Document, place: str, layouts: FormLayouts) -> Reading:
    """Given a document, return its fields, their problems, and which labels were there."""
    all_items = items_of(document, layouts, is_mail=place == MESSAGE)
    own = [i for i in all_items if i.section != QUOTED]
    office = {s for s in {i.section for i in own} if _is_office_only(s, layouts)}
    items = [i for i in own if i.section not in office]
    reading = Reading(place=place, problems=list(document.problems), items=tuple(own))
    reading.titles = titles_in(items, normal)
    reading.said.titles = {name for t in reading.titles for name in layouts.signs.titled(t)}
    for item in items:
        if item.section != reading.section:
            reading.near = "" if reading.section else reading.near
            reading.section = item.section
        reading.labels.add(normal(item.label))
        if item.kind is ItemKind.VALUE:
            _take_value(reading, item, layouts)
        elif item.kind is ItemKind.TICK:
            _take_tick(reading, item, layouts)
        elif item.kind is ItemKind.TABLE_ROW:
            _take_row(reading, item, layouts)
    beginnings = layouts.signs.beginnings.items()
    reading.said.titles |= {name for name, signs in beginnings if signs.fields & reading.seen}
    gather(reading)
    return reading


def _is_office_only(section: str, layouts: FormLayouts) -> bool:
    if not section:
        return False
    heading = normal(section)
    return any(words in heading for words in layouts.office_only)


# --- values -----------------------------------------------------------------------------------


def _take_value(reading: Reading, item: Item, layouts: FormLayouts) -> None:
    name = item.tag if item.tag in layouts.fields else None
    name = name or layouts.near_to(reading.near, item.label)
    name = name or layouts.field_for(item.label, item.section)
    if name is None or (name != item.tag and _is_about_somebody_else(name, item, reading)):
        several = labels_run_together(item, layouts)
        for one in several:
            _take_value(reading, one, layouts)
        if item.label and not several:
            reading.not_understood.append((item.place, item.label))
        return
    generic = name in _GENERIC and reading.near in ("notifier", "writer")
    reading.near = reading.near if generic else name.partition(".")[0]
    rule = layouts.fields[name]
    found, doubt = answer(rule, _as_said(name, item), layouts)
    said = _beginning_said(reading, name, found, item, layouts)
    if name == "incident.nature" and said == Beginning.NON_SERIOUS:
        reading.seen.add(name)
        return
    number = _child_number(item)
    if number and name.startswith("child."):
        if found.certainty is Certainty.READ:
            reading.more_children.setdefault(number, {})[name.removeprefix("child.")] = found.value
        return
    printed = are_printed_options(item.value, rule)
    if printed or is_undecided(item.value):
        reading.untouched.add(name)
    _join_people(reading, name, found, item)
    if rule.type == "name":
        reading.written.setdefault(name, item.value)
    called = _printed(item, layouts)
    reading.printed |= {name: called} if called and name not in reading.printed else {}
    keep(reading, name, found)
    if doubt:
        _doubt(reading, item, f'The answer to "{called or rule.title}" {doubt}')


def _as_said(name: str, item: Item) -> Item:
    """A sentence of its own says it: "PARTIAL RETURN – one section to follow."."""
    is_sentence = name == "partial_return" and not item.value and item.label.endswith(".")
    return replace(item, value="Yes") if is_sentence else item


def _join_people(reading: Reading, name: str, found: Field, item: Item) -> None:
    """Several columns or blocks, "Parent 1" and "Parent 2", tell of one list of people."""
    known = reading.fields.get(name)
    lists = known and isinstance(known.value, list) and isinstance(found.value, list)
    if known and lists and re.search(r"\b[2-9]$|\bfather$", normal(item.section)):
        value = [*known.value, *(one for one in found.value if one not in known.value)]
        reading.fields[name] = Field(value=value, place=known.place, certainty=Certainty.READ)


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


def _doubt(reading: Reading, item: Item, sentence: str) -> None:
    place = item.place if reading.place == "message" else f"{reading.place}, {item.place}"
    reading.problems.append(Problem(place=place, what=sentence))


def _printed(item: Item, layouts: FormLayouts) -> str:
    """The label as printed, "" unless all its words are known: it is repeated to the sender."""
    label = " ".join(_BRACKETS.sub("", item.label).split()).strip(" :?*")
    return label if 0 < len(label) <= 100 and layouts.prints(label) else ""


def _child_number(item: Item) -> str:
    heading = f"{normal(item.section)} {normal(item.label)}"
    found = _SEVERAL.search(heading)
    if found:
        return found[1]
    return next((number for words, number in _ORDINALS.items() if words in heading), "")


def _is_about_somebody_else(name: str, item: Item, reading: Reading) -> bool:
    """Whether a label like "Date of birth" stands under "Parents": then it is not the child's."""
    if not name.startswith("child.") or "child" in normal(item.label):
        return False
    heading = normal(item.section)
    if _WHOLE_HOUSEHOLD.search(heading) or _THE_WRITER.search(heading):
        return True
    if reading.near == "child":
        return False  # a label that names the child stands right above
    return bool(_SOMEBODY_ELSE.search(heading)) and "child" not in heading


# --- boxes ------------------------------------------------------------------------------------


def _take_tick(reading: Reading, item: Item, layouts: FormLayouts) -> None:
    if item.tag in layouts.fields:
        name = item.tag
    else:
        meant = layouts.tick_for(item.label) or layouts.tick_for(item.value)
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
        heading = layouts.field_for(item.section, "") if found is None else None
        if heading and layouts.fields[heading].type == "list":
            _tick_of_list(reading, item, heading)
            return
        if found is None or layouts.fields[found].type != "yes-no":
            reading.not_understood.append((item.place, item.label))
            return
        name = found
    if item.unsure:
        reading.seen.add(name)
        return
    # A box left empty is a blank, not a "no".
    sure = Certainty.READ if item.ticked else Certainty.BLANK
    value = True if item.ticked else None
    keep(reading, name, Field(value=value, place=item.place, certainty=sure))


def _tick_of_list(reading: Reading, item: Item, name: str) -> None:
    """A box below "Agencies known to be involved" names one of them."""
    reading.seen.add(name)
    known = reading.fields.get(name)
    others = known.value if known and isinstance(known.value, list) else []
    if item.unsure:
        cannot = Certainty.CANNOT_TELL
        reading.fields[name] = Field(value=others, place=item.place, certainty=cannot)
    elif item.ticked:
        value = [*others, item.label]
        reading.fields[name] = Field(value=value, place=item.place, certainty=Certainty.READ)


def _tick_of_choice(reading: Reading, item: Item, meant: tuple[str, str]) -> None:
    name, value = meant
    reading.seen.add(name)
    known = reading.fields.get(name)
    if item.unsure:
        reading.fields.setdefault(
            name, Field(value=None, place=item.place, certainty=Certainty.CANNOT_TELL)
        )
    elif not item.ticked:
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
    headers = tuple(item.cells)
    rule = layouts.list_for(headers, item.section, item.tag)
    if rule is None:
        reading.not_understood.append((item.place, item.label))
        return
    reading.seen.add(rule.name)
    row: dict[str, Json] = {}
    keys = rule.keys_of(headers)
    for header, text in item.cells.items():
        key = keys.get(header, "")
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
