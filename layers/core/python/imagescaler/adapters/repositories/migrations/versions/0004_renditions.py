"""Renditions: named results of one task, each with its options and its outcome."""

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add the column; it is an empty list for tasks without renditions."""
    op.execute("""
        alter table tasks
            add column renditions jsonb not null default '[]',
            drop constraint tasks_check1,
            add constraint tasks_result
                check ((status in ('completed', 'expired') and renditions = '[]') = (result is not null))
    """)


def downgrade() -> None:
    """Delete the tasks that have renditions, and drop the column."""
    op.execute("delete from tasks where renditions <> '[]'")
    op.execute("""
        alter table tasks
            drop constraint tasks_result,
            drop column renditions,
            add constraint tasks_check1 check ((status in ('completed', 'expired')) = (result is not null))
    """)
