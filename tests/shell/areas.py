"""Homes with several areas, made from the one that is shipped: nobody in them is real."""

import os
from pathlib import Path

from mailbot.settings import Settings, init, load

#: Slug, code, and the name in place of Bedford in every name and address.
AREAS = (
    ("bedford", "BB", "bedford", "Bedford Borough"),
    ("central-bedfordshire", "CB", "central", "Central Bedfordshire"),
    ("luton", "LU", "luton", "Luton"),
)


def three_areas(directory: Path, changes: dict[str, dict[str, str]] | None = None) -> Settings:
    """A home with three areas; `changes` are pieces of an area's file to replace, by slug."""
    init(directory)
    folder = directory / "config" / "areas"
    shipped = (folder / "bedford.toml").read_text("utf-8")
    for slug, code, word, name in AREAS:
        text = shipped
        if slug != "bedford":
            text = text.replace('code = "BB"', f'code = "{code}"')
            text = text.replace("Bedford Borough Safeguarding", f"{name} Safeguarding")
            text = text.replace("@bedford-safeguarding", f"@{word}-safeguarding")
            text = text.replace("mx.bedford-safeguarding", f"mx.{word}-safeguarding")
            text = text.replace("data/bedford-", f"data/{slug}-")
            text = text.replace(
                'known_as = ["Bedford Borough", "Bedford"]', f'known_as = ["{name}"]'
            )
            others = ", ".join(f'"{n}"' for s, _, _, n in AREAS if s != slug)
            text = text.replace(
                'other_areas = ["Central Bedfordshire", "Luton"]', f"other_areas = [{others}]"
            )
        for old, new in (changes or {}).get(slug, {}).items():
            assert old in text, f"{old!r} is not in the file of {slug}"
            text = text.replace(old, new)
        (folder / f"{slug}.toml").write_text(text, "utf-8")
    return load(directory, os.environ)
