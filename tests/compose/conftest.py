"""The service in containers, for tests of what only containers can do."""

from collections.abc import Iterator

import httpx
import pytest

from tests.drivers.compose import Compose, running


@pytest.fixture(scope="session")
def compose() -> Iterator[Compose]:
    with running() as made:
        yield made


@pytest.fixture
def client(compose: Compose) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=f"{compose.url}/api/v1", timeout=60) as made:
        yield made
