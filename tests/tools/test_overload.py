"""The overload goes on when a connection breaks, and counts it."""

import asyncio
from collections import Counter

import aiohttp
import pytest

from tools.overload.__main__ import Run, _post, _promises


async def test_a_connection_that_breaks_before_the_answer_is_counted() -> None:
    async def reset(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.transport.abort()

    run = Run()
    async with await asyncio.start_server(reset, "127.0.0.1", 0) as server:
        host, port = server.sockets[0].getsockname()
        async with aiohttp.ClientSession(f"http://{host}:{port}") as session:
            await _post(session, run)
    assert (run.resets, run.ids, run.ms) == (1, [], {})


@pytest.mark.parametrize(("resets", "kept"), [(0, True), (1, True), (2, False)])
def test_one_connection_in_a_thousand_may_break(resets: int, kept: bool) -> None:  # noqa: FBT001
    run = Run(ms={503: [1.0] * 1000, 202: [1.0] * 2}, resets=resets, rss_mib=[1.0] * 4)
    promises = _promises(run, done=True, statuses=Counter(), pushes=0)
    assert [promise for promise, text in promises if "connections broke" in text] == [kept]
