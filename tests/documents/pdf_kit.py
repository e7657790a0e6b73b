"""PDFs for tests, made by the libraries that people's programs are made of."""

import subprocess
from collections.abc import Callable, Mapping, Sequence
from io import BytesIO
from pathlib import Path

from docx import Document as WordDocument
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from pypdf import PdfReader, PdfWriter
from pypdf.generic import BooleanObject, DictionaryObject, NameObject
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from mailbot.core.document import Document, Line, Table
from mailbot.documents.pdf import read_pdf

PLACE = "1st attachment, PDF"


def drawn(*pages: Callable[[Canvas], None]) -> bytes:
    """A PDF with one page for each function that draws on a canvas."""
    file = BytesIO()
    canvas = Canvas(file, pagesize=A4)
    for draw in pages:
        canvas.setFont("Helvetica", 11)
        draw(canvas)
        canvas.showPage()
    canvas.save()
    return file.getvalue()


def written(*lines: str, left: float = 60, top: float = 780) -> Callable[[Canvas], None]:
    """Draws lines of text, one below the other; a tab goes to the column of the answers."""

    def draw(canvas: Canvas) -> None:
        for number, line in enumerate(lines):
            for column, text in enumerate(line.split("\t")):
                canvas.drawString(left + 160 * column, top - 20 * number, text)

    return draw


def read(content: bytes) -> Document:
    return read_pdf(content, place=PLACE)


def lines(document: Document) -> list[str]:
    return [block.text for block in document.blocks if isinstance(block, Line)]


def line(document: Document, number: int = 0) -> Line:
    return [block for block in document.blocks if isinstance(block, Line)][number]


def tables(document: Document) -> list[Table]:
    return [block for block in document.blocks if isinstance(block, Table)]


def cells(table: Table) -> list[list[str]]:
    return [[cell.text for cell in row] for row in table.rows]


def problems(document: Document) -> list[str]:
    return [problem.what for problem in document.problems]


def in_writer(content: bytes, change: Callable[[PdfWriter], None]) -> bytes:
    """The same PDF after pypdf has changed something."""
    writer = PdfWriter()
    writer.append(PdfReader(BytesIO(content)))
    change(writer)
    file = BytesIO()
    writer.write(file)
    return file.getvalue()


def without_appearances(content: bytes, *, named: bool = True) -> bytes:
    """As programs leave a form that fill in values and let the reader draw them.

    `named`: the boxes still say what their state is called when they are on.
    """

    def strip(writer: PdfWriter) -> None:
        for reference in writer.pages[0]["/Annots"]:
            annotation = reference.get_object()
            looks = annotation.pop("/AP", None)
            annotation.pop("/AS", None)
            if annotation.get("/FT") == "/Btn" and looks and named:
                states = DictionaryObject({name: DictionaryObject() for name in looks["/N"]})
                annotation[NameObject("/AP")] = DictionaryObject({NameObject("/N"): states})
        form = writer.root_object["/AcroForm"]
        form[NameObject("/NeedAppearances")] = BooleanObject(True)

    return in_writer(content, strip)


def printed_by_libreoffice(word: bytes, folder: Path) -> bytes:
    """A Word file as LibreOffice prints it to PDF."""
    (folder / "form.docx").write_bytes(word)
    profile = f"-env:UserInstallation=file://{folder}/profile"
    command = ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", str(folder)]
    subprocess.run(
        [*command, str(folder / "form.docx")], check=True, timeout=120, capture_output=True
    )
    return (folder / "form.pdf").read_bytes()


def word_table(rows: Sequence[Sequence[str]], *, repeat_header: bool = False) -> bytes:
    """A Word file with one table; in cells "\\n" is a new paragraph."""
    document = WordDocument()
    table = document.add_table(rows=0, cols=len(rows[0]))
    table.style = "Table Grid"
    for texts in rows:
        for cell, text in zip(table.add_row().cells, texts, strict=True):
            first, *others = text.split("\n")
            cell.text = first
            for other in others:
                cell.add_paragraph(other)
    if repeat_header:
        properties = table.rows[0]._tr.get_or_add_trPr()
        properties.append(OxmlElement("w:tblHeader"))
    file = BytesIO()
    document.save(file)
    return file.getvalue()


def shaded(cell: object, colour: str) -> None:
    """Colour a cell of a Word table."""
    shade = OxmlElement("w:shd")
    for name, value in {"w:val": "clear", "w:fill": colour}.items():
        shade.set(qn(name), value)
    cell._tc.get_or_add_tcPr().append(shade)  # type: ignore[attr-defined]


def xfa(template: str, data: str) -> Mapping[str, bytes]:
    """The two packets of an XFA form that matter."""
    head = '<?xml version="1.0"?>'
    space = "http://www.xfa.org/schema/xfa-"
    return {
        "template": f'{head}<template xmlns="{space}template/3.0/">{template}</template>'.encode(),
        "datasets": (
            f'{head}<xfa:datasets xmlns:xfa="{space}data/1.0/"><xfa:data>{data}</xfa:data>'
            "</xfa:datasets>"
        ).encode(),
    }
