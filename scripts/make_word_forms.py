"""Make the Word forms in templates/: both notifications and the agency's return.

Run from the checkout: python scripts/make_word_forms.py. They are committed; a test holds them
against this script. The tags of their content controls are the dotted field names that mailbot
reads, and win over the printed labels.
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from xml.sax.saxutils import quoteattr

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from docx.document import Document as WordDocument  # noqa: E402
from docx.enum.style import WD_STYLE_TYPE  # noqa: E402
from docx.oxml import parse_xml  # noqa: E402
from docx.shared import Cm, Pt, RGBColor  # noqa: E402
from docx.table import _Cell  # noqa: E402

from mailbot.word_package import packed, parts_of  # noqa: E402
from mailbot.word_pages import (  # noqa: E402
    header_table,
    label_table,
    new_page,
    paragraph,
    saved,
    shade,
)

MADE = datetime(2026, 11, 23, tzinfo=UTC)
MARKING = "OFFICIAL-SENSITIVE when completed"
SPACES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml"'
)
YES_NO = ("Yes", "No")
KINDS = {
    "text": '<w:text w:multiLine="1"/>',
    "date": (
        '<w:date><w:dateFormat w:val="d MMMM yyyy"/><w:lid w:val="en-GB"/>'
        '<w:storeMappedDataAs w:val="dateTime"/><w:calendar w:val="gregorian"/></w:date>'
    ),
}
PROMPTS = {"text": "Click to enter text", "date": "Click to choose a date", "choice": "Choose one"}


@dataclass(frozen=True)
class Ask:
    """One question of a form: its printed label, its field, and how it is answered."""

    label: str
    tag: str
    kind: str = "text"
    options: Sequence[str] = ()
    rows: int = 1  # lines of room
    prompt: str = ""


def control(ask: Ask, number: int) -> str:
    """The content control of a question as XML, showing its prompt."""
    if ask.kind == "choice":
        options = "".join(
            f"<w:listItem w:displayText={quoteattr(o)} w:value={quoteattr(o)}/>"
            for o in ask.options
        )
        kind = f"<w:dropDownList>{options}</w:dropDownList>"
    else:
        kind = KINDS[ask.kind]
    prompt = ask.prompt or PROMPTS[ask.kind]
    return (
        f"<w:sdt {SPACES}><w:sdtPr><w:alias w:val={quoteattr(ask.label[:60])}/>"
        f'<w:tag w:val="{ask.tag}"/><w:id w:val="{number}"/><w:lock w:val="sdtLocked"/>'
        f"<w:showingPlcHdr/>{kind}</w:sdtPr><w:sdtContent><w:r><w:rPr>"
        f'<w:rStyle w:val="PlaceholderText"/></w:rPr><w:t>{prompt}</w:t></w:r>'
        "</w:sdtContent></w:sdt>"
    )


def box(ask: Ask, number: int) -> str:
    """A box to tick as XML, empty."""
    return (
        f"<w:sdt {SPACES}><w:sdtPr><w:alias w:val={quoteattr(ask.label[:60])}/>"
        f'<w:tag w:val="{ask.tag}"/><w:id w:val="{number}"/><w:lock w:val="sdtLocked"/>'
        '<w14:checkbox><w14:checked w14:val="0"/>'
        '<w14:checkedState w14:val="2612" w14:font="MS Gothic"/>'
        '<w14:uncheckedState w14:val="2610" w14:font="MS Gothic"/></w14:checkbox></w:sdtPr>'
        '<w:sdtContent><w:r><w:rPr><w:rFonts w:ascii="MS Gothic" w:eastAsia="MS Gothic" '
        'w:hAnsi="MS Gothic" w:hint="eastAsia"/></w:rPr><w:t>☐</w:t></w:r></w:sdtContent></w:sdt>'
    )


class Form:
    """A form while it is made."""

    def __init__(self, title: str, lead: Sequence[str]) -> None:
        self.page: WordDocument = new_page(title=title, marking=MARKING, footer=title, now=MADE)
        self.numbers = count(1_000)
        style = self.page.styles.add_style("PlaceholderText", WD_STYLE_TYPE.CHARACTER)
        style.font.color.rgb = RGBColor(0x5A, 0x64, 0x70)
        self.page.add_paragraph(title, style="Title")
        for line in lead:
            paragraph(self.page, line)

    def put(self, cell: _Cell, ask: Ask, words: str = "") -> None:
        """Put a question's control into a cell."""
        line = cell.paragraphs[0]
        line.paragraph_format.space_after = Pt(0)
        maker = box if ask.kind == "box" else control
        line._p.append(parse_xml(maker(ask, next(self.numbers))))
        if words:
            line.add_run(f" {words}").font.size = Pt(10.5)

    def section(self, heading: str, asks: Sequence[Ask], hint: str = "") -> None:
        """A heading with its questions: label beside answer."""
        self.page.add_heading(heading, level=1)
        if hint:
            paragraph(self.page, hint, quiet=True).paragraph_format.keep_with_next = True
        table = label_table(self.page, [(ask.label, "") for ask in asks])
        for row, ask in zip(table.rows, asks, strict=True):
            self.put(row.cells[1], ask, "Yes, more to follow" if ask.kind == "box" else "")
            if ask.rows > 1:
                row.height = Cm(0.55 * ask.rows)

    def rows(
        self, heading: str, columns: Sequence[Ask], number: int, widths: Sequence[float], hint: str
    ) -> None:
        """A heading with a table of empty rows; `{n}` in a tag is the row's number."""
        self.page.add_heading(heading, level=1)
        if hint:
            paragraph(self.page, hint, quiet=True).paragraph_format.keep_with_next = True
        empty = [[""] * len(columns)] * number
        table = header_table(self.page, [c.label for c in columns], empty, widths=widths)
        for index, row in enumerate(table.rows[1:], start=1):
            for cell, ask in zip(row.cells, columns, strict=True):
                tag = ask.tag.replace("{n}", str(index))
                prompt = "Choose date" if ask.kind == "date" else "Enter text"
                self.put(cell, Ask(ask.label, tag, ask.kind, ask.options, 1, prompt))

    def long(self, heading: str, asks: Sequence[Ask], hint: str = "") -> None:
        """A heading with questions that need room: label above answer, over the whole width."""
        self.page.add_heading(heading, level=1)
        if hint:
            paragraph(self.page, hint, quiet=True).paragraph_format.keep_with_next = True
        table = header_table(self.page, [""], [[""]] * (2 * len(asks) - 1), widths=(17.0,))
        # Not a table with a header: the first row is the first label.
        first = table.rows[0]._tr
        first.trPr.remove(first.trPr[0])
        for index, ask in enumerate(asks):
            label, answer = table.rows[2 * index], table.rows[2 * index + 1]
            run = label.cells[0].paragraphs[0].add_run(ask.label)
            run.bold, run.font.size = True, Pt(10.5)
            label.cells[0].paragraphs[0].paragraph_format.space_after = Pt(0)
            label.cells[0].paragraphs[0].paragraph_format.keep_with_next = True
            if index:
                shade(label.cells[0])
            self.put(answer.cells[0], ask)
            answer.height = Cm(0.55 * ask.rows)

    def content(self) -> bytes:
        """The finished file; the same on every run."""
        return packed(parts_of(saved(self.page)))


NOTIFIER = (
    Ask("Name of notifier", "notifier.name"),
    Ask("Role of notifier", "notifier.role"),
    Ask("Agency of notifier", "notifier.agency"),
    Ask("Email of notifier", "notifier.email"),
    Ask("Telephone of notifier", "notifier.phone"),
)
CHILD = (
    Ask("Name of child", "child.name", prompt="Click to enter forename and surname"),
    Ask("Date of birth", "child.date_of_birth", "date"),
    Ask("Gender", "child.gender"),
    Ask("Ethnicity", "child.ethnicity"),
    Ask("Disability", "child.disability"),
    Ask("Home address", "child.address", rows=2),
    Ask("Legal status", "child.legal_status", prompt="Click to enter text, e.g. looked after"),
    Ask("School or nursery", "child.school"),
)
OTHER_CHILDREN = (
    Ask("Name of child", "children.{n}.name"),
    Ask("Date of birth", "children.{n}.date_of_birth", "date"),
    Ask("Gender", "children.{n}.gender"),
    Ask("Home address", "children.{n}.address"),
)
OTHERS = 3  # a notification has room for four children
WIDTHS = (4.8, 4.0, 2.7, 5.5)


def family(form: Form, first: int) -> None:
    """The sections on the family and the agencies, numbered from `first`."""
    form.section(
        f"{first}. Parents or carers",
        (
            Ask(
                "Parents or carers",
                "parents",
                rows=3,
                prompt="Click to enter names, one on each line",
            ),
        ),
    )
    form.rows(
        f"{first + 1}. Brothers and sisters",
        (
            Ask("Name", "siblings.{n}.name"),
            Ask("Date of birth", "siblings.{n}.date_of_birth", "date"),
        ),
        5,
        (10.0, 7.0),
        "",
    )
    form.rows(
        f"{first + 2}. Agencies known to be involved",
        (
            Ask("Agency", "agencies.{n}.agency"),
            Ask("Worker and contact details", "agencies.{n}.contact"),
        ),
        7,
        (7.0, 10.0),
        "These agencies may be asked for what they know. Nobody is written to because they are "
        "named here: the business unit decides.",
    )


def serious_notification() -> bytes:
    """The form on which an agency tells the business unit of an incident."""
    form = Form(
        "Serious incident notification",
        (
            (
                "For the local authority or any other organisation to tell the safeguarding "
                "partnership's business unit of an incident, within 5 working days of it."
            ),
            (
                "Please fill in what you know today. If you do not know something, write “not "
                "known”: that is an answer too. Save the form and send it to the business "
                "unit's mailbox."
            ),
            "This form is not a referral. If a child is at risk now, ring the front door or 999.",
        ),
    )
    form.section("1. About you, the notifier", NOTIFIER)
    form.section("2. The child", CHILD)
    form.rows(
        "3. Other children in this incident",
        OTHER_CHILDREN,
        OTHERS,
        WIDTHS,
        "Leave empty if there is only one child.",
    )
    form.section(
        "4. The incident",
        (
            Ask("Date of incident", "incident.date", "date"),
            Ask("Place of incident", "incident.place"),
            Ask(
                "Nature of incident",
                "incident.nature",
                "choice",
                (
                    "Death of a child",
                    "Serious harm to a child",
                    "Not serious, but there may be learning",
                ),
            ),
            Ask("Summary of the incident", "incident.summary", rows=7),
            Ask("Has a referral been made?", "referral.made", "choice", YES_NO),
            Ask("Date of referral", "referral.date", "date"),
        ),
    )
    family(form, 5)
    return form.content()


def non_serious_notification() -> bytes:
    """The form on which an agency tells of an incident that is not serious but may teach."""
    form = Form(
        "Non-serious incident notification",
        (
            (
                "For any agency that sees learning for several agencies in an incident in which no "
                "child has died or been seriously harmed. If a child has, use the form for a "
                "serious incident."
            ),
            (
                "Please fill in what you know today. If you do not know something, write “not "
                "known”: that is an answer too. Save the form and send it to the business "
                "unit's mailbox. It goes to the next Case Review Group."
            ),
            "This form is not a referral. If a child is at risk now, ring the front door or 999.",
        ),
    )
    form.section("1. About you, the notifier", NOTIFIER)
    form.section("2. The child", CHILD)
    form.rows(
        "3. Other children in this incident",
        OTHER_CHILDREN,
        OTHERS,
        WIDTHS,
        "Leave empty if there is only one child.",
    )
    form.section(
        "4. What happened",
        (
            Ask("Date of incident", "incident.date", "date"),
            Ask("Place of incident", "incident.place"),
            Ask("Summary of the incident", "incident.summary", rows=6),
            Ask("What agencies may learn from it", "notification.learning", rows=4),
            Ask("Has a referral been made?", "referral.made", "choice", YES_NO),
            Ask("Date of referral", "referral.date", "date"),
        ),
    )
    family(form, 5)
    return form.content()


def agency_return() -> bytes:
    """The form on which an agency answers an information request."""
    form = Form(
        "Agency return",
        (
            (
                "If this child is not known to your agency, there is no need to fill this in: just "
                "reply to the email in one line, “not known to us”."
            ),
            (
                "Otherwise please tell us what your records show. Short is fine. If some of it "
                "needs longer, send what you have by the date below and tick “partial return”."
            ),
        ),
    )
    form.section(
        "1. The request, filled in for you",
        (
            Ask("Case reference", "case_reference"),
            Ask("Agency", "agency"),
            Ask("Return by", "due_on", "date"),
            Ask("Name of child", "child.name"),
            Ask("Date of birth", "child.date_of_birth", "date"),
            Ask("Home address", "child.address"),
        ),
    )
    # Taken out by mailbot where the request is about one child.
    form.rows(
        "Other children in this request, filled in for you",
        (OTHER_CHILDREN[0], OTHER_CHILDREN[1], OTHER_CHILDREN[3]),
        OTHERS,
        (5.5, 4.5, 7.0),
        "Please search your records for each of them too, and say in your answers which child is "
        "meant.",
    )
    form.section(
        "2. Who fills in this return",
        (
            Ask("Author", "author.name"),
            Ask("Role of author", "author.role"),
            Ask(
                "Is the child or family known to your agency?", "known_to_agency", "choice", YES_NO
            ),
            Ask("This is a partial return", "partial_return", "box"),
        ),
    )
    form.long(
        "3. What your agency knows",
        (
            Ask("Summary of involvement", "involvement_summary", rows=8),
            Ask("Good practice", "good_practice", rows=4),
            Ask("Learning and what could be better", "learning", rows=5),
            Ask("Immediate actions taken", "immediate_actions", rows=4),
            Ask("Is any child at immediate risk?", "immediate_risk", rows=2),
        ),
        "If a child is at risk now, ring the front door or 999 before you write this.",
    )
    form.rows(
        "4. Chronology",
        (
            Ask("Date", "chronology.{n}.date", "date"),
            Ask("Event", "chronology.{n}.event"),
            Ask("Source", "chronology.{n}.source"),
        ),
        8,
        (4.0, 9.0, 4.0),
        "The events that matter, earliest first. Add rows as you need them.",
    )
    form.section(
        "5. Signing off",
        (
            Ask("Signed off by", "signed_off_by"),
            Ask(
                "Conditions on sharing this information",
                "disclosure_conditions",
                rows=2,
                prompt="Click to enter text, e.g. not to be shown to the family",
            ),
        ),
    )
    return form.content()


FORMS = {
    "serious-notification.docx": serious_notification,
    "non-serious-notification.docx": non_serious_notification,
    "agency-return.docx": agency_return,
}


def main() -> None:
    """Write the forms into templates/."""
    for name, make in FORMS.items():
        (ROOT / "templates" / name).write_bytes(make())
        print(f"templates/{name}")


if __name__ == "__main__":
    main()
