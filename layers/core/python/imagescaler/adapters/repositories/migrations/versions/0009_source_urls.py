"""Tasks whose source is at a URL, and not known until it has been fetched."""

from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Add the column; the constraint is not validated, because all rows so far have a source."""
    op.execute("""
        alter table tasks
            alter column source drop not null,
            add column source_url text,
            add constraint tasks_source check (source is not null or source_url is not null) not valid
    """)


def downgrade() -> None:
    """Delete the tasks whose source was not fetched, and restore the schema of 0008."""
    op.execute("delete from tasks where source is null")
    op.execute("""
        alter table tasks
            drop constraint tasks_source,
            drop column source_url,
            alter column source set not null
    """)
