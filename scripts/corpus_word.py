"""Sheets as Word files, with every way in which people mark a choice in Word."""

import re
from html import escape
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import docx
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_COLOR_INDEX
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor
from docx.table import _Cell
from docx.text.paragraph import Paragraph

from scripts.corpus_sheets import (
    PICKED_OUT,
    SECTION,
    Answer,
    Block,
    Boxes,
    Choice,
    Grid,
    Heading,
    Pairs,
    Prompts,
    Sheet,
    Text,
)

_NAMESPACES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml"'
)
_LEFT_OUT = ("docProps/thumbnail.jpeg", "customXml/", "word/stylesWithEffects.xml", "word/theme/")
_RELATIONS_LEFT_OUT = (b"thumbnail", b"customXml", b"stylesWithEffects", b"/theme")
_STYLES = ("Normal", "Heading 1", "Heading 2", "Heading 3", "Table Grid", "List Bullet", "Header")
_MACRO_TYPE = "application/vnd.ms-word.document.macroEnabled.main+xml"
_PLAIN_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"


def word(sheet: Sheet, *, macros: bool = False) -> bytes:
    """The sheet as a Word file; with `macros` as one that carries (invented, empty) macros."""
    document = _empty()
    document.styles["Normal"].font.name = sheet.font
    document.styles["Normal"].font.size = Pt(10)
    section = document.sections[0]
    if sheet.landscape:
        section.orientation = WD_ORIENT.LANDSCAPE
        section.page_width, section.page_height = section.page_height, section.page_width
    section.left_margin = section.right_margin = Cm(2)
    if sheet.top:
        section.header.paragraphs[0].text = sheet.top
    if sheet.foot:
        section.footer.paragraphs[0].text = sheet.foot
    for block in sheet.blocks:
        _put(document, block)
    target = BytesIO()
    document.save(target)
    return packed_again(target.getvalue(), macros=macros)


def _empty() -> docx.document.Document:
    """An empty document that has the styles we use and not a hundred more."""
    document = docx.Document()
    kept = {*_STYLES, "Footer", "Default Paragraph Font", "Normal Table", "No List"}
    for style in list(document.styles.element.findall(qn("w:style"))):
        name = style.find(qn("w:name")).get(qn("w:val"))
        if name.lower() not in {k.lower() for k in kept}:
            document.styles.element.remove(style)
    latent = document.styles.element.find(qn("w:latentStyles"))
    document.styles.element.remove(latent)
    return document


def packed_again(content: bytes, *, macros: bool = False) -> bytes:
    """The same parts without a thumbnail, packed as small as can be, at no particular time."""
    target = BytesIO()
    with ZipFile(BytesIO(content)) as old, ZipFile(target, "w", ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name.startswith(_LEFT_OUT):
                continue
            part = old.read(name)
            if name.endswith(".rels"):
                part = _without_relations(part)
            if name == "[Content_Types].xml":
                part = re.sub(
                    rb'<Override PartName="/(word/stylesWithEffects|word/theme|customXml)[^>]*/>',
                    b"",
                    part,
                )
            if name == "[Content_Types].xml" and macros:
                part = part.replace(_PLAIN_TYPE.encode(), _MACRO_TYPE.encode())
                part = part.replace(
                    b"</Types>",
                    b'<Override PartName="/word/vbaProject.bin" '
                    b'ContentType="application/vnd.ms-office.vbaProject"/></Types>',
                )
            new.writestr(_entry(name), part, compresslevel=9)
        if macros:
            new.writestr(_entry("word/vbaProject.bin"), b"\xd0\xcf\x11\xe0" + bytes(508))
    return target.getvalue()


def _entry(name: str) -> ZipInfo:
    entry = ZipInfo(name, (2026, 11, 23, 9, 0, 0))
    entry.compress_type = ZIP_DEFLATED
    return entry


def _without_relations(part: bytes) -> bytes:
    """The relationships of a part without those to what was left out."""
    found = re.findall(rb"<Relationship [^>]*/>", part)
    for relation in found:
        if any(word_ in relation for word_ in _RELATIONS_LEFT_OUT):
            part = part.replace(relation, b"")
    return part


def _put(document: docx.document.Document, block: Block) -> None:
    if isinstance(block, Heading):
        document.add_heading(block.text, level=block.level)
    elif isinstance(block, Text):
        for line in block.text.split("\n"):
            document.add_paragraph().add_run(line).bold = block.bold or None
    elif isinstance(block, Prompts):
        for item in block.items:
            document.add_paragraph(item, style="List Bullet")
    elif isinstance(block, Pairs):
        _PAIRS.get(block.style, _pairs_table)(document, block)
    elif isinstance(block, Grid):
        _grid(document, block)
    elif isinstance(block, Boxes):
        _boxes(document, block)
    if document.element.body[-2].tag == qn("w:tbl"):
        document.add_paragraph()  # as Word itself does: a table is never the last thing


def _table(document: docx.document.Document, columns: int) -> docx.table.Table:
    table = document.add_table(rows=0, cols=columns)
    table.style = "Table Grid"
    return table


def _answer(cell: _Cell, answer: Answer, *, first: bool = True) -> None:
    """Put an answer into a cell: into its first paragraph, or into ones of its own."""
    paragraph = cell.paragraphs[0] if first else cell.add_paragraph()
    put_answer(paragraph, answer, cell)


def put_answer(paragraph: Paragraph, answer: Answer, cell: _Cell | None = None) -> None:
    """Put an answer into a paragraph; more lines of it follow as paragraphs or line breaks."""
    if isinstance(answer, Choice):
        put_choice(paragraph, answer)
        return
    lines = answer.split("\n")
    paragraph.add_run(lines[0])
    for line in lines[1:]:
        if cell is not None:
            cell.add_paragraph(line)
        else:
            run = paragraph.add_run()
            run.add_break()
            run.add_text(line)


def _label(cell: _Cell, text: str) -> None:
    """A label in bold, and what is printed under it in small."""
    first, *hints = text.split("\n")
    cell.paragraphs[0].add_run(first).bold = True
    for hint in hints:
        run = cell.add_paragraph().add_run(hint)
        run.italic, run.font.size = True, Pt(8)


def _section(row: docx.table._Row, text: str) -> None:
    """A row over the whole width, shaded: the heading of a section."""
    cell = row.cells[0].merge(row.cells[-1])
    cell.paragraphs[0].add_run(text).bold = True
    shade = OxmlElement("w:shd")
    shade.set(qn("w:val"), "clear")
    shade.set(qn("w:fill"), "D9E2F3")
    cell._tc.get_or_add_tcPr().append(shade)


def _pairs_table(document: docx.document.Document, block: Pairs) -> None:
    if any(isinstance(a, Choice) and a.how == "cells" for _, a in block.rows):
        _pairs_with_cells(document, block)
        return
    table = _table(document, 2)
    for label, answer in block.rows:
        row = table.add_row()
        if label.startswith(SECTION):
            _section(row, label.removeprefix(SECTION))
            continue
        _label(row.cells[0], label)
        _answer(row.cells[1], answer)
        for cell, width in zip(row.cells, block.widths, strict=True):
            cell.width = Cm(width)


def _pairs_with_cells(document: docx.document.Document, block: Pairs) -> None:
    """Options in cells of their own, an x in the cell beside the one that is meant."""
    table = _table(document, 5)
    for label, answer in block.rows:
        cells = table.add_row().cells
        _label(cells[0], label)
        if isinstance(answer, Choice) and answer.how == "cells":
            for index, option in enumerate(answer.options[:2]):
                cells[1 + 2 * index].text = option
                cells[2 + 2 * index].text = "x" if option in answer.chosen else ""
        else:
            _answer(cells[1].merge(cells[4]), answer)


def _pairs_wide(document: docx.document.Document, block: Pairs) -> None:
    table = _table(document, 4)
    rows = list(block.rows)
    while rows:
        pair, rows = rows[:2], rows[2:]
        cells = table.add_row().cells
        for index, (label, answer) in enumerate(pair):
            _label(cells[2 * index], label)
            last = len(pair) == 1
            target = cells[1].merge(cells[3]) if last else cells[2 * index + 1]
            _answer(target, answer)


def _pairs_numbered(document: docx.document.Document, block: Pairs) -> None:
    table = _table(document, 3)
    for index, (label, answer) in enumerate(block.rows):
        cells = table.add_row().cells
        cells[0].text = f"{block.number + index}."
        _label(cells[1], label)
        _answer(cells[2], answer)


def _pairs_one_cell(document: docx.document.Document, block: Pairs) -> None:
    table = _table(document, 1)
    for label, answer in block.rows:
        cell = table.add_row().cells[0]
        if isinstance(answer, str) and ("\n" in answer or len(answer) > 60):
            _label(cell, label)
            _answer(cell, answer, first=False)
        else:
            _label(cell, f"{label.rstrip(': ')}: " if not label.endswith("?") else f"{label} ")
            _answer(cell, answer)


def _pairs_below(document: docx.document.Document, block: Pairs) -> None:
    table = _table(document, 1)
    for label, answer in block.rows:
        _label(table.add_row().cells[0], label)
        _answer(table.add_row().cells[0], answer)


def _pairs_under(document: docx.document.Document, block: Pairs) -> None:
    for label, answer in block.rows:
        document.add_paragraph().add_run(label).bold = True
        put_answer(document.add_paragraph(), answer)


def _pairs_lines(document: docx.document.Document, block: Pairs) -> None:
    for label, answer in block.rows:
        paragraph = document.add_paragraph()
        end = label if label.endswith("?") else f"{label.rstrip(': ')}:"
        paragraph.add_run(f"{end} ").bold = True
        put_answer(paragraph, answer)


def _pairs_tabs(document: docx.document.Document, block: Pairs) -> None:
    for label, answer in block.rows:
        paragraph = document.add_paragraph()
        paragraph.paragraph_format.tab_stops.add_tab_stop(Cm(7))
        paragraph.add_run(f"{label}\t")
        put_answer(paragraph, answer)


def _pairs_prompted(document: docx.document.Document, block: Pairs) -> None:
    """Number, label, and a cell in which prompts stand over the answer."""
    table = _table(document, 3)
    for index, (label, answer) in enumerate(block.rows):
        label, _, prompts = label.partition("|")
        cells = table.add_row().cells
        cells[0].text = f"{block.number + index}."
        _label(cells[1], label)
        first = True
        for prompt in filter(None, prompts.split("|")):
            paragraph = cells[2].paragraphs[0] if first else cells[2].add_paragraph()
            paragraph.style = document.styles["List Bullet"]
            paragraph.add_run(prompt).italic = True
            first = False
        _answer(cells[2], answer, first=first)


_PAIRS = {
    "wide": _pairs_wide,
    "numbered": _pairs_numbered,
    "one cell": _pairs_one_cell,
    "below": _pairs_below,
    "under": _pairs_under,
    "lines": _pairs_lines,
    "tabs": _pairs_tabs,
    "prompted": _pairs_prompted,
}


def _grid(document: docx.document.Document, block: Grid) -> None:
    table = _table(document, len(block.header))
    if block.caption:
        cells = table.add_row().cells
        _label(cells[0].merge(cells[-1]), block.caption)
    header = table.add_row()
    for cell, text in zip(header.cells, block.header, strict=True):
        _label(cell, text)
    if block.marked and not block.caption:
        header._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
    for answers in block.rows:
        for cell, answer in zip(table.add_row().cells, answers, strict=True):
            _answer(cell, answer)


def _boxes(document: docx.document.Document, block: Boxes) -> None:
    table = _table(document, 2)
    for option, ticked, explanation in block.rows:
        cells = table.add_row().cells
        put_choice(
            cells[0].paragraphs[0], Choice((option,), (option,) if ticked else (), block.how)
        )
        cells[1].text = explanation


# --- choices -------------------------------------------------------------------------------------


def put_choice(paragraph: Paragraph, choice: Choice) -> None:
    """Put printed options into a paragraph, and mark those that were chosen."""
    if choice.how in PICKED_OUT:
        _picked_out(paragraph, choice)
        return
    drawn = {"wingdings": _symbol, "sdt": _box_control, "legacy": _legacy_box, "glyph": _letter}
    if choice.how not in drawn:
        paragraph.add_run(choice.text())
        return
    for option in choice.options:
        drawn[choice.how](paragraph, option in choice.chosen)
        paragraph.add_run(f" {option}{choice.joint}")


def _picked_out(paragraph: Paragraph, choice: Choice) -> None:
    for index, option in enumerate(choice.options):
        if index:
            paragraph.add_run("/" if len(choice.options) == 2 else "   ")
        run = paragraph.add_run(option)
        font, chosen = run.font, option in choice.chosen
        if choice.how == "strike":
            font.strike = (not chosen and bool(choice.chosen)) or None
        elif not chosen:
            continue
        elif choice.how == "bold":
            font.bold = True
        elif choice.how == "highlight":
            font.highlight_color = WD_COLOR_INDEX.YELLOW
        elif choice.how == "colour":
            font.color.rgb = RGBColor(0xC0, 0, 0)
        elif choice.how == "underline":
            font.underline = True


def _symbol(paragraph: Paragraph, ticked: bool) -> None:
    symbol = OxmlElement("w:sym")
    symbol.set(qn("w:font"), "Wingdings")
    symbol.set(qn("w:char"), "F0FE" if ticked else "F0A8")
    paragraph.add_run()._r.append(symbol)


def _letter(paragraph: Paragraph, ticked: bool) -> None:
    paragraph.add_run("þ" if ticked else "¨").font.name = "Wingdings"


def _box_control(paragraph: Paragraph, ticked: bool) -> None:
    paragraph._p.append(
        parse_xml(
            f'<w:sdt {_NAMESPACES}><w:sdtPr><w14:checkbox><w14:checked w14:val="{int(ticked)}"/>'
            '<w14:checkedState w14:val="2612" w14:font="MS Gothic"/>'
            '<w14:uncheckedState w14:val="2610" w14:font="MS Gothic"/></w14:checkbox></w:sdtPr>'
            f"<w:sdtContent><w:r><w:t>{'☒' if ticked else '☐'}</w:t></w:r></w:sdtContent></w:sdt>"
        )
    )


def _legacy_box(paragraph: Paragraph, ticked: bool) -> None:
    checked = "<w:checked/>" if ticked else ""
    for xml in (
        (
            '<w:fldChar w:fldCharType="begin"><w:ffData><w:name w:val="Check1"/><w:enabled/>'
            f'<w:checkBox><w:sizeAuto/><w:default w:val="0"/>{checked}</w:checkBox></w:ffData>'
            "</w:fldChar>"
        ),
        '<w:instrText xml:space="preserve"> FORMCHECKBOX </w:instrText>',
        '<w:fldChar w:fldCharType="end"/>',
    ):
        paragraph._p.append(parse_xml(f"<w:r {_NAMESPACES}>{xml}</w:r>"))


# --- content controls ----------------------------------------------------------------------------


def control(text: str, *, title: str = "", prompt: bool = False, kind: str = "<w:text/>") -> str:
    """A content control as XML, filled in or showing its prompt."""
    shows = "<w:showingPlcHdr/>" if prompt else ""
    return (
        f'<w:sdt {_NAMESPACES}><w:sdtPr><w:alias w:val="{title}"/>{shows}{kind}</w:sdtPr>'
        f'<w:sdtContent><w:r><w:t xml:space="preserve">{text}</w:t></w:r></w:sdtContent></w:sdt>'
    )


def controls_form(
    title: str, rows: list[tuple[str, str, str]], sheet: Sheet | None = None
) -> bytes:
    """A table whose answers are content controls: (label, kind, answer); "" shows the prompt.

    Kinds: "text", "date", "list". The controls have no tags: the printed label must do.
    """
    document = _empty()
    document.add_heading(title, level=1)
    table = _table(document, 2)
    for label, kind, answer in rows:
        cells = table.add_row().cells
        _label(cells[0], label)
        prompts = {
            "text": "Click or tap here to enter text.",
            "date": "Click or tap to enter a date.",
            "list": "Choose an item.",
        }
        xml_kind = {
            "text": "<w:text/>",
            "date": '<w:date><w:dateFormat w:val="dd/MM/yyyy"/></w:date>',
            "list": '<w:dropDownList><w:listItem w:displayText="Choose an item." w:value=""/>'
            '<w:listItem w:displayText="Yes" w:value="1"/>'
            '<w:listItem w:displayText="No" w:value="0"/></w:dropDownList>',
        }[kind]
        xml = control(answer or prompts[kind], title=label, prompt=not answer, kind=xml_kind)
        cells[1].paragraphs[0]._p.append(parse_xml(xml))
    for block in sheet.blocks if sheet else ():
        _put(document, block)
    document.add_paragraph()
    target = BytesIO()
    document.save(target)
    return packed_again(target.getvalue())


def legacy_form(title: str, rows: list[tuple[str, str]]) -> bytes:
    """A protected form of old: its answers are text fields, yes and no a drop-down list."""
    document = _empty()
    document.add_heading(title, level=1)
    table = _table(document, 2)
    for number, (label, answer) in enumerate(rows, 1):
        cells = table.add_row().cells
        _label(cells[0], label)
        paragraph = cells[1].paragraphs[0]._p
        for xml in (
            _legacy_list(number, answer) if answer in _LISTED else _legacy_text(number, answer)
        ):
            paragraph.append(parse_xml(f"<w:r {_NAMESPACES}>{xml}</w:r>"))
    document.add_paragraph()
    target = BytesIO()
    document.save(target)
    return packed_again(target.getvalue())


_LISTED = ("Yes", "No", "Not known")


def _legacy_text(number: int, answer: str) -> tuple[str, ...]:
    shown = escape(answer) if answer else "\u2002" * 5
    return (
        (
            f'<w:fldChar w:fldCharType="begin"><w:ffData><w:name w:val="Text{number}"/><w:enabled/>'
            '<w:calcOnExit w:val="0"/><w:textInput/></w:ffData></w:fldChar>'
        ),
        '<w:instrText xml:space="preserve"> FORMTEXT </w:instrText>',
        '<w:fldChar w:fldCharType="separate"/>',
        f'<w:t xml:space="preserve">{shown}</w:t>',
        '<w:fldChar w:fldCharType="end"/>',
    )


def _legacy_list(number: int, answer: str) -> tuple[str, ...]:
    entries = "".join(f'<w:listEntry w:val="{entry}"/>' for entry in _LISTED)
    return (
        (
            f'<w:fldChar w:fldCharType="begin"><w:ffData><w:name w:val="Dropdown{number}"/>'
            '<w:enabled/><w:calcOnExit w:val="0"/><w:ddList>'
            f'<w:result w:val="{_LISTED.index(answer)}"/>'
            f"{entries}</w:ddList></w:ffData></w:fldChar>"
        ),
        '<w:instrText xml:space="preserve"> FORMDROPDOWN </w:instrText>',
        '<w:fldChar w:fldCharType="end"/>',
    )
