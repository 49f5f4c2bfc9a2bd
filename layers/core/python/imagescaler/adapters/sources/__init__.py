"""Where clients have their images. The scheme of a URL chooses the implementation."""

from functools import cache

from imagescaler.adapters import outbound
from imagescaler.adapters.sources.http import HttpSources
from imagescaler.runtime import settings
from imagescaler.usecases.fetch_source import FetchSettings
from imagescaler.usecases.ports import SourceFetcher


@cache
def from_env() -> SourceFetcher:
    """Return this environment's fetcher, always the same one."""
    return HttpSources(outbound.from_env(), settings.read(FetchSettings))
