"""Damaged files, many of them: nothing may raise, hang, or take memory without end.

Run from the checkout: python -m scripts.fuzz [--minutes 10] [--seed 1]. Every file of the corpus is
damaged by chance (scripts/fuzz_damage.py) and read as `mailbot read` reads it, by the real router
and the real worker process. What goes wrong is kept under build/fuzz, and so is, if this process
itself should die, the file that it was reading.
"""

import argparse
import contextlib
import faulthandler
import hashlib
import resource
import shutil
import signal
import sys
import time
import traceback
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from mailbot.reader import readings_of
from mailbot.shipped import shipped
from scripts.accuracy import CORPUS, EXPECTED
from scripts.fuzz_damage import damaged

BUILD = Path(__file__).resolve().parent.parent / "build" / "fuzz"
#: Formats that LibreOffice, Tesseract or a big parser reads take seconds each: fewer of those.
SLOW = {".doc": 0.05, ".rtf": 0.05, ".odt": 0.3, ".jpg": 0.03, ".png": 0.03, ".pdf": 0.35}
#: A file that is read in the worker process may take until its limit; any other is quick.
SECONDS = 130.0
QUICK_SECONDS = 10.0
MEGABYTES = 400
#: How a reader that raised in the worker process is told of.
FAULT = "a fault of mailbot"


@dataclass
class Fuzz:
    """One run."""

    folder: Path
    base: float = 0.0
    read: Counter[str] = field(default_factory=Counter)
    ends: Counter[str] = field(default_factory=Counter)
    seconds: Counter[str] = field(default_factory=Counter)
    found: dict[str, Path] = field(default_factory=dict)

    def keep(self, what: str, name: str, content: bytes, detail: str = "") -> None:
        """Keep a file that went wrong, once for each way of going wrong."""
        if what in self.found:
            return
        mark = hashlib.sha256(content).hexdigest()[:12]
        path = self.folder / f"{mark}-{name}"
        path.write_bytes(content)
        path.with_suffix(path.suffix + ".why").write_text(f"{what}\n\n{detail}", "utf-8")
        self.found[what] = path
        print(f"\n{what}\n  {path}", flush=True)


def run(minutes: float, seed: int, folder: Path = CORPUS) -> Fuzz:
    """Damage and read files for so many minutes."""
    # The labels as they are now: editing them meanwhile is no fault of a file.
    (BUILD / "config").mkdir(parents=True, exist_ok=True)
    shutil.copy(shipped("config") / "forms.toml", BUILD / "config")
    fuzz = Fuzz(BUILD, base=_megabytes())
    files = [(p.name, p.read_bytes()) for p in sorted(folder.iterdir()) if p.name != EXPECTED]
    signal.signal(signal.SIGALRM, _too_long)
    ends = time.monotonic() + 60 * minutes
    for number, (name, content) in enumerate(_cases(files, seed)):
        if time.monotonic() > ends:
            break
        _one(fuzz, name, content)
        if sys.stderr.isatty() and number % 25 == 0:
            print(f"\r{number} files", end="", file=sys.stderr, flush=True)
    return fuzz


def _cases(files: Sequence[tuple[str, bytes]], seed: int) -> Iterator[tuple[str, bytes]]:
    random = Random(seed)  # noqa: S311 - it damages files, and keeps no secret
    weights = [SLOW.get(Path(name).suffix, 1.0) for name, _ in files]
    contents = [content for _, content in files]
    while True:
        [(name, content)] = random.choices(files, weights)
        yield name, damaged(content, random, contents)


def _one(fuzz: Fuzz, name: str, content: bytes) -> None:
    path = fuzz.folder / f"reading-{name}"
    path.write_bytes(content)
    suffix = Path(name).suffix
    begun = time.monotonic()
    signal.alarm(int(SECONDS) + 20)
    faulthandler.dump_traceback_later(SECONDS + 60, exit=True)  # a loop in C: the file is kept
    try:
        [line] = readings_of([path], fuzz.folder)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is what we look for
        last = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{type(error).__name__} in {Path(last.filename).name}:{last.lineno}"
        fuzz.keep(where, name, content, traceback.format_exc())
        fuzz.ends["raised"] += 1
    else:
        _judge(fuzz, name, content, line)
    finally:
        signal.alarm(0)
        faulthandler.cancel_dump_traceback_later()
    took = time.monotonic() - begun
    fuzz.read[suffix] += 1
    fuzz.seconds[suffix] += took
    if took > (SECONDS if suffix in SLOW or suffix in {".eml", ".zip"} else QUICK_SECONDS):
        fuzz.keep(f"{took:.0f} seconds for a {suffix} file", name, content)
    if _megabytes() > fuzz.base + MEGABYTES:
        fuzz.keep(f"{_megabytes():.0f} MB of memory", name, content)
        fuzz.base = _megabytes()
    with contextlib.suppress(OSError):
        path.unlink()


def _judge(fuzz: Fuzz, name: str, content: bytes, line: dict[str, object]) -> None:
    parts = line["parts"]
    assert isinstance(parts, list)  # noqa: S101 - the shape is what readings_of promises
    problems = [p for part in parts for p in part.get("problems", ())]
    problems += [str(p) for p in line.get("problems", ()) or ()]  # type: ignore[attr-defined]
    for problem in problems:
        if FAULT in problem:
            fuzz.keep(f"{Path(name).suffix}: {problem.partition(': ')[2]}", name, content)
    kinds = {part["document"] for part in parts} or {"nothing"}
    fuzz.ends["unreadable" if kinds == {"unreadable"} else "read"] += 1


def _too_long(_signal: int, _frame: object) -> None:
    raise TimeoutError(f"it took longer than {SECONDS:.0f} seconds")


def _megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> int:
    """Fuzz, and say what was found; 1 if anything was."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--folder", type=Path, default=CORPUS)
    options = parser.parse_args()
    print(f"seed {options.seed}, {options.minutes:g} minutes", flush=True)
    fuzz = run(options.minutes, options.seed, options.folder)
    print(f"\n{sum(fuzz.read.values())} damaged files: {dict(fuzz.ends)}")
    for suffix, number in sorted(fuzz.read.items()):
        print(f"  {suffix:<6}{number:>7}   {1000 * fuzz.seconds[suffix] / number:>7.1f} ms each")
    print(f"memory {_megabytes():.0f} MB at most")
    print(f"{len(fuzz.found)} ways of going wrong" + ("" if fuzz.found else ": none"))
    return bool(fuzz.found)


if __name__ == "__main__":
    raise SystemExit(main())
