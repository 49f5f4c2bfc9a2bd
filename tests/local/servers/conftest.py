"""Data folders that the servers can reach."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from typing import Any

import psutil
import pytest

from local.servers.folders import temporary_data_folder
from local.servers.postgresql import postgres


@pytest.fixture
def data_folder() -> Iterator[Path]:
    with temporary_data_folder() as folder:
        yield folder


@pytest.fixture
def children() -> Callable[[], list[psutil.Process]]:
    """List the servers that a test has started, and not those of the whole session."""
    before = set(psutil.Process().children())
    return lambda: [process for process in psutil.Process().children() if process not in before]


@pytest.fixture
def start() -> Iterator[Callable[[AbstractContextManager[Any]], Any]]:
    """Enter a context that ought to refuse; should it not, it ends with the test."""
    with ExitStack() as stack:
        yield stack.enter_context


@pytest.fixture(scope="session")
def database_folder() -> Iterator[Path]:
    """Hold a database already, as making one takes most of a second."""
    with temporary_data_folder() as folder:
        with postgres(folder):
            pass
        yield folder
