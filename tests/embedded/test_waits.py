"""Clients that wait for tasks, on the whole service: others are served meanwhile."""

import asyncio
import time
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx

from imagescaler.adapters import repositories
from imagescaler.domain.formats import Format
from imagescaler.domain.options import Options
from imagescaler.domain.task.source import Source
from imagescaler.domain.task.task import NewTask
from local.servers.announcement import read_announcement
from tests.service import Start

WAIT_S, WAITS, ENVIRONMENTS = 6, 25, 10


async def test_clients_who_wait_keep_nobody_else_out(start: Start, own_folder: Path) -> None:
    url = start(data=own_folder).url
    task_id = await _add_without_message(own_folder)
    async with httpx.AsyncClient(base_url=url, timeout=60) as client:
        path = f"/api/v1/tasks/{task_id}"
        await asyncio.gather(*(client.get(path) for _ in range(ENVIRONMENTS)))  # starts the environments
        waiting = [asyncio.create_task(_timed(client, path, prefer=f"wait={WAIT_S}")) for _ in range(WAITS)]
        await asyncio.sleep(2)
        took_s = [await _timed(client, path) for _ in range(10)]
        waited_s = await asyncio.gather(*waiting)
    assert max(took_s) < 2
    assert sum(each >= WAIT_S for each in waited_s) == ENVIRONMENTS // 2
    assert sum(each < WAIT_S / 2 for each in waited_s) == WAITS - ENVIRONMENTS // 2


async def _timed(client: httpx.AsyncClient, path: str, **headers: str) -> float:
    """Return the seconds that an answer takes, which shows a pending task."""
    start = time.monotonic()
    answer = await client.get(path, headers=headers)
    assert (answer.status_code, answer.json()["status"]) == (200, "pending")
    assert int(answer.headers["retry-after"]) > 0
    return time.monotonic() - start


async def _add_without_message(folder: Path) -> str:
    """Add a task to the database of a service; it stays pending until the sweeper finds it, after a minute."""
    running = read_announcement(folder)
    assert running is not None
    tasks: Any = repositories.connect(running["POSTGRES_DSN"])
    task, _ = await tasks.add(NewTask(uuid4(), Options(8), Source(Format.PNG, 8, 8, 100)))
    await tasks._database.close()
    return str(task.id)
