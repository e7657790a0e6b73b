"""More forms as they really are: one table for everything, hints under labels, traps.

Each of these is a habit of many forms and of those who fill them in, not one partnership's form.
"""

from random import Random

from scripts.corpus_filling import Filler, begin, gender_boxes, known
from scripts.corpus_sheets import Answer, Choice, Grid, Heading, Made, Pairs, Sheet, Text, yes_no


def one_table(random: Random, *, how: str = "box") -> Made:
    """A notification that is one table from top to end, its sections rows over the whole width."""
    f = begin(random, "notification")
    options = ("Death", "Serious harm")
    chosen = options[f.case.nature != "death"]
    rows: tuple[tuple[str, Answer], ...] = (
        ("§SECTION 1 – PERSON MAKING THE NOTIFICATION", ""),
        f.row("Name", "notifier.name"),
        f.row("Job title", "notifier.role"),
        f.row("Agency", "notifier.agency"),
        f.row("Contact telephone number", "notifier.phone"),
        f.row("Email address", "notifier.email"),
        f.row("Date of notification", "referral.date"),
        ("§SECTION 2 – CHILD", ""),
        f.row("Name", "child.name"),
        f.row("Date of birth", "child.date_of_birth"),
        gender_boxes(f, how),
        f.row("Ethnicity", "child.ethnicity"),
        f.row("Address", "child.address"),
        f.row("School / nursery / college", "child.school"),
        ("§SECTION 3 – PARENTS AND CARERS", ""),
        f.row("Names of parents/carers", "parents"),
        f.other("Address (if different from child)", "9 Weir Lane, Luton LU1 0ZZ"),
        ("§SECTION 4 – INCIDENT", ""),
        f.row("Date of incident", "incident.date"),
        f.row("Location", "incident.place"),
        f.choice(
            "Nature of incident", "incident.nature", Choice(options, (chosen,), how), f.case.nature
        ),
        f.row("Description of incident", "incident.summary"),
        f.row("Agencies known to be involved", "agencies"),
    )
    return Made(Sheet((Heading("Serious Incident Notification", 1), Pairs(rows))), f.part)


_HINTS = {
    "involvement_summary": "Please give dates of the first and last contact, and who was seen.",
    "good_practice": "What worked well, and what difference did it make for the child?",
    "learning": "(Please say what could have been done differently)",
    "immediate_actions": "Include actions by your own agency only.",
}


def hinted(random: Random, *, how: str = "box", in_answer: bool = False) -> Made:
    """A return whose labels have small print under them, in their cell or in that of the answer."""
    f = begin(random, "return")

    def row(label: str, name: str) -> tuple[str, str]:
        printed, answer = f.row(label, name)
        if in_answer:
            return printed, f"{_HINTS[name]}\n{answer}"
        return f"{printed}\n{_HINTS[name]}", answer

    blocks = (
        Heading("Rapid review: agency return", 1),
        Text("Please return this form by secure email within five working days."),
        Pairs(
            (
                f.row("Name of agency", "agency"),
                f.row("Completed by", "author.name"),
                f.row("Job title", "author.role"),
                f.row("Name of child", "child.name"),
                known(f, "Yes", how),
                row("Summary of involvement", "involvement_summary"),
                row("Good practice", "good_practice"),
                row("Learning", "learning"),
                row("Immediate actions", "immediate_actions"),
                f.row("Signed off by (name)", "signed_off_by"),
            )
        ),
    )
    if in_answer:
        for name in _HINTS:  # printed words that nobody told from the answer's are a nuisance only
            f.part.may[name] = [f.part.fields[name], f"{_HINTS[name]}\n{f.part.fields.pop(name)}"]
    return Made(Sheet(blocks), f.part)


def father_known(random: Random) -> Made:
    """The child is not known, but the father is: no nil return."""
    f = begin(random, "return", plain=True)
    f.note("known_to_agency", False)
    words = "The child is not known to us. The father was under supervision from 2023 to 2025."
    f.note("involvement_summary", words)
    f.may("parents", [f.case.father.name])
    blocks = (
        Heading("Agency return", 1),
        Pairs(
            (
                f.row("Agency", "agency"),
                f.row("Author", "author.name"),
                f.row("Name of child", "child.name"),
                ("Is the child known to your agency?", yes_no("No", "box")),
                ("Are other family members known to your agency?", yes_no("Yes", "box")),
                ("If so, who?", f"{f.case.father.name} (father)"),
                ("Summary of involvement", words),
                f.row("Learning", "learning"),
            )
        ),
    )
    return Made(Sheet(blocks), f.part)


def joint_referral(random: Random, *, adult: bool = False) -> Made:
    """One form for reviews of adults and of children: a box says which."""
    f = begin(random, "look_alike" if adult else "notification", nature="serious_harm")
    options = (
        "Safeguarding Adults Review (SAR)",
        "Local Child Safeguarding Practice Review (LCSPR)",
    )
    f.may("incident.nature", "serious_harm")
    if adult:
        f.ignore("*")
    who = (
        (("Name of adult", f.case.mother.name), ("Date of birth", "14/02/1949"))
        if adult
        else (f.row("Name of child", "child.name"), f.row("Date of birth", "child.date_of_birth"))
    )
    blocks = (
        Heading("SB1: Referral for a review", 1),
        Pairs((("This referral is for a", Choice(options, (options[not adult],), joint="\n")),)),
        Pairs(
            (
                f.row("Name of referrer", "notifier.name"),
                f.row("Job title", "notifier.role"),
                f.row("Organisation", "notifier.agency"),
                *who,
                f.row("Home address", "child.address"),
                f.row("Date of incident", "incident.date"),
                f.row("What happened", "incident.summary"),
            )
        ),
    )
    return Made(Sheet(blocks), f.part)


def family_grid(random: Random, *, marked: bool = True) -> Made:
    """A notification whose whole family, the child among them, stands under one header row."""
    f = begin(random, "notification")
    case = f.case
    f.note("child.name", case.child.name)
    f.note("child.date_of_birth", case.child.born.isoformat())
    f.note("parents", [case.mother.name, case.father.name])
    f.note("siblings", [case.person(p) for p in case.siblings])
    f.may("child.gender", case.gender)
    f.may("incident.nature", case.nature)
    members = [
        (case.child.name, "Subject child", f.hand.date(case.child.born), case.gender),
        (case.mother.name, "Mother", "12/05/1991", "Female"),
        (case.father.name, "Father", "30/09/1988", "Male"),
        *((p.name, "Sibling", f.hand.date(p.born), "") for p in case.siblings),
        ("Ruth Eskdale", "Grandmother", "", "Female"),
    ]
    blocks = (
        Heading("Rapid review referral", 1),
        Pairs(
            (
                f.row("Referrer", "notifier.name"),
                f.row("Referring agency", "notifier.agency"),
                f.row("Date of incident", "incident.date"),
                f.row("Brief summary", "incident.summary"),
            )
        ),
        Heading("Family and household"),
        Grid(
            ("Name", "Relationship to subject child", "Date of birth", "Gender"),
            tuple(members),
            marked,
        ),
        Heading("Professionals involved"),
        Grid(
            ("Agency", "Name", "Role", "Telephone"),
            tuple((a, "J. Marsh", "Worker", "01632 960155") for a in case.agencies),
            marked,
        ),
    )
    f.note("agencies", list(case.agencies))
    return Made(Sheet(blocks), f.part)


def typed_over_prompts(random: Random, *, filled: bool = True) -> Made:
    """A form whose printed prompts stand where answers should: some typed over, some left."""
    f = begin(random, "notification" if filled else "blank_form")
    if filled:
        f.may("incident.nature", f.case.nature)

    def row(label: str, name: str, prompt: str) -> tuple[str, str]:
        return f.row(label, name) if filled else (*f.empty(label)[:1], prompt)

    blocks = (
        Heading("Notification of a serious incident", 1),
        Pairs(
            (
                row("Name of child", "child.name", "Enter the child's full name"),
                row("Date of birth", "child.date_of_birth", "dd/mm/yyyy"),
                row("Home address", "child.address", "Please include the postcode"),
                ("Ethnicity", "Please state"),
                ("GP", "Click here to enter text."),
                row("Date of incident", "incident.date", "DD/MM/YYYY"),
                row("Summary of incident", "incident.summary", "Please give brief details"),
                row("Notifier name", "notifier.name", "Type here"),
                row("Notifier agency", "notifier.agency", "[insert agency]"),
                ("Notifier email", "Click or tap here to enter text."),
            )
        ),
    )
    return Made(Sheet(blocks), f.part)


def authority_copy(random: Random) -> Made:
    """What the authority's notifier gets from the national online service, as a copy."""
    f = begin(random, "notification")
    f.ignore("child.legal_status", "case_reference", "agencies")
    words = "Child death" if f.case.nature == "death" else "Serious harm"
    blocks = (
        Heading("Child Safeguarding Incident Notification – copy of your submission", 1),
        Pairs(
            (
                f.other("Notification reference", "SIN-2026-00417"),
                f.row("Local authority", "notifier.agency"),
                f.row("Name of notifier", "notifier.name"),
                f.row("Telephone number", "notifier.phone"),
                f.row("Email address", "notifier.email"),
                f.row("Date of incident", "incident.date"),
                f.row("Location of incident", "incident.place"),
                f.choice(
                    "Nature of incident",
                    "incident.nature",
                    Choice((words,), (words,), "delete"),
                    f.case.nature,
                ),
                f.row("Name of child", "child.name"),
                f.row("Date of birth", "child.date_of_birth"),
                f.row("Sex", "child.gender"),
                f.row("Ethnicity", "child.ethnicity"),
                f.row("Disability", "child.disability"),
                f.row("Details of the incident", "incident.summary"),
            )
        ),
    )
    return Made(Sheet(blocks), f.part)


def web_export(random: Random) -> Made:
    """What a website's form sends: one line for each question, in the site's own words."""
    f = begin(random, "notification")
    f.hand = type(f.hand)(random, 10, 0, 2)
    options = ("Death", "Serious harm")
    chosen = options[f.case.nature != "death"]
    blocks = (
        Pairs(
            (
                f.other("Submission ID", "48213"),
                f.row("Your name", "notifier.name"),
                f.row("Your organisation", "notifier.agency"),
                f.row("Your email", "notifier.email"),
                f.row("Child's full name", "child.name"),
                f.row("Child's date of birth", "child.date_of_birth"),
                f.row("Child's home address", "child.address"),
                f.row("Date of incident", "incident.date"),
                f.choice(
                    "Type of incident",
                    "incident.nature",
                    Choice((chosen,), (chosen,), "delete"),
                    f.case.nature,
                ),
                f.row("What happened", "incident.summary"),
            ),
            "lines",
        ),
    )
    return Made(Sheet(blocks), f.part)


def uncertain_days(random: Random, written: str, expected: str | None) -> Made:
    """One form with one date as somebody wrote it; None where nobody can tell the day."""
    f: Filler = begin(random, "notification", plain=True)
    f.may("incident.nature", f.case.nature)
    if expected is None:
        f.part.cannot_tell.append("incident.date")
    else:
        f.note("incident.date", expected)
    blocks = (
        Heading("Serious incident notification", 1),
        Pairs(
            (
                f.row("Name of child", "child.name"),
                f.row("Date of birth", "child.date_of_birth"),
                ("Date of incident", written),
                f.row("Summary of the incident", "incident.summary"),
                f.row("Name of notifier", "notifier.name"),
                f.row("Agency of notifier", "notifier.agency"),
            )
        ),
    )
    return Made(Sheet(blocks), f.part)


DAYS: tuple[tuple[str, str | None], ...] = (
    ("Fri 20th Nov '26", "2026-11-20"),
    ("20 November 2026 at 14:30", "2026-11-20"),
    ("20/11/26 (evening)", "2026-11-20"),
    ("The 20th of November 2026", "2026-11-20"),
    ("20 Novmber 2026", "2026-11-20"),
    ("November 2026", "2026-11"),
    ("11/20/2026", None),
    ("20th November", None),
    ("?20 nov 2026", None),
    ("between 18 and 20 November 2026", None),
    ("31/11/2026", None),
    ("yesterday", None),
)
