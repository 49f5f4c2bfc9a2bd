"""The gateway as a part of a program: its port, and its end."""

import asyncio
import signal

import pytest

from local.emulation.api_gateway.app import Gateway
from local.emulation.api_gateway.server import PortInUse, bind, serving
from local.emulation.sam_template.declarations import Route
from tests.local.api_gateway.fakes import FakeFunctions

ROUTES = [Route("ANY", "$default", "DocsFunction")]


def test_a_port_in_use_is_told_in_a_sentence() -> None:
    with bind("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(PortInUse) as caught:
            bind("127.0.0.1", port)
    assert str(caught.value) == f"Port {port} is in use: stop what runs there, or choose another with --port."
    assert isinstance(caught.value, OSError)


def test_another_reason_not_to_listen_keeps_its_name() -> None:
    with pytest.raises(OSError, match="assign") as caught:
        bind("192.0.2.1", 0)
    assert not isinstance(caught.value, PortInUse)


def test_the_address_may_be_of_version_6() -> None:
    with bind("::1", 0) as listener:
        assert listener.getsockname()[0] == "::1"


async def test_a_client_that_connects_early_is_served_once_the_gateway_is() -> None:
    listener = bind("127.0.0.1", 0)
    reader, writer = await asyncio.open_connection(*listener.getsockname())
    writer.write(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    async with serving(Gateway(ROUTES, None, FakeFunctions("ok")), listener):
        answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")


async def test_a_request_under_way_is_finished_before_the_end() -> None:
    functions = FakeFunctions("ok")
    functions.gate.clear()
    listener = bind("127.0.0.1", 0)
    async with serving(Gateway(ROUTES, None, functions), listener):
        reader, writer = await asyncio.open_connection(*listener.getsockname())
        writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        await functions.started.wait()
        asyncio.get_running_loop().call_later(0.2, functions.gate.set)
    answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
    assert functions.finished == 1


async def test_signals_stay_with_the_program() -> None:
    before = signal.getsignal(signal.SIGTERM)
    async with serving(Gateway(ROUTES, None, FakeFunctions()), bind("127.0.0.1", 0)):
        await asyncio.sleep(0.01)
        assert signal.getsignal(signal.SIGTERM) is before
