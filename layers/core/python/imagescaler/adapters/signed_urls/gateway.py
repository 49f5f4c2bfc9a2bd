"""Signed URLs of the local gateway, which serves the store in Redis (local/emulation/object_store)."""

import time
from collections.abc import Callable, Mapping
from typing import Final

from imagescaler.adapters.signed_urls.claims import SignedUrlClaims
from imagescaler.domain.upload import SignedRequest

PATH: Final = "/storage/"
"""Path of the store at the gateway. The key of the blob follows, and the token is the query parameter `token`."""


class GatewaySignedUrls:
    """URLs at `address`. Without one they are paths, relative to the address of the API."""

    def __init__(self, signing_key: str, address: str = "", *, clock_s: Callable[[], float] = time.time) -> None:
        self._signing_key, self._address, self._clock_s = signing_key, address, clock_s

    async def for_put(self, key: str, *, size: int, media_type: str, ttl_s: int) -> SignedRequest:
        claims = SignedUrlClaims("PUT", key, self._expires_at(ttl_s), size=size, media_type=media_type)
        return SignedRequest("PUT", self._url(claims), {"Content-Type": media_type})

    async def for_get(self, key: str, *, method: str, headers: Mapping[str, str], ttl_s: int) -> str:
        return self._url(SignedUrlClaims(method, key, self._expires_at(ttl_s), headers=headers))

    def _expires_at(self, ttl_s: int) -> int:
        return int(self._clock_s()) + ttl_s

    def _url(self, claims: SignedUrlClaims) -> str:
        return f"{self._address}{PATH}{claims.key}?token={claims.token(self._signing_key)}"
