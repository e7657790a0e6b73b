"""How many forms a second mailbot reads, beside what it costs only to open them: `make bench`.

Run from the checkout: python -m scripts.bench_forms. The Word and PDF forms of the corpus are read
by the readers and paired into fields, round by round; in the same round python-docx and pypdf open
the same files, and python-docx and pypdf take out the bare text. How right the
same files are read stands above the figures: speed is not bought with wrong fields.
"""

import argparse
import gc
import json
import statistics
import time
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any

import docx
from pypdf import PdfReader

from mailbot.core.document import Document
from mailbot.core.forms.forms import forms_from, layouts_from
from mailbot.documents.pdf import read_pdf
from mailbot.documents.word import read_word
from mailbot.documents.worker import apart
from mailbot.shipped import shipped
from scripts import accuracy
from scripts.accuracy import CORPUS, EXPECTED

LAYOUTS = layouts_from(tomllib.loads((shipped("config") / "forms.toml").read_text("utf-8")))
Work = Callable[[bytes], object]


@dataclass(frozen=True)
class Stage:
    """One thing done with every form of a format."""

    name: str
    work: Work
    #: Of the processor, on which nothing else that runs counts; of the wall for another process.
    clock: Callable[[], float] = time.process_time


def opened_by_docx(content: bytes) -> object:
    """Open a Word file, and nothing else."""
    return docx.Document(BytesIO(content))


def text_by_docx(content: bytes) -> object:
    """The text of paragraphs and cells, which is less than stands there."""
    document = docx.Document(BytesIO(content))
    cells = [c.text for table in document.tables for row in table.rows for c in row.cells]
    return [paragraph.text for paragraph in document.paragraphs] + cells


def opened_by_pypdf(content: bytes) -> object:
    """Open a PDF and count its pages."""
    return len(PdfReader(BytesIO(content)).pages)


def text_by_pypdf(content: bytes) -> object:
    """The text of all pages, which is not yet a table."""
    return [page.extract_text() for page in PdfReader(BytesIO(content)).pages]


def word_document(content: bytes) -> Document:
    """A Word file made neutral."""
    return read_word(content, place="document")


def pdf_document(content: bytes) -> Document:
    """A PDF made neutral, in this process."""
    return read_pdf(content, place="document")


def fields_of(document: Document) -> object:
    """Its fields."""
    return forms_from([("document", document)], "", LAYOUTS)


STAGES: Mapping[str, Sequence[Stage]] = {
    "docx": (
        Stage("python-docx opens", opened_by_docx),
        Stage("python-docx, bare text", text_by_docx),
        Stage("mailbot, document", word_document),
        Stage("mailbot, fields", lambda content: fields_of(word_document(content))),
    ),
    "pdf": (
        Stage("pypdf opens", opened_by_pypdf),
        Stage("pypdf, bare text", text_by_pypdf),
        Stage("mailbot, document", pdf_document),
        Stage("mailbot, fields", lambda content: fields_of(pdf_document(content))),
        Stage(
            "mailbot, by the worker",
            lambda content: fields_of(apart("pdf", content + _NEW(), place="document")),
            time.perf_counter,
        ),
    ),
}


class _Counter:
    """A comment at a PDF's end, never the same: the worker remembers what it read."""

    number = 0

    def __call__(self) -> bytes:
        self.number += 1
        return f"\n%{self.number}\n".encode()


_NEW = _Counter()


def is_form(line: Mapping[str, Any], ending: str) -> bool:
    """Whether a file of the corpus is a form that holds text: no scan, none that is damaged."""
    if line["format"] != ending or line.get("needs") or not line.get("parts"):
        return False
    return line["layout"] != "mislabelled" and line["parts"][0]["document"] != "unreadable"


def forms_of(ending: str) -> list[bytes]:
    """The forms of a format."""
    lines = map(json.loads, (CORPUS / EXPECTED).read_text("utf-8").splitlines())
    return [Path(CORPUS, line["file"]).read_bytes() for line in lines if is_form(line, ending)]


def measured(forms: Sequence[bytes], stages: Sequence[Stage], rounds: int) -> list[float]:
    """Forms a second for each stage, the median of rounds, after one that does not count."""
    speeds: list[list[float]] = [[] for _ in stages]
    for number in range(rounds + 1):
        for stage, found in zip(stages, speeds, strict=True):
            gc.collect()  # what the stage before left behind is not this one's
            begun = stage.clock()
            for content in forms:
                stage.work(content)
            if number:
                found.append(len(forms) / (stage.clock() - begun))
    return [statistics.median(found) for found in speeds]


def main() -> None:
    """Measure both formats and print a table of each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    for ending, stages in STAGES.items():
        forms = forms_of(ending)
        right = accuracy.measured(CORPUS, partial(is_form, ending=ending)).total
        size = sum(map(len, forms)) / len(forms) / 1000
        print(f"\n{len(forms)} .{ending} forms, {size:.0f} kB on average, {options.rounds} rounds")
        print(f"  fields read in them: F1 {right.f1:.3f}")
        speeds = measured(forms, stages, options.rounds)
        for stage, speed in zip(stages, speeds, strict=True):
            ratio = speeds[0] / speed
            print(
                f"  {stage.name:<26}{speed:>9.1f} forms a second{1000 / speed:>9.2f} ms each"
                f"{ratio:>7.2f} times opening"
            )


if __name__ == "__main__":
    main()
