"""What can happen in a story, and the people who do it."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC
from typing import TYPE_CHECKING

from mailbot.core.model import Area
from mailbot.daemon import one_pass
from mailbot.mailboxes import SENT
from mailbot.mailboxes.maildir_files import deliver, entries, folder_path
from tests.forms_kit import FINDINGS, filled, notification
from tests.stories.mails import File, a_mail, an_absence, an_answer, parsed, word_files
from tests.stories.scenes import Scene, StoryError, day_in

if TYPE_CHECKING:
    from tests.stories.telling import Telling


def party(to: frozenset[str], area: Area) -> str:
    """The recipients of a letter as a story names them: "staff", "police with its lead"."""
    partners = [a for a in area.agencies if a.partner]
    delegates = {person.email for agency in partners for person in agency.delegates}
    groups: list[tuple[str, set[str]]] = [
        ("staff", {person.email for person in area.staff}),
        *((("partners and chair", delegates | {area.chair.email}),) if area.chair else ()),
        ("partners", delegates),
    ]
    for one in area.agencies:
        lead = {one.lead.email} if one.lead else set()
        groups += [
            (f"{one.code} with its lead", {*one.contacts, *lead}),
            (one.code, {*one.contacts}),
        ]
    named = (area.manager, area.notifier, area.chair, *area.board)
    people = [person for person in named if person]
    people += [person for agency in area.agencies for person in agency.delegates]
    groups += [(person.name, {person.email}) for person in people]
    groups.append(("the Panel", {area.panel_address}))
    names, rest = [], set(to)
    for name, members in groups:
        if members and members <= rest:
            names.append(name)
            rest -= members
    return " and ".join([*names, *sorted(rest)])


def act(telling: "Telling", scene: Scene) -> None:
    """Let happen what a scene says happens."""
    for pattern, event in EVENTS.items():
        found = re.fullmatch(pattern, scene.event)
        if found:
            event(telling, scene, *found.groups())
            return
    raise StoryError(f"{telling.story.name}, line {scene.number}: nobody knows “{scene.event}”")


def _notification(telling: "Telling", scene: Scene, code: str, day: str) -> None:
    form = notification(incident__date=day_in(day))
    mime = a_mail(
        telling.agency(code).contacts[0],
        telling.area.address,
        subject="Serious incident notification",
        text="Please find our notification attached.",
        at=scene.at,
        files=[File("notification.docx", form)],
    )
    telling.arrive(mime, scene.at)


def _answers(telling: "Telling", scene: Scene, what: str, code: str) -> None:
    address = telling.agency(code).contacts[0]
    letter, files = telling.last_letter(address), []
    words = {
        "findings": "Our return is attached.",
        "partial return": "Part of our return is attached; the chronology is to follow.",
        "nil return": "Nil return: the child is not known to us.",
        "question": "Which period do you mean? We shall ring you.",
    }.get(what, "I am away.")
    if what in {"findings", "partial return"}:
        form = word_files(telling.last_letter(address, "information-request"))[0]
        files = [File("return.docx", filled(form, FINDINGS))]
    if what == "out of office":
        telling.arrive(an_absence(letter, address, words, at=scene.at), scene.at)
    else:
        telling.arrive(an_answer(letter, address, words, at=scene.at, files=files), scene.at)


def _staff_write(telling: "Telling", scene: Scene) -> None:
    writer = telling.area.staff[0].email
    letter = telling.last_letter(writer)
    telling.arrive(an_answer(letter, writer, "\n".join(scene.words), at=scene.at), scene.at)


def _staff_send(telling: "Telling", scene: Scene) -> None:
    """Staff send what lies in Drafts: the mail program gives each a new Message-ID."""
    mailbox, moment = telling.rehearsal.mailbox, scene.at.astimezone(UTC)
    for entry in entries(folder_path(mailbox, "Drafts")).values():
        mail = parsed(entry.path.read_bytes())
        mail.replace_header("Message-ID", f"<{entry.id}@mail-program.example>")
        deliver(folder_path(mailbox, SENT), mail.as_bytes(), moment, flags="S")
        entry.path.unlink()
    one_pass(telling.unit, moment)


def _panel_answers(telling: "Telling", scene: Scene) -> None:
    mime = a_mail(
        telling.area.panel_address,
        telling.area.address,
        subject=f"RE: [{telling.case}] Rapid review: decision and report",
        text="The Panel agrees with your decision.",
        at=scene.at,
    )
    telling.arrive(mime, scene.at)


def _sleeps(telling: "Telling", _scene: Scene) -> None:
    telling.asleep = True


def _wakes(telling: "Telling", scene: Scene) -> None:
    telling.asleep = False
    telling.rehearsal.now = scene.at.astimezone(UTC)
    one_pass(telling.unit, telling.rehearsal.now)


def _nothing(_telling: "Telling", _scene: Scene) -> None:
    pass


#: What can happen in a story, as it is written there.
EVENTS: Mapping[str, Callable[..., None]] = {
    "mailbot begins": _nothing,
    "nothing arrives": _nothing,
    r"notification from (\S+), incident on (.+)": _notification,
    r"(findings|partial return|nil return|question|out of office) from (\S+)": _answers,
    "staff write": _staff_write,
    "staff send what lies in Drafts": _staff_send,
    "the Panel answers": _panel_answers,
    "mailbot falls asleep": _sleeps,
    "mailbot wakes": _wakes,
}
