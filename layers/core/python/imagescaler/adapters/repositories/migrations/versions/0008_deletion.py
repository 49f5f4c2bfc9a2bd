"""Lists of an owner's tasks, and tasks that their owner has deleted."""

from alembic import op

from imagescaler.adapters.repositories.migrations.concurrent_index import create_index

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Add the indexes and the status.

    The constraint is not validated, which would read the table: the rows satisfied the narrower one that it replaces.
    """
    create_index("tasks_of_owner", "tasks (owner, created_at, id)")
    create_index("tasks_of_owner_by_status", "tasks (owner, status, created_at, id)")
    create_index("tasks_over", "tasks (completed_at) where status in ('failed', 'expired', 'deleted')")
    create_index("tasks_unpurged", "tasks (expires_at) where status = 'deleted'")
    op.execute("drop index tasks_ended")
    op.execute("""
        alter table tasks
            drop constraint tasks_status_check,
            add constraint tasks_status_check
                check (status in ('pending', 'processing', 'completed', 'failed', 'expired', 'deleted')) not valid
    """)


def downgrade() -> None:
    """Remove the deleted tasks, and restore the schema of 0007."""
    op.execute("delete from tasks where status = 'deleted'")
    op.execute("create index tasks_ended on tasks (completed_at) where status in ('failed', 'expired')")
    op.execute("drop index tasks_of_owner, tasks_of_owner_by_status, tasks_over, tasks_unpurged")
    op.execute("""
        alter table tasks
            drop constraint tasks_status_check,
            add constraint tasks_status_check
                check (status in ('pending', 'processing', 'completed', 'failed', 'expired'))
    """)
