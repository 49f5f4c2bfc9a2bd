"""Alembic runs this for each command: it uses the connection of `migrate`, with a transaction for each migration."""

from alembic import context

context.configure(connection=context.config.attributes["connection"], transaction_per_migration=True)
context.run_migrations()
