"""How facts are put into words in the report and the worksheet: dates, roles, outcomes."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime

from mailbot.core.model import Fact, Json, Outcome, Role
from mailbot.core.moments import day_of

NOTHING = "Nothing recorded."
#: The child's and the family's fields, in the order of the forms.
CHILD = (
    ("child.name", "Name of child"),
    ("child.date_of_birth", "Date of birth"),
    ("child.gender", "Gender"),
    ("child.ethnicity", "Ethnicity"),
    ("child.disability", "Disability"),
    ("child.address", "Home address"),
    ("child.legal_status", "Legal status"),
    ("child.school", "School or nursery"),
    ("parents", "Parents or carers"),
    ("siblings", "Brothers and sisters"),
)
#: Of each further child of the incident.
_OF_A_CHILD = (
    ("name", "Name of child"),
    ("date_of_birth", "Date of birth"),
    ("gender", "Gender"),
    ("address", "Home address"),
)
OUTCOMES = {
    Outcome.UNDECIDED: "not decided yet",
    Outcome.MET: "met",
    Outcome.NOT_MET: "not met",
    Outcome.NO_AGREEMENT: "the partners have not agreed",
}
ROLES: Mapping[str, str] = {
    Role.LOCAL_AUTHORITY.value: "the local authority",
    Role.ICB.value: "the integrated care board",
    Role.POLICE.value: "the police",
    Role.CHAIR.value: "the independent chair",
    "council": "the local authority",
}
BEGINNINGS: Mapping[str, str] = {
    "serious": "a serious incident notification",
    "non-serious": "a notification of a non-serious incident",
    "authority-copy": "a copy of the local authority's own notification",
    "need-to-know": "a need-to-know briefing",
    "looked-after-child-death": "the death of a looked-after child",
    "care-leaver-death": "the death of a care leaver",
}
NEXT_STEPS: Mapping[str, str] = {
    "practice-review": "a child safeguarding practice review",
    "learning-review": "another kind of learning review",
    "audit": "an audit",
    "no-further-action": "no further action",
}
CLOCKS: Mapping[str, str] = {
    "notify-business-unit": "The notification to the business unit",
    "partners-decide": "The partners' decision on the criteria",
    "notify-panel": "The local authority's notification to the Panel",
    "notify-dfe": "The local authority's notification of the death",
    "inform-board": "Telling the Board",
    "agency-return": "An agency's return",
    "review-meeting": "The rapid review meeting",
    "report-circulated": "The circulation of the report",
    "partners-signed-off": "The partners' signing off",
    "submission": "The submission to the Panel",
    "outcome-recorded": "The recording of the outcome",
    "panel-further-information": "The further information for the Panel",
}
VIEWS: Mapping[str, str] = {"met": "criteria met", "not-met": "criteria not met"}
NATURES: Mapping[str, str] = {
    "death": "death of a child",
    "serious_harm": "serious harm to a child",
}


def day_words(day: date) -> str:
    """Given a day, return it in words: "Monday 23 November 2026"."""
    return f"{day:%A} {day.day} {day:%B %Y}"


def shown_date(value: Json, *, short: bool = False) -> str:
    """Given a value that may be a date in ISO, whole or partial, return it in words."""
    text = as_text(value)
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return _partial(text)
    return f"{day.day} {day:%b %Y}" if short else f"{day.day} {day:%B %Y}"


def _partial(text: str) -> str:
    try:
        first = date.fromisoformat(f"{text}-01")
    except ValueError:
        return text
    return f"{first:%B %Y}"


def each_of(child: Mapping[str, Json]) -> list[tuple[str, str]]:
    """Given a further child of the incident, return what is known of it, each with its label."""
    return [(label, shown_date(child.get(key))) for key, label in _OF_A_CHILD]


def as_text(value: Json) -> str:
    """Given a value of a fact or field, return it in words; "" for nothing."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return yes_no(value)
    if isinstance(value, Mapping):
        pieces = [as_text(value.get("name"))]
        born = shown_date(value.get("date_of_birth"))
        pieces.append(f"born {born}" if born else "")
        return joined(pieces)
    if isinstance(value, (list, tuple)):
        return "; ".join(text for one in value if (text := as_text(one)))
    text = str(value).strip()
    return NATURES.get(text, text)


def yes_no(value: Json) -> str:
    """Given a yes, a no or nothing, return the word for it."""
    if value is None or value == "":
        return "not recorded"
    return "yes" if value is True else "no" if value is False else str(value)


def joined(pieces: Iterable[str]) -> str:
    """Given texts, return those that are not empty with commas between them."""
    return ", ".join(piece for piece in pieces if piece)


def document_of(fact: Fact) -> Mapping[str, Json]:
    """Given a return, return its fields by dotted name."""
    found = fact.detail.get("document")
    return found if isinstance(found, Mapping) else {}


def roles(given: Json) -> str:
    """Given roles as recorded, return them in words."""
    return joined(ROLES.get(role, role) for role in texts(given)) or "not recorded"


def texts(given: Json) -> list[str]:
    """Given one text or several, return those that are not empty."""
    if isinstance(given, (list, tuple)):
        return [as_text(one) for one in given if as_text(one)]
    return [as_text(given)] if as_text(given) else []


def when(moment: date | datetime) -> str:
    """Given a day or a moment, return its day in London in words."""
    return day_words(day_of(moment))


def short(moment: date | datetime) -> str:
    """Given a day or a moment, return its day in London, short: "23 Nov 2026"."""
    return shown_date(day_of(moment).isoformat(), short=True)
