"""The end of a host: no process is left, and everybody who waits is told."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path

import psutil
import pytest

from local.emulation.lambda_host.limits import Limits
from tests.local.lambda_host.served import HANDLER, Served, has_ended, until

Serve = Callable[..., Awaitable[Served]]
HOST = """
import asyncio, sys
from pathlib import Path
from local.emulation.lambda_host.deployment import Code
from local.emulation.lambda_host.function import Function
from local.emulation.lambda_host.host import FunctionHost

async def main():
    async with FunctionHost(
        [Function("RunFunction", 60, 512)], code=Code(Path(sys.argv[1])), environment={}, on_log=print
    ) as host:
        await host.start("RunFunction", sys.argv[2].encode())
        await asyncio.sleep(60)

asyncio.run(main())
"""


async def stop(served: Served) -> None:
    await served.host.__aexit__(None, None, None)


async def test_no_process_is_left(served: Served, tmp_path: Path) -> None:
    code = "pathlib.Path(event['mine']).touch(); wait_for(event['other']); answer = os.getpid()"
    one, two = str(tmp_path / "one"), str(tmp_path / "two")
    pids = await asyncio.gather(served.run(code, mine=one, other=two), served.run(code, mine=two, other=one))
    pids += await served.run("answer = [subprocess.Popen(['sleep', '60']).pid]")

    await stop(served)

    assert not any(map(psutil.pid_exists, pids[:2]))
    await until(partial(has_ended, pids[2]))


async def test_a_process_that_does_not_end_by_itself_is_killed(serve: Serve) -> None:
    served = await serve(Limits(stop_s=0.1))
    pid = await served.run("signal.signal(signal.SIGTERM, signal.SIG_IGN); answer = os.getpid()")

    await stop(served)

    assert not psutil.pid_exists(pid)


async def test_a_daemon_that_left_the_group_cannot_hold_the_host(served: Served) -> None:
    daemon = await served.run("answer = subprocess.Popen(['sleep', '60'], start_new_session=True).pid")

    await stop(served)

    os.kill(daemon, signal.SIGKILL)  # it is nobody's but ours


async def test_an_invocation_under_way_is_told_of_the_end(served: Served, tmp_path: Path) -> None:
    began = tmp_path / "began"
    caller = asyncio.create_task(served.run("pathlib.Path(event['began']).touch(); time.sleep(60)", began=str(began)))
    await until(began.exists)

    await stop(served)

    assert (await caller)["errorMessage"].endswith("Runtime exited with error: signal: terminated")


async def test_an_invocation_that_waits_is_refused(serve: Serve, tmp_path: Path) -> None:
    served = await serve(Limits(max_environments=1))
    began = tmp_path / "began"
    code = "pathlib.Path(event['began']).touch(); time.sleep(60)"
    first = asyncio.create_task(served.run(code, began=str(began)))
    await until(began.exists)
    second = asyncio.create_task(served.reply(""))
    await asyncio.sleep(0.05)  # it reaches the host

    await stop(served)

    assert (await second).status == 429
    await first


async def test_an_asynchronous_invocation_ends_with_the_host(served: Served, tmp_path: Path) -> None:
    began = tmp_path / "began"
    code = "pathlib.Path(event['began']).write_text(str(os.getpid())); time.sleep(60)"
    await served.reply(code, {"X-Amz-Invocation-Type": "Event"}, began=str(began))
    await until(began.exists)

    await stop(served)

    assert asyncio.all_tasks() == {asyncio.current_task()}


@pytest.mark.parametrize("then", ["", "while True: pass"])
async def test_an_idle_and_a_busy_process_end_with_a_host_that_is_killed(
    tmp_path: Path, folder: Path, then: str
) -> None:
    (folder / "handler.py").write_text(HANDLER)
    began = tmp_path / "began"
    event = json.dumps({"code": f"pathlib.Path('{began}').write_text(str(os.getpid()))\n{then}"})
    host = await asyncio.create_subprocess_exec(sys.executable, "-c", HOST, str(folder.parent), event)
    await until(lambda: began.exists() and began.read_text() != "")
    host.kill()
    await host.wait()

    await until(partial(has_ended, int(began.read_text())))
