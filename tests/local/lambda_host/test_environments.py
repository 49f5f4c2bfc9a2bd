"""Environments: started on demand, kept warm, and each for one invocation at a time."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path

import psutil

from local.emulation.lambda_host.limits import Limits
from tests.local.lambda_host.served import Served, has_ended, until

Serve = Callable[..., Awaitable[Served]]
HOLD = "pathlib.Path(event['began']).touch(); wait_for(event['go']); answer = os.getpid()"


async def test_a_warm_environment_is_used_again(served: Served) -> None:
    assert len({await served.pid() for _ in range(5)}) == 1


async def test_two_invocations_at_once_get_two_processes(served: Served, tmp_path: Path) -> None:
    code = "pathlib.Path(event['mine']).touch(); wait_for(event['other']); answer = os.getpid()"
    one, two = str(tmp_path / "one"), str(tmp_path / "two")

    pids = await asyncio.gather(served.run(code, mine=one, other=two), served.run(code, mine=two, other=one))

    assert len(set(pids)) == 2


async def test_the_most_recently_used_environment_comes_first(served: Served, tmp_path: Path) -> None:
    began, go = tmp_path / "began", tmp_path / "go"
    slow = asyncio.create_task(served.run(HOLD, began=str(began), go=str(go)))
    await until(began.exists)
    other = await served.pid()
    go.touch()
    last = await slow

    assert last != other
    assert await served.pid() == last


async def test_an_invocation_beyond_the_limit_waits_for_a_free_environment(serve: Serve, tmp_path: Path) -> None:
    served = await serve(Limits(max_environments=1))
    began, go = tmp_path / "began", tmp_path / "go"
    first = asyncio.create_task(served.run(HOLD, began=str(began), go=str(go)))
    await until(began.exists)
    second = asyncio.create_task(served.pid())
    await asyncio.sleep(0.05)  # it reaches the host
    assert not second.done()
    go.touch()

    assert await first == await second


async def test_an_invocation_that_waits_for_too_long_is_throttled(serve: Serve, tmp_path: Path) -> None:
    served = await serve(Limits(max_environments=1, wait_s=0.05))
    began, go = tmp_path / "began", tmp_path / "go"
    first = asyncio.create_task(served.run(HOLD, began=str(began), go=str(go)))
    await until(began.exists)

    reply = await served.reply("")
    go.touch()

    assert (reply.status, reply.headers["X-Amzn-ErrorType"]) == (429, "TooManyRequestsException")
    assert reply.json["Reason"] == "ReservedFunctionConcurrentInvocationLimitExceeded"
    assert await first == await served.pid()


async def test_only_so_many_may_wait_and_who_comes_then_is_throttled_at_once(serve: Serve, tmp_path: Path) -> None:
    served = await serve(Limits(max_environments=1, max_waiting=1, wait_s=60))
    began, go = tmp_path / "began", tmp_path / "go"
    first = asyncio.create_task(served.run(HOLD, began=str(began), go=str(go)))
    await until(began.exists)

    replies = [asyncio.create_task(served.reply("answer = 'well'")) for _ in range(3)]
    throttled, _ = await asyncio.wait(replies, return_when=asyncio.FIRST_COMPLETED, timeout=10)
    assert [reply.result().status for reply in throttled] == [429] * len(throttled) != []
    go.touch()

    assert sorted([(await reply).status for reply in replies]) == [200, 429, 429]
    assert await first == await served.pid()


async def test_an_environment_that_was_idle_for_long_is_stopped(serve: Serve) -> None:
    served = await serve(Limits(idle_s=0.1))

    await until(partial(has_ended, await served.pid()))

    assert await served.run("answer = 'well'") == "well"


async def test_an_environment_whose_process_died_while_idle_is_replaced(served: Served) -> None:
    pid = await served.pid()
    psutil.Process(pid).kill()
    await until(lambda: not psutil.pid_exists(pid))
    await asyncio.sleep(0.1)  # the thread that saw the end tells the loop

    assert await served.pid() != pid


async def test_what_a_function_leaves_running_ends_with_it(served: Served) -> None:
    code = "answer = [subprocess.Popen(['sleep', '60']).pid, os.getpid()]"
    grandchild, pid = await served.run(code)
    psutil.Process(pid).kill()

    await until(partial(has_ended, grandchild))
