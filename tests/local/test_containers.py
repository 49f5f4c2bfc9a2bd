"""Containers behind one name: emulators on several loopback addresses, each of which takes one invocation at a time."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from aiohttp import web

from local.emulation.lambda_host import containers
from local.emulation.lambda_host.containers import Containers, NoneFree, resolve
from local.emulation.lambda_host.lambda_client import FunctionThrottled, FunctionUnreachable, LambdaClient
from local.servers.supervisor import free_port


class Emulator:
    """A container: notes what it is asked, and whether it is ever asked two things at once."""

    def __init__(self) -> None:
        self.events: list[Any] = []
        self.busy = self.most_busy = 0
        self.gate = asyncio.Event()
        self.gate.set()

    async def handle(self, request: web.BaseRequest) -> web.Response:
        self.busy += 1
        self.most_busy = max(self.most_busy, self.busy)
        self.events.append(await request.json())
        await self.gate.wait()
        self.busy -= 1
        return web.json_response(request.host)


class Compose:
    """The containers that run, by address; what `resolve` tells of them is what Docker's DNS would."""

    def __init__(self) -> None:
        self.port = free_port()
        self.running: dict[str, tuple[Emulator, web.ServerRunner]] = {}
        self.known: set[str] = set()
        self.looked_up = 0

    def __getitem__(self, address: str) -> Emulator:
        return self.running[address][0]

    async def start(self, *addresses: str) -> None:
        for address in addresses:
            emulator = Emulator()
            runner = web.ServerRunner(web.Server(emulator.handle, access_log=None), shutdown_timeout=0.1)
            await runner.setup()
            await web.TCPSite(runner, address, self.port).start()
            self.running[address] = emulator, runner
            self.known.add(address)

    async def stop(self, address: str) -> None:
        """Stop a container, which its name still stands for."""
        await self.running.pop(address)[1].cleanup()

    async def resolve(self, host: str, port: int) -> set[str]:
        assert (host, port) == ("process-task", self.port)
        self.looked_up += 1
        return set(self.known)


@pytest.fixture(autouse=True)
def no_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(containers, "RETRY_S", 0.01)


@pytest.fixture
async def compose() -> AsyncIterator[Compose]:
    made = Compose()
    yield made
    for address in list(made.running):
        await made.stop(address)


@pytest.fixture
async def client(compose: Compose) -> AsyncIterator[LambdaClient]:
    pattern = f"http://{{service}}:{compose.port}/2015-03-31/functions/function/invocations"
    async with LambdaClient(pattern, resolve=compose.resolve) as made:
        yield made


def invoke(client: LambdaClient, number: int = 0) -> Awaitable[Any]:
    event = json.dumps(number).encode()
    return client.invoke("ProcessTaskFunction", "process-task", event, timeout_s=20)


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.005)


async def test_a_hundred_invocations_at_once_meet_each_container_one_at_a_time(
    compose: Compose, client: LambdaClient
) -> None:
    addresses = ["127.0.0.2", "127.0.0.3", "127.0.0.4"]
    await compose.start(*addresses)
    await asyncio.gather(*(invoke(client, number) for number in range(100)))
    assert [compose[address].most_busy for address in addresses] == [1, 1, 1]
    assert sorted(event for address in addresses for event in compose[address].events) == list(range(100))


async def test_all_containers_work_at_the_same_time(compose: Compose, client: LambdaClient) -> None:
    await compose.start("127.0.0.2", "127.0.0.3", "127.0.0.4")
    for address in compose.running:
        compose[address].gate.clear()
    tasks = [asyncio.ensure_future(invoke(client)) for _ in range(5)]
    await until(lambda: all(compose[address].busy for address in compose.running))
    for address in compose.running:
        compose[address].gate.set()
    await asyncio.gather(*tasks)


async def test_who_came_first_is_served_first(compose: Compose, client: LambdaClient) -> None:
    await compose.start("127.0.0.2")
    await asyncio.gather(*(invoke(client, number) for number in range(20)))
    assert compose["127.0.0.2"].events == list(range(20))


async def test_one_after_the_other_stays_in_the_container_that_is_warm(compose: Compose, client: LambdaClient) -> None:
    await compose.start("127.0.0.2", "127.0.0.3")
    hosts = {await invoke(client, number) for number in range(5)}
    assert len(hosts) == 1


async def test_a_container_that_refuses_is_passed_over(compose: Compose, client: LambdaClient) -> None:
    await compose.start("127.0.0.2", "127.0.0.3")
    await invoke(client)
    await compose.stop("127.0.0.2")
    for number in range(5):
        assert await invoke(client, number) == f"127.0.0.3:{compose.port}"


async def test_a_container_that_starts_late_is_waited_for(compose: Compose, client: LambdaClient) -> None:
    waiting = asyncio.ensure_future(invoke(client, 7))
    await until(lambda: compose.looked_up > 0)
    await compose.start("127.0.0.2")
    await waiting
    assert compose["127.0.0.2"].events == [7]


async def test_a_redeployed_container_is_found_at_its_new_address(compose: Compose, client: LambdaClient) -> None:
    await compose.start("127.0.0.2")
    await invoke(client)
    await compose.stop("127.0.0.2")
    waiting = asyncio.ensure_future(invoke(client, 7))
    compose.known.clear()
    await compose.start("127.0.0.5")
    assert await waiting == f"127.0.0.5:{compose.port}"


async def test_containers_are_counted_anew(
    compose: Compose, client: LambdaClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(containers, "LOOK_UP_S", 0)
    await compose.start("127.0.0.2")
    assert await client.concurrency("ProcessTaskFunction", "process-task") == 1
    await compose.start("127.0.0.3", "127.0.0.4")
    assert await client.concurrency("ProcessTaskFunction", "process-task") == 3


async def test_a_name_is_not_looked_up_for_each_invocation(compose: Compose, client: LambdaClient) -> None:
    await compose.start("127.0.0.2")
    for number in range(50):
        await invoke(client, number)
    assert compose.looked_up < 50


async def test_who_waits_too_long_for_a_busy_container_is_throttled(compose: Compose, client: LambdaClient) -> None:
    await compose.start("127.0.0.2")
    async with client.environment("ProcessTaskFunction", "process-task"):
        with pytest.raises(FunctionThrottled, match=r"busy for 0\.05 s"):
            async with client.environment("ProcessTaskFunction", "process-task", wait_s=0.05):
                pass
    await invoke(client)


async def test_without_a_container_a_function_is_unreachable(client: LambdaClient) -> None:
    with pytest.raises(FunctionUnreachable, match="there is no container"):
        async with client.environment("ProcessTaskFunction", "process-task", wait_s=0.05):
            pass


async def test_a_failed_invocation_frees_its_container(compose: Compose, client: LambdaClient) -> None:
    await compose.start("127.0.0.2")
    compose["127.0.0.2"].gate.clear()
    with pytest.raises(TimeoutError):
        await client.invoke("ProcessTaskFunction", "process-task", b"1", timeout_s=0.05)
    compose["127.0.0.2"].gate.set()
    await invoke(client)


async def test_who_gives_up_waiting_leaves_nothing_held(compose: Compose) -> None:
    await compose.start("127.0.0.2")
    made = Containers("process-task", compose.port, compose.resolve)
    async with made.hold(1):
        for _ in range(3):
            with pytest.raises(NoneFree):
                async with made.hold(0.02):
                    pass
    async with made.hold(1) as address:
        assert address == "127.0.0.2"


async def test_names_are_resolved_to_all_their_addresses() -> None:
    assert "127.0.0.1" in await resolve("localhost", 80)
    assert await resolve("no-such-service.invalid", 80) == set()


async def test_a_server_of_all_functions_has_no_number_of_environments() -> None:
    assert await LambdaClient().concurrency("ProcessTaskFunction", "process-task") is None
