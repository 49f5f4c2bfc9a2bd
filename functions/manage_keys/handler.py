"""Manages API keys and their quotas; invoked by hand: `{"action": "create", "owner": "ada"}`."""

import imagescaler.runtime.init  # noqa: F401 - before all others

from typing import Any

from imagescaler.adapters import repositories
from imagescaler.runtime import loop, telemetry
from imagescaler.usecases.manage_keys import create_key
from imagescaler.web.requests.key_commands import Command, CreateKey, KeyCommand, KeyView, RevokeKey, SetQuota

keys = repositories.api_keys_from_env()


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


def handler(event: Any, context: Any) -> dict[str, Any]:
    """Answer a command with keys."""
    command = KeyCommand.validate_python(event)
    with telemetry.log_context(function=context.function_name, action=command.action):
        found = loop.run(execute(command))
        telemetry.logger().info("keys managed", extra={"keys": [key.id for key in found]})
    return {"keys": [key.model_dump(mode="json", exclude_none=True) for key in found]}
