"""The first tables: messages, facts, cases, steps, outbox."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make every table of the first version."""
    op.create_table(
        "before_go_live",
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("message_id"),
    )
    op.create_table(
        "cases",
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("serial", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.Text(), nullable=False),
        sa.Column("open", sa.Boolean(), nullable=False),
        sa.Column("next_look_at", sa.Text(), nullable=True),
        sa.Column("trouble", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("ref"),
        sa.UniqueConstraint("year", "serial"),
    )
    op.create_index("cases_to_look_at", "cases", ["open", "next_look_at"], unique=False)
    op.create_table(
        "children",
        sa.Column("case_ref", sa.Text(), nullable=False),
        sa.Column("name_key", sa.Text(), nullable=False),
        sa.Column("date_of_birth", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("case_ref", "name_key", "date_of_birth"),
    )
    op.create_index("children_by_name", "children", ["name_key", "date_of_birth"], unique=False)
    op.create_table(
        "facts",
        sa.Column("number", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("case_ref", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("happened", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.Text(), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("agency", sa.Text(), nullable=True),
        sa.Column("message", sa.Text(), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number"),
        sqlite_autoincrement=True,
    )
    op.create_index("facts_by_case", "facts", ["case_ref", "number"], unique=False)
    op.create_index("facts_by_message", "facts", ["message"], unique=False)
    op.create_table(
        "letter_bodies",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("mime", sa.BLOB(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_table(
        "locations",
        sa.Column("folder", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("folder", "id"),
    )
    op.create_index("locations_by_key", "locations", ["key"], unique=False)
    op.create_table(
        "marks",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "messages",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=True),
        sa.Column("sender", sa.Text(), nullable=True),
        sa.Column("vouched_for", sa.Boolean(), nullable=True),
        sa.Column("received_at", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("truncated", sa.Boolean(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("message_class", sa.Text(), nullable=True),
        sa.Column("case_ref", sa.Text(), nullable=True),
        sa.Column("agency", sa.Text(), nullable=True),
        sa.Column("candidates", sa.Text(), nullable=True),
        sa.Column("waits", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("file_to", sa.Text(), nullable=True),
        sa.Column("filed", sa.Boolean(), nullable=False),
        sa.Column("lies_in", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_index("messages_by_case", "messages", ["case_ref"], unique=False)
    op.create_index("messages_by_message_id", "messages", ["message_id"], unique=False)
    op.create_index("messages_by_sender", "messages", ["sender", "vouched_for"], unique=False)
    op.create_index("messages_by_state", "messages", ["state"], unique=False)
    op.create_index("messages_to_file", "messages", ["filed", "file_to"], unique=False)
    op.create_index("messages_waiting", "messages", ["waits", "case_ref"], unique=False)
    op.create_table(
        "notices",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("case_ref", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("since", sa.Text(), nullable=False),
        sa.Column("settled_at", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_table(
        "outbox",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("case_ref", sa.Text(), nullable=True),
        sa.Column("agency", sa.Text(), nullable=True),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("recipients", sa.Text(), nullable=False),
        sa.Column("delivery", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("not_before", sa.Text(), nullable=False),
        sa.Column("queued_at", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("why", sa.Text(), nullable=True),
        sa.Column("confirmed", sa.Boolean(), nullable=False),
        sa.Column("resent", sa.Boolean(), nullable=False),
        sa.Column("due_on", sa.Text(), nullable=True),
        sa.Column("replaced", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
        sa.UniqueConstraint("message_id"),
    )
    op.create_index("outbox_by_case", "outbox", ["case_ref"], unique=False)
    op.create_index("outbox_by_change", "outbox", ["changed_at"], unique=False)
    op.create_index("outbox_by_state", "outbox", ["state", "not_before"], unique=False)
    op.create_table(
        "raw_messages",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("mime", sa.BLOB(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_table(
        "steps",
        sa.Column("case_ref", sa.Text(), nullable=False),
        sa.Column("clock", sa.Text(), nullable=False),
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Text(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("letter", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("case_ref", "clock", "agency", "round", "due_on", "step"),
    )
    op.create_index("steps_by_letter", "steps", ["letter"], unique=False)
