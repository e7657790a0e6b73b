"""The options and arguments that many commands share."""

from pathlib import Path
from typing import Annotated

import typer

Home = Annotated[
    Path, typer.Option("--home", envvar="MAILBOT_HOME", help="The folder `mailbot init` made.")
]
AsJson = Annotated[bool, typer.Option("--json", help="For machines: a stable, documented shape.")]
Reference = Annotated[str, typer.Argument(help="A case, as BB-2026-014-K.")]
HERE = Path()
