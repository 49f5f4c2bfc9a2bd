"""Redis: keeps what it acknowledged, evicts nothing, and is closed to others."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psutil
import pytest
import redis.asyncio
import redis.exceptions

from local.servers.folders import ServerError
from local.servers.valkey import redis as embedded_redis

Start = Callable[[AbstractContextManager[Any]], Any]


async def test_keys_survive_a_restart(data_folder: Path) -> None:
    with embedded_redis(data_folder) as url:
        async with redis.asyncio.from_url(url) as client:
            await client.set("kept", b"\x00\xff")
    with embedded_redis(data_folder) as url:
        async with redis.asyncio.from_url(url) as client:
            assert await client.get("kept") == b"\x00\xff"


async def test_it_is_set_up_to_lose_and_to_evict_nothing(data_folder: Path) -> None:
    expected = {
        "appendonly": "yes",
        "appendfsync": "everysec",
        "auto-aof-rewrite-min-size": str(512 << 20),
        "save": "",
        "maxmemory": str(64 << 20),
        "maxmemory-policy": "noeviction",
        "dir": str(data_folder / "redis"),
    }
    with embedded_redis(data_folder, max_memory_bytes=64 << 20) as url:
        async with redis.asyncio.from_url(url, decode_responses=True) as client:
            assert await client.config_get(*expected) == expected


async def test_a_write_beyond_its_memory_is_refused(data_folder: Path) -> None:
    with embedded_redis(data_folder, max_memory_bytes=8 << 20) as url:
        async with redis.asyncio.from_url(url) as client:
            await client.setrange("first", 8 << 20, "x")
            with pytest.raises(redis.exceptions.OutOfMemoryError):
                await client.set("second", "x")
            assert await client.strlen("first") == (8 << 20) + 1


def test_it_listens_on_the_loopback_address_only(
    data_folder: Path, children: Callable[[], list[psutil.Process]]
) -> None:
    with embedded_redis(data_folder) as url:
        (server,) = children()
        listening = [c.laddr for c in server.net_connections("all") if c.status == psutil.CONN_LISTEN]
        assert [tuple(address) for address in listening] == [("127.0.0.1", urlsplit(url).port)]


async def test_a_password_is_required_and_not_on_the_command_line(
    data_folder: Path, children: Callable[[], list[psutil.Process]]
) -> None:
    with embedded_redis(data_folder) as url:
        parts = urlsplit(url)
        assert parts.password
        (server,) = children()
        assert parts.password not in " ".join(server.cmdline())
        async with redis.asyncio.from_url(f"redis://127.0.0.1:{parts.port}/0") as client:
            with pytest.raises(redis.exceptions.AuthenticationError):
                await client.ping()


def test_a_damaged_file_gives_an_error_with_the_last_lines_of_the_log(start: Start, data_folder: Path) -> None:
    with embedded_redis(data_folder):
        pass
    (data_folder / "redis" / "appendonlydir" / "appendonly.aof.manifest").write_text("damaged")
    with pytest.raises(ServerError, match=r"(?s)redis ended.*redis\.log:.*manifest"):
        start(embedded_redis(data_folder))
