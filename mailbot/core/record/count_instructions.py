"""How staff say from which day a clock counts, and on which day the incident occurred."""

import re
from collections.abc import Mapping
from datetime import date

from mailbot.core.model import FactKind
from mailbot.core.moments import day_of
from mailbot.core.record.clock_words import clock_named, not_a_clock
from mailbot.core.record.instruction_words import Answer, Desk, Entry, Unclear, day_or_fault
from mailbot.core.record.labelled_lines import Block
from mailbot.core.wording import full_day

_FROM = re.compile(r"\b(?:from|since)\b", re.IGNORECASE)
#: Facts that a clock may be counted from by name; all that happened on a day of its own.
_ANCHORS = frozenset(FactKind) - {
    FactKind.LETTER_SENT,
    FactKind.LETTER_FAILED,
    FactKind.MESSAGE_LINKED,
    FactKind.MESSAGE_UNLINKED,
    FactKind.CASE_VIEWED,
    FactKind.NOTE,
    FactKind.CORRECTION,
    FactKind.CLOCK_REANCHORED,
}


def count(block: Block, desk: Desk) -> Answer | Unclear:
    """Record that a clock of this case counts from another day, and why."""
    first, _, inline_why = block.value.partition(",")
    why = block.details.get("why") or inline_why.strip()
    name, *rest = _FROM.split(first, maxsplit=1)
    anchor_words = block.details.get("from") or (rest[0] if rest else "")
    clock = clock_named(name)
    if clock is None:
        return Unclear(not_a_clock(name))
    if clock == "agency-return":
        return Unclear(
            "an agency's day is moved with “extend:”, for one agency at a time, as in "
            "“extend: police until …”"
        )
    anchor = _anchor(anchor_words, desk)
    if isinstance(anchor, Unclear):
        return anchor
    if not why:
        return Unclear("say why, after a comma")
    said, kept = anchor
    detail = {"clock": clock, "anchor": kept, "reason": why}
    fact = desk.fact(FactKind.CLOCK_REANCHORED, detail, words=block.words)
    before = desk.case.all(FactKind.CLOCK_REANCHORED)
    again = any(f.detail.get("clock") == clock for f in before)
    note = "; it had been counted from another day before" if again else ""
    return Answer((fact,), f"“{name.strip()}” counts from {said}, with your reason{note}")


def _anchor(words: str, desk: Desk) -> tuple[str, str] | Unclear:
    """What a clock is counted from: a fact that the case has, or a day; in words, and as kept."""
    plain = " ".join(re.sub(r"[^a-z0-9]+", " ", words.casefold()).split()).removeprefix("the ")
    kind = next((k for k in _ANCHORS if k.value.replace("-", " ") == plain), None)
    if kind is not None:
        found = next((f for f in desk.case.facts if f.kind is kind), None)
        if found is None:
            return Unclear(f"nothing is recorded as “{plain}” in this case")
        return f"“{plain}” ({full_day(day_of(found.happened))})", kind.value
    day = day_or_fault(words, desk, ahead=False)
    if isinstance(day, Unclear):
        return Unclear(f"{day.why}: say from which day, as in “count: submission from …, why”")
    return full_day(day), day.isoformat()


def incident(block: Block, desk: Desk) -> Answer | Unclear:
    """Record on which day the incident occurred; a later word replaces an earlier one."""
    day = day_or_fault(block.value, desk, ahead=False)
    old = desk.case.incident_on
    recorded = f"the incident is recorded as {full_day(old)}" if old else "no day is recorded yet"
    if isinstance(day, Unclear):
        return Unclear(f"{day.why}; {recorded}")
    received = day_of(desk.case.opened_at)
    if day > received:
        came = f"the notification came on {full_day(received)}"
        return Unclear(f"{full_day(day)} lies after it: {came}; {recorded}")
    if day == old:
        return Answer((), f"the incident occurred on {full_day(day)} (recorded already)")
    last = desk.case.last(FactKind.INCIDENT_OCCURRED)
    kept = {k: last.detail.get(k, "") for k in ("nature", "place")} if last else {}
    detail = kept or {"nature": "", "place": ""}
    fact = desk.fact(FactKind.INCIDENT_OCCURRED, detail, happened=day, words=block.words)
    return Answer((fact,), f"the incident occurred on {full_day(day)}{_instead(old)}")


def _instead(old: date | None) -> str:
    return f", not on {full_day(old)} as was recorded before; clocks count anew" if old else ""


TABLE: Mapping[str, Entry] = {
    "count": Entry(
        read=count,
        example="count: submission from {past}, why",
        records=(FactKind.CLOCK_REANCHORED,),
    ),
    "incident": Entry(
        read=incident, example="incident: {past}", records=(FactKind.INCIDENT_OCCURRED,)
    ),
}
