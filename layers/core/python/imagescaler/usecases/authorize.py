"""Find the owner of the API key of a request."""

from typing import Protocol

from imagescaler.domain.api_key import Credential
from imagescaler.usecases.ports import ApiKeyRepository


class Throttle(Protocol):
    """Counts failures by source."""

    def blocks(self, source: str) -> bool:
        """True if a source has failed too often."""
        ...

    def note(self, source: str) -> None:
        """Count a failure."""
        ...


async def authorize(authorization: str, source: str, *, keys: ApiKeyRepository, throttle: Throttle) -> str | None:
    """Return the owner of the key in an Authorization header, or None; raises RepositoryUnavailable.

    A source that has failed too often is refused before its key is looked up.
    """
    if throttle.blocks(source):
        return None
    credential = Credential.parse(authorization)
    key = await keys.find(credential.id) if credential else None
    if key is None or credential is None or not key.admits(credential):
        throttle.note(source)
        return None
    return key.owner
