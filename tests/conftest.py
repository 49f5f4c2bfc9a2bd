"""What the suites share: real servers, started once, and the functions' folders."""

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from PIL import Image

from imagescaler.adapters.repositories.migrations.migrate import migrate
from local.servers.folders import temporary_data_folder
from local.servers.postgresql import postgres
from local.servers.valkey import redis
from tests.database_roles import with_roles

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # of NumPy, not imported yet: each core has a worker of its own
ROOT = Path(__file__).parent.parent
# `make check` tries the same examples each time, so that it fails for what was changed; `make fuzz` tries new ones.
settings.register_profile("check", derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "check"))


@pytest.fixture(autouse=True)
def limit_of_pillow() -> Iterator[None]:
    """Undo what opening an image with other limits does to the whole process."""
    limit = Image.MAX_IMAGE_PIXELS
    yield
    Image.MAX_IMAGE_PIXELS = limit


@pytest.fixture(scope="session")
def data_folder() -> Iterator[Path]:
    """Yield a folder that the servers' user can reach."""
    with temporary_data_folder() as folder:
        yield folder


@pytest.fixture(scope="session")
def postgres_dsn(data_folder: Path) -> Iterator[str]:
    """Run a real Postgres with the newest schema."""
    with postgres(data_folder) as dsn:
        asyncio.run(migrate(dsn))
        yield dsn


@pytest.fixture(scope="session")
def role_dsns(postgres_dsn: str) -> dict[str, str]:
    """Create the database roles of the functions; return the DSN of each."""
    return asyncio.run(with_roles(postgres_dsn))


@pytest.fixture(scope="session")
def redis_url(data_folder: Path) -> Iterator[str]:
    """Run a real Redis."""
    with redis(data_folder) as url:
        yield url
