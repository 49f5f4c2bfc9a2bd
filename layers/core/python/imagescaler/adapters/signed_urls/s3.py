"""Presigned URLs of Amazon S3 (AWS Signature Version 4 in the query)."""

import asyncio
from collections.abc import Mapping
from typing import Any

from imagescaler.adapters.clients.aws import unavailable_as
from imagescaler.adapters.clients.s3 import EXPIRES_AT, Bucket
from imagescaler.domain.errors import StoreUnavailable
from imagescaler.domain.upload import SignedRequest

# What S3 can be told to answer with, in the words of its operations; its ETag and the rest are its own.
ANSWERED = {
    "Content-Type": "ResponseContentType",
    "Content-Disposition": "ResponseContentDisposition",
    "Cache-Control": "ResponseCacheControl",
}
OPERATIONS = {"GET": "get_object", "HEAD": "head_object"}


class S3SignedUrls:
    """Signing needs the function's credentials, and asks nobody else."""

    def __init__(self, url: str) -> None:
        self._bucket = Bucket(url)

    async def for_put(self, key: str, *, size: int, media_type: str, ttl_s: int) -> SignedRequest:
        """Sign length and type along, and that there is nothing under the key yet: S3 refuses anything else."""
        metadata = self._bucket.metadata(ttl_s)
        signed = {"ContentLength": size, "ContentType": media_type, "IfNoneMatch": "*", "Metadata": metadata}
        url = await self._sign("put_object", key, ttl_s, signed)
        headers = {"Content-Type": media_type, "If-None-Match": "*", f"x-amz-meta-{EXPIRES_AT}": metadata[EXPIRES_AT]}
        return SignedRequest("PUT", url, headers)

    async def for_get(self, key: str, *, method: str, headers: Mapping[str, str], ttl_s: int) -> str:
        """Sign a GET or a HEAD, and those headers of the answer that S3 can be told."""
        told = {parameter: headers[name] for name, parameter in ANSWERED.items() if name in headers}
        return await self._sign(OPERATIONS[method], key, ttl_s, told)

    async def _sign(self, operation: str, key: str, ttl_s: int, parameters: Mapping[str, Any]) -> str:
        with unavailable_as(StoreUnavailable, "The image store does not answer. Try again."):
            url: str = await asyncio.to_thread(
                self._bucket.client.raw.generate_presigned_url,
                operation,
                Params={**self._bucket.at(key), **parameters},
                ExpiresIn=ttl_s,
            )
        return url
