"""URLs of webhooks by API key, for tasks that have none themselves."""

from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Add the column."""
    op.execute("alter table api_keys add webhook_url text")


def downgrade() -> None:
    """Drop the column: keys have no URLs of webhooks any more."""
    op.execute("alter table api_keys drop column webhook_url")
