"""Requests that are repeated where that may help, and problems as exceptions."""

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any, BinaryIO

import httpx
from tenacity import Retrying

from imagescaler_client._sync.concurrency import run_blocking
from imagescaler_client.errors import raise_for_problem, unreachable
from imagescaler_client.retrying import retry_policy

API = "/api/v1/"
TIMEOUT = httpx.Timeout(35, connect=5)  # a request takes at most 30 s, a wait included


class Http:
    """Sends requests to one service, with an API key if there is one."""

    def __init__(self, url: str, key: str | None, *, retry_for_s: float) -> None:
        self.url = url.rstrip("/")
        self._key, self._retry_for_s = key, retry_for_s
        self._client = httpx.Client(base_url=self.url + API, timeout=TIMEOUT, follow_redirects=True)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def request(self, method: str, path: str, *, expected: Collection[int] = (), **options: Any) -> httpx.Response:
        """Send a request with the options of httpx. Raises ProblemError, but for `expected`, and ServiceUnreachable."""
        for attempt in self._attempts():
            with attempt, unreachable(self.url):
                response = self._client.request(method, path, auth=self._authorize, **options)
                if response.status_code not in expected:
                    raise_for_problem(response)
        return response

    def send_signed(
        self, method: str, url: str, headers: Mapping[str, str], chunks: Callable[[], Iterator[bytes]]
    ) -> None:
        """Send a body to a signed URL, without the API key. Raises ProblemError and ServiceUnreachable.

        The URL can be used once, so 412 means that an earlier attempt succeeded, and its answer was lost.
        """
        for attempt in self._attempts():
            with attempt, unreachable(self.url):
                response = self._client.request(method, url, headers=headers, content=chunks())
                if response.status_code != httpx.codes.PRECONDITION_FAILED:
                    raise_for_problem(response)

    def download(self, path: str, file: BinaryIO, **options: Any) -> httpx.Response:
        """Write the body of a response to an empty file. Raises ProblemError and ServiceUnreachable."""
        for attempt in self._attempts():
            with attempt, unreachable(self.url):
                file.seek(0)
                file.truncate()
                with self._client.stream("GET", path, auth=self._authorize, **options) as response:
                    if response.is_error:
                        response.read()
                    raise_for_problem(response)
                    for chunk in response.iter_bytes():
                        run_blocking(file.write, chunk)
        return response

    def _attempts(self) -> Retrying:
        return Retrying(**retry_policy(self._retry_for_s))

    def _authorize(self, request: httpx.Request) -> httpx.Request:
        """Add the key. httpx removes it where a redirect leads to another host."""
        if self._key:
            request.headers["Authorization"] = f"Bearer {self._key}"
        return request
