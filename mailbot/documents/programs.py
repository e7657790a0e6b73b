"""The programs beside mailbot that read what it cannot read alone, and what is lost without them.

None of them is needed to run. Where one is missing, the files that it would read wait for a person.
"""

import shutil
from collections.abc import Mapping

#: Program -> what becomes of files without it, and how it is installed.
_PROGRAMS: Mapping[str, str] = {
    "soffice": (
        "LibreOffice is not installed: old Word and Excel files (.doc, .xls) wait for a person, "
        "and of RTF only the bare text is read. On Debian and Ubuntu: "
        "apt-get install --no-install-recommends libreoffice-writer-nogui libreoffice-calc-nogui"
    ),
    "tesseract": (
        "Tesseract is not installed: forms that come as a scan or a photograph wait for a person. "
        "On Debian and Ubuntu: apt-get install tesseract-ocr tesseract-ocr-eng"
    ),
}


def programs_missing() -> tuple[str, ...]:
    """Return a sentence for each program that is not installed where mailbot would look for it."""
    return tuple(sentence for name, sentence in _PROGRAMS.items() if shutil.which(name) is None)
