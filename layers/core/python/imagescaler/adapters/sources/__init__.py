"""Where clients have their images. The scheme of a URL chooses the implementation."""

from functools import cache

from imagescaler.adapters import outbound
from imagescaler.adapters.sources.by_scheme import SourcesByScheme
from imagescaler.adapters.sources.http import HttpSources
from imagescaler.domain.object_url import BucketRules
from imagescaler.runtime import settings
from imagescaler.usecases.fetch_source import FetchSettings
from imagescaler.usecases.ports import SourceFetcher


@cache
def from_env() -> SourceFetcher:
    """Return this environment's fetcher, always the same one."""
    chosen = settings.read(FetchSettings)
    return SourcesByScheme(HttpSources(outbound.from_env(), chosen), settings.read(BucketRules), chosen)
