"""Columns and indexes for the sweeper: messages pushed for a task, and when it was last checked."""

from alembic import op

from imagescaler.adapters.repositories.migrations.concurrent_index import create_index

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add the indexes and the columns."""
    create_index("tasks_due", "tasks (expires_at) where status = 'completed'")
    create_index("tasks_ended", "tasks (completed_at) where status in ('failed', 'expired')")
    op.execute("""
        alter table tasks
            add rings    integer not null default 0,
            add rung_at  timestamptz,
            add swept_at timestamptz
    """)


def downgrade() -> None:
    """Drop the columns and the indexes."""
    op.execute("drop index tasks_due, tasks_ended")
    op.execute("alter table tasks drop rings, drop rung_at, drop swept_at")
