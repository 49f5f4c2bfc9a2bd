"""Requests to hosts that clients name: the table of docs/outbound-requests.md, and real connections."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from ipaddress import ip_address
from pathlib import Path

import pytest

from imagescaler.adapters.outbound.checked_network import resolve
from imagescaler.adapters.outbound.http_client import HttpClient, Response
from imagescaler.domain.errors import HostUnreachable, ResponseTooLarge, UrlForbidden
from imagescaler.domain.network_address import Address
from imagescaler.domain.outbound_rules import OutboundRules
from tools.ssrf import AT_THE_CONNECTION, CASES, PUBLIC, Case, attempt, page

ALLOWED = OutboundRules(outbound_allowed="127.0.0.0/8,::1")
Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@pytest.mark.parametrize("case", CASES, ids=[f"{number} {case.kind}" for number, case in enumerate(CASES)])
async def test_only_hosts_of_the_public_internet_are_reached(case: Case) -> None:
    result, _, addresses = await attempt(case)
    assert result == case.expected
    assert case.rules.outbound_allowed or not [each for each in addresses if not ip_address(each).is_global]


def test_the_page_has_the_results_of_all_attempts() -> None:
    assert Path(__file__).parents[2].joinpath("docs/outbound-requests.md").read_text() == page()


class Server:
    """A server on the loopback interface that answers each connection with the next of its answers."""

    def __init__(self, *answers: bytes, pause_s: float = 0, endless: bytes = b"", every_s: float = 0) -> None:
        self.answers, self.pause_s, self.endless, self.every_s = list(answers), pause_s, endless, every_s
        self.requests: list[bytes] = []
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/photo.jpg"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            self.requests.append(head)
            await asyncio.sleep(self.pause_s)
            writer.write(self.answers.pop(0) if self.answers else b"")
            while self.endless:
                writer.write(self.endless)
                await writer.drain()
                await asyncio.sleep(self.every_s)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def serving(server: Server, tls: ssl.SSLContext | None = None) -> AsyncIterator[Server]:
    async with await asyncio.start_server(server.serve, "127.0.0.1", 0, ssl=tls) as listening:
        server.port = listening.sockets[0].getsockname()[1]
        yield server


def answer(content: bytes, status: str = "200 OK", *headers: str) -> bytes:
    head = [f"HTTP/1.1 {status}", f"Content-Length: {len(content)}", *headers, "", ""]
    return "\r\n".join(head).encode() + content


async def get(
    server: Server, rules: OutboundRules = ALLOWED, *, max_redirects: int = 3, timeout_s: float = 5
) -> Response:
    client = HttpClient(rules)
    return await client.get(server.url, max_bytes=1000, max_redirects=max_redirects, timeout_s=timeout_s)


async def test_the_content_of_an_allowed_host_is_read() -> None:
    async with serving(Server(answer(b"picture"))) as server:
        assert await get(server) == Response(200, b"picture")
    [request] = server.requests
    assert request.startswith(b"GET /photo.jpg HTTP/1.1\r\n")
    assert f"Host: 127.0.0.1:{server.port}\r\n".encode() in request


async def test_a_server_on_the_loopback_interface_sees_no_connection() -> None:
    async with serving(Server(answer(b"secret"))) as server:
        with pytest.raises(UrlForbidden, match="loopback"):
            await get(server, OutboundRules())
        with pytest.raises(UrlForbidden, match="loopback"):
            await HttpClient(OutboundRules(outbound_ports=str(server.port))).get(
                f"http://localhost:{server.port}/", max_bytes=10, max_redirects=0, timeout_s=5
            )
    assert server.requests == []


async def test_a_redirect_into_the_loopback_interface_is_refused_without_a_connection() -> None:
    async with serving(Server(answer(b"secret"))) as inside:
        location = f"Location: http://127.0.0.1:{inside.port}/"
        async with serving(Server(answer(b"", "302 Found", location))) as outside:

            async def resolved(host: str, port: int) -> list[Address]:
                return [ip_address("127.0.0.1")]

            client = HttpClient(OutboundRules(outbound_allowed="outside.example"), resolve=resolved)
            with pytest.raises(UrlForbidden, match="loopback"):
                await client.get(f"http://outside.example:{outside.port}/", max_bytes=10, max_redirects=1, timeout_s=5)
    assert len(outside.requests) == 1
    assert inside.requests == []


async def test_the_address_that_was_checked_is_the_one_that_is_dialled() -> None:
    """A second resolution would be answered with 127.0.0.1."""
    case = next(case for case in CASES if "second time" in case.kind)
    _, address, addresses = await attempt(case)
    assert (address, addresses) == (PUBLIC, [PUBLIC])
    again = next(case for case in CASES if "redirect to itself" in case.kind)
    assert await attempt(again) == (
        AT_THE_CONNECTION,
        "rebinds.example is not a host of the public internet: its address is loopback.",
        [PUBLIC],
    )


async def test_the_next_address_is_tried_if_one_does_not_answer() -> None:
    async def two(host: str, port: int) -> list[Address]:
        return [ip_address("127.0.0.99"), ip_address("127.0.0.1")]

    async with serving(Server(answer(b"picture"))) as server:
        client = HttpClient(OutboundRules(outbound_allowed="two.example"), resolve=two)
        response = await client.get(f"http://two.example:{server.port}/", max_bytes=10, max_redirects=0, timeout_s=5)
    assert response.content == b"picture"


async def test_proxies_of_the_environment_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    async with serving(Server()) as proxy, serving(Server(answer(b"picture"))) as server:
        for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        assert (await get(server)).content == b"picture"
    assert proxy.requests == []


async def test_no_cookie_is_sent_to_where_a_redirect_leads() -> None:
    redirect = answer(b"", "302 Found", "Location: /b", "Set-Cookie: a=b")
    async with serving(Server(redirect, answer(b"picture"))) as server:
        assert (await get(server)).content == b"picture"
    assert b"cookie" not in server.requests[1].lower()


async def test_more_redirects_than_permitted_are_not_followed() -> None:
    redirect = answer(b"", "302 Found", "Location: /b")
    async with serving(Server(*[redirect] * 10)) as server:
        assert (await get(server, max_redirects=2)).status == 302
    assert len(server.requests) == 3


@pytest.mark.parametrize(
    "server",
    [
        Server(answer(b"x" * 1001)),
        Server(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n", endless=b"x" * 1000),
        Server(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", endless=b"64\r\n" + b"x" * 100 + b"\r\n"),
    ],
    ids=["announced", "until the end", "chunked"],
)
async def test_a_response_with_too_many_bytes_is_not_read_to_its_end(server: Server) -> None:
    async with serving(server):
        with pytest.raises(ResponseTooLarge):
            await get(server)


@pytest.mark.parametrize(
    "server",
    [
        Server(pause_s=2),
        Server(b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n", endless=b""),
        Server(b"SSH-2.0-OpenSSH_9.2\r\n"),
        Server(b"HTTP/1.1 200 OK\r\nX-Long: ", endless=b"x" * 10_000),
        Server(b""),
    ],
    ids=["no answer", "breaks off", "not HTTP", "endless header", "closed"],
)
async def test_a_host_that_does_not_answer_in_http_is_unreachable(server: Server) -> None:
    async with serving(server):
        with pytest.raises(HostUnreachable):
            await get(server, timeout_s=1)


async def test_a_response_that_drips_ends_with_its_time() -> None:
    drops = Server(b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n", endless=b"x", every_s=0.1)
    async with serving(drops) as server:
        with pytest.raises(HostUnreachable, match="longer than"):
            await get(server, timeout_s=0.5)


async def test_a_name_that_does_not_resolve_is_unreachable() -> None:
    async def unknown(host: str, port: int) -> list[Address]:
        raise OSError("Name or service not known")

    with pytest.raises(HostUnreachable, match="not known"):
        await HttpClient(OutboundRules(), resolve=unknown).get(
            "https://unknown.example/", max_bytes=1, max_redirects=0, timeout_s=5
        )


async def test_a_closed_port_is_unreachable() -> None:
    async with serving(Server()) as server:
        pass
    with pytest.raises(HostUnreachable):
        await get(server)


async def test_the_system_resolves_addresses_without_a_server() -> None:
    assert await resolve("127.0.0.1", 80) == [ip_address("127.0.0.1")]


async def test_a_post_returns_the_status_and_follows_no_redirect() -> None:
    async with serving(Server(answer(b"", "307 Temporary Redirect", "Location: /b"))) as server:
        status = await HttpClient(ALLOWED).post(server.url, b"{}", {"Content-Type": "application/json"}, timeout_s=5)
    assert status == 307
    [request] = server.requests
    assert request.startswith(b"POST /photo.jpg HTTP/1.1\r\n")
    assert b"Content-Type: application/json\r\n" in request
    assert b"Content-Length: 2\r\n" in request


async def test_an_endless_answer_to_a_post_is_not_read() -> None:
    async with serving(Server(b"HTTP/1.1 204 No Content\r\n\r\n", endless=b"x" * 1000)) as server:
        assert await HttpClient(ALLOWED).post(server.url, b"{}", {}, timeout_s=5) == 204


async def test_a_post_to_a_forbidden_address_is_refused() -> None:
    async with serving(Server(answer(b""))) as server:
        with pytest.raises(UrlForbidden):
            await HttpClient(OutboundRules()).post(server.url, b"{}", {}, timeout_s=5)
    assert server.requests == []
