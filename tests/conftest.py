"""What the suites share: real servers, started once, and the functions' folders."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from imagescaler.repositories.migrations import migrate
from local.servers import postgres, redis, temporary_data_folder

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="session")
def data_folder() -> Iterator[Path]:
    """Give a folder that the servers' user can reach."""
    with temporary_data_folder() as folder:
        yield folder


@pytest.fixture(scope="session")
def postgres_dsn(data_folder: Path) -> Iterator[str]:
    """Run a real Postgres with the newest schema."""
    with postgres(data_folder) as dsn:
        asyncio.run(migrate(dsn))
        yield dsn


@pytest.fixture(scope="session")
def redis_url(data_folder: Path) -> Iterator[str]:
    """Run a real Redis."""
    with redis(data_folder) as url:
        yield url
