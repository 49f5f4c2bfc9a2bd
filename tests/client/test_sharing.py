"""One client, used by many at once."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from imagescaler_client import AsyncClient, Client

WIDTHS = range(8, 24)


async def test_coroutines_share_a_client(url: str, photo: Path) -> None:
    async with AsyncClient(url) as client:
        pictures = await asyncio.gather(*(client.scale(photo, width=width) for width in WIDTHS))
    assert [picture.size[0] for picture in pictures] == list(WIDTHS)


def test_threads_share_a_client(url: str, photo: Path) -> None:
    with Client(url) as client, ThreadPoolExecutor(8) as threads:
        pictures = threads.map(lambda width: client.scale(photo, width=width), WIDTHS)
        assert [picture.size[0] for picture in pictures] == list(WIDTHS)
