"""A handler behind the socket sees and answers the same as behind Amazon's own client and the Runtime API."""

import json
import re
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import cast

import pytest

from local.emulation.api_gateway.event import encode
from local.emulation.api_gateway.routes import Match
from local.emulation.lambda_host.answer import Answer
from local.emulation.lambda_host.channel import Channel
from local.emulation.lambda_host.deployment import Code, Deployment
from local.emulation.lambda_host.environment import Environment
from local.emulation.lambda_host.event import Event, EventWithBody
from local.emulation.lambda_host.fork_server import ForkServer
from local.emulation.lambda_host.function import Function
from local.emulation.lambda_host.invocation import Invocation
from local.emulation.lambda_host.process import Process
from local.emulation.lambda_host.runtime import Client
from local.emulation.lambda_host.runtime import ForkServer as RuntimeForkServer
from local.emulation.sam_template.declarations import Route
from tests.local.api_gateway.fakes import make_request
from tests.local.lambda_host.runtime_api import COMMAND, RuntimeApi
from tests.local.lambda_host.served import HANDLER

INIT_S = 10
TIME = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z")
SEE = """
def handler(event, context):
    kept = {k: v for k, v in vars(context).items() if 'deadline' not in k and k not in ('identity', 'log_stream_name')}
    return repr(event), kept, repr(context.identity), context.get_remaining_time_in_millis() > 19_000
"""
PICTURE = bytes(range(256)) * 4


def deployment(functions: Path, timeout_s: int = 20) -> Deployment:
    return Deployment(Function("RunFunction", timeout_s, 512), Code(functions))


@asynccontextmanager
async def through_socket(made: Deployment, on_line: Callable[[str], None]) -> AsyncIterator[Environment]:
    server = ForkServer(made, on_line, INIT_S)
    environment = await Environment.start(server, init_s=INIT_S)
    yield environment
    await environment.stop(1)
    await server.stop()


@asynccontextmanager
async def through_runtime_api(made: Deployment, on_line: Callable[[str], None]) -> AsyncIterator[Environment]:
    api = RuntimeApi(function_arn=made.arn, timeout_s=made.function.timeout_s)
    variables = {**made.variables(), "AWS_LAMBDA_RUNTIME_API": await api.start()}
    process = await Process.start(COMMAND, folder=made.folder, environment=variables, on_line=on_line)
    environment = Environment(made.function, cast("Channel", api), process, init_s=INIT_S)
    yield environment
    await environment.stop(1)
    await api.stop()


Way = Callable[[Deployment, Callable[[str], None]], AbstractAsyncContextManager[Environment]]


async def outcome(way: Way, made: Deployment, *events: Event) -> tuple[list[Answer], list[str]]:
    """Return what the caller and the log got."""
    lines: list[str] = []
    async with way(made, lines.append) as environment:
        answers = [await environment.invoke(Invocation(event, "Root=1", "request-id")) for event in events]
    return answers, [TIME.sub("", line) for line in lines]


async def same(made: Deployment, *events: Event) -> list[Answer]:
    """Invoke in both ways, compare, and return the answers."""
    answers, lines = await outcome(through_socket, made, *events)
    assert (answers, lines) == await outcome(through_runtime_api, made, *events)
    return answers


def run(code: str) -> bytes:
    return json.dumps({"code": code}).encode()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "run"
    folder.mkdir()
    (folder / "handler.py").write_text(HANDLER)
    return folder


@pytest.mark.parametrize(
    ("media_type", "body"),
    [
        ("image/jpeg", PICTURE),
        ("image/jpeg", PICTURE[:-1]),
        ("image/jpeg", PICTURE[:-2]),
        ("multipart/form-data; boundary=b", b"--b\r\n\r\n\xff\r\n--b--"),
        ("application/json", '{"a": "\N{LATIN SMALL LETTER E WITH ACUTE}\\u0000"}'.encode()),
        ("application/json", b"\xff"),
        ("image/jpeg", b""),
    ],
)
async def test_a_handler_gets_the_same_event_from_the_gateway(folder: Path, media_type: str, body: bytes) -> None:
    (folder / "handler.py").write_text(SEE)
    request = make_request(
        "POST", "/p\N{LATIN SMALL LETTER E WITH ACUTE}", query="a=1", headers=[("content-type", media_type)]
    )
    event = encode(request, Match(Route("POST", "/{x}", "RunFunction"), {"x": "p"}), body, {"owner": "me"})

    [answer] = await same(deployment(folder.parent), event)

    seen, context, *_, has_time = json.loads(answer.payload)
    assert has_time
    assert seen == repr(json.loads(bytes(event)))
    assert context["aws_request_id"] == "request-id"
    assert isinstance(event, EventWithBody) == (body in {PICTURE, PICTURE[:-1], PICTURE[:-2]} or b"\xff" in body)


@pytest.mark.parametrize(
    "event",
    [b"{}", b"[1.5, null, true]", b'"text"', b"17", b'{"a": NaN}', b'{"a": 1, "a": 2}', b"1" * 30, b"{'a'}", b"\xff"],
)
async def test_a_handler_gets_the_same_event_from_the_invoke_api(folder: Path, event: bytes) -> None:
    (folder / "handler.py").write_text(SEE)

    [answer] = await same(deployment(folder.parent), event)

    assert answer.failed == (event in {b'{"a": NaN}', b"{'a'}", b"\xff"})


@pytest.mark.parametrize(
    ("answer", "payload"),
    [
        ("None", b"null"),
        ("{'a': [1, 2.5, True], 'b': '\\u00e9\\n\\ud800'}", None),
        ("float('nan')", b"NaN"),
        ("b'bytes'", b"bytes"),
        ("__import__('decimal').Decimal('1.10')", b"1.10"),
        ("{1: 2}", b'{"1": 2}'),
        ("object()", None),
        ("__import__('datetime').datetime(2026, 1, 1)", None),
        ("__import__('uuid').UUID(int=1)", None),
        ("'x' * (6 * 2**20 + 99)", None),
    ],
)
async def test_a_response_is_the_same(folder: Path, answer: str, payload: bytes | None) -> None:
    first, second = await same(deployment(folder.parent), run(f"answer = {answer}"), run("answer = 'next'"))

    assert payload in {None, first.payload}
    assert second == Answer(b'"next"')


@pytest.mark.parametrize(
    "code",
    [
        "raise ValueError('no such luck')",
        "raise ValueError('\N{LATIN SMALL LETTER E WITH ACUTE}' * 2_000_000)",
        "raise ExceptionGroup('several', [OSError(1), KeyError('k')])",
        "1 / 0",
        "print('out'); print('error', file=sys.stderr); import logging; logging.warning('told')",
    ],
)
async def test_an_error_and_what_is_logged_are_the_same(folder: Path, code: str) -> None:
    await same(deployment(folder.parent), run(code), run("answer = 1"))


@pytest.mark.parametrize(
    "code",
    [
        "sys.exit(3)",
        "sys.tracebacklimit = 0; raise KeyboardInterrupt",
        "os._exit(0)",
        "os.abort()",
        "os.kill(os.getpid(), signal.SIGKILL)",
        "time.sleep(60)",
    ],
)
async def test_the_end_of_the_process_is_the_same(folder: Path, code: str) -> None:
    [answer] = await same(deployment(folder.parent, timeout_s=1), run(code))

    assert answer.failed


@pytest.mark.parametrize(
    "handler",
    [
        "raise ValueError('at import')",
        "import no_such_module",
        "def other(): ...",
        "def",
        "import os; os._exit(5)",
        "import sys; sys.exit(6)",
        "print('begins'); 1 / 0",
    ],
)
async def test_an_error_of_the_init_is_the_same(folder: Path, handler: str) -> None:
    (folder / "handler.py").write_text(handler)

    [answer] = await same(deployment(folder.parent), b"{}")

    assert answer.failed


def test_a_process_does_not_keep_the_body_of_its_last_event() -> None:
    """Amazon's bootstrap keeps a request until the next one, and an idle environment may wait long for that."""
    request = [bytearray(b'{"a": 1}'), bytearray(b"body")]

    event = Client(cast("RuntimeForkServer", None)).unmarshal_request(request, "application/json")

    assert (event, request) == ({"a": 1, "body": "Ym9keQ=="}, [])
