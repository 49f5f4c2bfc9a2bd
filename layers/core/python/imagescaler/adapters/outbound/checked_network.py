"""Connects to addresses that were checked, so that a name cannot resolve differently between check and connection."""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterable
from ipaddress import ip_address
from typing import Any

from httpcore import AnyIOBackend, AsyncNetworkBackend, AsyncNetworkStream, ConnectError, ConnectTimeout

from imagescaler.domain.http_url import HttpUrl
from imagescaler.domain.network_address import Address
from imagescaler.domain.outbound_rules import OutboundRules

Resolve = Callable[[str, int], Awaitable[list[Address]]]


async def resolve(host: str, port: int) -> list[Address]:
    """Return the addresses of a host, in the resolver's order; raises OSError."""
    found = await asyncio.get_running_loop().getaddrinfo(
        host, port, type=socket.SOCK_STREAM, flags=socket.AI_ADDRCONFIG
    )
    return [ip_address(address[0]) for *_, address in found]


class CheckedNetwork(AsyncNetworkBackend):
    """The network of an HTTP client, which makes all of its connections here, those of redirects too."""

    def __init__(self, rules: OutboundRules, resolve: Resolve, dial: AsyncNetworkBackend | None = None) -> None:
        self._rules, self._resolve, self._dial = rules, resolve, dial or AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - the parameter of httpcore
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> AsyncNetworkStream:
        """Connect to the first address that answers; raises UrlForbidden if any address of the host is forbidden."""
        try:
            addresses = await self._resolve(host, port)
        except (OSError, UnicodeError) as error:
            raise ConnectError(str(error)) from error
        for address in addresses:
            self._rules.check(HttpUrl("http", host, port, "/"), address)
        failure: Exception = ConnectError("the name has no address")
        for address in addresses:
            try:
                return await self._dial.connect_tcp(str(address), port, timeout, local_address, socket_options)
            except (ConnectError, ConnectTimeout) as error:
                failure = error
        raise failure
