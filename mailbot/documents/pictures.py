"""Pictures of forms - photographs, scans, faxes - as Documents, read by OCR.

A picture as small as a logo says nothing and is no problem. Only what Pillow decodes within limits
is looked at; the sizes that a file claims are checked before anything is decoded.
"""

import struct
import time
import zlib
from collections.abc import Iterator
from io import BytesIO

from PIL import Image, ImageOps, UnidentifiedImageError

from mailbot.core.document import Block, Document
from mailbot.core.model import Problem
from mailbot.documents.ocr import MOST_PAGES, NotReadError, ocr_blocks

_FORMAT = "picture"
_KINDS = ("PNG", "JPEG", "TIFF", "GIF", "BMP", "WEBP")
_MOST_POINTS = 40_000_000
_MOST_POINTS_OF_A_PHOTOGRAPH = 250_000_000  # JPEG can be decoded at a half or a quarter
_SECONDS = 75.0
_SECONDS_A_PAGE = 25.0
#: A page is larger, even on a bad fax or as a picture of a screen.
_SMALLEST = (400, 200)
_HEIC = (b"ftypheic", b"ftypheix", b"ftyphevc", b"ftypmif1", b"ftypmsf1", b"ftypavif")
#: What Pillow's decoders let out for torn and forged files.
_TORN = (
    *(UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError, TypeError, KeyError),
    *(IndexError, OverflowError, RuntimeError, AttributeError, AssertionError),
    *(struct.error, zlib.error, Image.DecompressionBombError),
)


class _RefusedError(Exception):
    """The picture is not read; the text is the end of a sentence that says why."""


def read_picture(content: bytes, *, place: str) -> Document:
    """Given the bytes of a picture, return the words that are printed in it.

    Never raises for its content. A picture with several pages is read page by page.
    """
    blocks: list[Block] = []
    sentence = ""
    is_page = False
    try:
        deadline = time.monotonic() + _SECONDS
        for number, (picture, pages) in enumerate(_pages(content), start=1):
            is_page = True
            seconds = min(_SECONDS_A_PAGE, deadline - time.monotonic())
            if seconds < 1:
                sentence = f"took too long: from page {number} on, a person reads it."
                break
            blocks += ocr_blocks(picture, page=number if pages > 1 else 0, seconds=seconds)
            if number == MOST_PAGES < pages:
                sentence = f"has {pages} pages, of which {MOST_PAGES} were read: a person reads on."
    except (_RefusedError, NotReadError) as refused:
        sentence = str(refused)
    if is_page and not blocks and not sentence:
        sentence = "shows no printed words that could be read: a person looks at it."
    problems = (Problem(place=place, what=f"The picture {sentence}"),) if sentence else ()
    return Document(format=_FORMAT, blocks=tuple(blocks), problems=problems, scanned=True)


def _pages(content: bytes) -> Iterator[tuple[Image.Image, int]]:
    """Return the pages that are large enough to be read, upright, and how many there are."""
    if content[4:12] in _HEIC:
        raise _RefusedError("is in the HEIC format of Apple: ask the sender for a JPEG or a PDF.")
    try:
        with Image.open(BytesIO(content), formats=_KINDS) as file:
            # The frames of a GIF are a film; those of a TIFF are pages.
            pages = getattr(file, "n_frames", 1) if file.format == "TIFF" else 1
            for number in range(min(pages, MOST_PAGES)):
                file.seek(number)
                if file.width >= _SMALLEST[0] and file.height >= _SMALLEST[1]:
                    yield _upright(file), pages
    except _TORN as error:
        raise _RefusedError("is damaged: ask the sender to send it again.") from error


def _upright(file: Image.Image) -> Image.Image:
    points = file.width * file.height
    if file.format == "JPEG" and _MOST_POINTS < points <= _MOST_POINTS_OF_A_PHOTOGRAPH:
        file.draft("L", (file.width // 3, file.height // 3))
        points = file.width * file.height
    if points > _MOST_POINTS:
        raise _RefusedError("is larger than any page: a person opens it, with care.")
    picture = ImageOps.exif_transpose(file)
    if picture.has_transparency_data:
        # Clear is white: letters drawn on nothing are black.
        white = Image.new("RGBA", picture.size, "white")
        white.alpha_composite(picture.convert("RGBA"))
        return white.convert("L")
    return picture.convert("L")
