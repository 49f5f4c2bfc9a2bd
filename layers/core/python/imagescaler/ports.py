"""What the use cases need from the world outside, as protocols; every adapter passes the same contract suite."""

from typing import Protocol
from uuid import UUID

from imagescaler.backlog import Backlog
from imagescaler.schemas import TaskMessage
from imagescaler.task import Failure, NewTask, Result, Source, Task


class TaskRepository(Protocol):
    """Where tasks live; the row is the truth. Every method raises RepositoryUnavailable when the database is away."""

    async def add(self, new: NewTask) -> tuple[Task, bool]:
        """Add a task and return it with True, or the one that its idempotency key already stands for with False.

        Raises IdempotencyKeyReused when the key stands for another request.
        """
        ...

    async def get(self, task_id: UUID) -> Task:
        """Return a task as it stands now; raises TaskNotFound."""
        ...

    async def note_message(self, task_id: UUID, message_id: str) -> bool:
        """Note which message stands for the task in the queue; False when the task is gone."""
        ...

    async def discard(self, task_id: UUID) -> bool:
        """Remove a task that was not accepted after all; False when it stays, as it has a message or had an attempt."""
        ...

    async def claim(self, task_id: UUID, *, lease_s: float, max_attempts: int) -> Task:
        """Begin an attempt that has `lease_s` seconds; the task comes back `failed` when no attempt is left.

        Raises TaskNotFound, TaskFinished, or TaskInProgress while another attempt's lease is live.
        """
        ...

    async def complete(self, task: Task, result: Result, source: Source, *, ttl_s: int) -> Task:
        """End a claimed task with its result; raises LeaseLost."""
        ...

    async def fail(self, task: Task, failure: Failure) -> Task:
        """End a claimed task without a result; raises LeaseLost."""
        ...

    async def release(self, task: Task) -> Task:
        """Give a claimed task back for another attempt; raises LeaseLost."""
        ...

    async def expire(self, task_id: UUID) -> None:
        """Note that the result of a completed task is gone."""
        ...

    async def backlog(self, task: Task) -> Backlog:
        """Measure the work that stands before a task."""
        ...

    async def ping(self) -> None:
        """Return when the repository answers."""
        ...


class TaskQueue(Protocol):
    """The doorbell of the processor. Every method raises QueueUnavailable when the queue is away."""

    async def push(self, message: TaskMessage) -> str:
        """Ring for a task and return the message's id; raises QueueFull."""
        ...

    async def ping(self) -> None:
        """Return when the queue answers."""
        ...


class ImageStore(Protocol):
    """Where the bytes are, for a limited time. Every method raises StoreUnavailable when the store is away."""

    async def put(self, key: str, data: bytes, *, ttl_s: int) -> None:
        """Keep `data` for `ttl_s` seconds; raises StoreFull where there is a budget, and it is used up."""
        ...

    async def get(self, key: str, *, first_bytes: int | None = None) -> bytes:
        """Return what was put, or its beginning only; raises BlobNotFound when it is not there, or no longer."""
        ...

    async def size(self, key: str) -> int:
        """Return the number of bytes that were put; raises BlobNotFound."""
        ...

    async def copy(self, key: str, target: str, *, ttl_s: int) -> None:
        """Keep a second one under `target` for `ttl_s` seconds; raises BlobNotFound, StoreFull."""
        ...

    async def delete(self, key: str) -> None:
        """Forget a key, known or not."""
        ...

    async def ping(self) -> None:
        """Return when the store answers."""
        ...
