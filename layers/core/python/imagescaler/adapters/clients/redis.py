"""Clients of Redis, with timeouts and one retry."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from hashlib import sha1
from typing import Any
from urllib.parse import urldefrag

from redis.asyncio import ConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import ConstantBackoff, NoBackoff
from redis.exceptions import NoScriptError, ReadOnlyError, RedisError, ResponseError

from imagescaler.domain.errors import Unavailable

KEY_PREFIX = "imagescaler:"
CONNECT_TIMEOUT_S, ANSWER_TIMEOUT_S, RETRY_PAUSE_S = 2, 3, 0.05
Command = Sequence[Any]
Request = tuple[Sequence[Command], asyncio.Future[list[Any]]]


def open_client(url: str) -> Redis:
    """Create a client that connects on first use, several times if it is used several times at once; values are bytes.

    One retry covers a server that restarted between two commands. A retry can repeat a command, so all must be
    idempotent.
    """
    return Redis.from_url(
        urldefrag(url).url,
        socket_connect_timeout=CONNECT_TIMEOUT_S,
        socket_timeout=ANSWER_TIMEOUT_S,
        retry=Retry(ConstantBackoff(RETRY_PAUSE_S), retries=1),
    )


class Script:
    """A Lua script, which every connection loads when it is opened."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._sha = sha1(text.encode(), usedforsecurity=False).hexdigest()

    def call(self, keys: Sequence[str], *arguments: Any) -> Command:
        """Return the command that runs the script."""
        return ("EVALSHA", self._sha, len(keys), *keys, *arguments)


class RedisConnection:
    """One connection, opened on first use. Commands that are issued at the same time share a round trip.

    After an error of the connection it is opened again, and the commands are repeated once: all must be idempotent.
    A command that blocks delays those that are issued after it.
    """

    def __init__(self, url: str) -> None:
        pool: Any = ConnectionPool.from_url(
            urldefrag(url).url,
            socket_connect_timeout=CONNECT_TIMEOUT_S,
            socket_timeout=None,  # one timeout for the whole exchange costs less than one for each reply
            retry=Retry(NoBackoff(), 0),
            driver_info=None,  # two commands fewer when it is opened
            protocol=2,
        )
        self._connection: Any = pool.make_connection()
        self._connection.register_connect_callback(self._load_scripts)
        self._scripts: list[Script] = []
        self._requests: list[Request] = []
        self._turn = asyncio.Lock()

    def load(self, *scripts: Script) -> None:
        """Have these scripts loaded when the connection is opened."""
        self._scripts += [script for script in scripts if script not in self._scripts]

    async def run(self, *commands: Command) -> list[Any]:
        """Run commands and return their replies.

        Raises RedisError: the first error of a reply, or that of the connection; and OSError.
        """
        replied: asyncio.Future[list[Any]] = asyncio.get_running_loop().create_future()
        self._requests.append((commands, replied))
        try:
            async with self._turn:
                await asyncio.sleep(0)  # those that are issued at the same time join
                if not replied.done():
                    await self._run_requests()
            replies = replied.result()
        finally:
            replied.cancel()
        for error in _errors(replies):
            raise error
        return replies

    async def transaction(self, *commands: Command) -> list[Any]:
        """Run commands as one transaction, and return their replies; raises as `run` does."""
        replies: list[Any] = (await self.run(("MULTI",), *commands, ("EXEC",)))[-1]
        return replies

    async def aclose(self) -> None:
        """Close the connection."""
        await self._connection.disconnect()

    async def _run_requests(self) -> None:
        """Run what has been issued; if this is cancelled, the others do it again."""
        requests = [each for each in self._requests if not each[1].done()]
        self._requests = []
        try:
            replies = iter(await self._exchange([command for commands, _ in requests for command in commands]))
        except (RedisError, OSError) as error:
            for _, replied in requests:
                replied.set_exception(error)
        except BaseException:
            self._requests[:0] = requests
            raise
        else:
            for commands, replied in requests:
                replied.set_result([next(replies) for _ in commands])

    async def _exchange(self, commands: Sequence[Command]) -> list[Any]:
        with suppress(RedisError, OSError):
            return await self._try_exchange(commands)
        await asyncio.sleep(RETRY_PAUSE_S)
        return await self._try_exchange(commands)

    async def _try_exchange(self, commands: Sequence[Command]) -> list[Any]:
        """Send commands and return their replies, errors among them."""
        async with asyncio.timeout(ANSWER_TIMEOUT_S):
            packed = self._connection.pack_commands(commands)
            await self._connection.send_packed_command(packed, check_health=False)
            replies = [await self._reply() for _ in commands]
        # The scripts were flushed, or the server has become a replica.
        for error in _errors(replies):
            if isinstance(error, NoScriptError | ReadOnlyError):
                await self._connection.disconnect(nowait=True)
                raise error
        return replies

    async def _reply(self) -> Any:
        try:
            return await self._connection.read_response()
        except ResponseError as error:
            return error

    async def _load_scripts(self, _: Any) -> None:
        commands = [("SCRIPT", "LOAD", script.text) for script in self._scripts]
        await self._connection.send_packed_command(self._connection.pack_commands(commands), check_health=False)
        for _ in commands:
            await self._connection.read_response()


def _errors(replies: Sequence[Any]) -> Iterator[ResponseError]:
    """Yield the errors, also those inside of transactions."""
    for reply in replies:
        if isinstance(reply, ResponseError):
            yield reply
        elif isinstance(reply, list):
            yield from (each for each in reply if isinstance(each, ResponseError))


@cache
def _shared(url: str) -> RedisConnection:
    return RedisConnection(url)


def connection_to(url: str, *, shared: bool) -> RedisConnection:
    """Return a new connection, or the one that this environment's adapters share; it is opened on first use."""
    return _shared(urldefrag(url).url) if shared else RedisConnection(url)


@contextmanager
def unavailable_as(problem: type[Unavailable], detail: str) -> Iterator[None]:
    """Raise `problem` for any error of the connection or the server."""
    try:
        yield
    except (RedisError, OSError) as error:
        raise problem(detail) from error
