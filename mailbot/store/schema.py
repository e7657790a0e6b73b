"""The tables of one area's store.

Moments are ISO 8601 text in UTC with a fixed width, so that text order is time order. Raw bytes
lie apart from the rows that change: SQLite writes a row anew, bytes and all, whenever it changes.
"""

from sqlalchemy import (
    BLOB,
    Boolean,
    Column,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData()

messages = Table(
    "messages",
    metadata,
    Column("key", Text, primary_key=True),
    Column("message_id", Text),
    Column("sender", Text),
    Column("vouched_for", Boolean),
    Column("received_at", Text, nullable=False),
    Column("size", Integer, nullable=False),
    Column("truncated", Boolean, nullable=False),  # too large: only its beginning is kept
    Column("state", Text, nullable=False),  # kept | read | aside
    Column("attempts", Integer, nullable=False),
    Column("message_class", Text),
    Column("case_ref", Text),
    Column("agency", Text),
    Column("candidates", Text),  # JSON list of references
    Column("waits", Boolean, nullable=False),
    Column("reason", Text),
    Column("file_to", Text),
    Column("filed", Boolean, nullable=False),
    Column("lies_in", Text),  # the folder it was filed in
    Index("messages_by_message_id", "message_id"),
    Index("messages_by_case", "case_ref"),
    Index("messages_by_sender", "sender", "vouched_for"),
    Index("messages_waiting", "waits", "case_ref"),
    Index("messages_by_state", "state"),
    Index("messages_to_file", "filed", "file_to"),
)

raw_messages = Table(
    "raw_messages",
    metadata,
    Column("key", Text, primary_key=True),
    Column("mime", BLOB, nullable=False),
)

#: Where copies lie on the server. `key` is NULL for what was there before go-live.
locations = Table(
    "locations",
    metadata,
    Column("folder", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("key", Text),
    Index("locations_by_key", "key"),
)

#: Message-IDs that lay in the mailbox at go-live, for the day the server numbers them anew.
before_go_live = Table("before_go_live", metadata, Column("message_id", Text, primary_key=True))

facts = Table(
    "facts",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("case_ref", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("happened", Text, nullable=False),
    Column("recorded_at", Text, nullable=False),
    Column("recorded_by", Text, nullable=False),
    Column("detail", Text, nullable=False),  # JSON
    Column("agency", Text),
    Column("message", Text),
    Column("words", Text, nullable=False),
    Index("facts_by_case", "case_ref", "number"),
    Index("facts_by_message", "message"),
    Index("facts_by_kind", "kind", "happened"),
    sqlite_autoincrement=True,
)

cases = Table(
    "cases",
    metadata,
    Column("ref", Text, primary_key=True),
    Column("year", Integer, nullable=False),
    Column("serial", Integer, nullable=False),
    Column("opened_at", Text, nullable=False),
    Column("open", Boolean, nullable=False),
    Column("next_look_at", Text),
    Column("trouble", Text),  # why its last look failed, for the digest
    Column("pin", Text),  # the rules and days off by which it is counted
    UniqueConstraint("year", "serial"),
    Index("cases_to_look_at", "open", "next_look_at"),
)

#: Rules and days off as they were when cases opened; the name is a hash of the content.
pins = Table(
    "pins",
    metadata,
    Column("name", Text, primary_key=True),
    Column("content", Text, nullable=False),  # JSON
)

children = Table(
    "children",
    metadata,
    Column("case_ref", Text, primary_key=True),
    Column("name_key", Text, primary_key=True),
    Column("date_of_birth", Text, primary_key=True),
    Index("children_by_name", "name_key", "date_of_birth"),
)

outbox = Table(
    "outbox",
    metadata,
    Column("key", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("case_ref", Text),
    Column("agency", Text),
    Column("round", Integer, nullable=False),
    Column("message_id", Text, nullable=False, unique=True),
    Column("recipients", Text, nullable=False),  # JSON list of addresses, To and Cc
    Column("delivery", Text, nullable=False),  # send | draft
    # queued | sending | sent | uncertain | drafting | drafted | withdrawn | failed
    Column("state", Text, nullable=False),
    Column("not_before", Text, nullable=False),
    Column("queued_at", Text, nullable=False),
    Column("changed_at", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("why", Text),
    Column("confirmed", Boolean, nullable=False),  # its copy was seen
    Column("resent", Boolean, nullable=False),  # sent once more, as promise 2 allows
    Column("due_on", Text),  # the day by which a request says it is to be answered
    Column("replaced", Boolean, nullable=False),  # withdrawn in order to be written anew
    Column("told", Text),  # JSON: the due days it names, by clock
    Index("outbox_by_state", "state", "not_before"),
    Index("outbox_by_case", "case_ref"),
    Index("outbox_by_change", "changed_at"),
    Index("outbox_by_state_and_change", "state", "changed_at"),
)

letter_bodies = Table(
    "letter_bodies",
    metadata,
    Column("key", Text, primary_key=True),
    Column("mime", BLOB, nullable=False),
)

#: One row a reminder step: nobody is reminded twice (design, promise 2).
steps = Table(
    "steps",
    metadata,
    Column("case_ref", Text, primary_key=True),
    Column("clock", Text, primary_key=True),
    Column("agency", Text, primary_key=True),  # "" when the clock is the case's
    Column("round", Integer, primary_key=True),
    Column("due_on", Text, primary_key=True),
    Column("step", Text, primary_key=True),
    Column("letter", Text, nullable=False),
    Index("steps_by_letter", "letter"),
)

#: What waits for a person and is not a message: letters, drafts, the mailbox itself.
notices = Table(
    "notices",
    metadata,
    Column("key", Text, primary_key=True),
    Column("case_ref", Text),
    Column("reason", Text, nullable=False),
    Column("since", Text, nullable=False),
    Column("settled_at", Text),
)

#: Go-live, cursors of folders, last successes.
marks = Table(
    "marks",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
)
