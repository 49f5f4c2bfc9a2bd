"""Where the images are, for whoever keeps them and whoever signs URLs to them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StoreAddress:
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
