"""Pages of a PDF that are pictures: recognised, and read by OCR where that is installed."""

import pypdfium2

from mailbot.core.document import Block
from mailbot.documents.ocr import NotReadError, is_installed, ocr_blocks
from mailbot.documents.pdf_marks import font_of_pictures
from mailbot.documents.pdf_page import Box, Glyph, Painted

MOST_PAGES = 12
_DOTS_AN_INCH = 250
_MOST_PIXELS = 24_000_000
_POINTS_AN_INCH = 72
_COVERS = 0.45  # of the page
_WHOLE = 0.85  # of the page: a picture of all of it
_FEW_GLYPHS, _TYPED_GLYPHS = 25, 300
_MANY_SHAPES = 150
_GARBLED = 0.05


def is_ocr_layer(page: Painted) -> bool:
    """Given a page, return whether its words are unseen ones over a picture: an earlier OCR."""
    written = [glyph for glyph in page.glyphs if glyph.text.strip() and not glyph.control]
    unseen = sum(glyph.invisible for glyph in written)
    return unseen > 0.6 * max(len(written), 1) and _covered(page) >= _COVERS


def is_picture(page: Painted) -> bool:
    """Given a page, return whether its words are pictures, outlines, or codes without letters."""
    written = [glyph for glyph in page.glyphs if glyph.text.strip() and not glyph.control]
    seen = [glyph for glyph in written if not glyph.invisible]
    if sum(map(is_garbled, seen)) > _GARBLED * max(len(seen), _FEW_GLYPHS):
        return True
    if len(seen) > _FEW_GLYPHS:  # or only typed on top of the picture of a form
        return len(seen) <= _TYPED_GLYPHS and _covered(page) >= _WHOLE
    outlined = sum(shape.curved and shape.fill is not None for shape in page.shapes)
    return _covered(page) >= _COVERS or outlined >= _MANY_SHAPES


def is_garbled(glyph: Glyph) -> bool:
    """Given a glyph, return whether nothing says which letter it is."""
    return (glyph.garbled or glyph.text == "\ufffd") and not font_of_pictures(glyph.font)


def read_by_ocr(
    page: pypdfium2.PdfPage, number: int, *, seconds: float, with_annotations: bool
) -> tuple[Block, ...]:
    """Given a page, return its lines as OCR reads them. Raises `NotReadError`."""
    if not is_installed():
        raise NotReadError("Tesseract is not installed")
    wide, high = page.get_size()
    dots = _DOTS_AN_INCH / _POINTS_AN_INCH
    scale = min(dots, (_MOST_PIXELS / max(wide * high, 1.0)) ** 0.5)
    bitmap = page.render(scale=scale, grayscale=True, draw_annots=with_annotations)
    try:
        return ocr_blocks(bitmap.to_pil(), page=number, seconds=seconds)
    finally:
        bitmap.close()


def _covered(page: Painted) -> float:
    """How much of the page its pictures cover; pieces of one scan are added up."""
    whole = Box(0, 0, page.width, page.height)
    area = sum(
        max(0.0, min(p.right, whole.right) - max(p.left, 0.0))
        * max(0.0, min(p.bottom, whole.bottom) - max(p.top, 0.0))
        for p in page.pictures
    )
    return area / max(page.width * page.height, 1.0)
