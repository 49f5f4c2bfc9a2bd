"""Creates, lists and revokes API keys; invoked by hand: `{"action": "create", "owner": "ada"}`."""

from typing import Any

from imagescaler.adapters import repositories
from imagescaler.runtime import loop, telemetry
from imagescaler.usecases.manage_keys import create_key
from imagescaler.web.requests.key_commands import CreateKey, KeyCommand, KeyView, ListKeys, RevokeKey

keys = repositories.api_keys_from_env()


async def execute(command: CreateKey | ListKeys | RevokeKey) -> list[KeyView]:
    """Execute a command and return its keys; only a new one has its secret."""
    match command:
        case CreateKey(owner=owner):
            key, credential = await create_key(owner, keys=keys)
            return [KeyView.model_validate(key).model_copy(update={"key": credential.text})]
        case RevokeKey(id=key_id):
            revoked = await keys.revoke(key_id)
            return [KeyView.model_validate(revoked)] if revoked else []
        case _:
            return [KeyView.model_validate(key) for key in await keys.all()]


def handler(event: Any, context: Any) -> dict[str, Any]:
    """Answer a command with keys."""
    command = KeyCommand.validate_python(event)
    with telemetry.log_context(function=context.function_name, action=command.action):
        found = loop.run(execute(command))
        telemetry.logger().info("keys managed", extra={"keys": [key.id for key in found]})
    return {"keys": [key.model_dump(mode="json", exclude_none=True) for key in found]}
