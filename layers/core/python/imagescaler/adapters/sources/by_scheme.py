"""All sources: those at URLs of http and https, and those in buckets."""

from functools import cached_property

from imagescaler.domain.object_url import SCHEME, BucketRules
from imagescaler.usecases.fetch_source import FetchSettings
from imagescaler.usecases.ports import SourceFetcher


class SourcesByScheme:
    """Fetches by the scheme of the URL. The client of S3 is created for the first object, since it needs a region."""

    def __init__(self, http: SourceFetcher, buckets: BucketRules, chosen: FetchSettings) -> None:
        self._http, self._buckets, self._settings = http, buckets, chosen

    async def fetch(self, url: str, *, max_bytes: int) -> bytes:
        sources = self._objects if url.startswith(SCHEME) else self._http
        return await sources.fetch(url, max_bytes=max_bytes)

    @cached_property
    def _objects(self) -> SourceFetcher:
        from imagescaler.adapters.sources.s3 import S3Sources  # noqa: PLC0415 - its client is slow to import

        return S3Sources(self._buckets, self._settings)
