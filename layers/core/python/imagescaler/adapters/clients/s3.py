"""Where in Amazon S3 the images are, and how an object there tells when it ends."""

import os
import time
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from imagescaler.adapters.clients.aws import AwsClient
from imagescaler.runtime.settings import SettingsError

EXPIRES_AT = "expires-at"  # seconds since the epoch, sent as x-amz-meta-expires-at


class Bucket:
    """A bucket and a prefix, from `s3://bucket/prefix`, and the client for it; raises SettingsError."""

    def __init__(self, url: str, *, clock_s: Callable[[], float] = time.time) -> None:
        parts = urlsplit(url)
        if not parts.netloc:
            message = f"STORE_URL: there is no bucket in {url}; give s3://bucket/prefix"
            raise SettingsError(message)
        self.name = parts.netloc
        self._prefix = parts.path.strip("/") + "/" if parts.path.strip("/") else ""
        self._clock_s = clock_s
        # The bucket in the host name, that of its region, or a new bucket answers signed URLs with redirects. Emulators
        # that AWS_ENDPOINT_URL or AWS_ENDPOINT_URL_S3 names want it in the path.
        emulated = {"AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3"} & os.environ.keys()
        style = "path" if emulated else "virtual"
        self.client = AwsClient("s3", signature_version="s3v4", s3={"addressing_style": style})

    def at(self, key: str) -> dict[str, str]:
        """Name a blob as S3's operations do."""
        return {"Bucket": self.name, "Key": self._prefix + key}

    def metadata(self, ttl_s: int) -> dict[str, str]:
        """Give the metadata of an object that is to be kept for `ttl_s` seconds."""
        return {EXPIRES_AT: f"{self._clock_s() + ttl_s:.3f}"}

    def is_over(self, answer: Mapping[str, Any]) -> bool:
        """Say whether an object has passed its expiry, from the answer about it; one that has none is kept."""
        expires_at = answer.get("Metadata", {}).get(EXPIRES_AT)
        return expires_at is not None and float(expires_at) <= self._clock_s()
