"""Commands that make two cases one, and two again."""

from typing import Annotated

import typer

from mailbot import merging
from mailbot.cli_options import HERE, Home, Reference
from mailbot.console import say
from mailbot.core.cases.merging import Act
from mailbot.errors import UsageError
from mailbot.homes import find_case, opened, wall_clock

Other = Annotated[str, typer.Argument(help="The other case.")]
Why = Annotated[str, typer.Option("--why", help="Kept with both cases.")]


def merge(reference: Reference, into: Other, why: Why, home: Home = HERE) -> None:
    """Make two cases of one incident one case; the older goes on."""
    _act(reference, into, why=why, home=home, apart=False)


def separate(reference: Reference, why: Why, home: Home = HERE) -> None:
    """Make a case that was merged into another a case of its own again."""
    _act(reference, reference, why=why, home=home, apart=True)


def _act(reference: str, other: str, *, why: str, home: Home, apart: bool) -> None:
    with opened(home) as units:
        unit, one = find_case(units, reference)
        second, two = find_case(units, other)
        if second is not unit:
            raise UsageError(
                f"{one} and {two} are cases of two areas, which share nothing: neither can be "
                "merged into the other."
            )
        act = Act(by="command line", why=why, now=wall_clock())
        for line in (merging.separate if apart else merging.merge)(unit, one, two, act):
            say(line)
