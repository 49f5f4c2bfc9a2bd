"""Find the API key of a request."""

from dataclasses import dataclass
from typing import Protocol

from imagescaler.domain.api_key import ApiKey, Credential
from imagescaler.usecases.ports import ApiKeyRepository


class Throttle(Protocol):
    """Counts failures by source."""

    def blocks(self, source: str) -> bool:
        """True if a source has failed too often."""
        ...

    def note(self, source: str) -> None:
        """Count a failure."""
        ...


@dataclass(frozen=True, slots=True)
class Verdict:
    """A valid key; None for any other, and `throttled` if its source has sent too many unknown ones."""

    key: ApiKey | None = None
    throttled: bool = False


async def authorize(authorization: str, source: str, *, keys: ApiKeyRepository, throttle: Throttle) -> Verdict:
    """Check the key in an Authorization header; raises RepositoryUnavailable.

    Only keys whose id does not exist are counted and throttled: clients with a key may share the address of a
    stranger. Wrong secrets of an id need no throttle, because a secret has 256 random bits.
    """
    credential = Credential.parse(authorization)
    key = await keys.find(credential.id) if credential else None
    if key is not None and credential is not None:
        return Verdict(key if key.admits(credential) else None)
    if throttle.blocks(source):
        return Verdict(throttled=True)
    throttle.note(source)
    return Verdict()
