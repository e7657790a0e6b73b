"""The rules of the house: who may import whom, how long things may be, what must stand nowhere."""

import ast
import os
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import metadata
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "mailbot"

#: The rooms of the core, in order: mail and forms are read, they belong to cases, what they say is
#: recorded, clocks run, letters are written. A room knows those before it, never those after it.
#: What stands in no room are the nouns and words that all of them share.
ROOMS_OF_THE_CORE = (
    {"mail", "forms"},
    {"cases"},
    {"clocks"},
    {"record"},
    {"letters"},
)

#: What would let the core touch the world.
IMPURE = {
    *(
        "asyncio",
        "concurrent",
        "ftplib",
        "getpass",
        "glob",
        "http",
        "imaplib",
        "logging",
        "mailbox",
    ),
    *("multiprocessing", "os", "pathlib", "poplib", "random", "secrets", "select", "shutil"),
    *("signal", "smtplib", "socket", "socketserver", "sqlite3", "ssl", "subprocess", "tempfile"),
    *("threading", "time", "urllib.request"),
    *("alembic", "apscheduler", "imapclient", "jinja2", "pydantic", "rich", "sqlalchemy"),
    *("structlog", "typer"),
}

#: Rooms that know the nouns and the exceptions, and nothing else of mailbot.
ROOMS = ("documents", "mailboxes", "store")

#: The only files that may ask what time it is.
CLOCK_READERS = {"homes.py"}

#: Where one bad message, case or letter stops only itself (design, promise 6); and the process that
#: reads hostile files, where one bad file stops only itself.
GUARDS = {
    *(f"mailbot.{name}" for name in ("cli", "cli_reading", "daemon", "intake", "casework")),
    "mailbot.dispatch",
    "mailbot.documents.worker_child",
}

NOT_OURS = {
    *(".git", ".venv", "__pycache__", ".mypy_cache", ".pytest_cache", ".ruff_cache"),
    *(".hypothesis", "build", "data", "demo", "dist", "mailbot-demo"),
}

# Put together here, so that this file does not hold what it forbids.
NOWHERE = (
    "pypi" + ".org",
    "python" + "hosted",
    "/opt/" + "pypi",
    "/opt/" + "wheels",
    "/root" + "/",
    "/tmp/" + "venv",
    "/work" + "/",
)
WORD_NOBODY_READS = "chas" + "er"


@dataclass(frozen=True)
class Source:
    """One module of mailbot, parsed."""

    name: str  # "mailbot.core.model"
    path: Path
    tree: ast.Module

    @property
    def place(self) -> str:
        """How failures name it."""
        return str(self.path.relative_to(ROOT))


@cache
def sources() -> Mapping[str, Source]:
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        found[name] = Source(name, path, ast.parse(path.read_text("utf-8")))
    return found


def imports_of(source: Source) -> set[str]:
    """Everything a module imports, anywhere in it; of our own, the modules meant."""
    found: set[str] = set()
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{source.place}:{node.lineno}: imports are absolute"
            module = node.module or ""
            inner = {f"{module}.{alias.name}" for alias in node.names}
            ours = inner & set(sources())
            found |= ours | ({module} if ours != inner else set())
    return found


@cache
def graph() -> Mapping[str, frozenset[str]]:
    """Our modules and which of our modules each imports."""
    known = set(sources())
    return {name: frozenset(imports_of(s) & known) for name, s in sources().items()}


def reachable(start: str) -> set[str]:
    seen: set[str] = set()
    waiting = [start]
    while waiting:
        for name in graph()[waiting.pop()]:
            if name not in seen:
                seen.add(name)
                waiting.append(name)
    return seen


def core() -> list[Source]:
    return [s for s in sources().values() if s.name.startswith("mailbot.core.")]


# --- who may import whom -----------------------------------------------------------------------


def test_the_core_imports_nothing_that_touches_the_world() -> None:
    wrong = []
    for source in core():
        for name in imports_of(source):
            ours = name.split(".")[0] == "mailbot"
            if ours and name != "mailbot.errors" and not name.startswith("mailbot.core"):
                wrong.append(f"{source.place} imports {name}")
            if name.split(".")[0] in IMPURE or name in IMPURE:
                wrong.append(f"{source.place} imports {name}")
    assert not wrong


def test_the_core_opens_and_prints_nothing() -> None:
    wrong = [
        f"{source.place}:{node.lineno} calls {node.func.id}"
        for source in core()
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in {"open", "print", "input", "eval", "exec", "__import__"}
    ]
    assert not wrong


def test_no_room_of_the_core_knows_a_room_after_it() -> None:
    rank = {room: i for i, rooms in enumerate(ROOMS_OF_THE_CORE) for room in rooms}
    wrong = [
        f"{name} imports {other}"
        for name, others in graph().items()
        for other in sorted(others)
        if (mine := room_of(name)) and (theirs := room_of(other)) and mine != theirs
        if rank[theirs] >= rank[mine]
    ]
    assert not wrong


def room_of(name: str) -> str:
    """The room of the core that a module stands in, "" when it stands in none."""
    parts = name.split(".")
    return parts[2] if parts[:2] == ["mailbot", "core"] and len(parts) > 3 else ""


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_knows_the_nouns_and_itself_alone(room: str) -> None:
    own = f"mailbot.{room}"
    wrong = [
        f"{name} imports {other}"
        for name, others in graph().items()
        if name == own or name.startswith(f"{own}.")
        for other in sorted(others)
        if other not in {"mailbot.core.document", "mailbot.core.model", "mailbot.errors", own}
        and not other.startswith(f"{own}.")
        # Files hold mails, and mails are read in one place.
        and not (room == "documents" and other.startswith("mailbot.core.mail."))
    ]
    assert not wrong


def test_only_the_entry_points_import_the_commands_and_nothing_imports_the_entry_point() -> None:
    wrong = [
        f"{name} imports {other}"
        for name, others in graph().items()
        for other in others
        if (other == "mailbot.__main__")
        or (other == "mailbot.cli" and not name.startswith(("mailbot.__main__", "mailbot.cli")))
    ]
    assert not wrong


def test_imports_never_go_in_a_circle() -> None:
    assert not [name for name in graph() if name in reachable(name)]


def test_only_the_daemon_and_the_commands_ask_what_time_it_is() -> None:
    wrong = [
        f"{source.place}:{node.lineno} calls {node.func.attr}()"
        for source in sources().values()
        if source.path.parent != PACKAGE or source.path.name not in CLOCK_READERS
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in {"now", "today", "utcnow"}
        and ast.unparse(node.func.value).rpartition(".")[2] in names_of_clocks(source)
    ]
    assert not wrong


def names_of_clocks(source: Source) -> set[str]:
    """What a module calls the two classes that can be asked for the time."""
    return {"datetime", "date"} | {
        alias.asname
        for node in ast.walk(source.tree)
        if isinstance(node, ast.ImportFrom) and node.module == "datetime"
        for alias in node.names
        if alias.asname and alias.name in {"datetime", "date"}
    }


def test_only_the_daemon_catches_everything_and_goes_on() -> None:
    wrong = [
        f"{source.place}:{node.lineno}"
        for source in sources().values()
        if source.name not in GUARDS
        for node in ast.walk(source.tree)
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or ast.unparse(node.type) in {"Exception", "BaseException"})
        and ast.unparse(node.body[-1]) != "raise"
    ]
    assert not wrong


# --- how long things may be --------------------------------------------------------------------

Definition = ast.FunctionDef | ast.AsyncFunctionDef
Documented = Definition | ast.ClassDef | ast.Module


def docstring_lines(node: Documented) -> int:
    first = node.body[0] if node.body else None
    value = first.value if isinstance(first, ast.Expr) else None
    is_docstring = isinstance(value, ast.Constant) and isinstance(value.value, str)
    return lines_of(first) if first and is_docstring else 0


def lines_of(node: ast.stmt) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def functions(source: Source) -> Iterator[Definition]:
    for node in ast.walk(source.tree):
        if isinstance(node, Definition):
            yield node


def length(function: Definition) -> int:
    inner = [n for n in ast.walk(function) if isinstance(n, Definition | ast.ClassDef)]
    return lines_of(function) - sum(map(docstring_lines, inner))


def table_lines(source: Source) -> int:
    """How many lines of a module are data: literals over several lines, members of vocabularies
    (enums) and fields of nouns (dataclasses).
    """
    lines = 0
    for node in source.tree.body:
        if isinstance(node, ast.ClassDef):
            members = [n for n in node.body if isinstance(n, ast.Assign | ast.AnnAssign)]
            lines += sum(map(lines_of, members))
        elif isinstance(node, ast.Assign | ast.AnnAssign) and lines_of(node) > 1:
            value = node.value
            if isinstance(value, ast.Call) and value.args:  # frozenset({...})
                value = value.args[0]
            if isinstance(value, ast.Dict | ast.List | ast.Tuple | ast.Set | ast.Constant):
                lines += lines_of(node)
    return lines


def measured() -> list[Source]:
    """Every module whose size counts; a migration is a table of columns."""
    return [s for s in sources().values() if "migrations" not in s.path.parts]


def test_no_function_is_longer_than_fifty_lines() -> None:
    wrong = [
        f"{source.place}:{f.lineno} {f.name} has {length(f)} lines"
        for source in measured()
        for f in functions(source)
        if length(f) > 50
    ]
    assert not wrong


def test_ninety_of_a_hundred_functions_are_under_thirty_lines() -> None:
    lengths = {
        f"{source.place}:{f.lineno} {f.name}": length(f)
        for source in measured()
        for f in functions(source)
    }
    long = {name: lines for name, lines in lengths.items() if lines >= 30}
    assert len(long) * 10 <= len(lengths), long


def test_no_file_is_longer_than_four_hundred_lines() -> None:
    wrong = []
    for source in measured():
        documented = [n for n in ast.walk(source.tree) if isinstance(n, Documented)]
        lines = len(source.path.read_text("utf-8").splitlines())
        lines -= sum(map(docstring_lines, documented))
        lines -= table_lines(source)
        if lines > 400:
            wrong.append(f"{source.place} has {lines} lines")
    assert not wrong


def public(source: Source) -> Iterator[Definition | ast.ClassDef]:
    """Public classes and functions of a module, and the public methods of those classes."""
    for node in source.tree.body:
        if isinstance(node, Definition | ast.ClassDef) and not node.name.startswith("_"):
            yield node
            if isinstance(node, ast.ClassDef):
                for inner in node.body:
                    if isinstance(inner, Definition) and not inner.name.startswith("_"):
                        yield inner


def test_every_module_and_everything_public_says_what_it_is_for() -> None:
    written = [source for source in measured() if source.tree.body]
    wrong = [s.place for s in written if not ast.get_docstring(s.tree)]
    wrong += [
        f"{source.place}:{node.lineno} {node.name}"
        for source in written
        for node in public(source)
        if not ast.get_docstring(node)
    ]
    assert not wrong


def test_no_module_has_a_name_that_says_nothing() -> None:
    empty = {"util", "utils", "helper", "helpers", "manager", "common", "misc"}
    assert not [name for name in sources() if set(re.split(r"[._]", name)) & empty]


# --- the map ----------------------------------------------------------------------------------


def test_every_module_stands_in_the_map_of_its_room_and_nothing_else_does() -> None:
    assert rooms_on_the_map() == {
        room: {s.path.stem for s in measured() if s.path.parent == ROOT / room} - {"__init__"}
        for room in {str(s.path.parent.relative_to(ROOT)) for s in measured()}
    }


def rooms_on_the_map() -> dict[str, set[str]]:
    """Room -> the modules that its list in docs/rooms.md names, each followed by what it is for."""
    text = (ROOT / "docs" / "rooms.md").read_text("utf-8")
    found = {}
    for section in re.split(r"^##+ ", text, flags=re.MULTILINE):
        if heading := re.match(r"`(mailbot[\w/]*)/`", section):
            listed = section.partition("\n- ")[2]
            named = re.findall(r"`(\w+)`(?=[:,])", listed)
            assert len(named) == len(set(named)), f"a module stands twice in {heading[1]}"
            found[heading[1]] = set(named)
    return found


# --- what must stand nowhere -------------------------------------------------------------------


def our_files() -> Iterator[Path]:
    for folder, folders, files in os.walk(ROOT):
        folders[:] = sorted(f for f in folders if f not in NOT_OURS)
        yield from (Path(folder) / file for file in sorted(files))


def texts(path: Path) -> Iterator[str]:
    """What a file says; of a Word file that is one, what its parts say."""
    if path.suffix in {".docx", ".dotx"} and zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as parts:
            for name in parts.namelist():
                yield parts.read(name).decode("utf-8", "replace")
    else:
        yield path.read_bytes().decode("utf-8", "replace")


def test_no_file_names_a_registry_or_a_place_on_somebodys_computer() -> None:
    wrong = [
        f"{path.relative_to(ROOT)} names {word}"
        for path in our_files()
        for text in texts(path)
        for word in NOWHERE
        if word in text
    ]
    assert not wrong


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_a_lock_pins_everything_by_hash_and_names_no_host(lock: str) -> None:
    text = (ROOT / lock).read_text("utf-8")
    assert "://" not in text
    requirements = [line for line in text.splitlines() if re.match(r"[^\s#]", line)]
    assert requirements
    for line in requirements:
        assert re.fullmatch(r"[a-z0-9._-]+==[^\s;]+( ; .+)? \\", line), line
    options = set(re.findall(r"^\s*(-[-\w]*)", text, re.MULTILINE))
    assert options == {"--hash"}


def test_the_two_locks_agree() -> None:
    pins = [
        dict(re.findall(r"^([a-z0-9._-]+)==(\S+)", (ROOT / lock).read_text("utf-8"), re.MULTILINE))
        for lock in ("requirements.lock", "requirements-dev.lock")
    ]
    running, testing = pins
    assert running.items() <= testing.items()


def test_nothing_that_mailbot_is_built_on_is_under_the_gpl() -> None:
    text = (ROOT / "requirements.lock").read_text("utf-8")
    names = re.findall(r"^([a-z0-9._-]+)==", text, re.MULTILINE)
    licences = {name: licence_of(name) for name in names}
    assert not [name for name, licence in licences.items() if not licence]
    assert not {n: text for n, text in licences.items() if re.search(r"(?<![A-Za-z])A?GPL", text)}
    assert not {n for n, text in licences.items() if "general public" in text.lower()}


def licence_of(name: str) -> str:
    about = metadata.metadata(name)
    classifiers = [c for c in about.get_all("Classifier", []) if c.startswith("License ::")]
    # Some put the whole text of their licence here; its first line says which it is.
    own = (about.get("License") or "").strip().partition("\n")[0]
    said = [about.get("License-Expression"), own, *classifiers]
    if not any(said):  # then the licence itself is asked
        files = [f for f in metadata.files(name) or () if f.name in {"COPYING", "LICENSE"}]
        said = [f.read_text("utf-8") for f in files]
    return "; ".join(filter(None, said))


def what_people_read() -> Iterator[tuple[Path, str]]:
    """Templates without their Jinja, tags and style, and the words in the Word forms."""
    for path in sorted((ROOT / "templates").rglob("*")):
        if path.suffix == ".j2":
            text = path.read_text("utf-8")
            yield (
                path,
                re.sub(r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}|<[^>]*>", "", text, flags=re.DOTALL),
            )
        elif path.suffix in {".docx", ".dotx"}:
            for text in texts(path):
                yield path, re.sub(r"<[^>]*>", "", text) if text.startswith("<?xml") else ""


def test_templates_do_not_raise_their_voice() -> None:
    assert not [str(path.relative_to(ROOT)) for path, text in what_people_read() if "!" in text]


def test_a_word_that_hurts_is_read_by_nobody() -> None:
    read = [PACKAGE, ROOT / "templates", ROOT / "config", ROOT / "docs", ROOT / "README.md"]
    wrong = [
        str(path.relative_to(ROOT))
        for path in our_files()
        if any(path.is_relative_to(place) for place in read)
        for text in texts(path)
        if WORD_NOBODY_READS in text.lower()
    ]
    assert not wrong
