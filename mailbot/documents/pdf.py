"""PDF files as Documents: printed from Word, filled in as forms, drawn on, scanned.

PDFium says what is painted, pypdf what the form and its annotations hold; `pdf_flow` makes blocks
of it, so that a form printed to PDF has the cells of the Word file it came from. Scripts, actions
and attached files are never touched. Meant to run in the worker process: a parser of C++ may be
taken over or end at once, a page may take for ever.
"""

import logging
import struct
import time
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from io import BytesIO

import pypdfium2
import pypdfium2.raw as pdfium
from pypdf import PdfReader
from pypdf.errors import DependencyError, PyPdfError
from pypdf.generic import DictionaryObject

from mailbot.core.document import Block, Document, Line, Table
from mailbot.core.model import Problem
from mailbot.documents.ocr import NotReadError
from mailbot.documents.pdf_annotations import OnTop, on_top_of, put_on
from mailbot.documents.pdf_fields import resolved
from mailbot.documents.pdf_flow import Laid, laid_out
from mailbot.documents.pdf_joins import joined
from mailbot.documents.pdf_marks import fill_squares, marked_page
from mailbot.documents.pdf_page import Box, Painted, Sight, painted_on
from mailbot.documents.pdf_ruled import in_columns, ruled_grids
from mailbot.documents.pdf_scans import MOST_PAGES as MOST_SCANNED_PAGES
from mailbot.documents.pdf_scans import is_garbled, is_ocr_layer, is_picture, read_by_ocr
from mailbot.documents.pdf_shapes import Square, sorted_out
from mailbot.documents.pdf_tables import grids_in, is_tick_box
from mailbot.documents.pdf_xfa import table_of_xfa

FORMAT = "PDF"
_LONGEST_FILE = 60_000_000
_MOST_PAGES = 60
_SECONDS = 100.0
_SECONDS_FOR_A_SCAN = 20.0
_LOCKED = "is locked with a password: ask the sender for a copy without one."
_DAMAGED = "is damaged: ask the sender to send it again."
_HUGE = "is larger than mailbot reads: a person opens it."
_MANY_PAGES = f"has more than {_MOST_PAGES} pages: a person reads the rest."
_SLOW = "takes long to read: a person reads the pages after page {page}."
_CROWDED = "has a page with more on it than mailbot reads: a person reads it."
_FILES = "contains attached files: a person opens them."
_FORM_LOST = "has form fields that could not be read: a person reads them."
_UNCLEAR = "has boxes of which it cannot be told which is ticked: a person reads them."
_GARBLED = "has words whose letters the file does not tell: a person reads them."
_XFA_LOST = (
    "is a form that only Adobe Reader shows: ask the sender to print it to a PDF and send that."
)
_SCAN = "has pages that are pictures, and they were not read ({why}): a person reads them."
_MANY_SCANS = f"has more than {MOST_SCANNED_PAGES} scanned pages: a person reads the rest."
_EMPTY = "has no text that can be read: a person reads it."
#: What pypdf lets out for forged or torn objects, beside its own exceptions.
_PYPDF_ERRORS = (
    PyPdfError,
    DependencyError,
    ArithmeticError,
    AssertionError,
    AttributeError,
    EOFError,
    LookupError,
    NotImplementedError,
    OSError,
    RecursionError,
    TypeError,
    ValueError,
    struct.error,
    zlib.error,
)

# Its warnings quote what stands in the file.
logging.getLogger("pypdf").setLevel(logging.CRITICAL)


class _RefusedError(Exception):
    """The file will not be read; the text is the sentence for the problem."""


@dataclass(slots=True)
class _Reading:
    """One file while it is read."""

    until: float  # by the monotonic clock
    pages: list[tuple[Sequence[Laid], float]] = field(default_factory=list)
    scanned_pages: int = 0
    layered_pages: int = 0  # with words of an earlier OCR under a scan
    text_pages: int = 0
    widgets: int = 0
    comments: list[Line] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def problem(self, sentence: str) -> None:
        if sentence not in self.problems:
            self.problems.append(sentence)


def read_pdf(content: bytes, *, place: str) -> Document:
    """Given the bytes of a PDF, return what stands in it; never raises for its content.

    A locked or damaged file is a Document without blocks and with one problem.
    """
    try:
        pdf = _opened(content)
        try:
            return _read(pdf, content, place)
        finally:
            pdf.close()
    except _RefusedError as refused:
        problem = Problem(place=place, what=f"The PDF {refused}")
        return Document(format=FORMAT, problems=(problem,))


def _opened(content: bytes) -> pypdfium2.PdfDocument:
    if len(content) > _LONGEST_FILE:
        raise _RefusedError(_HUGE)
    try:
        pdf = pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as error:
        locked = error.err_code in (pdfium.FPDF_ERR_PASSWORD, pdfium.FPDF_ERR_SECURITY)
        raise _RefusedError(_LOCKED if locked else _DAMAGED) from error
    if len(pdf) == 0:
        raise _RefusedError(_DAMAGED)
    return pdf


def _read(pdf: pypdfium2.PdfDocument, content: bytes, place: str) -> Document:
    reading = _Reading(until=time.monotonic() + _SECONDS)
    form = _Form(pdf, content, reading)
    if pdfium.FPDFDoc_GetAttachmentCount(pdf.raw) > 0:
        reading.problem(_FILES)
    kind = pdfium.FPDF_GetFormType(pdf.raw)
    data = form.xfa() if kind == pdfium.FORMTYPE_XFA_FULL else None
    if not data:
        _read_pages(pdf, form, reading)
    if kind == pdfium.FORMTYPE_XFA_FOREGROUND and not reading.widgets:
        data = form.xfa()
    blocks: list[Block] = [data] if data else joined(reading.pages)
    if not blocks and not reading.problems:
        reading.problem(_EMPTY)
    return Document(
        format=FORMAT,
        blocks=tuple(blocks),
        problems=tuple(Problem(place=place, what=f"The PDF {s}") for s in reading.problems),
        # On a scanned page no box is made of what OCR reads: ticks of other pages still count.
        scanned=reading.layered_pages > 0 or (reading.scanned_pages > 0 and not reading.text_pages),
        comments=tuple(reading.comments),
    )


def _read_pages(pdf: pypdfium2.PdfDocument, form: "_Form", reading: _Reading) -> None:
    if len(pdf) > _MOST_PAGES:
        reading.problem(_MANY_PAGES)
    for index in range(min(len(pdf), _MOST_PAGES)):
        if time.monotonic() > reading.until:
            reading.problem(_SLOW.format(page=index))
            return
        try:
            page = pdf[index]
        except pypdfium2.PdfiumError:
            reading.problem(f"has a page {index + 1} that is damaged: a person reads it.")
            continue
        try:
            _read_page(page, index + 1, form, reading)
        finally:
            page.close()


def _read_page(page: pypdfium2.PdfPage, number: int, form: "_Form", reading: _Reading) -> None:
    painted, sight = painted_on(page)
    if painted.cut:
        reading.problem(_CROWDED)
    top = form.on_top_of(page, sight, number)
    reading.comments += top.comments
    reading.widgets += len(top.widgets)
    if top.files:
        reading.problem(_FILES)
    if top.unclear:
        reading.problem(_UNCLEAR)
    layer = is_ocr_layer(painted)
    picture = not layer and is_picture(painted)
    if picture:
        # In the middle of its page: nothing of it is taken for a header.
        middle = Box(0, painted.height / 2, painted.width, painted.height / 2)
        lines = [Laid(block, middle) for block in _read_scan(page, number, top, reading)]
        reading.pages.append((lines, painted.height))
        if lines or any(map(is_garbled, painted.glyphs)):
            painted.glyphs, painted.shapes = [], []
        if lines and not top.widgets:
            top.glyphs = []  # OCR has seen what is typed on top
    elif any(map(is_garbled, painted.glyphs)):
        reading.problem(_GARBLED)
    put_on(painted, top, sight)
    blocks = _blocks(painted, number, scanned=layer)
    reading.layered_pages += layer
    reading.text_pages += bool(blocks) and not layer and not picture
    reading.pages.append((blocks, painted.height))


def _blocks(painted: Painted, number: int, *, scanned: bool) -> list[Laid]:
    drawn = sorted_out(painted)
    if not scanned:
        squares = [Square(grid.box) for grid in grids_in(drawn) if is_tick_box(grid)]
        fill_squares(painted, drawn, squares)
    marked_page(painted, drawn, scanned=scanned)
    grids = [grid for grid in grids_in(drawn) if not is_tick_box(grid)]
    grids = [in_columns(grid, painted.glyphs) for grid in grids]
    grids += ruled_grids(drawn, grids, painted.glyphs)
    return laid_out(painted, drawn, grids, number)


def _read_scan(
    page: pypdfium2.PdfPage, number: int, top: OnTop, reading: _Reading
) -> tuple[Block, ...]:
    reading.scanned_pages += 1
    if reading.scanned_pages > MOST_SCANNED_PAGES:
        reading.problem(_MANY_SCANS)
        return ()
    left = max(1.0, min(_SECONDS_FOR_A_SCAN, reading.until - time.monotonic()))
    try:
        # Fields of a form are read from its data, so they are not painted for OCR.
        painted = not top.widgets
        return read_by_ocr(page, number, seconds=left, with_annotations=painted)
    except NotReadError as error:
        reading.problem(_SCAN.format(why=str(error).rstrip(" .")))
        return ()


class _Form:
    """The form and the annotations of a file, opened by pypdf only where there are any."""

    def __init__(self, pdf: pypdfium2.PdfDocument, content: bytes, reading: _Reading) -> None:
        self.pdf, self.content, self.reading = pdf, content, reading
        self.reader: PdfReader | None = None
        self.failed = False

    def _opened(self) -> PdfReader:
        if self.reader is None:
            content = self.content
            if pdfium.FPDF_GetSecurityHandlerRevision(self.pdf.raw) != -1:
                # It opened without a password: PDFium writes it down without its locks.
                plain = BytesIO()
                self.pdf.save(plain, flags=pdfium.FPDF_REMOVE_SECURITY)
                content = plain.getvalue()
            self.reader = PdfReader(BytesIO(content), strict=False)
        return self.reader

    def xfa(self) -> Table | None:
        """The data of a form that its pages do not show; None, and a problem, without any."""
        try:
            root = resolved(self._opened().trailer["/Root"])
            form = resolved(root.get("/AcroForm"))
            table = table_of_xfa(form) if isinstance(form, DictionaryObject) else None
        except _PYPDF_ERRORS:
            table = None
        if table is None:
            self.reading.problem(_XFA_LOST)
        return table

    def on_top_of(self, page: pypdfium2.PdfPage, sight: Sight, number: int) -> OnTop:
        """What stands on top of a page."""
        if self.failed or pdfium.FPDFPage_GetAnnotCount(page.raw) <= 0:
            return OnTop()
        try:
            return on_top_of(self._opened().pages[number - 1], sight, number)
        except _PYPDF_ERRORS:
            self.failed = True
            self.reading.problem(_FORM_LOST)
            return OnTop()
