"""Delete an upload."""

from uuid import UUID

from imagescaler.domain.upload import upload_key
from imagescaler.usecases.ports import ImageStore


async def delete_upload(upload_id: UUID, owner: str, *, store: ImageStore) -> None:
    """Delete the bytes of an owner's upload, if there are any. Tasks have copies of their own."""
    await store.delete(upload_key(upload_id, owner))
