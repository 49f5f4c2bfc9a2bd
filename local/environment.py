"""Where the servers are: as the environment says, at a service that runs already, or started here."""

import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

import asyncpg
from redis.exceptions import RedisError

from imagescaler.adapters.clients.redis import open_client
from local.servers.announcement import read_announcement
from local.servers.folders import used
from local.servers.postgresql import postgres
from local.servers.signing_key import signing_key
from local.servers.valkey import redis

SHARED = ("POSTGRES_DSN", "REDIS_URL", "URL_SIGNING_KEY")
"""What functions and emulation must be told alike."""
CHECK_TIMEOUT_S = 5


class StackError(Exception):
    """Something that is needed does not work; the message says what."""


@contextmanager
def environment(data_folder: Path) -> Iterator[Mapping[str, str]]:
    """Give the environment for functions, with embedded servers in place of those that are not set."""
    with ExitStack() as stack:
        variables = dict(os.environ)
        if not variables.get("POSTGRES_DSN"):
            variables["POSTGRES_DSN"] = stack.enter_context(postgres(data_folder))
        if not variables.get("REDIS_URL"):
            variables["REDIS_URL"] = stack.enter_context(redis(data_folder))
        if not variables.get("URL_SIGNING_KEY"):
            variables["URL_SIGNING_KEY"] = signing_key(data_folder)
        yield variables


@contextmanager
def running_environment(data_folder: Path, *, may_be_new: bool = False) -> Iterator[Mapping[str, str]]:
    """Give the environment of the service that runs on the data folder; where none runs, one with the data in it.

    Raises StackError where there is no data either, as in a folder whose name was mistyped, unless it may be new.
    """
    if running := read_announcement(data_folder):
        yield {**running, **os.environ}
        return
    if not (may_be_new or os.environ.get("POSTGRES_DSN") or os.environ.get("REDIS_URL") or used(data_folder)):
        raise StackError(
            f"No service has run on {data_folder.resolve()}: name its data folder with --data, or run it there first."
        )
    with environment(data_folder) as variables:
        yield variables


async def check_postgres(dsn: str) -> None:
    """Find out before a function does, whose answer would be a page of traceback; raises StackError."""
    try:
        connection = await asyncpg.connect(dsn, timeout=CHECK_TIMEOUT_S)
    except (OSError, ValueError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        reason = str(error) or "it does not answer in time"
        raise StackError(f"The database at POSTGRES_DSN cannot be used: {reason}") from error
    await connection.close()


async def check_redis(url: str) -> None:
    """Raise StackError where Redis does not answer."""
    try:
        client = open_client(url)
    except ValueError as error:
        raise StackError(f"REDIS_URL or QUEUE_URL is not an address of a Redis: {error}") from error
    try:
        await client.ping()
    except (RedisError, OSError) as error:
        raise StackError(f"Redis does not answer at the address in REDIS_URL or QUEUE_URL: {error}") from error
    finally:
        await client.aclose()
