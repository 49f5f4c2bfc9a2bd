"""Webhooks: the outbox, which a trigger on tasks fills, and the secrets that sign them."""

from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Create the tables, and the trigger that adds a webhook in the transaction that ends a task.

    By a trigger, no statement can leave it out, those of the release before included. It has the rights of its owner,
    so that the roles of the functions need none on the table.
    """
    op.execute("alter table tasks add webhook_url text")
    op.execute("""
        create table webhooks (
            id              uuid        primary key default gen_random_uuid(),
            task_id         uuid        not null,
            owner           text        not null,
            type            text        not null check (type in ('task.completed', 'task.failed', 'task.expired')),
            url             text        not null,
            host            text        not null
                            generated always as (lower(coalesce(substring(url from '://([^/?#]*)'), ''))) stored,
            status          text        not null default 'pending'
                            check (status in ('pending', 'delivered', 'failed', 'disabled')),
            attempt         integer     not null default 0,
            tries           integer     not null default 0,
            attempts        jsonb       not null default '[]',
            created_at      timestamptz not null default now(),
            attempted_at    timestamptz,
            next_attempt_at timestamptz default now(),
            lease_until     timestamptz,
            ended_at        timestamptz,
            waits           boolean     not null default false,
            message_id      text,
            enqueued_at     timestamptz,
            swept_at        timestamptz,
            unique (task_id, type),
            check ((status = 'pending') = (next_attempt_at is not null)),
            check ((status = 'pending') = (ended_at is null))
        )
    """)
    op.execute("create index webhooks_due on webhooks (next_attempt_at) where next_attempt_at is not null")
    op.execute("create index webhooks_in_flight on webhooks (owner) where lease_until is not null")
    op.execute("create index webhooks_waiting on webhooks (owner, next_attempt_at) where waits")
    op.execute("create index webhooks_disabled on webhooks (owner, url) where status = 'disabled'")
    op.execute("create index webhooks_ended on webhooks (ended_at) where ended_at is not null")
    op.execute("""
        create table webhook_secrets (
            secret     text        primary key,
            owner      text        not null,
            created_at timestamptz not null default now(),
            expires_at timestamptz
        )
    """)
    op.execute("create unique index webhook_secrets_current on webhook_secrets (owner) where expires_at is null")
    op.execute("""
        create function add_webhook() returns trigger language plpgsql security definer set search_path from current
        as $$
        begin
            insert into webhooks (task_id, owner, type, url)
            values (new.id, new.owner, 'task.' || new.status, new.webhook_url)
            on conflict (task_id, type) do nothing;
            return null;
        end $$
    """)
    op.execute("""
        create trigger add_webhook after update of status on tasks for each row
        when (new.webhook_url is not null and new.status <> old.status
              and new.status in ('completed', 'failed', 'expired'))
        execute function add_webhook()
    """)


def downgrade() -> None:
    """Drop the trigger, the tables and the column."""
    op.execute("drop trigger add_webhook on tasks")
    op.execute("drop function add_webhook")
    op.execute("drop table webhooks, webhook_secrets")
    op.execute("alter table tasks drop column webhook_url")
