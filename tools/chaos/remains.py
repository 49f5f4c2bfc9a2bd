"""Collects what a run has left: rows, transitions, pictures, messages, blobs."""

import asyncio
import json
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from typing import Any

import aiohttp

from imagescaler.adapters.stores.redis_ledger import PARTIAL_TTL_MS
from local.emulation.event_source_mapping.consumers.redis import GROUP
from tests import audit
from tools.chaos.checker import DELETED, Color, Remains, Row
from tools.chaos.history import read_deliveries
from tools.chaos.ledger import BLOB, differences
from tools.chaos.system import System
from tools.chaos.work import color_of

READERS = 4
COLUMNS = "select id, status, failure, idempotency_key, renditions, webhook_url from tasks"
PARTIAL = "imagescaler:partial/*"
BLOBS = ("imagescaler:sources/*", "imagescaler:results/*")


async def gather(
    system: System, corrupted: Collection[str] = (), objects: Mapping[str, Color | None] | None = None
) -> Remains:
    """Look at everything, past the proxies, and fetch every picture as a client does."""
    async with system.postgres() as connection:
        records = await connection.fetch(COLUMNS)
        steps = await audit.steps(connection)
    rows = {str(record["id"]): _row(record) for record in records}
    names = {str(record["id"]): [each["name"] for each in json.loads(record["renditions"])] for record in records}
    completed = {task_id: names[task_id] for task_id, row in rows.items() if row.status == "completed"}
    async with aiohttp.ClientSession(system.gateway_url, headers=system.headers) as session:
        pictures, gone = await _pictures(session, completed)
    left_over = [what async for what in _left_over(system)]
    async with system.redis() as client:
        ledger = await differences(client)
        deleted = {task_id for task_id, row in rows.items() if row.status == DELETED}
        blobs = [key for pattern in BLOBS async for key in client.scan_iter(pattern, _type=BLOB)]
    deliveries = read_deliveries(system.deliveries)
    undeleted = [key for key in blobs if key.split("/")[1] in deleted]
    return Remains(rows, steps, pictures, left_over, gone, ledger, corrupted, undeleted, deliveries, objects or {})


def _row(record: Any) -> Row:
    failure = json.loads(record["failure"])["type"] if record["failure"] else None
    return Row(record["status"], failure, record["idempotency_key"], record["webhook_url"] is not None)


async def _pictures(
    session: aiohttp.ClientSession, names: Mapping[str, Sequence[str]]
) -> tuple[Mapping[str, Color | None], Collection[str]]:
    pictures: dict[str, Color | None] = {}
    gone: set[str] = set()
    left = iter((task_id, name) for task_id in names for name in names[task_id] or ("",))

    async def read() -> None:
        for task_id, name in left:
            parameters = {"rendition": name} if name else {}
            async with session.get(
                f"/api/v1/results/{task_id}", params=parameters, headers={"Accept": "image/*"}
            ) as answer:
                color = color_of(await answer.read()) if answer.status == 200 else None
                pictures[task_id] = color if pictures.get(task_id, color) == color else None
                if answer.status == 410:
                    gone.add(task_id)

    await asyncio.gather(*(read() for _ in range(READERS)))
    return pictures, gone


async def _left_over(system: System) -> AsyncIterator[str]:
    async with system.redis() as client:
        for stream in system.streams:
            if length := await client.xlen(stream):
                yield f"{length} messages in {stream}"
            if await client.exists(stream):
                for group in await client.xinfo_groups(stream):
                    if group["pending"]:
                        yield f"{group['pending']} messages in hand in {GROUP} of {stream}"
        async for what in _kept_too_long(client):
            yield what


async def _kept_too_long(client: Any) -> AsyncIterator[str]:
    for pattern in BLOBS:
        async for key in client.scan_iter(pattern):
            if await client.pttl(key) == -1:  # -2 has just gone
                yield f"{key} has no time to live"
    async for key in client.scan_iter(PARTIAL):
        if (left_ms := await client.pttl(key)) > PARTIAL_TTL_MS:
            yield f"{key} is reserved for {left_ms / 1000:.0f} s"
