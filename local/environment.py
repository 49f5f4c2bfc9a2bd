"""The environment of functions and emulation: given, that of a running service, or with servers started here."""

import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

import asyncpg
from asyncpg.connect_utils import SessionAttribute
from redis.exceptions import RedisError

from imagescaler.adapters.clients.redis import open_client
from local.emulation.lambda_host.limits import Limits
from local.servers.announcement import read_announcement
from local.servers.folders import used
from local.servers.postgresql import postgres
from local.servers.signing_key import signing_key
from local.servers.valkey import redis

SHARED = ("POSTGRES_DSN", "REDIS_URL", "URL_SIGNING_KEY")
"""Variables that functions and emulation share."""
CHECK_TIMEOUT_S = 5


class StackError(Exception):
    """A server that is needed cannot be used; the message says which and why."""


@contextmanager
def environment(data_folder: Path) -> Iterator[Mapping[str, str]]:
    """Yield the environment for functions, with embedded servers in place of those that are not set."""
    with ExitStack() as stack:
        variables = dict(os.environ)
        if not variables.get("POSTGRES_DSN"):
            variables["POSTGRES_DSN"] = stack.enter_context(postgres(data_folder))
        if not variables.get("REDIS_URL"):
            variables["REDIS_URL"] = stack.enter_context(redis(data_folder))
        if not variables.get("URL_SIGNING_KEY"):
            variables["URL_SIGNING_KEY"] = signing_key(data_folder)
        if not variables.get("FUNCTION_CONCURRENCY"):  # the template's default is for the cloud
            variables["FUNCTION_CONCURRENCY"] = str(Limits().max_environments)
        yield variables


@contextmanager
def running_environment(data_folder: Path, *, may_be_new: bool = False) -> Iterator[Mapping[str, str]]:
    """Yield the environment of the service that runs on the data folder; start the servers if none runs.

    Raises StackError if the folder has no data, because its name was mistyped, unless `may_be_new`.
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
    """Check that Postgres accepts connections and is writable; raises StackError instead of a function's traceback."""
    try:
        connection = await asyncpg.connect(
            dsn, timeout=CHECK_TIMEOUT_S, target_session_attrs=SessionAttribute.read_write
        )
    except asyncpg.InternalClientError as error:
        raise StackError("The database at POSTGRES_DSN is read-only: name a server that accepts writes.") from error
    except (OSError, ValueError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        reason = str(error) or "it does not answer in time"
        raise StackError(f"The database at POSTGRES_DSN cannot be used: {reason}") from error
    await connection.close()


async def check_redis(url: str) -> None:
    """Check that Redis answers; raises StackError."""
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
