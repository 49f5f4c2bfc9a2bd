"""The log of the emulation on the screen."""

import logging

import pytest

from local.emulation.lambda_host.logs import ScreenHandler


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
