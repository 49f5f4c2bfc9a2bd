from collections.abc import Iterator

import pytest

from imagescaler_client import Client


@pytest.fixture
def client(url: str) -> Iterator[Client]:
    with Client(url) as made:
        yield made
