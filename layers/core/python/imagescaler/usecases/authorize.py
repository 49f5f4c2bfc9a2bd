"""Find out whose API key a request carries."""

from typing import Protocol

from imagescaler.domain.api_key import Credential
from imagescaler.usecases.ports import ApiKeyRepository


class Throttle(Protocol):
    """Whoever counts failures."""

    def blocks(self, source: str) -> bool:
        """Say whether a source has failed too often."""
        ...

    def note(self, source: str) -> None:
        """Count a failure."""
        ...


async def authorize(authorization: str, source: str, *, keys: ApiKeyRepository, throttle: Throttle) -> str | None:
    """Give the owner of the key in an Authorization header, or None; raises RepositoryUnavailable.

    A source that fails again and again is refused before anything is looked up, be its key right or wrong.
    """
    if throttle.blocks(source):
        return None
    credential = Credential.parse(authorization)
    key = await keys.find(credential.id) if credential else None
    if key is None or credential is None or not key.admits(credential):
        throttle.note(source)
        return None
    return key.owner
