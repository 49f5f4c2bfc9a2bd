"""Create an upload for a file that is too large for a request."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

from imagescaler.domain.errors import UnsupportedImageFormat
from imagescaler.domain.formats import Format
from imagescaler.domain.limits import Limits
from imagescaler.domain.retention import Retention
from imagescaler.domain.upload import UNKNOWN_TYPE, Upload, upload_key
from imagescaler.usecases.ports import SignedUrls


async def create_upload(
    size: int, media_type: str, owner: str, *, limits: Limits, retention: Retention, urls: SignedUrls
) -> Upload:
    """Sign a URL for one PUT of `size` bytes; writes nothing. Raises SourceTooLarge, UnsupportedImageFormat."""
    limits.check_bytes(size)
    if media_type != UNKNOWN_TYPE:
        media_type = _accepted(media_type, limits).media_type
    upload_id, expires_at = uuid4(), datetime.now(UTC) + timedelta(seconds=retention.upload_ttl_s)
    key = upload_key(upload_id, owner)
    request = await urls.for_put(key, size=size, media_type=media_type, ttl_s=retention.upload_ttl_s)
    return Upload(upload_id, request, expires_at)


def _accepted(media_type: str, limits: Limits) -> Format:
    fmt = Format.of_media_type(media_type)
    if fmt is None:
        supported = ", ".join([*(each.media_type for each in Format), UNKNOWN_TYPE])
        raise UnsupportedImageFormat(f"{media_type} is not supported. Send one of {supported}.")
    limits.check_format(fmt)
    return fmt
