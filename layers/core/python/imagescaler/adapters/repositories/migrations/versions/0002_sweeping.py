"""Columns and indexes for the sweeper: messages pushed for a task, and when it was last checked."""

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add the columns and the indexes."""
    op.execute("""
        alter table tasks
            add rings    integer not null default 0,
            add rung_at  timestamptz,
            add swept_at timestamptz
    """)
    op.execute("create index tasks_due on tasks (expires_at) where status = 'completed'")
    op.execute("create index tasks_ended on tasks (completed_at) where status in ('failed', 'expired')")


def downgrade() -> None:
    """Drop the columns and the indexes."""
    op.execute("drop index tasks_due, tasks_ended")
    op.execute("alter table tasks drop rings, drop rung_at, drop swept_at")
