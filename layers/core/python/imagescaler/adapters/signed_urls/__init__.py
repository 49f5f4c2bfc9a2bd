"""Signed URLs with which clients access the store directly. The store's URL chooses the implementation."""

from functools import cache
from urllib.parse import urlsplit

from imagescaler.adapters.signed_urls.claims import SigningSettings
from imagescaler.adapters.stores.store_url import StoreUrlSettings
from imagescaler.runtime import settings
from imagescaler.usecases.ports import SignedUrls


@cache
def from_env() -> SignedUrls:
    """Return this environment's signer, always the same one. Unless the store is S3, it needs `URL_SIGNING_KEY`."""
    url = settings.read(StoreUrlSettings).url
    if urlsplit(url).scheme == "s3":
        from imagescaler.adapters.signed_urls.s3 import S3SignedUrls  # noqa: PLC0415 - its client is slow to import

        return S3SignedUrls(url)
    from imagescaler.adapters.signed_urls.gateway import GatewaySignedUrls  # noqa: PLC0415

    signing = settings.read(SigningSettings)
    return GatewaySignedUrls(signing.url_signing_key, signing.storage_address)
