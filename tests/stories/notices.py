"""How cases begin in a story: the forms, briefings and mails that tell of an incident."""

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import TYPE_CHECKING

from tests.forms_kit import NOTIFICATION, Answer, filled, notification, template
from tests.stories.mails import File, a_mail
from tests.stories.scenes import Scene, StoryError, day_in

if TYPE_CHECKING:
    from tests.stories.telling import Telling

_ALONE = {"siblings.1.name": "", "siblings.1.date_of_birth": ""}
#: Invented children, by the number under which a story speaks of them; the first is the form's.
CHILDREN: Mapping[int, Mapping[str, Answer]] = {
    1: {},
    2: {
        "child.name": "Juniper Hallam",
        "child.date_of_birth": date(2021, 1, 17),
        "child.address": "11 Saddler Street\nBedford MK41 0BB",
        "child.school": "Saddler Street Nursery",
        "parents": "Maud Hallam (mother)",
        **_ALONE,
    },
    3: {
        "child.name": "Tobiah Marchbank",
        "child.date_of_birth": date(2008, 8, 30),
        "child.address": "2 Quarry Close\nBedford MK42 0CC",
        "child.school": "Quarry Upper School",
        "parents": "Hester Marchbank (mother)",
        **_ALONE,
    },
    4: {
        "child.name": "Finch Alderby",
        "child.date_of_birth": date(2022, 9, 1),
        "siblings.1.name": "Wren Alderby",
        "siblings.1.date_of_birth": date(2019, 4, 3),
    },
}
#: Further children of the first child's incident, in rows of their own.
BESIDES: Mapping[str, Answer] = {
    "children.1.name": "Finch Alderby",
    "children.1.date_of_birth": date(2022, 9, 1),
    "children.2.name": "Teal Alderby",
    "children.2.date_of_birth": date(2024, 2, 29),
}

#: Notices that come as plain text; the first line is the title.
PLAIN = {
    "copy of the authority's notification": """\
Copy of the online notification
Notification reference: SI-4790
Date notified to the Panel: {yesterday}
Name of child: {child}
Date of birth: {born}
Date of incident: {day}
Nature of incident: serious harm
""",
    "need-to-know briefing": """\
Need to know briefing
Name of child: {child}
Date of birth: {born}
Date of incident: {day}
Nature of incident: serious harm
Summary: Found injured at home.
""",
    "death of a looked-after child": """\
Death of a looked after child
Name of child: {child}
Date of birth: {born}
Date of incident: {day}
Nature of incident: death
Summary: Died in hospital.
""",
    "death of a care leaver": """\
Death of a care leaver
Name of care leaver: {child}
Date of birth: {born}
Date of incident: {day}
Nature of incident: death
Summary: Found at home.
""",
    "website's form": """\
Serious incident notification
Name: Morgan Tew
Email: morgan.tew@children.bedford-council.example
Organisation: Bedford Borough Council
Name of child: {child}
Date of birth: {born}
Date of incident: {day}
Nature of incident: serious harm
Summary: Found injured at home.
""",
}


def changes_in(words: str) -> dict[str, Answer]:
    """What stands in a form, in a story's words: "about the 2nd child, without date of birth"."""
    changes: dict[str, Answer] = {}
    for part in filter(None, (part.strip() for part in words.split(","))):
        child = re.fullmatch(r"about the (\d)(?:st|nd|rd|th) child", part)
        place = re.fullmatch(r"at “(.+)”", part)
        if child:
            changes |= CHILDREN[int(child[1])]
        elif place:
            changes["incident.place"] = place[1]
        elif part == "with three children":
            changes |= {**_ALONE, **BESIDES}
        elif part == "without date of birth":
            changes["child.date_of_birth"] = ""
        elif part == "the child died":
            changes["incident.nature"] = "Death of a child"
        else:
            raise StoryError(f"nobody knows “{part}” in a form")
    return changes


def _serious(telling: "Telling", scene: Scene, code: str, day: str, more: str | None) -> None:
    changes = {"incident.date": day_in(day), **changes_in(more or "")}
    form = notification(**{name.replace(".", "__"): value for name, value in changes.items()})
    _send(telling, scene, code, "Serious incident notification", form)


def _non_serious(telling: "Telling", scene: Scene, code: str, day: str, more: str | None) -> None:
    answers = {**NOTIFICATION, "incident.date": day_in(day), **changes_in(more or "")}
    answers["notification.learning"] = "How appointments that are missed come to be known."
    answers.pop("incident.nature")
    wanted = {name: answer for name, answer in answers.items() if answer != ""}
    form = filled(template("non-serious-notification"), wanted)
    _send(telling, scene, code, "Non-serious incident notification", form)


def _send(telling: "Telling", scene: Scene, code: str, subject: str, form: bytes) -> None:
    mime = a_mail(
        telling.agency(code).contacts[0],
        telling.here.area.address,
        subject=subject,
        text="Please find our notification attached.",
        at=scene.at,
        files=[File("notification.docx", form)],
    )
    telling.arrive(mime)


def _in_text(telling: "Telling", scene: Scene, what: str, who: str, day: str, n: str) -> None:
    title, _, text = PLAIN[what].partition("\n")
    child = {**NOTIFICATION, **CHILDREN[int(n or 1)]}
    area = telling.here.area
    notified = scene.at.date().toordinal() - 1
    words = text.format(
        child=child["child.name"],
        born=f"{child['child.date_of_birth']:%d/%m/%Y}",
        day=f"{day_in(day):%d/%m/%Y}",
        yesterday=f"{date.fromordinal(notified):%d/%m/%Y}",
    )
    by_machine = who == "the website"
    sender = area.web_form_senders[0] if by_machine else telling.agency(who).contacts[0]
    headers = {"Auto-Submitted": "auto-generated", "Precedence": "bulk"} if by_machine else {}
    mime = a_mail(
        sender,
        area.address,
        subject=title,
        text=f"{title}\n\n{words}",
        at=scene.at,
        headers=headers,
    )
    telling.arrive(mime)


_DAY = r"(\w{3} \d{1,2} \w{3} \d{4})"
NOTICES: Mapping[str, Callable[..., None]] = {
    rf"notification from (\S+), incident on {_DAY}(?:, (.+))?": _serious,
    rf"non-serious notification from (\S+), incident on {_DAY}(?:, (.+))?": _non_serious,
    rf"({'|'.join(PLAIN)}) from (\S+|the website), incident on {_DAY}"
    r"(?:, about the (\d)(?:st|nd|rd) child)?": _in_text,
}
