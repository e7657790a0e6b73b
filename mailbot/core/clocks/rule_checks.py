"""Clocks that can never run, never be told of, or wait for each other: refused with a sentence.

A rule that is well written and can never fire is worse than a slip of the pen: nobody misses it.
"""

from collections.abc import Iterator, Mapping, Sequence

from mailbot.core.model import ClockRule, FactKind, Per

#: What `also_before` may name besides a clock.
MEETING = "meeting"

#: Clocks that exist only while the criteria stand as met, and those that end when they do not.
WHILE_MET = frozenset({"submission", "report-circulated", "partners-signed-off"})
WHILE_NOT_MET = frozenset({"outcome-recorded"})

#: What mailbot notes for itself. It happens to letters, messages and entries, not to the case.
_BOOKKEEPING = frozenset(
    {
        FactKind.LETTER_SENT,
        FactKind.LETTER_FAILED,
        FactKind.MESSAGE_LINKED,
        FactKind.MESSAGE_UNLINKED,
        FactKind.CASE_VIEWED,
        FactKind.CORRECTION,
        FactKind.CLOCK_REANCHORED,
        FactKind.LATENESS_REASON,
    }
)
#: The only facts that start a clock of which there is one for each agency, or each trust.
_STARTS: Mapping[Per, FactKind] = {
    Per.AGENCY: FactKind.INFORMATION_REQUESTED,
    Per.TRUST: FactKind.NHS_INCIDENT_FLAGGED,
}
#: Owners that only such clocks have.
_OWNED_BY: Mapping[str, Per] = {"agency": Per.AGENCY, "designated-nurse": Per.TRUST}
#: Facts in which an agreed day may stand.
_AGREED_IN = frozenset({FactKind.PANEL_ANSWERED, FactKind.NHS_INCIDENT_FLAGGED})

#: The longest period that is meant: the calendar of bank holidays reaches three years ahead.
_LONGEST: Mapping[str, int] = {"working days": 260, "calendar days": 366, "hours": 8784}

Edges = Mapping[str, Sequence[str]]


def faults_of(rule: ClockRule) -> Iterator[str]:
    """Given one rule, yield a sentence, with its key, for each reason why it can never fire."""
    if set(rule.starts_on) == set(rule.stops_on):
        yield "key 'stops_on': names what starts the clock, so that it can never run."
    yield from _faults_of_facts(rule)
    yield from _faults_of_days(rule)
    if rule.then and not rule.told_when:
        yield "key 'then': follows the last of 'told_when', which is empty."
    if rule.told_when and FactKind.NOTIFICATION_RECEIVED in rule.stops_on:
        yield (
            "key 'told_when': nobody can be told: a case begins with the notification, which "
            "stops the clock."
        )
    if rule.digest_from is not None and rule.digest_from < 0:
        yield "key 'digest_from': counts working days before the due day, and is not negative."
    if rule.unit == "hours" and (rule.roll_forward or rule.cut_off):
        yield "key 'within': hours are counted by the clock, so drop 'roll_forward' and 'cut_off'."
    if rule.unit == "as agreed" and not set(rule.starts_on) & _AGREED_IN:
        known = " or ".join(f"'{kind}'" for kind in sorted(_AGREED_IN))
        yield f"key 'within': a day is agreed only in {known}; name a period."
    yield from _faults_of_owner(rule)


def _faults_of_facts(rule: ClockRule) -> Iterator[str]:
    for key, kinds in (("starts_on", rule.starts_on), ("stops_on", rule.stops_on)):
        for kind in kinds:
            if kind in _BOOKKEEPING:
                yield f"key '{key}': '{kind}' is what mailbot notes for itself; it moves no clock."
    only = _STARTS.get(rule.per)
    if only and set(rule.starts_on) != {only}:
        yield f"key 'starts_on': a clock one per {rule.per} starts on '{only}' alone."
    if rule.per is Per.AGENCY and set(rule.stops_on) != {FactKind.RETURN_RECEIVED}:
        yield "key 'stops_on': a clock one per agency stops on 'return-received' alone."
    if rule.framework and rule.per is not Per.TRUST:
        yield "key 'framework': only a clock one per trust has one."


def _faults_of_days(rule: ClockRule) -> Iterator[str]:
    """A period beyond what the calendar knows, and steps that fall before the clock runs."""
    if rule.within > _LONGEST.get(rule.unit, rule.within):
        yield (
            "key 'within': is longer than a year, and due days would lie beyond the known bank "
            "holidays; write a shorter period."
        )
    counted = rule.within > 0 and rule.unit in ("working days", "calendar days")
    never = [step for step in rule.told_when if counted and step < 0 and -step >= rule.within]
    if never:
        steps = ", ".join(map(str, never))
        yield (
            f"key 'told_when': {steps} can never come: {rule.within} {rule.unit} after its start "
            "the clock is due, and nobody is reminded before it runs."
        )


def _faults_of_owner(rule: ClockRule) -> Iterator[str]:
    needed = _OWNED_BY.get(rule.owner)
    if needed and rule.per is not needed:
        yield f"key 'owner': '{rule.owner}' owns only clocks with per = '{needed}'."
    owned = {per: owner for owner, per in _OWNED_BY.items()}.get(rule.per)
    if owned and rule.owner != owned:
        yield f"key 'owner': a clock one per {rule.per} is owned by '{owned}'."


def faults_between(rules: Sequence[ClockRule], names: Sequence[object]) -> Iterator[str]:
    """Given the sound rules, yield a sentence for each thing in which they do not fit together.

    `names` are those of all tables, sound or not, so that one fault does not bring another.
    """
    for name in dict.fromkeys(n for n in names if isinstance(n, str) and names.count(n) > 1):
        yield f"clock '{name}': is there more than once."
    for rule in rules:
        for other, _ in rule.also_before:
            if other != MEETING:
                yield from (
                    f"clock '{rule.name}', key 'also_before': {why}"
                    for why in _never_before(rule, other, rules, names)
                )
    before = {rule.name: [name for name, _ in rule.also_before] for rule in rules}
    for name in _in_a_circle(before):
        yield f"clock '{name}', key 'also_before': is due before itself, in a circle."
    waits = {rule.name: [o.name for o in rules if o != rule and _waits(rule, o)] for rule in rules}
    for name in _in_a_circle(waits):
        yield (
            f"clock '{name}', key 'starts_on': waits for a clock that waits for it, in a circle; "
            "none of them can ever start."
        )


def _never_before(
    rule: ClockRule, name: str, rules: Sequence[ClockRule], names: Sequence[object]
) -> Iterator[str]:
    if name not in names:
        yield f"there is no clock '{name}'."
        return
    other = next((r for r in rules if r.name == name), None)
    if other is None or other == rule:
        return  # told already, or as a circle
    if other.per is not Per.CASE:
        yield f"'{name}' is one per {other.per}, so it has no single due day."
    elif _waits(other, rule):
        yield f"'{name}' begins only when this clock has stopped, so it never has a due day before."
    elif _exclude_each_other(rule.name, name):
        yield f"'{name}' and this clock never run in the same case."


def _exclude_each_other(one: str, other: str) -> bool:
    pair = {one, other}
    return bool(pair & WHILE_MET) and bool(pair & WHILE_NOT_MET)


def _waits(rule: ClockRule, other: ClockRule) -> bool:
    """Whether a clock can only start with what stops another."""
    return rule.per is other.per and set(rule.starts_on) <= set(other.stops_on)


def _in_a_circle(edges: Edges) -> Iterator[str]:
    def reachable(name: str) -> set[str]:
        found: set[str] = set()
        ahead = list(edges.get(name, ()))
        while ahead:
            other = ahead.pop()
            if other not in found:
                found.add(other)
                ahead += edges.get(other, ())
        return found

    return (name for name in edges if name in reachable(name))
