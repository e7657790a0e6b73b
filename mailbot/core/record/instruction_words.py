"""What the values of labelled lines are made of: days, roles, agencies, yes and no."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from difflib import get_close_matches

from mailbot.core.cases.holds import MailboxAct
from mailbot.core.mail.enclosures import ordinal
from mailbot.core.model import (
    AgencyCode,
    Area,
    Case,
    CaseRef,
    Clock,
    Fact,
    FactKind,
    Json,
    MessageClass,
    MessageKey,
    Role,
)
from mailbot.core.moments import day_of
from mailbot.core.parties import agency_named
from mailbot.core.record.labelled_lines import Block
from mailbot.core.wording import (
    full_day,
    name_of,
)
from mailbot.core.written_days import read_day


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingMail:
    """A mail that waits for a person, as far as an instruction may settle it."""

    key: MessageKey
    received_at: datetime
    agency: AgencyCode | None = None  # on whose behalf its sender writes
    party: str = ""  # as in a Link
    sender: str = ""  # lower-case
    vouched_for: bool = False
    message_class: str = ""
    answers: str = ""  # as in a Link
    linked: bool = False  # to this case
    only_here: bool = False  # linked to this case, or suspected of it alone
    holds_for: tuple[AgencyCode, ...] = ()  # further agencies whose returns lie in it

    @property
    def from_gateway(self) -> bool:
        """Whether its sender is only the machine that holds an encrypted mail."""
        sealed = self.message_class == MessageClass.ENCRYPTED_PLACEHOLDER
        return sealed and not self.party

    def is_of(self, code: AgencyCode | None) -> bool:
        """Given an agency, say whether this mail is from it or holds a return of it."""
        return code is not None and (code == self.agency or code in self.holds_for)


#: Nothing in the process lies further ahead; a later day is a slip of the pen.
_FURTHEST = timedelta(days=366)


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """The case as it stands, and who writes when: all that an instruction is judged by."""

    case: Case
    area: Area
    by: str
    now: datetime
    message: MessageKey | None
    #: Mails that wait for a person and are, or may be, about this case; oldest first.
    mails: tuple[WaitingMail, ...] = ()
    #: The mail that our letter was about which staff answer, if it was about one.
    about: MessageKey | None = None
    mailbox_held: bool = False
    #: The case's clocks as they stand: what is due is said where it matters.
    clocks: tuple[Clock, ...] = ()

    @property
    def today(self) -> date:
        """Today in Europe/London."""
        return day_of(self.now)

    def fact(
        self,
        kind: FactKind,
        detail: Mapping[str, Json] | None = None,
        *,
        happened: date | datetime | None = None,
        agency: AgencyCode | None = None,
        words: str = "",
    ) -> Fact:
        """Return a fact of this case, recorded now by whoever writes."""
        return Fact(
            case=self.case.ref,
            kind=kind,
            happened=happened or self.now,
            recorded_at=self.now,
            recorded_by=self.by,
            detail=detail or {},
            agency=agency,
            message=self.message,
            words=words,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Joining:
    """What staff ask of this case and another: to be one, or, `apart`, to be two again."""

    other: CaseRef
    why: str
    apart: bool = False
    words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """A due day of a case, shown day by day to staff who asked."""

    what: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """An instruction that was understood: its facts and what is said about it."""

    facts: tuple[Fact, ...]
    said: str
    settles: tuple[MessageKey, ...] = ()  # messages that no longer wait for a person
    mailbox: MailboxAct | None = None  # what is said of the whole mailbox, which is no case's
    joins: tuple[Joining, ...] = ()  # what is said of this case and another
    explained: tuple[Explained, ...] = ()  # due days that were asked about


@dataclass(frozen=True, slots=True)
class Unclear:
    """An instruction that was not recorded, with why."""

    why: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One label that staff may write: how its line is read, an example, and what it records.

    In the example {past} stands for a day that has come and {ahead} for one that has not: what is
    copied is accepted. `records` are the kinds of fact that "correct:" can undo under this label;
    the example of such a kind is this one unless a label before it records it too.
    """

    read: Callable[[Block, Desk], Answer | Unclear]
    example: str
    records: tuple[FactKind, ...] = ()


@dataclass(frozen=True, slots=True)
class Present:
    """Who was present: partners and chair by role, others by agency code."""

    roles: tuple[Role, ...] = ()
    others: tuple[AgencyCode, ...] = ()
    fault: str = ""

    def quorate(self, area: Area) -> bool:
        """Whether the three partners and the area's chair are present (process, section 2)."""
        needed = {Role.LOCAL_AUTHORITY, Role.ICB, Role.POLICE, area.chair_for_quorum}
        return needed <= set(self.roles)

    def said(self, area: Area) -> str:
        """Return the list for people."""
        names = [ROLE_WORDS[role] for role in self.roles]
        return ", ".join(names + [name_of(area, code) for code in self.others]) or "nobody"


@dataclass(frozen=True, slots=True)
class Agencies:
    """A list of agencies as read, or why it could not be."""

    codes: tuple[AgencyCode, ...] = field(default=())
    fault: str = ""


ROLE_WORDS = {
    Role.LOCAL_AUTHORITY: "local authority",
    Role.ICB: "ICB",
    Role.POLICE: "police",
    Role.CHAIR: "chair",
}
_ROLES = {
    Role.LOCAL_AUTHORITY: (
        "council|local authority|authority|la|bbc|cbc|borough|borough council|social care|"
        "childrens social care|childrens services|dcs"
    ),
    Role.ICB: "icb|ccg|health|nhs|integrated care board|designated nurse|designated doctor",
    Role.POLICE: "police|constabulary",
    Role.CHAIR: "chair|the chair|independent chair|chairperson|scrutineer|independent scrutineer",
}
_ROLE_OF = {word: role for role, words in _ROLES.items() for word in words.split("|")}
PARTNERS = (Role.LOCAL_AUTHORITY, Role.ICB, Role.POLICE)
_ALL_PARTNERS = frozenset({"three partners", "all three partners", "all partners", "partners"})
_BRACKETS = re.compile(r"\([^()]{0,80}\)")
_AND = re.compile(r"\s+and\s+|\s*[&+]\s*", re.IGNORECASE)


def present_in(text: str, area: Area) -> Present:
    """Given "council, icb (deputy), police and chair", return who was present."""
    roles: dict[Role, None] = {}
    others: dict[AgencyCode, None] = {}
    for number, word in enumerate(_list(_BRACKETS.sub(" ", text), area), start=1):
        plain = " ".join(re.sub(r"[^\w ]", "", word.casefold()).split()).removeprefix("the ")
        code = agency_named(word, area)
        agency = area.agency(code) if code else None
        if plain in _ALL_PARTNERS:
            roles |= dict.fromkeys(PARTNERS)
        elif role := (_ROLE_OF.get(plain) or (agency.partner if agency else None)):
            roles[role] = None
        elif code:
            others[code] = None
        else:
            fault = f"the {ordinal(number)} of those present is neither a role nor an agency"
            return Present(fault=f"{fault} that I know (council, ICB, police, chair)")
    return Present(tuple(roles), tuple(others))


def agencies_in(text: str, area: Area) -> Agencies:
    """Given a list of agencies by code, name or what else they are known as, return their codes."""
    codes: dict[AgencyCode, None] = {}
    for number, word in enumerate(_list(text, area), start=1):
        code = agency_named(word, area)
        if code is None:
            fault = f"the {ordinal(number)} agency named is not in config ({_nearest(word, area)})"
            return Agencies(fault=fault)
        codes[code] = None
    return Agencies(tuple(codes))


def _nearest(word: str, area: Area) -> str:
    """The agencies whose names come near to a word, or all that are known."""
    names = {
        name.casefold(): agency
        for agency in area.agencies
        for name in (agency.code, agency.name, *agency.known_as)
    }
    close = get_close_matches(word.casefold(), names, n=3, cutoff=0.6)
    found = dict.fromkeys(f"{names[name].name} ({names[name].code})" for name in close)
    if found:
        return f"the nearest: {', '.join(found)}"
    return f"known are: {', '.join(agency.code for agency in area.agencies)}"


def day_or_fault(text: str, desk: Desk, *, ahead: bool) -> date | Unclear:
    """Given a day as written, return it; it must lie ahead (or be today), or not lie ahead."""
    written = read_day(text, today=desk.today)
    if written.day is None:
        return Unclear(written.fault)
    if ahead and written.day < desk.today:
        return Unclear(f"{full_day(written.day)} has passed")
    if ahead and written.day > desk.today + _FURTHEST:
        return Unclear(f"{full_day(written.day)} is more than a year ahead")
    if not ahead and written.day > desk.today:
        return Unclear(f"{full_day(written.day)} lies ahead")
    return written.day


def before_the_incident(day: date, desk: Desk) -> str:
    """Given the day of what should follow the incident, return what is said when it does not.

    It is recorded all the same: life does that, and either day may be the wrong one.
    """
    incident = desk.case.incident_on
    if incident is None or day >= incident:
        return ""
    return (
        f"; that is before the incident, recorded as {full_day(incident)}: correct whichever is "
        "wrong"
    )


def yes_or_no(text: str) -> bool | None:
    """Given a yes or a no as people write it, return it, or None."""
    word = re.sub(r"[^a-z]", " ", text.casefold()).split()[:1]
    if word and word[0] in {"yes", "y", "true", "done"}:
        return True
    return False if word and word[0] in {"no", "n", "not", "false"} else None


def two_parts(block: Block, name: str) -> tuple[str, str]:
    """Given a block, return what stands before its first comma and after it.

    A detail of the name `name`, or "why", comes first.
    """
    first, _, second = block.value.partition(",")
    return (
        (block.details.get(name) or first).strip(),
        (block.details.get("why") or second).strip(),
    )


def _list(text: str, area: Area) -> list[str]:
    """The parts of a list; "and" divides unless the words around it are one agency's name."""
    parts: list[str] = []
    for chunk in re.split(r"[,;]", text):
        whole = chunk.strip(" .")
        if re.match(r"and\s", whole, re.IGNORECASE):
            whole = whole[3:].strip()
        parts += [whole] if agency_named(whole, area) else _AND.split(whole)
    return [part.strip() for part in parts if part.strip()]
