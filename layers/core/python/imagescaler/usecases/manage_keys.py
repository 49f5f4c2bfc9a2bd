"""Make API keys; only the answer to this ever has the secret."""

from imagescaler.domain.api_key import ApiKey, Credential
from imagescaler.usecases.ports import ApiKeyRepository


async def create_key(owner: str, *, keys: ApiKeyRepository) -> tuple[ApiKey, Credential]:
    """Make a key for an owner, and give with it what its holder must send."""
    credential = Credential.new()
    return await keys.add(credential.id, owner, credential.secret_hash), credential
