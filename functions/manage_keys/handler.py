"""Manages API keys, quotas and secrets of webhooks; invoked by hand: `{"action": "create", "owner": "ada"}`."""

import imagescaler.runtime.init  # noqa: F401 - before all others

from typing import Any

from imagescaler.adapters import repositories
from imagescaler.runtime import loop, telemetry
from imagescaler.usecases.current_secrets import current_secrets
from imagescaler.usecases.manage_keys import create_key
from imagescaler.usecases.rotate_secret import rotate_secret
from imagescaler.web.requests.key_commands import Command, CreateKey, KeyCommand, KeyView, RevokeKey, SetQuota
from imagescaler.web.requests.secret_commands import CreateSecret, RotateSecret, SecretCommand, SecretView

keys, webhooks = repositories.api_keys_from_env(), repositories.webhooks_from_env()


async def execute(command: Command) -> list[KeyView]:
    """Execute a command and return its keys; only a new one has its secret."""
    match command:
        case CreateKey(owner=owner, quota=quota):
            key, credential = await create_key(owner, quota.given, keys=keys)
            return [KeyView.model_validate(key).model_copy(update={"key": credential.text})]
        case SetQuota(id=key_id, quota=quota):
            changed = await keys.set_quota(key_id, quota.given)
        case RevokeKey(id=key_id):
            changed = await keys.revoke(key_id)
        case _:
            return [KeyView.model_validate(key) for key in await keys.all()]
    return [KeyView.model_validate(changed)] if changed else []


async def execute_on_secrets(command: SecretCommand) -> list[SecretView]:
    """Execute a command on the secrets of webhooks, and return those of its owner, or all."""
    match command:
        case CreateSecret(owner=owner):
            found = await current_secrets(owner, webhooks)
        case RotateSecret(owner=owner, overlap_s=overlap_s):
            found = await rotate_secret(owner, overlap_s=overlap_s, webhooks=webhooks)
        case _:
            found = await webhooks.all_secrets()
    return [SecretView.model_validate(each) for each in found]


def handler(event: Any, context: Any) -> dict[str, Any]:
    """Answer a command with keys, or with secrets of webhooks."""
    command = KeyCommand.validate_python(event)
    with telemetry.log_context(function=context.function_name, action=command.action):
        if isinstance(command, SecretCommand):
            secrets = loop.run(execute_on_secrets(command))
            telemetry.logger().info("secrets of webhooks managed", extra={"owners": [each.owner for each in secrets]})
            return {"secrets": [each.model_dump(mode="json", exclude_none=True) for each in secrets]}
        found = loop.run(execute(command))
        telemetry.logger().info("keys managed", extra={"keys": [key.id for key in found]})
    return {"keys": [key.model_dump(mode="json", exclude_none=True) for key in found]}
