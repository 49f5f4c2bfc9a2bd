"""What a function can know of its invocation and of its environment."""

import os
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from tests.local.lambda_host.served import Served

Serve = Callable[..., Awaitable[Served]]


async def test_the_context_tells_of_the_function(served: Served) -> None:
    code = "answer = [context.invoked_function_arn, context.function_name, context.memory_limit_in_mb]"

    assert await served.run(code) == ["arn:aws:lambda:us-east-1:000000000000:function:run", "run", "512"]


async def test_the_deadline_is_the_functions_timeout_from_now(served: Served) -> None:
    before = time.time()

    left_ms, now = await served.run("answer = context.get_remaining_time_in_millis(), time.time()")

    assert before + 20 <= now + left_ms / 1000 + 0.01
    assert left_ms <= 20_000


async def test_every_invocation_has_an_id_of_its_own(served: Served) -> None:
    assert len({await served.run("answer = context.aws_request_id") for _ in range(3)}) == 3


async def test_the_callers_trace_is_the_functions(served: Served) -> None:
    reply = await served.reply("answer = os.environ['_X_AMZN_TRACE_ID']", {"X-Amzn-Trace-Id": "Root=1-5-6"})

    assert reply.json == "Root=1-5-6"


async def test_an_invocation_without_a_trace_begins_one(served: Served) -> None:
    trace = await served.run("answer = os.environ['_X_AMZN_TRACE_ID']")

    assert trace.startswith("Root=1-")
    assert trace.endswith(";Sampled=0")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("AWS_DEFAULT_REGION", "us-east-1"),
        ("AWS_EXECUTION_ENV", f"AWS_Lambda_python{sys.version_info.major}.{sys.version_info.minor}"),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "512"),
        ("AWS_LAMBDA_FUNCTION_NAME", "run"),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
        ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand"),
        ("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/run"),
        ("AWS_REGION", "us-east-1"),
        ("TZ", ":UTC"),
        ("_HANDLER", "handler.handler"),
        ("BASE", "base"),
        ("OWN", "function"),
        ("BOTH", "function"),
    ],
)
async def test_a_process_has_the_environment_variables_of_lambda_and_its_own(
    served_once: dict[str, str], name: str, value: str
) -> None:
    assert served_once[name] == value


async def test_a_process_inherits_nothing_else(served_once: dict[str, str], folder: Path) -> None:
    assert "HOME" in os.environ
    assert "HOME" not in served_once
    assert served_once["LAMBDA_TASK_ROOT"] == served_once["PWD"] == str(folder)


@pytest.fixture
async def served_once(served: Served) -> dict[str, str]:
    variables: dict[str, str] = await served.run("answer = dict(os.environ, PWD=os.getcwd())")
    return variables


async def test_modules_are_searched_in_the_functions_folder_before_the_layers(
    served: Served, tmp_path: Path, folder: Path
) -> None:
    (tmp_path / "layer").mkdir()
    (tmp_path / "layer" / "both.py").write_text("whose = 'layer'")
    (tmp_path / "layer" / "shared.py").write_text("whose = 'layer'")
    (folder / "both.py").write_text("whose = 'function'")

    assert await served.run("import both, shared; answer = both.whose, shared.whose") == ["function", "layer"]
