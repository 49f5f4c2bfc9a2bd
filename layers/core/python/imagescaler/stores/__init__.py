"""Where images are kept for a while; the URL's scheme chooses the implementation."""

from dataclasses import dataclass
from functools import cache
from urllib.parse import urlsplit

from imagescaler import settings
from imagescaler.ports import ImageStore

MIB = 1 << 20
DEFAULT_BUDGET_BYTES = 768 * MIB
# Sources may fill this much of the budget; the rest is for results alone. So accepted work can always be finished.
SOURCE_SHARE = 0.75


@dataclass(frozen=True, slots=True)
class StoreSettings:
    """`STORE_URL` defaults to `REDIS_URL`; `STORE_BUDGET_BYTES` is what all images together may take in Redis."""

    store_url: str = ""
    redis_url: str = ""
    store_budget_bytes: int = DEFAULT_BUDGET_BYTES

    def __post_init__(self) -> None:
        if not self.url:
            message = "REDIS_URL is not set: set it, or STORE_URL, to where the images are, as redis://host:6379/0"
            raise ValueError(message)

    @property
    def url(self) -> str:
        """Give the store's URL."""
        return self.store_url or self.redis_url


@cache
def from_env() -> ImageStore:
    """Give this environment's store, always the same one."""
    chosen = settings.read(StoreSettings)
    return connect(chosen.url, budget_bytes=chosen.store_budget_bytes)


def connect(url: str, *, budget_bytes: int = DEFAULT_BUDGET_BYTES) -> ImageStore:
    """Make a store; nothing is connected before its first use. Raises SettingsError for an unknown scheme."""
    match urlsplit(url).scheme:
        case "redis" | "rediss":
            from imagescaler.stores.redis import RedisImageStore  # noqa: PLC0415 - its client is slow to import

            return RedisImageStore(url, budget_bytes=budget_bytes)
        case "s3":
            from imagescaler.stores.s3 import S3ImageStore  # noqa: PLC0415 - its client is slow to import

            return S3ImageStore(url)
        case "memory":
            from imagescaler.stores.memory import MemoryImageStore  # noqa: PLC0415

            return MemoryImageStore(budget_bytes=budget_bytes)
        case scheme:
            known = "redis://, s3://bucket/prefix, or memory://"
            message = f"STORE_URL: there is no store for {scheme or 'an empty scheme'}; give {known}"
            raise settings.SettingsError(message)


def limit_bytes(key: str, budget_bytes: int) -> int:
    """Give how full the store may be after `key` was put.

    >>> limit_bytes("sources/1", 1000), limit_bytes("results/1/1", 1000)
    (750, 1000)
    """
    return budget_bytes if key.startswith("results/") else int(budget_bytes * SOURCE_SHARE)
