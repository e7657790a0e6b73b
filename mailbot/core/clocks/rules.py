"""The tables of `process.toml` become clock rules; every fault is listed with its place.

Numbers, names and sources are data; conditions are not: the branches of the process are
functions in `clocks` (design, section 1, "Rules of process.toml").
"""

from collections.abc import Iterable, Mapping
from datetime import time
from typing import Any

from mailbot.core.clocks.rule_checks import faults_between, faults_of
from mailbot.core.clocks.workdays import Hours, Within, WorkingDays, parse_within
from mailbot.core.model import ClockRule, FactKind, LetterKind, Per, Reading
from mailbot.errors import SettingsError, UsageError

#: `within` of a clock whose due day is a date that was agreed, and stands in the fact it starts on.
AS_AGREED = "as agreed"

OWNERS = (
    "partners",
    "partners-and-staff",
    "notifier",
    "agency",
    "designated-nurse",
    "staff",
    "manager",
    "panel",
)
FRAMEWORKS = ("", "sif", "psirf")
THEN = ("", "staff", "each working day")

_TYPES: Mapping[str, type | tuple[type, ...]] = {
    "name": str,
    "title": str,
    "anchor": str,
    "starts_on": list,
    "stops_on": list,
    "within": str,
    "per": str,
    "owner": str,
    "told_when": list,
    "then": str,
    "digest_from": int,
    "also_before": dict,
    "roll_forward": bool,
    "cut_off": time,
    "readings": list,
    "told_by": str,
    "framework": str,
    "source": (str, list),
    "source_note": str,
}
_NEEDED = ("title", "starts_on", "stops_on", "per", "owner", "told_when")
#: What stands in for a key with a fault, so that the faults of the other keys are told too.
_STAND_INS: Mapping[str, Any] = {
    "title": "",
    "starts_on": ["note"],
    "stops_on": ["note"],
    "within": "100 working days",  # long enough that no step seems to come too early
    "per": "case",
    "owner": "staff",
    "told_when": [0],
    "source": "unknown",
}
_IN_WORDS: Mapping[type | tuple[type, ...], str] = {
    str: "text in quotes",
    list: "a list in [square brackets]",
    int: "a whole number",
    dict: 'a table such as { meeting = "1 working day" }',
    bool: "true or false",
    time: "a time such as 17:00:00, without quotes",
    (str, list): "text in quotes, or a list of such texts",
}

Faults = list[str]


def rules_from(
    toml: Mapping[str, Any], *, place: str = "config/process.toml"
) -> tuple[ClockRule, ...]:
    """Given process.toml as parsed, return its clocks in the order of the file.

    Raises `SettingsError` with every fault of every table at once, each with its place.
    """
    faults: Faults = [
        f"{place}, key '{key}': is not known; clocks are tables headed [[clock]]."
        for key in toml
        if key != "clock"
    ]
    tables = toml.get("clock", [])
    if not isinstance(tables, list) or not tables:
        faults.append(f"{place}: has no clocks; each is a table headed [[clock]].")
        tables = []
    rules = [_rule_from(table, place, number, faults) for number, table in enumerate(tables, 1)]
    known = [rule for rule in rules if rule is not None]
    names = [table.get("name") for table in tables if isinstance(table, Mapping)]
    faults.extend(f"{place}, {sentence}" for sentence in faults_between(known, names))
    if faults:
        raise SettingsError(tuple(faults))
    return tuple(known)


def within_of(rule: ClockRule) -> Within | None:
    """Given a rule, return its period as its type; None when it is due before another or agreed."""
    if rule.unit in ("", AS_AGREED):
        return None
    return parse_within(f"{rule.within} {rule.unit}")


def in_dependency_order(rules: Iterable[ClockRule]) -> tuple[ClockRule, ...]:
    """Given rules without circles, return them so that a rule follows those it is due before."""
    waiting = {rule.name: rule for rule in rules}
    ordered: list[ClockRule] = []
    while waiting:
        ready = [r for r in waiting.values() if not any(n in waiting for n, _ in r.also_before)]
        if not ready:
            raise ValueError("These rules wait for each other in a circle.")
        ordered += ready
        for rule in ready:
            del waiting[rule.name]
    return tuple(ordered)


def _rule_from(table: Any, place: str, number: int, faults: Faults) -> ClockRule | None:
    if not isinstance(table, Mapping) or not isinstance(table.get("name"), str):
        faults.append(f"{place}, clock number {number}: needs a name, such as name = 'submission'.")
        return None
    here = f"{place}, clock '{table['name']}'"
    before = len(faults)
    table = _sound_keys(table, here, faults)
    rule = ClockRule(
        name=table["name"],
        title=table["title"],
        starts_on=_facts(table, "starts_on", here, faults),
        stops_on=_facts(table, "stops_on", here, faults),
        **_period(table, here, faults),
        per=Per(_one_of(table, "per", tuple(Per), here, faults)),
        owner=_one_of(table, "owner", OWNERS, here, faults),
        told_when=_told_when(table, here, faults),
        then=_one_of(table, "then", THEN, here, faults),
        digest_from=table.get("digest_from"),
        also_before=_also_before(table, here, faults),
        roll_forward=table.get("roll_forward", False),
        cut_off=table.get("cut_off"),
        source=_source(table, here, faults),
        readings=_readings(table, here, faults),
        told_by=_told_by(table, here, faults),
        framework=_one_of(table, "framework", FRAMEWORKS, here, faults),
    )
    faults.extend(f"{here}, {sentence}" for sentence in faults_of(rule))
    return rule if len(faults) == before else None


def _sound_keys(table: Mapping[str, Any], here: str, faults: Faults) -> Mapping[str, Any]:
    """Given a table, return its keys that are known and of the right type, and stand-ins."""
    sound: dict[str, Any] = {}
    for key, value in table.items():
        wanted = _TYPES.get(key)
        if wanted is None:
            faults.append(f"{here}, key '{key}': is not known; known are {_list(_TYPES)}.")
        elif not isinstance(value, wanted) or (wanted is int and isinstance(value, bool)):
            faults.append(f"{here}, key '{key}': must be {_IN_WORDS[wanted]}.")
        else:
            sound[key] = value
    faults.extend(f"{here}, key '{key}': is missing." for key in _NEEDED if key not in table)
    unsound = {k: v for k, v in _STAND_INS.items() if k in table or k in _NEEDED}
    return {**unsound, **sound}


def _facts(table: Mapping[str, Any], key: str, here: str, faults: Faults) -> tuple[FactKind, ...]:
    names = list(table[key])
    if key == "starts_on" and "anchor" in table:
        # The anchor is a setting of the area: it goes before what the process ships with.
        names = [table["anchor"], *(name for name in names if name != table["anchor"])]
    known = {kind.value for kind in FactKind}
    faults.extend(
        f"{here}, key '{'anchor' if name == table.get('anchor') else key}': there is no fact "
        f"'{name}'; facts are named as in the timeline of a case, for instance 'panel-notified'."
        for name in names
        if name not in known
    )
    if not names:
        faults.append(f"{here}, key '{key}': names no fact.")
    return tuple(FactKind(name) for name in names if name in known)


def _period(table: Mapping[str, Any], here: str, faults: Faults) -> dict[str, Any]:
    text = table.get("within")
    if text is None:
        if not table.get("also_before"):
            faults.append(f"{here}, key 'within': is missing, and 'also_before' names no day.")
        return {"within": 0, "unit": ""}
    if text == AS_AGREED:
        return {"within": 0, "unit": AS_AGREED}
    within = _parsed(text, f"{here}, key 'within'", faults)
    if within is None:
        return {"within": 0, "unit": ""}
    if within.n < 0:
        faults.append(f"{here}, key 'within': must not be negative.")
    return {"within": within.n, "unit": _unit_of(within)}


def _unit_of(within: Within) -> str:
    unit = str(within).split(" ", 1)[1]
    return unit if unit.endswith("s") else unit + "s"


def _parsed(text: Any, where: str, faults: Faults) -> Within | None:
    try:
        return parse_within(text)
    except (UsageError, AttributeError) as error:
        told = error if isinstance(error, UsageError) else "must be text in quotes."
        faults.append(f"{where}: {told}")
        return None


def _one_of(
    table: Mapping[str, Any], key: str, allowed: tuple[str, ...], here: str, faults: Faults
) -> str:
    value = str(table.get(key, ""))
    if value in allowed:
        return value
    faults.append(f"{here}, key '{key}': '{value}' is not known; it is one of {_list(allowed)}.")
    return allowed[0]


def _told_when(table: Mapping[str, Any], here: str, faults: Faults) -> tuple[int, ...]:
    days = table["told_when"]
    if all(type(day) is int for day in days) and days == sorted(set(days)):
        return tuple(days)
    faults.append(
        f"{here}, key 'told_when': must be whole numbers of working days from the due day, "
        "in rising order and each once, such as [-2, 0, 1]."
    )
    return ()


def _also_before(
    table: Mapping[str, Any], here: str, faults: Faults
) -> tuple[tuple[str, int], ...]:
    found: list[tuple[str, int]] = []
    for name, text in table.get("also_before", {}).items():
        where = f"{here}, key 'also_before', '{name}'"
        within = _parsed(text, where, faults)
        if isinstance(within, WorkingDays) and within.n > 0:
            found.append((name, within.n))
        elif within is not None:
            faults.append(f"{where}: must be working days, one or more.")
    return tuple(found)


def _source(table: Mapping[str, Any], here: str, faults: Faults) -> str:
    quoted = table.get("source", "")
    source = quoted if isinstance(quoted, str) else " … ".join(map(str, quoted))
    note = str(table.get("source_note", ""))
    if not source and not note:
        faults.append(
            f"{here}, key 'source': is missing; quote the flowchart, or say in 'source_note' "
            "where the rule comes from."
        )
    return f"{source} ({note})" if source and note else source or note


def _readings(table: Mapping[str, Any], here: str, faults: Faults) -> tuple[Reading, ...]:
    """Return the other plausible readings, each with one thing that is read differently."""
    found: list[Reading] = []
    for number, entry in enumerate(table.get("readings", []), 1):
        where = f"{here}, key 'readings', number {number}"
        if not isinstance(entry, Mapping) or not str(entry.get("why") or ""):
            faults.append(f"{where}: needs a why, such as {{ why = 'calendar days' }}.")
            continue
        differs = set(entry) - {"why"}
        if len(differs) != 1 or not differs <= {"within", "anchor", "as_it_came"}:
            faults.append(f"{where}: must say one of 'within', 'anchor' and 'as_it_came'.")
            continue
        found += _reading(entry, where, faults)
    return tuple(found)


def _reading(entry: Mapping[str, Any], where: str, faults: Faults) -> Iterable[Reading]:
    why = str(entry["why"])
    if "anchor" in entry:
        named = [FactKind(kind) for kind in FactKind if kind == entry["anchor"]]
        if not named:
            faults.append(f"{where}, 'anchor': there is no fact '{entry['anchor']}'.")
        return [Reading(why=why, anchor=kind) for kind in named]
    if "as_it_came" in entry:
        if entry["as_it_came"] is not True:
            faults.append(f"{where}, 'as_it_came': must be true, or be left out.")
        return [Reading(why=why, as_it_came=True)]
    within = _parsed(entry["within"], f"{where}, 'within'", faults)
    if isinstance(within, Hours):
        faults.append(f"{where}, 'within': must be working days or calendar days.")
    return [Reading(why=why, within=within.n, unit=_unit_of(within))] if within else []


def _told_by(table: Mapping[str, Any], here: str, faults: Faults) -> LetterKind | None:
    name = table.get("told_by")
    if name is None or name in set(LetterKind):
        return LetterKind(name) if name else None
    faults.append(f"{here}, key 'told_by': there is no letter '{name}'.")
    return None


def _list(names: Iterable[str]) -> str:
    return ", ".join(f"'{name}'" for name in names)
