"""Builders of nouns with sensible defaults. All people, addresses and agencies are invented."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from mailbot.core.model import (
    Agency,
    AgencyCode,
    Area,
    CaseRef,
    Certainty,
    DocumentKind,
    Fact,
    FactKind,
    Field,
    Form,
    Json,
    Message,
    MessageClass,
    MessageKey,
    Person,
    Role,
    TrustMode,
)

CASE = CaseRef("BB-2026-014-K")
OTHER_CASE = CaseRef("BB-2026-015-H")
KEY = b"a key of thirty-two bytes or so."

POLICE = AgencyCode("police")
ICB = AgencyCode("icb")
COUNCIL = AgencyCode("council")
HOSPITAL = AgencyCode("hospital")
PROBATION = AgencyCode("probation")


def moment(text: str) -> datetime:
    """Given "Mon 2026-11-23 10:00", return it in UTC; the weekday is checked."""
    weekday, _, rest = text.partition(" ")
    at = datetime.strptime(rest, "%Y-%m-%d %H:%M").replace(tzinfo=UTC)
    assert at.strftime("%a") == weekday, f"{rest} is a {at:%a}"
    return at


def day(text: str) -> date:
    """Given "Mon 2026-11-23", return the day; the weekday is checked."""
    return moment(f"{text} 00:00").date()


MONDAY = moment("Mon 2026-11-23 10:00")


def a_person(name: str = "Alex Marsh", email: str = "", **changes: Any) -> Person:
    """A person; the address follows from the name."""
    return Person(
        name=name, email=email or name.lower().replace(" ", ".") + "@example.org", **changes
    )


def an_agency(code: str = "hospital", **changes: Any) -> Agency:
    """An agency with one role mailbox, safeguarding@CODE.example, and its own domain."""
    plain = Agency(
        code=AgencyCode(code),
        name=code.title(),
        contacts=(f"safeguarding@{code}.example",),
        domains=(f"{code}.example",),
    )
    return replace(plain, **changes)


def an_area(**changes: Any) -> Area:
    """An area of five agencies, three of them partners, that trusts `mx.bedford.example`."""
    plain = Area(
        slug="bedford",
        code="BB",
        name="Bedford Borough",
        address="reviews@bedford.example",
        phone="01234 000000",
        staff=(a_person("Robin Hale", "robin.hale@bedford.example"),),
        manager=a_person("Kim Archer", "kim.archer@bedford.example"),
        duty=a_person("Duty Desk", "duty@bedford.example"),
        chair=a_person("Lee Marlow", "lee.marlow@chair.example"),
        board=(a_person("Sasha Field", "sasha.field@board.example"),),
        authority=COUNCIL,
        notifier=a_person("Jo Penn", "jo.penn@la-notify.example"),
        agencies=(
            an_agency(
                "council", partner=Role.LOCAL_AUTHORITY, known_as=("Bedford Borough Council",)
            ),
            an_agency("icb", partner=Role.ICB, known_as=("Integrated Care Board", "CCG")),
            an_agency(
                "police",
                partner=Role.POLICE,
                delegates=(a_person("Pat Rowe", "pat.rowe@police-delegate.example"),),
            ),
            an_agency("hospital", known_as=("Bedford General Hospital",)),
            an_agency("probation", ask_by_default=False, known_as=("Probation Service",)),
        ),
        panel_address="panel@panel.example",
        web_form_senders=("forms@website.example",),
        trust=TrustMode.AUTHSERV_ID,
        authserv_id="mx.bedford.example",
    )
    return replace(plain, **changes)


def a_message(**changes: Any) -> Message:
    """A personal, vouched-for mail from the hospital, received on Mon 23 November 2026."""
    plain = Message(
        key=MessageKey("m1"),
        message_id="<m1@hospital.example>",
        in_reply_to=(),
        references=(),
        sender="safeguarding@hospital.example",
        sender_name="Safeguarding",
        reply_to=(),
        to=("reviews@bedford.example",),
        cc=(),
        subject="RE: [EXTERNAL] request",
        received_at=MONDAY,
        sent_at=MONDAY,
        text="Please see attached.",
        own_text="Please see attached.",
        attachments=(),
        message_class=MessageClass.PERSONAL,
        vouched_for=True,
    )
    if "text" in changes and "own_text" not in changes:
        changes["own_text"] = changes["text"]
    return replace(plain, **changes)


def a_field(
    value: Json, certainty: Certainty = Certainty.READ, place: str = "table 1, row 1"
) -> Field:
    """A field that was read, unless told otherwise."""
    return Field(value=value, place=place, certainty=certainty)


def a_form(
    kind: DocumentKind = DocumentKind.RETURN,
    *,
    values: dict[str, Json] | None = None,
    blank: tuple[str, ...] = (),
    **changes: Any,
) -> Form:
    """A form whose `values` were read and whose `blank` fields are blank."""
    fields = {name: a_field(value) for name, value in (values or {}).items()}
    fields |= {name: a_field(None, Certainty.BLANK) for name in blank}
    return Form(**({"kind": kind, "place": "1st attachment, Word", "fields": fields} | changes))


def a_notification(**values: Json) -> Form:
    """A filled serious notification about an invented child; keys have __ for their dots."""
    plain = {
        "child.name": "Robyn Ashdown",
        "child.date_of_birth": "2019-04-02",
        "incident.date": "2026-11-20",
        "incident.nature": "serious_harm",
        "notifier.name": "Chris Vale",
        "agencies": ["Bedford General Hospital", "Probation Service", "Riverside Club"],
    }
    read = plain | {name.replace("__", "."): value for name, value in values.items()}
    return a_form(DocumentKind.NOTIFICATION, values=read, blank=("child.school",))


def a_fact(kind: FactKind = FactKind.NOTE, number: int = 0, **changes: Any) -> Fact:
    """A fact of CASE, happened and recorded on Mon 23 November 2026; other keys are its detail."""
    own = {"case", "happened", "recorded_at", "recorded_by", "agency", "message", "words", "detail"}
    given = {name: value for name, value in changes.items() if name in own}
    detail = {
        name.removesuffix("_"): value for name, value in changes.items() if name not in own
    } | given.pop("detail", {})
    plain: dict[str, Any] = {
        "case": CASE,
        "happened": MONDAY,
        "recorded_at": MONDAY,
        "recorded_by": "mailbot",
    }
    return Fact(kind=kind, number=number, detail=detail, **(plain | given))


def opening_facts(**detail: Any) -> tuple[Fact, ...]:
    """The facts of a case that has just opened: incident, notification, numbers 1 and 2."""
    notification = {
        "beginning": "serious",
        "fields": {"child.name": "Robyn Ashdown", "child.date_of_birth": "2019-04-02"},
        "children": [{"name": "Robyn Ashdown", "date_of_birth": "2019-04-02"}],
        "notifier": {"address": "chris.vale@hospital.example", "name": "", "agency": "hospital"},
        "agencies": ["council", "icb", "police", "hospital"],
    }
    return (
        a_fact(FactKind.INCIDENT_OCCURRED, 1, happened=day("Fri 2026-11-20")),
        a_fact(
            FactKind.NOTIFICATION_RECEIVED,
            2,
            message=MessageKey("n1"),
            detail=notification | detail,
        ),
    )
