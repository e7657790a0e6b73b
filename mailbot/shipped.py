"""What travels with mailbot: the config and the templates it ships, and a home made from them.

In a checkout they lie beside the package, in an installed wheel inside it; everybody else asks
here and need not know.
"""

import os
from pathlib import Path

from mailbot.errors import SettingsError, UsageError
from mailbot.secrets import signing_key_at

_PACKAGE = Path(__file__).resolve().parent

#: What `init` copies into a home.
COPIED = ("config", "templates")


def shipped(name: str) -> Path:
    """Given the name of something shipped ("templates", "config/process.toml"), return its path.

    Raises `SettingsError` when this installation lacks it.
    """
    # The wheel's copy first: an installed package may have any folder called "config" beside it.
    for root in (_PACKAGE / "_shipped", _PACKAGE.parent):
        if (root / name).exists():
            return root / name
    raise SettingsError((f"This installation of mailbot lacks {name}; install it anew.",))


def init(target: Path) -> list[Path]:
    """Given a folder, make it a home to start from, and return the files made, sorted.

    It gets config/ and templates/ as shipped, data/ that only its owner may enter, and a signing
    key for each area. Raises `UsageError`, before anything is written, when a file is already
    there: nothing is ever overwritten.
    """
    copies = [
        (source, target / name / source.relative_to(shipped(name)))
        for name in COPIED
        for source in sorted(shipped(name).rglob("*"))
        if source.is_file() and "__pycache__" not in source.parts
    ]
    data = target / "data"
    areas = [copy.stem for _, copy in copies if copy.parent == target / "config" / "areas"]
    keys = [data / f"{slug}.key" for slug in areas]
    there = [path for path in (*(copy for _, copy in copies), *keys) if os.path.lexists(path)]
    if there:
        what = f"{len(there)} files, {there[0]} first, are" if there[1:] else f"{there[0]} is"
        raise UsageError(f"{what} already there: nothing was changed. Name an empty folder.")
    try:
        for source, copy in copies:
            copy.parent.mkdir(parents=True, exist_ok=True)
            with copy.open("xb") as file:
                file.write(source.read_bytes())
        data.mkdir(mode=0o700, exist_ok=True)
        data.chmod(0o700)
    except OSError as error:
        raise UsageError(f"{target} cannot be written: {error.strerror}.") from error
    for key in keys:
        signing_key_at(key)
    return sorted([copy for _, copy in copies] + keys)
