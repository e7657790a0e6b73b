"""Pages drawn point by point, as a scanner or a telephone would deliver them."""

from collections.abc import Sequence
from io import BytesIO

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont

WIDTH, HEIGHT = 1654, 2339  # A4 at 200 dots an inch
_LETTER = 34


def page() -> Image.Image:
    """An empty page."""
    return Image.new("L", (WIDTH, HEIGHT), 255)


def write(picture: Image.Image, at: tuple[int, int], text: str) -> int:
    """Print text, and return where it ends on the right."""
    font = ImageFont.load_default(_LETTER)
    draw = ImageDraw.Draw(picture)
    draw.multiline_text(at, text, font=font, fill=0, spacing=14)
    return int(draw.multiline_textbbox(at, text, font=font, spacing=14)[2])


def draw_box(picture: Image.Image, at: tuple[int, int], mark: str = "") -> int:
    """Draw a box to tick: empty, with a cross, a tick, a blot; return where it ends."""
    draw = ImageDraw.Draw(picture)
    left, top = at
    right, bottom = left + 30, top + 30
    draw.rectangle((left, top, right, bottom), outline=0, width=3)
    if mark == "cross":
        draw.line((left, top, right, bottom), fill=0, width=3)
        draw.line((left, bottom, right, top), fill=0, width=3)
    elif mark == "tick":
        draw.line((left + 4, top + 14, left + 13, bottom - 2, right + 10, top - 12), 0, 4)
    elif mark == "blot":
        draw.rectangle((left + 6, top + 6, right - 6, bottom - 6), fill=0)
    return right


def ruled(picture: Image.Image, top: int, rows: Sequence[Sequence[str]]) -> None:
    """Print a ruled table of two columns; a row is as high as its longest cell."""
    draw = ImageDraw.Draw(picture)
    columns = ((120, 620), (620, 1540))
    for row in rows:
        lines = max(cell.count("\n") + 1 for cell in row)
        bottom = top + 30 + lines * 50
        for (left, right), cell in zip(columns, row, strict=True):
            draw.rectangle((left, top, right, bottom), outline=0, width=3)
            write(picture, (left + 16, top + 14), cell)
        top = bottom


def shadowed(picture: Image.Image) -> Image.Image:
    """The page as a telephone sees it when somebody stands in the light."""
    shade = (
        Image.linear_gradient("L")
        .resize(picture.size)
        .point([90 + v * 165 // 255 for v in range(256)])
    )
    return ImageChops.multiply(picture, shade).filter(ImageFilter.GaussianBlur(0.8))


def saved(picture: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    """The picture as a file."""
    written = BytesIO()
    picture.save(written, kind, **options)
    return written.getvalue()
