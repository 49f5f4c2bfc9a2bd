"""Creates indexes of tables that have rows, without blocking those that write to them."""

from alembic import op
from sqlalchemy import text


def create_index(name: str, definition: str) -> None:
    """Create an index with CONCURRENTLY, which waits for writers however long they take, and lets others write.

    It commits the migration's statements before it, so it belongs before all that cannot be repeated. It replaces an
    index of this name: an interrupted creation leaves one that is invalid (PostgreSQL, CREATE INDEX).
    """
    with op.get_context().autocommit_block():
        timeout = op.get_bind().scalar(text("show lock_timeout"))
        op.execute("set lock_timeout = 0")
        op.execute(f"drop index concurrently if exists {name}")
        op.execute(f"create index concurrently {name} on {definition}")
        op.execute(f"set lock_timeout = '{timeout}'")
