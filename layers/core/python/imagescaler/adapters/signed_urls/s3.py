"""Presigned URLs of Amazon S3 (AWS Signature Version 4 in the query)."""

import asyncio
from collections.abc import Mapping
from typing import Any

from imagescaler.adapters.clients.aws import unavailable_as
from imagescaler.adapters.clients.s3 import EXPIRES_AT, Bucket
from imagescaler.domain.errors import StoreUnavailable
from imagescaler.domain.upload import SignedRequest

# The response headers that S3 lets a signed URL set, and their parameters. It sets all others, such as ETag, itself.
RESPONSE_PARAMETERS = {
    "Content-Type": "ResponseContentType",
    "Content-Disposition": "ResponseContentDisposition",
    "Cache-Control": "ResponseCacheControl",
}
OPERATIONS = {"GET": "get_object", "HEAD": "head_object"}


class S3SignedUrls:
    """Signs with the function's credentials, without a request to AWS."""

    def __init__(self, url: str) -> None:
        self._bucket = Bucket(url)

    async def for_put(self, key: str, *, size: int, media_type: str, ttl_s: int) -> SignedRequest:
        # If-None-Match: S3 refuses the PUT (412) if there is an object at the key already.
        metadata = self._bucket.metadata(ttl_s)
        signed = {"ContentLength": size, "ContentType": media_type, "IfNoneMatch": "*", "Metadata": metadata}
        url = await self._sign("put_object", key, ttl_s, signed)
        headers = {"Content-Type": media_type, "If-None-Match": "*", f"x-amz-meta-{EXPIRES_AT}": metadata[EXPIRES_AT]}
        return SignedRequest("PUT", url, headers)

    async def for_get(self, key: str, *, method: str, headers: Mapping[str, str], ttl_s: int) -> str:
        settable = {parameter: headers[name] for name, parameter in RESPONSE_PARAMETERS.items() if name in headers}
        return await self._sign(OPERATIONS[method], key, ttl_s, settable)

    async def _sign(self, operation: str, key: str, ttl_s: int, parameters: Mapping[str, Any]) -> str:
        with unavailable_as(StoreUnavailable, "The image store does not answer. Try again."):
            url: str = await asyncio.to_thread(
                self._bucket.client.raw.generate_presigned_url,
                operation,
                Params={**self._bucket.at(key), **parameters},
                ExpiresIn=ttl_s,
            )
        return url
