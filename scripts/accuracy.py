"""How right mailbot reads: precision, recall and F1 over files whose fields are known.

Run from the checkout: python -m scripts.accuracy [FOLDER] [--worst 20]. FOLDER holds the files
and an expected.jsonl; by default it is the project's own corpus. docs/accuracy.md says what is
counted.
"""

import argparse
import json
import re
import shutil
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mailbot.reader import readings_of

ROOT = Path(__file__).resolve().parent.parent
CORPUS = ROOT / "tests" / "documents" / "corpus"
EXPECTED = "expected.jsonl"
Json = Any

#: The fields of design, section 4; nothing else is counted.
FIELDS = frozenset(
    (
        "child.name child.date_of_birth child.gender child.ethnicity child.disability "
        "child.address child.legal_status child.school children incident.date incident.place "
        "incident.nature incident.summary notifier.name notifier.role notifier.agency "
        "notifier.email notifier.phone referral.date parents siblings agencies agency author.name "
        "author.role known_to_agency involvement_summary good_practice learning immediate_actions "
        "signed_off_by chronology case_reference"
    ).split()
)
#: Answers in somebody's own words: capitals, and points and commas at the ends, do not count.
FREE_TEXT = frozenset(
    (
        "child.gender child.ethnicity child.disability child.address child.legal_status "
        "child.school incident.place incident.summary notifier.role notifier.agency "
        "notifier.email agency author.role involvement_summary good_practice learning "
        "immediate_actions agencies chronology"
    ).split()
)
PROGRAMS = {"libreoffice": "soffice", "tesseract": "tesseract"}


@dataclass
class Count:
    """Fields that are right, wrong (read, but not so) and missed."""

    right: int = 0
    wrong: int = 0
    missed: int = 0

    def add(self, other: "Count") -> None:
        """Add up."""
        self.right += other.right
        self.wrong += other.wrong
        self.missed += other.missed

    @property
    def precision(self) -> float:
        """Of what was read, how much is right."""
        return self.right / (self.right + self.wrong) if self.right + self.wrong else 1.0

    @property
    def recall(self) -> float:
        """Of what stands there, how much was read."""
        return self.right / (self.right + self.missed) if self.right + self.missed else 1.0

    @property
    def f1(self) -> float:
        """The harmonic mean of both."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


@dataclass
class Fault:
    """One field that was not read as it should be."""

    file: str
    name: str
    expected: Json
    got: Json

    def __str__(self) -> str:
        return f"  {self.name}: expected {_shown(self.expected)}, got {_shown(self.got)}"


@dataclass
class Report:
    """What came of a folder."""

    files: int = 0
    total: Count = field(default_factory=Count)
    by_format: dict[str, Count] = field(default_factory=lambda: defaultdict(Count))
    by_layout: dict[str, Count] = field(default_factory=lambda: defaultdict(Count))
    by_field: dict[str, Count] = field(default_factory=lambda: defaultdict(Count))
    faults: list[Fault] = field(default_factory=list)
    guessed: list[Fault] = field(default_factory=list)  # a value where cannot tell was right
    doubts: Count = field(default_factory=Count)  # cannot tell and not known, said and not said
    kinds: Counter[tuple[str, str]] = field(default_factory=Counter)
    classes: Counter[tuple[str, str]] = field(default_factory=Counter)
    confused: list[Fault] = field(default_factory=list)
    left_out: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    @property
    def kinds_right(self) -> float:
        """The share of documents whose kind was told right."""
        return _share(self.kinds)

    @property
    def classes_right(self) -> float:
        """The share of mails whose class was told right."""
        return _share(self.classes)


def _share(pairs: Counter[tuple[str, str]]) -> float:
    told = sum(n for (expected, got), n in pairs.items() if expected == got)
    return told / sum(pairs.values()) if pairs else 1.0


def measured(folder: Path, wanted: Callable[[Json], bool] = lambda _line: True) -> Report:
    """Read every file named in a folder's expected.jsonl, or those wanted of them, and compare."""
    report = Report()
    lines = (folder / EXPECTED).read_text("utf-8").splitlines()
    for line in map(json.loads, filter(None, lines)):
        if not wanted(line):
            continue
        lacking = [n for n in line.get("needs", ()) if not shutil.which(PROGRAMS[n])]
        if lacking:
            report.left_out[", ".join(lacking)].append(line["file"])
            continue
        [got] = readings_of([folder / line["file"]], folder)
        compare(line, json.loads(json.dumps(got, default=str)), report)
    return report


# --- one file ------------------------------------------------------------------------------------


def compare(line: Mapping[str, Json], got: Mapping[str, Json], report: Report) -> None:
    """Given what is expected of a file and what was read, count it in the report."""
    report.files += 1
    file, layout = line["file"], line.get("layout", "")
    ending = line.get("format") or file.rpartition(".")[2]
    if "class" in line:
        pair = (line["class"], str(got.get("class", "")))
        report.classes[pair] += 1
        if pair[0] != pair[1]:
            report.confused.append(Fault(file, "class", *pair))
    if _parts(line) is None:
        return
    count = Count()
    for expected, read in _matched(_parts(line) or [], list(got.get("parts", ()))):
        kinds = (_kind(expected), _kind(read))
        report.kinds[kinds] += 1
        if kinds[0] != kinds[1]:
            report.confused.append(Fault(file, "document", *kinds))
        count.add(_fields(file, expected or {}, read or {}, report))
    report.total.add(count)
    report.by_format[ending].add(count)
    report.by_layout[layout].add(count)


def _parts(line: Mapping[str, Json]) -> list[Json] | None:
    """The documents expected of a file; a line may also give those of a single one itself."""
    if "parts" in line:
        return list(line["parts"])
    return [line] if "document" in line else None


def _kind(part: Mapping[str, Json] | None) -> str:
    return str(part.get("document", "")) if part else "nothing"


def _matched(
    expected: Sequence[Mapping[str, Json]], got: Sequence[Mapping[str, Json]]
) -> Iterator[tuple[Mapping[str, Json] | None, Mapping[str, Json] | None]]:
    """Each document expected beside the one read that is most like it, then what is too much."""
    left = list(got)
    waiting = list(expected)
    scored = sorted(
        ((_likeness(e, g), i, j) for i, e in enumerate(expected) for j, g in enumerate(got)),
        key=lambda item: (-item[0], item[1], item[2]),
    )
    for _, i, j in scored:
        if expected[i] in waiting and any(got[j] is g for g in left):
            waiting.remove(expected[i])
            left = [g for g in left if g is not got[j]]
            yield expected[i], got[j]
    for part in waiting:
        yield part, {"document": "not_a_form"} if part["document"] == "not_a_form" else None
    for extra in left:
        if extra.get("document") != "not_a_form":
            yield None, extra


def _likeness(expected: Mapping[str, Json], got: Mapping[str, Json]) -> float:
    same = sum(
        1.0
        for name, value in expected.get("fields", {}).items()
        if _right(name, value, got.get("fields", {}).get(name))
    )
    return same + (2.5 if expected["document"] == got.get("document") else 0.0)


def _fields(
    file: str, expected: Mapping[str, Json], got: Mapping[str, Json], report: Report
) -> Count:
    wanted, read = expected.get("fields", {}), got.get("fields", {})
    free, ignored = expected.get("may", {}), set(expected.get("ignored", ()))
    total = Count()
    if "*" in ignored:
        return total
    doubtful = [*expected.get("cannot_tell", ()), *expected.get("not_known", ())]
    said = [*got.get("cannot_tell", ()), *got.get("not_known", ())]
    for name in sorted((set(wanted) | set(read)) & FIELDS - ignored):
        if name in free and name not in wanted:
            if any(_right(name, value, read.get(name)) for value in free[name]):
                continue
            count = Count(wrong=1)
        else:
            count = _judged(name, wanted.get(name), read.get(name))
        total.add(count)
        report.by_field[name].add(count)
        if count.wrong or count.missed:
            fault = Fault(file, name, wanted.get(name), read.get(name))
            report.faults.append(fault)
            if name in doubtful:
                report.guessed.append(fault)
    for name in doubtful:
        report.doubts.add(Count(right=1) if name in said else Count(missed=1))
    return total


def _judged(name: str, wanted: Json, read: Json) -> Count:
    """One field, or of a list each of its elements."""
    if not isinstance(wanted, list) and not isinstance(read, list):
        if wanted is None or read is None:
            return Count(wrong=int(read is not None), missed=int(wanted is not None))
        right = _right(name, wanted, read)
        return Count(int(right), int(not right), int(not right))
    left = list(read if isinstance(read, list) else [] if read is None else [read])
    found = 0
    for element in wanted or ():
        match = next((e for e in left if _right(name, element, e)), None)
        if match is not None:
            left.remove(match)
            found += 1
    return Count(found, len(left), len(wanted or ()) - found)


# --- one value -----------------------------------------------------------------------------------

_PEOPLE = frozenset(("children", "siblings"))


def _right(name: str, wanted: Json, read: Json) -> bool:
    if isinstance(wanted, dict) and isinstance(read, dict):
        keys = {"date", "event", "source"} if name == "chronology" else {"name", "date_of_birth"}
        return all(_right(name, wanted.get(k) or "", read.get(k) or "") for k in keys)
    if isinstance(wanted, list) and isinstance(read, list):
        return _judged(name, wanted, read) == Count(right=len(wanted))
    if isinstance(wanted, bool) or isinstance(read, bool):
        return wanted is read
    if read is None:
        return wanted is None
    return _plain(name, str(wanted)) == _plain(name, str(read))


def _plain(name: str, value: str) -> str:
    value = " ".join(value.split())
    if name in FREE_TEXT:
        value = value.casefold().strip(" .,;:-–")
        if name == "child.address":  # a line's end may be written as a comma
            value = " ".join(re.sub(r"[,\n]", " ", value).split())
    return value


# --- what is printed -----------------------------------------------------------------------------


def _shown(value: Json) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) < 160 else text[:157] + "..."


def lines_of(report: Report, worst: int = 0) -> Iterator[str]:
    """The report in words and tables."""
    yield f"{report.files} files read"
    for programs, files in report.left_out.items():
        yield f"{len(files)} left out for want of {programs}: {' '.join(sorted(files))}"
    yield ""
    yield from _table("format", sorted(report.by_format.items()))
    yield from _table("layout", sorted(report.by_layout.items()))
    yield from _table("field", sorted(report.by_field.items()))
    yield from _table("all", [("all fields", report.total)])
    yield f"values given where nobody could tell: {len(report.guessed)}"
    doubts = report.doubts
    yield f"said so where nobody could tell, or it was not known: {doubts.right} of " + str(
        doubts.right + doubts.missed
    )
    yield f"kinds of documents right: {report.kinds_right:.3f}"
    yield from _confusion(report.kinds)
    yield f"classes of mails right: {report.classes_right:.3f}"
    yield from _confusion(report.classes)
    yield from _worst(report, worst)


def _table(what: str, rows: Iterable[tuple[str, Count]]) -> Iterator[str]:
    yield f"{what:<26}{'precision':>10}{'recall':>9}{'F1':>8}{'right':>8}{'wrong':>7}{'missed':>8}"
    for name, c in rows:
        if c.right + c.wrong + c.missed:
            yield (
                f"{name:<26}{c.precision:>10.3f}{c.recall:>9.3f}{c.f1:>8.3f}"
                f"{c.right:>8}{c.wrong:>7}{c.missed:>8}"
            )
    yield ""


def _confusion(pairs: Counter[tuple[str, str]]) -> Iterator[str]:
    for (expected, got), number in sorted(pairs.items()):
        if expected != got:
            yield f"  {expected} taken for {got or 'nothing'}: {number}"
    yield ""


def _worst(report: Report, number: int) -> Iterator[str]:
    by_file: dict[str, list[Fault]] = defaultdict(list)
    for fault in [*report.confused, *report.faults]:
        by_file[fault.file].append(fault)
    ranked = sorted(by_file.items(), key=lambda item: (-len(item[1]), item[0]))
    for file, faults in ranked[:number]:
        yield f"{file}: {len(faults)}"
        for fault in faults:
            yield f"{fault}{'  (nobody could tell)' if fault in report.guessed else ''}"


def main() -> int:
    """Measure a folder and say what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=CORPUS)
    parser.add_argument("--worst", type=int, default=0, help="show so many of the worst files")
    parser.add_argument("--only", default="", help="only files whose name holds this")
    options = parser.parse_args()
    report = measured(options.folder, lambda line: options.only in line["file"])
    for line in lines_of(report, options.worst):
        print(line)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
