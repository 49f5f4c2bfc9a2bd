"""The frames between host and process, also of a process that does not keep to them."""

import asyncio
import socket
from collections.abc import AsyncIterator

import pytest

from local.emulation.lambda_host.answer import Answer, timed_out, too_large
from local.emulation.lambda_host.channel import Channel
from local.emulation.lambda_host.event import EventWithBody
from local.emulation.lambda_host.invocation import Invocation
from local.emulation.lambda_host.payload import RESPONSE_LIMIT_BYTES
from local.emulation.lambda_host.runtime import ERROR, FROM_HOST, INIT_ERROR, NEXT, RESPONSE, TO_HOST

FrameReader = asyncio.StreamReader


class Process:
    """The process' end."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    async def next(self) -> tuple[bytes, bytes]:
        """Ask for an invocation; return its event and its body."""
        self.send(NEXT)
        attributes, event, body = FROM_HOST.unpack(await self._reader.readexactly(FROM_HOST.size))
        await self._reader.readexactly(attributes)
        return await self._reader.readexactly(event), await self._reader.readexactly(body)

    def send(self, kind: int, payload: bytes = b"") -> None:
        self.write(TO_HOST.pack(kind, len(payload)) + payload)

    def write(self, data: bytes) -> None:
        self._writer.write(data)


@pytest.fixture
async def channel() -> Channel:
    return Channel(function_arn="arn", timeout_s=3)


@pytest.fixture
async def process(channel: Channel) -> AsyncIterator[Process]:
    theirs: socket.socket = await channel.open()
    reader, writer = await asyncio.open_unix_connection(sock=theirs)
    yield Process(reader, writer)
    writer.close()
    channel.close()


async def answer_of(invocation: Invocation) -> Answer:
    return await asyncio.wait_for(invocation.answer, 10)


async def test_an_invocation_is_passed_when_the_process_asks(channel: Channel, process: Process) -> None:
    channel.offer(invocation := Invocation(b"[1]"))
    assert await process.next() == (b"[1]", b"")

    process.send(RESPONSE, b"2")
    assert await answer_of(invocation) == Answer(b"2")


async def test_a_process_that_asked_first_gets_the_invocation_once_there_is_one(
    channel: Channel, process: Process
) -> None:
    asked = asyncio.create_task(process.next())
    await asyncio.sleep(0.01)
    channel.offer(Invocation(b"[1]"))

    assert await asked == (b"[1]", b"")


async def test_a_body_stays_beside_its_event(channel: Channel, process: Process) -> None:
    channel.offer(Invocation(EventWithBody(b'{"a":1}', b"\x00\xff" * 1_000_000)))

    assert await process.next() == (b'{"a":1}', b"\x00\xff" * 1_000_000)


@pytest.mark.parametrize("kind", [ERROR, INIT_ERROR])
async def test_an_error_is_the_answer_and_one_of_the_init_ends_the_process_use(
    channel: Channel, process: Process, kind: int
) -> None:
    channel.offer(invocation := Invocation(b"{}"))
    process.send(kind, b"{}")

    assert await answer_of(invocation) == Answer(b"{}", failed=True)
    assert channel.init_failed == (kind == INIT_ERROR)


async def test_an_error_of_the_init_is_kept_for_the_invocation_that_comes_after_it(
    channel: Channel, process: Process
) -> None:
    process.send(INIT_ERROR, b"{}")
    await asyncio.sleep(0.01)
    channel.offer(invocation := Invocation(b"{}"))

    assert await answer_of(invocation) == Answer(b"{}", failed=True)


@pytest.mark.parametrize("part_bytes", [1, 2, 9, 10, 15])
async def test_frames_arrive_in_any_parts(channel: Channel, process: Process, part_bytes: int) -> None:
    channel.offer(first := Invocation(b"1"))
    await process.next()
    frames = TO_HOST.pack(RESPONSE, 5) + b"first" + TO_HOST.pack(NEXT, 0)
    for start in range(0, len(frames), part_bytes):
        process.write(frames[start : start + part_bytes])
        await asyncio.sleep(0)

    assert await answer_of(first) == Answer(b"first")
    channel.offer(second := Invocation(b"2"))
    process.send(RESPONSE)
    assert await answer_of(second) == Answer(b"")


@pytest.mark.parametrize("excess_bytes", [0, 1, 20_000_000])
async def test_a_response_over_the_limit_is_not_kept_and_the_next_one_is(
    channel: Channel, process: Process, excess_bytes: int
) -> None:
    channel.offer(invocation := Invocation(b"{}"))
    await process.next()
    process.send(RESPONSE, b"x" * (RESPONSE_LIMIT_BYTES + excess_bytes))
    answer = await answer_of(invocation)
    assert answer == (too_large() if excess_bytes else Answer(b"x" * RESPONSE_LIMIT_BYTES))

    channel.offer(after := Invocation(b"{}"))
    await process.next()
    process.send(RESPONSE, b"well")
    assert await answer_of(after) == Answer(b"well")


async def test_the_first_answer_stands(channel: Channel, process: Process) -> None:
    channel.offer(invocation := Invocation(b"{}"))
    await process.next()
    process.send(ERROR, b"first")
    process.send(RESPONSE, b"second")

    assert await answer_of(invocation) == Answer(b"first", failed=True)


async def test_an_answer_that_comes_after_the_deadline_is_dropped(channel: Channel, process: Process) -> None:
    channel.offer(invocation := Invocation(b"{}", request_id="id"))
    await process.next()
    invocation.complete(timed_out("id", 3))
    process.send(RESPONSE)
    await asyncio.sleep(0.01)

    assert invocation.answer.result() == timed_out("id", 3)
