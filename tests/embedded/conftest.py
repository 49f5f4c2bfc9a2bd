"""Services run as people do: one for all tests that leave it as it is, or one of a test's own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from local.servers.folders import temporary_data_folder
from tests.service import Service, Start, starting


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """Run one service for all tests that leave it as it is."""
    with temporary_data_folder() as data, starting(tmp_path_factory.mktemp("service")) as made:
        yield made(data=data)


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    with starting(tmp_path) as made:
        yield made


@pytest.fixture
def own_folder() -> Iterator[Path]:
    """Yield the data folder of one service."""
    with temporary_data_folder() as folder:
        yield folder
