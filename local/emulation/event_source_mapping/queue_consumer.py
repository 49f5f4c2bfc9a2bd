"""The port by which the event source mapping takes messages from a queue."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Message:
    """A message in flight, with the names of Amazon SQS.

    `message_id` and `sent_at_ms` stay the same when it is received again and in a dead-letter queue; the receipt handle
    belongs to one receipt. `receive_count` includes this one. `group` is empty if it was sent without one.
    """

    message_id: str
    receipt_handle: str
    body: str
    receive_count: int
    sent_at_ms: int
    group: str = ""


class QueueConsumer(Protocol):
    """The consumer's side of one queue; every method but `close` raises QueueUnavailable.

    What settles a message does nothing and returns False when the receipt is no longer the newest one: then the
    message belongs to another consumer.
    """

    async def receive(self, consumer: str, max_messages: int, *, wait_s: float) -> Sequence[Message]:
        """Receive messages: first those whose visibility timeout is over, else new ones, for which it waits.

        The groups of new messages take turns. A consumer that asks for messages has none in flight.
        """
        ...

    async def delete(self, message: Message) -> bool:
        """Delete a message that was processed."""
        ...

    async def change_visibility(self, message: Message, timeout_s: float) -> bool:
        """Let a message be received again after `timeout_s`, at most the queue's visibility timeout."""
        ...

    async def dead_letter(self, message: Message) -> bool:
        """Move a message to the dead-letter queue."""
        ...

    async def leave(self, consumer: str) -> None:
        """Remove what the queue keeps of a consumer, unless it has messages in flight."""
        ...

    async def close(self) -> None:
        """Close the connections."""
        ...
