"""Image stores. The scheme of the URL chooses the implementation."""

from dataclasses import dataclass
from functools import cache
from urllib.parse import urlsplit

from imagescaler.adapters.stores.quota import DEFAULT_QUOTA_BYTES
from imagescaler.adapters.stores.store_url import StoreUrlSettings
from imagescaler.runtime import settings
from imagescaler.usecases.ports import ImageStore


@dataclass(frozen=True, slots=True)
class StoreSettings(StoreUrlSettings):
    """The URL of the store, and `STORE_QUOTA_BYTES`, the bytes that all images together may take in Redis."""

    store_quota_bytes: int = DEFAULT_QUOTA_BYTES


@cache
def from_env() -> ImageStore:
    """Return this environment's store, always the same one."""
    chosen = settings.read(StoreSettings)
    return connect(chosen.url, quota_bytes=chosen.store_quota_bytes, shared=True)


def connect(url: str, *, quota_bytes: int = DEFAULT_QUOTA_BYTES, shared: bool = False) -> ImageStore:
    """Create a store, which connects on first use, or uses the connection that this environment's adapters share.

    Raises SettingsError for an unknown scheme.
    """
    match urlsplit(url).scheme:
        case "redis" | "rediss":
            from imagescaler.adapters.clients.redis import connection_to  # noqa: PLC0415 - it is slow to import
            from imagescaler.adapters.stores.redis import RedisImageStore  # noqa: PLC0415

            return RedisImageStore(connection_to(url, shared=shared), quota_bytes=quota_bytes)
        case "s3":
            from imagescaler.adapters.stores.s3 import S3ImageStore  # noqa: PLC0415 - its client is slow to import

            return S3ImageStore(url)
        case "memory":
            from imagescaler.adapters.stores.memory import MemoryImageStore  # noqa: PLC0415

            return MemoryImageStore(quota_bytes=quota_bytes)
        case scheme:
            known = "redis://, s3://bucket/prefix, or memory://"
            message = f"STORE_URL: there is no store for {scheme or 'an empty scheme'}; give {known}"
            raise settings.SettingsError(message)
