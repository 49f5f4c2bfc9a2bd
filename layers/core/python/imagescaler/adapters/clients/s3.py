"""The S3 bucket of the images, and the expiry of its objects."""

import os
import time
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from imagescaler.adapters.clients.aws import AwsClient
from imagescaler.runtime.settings import SettingsError

EXPIRES_AT = "expires-at"  # seconds since the epoch, sent as x-amz-meta-expires-at


def s3_client() -> AwsClient:
    """Create a client of S3; raises SettingsError if no region is set.

    The bucket is in the host name of its region, because a new bucket answers other signed URLs with redirects.
    Emulators, which AWS_ENDPOINT_URL or AWS_ENDPOINT_URL_S3 names, expect it in the path.
    """
    emulated = {"AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3"} & os.environ.keys()
    style = "path" if emulated else "virtual"
    return AwsClient("s3", signature_version="s3v4", s3={"addressing_style": style})


class Bucket:
    """A bucket, a key prefix and a client, from `s3://bucket/prefix`; raises SettingsError."""

    def __init__(self, url: str, *, clock_s: Callable[[], float] = time.time) -> None:
        parts = urlsplit(url)
        if not parts.netloc:
            message = f"STORE_URL: there is no bucket in {url}; give s3://bucket/prefix"
            raise SettingsError(message)
        self.name = parts.netloc
        self._prefix = parts.path.strip("/") + "/" if parts.path.strip("/") else ""
        self._clock_s = clock_s
        self.client = s3_client()

    def at(self, key: str) -> dict[str, str]:
        """Return the parameters that name a blob in S3's operations."""
        return {"Bucket": self.name, "Key": self._prefix + key}

    def metadata(self, ttl_s: int) -> dict[str, str]:
        """Return the metadata of an object that expires in `ttl_s` seconds."""
        return {EXPIRES_AT: f"{self._clock_s() + ttl_s:.3f}"}

    def has_expired(self, answer: Mapping[str, Any]) -> bool:
        """True if the object of this GET or HEAD response has expired. Without the metadata it never does."""
        expires_at = answer.get("Metadata", {}).get(EXPIRES_AT)
        return expires_at is not None and float(expires_at) <= self._clock_s()
