"""Sheets as PDF files by reportlab: printed, with boxes drawn as lines, and as forms to fill in."""

from collections.abc import Sequence
from html import escape
from io import BytesIO
from pathlib import Path

from pypdf import PdfReader, PdfWriter
from pypdf.generic import BooleanObject, NameObject, TextStringObject
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.utils import simpleSplit
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    Flowable,
    Paragraph,
    SimpleDocTemplate,
    Spacer,
    Table,
    TableStyle,
)

from scripts.corpus_pages import plain_text
from scripts.corpus_sheets import (
    SECTION,
    Answer,
    Block,
    Boxes,
    Choice,
    Grid,
    Heading,
    Pairs,
    Sheet,
    Text,
)

_FONTS = Path("/usr/share/fonts/truetype/dejavu")
_WIDTH = A4[0] - 100


def fonts_are_there() -> bool:
    """Whether the fonts for boxes and far letters are installed (fonts-dejavu-core)."""
    return (_FONTS / "DejaVuSans.ttf").is_file()


def _with_fonts() -> None:
    """Register the fonts; without them others, whose PDFs show the expectations but no boxes."""
    if "Form" in pdfmetrics.getRegisteredFontNames():
        return
    dejavu = fonts_are_there()
    plain = _FONTS / "DejaVuSans.ttf" if dejavu else "Vera.ttf"
    bold = _FONTS / "DejaVuSans-Bold.ttf" if dejavu else "VeraBd.ttf"
    pdfmetrics.registerFont(TTFont("Form", plain))
    pdfmetrics.registerFont(TTFont("Form-Bold", bold))
    pdfmetrics.registerFontFamily("Form", normal="Form", bold="Form-Bold")


def printed(sheet: Sheet, *, drawn: bool = False, ruled: bool = True) -> bytes:
    """The sheet as a printed PDF; boxes drawn with `drawn`, tables without lines if not ruled."""
    _with_fonts()
    target = BytesIO()
    template = SimpleDocTemplate(
        target,
        pagesize=A4,
        leftMargin=50,
        rightMargin=50,
        topMargin=60,
        bottomMargin=60,
        invariant=1,
    )
    flow: list[Flowable] = []
    for block in sheet.blocks:
        flow += [*_flow_of(block, drawn, ruled), Spacer(1, 8)]

    def decorate(canvas: Canvas, document: SimpleDocTemplate) -> None:
        canvas.setFont(_font(sheet.top + sheet.foot), 8)
        if sheet.top:
            canvas.drawString(50, A4[1] - 40, sheet.top.replace("\t", "   "))
        if sheet.foot:
            canvas.drawString(50, 35, sheet.foot)
        canvas.drawRightString(A4[0] - 50, 35, f"Page {document.page}")

    template.build(flow, onFirstPage=decorate, onLaterPages=decorate)
    return target.getvalue()


def _style(bold: bool = False, size: float = 9) -> ParagraphStyle:
    name = "Helvetica-Bold" if bold else "Helvetica"
    return ParagraphStyle(name, fontName=name, fontSize=size, leading=size * 1.3)


def _words(text: str, *, bold: bool = False, size: float = 9) -> Paragraph:
    return Paragraph(_beyond(text), _style(bold, size))


def _beyond(text: str) -> str:
    """As reportlab's markup; what Helvetica does not have is set in a font that is embedded."""
    pieces = []
    for char in text:
        if char == "\n":
            pieces.append("<br/>")
        elif _is_plain(char):
            pieces.append(escape(char))
        else:
            pieces.append(f'<font name="Form">{char}</font>')
    return "".join(pieces)


def _is_plain(text: str) -> bool:
    try:
        text.encode("cp1252")
    except UnicodeEncodeError:
        return False
    return True


def _font(text: str, *, bold: bool = False) -> str:
    """The font for a printed line: the viewer's own, or an embedded one."""
    if _is_plain(text):
        return "Helvetica-Bold" if bold else "Helvetica"
    return "Form-Bold" if bold else "Form"


def _flow_of(block: Block, drawn: bool, ruled: bool) -> list[Flowable]:
    if isinstance(block, Heading):
        return [_words(block.text, bold=True, size=15 - 2 * block.level)]
    if isinstance(block, Text):
        return [_words(block.text, bold=block.bold)]
    if isinstance(block, Grid):
        rows = [[_words(h, bold=True) for h in block.header]]
        rows += [[_answer(a, drawn) for a in row] for row in block.rows]
        share = _WIDTH / len(block.header)
        return [_table(rows, [share] * len(block.header), ruled)]
    if isinstance(block, Boxes):
        rows = [
            [_answer(Choice((o,), (o,) if t else (), block.how), drawn), _words(why, size=8)]
            for o, t, why in block.rows
        ]
        return [_table(rows, [_WIDTH * 0.4, _WIDTH * 0.6], ruled)]
    if isinstance(block, Pairs):
        return _pairs(block, drawn, ruled)
    return [_words(f"•  {item}") for item in block.items]


def _pairs(block: Pairs, drawn: bool, ruled: bool) -> list[Flowable]:
    if block.style in {"under", "lines"}:
        flow: list[Flowable] = []
        for label, answer in block.rows:
            if block.style == "lines" and isinstance(answer, str):
                end = label if label.endswith("?") else f"{label.rstrip(': ')}:"
                flow.append(_words(f"{end} {answer}"))
            else:
                flow += [_words(label, bold=True), _answer(answer, drawn)]
        return flow
    if block.style == "below":
        rows = [[x] for la, a in block.rows for x in (_words(la, bold=True), _answer(a, drawn))]
        return [_table(rows, [_WIDTH], ruled)]
    if block.style == "wide":
        cells: list[Flowable] = []
        for la, a in block.rows:
            cells += [_words(la, bold=True), _answer(a, drawn)]
        cells += [_words("")] * (-len(cells) % 4)
        rows = [cells[i : i + 4] for i in range(0, len(cells), 4)]
        return [_table(rows, [_WIDTH * 0.2, _WIDTH * 0.3] * 2, ruled)]
    if block.style in {"numbered", "prompted"}:
        rows = []
        for n, (la, a) in enumerate(block.rows, block.number):
            head, *prompts = la.split("|")
            cell = [*(_words(f"•  {p}", size=8) for p in prompts), _answer(a, drawn)]
            rows.append([_words(f"{n}."), _words(head, bold=True), cell])
        return [_table(rows, [_WIDTH * 0.08, _WIDTH * 0.37, _WIDTH * 0.55], ruled)]
    rows = [
        [_words(la.removeprefix(SECTION), bold=True), _answer(a, drawn)] for la, a in block.rows
    ]
    spans = [n for n, (la, _) in enumerate(block.rows) if la.startswith(SECTION)]
    return [_table(rows, [_WIDTH * 0.38, _WIDTH * 0.62], ruled, spans)]


def _table(
    rows: Sequence[Sequence[object]],
    widths: Sequence[float],
    ruled: bool,
    spans: Sequence[int] = (),
) -> Table:
    style: list[tuple[object, ...]] = [("VALIGN", (0, 0), (-1, -1), "TOP")]
    style += [("SPAN", (0, row), (-1, row)) for row in spans]
    if ruled:
        style.append(("GRID", (0, 0), (-1, -1), 0.5, colors.black))
    return Table(rows, colWidths=widths, style=TableStyle(style))


_LOOKS = {
    "bold": "<b>{}</b>",
    "highlight": '<font backColor="yellow">{}</font>',
    "colour": '<font color="#c00000">{}</font>',
    "underline": "<u>{}</u>",
}


def _answer(answer: Answer, drawn: bool) -> Flowable:
    if isinstance(answer, str):
        return _words(answer)
    if answer.how == "strike":
        marked = [
            f"<strike>{escape(o)}</strike>" if answer.chosen and o not in answer.chosen else o
            for o in answer.options
        ]
        return Paragraph(" / ".join(marked), _style())
    if look := _LOOKS.get(answer.how):
        marked = [look.format(escape(o)) if o in answer.chosen else o for o in answer.options]
        return Paragraph(" / ".join(marked), _style())
    if drawn and answer.how == "box":
        return _DrawnBoxes(answer)
    return _words(plain_text(answer))


class _DrawnBoxes(Flowable):
    """Options with squares drawn before them, a cross drawn through those that are chosen."""

    def __init__(self, choice: Choice) -> None:
        super().__init__()
        self.choice = choice
        self.width, self.height = 0.0, 12.0

    def wrap(self, width: float, _height: float) -> tuple[float, float]:
        return width, self.height * len(self.choice.options)

    def draw(self) -> None:
        self.canv.setFont("Helvetica", 9)
        for index, option in enumerate(reversed(self.choice.options)):
            bottom = index * self.height + 2
            self.canv.rect(0, bottom, 8, 8)
            if option in self.choice.chosen:
                self.canv.line(0, bottom, 8, bottom + 8)
                self.canv.line(0, bottom + 8, 8, bottom)
            self.canv.drawString(13, bottom + 1, option)


# --- forms to fill in ----------------------------------------------------------------------------


def to_fill_in(sheet: Sheet, *, appearances: bool = True, radio: bool = False) -> bytes:
    """The sheet's pairs as an AcroForm, filled in; without appearance streams if not wanted.

    Choices are check boxes, or one group of radio buttons each.
    """
    _with_fonts()
    target = BytesIO()
    canvas = Canvas(target, pagesize=A4, invariant=1)
    top = A4[1] - 60
    number = 0
    for block in sheet.blocks:
        if isinstance(block, Heading | Text):
            canvas.setFont(_font(block.text, bold=True), 11)
            canvas.drawString(50, top, block.text[:90])
            top -= 22
        for label, answer in block.rows if isinstance(block, Pairs) else ():
            number += 1
            top = _field(canvas, (label, answer), number, top, radio)
            if top < 80:
                canvas.showPage()
                top = A4[1] - 60
    canvas.save()
    return _finished(target.getvalue(), _beyond_latin(sheet), appearances)


def _beyond_latin(sheet: Sheet) -> dict[str, str]:
    """Answers that reportlab's fields cannot draw, by how it draws them: Ł."""
    answers = [a for b in sheet.blocks if isinstance(b, Pairs) for _, a in b.rows]
    texts = [a for a in answers if isinstance(a, str)]
    return {_drawable(text): text for text in texts if _drawable(text) != text}


def _drawable(text: str) -> str:
    return text.encode("latin-1", "replace").decode("latin-1")


def _field(canvas: Canvas, pair: tuple[str, Answer], number: int, top: float, radio: bool) -> float:
    label, answer = pair
    canvas.setFont(_font(label), 9)
    printed_label = simpleSplit(label, _font(label), 9, 190)
    for index, line in enumerate(printed_label):
        canvas.drawString(50, top - 12 * index, line)
    spare = 12 * (len(printed_label) - 1)
    form = canvas.acroForm
    if isinstance(answer, Choice):
        left = 250
        for index, option in enumerate(answer.options):
            chosen = option in answer.chosen
            if radio:
                form.radio(
                    name=f"Group{number}",
                    value=f"v{index}",
                    selected=chosen,
                    x=left,
                    y=top - 2,
                    size=11,
                    buttonStyle="circle",
                    tooltip=label,
                )
            else:
                form.checkbox(
                    name=f"Box{number}_{index}",
                    checked=chosen,
                    x=left,
                    y=top - 2,
                    size=11,
                    tooltip=f"{label} {option}",
                )
            canvas.drawString(left + 16, top, option)
            left += 30 + 5.2 * len(option)
        return top - 26 - spare
    lines = 1 + max(answer.count("\n"), len(answer) // 58)
    height = 14 * lines + 2
    form.textfield(
        name=f"Text{number}",
        value=_drawable(answer),
        x=250,
        y=top + 10 - height,
        width=295,
        height=height,
        fontName="Helvetica",
        fontSize=9,
        borderWidth=1,
        tooltip=label,
        maxlen=5000,
        fieldFlags="multiline" if lines > 1 else "",
    )
    return top - max(height, spare) - 12


def _finished(content: bytes, values: dict[str, str], appearances: bool) -> bytes:
    """The same form with values in full, and as a program leaves it that lets the viewer draw."""
    if appearances and not values:
        return content
    writer = PdfWriter(clone_from=PdfReader(BytesIO(content)))
    for page in writer.pages:
        for reference in page.get("/Annots", ()):
            annotation = reference.get_object()
            value = str(annotation.get("/V", ""))
            if value in values:
                annotation[NameObject("/V")] = TextStringObject(values[value])
            if not appearances and annotation.get("/FT") == "/Tx":
                annotation.pop("/AP", None)
    form = writer.root_object["/AcroForm"].get_object()
    form[NameObject("/NeedAppearances")] = BooleanObject(not appearances)
    target = BytesIO()
    writer.write(target)
    return target.getvalue()
