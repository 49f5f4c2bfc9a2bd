"""The queues whose messages the event source mapping can take; the URL's scheme chooses the implementation."""

from urllib.parse import urlsplit

from imagescaler.runtime.settings import SettingsError
from local.emulation.event_source_mapping.consumers.redis import RedisQueueConsumer
from local.emulation.event_source_mapping.queue_consumer import QueueConsumer

VARIABLES = "REDIS_URL or QUEUE_URL"


def connect(url: str, *, visibility_timeout_s: float, dead_letter_queue: str = "") -> QueueConsumer:
    """Make the consumer of a queue; it connects on first use. Raises SettingsError for an invalid URL."""
    match urlsplit(url).scheme:
        case "redis" | "rediss":
            try:
                return RedisQueueConsumer(
                    url, visibility_timeout_s=visibility_timeout_s, dead_letter_queue=dead_letter_queue
                )
            except ValueError as error:
                raise SettingsError(f"{VARIABLES}: {error}.") from error
        case scheme:
            reason = "Lambda itself takes the messages of SQS" if scheme == "https" else "there is no such queue"
            raise SettingsError(
                f"{VARIABLES}: the runner takes messages from redis://, not from {scheme}://; {reason}."
            )
