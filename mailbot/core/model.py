"""The nouns: what messages, forms, facts, cases, clocks and letters are made of.

Everything here is frozen. Moments are aware and in UTC; a bare `date` is a day in Europe/London.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from enum import StrEnum
from typing import Any, NewType

CaseRef = NewType("CaseRef", str)  # "BB-2026-014-K": area, year, number, check character
AgencyCode = NewType("AgencyCode", str)  # "police", as in the area's config
MessageKey = NewType("MessageKey", str)  # our own name for a stored message: hex of its content
LetterKey = NewType("LetterKey", str)  # unique in the outbox: "new-case/BB-2026-014-K/1"

Json = Any  # a JSON value; facts and fields carry nothing that JSON cannot


class Beginning(StrEnum):
    """How a case begins (process, section 2). A case that nobody notified has none."""

    SERIOUS = "serious"
    NON_SERIOUS = "non-serious"
    AUTHORITY_COPY = "authority-copy"  # a copy of the authority's own notification to the Panel
    NEED_TO_KNOW = "need-to-know"
    LOOKED_AFTER_CHILD_DEATH = "looked-after-child-death"
    CARE_LEAVER_DEATH = "care-leaver-death"


# --- who is who -------------------------------------------------------------------------------


class Role(StrEnum):
    """The roles whose presence makes a meeting quorate (process, section 2)."""

    LOCAL_AUTHORITY = "local-authority"
    ICB = "icb"
    POLICE = "police"
    CHAIR = "chair"


class Protection(StrEnum):
    """How mail to a recipient's domain is protected (process, section 5)."""

    TLS = "tls"
    SUBJECT_TAG = "subject-tag"
    BY_PHONE = "by-phone"


class TrustMode(StrEnum):
    """How an area learns whether the receiving server vouches for a sender (design, promise 4)."""

    AUTHSERV_ID = "authserv-id"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody from config. `email` is lower-case."""

    name: str
    email: str
    role: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """Days from the first to the last, both included, with why ("school holidays")."""

    first: date
    last: date
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgencyChange:
    """From a day on, an agency has another name or other contacts; None keeps what it had."""

    day: date
    name: str | None = None
    contacts: tuple[str, ...] | None = None
    protection: Protection | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Agency:
    """An agency that an area may ask. All addresses and domains are lower-case."""

    code: AgencyCode
    name: str
    #: Who is written to; the first is the role mailbox.
    contacts: tuple[str, ...]
    #: Further addresses that belong to the agency and may answer.
    also_from: tuple[str, ...] = ()
    #: Domains that belong to this agency alone ("bedfordshire.police.uk", never "nhs.net").
    domains: tuple[str, ...] = ()
    lead: Person | None = None
    #: Set when the agency is one of the three safeguarding partners.
    partner: Role | None = None
    #: Who takes part for a partner in the call and the meeting; falls back to `lead`, `contacts`.
    delegates: tuple[Person, ...] = ()
    ask_by_default: bool = True
    #: Other names by which forms and staff call it.
    known_as: tuple[str, ...] = ()
    protection: Protection = Protection.BY_PHONE
    #: Who may be tried when the contact is away; they may answer for it too.
    deputies: tuple[Person, ...] = ()
    #: When nobody is there (school holidays). It moves no date; staff are told (process, 3).
    closed: tuple[Period, ...] = ()
    #: From when until when it exists; None without end. Old cases still know its name.
    since: date | None = None
    until: date | None = None
    #: An NHS provider trust: its returns go by way of the designated nurse in an NHS incident.
    provider_trust: bool = False
    #: What becomes different on a day, in order of days; `areas.area_on` takes it into account.
    changes: tuple[AgencyChange, ...] = ()
    #: Whether it exists today, as `areas.area_on` found: others are neither proposed nor asked.
    in_force: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Scheduled:
    """A Case Review Group in the area's calendar."""

    at: date | datetime  # a day, or an aware moment
    where: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """One partnership as config describes it: who is who and how it wants to work.

    Areas share nothing but the program (process, section 2).
    """

    slug: str  # "bedford": name of its config file and its store
    code: str  # "BB": first part of its case references
    name: str
    address: str  # of the shared mailbox, lower-case
    phone: str  # of whoever is on duty; stands in every letter
    staff: tuple[Person, ...]
    manager: Person  # the business unit manager
    duty: Person  # gets alerts
    chair: Person | None
    board: tuple[Person, ...]
    authority: AgencyCode  # the local authority's agency code
    notifier: Person | None  # the authority's registered notifier
    agencies: tuple[Agency, ...]
    panel_address: str
    web_form_senders: tuple[str, ...] = ()
    trust: TrustMode = TrustMode.NONE
    authserv_id: str = ""
    identify: str = "form"  # or "by-phone"
    marking: str = "OFFICIAL-SENSITIVE"
    front_door: str = ""  # where a child at immediate risk is reported, with numbers
    filing: str = "move"  # or "leave"
    chair_for_quorum: Role = Role.CHAIR
    #: Kinds of letter that differ from what is shipped: "send" or "draft".
    delivery: Mapping[str, str] = field(default_factory=dict)
    digest_at: time = time(8, 0)
    reminders_at: time = time(9, 0)
    requests_until: time = time(15, 0)  # later ones go the next working morning
    requests_wait_minutes: int = 15  # in which a "stop" cancels them
    letters_per_person_and_day: int = 20  # cap per correspondent (promise 5)
    office_until: time = time(18, 0)  # after it no reminder, request, invitation or digest goes
    #: Coordinates the NHS's returns and reports (process, section 2).
    designated_nurse: Person | None = None
    health_reports: str = "sif"  # or "psirf" or "off"
    #: How mail to a domain is protected, where its agency does not say.
    protected_domains: Mapping[str, Protection] = field(default_factory=dict)
    #: The Case Review Groups that are scheduled, in order of time.
    review_groups: tuple[Scheduled, ...] = ()
    #: Names by which forms call this area, and its neighbours: a form that names another area is
    #: put before staff.
    known_as: tuple[str, ...] = ()
    other_areas: tuple[str, ...] = ()
    #: Lines at the end of every letter, under the words that say who sent it.
    signature: tuple[str, ...] = ()

    def agency(self, code: str) -> Agency | None:
        """Given an agency's code, return it, or None when config does not know it."""
        return next((a for a in self.agencies if a.code == code), None)


# --- messages ---------------------------------------------------------------------------------


class MessageClass(StrEnum):
    """What a message is, whoever sent it (design, section 4)."""

    PERSONAL = "personal"
    WEB_FORM = "web_form"
    AUTO_REPLY = "auto_reply"
    BOUNCE = "bounce"
    DELAY_NOTICE = "delay_notice"
    DELIVERY_RECEIPT = "delivery_receipt"
    MACHINE_REPORT = "machine_report"
    BULK = "bulk"
    CALENDAR_REPLY = "calendar_reply"
    ENCRYPTED_PLACEHOLDER = "encrypted_placeholder"
    URGENT_REFERRAL = "urgent_referral"
    PANEL_REPLY = "panel_reply"
    INSTRUCTION = "instruction"
    EXTENSION_REQUEST = "extension_request"
    PUBLIC_OR_MEDIA = "public_or_media"
    SUSPICIOUS = "suspicious"


#: Never answered, never a return (promise 5).
MACHINE_CLASSES = frozenset(
    {
        MessageClass.AUTO_REPLY,
        MessageClass.BOUNCE,
        MessageClass.DELAY_NOTICE,
        MessageClass.DELIVERY_RECEIPT,
        MessageClass.MACHINE_REPORT,
        MessageClass.BULK,
        MessageClass.CALENDAR_REPLY,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Something in a message that a person must look at. `what` never quotes the content."""

    place: str  # "2nd attachment, Word"
    what: str  # a sentence that says what to do next
    #: Nothing is wrong with the file: the computer could not read it just then.
    passing: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file in a message. `name` is private: logs, letters and queues say `place`."""

    place: str  # "2nd attachment, Word"
    name: str
    content_type: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounced:
    """One recipient's verdict in a delivery report (RFC 3464)."""

    address: str
    permanent: bool
    status: str = ""  # "5.1.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarItem:
    """One event of an iCalendar part (RFC 5545, RFC 5546), as far as a meeting needs it."""

    method: str  # "REQUEST", "REPLY", "CANCEL", "COUNTER"
    uid: str
    sequence: int
    organizer: str  # lower-case address, "" when unreadable
    starts_at: date | datetime | None  # aware UTC, or a day
    #: (lower-case address, PARTSTAT in lower case: accepted | declined | tentative | ...)
    attendees: tuple[tuple[str, str], ...] = ()
    place: str = ""  # where in the mail: "2nd attachment, calendar"
    location: str = ""  # private
    summary: str = ""  # private
    note: bool = False  # somebody wrote words of their own with the answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One mail as read. Nothing in it is believed beyond `received_at` and `vouched_for`."""

    key: MessageKey
    message_id: str | None  # with its angle brackets, or None
    in_reply_to: tuple[str, ...]
    references: tuple[str, ...]
    sender: str | None  # lower-case addr-spec of From; None when none, several or unreadable
    sender_name: str
    reply_to: tuple[str, ...]
    to: tuple[str, ...]
    cc: tuple[str, ...]
    subject: str  # as decoded; private
    received_at: datetime  # the server's time
    sent_at: datetime | None  # the Date header: a claim
    text: str  # the whole text, quotes and all
    own_text: str  # the sender's own words; never empty when `text` is not
    attachments: tuple[Attachment, ...]
    message_class: MessageClass
    vouched_for: bool  # the receiving server vouches for the sender's domain
    bounced: tuple[Bounced, ...] = ()
    #: Message-IDs and tokens' carriers found inside an enclosed original (bounces).
    original_ids: tuple[str, ...] = ()
    original_text: str = ""
    problems: tuple[Problem, ...] = ()
    #: Only what the sender typed above any quote or forwarded mail: what may move a case. It may
    #: be empty, and never falls back on the whole text.
    typed_text: str = ""
    truncated: bool = False  # it was too big: only its beginning is kept, and nothing is proved
    calendar: tuple[CalendarItem, ...] = ()
    #: Its HTML, where it holds what plain text cannot: tables, boxes to tick, words struck out.
    pages: tuple[str, ...] = ()


# --- documents and forms ----------------------------------------------------------------------


class Certainty(StrEnum):
    """How sure a field is (design, section 4)."""

    READ = "read"
    CANNOT_TELL = "cannot tell"
    BLANK = "blank"
    NOT_KNOWN = "says not known"


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A field of a form with its value, its place, and how sure it is."""

    value: Json
    place: str
    certainty: Certainty


class DocumentKind(StrEnum):
    """What a document is, decided by which sections are filled (design, section 4)."""

    NOTIFICATION = "notification"
    NOTIFICATION_NON_SERIOUS = "notification_non_serious"
    RETURN = "return"
    NIL_RETURN = "nil_return"
    PARTIAL_RETURN = "partial_return"
    HEALTH_REPORT = "health_report"
    CHRONOLOGY = "chronology"
    BLANK_FORM = "blank_form"
    LOOK_ALIKE = "look_alike"
    UNREADABLE = "unreadable"
    NOT_A_FORM = "not_a_form"


#: Filled-in forms of our own process, whatever else they mention.
OF_OUR_PROCESS = frozenset(
    {
        DocumentKind.NOTIFICATION,
        DocumentKind.NOTIFICATION_NON_SERIOUS,
        DocumentKind.RETURN,
        DocumentKind.NIL_RETURN,
        DocumentKind.PARTIAL_RETURN,
        DocumentKind.HEALTH_REPORT,
        DocumentKind.CHRONOLOGY,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """One document of a message as a form. Fields are named as in design, section 4."""

    kind: DocumentKind
    place: str  # "message" or "2nd attachment, Word"
    fields: Mapping[str, Field] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    #: The signed document property of our own Word forms, unchecked, "" when absent.
    token: str = ""
    #: Of a notification: how a case begins with it, as the form itself says; "" by its kind.
    beginning: str = ""
    #: Which health report it is: "72-hour", "30-day", "60-day", "psirf" or "".
    health_report: str = ""
    #: When the form says two things about how a case begins: both. A person says which it is.
    could_begin: tuple[str, ...] = ()
    #: Of a look-alike: it asks for help for a child who may be at risk now.
    urgent: bool = False
    #: Of a return: it says that it takes the place of what was sent before.
    corrects: bool = False
    #: How this very form calls its fields, where its label is one that forms.toml knows.
    printed: Mapping[str, str] = field(default_factory=dict)

    def value(self, name: str) -> Json:
        """Given a dotted field name, return its value if it was read, else None."""
        found = self.fields.get(name)
        return found.value if found and found.certainty is Certainty.READ else None

    def named(self, certainty: "Certainty") -> list[str]:
        """Given a certainty, return the dotted names of the fields that were read so."""
        return [name for name, field in self.fields.items() if field.certainty is certainty]


# --- links ------------------------------------------------------------------------------------


class Basis(StrEnum):
    """On what evidence a message was linked, strongest first (design, section 3)."""

    TOKEN = "token"
    FORM = "form"
    REFERENCE = "reference"
    STAFF = "staff"
    NEW_CASE = "new-case"


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A message belongs to a case; `evidence` is a sentence that staff are shown."""

    case: CaseRef
    basis: Basis
    evidence: str
    agency: AgencyCode | None = None  # on whose behalf the sender writes
    party: str = ""  # "agency", "staff", "partner", "chair", "board", "notifier", "panel"
    #: The kind of our letter that it answers ("call-of-partners"); "" when none is known, or when
    #: that letter was about one agency's return.
    answers: str = ""
    #: The nonces of the genuine tokens of our letters in it: which letters it is about.
    nonces: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Unlinked:
    """A message that is not linked.

    `waits` is True when it must wait for a person; then `reason` says why, in a sentence without
    personal data. `candidates` are the cases it may belong to; `agency` the agency it may come
    from, whose reminders wait meanwhile.
    """

    reason: str
    waits: bool
    candidates: tuple[CaseRef, ...] = ()
    agency: AgencyCode | None = None


# --- facts and cases --------------------------------------------------------------------------


class FactKind(StrEnum):
    """The vocabulary of facts (process, section 4). After each, the keys of its `detail`."""

    INCIDENT_OCCURRED = "incident-occurred"  # nature, place
    AUTHORITY_AWARE = "authority-aware"
    # beginning, children [{name, date_of_birth, ...}], fields {dotted name: value},
    # disputed [dotted names], blank [dotted names], notifier {address, name, agency},
    # agencies [codes known to config], unknown_agencies [names as written]
    NOTIFICATION_RECEIVED = "notification-received"
    SAFETY_PROMPT_ANSWERED = "safety-prompt-answered"
    # framework: sif | psirf; trusts [agency codes]: the whole list as it now stands;
    # until: ISO day agreed for the health learning response (psirf)
    NHS_INCIDENT_FLAGGED = "nhs-incident-flagged"
    CRITERIA_CALL_ARRANGED = "criteria-call-arranged"  # at: ISO date or moment; where
    PARTNER_VIEW = "partner-view"  # role, view: met | not-met
    # outcome: met | not-met | no-agreement; reasons; present [roles]; chair_consulted: bool | None
    CRITERIA_DECIDED = "criteria-decided"
    AGENCIES_CHOSEN = "agencies-chosen"  # agencies [codes]: the whole list as it now stands
    PANEL_NOTIFIED = "panel-notified"  # reference
    DFE_NOTIFIED = "dfe-notified"  # reference
    BOARD_INFORMED = "board-informed"
    INFORMATION_REQUESTED = "information-requested"  # round, due_on as told (agency set)
    REQUEST_NOT_DELIVERED = "request-not-delivered"  # round, address (agency set)
    # return: findings | nil | partial | corrected; says: the same as the form itself says it, or
    # "chronology" where only that came; document {dotted name: value}; further [documents];
    # blank [names]; chronology [...]; conditions (agency set)
    RETURN_RECEIVED = "return-received"
    # document {..}; from; vouched (agency: the provider trust)
    SEVENTY_TWO_HOUR_REPORT_RECEIVED = "72-hour-report-received"
    THIRTY_DAY_REPORT_RECEIVED = "30-day-report-received"
    SIXTY_DAY_REPORT_RECEIVED = "60-day-report-received"
    HEALTH_RESPONSE_RECEIVED = "health-response-received"  # under PSIRF, in place of those three
    EXTENSION_GRANTED = "extension-granted"  # until, who, why (agency set)
    AGENCY_EXCUSED = "agency-excused"  # why (agency set)
    AGENCY_ADDED = "agency-added"  # (agency set)
    # label: rapid review | CRG | MAIG; at: ISO date or moment; where; invited [addresses]
    # uid: of the calendar event; by: "staff-invitation" where staff's own invitation told of it
    MEETING_ARRANGED = "meeting-arranged"
    MEETING_MOVED = "meeting-moved"
    MEETING_CANCELLED = "meeting-cancelled"
    # address; answer: accepted | declined | tentative; uid; sequence; role: a Role's value or ""
    # note: whether there are words of their own with it
    ATTENDANCE_REPLIED = "attendance-replied"
    MEETING_HELD = "meeting-held"  # present [roles], others [names of roles], quorate: bool
    # review: bool; scope: local | national | ""; next: practice-review | learning-review | audit |
    # no-further-action; reasons; learning; criteria_found: met | not-met | "" (at the meeting);
    # quorate: bool
    REVIEW_DECIDED = "review-decided"
    DECISION_CONFIRMED = "decision-confirmed"  # who, why
    REPORT_CIRCULATED = "report-circulated"
    PARTNERS_SIGNED_OFF = "partners-signed-off"
    SUBMISSION_DRAFTED = "submission-drafted"
    SUBMISSION_SENT = "submission-sent"  # message_id, evidence: message-id | reference | document
    PANEL_ANSWERED = "panel-answered"  # answer: agrees | disagrees | asks-for-more | unread
    FURTHER_INFORMATION_SENT = "further-information-sent"
    COMMISSIONING_STEP = "commissioning-step"  # step: author|panel|methodology|terms-of-reference
    NO_FURTHER_ACTION = "no-further-action"
    LATENESS_REASON = "lateness-reason"  # clock, reason
    CLOCK_REANCHORED = "clock-reanchored"  # clock, anchor (ISO day or a fact's name), reason
    HELD = "held"  # reason; until: ISO day on which mailbot releases it, or "" (agency or None)
    RELEASED = "released"  # reason (agency or None)
    WITHDRAWN = "withdrawn"  # why
    # into: the case that goes on, or "from": the case taken in, asked: [agencies that owed]; why
    # Facts that come from the case taken in carry `carried`: {from, letters written about it}.
    CASES_MERGED = "cases-merged"
    CASES_SEPARATED = "cases-separated"  # from or into, as before; why
    CASE_CLOSED = "case-closed"  # outcome
    CASE_REOPENED = "case-reopened"
    # letter (key), kind, to [addresses], subject never; told {clock or clock/agency: ISO due day}
    LETTER_SENT = "letter-sent"
    LETTER_FAILED = "letter-failed"  # letter, kind, why
    # basis, evidence, message_class, waits: bool, why it waits, party (agency set when known);
    # holds_for [other agencies whose returns in it wait]; lines [labels of one who may not record];
    # asks_until: ISO day until which more time is asked for
    MESSAGE_LINKED = "message-linked"
    MESSAGE_UNLINKED = "message-unlinked"  # message
    CASE_VIEWED = "case-viewed"
    # text; about: police | coroner | disclosure | another-area | learning | safety | ""
    NOTE = "note"
    CORRECTION = "correction"  # voids: fact number, why


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """Something that happened in a case, with its evidence. Facts are only ever added."""

    case: CaseRef
    kind: FactKind
    happened: date | datetime  # a day, or an aware moment
    recorded_at: datetime
    recorded_by: str  # "mailbot", an address of staff, or "command line"
    detail: Mapping[str, Json] = field(default_factory=dict)
    agency: AgencyCode | None = None
    message: MessageKey | None = None  # the message that proves it
    words: str = ""  # place in the document, or the person's own words
    number: int = 0  # given by the store; 0 before


class Outcome(StrEnum):
    """Where the criteria stand."""

    UNDECIDED = "undecided"
    MET = "met"
    NOT_MET = "not-met"
    NO_AGREEMENT = "no-agreement"


@dataclass(frozen=True, slots=True, kw_only=True)
class AgencyInCase:
    """One agency's part in a case, as its facts stand."""

    code: AgencyCode
    round: int  # of the newest request; 0 when chosen and not yet asked
    requested_at: datetime | None
    undelivered: bool  # the newest request bounced
    returns: tuple[Fact, ...]  # oldest first
    answered: bool  # a full or nil return stands
    partial: bool  # only a partial return stands
    excused: bool
    extended_until: date | None
    #: Messages from this agency that wait for a person: its reminders wait too.
    waiting: tuple[MessageKey, ...] = ()
    away: str = ""  # an automatic reply has come; when, as ISO moment


@dataclass(frozen=True, slots=True, kw_only=True)
class Meeting:
    """The rapid review meeting, CRG or MAIG: one thing with three labels (process, section 2)."""

    label: str
    at: date | datetime
    where: str
    invited: tuple[str, ...]
    held: bool
    present: tuple[str, ...]
    quorate: bool
    fact: int  # number of the fact that arranged or last moved it
    #: Of the calendar event by which staff invited people themselves; "" while mailbot invites.
    uid: str = ""
    invited_for: date | datetime | None = None  # when that event of staff's says that it is
    sequence: int = 0  # how often it was moved (RFC 5545, 3.8.7.4)
    #: The newest answer of each who replied for this time: address, or the role where staff
    #: recorded it -> accepted | declined | tentative.
    replies: Mapping[str, str] = field(default_factory=dict)
    noted: frozenset[str] = frozenset()  # those of them who wrote words of their own besides
    began: int = 0  # number of the fact that first arranged it


@dataclass(frozen=True, slots=True, kw_only=True)
class NhsIncident:
    """An NHS Serious Incident as staff flagged it (process, section 2)."""

    framework: str  # "sif" or "psirf"
    trusts: tuple[AgencyCode, ...]
    flagged_at: date | datetime
    until: date | None = None  # agreed for the health learning response, under PSIRF
    #: Messages that wait for a person, by their agency, asked in the case or not.
    waiting: Mapping[AgencyCode, tuple[MessageKey, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """The fold of a case's facts that have not been voided. Derived; never stored."""

    ref: CaseRef
    facts: tuple[Fact, ...]  # effective ones, in order of number
    beginning: str  # "serious", "non-serious", ...
    opened_at: datetime  # receipt of the notification
    incident_on: date | None
    criteria: Outcome
    agencies: Mapping[AgencyCode, AgencyInCase]  # those chosen, in the order chosen
    meeting: Meeting | None  # the newest that was not cancelled
    decision: Fact | None  # the newest review-decided
    decision_stands: bool  # quorate or confirmed
    withdrawn: bool
    closed: bool
    #: Dotted names of identifying fields as read and not disputed by staff.
    fields: Mapping[str, Json] = field(default_factory=dict)
    blank: tuple[str, ...] = ()
    proposed: tuple[AgencyCode, ...] = ()  # agencies that mailbot proposes to ask
    unknown_agencies: tuple[str, ...] = ()
    notifier_address: str = ""
    held_reason: str = ""
    #: Every child of the incident: {"name", "date_of_birth", ...}; the first is `fields`' own.
    children: tuple[Mapping[str, Json], ...] = ()
    nhs: NhsIncident | None = None
    merged_into: CaseRef | None = None  # then it is closed, and its mail goes to that case
    took_in: tuple[CaseRef, ...] = ()  # the cases merged into this one

    def first(self, *kinds: FactKind) -> Fact | None:
        """Given kinds of fact, return the earliest recorded of them, or None."""
        return next((f for f in self.facts if f.kind in kinds), None)

    def last(self, *kinds: FactKind) -> Fact | None:
        """Given kinds of fact, return the newest recorded of them, or None."""
        return next((f for f in reversed(self.facts) if f.kind in kinds), None)

    def all(self, *kinds: FactKind) -> tuple[Fact, ...]:
        """Given kinds of fact, return all of them, oldest first."""
        return tuple(f for f in self.facts if f.kind in kinds)


# --- clocks -----------------------------------------------------------------------------------


class Per(StrEnum):
    """What a clock runs once for."""

    CASE = "case"
    AGENCY = "agency"
    TRUST = "trust"  # each provider trust of an NHS incident; the clock's agency is the trust


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """Another plausible reading of a clock's source: shown to staff where it is earlier."""

    why: str  # "calendar days"
    within: int = 0
    unit: str = ""  # "calendar days"; "" as the rule has it
    anchor: FactKind | None = None  # counted from this fact instead
    as_it_came: bool = False  # neither rolled forward nor cut off


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockRule:
    """One table of process.toml: numbers, names and sources, no conditions."""

    name: str
    title: str  # for people: "Partners decide whether the criteria are met"
    starts_on: tuple[FactKind, ...]
    stops_on: tuple[FactKind, ...]
    within: int
    unit: str  # "working days", "calendar days" or "hours"
    per: Per
    owner: str  # one of rules.OWNERS: "partners", "notifier", "designated-nurse", ...
    told_when: tuple[int, ...]  # working days from the due day; a reminder each
    then: str = ""  # "staff": who rings after the last reminder; "each working day": repeat
    digest_from: int | None = None  # working days before due from which the digest shows it
    #: Also due before another event: ((event, working days), ...), event a clock's name or
    #: "meeting"; the earlier day counts.
    also_before: tuple[tuple[str, int], ...] = ()
    roll_forward: bool = False
    cut_off: time | None = None
    source: str = ""
    #: Other plausible readings of the source; the earliest is shown to staff beside the due day.
    readings: tuple[Reading, ...] = ()
    told_by: "LetterKind | None" = None  # what first tells its owner; None: the opening of the case
    framework: str = ""  # of a trust's clock: "sif" or "psirf"


class ClockState(StrEnum):
    """Where a clock stands."""

    RUNNING = "running"
    WAITING = "waiting"  # running, but reminders wait for a person
    STOPPED = "stopped"
    NOT_APPLICABLE = "not applicable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """A deadline of one case, as its facts, the rules and the calendar give it."""

    rule: ClockRule
    case: CaseRef
    agency: AgencyCode | None
    round: int
    started_on: date
    due_on: date
    due_at: datetime | None  # only for clocks in hours
    state: ClockState
    stopped_on: date | None = None
    first_told_on: date | None = None  # reminders before this day are dropped
    working: tuple[str, ...] = ()  # the due day, explained day by day, for staff
    earliest_on: date | None = None  # the earliest other plausible reading, for staff
    earliest_why: str = ""  # how that reading counts: "calendar days"
    note: str = ""  # "counted from receipt: the incident has no full date"

    @property
    def runs(self) -> bool:
        """Whether somebody still owes something: reminders that wait stop no clock."""
        return self.state in {ClockState.RUNNING, ClockState.WAITING}


# --- letters ----------------------------------------------------------------------------------


class LetterKind(StrEnum):
    """Every kind of letter (process, section 5). The name is also its template's."""

    ACKNOWLEDGEMENT = "acknowledgement"
    MISSING_FIELDS = "missing-fields"
    NEW_CASE = "new-case"
    NOTIFICATION_WAITS = "notification-waits"  # to staff: a complete one from an unknown sender
    CALL_OF_PARTNERS = "call-of-partners"
    BOARD_TOLD = "board-told"
    INFORMATION_REQUEST = "information-request"
    WORKSHEET = "worksheet"
    RETURN_ACKNOWLEDGED = "return-acknowledged"
    REMINDER = "reminder"
    INVITATION = "invitation"
    DIGEST = "digest"
    ALERT = "alert"
    SUBMISSION = "submission"
    CHECKLIST = "checklist"
    PANEL_ANSWER = "panel-answer"  # to staff: the Panel has answered
    OUTCOME = "outcome"
    CHANGE_NOTE = "change-note"  # withdrawn, excused, extended, held
    INSTRUCTION_ANSWER = "instruction-answer"
    SAFETY_REPLY = "safety-reply"  # to whoever sent a child protection referral here
    MEETING_TO_ARRANGE = "meeting-to-arrange"  # to staff, with days that satisfy every clock
    QUORUM_IN_DOUBT = "quorum-in-doubt"  # to staff, the working day before the meeting
    HEALTH_REPORT_REQUEST = "health-report-request"  # to the designated nurse
    HEALTH_SUMMARY = "health-summary"  # to the designated nurse, daily: what is outstanding
    HEALTH_REPORT_ARRIVED = "health-report-arrived"  # put before the Case Review Group
    SAME_INCIDENT = "same-incident"  # to staff: two cases may be one
    FURTHER_SUBMISSION = "further-submission"  # to the Panel: what it asked for besides
    DEATH_WORKSHEET = "death-worksheet"  # to the notifier: a looked-after child, a care leaver


class Delivery(StrEnum):
    """Whether a letter goes out by itself or lies in Drafts for a person."""

    SEND = "send"
    DRAFT = "draft"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One reminder step; unique in the store, so nobody is reminded twice (promise 2)."""

    case: CaseRef
    clock: str
    agency: AgencyCode | None
    round: int
    due_on: date
    step: str  # "-2", "0", "+1", "+1 staff"


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A letter that is due: to whom, about what, with which words. Not yet rendered."""

    key: LetterKey
    kind: LetterKind
    case: CaseRef | None
    to: tuple[Person, ...]  # one agency, or one party
    cc: tuple[Person, ...] = ()
    delivery: Delivery
    not_before: datetime  # aware UTC
    #: What the template may say: dates, references, agencies, names of fields, never more.
    words: Mapping[str, Any] = field(default_factory=dict)
    agency: AgencyCode | None = None
    round: int = 0
    steps: tuple[Step, ...] = ()
    #: The due days it names, kept on record: ("agency-return/police", day), ("submission", day).
    told: tuple[tuple[str, date], ...] = ()
    #: "return-form", "report", "worksheet", "calendar", "chronology", "chronology-table": made by
    #: paperwork, in this order.
    enclosures: tuple[str, ...] = ()
    reply_to_message: MessageKey | None = None  # answered: its threading headers are carried on
    protection: Protection = Protection.TLS
