"""Connections of clients that send or receive too little, too much, or what is no HTTP."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from local.emulation.api_gateway import body, connection
from local.emulation.api_gateway.app import Gateway
from local.emulation.api_gateway.limits import Limits
from local.emulation.api_gateway.server import bind, serving
from local.emulation.sam_template.declarations import Route
from tests.local.api_gateway.fakes import FakeFunctions

ROUTES = [Route("ANY", "$default", "DocsFunction")]
MIB = 1 << 20
Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Clients:
    """Connections to a gateway, closed at the end."""

    def __init__(self, address: tuple[str, int]) -> None:
        self._address = address
        self._writers: list[asyncio.StreamWriter] = []

    async def connect(self, data: bytes = b"", **options: Any) -> Streams:
        reader, writer = await asyncio.open_connection(*self._address, **options)
        self._writers.append(writer)
        writer.write(data)
        await writer.drain()
        return reader, writer

    async def ask(self, data: bytes) -> tuple[int, dict[str, Any]]:
        """Send bytes; return status and problem of an answer after which the connection is closed."""
        reader, _ = await self.connect(data)
        async with asyncio.timeout(5):
            return answer_of(await reader.read())

    def close(self) -> None:
        for writer in self._writers:
            writer.transport.abort()


def answer_of(data: bytes) -> tuple[int, dict[str, Any]]:
    head, _, content = data.partition(b"\r\n\r\n")
    assert b"connection: close" in head.lower()
    assert b"content-type: application/problem+json" in head.lower()
    status, problem = int(head.split()[1]), json.loads(content)
    assert problem["status"] == status
    return status, problem


@asynccontextmanager
async def clients_of(gateway: Gateway) -> AsyncIterator[Clients]:
    listener = bind("127.0.0.1", 0)
    async with serving(gateway, listener, grace_s=0):
        clients = Clients(listener.getsockname())
        try:
            yield clients
        finally:
            clients.close()


@pytest.fixture
def functions() -> FakeFunctions:
    return FakeFunctions("ok")


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "HEAD_TIMEOUT_S", 0.2)
    monkeypatch.setattr(connection, "WRITE_CHECK_S", 0.2)
    monkeypatch.setattr(body, "SILENCE_S", 0.2)
    monkeypatch.setattr(body, "SLOW_DRAIN_TIMEOUT_S", 0.2)


HEAD = b"POST / HTTP/1.1\r\nHost: here\r\n"
BAD_HEADS: dict[str, tuple[bytes, int, str]] = {
    "two hosts": (b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400, "2 Host headers"),
    "one host twice": (b"GET / HTTP/1.1\r\nHost: a\r\nhost: a\r\n\r\n", 400, "2 Host headers"),
    "two hosts in 1.0": (b"GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n", 400, "2 Host headers"),
    "no host": (b"GET / HTTP/1.1\r\n\r\n", 400, "no Host header"),
    "empty host": (b"GET / HTTP/1.1\r\nHost:\r\n\r\n", 400, "not a host"),
    "host with a path": (b"GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", 400, "not a host"),
    "host with a user": (b"GET / HTTP/1.1\r\nHost: u@a\r\n\r\n", 400, "not a host"),
    "two hosts in one": (b"GET / HTTP/1.1\r\nHost: a, b\r\n\r\n", 400, "not a host"),
    "host of brackets": (b"GET / HTTP/1.1\r\nHost: [x]\r\n\r\n", 400, "not a host"),
    "two lengths": (HEAD + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\nabc", 400, "not valid HTTP"),
    "one length twice": (HEAD + b"Content-Length: 2\r\nContent-Length: 2\r\n\r\nab", 400, "not valid HTTP"),
    "a list of lengths": (HEAD + b"Content-Length: 2, 2\r\n\r\nab", 400, "not valid HTTP"),
    "a signed length": (HEAD + b"Content-Length: +2\r\n\r\nab", 400, "not valid HTTP"),
    "length and chunks": (
        HEAD + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        400,
        "not valid HTTP",
    ),
    "chunks and length": (
        HEAD + b"Transfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n0\r\n\r\n",
        400,
        "not valid HTTP",
    ),
    "chunks not last": (HEAD + b"Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n", 400, "not valid HTTP"),
    "compressed chunks": (HEAD + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 501, "chunked"),
    "chunks in 1.0": (b"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400, "HTTP/1.0"),
    "a broken chunk": (HEAD + b"Transfer-Encoding: chunked\r\n\r\nx\r\n", 400, "not valid HTTP"),
    "a folded header": (HEAD + b"A: b\r\n c\r\n\r\n", 400, "not valid HTTP"),
    "a space before the colon": (HEAD + b"A : b\r\n\r\n", 400, "not valid HTTP"),
    "a NUL": (HEAD + b"A: \x00\r\n\r\n", 400, "not valid HTTP"),
    "no HTTP": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400, "not valid HTTP"),
    "HTTP/2": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400, "not valid HTTP"),
    "a tunnel": (b"CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n", 400, "not valid HTTP"),
    "many headers": (HEAD + 101 * b"A: b\r\n" + b"\r\n", 431, "102 headers"),
    "a long name": (HEAD + 40_000 * b"a" + b": b\r\n\r\n", 431, "32,768 bytes"),
    "a long value": (HEAD + b"A: " + 40_000 * b"b" + b"\r\n\r\n", 431, "32,768 bytes"),
}


@pytest.mark.parametrize(("data", "status", "says"), BAD_HEADS.values(), ids=BAD_HEADS)
async def test_a_head_that_could_be_understood_in_two_ways_is_refused(
    functions: FakeFunctions, data: bytes, status: int, says: str
) -> None:
    async with clients_of(Gateway(ROUTES, None, functions)) as clients:
        answered, problem = await clients.ask(data)
    assert (answered, says in problem["detail"]) == (status, True)
    assert functions.called == []


GOOD_HOSTS = [b"a", b"a.b:80", b"127.0.0.1:8000", b"[::1]", b"[::1]:8000", b"xn--a-ecp.example:", b" a "]


@pytest.mark.parametrize("host", GOOD_HOSTS)
async def test_a_host_that_is_one_is_served(functions: FakeFunctions, host: bytes) -> None:
    async with clients_of(Gateway(ROUTES, None, functions)) as clients:
        reader, _ = await clients.connect(b"GET / HTTP/1.1\r\nConnection: close\r\nHost: %b\r\n\r\n" % host)
        assert (await reader.read()).startswith(b"HTTP/1.1 200")


async def test_a_head_without_an_end_is_refused_before_it_takes_memory(functions: FakeFunctions) -> None:
    async with clients_of(Gateway(ROUTES, None, functions)) as clients:
        reader, writer = await clients.connect(HEAD + b"A: ")
        await asyncio.sleep(0.05)
        for _ in range(5):
            writer.write(bytes(20_000).replace(b"\0", b"a"))
            await asyncio.sleep(0.01)
        assert answer_of(await reader.read())[0] == 431


async def test_a_trailer_is_no_header_and_its_size_is_limited(functions: FakeFunctions) -> None:
    chunked = HEAD + b"Transfer-Encoding: chunked\r\n\r\n0\r\n"
    async with clients_of(Gateway(ROUTES, None, functions)) as clients:
        reader, writer = await clients.connect(chunked + b"Authorization: x\r\nHost: b\r\n\r\n")
        assert (await reader.readuntil(b"ok")).startswith(b"HTTP/1.1 200")
        assert "authorization" not in functions.events[0]["headers"]
        assert functions.events[0]["headers"]["host"] == "here"
        reader, writer = await clients.connect(chunked + b"A: ")
        for _ in range(5):
            await asyncio.sleep(0.01)
            writer.write(20_000 * b"a")
        assert answer_of(await reader.read())[0] == 431


async def test_pipelined_requests_are_answered_in_order_and_limited(functions: FakeFunctions) -> None:
    request = b"GET /%d HTTP/1.1\r\nHost: a\r\n\r\n"
    functions.answer = lambda event: event["rawPath"]
    async with clients_of(Gateway(ROUTES, None, functions)) as clients:
        reader, _ = await clients.connect(b"".join(request % number for number in range(8)))
        for number in range(8):
            await reader.readuntil(b'"/%d"' % number)
        reader, _ = await clients.connect(b"".join(request % number for number in range(2_000)))
        await reader.read()
    assert len(functions.called) < 40


# Deadlines


@pytest.mark.usefixtures("hasty")
@pytest.mark.parametrize("sent", [b"G", HEAD, HEAD + b"A: b"])
async def test_a_head_that_is_late_is_408(functions: FakeFunctions, sent: bytes) -> None:
    async with clients_of(Gateway(ROUTES, None, functions)) as clients:
        status, problem = await clients.ask(sent)
    assert (status, problem["message"], problem["detail"]) == (
        408,
        "Request Timeout",
        "The head of the request did not arrive in 0.2 s.",
    )


@pytest.mark.usefixtures("hasty")
async def test_a_head_that_trickles_is_408(functions: FakeFunctions) -> None:
    async with clients_of(Gateway(ROUTES, None, functions)) as clients:
        reader, writer = await clients.connect(HEAD)
        for _ in range(6):
            writer.write(b"A: b\r\n")
            await asyncio.sleep(0.05)
        assert answer_of(await reader.read())[0] == 408


@pytest.mark.usefixtures("hasty")
@pytest.mark.parametrize("sent", [b"", b"\r\n"])
async def test_a_connection_without_a_request_is_closed(functions: FakeFunctions, sent: bytes) -> None:
    async with clients_of(Gateway(ROUTES, None, functions)) as clients:
        reader, _ = await clients.connect(sent)
        async with asyncio.timeout(5):
            assert await reader.read() == b""


@pytest.mark.usefixtures("hasty")
@pytest.mark.parametrize(("second", "begins"), [(b"\r\n", b""), (b"GET /", b"HTTP/1.1 408")])
async def test_the_second_request_of_a_connection_has_a_deadline_too(
    functions: FakeFunctions, second: bytes, begins: bytes
) -> None:
    async with clients_of(Gateway(ROUTES, None, functions)) as clients:
        reader, writer = await clients.connect(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        await reader.readuntil(b'"ok"')
        writer.write(second)
        async with asyncio.timeout(5):
            assert (await reader.read()).startswith(begins)


@pytest.mark.usefixtures("hasty")
@pytest.mark.parametrize(
    "framing", [b"Content-Length: 900000\r\n\r\nx", b"Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n"]
)
async def test_a_body_that_stops_is_408(functions: FakeFunctions, framing: bytes) -> None:
    async with clients_of(Gateway(ROUTES, None, functions)) as clients:
        status, problem = await clients.ask(HEAD + framing)
    assert (status, "16,384 bytes each second" in problem["detail"]) == (408, True)
    assert functions.called == []


@pytest.mark.usefixtures("hasty")
async def test_a_body_that_trickles_is_408_and_one_at_the_least_rate_is_not(functions: FakeFunctions) -> None:
    async def send(size: int) -> bytes:
        reader, writer = await clients.connect(HEAD + b"Content-Length: %d\r\n\r\n" % (12 * size))
        answer = asyncio.create_task(reader.readuntil(b"\r\n"))
        for _ in range(12):
            writer.write(bytes(size))
            await asyncio.sleep(0.05)
        return await answer

    async with clients_of(Gateway(ROUTES, None, functions)) as clients:
        few, enough = await asyncio.gather(send(10), send(1_500))
    assert (few, enough) == (b"HTTP/1.1 408 Request Timeout\r\n", b"HTTP/1.1 200 OK\r\n")


# Memory


@pytest.fixture
def small_budget(functions: FakeFunctions) -> Gateway:
    return Gateway(ROUTES, None, functions, Limits(bodies_bytes=4 * MIB))


async def test_the_bodies_of_all_requests_have_one_budget(functions: FakeFunctions, small_budget: Gateway) -> None:
    async with clients_of(small_budget) as clients:
        half = [await clients.connect(HEAD + b"Content-Length: %d\r\n\r\n" % MIB + bytes(MIB - 1)) for _ in range(3)]
        while small_budget._budget.used < 3 * (MIB - 1):
            await asyncio.sleep(0.01)
        status, problem = await clients.ask(HEAD + b"Content-Length: %d\r\n\r\n" % MIB + bytes(MIB))
        assert (status, problem["detail"]) == (
            503,
            "The requests of this address take all memory that it may have. Try again.",
        )
        assert functions.called == []
        for reader, writer in half:
            writer.write(b"x")
            assert await reader.readuntil(b"\r\n") == b"HTTP/1.1 200 OK\r\n"
        while small_budget._budget.used:
            await asyncio.sleep(0.01)


async def test_a_large_length_alone_takes_no_memory(small_budget: Gateway) -> None:
    async with clients_of(small_budget) as clients:
        for _ in range(20):
            await clients.connect(HEAD + b"Content-Length: %d\r\n\r\nx" % MIB)
        reader, _ = await clients.connect(HEAD + b"Content-Length: %d\r\n\r\n" % MIB + bytes(MIB))
        assert await reader.readuntil(b"\r\n") == b"HTTP/1.1 200 OK\r\n"


async def test_what_a_client_that_hangs_up_held_is_free_again(small_budget: Gateway) -> None:
    async with clients_of(small_budget) as clients:
        _, writer = await clients.connect(HEAD + b"Content-Length: %d\r\n\r\n" % MIB + bytes(MIB - 1))
        while small_budget._budget.used < MIB - 1:
            await asyncio.sleep(0.01)
        writer.transport.abort()
        while small_budget._budget.used:
            await asyncio.sleep(0.01)


@pytest.mark.usefixtures("hasty")
@pytest.mark.parametrize("more", [b"", b"Connection: close\r\n"])
async def test_a_client_that_receives_nothing_is_disconnected(
    functions: FakeFunctions, small_budget: Gateway, more: bytes
) -> None:
    functions.answer = {"statusCode": 200, "body": "x" * (5 * MIB)}
    async with clients_of(small_budget) as clients:
        reader, _ = await clients.connect(b"GET / HTTP/1.1\r\nHost: a\r\n" + more + b"\r\n", limit=1024)
        await functions.started.wait()
        assert small_budget._budget.used == 0 or small_budget._budget.used == 5 * MIB
        await asyncio.sleep(0.8)
        assert small_budget._budget.used == 0
        with pytest.raises((ConnectionResetError, asyncio.IncompleteReadError)):
            await reader.readexactly(5 * MIB)


async def test_responses_that_are_not_received_count_and_refuse_new_requests(
    functions: FakeFunctions, small_budget: Gateway
) -> None:
    functions.answer = {"statusCode": 200, "body": "x" * (8 * MIB)}
    async with clients_of(small_budget) as clients:
        reader, _ = await clients.connect(b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", limit=1024)
        while not small_budget._budget.used:
            await asyncio.sleep(0.01)
        second, _ = await clients.connect(b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        answer = await second.read()
        assert answer.startswith(b"HTTP/1.1 503")
        assert b"retry-after: 1\r\n" in answer
        assert len(await reader.read()) > 8 * MIB


PLAIN = b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"


async def test_connections_beyond_the_limit_are_503_while_all_others_have_requests(
    functions: FakeFunctions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "MAX_CONNECTIONS", 3)
    functions.gate.clear()
    async with clients_of(Gateway(ROUTES, None, functions)) as clients:
        streams = [await clients.connect(PLAIN) for _ in range(3)]
        while len(functions.called) < 3:
            await asyncio.sleep(0.01)
        status, problem = await clients.ask(b"")
        assert (status, problem["detail"]) == (503, "This gateway has too many connections. Try again.")
        functions.gate.set()
        for reader, _ in streams:
            assert (await reader.read()).startswith(b"HTTP/1.1 200")
        reader, _ = await clients.connect(PLAIN)
        assert (await reader.read()).startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize("sent", [b"", b"GET / HT", PLAIN.replace(b"close", b"keep-alive")])
async def test_connections_without_a_request_make_room_for_others(
    functions: FakeFunctions, monkeypatch: pytest.MonkeyPatch, sent: bytes
) -> None:
    monkeypatch.setattr(connection, "MAX_CONNECTIONS", 3)
    async with clients_of(Gateway(ROUTES, None, functions)) as clients:
        idle = [(await clients.connect(sent))[0] for _ in range(3)]
        await asyncio.sleep(0.1)
        for reader in idle[:2]:
            served, _ = await clients.connect(PLAIN.replace(b"close", b"keep-alive"))
            assert await served.readuntil(b"\r\n") == b"HTTP/1.1 200 OK\r\n"
            with contextlib.suppress(ConnectionResetError):
                await reader.read()
        assert not idle[2].at_eof()


# Addresses


@pytest.mark.parametrize(
    ("hops", "sent", "address"),
    [
        (0, ["6.6.6.6"], "127.0.0.1"),
        (1, ["6.6.6.6, 192.0.2.1"], "192.0.2.1"),
        (1, ["6.6.6.6", "192.0.2.1"], "192.0.2.1"),
        (2, ["6.6.6.6, 192.0.2.1, 10.0.0.1"], "192.0.2.1"),
        (2, ["192.0.2.1"], "127.0.0.1"),
        (1, ["192.0.2.1, nonsense"], "127.0.0.1"),
        (1, [], "127.0.0.1"),
    ],
)
async def test_the_clients_address_is_that_of_a_configured_number_of_proxies(
    functions: FakeFunctions, hops: int, sent: list[str], address: str
) -> None:
    headers = "".join(f"X-Forwarded-For: {value}\r\n" for value in sent)
    request = f"GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-Proto: https\r\n{headers}Connection: close\r\n\r\n"
    async with clients_of(Gateway(ROUTES, None, functions, trusted_proxy_hops=hops)) as clients:
        reader, _ = await clients.connect(request.encode())
        await reader.read()
    [event] = functions.events
    assert event["requestContext"]["http"]["sourceIp"] == address
    assert event["headers"]["x-forwarded-for"].endswith("127.0.0.1")
    assert event["headers"]["x-forwarded-proto"] == "http"
