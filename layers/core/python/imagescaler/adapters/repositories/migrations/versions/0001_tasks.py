"""The table of tasks."""

from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create the table."""
    op.execute("""
        create table tasks (
            id              uuid        primary key,
            owner           text        not null default '',
            idempotency_key text,
            request_hash    text,
            status          text        not null default 'pending'
                            check (status in ('pending', 'processing', 'completed', 'failed', 'expired')),
            options         jsonb       not null,
            source          jsonb       not null,
            attempt         integer     not null default 0,
            message_id      text,
            created_at      timestamptz not null default now(),
            started_at      timestamptz,
            completed_at    timestamptz,
            lease_until     timestamptz,
            expires_at      timestamptz,
            result          jsonb,
            failure         jsonb,
            unique (owner, idempotency_key),
            check ((status = 'processing') = (lease_until is not null)),
            check ((status in ('completed', 'expired')) = (result is not null)),
            check ((status = 'failed') = (failure is not null))
        )
    """)
    op.execute("create index tasks_unfinished on tasks (created_at) where status in ('pending', 'processing')")
    op.execute("create index tasks_completed on tasks (completed_at desc) where status = 'completed'")


def downgrade() -> None:
    """Drop the table."""
    op.execute("drop table tasks")
