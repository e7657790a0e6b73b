"""The look of every Word document mailbot makes: A4, one typeface, grey label cells, markings.

Stands under paperwork, report and the script that makes the forms. Accessible: 11 points of a
plain typeface, headings as headings, header rows marked as such, no meaning by colour alone.
"""

import re
from collections.abc import Sequence
from datetime import datetime
from io import BytesIO

import docx
from docx.document import Document as WordDocument
from docx.enum.section import WD_ORIENTATION
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.section import Section
from docx.shared import Cm, Pt, RGBColor
from docx.table import Table, _Cell, _Row
from docx.text.paragraph import Paragraph
from docx.text.run import Run

_UNPRINTABLE = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
TYPEFACE = "Arial"
LABEL_FILL = "E9ECEF"
INK = RGBColor(0x1F, 0x2A, 0x37)
QUIET = RGBColor(0x4B, 0x55, 0x63)
PAGE_WIDTH = 17.0  # centimetres between the margins
LABEL_WIDTH = 5.6


def new_page(*, title: str, marking: str, footer: str, now: datetime) -> WordDocument:
    """Given a title, a marking and a footer, return an empty A4 document with both in place."""
    document = docx.Document()
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21.0), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.0)
    section.top_margin, section.bottom_margin = Cm(2.2), Cm(2.0)
    _set_styles(document)
    properties = document.core_properties
    properties.title, properties.author, properties.language = title, "", "en-GB"
    properties.comments, properties.last_modified_by = "", ""
    properties.created = properties.modified = now.replace(tzinfo=None)
    head = section.header.paragraphs[0]
    head.alignment = WD_ALIGN_PARAGRAPH.CENTER
    run = head.add_run(marking)
    run.bold = True
    run.font.size = Pt(10)
    _footer(section.footer.paragraphs[0], footer)
    return document


def landscape(section: Section) -> None:
    """Given a section of a document, lay its A4 pages on their side: for tables of many columns."""
    section.orientation = WD_ORIENTATION.LANDSCAPE
    section.page_width, section.page_height = Cm(29.7), Cm(21.0)


def _set_styles(document: WordDocument) -> None:
    for name, size, bold, before in (
        ("Normal", 11, False, 0),
        ("Title", 22, True, 0),
        ("Heading 1", 15, True, 18),
        ("Heading 2", 12.5, True, 12),
        ("Heading 3", 11, True, 8),
    ):
        style = document.styles[name]
        style.font.name, style.font.size, style.font.bold = TYPEFACE, Pt(size), bold
        style.font.italic = False
        style.font.color.rgb = INK
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for key in list(fonts.attrib):
            if "Theme" in key:
                del fonts.attrib[key]
        for script in ("w:ascii", "w:hAnsi", "w:cs", "w:eastAsia"):
            fonts.set(qn(script), TYPEFACE)
        style.paragraph_format.space_before = Pt(before)
        style.paragraph_format.space_after = Pt(6 if name != "Normal" else 5)
        style.paragraph_format.keep_with_next = name != "Normal"
    border = document.styles["Title"].element.find(f"{qn('w:pPr')}/{qn('w:pBdr')}")
    if border is not None:
        border.getparent().remove(border)
    _set_language(document)


def _set_language(document: WordDocument) -> None:
    font = document.styles["Normal"].element.get_or_add_rPr()
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), "en-GB")
    font.append(language)


def _footer(paragraph: Paragraph, words: str) -> None:
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    pieces = (f"{words}   ·   Page ", "PAGE", " of ", "NUMPAGES")
    for piece in pieces:
        if piece.isupper():
            _field(paragraph, piece)
        else:
            _small(paragraph, piece)


def _small(paragraph: Paragraph, text: str = "") -> Run:
    run = paragraph.add_run(text)
    run.font.size = Pt(9)
    run.font.color.rgb = QUIET
    return run


def _field(paragraph: Paragraph, instruction: str) -> None:
    for kind in ("begin", "separate", "end"):
        mark = OxmlElement("w:fldChar")
        mark.set(qn("w:fldCharType"), kind)
        _small(paragraph)._r.append(mark)
        if kind == "begin":
            words = OxmlElement("w:instrText")
            words.set(qn("xml:space"), "preserve")
            words.text = f" {instruction} "
            _small(paragraph)._r.append(words)
        elif kind == "separate":
            _small(paragraph, "1")


def label_table(document: WordDocument, rows: Sequence[tuple[str, str]]) -> Table:
    """Given labels with their values, add a two-column table of them."""
    table = _table(document, len(rows), (LABEL_WIDTH, PAGE_WIDTH - LABEL_WIDTH))
    for row, (label, value) in zip(table.rows, rows, strict=True):
        say(row.cells[0], label, bold=True)
        shade(row.cells[0])
        say(row.cells[1], value)
        keep_whole(row)
    return table


def header_table(
    document: WordDocument,
    headers: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    widths: Sequence[float],
) -> Table:
    """Given headers, rows and column widths in centimetres, add a table; its header repeats."""
    table = _table(document, len(rows) + 1, widths)
    for cell, header in zip(table.rows[0].cells, headers, strict=True):
        say(cell, header, bold=True)
        shade(cell)
    mark = OxmlElement("w:tblHeader")
    table.rows[0]._tr.get_or_add_trPr().append(mark)
    for row, texts in zip(table.rows[1:], rows, strict=True):
        keep_whole(row)
        for cell, text in zip(row.cells, texts, strict=True):
            say(cell, text)
    return table


def _table(document: WordDocument, rows: int, widths: Sequence[float]) -> Table:
    table: Table = document.add_table(rows=rows, cols=len(widths), style="Table Grid")
    table.autofit = False
    _set_borders(table)
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Cm(width)
    for row in table.rows:
        for cell, width in zip(row.cells, widths, strict=True):
            cell.width = Cm(width)
    return table


def _set_borders(table: Table) -> None:
    borders = OxmlElement("w:tblBorders")
    for side in ("top", "left", "bottom", "right", "insideH", "insideV"):
        line = OxmlElement(f"w:{side}")
        for key, value in (("val", "single"), ("sz", "4"), ("space", "0"), ("color", "9AA3AE")):
            line.set(qn(f"w:{key}"), value)
        borders.append(line)
    margins = OxmlElement("w:tblCellMar")
    for side, width in (("top", "60"), ("left", "100"), ("bottom", "60"), ("right", "100")):
        edge = OxmlElement(f"w:{side}")
        edge.set(qn("w:w"), width)
        edge.set(qn("w:type"), "dxa")
        margins.append(edge)
    properties = table._tbl.tblPr
    layout = properties.find(qn("w:tblLayout"))
    # The schema's order: borders, layout, cell margins, look.
    for element in (borders, margins):
        look = properties.find(qn("w:tblLook"))
        before = layout if element is borders and layout is not None else look
        if before is not None:
            before.addprevious(element)
        else:
            properties.append(element)


def say(cell: _Cell, text: str, *, bold: bool = False) -> None:
    """Given a cell and a text, write the text into it, a paragraph for each line."""
    lines = text.split("\n") or [""]
    for index, line in enumerate(lines):
        paragraph = cell.paragraphs[0] if index == 0 else cell.add_paragraph()
        paragraph.paragraph_format.space_after = Pt(0)
        run = paragraph.add_run(printable(line))
        run.bold = bold
        run.font.size = Pt(10.5)


def shade(cell: _Cell) -> None:
    """Given a cell, make it a grey label cell."""
    fill = OxmlElement("w:shd")
    fill.set(qn("w:val"), "clear")
    fill.set(qn("w:color"), "auto")
    fill.set(qn("w:fill"), LABEL_FILL)
    cell._tc.get_or_add_tcPr().append(fill)


def keep_whole(row: _Row) -> None:
    """Given a table row, keep it on one page where it fits."""
    row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))


def paragraph(document: WordDocument, text: str, *, quiet: bool = False) -> Paragraph:
    """Given a text, add it as a paragraph, smaller and grey when `quiet` (sources, hints)."""
    added = document.add_paragraph()
    run = added.add_run(printable(text))
    if quiet:
        run.font.size = Pt(9.5)
        run.font.color.rgb = QUIET
        added.paragraph_format.space_before = Pt(3)
    return added


def printable(text: str) -> str:
    """Given any text, return it without the control characters that XML cannot hold."""
    return _UNPRINTABLE.sub("", text)


def saved(document: WordDocument) -> bytes:
    """Given a document, return its bytes."""
    target = BytesIO()
    document.save(target)
    return target.getvalue()
