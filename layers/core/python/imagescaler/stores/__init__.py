"""Where images are kept for a while; the URL's scheme chooses the implementation."""

from dataclasses import dataclass
from functools import cache
from urllib.parse import urlsplit

from imagescaler import settings
from imagescaler.budget import DEFAULT_BUDGET_BYTES, BudgetSettings
from imagescaler.ports import ImageStore


@dataclass(frozen=True, slots=True)
class StoreSettings(BudgetSettings):
    """`STORE_URL` defaults to `REDIS_URL`."""

    store_url: str = ""
    redis_url: str = ""

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
