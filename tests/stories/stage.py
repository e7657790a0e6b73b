"""Where a story is played: a home with its areas, and settings that differ from those shipped."""

import os
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from mailbot.settings import Settings, init, load
from tests.stories.scenes import FIRST_AREA

#: Neighbours that a story can have, with the first part of their references.
CODES = {"luton": "LU", "central-bedfordshire": "CB"}
_KEY = re.compile(r"([\w.-]+|\"[^\"]+\") *=")
_OF_AGENCY = re.compile(r"\[agency ([\w-]+)\]")


def a_stage(home: Path, areas: Sequence[str], lines: Iterable[str]) -> Settings:
    """Given a new home, the areas that take part and lines of settings, return the settings."""
    init(home)
    for slug in areas:
        if slug != FIRST_AREA:
            _a_neighbour(home, slug)
    if lines:
        change(home, FIRST_AREA, lines)
    return load(home, os.environ)


def change(home: Path, slug: str, lines: Iterable[str]) -> Settings:
    """Given lines as they stand in an area's file, put them there and return the settings."""
    file = _file(home, slug)
    file.write_text(with_settings(file.read_text("utf-8"), lines), "utf-8")
    return load(home, os.environ)


def with_settings(text: str, lines: Iterable[str]) -> str:
    """An area's file with lines in their places: a key takes the place of the same key before.

    "[agency police]" is the table of that agency; a new table is added at the end.
    """
    written, place = text.splitlines(), 0
    end = _first_table(written)
    for line in lines:
        agency = _OF_AGENCY.fullmatch(line)
        key = _KEY.match(line)
        if agency:
            place = written.index(f'code = "{agency[1]}"') + 1
            end = _next_table(written, place)
        elif line.startswith("["):
            place, end = _table(written, line)
        else:
            same = [n for n in range(place, end) if key and written[n].startswith(f"{key[1]} =")]
            for n in same:
                del written[n]
                end -= 1
            at = place or end
            written.insert(at, line)
            end += 1
    return "\n".join(written) + "\n"


def _table(written: list[str], header: str) -> tuple[int, int]:
    if header.startswith("[[") or header not in written:
        written.append(header)
        return len(written), len(written)
    place = written.index(header) + 1
    return place, _next_table(written, place)


def _first_table(written: Sequence[str]) -> int:
    return next(n for n, line in enumerate(written) if line.startswith("["))


def _next_table(written: Sequence[str], place: int) -> int:
    tables = (n for n in range(place, len(written)) if written[n].startswith("["))
    return next(tables, len(written))


def _a_neighbour(home: Path, slug: str) -> None:
    """Another partnership: the one shipped under another name, with people and mail of its own."""
    text = _file(home, FIRST_AREA).read_text("utf-8")
    name = slug.replace("-", " ").title()
    text = re.sub(r"^other_areas = .*$", 'other_areas = ["Mid Anglia"]', text, flags=re.MULTILINE)
    for old, new in (
        ('code = "BB"', f'code = "{CODES[slug]}"'),
        ("bedford", slug),
        ("Bedford", name),
        ("independent-chair.example", f"{slug}-independent-chair.example"),
        ("ousevalley-health.example", f"{slug}-valley-health.example"),
        ("riverside-homes.example", f"{slug}-homes.example"),
    ):
        assert old in text
        text = text.replace(old, new)
    _file(home, slug).write_text(text, "utf-8")


def _file(home: Path, slug: str) -> Path:
    return home / "config" / "areas" / f"{slug}.toml"
