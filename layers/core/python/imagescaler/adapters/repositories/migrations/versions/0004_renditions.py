"""Renditions: several results of one task, each with its options and what came of it, in place of one."""

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add the column; one of a task without renditions is empty."""
    op.execute("""
        alter table tasks
            add column renditions jsonb not null default '[]',
            drop constraint tasks_check1,
            add constraint tasks_result
                check ((status in ('completed', 'expired') and renditions = '[]') = (result is not null))
    """)


def downgrade() -> None:
    """Forget the tasks that have renditions, and drop the column."""
    op.execute("delete from tasks where renditions <> '[]'")
    op.execute("""
        alter table tasks
            drop constraint tasks_result,
            drop column renditions,
            add constraint tasks_check1 check ((status in ('completed', 'expired')) = (result is not null))
    """)
