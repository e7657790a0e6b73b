"""Sheets as plain text, as web pages, as workbooks and as rich text, without LibreOffice."""

import re
from datetime import datetime
from html import escape
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from openpyxl import Workbook
from openpyxl.styles import Font

from scripts.corpus_sheets import (
    SECTION,
    Answer,
    Block,
    Boxes,
    Choice,
    Grid,
    Heading,
    Pairs,
    Prompts,
    Sheet,
    Text,
)


def plain_text(answer: Answer) -> str:
    """An answer in characters alone; what only a look would show is shown by a box."""
    if isinstance(answer, str):
        return answer
    if answer.how in {"bracket", "delete", "untouched", "letter", "tick", "after"}:
        return answer.text()
    return Choice(answer.options, answer.chosen, "box", answer.joint).text()


# --- text ----------------------------------------------------------------------------------------


def text(sheet: Sheet, *, under: bool = False) -> str:
    """The sheet as somebody types it into a mail; with `under` answers stand under the labels."""
    lines = [sheet.top] if sheet.top else []
    for block in sheet.blocks:
        lines += _text_of(block, under)
        lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def _text_of(block: Block, under: bool) -> list[str]:
    if isinstance(block, Heading | Text):
        return [block.text]
    if isinstance(block, Prompts):
        return [f"- {item}" for item in block.items]
    if isinstance(block, Pairs):
        lines = []
        for label, answer in block.rows:
            said = plain_text(answer)
            if label.startswith(SECTION):
                lines += ["", label.removeprefix(SECTION)]
                continue
            label = label.replace("|", "\n")
            if under or "\n" in said:
                lines += [label, said, ""]
            else:
                end = label if label.rstrip().endswith(("?", ":")) else f"{label}:"
                lines.append(f"{end.rstrip()} {said}".rstrip())
        return lines
    if isinstance(block, Grid):
        rows = [block.header, *block.rows]
        return ["\t".join(plain_text(a).replace("\n", ", ") for a in row) for row in rows]
    return [
        f"{plain_text(Choice((o,), (o,) if ticked else (), block.how))}"
        for o, ticked, _ in block.rows
    ]


# --- web pages -----------------------------------------------------------------------------------


def web_page(sheet: Sheet, *, inputs: bool = False) -> str:
    """The sheet as a web page; with `inputs` boxes are those of a web form."""
    body = "\n".join(_html_of(block, inputs) for block in sheet.blocks)
    head = f"<p>{escape(sheet.top)}</p>" if sheet.top else ""
    style = "td,th{border:1px solid #444;padding:3px;vertical-align:top} table{width:100%}"
    return (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Form</title>'
        f"<style>body{{font-family:sans-serif;font-size:10pt}} {style}"
        f" table{{border-collapse:collapse}}</style></head><body>{head}{body}</body></html>"
    )


def _html_of(block: Block, inputs: bool) -> str:
    if isinstance(block, Heading):
        return f"<h{block.level}>{escape(block.text)}</h{block.level}>"
    if isinstance(block, Text):
        return f"<p>{_lines(block.text)}</p>"
    if isinstance(block, Prompts):
        return "<ul>" + "".join(f"<li>{escape(i)}</li>" for i in block.items) + "</ul>"
    if isinstance(block, Grid):
        caption = f"<tr><th colspan={len(block.header)}>{escape(block.caption)}</th></tr>"
        head = "".join(f"<th>{escape(h)}</th>" for h in block.header)
        rows = "".join(
            "<tr>" + "".join(f"<td>{_html_answer(a, inputs)}</td>" for a in row) + "</tr>"
            for row in block.rows
        )
        return f"<table>{caption if block.caption else ''}<tr>{head}</tr>{rows}</table>"
    if isinstance(block, Boxes):
        rows = "".join(
            f"<tr><td>{_html_answer(Choice((o,), (o,) if t else (), block.how), inputs)}</td>"
            f"<td>{escape(why)}</td></tr>"
            for o, t, why in block.rows
        )
        return f"<table>{rows}</table>"
    return _html_pairs(block, inputs)


def _html_pairs(block: Pairs, inputs: bool) -> str:
    pairs = [(f"<b>{_lines(la)}</b>", _html_answer(a, inputs)) for la, a in block.rows]
    if block.style in {"lines", "tabs"}:
        return "".join(f"<p>{la} {a}</p>" for la, a in pairs)
    if block.style == "under":
        return "".join(f"<p>{la}</p><p>{a}</p>" for la, a in pairs)
    if block.style == "below":
        rows = "".join(f"<tr><td>{la}</td></tr><tr><td>{a}</td></tr>" for la, a in pairs)
    elif block.style == "one cell":
        rows = "".join(f"<tr><td>{la}: {a}</td></tr>" for la, a in pairs)
    elif block.style == "wide":
        cells = [f"<td>{la}</td><td>{a}</td>" for la, a in pairs]
        rows = "".join(f"<tr>{''.join(cells[i : i + 2])}</tr>" for i in range(0, len(cells), 2))
    elif block.style in {"numbered", "prompted"}:
        rows = "".join(
            f"<tr><td>{n}.</td><td>{la}</td><td>{a}</td></tr>"
            for n, (la, a) in enumerate(_prompts_moved(block, inputs), block.number)
        )
    else:
        rows = "".join(
            f"<tr><th colspan=2>{la.replace(SECTION, '')}</th></tr>"
            if SECTION in la
            else f"<tr><td>{la}</td><td>{a}</td></tr>"
            for la, a in pairs
        )
    return f"<table>{rows}</table>"


def _prompts_moved(block: Pairs, inputs: bool) -> list[tuple[str, str]]:
    moved = []
    for label, answer in block.rows:
        head, *prompts = label.split("|")
        bullets = "".join(f"<li><i>{escape(p)}</i></li>" for p in prompts)
        listed = f"<ul>{bullets}</ul>" if bullets else ""
        moved.append((f"<b>{escape(head)}</b>", f"{listed}{_html_answer(answer, inputs)}"))
    return moved


def _html_answer(answer: Answer, inputs: bool) -> str:
    if isinstance(answer, str):
        return _lines(answer)
    if inputs and answer.how == "box":
        return " ".join(
            f"<input type=checkbox{' checked' if o in answer.chosen else ''}> {escape(o)}"
            for o in answer.options
        )
    look = {
        "bold": "<b>{}</b>",
        "highlight": "<span style='background-color:yellow'>{}</span>",
        "colour": "<span style='color:#c00000'>{}</span>",
        "underline": "<u>{}</u>",
    }.get(answer.how)
    if look:
        return " / ".join(
            look.format(escape(o)) if o in answer.chosen else escape(o) for o in answer.options
        )
    if answer.how == "strike":
        return " / ".join(
            f"<s>{escape(o)}</s>" if answer.chosen and o not in answer.chosen else escape(o)
            for o in answer.options
        )
    return escape(plain_text(answer))


def _lines(words: str) -> str:
    return "<br>".join(escape(line) for line in words.split("\n"))


# --- workbooks -----------------------------------------------------------------------------------


_MADE_SAID = b"2026-11-23T09:00:00Z"


def workbook(sheet: Sheet, *, real_dates: bool = False) -> bytes:
    """The sheet as a workbook; with `real_dates` ISO days become dates of the workbook."""
    book = Workbook()
    page = book.active
    page.title = "Form"
    row = 1
    for block in sheet.blocks:
        for cells in _rows_of(block):
            for column, value in enumerate(cells, 1):
                if not value:
                    continue
                cell = page.cell(row, column, _typed(value) if real_dates else value)
                if isinstance(block, Heading):
                    cell.font = Font(bold=True, size=13)
            row += 1
        row += 1
    for letter, width in zip("ABCDE", (34, 40, 24, 24, 24), strict=True):
        page.column_dimensions[letter].width = width
    target = BytesIO()
    book.save(target)
    return _same_time(target.getvalue())


def _typed(value: str) -> str | datetime:
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        return value


def _rows_of(block: Block) -> list[list[str]]:
    if isinstance(block, Heading | Text):
        return [[block.text]]
    if isinstance(block, Prompts):
        return [[f"• {item}"] for item in block.items]
    if isinstance(block, Grid):
        return [list(block.header), *([plain_text(a) for a in row] for row in block.rows)]
    if isinstance(block, Boxes):
        return [
            [plain_text(Choice((o,), (o,) if t else (), "box")), why] for o, t, why in block.rows
        ]
    if block.style == "wide":
        flat = [part for la, a in block.rows for part in (la, plain_text(a))]
        return [flat[i : i + 4] for i in range(0, len(flat), 4)]
    return [[la.partition("|")[0].removeprefix(SECTION), plain_text(a)] for la, a in block.rows]


def _same_time(content: bytes) -> bytes:
    target = BytesIO()
    with ZipFile(BytesIO(content)) as old, ZipFile(target, "w", ZIP_DEFLATED) as new:
        for name in old.namelist():
            entry = ZipInfo(name, (2026, 11, 23, 9, 0, 0))
            entry.compress_type = ZIP_DEFLATED
            part = re.sub(rb"(?<=W3CDTF\">)[0-9T:-]{19}Z", _MADE_SAID, old.read(name))
            new.writestr(entry, part, compresslevel=9)
    return target.getvalue()


# --- rich text -----------------------------------------------------------------------------------


def rich_text(sheet: Sheet) -> bytes:
    """The sheet as RTF, as WordPad and old case systems write it."""
    body = "".join(_rtf_of(block) for block in sheet.blocks)
    head = r"{\rtf1\ansi\ansicpg1252\deff0{\fonttbl{\f0 Calibri;}}\f0\fs20 "
    return (head + body + "}").encode("ascii")


def _rtf_of(block: Block) -> str:
    if isinstance(block, Heading):
        return rf"{{\b\fs28 {_rtf(block.text)}}}\par "
    if isinstance(block, Text):
        return rf"{_rtf(block.text)}\par "
    if isinstance(block, Prompts):
        return "".join(rf"\bullet\tab {_rtf(item)}\par " for item in block.items)
    if isinstance(block, Pairs) and block.style in {"lines", "tabs"}:
        return "".join(
            rf"{{\b {_rtf(la if la.endswith('?') else la.rstrip(': ') + ':')}}} "
            rf"{_rtf(plain_text(a))}\par "
            for la, a in block.rows
        )
    rows = _rows_of(block)
    return "".join(_rtf_row(row, max(map(len, rows))) for row in rows) + r"\pard\par "


def _rtf_row(cells: list[str], columns: int) -> str:
    edges = "".join(rf"\cellx{9000 * (i + 1) // columns}" for i in range(columns))
    filled = cells + [""] * (columns - len(cells))
    words = "".join(rf"\pard\intbl {_rtf(cell)}\cell " for cell in filled)
    return rf"\trowd\trgaph108{edges}{words}\row "


def _rtf(words: str) -> str:
    out = []
    for char in words:
        if char in "\\{}":
            out.append("\\" + char)
        elif char == "\n":
            out.append(r"\line ")
        elif char.isascii():
            out.append(char)
        else:
            out.append(rf"\u{ord(char) if ord(char) < 32768 else ord(char) - 65536}?")
    return "".join(out)
