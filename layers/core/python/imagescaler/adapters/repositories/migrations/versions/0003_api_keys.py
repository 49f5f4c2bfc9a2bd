"""The table of API keys, with hashes of the secrets."""

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Create the table."""
    op.execute("""
        create table api_keys (
            id          text        primary key,
            owner       text        not null check (owner <> ''),
            secret_hash text        not null,
            created_at  timestamptz not null default now(),
            revoked_at  timestamptz
        )
    """)


def downgrade() -> None:
    """Drop the table."""
    op.execute("drop table api_keys")
