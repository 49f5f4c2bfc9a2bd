"""The requests that wait for tasks."""

from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Create the table; unlogged, since no wait survives a crash of the database."""
    op.execute("""
        create unlogged table waits (
            id          uuid        primary key,
            function    text        not null,
            owner       text        not null,
            lease_until timestamptz not null
        )
    """)


def downgrade() -> None:
    """Drop the table."""
    op.execute("drop table waits")
