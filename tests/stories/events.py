"""What can happen in a story, as it is written there."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC
from typing import TYPE_CHECKING

from mailbot.by_hand import link_message, open_from_message, record_lines
from mailbot.mailboxes import DRAFTS, SENT
from mailbot.mailboxes.maildir_files import deliver, entries, folder_path
from tests.forms_kit import FINDINGS, PLAIN_RETURN, filled, paragraphs
from tests.stories import calendars
from tests.stories.mails import File, a_bounce, a_mail, an_absence, an_answer, parsed, word_files
from tests.stories.notices import NOTICES
from tests.stories.papers import PAPERS
from tests.stories.people import address_of, agency_of, party
from tests.stories.scenes import Scene, StoryError

if TYPE_CHECKING:
    from tests.stories.telling import Telling

#: What agencies answer, in their own words.
ANSWERS = {
    "findings": "Our return is attached.",
    "corrected return": "A corrected return is attached; please use this one.",
    "partial return": "Part of our return is attached; the chronology is to follow.",
    "nil return": "Nil return: the child is not known to us.",
    "question": "Which period do you mean? We shall ring you.",
    "out of office": "I am away.",
}
WITH_A_FORM = {"findings", "corrected return", "partial return"}


def act(telling: "Telling", scene: Scene) -> None:
    """Let happen what a scene says happens."""
    for pattern, event in {**NOTICES, **EVENTS, **PAPERS}.items():
        found = re.fullmatch(pattern, scene.event)
        if found:
            event(telling, scene, *found.groups())
            return
    raise StoryError(f"{telling.story.name}, line {scene.number}: nobody knows “{scene.event}”")


# --- agencies -----------------------------------------------------------------------------------


def _answers(telling: "Telling", scene: Scene, what: str, code: str) -> None:
    agency = agency_of(code, telling.here.area)
    address = address_of(code, telling.here.area)
    request = _request(telling, agency.code) if what in WITH_A_FORM else b""
    # Whoever did not get a letter of their own answers the one that was passed on to them.
    letter = telling.last_letter(address) if telling.letters_to(address) else request
    files: list[File] = []
    if request:
        files = [File("return.docx", filled(word_files(request)[0], FINDINGS))]
    if what == "out of office":
        telling.arrive(an_absence(letter, address, ANSWERS[what], at=scene.at))
    else:
        telling.arrive(an_answer(letter, address, ANSWERS[what], at=scene.at, files=files))


def _request(telling: "Telling", code: str) -> bytes:
    """The newest information request for an agency, whoever it was addressed to."""
    telling.here.collect()
    for letter in reversed(telling.here.sent):
        mine = letter.posted.case == telling.case and letter.posted.agency == code
        if mine and letter.kind == "information-request":
            return letter.mime
    raise StoryError(f"{telling.story.name}: {code} was not asked")


def _writes(telling: "Telling", scene: Scene, who: str) -> None:
    """Somebody answers the newest letter that they got about the case, in words of their own."""
    address = address_of(who, telling.here.area)
    letter = telling.last_letter(address)
    telling.arrive(an_answer(letter, address, "\n".join(scene.words), at=scene.at))


def _without_a_reference(telling: "Telling", scene: Scene, code: str) -> None:
    """A return in a mail of its own, which says only whom it is about."""
    about = "Name of child: Wren Alderby\nDate of birth: 3 April 2019\n"
    mime = a_mail(
        telling.agency(code).contacts[0],
        telling.here.area.address,
        subject="Return",
        text=about + PLAIN_RETURN,
        at=scene.at,
    )
    telling.arrive(mime)


def _misdirected(telling: "Telling", scene: Scene, what: str, code: str, slug: str) -> None:
    """An agency of another area answers that area's request, to the wrong mailbox."""
    there = telling.places[slug]
    contact = there.area.agency(code).contacts[0]
    asked = [x for x in there.sent if x.kind == "information-request" and contact in x.to]
    mail = parsed(an_answer(asked[-1].mime, contact, ANSWERS[what], at=scene.at))
    mail.replace_header("To", telling.here.area.address)
    telling.arrive(mail.as_bytes())


def _health_report(telling: "Telling", scene: Scene, which: str, who: str) -> None:
    """A health report as a Word file, in a mail that names the case's reference."""
    area = telling.here.area
    address = address_of(who, area)
    report = paragraphs(f"# {which} report", "What is known so far of the incident.")
    files = [File(f"{which} report.docx".replace(" ", "-"), report)]
    words = f"Please find the {which} report attached."
    subject = f"[{telling.case}] {which} report"
    telling.arrive(
        a_mail(address, area.address, subject=subject, text=words, at=scene.at, files=files)
    )


def _comes_unvouched(telling: "Telling", scene: Scene, who: str) -> None:
    _comes(telling, scene, who, vouched=False)


def _comes(telling: "Telling", scene: Scene, who: str, *, vouched: bool = True) -> None:
    """A mail of its own, in words that stand in the story: "Subject: ..." first."""
    area = telling.here.area
    sender = who if "@" in who else address_of(who, area)
    subject = scene.words[0].removeprefix("Subject: ")
    text = "\n".join(scene.words[1:])
    mime = a_mail(sender, area.address, subject=subject, text=text, at=scene.at)
    telling.arrive(mime, vouched=vouched)


def _linked_by_hand(telling: "Telling", scene: Scene) -> None:
    """Whoever runs the server puts the one mail that waits into the case."""
    unit = telling.here.unit
    waiting = unit.store.messages.waiting()
    assert len(waiting) == 1, "one mail must wait"
    link_message(unit, waiting[0].key, telling.case, by="command line", now=telling.now)
    telling.work()


def _opened_by_hand(telling: "Telling", scene: Scene) -> None:
    """Whoever runs the server opens a case with the one mail that waits."""
    unit = telling.here.unit
    waiting = unit.store.messages.waiting()
    assert len(waiting) == 1, "one mail must wait"
    open_from_message(unit, waiting[0].key, by="command line", now=telling.now)
    telling.work()


def _bounces(telling: "Telling", scene: Scene, kind: str, code: str) -> None:
    address = telling.agency(code).contacts[0]
    letter = telling.last_letter(address, kind)
    host = telling.here.area.authserv_id
    telling.arrive(a_bounce(letter, address, host=host, at=scene.at))


# --- staff --------------------------------------------------------------------------------------


def _staff_write(telling: "Telling", scene: Scene, about: str | None = None) -> None:
    """Staff answer the newest letter about the case, or the newest of a kind."""
    writer = telling.here.area.staff[0].email
    letter = telling.last_letter(writer, about or "")
    telling.arrive(an_answer(letter, writer, "\n".join(scene.words), at=scene.at))


def _merge(telling: "Telling", scene: Scene, number: str) -> None:
    """Staff copy the line of the letter that suggested it."""
    into = telling.here.refs[int(number) - 1]
    scene.words = [f"merge: {into}, it is one incident"]
    _staff_write(telling, scene)


def _separate(telling: "Telling", scene: Scene, number: str) -> None:
    scene.words = [f"separate: {telling.here.refs[int(number) - 1]}, they are two incidents"]
    _staff_write(telling, scene)


def _command_line(telling: "Telling", scene: Scene) -> None:
    """The same lines, given to `mailbot record` by whoever runs the server."""
    unit = telling.here.unit
    record_lines(unit, telling.case, "\n".join(scene.words), by="command line", now=telling.now)
    telling.work()


def _staff_send(telling: "Telling", scene: Scene, whom: str | None = None) -> None:
    """Staff send what lies in Drafts: the mail program gives each a new Message-ID."""
    mailbox = telling.here.rehearsal.mailbox
    for entry, mail in _drafts(telling, whom):
        mail.replace_header("Message-ID", f"<{entry.id}@mail-program.example>")
        sent = folder_path(mailbox, SENT)
        deliver(sent, mail.as_bytes(), scene.at.astimezone(UTC), flags="S")
        entry.path.unlink()
    telling.work()


def _staff_delete(telling: "Telling", _scene: Scene, whom: str | None = None) -> None:
    for entry, _ in _drafts(telling, whom):
        entry.path.unlink()
    telling.work()


def _drafts(telling: "Telling", whom: str | None):
    place = telling.here
    found = []
    for entry in entries(folder_path(place.rehearsal.mailbox, DRAFTS)).values():
        mail = parsed(entry.path.read_bytes())
        to = frozenset(a.addr_spec.casefold() for h in ("To", "Cc") for a in _addresses(mail, h))
        if whom is None or party(to, place.area) == whom:
            found.append((entry, mail))
    if not found:
        raise StoryError(f"{telling.story.name}: no draft to {whom or 'anybody'}")
    return found


def _addresses(mail, header: str):
    return mail[header].addresses if mail[header] else ()


# --- the Panel, and the program itself ----------------------------------------------------------

PANEL_SAYS = {
    "agrees": "The Panel agrees with your decision.",
    "disagrees": "The Panel does not agree with your decision not to carry out a review.",
    "asks for more": "The Panel asks for further information on the health services' part.",
    "answers": "The Panel agrees with your decision.",
}


def _panel_answers(telling: "Telling", scene: Scene, what: str) -> None:
    mime = a_mail(
        telling.here.area.panel_address,
        telling.here.area.address,
        subject=f"RE: [{telling.case}] Rapid review: decision and report",
        text=PANEL_SAYS[what],
        at=scene.at,
    )
    telling.arrive(mime)


def _sleeps(telling: "Telling", _scene: Scene) -> None:
    telling.asleep = True


def _wakes(telling: "Telling", scene: Scene) -> None:
    telling.asleep = False
    for place in telling.places.values():
        place.rehearsal.now = scene.at.astimezone(UTC)
        place.work()


def _settings_change(telling: "Telling", scene: Scene) -> None:
    telling.change_settings(scene.words)


def _nothing(_telling: "Telling", _scene: Scene) -> None:
    pass


EVENTS: Mapping[str, Callable[..., None]] = {
    "mailbot begins": _nothing,
    "nothing arrives": _nothing,
    r"a return without a reference from (\S+)": _without_a_reference,
    rf"({'|'.join(ANSWERS)}) from (\S+) of ([a-z-]+) arrives here by mistake": _misdirected,
    rf"({'|'.join(ANSWERS)}) from (.+)": _answers,
    r"the ([a-z-]+) to (\S+) comes back undelivered": _bounces,
    r"staff write(?: in answer to (?:the )?([a-z-]+))?": _staff_write,
    r"staff merge it into case (\d)": _merge,
    r"staff separate case (\d) from it": _separate,
    r"somebody types on the command line": _command_line,
    r"(.+) writes": _writes,
    rf"(.+) ({'|'.join(calendars.ANSWERS)}) the (?:invitation|meeting)": calendars.answers,
    r"the (.+) report from (.+)": _health_report,
    r"a mail comes from (.+)": _comes,
    r"a mail that nobody vouches for comes from (\S+)": _comes_unvouched,
    "a case is opened with the mail that waits": _opened_by_hand,
    "the mail that waits is put into the case": _linked_by_hand,
    r"staff invite from Outlook for (.+) (\d{2}:\d{2})": calendars.staff_invite,
    r"staff send what lies in Drafts": _staff_send,
    r"staff send the drafts? to (.+)": _staff_send,
    r"staff delete the drafts? to (.+)": _staff_delete,
    rf"the Panel ({'|'.join(PANEL_SAYS)})": _panel_answers,
    "mailbot falls asleep": _sleeps,
    "mailbot wakes": _wakes,
    "the settings change": _settings_change,
}
