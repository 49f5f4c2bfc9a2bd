"""Requests that are repeated where that may help, and problems as exceptions."""

from collections.abc import AsyncIterator, Callable, Collection, Mapping
from typing import Any, BinaryIO

import httpx
from tenacity import AsyncRetrying

from imagescaler_client._async.concurrency import run_blocking
from imagescaler_client.errors import raise_for_problem, unreachable
from imagescaler_client.retrying import retry_policy

API = "/api/v1/"
TIMEOUT = httpx.Timeout(35, connect=5)  # a request takes at most 30 s, a wait included


class AsyncHttp:
    """Sends requests to one service, with an API key if there is one."""

    def __init__(self, url: str, key: str | None, *, retry_for_s: float) -> None:
        self.url = url.rstrip("/")
        self._key, self._retry_for_s = key, retry_for_s
        self._client = httpx.AsyncClient(base_url=self.url + API, timeout=TIMEOUT, follow_redirects=True)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def request(
        self, method: str, path: str, *, expected: Collection[int] = (), **options: Any
    ) -> httpx.Response:
        """Send a request with the options of httpx. Raises ProblemError, but for `expected`, and ServiceUnreachable."""
        async for attempt in self._attempts():
            with attempt, unreachable(self.url):
                response = await self._client.request(method, path, auth=self._authorize, **options)
                if response.status_code not in expected:
                    raise_for_problem(response)
        return response

    async def send_signed(
        self, method: str, url: str, headers: Mapping[str, str], chunks: Callable[[], AsyncIterator[bytes]]
    ) -> None:
        """Send a body to a signed URL, without the API key. Raises ProblemError and ServiceUnreachable.

        The URL can be used once, so 412 means that an earlier attempt succeeded, and its answer was lost.
        """
        async for attempt in self._attempts():
            with attempt, unreachable(self.url):
                response = await self._client.request(method, url, headers=headers, content=chunks())
                if response.status_code != httpx.codes.PRECONDITION_FAILED:
                    raise_for_problem(response)

    async def download(self, path: str, file: BinaryIO, **options: Any) -> httpx.Response:
        """Write the body of a response to an empty file. Raises ProblemError and ServiceUnreachable."""
        async for attempt in self._attempts():
            with attempt, unreachable(self.url):
                file.seek(0)
                file.truncate()
                async with self._client.stream("GET", path, auth=self._authorize, **options) as response:
                    if response.is_error:
                        await response.aread()
                    raise_for_problem(response)
                    async for chunk in response.aiter_bytes():
                        await run_blocking(file.write, chunk)
        return response

    def _attempts(self) -> AsyncRetrying:
        return AsyncRetrying(**retry_policy(self._retry_for_s))

    def _authorize(self, request: httpx.Request) -> httpx.Request:
        """Add the key. httpx removes it where a redirect leads to another host."""
        if self._key:
            request.headers["Authorization"] = f"Bearer {self._key}"
        return request
