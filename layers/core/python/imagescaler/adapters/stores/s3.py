"""An image store in Amazon S3: one object for each blob, with its expiry in the metadata."""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from botocore.exceptions import ClientError

from imagescaler.adapters.clients.aws import error_code, unavailable_as
from imagescaler.adapters.clients.s3 import Bucket
from imagescaler.domain.errors import BlobNotFound, StoreUnavailable

EMPTY = "InvalidRange"  # S3 has no first bytes of an empty object (RFC 9110, 15.5.17)
MISSING = frozenset({"404", "NoSuchKey"})  # a response to HEAD has no body, so no error code
HEALTH = "health"  # no object has this prefix; a HEAD of the bucket would need the permission to list all of it
MAX_BLOB_BYTES = 512 << 20  # larger than any of our blobs; protects the memory from foreign objects


class S3ImageStore:
    """Objects in a bucket, which has no quota, so StoreFull is never raised.

    An expired blob is not found, although the bucket's lifecycle deletes the object only days later.
    """

    def __init__(self, url: str) -> None:
        self._bucket = Bucket(url)
        self._client = self._bucket.client

    async def put(self, key: str, data: bytes, *, ttl_s: int) -> None:
        with _errors(key):
            metadata = self._bucket.metadata(ttl_s)
            await self._client.call("put_object", **self._bucket.at(key), Body=data, Metadata=metadata)

    async def get(self, key: str, *, first_bytes: int | None = None) -> bytes:
        part = {} if first_bytes is None else {"Range": f"bytes=0-{first_bytes - 1}"}
        with _errors(key):
            return await asyncio.to_thread(self._read, key, part)

    async def size(self, key: str) -> int:
        with _errors(key):
            answer = await self._client.call("head_object", **self._bucket.at(key))
        return int(self._unexpired(answer, key)["ContentLength"])

    async def sha256(self, _: str) -> str | None:
        """Return None: S3 has the SHA-256 of an object only if its client has sent it."""
        return None

    async def copy(self, key: str, target: str, *, ttl_s: int) -> None:
        await self.size(key)
        with _errors(key):
            await self._client.call(
                "copy_object",
                **self._bucket.at(target),
                CopySource=self._bucket.at(key),
                MetadataDirective="REPLACE",
                Metadata=self._bucket.metadata(ttl_s),
            )

    async def exists(self, key: str) -> bool:
        try:
            await self.size(key)
        except BlobNotFound:
            return False
        return True

    async def delete(self, key: str) -> None:
        with _errors(key):
            await self._client.call("delete_object", **self._bucket.at(key))

    async def ping(self) -> None:
        with unavailable_as(StoreUnavailable, "The image store does not answer. Try again."):
            probe = self._bucket.at(HEALTH)
            await self._client.call("list_objects_v2", Bucket=probe["Bucket"], Prefix=probe["Key"], MaxKeys=1)

    def _read(self, key: str, part: Mapping[str, str]) -> bytes:
        try:
            answer = self._unexpired(self._client.raw.get_object(**self._bucket.at(key), **part), key)
        except ClientError as error:
            if part and error_code(error) == EMPTY:
                return self._read(key, {})
            raise
        with answer["Body"] as body:
            if answer["ContentLength"] > MAX_BLOB_BYTES:
                raise BlobNotFound(key)
            data: bytes = body.read()
        return data

    def _unexpired(self, answer: Any, key: str) -> Any:
        if self._bucket.has_expired(answer):
            raise BlobNotFound(key)
        return answer


@contextmanager
def _errors(key: str) -> Iterator[None]:
    """Raise BlobNotFound or StoreUnavailable for errors of AWS."""
    with unavailable_as(StoreUnavailable, "The image store does not answer. Try again."):
        try:
            yield
        except ClientError as error:
            if error_code(error) in MISSING:
                raise BlobNotFound(key) from None
            raise
