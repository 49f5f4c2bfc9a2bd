"""Create API keys."""

from imagescaler.domain.api_key import ApiKey, Credential
from imagescaler.usecases.ports import ApiKeyRepository


async def create_key(owner: str, *, keys: ApiKeyRepository) -> tuple[ApiKey, Credential]:
    """Create a key for an owner; the credential has the secret, which is not stored."""
    credential = Credential.new()
    return await keys.add(credential.id, owner, credential.secret_hash), credential
