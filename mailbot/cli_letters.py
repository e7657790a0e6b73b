"""Commands by which letters are held, let go and tried again."""

from typing import Annotated

import typer

from mailbot.cli_options import HERE, Home
from mailbot.console import say
from mailbot.core.references import references_in
from mailbot.errors import UsageError
from mailbot.homes import find_case, opened, wall_clock
from mailbot.letters_by_hand import hold_area, hold_case, release_area, release_case
from mailbot.letters_by_hand import retry as try_again
from mailbot.unit import Unit

Scope = Annotated[str, typer.Argument(help="A case, as BB-2026-014-K, or an area, as bedford.")]
OfAgency = Annotated[str, typer.Argument(help="An agency of that case, as in config.")]
Why = Annotated[str, typer.Option("--why", help="Kept with what is held.")]
LetterName = Annotated[
    str, typer.Argument(help="A letter, as `mailbot letters --json` names it, or its beginning.")
]


def hold(
    scope: Scope,
    why: Why,
    agency: OfAgency = "",
    until: Annotated[
        str, typer.Option("--until", help='The day on which it ends by itself, as "12 January".')
    ] = "",
    home: Home = HERE,
) -> None:
    """Hold the letters of a case, of one agency in it, or of a whole area; clocks run on."""
    with opened(home) as units:
        if references_in(scope):
            unit, ref = find_case(units, scope)
            lines = hold_case(unit, ref, agency, why=why, until=until, now=wall_clock())
        else:
            unit = _area(units, scope, agency)
            lines = (hold_area(unit, why=why, until=until, now=wall_clock()),)
    for line in lines:
        say(line)


def release(
    scope: Scope,
    agency: OfAgency = "",
    why: Annotated[str, typer.Option("--why", help="Kept with the release.")] = "",
    home: Home = HERE,
) -> None:
    """Let letters go again that were held."""
    with opened(home) as units:
        if references_in(scope):
            unit, ref = find_case(units, scope)
            lines = release_case(unit, ref, agency, why=why, now=wall_clock())
        else:
            unit = _area(units, scope, agency)
            lines = (release_area(unit, why=why, now=wall_clock()),)
    for line in lines:
        say(line)


def retry(letter: LetterName, home: Home = HERE) -> None:
    """Have a letter sent again that failed, or that waits for another try."""
    with opened(home) as units:
        say(try_again(units, letter, wall_clock()))


def _area(units: list[Unit], name: str, agency: str) -> Unit:
    unit = next((u for u in units if u.area.slug == name), None)
    if unit is None or agency:
        known = ", ".join(u.area.slug for u in units)
        raise UsageError(f"Name a case by its reference, or an area alone; areas are: {known}.")
    return unit
