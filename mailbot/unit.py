"""One business unit at work: its memory, its doors and its rules, gathered once at the start.

Given to intake, casework and dispatch, which are the only places where rooms meet. The wall clock
is not in it: every function that needs the time is given `now`.
"""

import traceback
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import structlog
from jinja2 import Environment

from mailbot.core.areas import area_on
from mailbot.core.clocks.pins import Rules
from mailbot.core.clocks.workdays import WorkingCalendar
from mailbot.core.forms.forms import FormLayouts
from mailbot.core.letters.desk import Office
from mailbot.core.model import Area, ClockRule
from mailbot.mailboxes import Inbox, Sender
from mailbot.store import Store

log = structlog.get_logger("mailbot")


@dataclass(slots=True, kw_only=True)
class Unit:
    """Everything that the work for one area needs."""

    area: Area
    key: bytes  # signs tokens; the area's own
    store: Store
    inbox: Inbox
    sender: Sender  # behind the sending door
    calendar: WorkingCalendar
    rules: tuple[ClockRule, ...]
    layouts: FormLayouts
    templates: Environment
    word_forms: dict[str, bytes] = field(default_factory=dict)  # file name -> bytes
    pins: dict[str, tuple[Rules, WorkingCalendar]] = field(default_factory=dict)  # once read
    pinned_now: tuple[Rules, WorkingCalendar, str] | None = None  # what new cases get, and its name
    server_saves_sent: bool = False  # then no copy in Bcc is needed as proof
    #: The area as config has it for all days; `area` is as it stands today.
    configured: Area | None = None
    #: Ways by which staff are told when the mailbox is out of reach, each with its own address, in
    #: the order tried; and whom to tell besides the duty contact and staff.
    second_ways: tuple[tuple[Sender, str], ...] = ()
    second_emails: tuple[str, ...] = ()

    @property
    def office(self) -> Office:
        """What the area brings to every letter, for the core."""
        return Office(area=self.area, calendar=self.calendar, rules=self.rules)

    def be_today(self, now: datetime) -> None:
        """Given the moment of a pass, see that people and agencies are those of its day."""
        if self.configured is not None:
            self.area = area_on(self.configured, self.calendar.day_of(now))

    @property
    def domain(self) -> str:
        """The domain of the shared mailbox, for Message-IDs."""
        return self.area.address.rpartition("@")[2]

    def today(self, now: datetime) -> str:
        """Given a moment, return its day in London as text, for keys of letters."""
        return self.calendar.day_of(now).isoformat()


def fault_of(error: BaseException) -> str:
    """Given a fault of ours, say what and where it was without its text, which may quote a form."""
    frames = traceback.extract_tb(error.__traceback__)
    where = [f"{Path(f.filename).stem}:{f.lineno}" for f in frames[-4:]]
    return f"{type(error).__name__} at {' > '.join(where)}"
