"""Environments are forked from a process that has imported the handler."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Any

import psutil
import pytest

from local.emulation.lambda_host.fork_server import BACKGROUND_NICE
from local.emulation.lambda_host.limits import Limits
from tests.local.lambda_host.served import HANDLER, Served, has_ended, until

Serve = Callable[..., Awaitable[Served]]
IMPORTS = "print('imports')\n" + HANDLER
BOTH = "pathlib.Path(event['mine']).touch(); wait_for(event['other']); answer = "


async def both(served: Served, folder: Path, expression: str) -> tuple[Any, Any]:
    """Evaluate an expression in two environments at the same time."""
    one, two = str(folder / "one"), str(folder / "two")
    first, second = await asyncio.gather(
        served.run(BOTH + expression, mine=one, other=two), served.run(BOTH + expression, mine=two, other=one)
    )
    return first, second


async def server(served: Served) -> int:
    """Return the process id of the fork server."""
    return int(await served.run("answer = os.getppid()"))


async def test_all_environments_come_from_one_import(serve: Serve, tmp_path: Path) -> None:
    served = await serve(handler=IMPORTS)

    first, second = await both(served, tmp_path, "[os.getpid(), os.getppid()]")

    assert first[0] != second[0]
    assert first[1] == second[1]
    assert served.lines == ["RunFunction imports"]


async def test_log_stream_random_numbers_and_group_are_of_one_environment(served: Served, tmp_path: Path) -> None:
    own = "[context.log_stream_name, __import__('random').random(), os.getpgid(0)]"

    for ones, other in zip(*await both(served, tmp_path, own), strict=True):
        assert ones != other


async def test_environments_share_the_session_of_their_function_and_so_its_share_of_the_cpu(
    served: Served, tmp_path: Path
) -> None:
    first, second = await both(served, tmp_path, "[os.getsid(0), os.getppid()]")

    assert first == second == [first[1], first[1]]


async def test_a_function_in_the_background_yields_the_cpu_to_others(serve: Serve) -> None:
    background, other = await serve(is_background=True), await serve()

    assert await background.run("answer = os.nice(0)") == await other.run("answer = os.nice(0)") + BACKGROUND_NICE


async def test_what_the_import_made_is_there_and_stays_in_one_environment(serve: Serve, tmp_path: Path) -> None:
    served = await serve(handler="made = ['import']\n" + HANDLER)

    assert await both(served, tmp_path, "made") == (["import"], ["import"])
    (tmp_path / "again").mkdir()
    await served.run("made.append('more')")
    assert sorted(await both(served, tmp_path / "again", "len(made)")) == [1, 2]


async def test_environments_end_with_their_fork_server_and_the_next_one_has_another(served: Served) -> None:
    pid, killed = await served.pid(), await server(served)
    [environment] = served.host._pools["RunFunction"]._all
    psutil.Process(killed).kill()

    await until(partial(has_ended, pid))
    await until(lambda: not environment.usable)  # the thread that saw the end tells the loop
    assert await served.pid() != pid
    assert await server(served) != killed


async def test_an_invocation_whose_fork_server_is_killed_fails(served: Served, tmp_path: Path) -> None:
    parent = await server(served)
    began = tmp_path / "began"
    busy = asyncio.create_task(served.run("pathlib.Path(event['began']).touch(); time.sleep(60)", began=str(began)))
    await until(began.exists)

    psutil.Process(parent).kill()

    assert (await busy)["errorMessage"].endswith("Runtime exited with error: signal: killed")


async def test_what_an_environment_leaves_running_ends_with_the_fork_server(served: Served) -> None:
    grandchild = await served.run("answer = subprocess.Popen(['sleep', '60']).pid")

    psutil.Process(await server(served)).kill()

    await until(partial(has_ended, grandchild))


@pytest.mark.parametrize("length", [1, 1_000_000])
async def test_every_environment_that_waits_gets_the_error_of_the_init(serve: Serve, length: int) -> None:
    served = await serve(handler=f"import time; time.sleep(0.3); raise ValueError('x' * {length})")

    errors = await asyncio.gather(*(served.run("") for _ in range(3)))

    assert {error["errorMessage"] for error in errors} == {"x" * length}


async def test_a_fork_server_without_environments_ends_later_than_they_do(serve: Serve) -> None:
    served = await serve(Limits(idle_s=0.1, server_idle_s=0.5))
    first, parent = await served.run("answer = os.getpid(), os.getppid()")

    await until(partial(has_ended, first))
    second, same = await served.run("answer = os.getpid(), os.getppid()")
    assert (second != first, same) == (True, parent)
    await until(partial(has_ended, parent))


async def test_retired_environments_end_and_busy_ones_do_not(served: Served, tmp_path: Path) -> None:
    began, go = tmp_path / "began", tmp_path / "go"
    hold = "pathlib.Path(event['began']).touch(); wait_for(event['go']); answer = os.getppid()"
    busy = asyncio.create_task(served.run(hold, began=str(began), go=str(go)))
    await until(began.exists)
    idle = await served.pid()

    await served.host.retire("RunFunction")

    await until(partial(has_ended, idle))
    go.touch()
    parent = await busy
    await served.host.retire("RunFunction")
    await until(partial(has_ended, parent))
    assert served.lines == []


async def test_a_stopped_fork_server_delays_new_environments_only(served: Served, tmp_path: Path) -> None:
    pid, parent = await served.pid(), psutil.Process(await server(served))
    parent.suspend()

    assert await served.pid() == pid
    two = asyncio.create_task(both(served, tmp_path, "os.getpid()"))
    await asyncio.sleep(0.1)
    assert not two.done()
    parent.resume()
    assert pid in await two


async def test_a_fork_server_that_stays_stopped_is_replaced_with_its_environments(serve: Serve, tmp_path: Path) -> None:
    served = await serve(Limits(fork_s=0.2))
    pid, stopped = await served.pid(), await server(served)
    psutil.Process(stopped).suspend()
    began = tmp_path / "began"
    busy = asyncio.create_task(served.run("pathlib.Path(event['began']).touch(); time.sleep(60)", began=str(began)))
    await until(began.exists)

    async with asyncio.timeout(5):
        second, parent = await served.run("answer = os.getpid(), os.getppid()")
        assert (await busy)["errorMessage"].endswith("Runtime exited with error: signal: killed")

    assert (second != pid, parent != stopped) == (True, True)
    assert served.lines == ["RunFunction killed: no report from the fork server for 0.2 s"]
    await until(partial(has_ended, pid))


@pytest.mark.parametrize("ending", ["os._exit(3)", "time.sleep(60)"], ids=["by itself", "by the host"])
async def test_an_invocation_is_answered_though_a_stopped_fork_server_does_not_report_its_end(
    serve: Serve, ending: str
) -> None:
    served = await serve(Limits(fork_s=0.2), timeout_s=1)
    stopped = await server(served)
    psutil.Process(stopped).suspend()

    async with asyncio.timeout(5):
        assert "errorMessage" in await served.run(ending)
        assert await server(served) != stopped


async def test_a_host_stops_though_its_fork_server_is_stopped(serve: Serve) -> None:
    served = await serve(Limits(fork_s=0.2, stop_s=0.1))
    psutil.Process(await server(served)).suspend()

    async with asyncio.timeout(5):
        await served.host.__aexit__(None, None, None)


async def test_a_large_error_of_the_init_arrives_whole(serve: Serve) -> None:
    served = await serve(handler="raise ValueError('x' * 2_000_000)")

    reply = await served.post(json.dumps({"code": ""}).encode())

    assert reply.json["errorMessage"] == "x" * 2_000_000
