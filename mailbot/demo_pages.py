"""What the demo leaves to look at: each letter as a mail and as a page, and a list of them."""

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from mailbot.core.letters.digest import KIND_WORDS
from mailbot.core.model import LetterKind
from mailbot.core.moments import LONDON
from mailbot.demo_mails import parsed

_ROW = "<tr><td>{when}</td><td>{verb}</td><td><a href='{page}'>{kind}</a></td><td>{to}</td></tr>"
_LIST = """\
<!DOCTYPE html>
<html lang="en-GB"><head><meta charset="utf-8"><title>The letters of one case</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
body {{ margin: 24px; font: 15px/1.5 "Segoe UI", system-ui, Arial, sans-serif; color: #1a1a1a; }}
td, th {{ padding: 4px 18px 4px 0; text-align: left; vertical-align: top; }}
td:first-child {{ white-space: nowrap; }}
</style></head><body>
<h1>The letters of one case</h1>
<p>Everybody and everything in them is invented.</p>
<table><tr><th>when</th><th></th><th>letter</th><th>to</th></tr>
{rows}
</table></body></html>
"""
_HEAD = (
    '<div style="max-width:640px;padding:12px 16px;background:#f4f4f4;color:#1a1a1a;'
    "font:14px/1.5 'Segoe UI',system-ui,Arial,sans-serif\">{lines}</div>"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One letter to show. `kind` and `of` make its file's name and hold no person's name."""

    at: datetime
    verb: str  # "out" or "draft"
    kind: LetterKind
    of: str  # "police", or ""
    to: str  # for people
    mime: bytes


def write_letters(folder: Path, letters: Sequence[Shown]) -> None:
    """Given a folder and letters in order, write each as .eml and .html, and index.html."""
    folder.mkdir(parents=True, exist_ok=True)
    rows: list[str] = []
    taken: dict[str, int] = {}
    for letter in letters:
        name = _file_name(letter)
        taken[name] = taken.get(name, 0) + 1
        name += f"-{taken[name]}" if taken[name] > 1 else ""
        (folder / f"{name}.eml").write_bytes(letter.mime)
        (folder / f"{name}.html").write_text(page_of(letter.mime), encoding="utf-8")
        rows.append(
            _ROW.format(
                when=f"{letter.at.astimezone(LONDON):%a %d %b %H:%M}",
                verb=letter.verb,
                page=f"{name}.html",
                kind=html.escape(KIND_WORDS[letter.kind]),
                to=html.escape(letter.to),
            )
        )
    (folder / "index.html").write_text(_LIST.format(rows="\n".join(rows)), encoding="utf-8")


def page_of(mime: bytes) -> str:
    """Given a letter, return its page, with its headers and attachments named above it."""
    message = parsed(mime)
    body = message.get_body(("html",))
    page = str(body.get_content()) if body is not None else ""
    names = [str(part.get_filename() or "") for part in message.iter_attachments()]
    heads = {name: str(message[name] or "") for name in ("From", "To", "Cc", "Date", "Subject")}
    heads["Attached"] = ", ".join(filter(None, names))
    lines = "<br>".join(
        f"<b>{name}:</b> {html.escape(value)}" for name, value in heads.items() if value
    )
    return re.sub(r"(<body[^>]*>)", lambda m: m[1] + _HEAD.format(lines=lines), page, count=1)


def _file_name(letter: Shown) -> str:
    words = "-".join(
        filter(None, (letter.kind.value, letter.of, "draft" * (letter.verb == "draft")))
    )
    at = letter.at.astimezone(LONDON)
    return f"{at:%Y-%m-%d-%H%M}-" + re.sub(r"[^a-z0-9]+", "-", words.casefold()).strip("-")
