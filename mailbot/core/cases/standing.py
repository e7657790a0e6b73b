"""Which facts of a case stand: corrections void others, and opposites switch each other off."""

from collections.abc import Iterable

from mailbot.core.model import Fact, FactKind

#: What we did stays on record, whatever is later found to be wrong with the message behind it.
_NEVER_UNLINKED = frozenset(
    {FactKind.LETTER_SENT, FactKind.LETTER_FAILED, FactKind.INFORMATION_REQUESTED}
)


def effective(facts: Iterable[Fact]) -> tuple[Fact, ...]:
    """Given facts of one case, return those that stand, in order of number.

    A correction can itself be corrected: then what it had voided stands again.
    """
    ordered = in_order(facts)
    voided: set[int] = set()
    # Backwards, because a fact can only be voided by a later one.
    for place in reversed(range(len(ordered))):
        if place not in voided:
            voided |= _voided_by(ordered[place], ordered[:place])
    return tuple(fact for place, fact in enumerate(ordered) if place not in voided)


def reopened_after_withdrawal(facts: Iterable[Fact]) -> Fact | None:
    """Given facts in order, return the one that opened a withdrawn case again, or None."""
    withdrawn, found = False, None
    for fact in facts:
        if fact.kind is FactKind.WITHDRAWN:
            withdrawn, found = True, None
        elif fact.kind is FactKind.CASE_REOPENED and withdrawn:
            withdrawn, found = False, fact
    return found


def in_order(facts: Iterable[Fact]) -> list[Fact]:
    """Given facts of one case, return them in the order of recording."""
    # A fact that is not stored yet has number 0 and comes last.
    return sorted(facts, key=lambda fact: (fact.number == 0, fact.number))


def _voided_by(fact: Fact, earlier: list[Fact]) -> set[int]:
    if fact.kind is FactKind.CORRECTION:
        named = fact.detail.get("voids")
        return {i for i, old in enumerate(earlier) if old.number and old.number == named}
    if fact.kind is FactKind.MESSAGE_UNLINKED:
        key = fact.detail.get("message") or fact.message
        return {
            i
            for i, old in enumerate(earlier)
            if key and old.message == key and old.kind not in _NEVER_UNLINKED
        }
    return set()


def first_of(facts: Iterable[Fact], kind: FactKind) -> Fact | None:
    """Given facts in order, return the first of a kind, or None."""
    return next((fact for fact in facts if fact.kind is kind), None)


def last_of(facts: Iterable[Fact], kind: FactKind) -> Fact | None:
    """Given facts in order, return the last of a kind, or None."""
    return first_of(reversed(list(facts)), kind)


def is_on(facts: Iterable[Fact], on: FactKind, off: FactKind) -> bool:
    """Given facts in order, return whether the newer of two opposites switches on."""
    state = False
    for fact in facts:
        state = fact.kind is on if fact.kind in (on, off) else state
    return state
