"""Forms filled in as people fill them in: ours in Word, ours in plain text, and other layouts.

Everybody and everything in them is invented. Used by tests, stories and the demo.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import docx
from lxml import etree

from mailbot.word_package import MAIN, packed, parts_of

TEMPLATES = Path(__file__).resolve().parent.parent / "templates"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
W14 = "{http://schemas.microsoft.com/office/word/2010/wordml}"

Answer = str | bool | date

#: A serious notification about two invented children.
NOTIFICATION: Mapping[str, Answer] = {
    "notifier.name": "Morgan Tew",
    "notifier.role": "Head of Safeguarding",
    "notifier.agency": "Bedford Borough Council",
    "notifier.email": "Morgan.Tew@council.example",
    "notifier.phone": "01632 960200",
    "child.name": "Wren Alderby",
    "child.date_of_birth": date(2019, 4, 3),
    "child.gender": "Girl",
    "child.ethnicity": "White British",
    "child.disability": "None",
    "child.address": "4 Larkspur Row\nBedford MK40 0AA",
    "child.legal_status": "Child protection plan since March 2026",
    "child.school": "Larkspur Primary School",
    "incident.date": date(2026, 11, 20),
    "incident.place": "At home",
    "incident.nature": "Serious harm to a child",
    "incident.summary": "Taken to hospital by ambulance with injuries that were not explained.",
    "referral.made": "Yes",
    "referral.date": date(2026, 11, 20),
    "parents": "Ida Alderby (mother)\nColm Reeth (father)",
    "siblings.1.name": "Finch Alderby",
    "siblings.1.date_of_birth": date(2022, 9, 1),
    "agencies.1.agency": "Bedfordshire Police",
    "agencies.2.agency": "Larkspur Primary School",
    "agencies.2.contact": "Designated safeguarding lead",
}

#: A return with findings by an agency that knew the child.
FINDINGS: Mapping[str, Answer] = {
    "author.name": "Sol Winter",
    "author.role": "Named nurse",
    "known_to_agency": "Yes",
    "involvement_summary": "Seen eleven times by the health visitor since birth.",
    "good_practice": "The health visitor called unannounced when appointments were missed.",
    "learning": "Two missed appointments were not told to the other agencies.",
    "immediate_actions": "Records have been secured.",
    "immediate_risk": "No",
    "chronology.1.date": date(2026, 3, 5),
    "chronology.1.event": "Home visit; weight below the expected line",
    "chronology.1.source": "Health visitor record",
    "chronology.2.date": "?22 June 2026",
    "chronology.2.event": "Appointment missed",
    "signed_off_by": "Dr Bryn Cole",
    "disclosure_conditions": "Not to be shown to the family",
}

#: The same form as an agency sends it that does not know the child.
NIL: Mapping[str, Answer] = {
    "author.name": "Jude Farrow",
    "author.role": "Safeguarding lead",
    "known_to_agency": "No",
    "signed_off_by": "Ash Lorne",
}


def template(name: str) -> bytes:
    """One of our forms as shipped: "serious-notification" or "agency-return"."""
    return (TEMPLATES / f"{name}.docx").read_bytes()


def filled(form: bytes, answers: Mapping[str, Answer]) -> bytes:
    """A form of ours as Word saves it once somebody has filled in the controls named."""
    parts = parts_of(form)
    root = etree.fromstring(parts[MAIN])
    left = dict(answers)
    for control in root.iter(f"{W}sdt"):
        tag = control.find(f"{W}sdtPr/{W}tag").get(f"{W}val")
        if tag in left:
            _type(control, left.pop(tag))
    assert not left, f"the form has no controls for {sorted(left)}"
    parts[MAIN] = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
    return packed(parts)


def notification(**changes: Answer) -> bytes:
    """Our serious notification, filled in; "child__name" changes child.name, "" leaves blank."""
    answers = dict(NOTIFICATION) | {k.replace("__", "."): v for k, v in changes.items()}
    return filled(template("serious-notification"), {k: v for k, v in answers.items() if v != ""})


def _type(control: etree._Element, answer: Answer) -> None:
    properties, content = control.find(f"{W}sdtPr"), control.find(f"{W}sdtContent")
    prompt = properties.find(f"{W}showingPlcHdr")
    if prompt is not None:
        properties.remove(prompt)
    run = content.find(f".//{W}r")
    style = run.find(f"{W}rPr/{W}rStyle")
    if style is not None:
        style.getparent().remove(style)
    for old in run.findall(f"{W}t"):
        run.remove(old)
    if isinstance(answer, bool):
        checked = properties.find(f"{W14}checkbox/{W14}checked")
        checked.set(f"{W14}val", "1" if answer else "0")
        text = "☒" if answer else "☐"
    elif isinstance(answer, date):
        picker = properties.find(f"{W}date")
        picker.set(f"{W}fullDate", f"{answer.isoformat()}T00:00:00Z")
        text = f"{answer.day} {answer:%B %Y}"
    else:
        text = answer
    for index, line in enumerate(text.split("\n")):
        if index:
            etree.SubElement(run, f"{W}br")
        etree.SubElement(run, f"{W}t").text = line


def a_table(rows: Sequence[Sequence[str]], *, heading: str = "", header: bool = False) -> bytes:
    """Somebody else's Word form: one plain table, without content controls."""
    document = docx.Document()
    if heading:
        document.add_heading(heading, level=1)
    table = document.add_table(rows=len(rows), cols=max(len(row) for row in rows))
    for row, texts in zip(table.rows, rows, strict=True):
        for cell, text in zip(row.cells, texts, strict=False):
            cell.text = text
    if header:
        mark = docx.oxml.OxmlElement("w:tblHeader")
        table.rows[0]._tr.get_or_add_trPr().append(mark)
    return _bytes(document)


def paragraphs(*lines: str) -> bytes:
    """A Word document of plain paragraphs; a line that starts with "# " is a heading."""
    document = docx.Document()
    for line in lines:
        if line.startswith("# "):
            document.add_heading(line[2:], level=1)
        else:
            document.add_paragraph(line)
    return _bytes(document)


def body(xml: str) -> bytes:
    """A Word document whose body is this XML."""
    namespaces = (
        'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
        'xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml" '
        'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
    )
    main = f"<w:document {namespaces}><w:body>{xml}</w:body></w:document>"
    return zipped({"word/document.xml": main.encode()})


def zipped(parts: Mapping[str, bytes]) -> bytes:
    """A zip archive of these parts."""
    target = BytesIO()
    with ZipFile(target, "w", ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return target.getvalue()


def locked() -> bytes:
    """What Word writes when a document is saved with a password (its outer hull)."""
    name = "EncryptedPackage".encode("utf-16-le")
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + name + bytes(1000)


def bomb() -> bytes:
    """A Word file whose body unpacks to far more than it packs."""
    return zipped({"word/document.xml": b"<a>" + b" " * 5_000_000 + b"</a>"})


PLAIN_NOTIFICATION = """\
Dear colleagues

Please see below.

1. Notifier details
Name: Morgan Tew
Role: Head of Safeguarding
Organisation: Bedford Borough Council
Telephone number: 01632 960200

2. Child
Name of child: ALDERBY, Wren
Date of birth: 3/4/19
Home address: 4 Larkspur Row, Bedford MK40 0AA

3. Incident
Date of incident: Friday 20th November 2026
[x] Serious harm to a child
[ ] Death of a child
What happened?
Taken to hospital by ambulance
with injuries that were not explained.
Agencies involved: Bedfordshire Police, Larkspur Primary School

Kind regards
Morgan
"""

PLAIN_RETURN = """\
Author: Sol Winter
Role of author: Named nurse
Is the child known to your agency? Yes
Summary of involvement:
Seen eleven times by the health visitor since birth.
Learning: Two missed appointments were not told to the other agencies.
"""


def _bytes(document: docx.document.Document) -> bytes:
    target = BytesIO()
    document.save(target)
    return target.getvalue()
