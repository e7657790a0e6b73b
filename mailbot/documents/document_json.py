"""Documents as JSON, for the way from the worker process to us, and back again.

Made and read by explicit functions: a parser that a hostile file has taken over can send us wrong
words, but nothing that runs. What is not exactly a Document is refused with `ValueError`.
"""

import json
from collections.abc import Mapping, Sequence

from mailbot.core.document import Block, Cell, Control, Document, Line, Table
from mailbot.core.model import Problem

_DEEPEST = 12  # tables in cells of tables

Json = Mapping[str, object]


# --- out --------------------------------------------------------------------------------------


def json_of(document: Document) -> bytes:
    """Given a Document, return it as JSON in UTF-8; what stands at its default is left out."""
    found: dict[str, object] = {"format": document.format}
    if document.blocks:
        found["blocks"] = [_block_out(block) for block in document.blocks]
    if document.properties:
        found["properties"] = dict(document.properties)
    if document.problems:
        found["problems"] = [_problem_out(problem) for problem in document.problems]
    if document.scanned:
        found["scanned"] = True
    if document.comments:
        found["comments"] = [_line_out(line) for line in document.comments]
    # A lone surrogate, as some files hold it, is no UTF-8: it becomes "?".
    return json.dumps(found, ensure_ascii=False).encode("utf-8", "replace")


def _filled(**entries: object) -> dict[str, object]:
    """Given entries, return those that say something."""
    return {name: value for name, value in entries.items() if value not in ("", False, None, [])}


def _problem_out(problem: Problem) -> Json:
    return {"place": problem.place, "what": problem.what} | _filled(passing=problem.passing)


def _block_out(block: Block) -> Json:
    return _line_out(block) if isinstance(block, Line) else _table_out(block)


def _line_out(line: Line) -> Json:
    return _filled(
        heading=line.heading,
        strong=line.strong,
        marked=list(line.marked),
        struck=list(line.struck),
        controls=[_control_out(control) for control in line.controls],
        unsure=line.unsure,
        quoted=line.quoted,
        margin=line.margin,
    ) | {"place": line.place, "text": line.text}


def _table_out(table: Table) -> Json:
    rows = [[_cell_out(cell) for cell in row] for row in table.rows]
    return _filled(header=table.header, rows_at=list(table.rows_at)) | {
        "place": table.place,
        "rows": rows,
        "first_row": table.first_row,
    }


def _cell_out(cell: Cell) -> Json:
    return _filled(
        text=cell.text,
        strong=cell.strong,
        marked=list(cell.marked),
        struck=list(cell.struck),
        controls=[_control_out(control) for control in cell.controls],
        unsure=cell.unsure,
        continues=cell.continues,
        tables=[_table_out(table) for table in cell.tables],
    ) | ({"columns": cell.columns} if cell.columns != 1 else {})


def _control_out(control: Control) -> Json:
    found = _filled(
        name=control.name,
        title=control.title,
        text=control.text,
        placeholder=control.placeholder,
        options=list(control.options),
    )
    return found if control.ticked is None else found | {"ticked": control.ticked}


# --- in ---------------------------------------------------------------------------------------


def document_from_json(content: bytes) -> Document:
    """Given what `json_of` made, return the Document. Raises `ValueError` for anything else."""
    try:
        found = _object(json.loads(content))
        return Document(
            format=_text(found, "format"),
            blocks=tuple(_block_in(_object(block)) for block in _list(found, "blocks")),
            properties=_properties(found),
            problems=tuple(_problem(_object(problem)) for problem in _list(found, "problems")),
            scanned=_flag(found, "scanned"),
            comments=tuple(_line_in(_object(line)) for line in _list(found, "comments")),
        )
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def _block_in(found: Json) -> Block:
    return _table_in(found, 0) if "rows" in found else _line_in(found)


def _line_in(found: Json) -> Line:
    return Line(
        place=_text(found, "place"),
        text=_text(found, "text"),
        heading=_flag(found, "heading"),
        strong=_flag(found, "strong"),
        marked=_texts(found, "marked"),
        struck=_texts(found, "struck"),
        controls=_controls(found),
        unsure=_flag(found, "unsure"),
        quoted=_flag(found, "quoted"),
        margin=_flag(found, "margin"),
    )


def _table_in(found: Json, depth: int) -> Table:
    if depth > _DEEPEST:
        raise ValueError("tables nested too deeply")
    rows = [_array(row) for row in _list(found, "rows")]
    return Table(
        place=_text(found, "place"),
        rows=tuple(tuple(_cell_in(_object(cell), depth) for cell in row) for row in rows),
        header=_flag(found, "header"),
        first_row=_number(found, "first_row"),
        rows_at=_texts(found, "rows_at"),
    )


def _cell_in(found: Json, depth: int) -> Cell:
    return Cell(
        text=_text(found, "text"),
        strong=_flag(found, "strong"),
        marked=_texts(found, "marked"),
        struck=_texts(found, "struck"),
        controls=_controls(found),
        unsure=_flag(found, "unsure"),
        columns=_number(found, "columns"),
        continues=_flag(found, "continues"),
        tables=tuple(_table_in(_object(table), depth + 1) for table in _list(found, "tables")),
    )


def _controls(found: Json) -> tuple[Control, ...]:
    return tuple(_control_in(_object(control)) for control in _list(found, "controls"))


def _control_in(found: Json) -> Control:
    return Control(
        name=_text(found, "name"),
        title=_text(found, "title"),
        text=_text(found, "text"),
        ticked=_flag(found, "ticked") if "ticked" in found else None,
        placeholder=_flag(found, "placeholder"),
        options=_texts(found, "options"),
    )


def _problem(found: Json) -> Problem:
    place, what = _text(found, "place"), _text(found, "what")
    return Problem(place=place, what=what, passing=_flag(found, "passing"))


def _properties(found: Json) -> Mapping[str, str]:
    properties = _object(found.get("properties", {}))
    return {name: _text(properties, name) for name in properties}


def _object(value: object) -> Json:
    if not isinstance(value, dict):
        raise ValueError("not an object")  # noqa: TRY004 - wrong content, not a wrong call
    return value


def _array(value: object) -> Sequence[object]:
    if not isinstance(value, list):
        raise ValueError("not a list")  # noqa: TRY004
    return value


def _list(found: Json, name: str) -> Sequence[object]:
    return _array(found.get(name, []))


def _text(found: Json, name: str) -> str:
    value = found.get(name, "")
    if not isinstance(value, str):
        raise ValueError(f"{name} is not a text")  # noqa: TRY004
    return value


def _texts(found: Json, name: str) -> tuple[str, ...]:
    values = _list(found, name)
    if not all(isinstance(value, str) for value in values):
        raise ValueError(f"{name} is not a list of texts")
    return tuple(str(value) for value in values)


def _flag(found: Json, name: str) -> bool:
    value = found.get(name, False)
    if not isinstance(value, bool):
        raise ValueError(f"{name} is not true or false")  # noqa: TRY004
    return value


def _number(found: Json, name: str) -> int:
    value = found.get(name, 1)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value < 10_000_000:
        raise ValueError(f"{name} is not a count")
    return value
