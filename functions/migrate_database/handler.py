"""Migrates the database to the newest schema; invoked by CloudFormation, or by hand with any event."""

import imagescaler.runtime.init  # noqa: F401 - before all others

from typing import Any

from imagescaler.adapters.clients import custom_resource
from imagescaler.adapters.repositories import RepositorySettings
from imagescaler.adapters.repositories.migrations.migrate import migrate
from imagescaler.runtime import loop, settings, telemetry

database = settings.from_env(RepositorySettings)
RESOURCE = "database-schema"


def handler(event: Any, context: Any) -> dict[str, str]:
    """Migrate, and answer with the revision of the database, or report it to CloudFormation."""
    with telemetry.log_context(function=context.function_name):
        if custom_resource.is_request(event):
            return custom_resource.answer(event, RESOURCE, _migrate)
        return _migrate()


def _migrate() -> dict[str, str]:
    revision = loop.run(migrate(database.postgres_dsn, database.login))
    telemetry.logger().info("database is up to date", extra={"revision": revision})
    return {"revision": revision}
