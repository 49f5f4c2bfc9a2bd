"""Quotas of API keys: what each key may make, what it has made today, and which tasks are its own."""

from alembic import op

from imagescaler.adapters.repositories.migrations.concurrent_index import create_index

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Add the columns, their index and the table.

    The index commits what is before it, so that must be repeatable.
    """
    op.execute("alter table tasks add column if not exists key_id text, add column if not exists pixels bigint")
    create_index(
        "tasks_unfinished_of_key",
        "tasks (key_id) include (pixels) where status in ('pending', 'processing') and key_id is not null",
    )
    op.execute("""
        create table quotas (
            key_id text    primary key,
            quota  jsonb   not null default '{}',
            day    date    not null default '-infinity',
            tasks  integer not null default 0,
            pixels bigint  not null default 0
        )
    """)


def downgrade() -> None:
    """Remove all quotas, and restore the schema of 0009."""
    op.execute("drop table quotas")
    op.execute("alter table tasks drop column key_id, drop column pixels")
