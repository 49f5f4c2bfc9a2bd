from collections.abc import AsyncIterator

import pytest

from imagescaler_client import AsyncClient


@pytest.fixture
async def client(url: str) -> AsyncIterator[AsyncClient]:
    async with AsyncClient(url) as made:
        yield made
