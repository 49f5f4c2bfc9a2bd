"""Where the image of a new task comes from: the request itself, or an upload."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol
from uuid import UUID

from imagescaler.domain.errors import BlobNotFound, CorruptImage, UploadNotFound
from imagescaler.domain.task.source import Source
from imagescaler.domain.upload import upload_key
from imagescaler.usecases.ports import ImageStore

HEADER_BYTES = 1 << 20  # the size of nearly every image stands in them; profiles and previews may come before it
Probe = Callable[[bytes], Source]


class ImageInput(Protocol):
    """An image that becomes the source of a task."""

    @property
    def digest(self) -> bytes:
        """Give what tells this image from others, for the hash behind an idempotency key."""
        ...

    async def probe(self, probe: Probe, store: ImageStore) -> Source:
        """Read the header; raises ImageProblem and UploadNotFound."""
        ...

    async def keep(self, key: str, store: ImageStore, *, ttl_s: int) -> None:
        """Put the image under a key of the task's own; raises Unavailable and UploadNotFound."""
        ...


@dataclass(frozen=True, slots=True)
class InlineImage:
    """An image that came with the request."""

    data: bytes

    @property
    def digest(self) -> bytes:
        """Give the hash of the content."""
        return hashlib.sha256(self.data).digest()

    async def probe(self, probe: Probe, _: ImageStore) -> Source:
        """Read the header."""
        return probe(self.data)

    async def keep(self, key: str, store: ImageStore, *, ttl_s: int) -> None:
        """Put the bytes."""
        await store.put(key, self.data, ttl_s=ttl_s)


@dataclass(frozen=True, slots=True)
class UploadedImage:
    """An image that was uploaded before. It is copied: other tasks may want it, and it may expire before its turn."""

    id: UUID
    owner: str

    @property
    def digest(self) -> bytes:
        """Give the id: what is there under it never changes, and need not be read."""
        return self.id.bytes

    async def probe(self, probe: Probe, store: ImageStore) -> Source:
        """Read the header out of the first megabyte, or out of all where it is not in that."""
        key = upload_key(self.id, self.owner)
        try:
            size = await store.size(key)
            try:
                source = probe(await store.get(key, first_bytes=HEADER_BYTES))
            except CorruptImage:
                source = probe(await store.get(key))
        except BlobNotFound:
            raise UploadNotFound.of(self.id) from None
        return replace(source, bytes=size)

    async def keep(self, key: str, store: ImageStore, *, ttl_s: int) -> None:
        """Let the store copy the bytes."""
        try:
            await store.copy(upload_key(self.id, self.owner), key, ttl_s=ttl_s)
        except BlobNotFound:
            raise UploadNotFound.of(self.id) from None
