"""How staff ask by mail why a due day is what it is: the working day by day, and its source."""

from collections.abc import Mapping, Sequence

from mailbot.core.model import Area, Clock, ClockState
from mailbot.core.record.instruction_words import Answer, Desk, Entry, Explained, Unclear
from mailbot.core.record.labelled_lines import Block
from mailbot.core.wording import (
    full_day,
    name_of,
)

_ALL = frozenset({"all", "everything", "all dates", "all days", "all clocks", ""})


def explain(block: Block, desk: Desk) -> Answer | Unclear:
    """Explain one due day, or all that run. Nothing is recorded."""
    wanted = " ".join(block.value.strip(" .?").casefold().split())
    if wanted in _ALL:
        found = [clock for clock in desk.clocks if clock.runs]
    else:
        found = [clock for clock in desk.clocks if _is_meant(wanted, clock, desk.area)]
    if not found:
        running = (clock for clock in desk.clocks if clock.runs)
        names = list(dict.fromkeys(clock.rule.name for clock in running))
        known = (
            f"write one of {', '.join(names)}, or “all”" if names else "no clock of this case runs"
        )
        return Unclear(f"no clock of this case is called so: {known}")
    return Answer((), "", explained=tuple(explained(clock, desk.area) for clock in found))


def explained(clock: Clock, area: Area) -> Explained:
    """Given a clock, return its due day explained: for staff alone, outside letters have one date.

    With the earliest other plausible reading and why the day is another than first told.
    """
    whose = f", {name_of(area, clock.agency)}" if clock.agency else ""
    ended = {
        ClockState.STOPPED: f", done on {full_day(clock.stopped_on)}" if clock.stopped_on else "",
        ClockState.NOT_APPLICABLE: ", does not apply any more",
        ClockState.WAITING: ", runs on while its reminders wait",
    }
    lines = list(clock.working)
    if clock.earliest_on and not any("earliest" in line.casefold() for line in lines):
        lines.append(f"Earliest other reading: {full_day(clock.earliest_on)}")
    if clock.note:
        lines.append(f"Note: {clock.note}")
    return Explained(
        what=f"{clock.rule.title}{whose}: due {full_day(clock.due_on)}"
        + ended.get(clock.state, ""),
        lines=tuple(lines),
    )


def _is_meant(wanted: str, clock: Clock, area: Area) -> bool:
    """Return whether words name a clock: by its name, its title, or whose it is."""
    rule = clock.rule
    agency = area.agency(clock.agency) if clock.agency else None
    whose = {str(clock.agency or ""), *_names(agency.name, agency.known_as)} if agency else set()
    names = {rule.name, rule.name.replace("-", " "), rule.title}
    names |= {f"{name} {who}" for name in (rule.name, rule.name.replace("-", " ")) for who in whose}
    return wanted in {name.casefold() for name in names | whose if name}


def _names(name: str, known_as: Sequence[str]) -> set[str]:
    return {name, *known_as}


TABLE: Mapping[str, Entry] = {"explain": Entry(read=explain, example="explain: submission")}
