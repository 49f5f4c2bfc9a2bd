"""Function logs: one file per function, and a readable form on the screen."""

import json
import logging
from datetime import datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any

import click

FILE_BYTES, FILES = 10_000_000, 3
COLORS = {"WARNING": "yellow", "ERROR": "red", "CRITICAL": "red"}
# Fields of every log line that are not shown.
HIDDEN = {
    "cold_start",
    "function",
    "level",
    "location",
    "message",
    "sampling_rate",
    "service",
    "timestamp",
    "trace_id",
    "xray_trace_id",
}


def readable(source: str, line: str) -> str | None:
    """Format a function's log line for the screen; None for metrics (CloudWatch EMF).

    >>> readable("get_task", '{"level": "INFO", "timestamp": "2026-01-01T12:00:00.5Z", "message": "hi", "ms": 3}')
    '12:00:00 get_task         hi  ms=3'
    >>> readable("get_task", "Traceback ...")
    '         get_task         Traceback ...'
    """
    try:
        fields = json.loads(line)
        level, message = fields["level"], fields["message"]
    except (ValueError, TypeError, KeyError):
        return None if line.startswith("{") and '"_aws"' in line else _columns("", source, line)
    rest = "  ".join(f"{name}={value}" for name, value in fields.items() if name not in HIDDEN and value != "")
    text = _columns(str(fields.get("timestamp", ""))[11:19], source, f"{message}  {rest}".rstrip())
    return click.style(text, fg=COLORS[level]) if level in COLORS else text


class FunctionLogs:
    """Writes each function's log lines to a file in `folder`, and optionally to the screen."""

    def __init__(self, folder: Path, *, on_screen: bool = True) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._on_screen = on_screen
        self._files: dict[str, RotatingFileHandler] = {}

    def __call__(self, function: str, line: str) -> None:
        """Write a log line of a function."""
        if function not in self._files:
            path = self._folder / f"{function}.log"
            self._files[function] = RotatingFileHandler(path, maxBytes=FILE_BYTES, backupCount=FILES, delay=True)
        self._files[function].emit(logging.makeLogRecord({"msg": line}))
        shown = readable(function, line) if self._on_screen else None
        if shown is not None:
            click.echo(shown)

    def close(self) -> None:
        """Close the files."""
        for file in self._files.values():
            file.close()


class ScreenHandler(logging.Handler):
    """Shows the log records of the emulation."""

    def emit(self, record: logging.LogRecord) -> None:
        """Show one record."""
        source = record.name.removeprefix("local.emulation.").partition(".")[0]
        text = _columns(f"{datetime.fromtimestamp(record.created).astimezone():%H:%M:%S}", source, self.format(record))
        click.echo(click.style(text, fg=COLORS.get(record.levelname)), err=False)


def show_on_screen(level: int = logging.INFO) -> None:
    """Show the logs of `local` on the screen, and only warnings of libraries."""
    logging.basicConfig(handlers=[ScreenHandler()], format="%(message)s", level=logging.WARNING, force=True)
    logging.getLogger("local").setLevel(level)


def _columns(time: Any, source: str, text: str) -> str:
    r"""Lay out a log line. Whatever the text contains, it cannot look like another line or control the terminal.

    >>> print(_columns("12:00:00", "get_task", "a\n12:00:01 b\x1b[2K"))
    12:00:00 get_task         a
                              12:00:01 b\x1b[2K
    """
    lines = ("".join(map(_printable, line)) for line in text.split("\n"))
    return f"{time:8} {source:16} " + f"\n{'':26}".join(lines)


def _printable(character: str) -> str:
    return character if character.isprintable() else character.encode("unicode_escape", "surrogatepass").decode()
