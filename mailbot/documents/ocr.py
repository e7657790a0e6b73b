"""Printed words in pictures, by Tesseract where it is installed: lines and tables of a page.

Tesseract tells each word's place and how sure it is. Lines are made of the places, not of its own
idea of columns: a form is read row by row, and where lines are ruled, cell by cell. Whether a box
is ticked is never decided here (design, section 4): a box is `UNKNOWN_BOX`, whatever stands in it.
"""

import errno
import math
import os
import shutil
import signal
import statistics
import subprocess
import time
from functools import cache
from io import BytesIO

from PIL import Image, ImageChops, ImageFilter

from mailbot.core.document import Block
from mailbot.documents.ocr_layout import Word, blocks_from, is_letter
from mailbot.documents.scan_shapes import Square, grids_in, shapes_in

#: Of one file, so many pages are read.
MOST_PAGES = 12
_LONGEST_SIDE = 3600  # about 300 dots an inch of A4; more reads no better
_SHORTEST_SIDE = 2200  # below it, letters are too small to be told from boxes
_WANTED_SIDE = 2600
_STRAIGHT = 0.25  # degrees
_SLANTED = 12.0  # more is no page that lay a little askew
_GARBLED = 55  # the median of confidence below which the page may lie on its side
_EVEN = 0.8  # how bright the darkest paper is, against the brightest
_ENVIRONMENT = ("PATH", "TESSDATA_PREFIX", "LD_LIBRARY_PATH")


class NotReadError(Exception):
    """The picture was not read; the text is the end of a sentence: "took too long to read ..."."""


@cache
def is_installed() -> bool:
    """Whether Tesseract can be asked."""
    return shutil.which("tesseract") is not None


def ocr_blocks(picture: Image.Image, *, page: int = 0, seconds: float = 20.0) -> tuple[Block, ...]:
    """Given the picture of a page, return its printed lines and ruled tables, from top to bottom.

    In a line, a gap as wide as a column is a tab; `unsure` says that a word was read without
    confidence. `page` is for the places ("page 2, line 3"; "line 3" for 0). About 200 to 300 dots
    an inch read best. Raises `NotReadError`.
    """
    if not is_installed():
        raise NotReadError("was not read, because Tesseract is not installed: a person reads it.")
    deadline = time.monotonic() + seconds
    grey, words = _upright(_even(_sized(picture.convert("L"))), deadline)
    if not words:
        return ()
    letter = statistics.median(word.bottom - word.top for word in words)
    shapes = shapes_in(grey, letter)
    squares = [square for square in shapes.squares if not is_letter(square, words)]
    if squares:
        # A box runs into the word beside it: "☐ No" is read as "LINo". Without it, "No" is.
        words = _words(_without(squares, grey), deadline)
    return blocks_from(words, squares, grids_in(shapes, letter), page=page)


def _upright(grey: Image.Image, deadline: float) -> tuple[Image.Image, list[Word]]:
    """Given a page as it was photographed or scanned, return it upright, and its words."""
    words = _words(grey, deadline)
    if _may_lie(words):
        turn = _turn(grey, deadline)
        if turn:
            grey = grey.rotate(-turn, expand=True, fillcolor=255)
            words = _words(grey, deadline)
    slant = _slant(words)
    if _STRAIGHT < abs(slant) < _SLANTED:
        grey = grey.rotate(slant, Image.Resampling.BICUBIC, expand=True, fillcolor=255)
        words = _words(grey, deadline)
    return grey, words


def _may_lie(words: list[Word]) -> bool:
    """Whether the page may lie on its side or its head: its words make no sense, or stand."""
    if not words or statistics.median(word.confidence for word in words) < _GARBLED:
        return True
    # Some pages on their side are read all the same, with words that are higher than wide.
    long = [word for word in words if len(word.text) > 3]
    standing = sum(word.bottom - word.top > word.right - word.left for word in long)
    return standing > len(long) / 2


def _without(squares: list[Square], grey: Image.Image) -> Image.Image:
    clean = grey.copy()
    for square in squares:
        around = (square.left - 4, square.top - 4, square.right + 4, square.bottom + 4)
        clean.paste(255, around)
    return clean


def _even(grey: Image.Image) -> Image.Image:
    """Given a page, take the shadows off it that a photograph has."""
    paper = grey.resize((max(8, grey.width // 24), max(8, grey.height // 24)), Image.Resampling.BOX)
    tones = paper.filter(ImageFilter.MaxFilter(5)).tobytes()
    if min(tones) > max(tones) * _EVEN:
        return grey
    around = grey.filter(ImageFilter.BoxBlur(30))
    return ImageChops.subtract(around, grey).point([max(0, 255 - 3 * v) for v in range(256)])


def _sized(picture: Image.Image) -> Image.Image:
    longest = max(picture.size)
    factor = _LONGEST_SIDE / longest if longest > _LONGEST_SIDE else 1.0
    if longest < _SHORTEST_SIDE:
        factor = min(2.0, _WANTED_SIDE / longest)
    if factor == 1.0:
        return picture
    size = (max(1, int(picture.width * factor)), max(1, int(picture.height * factor)))
    return picture.resize(size, Image.Resampling.LANCZOS)


def _asked(picture: Image.Image, arguments: tuple[str, ...], deadline: float) -> str:
    content = BytesIO()
    picture.save(content, "PPM")
    environment = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
    try:
        done = subprocess.run(  # noqa: S603 - a program found by name, no word of the file
            (shutil.which("tesseract") or "tesseract", "stdin", "stdout", *arguments),
            input=content.getvalue(),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            # With more threads it takes longer, the page being small and the threads waiting.
            env=environment | {"OMP_THREAD_LIMIT": "1"},
            timeout=max(0.01, deadline - time.monotonic()),
            check=True,
        )
    except subprocess.TimeoutExpired as error:
        raise NotReadError("took too long to read and was left: a person reads it.") from error
    except subprocess.CalledProcessError as error:
        if error.returncode == -signal.SIGKILL:  # not the picture's doing
            raise OSError(errno.ENOMEM, "Tesseract was ended at work") from error
        raise NotReadError("could not be read by Tesseract: a person reads it.") from error
    except FileNotFoundError as error:
        raise NotReadError("could not be read by Tesseract: a person reads it.") from error
    return done.stdout.decode("utf-8", "replace")


def _words(picture: Image.Image, deadline: float) -> list[Word]:
    answer = _asked(picture, ("-l", "eng", "--psm", "3", "--dpi", "250", "tsv"), deadline)
    found = []
    for line in answer.splitlines()[1:]:
        fields = line.split("\t", 11)
        if len(fields) == 12 and fields[0] == "5" and fields[11].strip():
            left, top, width, height = map(int, fields[6:10])
            word = Word(
                left=left,
                top=top,
                right=left + width,
                bottom=top + height,
                text=fields[11].strip(),
                confidence=float(fields[10]),
                line=".".join(fields[2:5]),
            )
            found.append(word)
    return found


def _turn(picture: Image.Image, deadline: float) -> int:
    """Return by how many degrees, clockwise, the page must be turned to stand upright."""
    try:
        answer = _asked(picture, ("--psm", "0", "--dpi", "250"), deadline)
    except NotReadError:
        return 0  # too few letters to tell, or its data is not installed
    found = dict(line.split(": ", 1) for line in answer.splitlines() if ": " in line)
    turn = found.get("Rotate", "0")
    return int(turn) if turn in ("90", "180", "270") else 0


def _slant(words: list[Word]) -> float:
    """Return by how many degrees the lines go down to the right."""
    lines: dict[str, list[Word]] = {}
    for word in words:
        lines.setdefault(word.line, []).append(word)
    slants = []
    for line in lines.values():
        first, last = line[0], line[-1]
        if last.left - first.left > 12 * (first.bottom - first.top):
            # The lower edge wavers with p and g; over many lines that is even.
            slants.append(
                math.degrees(math.atan2(last.bottom - first.bottom, last.left - first.left))
            )
    return statistics.median(slants) if len(slants) > 2 else 0.0
