"""Notifications and referrals in the layouts that partnerships use, filled in and blank.

The labels are those of real forms (of many areas and years); all sentences around them are ours.
"""

from collections.abc import Sequence
from random import Random

from scripts.corpus_filling import begin, gender_boxes
from scripts.corpus_sheets import (
    Answer,
    Boxes,
    Choice,
    Grid,
    Heading,
    Made,
    Pairs,
    Part,
    Prompts,
    Sheet,
    Text,
    yes_no,
)

#: Long explanations beside boxes speak of everything, in every form, blank or not.
_LEGAL = (
    (
        "A child has died, abuse or neglect of the child is known or suspected, and "
        "there is cause for "
        "concern as to the way in which the authority or other persons have worked together."
    ),
    (
        "The authority thinks that a review could be held; nobody has decided yet. "
        "Death or serious "
        "harm alone is not enough."
    ),
    "A child who was looked after by the authority has died, whatever the cause of death.",
    "A child in a children’s home has died or been seriously harmed there.",
    (
        "A child has been seriously harmed, and abuse or neglect is known or "
        "suspected. Serious harm "
        "is lasting or grave impairment of physical or mental health."
    ),
    "Somebody employed to work with children is said to have harmed a child.",
)
_REASONS = (
    "Serious case review confirmed",
    "Serious case review possible but not yet confirmed",
    "Death of a looked-after child",
    "Death or serious harm to a child in a children’s home",
    "Serious harm to a child",
    "Conduct of a member of staff",
)


def childcare_incident(random: Random, *, how: str = "box", ticked: Sequence[int] = (4,)) -> Made:
    """Two pairs in a row, reasons to tick with explanations beside them (the national one of old).

    `ticked` are the reasons that were ticked; both a death and serious harm cannot be told apart.
    """
    f = begin(random, "notification", nature="death" if 2 in ticked else "serious_harm")
    natures = {{2: "death", 4: "serious_harm"}.get(i) for i in ticked} - {None}
    if len(natures) == 1:
        f.note("incident.nature", natures.pop())
    elif natures or 3 in ticked:
        f.part.cannot_tell.append("incident.nature")
    child = f.case.child
    f.note("child.name", child.name)
    ages = [f"{p.name} ({2026 - p.born.year})" for p in f.case.siblings if p.born]
    f.note("siblings", [{"name": p.name} for p in f.case.siblings])
    reasons = tuple((r, i in ticked, _LEGAL[i]) for i, r in enumerate(_REASONS))
    blocks = (
        Heading("Notification of serious childcare incident", 1),
        Text("Please complete all sections as far as the facts are known. Do not delay."),
        Heading("1. Notifier details"),
        Pairs(
            (
                f.row("Local authority", "notifier.agency"),
                f.row("Name", "notifier.name"),
                f.row("Role", "notifier.role"),
                f.row("Telephone number", "notifier.phone"),
                f.row("Date notified (dd/mm/yyyy)", "referral.date"),
                f.empty("Linked cases"),
            ),
            "wide",
        ),
        Heading("2. Reason for notification (more than one box may be ticked)"),
        Boxes(reasons, how),
        Heading("3. Child details"),
        Pairs(
            (
                f.other("Child’s last name(s)", child.surname),
                f.other("Child’s forename(s)", child.forename),
                f.other(
                    "Other names used", random.choice(("", "None", f"{child.forename} Hartle"))
                ),
                f.row("Child’s date of birth (dd/mm/yyyy)", "child.date_of_birth"),
                f.empty("Age (if no DOB known)"),
                gender_boxes(f, how),
                f.row("Parents’ names", "parents"),
                f.other("Siblings’ names and ages", "; ".join(ages)),
            ),
            "wide",
        ),
        Text("Family note: say here who else lives with the child, if that matters now."),
    )
    return Made(Sheet(blocks, foot="Page 1 of 2"), f.part)


def referral_2010(random: Random, *, how: str = "untouched", marked: bool = True) -> Made:
    """Numbered headings that repeat and skip, family and agencies under header rows."""
    f = begin(random, "notification")
    case = f.case
    died = case.nature == "death"
    date_of_death = f.hand.date(case.incident) if died else ""
    f.may("incident.nature", case.nature)
    f.ignore("child.legal_status", "signed_off_by", "notifier.phone", "notifier.email")
    family = [
        (case.mother.name, "Mother", "", case.address, "", case.ethnicity, "No"),
        (case.father.name, "Father", "", "", "", "", "No"),
        *(
            (
                p.name,
                random.choice(("Brother", "Sister", "Half-brother")),
                f.hand.date(p.born),
                "",
                "",
                case.ethnicity,
                "No",
            )
            for p in case.siblings
            if p.born
        ),
    ]
    f.note("parents", [case.mother.name, case.father.name])
    f.note("siblings", [case.person(p) for p in case.siblings])
    f.note("agencies", list(case.agencies))
    workers = [
        (
            random.choice(("J. Marsh", "T. Lowe", "A. Brand", "Duty worker")),
            a,
            "01632 960111",
            "Yes",
        )
        for a in case.agencies
    ]
    f.note("incident.summary", case.summary)
    blocks = (
        Text("CONFIDENTIAL", bold=True),
        Heading("Consideration of case: referral form", 1),
        Heading("1. Referrer"),
        Pairs(
            (
                f.row("Name", "notifier.name"),
                f.row("Job title", "notifier.role"),
                f.row("Agency", "notifier.agency"),
            )
        ),
        Heading("2. Child and Family"),
        Pairs(
            (
                f.row("Name Of Child", "child.name"),
                f.row("Date of Birth", "child.date_of_birth"),
                f.other("Date of death (If Applicable)", date_of_death),
                f.row("Date of critical incident", "incident.date"),
                f.row("Home Address", "child.address"),
                f.row("Ethnic origin", "child.ethnicity"),
                f.other(
                    "Is/was subject to Child Protection Plan",
                    yes_no("", "untouched", _CAPITALS)
                    if how == "untouched"
                    else yes_no("NO", how, _CAPITALS),
                ),
                f.other("Whereabouts at time of critical incident", case.place),
                f.other("Carer at time of critical incident", case.mother.name),
            )
        ),
        Heading("3. Family composition/Significant Others"),
        Grid(_FAMILY, tuple(family), marked),
        Heading("4. Other agencies involved"),
        Grid(
            ("Name", "Agency", "Contact Details", "Are they still involved?"),
            tuple(workers),
            marked,
        ),
        Heading("5. Circumstances that triggered the referral"),
        Prompts(tuple(f"{letter}) {_LEGAL[i]}" for i, letter in enumerate("abc"))),
        Text(case.summary),
        Heading("7. Chronology of key dates"),
        Grid(("Date (& time where appropriate)", "Event"), (("", ""), ("", "")), marked),
        Pairs((f.row("5. Date of Referral", "referral.date"),), "lines"),
        Pairs((("6. Signed", f"{case.notifier.name}"),), "lines"),
        Heading("PART 2 (to be completed by the Chair of the LSCB)"),
        Text("A review is [recommended] [not recommended] for these reasons:"),
    )
    f.ignore("incident.place")
    return Made(Sheet(blocks, foot="SCRRF.v1/2010"), f.part)


_CAPITALS = ("YES", "NO")
_FAMILY = (
    "Name",
    "Relationship to child",
    "DOB",
    "Address",
    "Legal Status",
    "Ethnic Origin",
    "Is/was subject to CP Plan?",
)


def restricted_referral(random: Random, *, run_together: bool = False) -> Made:
    """RESTRICTED on each page, people under header rows, labels that run together."""
    f = begin(random, "notification")
    case, notifier = f.case, f.case.notifier
    f.may("incident.nature", case.nature)
    both = f"{notifier.agency}\n{notifier.role}"
    flat = f"{notifier.agency}, {notifier.role}"
    f.note("notifier.name", notifier.name)
    f.may("notifier.agency", notifier.agency, both, flat)
    f.may("notifier.role", notifier.role, both, flat)
    f.may("notifier.phone", notifier.phone)
    f.may("notifier.email", notifier.email)
    f.note("child.name", case.child.name)
    f.ignore("child.legal_status", "agencies", "incident.place", "signed_off_by")
    header = (
        "NAME",
        "AGENCY & DESIGNATION/TITLE",
        "CONTACT DETAILS – Address, telephone number and e-mail address",
    )
    contact = f"Mill House, Bedford\n{notifier.phone}\n{notifier.email}"
    lead = ("Joyce Pellow", f"{notifier.agency}\nDesignated safeguarding lead", "01632 960177")
    born = f.hand.date(case.child.born) if case.child.born else ""
    f.note("child.date_of_birth", case.child.born.isoformat() if case.child.born else "")
    names = f.hand.name(case.child)
    identity: tuple[Pairs | Grid, ...] = (
        (Pairs((("Name of ChildDate of Birth", f"{names}\n{born}"),)),)
        if run_together
        else (Grid(("Name of Child", "Date of Birth"), ((names, born),), marked=False),)
    )
    f.note("incident.summary", case.summary)
    blocks = (
        Heading("Referral of serious incident for consideration by the sub-group", 1),
        Pairs(
            (
                (
                    "Name of child/family being referred for SCR sub-group consideration:",
                    case.child.name,
                ),
            ),
            "lines",
        ),
        Heading("REFERRER"),
        Grid(header, ((notifier.name, both, contact),), marked=random.random() < 0.5),
        Heading("DESIGNATED SAFEGUARDING LEAD/OFFICER CONSULTED"),
        Grid(header, (lead,), marked=False),
        Pairs(
            (
                f.row("Date of referral to MKSCB Office/MKSCB SCR sub-group:", "referral.date"),
                f.other("Signed:", notifier.name),
            ),
            "lines",
        ),
        Heading("SECTION 1"),
        *identity,
        Pairs(
            (
                f.row("Home address", "child.address"),
                f.row("Ethnic Origin", "child.ethnicity"),
                f.other(
                    "Is the child/young person subject to a child protection plan or has been "
                    "previously? (If so when, for what and for how long?)",
                    "No",
                ),
                f.other(
                    "Is the child/young person open to Children’s Social Care or a Children & "
                    "Families Practice (if so, who is the lead professional?)",
                    "Yes, T. Lowe",
                ),
            )
        ),
        Heading("1.1 BRIEF INFORMATION ABOUT THE INCIDENT"),
        Text(case.summary),
    )
    top = f"RESTRICTED\t(MKSCB use) Ref No:\tName of child: {case.child.name}"
    return Made(Sheet(blocks, top=top, foot="The referrer may be asked to attend."), f.part)


_OFFICE = (
    "Child/children’s initial/s:",
    "Date referral received by OLSCB",
    "Date referral sent to Chair, Serious Case Review Subgroup (SCRSG)",
    "Date referral form sent to request Agency information",
    "Deadline for agencies to submit information",
    "Date of meeting where case is considered by SCR sub group",
    "Date SCRSG recommendations submitted to Independent Chair, OLSCB",
    "Date of decision by Independent Chair, OLSCB",
)
_WHOLE = "CONFIDENTIAL WHEN COMPLETED"
_DATED = "Page 1 of 14 Owner: MSCB Document dated: May 2017 Review due: August 2018"


def whole_document(
    random: Random, *, first: bool = False, second: bool = False, office: bool = False
) -> Made:
    """One document for everybody: the referral, an agency's summary, recommendation, decision.

    `first` and `second` say which sections are filled, `office` whether the unit's block is.
    What it is follows from that, never from its title.
    """
    kind = "return" if second else "notification" if first else "blank_form"
    f = begin(random, kind)
    if not first:
        f.blank = frozenset(_REFERRAL_FIELDS)
    referral: tuple[tuple[str, Answer], ...] = (
        f.row("Name of child", "child.name"),
        f.row("Date of birth", "child.date_of_birth"),
        f.row("Home address", "child.address"),
        f.row("Ethnicity", "child.ethnicity"),
        f.row("Disability", "child.disability"),
        f.row("Legal status", "child.legal_status"),
        f.row("School/college if relevant", "child.school"),
        f.row("Date of incident", "incident.date"),
        f.row("Circumstances that triggered the referral", "incident.summary"),
        f.row("Name of referrer", "notifier.name"),
        f.row("Role", "notifier.role"),
        f.row("Agency", "notifier.agency"),
        f.row("Date of referral", "referral.date"),
    )
    if first and second:  # what stands in section 1 is the referrer's; a reader may give it
        for name in [n for n in f.part.fields if not n.startswith("child.")]:
            f.may(name, f.part.fields.pop(name))
    if first:
        f.may("incident.nature", f.case.nature)
    f.blank = frozenset() if second else frozenset(_RETURN_FIELDS)
    summary = (
        f.row("Name of agency", "agency"),
        f.row("Name of person completing this summary", "author.name"),
        f.row("Job title", "author.role"),
        f.row("Summary of agency involvement", "involvement_summary"),
        f.row("Good practice identified", "good_practice"),
        f.row("Learning identified", "learning"),
        f.row("Immediate action taken", "immediate_actions"),
        f.row("Signed off by", "signed_off_by"),
    )
    days = [f.hand.date(f.case.referred) if office and i in {1, 2, 3, 4} else "" for i in range(8)]
    days[0] = f"{f.case.child.forename[0]}{f.case.child.surname[0]}" if office else ""
    blocks = (
        Heading("Serious case review referral form", 1),
        Text("Section 1 – To be completed by the referring agency"),
        Text("Section 2 – To be completed by agencies other than the referring agency"),
        Text("Section 3 – To be completed by the Serious Case Review Sub Group"),
        Text("Section 4 – To be completed by the Chair of OLSCB"),
        Text("Office use only - completion by OLSCB", bold=True),
        Pairs(tuple(zip(_OFFICE, days, strict=True))),
        Heading("Section 1: Referral"),
        Prompts((_LEGAL[0], _LEGAL[4])),
        Pairs(referral),
        Heading("Section 2: Individual Agency Summary"),
        Text("Each agency completes this section and returns the whole document."),
        Pairs(summary),
        Heading("Section 3: SCRSG Recommendation"),
        Pairs((("Recommendation", ""), ("Reasons", ""), ("Date", ""))),
        Heading("Section 4: Independent Chair Decision"),
        Pairs((("Decision", ""), ("Signed", ""), ("Date", ""))),
    )
    return Made(Sheet(blocks, top=_WHOLE, foot=_DATED), f.part)


_REFERRAL_FIELDS = (
    "child.name child.date_of_birth child.address child.ethnicity child.disability "
    "child.legal_status child.school incident.date incident.summary notifier.name notifier.role "
    "notifier.agency referral.date"
).split()
_RETURN_FIELDS = (
    "agency author.name author.role involvement_summary good_practice learning immediate_actions "
    "signed_off_by"
).split()


def one_panel(random: Random) -> Made:
    """Number, label and answer in three columns; prompts inside the cell of the answer."""
    f = begin(random, "notification", nature="serious_harm")
    case = f.case
    f.may("incident.nature", "serious_harm")
    f.note("incident.summary", case.summary)
    f.note("child.name", case.child.name)
    f.ignore("parents", "incident.place")
    outline = (
        "Case outline|Details of the referral"
        "|Status such as child protection plan or looked after|Other factors"
        "|Summary of the work done so far"
    )
    blocks = (
        Heading("Referral form for the One Panel", 1),
        Heading("1. Referrer"),
        Pairs(
            (
                f.row("Name:", "notifier.name"),
                f.row("Role:", "notifier.role"),
                f.row("Agency:", "notifier.agency"),
                f.row("Tel. number:", "notifier.phone"),
                f.row("Date of notification:", "referral.date"),
                f.empty("Linked cases if any:"),
            ),
            "wide",
        ),
        Pairs(((outline, case.summary),), "prompted", number=2),
        Heading("3. Subjects details"),
        Pairs(
            (
                f.other("Last name:", case.child.surname),
                f.row("Date of birth:", "child.date_of_birth"),
                f.other("Forename:", case.child.forename),
                f.empty("Age (if D.O.B. not known):"),
                f.other("Other names used:", ""),
                f.row("Gender:", "child.gender"),
                f.row("Ethnicity", "child.ethnicity"),
                f.row("Disability", "child.disability"),
                f.other("GP", "Orchard Surgery"),
                f.row("School/college if relevant", "child.school"),
            ),
            "wide",
        ),
        Pairs(
            (
                f.row("Home address:", "child.address"),
                f.other(
                    "Name of: Next of kin/nearest relative/relevant persons representative",
                    case.mother.name,
                ),
                f.other("DOB of above where appropriate", "12/05/1991"),
                f.other("Address of above", "2 Weir Lane, Luton LU1 0ZZ"),
            ),
            "numbered",
            number=4,
        ),
    )
    return Made(Sheet(blocks), f.part)


def consideration(random: Random, *, style: str = "below") -> Made:
    """A case for consideration, answers in the row under the question, signed by a lead."""
    f = begin(random, "notification")
    f.may("incident.nature", f.case.nature)
    f.ignore("signed_off_by")
    blocks = (
        Heading("Case for consideration for review", 1),
        Text("Use this form for a case that went wrong, and for one that went well."),
        Pairs(
            (
                f.row("Name of person making the referral", "notifier.name"),
                f.row("Job title", "notifier.role"),
                f.row("Organisation", "notifier.agency"),
                f.row("Email address", "notifier.email"),
                f.row("Full name of child", "child.name"),
                f.row("Date of birth", "child.date_of_birth"),
                f.row("Address of child (including postcode)", "child.address"),
                f.row("Ethnic group", "child.ethnicity"),
                f.row("Date of incident", "incident.date"),
                f.row("What happened?", "incident.summary"),
                f.row("Which agencies are involved with the family?", "agencies"),
            ),
            style,
        ),
        Pairs((("Signature of the Designated Lead", "Joyce Pellow"),), "lines"),
    )
    return Made(Sheet(blocks), f.part)


def yes_no_referral(random: Random, *, serious: bool = True, how: str = "box") -> Made:
    """Whether it is serious is asked by two questions with boxes for yes and no."""
    kind = "notification" if serious else "notification_non_serious"
    f = begin(random, kind, nature="serious_harm")
    f.may("incident.nature", "serious_harm")
    answers = ("Yes", "No") if serious else ("No", "Yes")
    blocks = (
        Heading("Case review referral", 1),
        Pairs(
            (
                (
                    (
                        "Is this case being brought to the case sub-group for "
                        "consideration as a SCR "
                        "(as defined below)"
                    ),
                    yes_no(answers[0], how),
                ),
                (
                    "Is this case being brought to the case sub-group for the purpose of learning:",
                    yes_no(answers[1], how),
                ),
            )
        ),
        Text(_LEGAL[0]),
        Text(_LEGAL[4]),
        Pairs(
            (
                f.row("Child's name", "child.name"),
                f.row("D.O.B.", "child.date_of_birth"),
                f.row("Address", "child.address"),
                f.row("Date of incident", "incident.date"),
                f.row("Details of the incident", "incident.summary"),
                f.row("Referrer's name", "notifier.name"),
                f.row("Referrer's agency", "notifier.agency"),
                f.row("Date of referral", "referral.date"),
            )
        ),
    )
    return Made(Sheet(blocks), f.part)


def initial_notification(random: Random, *, style: str = "lines") -> Made:
    """The notification of an initial case review (Scotland), its labels as lines or a table."""
    f = begin(random, "notification")
    f.may("incident.nature", f.case.nature)
    f.ignore("immediate_actions")
    register = "Is the child's name currently on the child protection register?"
    blocks = (
        Heading("Initial case review notification", 1),
        Pairs(
            (
                f.row("Child's name/identifier:", "child.name"),
                f.row("Child's date of birth:", "child.date_of_birth"),
                f.row("Child's gender:", "child.gender"),
                f.row("Name of child's parents/carers:", "parents"),
                f.empty("Parent/Carer address if different to child:"),
                f.row("Sibling names/DOB/Gender/Address if different:", "siblings"),
                f.row("Child's home address:", "child.address"),
                f.empty("Child's current residence:"),
                f.row("Child's current legal status:", "child.legal_status"),
                f.other(f"{register} Are any siblings?", yes_no("", "untouched", _CAPITALS)),
                f.row("Education establishment details:", "child.school"),
                f.row(
                    "Grounds on which the criteria for an SCR may have been met (refer to page 9):",
                    "incident.summary",
                ),
                f.other("Are there any immediate concerns?", "None known"),
                f.other("What action has been taken?", "A strategy discussion was held."),
            ),
            style,
        ),
    )
    return Made(Sheet(blocks, top="Official-Sensitive-Personal (once completed)"), f.part)


def modern(
    random: Random,
    *,
    style: str = "table",
    how: str = "box",
    nature: str = "",
    sparse: bool = False,
) -> Made:
    """A partnership's notification of today. `sparse` leaves blanks and says not known."""
    f = begin(random, "notification", nature=nature)
    if sparse:
        spare = ["child.school", "child.disability", "child.ethnicity", "incident.place", "parents"]
        random.shuffle(spare)
        f.blank, f.unknown = frozenset(spare[:2]), frozenset(spare[2:4])
    options = ("Death of a child", "Serious harm to a child")
    chosen = options[0] if f.case.nature == "death" else options[1]
    words = random.choice(_WORDINGS)
    blocks = (
        Heading(words["title"], 1),
        Text("Send this form within five working days. Do not wait for the facts to be complete."),
        Heading(words["who"]),
        Pairs(
            (
                f.row("Name", "notifier.name"),
                f.row(words["role"], "notifier.role"),
                f.row(words["organisation"], "notifier.agency"),
                f.row("Email", "notifier.email"),
                f.row("Telephone", "notifier.phone"),
            ),
            style,
        ),
        Heading(words["child"]),
        Pairs(
            (
                f.row(words["name"], "child.name"),
                f.row(words["born"], "child.date_of_birth"),
                gender_boxes(f, how) if how != "text" else f.row("Gender", "child.gender"),
                f.row(words["ethnicity"], "child.ethnicity"),
                f.row("Disability", "child.disability"),
                f.row("Home address", "child.address"),
                f.row("Legal status", "child.legal_status"),
                f.row("School or nursery", "child.school"),
                f.row("Parents / carers", "parents"),
                f.row("Brothers and sisters (with dates of birth)", "siblings"),
            ),
            style,
        ),
        Heading(words["incident"]),
        Pairs(
            (
                f.row(words["date"], "incident.date"),
                f.row(words["place"], "incident.place"),
                f.choice(
                    "Type of incident",
                    "incident.nature",
                    Choice(options, (chosen,), how if how != "text" else "delete"),
                    f.case.nature,
                ),
                f.row(words["summary"], "incident.summary"),
                f.row("Agencies involved", "agencies"),
                f.row("Date of referral", "referral.date"),
            ),
            style,
        ),
    )
    return Made(Sheet(blocks, foot="OFFICIAL-SENSITIVE when completed"), f.part)


_WORDINGS = (
    {
        "title": "Serious Incident Notification Form",
        "who": "1. Person making this notification",
        "role": "Job title",
        "organisation": "Organisation",
        "child": "2. Details of the child",
        "name": "Full name of child",
        "born": "Date of birth",
        "ethnicity": "Ethnicity",
        "incident": "3. The incident",
        "date": "Date of incident",
        "place": "Place of incident",
        "summary": "Summary of the incident",
    },
    {
        "title": "Notification of a serious safeguarding incident",
        "who": "Section A: Notifier details",
        "role": "Role",
        "organisation": "Agency",
        "child": "Section B: Child details",
        "name": "Child's name",
        "born": "Child's date of birth (dd/mm/yyyy)",
        "ethnicity": "Ethnic origin",
        "incident": "Section C: Incident details",
        "date": "Date/time of incident",
        "place": "Location of incident",
        "summary": "Brief details of what happened",
    },
    {
        "title": "RAPID REVIEW REFERRAL FORM",
        "who": "Your details",
        "role": "Position",
        "organisation": "Agency / organisation",
        "child": "About the child or young person",
        "name": "Name of child/young person",
        "born": "DOB",
        "ethnicity": "Ethnic group",
        "incident": "About the incident",
        "date": "Date of the incident",
        "place": "Where did it happen?",
        "summary": "What happened?",
    },
)


def undecided(random: Random, *, what: str = "untouched") -> Made:
    """A notification in which nobody can tell what some answers mean.

    `what`: "untouched" (printed options nobody marked), "both" (two that exclude each other),
    "dates" (uncertain ones), "unborn" (expected, not born).
    """
    f = begin(random, "notification")
    options = ("Death of a child", "Serious harm to a child")
    chosen = {"untouched": (), "both": options}.get(what, (options[f.case.nature != "death"],))
    expected = f.case.nature if what in {"dates", "unborn"} else None
    how = "delete" if what == "untouched" else "box"
    born, when = f.row("Date of birth", "child.date_of_birth"), f.row("Date of incident", _WHEN)
    name = f.row("Name of child", "child.name")
    if what == "dates":
        born = (born[0], random.choice(("?22 may 2016", "22.05/16", "approx. 2016 or 2017")))
        when = (when[0], random.choice(("22nd May", "some time last week", "?/10/2026")))
        f.part.cannot_tell += ["child.date_of_birth", "incident.date"]
        del f.part.fields["child.date_of_birth"], f.part.fields["incident.date"]
    if what == "unborn":
        unborn = random.choice((f"Unborn {f.case.child.surname}", f"Baby {f.case.child.surname}"))
        name, born = (name[0], unborn), (born[0], "EDD 12/01/2027")
        f.note("child.name", unborn)
        del f.part.fields["child.date_of_birth"]
        f.part.cannot_tell.append("child.date_of_birth")
    blocks = (
        Heading("Serious incident notification", 1),
        Pairs(
            (
                f.row("Name of notifier", "notifier.name"),
                f.row("Agency of notifier", "notifier.agency"),
                name,
                born,
                f.row("Home address", "child.address"),
                when,
                f.choice(
                    "Nature of incident", "incident.nature", Choice(options, chosen, how), expected
                ),
                f.row("Summary of the incident", "incident.summary"),
            )
        ),
    )
    return Made(Sheet(blocks), f.part)


_WHEN = "incident.date"


def several_children(random: Random, *, header_row: bool = True) -> Made:
    """One incident and two or three children, under a header row or numbered."""
    f = begin(random, "notification", nature="serious_harm")
    case = f.case
    children = (case.child, *case.siblings[:2])
    f.note("children", [case.person(p) for p in children])
    f.may("child.name", *(p.name for p in children))
    f.may("child.date_of_birth", *(p.born.isoformat() for p in children if p.born))
    f.ignore("child.gender", "siblings")
    if header_row:
        table: tuple[Grid | Heading | Pairs, ...] = (
            Grid(
                ("Name of child", "Date of birth", "Gender"),
                tuple((p.name, f.hand.date(p.born), "") for p in children if p.born),
            ),
        )
    else:
        table = tuple(
            block
            for number, p in enumerate(children, 1)
            if p.born
            for block in (
                Heading(f"Child {number}", 3),
                Pairs((("Name of child", p.name), ("Date of birth", f.hand.date(p.born)))),
            )
        )
    f.note("incident.nature", "serious_harm")
    blocks = (
        Heading("Serious incident notification", 1),
        Heading("Children who are the subject of this notification"),
        *table,
        Heading("Incident"),
        Pairs(
            (
                f.row("Date of incident", "incident.date"),
                f.other("Nature of incident", "Serious harm to a child"),
                f.row("Summary of the incident", "incident.summary"),
            )
        ),
        Heading("Notifier"),
        Pairs(
            (
                f.row("Name", "notifier.name"),
                f.row("Role", "notifier.role"),
                f.row("Agency", "notifier.agency"),
            )
        ),
    )
    return Made(Sheet(blocks), f.part)


def non_serious(random: Random) -> Made:
    """A notification of an incident that is not serious and may hold learning."""
    f = begin(random, "notification_non_serious", nature="serious_harm", plain=False)
    f.ignore("learning", "incident.nature")
    summary = "The family moved twice and three agencies each thought another was in touch."
    f.note("incident.summary", summary)
    blocks = (
        Heading("NON-Serious Incident Notification", 1),
        Text("For a case that is not a serious incident and from which agencies may learn."),
        Pairs(
            (
                f.row("Name of notifier", "notifier.name"),
                f.row("Agency of notifier", "notifier.agency"),
                f.row("Name of child", "child.name"),
                f.row("Date of birth", "child.date_of_birth"),
                f.row("Home address", "child.address"),
                f.row("Date of incident", "incident.date"),
                f.other("Summary of the incident", summary),
                f.other("What may multi-agency partners learn from it?", f.case.learning),
            )
        ),
    )
    return Made(Sheet(blocks), f.part)


def death_notice(random: Random, *, care_leaver: bool = False) -> Made:
    """The death of a looked-after child, or of a care leaver."""
    f = begin(random, "notification", nature="death")
    f.may("incident.nature", "death")
    who = "care leaver" if care_leaver else "looked-after child"
    f.ignore("incident.place", "child.legal_status", "parents")
    status = "Care leaver" if care_leaver else "Looked after, full care order"
    name = "Name of young person" if care_leaver else "Name of child"
    blocks = (
        Heading(f"Notification of the death of a {who}", 1),
        Pairs(
            (
                f.row(name, "child.name"),
                f.row("Date of birth", "child.date_of_birth"),
                f.row("Gender", "child.gender"),
                f.row("Ethnicity", "child.ethnicity"),
                f.other("Legal status", status),
                f.row("Date of death", "incident.date"),
                f.row("Circumstances", "incident.summary"),
                f.row("Notified by", "notifier.name"),
                f.row("Role", "notifier.role"),
                f.row("Local authority", "notifier.agency"),
                f.other("Is abuse or neglect known or suspected?", "No"),
            )
        ),
    )
    return Made(Sheet(blocks), f.part)


def need_to_know(random: Random) -> Made:
    """A briefing of children's services: an early word of an incident."""
    f = begin(random, "notification")
    f.may("incident.nature", f.case.nature)
    f.ignore("agencies", "immediate_actions", "child.legal_status")
    blocks = (
        Heading("NEED TO KNOW BRIEFING", 1),
        Text("For senior officers and the partnership's business unit only."),
        Pairs(
            (
                f.row("Name of child", "child.name"),
                f.row("Date of birth", "child.date_of_birth"),
                f.row("Address", "child.address"),
                f.row("Date of incident", "incident.date"),
                f.row("Brief summary of incident", "incident.summary"),
                f.row("Completed by", "notifier.name"),
                f.other("Media interest expected?", "No"),
            )
        ),
    )
    return Made(Sheet(blocks), f.part)


def blank(made: Made) -> Made:
    """The same form with nothing filled in."""
    return Made(
        Sheet(
            tuple(_emptied(b) for b in made.sheet.blocks),
            made.sheet.top.partition("Name of child: ")[0],
            made.sheet.foot,
        ),
        Part("blank_form"),
    )


def _emptied(block: object) -> object:
    if isinstance(block, Pairs):
        rows = tuple((label, _no_answer(answer)) for label, answer in block.rows)
        return Pairs(rows, block.style, block.number)
    if isinstance(block, Grid):
        rows_ = tuple(tuple("" for _ in row) for row in block.rows)
        return Grid(block.header, rows_, block.marked, block.caption)
    if isinstance(block, Boxes):
        return Boxes(tuple((o, False, why) for o, _, why in block.rows), block.how)
    return block


def _no_answer(answer: Answer) -> Answer:
    return Choice(answer.options, (), answer.how) if isinstance(answer, Choice) else ""
