"""Make docs/pictures: every kind of letter, the Word forms and the report, out of a new demo.

Letters that the demo has no need of come out of the stories in tests/stories.

It needs chromium, LibreOffice and poppler. Run it as `make pictures` after a change to templates.
"""

import html
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from mailbot.console import start_log
from mailbot.demo import play
from mailbot.demo_mails import filled, word_file_of
from mailbot.demo_story import HOSPITAL, NOTIFICATION
from tests.stories.mails import parsed
from tests.stories.telling import Telling

ROOT = Path(__file__).resolve().parent.parent
PICTURES = ROOT / "docs" / "pictures"
DESK, PHONE = 680, 400  # pixels wide
NARROWEST = 500  # no window of chromium's is narrower: a telephone is shown within one
TALLEST = 100  # the frame while its page is measured; it grows to what the page needs
LAST_PAGE = "3"  # of a document; the report goes on as it begins

#: Picture -> the letter of the demo, as its file is named without date and hour.
LETTERS = {
    "acknowledgement": "2026-11-23-0930-acknowledgement",
    "call-of-partners": "2026-11-23-0930-call-of-partners",
    "new-case": "2026-11-23-0930-new-case",
    "missing-fields": "2026-11-24-0900-missing-fields",
    "board-told": "2026-11-24-1005-board-told-draft",
    "worksheet": "2026-11-24-1005-worksheet",
    "information-request": "2026-11-24-1020-information-request-police",
    "alert": "2026-11-24-1024-alert-hospital",
    "invitation": "2026-11-25-0940-invitation-draft",
    "return-acknowledged": "2026-11-27-0940-return-acknowledged-education",
    "nil-return-acknowledged": "2026-11-26-1405-return-acknowledged-probation",
    "reminder": "2026-11-27-0900-reminder-police",
    "reminder-late": "2026-12-02-0900-reminder-police",
    "reminder-to-staff": "2026-12-03-0900-reminder-police-2",
    "digest": "2026-12-02-0800-digest",
    "instruction-answer": "2026-11-24-1005-instruction-answer",
    "instruction-not-understood": "2026-12-07-1300-instruction-answer",
    "submission": "2026-12-07-1340-submission-draft",
    "checklist": "2026-12-07-1340-checklist",
    "panel-answer": "2026-12-18-1100-panel-answer",
    "outcome": "2026-12-18-1200-outcome-gp-draft",
}
#: Picture -> the story in which its letter is written, the first of its kind.
STORIES = {
    "change-note": "more-time",
    "death-worksheet": "looked-after-child",
    "further-submission": "panel-asks-for-more",
    "health-report-arrived": "nhs-serious-incident",
    "health-report-request": "nhs-serious-incident",
    "health-summary": "nhs-serious-incident",
    "meeting-to-arrange": "meeting-to-arrange",
    "notification-waits": "same-child-twice",
    "quorum-in-doubt": "quorum-in-doubt",
    "safety-reply": "referral-in-the-wrong-mailbox",
    "same-incident": "two-notifications",
}
#: Letters that partners and staff mostly read on a telephone.
ON_A_PHONE = ("information-request", "reminder", "digest")


def main() -> None:
    """Play the demo and take the pictures anew."""
    start_log("error")
    for program in ("chromium", "soffice", "pdftoppm"):
        if shutil.which(program) is None:
            sys.exit(f"{program} is not installed; these pictures cannot be made without it.")
    shutil.rmtree(PICTURES, ignore_errors=True)
    PICTURES.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as directory:
        home = Path(directory) / "demo"
        play(home, say=lambda _: None)
        for name, stem in LETTERS.items():
            page = home / "letters" / f"{stem}.html"
            take(page, PICTURES / f"{name}.png", width=DESK)
            if name in ON_A_PHONE:
                take(page, PICTURES / f"{name}-phone.png", width=PHONE)
        documents(home)
        for story in sorted(set(STORIES.values())):
            out_of(story, Path(directory) / story)
    size = sum(picture.stat().st_size for picture in PICTURES.iterdir())
    print(f"{len(list(PICTURES.iterdir()))} pictures, {size // 1024} KB, in {PICTURES.name}/")


def out_of(story: str, home: Path) -> None:
    """Play a story and take the pictures of the letters that are wanted from it."""
    telling = Telling(home, ROOT / "tests" / "stories" / f"{story}.txt")
    try:
        telling.play()
        outbox = telling.here.unit.store.outbox
        for kind in (name for name, wanted in STORIES.items() if wanted == story):
            letter = next(x for x in reversed(outbox.all(1000)) if x.kind == kind)
            html_part = parsed(outbox.mime(letter.key)).get_body(("html",))
            page = home / f"{kind}.html"
            page.write_text(html_part.get_content(), encoding="utf-8")
            take(page, PICTURES / f"{kind}.png", width=DESK)
    finally:
        telling.close()


def take(page: Path, picture: Path, *, width: int) -> None:
    """Given a page, save how it looks at a width, down to where it ends."""
    frame = page.with_suffix(f".{width}.html")
    frame.write_text(framed(page, width=width, height=TALLEST), encoding="utf-8")
    seen = chromium("--dump-dom", frame)
    height = int(re.findall(r"<title>([0-9]+)</title>", seen)[0])
    frame.write_text(framed(page, width=width, height=height), encoding="utf-8")
    window = f"--window-size={max(width, NARROWEST)},{height}"
    chromium(window, f"--screenshot={picture}", frame)


def framed(page: Path, *, width: int, height: int) -> str:
    """Given a page, return one that shows it at a width, and tells its height in its title."""
    inside = html.escape(page.read_text("utf-8"), quote=True)
    return (
        "<!DOCTYPE html><title></title><body style='margin:0;background:#d8d8d8'>"
        f'<iframe srcdoc="{inside}" scrolling="no" '
        'onload="document.title = contentDocument.body.scrollHeight" style="display:block;'
        f'margin:0 auto;border:0;width:{width}px;height:{height}px"></iframe>'
    )


def chromium(*arguments: object) -> str:
    """Run chromium without a window, and return what it writes."""
    fixed = ("--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars")
    *options, page = arguments
    address = page.as_uri() if isinstance(page, Path) else str(page)
    done = subprocess.run(
        ["chromium", *fixed, "--force-device-scale-factor=1", *map(str, options), address],
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout


def documents(home: Path) -> None:
    """The report, the chronology, the worksheet and the Word forms, page by page."""
    folder = home / "documents"
    folder.mkdir()
    request = home / "letters" / f"{LETTERS['information-request']}.eml"
    hospital = next((home / "letters").glob("2026-11-25-*-information-request-hospital.eml"))
    sheet = home / "letters" / f"{LETTERS['worksheet']}.eml"
    checklist = home / "letters" / f"{LETTERS['checklist']}.eml"
    template = home / "templates" / "serious-notification.docx"
    contents = {
        "form-notification": filled(template.read_bytes(), NOTIFICATION),
        "form-return": word_file_of(request.read_bytes()),
        "form-return-filled": filled(word_file_of(hospital.read_bytes()), HOSPITAL),
        "worksheet-form": word_file_of(sheet.read_bytes()),
        "chronology": word_file_of(checklist.read_bytes()),
        "report": (home / "rapid-review-report.docx").read_bytes(),
    }
    for name, content in contents.items():
        (folder / f"{name}.docx").write_bytes(content)
    files = [str(path) for path in sorted(folder.glob("*.docx"))]
    profile = f"-env:UserInstallation={(home / 'office').as_uri()}"
    convert = ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", str(folder)]
    subprocess.run([*convert, *files], check=True, capture_output=True)
    for pdf in sorted(folder.glob("*.pdf")):
        subprocess.run(
            [
                "pdftoppm",
                "-gray",
                "-r",
                "50",
                "-l",
                LAST_PAGE,
                "-png",
                str(pdf),
                str(PICTURES / pdf.stem),
            ],
            check=True,
        )


if __name__ == "__main__":
    main()
