"""Standard terms as column names: enqueue_count, enqueued_at, uncounted_attempts."""

from alembic import op

revision = "0006"
down_revision = "0005"
NAMES = {"rings": "enqueue_count", "rung_at": "enqueued_at", "spared": "uncounted_attempts"}


def upgrade() -> None:
    """Rename the columns."""
    for before, after in NAMES.items():
        op.execute(f"alter table tasks rename {before} to {after}")


def downgrade() -> None:
    """Restore the names of 0005."""
    for before, after in NAMES.items():
        op.execute(f"alter table tasks rename {after} to {before}")
