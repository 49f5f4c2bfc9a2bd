"""The number of attempts that ended because a server was unavailable."""

from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add the column."""
    op.execute("alter table tasks add spared integer not null default 0 check (spared between 0 and attempt)")


def downgrade() -> None:
    """Drop the column."""
    op.execute("alter table tasks drop spared")
