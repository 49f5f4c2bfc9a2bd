"""Processes: what they write, line by line."""

import sys
from pathlib import Path

import pytest

from local.emulation.lambda_host.process import LINE_LIMIT_BYTES, Process
from tests.local.lambda_host.served import Served


async def lines_of(code: str, folder: Path) -> list[str]:
    """Run Python until it ends, and give what it wrote."""
    lines: list[str] = []
    process = await Process.start([sys.executable, "-c", code], folder=folder, environment={}, on_line=lines.append)
    await process.exited
    await process.stop(1)
    return lines


@pytest.mark.parametrize(
    ("code", "lines"),
    [
        ("print('one\\n\\ntwo')", ["one", "two"]),
        ("print('one\\rtwo\\r\\nthree')", ["one", "two", "three"]),
        ("print('no end', end='')", ["no end"]),
        ("import os; os.write(1, b'out\\n'); os.write(2, b'error\\n')", ["out", "error"]),
        ("import os; os.write(1, bytes([0xE9, 10]))", ["\N{REPLACEMENT CHARACTER}"]),
        ("print('x' * 200_000)", ["x" * 200_000]),
    ],
)
async def test_output_comes_in_lines(code: str, lines: list[str], tmp_path: Path) -> None:
    assert await lines_of(code, tmp_path) == lines


async def test_a_line_without_an_end_is_cut(tmp_path: Path) -> None:
    pieces = await lines_of(f"print('x' * {3 * LINE_LIMIT_BYTES})", tmp_path)

    assert "".join(pieces) == "x" * 3 * LINE_LIMIT_BYTES
    assert max(map(len, pieces)) < 2 * LINE_LIMIT_BYTES


async def test_a_process_that_ended_has_no_memory(tmp_path: Path) -> None:
    process = await Process.start([sys.executable, "-c", ""], folder=tmp_path, environment={}, on_line=print)
    assert process.rss_bytes() > 0
    await process.exited
    await process.stop(1)

    assert process.rss_bytes() == 0


async def test_a_functions_lines_are_logged_with_its_name(served: Served) -> None:
    await served.run("print('out'); print('error', file=sys.stderr)")
    await served.run("raise ValueError('no such luck')")
    await served.host.__aexit__(None, None, None)

    assert served.lines[:3] == ["RunFunction out", "RunFunction error", "RunFunction [ERROR] ValueError: no such luck"]
    assert served.lines[3] == "RunFunction Traceback (most recent call last):"
