"""Our exceptions. Wrong mail content is never one of them: that is a `Problem` (core.model).

    MailbotError                  who retries
    ├── SettingsError             nobody: exit 2, every fault listed at once
    ├── UsageError                nobody: exit 2, the person corrects the command
    ├── CalendarHorizonError      nobody: the calendar must be extended in config
    ├── MailboxError              the daemon, with growing pauses
    │   ├── MailboxRefusedError   the daemon too, but `check` exits 2: a person must act
    │   └── MailboxGoneError      the daemon, after it has connected anew
    ├── SendError
    │   ├── SendRefusedError      nobody: the letter has failed and waits for a person
    │   ├── SendLaterError        the daemon, with growing pauses
    │   └── SendUncertainError    the daemon, once a copy has been looked for (design, promise 2)
    └── StoreError
        ├── StoreBusyError        the daemon: locked or full; it takes nothing in until it can
        └── StoreTakenError       nobody: another daemon works on this store

Texts are sentences for the person who runs the server. They carry case references, letter
keys, hosts and file places, and never a person's name, a subject or a form's content.
"""


class MailbotError(Exception):
    """Base of all errors that mailbot raises on purpose."""


class SettingsError(MailbotError):
    """The configuration is wrong. `faults` holds one sentence for each fault, with its place."""

    def __init__(self, faults: tuple[str, ...]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


class UsageError(MailbotError):
    """A command was called in a way that cannot be carried out."""


class CalendarHorizonError(MailbotError):
    """A day lies beyond the calendar of working days that is known."""


class MailboxError(MailbotError):
    """The mailbox cannot be reached or did not do what was asked."""


class MailboxRefusedError(MailboxError):
    """The server refused us: password, certificate or rights. A person must act."""


class MailboxGoneError(MailboxError):
    """The connection broke; connect anew and sweep."""


class SendError(MailbotError):
    """A letter was not sent."""


class SendRefusedError(SendError):
    """The letter will never be accepted as it is (5xx, or our own door refused a recipient)."""


class SendLaterError(SendError):
    """The letter was certainly not accepted; the same letter may be tried again later."""


class SendUncertainError(SendError):
    """The connection broke after the text was handed over: nobody knows whether it was accepted."""


class StoreError(MailbotError):
    """The store cannot do what was asked."""


class StoreBusyError(StoreError):
    """The disk is full or the database is locked; nothing was written."""


class StoreTakenError(StoreError):
    """Another mailbot process works on this store."""
