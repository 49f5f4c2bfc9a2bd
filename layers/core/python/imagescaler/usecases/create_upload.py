"""Tell a client where to send a file that a request for a task cannot carry."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

from imagescaler.domain.errors import UnsupportedImageFormat
from imagescaler.domain.formats import Format
from imagescaler.domain.limits import Limits
from imagescaler.domain.retention import Retention
from imagescaler.domain.upload import Upload, upload_key
from imagescaler.usecases.ports import SignedUrls


async def create_upload(
    size: int, media_type: str, owner: str, *, limits: Limits, retention: Retention, urls: SignedUrls
) -> Upload:
    """Permit one PUT of `size` bytes; nothing is kept of it here. Raises SourceTooLarge, UnsupportedImageFormat."""
    limits.check_bytes(size)
    accepted = [form.media_type for form in Format]
    if media_type not in accepted:
        raise UnsupportedImageFormat(f"{media_type} is not accepted; these are: {', '.join(accepted)}.")
    upload_id, expires_at = uuid4(), datetime.now(UTC) + timedelta(seconds=retention.upload_ttl_s)
    key = upload_key(upload_id, owner)
    request = await urls.for_put(key, size=size, media_type=media_type, ttl_s=retention.upload_ttl_s)
    return Upload(upload_id, request, expires_at)
