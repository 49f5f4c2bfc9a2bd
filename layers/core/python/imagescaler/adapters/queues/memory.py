"""A task queue in memory, for tests."""

from itertools import count

from imagescaler.domain.errors import QueueFull
from imagescaler.domain.task.message import TaskMessage


class MemoryTaskQueue:
    """Messages in a dictionary."""

    def __init__(self, *, max_length: int = 1000) -> None:
        self.messages: dict[str, TaskMessage] = {}
        self.delays_s: dict[str, float] = {}
        self._max_length = max_length
        self._numbers = count(1)

    async def push(self, message: TaskMessage, *, delay_s: float = 0) -> str:
        await self.check_room()
        message_id = str(next(self._numbers))
        self.messages[message_id] = message
        self.delays_s[message_id] = delay_s
        return message_id

    async def check_room(self) -> None:
        if len(self.messages) >= self._max_length:
            raise QueueFull(f"{self._max_length} tasks are waiting, which is the limit.")

    async def holds(self, message_id: str) -> bool | None:
        return message_id in self.messages

    async def ping(self) -> None:
        pass
