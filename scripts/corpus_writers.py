"""The formats of the corpus: how a sheet becomes a file, and which programs that needs."""

from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass

from scripts.corpus_mails import mail
from scripts.corpus_office import converted, photographed, picture, printed_by_browser, scanned
from scripts.corpus_pages import rich_text, text, web_page, workbook
from scripts.corpus_pdf import printed, to_fill_in
from scripts.corpus_sheets import Boxes, Choice, Made, Pairs, Part, Sheet
from scripts.corpus_word import word


@dataclass(frozen=True)
class Writer:
    """One way to put a sheet into a file."""

    ending: str
    write: Callable[[Sheet], bytes]
    mail: bool = False


def _typed_mail(sheet: Sheet) -> bytes:
    body = f"Dear team\n\nPlease see below.\n\n{text(sheet)}\nKind regards\nSol\n"
    return mail(body, subject="Form as asked for")


def _mail_with_page(sheet: Sheet) -> bytes:
    return mail(text(sheet), subject="Form as asked for", page=web_page(sheet))


def _mail_with_word(sheet: Sheet) -> bytes:
    body = "Dear team\n\nPlease find our form attached.\n\nKind regards\nSol Winter\n"
    return mail(body, subject="[secure] Form", files=[("Form v1 FINAL.docx", word(sheet))])


WRITERS: Mapping[str, Writer] = {
    "docx": Writer("docx", word),
    "docm": Writer("docm", lambda sheet: word(sheet, macros=True)),
    "txt": Writer("txt", lambda sheet: text(sheet).encode()),
    "txt under": Writer("txt", lambda sheet: text(sheet, under=True).encode("cp1252", "replace")),
    "html": Writer("html", lambda sheet: web_page(sheet).encode()),
    "html inputs": Writer("html", lambda sheet: web_page(sheet, inputs=True).encode()),
    "xlsx": Writer("xlsx", workbook),
    "rtf": Writer("rtf", rich_text),
    "pdf": Writer("pdf", printed),
    "pdf drawn": Writer("pdf", lambda sheet: printed(sheet, drawn=True)),
    "pdf unruled": Writer("pdf", lambda sheet: printed(sheet, ruled=False)),
    "acroform": Writer("pdf", to_fill_in),
    "acroform bare": Writer("pdf", lambda sheet: to_fill_in(sheet, appearances=False)),
    "acroform radio": Writer("pdf", lambda sheet: to_fill_in(sheet, radio=True)),
    "mail typed": Writer("eml", _typed_mail, mail=True),
    "mail page": Writer("eml", _mail_with_page, mail=True),
    "mail word": Writer("eml", _mail_with_word, mail=True),
    "office doc": Writer("doc", lambda sheet: converted(word(sheet), "docx", "doc")),
    "office odt": Writer("odt", lambda sheet: converted(word(sheet), "docx", "odt")),
    "office rtf": Writer("rtf", lambda sheet: converted(word(sheet), "docx", "rtf")),
    "office docx": Writer(
        "docx", lambda sheet: converted(converted(word(sheet), "docx", "odt"), "odt", "docx")
    ),
    "office pdf": Writer("pdf", lambda sheet: converted(word(sheet), "docx", "pdf")),
    "browser pdf": Writer("pdf", lambda sheet: printed_by_browser(web_page(sheet))),
    "scan": Writer("pdf", lambda sheet: scanned(_paper(sheet))),
    "photo": Writer("jpg", lambda sheet: photographed(_paper(sheet))),
    "screenshot": Writer("png", lambda sheet: picture(_paper(sheet))),
}


def _paper(sheet: Sheet) -> bytes:
    return converted(word(sheet), "docx", "pdf")


#: Writer -> programs that its making needs.
NEEDS: Mapping[str, tuple[str, ...]] = {
    "office doc": ("libreoffice",),
    "office odt": ("libreoffice",),
    "office rtf": ("libreoffice",),
    "office docx": ("libreoffice",),
    "office pdf": ("libreoffice",),
    "browser pdf": ("chromium",),
    "scan": ("libreoffice", "poppler"),
    "photo": ("libreoffice", "poppler"),
    "screenshot": ("libreoffice", "poppler"),
}
#: Writer -> programs that its reading needs.
READS: Mapping[str, tuple[str, ...]] = {
    "office doc": ("libreoffice",),
    "office rtf": ("libreoffice",),
    "rtf": ("libreoffice",),
    "scan": ("tesseract",),
    "photo": ("tesseract",),
    "screenshot": ("tesseract",),
}


def _without_ticks(made: Made) -> Part:
    """What may be read of a picture: words, and never a tick."""
    part = deepcopy(made.part)
    for block in made.sheet.blocks:
        if isinstance(block, Boxes):
            _doubt(part, "incident.nature")
        for label, answer in block.rows if isinstance(block, Pairs) else ():
            if isinstance(answer, Choice) and answer.how != "delete":
                for name, words in _ASKED.items():
                    if any(word_ in label.lower() for word_ in words):
                        _doubt(part, name)
    return part


_ASKED = {
    "child.gender": ("gender",),
    "incident.nature": ("type of incident", "nature of incident"),
    "known_to_agency": ("known to your",),
}


def _doubt(part: Part, name: str) -> None:
    if name in part.fields:
        del part.fields[name]
        part.cannot_tell.append(name)


seen_by_ocr: Mapping[str, Callable[[Made], Part]] = {
    "scan": _without_ticks,
    "photo": _without_ticks,
    "screenshot": _without_ticks,
}
