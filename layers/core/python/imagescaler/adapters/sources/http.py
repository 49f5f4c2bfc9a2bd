"""Images at URLs of http and https."""

from http import HTTPStatus

from imagescaler.adapters.outbound.http_client import HttpClient
from imagescaler.domain.errors import (
    HostUnreachable,
    ResponseTooLarge,
    SourceForbidden,
    SourceTooLarge,
    SourceUnreachable,
    UrlForbidden,
)
from imagescaler.usecases.fetch_source import FetchSettings

TRANSIENT = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS})
SERVER_ERRORS = 500


class HttpSources:
    """Fetches images over HTTP. Another attempt may help if the host was unreachable, busy or broken."""

    def __init__(self, client: HttpClient, chosen: FetchSettings) -> None:
        self._client, self._settings = client, chosen

    async def fetch(self, url: str, *, max_bytes: int) -> bytes:
        timeout_s, most = self._settings.source_timeout_s, self._settings.source_max_redirects
        try:
            response = await self._client.get(url, max_bytes=max_bytes, max_redirects=most, timeout_s=timeout_s)
        except UrlForbidden as error:
            raise SourceForbidden(str(error)) from error
        except ResponseTooLarge as error:
            raise SourceTooLarge(f"The file has {error.size:,} bytes or more; the limit is {max_bytes:,}.") from error
        except HostUnreachable as error:
            raise SourceUnreachable(str(error), may_recover=True) from error
        if response.status != HTTPStatus.OK:
            may_recover = response.status in TRANSIENT or response.status >= SERVER_ERRORS
            raise SourceUnreachable(f"The host answered with status {response.status}.", may_recover=may_recover)
        return response.content
