"""A client of Redis, with timeouts and one retry."""

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urldefrag

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import ConstantBackoff
from redis.exceptions import RedisError

from imagescaler.domain.errors import Unavailable

KEY_PREFIX = "imagescaler:"
CONNECT_TIMEOUT_S, ANSWER_TIMEOUT_S, RETRY_PAUSE_S = 2, 3, 0.05


def open_client(url: str) -> Redis:
    """Create a client that connects on first use; values are bytes.

    One retry covers a server that restarted between two invocations. A retry can repeat a command, so every command
    of the adapters is idempotent.
    """
    return Redis.from_url(
        urldefrag(url).url,
        socket_connect_timeout=CONNECT_TIMEOUT_S,
        socket_timeout=ANSWER_TIMEOUT_S,
        retry=Retry(ConstantBackoff(RETRY_PAUSE_S), retries=1),
    )


@contextmanager
def unavailable_as(problem: type[Unavailable], detail: str) -> Iterator[None]:
    """Raise `problem` for any error of the connection or the server."""
    try:
        yield
    except (RedisError, OSError) as error:
        raise problem(detail) from error
