"""Migrates the database to the newest schema; invoked by hand or by a deployment, with any event."""

from typing import Any

from imagescaler.adapters.repositories import RepositorySettings
from imagescaler.adapters.repositories.migrations.migrate import migrate
from imagescaler.runtime import loop, settings, telemetry

dsn = settings.from_env(RepositorySettings).postgres_dsn


def handler(_: Any, context: Any) -> dict[str, str]:
    """Migrate, and answer with the revision of the database."""
    with telemetry.log_context(function=context.function_name):
        revision = loop.run(migrate(dsn))
        telemetry.logger().info("database is up to date", extra={"revision": revision})
    return {"revision": revision}
