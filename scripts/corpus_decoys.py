"""Forms of other processes that look like ours, and papers that are no forms.

Nothing in them is read as a fact about a case; what counts is what they are taken for.
"""

from random import Random

from scripts.corpus_filling import begin
from scripts.corpus_sheets import Choice, Grid, Heading, Made, Pairs, Part, Prompts, Sheet, Text

_NOT_KNOWN = ("Yes", "No", "not known")


def child_death_report(random: Random) -> Made:
    """Form B of a child death overview panel."""
    f = begin(random, "look_alike", nature="death")
    f.ignore("*")
    case = f.case
    blocks = (
        Heading("Form B – Agency Report Form", 1),
        Pairs(
            (
                ("CDOP Identifier (Unique identifying number)", "2026/0419"),
                ("This form to be returned to CDOP Manager at:", "cdop@council.example"),
            )
        ),
        Heading("A Identifying and Reporting Details"),
        Pairs(
            (
                ("Name", case.child.name),
                ("DOB:", f.hand.date(case.child.born) if case.child.born else ""),
                ("NHS No.", "999 000 0000"),
                ("Date of Death", f.hand.date(case.incident)),
                ("Gender", Choice(("Male", "Female"), (case.gender,))),
                ("Address", case.address),
                ("Agency", case.agency),
                ("Name", case.author.name),
                ("Tel No", case.author.phone),
                ("E-Mail address", case.author.email),
            ),
            "wide",
        ),
        Heading("B Summary of Case and Circumstances leading to the death"),
        Pairs(
            (
                ("Expected death: planned palliative care", Choice(_NOT_KNOWN, ("No",))),
                ("Found dead/collapsed", Choice(_NOT_KNOWN, ("Yes",))),
                ("Was there any attempted resuscitation?", Choice(_NOT_KNOWN, ("Yes",))),
                ("Summary", case.summary),
            )
        ),
    )
    return Made(Sheet(blocks), f.part)


def child_death_notice(random: Random) -> Made:
    """The first notice of a child's death to the overview panel."""
    f = begin(random, "look_alike", nature="death")
    f.ignore("*")
    case = f.case
    blocks = (
        Heading("Initial notification of a child death (Form A)", 1),
        Text("For the Child Death Overview Panel."),
        Pairs(
            (
                ("Date of referral", f.hand.date(case.referred)),
                ("Name of referrer", case.notifier.name),
                ("Name of consultant Paediatrician/ Other Consultant", "Dr Anil Marrick"),
                ("Email of referrer", case.notifier.email),
            )
        ),
        Heading("Child Details"),
        Pairs(
            (
                ("Full name of child", case.child.name),
                ("DOB", f.hand.date(case.child.born) if case.child.born else ""),
                ("Alternative names", ""),
                ("NHS No", "999 000 0000"),
                ("Address of child (Including postcode)", case.address),
                ("Name of persons with parental responsibility", case.mother.name),
                ("Date of death", f.hand.date(case.incident)),
                ("Time of Death", "06:40"),
                ("Place of death (*see note below)*", "Riverside Hospital"),
                ("Death certificate issued (Yes or No)", "No"),
            ),
            "wide",
        ),
        Heading("Contact details of agencies"),
        Grid(
            ("Agency", "Name, Address & Telephone Number"),
            (("GP", "Orchard Surgery"), ("School/Nursery etc", case.school)),
        ),
    )
    return Made(Sheet(blocks), f.part)


def adult_review(random: Random, *, area: int = 0) -> Made:
    """A request for a safeguarding adults review, in several areas' words."""
    f = begin(random, "look_alike", nature="serious_harm")
    f.ignore("*")
    notifier = f.case.notifier
    title = (
        "Request for a Safeguarding Adults Review",
        "SAR1: Safeguarding Adults Review referral",
        "Form A: Referral for a Safeguarding Adults Review (section 44 Care Act 2014)",
    )[area % 3]
    blocks = (
        Heading(title, 1),
        Prompts(
            (
                "The adult has needs for care and support, whether or not they are being met.",
                (
                    "The adult has died, and the Board suspects that the death came from "
                    "abuse or neglect."
                ),
            )
        ),
        Heading("1. Your details"),
        Pairs(
            (
                ("Name:", notifier.name),
                ("Job title:", notifier.role),
                ("Organisation (if applicable):", notifier.agency),
                ("Email address:", notifier.email),
                ("Telephone number:", notifier.phone),
            )
        ),
        Heading("2. The adult"),
        Pairs(
            (
                ("Name of adult", f.case.father.name),
                ("Date of birth", "14/02/1949"),
                ("Care and support needs", "Dementia"),
                ("What happened?", "A fall in the care home was not reported."),
            )
        ),
    )
    return Made(Sheet(blocks), f.part)


def referral_to_social_care(random: Random) -> Made:
    """A child protection referral that was meant for the front door of social care."""
    f = begin(random, "look_alike", nature="serious_harm")
    f.ignore("*")
    case = f.case
    blocks = (
        Heading("Multi Agency Referral Form (MARF)", 1),
        Text("Send this form to the Multi-Agency Safeguarding Hub."),
        Pairs(
            (
                ("Date of Referral", f.hand.date(case.referred)),
                ("Is the child at immediate risk of harm?", Choice(("Yes", "No"), ("Yes",))),
                ("Threshold tier", "Level 4"),
                ("Has consent been given by the parent?", Choice(("Yes", "No"), ("No",))),
            )
        ),
        Heading("Child or young person"),
        Pairs(
            (
                ("Name of child", case.child.name),
                ("Date of birth", f.hand.date(case.child.born) if case.child.born else ""),
                ("Home address", case.address),
                ("School", case.school),
                (
                    "Reason for referral",
                    "A bruise was seen today and the child is afraid to go home.",
                ),
            )
        ),
        Heading("Referrer"),
        Pairs((("Name", case.notifier.name), ("Agency", case.notifier.agency))),
    )
    return Made(Sheet(blocks), f.part)


def allegation(random: Random) -> Made:
    """A referral to the designated officer about somebody in a position of trust."""
    f = begin(random, "look_alike", nature="serious_harm")
    f.ignore("*")
    blocks = (
        Heading("LADO referral form", 1),
        Text("For an allegation against a person in a position of trust."),
        Pairs(
            (
                ("Name of professional", "Simon Stanyer"),
                ("Employer", "Orchard End Nursery"),
                ("Role", "Practitioner"),
                ("Name of child", f.case.child.name),
                ("Date of birth", f.hand.date(f.case.child.born) if f.case.child.born else ""),
                ("Date of incident", f.hand.date(f.case.incident)),
                ("Details of the allegation", "Held the child's arm roughly."),
                ("Referrer's name", f.case.notifier.name),
            )
        ),
    )
    return Made(Sheet(blocks), f.part)


def ofsted_event(random: Random) -> Made:
    """A children's home tells the regulator of a significant event."""
    f = begin(random, "look_alike", nature="serious_harm")
    f.ignore("*")
    blocks = (
        Heading("Notification of significant event – Regulation 40", 1),
        Pairs(
            (
                ("Provider URN", "SC900417"),
                ("Name of children's home", "Weir House"),
                ("Registered manager", "Beth Langmere"),
                ("Child's initials", f.case.child.forename[0] + f.case.child.surname[0]),
                ("Date of event", f.hand.date(f.case.incident)),
                ("Details of the event", "Was missing overnight and returned safely."),
                ("Has Ofsted been notified?", Choice(("Yes", "No"), ("Yes",))),
            )
        ),
    )
    return Made(Sheet(blocks), f.part)


def minutes(_random: Random) -> Made:
    """A paper that is no form at all."""
    blocks = (
        Heading("Minutes of the training sub-group", 1),
        Text("Present: Morgan Tewby (chair), Ruth Eskdale, Hugh Denholme"),
        Text("1. The minutes of the last meeting were agreed."),
        Text("2. The course on professional curiosity ran twice in October with 31 people."),
        Text("3. Next meeting: 14 January 2027 at 10:00."),
    )
    return Made(Sheet(blocks), Part("not_a_form"))
