"""Manages API keys, quotas and secrets of webhooks; invoked by hand: `{"action": "create", "owner": "ada"}`."""

import imagescaler.runtime.init  # noqa: F401 - before all others

from typing import Any

from imagescaler.adapters import repositories
from imagescaler.domain.outbound_rules import OutboundRules
from imagescaler.runtime import loop, settings, telemetry
from imagescaler.web.requests.key_commands import KeyCommand
from imagescaler.web.requests.operator_command import OperatorCommand

keys, webhooks = repositories.api_keys_from_env(), repositories.webhooks_from_env()
settings.from_env(OutboundRules)  # raises SettingsError


def handler(event: Any, context: Any) -> dict[str, Any]:
    """Answer a command with keys, or with secrets of webhooks."""
    command = OperatorCommand.validate_python(event)
    with telemetry.log_context(function=context.function_name, action=command.action):
        if isinstance(command, KeyCommand):
            made = loop.run(command.execute(keys))
            telemetry.logger().info("keys managed", extra={"keys": [key.id for key in made]})
            return {"keys": [key.model_dump(mode="json", exclude_none=True) for key in made]}
        secrets = loop.run(command.execute(webhooks))
        telemetry.logger().info("secrets of webhooks managed", extra={"owners": [each.owner for each in secrets]})
        return {"secrets": [each.model_dump(mode="json", exclude_none=True) for each in secrets]}
