"""A form with all that people tick and fill in, and LibreOffice to turn it into old files."""

import subprocess
from functools import cache
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

from docx import Document as WordDocument
from docx.oxml import parse_xml
from docx.text.paragraph import Paragraph

_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_W14 = 'xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml"'


def form() -> bytes:
    """A form as Word of today writes it: every kind of box, control and mark, in two columns."""
    document = WordDocument()
    document.sections[0].header.paragraphs[0].text = "CONFIDENTIAL"
    document.add_heading("Notification", 1)
    table = document.add_table(rows=0, cols=2, style="Table Grid")

    def row(label: str, answer: str = "") -> Paragraph:
        cells = table.add_row().cells
        cells[0].text, cells[1].text = label, answer
        return cells[1].paragraphs[0]

    row("Child's name", "Robin Example")
    row("Address", "1 High Street\nLuton")
    boxes = row("Nature")
    _add(boxes, _box(ticked=True))
    boxes.add_run(" Death ")
    _add(boxes, _box(ticked=False))
    boxes.add_run(" Serious harm")
    boxes = row("Known to agency")
    _add(boxes, *_field("known", "FORMCHECKBOX", "<w:checkBox><w:checked/></w:checkBox>"))
    boxes.add_run(" Yes ")
    _add(boxes, *_field("unknown", "FORMCHECKBOX", "<w:checkBox/>"))
    boxes.add_run(" No")
    signs = row("Consent")
    _add(signs, _run('<w:sym w:font="Wingdings" w:char="F0FE"/>'))
    signs.add_run(" Yes ")
    _add(signs, _run('<w:sym w:font="Wingdings" w:char="F0A8"/>'))
    signs.add_run(" No")
    row("Referred", "☐ Yes ☒ No")
    _add(row("Notifier"), *_field("notifier", "FORMTEXT", "<w:textInput/>", "Alex Example"))
    choices = "".join(f'<w:listEntry w:val="{name}"/>' for name in ("Luton", "Bedford"))
    area = f'<w:ddList><w:result w:val="1"/>{choices}</w:ddList>'
    _add(row("Area"), *_field("area", "FORMDROPDOWN", area))
    _add(row("School"), _prompt("Click or tap here to enter text."))
    chosen = row("Twins")
    chosen.add_run("Yes").font.strike = True
    chosen.add_run(" / No")
    chosen = row("In care")
    chosen.add_run("Yes").bold = True
    chosen.add_run(" / No")
    cells = table.add_row().cells
    cells[0].merge(cells[1]).text = "For office use"
    document.add_paragraph("Signed: Sam Sample")
    saved = BytesIO()
    document.save(saved)
    return saved.getvalue()


@cache
def turned(to: str, content: bytes | None = None, ending: str = "docx") -> bytes:
    """Given the form, or another file, return it as LibreOffice saves it in another format."""
    with TemporaryDirectory() as name:
        source = Path(name) / f"in.{ending}"
        source.write_bytes(content or form())
        profile = (Path(name) / "profile").as_uri()
        command = ["soffice", f"-env:UserInstallation={profile}", "--headless", "--convert-to", to]
        subprocess.run(
            [*command, "--outdir", name, str(source)], check=True, capture_output=True, timeout=90
        )
        return source.with_suffix(f".{to}").read_bytes()


def _add(paragraph: Paragraph, *elements: str) -> None:
    for element in elements:
        paragraph._p.append(parse_xml(element))


def _run(inner: str) -> str:
    return f"<w:r {_W}>{inner}</w:r>"


def _box(*, ticked: bool) -> str:
    return (
        f"<w:sdt {_W} {_W14}><w:sdtPr><w14:checkbox>"
        f'<w14:checked w14:val="{int(ticked)}"/></w14:checkbox></w:sdtPr>'
        f"<w:sdtContent><w:r><w:t>{'☒' if ticked else '☐'}</w:t></w:r></w:sdtContent></w:sdt>"
    )


def _prompt(text: str) -> str:
    return (
        f"<w:sdt {_W}><w:sdtPr><w:showingPlcHdr/><w:text/></w:sdtPr>"
        f"<w:sdtContent><w:r><w:t>{text}</w:t></w:r></w:sdtContent></w:sdt>"
    )


def _field(name: str, kind: str, facts: str, text: str = "") -> tuple[str, ...]:
    """A form field as Word wrote it until 2003."""
    data = f'<w:ffData><w:name w:val="{name}"/><w:enabled/>{facts}</w:ffData>'
    return (
        _run(f'<w:fldChar w:fldCharType="begin">{data}</w:fldChar>'),
        _run(f'<w:instrText xml:space="preserve"> {kind} </w:instrText>'),
        _run('<w:fldChar w:fldCharType="separate"/>'),
        *([_run(f"<w:t>{text}</w:t>")] if text else []),
        _run('<w:fldChar w:fldCharType="end"/>'),
    )
