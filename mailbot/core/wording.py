"""The words that letters share: names of fields as the forms have them, lists, days, roles.

Only words that may stand in a subject or a body (process, section 5, "What a letter may say"):
references, dates, agencies and the names of fields, never what was filled into one.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

from mailbot.core.clocks.workdays import format_day
from mailbot.core.mail.enclosures import ordinal
from mailbot.core.model import Area, Fact, Role
from mailbot.core.moments import (
    LONDON,
    day_of,
)

#: Fields of our forms (design, section 4), as a person would call them.
FIELD_WORDS = {
    "child.name": "the child's name",
    "child.date_of_birth": "the child's date of birth",
    "child.gender": "the child's gender",
    "child.ethnicity": "the child's ethnicity",
    "child.disability": "the child's disability",
    "child.address": "the child's address",
    "child.legal_status": "the child's legal status",
    "child.school": "the child's school or nursery",
    "children": "the children",
    "incident.date": "the date of the incident",
    "incident.place": "the place of the incident",
    "incident.nature": "whether the child died or was seriously harmed",
    "incident.summary": "the summary of the incident",
    "notifier.name": "the notifier's name",
    "notifier.role": "the notifier's role",
    "notifier.agency": "the notifier's agency",
    "notifier.email": "the notifier's email address",
    "notifier.phone": "the notifier's telephone number",
    "referral.date": "the date of the referral",
    "notification.kind": "the kind of notification",
    "notification.learning": "what agencies may learn from it",
    "panel.reference": "the reference of the online notification",
    "panel.notified_on": "the date of the online notification",
    "child.looked_after": "whether the child was looked after",
    "child.religion": "the child's religion or belief",
    "child.language": "the child's first language",
    "child.placement": "the child's placement",
    "child.plan": "whether the child was on a plan",
    "parents": "the parents or carers",
    "siblings": "the brothers and sisters",
    "agencies": "the agencies involved",
    "agency": "your agency",
    "author.name": "the author's name",
    "author.role": "the author's role",
    "known_to_agency": "whether the child is known to you",
    "involvement_summary": "the summary of involvement",
    "good_practice": "good practice",
    "learning": "learning",
    "immediate_actions": "immediate actions",
    "signed_off_by": "who signed the return off",
    "chronology": "the chronology",
    "case_reference": "the case reference",
}

ROLE_WORDS = {
    Role.LOCAL_AUTHORITY: "the local authority",
    Role.ICB: "the ICB",
    Role.POLICE: "the police",
    Role.CHAIR: "the chair",
}

#: `next` of a review-decided fact, as a letter says it.
NEXT_WORDS = {
    "practice-review": "a child safeguarding practice review",
    "learning-review": "a learning review",
    "audit": "an audit",
    "no-further-action": "no further action",
}


#: What a clock is about, in a subject.
SHORT_TITLES = {
    "partners-decide": "decision on the criteria",
    "notify-panel": "online notification to the Panel",
    "notify-dfe": "notification of the death",
    "inform-board": "letters to the Board",
    "agency-return": "information from agencies",
    "review-meeting": "rapid review meeting",
    "report-circulated": "report to be circulated",
    "partners-signed-off": "sign-off of the report",
    "submission": "submission to the Panel",
    "outcome-recorded": "outcome to be recorded",
    "panel-answer": "answer of the Panel",
    "panel-further-information": "further information for the Panel",
    "nhs-72-hour-report": "72-hour report",
    "nhs-30-day-report": "30-day report",
    "nhs-60-day-report": "60-day report",
    "health-learning-response": "health learning response",
}

#: In English wherever the server stands: strftime would follow its locale.
MONTHS = (
    "January February March April May June July August September October November December"
).split()


def field_words(names: Iterable[str]) -> list[str]:
    """Given dotted names of fields, return how a person calls them, each once, in order."""
    return list(dict.fromkeys(FIELD_WORDS.get(name, _plain_name(name)) for name in names))


def asked_words(names: Iterable[str], printed: Mapping[str, str]) -> list[str]:
    """Given dotted names of fields, return how the form itself calls each, else how a person does.

    `printed` holds labels of that form; only those that forms.toml knows are ever in it.
    """
    words = (f"“{printed[name]}”" if name in printed else field_words((name,))[0] for name in names)
    return list(dict.fromkeys(words))


def _plain_name(name: str) -> str:
    """Return a name that the table lacks in plain words; a name of ours is never content."""
    parts = name.split(".")
    if len(parts) == 3 and parts[0] == "children" and parts[1].isdigit():
        return f"the {parts[2].replace('_', ' ')} of the {ordinal(int(parts[1]))} child"
    return name.rpartition(".")[2].replace("_", " ")


def listed(words: Sequence[str]) -> str:
    """Given words, return them as a sentence has them: "a, b and c".

    Where one of them has a comma itself, semicolons part them.
    """
    if any("," in word for word in words):
        return "; ".join(words)
    return " and ".join((", ".join(words[:-1]), words[-1])) if len(words) > 1 else "".join(words)


def name_of(area: Area, code: str) -> str:
    """Given an agency's code, return its name, or the code where config no longer has it."""
    agency = area.agency(code)
    return agency.name if agency else code


def short_day(day: date) -> str:
    """Given a day, return it without its year, for subjects: "Mon 30 Nov"."""
    return format_day(day).rpartition(" ")[0]


def full_moment(moment: datetime) -> str:
    """Given an aware moment, return it on London's clocks: "10:12 on Mon 23 Nov 2026"."""
    local = moment.astimezone(LONDON)
    return f"{local:%H:%M} on {format_day(local.date())}"


def when_words(happened: date | datetime) -> str:
    """Given a day or an aware moment, return it for people, with its time where it has one."""
    return full_moment(happened) if isinstance(happened, datetime) else format_day(happened)


def arrival_words(happened: date | datetime) -> str:
    """Given a day or an aware moment, return it after "reached us": "at 10:12 on ...", "on ..."."""
    return f"{'at' if isinstance(happened, datetime) else 'on'} {when_words(happened)}"


def day_words(happened: date | datetime) -> str:
    """Given a day or an aware moment, return the day: what was decided has no hour for readers."""
    return format_day(day_of(happened))


def spoken_day(day: date) -> str:
    """Given a day, return it as staff write it in an answer: "3 December 2026"."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def full_day(day: date) -> str:
    """Given a day, return it with the day of the week and in full: "Thu 3 December 2026"."""
    return f"{format_day(day)[:3]} {spoken_day(day)}"


def with_day_ahead(line: str, ahead: date) -> str:
    """Given a line as an example shows it, return it with that day in the place of "tomorrow".

    What has come stays "today": that holds on whatever day the line is copied.
    """
    return line.replace("tomorrow", full_day(ahead))


def counted(number: int, noun: str) -> str:
    """Given a number and a noun in the singular, return both: "1 working day", "3 letters"."""
    return f"{number} {noun}{'' if abs(number) == 1 else 's'}"


def decision_words(decision: Fact) -> dict[str, object]:
    """Given a review-decided fact, return what a letter may say of it: never its reasons."""
    review = bool(decision.detail.get("review"))
    following = str(decision.detail.get("next") or "")
    return {
        "review": review,
        "next": NEXT_WORDS.get(following, "") if not (review and "practice" in following) else "",
        "national": decision.detail.get("scope") == "national",
    }
