"""Errors, ends and limits, each in the words that Lambda has for it."""

from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from local.emulation.lambda_host.limits import Limits
from tests.local.lambda_host.served import HANDLER, Served, has_ended, until

Serve = Callable[..., Awaitable[Served]]


async def failure(served: Served, code: str) -> Any:
    reply = await served.reply(code)
    assert (reply.status, reply.headers["X-Amz-Function-Error"]) == (200, "Unhandled")
    return reply.json | {"errorMessage": reply.json["errorMessage"].replace(reply.headers["x-amzn-RequestId"], "ID")}


async def test_an_exception_is_told_and_the_environment_stays(served: Served) -> None:
    pid = await served.pid()

    error = await failure(served, "raise ValueError('no such luck')")

    assert (error["errorType"], error["errorMessage"]) == ("ValueError", "no such luck")
    assert error["stackTrace"]
    assert await served.pid() == pid


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("sys.exit(3)", "exited with error: exit status 3"),
        ("os._exit(4)", "exited with error: exit status 4"),
        ("os._exit(0)", "exited without providing a reason"),
        ("os.kill(os.getpid(), signal.SIGKILL)", "exited with error: signal: killed"),
        ("os.kill(os.getpid(), signal.SIGSEGV)", "exited with error: signal: segmentation fault"),
    ],
)
async def test_the_end_of_the_process_is_told_and_the_next_invocation_gets_a_new_one(
    served: Served, code: str, reason: str
) -> None:
    pid = await served.pid()

    error = await failure(served, code)

    assert error == {"errorType": "Runtime.ExitError", "errorMessage": f"RequestId: ID Error: Runtime {reason}"}
    assert await served.pid() != pid


async def test_a_process_whose_time_is_over_is_killed(serve: Serve) -> None:
    served = await serve(timeout_s=1)
    pid = await served.pid()

    error = await failure(served, "time.sleep(60)")

    message = "RequestId: ID Error: Task timed out after 1.00 seconds"
    assert error == {"errorType": "Sandbox.Timedout", "errorMessage": message}
    await until(partial(has_ended, pid))
    assert await served.pid() != pid


async def test_a_process_that_takes_too_much_memory_is_killed(serve: Serve) -> None:
    served = await serve(memory_mib=100)
    pid = await served.pid()

    error = await failure(served, "held = b'x' * 200 * 2**20; time.sleep(60)")

    assert error["errorMessage"] == "RequestId: ID Error: Runtime exited with error: signal: killed"
    assert any(line.endswith("MiB of memory used, 100 MiB allowed") for line in served.lines)
    assert await served.pid() != pid


@pytest.mark.parametrize(
    ("handler", "kind", "message"),
    [
        ("raise ValueError('at import')", "ValueError", "at import"),
        ("import no_such_module", "Runtime.ImportModuleError", "No module named 'no_such_module'"),
        (None, "Runtime.ImportModuleError", "No module named 'handler'"),
        ("def other(): ...", "Runtime.HandlerNotFound", "Handler 'handler' missing on module 'handler'"),
        ("def", "Runtime.UserCodeSyntaxError", "Syntax error in module 'handler'"),
        ("import os; os._exit(5)", "Runtime.ExitError", "Runtime exited with error: exit status 5"),
    ],
)
async def test_an_error_of_the_init_is_told(serve: Serve, handler: str | None, kind: str, message: str) -> None:
    served = await serve(handler=handler)

    error = await failure(served, "")

    assert error["errorType"] == kind
    assert message in error["errorMessage"]


async def test_a_function_whose_init_failed_works_once_it_is_mended(serve: Serve, folder: Path) -> None:
    served = await serve(handler="raise ValueError")
    await failure(served, "")
    (folder / "handler.py").write_text(HANDLER + "\n# a size of its own, as modules are cached by size and time\n")

    assert await served.run("answer = 'well'") == "well"


async def test_an_init_that_does_not_end_is_killed(serve: Serve) -> None:
    served = await serve(Limits(init_s=0.1), handler="import time; time.sleep(60)", timeout_s=1)

    error = await failure(served, "")

    assert error["errorType"] == "Sandbox.Timedout"


async def test_the_time_of_the_init_does_not_count(serve: Serve) -> None:
    served = await serve(handler="import time; time.sleep(1.2)\n" + HANDLER, timeout_s=1)

    assert await served.run("answer = 'well'") == "well"


async def test_a_response_over_the_limit_is_told_and_the_environment_stays(served: Served) -> None:
    pid = await served.pid()

    error = await failure(served, "answer = 'x' * (6 * 2**20 + 99)")  # and two quotation marks

    message = "Response payload size exceeded maximum allowed payload size (6291556 bytes)."
    assert error == {"errorType": "Function.ResponseSizeTooLarge", "errorMessage": message}
    assert await served.pid() == pid


async def test_a_response_of_just_the_limit_passes(served: Served) -> None:
    assert len(await served.run("answer = 'x' * (6 * 2**20 + 98)")) == 6 * 2**20 + 98


async def test_a_function_without_a_folder_is_the_services_fault(serve: Serve, folder: Path) -> None:
    served = await serve(handler=None)
    folder.rmdir()

    reply = await served.reply("")

    assert (reply.status, reply.headers["X-Amzn-ErrorType"]) == (500, "ServiceException")
    assert reply.json["Type"] == "Service"
