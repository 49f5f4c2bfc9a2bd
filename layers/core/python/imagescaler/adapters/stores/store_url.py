"""The store URL, shared by the stores and the URL signers."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StoreUrlSettings:
    """`STORE_URL` defaults to `REDIS_URL`."""

    store_url: str = ""
    redis_url: str = ""

    def __post_init__(self) -> None:
        if not self.url:
            message = (
                "REDIS_URL is not set: set it, or STORE_URL, to the URL of the image store, such as redis://host:6379/0"
            )
            raise ValueError(message)

    @property
    def url(self) -> str:
        """URL of the store."""
        return self.store_url or self.redis_url
