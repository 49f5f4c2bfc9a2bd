"""The Invoke API's headers, refusals and types of invocation."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from local.emulation.lambda_host.limits import Limits
from tests.local.lambda_host.served import Served, until

Serve = Callable[..., Awaitable[Served]]


async def test_a_success_has_lambdas_headers(served: Served) -> None:
    reply = await served.reply("answer = context.aws_request_id")

    assert reply.json == reply.headers["x-amzn-RequestId"]
    assert reply.headers["X-Amz-Executed-Version"] == "$LATEST"
    assert reply.headers["Content-Type"] == "application/json"
    assert "X-Amz-Function-Error" not in reply.headers


async def test_an_unknown_function_is_not_found(served: Served) -> None:
    reply = await served.post(b"{}", function="OtherFunction")

    assert (reply.status, reply.headers["X-Amzn-ErrorType"]) == (404, "ResourceNotFoundException")
    assert reply.json["Type"] == "User"
    assert "OtherFunction" in reply.json["Message"]


async def test_an_event_that_is_not_json_is_refused(served: Served) -> None:
    reply = await served.post(b"{'code': 1}")

    assert (reply.status, reply.headers["X-Amzn-ErrorType"]) == (400, "InvalidRequestContentException")


async def test_a_long_event_that_is_not_json_is_refused_by_the_runtime(served: Served) -> None:
    reply = await served.post(b"x" * 100_000)

    assert (reply.status, reply.json["errorType"]) == (200, "Runtime.UnmarshalError")


async def test_no_event_is_an_empty_object(served: Served) -> None:
    reply = await served.post(b"")

    assert (reply.status, reply.json) == (200, None)


async def test_an_event_over_the_limit_is_refused(served: Served) -> None:
    reply = await served.post(b" " * (6 * 2**20 + 1))

    assert (reply.status, reply.headers["X-Amzn-ErrorType"]) == (413, "RequestTooLargeException")


async def test_an_event_of_just_the_limit_passes(served: Served) -> None:
    event = b'{"code": "answer = len(event[\'x\'])", "x": "%s"}'

    reply = await served.post(event % (b"y" * (6 * 2**20 - len(event) + 2)))

    assert (reply.status, reply.json) == (200, 6 * 2**20 - len(event) + 2)


async def test_an_asynchronous_invocation_is_accepted_and_runs(served: Served, tmp_path: Path) -> None:
    done = tmp_path / "done"

    reply = await served.reply(
        "pathlib.Path(event['done']).touch()", {"X-Amz-Invocation-Type": "Event"}, done=str(done)
    )

    assert (reply.status, reply.body) == (202, b"")
    await until(done.exists)


async def test_a_dry_run_runs_nothing(served: Served) -> None:
    reply = await served.reply("print('ran')", {"X-Amz-Invocation-Type": "DryRun"})

    assert reply.status == 204
    assert await served.run("") is None
    assert served.lines == []


async def test_an_unknown_type_of_invocation_is_refused(served: Served) -> None:
    reply = await served.reply("", {"X-Amz-Invocation-Type": "Wish"})

    assert (reply.status, reply.headers["X-Amzn-ErrorType"]) == (400, "InvalidParameterValueException")


async def test_an_invocation_goes_on_when_its_caller_goes_away(serve: Serve, tmp_path: Path) -> None:
    served = await serve(Limits(max_environments=1))
    began, go, done = tmp_path / "began", tmp_path / "go", tmp_path / "done"
    code = "pathlib.Path(event['began']).touch(); wait_for(event['go']); os.mkdir(event['done'] + str(os.getpid()))"
    caller = asyncio.create_task(served.run(code, began=str(began), go=str(go), done=str(done)))
    await until(began.exists)

    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller
    await asyncio.sleep(0.05)  # the host sees the connection end
    go.touch()

    assert tmp_path.joinpath(f"done{await served.pid()}").exists()
