"""Tasks that kill their processor each time, and what is lost on the way: nobody waits for ever.

The parts are the real ones, with less time, memory and patience than the template gives them.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from redis.asyncio import Redis

from imagescaler.adapters.queues.redis import stream_key
from local import stack
from local.cli.options import LAYOUT
from local.emulation.api_gateway.server import bind, serving
from local.emulation.event_source_mapping import runner
from local.emulation.event_source_mapping.dead_letters import DeadLetters
from local.emulation.lambda_host.lambda_client import LambdaClient
from local.emulation.lambda_host.logs import FunctionLogs
from local.emulation.sam_template.template import Template, load
from tests.pictures import noise, plain

pytestmark = pytest.mark.slow
MEMORY_MIB = 250
DEAD = "TaskDeadLetterQueue"


@pytest.fixture(autouse=True)
def no_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "LONGEST_RETRY_S", 1)


@pytest.fixture
async def variables(postgres_dsn: str, redis_url: str) -> dict[str, str]:
    async with Redis.from_url(redis_url) as client:
        await client.flushdb()
    return {"POSTGRES_DSN": postgres_dsn, "REDIS_URL": redis_url, "URL_SIGNING_KEY": "k" * 32, "SWEEP_AFTER_S": "1"}


@asynccontextmanager
async def serving_api(template: Template, variables: dict[str, str], logs: Path) -> AsyncIterator[httpx.AsyncClient]:
    listener = bind("127.0.0.1", 0)
    url = f"http://127.0.0.1:{listener.getsockname()[1]}/api/v1"
    async with (
        stack.function_host(LAYOUT, template, variables, FunctionLogs(logs), host="127.0.0.1", port=0) as functions,
        LambdaClient(functions.url_pattern) as client,
        stack.runners(template, variables, client),
        stack.scheduler(template, client),
        serving(stack.http_app(template, variables, client), listener),
        httpx.AsyncClient(base_url=url, timeout=60) as api,
    ):
        yield api


def changed(template: Template, function: str, **changes: Any) -> Template:
    """Return the template with a changed function, and a sweeper that runs every second."""
    functions = [replace(each, **changes) if each.name == function else each for each in template.functions]
    schedules: Any = [replace(schedule, period_s=1) for schedule in template.schedules]
    return replace(template, functions=tuple(functions), schedules=tuple(schedules))


async def post(api: httpx.AsyncClient, image: bytes, **options: str) -> str:
    answer = await api.post("/tasks", files={"file": image}, data=options or {"width": "8"})
    assert answer.status_code == 202, answer.text
    return str(answer.json()["id"])


async def end_of(api: httpx.AsyncClient, task_id: str) -> Any:
    async with asyncio.timeout(60):
        while True:
            task = (await api.get(f"/tasks/{task_id}", headers={"prefer": "wait=20"})).json()
            if task["status"] not in {"pending", "processing"}:
                return task


async def dead_letters(url: str, count: int) -> list[str]:
    """Wait for dead letters, and give their tasks."""
    letters = DeadLetters(f"{url}#{DEAD}", f"{url}#TaskQueue")
    async with asyncio.timeout(60):
        while len(found := await letters.list(10)) < count:
            await asyncio.sleep(0.1)
    await letters.close()
    return [json.loads(letter.body)["task_id"] for letter in found]


async def test_a_task_that_kills_its_processor_each_time_fails_and_its_message_is_kept(
    variables: dict[str, str], tmp_path: Path
) -> None:
    poisonous = plain(size=(9900, 9900))  # 300 KB; 300 MB once it is decoded
    variables["MEMORY_FACTOR"] = "0.1"  # that it kills was not estimate
    template = changed(load(LAYOUT.template, variables), "process_task", memory_mib=MEMORY_MIB, timeout_s=3)
    async with serving_api(template, variables, tmp_path) as api:
        poison, good = await post(api, poisonous), [await post(api, plain()) for _ in range(5)]
        assert {(await end_of(api, task_id))["status"] for task_id in good} == {"completed"}
        task = await end_of(api, poison)
        assert (task["status"], task["attempts"]) == ("failed", 3)
        assert task["error"]["type"] == "/problems/attempts-exhausted"
        assert await dead_letters(variables["REDIS_URL"], 1) == [poison]
        assert (await api.get(f"/results/{poison}")).status_code == 409
    assert f"MiB of memory used, {MEMORY_MIB} MiB allowed" in (tmp_path / "process_task.log").read_text()


async def test_a_task_that_runs_out_of_time_is_tried_twice_and_is_no_dead_letter(
    variables: dict[str, str], tmp_path: Path
) -> None:
    variables["CPU_FACTOR"] = "0.001"  # that it takes too long was not estimated
    template = changed(load(LAYOUT.template, variables), "process_task", timeout_s=3)
    async with serving_api(template, variables, tmp_path) as api:
        slow = await post(api, noise(1_000_000), scale="100", format="avif", quality="90", max_bytes="50000")
        task = await end_of(api, slow)
        assert (task["status"], task["attempts"]) == ("failed", 2)
        assert task["error"]["type"] == "/problems/time-limit-exceeded"
        assert (await end_of(api, await post(api, plain())))["status"] == "completed"
        letters = DeadLetters(f"{variables['REDIS_URL']}#{DEAD}", f"{variables['REDIS_URL']}#TaskQueue")
        assert not list(await letters.list(10))
        await letters.close()
    assert "out of time" in (tmp_path / "process_task.log").read_text()


async def test_tasks_that_no_processor_can_take_up_fail_and_their_messages_are_kept(
    variables: dict[str, str], tmp_path: Path
) -> None:
    """The processor was deployed with a mistake."""
    own = load(LAYOUT.template, variables)
    broken = changed(own, "process_task", environment={**variables, "MAX_TARGET_SIDE": "a mistake"})
    broken = replace(
        broken, triggers=tuple(replace(trigger, max_receive_count=3) for trigger in broken.triggers), schedules=()
    )
    async with serving_api(broken, variables, tmp_path) as api:
        task_ids = {await post(api, plain()) for _ in range(2)}
        tasks = [await end_of(api, task_id) for task_id in task_ids]
        assert {(task["status"], task["attempts"]) for task in tasks} == {("failed", 0)}
        assert set(await dead_letters(variables["REDIS_URL"], 2)) == task_ids


async def test_a_task_whose_message_was_lost_is_completed_all_the_same(
    variables: dict[str, str], tmp_path: Path
) -> None:
    own = changed(load(LAYOUT.template, variables), "process_task")
    async with (
        serving_api(replace(own, triggers=(), schedules=()), variables, tmp_path) as api,
        Redis.from_url(variables["REDIS_URL"]) as client,
    ):
        task_id = await post(api, plain())
        await client.delete(stream_key(""))
    async with serving_api(own, variables, tmp_path) as api:
        assert (await end_of(api, task_id))["status"] == "completed"
