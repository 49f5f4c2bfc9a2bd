"""The queues of the processor, of sources and of webhooks. The scheme of the URL chooses the implementation."""

from dataclasses import dataclass
from functools import cache
from urllib.parse import urldefrag, urlsplit

from imagescaler.runtime import settings
from imagescaler.usecases.ports import TaskQueue

DEFAULT_MAX_LENGTH = 10_000
SOURCE_QUEUE, WEBHOOK_QUEUE = "SourceQueue", "WebhookQueue"
NOT_SET = "{} is not set: set it to the URL of the SQS queue of {}"


@dataclass(frozen=True, slots=True)
class QueueSettings:
    """`QUEUE_URL` defaults to `REDIS_URL`. `QUEUE_MAX_LENGTH` limits the number of waiting tasks."""

    queue_url: str = ""
    redis_url: str = ""
    queue_max_length: int = DEFAULT_MAX_LENGTH

    def __post_init__(self) -> None:
        if not self.url:
            message = "REDIS_URL is not set: set it, or QUEUE_URL, to the URL of the queue, such as redis://host:6379/0"
            raise ValueError(message)

    @property
    def url(self) -> str:
        """URL of the queue."""
        return self.queue_url or self.redis_url


@dataclass(frozen=True, slots=True)
class SourceQueueSettings:
    """`SOURCE_QUEUE_URL`, the queue of tasks whose source is yet to be fetched, is by default beside `QUEUE_URL`."""

    source_queue_url: str = ""
    queue_url: str = ""
    redis_url: str = ""
    queue_max_length: int = DEFAULT_MAX_LENGTH

    def __post_init__(self) -> None:
        if not self.source_queue_url and urlsplit(self.queue_url).scheme in {"https", "http"}:
            raise ValueError(NOT_SET.format("SOURCE_QUEUE_URL", "sources to fetch"))

    @property
    def url(self) -> str:
        """URL of the queue."""
        return self.source_queue_url or f"{urldefrag(self.queue_url or self.redis_url).url}#{SOURCE_QUEUE}"


@dataclass(frozen=True, slots=True)
class WebhookQueueSettings:
    """`WEBHOOK_QUEUE_URL`, the queue of tasks whose end is to be reported, is by default beside `QUEUE_URL`."""

    webhook_queue_url: str = ""
    queue_url: str = ""
    redis_url: str = ""
    queue_max_length: int = DEFAULT_MAX_LENGTH

    def __post_init__(self) -> None:
        if not self.webhook_queue_url and urlsplit(self.queue_url).scheme in {"https", "http"}:
            raise ValueError(NOT_SET.format("WEBHOOK_QUEUE_URL", "webhooks"))
        if not self.webhook_queue_url:
            QueueSettings(self.queue_url, self.redis_url)  # raises ValueError

    @property
    def url(self) -> str:
        """URL of the queue."""
        return self.webhook_queue_url or f"{urldefrag(self.queue_url or self.redis_url).url}#{WEBHOOK_QUEUE}"


@cache
def from_env() -> TaskQueue:
    """Return this environment's queue of the processor, always the same one."""
    chosen = settings.read(QueueSettings)
    return connect(chosen.url, max_length=chosen.queue_max_length, shared=True)


@cache
def sources_from_env() -> TaskQueue:
    """Return this environment's queue of tasks whose source is yet to be fetched, always the same one."""
    chosen = settings.read(SourceQueueSettings)
    return connect(chosen.url, max_length=chosen.queue_max_length, shared=True)


@cache
def webhooks_from_env() -> TaskQueue:
    """Return this environment's queue of webhooks, always the same one."""
    chosen = settings.read(WebhookQueueSettings)
    return connect(chosen.url, max_length=chosen.queue_max_length, shared=True)


def connect(url: str, *, max_length: int = DEFAULT_MAX_LENGTH, shared: bool = False) -> TaskQueue:
    """Create a queue, which connects on first use, or uses the connection that this environment's adapters share.

    Raises SettingsError for an unknown scheme.
    """
    match urlsplit(url).scheme:
        case "redis" | "rediss":
            from imagescaler.adapters.clients.redis import connection_to  # noqa: PLC0415 - it is slow to import
            from imagescaler.adapters.queues.redis import RedisTaskQueue, stream_key  # noqa: PLC0415

            return RedisTaskQueue(connection_to(url, shared=shared), stream_key(url), max_length=max_length)
        case "https" | "http":
            from imagescaler.adapters.queues.sqs import SqsTaskQueue  # noqa: PLC0415 - its client is slow to import

            return SqsTaskQueue(url, max_length=max_length)
        case "memory":
            from imagescaler.adapters.queues.memory import MemoryTaskQueue  # noqa: PLC0415

            return MemoryTaskQueue(max_length=max_length)
        case scheme:
            known = "redis://, the https:// of an SQS queue, or memory://"
            message = f"QUEUE_URL: there is no queue for {scheme or 'an empty scheme'}; give {known}"
            raise settings.SettingsError(message)
