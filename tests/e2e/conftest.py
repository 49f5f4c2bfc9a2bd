"""The real thing, spoken to over HTTP."""

import os
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from local.servers import temporary_data_folder
from tests.service import Service, Start, starting


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory, data_folder: Path) -> Iterator[Service]:
    """Run one service for all tests that leave it as it is."""
    with starting(tmp_path_factory.mktemp("service")) as start:
        yield start(data=data_folder / "service")


@pytest.fixture(scope="session")
def base_url(service: Service) -> str:
    """Say where the service is: the one that runs, or the one at BASE_URL."""
    return os.environ.get("BASE_URL") or service.url


@pytest.fixture
def client(base_url: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=f"{base_url}/api/v1", timeout=60) as made:
        yield made


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    with starting(tmp_path) as made:
        yield made


@pytest.fixture
def own_folder() -> Iterator[Path]:
    """Give a data folder for a service of a test's own."""
    with temporary_data_folder() as folder:
        yield folder
