"""Other programs' work on the corpus: LibreOffice, Chromium, a scanner and a telephone's camera."""

import re
import subprocess
from functools import cache
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp
from zipfile import ZIP_DEFLATED, ZipFile

from PIL import Image, ImageFilter


@cache
def _profile() -> str:
    return Path(mkdtemp(prefix="corpus-office-")).as_uri()


def converted(content: bytes, ending: str, to: str) -> bytes:
    """A file saved by LibreOffice in another format: "doc", "odt", "rtf", "pdf", "docx"."""
    filters = {"doc": "doc:MS Word 97", "xls": "xls:MS Excel 97"}
    with TemporaryDirectory() as folder:
        source = Path(folder, f"form.{ending}")
        source.write_bytes(content)
        command = ["soffice", f"-env:UserInstallation={_profile()}", "--headless"]
        command += ["--convert-to", filters.get(to, to), "--outdir", folder, str(source)]
        subprocess.run(command, check=True, capture_output=True, timeout=120)
        saved = Path(folder, f"form.{to}").read_bytes()
    return _without_picture(saved) if to == "odt" else saved


def _without_picture(content: bytes) -> bytes:
    """An OpenDocument file without the picture of its first page, most of its size."""
    target = BytesIO()
    with ZipFile(BytesIO(content)) as old, ZipFile(target, "w", ZIP_DEFLATED) as new:
        for entry in old.infolist():
            part = old.read(entry)
            if entry.filename == "META-INF/manifest.xml":
                part = re.sub(rb"<manifest:file-entry [^>]*Thumbnails/[^>]*/>", b"", part)
            if not entry.filename.startswith("Thumbnails/"):
                new.writestr(entry, part)
    return target.getvalue()


def printed_by_browser(page: str) -> bytes:
    """A web page printed to PDF by Chromium."""
    with TemporaryDirectory() as folder:
        source, target = Path(folder, "form.html"), Path(folder, "form.pdf")
        source.write_text(page, "utf-8")
        command = [
            "chromium",
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--no-pdf-header-footer",
        ]
        command += [f"--user-data-dir={folder}/profile", f"--print-to-pdf={target}"]
        subprocess.run([*command, source.as_uri()], check=True, capture_output=True, timeout=120)
        return target.read_bytes()


def pages_of(pdf: bytes, dots: int) -> list[Image.Image]:
    """The pages of a PDF as grey pictures, so many dots to the inch."""
    with TemporaryDirectory() as folder:
        source = Path(folder, "form.pdf")
        source.write_bytes(pdf)
        subprocess.run(
            ["pdftoppm", "-gray", "-r", str(dots), str(source), f"{folder}/page"],
            check=True,
            capture_output=True,
            timeout=120,
        )
        return [Image.open(BytesIO(p.read_bytes())) for p in sorted(Path(folder).glob("page*"))]


def scanned(pdf: bytes, *, dots: int = 200, turn: float = 0.3) -> bytes:
    """A PDF printed and scanned again, a little askew: pictures of pages, and no text."""
    pages = [_askew(page, turn).convert("1") for page in pages_of(pdf, dots)]
    target = BytesIO()
    pages[0].save(target, "PDF", save_all=True, append_images=pages[1:], resolution=float(dots))
    return target.getvalue()


def photographed(pdf: bytes, *, dots: int = 170, turn: float = 1.0) -> bytes:
    """The first page as a photograph: askew, a little soft, as JPEG."""
    page = _askew(pages_of(pdf, dots)[0], turn).filter(ImageFilter.GaussianBlur(0.5))
    target = BytesIO()
    page.save(target, "JPEG", quality=35)
    return target.getvalue()


def picture(pdf: bytes, *, dots: int = 150) -> bytes:
    """The first page as a screenshot: PNG in few colours."""
    target = BytesIO()
    pages_of(pdf, dots)[0].quantize(8).save(target, "PNG", optimize=True, dpi=(dots, dots))
    return target.getvalue()


def _askew(page: Image.Image, turn: float) -> Image.Image:
    return page.rotate(turn, fillcolor=255, resample=Image.Resampling.BICUBIC)
