"""Forms of partnerships that nobody has seen: labels, order and styles drawn by chance.

Every label is one that a person would understand at once; no form is like another.
"""

from collections.abc import Sequence
from random import Random

from scripts.corpus_filling import Filler, begin, known
from scripts.corpus_people import some_events
from scripts.corpus_sheets import Answer, Block, Choice, Grid, Heading, Made, Pairs, Sheet, Text

_NOTIFIER = {
    "notifier.name": (
        "Name of person completing form",
        "Completed by",
        "Name of notifier",
        "Your name",
        "Name of referrer",
        "Person making the notification",
    ),
    "notifier.role": ("Job title", "Role", "Position", "Designation", "Post held", "Your role"),
    "notifier.agency": (
        "Organisation",
        "Agency",
        "Your organisation",
        "Employing agency",
        "Name of agency",
        "Agency / service",
    ),
    "notifier.email": ("Email", "E-mail address", "Contact email", "Email address"),
    "notifier.phone": (
        "Telephone",
        "Contact number",
        "Tel no",
        "Phone number",
        "Telephone / mobile",
        "Direct line",
    ),
    "referral.date": (
        "Date of notification",
        "Date form completed",
        "Date of referral",
        "Date of this referral",
        "Date referred",
    ),
}
_CHILD = {
    "child.name": (
        "Name of child",
        "Child's full name",
        "Full name of child / young person",
        "Child’s name",
        "Name of child or young person",
        "Young person's name",
    ),
    "child.date_of_birth": ("Date of birth", "DOB", "D.o.B.", "Child's DOB", "Date of Birth / EDD"),
    "child.gender": ("Gender", "Sex", "Gender / sex", "Child's gender", "Sex / gender identity"),
    "child.ethnicity": (
        "Ethnicity",
        "Ethnic origin",
        "Ethnic background",
        "Ethnic group",
        "Child's ethnicity",
    ),
    "child.disability": (
        "Disability",
        "Any disability",
        "Disability (if any)",
        "Disabilities",
        "Does the child have a disability?",
        "Disability or additional needs",
    ),
    "child.address": (
        "Home address",
        "Address",
        "Child's home address",
        "Address (inc. postcode)",
        "Usual address",
        "Family home address",
    ),
    "child.legal_status": (
        "Legal status",
        "Current legal status",
        "Child's legal status",
        "Legal status of child",
    ),
    "child.school": (
        "School / nursery",
        "School",
        "Educational setting",
        "School, college or nursery",
        "Education provider",
        "Name of school",
    ),
}
_FAMILY = {
    "parents": (
        "Parents / carers",
        "Names of parents",
        "Parent(s)/carer(s)",
        "Mother and father",
        "Names of parents or carers",
        "Name(s) of parent(s) / carer(s)",
    ),
    "siblings": (
        "Siblings",
        "Brothers and sisters",
        "Names and dates of birth of siblings",
        "Sibling(s) (name and DOB)",
        "Other children in the family",
    ),
}
_INCIDENT = {
    "incident.date": (
        "Date of incident",
        "When did the incident happen?",
        "Incident date",
        "Date of the serious incident",
        "Date incident occurred",
    ),
    "incident.place": (
        "Place of incident",
        "Where did the incident take place?",
        "Location of incident",
        "Incident location",
        "Place where incident occurred",
    ),
    "incident.summary": (
        "Brief description of the incident",
        "Summary of incident",
        "What happened?",
        "Details of incident",
        "Outline of the circumstances",
        "Please describe the incident",
        "Description of the serious incident",
    ),
    "agencies": (
        "Agencies involved with the family",
        "Agencies involved",
        "Other agencies involved",
        "Which agencies know the family?",
        "Services involved",
    ),
}
_RETURN = {
    "involvement_summary": (
        "Summary of agency involvement",
        "Summary of your involvement with the child and family",
        "Overview of involvement",
        "Please summarise your agency's involvement",
        "Nature of involvement",
        "Outline of your involvement",
    ),
    "good_practice": (
        "Good practice",
        "What worked well?",
        "Good practice identified",
        "Areas of good practice",
        "Strengths",
        "Evidence of good practice",
    ),
    "learning": (
        "Learning",
        "Key learning",
        "Learning points",
        "What could have been done differently?",
        "Areas for development",
        "Lessons learned",
        "Initial learning identified",
    ),
    "immediate_actions": (
        "Immediate actions",
        "Immediate action taken",
        "Actions taken to date",
        "What action has your agency already taken?",
        "Immediate actions taken by your agency",
    ),
    "signed_off_by": (
        "Signed off by",
        "Approved by",
        "Authorised by",
        "Quality assured by",
        "Senior manager sign-off",
        "Manager approving this return",
    ),
}
_AUTHOR = {
    "agency": ("Agency", "Name of agency", "Organisation", "Agency name", "Your agency"),
    "author.name": (
        "Completed by",
        "Author",
        "Name of author",
        "Report author",
        "Form completed by",
        "Name of person completing return",
    ),
    "author.role": ("Job title", "Role", "Position", "Author's role", "Designation"),
}
_STYLES = ("table", "table", "table", "wide", "numbered", "below", "one cell", "lines")
_HOW = ("box", "after", "sdt", "wingdings", "strike", "bold", "highlight", "legacy", "delete")


def notification(random: Random, *, plain_marks: bool = False) -> Made:
    """A notification of serious harm or death, in nobody's layout."""
    f = begin(random, "notification")
    how = random.choice(("box", "after", "bracket") if plain_marks else _HOW)
    style = random.choice(_STYLES)
    options = random.choice(
        (
            ("Death", "Serious harm"),
            ("Child death", "Serious harm to a child"),
            ("Death of child", "Child seriously harmed"),
        )
    )
    chosen = options[f.case.nature != "death"]
    nature = f.choice(
        random.choice(("Nature of incident", "Type of incident", "Category of incident")),
        "incident.nature",
        Choice(options, (chosen,), how),
        f.case.nature,
    )
    who = _section(f, random, ("Notifier", "Details of referrer", "Your details"), _NOTIFIER, style)
    child = _section(f, random, ("The child", "Child's details", "Subject child"), _CHILD, style)
    family = _section(f, random, ("Family", "Parents and siblings"), _FAMILY, style)
    incident = _section(
        f,
        random,
        ("Incident", "The incident", "Details of the incident"),
        _INCIDENT,
        style,
        (nature,),
    )
    sections = [who, child, family, incident]
    if random.random() < 0.4:
        sections = [child, family, incident, who]
    title = random.choice(
        (
            "Serious Incident Notification",
            "Notification of serious child safeguarding incident",
            "Serious Child Safeguarding Incident – Notification to the Partnership",
            "Rapid Review Referral",
        )
    )
    blocks = (Heading(title, 1), *(block for section in sections for block in section))
    return Made(Sheet(blocks, foot=random.choice(("", "OFFICIAL-SENSITIVE", "V3 2025"))), f.part)


def agency_return(random: Random, *, plain_marks: bool = False) -> Made:
    """An agency's return, in nobody's layout."""
    f = begin(random, "return")
    how = random.choice(("box", "after", "bracket") if plain_marks else _HOW)
    style = random.choice(_STYLES)
    label = random.choice(
        (
            "Is the child/family known to your agency?",
            "Was the child known to your service?",
            "Is/was the family known to you?",
            "Known to your agency?",
            "Has your agency had any involvement with this child or family?",
        )
    )
    events = some_events(random, random.choice((0, 2, 4)))
    who = _section(f, random, ("Agency details", "About your agency"), _AUTHOR, style)
    child = _section(
        f,
        random,
        ("Child", "Subject of the review"),
        {k: _CHILD[k] for k in ("child.name", "child.date_of_birth", "child.address")},
        style,
        (known(f, "Yes", how, label),),
    )
    body = _section(f, random, ("Involvement", "Agency involvement"), _RETURN, style)
    grid: tuple[Block, ...] = ()
    if events:
        f.note("chronology", [e.element for e in events])
        header = random.choice(
            (
                ("Date", "Event", "Source"),
                ("Date", "Significant event", "Source of information"),
                ("Date of contact", "Details of contact", "Source"),
                ("Date", "Key event / contact", "Source of info"),
            )
        )
        rows = tuple((e.written, e.event, e.source) for e in events)
        grid = (Heading(random.choice(("Chronology", "Key dates"))), Grid(header, rows))
    title = random.choice(
        ("Agency Return", "Rapid Review Information Request", "Agency Involvement Summary")
    )
    return Made(Sheet((Heading(title, 1), *who, *child, *body, *grid)), f.part)


def _section(
    f: Filler,
    random: Random,
    headings: Sequence[str],
    labels: dict[str, tuple[str, ...]],
    style: str,
    more: Sequence[tuple[str, Answer]] = (),
) -> tuple[Block, ...]:
    rows: list[tuple[str, Answer]] = [
        f.row(random.choice(words), name) for name, words in labels.items()
    ]
    for row in more:
        rows.insert(random.randrange(1, len(rows) + 1), row)
    small = (Text("Please complete in full."),) if random.random() < 0.3 else ()
    return (Heading(random.choice(headings)), *small, Pairs(tuple(rows), style))
