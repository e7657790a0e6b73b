"""Make the corpus in tests/documents/corpus: forms as people send them, and what must be read.

Run from the checkout: python -m scripts.corpus. The same seed gives the same forms and the same
expectations; what LibreOffice and Chromium make of them may differ in bytes from one version to
the next, so the files are committed. `--without-office` makes those that need no other program.
"""

import argparse
import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from scripts.corpus_filling import chance
from scripts.corpus_pdf import fonts_are_there
from scripts.corpus_plan import PLAN, Planned
from scripts.corpus_sheets import Made
from scripts.corpus_single import singles
from scripts.corpus_writers import NEEDS, READS, WRITERS, seen_by_ocr

CORPUS = Path(__file__).resolve().parent.parent / "tests" / "documents" / "corpus"
EXPECTED = "expected.jsonl"
SEED = 20261123


@dataclass(frozen=True)
class Entry:
    """One file of the corpus and its line of expected.jsonl."""

    file: str
    layout: str
    expected: dict[str, Any]
    make: Callable[[], bytes] = field(repr=False)
    needs: tuple[str, ...] = ()  # programs that its making needs
    reads: tuple[str, ...] = ()  # programs that its reading needs

    def line(self) -> dict[str, Any]:
        """Its line of expected.jsonl."""
        needs = {"needs": list(self.reads)} if self.reads else {}
        ending = self.file.rpartition(".")[2]
        return {"file": self.file, "format": ending, "layout": self.layout} | needs | self.expected


def entries(seed: int = SEED) -> Iterator[Entry]:
    """Every file of the corpus. Each has a chance of its own: one more changes no other."""
    numbers: Counter[str] = Counter()
    for planned in PLAN:
        numbers[planned.layout] += 1
        yield _entry(planned, numbers[planned.layout], seed)
    for single in singles(seed):
        ending = single.file.rpartition(".")[2]
        yield Entry(
            file=single.file,
            layout=single.layout,
            expected=single.expected(),
            make=single.make,
            needs=("libreoffice",) if single.saved_as else (),
            reads=("libreoffice",) if single.saved_as and ending in {"doc", "rtf"} else (),
        )


def _entry(planned: Planned, number: int, seed: int) -> Entry:
    name = f"{planned.layout}-{number:02}"
    made: Made = planned.make(chance(seed, name))
    part = made.part
    if planned.writer in seen_by_ocr:
        part = seen_by_ocr[planned.writer](made)
    write = WRITERS[planned.writer]
    return Entry(
        file=f"{name}.{write.ending}",
        layout=planned.layout,
        expected={"parts": [part.as_json()]} | ({"class": "personal"} if write.mail else {}),
        make=lambda: write.write(made.sheet),
        needs=NEEDS.get(planned.writer, ()),
        reads=READS.get(planned.writer, ()),
    )


def main() -> None:
    """Write the corpus."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=CORPUS)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--without-office", action="store_true")
    parser.add_argument("--only", default="", help="write files whose name holds this; all lines")
    options = parser.parse_args()
    if not fonts_are_there():
        parser.exit(2, "The corpus needs the DejaVu fonts: apt-get install fonts-dejavu-core\n")
    options.folder.mkdir(parents=True, exist_ok=True)
    lines = []
    for entry in entries(options.seed):
        if options.without_office and entry.needs:
            continue
        lines.append(entry.line())
        if options.only in entry.file:
            (options.folder / entry.file).write_bytes(entry.make())
            print(entry.file, flush=True)
    known = {line["file"] for line in lines} | {EXPECTED}
    for path in sorted(options.folder.iterdir()):
        if path.name not in known and not options.without_office:
            path.unlink()
    text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    (options.folder / EXPECTED).write_text(text, "utf-8")
    print(f"{len(lines)} files in {options.folder}")


if __name__ == "__main__":
    main()
