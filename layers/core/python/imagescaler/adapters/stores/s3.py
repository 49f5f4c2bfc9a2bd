"""The store in Amazon S3: one object per blob under a prefix, with its expiry in its metadata."""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from botocore.exceptions import ClientError

from imagescaler.adapters.clients.aws import error_code, unavailable_as
from imagescaler.adapters.clients.s3 import Bucket
from imagescaler.domain.errors import BlobNotFound, StoreUnavailable

MISSING = frozenset({"404", "NoSuchKey"})  # HEAD answers without a body, so without a name for the error
MAX_BLOB_BYTES = 512 << 20  # more than anything of ours: what others put into the bucket must not fill the memory


class S3ImageStore:
    """A bucket has no budget, so this never raises StoreFull.

    A blob is not found from its expiry on; the bucket's lifecycle deletes the object within days.
    """

    def __init__(self, url: str) -> None:
        self._bucket = Bucket(url)
        self._client = self._bucket.client

    async def put(self, key: str, data: bytes, *, ttl_s: int) -> None:
        """Keep `data` for `ttl_s` seconds."""
        with _errors(key):
            metadata = self._bucket.metadata(ttl_s)
            await self._client.call("put_object", **self._bucket.at(key), Body=data, Metadata=metadata)

    async def get(self, key: str, *, first_bytes: int | None = None) -> bytes:
        """Return what was put, or its beginning only; raises BlobNotFound."""
        part = {} if first_bytes is None else {"Range": f"bytes=0-{first_bytes - 1}"}
        with _errors(key):
            return await asyncio.to_thread(self._read, key, part)

    async def size(self, key: str) -> int:
        """Return the number of bytes that were put; raises BlobNotFound."""
        with _errors(key):
            answer = await self._client.call("head_object", **self._bucket.at(key))
        return int(self._alive(answer, key)["ContentLength"])

    async def copy(self, key: str, target: str, *, ttl_s: int) -> None:
        """Keep a second one under `target` for `ttl_s` seconds, made by S3 itself; raises BlobNotFound."""
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
        """Say whether `get` would find something."""
        try:
            await self.size(key)
        except BlobNotFound:
            return False
        return True

    async def delete(self, key: str) -> None:
        """Forget a key, known or not."""
        with _errors(key):
            await self._client.call("delete_object", **self._bucket.at(key))

    async def ping(self) -> None:
        """Return when the store answers."""
        with unavailable_as(StoreUnavailable, "The image store does not answer. Try again."):
            await self._client.call("head_bucket", Bucket=self._bucket.name)

    def _read(self, key: str, part: Mapping[str, str]) -> bytes:
        answer = self._alive(self._client.raw.get_object(**self._bucket.at(key), **part), key)
        with answer["Body"] as body:
            if answer["ContentLength"] > MAX_BLOB_BYTES:
                raise BlobNotFound(key)
            data: bytes = body.read()
        return data

    def _alive(self, answer: Any, key: str) -> Any:
        if self._bucket.is_over(answer):
            raise BlobNotFound(key)
        return answer


@contextmanager
def _errors(key: str) -> Iterator[None]:
    """Tell what is not there from a store that does not answer."""
    with unavailable_as(StoreUnavailable, "The image store does not answer. Try again."):
        try:
            yield
        except ClientError as error:
            if error_code(error) in MISSING:
                raise BlobNotFound(key) from None
            raise
