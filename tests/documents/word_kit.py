"""Word files put together piece by piece, for what no library writes: every name is invented."""

from collections.abc import Mapping
from io import BytesIO

import docx
from docx.oxml import parse_xml

from mailbot.core.document import Block, Cell, Control, Document, Line, Table
from mailbot.documents.word import read_word
from tests import forms_kit as kit

PLACE = "1st attachment, Word"
W_NAMESPACE = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
NAMESPACES = (
    f'xmlns:w="{W_NAMESPACE}" xmlns:r="{RELATIONS}"'
    ' xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml"'
    ' xmlns:w15="http://schemas.microsoft.com/office/word/2012/wordml"'
    ' xmlns:w16se="http://schemas.microsoft.com/office/word/2015/wordml/symex"'
    ' xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
    ' xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
    ' xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office"'
)


def run(text: str, properties: str = "") -> str:
    """A run of text, with what its `w:rPr` says."""
    font = f"<w:rPr>{properties}</w:rPr>" if properties else ""
    return f'<w:r>{font}<w:t xml:space="preserve">{text}</w:t></w:r>'


def paragraph(*inner: str, properties: str = "") -> str:
    """A paragraph; plain words become a run."""
    said = f"<w:pPr>{properties}</w:pPr>" if properties else ""
    runs = "".join(each if each.startswith("<") else run(each) for each in inner)
    return f"<w:p>{said}{runs}</w:p>"


def cell(*inner: str, properties: str = "") -> str:
    """A cell of a table; plain words become a paragraph."""
    said = f"<w:tcPr>{properties}</w:tcPr>" if properties else ""
    blocks = "".join(each if each.startswith("<") else paragraph(each) for each in inner)
    return f"<w:tc>{said}{blocks}</w:tc>"


def row(*cells: str, properties: str = "") -> str:
    """A row of a table; plain words become a cell."""
    said = f"<w:trPr>{properties}</w:trPr>" if properties else ""
    return f"<w:tr>{said}{''.join(c if c.startswith('<') else cell(c) for c in cells)}</w:tr>"


def table(*rows: str, properties: str = "") -> str:
    """A table."""
    said = f"<w:tblPr>{properties}</w:tblPr>" if properties else ""
    return f"<w:tbl>{said}{''.join(rows)}</w:tbl>"


def control(content: str, properties: str = "") -> str:
    """A content control around runs, paragraphs, cells or rows."""
    inner = f"<w:sdtContent>{content}</w:sdtContent>"
    return f"<w:sdt><w:sdtPr>{properties}</w:sdtPr>{inner}</w:sdt>"


def field(name: str, inner: str, result: str = "", kind: str = "FORMTEXT") -> str:
    """A form field of older Word; `result` are runs, which may end the paragraph and begin one."""
    return (
        f'<w:r><w:fldChar w:fldCharType="begin"><w:ffData><w:name w:val="{name}"/>{inner}'
        f"</w:ffData></w:fldChar></w:r><w:r><w:instrText> {kind} </w:instrText></w:r>"
        f'<w:r><w:fldChar w:fldCharType="separate"/></w:r>{result}'
        '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )


def part(root: str, inner: str) -> bytes:
    """The XML of a part: its root, and what stands in it."""
    return f"<w:{root} {NAMESPACES}>{inner}</w:{root}>".encode()


def package(
    body: str,
    parts: Mapping[str, bytes] | None = None,
    kinds: Mapping[str, str] | None = None,
    main: str = "word/document.xml",
) -> bytes:
    """A whole package: its body, other parts by name under word/, and the kinds of these."""
    folder, _, name = main.rpartition("/")
    relations = "".join(
        f'<Relationship Id="{other.partition(".")[0]}" Type="{RELATIONS}/{kind}" Target="{other}"/>'
        for other, kind in (kinds or {}).items()
    )
    whole = 'xmlns="http://schemas.openxmlformats.org/package/2006/relationships"'
    return kit.zipped(
        {
            "_rels/.rels": (
                f'<Relationships {whole}><Relationship Id="r1" Type="{RELATIONS}/officeDocument"'
                f' Target="{main}"/></Relationships>'
            ).encode(),
            main: part("document", f"<w:body>{body}</w:body>"),
            f"{folder}/_rels/{name}.rels": (
                f"<Relationships {whole}>{relations}</Relationships>".encode()
            ),
            **{f"{folder}/{other}": content for other, content in (parts or {}).items()},
        }
    )


def saved_with(rows: Mapping[str, str]) -> bytes:
    """A form as a library saves it, whole enough for other programs: labels beside answers."""
    document = docx.Document()
    made = document.add_table(rows=len(rows), cols=2, style="Table Grid")
    for number, (label, answer) in enumerate(rows.items()):
        made.cell(number, 0).text = label
        old = made.cell(number, 1).paragraphs[0]._p
        (new,) = parse_xml(f"<w:body {NAMESPACES}>{answer}</w:body>")
        old.getparent().replace(old, new)
    document.add_paragraph("End of the form")
    target = BytesIO()
    document.save(target)
    return target.getvalue()


def read(body: str) -> Document:
    """What is read of a file with this body."""
    document = read_word(package(body), place=PLACE)
    assert document.problems == ()
    return document


def lines(document: Document) -> list[Line]:
    """The lines of a document, without the empty ones that part the others."""
    return [b for b in document.blocks if isinstance(b, Line) and b != Line(place=b.place, text="")]


def texts(document: Document) -> list[str]:
    """The text of each line."""
    return [line.text for line in lines(document)]


def line_of(*inner: str) -> Line:
    """The only line of a document with one paragraph."""
    (line,) = lines(read(paragraph(*inner)))
    return line


def table_of(document: Document) -> Table:
    """The only table of a document."""
    (found,) = [b for b in document.blocks if isinstance(b, Table)]
    return found


def grid(found: Table) -> list[list[str]]:
    """The texts of a table."""
    return [[each.text for each in cells] for cells in found.rows]


def cells_of(blocks: tuple[Block, ...]) -> list[Cell]:
    """All cells of all tables."""
    return [c for b in blocks if isinstance(b, Table) for cells in b.rows for c in cells]


def control_of(content: str, properties: str) -> Control:
    """The only control of a document that has one, in a cell beside its label."""
    inner = control(run(content) if content else "", properties)
    found = table_of(read(table(row("Name of child", cell(paragraph(inner))))))
    (only,) = found.rows[0][1].controls
    return only
