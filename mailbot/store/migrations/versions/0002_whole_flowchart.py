"""Rules and days off pinned to each case, and due days as letters told them."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add the table of pins, and what cases and letters keep besides."""
    op.create_table(
        "pins",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.add_column("cases", sa.Column("pin", sa.Text(), nullable=True))
    op.add_column("outbox", sa.Column("told", sa.Text(), nullable=True))
    op.create_index("facts_by_kind", "facts", ["kind", "happened"], unique=False)
    op.create_index("outbox_by_state_and_change", "outbox", ["state", "changed_at"], unique=False)
