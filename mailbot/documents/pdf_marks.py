"""What somebody did to printed words: ticked a box, ringed, struck, highlighted, underlined.

All of it is drawn beside or over the glyphs, and is brought back to them here. Text that nobody
can see is taken away.
"""

import re
from bisect import bisect_left
from collections.abc import Sequence
from functools import cache

from mailbot.core.document import TICKED, UNTICKED
from mailbot.documents.pdf_page import Box, Glyph, Painted
from mailbot.documents.pdf_shapes import Drawn, Edge, Shade, Square, is_paper
from mailbot.documents.word_signs import is_symbol_font, sign, tidy

_SOLID = frozenset("■⬛")
_DONE = frozenset("✓✔✕✖✗✘√")  # a tick or cross that stands alone is no box
_TYPED = frozenset("xX×vV/") | _DONE | {TICKED}
_STRIKE_FROM, _STRIKE_TO = 0.12, 0.62  # of the size, above the base line
_UNDERLINE_TO = 0.28  # of the size, below it
_MOST_RINGED = 40
_MOST_MARKS = 500  # boxes or rings of one page
_TALLEST = 40.0  # points: the largest letters that are marked
_DARK = 60  # of 255 in every colour


def marked_page(page: Painted, drawn: Drawn, *, scanned: bool) -> None:
    """Given a page and its shapes, note on its glyphs what was done to them.

    Shapes that were marks of words are taken out of `drawn`: they are no edges of tables. On a
    scanned page glyphs are OCR's guesses, and no box is made of them.
    """
    hiding = [s.box for s in drawn.shades if s.whole and max(s.colour) <= _DARK]
    behind = [*(shade.box for shade in drawn.shades), *page.pictures]
    page.glyphs = [
        glyph for glyph in page.glyphs if _is_seen(glyph, hiding, behind, scanned=scanned)
    ]
    for glyph in page.glyphs:
        glyph.text = _symbol(glyph, scanned=scanned)
    page.glyphs = [glyph for glyph in page.glyphs if glyph.text or glyph.control]
    if not scanned:
        _solid_boxes(page.glyphs)
        fill_squares(page, drawn, drawn.squares)
        _overprinted(page, drawn)
    by_base = sorted((g for g in page.glyphs if g.text.strip()), key=lambda g: g.base)
    bases = [glyph.base for glyph in by_base]
    drawn.across = [edge for edge in drawn.across if not _marks(edge, by_base, bases)]
    for ring in drawn.rings[:_MOST_MARKS]:
        _ring(ring, page.glyphs)
    drawn.shades = [shade for shade in drawn.shades if not _shades(shade, by_base, bases)]


def _is_seen(glyph: Glyph, hiding: Sequence[Box], behind: Sequence[Box], *, scanned: bool) -> bool:
    if glyph.control:
        return True
    if glyph.invisible:
        return scanned
    middle = glyph.box.middle
    if is_paper(glyph.colour):
        return any(box.holds(middle) for box in behind)
    # Dark words under a dark box: somebody blacked them out.
    return max(glyph.colour) > _DARK or not any(box.holds(middle) for box in hiding)


def _symbol(glyph: Glyph, *, scanned: bool) -> str:
    text = glyph.text
    font = font_of_pictures(glyph.font)
    if len(text) == 1 and font and (ord(text) < 0x100 or "\uf000" <= text <= "\uf0ff"):
        text = sign(font, ord(text))
    elif glyph.garbled:
        text = "\ufffd"  # the letter that the code would be elsewhere is not the one painted
    elif not text.isascii():
        text = tidy(text) or text.strip()
    if text in (TICKED, UNTICKED) or text in _DONE:
        glyph.lone = True
        return "" if scanned else text
    return text


@cache
def font_of_pictures(font: str) -> str:
    """Given the name of a font in a PDF, return it as a symbol font's, "" if it is none.

    PDFs append to names, and leave blanks out: "Wingdings-Regular", "Wingdings2".
    """
    name = font.lower().replace("-regular", "").replace("regular", "").strip("- ")
    name = re.sub(r"(?<=dings)[- ]?(?=[23]$)", " ", name)
    return name if is_symbol_font(name) else ""


def _solid_boxes(glyphs: Sequence[Glyph]) -> None:
    """A black square is a tick only where white ones stand too: else it is a bullet."""
    if any(glyph.text == UNTICKED for glyph in glyphs):
        for glyph in glyphs:
            if glyph.text in _SOLID:
                glyph.text, glyph.lone = TICKED, True


# --- boxes --------------------------------------------------------------------------------------


def fill_squares(page: Painted, drawn: Drawn, squares: Sequence[Square]) -> None:
    """Given boxes drawn on a page, make them glyphs, ticked where something stands in them."""
    empty = any(not square.solid and not square.inner for square in squares)
    for square in squares[:_MOST_MARKS]:
        _fill(square, page, drawn, empty_ones=empty)


def _overprinted(page: Painted, drawn: Drawn) -> None:
    """A printed empty box that somebody typed or drew a cross over is ticked."""
    for glyph in [g for g in page.glyphs if g.text == UNTICKED and not g.control]:
        over = _typed_in(glyph.box, page.glyphs, but=glyph)
        pens = [pen for pen in drawn.pens if _crosses(pen, glyph.box)]
        if over or pens:
            glyph.text = TICKED
            drawn.pens = [pen for pen in drawn.pens if pen not in pens]
            page.glyphs = [other for other in page.glyphs if other not in over]


def _fill(square: Square, page: Painted, drawn: Drawn, *, empty_ones: bool) -> None:
    box = square.box
    pens = [pen for pen in drawn.pens if _crosses(pen, box)]
    inside = [
        glyph
        for glyph in page.glyphs
        if glyph.text.strip() and box.holds(glyph.box.middle, box.width * 0.15)
    ]
    typed = [glyph for glyph in inside if glyph.text in _TYPED]
    if len(typed) != len(inside) or len(typed) > 1:
        # A letter or digit stands in it: it was not drawn to be ticked.
        for glyph in inside:
            glyph.picked = glyph.picked or square.solid
        return
    drawn.pens = [pen for pen in drawn.pens if pen not in pens]
    page.glyphs = [glyph for glyph in page.glyphs if glyph not in typed]
    if square.solid and not (square.inner or pens or typed) and not empty_ones:
        return  # solid, and no empty one beside it: a bullet
    ticked = bool(square.inner or pens or typed or square.solid)
    page.glyphs.append(_box_glyph(box, ticked=ticked, near=page.glyphs))


def _box_glyph(box: Box, *, ticked: bool, near: Sequence[Glyph]) -> Glyph:
    """A drawn box as a glyph, on the base line of the words beside it."""
    middle = box.middle[1]
    beside = [g for g in near if g.box.top <= middle <= g.box.bottom and g.text.strip()]
    closest = min(beside, key=lambda g: abs(g.box.left - box.right), default=None)
    base = closest.base if closest else box.bottom - 0.1 * box.height
    return Glyph(
        text=TICKED if ticked else UNTICKED,
        box=box,
        base=base,
        size=closest.size if closest else box.height,
        font="",
        bold=False,
        colour=(0, 0, 0),
        lone=True,
    )


def _typed_in(box: Box, glyphs: Sequence[Glyph], *, but: Glyph) -> list[Glyph]:
    """Which crosses or ticks are printed over a printed box."""
    inner = Box(
        box.left + box.width * 0.1,
        box.top - box.height * 0.1,
        box.right - box.width * 0.1,
        box.bottom + box.height * 0.1,
    )
    over = [g for g in glyphs if g is not but and g.text.strip() and inner.holds(g.box.middle)]
    return over if len(over) == 1 and over[0].text in _TYPED else []


def _crosses(pen: Box, box: Box) -> bool:
    small = pen.width <= box.width * 3.2 and pen.height <= box.height * 3.2
    return small and (box.holds(pen.middle, box.width * 0.2) and pen.width >= box.width * 0.25)


# --- strokes, rings, colour -----------------------------------------------------------------------


def _marks(edge: Edge, by_base: Sequence[Glyph], bases: Sequence[float]) -> bool:
    """Given a line across, note on the glyphs if it strikes or underlines them."""
    first = bisect_left(bases, edge.at - _TALLEST * _UNDERLINE_TO)
    last = bisect_left(bases, edge.at + _TALLEST * _STRIKE_TO)
    struck, under = [], []
    for glyph in by_base[first:last]:
        if not edge.start - 1 <= (glyph.box.left + glyph.box.right) / 2 <= edge.end + 1:
            continue
        above = (glyph.base - edge.at) / glyph.size
        if _STRIKE_FROM <= above <= _STRIKE_TO:
            struck.append(glyph)
        elif -_UNDERLINE_TO <= above < _STRIKE_FROM:
            under.append(glyph)
    if struck and _spans(edge, struck, slack=1.4):
        for glyph in struck:
            glyph.struck = True
        return True
    if under and _spans(edge, under, slack=0.5):
        for glyph in under:
            glyph.picked = True
        return True
    return False


def _spans(edge: Edge, glyphs: Sequence[Glyph], *, slack: float) -> bool:
    """Whether a line ends where the words end: one that goes on is a rule of the page."""
    allowed = slack * glyphs[0].size
    left = min(glyph.box.left for glyph in glyphs)
    right = max(glyph.box.right for glyph in glyphs)
    covered = sum(glyph.box.width for glyph in glyphs)
    near = left - edge.start <= allowed and edge.end - right <= allowed
    return near and covered >= 0.5 * edge.length


def _ring(ring: Box, glyphs: Sequence[Glyph]) -> None:
    inside = [glyph for glyph in glyphs if glyph.text.strip() and ring.holds(glyph.box.middle)]
    if len(inside) <= _MOST_RINGED:
        for glyph in inside:
            glyph.picked = True


def _shades(shade: Shade, by_base: Sequence[Glyph], bases: Sequence[float]) -> bool:
    """Given a coloured rectangle, note it on the glyphs; say whether it hugs them like a pen."""
    if not shade.whole:
        return False
    first = bisect_left(bases, shade.box.top)
    last = bisect_left(bases, shade.box.bottom + _TALLEST)
    inside = [g for g in by_base[first:last] if shade.box.holds(g.box.middle)]
    for glyph in inside:
        glyph.shaded = True
    if not inside or max(shade.colour) - min(shade.colour) < 40:
        return False  # nothing written there, or grey: the design of the form
    left = min(glyph.box.left for glyph in inside)
    right = max(glyph.box.right for glyph in inside)
    size = inside[0].size
    snug = shade.box.height <= 1.7 * size
    return snug and left - shade.box.left < 0.4 * size and shade.box.right - right < 0.4 * size
