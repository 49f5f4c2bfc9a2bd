"""The log of the emulation on the screen."""

import json
import logging
from collections.abc import Callable

import pytest

from local.emulation.lambda_host.logs import ScreenHandler, readable


@pytest.mark.parametrize(
    ("logger", "source"),
    [
        ("local.emulation.api_gateway.app", "api_gateway"),
        ("local.emulation.eventbridge.scheduler", "eventbridge"),
        ("asyncio", "asyncio"),
    ],
)
def test_a_line_names_the_part_that_it_comes_from(capsys: pytest.CaptureFixture[str], logger: str, source: str) -> None:
    ScreenHandler().emit(logging.makeLogRecord({"name": logger, "msg": "hello", "levelname": "INFO"}))
    assert capsys.readouterr().out.split()[1:] == [source, "hello"]


FORGED = "/a\r\n12:00:00 gateway          GET /secret 200\x1b[2K\x9b2K\u202e\u2028\ud800"


def shown_by_the_emulation(capsys: pytest.CaptureFixture[str]) -> str:
    ScreenHandler().emit(logging.makeLogRecord({"name": "local", "msg": "%s", "args": (FORGED,), "levelname": "INFO"}))
    return capsys.readouterr().out


def shown_of_a_function(_: pytest.CaptureFixture[str]) -> str:
    line = json.dumps({"level": "INFO", "timestamp": "2026-01-01T12:00:00Z", "message": "request", "path": FORGED})
    return f"{readable('get_task', line)}\n"


def shown_of_a_function_that_prints(_: pytest.CaptureFixture[str]) -> str:
    return f"{readable('get_task', FORGED)}\n"


@pytest.mark.parametrize("shown", [shown_by_the_emulation, shown_of_a_function, shown_of_a_function_that_prints])
def test_what_clients_send_can_neither_forge_a_line_nor_control_the_terminal(
    capsys: pytest.CaptureFixture[str], shown: Callable[[pytest.CaptureFixture[str]], str]
) -> None:
    first, second, *rest = shown(capsys).splitlines()
    assert rest == []
    assert (first + second).isprintable()
    assert second.startswith(" " * 26 + "12:00:00 gateway")


def test_a_traceback_keeps_its_lines(capsys: pytest.CaptureFixture[str]) -> None:
    line = json.dumps({"level": "INFO", "message": "failed", "exception": "Traceback:\n  File a\nValueError"})
    shown = readable("get_task", line)
    assert shown is not None
    assert [each.strip() for each in shown.splitlines()][1:] == ["File a", "ValueError"]
