"""The leaflets in the mailbox that speed is measured with: PDFs that can be read, and no forms."""

from collections.abc import Sequence

_PICTURE_WIDTH = 240
_PAGE = (
    b"<< /Type /Page /Parent 2 0 R /Contents 5 0 R"
    b" /Resources << /Font << /F 4 0 R >> /XObject << /I 6 0 R >> >> >>"
)


def leaflet_of(lines: Sequence[str], noise: bytes) -> bytes:
    """Given lines of plain words and random bytes, return a PDF of one page (ISO 32000-1).

    The bytes become a picture, which nothing makes smaller. No library makes it: what it imports
    would count as memory of what is measured.
    """
    words = " ".join(f"({line}) Tj T*" for line in lines)
    drawn = f"BT /F 11 Tf 14 TL 60 780 Td {words} ET q 240 0 0 180 60 60 cm /I Do Q".encode()
    height = len(noise) // _PICTURE_WIDTH
    picture = f"/Subtype /Image /Width {_PICTURE_WIDTH} /Height {height} /BitsPerComponent 8"
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 /MediaBox [0 0 595 842] >>",
        _PAGE,
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        _stream("", drawn),
        _stream(f"{picture} /ColorSpace /DeviceGray", noise[: height * _PICTURE_WIDTH]),
    )
    file, places = bytearray(b"%PDF-1.7\n"), list[int]()
    for number, held in enumerate(objects, start=1):
        places.append(len(file))
        file += b"%d 0 obj\n%b\nendobj\n" % (number, held)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    end = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (size, len(file))
    return bytes(file + b"xref\n0 %d\n0000000000 65535 f \n" % size + table + end)


def _stream(said: str, content: bytes) -> bytes:
    head = f"<< {said} /Length {len(content)} >>".encode()
    return head + b"\nstream\n" + content + b"\nendstream"
