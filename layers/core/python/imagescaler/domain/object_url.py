"""URLs of objects in S3, and the buckets of an operator that clients may name."""

import re
from dataclasses import dataclass, replace
from typing import Self

from imagescaler.domain.errors import UrlForbidden

SCHEME = "s3://"
BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")  # Amazon S3, "General purpose bucket naming rules"
MAX_KEY_BYTES = 1024
UNSAFE = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class ObjectUrl:
    """`s3://bucket/key`. The key is taken as it is: nothing in it is decoded."""

    bucket: str
    key: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Parse a URL; raises UrlForbidden.

        >>> ObjectUrl.parse("s3://photos/2026/a b.jpg")
        ObjectUrl(bucket='photos', key='2026/a b.jpg')
        """
        bucket, slash, key = text.removeprefix(SCHEME).partition("/")
        if not text.startswith(SCHEME) or not slash or not BUCKET.fullmatch(bucket):
            raise UrlForbidden("Give the URL of an object, such as s3://bucket/photo.jpg.")
        if UNSAFE.search(key) or len(key.encode(errors="replace")) > MAX_KEY_BYTES:
            raise UrlForbidden(f"The key has control characters, or more than {MAX_KEY_BYTES:,} bytes.")
        if {".", ".."} & set(key.split("/")):
            raise UrlForbidden("The key has . or .. between slashes.")
        return cls(bucket, key)

    def __str__(self) -> str:
        return f"{SCHEME}{self.bucket}/{self.key}"

    def named(self, name: str) -> Self:
        """Return the URL with `name` behind a prefix, which ends with a slash; any other URL has its name.

        >>> ObjectUrl.parse("s3://photos/").named("1.jpg").key, ObjectUrl.parse("s3://photos/a.jpg").named("1.jpg").key
        ('1.jpg', 'a.jpg')
        """
        return replace(self, key=self.key + name) if self.is_prefix else self

    @property
    def is_prefix(self) -> bool:
        """True if it is a prefix, or the bucket itself."""
        return not self.key or self.key.endswith("/")

    def is_in_any(self, places: str) -> bool:
        """True if the object is in one of several places with commas between them."""
        return any(self.is_in(place) for each in places.split(",") if (place := each.strip()))

    def is_in(self, place: str) -> bool:
        """True if the object is in a bucket, or under a prefix of it, such as "photos/2026".

        >>> ObjectUrl.parse("s3://photos/2026/a.jpg").is_in("photos/2026")
        True
        >>> ObjectUrl.parse("s3://photos/20260/a.jpg").is_in("photos/2026")
        False
        """
        return f"{self.bucket}/{self.key}".startswith(place.rstrip("/") + "/")


@dataclass(frozen=True, slots=True)
class BucketRules:
    """`SOURCE_BUCKETS` are buckets, or prefixes of buckets, that images may be fetched from: "photos,archive/2026"."""

    source_buckets: str = ""

    def check_source(self, url: ObjectUrl) -> None:
        """Raise UrlForbidden if no image may be fetched from there."""
        if not url.key or not url.is_in_any(self.source_buckets):
            raise UrlForbidden(f"The service does not fetch images from s3://{url.bucket}/{url.key}.")
