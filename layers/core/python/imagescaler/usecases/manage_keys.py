"""Create API keys."""

from collections.abc import Mapping

from imagescaler.domain.api_key import ApiKey, Credential
from imagescaler.usecases.ports import ApiKeyRepository


async def create_key(
    owner: str, quota: Mapping[str, int] | None = None, webhook_url: str | None = None, *, keys: ApiKeyRepository
) -> tuple[ApiKey, Credential]:
    """Create a key for an owner; the credential has the secret, which is not stored.

    The limits of `quota` replace those of the default. Tasks without a URL of webhooks have `webhook_url`.
    """
    credential = Credential.new()
    return await keys.add(credential.id, owner, credential.secret_hash, quota or {}, webhook_url), credential
