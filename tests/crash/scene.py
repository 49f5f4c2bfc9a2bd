"""A deployment on real servers in which processes die, and the judge of what is left."""

import asyncio
import json
import multiprocessing
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import asyncpg
from redis.asyncio import Redis

from local.emulation.event_source_mapping.runner import Runner
from local.emulation.sam_template.declarations import QueueTrigger
from tests import audit
from tests.crash import victims
from tests.functions.conftest import Functions, multipart
from tools.chaos.checker import Finding, Remains, Row, check
from tools.chaos.history import Line, Outcome
from tools.chaos.work import Kind, Work, color_of

QUEUE = "imagescaler:TaskQueue"
KEY = "a-key"
PATIENCE_S = 20
processes = multiprocessing.get_context("forkserver")
processes.set_forkserver_preload(["tests.crash.victims"])


@dataclass(slots=True)
class Scene:
    """One task and its deployment; `history` has the requests and answers of its client."""

    environment: Mapping[str, str]
    trigger: QueueTrigger
    functions: Functions
    work: Work = field(default_factory=lambda: Work(7, Kind.GOOD))
    history: list[Line] = field(default_factory=list)
    prefer: dict[str, str] = field(default_factory=dict)

    def kill(self, target: Callable[..., None], *arguments: Any, **environment: str) -> None:
        """Let a victim run to its death; that it died is asserted, or a point that is never reached would prove all."""
        victim = processes.Process(target=target, args=(*arguments, {**self.environment, **environment}))
        victim.start()
        victim.join(PATIENCE_S)
        assert victim.exitcode == -9

    def post(self) -> None:
        """Send the work as its client does, and hear the answer."""
        self._note(Outcome.INVOKE)
        answer = self.functions.http("create_task", "POST", "/api/v1/tasks", **self._request())
        assert answer.status in {200, 202}, answer.body  # 200: it was over when it was repeated
        self._note(Outcome.OK, answer.json["id"])

    def post_and_die(self, point: str, victim: Callable[..., None] = victims.invoke, **environment: str) -> None:
        """Send the work to a function that dies; its client hears nothing."""
        self._note(Outcome.INVOKE)
        event = self.functions.event("POST", "/api/v1/tasks", **self._request())
        self.kill(victim, "create_task", event, point, **environment)
        self._note(Outcome.UNKNOWN)

    def recover(self) -> None:
        """Run what would run: the sweeper, and a runner with a living processor, until all is over."""
        deadline = time.monotonic() + PATIENCE_S
        while asyncio.run(self._unfinished()) and time.monotonic() < deadline:
            self.functions.invoke("sweep_tasks", b"{}")
            asyncio.run(self._work_off())

    def judge(self) -> Sequence[Finding]:
        """Find what is wrong."""
        return check(self.history, asyncio.run(self._remains()))

    def rows(self) -> int:
        """Count the tasks."""
        return len(asyncio.run(self._remains()).rows)

    def _request(self) -> dict[str, Any]:
        headers, body = multipart(self.work.image, width=16)
        return {"headers": {**headers, "idempotency-key": KEY, **self.prefer}, "body": body}

    def _note(self, outcome: Outcome, task_id: str | None = None) -> None:
        self.history.append(Line(outcome, self.work.number, self.work.kind, KEY, task_id))

    async def _work_off(self) -> None:
        """Run a runner until the queue is empty, or for as long as a message may be hidden."""
        url = self.environment["REDIS_URL"]
        runner = Runner(
            self.trigger, "process-task", victims.queue(url, self.trigger), victims.Processor(self.functions)
        )
        running = asyncio.create_task(runner.run())
        async with Redis.from_url(url) as client:
            for _ in range(25):
                await asyncio.sleep(0.02)
                if not await client.xlen(QUEUE):
                    break
        runner.stop()
        await running

    async def _unfinished(self) -> bool:
        connection = await asyncpg.connect(self.environment["POSTGRES_DSN"])
        tasks = await connection.fetchval("select count(*) from tasks where status in ('pending', 'processing')")
        await connection.close()
        async with Redis.from_url(self.environment["REDIS_URL"]) as client:
            return bool(tasks or await client.xlen(QUEUE))

    async def _remains(self) -> Remains:
        connection = await asyncpg.connect(self.environment["POSTGRES_DSN"])
        records = await connection.fetch("select id, status, failure, idempotency_key, attempt from tasks")
        steps = await audit.steps(connection)
        await connection.close()
        async with Redis.from_url(self.environment["REDIS_URL"]) as client:
            left_over = [f"{length} messages" for length in [await client.xlen(QUEUE)] if length]
            for pattern in ("imagescaler:sources/*", "imagescaler:results/*"):
                left_over += [str(key) async for key in client.scan_iter(pattern) if await client.pttl(key) == -1]
            results = {
                str(record["id"]): await client.get(f"imagescaler:results/{record['id']}/{record['attempt']}")
                for record in records
            }
        rows = {str(record["id"]): _row(record) for record in records}
        pictures = {task_id: color_of(data) for task_id, data in results.items() if isinstance(data, bytes)}
        return Remains(rows, steps, pictures, left_over)


def _row(record: Any) -> Row:
    failure = json.loads(record["failure"])["type"] if record["failure"] else None
    return Row(record["status"], failure, record["idempotency_key"])
