"""Who signs URLs for clients that reach the store themselves; the store's URL chooses the implementation."""

from dataclasses import dataclass
from functools import cache
from urllib.parse import urlsplit

from imagescaler import settings
from imagescaler.grant import SigningSettings
from imagescaler.ports import SignedUrls


@dataclass(frozen=True, slots=True)
class SignedUrlSettings:
    """`STORE_URL` defaults to `REDIS_URL`, as it does for the store itself."""

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
def from_env() -> SignedUrls:
    """Give this environment's signer, always the same one; only the gateway's needs `URL_SIGNING_KEY`."""
    url = settings.read(SignedUrlSettings).url
    if urlsplit(url).scheme == "s3":
        from imagescaler.signed_urls.s3 import S3SignedUrls  # noqa: PLC0415 - its client is slow to import

        return S3SignedUrls(url)
    from imagescaler.signed_urls.gateway import GatewaySignedUrls  # noqa: PLC0415

    signing = settings.read(SigningSettings)
    return GatewaySignedUrls(signing.url_signing_key, signing.storage_address)
