"""Agencies' returns in many layouts, nil returns, chronologies, a return about two children."""

from random import Random

from scripts.corpus_filling import begin, known
from scripts.corpus_people import some_events
from scripts.corpus_sheets import Choice, Grid, Heading, Made, Pairs, Prompts, Sheet, Text, yes_no

_CAPITALS = ("YES", "NO")


def case_review_report(random: Random, *, style: str = "lines") -> Made:
    """The report of an initial case review (Scotland): the longest return there is."""
    f = begin(random, "return")
    f.ignore("learning", "good_practice", "child.legal_status", "referral.date")
    register = "Is the child's name currently on the child protection register? YES/NO"
    blocks = (
        Heading("Initial case review report", 1),
        Heading("Part A"),
        Pairs(
            (
                f.other("Date circulated:", "02/11/2026"),
                f.other("Date to be completed:", "16/11/2026"),
                f.other("Date returned to designated officer:", "13/11/2026"),
                f.row("Author:", "author.name"),
                f.row("Service/agency:", "agency"),
                f.row("Child's name/identifier:", "child.name"),
                f.row("Child's date of birth:", "child.date_of_birth"),
                f.row("Child's gender:", "child.gender"),
                f.row("Name of child's parents/carers:", "parents"),
                f.empty("Parent/carer address if different to child:"),
                f.row("Sibling names/DOB/ Gender/Address if different:", "siblings"),
                f.row("Child's home address:", "child.address"),
                f.empty("Child's current residence:"),
                f.other("Child's current legal status:", "Compulsory supervision order"),
                f.other(register, "NO"),
                f.other(
                    "Has the child's name previously been on the child protection register? YES/NO",
                    "NO",
                ),
                f.row("Education establishment details:", "child.school"),
            ),
            style,
        ),
        Pairs(
            (
                f.row("1. Summary of involvement:", "involvement_summary"),
                f.other(
                    "2. Background (include relevant issues such as health, disability, cultural, "
                    "religious, sexual orientation, LAC status & history, CP registration and "
                    "history, education history):",
                    "The family moved to the area in 2023.",
                ),
            ),
            "under",
        ),
        Heading("3. Outline of key issues including:"),
        Prompts(
            (
                "Were there strategies and actions to minimise harm?",
                "Was there evidence of Information sharing?",
                "Was there recognition and assessment of risk?",
                "Was timely and effective action taken?",
            )
        ),
        Text("Information was shared late in May 2026."),
    )
    return Made(Sheet(blocks, top="Official-Sensitive-Personal (once completed)"), f.part)


def management_review(random: Random) -> Made:
    """An individual management review: a report more than a form."""
    f = begin(random, "return")
    f.hand = type(f.hand)(random, f.hand.date_style, 0, 0)
    f.ignore("involvement_summary", "learning", "good_practice")
    blocks = (
        Heading("Individual Management Review", 1),
        Pairs(
            (
                f.row("Report of (name of agency):", "agency"),
                f.row("On (Child’s name):", "child.name"),
                f.other("To the Serious Case Review Panel", ""),
                f.other("Date of request:", "03/11/2026"),
                f.row("IMR Author:", "author.name"),
                f.other("Date agency records secured:", "04/11/2026"),
            ),
            random.choice(("table", "lines")),
        ),
        Heading("Terms of Reference:"),
        Text("As sent with the request."),
        Heading("Contextual Information"),
        Prompts(
            (
                "Volume of work",
                "Staff turnover, sickness and leave cover",
                "Administrative support",
                "Organisational change",
                "Unallocated cases",
            )
        ),
        Text("Two posts were vacant from March to June 2026."),
        Heading("Summary of involvement"),
        Text(f.case.involvement),
        Heading("Methodology"),
        Text("Records were read and two members of staff were interviewed."),
    )
    return Made(Sheet(blocks), f.part)


_WORDINGS = (
    {
        "title": "Agency information return for a rapid review",
        "author": "Name of person completing this form",
        "role": "Job title",
        "summary": "Summary of involvement (last 24 months)",
        "good": "What worked well / good practice",
        "learning": "Areas for improvement",
        "actions": "Single-agency immediate actions taken",
        "signed": "Quality assured and signed off by",
    },
    {
        "title": "Rapid Review: Agency Involvement Form",
        "author": "Author",
        "role": "Role of author",
        "summary": "Summary of your agency's involvement",
        "good": "Good practice",
        "learning": "Learning identified",
        "actions": "Immediate action taken",
        "signed": "Signed off by",
    },
    {
        "title": "INDIVIDUAL AGENCY SUMMARY",
        "author": "Report author",
        "role": "Designation",
        "summary": "Brief summary of agency involvement",
        "good": "Examples of good practice",
        "learning": "Single agency learning",
        "actions": "Actions already taken",
        "signed": "Authorised by",
    },
)


def modern_return(
    random: Random,
    *,
    style: str = "table",
    how: str = "box",
    chronology: int = 3,
    more: str = "",
    corrected: str = "",
) -> Made:
    """A return of today.

    `more` are words by which it is a partial one, `corrected` words by which it replaces another.
    """
    f = begin(random, "partial_return" if more else "return")
    words = random.choice(_WORDINGS)
    events = some_events(random, chronology, uncertain=random.random() < 0.3)
    if events:
        f.note("chronology", [e.element for e in events])
    header = random.choice(
        (("Date", "Event", "Source"), ("Date", "Significant event", "Source of information"))
    )
    rows = tuple((e.written, e.event, e.source) for e in events)
    grid = (Heading("Key events"), Grid(header, rows)) if events else ()
    blocks = (
        Heading(f"{words['title']}{corrected and f' ({corrected})'}", 1),
        *((Text(more, bold=True),) if more else ()),
        Pairs(
            (
                f.row("Case reference", "case_reference"),
                f.row("Agency", "agency"),
                f.row(words["author"], "author.name"),
                f.row(words["role"], "author.role"),
                f.row("Name of child", "child.name"),
                f.row("Date of birth", "child.date_of_birth"),
                known(f, "Yes", how),
            ),
            style if style != "below" else "table",
        ),
        Heading("Involvement"),
        Pairs(
            (
                f.row(words["summary"], "involvement_summary"),
                f.row(words["good"], "good_practice"),
                f.row(words["learning"], "learning"),
                f.row(words["actions"], "immediate_actions"),
            ),
            style,
        ),
        *grid,
        Pairs((f.row(words["signed"], "signed_off_by"),), style if style != "below" else "table"),
    )
    return Made(Sheet(blocks), f.part)


def nil_form(random: Random, *, how: str = "box", style: str = "table") -> Made:
    """A return whose agency does not know the family; the rest stays blank."""
    f = begin(random, "nil_return")
    f.blank = frozenset(("involvement_summary", "good_practice", "learning", "immediate_actions"))
    words = random.choice(_WORDINGS)
    blocks = (
        Heading(words["title"], 1),
        Pairs(
            (
                f.row("Agency", "agency"),
                f.row(words["author"], "author.name"),
                f.row(words["role"], "author.role"),
                f.row("Name of child", "child.name"),
                known(f, "No", how),
                f.row(words["summary"], "involvement_summary"),
                f.row(words["good"], "good_practice"),
                f.row(words["learning"], "learning"),
                f.row(words["actions"], "immediate_actions"),
            ),
            style,
        ),
    )
    return Made(Sheet(blocks), f.part)


def siblings_return(random: Random, *, header_row: bool = True) -> Made:
    """One return about two children of one family."""
    f = begin(random, "return")
    case = f.case
    children = (case.child, case.siblings[0])
    f.note("children", [case.person(p) for p in children])
    f.may("child.name", *(p.name for p in children))
    f.may("child.date_of_birth", *(p.born.isoformat() for p in children if p.born))
    f.ignore("child.gender", "siblings")
    days = [f.hand.date(p.born) for p in children if p.born]
    who: Grid | Pairs = (
        Grid(
            ("Name of child", "Date of birth"),
            tuple((p.name, day) for p, day in zip(children, days, strict=True)),
        )
        if header_row
        else Pairs(
            (
                (
                    "Names and dates of birth of the children",
                    "\n".join(f"{p.name} ({d})" for p, d in zip(children, days, strict=True)),
                ),
            )
        )
    )
    blocks = (
        Heading("Agency return: one form for brothers and sisters", 1),
        Heading("Children"),
        who,
        Heading("Agency"),
        Pairs(
            (
                f.row("Agency", "agency"),
                f.row("Author", "author.name"),
                known(f, "Yes", "box"),
                f.row("Summary of involvement", "involvement_summary"),
                f.row("Learning", "learning"),
            )
        ),
    )
    return Made(Sheet(blocks), f.part)


def chronology(random: Random, *, family: str = "plain", count: int = 6) -> Made:
    """Events by date. `family`: "plain", "chronolator" (start and end, source first), "long"."""
    f = begin(random, "chronology")
    events = some_events(random, count, uncertain=True)
    f.note("chronology", [e.element for e in events])
    f.may("child.name", f.case.child.name)
    f.may("agency", f.case.agency)
    f.ignore("author.name", "known_to_agency")
    if family == "chronolator":
        header = ("Start Date", "End Date", "Source of Information", "Event", "Comment")
        rows = tuple((e.written, "", e.source, e.event, "") for e in events)
    elif family == "long":
        header = (
            *("Date", "Time", "Source/Agency", "Event or contact", "Child seen/spoken to"),
            *("Action/Outcome", "Comment/analysis"),
        )
        rows = tuple(
            (
                e.written,
                random.choice(("", "10:30", "14:05")),
                e.source,
                e.event,
                random.choice(("Yes", "No", "")),
                "",
                "",
            )
            for e in events
        )
    else:
        header = ("Date", "Event", "Source")
        rows = tuple((e.written, e.event, e.source) for e in events)
    blocks = (
        Heading("Chronology", 1),
        Text(f"Agency: {f.case.agency}"),
        Text(f"Name of child: {f.case.child.name}"),
        Grid(header, rows),
    )
    return Made(Sheet(blocks, landscape=family != "plain"), f.part)


def health_report(random: Random) -> Made:
    """A hospital's report within 72 hours."""
    f = begin(random, "health_report")
    f.ignore("*")
    blocks = (
        Heading("72 Hour Report", 1),
        Text("Riverside Hospital NHS Trust"),
        Pairs(
            (
                f.other("StEIS number", "2026/10417"),
                f.other("Name of patient", f.case.child.name),
                f.other("Date of incident", f.hand.date(f.case.incident)),
                f.other("Summary of incident", f.case.summary),
                f.other("Immediate actions taken", f.case.actions),
                f.other("Duty of candour completed?", yes_no("Yes", "box")),
                f.other("Report author", f.case.author.name),
            )
        ),
    )
    return Made(Sheet(blocks), f.part)


def chosen_return(random: Random, how: str, answer: str) -> Made:
    """A short return in which only the mark on one question counts."""
    kind = {"Yes": "return", "No": "nil_return"}.get(answer, "return")
    f = begin(random, kind, plain=True)
    if answer == "No":
        f.blank = frozenset(("involvement_summary", "learning"))
    options = ("YES", "NO") if how == "untouched" else ("Yes", "No")
    picked = {"both": options, "": ()}.get(answer, (answer,))
    expected = {"Yes": True, "No": False}.get(answer)
    choice = Choice(options, tuple(picked), how)
    rows = (
        f.row("Agency", "agency"),
        f.row("Author", "author.name"),
        f.row("Name of child", "child.name"),
        f.choice("Is the child known to your agency?", "known_to_agency", choice, expected),
        f.row("Summary of involvement", "involvement_summary"),
        f.row("Learning", "learning"),
    )
    return Made(Sheet((Heading("Agency return", 1), Pairs(rows))), f.part)
