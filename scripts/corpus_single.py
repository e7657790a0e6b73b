"""Files of the corpus that are one of a kind: our own forms, mails, archives, locked files."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from random import Random
from typing import Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

import docx
from docx.oxml import parse_xml

from mailbot.core.references import new_reference
from scripts import corpus_decoys as decoys
from scripts import corpus_layouts as layouts
from scripts import corpus_mails as mails
from scripts import corpus_returns as returns
from scripts.corpus_filling import begin, chance
from scripts.corpus_office import converted
from scripts.corpus_pages import rich_text, text, web_page, workbook
from scripts.corpus_pdf import printed, to_fill_in
from scripts.corpus_sheets import Heading, Made, Pairs, Part, Sheet
from scripts.corpus_word import controls_form, legacy_form, packed_again, word
from tests import forms_kit
from tests.documents import container_kit


@dataclass(frozen=True)
class Single:
    """One file and what must be read in it; the class only of mails, and parts where they count."""

    file: str
    layout: str
    content: bytes
    parts: tuple[Part, ...] | None = ()
    message_class: str = ""
    saved_as: str = ""  # by LibreOffice, in this format

    def expected(self) -> dict[str, Any]:
        """Its line of expected.jsonl, without the file's name."""
        line: dict[str, Any] = {"class": self.message_class} if self.message_class else {}
        if self.parts is not None:
            line["parts"] = [part.as_json() for part in self.parts]
        return line

    def make(self) -> bytes:
        """Its bytes."""
        return converted(self.content, "docx", self.saved_as) if self.saved_as else self.content


def singles(seed: int) -> Iterator[Single]:
    """Every file that is one of a kind."""
    yield from _own_forms()
    yield from _controls(chance(seed, "controls"))
    yield from _blank_forms(seed)
    yield from _enclosed(seed)
    yield from _nil_words()
    yield from _other_mail(seed)
    yield from _unreadable(seed)
    yield from _oddities(seed)
    yield from _saved_again()
    yield from _legacy(seed)
    yield from _from_outlook(seed)
    yield _answered_inline(seed)


# --- our own forms -------------------------------------------------------------------------------

_NOTIFIED: Mapping[str, Any] = {
    "notifier.name": "Morgan Tew",
    "notifier.role": "Head of Safeguarding",
    "notifier.agency": "Bedford Borough Council",
    "notifier.email": "morgan.tew@council.example",
    "notifier.phone": "01632 960200",
    "child.name": "Wren Alderby",
    "child.date_of_birth": "2019-04-03",
    "child.gender": "Girl",
    "child.ethnicity": "White British",
    "child.disability": "None",
    "child.address": "4 Larkspur Row, Bedford MK40 0AA",
    "child.legal_status": "Child protection plan since March 2026",
    "child.school": "Larkspur Primary School",
    "incident.date": "2026-11-20",
    "incident.place": "At home",
    "incident.nature": "serious_harm",
    "incident.summary": "Taken to hospital by ambulance with injuries that were not explained.",
    "referral.date": "2026-11-20",
    "parents": ["Ida Alderby", "Colm Reeth"],
    "siblings": [{"name": "Finch Alderby", "date_of_birth": "2022-09-01"}],
    "agencies": ["Bedfordshire Police", "Larkspur Primary School"],
}
_FOUND: Mapping[str, Any] = {
    "author.name": "Sol Winter",
    "author.role": "Named nurse",
    "known_to_agency": True,
    "involvement_summary": "Seen eleven times by the health visitor since birth.",
    "good_practice": "The health visitor called unannounced when appointments were missed.",
    "learning": "Two missed appointments were not told to the other agencies.",
    "immediate_actions": "Records have been secured.",
    "signed_off_by": "Dr Bryn Cole",
    "chronology": [
        {
            "date": "2026-03-05",
            "event": "Home visit; weight below the expected line",
            "source": "Health visitor record",
        },
        {"date": "?22 June 2026", "event": "Appointment missed"},
    ],
}


def _own_forms() -> Iterator[Single]:
    part = Part("notification", dict(_NOTIFIED))
    yield _single("own-notification-01.docx", forms_kit.notification(), part)
    second = forms_kit.notification(
        children__1__name="Teal Alderby", children__1__date_of_birth="3 April 2020"
    )
    two = [("Wren Alderby", "2019-04-03"), ("Teal Alderby", "2020-04-03")]
    children = [{"name": name, "date_of_birth": born} for name, born in two]
    fields = {k: v for k, v in _NOTIFIED.items() if k not in {"child.name", _BORN}}
    part = Part("notification", fields | {"children": children})
    part.may = {"child.name": ["Wren Alderby"], _BORN: ["2019-04-03"]}
    yield _single("own-notification-02.docx", second, part)
    sparse = forms_kit.notification(
        child__ethnicity="Not known", child__disability="", incident__place="", parents=""
    )
    part = Part("notification", {k: v for k, v in _NOTIFIED.items() if k not in _SPARSE})
    part.not_known = ["child.ethnicity"]
    yield _single("own-notification-03.docx", sparse, part)
    filled, form = forms_kit.filled, forms_kit.template("agency-return")
    yield _single(
        "own-return-01.docx", filled(form, forms_kit.FINDINGS), Part("return", dict(_FOUND))
    )
    part = Part("partial_return", dict(_FOUND))
    more = filled(form, dict(forms_kit.FINDINGS) | {"partial_return": True})
    yield _single("own-return-02.docx", more, part)
    nil = {
        "author.name": "Jude Farrow",
        "author.role": "Safeguarding lead",
        "known_to_agency": False,
        "signed_off_by": "Ash Lorne",
    }
    yield _single("own-return-03.docx", filled(form, forms_kit.NIL), Part("nil_return", nil))
    yield _single("own-return-04.docx", form, Part("blank_form"))
    blank = forms_kit.template("serious-notification")
    yield _single("own-notification-04.docx", blank, Part("blank_form"))
    learning = forms_kit.filled(
        forms_kit.template("non-serious-notification"),
        {k: v for k, v in forms_kit.NOTIFICATION.items() if k != "incident.nature"},
    )
    fields = {k: v for k, v in _NOTIFIED.items() if k != "incident.nature"}
    yield _single("own-notification-05.docx", learning, Part("notification_non_serious", fields))


_BORN = "child.date_of_birth"
_SPARSE = frozenset(("child.ethnicity", "child.disability", "incident.place", "parents"))


def _single(file: str, content: bytes, *parts: Part, layout: str = "") -> Single:
    return Single(file, layout or file.rpartition("-")[0], content, parts)


def _controls(random: Random) -> Iterator[Single]:
    """Another partnership's forms of content controls without tags."""
    for number, answered in enumerate((True, True, False), 1):
        f = begin(random, "return" if answered else "blank_form", plain=True)
        rows = []
        names = (
            *(("Agency", "agency"), ("Author", "author.name"), ("Role of author", "author.role")),
            *(("Name of child", "child.name"), ("Date of birth", _BORN)),
        )
        for label, name in names:
            kind = "date" if name == _BORN else "text"
            rows.append((label, kind, f.row(label, name)[1] if answered else ""))
        known = "Is the child known to your agency?"
        rows.append((known, "list", "Yes" if answered else ""))
        if answered:
            f.note("known_to_agency", True)
        for label, name in (
            ("Summary of involvement", "involvement_summary"),
            ("Good practice", "good_practice"),
            ("Learning", "learning"),
        ):
            left = not answered or (number == 2 and name == "good_practice")
            rows.append((label, "text", "" if left else f.row(label, name)[1]))
        part = f.part if answered else Part("blank_form")
        yield _single(f"controls-{number:02}.docx", controls_form("Agency return", rows), part)


def _blank_forms(seed: int) -> Iterator[Single]:
    """Forms sent back with nothing in them."""
    made = [
        layouts.blank(layouts.modern(chance(seed, "blank 1"))),
        layouts.blank(layouts.childcare_incident(chance(seed, "blank 2"))),
        layouts.blank(returns.nil_form(chance(seed, "blank 3"))),
        layouts.blank(layouts.one_panel(chance(seed, "blank 4"))),
    ]
    contents = {
        "blank-01.docx": word(made[0].sheet),
        "blank-02.docx": word(made[1].sheet),
        "blank-03.pdf": printed(made[2].sheet),
        "blank-04.docx": word(made[3].sheet),
        "blank-05.pdf": to_fill_in(made[0].sheet),
        "blank-06.html": web_page(made[0].sheet).encode(),
        "blank-07.xlsx": workbook(made[2].sheet),
        "blank-08.rtf": rich_text(made[0].sheet),
    }
    for name, content in contents.items():
        yield _single(name, content, Part("blank_form"))


# --- files in mails, mails in mails, archives ----------------------------------------------------

_COVER = "Dear team\n\nPlease find attached.\n\nKind regards\nSol Winter\n"


def _enclosed(seed: int) -> Iterator[Single]:
    one = returns.modern_return(chance(seed, "enclosed 1"))
    two = returns.nil_form(chance(seed, "enclosed 2"))
    noticed = layouts.modern(chance(seed, "enclosed 3"))
    dates = returns.chronology(chance(seed, "enclosed 4"))
    files = [("Return GP.docx", word(one.sheet)), ("Return HV.pdf", printed(two.sheet))]
    yield _a_mail("two-returns-01.eml", mails.mail(_COVER, files=files), one.part, two.part)
    files = [("return.docx", word(one.sheet)), ("chronology.xlsx", workbook(dates.sheet))]
    yield _a_mail(
        "return-and-chronology-01.eml", mails.mail(_COVER, files=files), one.part, dates.part
    )
    inner = mails.mail(_COVER, files=[("form.docx", word(noticed.sheet))], subject="Form")
    outer = mails.with_mail("FYI, see below.", inner)
    yield _a_mail("mail-in-mail-01.eml", outer, noticed.part)
    deeper = mails.with_mail("Please log this one.", outer, subject="FW: FW: Form")
    yield _a_mail("mail-in-mail-02.eml", deeper, noticed.part)
    typed = mails.mail(text(layouts.non_serious(chance(seed, "enclosed 5")).sheet))
    part = layouts.non_serious(chance(seed, "enclosed 5")).part
    yield _a_mail("mail-in-mail-03.eml", mails.with_mail("As discussed.", typed), part)
    packed = archive(
        {"returns/return.docx": word(one.sheet), "returns/nil.pdf": printed(two.sheet)}
    )
    yield _single("zip-01.zip", packed, one.part, two.part, layout="zip")
    yield _a_mail(
        "zip-02.eml", mails.mail(_COVER, files=[("Returns.zip", packed)]), one.part, two.part
    )
    nested = archive({"inner.zip": archive({"n.docx": word(noticed.sheet)})})
    yield _single("zip-03.zip", nested, noticed.part, layout="zip")
    yield _a_mail(
        "blank-in-mail-01.eml",
        mails.mail(_COVER, files=[("form.docx", word(layouts.blank(noticed).sheet))]),
        Part("blank_form"),
    )
    words = "Dear team\n\nPlease use this version and ignore the earlier one.\n\nRegards\nSol\n"
    again = mails.mail(words, subject="v2 return", files=[("return v2.docx", word(one.sheet))])
    yield _a_mail("corrected-return-01.eml", again, one.part)


def _a_mail(file: str, content: bytes, *parts: Part, message_class: str = "personal") -> Single:
    return Single(file, file.rpartition("-")[0], content, parts, message_class)


def archive(files: Mapping[str, bytes], *, locked: bool = False, how: int = ZIP_STORED) -> bytes:
    """A zip archive; with `locked` its entries say that a password is needed."""
    target = BytesIO()
    with ZipFile(target, "w") as packed:
        for name, content in files.items():
            packed.writestr(ZipInfo(name, (2026, 11, 23, 9, 0, 0)), content, how)
    content = target.getvalue()
    if locked:  # bit 0 of the flags, in the local header and in the directory
        content = content.replace(b"PK\x03\x04\x14\x00\x00\x00", b"PK\x03\x04\x14\x00\x01\x00")
        content = content.replace(
            b"PK\x01\x02\x14\x03\x14\x00\x00\x00", b"PK\x01\x02\x14\x03\x14\x00\x01\x00"
        )
    return content


# --- mail in words -------------------------------------------------------------------------------


def _nil_words() -> Iterator[Single]:
    for number, words in enumerate(mails.NIL_WORDS, 1):
        subject = f"RE: [BB-2026-014-{_CHECK}] Information request"
        part = Part("nil_return", {"known_to_agency": False})
        part.ignored = ["agency", "author.name", "author.role", "case_reference"]
        yield _a_mail(f"nil-words-{number:02}.eml", mails.mail(words, subject=subject), part)
    for number, words in enumerate(mails.NOT_NIL_WORDS, 1):
        subject = f"RE: [BB-2026-014-{_CHECK}] Information request"
        yield _a_mail(f"not-nil-words-{number:02}.eml", mails.mail(words, subject=subject))


_CHECK = str(new_reference("BB", 2026, 14))[-1]


def _other_mail(seed: int) -> Iterator[Single]:
    marf = decoys.referral_to_social_care(chance(seed, "marf"))
    mail = mails.mail
    auto = (("Auto-Submitted", "auto-replied"), ("X-Auto-Response-Suppress", "All"))
    egress = mail(mails.EGRESS, subject="Return")
    page = [("Encrypted_Message.htm", mails.NHS_PAGE)]
    nhs = mail(mails.NHS_MAIL, subject="[secure] Return", files=page)
    form = [("MARF.docx", word(marf.sheet))]
    bulk = (("List-Unsubscribe", "<mailto:leave@news.example>"), ("Precedence", "bulk"))
    found = (
        ("egress", egress, "encrypted_placeholder"),
        ("nhsmail", nhs, "encrypted_placeholder"),
        ("away", mail(mails.AWAY, subject="Automatic reply: Request", headers=auto), "auto_reply"),
        ("bounce", mails.BOUNCE, "bounce"),
        ("urgent", mail(mails.REFERRAL, subject="Urgent referral"), "urgent_referral"),
        ("urgent-form", mail(_COVER, subject="Referral", files=form), "urgent_referral"),
        ("family", mail(mails.FAMILY, subject="My grandson"), "public_or_media"),
        ("press", mail(mails.PRESS, subject="Press enquiry"), "public_or_media"),
        ("rights", mail(mails.RIGHTS, subject="FOI request"), "public_or_media"),
        ("more-time", mail(mails.MORE_TIME, subject="RE: Request"), "extension_request"),
        ("newsletter", mail("Training in January.", subject="News", headers=bulk), "bulk"),
    )
    for name, content, message_class in found:
        yield Single(f"other-{name}.eml", "other-mail", content, None, message_class)


# --- what cannot be read -------------------------------------------------------------------------


def _unreadable(seed: int) -> Iterator[Single]:
    made = returns.modern_return(chance(seed, "unreadable"))
    good = word(made.sheet)
    bomb = archive({"word/document.xml": b"<a>" + b" " * 5_000_000 + b"</a>"}, how=ZIP_DEFLATED)
    locked = archive({"return.docx": good}, locked=True)
    yield _single("unreadable-01.docx", forms_kit.locked(), Part("unreadable"))
    yield _single("unreadable-02.docx", good[: len(good) // 2], Part("unreadable"))
    yield _single("unreadable-03.docx", bomb, Part("unreadable"))
    yield _single("unreadable-04.zip", locked, Part("unreadable"))
    yield _single("unreadable-05.pdf", b"%PDF-1.7\n" + bytes(range(256)) * 8, Part("unreadable"))
    cover = mails.mail(_COVER, files=[("locked.zip", locked), ("return.docx", good)])
    yield _a_mail("unreadable-06.eml", cover, Part("unreadable"), made.part)


def _oddities(seed: int) -> Iterator[Single]:
    """Files under a wrong name, two pages of one form, words around the answers."""
    made = layouts.modern(chance(seed, "odd 1"), how="bracket")
    yield _single("mislabelled-01.doc", rich_text(made.sheet), made.part)
    made = layouts.modern(chance(seed, "odd 2"))
    yield _single("mislabelled-02.doc", word(made.sheet), made.part)
    yield _single("mislabelled-03.docx", web_page(made.sheet).encode(), made.part)
    yield _single("mislabelled-04.docx", printed(made.sheet), made.part)
    names = _names(chance(seed, "names"))
    for number, one in enumerate(names, 1):
        yield _single(f"names-{number:02}.docx", word(one.sheet), one.part)
    tracked = _tracked(chance(seed, "tracked"))
    yield _single("tracked-01.docx", *tracked)


def _names(random: Random) -> Iterator[Made]:
    """Names and dates as they are really written, one short form each."""
    written = (
        ("ALDERBY Wren", "Wren Alderby", "22nd May 2016", "2016-05-22"),
        ("Wren Alderby aka Wren Reeth", "Wren Alderby", "22.05.16", "2016-05-22"),
        ("Wren O'DELL", "Wren O'Dell", "05/2016", "2016-05"),
        ("Siân Łukaszek", "Siân Łukaszek", "May 2016", "2016-05"),
        ("Baby Alderby", "Baby Alderby", "22 May 2026 at 03:40", "2026-05-22"),
        ("Wren Alderby (known as Birdie)", "Wren Alderby", "Sun 22 May 2016", "2016-05-22"),
        ("Mr Wren Alderby-Reeth", "Wren Alderby-Reeth", "2016", "2016"),
        ("Wren de Souza", "Wren de Souza", "13/12/2015", "2015-12-13"),
        ("Wren Alderby, DOB 22/05/2016", "Wren Alderby", "22-May-2016", "2016-05-22"),
    )
    for name, expected, born, day in written:
        f = begin(random, "notification", plain=True)
        f.note("child.name", expected)
        f.note(_BORN, day)
        f.may("incident.nature", f.case.nature)
        rows = (
            ("Name of child", name),
            ("Date of birth", born),
            f.row("Date of incident", "incident.date"),
            f.row("Summary of the incident", "incident.summary"),
            f.row("Name of notifier", "notifier.name"),
            f.row("Agency of notifier", "notifier.agency"),
        )
        yield Made(Sheet((Heading("Serious incident notification", 1), Pairs(rows))), f.part)


def _tracked(random: Random) -> tuple[bytes, Part]:
    """A form whose answers were changed with changes tracked: what was struck out is gone."""
    f = begin(random, "return", plain=True)
    rows = (
        f.row("Agency", "agency"),
        f.row("Author", "author.name"),
        f.row("Name of child", "child.name"),
        ("Is the child known to your agency?", "Yes"),
        f.row("Summary of involvement", "involvement_summary"),
        ("Learning", "HERE"),
    )
    f.note("known_to_agency", True)
    f.note("learning", "Records were read late.")
    content = word(Sheet((Heading("Agency return", 1), Pairs(rows))))
    document = docx.Document(BytesIO(content))
    space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    for paragraph in document.tables[0].rows[5].cells[1].paragraphs:
        for run in paragraph.runs:
            run._r.getparent().remove(run._r)
        for xml in (
            "<w:r><w:t xml:space='preserve'>Records were read </w:t></w:r>",
            "<w:del w:id='1' w:author='A'><w:r><w:delText>early</w:delText></w:r></w:del>",
            "<w:ins w:id='2' w:author='A'><w:r><w:t>late</w:t></w:r></w:ins>",
            "<w:r><w:t>.</w:t></w:r>",
        ):
            tag = xml.partition(">")[0]
            paragraph._p.append(parse_xml(xml.replace(tag, f"{tag} {space}", 1)))
    target = BytesIO()
    document.save(target)
    return packed_again(target.getvalue()), f.part


# --- through other programs ----------------------------------------------------------------------


def _saved_again() -> Iterator[Single]:
    """Our own forms after LibreOffice, which keeps no tags."""
    # In one line each: LibreOffice loses a line's end within a control.
    noticed = forms_kit.notification(
        child__address="4 Larkspur Row, Bedford MK40 0AA",
        parents="Ida Alderby (mother), Colm Reeth (father)",
    )
    part = Part("notification", dict(_NOTIFIED))
    found = forms_kit.filled(forms_kit.template("agency-return"), forms_kit.FINDINGS)
    for number, (content, expected, ending) in enumerate(
        (
            (noticed, part, "docx"),
            (noticed, part, "pdf"),
            (noticed, part, "doc"),
            (noticed, part, "odt"),
            (found, Part("return", dict(_FOUND)), "docx"),
            (found, Part("return", dict(_FOUND)), "pdf"),
            (found, Part("return", dict(_FOUND)), "doc"),
            (forms_kit.template("agency-return"), Part("blank_form"), "pdf"),
        ),
        1,
    ):
        file = f"own-saved-again-{number:02}.{ending}"
        yield Single(file, "own-saved-again", content, (expected,), saved_as=ending)


def _legacy(seed: int) -> Iterator[Single]:
    """Forms whose answers are the form fields of old Word."""
    for number, known in enumerate(("Yes", "No", ""), 1):
        kind = {"Yes": "return", "No": "nil_return", "": "blank_form"}[known]
        f = begin(chance(seed, f"legacy {number}"), kind, plain=True)
        names = ("Agency", "agency"), ("Author", "author.name"), ("Name of child", "child.name")
        rows = [f.row(la, name) if known else f.empty(la) for la, name in names]
        rows.append(("Is the child known to your agency?", known))
        if known:
            f.note("known_to_agency", known == "Yes")
        for label, name in (
            ("Summary of involvement", "involvement_summary"),
            ("Learning", "learning"),
        ):
            rows.append(f.row(label, name) if known == "Yes" else f.empty(label))
        yield _single(f"legacy-fields-{number:02}.docx", legacy_form("Agency return", rows), f.part)


def _from_outlook(seed: int) -> Iterator[Single]:
    """Mails dragged out of Outlook, and what Outlook makes of attachments for others."""
    made = returns.modern_return(chance(seed, "outlook 1"))
    noticed = layouts.modern(chance(seed, "outlook 2"))
    properties = {
        container_kit.SUBJECT: "Return",
        container_kit.BODY: _COVER,
        container_kit.SENDER_NAME: "Sol Winter",
        container_kit.SENDER_ADDRESS: "sol.winter@agency.example",
        container_kit.MESSAGE_ID: "<outlook1@agency.example>",
    }
    files = [container_kit.File("return.docx", word(made.sheet))]
    message = container_kit.Mail(properties, files=files)
    yield _a_mail("outlook-01.msg", container_kit.outlook_file(message), made.part)
    body = dict(properties) | {container_kit.BODY: text(noticed.sheet)}
    typed = container_kit.Mail(body)
    yield _a_mail("outlook-02.msg", container_kit.outlook_file(typed), noticed.part)
    forwarded = mails.mail(
        _COVER, files=[("mail.msg", container_kit.outlook_file(message))], subject="FW: Return"
    )
    yield _a_mail("outlook-03.eml", forwarded, made.part)
    packed = mails.mail(_COVER, files=[("winmail.dat", container_kit.winmail(message))])
    yield _a_mail("outlook-04.eml", packed, made.part)


def _answered_inline(seed: int) -> Single:
    """A return typed between the lines of the request that it quotes."""
    f = begin(chance(seed, "inline"), "return", plain=True)
    asked = (
        ("Agency:", "agency"),
        ("Author:", "author.name"),
        ("Summary of involvement:", "involvement_summary"),
        ("Learning:", "learning"),
    )
    lines = ["Dear team", "", "Our answers are below, under your questions.", ""]
    lines += ["On 20 Nov 2026, at 09:00, Rapid Review Unit <unit@partnership.example> wrote:", ""]
    for label, name in asked:
        lines += [f"> {label}", "", f.row(label, name)[1], ""]
    return _a_mail("answered-inline-01.eml", mails.mail("\n".join(lines)), f.part)
