"""What agencies enclose in a story besides one return of their own."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from tests.forms_kit import FINDINGS, a_table, filled, locked
from tests.stories.mails import File, a_mail, an_answer, word_files
from tests.stories.people import address_of
from tests.stories.scenes import Scene, StoryError

if TYPE_CHECKING:
    from tests.stories.telling import Telling

CHRONOLOGY = (
    ("Date", "Event", "Source"),
    ("?22 may 2016", "Home visit by the health visitor", "Child health record"),
    ("2016-09", "Moved to another address", "Housing record"),
    ("5 March 2026", "Home visit; weight below the expected line", "Child health record"),
)
REFERRAL = (
    ("Date of referral", "28 November 2026"),
    ("Name of child", "Wren Alderby"),
    ("Is the child at immediate risk?", "Yes"),
    ("Consent of the parents", "Not sought"),
)


def _enclosed(telling: "Telling", scene: Scene, words: str, who: str) -> None:
    """Somebody answers the newest letter with the papers that a story names."""
    address = address_of(who, telling.here.area)
    files = [file for what in words.split(" and ") for file in _files(telling, what.strip(), who)]
    text = "\n".join(scene.words) or "Please find our papers attached."
    if telling.letters_to(address):
        letter = telling.last_letter(address)
        telling.arrive(an_answer(letter, address, text, at=scene.at, files=files))
    else:
        telling.arrive(_of_its_own(telling, scene, address, text, files))


def _of_its_own(
    telling: "Telling", scene: Scene, address: str, text: str, files: Sequence[File]
) -> bytes:
    area = telling.here.area
    return a_mail(address, area.address, subject="Papers", text=text, at=scene.at, files=files)


def _sealed(telling: "Telling", scene: Scene, who: str, gateway: str | None) -> None:
    """An Egress notice: from the agency itself, or from its gateway that says it is a machine."""
    area = telling.here.area
    address = address_of(who, area)
    words = (
        "You have received a secure message, sent using Egress Protect.\n\n"
        "Click to read this secure email online: https://reader.gateway.example/abc"
    )
    headers = {"Reply-To": address, "Auto-Submitted": "auto-generated"} if gateway else {}
    sender = gateway or address
    telling.arrive(
        a_mail(sender, area.address, subject="Return", text=words, at=scene.at, headers=headers)
    )


def _files(telling: "Telling", what: str, who: str) -> list[File]:
    whose, _, of = what.partition(" of ")
    if whose == "the return":
        return [File(f"{of or who}.docx", filled(_form(telling, of or who), FINDINGS))]
    if whose == "the unfilled form":
        return [File("form.docx", _form(telling, who))]
    if whose == "a chronology":
        table = a_table(CHRONOLOGY, heading="Chronology", header=True)
        return [File("chronology.docx", table)]
    if whose == "a locked file":
        return [File("return.docx", locked())]
    if whose == "a referral form":
        return [File("marf.docx", a_table(REFERRAL, heading="Multi-agency referral form"))]
    raise StoryError(f"{telling.story.name}: nobody encloses “{what}”")


def _form(telling: "Telling", code: str) -> bytes:
    """The form that went out with the newest request for an agency, whoever got it."""
    telling.here.collect()
    for letter in reversed(telling.here.sent):
        if letter.kind == "information-request" and letter.posted.agency == code:
            return word_files(letter.mime)[0]
    raise StoryError(f"{telling.story.name}: {code} was not asked")


PAPERS: Mapping[str, Callable[..., None]] = {
    r"(the .+|a .+) from (\S+)": _enclosed,
    r"an encrypted mail from (\S+?)(?: by way of (\S+@\S+))?": _sealed,
}
