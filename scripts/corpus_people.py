"""Who and what stands in the corpus of forms: invented families, agencies, incidents and hands.

Everybody is invented, every address is an example's. A hand is how one person fills in forms:
how they write dates and names, and how their form prints its labels.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from mailbot.core.references import new_reference

_FORENAMES = (
    "Wren Finch Teal Robin Martin Jay Linnet Merle Phoebe Kestrel Rowan Hazel Ivo Tamsin Elowen "
    "Nerys Zofia Aisling Siân Chloé Kofi Amara Idris Leyla Dominik Niamh Tomasz Priya Yusuf Bryony"
).split()
_GROWN = (
    "Morgan Sol Jude Ash Bryn Ida Colm Tam Perry Gwen Lorna Nadia Piotr Olu Farah Declan Ruth "
    "Hugh Marta Callum Joyce Anil Beth Simon"
).split()
_SURNAMES = (
    "Alderby Reeth Tewby Farrowdale O'Dell Harpwick Coldmere Ferndown-Hale Łukaszek Müllerby "
    "McTarn Brightmoor Denholme Stanyer Whitbarrow Oakeshott Penhallick Ravensby D'Arcey Thornlea "
    "Quillby Marrick Eskdale Underbank Langmere"
).split()
_STREETS = (
    "Larkspur Row;Mill Reach;Foundry Court;St Oswin's Close;The Paddock;Canal View;"
    "Juniper Avenue;Orchard End"
).split(";")
_TOWNS = ("Bedford MK40 0AA", "Luton LU1 0ZZ", "Biggleswade SG18 0QQ", "Dunstable LU6 0XX")
_ETHNICITIES = (
    "White British;Black African;Mixed White and Black Caribbean;Pakistani;White Polish;"
    "Bangladeshi;Gypsy or Irish Traveller;White Irish"
).split(";")
_DISABILITIES = (
    "None;Autism;Cerebral palsy;Hearing impairment;Epilepsy;Learning disability"
).split(";")
_STATUSES = (
    "Child protection plan since March 2026;Child in need;Looked after (section 20);"
    "Interim care order;Not open to social care;Supervision order until 2027"
).split(";")
_SCHOOLS = (
    "Larkspur Primary School;Mill Reach Academy;Orchard End Nursery;St Oswin's School;"
    "Foundry Lane Infants;Home educated"
).split(";")
_PLACES = (
    "At home;Home of the grandmother;Canal path near the lock;At the family's flat;"
    "Bedroom of the family home;Children's playground"
).split(";")
_HARMS = (
    "Taken to hospital by ambulance with injuries that were not explained.",
    "Admitted with a head injury; the account given does not fit what was found.",
    "Found unresponsive in the bath while the adult was asleep; now in intensive care.",
    "Seriously burned by hot water. The explanation changed twice.",
    "Stabbed by another young person and taken to hospital.",
    "Weight had fallen far below the expected line; neglect is suspected.",
    "Took an overdose after months of missed appointments and is in hospital.",
    "Several healing fractures were seen on an X-ray taken for another reason.",
)
_DEATHS = (
    "Died at home in the early morning; resuscitation was not successful.",
    "Found lifeless by a carer. The cause is not known; neglect is suspected.",
    "Died in hospital two days after being brought in with injuries.",
    "Was hit by a train. There had been concerns about exploitation.",
)
_ROLES = (
    "Head of Safeguarding;Team Manager;Designated Nurse;Detective Sergeant;Head teacher;"
    "Service Manager;Named Doctor;Quality Assurance Lead"
).split(";")
AGENCIES = (
    "Bedfordshire Police",
    "Bedford Borough Council",
    "East London Community Health",
    "Larkspur Primary School",
    "Luton Council Housing",
    "Riverside Hospital",
    "Orchard Surgery",
    "Probation Service",
    "Harbour Domestic Abuse Service",
    "CAFCASS",
    "Central Bedfordshire Council",
    "Willow Mental Health Trust",
)
_SUMMARIES = (
    "The family was seen eleven times by the health visitor between birth and June 2026.",
    "Three referrals were received in 2026. Two led to an assessment and one to advice.",
    "The tenancy began in 2024. Two visits about noise were made; nobody raised concerns.",
    "The pupil has attended since September 2024 with attendance of 81 per cent.",
    "Officers attended the address four times. One report of domestic abuse was recorded.",
    "The mother was open to the service from January to May 2026 and then discharged.",
)
_GOOD = (
    "The worker called unannounced when appointments were missed.",
    "The school recorded what the child said in the child's own words.",
    "Information was shared with the police on the same day.",
    "An interpreter was used at every visit.",
)
_LEARNING = (
    "Two missed appointments were not told to the other agencies.",
    "The father was not included in the assessment.",
    "Supervision did not look at the history as a whole.",
    "Records of the older child were not read together with these.",
)
_ACTIONS = (
    "Records have been secured.",
    "The records of the other children have been reviewed and a strategy discussion was held.",
    "Staff who knew the family have been offered support.",
    "A home visit was made on the same day.",
)
_EVENTS = (
    "Home visit; nobody answered",
    "Weight below the expected line, advice given",
    "Appointment missed",
    "Telephone call from the grandmother, worried about the parents",
    "Strategy discussion held",
    "Child seen alone at school; said all was well",
    "Police attended a report of shouting",
    "Assessment closed with no further action",
    "Bruise noticed and recorded on a body map",
)
_SOURCES = (
    "Health visitor record",
    "Case file",
    "School log",
    "Crime report",
    "GP record",
    "Contact sheet",
)


@dataclass(frozen=True)
class Person:
    """Somebody invented."""

    forename: str
    surname: str
    born: date | None = None

    @property
    def name(self) -> str:
        """As expected of a reader."""
        return f"{self.forename} {self.surname}"


@dataclass(frozen=True)
class Worker:
    """Somebody who fills in a form."""

    name: str
    role: str
    agency: str
    email: str
    phone: str


@dataclass(frozen=True)
class Event:
    """One row of a chronology: how its date is written, and what a reader makes of it."""

    written: str
    expected: str
    event: str
    source: str

    @property
    def element(self) -> dict[str, str]:
        """As expected of a reader."""
        return {"date": self.expected, "event": self.event, "source": self.source}


@dataclass(frozen=True)
class Case:
    """One invented incident and everything that forms ask about it."""

    child: Person
    gender: str
    ethnicity: str
    disability: str
    address: str
    status: str
    school: str
    mother: Person
    father: Person
    siblings: tuple[Person, ...]
    incident: date
    place: str
    nature: str
    summary: str
    notifier: Worker
    referred: date
    agencies: tuple[str, ...]
    reference: str
    agency: str
    author: Worker
    approver: str
    involvement: str
    good: str
    learning: str
    actions: str

    def person(self, person: Person) -> dict[str, str]:
        """A sibling or a child as expected of a reader."""
        born = {"date_of_birth": person.born.isoformat()} if person.born else {}
        return {"name": person.name, **born}


def a_case(random: Random, *, nature: str = "") -> Case:
    """An incident, the family and the agencies around it."""
    surname, other = random.sample(_SURNAMES, 2)
    names = random.sample(_FORENAMES, 5)
    nature = nature or random.choice(("serious_harm", "serious_harm", "death"))
    born = date(2009, 1, 1) + timedelta(days=random.randrange(0, 365 * 16))
    incident = date(2026, 10, 1) + timedelta(days=random.randrange(0, 50))
    grown = random.sample(_GROWN, 2)
    agencies = random.sample(AGENCIES, 6)
    siblings = tuple(
        Person(name, surname, born + timedelta(days=random.choice((-700, 500, 950, -1200)) + i))
        for i, name in enumerate(names[1 : 1 + random.choice((1, 2, 2, 3))])
    )
    return Case(
        child=Person(names[0], surname, born),
        gender=random.choice(("Female", "Male")),
        ethnicity=random.choice(_ETHNICITIES),
        disability=random.choice(_DISABILITIES),
        address=f"{random.randrange(1, 90)} {random.choice(_STREETS)}, {random.choice(_TOWNS)}",
        status=random.choice(_STATUSES),
        school=random.choice(_SCHOOLS),
        mother=Person(grown[0], surname),
        father=Person(grown[1], other),
        siblings=siblings,
        incident=incident,
        place=random.choice(_PLACES),
        nature=nature,
        summary=random.choice(_DEATHS if nature == "death" else _HARMS),
        notifier=a_worker(random, agencies[0]),
        referred=incident + timedelta(days=random.randrange(1, 5)),
        agencies=tuple(agencies[:3]),
        reference=str(new_reference("BB", 2026, random.randrange(1, 200))),
        agency=agencies[4],
        author=a_worker(random, agencies[4]),
        approver=f"{random.choice(_GROWN)} {random.choice(_SURNAMES)}",
        involvement=random.choice(_SUMMARIES),
        good=random.choice(_GOOD),
        learning=random.choice(_LEARNING),
        actions=random.choice(_ACTIONS),
    )


def a_worker(random: Random, agency: str) -> Worker:
    """Somebody of an agency."""
    forename, surname = random.choice(_GROWN), random.choice(_SURNAMES)
    host = "".join(c for c in agency.lower() if c.isascii() and c.isalpha())
    local = "".join(c for c in f"{forename}.{surname}".lower() if c.isascii() and c in _LOCAL)
    phone = f"01632 960{random.randrange(100, 999)}"
    return Worker(
        f"{forename} {surname}", random.choice(_ROLES), agency, f"{local}@{host}.example", phone
    )


_LOCAL = frozenset("abcdefghijklmnopqrstuvwxyz.")


def some_events(random: Random, count: int, *, uncertain: bool = False) -> tuple[Event, ...]:
    """Rows of a chronology in the order of time, their dates written in several ways."""
    day = date(2025, random.randrange(1, 12), random.randrange(1, 28))
    found = []
    for index in range(count):
        day += timedelta(days=random.randrange(3, 60))
        written = random.choice(DATE_STYLES[:6])(day)
        expected = day.isoformat()
        if uncertain and index == 1:
            written = expected = f"?{day.day} {day:%B} {day.year}".lower()
        event, source = random.choice(_EVENTS), random.choice(_SOURCES)
        found.append(Event(written, expected, event, source))
    return tuple(found)


# --- hands ---------------------------------------------------------------------------------------


def ordinal(day: int) -> str:
    """A day of the month as people say it: 22nd."""
    ending = "th" if 11 <= day % 100 <= 13 else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")
    return f"{day}{ending}"


DATE_STYLES = (
    lambda d: f"{d:%d/%m/%Y}",
    lambda d: f"{d.day}.{d.month}.{d:%y}",
    lambda d: f"{d.day} {d:%B %Y}",
    lambda d: f"{ordinal(d.day)} {d:%B %Y}",
    lambda d: f"{d:%d-%b-%Y}",
    lambda d: f"{d.day}/{d.month}/{d:%y}",
    lambda d: f"{d:%A} {d.day} {d:%B %Y}",
    lambda d: f"{d:%a} {ordinal(d.day)} {d:%b} {d:%Y}",
    lambda d: f"{d:%d.%m.%Y}",
    lambda d: f"{d.day} {d:%b} {d:%y}",
    lambda d: d.isoformat(),
)
NAME_STYLES = (
    lambda p: p.name,
    lambda p: p.name,
    lambda p: f"{p.surname.upper()}, {p.forename}",
    lambda p: f"{p.surname}, {p.forename}",
    lambda p: f"{p.forename} {p.surname.upper()}",
    lambda p: f"{p.forename} {p.surname} (also known as {p.forename} Hartle)",
)


@dataclass(frozen=True)
class Hand:
    """How one person fills in a form, and how that form prints its labels."""

    random: Random
    date_style: int
    name_style: int
    label_style: int

    def date(self, day: date) -> str:
        """A day as this person writes it."""
        return DATE_STYLES[self.date_style](day)

    def name(self, person: Person) -> str:
        """Somebody's name as this person writes it."""
        return NAME_STYLES[self.name_style](person)

    def label(self, text: str) -> str:
        """A label as this form prints it: with or without a colon, in capitals, with a blank."""
        bare = text.rstrip(": ")
        if bare.endswith("?"):
            return bare
        styles = (text, bare, f"{bare}:", f"{bare} :", bare.upper(), f"{bare}: ")
        return styles[self.label_style]

    def people(self, persons: Sequence[Person]) -> str:
        """Brothers and sisters in one answer, each with the date of birth."""
        words = [f"{p.name} ({self.date(p.born)})" if p.born else p.name for p in persons]
        return self.random.choice(("; ", "\n")).join(words)

    def parents(self, case: Case) -> str:
        """Both parents in one answer."""
        joint = self.random.choice((", ", "\n", " and ", "; "))
        mother, father = case.mother.name, case.father.name
        return self.random.choice(
            (f"{mother} (mother){joint}{father} (father)", f"{mother}{joint}{father}")
        )

    def agencies(self, names: Sequence[str]) -> str:
        """A list of agencies in one answer."""
        return self.random.choice((", ", "\n", "; ")).join(names)


def a_hand(random: Random, *, plain: bool = False) -> Hand:
    """Somebody's habits; with `plain` those that no reader should find hard."""
    if plain:
        return Hand(random, 0, 0, 0)
    return Hand(
        random,
        random.randrange(len(DATE_STYLES)),
        random.randrange(len(NAME_STYLES)),
        random.randrange(6),
    )
