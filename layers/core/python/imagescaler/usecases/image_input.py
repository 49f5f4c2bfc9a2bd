"""The image of a new task: sent in the request, or uploaded before."""

import asyncio
import hashlib
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Protocol
from uuid import UUID

from imagescaler.domain.errors import BlobNotFound, CorruptImage, UploadNotFound
from imagescaler.domain.task.source import Source
from imagescaler.domain.upload import upload_key
from imagescaler.usecases.ports import ImageStore

SIZE_BYTES = 1 << 16  # hold the size of most images
HEADER_BYTES = 1 << 20  # and of nearly every one, behind profiles and previews; also the frames of short animations


class Probe(Protocol):
    """Reads format, size, orientation and frames of a file, or of its beginning."""

    def __call__(self, image: bytes, *, must_count: bool = False) -> Source:
        """Raise ImageProblem, with `must_count` also for the beginning of an animation."""
        ...


class ImageInput(Protocol):
    """An image that becomes the source of a task."""

    @property
    def digest(self) -> bytes:
        """What identifies the image, for the hash of an idempotency key."""
        ...

    async def probe(self, probe: Probe, store: ImageStore) -> Source:
        """Read the header; raises ImageProblem and UploadNotFound."""
        ...

    async def keep(self, key: str, store: ImageStore, *, ttl_s: int) -> None:
        """Store the image under the task's own key for `ttl_s` seconds; raises Unavailable and UploadNotFound."""
        ...


@dataclass(frozen=True, slots=True)
class InlineImage:
    """An image in the request."""

    data: bytes

    @property
    def digest(self) -> bytes:
        """SHA-256 of the content."""
        return hashlib.sha256(self.data).digest()

    async def probe(self, probe: Probe, _: ImageStore) -> Source:
        """Read the header."""
        return probe(self.data)

    async def keep(self, key: str, store: ImageStore, *, ttl_s: int) -> None:
        """Store the bytes."""
        await store.put(key, self.data, ttl_s=ttl_s)


@dataclass(frozen=True, slots=True)
class UploadedImage:
    """An uploaded image. It is copied, since other tasks may use it, and it may expire before it is scaled."""

    id: UUID
    owner: str

    @property
    def digest(self) -> bytes:
        """The upload's id: its content never changes and need not be read."""
        return self.id.bytes

    async def probe(self, probe: Probe, store: ImageStore) -> Source:
        """Read the header from the beginning of the file, or from the whole file if it is not in there."""
        key = upload_key(self.id, self.owner)
        try:
            size, sha256, data = await asyncio.gather(
                store.size(key), store.sha256(key), store.get(key, first_bytes=SIZE_BYTES)
            )
            with suppress(CorruptImage):
                return replace(probe(data, must_count=True), bytes=size, sha256=sha256)
            with suppress(CorruptImage):
                data = await store.get(key, first_bytes=HEADER_BYTES)
                return replace(probe(data), bytes=size, sha256=sha256)
            return replace(probe(await store.get(key)), bytes=size, sha256=sha256)
        except BlobNotFound:
            raise UploadNotFound.of(self.id) from None

    async def keep(self, key: str, store: ImageStore, *, ttl_s: int) -> None:
        """Copy the bytes within the store."""
        try:
            await store.copy(upload_key(self.id, self.owner), key, ttl_s=ttl_s)
        except BlobNotFound:
            raise UploadNotFound.of(self.id) from None


@dataclass(frozen=True, slots=True)
class RemoteImage:
    """An image at a URL. It is fetched after the task has been accepted, so nothing is known of it before."""

    url: str

    @property
    def digest(self) -> bytes:
        """SHA-256 of the URL."""
        return hashlib.sha256(self.url.encode()).digest()
