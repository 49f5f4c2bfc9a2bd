"""An HTTP client for URLs that clients have given."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpcore

from imagescaler.adapters.outbound.checked_network import CheckedNetwork, Resolve, resolve
from imagescaler.domain.errors import HostUnreachable, ResponseTooLarge
from imagescaler.domain.http_url import HttpUrl
from imagescaler.domain.outbound_rules import OutboundRules

CONNECT_TIMEOUT_S = 5
REDIRECTS = frozenset({301, 302, 303, 307, 308})
USER_AGENT = "imagescaler"


@dataclass(frozen=True, slots=True)
class Response:
    """The status, and the content as far as it was asked for."""

    status: int
    content: bytes = b""


class HttpClient:
    """HTTP/1.1 without proxies, cookies, credentials or compression.

    Each request has a connection of its own, to an address that `rules` permit.
    """

    def __init__(
        self,
        rules: OutboundRules,
        *,
        resolve: Resolve = resolve,
        dial: httpcore.AsyncNetworkBackend | None = None,
        ssl_context: ssl.SSLContext | None = None,
    ) -> None:
        self._rules = rules
        network = CheckedNetwork(rules, resolve, dial)
        self._pool = httpcore.AsyncConnectionPool(ssl_context, network_backend=network, max_keepalive_connections=0)

    async def get(self, url: str, *, max_bytes: int, max_redirects: int, timeout_s: float) -> Response:
        """Get at most `max_bytes` bytes of content, from where at most `max_redirects` redirects lead.

        `timeout_s` is for all of it. Raises UrlForbidden, HostUnreachable and ResponseTooLarge.
        """
        async with _within(timeout_s):
            target = HttpUrl.parse(url)
            while True:
                async with self._response("GET", target) as response:
                    location = _header(response, b"location") if response.status in REDIRECTS else None
                    if location is None or not max_redirects:
                        return await _read(response, max_bytes)
                target, max_redirects = target.join(location), max_redirects - 1

    async def post(self, url: str, content: bytes, headers: Mapping[str, str], *, timeout_s: float) -> int:
        """Post `content` and return the status of the response, of which nothing else is read; follows no redirect.

        `timeout_s` is for all of it. Raises UrlForbidden and HostUnreachable.
        """
        async with _within(timeout_s), self._response("POST", HttpUrl.parse(url), headers, content) as response:
            return response.status

    @asynccontextmanager
    async def _response(
        self, method: str, url: HttpUrl, headers: Mapping[str, str] | None = None, content: bytes | None = None
    ) -> AsyncIterator[httpcore.Response]:
        self._rules.check_url(url)
        sent = {"Host": url.authority, "User-Agent": USER_AGENT, "Accept-Encoding": "identity", **(headers or {})}
        if content is not None:
            sent["Content-Length"] = str(len(content))
        async with self._pool.stream(
            method,
            httpcore.URL(scheme=url.scheme, host=url.host, port=url.port, target=url.target),
            headers=list(sent.items()),
            content=content,
            extensions={"timeout": {"connect": CONNECT_TIMEOUT_S}},
        ) as response:
            yield response


@asynccontextmanager
async def _within(timeout_s: float) -> AsyncIterator[None]:
    """Raise HostUnreachable for errors of the connection, and after `timeout_s` seconds."""
    try:
        async with asyncio.timeout(timeout_s):
            yield
    except TimeoutError as error:
        raise HostUnreachable(f"The response took longer than {timeout_s:g} seconds.") from error
    except httpcore.TimeoutException as error:
        raise HostUnreachable("The host does not accept connections.") from error
    except (httpcore.NetworkError, httpcore.ProtocolError) as error:
        raise HostUnreachable(f"The request failed: {error}.") from error


def _header(response: httpcore.Response, name: bytes) -> str | None:
    """Return a header; bytes that are not ASCII are those of UTF-8 in a `Location` of many servers."""
    values = (value for each, value in response.headers if each.lower() == name)
    value = next(values, None)
    return None if value is None else value.decode("utf-8", errors="replace")


async def _read(response: httpcore.Response, max_bytes: int) -> Response:
    size = _header(response, b"content-length") or "0"
    if size.isdecimal() and int(size) > max_bytes:
        raise ResponseTooLarge(int(size))
    chunks, length = [], 0
    async for chunk in response.aiter_stream():
        chunks.append(chunk)
        length += len(chunk)
        if length > max_bytes:
            raise ResponseTooLarge(length)
    return Response(response.status, b"".join(chunks))
