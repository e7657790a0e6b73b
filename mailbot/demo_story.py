"""Whom the demo is about and what they write. Everybody and everything in it is invented."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

#: What a person puts into a field of a Word form; True ticks a box.
Answer = str | bool | date

CHILD = "Isla Marchbanks"

#: The serious notification, by the tags of the form's fields.
NOTIFICATION: Mapping[str, Answer] = {
    "notifier.name": "Gwendolyn Pryce",
    "notifier.role": "Principal Social Worker",
    "notifier.agency": "Bedford Council Children's Social Care",
    "notifier.email": "gwendolyn.pryce@children.bedford-council.example",
    "notifier.phone": "01632 960130",
    "child.name": CHILD,
    "child.date_of_birth": date(2023, 6, 14),
    "child.gender": "Girl",
    "child.ethnicity": "White British",
    "child.disability": "None",
    "child.address": "12 Ferrymans Way, Bedford MK40 0AA",
    "child.legal_status": "Child in need plan since 3 September 2026",
    "incident.date": date(2026, 11, 20),
    "incident.place": "At home",
    "incident.nature": "Serious harm to a child",
    "incident.summary": (
        "Brought to the emergency department by ambulance at about 18:40. Two fractures of "
        "different ages were found, for which no explanation consistent with them was given. "
        "She is on the children's ward and is stable."
    ),
    "referral.made": "Yes",
    "referral.date": date(2026, 11, 20),
    "parents": "Kerry Marchbanks (mother), Jordan Teale (mother's partner)",
    "siblings.1.name": "Noah Marchbanks",
    "siblings.1.date_of_birth": date(2020, 2, 2),
    "agencies.1.agency": "Bedfordshire Police",
    "agencies.1.contact": "Public Protection Unit",
    "agencies.2.agency": "Bedford Hospital",
    "agencies.2.contact": "Named Nurse",
    "agencies.3.agency": "Health Visiting",
    "agencies.3.contact": "Duty health visitor",
    "agencies.4.agency": "Ferryside Family Centre",
    "agencies.4.contact": "Centre manager",
}

SOCIAL_CARE: Mapping[str, Answer] = {
    "author.name": "Martin Ashcombe",
    "author.role": "Service Manager, Quality Assurance",
    "known_to_agency": "Yes",
    "involvement_summary": (
        "Referred by the health visitor in August 2026. A child and family assessment was "
        "completed and a child in need plan agreed. Three visits were made; at the last one "
        "nobody was at home and the visit was not repeated within the agreed ten days."
    ),
    "good_practice": "The social worker and the health visitor made the first visit together.",
    "learning": "A visit that fails should be repeated within two working days.",
    "immediate_actions": "The records are secured. The brother was seen on 20 November.",
    "immediate_risk": "No. A safety plan with the maternal grandmother is in place.",
    "chronology.1.date": date(2026, 8, 18),
    "chronology.1.event": "Referral received from the health visitor",
    "chronology.1.source": "Case record",
    "chronology.2.date": date(2026, 9, 3),
    "chronology.2.event": "Child in need plan agreed",
    "chronology.2.source": "Case record",
    "chronology.3.date": date(2026, 11, 4),
    "chronology.3.event": "Home visit; nobody at home",
    "chronology.3.source": "Visit record",
    "signed_off_by": "Anthony Mbeki-Lowe",
}

COMMUNITY_HEALTH: Mapping[str, Answer] = {
    "author.name": "Hazel Tranter",
    "author.role": "Specialist Nurse, Safeguarding",
    "known_to_agency": "Yes",
    "involvement_summary": (
        "Seen by the health visiting service since birth. Development was as expected at the "
        "two-year review. Two appointments in September and October were not kept."
    ),
    "good_practice": "The health visitor called at the home when an appointment was missed.",
    "learning": "The second missed appointment was not told to the social worker.",
    "immediate_actions": "The records are secured and the health visitor has supervision.",
    "immediate_risk": "No",
    "chronology.1.date": date(2026, 8, 17),
    "chronology.1.event": "Health visitor concerned about lack of support; referral agreed",
    "chronology.1.source": "Child health record",
    "chronology.2.date": date(2026, 9, 29),
    "chronology.2.event": "Appointment not kept; home visit the next day",
    "chronology.2.source": "Child health record",
    "chronology.3.date": date(2026, 10, 27),
    "chronology.3.event": "Appointment not kept",
    "chronology.3.source": "Child health record",
    "signed_off_by": "Priscilla Adeyemo",
}

EDUCATION_IN_PART: Mapping[str, Answer] = {
    "author.name": "Lorna Whitcombe",
    "author.role": "Education Safeguarding Lead",
    "known_to_agency": "Yes",
    "partial_return": True,
    "involvement_summary": "Attends a nursery two mornings a week. Its record is being fetched.",
}

EDUCATION: Mapping[str, Answer] = {
    "author.name": "Lorna Whitcombe",
    "author.role": "Education Safeguarding Lead",
    "known_to_agency": "Yes",
    "involvement_summary": (
        "Attended nursery two mornings a week since January 2026. Attendance fell from nine in "
        "ten sessions to six in ten after the summer. The reasons given were colds."
    ),
    "good_practice": "The nursery rang on each day of absence.",
    "learning": "Absences of a child with a plan should be passed on in the same week.",
    "immediate_actions": "The nursery's record is secured.",
    "immediate_risk": "No",
    "signed_off_by": "Lorna Whitcombe",
}

ICB: Mapping[str, Answer] = {
    "author.name": "Nadia Featherstone",
    "author.role": "Designated Nurse for Safeguarding Children",
    "known_to_agency": "Yes",
    "involvement_summary": (
        "The Board commissions the services involved and holds no record of its own contact. "
        "This return brings together what the providers have told the designated nurse."
    ),
    "good_practice": "The ward asked for a child protection medical on the same evening.",
    "learning": "None beyond what the providers say themselves.",
    "immediate_actions": "The providers have been asked to secure their records.",
    "immediate_risk": "No",
    "signed_off_by": "Samuel Okonjo",
}

GP: Mapping[str, Answer] = {
    "author.name": "Dr Edmund Varley",
    "author.role": "Named GP",
    "known_to_agency": "Yes",
    "involvement_summary": (
        "Registered since birth. Seen four times in 2026, each time for a minor illness. "
        "Vaccinations are complete. The practice did not know of the child in need plan."
    ),
    "good_practice": "The practice nurse noted who came with the child.",
    "learning": "Child in need plans do not reach the practice.",
    "immediate_actions": "The record is secured.",
    "immediate_risk": "No",
    "signed_off_by": "Dr Edmund Varley",
}

HOSPITAL: Mapping[str, Answer] = {
    "author.name": "Colette Brannigan",
    "author.role": "Named Nurse",
    "known_to_agency": "Yes",
    "involvement_summary": (
        "One attendance before the incident, on 11 July 2026, with a bruised wrist after a fall "
        "from a sofa. It was treated as an accident; the health visitor was told by letter."
    ),
    "good_practice": "On 20 November the consultant called the police and social care at once.",
    "learning": "The July attendance was not looked at again when she came in November.",
    "immediate_actions": "The records and images are secured.",
    "immediate_risk": "No. She stays on the ward until it is agreed where she goes.",
    "chronology.1.date": date(2026, 7, 11),
    "chronology.1.event": "Emergency department, bruised wrist",
    "chronology.1.source": "Hospital record",
    "chronology.2.date": date(2026, 11, 20),
    "chronology.2.event": "Emergency department, fractures found; referral made",
    "chronology.2.source": "Hospital record",
    "signed_off_by": "Colette Brannigan",
}

POLICE: Mapping[str, Answer] = {
    "author.name": "Ian Calloway",
    "author.role": "Detective Chief Inspector, Public Protection",
    "known_to_agency": "Yes",
    "involvement_summary": (
        "One call in May 2026 to a dispute between the adults; the children were asleep and no "
        "offence was found. A criminal investigation into the injuries began on 20 November."
    ),
    "good_practice": "Officers saw both children in May and told social care the same night.",
    "learning": "None found so far.",
    "immediate_actions": "An investigation is under way.",
    "immediate_risk": "No. Bail conditions prevent contact.",
    "signed_off_by": "Ian Calloway",
    "disclosure_conditions": "Not to be shown to the family while the investigation runs.",
}

#: What a person at the desk answers to one of mailbot's letters.
CRITERIA = """\
criteria: met
decided on: 24 November 2026
present: council, icb, police
chair consulted: yes
reasons: Fractures of different ages, for which no explanation was found.
agencies: as proposed"""
MEETING = """\
meeting: Mon 7 December 2026 10:00
where: Borough Hall, Committee Room 2
kind: rapid review"""
ASK_AGAIN = "ask again: hospital"
PANEL_NOTIFIED = "panel notified: 26 November 2026 / reference: SIN-2026-04417"
MISTYPED = "held on Monday, everybody was there"
HELD = "held: 7 December / present: council, ICB, police, chair"
DECISION = """\
decision: review / scope: local / next: practice review
criteria found: met
decided on: 7 December
reasons: Three services each saw a part and no one put the parts together.
learning: Missed appointments and absences of a child with a plan are shared the same week."""
CIRCULATED = "report circulated: 8 December"
SIGNED_OFF = "signed off: 10 December"
PANEL_AGREES = "panel answer: agrees"
CLOSE = "close: local child safeguarding practice review begun"

OUT_OF_OFFICE = """\
Thank you for your email. I am on leave and back on Monday 30 November 2026.
For anything urgent please ring the practice."""
NIL = """\
Not known to us.

Desmond Achterberg
Head of Delivery Unit"""
STRANGER = """\
Hello,

I worked with this family last year and would like to add something to your review.
Please tell me who else has written to you about them.

R. Halloran"""
PANEL_SAYS = """\
Thank you for your rapid review. The Panel has considered it and agrees with your decision.

Child Safeguarding Practice Review Panel secretariat"""


@dataclass(frozen=True, slots=True)
class Return:
    """What one agency sends back: when, from whom, with which words and which form filled in."""

    agency: str
    at: str
    sender: str
    words: str
    form: Mapping[str, Answer] = field(default_factory=dict)
    said: str = "information (Word form)"


#: The returns in the order in which they come.
FIRST_WEEK = (
    Return(
        "community-health",
        "Thu 26 Nov 11:20",
        "Hazel Tranter <safeguarding@ousevalley-health.example>",
        "Please find our return attached.",
        COMMUNITY_HEALTH,
    ),
    Return(
        "probation",
        "Thu 26 Nov 14:05",
        "Desmond Achterberg <desmond.achterberg@bedfordshire-probation.example>",
        NIL,
        said="nil return, one line in the mail",
    ),
    Return(
        "education",
        "Fri 27 Nov 09:40",
        "Lorna Whitcombe <lorna.whitcombe@schools.bedford-council.example>",
        "A first part; the nursery's record is to follow on Monday.",
        EDUCATION_IN_PART,
        said="part of the information (Word form)",
    ),
    Return(
        "childrens-social-care",
        "Fri 27 Nov 10:30",
        "Martin Ashcombe <rapidreviews@children.bedford-council.example>",
        "Our return is attached. It has been signed off.",
        SOCIAL_CARE,
    ),
    Return(
        "icb",
        "Fri 27 Nov 16:00",
        "Nadia Featherstone <nadia.featherstone@bedfordshire-icb.example>",
        "Return attached.",
        ICB,
    ),
)
SECOND_WEEK = (
    Return(
        "icb",
        "Mon 30 Nov 09:20",
        "Nadia Featherstone <nadia.featherstone@bedfordshire-icb.example>",
        "Please use this version in place of Friday's.",
        {**ICB, "learning": "The providers' two systems did not show the missed appointments."},
        said="a second, corrected version (Word form)",
    ),
    Return(
        "gp",
        "Mon 30 Nov 11:10",
        "Edmund Varley <named.gp@bedford-primary-care.example>",
        "Back today. Our return is attached.",
        GP,
    ),
    Return(
        "education",
        "Mon 30 Nov 15:10",
        "Lorna Whitcombe <lorna.whitcombe@schools.bedford-council.example>",
        "The complete return, in place of Friday's first part.",
        EDUCATION,
    ),
    Return(
        "hospital",
        "Tue 1 Dec 12:45",
        "Colette Brannigan <safeguarding.children@bedford-hospitals.example>",
        "Return attached.",
        HOSPITAL,
    ),
    Return(
        "police",
        "Thu 3 Dec 10:15",
        "Ian Calloway <ian.calloway@bedfordshire-police.example>",
        "With apologies for the delay. Our return is attached.",
        POLICE,
    ),
)
