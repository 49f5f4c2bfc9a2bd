"""Signed URLs of the local gateway, behind which is the store in Redis: see local/object_store."""

import time
from collections.abc import Callable, Mapping
from typing import Final

from imagescaler.adapters.signed_urls.claims import SignedUrlClaims
from imagescaler.domain.upload import SignedRequest

PATH: Final = "/storage/"
"""Where the gateway has the store; a blob's key follows, and the token as the query's `token`."""


class GatewaySignedUrls:
    """URLs at `address`; without one, they have no scheme and host: the gateway is where the request came from."""

    def __init__(self, signing_key: str, address: str = "", *, clock_s: Callable[[], float] = time.time) -> None:
        self._signing_key, self._address, self._clock_s = signing_key, address, clock_s

    async def for_put(self, key: str, *, size: int, media_type: str, ttl_s: int) -> SignedRequest:
        """Sign length and type along."""
        claims = SignedUrlClaims("PUT", key, self._until(ttl_s), size=size, media_type=media_type)
        return SignedRequest("PUT", self._url(claims), {"Content-Type": media_type})

    async def for_get(self, key: str, *, method: str, headers: Mapping[str, str], ttl_s: int) -> str:
        """Sign a GET or a HEAD, and the headers of the answer."""
        return self._url(SignedUrlClaims(method, key, self._until(ttl_s), headers=headers))

    def _until(self, ttl_s: int) -> int:
        return int(self._clock_s()) + ttl_s

    def _url(self, claims: SignedUrlClaims) -> str:
        return f"{self._address}{PATH}{claims.key}?token={claims.token(self._signing_key)}"
